// Package scan finds the input files of a site and tells what changed among
// them since an earlier scan. It decides by content: a file whose time changed
// and whose bytes did not is unchanged.
package scan

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Roots are the inputs of a site, relative to its folder.
var Roots = []string{"content", "i18n", "layouts", "site.toml", ".verified.toml"}

// A Hash is the SHA-256 of a file's bytes.
type Hash [sha256.Size]byte

// A File is one input file.
type File struct {
	Path string // from the site's folder, with slashes
	Size int64
	Hash Hash

	stamp stamp
}

// stamp is what tells, without reading, that a file is the one seen before.
type stamp struct {
	size   int64
	mtime  int64
	change int64  // ctime where the system has one
	inode  uint64 // likewise
	mode   fs.FileMode
	seen   int64 // when the file was read, if later than the tree was taken
}

// same reports whether two stamps are of one state of a file.
func (s stamp) same(t stamp) bool {
	s.seen, t.seen = 0, 0
	return s == t
}

// A Tree is the input files at one moment, in path order. It is not changed
// after [Scan].
type Tree struct {
	Files []File
	taken time.Time
	links []string // symbolic links among the inputs
}

// Stale reports whether the file at path is no longer what the tree has, as
// far as a look without reading tells.
func (t *Tree) Stale(fsys fs.FS, path string) bool {
	f, ok := t.Get(path)
	info, err := fs.Stat(fsys, path)
	if err != nil || !ok {
		return ok != (err == nil)
	}
	return !f.stamp.same(stampOf(info))
}

// Get gives the file at path.
func (t *Tree) Get(path string) (File, bool) {
	i, ok := slices.BinarySearchFunc(t.Files, path, func(f File, p string) int { return strings.Compare(f.Path, p) })
	if !ok {
		return File{}, false
	}
	return t.Files[i], true
}

// Below gives the files below a folder. The slice is the tree's own.
func (t *Tree) Below(root string) []File {
	cmp := func(f File, p string) int { return strings.Compare(f.Path, p) }
	from, _ := slices.BinarySearchFunc(t.Files, root+"/", cmp)
	to, _ := slices.BinarySearchFunc(t.Files, root+"0", cmp) // 0 follows / in ASCII
	return t.Files[from:to]
}

// racy is how close to a scan a file's time may be for its stamp not to be
// trusted: a second change within the clock's grain leaves the same stamp.
const racy = 50 * time.Millisecond

// A Visit is handed the bytes of each file that was read. It may be called
// from several goroutines at once; the bytes are its own only during the call.
type Visit func(f File, data []byte)

// Scan finds all input files below fsys. Files of which prev, which may be
// nil, has the same stamp are not read again; every other one is read and
// handed to visit, when that is set.
//
// Hidden files and what editors leave while saving are not inputs. A symbolic
// link to a file inside the site is followed; one that leads out of the site,
// or to a folder, is reported to out.
func Scan(ctx context.Context, fsys fs.FS, prev *Tree, visit Visit, out *diag.List) (*Tree, error) {
	taken := time.Now()
	w := &walker{fsys: fsys, out: out}
	for _, root := range Roots {
		if err := w.walk(root, true); err != nil {
			return nil, err
		}
	}
	t := &Tree{taken: taken, links: w.links}
	var err error
	t.Files, err = w.read(ctx, prev, visit)
	return t, err
}

