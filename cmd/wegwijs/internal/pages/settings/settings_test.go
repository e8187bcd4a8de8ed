package settings

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// source returns a record with two products, and a directive that draws on it.
func source() *Source {
	row := func(p mail.Protocol, host string, port int, s mail.Security) mail.Server {
		return mail.Server{Protocol: p, Host: host, Port: port, Security: s, Username: mail.Address, Authentication: []mail.Authentication{mail.Password}}
	}
	return &Source{
		Record: &mail.Record{Products: []mail.Product{
			{ID: "hosting", Name: "E-mail bij hosting", Domains: []string{"example.nl"}, Webmail: "https://webmail.example.nl/", LeaveDays: 14, Servers: []mail.Server{
				row(mail.IMAP, "imap.example.nl", 993, mail.TLS), row(mail.POP, "pop.example.nl", 995, mail.TLS),
				row(mail.SMTP, "smtp.example.nl", 465, mail.TLS), row(mail.SMTP, "smtp2.example.nl", 587, mail.STARTTLS),
			}},
			{ID: "los", Name: "Losse mail", Servers: []mail.Server{row(mail.IMAP, "los.example.nl", 143, mail.STARTTLS)}},
		}},
		Checked: func(string, mail.Protocol) tomlfile.Date { return tomlfile.Date{Year: 2026, Month: 11, Day: 23} },
		Clients: []string{"thunderbird", "outlook"},
		Label: func(client, lang, field string) (string, bool) {
			return "Serveradres (" + client + " " + lang + ")", field == "incoming" || field == "authentication-password" && client == "thunderbird"
		},
		Asks:     func(client, field string) bool { return client == "outlook" && field == "spa" },
		Profiles: []Profile{{"hosting", "imap", "/mail/hosting-imap.mobileconfig"}, {"los", "imap", "/mail/los-imap.mobileconfig"}},
		DNS: func(product, domain string) ([]DNSRecord, string) {
			return []DNSRecord{{Name: "_imaps._tcp", Value: product + " " + domain}}, "zone " + domain
		},
	}
}

// words returns the strings that tables need: each key in capitals.
func words() *i18n.Strings {
	var src strings.Builder
	for _, k := range UsedStrings {
		v := strings.ToUpper(k)
		switch k {
		case "alternative_value":
			v = "poort {port} met {security}"
		case "leave_value", "days":
			v = "{count} dagen"
		}
		fmt.Fprintf(&src, "%s = %q\n", k, v)
	}
	return i18n.Parse("nl", "i18n/nl.toml", []byte(src.String()), new(diag.List))
}

func ask(label string, attrs map[string]string) *Asked {
	return source().Ask(Reader{Lang: "nl", T: words().T, Provider: "Voorbeeld", Contact: "mailto:hulp@example.nl"}, label, attrs, nil)
}

