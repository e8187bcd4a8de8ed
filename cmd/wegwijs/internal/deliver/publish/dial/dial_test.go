package dial

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// greet asks the server for its SFTP version, which is all that these tests
// need of it.
func greet(ctx context.Context, target Target, around Surroundings) error {
	c, err := Start(ctx, target, around)
	if err != nil {
		return err
	}
	defer c.Close()
	c.Write([]byte{0, 0, 0, 5, 1, 0, 0, 0, 3}) // SSH_FXP_INIT, version 3
	var head [5]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return c.Explain(err)
	}
	if head[4] != 2 {
		return c.Explain(fmt.Errorf("answers %q", head))
	}
	c.Ready()
	return nil
}

// A world is a server and a user's configuration of ssh that knows it as web1.
type world struct {
	t   *testing.T
	s   *testenv.SSHD
	dir string
}

func newWorld(t *testing.T, extra ...string) *world {
	return &world{t, testenv.StartSSHD(t, extra...), t.TempDir()}
}

func (w *world) write(name, text string) string {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

// config writes the user's configuration: web1 with more lines, and what stands
// before it.
func (w *world) config(before string, lines ...string) string {
	return w.write("config", before+fmt.Sprintf("\nHost web1\n  HostName 127.0.0.1\n  Port %d\n  User %s\n  UserKnownHostsFile %s\n  GlobalKnownHostsFile /dev/null\n  %s\n", w.s.Port, w.s.User, w.s.KnownHosts, strings.Join(lines, "\n  ")))
}

func (w *world) key() string { return "IdentityFile " + w.s.Key }

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}