// Update looks at some paths only and takes everything else from prev. It is
// for who has been told what changed; a path may be a file or a folder, there
// or gone. Symbolic links are always looked at: their targets may be among the
// paths.
func Update(ctx context.Context, fsys fs.FS, prev *Tree, paths []string, visit Visit, out *diag.List) (*Tree, error) {
	taken := time.Now()
	w := &walker{fsys: fsys, out: out}
	paths = slices.Concat(paths, prev.links)
	slices.Sort(paths)
	var looked []string
	for _, p := range paths {
		if !input(p) || slices.ContainsFunc(looked, func(l string) bool { return p == l || strings.HasPrefix(p, l+"/") }) {
			continue
		}
		looked = append(looked, p)
		if err := w.walk(p, slices.Contains(Roots, p)); err != nil {
			return nil, err
		}
	}
	found, err := w.read(ctx, prev, visit)
	if err != nil {
		return nil, err
	}
	// prev.taken stays: what was not looked at is no younger than it was.
	t := &Tree{taken: prev.taken, Files: make([]File, 0, len(prev.Files)+len(found)), links: w.links}
	for i := range found {
		found[i].stamp.seen = taken.UnixNano()
	}
	for _, f := range prev.Files {
		if slices.ContainsFunc(looked, func(l string) bool { return f.Path == l || strings.HasPrefix(f.Path, l) && f.Path[len(l)] == '/' }) {
			continue
		}
		t.Files = append(t.Files, f)
	}
	at := 0
	merged := make([]File, 0, len(t.Files)+len(found))
	for _, f := range found {
		i, _ := slices.BinarySearchFunc(t.Files[at:], f.Path, func(x File, p string) int { return strings.Compare(x.Path, p) })
		merged = append(append(merged, t.Files[at:at+i]...), f)
		at += i
	}
	t.Files = append(merged, t.Files[at:]...)
	return t, nil
}

// input reports whether a path can be an input: below one of the roots, and
// with no hidden part.
func input(p string) bool {
	top, rest, _ := strings.Cut(p, "/")
	if !slices.Contains(Roots, top) {
		return false
	}
	if rest == "" {
		return true
	}
	for part := range strings.SplitSeq(rest, "/") {
		if Transient(part) {
			return false
		}
	}
	return true
}

// read puts the files that were found in order and gives them with their
// hashes; those that prev knows by their stamp are not read.
func (w *walker) read(ctx context.Context, prev *Tree, visit Visit) ([]File, error) {
	files := w.files
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, len(files))
	gone := make([]bool, len(files))
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		wg.Go(func() {
			var buf []byte
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				f := &files[i]
				if prev != nil {
					if old, ok := prev.Get(f.Path); ok && old.stamp.same(f.stamp) && max(prev.taken.UnixNano(), old.stamp.seen)-f.stamp.mtime > int64(racy) {
						f.Hash = old.Hash
						f.stamp.seen = old.stamp.seen
						continue
					}
				}
				data, err := read(w.fsys, f.Path, buf, f.Size)
				if errors.Is(err, fs.ErrNotExist) { // gone since it was listed
					gone[i] = true
					continue
				}
				if err != nil {
					errs[i] = err
					continue
				}
				f.Size = int64(len(data))
				f.Hash = sha256.Sum256(data)
				if visit != nil {
					visit(*f, data)
				}
				buf = data[:0]
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, err := range errs {
		if err != nil {
			w.out.Errorf(diag.Pos{File: files[i].Path}, "input-read", "see who may read the file: ls -l "+files[i].Path, "the file cannot be read: %s", reason(err))
			gone[i] = true
		}
	}
	n := 0
	for i, f := range files {
		if !gone[i] {
			files[n] = f
			n++
		}
	}
	return files[:n], nil
}

func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func read(fsys fs.FS, name string, buf []byte, size int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if int64(cap(buf)) < size+1 {
		buf = make([]byte, 0, size+512)
	}
	buf = buf[:0]
	for {
		n, err := f.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, len(buf)+512)
		}
	}
}

// Changed gives the paths that differ between two scans: new, gone or with
// other bytes, in order. A nil tree is an empty one.
func Changed(a, b *Tree) []string {
	var as, bs []File
	if a != nil {
		as = a.Files
	}
	if b != nil {
		bs = b.Files
	}
	var paths []string
	for len(as) > 0 || len(bs) > 0 {
		c := 0
		switch {
		case len(as) == 0:
			c = 1
		case len(bs) == 0:
			c = -1
		default:
			c = cmp.Compare(as[0].Path, bs[0].Path)
		}
		switch {
		case c < 0:
			paths = append(paths, as[0].Path)
			as = as[1:]
		case c > 0:
			paths = append(paths, bs[0].Path)
			bs = bs[1:]
		default:
			if as[0].Hash != bs[0].Hash {
				paths = append(paths, as[0].Path)
			}
			as, bs = as[1:], bs[1:]
		}
	}
	return paths
}

