package serve_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

const long, short = "/hulp/lang/", "/hulp/kort/"

const longFile, shortFile = "content/nl/hulp/lang.md", "content/nl/hulp/kort.md"

func TestBrowserShowsAnEdit(t *testing.T) {
	p := showReal(t, serve.Options{})
	b := p.tab(short)
	p.edit(shortFile, "korte tekst", "veel kortere tekst")
	b.Until(`document.querySelector(".content").textContent.includes("veel kortere tekst")`)
	p.edit(shortFile, "veel kortere", "heel veel kortere")
	b.Until(`document.querySelector(".content").textContent.includes("heel veel kortere tekst")`)
	b.kept()
}

// TestBrowserKeepsTheReadersPlace edits a page above, at and below the place
// that is being read.
func TestBrowserKeepsTheReadersPlace(t *testing.T) {
	p := showReal(t, serve.Options{})
	b := p.tab(long)
	b.Until(`!document.querySelector(".personal").hidden`) // its script has shown it
	b.Run(`
		document.querySelector(".personal input[type=email]").value = "jan@voorbeeld.example";
		document.querySelector(".choice input[value=pop]").click();
		const all = document.querySelectorAll("details.fold");
		all[3].open = true;
		all[5].querySelector("summary").focus({ preventScroll: true });
		window.fold = all[3];
		document.getElementById("deel-6").scrollIntoView({ behavior: "instant" });
		window.top6 = document.getElementById("deel-6").getBoundingClientRect().top;
	`)
	for i, edit := range [][2]string{
		{"de eerste woorden", "heel andere woorden"},
		{"Hier staat deel 0 van de tekst.", "Hier staat deel 0 van de tekst.\n\nMet een alinea meer."},
		{"Hier staat deel 6 van de tekst.", "Hier stond deel 6 van de tekst, en nu dit."},
		{"Hier staat deel 11 van de tekst.", "- een lijst\n- van dingen"},
		{"## Deel 9", "## Deel negen\n\n### En nog een kop"},
		{"## Deel 1\n", ":::details[Nieuw]\nEen nieuw blok.\n:::\n\n## Deel 1\n"},
		{"Hier staat deel 2 van de tekst.\n", ""},
	} {
		before := eval[string](b, `document.querySelector("main").innerHTML`)
		p.edit(longFile, edit[0], edit[1])
		b.Until(fmt.Sprintf(`document.querySelector("main").innerHTML !== %q`, before))
		b.true(`document.querySelector(".personal input[type=email]").value === "jan@voorbeeld.example"`, fmt.Sprint("typed input lost after edit ", i))
		b.true(`!document.querySelector(".personal").hidden`, fmt.Sprint("what the script showed is hidden after edit ", i))
		b.true(`document.querySelector(".choice input[value=pop]").checked`, fmt.Sprint("choice lost after edit ", i))
		b.true(`window.fold.isConnected && window.fold.open && window.fold.querySelector("summary").textContent === "Meer over 3"`, fmt.Sprint("open part lost after edit ", i))
		b.true(`document.querySelectorAll("details.fold[open]").length === 1`, fmt.Sprint("another part opened after edit ", i))
		b.true(`document.activeElement.textContent === "Meer over 5"`, fmt.Sprint("focus lost after edit ", i))
		if top := eval[float64](b, `document.getElementById("deel-6").getBoundingClientRect().top - window.top6`); top > 1 || top < -1 {
			t.Errorf("after edit %d the text moved by %v px", i, top)
		}
	}
	b.kept()
}

// TestBrowserSwapsStyle looks at every frame while a style sheet changes.
func TestBrowserSwapsStyle(t *testing.T) {
	p := showReal(t, serve.Options{})
	b := p.tab(long)
	b.Run(`
		const look = () => {
			const s = getComputedStyle(document.body);
			window.frames_ = (window.frames_ ?? 0) + 1;
			const sheets = [...document.querySelectorAll("link[rel=stylesheet]")].filter((l) => l.sheet).length;
			if (s.display === "none" || s.fontFamily !== window.font || sheets === 0) window.flash = s.fontFamily + " " + sheets;
			requestAnimationFrame(look);
		};
		window.font = getComputedStyle(document.body).fontFamily;
		look();
	`)
	sheets := eval[int](b, `document.querySelectorAll("link[rel=stylesheet]").length`)
	for i := range 5 {
		css := p.read("layouts/assets/site.css")
		p.write("layouts/assets/site.css", css+fmt.Sprintf("\nh1 { margin-left: %dpx }\n", 11+i))
		b.Until(fmt.Sprintf(`getComputedStyle(document.querySelector("h1")).marginLeft === "%dpx"`, 11+i))
	}
	b.Until(fmt.Sprintf(`document.querySelectorAll("link[rel=stylesheet]").length === %d`, sheets))
	if flash := eval[string](b, `window.flash ?? ""`); flash != "" {
		t.Errorf("a frame without the style: %s", flash)
	}
	b.true(`window.frames_ > 3`, "no frames were looked at")
	b.kept()
}

