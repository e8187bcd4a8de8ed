package dial

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A server takes connections on this machine and says who logged in.
type server struct {
	port int
	mu   sync.Mutex
	log  []string // "user method"
}

func (s *server) say(text string) {
	s.mu.Lock()
	s.log = append(s.log, text)
	s.mu.Unlock()
}

func (s *server) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log
}

func serve(t *testing.T, conf *ssh.ServerConfig, hostKeys ...ssh.Signer) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{port: l.Addr().(*net.TCPAddr).Port}
	for _, k := range hostKeys {
		conf.AddHostKey(k)
	}
	conf.AuthLogCallback = func(c ssh.ConnMetadata, method string, err error) {
		if method != "none" {
			s.say(fmt.Sprintf("%s %s %v", c.User(), method, err == nil))
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				conn, chans, reqs, err := ssh.NewServerConn(c, conf)
				if err != nil {
					return
				}
				go ssh.DiscardRequests(reqs)
				for ch := range chans {
					ch.Reject(ssh.Prohibited, "")
				}
				conn.Wait()
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return s
}

func signer(t *testing.T, key any) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newEd(t *testing.T) ed25519.PrivateKey {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// writeKey writes a private key, encrypted where there is a phrase.
func writeKey(t *testing.T, file string, key any, phrase string) {
	t.Helper()
	var b *pem.Block
	var err error
	if phrase == "" {
		b, err = ssh.MarshalPrivateKey(key, "")
	} else {
		b, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(phrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, string(pem.EncodeToMemory(b)))
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// allow lets exactly these keys log in.
func allow(keys ...ssh.PublicKey) *ssh.ServerConfig {
	return &ssh.ServerConfig{MaxAuthTries: 6, PublicKeyCallback: func(_ ssh.ConnMetadata, k ssh.PublicKey) (*ssh.Permissions, error) {
		if c, ok := k.(*ssh.Certificate); ok {
			k = c.SignatureKey
		}
		for _, a := range keys {
			if string(a.Marshal()) == string(k.Marshal()) {
				return nil, nil
			}
		}
		return nil, errors.New("not this key")
	}}
}

// home makes a home folder in which the server is known by the given keys.
func home(t *testing.T, port int, keys ...ssh.PublicKey) string {
	t.Helper()
	dir := t.TempDir()
	var lines strings.Builder
	for _, k := range keys {
		lines.WriteString(knownhosts.Line([]string{fmt.Sprintf("127.0.0.1:%d", port)}, k) + "\n")
	}
	write(t, filepath.Join(dir, ".ssh", "known_hosts"), lines.String())
	return dir
}

func connect(t *testing.T, target Target, around Surroundings) error {
	t.Helper()
	c, err := Connect(t.Context(), target, around)
	if err == nil {
		c.Close()
	}
	return err
}

func TestHostKeys(t *testing.T) {
	host, other, user := signer(t, newEd(t)), signer(t, newEd(t)), newEd(t)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	hosts := []ssh.Signer{host, signer(t, ec), signer(t, rs)}
	for _, c := range []struct {
		name  string
		known func(port int) string // known_hosts
		want  []string              // in the error; none: it works
	}{
		{"known", func(p int) string { return line(p, host) }, nil},
		{"known by its other key", func(p int) string { return line(p, hosts[1]) }, nil},
		{"known by its RSA key", func(p int) string { return line(p, hosts[2]) }, nil},
		{"hashed", func(p int) string {
			name := knownhosts.HashHostname(knownhosts.Normalize(fmt.Sprintf("127.0.0.1:%d", p)))
			return name + " " + strings.SplitN(line(p, host), " ", 2)[1]
		}, nil},
		{"unknown", func(int) string { return "" }, []string{"not known", "nothing was sent", ssh.FingerprintSHA256(host.PublicKey()), "ssh-keygen -lf", "known_hosts:"}},
		{"other host known", func(p int) string { return line(p+1, host) }, []string{"not known"}},
		{"changed", func(p int) string { return line(p, other) }, []string{"is not the one in", "known_hosts:1", ssh.FingerprintSHA256(host.PublicKey()), ssh.FingerprintSHA256(other.PublicKey()), "ssh-keygen -R"}},
		{"revoked", func(p int) string { return line(p, host) + "@revoked * " + strings.SplitN(line(p, host), " ", 2)[1] }, []string{"revoked", "known_hosts:2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, allow(signer(t, user).PublicKey()), hosts...)
			dir := t.TempDir()
			write(t, filepath.Join(dir, ".ssh", "known_hosts"), c.known(s.port))
			writeKey(t, filepath.Join(dir, ".ssh", "id_ed25519"), user, "")
			asked := false
			err := connect(t, Target{Host: "127.0.0.1", Port: s.port}, Surroundings{Home: dir, User: "jan", Ask: func(string, bool) (string, error) { asked = true; return "yes", nil }})
			if len(c.want) == 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatal("connected")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if len(s.said()) > 0 || asked {
				t.Errorf("went on to log in: %v, asked %v", s.said(), asked)
			}
		})
	}
}

func line(port int, k ssh.Signer) string {
	return knownhosts.Line([]string{fmt.Sprintf("127.0.0.1:%d", port)}, k.PublicKey()) + "\n"
}

// TestUnknownHostLine adds the line that the message gives: then it works.
func TestUnknownHostLine(t *testing.T) {
	host, user := signer(t, newEd(t)), newEd(t)
	s := serve(t, allow(signer(t, user).PublicKey()), host)
	dir := home(t, s.port)
	writeKey(t, filepath.Join(dir, ".ssh", "id_ed25519"), user, "")
	around := Surroundings{Home: dir, User: "jan"}
	err := connect(t, Target{Host: "127.0.0.1", Port: s.port}, around)
	if err == nil {
		t.Fatal("connected")
	}
	text := strings.Split(strings.TrimSpace(err.Error()), "\n")
	write(t, filepath.Join(dir, ".ssh", "known_hosts"), strings.TrimSpace(text[len(text)-1])+"\n")
	if err := connect(t, Target{Host: "127.0.0.1", Port: s.port}, around); err != nil {
		t.Error(err)
	}
}

func TestHostCertificate(t *testing.T) {
	authority, host, user := signer(t, newEd(t)), signer(t, newEd(t)), newEd(t)
	cert := &ssh.Certificate{Key: host.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{"127.0.0.1"}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, authority); err != nil {
		t.Fatal(err)
	}
	withCert, err := ssh.NewCertSigner(cert, host)
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, allow(signer(t, user).PublicKey()), host, withCert)
	dir := t.TempDir()
	writeKey(t, filepath.Join(dir, ".ssh", "id_ed25519"), user, "")
	write(t, filepath.Join(dir, ".ssh", "known_hosts"), "@cert-authority "+line(s.port, authority))
	if err := connect(t, Target{Host: "127.0.0.1", Port: s.port}, Surroundings{Home: dir, User: "jan"}); err != nil {
		t.Error(err)
	}
}

func TestKeys(t *testing.T) {
	host, user, wrong := signer(t, newEd(t)), newEd(t), newEd(t)
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		allow  any
		setup  func(t *testing.T, dir string) (Target, Surroundings)
		asked  string // part of the last question
		answer []string
		want   string // in the error
	}{
		{"file", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_ed25519", user, "")
			return Target{}, Surroundings{}
		}, "", nil, ""},
		{"named file", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_ed25519", wrong, "")
			writeKey(t, dir+"/keys/help", user, "")
			return Target{Identity: "~/keys/help"}, Surroundings{}
		}, "", nil, ""},
		{"RSA, which must not sign with SHA-1", rs, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_rsa", rs, "")
			return Target{}, Surroundings{}
		}, "", nil, ""},
		{"encrypted", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_ed25519", user, "geheim")
			return Target{}, Surroundings{}
		}, "/.ssh/id_ed25519: ", []string{"geheim"}, ""},
		{"encrypted RSA", rs, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_rsa", rs, "geheim")
			return Target{}, Surroundings{}
		}, "/.ssh/id_rsa: ", []string{"geheim"}, ""},
		{"encrypted, a slip of the keyboard", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_ed25519", user, "geheim")
			return Target{}, Surroundings{}
		}, "that was not it; passphrase of ", []string{"gehiem", "geheim"}, ""},
		{"encrypted and nobody there", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_ed25519", user, "geheim")
			return Target{}, Surroundings{}
		}, "", nil, "is encrypted and nobody is there"},
		{"encrypted, and unlocked in the agent", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_ed25519", user, "geheim")
			return Target{}, Surroundings{Getenv: startAgent(t, user)}
		}, "", nil, ""},
		{"agent", user, func(t *testing.T, dir string) (Target, Surroundings) {
			return Target{}, Surroundings{Getenv: startAgent(t, wrong, user)}
		}, "", nil, ""},
		{"agent with many keys and one named", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/keys/help", user, "")
			return Target{Identity: "~/keys/help"}, Surroundings{Getenv: startAgent(t, newEd(t), newEd(t), newEd(t), newEd(t), newEd(t), newEd(t), newEd(t))}
		}, "", nil, ""},
		{"agent with the key, and ~/.ssh/config that allows no others", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/keys/help", wrong, "")
			write(t, dir+"/.ssh/config", "Host 127.0.0.1\n  IdentityFile ~/keys/help\n  IdentitiesOnly yes\n")
			return Target{}, Surroundings{Getenv: startAgent(t, user)}
		}, "", nil, "1 key was offered"},
		{"agent that is gone", user, func(t *testing.T, dir string) (Target, Surroundings) {
			return Target{}, Surroundings{Getenv: func(string) string { return dir + "/no-agent" }}
		}, "", nil, "agent cannot be reached"},
		{"no key", user, func(t *testing.T, dir string) (Target, Surroundings) {
			return Target{Identity: "~/keys/help"}, Surroundings{}
		}, "", nil, "there is no key"},
		{"wrong key", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_ed25519", wrong, "")
			return Target{}, Surroundings{}
		}, "", nil, "refused the login\n\t1 key was offered"},
		{"certificate", user, func(t *testing.T, dir string) (Target, Surroundings) {
			writeKey(t, dir+"/.ssh/id_ed25519", wrong, "")
			cert := &ssh.Certificate{Key: signer(t, wrong).PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"jan"}, ValidBefore: ssh.CertTimeInfinity}
			if err := cert.SignCert(rand.Reader, signer(t, user)); err != nil {
				t.Fatal(err)
			}
			write(t, dir+"/.ssh/id_ed25519-cert.pub", string(ssh.MarshalAuthorizedKey(cert)))
			return Target{}, Surroundings{}
		}, "", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, allow(signer(t, c.allow).PublicKey()), host)
			dir := home(t, s.port, host.PublicKey())
			target, around := c.setup(t, dir)
			target.Host, target.Port = "127.0.0.1", s.port
			around.Home, around.User = dir, "jan"
			answers := c.answer
			if answers != nil {
				around.Ask = func(q string, secret bool) (string, error) {
					if len(answers) == 1 && !strings.Contains(q, c.asked) || !secret {
						t.Errorf("asked %q, secret %v; want %q", q, secret, c.asked)
					}
					a := answers[0]
					answers = answers[1:]
					return a, nil
				}
			}
			err := connect(t, target, around)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
			if len(answers) > 0 {
				t.Errorf("%d questions were not asked", len(answers))
			}
			if err != nil && strings.Contains(err.Error(), "geheim") {
				t.Errorf("the message gives the secret away: %v", err)
			}
		})
	}
}

