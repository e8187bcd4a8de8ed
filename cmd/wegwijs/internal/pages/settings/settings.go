// Package settings has the rows and the values of the mail record as pages show
// them: in the reader's language, in the words of a mail program, with what kind
// of value each is.
package settings

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// A Source is what the directives about mail settings draw on. Its
// functions may be nil; they are called from several goroutines at once.
type Source struct {
	Record *mail.Record
	// Checked returns the day on which all servers of a protocol were last seen
	// to agree with the record.
	Checked func(product string, proto mail.Protocol) tomlfile.Date
	// Label returns a mail program's own word for a field, where it is verified.
	Label func(client, lang, field string) (string, bool)
	// Asks reports whether a mail program has a field that only some have:
	// smtp-auth, spa or prefix.
	Asks     func(client, field string) bool
	Clients  []string // the mail programs that the attribute client may name
	Profiles []Profile
	DNS      func(product, domain string) (rows []DNSRecord, zone string)
	// Accounts returns, as JSON, what the script of a page needs to make forms for
	// an address, and which of profile and qr these are.
	Accounts func(product string) (json string, forms []string)
}

// A Reader is for whom values are shown, and on whose site.
type Reader struct {
	Lang     string                                        // the language of the interface
	T        func(key string, args ...any) (string, error) // returns an interface string in that language
	Provider string                                        // the provider's name; "" when it is not given
	Contact  string                                        // the address of its help desk; "" when it is not given
}

// Asked is what a directive asks of the record. Its methods are those that the
// templates of directives have, and may be called from several goroutines at
// once. Their errors are for the author of the page: [diag.Hinted], or [Unset].
type Asked struct {
	source *Source
	reader Reader
	label  string
	attrs  map[string]string
	shown  func(id string)
}

// Ask returns what a directive with a label and attributes asks. The attributes
// product, client and row count here. shown, which may be nil, is told the mail
// products whose servers an answer names.
func (s *Source) Ask(r Reader, label string, attrs map[string]string, shown func(id string)) *Asked {
	return &Asked{source: s, reader: r, label: label, attrs: attrs, shown: shown}
}

// Unset is what a page shows and the configuration does not have. Where the
// configuration is known to be wrong it says nothing new.
type Unset struct{ diag.Hinted }

// Code returns [diag.SettingUnset].
func (u *Unset) Code() diag.Code { return diag.SettingUnset }

func unset(msg, way string) error { return &Unset{diag.Hinted{Msg: msg, Way: way}} }

func hinted(msg, way string) error { return &diag.Hinted{Msg: msg, Way: way} }

// A Profile is a configuration profile that readers can download.
type Profile struct {
	Product  string
	Protocol string // imap or pop
	URL      string
}

// A DNSRecord is one row of the table for domain owners.
type DNSRecord struct {
	Name  string // below the domain: _imaps._tcp
	Type  string // SRV, CNAME, TXT
	Value string // as it stands in a zone: 0 1 993 imap.example.nl.
	// The parts of an SRV record, for control panels with a box for each.
	Priority, Weight, Port int
	Target                 string
}

// Profiles returns the configuration profiles of the directive's mail product, at
// least one.
func (a *Asked) Profiles() ([]Profile, error) {
	p, err := a.Product()
	if err != nil {
		return nil, err
	}
	var list []Profile
	for _, f := range a.source.Profiles {
		if f.Product == p.ID {
			list = append(list, f)
		}
	}
	if len(list) == 0 && len(p.Domains) > 0 { // without a domain there are no forms, which is reported
		return nil, unset(diag.Say("mail product %q has no profile", p.ID), "give it rows that a profile can hold, switch profile on in [forms], or remove the directive")
	}
	return list, nil
}

// Accounts returns what the script personal.js needs of the directive's mail
// product, as JSON.
func (a *Asked) Accounts() (string, error) {
	p, err := a.Product()
	if err != nil || a.source.Accounts == nil {
		return "[]", err
	}
	accounts, _ := a.source.Accounts(p.ID)
	return accounts, nil
}

