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
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sync/errgroup"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// stageDir holds, during a build only, what is about to be put in place, on
// the same file system as the output so that a rename suffices. journalPath
// stays behind when a build is killed: see [writer.earlier].
const (
	stageDir    = fileset.Reserved
	journalPath = stageDir + "/journal"
)

// Options say how [Write] works. The zero value is the usual way.
type Options struct {
	Workers int // goroutines; 0 means one a processor
	// Accept is asked once every file is made and staged, before anything of
	// the output changes. When it says no, the output stays as it was.
	Accept func() bool
	// Progress, when set, is called now and then with the number of files
	// done, from one goroutine at a time.
	Progress func(done, total int)

	kept  func() // for tests: a compressed file is used again
	asked func() // for tests: all was asked that can be known before the first file is put in place
}

// A Report says what [Write] did.
type Report struct {
	Manifest *fileset.Manifest
	Accepted bool // Options.Accept said yes, or was not set
	// Of all files, with the manifest:
	Written int   // those that are new or have new bytes
	Same    int   // those that were there already
	Bytes   int64 // their size
	Deleted int   // files of an earlier build that this one does not have
}

// Write makes every file of s and brings the folder dir to that state.
//
// First all files that differ from what is in dir are written to a folder of
// their own inside dir. Then, if Options.Accept agrees, they are renamed into
// place in the order of their ranks, so a page never stands there before its
// assets; the manifest comes last. Last of all, files that an earlier build
// wrote and this one did not make are deleted, pages before assets; files that
// no build wrote are never deleted. A build that is killed leaves only whole
// files, and the next one puts right what it left.
//
// Write goes through [os.Root]: no path and no symbolic link in dir leads out
// of it. Two builds into one folder at once exclude each other.
func Write(ctx context.Context, s *fileset.Set, dir string, opt Options) (*Report, error) {
	made, err := mkdirAll(dir)
	if err != nil {
		return nil, diag.Errorf("make the output folder: %w", err)
	}
	w := &writer{set: s, opt: opt, earlier: map[string]fileset.Rank{}, was: map[string]written{}, dirs: map[string]bool{".": true}}
	if w.opt.Workers <= 0 {
		w.opt.Workers = runtime.GOMAXPROCS(0)
	}
	err = w.write(ctx, dir)
	if !w.report.Accepted {
		for _, d := range made {
			os.Remove(d) // goes only when it is empty
		}
	}
	if err != nil {
		return nil, err
	}
	return &w.report, nil
}

// mkdirAll makes a folder and those above it, and returns those that were not
// there, the deepest first.
func mkdirAll(dir string) (made []string, err error) {
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		fi, err := os.Lstat(d)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			made = append(made, d)
			continue
		}
		if err != nil {
			break
		}
		if fi.Mode()&fs.ModeSymlink != 0 {
			to, _ := os.Readlink(d)
			if fi, err = os.Stat(d); errors.Is(err, fs.ErrNotExist) {
				return nil, diag.Errorf("%s is a link to %s, which is not there; make that folder, or remove the link", d, to)
			} else if err != nil {
				return nil, diag.Errorf("%s is a link to %s: %w", d, to, err)
			}
			if !fi.IsDir() {
				return nil, diag.Errorf("%s is a link to %s, which is a file; let it lead to a folder, or remove the link", d, to)
			}
		} else if !fi.IsDir() {
			return nil, diag.Errorf("%s is a file, and the site needs a folder there; move it away, or choose another folder with -o", d)
		}
		break
	}
	return made, os.MkdirAll(dir, 0o755)
}

type writer struct {
	root *os.Root
	set  *fileset.Set
	opt  Options
	// earlier has the paths that builds wrote: those of the manifest and, after
	// a build that did not come to its end, those of its journal, which holds
	// what that build knew of and what it was about to write.
	earlier map[string]fileset.Rank
	was     map[string]written // of files of the last build, where some are compressed
	pending bool               // the journal must outlive this build
	entries []fileset.Entry
	staged  []bool // by file: its bytes differ and wait in the stage folder
	// Of the files that are ready: their number, that of those with new bytes, and
	// their size in bytes.
	done, changed, size atomic.Int64
	progress            sync.Mutex // held while Options.Progress is called

	mu     sync.Mutex
	dirs   map[string]bool // folders known to be there
	report Report
}

