package serve_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

func TestPages(t *testing.T) {
	site := testenv.SmallSite(t)
	site["site.toml"] += "\n[outputs]\ncompress = [\"gzip\"]\n"
	p := show(t, site, serve.Options{})
	for path, want := range map[string]string{
		"/":                     "text/html; charset=utf-8",
		"/en/email/":            "text/html; charset=utf-8",
		"/en/email/index.html":  "text/html; charset=utf-8",
		"/e-mail/imap/index.md": "text/markdown; charset=utf-8",
		"/e-mail/scherm.svg":    "image/svg+xml",
		"/sitemap.xml":          "text/xml; charset=utf-8",
		"/_headers":             "text/plain; charset=utf-8",
		"/index.html.gz":        "application/octet-stream",
		"/_wegwijs/reload.js":   "text/javascript; charset=utf-8",
	} {
		res := p.get(path)
		if res.Code != http.StatusOK || res.Header().Get("Content-Type") != want {
			t.Errorf("%s: %d %s, want 200 %s", path, res.Code, res.Header().Get("Content-Type"), want)
		}
		if got := serve.Tag.MatchString(res.Body.String()); got != strings.HasPrefix(want, "text/html") {
			t.Errorf("%s: reload script: %t", path, got)
		}
		for name, want := range map[string]string{
			"Cache-Control":                "no-store",
			"X-Content-Type-Options":       "nosniff",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security":    "",
			"Access-Control-Allow-Origin":  "",
		} {
			if got := res.Header().Get(name); got != want {
				t.Errorf("%s: %s: %q, want %q", path, name, got, want)
			}
		}
		csp := res.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(path, serve.Own) && (!strings.Contains(csp, "connect-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe")) {
			t.Errorf("%s: Content-Security-Policy %q", path, csp)
		}

		head := p.do(http.MethodHead, path)
		if head.Code != http.StatusOK || head.Body.Len() > 0 {
			t.Errorf("HEAD %s: %d, %d bytes", path, head.Code, head.Body.Len())
		}
		if got, want := head.Header().Get("Content-Length"), fmt.Sprint(res.Body.Len()); got != want && !strings.HasPrefix(path, serve.Own) {
			t.Errorf("HEAD %s: Content-Length %s, want %s", path, got, want)
		}
	}
}

func TestHost(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	everywhere := show(t, testenv.SmallSite(t), serve.Options{Hosts: []string{"0.0.0.0", "laptop.local"}})
	tests := []struct {
		host             string
		here, everywhere bool
	}{
		{"127.0.0.1", true, true},
		{"127.0.0.1:7070", true, true},
		{"127.1.2.3", true, true},
		{"[::1]:7070", true, true},
		{"localhost:7070", true, true},
		{"LOCALHOST.", true, true},
		{"help.localhost", true, true},
		{"192.168.1.20:7070", false, true},
		{"[fe80::1]", false, true},
		{"laptop.local:7070", false, true},
		{"kwaad.example", false, false},
		{"127.0.0.1.kwaad.example", false, false},
		{"localhost.kwaad.example", false, false},
		{"kwaadlocalhost", false, false},
		{"2130706433", false, false}, // 127.0.0.1 as one number
		{"0x7f.1", false, false},
		{"127.0.0.1@kwaad.example", false, false},
	}
	for _, test := range tests {
		for name, c := range map[string]struct {
			p    *shown
			want bool
		}{"on loopback": {p, test.here}, "everywhere": {everywhere, test.everywhere}} {
			for _, path := range []string{"/", serve.Own + "reload.js", "/niets"} {
				res := c.p.get(path, "Host", test.host)
				if got := res.Code != http.StatusForbidden && res.Code != http.StatusBadRequest; got != c.want {
					t.Errorf("%s, Host %s, %s: %d", name, test.host, path, res.Code)
				}
				if !c.want && strings.Contains(res.Body.String(), "Welkom") {
					t.Errorf("%s, Host %s: gave the page away", name, test.host)
				}
			}
		}
	}
	if res := p.get("/", "Host", "kwaad.example"); !strings.Contains(res.Body.String(), "--allow-host kwaad.example") {
		t.Errorf("no way out: %s", res.Body)
	}
}

