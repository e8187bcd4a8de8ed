// Package scan finds the input files of a site and tells what changed among
// them since an earlier scan. It decides by content: a file whose time changed
// and whose bytes did not is unchanged.
package scan

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
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
	// Builtin says that the file is one that the program brings; Embedded, that
	// it is in the program itself and not in the site's folder. See
	// [builtin.FS].
	Builtin, Embedded bool

	stamp stamp
}

// like reports whether two files at one path are the same to a site.
func (f File) like(g File) bool { return f.Hash == g.Hash && f.Builtin == g.Builtin }

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
// after [Scan] or [Update]. Trees share what they have in common, so that one
// file's change costs one file's work on a site of any size.
type Tree struct {
	base  []File // in path order
	later []edit // what was found since base was made, in path order
	taken time.Time
	links []string          // symbolic links among the inputs
	found []diag.Diagnostic // what was wrong with single inputs
}

// edit is a file as it was found after the tree's base was made.
type edit struct {
	File
	gone bool
}

// edits is how many edits a tree has before it gets a base of its own.
const edits = 1024

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

func byPath(f File, p string) int     { return strings.Compare(f.Path, p) }
func editByPath(e edit, p string) int { return strings.Compare(e.Path, p) }

// Get returns the file at path.
func (t *Tree) Get(path string) (File, bool) {
	if i, ok := slices.BinarySearchFunc(t.later, path, editByPath); ok {
		return t.later[i].File, !t.later[i].gone
	}
	i, ok := slices.BinarySearchFunc(t.base, path, byPath)
	if !ok {
		return File{}, false
	}
	return t.base[i], true
}

// Hash returns the hash of the file at path; of one that is not there it is zero.
func (t *Tree) Hash(path string) Hash {
	f, _ := t.Get(path)
	return f.Hash
}

// All returns all files, in path order. The slice may be the tree's own.
func (t *Tree) All() []File { return merge(t.base, t.later) }

// Below returns the files below a folder, in path order. The slice may be the
// tree's own.
func (t *Tree) Below(root string) []File {
	from, to := below(t.base, root, byPath)
	a, b := below(t.later, root, editByPath)
	return merge(t.base[from:to], t.later[a:b])
}

// below finds the files below a folder among files in path order.
func below[T any](files []T, root string, cmp func(T, string) int) (from, to int) {
	from, _ = slices.BinarySearchFunc(files, root+"/", cmp)
	to, _ = slices.BinarySearchFunc(files, root+"0", cmp) // 0 follows / in ASCII
	return from, to
}

// merge returns base with the edits made.
func merge(base []File, later []edit) []File {
	if len(later) == 0 {
		return base
	}
	files := make([]File, 0, len(base)+len(later))
	for _, e := range later {
		i, there := slices.BinarySearchFunc(base, e.Path, byPath)
		files = append(files, base[:i]...)
		if base = base[i:]; there {
			base = base[1:]
		}
		if !e.gone {
			files = append(files, e.File)
		}
	}
	return append(files, base...)
}

// racy is how close to a scan a file's time may be for its stamp not to be
// trusted: a second change within the clock's grain leaves the same stamp.
// Some file systems count whole seconds, or pairs of them.
func racy(mtime int64) int64 {
	if mtime%int64(time.Second) == 0 {
		return int64(2*time.Second + 50*time.Millisecond)
	}
	return int64(50 * time.Millisecond)
}

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
	w := &walker{fsys: fsys, out: new(diag.List)}
	for _, root := range Roots {
		if err := w.walk(root); err != nil {
			return nil, err
		}
	}
	files, err := w.read(ctx, prev, visit)
	if err != nil {
		return nil, err
	}
	t := &Tree{base: files, taken: taken, links: w.links, found: w.out.Sorted()}
	out.Add(t.found...)
	return t, nil
}

