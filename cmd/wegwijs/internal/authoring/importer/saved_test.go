package importer_test

import (
	"strings"
	"testing"
)

// TestSavedPages: what a saved page says only with scripts is said without, its
// addresses begin where it says, and what stands around the text has a line.
func TestSavedPages(t *testing.T) {
	const other = `<html lang="nl"><body><nav>Menu</nav><main><h1>Ander</h1><h2 id="k">K</h2><p>Tekst</p></main></body></html>`
	for _, c := range []struct {
		name, page string
		want       string   // of the page, behind its front matter
		said       []string // lines of the list, with their places
	}{
		{"an accordion", "<main><h1>A</h1>\n<button aria-expanded=\"false\" aria-controls=\"x\">Hoe <b>dan</b>?</button>\n<div id=\"x\" hidden><p>Zo.</p><ul><li>Een</li></ul></div><p>Na.</p></main>", ":::details[Hoe dan?]\nZo.\n\n- Een\n:::\n\nNa.", nil},
		{"an accordion of headings", `<main><h1>A</h1><h2><button aria-controls="x">Een</button></h2><div id="x" class="collapse">Ja</div><h2><a role="button" href="#y" aria-controls="y">Twee</a></h2><div id="y">Nee</div></main>`, ":::details[Een]\nJa\n:::\n\n:::details[Twee]\nNee\n:::", nil},
		{"a button of a menu", `<main><h1>A</h1><p>Tekst</p><button aria-controls="m">Menu</button><ul id="m"><li>Een</li></ul></main>`, "Tekst\n\n- Een", []string{"/a.html:1 the element <button>: Menu"}},
		{"tabs", `<main><h1>A</h1><div><ul role="tablist"><li role="tab">Windows</li><li role="tab">macOS</li></ul><div><div role="tabpanel"><p>W</p></div><div role="tabpanel" hidden><p>M</p></div></div></div></main>`, "::::tabs\n:::tab[Windows]\nW\n:::\n\n:::tab[macOS]\nM\n:::\n::::", nil},
		{"tabs without panels", `<main><h1>A</h1><ul role="tablist"><li role="tab">Een</li><li role="tab">Twee</li></ul><div role="tabpanel">E</div></main>`, "- Een\n- Twee\n\nE", nil},
		{"what a script chooses", "<main><h1>A</h1>\n<p>Druk op <span><span hidden=\"true\">Commando</span><span hidden>Ctrl</span></span>+C.</p></main>", "Druk op Commando/Ctrl+C.", []string{"/a.html:2 a part that only a script shows: Ctrl", "/a.html:2 a part that only a script shows: Commando"}},
		{"a part that a script shows", "<main><h1>A</h1>\n\n<div hidden><p>Meer</p></div></main>", "Meer", []string{"/a.html:3 a part that only a script shows: Meer"}},
		{"addresses of a folder", `<head><base href="../../"></head><body><main><h1>A</h1><p><a href="nl/hulp/b.html#k">b</a> <img src="img/r.svg" alt="R"> <a href="#k">k</a></p><h2 id="k">K</h2></main></body>`, "[b](b.md#k) ![R](/img/r.svg) [k](#k)\n\n## K", nil},
		{"addresses of the root", `<head><base href="/nl/"></head><body><main><h1>A</h1><p><a href="hulp/b.html">b</a></p></main></body>`, "[b](b.md)", nil},
		{"addresses of a site", `<head><base href="https://x.example/nl/hulp/"><link rel="canonical" href="https://x.example/nl/hulp/a.html"></head><body><main><h1>A</h1><p><a href="b.html">b</a> <a href="https://y.example/c">c</a> <a href="//z.example/">d</a></p></main></body>`, "[b](b.md) [c](https://y.example/c) [d](https://z.example/)", nil},
		{"what stands around the text", "<body>\n<nav>Menu</nav>\n<main><h1>A</h1><p>Tekst</p></main>\n<div class=\"bijlagen\"><a href=\"x.pdf\">x.pdf</a></div>\n<script>1</script></body>", "Tekst", []string{"/a.html:4 the element <div> around the text: x.pdf", "/a.html:2 the element <nav> around the text, alike on 2 pages: Menu"}},
		{"a title around the text", "<body><header><h1>A</h1></header><div class=\"article-body\"><p>Tekst</p></div></body>", "Tekst", nil},
		{"beside the text of a page without a main part", "<body><header>Kop</header>\n<aside>Index</aside><div><h1>A</h1><aside>Let op</aside></div></body>", "Let op", []string{"/a.html:1 the element <header>: Kop", "/a.html:2 the element <aside>: Index"}},
	} {
		got, rep := bring(t, t.TempDir(), map[string]string{"nl/hulp/a.html": "<html lang=\"nl\">" + c.page + "</html>", "nl/hulp/b.html": other, "img/r.svg": red})
		_, text, _ := strings.Cut(got["content/nl/hulp/a.md"], "\n+++\n")
		if text = strings.TrimSpace(text); text != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, text, c.want)
		}
		for _, want := range c.said {
			if !strings.Contains(said(rep), want) {
				t.Errorf("%s: got\n%s\nwithout %s", c.name, said(rep), want)
			}
		}
	}
}

// TestKeys: a key on a page has a line that says what to do, for no site is
// built with it.
func TestKeys(t *testing.T) {
	key := "-----BEGIN " + "PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgabc\n-----END " + "PRIVATE KEY-----\n"
	conf := configs["hugo"]
	_, rep := bring(t, t.TempDir(), map[string]string{conf[0]: conf[1], "content/a.md": "---\ntitle: A\n---\nTekst\n\n```\n" + key + "```\n", "content/b.md": "---\ntitle: B\n---\n```\n" + strings.Replace(key, "wIBAQ", "w…", 1) + "```\n"})
	if got := said(rep); !strings.Contains(got, "content/a.md:8 here stands a private key") || strings.Contains(got, "content/b.md") {
		t.Errorf("got %s", got)
	}
}
