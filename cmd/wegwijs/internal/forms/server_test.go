//go:build unix

package forms

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/mail"
)

// A running web server of the kind, with the site's files and rules.
type running struct {
	port int
	root string
	log  string // its access log; "" when it keeps none
}

// write puts the files of the site in a folder that any user can read.
func write(t *testing.T, r *mail.Record, s *Site) string {
	t.Helper()
	root := t.TempDir()
	for _, d := range []string{filepath.Dir(root), root} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files, _, err := Files(r, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		var b bytes.Buffer
		if err := f.Make(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, "site", filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "run"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(root, "run"), 0o777); err != nil {
		t.Fatal(err)
	}
	return root
}

// find gives a program, or skips the test with a line that says what was not
// tried.
func find(t *testing.T, names ...string) string {
	t.Helper()
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
	}
	absent(t, names[0]+" is not installed: its rules were not tried")
	return ""
}

// absent skips a test for want of a program; where everything must be there it
// fails.
func absent(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// configs give the arguments of each server and its settings, with nothing
// but the rules and what a server cannot start without.
var configs = map[string]func(t *testing.T, root string, port int) (argv []string, conf string){
	"nginx": func(t *testing.T, root string, port int) ([]string, string) {
		bin := find(t, "nginx")
		user := ""
		if os.Getuid() == 0 {
			user = "user root root;"
		}
		return []string{bin, "-p", root, "-c", root + "/conf", "-e", root + "/run/error.log"}, fmt.Sprintf(`%s
daemon off; master_process off; pid %[2]s/run/pid;
events { }
http {
	access_log %[2]s/run/access.log;
	client_body_temp_path %[2]s/run/a; proxy_temp_path %[2]s/run/b; fastcgi_temp_path %[2]s/run/c; uwsgi_temp_path %[2]s/run/d; scgi_temp_path %[2]s/run/e;
	server { listen 127.0.0.1:%[3]d; root %[2]s/site; include %[2]s/site/mail/nginx.conf; }
}`, user, root, port)
	},
	"apache": func(t *testing.T, root string, port int) ([]string, string) {
		bin := find(t, "apache2", "httpd")
		modules := ""
		for _, d := range []string{filepath.Join(filepath.Dir(bin), "../lib/apache2/modules"), "/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2"} {
			if _, err := os.Stat(filepath.Join(d, "mod_rewrite.so")); err == nil {
				modules = d
				break
			}
		}
		if modules == "" {
			absent(t, "the modules of Apache were not found: its rules were not tried")
		}
		conf := fmt.Sprintf("ServerRoot %s\nPidFile run/pid\nErrorLog run/error.log\nListen 127.0.0.1:%d\nServerName help.example.nl\nTypesConfig /dev/null\n", root, port)
		head := ""
		for _, m := range []string{"mpm_event", "authz_core", "mime", "rewrite", "setenvif", "log_config", "unixd"} {
			if so := filepath.Join(modules, "mod_"+m+".so"); fileExists(so) {
				head += fmt.Sprintf("LoadModule %s_module %s\n", m, so)
			}
		}
		if os.Getuid() == 0 {
			conf += "User nobody\nGroup nogroup\n"
		}
		conf += fmt.Sprintf("<VirtualHost *:%d>\nDocumentRoot %s/site\nCustomLog run/access.log \"%%r\" env=!wegwijs_mail\nInclude %[2]s/site/mail/apache.conf\n</VirtualHost>\n", port, root)
		return []string{bin, "-DFOREGROUND", "-f", root + "/conf"}, head + conf
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
	root * %[1]s/site
	import %[1]s/site/mail/caddy.conf
	file_server
}
`, root, port)
	},
}

func fileExists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

func start(t *testing.T, server string, r *mail.Record, s *Site) running {
	t.Helper()
	root := write(t, r, s)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	argv, conf := configs[server](t, root, port)
	if err := os.WriteFile(root+"/conf", []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "HOME="+root+"/run")
	// A group of its own, so that its workers end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
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
	})
	deadline := time.Now().Add(10 * time.Second)
	for {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			break
		}
		select {
		case <-done:
			logged, _ := os.ReadFile(root + "/run/error.log")
			t.Fatalf("%s ended at once: %s%s", server, said.String(), logged)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen: %s", server, said.String())
		}
	}
	v := running{port: port, root: root}
	if server != "caddy" {
		v.log = root + "/run/access.log"
	}
	return v
}

// ask sends a request and gives status, content type and body.
func (v running) ask(t *testing.T, method, host, path string) (int, string, string) {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("<Autodiscover/>")
	}
	req, err := http.NewRequest(method, fmt.Sprintf("http://127.0.0.1:%d%s", v.port, path), body)
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
username = "given" # nothing but DNS and profiles can hold this
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
			{"POST", "autodiscover.a.example", pox, "mail/a.example/autodiscover.xml", xml},
			{"POST", "autodiscover.a2.example", pox, "mail/a2.example/autodiscover.xml", xml},
			{"POST", "autodiscover.b.example", "/Autodiscover/Autodiscover.xml", "mail/b.example/autodiscover.xml", xml},
			{"GET", "autodiscover.b.example", pox, "mail/b.example/autodiscover.xml", xml},
			{"POST", "autodiscover.c.example", pox, "", ""},
			{"GET", "autodiscover.c.example", "/Autodiscover/Autodiscover.xml", "", ""},
			{"POST", "help.example.nl", pox, AutodiscoverFile, xml},
			{"POST", "autodiscover.klant.example", pox, AutodiscoverFile, xml}, // a customer's own domain
			{"GET", "autoconfig.a.example", "/mail/config-v1.1.xml", "mail/a.example/config-v1.1.xml", xml},
			{"GET", "autoconfig.b.example", "/mail/config-v1.1.xml?emailaddress=geheim%40b.example", "mail/b.example/config-v1.1.xml", xml},
			{"GET", "autoconfig.c.example", "/mail/config-v1.1.xml", "", ""},
			{"GET", "autoconfig.klant.example", "/mail/config-v1.1.xml", AutoconfigFile, xml},
			{"GET", "a.example", "/.well-known/autoconfig/mail/config-v1.1.xml", WellKnownAutoconfig, xml},
			{"GET", "ua-auto-config.b.example", "/.well-known/user-agent-configuration.json", "mail/b.example/user-agent-configuration.json", "application/json"},
			{"GET", "ua-auto-config.c.example", "/.well-known/user-agent-configuration.json", "", ""},
			{"GET", "help.example.nl", "/mail/c-imap.mobileconfig", "mail/c-imap.mobileconfig", "application/x-apple-aspen-config"},
		},
	}
	for _, server := range WebServers {
		for name, r := range map[string]*mail.Record{"one product": one, "three products": three} {
			t.Run(server+" "+name, func(t *testing.T) {
				v := start(t, server, r, example())
				for _, q := range requests[name] {
					status, ctype, body := v.ask(t, q.method, q.host, q.path)
					what := fmt.Sprintf("%s %s %s", q.method, q.host, q.path)
					if q.file == "" {
						if status != http.StatusNotFound && !(q.method == http.MethodPost && status == http.StatusMethodNotAllowed) {
							t.Errorf("%s: got status %d, want 404", what, status)
						}
						continue
					}
					want, err := os.ReadFile(filepath.Join(v.root, "site", q.file))
					if err != nil {
						t.Fatal(err)
					}
					// A charset after what JSON and profiles need does no harm; XML needs all of it.
					if status != http.StatusOK || body != string(want) || !strings.HasPrefix(strings.ToLower(ctype), q.ctype) {
						t.Errorf("%s: got status %d, %s, %d bytes; want 200, %s, the %d bytes of %s", what, status, ctype, len(body), q.ctype, len(want), q.file)
					}
				}
				if v.log != "" {
					logged, err := os.ReadFile(v.log)
					if err != nil {
						t.Fatal(err)
					}
					if bytes.Contains(logged, []byte("geheim")) {
						t.Errorf("the log holds a reader's address:\n%s", logged)
					}
				}
			})
		}
	}
}

func TestSnippetParts(t *testing.T) {
	r := readFile(t, "example.toml")
	for _, server := range WebServers {
		s := example()
		all := string(Snippet(server, r, s))
		for _, part := range []string{"autodiscover", "config-v1", "mobileconfig"} {
			if !strings.Contains(all, part) {
				t.Errorf("%s: no rule for %s", server, part)
			}
		}
		if strings.Contains(all, "mail/$wegwijs_mail") || strings.Contains(all, "{wegwijs_mail}") || strings.Contains(all, "HOSTPATTERN") {
			t.Errorf("%s: rules by host for one product:\n%s", server, all)
		}
		s.Off = []Form{FormAutodiscover}
		if part := string(Snippet(server, r, s)); strings.Contains(part, "/autodiscover") {
			t.Errorf("%s: rules for a form that is off:\n%s", server, part)
		}
	}
	if got := Snippet("iis", r, example()); got != nil {
		t.Errorf("an unknown server: got %s", got)
	}
	if got := Snippet("nginx", &mail.Record{}, example()); got != nil {
		t.Errorf("no product: got %s", got)
	}
	if !slices.Equal(WebServers, []string{"nginx", "apache", "caddy"}) {
		t.Errorf("servers are %v", WebServers)
	}
}
