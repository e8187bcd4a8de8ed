package forms

import (
	"encoding/xml"
	"slices"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// The elements of a POX response ("POX Autodiscover response XML elements for
// Exchange", and for mail servers the Office 2007 deployment articles). Type
// comes first, the rest in the order of Microsoft's schema.
type adRoot struct {
	XMLName  xml.Name   `xml:"Autodiscover"`
	NS       string     `xml:"xmlns,attr"`
	Response adResponse `xml:"Response"`
}

type adResponse struct {
	NS      string    `xml:"xmlns,attr"`
	Account adAccount `xml:"Account"`
}

type adAccount struct {
	Type      string       `xml:"AccountType"`
	Action    string       `xml:"Action"`
	Protocols []adProtocol `xml:"Protocol"`
}

type adProtocol struct {
	Type           string `xml:"Type"`
	Server         string `xml:"Server"`
	Port           int    `xml:"Port"`
	DomainRequired string `xml:"DomainRequired"`
	SPA            string `xml:"SPA"` // absent means on, which is NTLM: always written
	SSL            string `xml:"SSL"`
	Encryption     string `xml:"Encryption"`
	AuthRequired   string `xml:"AuthRequired"`
	UsePOPAuth     string `xml:"UsePOPAuth,omitempty"`
	SMTPLast       string `xml:"SMTPLast,omitempty"`
}

const (
	adNS       = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
	adAnswerNS = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
)

var (
	adTypes = map[mail.Protocol]string{mail.IMAP: "IMAP", mail.POP: "POP3", mail.SMTP: "SMTP"}
	adModes = map[mail.Security]string{mail.TLS: "SSL", mail.STARTTLS: "TLS"}
)

// Autodiscover writes the product as the answer to a POX request
// (autodiscover.xml), to be served as text/xml. It returns nil when there is no
// row to receive with or none to send with that the form can express.
//
// What a static answer cannot do: a real one repeats the address that was
// asked about as LoginName. Without it Thunderbird takes the whole address;
// old Outlook may take what stands before the @, and the reader has to correct
// that. Today's Outlook asks Microsoft instead of this file. So no page should
// promise that Outlook sets itself up. Programs ask with POST and in any
// letter case, which needs the rules of [Snippet].
func Autodiscover(p *mail.Product, _ *Site) ([]byte, []LeftOut) {
	v := newSieve(FormAutodiscover, p)
	for _, row := range Rows(p, mail.Protocols...) {
		switch {
		case adModes[row.Security] == "":
			v.take(row, whyPlain, hintPlain)
		case mail.Placeholder(row.Host):
			v.take(row, whyDomain, "")
		case row.Username != mail.Address && row.Username != mail.Given:
			v.take(row, "a static file cannot tell a program to use another name than the address", "")
		case !slices.Contains(row.Authentication, mail.Password):
			v.take(row, "it has no name for this authentication", "")
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
	if p.LeaveDays > 0 && len(v.rows(mail.POP)) > 0 {
		v.value("leave_on_server_days", "it has no place for it")
	}
	r := adRoot{NS: adNS, Response: adResponse{NS: adAnswerNS, Account: adAccount{Type: "email", Action: "settings"}}}
	for _, row := range v.kept {
		a := adProtocol{
			Type:           adTypes[row.Protocol],
			Server:         row.Host,
			Port:           row.Port,
			DomainRequired: "off",
			SPA:            "off",
			SSL:            "on",
			Encryption:     adModes[row.Security],
			AuthRequired:   "on",
		}
		if row.Protocol == mail.SMTP {
			a.UsePOPAuth = "on" // with Type SMTP: the same user name and password as for receiving
			a.SMTPLast = "off"
		}
		r.Response.Account.Protocols = append(r.Response.Account.Protocols, a)
	}
	return marshalXML(r), v.left()
}

// Question writes the answer to Autodiscover's JSON question ("Autodiscover
// V2": GET /autodiscover/autodiscover.json?Protocol=AutodiscoverV1), which
// leads a program to the address of the product's own answer. It returns nil
// where the product has none or the site's host is not known. first says that
// the product is the record's first.
func Question(p *mail.Product, first bool, s *Site) []byte {
	host := s.host(s.AutodiscoverHost)
	if host == "" || !s.MakesFor(p, FormAutodiscover) {
		return nil
	}
	if data, _ := Autodiscover(p, s); data == nil {
		return nil
	}
	path := AutodiscoverFile
	if !first {
		path = ProductFile(p, FormAutodiscover) // the fixed address is the first product's at this host
	}
	return marshalJSON(struct {
		Protocol string
		URL      string `json:"Url"`
	}{"AutodiscoverV1", "https://" + host + "/" + path}, "")
}
