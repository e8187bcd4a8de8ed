package browser

import (
	"bytes"
	"compress/gzip"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

var (
	pdfPageRE   = regexp.MustCompile(`/Type\s*/Page[^s]`)
	cssLinkRE   = regexp.MustCompile(`rel="?stylesheet"? href="?(/[^" >]+)`)
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

// Budgets, in bytes after gzip as servers send it.
const (
	pageBudget   = 18000 // HTML and style sheets; the first round trip holds 14000, which most pages keep to
	scriptBudget = 17250 // all scripts that the page may ever load, search among them
)

func zipped(data []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Len()
}

// TestBudgets weighs every page, and looks for what the content security
// policy would refuse: scripts and styles inside a page.
func TestBudgets(t *testing.T) {
	var heaviest page
	most, scripts := 0, 0
	for _, p := range theSite.pages {
		data, err := theSite.read(p.file)
		if err != nil {
			t.Fatal(err)
		}
		html := string(data)
		size := zipped(data)
		for _, m := range cssLinkRE.FindAllStringSubmatch(html, -1) {
			css, err := theSite.read(strings.TrimPrefix(m[1], "/"))
			if err != nil {
				t.Fatal(err)
			}
			size += zipped(css)
		}
		if size > pageBudget {
			t.Errorf("%s: %d bytes of HTML and CSS, want at most %d", p.path, size, pageBudget)
		}
		if size > most {
			most, heaviest = size, p
		}
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
			if n > scriptBudget {
				t.Errorf("%s: %d bytes of scripts, want at most %d", p.path, n, scriptBudget)
			}
			scripts = max(scripts, n)
		}
	}
	t.Logf("heaviest page: %s, %d of %d bytes; scripts: %d of %d", heaviest.path, most, pageBudget, scripts, scriptBudget)
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