// TestOtherSites shows that a page of another site, or of another port, learns
// nothing; that it may lead here.
func TestOtherSites(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	tests := []struct {
		site, mode string
		want       int
	}{
		{"same-origin", "cors", 200},
		{"same-origin", "no-cors", 200},
		{"none", "navigate", 200},
		{"cross-site", "navigate", 200},
		{"same-site", "navigate", 200},
		{"cross-site", "no-cors", 403},
		{"cross-site", "cors", 403},
		{"same-site", "no-cors", 403},
		{"same-site", "cors", 403},
		{"cross-site", "", 403},
		{"", "", 200}, // curl
	}
	for _, test := range tests {
		for _, path := range []string{"/", serve.Own + "reload.js", "/e-mail/scherm.svg"} {
			res := p.get(path, "Sec-Fetch-Site", test.site, "Sec-Fetch-Mode", test.mode, "Origin", "https://kwaad.example")
			if res.Code != test.want {
				t.Errorf("%s %s %s: %d, want %d", path, test.site, test.mode, res.Code, test.want)
			}
			for name := range res.Header() {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s: %s", path, name)
				}
			}
		}
	}
	if res := p.get(serve.Own+"events", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"); res.Code != http.StatusForbidden {
		t.Errorf("events for another site: %d", res.Code)
	}
	s := p.listen("")
	for name := range s.header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("events: %s", name)
		}
	}
	if s.header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Error("events: no Cross-Origin-Resource-Policy")
	}
}

func TestMethods(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	for _, m := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"} {
		for _, path := range []string{"/", serve.Own + "events", "/niets"} {
			res := p.do(m, path)
			if res.Code != http.StatusMethodNotAllowed || res.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d, Allow %q", m, path, res.Code, res.Header().Get("Allow"))
			}
		}
	}
}

// raw sends a request as it stands: clients tidy addresses up.
func (p *shown) raw(target string) (status int, location, body string) {
	p.t.Helper()
	c, err := net.Dial("tcp", p.address())
	if err != nil {
		p.t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", target)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		p.t.Fatalf("%s: %v", target, err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Location"), string(data)
}

func TestNothingOutsideTheSite(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	secret := "het geheim van de buren"
	if err := os.WriteFile(filepath.Join(filepath.Dir(p.dir), "geheim.txt"), []byte(secret), 0o644); err != nil {
		t.Fatal(err)
	}
	p.write("geheim.txt", secret)
	p.write("public/geheim.txt", secret)
	p.write("content/nl/.geheim.txt", secret)
	if err := os.Symlink("/etc/passwd", p.file("content/nl/wachtwoorden.txt")); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{
		"/../geheim.txt", "/../../etc/passwd", "/..%2fgeheim.txt", "/%2e%2e/geheim.txt", "/%2e%2e%2fgeheim.txt", "/..%5cgeheim.txt", `/..\geheim.txt`,
		"/e-mail/../../geheim.txt", "/e-mail/%2e%2e/%2e%2e/geheim.txt", "//geheim.txt", "/geheim.txt", "/public/geheim.txt", "/./geheim.txt", "/.geheim.txt", "/nl/.geheim.txt",
		"/wachtwoorden.txt", "/site.toml", "/content/nl/index.md", "/layouts/base.html", "/.verified.toml", "/%00", "/e-mail/%00", "/etc/passwd", "//etc/passwd", "/e-mail//", "/e-mail/./", "/_wegwijs/", "/_wegwijs/../site.toml", "/_wegwijs/serve.go",
	} {
		status, location, body := p.raw(target)
		if status != http.StatusNotFound && status != http.StatusBadRequest || location != "" {
			t.Errorf("%s: %d %s, want 404", target, status, location)
		}
		if strings.Contains(body, secret) || strings.Contains(body, "root:") || strings.Contains(body, "base_url") {
			t.Errorf("%s gave away:\n%s", target, body)
		}
	}
}

func TestRedirectsToTheSlash(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	for target, want := range map[string]string{
		"/e-mail":                       "/e-mail/",
		"/en/email/imap":                "",
		"/en":                           "/en/",
		"/e-mail/imap?a=b&c":            "/e-mail/imap/?a=b&c",
		"/oud/imap":                     "/oud/imap/",
		"//e-mail":                      "",
		"/e-mail/../e-mail":             "",
		"/./e-mail":                     "",
		"//kwaad.example/%2e%2e/e-mail": "",
		"/kwaad.example/%2e%2e/e-mail":  "",
	} {
		status, location, _ := p.raw(target)
		if location != want || (status == http.StatusTemporaryRedirect) != (want != "") {
			t.Errorf("%s: %d to %q, want %q", target, status, location, want)
		}
	}
	if res := p.get("/e-mail"); res.Header().Get("Cache-Control") != "no-store" {
		t.Error("a redirect may be kept, while slugs change")
	}
}

