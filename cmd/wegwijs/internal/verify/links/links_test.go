package links

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A site misbehaves in every way that other sites were seen to.
type site struct {
	mu    sync.Mutex
	asked []string // method and path of each request
	now   int      // requests that are being answered
	most  int      // the most at the same time
	tries map[string]int
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+r.URL.Path)
	s.now++
	s.most = max(s.most, s.now)
	s.tries[r.URL.Path]++
	try := s.tries[r.URL.Path]
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.now--
		s.mu.Unlock()
	}()
	head := r.Method == http.MethodHead
	page := func(body string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, body)
	}
	switch r.URL.Path {
	case "/good", "/good/", "/new":
		page(`<h2 id="here">x</h2><a name="there">y</a><h2 id="user-content-readme">z</h2>`)
	case "/script":
		page(`<script src="x.js"></script>`)
	case "/huge":
		w.Header().Set("Content-Type", "text/html")
		for i := 0; i < 64 && r.Context().Err() == nil; i++ {
			w.Write(make([]byte, 64<<10))
		}
	case "/head-405", "/head-404", "/head-403", "/head-501", "/head-500":
		if head {
			var status int
			fmt.Sscanf(r.URL.Path, "/head-%d", &status)
			w.WriteHeader(status)
			return
		}
		page("x")
	case "/head-reset":
		if head {
			panic(http.ErrAbortHandler)
		}
		page("x")
	case "/reset":
		panic(http.ErrAbortHandler)
	case "/gone":
		w.WriteHeader(http.StatusGone)
	case "/forbidden":
		w.WriteHeader(http.StatusForbidden)
	case "/login":
		w.WriteHeader(http.StatusUnauthorized)
	case "/999":
		w.WriteHeader(999)
	case "/law":
		w.WriteHeader(http.StatusUnavailableForLegalReasons)
	case "/500":
		w.WriteHeader(http.StatusInternalServerError)
	case "/503":
		w.WriteHeader(http.StatusServiceUnavailable)
	case "/429":
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	case "/429-then-good":
		if try < 3 {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	case "/429-long":
		w.Header().Set("Retry-After", "86400")
		w.WriteHeader(http.StatusTooManyRequests)
	case "/429-date":
		w.Header().Set("Retry-After", "Sat, 28 Nov 2026 12:00:30 GMT")
		w.WriteHeader(http.StatusTooManyRequests)
	case "/moved":
		http.Redirect(w, r, "/new", http.StatusMovedPermanently)
	case "/moved-308":
		http.Redirect(w, r, "/moved", http.StatusPermanentRedirect)
	case "/moved-for-now":
		http.Redirect(w, r, "/new", http.StatusFound)
	case "/moved-mixed":
		http.Redirect(w, r, "/moved-for-now", http.StatusMovedPermanently)
	case "/slash":
		http.Redirect(w, r, "/good/", http.StatusMovedPermanently)
	case "/good-slash":
		http.Redirect(w, r, "/good-slash/", http.StatusMovedPermanently)
	case "/good-slash/":
		page("x")
	case "/moved-to-nothing":
		http.Redirect(w, r, "/weg", http.StatusMovedPermanently)
	case "/round":
		http.Redirect(w, r, "/round-2", http.StatusFound)
	case "/round-2":
		http.Redirect(w, r, "/round", http.StatusFound)
	case "/self":
		http.Redirect(w, r, "/self", http.StatusFound)
	case "/endless":
		http.Redirect(w, r, fmt.Sprintf("/endless?n=%d", len(s.asked)), http.StatusFound)
	case "/300":
		w.WriteHeader(http.StatusMultipleChoices)
	case "/no-content":
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// waits are pauses that were asked for, and take no time.
type waits struct {
	mu   sync.Mutex
	list []time.Duration
}

func (w *waits) wait(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, d)
	return ctx.Err()
}

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// check asks for addresses and returns the code and message of each finding, with
// "site" for the address of the server.
func check(t *testing.T, o Options, base string, urls ...string) []string {
	t.Helper()
	var list []Link
	for i, u := range urls {
		if strings.HasPrefix(u, "/") {
			u = base + u
		}
		list = append(list, Link{u, diag.Pos{File: "content/nl/a.md", Line: i + 1, Col: 3}})
	}
	ds, err := Check(t.Context(), list, o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range ds {
		if d.Severity != diag.Warning {
			t.Errorf("%s is no warning", d.Msg)
		}
		got = append(got, strings.ReplaceAll(fmt.Sprintf("%d %s: %s | %s", d.Pos.Line, d.Code, d.Msg, d.Hint), base, "site"))
	}
	return got
}

func serve(t *testing.T) (*site, string) {
	s := &site{tries: map[string]int{}}
	server := httptest.NewServer(s)
	server.Config.ErrorLog = nil
	t.Cleanup(server.Close)
	return s, server.URL
}

// TestAnswers: what each kind of site says is sorted into what is broken, moved,
// refused and unreachable.
func TestAnswers(t *testing.T) {
	for path, want := range map[string]string{
		"/good": "", "/good/": "", "/huge": "", "/no-content": "", "/head-405": "", "/head-404": "", "/head-403": "", "/head-501": "", "/head-500": "", "/head-reset": "",
		"/good#here": "", "/good#there": "", "/good#readme": "", "/script#made": "", "/huge#deep": "", "/good#top": "", "/good#:~:text=x": "", "/good#L12": "", "/good#!/a": "", "/good#a=b": "",
		"/good#weg":         "link-broken: site/good#weg is broken: the page has no such place",
		"/weg":              "link-broken: site/weg is not there: the site answers 404",
		"/gone":             "link-broken: site/gone is not there: the site answers 410",
		"/moved-to-nothing": "link-broken: site/moved-to-nothing is not there: the site answers 404",
		"/round":            "link-broken: site/round is broken: its redirects go round",
		"/self":             "link-broken: site/self is broken: its redirects go round",
		"/endless":          "link-broken: site/endless is broken: its redirects go round",
		"/moved":            "link-moved: site/moved has moved for good | write site/new",
		"/moved-308#here":   "link-moved: site/moved-308#here has moved for good | write site/new#here",
		"/slash":            "link-moved: site/slash has moved for good | write site/good/",
		"/good-slash":       "",
		"/moved-for-now":    "", "/moved-mixed": "",
		"/forbidden":     "link-refused: site/forbidden could not be checked: the site answers 403",
		"/login":         "link-refused: site/login could not be checked: the site answers 401",
		"/300":           "link-refused: site/300 could not be checked: the site answers 300",
		"/999":           "link-refused: site/999 could not be checked: the site answers 999",
		"/law":           "link-refused: site/law could not be checked: the site answers 451",
		"/429":           "link-refused: site/429 could not be checked: the site answers 429",
		"/429-long":      "link-refused: site/429-long could not be checked: the site answers 429",
		"/429-then-good": "",
		"/500":           "link-unreachable: site/500 gives an error of its server: 500",
		"/503":           "link-unreachable: site/503 gives an error of its server: 503",
		"/reset":         "link-unreachable: site/reset does not answer: the connection was broken off",
	} {
		t.Run(path, func(t *testing.T) {
			_, base := serve(t)
			got := check(t, Options{Wait: new(waits).wait, Now: func() time.Time { return noon }}, base, path)
			if want == "" && got != nil || want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], "1 "+want)) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestNoAnswer: what goes wrong before a site says anything.
func TestNoAnswer(t *testing.T) {
	failing := func(err error) http.RoundTripper {
		return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}
	}
	_, base := serve(t)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String() + "/"
	closed.Close()
	for name, c := range map[string]struct {
		url, why string
		o        Options
	}{
		"no such name":           {"https://nergens.nl/", "there is no site with this name", Options{Transport: failing(&net.DNSError{IsNotFound: true})}},
		"no answer of the names": {"https://nergens.nl/", "its name could not be looked up", Options{Transport: failing(&net.DNSError{IsTemporary: true})}},
		"a wrong certificate":    {secure.URL + "/x", "its certificate is not right", Options{}},
		"no encryption":          {strings.Replace(base, "http:", "https:", 1) + "/good", "it has no encrypted connection", Options{}},
		"nobody listens":         {nobody, "it takes no connections", Options{}},
		"too slow":               {"http://" + silent.Addr().String() + "/", "it takes too long", Options{Timeout: 50 * time.Millisecond}}, // it never answers, however long
		"broken off":             {"http://x.nl/", "the connection was broken off", Options{Transport: failing(errors.New("reset"))}},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Wait = new(waits).wait
			got := check(t, c.o, base, c.url)
			if len(got) != 1 || !strings.HasPrefix(got[0], "1 link-unreachable: ") || !strings.Contains(got[0], " does not answer: "+c.why+" | ") {
				t.Errorf("got %q, want %q", got, c.why)
			}
		})
	}
}

