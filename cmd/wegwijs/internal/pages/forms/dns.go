package forms

import (
	"bytes"
	"fmt"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// A Record is one DNS record of a mail domain, in the parts that control
// panels ask for. Its time to live is left to the zone.
type Record struct {
	Name     string // relative to the domain: "_imaps._tcp"
	Type     string // SRV (RFC 2782), CNAME or TXT
	Priority int    // SRV: lower is tried first
	Weight   int    // SRV: share among equals
	Port     int    // SRV; 0 where nothing is offered
	Target   string // SRV, CNAME: a host with its final dot; "." says "not offered"
	Text     string // TXT: without quotes
}

// Offered reports whether r says where something is, not that it is nowhere.
func (r Record) Offered() bool { return r.Target != "." }

// Data returns what stands after the type in a zone file.
func (r Record) Data() string {
	switch r.Type {
	case "SRV":
		return fmt.Sprintf("%d %d %d %s", r.Priority, r.Weight, r.Port, r.Target)
	case "TXT":
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(r.Text) + `"`
	}
	return r.Target
}

// services are the labels of RFC 6186 §3 and RFC 8314 §5.1, in the order in
// which they are printed.
var services = []struct {
	name     string
	protocol mail.Protocol
	security mail.Security
}{
	{"_imaps._tcp", mail.IMAP, mail.TLS},
	{"_imap._tcp", mail.IMAP, mail.STARTTLS},
	{"_pop3s._tcp", mail.POP, mail.TLS},
	{"_pop3._tcp", mail.POP, mail.STARTTLS},
	{"_submissions._tcp", mail.SMTP, mail.TLS},
	{"_submission._tcp", mail.SMTP, mail.STARTTLS},
}

// step is the distance between priorities: an administrator can put a record
// of their own in between.
const step = 10

// Records returns the DNS records of one of the product's mail domains, for
// owners who run their own DNS.
//
// The SRV records are those of RFC 6186 §3 and RFC 8314 §5.1. Their priorities
// also compare protocols (RFC 6186 §3.4): IMAP before POP and TLS before
// STARTTLS. A label without a server gets the target "." ("decidedly not
// available", RFC 2782), so that a program need not try the cleartext ports.
// Rows without encryption are left out: their label also means STARTTLS. Where
// such a row is the only one its label gets no record at all, since "." would
// be a lie.
//
// Where [Files] makes Autoconfig, Autodiscover or PACC and the site's host is
// known, names that lead programs to it follow; the server there needs a
// certificate for each (see [Names]). Autodiscover has a CNAME for every
// product: a request under that name says which domain it is about. An SRV
// record loses the domain, so only the record's first product has one, and its
// target is never a name that these records make an alias (RFC 2782).
//
// With domain "" the records are those of every domain of the product that
// needs none of its own ([OwnZone]): a server whose name ends in the reader's
// domain is then written relative to it.
func Records(r *mail.Record, p *mail.Product, domain string, s *Site) ([]Record, []LeftOut) {
	v := newSieve(FormDNS, p)
	plain := map[mail.Protocol]bool{}
	for _, row := range Rows(p, mail.Protocols...) {
		if row.Security == mail.None {
			plain[row.Protocol] = true
			v.take(row, whyPlain, hintPlain)
			continue
		}
		v.take(row, "", "")
	}
	priority := map[string]int{} // by direction
	var records []Record
	for _, service := range services {
		direction := "in"
		if service.protocol == mail.SMTP {
			direction = "out"
		}
		found := false
		for _, row := range v.rows(service.protocol) {
			if row.Security != service.security {
				continue
			}
			found = true
			records = append(records, Record{
				Name: service.name, Type: "SRV", Priority: priority[direction], Weight: 1,
				Port: row.Port, Target: target(row.Host, domain),
			})
			priority[direction] += step
		}
		if !found && !(service.security == mail.STARTTLS && plain[service.protocol]) {
			records = append(records, Record{Name: service.name, Type: "SRV", Target: "."})
		}
	}
	records = append(records, pointers(r, p, domain, s, v)...)
	return records, v.left()
}

// target returns the name of a server as the target of a record: absolute, or
// relative to a domain that is not known.
func target(host, domain string) string {
	if domain != "" || !mail.Placeholder(host) {
		return mail.HostFor(host, domain) + "."
	}
	if rest := strings.TrimSuffix(strings.TrimSuffix(host, mail.EmailDomain), "."); rest != "" {
		return rest
	}
	return "@" // the domain itself (RFC 1035 §5.1)
}

// aliases are the names below a mail domain that lead to the site, by form.
var aliases = []struct {
	form Form
	name string
}{{FormAutodiscover, "autodiscover"}, {FormAutoconfig, "autoconfig"}, {FormPACC, "ua-auto-config"}}

// OwnZone reports whether a mail domain needs records of its own: the site
// answers at a name below it, and a name is no alias of itself.
func OwnZone(domain string, s *Site) bool {
	for _, a := range aliases {
		if s.aliasHost(a.form) == a.name+"."+domain {
			return true
		}
	}
	return false
}

// aliasHost returns the host that the name of a form is an alias of, or "".
func (s *Site) aliasHost(f Form) string {
	if f == FormAutodiscover {
		return s.host(s.AutodiscoverHost)
	}
	return s.host(s.AutoconfigHost)
}

// writers make the forms that have an alias.
var writers = map[Form]func(*mail.Product, *Site) ([]byte, []LeftOut){
	FormAutodiscover: Autodiscover, FormAutoconfig: Autoconfig, FormPACC: PACC,
}

// pointers returns the records that lead programs to the site's files, and
// notes those that cannot be given.
func pointers(r *mail.Record, p *mail.Product, domain string, s *Site, v *sieve) []Record {
	var records []Record
	for _, a := range aliases {
		if !s.MakesFor(p, a.form) {
			continue
		}
		data, _ := writers[a.form](p, s)
		if data == nil {
			continue
		}
		host := s.aliasHost(a.form)
		switch {
		case host == "":
			v.value("the name "+a.name, "base_url is not an https address at the root of a host, without a port, so nothing can point to it")
		case host == a.name+"."+domain: // a name is no alias of itself
		default:
			records = append(records, Record{Name: a.name, Type: "CNAME", Target: host + "."})
		}
		switch {
		case host == "":
		case a.form == FormPACC:
			records = append(records, PACCRecord(data))
		case a.form != FormAutodiscover:
		case p.ID != r.Products[0].ID:
			v.value("_autodiscover._tcp", "an SRV record does not carry the domain, and its target answers for another product; the name autodiscover does")
		default:
			records = append(records, Record{Name: "_autodiscover._tcp", Type: "SRV", Port: 443, Target: s.notAlias(host, domain) + "."})
		}
	}
	return records
}

// notAlias returns host, or what the records of the domain make it an alias of.
func (s *Site) notAlias(host, domain string) string {
	for _, a := range aliases {
		if to := s.aliasHost(a.form); domain != "" && host == a.name+"."+domain && to != "" && s.Makes(a.form) {
			return to
		}
	}
	return host
}

// Zone writes records as lines of a zone file (RFC 1035 §5) to paste below the
// domain's own: names relative to it, targets with their final dot. of says
// what they are for. What was left out is noted in comments; it may be nil.
func Zone(of string, records []Record, left []LeftOut) []byte {
	name, kind := 0, 0
	for _, r := range records {
		name, kind = max(name, len(r.Name)), max(kind, len(r.Type))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "; mail settings for %s\n", oneLine(of))
	for _, l := range left {
		fmt.Fprintf(&b, "; left out: %s: %s\n", oneLine(l.What), oneLine(diag.In(diag.English, l.Why)))
	}
	for _, r := range records {
		data := r.Data()
		if r.Type == "SRV" {
			data = fmt.Sprintf("%2d %d %-3d %s", r.Priority, r.Weight, r.Port, r.Target)
		}
		fmt.Fprintf(&b, "%-*s  IN %-*s %s\n", name, r.Name, kind, r.Type, data)
	}
	return b.Bytes()
}