func TestNotFoundInTheLanguage(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	for path, lang := range map[string]string{"/niets": "nl", "/niets/": "nl", "/e-mail/niets/": "nl", "/en/nothing/": "en", "/en/email/nothing.png": "en", "/english/": "nl"} {
		res := p.get(path)
		if res.Code != http.StatusNotFound || !strings.Contains(res.Body.String(), `<html lang="`+lang+`"`) {
			t.Errorf("%s: %d, want 404 in %s:\n%.200s", path, res.Code, lang, res.Body)
		}
		if want := p.get(map[string]string{"nl": "/404.html", "en": "/en/404.html"}[lang]).Body.String(); tagless(res.Body.String()) != tagless(want) {
			t.Errorf("%s: not the error page of the site", path)
		}
	}
	p.edit("site.toml", "base_url", "outputs.not_found = false\nbase_url")
	p.until("/niets", "There is no such page")
	res := p.get("/niets")
	if res.Code != http.StatusNotFound || !serve.Tag.MatchString(res.Body.String()) {
		t.Errorf("a site without an error page: %d:\n%s", res.Code, res.Body)
	}
}

func tagless(page string) string { return serve.Tag.ReplaceAllString(page, "") }

// TestBeforeThereIsASite starts in a folder without a site.
func TestBeforeThereIsASite(t *testing.T) {
	p := show(t, nil, serve.Options{})
	res := p.get("/")
	if res.Code != http.StatusServiceUnavailable || !serve.Tag.MatchString(res.Body.String()) || res.Header().Get("Content-Security-Policy") == "" {
		t.Fatalf("%d:\n%s", res.Code, res.Body)
	}
	s := p.listen("")
	if m := s.checked(); m.Errors == 0 || m.Findings[0].Where != "site.toml" {
		t.Errorf("no mistake at site.toml: %+v", m)
	}
	for name, text := range testenv.SmallSite(t) {
		p.write(name, text)
	}
	s.until("a site without mistakes", func(m message) bool { return m.Checked && m.Errors == 0 })
	if res := p.get("/"); res.Code != http.StatusOK {
		t.Errorf("%d:\n%s", res.Code, res.Body)
	}
}

func TestMessages(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	s := p.listen("")
	first := s.checked()
	if first.Errors != 0 || len(first.Findings) != 0 {
		t.Fatalf("mistakes: %+v", first)
	}
	p.edit("content/nl/e-mail/imap.md", "Zie [POP](pop.md)", "Zie [POP](pup.md)")
	m := s.until("a mistake", func(m message) bool { return m.Errors > 0 })
	f := m.Findings[0]
	if f.Where != "content/nl/e-mail/imap.md:11:5" || !strings.Contains(f.Message, "pup.md") || !strings.Contains(f.Hint, "pop.md") || f.Excerpt != "Zie [POP](pup.md), of [begin opnieuw](/index.md)." || f.Caret != "    ^" {
		t.Errorf("%+v", f)
	}
	if !strings.Contains(p.get("/e-mail/imap/").Body.String(), `href="/e-mail/pop/"`) {
		t.Error("the last good page is gone")
	}
	p.edit("content/nl/e-mail/imap.md", "pup.md", "pop.md")
	s.until("no mistake", func(m message) bool { return m.Checked && m.Errors == 0 })

	p.edit("content/nl/e-mail/scherm.svg", "320", "321")
	s.until("another file", func(m message) bool { return m.Files })

	text := p.read("content/nl/e-mail/pop.md")
	for n := range 9 {
		text += fmt.Sprintf("\n[x](niets%d.md)\n", n)
	}
	p.write("content/nl/e-mail/pop.md", text)
	m = s.until("nine mistakes in two languages", func(m message) bool { return m.Checked && m.Errors == 9 })
	if len(m.Findings) != 5 {
		t.Errorf("%d findings shown, want 5", len(m.Findings))
	}
}

// TestWarningsAreNoOverlay shows that a site with warnings only has nothing to
// lay over its pages.
func TestWarningsAreNoOverlay(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	s := p.listen("")
	s.checked()
	p.edit("content/nl/e-mail/imap.md", "![Het scherm]", "![]")
	m := s.until("a warning", func(m message) bool { return m.Warnings > 0 })
	if m.Errors != 0 || len(m.Findings) != 0 {
		t.Errorf("%+v", m)
	}
}

func TestSeveralBrowsers(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	var all []*stream
	for range 12 {
		all = append(all, p.listen(""))
	}
	ids := map[string]bool{}
	for _, s := range all {
		s.checked()
	}
	p.edit("content/nl/e-mail/pop.md", "Liever", "Veel liever")
	for _, s := range all {
		was := s.last.ID
		m := s.until("the next view", func(m message) bool { return m.ID != was })
		ids[m.ID] = true
	}
	if len(ids) != 1 {
		t.Errorf("browsers are told different things: %v", ids)
	}
}

