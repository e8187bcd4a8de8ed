package lsp

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
)

// TestOverlay: a folder has each file once, as the editor has it, and those that were
// never saved.
func TestOverlay(t *testing.T) {
	o := &overlay{disk: fstest.MapFS{"content/b.md": {Data: []byte("b")}, "content/d.md": {Data: []byte("d")}}, docs: map[string]*document{}}
	for _, name := range []string{"content/a.md", "content/b.md", "content/c.md", "content/sub/x.md"} {
		o.set(name, &document{name: name, data: []byte("een tekst")})
	}
	list := func() (all []string) {
		t.Helper()
		entries, err := fs.ReadDir(o, "content")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				t.Fatal(err)
			}
			kind := " of the editor"
			if info.Size() == 1 {
				kind = " of the disk"
			}
			all = append(all, e.Name()+kind)
		}
		return all
	}
	if got, want := list(), []string{"a.md of the editor", "b.md of the editor", "c.md of the editor", "d.md of the disk"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	o.set("content/b.md", nil)
	o.set("content/a.md", nil)
	if got, want := list(), []string{"b.md of the disk", "c.md of the editor", "d.md of the disk"}; !slices.Equal(got, want) {
		t.Errorf("after they were closed: got %q, want %q", got, want)
	}
}
