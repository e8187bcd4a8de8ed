package forms

import "wegwijs/cmd/wegwijs/internal/input/mail"

// An Account is what a page hands to the browser for one protocol to receive
// with, to make a profile and a QR code for the address that a reader types. A
// form that is switched off, or cannot express the product, is nil.
type Account struct {
	Protocol mail.Protocol   `json:"protocol"`
	Profile  *ProfileAccount `json:"profile,omitempty"`
	QR       *QRAccount      `json:"qr,omitempty"`
}

// A ProfileAccount is all that a profile needs beside what the reader types.
// Both ends are encrypted.
type ProfileAccount struct {
	Incoming ProfileEnd `json:"incoming"`
	Outgoing ProfileEnd `json:"outgoing"`
}

// A ProfileEnd is one server of a profile.
type ProfileEnd struct {
	Host           string        `json:"host"` // it may end in [mail.EmailDomain]
	Port           int           `json:"port"`
	Authentication string        `json:"authentication"` // as profiles have it: EmailAuth…
	Username       mail.Username `json:"username"`       // how to make the user name from the address
}

// Accounts returns an account for each protocol that the product has rows to
// receive with, IMAP first. The servers in it are those of [Profile] and [QR],
// and for the profile those that depend on the domain of the address.
func Accounts(p *mail.Product, s *Site) []Account {
	accounts := []Account{}
	for _, proto := range mail.Incoming {
		if len(p.Rows(proto)) == 0 {
			continue
		}
		a := Account{Protocol: proto}
		if v := profileRows(p, proto, true); s.MakesFor(p, FormProfile) && v.usable() {
			end := func(row mail.Server) ProfileEnd {
				return ProfileEnd{row.Host, row.Port, profileAuth(row), row.Username}
			}
			a.Profile = &ProfileAccount{end(v.rows(proto)[0]), end(v.rows(mail.SMTP)[0])}
		}
		if qr, _, ok := QR(p, proto); s.MakesFor(p, FormQR) && ok {
			a.QR = &qr
		}
		accounts = append(accounts, a)
	}
	return accounts
}
