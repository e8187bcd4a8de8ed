package dial

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"unicode"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// auth proves to the server who is calling: keys of the agent, keys in files,
// and a password where a person can be asked.
type auth struct {
	s      *settings
	around *Surroundings
	asking func() (answered func()) // called before each question; what it gives, after
	agent  net.Conn
	notes  []string // why a key could not be used, for the message at the end
	tried  int      // keys offered; -1: it did not come to that
}

func newAuth(s *settings, around *Surroundings) *auth { return &auth{s: s, around: around, tried: -1} }

func (a *auth) close() {
	if a.agent != nil {
		a.agent.Close()
	}
}

func (a *auth) note(format string, args ...any) {
	a.notes = append(a.notes, fmt.Sprintf(format, args...))
}

func (a *auth) ask(question string, secret bool) (string, error) {
	if a.asking != nil {
		defer a.asking()()
	}
	return a.around.Ask(question, secret)
}

func (a *auth) methods() []ssh.AuthMethod {
	ms := []ssh.AuthMethod{ssh.PublicKeysCallback(a.signers)}
	if a.around.Ask == nil {
		return ms
	}
	const tries = 3 // as ssh has it
	again := ""
	return append(ms,
		ssh.RetryableAuthMethod(ssh.KeyboardInteractive(a.interactive), tries),
		ssh.RetryableAuthMethod(ssh.PasswordCallback(func() (string, error) {
			question := fmt.Sprintf("%spassword of %s on %s: ", again, a.s.user, a.s.alias)
			again = notIt
			return a.ask(question, true)
		}), tries))
}

// notIt begins a question that is asked anew.
const notIt = "that was not it; "

// interactive passes on the server's own questions.
func (a *auth) interactive(_, instruction string, questions []string, echos []bool) ([]string, error) {
	answers := make([]string, len(questions))
	for i, q := range questions {
		q = printable(q)
		if text := printable(instruction); i == 0 && text != "" {
			q = text + "\n" + q
		}
		answer, err := a.ask(fmt.Sprintf("%s@%s: %s", a.s.user, a.s.alias, q), !echos[i])
		if err != nil {
			return nil, err
		}
		answers[i] = answer
	}
	return answers, nil
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

// signers gives the keys to offer, best first. A server ends the connection
// after a few that it does not want, so keys named for it go before the
// agent's others, and none goes twice.
func (a *auth) signers() ([]ssh.Signer, error) {
	fromAgent := a.agentSigners()
	var all []ssh.Signer
	seen := map[string]bool{}
	add := func(s ssh.Signer) {
		if key := string(s.PublicKey().Marshal()); !seen[key] {
			seen[key] = true
			all = append(all, s)
		}
	}
	for _, file := range a.s.identities {
		s := a.fileSigner(file)
		if s == nil {
			continue
		}
		inAgent := false
		for _, held := range fromAgent {
			if bytes.Equal(plainKey(held.PublicKey()), s.PublicKey().Marshal()) {
				add(held) // the agent has it unlocked
				inAgent = true
			}
		}
		if _, locked := s.(*lockedKey); locked && (inAgent || a.around.Ask == nil) {
			if !inAgent {
				a.note("the key %s is encrypted and nobody is there to ask for its passphrase: put it into ssh-agent (ssh-add), or make a key without one that may do nothing else", file)
			}
			continue
		}
		if c := certificate(file, s); c != nil {
			add(c)
		}
		add(s)
	}
	if !a.s.only {
		for _, s := range fromAgent {
			add(s)
		}
	}
	a.tried = len(all)
	return all, nil
}

// plainKey gives the key that a certificate is about.
func plainKey(k ssh.PublicKey) []byte {
	if c, ok := k.(*ssh.Certificate); ok {
		k = c.Key
	}
	return k.Marshal()
}

func (a *auth) agentSigners() []ssh.Signer {
	if a.s.agent == "" {
		return nil
	}
	conn, err := net.Dial("unix", a.s.agent)
	if err != nil {
		a.note("the SSH agent cannot be reached: %v", err)
		return nil
	}
	a.agent = conn
	ss, err := agent.NewClient(conn).Signers()
	if err != nil {
		a.note("the SSH agent gives no keys: %v", err)
	}
	return ss
}

// fileSigner reads a private key; nil when the file is not there or of no use.
func (a *auth) fileSigner(file string) ssh.Signer {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		if a.s.only {
			a.note("there is no key %s", file)
		}
		return nil
	}
	if err != nil {
		a.note("%v", err)
		return nil
	}
	s, err := ssh.ParsePrivateKey(text)
	if locked, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok {
		pub := locked.PublicKey
		if pub == nil { // the old PEM form does not say
			if line, err := os.ReadFile(file + ".pub"); err == nil {
				pub, _, _, _, _ = ssh.ParseAuthorizedKey(line)
			}
		}
		if pub == nil {
			a.note("the key %s is encrypted, and %s.pub, which tells what it is, cannot be read", file, file)
			return nil
		}
		return &lockedKey{auth: a, file: file, text: text, pub: pub}
	}
	if err != nil {
		a.note("the key %s cannot be used: %v", file, err)
		return nil
	}
	return s
}

