package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A tab is one page of the browser with storage of its own. What the page asks
// for and says goes into requests and messages.
type tab struct {
	ctx  context.Context
	t    *testing.T
	base *url.URL // of the site that it looks at

	mu       sync.Mutex
	requests []string
	messages []string
}

// noWorker keeps a page from registering its service worker, whose work in the
// background would only slow the other tests down.
const noWorker = `delete Navigator.prototype.serviceWorker;`

// watchShift adds up how far a page's parts move while it loads.
const watchShift = `
window.__shift = 0; window.__shifted = [];
new PerformanceObserver((list) => {
  for (const e of list.getEntries()) {
    window.__shift += e.value;
    for (const s of e.sources) window.__shifted.push(s.node?.outerHTML?.slice(0, 80) ?? s.node?.nodeName);
  }
}).observe({ type: "layout-shift", buffered: true });`

// newTab opens a tab that lives as long as the test. The scripts run in every
// page before its own.
func newTab(t *testing.T, scripts ...string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chrome, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancelTime := context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(cancelTime)
	b := &tab{ctx: ctx, t: t, base: theSite.base}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	for _, s := range scripts {
		call(b, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: s})
	}
	return b
}

// call runs a command of the browser's protocol on the tab.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.t.Fatalf("%s: %v", command.Method, err)
	}
	return r
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		text := string(e.Type)
		for _, a := range e.Args {
			text += fmt.Sprint(" ", string(a.Value), a.Description)
		}
		b.messages = append(b.messages, text)
	case *runtime.EventExceptionThrown:
		b.messages = append(b.messages, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.messages = append(b.messages, fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	}
}

// forget empties what was heard, before another page.
func (b *tab) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests, b.messages = nil, nil
}

// heard gives what was said and asked for since [tab.forget].
func (b *tab) heard() (messages, requests []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.messages), slices.Clone(b.requests)
}

// do takes the steps and ends the test when one fails.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// open goes to a path of the site and waits until its scripts have run.
func (b *tab) open(path string) { b.t.Helper(); b.openAt(b.address(path)) }

// address gives the whole address of a path of the site.
func (b *tab) address(path string) string { return strings.TrimSuffix(b.base.String(), "/") + path }

func (b *tab) openAt(address string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(address)); err != nil {
		b.t.Fatalf("open %s: %v", address, err)
	}
	b.until(`document.documentElement.classList.contains("ready")`) // not chromedp.Poll, which may still look at the page before
}

// steady fails the test when the page moves while it loads; open loads it in a
// tab with [watchShift]. A page that moves of its own does so each time. Once
// alone it is the browser, which on a busy machine may paint a page of which it
// has read half the header.
func (b *tab) steady(where string, open func()) {
	b.t.Helper()
	var moved []string
	for range 3 {
		open()
		shift := eval[float64](b, `window.__shift`)
		if shift == 0 {
			return
		}
		moved = append(moved, fmt.Sprintf("by %.4f: %q", shift, eval[[]string](b, `window.__shifted`)))
	}
	b.t.Errorf("%s: the page moved while it loaded, each time:\n\t%s", where, strings.Join(moved, "\n\t"))
}

// size sets the size of the window.
func (b *tab) size(width, height int64) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}

// media sets media features: name, value, name, value.
func (b *tab) media(pairs ...string) {
	b.t.Helper()
	var p emulation.SetEmulatedMediaParams
	for i := 0; i < len(pairs); i += 2 {
		p.Features = append(p.Features, &emulation.MediaFeature{Name: pairs[i], Value: pairs[i+1]})
	}
	call(b, emulation.SetEmulatedMedia, p)
}

// languages sets the languages that the browser asks for.
func (b *tab) languages(list string) {
	b.t.Helper()
	call(b, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36", AcceptLanguage: list})
}

// eval gives the value of an expression; a promise is awaited.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.120s: %v", expression, err)
	}
	return v
}

// run evaluates an expression for what it does.
func (b *tab) run(expression string) { b.t.Helper(); eval[chromedp.Void](b, expression) }

// until waits for an expression to be true, also across pages.
func (b *tab) until(expression string) {
	b.t.Helper()
	var last error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if ok {
			return
		}
		last = err
	}
	b.t.Fatalf("waited for %s: %v", expression, last)
}

// press types keys, as those of the package kb.
func (b *tab) press(keys string) { b.t.Helper(); b.do(chromedp.KeyEvent(keys)) }

// foreign gives the addresses that are not the site's own.
func (b *tab) foreign() []string {
	_, requests := b.heard()
	return slices.DeleteFunc(requests, func(r string) bool {
		u, err := url.Parse(r)
		return err == nil && (u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about" || u.Host == b.base.Host && u.Scheme == b.base.Scheme)
	})
}

// quiet fails the test for everything that the page said on the console or
// asked of others.
func (b *tab) quiet(where string) {
	b.t.Helper()
	messages, _ := b.heard()
	if len(messages) > 0 {
		b.t.Errorf("%s: on the console:\n\t%s", where, strings.Join(messages, "\n\t"))
	}
	if f := b.foreign(); len(f) > 0 {
		b.t.Errorf("%s: asked for what is not the site's own:\n\t%s", where, strings.Join(f, "\n\t"))
	}
}

// untilPromise is [tab.until] for an expression that gives a promise.
func (b *tab) untilPromise(expression string) {
	b.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if eval[bool](b, expression) {
			return
		}
	}
	b.t.Fatalf("waited for %s", expression)
}