// TestBrowserTitlesAndNavigation changes the title of one page, in two tabs
// that show others.
func TestBrowserTitlesAndNavigation(t *testing.T) {
	p := showReal(t, serve.Options{})
	a, b := p.deafTab(long), p.tab(short) // the browser itself says that a fetch gave 404
	p.edit(longFile, "Een lange pagina", "Een nieuwe titel")
	a.Until(`document.title.startsWith("Een nieuwe titel") && document.querySelector("h1").textContent === "Een nieuwe titel"`)
	b.Until(`[...document.querySelectorAll(".secnav a")].some((a) => a.textContent === "Een nieuwe titel")`)
	p.edit(longFile, "+++\n", "+++\nslug = \"anders\"\n")
	b.Until(`document.querySelector(".secnav a[href='/hulp/anders/']")`)
	a.Until(`document.title && !document.title.startsWith("Een nieuwe titel")`)
	p.edit(longFile, "slug = \"anders\"\n", "")
	a.Until(`document.title.startsWith("Een nieuwe titel")`)
	b.kept()
}

func TestBrowserOverlay(t *testing.T) {
	p := showReal(t, serve.Options{})
	b := p.tab(short)
	box := func(selector string) string {
		return fmt.Sprintf(`[...document.documentElement.children].find((e) => e.shadowRoot)?.shadowRoot.querySelector(%q)`, selector)
	}
	b.true(`!(`+box(".box")+`)`, "an overlay without a mistake")

	p.edit(shortFile, "Een korte tekst.", "Een [korte](krot.md) tekst.")
	b.Until(box("article"))
	for what, want := range map[string]string{
		".where": shortFile + ":4:5", "pre": "Een [korte](krot.md) tekst.\n    ^", ".caret": "    ^", ".hint": "kort.md", "h2": "1 mistake",
	} {
		if got := eval[string](b, box(what)+".textContent"); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	b.true(`document.querySelector(".content").textContent.includes("Een korte tekst.")`, "the last good page is gone")
	b.true(box("[role=alert]")+`.textContent.includes("krot.md")`, "not announced")
	b.true(box("section")+`.getAttribute("aria-label") && `+box("section")+`.getRootNode().host.lang === "en"`, "no name or language")
	// WCAG 2.2: 4.5 for text, 3 for the edge of the button.
	for selector, need := range map[string]float64{".where": 4.5, ".hint": 4.5, "pre": 4.5, ".caret": 4.5, "h2": 4.5, "button": 4.5, "p": 4.5, "button|borderTopColor": 3} {
		selector, property, _ := strings.Cut(selector, "|")
		if property == "" {
			property = "color"
		}
		ratio := eval[float64](b, fmt.Sprintf(`(() => {
			const rgb = (s) => s.match(/[\d.]+/g).map(Number);
			const light = (s) => { const [r, g, b] = rgb(s).map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
			const el = %s;
			let under = el;
			const ground = (e) => getComputedStyle(e).backgroundColor;
			while (rgb(ground(under))[3] === 0) under = under.parentElement;
			const [x, y] = [light(getComputedStyle(el)[%q]), light(ground(under))].sort((a, b) => b - a);
			return (x + 0.05) / (y + 0.05);
		})()`, box(selector), property))
		if ratio < need {
			t.Errorf("%s %s: contrast %.2f, want %.1f", selector, property, ratio, need)
		}
	}

	// With the keyboard: to the box, to the button, away; and again with Escape.
	reach := func(selector string) {
		t.Helper()
		for range 200 {
			b.Press(kb.Tab)
			if eval[bool](b, `Boolean(`+box(selector)+`?.matches(":focus"))`) {
				return
			}
		}
		t.Fatalf("%s cannot be reached with the keyboard", selector)
	}
	reach(".box")
	reach("button")
	b.Press(kb.Enter)
	b.Until(`!(` + box(".box") + `)`)
	p.edit(shortFile, "krot.md", "kort.md#nergens")
	b.Until(box("article") + `?.textContent.includes("nergens")`)
	reach("button")
	b.Press(kb.Escape)
	b.Until(`!(` + box(".box") + `)`)

	// Many at once.
	text := p.read(shortFile)
	for i := range 7 {
		text += fmt.Sprintf("\n[x](niets%d.md)\n", i)
	}
	p.write(shortFile, text)
	b.Until(box("h2") + `?.textContent === "8 mistakes"`)
	b.true(box(".list")+`.querySelectorAll("article").length === 5 && `+box(".list")+`.textContent.endsWith("and 3 more")`, "not the first five and a count")

	// What is being read in it stays where it is while other mistakes come.
	reach(".box")
	p.write(shortFile, text+"\n[x](niets8.md)\n")
	b.Until(box("h2") + `?.textContent === "9 mistakes"`)
	b.true(box(".box")+`.matches(":focus")`, "the focus left the overlay")

	// A layout that is no template.
	p.edit("layouts/base.html", "<body", "{{ if }}<body")
	b.Until(box(".list") + `?.textContent.includes("layouts/base.html:")`)
	p.edit("layouts/base.html", "{{ if }}<body", "<body")
	p.write(shortFile, "+++\ntitle = \"Kort\"\n+++\nAlles is goed.\n")
	b.Until(`!(` + box(".box") + `) && document.querySelector(".content").textContent.includes("Alles is goed.")`)
	b.kept()
}

// TestBrowserStartsBroken opens a site that cannot be shown yet.
func TestBrowserStartsBroken(t *testing.T) {
	p := showReal(t, serve.Options{})
	toml := p.read("site.toml")
	p.stop()
	p.write("site.toml", "title = ")
	p.start("127.0.0.1:0")
	b := p.deafTab("/404.html") // the browser itself says that the answer was 503
	b.Until(`[...document.documentElement.children].find((e) => e.shadowRoot)?.shadowRoot.querySelector(".where").textContent.startsWith("site.toml:1:")`)
	p.write("site.toml", toml)
	b.Until(`document.querySelector("main h1")`)
	b.Until(`![...document.documentElement.children].find((e) => e.shadowRoot)`)
}

func TestBrowserFollows(t *testing.T) {
	p := showReal(t, serve.Options{Follow: true})
	b := p.tab("/")
	p.edit(longFile, "eerste woorden", "laatste woorden")
	b.Until(`location.pathname === "` + long + `" && document.querySelector(".content").textContent.includes("laatste woorden")`)
	p.edit(shortFile, "korte", "kortste")
	b.Until(`location.pathname === "` + short + `" && document.querySelector(".content").textContent.includes("kortste")`)
	b.ready()
	b.Run(`window.mark = true`)
	p.edit(shortFile, "kortste", "allerkortste")
	b.Until(`document.querySelector(".content").textContent.includes("allerkortste")`)
	b.kept()
}

// TestBrowserHeals stops the server, edits the site, and starts it again on
// the same port.
func TestBrowserHeals(t *testing.T) {
	p := showReal(t, serve.Options{})
	b := p.tab(long)
	address := p.address()
	b.Run(`document.querySelectorAll("details.fold")[3].open = true`)
	b.ignoring(func() { // of what it cannot connect to
		p.stop()
		p.edit(longFile, "eerste woorden", "laatste woorden")
		p.start(address)
		b.Until(`document.querySelector(".content").textContent.includes("laatste woorden")`)
	})
	b.true(`document.querySelectorAll("details.fold")[3].open`, "open part lost")
	p.edit(longFile, "laatste woorden", "allerlaatste woorden")
	b.Until(`document.querySelector(".content").textContent.includes("allerlaatste woorden")`)
	b.kept()
}

// TestBrowserKeepsWhatScriptsDid edits pages in which the site's own scripts
// changed something.
func TestBrowserKeepsWhatScriptsDid(t *testing.T) {
	p := showReal(t, serve.Options{})
	b := p.tab(long)
	b.Run(`
		document.querySelector("[data-tool=phone]").click();
		document.querySelector(".lang summary").click();
		document.documentElement.classList.add("van-een-script");
		const p = document.createElement("p");
		p.textContent = "van een script";
		document.querySelector(".content").prepend(p);
		const q = p.cloneNode(true);
		document.querySelector(".content").children[4].after(q);
	`)
	b.Until(`document.querySelector(".phone svg")`)
	for _, edit := range [][2]string{
		{"eerste woorden", "laatste woorden"},
		{"title = \"Een lange pagina\"", "title = \"Een langere pagina\""},
		{"## Deel 2\n", "## Deel twee\n"},
	} {
		before := eval[string](b, `document.title + document.querySelector(".content").innerHTML`)
		p.edit(longFile, edit[0], edit[1])
		b.Until(fmt.Sprintf(`document.title + document.querySelector(".content").innerHTML !== %q`, before))
		b.true(`!document.querySelector(".phone").hidden && document.querySelectorAll(".phone svg").length === 1`, "the code for a phone is gone")
		b.true(`document.querySelector("[data-tool=phone]").getAttribute("aria-expanded") === "true"`, "the button does not say that it is open")
		b.true(`document.documentElement.classList.contains("ready") && document.documentElement.classList.contains("van-een-script")`, "a class of a script is gone")
		b.true(`[...document.querySelectorAll(".content p")].filter((p) => p.textContent === "van een script").length === 2`, "a paragraph of a script is gone, or there twice")
		b.true(`document.querySelector(".lang").open`, "the menu closed")
	}
	b.kept()
	// Text stays in its order around what scripts put there.
	got := eval[string](b, `[...document.querySelectorAll(".content h2")].map((h) => h.textContent).join()`)
	if want := "Deel 0,Deel 1,Deel twee,Deel 3,Deel 4"; !strings.Contains(got, want) {
		t.Errorf("headings %s, want %s", got, want)
	}
}

// TestBrowserStartsNewParts adds a part that the site's scripts set up when a
// page loads.
func TestBrowserStartsNewParts(t *testing.T) {
	p := showReal(t, serve.Options{})
	b := p.tab(short)
	p.edit(shortFile, "Een korte tekst.", "Een korte tekst.\n\n::personal\n")
	b.Until(`document.querySelector(".personal") && !document.querySelector(".personal").hidden`)
}

func TestBrowserShowsNewImages(t *testing.T) {
	p := showReal(t, serve.Options{})
	b := p.tab(short)
	b.Run(`document.querySelector(".content img").loading = "eager"`)
	b.Until(`document.querySelector(".content img").naturalWidth === 40`)
	p.edit("content/nl/hulp/scherm.svg", `width="40"`, `width="55"`)
	b.Until(`document.querySelector(".content img").naturalWidth === 55 && document.querySelector(".content img").width === 55`)
	b.kept()
}

// TestBrowserManyTabs opens more tabs than a browser opens connections to one
// server, and closes the one that listens for all.
func TestBrowserManyTabs(t *testing.T) {
	p := showReal(t, serve.Options{})
	first := p.tab(long)
	var tabs []*tab
	for range 8 {
		tabs = append(tabs, first.another(short))
	}
	first.Until(`performance.getEntriesByName(location.origin + "/_wegwijs/reload.js").length > 0`)
	if n := p.live.Subscribers(); n != 1 {
		t.Errorf("%d connections for one browser", n)
	}
	p.edit(shortFile, "korte", "kortste")
	for _, b := range tabs {
		b.Until(`document.querySelector(".content").textContent.includes("kortste")`)
		b.kept()
	}
	first.Do(chromedp.Navigate("about:blank"))
	p.edit(shortFile, "kortste", "allerkortste")
	for _, b := range tabs {
		b.Until(`document.querySelector(".content").textContent.includes("allerkortste")`)
		b.kept()
	}
	// A tab that comes late sees the mistakes that there are.
	p.edit(shortFile, "allerkortste", "[x](niets.md)")
	overlay := `[...document.documentElement.children].find((e) => e.shadowRoot)?.shadowRoot.querySelector("article")`
	tabs[3].Until(overlay)
	late := tabs[0].another(long)
	late.Until(overlay)
	if n := p.live.Subscribers(); n != 1 {
		t.Errorf("%d connections for one browser", n)
	}
}

// TestBrowserAwake edits pages in tabs that sleep.
func TestBrowserAwake(t *testing.T) {
	p := showReal(t, serve.Options{})
	a := p.tab(long)
	b := a.another(short)
	for _, x := range []*tab{a, b} { // one that listens, and one that is told
		testenv.Call(x.Tab, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateFrozen})
	}
	p.edit(longFile, "eerste woorden", "laatste woorden")
	p.until(long, "laatste woorden")
	p.edit(shortFile, "korte", "kortste")
	p.until(short, "kortste")
	for _, x := range []*tab{a, b} {
		testenv.Call(x.Tab, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateActive})
	}
	a.Until(`document.querySelector(".content").textContent.includes("laatste woorden")`)
	b.Until(`document.querySelector(".content").textContent.includes("kortste")`)
	a.kept()
	b.kept()
}
