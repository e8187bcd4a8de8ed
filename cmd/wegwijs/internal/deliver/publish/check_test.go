package publish

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// webServer serves a folder as nginx does, below /help/.
func webServer(t *testing.T, root string, before func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	files := http.StripPrefix("/help", http.FileServer(http.Dir(root)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before != nil && before(w, r) {
			return
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/help/"
}

func publishChecked(t *testing.T, target Target, around Surroundings, r Release) *Report {
	t.Helper()
	p, err := Open(t.Context(), target, around, true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.settle = 0
	rep, err := p.Publish(t.Context(), r, lax)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestCheckSaysWhatReadersGet(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	target.URL = webServer(t, filepath.Join(root, "current"), nil)
	target.Sample = 6
	rep := publishChecked(t, target, me(), siteA.release())
	if !rep.OK() || rep.Check.Checked != 7 {
		t.Fatalf("got %+v", rep.Check)
	}
	rep = publishChecked(t, target, later(me(), hour), siteB.release())
	if !rep.OK() {
		t.Fatalf("got %+v", rep.Check)
	}
	if text := rep.Check.Text(diag.English); !strings.Contains(text, "all 7 addresses asked give release "+siteB.release().Manifest.Release) {
		t.Errorf("says %q", text)
	}
	if st := statusOf(t, target, me()); st.Seen != st.Current || !st.OK() {
		t.Errorf("status: seen %q, current %q", st.Seen, st.Current)
	}
}

// TestCheckNamesWhatIsStale publishes behind servers that give readers
// something else.
func TestCheckNamesWhatIsStale(t *testing.T) {
	old := siteA.release().Manifest.Release
	for _, c := range []struct {
		name   string
		serve  func(root string) string // the folder that the server serves
		before func(w http.ResponseWriter, r *http.Request) bool
		want   []string // in the report
		some   bool     // not all are stale
	}{
		{"the old release, by its folder", func(root string) string { return filepath.Join(root, "releases", old) }, nil,
			[]string{"is still that of release " + old, "/help/manifest.json: is that of release " + old}, false},
		{"one page from a cache", nil, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/help/" {
				fmt.Fprint(w, siteA["index.html"])
				return true
			}
			return false
		}, []string{"1 of 7", "/help/: is still that of release " + old}, true},
		{"pages that are changed under way", nil, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/help/en/" {
				fmt.Fprint(w, siteB["en/index.html"], "<script src=//cdn.example>")
				return true
			}
			return false
		}, []string{"/help/en/: gives other bytes than were published"}, true},
		{"an old page for browsers that take gzip", nil, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/help/" && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				w.Header().Set("Content-Encoding", "gzip")
				z := gzip.NewWriter(w)
				fmt.Fprint(z, siteA["index.html"])
				z.Close()
				return true
			}
			return false
		}, []string{"1 of 7", "/help/: is still that of release " + old}, true},
		{"a coding that it is not in", nil, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/help/" {
				w.Header().Set("Content-Encoding", "gzip")
				fmt.Fprint(w, siteB["index.html"])
				return true
			}
			return false
		}, []string{"/help/: its Content-Encoding is not what it says"}, true},
		{"another folder", func(string) string { return os.TempDir() }, nil, []string{"answers 404 Not Found"}, false},
		{"a manifest that is none", nil, func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "manifest.json") {
				fmt.Fprint(w, "<html>")
				return true
			}
			return false
		}, []string{"manifest.json: is not a manifest"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := testenv.RAM(t)
			target := dirTarget(root)
			target.Sample, target.Keep = 6, 1
			publishChecked(t, target, me(), siteA.release())
			dir := filepath.Join(root, "current")
			if c.serve != nil {
				dir = c.serve(root)
			}
			target.URL = webServer(t, dir, c.before)
			rep := publishChecked(t, target, later(me(), hour), siteB.release())
			if rep.OK() || !rep.Live {
				t.Fatalf("got OK %v, live %v: %+v", rep.OK(), rep.Live, rep.Check)
			}
			text := rep.Check.Text(diag.English)
			for _, w := range c.want {
				if !strings.Contains(text, w) {
					t.Errorf("got\n%swant it to say %q", text, w)
				}
			}
			if all := len(rep.Check.Stale) == rep.Check.Checked; all == c.some {
				t.Errorf("%d of %d are stale", len(rep.Check.Stale), rep.Check.Checked)
			}
			// Nothing is deleted while someone serves the old release.
			if _, err := os.Stat(filepath.Join(root, "releases", old)); err != nil {
				t.Errorf("the old release went: %v", err)
			}
		})
	}
}

