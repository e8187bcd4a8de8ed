package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
	"wegwijs/cmd/wegwijs/internal/verify"
)

// published is what a domain publishes: records of its zones, by name and kind
// as a zone file has them, and files, by address.
type published struct {
	zone  string
	files map[string]string
}

// serve answers for it on loopback and returns how it is asked.
func (p *published) serve(t *testing.T) verify.Options {
	t.Helper()
	zone := map[dns.Question][]dns.RR{}
	names := map[string]bool{}
	for z := dns.NewZoneParser(strings.NewReader(p.zone), ".", ""); ; {
		rr, ok := z.Next()
		if !ok {
			if err := z.Err(); err != nil {
				t.Fatal(err)
			}
			break
		}
		q := dns.Question{Name: rr.Header().Name, Qtype: rr.Header().Rrtype, Qclass: dns.ClassINET}
		zone[q] = append(zone[q], rr)
		for name := q.Name; name != "."; {
			names[name] = true
			i, end := dns.NextLabel(name, 0)
			if end {
				break
			}
			name = name[i:]
		}
	}
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(r)
		q := r.Question[0]
		q.Name = strings.ToLower(q.Name)
		m.Answer = zone[q]
		if !names[q.Name] {
			m.Rcode = dns.RcodeNameError
		}
		w.WriteMsg(m)
	})}
	go server.ActivateAndServe()
	t.Cleanup(func() { server.Shutdown() })

	answer := func(scheme string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, ok := p.files[scheme+"://"+r.Host+r.URL.Path]
			if !ok {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/xml; charset=utf-8")
			w.Write([]byte(text))
		})
	}
	plain, secure := httptest.NewServer(answer("http")), httptest.NewTLSServer(answer("https"))
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		switch {
		case strings.HasSuffix(address, ":80"):
			address = plain.Listener.Addr().String()
		case strings.HasSuffix(address, ":443"):
			address = secure.Listener.Addr().String()
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return verify.Options{
		Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "udp", packets.LocalAddr().String())
		}},
		Dial:     dial,
		HasRoute: func(netip.Addr) bool { return true },
		// The certificate of httptest is for example.com.
		HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}, DialContext: dial}},
	}
}

