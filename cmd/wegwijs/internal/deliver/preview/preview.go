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
	Since    []string          // what changed since the last view that was checked, in the order it was seen

	ofPages []diag.Diagnostic // the findings in pages, as far as known; some may be of an earlier view
	trouble []diag.Diagnostic // that the site cannot be read
}

// Errors counts the mistakes.
func (v *View) Errors() int { return diag.Errors(v.Findings) }

// with returns a copy of the view with other findings.
func (v *View) with(ofPages, trouble []diag.Diagnostic) *View {
	w := *v
	w.ofPages, w.trouble = ofPages, trouble
	w.Findings = diag.Sort(v.State.Named(slices.Concat(v.State.Static(), ofPages, trouble)))
	return &w
}

// A States keeps a site's state up to date. Its methods may be called from any
// number of goroutines.
type States struct {
	// Blind reports whether changes come without hints, so that who asks for a
	// page must look first. nil: they do not. It is set before Run.
	Blind func() bool
	// Whole says that files are never in the middle of being saved, as the
	// buffers of an editor are not: what is there is shown at once. It is set
	// before Run.
	Whole bool

	times
	fsys    fs.FS
	opt     state.Options
	onCheck func(*View)
	look    chan request
	ready   chan struct{} // closed when there is a first view
	unseen  chan struct{} // there is a view that was not checked
	took    atomic.Int64  // nanoseconds of the last sweep
	touched atomic.Int64  // when somebody last asked or edited, in nanoseconds
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

// New returns a States for the site in fsys. onCheck, when set, is called with
// every view whose check is complete.
func New(fsys fs.FS, opt state.Options, onCheck func(*View)) *States {
	return &States{
		times: usual, fsys: fsys, opt: opt, onCheck: onCheck,
		look: make(chan request), ready: make(chan struct{}), unseen: make(chan struct{}, 1),
		subs: map[chan struct{}]bool{}, kept: map[string]*page{}, max: keptMax,
	}
}

// Cost returns how long the last sweep took.
func (l *States) Cost() time.Duration { return time.Duration(l.took.Load()) }

// busyFor is how long after a request or an edit somebody is taken to be at
// work.
const busyFor = time.Minute

// Busy reports whether somebody is at work: pages were asked for or files
// edited a moment ago.
func (l *States) Busy() bool {
	return time.Since(time.Unix(0, l.touched.Load())) < busyFor
}

func (l *States) touch() { l.touched.Store(time.Now().UnixNano()) }

// Fresh makes sure, where changes come without hints, that all that was saved
// before the call is in the present view.
func (l *States) Fresh(ctx context.Context) {
	l.touch()
	if l.Blind == nil || !l.Blind() || l.view.Load() == nil {
		return
	}
	l.ask(ctx, notify.Hint{Sweep: true})
}

// View returns the present view; it waits for the first one.
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

// Run reads the site and follows hints until ctx ends. It returns an error only
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
	m := machine{States: l, pause: l.retry, timer: time.NewTimer(0)}
	defer m.timer.Stop()
	m.run(ctx, hints)
	m.wait.Wait()
	return nil
}

// A machine is the loop; doc.go draws it.
type machine struct {
	*States
	timer *time.Timer // when to look, if there is something to look at
	wait  sync.WaitGroup

	hint    notify.Hint     // where to look; nothing: resting
	waiting []chan struct{} // closed when that was looked at
	first   time.Time       // when it began to gather
	since   time.Time       // since when something is held back; zero: nothing is
	pause   time.Duration   // after the next failure to read the site

	sweeping chan swept      // of the sweep that is under way; nil: none
	sweepFor []chan struct{} // who waits for it
	sweepTo  []chan struct{} // who waits for the next one, since it began too early for them
}

// run reads all channels until ctx ends.
func (m *machine) run(ctx context.Context, hints <-chan notify.Hint) {
	for {
		select {
		case <-ctx.Done():
			return
		case h := <-hints:
			m.take(ctx, h, nil)
		case r := <-m.look:
			m.take(ctx, r.hint, r.done)
		case s := <-m.sweeping:
			m.learn(ctx, s)
		case <-m.timer.C:
			if m.something() {
				m.lookNow(ctx)
			}
		}
	}
}

func (m *machine) something() bool { return m.hint.All || len(m.hint.Paths) > 0 }

