// Package preview keeps the state of a site up to date while its folder is being
// edited. A hint makes it look; what it finds becomes a new state, which is
// swapped in whole. Pages are made when they are asked for, so an edit costs
// the same on a site of ten pages and of a hundred thousand.
//
// The law: once it is at rest on a site without mistakes, every address gives
// byte for byte what a clean build would write. With a mistake, what cannot be
// shown any more keeps its last good bytes and everything else follows its
// edits.
package preview

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/notify"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/state"
)

// times are the times of the loop. Tests have their own.
type times struct {
	settle    time.Duration // editors write a file in several events
	settleMax time.Duration // a stream of events does not put off looking for ever
	halfWrite time.Duration // how long a file that became broken may be one that is still being written
	away      time.Duration // how long a file that is gone may be one that is being replaced
	recheck   time.Duration // how soon such files are looked at again
	quiet     time.Duration // rest before all pages are checked
	retry     time.Duration // the first pause after a failure to read the site; it doubles
	retryMax  time.Duration
}

var usual = times{
	settle: 2 * time.Millisecond, settleMax: 30 * time.Millisecond,
	halfWrite: 300 * time.Millisecond, away: 100 * time.Millisecond, recheck: 15 * time.Millisecond,
	quiet: 40 * time.Millisecond,
	retry: 100 * time.Millisecond, retryMax: 5 * time.Second,
}

// A View is what readers of the preview see at one moment.
type View struct {
	ID       uint64 // rises with every change
	State    *state.State
	Findings []diag.Diagnostic // what is known to be wrong by now
	Checked  bool              // every page was looked at for Findings
	Files    []string          // what changed to give this view

	ofPages []diag.Diagnostic // the findings in pages, as far as known; some may be of an earlier view
	trouble []diag.Diagnostic // that the site cannot be read
}

// Errors counts the mistakes.
func (v *View) Errors() int { return diag.Errors(v.Findings) }

// with gives a copy of the view with other findings.
func (v *View) with(ofPages, trouble []diag.Diagnostic) *View {
	w := *v
	w.ofPages, w.trouble = ofPages, trouble
	w.Findings = diag.Sort(v.State.Named(slices.Concat(v.State.Static(), ofPages, trouble)))
	return &w
}

// A States keeps a site's state up to date. Its methods may be called from any
// number of goroutines.
type States struct {
	times
	fsys    fs.FS
	opt     state.Options
	onCheck func(*View)
	look    chan request
	ready   chan struct{} // closed when there is a first view
	unseen  chan struct{} // there is a view that was not checked
	took    atomic.Int64  // nanoseconds of the last sweep
	busy    sync.Mutex    // held while the site is read: a check waits, the writer does not
	view    atomic.Pointer[View]

	mu   sync.Mutex // guards what follows, and who stores a view
	subs map[chan struct{}]bool
	good *state.State // the last state whose layouts and configuration were right
	stop context.CancelFunc
	kept map[string]*page
	tick uint64
	max  int // pages in kept
}

// page is a page as it was last shown without a mistake.
type page struct {
	data   []byte
	source string // the file with its text
	view   uint64 // of which view it is
	used   uint64 // when it was last asked for
}

// request asks the loop to look.
type request struct {
	hint notify.Hint
	done chan struct{} // closed when it has looked; may be nil
}

// New gives a States for the site in fsys. onCheck, when set, is called with
// every view whose check is complete.
func New(fsys fs.FS, opt state.Options, onCheck func(*View)) *States {
	return &States{
		times: usual, fsys: fsys, opt: opt, onCheck: onCheck,
		look: make(chan request), ready: make(chan struct{}), unseen: make(chan struct{}, 1),
		subs: map[chan struct{}]bool{}, kept: map[string]*page{}, max: keptMax,
	}
}

// Cost gives how long the last sweep took.
func (l *States) Cost() time.Duration { return time.Duration(l.took.Load()) }

