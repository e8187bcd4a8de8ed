package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/input/mail"
	testlab "wegwijs/cmd/wegwijs/internal/testenv" // the package has a lab of its own
)

// The tests in this file talk to Dovecot and Postfix as Debian ships them
// (packages dovecot-imapd, dovecot-pop3d and postfix), each with a
// configuration of its own in a temporary folder, on high ports of 127.0.0.1.

// need gives the path of a server's program, which must be there.
func need(t testing.TB, pkg string, paths ...string) string {
	t.Helper()
	if os.Getuid() != 0 {
		testlab.Missing(t, "root, which "+pkg+" is started as")
	}
	return testlab.Program(t, paths[0]+" (apt-get install --no-install-recommends "+pkg+")", paths...)
}

// peerDir makes a folder that servers which drop root can reach. Its name is
// short, for sockets in it.
func peerDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "wv")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// start runs a server until the test ends, and waits until all ports answer.
// It is stopped by its own process id.
func start(t testing.TB, log string, ports []int, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	// A group of its own: Postfix's master signals its group when it ends.
	// Should this process be killed, the server goes with it; for that the
	// thread that starts it must live on.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.WaitDelay = time.Second
	ended := make(chan error, 1)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	stopped := false
	t.Cleanup(func() {
		if !stopped {
			cmd.Process.Signal(syscall.SIGTERM)
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				cmd.Process.Kill()
				<-ended
			}
		}
		if t.Failed() {
			b, _ := os.ReadFile(log)
			t.Logf("%s said:\n%s%s", filepath.Base(name), &out, b)
		}
	})
	deadline := time.Now().Add(20 * time.Second)
	for _, p := range ports {
		for {
			c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p)))
			if err == nil {
				c.Close()
				break
			}
			select {
			case err := <-ended:
				stopped = true
				t.Fatalf("%s ended: %v", name, err)
			case <-time.After(50 * time.Millisecond):
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s does not listen on port %d", name, p)
			}
		}
	}
}

// dovecot is one instance with four ports.
type dovecot struct {
	dir                      string
	imap, imaps, pop3, pop3s int
}