// take joins a hint with what there is to look at. Who waits for a look waits
// for nothing else.
func (m *machine) take(ctx context.Context, h notify.Hint, done chan struct{}) {
	if h.Sweep && !h.All {
		m.sweep(ctx, done)
		h.Sweep, done = false, nil
	}
	if !h.All && len(h.Paths) == 0 {
		return
	}
	if !m.something() {
		m.first = time.Now()
	}
	m.hint = notify.Join(m.hint, h)
	if done != nil {
		m.waiting = append(m.waiting, done)
		m.lookNow(ctx)
		return
	}
	if m.since.IsZero() { // else it looks again soon anyway
		m.timer.Reset(max(0, min(m.settle, m.settleMax-time.Since(m.first))))
	}
}

// swept is what a sweep found.
type swept struct {
	from, next *state.State
	paths      []string
	err        error
}

// sweep looks at all files beside the loop: on a large site it takes longer
// than a writer wants to wait. done, which may be nil, is closed when what it
// found was looked at.
func (m *machine) sweep(ctx context.Context, done chan struct{}) {
	if m.sweeping != nil {
		if done != nil {
			m.sweepTo = append(m.sweepTo, done)
		}
		return
	}
	c := make(chan swept, 1)
	m.sweeping = c
	if done != nil {
		m.sweepFor = append(m.sweepFor, done)
	}
	s := swept{from: m.view.Load().State}
	m.wait.Go(func() {
		start := time.Now()
		s.next, s.paths, s.err = state.Sweep(ctx, m.fsys, m.opt, s.from)
		m.took.Store(int64(time.Since(start)))
		c <- s
	})
}

// learn looks where a sweep found something.
func (m *machine) learn(ctx context.Context, s swept) {
	m.sweeping = nil
	done := m.sweepFor
	m.sweepFor, m.sweepTo = m.sweepTo, nil
	if len(m.sweepFor) > 0 {
		m.sweep(ctx, nil)
	}
	switch {
	case s.err != nil:
		m.hint.All = true // says what is the matter
	case len(s.paths) > 0:
		m.hint = notify.Join(m.hint, notify.Hint{Paths: s.paths})
	case m.view.Load().State == s.from:
		m.adopt(s.next)
	}
	m.waiting = append(m.waiting, done...)
	if m.something() {
		m.lookNow(ctx)
	} else {
		m.rest()
	}
}

// rest is where every look ends but one that holds something back.
func (m *machine) rest() {
	m.hint, m.since = notify.Hint{}, time.Time{}
	for _, w := range m.waiting {
		close(w)
	}
	m.waiting = nil
}

// lookNow looks where the hint says and publishes what changed.
func (m *machine) lookNow(ctx context.Context) {
	old := m.view.Load().State
	s, err := m.load(ctx, old, m.hint)
	if err != nil {
		m.rest()
		if ctx.Err() == nil {
			m.troubled(err)
			m.hint.All = true
			m.first = time.Now()
			m.timer.Reset(m.pause)
			m.pause = min(2*m.pause, m.retryMax)
		}
		return
	}
	m.pause = m.retry
	changed := scan.Changed(old.Tree, s.Tree)
	if len(changed) == 0 && old.SameKeys(s) && slices.Equal(old.Static(), s.Static()) {
		m.adopt(s)
		m.rest()
		return
	}
	broke, away := unfinished(old, s, changed)
	if m.since.IsZero() {
		m.since = time.Now()
	}
	waited := time.Since(m.since)
	if m.Whole || (len(broke) == 0 || waited > m.halfWrite) && (len(away) == 0 || waited > m.away) {
		m.touch()
		m.publish(s, changed)
		m.rest()
		return
	}
	m.hint = notify.Join(m.hint, notify.Hint{Paths: slices.Concat(broke, away)})
	m.timer.Reset(m.recheck)
}

// unfinished returns the changed files that may be in the middle of being saved:
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
		if !old.Checked {
			v.Since = old.Since
		}
		v.Since = slices.Concat(v.Since, changed)
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
	v = v.with(v.ofPages, []diag.Diagnostic{{Pos: diag.Pos{File: "."}, Code: diag.InputRead, Msg: diag.Say("the site cannot be read: %s", err), Hint: "what is shown is how it was; this goes by itself when the site can be read again"}})
	l.view.Store(v)
	l.wake()
	l.mu.Unlock()
	if l.onCheck != nil {
		l.onCheck(v)
	}
}

// Subscribe returns a channel that has something whenever the view changed, and
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

// Subscribers returns how many follow the views.
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
	l.ask(ctx, notify.Hint{Paths: paths, All: len(paths) == 0})
}

func (l *States) ask(ctx context.Context, h notify.Hint) {
	r := request{hint: h, done: make(chan struct{})}
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
