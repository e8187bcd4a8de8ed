//go:build unix

package forms

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/webserver"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A running web server of the kind, with the site's files and rules.
type running struct {
	address string
	root    string
	log     string // its access log
}

// write puts the files of the site in a folder.
func write(t *testing.T, r *mail.Record, s *Site) string {
	t.Helper()
	root := t.TempDir()
	files, _, err := Files(r, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		var b bytes.Buffer
		if err := f.Make(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		testenv.Write(t, filepath.Join(root, f.Path), b.String())
	}
	return root
}

// siteLines holds for each server the lines that a provider writes for the site.
var siteLines = map[string]string{
	"nginx":  "access_log LOG;\nroot ROOT;\ninclude ROOT/mail/nginx.conf;",
	"apache": "CustomLog LOG \"%r\" env=!wegwijs_mail\nDocumentRoot ROOT\n<Directory ROOT>\nRequire all granted\n</Directory>\nInclude ROOT/mail/apache.conf",
	"caddy":  "log {\noutput file LOG\n}\nroot * ROOT\nimport ROOT/mail/caddy.conf\nfile_server",
}

func start(t *testing.T, server string, r *mail.Record, s *Site) running {
	t.Helper()
	logs := t.TempDir()
	if err := os.Chmod(logs, 0o777); err != nil { // the server may run as another user
		t.Fatal(err)
	}
	v := running{root: write(t, r, s), log: filepath.Join(logs, "access.log")}
	v.address = testenv.StartWeb(t, server, v.root, strings.NewReplacer("ROOT", v.root, "LOG", v.log).Replace(siteLines[server]))
	return v
}

// logged returns the access log once it holds text.
func (v running) logged(t *testing.T, text string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		b, err := os.ReadFile(v.log)
		if err == nil && strings.Contains(string(b), text) {
			return string(b)
		}
		if time.Now().After(deadline) {
			t.Fatalf("the log never held %q: %v\n%s", text, err, b)
		}
	}
}

