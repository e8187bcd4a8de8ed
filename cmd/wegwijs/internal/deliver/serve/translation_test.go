package serve_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// translated is a page in two languages whose text changed since.
func translated(files map[string]string) {
	was := "+++\ntitle = \"Tekst\"\n+++\n## Eerst\n\n1. Open het venster.\n2. Sluit het venster.\n"
	stamp := freshness.StampOf([]byte(was))
	files[stamp.File()] = was
	files["content/nl/tekst.md"] = "+++\ntitle = \"Tekst\"\n+++\n## Eerst\n\n1. Open het grote venster.\n2. Sluit het venster.\n3. Klaar.\n"
	files["content/en/tekst.md"] = fmt.Sprintf("+++\ntitle = \"Text\"\nsource = %q\n+++\n## First\n\n1. Open the window.\n2. Close the window.\n", stamp)
}

// The preview says of a page what changed since it was translated, in every
// language at once.
func TestTranslation(t *testing.T) {
	files := testenv.SmallSite(t)
	translated(files)
	p := show(t, files, serve.Options{})
	type answer struct {
		State  string
		Blocks []map[string]string
	}
	ask := func(page string) (a answer) {
		t.Helper()
		res := p.get("/_wegwijs/translation?page=" + page)
		if err := json.Unmarshal(res.Body.Bytes(), &a); err != nil {
			t.Fatalf("%s: %d %s", page, res.Code, res.Body)
		}
		return a
	}
	a := ask("/en/tekst/")
	if a.State != "stale" || len(a.Blocks) != 2 {
		t.Fatalf("got %+v", a)
	}
	for key, want := range map[string]string{"kind": "edited", "old": "Open het venster.", "new": "Open het {+grote+} venster.", "source": "content/nl/tekst.md:6:4", "translation": "Open the window.", "where": "content/en/tekst.md:7:4", "seen": "Open the window."} {
		if got := a.Blocks[0][key]; got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	if b := a.Blocks[1]; b["kind"] != "added" || b["new"] != "Klaar." || b["where"] != "" {
		t.Errorf("the added step: got %v", b)
	}
	for _, page := range []string{"/tekst/", "/en/", "/nergens/", "/sitemap.xml", "", "/en/email/pop/"} {
		if a := ask(page); len(a.Blocks) != 0 {
			t.Errorf("%q: got %+v", page, a)
		}
	}
}

// TestBrowserShowsWhatChanged sees the comparison beside the page, the block that
// it is about marked, and both gone when the text is as it was.
func TestBrowserShowsWhatChanged(t *testing.T) {
	chromium.Need(t)
	files := realSite(t)
	translated(files)
	p := show(t, files, serve.Options{})
	b := p.tab("/en/tekst/")
	const panel = `[...document.documentElement.children].map((e) => e.shadowRoot?.querySelector("aside")?.textContent ?? "").join("")`
	b.Until(panel + `.includes("2 blocks changed")`)
	b.true(panel+`.includes("content/nl/tekst.md:6:4 edited") && `+panel+`.includes("Open the window.")`, "the comparison")
	b.true(`[...document.querySelectorAll("main li")].filter((e) => e.style.outline !== "").map((e) => e.firstChild.textContent.trim()).join() === "Open the window."`, "the block is not marked")
}