// TestPolite: a host gets one question at a time, with a pause between two, each
// address once; it is given the time that it asks for.
func TestPolite(t *testing.T) {
	s, base := serve(t)
	w := new(waits)
	check(t, Options{Wait: w.wait, Pause: time.Second}, base, "/good", "/good", "/good#here", "/head-404", "/new", "/good", "/no-content")
	if s.most != 1 {
		t.Errorf("%d questions at the same time, want 1", s.most)
	}
	if want := []string{"HEAD /good", "GET /good", "HEAD /head-404", "GET /head-404", "HEAD /new", "HEAD /no-content"}; !slices.Equal(s.asked, want) {
		t.Errorf("asked %q, want %q", s.asked, want)
	}
	if want := slices.Repeat([]time.Duration{time.Second}, 4); !slices.Equal(w.list, want) {
		t.Errorf("waited %v, want %v", w.list, want)
	}
	for path, want := range map[string][]time.Duration{
		"/429": {7 * time.Second, 7 * time.Second}, "/429-date": {30 * time.Second, 30 * time.Second}, "/429-long": nil, "/503": nil, "/weg": nil,
	} {
		w := new(waits)
		check(t, Options{Wait: w.wait, Now: func() time.Time { return noon }}, base, path)
		if !slices.Equal(w.list, want) {
			t.Errorf("%s: waited %v, want %v", path, w.list, want)
		}
	}
}

