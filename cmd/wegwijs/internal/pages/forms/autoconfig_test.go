package forms

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

var hostRE = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// checkAutoconfig holds the published rules for format 1.1 and those of the
// programs that read it, on the parsed document.
func checkAutoconfig(t testing.TB, doc []byte) *node {
	t.Helper()
	root := parse(t, doc)
	if root.Name != "clientConfig" || root.Attr["version"] != "1.1" {
		t.Fatalf("root is %s version %q", root.Name, root.Attr["version"])
	}
	if len(root.Nodes) != 1 || root.Nodes[0].Name != "emailProvider" {
		t.Fatalf("root holds %v, want one emailProvider", root.names())
	}
	p := root.Nodes[0]
	if !hostRE.MatchString(p.Attr["id"]) {
		t.Errorf("id %q is not a host name", p.Attr["id"])
	}
	domains := p.texts("domain")
	if len(domains) == 0 || len(slices.Compact(slices.Sorted(slices.Values(domains)))) != len(domains) {
		t.Errorf("domains are %q", domains)
	}
	for _, d := range domains {
		if !hostRE.MatchString(d) {
			t.Errorf("domain %q is not a host name", d)
		}
	}
	if n := []rune(p.text(t, "displayName")); len(n) > 60 {
		t.Errorf("displayName has %d characters", len(n))
	}
	if n := []rune(p.text(t, "displayShortName")); len(n) > 20 {
		t.Errorf("displayShortName has %d characters", len(n))
	}
	order := []string{"domain", "displayName", "displayShortName", "incomingServer", "outgoingServer", "documentation"}
	last := 0
	for _, name := range p.names() {
		i := slices.Index(order, name)
		if i < last {
			t.Errorf("element %s is unknown or out of order", name)
		}
		last = i
	}
	in, out := p.all("incomingServer"), p.all("outgoingServer")
	if len(in) == 0 || len(out) == 0 {
		t.Errorf("%d incoming and %d outgoing servers", len(in), len(out))
	}
	for _, s := range slices.Concat(in, out) {
		types := []string{"imap", "pop3"}
		if s.Name == "outgoingServer" {
			types = []string{"smtp"}
		}
		if !slices.Contains(types, s.Attr["type"]) {
			t.Errorf("%s of type %q", s.Name, s.Attr["type"])
		}
		if h := s.text(t, "hostname"); !hostRE.MatchString(h) {
			t.Errorf("hostname %q", h)
		}
		if n, err := strconv.Atoi(s.text(t, "port")); err != nil || n < 1 || n > 65535 {
			t.Errorf("port %q", s.text(t, "port"))
		}
		if v := s.text(t, "socketType"); v != "SSL" && v != "STARTTLS" {
			t.Errorf("socketType %q", v)
		}
		if v := s.text(t, "username"); v != "%EMAILADDRESS%" && v != "%EMAILLOCALPART%" {
			t.Errorf("username %q", v)
		}
		auths := s.texts("authentication")
		if len(auths) == 0 {
			t.Error("a server without authentication")
		}
		for _, a := range auths {
			if !slices.Contains([]string{"password-cleartext", "password-encrypted", "OAuth2"}, a) {
				t.Errorf("authentication %q", a)
			}
		}
		if pop := s.all("pop3"); len(pop) > 0 {
			if s.Attr["type"] != "pop3" || pop[0].text(t, "leaveMessagesOnServer") != "true" {
				t.Errorf("pop3 below %s", s.Attr["type"])
			}
			if n, err := strconv.Atoi(pop[0].text(t, "daysToLeaveMessagesOnServer")); err != nil || n < 1 {
				t.Error("leaving mail on the server without a number of days means 14 in Thunderbird")
			}
		}
	}
	if !slices.IsSortedFunc(in, func(a, b *node) int { return strings.Compare(a.Attr["type"], b.Attr["type"]) }) {
		t.Error("POP stands before IMAP")
	}
	for _, h := range p.all("documentation") {
		if !strings.HasPrefix(h.Attr["url"], "https://") || len(h.all("descr")) == 0 {
			t.Errorf("documentation %v", h.Attr)
		}
		for _, d := range h.all("descr") {
			if len(d.Attr["lang"]) != 2 || d.Text == "" {
				t.Errorf("descr lang=%q %q", d.Attr["lang"], d.Text)
			}
		}
	}
	return p
}

