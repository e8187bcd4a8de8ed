package verify

import (
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// A dialect is one of the three mail protocols, as far as it is spoken here.
// Its methods send at most one command each and read all of the reply. An
// error is a [fault], or what the connection gave. A dialect is for one
// connection.
type dialect interface {
	greeting(*wire) (hello, error)
	// offers asks what the server can do. The result holds nothing that was
	// learnt by an earlier call.
	offers(*wire) (*offer, error)
	// startTLS asks for the upgrade and reads the reply to its end.
	startTLS(*wire) error
	goodbye(*wire) error
}

// newDialect returns the dialect for a protocol. Address is what SMTP's EHLO
// says of this machine.
func newDialect(p mail.Protocol, address string) dialect {
	switch p {
	case mail.IMAP:
		return &imap{}
	case mail.POP:
		return pop{}
	}
	return smtp{address}
}

// A hello is a server's greeting.
type hello struct {
	line    string
	preauth bool // IMAP: it takes us for logged in
	apop    bool // POP3: it has the time stamp that APOP needs
}

// An offer is what a server says it can do at one moment: before TLS, or
// inside it.
type offer struct {
	known      bool     // false: the server does not answer the question
	list       []string // all of it, as said, for people
	upgrade    bool     // STARTTLS or STLS
	login      bool     // the protocol's own password command: IMAP LOGIN, POP3 USER
	mechanisms []string // SASL, in upper case
}

// has reports whether one of the mechanisms is offered. A pattern that ends in
// * stands for all that begin like it.
func (o *offer) has(patterns ...string) bool {
	return slices.ContainsFunc(o.mechanisms, func(m string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			if head, ok := strings.CutSuffix(p, "*"); ok {
				return strings.HasPrefix(m, head)
			}
			return m == p
		})
	})
}

// password reports whether a plain password can be sent: "normal password" in
// the words of mail programs.
func (o *offer) password() bool { return o.login || o.has("PLAIN", "LOGIN") }

// notThis is the fault of a server that does not speak the protocol.
func notThis(protocol, line string) *fault {
	what := speaks(line)
	switch {
	case what == "" || what == protocol:
		return refuted(diag.VerifyProtocol, line, "check the port; another program may listen there", "the server does not speak %s", protocol)
	case what == "TLS":
		return refuted(diag.VerifySecurity, "", `write security = "tls" if the server's name and port are right`, "the port is encrypted from the first byte")
	}
	return refuted(diag.VerifyProtocol, line, "check protocol, host and port in this row", "the server speaks %s, not %s", what, protocol)
}
