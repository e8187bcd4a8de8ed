package layout

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// A Settings is one settings table: {{ with .Settings .Label }}.
type Settings struct {
	Product  string // id of the mail product
	Name     string // its name
	Protocol string // imap, pop or smtp
	Caption  string
	Rows     []Row         // what every mail program asks
	More     []Row         // what some ask
	Checked  tomlfile.Date // when the servers were last seen to agree; may be zero
}

// A Row is one line of a settings table.
type Row struct {
	Key   string // host, port, security, username …: for class names and tests
	Label string // in the reader's language, or the mail program's own word
	Value string
	Note  string // a remark below the value; often ""
	Code  bool   // the value is typed over letter by letter: a host name, a port
	Copy  bool   // a copy button is useful
	// Personal says how the value follows from the reader's address, where it
	// does: "address" (all of it), "local-part" (what stands before the @) or
	// "local.domain" (a dot for the @).
	Personal string
}

// A SettingsSource is what the directives about mail settings draw on. Its
// functions may be nil; they are called from several goroutines at once.
type SettingsSource struct {
	Record *mail.Record
	// Checked gives the day on which all servers of a protocol were last seen
	// to agree with the record.
	Checked func(product string, proto mail.Protocol) tomlfile.Date
	// Label gives a mail program's own word for a field, where it is verified.
	Label func(client, lang, field string) (string, bool)
	// Asks reports whether a mail program has a field that only some have:
	// smtp-auth, spa or prefix.
	Asks     func(client, field string) bool
	Clients  []string // the mail programs that the attribute client may name
	Profiles []Profile
	DNS      func(product, domain string) (rows []DNSRecord, zone string)
	// Accounts gives, as JSON, what the script of a page needs to make a
	// profile and a QR code for an address.
	Accounts func(product string) string
}

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

// Product returns the mail product of the directive (attribute product) as the
// record has it, for templates that hand its values to a script.
func (d *Directive) Product() (*mail.Product, error) { return d.product() }

// Profiles returns the configuration profiles of the directive's mail product, at
// least one.
func (d *Directive) Profiles() ([]Profile, error) {
	p, err := d.product()
	if err != nil {
		return nil, err
	}
	var list []Profile
	for _, f := range d.settings.Profiles {
		if f.Product == p.ID {
			list = append(list, f)
		}
	}
	if len(list) == 0 && len(p.Domains) > 0 { // without a domain there are no forms, which is reported
		return nil, &Hinted{fmt.Sprintf("mail product %q has no profile", p.ID), "give it rows that a profile can hold, switch profile on in [forms], or remove the directive"}
	}
	return list, nil
}

// Accounts returns what the script personal.js needs of the directive's mail
// product, as JSON.
func (d *Directive) Accounts() (string, error) {
	p, err := d.product()
	if err != nil || d.settings.Accounts == nil {
		return "[]", err
	}
	return d.settings.Accounts(p.ID), nil
}

// Offers reports whether the script personal.js can make a form, profile or qr,
// for any way to receive mail that the directive's product has.
func (d *Directive) Offers(form string) (bool, error) {
	accounts, err := d.Accounts()
	return strings.Contains(accounts, strconv.Quote(form)+`:{`), err
}

// Webmail reports whether any mail product has webmail.
func (d *Directive) Webmail() bool {
	return slices.ContainsFunc(d.products(), func(p *mail.Product) bool { return p.Webmail != "" })
}

// DNS returns the records that a domain needs: that of the label, or the
// product's first domain.
func (d *Directive) DNS() ([]DNSRecord, error) {
	rows, _, err := d.dns()
	return rows, err
}

// DNSZone returns the same as text for a zone file.
func (d *Directive) DNSZone() (string, error) {
	_, zone, err := d.dns()
	return zone, err
}

func (d *Directive) dns() ([]DNSRecord, string, error) {
	p, err := d.product()
	if err != nil || d.settings.DNS == nil {
		return nil, "", err
	}
	domain := d.Label
	if domain == "" && len(p.Domains) > 0 {
		domain = p.Domains[0]
	}
	rows, zone := d.settings.DNS(p.ID, domain)
	return rows, zone, nil
}

