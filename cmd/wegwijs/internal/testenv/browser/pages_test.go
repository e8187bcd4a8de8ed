package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// each looks at pages, several side by side, each in its own language: at every
// third one and at the main ones, with -short at the main ones only, and at all
// where tests are thorough.
func each(t *testing.T, pages []page, look func(b *tab, p page), scripts ...string) {
	t.Helper()
	chrome.Need(t)
	work := make(chan page)
	var wg sync.WaitGroup
	for range tabs() {
		b := newTab(t, append([]string{noWorker}, scripts...)...)
		wg.Go(func() {
			for p := range work {
				b.languages(p.lang)
				b.Forget()
				look(b, p)
			}
		})
	}
	for n, p := range pages {
		if testenv.Thorough() || !testing.Short() && n%3 == 0 || slices.Contains(mainPages, p.path) || p.missing {
			work <- p
		}
	}
	close(work)
	wg.Wait()
}

// A finding is what axe has against a page.
type finding struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target  []any  `json:"target"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// runAxe looks with axe for violations of WCAG A and AA up to 2.2 and of axe's
// best practices.
const runAxe = `axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
}).then((r) => r.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })))`

func axeSource(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile(npmFile(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// axe reports what axe finds on the page as it is now.
func (b *tab) axe(where string) {
	b.t.Helper()
	for _, f := range eval[[]finding](b, runAxe) {
		for _, n := range f.Nodes {
			target, _ := json.Marshal(n.Target)
			b.t.Errorf("%s: axe: %s: %s at %s\n\t%s", where, f.ID, f.Help, target, strings.ReplaceAll(n.Summary, "\n", "\n\t"))
		}
	}
}

var compressRE = regexp.MustCompile(`(?m)^compress = .*\n`)

// copySite returns a folder that holds a copy of this repository's site, which is
// built without compressed files: these take longer than all the rest.
func copySite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"content", "layouts", "i18n"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(root, part))); err != nil {
			t.Fatal(err)
		}
	}
	config, err := os.ReadFile(filepath.Join(root, "site.toml"))
	if err != nil {
		t.Fatal(err)
	}
	testenv.Write(t, filepath.Join(dir, "site.toml"), compressRE.ReplaceAllString(string(config), ""))
	return dir
}

// overflow returns the elements that make a page wider than its window.
const overflow = `(() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > wide + 1 && getComputedStyle(e).position !== "absolute").map((e) => e.outerHTML.slice(0, 100)).slice(0, 5).concat("scrollWidth " + document.documentElement.scrollWidth);
})()`

// TestPages looks at every page in every language: wide and light, narrow and
// dark. A page loads without anything moving, asks for nothing from elsewhere,
// says nothing on the console, does not scroll sideways, and axe has nothing
// against it. Usually axe judges the main pages in both views and each other page in
// one of them: what it says of a page depends on the view for contrast alone, which
// TestContrast measures in both.
func TestPages(t *testing.T) {
	chrome.Need(t)
	axe := axeSource(t)
	views := []struct {
		name, scheme  string
		width, height int64
	}{
		{"1280 light", "light", 1280, 800},
		{"320 dark", "dark", 320, 640},
	}
	each(t, theSite.own(), func(b *tab, p page) {
		both := testenv.Thorough() || slices.Contains(mainPages, p.path)
		for i, v := range views {
			where := p.path + " " + v.name
			b.media("prefers-color-scheme", v.scheme)
			b.Size(v.width, v.height)
			b.steady(where, func() { b.open(p.path) })
			if p.missing {
				b.Forget() // the browser itself notes that the answer was a 404
			} else {
				b.quiet(where)
			}
			if wide := eval[[]string](b, overflow); len(wide) > 0 {
				t.Errorf("%s: the page scrolls sideways: %q", where, wide)
			}
			if both || (len(p.path)+i)%2 == 0 {
				b.Run(axe)
				b.axe(where)
			}
			b.Forget()
		}
	}, watchShift)
}

// TestHead checks what search engines and programs read.
func TestHead(t *testing.T) {
	titles := map[string]string{}
	for _, p := range theSite.readable() {
		data, err := theSite.read(p.file)
		if err != nil {
			t.Fatal(err)
		}
		html := string(data)
		title, _, _ := strings.Cut(after(html, "<title>"), "</title>")
		if title == "" {
			t.Errorf("%s: no title", p.path)
		}
		if p.missing {
			continue
		}
		if other, dup := titles[p.lang+title]; dup {
			t.Errorf("%s and %s have the same title %q", other, p.path, title)
		}
		titles[p.lang+title] = p.path
		canonical, _, _ := strings.Cut(after(after(html, `rel="canonical"`), `href="`), `"`)
		if strings.Contains(html, `<body class="is-search"`) {
			continue // a page of its own that search engines do not keep
		}
		fallback := strings.Contains(html, `content="noindex"`)
		if own := canonical == theSite.address(p.path); own == fallback {
			t.Errorf("%s: canonical %q, shown from another language: %v", p.path, canonical, fallback)
		}
		if fallback {
			continue // search engines do not keep it, so it says no more
		}
		var ld struct {
			Graph []map[string]any `json:"@graph"`
		}
		block, _, _ := strings.Cut(after(html, `<script type="application/ld+json">`), "</script>")
		if err := json.Unmarshal([]byte(block), &ld); err != nil {
			t.Errorf("%s: JSON-LD: %v", p.path, err)
		}
	}
}

// TestFallbacks takes a German and a French page away: who reads those gets
// English there, and not Dutch. A line says so on every page that is shown from
// another language.
func TestFallbacks(t *testing.T) {
	chrome.Need(t)
	dir := copySite(t)
	for _, name := range []string{"de/e-mail/pop-of-imap.md", "fr/e-mail/pop-of-imap.md"} {
		if err := os.Remove(filepath.Join(dir, "content", name)); err != nil {
			t.Fatal(err)
		}
	}
	site, err := buildSite(dir, filepath.Join(dir, "public"))
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	b := reader(t)
	english := 0
	for _, p := range site.readable() {
		data, err := site.read(p.file)
		if err != nil {
			t.Fatal(err)
		}
		if html := string(data); p.missing || !strings.Contains(html, `content="noindex"`) || strings.Contains(html, `<body class="is-search"`) {
			continue
		}
		b.languages(p.lang)
		b.openAt(site.server.URL + p.path)
		langs := eval[[]string](b, `[...new Set([...document.querySelectorAll("h1, .lead, .content")].map((e) => e.closest("[lang]").lang))]`)
		taken := strings.HasSuffix(p.path, "/pop-or-imap/")
		if len(langs) != 1 || langs[0] == p.lang || taken && langs[0] != "en" {
			t.Errorf("%s: its title, summary and text are in %v", p.path, langs)
		}
		if taken {
			english++
		}
		if !eval[bool](b, shown+`(document.querySelector(".notice"))`) {
			t.Errorf("%s: nothing says that it is not translated", p.path)
		}
	}
	if english != 2 {
		t.Errorf("%d pages that were taken away are shown in English, want 2", english)
	}
}

// TestWholeWords looks at the narrowest phone: no word is broken, nor e-mail
// behind its hyphen, and an address only where it does not fit on a line of its
// own. No line begins with the sign that ends a sentence.
func TestWholeWords(t *testing.T) {
	b := reader(t)
	for _, path := range append(mainPages[1:], messagePage, "/e-mail/wachtwoord-wijzigen/", "/e-mail/apple-mail-mac/") {
		b.Size(320, 640)
		b.open(path)
		if n := eval[int](b, `document.querySelectorAll("main .nb").length`); n == 0 {
			t.Errorf("%s: no word is kept whole", path)
		}
		if broken := eval[[]string](b, `[...document.querySelectorAll("main .nb")].filter((e) => e.getClientRects().length > 1).map((e) => e.textContent)`); len(broken) > 0 {
			t.Errorf("%s: broken: %q", path, broken)
		}
		if broken := eval[[]string](b, `[...document.querySelectorAll("main .addr")].filter((e) => {
			const text = document.createRange();
			text.selectNodeContents(e.querySelector("code, a") ?? e);
			const lines = new Set([...text.getClientRects()].map((r) => Math.round(r.top))).size;
			e.style.whiteSpace = "nowrap";
			const fits = e.scrollWidth <= e.parentElement.clientWidth - parseFloat(getComputedStyle(e.parentElement).paddingInlineStart || 0);
			e.style.whiteSpace = "";
			return lines > 1 && fits && getComputedStyle(e.parentElement).display === "block";
		}).map((e) => e.textContent)`); len(broken) > 0 {
			t.Errorf("%s: broken although they fit: %q", path, broken)
		}
		for _, width := range []int64{320, 768} {
			b.Size(width, 640)
			if broken := eval[[]string](b, brokenWords); len(broken) > 0 {
				t.Errorf("%s at %d: broken: %q", path, width, broken)
			}
			if alone := eval[[]string](b, signsAlone); len(alone) > 0 {
				t.Errorf("%s at %d: lines begin with a sign: %q", path, width, alone)
			}
		}
	}
}

// brokenWords returns the words that stand on two lines where no hyphen says so.
// Names and addresses in code may be longer than a line.
const brokenWords = `(() => {
  const broken = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), range = document.createRange();
  while (walk.nextNode()) {
    const text = walk.currentNode, e = text.parentElement;
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest("code:not(.message), .addr, .vh") || getComputedStyle(e).hyphens === "auto" || getComputedStyle(e.closest("thead") ?? e).clipPath !== "none") continue;
    for (const { index, 0: word } of text.data.matchAll(/e-\p{L}+|\p{L}{2,}/giu)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      if (new Set([...range.getClientRects()].filter((r) => r.width > 0).map((r) => Math.round(r.top))).size > 1) broken.push(word);
    }
  }
  return broken;
})()`

// TestLongNames has a provider and servers with long names: the page still
// fits on a phone.
func TestLongNames(t *testing.T) {
	b := reader(t)
	for _, path := range []string{"/", settingsPage, personalPage, messagePage} {
		b.Size(320, 640)
		b.open(path)
		b.Run(`document.querySelector(".brand b").textContent = "Internetdienstencoöperatieveniging-Noordoost"`)
		b.Run(`for (const e of document.querySelectorAll("code")) if (e.textContent.includes(".voorbeeld.")) e.innerHTML = "imap-in-01.<wbr>mailcluster.<wbr>internetdienstencooperatievenigingnoordoost.<wbr>example"`)
		for _, width := range []int64{320, 768, 1280} {
			b.Size(width, 640)
			if wide := eval[[]string](b, overflow); len(wide) > 0 {
				t.Errorf("%s at %d px: the page scrolls sideways: %q", path, width, wide)
			}
		}
	}
}

// signsAlone returns the signs behind an element that stand on a later line than
// the end of that.
const signsAlone = `(() => {
  const alone = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), range = document.createRange();
  const block = (node) => node.parentElement.closest("p, li, dt, dd, td, th, h1, h2, h3, summary, label, legend");
  for (let last; walk.nextNode(); last = walk.currentNode) {
    const text = walk.currentNode;
    if (!last || !/^[.,:;!?…)»”’]/.test(text.data) || block(text) !== block(last) || !text.parentElement.checkVisibility()) continue;
    range.selectNodeContents(last);
    const before = [...range.getClientRects()].at(-1);
    range.setStart(text, 0);
    range.setEnd(text, 1);
    if (before && range.getBoundingClientRect().top > before.bottom - 2) alone.push(last.data + text.data.slice(0, 20));
  }
  return alone;
})()`

func after(s, sep string) string {
	_, rest, _ := strings.Cut(s, sep)
	return rest
}

// lostIcons are the elements with an icon that is cut out of a background: the
// system gives that the colour of what is behind it, unless it is told not to.
const lostIcons = `[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility({ visibilityProperty: true }) && ["::before", "::after"].some((at) => {
	const s = getComputedStyle(e, at);
	return s.content !== "none" && s.maskImage !== "none" && s.forcedColorAdjust !== "none";
})).map((e) => e.outerHTML.slice(0, 80))`

// TestForced looks at the main pages with the colours of the reader's system
// and with more contrast: no control may be without an edge or a text that says
// what it is.
func TestForced(t *testing.T) {
	chrome.Need(t)
	axe := axeSource(t)
	b := newTab(t, noWorker)
	b.languages("nl")
	b.Size(1280, 800)
	for _, path := range mainPages {
		b.media("forced-colors", "active", "prefers-color-scheme", "dark")
		b.open(path)
		bare := eval[[]string](b, `[...document.querySelectorAll(".button, .copy, .choice label, .summary:not(.hero *), .alert, .result, input")].filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches("[type=radio], [type=checkbox]")).filter((e) => {
			const s = getComputedStyle(e);
			return ["Top", "Bottom"].some((side) => parseFloat(s["border" + side + "Width"]) < 1);
		}).map((e) => e.outerHTML.slice(0, 80))`)
		if len(bare) > 0 {
			t.Errorf("%s in forced colours: without an edge: %q", path, bare)
		}
		for _, width := range []int64{1280, 390} {
			b.Size(width, 800)
			if lost := eval[[]string](b, lostIcons); len(lost) > 0 {
				t.Errorf("%s in forced colours at %d px: nobody sees the icon of %q", path, width, lost)
			}
		}
		b.Size(1280, 800)
		b.media("prefers-contrast", "more")
		b.open(path)
		b.Run(axe)
		b.axe(fmt.Sprint(path, " with more contrast"))
	}
}

// TestSlowScripts lets the scripts, but for the small one that must run before the
// first paint, come long after the page was painted: what
// they bring to life has kept its place, so nothing moves.
func TestSlowScripts(t *testing.T) {
	b := reader(t, watchShift)
	testenv.Call(b.Tab, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
	testenv.Call(b.Tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{URLPattern: theSite.address("/assets/site.*.js"), Latency: 1000, DownloadThroughput: -1, UploadThroughput: -1}},
	})
	for _, path := range mainPages {
		for _, width := range []int64{320, 1280} {
			b.Size(width, 800)
			b.steady(fmt.Sprintf("%s at %d px, with slow scripts", path, width), func() {
				b.open(path)
				if path == personalPage {
					b.Until(shown + `(document.querySelector(".personal"))`)
				}
				time.Sleep(100 * time.Millisecond) // a shift is reported with the next frame
			})
			if late := eval[float64](b, `performance.getEntriesByType("resource").find((r) => r.name.includes("/assets/site.") && r.name.endsWith(".js")).responseEnd - performance.getEntriesByName("first-contentful-paint")[0].startTime`); late < 0 {
				t.Errorf("%s: the scripts came before the first paint, so this test saw nothing", path)
			}
		}
	}
}