func TestTables(t *testing.T) {
	show := func(rows []Row) string {
		var b strings.Builder
		for _, r := range rows {
			fmt.Fprintf(&b, "%s: %s = %s", r.Key, r.Label, r.Value)
			if r.Note != "" {
				fmt.Fprintf(&b, " (%s)", r.Note)
			}
			if r.Code {
				b.WriteString(" code")
			}
			if r.Copy {
				b.WriteString(" copy")
			}
			b.WriteByte('\n')
		}
		return b.String()
	}
	for _, tt := range []struct {
		proto string
		attrs map[string]string
		rows  string
		more  string
	}{
		{"imap", nil, `type: LABEL_TYPE = IMAP
host: LABEL_INCOMING = imap.example.nl code copy
port: LABEL_PORT = 993 code copy
security: LABEL_SECURITY = SECURITY_TLS (SECURITY_NOTE_TLS)
username: LABEL_USERNAME = USERNAME_ADDRESS
password: LABEL_PASSWORD = PASSWORD_VALUE (PASSWORD_NOTE)
`, `authentication: LABEL_AUTHENTICATION = AUTHENTICATION_PASSWORD
spa: LABEL_SPA = OFF
prefix: LABEL_PREFIX = LEAVE_EMPTY
`},
		{"pop", nil, `type: LABEL_TYPE = POP
host: LABEL_INCOMING = pop.example.nl code copy
port: LABEL_PORT = 995 code copy
security: LABEL_SECURITY = SECURITY_TLS (SECURITY_NOTE_TLS)
username: LABEL_USERNAME = USERNAME_ADDRESS
password: LABEL_PASSWORD = PASSWORD_VALUE (PASSWORD_NOTE)
`, `authentication: LABEL_AUTHENTICATION = AUTHENTICATION_PASSWORD
spa: LABEL_SPA = OFF
leave: LABEL_LEAVE = 14 dagen
`},
		{"smtp", nil, `host: LABEL_OUTGOING = smtp.example.nl code copy
port: LABEL_PORT = 465 code copy
security: LABEL_SECURITY = SECURITY_TLS (SECURITY_NOTE_TLS)
username: LABEL_USERNAME = USERNAME_ADDRESS
password: LABEL_PASSWORD = PASSWORD_VALUE (PASSWORD_NOTE)
smtp-auth: LABEL_SMTP_AUTH = SMTP_AUTH_VALUE
`, `alternative: LABEL_ALTERNATIVE = poort 587 met SECURITY_STARTTLS (smtp2.example.nl)
authentication: LABEL_AUTHENTICATION = AUTHENTICATION_PASSWORD
spa: LABEL_SPA = OFF
`},
		{"imap", map[string]string{"product": "los", "client": "outlook"}, `type: LABEL_TYPE = IMAP
host: Serveradres (outlook nl) = los.example.nl code copy
port: LABEL_PORT = 143 code copy
security: LABEL_SECURITY = SECURITY_STARTTLS
username: LABEL_USERNAME = USERNAME_ADDRESS
password: LABEL_PASSWORD = PASSWORD_VALUE (PASSWORD_NOTE)
`, `authentication: LABEL_AUTHENTICATION = AUTHENTICATION_PASSWORD
spa: LABEL_SPA = OFF
`},
		// What a program does not ask for is not in its table.
		{"imap", map[string]string{"product": "los", "client": "thunderbird"}, `type: LABEL_TYPE = IMAP
host: Serveradres (thunderbird nl) = los.example.nl code copy
port: LABEL_PORT = 143 code copy
security: LABEL_SECURITY = SECURITY_STARTTLS
username: LABEL_USERNAME = USERNAME_ADDRESS
password: LABEL_PASSWORD = PASSWORD_VALUE (PASSWORD_NOTE)
`, `authentication: LABEL_AUTHENTICATION = Serveradres (thunderbird nl)
`},
		{"smtp", map[string]string{"client": "outlook"}, `host: LABEL_OUTGOING = smtp.example.nl code copy
port: LABEL_PORT = 465 code copy
security: LABEL_SECURITY = SECURITY_TLS (SECURITY_NOTE_TLS)
username: LABEL_USERNAME = USERNAME_ADDRESS
password: LABEL_PASSWORD = PASSWORD_VALUE (PASSWORD_NOTE)
`, `alternative: LABEL_ALTERNATIVE = poort 587 met SECURITY_STARTTLS (smtp2.example.nl)
authentication: LABEL_AUTHENTICATION = AUTHENTICATION_PASSWORD
spa: LABEL_SPA = OFF
`},
	} {
		s, err := ask(tt.proto, tt.attrs).Settings(tt.proto)
		if err != nil {
			t.Errorf("%s %v: %v", tt.proto, tt.attrs, err)
			continue
		}
		if got := show(s.Rows); got != tt.rows {
			t.Errorf("%s %v: got\n%swant\n%s", tt.proto, tt.attrs, got, tt.rows)
		}
		if got := show(s.More); got != tt.more {
			t.Errorf("%s %v: got\n%swant\n%s", tt.proto, tt.attrs, got, tt.more)
		}
		if s.Caption != "SETTINGS_CAPTION_"+strings.ToUpper(tt.proto)+" · "+s.Name || s.Checked.IsZero() || s.Protocol != tt.proto {
			t.Errorf("%s: got %+v", tt.proto, s)
		}
	}
}

