package tree

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/diag"
)

// lockSize is the size of the lock file. It never changes, so that writing it
// again, which renews its time, leaves no half text for a reader.
const lockSize = 1024

// Lock keeps others from changing the target until unlock is called, see
// [release.Take]. It refuses a target in which something stands in the place
// of a folder of ours, or of the link that is switched.
//
// The lock is a file that gets its name by a hard link, which only one can
// make, so that it holds its text from the first moment on. Taking one away is
// safe against a holder that is dead; one that lives stops at its next beat,
// for which the taker waits, and asks once more right before it switches or
// takes anything away where readers are.
func (t *Tree) Lock(ctx context.Context, want release.Lock, owner release.Owner, take bool) (_ context.Context, unlock func() error, _ error) {
	if t.fs == nil {
		return nil, nil, diag.Errorf("the target's folder does not exist")
	}
	if err := t.ready(); err != nil {
		return nil, nil, err
	}
	want.Token = t.token
	ctx, h, err := release.Take(ctx, (*slot)(t), want, owner, take, t.Pace)
	if err != nil {
		return nil, nil, err
	}
	unlock = func() error { return h.Unlock(ctx) }
	if err := t.sweepTmp(ctx); err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	return ctx, unlock, nil
}

// ready makes the folders that a lock needs, and makes sure that nothing stands
// in the way of the work that the lock is for.
func (t *Tree) ready() error {
	if err := t.folders(); err != nil {
		return err
	}
	i, err := t.fs.Lstat(currentLink)
	switch {
	case err == nil && i.Kind != remote.Link:
		return diag.Errorf("%s on the target is not a symbolic link, so it cannot be switched: move it away", currentLink)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return diag.Errorf("look at the target: %w", err)
	}
	for _, d := range []string{release.Folder, tmpDir} {
		if err := t.mkdir(d); err != nil {
			return diag.Errorf("lock the target: %w", err)
		}
	}
	return nil
}

// A slot is a Tree as the place of its lock, see [release.Slot].
type slot Tree

func (s *slot) ReadLock(context.Context) (*release.Lock, error) {
	t := (*Tree)(s)
	l, err := t.readLock()
	if l != nil && l.Quiet == 0 {
		l.Quiet = t.quiet()
	}
	return l, err
}

// readLock returns nil when there is no lock, and one without a token when it
// cannot be understood: its holder may be writing it just now.
func (t *Tree) readLock() (*release.Lock, error) {
	b, err := t.readFile(lockFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	l := &release.Lock{}
	if err != nil && !broken(err) {
		return nil, err
	}
	if err != nil { // no file, so nobody is writing it
		return &release.Lock{Quiet: 2 * release.Lapse}, nil
	}
	if json.Unmarshal(b, l) != nil {
		return &release.Lock{Version: string(b)}, nil
	}
	l.Version = l.Token + " " + l.Beats
	return l, nil
}

func lockText(l release.Lock) ([]byte, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	if len(text) >= lockSize {
		return nil, diag.Errorf("the name %q is too long", l.By)
	}
	return append(text, strings.Repeat(" ", lockSize-1-len(text))+"\n"...), nil
}

// Seize makes the lock file.
func (s *slot) Seize(ctx context.Context, l release.Lock, old *release.Lock) (err error) {
	t := (*Tree)(s)
	if old != nil {
		if err := t.takeLock(ctx, old); err != nil {
			return err
		}
	}
	text, err := lockText(l)
	if err != nil {
		return err
	}
	tmp := t.tmpName()
	f, err := t.fs.CreateLock(tmp)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
		} else {
			t.held = f
		}
	}()
	defer t.fs.Remove(tmp)
	t.bare = false
	if _, err := f.WriteAt(text, 0); err != nil {
		if !errors.Is(err, remote.ErrFull) {
			return err
		}
		f.Close()
		f, err = t.lockWithoutRoom(ctx, text)
		return err
	}
	err = t.fs.Link(tmp, lockFile)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return release.ErrTaken
	case t.mine() == nil:
		return nil // done, and the answer lost
	case errors.Is(err, fs.ErrNotExist):
		return release.ErrTaken // swept away by the one who has the lock by now
	case !errors.Is(err, errors.ErrUnsupported):
		return err
	}
	// Without links there is a moment in which the lock names nobody.
	own, err := t.fs.CreateLock(lockFile)
	if errors.Is(err, fs.ErrExist) {
		return release.ErrTaken
	}
	if err != nil {
		return err
	}
	f.Close()
	f = own
	if _, err = f.WriteAt(text, 0); err != nil {
		t.fs.Remove(lockFile)
	}
	return err
}

