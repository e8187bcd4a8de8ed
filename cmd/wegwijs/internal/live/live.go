// Package live keeps the state of a site up to date while its folder is being
// edited. A hint makes it look; what it finds becomes a new state, which is
// swapped in whole. Pages are made when they are asked for, so an edit costs
// the same on a site of ten pages and of a hundred thousand.
//
// The law: once it is at rest on a site without mistakes, every address gives
// byte for byte what a clean build would write.
package live

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"wegwijs/cmd/wegwijs/internal/build"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/output"
	"wegwijs/cmd/wegwijs/internal/scan"
	"wegwijs/cmd/wegwijs/internal/site"
	"wegwijs/cmd/wegwijs/internal/watch"
)

// Times of the loop.
const (
	settle    = 2 * time.Millisecond   // editors write a file in several events
	settleMax = 30 * time.Millisecond  // a stream of events does not put off looking for ever
	halfWrite = 300 * time.Millisecond // how long a file that became broken may be one that is still being written
	recheck   = 15 * time.Millisecond  // how soon such a file is looked at again
	quiet     = 40 * time.Millisecond  // rest before all pages are checked
)

// A View is what readers of the preview see at one moment.
type View struct {
	ID       uint64 // rises with every change
	State    *build.State
	Findings []diag.Diagnostic // of the last complete check
	Checked  uint64            // the ID that Findings are of; less than ID while a check runs
	Files    []string          // what changed to give this view
}

// Errors counts the mistakes.
func (v *View) Errors() int { return diag.Errors(v.Findings) }

// A Live keeps a site's state up to date. Its methods may be called from any
// number of goroutines.
type Live struct {
	fsys  fs.FS
	opt   build.Options
	view  atomic.Pointer[View]
	ready chan struct{} // closed when there is a first view
	look  chan request
	took  atomic.Int64 // nanoseconds of the last full scan

	mu      sync.Mutex
	subs    map[chan struct{}]bool
	good    *build.State // the last state whose layouts and configuration were right
	kept    map[string][]byte
	keptAge []string
	onCheck func(*View)

	halfWrite time.Duration
}

// request asks the loop to look.
type request struct {
	hint watch.Hint
	done chan struct{} // closed when it has looked; may be nil
}

// New gives a Live for the site in fsys. onCheck, when set, is called with
// every view whose check is complete.
func New(fsys fs.FS, opt build.Options, onCheck func(*View)) *Live {
	return &Live{fsys: fsys, opt: opt, ready: make(chan struct{}), look: make(chan request), subs: map[chan struct{}]bool{}, kept: map[string][]byte{}, onCheck: onCheck, halfWrite: halfWrite}
}

// Cost gives how long the last scan of all files took.
func (l *Live) Cost() time.Duration { return time.Duration(l.took.Load()) }