func (w *writer) write(ctx context.Context, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return diag.Errorf("open the output folder: %w", err)
	}
	defer root.Close()
	w.root = root
	unlock, err := lock(root)
	if err != nil {
		return diag.Errorf("another build is writing to %s; wait until it is done", dir)
	}
	defer unlock()
	w.readManifest()
	w.pending = w.readJournal()
	if err := w.clearStage(); err != nil {
		return diag.Errorf("clear what a killed build left: %w", err)
	}
	defer w.clearStage()
	if err := root.Mkdir(stageDir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return diag.Errorf("write to the output folder %s: %w", dir, err)
	}
	if err := w.stageAll(ctx); err != nil {
		return err
	}
	if w.opt.Accept != nil && !w.opt.Accept() {
		return nil
	}
	w.report.Accepted = true
	return w.commit(ctx)
}

// readManifest learns which files the last build wrote. A missing or broken
// manifest teaches nothing: then nothing is deleted.
func (w *writer) readManifest() {
	f, err := w.root.Open(fileset.ManifestPath)
	if err != nil {
		return
	}
	defer f.Close()
	m, err := fileset.DecodeManifest(f)
	if err != nil {
		return
	}
	coded := slices.ContainsFunc(m.Files, func(e fileset.Entry) bool { return e.Coding != "" })
	for _, e := range m.Files {
		w.earlier[e.Path] = e.Rank
		if coded {
			w.was[e.Path] = written{e.SHA256, e.Encoder, e.Size}
		}
	}
}

// written is what the last manifest says of a file.
type written struct {
	sha256, encoder string
	size            int64
}

// kept reports whether the last build compressed the same bytes in the same way,
// and the file at place coded still is what it wrote; then that is staged as
// it is. One reading tells both what the file is and that it need not change.
func (w *writer) kept(of, coded int) bool {
	files := w.set.Files()
	f := &files[coded]
	plain, ok := w.was[files[of].Path]
	old, had := w.was[f.Path]
	if !ok || !had || plain.sha256 != w.entries[of].SHA256 || old.encoder != f.Coding.Encoder() || !w.holds(f.Path, old) {
		return false
	}
	if w.opt.kept != nil {
		w.opt.kept()
	}
	w.entries[coded] = f.EntryOf(old.sha256, old.size)
	w.step(old.size, false)
	return true
}

// holds reports whether the output has the file of which the manifest says was.
func (w *writer) holds(name string, was written) bool {
	f := w.openSized(name, was.size)
	if f == nil {
		return false
	}
	defer f.Close()
	chunk := chunks.Get().(*[chunkSize]byte)
	defer chunks.Put(chunk)
	h := sha256.New()
	for {
		n, err := f.Read(chunk[:])
		h.Write(chunk[:n])
		if err == io.EOF {
			var sum [sha256.Size]byte
			return hex.EncodeToString(h.Sum(sum[:0])) == was.sha256
		}
		if err != nil {
			return false
		}
	}
}

// openSized opens a file of the output that has a size in bytes; nil where there
// is none.
func (w *writer) openSized(name string, size int64) *os.File {
	f, err := w.root.Open(name)
	if err != nil {
		return nil
	}
	if fi, err := f.Stat(); err != nil || !fi.Mode().IsRegular() || fi.Size() != size {
		f.Close()
		return nil
	}
	return f
}

// chunks has the memory into which files of the output are read.
var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

const chunkSize = 32 << 10 // bytes

// readJournal learns from what a build left that did not come to its end, and
// reports whether there is such a thing.
func (w *writer) readJournal() bool {
	data, err := w.root.ReadFile(journalPath)
	if err != nil {
		return false
	}
	found := map[string]fileset.Rank{}
	for line := range strings.Lines(string(data)) {
		rank, p, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		n, err := strconv.Atoi(rank)
		if !ok || err != nil || fileset.CheckPath(p) != "" {
			return false // not written by a build
		}
		found[p] = fileset.Rank(n)
	}
	maps.Copy(w.earlier, found)
	return true
}

