// Package notify tells that something in the folder of a site may have changed.
// A hint is no more than a reason to look: what changed is found by a scan.
// So a lost event costs time, never truth, and where the system gives no
// events at all the package only asks for scans. fsnotify lives here only.
package notify

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/scan"
)

// A Hint says where to look.
type Hint struct {
	Paths []string // from the site's folder, with slashes
	All   bool     // everywhere: events were lost
	Sweep bool     // everywhere, in time: nothing says that something changed
}

// Options say how to watch. The zero value is the usual way.
type Options struct {
	Poll bool // do without events
	// Cost returns how long the last sweep took; their pace follows from it.
	Cost func() time.Duration
	// Busy reports whether somebody is at work on the site. Without events its
	// files are then looked at much more often.
	Busy func() bool
	// Most bounds the time between two sweeps without events, whatever they
	// cost; 0 means no bound.
	Most time.Duration
	// Hot returns the files in which a change is most likely. Without events
	// they are looked at more often than all the others.
	Hot func() []string
	// Say is told, in one line as diag.Say has it, why there are no events and what to do. It is
	// called at most once, by Start or later.
	Say func(line diag.Said)

	// For tests: what takes the place of the system's events, the file system
	// at a path when its events cannot be trusted, and another time between two
	// sweeps.
	Events func() (Events, error)
	Silent func(path string) (kind string)
	Pace   func(polling, busy bool, cost time.Duration) time.Duration
}

// Events is what gives events; fsnotify's watcher is one.
type Events interface {
	Add(dir string) error
	Remove(dir string) error
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

	dir     string
	opt     Options
	wait    sync.WaitGroup
	blind   atomic.Bool
	events  Events          // nil: the watcher polls
	watched map[string]bool // folders of which there are events
}

// How often everything is looked at although no event came. While nobody is at
// work, the sweeps and the looks at hot files together take under 2 % of a
// processor, or what Options.Most asks for.
const (
	sweepMin  = 2 * time.Second        // with events, the sweep only heals
	sweepPart = 250                    // and takes at most this part of the time, on several processors
	pollMin   = 500 * time.Millisecond // without, it finds what nobody has open
	pollPart  = 100
	busyMin   = 300 * time.Millisecond // while somebody is at work, it must find an edit within a second
	hotPace   = 150 * time.Millisecond // a few files, each a matter of microseconds
)

// pace returns the time from one sweep, which took cost, to the next.
func (o *Options) pace(polling, busy bool, cost time.Duration) time.Duration {
	switch {
	case !polling:
		return max(sweepMin, sweepPart*cost)
	case busy:
		return min(max(busyMin, 2*cost+100*time.Millisecond), o.Most)
	}
	return min(max(pollMin, pollPart*cost), o.Most)
}

// Start watches the inputs of the site in dir.
func Start(ctx context.Context, dir string, opt Options) *Watcher {
	if opt.Cost == nil {
		opt.Cost = func() time.Duration { return 0 }
	}
	if opt.Hot == nil {
		opt.Hot = func() []string { return nil }
	}
	if opt.Say == nil {
		opt.Say = func(diag.Said) {}
	}
	if opt.Silent == nil {
		opt.Silent = silent
	}
	if opt.Busy == nil {
		opt.Busy = func() bool { return false }
	}
	if opt.Most == 0 {
		opt.Most = math.MaxInt64
	}
	if opt.Pace == nil {
		opt.Pace = opt.pace
	}
	w := &Watcher{Hints: make(chan Hint, 1), dir: filepath.Clean(dir), opt: opt, watched: map[string]bool{}}
	if !opt.Poll {
		if kind := silentIn(w.dir, opt.Silent); kind != "" {
			opt.Say(diag.Said(diag.Say("the site is on %s, which gives no reliable events: looking at its files instead; a folder on this machine's own disk is faster", diag.Phrase(kind))))
		} else if err := w.open(); err != nil {
			w.fall(err)
		}
	}
	w.blind.Store(w.events == nil)
	w.wait.Go(func() { w.run(ctx) })
	return w
}

// Wait returns when the watcher has ended, which it does after its context.
func (w *Watcher) Wait() { w.wait.Wait() }

// Blind reports whether there are no events, so that a change shows only to
// those who look.
func (w *Watcher) Blind() bool { return w.blind.Load() }

// Silent returns the kind of the first file system of the inputs of the site in
// dir whose events cannot be trusted; "" when all can.
func Silent(dir string) (kind string) { return silentIn(dir, silent) }

func silentIn(dir string, silent func(path string) string) string {
	for _, name := range append([]string{"."}, scan.Roots...) { // a mount may be in a mount
		if kind := silent(filepath.Join(dir, name)); kind != "" {
			return kind
		}
	}
	return ""
}

