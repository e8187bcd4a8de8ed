package browser

import (
	"bytes"
	"compress/gzip"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

var (
	pdfPageRE   = regexp.MustCompile(`/Type\s*/Page[^s]`)
	cssLinkRE   = regexp.MustCompile(`rel="?stylesheet"? href="?(/[^" >]+)"?( media="?print)?`)
	scriptRE    = regexp.MustCompile(`<script type="?module"? src="?(/assets/[^" >]+)`)
	importRE    = regexp.MustCompile(`["']\./([\w.-]+\.js)["']`)
	inlineRE    = regexp.MustCompile(`<script(?:\s[^>]*)?>|\sstyle="|<style|\son[a-z]+="`)
	dataBlockRE = regexp.MustCompile(`^<script type="?application/ld\+json"?>$|^<script (?:type="?module"? )?src=`)
)

// TestPrint prints the pages with settings: one sheet of A4, with every row on
// it, also those that the screen keeps folded.
func TestPrint(t *testing.T) {
	b := reader(t)
	for _, p := range theSite.readable() {
		data, err := theSite.read(p.file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), `class="settings"`) || p.missing {
			continue
		}
		b.languages(p.lang)
		b.open(p.path)
		testenv.Call(b.Tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		sheet := eval[bool](b, `document.querySelector(".content > h2:first-of-type + .settings") !== null`)
		if !sheet {
			continue
		}
		if lost := eval[[]string](b, `[...document.querySelectorAll(".content > .settings tr")].filter((r) => r.parentElement.localName === "tbody" && r.getBoundingClientRect().height < 5).map((r) => r.innerText)`); len(lost) > 0 {
			t.Errorf("%s: rows that are not printed: %q", p.path, lost)
		}
		if eval[bool](b, shown+`(document.querySelector(".secnav"))`) {
			t.Errorf("%s: the navigation is printed", p.path)
		}
		if !eval[bool](b, shown+`(document.querySelector(".printed"))`) {
			t.Errorf("%s: the sheet does not say where it comes from", p.path)
		}
		testenv.Call(b.Tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
		pdf, err := chromedp.Run(b.Ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(pdfPageRE.FindAll(pdf, -1)); n != 1 {
			t.Errorf("%s: %d sheets of paper, want 1", p.path, n)
		}
	}
}

// unticked returns what is wrong with the boxes that steps have on paper: an
// empty one before each step, in steps alone.
const unticked = `[...document.querySelectorAll(".content li")].flatMap((li) => {
  const s = getComputedStyle(li, "::after"), step = li.matches(".steps > ol > li");
  const box = s.content === '""' && s.position === "absolute" && s.insetInlineStart === "0px" && ["Top", "Right", "Bottom", "Left"].every((side) => parseFloat(s["border" + side + "Width"]) >= 1) && s.width === s.height && parseFloat(s.width) >= 8;
  const clear = parseFloat(getComputedStyle(li).paddingInlineStart) > parseFloat(getComputedStyle(li, "::before").insetInlineStart) + 8;
  return step && !(box && clear) ? ["no box: " + li.innerText] : !step && box ? ["a box: " + li.innerText] : [];
})`

// severed returns what may be cut between two sheets of paper, and what may
// stand below a sheet without what it is about.
const severed = `[["breakInside", ".content :is(li, tr, .alert, .settings, .result, figure, details), .content > .summary"], ["breakAfter", ".content :is(h2, h3, dt, caption)"]].flatMap(([way, what]) =>
	[...document.querySelectorAll(what)].filter((e) => getComputedStyle(e)[way] !== "avoid").map((e) => e.outerHTML.slice(0, 80)))`

// TestTicked looks at steps on paper: each can be ticked off, in both
// directions of writing, and nothing that belongs together is cut.
func TestTicked(t *testing.T) {
	each(t, theSite.own(), func(b *tab, p page) {
		b.open(p.path)
		if onScreen := eval[[]string](b, `[...document.querySelectorAll(".steps > ol > li:last-child")].filter((li) => getComputedStyle(li, "::after").content !== "none").map((li) => li.innerText)`); len(onScreen) > 0 {
			b.t.Errorf("%s: boxes on the screen: %q", p.path, onScreen)
		}
		testenv.Call(b.Tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		defer testenv.Call(b.Tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
		for _, dir := range []string{"ltr", "rtl"} {
			if wrong := eval[[]string](b, `document.documentElement.dir = "`+dir+`", `+unticked); len(wrong) > 0 {
				b.t.Errorf("%s on paper, %s: %q", p.path, dir, wrong)
			}
		}
		if cut := eval[[]string](b, severed); len(cut) > 0 {
			b.t.Errorf("%s on paper: may be cut: %q", p.path, cut)
		}
	})
}

// TestPaper looks at the style for paper: every row of the settings, none of
// what only a screen can do, and where the sheet comes from.
func TestPaper(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(settingsPage)
		b.Paper()
		b.do(`dispatchEvent(new Event("beforeprint"))`)
		if lost := ask[[]string](b, `[...document.querySelectorAll(".content > .settings tbody tr")].filter((r) => r.getBoundingClientRect().height < 5).map((r) => r.innerText)`); len(lost) > 0 {
			t.Errorf("rows that are not printed: %q", lost)
		}
		for selector, want := range map[string]bool{".secnav": false, ".search": false, ".copy": false, ".lang": false, ".printed": true, "h1": true, ".settings": true} {
			if got := ask[bool](b, shown+`(document.querySelector("`+selector+`"))`); got != want {
				t.Errorf("%s is printed: %t, want %t", selector, got, want)
			}
		}
		b.quiet("on paper")
	})
}

// Budgets, in bytes as servers send them.
const (
	pageBudget   = 10000 // HTML and style sheets, by brotli; not the one for paper, which no screen waits for
	themeBudget  = 8520  // of a page that is heavier: what is left without its article, and without the styles that few pages have
	heavyPages   = 34    // as many are heavier, of some 200: they have a table of settings, steps and more than 2,000 bytes of words
	paperBudget  = 880   // the style sheet for paper, one for all pages
	scriptBudget = 17600 // all scripts that the page may ever load, search among them; by gzip
)

var (
	articleRE = regexp.MustCompile(`(?s)<article.*?</article>`)
	rareCSSRE = regexp.MustCompile(`^/assets/has-`)
)

func zipped(data []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Len()
}

func brotlied(data []byte) int {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	w.Write(data)
	w.Close()
	return b.Len()
}

// TestWeight weighs what a reader waits for: HTML and styles.
func TestWeight(t *testing.T) {
	sheets := map[string]int{}
	heavy, paper := 0, 0
	for i, p := range theSite.pages {
		if i%3 != 0 && !testenv.CI() || p.redirect {
			continue
		}
		html, err := theSite.read(p.file)
		if err != nil {
			t.Fatal(err)
		}
		size, rare := brotlied(html), 0
		for _, m := range cssLinkRE.FindAllSubmatch(html, -1) {
			url := string(m[1])
			if sheets[url] == 0 {
				css, err := theSite.read(strings.TrimPrefix(url, "/"))
				if err != nil {
					t.Fatal(err)
				}
				sheets[url] = brotlied(css)
			}
			switch {
			case m[2] != nil:
				paper = max(paper, sheets[url])
				continue
			case rareCSSRE.MatchString(url):
				rare += sheets[url]
			}
			size += sheets[url]
		}
		if size <= pageBudget {
			continue
		}
		heavy++
		words := brotlied(html) - brotlied(articleRE.ReplaceAll(html, nil))
		if theme := size - words - rare; theme > themeBudget {
			t.Errorf("%s: %d bytes of HTML and CSS without its own words, want at most %d", p.path, theme, themeBudget)
		}
	}
	if heavy > heavyPages {
		t.Errorf("%d pages have more than %d bytes of HTML and CSS, want at most %d", heavy, pageBudget, heavyPages)
	}
	if paper == 0 || paper > paperBudget {
		t.Errorf("%d bytes of CSS for paper, want at most %d, and some", paper, paperBudget)
	}
	t.Logf("%d pages have more than %d bytes, and %d for paper", heavy, pageBudget, paper)
}

// TestScripts weighs the scripts of every page, and looks for what the content
// security policy would refuse: scripts and styles inside a page.
func TestScripts(t *testing.T) {
	scripts, heaviest := 0, ""
	for _, p := range theSite.pages {
		data, err := theSite.read(p.file)
		if err != nil {
			t.Fatal(err)
		}
		html := string(data)
		for _, tag := range inlineRE.FindAllString(html, -1) {
			if at := strings.Index(html, tag); !dataBlockRE.MatchString(tag) && !dataBlockRE.MatchString(html[at:at+60]) {
				t.Errorf("%s: %q inside the page, which the policy refuses", p.path, tag)
			}
		}
		if m := scriptRE.FindStringSubmatch(html); m != nil {
			seen := map[string]bool{}
			if !strings.Contains(html, "class=\"tabs\"") { // never loads what they need
				left, err := filepath.Glob(filepath.Join(theSite.dir, "assets/tabs.*.js"))
				if err != nil || len(left) != 1 {
					t.Fatal(left, err)
				}
				seen[filepath.Base(left[0])] = true
			}
			n := weigh(t, strings.TrimPrefix(m[1], "/assets/"), seen)
			if n > scripts {
				scripts, heaviest = n, p.path
			}
		}
	}
	t.Logf("scripts: %d of %d bytes", scripts, scriptBudget)
	if scripts > scriptBudget {
		t.Errorf("%s: %d bytes of scripts, want at most %d", heaviest, scripts, scriptBudget)
	}
}

// weigh adds up a script and those that it imports.
func weigh(t *testing.T, name string, seen map[string]bool) int {
	t.Helper()
	if seen[name] {
		return 0
	}
	seen[name] = true
	data, err := theSite.read("assets/" + name)
	if err != nil {
		t.Fatal(err)
	}
	n := zipped(data)
	for _, m := range importRE.FindAllSubmatch(data, -1) {
		n += weigh(t, string(m[1]), seen)
	}
	return n
}