// startDovecot runs an instance with the certificate; extra goes at the end of
// its configuration.
func startDovecot(t testing.TB, cert, extra string) *dovecot {
	t.Helper()
	prog := need(t, "dovecot-imapd dovecot-pop3d", "/usr/sbin/dovecot")
	need(t, "dovecot-pop3d", "/usr/lib/dovecot/pop3-login")
	dir := peerDir(t)
	ports := testlab.FreePorts(4)
	d := &dovecot{dir, ports[0], ports[1], ports[2], ports[3]}
	conf := fmt.Sprintf(`base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <%[2]s.crt
ssl_key = <%[2]s.key
disable_plaintext_auth = yes
auth_mechanisms = plain login
mail_location = maildir:%[1]s/mail
passdb {
  driver = static
  args = password=never-sent
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=%[1]s
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[3]d
  }
  inet_listener imaps {
    port = %[4]d
    ssl = yes
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = %[5]d
  }
  inet_listener pop3s {
    port = %[6]d
    ssl = yes
  }
}
service auth {
  unix_listener smtp {
    mode = 0666
  }
}
%[7]s
`, dir, cert, d.imap, d.imaps, d.pop3, d.pop3s, extra)
	if err := os.WriteFile(dir+"/conf", []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	// The other two ports may be switched off.
	start(t, dir+"/log", []int{d.imap, d.pop3}, prog, "-F", "-c", dir+"/conf")
	return d
}

// postfix is one instance: a submission port with STARTTLS, one with TLS from
// the first byte, and one that has neither TLS nor AUTH.
type postfix struct {
	dir                             string
	submission, submissions, relays int
}

// startPostfix runs an instance with the certificate and the SASL service at
// the socket.
func startPostfix(t testing.TB, cert, sasl string) *postfix {
	t.Helper()
	master := need(t, "postfix", "/usr/lib/postfix/sbin/master")
	dir := peerDir(t)
	ports := testlab.FreePorts(3)
	p := &postfix{dir, ports[0], ports[1], ports[2]}
	for _, sub := range []string{"conf", "queue", "data"} {
		if err := os.Mkdir(dir+"/"+sub, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	main := fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file = %[1]s/data/log
maillog_file_prefixes = %[1]s
myhostname = smtp.example.nl
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
smtpd_relay_restrictions = reject
smtpd_tls_chain_files = %[2]s.key %[2]s.crt
smtpd_sasl_type = dovecot
smtpd_sasl_path = %[3]s
`, dir, cert, sasl)
	services := fmt.Sprintf(`127.0.0.1:%d inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_tls_auth_only=yes
  -o smtpd_sasl_auth_enable=yes
127.0.0.1:%d inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
127.0.0.1:%d inet n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`, p.submission, p.submissions, p.relays)
	for name, text := range map[string]string{"main.cf": main, "master.cf": services} {
		if err := os.WriteFile(dir+"/conf/"+name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("/usr/sbin/postconf", "-c", dir+"/conf", "-h", "mail_owner").Output()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := exec.Command("chown", strings.TrimSpace(string(out)), dir+"/data").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	// Makes the folders of the queue.
	if b, err := exec.Command("/usr/sbin/postfix", "-c", dir+"/conf", "check").CombinedOutput(); err != nil {
		t.Fatalf("postfix check: %v\n%s", err, b)
	}
	start(t, dir+"/data/log", ports, master, "-c", dir+"/conf", "-d")
	return p
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

// at gives a row for a host and port.
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
	dir = peerDir(t)
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
		{"imaps", at(mail.IMAP, mail.TLS, imap, d.imaps), "holds"},
		{"imap starttls", at(mail.IMAP, mail.STARTTLS, imap, d.imap), "holds"},
		{"pop3s", at(mail.POP, mail.TLS, pop, d.pop3s), "holds"},
		{"pop3 stls", at(mail.POP, mail.STARTTLS, pop, d.pop3), "holds"},
		{"nothing listens", at(mail.IMAP, mail.TLS, imap, dead), "could not be reached verify-connect"},
		{"tls on the starttls port", at(mail.IMAP, mail.TLS, imap, d.imap), "does not hold verify-security"},
		{"tls on the stls port", at(mail.POP, mail.TLS, pop, d.pop3), "does not hold verify-security"},
		{"pop on the imap port", at(mail.POP, mail.TLS, pop, d.imaps), "does not hold verify-protocol"},
		{"imap on the pop port", at(mail.IMAP, mail.STARTTLS, imap, d.pop3), "does not hold verify-protocol"},
		{"smtp on the imap port", at(mail.SMTP, mail.TLS, "smtp.example.nl", d.imaps), "does not hold verify-protocol"},
		{"wrong name", at(mail.IMAP, mail.TLS, "imap.example.org", d.imaps), "does not hold verify-certificate-name"},
		{"wrong name, stls", at(mail.POP, mail.STARTTLS, "pop.example.org", d.pop3), "does not hold verify-certificate-name"},
		// LOGINDISABLED before TLS: a row that publishes no encryption is refuted.
		{"login disabled in clear", at(mail.IMAP, mail.None, imap, d.imap), "does not hold verify-auth verify-starttls-unused"},
		{"no user in clear", at(mail.POP, mail.None, pop, d.pop3), "does not hold verify-auth verify-starttls-unused"},
		{"oauth is not offered", at(mail.IMAP, mail.TLS, imap, d.imaps, mail.Password, mail.OAuth2), "does not hold verify-auth"},
		{"cram is not offered", at(mail.POP, mail.TLS, pop, d.pop3s, mail.Encrypted), "does not hold verify-auth"},
	})
	t.Run("starttls on the tls port", func(t *testing.T) {
		// Dovecot says nothing until TLS begins; that it then speaks TLS
		// tells the mode from a dead server.
		opt := realOptions(root, new(network))
		opt.Timeouts.Greeting = 500 * time.Millisecond
		for _, s := range []mail.Server{at(mail.IMAP, mail.STARTTLS, imap, d.imaps), at(mail.POP, mail.None, pop, d.pop3s)} {
			r, err := Run(context.Background(), record(s), opt)
			if err != nil {
				t.Fatal(err)
			}
			wantCodes(t, r, "does not hold verify-security")
		}
	})
	t.Run("all at once, and what was seen", func(t *testing.T) {
		sent := new(network)
		rows := []mail.Server{at(mail.IMAP, mail.TLS, imap, d.imaps), at(mail.IMAP, mail.STARTTLS, imap, d.imap), at(mail.POP, mail.TLS, pop, d.pop3s), at(mail.POP, mail.STARTTLS, pop, d.pop3)}
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
	log, err := os.ReadFile(d.dir + "/log")
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
		cases             func(d *dovecot) []realCase
	}{
		{"expired", "expired", "", func(d *dovecot) []realCase {
			return []realCase{{"imaps", at(mail.IMAP, mail.TLS, imap, d.imaps), "does not hold verify-certificate-date"}, {"imap", at(mail.IMAP, mail.STARTTLS, imap, d.imap), "does not hold verify-certificate-date"}}
		}},
		{"soon", "soon", "", func(d *dovecot) []realCase {
			return []realCase{{"imaps", at(mail.IMAP, mail.TLS, imap, d.imaps), "holds verify-certificate-soon"}}
		}},
		{"untrusted", "untrusted", "", func(d *dovecot) []realCase {
			return []realCase{{"imaps", at(mail.IMAP, mail.TLS, imap, d.imaps), "does not hold verify-certificate-chain"}}
		}},
		{"intermediate not sent", "bare", "", func(d *dovecot) []realCase {
			return []realCase{{"pop3", at(mail.POP, mail.STARTTLS, pop, d.pop3), "does not hold verify-certificate-chain"}}
		}},
		{"plaintext only", "good", "ssl = no\ndisable_plaintext_auth = no\n", func(d *dovecot) []realCase {
			return []realCase{
				{"imap starttls", at(mail.IMAP, mail.STARTTLS, imap, d.imap), "does not hold verify-starttls"},
				{"pop3 stls", at(mail.POP, mail.STARTTLS, pop, d.pop3), "does not hold verify-starttls"},
				{"imap none", at(mail.IMAP, mail.None, imap, d.imap), "holds"},
				{"pop3 none", at(mail.POP, mail.None, pop, d.pop3), "holds"},
			}
		}},
		{"passwords in clear", "good", "disable_plaintext_auth = no\n", func(d *dovecot) []realCase {
			return []realCase{
				{"imap starttls", at(mail.IMAP, mail.STARTTLS, imap, d.imap), "holds verify-auth-clear"},
				{"pop3 stls", at(mail.POP, mail.STARTTLS, pop, d.pop3), "holds verify-auth-clear"},
			}
		}},
		{"client certificate wanted", "good", "auth_ssl_require_client_cert = yes\nauth_ssl_username_from_cert = yes\nssl_verify_client_cert = yes\nssl_ca = <" + dir + "/good.crt\n", func(d *dovecot) []realCase {
			return []realCase{{"imaps", at(mail.IMAP, mail.TLS, imap, d.imaps), "holds"}} // it asks, and goes on without
		}},
		{"more mechanisms", "good", "auth_mechanisms = plain cram-md5 scram-sha-256 xoauth2 oauthbearer\npassdb {\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = " + dir + "/oauth2\n}\n", func(d *dovecot) []realCase {
			return []realCase{
				{"imaps", at(mail.IMAP, mail.TLS, imap, d.imaps, mail.Password, mail.Encrypted, mail.OAuth2), "holds"},
				{"pop3s", at(mail.POP, mail.TLS, pop, d.pop3s, mail.Password, mail.Encrypted, mail.OAuth2), "holds"},
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
	p := startPostfix(t, dir+"/good", d.dir+"/run/smtp")
	const smtp = "smtp.example.nl"
	checkReal(t, root, []realCase{
		{"submissions", at(mail.SMTP, mail.TLS, smtp, p.submissions), "holds"},
		{"submission", at(mail.SMTP, mail.STARTTLS, smtp, p.submission), "holds"},
		{"tls on the starttls port", at(mail.SMTP, mail.TLS, smtp, p.submission), "does not hold verify-security"},
		{"no starttls", at(mail.SMTP, mail.STARTTLS, smtp, p.relays), "does not hold verify-starttls"},
		{"no auth", at(mail.SMTP, mail.None, smtp, p.relays), "does not hold verify-auth"},
		{"no auth before tls", at(mail.SMTP, mail.None, smtp, p.submission), "does not hold verify-auth verify-starttls-unused"},
		{"wrong name", at(mail.SMTP, mail.TLS, "mail.example.nl", p.submissions), "does not hold verify-certificate-name"},
		{"imap on the smtp port", at(mail.IMAP, mail.TLS, "imap.example.nl", p.submissions), "does not hold verify-protocol"},
		{"pop on the smtp port", at(mail.POP, mail.STARTTLS, "pop.example.nl", p.submission), "does not hold verify-protocol"},
		{"oauth is not offered", at(mail.SMTP, mail.TLS, smtp, p.submissions, mail.OAuth2), "does not hold verify-auth"},
		{"nothing listens", at(mail.SMTP, mail.TLS, smtp, testlab.FreePorts(1)[0]), "could not be reached verify-connect"},
	})
	t.Run("starttls on the tls port", func(t *testing.T) {
		opt := realOptions(root, new(network))
		opt.Timeouts.Greeting = 500 * time.Millisecond
		r, err := Run(context.Background(), record(at(mail.SMTP, mail.STARTTLS, smtp, p.submissions)), opt)
		if err != nil {
			t.Fatal(err)
		}
		wantCodes(t, r, "does not hold verify-security")
	})
	// What Postfix counted: EHLO, STARTTLS, QUIT, and never AUTH.
	log := waitLog(t, p.dir+"/data/log", "ehlo=2 starttls=1 quit=1 commands=4")
	if strings.Contains(log, "auth=") || strings.Contains(log, "rcpt=") || strings.Contains(log, "mail=") {
		t.Errorf("the log has more than that:\n%s", log)
	}
	for _, name := range []string{"expired", "untrusted"} {
		t.Run(name, func(t *testing.T) {
			p := startPostfix(t, dir+"/"+name, d.dir+"/run/smtp")
			want := map[string]string{"expired": "does not hold verify-certificate-date", "untrusted": "does not hold verify-certificate-chain"}[name]
			checkReal(t, root, []realCase{
				{"submissions", at(mail.SMTP, mail.TLS, smtp, p.submissions), want},
				{"submission", at(mail.SMTP, mail.STARTTLS, smtp, p.submission), want},
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
