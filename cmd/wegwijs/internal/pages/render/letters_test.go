package render

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// TestLetters: a list of more pages than can be looked through is divided by
// first letters, as dictionaries of the language have them; a shorter one is
// not, and every page is there once.
func TestLetters(t *testing.T) {
	for _, tt := range []struct {
		n       int
		titles  []string // of the first pages; the others are called Z 1 and so on
		letters string
	}{
		{100, []string{"Appel"}, ""},
		{101, []string{"Appel"}, "A1 Z100"},
		{300, []string{"appel", "Álgebra", "10 tips", "9 tips", "route", "référence", "Über", "„Ui”", "(b)", "Æsir", "…"}, "…1 0–92 A2 Æ1 B1 R2 U2 Z289"},
		{150, nil, "Z150"},
	} {
		files := maps.Clone(linkSite)
		files["content/nl/veel/index.md"] = "+++\ntitle = \"Veel\"\n+++\nTekst.\n"
		for i := range tt.n {
			title := fmt.Sprintf("Z %d", i)
			if i < len(tt.titles) {
				title = tt.titles[i]
			}
			files[fmt.Sprintf("content/nl/veel/p%d.md", i)] = fmt.Sprintf("+++\ntitle = %q\n+++\n", title)
		}
		r, _, _ := renderer(t, smallSite(t, files))
		p := linkPage(t, r, "nl", "veel")
		rest := r.rest(p, nil)
		if len(rest) != 1 || len(rest[0].Pages) != tt.n {
			t.Fatalf("%d pages: %d groups", tt.n, len(rest))
		}
		var got []string
		seen, ids := map[string]bool{}, map[string]bool{}
		for _, l := range rest[0].Letters {
			got = append(got, fmt.Sprintf("%s%d", l.Name, len(l.Pages)))
			ids[l.ID] = true
			if !strings.HasPrefix(l.ID, ":") || strings.ContainsAny(l.ID, " \"…–") {
				t.Errorf("the id %q", l.ID)
			}
			for _, link := range l.Pages {
				seen[link.URL] = true
			}
		}
		if strings.Join(got, " ") != tt.letters || len(ids) != len(rest[0].Letters) || len(got) > 0 && len(seen) != tt.n {
			t.Errorf("%d pages: got %q, %d of them; want %q", tt.n, got, len(seen), tt.letters)
		}
	}
}