func (d *Directive) product() (*mail.Product, error) {
	id := d.Attrs["product"]
	p, ok := d.settings.Record.Product(id)
	switch {
	case ok:
		return p, nil
	case id == "":
		return nil, &Unset{Hinted{"site.toml has no [[mail]] table", "add one, or remove the directive"}}
	}
	return nil, &Hinted{fmt.Sprintf("no mail product %q", id), diag.DidYouMean(id, d.settings.Record.IDs())}
}

func protocol(s string) (mail.Protocol, error) {
	if slices.Contains(mail.Protocols, mail.Protocol(s)) {
		return mail.Protocol(s), nil
	}
	return "", &Hinted{fmt.Sprintf("unknown protocol %q", s), "known: imap, pop, smtp"}
}

// rows returns the rows of a protocol, at least one.
func (d *Directive) rows(proto mail.Protocol) (*mail.Product, []mail.Server, error) {
	p, err := d.product()
	if err != nil {
		return nil, nil, err
	}
	rows := p.Rows(proto)
	if len(rows) == 0 {
		return nil, nil, &Unset{Hinted{fmt.Sprintf("mail product %q has no %s server", p.ID, proto), "add a [[mail.server]] to site.toml, or remove the directive"}}
	}
	if d.Shown != nil {
		d.Shown(p.ID)
	}
	return p, rows, nil
}

// products returns the mail products that the directive is about: that of the
// attribute product, or all of them.
func (d *Directive) products() []*mail.Product {
	if p, err := d.product(); d.Attrs["product"] != "" {
		if err != nil {
			return nil
		}
		return []*mail.Product{p}
	}
	var list []*mail.Product
	for i := range d.settings.Record.Products {
		list = append(list, &d.settings.Record.Products[i])
	}
	return list
}

// of returns the directive as it would be with the attribute product.
func (d *Directive) of(p *mail.Product) *Directive {
	one := *d
	one.Attrs = maps.Clone(d.Attrs)
	if one.Attrs == nil {
		one.Attrs = map[string]string{}
	}
	one.Attrs["product"] = p.ID
	return &one
}

// Each returns the directive as it would be for each mail product that it is
// about: that of the attribute product, or all of them.
func (d *Directive) Each() ([]*Directive, error) {
	if _, err := d.product(); err != nil {
		return nil, err
	}
	var list []*Directive
	for _, p := range d.products() {
		list = append(list, d.of(p))
	}
	return list, nil
}

