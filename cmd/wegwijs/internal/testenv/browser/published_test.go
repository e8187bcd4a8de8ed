//go:build unix

package browser

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A publishedSite is a copy of this repository's site that is published, and
// served to readers from there.
type publishedSite struct {
	t      *testing.T
	source string   // the site's own folder
	env    []string // of the program
	front  *front
	base   *url.URL // of the front
	pages  bool     // redirects are pages: nobody serves by rules
}

// A front stands before a web server and notes what is asked of it.
type front struct {
	http.Handler
	mu  sync.Mutex
	log []exchange
}

// An exchange is a request that a browser made, and its answer.
type exchange struct {
	path   string
	status int
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Handler.ServeHTTP(&noting{w, f, r.URL.Path}, r)
}

// noting is a response whose status is noted before it leaves.
type noting struct {
	http.ResponseWriter
	front *front
	path  string
}

func (n *noting) WriteHeader(status int) {
	n.front.mu.Lock()
	n.front.log = append(n.front.log, exchange{n.path, status})
	n.front.mu.Unlock()
	n.ResponseWriter.WriteHeader(status)
}

// forward hands requests on to a web server. It changes nothing but the scheme
// and host of where the server redirects to, which Apache always names, and
// cannot know.
func forward(to *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
		},
		ModifyResponse: func(r *http.Response) error {
			if to, ok := strings.CutPrefix(r.Header.Get("Location"), "http://"+r.Request.Host); ok {
				r.Header.Set("Location", to)
			}
			return nil
		},
		ErrorLog: log.New(io.Discard, "", 0), // browsers drop requests as they please
	}
}

// take returns what was asked since the last time.
func (f *front) take() []exchange {
	f.mu.Lock()
	defer f.mu.Unlock()
	log := f.log
	f.log = nil
	return log
}

// status returns the last answer to a path in a log; 0: it was not asked for.
func status(log []exchange, path string) int {
	for _, e := range slices.Backward(log) {
		if e.path == path {
			return e.status
		}
	}
	return 0
}

const secondRelease = "Dit staat alleen in de tweede uitgave."

// publishSite publishes a copy of the site with redirects. A web server serves
// it with the lines that the manual has for that server; "cdn" stands for an
// object store behind a CDN that does what the manual asks of one.
func publishSite(t *testing.T, server string) *publishedSite {
	t.Helper()
	dir := t.TempDir()
	s := &publishedSite{t: t, source: filepath.Join(dir, "site")}
	for _, name := range []string{"content", "layouts", "i18n"} {
		if err := os.CopyFS(filepath.Join(s.source, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	config, err := os.ReadFile(filepath.Join(root, "site.toml"))
	if err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(dir, "www")
	keys := "type = \"dir\"\npath = \"../www\"\n"
	var store *testenv.S3
	if server == "cdn" {
		store = testenv.StartS3(t)
		s.pages = true
		s.env = []string{"AWS_ACCESS_KEY_ID=" + store.ID, "AWS_SECRET_ACCESS_KEY=" + store.Secret}
		keys = fmt.Sprintf("type = \"s3\"\nendpoint = \"http://%s\"\nbucket = %q\nprefix = \"help/\"\npath_style = true\nregion = \"us-east-1\"\n", store.Endpoint, store.Bucket)
	}
	s.write("site.toml", string(config)+`
[[redirect]]
from = "/oud/imap.php"
to = "e-mail/imap-instellingen.md"

[publish.live]
`+keys)
	s.edit("content/nl/e-mail/pop-of-imap.md", "+++\n", "+++\naliases = [\"/vroeger/kiezen/\"]\n")
	s.write("layouts/root/site.webmanifest", "{}\n")
	s.publish()

	if server == "cdn" {
		rules, err := readHeaders(filepath.Join(s.source, "public/_headers"))
		if err != nil {
			t.Fatal(err)
		}
		s.front = &front{Handler: &testenv.CDN{Store: store, Prefix: "help/", Headers: func(path string, to http.Header) { addHeaders(rules, path, to) }}}
	} else {
		web, err := url.Parse(testenv.StartWeb(t, server, target, manualLines(t, server, target)))
		if err != nil {
			t.Fatal(err)
		}
		s.front = &front{Handler: forward(web)}
	}
	before := httptest.NewUnstartedServer(s.front)
	before.EnableHTTP2 = true
	before.Config.ErrorLog = log.New(io.Discard, "", 0) // browsers drop connections as they please
	before.StartTLS()
	t.Cleanup(before.Close)
	cert := filepath.Join(dir, "cert.pem")
	if err := os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: before.Certificate().Raw}), 0o644); err != nil {
		t.Fatal(err)
	}
	s.env = append(s.env, "SSL_CERT_FILE="+cert)
	if s.base, err = url.Parse(before.URL); err != nil {
		t.Fatal(err)
	}
	return s
}

