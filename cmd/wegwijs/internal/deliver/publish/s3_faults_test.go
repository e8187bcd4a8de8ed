package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// requests counts and disturbs requests to the store.
type requests struct {
	base  http.RoundTripper
	mu    sync.Mutex
	count int
	log   []string
	at    int  // which one fails; counts from 1; 0: none
	after bool // it is carried out, and its answer lost
	only  bool // later ones work again
	hit   bool
	do    func()        // called before the one at which it strikes, which then works
	lost  chan struct{} // closed when, after that, a sign of life is refused; may be nil
}

func (r *requests) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.count++
	n := r.count
	r.log = append(r.log, req.Method+" "+req.URL.Path)
	strike := r.at > 0 && (n == r.at || n > r.at && !r.only)
	if r.do != nil && n == r.at && strings.HasSuffix(req.URL.Path, "/lock") && r.count > 10 {
		// Not while giving a sign of life: the work would go on meanwhile.
		r.at++
		strike = false
	}
	first := n == r.at
	if first {
		r.hit = true
	}
	do := r.do
	r.mu.Unlock()
	base := r.base
	if base == nil {
		base = http.DefaultTransport
	}
	switch {
	case strike && do != nil:
		if first {
			do()
		}
		return base.RoundTrip(req)
	case strike && r.after && first:
		resp, err := base.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return nil, errors.New("connection reset by peer")
	case strike:
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, errors.New("connection refused")
	}
	resp, err := base.RoundTrip(req)
	if err == nil && req.Method == http.MethodPut && strings.HasSuffix(req.URL.Path, "/lock") && resp.StatusCode >= 400 {
		r.mu.Lock()
		if r.hit && r.lost != nil {
			close(r.lost)
			r.lost = nil
		}
		r.mu.Unlock()
	}
	return resp, err
}

// s3Scene is a state of a store and the change that is interrupted.
type s3Scene struct {
	name   string
	before []files
	change func(context.Context, Target, Surroundings) error
	from   files
	to     files

	template string // a folder that holds the state before the change
}

func s3Scenes() []s3Scene {
	return []s3Scene{
		{name: "first", change: publishes(siteA), to: siteA},
		{name: "prune", before: []files{siteA, siteB}, change: publishes(siteC), from: siteB, to: siteC},
		{name: "rollback", before: []files{siteA, siteB}, from: siteB, to: siteA, change: func(ctx context.Context, target Target, around Surroundings) error {
			p, err := Open(ctx, target, around, true)
			if err != nil {
				return err
			}
			defer p.Close()
			_, err = p.Rollback(ctx, siteA.release().Manifest.Release, Options{})
			return err
		}},
	}
}

// stage sets the scene up in a fresh place.
func (sc *s3Scene) stage(t *testing.T, s *store) Target {
	t.Helper()
	target := s.target()
	target.Keep, target.Parallel = 2, 1
	target.Grace = 0 // so that there is something to delete
	if len(sc.before) == 0 {
		return target
	}
	if sc.template == "" {
		for i, b := range sc.before {
			mustPublish(t, target, later(s.me(), time.Duration(i)*hour), b.release(), lax)
		}
		sc.template = s.dir(target)
		return sc.stage(t, s)
	}
	if err := os.Mkdir(s.dir(target), 0o755); err != nil {
		t.Fatal(err)
	}
	copyAll(t, sc.template, s.dir(target)) // what the store keeps of an object is in its file's attributes
	return target
}

