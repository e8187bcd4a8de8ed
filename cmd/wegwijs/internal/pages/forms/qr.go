package forms

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// A QREnd is one server as the QR code format has it; see the package comment
// for the numbers. Its JSON is what a page hands to the browser.
type QREnd struct {
	Protocol       int           `json:"protocol"`
	Host           string        `json:"host"`
	Port           int           `json:"port"`
	Security       int           `json:"security"`
	Authentication int           `json:"authentication"`
	Username       mail.Username `json:"username"` // how to make the user name from the address
}

// A QRAccount is all that a QR code needs beside what the reader types.
type QRAccount struct {
	Incoming QREnd `json:"incoming"`
	Outgoing QREnd `json:"outgoing"`
}

var (
	qrProtocols = map[mail.Protocol]int{mail.IMAP: 0, mail.POP: 1, mail.SMTP: 0}
	qrModes     = map[mail.Security]int{mail.STARTTLS: 2, mail.TLS: 3}
	qrAuths     = map[mail.Authentication]int{mail.Password: 1, mail.Encrypted: 2, mail.OAuth2: 6}
)

// QR returns the account that a code for the product holds, to receive with
// proto (IMAP or POP). It is false when the product has no row to receive with
// or none to send with that the format can express.
//
// The app reads one server in each direction and one authentication. Of a
// row's authentications the code holds the first that is a password; OAuth2
// only where there is no other, as the app can do it only for the few
// providers that it knows.
func QR(p *mail.Product, proto mail.Protocol) (QRAccount, []LeftOut, bool) {
	if len(p.Rows(proto)) == 0 {
		return QRAccount{}, nil, false
	}
	v := newSieve(FormQR, p)
	for _, row := range Rows(p, proto, mail.SMTP) {
		switch {
		case qrModes[row.Security] == 0:
			v.take(row, whyPlain, hintPlain)
		case row.Username == mail.Given:
			v.take(row, whyGiven, "")
		default:
			v.take(row, "", "")
		}
	}
	v.first("a code holds one server, and a better one is in it")
	if !v.usable() {
		return QRAccount{}, v.useless(), false
	}
	end := func(row mail.Server) QREnd {
		auth := row.Authentication[0]
		if i := slices.IndexFunc(row.Authentication, func(a mail.Authentication) bool { return a != mail.OAuth2 }); i >= 0 {
			auth = row.Authentication[i]
		}
		return QREnd{qrProtocols[row.Protocol], row.Host, row.Port, qrModes[row.Security], qrAuths[auth], row.Username}
	}
	return QRAccount{end(v.rows(proto)[0]), end(v.rows(mail.SMTP)[0])}, v.left(), true
}

// Why [Address] refuses what a reader typed.
var (
	ErrAddress = diag.Errorf("not an e-mail address")
	ErrASCII   = diag.Errorf("the part before the @ holds letters that the format cannot express")
)

// Address brings what a reader typed as their address into the form in which
// programs send it: blanks around it gone, the domain in lower case and in its
// ASCII form (RFC 5891). What stands before the @ is kept letter by letter; it
// must be a dot-atom of RFC 5321 §4.1.2 of at most 64 bytes, so `a+b` is
// right and a quoted string is not. The error is ErrAddress or ErrASCII.
func Address(typed string) (string, error) {
	s := strings.TrimSpace(typed)
	at := strings.IndexByte(s, '@')
	if at < 1 || at == len(s)-1 || !utf8.ValidString(s) {
		return "", ErrAddress
	}
	local, domain := s[:at], s[at+1:]
	for _, c := range local {
		if c >= utf8.RuneSelf {
			return "", ErrASCII
		}
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", c)) {
			return "", ErrAddress
		}
	}
	if len(local) > 64 || local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return "", ErrAddress
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", ErrAddress
	}
	ascii = strings.ToLower(ascii)
	if len(ascii) > 253 || !strings.Contains(ascii, ".") {
		return "", ErrAddress
	}
	for label := range strings.SplitSeq(ascii, ".") { // idna has seen to their letters
		if label == "" || len(label) > 63 {
			return "", ErrAddress
		}
	}
	if strings.Trim(ascii[strings.LastIndexByte(ascii, '.')+1:], "0123456789") == "" {
		return "", ErrAddress // an IP address: no top-level domain is a number
	}
	return local + "@" + ascii, nil
}
