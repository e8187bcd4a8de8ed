// Package tree publishes into a folder, here or behind an SFTP server:
// releases stand side by side, and a symbolic link names the one that readers
// get. What it makes of the target folder:
//
//	current -> releases/ID      what the web server serves
//	releases/ID/                a whole release, never changed but for added old assets and mending
//	releases/ID.json            its record
//	.wegwijs/lock               who is publishing
//	.wegwijs/target.json        says that this folder is ours
//	.wegwijs/history.json       what happened here
//	.wegwijs/stage/             the release that is being brought: tree/, manifest.json, record.json
//	.wegwijs/spare/             the release that fell out last: tree/, record.json
//	.wegwijs/tmp/, trash/       files under way; folders being removed
//
// # Why nothing is ever half
//
// Readers see only what current names, and current is replaced by one rename.
// A file in a tree is never written to: it is made under tmp and renamed, so
// that hard links between releases stay safe and a file that is there is
// whole. Of the staged tree one thing is always true: each file in it has the
// sum that stage/manifest.json (or, before that is there, tree/manifest.json)
// gives for its path, or is not named there and will be removed. So whatever
// interrupts a publish, the next one keeps what fits the new release and
// fetches the rest.
//
// # Why a publish takes as long as its change
//
// A tree made of hard links takes an operation for every file of the site. So
// the release that falls out of the kept ones is not deleted: it is the spare,
// and the next publish turns it into the new release by its difference alone.
// Only a release that is on the target already is walked whole when it is
// published again, to find what was taken away by hand. The spare is not: what
// was done in it shows in the next release, until that is published again.
package tree

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

const (
	currentLink = "current"
	releasesDir = "releases"
	lockFile    = release.Folder + "/lock"
	markerFile  = release.Folder + "/target.json"
	historyFile = release.Folder + "/history.json"
	stageDir    = release.Folder + "/stage"
	stageTree   = stageDir + "/tree"
	stageList   = stageDir + "/" + fileset.ManifestPath
	stageRecord = stageDir + "/record.json"
	spareDir    = release.Folder + "/spare"
	spareTree   = spareDir + "/tree"
	spareRecord = spareDir + "/record.json"
	tmpDir      = release.Folder + "/tmp"
	trashDir    = release.Folder + "/trash"
)

// A Tree is a target. It is used for one publish or rollback at a time.
type Tree struct {
	fs      remote.FS // nil: the folder does not exist yet, and may not be made
	workers int       // operations under way at once
	// Pace is that of the lock. To be set before Lock, if at all.
	Pace  release.Pace
	token string          // of this run
	held  remote.LockFile // the lock, while this run has it

	mu     sync.Mutex
	tmps   int  // files made under tmp so far
	noLink bool // the target refuses hard links
	bare   bool // the disk is full and the lock has no text
}

// New makes a Tree of a folder, which becomes the Tree's to close. A nil
// folder stands for one that is not there: such a target can be looked at
// only. workers is how many operations may be under way at once.
func New(fsys remote.FS, workers int) *Tree {
	var b [8]byte
	rand.Read(b[:])
	return &Tree{fs: fsys, workers: max(workers, 1), token: hex.EncodeToString(b[:])}
}

// Close ends the connection. The lock must have been given back.
func (t *Tree) Close() error {
	if t.fs == nil {
		return nil
	}
	return t.fs.Close()
}

func treeOf(id string) string   { return releasesDir + "/" + id }
func recordOf(id string) string { return releasesDir + "/" + id + ".json" }

// Look says what the target holds, without changing anything. known may be
// what an earlier Look gave: a manifest that it has is not read again.
func (t *Tree) Look(ctx context.Context, known *release.State) (*release.State, error) {
	s := &release.State{}
	if t.fs == nil {
		return s, nil
	}
	_, err := t.fs.Lstat(markerFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, diag.Errorf("look at the target: %w", err)
	}
	s.Ours = err == nil
	if !s.Ours {
		if s.Foreign, err = t.strangers(); err != nil {
			return nil, err
		}
	}
	if s.Lock, err = t.readLock(); err != nil {
		return nil, err
	}
	if err := t.readCurrent(s); err != nil {
		return nil, err
	}
	if err := t.readReleases(ctx, s); err != nil {
		return nil, err
	}
	if err := t.readHistory(s); err != nil {
		return nil, err
	}
	release.Order(s.Releases, s.History, s.Current)
	if s.Current != "" {
		if known != nil && known.Current == s.Current && known.Manifest != nil {
			s.Manifest, s.Damaged = known.Manifest, known.Damaged
		} else if s.Manifest, err = t.Release(ctx, s.Current); err != nil {
			if !broken(err) {
				return nil, err
			}
			s.Damaged = diag.SaidError(err)
			if errors.Is(err, fs.ErrNotExist) {
				s.Damaged = diag.Said(diag.Say("%s/%s is gone", treeOf(s.Current), fileset.ManifestPath))
			}
		}
	}
	if _, err := t.fs.Lstat(stageTree); err == nil {
		if r, err := t.readRecord(stageRecord); err == nil {
			s.Unfinished = r.Release
		}
	}
	return s, ctx.Err()
}

