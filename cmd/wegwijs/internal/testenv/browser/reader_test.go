package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"wegwijs/cmd/wegwijs/internal/testenv"
	"wegwijs/cmd/wegwijs/internal/testenv/webdriver"
)

const (
	choicePage   = "/e-mail/pop-of-imap/"
	settingsPage = "/e-mail/imap-instellingen/"
	personalPage = "/e-mail/automatisch-instellen/"
)

// reader opens a tab as a Dutch reader has it.
func reader(t *testing.T, scripts ...string) *tab {
	t.Helper()
	b := newTab(t, append([]string{noWorker}, scripts...)...)
	b.languages("nl")
	b.Size(1280, 800)
	return b
}

// noScripts switches the page's scripts off.
func (b *tab) noScripts() {
	b.t.Helper()
	testenv.Call(b.Tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// tabTo presses Tab until the focus is on what the selector names.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 120 {
		b.Press(kb.Tab)
		if eval[bool](b, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
	}
	b.t.Fatalf("Tab does not reach %s", selector)
}

const shown = `((e) => e !== null && e.checkVisibility({ visibilityProperty: true, opacityProperty: true }))`

// TestChoiceWithoutScripts answers the three questions in every way, with the
// page's scripts off: POP is the outcome of exactly one of the eight.
func TestChoiceWithoutScripts(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.openMute(choicePage)
		if n := ask[int](b, `document.querySelectorAll(".result > *").length`); n != 3 {
			t.Fatalf("%d outcomes, want 3", n)
		}
		outcome := func() string {
			return ask[string](b, `[...document.querySelectorAll(".result > *")].filter((e) => e.checkVisibility()).map((e) => e.className).join(" ")`)
		}
		if got := outcome(); got != "waiting" {
			t.Errorf("before an answer: %q", got)
		}
		for answers := range 8 {
			var chosen []string
			for q := range 3 {
				value := "imap"
				if answers>>q&1 == 1 {
					value = "pop"
				}
				chosen = append(chosen, value)
				b.Click(fmt.Sprintf(`.choice fieldset:nth-of-type(%d) label:has([value=%s])`, q+1, value))
			}
			want := "imap"
			if answers == 7 {
				want = "pop"
			}
			if got := outcome(); got != want {
				t.Errorf("answers %v: %q, want %q", chosen, got, want)
			}
		}
	})
}

// TestChoiceByKeyboard answers with the keyboard alone and follows the advice.
func TestChoiceByKeyboard(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(choicePage)
		b.tabTo(".choice [type=radio]")
		b.Press(" ")
		if !ask[bool](b, shown+`(document.querySelector(".result .imap"))`) {
			t.Error("the first answer alone does not give the advice")
		}
		for q := range 3 {
			if q > 0 {
				b.tabTo(".choice [type=radio]")
			}
			b.Press(" ")
			b.Press(webdriver.ArrowDown)
		}
		if !ask[bool](b, shown+`(document.querySelector(".result .pop"))`) {
			t.Error("three times the second answer does not give POP")
		}
		b.tabTo(".result .button")
		b.Press(webdriver.Enter)
		b.Until(`location.pathname === "/e-mail/pop-instellingen/"`)
		b.quiet(choicePage)
	})
}

// TestSkipLink checks that the first press of Tab offers the way to the
// content, and that it leads there.
func TestSkipLink(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(settingsPage)
		b.Press(webdriver.Tab)
		if !ask[bool](b, `document.activeElement.matches(".skip") && document.activeElement.getBoundingClientRect().width > 40`) {
			t.Error("the first stop is not a visible skip link")
		}
		b.Press(webdriver.Enter)
		b.Until(`document.activeElement.id === ":main"`)
	})
}

