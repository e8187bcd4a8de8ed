package bucket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
)

// held is a lock that this run has.
type held struct {
	mu   sync.Mutex
	lock release.Lock
	tag  string
}

var lockHeaders = headers{kind: "application/json; charset=utf-8", cache: "no-store"}

func lockText(l release.Lock) []byte {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // texts, numbers and a time
	}
	return b
}

// Lock keeps others from changing the target until unlock is called, see
// [release.Take]. Whoever lost the lock cannot replace the state either.
func (b *Bucket) Lock(ctx context.Context, want release.Lock, owner release.Owner, take bool) (_ context.Context, unlock func() error, _ error) {
	want.Token = b.token
	ctx, h, err := release.Take(ctx, (*slot)(b), want, owner, take, b.conf.Pace)
	if err != nil {
		return nil, nil, err
	}
	if h.Victim != nil {
		b.victim = h.Victim.Release
	}
	unlock = func() error { return h.Unlock(ctx) }
	if err := b.probe(ctx); err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	return ctx, unlock, nil
}

// A slot is a Bucket as the place of its lock, see [release.Slot]: an object
// that is replaced only by conditional puts.
type slot Bucket

func (s *slot) ReadLock(ctx context.Context) (*release.Lock, error) {
	l, _, err := (*Bucket)(s).readLock(ctx)
	return l, err
}

func (s *slot) Seize(ctx context.Context, l release.Lock, old *release.Lock) error {
	b := (*Bucket)(s)
	cond := condition{absent: old == nil}
	if old != nil {
		cond.tag = old.Version
	}
	tag, err := b.c.putBytes(ctx, lockKey, lockText(l), lockHeaders, cond)
	if errors.Is(err, errOther) || errors.Is(err, errAbsent) {
		// Refused, or done and the answer lost.
		now, t, rerr := b.readLock(ctx)
		if rerr != nil {
			return rerr
		}
		if now == nil || now.Token != b.token {
			return release.ErrTaken
		}
		tag, err = t, nil
	}
	if err != nil {
		return err
	}
	b.held = &held{lock: l, tag: tag}
	return nil
}

func (s *slot) Renew(ctx context.Context, l release.Lock) error {
	b := (*Bucket)(s)
	b.held.mu.Lock()
	defer b.held.mu.Unlock()
	b.held.lock = l
	tag, err := b.c.putBytes(ctx, lockKey, lockText(l), lockHeaders, condition{tag: b.held.tag})
	if err == nil {
		b.held.tag = tag
		return nil
	}
	if !errors.Is(err, errOther) && !errors.Is(err, errAbsent) {
		return err
	}
	now, t, rerr := b.readLock(ctx)
	switch {
	case rerr != nil:
		return rerr
	case now == nil || now.Token != b.token:
		return release.ErrLost
	}
	b.held.tag = t
	return nil
}

func (s *slot) Yield(ctx context.Context) error {
	b := (*Bucket)(s)
	now, _, err := b.readLock(ctx)
	if err != nil || now == nil || now.Token != b.token {
		return err
	}
	return b.c.remove(ctx, lockKey)
}

// ErrNoConditions says that a store ignores what keeps two publishers apart.
var ErrNoConditions = diag.Errorf("the object store does not honour conditional puts (If-Match, If-None-Match), so nothing would keep two publishers apart: choose another, or set conditional = false and see to it that only one publishes at a time")

// probe makes sure that the store refuses what it should: some take a header
// that they do not know for no header at all.
func (b *Bucket) probe(ctx context.Context) error {
	if b.c.weak {
		return nil
	}
	b.held.mu.Lock()
	defer b.held.mu.Unlock()
	for _, cond := range []condition{{absent: true}, {tag: "00000000000000000000000000000000"}} {
		tag, err := b.c.putBytes(ctx, lockKey, lockText(b.held.lock), lockHeaders, cond)
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

// readLock returns nil when there is no lock. Its Version is its tag.
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
	l.Version = tag
	b.c.trip.mu.Lock()
	now := b.c.trip.date
	b.c.trip.mu.Unlock()
	if !now.IsZero() && !changed.IsZero() {
		l.Quiet = max(now.Sub(changed), 0)
	}
	return l, tag, nil
}
