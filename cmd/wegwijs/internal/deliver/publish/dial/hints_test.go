package dial

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestWhyNoLogin checks that whoever is not let in reads what to do.
func TestWhyNoLogin(t *testing.T) {
	host := signer(t, newEd(t))
	key := newEd(t)
	passwords := func() *ssh.ServerConfig {
		return &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, errors.New("wrong") }}
	}
	keys := func() *ssh.ServerConfig { return allow(signer(t, key).PublicKey()) }
	// As OpenSSH's does without PAM: it offers to ask questions, and asks none.
	both := keys()
	both.KeyboardInteractiveCallback = func(ssh.ConnMetadata, ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		return nil, errors.New("no device")
	}
	for _, c := range []struct {
		name  string
		conf  *ssh.ServerConfig
		setup func(dir string, around *Surroundings)
		want  string
	}{
		{"passwords only, and nobody there", passwords(), func(string, *Surroundings) {}, "refused the login\n\tit takes no keys, and there is no terminal to ask for a password"},
		{"no key anywhere", keys(), func(string, *Surroundings) {}, "no key was found: looked for HOME/.ssh/id_ed25519, HOME/.ssh/id_ecdsa, HOME/.ssh/id_rsa; no ssh-agent runs (SSH_AUTH_SOCK is not set)"},
		{"an agent without keys", keys(), func(_ string, around *Surroundings) { around.Getenv = startAgent(t) }, "the ssh-agent holds none"},
		{"a passphrase that is not it", both, func(dir string, around *Surroundings) {
			writeKey(t, dir+"/.ssh/id_ed25519", key, "geheim")
			around.Ask = func(string, bool) (string, error) { return "gehiem", nil }
		}, "1 key was offered\n\tthe key HOME/.ssh/id_ed25519 stays locked: that was not its passphrase"},
	} {
		s := serve(t, c.conf, host)
		dir := home(t, s.port, host.PublicKey())
		around := Surroundings{Home: dir, User: "jan"}
		c.setup(dir, &around)
		err := connect(t, Target{Host: "127.0.0.1", Port: s.port}, around)
		if want := strings.ReplaceAll(c.want, "HOME", dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", c.name, err, want)
		}
	}
}

// TestPrintable keeps a server from steering the terminal or turning the text
// around.
func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"Wachtwoord: \né":                 "Wachtwoord: \né",
		"\x1b[2Jfout\r\x7f":               "[2Jfout",
		"\u009b2Jfout\u009d0;x\u009c":     "2Jfout0;x",
		"Wachtwoord\u202e van\u2066 iets": "Wachtwoord van iets",
	} {
		if got := printable(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
