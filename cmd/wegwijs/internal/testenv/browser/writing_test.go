package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// written is a page with what a writer can use and our own pages do not.
const written = "+++\ntitle = \"Proefpagina %[1]d\"\ndescription = \"Wat een schrijver kan gebruiken, pagina %[1]d.\"\ncontents = 3\n+++\n" + `
:::summary
Op deze pagina staat van alles één keer.
:::

## Toestellen {#toestellen}

::::tabs
:::tab[iPhone]
Op de iPhone open je *Instellingen*.
:::
:::tab[Android]
Op Android open je de app.

#### Diep {#diep}

Dit staat in een deel dat je niet ziet.
:::
:::tab[Een naam die op een klein scherm niet past]
Op de computer open je het programma.
:::
::::

### Nog een keer {#nog}

::::tabs
:::tab[Windows]
Op Windows.
:::
:::tab[Android]
Weer Android.
:::
::::

## Code {#code}

` + "```toml title=\"site.toml\" {2,4-5}\n# De provider.\n[provider]\nname = \"Noord Hosting\"\nport = 993\nopen = true\nlang = \"een-heel-lange-regel-die-op-geen-telefoon-past-en-dus-schuift-als-je-hem-leest\"\n```\n\n```diff\n-oud\n+nieuw\n```\n\n```php\n<?php function f($a) { return \"x\" . 12; } // klaar\n```\n\n```console\n$ ls -l\ntotaal 0\n```\n\n    zonder taal\n" + `
## Tekens {#tekens}

Druk op :kbd[Ctrl+C] of :ui[Opslaan]. H:sub[2]O en 10:sup[2]. Zie https://voorbeeld.example/a, of mail naam@voorbeeld.example.

Het woord dat aan het eind van een regel staat en dat je niet kent, is PACC. En met (SNI-namen) lukt het ook.

| Wat | Hoe |
|---|---|
| een | eerst:br dan |

> [!TIP] Eerst een back-up
> Doe dat altijd.
`

