package mail

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/strict"
)

var productID = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Read takes the record from the [[mail]] tables of site.toml and checks it.
// Mistakes go to out, each at its line; a row with a mistake is still in the
// record, so that one mistake does not hide the next.
func Read(tables []*strict.Table, out *diag.List) *Record {
	r := &Record{}
	ids := map[string]bool{}
	domains := map[string]diag.Pos{}
	for _, t := range tables {
		p, at := readProduct(t, out)
		if p.ID != "" && ids[p.ID] {
			t.Errorf("id", "mail-id", "give each [[mail]] an id of its own", "two mail products are called %q", p.ID)
		}
		ids[p.ID] = true
		for i, d := range p.Domains {
			if first, dup := domains[d]; dup {
				out.Errorf(at[i], "mail-domain", "a domain belongs to one product: remove it from one of the two", "domain %q is claimed twice, first at %s", d, first)
				continue
			}
			domains[d] = at[i]
		}
		r.Products = append(r.Products, p)
	}
	return r
}

// readProduct also gives the positions of the product's domains.
func readProduct(t *strict.Table, out *diag.List) (Product, []diag.Pos) {
	p := Product{
		ID:        t.Required("id", `give the product a short name: id = "hosting"`),
		Name:      t.Required("name", `give the name that readers know: name = "E-mail bij hosting"`),
		Webmail:   t.String("webmail", ""),
		LeaveDays: t.Int("leave_on_server_days", 0),
		Help:      t.Strings("help"),
		Pos:       t.Pos(),
	}
	if p.ID != "" && !productID.MatchString(p.ID) {
		t.Errorf("id", "mail-id", `use lower-case letters, digits and hyphens: id = "hosting"`, "%q cannot be an id", p.ID)
	}
	if p.Webmail != "" {
		if u, err := url.Parse(p.Webmail); err != nil || u.Scheme != "https" || u.Host == "" {
			t.Errorf("webmail", "mail-webmail", `write the whole address: webmail = "https://webmail.example.nl/"`, "%q is not an https address", p.Webmail)
		}
	}
	if p.LeaveDays < 0 || p.LeaveDays > 3650 {
		t.Errorf("leave_on_server_days", "mail-days", "use a number of days such as 14, or leave the key out", "%d is not a useful number of days", p.LeaveDays)
	}
	var domains []diag.Pos
	for i, d := range t.Strings("domains") {
		if a, why := hostname(d); why != "" {
			out.Errorf(t.ItemPos("domains", i), "mail-domain", `write only the domain: "example.nl"`, "%q is not a domain: %s", d, why)
		} else {
			p.Domains = append(p.Domains, a)
			domains = append(domains, t.ItemPos("domains", i))
		}
	}
	if len(p.Domains) == 0 {
		out.Errorf(t.ValuePos("domains"), "mail-domain", `name at least one: domains = ["example.nl"]`, "product %q has no mail domain", p.ID)
	}
	username := Username(t.OneOf("username", string(Address), string(Address), string(LocalPart), string(Given)))
	servers := t.Tables("server")
	if len(servers) == 0 {
		out.Errorf(t.Pos(), "mail-server", "add [[mail.server]] tables with protocol, host, port and security", "product %q has no server", p.ID)
	}
	next := map[Protocol]int{}
	ranks := map[Protocol]map[int]bool{}
	type socket struct {
		protocol Protocol
		host     string
		port     int
	}
	sockets := map[socket]diag.Pos{}
	for _, st := range servers {
		s := readServer(st, username, out)
		if k := (socket{s.Protocol, s.Host, s.Port}); s.Host != "" && s.Port > 0 {
			// One port speaks one way, so the second row is a slip whatever else it says.
			if first, dup := sockets[k]; dup {
				st.Errorf("host", "mail-duplicate", "remove one of the two", "%s %s:%d has a row already, at %s", s.Protocol, s.Host, s.Port, first)
			} else {
				sockets[k] = s.Pos
			}
		}
		if s.Preference == 0 {
			next[s.Protocol]++
			s.Preference = next[s.Protocol]
		} else {
			next[s.Protocol] = s.Preference
		}
		if ranks[s.Protocol] == nil {
			ranks[s.Protocol] = map[int]bool{}
		}
		if ranks[s.Protocol][s.Preference] {
			st.Errorf("preference", "mail-rank", "give each row of a protocol a number of its own; 1 is the best", "two %s rows have preference %d", s.Protocol, s.Preference)
		}
		ranks[s.Protocol][s.Preference] = true
		p.Servers = append(p.Servers, s)
	}
	sortServers(p.Servers)
	receives := len(p.Rows(IMAP))+len(p.Rows(POP)) > 0
	switch {
	case len(servers) == 0:
	case !receives:
		out.Errorf(t.Pos(), "mail-server", `add a [[mail.server]] with protocol = "imap"`, "product %q has no server to receive mail from", p.ID)
	case len(p.Rows(SMTP)) == 0:
		out.Errorf(t.Pos(), "mail-server", `add a [[mail.server]] with protocol = "smtp"`, "product %q has no server to send mail with", p.ID)
	}
	t.Done()
	return p, domains
}

