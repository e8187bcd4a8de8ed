package verify

import (
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// imap speaks IMAP (RFC 9051, and RFC 3501 for older servers; the commands
// used here are the same in both).
type imap struct {
	tags int
}

// A response is one IMAP response line with the literals in it.
type response struct {
	tag  string // "*", "+", or a command's tag
	kind string // first word after the tag, upper case: OK, CAPABILITY, …
	text string // what comes after the kind
	line string // all of it
}

// status reports whether the response has free text (RFC 9051 §7.1).
func (r *response) status() bool {
	switch r.kind {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		return true
	}
	return false
}

// response reads one response (RFC 9051 §9, "response").
func (d *imap) response(w *wire) (response, error) {
	line, err := w.line()
	if err != nil {
		return response{}, err
	}
	var r response
	var rest string
	r.tag, rest = firstWord(line)
	kind, _ := firstWord(rest)
	r.kind = strings.ToUpper(kind)
	// Only untagged data can hold a literal. In free text a "{3}" at the end
	// is text: who waits for three bytes there waits in vain.
	for r.tag == "*" && !r.status() {
		n, ok := literal(line)
		if !ok {
			break
		}
		// The literal's bytes are data, whatever they look like; the line
		// goes on after them (RFC 9051 §4.3).
		data, err := w.exactly(n)
		if err != nil {
			return r, err
		}
		more, err := w.line()
		if err != nil {
			return r, err
		}
		// Only the end of the line decides on the next literal, so a literal
		// that itself ends in "{9}" is not taken for one.
		rest += "\r\n" + data + more
		line = more
	}
	_, r.text = firstWord(rest)
	r.line = r.tag + " " + rest
	return r, nil
}

// literal reports whether the line ends in the announcement of a literal, and
// of how many bytes (RFC 9051 §4.3; "~{n}" is RFC 9051's literal8).
func literal(line string) (n int, ok bool) {
	if !strings.HasSuffix(line, "}") {
		return 0, false
	}
	i := strings.LastIndexByte(line, '{')
	if i < 0 {
		return 0, false
	}
	digits := line[i+1 : len(line)-1]
	if digits == "" || len(digits) > 10 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil
}

// codeCapabilities returns the capabilities in a response code, as in
// "[CAPABILITY IMAP4rev1 IDLE] ready" (RFC 9051 §7.1).
func codeCapabilities(text string) ([]string, bool) {
	code, ok := strings.CutPrefix(text, "[")
	if !ok {
		return nil, false
	}
	code, _, ok = strings.Cut(code, "]")
	if !ok {
		return nil, false
	}
	words := strings.Fields(code)
	if len(words) == 0 || !strings.EqualFold(words[0], "CAPABILITY") {
		return nil, false
	}
	return words[1:], true
}

func (d *imap) greeting(w *wire) (hello, error) {
	r, err := d.response(w)
	if err != nil {
		return hello{}, err
	}
	h := hello{line: r.line}
	switch {
	case r.tag == "*" && r.kind == "OK":
		return h, nil
	case r.tag == "*" && r.kind == "PREAUTH":
		h.preauth = true
		return h, nil
	case r.tag == "*" && r.kind == "BYE":
		// RFC 9051 §7.1.5: the server does not want this client, now. It
		// says nothing of other clients.
		return h, unreached(diag.VerifyRefused, r.line, "try again later, and from another network", "the server refused the connection")
	}
	return h, notThis("IMAP", r.line)
}

// run sends a command and hands each response before the tagged one to see.
// It returns the tagged response, whatever it says.
func (d *imap) run(w *wire, c command, see func(response)) (response, error) {
	d.tags++
	tag := "a" + strconv.Itoa(d.tags)
	if err := w.say(tag, c, ""); err != nil {
		return response{}, err
	}
	for {
		r, err := d.response(w)
		if err != nil {
			return r, err
		}
		switch {
		case r.tag == "*" && r.kind == "BYE" && c != logout:
			return r, unreached(diag.VerifyRefused, r.line, "try again later", "the server ended the connection after %s", c)
		case r.tag == "*" || r.tag == "+":
			// Untagged responses may come at any time (RFC 9051 §7).
			if see != nil {
				see(r)
			}
		case r.tag == tag && (r.kind == "OK" || r.kind == "NO" || r.kind == "BAD"):
			return r, nil
		default:
			return r, refuted(diag.VerifyProtocol, r.line, "check protocol, host and port in this row; if they are right, it is a fault of the server's software", "the server's answer to %s is not IMAP", c)
		}
	}
}

func (d *imap) offers(w *wire) (*offer, error) {
	o := &offer{}
	take := func(words []string) {
		// A later list replaces an earlier one.
		*o = offer{known: true, list: words, login: true}
		rev := false
		for _, word := range words {
			switch up := strings.ToUpper(word); {
			case up == "STARTTLS":
				o.upgrade = true
			case up == "LOGINDISABLED":
				o.login = false // RFC 9051 §7.2.2
			case up == "IMAP4REV1" || up == "IMAP4REV2":
				rev = true
			case strings.HasPrefix(up, "AUTH="):
				o.mechanisms = append(o.mechanisms, up[len("AUTH="):])
			}
		}
		o.known = rev
	}
	see := func(r response) {
		if r.kind == "CAPABILITY" {
			take(strings.Fields(r.text))
		} else if words, ok := codeCapabilities(r.text); ok && r.status() {
			take(words)
		}
	}
	r, err := d.run(w, capability, see)
	if err != nil {
		return nil, err
	}
	if r.kind != "OK" {
		return nil, refuted(diag.VerifyProtocol, r.line, "check protocol, host and port in this row; if they are right, it is a fault of the server's software", "the server refuses CAPABILITY, which every IMAP server must answer (RFC 9051 section 6.1.1)").orderly()
	}
	see(r)
	if !o.known {
		// RFC 9051 §7.2.2: the list must hold IMAP4rev2 or IMAP4rev1.
		return nil, refuted(diag.VerifyProtocol, strings.Join(o.list, " "), "check protocol, host and port in this row; if they are right, it is a fault of the server's software", "the server's capabilities name neither IMAP4rev1 nor IMAP4rev2").orderly()
	}
	return o, nil
}

func (d *imap) startTLS(w *wire) error {
	r, err := d.run(w, startTLS, nil)
	if err == nil && r.kind != "OK" {
		err = refuted(diag.VerifyStarttls, r.line, "see the server's own log; it offers STARTTLS and then does not do it", "the server refused STARTTLS").orderly()
	}
	return err
}

func (d *imap) goodbye(w *wire) error {
	_, err := d.run(w, logout, nil)
	return err
}
