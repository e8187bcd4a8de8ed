package fileset

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestReplace: where Replace says yes, the set is the one that NewSet makes.
func TestReplace(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	names := func(n int, tops ...string) []File {
		var list []File
		for range n {
			p := tops[r.IntN(len(tops))]
			for range r.IntN(3) {
				p += fmt.Sprintf("/%c", "abcABC"[r.IntN(6)])
			}
			list = append(list, File{Path: p, Source: fmt.Sprint(r.IntN(100))})
		}
		return list
	}
	yes, no := 0, 0
	for range 4000 {
		pages := names(1+r.IntN(4), "a/index.html", "b", "c", "Assets")
		first := names(r.IntN(3), "assets", "x.txt", "b")
		set, clashes := NewSet(slices.Clone(pages), slices.Clone(first)...)
		next := names(r.IntN(3), "assets", "x.txt", "y", "b", "manifest.json")
		want, bad := NewSet(slices.Clone(pages), slices.Clone(next)...)
		got, ok := set.Replace(slices.Clone(next))
		if !ok {
			no++
			continue
		}
		yes++
		if len(clashes)+len(bad) > 0 {
			t.Fatalf("%v with %v instead of %v: no mention of %v, %v", pages, next, first, clashes, bad)
		}
		if fmt.Sprint(got.Files()) != fmt.Sprint(want.Files()) {
			t.Fatalf("got %v, want %v", got.Files(), want.Files())
		}
		for _, f := range slices.Concat(pages, first, next) {
			a, inGot := got.File(f.Path)
			b, inWant := want.File(f.Path)
			if inGot != inWant || a.Source != b.Source {
				t.Fatalf("%s: got %v %v, want %v %v", f.Path, a, inGot, b, inWant)
			}
		}
	}
	if yes < 500 || no < 500 {
		t.Errorf("%d times yes and %d times no: this proves little", yes, no)
	}
}
