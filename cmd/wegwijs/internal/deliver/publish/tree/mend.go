package tree

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// mend brings again what has gone from a release that is on the target, or has
// another size there: someone was at work by hand. Nothing else of this package
// works in a tree that readers may get. It does so file by file, each whole, and
// takes away only what stands in the place of one or of a folder.
func (t *Tree) mend(ctx context.Context, j *release.Job) error {
	id := j.Record.Release
	has := map[string]remote.Info{}
	var mu sync.Mutex
	j.Meter.Phase("find", 0, 0)
	err := t.walk(ctx, treeOf(id), func(name string, i remote.Info) {
		mu.Lock()
		defer mu.Unlock()
		has[strings.TrimPrefix(name, treeOf(id)+"/")] = i
	})
	if err != nil {
		return diag.Errorf("look at release %s: %w", id, err)
	}
	files := j.Manifest.Files
	spoilt := make([]bool, len(files))
	if j.Verify {
		if spoilt, err = t.compareSums(ctx, j, treeOf(id), files, has); err != nil {
			return diag.Errorf("look at release %s: %w", id, err)
		}
	}
	var todo []fileset.Entry
	var size int64
	for i, e := range files {
		if spoilt[i] || !sound(has[e.Path], e.Size) {
			todo = append(todo, e)
			size += e.Size
		}
	}
	if err := t.bringAgain(ctx, j, todo, size, has); err != nil {
		return diag.Errorf("mend release %s: %w", id, err)
	}
	j.Mended = len(todo)
	damaged := j.Old.Damaged != "" // what is known of the current one
	if id != j.Old.Current {
		_, err := t.Release(ctx, id)
		if err != nil && !broken(err) {
			return err
		}
		damaged = err != nil
	}
	if !damaged {
		return nil
	}
	if err := t.makeWay(ctx, j.Meter, treeOf(id), []string{fileset.ManifestPath}, has); err != nil {
		return diag.Errorf("mend release %s: %w", id, err)
	}
	j.Mended++
	return t.putManifest(treeOf(id)+"/"+fileset.ManifestPath, j.Manifest)
}

// sound reports whether i is a file of that size. The zero Info, of a name that
// is not there, is not: it has no name.
func sound(i remote.Info, size int64) bool {
	return i.Name != "" && i.Kind == remote.File && i.Size == size
}

// compareSums reads the files below root that have the size they should, and
// reports of each whether its bytes are others. has may be nil: then nothing is
// known of what is there.
func (t *Tree) compareSums(ctx context.Context, j *release.Job, root string, files []fileset.Entry, has map[string]remote.Info) ([]bool, error) {
	spoilt := make([]bool, len(files))
	j.Meter.Phase("compare", len(files), 0)
	err := t.each(ctx, len(files), func(i int) error {
		defer j.Meter.File()
		if has != nil && !sound(has[files[i].Path], files[i].Size) {
			return nil // that is seen without reading it
		}
		is, err := t.is(ctx, root+"/"+files[i].Path, files[i])
		spoilt[i] = !is
		return err
	})
	return spoilt, err
}

