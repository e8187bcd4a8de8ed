package release

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// memory is the place of a lock in memory.
type memory struct {
	mu      sync.Mutex
	lock    *Lock
	writes  int
	written time.Time
}

func (m *memory) put(l Lock) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(l)
}

// now returns the lock; nil when there is none.
func (m *memory) now() *Lock {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lock
}

func (m *memory) set(l Lock) {
	m.writes++
	l.Version = fmt.Sprint(m.writes)
	m.lock, m.written = &l, time.Now()
}

func (m *memory) ReadLock(context.Context) (*Lock, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lock == nil {
		return nil, nil
	}
	l := *m.lock
	l.Quiet = time.Since(m.written)
	return &l, nil
}

func (m *memory) Seize(_ context.Context, l Lock, old *Lock) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if (m.lock == nil) != (old == nil) || old != nil && m.lock.Version != old.Version {
		return ErrTaken
	}
	m.set(l)
	return nil
}

func (m *memory) Renew(_ context.Context, l Lock) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lock == nil || m.lock.Token != l.Token {
		return ErrLost
	}
	m.set(l)
	return nil
}

func (m *memory) Yield(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lock = nil
	return nil
}

// TestSignOfLifeWins: a holder whose process is not on a machine of that name
// is believed dead only after it has missed its beats. Another machine may have
// the same name.
func TestSignOfLifeWins(t *testing.T) {
	here := Owner{Host: "laptop", Space: "pid:[4026531836]", Alive: func(int) bool { return false }}
	lock := Lock{Token: "theirs", Host: here.Host, Space: here.Space, PID: 7}
	for _, c := range []struct {
		name  string
		lock  Lock
		quiet time.Duration // before we come
		every time.Duration // between the holder's beats; 0: it gives none
		take  bool
		held  bool
		most  time.Duration // that it takes
	}{
		{"a machine of the same name that lives", lock, 3 * time.Second, Beat, false, true, Beat},
		{"one that is slow", lock, 8 * time.Second, 25 * time.Second, false, true, 3 * Beat},
		{"a run of this machine that was killed just now", lock, time.Second, 0, false, false, 3 * Beat},
		{"a run of this machine that was killed a while ago", lock, 40 * time.Second, 0, false, false, 0},
		{"a run elsewhere", Lock{Token: "x", Host: "runner"}, time.Second, 0, false, true, 0},
		{"a run in another container of this name", Lock{Token: "x", Host: "laptop", Space: "pid:[1]"}, time.Second, 0, false, true, 0},
		{"a run elsewhere, silent for too long", Lock{Token: "x", Host: "runner"}, Lapse + time.Second, 0, false, false, 0},
		{"a run elsewhere, taken by force", Lock{Token: "x", Host: "runner"}, time.Second, 0, true, false, 2 * Beat},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				m.put(c.lock)
				time.Sleep(c.quiet)
				stop := make(chan struct{})
				if c.every > 0 {
					go func() {
						for n := 1; ; n++ {
							select {
							case <-stop:
								return
							case <-time.After(c.every - c.quiet*time.Duration(min(1, max(0, 2-n)))):
								m.put(c.lock)
							}
						}
					}()
				}
				begin := time.Now()
				_, h, err := Take(t.Context(), m, Lock{Token: "ours"}, here, c.take, Pace{})
				close(stop)
				if took := time.Since(begin); took > c.most {
					t.Errorf("it took %s", took)
				}
				var held *HeldError
				if errors.As(err, &held) != c.held || !c.held && err != nil {
					t.Fatalf("got %v", err)
				}
				if err == nil {
					if err := h.Unlock(t.Context()); err != nil {
						t.Error(err)
					}
					if m.now() != nil {
						t.Error("the lock stayed")
					}
				}
			})
		})
	}
}

// TestLostLockEndsTheRun: the context of a run ends when its lock is another's.
func TestLostLockEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		ctx, h, err := Take(t.Context(), m, Lock{Token: "ours"}, Owner{}, false, Pace{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(35 * time.Second)
		if got := m.now(); got.Beats != "000000003" {
			t.Errorf("beats %q", got.Beats)
		}
		m.put(Lock{Token: "another"})
		time.Sleep(Beat)
		synctest.Wait()
		if !errors.Is(context.Cause(ctx), ErrLost) {
			t.Errorf("it goes on: %v", context.Cause(ctx))
		}
		h.Unlock(t.Context())
	})
}

// A busy is a place whose lock changes each time that somebody looked at it.
type busy struct {
	memory
	next func(n int) Lock // who has it after the nth look
	n    int
}

func (b *busy) ReadLock(ctx context.Context) (*Lock, error) {
	l, err := b.memory.ReadLock(ctx)
	if b.n++; b.n < 12 {
		b.put(b.next(b.n))
	}
	return l, err
}

// TestBusyHolder: one holder's signs of life do not keep a taker away, however
// fast they come. Others that come and go do.
func TestBusyHolder(t *testing.T) {
	for name, c := range map[string]struct {
		next func(n int) Lock
		ours bool
		held bool // refused because of who has it
	}{
		"one that lives":          {func(n int) Lock { return Lock{Token: "theirs", Beats: beats(n)} }, true, false},
		"one that never said who": {func(int) Lock { return Lock{} }, false, false},
		"others each time":        {func(n int) Lock { return Lock{Token: fmt.Sprint(n)} }, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &busy{next: c.next}
				b.put(c.next(0))
				_, h, err := Take(t.Context(), b, Lock{Token: "ours"}, Owner{}, true, Pace{})
				if _, held := errors.AsType[*HeldError](err); (err == nil) != c.ours || held != c.held {
					t.Fatalf("got %v (%T), want ours: %t, held by another: %t", err, err, c.ours, c.held)
				}
				if err == nil {
					if err := h.Unlock(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}