// TestWhatTheUserHas reaches servers in the ways that users have set up.
func TestWhatTheUserHas(t *testing.T) {
	for name, setup := range map[string]func(w *world) Target{
		"all in site.toml": func(w *world) Target {
			return Target{Host: "127.0.0.1", Port: w.s.Port, User: w.s.User, Identity: w.s.Key, KnownHosts: w.s.KnownHosts, Config: "/dev/null"}
		},
		"a name with all in the configuration": func(w *world) Target {
			return Target{Host: "web1", Config: w.config("", w.key())}
		},
		"what site.toml says wins": func(w *world) Target {
			return Target{Host: "web1", Config: w.config("", "User nobody", "IdentityFile /nowhere"), User: w.s.User, Identity: w.s.Key}
		},
		"files with blanks and percent signs in their names": func(w *world) Target {
			key, _ := os.ReadFile(w.s.Key)
			known, _ := os.ReadFile(w.s.KnownHosts)
			return Target{Host: "web1", Config: w.config("", "UserKnownHostsFile /dev/null"), Identity: w.write("my 100%d key", string(key)), KnownHosts: w.write("known 100%h", string(known))}
		},
		"a key from the home folder": func(w *world) Target {
			key, _ := os.ReadFile(w.s.Key)
			w.write("help", string(key))
			return Target{Host: "web1", Config: w.config(""), Identity: "~/help"}
		},
		"ProxyJump": func(w *world) Target {
			return Target{Host: "web1", Config: w.config(w.jump(), w.key(), "ProxyJump jump")}
		},
		"ProxyCommand": func(w *world) Target {
			jump := testenv.StartSSHD(w.t)
			return Target{Host: "web1", Config: w.config("", w.key(), fmt.Sprintf("ProxyCommand ssh -F /dev/null -oBatchMode=yes -i %s -oUserKnownHostsFile=%s -p %d -W %%h:%%p %s@127.0.0.1", jump.Key, jump.KnownHosts, jump.Port, jump.User))}
		},
		"Match": func(w *world) Target {
			return Target{Host: "web1", Config: w.config("Match originalhost web1 exec \"test -f " + w.s.Key + "\"\n  " + w.key() + "\n")}
		},
		"HostKeyAlias": func(w *world) Target {
			known, _ := os.ReadFile(w.s.KnownHosts)
			_, key, _ := strings.Cut(string(known), " ")
			return Target{Host: "web1", Config: w.config("", w.key(), "HostKeyAlias helpserver"), KnownHosts: w.write("alias", "helpserver "+key)}
		},
		"hashed known hosts": func(w *world) Target {
			known, _ := os.ReadFile(w.s.KnownHosts)
			file := w.write("hashed", string(known))
			run(w.t, "ssh-keygen", "-H", "-f", file)
			return Target{Host: "web1", Config: w.config("", w.key()), KnownHosts: file}
		},
		"agent": func(w *world) Target {
			return Target{Host: "web1", Config: w.config("", "IdentityAgent "+startAgent(w.t, w.s.Key))}
		},
		"a key with a passphrase that the agent has": func(w *world) Target {
			plain, _ := os.ReadFile(w.s.Key)
			agent := startAgent(w.t, w.s.Key)
			locked := w.write("locked", string(plain))
			run(w.t, "ssh-keygen", "-p", "-q", "-N", "geheim", "-f", locked)
			return Target{Host: "web1", Config: w.config("", "IdentityAgent "+agent), Identity: locked}
		},
		"a certificate": func(w *world) Target {
			run(w.t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(w.dir, "mine"))
			run(w.t, "ssh-keygen", "-q", "-s", w.authority(), "-I", "me", "-n", w.s.User, filepath.Join(w.dir, "mine.pub"))
			return Target{Host: "web1", Config: w.config(""), Identity: filepath.Join(w.dir, "mine")}
		},
		"a host certificate": func(w *world) Target {
			pub, _ := os.ReadFile(w.authority() + ".pub")
			return Target{Host: "web1", Config: w.config("", w.key()), KnownHosts: w.write("ca", fmt.Sprintf("@cert-authority [127.0.0.1]:%d %s", w.s.Port, pub))}
		},
		"a security key": func(w *world) Target {
			return Target{Host: "web1", Config: w.config("", "IdentityAgent "+startSecurityKey(w.t, w.s.Authorized))}
		},
		"forwardings and commands that would be in the way": func(w *world) Target {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				w.t.Fatal(err)
			}
			w.t.Cleanup(func() { l.Close() })
			return Target{Host: "web1", Config: w.config("", w.key(), fmt.Sprintf("LocalForward %d 127.0.0.1:1", l.Addr().(*net.TCPAddr).Port), "ExitOnForwardFailure yes", "RemoteCommand echo hallo", "RequestTTY force")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, "ca"))
			w := &world{t: t, dir: dir}
			hostCert := ""
			if name == "a host certificate" {
				run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, "host"))
				run(t, "ssh-keygen", "-q", "-s", filepath.Join(dir, "ca"), "-I", "web1", "-h", "-n", "127.0.0.1", filepath.Join(dir, "host.pub"))
				hostCert = "HostKey " + filepath.Join(dir, "host") + "\nHostCertificate " + filepath.Join(dir, "host-cert.pub")
			}
			w.s = testenv.StartSSHD(t, "TrustedUserCAKeys "+filepath.Join(dir, "ca.pub"), hostCert)
			if err := greet(t.Context(), setup(w), Surroundings{Home: dir}); err != nil {
				t.Error(err)
			}
		})
	}
}

// jump starts a server to jump over, and returns the lines of the configuration
// that name it; of two lines with one key the first counts.
func (w *world) jump(lines ...string) string {
	s := testenv.StartSSHD(w.t)
	lines = append(lines, "HostName 127.0.0.1", fmt.Sprint("Port ", s.Port), "User "+s.User, "IdentitiesOnly yes", "UserKnownHostsFile "+s.KnownHosts)
	if !strings.Contains(strings.Join(lines, "\n"), "IdentityFile") { // of which ssh tries all
		lines = append(lines, "IdentityFile "+s.Key)
	}
	return "Host jump\n  " + strings.Join(lines, "\n  ") + "\n"
}

// authority returns the key that signs certificates which the server takes.
func (w *world) authority() string { return filepath.Join(w.dir, "ca") }

// listenAgent serves an agent on a socket, whose path it returns.
func listenAgent(t *testing.T, a agent.Agent) string {
	t.Helper()
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
			go agent.ServeAgent(a, c)
		}
	}()
	return filepath.Join(dir, "s")
}

func startAgent(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParseRawPrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	return listenAgent(t, ring)
}