// is reads a file and reports whether it has the bytes of e.
func (t *Tree) is(ctx context.Context, name string, e fileset.Entry) (bool, error) {
	f, err := t.fs.Open(name)
	if err != nil {
		if _, none := errors.AsType[*remote.NotFileError](err); none || errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return false, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(ended{ctx, f}, e.Size+1)); err != nil {
		return false, diag.Errorf("read %s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)) == e.SHA256, nil
}

func (t *Tree) bringAgain(ctx context.Context, j *release.Job, todo []fileset.Entry, size int64, has map[string]remote.Info) error {
	if len(todo) == 0 {
		return nil
	}
	// What was cut short in place is short in every release that shares the
	// file by a hard link. The spare would hand it on to the next. Both come
	// first: when this is interrupted, the file here still says what is short.
	for _, name := range []string{spareTree, spareRecord} {
		if err := t.toTrash(name); err != nil {
			return err
		}
	}
	if err := t.mendShared(ctx, j, todo); err != nil {
		return err
	}
	root := treeOf(j.Record.Release)
	var paths []string
	for _, e := range todo {
		paths = append(paths, e.Path)
	}
	if err := t.makeWay(ctx, j.Meter, root, paths, has); err != nil {
		return err
	}
	j.Meter.Phase("mend", len(todo), size)
	return release.EachRank(ctx, t.workers, todo, func(_ context.Context, e fileset.Entry) error {
		defer j.Meter.File()
		return t.upload(ctx, j, e, root+"/"+e.Path)
	})
}

// makeWay takes away what stands in the way of files below root and of the
// folders that they are in, and makes those folders.
func (t *Tree) makeWay(ctx context.Context, meter *release.Meter, root string, paths []string, has map[string]remote.Info) error {
	missing := map[string]bool{}
	var wrong []string
	for _, p := range paths {
		if i, ok := has[p]; ok && i.Kind == remote.Dir {
			wrong = append(wrong, p)
		}
		parents(p, func(d string) bool {
			i, ok := has[d]
			if missing[d] || ok && i.Kind == remote.Dir {
				return false
			}
			missing[d] = true
			if ok {
				wrong = append(wrong, d)
			}
			return true
		})
	}
	for _, p := range wrong {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := t.takeAway(root+"/"+p, has[p].Kind); err != nil {
			return err
		}
	}
	return t.makeFolders(ctx, meter, root, slices.Collect(maps.Keys(missing)))
}

// takeAway moves to the trash what stands at a name where readers are, if it is
// still what it was: another, who has the lock by now, may have put the right
// thing there.
func (t *Tree) takeAway(name string, was remote.Kind) error {
	if err := t.mkdir(trashDir); err != nil {
		return err
	}
	if err := t.mine(); err != nil {
		return err
	}
	away := t.trashName()
	if err := t.fs.Rename(name, away); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	if i, err := t.fs.Lstat(away); err == nil && i.Kind != was {
		return t.fs.Rename(away, name)
	}
	return nil
}

// makeFolders makes folders below root, those above others first.
func (t *Tree) makeFolders(ctx context.Context, meter *release.Meter, root string, dirs []string) error {
	meter.Phase("folders", len(dirs), 0)
	for _, level := range levels(dirs) {
		err := t.each(ctx, len(level), func(i int) error {
			defer meter.File()
			return t.mkdir(root + "/" + level[i])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// mendShared replaces files that are short in the other releases as well.
func (t *Tree) mendShared(ctx context.Context, j *release.Job, files []fileset.Entry) error {
	short := map[string]fileset.Entry{}
	for _, e := range files {
		short[e.SHA256] = e
	}
	for _, r := range j.Old.Releases {
		if r.Release == j.Record.Release {
			continue
		}
		m, err := t.Release(ctx, r.Release)
		if err != nil {
			if broken(err) {
				continue // it cannot be gone back to anyway
			}
			return err
		}
		same := map[string]fileset.Entry{} // by path
		add := func(p, sum string) {
			if e, ok := short[sum]; ok {
				same[p] = e
			}
		}
		for _, k := range r.Kept {
			add(k.Path, k.SHA256)
		}
		for _, e := range m.Files {
			add(e.Path, e.SHA256)
		}
		folders := map[string]bool{}
		for _, p := range slices.Sorted(maps.Keys(same)) {
			if err := t.mendOne(ctx, j, treeOf(r.Release), p, same[p], folders); err != nil {
				return err
			}
		}
	}
	return nil
}

// mendOne replaces a file below root that is there with another size. folders
// is what is known of those below root: a link does not lead out of it.
func (t *Tree) mendOne(ctx context.Context, j *release.Job, root, p string, e fileset.Entry, folders map[string]bool) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	look := func(p string) (remote.Info, error) {
		i, err := t.fs.Lstat(root + "/" + p)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil // and the zero Info
		}
		return i, err
	}
	inside := true
	var err error
	parents(p, func(d string) bool {
		is, known := folders[d]
		if !known {
			var i remote.Info
			i, err = look(d)
			is = i.Name != "" && i.Kind == remote.Dir
			folders[d] = is
		}
		inside = inside && is && err == nil
		return inside
	})
	if !inside || err != nil {
		return err
	}
	i, err := look(p)
	if err != nil || i.Name == "" || i.Kind != remote.File {
		return err // it was not spoilt together with ours
	}
	if i.Size == e.Size {
		if !j.Verify {
			return nil
		}
		if same, err := t.is(ctx, root+"/"+p, e); same || err != nil {
			return err
		}
	}
	return t.upload(ctx, j, e, root+"/"+p)
}
