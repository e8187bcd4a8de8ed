package tree

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// Send brings the job's release to the target, whole. Readers notice nothing,
// unless it is what they have already and parts of it were taken away: those
// come back to them. What an earlier, interrupted Send brought is used.
func (t *Tree) Send(ctx context.Context, j *release.Job) error {
	if err := t.claim(); err != nil {
		return err
	}
	id := j.Record.Release
	_, there := j.Old.Release(id)
	if !there && id == j.Old.Current { // without its record, and yet what readers get
		i, err := t.fs.Lstat(treeOf(id))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		there = err == nil && i.Kind == remote.Dir
	}
	if there {
		if err := t.addKept(ctx, j); err != nil || j.Files == nil {
			return err
		}
		return t.mend(ctx, j)
	}
	if j.Files == nil {
		return diag.Errorf("the target does not hold release %s", id)
	}
	s := &sending{Tree: t, job: j, want: wanted(j), cur: currentFiles(j.Old)}
	if j.Verify {
		if err := s.trustNothing(ctx); err != nil {
			return diag.Errorf("bring release %s: %w", id, err)
		}
	}
	steps := []func(context.Context) error{s.takeStage, s.clean, s.announce, s.folders, s.fill, s.finish}
	for _, step := range steps {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := step(ctx); err != nil {
			return diag.Errorf("bring release %s: %w", id, err)
		}
	}
	return nil
}

// claim marks the target as ours, before anything of ours but a lock is there.
func (t *Tree) claim() error {
	if ok, err := t.exists(markerFile); err != nil || ok {
		return err
	}
	return t.putJSON(markerFile, map[string]any{"version": 1, "by": "wegwijs"})
}

// sending is one release on its way into the staged tree.
type sending struct {
	*Tree
	job   *release.Job
	want  map[string]fileset.Entry // by path: the release's files and the kept ones
	cur   map[string]string        // by sum: a path in the current release
	have  map[string]bool          // paths that the staged tree has, as they should be
	stale []string                 // paths that the staged tree has or may have, and should not
	dirs  map[string]bool          // folders that the staged tree has
}

func wanted(j *release.Job) map[string]fileset.Entry {
	want := make(map[string]fileset.Entry, len(j.Manifest.Files)+len(j.Record.Kept))
	for _, k := range j.Record.Kept {
		want[k.Path] = fileset.Entry{Path: k.Path, SHA256: k.SHA256, Size: k.Size, Immutable: true}
	}
	for _, e := range j.Manifest.Files {
		want[e.Path] = e
	}
	return want
}

func currentFiles(s *release.State) map[string]string {
	if s.Manifest == nil {
		return nil
	}
	cur := make(map[string]string, len(s.Manifest.Files))
	if r, ok := s.Release(s.Current); ok {
		for _, k := range r.Kept {
			cur[k.SHA256] = k.Path
		}
	}
	for _, e := range s.Manifest.Files {
		cur[e.SHA256] = e.Path
	}
	return cur
}

// trustNothing leaves out of what may be used again the files that have other
// bytes than they should, and mends them in the releases that can be gone back
// to. The staged tree and the spare may share such files by hard links: the new
// tree is made without them.
func (s *sending) trustNothing(ctx context.Context) error {
	for _, name := range []string{stageTree, spareTree, spareRecord} {
		if err := s.toTrash(name); err != nil {
			return err
		}
	}
	var used []fileset.Entry // at their paths in the current release
	for _, e := range s.job.Manifest.Files {
		if from, ok := s.cur[e.SHA256]; ok {
			e.Path = from
			used = append(used, e)
		}
	}
	spoilt, err := s.compareSums(ctx, s.job, treeOf(s.job.Old.Current), used, nil)
	if err != nil {
		return err
	}
	wrong := map[string]bool{} // by sum
	for i, e := range used {
		if spoilt[i] {
			wrong[e.SHA256] = true
			delete(s.cur, e.SHA256)
		}
	}
	var todo []fileset.Entry
	for _, e := range s.job.Manifest.Files { // at the paths at which this machine has them
		if wrong[e.SHA256] {
			todo = append(todo, e)
		}
	}
	s.job.Mended = len(todo)
	return s.mendShared(ctx, s.job, todo)
}