// Update looks at some paths only and takes everything else from prev. It is
// for callers that were told what changed. A path may be a file or a folder,
// there or gone. Symbolic links are always looked at: their targets may be among the
// paths.
func Update(ctx context.Context, fsys fs.FS, prev *Tree, paths []string, visit Visit, out *diag.List) (*Tree, error) {
	taken := time.Now()
	w := &walker{fsys: fsys, out: new(diag.List)}
	paths = slices.Concat(paths, prev.links)
	for i, p := range paths {
		if input(p) {
			paths[i] = w.highest(p)
		}
	}
	slices.Sort(paths)
	var looked []string
	for _, p := range paths {
		if !input(p) || slices.ContainsFunc(looked, func(l string) bool { return Within(p, l) }) {
			continue
		}
		looked = append(looked, p)
		if err := w.walk(p); err != nil {
			return nil, err
		}
	}
	found, err := w.read(ctx, prev, visit)
	if err != nil {
		return nil, err
	}
	was := func(p string) bool { return slices.ContainsFunc(looked, func(l string) bool { return Within(p, l) }) }
	for _, d := range prev.found {
		if !was(d.Pos.File) {
			w.out.Add(d)
		}
	}
	// prev.taken stays: what was not looked at is no younger than it was.
	t := &Tree{base: prev.base, taken: prev.taken, links: w.links, found: w.out.Sorted()}
	out.Add(t.found...)
	// What was looked at is as it was found, or gone.
	for _, e := range prev.later {
		if !was(e.Path) {
			t.later = append(t.later, e)
		}
	}
	for _, p := range looked {
		if i, ok := slices.BinarySearchFunc(prev.base, p, byPath); ok {
			t.later = append(t.later, edit{File: prev.base[i], gone: true})
		}
		from, to := below(prev.base, p, byPath)
		for _, f := range prev.base[from:to] {
			t.later = append(t.later, edit{File: f, gone: true})
		}
	}
	for _, f := range found {
		f.stamp.seen = taken.UnixNano()
		t.later = append(t.later, edit{File: f})
	}
	slices.SortStableFunc(t.later, func(a, b edit) int { return strings.Compare(a.Path, b.Path) })
	n := 0
	for i := range t.later { // of two edits of one file the later one holds
		if i+1 == len(t.later) || t.later[i+1].Path != t.later[i].Path {
			t.later[n] = t.later[i]
			n++
		}
	}
	t.later = t.later[:n]
	if len(t.later) > edits {
		t.base, t.later = merge(t.base, t.later), nil
	}
	return t, nil
}

// Differ returns the paths at which something is no longer as prev has it, in
// order: a file, or what was wrong with one. next is what was found; it may
// take prev's place where there are none.
func Differ(ctx context.Context, fsys fs.FS, prev *Tree) (next *Tree, paths []string, err error) {
	next, err = Scan(ctx, fsys, prev, nil, new(diag.List))
	if err != nil {
		return nil, nil, err
	}
	paths = Changed(prev, next)
	for _, d := range prev.found {
		if !slices.Contains(next.found, d) {
			paths = append(paths, d.Pos.File)
		}
	}
	for _, d := range next.found {
		if !slices.Contains(prev.found, d) {
			paths = append(paths, d.Pos.File)
		}
	}
	slices.Sort(paths)
	return next, slices.Compact(paths), nil
}

// Within reports whether a path is another one or lies below it.
func Within(p, dir string) bool {
	return p == dir || len(p) > len(dir) && p[len(dir)] == '/' && p[:len(dir)] == dir
}

// highest returns the path at which to look for p: p itself or, where what is
// above it is no longer a folder that can be read, that.
func (w *walker) highest(p string) string {
	for i := 0; ; i++ {
		n := strings.IndexByte(p[i:], '/')
		if n < 0 {
			break
		}
		i += n
		dir := p[:i]
		if info, err := fs.Lstat(w.fsys, dir); err != nil || !info.IsDir() {
			return w.listable(dir)
		}
		f, err := w.fsys.Open(dir)
		if err != nil {
			return dir
		}
		f.Close()
	}
	return w.listable(p)
}

// listable returns p or, where the folder it lies in may be listed but not
// entered, that folder.
func (w *walker) listable(p string) string {
	if _, err := fs.Lstat(w.fsys, p); errors.Is(err, fs.ErrPermission) && strings.Contains(p, "/") {
		return path.Dir(p)
	}
	return p
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
	return rest != builtin.Marker
}

