// Package dial reaches an SFTP server by the user's own ssh program, which
// knows ~/.ssh/config with its hosts, jumps and matches, agents, certificates,
// security keys and known hosts: whoever can say `ssh HOST` can publish there.
// It speaks no SSH itself; it starts `ssh -s HOST sftp` and says in plain words
// why that did not work.
package dial

import (
	"cmp"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A Target says where to connect to. Only Host is needed; what is set here
// wins over the user's configuration of ssh.
type Target struct {
	Host       string // a name in ~/.ssh/config, a host name or an address
	User       string
	Port       int
	Identity   string // file of a private key; no other key is tried
	KnownHosts string // file; no other is read
	Config     string // file that is read instead of ~/.ssh/config
}

// Surroundings are what the target does not say.
type Surroundings struct {
	Home string // the user's home folder, for names that begin with ~/; "" when there is none

	// Terminal is where ssh may speak to a person, whom it asks for passwords
	// and the like on its controlling terminal. nil: nobody is there, and ssh
	// asks nothing.
	Terminal io.Writer

	program  string        // for tests; "": ssh
	patience time.Duration // for tests; 0: patience
}

// patience is how long connecting may take where nobody is asked anything. ssh
// bounds the steps of it; this bounds a server that logs in and says no more.
const patience = time.Minute

// A Conn is the SFTP server's end of an ssh that runs. Reading returns what the
// server says; writing says something to it.
type Conn struct {
	io.Reader
	io.WriteCloser

	host   string
	batch  bool
	cmd    *exec.Cmd
	said   *tail
	gone   chan struct{} // closed when the program has ended
	ready  func()        // ends the watch over connecting
	why    error         // of connecting that was ended from here; set before ready comes back
	closed sync.Once
}

// Start starts ssh. ctx bounds connecting, until [Conn.Ready]. The caller closes
// the Conn.
func Start(ctx context.Context, t Target, around Surroundings) (*Conn, error) {
	name := cmp.Or(around.program, "ssh")
	program, err := exec.LookPath(name)
	if err != nil {
		return nil, diag.Errorf("publishing to %s needs the program %s, which this machine does not have: install OpenSSH's client", t.Host, name)
	}
	args, err := Arguments(t, around)
	if err != nil {
		return nil, err
	}
	c := &Conn{host: t.Host, batch: around.Terminal == nil, said: &tail{to: around.Terminal}, gone: make(chan struct{})}
	in, theirIn, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	theirOut, out, err := os.Pipe()
	if err != nil {
		in.Close()
		theirIn.Close()
		return nil, err
	}
	c.Reader, c.WriteCloser = in, out
	c.cmd = command(program, args)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = theirOut, theirIn, c.said
	c.cmd.WaitDelay = 2 * time.Second // a master connection may hold on to stderr
	err = c.cmd.Start()
	theirIn.Close()
	theirOut.Close()
	if err != nil {
		in.Close()
		out.Close()
		return nil, diag.Errorf("start ssh: %w", err)
	}
	go func() { // ends with the program, for which Close waits
		c.cmd.Wait()
		close(c.gone)
	}()
	c.watch(ctx, cmp.Or(around.patience, patience))
	return c, nil
}

// watch ends the program when ctx does, or when connecting takes too long and
// nobody is being asked.
func (c *Conn) watch(ctx context.Context, most time.Duration) {
	ctx, cancel := context.WithCancelCause(ctx)
	late := func() bool { return true }
	if c.batch {
		late = time.AfterFunc(most, func() { cancel(diag.Errorf("no answer within %s", most)) }).Stop
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		c.end()
	})
	var once sync.Once
	c.ready = func() {
		once.Do(func() {
			late()
			if !stop() { // it was ended from here
				<-ended
				c.why = context.Cause(ctx)
			}
			cancel(nil)
		})
	}
}

// Ready says that the server has answered: from now on the connection lives
// until it is closed.
func (c *Conn) Ready() { c.ready() }

// end makes the program stop, in a way that leaves a terminal as it was.
func (c *Conn) end() {
	c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.gone:
	case <-time.After(2 * time.Second):
		c.cmd.Process.Kill()
		<-c.gone
	}
}

// Close ends the connection and waits for the program. It may be called more
// than once.
func (c *Conn) Close() error {
	c.closed.Do(func() {
		c.WriteCloser.Close()
		c.ready()
		select {
		case <-c.gone:
		case <-time.After(5 * time.Second):
			c.end()
		}
		c.Reader.(io.Closer).Close()
	})
	return nil
}

func (a *Surroundings) expand(p string) string {
	if rest, ok := strings.CutPrefix(p, "~/"); ok && a.Home != "" {
		return filepath.Join(a.Home, rest)
	}
	return p
}