// TestLanguageSwitcher goes to the same page in another language by keyboard;
// Escape closes the menu and gives the focus back.
func TestLanguageSwitcher(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(settingsPage)
		b.tabTo(".lang summary")
		b.Press(webdriver.Enter)
		b.Press(webdriver.Escape)
		if ask[bool](b, `document.querySelector(".lang").open || !document.activeElement.matches(".lang summary")`) {
			t.Error("Escape does not close the menu")
		}
		b.Press(webdriver.Enter)
		b.tabTo(`.lang a[hreflang=en]`)
		b.Languages("en")
		b.Press(webdriver.Enter)
		b.Until(`location.pathname.startsWith("/en/") && document.documentElement.lang === "en"`)
		if got := ask[string](b, `document.querySelector("link[hreflang=nl]").href`); got != theSite.address(settingsPage) {
			t.Errorf("the English page names %s as its Dutch version", got)
		}
	})
}

// TestCopy copies a host name by keyboard: the value is on the clipboard, the
// button says so for a while, and screen readers hear it.
func TestCopy(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(settingsPage)
		b.tabTo("[data-key=host] .copy")
		host := ask[string](b, `document.querySelector("[data-key=host] .val").textContent`)
		was := ask[string](b, `document.activeElement.innerText`)
		width := ask[float64](b, `document.activeElement.getBoundingClientRect().height`)
		if width < 44 {
			t.Errorf("the button is %.0f px high, want 44", width)
		}
		b.Press(webdriver.Enter)
		b.Until(`document.activeElement.matches(".done")`)
		b.Until(fmt.Sprintf(`document.getElementById(":status").textContent.includes(%q)`, host))
		b.Until(fmt.Sprintf(`document.activeElement.innerText === %q`, was))
		if got := b.copied(); got != host || strings.TrimSpace(got) != got || got == "" {
			t.Errorf("copied %q, want %q", got, host)
		}
		b.quiet(settingsPage)
	})
}

// TestCopyRefused makes the clipboard fail: then the value is selected, so
// that the reader can copy it.
func TestCopyRefused(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(settingsPage)
		b.do(`Object.defineProperty(Clipboard.prototype, "writeText", { value: () => Promise.reject(new Error("no")) });`)
		b.tabTo("[data-key=host] .copy")
		b.Press(webdriver.Enter)
		b.Until(`document.getElementById(":status").textContent !== ""`)
		host := ask[string](b, `document.querySelector("[data-key=host] .val").textContent`)
		if got := ask[string](b, `getSelection().toString()`); got != host {
			t.Errorf("selected %q, want %q", got, host)
		}
	})
}

// TestMarkdownCopy copies a page as Markdown and compares it with what the
// page shows.
func TestMarkdownCopy(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(settingsPage)
		b.tabTo("[data-tool=markdown]")
		b.Press(webdriver.Enter)
		b.Until(`document.activeElement.matches(".done")`)
		got := b.copied()
		host := ask[string](b, `document.querySelector("[data-key=host] .val").textContent`)
		for _, want := range []string{"# Instellingen voor IMAP\n\n", "\n## ", "| `" + host + "` |", "| --- | --- |", "\n1. ", "\n> [!TIP]\n> ", "**Kort gezegd:** Kies", " (Niet STARTTLS.) |", "](" + b.base + "/e-mail/"} {
			if !strings.Contains(got, want) {
				t.Errorf("the Markdown lacks %q", want)
			}
		}
		for _, unwanted := range []string{"Kopieer", "<", "  \n", "\n\n\n", "\n> \n"} {
			if strings.Contains(strings.ReplaceAll(got, "<http", ""), unwanted) {
				t.Errorf("the Markdown has %q in it", unwanted)
			}
		}
		if t.Failed() {
			t.Log(got)
		}
		b.quiet(settingsPage)
	})
}

