package tree

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
)

// held is a lock that this run has.
type held struct {
	file remote.LockFile
	text []byte
	stop chan struct{}
	done sync.WaitGroup
}

// lockSize is the size of the lock file. It never changes, so that writing it
// again, which renews its time, leaves no half text for a reader.
const lockSize = 1024

// Lock keeps others from changing the target until unlock is called; want says
// who is asking and for what. Someone else's lock gives a *release.HeldError,
// unless its holder is dead (see release.Lock.Dead) or take is set: then the
// lock of whoever has it is taken, but not that of a third who comes next. The
// context that comes back ends with release.ErrLost when someone takes the lock
// away.
//
// The lock is a file that gets its name by a hard link, which only one can
// make, so that it holds its text from the first moment on. Taking one away is
// safe against a holder that is dead; one that lives stops at its next beat,
// for which the taker waits, and asks once more right before it switches or
// takes anything away where readers are.
func (t *Tree) Lock(ctx context.Context, want release.Lock, owner release.Owner, take bool) (_ context.Context, unlock func() error, _ error) {
	if t.fs == nil {
		return nil, nil, errors.New("the target's folder does not exist")
	}
	for _, d := range []string{release.Folder, tmpDir} {
		if err := t.mkdir(d); err != nil {
			return nil, nil, fmt.Errorf("lock the target: %w", err)
		}
	}
	want.Token = t.token
	text, err := json.Marshal(want)
	if err != nil {
		return nil, nil, err
	}
	if len(text) >= lockSize {
		return nil, nil, fmt.Errorf("lock the target: the name %q is too long", want.By)
	}
	text = append(text, strings.Repeat(" ", lockSize-1-len(text))+"\n"...)
	for range 3 { // again when the lock's holder leaves while we look
		f, err := t.tryLock(text)
		if err == nil {
			return t.hold(ctx, f, text)
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, nil, fmt.Errorf("lock the target: %w", err)
		}
		if err := t.clear(ctx, owner, take); err != nil {
			return nil, nil, err
		}
		take = false // it was meant for the one whose lock that was
	}
	return nil, nil, errors.New("lock the target: others come and go too fast; try again")
}

// tryLock makes the lock file; fs.ErrExist when there is one.
func (t *Tree) tryLock(text []byte) (_ remote.LockFile, err error) {
	tmp := t.tmpName()
	f, err := t.fs.CreateLock(tmp)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	defer t.fs.Remove(tmp)
	if _, err := f.WriteAt(text, 0); err != nil {
		return nil, err
	}
	err = t.fs.Link(tmp, lockFile)
	switch {
	case err == nil, errors.Is(err, fs.ErrExist):
		return f, err
	case t.mine() == nil:
		return f, nil // done, and the answer lost
	case errors.Is(err, fs.ErrNotExist):
		return nil, fs.ErrExist // swept away by the one who has the lock by now
	case !errors.Is(err, errors.ErrUnsupported):
		return nil, err
	}
	// Without links there is a moment in which the lock names nobody.
	own, err := t.fs.CreateLock(lockFile)
	if err != nil {
		return nil, err
	}
	f.Close()
	f = own
	if _, err = f.WriteAt(text, 0); err != nil {
		t.fs.Remove(lockFile)
		return nil, err
	}
	return f, nil
}

func (t *Tree) hold(ctx context.Context, f remote.LockFile, text []byte) (context.Context, func() error, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	t.held = &held{file: f, text: text, stop: make(chan struct{})}
	t.held.done.Go(func() { t.live(cancel) })
	unlock := func() error {
		close(t.held.stop)
		t.held.done.Wait()
		cancel(nil)
		err := t.mine()
		if err == nil {
			err = t.fs.Remove(lockFile)
		}
		t.held.file.Close()
		t.held = nil
		if errors.Is(err, release.ErrLost) {
			return nil // it is another's now, to give back when done
		}
		return err
	}
	if err := t.sweepTmp(); err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	return ctx, unlock, nil
}

// live gives signs of life and looks whether the lock is still ours.
func (t *Tree) live(cancel context.CancelCauseFunc) {
	tick := time.NewTicker(t.Beat)
	defer tick.Stop()
	for {
		select {
		case <-t.held.stop:
			return
		case <-tick.C:
		}
		// Through the open file: it touches our lock even when another's has
		// come in its place. A failure shows in the work itself soon enough.
		t.held.file.WriteAt(t.held.text, 0)
		if errors.Is(t.mine(), release.ErrLost) {
			cancel(release.ErrLost)
			return
		}
	}
}

// mine gives release.ErrLost when the lock is not this run's any more.
func (t *Tree) mine() error {
	l, err := t.readLock()
	if err != nil {
		return err
	}
	if l == nil || l.Token != t.token {
		return release.ErrLost
	}
	return nil
}

// readLock gives nil when there is no lock, and an empty one when it cannot be
// understood: its holder may be writing it just now.
func (t *Tree) readLock() (*release.Lock, error) {
	b, err := t.readFile(lockFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l := &release.Lock{}
	if json.Unmarshal(b, l) != nil {
		return &release.Lock{}, nil
	}
	return l, nil
}

// clear takes away a lock that does not count, and gives a HeldError for one
// that does.
func (t *Tree) clear(ctx context.Context, owner release.Owner, take bool) error {
	l, err := t.readLock()
	if err != nil || l == nil {
		return err
	}
	l.Quiet = t.quiet()
	dead := l.Dead(owner)
	if !dead && !take {
		return &release.HeldError{Lock: *l}
	}
	// By rename, so that of two takers one succeeds; and what was taken is
	// looked at, since the holder may have given it back to a third meanwhile.
	away := t.tmpName()
	if err := t.fs.Rename(lockFile, away); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("take over the lock: %w", err)
	}
	taken := &release.Lock{}
	if b, err := t.readFile(away); err == nil {
		json.Unmarshal(b, taken)
	}
	if taken.Token != l.Token {
		t.fs.Link(away, lockFile)
		t.fs.Remove(away)
		return &release.HeldError{Lock: *taken}
	}
	if err := t.fs.Remove(away); err != nil {
		return fmt.Errorf("take over the lock: %w", err)
	}
	if !dead {
		select { // the holder may live; let it notice
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(2 * t.Beat):
		}
	}
	return nil
}

// quiet says how long ago the lock was last written, by the target's clock: a
// new file gives its time. 0 when that cannot be told.
func (t *Tree) quiet() time.Duration {
	now := t.tmpName()
	if err := t.fs.Create(now, 0, strings.NewReader("")); err != nil {
		return 0
	}
	n, err := t.fs.Lstat(now)
	t.fs.Remove(now)
	if err != nil {
		return 0
	}
	l, err := t.fs.Lstat(lockFile)
	if err != nil {
		return 0
	}
	return max(n.Mod.Sub(l.Mod), 0)
}

// sweepTmp removes what killed runs left under way.
func (t *Tree) sweepTmp() error {
	all, err := t.fs.ReadDir(tmpDir)
	if err != nil {
		return err
	}
	for _, i := range all {
		if err := t.fs.Remove(tmpDir + "/" + i.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
