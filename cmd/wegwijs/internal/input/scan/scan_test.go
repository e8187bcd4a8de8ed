package scan

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
)

func lines(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s [%s] %s", d.Pos, d.Code, d.Msg)
		if d.Hint != "" {
			fmt.Fprintf(&b, " | %s", d.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func paths(files []File) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Path)
	}
	return strings.Join(names, " ")
}

// put writes files below dir: each name with its text.
func put(t *testing.T, dir string, files ...string) {
	t.Helper()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, filepath.FromSlash(files[i]))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(files[i+1]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func link(t *testing.T, dir, name, to string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, name); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
}

// scan scans and returns what was read.
func scan(t *testing.T, fsys fs.FS, prev *Tree) (*Tree, map[string]string, []diag.Diagnostic) {
	t.Helper()
	var mu sync.Mutex
	read := map[string]string{}
	out := new(diag.List)
	tree, err := Scan(t.Context(), fsys, prev, func(f File, data []byte) {
		mu.Lock()
		defer mu.Unlock()
		if f.Hash != sha256.Sum256(data) || f.Size != int64(len(data)) {
			t.Errorf("%s: size %d and hash do not belong to %q", f.Path, f.Size, data)
		}
		read[f.Path] = string(data)
	}, out)
	if err != nil {
		t.Fatal(err)
	}
	return tree, read, out.Sorted()
}

func TestScan(t *testing.T) {
	dir := t.TempDir()
	put(t, dir,
		"site.toml", "title = 1", ".verified.toml", "v", "content/nl/index.md", "nl", "content/nl/a/b.md", "b", "content/nl/a.md", "a", "content/nl/a/leeg.md", "",
		"content/nl/groot.bin", strings.Repeat("x", 100_000), "i18n/nl.toml", "i", "layouts/base.html", "l", "layouts/assets/é.css", "c",
		// no inputs
		"README.md", "x", "public/index.html", "x", "go.mod", "x", "content/.git/config", "x", "content/nl/.a.md.swp", "x",
	)
	tree, read, ds := scan(t, os.DirFS(dir), nil)
	const want = ".verified.toml content/nl/a.md content/nl/a/b.md content/nl/a/leeg.md content/nl/groot.bin content/nl/index.md i18n/nl.toml layouts/assets/é.css layouts/base.html site.toml"
	if got := paths(tree.All()); got != want || len(ds) > 0 {
		t.Errorf("got  %s\nwant %s\n%s", got, want, lines(ds))
	}
	if len(read) != len(tree.All()) || read["content/nl/a.md"] != "a" || read["content/nl/a/leeg.md"] != "" || len(read["content/nl/groot.bin"]) != 100_000 {
		t.Errorf("read %d files, want all %d whole", len(read), len(tree.All()))
	}
	if got := paths(tree.Below("content/nl/a")); got != "content/nl/a/b.md content/nl/a/leeg.md" {
		t.Errorf("Below: got %s", got)
	}
	if f, ok := tree.Get("i18n/nl.toml"); !ok || f.Size != 1 || f.Hash != sha256.Sum256([]byte("i")) {
		t.Errorf("Get: got %+v, %v", f, ok)
	}
	if _, ok := tree.Get("content"); ok {
		t.Error("Get gives a folder")
	}
	// A folder without a site is no error: what is missing is said by others.
	if tree, _, ds := scan(t, os.DirFS(t.TempDir()), nil); len(tree.All()) > 0 || len(ds) > 0 {
		t.Errorf("an empty folder: got %s\n%s", paths(tree.All()), lines(ds))
	}
}

