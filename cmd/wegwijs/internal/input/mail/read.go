package mail

import (
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

var productID = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Read takes the record from the [[mail]] tables of site.toml and checks it.
// Mistakes go to out, each at its line; a row with a mistake is still in the
// record, so that one mistake does not hide the next.
func Read(tables []*tomlfile.Table, out *diag.List) *Record {
	r := &reader{out: out, ids: map[string]bool{}, domains: map[string]claim{}, sockets: map[socket]listener{}}
	rec := &Record{byID: map[string]int{}}
	before := diag.Errors(out.Sorted())
	for i, t := range tables {
		rec.Products = append(rec.Products, r.product(t, i))
	}
	for i, p := range slices.Backward(rec.Products) { // of two with one id, the first
		rec.byID[p.ID] = i
	}
	rec.Broken = diag.Errors(out.Sorted()) > before
	return rec
}

// A reader knows what the record has so far, to find what clashes with it.
type reader struct {
	out     *diag.List
	ids     map[string]bool
	domains map[string]claim
	sockets map[socket]listener
}

// A claim is where a domain is named. Its position is found when it is asked
// for: on a line of ten thousand domains each costs what stands before it.
type claim struct {
	table *tomlfile.Table
	item  int
}

func (c claim) pos() diag.Pos { return c.table.ItemPos("domains", c.item) }

// A socket is where one server listens.
type socket struct {
	host string
	port int
}

// A listener is the row that first named a socket.
type listener struct {
	Server
	product int
}

func (r *reader) product(t *tomlfile.Table, index int) Product {
	p := Product{
		ID:        t.Required("id", `give the product a short name: id = "hosting"`),
		Name:      t.Required("name", `give the name that readers know: name = "E-mail bij hosting"`),
		Webmail:   t.String("webmail", ""),
		LeaveDays: t.Int("leave_on_server_days", 0),
		Pos:       t.Pos(),
	}
	if p.ID != "" && !productID.MatchString(p.ID) {
		t.Errorf("id", diag.MailID, `use lower-case letters, digits and hyphens: id = "hosting"`, "%q cannot be an id", p.ID)
	}
	if p.ID != "" && r.ids[p.ID] {
		t.Errorf("id", diag.MailID, "give each [[mail]] an id of its own", "two mail products are called %q", p.ID)
	}
	r.ids[p.ID] = true
	if p.Webmail != "" {
		if !httpsURL(p.Webmail) {
			t.Errorf("webmail", diag.MailWebmail, `write the whole address: webmail = "https://webmail.example.nl/"`, "%q is not an https address", p.Webmail)
		}
	}
	if p.LeaveDays < 0 || p.LeaveDays > 3650 {
		t.Errorf("leave_on_server_days", diag.MailDays, "use a number of days such as 14, or leave the key out", "%d is not a useful number of days", p.LeaveDays)
	}
	for i, id := range t.Strings("help") {
		p.Help = append(p.Help, Page{id, t.ItemPos("help", i)})
	}
	t.Visible(diag.MailName, "name")
	p.Without, p.OAuth2 = readForms(t), readOAuth2(t)
	p.Domains = r.productDomains(t, p.ID)
	p.Servers = r.servers(t, index)
	receives := len(p.Rows(IMAP))+len(p.Rows(POP)) > 0
	switch {
	case len(p.Servers) == 0:
		t.Missing("server", diag.MailServer, "add [[mail.server]] tables with protocol, host, port and security", "product %q has no server", p.ID)
	case !receives:
		r.out.Errorf(t.Pos(), diag.MailServer, `add a [[mail.server]] with protocol = "imap"`, "product %q has no server to receive mail from", p.ID)
	case len(p.Rows(SMTP)) == 0:
		r.out.Errorf(t.Pos(), diag.MailServer, `add a [[mail.server]] with protocol = "smtp"`, "product %q has no server to send mail with", p.ID)
	}
	t.Done()
	return p
}

// productDomains reads the mail domains of the product called id. One that is
// claimed twice is given all the same.
func (r *reader) productDomains(t *tomlfile.Table, id string) []string {
	var domains []string
	named := t.Strings("domains")
	for i, d := range named {
		at := claim{t, i}
		a, why := hostname(d)
		if why != "" {
			r.out.Errorf(at.pos(), diag.MailDomain, `write only the domain: "example.nl"`, "%q is not a domain: %s", d, why)
			continue
		}
		if first, dup := r.domains[a]; dup {
			r.out.Errorf(at.pos(), diag.MailDomain, "a domain belongs to one product: remove it from one of the two", "domain %q is claimed twice, first at %s", a, first.pos())
		} else {
			r.domains[a] = at
		}
		domains = append(domains, a)
	}
	switch {
	case t.Has("domains") && len(named) == 0:
		r.out.Errorf(t.ValuePos("domains"), diag.MailDomain, `name at least one: domains = ["example.nl"]`, "product %q has no mail domain", id)
	case len(named) == 0:
		t.Missing("domains", diag.MailDomain, `name at least one: domains = ["example.nl"]`, "product %q has no mail domain", id)
	}
	return domains
}

// servers reads a product's rows and returns them in their order.
func (r *reader) servers(t *tomlfile.Table, product int) []Server {
	username := Username(t.OneOf("username", string(Address), usernames()...))
	next := map[Protocol]int{}
	type rank struct {
		protocol   Protocol
		preference int
	}
	ranks := map[rank]bool{}
	var rows []Server
	for _, st := range t.Tables("server") {
		s := readServer(st, username, r.out)
		r.listen(st, s, product)
		if s.Preference == 0 {
			s.Preference = next[s.Protocol] + 1
		}
		next[s.Protocol] = s.Preference
		k := rank{s.Protocol, s.Preference}
		if ranks[k] {
			st.Errorf("preference", diag.MailRank, "give each row of a protocol a number of its own; 1 is the best", "two %s rows have preference %d", s.Protocol, s.Preference)
		}
		ranks[k] = true
		rows = append(rows, s)
	}
	given := map[Protocol]bool{}
	for i, st := range t.Tables("server") {
		given[rows[i].Protocol] = given[rows[i].Protocol] || st.Has("preference")
	}
	prefer(rows, given)
	sortServers(rows)
	return rows
}

// prefer numbers the rows of each protocol for which no row says its
// preference: TLS from the first byte before STARTTLS, and that before
// cleartext (RFC 8314 §4), else in the order of the file.
func prefer(rows []Server, given map[Protocol]bool) {
	for _, proto := range Protocols {
		if given[proto] {
			continue
		}
		n := 0
		for _, security := range []Security{TLS, STARTTLS, None, ""} {
			for i := range rows {
				if rows[i].Protocol == proto && rows[i].Security == security {
					n++
					rows[i].Preference = n
				}
			}
		}
	}
}

func usernames() []string {
	var all []string
	for _, u := range Usernames {
		all = append(all, string(u))
	}
	return all
}

// formNames are the forms that can be switched off for a product, as in the
// table [forms]. Rules for servers and mail.json are of the whole site.
var formNames = []string{"autoconfig", "autodiscover", "profile", "qr", "dns", "pacc"}

// readForms reads the table forms of a product: autodiscover = false.
func readForms(t *tomlfile.Table) (without []string) {
	if !t.IsTable("forms") {
		return nil
	}
	f := t.Table("forms")
	for _, name := range formNames {
		if !f.Bool(name, true) {
			without = append(without, name)
		}
	}
	f.Done()
	return without
}

// readOAuth2 reads the table oauth2 of a product.
func readOAuth2(t *tomlfile.Table) OAuth2Server {
	if !t.IsTable("oauth2") {
		return OAuth2Server{}
	}
	o := t.Table("oauth2")
	s := OAuth2Server{
		Issuer:   o.Required("issuer", `write the host name that programs know it by: issuer = "login.example.nl"`),
		AuthURL:  o.Required("auth_url", `write the whole address: auth_url = "https://login.example.nl/authorize"`),
		TokenURL: o.Required("token_url", `write the whole address: token_url = "https://login.example.nl/token"`),
		Scope:    strings.Join(o.Strings("scope"), " "),
	}
	for _, key := range []string{"auth_url", "token_url"} {
		if v := o.String(key, ""); v != "" && !httpsURL(v) {
			o.Errorf(key, diag.MailWebmail, `write the whole address: "https://login.example.nl/…"`, "%q is not an https address", v)
		}
	}
	o.Done()
	return s
}

// httpsURL reports whether s is a whole https address of a host.
func httpsURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

// listen holds a row against the others of the same host and port: that speaks
// one protocol in one way, and a product names it once.
func (r *reader) listen(t *tomlfile.Table, s Server, product int) {
	if s.Host == "" || s.Port < 1 {
		return
	}
	k := socket{s.Host, s.Port}
	first, known := r.sockets[k]
	switch {
	case !known:
		r.sockets[k] = listener{s, product}
	case first.product == product && first.Protocol == s.Protocol:
		t.Errorf("host", diag.MailDuplicate, "remove one of the two", "%s %s:%d has a row already, at %s", s.Protocol, s.Host, s.Port, first.Pos)
	case first.Protocol != s.Protocol || first.Security != s.Security:
		t.Errorf("security", diag.MailContradiction, "ask the server which of the two is true: wegwijs verify", "port %d of %s is %s with %s at %s, and %s with %s here", s.Port, s.Host, first.Protocol, first.Security, first.Pos, s.Protocol, s.Security)
	}
}

// otherNames are what people write for a protocol.
var otherNames = map[string]Protocol{
	"imap": IMAP, "imap4": IMAP, "imaps": IMAP,
	"pop": POP, "pop3": POP, "pops": POP, "pop3s": POP,
	"smtp": SMTP, "smtps": SMTP, "submission": SMTP, "submissions": SMTP,
}

// readSecurity reads how a row is encrypted. Mail programs call that by names
// that say one thing of two ports: the port says which is meant.
func readSecurity(t *tomlfile.Table, port int) Security {
	valid := []string{string(TLS), string(STARTTLS), string(None)}
	t.Takes("security", valid...)
	s := Security(t.String("security", ""))
	if s == "" || slices.Contains(valid, string(s)) {
		return s
	}
	meant := Security(diag.Meant(string(s), valid))
	if meant == TLS && (port == 110 || port == 143 || port == 587) {
		meant = STARTTLS
	}
	hint := "write \"tls\" for a connection that is encrypted from the start (993, 995, 465), or \"starttls\" for one that becomes so (143, 110, 587)"
	if meant != "" {
		hint = diag.Say("write security = %q: \"tls\" is encrypted from the start (993, 995, 465), \"starttls\" becomes so (143, 110, 587)", meant)
	}
	t.Errorf("security", diag.TOMLValue, hint, "the security cannot be %q", s)
	return ""
}

// noPort tells a port that cannot be read from one that is written as 0.
const noPort = math.MinInt32

func readServer(t *tomlfile.Table, username Username, out *diag.List) Server {
	s := Server{
		Protocol:   Protocol(t.Required("protocol", `write protocol = "imap", "pop" or "smtp"`)),
		Port:       t.Int("port", noPort),
		Username:   Username(t.OneOf("username", string(username), usernames()...)),
		Preference: t.Int("preference", 0),
		Why:        t.String("why", ""),
		Pos:        t.Pos(),
	}
	t.Takes("protocol", string(IMAP), string(POP), string(SMTP))
	if s.Protocol != "" && !slices.Contains(Protocols, s.Protocol) {
		hint := "known: imap, pop, smtp"
		meant, known := otherNames[strings.ToLower(string(s.Protocol))]
		if known {
			hint = diag.Say("write protocol = %q", meant)
		}
		t.Errorf("protocol", diag.MailProtocol, hint, "unknown protocol %q", s.Protocol)
		if known {
			s.Protocol = meant // else every page that asks for such a row is a mistake too
		}
	}
	host := t.Required("host", `write the server's name: host = "imap.example.nl"`)
	if host != "" {
		a, why := serverName(host)
		if why != "" {
			t.Errorf("host", diag.MailHost, `write only the server's name: host = "imap.example.nl"`, "%q is not a host name: %s", host, why)
		}
		s.Host = a
	}
	switch {
	case !t.Has("port"):
		t.Missing("port", diag.TOMLMissing, "993 for imap, 995 for pop, 465 for smtp", "the port is missing")
	case s.Port == noPort: // not a number, which is reported already
	case s.Port < 1 || s.Port > 65535:
		t.Errorf("port", diag.MailPort, "a port is a number from 1 to 65535: 993 for imap, 995 for pop, 465 for smtp", "%d is not a port", s.Port)
	}
	if !t.Has("security") {
		t.Missing("security", diag.TOMLMissing, `write security = "tls"`, "the security is missing")
	}
	s.Security = readSecurity(t, s.Port)
	for i, a := range t.Strings("authentication") {
		switch v := Authentication(a); v {
		case Password, Encrypted, OAuth2:
			if slices.Contains(s.Authentication, v) {
				out.Errorf(t.ItemPos("authentication", i), diag.MailAuthentication, "remove it here", "authentication %q is named twice", a)
				continue
			}
			s.Authentication = append(s.Authentication, v)
		default:
			out.Errorf(t.ItemPos("authentication", i), diag.MailAuthentication, "known: encrypted, oauth2, password", "unknown authentication %q", a)
		}
	}
	switch {
	case len(s.Authentication) > 0:
	case t.Has("authentication") && len(t.Strings("authentication")) == 0:
		t.Errorf("authentication", diag.MailAuthentication, `name at least one, or leave the key out for authentication = ["password"]`, "the list is empty")
		fallthrough
	default:
		s.Authentication = []Authentication{Password}
	}
	if t.Has("why") && strings.TrimSpace(s.Why) == "" {
		t.Errorf("why", diag.MailWhy, `say it in a sentence: why = "the old scanner cannot do otherwise"`, "the reason is empty")
		s.Why = " " // one mistake, one message
	}
	if t.Has("preference") && s.Preference < 1 {
		t.Errorf("preference", diag.MailRank, "1 is the best; leave the key out to use the order of the file", "preference %d is below 1", s.Preference)
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

// standard holds the protocols' registered ports (RFC 8314 §3, §7.3).
var standard = map[Protocol]struct{ implicit, upgrade int }{
	IMAP: {993, 143},
	POP:  {995, 110},
	SMTP: {465, 587},
}

// checkPort holds the consistency matrix: RFC 8314 §3 and §4, RFC 9051 §6.2.1.
// A row that says why stands: real servers break each of these rules. Only
// what shows passwords is said all the same.
func checkPort(t *tomlfile.Table, s Server) {
	std, ok := standard[s.Protocol]
	if !ok {
		return
	}
	if s.Security == None {
		// RFC 8314 §4.1: cleartext access is obsolete.
		if s.Why == "" {
			t.Errorf("security", diag.MailInsecure, diag.Say("use security = \"tls\" with port %d; a server that truly cannot needs why = \"…\"", std.implicit), "%s without encryption shows passwords to everyone on the network", s.Protocol)
			return // what goes with which port follows from the way out
		}
		t.Warnf("security", diag.MailInsecure, "mail programs are not told of this row: give readers an encrypted one beside it", "%s without encryption: %s", s.Protocol, s.Why)
		return
	}
	if s.Why != "" {
		return
	}
	var v verdict
	switch other, isOther := owner(s.Port); {
	case isOther && other != s.Protocol:
		v.msg = diag.Say("port %d is for %s, this row is %s", s.Port, other, s.Protocol)
		v.hint = diag.Say("use port %d with security = \"tls\"", std.implicit)
	case s.Port == std.implicit && s.Security != TLS:
		v.msg = diag.Say("port %d is encrypted from the first byte, so it cannot be %s", s.Port, s.Security)
		v.hint = diag.Say("write security = \"tls\", or port = %d for starttls", std.upgrade)
	case s.Port == std.upgrade && s.Security == TLS:
		v.msg = diag.Say("port %d starts without encryption, so it cannot be tls", s.Port)
		v.hint = diag.Say("write security = \"starttls\", or port = %d for tls", std.implicit)
	case s.Protocol == SMTP && s.Port == 25 && s.Security == STARTTLS:
		v.warn = true
		v.msg = "port 25 is for mail between servers; access networks often block it"
		v.hint = "use port 465 with tls, or 587 with starttls"
	case s.Protocol == SMTP && s.Port == 25 && s.Security == TLS:
		v.msg = "port 25 starts without encryption, so it cannot be tls"
		v.hint = "use port 465 with tls, or 587 with starttls"
	case s.Port != std.implicit && s.Port != std.upgrade && s.Port != 25:
		v.warn = true
		v.msg = diag.Say("port %d is unusual for %s", s.Port, s.Protocol)
		v.hint = diag.Say("the usual ports are %d (tls) and %d (starttls); if this is right, say so with why = \"…\"", std.implicit, std.upgrade)
	}
	switch {
	case v.msg == "":
	case v.warn:
		t.Warnf("port", diag.MailPort, v.hint, "%s", v.msg)
	default:
		t.Errorf("port", diag.MailPort, v.hint, "%s", v.msg)
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

// serverName is hostname for a server, whose name may end in [EmailDomain].
func serverName(s string) (ascii, why string) {
	rest, ok := strings.CutSuffix(s, EmailDomain)
	switch {
	case !ok && strings.Contains(s, "%"):
		return "", diag.Say("only %s may stand in it, at its end", EmailDomain)
	case !ok:
		return hostname(s)
	case rest == "":
		return s, ""
	case !strings.HasSuffix(rest, "."):
		return "", diag.Say("a dot is missing before %s", EmailDomain)
	}
	a, why := hostname(rest + "example.nl")
	return strings.TrimSuffix(a, "example.nl") + EmailDomain, why
}

// hostname returns the ASCII form of a host name (RFC 5891), or why it is none.
func hostname(s string) (ascii, why string) {
	switch {
	case strings.ContainsAny(s, " \t\n"):
		return "", diag.Say("it holds a space")
	case strings.Contains(s, "://"):
		return "", diag.Say("it holds a scheme")
	case strings.ContainsAny(s, "/?#"):
		return "", diag.Say("it holds a path")
	case strings.Contains(s, "@"):
		return "", diag.Say("it looks like an address")
	case strings.HasSuffix(s, "."):
		return "", diag.Say("leave out the final dot")
	}
	if _, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return "", diag.Say("a certificate names a host, not an IP address")
	}
	if strings.Contains(s, ":") {
		return "", diag.Say("the port has a key of its own")
	}
	a, err := idna.Lookup.ToASCII(s)
	if err != nil {
		return "", diag.Say("it holds characters that names on the internet cannot have")
	}
	a = strings.ToLower(a)
	if len(a) > 253 || !strings.Contains(a, ".") {
		return "", diag.Say("it needs a domain, such as example.nl")
	}
	for label := range strings.SplitSeq(a, ".") {
		if len(label) == 0 || len(label) > 63 {
			return "", diag.Say("a part between dots is empty or too long")
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || label[0] == '-' || label[len(label)-1] == '-' {
			return "", diag.Say("use letters, digits, hyphens and dots")
		}
	}
	if strings.Trim(a[strings.LastIndexByte(a, '.')+1:], "0123456789") == "" {
		return "", diag.Say("its last part is a number, as in an IP address")
	}
	return a, ""
}
