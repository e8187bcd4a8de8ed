package builtin

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestFilesAreThoseOnDisk: every file of the folders is embedded, and nothing
// else.
func TestFilesAreThoseOnDisk(t *testing.T) {
	root := "../../../../.."
	list := func(fsys fs.FS) (names []string) {
		for _, r := range Roots {
			err := fs.WalkDir(fsys, r, func(p string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() && filepath.Base(p) != Marker && !strings.HasPrefix(filepath.Base(p), ".") {
					names = append(names, p)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		return names
	}
	disk, in := list(os.DirFS(root)), list(Files)
	if !slices.Equal(disk, in) {
		t.Errorf("on disk\n%q\nin the program\n%q", disk, in)
	}
	for _, name := range in {
		a, err := fs.ReadFile(Files, name)
		b, err2 := os.ReadFile(filepath.Join(root, name))
		if err != nil || err2 != nil || string(a) != string(b) {
			t.Errorf("%s differs from the file on disk: %v, %v", name, err, err2)
		}
	}
}

func TestLay(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	under := fstest.MapFS{
		"content/nl/index.md": file("built-in"), "content/nl/a.md": file("built-in"), "content/nl/map/b.md": file("built-in"), "layouts/base.html": file("built-in"), "i18n/nl.toml": file("built-in"),
		"site.toml": file("never"),
	}
	site := fstest.MapFS{
		"content/nl/a.md": file("own"), "content/nl/c.md": file("own"), "content/nl/map": file("a file now"), "i18n/nl.toml": file("own"),
		"layouts/base.html": {Data: []byte("nowhere.html"), Mode: fs.ModeSymlink},
	}
	f := Lay(site, under)
	for name, want := range map[string]string{
		"content/nl/index.md": "built-in", "content/nl/a.md": "own", "content/nl/c.md": "own", "content/nl/map": "a file now", "i18n/nl.toml": "own",
	} {
		got, err := fs.ReadFile(f, name)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
		info, err := f.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		if builtin, embedded := Is(info); builtin != (want == "built-in") || embedded != builtin {
			t.Errorf("%s: built in: %t, in the program: %t", name, builtin, embedded)
		}
	}
	for _, name := range []string{"site.toml", "content/de", "layouts/base.html", "go.mod"} {
		if data, err := fs.ReadFile(f, name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %q, %v; want that it is not there", name, data, err)
		}
	}
	if data, ok := f.Under("i18n/nl.toml"); !ok || string(data) != "built-in" {
		t.Errorf("under i18n/nl.toml: got %q, %t", data, ok)
	}
	entries, err := f.ReadDir("content/nl")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"a.md", "c.md", "index.md", "map"}; !slices.Equal(names, want) {
		t.Errorf("content/nl has %q, want %q", names, want)
	}
}

// TestSource: a folder that has the embedding file is the built-in one.
func TestSource(t *testing.T) {
	under := fstest.MapFS{"content/nl/a.md": {}, "layouts/a.html": {}, "i18n/nl.toml": {}}
	site := fstest.MapFS{"content/embed.go": {}, "content/nl/b.md": {}}
	f := Lay(site, under)
	if _, err := f.Lstat("content/nl/a.md"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a built-in page lies under the folder of the built-in pages: %v", err)
	}
	info, err := f.Lstat("content/nl/b.md")
	if err != nil {
		t.Fatal(err)
	}
	if builtin, embedded := Is(info); !builtin || embedded {
		t.Errorf("got %t and %t, want a built-in file on disk", builtin, embedded)
	}
	if _, err := f.Lstat("layouts/a.html"); err != nil {
		t.Error(err)
	}
	if f.Source() {
		t.Error("one folder of three makes no source")
	}
	for _, r := range Roots {
		site[r+"/embed.go"] = &fstest.MapFile{}
	}
	if !Lay(site, under).Source() {
		t.Error("three folders of three are the source")
	}
}