// TestS3EveryRequestFails breaks off each scene at each request in turn: what
// can be had then is sound, and the same command again ends in the state that
// it would have made undisturbed.
func TestS3EveryRequestFails(t *testing.T) {
	t.Parallel()
	s := startStore(t)
	step := stride(11, 5, 1)
	for _, sc := range s3Scenes() {
		target := sc.stage(t, s)
		count := &requests{}
		around := later(s.me(), 5*hour)
		around.transport = count
		if err := sc.change(t.Context(), target, around); err != nil {
			t.Fatal(err)
		}
		want := s.keys(t, target)
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/after=%v", sc.name, after), func(t *testing.T) {
				for n := 1; n <= count.count; n += step {
					if !testenv.Thorough() && (n%2 == 0) == after {
						continue
					}
					target := sc.stage(t, s)
					r := &requests{at: n, after: after}
					around := later(s.me(), 5*hour)
					around.transport, around.tries = r, 1
					err := sc.change(t.Context(), target, around)
					if !r.hit {
						t.Fatalf("request %d was not made", n)
					}
					got := s.served(t, target)
					isSound(t, got, sc.from, sc.to)
					if err == nil && n < count.count-2 { // the last ones give back the lock
						t.Errorf("no error though request %d failed: %s", n, r.log[n-1])
					}
					if err := sc.change(t.Context(), target, later(s.me(), 5*hour)); err != nil {
						t.Fatalf("request %d (%s): again: %v (first: %v)", n, r.log[n-1], err, err)
					}
					isOne(t, s.served(t, target), sc.to)
					if got := s.keys(t, target); !slices.Equal(got, want) {
						t.Errorf("request %d (%s): in the end there are\n%s\nwant\n%s", n, r.log[n-1], minus(got, want), minus(want, got))
					}
					s.bodiesFit(t, target)
					if st := statusOf(t, target, s.me()); st.Unfinished != "" || st.Lock != nil {
						t.Errorf("request %d: unfinished %q, lock %v", n, st.Unfinished, st.Lock)
					}
					if t.Failed() {
						return
					}
				}
			})
		}
	}
}

func minus(a, b []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) }), "\n")
}

// TestS3StumblingStore loses the answer to each request in turn, once: with the
// usual retries the publish succeeds, also where a conditional put was done
// and looks refused when sent again.
func TestS3StumblingStore(t *testing.T) {
	t.Parallel()
	s := startStore(t)
	step := stride(17, 9, 5)
	for _, sc := range s3Scenes()[1:] {
		for n := 1; ; n++ {
			if n > 12 { // the lock is taken with the first few
				n += step - 1
			}
			target := sc.stage(t, s)
			r := &requests{at: n, after: true, only: true}
			around := later(s.me(), 5*hour)
			around.transport = r
			around.Alive = func(int) bool { return true } // as this very process does
			if err := sc.change(t.Context(), target, around); err != nil {
				t.Fatalf("%s: request %d (%s): %v", sc.name, n, r.log[n-1], err)
			}
			isOne(t, s.served(t, target), sc.to)
			if !r.hit {
				break
			}
		}
	}
}

// TestS3AnotherAfterAnInterruptedSwitch publishes another release than the one
// whose switch was broken off: keys that the broken one wrote must not stay.
func TestS3AnotherAfterAnInterruptedSwitch(t *testing.T) {
	t.Parallel()
	s := startStore(t)
	sc := s3Scene{before: []files{siteA}, change: publishes(siteB), from: siteA, to: siteB}
	other := siteA.with(files{"index.html": "nl other <link href=/assets/site.aaaaaaaaaa.css>"})
	step := stride(13, 7, 2)
	for n := 10; ; n += step {
		target := sc.stage(t, s)
		r := &requests{at: n}
		around := later(s.me(), 5*hour)
		around.transport, around.tries = r, 1
		sc.change(t.Context(), target, around)
		isSound(t, s.served(t, target), siteA, siteB)
		if err := publishes(other)(t.Context(), target, later(s.me(), 6*hour)); err != nil {
			t.Fatalf("request %d: %v", n, err)
		}
		isOne(t, s.served(t, target), other)
		s.bodiesFit(t, target)
		// The release before can be gone back to, byte for byte.
		rollback(t, target, later(s.me(), 7*hour), "")
		isOne(t, s.served(t, target), siteA, siteB)
		if !r.hit {
			return
		}
	}
}

