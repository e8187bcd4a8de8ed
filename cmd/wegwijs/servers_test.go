//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/pages/webserver"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// servedSite is laid over the small site: three languages, of which one has a
// code with capitals; redirects of every kind; a page, a folder and a file
// with names that need encoding; a service worker; mail settings.
const servedSite = `
-- site.toml --
title = "Hulp"
base_url = "https://hulp.example"
default_language = "nl"

[languages.nl]
name = "Nederlands"

[languages.en]
name = "English"

[languages.pt-BR]
name = "Português"

[provider]
name = "Voorbeeld"

[outputs]
compress = ["br", "gzip"]

[security]
contact = "mailto:security@hulp.example"
expires = 2027-01-01

[[redirect]]
from = "/weg/"
to = "https://elders.example/een pad/?x=$host&y={path}"

[[redirect]]
from = "/oud.html"
to = "/en/"

[[redirect]]
from = "/oud/een spatie/"
to = "e-mail/pop.md"

[[redirect]]
from = "/oud/caf%C3%A9(1)+$x/"
to = "e-mail/vragen.md"

[[redirect]]
from = "/oud/{host}/"
to = "e-mail/prijs.md"

[[redirect]]
from = "/oud/100%25{/"
to = "e-mail/prijs.md"

[[redirect]]
from = "/en/old/"
to = "en/e-mail/imap.md"

[[mail]]
id = "hosting"
name = "Hosting"
domains = ["voorbeeld.example"]

[[mail.server]]
protocol = "imap"
host = "imap.voorbeeld.example"
port = 993
security = "tls"

[[mail.server]]
protocol = "smtp"
host = "smtp.voorbeeld.example"
port = 465
security = "tls"
-- content/nl/e-mail/vragen.md --
+++
title = "Vragen"
slug = "één-vraag"
+++
![x](een%20plaatje.svg)
-- content/nl/e-mail/prijs.md --
+++
title = "Prijs"
slug = "prijs"
+++
-- content/nl/e-mail/een plaatje.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>
-- content/nl/e-mail/handleiding.pdf --
%PDF-
-- content/nl/e-mail/adressen.csv --
a;b
-- i18n/pt-BR.toml --
language = "Idioma"
sections = "Temas"
notice = "Ainda não traduzida: {language}."
updated = "Atualizada em {date}"
pages = { one = "{count} página", many = "{count} páginas", other = "{count} páginas" }
not_found_title = "Não encontrada"
moved = "Mudou"
-- layouts/root/sw.js --
const release = {{ .Release }}
-- layouts/root/site.webmanifest --
{}
-- layouts/assets/module.mjs --
export {}
`

// buildSite writes the small site with files laid over it. It returns its folder
// and that of its output.
func buildSite(t *testing.T, dir string, overlays ...string) string {
	t.Helper()
	for name, text := range testenv.SmallSite(t, overlays...) {
		testenv.Write(t, filepath.Join(dir, name), text)
	}
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"build", "-C", dir}, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("build: got status %d, want 0 and no finding:\n%s", code, stderr.String())
	}
	return filepath.Join(dir, "public")
}

// siteLines are the lines that a provider writes for the site: where it is,
// and its two files of rules.
var siteLines = map[string]string{
	"nginx":  "root %[1]s;\ninclude %[1]s/rules/nginx.conf;\ninclude %[1]s/mail/nginx.conf;",
	"apache": "DocumentRoot %[1]s\n<Directory %[1]s>\nAllowOverride All\nOptions Indexes FollowSymLinks\nRequire all granted\n</Directory>\nInclude %[1]s/mail/apache.conf",
	"caddy":  "root * %[1]s\nimport %[1]s/rules/Caddyfile\nimport %[1]s/mail/caddy.conf",
}

// answer is what a server said.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask asks for an address as a browser that takes the content codings in
// accept, which may be "".
func ask(t *testing.T, method, base, address, accept string) answer {
	t.Helper()
	return askWith(t, method, base, address, map[string]string{"Accept-Encoding": accept})
}

