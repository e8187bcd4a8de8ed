package verify

import (
	"regexp"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// pop speaks POP3 (RFC 1939) with CAPA (RFC 2449) and STLS (RFC 2595).
type pop struct{}

// stamp is the time stamp of a greeting, which APOP needs (RFC 1939 §7).
var stamp = regexp.MustCompile(`<[^<>@\s]+@[^<>@\s]+>`)

// status reads a status line. RFC 1939 §3 has the two words in upper case.
func (pop) status(w *wire) (line string, ok bool, err error) {
	line, err = w.line()
	if err != nil {
		return "", false, err
	}
	switch word, _ := firstWord(line); word {
	case "+OK":
		return line, true, nil
	case "-ERR":
		return line, false, nil
	}
	return line, false, notThis("POP3", line)
}

func (d pop) greeting(w *wire) (hello, error) {
	line, ok, err := d.status(w)
	h := hello{line: line}
	switch {
	case err != nil:
		return h, err
	case ok:
		h.apop = stamp.MatchString(line)
		return h, nil
	case strings.HasPrefix(line, "-ERR [SYS/PERM]"): // RFC 3206 §4
		return h, refuted(diag.VerifyRefused, line, "see the server's own log", "the server refuses every connection")
	}
	return h, unreached(diag.VerifyRefused, line, "try again later, and from another network", "the server refused the connection")
}

// command sends c and reads the status line.
func (d pop) command(w *wire, c command) (line string, ok bool, err error) {
	if err := w.say("", c, ""); err != nil {
		return "", false, err
	}
	return d.status(w)
}

func (d pop) offers(w *wire) (*offer, error) {
	_, ok, err := d.command(w, capa)
	if err != nil {
		return nil, err
	}
	if !ok {
		return &offer{}, nil // RFC 2449 §5: CAPA is optional
	}
	o := &offer{known: true}
	for {
		line, err := w.line()
		if err != nil {
			return nil, err
		}
		if line == "." {
			return o, nil
		}
		line = strings.TrimPrefix(line, ".") // a leading dot is doubled (RFC 1939 §3)
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		o.list = append(o.list, line)
		switch strings.ToUpper(words[0]) { // RFC 2449 §3: in any case
		case "STLS":
			o.upgrade = true
		case "USER":
			o.login = true
		case "SASL":
			o.mechanisms = append(o.mechanisms, strings.Fields(strings.ToUpper(strings.Join(words[1:], " ")))...)
		}
	}
}

func (d pop) startTLS(w *wire) error {
	line, ok, err := d.command(w, stls)
	if err == nil && !ok {
		err = refuted(diag.VerifyStarttls, line, `see the server's own log, or use security = "tls" with port 995`, "the server refused STLS, POP3's STARTTLS").orderly()
	}
	return err
}

func (d pop) goodbye(w *wire) error {
	_, _, err := d.command(w, quit)
	return err
}