// certificate gives the signer of the certificate that lies beside a key.
func certificate(file string, s ssh.Signer) ssh.Signer {
	text, err := os.ReadFile(file + "-cert.pub")
	if err != nil {
		return nil
	}
	k, _, _, _, err := ssh.ParseAuthorizedKey(text)
	if err != nil {
		return nil
	}
	cert, ok := k.(*ssh.Certificate)
	if !ok {
		return nil
	}
	c, err := ssh.NewCertSigner(cert, s)
	if err != nil {
		return nil
	}
	return c
}

// A lockedKey asks for its passphrase only when the server has said that it
// would take the key.
type lockedKey struct {
	auth *auth
	file string
	text []byte
	pub  ssh.PublicKey
	open ssh.AlgorithmSigner
}

func (k *lockedKey) PublicKey() ssh.PublicKey { return k.pub }

func (k *lockedKey) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return k.SignWithAlgorithm(rand, data, "")
}

func (k *lockedKey) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	if k.open == nil {
		if err := k.unlock(); err != nil {
			return nil, err
		}
	}
	return k.open.SignWithAlgorithm(rand, data, algorithm)
}

func (k *lockedKey) unlock() error {
	var err error
	question := fmt.Sprintf("passphrase of %s: ", k.file)
	for range 3 {
		var phrase string
		phrase, err = k.auth.ask(question, true)
		if err != nil {
			return err
		}
		var s ssh.Signer
		if s, err = ssh.ParsePrivateKeyWithPassphrase(k.text, []byte(phrase)); err == nil {
			open, ok := s.(ssh.AlgorithmSigner)
			if !ok {
				return fmt.Errorf("the key %s is of a kind that cannot be used", k.file)
			}
			k.open = open
			return nil
		}
		question = notIt + strings.TrimPrefix(question, notIt)
	}
	if errors.Is(err, x509.IncorrectPasswordError) {
		err = errors.New("that was not its passphrase")
	}
	// What comes back is lost when the server turns down all the rest too.
	k.auth.note("the key %s stays locked: %v", k.file, err)
	return fmt.Errorf("the key %s stays locked: %w", k.file, err)
}

// refused reports whether the server has turned down all that was offered. One
// that offers to ask questions and then asks none looks like a broken one.
func refused(err error) bool {
	return strings.Contains(err.Error(), "unable to authenticate") || strings.Contains(err.Error(), "unexpected message type 51")
}

// hint says what was tried to log in, and what was not.
func (a *auth) hint() string {
	var b strings.Builder
	switch {
	case a.tried < 0 && a.around.Ask == nil:
		return "\n\tit takes no keys, and there is no terminal to ask for a password"
	case a.tried < 0:
		return ""
	case a.tried == 0 && len(a.notes) == 0:
		fmt.Fprintf(&b, "\n\tno key was found: looked for %s; ", strings.Join(a.s.identities, ", "))
		switch {
		case a.s.only:
			b.WriteString("~/.ssh/config allows no others")
		case a.s.agent == "":
			b.WriteString("no ssh-agent runs (SSH_AUTH_SOCK is not set)")
		default:
			b.WriteString("the ssh-agent holds none")
		}
	case a.tried == 1:
		b.WriteString("\n\t1 key was offered")
	default:
		fmt.Fprintf(&b, "\n\t%d keys were offered", a.tried)
	}
	if a.around.Ask == nil {
		b.WriteString("; there is no terminal to ask for a password")
	}
	for _, n := range a.notes {
		b.WriteString("\n\t" + n)
	}
	return b.String()
}