// TestWithoutScripts looks at what is left when scripts are off: nothing that
// would need them, and all values.
func TestWithoutScripts(t *testing.T) {
	b := reader(t)
	b.noScripts()
	for _, path := range mainPages {
		b.Do(chromedp.Navigate(theSite.address(path)))
		if dead := eval[[]string](b, `[...document.querySelectorAll("button, input:not([type=radio]), form")].filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest("form[role=search]")).map((e) => e.outerHTML.slice(0, 80))`); len(dead) > 0 {
			t.Errorf("%s: controls that do nothing without scripts: %q", path, dead)
		}
		if to := eval[string](b, `document.querySelector("form[role=search]")?.getAttribute("action") ?? ""`); to != "" {
			if _, err := theSite.read(strings.Trim(to, "/") + "/index.html"); err != nil {
				t.Errorf("%s: the search field leads to %q, which is no page", path, to)
			}
		}
		if gap := eval[bool](b, `[...document.querySelectorAll(".personal, .js")].some((e) => e.getClientRects().length > 0)`); gap {
			t.Errorf("%s: what needs scripts takes room without them", path)
		}
	}
	b.Do(chromedp.Navigate(theSite.address(settingsPage)))
	if got := eval[string](b, `document.querySelector(".nojs .tool").getAttribute("href")`); got != settingsPage+"index.md" {
		t.Errorf("the link to the Markdown copy is %q", got)
	}
}

// TestNavigation looks at the list of pages: beside the text on a desk; on
// smaller screens behind the button in the header, which works by keyboard and
// without scripts, and Escape closes it.
func TestNavigation(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		const list = `[...document.querySelectorAll(".secnav a")].every((e) => e.checkVisibility())`
		for _, scripts := range []bool{true, false} {
			b.Size(1280, 800)
			if scripts {
				b.open(settingsPage)
			} else {
				b.openMute(settingsPage)
			}
			if !ask[bool](b, list) || ask[bool](b, shown+`(document.querySelector(".menu"))`) {
				t.Error("on a desk the pages are not listed, or there is a button")
			}
			for _, width := range []int64{320, 390, 768} {
				b.Size(width, 640)
				if ask[bool](b, list) {
					t.Errorf("at %d px the pages are listed at once", width)
				}
				b.do(`document.querySelector(".skip").focus()`) // behind the last link the browser's own buttons may come
				b.tabTo(".menu")
				if top := ask[float64](b, `document.activeElement.getBoundingClientRect().bottom`); top > 70 && width > 320 {
					t.Errorf("at %d px the button is not in the first row: %.0f", width, top)
				}
				b.Press(webdriver.Enter)
				b.Until(list)
				b.tabTo(".secnav a")
				b.Press(webdriver.Escape)
				b.Until("!(" + list + ")")
			}
		}
	})
}

// TestFirstScreen looks at phones: the settings of every page that has them for
// one program or one protocol, and the box for an error message, are in view
// before anybody scrolls, in every language; the header is one row.
func TestFirstScreen(t *testing.T) {
	const measure = `(() => {
		const low = (e) => Math.round(e.getBoundingClientRect().bottom);
		const out = [];
		const page = document.querySelector(".content");
		const card = page.querySelector(":scope > .settings:nth-child(-n + 2)"), box = page.querySelector(":scope > .find:first-child textarea");
		for (const key of card ? ["host", "port", "security", "username"] : []) {
			const row = card.querySelector("tr[data-key=" + key + "]");
			if (!row || low(row) > innerHeight) out.push(key + " ends at " + (row ? low(row) : "nowhere"));
		}
		if (card && low(card.querySelector(".copy")) > innerHeight) out.push("no copy button");
		if (box && low(box) > innerHeight) out.push("the box ends at " + low(box));
		if (!card && !box) out.push("neither a card nor a box comes first");
		if (low(document.querySelector(".top")) > 70) out.push("the header is " + low(document.querySelector(".top")) + " high");
		return out;
	})()`
	seen := map[string]int{}
	var mu sync.Mutex
	each(t, theSite.readable(), func(b *tab, p page) {
		data, err := theSite.read(p.file)
		if err != nil {
			t.Error(err)
			return
		}
		html := string(data)
		if p.missing || !strings.Contains(html, `class="settings`) && !strings.Contains(html, `class="find"`) || strings.Contains(html, `class="personal"`) {
			return
		}
		mu.Lock()
		seen[p.lang]++
		mu.Unlock()
		b.open(p.path)
		for _, size := range [][2]int64{{390, 844}, {360, 640}} {
			for _, scheme := range []string{"light", "dark"} {
				b.Size(size[0], size[1])
				b.media("prefers-color-scheme", scheme)
				if bad := eval[[]string](b, measure); len(bad) > 0 {
					t.Errorf("%s at %d × %d, %s: %q", p.path, size[0], size[1], scheme, bad)
				}
			}
		}
	})
	for lang, n := range seen {
		if n < 15 && testenv.Thorough() {
			t.Errorf("%s: only %d pages were looked at", lang, n)
		}
	}
}

