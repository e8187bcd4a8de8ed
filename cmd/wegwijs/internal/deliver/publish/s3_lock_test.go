package publish

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
)

func TestS3TwoPublishers(t *testing.T) {
	s := startStore(t)
	target := s.target()
	mustPublish(t, target, s.me(), siteA.release(), lax)
	living := func(user string, d time.Duration) Surroundings {
		a := later(s.me(), d)
		a.User = user
		a.Alive = func(int) bool { return true }
		return a
	}
	r := &requests{at: 25, only: true}
	r.do = func() {
		err := publishes(siteC)(t.Context(), target, living("piet", 2*hour))
		held, ok := errors.AsType[*release.HeldError](err)
		if !ok || held.Lock.By != "jan@laptop" || held.Lock.Release != siteB.release().Manifest.Release {
			t.Errorf("got %v, want it held by jan@laptop", err)
		}
	}
	first := living("jan", hour)
	first.transport = r
	if err := publishes(siteB)(t.Context(), target, first); err != nil {
		t.Fatal(err)
	}
	if !r.hit {
		t.Fatal("the second did not try")
	}
	isOne(t, s.served(t, target), siteB)
}

// TestS3LockTaken takes the lock by force from a living publisher, at many
// moments. The taker's release is what readers get in the end.
func TestS3LockTaken(t *testing.T) {
	t.Parallel()
	s := startStore(t)
	step := stride(15, 6, 3)
	stopped, late := 0, 0
	for n := 12; ; n += step {
		target := s.target()
		target.Grace, target.Parallel = 0, 1
		mustPublish(t, target, s.me(), siteA.release(), lax)
		lost := make(chan struct{})
		r := &requests{at: n, only: true, lost: lost}
		mark := 0
		r.do = func() {
			second := later(s.me(), 2*hour)
			second.User, second.beat = "piet", 40*time.Millisecond
			second.Alive = func(int) bool { return true }
			opt := lax
			opt.TakeLock = true
			mustPublish(t, target, second, siteC.release(), opt)
			select { // however busy the machine is
			case <-lost:
			case <-time.After(time.Minute):
				t.Errorf("request %d: no sign of life is refused", n)
			}
			r.mu.Lock()
			mark = r.count // others of the first one's requests went on meanwhile
			r.mu.Unlock()
		}
		first := later(s.me(), hour)
		first.transport, first.beat = r, 20*time.Millisecond
		err := publishes(siteB)(t.Context(), target, first)
		if !r.hit {
			break
		}
		st := statusOf(t, target, s.me())
		if err == nil && (len(st.History) != 3 || st.History[1].To != siteB.release().Manifest.Release) {
			// Unless it was done already, and the taker came after it.
			t.Errorf("request %d: the first one did not notice", n)
		}
		if st.Current != siteC.release().Manifest.Release {
			t.Errorf("request %d: readers have %s, want the taker's", n, st.Current)
		}
		isSound(t, s.served(t, target), siteA, siteB, siteC)
		r.mu.Lock()
		more := r.count - mark
		r.mu.Unlock()
		if errors.Is(err, release.ErrLost) {
			if errors.Is(err, context.Canceled) {
				t.Errorf("request %d: %v: reads as if the user had stopped it", n, err)
			}
			stopped++
			if more > 4 {
				late++
			}
		}
		mustPublish(t, target, later(s.me(), 3*hour), siteA.release(), lax)
		isOne(t, s.served(t, target), siteA)
	}
	// Between that answer and the word to stop, one or another may go on.
	if late > stopped/2 || stopped == 0 {
		t.Errorf("%d of %d who lost the lock went on for a while", late, stopped)
	}
}