// Offers reports whether the script personal.js can make a form, profile or qr,
// for any way to receive mail that the directive's product has.
func (a *Asked) Offers(form string) (bool, error) {
	p, err := a.Product()
	if err != nil || a.source.Accounts == nil {
		return false, err
	}
	_, forms := a.source.Accounts(p.ID)
	return slices.Contains(forms, form), nil
}

// Webmail reports whether any mail product has webmail.
func (a *Asked) Webmail() bool {
	return slices.ContainsFunc(a.products(), func(p *mail.Product) bool { return p.Webmail != "" })
}

// DNS returns the records that a domain needs: that of the label, or the
// product's first domain.
func (a *Asked) DNS() ([]DNSRecord, error) {
	rows, _, err := a.dns()
	return rows, err
}

// DNSZone returns the same as text for a zone file.
func (a *Asked) DNSZone() (string, error) {
	_, zone, err := a.dns()
	return zone, err
}

func (a *Asked) dns() ([]DNSRecord, string, error) {
	p, err := a.Product()
	if err != nil || a.source.DNS == nil {
		return nil, "", err
	}
	domain := a.label
	if domain == "" && len(p.Domains) > 0 {
		domain = p.Domains[0]
	}
	rows, zone := a.source.DNS(p.ID, domain)
	return rows, zone, nil
}

// Product returns the mail product of the directive (attribute product) as the
// record has it, for templates that hand its values to a script.
func (a *Asked) Product() (*mail.Product, error) {
	id := a.attrs["product"]
	p, ok := a.source.Record.Product(id)
	switch {
	case ok:
		return p, nil
	case id == "":
		return nil, unset("site.toml has no [[mail]] table", "add one, or remove the directive")
	}
	return nil, hinted(diag.Say("no mail product %q", id), diag.DidYouMean(id, a.source.Record.IDs()))
}

func protocol(s string) (mail.Protocol, error) {
	if slices.Contains(mail.Protocols, mail.Protocol(s)) {
		return mail.Protocol(s), nil
	}
	return "", hinted(diag.Say("unknown protocol %q", s), "known: imap, pop, smtp")
}

// rows returns the rows of a protocol, at least one.
func (a *Asked) rows(proto mail.Protocol) (*mail.Product, []mail.Server, error) {
	p, err := a.Product()
	if err != nil {
		return nil, nil, err
	}
	rows := p.Rows(proto)
	if len(rows) == 0 {
		return nil, nil, unset(diag.Say("mail product %q has no %s server", p.ID, proto), "add a [[mail.server]] to site.toml, or remove the directive")
	}
	if a.shown != nil {
		a.shown(p.ID)
	}
	return p, rows, nil
}

// products returns the mail products that the directive is about: that of the
// attribute product, or all of them.
func (a *Asked) products() []*mail.Product {
	if p, err := a.Product(); a.attrs["product"] != "" {
		if err != nil {
			return nil
		}
		return []*mail.Product{p}
	}
	var list []*mail.Product
	for i := range a.source.Record.Products {
		list = append(list, &a.source.Record.Products[i])
	}
	return list
}

// Products returns the mail products that the directive is about: that of the
// attribute product, or all of them, at least one.
func (a *Asked) Products() ([]*mail.Product, error) {
	if _, err := a.Product(); err != nil {
		return nil, err
	}
	return a.products(), nil
}

// Of returns what the directive would ask with the attribute product.
func (a *Asked) Of(product string) *Asked {
	one := *a
	one.attrs = maps.Clone(a.attrs)
	if one.attrs == nil {
		one.attrs = map[string]string{}
	}
	one.attrs["product"] = product
	return &one
}

// DomainMarks returns, for the script personal.js, what tells the domains of the
// directive's mail product from those of others without naming them: of each
// domain the first six bytes of its SHA-256 in base64 (RFC 4648 §5), in order,
// separated by spaces.
func (a *Asked) DomainMarks() (string, error) {
	p, err := a.Product()
	if err != nil {
		return "", err
	}
	marks := make([]string, len(p.Domains))
	for i, domain := range p.Domains {
		sum := sha256.Sum256([]byte(domain))
		marks[i] = base64.RawURLEncoding.EncodeToString(sum[:6])
	}
	slices.Sort(marks)
	return strings.Join(marks, " "), nil
}