// TestLargeText doubles the size of the text, as readers set it in the browser
// and as a page's own zoom of text does, and spaces it as WCAG 2.2 §1.4.12 says:
// no page scrolls sideways.
func TestLargeText(t *testing.T) {
	const spaced = `const s = new CSSStyleSheet(); s.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }"); document.adoptedStyleSheets = [s];`
	each(t, theSite.own(), func(b *tab, p page) {
		b.open(p.path)
		b.Run(`for (const d of document.querySelectorAll("main details")) d.open = true`)
		for _, way := range []struct {
			name     string
			size     int64
			run, end string
		}{
			{"text of 200 %", 32, ``, ``},
			{"all text twice as large", 16, `document.documentElement.style.fontSize = "200%"`, `document.documentElement.style.fontSize = ""`},
			{"spaced text", 16, spaced, `document.adoptedStyleSheets = []`},
		} {
			testenv.Call(b.Tab, cdppage.SetFontSizes, cdppage.SetFontSizesParams{FontSizes: &cdppage.FontSizes{Standard: way.size, Fixed: way.size}})
			b.Run("{" + way.run + "}")
			for _, width := range []int64{320, 390, 768} {
				b.Size(width, 800)
				if wide := eval[[]string](b, overflow); len(wide) > 0 {
					t.Errorf("%s at %d px with %s: the page scrolls sideways: %q", p.path, width, way.name, wide)
				}
			}
			b.Run("{" + way.end + "}")
		}
		testenv.Call(b.Tab, cdppage.SetFontSizes, cdppage.SetFontSizesParams{FontSizes: &cdppage.FontSizes{Standard: 16, Fixed: 13}})
	})
}

// TestFocus walks through the main pages with Tab: every stop shows where it
// is with an outline, and is in the window. (Smooth scrolling is off, as its
// way there takes time.)
func TestFocus(t *testing.T) {
	b := reader(t)
	b.media("prefers-reduced-motion", "reduce")
	for _, path := range mainPages {
		b.open(path)
		total := eval[int](b, `[...document.querySelectorAll("a[href], button, summary, input, [tabindex='0']")].filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest("details:not([open]) > :not(summary)")).length`)
		stops := 0
		for range total + 5 {
			b.Press(kb.Tab)
			bad := eval[string](b, `(() => {
				const e = document.activeElement;
				if (e === document.body) return "end";
				const marked = [e, e.closest("label")].some((x) => x && parseFloat(getComputedStyle(x).outlineWidth) >= 2 && getComputedStyle(x).outlineStyle !== "none")
					|| parseFloat(getComputedStyle(e, "::before").outlineWidth) >= 2;
				const r = e.getBoundingClientRect();
				const inside = r.bottom > 0 && r.top < innerHeight && r.width > 0;
				return marked && inside ? "" : e.outerHTML.slice(0, 100);
			})()`)
			if bad == "end" {
				break
			}
			stops++
			if bad != "" {
				t.Errorf("%s: the focus does not show on %s", path, bad)
			}
		}
		if stops < total/2 {
			t.Errorf("%s: Tab stops at %d of %d controls", path, stops, total)
		}
	}
}

