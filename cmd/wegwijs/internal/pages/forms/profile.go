package forms

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"howett.net/plist"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// Profile writes an Apple configuration profile (.mobileconfig) for one of
// IMAP and POP, to be served as application/x-apple-aspen-config; signed when
// the site has a Signer. It returns nil when the product has no such row, or
// none to receive with or to send with that the form can express.
//
// The profile holds no address, user name, name or password: the device asks
// for them while it is installed (apple/device-management, mail.managed). It
// holds one server in each direction, since that is all a payload has room
// for; the ports are always written, because a device that finds none tries 25
// first. There is one switch for encryption and the port decides the mode, so
// STARTTLS is written only for its registered ports and only where there is
// nothing better.
//
// A device replaces an old profile by the new one when identifier and UUID are
// the same. Both are made from the product's id, the help centre's host and the
// protocol alone: the UUID is version 5 (RFC 9562 §5.5), of
// "mobileconfig/ID/PROTOCOL/profile" and "…/account", in the namespace that is
// itself version 5 of the host in the DNS namespace. So they stay when settings
// and domains change. A second address on the same device needs the personal
// profile, whose identity follows the address.
func Profile(p *mail.Product, proto mail.Protocol, s *Site) ([]byte, []LeftOut, error) {
	if len(p.Rows(proto)) == 0 {
		return nil, nil, nil
	}
	v := profileRows(p, proto, false)
	if !v.usable() {
		return nil, v.useless(), nil
	}
	if p.LeaveDays > 0 && proto == mail.POP {
		v.value("leave_on_server_days", "it has no place for it")
	}
	kind := strings.ToUpper(string(proto))
	in, out := v.rows(proto)[0], v.rows(mail.SMTP)[0]
	host := s.identity()
	id := reverse(host) + ".mail." + p.ID + "." + string(proto)
	ns := uuid.NewSHA1(uuid.NameSpaceDNS, []byte(host))
	uid := func(part string) string {
		return strings.ToUpper(uuid.NewSHA1(ns, []byte("mobileconfig/"+p.ID+"/"+string(proto)+"/"+part)).String())
	}
	name := oneLine(p.Name)
	payload := map[string]any{
		"PayloadType":                      "com.apple.mail.managed",
		"PayloadVersion":                   1,
		"PayloadIdentifier":                id + ".account",
		"PayloadUUID":                      uid("account"),
		"PayloadDisplayName":               "E-mail (" + kind + ")",
		"EmailAccountType":                 "EmailType" + kind,
		"EmailAccountDescription":          name,
		"IncomingMailServerUseSSL":         true,
		"OutgoingMailServerUseSSL":         true,
		"IncomingMailServerHostName":       in.Host,
		"OutgoingMailServerHostName":       out.Host,
		"IncomingMailServerPortNumber":     in.Port,
		"OutgoingMailServerPortNumber":     out.Port,
		"IncomingMailServerAuthentication": profileAuth(in),
		"OutgoingMailServerAuthentication": profileAuth(out),
		// One question for the password instead of two.
		"OutgoingPasswordSameAsIncomingPassword": true,
	}
	b, err := plist.MarshalIndent(map[string]any{
		"PayloadType":         "Configuration",
		"PayloadVersion":      1,
		"PayloadIdentifier":   id,
		"PayloadUUID":         uid("profile"),
		"PayloadDisplayName":  name + " (" + kind + ")",
		"PayloadOrganization": cmp.Or(oneLine(s.Name), name),
		"PayloadContent":      []any{payload},
	}, plist.XMLFormat, "  ")
	if err != nil {
		panic(err) // text, numbers and truth values always marshal
	}
	b = append(b, '\n')
	if s.Signer != nil {
		if b, err = s.Signer.Sign(b); err != nil {
			return nil, nil, err
		}
	}
	return b, v.left(), nil
}

// profileRows sifts the rows for a profile, of one address or of any: at most
// one is kept for each direction.
func profileRows(p *mail.Product, proto mail.Protocol, personal bool) *sieve {
	v := newSieve(FormProfile, p)
	for _, row := range Rows(p, proto, mail.SMTP) {
		switch {
		case row.Security == mail.None:
			v.take(row, whyPlain, hintPlain)
		case row.Security == mail.STARTTLS && !slices.Contains(upgradePorts, row.Port):
			v.take(row, "the port decides between STARTTLS and TLS, and this one does not say", hintPlain)
		case mail.Placeholder(row.Host) && !personal:
			v.take(row, whyOneCan, "")
		case profileAuth(row) == "":
			v.take(row, "it has no name for this authentication", "")
		default:
			v.take(row, "", "")
		}
	}
	v.first("a profile holds one server, and a better one is in it")
	return v
}

// profileAuths are the names of authentications in profiles. Of the encrypted
// ones CRAM-MD5 is the one that servers have.
var profileAuths = map[mail.Authentication]string{mail.Password: "EmailAuthPassword", mail.Encrypted: "EmailAuthCRAMMD5"}

// profileAuth returns the name of the best authentication of the row that
// profiles know, or "".
func profileAuth(row mail.Server) string {
	for _, a := range row.Authentication {
		if name := profileAuths[a]; name != "" {
			return name
		}
	}
	return ""
}

// identity returns the host that the identities of profiles are made in.
func (s *Site) identity() string {
	if u, err := url.Parse(s.BaseURL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

// upgradePorts are the ports on which devices take encryption to mean STARTTLS.
var upgradePorts = []int{143, 110, 587}

// reverse returns a domain as the start of an identifier: nl.example.
func reverse(domain string) string {
	labels := strings.Split(domain, ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}
