package browser

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// TestOffline opens one page, takes the network away, and reads what is kept:
// that page, home, the settings and the page for trouble, with their styles and
// scripts; any other address says that there is no network.
func TestOffline(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		server := httptest.NewUnstartedServer(theSite)
		server.Config.ErrorLog = theSite.server.Config.ErrorLog
		server.StartTLS()
		defer server.Close()
		if b.chrome != nil {
			b = &visitor{engine: chromium{newTab(t)}, t: t} // a tab that may keep
			b.Languages("nl")
			b.Size(1280, 800)
		}
		b.base = server.URL
		b.open(choicePage)
		b.Until(`caches.open("wegwijs").then((c) => c.match("/release")).then(Boolean)`)
		server.CloseClientConnections()
		server.Close()

		for _, path := range []string{"/", choicePage, settingsPage, "/e-mail/pop-instellingen/", "/e-mail/smtp-instellingen/", "/e-mail/werkt-niet/"} {
			b.open(path)
			if got := ask[string](b, `getComputedStyle(document.querySelector("h1")).fontWeight + " " + document.querySelector("h1").checkVisibility()`); got != "700 true" {
				t.Errorf("%s without a network: the style sheet is not there: %s", path, got)
			}
		}
		b.open("/e-mail/webmail/")
		if got := ask[string](b, `[...document.querySelectorAll("h1")].filter((e) => e.checkVisibility()).map((e) => e.textContent).join()`); got != "Je bent offline" {
			t.Errorf("a page that is not kept says %q", got)
		}
	})
}

// TestKeptUnasked weighs what is fetched to be readable without a network: it
// is little, and nothing where data is saved.
func TestKeptUnasked(t *testing.T) {
	var unasked atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own := httptest.NewRecorder()
		theSite.ServeHTTP(own, r)
		if r.Header.Get("Sec-Fetch-Dest") == "empty" { // a fetch of the worker
			unasked.Add(int64(own.Body.Len()) + 300) // with its headers
		}
		maps.Copy(w.Header(), own.Header())
		w.WriteHeader(own.Code)
		w.Write(own.Body.Bytes())
	}))
	server.Config.ErrorLog = theSite.server.Config.ErrorLog
	server.StartTLS()
	defer server.Close()

	saver := newTab(t, `Object.defineProperty(navigator, "connection", { value: { saveData: true } });`)
	saver.openAt(server.URL + settingsPage)
	saver.Run(`new Promise((done) => requestIdleCallback(() => setTimeout(done, 100)))`)
	if n := eval[int](saver, `navigator.serviceWorker.getRegistrations().then((r) => r.length)`); n > 0 {
		t.Error("a reader who saves data gets a service worker")
	}

	b := newTab(t)
	b.languages("nl")
	b.openAt(server.URL + choicePage)
	b.Until(`caches.open("wegwijs").then((c) => c.match("/release")).then(Boolean)`)
	if n := unasked.Load(); n > 60_000 || n == 0 {
		t.Errorf("%d bytes were fetched unasked, want at most 60,000", n)
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