// A securityKey is an agent with one key that a security key would hold: it
// signs as FIDO does (OpenSSH's file PROTOCOL.u2f).
type securityKey struct {
	agent.Agent
	key ed25519.PrivateKey
	pub []byte
}

const skKind, skApp = "sk-ssh-ed25519@openssh.com", "ssh:"

func (k *securityKey) List() ([]*agent.Key, error) {
	return []*agent.Key{{Format: skKind, Blob: k.pub, Comment: "stub"}}, nil
}

func (k *securityKey) Sign(_ ssh.PublicKey, data []byte) (*ssh.Signature, error) {
	app, sum := sha256.Sum256([]byte(skApp)), sha256.Sum256(data)
	more := []byte{1, 0, 0, 0, 7} // the user was present; the counter
	signed := append(append(app[:], more...), sum[:]...)
	return &ssh.Signature{Format: skKind, Blob: ed25519.Sign(k.key, signed), Rest: more}, nil
}

// startSecurityKey allows the key to log in and returns the socket of its agent.
func startSecurityKey(t *testing.T, authorized string) string {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	blob := ssh.Marshal(struct {
		Kind string
		Key  []byte
		App  string
	}{skKind, pub, skApp})
	parsed, err := ssh.ParsePublicKey(blob)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(authorized, ssh.MarshalAuthorizedKey(parsed), 0o600); err != nil {
		t.Fatal(err)
	}
	return listenAgent(t, &securityKey{Agent: agent.NewKeyring(), key: key, pub: blob})
}