// autoconfigFile is a file of servers, each "imap host 993 SSL".
func autoconfigFile(more string, servers ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="provider.example"><domain>provider.example</domain><displayName>Provider BV</displayName>`)
	for _, s := range servers {
		f := strings.Fields(s)
		side := "incoming"
		if f[0] == "smtp" {
			side = "outgoing"
		}
		fmt.Fprintf(&b, `<%[1]sServer type="%[2]s"><hostname>%[3]s</hostname><port>%[4]s</port><socketType>%[5]s</socketType><authentication>password-cleartext</authentication><username>%%EMAILLOCALPART%%</username></%[1]sServer>`, side, f[0], f[1], f[2], f[3])
	}
	b.WriteString(`</emailProvider>` + more + `</clientConfig>`)
	return b.String()
}

// TestNewDomain: what a domain publishes is in the record, what was found where
// is said, what was not is a guess and marked as one, and the site that comes
// of it has nothing wrong.
func TestNewDomain(t *testing.T) {
	const (
		srv = `_imaps._tcp.provider.example. IN SRV 0 1 993 in.provider.example.
_pop3s._tcp.provider.example. IN SRV 10 1 995 in.provider.example.
_submissions._tcp.provider.example. IN SRV 0 1 465 uit.provider.example.
_submission._tcp.provider.example. IN SRV 10 1 587 uit.provider.example.
`
		mx  = "provider.example. IN MX 10 mx1.post.provider.nl.\n"
		web = "provider.example. IN A 192.0.2.80\nautoconfig.provider.example. IN A 192.0.2.80\n"
	)
	four := []string{"imap imap.provider.example 993 SSL", "pop3 pop.provider.example 995 SSL", "smtp smtp.provider.example 465 SSL"}
	for _, tt := range []struct {
		name string
		published
		flags []string
		want  []string // in the output
		toml  []string // in site.toml, in order
		not   string   // not in it
	}{
		{"all published", published{srv + mx + web, map[string]string{"https://autoconfig.provider.example/mail/config-v1.1.xml": autoconfigFile(`<webMail><loginPage url="https://webmail.provider.example/"/></webMail>`, four...)}},
			nil, []string{"found: imap imap.provider.example:993 tls (https://autoconfig.provider.example/mail/config-v1.1.xml)", "found: webmail at https://webmail.provider.example/"},
			[]string{`name = "Provider BV"`, `username = "local-part"`, `webmail = "https://webmail.provider.example/"`, `forms = {autodiscover = false}`, "# Found at https://autoconfig.provider.example/mail/config-v1.1.xml", `host = "imap.provider.example"`, `host = "pop.provider.example"`, `host = "smtp.provider.example"`}, "guess"},
		{"only SRV", published{srv + mx, nil}, []string{"--name", "Provider BV"},
			[]string{"found: imap in.provider.example:993 tls (SRV records of provider.example)", "found: smtp uit.provider.example:587 starttls (SRV"},
			[]string{"# Found at SRV records of provider.example", `host = "in.provider.example"`, `host = "uit.provider.example"`, `security = "starttls"`}, "guess"},
		{"only autoconfig on the domain", published{mx + web, map[string]string{"https://provider.example/.well-known/autoconfig/mail/config-v1.1.xml": autoconfigFile("", four[0], four[2])}}, nil,
			[]string{"(https://provider.example/.well-known/autoconfig/mail/config-v1.1.xml)"},
			[]string{"# Found at https://provider.example/.well-known", `host = "imap.provider.example"`, `host = "smtp.provider.example"`, "# POP was found nowhere"}, "leave_on_server_days"},
		{"only autoconfig of the mail server's domain", published{mx + "autoconfig.post.provider.nl. IN A 192.0.2.81\n", map[string]string{"https://autoconfig.post.provider.nl/mail/config-v1.1.xml": autoconfigFile("", four...)}}, nil,
			[]string{"found: smtp smtp.provider.example:465 tls (https://autoconfig.post.provider.nl/mail/config-v1.1.xml)"},
			[]string{"# Found at https://autoconfig.post.provider.nl/mail/config-v1.1.xml"}, "guess"},
		{"only over http", published{mx + web, map[string]string{"http://autoconfig.provider.example/mail/config-v1.1.xml": autoconfigFile("", four...)}}, nil,
			[]string{"(http://autoconfig.provider.example/mail/config-v1.1.xml)"}, []string{"# Found at http://autoconfig.provider.example/"}, "guess"},
		{"nothing but MX", published{mx, nil}, []string{"--name", "Provider BV"},
			[]string{"provider.example takes mail at mx1.post.provider.nl, and says nothing of servers for mail programs", "a guess: imap imap.provider.example:993 tls", "a guess: pop pop.", "a guess: smtp smtp."},
			[]string{"# A guess: this was found nowhere.", `host = "imap.provider.example"`, `host = "smtp.provider.example"`}, "Found"},
		// Neighbours: half of it, and what a record can hold only with a reason or not at all.
		{"nothing to send with", published{"_imaps._tcp.provider.example. IN SRV 0 1 993 in.provider.example.\n" + mx, nil}, []string{"--name", "Provider BV"},
			[]string{"found: imap in.provider.example:993", "a guess: smtp smtp.provider.example:465 tls"},
			[]string{"# Found at SRV", `host = "in.provider.example"`, "# A guess:", `host = "smtp.provider.example"`, "# POP was found nowhere"}, "imap.provider.example"},
		{"odd rows", published{mx + web, map[string]string{"https://autoconfig.provider.example/mail/config-v1.1.xml": autoconfigFile("", "imap imap.provider.example 993 STARTTLS", "imap imap.provider.example 993 STARTTLS", "imap 192.0.2.7 993 SSL", "pop3 pop.provider.example 993 SSL", "smtp smtp.provider.example 587 SSL", "smtp smtp.provider.example 25 STARTTLS")}}, nil,
			nil, []string{`port = 993`, `why = "published so at https://autoconfig.provider.example/`, `port = 587`}, "192.0.2.7"},
		{"no such domain", published{"", nil}, []string{"--name", "Provider BV"}, []string{"the DNS does not know provider.example", "a guess: imap"}, []string{"# A guess:"}, "Found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := testenv.RAM(t)
			var stdout, stderr bytes.Buffer
			e := &env{stdout: &stdout, stderr: &stderr, lang: diag.English, discover: tt.serve(t)}
			c := e.command()
			c.SetArgs(append([]string{"-C", dir, "new", "help", "--domain", "provider.example", "--languages", "nl"}, tt.flags...))
			if err := c.ExecuteContext(t.Context()); err != nil {
				t.Fatalf("%v\n%s", err, stdout.String())
			}
			for _, w := range tt.want {
				if !strings.Contains(stdout.String(), w) {
					t.Errorf("it does not say %q:\n%s", w, stdout.String())
				}
			}
			data, err := os.ReadFile(filepath.Join(dir, "help", "site.toml"))
			if err != nil {
				t.Fatal(err)
			}
			rest := string(data)
			for _, w := range tt.toml {
				_, after, ok := strings.Cut(rest, w)
				if !ok {
					t.Errorf("site.toml does not have %q there:\n%s", w, data)
				} else {
					rest = after
				}
			}
			if strings.Contains(string(data), tt.not) {
				t.Errorf("site.toml has %q:\n%s", tt.not, data)
			}
			// A warning is allowed where the domain itself is odd.
			args := []string{"check", "-C", filepath.Join(dir, "help")}
			if tt.name != "odd rows" {
				args = append(args, "--strict")
			}
			if _, said := program(t, done, args...); said != "" && tt.name != "odd rows" {
				t.Errorf("findings:\n%s", said)
			}
		})
	}
}

