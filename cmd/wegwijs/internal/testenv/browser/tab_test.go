package browser

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A tab is a page of a site.
type tab struct {
	*testenv.Tab
	t    *testing.T
	base *url.URL // of the site that it looks at
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
	b := &tab{Tab: chrome.Tab(t), t: t, base: theSite.base}
	for _, s := range scripts {
		testenv.Call(b.Tab, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: s})
	}
	return b
}

// open goes to a path of the site and waits until its scripts have run.
func (b *tab) open(path string) { b.t.Helper(); b.openAt(b.address(path)) }

// address returns the whole address of a path of the site.
func (b *tab) address(path string) string { return strings.TrimSuffix(b.base.String(), "/") + path }

func (b *tab) openAt(address string) {
	b.t.Helper()
	if err := chromedp.Do(b.Ctx, chromedp.Navigate(address)); err != nil {
		b.t.Fatalf("open %s: %v", address, err)
	}
	b.Until(`document.documentElement.classList.contains("ready")`)
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

// media sets media features: name, value, name, value.
func (b *tab) media(pairs ...string) {
	b.t.Helper()
	var p emulation.SetEmulatedMediaParams
	for i := 0; i < len(pairs); i += 2 {
		p.Features = append(p.Features, &emulation.MediaFeature{Name: pairs[i], Value: pairs[i+1]})
	}
	testenv.Call(b.Tab, emulation.SetEmulatedMedia, p)
}

// languages sets the languages that the browser asks for.
func (b *tab) languages(list string) {
	b.t.Helper()
	testenv.Call(b.Tab, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36", AcceptLanguage: list})
}

func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	return testenv.Eval[T](b.Tab, expression)
}

// foreign returns the addresses that are not the site's own.
func (b *tab) foreign() []string {
	_, requests := b.Heard()
	return slices.DeleteFunc(requests, func(r string) bool {
		u, err := url.Parse(r)
		return err == nil && (u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about" || u.Host == b.base.Host && u.Scheme == b.base.Scheme)
	})
}

// quiet fails the test for everything that the page said on the console or
// asked of others.
func (b *tab) quiet(where string) {
	b.t.Helper()
	messages, _ := b.Heard()
	if len(messages) > 0 {
		b.t.Errorf("%s: on the console:\n\t%s", where, strings.Join(messages, "\n\t"))
	}
	if f := b.foreign(); len(f) > 0 {
		b.t.Errorf("%s: asked for what is not the site's own:\n\t%s", where, strings.Join(f, "\n\t"))
	}
}
