// Package mail holds the record of a provider's mail settings: one typed row
// per server, checked when it is read. Every table, every inline value and
// every machine-readable form is a projection of this record; nothing else in
// the program knows a host name or a port.
package mail

import (
	"cmp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A Protocol is what a server speaks.
type Protocol string

const (
	IMAP Protocol = "imap" // RFC 9051
	POP  Protocol = "pop"  // RFC 1939
	SMTP Protocol = "smtp" // message submission, RFC 6409
)

// Protocols lists the protocols in the order in which readers meet them.
var Protocols = []Protocol{IMAP, POP, SMTP}

// Incoming lists those by which mail is read.
var Incoming = []Protocol{IMAP, POP}

// A Security is how a connection is encrypted (RFC 8314 §2).
type Security string

const (
	TLS      Security = "tls"      // implicit TLS: encrypted from the first byte
	STARTTLS Security = "starttls" // an upgrade inside the protocol, required
	None     Security = "none"     // cleartext
)

// A Username says what a reader types as user name.
type Username string

const (
	Address   Username = "address"    // the full address: anna@example.org
	LocalPart Username = "local-part" // what stands before the @: anna
	// LocalDomain is the address with a dot for its @: anna.example.org.
	LocalDomain Username = "local.domain"
	Given       Username = "given" // a name that the provider hands out
)

// Usernames lists the kinds of user names.
var Usernames = []Username{Address, LocalPart, LocalDomain, Given}

// EmailDomain stands, in the name of a server, for the domain of the reader's
// address: one row serves every customer's domain
// (draft-ietf-mailmaint-autoconfig §3.8).
const EmailDomain = "%EMAILDOMAIN%"

// Placeholder reports whether the name of a server depends on the reader's
// address.
func Placeholder(host string) bool { return strings.HasSuffix(host, EmailDomain) }

// HostFor returns the name of a server for the readers of a mail domain.
func HostFor(host, domain string) string { return strings.ReplaceAll(host, EmailDomain, domain) }

// An Authentication is a way to prove who one is.
type Authentication string

const (
	Password  Authentication = "password"  // PLAIN or LOGIN inside TLS ("normal password")
	Encrypted Authentication = "encrypted" // CRAM-MD5, SCRAM and the like ("encrypted password")
	OAuth2    Authentication = "oauth2"    // RFC 7628
)

// A Server is one row: one way to reach one service.
type Server struct {
	Protocol       Protocol
	Host           string // ASCII form, without a final dot; it may end in [EmailDomain]
	Port           int    // 1 to 65535
	Security       Security
	Username       Username
	Authentication []Authentication // most preferred first, never empty
	Preference     int              // lower is better; unique among the rows of a protocol
	Why            string           // the site's reason for an insecure or unusual row
	Pos            diag.Pos         // where the row begins in site.toml
}

// A Page is a help page of a product: its id, and where that stands.
type Page struct {
	ID  string
	Pos diag.Pos
}

// A Product is one kind of mailbox that a provider sells, with its servers.
type Product struct {
	ID      string   // names the product in directives: {product=hosting}
	Name    string   // what readers see
	Domains []string // mail domains, ASCII form, lower case; the first is the primary one
	Webmail string   // address of the webmail, or ""
	// LeaveDays is how many days a POP program should leave messages on the
	// server; 0 when the provider gives no advice.
	LeaveDays int
	Without   []string // the forms that are switched off for this product
	OAuth2    OAuth2Server
	Help      []Page   // the help pages, best first
	Servers   []Server // by protocol in the order of [Protocols], then by preference
	Pos       diag.Pos
}

// An OAuth2Server says where programs get the token for [OAuth2]; its zero
// value is none.
type OAuth2Server struct {
	Issuer   string // host name of the one who vouches
	AuthURL  string
	TokenURL string
	Scope    string // separated by spaces (RFC 6749 §3.3)
}

// A Record is all products, in the order of site.toml. It is never changed
// after [Read], so any number of goroutines may use it.
type Record struct {
	Products []Product
	Broken   bool // it has mistakes, which may hide what else would be said of it

	byID map[string]int // what [Read] made of Products; nil in a record made by hand
}

// Product returns the product called id, or the first one when id is "".
func (r *Record) Product(id string) (*Product, bool) {
	i, ok := 0, len(r.Products) > 0
	switch {
	case id == "":
	case r.byID != nil:
		i, ok = r.byID[id]
	default:
		i = slices.IndexFunc(r.Products, func(p Product) bool { return p.ID == id })
		ok = i >= 0
	}
	if !ok {
		return nil, false
	}
	return &r.Products[i], true
}

// IDs returns the products' ids in order.
func (r *Record) IDs() []string {
	ids := make([]string, len(r.Products))
	for i := range r.Products {
		ids[i] = r.Products[i].ID
	}
	return ids
}

// Rows returns the product's servers of one protocol, most preferred first.
func (p *Product) Rows(proto Protocol) []Server {
	var rows []Server
	for _, s := range p.Servers {
		if s.Protocol == proto {
			rows = append(rows, s)
		}
	}
	return rows
}

// sortServers puts rows in the order in which programs should try them.
func sortServers(ss []Server) {
	slices.SortStableFunc(ss, func(a, b Server) int {
		return cmp.Or(cmp.Compare(slices.Index(Protocols, a.Protocol), slices.Index(Protocols, b.Protocol)), cmp.Compare(a.Preference, b.Preference))
	})
}