// TestFirstReleaseBeforeItsServer: the web server is told of a site once that is
// there, so a first release that nobody serves yet is no failure; a later one is.
func TestFirstReleaseBeforeItsServer(t *testing.T) {
	down := httptest.NewServer(nil)
	down.Close()
	for name, tt := range map[string]struct{ url, why string }{
		"nobody answers": {down.URL + "/help/", "connect"},
		"another site":   {webServer(t, os.TempDir(), nil), "answers 404 Not Found"},
		"an error":       {webServer(t, "", func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusForbidden); return true }), "answers 403 Forbidden"},
	} {
		target := dirTarget(testenv.RAM(t))
		target.URL = tt.url
		rep := publishChecked(t, target, me(), siteA.release())
		if text := rep.Check.Text(diag.English); !rep.OK() || !strings.Contains(text, tt.why) || !strings.Contains(text, "this is the first release") {
			t.Errorf("%s: OK %v\n%s", name, rep.OK(), text)
		}
		if rep = publishChecked(t, target, later(me(), hour), siteB.release()); rep.OK() || rep.Check.Unserved != "" {
			t.Errorf("%s: the second release: OK %v\n%s", name, rep.OK(), rep.Check.Text(diag.English))
		}
	}
	// What is served and wrong is told of the first release too.
	root := testenv.RAM(t)
	target := dirTarget(root)
	target.URL = webServer(t, filepath.Join(root, "current"), func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "manifest.json") {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		return true
	})
	if rep := publishChecked(t, target, me(), siteA.release()); rep.OK() || rep.Check.Unserved != "" {
		t.Errorf("pages that are forbidden: OK %v\n%s", rep.OK(), rep.Check.Text(diag.English))
	}
}

// TestCheckReadsCodings has a server that compresses by itself, as some do.
func TestCheckReadsCodings(t *testing.T) {
	plain := func(w io.Writer) io.WriteCloser { return nopCloser{w} }
	zip := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	for name, c := range map[string]struct {
		pack func(io.Writer) io.WriteCloser
		why  string // it is not read
	}{
		"br":       {func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }, ""},
		"gzip":     {zip, ""},
		"x-gzip":   {zip, ""},
		"GZip":     {zip, ""},
		"identity": {plain, ""},
		"zstd":     {plain, `sends Content-Encoding "zstd", which was not asked for`},
		"br ":      {plain, "brotli"},
		"br, 502":  {plain, "answers 502"},
	} {
		root := testenv.RAM(t)
		target := dirTarget(root)
		target.Sample = 6
		publishChecked(t, target, me(), siteB.release())
		var packed atomic.Int32
		target.URL = webServer(t, filepath.Join(root, "current"), func(w http.ResponseWriter, r *http.Request) bool {
			p := filepath.Join(root, "current", filepath.FromSlash(fileset.PathOf(strings.TrimPrefix(r.URL.Path, "/help"))))
			data, err := os.ReadFile(p)
			if err != nil {
				return false
			}
			packed.Add(1)
			coding, failed, _ := strings.Cut(name, ", ")
			w.Header().Set("Content-Encoding", coding)
			if failed != "" {
				w.WriteHeader(http.StatusBadGateway)
			}
			z := c.pack(w)
			z.Write(data)
			z.Close()
			return true
		})
		rep := publishChecked(t, target, later(me(), hour), siteA.release())
		st := statusOf(t, target, me())
		switch {
		case packed.Load() < 7:
			t.Errorf("%s: only %d answers", name, packed.Load())
		case c.why == "" && (!rep.OK() || st.Seen != st.Current):
			t.Errorf("%s: got %+v; status: seen %q, current %q", name, rep.Check, st.Seen, st.Current)
		case c.why != "" && (rep.OK() || !strings.Contains(rep.Check.Text(diag.English), c.why)):
			t.Errorf("%s: got %s, want %q in it", name, rep.Check.Text(diag.English), c.why)
		}
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// TestStaleSaysTheSameOnce keeps a server that is down from filling the screen.
func TestStaleSaysTheSameOnce(t *testing.T) {
	c := &Check{URL: "http://h/", Release: "r", Checked: 2, Stale: []Stale{{"http://h/a", "down"}, {"http://h/b", "down"}}}
	if got := c.Text(diag.English); !strings.Contains(got, "2 of 2") || strings.Count(got, "down") != 1 {
		t.Errorf("got %s", got)
	}
	for _, other := range []Check{{Checked: 3, Stale: c.Stale}, {Checked: 2, Stale: []Stale{{"http://h/a", "down"}, {"http://h/b", "old"}}}} {
		if got := other.Text(diag.English); !strings.Contains(got, "http://h/a: down\n") || !strings.Contains(got, "http://h/b: ") {
			t.Errorf("got %s", got)
		}
	}
}

// TestStoppedDuringTheCheck does not call an address stale that nobody asked
// for any more.
func TestStoppedDuringTheCheck(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	target.Sample = 6
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	target.URL = webServer(t, filepath.Join(root, "current"), func(http.ResponseWriter, *http.Request) bool {
		stop()
		return false
	})
	rep, err := tryPublish(ctx, target, me(), siteA.release(), lax)
	if _, live := errors.AsType[*release.LiveError](err); !live || !errors.Is(err, context.Canceled) || !rep.Live || rep.Check != nil {
		t.Errorf("got %v, live %v, check %+v", err, rep.Live, rep.Check)
	}
}

// TestLockLostDuringTheCheck lets someone else publish meanwhile: what readers
// get then is not stale, it is that one's.
func TestLockLostDuringTheCheck(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	checked := target
	var once sync.Once
	done := make(chan bool)
	checked.URL = webServer(t, filepath.Join(root, "current"), func(_ http.ResponseWriter, r *http.Request) bool {
		once.Do(func() {
			defer close(done)
			second := later(me(), 2*hour)
			second.User, second.Alive = "piet", func(int) bool { return true }
			opt := lax
			opt.TakeLock = true
			if _, err := tryPublish(t.Context(), target, second, siteC.release(), opt); err != nil {
				t.Error(err)
			}
			<-r.Context().Done() // the first one noticed
		})
		return false
	})
	first := later(me(), hour)
	first.Alive = func(int) bool { return true }
	rep, err := tryPublish(t.Context(), checked, first, siteB.release(), lax)
	if _, live := errors.AsType[*release.LiveError](err); !live || !errors.Is(err, release.ErrLost) || rep.Check != nil {
		t.Errorf("got %v, check %+v; want the lost lock and no check", err, rep.Check)
	}
	<-done
	isOne(t, served(t, root), siteC)
}

// TestCheckWaitsForCaches asks again while a cache still remembers.
func TestCheckWaitsForCaches(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	publishChecked(t, target, me(), siteA.release())
	var asked atomic.Int32
	target.URL = webServer(t, filepath.Join(root, "current"), func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/help/" && asked.Add(1) == 1 {
			fmt.Fprint(w, siteA["index.html"])
			return true
		}
		return false
	})
	p, err := Open(t.Context(), target, later(me(), hour), true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.settle = time.Hour
	rep, err := p.Publish(t.Context(), siteB.release(), lax)
	if err != nil || !rep.OK() || asked.Load() != 2 {
		t.Errorf("got %+v, %v, asked %d times", rep.Check, err, asked.Load())
	}
}