func TestTransient(t *testing.T) {
	for name, want := range map[string]bool{
		".a.md.swp": true, ".#a.md": true, "#a.md#": true, "a.md~": true, "~$a.md": true, ".git": true, ".DS_Store": true, ".goutputstream-X": true,
		"a.html___jb_tmp___": true, "a.html___jb_old___": true,
		"a.md": false, "#a.md": false, "a#b.md": false, "~a.md": false, "$a.md": false, ".verified.toml": false, "a.b.md": false, "é.md": false,
	} {
		if got := Transient(name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

// longChain returns thirty links, each to the next, the last one to a file.
func longChain() string {
	l := []string{"content/nl/a.md > l1.md"}
	for i := 1; i < 30; i++ {
		l = append(l, fmt.Sprintf("content/nl/l%d.md > l%d.md", i, i+1))
	}
	return strings.Join(append(l, "content/nl/l30.md > b.md"), "\n")
}

// TestLinks makes symbolic links of every kind in real folders.
func TestLinks(t *testing.T) {
	for _, tt := range []struct {
		name  string
		links string // name > target, one on each line
		is    string // the text that the first one gives; "" when it is left out
		want  string // what is reported
	}{
		{"to a file beside it", "content/nl/a.md > b.md", "b", ""},
		{"to another folder", "content/en/a.md > ../nl/b.md", "b", ""},
		{"to a file of the site that is no input", "content/nl/a.md > ../../README.md", "lees", ""},
		{"dots in the middle", "content/nl/a.md > ./../nl/.././nl/b.md", "b", ""},
		{"chain", "content/nl/a.md > c.md\ncontent/nl/c.md > ../en/d.md\ncontent/en/d.md > ../nl/b.md", "b", ""},
		{"long chain", longChain(), "b", ""},
		{"through a link to a folder", "content/nl/a.md > map/b.md\ncontent/nl/map > ../nl", "b", "content/nl/map [input-link] the symbolic link leads to a folder; only links to files are followed | put a copy of the folder in its place\n"},
		{"up behind a link to a folder", "content/nl/a.md > map/../b.md\ncontent/nl/map > ../../i18n", "", "content/nl/a.md [input-link] the symbolic link leads to b.md, which is not there | put a copy of the file in its place\ncontent/nl/map [input-link] the symbolic link leads to a folder; only links to files are followed | put a copy of the folder in its place\n"},
		{"site.toml itself", "i18n/x.toml > ../site.toml", "titel", ""},
		{"out of the site", "content/nl/a.md > ../../../b.md", "", "content/nl/a.md [input-link] the symbolic link leads out of the site | put a copy of the file in its place\n"},
		{"out of the site and back", "content/nl/a.md > ../../../SITE/content/nl/b.md", "", "content/nl/a.md [input-link] the symbolic link leads out of the site | put a copy of the file in its place\n"},
		{"absolute", "content/nl/a.md > /etc/passwd", "", "content/nl/a.md [input-link] the symbolic link leads out of the site | put a copy of the file in its place\n"},
		{"absolute, inside", "content/nl/a.md > DIR/content/nl/b.md", "", "content/nl/a.md [input-link] the symbolic link leads out of the site | put a copy of the file in its place\n"},
		{"chain that ends outside", "content/nl/a.md > c.md\ncontent/nl/c.md > /etc/passwd", "", "content/nl/a.md [input-link] the symbolic link leads out of the site | put a copy of the file in its place\ncontent/nl/c.md [input-link] the symbolic link leads out of the site | put a copy of the file in its place\n"},
		{"dangling", "content/nl/a.md > weg.md", "", "content/nl/a.md [input-link] the symbolic link leads to content/nl/weg.md, which is not there | put a copy of the file in its place\n"},
		{"dangling in a folder that is not there", "content/nl/a.md > weg/b.md", "", "content/nl/a.md [input-link] the symbolic link leads to content/nl/weg/b.md, which is not there | put a copy of the file in its place\n"},
		{"a file as a folder", "content/nl/a.md > b.md/c.md", "", "content/nl/a.md [input-link] the symbolic link leads to content/nl/b.md/c.md, which is not there | put a copy of the file in its place\n"},
		{"to itself", "content/nl/a.md > a.md", "", "content/nl/a.md [input-link] the symbolic link leads round in a circle | put a copy of the file in its place\n"},
		{"circle", "content/nl/a.md > c.md\ncontent/nl/c.md > a.md", "", "content/nl/a.md [input-link] the symbolic link leads round in a circle | put a copy of the file in its place\ncontent/nl/c.md [input-link] the symbolic link leads round in a circle | put a copy of the file in its place\n"},
		{"to a folder", "content/nl/a > ../en", "", "content/nl/a [input-link] the symbolic link leads to a folder; only links to files are followed | put a copy of the folder in its place\n"},
		{"to the folder it stands in", "content/nl/a > .", "", "content/nl/a [input-link] the symbolic link leads to a folder; only links to files are followed | put a copy of the folder in its place\n"},
		{"to the site", "content/nl/a > ../..", "", "content/nl/a [input-link] the symbolic link leads to a folder; only links to files are followed | put a copy of the folder in its place\n"},
		{"to a hidden file", "content/nl/a.md > .geheim.md", "", "content/nl/a.md [input-link] the symbolic link leads to content/nl/.geheim.md, which is hidden | put a copy of the file in its place\n"},
		{"to a file in a hidden folder", "content/nl/a.md > ../../.git/config", "", "content/nl/a.md [input-link] the symbolic link leads to .git/config, which is hidden | put a copy of the file in its place\n"},
		{"whole input", "layouts > content/en", "", "layouts [input-link] the symbolic link leads to a folder; only links to files are followed | put a copy of the folder in its place\n"},
		{"lock of Emacs", "content/nl/.#b.md > jan@pc.1234", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "site.toml", "titel", "README.md", "lees", "content/nl/b.md", "b", "content/nl/.geheim.md", "g", "content/en/index.md", "en", "i18n/nl.toml", "i", ".git/config", "g")
			var first string
			for i, l := range strings.Split(tt.links, "\n") {
				name, to, _ := strings.Cut(l, " > ")
				if i == 0 {
					first = name
				}
				to = strings.NewReplacer("DIR", dir, "SITE", filepath.Base(dir)).Replace(to)
				link(t, dir, name, to)
			}
			tree, read, ds := scan(t, os.DirFS(dir), nil)
			if got := lines(ds); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
			if _, ok := tree.Get(first); ok != (tt.is != "") || read[first] != tt.is {
				t.Errorf("%s: in the tree %v, text %q, want %q", first, ok, read[first], tt.is)
			}
		})
	}
}

// locked is a file system of which some paths cannot be read.
type locked struct {
	fs.FS
	err  error
	name []string
}

func (l locked) Open(name string) (fs.File, error) {
	if slices.Contains(l.name, name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: l.err}
	}
	return l.FS.Open(name)
}

