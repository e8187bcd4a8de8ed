package render_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/site"
	"wegwijs/cmd/wegwijs/internal/state"
)

// inWord are elements that do not end a word.
var inWord = strings.Fields("a abbr b bdi bdo cite code data dfn em i kbd mark q s samp span strong sub sup time u var wbr del ins")

// seenWords returns the words that a reader without scripts sees, sorted.
func seenWords(t *testing.T, page string) []string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		apart := n.Type == html.ElementNode && !slices.Contains(inWord, n.Data)
		if apart {
			b.WriteByte(' ')
		}
		for _, a := range n.Attr {
			classes := strings.Fields(a.Val)
			switch {
			case a.Key == "hidden", a.Key == "class" && (slices.Contains(classes, "js") || slices.Contains(classes, "task") || slices.Contains(classes, "footnote-ref") || slices.Contains(classes, "footnote-backref")):
				return
			case a.Key == "alt":
				b.WriteString(a.Val + " ")
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if apart {
			b.WriteByte(' ')
		}
	}
	walk(doc)
	return split(b.String())
}

func split(text string) []string {
	list := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	slices.Sort(list)
	return list
}

// TestBlocksOfOwnSite: each visible word of each page of this site is in exactly
// one block.
func TestBlocksOfOwnSite(t *testing.T) {
	s, err := state.Load(t.Context(), os.DirFS("../../../../.."), state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	pages, blocks := 0, 0
	s.Renderer.Seen(func(p *site.Page, facts *markdown.Facts, html string) {
		var text strings.Builder
		for _, b := range facts.Blocks() {
			text.WriteString(b.Text + "\n")
			blocks++
		}
		pages++
		if got, want := split(text.String()), seenWords(t, html); !slices.Equal(got, want) {
			t.Errorf("%s: the blocks have the words\n%q\nand the page\n%q", p.File, got, want)
		}
	})
	for _, l := range s.Site.Locales {
		for _, p := range l.All {
			if !p.Fallback {
				if _, err := s.Set.Make(t.Context(), strings.TrimPrefix(p.Dir+"/index.html", "/")); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if pages < 40 || blocks < 20*pages {
		t.Errorf("got %d blocks of %d pages", blocks, pages)
	}
}
