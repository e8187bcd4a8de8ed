package verify

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/input/mail"
	testlab "wegwijs/cmd/wegwijs/internal/testenv" // the package has a lab of its own
)

// The tests in this file talk to Dovecot and Postfix as Debian ships them, on
// high ports of 127.0.0.1.

// startDovecot runs an instance with the certificate; extra goes at the end of
// its configuration.
func startDovecot(t testing.TB, cert, extra string) *testlab.Dovecot {
	t.Helper()
	return (&testlab.Dovecot{Cert: cert, Extra: extra}).Start(t)
}

// startPostfix runs an instance with the certificate and the SASL service at
// the socket.
func startPostfix(t testing.TB, cert, sasl string) *testlab.Postfix {
	t.Helper()
	return (&testlab.Postfix{Cert: cert, SASL: sasl}).Start(t)
}

// loopback makes every name lead to 127.0.0.1.
type loopback struct{ *fakeDNS }

func (loopback) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	if network == "ip4" {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	return nil, gone(host)
}

// A real check goes from 127.0.0.2, for Dovecot trusts its own address with
// passwords in the clear. Sent is what the client wrote on the network.
func realOptions(root *authority, sent *network) Options {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	return Options{Resolver: loopback{&fakeDNS{}}, Roots: root.pool(), OnlyServers: true, HasRoute: func(netip.Addr) bool { return true },
		Timeouts: Timeouts{Greeting: 5 * time.Second, Command: 5 * time.Second, TLS: 5 * time.Second},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := d.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return sent.record(c), nil
		}}
}

// A network keeps what the client wrote on each connection.
type network struct {
	mu    sync.Mutex
	conns []*bytes.Buffer
}

type recorder struct {
	net.Conn
	sent *bytes.Buffer
}

func (n *network) record(c net.Conn) net.Conn {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns = append(n.conns, new(bytes.Buffer))
	return &recorder{c, n.conns[len(n.conns)-1]}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.sent.Write(b)
	return r.Conn.Write(b)
}

type realCase struct {
	name string
	row  mail.Server
	want string
}

func checkReal(t *testing.T, root *authority, cases []realCase) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Run(context.Background(), record(tt.row), realOptions(root, new(network)))
			if err != nil {
				t.Fatal(err)
			}
			wantCodes(t, r, tt.want)
		})
	}
}

// at returns a row for a host and port.
func at(p mail.Protocol, sec mail.Security, host string, port int, auth ...mail.Authentication) mail.Server {
	s := row(p, sec)
	s.Host, s.Port = host, port
	if auth != nil {
		s.Authentication = auth
	}
	return s
}

// certs writes the certificates that the real servers use: chains with an
// intermediate, as an issuer gives them out.
func certs(t testing.TB) (root *authority, dir string) {
	t.Helper()
	root = testRoot()
	between := newAuthority(t, "Between", root)
	dir = testlab.ServerDir(t)
	write := func(name string, a *authority, days int, names ...string) {
		pemFiles(t, a.issue(t, days, names...), dir+"/"+name+".crt", dir+"/"+name+".key")
	}
	write("good", between, 60, "imap.example.nl", "pop.example.nl", "smtp.example.nl")
	write("expired", between, -3, "imap.example.nl", "smtp.example.nl")
	write("soon", between, 5, "imap.example.nl")
	write("untrusted", newAuthority(t, "Nobody", nil), 60, "imap.example.nl", "smtp.example.nl")
	bare := *between
	bare.over = nil
	write("bare", &bare, 60, "imap.example.nl", "pop.example.nl")
	return root, dir
}

