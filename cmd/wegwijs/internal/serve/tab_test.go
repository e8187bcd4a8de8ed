package serve_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"wegwijs/cmd/wegwijs/internal/serve"
)

// theBrowser is Chromium, started once for all tests.
var theBrowser = sync.OnceValues(launch)

var quit []func() // what ends it

func TestMain(m *testing.M) {
	code := m.Run()
	for _, f := range slices.Backward(quit) {
		f()
	}
	os.Exit(code)
}

func launch() (context.Context, error) {
	var bin string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			bin = p
			break
		}
	}
	if bin == "" {
		return nil, fmt.Errorf("no Chromium (apt install chromium)")
	}
	profile, err := os.MkdirTemp("", "wegwijs-watch-")
	if err != nil {
		return nil, err
	}
	quit = append(quit, func() { os.RemoveAll(profile) })
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(bin), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.NoSandbox, chromedp.UserDataDir(profile), chromedp.CombinedOutput(io.Discard),
	}
	for _, name := range []string{"headless", "disable-gpu", "disable-quic", "disable-dev-shm-usage", "disable-background-networking", "disable-component-update", "disable-sync", "disable-extensions"} {
		options = append(options, chromedp.Flag(name, true))
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator)
	quit = append(quit, stopAllocator, stop)
	if err := chromedp.Do(ctx); err != nil { // without a deadline: the browser ends with the context of its first action
		return nil, fmt.Errorf("start %s: %w", bin, err)
	}
	return ctx, nil
}

// A tab is one page of the browser.
type tab struct {
	ctx context.Context
	t   *testing.T
	p   *preview

	mu       sync.Mutex
	messages []string // what the page said on the console
	deaf     bool     // what it says now does not count
}

// tab opens a page of the preview.
func (p *preview) tab(path string) *tab { p.t.Helper(); return p.open(path, false) }

// deafTab is a tab of which it does not matter what is on its console.
func (p *preview) deafTab(path string) *tab { p.t.Helper(); return p.open(path, true) }

func (p *preview) open(path string, deaf bool) *tab {
	t := p.t.(*testing.T)
	t.Helper()
	browser, err := theBrowser()
	switch {
	case err != nil && os.Getenv("CI") != "":
		t.Fatalf("missing on CI: %v", err)
	case err != nil:
		t.Skipf("skipped: %v", err)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancelTime := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancelTime)
	b := &tab{ctx: ctx, t: t, p: p, deaf: deaf}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	call(b, log.Enable, cdp.Empty{})
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1000, Height: 700, DeviceScaleFactor: 1})
	b.open(path)
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.messages) > 0 {
			t.Errorf("on the console of %s:\n\t%s", path, strings.Join(b.messages, "\n\t"))
		}
	})
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
	if b.deaf {
		return
	}
	switch e := event.(type) {
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

// ignoring does something of which the browser itself may complain.
func (b *tab) ignoring(do func()) {
	b.mu.Lock()
	b.deaf = true
	b.mu.Unlock()
	do()
	b.mu.Lock()
	b.deaf = false
	b.mu.Unlock()
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// open goes to a page and waits until the preview's script is at work in it.
// A mark tells whether the page is ever loaded again.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.p.url + path))
	b.ready()
	b.run(`window.mark = true`)
}

// ready waits until the script has the page as it came, and the events.
func (b *tab) ready() {
	b.t.Helper()
	b.until(`document.querySelector('script[src="/_wegwijs/reload.js"]') && performance.getEntriesByType("resource").filter((e) => e.name === location.href.split("#")[0] && e.responseEnd).length > 0 && document.readyState === "complete"`)
}

// eval gives the value of an expression; a promise is awaited.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

func (b *tab) run(expression string) { b.t.Helper(); eval[chromedp.Void](b, expression) }

// until waits for an expression to be true, also across pages.
func (b *tab) until(expression string) {
	b.t.Helper()
	var last error
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if ok {
			return
		}
		last = err
	}
	b.t.Fatalf("waited for %s: %v", expression, last)
}

// true fails the test unless an expression is true.
func (b *tab) true(expression, otherwise string) {
	b.t.Helper()
	if !eval[bool](b, "Boolean("+expression+")") {
		b.t.Errorf("%s: %s is not true", otherwise, expression)
	}
}

// kept fails the test when the page was loaded again.
func (b *tab) kept() {
	b.t.Helper()
	b.true(`window.mark`, "the page was loaded again")
}

func (b *tab) press(keys string) { b.t.Helper(); b.do(chromedp.KeyEvent(keys)) }

// realSite gives a small site with the layouts, strings and mail settings of
// this repository.
func realSite(t testing.TB) map[string]string {
	t.Helper()
	files := map[string]string{}
	repo := os.DirFS(filepath.Join("..", "..", "..", ".."))
	linked := map[string]bool{} // pages that the layouts name
	for _, root := range []string{"layouts", "i18n", "site.toml"} {
		if err := fs.WalkDir(repo, root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(repo, p)
			files[p] = string(data)
			for rest := string(data); ; {
				_, after, ok := strings.Cut(rest, `Link "`)
				if !ok {
					return err
				}
				var id string
				id, rest, _ = strings.Cut(after, `"`)
				for ; id != "." && id != ""; id = path.Dir(id) {
					linked[id] = true
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	files["site.toml"] = strings.ReplaceAll(files["site.toml"], "help = [", "# help = [")
	linked["hulp"], linked["hulp/lang"], linked["hulp/kort"] = true, true, true
	for id := range linked {
		name := "content/nl/" + id + ".md"
		for other := range linked {
			if strings.HasPrefix(other, id+"/") {
				name = "content/nl/" + id + "/index.md"
			}
		}
		files[name] = "+++\ntitle = \"" + path.Base(id) + "\"\n+++\nTekst.\n"
	}
	files["content/nl/index.md"] = "+++\ntitle = \"Begin\"\n+++\nWelkom.\n"
	files["content/nl/hulp/kort.md"] = "+++\ntitle = \"Kort\"\n+++\nEen korte tekst.\n\n![Scherm](scherm.svg)\n"
	files["content/nl/hulp/scherm.svg"] = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>`
	var long strings.Builder
	long.WriteString("+++\ntitle = \"Een lange pagina\"\n+++\nEen begin met de eerste woorden.\n\n::choice\n\n::personal\n\n::settings[imap]\n\n")
	for i := range 12 {
		fmt.Fprintf(&long, "## Deel %d\n\nHier staat deel %d van de tekst.\n\n%s\n\n:::details[Meer over %d]\nVerborgen %d.\n:::\n\n", i, i, strings.Repeat("Woorden die ruimte innemen. ", 40), i, i)
	}
	files["content/nl/hulp/lang.md"] = long.String()
	return files
}

func showReal(t *testing.T, opt serve.Options) *preview {
	t.Helper()
	if _, err := theBrowser(); err != nil && os.Getenv("CI") == "" {
		t.Skipf("skipped: %v", err)
	}
	p := show(t, realSite(t), opt)
	s := p.listen("")
	if m := s.checked(); m.Errors > 0 {
		t.Fatalf("the site has mistakes: %+v", m.Findings)
	}
	s.close()
	return p
}

// another opens a page in the same window.
func (b *tab) another(path string) *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	ctx, cancelTime := context.WithTimeout(ctx, 3*time.Minute)
	b.t.Cleanup(cancelTime)
	n := &tab{ctx: ctx, t: b.t, p: b.p}
	n.open(path)
	return n
}