// manualLines returns the lines that the manual tells a provider to write, for
// another folder.
func manualLines(t *testing.T, server, target string) string {
	t.Helper()
	text, err := exec.Command(program, "help", "publishing").Output()
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)\n```"+server+"\n(.*?)\n```\n").FindAllSubmatch(text, -1)
	if len(m) != 1 {
		t.Fatalf("the manual has %d pieces of configuration for %s, want 1", len(m), server)
	}
	return strings.ReplaceAll(string(m[0][1]), "/srv/help", target)
}

func (s *publishedSite) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.source, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// edit replaces the first place that has old.
func (s *publishedSite) edit(name, old, text string) {
	s.t.Helper()
	src, err := os.ReadFile(filepath.Join(s.source, filepath.FromSlash(name)))
	if err != nil {
		s.t.Fatal(err)
	}
	if !bytes.Contains(src, []byte(old)) {
		s.t.Fatalf("%s has no %q", name, old)
	}
	s.write(name, strings.Replace(string(src), old, text, 1))
}

// publish runs the program, as a provider does, and returns what it says.
func (s *publishedSite) publish() string {
	s.t.Helper()
	c := exec.Command(program, "-C", s.source, "publish", "live", "--yes", "--allow", "sample")
	c.Env = append(os.Environ(), s.env...)
	out, err := c.CombinedOutput()
	if err != nil {
		s.t.Fatalf("publish: %v\n%s", err, out)
	}
	return string(out)
}