// TestMistakes: what a writer got wrong has a way out; what the
// languages lack is an error of its own.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		proto string
		attrs map[string]string
		want  string
	}{
		{"imp", nil, `unknown protocol "imp" | known: imap, pop, smtp`},
		{"pop", map[string]string{"product": "los"}, `mail product "los" has no pop server | add a [[mail.server]] to site.toml, or remove the directive`},
		{"imap", map[string]string{"product": "hostng"}, `no mail product "hostng" | did you mean "hosting"? known: hosting, los`},
		{"imap", map[string]string{"client": "outlok"}, `unknown client "outlok" | did you mean "outlook"? known: outlook, thunderbird`},
	} {
		_, err := ask(tt.proto, tt.attrs).Settings(tt.proto)
		if got := said(err); got != tt.want {
			t.Errorf("%s %v:\ngot  %s\nwant %s", tt.proto, tt.attrs, got, tt.want)
		}
	}
	d := ask("imap", nil)
	d.source.Record = &mail.Record{}
	for name, get := range map[string]func() error{
		"Settings": func() error { _, err := d.Settings("imap"); return err },
		"Setting":  func() error { _, err := d.Setting("imap.host"); return err },
		"Product":  func() error { _, err := d.Product(); return err },
		"Profiles": func() error { _, err := d.Profiles(); return err },
		"DNS":      func() error { _, err := d.DNS(); return err },
		"DNSZone":  func() error { _, err := d.DNSZone(); return err },
	} {
		if got, want := said(get()), "site.toml has no [[mail]] table | add one, or remove the directive"; got != want {
			t.Errorf("%s without a record: got %s, want %s", name, got, want)
		}
	}
	d = ask("imap", nil)
	d.reader.T = i18n.Parse("nl", "i18n/nl.toml", []byte("label_type = \"x\"\n"), new(diag.List)).T
	if _, err := d.Settings("imap"); err == nil || err.Error() != `no string "settings_caption_imap" in i18n/nl.toml` {
		t.Errorf("a string that is not there: got %v", err)
	}
}

func said(err error) string {
	if h, ok := err.(interface{ Hint() string }); ok {
		return err.Error() + " | " + diag.In(diag.English, h.Hint())
	}
	return fmt.Sprint(err)
}

func TestSetting(t *testing.T) {
	for _, tt := range []struct {
		name  string
		attrs map[string]string
		want  string
	}{
		{"imap.host", nil, "imap.example.nl"},
		{"imap.port", nil, "993"},
		{"imap.security", nil, "SECURITY_TLS"},
		{"imap.username", nil, "USERNAME_ADDRESS"},
		{"imap.host", map[string]string{"product": "los"}, "los.example.nl"},
		{"smtp.host", map[string]string{"row": "2"}, "smtp2.example.nl"},
		{"smtp.security", map[string]string{"row": "2"}, "SECURITY_STARTTLS"},
		{"pop.days", nil, "14 dagen"},
		{"imap.authentication", nil, "AUTHENTICATION_PASSWORD"},
		{"imap.authentication", map[string]string{"client": "thunderbird"}, "Serveradres (thunderbird nl)"},
		{"imap.authentication", map[string]string{"client": "outlook"}, "AUTHENTICATION_PASSWORD"},
		{"imap.security", map[string]string{"client": "outlok"}, `unknown client "outlok" | did you mean "outlook"? known: outlook, thunderbird`},
		{"webmail", nil, "https://webmail.example.nl/"},
		{"provider", nil, "Voorbeeld"},
		{"contact", nil, "mailto:hulp@example.nl"},
		{"imap.hots", nil, `unknown setting "imap.hots" | did you mean "imap.host"?`},
		{"smtp.host", map[string]string{"row": "3"}, `there is no row "3" | mail product "hosting" has 2 smtp servers`},
		{"smtp.host", map[string]string{"row": "twee"}, `there is no row "twee" | mail product "hosting" has 2 smtp servers`},
		{"smtp.host", map[string]string{"row": "0"}, `there is no row "0" | mail product "hosting" has 2 smtp servers`},
		{"webmail", map[string]string{"product": "los"}, "site.toml has no value for webmail | set webmail of the [[mail]] product in site.toml"},
		{"pop.host", map[string]string{"product": "los"}, `mail product "los" has no pop server | add a [[mail.server]] to site.toml, or remove the directive`},
	} {
		d := ask(tt.name, tt.attrs)
		got, err := d.Setting(tt.name)
		if err != nil {
			got = said(err)
		}
		if got != tt.want {
			t.Errorf("%s %v:\ngot  %s\nwant %s", tt.name, tt.attrs, got, tt.want)
		}
	}
	d := ask("", nil)
	d.reader.Provider, d.reader.Contact = "", ""
	d.source.Record.Products[0].LeaveDays = 0
	for name, want := range map[string]string{
		"provider": "site.toml has no value for provider | set provider.name in site.toml", "contact": "site.toml has no value for contact | set provider.contact in site.toml",
		"pop.days": "the site gives no number of days | set leave_on_server_days in the [[mail]] table of site.toml",
	} {
		if _, err := d.Setting(name); said(err) != want {
			t.Errorf("%s: got %s, want %s", name, said(err), want)
		}
	}
}

