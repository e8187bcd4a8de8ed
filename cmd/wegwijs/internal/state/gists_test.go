package state

import (
	"fmt"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/scan"
)

// TestGistsForget: of bytes that no file has any more, no more is kept than of
// files and a little; of those of files everything.
func TestGistsForget(t *testing.T) {
	site := fstest.MapFS{"site.toml": {Data: []byte("x")}}
	for i := range 3 {
		site[fmt.Sprintf("content/nl/p%d.md", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "+++\ntitle = \"P%d\"\n+++\n", i)}
	}
	tree, err := scan.Scan(t.Context(), site, nil, func(scan.File, []byte) {}, new(diag.List))
	if err != nil {
		t.Fatal(err)
	}
	g := new(gists)
	page, ok := tree.Get("content/nl/p1.md")
	if !ok {
		t.Fatal("no page in the tree")
	}
	g.add(page.Hash, site["content/nl/p1.md"].Data)
	for i := range 10 * spareGists {
		g.add(scan.Hash{byte(i), byte(i >> 8), 1}, fmt.Appendf(nil, "edit %d", i))
		g.forget(tree)
		if n := len(g.of); n > 2*1+spareGists+1 {
			t.Fatalf("%d gists after %d edits", n, i+1)
		}
	}
	if _, ok := g.of[page.Hash]; !ok {
		t.Error("the gist of a file that is there is gone")
	}
}