// announce writes down what the staged tree is about to hold. From here on the
// lists of the release that it was made from are not needed.
func (s *sending) announce(context.Context) error {
	if err := s.putJSON(stageRecord, &s.job.Record); err != nil {
		return err
	}
	// Done before by an interrupted run: the list is long and need not travel
	// again.
	if m, err := s.readManifest(stageList); err == nil && m.ID() == s.job.Manifest.Release && m.Release == m.ID() {
		return nil
	}
	return s.putManifest(stageList, s.job.Manifest)
}

func (t *Tree) putManifest(name string, m *fileset.Manifest) error {
	var b bytes.Buffer
	if err := m.Encode(&b); err != nil {
		return err
	}
	return t.putOwn(name, b.Bytes())
}

func (s *sending) folders(ctx context.Context) error {
	need := map[string]bool{}
	var todo []string
	for p := range s.want {
		parents(p, func(d string) bool {
			if need[d] {
				return false
			}
			need[d] = true
			if !s.dirs[d] {
				todo = append(todo, d)
			}
			return true
		})
	}
	return s.makeFolders(ctx, s.job.Meter, stageTree, todo)
}

// fill brings the files that are missing, in the order of their ranks. Those
// that the current release has come from there, on the target.
func (s *sending) fill(ctx context.Context) error {
	var todo []fileset.Entry
	var size int64
	for p, e := range s.want {
		if s.have[p] {
			continue
		}
		todo = append(todo, e)
		if _, ok := s.cur[e.SHA256]; !ok {
			size += e.Size
		}
	}
	s.job.Meter.Phase("upload", len(todo), size)
	return release.EachRank(ctx, s.workers, todo, func(_ context.Context, e fileset.Entry) error {
		defer s.job.Meter.File()
		return s.bring(ctx, e)
	})
}

func (s *sending) bring(ctx context.Context, e fileset.Entry) error {
	to := stageTree + "/" + e.Path
	_, own := s.ownEntry(e.Path)
	if from, ok := s.cur[e.SHA256]; ok {
		done, err := s.reuse(treeOf(s.job.Old.Current)+"/"+from, to, e.Size, own)
		if done || err != nil && !own {
			return err
		}
		// Sending it works, or fails with a better reason.
		s.job.Meter.More(e.Size)
	}
	if !own {
		return nil // an old asset that has gone from the target cannot be had any more
	}
	return s.upload(ctx, s.job, e, to)
}

// upload sends a file of the job's release.
func (t *Tree) upload(ctx context.Context, j *release.Job, e fileset.Entry, to string) error {
	b, err := release.OpenBody(j.Files, e, j.Meter)
	if err != nil {
		return err
	}
	defer b.Close()
	return t.put(to, e.Size, ended{ctx, b})
}

// ownEntry finds a file in the release itself.
func (s *sending) ownEntry(p string) (fileset.Entry, bool) {
	i, ok := slices.BinarySearchFunc(s.job.Manifest.Files, p, func(e fileset.Entry, p string) int { return strings.Compare(e.Path, p) })
	if !ok {
		return fileset.Entry{}, false
	}
	return s.job.Manifest.Files[i], true
}

// reuse makes a file of the current release stand in another tree as well, if
// it does not yet: what stands there is right. Where the target has no hard
// links, its bytes pass through this machine, unless they are here anyway (own):
// then done is false, as it is when someone was at work by hand and the file is
// not there or has another size.
func (s *sending) reuse(from, to string, size int64, own bool) (done bool, _ error) {
	i, err := s.fs.Lstat(from)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if !sound(i, size) {
		return false, nil
	}
	s.mu.Lock()
	noLink := s.noLink
	s.mu.Unlock()
	if !noLink {
		err := s.fs.Link(from, to)
		switch {
		case err == nil, errors.Is(err, fs.ErrExist):
			return true, nil
		case errors.Is(err, fs.ErrNotExist):
			return false, nil // removed by hand just now
		case errors.Is(err, errors.ErrUnsupported):
			s.mu.Lock()
			s.noLink = true
			s.mu.Unlock()
		default:
			return false, err
		}
	}
	if own {
		return false, nil
	}
	r, err := s.fs.Open(from)
	if err != nil {
		return false, nil // removed by hand just now
	}
	defer r.Close()
	return true, s.put(to, size, io.LimitReader(r, size))
}