// strangers lists what stands in a folder that is not ours yet.
func (t *Tree) strangers() ([]string, error) {
	all, err := t.fs.ReadDir(".")
	if err != nil {
		return nil, diag.Errorf("look at the target: %w", err)
	}
	var names []string
	for _, i := range all {
		if i.Name == release.Folder {
			continue // a lock may have been taken before anything else was done
		}
		if i.Kind == remote.Dir {
			i.Name += "/"
		}
		names = append(names, i.Name)
	}
	slices.Sort(names)
	return names, nil
}

func (t *Tree) readCurrent(s *release.State) error {
	i, err := t.fs.Lstat(currentLink)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return diag.Errorf("look at the target: %w", err)
	}
	note := func(text string) {
		s.Foreign = slices.DeleteFunc(s.Foreign, func(f string) bool { return strings.TrimSuffix(f, "/") == currentLink })
		s.Foreign = append(s.Foreign, text)
	}
	if i.Kind != remote.Link {
		note(currentLink + " (is not a symbolic link)")
		return nil
	}
	to, err := t.fs.Readlink(currentLink)
	if err != nil {
		return diag.Errorf("look at the target: %w", err)
	}
	id, ok := strings.CutPrefix(to, releasesDir+"/")
	if !ok || !release.CheckID(id) {
		note(currentLink + " -> " + to)
		return nil
	}
	s.Current = id
	return nil
}

// readHistory takes a history that makes no sense for none: it is for people.
func (t *Tree) readHistory(s *release.State) error {
	var h []release.Event
	err := t.readJSON(historyFile, &h)
	switch {
	case err == nil:
		s.History = h
	case errors.Is(err, fs.ErrNotExist):
	case broken(err):
		s.Broken = append(s.Broken, diag.Said(diag.Say("%v; the history begins anew", err)))
	default:
		return err
	}
	return nil
}

// readReleases finds the whole releases: a tree and a record. Of one whose
// record makes no sense the manifest says as much as is needed to go back.
func (t *Tree) readReleases(ctx context.Context, s *release.State) error {
	all, err := t.fs.ReadDir(releasesDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return diag.Errorf("look at the releases: %w", err)
	}
	records := map[string]bool{}
	for _, i := range all {
		if id, ok := strings.CutSuffix(i.Name, ".json"); ok && release.CheckID(id) {
			records[id] = true
		}
	}
	for _, i := range all {
		if i.Kind != remote.Dir || !records[i.Name] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := t.readRecord(recordOf(i.Name))
		if err == nil && r.Release != i.Name {
			err = brokenError{diag.Errorf("%s is that of release %q", recordOf(i.Name), r.Release)}
		}
		if broken(err) {
			m, merr := t.Release(ctx, i.Name)
			if merr != nil && !broken(merr) {
				return merr
			}
			if merr != nil {
				s.Broken = append(s.Broken, diag.Said(diag.Say("%v, and %v: release %s cannot be gone back to", err, merr, i.Name)))
				continue
			}
			s.Broken = append(s.Broken, diag.Said(diag.Say("%v; its manifest takes its place", err)))
			r, err = release.NewRecord(m, i.Mod, "", "", ""), nil
		}
		if err != nil {
			return err
		}
		s.Releases = append(s.Releases, r)
	}
	return nil
}

// A brokenError is a file of ours that was read and makes no sense.
type brokenError struct{ error }

func broken(err error) bool {
	_, ok := errors.AsType[brokenError](err)
	return ok || errors.Is(err, fs.ErrNotExist)
}

