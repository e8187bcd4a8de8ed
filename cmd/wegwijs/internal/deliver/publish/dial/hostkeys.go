package dial

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// hostKeys checks a server's key against the known_hosts files.
type hostKeys struct {
	s     *settings
	name  string // host:port, as known_hosts is asked for it
	files []string
	known ssh.HostKeyCallback
	err   error // why the key was not taken: the library hides it in its own
}

func readKnownHosts(s *settings) (*hostKeys, error) {
	h := &hostKeys{s: s, name: s.address()}
	if s.hostKey != "" {
		h.name = net.JoinHostPort(s.hostKey, "22")
	}
	// Errors are not wrapped: a refusal of this machine is none of the server.
	for _, f := range s.knownHosts {
		if _, err := os.Stat(f); err == nil {
			h.files = append(h.files, f)
		} else if !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("read known hosts: %v", err)
		}
	}
	known, err := knownhosts.New(h.files...)
	if err != nil {
		return nil, fmt.Errorf("read known hosts: %v", err)
	}
	h.known = known
	return h, nil
}

// noAddress keeps the library from looking for the address that the name
// resolved to: a key belongs to a name.
type noAddress struct{}

func (noAddress) Network() string { return "tcp" }
func (noAddress) String() string  { return "0.0.0.0:0" }

func (h *hostKeys) check(_ string, _ net.Addr, key ssh.PublicKey) error {
	err := h.known(h.name, noAddress{}, key)
	if err == nil {
		return nil
	}
	h.err = h.explain(err, key)
	return h.err
}

func (h *hostKeys) explain(err error, key ssh.PublicKey) error {
	print := fmt.Sprintf("%s %s", key.Type(), ssh.FingerprintSHA256(key))
	file := "known_hosts"
	if len(h.s.knownHosts) > 0 {
		file = h.s.knownHosts[0]
	}
	if r, ok := errors.AsType[*knownhosts.RevokedError](err); ok {
		return fmt.Errorf("the host key of %s is revoked in %s:%d; nothing was sent to it\n\tkey: %s", h.s.alias, r.Revoked.Filename, r.Revoked.Line, print)
	}
	k, ok := errors.AsType[*knownhosts.KeyError](err)
	if !ok {
		return fmt.Errorf("host key of %s: %w", h.s.alias, err)
	}
	if len(k.Want) > 0 {
		w := k.Want[0]
		return fmt.Errorf("the host key of %s is not the one in %s:%d; someone may be in between, so nothing was sent to it\n"+
			"\tit shows: %s\n\tknown is: %s %s\n"+
			"\tif the server was set up anew, compare the first with what its operator gives, then remove that line (ssh-keygen -R %s -f %s)",
			h.s.alias, w.Filename, w.Line, print, w.Key.Type(), ssh.FingerprintSHA256(w.Key), quote(knownhosts.Normalize(h.name)), quote(w.Filename))
	}
	return fmt.Errorf("the host key of %s is not known, so nothing was sent to it\n"+
		"\tit shows: %s\n"+
		"\tcompare this with what the server's operator gives (there: ssh-keygen -lf /etc/ssh/ssh_host_%s_key.pub);\n"+
		"\tif it is the same, add this line to %s:\n\t%s",
		h.s.alias, print, kind(key), file, knownhosts.Line([]string{h.name}, key))
}

// kind gives the part of a key file's name that says what is in it.
func kind(key ssh.PublicKey) string {
	t := key.Type()
	switch {
	case strings.HasPrefix(t, "ecdsa-"):
		return "ecdsa"
	case t == ssh.KeyAlgoRSA:
		return "rsa"
	}
	return "ed25519"
}

func quote(s string) string {
	if strings.ContainsAny(s, " []*?'\"") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// algorithms gives the kinds of host key to ask the server for: those that are
// known for it. A server has several keys, and one that is not in known_hosts
// would look like a changed one. A host that is not known is asked as ssh
// would, for the kind of key that its operator most likely reads out.
func (h *hostKeys) algorithms() []string {
	err := h.known(h.name, noAddress{}, unlikely{})
	k, ok := errors.AsType[*knownhosts.KeyError](err)
	if !ok || len(k.Want) == 0 {
		return []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	var algos []string
	for _, w := range k.Want {
		if authority(w) {
			algos = append(algos, ssh.CertAlgoED25519v01, ssh.CertAlgoECDSA256v01, ssh.CertAlgoECDSA384v01, ssh.CertAlgoECDSA521v01, ssh.CertAlgoRSASHA512v01, ssh.CertAlgoRSASHA256v01)
			continue
		}
		switch t := w.Key.Type(); t {
		case ssh.KeyAlgoRSA:
			algos = append(algos, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		default:
			algos = append(algos, t)
		}
	}
	return algos
}

// authority reports whether a line of known_hosts names a key that signs host
// certificates.
func authority(k knownhosts.KnownKey) bool {
	f, err := os.Open(k.Filename)
	if err != nil {
		return false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if n == k.Line {
			return strings.HasPrefix(strings.TrimSpace(lines.Text()), "@cert-authority")
		}
	}
	return false
}

// unlikely is a key that no server has; asking for it brings to light the keys
// that are known.
type unlikely struct{}

func (unlikely) Type() string                        { return "none@wegwijs" }
func (unlikely) Marshal() []byte                     { return []byte("none") }
func (unlikely) Verify([]byte, *ssh.Signature) error { return errors.New("not a key") }
