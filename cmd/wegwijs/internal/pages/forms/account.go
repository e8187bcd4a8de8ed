package forms

import "slices"
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
// Both ends are encrypted, and take a password.
type ProfileAccount struct {
	Incoming ProfileEnd `json:"incoming"`
	Outgoing ProfileEnd `json:"outgoing"`
}

// A ProfileEnd is one server of a profile.
type ProfileEnd struct {
	Host     string        `json:"host"`
	Port     int           `json:"port"`
	Username mail.Username `json:"username"` // how to make the user name from the address
}

// Accounts gives an account for each protocol that the product has rows to
// receive with, IMAP first. The servers in it are those of [Profile] and [QR].
func Accounts(p *mail.Product, s *Site) []Account {
	accounts := []Account{}
	for _, proto := range []mail.Protocol{mail.IMAP, mail.POP} {
		if len(p.Rows(proto)) == 0 {
			continue
		}
		a := Account{Protocol: proto}
		// The script writes profiles with a plain password only.
		plain := func(row mail.Server) bool { return slices.Contains(row.Authentication, mail.Password) }
		if v := profileRows(p, proto); s.Makes(FormProfile) && v.usable() && plain(v.rows(proto)[0]) && plain(v.rows(mail.SMTP)[0]) {
			end := func(row mail.Server) ProfileEnd { return ProfileEnd{row.Host, row.Port, row.Username} }
			a.Profile = &ProfileAccount{end(v.rows(proto)[0]), end(v.rows(mail.SMTP)[0])}
		}
		if qr, _, ok := QR(p, proto); s.Makes(FormQR) && ok {
			a.QR = &qr
		}
		accounts = append(accounts, a)
	}
	return accounts
}
