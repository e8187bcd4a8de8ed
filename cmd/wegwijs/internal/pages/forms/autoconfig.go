package forms

import (
	"cmp"
	"encoding/xml"
	"net/url"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// The elements of draft-ietf-mailmaint-autoconfig-06 §3, as programs in the
// field read them. Their order among different names is free; that of servers
// and of authentications is the order of preference.
type acConfig struct {
	XMLName  xml.Name   `xml:"clientConfig"`
	Version  string     `xml:"version,attr"`
	Provider acProvider `xml:"emailProvider"`
	OAuth2   *acOAuth2  `xml:"oAuth2"`
	Webmail  *acWebmail `xml:"webMail"`
}

type acOAuth2 struct {
	Issuer   string `xml:"issuer"`
	Scope    string `xml:"scope,omitempty"`
	AuthURL  string `xml:"authURL"`
	TokenURL string `xml:"tokenURL"`
}

type acWebmail struct {
	Page acLink `xml:"loginPage"`
}

type acLink struct {
	URL string `xml:"url,attr"`
}

type acProvider struct {
	ID        string     `xml:"id,attr"`
	Domains   []string   `xml:"domain"`
	Name      string     `xml:"displayName"`
	ShortName string     `xml:"displayShortName"`
	Incoming  []acServer `xml:"incomingServer"`
	Outgoing  []acServer `xml:"outgoingServer"`
	Help      []acHelp   `xml:"documentation"`
}

type acServer struct {
	Type           string   `xml:"type,attr"`
	Host           string   `xml:"hostname"`
	Port           int      `xml:"port"`
	Socket         string   `xml:"socketType"`
	Authentication []string `xml:"authentication"`
	Username       string   `xml:"username"`
	POP            *acPOP   `xml:"pop3"`
}

type acPOP struct {
	Leave bool `xml:"leaveMessagesOnServer"`
	Days  int  `xml:"daysToLeaveMessagesOnServer"`
}

type acHelp struct {
	URL  string `xml:"url,attr"`
	Text acText `xml:"descr"`
}

type acText struct {
	Lang string `xml:"lang,attr"`
	Text string `xml:",chardata"`
}

var (
	acTypes = map[mail.Protocol]string{mail.IMAP: "imap", mail.POP: "pop3", mail.SMTP: "smtp"}
	// acSockets has no "plain": see [Autoconfig].
	acSockets   = map[mail.Security]string{mail.TLS: "SSL", mail.STARTTLS: "STARTTLS"}
	acUsernames = map[mail.Username]string{
		mail.Address:     "%EMAILADDRESS%",
		mail.LocalPart:   "%EMAILLOCALPART%",
		mail.LocalDomain: "%EMAILLOCALPART%.%EMAILDOMAIN%",
		// No program can know it. The servers are right, and the reader puts the
		// right name in the place of the address.
		mail.Given: "%EMAILADDRESS%",
	}
	acAuths = map[mail.Authentication]string{
		mail.Password:  "password-cleartext", // the mechanism, inside TLS; not the line
		mail.Encrypted: "password-encrypted",
		mail.OAuth2:    "OAuth2",
	}
)

// Autoconfig writes the product as Mail Autoconfig XML, format 1.1
// (draft-ietf-mailmaint-autoconfig-06 §3), to be served as text/xml. It returns
// nil when there is no row to receive with or none to send with that the form
// can express: programs reject such a file.
//
// It is stricter than the draft, for the readers in the field: the id is a
// host name (Thunderbird rejects the file otherwise), no server is without
// user name, and no row without encryption is written, because Thunderbird for
// Android returns the whole file up for one. IMAP comes before POP, TLS before
// STARTTLS. The days for POP go with the permission to leave mail on the
// server: without them Thunderbird takes 14. Each help page is a
// `documentation` of its own, for its address differs by language.
func Autoconfig(p *mail.Product, s *Site) ([]byte, []LeftOut) {
	v := newSieve(FormAutoconfig, p)
	for _, row := range Rows(p, mail.Protocols...) {
		switch {
		case acSockets[row.Security] == "":
			v.take(row, whyPlain, hintPlain)
		default:
			v.take(row, "", "")
		}
	}
	if !v.usable() {
		return nil, v.useless()
	}
	if slices.ContainsFunc(v.kept, func(s mail.Server) bool { return s.Username == mail.Given }) {
		v.value("username", whyGiven)
	}
	c := acConfig{Version: "1.1", Provider: acProvider{
		ID:        p.Domains[0],
		Domains:   []string{p.Domains[0]},
		Name:      limit(cmp.Or(oneLine(s.Name), oneLine(p.Name)), maxName),
		ShortName: limit(cmp.Or(oneLine(s.short()), oneLine(p.Name)), maxShortName),
	}}
	if len(p.Domains) > 1 {
		// One file for all of them, which names no customer's domain to another.
		c.Provider.ID, c.Provider.Domains = s.id(v.kept[0].Host), []string{mail.EmailDomain}
	}
	for _, row := range v.kept {
		a := acServer{
			Type:     acTypes[row.Protocol],
			Host:     row.Host,
			Port:     row.Port,
			Socket:   acSockets[row.Security],
			Username: acUsernames[row.Username],
		}
		for _, auth := range row.Authentication {
			a.Authentication = append(a.Authentication, acAuths[auth])
		}
		if row.Protocol == mail.POP && p.LeaveDays > 0 {
			a.POP = &acPOP{Leave: true, Days: p.LeaveDays}
		}
		if row.Protocol == mail.SMTP {
			c.Provider.Outgoing = append(c.Provider.Outgoing, a)
		} else {
			c.Provider.Incoming = append(c.Provider.Incoming, a)
		}
	}
	if p.Webmail != "" {
		c.Webmail = &acWebmail{acLink{p.Webmail}}
	}
	if o := p.OAuth2; o != (mail.OAuth2Server{}) {
		c.OAuth2 = &acOAuth2{o.Issuer, o.Scope, o.AuthURL, o.TokenURL}
	}
	for _, h := range s.help(p) {
		lang, _, _ := strings.Cut(h.Lang, "-") // §3.3: two letters
		c.Provider.Help = append(c.Provider.Help, acHelp{h.URL, acText{lang, oneLine(h.Title)}})
	}
	return marshalXML(c), v.left()
}

// id returns what names the provider where a file is of many domains: the
// help centre's host, else that of a server. It must be a host name.
func (s *Site) id(server string) string {
	if u, err := url.Parse(s.BaseURL); err == nil && strings.Contains(u.Hostname(), ".") {
		return u.Hostname()
	}
	return mail.HostFor(server, "invalid")
}

// marshalXML returns the document with its declaration, without a byte order
// mark, ending in a line end. Characters that XML cannot hold become U+FFFD.
func marshalXML(v any) []byte {
	b, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // the types of this package always marshal
	}
	return append([]byte(xml.Header), append(b, '\n')...)
}