func (l locked) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(l.FS, name) }
func (l locked) ReadLink(name string) (string, error)   { return fs.ReadLink(l.FS, name) }

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "site.toml", "t", "content/nl/a.md", "a", "content/nl/b.md", "b", "content/nl/map/c.md", "c")
	const want = `content/nl/a.md [input-read] the file cannot be read: permission denied | see who may read the file: ls -l content/nl/a.md
content/nl/map [input-read] the folder cannot be read: permission denied | see who may read the folder: ls -ld content/nl/map
`
	fsys := locked{os.DirFS(dir), syscall.EACCES, []string{"content/nl/a.md", "content/nl/map"}}
	tree, _, ds := scan(t, fsys, nil)
	if got := lines(ds); got != want || paths(tree.All()) != "content/nl/b.md site.toml" {
		t.Errorf("got %s\n%swant\n%s", paths(tree.All()), got, want)
	}
	// Once it can be read, it is there.
	tree, read, ds := scan(t, os.DirFS(dir), tree)
	if len(ds) > 0 || read["content/nl/a.md"] != "a" || len(tree.All()) != 4 {
		t.Errorf("got %s\n%s", paths(tree.All()), lines(ds))
	}
	// Gone between the listing and the reading is not a mistake.
	fsys.err = fs.ErrNotExist
	if tree, _, ds := scan(t, fsys, nil); len(ds) > 0 || paths(tree.All()) != "content/nl/b.md site.toml" {
		t.Errorf("gone: got %s\n%s", paths(tree.All()), lines(ds))
	}
	// Any other failure of a folder stops the scan.
	fsys.err = errors.New("the disk is on fire")
	if _, err := Scan(t.Context(), fsys, nil, nil, new(diag.List)); err == nil || err.Error() != "read content/nl/map: open content/nl/map: the disk is on fire" {
		t.Errorf("got the error %v", err)
	}
	if os.Geteuid() == 0 {
		return // root reads everything
	}
	for _, name := range []string{"content/nl/a.md", "content/nl/map"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(filepath.Join(dir, name), 0o777)
	}
	if _, _, ds := scan(t, os.DirFS(dir), nil); lines(ds) != want {
		t.Errorf("got\n%swant\n%s", lines(ds), want)
	}
}

