package browser

import (
	"fmt"
	"net"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestOffline opens a section once, takes the network away, and reads a page of
// it that was never opened, with its styles and scripts.
func TestOffline(t *testing.T) {
	chrome.Need(t)
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", offlinePort))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(theSite)
	server.Listener.Close()
	server.Listener = l
	server.Config.ErrorLog = theSite.server.Config.ErrorLog
	server.StartTLS()
	defer server.Close()
	const base = "https://offline.example"

	b := newTab(t)
	b.languages("nl")
	b.Size(1280, 800)
	b.openAt(base + settingsPage)
	pages := eval[[]string](b, `[...document.querySelectorAll(".secnav a")].map((a) => a.href)`)
	if len(pages) < 20 {
		t.Fatalf("the section has %d pages", len(pages))
	}
	kept := `caches.open("wegwijs").then(async (c) => (await Promise.all([...document.querySelectorAll(".secnav a")].map((a) => c.match(a.href)))).every(Boolean))`
	b.untilPromise(kept)
	server.CloseClientConnections()
	server.Close()

	for _, path := range []string{choicePage, personalPage, settingsPage} {
		b.openAt(base + path)
		if got := eval[string](b, `getComputedStyle(document.querySelector("h1")).fontWeight`); got != "700" {
			t.Errorf("%s without a network: the style sheet is not there", path)
		}
	}
	b.openAt(base + personalPage)
	b.Do(chromedp.Focus(chromedp.CSS(".personal [type=email]")))
	b.Press("anna@voorbeeld.example\r")
	b.Until(`document.querySelector(".qr svg")`) // qr.js was never loaded before

	messages, _ := b.Heard()
	for _, m := range messages {
		t.Logf("console: %s", m)
	}
}

// TestOfflinePolicy checks the headers on which the service worker depends:
// it alone may connect, and browsers look for a new one each time.
func TestOfflinePolicy(t *testing.T) {
	r := httptest.NewRecorder()
	theSite.ServeHTTP(r, httptest.NewRequest("GET", "/sw.js", nil))
	if got := r.Header().Get("Content-Security-Policy"); got != "default-src 'none'; script-src 'self'; connect-src 'self'" {
		t.Errorf("policy of /sw.js: %q", got)
	}
	if got := r.Header().Get("Cache-Control"); got != "no-cache" {
		t.Errorf("caching of /sw.js: %q", got)
	}
	r = httptest.NewRecorder()
	theSite.ServeHTTP(r, httptest.NewRequest("GET", "/", nil))
	const want = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; manifest-src 'self'; worker-src 'self'; connect-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	if got := r.Header().Get("Content-Security-Policy"); got != want {
		t.Errorf("policy of the pages: %q", got)
	}
}