// read puts the files that were found in order and returns them with their
// hashes; those that prev knows by their stamp are not read.
func (w *walker) read(ctx context.Context, prev *Tree, visit Visit) ([]File, error) {
	files := w.files
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, len(files))
	lost := make([]bool, len(files))
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
					if old, ok := prev.Get(f.Path); ok && old.stamp.same(f.stamp) && max(prev.taken.UnixNano(), old.stamp.seen)-f.stamp.mtime > racy(f.stamp.mtime) {
						f.Hash = old.Hash
						f.stamp.seen = old.stamp.seen
						continue
					}
				}
				data, err := read(w.fsys, f.Path, buf, f.Size)
				if err != nil && gone(err) { // since it was listed
					lost[i] = true
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
		if Busy(err) {
			return nil, diag.Errorf("read %s: %w", files[i].Path, err)
		}
		if err != nil {
			w.unreadable(files[i].Path, err)
			lost[i] = true
		}
	}
	n := 0
	for i, f := range files {
		if !lost[i] {
			files[n] = f
			n++
		}
	}
	return files[:n], nil
}

// gone reports whether an error says that there is nothing at a path: also
// where what was a folder above it is a file now.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// Crowded reports whether an error says that too many files are open, in this
// program or on this machine.
func Crowded(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// Busy reports whether an error says nothing of a file but that it cannot be
// opened at this moment: too many files are open, or another program holds it.
func Busy(err error) bool {
	const sharing = syscall.Errno(32) // ERROR_SHARING_VIOLATION, of Windows alone
	return Crowded(err) || errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EINTR) || runtime.GOOS == "windows" && errors.Is(err, sharing)
}

func (w *walker) unreadable(name string, err error) {
	w.out.Errorf(diag.Pos{File: name}, diag.InputRead, diag.Say("see who may read the file: ls -l %s", name), "the file cannot be read: %s", reason(err))
}

