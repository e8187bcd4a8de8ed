package verify

import (
	"net"
	"net/netip"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// smtp speaks message submission: RFC 6409, with RFC 5321's replies, STARTTLS
// (RFC 3207) and AUTH (RFC 4954).
type smtp struct {
	address string // what EHLO says of this machine
}

// A reply is one SMTP reply (RFC 5321 §4.2).
type reply struct {
	code  string   // three digits
	lines []string // what stands after code and mark
}

func (r *reply) String() string {
	if len(r.lines) == 0 {
		return r.code
	}
	return strings.TrimSpace(r.code + " " + r.lines[len(r.lines)-1])
}

func (smtp) reply(w *wire) (*reply, error) {
	r := &reply{}
	for {
		line, err := w.line()
		if err != nil {
			return nil, err
		}
		if speaks(line) != "SMTP" || line[0] < '2' || line[0] > '5' {
			return nil, notThis("SMTP", line)
		}
		code, text, more := line[:3], "", false
		if len(line) > 3 {
			text, more = line[4:], line[3] == '-'
		}
		if r.code != "" && code != r.code {
			// RFC 5321 §4.2.1: the same code on each line.
			return nil, refuted(diag.VerifyProtocol, line, "check protocol, host and port in this row; if they are right, it is a fault of the server's software", "the server changes its reply code from %s to %s in one reply", r.code, code)
		}
		r.code = code
		r.lines = append(r.lines, text)
		if more {
			continue
		}
		if code == "421" {
			// RFC 5321 §3.8: the server closes, for the time being.
			return nil, unreached(diag.VerifyRefused, r.String(), "try again later, and from another network", "the server is not available now")
		}
		return r, nil
	}
}

func (d smtp) greeting(w *wire) (hello, error) {
	r, err := d.reply(w)
	if err != nil {
		return hello{}, err
	}
	h := hello{line: strings.TrimSpace(r.code + " " + r.lines[0])}
	switch {
	case r.code == "220":
		return h, nil
	case r.code[0] == '4':
		return h, unreached(diag.VerifyRefused, r.String(), "try again later, and from another network", "the server refused the connection for now").orderly()
	case r.code[0] == '5':
		// RFC 5321 §3.1: 554 in place of the greeting is for good, and the
		// server awaits QUIT. It can also mean a block list that holds the
		// network we are in.
		return h, refuted(diag.VerifyRefused, r.String(), "if the server names a block list, check from a network that readers use", "the server refuses to serve").orderly()
	}
	return h, refuted(diag.VerifyProtocol, r.String(), "check protocol, host and port in this row; if they are right, it is a fault of the server's software", "the server's greeting is not SMTP")
}

func (d smtp) command(w *wire, c command, address string) (*reply, error) {
	if err := w.say("", c, address); err != nil {
		return nil, err
	}
	return d.reply(w)
}

func (d smtp) offers(w *wire) (*offer, error) {
	r, err := d.command(w, ehlo, d.address)
	switch {
	case err != nil:
		return nil, err
	case r.code[0] == '4':
		return nil, unreached(diag.VerifyRefused, r.String(), "try again later", "the server refused EHLO for now").orderly()
	case r.code != "250":
		return nil, refuted(diag.VerifyProtocol, r.String(), "a submission server must answer EHLO (RFC 6409 section 7)", "the server refuses EHLO").orderly()
	}
	o := &offer{known: true}
	for _, line := range r.lines[1:] { // the first is the server's name
		words := strings.Fields(strings.ToUpper(line)) // RFC 5321 §2.4: in any case
		if len(words) == 0 {
			continue
		}
		o.list = append(o.list, line)
		switch {
		case words[0] == "STARTTLS":
			o.upgrade = true
		case words[0] == "AUTH":
			o.mechanisms = append(o.mechanisms, words[1:]...)
		case strings.HasPrefix(words[0], "AUTH="):
			// The form of a draft, kept for old Outlook; servers say both.
			words[0] = strings.TrimPrefix(words[0], "AUTH=")
			o.mechanisms = append(o.mechanisms, words...)
		}
	}
	return o, nil
}

func (d smtp) startTLS(w *wire) error {
	r, err := d.command(w, startTLS, "")
	if err == nil && r.code != "220" {
		// 454 says "for now" (RFC 3207 §4), but the server was reached and
		// does not do what the row says.
		err = refuted(diag.VerifyStarttls, r.String(), "see the server's own log; it offers STARTTLS and then does not do it", "the server refused STARTTLS").orderly()
	}
	return err
}

func (d smtp) goodbye(w *wire) error {
	_, err := d.command(w, quit, "")
	return err
}

// literalAddress is what EHLO says of a machine without a name of its own
// (RFC 5321 §4.1.3, §4.1.4).
func literalAddress(local net.Addr) string {
	ip := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if t, ok := local.(*net.TCPAddr); ok {
		if a, ok := netip.AddrFromSlice(t.IP); ok {
			ip = a.Unmap().WithZone("")
		}
	}
	if ip.Is6() {
		return "[IPv6:" + ip.String() + "]"
	}
	return "[" + ip.String() + "]"
}