// noPort tells a port that cannot be read from one that is written as 0.
const noPort = math.MinInt32

func readServer(t *strict.Table, username Username, out *diag.List) Server {
	s := Server{
		Protocol:   Protocol(t.Required("protocol", `write protocol = "imap", "pop" or "smtp"`)),
		Port:       t.Int("port", noPort),
		Username:   Username(t.OneOf("username", string(username), string(Address), string(LocalPart), string(Given))),
		Preference: t.Int("preference", 0),
		Why:        t.String("why", ""),
		Pos:        t.Pos(),
	}
	if s.Protocol != "" && !slices.Contains(Protocols, s.Protocol) {
		hint := "known: imap, pop, smtp"
		if s.Protocol == "pop3" {
			hint = `write protocol = "pop"`
		}
		t.Errorf("protocol", "mail-protocol", hint, "unknown protocol %q", s.Protocol)
	}
	host := t.Required("host", `write the server's name: host = "imap.example.nl"`)
	if host != "" {
		a, why := hostname(host)
		if why != "" {
			t.Errorf("host", "mail-host", `write only the server's name: host = "imap.example.nl"`, "%q is not a host name: %s", host, why)
		}
		s.Host = a
	}
	switch {
	case !t.Has("port"):
		out.Errorf(t.Pos(), "toml-missing", "993 for imap, 995 for pop, 465 for smtp", "the port is missing")
	case s.Port == noPort: // not a number, which is reported already
	case s.Port < 1 || s.Port > 65535:
		t.Errorf("port", "mail-port", "a port is a number from 1 to 65535: 993 for imap, 995 for pop, 465 for smtp", "%d is not a port", s.Port)
	}
	if !t.Has("security") {
		out.Errorf(t.Pos(), "toml-missing", `write security = "tls"`, "the security is missing")
	}
	s.Security = Security(t.OneOf("security", "", string(TLS), string(STARTTLS), string(None)))
	for i, a := range t.Strings("authentication") {
		switch v := Authentication(a); v {
		case Password, Encrypted, OAuth2:
			if slices.Contains(s.Authentication, v) {
				out.Errorf(t.ItemPos("authentication", i), "mail-authentication", "remove it here", "authentication %q is named twice", a)
				continue
			}
			s.Authentication = append(s.Authentication, v)
		default:
			out.Errorf(t.ItemPos("authentication", i), "mail-authentication", "known: encrypted, oauth2, password", "unknown authentication %q", a)
		}
	}
	if len(s.Authentication) == 0 {
		s.Authentication = []Authentication{Password}
	}
	if t.Has("preference") && s.Preference < 1 {
		t.Errorf("preference", "mail-rank", "1 is the best; leave the key out to use the order of the file", "preference %d is below 1", s.Preference)
	}
	if s.Port == noPort {
		s.Port = 0
	}
	if s.Port > 0 && s.Port <= 65535 && s.Security != "" {
		checkPort(t, s)
	}
	t.Done()
	return s
}

// A verdict says what is wrong with a port and a security together.
type verdict struct {
	warn      bool
	msg, hint string
}

// standard gives the protocols' registered ports (RFC 8314 §3, §7.3).
var standard = map[Protocol]struct{ implicit, upgrade int }{
	IMAP: {993, 143},
	POP:  {995, 110},
	SMTP: {465, 587},
}

