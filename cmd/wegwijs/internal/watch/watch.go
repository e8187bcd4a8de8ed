// Package watch tells that something in the folder of a site may have changed.
// A hint is no more than a reason to look: what changed is found by a scan.
// So a lost event costs time, never truth, and where the system gives no
// events at all the package only asks for scans. fsnotify lives here only.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"wegwijs/cmd/wegwijs/internal/scan"
)

// A Hint says where to look.
type Hint struct {
	Paths []string // from the site's folder, with slashes
	All   bool     // everywhere: events were lost, or there are none
}

// Options say how to watch. The zero value is the usual way.
type Options struct {
	Poll bool // do without events
	// Events, when set, takes the place of the system's events, for tests.
	Events func(dir string) (Events, error)
}

// Events is what gives events; fsnotify's watcher is one.
type Events interface {
	Add(dir string) error
	Close() error
	Events() <-chan fsnotify.Event
	Errors() <-chan error
}

type native struct{ *fsnotify.Watcher }

func (n native) Events() <-chan fsnotify.Event { return n.Watcher.Events }
func (n native) Errors() <-chan error          { return n.Watcher.Errors }

// A Watcher gives hints until its context ends.
type Watcher struct {
	// Hints has the hints. Nobody else's slowness loses one: hints that are
	// not taken are joined.
	Hints chan Hint
	// Note says, in one line, why there are no events and what to do; it is
	// "" where there are.
	Note string

	dir    string
	events Events
	cost   func() time.Duration
	poll   bool
	dirs   int
}

// Sweep bounds: how often everything is looked at although no event came.
const (
	sweepMin  = 2 * time.Second        // with events: the sweep only heals
	pollMin   = 150 * time.Millisecond // without: the sweep is all there is
	sweepPart = 150                    // a sweep may take 1/150 of the time: idle CPU stays under 1 %
	pollPart  = 8
)

// Start watches the inputs of the site in dir. cost gives how long a scan
// took last, from which the pace of the sweeps follows.
func Start(ctx context.Context, dir string, opt Options, cost func() time.Duration) *Watcher {
	w := &Watcher{Hints: make(chan Hint, 1), dir: dir, cost: cost, poll: opt.Poll}
	if kind := silent(dir); kind != "" && !w.poll && opt.Events == nil {
		w.poll = true
		w.Note = fmt.Sprintf("the folder is on %s, which gives no reliable events: looking at all files instead; a local disk is faster", kind)
	}
	if !w.poll {
		if err := w.open(opt); err != nil {
			w.fall(err)
		}
	}
	go w.run(ctx)
	return w
}

// Polling reports whether the watcher does without events.
func (w *Watcher) Polling() bool { return w.poll }

func (w *Watcher) open(opt Options) error {
	var err error
	if opt.Events != nil {
		w.events, err = opt.Events(w.dir)
	} else {
		var n *fsnotify.Watcher
		// A deep buffer: a branch switch changes thousands of files at once.
		n, err = fsnotify.NewBufferedWatcher(4096)
		w.events = native{n}
	}
	if err != nil {
		w.events = nil
		return err
	}
	if err := w.events.Add(w.dir); err != nil {
		return err
	}
	for _, root := range scan.Roots {
		if err := w.add(root); err != nil {
			return err
		}
	}
	return nil
}

// add watches a folder and those in it.
func (w *Watcher) add(name string) error {
	root := filepath.Join(w.dir, filepath.FromSlash(name))
	return filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil // gone again, or not ours to read: the scan says so
		}
		if p != root && scan.Transient(d.Name()) {
			return fs.SkipDir
		}
		w.dirs++
		if err := w.events.Add(p); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return err
		}
		return nil
	})
}

// fall goes on without events, and says why and what would help.
func (w *Watcher) fall(err error) {
	if w.events != nil {
		w.events.Close()
		w.events = nil
	}
	w.poll = true
	switch {
	case errors.Is(err, syscall.ENOSPC):
		w.Note = fmt.Sprintf("the system's limit of watched folders is reached: looking at all files instead; for events: sudo sysctl fs.inotify.max_user_watches=%d", max(524288, 2*w.dirs))
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		w.Note = "the system's limit of watchers is reached: looking at all files instead; for events: sudo sysctl fs.inotify.max_user_instances=1024 (or close other programs that watch files)"
	default:
		w.Note = fmt.Sprintf("the system gives no events (%v): looking at all files instead", err)
	}
}

func (w *Watcher) run(ctx context.Context) {
	defer func() {
		if w.events != nil {
			w.events.Close()
		}
	}()
	timer := time.NewTimer(w.pace())
	defer timer.Stop()
	for {
		var events <-chan fsnotify.Event
		var errs <-chan error
		if w.events != nil {
			events, errs = w.events.Events(), w.events.Errors()
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			w.hint(ctx, Hint{All: true})
			timer.Reset(w.pace())
		case e, ok := <-events:
			if !ok {
				w.fall(errors.New("the watcher stopped"))
				continue
			}
			if h, ok := w.event(e); ok {
				w.hint(ctx, h)
			}
		case err, ok := <-errs:
			switch {
			case !ok:
			case errors.Is(err, fsnotify.ErrEventOverflow):
				w.hint(ctx, Hint{All: true})
			default:
				w.fall(err)
				w.hint(ctx, Hint{All: true})
			}
		}
	}
}

func (w *Watcher) pace() time.Duration {
	c := w.cost()
	if w.poll {
		return max(pollMin, pollPart*c)
	}
	return max(sweepMin, sweepPart*c)
}

// event turns an event into a hint. What kind of event it is does not matter,
// but for a new folder, which must be watched too.
func (w *Watcher) event(e fsnotify.Event) (Hint, bool) {
	rel, err := filepath.Rel(w.dir, e.Name)
	if err != nil {
		return Hint{}, false
	}
	rel = filepath.ToSlash(rel)
	top, _, _ := strings.Cut(rel, "/")
	if !slices.Contains(scan.Roots, top) || rel != top && scan.Transient(filepath.Base(rel)) {
		return Hint{}, false
	}
	if e.Has(fsnotify.Create) {
		if fi, err := os.Lstat(e.Name); err == nil && fi.IsDir() {
			if err := w.add(rel); err != nil {
				w.fall(err)
				return Hint{All: true}, true
			}
		}
	}
	return Hint{Paths: []string{rel}}, true
}

// joined is how many paths a hint has before it becomes "everywhere".
const joined = 256

// hint puts h where the reader finds it, joined with one not taken yet.
func (w *Watcher) hint(ctx context.Context, h Hint) {
	for {
		select {
		case w.Hints <- h:
			return
		case old := <-w.Hints:
			h = Join(old, h)
		case <-ctx.Done():
			return
		}
	}
}

// Join gives one hint for two.
func Join(a, b Hint) Hint {
	h := Hint{All: a.All || b.All}
	if h.All {
		return h
	}
	h.Paths = slices.Concat(a.Paths, b.Paths)
	slices.Sort(h.Paths)
	h.Paths = slices.Compact(h.Paths)
	if len(h.Paths) > joined {
		return Hint{All: true}
	}
	return h
}