// View gives the present view; it waits for the first one.
func (l *Live) View(ctx context.Context) (*View, error) {
	if v := l.view.Load(); v != nil {
		return v, nil
	}
	select {
	case <-l.ready:
		return l.view.Load(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Run reads the site and follows hints until ctx ends. It gives an error only
// when the site cannot be read at all.
func (l *Live) Run(ctx context.Context, hints <-chan watch.Hint) error {
	start := time.Now()
	s, err := l.load(ctx, nil, watch.Hint{All: true})
	if err != nil {
		return err
	}
	l.took.Store(int64(time.Since(start)))
	c := &checker{l: l}
	defer c.stop()
	l.publish(s, nil)
	close(l.ready)
	c.start(ctx)
	for {
		var r request
		select {
		case <-ctx.Done():
			return nil
		case h := <-hints:
			r.hint = h
		case r = <-l.look:
		}
		waiting := []chan struct{}{r.done}
		hint := r.hint
		// More may follow at once. Who asked for a look waits for none.
		end := time.Now().Add(settleMax)
		for r.done == nil && time.Now().Before(end) {
			t := time.NewTimer(settle)
			select {
			case h := <-hints:
				t.Stop()
				hint = watch.Join(hint, h)
				continue
			case more := <-l.look:
				t.Stop()
				hint = watch.Join(hint, more.hint)
				waiting = append(waiting, more.done)
			case <-ctx.Done():
				t.Stop()
				return nil
			case <-t.C:
			}
			break
		}
		if err := l.step(ctx, hints, hint, c); err != nil && ctx.Err() == nil {
			return err
		}
		for _, w := range waiting {
			if w != nil {
				close(w)
			}
		}
	}
}

// step looks where the hint says and publishes what changed.
func (l *Live) step(ctx context.Context, hints <-chan watch.Hint, hint watch.Hint, c *checker) error {
	old := l.view.Load().State
	var since time.Time
	for {
		start := time.Now()
		s, err := l.load(ctx, old, hint)
		if err != nil {
			return err
		}
		if hint.All {
			l.took.Store(int64(time.Since(start)))
		}
		changed := scan.Changed(old.Tree, s.Tree)
		if len(changed) == 0 && same(old, s) {
			return nil
		}
		// A file that was right and now is not may be one that its editor has
		// not finished writing.
		broke := broken(old, s, changed)
		if len(broke) == 0 || !since.IsZero() && time.Since(since) > l.halfWrite {
			c.stop()
			l.publish(s, changed)
			c.start(ctx)
			return nil
		}
		if since.IsZero() {
			since = time.Now()
		}
		t := time.NewTimer(recheck)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case h := <-hints:
			t.Stop()
			hint = watch.Join(hint, h)
		case <-t.C:
			hint = watch.Join(hint, watch.Hint{Paths: broke})
		}
	}
}

// same reports whether two states of the same files say the same: a file that
// cannot be read any more is a change of the findings only.
func same(a, b *build.State) bool { return slices.Equal(a.Static(), b.Static()) }

// broken gives the changed files that have a mistake now and had none before.
func broken(a, b *build.State, changed []string) []string {
	bad := func(s *build.State) map[string]bool {
		m := map[string]bool{}
		for _, d := range s.Static() {
			if d.Severity == diag.Error {
				m[d.Pos.File] = true
			}
		}
		return m
	}
	was, is := bad(a), bad(b)
	var files []string
	for _, f := range changed {
		if _, there := b.Tree.Get(f); is[f] && !was[f] && there {
			files = append(files, f)
		}
	}
	return files
}

// load reads the site, again when a file changed meanwhile.
func (l *Live) load(ctx context.Context, prev *build.State, hint watch.Hint) (*build.State, error) {
	for try := 0; ; try++ {
		var s *build.State
		var err error
		if hint.All || prev == nil {
			s, err = build.Load(ctx, l.fsys, l.opt, prev)
		} else {
			s, err = build.Update(ctx, l.fsys, l.opt, prev, hint.Paths)
		}
		if !errors.Is(err, build.ErrChanged) || try > 50 {
			return s, err
		}
		hint.All = true
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// publish makes s the state that everybody sees.
func (l *Live) publish(s *build.State, changed []string) {
	v := &View{ID: 1, State: s, Files: changed}
	if old := l.view.Load(); old != nil {
		v.ID = old.ID + 1
		v.Findings, v.Checked = old.Findings, old.Checked
	}
	l.mu.Lock()
	if s.Sound() {
		l.good = s
	}
	l.mu.Unlock()
	l.view.Store(v)
	l.wake()
}

// Subscribe gives a channel that has something whenever the view changed, and
// a function that ends that. A subscriber that does not read holds up nobody.
func (l *Live) Subscribe() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	l.mu.Lock()
	l.subs[c] = true
	l.mu.Unlock()
	return c, func() {
		l.mu.Lock()
		delete(l.subs, c)
		l.mu.Unlock()
	}
}

func (l *Live) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.subs {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Look makes the loop look at paths now, and waits until it has; with no paths
// it looks everywhere.
func (l *Live) Look(ctx context.Context, paths ...string) {
	r := request{hint: watch.Hint{Paths: paths, All: len(paths) == 0}, done: make(chan struct{})}
	select {
	case l.look <- r:
	case <-ctx.Done():
		return
	}
	select {
	case <-r.done:
	case <-ctx.Done():
	}
}

// A File is what a path of the output holds now.
type File struct {
	output.File
	Data []byte
	Old  bool // the last good bytes: the page has a mistake now
}

// Get gives the file at a path of the output. ok is false when there is none.
func (l *Live) Get(ctx context.Context, path string) (f File, ok bool, err error) {
	if _, err := l.View(ctx); err != nil {
		return f, false, err
	}
	for try := 0; ; try++ {
		v := l.view.Load()
		s := v.State
		if !s.Sound() {
			l.mu.Lock()
			if l.good != nil {
				s = l.good
			}
			l.mu.Unlock()
		}
		if s.Set == nil {
			return f, false, nil
		}
		f.File, ok = s.Set.File(path)
		if !ok {
			return l.old(path)
		}
		// What an editor saved just now need not wait for an event.
		if try == 0 && f.Source != "" && s == v.State && s.Tree.Stale(l.fsys, f.Source) {
			l.Look(ctx, f.Source)
			continue
		}
		f.Data, err = s.Set.Make(ctx, path)
		if errors.Is(err, build.ErrChanged) {
			if s != v.State { // the file changed since the last good state
				if o, ok, _ := l.old(path); ok {
					return o, true, nil
				}
				s = v.State
				if s.Set == nil {
					return f, false, nil
				}
				if f.Data, err = s.Set.Make(ctx, path); err == nil {
					return f, true, nil
				}
				return f, false, err
			}
			if try < 20 {
				l.Look(ctx)
				continue
			}
		}
		if err != nil {
			return f, false, err
		}
		break
	}
	if p, isPage := f.Key.(*site.Page); isPage {
		if bad := l.pageErrors(p); bad {
			if o, ok, _ := l.old(path); ok {
				return o, true, nil
			}
			return f, true, nil
		}
		l.keep(path, f.Data)
	}
	return f, true, nil
}

func (l *Live) pageErrors(p *site.Page) bool {
	v := l.view.Load()
	if v.State.Renderer == nil {
		return false
	}
	r, ok := v.State.Renderer.Result(p)
	return ok && diag.Errors(r.Findings) > 0
}

// old gives the last good bytes of a page, if somebody saw them.
func (l *Live) old(path string) (File, bool, error) {
	v := l.view.Load()
	l.mu.Lock()
	defer l.mu.Unlock()
	data, ok := l.kept[path]
	// A page that is gone from a site without mistakes is gone.
	if !ok || diag.Errors(v.State.Static()) == 0 && v.State.Set != nil && !has(v.State.Set, path) {
		return File{}, false, nil
	}
	return File{File: output.File{Path: path}, Data: data, Old: true}, true, nil
}

func has(s *output.Set, path string) bool {
	_, ok := s.File(path)
	return ok
}

// keptMax is how many pages are kept for a time in which they have a mistake:
// those open in browsers, not the whole site.
const keptMax = 100

func (l *Live) keep(path string, data []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.kept[path]; !ok {
		l.keptAge = append(l.keptAge, path)
		if len(l.keptAge) > keptMax {
			delete(l.kept, l.keptAge[0])
			l.keptAge = slices.Delete(l.keptAge, 0, 1)
		}
	}
	l.kept[path] = data
}

// PageOf gives the address at which a content file is shown to the readers of
// its own language.
func (v *View) PageOf(file string) (string, bool) {
	if v.State.Site == nil || !strings.HasSuffix(file, ".md") {
		return "", false
	}
	for _, l := range v.State.Site.Locales {
		if !strings.HasPrefix(file, "content/"+l.Lang+"/") {
			continue
		}
		for _, p := range l.All {
			if p.File == file && !p.Fallback {
				return p.URL, true
			}
		}
	}
	return "", false
}

// checker makes all pages of a view in the background, to know everything that
// is wrong with it.
type checker struct {
	l      *Live
	cancel context.CancelFunc
	done   chan struct{}
}

func (c *checker) stop() {
	if c.cancel != nil {
		c.cancel()
		<-c.done
		c.cancel = nil
	}
}

func (c *checker) start(ctx context.Context) {
	ctx, c.cancel = context.WithCancel(ctx)
	c.done = make(chan struct{})
	go func() {
		defer close(c.done)
		t := time.NewTimer(quiet)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		c.l.check(ctx)
	}()
}

func (l *Live) check(ctx context.Context) {
	v := l.view.Load()
	if err := check(ctx, v.State); err != nil {
		return // stopped, or a file changed: another view comes
	}
	ds := v.State.Findings()
	w := *v
	w.Findings, w.Checked = ds, v.ID
	if ctx.Err() != nil || !l.view.CompareAndSwap(v, &w) {
		return
	}
	l.wake()
	if l.onCheck != nil {
		l.onCheck(&w)
	}
}

// check makes every page whose present findings are not known, and the few
// files that are no pages.
func check(ctx context.Context, s *build.State) error {
	if s.Set == nil {
		return nil
	}
	var b bytes.Buffer
	for _, l := range s.Site.Locales {
		for _, p := range l.All {
			if err := ctx.Err(); err != nil {
				return err
			}
			if _, ok := s.Renderer.Result(p); ok {
				continue
			}
			b.Reset()
			if err := s.Renderer.Page(ctx, p, &b, nil); err != nil {
				return err
			}
		}
	}
	for _, f := range s.Set.Files() {
		if f.Kind == output.NotFound || f.Kind == output.Redirect {
			b.Reset()
			if err := s.Renderer.Make(ctx, &f, &b, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