// TestS3InterruptedTidying breaks off the deletions and then publishes a
// release that needs some of what was being deleted.
func TestS3InterruptedTidying(t *testing.T) {
	t.Parallel()
	s := startStore(t)
	sc := s3Scenes()[1]
	count := &requests{}
	around := later(s.me(), 5*hour)
	around.transport = count
	if err := sc.change(t.Context(), sc.stage(t, s), around); err != nil {
		t.Fatal(err)
	}
	first := slices.IndexFunc(count.log, func(l string) bool { return strings.HasPrefix(l, "DELETE ") })
	step := stride(5, 3, 2)
	for n := first; n <= count.count; n += step {
		target := sc.stage(t, s)
		around := later(s.me(), 5*hour)
		around.transport, around.tries = &requests{at: n, after: n%2 == 0}, 1
		sc.change(t.Context(), target, around)
		again := siteA.with(files{"teller.txt": "x"})
		mustPublish(t, target, later(s.me(), 6*hour), again.release(), lax)
		isOne(t, s.served(t, target), again)
		s.bodiesFit(t, target)
		if t.Failed() {
			t.Fatalf("request %d: %s", n, count.log[n-1])
		}
	}
}

// TestS3ManifestThatIsGone has someone delete the list of a release that is
// kept: the releases after it are tidied up all the same.
func TestS3ManifestThatIsGone(t *testing.T) {
	s := startStore(t)
	target := s.target()
	target.Keep = 2
	siteA, siteB, siteC := siteA.with(files{"teller.txt": "1"}), siteA.with(files{"teller.txt": "2"}), siteA.with(files{"teller.txt": "3"})
	mustPublish(t, target, s.me(), siteA.release(), lax)
	mustPublish(t, target, later(s.me(), hour), siteB.release(), lax)
	b := siteB.release().Manifest.Release
	if err := os.Remove(filepath.Join(s.dir(target), release.Folder, "releases", b+".json")); err != nil {
		t.Fatal(err)
	}
	mustPublish(t, target, later(s.me(), 2*hour), siteC.release(), lax)
	mustPublish(t, target, later(s.me(), 3*hour), siteA.release(), lax)
	isOne(t, s.served(t, target), siteA)
	for _, r := range statusOf(t, target, s.me()).Releases {
		if r.Release == b {
			t.Error("a release that cannot be gone back to is offered")
		}
	}
}

// TestS3PagesGoBeforeTheirAssets looks at the order of deletions: a page that
// can still be had has its style sheet.
func TestS3PagesGoBeforeTheirAssets(t *testing.T) {
	s := startStore(t)
	target := s.target()
	target.Grace, target.Parallel = 0, 4
	site := files{"index.html": "a", "assets/a.aaaaaaaaaa.css": "a", "foto.png": "p"}
	more := site
	for i := range 8 {
		more = more.with(files{fmt.Sprintf("weg%d.html", i): "w", fmt.Sprintf("assets/weg%d.bbbbbbbbbb.css", i): "w", fmt.Sprintf("a%d.png", i): "w"})
	}
	mustPublish(t, target, s.me(), more.release(), lax)
	r := &requests{}
	around := later(s.me(), hour)
	around.transport = r
	mustPublish(t, target, around, site.release(), lax)
	last, first, n := 0, len(r.log), 0
	for i, l := range r.log {
		key, deleted := strings.CutPrefix(l, "DELETE /"+s.Bucket+"/"+target.Prefix)
		if !deleted || strings.HasPrefix(key, release.Folder+"/") {
			continue
		}
		n++
		if strings.HasSuffix(key, ".html") {
			last = i
		} else {
			first = min(first, i)
		}
	}
	if n != 24 || last > first {
		t.Errorf("%d deletions; an asset went at %d, the last page at %d:\n%s", n, first, last, strings.Join(r.log, "\n"))
	}
}
