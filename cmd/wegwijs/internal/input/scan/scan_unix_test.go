//go:build unix

package scan

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestKinds: what is neither a file nor a folder is reported, not read.
func TestKinds(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "content/nl/index.md", "x")
	for _, name := range []string{"content/nl/pijp.md", "site.toml"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o666); err != nil {
			t.Skip(err)
		}
	}
	link(t, dir, "content/nl/link.md", "pijp.md")
	tree, _, ds := scan(t, os.DirFS(dir), nil)
	want := `content/nl/link.md [input-link] the symbolic link leads to content/nl/pijp.md, which is neither a file nor a folder | remove it
content/nl/pijp.md [input-kind] this is neither a file nor a folder | move it out of the site
site.toml [input-kind] this is neither a file nor a folder | move it out of the site
`
	if got := lines(ds); got != want || paths(tree.All()) != "content/nl/index.md" {
		t.Errorf("got %s\n%swant\n%s", paths(tree.All()), got, want)
	}
}

// TestNotUTF8: a name that is no text cannot be read through fs.FS, nor written
// down in an address.
func TestNotUTF8(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "content/nl/index.md", "x")
	if err := os.Mkdir(filepath.Join(dir, "content/nl/m\xe9l"), 0o777); err != nil {
		t.Skip(err) // macOS
	}
	put(t, dir, "content/nl/caf\xe9.md", "x")
	put(t, dir, "content/nl/m\xe9l/index.md", "x")
	tree, _, ds := scan(t, os.DirFS(dir), nil)
	want := "content/nl/caf\ufffd.md [input-name] the name is not UTF-8 | rename it\ncontent/nl/m\ufffdl [input-name] the name is not UTF-8 | rename it\n"
	if got := lines(ds); got != want || paths(tree.All()) != "content/nl/index.md" {
		t.Errorf("got %s\n%swant\n%s", paths(tree.All()), got, want)
	}
}
