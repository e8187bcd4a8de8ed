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
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"wegwijs/cmd/wegwijs/internal/output"
	"wegwijs/cmd/wegwijs/internal/render"
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

// build writes the small site with files laid over it, and gives its folder
// and that of its output.
func buildSite(t *testing.T, dir string, overlays ...string) string {
	t.Helper()
	small, err := os.ReadFile("testdata/small.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range append([]string{string(small)}, overlays...) {
		for _, f := range txtar.Parse([]byte(layer)).Files {
			p := filepath.Join(dir, filepath.FromSlash(f.Name))
			if len(f.Data) == 0 {
				os.Remove(p)
				continue
			}
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"build", "-C", dir}, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("build: got status %d, want 0 and no finding:\n%s", code, stderr.String())
	}
	return filepath.Join(dir, "public")
}

// find gives a program. Where it is not installed the test is skipped with a
// line that says what was not tried; in CI that is a failure.
func find(t *testing.T, names ...string) string {
	t.Helper()
	for _, n := range names {
		for _, p := range []string{n, "/usr/sbin/" + n} {
			if p, err := exec.LookPath(p); err == nil {
				return p
			}
		}
	}
	text := names[0] + " is not installed: its rules were not tried"
	if os.Getenv("CI") == "true" {
		t.Fatal(text)
	}
	t.Skip(text)
	return ""
}

// webServers give for each server its command and its settings, with nothing
// but the rules and what the server cannot start without.
var webServers = map[string]func(t *testing.T, root string, port int) (argv []string, conf string){
	// Of the two lines that include rules the test changes the order, too.
	"nginx": func(t *testing.T, root string, port int) ([]string, string) {
		bin := find(t, "nginx")
		user, types := "", ""
		if os.Getuid() == 0 {
			user = "user root root;"
		}
		if _, err := os.Stat("/etc/nginx/mime.types"); err == nil {
			types = "include /etc/nginx/mime.types;"
		}
		return []string{bin, "-p", root, "-c", root + "/conf", "-e", root + "/run/error.log"}, fmt.Sprintf(`%s
daemon off; master_process off; pid %[2]s/run/pid;
events { }
http {
	%[4]s default_type application/octet-stream;
	access_log off;
	client_body_temp_path %[2]s/run/a; proxy_temp_path %[2]s/run/b; fastcgi_temp_path %[2]s/run/c; uwsgi_temp_path %[2]s/run/d; scgi_temp_path %[2]s/run/e;
	server {
		listen 127.0.0.1:%[3]d;
		root %[2]s/site/public;
		include %[2]s/site/public/rules/nginx.conf;
		include %[2]s/site/public/mail/nginx.conf;
	}
}`, user, root, port, types)
	},
	"apache": func(t *testing.T, root string, port int) ([]string, string) {
		bin := find(t, "apache2", "httpd")
		modules := ""
		for _, d := range []string{"/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2"} {
			if _, err := os.Stat(filepath.Join(d, "mod_rewrite.so")); err == nil {
				modules = d
				break
			}
		}
		if modules == "" {
			t.Fatal("the modules of Apache are not where they were looked for")
		}
		var conf strings.Builder
		fmt.Fprintf(&conf, "ServerRoot %s\nPidFile run/pid\nErrorLog run/error.log\nListen 127.0.0.1:%d\nServerName hulp.example\n", root, port)
		for _, m := range []string{"mpm_event", "authz_core", "mime", "dir", "autoindex", "alias", "headers", "rewrite", "setenvif", "negotiation", "log_config", "unixd"} {
			if so := filepath.Join(modules, "mod_"+m+".so"); exists(so) {
				fmt.Fprintf(&conf, "LoadModule %s_module %s\n", m, so)
			}
		}
		types := "/dev/null"
		if exists("/etc/mime.types") {
			types = "/etc/mime.types"
		}
		conf.WriteString("TypesConfig " + types + "\n")
		if os.Getuid() == 0 {
			conf.WriteString("User nobody\nGroup nogroup\n")
		}
		// As Debian has it: languages and encodings by the endings of names,
		// and no access to .htaccess.
		conf.WriteString("AddLanguage nl .nl\nAddLanguage en .en\nAddLanguage pt-BR .pt-br\nAddEncoding x-gzip .gz\n<FilesMatch \"^\\.ht\">\nRequire all denied\n</FilesMatch>\n")
		fmt.Fprintf(&conf, "<VirtualHost *:%d>\nDocumentRoot %s/site/public\n<Directory %[2]s/site/public>\nAllowOverride All\nOptions Indexes FollowSymLinks\nRequire all granted\n</Directory>\nInclude %[2]s/site/public/mail/apache.conf\n</VirtualHost>\n", port, root)
		return []string{bin, "-DFOREGROUND", "-f", root + "/conf"}, conf.String()
	},
	"caddy": func(t *testing.T, root string, port int) ([]string, string) {
		bin := find(t, "caddy")
		return []string{bin, "run", "--config", root + "/conf", "--adapter", "caddyfile"}, fmt.Sprintf(`{
	admin off
	auto_https off
	storage file_system %[1]s/run
}
http://:%[2]d {
	bind 127.0.0.1
	root * %[1]s/site/public
	import %[1]s/site/public/rules/Caddyfile
	import %[1]s/site/public/mail/caddy.conf
}
`, root, port)
	},
}

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