// TestCache: an answer is not asked for again while it is young; trouble is asked
// about again at once. A file that is broken is as good as none.
func TestCache(t *testing.T) {
	s, base := serve(t)
	now := noon
	o := Options{Cache: filepath.Join(t.TempDir(), "a", "links.json"), Now: func() time.Time { return now }, Wait: new(waits).wait}
	urls := []string{"/good", "/weg", "/moved", "/forbidden", "/500"}
	first := check(t, o, base, urls...)
	asked := func() []string {
		s.mu.Lock()
		defer s.mu.Unlock()
		var paths []string
		for _, a := range s.asked {
			_, p, _ := strings.Cut(a, " ")
			if !slices.Contains(paths, p) && slices.Contains(urls, p) {
				paths = append(paths, p)
			}
		}
		s.asked = nil
		slices.Sort(paths)
		return paths
	}
	asked()
	for _, c := range []struct {
		after time.Duration
		want  []string
	}{
		{time.Hour, []string{"/500"}},
		{25 * time.Hour, []string{"/500", "/forbidden", "/weg"}},
		{8 * 24 * time.Hour, []string{"/500", "/forbidden", "/good", "/moved", "/weg"}},
		{-time.Hour, []string{"/500", "/forbidden", "/good", "/moved", "/weg"}}, // the clock was set back
	} {
		now = now.Add(c.after)
		if again := check(t, o, base, urls...); !slices.Equal(again, first) {
			t.Errorf("after %v: got %q, want %q", c.after, again, first)
		}
		if got := asked(); !slices.Equal(got, c.want) {
			t.Errorf("after %v: asked for %q, want %q", c.after, got, c.want)
		}
	}
	for _, text := range []string{"", "{", `{"version": 9, "answers": {}}`, `[]`} {
		if err := os.WriteFile(o.Cache, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := check(t, o, base, urls...); !slices.Equal(got, first) {
			t.Errorf("with the file %q: got %q, want %q", text, got, first)
		}
	}
}

// TestNotAsked: addresses that were made up are not asked for, and neither are
// those that are none of the web.
func TestNotAsked(t *testing.T) {
	o := Options{Wait: new(waits).wait, Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		t.Error("somebody was asked")
		return nil, errors.New("no")
	}}}
	if got := check(t, o, "", "https://voorbeeld.example/", "http://www.example.com/a", "https://x.test", "https://localhost:8000/", "mailto:a@b.nl", "https://imap.jouw.invalid/", "http://printer.local/"); got != nil {
		t.Errorf("got %q", got)
	}
}

// TestStopped: who stops the program does not wait for other sites.
func TestStopped(t *testing.T) {
	_, base := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Check(ctx, []Link{{URL: base + "/good"}}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was stopped", err)
	}
}