func TestFollow(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{Follow: true})
	s := p.listen("")
	first := s.checked()
	p.edit("content/en/e-mail/imap.md", "## Receiving", "## Getting")
	m := s.until("the page that was edited", func(m message) bool { return m.Follow != "" })
	if m.Follow != "/en/email/imap-settings/" {
		t.Errorf("follow %q", m.Follow)
	}
	if again := s.checked(); again.Follow != "" {
		t.Errorf("sent there twice: %+v", again)
	}
	// A browser that slept goes there when it comes back, and one that shows
	// the view already does not.
	if m := p.listen(first.ID).checked(); m.Follow != "/en/email/imap-settings/" {
		t.Errorf("after a sleep: follow %q", m.Follow)
	}
	for _, seen := range []string{m.ID, "", "x-1", "vandaag-99999999999999999999"} {
		if m := p.listen(seen).checked(); m.Follow != "" {
			t.Errorf("with view %q: follow %q", seen, m.Follow)
		}
	}
	quiet := show(t, testenv.SmallSite(t), serve.Options{})
	s = quiet.listen("")
	id := s.checked().ID
	quiet.edit("content/en/e-mail/imap.md", "## Receiving", "## Getting")
	if m := s.until("the next view", func(m message) bool { return m.ID != id }); m.Follow != "" {
		t.Errorf("follow %q unasked", m.Follow)
	}
}

// TestViewOfAPage shows that a page says of which view it is, and that another
// run's views are not taken for this one's.
func TestViewOfAPage(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	view := func() string {
		m := regexp.MustCompile(`data-view="([^"]*)"`).FindStringSubmatch(p.get("/").Body.String())
		if m == nil {
			t.Fatal("no view")
		}
		return m[1]
	}
	s := p.listen("")
	if m := s.checked(); m.ID != view() {
		t.Errorf("page of view %s, events of %s", view(), m.ID)
	}
	was := view()
	p.edit("content/nl/index.md", "Begin bij", "Start bij")
	p.until("/", "Start bij")
	if view() == was {
		t.Error("an edited page is of the same view")
	}
	now := view()
	address := p.address()
	p.stop()
	p.start(address)
	if m := p.listen(now).checked(); m.ID == was || m.ID == now {
		t.Errorf("a view of another run: %s", m.ID)
	}
}

func TestBeats(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{Beat: 5 * time.Millisecond})
	s := p.listen("")
	for range 3 {
		select {
		case <-s.beats:
		case <-time.After(20 * time.Second):
			t.Fatal("no beat")
		}
	}
	done := make(chan int)
	go func() { done <- p.do(http.MethodHead, serve.Own+"events").Code }()
	select {
	case code := <-done:
		if code != http.StatusOK {
			t.Errorf("HEAD: %d", code)
		}
	case <-time.After(20 * time.Second):
		t.Error("HEAD of the events does not end")
	}
}

// TestStuckBrowser has a browser that opened its events and does not read. It
// holds up nobody, and is let go.
func TestStuckBrowser(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{Patience: 50 * time.Millisecond})
	c, err := net.Dial("tcp", p.address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.(*net.TCPConn).SetReadBuffer(2048)
	fmt.Fprintf(c, "GET %sevents HTTP/1.1\r\nHost: localhost\r\n\r\n", serve.Own)
	s := p.listen("")
	s.checked()
	for p.live.Subscribers() < 2 {
		time.Sleep(time.Millisecond)
	}
	text := p.read("content/nl/e-mail/pop.md")
	long := strings.Repeat("lang ", 200)
	end := time.Now().Add(60 * time.Second)
	for n := 0; p.live.Subscribers() == 2; n++ {
		if time.Now().After(end) {
			t.Fatalf("still there after %d views", n)
		}
		was := s.last.ID
		p.write("content/nl/e-mail/pop.md", fmt.Sprintf("%s\n[%s](niets%d.md)\n[%s](niets.md)\n", text, long, n, long))
		start := time.Now()
		s.until("the next view", func(m message) bool { return m.ID != was })
		if d := time.Since(start); d > 10*time.Second {
			t.Fatalf("another browser waited %v", d)
		}
	}
	if res := p.get("/"); res.Code != http.StatusOK {
		t.Errorf("%d", res.Code)
	}
	was := s.last.ID
	p.write("content/nl/e-mail/pop.md", text)
	s.until("the next view", func(m message) bool { return m.ID != was })
}

// TestLateReader has a browser that does not read its page.
func TestLateReader(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	p.write("content/nl/groot.zip", strings.Repeat("0123456789abcdef", 1<<16))
	p.until("/groot.zip", "0123456789abcdef")
	for range 20 {
		c, err := net.Dial("tcp", p.address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "GET /groot.zip HTTP/1.1\r\nHost: localhost\r\n\r\n")
	}
	p.edit("content/nl/index.md", "Begin bij", "Start bij")
	p.until("/", "Start bij")
}
