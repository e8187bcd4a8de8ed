package markdown

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// words returns the words of a text, sorted: letters and digits that stand
// together.
func words(text string) []string {
	list := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	slices.Sort(list)
	return list
}

// pageWords returns the words that a reader of the HTML sees, and the texts of
// images; not the numbers and arrows of footnotes, nor the boxes of tasks.
func pageWords(t testing.TB, page string) []string {
	t.Helper()
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
		block := n.Type == html.ElementNode && !inlineElements[n.Data] && !strings.HasPrefix(n.Data, "x-")
		if block {
			b.WriteByte(' ')
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "hidden", a.Key == "class" && slices.Contains([]string{"footnote-ref", "footnote-backref", "task", "js"}, a.Val):
				return
			case a.Key == "alt":
				b.WriteString(" " + a.Val + " ")
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if block {
			b.WriteByte(' ')
		}
	}
	walk(doc)
	return words(b.String())
}

// blockWords returns the words of the blocks.
func blockWords(blocks []Block) []string {
	var text strings.Builder
	for _, b := range blocks {
		text.WriteString(b.Text + "\n")
	}
	return words(text.String())
}

// TestBlocks: each visible word of a page is in exactly one block.
func TestBlocks(t *testing.T) {
	pages := map[string][2]string{}
	for name, a := range goldens(t) {
		pages[name] = [2]string{setting(a, "lang"), part(a, "page.md")}
	}
	for _, x := range spec(t) {
		pages[x.String()] = [2]string{"", x.Markdown}
	}
	for name, p := range pages {
		got := convert(p[0], []byte(p[1]), nil)
		if diag.Errors(got.findings) > 0 {
			continue // such a page is not shown
		}
		if got, want := blockWords(got.facts.Blocks()), pageWords(t, got.html); !slices.Equal(got, want) {
			t.Errorf("%s: the blocks have the words\n%q\nand the page\n%q\n%s", name, got, want, p[1])
		}
	}
}

// TestDirectiveThatSaysNothing: what a template left out stands in no block and no
// heading; without a site it is known by its label.
func TestDirectiveThatSaysNothing(t *testing.T) {
	const src = "+++\n+++\n## Kop :setting[pop.host]\n\nVan :setting[pop.host] naar.\n\n::settings[pop]\n"
	in := input("p.md", []byte(src), 8, nil)
	in.Site.(*fake).directive = func(*Directive) (html, md string, err error) { return "", "", nil }
	for name, tt := range map[string]struct {
		site Resolver
		want []string
	}{
		"a site":  {in.Site, []string{"Kop", "Van", "naar"}},
		"no site": {nil, []string{"Kop", "Van", "host", "host", "naar", "pop", "pop", "pop"}},
	} {
		in.Site, in.Out = tt.site, new(diag.List)
		facts := New(Options{Lang: "nl"}).Convert(in, new(bytes.Buffer), nil)
		if got := blockWords(facts.Blocks()); !slices.Equal(got, tt.want) || tt.site != nil && in.Out.Len() > 0 {
			t.Errorf("%s: the blocks have %q, want %q %v", name, got, tt.want, in.Out.Sorted())
		}
		if h := facts.Headings[0].Text; strings.Contains(h, "pop") == (tt.site != nil) {
			t.Errorf("%s: the heading is %q", name, h)
		}
	}
}

// TestProseBehindNothing: a text that begins with what has no words of its own.
func TestProseBehindNothing(t *testing.T) {
	for _, src := range []string{
		":br na `x`", ":br :br na", "- :br na [b](c.md)", "![a](x.png) ![b](y.png) na", "![a](x.png) na `x`", "![a](x.png)   ![b](y.png)   ![c](z.png) na", "- ![a](x.png) [^1] na\n\n[^1]: x", "> ![a](x.png)\n> ![b](y.png)\n> na", "| ![a](x.png) ![b](y.png) na |\n|---|\n| ![a](x.png) :kbd[A] na |", "## ![a](x.png) ![b](y.png) na", "![a](x.png) :setting[imap.host] ![b](y.png) na",
	} {
		found := false
		for _, b := range convert("nl", []byte("+++\n+++\n"+src+"\n"), nil).facts.Blocks() {
			prose := b.Prose()
			if len(prose) != len(b.Text) {
				t.Errorf("%q: %q for %q", src, prose, b.Text)
			}
			found = found || strings.Contains(prose, "na")
		}
		if !found {
			t.Errorf("%q: its words are lost", src)
		}
	}
}