// Arguments returns what ssh is given: what OpenSSH's own sftp gives it, and what
// the target sets. It is an error when a file that the target names is not there.
func Arguments(t Target, around Surroundings) ([]string, error) {
	for _, f := range []struct{ key, name string }{{"identity", t.Identity}, {"known_hosts", t.KnownHosts}, {"ssh_config", t.Config}} {
		if f.name == "" {
			continue
		}
		if _, err := os.Stat(around.expand(f.name)); err != nil {
			// Not wrapped: a refusal of this machine is none of the server's.
			return nil, diag.Errorf("%s of the target: %v", f.key, err)
		}
	}
	args := []string{
		"-T", "-a", "-x",
		"-oPermitLocalCommand=no", "-oClearAllForwardings=yes", "-oRemoteCommand=none",
		// A server that does not answer any more must end a publish, not hang it.
		"-oConnectTimeout=30", "-oServerAliveInterval=15", "-oServerAliveCountMax=2",
	}
	if around.Terminal == nil {
		args = append(args, "-oBatchMode=yes")
	}
	// A percent sign in a file's name begins no token here.
	file := func(p string) string { return strings.ReplaceAll(around.expand(p), "%", "%%") }
	if t.Config != "" {
		args = append(args, "-F", around.expand(t.Config))
	}
	if t.Identity != "" {
		args = append(args, "-oIdentitiesOnly=yes", `-oIdentityFile="`+file(t.Identity)+`"`)
	}
	if t.KnownHosts != "" {
		args = append(args, `-oUserKnownHostsFile="`+file(t.KnownHosts)+`"`, "-oGlobalKnownHostsFile=/dev/null")
	}
	if t.User != "" {
		args = append(args, "-l", t.User)
	}
	if t.Port != 0 {
		args = append(args, "-p", strconv.Itoa(t.Port))
	}
	return append(args, "-s", "--", t.Host, "sftp"), nil
}

// tail keeps the last part of what ssh says, and passes all on to a person.
type tail struct {
	to   io.Writer
	mu   sync.Mutex
	text []byte
}

// tailSize is more than ssh says of one failure.
const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if n := len(t.text) - tailSize; n > 0 {
		t.text = t.text[n:]
	}
	if t.to != nil {
		io.WriteString(t.to, printable(string(p)))
	}
	return len(p), nil
}

// lines returns what was said, without frames and empty lines.
func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []string
	for l := range strings.Lines(printable(string(t.text))) {
		if l = strings.Trim(l, "@ \t\r\n"); l != "" {
			all = append(all, l)
		}
	}
	return all
}

// printable keeps a server from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		// Controls of both ranges, and marks that turn the direction of text.
		if unicode.In(r, unicode.Cc, unicode.Cf) && r != '\n' {
			return -1
		}
		return r
	}, s)
}

// A cause is a failure that ssh words in a certain way, and what to do about it.
type cause struct {
	said   string // part of a line of ssh's, which it never translates
	format string // with the host
}

// unknownKey is what ssh says of a host key that no file has.
const unknownKey = "Host key verification failed"

// causes are looked for in this order: ssh says what lies deepest first, and
// may say several.
var causes = []cause{
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", "the host key of %s is not the one that is known for it; someone may be in between, so nothing was sent to it\n\tif the server was set up anew, compare its key with what its operator gives, and remove the old one as ssh says below"},
	{"REVOKED HOST KEY", "the host key of %s is revoked, so nothing was sent to it"},
	{unknownKey, "the host key of %s is not known, so nothing was sent to it\n\tlog in once by hand with ssh, and compare the key that it shows with what the server's operator gives"},
	{"UNPROTECTED PRIVATE KEY FILE", "the key for %s may be read by others, so ssh does not use it: chmod 600"},
	{"Permission denied", "%s refused the login"},
	{"Too many authentication failures", "%s refused the login after too many keys: name the right one with identity in site.toml, or with IdentityFile and IdentitiesOnly in ~/.ssh/config"},
	{"subsystem request failed", "%s lets you log in and offers no SFTP"},
	{"Could not resolve hostname", "%s is no host name that is known"},
	{"Connection refused", "nothing answers at %s: is it the right port, and does its SSH server run?"},
	{"timed out", "%s does not answer"},
	{"Bad configuration option", "the configuration of ssh for %s has a mistake"},
	{"Bad owner or permissions", "ssh refuses its configuration for %s"},
}

// Refusal returns the line of what ssh said that tells why it did not work; ""
// where there is none.
func Refusal(said string) string {
	for _, k := range slices.Concat(causes, []cause{{said: "ssh: "}}) { // what ssh itself says, last
		for l := range strings.Lines(printable(said)) {
			if strings.Contains(l, k.said) {
				return strings.TrimSpace(l)
			}
		}
	}
	return ""
}

// Explain says why no SFTP session came of it; err is what the session says of
// that. It ends the connection.
func (c *Conn) Explain(err error) error {
	c.Close()
	if c.why != nil {
		return diag.Errorf("connect to %s: %w", c.host, c.why)
	}
	lines := c.said.lines()
	text := strings.Join(lines, "\n")
	why := diag.Say("no SFTP session came of ssh %s: %v", c.host, err)
	if code := c.cmd.ProcessState.ExitCode(); code == 0 || code > 0 && code < 255 {
		// ssh itself ends with 255; the rest is what it started.
		why = diag.Say("%s lets you log in, and what answers there is no SFTP server (%v): does its shell print something at login?", c.host, err)
	}
	var host any = c.host
	// What ssh cannot name it reached through another program, such as the ssh of a
	// ProxyJump; that one says why it ended, unless it was all right itself.
	if strings.Contains(text, "by UNKNOWN port") && !strings.Contains(text, "stdio forwarding failed") {
		host = diag.Phrase(diag.Say("a host on the way to %s", c.host))
	}
	for _, k := range causes {
		if strings.Contains(text, k.said) {
			why = diag.Say(k.format, host)
			switch {
			case !c.batch:
			case k.said == unknownKey:
				why += diag.Say("\n\twhere nobody can log in, as in CI: put its key in a file, and name that with known_hosts in site.toml")
			case k.said == "Permission denied":
				why += diag.Say("\n\tnobody is here to ask for a password or passphrase: load the key into ssh-agent (ssh-add), or name one without a passphrase with identity in site.toml")
			}
			break
		}
	}
	var b strings.Builder
	b.WriteString(why)
	for _, l := range lines[max(0, len(lines)-12):] {
		b.WriteString("\n\tssh: " + l)
	}
	return diag.Errorf("%s", b.String())
}
