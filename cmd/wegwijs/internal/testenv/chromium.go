package testenv

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A Chromium is a browser for all tests of a package. The first tab starts it;
// it ends with Close, which TestMain calls.
type Chromium struct {
	Flags map[string]any // flags of its own, besides the usual

	once sync.Once
	ctx  context.Context
	err  error
	quit []func() // what ends it
}

// Need returns the browser's path. Without one the test is [Missing] something.
func (c *Chromium) Need(t testing.TB) string {
	t.Helper()
	return Program(t, "Chromium (apt install chromium)", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
}

func (c *Chromium) start(path string) error {
	profile, err := os.MkdirTemp("", "wegwijs-chromium-")
	if err != nil {
		return err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.NoSandbox, chromedp.UserDataDir(profile), chromedp.CombinedOutput(io.Discard),
	}
	for _, name := range []string{"headless", "disable-gpu", "disable-quic", "disable-dev-shm-usage", "disable-background-networking", "disable-component-update", "disable-sync", "disable-extensions"} {
		options = append(options, chromedp.Flag(name, true))
	}
	for name, value := range c.Flags {
		options = append(options, chromedp.Flag(name, value))
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator)
	c.ctx, c.quit = ctx, []func(){func() { os.RemoveAll(profile) }, stopAllocator, stop}
	return chromedp.Do(ctx) // without a deadline: the browser ends with the context of its first action
}

// Close ends the browser, if it was started.
func (c *Chromium) Close() {
	for _, f := range slices.Backward(c.quit) {
		f()
	}
}

// Tab opens a tab with storage of its own that lives as long as the test.
func (c *Chromium) Tab(t testing.TB) *Tab {
	t.Helper()
	path := c.Need(t)
	c.once.Do(func() { c.err = c.start(path) })
	if c.err != nil {
		t.Fatalf("start %s: %v", path, c.err)
	}
	return openTab(t, c.ctx, chromedp.WithNewBrowserContext())
}

// A Tab is one page of a browser. What fails in it ends the test.
type Tab struct {
	Ctx context.Context // for chromedp's own functions

	t        testing.TB
	mu       sync.Mutex
	messages []string
	requests []string
}

func openTab(t testing.TB, in context.Context, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(in, options...)
	t.Cleanup(cancel)
	ctx, cancelTime := context.WithTimeout(ctx, 30*time.Minute)
	t.Cleanup(cancelTime)
	b := &Tab{Ctx: ctx, t: t}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	Call(b, network.Enable, network.EnableParams{})
	Call(b, log.Enable, cdp.Empty{})
	return b
}

// Another opens a tab with the same storage.
func (b *Tab) Another() *Tab { b.t.Helper(); return openTab(b.t, b.Ctx) }

func (b *Tab) hear(event any) {
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
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		b.messages = append(b.messages, "exception: "+text)
	case *log.EventEntryAdded:
		b.messages = append(b.messages, fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	}
}

// Heard returns what the page said on the console and the addresses that it asked
// for, since the last Forget.
func (b *Tab) Heard() (messages, requests []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.messages), slices.Clone(b.requests)
}

// Forget empties what was heard.
func (b *Tab) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages, b.requests = nil, nil
}

// Call runs a command of the browser's protocol on the tab.
func Call[P, R any](b *Tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.Ctx, command, params)
	if err != nil {
		b.t.Fatalf("%s: %v", command.Method, err)
	}
	return r
}

// Eval returns the value of an expression; a promise is awaited.
func Eval[T any](b *Tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.Ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// Do takes the steps.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.Ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Run evaluates an expression for what it does.
func (b *Tab) Run(expression string) { b.t.Helper(); Eval[chromedp.Void](b, expression) }

// Until waits for an expression, or the promise that it is, to be truthy, also
// across pages. (chromedp.Poll may still look at the page before.)
func (b *Tab) Until(expression string) {
	b.t.Helper()
	var last error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		ok, err := chromedp.Run(b.Ctx, chromedp.Evaluate[bool]("(async () => Boolean(await ("+expression+")))()", chromedp.EvalAwaitPromise))
		if ok {
			return
		}
		last = err
	}
	b.t.Fatalf("waited for %s: %v", expression, last)
}

// Press types keys, as those of chromedp's package kb.
func (b *Tab) Press(keys string) { b.t.Helper(); b.Do(chromedp.KeyEvent(keys)) }

// Size sets the size of the window.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	Call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}
