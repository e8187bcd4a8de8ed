package bucket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
)

// held is a lock that this run has.
type held struct {
	mu   sync.Mutex
	lock release.Lock
	tag  string
	stop chan struct{}
	done sync.WaitGroup
}

var lockHeaders = headers{kind: "application/json; charset=utf-8", cache: "no-store"}

// lockText is the lock as an object; beat makes each sign of life a new one.
func lockText(l release.Lock, beat int) []byte {
	b, err := json.Marshal(struct {
		release.Lock
		Beat int `json:"beat"`
	}{l, beat})
	if err != nil {
		panic(err) // texts, numbers and a time
	}
	return b
}

// Lock keeps others from changing the target until unlock is called; want says
// who is asking and for what. Someone else's lock gives a *release.HeldError,
// unless its holder is dead (see release.Lock.Dead) or take is set: then the
// lock of whoever has it is taken, but not that of a third who comes next. The
// context that comes back ends with release.ErrLost when someone takes the lock
// away; whoever lost it cannot replace the state either.
func (b *Bucket) Lock(ctx context.Context, want release.Lock, owner release.Owner, take bool) (_ context.Context, unlock func() error, _ error) {
	want.Token = b.token
	from := ""    // whose lock is taken by force: no other's
	for range 3 { // again when the lock's holder leaves while we look
		l, tag, err := b.readLock(ctx)
		if err != nil {
			return nil, nil, err
		}
		cond, alive := condition{tag: tag, absent: l == nil}, false
		if l != nil && !l.Dead(owner) {
			if !take || from != "" && from != l.Token {
				return nil, nil, &release.HeldError{Lock: *l}
			}
			alive, from, b.victim = true, l.Token, l.Release
		}
		tag, err = b.c.putBytes(ctx, lockKey, lockText(want, 0), lockHeaders, cond)
		if errors.Is(err, errOther) || errors.Is(err, errAbsent) {
			// Refused, or done and the answer lost.
			l, t, rerr := b.readLock(ctx)
			if rerr != nil {
				return nil, nil, rerr
			}
			if l == nil || l.Token != b.token {
				continue
			}
			tag, err = t, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("lock the target: %w", err)
		}
		return b.hold(ctx, want, tag, alive)
	}
	return nil, nil, errors.New("lock the target: others come and go too fast; try again")
}

func (b *Bucket) hold(ctx context.Context, l release.Lock, tag string, alive bool) (context.Context, func() error, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	b.held = &held{lock: l, tag: tag, stop: make(chan struct{})}
	b.held.done.Go(func() { b.live(ctx, cancel) })
	unlock := func() error {
		close(b.held.stop)
		b.held.done.Wait()
		// Even after ctx has ended, and then not for ever.
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer done()
		defer cancel(nil)
		defer func() { b.held = nil }()
		now, _, err := b.readLock(ctx)
		if err != nil || now == nil || now.Token != b.token {
			return err
		}
		return b.c.remove(ctx, lockKey)
	}
	if err := b.probe(ctx); err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	if alive {
		select { // the holder may live; let it notice
		case <-ctx.Done():
			return nil, nil, errors.Join(context.Cause(ctx), unlock())
		case <-time.After(2 * b.beat):
		}
	}
	return ctx, unlock, nil
}

// ErrNoConditions says that a store ignores what keeps two publishers apart.
var ErrNoConditions = errors.New("the object store does not honour conditional puts (If-Match, If-None-Match), so nothing would keep two publishers apart: choose another, or set conditional = false and see to it that only one publishes at a time")

// probe makes sure that the store refuses what it should: some take a header
// that they do not know for no header at all.
func (b *Bucket) probe(ctx context.Context) error {
	if b.c.weak {
		return nil
	}
	b.held.mu.Lock()
	defer b.held.mu.Unlock()
	for _, cond := range []condition{{absent: true}, {tag: "00000000000000000000000000000000"}} {
		tag, err := b.c.putBytes(ctx, lockKey, lockText(b.held.lock, 0), lockHeaders, cond)
		if err == nil {
			b.held.tag = tag
			return ErrNoConditions
		}
		if !errors.Is(err, errOther) {
			return fmt.Errorf("%w (%w)", ErrNoConditions, err)
		}
	}
	return nil
}

// live gives signs of life and looks whether the lock is still ours.
func (b *Bucket) live(ctx context.Context, cancel context.CancelCauseFunc) {
	h := b.held
	tick := time.NewTicker(b.beat)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-h.stop:
			return
		case <-tick.C:
		}
		h.mu.Lock()
		// Not under ctx: a request that is cut off halfway might still be
		// done, and its answer holds the tag for the next.
		quick, done := context.WithTimeout(context.WithoutCancel(ctx), b.beat+30*time.Second)
		tag, err := b.c.putBytes(quick, lockKey, lockText(h.lock, n), lockHeaders, condition{tag: h.tag})
		if err == nil {
			h.tag = tag
		} else if errors.Is(err, errOther) || errors.Is(err, errAbsent) {
			l, t, rerr := b.readLock(quick)
			switch {
			case rerr == nil && l != nil && l.Token == b.token:
				h.tag = t
			case rerr == nil:
				cancel(release.ErrLost)
				done()
				h.mu.Unlock()
				return
			}
		}
		done()
		h.mu.Unlock()
	}
}

// readLock gives nil when there is no lock.
func (b *Bucket) readLock(ctx context.Context) (_ *release.Lock, tag string, _ error) {
	text, tag, changed, err := b.c.getBytes(ctx, lockKey)
	if errors.Is(err, errAbsent) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	l := &release.Lock{}
	if json.Unmarshal(text, l) != nil {
		l = &release.Lock{}
	}
	b.c.trip.mu.Lock()
	now := b.c.trip.date
	b.c.trip.mu.Unlock()
	if !now.IsZero() && !changed.IsZero() {
		l.Quiet = max(now.Sub(changed), 0)
	}
	return l, tag, nil
}
