package browser

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"wegwijs/cmd/wegwijs/internal/testenv"
	"wegwijs/cmd/wegwijs/internal/testenv/webdriver"
)

// main pages, in the default language, by id.
var mainPages = []string{"/", "/e-mail/", "/e-mail/pop-of-imap/", "/e-mail/imap-instellingen/", "/e-mail/van-pop-naar-imap/", "/e-mail/automatisch-instellen/"}

// TestScreenshots writes pictures of the main pages to look at, and readme.png,
// the one that the README shows (.github/site.png).
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("WEGWIJS_SHOTS")
	if dir == "" {
		t.Skip("skipped: set WEGWIJS_SHOTS to a folder to get pictures")
	}
	chrome.Need(t)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	pages := mainPages
	if more := os.Getenv("WEGWIJS_SHOT_PAGES"); more != "" {
		pages = strings.Fields(more)
	}
	b := newTab(t, noWorker)
	keep := func(name string, png []byte) {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range pages {
		for _, width := range []int64{320, 768, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				b.languages("nl")
				b.media("prefers-color-scheme", scheme)
				b.Size(width, 900)
				b.open(path)
				png, err := chromedp.Run(b.Ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				keep(strings.Trim(strings.ReplaceAll(path, "/", "-"), "-")+"-"+strconv.FormatInt(width, 10)+"-"+scheme, png)
			}
		}
	}
	for _, other := range []*webdriver.Browser{firefox, webkit} {
		v := loopback(t, other)
		v.Size(390, 844)
		for _, path := range append(pages, "/e-mail/werkt-niet/", "/e-mail/iphone-ipad/") {
			v.open(path)
			keep(strings.Trim(strings.ReplaceAll(path, "/", "-"), "-")+"-390-"+other.Name, v.engine.(*webdriver.Page).Screenshot())
		}
	}
	b.media("prefers-color-scheme", "light")
	b.Size(1280, 900)
	b.open(settingsPage)
	clip := cdppage.CaptureScreenshotParams{Clip: &cdppage.Viewport{Width: 1280, Height: 900, Scale: .6}}
	keep("readme", testenv.Call(b.Tab, cdppage.CaptureScreenshot, clip).Data)
}