// TestS3LockTakenFromASleepingPublisher does the same to one that does not
// look, like a laptop whose lid was closed, and that goes on where it was. It
// cannot replace the state, so the taker's release stays the current one; what
// it did write over the taker's objects, the next publish puts right.
func TestS3LockTakenFromASleepingPublisher(t *testing.T) {
	t.Parallel()
	s := startStore(t)
	step := stride(13, 5, 2)
	template, over := "", 0
	taker := siteA.with(files{"index.html": "A2"}) // has what the sleeper's release drops
	for n := 12; ; n += step {
		target := s.target()
		target.Grace, target.Parallel = 0, 1
		if template == "" {
			mustPublish(t, target, s.me(), siteA.release(), lax)
			template = s.dir(target)
			target = s.target()
			target.Grace, target.Parallel = 0, 1
		}
		if err := os.Mkdir(s.dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		copyAll(t, template, s.dir(target))
		r := &requests{at: n, only: true}
		r.do = func() {
			second := later(s.me(), 2*hour)
			second.User, second.beat = "piet", time.Millisecond
			second.Alive = func(int) bool { return true }
			opt := lax
			opt.TakeLock = true
			mustPublish(t, target, second, taker.release(), opt)
		}
		first := later(s.me(), hour)
		first.transport = r
		err := publishes(siteB)(t.Context(), target, first)
		if !r.hit {
			break
		}
		st := statusOf(t, target, s.me())
		if st.Current != taker.release().Manifest.Release {
			t.Errorf("request %d (%s): readers have %s, want the taker's", n, r.log[n-1], st.Current)
		}
		if err == nil && (len(st.History) != 3 || st.History[1].To != siteB.release().Manifest.Release) {
			t.Errorf("request %d (%s): the first one did not notice", n, r.log[n-1])
		}
		if got := s.served(t, target); differs(got, taker) != "" {
			over++
			if strings.Contains(r.log[n-1], "/"+release.Folder+"/") {
				// Only where it slept in the midst of writing to readers'
				// keys can it go on with that.
				t.Errorf("request %d (%s): written over after the lock was lost: %s", n, r.log[n-1], differs(got, taker))
			}
			if st.Unfinished == "" {
				t.Errorf("request %d (%s): objects were written over and status does not tell", n, r.log[n-1])
			}
		}
		mustPublish(t, target, later(s.me(), 3*hour), taker.release(), lax)
		if d := differs(s.served(t, target), taker); d != "" {
			t.Errorf("request %d (%s): after the next publish: %s", n, r.log[n-1], d)
		}
		if st := statusOf(t, target, s.me()); st.Unfinished != "" {
			t.Errorf("request %d: still unfinished: %s", n, st.Unfinished)
		}
		if t.Failed() {
			return
		}
	}
	if over == 0 {
		t.Error("the sleeper never wrote over anything: this test proves little")
	}
}

// TestS3LockTakenDuringTheCheck takes the lock from one that waits for readers'
// side before it deletes: it must not delete what the taker has put back.
func TestS3LockTakenDuringTheCheck(t *testing.T) {
	s := startStore(t)
	target := s.target()
	target.Grace, target.Keep = 0, 1
	mustPublish(t, target, s.me(), siteA.release(), lax)
	back := siteA.with(files{"index.html": "A2"}) // has what siteB drops
	checked := target
	front := s.front(t, target, func() {
		second := later(s.me(), 2*hour)
		second.beat = time.Millisecond
		second.Alive = func(int) bool { return true }
		opt := lax
		opt.TakeLock = true
		mustPublish(t, target, second, back.release(), opt)
	})
	checked.URL, checked.Sample = front, 0 // the manifest alone is asked for, before it changes
	rep, err := tryPublish(t.Context(), checked, later(s.me(), hour), siteB.release(), lax)
	if live, ok := errors.AsType[*release.LiveError](err); !ok || !errors.Is(live, release.ErrLost) {
		t.Errorf("got %+v, %v; want the lost lock noticed after the switch", rep, err)
	}
	isOne(t, s.served(t, target), back)
	mustPublish(t, target, later(s.me(), 3*hour), back.release(), lax)
	isOne(t, s.served(t, target), back)
	s.bodiesFit(t, target)
}

// TestS3BreakLockMeansOne is as [TestBreakLockMeansOne].
func TestS3BreakLockMeansOne(t *testing.T) {
	s := startStore(t)
	target := s.target()
	mustPublish(t, target, s.me(), siteA.release(), lax)
	lock := func(text string) {
		_, err := s.client(t).PutObject(t.Context(), s.Bucket, target.Prefix+release.Folder+"/lock", strings.NewReader(text), int64(len(text)), minio.PutObjectOptions{})
		if err != nil {
			t.Error(err)
		}
	}
	lock(deadLock)
	around := later(s.me(), hour)
	around.beat, around.Alive = 20*time.Millisecond, func(int) bool { return true }
	done := false
	around.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if !done && r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/lock") {
			done = true
			lock(strings.Replace(strings.Replace(deadLock, "dead", "third", 1), "bot@laptop", "kim@pc", 1))
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	opt := lax
	opt.TakeLock = true
	_, err := tryPublish(t.Context(), target, around, siteB.release(), opt)
	if held, ok := errors.AsType[*release.HeldError](err); !ok || held.Lock.By != "kim@pc" || !done {
		t.Errorf("got %v, want it held by the third", err)
	}
	isOne(t, s.served(t, target), siteA)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