// manifest returns what the release that readers have holds.
func (s *publishedSite) manifest() *fileset.Manifest {
	s.t.Helper()
	m, err := fileset.DecodeManifest(s.get("/" + fileset.ManifestPath).Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

// get asks for a file without a browser.
func (s *publishedSite) get(address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.front.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
	return w
}

// reader opens a tab on the published site.
func (s *publishedSite) reader(scripts ...string) *tab {
	s.t.Helper()
	b := newTab(s.t, scripts...)
	b.base = s.base
	b.languages("nl")
	b.Size(1280, 800)
	return b
}

// TestPublished publishes the help centre with the program, serves the link
// current with each web server by the rules of the release itself, or an object
// store with a CDN, and looks at it as a reader's browser does: in CI with all
// four, elsewhere with nginx.
func TestPublished(t *testing.T) {
	chrome.Need(t)
	for _, server := range []string{"nginx", "apache", "caddy", "cdn"} {
		if !testenv.CI() && server != "nginx" {
			continue
		}
		t.Run(server, func(t *testing.T) {
			s := publishSite(t, server)
			t.Run("policy", func(t *testing.T) { s.t = t; s.policyHolds() })
			t.Run("caching", func(t *testing.T) { s.t = t; s.cachingHolds() })
			t.Run("redirects", func(t *testing.T) { s.t = t; s.redirectsLead() })
			t.Run("not found", func(t *testing.T) { s.t = t; s.notFoundSpeaks() })
			t.Run("files", func(t *testing.T) { s.t = t; s.filesAreRight() })
			t.Run("next release", func(t *testing.T) { s.t = t; s.tabsMoveOn() })
		})
	}
}

// trespass tries what the policy forbids, and notes what was refused. Each
// attempt breaks the policy once.
const trespass = `(() => {
  window.refused = [];
  document.addEventListener("securitypolicyviolation", (e) => refused.push(e.effectiveDirective + " " + e.blockedURI));
  const add = (name, attributes, text) => {
    const e = document.createElement(name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    e.textContent = text ?? "";
    document.body.append(e);
  };
  add("script", {}, "window.stolen = true");
  add("script", { src: "https://elders.example/a.js" });
  add("img", { src: "https://elders.example/a.png" });
  add("iframe", { src: "https://elders.example/" });
  add("p", { style: "color: red" });
  fetch("/manifest.json").catch(() => {});
})()`

// policyHolds: no page breaks the policy, and whoever does gets nowhere.
func (s *publishedSite) policyHolds() {
	b := s.reader()
	for _, path := range mainPages {
		b.Forget()
		b.open(path)
		b.quiet(path)
	}
	b.open(settingsPage)
	b.Forget()
	b.Run(trespass)
	b.Until(`refused.length >= 6`)
	refused := eval[[]string](b, `refused.sort()`)
	want := []string{
		"connect-src " + b.address("/manifest.json"),
		"frame-src https://elders.example",
		"img-src https://elders.example/a.png",
		"script-src-elem https://elders.example/a.js",
		"script-src-elem inline",
		"style-src-attr inline",
	}
	if !slices.Equal(refused, want) {
		s.t.Errorf("refused:\n\t%s\nwant:\n\t%s", strings.Join(refused, "\n\t"), strings.Join(want, "\n\t"))
	}
	if eval[bool](b, `"stolen" in window`) {
		s.t.Error("an inline script ran")
	}
}

// cachingHolds: assets are asked for once, pages each time, and do not travel
// again.
func (s *publishedSite) cachingHolds() {
	b := s.reader(noWorker)
	plain := httptest.NewServer(s.front) // Chromium keeps nothing that came with a certificate it does not know
	s.t.Cleanup(plain.Close)
	var err error
	if b.base, err = url.Parse(plain.URL); err != nil {
		s.t.Fatal(err)
	}
	s.front.take()
	b.open(settingsPage)
	first := s.front.take()
	if got := status(first, settingsPage); got != 200 {
		s.t.Fatalf("%s: status %d, want 200", settingsPage, got)
	}
	var assets []string
	for _, e := range first {
		if ext := filepath.Ext(e.path); strings.HasPrefix(e.path, "/assets/") && e.status == 200 && (ext == ".css" || ext == ".js") { // for the icon no page waits
			assets = append(assets, e.path)
		}
	}
	if len(assets) < 2 {
		s.t.Fatalf("the page asked for %d assets, want its style and its script", len(assets))
	}
	for _, step := range []struct {
		path string
		want int
	}{{choicePage, 200}, {settingsPage, 304}, {choicePage, 304}} {
		b.open(step.path)
		log := s.front.take()
		if got := status(log, step.path); got != step.want {
			s.t.Errorf("%s: status %d, want %d", step.path, got, step.want)
		}
		for _, a := range assets {
			if status(log, a) != 0 {
				s.t.Errorf("%s: asked again for %s", step.path, a)
			}
		}
		if got := eval[string](b, `getComputedStyle(document.querySelector("h1")).fontWeight`); got != "700" {
			s.t.Errorf("%s: the page has no style", step.path)
		}
	}
}

// goesTo goes to an address and waits until the page at path is there.
func (b *tab) goesTo(from, path string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(b.address(from)))
	b.Until(fmt.Sprintf(`location.pathname === %q && document.documentElement.classList.contains("ready")`, path))
}

func (s *publishedSite) redirectsLead() {
	b := s.reader(noWorker)
	for from, to := range map[string]string{
		"/oud/imap.php":              settingsPage, // [[redirect]]
		"/vroeger/kiezen/":           choicePage,   // aliases
		"/e-mail/imap-instellingen":  settingsPage, // without its slash
		"/en/email":                  "/en/email/",
		"/vroeger/kiezen/?bron=mail": choicePage,
	} {
		s.front.take()
		b.goesTo(from, to)
		path, _, _ := strings.Cut(from, "?")
		got, want := status(s.front.take(), path), 301
		switch {
		case !strings.Contains(to, path) && s.pages:
			want = 200
		case strings.Contains(to, path) && got == 308: // as Caddy adds a slash
			want = 308
		}
		if got != want {
			s.t.Errorf("%s: status %d, want %d", from, got, want)
		}
	}
}

func (s *publishedSite) notFoundSpeaks() {
	b := s.reader(noWorker)
	for _, lang := range []string{"nl", "en", "de", "fr"} {
		path := "/er-is-niets/"
		if lang != "nl" {
			path = "/" + lang + path
		}
		s.front.take()
		b.open(path)
		if got := status(s.front.take(), path); got != 404 {
			s.t.Errorf("%s: status %d, want 404", path, got)
		}
		if got := eval[string](b, `document.documentElement.lang`); got != lang {
			s.t.Errorf("%s: the page is in %q", path, got)
		}
		if !eval[bool](b, `getComputedStyle(document.querySelector("h1")).fontWeight === "700"`) {
			s.t.Errorf("%s: the page has no style", path)
		}
	}
}

// askAll asks for addresses and returns status, type, sum and content coding of
// each answer.
const askAll = `(async (all) => {
  const got = {};
  for (const [address, method] of all) {
    const answer = await fetch(address, { method, cache: "no-store", redirect: "manual" });
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.arrayBuffer()));
    got[address] = [String(answer.status), answer.headers.get("Content-Type") ?? "", Array.from(sum, (b) => b.toString(16).padStart(2, "0")).join(""), answer.headers.get("Content-Encoding") ?? ""];
  }
  return got;
})`

// filesAreRight compares each file with the manifest: those for readers and
// programs are there, with their type; those for the server are not.
func (s *publishedSite) filesAreRight() {
	b := s.reader(noWorker)
	testenv.Call(b.Tab, cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true}) // the pages themselves may ask for nothing
	b.open("/")
	type want struct {
		status, kind, sum string
		coded             bool
	}
	wants := map[string]want{}
	var asks [][2]string
	add := func(address, method string, w want) {
		asks = append(asks, [2]string{address, method})
		wants[address] = w
	}
	kinds := map[string]bool{}
	files := s.manifest().Files
	coded := map[string]bool{}
	for _, e := range files {
		if e.Coding != "" {
			coded[strings.TrimSuffix(e.Path, e.Coding.Ext())] = true
		}
	}
	for _, e := range files {
		address := (&url.URL{Path: fileset.Address(e.Path)}).EscapedPath()
		switch {
		case e.Coding != "": // browsers get it for the file that it is
		case s.pages && e.Path == ".htaccess", s.pages && e.Path[0] == '_', s.pages && strings.HasPrefix(e.Path, "rules/"): // no secrets, and no use
		case s.pages && strings.HasSuffix(e.Path, ".conf"): // likewise
		case strings.HasPrefix(e.Path, "rules/"), strings.HasPrefix(e.Path, "_"), e.Path == ".htaccess", strings.HasSuffix(e.Path, ".conf"):
			add(address, "GET", want{status: "404"})
		case e.Kind == fileset.Redirect:
		default:
			kinds[filepath.Ext(e.Path)] = true
			add(address, "GET", want{"200", e.Type, e.SHA256, coded[e.Path]})
			if e.Path == "autodiscover/autodiscover.xml" && !s.pages {
				add("/Autodiscover/Autodiscover.xml", "POST", want{"200", e.Type, e.SHA256, false})
			}
		}
	}
	for _, ext := range []string{".html", ".css", ".js", ".svg", ".md", ".json", ".xml", ".txt", ".webmanifest", ".mobileconfig", ".zone"} {
		if !kinds[ext] {
			s.t.Errorf("the release has no %s: this test shows less than it seems", ext)
		}
	}
	arguments, err := json.Marshal(asks)
	if err != nil {
		s.t.Fatal(err)
	}
	for address, got := range eval[map[string][4]string](b, askAll+"("+string(arguments)+")") {
		w := wants[address]
		if got[0] != w.status && (w.status != "404" || got[0] != "403") || w.status == "200" && (!strings.EqualFold(got[1], w.kind) || got[2] != w.sum) {
			s.t.Errorf("%s: got %q, want %+v", address, got, w)
		}
		if w.status == "200" && (got[3] != "") != w.coded {
			s.t.Errorf("%s: it came in the content coding %q, and is there in one: %t", address, got[3], w.coded)
		}
	}
}