// TestWriting looks at a page with tabs and code as readers do: by keyboard, on
// a phone, from right to left, without scripts, on paper, and with the colours
// of their system.
func TestWriting(t *testing.T) {
	chrome.Need(t)
	dir := copySite(t)
	for i := range 2 {
		testenv.Write(t, filepath.Join(dir, fmt.Sprintf("content/nl/e-mail/proef-%d.md", i+1)), fmt.Sprintf(written, i+1))
	}
	explain(t, dir)
	site, err := buildSite(dir, filepath.Join(dir, "public"))
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	first, second := site.server.URL+"/e-mail/proef-1/", site.server.URL+"/e-mail/proef-2/"
	b := reader(t)

	b.openAt(first)
	b.Until(`document.querySelectorAll("[role=tab]").length === 5`)
	state := func() string {
		return eval[string](b, `[...document.querySelectorAll(".tabs")].map((box) => [...box.querySelectorAll("[role=tab]")].map((tab) => {
			const panel = document.getElementById(tab.getAttribute("aria-controls")), on = tab.getAttribute("aria-selected") === "true";
			const right = panel.getAttribute("aria-labelledby") === tab.id && on === !panel.hidden && tab.tabIndex === (on ? 0 : -1);
			return (on ? "[" : "") + tab.textContent[0] + (tab === document.activeElement ? "*" : "") + (on ? "]" : "") + (right ? "" : "!");
		}).join("")).join(" ")`)
	}
	press := func(key, want string) {
		t.Helper()
		b.Press(key)
		if got := state(); got != want {
			t.Errorf("after %q: got %s, want %s", key, got, want)
		}
	}
	if got := state(); got != "[i]AE [W]A" {
		t.Errorf("at first: got %s", got)
	}
	b.tabTo("[role=tab]")
	press("", "[i*]AE [W]A")
	press(kb.ArrowRight, "i[A*]E W[A]") // other tabs follow
	press(kb.End, "iA[E*] W[A]")
	press(kb.ArrowRight, "[i*]AE W[A]")
	press(kb.ArrowLeft, "iA[E*] W[A]")
	press(kb.Home, "[i*]AE W[A]")
	b.Run(`document.documentElement.dir = "rtl"`)
	press(kb.ArrowLeft, "i[A*]E W[A]")
	press(kb.ArrowRight, "[i*]AE W[A]")
	b.Run(`document.documentElement.dir = "ltr"`)
	b.Press(kb.Tab)
	if !eval[bool](b, `document.activeElement.matches("[role=tabpanel]:not([hidden])")`) {
		t.Errorf("Tab does not lead from a tab to its part")
	}
	b.openAt(second) // iPhone and Android were chosen, in that order
	b.Until(`document.querySelectorAll("[role=tab]").length === 5`)
	if got := state(); got != "[i]AE W[A]" {
		t.Errorf("on another page: got %s", got)
	}
	b.openAt(second + "#diep")
	b.Until(`document.querySelectorAll("[role=tab]").length === 5`)
	b.Until(shown + `(document.getElementById("diep"))`)
	if got := state(); got != "i[A]E W[A]" {
		t.Errorf("a link into a part: got %s", got)
	}

	// Copied: code without what stands around it.
	b.openAt(first)
	b.Run(`navigator.clipboard.writeText = async (text) => { window.copied = text; }`)
	b.tabTo(".code > .copy")
	b.Press(kb.Enter)
	b.Until(`window.copied !== undefined`)
	if got := eval[string](b, `window.copied`); !strings.HasPrefix(got, "# De provider.\n[provider]\nname =") || strings.HasSuffix(got, "\n") {
		t.Errorf("copied %q", got)
	}
	if n := eval[int](b, `document.querySelectorAll(".code > .copy").length - document.querySelectorAll(".content pre").length`); n != 0 {
		t.Errorf("%d more buttons than blocks of code", n)
	}
	if got := eval[[]string](b, `[...document.querySelectorAll(".rail .toc > ol > li")].map((li) => li.querySelectorAll("li").length + " " + li.firstElementChild.textContent)`); strings.Join(got, ", ") != "1 Toestellen, 0 Code, 0 Tekens" {
		t.Errorf("the contents have %q", got)
	}

	axe := axeSource(t)
	b.explained(first, axe)
	for _, scheme := range []string{"light", "dark"} {
		for _, dir := range []string{"ltr", "rtl"} {
			where := scheme + " " + dir
			b.media("prefers-color-scheme", scheme)
			b.Size(320, 640)
			b.openAt(first)
			b.Until(`document.querySelectorAll("[role=tab]").length === 5`)
			b.Run(fmt.Sprintf(`document.documentElement.dir = %q`, dir))
			if wide := eval[[]string](b, overflow); len(wide) > 0 {
				t.Errorf("%s: the page scrolls sideways: %q", where, wide)
			}
			if small := eval[[]string](b, `[...document.querySelectorAll("[role=tab], .code > .copy")].filter((e) => e.getBoundingClientRect().height < 43).map((e) => e.outerHTML)`); len(small) > 0 {
				t.Errorf("%s: too small to touch: %q", where, small)
			}
			b.Run(axe)
			b.axe(where)
		}
		b.contrast("code in the scheme " + scheme)
	}
	b.media("forced-colors", "active")
	b.openAt(first)
	b.Until(`document.querySelectorAll("[role=tab]").length === 5`)
	if !eval[bool](b, `((on, off) => getComputedStyle(on).backgroundColor !== getComputedStyle(off).backgroundColor)(...document.querySelectorAll("[role=tab]"))`) {
		t.Errorf("with the colours of the system, the chosen tab looks like the others")
	}
	if !eval[bool](b, `((mark) => parseFloat(getComputedStyle(mark).borderInlineStartWidth) >= 3 && getComputedStyle(mark).backgroundColor !== getComputedStyle(mark.parentElement).backgroundColor)(document.querySelector(".code mark"))`) {
		t.Errorf("with the colours of the system, marked lines look like the others")
	}
	if !eval[bool](b, `((word) => getComputedStyle(word).color === getComputedStyle(word.closest("p")).color)(document.querySelector(".abbr"))`) {
		t.Errorf("with the colours of the system, an abbreviation is no text")
	}
	b.media()

	// On paper, and without scripts, all of it is there under its name.
	whole := func(where string) {
		t.Helper()
		if lost := eval[[]string](b, `[...document.querySelectorAll(".tab, .tab-name, .tab > p, .code figcaption, .content pre")].filter((e) => !e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) || e.getBoundingClientRect().height < 5).map((e) => e.outerHTML.slice(0, 80))`); len(lost) > 0 {
			t.Errorf("%s: lost %q", where, lost)
		}
		if seen := eval[bool](b, `[...document.querySelectorAll(".tablist, .code > .copy")].some((e) => e.checkVisibility({ visibilityProperty: true }))`); seen {
			t.Errorf("%s: buttons that do nothing", where)
		}
	}
	testenv.Call(b.Tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	b.Size(700, 900)
	whole("on paper")
	if got := eval[string](b, `[...document.querySelectorAll(".abbr-long")].map((e) => getComputedStyle(e, "::before").content + [...e.childNodes].filter((n) => n.nodeType === 3 || n.checkVisibility()).map((n) => n.textContent).join("") + getComputedStyle(e, "::after").content + getComputedStyle(e).display).join()`); got != `" ("het nieuwe zoeken van instellingen, dat nog niemand heeft")"inline," ("de naam waarvoor het certificaat geldt")"inline` {
		t.Errorf("on paper, abbreviations are explained by %s", got)
	}
	if cut := eval[[]string](b, `[...document.querySelectorAll(".content pre")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)`); len(cut) > 0 {
		t.Errorf("on paper: cut off: %q", cut)
	}
	testenv.Call(b.Tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	b.noScripts()
	b.Do(chromedp.Navigate(first))
	whole("without scripts")
}

// explain gives the site in a folder two abbreviations.
func explain(t *testing.T, dir string) {
	t.Helper()
	name := filepath.Join(dir, "site.toml")
	config, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	testenv.Write(t, name, string(config)+"\n[abbreviations.nl]\nPACC = \"het nieuwe zoeken van instellingen, dat nog niemand heeft\"\nSNI = \"de naam waarvoor het certificaat geldt\"\n")
}

// explained opens the explanation of an abbreviation on a phone, in both
// directions, with the keyboard, the mouse and a finger: it stands beside the
// word, in the window, axe has nothing against it, and it goes again.
func (b *tab) explained(address, axe string) {
	b.t.Helper()
	const placed = `((word, box) => {
		const w = word.getBoundingClientRect(), r = box.getBoundingClientRect();
		if (!box.matches(":popover-open")) return "closed";
		if (r.left < 0 || r.top < 0 || r.right > innerWidth || r.bottom > innerHeight) return "outside the window " + JSON.stringify(r);
		if (r.height < 20 || r.width < 100) return "too small " + JSON.stringify(r);
		if (r.top < w.bottom - 1 && r.bottom > w.top + 1) return "over the word " + JSON.stringify([w, r]);
		return "";
	})(...(([word]) => [word, document.getElementById(word.getAttribute("popovertarget"))])(document.querySelectorAll(".abbr")))`
	b.Size(320, 640)
	for _, dir := range []string{"ltr", "rtl"} {
		b.openAt(address)
		b.Run(fmt.Sprintf(`document.documentElement.dir = %q`, dir))
		b.tabTo(".abbr")
		b.Press(kb.Enter)
		if wrong := eval[string](b, placed); wrong != "" {
			b.t.Errorf("%s: the explanation of an abbreviation: %s", dir, wrong)
		}
		b.Press(kb.Escape)
		if eval[string](b, placed) != "closed" {
			b.t.Errorf("%s: Escape does not close it", dir)
		}
	}
	b.Run(`document.querySelector(".abbr").scrollIntoView({ block: "center" })`)
	at := eval[[]float64](b, `(({ x, y, width, height }) => [x + width / 2, y + height / 2])(document.querySelector(".abbr").getBoundingClientRect())`)
	b.Do(chromedp.MouseClickXY(at[0], at[1]))
	if wrong := eval[string](b, placed); wrong != "" {
		b.t.Errorf("with a click, the explanation of an abbreviation: %s", wrong)
	}
	b.Do(chromedp.MouseClickXY(5, 5))
	if eval[string](b, placed) != "closed" {
		b.t.Errorf("a click beside it does not close it")
	}

	testenv.Call(b.Tab, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	defer testenv.Call(b.Tab, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{})
	tap := func(x, y float64) {
		touch := []*input.TouchPoint{{X: x, Y: y}}
		testenv.Call(b.Tab, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: touch})
		testenv.Call(b.Tab, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
	}
	tap(at[0], at[1])
	b.Until(placed + ` !== "closed"`)
	if wrong := eval[string](b, placed); wrong != "" {
		b.t.Errorf("with a finger, the explanation of an abbreviation: %s", wrong)
	}
	b.Run(axe)
	b.axe("with an explanation open")
	tap(5, 5)
	b.Until(placed + ` === "closed"`) // a finger beside it closes it
}
