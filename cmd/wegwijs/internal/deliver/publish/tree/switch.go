package tree

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// Switch makes readers get the job's release, which Send has brought. This is
// one rename: before it they get the old release, after it the new one. A
// *release.LiveError says that it was done and its line in the history is not.
func (t *Tree) Switch(ctx context.Context, j *release.Job) error {
	id := j.Record.Release
	i, err := t.fs.Lstat(currentLink)
	if err == nil && i.Kind != remote.Link {
		return diag.Errorf("%s on the target is not a symbolic link, so it cannot be switched: move it away", currentLink)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diag.Errorf("switch: %w", err)
	}
	if j.Old.Current != id || err != nil {
		tmp := t.tmpName()
		if err := t.fs.Symlink(treeOf(id), tmp); err != nil {
			return diag.Errorf("switch: %w", err)
		}
		// The last look before the point of no return.
		err := t.mine()
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			t.fs.Remove(tmp)
			return diag.Errorf("switch: %w", err)
		}
		if err := t.fs.Rename(tmp, currentLink); err != nil {
			to, rerr := t.fs.Readlink(currentLink)
			switch {
			case rerr == nil && to == treeOf(id): // done, and the answer lost
			case rerr == nil || errors.Is(rerr, fs.ErrNotExist):
				t.fs.Remove(tmp)
				return diag.Errorf("switch: %w", err)
			default:
				return diag.Errorf("switch: %w; whether it was done is not known, ask `wegwijs publish status`", err)
			}
		}
	}
	if h, changed := release.Remember(j); changed {
		err := t.putJSON(historyFile, h)
		if errors.Is(err, remote.ErrFull) && j.Action == "rollback" {
			j.Note("the history does not have this rollback: %v", err)
			err = nil
		}
		if err != nil {
			return &release.LiveError{Err: err}
		}
	}
	return nil
}

// Tidy removes what nobody needs any more: releases beyond those to keep, and
// what broken runs left. Readers notice nothing.
func (t *Tree) Tidy(ctx context.Context, j *release.Job) error {
	// Long may have passed since the switch: readers' side was asked.
	if err := t.mine(); err != nil {
		return err
	}
	if err := t.emptyTrash(ctx); err != nil {
		return err
	}
	s, err := t.Look(ctx, &release.State{Current: j.Record.Release, Manifest: j.Manifest})
	if err != nil {
		return err
	}
	whole := map[string]bool{}
	for _, r := range s.Releases {
		whole[r.Release] = true
	}
	if len(s.Releases) > j.Keep {
		// The newest of those that go is the nearest to the next release.
		for n, r := range s.Releases[max(j.Keep, 1):] {
			if err := t.retire(ctx, r, n == 0); err != nil {
				return diag.Errorf("remove release %s: %w", r.Release, err)
			}
			delete(whole, r.Release)
		}
	}
	all, err := t.fs.ReadDir(releasesDir)
	if err != nil {
		return err
	}
	// Trees whose record and manifest make no sense: nobody can go back to them.
	for _, i := range all {
		if i.Kind != remote.Dir || !release.CheckID(i.Name) || whole[i.Name] || i.Name == j.Record.Release {
			continue
		}
		if _, err := t.Release(ctx, i.Name); err == nil {
			continue // it came since the target was looked at: somebody else has the lock
		}
		if there, err := t.exists(recordOf(i.Name)); err != nil {
			return err
		} else if there {
			if err := t.toTrash(treeOf(i.Name)); err != nil {
				return err
			}
		}
	}
	// Records whose tree is gone.
	for _, i := range all {
		if id, ok := strings.CutSuffix(i.Name, ".json"); ok && release.CheckID(id) && i.Kind == remote.File && !whole[id] {
			if err := t.dropRecord(id); err != nil {
				return err
			}
		}
	}
	if left, err := t.exists(stageTree); err != nil {
		return err
	} else if !left {
		if err := t.clearStage(ctx); err != nil {
			return err
		}
	}
	return t.emptyTrash(ctx)
}

// dropRecord removes a record whose tree is gone. It is the spare's when a run
// died between moving the one and the other; a wrong one does no harm there,
// since the spare's manifest must name the same release.
func (t *Tree) dropRecord(id string) error {
	if there, err := t.exists(treeOf(id)); err != nil || there {
		return err
	}
	spare, err := t.exists(spareTree)
	if err != nil {
		return err
	}
	known, err := t.exists(spareRecord)
	if err != nil {
		return err
	}
	if spare && !known {
		return t.fs.Rename(recordOf(id), spareRecord)
	}
	err = t.fs.Remove(recordOf(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// retire takes a release out of those that can be gone back to. As the spare
// it is the stuff of the next one.
func (t *Tree) retire(ctx context.Context, r release.Record, spare bool) error {
	if spare {
		for _, name := range []string{spareTree, spareRecord} {
			if err := t.toTrash(name); err != nil {
				return err
			}
		}
		if err := t.mkdir(spareDir); err != nil {
			return err
		}
		if err := t.fs.Rename(treeOf(r.Release), spareTree); err != nil {
			return err
		}
		return t.fs.Rename(recordOf(r.Release), spareRecord)
	}
	for _, name := range []string{treeOf(r.Release), recordOf(r.Release)} {
		if err := t.toTrash(name); err != nil {
			return err
		}
	}
	return nil
}

// toTrash moves a file or folder out of the way in one step, if it is there.
func (t *Tree) toTrash(name string) error {
	if there, err := t.exists(name); err != nil || !there {
		return err
	}
	if err := t.mkdir(trashDir); err != nil {
		return err
	}
	return t.fs.Rename(name, t.trashName())
}

func (t *Tree) trashName() string { return trashDir + strings.TrimPrefix(t.tmpName(), tmpDir) }

func (t *Tree) emptyTrash(ctx context.Context) error {
	there, err := t.exists(trashDir)
	if err != nil || !there {
		return err
	}
	return t.removeAll(ctx, trashDir)
}

// removeAll removes a folder and what is below it.
func (t *Tree) removeAll(ctx context.Context, dir string) error {
	var mu sync.Mutex
	var files []string
	dirs := []string{dir}
	err := t.walk(ctx, dir, func(name string, i remote.Info) {
		mu.Lock()
		defer mu.Unlock()
		if i.Kind == remote.Dir {
			dirs = append(dirs, name)
		} else {
			files = append(files, name)
		}
	})
	if err != nil {
		return err
	}
	err = t.each(ctx, len(files), func(i int) error {
		err := t.fs.Remove(files[i])
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, level := range slices.Backward(levels(dirs)) {
		err := t.each(ctx, len(level), func(i int) error {
			err := t.fs.RemoveDir(level[i])
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Release returns the manifest of a release that is on the target.
func (t *Tree) Release(_ context.Context, id string) (*fileset.Manifest, error) {
	if !release.CheckID(id) {
		return nil, diag.Errorf("%q is no release", id)
	}
	name := treeOf(id) + "/" + fileset.ManifestPath
	m, err := t.readManifest(name)
	if err == nil && m.Release != id {
		return nil, brokenError{diag.Errorf("%s is that of release %s", name, m.Release)}
	}
	return m, err
}