// askWith asks with some headers; empty ones are left out.
func askWith(t *testing.T, method, base, address string, header map[string]string) answer {
	t.Helper()
	req, err := http.NewRequest(method, base+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "hulp.example" // as a browser says it, whatever stands before the server
	for name, value := range header {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	client := &http.Client{
		Timeout:       20 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// location returns where an answer leads. Apache always names the host.
func location(server string, a answer) string {
	to := a.header.Get("Location")
	if server == "apache" {
		if u, err := url.Parse(to); err == nil && u.Hostname() == "hulp.example" {
			u.Scheme, u.Host = "", ""
			to = u.String()
		}
	}
	return to
}

// sameType reports whether a content type is the one wanted; letter case and
// spaces do not matter, a charset does where the one wanted has one.
func sameType(got, want string) bool {
	g, gp, gerr := mime.ParseMediaType(got)
	w, wp, _ := mime.ParseMediaType(want)
	return gerr == nil && g == w && strings.EqualFold(gp["charset"], wp["charset"])
}

// TestServerRules serves a build with the rules that were built with it, on
// the real servers.
func TestServerRules(t *testing.T) {
	for _, name := range []string{"nginx", "nginx mail first", "nginx with brotli", "apache", "caddy", "caddy mail first"} {
		server, how, _ := strings.Cut(name, " ")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			public := buildSite(t, filepath.Join(t.TempDir(), "site"), servedSite)
			lines := strings.Split(fmt.Sprintf(siteLines[server], public), "\n")
			switch how {
			case "mail first":
				lines[1], lines[2] = lines[2], lines[1]
			case "with brotli":
				lines = append(lines, "brotli_static on;")
			}
			base := testenv.StartWeb(t, server, public, strings.Join(lines, "\n"))
			f, err := os.Open(filepath.Join(public, fileset.ManifestPath))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			m, err := fileset.DecodeManifest(f)
			if err != nil {
				t.Fatal(err)
			}
			headers := func(what string, a answer, want []webserver.Header) {
				t.Helper()
				for _, h := range want {
					if got := a.header.Values(h.Name); len(got) != 1 || got[0] != h.Value {
						t.Errorf("%s: got %s %q, want once %q", what, h.Name, got, h.Value)
					}
				}
			}
			file := func(p string) string {
				data, err := os.ReadFile(filepath.Join(public, filepath.FromSlash(p)))
				if err != nil {
					t.Fatal(err)
				}
				return string(data)
			}
			for _, e := range m.Files {
				address := (&url.URL{Path: fileset.Address(e.Path)}).EscapedPath()
				a := ask(t, "GET", base, address, "")
				switch {
				case e.Coding != "": // below
				case strings.HasPrefix(e.Path, "rules/") || e.Path == ".htaccess" || e.Path == "_headers" || e.Path == "_redirects" || strings.HasSuffix(e.Path, ".conf"):
					if a.status != 404 {
						t.Errorf("%s: got status %d, want 404: it is not for readers", address, a.status)
					}
				case e.Kind == fileset.Redirect:
					// below
				default:
					if a.status != 200 || a.body != file(e.Path) {
						t.Errorf("%s: got status %d and %d bytes, want 200 and %d", address, a.status, len(a.body), e.Size)
					}
					if got := a.header.Get("Content-Type"); !sameType(got, e.Type) {
						t.Errorf("%s: got content type %q, want %q", address, got, e.Type)
					}
					headers(address, a, webserver.Headers(e.Path, e.Immutable))
				}
			}
			for from, to := range map[string]string{
				"/oud/imap/":                      "/e-mail/imap/",
				"/weg/":                           "https://elders.example/een%20pad/?x=%24host&y=%7Bpath%7D",
				"/oud.html":                       "/en/",
				"/oud/een%20spatie/":              "/e-mail/pop/",
				"/oud/caf%C3%A9(1)+$x/":           "/e-mail/%C3%A9%C3%A9n-vraag/",
				"/oud/caf%c3%a9%281%29%2B%24x/":   "/e-mail/%C3%A9%C3%A9n-vraag/",
				"/oud/%7Bhost%7D/":                "/e-mail/prijs/",
				"/oud/{host}/":                    "/e-mail/prijs/",
				"/oud/100%25%7b/":                 "/e-mail/prijs/",
				"/en/old/":                        "/en/email/imap-settings/",
				"/oud/imap/?utm_source=brief&a=b": "/e-mail/imap/?utm_source=brief&a=b",
			} {
				a := ask(t, "GET", base, from, "")
				got := location(server, a)
				if a.status != 301 || !strings.EqualFold(got, to) { // Apache writes %c3
					t.Errorf("%s: got status %d to %q, want 301 to %q", from, a.status, got, to)
				}
			}
			// A folder without its slash.
			for from, to := range map[string]string{
				"/e-mail": "/e-mail/", "/en/email/imap-settings": "/en/email/imap-settings/", "/e-mail?a=b": "/e-mail/?a=b",
				"/e-mail/%C3%A9%C3%A9n-vraag?x": "/e-mail/%C3%A9%C3%A9n-vraag/?x", "/oud/imap": "/e-mail/imap/",
			} {
				a := ask(t, "GET", base, from, "")
				if got := location(server, a); a.status != 301 || !strings.EqualFold(got, to) {
					t.Errorf("%s: got status %d to %q, want 301 to %q", from, a.status, got, to)
				}
			}
			for address, page := range map[string]string{
				"/niets": "404.html", "/niets/": "404.html", "/e-mail/niets.html": "404.html", "/e-mail/niets.md": "404.html", "/niets.txt": "404.html", "/niets.json": "404.html", "/niets.mobileconfig": "404.html",
				"/assets/niets.css": "404.html", "/assets/": "404.html", "/assets": "404.html", "/rules": "404.html", "/mail": "404.html", "/.well-known": "404.html", "/mail/nginx.conf": "404.html", "/rules/nginx.conf": "404.html", "/rules/": "404.html", "/mail/": "404.html",
				"/en/nothing": "en/404.html", "/en/email/nothing/": "en/404.html", "/en/nothing.md": "en/404.html", "/en/nothing.xml": "en/404.html",
				"/pt-BR/nada/": "pt-BR/404.html", "/pt-BR/nada.txt": "pt-BR/404.html",
				"/english/": "404.html", "/en-GB/": "404.html",
			} {
				a := ask(t, "GET", base, address, "")
				if a.status != 404 || a.body != file(page) {
					t.Errorf("%s: got status %d and %.60q, want 404 and %s", address, a.status, a.body, page)
				}
				if got := a.header.Get("Content-Type"); !sameType(got, "text/html; charset=utf-8") {
					t.Errorf("%s: got content type %q", address, got)
				}
				headers(address, a, webserver.Headers("404.html", false))
			}
			// Who takes a coding gets the file that is there in it.
			coded := 0
			for _, e := range m.Files {
				if e.Coding == "" {
					continue
				}
				coded++
				plain := strings.TrimSuffix(e.Path, e.Coding.Ext())
				address := (&url.URL{Path: fileset.Address(plain)}).EscapedPath()
				status := 200
				if strings.HasSuffix(plain, "404.html") {
					address, status = strings.TrimSuffix(address, "404.html")+"niets", 404
				}
				for accept, want := range map[string]fileset.Coding{"gzip": fileset.Gzip, "deflate, gzip;q=1.0, *;q=0.5": fileset.Gzip, "gzip, deflate, br, zstd": fileset.Brotli, "br": fileset.Brotli, "identity": "", "deflate": ""} {
					if want == fileset.Brotli && name != "nginx with brotli" && server == "nginx" {
						if want = fileset.Gzip; accept == "br" {
							want = ""
						}
					}
					a := ask(t, "GET", base, address, accept)
					stored := plain
					if want != "" {
						stored += want.Ext()
					}
					if a.status != status || a.header.Get("Content-Encoding") != string(want) || a.body != file(stored) {
						t.Errorf("%s, Accept-Encoding %q: got status %d, Content-Encoding %q, %d bytes; want %d, %q, those of %s", address, accept, a.status, a.header.Get("Content-Encoding"), len(a.body), status, want, stored)
					}
					if got := a.header.Get("Content-Type"); !sameType(got, e.Type) {
						t.Errorf("%s, Accept-Encoding %q: got content type %q, want %q", address, accept, got, e.Type)
					}
					if got := a.header.Values("Vary"); !strings.Contains(strings.Join(got, ", "), "Accept-Encoding") {
						t.Errorf("%s, Accept-Encoding %q: got Vary %q, want Accept-Encoding in it", address, accept, got)
					}
					headers(address, a, webserver.Headers(plain, e.Immutable))
				}
			}
			if coded < 30 {
				t.Errorf("the site has %d compressed files: this test shows less than it seems", coded)
			}
			// The rules of the mail forms stand in the same server.
			for _, address := range []string{"/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml"} {
				a := ask(t, "POST", base, address, "")
				if a.status != 200 || a.body != file("autodiscover/autodiscover.xml") || !sameType(a.header.Get("Content-Type"), "text/xml; charset=utf-8") {
					t.Errorf("POST %s: got status %d, %q, %d bytes", address, a.status, a.header.Get("Content-Type"), len(a.body))
				}
				headers("POST "+address, a, webserver.Headers(address, false))
			}
			if a := ask(t, "HEAD", base, "/", ""); a.status != 200 || a.body != "" {
				t.Errorf("HEAD /: got status %d", a.status)
			}
			for _, address := range []string{"/../site.toml", "/..%2fsite.toml", "/%2e%2e/site.toml", "/assets/..%2f..%2fsite.toml"} {
				conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", address)
				said, _ := io.ReadAll(conn)
				conn.Close()
				if strings.Contains(string(said), "default_language") {
					t.Errorf("%s gives a file outside the site", address)
				}
			}
		})
	}
}

// TestNegotiation asks the real servers for compressed files in ways that
// seldom browsers, caches and attackers do.
func TestNegotiation(t *testing.T) {
	for _, name := range []string{"nginx", "nginx with brotli", "nginx only brotli", "apache", "apache only gzip", "caddy"} {
		server, how, _ := strings.Cut(name, " ")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			codings, line := `["br", "gzip"]`, ""
			switch how {
			case "only brotli":
				codings, line = `["br"]`, "\nbrotli_static on;"
			case "with brotli":
				line = "\nbrotli_static on;"
			case "only gzip":
				codings = `["gzip"]`
			}
			archive := "-- layouts/root/logs.tar.gz --\nof the author\n-- layouts/root/lijst.csv.gz --\nof the author\n-- layouts/root/lijst.csv.br --\nof the author\n"
			public := buildSite(t, filepath.Join(t.TempDir(), "site"), strings.Replace(servedSite, `["br", "gzip"]`, codings, 1)+archive)
			base := testenv.StartWeb(t, server, public, fmt.Sprintf(siteLines[server], public)+line)
			br, gzip := strings.Contains(codings, "br") && (server != "nginx" || line != ""), strings.Contains(codings, "gzip")
			best := ""
			switch {
			case br:
				best = "br"
			case gzip:
				best = "gzip"
			}
			second := "" // without brotli
			if gzip {
				second = "gzip"
			}
			const page = "/e-mail/pop/"
			vary := func(what string, a answer) {
				t.Helper()
				if got := a.header.Values("Vary"); len(got) != 1 || got[0] != "Accept-Encoding" {
					t.Errorf("%s: got Vary %q, want once Accept-Encoding", what, got)
				}
			}
			for accept, want := range map[string]string{
				"br;q=0, gzip": second, "br; q=0, gzip": second, "br;q=0.000, gzip;q=1.0": second, "gzip;q=0": "", "br;q=0": "", "br;q=0,gzip;q=0": "",
				"br;q=0.1": best, "xbr, gzip": second, "brx": "", "gzip, br": best, "gzip,br": best, "deflate,gzip;q=0.001": second, "deflate": "",
			} {
				if !br && strings.HasPrefix(accept, "br;q=0.1") {
					want = ""
				}
				a := ask(t, "GET", base, page, accept)
				if got := a.header.Get("Content-Encoding"); a.status != 200 || got != want {
					t.Errorf("Accept-Encoding %q: got status %d, coding %q, want %q", accept, a.status, got, want)
				}
				vary("Accept-Encoding "+accept, a)
			}
			// What is no file is not there, in every coding.
			for _, address := range []string{"/index.html/niets", "/e-mail/pop/index.html/", "/e-mail/pop/index.html/niets.html", "/sitemap.xml/a/b", "/e-mail/niets/"} {
				for _, accept := range []string{"", "br", "gzip", "gzip, br"} {
					if a := ask(t, "GET", base, address, accept); a.status != 404 {
						t.Errorf("%s, Accept-Encoding %q: got status %d, want 404", address, accept, a.status)
					}
				}
			}
			// A file of the author is what it is, whatever its name.
			for _, address := range []string{"/logs.tar.gz", "/lijst.csv.gz", "/lijst.csv.br"} {
				a := ask(t, "GET", base, address, "gzip, br")
				if got := a.header.Get("Content-Encoding"); a.status != 200 || got != "" || a.body != "of the author\n" {
					t.Errorf("%s: got status %d, coding %q, %q", address, a.status, got, a.body)
				}
			}
			// Each coding is a file of its own for caches: it has its own tag,
			// its own bytes to ask a part of, and headers without the body.
			tags := map[string]string{}
			for _, accept := range []string{"", "gzip", "br"} {
				with := func(method, name, value string) answer {
					return askWith(t, method, base, page, map[string]string{"Accept-Encoding": accept, name: value})
				}
				a := with("GET", "", "")
				tag := a.header.Get("Etag")
				if tag == "" {
					t.Fatalf("coding %q: no ETag", accept)
				}
				if other, ok := tags[tag]; ok && other != a.header.Get("Content-Encoding") {
					t.Errorf("the codings %q and %q have one tag, %s", accept, other, tag)
				}
				tags[tag] = a.header.Get("Content-Encoding")
				if same := with("GET", "If-None-Match", tag); same.status != 304 {
					t.Errorf("coding %q: asked again, got status %d, want 304", accept, same.status)
				} else {
					vary("304", same)
				}
				part := with("GET", "Range", "bytes=10-19")
				if server == "nginx" && part.status == 200 && part.body == a.body && part.header.Get("Content-Range") == "" {
					// nginx gives compressed files whole, as a server may (RFC 9110 §14.2).
				} else if part.status != 206 || part.body != a.body[10:20] || part.header.Get("Content-Range") != fmt.Sprintf("bytes 10-19/%d", len(a.body)) {
					t.Errorf("coding %q: a part: got status %d, %q, %d bytes", accept, part.status, part.header.Get("Content-Range"), len(part.body))
				}
				head := with("HEAD", "", "")
				if head.status != 200 || head.body != "" || head.header.Get("Content-Encoding") != a.header.Get("Content-Encoding") || head.header.Get("Etag") != tag || head.header.Get("Content-Type") != a.header.Get("Content-Type") {
					t.Errorf("coding %q: HEAD: got status %d, %v, want %v", accept, head.status, head.header, a.header)
				}
				vary("HEAD", head)
				for _, method := range []string{"GET", "HEAD"} {
					a := askWith(t, method, base, "/e-mail/niets/", map[string]string{"Accept-Encoding": accept, "Range": "bytes=0-9"})
					if got := a.header.Get("Content-Range"); a.status != 404 || got != "" || method == "GET" && len(a.body) < 20 {
						t.Errorf("%s a part of what is not there: got status %d, Content-Range %q, %d bytes", method, a.status, got, len(a.body))
					}
				}
			}
			for tag := range tags {
				if a := askWith(t, "GET", base, page, map[string]string{"Accept-Encoding": "identity", "If-None-Match": tag}); (a.status == 304) != (tags[tag] == "") {
					t.Errorf("the tag of coding %q, asked without coding: got status %d", tags[tag], a.status)
				}
			}
		})
	}
}