func TestCancel(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "site.toml", "t")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Scan(ctx, os.DirFS(dir), nil, nil, new(diag.List)); !errors.Is(err, context.Canceled) {
		t.Errorf("Scan: got %v", err)
	}
	if _, err := Update(ctx, os.DirFS(dir), &Tree{}, []string{"site.toml"}, nil, new(diag.List)); !errors.Is(err, context.Canceled) {
		t.Errorf("Update: got %v", err)
	}
}

// TestStamp says which files a second scan reads: those whose stamp is another
// one, and those that are too young for their stamp to be trusted.
func TestStamp(t *testing.T) {
	now := time.Now()
	old := now.Add(-time.Hour).Add(123 * time.Millisecond)
	whole := func(ago time.Duration) time.Time { return now.Add(-ago).Truncate(time.Second) }
	broken := func(ago time.Duration) time.Time { return whole(ago).Add(123 * time.Millisecond) }
	for _, tt := range []struct {
		name     string
		was, is  fstest.MapFile
		noticed  bool // the change is seen
		readOnce bool // and for that the file was read again
	}{
		{"same old file", fstest.MapFile{Data: []byte("een"), ModTime: old}, fstest.MapFile{Data: []byte("een"), ModTime: old}, false, false},
		{"other time, same bytes", fstest.MapFile{Data: []byte("een"), ModTime: old}, fstest.MapFile{Data: []byte("een"), ModTime: old.Add(1)}, false, true},
		{"other time, other bytes", fstest.MapFile{Data: []byte("een"), ModTime: old}, fstest.MapFile{Data: []byte("dri"), ModTime: old.Add(-1)}, true, true},
		{"other size", fstest.MapFile{Data: []byte("een"), ModTime: old}, fstest.MapFile{Data: []byte("twee"), ModTime: old}, true, true},
		{"other rights", fstest.MapFile{Data: []byte("een"), ModTime: old, Mode: 0o644}, fstest.MapFile{Data: []byte("dri"), ModTime: old, Mode: 0o600}, true, true},
		// The same size and time: only age tells whether the stamp can lie.
		{"changed within the clock's grain", fstest.MapFile{Data: []byte("een"), ModTime: now}, fstest.MapFile{Data: []byte("dri"), ModTime: now}, true, true},
		{"changed in the future", fstest.MapFile{Data: []byte("een"), ModTime: now.Add(time.Hour)}, fstest.MapFile{Data: []byte("dri"), ModTime: now.Add(time.Hour)}, true, true},
		{"whole seconds, within two of them", fstest.MapFile{Data: []byte("een"), ModTime: whole(time.Second)}, fstest.MapFile{Data: []byte("dri"), ModTime: whole(time.Second)}, true, true},
		{"parts of seconds, long enough ago", fstest.MapFile{Data: []byte("een"), ModTime: broken(3 * time.Second)}, fstest.MapFile{Data: []byte("een"), ModTime: broken(3 * time.Second)}, false, false},
		{"whole seconds, long enough ago", fstest.MapFile{Data: []byte("een"), ModTime: whole(10 * time.Second)}, fstest.MapFile{Data: []byte("een"), ModTime: whole(10 * time.Second)}, false, false},
	} {
		first, _, _ := scan(t, fstest.MapFS{"site.toml": &tt.was}, nil)
		second, read, _ := scan(t, fstest.MapFS{"site.toml": &tt.is}, first)
		if got := len(Changed(first, second)) > 0; got != tt.noticed {
			t.Errorf("%s: noticed %v, want %v", tt.name, got, tt.noticed)
		}
		if got := len(read) > 0; got != tt.readOnce {
			t.Errorf("%s: read again %v, want %v", tt.name, got, tt.readOnce)
		}
	}
}