// checkPort holds the consistency matrix: RFC 8314 §3 and §4, RFC 9051 §6.2.1.
func checkPort(t *strict.Table, s Server) {
	std, ok := standard[s.Protocol]
	if !ok {
		return
	}
	insecure := false
	if s.Security == None {
		// RFC 8314 §4.1: cleartext access is obsolete.
		insecure = true
		if s.Why == "" {
			t.Errorf("security", "mail-insecure", fmt.Sprintf("use security = \"tls\" with port %d; a server that truly cannot needs why = \"…\"", std.implicit), "%s without encryption shows passwords to everyone on the network", s.Protocol)
		} else {
			t.Warnf("security", "mail-insecure", "", "%s without encryption: %s", s.Protocol, s.Why)
		}
	}
	if slices.Contains(s.Authentication, Password) && insecure && s.Why == "" {
		return
	}
	var v verdict
	switch other, isOther := owner(s.Port); {
	case isOther && other != s.Protocol:
		v.msg = fmt.Sprintf("port %d is for %s, this row is %s", s.Port, other, s.Protocol)
		v.hint = fmt.Sprintf("use port %d with security = \"tls\"", std.implicit)
	case s.Port == std.implicit && s.Security != TLS:
		v.msg = fmt.Sprintf("port %d is encrypted from the first byte, so it cannot be %s", s.Port, s.Security)
		v.hint = fmt.Sprintf("write security = \"tls\", or port = %d for starttls", std.upgrade)
	case s.Port == std.upgrade && s.Security == TLS:
		v.msg = fmt.Sprintf("port %d starts without encryption, so it cannot be tls", s.Port)
		v.hint = fmt.Sprintf("write security = \"starttls\", or port = %d for tls", std.implicit)
	case s.Protocol == SMTP && s.Port == 25 && s.Security == STARTTLS:
		v.warn = true
		v.msg = "port 25 is for mail between servers; access networks often block it"
		v.hint = "use port 465 with tls, or 587 with starttls"
	case s.Protocol == SMTP && s.Port == 25 && s.Security == TLS:
		v.msg = "port 25 starts without encryption, so it cannot be tls"
		v.hint = "use port 465 with tls, or 587 with starttls"
	case s.Port != std.implicit && s.Port != std.upgrade && s.Port != 25 && s.Why == "":
		v.warn = true
		v.msg = fmt.Sprintf("port %d is unusual for %s", s.Port, s.Protocol)
		v.hint = fmt.Sprintf("the usual ports are %d (tls) and %d (starttls); if this is right, say so with why = \"…\"", std.implicit, std.upgrade)
	}
	switch {
	case v.msg == "":
	case v.warn:
		t.Warnf("port", "mail-port", v.hint, "%s", v.msg)
	default:
		t.Errorf("port", "mail-port", v.hint, "%s", v.msg)
	}
}

// owner tells which protocol a registered port belongs to.
func owner(port int) (Protocol, bool) {
	for _, p := range Protocols {
		if s := standard[p]; port == s.implicit || port == s.upgrade {
			return p, true
		}
	}
	if port == 25 {
		return SMTP, true
	}
	return "", false
}

// hostname gives the ASCII form of a host name (RFC 5891), or why it is none.
func hostname(s string) (ascii, why string) {
	switch {
	case strings.ContainsAny(s, " \t\n"):
		return "", "it holds a space"
	case strings.Contains(s, "://"):
		return "", "it holds a scheme"
	case strings.ContainsAny(s, "/?#"):
		return "", "it holds a path"
	case strings.Contains(s, "@"):
		return "", "it looks like an address"
	case strings.HasSuffix(s, "."):
		return "", "leave out the final dot"
	}
	if _, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return "", "a certificate names a host, not an IP address"
	}
	if strings.Contains(s, ":") {
		return "", "the port has a key of its own"
	}
	a, err := idna.Lookup.ToASCII(s)
	if err != nil {
		return "", "it holds characters that names on the internet cannot have"
	}
	a = strings.ToLower(a)
	if len(a) > 253 || !strings.Contains(a, ".") {
		return "", "it needs a domain, such as example.nl"
	}
	for label := range strings.SplitSeq(a, ".") {
		if len(label) == 0 || len(label) > 63 {
			return "", "a part between dots is empty or too long"
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || label[0] == '-' || label[len(label)-1] == '-' {
			return "", "use letters, digits, hyphens and dots"
		}
	}
	if strings.Trim(a[strings.LastIndexByte(a, '.')+1:], "0123456789") == "" {
		return "", "its last part is a number, as in an IP address"
	}
	return a, ""
}