func (w *Watcher) open() error {
	var err error
	if w.opt.Events != nil {
		w.events, err = w.opt.Events()
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
	return w.addAll()
}

// addAll watches the folders of all inputs, also such as came unseen.
func (w *Watcher) addAll() error {
	for _, root := range scan.Roots {
		if err := w.add(root); err != nil {
			return err
		}
	}
	return nil
}

// Folders returns how many folders are watched of the site in dir.
func Folders(dir string) int {
	n := 1
	for _, root := range scan.Roots {
		folders(filepath.Join(dir, root), func(string) error { n++; return nil })
	}
	return n
}

// folders calls do for a folder and those in it that can hold inputs.
func folders(root string, do func(p string) error) error {
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
		return do(p)
	})
}

// add watches a folder and those in it.
func (w *Watcher) add(name string) error {
	return folders(filepath.Join(w.dir, filepath.FromSlash(name)), func(p string) error {
		err := w.events.Add(p)
		if err == nil {
			w.watched[p] = true
		}
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			return nil
		}
		return err
	})
}

// forget watches a folder and those in it no longer. They are no longer at
// that path; where they are now they would give events under their old names.
func (w *Watcher) forget(dir string) {
	for p := range w.watched {
		if p == dir || strings.HasPrefix(p, dir+string(filepath.Separator)) {
			delete(w.watched, p)
			w.events.Remove(p) // the system may have done so already
		}
	}
}

// fall goes on without events, and says why and what would help.
func (w *Watcher) fall(err error) {
	if w.events != nil {
		w.events.Close()
		w.events = nil
	}
	w.blind.Store(true)
	w.opt.Say(why(err, Folders(w.dir)))
}

func (w *Watcher) run(ctx context.Context) {
	defer func() {
		if w.events != nil {
			w.events.Close()
		}
	}()
	next := func() time.Duration { return w.opt.Pace(w.events == nil, w.opt.Busy(), w.opt.Cost()) }
	swept := time.Now()
	sweep := time.NewTimer(next())
	defer sweep.Stop()
	hot := time.NewTicker(hotPace)
	defer hot.Stop()
	for {
		var events <-chan fsnotify.Event
		var errs <-chan error
		var looks <-chan time.Time
		if w.events != nil {
			events, errs = w.events.Events(), w.events.Errors()
		} else {
			looks = hot.C
		}
		var failed error
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			w.hint(ctx, Hint{Sweep: true})
			swept = time.Now()
			sweep.Reset(next())
		case <-looks:
			if w.opt.Busy() { // the sweep may have been put off while nobody was
				sweep.Reset(next() - time.Since(swept))
			}
			if files := w.opt.Hot(); len(files) > 0 {
				w.hint(ctx, Hint{Paths: files})
			}
		case e, ok := <-events:
			if !ok {
				failed = errStopped
				break
			}
			var h Hint
			if h, failed = w.event(e); failed == nil && (h.All || h.Paths != nil) {
				w.hint(ctx, h)
			}
		case err, ok := <-errs:
			switch {
			case !ok:
				failed = errStopped
			case errors.Is(err, fsnotify.ErrEventOverflow):
				if failed = w.addAll(); failed == nil {
					w.hint(ctx, Hint{All: true})
				}
			default:
				failed = err
			}
		}
		if failed != nil {
			w.fall(failed)
			w.hint(ctx, Hint{All: true})
			sweep.Reset(next())
		}
	}
}

var errStopped = diag.Errorf("they stopped")

// event turns an event into a hint. What kind of event it is does not matter,
// but for a new folder, which must be watched too.
func (w *Watcher) event(e fsnotify.Event) (Hint, error) {
	rel, err := filepath.Rel(w.dir, e.Name)
	if err != nil {
		return Hint{}, nil
	}
	rel = filepath.ToSlash(rel)
	top, _, _ := strings.Cut(rel, "/")
	if !slices.Contains(scan.Roots, top) || rel != top && scan.Transient(filepath.Base(rel)) {
		return Hint{}, nil
	}
	if (e.Has(fsnotify.Rename) || e.Has(fsnotify.Remove)) && w.watched[e.Name] {
		w.forget(e.Name)
		// Its new place may have been watched already, and was forgotten too:
		// what was written there meanwhile gave no event.
		return Hint{All: true}, w.addAll()
	}
	if e.Has(fsnotify.Create) {
		if fi, err := os.Lstat(e.Name); err == nil && fi.IsDir() {
			if err := w.add(rel); err != nil {
				return Hint{}, err
			}
		}
	}
	return Hint{Paths: []string{rel}}, nil
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

// Join returns one hint for two.
func Join(a, b Hint) Hint {
	h := Hint{All: a.All || b.All}
	if h.All {
		return h
	}
	h.Sweep = a.Sweep || b.Sweep
	h.Paths = slices.Concat(a.Paths, b.Paths)
	slices.Sort(h.Paths)
	h.Paths = slices.Compact(h.Paths)
	if len(h.Paths) > joined {
		return Hint{All: true}
	}
	return h
}

func noEvents(err error) diag.Said {
	return diag.Said(diag.Say("the system gives no events (%v): looking at all files instead", err))
}

// Limit returns a limit of inotify(7), such as max_user_watches; ok is false on
// systems that have none.
func Limit(name string) (n int, ok bool) { return sysctl(name) }
