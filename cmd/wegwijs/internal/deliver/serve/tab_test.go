package serve_test

import (
	"fmt"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

var chromium testenv.Chromium

func TestMain(m *testing.M) {
	code := m.Run()
	chromium.Close()
	os.Exit(code)
}

// A tab is one page of the browser that shows the preview.
type tab struct {
	*testenv.Tab
	p    *shown
	said []string // on the console, before something of which the browser may complain
}

// tab opens a page of the preview. The test fails when the page says something
// on the console.
func (p *shown) tab(path string) *tab {
	p.t.Helper()
	b := p.deafTab(path)
	p.t.Cleanup(func() {
		messages, _ := b.Heard()
		if said := append(b.said, messages...); len(said) > 0 {
			p.t.Errorf("on the console of %s:\n\t%s", path, strings.Join(said, "\n\t"))
		}
	})
	return b
}

// deafTab is a tab of which it does not matter what is on its console.
func (p *shown) deafTab(path string) *tab {
	p.t.Helper()
	b := &tab{Tab: chromium.Tab(p.t), p: p}
	b.Size(1000, 700)
	b.open(path)
	return b
}

// another opens a page in the same window.
func (b *tab) another(path string) *tab {
	b.p.t.Helper()
	n := &tab{Tab: b.Another(), p: b.p}
	n.open(path)
	return n
}

// ignoring does something of which the browser itself may complain.
func (b *tab) ignoring(do func()) {
	messages, _ := b.Heard()
	b.said = append(b.said, messages...)
	do()
	b.Forget()
}

// open goes to a page and waits until the preview's script is at work in it.
// A mark tells whether the page is ever loaded again.
func (b *tab) open(path string) {
	b.p.t.Helper()
	b.Do(chromedp.Navigate(b.p.url + path))
	b.ready()
	b.Run(`window.mark = true`)
}

// ready waits until the script has the page as it came, and the events.
func (b *tab) ready() {
	b.p.t.Helper()
	b.Until(`document.querySelector('script[src="/_wegwijs/reload.js"]') && performance.getEntriesByType("resource").filter((e) => e.name === location.href.split("#")[0] && e.responseEnd).length > 0 && document.readyState === "complete"`)
}

func eval[T any](b *tab, expression string) T {
	b.p.t.Helper()
	return testenv.Eval[T](b.Tab, expression)
}

// true fails the test unless an expression is true.
func (b *tab) true(expression, otherwise string) {
	b.p.t.Helper()
	if !eval[bool](b, "Boolean("+expression+")") {
		b.p.t.Errorf("%s: %s is not true", otherwise, expression)
	}
}

// kept fails the test when the page was loaded again.
func (b *tab) kept() {
	b.p.t.Helper()
	b.true(`window.mark`, "the page was loaded again")
}

// showReal serves a small site with the layouts of this repository.
func showReal(t *testing.T, opt serve.Options) *shown {
	t.Helper()
	chromium.Need(t)
	p := show(t, realSite(t), opt)
	s := p.listen("")
	if m := s.checked(); m.Errors > 0 {
		t.Fatalf("the site has mistakes: %+v", m.Findings)
	}
	s.close()
	return p
}

func realSite(t testing.TB) map[string]string {
	t.Helper()
	files := testenv.RealSite(t, func(id string) string { return "+++\ntitle = \"" + path.Base(id) + "\"\n+++\nTekst.\n" })
	files["content/nl/index.md"] = "+++\ntitle = \"Begin\"\n+++\nWelkom.\n"
	files["content/nl/hulp/index.md"] = "+++\ntitle = \"hulp\"\n+++\nTekst.\n"
	files["content/nl/hulp/kort.md"] = "+++\ntitle = \"Kort\"\n+++\nEen korte tekst.\n\n![Scherm](scherm.svg)\n"
	files["content/nl/hulp/scherm.svg"] = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>`
	var long strings.Builder
	long.WriteString("+++\ntitle = \"Een lange pagina\"\n+++\nEen begin met de eerste woorden.\n\n::choice\n\n::personal\n\n::settings[imap]\n\n")
	for i := range 12 {
		fmt.Fprintf(&long, "## Deel %d\n\nHier staat deel %d van de tekst.\n\n%s\n\n:::details[Meer over %d]\nVerborgen %d.\n:::\n\n", i, i, strings.Repeat("Woorden die ruimte innemen. ", 40), i, i)
	}
	files["content/nl/hulp/lang.md"] = long.String()
	return files
}