// TestFolderOfAHost serves a site in a folder of another site, as a link in
// that one's root: every address works below the folder, and what stands beside
// it is left as it is.
func TestFolderOfAHost(t *testing.T) {
	over := strings.Replace(servedSite, `"https://hulp.example"`, `"https://www.provider.example/help.centrum"`, 1)
	for server, lines := range map[string]string{
		"nginx":  "root %[1]s;\ninclude %[1]s/help.centrum/rules/nginx.conf;\ninclude %[1]s/help.centrum/mail/nginx.conf;",
		"apache": "DocumentRoot %[1]s\n<Directory %[1]s>\nAllowOverride All\nOptions Indexes FollowSymLinks\nRequire all granted\n</Directory>\nInclude %[1]s/help.centrum/mail/apache.conf",
		"caddy":  "root * %[1]s\nimport %[1]s/help.centrum/rules/Caddyfile\nimport %[1]s/help.centrum/mail/caddy.conf\nfile_server",
	} {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			public := buildSite(t, filepath.Join(dir, "site"), over)
			www := filepath.Join(dir, "www")
			testenv.Write(t, filepath.Join(www, "index.html"), "<p>the provider's own site</p>")
			testenv.Write(t, filepath.Join(www, "assets", "own.css"), "a{}")
			if err := os.Symlink(public, filepath.Join(www, "help.centrum")); err != nil {
				t.Fatal(err)
			}
			base := testenv.StartWeb(t, server, www, fmt.Sprintf(lines, www))
			f, err := os.Open(filepath.Join(public, fileset.ManifestPath))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			m, err := fileset.DecodeManifest(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range m.Files {
				if e.Kind == fileset.Redirect || e.Kind == fileset.NotFound || e.Coding != "" || webserver.Hidden(e.Path) {
					continue
				}
				a := ask(t, "GET", base, "/help.centrum"+(&url.URL{Path: fileset.Address(e.Path)}).EscapedPath(), "")
				if a.status != http.StatusOK || len(a.body) != int(e.Size) {
					t.Errorf("%s: got status %d and %d bytes, want %d", e.Path, a.status, len(a.body), e.Size)
				}
				// nginx has the rules of mail files outside those of the folder.
				if got, want := a.header.Get("Cache-Control"), webserver.Headers(e.Path, e.Immutable)[1].Value; got != want && !strings.HasPrefix(e.Path, "mail/") {
					t.Errorf("%s: Cache-Control: got %q, want %q", e.Path, got, want)
				}
			}
			for address, want := range map[string]string{
				"/help.centrum":             "301 /help.centrum/",
				"/help.centrum/oud.html":    "301 /help.centrum/en/",
				"/help.centrum/oud/imap":    "301 /help.centrum/e-mail/imap/",
				"/help.centrum/e-mail":      "301 /help.centrum/e-mail/",
				"/help.centrum/en/geen/":    "404 Not found",
				"/help.centrum/geen/":       "404 Niet gevonden",
				"/help.centrum/rules/x":     "404 Niet gevonden",
				"/":                         "200 the provider's own site",
				"/assets/own.css":           "200 a{}",
				"/helpxcentrum/":            "404 ",
				"/help.centrum.example/x":   "404 ",
				"/oud.html":                 "404 ",
				"/help.centrum/e-mail/imap": "301 /help.centrum/e-mail/imap/",
			} {
				a := ask(t, "GET", base, address, "")
				status, text, _ := strings.Cut(want, " ")
				got := a.body
				if status == "301" {
					got = location(server, a)
					if got != text {
						t.Errorf("%s: got %d to %q, want %s", address, a.status, got, want)
					}
				}
				if fmt.Sprint(a.status) != status || !strings.Contains(got, text) {
					t.Errorf("%s: got %d %.80q, want %s", address, a.status, got, want)
				}
				if own := !strings.HasPrefix(address, "/help.centrum/") && address != "/help.centrum"; own && a.header.Get("Content-Security-Policy") != "" {
					t.Errorf("%s: the site beside it has our policy", address)
				}
			}
			for _, r := range []string{"GET /.well-known/autoconfig/mail/config-v1.1.xml", "POST /autodiscover/autodiscover.xml", "POST /Autodiscover/Autodiscover.xml"} {
				method, address, _ := strings.Cut(r, " ")
				if a := ask(t, method, base, address, ""); a.status != http.StatusOK || !strings.Contains(a.body, "mail.hulp.example") && !strings.Contains(a.body, "<") {
					t.Errorf("%s: got %d %.80q", r, a.status, a.body)
				}
			}
			if a := ask(t, "POST", base, "/help.centrum/", ""); a.status != http.StatusMethodNotAllowed {
				t.Errorf("POST: got %d, want 405", a.status)
			}
		})
	}
}

