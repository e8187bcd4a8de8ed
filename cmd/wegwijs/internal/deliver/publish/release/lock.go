package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// An Owner is who wants to change a target.
type Owner struct {
	User  string
	Host  string
	Space string // in which PID counts, where a host has several, as containers make them; "" where it has one
	PID   int
	Alive func(pid int) bool // whether a process of this host still runs; nil: not known, taken as yes
}

// By returns the owner as user@host.
func (o Owner) By() string { return o.User + "@" + o.Host }

// A Lock says who is changing a target.
type Lock struct {
	Token   string    `json:"token"` // tells two runs of one owner apart
	By      string    `json:"by"`    // user@host
	Host    string    `json:"host"`
	Space   string    `json:"space,omitempty"` // see Owner.Space
	PID     int       `json:"pid"`
	Action  string    `json:"action"`
	Release string    `json:"release"`
	Since   time.Time `json:"since"`
	// Beats counts the holder's signs of life, with a fixed number of digits:
	// a lock that is written over in place keeps its length.
	Beats string `json:"beats,omitempty"`

	// Quiet is how long ago the holder last gave a sign of life, by the
	// target's own clock; 0 when that was not asked.
	Quiet time.Duration `json:"-"`
	// Version tells this text of the lock from every other; what is in it is
	// the target's own affair.
	Version string `json:"-"`
}

// Beat is how often a holder gives a sign of life.
const Beat = 10 * time.Second

// Lapse is the silence after which a lock counts for nothing: many beats, so
// that a slow network or a sleeping laptop lid does not end a publish.
const Lapse = 5 * time.Minute

// missed is how many beats in a row a holder may miss of whom something else
// says already that it is gone.
const missed = 3

// Gone reports whether the lock's holder seems to be gone: it ran on a machine
// with this one's name and no such process runs here, or it has been silent for
// longer than [Lapse]. One that has not even written its name does that at once
// or never. Two machines can have one name, so a sign of life says more; see
// [Hold].
func (l *Lock) Gone(o Owner) bool { return l.lapsed() || l.left(o) }

func (l *Lock) lapsed() bool { return l.Quiet > Lapse || l.Token == "" && l.Quiet > missed*Beat }

func (l *Lock) left(o Owner) bool {
	return l.Host != "" && l.Host == o.Host && l.Space == o.Space && o.Alive != nil && !o.Alive(l.PID)
}

// String returns who holds the lock, in English.
func (l *Lock) String() string { return l.Said().String() }

// Said returns who holds the lock, for people.
func (l *Lock) Said() diag.Said {
	since := l.Since.Format(time.RFC3339)
	switch {
	case l.By == "":
		return diag.Said(diag.Say("someone who has not yet written a name"))
	case l.Quiet >= Beat:
		return diag.Said(diag.Say("%s (process %d), %s %s, since %s, silent for %s", l.By, l.PID, diag.Phrase(l.Action), l.Release, since, l.Quiet.Round(time.Second)))
	}
	return diag.Said(diag.Say("%s (process %d), %s %s, since %s", l.By, l.PID, diag.Phrase(l.Action), l.Release, since))
}

// A HeldError says that someone else is changing the target.
type HeldError struct{ Lock Lock }

func (e *HeldError) Error() string { return e.Said().String() }

// Said returns the text for people.
func (e *HeldError) Said() diag.Said {
	return diag.Said(diag.Say("the target is in use: %s", e.Lock.Said()))
}

// ErrLost ends a run whose lock someone else took away.
var ErrLost = diag.Errorf("someone else took over the lock; nothing further was changed")

// ErrTaken says that a lock could not be seized, because what stands at its
// place is not what was read there.
var ErrTaken = diag.Errorf("someone else took the lock first")

// A Pace says how fast a holder of a lock gives signs of life, and how long is
// waited for one. Its zero value is the usual one.
type Pace struct {
	Beat  time.Duration // between two signs of life; 0: [Beat]
	Watch time.Duration // for one sign that is due, see [Take]; 0: Beat
}

// A Slot is the place on a target at which its one lock stands.
type Slot interface {
	// ReadLock returns the lock that stands there, with Quiet and Version;
	// nil when none does, and one without a token when what stands there makes
	// no sense.
	ReadLock(ctx context.Context) (*Lock, error)
	// Seize puts l in the place of old, which ReadLock returned, or of
	// nothing when old is nil. It returns ErrTaken when something else stands
	// there by now.
	Seize(ctx context.Context, l Lock, old *Lock) error
	// Renew writes l again, which is a sign of life. It returns ErrLost when
	// the lock is another's; other errors show in the work itself soon enough.
	Renew(ctx context.Context, l Lock) error
	// Yield takes the lock away, if it is still this run's.
	Yield(ctx context.Context) error
}

// A Hold is a lock that this run has.
type Hold struct {
	// Victim is the lock of someone who seemed to live, which this run took.
	Victim *Lock

	slot   Slot
	lock   Lock
	pace   Pace
	stop   chan struct{}
	done   sync.WaitGroup
	cancel context.CancelCauseFunc
}

