package layout

import (
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Whatever attribute a browser fetches an address from, one on another site is a
// finding, and one that readers follow is not.
func TestForeignAddresses(t *testing.T) {
	for src, want := range map[string]int{
		`<img src="https://elders.example/a.png">`:                                   1,
		`<img srcset="https://elders.example/a.png 2x">`:                             1,
		`<img srcset="a.png 1x, https://elders.example/b.png 2x">`:                   1,
		`<img srcset="a.png 1x,//elders.example/b.png 640w , HTTP://x.example/ 3x">`: 2,
		`<source srcset="//elders.example/a.avif">`:                                  1,
		`<link rel="preload" as="image" imagesrcset="a.png 1x, //x.example/b 2x">`:   1,
		`<video poster="https://elders.example/a.png">`:                              1,
		`<object data="//elders.example/a.svg">`:                                     1,
		`<img srcset="a.png 1x, b.png 2x" src="c.png">`:                              0,
		`<a href="https://elders.example/" data-src="https://elders.example/">x</a>`: 0,
		`<img srcset="/r?u=https://elders.example/a.png 2x">`:                        0,
	} {
		out := new(diag.List)
		policy("page.html", []byte(src), out)
		if ds := out.Sorted(); len(ds) != want {
			t.Errorf("%s: got %v, want %d", src, ds, want)
		}
	}
}