// TestAnswers asks the servers one table of requests: each is answered as it
// should be, and by all alike.
func TestAnswers(t *testing.T) {
	long := strings.Repeat("a", 300)
	type request struct {
		method, address string
		status          int
		location        string
	}
	requests := []request{
		{"GET", "/", 200, ""}, {"HEAD", "/e-mail/", 200, ""}, {"GET", "/e-mail/?x=1", 200, ""}, {"GET", "/index.html", 200, ""},
		{"GET", "/e-mail", 301, "/e-mail/"}, {"GET", "/e-mail?x=1&y=%20", 301, "/e-mail/?x=1&y=%20"}, {"HEAD", "/en/email", 301, "/en/email/"},
		// An old address in one hop, with its query.
		{"GET", "/oud/imap", 301, "/e-mail/imap/"}, {"GET", "/oud/imap/", 301, "/e-mail/imap/"}, {"GET", "/oud/imap/?x=1", 301, "/e-mail/imap/?x=1"},
		{"GET", "/oud/imap?x=%2F&x=%C3%A9", 301, "/e-mail/imap/?x=%2F&x=%C3%A9"}, {"GET", "/oud.html?x", 301, "/en/?x"}, {"GET", "/Oud/imap/", 404, ""},
		{"GET", "/weg/", 301, "https://elders.example/een%20pad/?x=%24host&y=%7Bpath%7D"}, {"GET", "/weg?z=1", 301, "https://elders.example/een%20pad/?x=%24host&y=%7Bpath%7D&z=1"},
		{"GET", "/assets/oud/plaat.png", 301, "/e-mail/imap/"}, {"GET", "/assets/oud/plaat.png?x=1", 301, "/e-mail/imap/?x=1"}, {"GET", "/assets/oud/niets.png", 404, ""},
		{"GET", "/anker/", 301, "/e-mail/imap/?a=b#stap"}, {"GET", "/anker/?c=d", 301, "/e-mail/imap/?a=b&c=d#stap"},
		// Files are read.
		{"PUT", "/", 405, ""}, {"DELETE", "/e-mail/", 405, ""}, {"TRACE", "/", 405, ""}, {"TRACE", "/e-mail/pop/", 405, ""}, {"POST", "/e-mail/", 405, ""}, {"PATCH", "/sitemap.xml", 405, ""},
		{"OPTIONS", "/", 405, ""}, {"PUT", "/niets/", 405, ""}, {"PUT", "/autodiscover/autodiscover.xml", 405, ""}, {"DELETE", "/mail/config-v1.1.xml", 405, ""}, {"POST", "/autodiscover/autodiscover.xml", 200, ""},
		{"PROPFIND", "/", 405, ""}, {"PUT", "/nieuw.html", 405, ""}, {"DELETE", "/en/email/", 405, ""},
		// No file has such a name.
		{"GET", "/" + long, 404, ""}, {"GET", "/" + long + "/", 404, ""}, {"GET", "/en/" + long + "/x", 404, ""}, {"GET", "/e-mail/" + strings.Repeat("b", 256), 404, ""}, {"GET", "/" + strings.Repeat("%C3%A9", 140), 404, ""},
		{"GET", strings.Repeat("/abcdefg", 500), 404, ""}, {"GET", "/" + strings.Repeat("c", 250) + ".html", 404, ""},
		{"GET", "/%0a/", 404, ""}, {"GET", "/%5c/", 404, ""}, {"GET", "/%ff/", 404, ""}, {"GET", "/*", 404, ""}, {"GET", "/[a]/", 404, ""}, {"GET", "/%7bhost%7d/", 404, ""}, {"GET", "/%25/", 404, ""}, {"GET", "/~root/", 404, ""},
		{"GET", "/e-mail/pop/index.html/", 404, ""}, {"GET", "/e-mail/pop/index.html/x", 404, ""}, {"GET", "/con/", 404, ""}, {"GET", "/.git/config", 404, ""}, {"GET", "/$1", 404, ""},
		// Folders without a page, and what is for servers.
		{"GET", "/assets", 404, ""}, {"GET", "/assets/", 404, ""}, {"GET", "/rules", 404, ""}, {"GET", "/rules/", 404, ""}, {"GET", "/rules/nginx.conf", 404, ""}, {"GET", "/rules/Caddyfile", 404, ""}, {"GET", "/rules/mail-names.txt", 404, ""},
		{"GET", "/mail", 404, ""}, {"GET", "/mail/", 404, ""}, {"GET", "/mail/nginx.conf", 404, ""}, {"GET", "/mail/apache.conf", 404, ""}, {"GET", "/mail/caddy.conf", 404, ""}, {"GET", "/.well-known", 404, ""}, {"GET", "/.well-known/", 404, ""},
		{"GET", "/.htaccess", 404, ""}, {"GET", "/_headers", 404, ""}, {"GET", "/_redirects", 404, ""},
		{"GET", "//e-mail//pop/", 200, ""}, {"GET", "/e-mail/./pop/", 200, ""}, {"GET", "/%65-mail/", 200, ""},
		// A compressed file by its own name is what is in it.
		{"GET", "/index.html.br", 200, ""}, {"GET", "/e-mail/index.html.gz", 200, ""}, {"GET", "/en/email/index.md.br", 200, ""}, {"GET", "/sitemap.xml.gz", 200, ""}, {"GET", "/niets.html.br", 404, ""}, {"GET", "/en/niets.js.gz", 404, ""},
	}
	site := servedSite + "\n-- site.toml --\n" + strings.Split(strings.Split(servedSite, "-- site.toml --\n")[1], "-- content")[0] + "\n[[redirect]]\nfrom = \"/assets/oud/plaat.png\"\nto = \"/e-mail/imap/\"\n[[redirect]]\nfrom = \"/anker/\"\nto = \"/e-mail/imap/?a=b#stap\"\n"
	public := buildSite(t, filepath.Join(t.TempDir(), "site"), site)
	said := map[string][]string{}
	for _, server := range []string{"nginx", "apache", "caddy"} {
		base := testenv.StartWeb(t, server, public, fmt.Sprintf(siteLines[server], public))
		for _, r := range requests {
			a := ask(t, r.method, base, r.address, "")
			got := location(server, a)
			if a.status != r.status || got != r.location {
				t.Errorf("%s: %s %.80s: got status %d to %q, want %d to %q", server, r.method, r.address, a.status, got, r.status, r.location)
			}
			kind, coding := a.header.Get("Content-Type"), a.header.Get("Content-Encoding")
			if a.status == 200 || a.status == 404 {
				if media, p, err := mime.ParseMediaType(kind); err == nil {
					kind = media + " " + strings.ToLower(p["charset"])
				}
				said[r.method+" "+r.address] = append(said[r.method+" "+r.address], fmt.Sprintf("%d %s %s %d", a.status, kind, coding, len(a.body)))
			}
			if a.status == 200 && (strings.HasSuffix(r.address, ".br") && coding != "br" || strings.HasSuffix(r.address, ".gz") && coding != "gzip") {
				t.Errorf("%s: %s: got coding %q", server, r.address, coding)
			}
			if a.status == 404 && !strings.Contains(a.body, "<html") {
				t.Errorf("%s: %s: got %.60q, want the error page", server, r.address, a.body)
			}
		}
	}
	for what, answers := range said {
		if slices.ContainsFunc(answers, func(s string) bool { return s != answers[0] }) {
			t.Errorf("%.80s: nginx, Apache and Caddy say %q", what, answers)
		}
	}
}