// lockWithoutRoom takes the lock of a target whose disk is full: an empty file,
// which needs no room there. Then it throws away what nobody needs, which may
// make room for the name of its holder. Without that, others take the lock for
// one that is being written, and leave it alone for as long as a rollback needs.
func (t *Tree) lockWithoutRoom(ctx context.Context, text []byte) (remote.LockFile, error) {
	f, err := t.fs.CreateLock(lockFile)
	if errors.Is(err, fs.ErrExist) {
		return nil, release.ErrTaken
	}
	if err != nil {
		return nil, err
	}
	t.bare = true
	for _, name := range []string{tmpDir, trashDir, spareDir, stageDir} {
		if err := t.removeAll(ctx, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			f.Close()
			return nil, errors.Join(err, t.fs.Remove(lockFile))
		}
	}
	if err := t.mkdir(tmpDir); err != nil {
		f.Close()
		return nil, errors.Join(err, t.fs.Remove(lockFile))
	}
	if _, err := f.WriteAt(text, 0); err == nil {
		t.bare = false
	}
	return f, nil
}

// Renew writes through the open file: that touches this run's lock even when
// another's has come in its place.
func (s *slot) Renew(_ context.Context, l release.Lock) error {
	t := (*Tree)(s)
	if text, err := lockText(l); err == nil {
		if _, err := t.held.WriteAt(text, 0); err == nil {
			t.mu.Lock()
			t.bare = false
			t.mu.Unlock()
		}
	}
	return t.mine()
}

func (s *slot) Yield(context.Context) error {
	t := (*Tree)(s)
	err := t.mine()
	if err == nil {
		err = t.fs.Remove(lockFile)
	}
	t.held.Close()
	t.held = nil
	return err
}

// mine returns release.ErrLost when the lock is not this run's any more.
func (t *Tree) mine() error {
	l, err := t.readLock()
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if l == nil || l.Token != t.token && !(t.bare && l.Token == "") {
		return release.ErrLost
	}
	return nil
}

// takeLock takes away the lock old, of whoever it is.
func (t *Tree) takeLock(ctx context.Context, old *release.Lock) error {
	// By rename, so that of two takers one succeeds; and what was taken is
	// looked at, since the holder may have given it back to a third meanwhile.
	away := t.tmpName()
	if err := t.fs.Rename(lockFile, away); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return diag.Errorf("take over: %w", err)
	}
	taken := &release.Lock{}
	if b, err := t.readFile(away); err == nil {
		json.Unmarshal(b, taken)
	}
	if taken.Token != old.Token {
		t.fs.Link(away, lockFile)
		t.fs.Remove(away)
		return release.ErrTaken
	}
	if err := t.discard(ctx, away); err != nil {
		return diag.Errorf("take over: %w", err)
	}
	return nil
}

// quiet says how long ago the lock was last written, by the target's clock: a
// new file tells its time. 0 when that cannot be told.
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
func (t *Tree) sweepTmp(ctx context.Context) error {
	all, err := t.fs.ReadDir(tmpDir)
	if err != nil {
		return err
	}
	for _, i := range all {
		if err := t.discard(ctx, tmpDir+"/"+i.Name); err != nil {
			return err
		}
	}
	return nil
}

// discard removes whatever stands at a name, if anything does. A link is
// removed, and not what it leads to.
func (t *Tree) discard(ctx context.Context, name string) error {
	i, err := t.fs.Lstat(name)
	if err == nil && i.Kind == remote.Dir {
		err = t.removeAll(ctx, name)
	} else if err == nil {
		err = t.fs.Remove(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