// TestToSend: "the same details" is said only where they are.
func TestToSend(t *testing.T) {
	for username, want := range map[mail.Username]string{mail.Address: "SMTP_AUTH_VALUE", mail.LocalPart: "SMTP_AUTH_OWN"} {
		d := ask("smtp", nil)
		d.source.Record.Products[0].Servers[0].Username = username
		s, err := d.Settings("smtp")
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(s.Rows, func(r Row) bool { return r.Key == "smtp-auth" }); i < 0 || s.Rows[i].Value != want {
			t.Errorf("fetching with %s: got %v, want %s", username, s.Rows, want)
		}
	}
}

// A user name that follows from the address says how.
func TestPersonal(t *testing.T) {
	for username, want := range map[mail.Username]mail.Username{mail.Address: "address", mail.LocalPart: "local-part", mail.Given: ""} {
		d := ask("imap", nil)
		d.source.Record.Products[0].Servers[0].Username = username
		s, err := d.Settings("imap")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Rows {
			if r.Key == "username" && r.Personal != want || r.Key != "username" && r.Personal != "" {
				t.Errorf("%s: the row %s has %q", username, r.Key, r.Personal)
			}
		}
	}
}

func TestProfilesAndDNS(t *testing.T) {
	d := ask("", nil)
	ps, err := d.Profiles()
	if err != nil || !slices.Equal(ps, []Profile{{"hosting", "imap", "/mail/hosting-imap.mobileconfig"}}) {
		t.Errorf("Profiles: got %v, %v", ps, err)
	}
	d.source.Profiles = nil
	if _, err := d.Profiles(); said(err) != `mail product "hosting" has no profile | give it rows that a profile can hold, switch profile on in [forms], or remove the directive` {
		t.Errorf("Profiles, when there are none: got %s", said(err))
	}
	if p, err := d.Product(); err != nil || p.ID != "hosting" {
		t.Errorf("Product: got %v, %v", p, err)
	}
	for label, want := range map[string]string{"": "example.nl", "klant.nl": "klant.nl"} {
		d := ask(label, nil)
		rows, err := d.DNS()
		zone, _ := d.DNSZone()
		if err != nil || len(rows) != 1 || rows[0].Value != "hosting "+want || zone != "zone "+want {
			t.Errorf("DNS %q: got %v, %q, %v", label, rows, zone, err)
		}
	}
	if got, err := d.Accounts(); err != nil || got != "[]" {
		t.Errorf("without a source: got accounts %q, %v", got, err)
	}
	d.source.Accounts = func(product string) (string, []string) { return "accounts of " + product, []string{"qr"} }
	if got, err := d.Accounts(); err != nil || got != "accounts of hosting" {
		t.Errorf("got accounts %q, %v", got, err)
	}
	for form, want := range map[string]bool{"qr": true, "profile": false, "q": false, "accounts": false} {
		if got, err := d.Offers(form); got != want || err != nil {
			t.Errorf("Offers(%q): got %t, %v", form, got, err)
		}
	}
	d.source.DNS = nil
	if rows, err := d.DNS(); rows != nil || err != nil {
		t.Errorf("without a source: got %v, %v", rows, err)
	}
}