// TestNewKeeps: nothing is written over, and a missing name is said.
func TestNewKeeps(t *testing.T) {
	dir := testenv.RAM(t)
	new := func(want int, args ...string) string {
		t.Helper()
		stdout, stderr := program(t, want, append([]string{"-C", dir, "--lang", "en", "new"}, args...)...)
		return stdout + stderr
	}
	flags := []string{"--name", "Provider BV", "--domain", "provider.example", "--offline"}
	new(done, append(flags, "a", "--ci", "github")...)
	for _, name := range []string{"site.toml", ".gitignore", ".github/workflows/check.yml"} {
		if _, err := os.Stat(filepath.Join(dir, "a", name)); err != nil {
			t.Error(err)
		}
	}
	testenv.Write(t, filepath.Join(dir, "b", ".gitignore"), "mine\n")
	testenv.Write(t, filepath.Join(dir, "c", "site.toml"), "mine\n")
	for _, d := range []string{"a", "b", "c"} {
		if said := new(failed, append(flags, d)...); !strings.Contains(said, "is there already; nothing was written") {
			t.Errorf("%s: %s", d, said)
		}
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "b", ".gitignore")); string(data) != "mine\n" {
		t.Error("a file was written over")
	}
	if _, err := os.Stat(filepath.Join(dir, "b", "site.toml")); err == nil {
		t.Error("a part was written")
	}
	new(usage, "d", "--domain", "provider.example", "--offline")
	new(usage, append(flags, "d", "--ci", "jenkins")...)
	new(usage, append(flags, "d", "--imap", "no host")...)
	new(usage, "d", "--name", "X", "--domain", "no domain", "--offline")
	// Only a server to send with: what it needs beside is a guess.
	new(done, append(flags, "d", "--smtp", "uit.provider.example:587")...)
	data, err := os.ReadFile(filepath.Join(dir, "d", "site.toml"))
	if err != nil || !strings.Contains(string(data), `host = "imap.provider.example"`) || strings.Index(string(data), "# A guess") < strings.Index(string(data), "uit.provider") {
		t.Errorf("got %v\n%s", err, data)
	}
	program(t, done, "check", "--strict", "-C", filepath.Join(dir, "d"))
	// A page to fill in is a draft, so the site stays without findings.
	program(t, done, "-C", filepath.Join(dir, "d"), "new", "page", "nl/e-mail/naam.md")
	program(t, failed, "-C", filepath.Join(dir, "d"), "new", "page", "nl/e-mail/naam.md")
	program(t, usage, "-C", filepath.Join(dir, "d"), "new", "page", "nl/../naam.md")
	program(t, done, "check", "-C", filepath.Join(dir, "d"))
}