// reason returns why a file cannot be read, without the file.
func reason(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
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

// Changed returns the paths that differ between two scans: new, gone, with
// other bytes, or built in where there was a file of the site or the other way
// round, in order. A nil tree is an empty one.
func Changed(a, b *Tree) []string {
	if a == nil {
		a = &Tree{}
	}
	if b == nil {
		b = &Tree{}
	}
	var paths []string
	if len(a.base) == len(b.base) && (len(a.base) == 0 || &a.base[0] == &b.base[0]) {
		differ := func(p string) {
			x, was := a.Get(p)
			y, is := b.Get(p)
			if was != is || !x.like(y) {
				paths = append(paths, p)
			}
		}
		for _, e := range a.later {
			differ(e.Path)
		}
		for _, e := range b.later {
			differ(e.Path)
		}
		slices.Sort(paths)
		return slices.Compact(paths)
	}
	as, bs := a.All(), b.All()
	for len(as) > 0 || len(bs) > 0 {
		c := 0
		switch {
		case len(as) == 0:
			c = 1
		case len(bs) == 0:
			c = -1
		default:
			c = strings.Compare(as[0].Path, bs[0].Path)
		}
		switch {
		case c < 0:
			paths = append(paths, as[0].Path)
			as = as[1:]
		case c > 0:
			paths = append(paths, bs[0].Path)
			bs = bs[1:]
		default:
			if !as[0].like(bs[0]) {
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

func (w *walker) walk(name string) error {
	info, err := fs.Lstat(w.fsys, name)
	if err != nil {
		if gone(err) {
			return nil // site.toml is asked for by name later; folders may be absent
		}
		if errors.Is(err, fs.ErrPermission) {
			w.unreadable(name, err)
			return nil
		}
		return diag.Errorf("read %s: %w", name, err)
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return w.link(name)
	case info.Mode().IsRegular():
		w.add(name, info)
	case info.IsDir():
		return w.dir(name)
	default:
		w.out.Errorf(diag.Pos{File: name}, diag.InputKind, "move it out of the site", "this is neither a file nor a folder")
	}
	return nil
}

func (w *walker) dir(name string) error {
	entries, err := fs.ReadDir(w.fsys, name)
	if err != nil {
		if gone(err) {
			return nil
		}
		if errors.Is(err, fs.ErrPermission) {
			w.out.Errorf(diag.Pos{File: name}, diag.InputRead, diag.Say("see who may read the folder: ls -ld %s", name), "the folder cannot be read: %s", reason(err))
			return nil
		}
		return diag.Errorf("read %s: %w", name, err)
	}
	for _, e := range entries {
		if Transient(e.Name()) {
			continue
		}
		p := name + "/" + e.Name()
		if e.Name() == builtin.Marker && slices.Contains(builtin.Roots, name) {
			continue
		}
		if !utf8.ValidString(p) {
			w.out.Errorf(diag.Pos{File: strings.ToValidUTF8(p, "\ufffd")}, diag.InputName, "rename it", "the name is not UTF-8")
			continue
		}
		if e.Type().IsRegular() {
			info, err := e.Info()
			switch {
			case err == nil:
				w.add(p, info)
			case Busy(err):
				return diag.Errorf("read %s: %w", p, err)
			case !gone(err):
				w.unreadable(p, err)
			}
			continue
		}
		if e.IsDir() {
			if err := w.dir(p); err != nil {
				return err
			}
			continue
		}
		if err := w.walk(p); err != nil {
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
		strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") || strings.HasPrefix(name, "~$") ||
		strings.HasSuffix(name, "___jb_tmp___") || strings.HasSuffix(name, "___jb_old___") // JetBrains
}

func (w *walker) add(name string, info fs.FileInfo) {
	f := File{Path: name, Size: info.Size(), stamp: stampOf(info)}
	f.Builtin, f.Embedded = builtin.Is(info)
	w.files = append(w.files, f)
}

// link follows a symbolic link by hand, so that every step is seen to stay in
// the site.
func (w *walker) link(name string) error {
	w.links = append(w.links, name)
	at := diag.Pos{File: name}
	target, info, why := resolve(w.fsys, name)
	switch {
	case why != "":
		w.out.Errorf(at, diag.InputLink, "put a copy of the file in its place", "%s", why)
	case info.IsDir():
		w.out.Errorf(at, diag.InputLink, "put a copy of the folder in its place", "the symbolic link leads to a folder; only links to files are followed")
	case slices.ContainsFunc(strings.Split(target, "/"), Transient):
		w.out.Errorf(at, diag.InputLink, "put a copy of the file in its place", "the symbolic link leads to %s, which is hidden", target)
	case !info.Mode().IsRegular():
		w.out.Errorf(at, diag.InputLink, "remove it", "the symbolic link leads to %s, which is neither a file nor a folder", target)
	default:
		w.add(name, info)
	}
	return nil
}

// resolve returns what a symbolic link leads to, or why that is nothing inside
// the site, as [diag.Say] has it.
func resolve(fsys fs.FS, name string) (target string, info fs.FileInfo, why string) {
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
				return "", nil, diag.Say("the symbolic link leads out of the site")
			}
			done = done[:len(done)-1]
			continue
		}
		p := path.Join(append(slices.Clone(done), part)...)
		info, err := fs.Lstat(fsys, p)
		switch {
		case err != nil && gone(err):
			return "", nil, diag.Say("the symbolic link leads to %s, which is not there", path.Join(append(done, append([]string{part}, todo...)...)...))
		case err != nil:
			return "", nil, diag.Say("the symbolic link leads to %s, which cannot be read: %s", p, reason(err))
		case info.Mode()&fs.ModeSymlink == 0:
			done = append(done, part)
			continue
		}
		if hops++; hops > 40 {
			return "", nil, diag.Say("the symbolic link leads round in a circle")
		}
		to, err := fs.ReadLink(fsys, p)
		if err != nil {
			return "", nil, diag.Say("the symbolic link cannot be read: %s", reason(err))
		}
		if path.IsAbs(to) || strings.Contains(to, `\`) {
			return "", nil, diag.Say("the symbolic link leads out of the site")
		}
		todo = append(strings.Split(to, "/"), todo...)
	}
	target = path.Join(append([]string{"."}, done...)...)
	if info, err := fs.Lstat(fsys, target); err == nil {
		return target, info, ""
	}
	return "", nil, diag.Say("the symbolic link leads to %s, which is not there", target)
}
