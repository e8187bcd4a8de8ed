package output

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// stageDir holds, during a build only, what is about to be put in place, on
// the same file system as the output so that a rename suffices.
const stageDir = ".wegwijs-stage"

// Options say how [Write] works. The zero value is the usual way.
type Options struct {
	Workers int // goroutines; 0 means one a processor
	// Accept is asked once every file is made and staged, before anything of
	// the output changes. When it says no, the output stays as it was.
	Accept func() bool
	// Progress, when set, is called now and then with the number of files
	// done, from one goroutine at a time.
	Progress func(done, total int)
}

// A Report says what [Write] did.
type Report struct {
	Manifest *Manifest
	Accepted bool // Options.Accept said yes, or was not set
	Written  int  // files that are new or have new bytes
	Same     int  // files that were there already
	Deleted  int  // files of an earlier build that this one does not have
	Bytes    int64
}

// Write makes every file of s and brings the folder dir to that state.
//
// First all files that differ from what is in dir are written to a folder of
// their own inside dir. Then, if Options.Accept agrees, they are renamed into
// place in the order of their ranks, so a page never stands there before its
// assets; the manifest comes last. Last of all, files that an earlier build
// wrote and this one did not make are deleted; files that no build wrote are
// never touched. A build that is killed leaves only whole files, and the next
// one puts right what it left.
//
// Write goes through [os.Root]: no path and no symbolic link in dir leads out
// of it. Two builds into one folder at once exclude each other.
func Write(ctx context.Context, s *Set, dir string, opt Options) (*Report, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the output folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the output folder: %w", err)
	}
	defer root.Close()
	unlock, err := lock(root)
	if err != nil {
		return nil, fmt.Errorf("another build is writing to %s: %w", dir, err)
	}
	defer unlock()
	w := &writer{root: root, set: s, opt: opt, earlier: map[string]bool{}, dirs: map[string]bool{".": true}}
	if w.opt.Workers <= 0 {
		w.opt.Workers = workers()
	}
	w.readEarlier(ManifestPath)
	w.readEarlier(stageDir + "/" + ManifestPath)
	if err := root.RemoveAll(stageDir); err != nil {
		return nil, fmt.Errorf("clear what a killed build left: %w", err)
	}
	if err := root.Mkdir(stageDir, 0o755); err != nil {
		return nil, err
	}
	defer root.RemoveAll(stageDir)
	if err := w.stageAll(ctx); err != nil {
		return nil, err
	}
	if opt.Accept != nil && !opt.Accept() {
		return &w.report, nil
	}
	w.report.Accepted = true
	return &w.report, w.commit(ctx)
}

type writer struct {
	root    *os.Root
	set     *Set
	opt     Options
	earlier map[string]bool // paths that an earlier build wrote
	entries []Entry
	staged  []bool // by file: its bytes differ and wait in the stage folder
	mu      sync.Mutex
	dirs    map[string]bool // folders known to be there
	report  Report
}

// readEarlier learns from a manifest which files are a build's own. A missing
// or broken one teaches nothing: then nothing is deleted.
func (w *writer) readEarlier(name string) {
	f, err := w.root.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	m, err := DecodeManifest(f)
	if err != nil {
		return
	}
	w.earlier[ManifestPath] = true
	for _, e := range m.Files {
		w.earlier[e.Path] = true
	}
}

func (w *writer) stageAll(ctx context.Context) error {
	files := w.set.Files()
	w.entries = make([]Entry, len(files))
	w.staged = make([]bool, len(files))
	stage, err := w.root.OpenRoot(stageDir)
	if err != nil {
		return err
	}
	defer stage.Close()
	var done, changed, size atomic.Int64
	var progress sync.Mutex
	keep := func(i int, b *bytes.Buffer) error {
		f := &files[i]
		sum := sha256.Sum256(b.Bytes())
		w.entries[i] = Entry{Path: f.Path, SHA256: hex.EncodeToString(sum[:]), Size: int64(b.Len()), Type: TypeOf(f.Path), Rank: f.Rank, Immutable: f.Immutable, Kind: f.Kind, Lang: f.Lang, Source: f.Source}
		size.Add(int64(b.Len()))
		if !w.same(f.Path, b.Bytes()) {
			if err := writeFile(stage, strconv.Itoa(i), b.Bytes()); err != nil {
				return fmt.Errorf("write %s: %w", f.Path, err)
			}
			w.staged[i] = true
			changed.Add(1)
		}
		if n := done.Add(1); w.opt.Progress != nil && n%64 == 0 {
			progress.Lock()
			w.opt.Progress(int(n), len(files))
			progress.Unlock()
		}
		return nil
	}
	for _, wave := range w.waves() {
		err := each(ctx, w.opt.Workers, len(wave), func(ctx context.Context, n int, b, twin *bytes.Buffer) error {
			f := &files[wave[n]]
			if f.Both == nil {
				if err := f.Make(ctx, b); err != nil {
					return fmt.Errorf("make %s: %w", f.Path, err)
				}
				return keep(wave[n], b)
			}
			if err := f.Both(ctx, b, twin); err != nil {
				return fmt.Errorf("make %s: %w", f.Path, err)
			}
			return errors.Join(keep(wave[n], b), keep(w.set.index[f.Twin], twin))
		})
		if err != nil {
			return err
		}
	}
	w.report.Manifest = &Manifest{Version: 1, Files: w.entries}
	w.report.Manifest.Release = w.report.Manifest.ID()
	w.report.Written = int(changed.Load())
	w.report.Same = len(files) - w.report.Written
	w.report.Bytes = size.Load()
	return nil
}

