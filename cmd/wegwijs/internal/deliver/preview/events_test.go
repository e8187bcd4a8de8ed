package preview_test

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"

	"github.com/fsnotify/fsnotify"

	"wegwijs/cmd/wegwijs/internal/input/notify"
)

// faulty are events as a bad system gives them: two of three are lost, and
// after some they end in the way that end says.
type faulty struct {
	real   *fsnotify.Watcher
	events chan fsnotify.Event
	errs   chan error
	quit   chan struct{}
	end    string
	once   sync.Once
	added  int
}

func badEvents(t *testing.T, end string) func() (notify.Events, error) {
	return func() (notify.Events, error) {
		real, err := fsnotify.NewBufferedWatcher(4096)
		if err != nil {
			return nil, err
		}
		f := &faulty{real: real, events: make(chan fsnotify.Event), errs: make(chan error), quit: make(chan struct{}), end: end}
		t.Cleanup(func() { f.Close() })
		go f.pass()
		return f, nil
	}
}

func (f *faulty) pass() {
	fail := func(err error) {
		select {
		case f.errs <- err:
		case <-f.quit:
		}
	}
	n := 0
	for e := range f.real.Events {
		n++
		switch {
		case n == 60 && f.end == "stop":
			close(f.events)
			return
		case n == 60 && f.end == "error":
			fail(errors.New("the events are tired"))
			return
		case n%40 == 0 && f.end == "overflow":
			fail(fsnotify.ErrEventOverflow)
		}
		if n%3 == 0 {
			select {
			case f.events <- e:
			case <-f.quit:
			}
		}
	}
}

func (f *faulty) Events() <-chan fsnotify.Event { return f.events }
func (f *faulty) Errors() <-chan error          { return f.errs }

func (f *faulty) Remove(dir string) error { return f.real.Remove(dir) }

func (f *faulty) Add(dir string) error {
	f.added++
	if f.end == "no folders" && f.added > 4 {
		return os.NewSyscallError("inotify_add_watch", syscall.ENOSPC)
	}
	return f.real.Add(dir)
}

func (f *faulty) Close() error {
	var err error
	f.once.Do(func() {
		close(f.quit)
		err = f.real.Close()
	})
	return err
}
