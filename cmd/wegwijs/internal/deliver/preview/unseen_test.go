package preview_test

import (
	"strings"
	"testing"
)

// TestLastGoodPageThatNobodyOpened makes a mistake in the front matter of a page
// that was never asked for: its address gives its last good form, not an error.
func TestLastGoodPageThatNobodyOpened(t *testing.T) {
	for name, spoil := range map[string]func(text string) string{
		"an unknown key":        func(s string) string { return strings.Replace(s, "title", "titel", 1) },
		"no TOML":               func(s string) string { return strings.Replace(s, "title =", "title", 1) },
		"a slug that cannot be": func(s string) string { return strings.Replace(s, "order", "slug = \"A B\"\norder", 1) },
		"no front matter":       func(s string) string { return strings.Replace(s, "+++\n", "", 1) },
		"a dead link":           func(s string) string { return s + "\n[x](nergens.md)\n" },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				b.save(pageFile, spoil(b.files[pageFile]))
				b.rest()
				if b.view().Errors() == 0 {
					b.t.Fatal("no mistake")
				}
				f, ok, err := b.live.Get(b.t.Context(), pageAt)
				if err != nil || !ok || !f.Old || !strings.Contains(string(f.Data), "<h1") {
					b.t.Errorf("there %t, last good bytes %t, %v:\n%s", ok, f.Old, err, f.Data)
				}
			})
		})
	}
}