// startAgent starts an SSH agent with some keys and gives an environment that
// names it.
func startAgent(t *testing.T, keys ...ed25519.PrivateKey) func(string) string {
	t.Helper()
	ring := agent.NewKeyring()
	for _, k := range keys {
		if err := ring.Add(agent.AddedKey{PrivateKey: k}); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := os.MkdirTemp("", "a") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); os.RemoveAll(dir) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(ring, c)
		}
	}()
	return func(name string) string {
		if name == "SSH_AUTH_SOCK" {
			return filepath.Join(dir, "s")
		}
		return ""
	}
}

func TestPassword(t *testing.T) {
	const secret = "hunter2-geheim"
	host := signer(t, newEd(t))
	for _, c := range []struct {
		name    string
		conf    func() *ssh.ServerConfig
		answers []string
		ok      bool
	}{
		{"password", func() *ssh.ServerConfig {
			return &ssh.ServerConfig{PasswordCallback: func(_ ssh.ConnMetadata, p []byte) (*ssh.Permissions, error) {
				if string(p) == secret {
					return nil, nil
				}
				return nil, errors.New("wrong")
			}}
		}, []string{"mis", secret}, true},
		{"keyboard-interactive", func() *ssh.ServerConfig {
			return &ssh.ServerConfig{KeyboardInteractiveCallback: func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
				a, err := ask("", "", []string{"Wachtwoord: ", "Code: "}, []bool{false, true})
				if err != nil || a[0] != secret || a[1] != "123456" {
					return nil, errors.New("wrong")
				}
				return nil, nil
			}}
		}, []string{secret, "123456"}, true},
		{"wrong", func() *ssh.ServerConfig {
			return &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, errors.New("wrong") }}
		}, []string{secret, secret, secret}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, c.conf(), host)
			dir := home(t, s.port, host.PublicKey())
			n := 0
			err := connect(t, Target{Host: "127.0.0.1", Port: s.port}, Surroundings{Home: dir, User: "jan", Ask: func(q string, hidden bool) (string, error) {
				if n >= len(c.answers) {
					return "", errors.New("asked too often")
				}
				if hidden == strings.Contains(q, "Code") {
					t.Errorf("%q: hidden %v", q, hidden)
				}
				n++
				return c.answers[n-1], nil
			}})
			if (err == nil) != c.ok {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the message gives the secret away: %v", err)
			}
			if n != len(c.answers) {
				t.Errorf("asked %d times, want %d", n, len(c.answers))
			}
		})
	}
}