func (t *Tree) readManifest(name string) (*fileset.Manifest, error) {
	f, err := t.fs.Open(name)
	if err != nil {
		return nil, t.noFile(name, err)
	}
	defer f.Close()
	r := &watched{r: f}
	m, err := fileset.DecodeManifest(r)
	if r.err != nil {
		return nil, t.noFile(name, r.err)
	}
	if err != nil {
		return nil, brokenError{diag.Errorf("%s makes no sense: %w", name, err)}
	}
	return m, nil
}

// noFile tells a file that cannot be read from one that is none, which is as
// good as broken.
func (t *Tree) noFile(name string, err error) error {
	if no, ok := errors.AsType[*remote.NotFileError](err); ok {
		return brokenError{no}
	}
	if _, lerr := t.fs.Lstat(name); errors.Is(lerr, fs.ErrNotExist) {
		err = lerr
	}
	return diag.Errorf("read %s: %w", name, err)
}

// watched remembers an error of reading, as against one of what was read.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

func (t *Tree) readJSON(name string, v any) error {
	b, err := t.readFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return brokenError{diag.Errorf("%s makes no sense (%w)", name, err)}
	}
	return nil
}

// readRecord reads a record. What it keeps at a path that leads out of the
// release is left out: whoever may write to the target folder may not thereby
// have files made or removed elsewhere, in the name of the user who publishes.
func (t *Tree) readRecord(name string) (r release.Record, _ error) {
	if err := t.readJSON(name, &r); err != nil {
		return release.Record{}, err
	}
	r.Kept = slices.DeleteFunc(r.Kept, func(k release.Kept) bool { return fileset.CheckPath(k.Path) != "" })
	return r, nil
}

// smallFile bounds what is read of records and the lock: they are kilobytes,
// and a stranger's file must not fill the memory.
const smallFile = 16 << 20

func (t *Tree) readFile(name string) ([]byte, error) {
	f, err := t.fs.Open(name)
	if err != nil {
		return nil, t.noFile(name, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, smallFile))
	if err != nil {
		return nil, t.noFile(name, err)
	}
	return b, nil
}

func (t *Tree) tmpName() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tmps++
	return fmt.Sprintf("%s/%s-%d", tmpDir, t.token, t.tmps)
}

// put writes a file whole, in one step for whoever reads it.
func (t *Tree) put(name string, size int64, r io.Reader) error {
	tmp := t.tmpName()
	if err := t.fs.Create(tmp, size, r); err != nil {
		t.fs.Remove(tmp)
		return err
	}
	if err := t.fs.Rename(tmp, name); err != nil {
		t.fs.Remove(tmp)
		return err
	}
	return nil
}

// putOwn is put for a file that no reader asks for. A folder that stands in its
// place is moved to the trash.
func (t *Tree) putOwn(name string, b []byte) error {
	if i, err := t.fs.Lstat(name); err == nil && i.Kind == remote.Dir {
		if err := t.toTrash(name); err != nil {
			return err
		}
	}
	return t.put(name, int64(len(b)), bytes.NewReader(b))
}

func (t *Tree) putJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if err := t.putOwn(name, b); err != nil {
		return diag.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (t *Tree) mkdir(name string) error {
	err := t.fs.Mkdir(name)
	if errors.Is(err, fs.ErrExist) {
		i, lerr := t.fs.Lstat(name)
		switch {
		case lerr == nil && i.Kind == remote.Dir:
			return nil
		case lerr == nil:
			return &remote.NotFolderError{Name: name, Kind: i.Kind}
		}
	}
	return err
}

// ownFolders are the folders that this package makes and works in, those above
// others first.
var ownFolders = []string{release.Folder, tmpDir, trashDir, stageDir, stageTree, spareDir, spareTree, releasesDir}

// folders makes sure, before anything is changed, that what should be a folder
// of ours is one: a link, which someone may have put there, would lead out of
// the target.
func (t *Tree) folders() error {
	for _, name := range ownFolders {
		i, err := t.fs.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case i.Kind != remote.Dir:
			return &remote.NotFolderError{Name: name, Kind: i.Kind}
		}
	}
	return nil
}

func (t *Tree) exists(name string) (bool, error) {
	_, err := t.fs.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// each does something for every i below n, several at once, see [release.Each].
func (t *Tree) each(ctx context.Context, n int, do func(i int) error) error {
	return release.Each(ctx, t.workers, n, func(_ context.Context, i int) error { return do(i) })
}

// parents calls do for each folder above p, nearest first, until it says stop.
func parents(p string, do func(dir string) (more bool)) {
	for d := path.Dir(p); d != "."; d = path.Dir(d) {
		if !do(d) {
			return
		}
	}
}