// Take makes the target's lock this run's: want says who is asking and for
// what. Someone else's lock gives a *HeldError, unless its holder is dead or
// take is set; then the lock of whoever has it is taken, but not that of a
// third who comes next. The context that comes back ends with ErrLost when
// someone takes the lock away. The caller gives the lock back with
// [Hold.Unlock].
//
//	free ────────────── Seize ──────────────→ ours
//	held, lapsed ────── Seize ──────────────→ ours
//	held, process gone ─ three beats silent → Seize → ours
//	                   └ a sign of life ────→ HeldError
//	held ────────────── HeldError; with take: Seize, and two beats of waiting,
//	                    in which a holder who lives notices and stops
//
// A dead holder is one that has been silent for longer than [Lapse], or whose
// process does not run on the machine that its lock names. The name alone
// proves nothing, since two machines may share it: the holder is then given
// three beats to show that it lives.
func Take(ctx context.Context, s Slot, want Lock, owner Owner, take bool, pace Pace) (context.Context, *Hold, error) {
	pace.Beat = cmp.Or(pace.Beat, Beat)
	pace.Watch = cmp.Or(pace.Watch, pace.Beat)
	h := &Hold{slot: s, lock: want, pace: pace}
	last := ""
	for tries := 0; tries < missed; { // again when the lock's holder leaves while we look
		old, err := s.ReadLock(ctx)
		if err != nil {
			return nil, nil, diag.Errorf("lock the target: %w", err)
		}
		if old == nil || old.Token == "" || old.Token != last {
			tries++ // else only a sign of life of the one who was there already
		}
		last = ""
		if old != nil {
			last = old.Token
		}
		if old != nil {
			dead, err := h.dead(ctx, old, owner)
			switch {
			case errors.Is(err, ErrTaken):
				continue
			case err != nil:
				return nil, nil, err
			case dead:
			case !take, h.Victim != nil && h.Victim.Token != old.Token:
				return nil, nil, &HeldError{Lock: *old}
			default:
				h.Victim = old
			}
		}
		h.lock.Beats = beats(0)
		switch err := s.Seize(ctx, h.lock, old); {
		case errors.Is(err, ErrTaken):
			continue
		case err != nil:
			return nil, nil, diag.Errorf("lock the target: %w", err)
		}
		ctx, err := h.hold(ctx)
		return ctx, h, err
	}
	return nil, nil, diag.Errorf("lock the target: others come and go too fast; try again")
}

func beats(n int) string { return fmt.Sprintf("%09d", n) }

// dead reports whether the holder of l is gone for sure. ErrTaken says that the
// lock is not that any more.
func (h *Hold) dead(ctx context.Context, l *Lock, o Owner) (bool, error) {
	if l.lapsed() || l.left(o) && l.Quiet > missed*Beat {
		return true, nil
	}
	if !l.left(o) {
		return false, nil
	}
	for range missed {
		if err := sleep(ctx, h.pace.Watch); err != nil {
			return false, err
		}
		now, err := h.slot.ReadLock(ctx)
		switch {
		case err != nil:
			return false, diag.Errorf("lock the target: %w", err)
		case now == nil || now.Token != l.Token:
			return false, ErrTaken
		case now.Version != l.Version:
			*l = *now
			return false, nil
		}
	}
	return true, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// hold begins to give signs of life.
func (h *Hold) hold(outer context.Context) (context.Context, error) {
	ctx, cancel := context.WithCancelCause(outer)
	h.cancel, h.stop = cancel, make(chan struct{})
	h.done.Go(func() { h.live(ctx) })
	if h.Victim != nil { // it may live; let it notice
		if err := sleep(ctx, 2*h.pace.Beat); err != nil {
			return nil, errors.Join(err, h.Unlock(outer))
		}
	}
	return ctx, nil
}

// live shows signs of life and looks whether the lock is still this run's.
func (h *Hold) live(ctx context.Context) {
	tick := time.NewTicker(h.pace.Beat)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-h.stop:
			return
		case <-tick.C:
		}
		h.lock.Beats = beats(n)
		// Not under ctx: a request that is cut off halfway might still be done.
		quick, done := context.WithTimeout(context.WithoutCancel(ctx), h.pace.Beat+30*time.Second)
		err := h.slot.Renew(quick, h.lock)
		done()
		if errors.Is(err, ErrLost) {
			h.cancel(ErrLost)
			return
		}
	}
}

// Unlock returns the lock back, even when ctx has ended. One that is another's by
// now is the other's to give back.
func (h *Hold) Unlock(ctx context.Context) error {
	close(h.stop)
	h.done.Wait()
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer done()
	defer h.cancel(nil)
	if err := h.slot.Yield(ctx); err != nil && !errors.Is(err, ErrLost) {
		return err
	}
	return nil
}