type walker struct {
	fsys  fs.FS
	out   *diag.List
	files []File
	links []string
}

func (w *walker) walk(name string, root bool) error {
	info, err := fs.Lstat(w.fsys, name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // site.toml is asked for by name later; folders may be absent
		}
		return fmt.Errorf("read %s: %w", name, err)
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return w.link(name)
	case info.Mode().IsRegular():
		w.add(name, info)
	case info.IsDir():
		return w.dir(name)
	case !root:
		w.out.Errorf(diag.Pos{File: name}, "input-kind", "move it out of the site", "this is neither a file nor a folder")
	}
	return nil
}

func (w *walker) dir(name string) error {
	entries, err := fs.ReadDir(w.fsys, name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if errors.Is(err, fs.ErrPermission) {
			w.out.Errorf(diag.Pos{File: name}, "input-read", "see who may read the folder: ls -ld "+name, "the folder cannot be read: %s", reason(err))
			return nil
		}
		return fmt.Errorf("read %s: %w", name, err)
	}
	for _, e := range entries {
		if Transient(e.Name()) {
			continue
		}
		p := name + "/" + e.Name()
		if e.Type().IsRegular() {
			info, err := e.Info()
			if err != nil {
				continue // gone since it was listed
			}
			w.add(p, info)
			continue
		}
		if e.IsDir() {
			if err := w.dir(p); err != nil {
				return err
			}
			continue
		}
		if err := w.walk(p, false); err != nil {
			return err
		}
	}
	return nil
}

// Transient reports whether a name is hidden or one of those under which
// editors keep a file while they save it. Other files of editors are kept out
// by the kinds of file that a site takes, not by a list of names.
func Transient(name string) bool {
	return strings.HasPrefix(name, ".") && name != ".verified.toml" || strings.HasSuffix(name, "~") ||
		strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") || strings.HasPrefix(name, "~$")
}

func (w *walker) add(name string, info fs.FileInfo) {
	w.files = append(w.files, File{Path: name, Size: info.Size(), stamp: stampOf(info)})
}

// link follows a symbolic link by hand, so that every step is seen to stay in
// the site.
func (w *walker) link(name string) error {
	w.links = append(w.links, name)
	target, why := resolve(w.fsys, name)
	switch {
	case why != "":
		w.out.Errorf(diag.Pos{File: name}, "input-link", "put a copy of the file in its place", "the symbolic link %s", why)
		return nil
	case path.Base(target) != "" && Transient(path.Base(target)):
		return nil
	}
	info, err := fs.Lstat(w.fsys, target)
	if err != nil {
		w.out.Errorf(diag.Pos{File: name}, "input-link", "mend or remove the link", "the symbolic link leads to %s, which is not there", target)
		return nil
	}
	if !info.Mode().IsRegular() {
		w.out.Errorf(diag.Pos{File: name}, "input-link", "put a copy of the folder in its place", "the symbolic link leads to a folder; only links to files are followed")
		return nil
	}
	w.add(name, info)
	return nil
}

// resolve gives the file that a symbolic link leads to, or why it has none
// inside the site.
func resolve(fsys fs.FS, name string) (target, why string) {
	todo := strings.Split(name, "/")
	var done []string
	for hops := 0; len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		switch part {
		case ".", "":
			continue
		case "..":
			if len(done) == 0 {
				return "", "leads out of the site"
			}
			done = done[:len(done)-1]
			continue
		}
		p := path.Join(append(slices.Clone(done), part)...)
		info, err := fs.Lstat(fsys, p)
		if err != nil {
			return "", fmt.Sprintf("leads to %s, which is not there", path.Join(append(done, append([]string{part}, todo...)...)...))
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done = append(done, part)
			continue
		}
		if hops++; hops > 40 {
			return "", "leads round in a circle"
		}
		to, err := fs.ReadLink(fsys, p)
		if err != nil {
			return "", "cannot be read: " + reason(err)
		}
		if path.IsAbs(to) || strings.Contains(to, `\`) {
			return "", "leads out of the site"
		}
		todo = append(strings.Split(to, "/"), todo...)
	}
	return path.Join(done...), ""
}
