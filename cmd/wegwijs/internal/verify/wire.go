package verify

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
	"unicode"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Limits on what one server may say. RFC 5321 §4.5.3.1.5 allows a reply line
// of 512 bytes and RFC 1939 §3 one of 512; IMAP sets no limit. These leave
// ample room, and keep a server that never stops from filling the memory.
const (
	maxLine  = 8 << 10  // bytes of one line, its end included
	maxTotal = 64 << 10 // bytes of a whole connection, inside TLS and before it
	maxSaid  = 200      // characters of a server's words that are kept
)

// A command is what may be said to a mail server: these, and nothing else. No
// command here takes a user name, a password or a mechanism.
type command string

const (
	capability command = "CAPABILITY" // IMAP, RFC 9051 §6.1.1
	logout     command = "LOGOUT"     // IMAP, RFC 9051 §6.1.3
	startTLS   command = "STARTTLS"   // IMAP, RFC 9051 §6.2.1; SMTP, RFC 3207 §4
	capa       command = "CAPA"       // POP3, RFC 2449 §5
	stls       command = "STLS"       // POP3, RFC 2595 §4
	ehlo       command = "EHLO"       // SMTP, RFC 5321 §4.1.1.1, with this machine's address
	quit       command = "QUIT"       // POP3, RFC 1939 §4; SMTP, RFC 5321 §4.1.1.10
)

// A fault is a problem that ends a dialogue.
type fault struct {
	Problem
	awaits bool // the server awaits a command, so that a goodbye is in order
}

func (f *fault) Error() string { return f.Msg }

// orderly marks a fault after which the server awaits a command.
func (f *fault) orderly() *fault {
	f.awaits = true
	return f
}

// refuted returns a fault that contradicts the record; said are the server's own
// words. The texts are as [diag.Say] takes and makes them, as in all problems
// until [Run] ends.
func refuted(code diag.Code, said, hint, format string, args ...any) *fault {
	return &fault{Problem: Problem{Outcome: DoesNotHold, Code: code, Msg: diag.Say(format, args...), Said: clean(said), Hint: hint}}
}

// unreached is [refuted] for what says nothing of the record.
func unreached(code diag.Code, said, hint, format string, args ...any) *fault {
	return &fault{Problem: Problem{Outcome: Unreachable, Code: code, Msg: diag.Say(format, args...), Said: clean(said), Hint: hint}}
}

// because adds to a problem what a library said.
func (f *fault) because(err error) *fault {
	f.Msg += ": " + diag.Say("%s", err)
	return f
}

// A wire reads bounded lines from one connection and says commands on it. It
// is used by one goroutine.
type wire struct {
	ctx   context.Context
	conn  net.Conn
	buf   []byte // received and not yet taken
	total int    // received since the connection began
}

// within returns the next step a time limit, from now on. The end of ctx cuts it
// short, even while a read or write waits.
func (w *wire) within(d time.Duration) (done func()) {
	conn := w.conn
	conn.SetDeadline(time.Now().Add(d))
	stop := context.AfterFunc(w.ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	return func() { stop() }
}

// say sends one command line. IMAP's tag stands before, SMTP's address after.
func (w *wire) say(tag string, c command, address string) error {
	line := string(c)
	if tag != "" {
		line = tag + " " + line
	}
	if address != "" {
		line += " " + address
	}
	_, err := io.WriteString(w.conn, line+"\r\n")
	return err
}

// fill receives more, never past the total.
func (w *wire) fill() error {
	room := maxTotal - w.total
	if room <= 0 {
		return refuted(diag.VerifyTooMuch, "", "check protocol, host and port in this row; if they are right, it is a fault of the server's software", "the server said more than %d KiB", maxTotal>>10)
	}
	var chunk [4 << 10]byte
	for range 100 {
		n, err := w.conn.Read(chunk[:min(len(chunk), room)])
		w.total += n
		w.buf = append(w.buf, chunk[:n]...)
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// line takes a line, without its end.
func (w *wire) line() (string, error) {
	for {
		i := bytes.IndexByte(w.buf, '\n')
		if i >= maxLine || i < 0 && len(w.buf) >= maxLine {
			return "", refuted(diag.VerifyTooMuch, string(w.buf[:maxLine]), "check protocol, host and port in this row; if they are right, it is a fault of the server's software", "the server said a line of more than %d KiB", maxLine>>10)
		}
		if i >= 0 {
			s := strings.TrimSuffix(string(w.buf[:i]), "\r")
			w.buf = w.buf[i+1:]
			return s, nil
		}
		if err := w.fill(); err != nil {
			return "", err
		}
	}
}

// exactly takes n bytes.
func (w *wire) exactly(n int) (string, error) {
	if n > maxTotal {
		return "", refuted(diag.VerifyTooMuch, "", "check protocol, host and port in this row; if they are right, it is a fault of the server's software", "the server announced %d bytes at once", n)
	}
	for len(w.buf) < n {
		if err := w.fill(); err != nil {
			return "", err
		}
	}
	s := string(w.buf[:n])
	w.buf = w.buf[n:]
	return s, nil
}

// upgrade goes on with conn in place of the connection so far. Nothing that
// was received before survives: the caller has made sure there is nothing.
func (w *wire) upgrade(conn net.Conn) {
	w.conn = conn
	w.buf = nil
}

// A tap is a connection that remembers the first bytes it received.
type tap struct {
	net.Conn
	first []byte
}

func (t *tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	if room := 512 - len(t.first); room > 0 {
		t.first = append(t.first, b[:min(n, room)]...)
	}
	return n, err
}

// isTLS reports whether b begins like a TLS record that a server may send
// first: an alert or a handshake message (RFC 8446 §5.1).
func isTLS(b []byte) bool {
	return len(b) >= 2 && (b[0] == 21 || b[0] == 22) && b[1] == 3
}

// clean makes a server's words fit to be shown: one line, no control
// characters, nothing that changes the direction of the text around it, and
// not long.
func clean(s string) string {
	s, _, _ = strings.Cut(strings.TrimLeft(s, "\r\n"), "\n")
	if len(s) > 4*maxSaid {
		s = s[:4*maxSaid]
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case r == '\t':
			r = ' '
		case unicode.Is(unicode.C, r), r == '\u2028', r == '\u2029':
			continue
		}
		if n++; n > maxSaid {
			b.WriteString("…")
			break
		}
		b.WriteRune(r) // a byte that is not UTF-8 comes as utf8.RuneError
	}
	return strings.TrimSpace(b.String())
}

// firstWord returns the part of s before the first space, and the rest.
func firstWord(s string) (word, rest string) {
	word, rest, _ = strings.Cut(s, " ")
	return word, rest
}

// speaks guesses from a server's first words what it is.
func speaks(first string) string {
	switch {
	case isTLS([]byte(first)):
		return "TLS"
	case strings.HasPrefix(first, "* "):
		return "IMAP"
	case strings.HasPrefix(first, "+OK"), strings.HasPrefix(first, "-ERR"):
		return "POP3"
	case len(first) >= 3 && strings.Trim(first[:3], "0123456789") == "" && (len(first) == 3 || first[3] == ' ' || first[3] == '-'):
		return "SMTP"
	case strings.HasPrefix(first, "HTTP/"):
		return "HTTP"
	case strings.HasPrefix(first, "SSH-"):
		return "SSH"
	}
	return ""
}

// closed reports whether err says that the other side ended the connection.
func closed(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) {
		return true
	}
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