// startServer starts a server on a port of this machine only and gives its address.
// The server ends with the test; with mailFirst the rules for mail programs
// come before the others.
func startServer(t *testing.T, server, root string, mailFirst bool) string {
	t.Helper()
	run := filepath.Join(root, "run")
	if err := os.MkdirAll(run, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{filepath.Dir(root), root} { // others must come in
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(run, 0o777); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	argv, conf := webServers[server](t, root, port)
	if mailFirst {
		lines := strings.Split(conf, "\n")
		i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "/rules/") })
		lines[i], lines[i+1] = lines[i+1], lines[i]
		conf = strings.Join(lines, "\n")
	}
	if err := os.WriteFile(filepath.Join(root, "conf"), []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "HOME="+run)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a group, so that its workers end with it
	said := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		cmd.Wait()
		close(done)
	}()
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-done
		}
		logged, _ := os.ReadFile(filepath.Join(run, "error.log"))
		for line := range strings.Lines(said.String() + string(logged)) {
			if strings.Contains(line, "[emerg]") || strings.Contains(line, "[warn]") || strings.Contains(line, `"level":"warn"`) && !strings.Contains(line, "byeee") && !strings.Contains(line, "admin endpoint") && !strings.Contains(line, "not formatted") && !strings.Contains(line, "automatic HTTPS") {
				t.Errorf("%s says %s", server, line)
			}
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			c.Close()
			return fmt.Sprintf("http://127.0.0.1:%d", port)
		}
		select {
		case <-done:
			logged, _ := os.ReadFile(filepath.Join(run, "error.log"))
			t.Fatalf("%s ended at once: %s%s", server, said.String(), logged)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen: %s", server, said.String())
		}
	}
}

// answer is what a server said.
type answer struct {
	status int
	header http.Header
	body   string
}

