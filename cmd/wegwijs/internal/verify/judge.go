package verify

import (
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// judge compares what a server offers with what the row says of logging in.
// Capability lists can refute a row and only support it: servers list
// mechanisms that do not work (draft-ietf-mailmaint-autoconfig §8.3).
func judge(s mail.Server, c *contact) []Problem {
	if c.final == nil {
		return nil
	}
	o := c.final
	var ps []Problem
	warn := func(code diag.Code, hint, msg string) {
		ps = append(ps, Problem{Outcome: Holds, Code: code, Msg: msg, Hint: hint})
	}
	if !o.known {
		warn(diag.VerifyCapabilities, "see in the server's own configuration that it offers what this row says", "the server does not say what it offers, so the authentication was not checked")
	}
	said := strings.Join(o.list, ", ")
	switch {
	case !o.known:
	case s.Protocol == mail.SMTP && len(o.mechanisms) == 0:
		// RFC 6409 §4.3: a submission server asks for authentication.
		ps = append(ps, refuted(diag.VerifyAuth, said, "check host and port: a server that readers send with must offer AUTH", "the server offers no way to log in").Problem)
	default:
		for _, a := range s.Authentication {
			if !offersAuthentication(s.Protocol, a, o, c.apop) {
				ps = append(ps, refuted(diag.VerifyAuth, said, "correct authentication in this row, or switch it on at the server", "the server does not offer logging in with %s", authentications[a]).Problem)
			}
		}
	}
	if s.Security != mail.None && o.upgrade {
		// RFC 3207 §4.2; RFC 9051 §6.2.1.
		warn(diag.VerifyStarttlsAgain, "a fault of the server's software; report it there", "the server offers STARTTLS inside an encrypted connection")
	}
	if s.Security == mail.None && o.upgrade {
		warn(diag.VerifyStarttlsUnused, `write security = "starttls"`, "the server offers STARTTLS, which this row does not ask for")
	}
	if c.early != nil && c.early.known && c.early.password() {
		// RFC 8314 §4.1; RFC 4954 §4 for SMTP, RFC 9051 §6.2.3 for IMAP.
		warn(diag.VerifyAuthClear, "let the server refuse logins before STARTTLS", "the server takes passwords before encryption begins")
	}
	return ps
}

var authentications = map[mail.Authentication]diag.Phrase{
	mail.Password:  diag.Phrase("a plain password"),
	mail.Encrypted: diag.Phrase("an encrypted password"),
	mail.OAuth2:    "OAuth2",
}

// offersAuthentication reports whether an offer can serve what a row calls
// password, encrypted or oauth2.
func offersAuthentication(p mail.Protocol, a mail.Authentication, o *offer, apop bool) bool {
	switch a {
	case mail.Password:
		return o.password()
	case mail.Encrypted:
		return o.has("CRAM-MD5", "DIGEST-MD5", "SCRAM-*") || p == mail.POP && apop
	case mail.OAuth2:
		return o.has("OAUTHBEARER", "XOAUTH2") // RFC 7628, and the form before it
	}
	return false
}
