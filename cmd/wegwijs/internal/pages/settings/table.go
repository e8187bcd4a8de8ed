package settings

import (
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// A Table is one settings table: {{ with .Settings .Label }}.
type Table struct {
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
	// does: all of it, what stands before the @, or a dot for the @; else "".
	Personal mail.Username
}

// Tables returns the tables of a protocol: one for each mail product that has
// it, or that of the attribute product. With several products in site.toml each
// caption names its product.
func (a *Asked) Tables(proto string) ([]*Table, error) {
	var tables []*Table
	for _, p := range a.products() {
		if len(p.Rows(mail.Protocol(proto))) == 0 {
			continue
		}
		t, err := a.Of(p.ID).Settings(proto)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	if len(tables) == 0 { // the error says why
		t, err := a.Settings(proto)
		if err != nil {
			return nil, err
		}
		tables = []*Table{t}
	}
	return tables, nil
}

// Settings returns the table of a protocol (imap, pop or smtp) from the record
// in site.toml. The attributes product and client of the directive choose the
// mail product and the mail program whose words are used.
func (a *Asked) Settings(proto string) (*Table, error) {
	mp, err := protocol(proto)
	if err != nil {
		return nil, err
	}
	p, rows, err := a.rows(mp)
	if err != nil {
		return nil, err
	}
	b, err := a.builder()
	if err != nil {
		return nil, err
	}
	first := rows[0]
	t := &Table{Product: p.ID, Name: p.Name, Protocol: proto, Caption: b.t("settings_caption_" + proto)}
	if len(a.source.Record.Products) > 1 {
		t.Caption += " · " + p.Name
	}
	if a.source.Checked != nil {
		t.Checked = a.source.Checked(p.ID, mp)
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
		user.Personal = first.Username
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
	return b.client == "" || b.a.source.Asks != nil && b.a.source.Asks(b.client, field)
}

// Alternative returns the second choice of a protocol (imap, pop or smtp) in
// words: its port and security, and its host where that is another; "" when the
// record has one choice.
func (a *Asked) Alternative(proto string) (string, error) {
	mp, err := protocol(proto)
	if err != nil {
		return "", err
	}
	_, rows, err := a.rows(mp)
	if err != nil || len(rows) < 2 {
		return "", err
	}
	b := &tableBuilder{a: a}
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
	a      *Asked
	client string
	err    error
}

// builder uses the words of the mail program that the attribute client names.
func (a *Asked) builder() (*tableBuilder, error) {
	c := a.attrs["client"]
	if c != "" && !slices.Contains(a.source.Clients, c) {
		return nil, hinted(diag.Say("unknown client %q", c), diag.DidYouMean(c, a.source.Clients))
	}
	return &tableBuilder{a: a, client: c}, nil
}

func (b *tableBuilder) t(key string, args ...any) string {
	s, err := b.a.reader.T(key, args...)
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
	if b.client == "" || b.a.source.Label == nil {
		return "", false
	}
	return b.a.source.Label(b.client, b.a.reader.Lang, field)
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
