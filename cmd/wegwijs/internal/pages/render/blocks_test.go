package render_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/content"
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

// less returns the words of a that b does not have as often; both are sorted.
func less(a, b []string) (more []string) {
	for _, w := range a {
		if i, ok := slices.BinarySearch(b, w); ok {
			b = slices.Delete(slices.Clone(b), i, i+1)
		} else {
			more = append(more, w)
		}
	}
	return more
}

// builtSite is the site.toml of a provider with one row to receive with, for the
// pages of the program.
func builtSite(more string) string {
	return fmt.Sprintf("title = \"Hulp\"\nbase_url = \"https://help.provider.example\"\nprovider = {name = \"Provider\", contact = \"https://www.provider.example/\"}\n%s\n"+
		"[[mail]]\nid = \"een\"\nname = \"Post\"\ndomains = [\"een.example\"]\n"+
		"[[mail.server]]\nprotocol = \"imap\"\nhost = \"in.een.example\"\nport = 993\nsecurity = \"tls\"\n"+
		"[[mail.server]]\nprotocol = \"smtp\"\nhost = \"uit.een.example\"\nport = 465\nsecurity = \"tls\"\n", more)
}

// more is what another provider has besides.
const more = "[[mail.server]]\nprotocol = \"smtp\"\nhost = \"uit.een.example\"\nport = 587\nsecurity = \"starttls\"\n" +
	"[[mail]]\nid = \"twee\"\nname = \"Anders\"\ndomains = [\"twee.example\"]\nwebmail = \"https://web.twee.example/\"\n" +
	"[[mail.server]]\nprotocol = \"pop\"\nhost = \"in.twee.example\"\nport = 995\nsecurity = \"tls\"\n" +
	"[[mail.server]]\nprotocol = \"imap\"\nhost = \"in.twee.example\"\nport = 993\nsecurity = \"tls\"\n" +
	"[[mail.server]]\nprotocol = \"smtp\"\nhost = \"uit.twee.example\"\nport = 465\nsecurity = \"tls\"\n"

// TestBlocksOfOwnSite: each visible word of each page is in exactly one block: of
// this site, and of sites without pages of their own, which have or lack other
// things.
func TestBlocksOfOwnSite(t *testing.T) {
	for name, tt := range map[string]struct {
		files fs.FS
		all   bool // every page is shown
	}{
		"this site":           {builtin.Over(os.DirFS("../../../../..")), true},
		"built in, IMAP":      {builtin.Over(fstest.MapFS{"site.toml": {Data: []byte(builtSite(""))}}), false},
		"built in, more":      {builtin.Over(fstest.MapFS{"site.toml": {Data: []byte(builtSite("[forms]\nprofile = false") + more)}}), false},
		"built in, in German": {builtin.Over(fstest.MapFS{"site.toml": {Data: []byte(builtSite("default_language = \"de\"\n[languages.de]\n"))}}), false},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := state.Load(t.Context(), tt.files, state.Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			pages, blocks := map[string]bool{}, 0
			s.Renderer.Seen(func(p *site.Page, facts *markdown.Facts, html string) {
				var text strings.Builder
				for _, b := range facts.Blocks() {
					text.WriteString(b.Text + "\n")
					blocks++
				}
				pages[p.File] = true
				if got, want := split(text.String()), seenWords(t, html); !slices.Equal(got, want) {
					t.Errorf("%s: only the blocks have the words %q, and only the page %q", p.File, less(got, want), less(want, got))
				}
			})
			want := 0
			for _, l := range s.Site.Locales {
				for _, p := range l.All {
					if !p.Fallback {
						want++
						if _, err := s.Set.Make(t.Context(), strings.TrimPrefix(p.Dir+"/index.html", "/")); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			if tt.all {
				want = 0
				for _, f := range s.Tree.Below(content.Root) {
					if strings.HasSuffix(f.Path, ".md") {
						want++
					}
				}
			}
			if len(pages) != want || want < 25 || blocks < 20*want {
				t.Errorf("got %d blocks of %d pages, of %d", blocks, len(pages), want)
			}
		})
	}
}