func TestSample(t *testing.T) {
	many := siteA.with(files{"een pagina/ü?/index.html": "x"})
	for i := range 200 {
		many[fmt.Sprintf("p/%03d/index.html", i)] = "x"
	}
	m := many.release().Manifest
	paths := func(es []fileset.Entry) []string {
		var ps []string
		for _, e := range es {
			ps = append(ps, e.Path)
		}
		return ps
	}
	changed := many.with(files{"p/077/index.html": "y", "404.html": "y"}).release().Manifest
	got := paths(sample(changed, m, 10))
	if len(got) != 10 || !slices.Contains(got, "index.html") || !slices.Contains(got, "en/index.html") || !slices.Contains(got, "p/077/index.html") {
		t.Errorf("sample %v: want ten with the front pages and what changed", got)
	}
	if slices.ContainsFunc(got, func(p string) bool { return path.Base(p) == "404.html" }) {
		t.Error("an error page is no address")
	}
	if again := paths(sample(changed, m, 10)); !slices.Equal(got, again) {
		t.Error("two samples of one release differ")
	}
	for _, n := range []int{0, 1, 2, 3, 1000} {
		if got := sample(m, nil, n); len(got) > n {
			t.Errorf("asked for %d, got %d", n, len(got))
		}
	}
	p := &Place{target: Target{URL: "https://help.example.nl/nl/"}}
	addr := p.address(fileset.Entry{Path: "een pagina/ü?/index.html"})
	if u, err := url.Parse(addr); err != nil || u.Path != "/nl/een pagina/ü?/" || u.RawQuery != "" {
		t.Errorf("address %q", addr)
	}
}

// TestCheckOfObjectStore reads a store through a front that maps folders to
// their index, as CDNs do.
func TestCheckOfObjectStore(t *testing.T) {
	s := startStore(t)
	target := s.target()
	target.URL = s.front(t, target, nil)
	for i, site := range []files{siteA, siteB} {
		if rep := publishChecked(t, target, later(s.me(), time.Duration(i)*hour), site.release()); !rep.OK() {
			t.Errorf("got %+v", rep.Check)
		}
	}
}