// Dovecot, right and wrong.
func TestDovecot(t *testing.T) {
	t.Parallel()
	root, dir := certs(t)
	d := startDovecot(t, dir+"/good", "")
	const imap, pop = "imap.example.nl", "pop.example.nl"
	dead := testlab.FreePorts(1)[0]
	checkReal(t, root, []realCase{
		{"imaps", at(mail.IMAP, mail.TLS, imap, d.IMAPS), "holds"},
		{"imap starttls", at(mail.IMAP, mail.STARTTLS, imap, d.IMAP), "holds"},
		{"pop3s", at(mail.POP, mail.TLS, pop, d.POP3S), "holds"},
		{"pop3 stls", at(mail.POP, mail.STARTTLS, pop, d.POP3), "holds"},
		{"nothing listens", at(mail.IMAP, mail.TLS, imap, dead), "could not be reached verify-connect"},
		{"tls on the starttls port", at(mail.IMAP, mail.TLS, imap, d.IMAP), "does not hold verify-security"},
		{"tls on the stls port", at(mail.POP, mail.TLS, pop, d.POP3), "does not hold verify-security"},
		{"pop on the imap port", at(mail.POP, mail.TLS, pop, d.IMAPS), "does not hold verify-protocol"},
		{"imap on the pop port", at(mail.IMAP, mail.STARTTLS, imap, d.POP3), "does not hold verify-protocol"},
		{"smtp on the imap port", at(mail.SMTP, mail.TLS, "smtp.example.nl", d.IMAPS), "does not hold verify-protocol"},
		{"wrong name", at(mail.IMAP, mail.TLS, "imap.example.org", d.IMAPS), "does not hold verify-certificate-name"},
		{"wrong name, stls", at(mail.POP, mail.STARTTLS, "pop.example.org", d.POP3), "does not hold verify-certificate-name"},
		// LOGINDISABLED before TLS: a row that publishes no encryption is refuted.
		{"login disabled in clear", at(mail.IMAP, mail.None, imap, d.IMAP), "does not hold verify-auth verify-starttls-unused"},
		{"no user in clear", at(mail.POP, mail.None, pop, d.POP3), "does not hold verify-auth verify-starttls-unused"},
		{"oauth is not offered", at(mail.IMAP, mail.TLS, imap, d.IMAPS, mail.Password, mail.OAuth2), "does not hold verify-auth"},
		{"cram is not offered", at(mail.POP, mail.TLS, pop, d.POP3S, mail.Encrypted), "does not hold verify-auth"},
	})
	t.Run("starttls on the tls port", func(t *testing.T) {
		// Dovecot says nothing until TLS begins; that it then speaks TLS
		// tells the mode from a dead server.
		opt := realOptions(root, new(network))
		opt.Timeouts.Greeting = 500 * time.Millisecond
		for _, s := range []mail.Server{at(mail.IMAP, mail.STARTTLS, imap, d.IMAPS), at(mail.POP, mail.None, pop, d.POP3S)} {
			r, err := Run(context.Background(), record(s), opt)
			if err != nil {
				t.Fatal(err)
			}
			wantCodes(t, r, "does not hold verify-security")
		}
	})
	t.Run("all at once, and what was seen", func(t *testing.T) {
		sent := new(network)
		rows := []mail.Server{at(mail.IMAP, mail.TLS, imap, d.IMAPS), at(mail.IMAP, mail.STARTTLS, imap, d.IMAP), at(mail.POP, mail.TLS, pop, d.POP3S), at(mail.POP, mail.STARTTLS, pop, d.POP3)}
		r, err := Run(context.Background(), record(rows...), realOptions(root, sent))
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Rows {
			a := r.Rows[i].Addresses[0]
			caps := strings.ToUpper(strings.Join(a.Capabilities, " "))
			if got := codes(&r.Rows[i]); got != "holds" || !strings.Contains(a.Greeting, "OK") || !strings.Contains(caps, "PLAIN") || a.TLS.Version != "TLS 1.3" || a.TLS.Issuer != "Between" || a.TLS.DaysLeft != 60 {
				t.Errorf("%s: %s, %+v %+v", name(r.Rows[i].Server), got, a, a.TLS)
			}
			if slices.ContainsFunc(a.Capabilities, func(s string) bool { return s == "STARTTLS" || s == "STLS" || s == "LOGINDISABLED" }) {
				t.Errorf("%s: capabilities from before TLS: %q", name(r.Rows[i].Server), a.Capabilities)
			}
		}
		var began []string
		for _, c := range sent.conns {
			if !isTLS(c.Bytes()) {
				began = append(began, c.String()[:strings.LastIndex(c.String(), "TLS\r\n")+5])
			}
			if bad := regexp.MustCompile(`(?i)LOGIN |AUTHENTICATE|AUTH |USER |PASS `).Find(c.Bytes()); bad != nil {
				t.Errorf("the client said %q", bad)
			}
		}
		slices.Sort(began)
		if got := strings.Join(began, ""); got != "CAPA\r\nSTLS\r\na1 CAPABILITY\r\na2 STARTTLS\r\n" {
			t.Errorf("in the clear the client said %q", got)
		}
	})
	// The server's own log has the last word: nobody tried to log in, and
	// every dialogue that could end politely did.
	log, err := os.ReadFile(d.Log)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(log, []byte("no auth attempts")); n == 0 {
		t.Errorf("the log has no dialogue:\n%s", log)
	}
	if bytes.Contains(log, []byte("auth failed")) || bytes.Contains(log, []byte("Login:")) {
		t.Errorf("the log has a login:\n%s", log)
	}
}