func TestAutoconfigExample(t *testing.T) {
	r := readFile(t, "example.toml")
	doc, left := Autoconfig(&r.Products[0], example())
	p := checkAutoconfig(t, doc)
	same(t, "left out", lines(left, true), nil)
	if p.Attr["id"] != "example.nl" || p.text(t, "displayName") != "Voorbeeld Hosting" || p.text(t, "displayShortName") != "Voorbeeld" {
		t.Errorf("provider is %v %s", p.Attr, doc)
	}
	var got []string
	for _, s := range append(p.all("incomingServer"), p.all("outgoingServer")...) {
		got = append(got, strings.Join([]string{s.Attr["type"], s.text(t, "hostname"), s.text(t, "port"), s.text(t, "socketType"),
			strings.Join(s.texts("authentication"), "+"), s.text(t, "username")}, " "))
	}
	same(t, "servers", got, []string{
		"imap imap.example.nl 993 SSL password-cleartext %EMAILADDRESS%",
		"pop3 pop.example.nl 995 SSL password-cleartext %EMAILADDRESS%",
		"smtp smtp.example.nl 465 SSL password-cleartext %EMAILADDRESS%",
	})
	got = nil
	for _, h := range p.all("documentation") {
		d := h.all("descr")[0]
		got = append(got, d.Attr["lang"]+" "+h.Attr["url"]+" "+d.Text)
	}
	same(t, "documentation", got, []string{
		"nl https://help.example.nl/e-mail-instellen/ E-mail instellen",
		"en https://help.example.nl/en/set-up/ Setting up e-mail",
	})
}

func TestAutoconfigRows(t *testing.T) {
	r := product(t, "username = \"local-part\"\nleave_on_server_days = 30",
		"pop pop.example.nl 995 tls",
		"imap imap.example.nl 143 starttls;authentication = [\"oauth2\", \"encrypted\", \"password\"]",
		"imap imap2.example.nl 993 tls;preference = 5",
		"imap imap3.example.nl 143 none;why = \"oud\"",
		"imap imap4.example.nl 993 tls;username = \"given\"\npreference = 9",
		"smtp smtp.example.nl 587 starttls",
	)
	doc, left := Autoconfig(&r.Products[0], example())
	p := checkAutoconfig(t, doc)
	var got []string
	for _, s := range p.all("incomingServer") {
		got = append(got, s.text(t, "hostname")+" "+s.text(t, "socketType")+" "+strings.Join(s.texts("authentication"), "+")+" "+s.text(t, "username"))
	}
	same(t, "incoming", got, []string{
		"imap.example.nl STARTTLS OAuth2+password-encrypted+password-cleartext %EMAILLOCALPART%",
		"imap2.example.nl SSL password-cleartext %EMAILLOCALPART%",
		"imap4.example.nl SSL password-cleartext %EMAILADDRESS%",
		"pop.example.nl SSL password-cleartext %EMAILLOCALPART%",
	})
	if days := p.all("incomingServer")[3].all("pop3"); len(days) != 1 || days[0].text(t, "daysToLeaveMessagesOnServer") != "30" {
		t.Errorf("leave on server: %v", days)
	}
	same(t, "left out", lines(left, true), []string{
		"imap imap3.example.nl:143 none: it is not encrypted, and programs must not be told to do without",
		"username: there is no placeholder for a user name that the provider hands out",
	})
	same(t, "missed", lines(left, false), nil)
}

// Without one direction programs reject the file: then there is none, and all
// rows are missed.
func TestAutoconfigUseless(t *testing.T) {
	r := product(t, "", "imap imap.example.nl 993 tls", "imap imap.example.nl 143 none;why = \"oud\"", "smtp smtp.example.nl 25 none;why = \"oud\"")
	doc, left := Autoconfig(&r.Products[0], example())
	if doc != nil {
		t.Errorf("got %s", doc)
	}
	same(t, "missed", lines(left, false), []string{
		"imap imap.example.nl:143 none: it is not encrypted, and programs must not be told to do without",
		"smtp smtp.example.nl:25 none: it is not encrypted, and programs must not be told to do without",
		"imap imap.example.nl:993 tls: it is left without a server for the other direction",
	})
	for _, l := range left {
		if l.Hint == "" || l.Pos.Line == 0 || l.Product != "mail" || l.Form != FormAutoconfig {
			t.Errorf("got %+v", l)
		}
	}
}