// ended is a reader that stops when ctx does.
type ended struct {
	ctx context.Context
	r   interface{ Read([]byte) (int, error) }
}

func (e ended) Read(p []byte) (int, error) {
	if err := context.Cause(e.ctx); err != nil {
		return 0, err
	}
	return e.r.Read(p)
}

// finish makes the staged tree a release.
func (s *sending) finish(context.Context) error {
	if err := s.fs.Rename(stageList, stageTree+"/"+fileset.ManifestPath); err != nil {
		return err
	}
	if err := s.mkdir(releasesDir); err != nil {
		return err
	}
	id := s.job.Record.Release
	// A folder without a record is what a killed publish or removal left, or a
	// stranger; unless another, who has the lock by now, has just brought it.
	for _, name := range []string{treeOf(id), recordOf(id)} {
		i, err := s.fs.Lstat(name)
		if err == nil {
			err = s.takeAway(name, i.Kind)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	// The record first: a record without a tree is nothing, a tree without one
	// would be a stranger.
	if err := s.putJSON(recordOf(id), &s.job.Record); err != nil {
		return err
	}
	return s.fs.Rename(stageTree, treeOf(id))
}

// addKept returns a release that is there already the old assets of the one that
// readers have now. It does so while nobody is served from it, or adds only.
func (t *Tree) addKept(ctx context.Context, j *release.Job) error {
	if err := t.putJSON(recordOf(j.Record.Release), &j.Record); err != nil {
		if !errors.Is(err, remote.ErrFull) || j.Action != "rollback" {
			return err
		}
		// The way back must be open when the disk is full: the release is
		// whole as it is, and only pages in open tabs miss these.
		j.Note("the old assets that open tabs may ask for were not kept: %v", err)
		return nil
	}
	if j.Record.Release == j.Old.Current {
		return nil
	}
	cur := currentFiles(j.Old)
	made := map[string]bool{}
	j.Meter.Phase("keep", len(j.Record.Kept), 0)
	for _, k := range j.Record.Kept {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		j.Meter.File()
		from, ok := cur[k.SHA256]
		if !ok {
			continue
		}
		to := treeOf(j.Record.Release) + "/" + k.Path
		i, err := t.fs.Lstat(to)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if sound(i, k.Size) {
			continue
		}
		if err := t.toTrash(to); err != nil {
			return err
		}
		var up []string
		parents(to, func(d string) bool {
			if !made[d] && d != treeOf(j.Record.Release) && strings.HasPrefix(d, treeOf(j.Record.Release)) {
				up = append(up, d)
				made[d] = true
			}
			return true
		})
		slices.Reverse(up)
		for _, d := range up {
			if err := t.mkdir(d); err != nil {
				return diag.Errorf("keep %s: %w", k.Path, err)
			}
		}
		s := &sending{Tree: t}
		if _, err := s.reuse(treeOf(j.Old.Current)+"/"+from, to, k.Size, false); err != nil {
			return diag.Errorf("keep %s: %w", k.Path, err)
		}
	}
	return nil
}

// walk calls visit for everything below dir, from several goroutines at once,
// a folder before what is in it. It follows no link, and dir must be no link
// either.
func (t *Tree) walk(ctx context.Context, dir string, visit func(name string, i remote.Info)) error {
	top, err := t.fs.Lstat(dir)
	if err != nil {
		return err
	}
	if top.Kind != remote.Dir {
		return &remote.NotFolderError{Name: dir, Kind: top.Kind}
	}
	level := []string{dir}
	for len(level) > 0 {
		next := make([][]string, len(level))
		err := t.each(ctx, len(level), func(n int) error {
			all, err := t.fs.ReadDir(level[n])
			if err != nil {
				return err
			}
			for _, i := range all {
				name := path.Join(level[n], i.Name)
				visit(name, i)
				if i.Kind == remote.Dir {
					next[n] = append(next[n], name)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		level = slices.Concat(next...)
	}
	return nil
}