// View gives the present view; it waits for the first one.
func (l *States) View(ctx context.Context) (*View, error) {
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
// when the site cannot be read at the start. When it cannot be read later, the
// last view stays, says so, and Run tries again.
func (l *States) Run(ctx context.Context, hints <-chan notify.Hint) error {
	s, err := l.load(ctx, nil, notify.Hint{All: true})
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	l.publish(s, nil)
	close(l.ready)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { l.checks(ctx) })

	var again <-chan time.Time
	var swept chan swept // of the sweep that is under way
	pause := l.retry
	for {
		var r request
		select {
		case <-ctx.Done():
			return nil
		case <-again:
			r.hint.All = true
		case h := <-hints:
			r.hint = h
		case r = <-l.look:
		case s := <-swept:
			swept = nil
			r.hint = l.learn(s)
		}
		var waiting []chan struct{}
		hint := r.hint
		if hint.All || len(hint.Paths) > 0 {
			hint, waiting = l.settled(ctx, hints, r)
		}
		if hint.Sweep && swept == nil {
			swept = l.sweep(ctx, &wg)
		}
		if !hint.All && len(hint.Paths) == 0 {
			continue
		}
		err := l.step(ctx, hints, hint)
		for _, w := range waiting {
			close(w)
		}
		again = nil
		if err != nil && ctx.Err() == nil {
			l.troubled(err)
			again = time.After(pause)
			pause = min(2*pause, l.retryMax)
		} else {
			pause = l.retry
		}
	}
}

// swept is what a sweep found.
type swept struct {
	from, next *state.State
	paths      []string
	err        error
}

// sweep looks at all files beside the loop: on a large site it takes longer
// than a writer wants to wait.
func (l *States) sweep(ctx context.Context, wg *sync.WaitGroup) chan swept {
	c := make(chan swept, 1)
	s := swept{from: l.view.Load().State}
	wg.Go(func() {
		start := time.Now()
		s.next, s.paths, s.err = state.Sweep(ctx, l.fsys, l.opt, s.from)
		l.took.Store(int64(time.Since(start)))
		c <- s
	})
	return c
}

// learn gives where to look after a sweep.
func (l *States) learn(s swept) notify.Hint {
	switch {
	case s.err != nil:
		return notify.Hint{All: true} // says what is the matter
	case len(s.paths) == 0 && l.view.Load().State == s.from:
		l.adopt(s.next)
	}
	return notify.Hint{Paths: s.paths}
}

// settled waits for what else there is to look at. Who asked for a look waits
// for no more.
func (l *States) settled(ctx context.Context, hints <-chan notify.Hint, r request) (notify.Hint, []chan struct{}) {
	hint := r.hint
	if r.done != nil {
		return hint, []chan struct{}{r.done}
	}
	end := time.Now().Add(l.settleMax)
	for time.Now().Before(end) {
		t := time.NewTimer(l.settle)
		select {
		case h := <-hints:
			t.Stop()
			hint = notify.Join(hint, h)
			continue
		case more := <-l.look:
			t.Stop()
			return notify.Join(hint, more.hint), []chan struct{}{more.done}
		case <-ctx.Done():
			t.Stop()
		case <-t.C:
		}
		break
	}
	return hint, nil
}

// step looks where the hint says and publishes what changed.
func (l *States) step(ctx context.Context, hints <-chan notify.Hint, hint notify.Hint) error {
	old := l.view.Load().State
	var since time.Time
	for {
		s, err := l.load(ctx, old, hint)
		if err != nil {
			return err
		}
		changed := scan.Changed(old.Tree, s.Tree)
		if len(changed) == 0 && old.SameKeys(s) && slices.Equal(old.Static(), s.Static()) {
			l.adopt(s)
			return nil
		}
		broke, away := unfinished(old, s, changed)
		if since.IsZero() {
			since = time.Now()
		}
		waited := time.Since(since)
		if (len(broke) == 0 || waited > l.halfWrite) && (len(away) == 0 || waited > l.away) {
			l.publish(s, changed)
			return nil
		}
		t := time.NewTimer(l.recheck)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case h := <-hints:
			t.Stop()
			hint = notify.Join(hint, h)
		case <-t.C:
		}
		hint = notify.Join(hint, notify.Hint{Paths: slices.Concat(broke, away)})
	}
}

