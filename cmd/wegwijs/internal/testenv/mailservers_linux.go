package testenv

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// This file starts Dovecot and Postfix as Debian ships them (packages
// dovecot-imapd, dovecot-pop3d and postfix), each with a configuration of its
// own in a temporary folder.

// needRoot returns the path of a server's program, which must be there and is
// started as root.
func needRoot(t testing.TB, pkg string, paths ...string) string {
	t.Helper()
	if os.Getuid() != 0 {
		Missing(t, "root, which "+pkg+" is started as")
	}
	return Program(t, paths[0]+" (apt-get install --no-install-recommends "+pkg+")", paths...)
}

// ServerDir makes a folder that servers which drop root can reach. Its name is
// short, for sockets in it.
func ServerDir(t testing.TB) string {
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

// startServer runs a server until the test ends, and waits until all ports answer.
// It is stopped by its own process id.
func startServer(t testing.TB, log string, ports []int, name string, args ...string) {
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

// Dovecot is one instance. Its mailboxes, one for each local part, are
// Maildirs below Dir/mail.
type Dovecot struct {
	Cert     string // files Cert.crt (the chain) and Cert.key
	Password string // everyone's; "" lets nobody in
	Extra    string // goes at the end of its configuration

	// Ports of 127.0.0.1; 0 means a free one.
	IMAP, IMAPS, POP3, POP3S int

	Dir  string // its folder; set by Start
	Log  string // its log; set by Start
	SASL string // the socket at which it answers for Postfix; set by Start
}

// Start runs the instance until the test ends.
func (d *Dovecot) Start(t testing.TB) *Dovecot {
	t.Helper()
	prog := needRoot(t, "dovecot-imapd dovecot-pop3d", "/usr/sbin/dovecot")
	needRoot(t, "dovecot-pop3d", "/usr/lib/dovecot/pop3-login")
	d.Dir = ServerDir(t)
	d.Log, d.SASL = d.Dir+"/log", d.Dir+"/run/smtp"
	freePorts(&d.IMAP, &d.IMAPS, &d.POP3, &d.POP3S)
	password := d.Password
	if password == "" {
		password = "never-sent"
	}
	if err := os.Mkdir(d.Dir+"/mail", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(d.Dir+"/mail", 65534, 65534); err != nil {
		t.Fatal(err)
	}
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
mail_location = maildir:%[1]s/mail/%%n
passdb {
  driver = static
  args = password=%[3]s
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=%[1]s
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[4]d
  }
  inet_listener imaps {
    port = %[5]d
    ssl = yes
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = %[6]d
  }
  inet_listener pop3s {
    port = %[7]d
    ssl = yes
  }
}
service auth {
  unix_listener smtp {
    mode = 0666
  }
}
%[8]s
`, d.Dir, d.Cert, password, d.IMAP, d.IMAPS, d.POP3, d.POP3S, d.Extra)
	if err := os.WriteFile(d.Dir+"/conf", []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	// The other two ports may be switched off.
	startServer(t, d.Log, []int{d.IMAP, d.POP3}, prog, "-F", "-c", d.Dir+"/conf")
	return d
}

// Postfix is one instance: a submission port with STARTTLS, one with TLS from
// the first byte, and one that has neither TLS nor AUTH.
type Postfix struct {
	Cert string // as [Dovecot] has it
	SASL string // the socket of the Dovecot that knows the passwords
	// Deliver is the folder of Maildirs in which mail for the Boxes, local parts
	// at Domain, lands; with "" nothing is taken from anyone.
	Deliver, Domain string
	Boxes           []string

	// Ports of 127.0.0.1; 0 means a free one.
	Submission, Submissions, Relay int

	Log string // set by Start
}

// Start runs the instance until the test ends.
func (p *Postfix) Start(t testing.TB) *Postfix {
	t.Helper()
	master := needRoot(t, "postfix", "/usr/lib/postfix/sbin/master")
	dir := ServerDir(t)
	p.Log = dir + "/data/log"
	freePorts(&p.Submission, &p.Submissions, &p.Relay)
	for _, sub := range []string{"conf", "queue", "data"} {
		if err := os.Mkdir(dir+"/"+sub, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	restrictions, delivery := "reject", ""
	if p.Deliver != "" {
		restrictions = "permit_sasl_authenticated, reject"
		delivery = fmt.Sprintf(`mydestination =
virtual_mailbox_domains = %s
virtual_mailbox_base = %s
virtual_mailbox_maps = texthash:%s/conf/boxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
`, p.Domain, p.Deliver, dir)
		var boxes strings.Builder
		for _, b := range p.Boxes {
			fmt.Fprintf(&boxes, "%[1]s@%[2]s %[1]s/\n", b, p.Domain)
		}
		if err := os.WriteFile(dir+"/conf/boxes", []byte(boxes.String()), 0o644); err != nil {
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
smtpd_relay_restrictions = %[4]s
smtpd_tls_chain_files = %[2]s.key %[2]s.crt
smtpd_sasl_type = dovecot
smtpd_sasl_path = %[3]s
%[5]s`, dir, p.Cert, p.SASL, restrictions, delivery)
	services := fmt.Sprintf(`127.0.0.1:%d inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_tls_auth_only=yes
  -o smtpd_sasl_auth_enable=yes
127.0.0.1:%d inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
127.0.0.1:%d inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
virtual unix - n n - - virtual
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`, p.Submission, p.Submissions, p.Relay)
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
	startServer(t, p.Log, []int{p.Submission, p.Submissions, p.Relay}, master, "-c", dir+"/conf", "-d")
	return p
}

// freePorts sets the ports that are 0 to free ones.
func freePorts(ports ...*int) {
	free := FreePorts(len(ports))
	for i, p := range ports {
		if *p == 0 {
			*p = free[i]
		}
	}
}