// tabsMoveOn publishes a second release while tabs show the first. The server
// is not told of it.
func (s *publishedSite) tabsMoveOn() {
	first := s.manifest()
	old := s.reader(noWorker) // reads on without going anywhere
	old.open(personalPage)
	next := s.reader(noWorker) // goes to another page
	next.open(settingsPage)
	worker := s.reader() // as next, with the service worker and the pages that it keeps
	worker.open(choicePage)
	worker.Until(`navigator.serviceWorker.ready.then(() => caches.open("wegwijs")).then((c) => c.match(` + fmt.Sprintf("%q", choicePage) + `)).then(Boolean)`)
	worker.open(settingsPage)

	s.edit("content/nl/e-mail/pop-of-imap.md", ":::summary\n", ":::summary\n"+secondRelease+" ")
	for _, name := range []string{"site.js", "personal.js", "qr.js", "markdown.js"} {
		src, err := os.ReadFile(filepath.Join(s.source, "layouts/assets", name))
		if err != nil {
			s.t.Fatal(err)
		}
		s.write("layouts/assets/"+name, string(src)+"globalThis.release = 2;\n")
	}
	s.edit("layouts/assets/site.css", ":root {", ":root { --release: 2;")
	config, err := os.ReadFile(filepath.Join(s.source, "site.toml"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("site.toml", string(config)+fmt.Sprintf("url = %q\n\n[[redirect]]\nfrom = \"/nieuw/oud/\"\nto = \"e-mail/pop-of-imap.md\"\n", s.base.String()))
	s.front.take()
	said := s.publish()
	second := s.manifest()
	if first.Release == second.Release {
		s.t.Fatal("the second release is the first")
	}
	if !strings.Contains(said, "all 13 addresses asked give release "+second.Release) {
		s.t.Errorf("publish says:\n%s", said)
	}

	// A tab of the first release loads the rest of its scripts.
	s.front.take()
	old.Do(chromedp.Focus(chromedp.CSS(".personal [type=email]")))
	old.Press("anna@voorbeeld.example\r")
	old.Until(`document.querySelector(".qr svg")`)
	if eval[bool](old, `"release" in globalThis`) {
		s.t.Error("a script of the second release runs in a page of the first")
	}
	log := s.front.take()
	kept := 0
	for _, e := range first.Files {
		if e.Immutable && strings.Contains(e.Path, "/qr.") && status(log, "/"+e.Path) == 200 {
			kept++
		}
	}
	if kept != 1 {
		s.t.Errorf("the old tab did not get its old script: %v", log)
	}
	old.quiet(personalPage)

	// Where the reader goes next is the second release, whole.
	const moved = `document.documentElement.classList.contains("ready") && document.querySelector(".summary")?.textContent.includes("` + secondRelease + `") && globalThis.release === 2 && getComputedStyle(document.documentElement).getPropertyValue("--release").trim() === "2"`
	for _, b := range []*tab{next, worker} {
		b.Run(fmt.Sprintf(`document.querySelector('main a[href="%[1]s"], nav a[href="%[1]s"]').click()`, choicePage))
		b.Until(moved)
		b.quiet(choicePage)
	}
	next.open(settingsPage) // known, and out of date
	next.Until(`globalThis.release === 2`)

	// A redirect of the new release leads on before the server reads its rules.
	next.goesTo("/nieuw/oud/", choicePage)

	// And every old asset still answers, to caches and to readers on their way.
	for _, e := range first.Files {
		if !e.Immutable {
			continue
		}
		resp := s.get("/" + e.Path)
		if got := resp.Header().Get("Cache-Control"); resp.Code != 200 || !strings.Contains(got, "immutable") {
			s.t.Errorf("%s: status %d, Cache-Control %q", e.Path, resp.Code, got)
		}
	}
}
