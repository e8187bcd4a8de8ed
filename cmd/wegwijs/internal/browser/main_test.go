package browser

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/chromedp/chromedp"
)

const (
	root = "../../../.."  // of the repository
	npm  = "testdata/npm" // package.json of what the tests need from npm
)

// What all tests share; TestMain sets it and nothing changes it later.
var (
	program string          // the program, built from this source
	theSite *builtSite      // this repository's help centre
	chrome  context.Context // Chromium; nil where there is none
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "wegwijs-browser-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "wegwijs")
	if out, err := exec.Command("go", "build", "-o", program, root+"/cmd/wegwijs").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the program: %w\n%s", err, out)
	}
	if theSite, err = buildSite(cmp.Or(os.Getenv("WEGWIJS_SITE"), root), filepath.Join(dir, "public")); err != nil {
		return 1, err
	}
	defer theSite.Close()
	path, ok := chromium()
	if ok {
		var stop func()
		if chrome, stop, err = launch(path, filepath.Join(dir, "profile")); err != nil {
			return 1, err
		}
		defer stop()
	}
	return m.Run(), nil
}

func chromium() (string, bool) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

// launch starts the browser. Every name but the site's own leads nowhere.
func launch(path, profile string) (context.Context, func(), error) {
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		chromedp.NoSandbox,
		chromedp.UserDataDir(profile),
		chromedp.Flag("headless", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-extensions", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("host-resolver-rules", theSite.resolverRules()),
		chromedp.CombinedOutput(io.Discard),
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil { // without a deadline: the browser ends with the context of its first action
		stop()
		stopAllocator()
		return nil, nil, fmt.Errorf("start %s: %w", path, err)
	}
	return ctx, func() { stop(); stopAllocator() }, nil
}

// need says that the test wants something of the machine. Where it is missing
// the test is skipped, and on CI, where nothing may be missing, it fails.
func need(t *testing.T, ok bool, what string) {
	t.Helper()
	switch {
	case ok:
	case os.Getenv("CI") != "":
		t.Fatalf("missing on CI: %s", what)
	default:
		t.Skipf("skipped: needs %s", what)
	}
}

func needBrowser(t *testing.T) {
	t.Helper()
	need(t, chrome != nil, "Chromium (apt install chromium)")
}

// npmFile gives the path of a file of an npm package.
func npmFile(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(npm, "node_modules", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = os.Stat(path)
	need(t, err == nil, "the npm packages (npm ci in cmd/wegwijs/internal/browser/testdata/npm)")
	return path
}

// tool gives the path of a program that the test needs.
func tool(t *testing.T, name, hint string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	need(t, err == nil, hint)
	return path
}

// tabs is how many pages are looked at side by side.
func tabs() int { return max(1, min(4, runtime.NumCPU())) }
