// Package webdriver drives the browsers that [testenv.Chromium] is not, for
// tests: Firefox over Marionette, and WebKit, the engine of iPhones, over the
// driver of WebKitGTK. Both take the commands of the W3C's WebDriver standard;
// what differs is how a command travels. Only tests import it.
//
// A browser is started once for all tests of a package, with a profile of its
// own, and ends by its own process id.
package webdriver

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// Keys that have no character, as the standard has them (section 17.4.2).
const (
	Enter     = "\uE007"
	Tab       = "\uE004"
	Backspace = "\uE003"
	Escape    = "\uE00C"
	ArrowUp   = "\uE013"
	ArrowDown = "\uE015"
	Control   = "\uE009"
)

// patience bounds each thing that is awaited. It is only met when something
// is broken, however busy the machine is.
const patience = 2 * time.Minute

// A Browser is one kind of browser. The first test starts it; it ends with
// Close, which TestMain calls. One test at a time uses it.
type Browser struct {
	Name string

	need  func(testing.TB)                  // what the machine must have
	start func(dir string) (*engine, error) // dir is for the profile and the like
	once  sync.Once
	dir   string
	run   *engine
	err   error
}

// An engine is a browser that runs, with a session.
type engine struct {
	remote
	size  func(p *Page, width, height int) // sets the inner size of the window
	speak func(p *Page, languages string)  // sets the languages that are asked for; nil where none can be
	paper func(p *Page)                    // shows the page as on paper, until the test ends
	stop  []func()                         // what ends it, last first
}

// A remote carries commands to a browser.
type remote interface {
	// Do runs a command of the standard by the name that Marionette gives it,
	// and returns its value.
	Do(command string, params map[string]any) (json.RawMessage, error)
}

// An Error is what a browser answers when a command fails.
type Error struct {
	Code    string `json:"error"` // section 6.6 of the standard
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Need skips a test on a machine that has no such browser, as [testenv.Missing] does.
func (b *Browser) Need(t testing.TB) { t.Helper(); b.need(t) }

// Close ends the browser, if it was started.
func (b *Browser) Close() {
	if b.run != nil {
		b.run.close()
	}
	if b.dir != "" {
		os.RemoveAll(b.dir)
	}
}

func (e *engine) close() {
	for i := len(e.stop) - 1; i >= 0; i-- {
		e.stop[i]()
	}
}

func (b *Browser) launch() error {
	var err error
	if b.dir, err = os.MkdirTemp("", "wegwijs-"+b.Name+"-"); err != nil {
		return err
	}
	if b.run, err = b.start(b.dir); err != nil {
		return err
	}
	_, err = b.run.Do("SetTimeouts", map[string]any{"script": (patience / 4).Milliseconds(), "pageLoad": patience.Milliseconds()})
	return err
}

// A Page is what a browser shows. What fails in it ends the test.
type Page struct {
	*engine
	t testing.TB
}

// Page returns the page of the browser, for one test. What a site keeps for a
// tab goes with the test; what it keeps for longer belongs to all tests.
func (b *Browser) Page(t testing.TB) *Page {
	t.Helper()
	b.Need(t)
	b.once.Do(func() { b.err = b.launch() })
	if b.err != nil {
		t.Fatalf("start %s: %v", b.Name, b.err)
	}
	p := &Page{b.run, t}
	t.Cleanup(func() {
		p.eval(`sessionStorage.clear()`, nil) // an error says that there is none
		p.must("Navigate", map[string]any{"url": "about:blank"}, nil)
	})
	return p
}

// must runs a command and decodes its value into v, unless v is nil.
func (p *Page) must(command string, params map[string]any, v any) {
	p.t.Helper()
	value, err := p.Do(command, params)
	if err == nil && v != nil {
		err = json.Unmarshal(value, v)
	}
	if err != nil {
		p.t.Fatalf("%s %v: %v", command, params, err)
	}
}

// Go goes to an address and waits until it is loaded.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.must("Navigate", map[string]any{"url": address}, nil)
}

// Size sets the inner size of the window, in CSS pixels.
func (p *Page) Size(width, height int64) {
	p.t.Helper()
	p.size(p, int(width), int(height))
	p.Until(fmt.Sprintf(`innerWidth === %d && innerHeight === %d`, width, height))
}

// Languages sets the languages that pages are asked for in, and reports whether
// this browser can.
func (p *Page) Languages(list string) bool {
	p.t.Helper()
	if p.speak == nil {
		return false
	}
	p.speak(p, list)
	return true
}

// Paper shows the page as it is on paper.
func (p *Page) Paper() { p.t.Helper(); p.paper(p) }

// Click clicks in the middle of what a CSS selector names, which comes into view.
func (p *Page) Click(selector string) {
	p.t.Helper()
	var element map[string]string // one entry: the standard's name for a reference, the reference
	p.must("FindElement", map[string]any{"using": "css selector", "value": selector}, &element)
	for _, id := range element {
		p.must("ElementClick", map[string]any{"id": id}, nil)
	}
}

// Press presses keys one after another.
func (p *Page) Press(keys string) {
	p.t.Helper()
	var actions []any
	for _, key := range keys {
		actions = append(actions, press(key), release(key))
	}
	p.act(actions)
}

// Shortcut presses a key while Control is down.
func (p *Page) Shortcut(key rune) {
	p.t.Helper()
	control := []rune(Control)[0]
	p.act([]any{press(control), press(key), release(key), release(control)})
}

func press(key rune) any   { return map[string]any{"type": "keyDown", "value": string(key)} }
func release(key rune) any { return map[string]any{"type": "keyUp", "value": string(key)} }

func (p *Page) act(actions []any) {
	p.t.Helper()
	p.must("PerformActions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": actions}}}, nil)
}

// Screenshot returns what the window shows, as PNG.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	var png []byte // in base64, as JSON has bytes
	p.must("TakeScreenshot", map[string]any{"full": false}, &png)
	return png
}

// Eval decodes the value of an expression into v, unless v is nil; a promise is
// awaited.
func (p *Page) Eval(expression string, v any) {
	p.t.Helper()
	if err := p.eval(expression, v); err != nil {
		p.t.Fatalf("%.200s: %v", expression, err)
	}
}

// script evaluates an expression and hands its value over at once, unless that is
// a promise: WebKit may leave what awaits one until something else happens on
// the page, so there something does.
const script = `const done = arguments[arguments.length - 1], failed = (e) => done({ e: String(e) });
try {
  const value = (%s
  ), give = (v) => done({ v: v ?? null });
  if (typeof value?.then !== "function") return give(value);
  const alive = setInterval(() => {}, 20);
  value.then(give, failed).finally(() => clearInterval(alive));
} catch (e) {
  failed(e);
}`

func (p *Page) eval(expression string, v any) error {
	value, err := p.Do("ExecuteAsyncScript", map[string]any{"script": fmt.Sprintf(script, expression), "args": []any{}})
	if err != nil {
		return err
	}
	var r struct {
		V json.RawMessage
		E string
	}
	if err := json.Unmarshal(value, &r); err != nil {
		return err
	}
	if r.E != "" {
		return fmt.Errorf("on the page: %s", r.E)
	}
	if v == nil {
		return nil
	}
	return json.Unmarshal(r.V, v)
}

// Until waits for an expression, or the promise that it is, to be truthy, also
// across pages.
func (p *Page) Until(expression string) {
	p.t.Helper()
	var last error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var v any
		if last = p.eval(expression, &v); last == nil && v != nil && v != false && v != "" && v != 0.0 {
			return
		}
	}
	p.t.Fatalf("waited for %s: %v", expression, last)
}