func TestAlternative(t *testing.T) {
	for _, tt := range []struct {
		proto, product, want string
	}{
		{"smtp", "", "poort 587 met SECURITY_STARTTLS (smtp2.example.nl)"},
		{"pop", "", ""},
		{"imap", "los", ""},
	} {
		d := ask(tt.proto, map[string]string{"product": tt.product})
		if got, err := d.Alternative(tt.proto); got != tt.want || err != nil {
			t.Errorf("%s %s: got %q, %v; want %q", tt.proto, tt.product, got, err, tt.want)
		}
	}
	for _, proto := range []string{"jmap", ""} {
		if _, err := ask(proto, nil).Alternative(proto); err == nil {
			t.Errorf("%q: no error", proto)
		}
	}
}

// With several products a text never gives one product's value as everyone's,
// and each product has its own table.
func TestSeveralProducts(t *testing.T) {
	values := func(name string, attrs map[string]string) []Value {
		t.Helper()
		v, err := ask(name, attrs).Values(name)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	hosts := values("imap.host", nil)
	if len(hosts) != 2 || hosts[0].Product != "E-mail bij hosting" || hosts[1].Text != "los.example.nl" || hosts[1].Product != "Losse mail" || hosts[0].Kind != "host" {
		t.Errorf("a value on which products differ: got %+v", hosts)
	}
	if one := values("imap.host", map[string]string{"product": "los"}); len(one) != 1 || one[0].Product != "" || one[0].Text != "los.example.nl" {
		t.Errorf("of one product: got %+v", one)
	}
	if same := values("imap.username", nil); len(same) != 1 || same[0].Product != "" || same[0].Kind != "personal" || same[0].Personal != "address" {
		t.Errorf("a value on which they agree: got %+v", same)
	}
	tables, err := ask("imap", nil).Tables("imap")
	if err != nil || len(tables) != 2 || tables[0].Caption == tables[1].Caption {
		t.Errorf("got %d tables, %v", len(tables), err)
	}
	if one, err := ask("imap", map[string]string{"product": "los"}).Tables("imap"); err != nil || len(one) != 1 || one[0].Product != "los" {
		t.Errorf("of one product: got %d tables, %v", len(one), err)
	}
}

// TestUsedStrings: the strings that the settings tables ask for are those that
// are checked before.
func TestUsedStrings(t *testing.T) {
	src, err := os.ReadFile("table.go")
	if err != nil {
		t.Fatal(err)
	}
	values, err := os.ReadFile("value.go")
	if err != nil {
		t.Fatal(err)
	}
	code, _, _ := strings.Cut(string(src), "var UsedStrings")
	code += string(values)
	uses := regexp.MustCompile(`\.[tT]\("([a-z_]+)"`).FindAllStringSubmatch(code, -1)
	if len(uses) < 15 {
		t.Errorf("only %d strings are asked for", len(uses))
	}
	for _, m := range uses {
		key := m[1]
		if strings.HasSuffix(key, "_") { // the rest is computed
			if !slices.ContainsFunc(UsedStrings, func(u string) bool { return strings.HasPrefix(u, key) }) {
				t.Errorf("no string of UsedStrings begins with %q", key)
			}
			continue
		}
		if !slices.Contains(UsedStrings, key) {
			t.Errorf("%q is not in UsedStrings", key)
		}
	}
}
