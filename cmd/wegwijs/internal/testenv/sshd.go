package testenv

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// An SSHD is OpenSSH's server on this machine, with keys of its own.
type SSHD struct {
	Port       int
	User       string
	Key        string // file of a private key that may log in
	KnownHosts string // file
	Authorized string // file of the public keys that may log in, one a line
	HostKey    string // file of the server's private key

	host ssh.PublicKey
}

// StartSSHD starts a server that gives SFTP to the user who runs the test.
// extra are lines for its configuration; they win over the usual ones.
func StartSSHD(t testing.TB, extra ...string) *SSHD {
	t.Helper()
	bin := Program(t, "OpenSSH's server (apt install openssh-server)", "/usr/sbin/sshd")
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		// sshd insists on it; elsewhere systemd makes it.
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	s := &SSHD{Port: FreePorts(1)[0], User: who.Username, Key: at("key"), KnownHosts: at("known_hosts"), Authorized: at("authorized"), HostKey: at("host"), host: newKey(t, at("host"))}
	secret(t, at("authorized"), string(ssh.MarshalAuthorizedKey(newKey(t, s.Key))))
	if !slices.ContainsFunc(extra, func(l string) bool { return strings.HasPrefix(l, "Subsystem ") }) {
		extra = append(extra, "Subsystem sftp internal-sftp")
	}
	secret(t, at("config"), strings.Join(append(extra, // sshd takes the first value that it reads
		fmt.Sprintf("Port %d", s.Port),
		"ListenAddress 127.0.0.1",
		"HostKey "+at("host"),
		"AuthorizedKeysFile "+at("authorized"),
		"PidFile none",
		"StrictModes no",
		"UsePAM no",
		"PasswordAuthentication no",
		"PermitRootLogin prohibit-password",
		"MaxStartups 100",
		"LogLevel ERROR",
	), "\n")+"\n")
	s.Trust(t, s.Port)
	start(t, exec.Command(bin, "-D", "-e", "-f", at("config")), s.Port)
	return s
}

// start runs a server until the test ends.
func start(t testing.TB, c *exec.Cmd, port int) {
	t.Helper()
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
		if t.Failed() && log.Len() > 0 {
			t.Logf("%s: %s", filepath.Base(c.Path), log.String())
		}
	})
	waitFor(t, port)
}

// Trust makes the server known at a port.
func (s *SSHD) Trust(t testing.TB, port int) {
	t.Helper()
	f, err := os.OpenFile(s.KnownHosts, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintln(f, knownhosts.Line([]string{fmt.Sprintf("127.0.0.1:%d", port)}, s.host))
}

func newKey(t testing.TB, file string) ssh.PublicKey {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(priv, "")
	if err != nil {
		t.Fatal(err)
	}
	secret(t, file, string(pem.EncodeToMemory(block)))
	k, err := ssh.NewPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// secret writes a file that only its owner may read, as sshd wants of its keys.
func secret(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