// DomainMarks returns, for the script personal.js, what tells the domains of the
// directive's mail product from those of others without naming them: of each
// domain the first six bytes of its SHA-256 in base64 (RFC 4648 §5), in order,
// separated by spaces.
func (d *Directive) DomainMarks() (string, error) {
	p, err := d.product()
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

// Tables returns the tables of a protocol: one for each mail product that has
// it, or that of the attribute product. With several products in site.toml each
// caption names its product.
func (d *Directive) Tables(proto string) ([]*Settings, error) {
	var tables []*Settings
	for _, p := range d.products() {
		if len(p.Rows(mail.Protocol(proto))) == 0 {
			continue
		}
		t, err := d.of(p).Settings(proto)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	if len(tables) == 0 { // the error says why
		t, err := d.Settings(proto)
		if err != nil {
			return nil, err
		}
		tables = []*Settings{t}
	}
	return tables, nil
}

// A Value is one value of the record in running text.
type Value struct {
	Text string
	// Product is the name of the mail product whose value it is; "" where all
	// products have the same, so that it is everyone's.
	Product string
	Kind    string // host, port, link, personal or text
	// Personal says how the value follows from the reader's address, as in
	// [Row]; it is set with the kind personal.
	Personal string
}

// Values returns the values of a setting (see [Directive.Setting]): one where
// all mail products that have it agree, else one for each product, in the order
// of site.toml. A value on which products differ is never said to be everyone's.
func (d *Directive) Values(name string) ([]Value, error) {
	var list []Value
	differ := false
	for _, p := range d.products() {
		v, err := d.of(p).value(name)
		var unset *Unset
		switch {
		case errors.As(err, &unset):
			continue // another product has it
		case err != nil:
			return nil, err
		}
		v.Product = p.Name
		differ = differ || len(list) > 0 && (v.Text != list[0].Text || v.Personal != list[0].Personal)
		list = append(list, v)
	}
	if len(list) == 0 {
		v, err := d.value(name)
		return []Value{v}, err
	}
	if !differ {
		list = list[:1]
		list[0].Product = ""
	}
	return list, nil
}

// value returns the setting of one product.
func (d *Directive) value(name string) (Value, error) {
	text, err := d.Setting(name)
	v := Value{Text: text, Kind: "text"}
	switch _, field, _ := strings.Cut(name, "."); {
	case err != nil:
	case name == "webmail" || name == "contact":
		v.Kind = "link"
	case field == "host" || field == "port":
		v.Kind = field
	case field == "username" && d.Attrs["client"] == "":
		proto, _, _ := strings.Cut(name, ".")
		if _, rows, err := d.rows(mail.Protocol(proto)); err == nil {
			n, _ := strconv.Atoi(d.Attrs["row"])
			if u := rows[max(n, 1)-1].Username; u != mail.Given {
				v.Kind, v.Personal = "personal", string(u)
			}
		}
	}
	return v, err
}

// Settings returns the table of a protocol (imap, pop or smtp) from the record
// in site.toml. The attributes product and client of the directive choose the
// mail product and the mail program whose words are used.
func (d *Directive) Settings(proto string) (*Settings, error) {
	mp, err := protocol(proto)
	if err != nil {
		return nil, err
	}
	p, rows, err := d.rows(mp)
	if err != nil {
		return nil, err
	}
	b, err := d.builder()
	if err != nil {
		return nil, err
	}
	first := rows[0]
	t := &Settings{Product: p.ID, Name: p.Name, Protocol: proto, Caption: b.t("settings_caption_" + proto)}
	if len(d.settings.Record.Products) > 1 {
		t.Caption += " · " + p.Name
	}
	if d.settings.Checked != nil {
		t.Checked = d.settings.Checked(p.ID, mp)
	}
	add := func(list *[]Row, r Row) { *list = append(*list, r) }
	if mp != mail.SMTP {
		add(&t.Rows, Row{Key: "type", Label: b.label("type"), Value: strings.ToUpper(proto)})
	}
	add(&t.Rows, Row{Key: "host", Label: b.hostLabel(mp), Value: b.host(first.Host), Code: true, Copy: !mail.Placeholder(first.Host)})
	add(&t.Rows, Row{Key: "port", Label: b.label("port"), Value: strconv.Itoa(first.Port), Code: true, Copy: true})
	add(&t.Rows, Row{Key: "security", Label: b.label("security"), Value: b.security(first.Security), Note: b.securityNote(first.Security)})
	user := Row{Key: "username", Label: b.label("username"), Value: b.t("username_" + slug(string(first.Username)))}
	if first.Username != mail.Given {
		user.Personal = string(first.Username)
	}
	add(&t.Rows, user)
	add(&t.Rows, Row{Key: "password", Label: b.label("password"), Value: b.t("password_value"), Note: b.t("password_note")})
	if mp == mail.SMTP && b.asks("smtp-auth") {
		value := "smtp_auth_value" // as for fetching
		if slices.ContainsFunc(p.Servers, func(s mail.Server) bool { return s.Username != first.Username }) {
			value = "smtp_auth_own"
		}
		add(&t.Rows, Row{Key: "smtp-auth", Label: b.label("smtp-auth"), Value: b.t(value)})
	}
	for _, r := range rows[1:] {
		add(&t.More, Row{Key: "alternative", Label: b.t("label_alternative"), Value: b.alternative(r), Note: b.host(alternativeHost(first, r))})
	}
	add(&t.More, Row{Key: "authentication", Label: b.label("authentication"), Value: b.authentication(first.Authentication[0])})
	if b.asks("spa") {
		add(&t.More, Row{Key: "spa", Label: b.label("spa"), Value: b.t("off")})
	}
	switch mp {
	case mail.IMAP:
		if b.asks("prefix") {
			add(&t.More, Row{Key: "prefix", Label: b.label("prefix"), Value: b.t("leave_empty")})
		}
	case mail.POP:
		if p.LeaveDays > 0 {
			add(&t.More, Row{Key: "leave", Label: b.t("label_leave"), Value: b.t("leave_value", "count", p.LeaveDays)})
		}
	}
	return t, b.err
}

func slug(s string) string { return strings.NewReplacer("-", "_", ".", "_").Replace(s) }

// hostLabel returns the label of the server's name: the program's own word for
// the field where that is known, else what it calls the server.
func (b *tableBuilder) hostLabel(p mail.Protocol) string {
	if s, ok := b.own("host"); ok {
		return s
	}
	if p == mail.SMTP {
		return b.label("outgoing")
	}
	return b.label("incoming")
}

// asks reports whether a field that only some programs have belongs in the
// table: in the general one it does, and in that of a program that has it.
func (b *tableBuilder) asks(field string) bool {
	return b.client == "" || b.d.settings.Asks != nil && b.d.settings.Asks(b.client, field)
}

// Alternative returns the second choice of a protocol (imap, pop or smtp) in
// words: its port and security, and its host where that is another; "" when the
// record has one choice.
func (d *Directive) Alternative(proto string) (string, error) {
	mp, err := protocol(proto)
	if err != nil {
		return "", err
	}
	_, rows, err := d.rows(mp)
	if err != nil || len(rows) < 2 {
		return "", err
	}
	b := &tableBuilder{d: d}
	s := b.alternative(rows[1])
	if host := b.host(alternativeHost(rows[0], rows[1])); host != "" {
		s += " (" + host + ")"
	}
	return s, b.err
}

func alternativeHost(first, r mail.Server) string {
	if r.Host != first.Host {
		return r.Host
	}
	return ""
}

// tableBuilder gathers strings and keeps the first error.
type tableBuilder struct {
	d      *Directive
	client string
	err    error
}

// builder uses the words of the mail program that the attribute client names.
func (d *Directive) builder() (*tableBuilder, error) {
	c := d.Attrs["client"]
	if c != "" && !slices.Contains(d.settings.Clients, c) {
		return nil, &Hinted{fmt.Sprintf("unknown client %q", c), diag.DidYouMean(c, d.settings.Clients)}
	}
	return &tableBuilder{d: d, client: c}, nil
}

func (b *tableBuilder) t(key string, args ...any) string {
	s, err := b.d.T(key, args...)
	if err != nil && b.err == nil {
		b.err = err
	}
	return s
}

// label returns the client's own word for a field where one is verified, else
// the interface string.
func (b *tableBuilder) label(field string) string {
	if s, ok := b.own(field); ok {
		return s
	}
	return b.t("label_" + slug(field))
}

func (b *tableBuilder) own(field string) (string, bool) {
	if b.client == "" || b.d.settings.Label == nil {
		return "", false
	}
	return b.d.settings.Label(b.client, b.d.Page.Site.Lang, field)
}

// host returns the name of a server as readers see it: theirs to complete where
// it depends on their address.
func (b *tableBuilder) host(host string) string {
	if !mail.Placeholder(host) {
		return host
	}
	return mail.HostFor(host, b.t(ownDomain))
}

// ownDomain is a string that only sites with such a server need.
const ownDomain = "own_domain"

func (b *tableBuilder) security(s mail.Security) string {
	if v, ok := b.own("security-" + string(s)); ok {
		return v
	}
	return b.t("security_" + string(s))
}

func (b *tableBuilder) alternative(r mail.Server) string {
	return b.t("alternative_value", "port", r.Port, "security", b.security(r.Security))
}

func (b *tableBuilder) securityNote(s mail.Security) string {
	if s == mail.TLS {
		return b.t("security_note_tls")
	}
	return ""
}

func (b *tableBuilder) authentication(a mail.Authentication) string {
	if v, ok := b.own("authentication-" + string(a)); ok {
		return v
	}
	return b.t("authentication_" + string(a))
}

// SettingNames are the names that [Directive.Setting] knows.
var SettingNames = []string{"imap.host", "imap.port", "imap.security", "imap.username", "imap.authentication",
	"pop.host", "pop.port", "pop.security", "pop.username", "pop.authentication", "pop.days",
	"smtp.host", "smtp.port", "smtp.security", "smtp.username", "smtp.authentication", "webmail", "provider", "contact"}

// Setting returns one value of the record for running text: imap.host, pop.port,
// smtp.security, imap.username, imap.authentication, pop.days ("14 days"),
// webmail, provider or contact. The attribute row=2 chooses the second server of
// a protocol, client=thunderbird the words of a mail program.
func (d *Directive) Setting(name string) (string, error) {
	if !slices.Contains(SettingNames, name) {
		return "", &Hinted{fmt.Sprintf("unknown setting %q", name), diag.DidYouMean(name, SettingNames)}
	}
	site := d.Page.Site
	missing := func(v, key string) (string, error) {
		if v == "" {
			return "", &Unset{Hinted{fmt.Sprintf("the site has no %s", name), "set " + key + " in site.toml"}}
		}
		return v, nil
	}
	switch name {
	case "provider":
		return missing(site.Provider.Name, "provider.name")
	case "contact":
		return missing(string(site.Provider.Contact), "provider.contact")
	case "webmail":
		p, err := d.product()
		if err != nil {
			return "", err
		}
		return missing(p.Webmail, "webmail of the [[mail]] product")
	}
	proto, field, _ := strings.Cut(name, ".")
	p, rows, err := d.rows(mail.Protocol(proto))
	if err != nil {
		return "", err
	}
	n := 1
	if r := d.Attrs["row"]; r != "" {
		if n, err = strconv.Atoi(r); err != nil || n < 1 || n > len(rows) {
			return "", &Hinted{fmt.Sprintf("there is no row %q", r), fmt.Sprintf("mail product %q has %d %s servers", p.ID, len(rows), proto)}
		}
	}
	b, err := d.builder()
	if err != nil {
		return "", err
	}
	row := rows[n-1]
	switch field {
	case "host":
		return b.host(row.Host), b.err
	case "port":
		return strconv.Itoa(row.Port), nil
	case "security":
		return b.security(row.Security), b.err
	case "authentication":
		return b.authentication(row.Authentication[0]), b.err
	case "username":
		return d.T("username_" + slug(string(row.Username)))
	}
	if p.LeaveDays == 0 {
		return "", &Unset{Hinted{"the site gives no number of days", "set leave_on_server_days in the [[mail]] table of site.toml"}}
	}
	return d.T("days", "count", p.LeaveDays)
}

// UsedStrings lists the interface strings that the settings tables need, so
// that a missing one is reported when the site is built and not when a reader
// meets it.
var UsedStrings = []string{
	"settings_caption_imap", "settings_caption_pop", "settings_caption_smtp",
	"label_type", "label_incoming", "label_outgoing", "label_port", "label_security", "label_username", "label_password", "label_authentication",
	"label_smtp_auth", "label_alternative", "label_spa", "label_prefix", "label_leave",
	"smtp_auth_value", "smtp_auth_own", "alternative_value", "leave_value", "days", "leave_empty", "off", "password_value", "password_note",
	"security_tls", "security_starttls", "security_none", "security_note_tls",
	"username_address", "username_local_part", "username_given",
	"authentication_password", "authentication_encrypted", "authentication_oauth2",
}