// TestBlockKinds: the kinds of blocks in order, with the heading above each, and
// where they were typed.
func TestBlockKinds(t *testing.T) {
	src := "+++\n+++\nVooraf &amp; *nu*.\n\n## Een `twee`\n\n- punt ![plaatje](x.png) na\n\n  tweede\n\n> citaat\n\n> [!TIP]\n> raad\n\n| a | b |\n|---|---|\n| c | d |\n\n### Drie\n\nTerm\n: uitleg[^1]\n\n:::details[Meer]\nBinnen :ui[Knop].\n:::\n\n```\ncode 1\ncode 2\n```\n\n::settings[imap]\n\n[^1]: Noot.\n"
	got := convert("nl", []byte(src), nil)
	var b strings.Builder
	for _, x := range got.facts.Blocks() {
		fmt.Fprintf(&b, "%s %d %s %q\n", x.Kind, x.Heading, x.Pos(0), x.Text)
	}
	want := `paragraph -1 page.md:3:1 "Vooraf & nu."
heading 0 page.md:5:4 "Een twee"
item 0 page.md:7:3 "punt  na"
image 0 page.md:7:10 "plaatje"
item 0 page.md:9:3 "tweede"
quote 0 page.md:11:3 "citaat"
alert 0 page.md:13:1 "Tip"
quote 0 page.md:14:3 "raad"
cell 0 page.md:16:3 "a"
cell 0 page.md:16:7 "b"
cell 0 page.md:18:3 "c"
cell 0 page.md:18:7 "d"
heading 1 page.md:20:5 "Drie"
term 1 page.md:22:1 "Term"
definition 1 page.md:23:3 "uitleg"
directive 1 page.md:25:1 ""
paragraph 1 page.md:26:1 "Binnen Knop."
code 1 page.md:30:1 "code 1\ncode 2\n"
directive 1 page.md:34:1 "imap"
note 1 page.md:36:7 "Noot."
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// TestBlockOffsets: what is found in the text of a block is found again where it
// was typed, also behind escapes, references, emphasis, directives and quotes.
func TestBlockOffsets(t *testing.T) {
	for src, word := range map[string]string{
		"Eén \\* twee &euro; **drie** vier":   "vier",
		"Zij zei: \"eerst\" en 'dan' -- vier": "vier",
		"Klik op :ui[Knop] en vier":           "vier",
		"- een\n  > twee\n  > vier":           "vier",
		"| a | vier |\n|---|---|\n| x | y |":  "vier",
		"> een `code` [link](x.md) vier":      "vier",
		"```\neen\n\n  vier\n```":             "vier",
		"![een \\& vier](x.png)":              "vier",
		"Eén : twee ; « drie » ! vier":        "vier",
		"Eén ? :ui[Knop] : `x` ? vier":        "vier",
	} {
		for _, lang := range []string{"", "nl", "fr"} {
			found := false
			for _, b := range convert(lang, []byte(src), nil).facts.Blocks() {
				if i := strings.Index(b.Text, word); i >= 0 {
					found = true
					if got, want := b.Offset(i), strings.Index(src, word); got != want {
						t.Errorf("%q in %q: got the offset %d of %q, want %d", lang, src, got, word, want)
					}
				}
			}
			if !found {
				t.Errorf("%q: no block has %q", src, word)
			}
		}
	}
}

// TestBlockHash: a block keeps its hash when it moves, is broken into other
// lines or goes into another list or quotation, and has another one for every
// change of what it says or how it says it.
func TestBlockHash(t *testing.T) {
	hashes := func(src string) map[BlockHash]bool {
		all := map[BlockHash]bool{}
		for _, b := range convert("nl", []byte(src), nil).facts.Blocks() {
			all[b.Hash()] = true
		}
		return all
	}
	same := func(a, b string) bool {
		x, y := hashes(a), hashes(b)
		for h := range x {
			if y[h] {
				return true
			}
		}
		return false
	}
	for a, b := range map[string]string{
		"een twee drie":           "vooraf\n\neen\ntwee   drie",
		"> een\n> twee":           "> > een\n> > twee",
		"- een\n  twee":           "1. eerst\n2. een twee",
		"## Kop":                  "tekst\n\n## Kop",
		"|a|b|\n|-|-|\n|cel|x|":   "|p|q|r|\n|-|-|-|\n|z|y|cel|",
		"::settings[imap]":        "x\n\n::settings[imap]",
		"```\nvoor\n  beeld\n```": "- x\n\n  ```\n  voor\n    beeld\n  ```",
	} {
		if !same(a, b) {
			t.Errorf("%q and %q have no hash in common", a, b)
		}
	}
	for a, b := range map[string]string{
		"een twee": "een *twee*", "## Kop": "### Kop", "[a](b.md)": "[a](c.md)", "een": "- een", "::settings[imap]": "::settings[pop]",
		":ui[a]": ":ui[a]{lang=en}", "```\na\n```": "```\n a\n```", "![a](x.png)": "![b](x.png)",
	} {
		if same(a, b) {
			t.Errorf("%q and %q have a hash in common", a, b)
		}
	}
}

// TestBlockProse: what a writer did not say in own words is taken out, and what
// stands around it stays where it was.
func TestBlockProse(t *testing.T) {
	for src, want := range map[string]string{
		"Een `code` twee": "Een 0000 twee",
		"Klik op :ui[Knop één] en :message[fout].":     "Klik op 0000000000 en 0000.",
		"Zie https://voorbeeld.example/a of <a@b.nl>.": "Zie 000000000000000000000000000 of 000000.",
		"Zij zei: \"eerst\" *twee* [drie](x.md)":       "Zij zei: “eerst” twee drie",
		":when[Stel `x` in]{has=pop} nu":               "Stel 0 in nu",
		"```\ncode\n```":                               "00000",
		"| `a` | b |\n|---|---|\n| c | :ui[d] |":       "0|b|c|0",
		"![een `b` c](x.png)":                          "een 0 c",
	} {
		var got []string
		for _, b := range convert("nl", []byte(src), nil).facts.Blocks() {
			if len(b.Prose()) != len(b.Text) {
				t.Errorf("%q: %q is not as long as %q", src, b.Prose(), b.Text)
			}
			got = append(got, strings.ReplaceAll(b.Prose(), "\x00", "0"))
		}
		if all := strings.Join(got, "|"); all != want {
			t.Errorf("%q: got %q, want %q", src, all, want)
		}
	}
}