func ask(t *testing.T, method, base, address string) answer {
	t.Helper()
	req, err := http.NewRequest(method, base+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "hulp.example" // as a browser says it, whatever stands before the server
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

// location gives where an answer leads. Apache always names the host.
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
	for _, name := range []string{"nginx", "nginx mail first", "apache", "caddy", "caddy mail first"} {
		server, order, _ := strings.Cut(name, " ")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			public := buildSite(t, filepath.Join(root, "site"), servedSite)
			base := startServer(t, server, root, order != "")
			f, err := os.Open(filepath.Join(public, output.ManifestPath))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			m, err := output.DecodeManifest(f)
			if err != nil {
				t.Fatal(err)
			}
			headers := func(what string, a answer, want []render.Header) {
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
				address := (&url.URL{Path: output.Address(e.Path)}).EscapedPath()
				a := ask(t, "GET", base, address)
				switch {
				case strings.HasPrefix(e.Path, "rules/") || e.Path == ".htaccess" || e.Path == "_headers" || e.Path == "_redirects":
					if a.status != 404 && a.status != 403 {
						t.Errorf("%s: got status %d, want 404: it is not for readers", address, a.status)
					}
				case e.Kind == output.Redirect:
					// below
				case server == "caddy" && strings.HasSuffix(e.Path, "caddy.conf"):
					// Caddy never shows its own configuration.
				default:
					if a.status != 200 || a.body != file(e.Path) {
						t.Errorf("%s: got status %d and %d bytes, want 200 and %d", address, a.status, len(a.body), e.Size)
					}
					if got := a.header.Get("Content-Type"); !sameType(got, e.Type) {
						t.Errorf("%s: got content type %q, want %q", address, got, e.Type)
					}
					headers(address, a, render.Headers(e.Path, e.Immutable))
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
				"/oud/imap/?utm_source=brief&a=b": "/e-mail/imap/",
			} {
				a := ask(t, "GET", base, from)
				got := location(server, a)
				got, _, _ = strings.Cut(got, "?utm")
				if a.status != 301 || !strings.EqualFold(got, to) { // Apache writes %c3
					t.Errorf("%s: got status %d to %q, want 301 to %q", from, a.status, got, to)
				}
			}
			// A folder without its slash.
			for _, from := range []string{"/e-mail", "/en/email/imap-settings", "/oud/imap"} {
				a := ask(t, "GET", base, from)
				if got := location(server, a); a.status/100 != 3 || got != from+"/" && from != "/oud/imap" {
					t.Errorf("%s: got status %d to %q, want a redirect to %s/", from, a.status, got, from)
				}
			}
			for address, page := range map[string]string{
				"/niets": "404.html", "/niets/": "404.html", "/e-mail/niets.html": "404.html", "/e-mail/niets.md": "404.html", "/niets.txt": "404.html", "/niets.json": "404.html", "/niets.mobileconfig": "404.html",
				"/assets/niets.css": "404.html", "/assets/": "404.html", "/rules/nginx.conf": "404.html", "/rules/": "404.html", "/mail/": "404.html",
				"/en/nothing": "en/404.html", "/en/email/nothing/": "en/404.html", "/en/nothing.md": "en/404.html", "/en/nothing.xml": "en/404.html",
				"/pt-BR/nada/": "pt-BR/404.html", "/pt-BR/nada.txt": "pt-BR/404.html",
				"/english/": "404.html", "/en-GB/": "404.html",
			} {
				a := ask(t, "GET", base, address)
				want := 404
				if server == "apache" && (address == "/assets/" || address == "/mail/") {
					want = 403 // a folder without an index
				}
				if a.status != want || a.body != file(page) {
					t.Errorf("%s: got status %d and %.60q, want %d and %s", address, a.status, a.body, want, page)
				}
				if got := a.header.Get("Content-Type"); !sameType(got, "text/html; charset=utf-8") {
					t.Errorf("%s: got content type %q", address, got)
				}
				headers(address, a, render.Headers("404.html", false))
			}
			// The rules of the mail forms stand in the same server.
			for _, address := range []string{"/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml"} {
				a := ask(t, "POST", base, address)
				if a.status != 200 || a.body != file("autodiscover/autodiscover.xml") || !sameType(a.header.Get("Content-Type"), "text/xml; charset=utf-8") {
					t.Errorf("POST %s: got status %d, %q, %d bytes", address, a.status, a.header.Get("Content-Type"), len(a.body))
				}
				headers("POST "+address, a, render.Headers(address, false))
			}
			if a := ask(t, "HEAD", base, "/"); a.status != 200 || a.body != "" {
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