// waves gives the files to make, by number: first those that others need. A
// twin is made with its file.
func (w *writer) waves() [2][]int {
	var waves [2][]int
	files := w.set.Files()
	twins := make([]bool, len(files))
	for i := range files {
		if t := files[i].Twin; t != "" {
			twins[w.set.index[t]] = true
		}
	}
	for i := range files {
		switch {
		case twins[i]:
		case files[i].First:
			waves[0] = append(waves[0], i)
		default:
			waves[1] = append(waves[1], i)
		}
	}
	return waves
}

// same reports whether the output has the file with these bytes already.
func (w *writer) same(name string, data []byte) bool {
	f, err := w.root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || !fi.Mode().IsRegular() || fi.Size() != int64(len(data)) {
		return false
	}
	var chunk [32 << 10]byte
	for {
		n, err := f.Read(chunk[:])
		if n > len(data) || !bytes.Equal(chunk[:n], data[:n]) {
			return false
		}
		data = data[n:]
		if err == io.EOF {
			return len(data) == 0
		}
		if err != nil {
			return false
		}
	}
}

func (w *writer) commit(ctx context.Context) error {
	var b bytes.Buffer
	if err := w.report.Manifest.Encode(&b); err != nil {
		return err
	}
	// The manifest is first a journal: were this build killed now, the next
	// one would know these files for ours.
	if err := writeFile(w.root, stageDir+"/"+ManifestPath, b.Bytes()); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	keep := make(map[string]bool, len(w.entries))
	var byRank [Last + 1][]int
	for i, e := range w.entries {
		keep[e.Path] = true
		if w.staged[i] {
			byRank[e.Rank] = append(byRank[e.Rank], i)
		}
	}
	for _, is := range byRank {
		err := each(ctx, w.opt.Workers, len(is), func(_ context.Context, n int, _, _ *bytes.Buffer) error {
			i := is[n]
			return w.place(stageDir+"/"+strconv.Itoa(i), w.entries[i].Path)
		})
		if err != nil {
			return err
		}
	}
	// The journal moves into place only when it differs, and stays behind
	// otherwise: an unchanged site leaves an unchanged folder.
	if !w.same(ManifestPath, b.Bytes()) {
		if err := writeFile(w.root, stageDir+"/m", b.Bytes()); err != nil {
			return err
		}
		if err := w.place(stageDir+"/m", ManifestPath); err != nil {
			return err
		}
	}
	return w.deleteStale(keep)
}

// place renames a staged file to its path. A file of an earlier build that
// stands where a folder must come, or an empty folder where a file must come,
// gives way.
func (w *writer) place(from, to string) error {
	if err := w.mkdir(path.Dir(to)); err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	err := w.root.Rename(from, to)
	if err == nil {
		return nil
	}
	if fi, serr := w.root.Lstat(to); serr == nil && fi.IsDir() {
		if rerr := w.clearDir(to); rerr != nil {
			return fmt.Errorf("write %s: a folder stands in its place: %w", to, rerr)
		}
		err = w.root.Rename(from, to)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	return nil
}

// clearDir removes a folder that holds nothing but files of earlier builds.
func (w *writer) clearDir(dir string) error {
	var ours []string
	err := fs.WalkDir(w.root.FS(), dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			if !w.earlier[p] {
				return fmt.Errorf("%s was not made by a build; move it away", p)
			}
			ours = append(ours, p)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range ours {
		if err := w.root.Remove(p); err != nil {
			return err
		}
	}
	return w.root.RemoveAll(dir)
}

// mkdir makes a folder and those above it.
func (w *writer) mkdir(dir string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mkdirLocked(dir)
}

func (w *writer) mkdirLocked(dir string) error {
	if w.dirs[dir] {
		return nil
	}
	if err := w.mkdirLocked(path.Dir(dir)); err != nil {
		return err
	}
	err := w.root.Mkdir(dir, 0o755)
	if errors.Is(err, fs.ErrExist) {
		fi, serr := w.root.Stat(dir)
		switch {
		case serr == nil && fi.IsDir():
			err = nil
		case w.earlier[dir]: // a file became a folder
			if err = w.root.Remove(dir); err == nil {
				err = w.root.Mkdir(dir, 0o755)
			}
		default:
			err = fmt.Errorf("%s stands in the way and was not made by a build; move it away", dir)
		}
	}
	if err == nil {
		w.dirs[dir] = true
	}
	return err
}

func (w *writer) deleteStale(keep map[string]bool) error {
	var stale []string
	for p := range w.earlier {
		if !keep[p] && p != ManifestPath {
			stale = append(stale, p)
		}
	}
	slices.Sort(stale)
	dirs := map[string]bool{}
	for _, p := range stale {
		fi, err := w.root.Lstat(p)
		if err != nil || fi.IsDir() {
			continue
		}
		if err := w.root.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete %s: %w", p, err)
		}
		w.report.Deleted++
		for d := path.Dir(p); d != "."; d = path.Dir(d) {
			dirs[d] = true
		}
	}
	var deepest []string
	for d := range dirs {
		deepest = append(deepest, d)
	}
	slices.SortFunc(deepest, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	for _, d := range deepest {
		w.root.Remove(d) // only goes where the folder is empty
	}
	return nil
}

func writeFile(root *os.Root, name string, data []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// MakeAll makes every file of the set, in the order and with the sharing of
// [Write], and throws the bytes away.
func (s *Set) MakeAll(ctx context.Context) error {
	w := &writer{set: s}
	for _, wave := range w.waves() {
		err := each(ctx, workers(), len(wave), func(ctx context.Context, n int, b, twin *bytes.Buffer) error {
			f := &s.files[wave[n]]
			if f.Both != nil {
				return f.Both(ctx, b, twin)
			}
			return f.Make(ctx, b)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