// ask sends a request and returns status, content type and body.
func (v running) ask(t *testing.T, method, host, path string) (int, string, string) {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("<Autodiscover/>")
	}
	req, err := http.NewRequest(method, v.address+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	if body != nil {
		req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	}
	client := &http.Client{
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(data)
}

const threeProducts = `
[[mail]]
id = "a"
name = "A"
domains = ["a.example", "a2.example"]
ROWS
[[mail]]
id = "b"
name = "B"
domains = ["b.example"]
ROWS
[[mail]]
id = "c"
name = "C"
domains = ["c.example"]
[mail.forms] # another provider answers for it
autoconfig = false
autodiscover = false
pacc = false
ROWS
`

func rowsOf(host string) string {
	return fmt.Sprintf("[[mail.server]]\nprotocol = \"imap\"\nhost = \"%s\"\nport = 993\nsecurity = \"tls\"\n[[mail.server]]\nprotocol = \"smtp\"\nhost = \"%[1]s\"\nport = 465\nsecurity = \"tls\"\n", host)
}

func TestSnippets(t *testing.T) {
	one := readFile(t, "example.toml")
	src := threeProducts
	for _, p := range []string{"a", "b", "c"} {
		src = strings.Replace(src, "ROWS", rowsOf("mail."+p+".example"), 1)
	}
	three := read(t, src)
	const (
		xml = "text/xml; charset=utf-8"
		pox = "/autodiscover/autodiscover.xml"
	)
	type request struct {
		method, host, path string
		file               string // what must come back; "" for 404
		ctype              string
	}
	requests := map[string][]request{
		"one product": {
			{"GET", "autodiscover.example.nl", pox, AutodiscoverFile, xml},
			{"POST", "autodiscover.example.nl", pox, AutodiscoverFile, xml},
			{"POST", "example.nl", "/Autodiscover/Autodiscover.xml", AutodiscoverFile, xml},
			{"POST", "example.nl", "/AUTODISCOVER/AUTODISCOVER.XML", AutodiscoverFile, xml},
			{"GET", "example.nl", "/AutoDiscover/autodiscover.xml", AutodiscoverFile, xml},
			{"GET", "autoconfig.example.nl", "/mail/config-v1.1.xml?emailaddress=geheim%40example.nl", AutoconfigFile, xml},
			{"GET", "example.nl", "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=geheim%40example.nl", WellKnownAutoconfig, xml},
			{"GET", "help.example.nl", "/mail/mail-imap.mobileconfig", "mail/mail-imap.mobileconfig", "application/x-apple-aspen-config"},
			{"GET", "ua-auto-config.example.nl", "/.well-known/user-agent-configuration.json", PACCFile, "application/json"},
			{"POST", "example.nl", "/autodiscover/other.xml", "", ""},
			{"GET", "example.nl", "/autodiscover/autodiscover.xml.bak", "", ""},
		},
		"three products": {
			{"POST", "autodiscover.a.example", pox, "mail/a/autodiscover.xml", xml},
			{"POST", "autodiscover.a2.example", pox, "mail/a/autodiscover.xml", xml},
			{"POST", "autodiscover.b.example", "/Autodiscover/Autodiscover.xml", "mail/b/autodiscover.xml", xml},
			{"GET", "autodiscover.b.example", pox, "mail/b/autodiscover.xml", xml},
			{"POST", "AutoDiscover.B.Example", pox, "mail/b/autodiscover.xml", xml},
			{"POST", "autodiscover.b.example.", pox, "mail/b/autodiscover.xml", xml},
			{"POST", "B.EXAMPLE.:8443", "/Autodiscover/autodiscover.XML", "mail/b/autodiscover.xml", xml},
			{"POST", "b.example", pox, "mail/b/autodiscover.xml", xml},
			{"GET", "b.example", "/.well-known/autoconfig/mail/config-v1.1.xml", "mail/b/config-v1.1.xml", xml},
			{"GET", "b.example.", "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=geheim%40b.example", "mail/b/config-v1.1.xml", xml},
			{"GET", "AUTOCONFIG.b.example", "/v1.1/mail/config-v1.1.xml?emailaddress=geheim%40b.example", "mail/b/config-v1.1.xml", xml},
			{"GET", "autoconfig.b.example.", "/mail/config-v1.1.xml", "mail/b/config-v1.1.xml", xml},
			{"GET", "a.example", "/v1.1/mail/config-v1.1.xml", "mail/a/config-v1.1.xml", xml},
			{"GET", "autodiscover.b.example", "/autodiscover/autodiscover.json?Email=geheim%40b.example&Protocol=AutodiscoverV1", "mail/b/autodiscover.json", "application/json"},
			{"GET", "b.example", "/Autodiscover/Autodiscover.json?email=geheim%40b.example&protocol=autodiscoverv1", "mail/b/autodiscover.json", "application/json"},
			{"GET", "b.example", "/autodiscover/autodiscover.json/v1.0/geheim@b.example?PROTOCOL=AUTODISCOVERV1", "mail/b/autodiscover.json", "application/json"},
			{"GET", "help.example.nl", "/autodiscover/autodiscover.json?Protocol=AutodiscoverV1&x=y", "mail/a/autodiscover.json", "application/json"},
			{"GET", "help.example.nl", "/autodiscover/autodiscover.json?Protocol=ActiveSync", "", ""},
			{"GET", "help.example.nl", "/autodiscover/autodiscover.json?Email=geheim@a.example&Protocol=ActiveSync", "", ""},
			{"GET", "b.example", "/AutoDiscover/AutoDiscover.json/v1.0/geheim%40b.example?Protocol=Rest", "", ""},
			{"HEAD", "b.example", "/autodiscover/autodiscover.json/v1.0/geheim@b.example?Protocol=ActiveSync", "", ""},
			{"PUT", "b.example", "/autodiscover/autodiscover.json?Email=geheim@b.example", "", ""},
			{"GET", "c.example", "/autodiscover/autodiscover.json?Email=geheim@c.example&Protocol=AutodiscoverV1", "", ""},
			{"GET", "C.example.", "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=geheim@c.example", "", ""},
			{"GET", "autoconfig.klant.example", "/v1.1/mail/config-v1.1.xml?emailaddress=geheim%40klant.example", AutoconfigFile, xml},
			{"GET", "c.example", "/autodiscover/autodiscover.json?Protocol=AutodiscoverV1", "", ""},
			{"GET", "C.example.", "/.well-known/autoconfig/mail/config-v1.1.xml", "", ""},
			{"POST", "c.example", "/AutoDiscover/AutoDiscover.xml", "", ""},
			{"GET", "ua-auto-config.B.example.", "/.well-known/user-agent-configuration.json", "mail/b/user-agent-configuration.json", "application/json"},
			{"POST", "help.example.nl", "/mail/b/autodiscover.xml", "mail/b/autodiscover.xml", xml},
			{"GET", "help.example.nl", "/mail/b/autodiscover.xml", "mail/b/autodiscover.xml", xml},
			{"GET", "help.example.nl", "/mail/nginx.conf", "", ""},
			{"GET", "help.example.nl", "/mail/apache.conf", "", ""},
			{"GET", "help.example.nl", "/mail/caddy.conf", "", ""},
			{"POST", "autodiscover.c.example", pox, "", ""},
			{"GET", "autodiscover.c.example", "/Autodiscover/Autodiscover.xml", "", ""},
			{"POST", "help.example.nl", pox, AutodiscoverFile, xml},
			{"POST", "autodiscover.klant.example", pox, AutodiscoverFile, xml}, // a customer's own domain
			{"GET", "autoconfig.a.example", "/mail/config-v1.1.xml", "mail/a/config-v1.1.xml", xml},
			{"GET", "autoconfig.b.example", "/mail/config-v1.1.xml?emailaddress=geheim%40b.example", "mail/b/config-v1.1.xml", xml},
			{"GET", "autoconfig.c.example", "/mail/config-v1.1.xml", "", ""},
			{"GET", "autoconfig.klant.example", "/mail/config-v1.1.xml", AutoconfigFile, xml},
			{"GET", "a.example", "/.well-known/autoconfig/mail/config-v1.1.xml", WellKnownAutoconfig, xml},
			{"GET", "ua-auto-config.b.example", "/.well-known/user-agent-configuration.json", "mail/b/user-agent-configuration.json", "application/json"},
			{"GET", "ua-auto-config.c.example", "/.well-known/user-agent-configuration.json", "", ""},
			{"GET", "help.example.nl", "/mail/c-imap.mobileconfig", "mail/c-imap.mobileconfig", "application/x-apple-aspen-config"},
		},
	}
	for _, server := range webserver.Servers {
		for name, r := range map[string]*mail.Record{"one product": one, "three products": three} {
			t.Run(server+" "+name, func(t *testing.T) {
				v := start(t, server, r, example())
				for _, q := range requests[name] {
					status, ctype, body := v.ask(t, q.method, q.host, q.path)
					what := fmt.Sprintf("%s %s %s", q.method, q.host, q.path)
					if q.file == "" {
						if status != http.StatusNotFound && !(q.method != http.MethodGet && status == http.StatusMethodNotAllowed) {
							t.Errorf("%s: got status %d, want 404", what, status)
						}
						continue
					}
					want, err := os.ReadFile(filepath.Join(v.root, q.file))
					if err != nil {
						t.Fatal(err)
					}
					// A charset after what JSON and profiles need does no harm; XML needs all of it.
					if status != http.StatusOK || body != string(want) || !strings.HasPrefix(strings.ToLower(ctype), q.ctype) {
						t.Errorf("%s: got status %d, %s, %d bytes; want 200, %s, the %d bytes of %s", what, status, ctype, len(body), q.ctype, len(want), q.file)
					}
				}
				// What holds no address is logged, and stands last.
				v.ask(t, "GET", "help.example.nl", "/openbaar?x=bekend")
				if logged := v.logged(t, "bekend"); strings.Contains(logged, "geheim") {
					t.Errorf("the log holds a reader's address:\n%s", logged)
				}
			})
		}
	}
}

func TestRoutesParts(t *testing.T) {
	r := readFile(t, "example.toml")
	for _, server := range webserver.Servers {
		s := example()
		all := string(Routes(r, s).Rules(server))
		for _, part := range []string{"autodiscover", "config-v1", "mobileconfig"} {
			if !strings.Contains(all, part) {
				t.Errorf("%s: no rule for %s", server, part)
			}
		}
		if strings.Contains(all, "example\\.nl") {
			t.Errorf("%s: rules by host for one product:\n%s", server, all)
		}
		s.Off = []Form{FormAutodiscover}
		if part := string(Routes(r, s).Rules(server)); strings.Contains(part, "/autodiscover") {
			t.Errorf("%s: rules for a form that is off:\n%s", server, part)
		}
	}
	if got := Routes(r, example()).Rules("iis"); got != nil {
		t.Errorf("an unknown server: got %s", got)
	}
	if got := Routes(&mail.Record{}, example()).Rules("nginx"); got != nil {
		t.Errorf("no product: got %s", got)
	}
}