// writeJournal says, before anything of the output changes, which files are or
// will be a build's own: were this build killed, the next one would know.
func (w *writer) writeJournal() error {
	for _, e := range w.entries {
		w.earlier[e.Path] = e.Rank
	}
	var b bytes.Buffer
	for _, p := range slices.Sorted(maps.Keys(w.earlier)) {
		fmt.Fprintf(&b, "%d %s\n", w.earlier[p], p)
	}
	if err := writeFile(w.root, journalPath+".new", b.Bytes()); err != nil {
		return err
	}
	if err := w.root.Rename(journalPath+".new", journalPath); err != nil {
		return err
	}
	w.pending = true
	return nil
}

// clearStage removes the stage folder, or all but the journal in it while that
// is needed.
func (w *writer) clearStage() error {
	if !w.pending {
		return w.root.RemoveAll(stageDir)
	}
	entries, err := fs.ReadDir(w.root.FS(), stageDir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if p := stageDir + "/" + e.Name(); p != journalPath {
			if err := w.root.RemoveAll(p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) stageAll(ctx context.Context) error {
	files := w.set.Files()
	w.entries = make([]fileset.Entry, len(files))
	w.staged = make([]bool, len(files))
	stage, err := w.root.OpenRoot(stageDir)
	if err != nil {
		return err
	}
	defer stage.Close()
	err = w.set.EachUnkept(ctx, w.opt.Workers, w.kept, func(i int, data []byte) error {
		f := &files[i]
		w.entries[i] = f.Entry(data)
		w.staged[i] = !w.same(f.Path, data)
		if w.staged[i] {
			if err := writeFile(stage, strconv.Itoa(i), data); err != nil {
				return diag.Errorf("write %s: %w", f.Path, err)
			}
		}
		w.step(int64(len(data)), w.staged[i])
		return nil
	})
	if err != nil {
		return err
	}
	w.report.Manifest = &fileset.Manifest{Version: 1, Files: w.entries}
	w.report.Manifest.Release = w.report.Manifest.ID()
	w.report.Written = int(w.changed.Load())
	w.report.Same = len(files) - w.report.Written
	w.report.Bytes = w.size.Load()
	return nil
}

// step counts a file of size bytes that is ready.
func (w *writer) step(size int64, changed bool) {
	w.size.Add(size)
	if changed {
		w.changed.Add(1)
	}
	if n := w.done.Add(1); w.opt.Progress != nil && n%64 == 0 {
		w.progress.Lock()
		w.opt.Progress(int(n), len(w.entries))
		w.progress.Unlock()
	}
}

// same reports whether the output has the file with these bytes already.
func (w *writer) same(name string, data []byte) bool {
	f := w.openSized(name, int64(len(data)))
	if f == nil {
		return false
	}
	defer f.Close()
	chunk := chunks.Get().(*[chunkSize]byte)
	defer chunks.Put(chunk)
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
	// All that takes room on the disk is written first, so that a full one
	// leaves the old site.
	var b bytes.Buffer
	if err := w.report.Manifest.Encode(&b); err != nil {
		return err
	}
	w.report.Bytes += int64(b.Len())
	manifest := stageDir + "/" + fileset.ManifestPath
	known := w.same(fileset.ManifestPath, b.Bytes())
	if known {
		w.report.Same++
	} else {
		w.report.Written++
		if err := writeFile(w.root, manifest, b.Bytes()); err != nil {
			return diag.Errorf("write %s: %w", fileset.ManifestPath, err)
		}
	}
	keep := make(map[string]bool, len(w.entries))
	for _, e := range w.entries {
		keep[e.Path] = true
	}
	if err := w.ask(keep); err != nil {
		return err
	}
	if w.opt.asked != nil {
		w.opt.asked()
	}
	if err := w.writeJournal(); err != nil {
		return diag.Errorf("write the journal: %w", err)
	}
	var byRank [fileset.Last + 1][]int
	for i, e := range w.entries {
		if w.staged[i] {
			byRank[e.Rank] = append(byRank[e.Rank], i)
		}
	}
	for _, is := range byRank {
		g, placing := errgroup.WithContext(ctx)
		g.SetLimit(w.opt.Workers)
		for _, i := range is {
			if placing.Err() != nil {
				break
			}
			g.Go(func() error { return w.place(stageDir+"/"+strconv.Itoa(i), w.entries[i].Path) })
		}
		if err := cmp.Or(g.Wait(), context.Cause(ctx)); err != nil {
			return err
		}
	}
	if !known {
		if err := w.place(manifest, fileset.ManifestPath); err != nil {
			return err
		}
	}
	if err := w.deleteStale(keep); err != nil {
		return err
	}
	w.pending = false
	return nil
}

// place renames a staged file to its path. A file of an earlier build that
// stands where a folder must come, or an empty folder where a file must come,
// gives way.
func (w *writer) place(from, to string) error {
	if err := w.mkdir(path.Dir(to)); err != nil {
		return diag.Errorf("write %s: %w", to, err)
	}
	err := w.root.Rename(from, to)
	if err == nil {
		return nil
	}
	if fi, serr := w.root.Lstat(to); serr == nil && fi.IsDir() {
		if rerr := w.clearDir(to); rerr != nil {
			return diag.Errorf("write %s: a folder stands in its place: %w", to, rerr)
		}
		err = w.root.Rename(from, to)
	}
	if err != nil {
		return diag.Errorf("write %s: %w", to, err)
	}
	return nil
}

// clearDir removes a folder that holds nothing but files of earlier builds.
func (w *writer) clearDir(dir string) error {
	_, files, err := w.contents(dir)
	if err != nil {
		return err
	}
	for _, p := range files {
		if err := w.root.Remove(p); err != nil {
			return err
		}
	}
	return w.root.RemoveAll(dir)
}

// contents returns the folders and files in a folder that gives way to a file,
// itself among them. One that no build made is an error.
func (w *writer) contents(dir string) (dirs, files []string, err error) {
	err = fs.WalkDir(w.root.FS(), dir, func(p string, d fs.DirEntry, err error) error {
		switch _, ours := w.earlier[p]; {
		case err != nil:
			return err
		case d.IsDir():
			dirs = append(dirs, p)
		case !ours:
			return diag.Errorf("%s was not made by a build; move it away", p)
		default:
			files = append(files, p)
		}
		return nil
	})
	return dirs, files, err
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
		_, ours := w.earlier[dir]
		switch {
		case serr == nil && fi.IsDir():
			err = nil
		case ours: // a file became a folder
			if err = w.root.Remove(dir); err == nil {
				err = w.root.Mkdir(dir, 0o755)
			}
		default:
			err = diag.Errorf("%s stands in the way and was not made by a build; move it away", dir)
		}
	}
	if err == nil {
		w.dirs[dir] = true
	}
	return err
}

// stale returns the files of earlier builds that are not in keep, those that use
// others first, and the folders that they stood in, the deepest first.
func (w *writer) stale(keep map[string]bool) (files, dirs []string) {
	in := map[string]bool{}
	for p := range w.earlier {
		if keep[p] {
			continue
		}
		files = append(files, p)
		for d := path.Dir(p); d != "."; d = path.Dir(d) {
			in[d] = true
		}
	}
	slices.SortFunc(files, func(a, b string) int {
		return cmp.Or(cmp.Compare(w.earlier[b], w.earlier[a]), strings.Compare(a, b))
	})
	dirs = slices.SortedFunc(maps.Keys(in), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	return files, dirs
}

// deleteStale deletes the files of earlier builds that are not in keep, and
// the folders that this leaves empty.
func (w *writer) deleteStale(keep map[string]bool) error {
	files, dirs := w.stale(keep)
	for _, p := range files {
		if fi, err := w.root.Lstat(p); err != nil || fi.IsDir() {
			continue
		}
		if err := w.root.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return diag.Errorf("delete %s: %w", p, err)
		}
		w.report.Deleted++
	}
	for _, d := range dirs {
		if fi, err := w.root.Lstat(d); err == nil && fi.IsDir() {
			w.root.Remove(d) // only goes where the folder is empty
		}
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
