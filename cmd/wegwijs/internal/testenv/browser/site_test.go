package browser

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A builtSite is a site in a folder, and a server for it.
type builtSite struct {
	dir    string
	base   *url.URL // its own address, as in site.toml
	server *httptest.Server
	plain  *httptest.Server // over http
	mute   *httptest.Server // over http, with a policy that lets no script run
	rules  []headerRule
	pages  []page
}

// A page is one HTML file of the site.
type page struct {
	path     string // URL path: /en/email/
	file     string // below the folder: en/email/index.html
	lang     string // of its interface
	redirect bool   // it only leads elsewhere
	missing  bool   // it is the page for addresses that do not exist
	borrowed bool   // its text is that of another language
}

var (
	langRE    = regexp.MustCompile(`<html lang="?([A-Za-z-]+)`)
	noIndexRE = regexp.MustCompile(`name="?robots"? content="?noindex`)
	searchRE  = regexp.MustCompile(`<body class="?is-search`)
	refreshRE = regexp.MustCompile(`http-equiv="?refresh`)
	baseRE    = regexp.MustCompile(`(?m)^base_url\s*=\s*"([^"]+)"`)
)

// build builds the site in the folder site with the program, and returns what
// that says.
func build(site, out string) (said string, err error) {
	abs, err := filepath.Abs(out)
	if err != nil {
		return "", err
	}
	msg, err := exec.Command(program, "-C", site, "build", "-o", abs).CombinedOutput()
	if err != nil {
		return string(msg), fmt.Errorf("build the site in %s: %w\n%s", site, err, msg)
	}
	return string(msg), nil
}

// buildSite builds the site in the folder site and serves it.
func buildSite(site, out string) (*builtSite, error) {
	if _, err := build(site, out); err != nil {
		return nil, err
	}
	return serveSite(site, out)
}

// serveSite serves what was built of the site in the folder site.
func serveSite(site, out string) (*builtSite, error) {
	abs, err := filepath.Abs(out)
	if err != nil {
		return nil, err
	}
	config, err := os.ReadFile(filepath.Join(site, "site.toml"))
	if err != nil {
		return nil, err
	}
	m := baseRE.FindSubmatch(config)
	if m == nil {
		return nil, fmt.Errorf("no base_url in %s/site.toml", site)
	}
	s := &builtSite{dir: abs}
	if s.base, err = url.Parse(string(m[1])); err != nil {
		return nil, err
	}
	if err := s.findPages(); err != nil {
		return nil, err
	}
	if s.rules, err = readHeaders(filepath.Join(abs, "_headers")); err != nil {
		return nil, err
	}
	s.server = httptest.NewUnstartedServer(s)
	s.server.EnableHTTP2 = true
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // browsers drop connections as they please
	s.server.StartTLS()
	s.plain = httptest.NewServer(s)
	s.mute = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ServeHTTP(scriptless{w}, r)
	}))
	return s, nil
}

func (s *builtSite) Close() {
	for _, server := range []*httptest.Server{s.server, s.plain, s.mute} {
		server.Close()
	}
}

// A scriptless is an answer whose policy forbids scripts.
type scriptless struct{ http.ResponseWriter }

func (w scriptless) WriteHeader(status int) {
	w.Header().Set("Content-Security-Policy", "script-src 'none'")
	w.ResponseWriter.WriteHeader(status)
}

// resolverRules lead the site's own name to the server, and all others nowhere.
func (s *builtSite) resolverRules() string {
	return fmt.Sprintf("MAP %s:443 %s, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", s.base.Hostname(), s.server.Listener.Addr())
}

