package markdown

import (
	"strings"
	"testing"
)

// TestWhen: what a when holds stands in its place or goes, as if it had been
// typed so.
func TestWhen(t *testing.T) {
	for src, same := range map[string]string{
		"a\n\n:::when{has=pop}\nb\n:::\n\nc":                                "a\n\nb\n\nc",
		"a\n\n:::when{has=webmail}\nb\n:::\n\nc":                            "a\n\nc",
		"a\n\n:::when{lacks=webmail}\nb\n:::":                               "a\n\nb",
		"a\n\n:::when{lacks=pop}\nb\n:::":                                   "a",
		":::when{has=\"pop imap\"}\nb\n:::":                                 "b",
		":::when{has=\"pop webmail\"}\nb\n:::":                              "",
		":::when{has=pop lacks=webmail}\nb\n:::":                            "b",
		"::::when{has=pop}\n:::when{has=webmail}\na\n:::\nb\n::::":          "b",
		"::::when{has=webmail}\n:::when{has=pop}\na\n:::\nb\n::::":          "",
		"1. a\n\n:::when{has=pop}\n1. b\n:::\n\n1. c":                       "1. a\n1. b\n1. c",
		"1. a\n\n:::when{has=webmail}\n1. b\n:::\n\n1. c":                   "1. a\n1. c",
		"a :when[met *b* en `c`]{has=pop} d":                                "a met *b* en `c` d",
		"a :when[met [x](y.md) en https://x.nl]{has=pop} d":                 "a met [x](y.md) en https://x.nl d",
		"a :when[x]{has=webmail}b":                                          "a b",
		"a:when[ en b]{has=pop}.":                                           "a en b.",
		"a:when[ en b]{has=webmail}.":                                       "a.",
		"- a\n- :when[b]{has=webmail}\n- c":                                 "- a\n- c",
		"- a\n- :when[- b]{has=pop}\n- c":                                   "- a\n- \\- b\n- c",
		"- :when[b]{has=webmail}":                                           "",
		"| a | b |\n|---|---|\n| :when[c]{has=webmail} | d |\n| e | f |":    "| a | b |\n|---|---|\n| e | f |",
		"| a | b |\n|---|---|\n| c | d:when[, e]{has=webmail} |\n| e | f |": "| a | b |\n|---|---|\n| c | d |\n| e | f |",
		":::when{has=webmail}\n## A\n:::\n\n## B":                           "## B",
		":::steps\n:::when{has=pop}\n:ui[a]\n:::\n:::":                      ":::steps\n:ui[a]\n:::",
		"x:when[ :ui[a]]{has=pop}":                                          "x :ui[a]",
		"**:when[a]{has=webmail}** b":                                       "b",
	} {
		got, want := convert("nl", []byte(src), nil), convert("nl", []byte(same), nil)
		if len(got.findings) > 0 {
			t.Errorf("%q: got %v", src, got.findings)
		}
		squeeze := func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(strings.Join(strings.Fields(s), " "), " </", "</"), "> ", ">")
		}
		if squeeze(got.html) != squeeze(want.html) {
			t.Errorf("%q: got\n%s\nwant\n%s", src, got.html, want.html)
		}
		if squeeze(got.md) != squeeze(want.md) {
			t.Errorf("%q: the copy is\n%s\nwant\n%s", src, got.md, want.md)
		}
		if len(got.facts.Headings) != len(want.facts.Headings) {
			t.Errorf("%q: got the headings %v", src, got.facts.Headings)
		}
	}
}

// TestWhenLinks: a link to a page that may be absent stands in a when that says
// that it is there, in every site.
func TestWhenLinks(t *testing.T) {
	for src, want := range map[string]string{
		"[a](popje.md)":                                         "page.md:1:1 the page is not there in every site: it needs pop",
		":::when{has=pop}\n[a](popje.md)\n:::":                  "",
		"x :when[[a](popje.md)]{has=pop}":                       "",
		":::when{has=imap}\n[a](popje.md)\n:::":                 "page.md:2:1 the page is not there in every site: it needs pop",
		":::when{lacks=webmail}\n[a](popje.md)\n:::":            "page.md:2:1 the page is not there in every site: it needs pop",
		"[a](webmail.md)":                                       "page.md:1:1 the page is not there in every site: it needs webmail",
		":::when{has=webmail}\n[a](webmail.md)\n:::":            "",
		"::::when{has=pop}\n:::steps\n[a](popje.md)\n:::\n::::": "",
		":::when{has=pop}\nx\n:::\n\n- [a](popje.md)":           "page.md:5:3 the page is not there in every site: it needs pop",
	} {
		got := ""
		for _, d := range convert("nl", []byte(src), nil).findings {
			got += d.Pos.String() + " " + d.Msg
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
	// On a page that has the need itself no when is needed.
	in := input("page.md", []byte("[a](popje.md)"), 0, nil)
	in.Needs = []string{"pop"}
	in.Out = newList()
	New(Options{}).Convert(in, nil, nil)
	if ds := in.Out.Sorted(); len(ds) > 0 {
		t.Errorf("got %v", ds)
	}
}

// TestWhenMistakes: what is wrong with a when is said at its place.
func TestWhenMistakes(t *testing.T) {
	for src, want := range map[string]string{
		":::when{has=popp}\na\n:::":   `page.md:1:1 nothing is called "popp" that a site has or lacks`,
		":::when\na\n:::":             "page.md:1:1 the directive does not say when its text stands",
		":::when{if=pop}\na\n:::":     `page.md:1:1 unknown attribute "if"`,
		":::when{has=pop}\na":         "page.md:1:1 the block :::when is not closed",
		"::when{has=pop}":             `page.md:1:1 "when" is not written with two colons`,
		":::when[x]{has=pop}\na\n:::": "page.md:1:1 the block :::when has no label",
		"a :when[x\ny]{has=pop}":      "page.md:1:3 the label of the directive goes on on the next line",
	} {
		got := ""
		for _, d := range convert("nl", []byte(src), nil).findings {
			got += d.Pos.String() + " " + d.Msg
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
}

// TestOneMistakeInABlock: a block that no site has is one mistake, also where it
// does not end.
func TestOneMistakeInABlock(t *testing.T) {
	for src, want := range map[string]string{
		":::warning\na":         `page.md:1:1 unknown directive "warning"`,
		":::zomaar\na\n::::":    `page.md:1:1 unknown directive "zomaar"`,
		"- :::info\n  a":        `page.md:1:3 unknown directive "info"`,
		"> :::danger\n> a\n\nb": `page.md:1:3 unknown directive "danger"`,
	} {
		got := ""
		for _, d := range convert("nl", []byte(src), nil).findings {
			got += d.Pos.String() + " " + d.Msg
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
}

// TestWhenOffsets: what stands in a when is found where it was typed.
func TestWhenOffsets(t *testing.T) {
	src := "Kop :when[met [link](weg.md) en **vet** `code`]{has=pop} na"
	got := convert("nl", []byte(src), nil)
	if len(got.findings) != 1 || got.findings[0].Pos.Col != 1+strings.Index(src, "[link]") {
		t.Errorf("got %v", got.findings)
	}
	for _, b := range got.facts.Blocks() {
		for _, word := range []string{"met", "vet", "code", "na"} {
			if i := strings.Index(b.Text, word); i < 0 || b.Offset(i) != strings.Index(src, word) {
				t.Errorf("%q in %q: got the offset %d", word, b.Text, b.Offset(max(i, 0)))
			}
		}
	}
}