// TestLanguageHint checks the line that a reader sees whose browser asks for
// another language: in that language, once, without moving the page.
func TestLanguageHint(t *testing.T) {
	b := reader(t, watchShift)
	b.languages("en-GB,en")
	b.steady("with a line in another language", func() { b.open(settingsPage) })
	if got := eval[string](b, `document.querySelector(".hint-bar")?.lang ?? ""`); got != "en" {
		t.Fatalf("the line is in %q, want en", got)
	}
	b.Run(axeSource(t))
	b.axe("with a line in another language")
}

// TestLanguageHintClosed closes the line that says that a page is there in
// another language: it stays away.
func TestLanguageHintClosed(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.Languages("en-GB,en") // as WebKit asks anyway
		b.open(settingsPage)
		if got := ask[string](b, `document.querySelector(".hint-bar")?.lang ?? ""`); got != "en" {
			t.Fatalf("the line is in %q, want en; asked for are %q", got, ask[[]string](b, `navigator.languages`))
		}
		b.Click(".hint-bar button")
		b.open(choicePage)
		if ask[bool](b, `document.querySelector(".hint-bar") !== null`) {
			t.Error("the line comes back after it was closed")
		}
		b.quiet("a line that is closed")
	})
}

// TestTableRoles checks that a settings table on a phone, where its rows are
// laid out as boxes, still is a table for screen readers.
func TestTableRoles(t *testing.T) {
	b := reader(t)
	b.Size(320, 640)
	b.open(settingsPage)
	roles := axRoles(b)
	for role, least := range map[string]int{"table": 2, "row": 10, "rowheader": 10, "cell": 10} {
		if roles[role] < least {
			t.Errorf("%d nodes with the role %s, want at least %d", roles[role], role, least)
		}
	}
}

// TestRightToLeft turns the main pages around: nothing sticks out, and what
// stood at the left stands at the right.
func TestRightToLeft(t *testing.T) {
	b := reader(t)
	for _, path := range mainPages {
		for _, width := range []int64{320, 1280} {
			b.Size(width, 800)
			b.open(path)
			b.Run(`document.documentElement.dir = "rtl"`)
			if wide := eval[[]string](b, `(() => { const w = document.documentElement.clientWidth; return document.documentElement.scrollWidth > w ? [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().left < -1 && !e.closest(".vh, .skip")).map((e) => e.outerHTML.slice(0, 90)).slice(0, 5) : []; })()`); len(wide) > 0 {
				t.Errorf("%s at %d px, right to left: sticks out: %q", path, width, wide)
			}
			if left := eval[bool](b, `(() => { const s = document.querySelector("h1").getBoundingClientRect(), b = document.querySelector(".brand").getBoundingClientRect(); return b.right < innerWidth / 2 || getComputedStyle(document.querySelector("h1")).textAlign === "left"; })()`); left {
				t.Errorf("%s at %d px: the page is not turned around", path, width)
			}
		}
	}
}