func (s *builtSite) findPages() error {
	return filepath.WalkDir(s.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".html" {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.dir, name)
		if err != nil {
			return err
		}
		p := page{file: filepath.ToSlash(rel), redirect: refreshRE.Match(data)}
		if m := langRE.FindSubmatch(data); m != nil {
			p.lang = string(m[1])
		}
		dir, base := path.Split(p.file)
		switch base {
		case "index.html":
			p.path = "/" + dir
		case "404.html":
			p.path, p.missing = "/"+dir+"there-is-no-such-page/", true
		default:
			p.path = "/" + p.file
		}
		p.borrowed = !p.redirect && !p.missing && noIndexRE.Match(data) && !searchRE.Match(data)
		s.pages = append(s.pages, p)
		return nil
	})
}

// readable returns the pages that a reader sees.
func (s *builtSite) readable() []page {
	return slices.DeleteFunc(slices.Clone(s.pages), func(p page) bool { return p.redirect })
}

// own returns the pages that a reader sees, without those whose text is that of
// another language but for three of each: the others look like these.
func (s *builtSite) own() []page {
	borrowed := map[string]int{}
	return slices.DeleteFunc(s.readable(), func(p page) bool {
		if p.borrowed {
			borrowed[p.lang]++
		}
		return p.borrowed && borrowed[p.lang] > 3
	})
}

// address returns the whole address of a path.
func (s *builtSite) address(path string) string {
	return strings.TrimSuffix(s.base.String(), "/") + path
}

// read returns a file of the site.
func (s *builtSite) read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
}

// A headerRule is one block of _headers.
type headerRule struct {
	pattern *regexp.Regexp
	set     [][2]string
	unset   []string
}

func readHeaders(name string) ([]headerRule, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rules []headerRule
	for in := bufio.NewScanner(f); in.Scan(); {
		line := in.Text()
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case !strings.HasPrefix(line, " "):
			re := "^" + strings.ReplaceAll(regexp.QuoteMeta(line), `\*`, ".*") + "$"
			rules = append(rules, headerRule{pattern: regexp.MustCompile(re)})
		case len(rules) == 0:
			return nil, fmt.Errorf("%s: a header before the first address: %s", name, line)
		default:
			r := &rules[len(rules)-1]
			line = strings.TrimSpace(line)
			if rest, ok := strings.CutPrefix(line, "! "); ok {
				r.unset = append(r.unset, rest)
			} else if k, v, ok := strings.Cut(line, ":"); ok {
				r.set = append(r.set, [2]string{k, strings.TrimSpace(v)})
			}
		}
	}
	return rules, nil
}

// addHeaders does what the rules say of an address.
func addHeaders(rules []headerRule, path string, to http.Header) {
	for _, rule := range rules {
		if rule.pattern.MatchString(path) {
			for _, k := range rule.unset {
				to.Del(k)
			}
			for _, h := range rule.set {
				to.Set(h[0], h[1])
			}
		}
	}
}

// ServeHTTP answers as a static host does that follows _headers and sends the
// compressed files that are there.
func (s *builtSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	addHeaders(s.rules, r.URL.Path, w.Header())
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	data, err := s.read(name)
	if err != nil {
		s.notFound(w, r)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", contentType(name))
	}
	s.send(w, r, name, data, http.StatusOK)
}

// send sends a file that holds data, compressed where the browser takes that.
func (s *builtSite) send(w http.ResponseWriter, r *http.Request, name string, data []byte, status int) {
	if strings.Contains(r.Header.Get("Accept-Encoding"), "br") {
		if packed, err := s.read(name + ".br"); err == nil {
			w.Header().Set("Content-Encoding", "br")
			data = packed
		}
	}
	w.Header().Set("Vary", "Accept-Encoding")
	w.WriteHeader(status)
	w.Write(data)
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// notFound answers with the nearest 404 page, which is that of the language.
func (s *builtSite) notFound(w http.ResponseWriter, r *http.Request) {
	for dir := path.Dir(path.Clean(r.URL.Path)); ; dir = path.Dir(dir) {
		name := path.Join(strings.TrimPrefix(dir, "/"), "404.html")
		if data, err := s.read(name); err == nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			s.send(w, r, name, data, http.StatusNotFound)
			return
		}
		if dir == "/" {
			http.NotFound(w, r)
			return
		}
	}
}
