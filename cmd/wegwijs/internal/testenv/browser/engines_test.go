package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"wegwijs/cmd/wegwijs/internal/testenv"
	"wegwijs/cmd/wegwijs/internal/testenv/webdriver"
)

// An engine is a browser as a reader uses it: with mouse and keyboard.
type engine interface {
	Go(address string)
	Size(width, height int64)
	Languages(list string) bool
	Paper()
	Click(selector string)
	Press(keys string)
	Shortcut(key rune)
	Eval(expression string, v any)
	Until(expression string)
}

// A visitor is a reader at one of the browsers.
type visitor struct {
	engine
	t      *testing.T
	base   string // of the site, as this browser gets it
	chrome *tab   // what only Chromium can; nil elsewhere
}

// engines are the browsers that readers have. Chromium reads the site at its
// own address; the others read it on the loopback, which browsers trust as they
// trust https.
var engines = []struct {
	name string
	open func(t *testing.T) *visitor
}{
	{"Chromium", func(t *testing.T) *visitor {
		b := reader(t)
		return &visitor{engine: chromium{b}, t: t, base: b.address(""), chrome: b}
	}},
	{"Firefox", func(t *testing.T) *visitor { return loopback(t, firefox) }},
	{"WebKit", func(t *testing.T) *visitor { return loopback(t, webkit) }},
}

var firefox, webkit = webdriver.Firefox(), webdriver.WebKit()

func loopback(t *testing.T, b *webdriver.Browser) *visitor {
	t.Helper()
	v := &visitor{engine: b.Page(t), t: t, base: theSite.plain.URL}
	v.Languages("nl")
	v.Size(1280, 800)
	return v
}

// inEngines runs a test in all browsers side by side; with -short in Chromium.
func inEngines(t *testing.T, test func(t *testing.T, b *visitor)) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			if testing.Short() && e.name != "Chromium" {
				t.Skip("skipped: with -short readers have Chromium alone")
			}
			t.Parallel()
			test(t, e.open(t))
		})
	}
}

// ask returns the value of an expression.
func ask[T any](b *visitor, expression string) T {
	b.t.Helper()
	var v T
	b.Eval(expression, &v)
	return v
}

// do evaluates statements.
func (b *visitor) do(statements string) { b.t.Helper(); b.Eval("(() => {"+statements+"})()", nil) }

// open goes to a path of the site and waits until its scripts have run.
func (b *visitor) open(path string) {
	b.t.Helper()
	b.Go(b.base + path)
	b.Until(`document.documentElement.classList.contains("ready")`)
}

// openMute goes to a path of the site as somebody whose browser runs no scripts
// of pages: where a browser has no switch for that, the policy of the page
// forbids them.
func (b *visitor) openMute(path string) {
	b.t.Helper()
	if b.chrome != nil {
		b.chrome.noScripts()
		b.Go(b.base + path)
	} else {
		b.Go(theSite.mute.URL + path)
	}
	if ask[bool](b, `document.documentElement.classList.contains("ready")`) {
		b.t.Fatal("the scripts of the page run")
	}
}

// tabTo presses Tab until the focus is on what the selector names.
func (b *visitor) tabTo(selector string) {
	b.t.Helper()
	for range 120 {
		b.Press(webdriver.Tab)
		if ask[bool](b, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
	}
	b.t.Fatalf("Tab does not reach %s", selector)
}

// copied returns what is on the clipboard, by pasting it into a field.
func (b *visitor) copied() string {
	b.t.Helper()
	b.open(messagePage)
	b.Click(".find textarea")
	b.Shortcut('v')
	b.Until(`document.querySelector(".find textarea").value !== ""`)
	return ask[string](b, `document.querySelector(".find textarea").value`)
}

// quiet fails the test for what the page said on the console or asked of
// others, in the browser that tells.
func (b *visitor) quiet(where string) {
	b.t.Helper()
	if b.chrome != nil {
		b.chrome.quiet(where)
	}
}

// axe looks for what hinders readers, in one browser: the page is the same in
// all.
func (b *visitor) axe(where string) {
	b.t.Helper()
	if b.chrome != nil {
		b.chrome.Run(axeSource(b.t))
		b.chrome.axe(where)
	}
}

// A chromium is a tab of Chromium as an [engine].
type chromium struct{ *tab }

func (b chromium) Go(address string) { b.t.Helper(); b.Do(chromedp.Navigate(address)) }

func (b chromium) Languages(list string) bool { b.t.Helper(); b.languages(list); return true }

func (b chromium) Paper() {
	b.t.Helper()
	testenv.Call(b.Tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
}

func (b chromium) Click(selector string) { b.t.Helper(); b.Do(chromedp.Click(chromedp.CSS(selector))) }

var chromiumKeys = strings.NewReplacer(webdriver.Enter, kb.Enter, webdriver.Tab, kb.Tab, webdriver.Backspace, kb.Backspace, webdriver.Escape, kb.Escape, webdriver.ArrowUp, kb.ArrowUp, webdriver.ArrowDown, kb.ArrowDown)

func (b chromium) Press(keys string) { b.t.Helper(); b.tab.Press(chromiumKeys.Replace(keys)) }

// shortcuts are what keys do while Control is down, which over this protocol
// the browser must be told.
var shortcuts = map[rune]string{'a': "selectAll", 'v': "paste"}

func (b chromium) Shortcut(key rune) {
	b.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{"rawKeyDown", "keyUp"} {
		p := input.DispatchKeyEventParams{Type: kind, Modifiers: int64(kb.ModifierCtrl), Key: string(key), Code: "Key" + strings.ToUpper(string(key))}
		if kind == "rawKeyDown" {
			p.Commands = []string{shortcuts[key]}
		}
		testenv.Call(b.Tab, input.DispatchKeyEvent, p)
	}
}

func (b chromium) Eval(expression string, v any) {
	b.t.Helper()
	value := testenv.Eval[json.RawMessage](b.Tab, "(async () => ({ v: await ("+expression+") ?? null }))()")
	var r struct{ V json.RawMessage }
	err := json.Unmarshal(value, &r)
	if err == nil && v != nil {
		err = json.Unmarshal(r.V, v)
	}
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
}