// TestArabic looks at a site in Arabic, with pages of its own and one that stands
// in for a page that is not translated: it scrolls sideways nowhere, its text
// stands at the right, and host names, code and numbers of ports read from left to
// right wherever they stand.
func TestArabic(t *testing.T) {
	chrome.Need(t)
	dir := copySite(t)
	config, err := os.ReadFile(filepath.Join(dir, "site.toml"))
	if err != nil {
		t.Fatal(err)
	}
	testenv.Write(t, filepath.Join(dir, "site.toml"), string(config)+"\n[languages.ar]\nname = \"العربية\"\ntitle = \"مركز المساعدة\"\nfallback = [\"en\"]\n")
	testenv.Write(t, filepath.Join(dir, "i18n/ar.toml"), "language = \"اللغة\"\nhome = \"الرئيسية\"\n")
	for name, page := range map[string][2]string{
		"index": {"مركز المساعدة", "هنا تجد المساعدة لبريدك الإلكتروني. ابدأ بصفحة [الإعدادات](e-mail/imap-instellingen.md)."},
		"e-mail/imap-instellingen": {"إعدادات البريد", "استخدم الخادم :setting[imap.host] والمنفذ :setting[imap.port] لاستقبال الرسائل.\n\n" +
			"::settings[imap]\n\n## التحقق {#versturen}\n\n1. افتح التطبيق.\n2. اكتب `imap.example.org:993` ثم اضغط :ui[Next].\n\n```text\nopenssl s_client -connect imap.example.org:993\n```\n\n## المجلدات {#mappen}\n\nهنا المجلدات.\n"},
	} {
		testenv.Write(t, filepath.Join(dir, "content/ar", name+".md"), "+++\ntitle = \""+page[0]+"\"\ndescription = \""+page[0]+".\"\n+++\n"+page[1]+"\n")
	}
	site, err := buildSite(dir, filepath.Join(dir, "public"))
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	b := reader(t)
	seen := 0
	for _, p := range site.readable() {
		settings := strings.HasSuffix(p.file, "imap-instellingen/index.html")
		if p.lang != "ar" || p.missing || !settings && p.path != "/ar/" && !strings.HasSuffix(p.path, "/pop-or-imap/") {
			continue
		}
		seen++
		for _, width := range []int64{320, 768} {
			where := fmt.Sprintf("%s at %d px", p.path, width)
			b.Size(width, 800)
			b.openAt(site.server.URL + p.path)
			if dir := eval[string](b, `document.documentElement.dir`); dir != "rtl" {
				t.Errorf("%s: the page goes %q", where, dir)
			}
			if wide := eval[[]string](b, `(() => { const r = document.documentElement; return r.scrollWidth <= r.clientWidth ? [] : [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().left < -1 && !e.closest(".vh, .skip")).map((e) => e.outerHTML.slice(0, 90)).slice(0, 5).concat("scrollWidth " + r.scrollWidth); })()`); len(wide) > 0 {
				t.Errorf("%s: scrolls sideways: %q", where, wide)
			}
			if p.borrowed { // a text in English, which goes its own way
				if way := eval[string](b, `getComputedStyle(document.querySelector(".content p")).direction`); way != "ltr" {
					t.Errorf("%s: the English text goes %s", where, way)
				}
				continue
			}
			if off := eval[[]string](b, `[...document.querySelectorAll("h1, .content > p, .content li")].filter((e) => {
				const box = e.getBoundingClientRect(), style = getComputedStyle(e), range = document.createRange();
				range.selectNodeContents(e);
				const right = Math.max(...[...range.getClientRects()].map((r) => r.right));
				return box.width > 0 && Math.abs(box.right - parseFloat(style.paddingInlineStart) - right) > 2;
			}).map((e) => e.outerHTML.slice(0, 90))`); len(off) > 0 {
				t.Errorf("%s: does not begin at the right: %q", where, off)
			}
			if mixed := eval[[]string](b, `[...document.querySelectorAll(".content code, .content pre")].filter((e) => { const s = getComputedStyle(e); return s.direction !== "ltr" || e.localName === "code" && !e.closest("pre") && !/isolate/.test(s.unicodeBidi); }).map((e) => e.outerHTML.slice(0, 90))`); len(mixed) > 0 {
				t.Errorf("%s: not from left to right by itself: %q", where, mixed)
			}
			if n := eval[int](b, `document.querySelectorAll(".content code").length`); settings && n < 4 {
				t.Errorf("%s: %d pieces of code", where, n)
			}
		}
	}
	if seen != 3 {
		t.Errorf("looked at %d pages, want 3", seen)
	}
}