// TestQuestionsThatNeverCome meets a server that offers to ask questions and
// asks none, as OpenSSH's does without PAM: a key that it does not want is what
// is wrong, not the protocol.
func TestQuestionsThatNeverCome(t *testing.T) {
	host := signer(t, newEd(t))
	conf := allow(signer(t, newEd(t)).PublicKey())
	conf.KeyboardInteractiveCallback = func(ssh.ConnMetadata, ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		return nil, errors.New("no device")
	}
	s := serve(t, conf, host)
	dir := home(t, s.port, host.PublicKey())
	writeKey(t, dir+"/.ssh/id_ed25519", newEd(t), "")
	err := connect(t, Target{Host: "127.0.0.1", Port: s.port}, Surroundings{Home: dir, User: "jan", Ask: func(q string, _ bool) (string, error) {
		t.Errorf("asked %q", q)
		return "", nil
	}})
	if err == nil || !strings.Contains(err.Error(), "refused the login\n\t1 key was offered") {
		t.Errorf("got %v", err)
	}
}

func TestUserConfig(t *testing.T) {
	host, user := signer(t, newEd(t)), newEd(t)
	s := serve(t, allow(signer(t, user).PublicKey()), host)
	dir := home(t, s.port, host.PublicKey())
	writeKey(t, dir+"/keys/help key", user, "")
	write(t, dir+"/.ssh/config", fmt.Sprintf("Host web?\n  HostName 127.0.0.1\n  Port %d\n  User helpdesk\n  IdentityFile \"%%d/keys/help key\"\n  IdentitiesOnly yes\nHost other\n  User nobody\n", s.port))
	if err := connect(t, Target{Host: "web1"}, Surroundings{Home: dir, User: "jan"}); err != nil {
		t.Fatal(err)
	}
	// What site.toml says wins.
	if err := connect(t, Target{Host: "web1", User: "piet"}, Surroundings{Home: dir, User: "jan"}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.said(), "; "); got != "helpdesk publickey true; piet publickey true" {
		t.Errorf("logged in as %s", got)
	}
	for _, key := range []string{"ProxyJump bastion", "ProxyCommand nc %h %p"} {
		write(t, dir+"/.ssh/config", "Host web1\n  "+key+"\n")
		err := connect(t, Target{Host: "web1"}, Surroundings{Home: dir, User: "jan"})
		if err == nil || !strings.Contains(err.Error(), strings.Fields(key)[0]) {
			t.Errorf("%s: got %v", key, err)
		}
	}
	write(t, dir+"/.ssh/config", "Host web1\n  ProxyJump none\n  HostName 127.0.0.1\n")
	if err := connect(t, Target{Host: "web1", Port: s.port, Identity: "~/keys/help key"}, Surroundings{Home: dir, User: "jan"}); err != nil {
		t.Error(err)
	}
	// HostKeyAlias: the name under which the key is known.
	write(t, dir+"/.ssh/known_hosts", strings.Replace(line(s.port, host), strings.Fields(line(s.port, host))[0], "helpserver", 1))
	write(t, dir+"/.ssh/config", "Host web1\n  HostName 127.0.0.1\n  HostKeyAlias helpserver\n")
	if err := connect(t, Target{Host: "web1", Port: s.port, Identity: "~/keys/help key"}, Surroundings{Home: dir, User: "jan"}); err != nil {
		t.Error(err)
	}
}