// unfinished gives the changed files that may be in the middle of being saved:
// those that have a mistake now and had none before, and those that are gone.
func unfinished(a, b *state.State, changed []string) (broke, away []string) {
	bad := func(s *state.State) map[string]bool {
		m := map[string]bool{}
		for _, d := range s.Static() {
			if d.Severity == diag.Error {
				m[d.Pos.File] = true
			}
		}
		return m
	}
	was, is := bad(a), bad(b)
	for _, f := range changed {
		old, had := a.Tree.Get(f)
		switch now, there := b.Tree.Get(f); {
		case !there, had && now.Embedded && !old.Embedded: // or shows what lies under it
			away = append(away, f)
		case is[f] && !was[f]:
			broke = append(broke, f)
		}
	}
	return broke, away
}

// load reads the site, again when a file changed meanwhile.
func (l *States) load(ctx context.Context, prev *state.State, hint notify.Hint) (*state.State, error) {
	l.busy.Lock()
	defer l.busy.Unlock()
	for try := 0; ; try++ {
		var s *state.State
		var err error
		if hint.All || prev == nil {
			s, err = state.Load(ctx, l.fsys, l.opt, prev)
		} else {
			s, err = state.Update(ctx, l.fsys, l.opt, prev, hint.Paths)
		}
		if !errors.Is(err, state.ErrChanged) || try > 50 {
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
func (l *States) publish(s *state.State, changed []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := &View{ID: 1, State: s, Files: changed}
	if old := l.view.Load(); old != nil {
		v.ID = old.ID + 1
		v.ofPages = old.ofPages // until it is known better
	}
	if s.Sound() {
		l.good = s
	}
	l.view.Store(v.with(v.ofPages, nil))
	if l.stop != nil {
		l.stop()
		l.stop = nil
	}
	l.checkOn()
	l.wake()
}

// checkOn has the present view checked.
func (l *States) checkOn() {
	select {
	case l.unseen <- struct{}{}:
	default:
	}
}

// adopt puts s in the place of a state that says the same of the same files.
// What it knows more is when they were looked at.
func (l *States) adopt(s *state.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.view.Load()
	v := *old
	v.State = s
	if l.good == old.State {
		l.good = s
	}
	if old.trouble != nil {
		l.view.Store(v.with(v.ofPages, nil))
		l.wake()
		return
	}
	l.view.Store(&v)
}

// troubled says that the site cannot be read now.
func (l *States) troubled(err error) {
	l.mu.Lock()
	v := l.view.Load()
	v = v.with(v.ofPages, []diag.Diagnostic{{Pos: diag.Pos{File: "."}, Code: diag.InputRead, Msg: "the site cannot be read: " + err.Error(), Hint: "what is shown is how it was; this goes by itself when the site can be read again"}})
	l.view.Store(v)
	l.wake()
	l.mu.Unlock()
	if l.onCheck != nil {
		l.onCheck(v)
	}
}

// Subscribe gives a channel that has something whenever the view changed, and
// a function that ends that. A subscriber that does not read holds up nobody.
func (l *States) Subscribe() (<-chan struct{}, func()) {
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

// Subscribers gives how many follow the views.
func (l *States) Subscribers() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.subs)
}

// wake tells all subscribers; l.mu is held.
func (l *States) wake() {
	for c := range l.subs {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Look makes the loop look at paths now, and waits until it has; with no paths
// it looks everywhere.
func (l *States) Look(ctx context.Context, paths ...string) {
	r := request{hint: notify.Hint{Paths: paths, All: len(paths) == 0}, done: make(chan struct{})}
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