// TestRacy writes real files again at once, with the size and the time that
// they had.
func TestRacy(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "site.toml", "0000")
	name := filepath.Join(dir, "site.toml")
	stamp := time.Now().Add(-time.Hour)
	if err := os.Chtimes(name, stamp, stamp); err != nil {
		t.Fatal(err)
	}
	tree, _, _ := scan(t, os.DirFS(dir), nil)
	for i := range 50 {
		text := fmt.Sprintf("%04d", i+1)
		put(t, dir, "site.toml", text)
		if err := os.Chtimes(name, stamp, stamp); err != nil {
			t.Fatal(err)
		}
		next, read, _ := scan(t, os.DirFS(dir), tree)
		if got := Changed(tree, next); len(got) != 1 || read["site.toml"] != text {
			t.Fatalf("turn %d: the change to %s was not seen: %v, %v", i, text, got, read)
		}
		tree = next
	}
}

func TestChanged(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "site.toml", "1", "content/nl/a.md", "a", "content/nl/b.md", "b", "content/nl/c/d.md", "d")
	a, _, _ := scan(t, os.DirFS(dir), nil)
	if got := strings.Join(Changed(nil, a), " "); got != paths(a.All()) {
		t.Errorf("from nothing: got %s", got)
	}
	if got := strings.Join(Changed(a, nil), " "); got != paths(a.All()) {
		t.Errorf("to nothing: got %s", got)
	}
	if got := Changed(a, a); got != nil {
		t.Errorf("to itself: got %v", got)
	}
	put(t, dir, "site.toml", "2", "content/nl/a0.md", "nieuw", "content/nl/b.md", "b")
	os.Remove(filepath.Join(dir, "content/nl/a.md"))
	os.Rename(filepath.Join(dir, "content/nl/c"), filepath.Join(dir, "content/nl/e"))
	b, _, _ := scan(t, os.DirFS(dir), a)
	want := "content/nl/a.md content/nl/a0.md content/nl/c/d.md content/nl/e/d.md site.toml"
	if got := strings.Join(Changed(a, b), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := strings.Join(Changed(b, a), " "); got != want {
		t.Errorf("the other way:\ngot  %s\nwant %s", got, want)
	}
}

