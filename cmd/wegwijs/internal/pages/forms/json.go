package forms

import (
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// A Document is mail.json: the record for programs. New fields may be added;
// a change of what a field means gets another Version.
type Document struct {
	Version  int           `json:"version"` // 2; in 1 a product had all its domains, and files for each
	Provider ProviderJSON  `json:"provider"`
	Products []ProductJSON `json:"products"` // in the order of site.toml; the first is the primary one
	LeftOut  []LeftOutJSON `json:"leftOut"`  // what the other forms do not hold
}

// ProviderJSON names the provider of the service.
type ProviderJSON struct {
	Name      string `json:"name"`
	ShortName string `json:"shortName"`
}

// ProductJSON is one kind of mailbox.
type ProductJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Domain  string `json:"domain"` // the primary one, ASCII form; others are customers' and are not told
	Webmail string `json:"webmail,omitempty"`
	// LeaveOnServerDays is how long a POP program should leave mail on the
	// server, in days; absent when the provider gives no advice.
	LeaveOnServerDays int          `json:"leaveOnServerDays,omitempty"`
	Help              []HelpJSON   `json:"help"`    // best page first, in every language it has
	Servers           []ServerJSON `json:"servers"` // imap, pop, smtp; within each the most preferred first
	Files             FilesJSON    `json:"files"`   // the other forms of this product
}

// HelpJSON is a help page in one language.
type HelpJSON struct {
	Lang  string `json:"lang"` // BCP 47
	Title string `json:"title"`
	URL   string `json:"url"`
}

// ServerJSON is one row of the record. A host may end in %EMAILDOMAIN%, which
// stands for the domain of the reader's address.
type ServerJSON struct {
	Protocol       string   `json:"protocol"` // imap, pop, smtp
	Host           string   `json:"host"`     // ASCII form
	Port           int      `json:"port"`
	Security       string   `json:"security"`       // tls (from the first byte), starttls (required), none
	Username       string   `json:"username"`       // address (all of it), local-part (before the @), local.domain (a dot for the @), given (by the provider)
	Authentication []string `json:"authentication"` // password, encrypted, oauth2; most preferred first
	Preference     int      `json:"preference"`     // lower is better, within the protocol
}

// FilesJSON holds the addresses of a product's other forms; those that the
// site does not make are absent. The map is by protocol.
type FilesJSON struct {
	Autoconfig   string            `json:"autoconfig,omitempty"`
	Autodiscover string            `json:"autodiscover,omitempty"`
	PACC         string            `json:"pacc,omitempty"`
	DNS          string            `json:"dns,omitempty"`
	Profile      map[string]string `json:"profile,omitempty"`
}

// LeftOutJSON is something of the record that a form does not hold.
type LeftOutJSON struct {
	Form    string `json:"form"`
	Product string `json:"product"`
	What    string `json:"what"`
	Why     string `json:"why"`
	Minor   bool   `json:"minor"` // readers miss nothing
}

// JSON writes the whole record as mail.json, see [Document]; left is what the
// other forms left out. Every row is in it, also one without encryption.
func JSON(r *mail.Record, s *Site, left []LeftOut) []byte {
	doc := Document{
		Version:  2,
		Provider: ProviderJSON{oneLine(s.Name), oneLine(s.short())},
		Products: []ProductJSON{},
		LeftOut:  []LeftOutJSON{},
	}
	for i := range r.Products {
		p := &r.Products[i]
		j := ProductJSON{
			ID:                p.ID,
			Name:              p.Name,
			Domain:            p.Domains[0],
			Webmail:           p.Webmail,
			LeaveOnServerDays: p.LeaveDays,
			Help:              []HelpJSON{},
			Servers:           []ServerJSON{},
			Files:             s.files(p),
		}
		for _, h := range s.help(p) {
			j.Help = append(j.Help, HelpJSON{h.Lang, h.Title, h.URL})
		}
		for _, row := range p.Servers {
			v := ServerJSON{
				Protocol:   string(row.Protocol),
				Host:       row.Host,
				Port:       row.Port,
				Security:   string(row.Security),
				Username:   string(row.Username),
				Preference: row.Preference,
			}
			for _, a := range row.Authentication {
				v.Authentication = append(v.Authentication, string(a))
			}
			j.Servers = append(j.Servers, v)
		}
		doc.Products = append(doc.Products, j)
	}
	for _, l := range left {
		doc.LeftOut = append(doc.LeftOut, LeftOutJSON{string(l.Form), l.Product, l.What, diag.In(diag.English, l.Why), l.Minor})
	}
	return marshalJSON(doc, "  ")
}

// files returns the addresses of the product's files that [Files] makes.
func (s *Site) files(p *mail.Product) FilesJSON {
	var f FilesJSON
	one := func(form Form) string {
		if !s.MakesFor(p, form) {
			return ""
		}
		if write := writers[form]; write != nil {
			if data, _ := write(p, s); data == nil {
				return ""
			}
		}
		return s.address(ProductFile(p, form))
	}
	f.Autoconfig, f.Autodiscover, f.PACC, f.DNS = one(FormAutoconfig), one(FormAutodiscover), one(FormPACC), one(FormDNS)
	if s.MakesFor(p, FormProfile) {
		unsigned := *s
		unsigned.Signer = nil // whether there is one is all that counts here
		for _, proto := range mail.Incoming {
			if data, _, _ := Profile(p, proto, &unsigned); data != nil {
				if f.Profile == nil {
					f.Profile = map[string]string{}
				}
				f.Profile[string(proto)] = s.address(ProfileFile(p, proto))
			}
		}
	}
	return f
}