// TestWhyNot says in each case why nothing came of it.
func TestWhyNot(t *testing.T) {
	for name, c := range map[string]struct {
		setup func(w *world) (Target, Surroundings)
		want  []string
	}{
		"no ssh on the machine": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1"}, Surroundings{program: "no-ssh-here"}
		}, []string{"needs the program no-ssh-here", "install OpenSSH's client"}},
		"unknown host key": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Config: w.config("", w.key()), KnownHosts: w.write("none", "")}, Surroundings{}
		}, []string{"the host key of web1 is not known", "nothing was sent", "known_hosts in site.toml", "ssh: "}},
		"changed host key": {func(w *world) (Target, Surroundings) {
			pub, _ := os.ReadFile(filepath.Join(w.dir, "ca.pub"))
			return Target{Host: "web1", Config: w.config("", w.key()), KnownHosts: w.write("other", fmt.Sprintf("[127.0.0.1]:%d %s", w.s.Port, pub))}, Surroundings{}
		}, []string{"the host key of web1 is not the one that is known", "nothing was sent", "other:1", "SHA256:"}},
		"revoked host key": {func(w *world) (Target, Surroundings) {
			known, _ := os.ReadFile(w.s.KnownHosts)
			_, key, _ := strings.Cut(string(known), " ")
			return Target{Host: "web1", Config: w.config("", w.key()), KnownHosts: w.write("revoked", string(known)+"@revoked * "+key)}, Surroundings{}
		}, []string{"revoked", "nothing was sent"}},
		"a key that the server does not want": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Config: w.config("", "IdentityFile "+w.authority(), "IdentitiesOnly yes")}, Surroundings{}
		}, []string{"web1 refused the login", "nobody is here to ask", "ssh-add", "Permission denied"}},
		"a locked key and nobody there": {func(w *world) (Target, Surroundings) {
			plain, _ := os.ReadFile(w.s.Key)
			locked := w.write("locked", string(plain))
			run(w.t, "ssh-keygen", "-p", "-q", "-N", "geheim", "-f", locked)
			return Target{Host: "web1", Config: w.config("", "IdentityAgent none"), Identity: locked}, Surroundings{}
		}, []string{"web1 refused the login", "nobody is here to ask"}},
		"a key that all may read": {func(w *world) (Target, Surroundings) {
			os.Chmod(w.s.Key, 0o644)
			return Target{Host: "web1", Config: w.config("", "IdentityAgent none"), Identity: w.s.Key}, Surroundings{}
		}, []string{"may be read by others", "chmod 600"}},
		"a key that is not there": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Config: w.config(""), Identity: filepath.Join(w.dir, "weg")}, Surroundings{}
		}, []string{"identity of the target", "weg"}},
		"a host that does not exist": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1.invalid", Config: "/dev/null"}, Surroundings{}
		}, []string{"web1.invalid is no host name that is known"}},
		"a port on which nothing is": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Config: w.config("", w.key()), Port: testenv.FreePorts(1)[0]}, Surroundings{}
		}, []string{"nothing answers at web1", "Connection refused"}},
		"a jump host that is not there": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Config: w.config(fmt.Sprintf("Host jump\n  HostName 127.0.0.1\n  Port %d\n", testenv.FreePorts(1)[0]), w.key(), "ProxyJump jump")}, Surroundings{}
		}, []string{"nothing answers at a host on the way to web1", "Connection refused"}},
		"a jump host whose key is not known": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Config: w.config(w.jump("UserKnownHostsFile /dev/null"), w.key(), "ProxyJump jump")}, Surroundings{}
		}, []string{"the host key of a host on the way to web1 is not known", "known_hosts in site.toml"}},
		"a jump host that does not want the key": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Config: w.config(w.jump("IdentityFile "+w.authority()), w.key(), "ProxyJump jump")}, Surroundings{}
		}, []string{"a host on the way to web1 refused the login"}},
		"nothing behind a jump host": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Port: testenv.FreePorts(1)[0], Config: w.config(w.jump(), w.key(), "ProxyJump jump")}, Surroundings{}
		}, []string{"nothing answers at web1", "Connection refused"}},
		"a key that the server behind a jump host does not want": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Config: w.config(w.jump(), "IdentitiesOnly yes", "IdentityFile "+w.authority(), "ProxyJump jump")}, Surroundings{}
		}, []string{"web1 refused the login"}},
		"a mistake in the configuration": {func(w *world) (Target, Surroundings) {
			return Target{Host: "web1", Config: w.config("", "IdentitieFile x")}, Surroundings{}
		}, []string{"has a mistake", "identitiefile"}},
		"a server that is silent": {func(w *world) (Target, Surroundings) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				w.t.Fatal(err)
			}
			w.t.Cleanup(func() { l.Close() })
			return Target{Host: "web1", Config: w.config("", w.key()), Port: l.Addr().(*net.TCPAddr).Port}, Surroundings{patience: 300 * time.Millisecond}
		}, []string{"connect to web1: no answer within 300ms"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", w.authority())
			target, around := c.setup(w)
			err := greet(t.Context(), target, around)
			if err == nil {
				t.Fatal("connected")
			}
			if strings.Contains(err.Error(), "@ ") || strings.Contains(err.Error(), " @") {
				t.Errorf("%q has the frame", err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}

// TestNoSFTP meets servers that let the user in and speak no SFTP.
func TestNoSFTP(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"a program that ends": {"Subsystem sftp /bin/false", "is no SFTP server"},
		"a shell that prints": {"Subsystem sftp /bin/echo welkom bij de server", "is no SFTP server"},
		"no such subsystem":   {"Subsystem other internal-sftp", "offers no SFTP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.line)
			err := greet(t.Context(), Target{Host: "web1", Config: w.config("", w.key())}, Surroundings{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestGivenUp ends the context while a server keeps silent.
func TestGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	testenv.Program(t, "OpenSSH's client", "ssh")
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	go func() {
		if c, err := l.Accept(); err == nil {
			defer c.Close()
			cancel(enough)
			io.Copy(io.Discard, c) // until ssh has ended
		}
	}()
	err = greet(ctx, Target{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Config: "/dev/null"}, Surroundings{})
	if !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

// TestPrintable keeps a server from steering the terminal.
func TestPrintable(t *testing.T) {
	var b strings.Builder
	said := &tail{to: &b}
	fmt.Fprint(said, "welkom\x1b[2J\u202e\r\n\x07@@@@@@\n\n  klaar\u009b\n")
	if got := b.String(); got != "welkom[2J\n@@@@@@\n\n  klaar\n" {
		t.Errorf("%q", got)
	}
	if got := strings.Join(said.lines(), "|"); got != "welkom[2J|klaar" {
		t.Errorf("%q", got)
	}
}