// Dovecot with other certificates and without TLS.
func TestDovecotVariants(t *testing.T) {
	t.Parallel()
	root, dir := certs(t)
	const imap, pop = "imap.example.nl", "pop.example.nl"
	for _, tt := range []struct {
		name, cert, extra string
		cases             func(d *testlab.Dovecot) []realCase
	}{
		{"expired", "expired", "", func(d *testlab.Dovecot) []realCase {
			return []realCase{{"imaps", at(mail.IMAP, mail.TLS, imap, d.IMAPS), "does not hold verify-certificate-date"}, {"imap", at(mail.IMAP, mail.STARTTLS, imap, d.IMAP), "does not hold verify-certificate-date"}}
		}},
		{"soon", "soon", "", func(d *testlab.Dovecot) []realCase {
			return []realCase{{"imaps", at(mail.IMAP, mail.TLS, imap, d.IMAPS), "holds verify-certificate-soon"}}
		}},
		{"untrusted", "untrusted", "", func(d *testlab.Dovecot) []realCase {
			return []realCase{{"imaps", at(mail.IMAP, mail.TLS, imap, d.IMAPS), "does not hold verify-certificate-chain"}}
		}},
		{"intermediate not sent", "bare", "", func(d *testlab.Dovecot) []realCase {
			return []realCase{{"pop3", at(mail.POP, mail.STARTTLS, pop, d.POP3), "does not hold verify-certificate-chain"}}
		}},
		{"plaintext only", "good", "ssl = no\ndisable_plaintext_auth = no\n", func(d *testlab.Dovecot) []realCase {
			return []realCase{
				{"imap starttls", at(mail.IMAP, mail.STARTTLS, imap, d.IMAP), "does not hold verify-starttls"},
				{"pop3 stls", at(mail.POP, mail.STARTTLS, pop, d.POP3), "does not hold verify-starttls"},
				{"imap none", at(mail.IMAP, mail.None, imap, d.IMAP), "holds"},
				{"pop3 none", at(mail.POP, mail.None, pop, d.POP3), "holds"},
			}
		}},
		{"passwords in clear", "good", "disable_plaintext_auth = no\n", func(d *testlab.Dovecot) []realCase {
			return []realCase{
				{"imap starttls", at(mail.IMAP, mail.STARTTLS, imap, d.IMAP), "holds verify-auth-clear"},
				{"pop3 stls", at(mail.POP, mail.STARTTLS, pop, d.POP3), "holds verify-auth-clear"},
			}
		}},
		{"client certificate wanted", "good", "auth_ssl_require_client_cert = yes\nauth_ssl_username_from_cert = yes\nssl_verify_client_cert = yes\nssl_ca = <" + dir + "/good.crt\n", func(d *testlab.Dovecot) []realCase {
			return []realCase{{"imaps", at(mail.IMAP, mail.TLS, imap, d.IMAPS), "holds"}} // it asks, and goes on without
		}},
		{"more mechanisms", "good", "auth_mechanisms = plain cram-md5 scram-sha-256 xoauth2 oauthbearer\npassdb {\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = " + dir + "/oauth2\n}\n", func(d *testlab.Dovecot) []realCase {
			return []realCase{
				{"imaps", at(mail.IMAP, mail.TLS, imap, d.IMAPS, mail.Password, mail.Encrypted, mail.OAuth2), "holds"},
				{"pop3s", at(mail.POP, mail.TLS, pop, d.POP3S, mail.Password, mail.Encrypted, mail.OAuth2), "holds"},
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := os.WriteFile(dir+"/oauth2", []byte("introspection_mode = post\nintrospection_url = http://127.0.0.1:9/\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			d := startDovecot(t, dir+"/"+tt.cert, tt.extra)
			checkReal(t, root, tt.cases(d))
		})
	}
}

// Postfix with Dovecot's SASL, as a provider has them.
func TestPostfix(t *testing.T) {
	t.Parallel()
	root, dir := certs(t)
	d := startDovecot(t, dir+"/good", "")
	p := startPostfix(t, dir+"/good", d.SASL)
	const smtp = "smtp.example.nl"
	checkReal(t, root, []realCase{
		{"submissions", at(mail.SMTP, mail.TLS, smtp, p.Submissions), "holds"},
		{"submission", at(mail.SMTP, mail.STARTTLS, smtp, p.Submission), "holds"},
		{"tls on the starttls port", at(mail.SMTP, mail.TLS, smtp, p.Submission), "does not hold verify-security"},
		{"no starttls", at(mail.SMTP, mail.STARTTLS, smtp, p.Relay), "does not hold verify-starttls"},
		{"no auth", at(mail.SMTP, mail.None, smtp, p.Relay), "does not hold verify-auth"},
		{"no auth before tls", at(mail.SMTP, mail.None, smtp, p.Submission), "does not hold verify-auth verify-starttls-unused"},
		{"wrong name", at(mail.SMTP, mail.TLS, "mail.example.nl", p.Submissions), "does not hold verify-certificate-name"},
		{"imap on the smtp port", at(mail.IMAP, mail.TLS, "imap.example.nl", p.Submissions), "does not hold verify-protocol"},
		{"pop on the smtp port", at(mail.POP, mail.STARTTLS, "pop.example.nl", p.Submission), "does not hold verify-protocol"},
		{"oauth is not offered", at(mail.SMTP, mail.TLS, smtp, p.Submissions, mail.OAuth2), "does not hold verify-auth"},
		{"nothing listens", at(mail.SMTP, mail.TLS, smtp, testlab.FreePorts(1)[0]), "could not be reached verify-connect"},
	})
	t.Run("starttls on the tls port", func(t *testing.T) {
		opt := realOptions(root, new(network))
		opt.Timeouts.Greeting = 500 * time.Millisecond
		r, err := Run(context.Background(), record(at(mail.SMTP, mail.STARTTLS, smtp, p.Submissions)), opt)
		if err != nil {
			t.Fatal(err)
		}
		wantCodes(t, r, "does not hold verify-security")
	})
	// What Postfix counted: EHLO, STARTTLS, QUIT, and never AUTH.
	log := waitLog(t, p.Log, "ehlo=2 starttls=1 quit=1 commands=4")
	if strings.Contains(log, "auth=") || strings.Contains(log, "rcpt=") || strings.Contains(log, "mail=") {
		t.Errorf("the log has more than that:\n%s", log)
	}
	for _, name := range []string{"expired", "untrusted"} {
		t.Run(name, func(t *testing.T) {
			p := startPostfix(t, dir+"/"+name, d.SASL)
			want := map[string]string{"expired": "does not hold verify-certificate-date", "untrusted": "does not hold verify-certificate-chain"}[name]
			checkReal(t, root, []realCase{
				{"submissions", at(mail.SMTP, mail.TLS, smtp, p.Submissions), want},
				{"submission", at(mail.SMTP, mail.STARTTLS, smtp, p.Submission), want},
			})
		})
	}
}

// waitLog waits until the log has the text, which Postfix writes a moment
// after the connection is closed.
func waitLog(t testing.TB, file, text string) string {
	t.Helper()
	for range 100 {
		b, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if strings.Contains(string(b), text) {
			return string(b)
		}
		time.Sleep(50 * time.Millisecond)
	}
	b, _ := os.ReadFile(file)
	t.Errorf("no %q in the log:\n%s", text, b)
	return string(b)
}