// FuzzNames: whatever a provider calls itself and its pages, and whatever its
// domain is, the XML forms are well-formed and the values come back.
func FuzzNames(f *testing.F) {
	for _, s := range []string{
		"Voorbeeld", "Jansen & Zonen", "<script>alert('x')</script>", `"aan" 'halen'`, "]]>", "&amp;", "naïef – ‘één’", "日本", "مزود",
		"a\u0301", "regel\nregel", "\t", "%EMAILADDRESS%", "\ufeffbom", "\ufffe", "\x00\x1b", "emoji 👩‍👩‍👧", strings.Repeat("é", 70), "\xff\xfe",
	} {
		f.Add(s, "E-mail instellen", "example.nl")
		f.Add("Voorbeeld", s, "café.example")
	}
	f.Fuzz(func(t *testing.T, name, title, domain string) {
		r := product(t, "", "imap imap.example.nl 993 tls", "pop pop.example.nl 995 tls", "smtp smtp.example.nl 465 tls")
		p := &r.Products[0]
		if ascii, err := Address("x@" + domain); err == nil {
			p.Domains[0] = strings.TrimPrefix(ascii, "x@")
		}
		p.Name = title
		p.Help = []mail.Page{{ID: "p"}}
		s := &Site{Name: name, Help: map[string][]HelpPage{"p": {{"nl", "https://example.nl/?a=1&b=<\">", title}}}}

		doc, _ := Autoconfig(p, s)
		n := checkedOrParsed(t, doc, title)
		if got, want := n.text(t, "displayName"), legal(limit(cmp.Or(oneLine(name), oneLine(title)), 60)); got != want {
			t.Errorf("displayName: got %q, want %q", got, want)
		}
		if got := n.Attr["id"]; got != p.Domains[0] {
			t.Errorf("id: got %q, want %q", got, p.Domains[0])
		}
		h := n.all("documentation")[0]
		if got := h.Attr["url"]; got != "https://example.nl/?a=1&b=<\">" {
			t.Errorf("url: got %q", got)
		}
		if got, want := h.text(t, "descr"), legal(oneLine(title)); got != want {
			t.Errorf("descr: got %q, want %q", got, want)
		}
		again, _ := Autoconfig(p, s)
		if string(again) != string(doc) {
			t.Error("two runs differ")
		}
		doc, _ = Autodiscover(p, s)
		checkAutodiscover(t, doc)
		doc, _, err := Profile(p, mail.IMAP, s)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := profile(t, doc)["PayloadOrganization"], legal(cmp.Or(oneLine(name), oneLine(title))); got != want {
			t.Errorf("PayloadOrganization: got %q, want %q", got, want)
		}
	})
}

// checkedOrParsed checks the rules where the title is one that they allow.
func checkedOrParsed(t *testing.T, doc []byte, title string) *node {
	if oneLine(title) == "" {
		return parse(t, doc).Nodes[0]
	}
	return checkAutoconfig(t, doc)
}

// legal puts U+FFFD for what XML 1.0 §2.2 cannot hold.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0x9 || r == 0xA || r == 0xD || 0x20 <= r && r <= 0xD7FF || 0xE000 <= r && r <= 0xFFFD || 0x10000 <= r && r <= 0x10FFFF {
			return r
		}
		return '\ufffd'
	}, s)
}

// TestAutoconfigBlocks: the webmail and the OAuth2 server of a product stand at
// the root of its file, and only there where the record has them.
func TestAutoconfigBlocks(t *testing.T) {
	const oauth2 = `oauth2 = {issuer = "login.example.nl", auth_url = "https://login.example.nl/a?b=1&c=2", token_url = "https://login.example.nl/token", scope = ["mail.read", "mail.send"]}`
	for _, c := range []struct {
		keys string
		want []string // elements of the root and what they say, in order
	}{
		{"", []string{"emailProvider"}},
		{`webmail = "https://webmail.example.nl/?a=1&b=2"`, []string{"emailProvider", "webMail", "loginPage https://webmail.example.nl/?a=1&b=2"}},
		{oauth2, []string{"emailProvider", "oAuth2", "issuer login.example.nl", "scope mail.read mail.send", "authURL https://login.example.nl/a?b=1&c=2", "tokenURL https://login.example.nl/token"}},
		{strings.Replace(oauth2, `, scope = ["mail.read", "mail.send"]`, "", 1), []string{"emailProvider", "oAuth2", "issuer login.example.nl", "authURL https://login.example.nl/a?b=1&c=2", "tokenURL https://login.example.nl/token"}},
		{oauth2 + "\n" + `webmail = "https://webmail.example.nl/"`, []string{"emailProvider", "oAuth2", "issuer login.example.nl", "scope mail.read mail.send", "authURL https://login.example.nl/a?b=1&c=2", "tokenURL https://login.example.nl/token", "webMail", "loginPage https://webmail.example.nl/"}},
	} {
		r := product(t, c.keys, "imap imap.example.nl 993 tls;authentication = [\"oauth2\", \"password\"]", "smtp smtp.example.nl 465 tls;authentication = [\"oauth2\"]")
		doc, _ := Autoconfig(&r.Products[0], example())
		var got []string
		for _, n := range parse(t, doc).Nodes {
			got = append(got, n.Name)
			if n.Name == "emailProvider" {
				continue
			}
			for _, child := range n.Nodes {
				got = append(got, child.Name+" "+child.Text+child.Attr["url"])
			}
		}
		same(t, c.keys, got, c.want)
	}
}
