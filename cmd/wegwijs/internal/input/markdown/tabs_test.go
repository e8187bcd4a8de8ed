package markdown

import "testing"

// TestTabs: tabs hold parts with names of their own, and a part stands in tabs.
func TestTabs(t *testing.T) {
	for src, want := range map[string]string{
		"::::tabs\n:::tab[a]\nx\n:::\n:::tab[b]\ny\n:::\n::::": "",
		":::tab[a]\nx\n:::":                                             "page.md:1:1 the block :::tab does not stand in tabs",
		"::::tabs\n:::tab[a]\nx\n:::\n::::":                             "page.md:1:1 the tabs have fewer than two parts",
		"::::tabs\n:::tab[a]\nx\n:::\ntekst\n\n:::tab[b]\ny\n:::\n::::": "page.md:5:1 text between the parts of tabs",
		"::::tabs\n:::tab[a]\nx\n:::\n:::tab[a]\ny\n:::\n::::":          `page.md:5:1 two parts of the tabs are called "a"page.md:1:1 the tabs have fewer than two parts`,
	} {
		got := ""
		for _, d := range convert("nl", []byte(src), nil).findings {
			got = d.Pos.String() + " " + d.Msg + got
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
}

// TestJoined: what may stand directly behind a letter, and a line break that
// needs no label.
func TestJoined(t *testing.T) {
	for src, want := range map[string]string{
		"H:sub[2]O":          `<p>H<x-sub id="sub-1">2</x-sub>O</p>`,
		"10:sup[2]":          `<p>10<x-sup id="sup-1">2</x-sup></p>`,
		"a:br b":             `<p>a<x-br id="br-1"></x-br> b</p>`,
		"a:br":               `<p>a<x-br id="br-1"></x-br></p>`,
		"a:brood en a:ui[b]": `<p>a:brood en a:ui[b]</p>`,
	} {
		if got := convert("", []byte(src), nil).html; got != want+"\n" {
			t.Errorf("%q: got %s", src, got)
		}
	}
}