// TestUpdate holds the law: whatever happens in the folder, a tree that is
// told of it is what a scan finds.
func TestUpdate(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		dir, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		put(t, dir, "site.toml", "t", "content/nl/a.md", "a")
		fsys := os.DirFS(dir)
		tree, _, _ := scan(t, fsys, nil)
		names := []string{"content", "content/nl", "content/nl/a.md", "content/nl/b.md", "content/nl/c", "content/nl/c/d.md", "content/nl/c/e", "content/nl/c/e/f.md",
			"content/nl/.g.md", "i18n", "i18n/nl.toml", "layouts/base.html", "site.toml", "README.md", ".verified.toml"}
		name := func() string { return names[r.IntN(len(names))] }
		for turn := range 60 {
			var told []string
			for range 1 + r.IntN(3) {
				p := name()
				full := filepath.Join(dir, p)
				// What is done through a link to a folder happens elsewhere, and
				// that is what a watcher tells.
				if linked(full) {
					continue
				}
				told = append(told, p)
				switch r.IntN(7) {
				case 0:
					os.RemoveAll(full)
				case 1:
					os.MkdirAll(full, 0o777)
				case 2:
					to := name()
					if linked(filepath.Join(dir, to)) {
						continue
					}
					told = append(told, to)
					os.Rename(full, filepath.Join(dir, to))
				case 3:
					to, _ := filepath.Rel(filepath.Dir(p), name())
					os.Remove(full)
					os.Symlink(to, full)
				default:
					os.MkdirAll(filepath.Dir(full), 0o777)
					if info, err := os.Lstat(full); err == nil && info.Mode()&fs.ModeSymlink != 0 {
						os.Remove(full)
					}
					os.WriteFile(full, fmt.Appendf(nil, "%d", r.IntN(5)), 0o666)
					told = append(told, filepath.ToSlash(filepath.Dir(p))) // the folders may be new
				}
			}
			out := new(diag.List)
			next, err := Update(t.Context(), fsys, tree, told, nil, out)
			if err != nil {
				t.Fatal(err)
			}
			fresh, _, found := scan(t, fsys, nil)
			if got, want := sums(next), sums(fresh); !maps.Equal(got, want) {
				t.Fatalf("seed %d, turn %d, told of %v:\ngot  %v\nwant %v", seed, turn, told, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
			}
			if got, want := lines(out.Sorted()), lines(found); got != want {
				t.Fatalf("seed %d, turn %d, told of %v:\ngot\n%swant\n%s", seed, turn, told, got, want)
			}
			slow := &Tree{base: next.All()}
			if got, want := Changed(tree, next), Changed(tree, slow); !slices.Equal(got, want) {
				t.Fatalf("seed %d, turn %d: Changed: got %v, want %v", seed, turn, got, want)
			}
			tree = next
		}
	}
}

// linked reports whether a symbolic link stands above name.
func linked(name string) bool {
	for up := filepath.Dir(name); up != filepath.Dir(up); up = filepath.Dir(up) {
		if info, err := os.Lstat(up); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return true
		}
	}
	return false
}

func sums(t *Tree) map[string]Hash {
	m := map[string]Hash{}
	for _, f := range t.All() {
		m[f.Path] = f.Hash
	}
	return m
}

// TestUpdateBase: after many edits the tree gets a base of its own, and is the
// same.
func TestUpdateBase(t *testing.T) {
	m := fstest.MapFS{"site.toml": {Data: []byte("t")}}
	tree, _, _ := scan(t, m, nil)
	for i := range edits + 10 {
		p := fmt.Sprintf("content/nl/%05d.md", i)
		m[p] = &fstest.MapFile{Data: []byte(p)}
		next, err := Update(t.Context(), m, tree, []string{p}, nil, new(diag.List))
		if err != nil {
			t.Fatal(err)
		}
		if i%100 == 0 || i > edits-3 {
			if got := Changed(tree, next); !slices.Equal(got, []string{p}) {
				t.Fatalf("edit %d: Changed gives %v", i, got)
			}
		}
		tree = next
	}
	if len(tree.later) >= edits {
		t.Errorf("the tree has %d edits", len(tree.later))
	}
	fresh, _, _ := scan(t, m, nil)
	if !maps.Equal(sums(tree), sums(fresh)) {
		t.Errorf("got %d files, want %d", len(tree.All()), len(fresh.All()))
	}
}

func TestStale(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "site.toml", "t", "content/nl/a.md", "a")
	fsys := os.DirFS(dir)
	tree, _, _ := scan(t, fsys, nil)
	for _, p := range []string{"site.toml", "content/nl/weg.md"} {
		if tree.Stale(fsys, p) {
			t.Errorf("%s is stale", p)
		}
	}
	put(t, dir, "site.toml", "ander", "content/nl/weg.md", "nieuw")
	os.Remove(filepath.Join(dir, "content/nl/a.md"))
	for _, p := range []string{"site.toml", "content/nl/weg.md", "content/nl/a.md"} {
		if !tree.Stale(fsys, p) {
			t.Errorf("%s is not stale", p)
		}
	}
}
