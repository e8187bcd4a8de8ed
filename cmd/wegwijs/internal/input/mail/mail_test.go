package mail

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// read reads a record and returns it with its findings, one line each:
// "LINE:COLUMN SEVERITY CODE: MESSAGE".
func read(src string) (*Record, []string) {
	var out diag.List
	root := tomlfile.Parse("site.toml", []byte(src), 0, len(src), &out)
	r := Read(root.Tables("mail"), &out)
	root.Done()
	var ds []string
	for _, d := range out.Sorted() {
		if d.Pos.File != "site.toml" {
			ds = append(ds, fmt.Sprintf("position in %q", d.Pos.File))
		}
		ds = append(ds, fmt.Sprintf("%d:%d %s %s: %s", d.Pos.Line, d.Pos.Col, d.Severity, d.Code, d.Msg))
	}
	return r, ds
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot  %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// good is a record without mistakes; the tests change one line of it.
const good = `[[mail]]
id = "hosting"
name = "E-mail bij hosting"
domains = ["voorbeeld.nl", "Café.nl"]
webmail = "https://webmail.voorbeeld.nl/"
leave_on_server_days = 14
help = ["e-mail/instellen"]
[[mail.server]]
protocol = "smtp"
host = "smtp.voorbeeld.nl"
port = 587
security = "starttls"
preference = 2
[[mail.server]]
protocol = "pop"
host = "pop.voorbeeld.nl"
port = 995
security = "tls"
authentication = ["oauth2", "password"]
[[mail.server]]
protocol = "imap"
host = "IMAP.Café.nl"
port = 993
security = "tls"
username = "local-part"
[[mail.server]]
protocol = "smtp"
host = "smtp.voorbeeld.nl"
port = 465
security = "tls"
preference = 1
`

func TestRead(t *testing.T) {
	r, ds := read(good)
	same(t, "findings", ds, nil)
	if len(r.Products) != 1 {
		t.Fatalf("%d products", len(r.Products))
	}
	p := r.Products[0]
	if p.ID != "hosting" || p.Name != "E-mail bij hosting" || p.Webmail != "https://webmail.voorbeeld.nl/" || p.LeaveDays != 14 || p.Pos != (diag.Pos{File: "site.toml", Line: 1, Col: 3}) {
		t.Errorf("got %+v", p)
	}
	same(t, "domains", p.Domains, []string{"voorbeeld.nl", "xn--caf-dma.nl"})
	if len(p.Help) != 1 || p.Help[0] != (Page{"e-mail/instellen", diag.Pos{File: "site.toml", Line: 7, Col: 9}}) {
		t.Errorf("help: %+v", p.Help)
	}
	var rows []string
	for _, s := range p.Servers {
		rows = append(rows, fmt.Sprintf("%s %s %d %s %s %v %d line %d", s.Protocol, s.Host, s.Port, s.Security, s.Username, s.Authentication, s.Preference, s.Pos.Line))
	}
	same(t, "servers by protocol, then preference", rows, []string{
		"imap imap.xn--caf-dma.nl 993 tls local-part [password] 1 line 20",
		"pop pop.voorbeeld.nl 995 tls address [oauth2 password] 1 line 14",
		"smtp smtp.voorbeeld.nl 465 tls address [password] 1 line 26",
		"smtp smtp.voorbeeld.nl 587 starttls address [password] 2 line 8",
	})
	if got := p.Rows(SMTP); len(got) != 2 || got[0].Port != 465 {
		t.Errorf("rows to send with: %+v", got)
	}
}

func TestRecordLookup(t *testing.T) {
	r := &Record{Products: []Product{{ID: "a"}, {ID: "b"}}}
	same(t, "ids", r.IDs(), []string{"a", "b"})
	for id, want := range map[string]string{"": "a", "a": "a", "b": "b"} {
		if p, ok := r.Product(id); !ok || p.ID != want {
			t.Errorf("Product(%q): got %v, %v", id, p, ok)
		}
	}
	if p, ok := r.Product("c"); ok {
		t.Errorf("got %v for an unknown id", p)
	}
	if p, ok := (&Record{}).Product(""); ok {
		t.Errorf("got %v of an empty record", p)
	}

	// As it is read, with a product that has no id and two that have one.
	r, _ = read("[[mail]]\nid = \"a\"\nname = \"A\"\n[[mail]]\nname = \"B\"\n[[mail]]\nid = \"c\"\nname = \"C\"\n[[mail]]\nid = \"c\"\nname = \"D\"\n")
	for id, want := range map[string]string{"": "A", "a": "A", "c": "C"} {
		if p, ok := r.Product(id); !ok || p.Name != want {
			t.Errorf("Product(%q) of what was read: got %v, %v", id, p, ok)
		}
	}
	if p, ok := r.Product("d"); ok {
		t.Errorf("got %v for an unknown id of what was read", p)
	}
}

func TestReadNothing(t *testing.T) {
	if r, ds := read("title = \"x\"\n"); len(r.Products) != 0 || len(ds) != 1 {
		t.Errorf("got %v, %v", r, ds)
	}
}

// Each class of bad record, at the place of the mistake: a line of good is
// replaced, and the findings are exactly these.
func TestReadMistakes(t *testing.T) {
	type change struct {
		line int
		text string // several lines keep the numbers of those before them
	}
	for _, c := range []struct {
		name   string
		change change
		want   []string
	}{
		{"id missing", change{2, "#"}, []string{"1:3 error toml-missing: mail.id is missing"}},
		{"id empty", change{2, `id = ""`}, []string{"2:6 error toml-value: mail.id is empty"}},
		{"id with capitals", change{2, `id = "Hosting"`}, []string{`2:6 error mail-id: "Hosting" cannot be an id`}},
		{"id with a slash", change{2, `id = "a/b"`}, []string{`2:6 error mail-id: "a/b" cannot be an id`}},
		{"name missing", change{3, "#"}, []string{"1:3 error toml-missing: mail.name is missing"}},
		{"no domains", change{4, "#"}, []string{`1:3 error mail-domain: product "hosting" has no mail domain`}},
		{"empty domains", change{4, "domains = []"}, []string{`4:11 error mail-domain: product "hosting" has no mail domain`}},
		{"domain with a scheme", change{4, `domains = ["voorbeeld.nl", "https://b.nl"]`}, []string{`4:28 error mail-domain: "https://b.nl" is not a domain: it holds a scheme`}},
		{"domain with a space", change{4, `domains = ["voor beeld.nl", "b.nl"]`}, []string{`4:12 error mail-domain: "voor beeld.nl" is not a domain: it holds a space`}},
		{"address for a domain", change{4, `domains = ["info@b.nl", "c.nl"]`}, []string{`4:12 error mail-domain: "info@b.nl" is not a domain: it looks like an address`}},
		{"domain twice in a product", change{4, `domains = ["a.nl", "A.NL"]`}, []string{`4:20 error mail-domain: domain "a.nl" is claimed twice, first at site.toml:4:12`}},
		{
			// The bad one before it must not shift the position.
			"domain twice after a bad one", change{4, `domains = ["a b", "a.nl", "a.nl"]`},
			[]string{`4:12 error mail-domain: "a b" is not a domain: it holds a space`, `4:27 error mail-domain: domain "a.nl" is claimed twice, first at site.toml:4:19`},
		},
		{"webmail over http", change{5, `webmail = "http://webmail.b.nl/"`}, []string{`5:11 error mail-webmail: "http://webmail.b.nl/" is not an https address`}},
		{"webmail without a scheme", change{5, `webmail = "webmail.b.nl"`}, []string{`5:11 error mail-webmail: "webmail.b.nl" is not an https address`}},
		{"negative days", change{6, "leave_on_server_days = -1"}, []string{"6:24 error mail-days: -1 is not a useful number of days"}},
		{"days of another time", change{6, "leave_on_server_days = 4000"}, []string{"6:24 error mail-days: 4000 is not a useful number of days"}},
		{"days as text", change{6, `leave_on_server_days = "14"`}, []string{"6:24 error toml-type: mail.leave_on_server_days takes a whole number, this is text"}},
		{"unknown key", change{7, `helpt = ["x"]`}, []string{`7:1 error toml-key: unknown key "mail.helpt"`}},
		{"unknown user name form", change{7, `username = "email"`}, []string{`7:12 error toml-value: mail.username cannot be "email"`}},

		{"protocol missing", change{21, "#"}, []string{"20:3 error toml-missing: mail.server.protocol is missing"}},
		{"unknown protocol", change{21, `protocol = "jmap"`}, []string{`21:12 error mail-protocol: unknown protocol "jmap"`}},
		{"pop3 for pop", change{15, `protocol = "pop3"`}, []string{`15:12 error mail-protocol: unknown protocol "pop3"`}},
		{"host missing", change{22, "#"}, []string{"20:3 error toml-missing: mail.server.host is missing"}},
		{"host with a scheme", change{22, `host = "imaps://imap.b.nl"`}, []string{`22:8 error mail-host: "imaps://imap.b.nl" is not a host name: it holds a scheme`}},
		{"host with a space", change{22, `host = "imap b.nl"`}, []string{`22:8 error mail-host: "imap b.nl" is not a host name: it holds a space`}},
		{"host with a blank after it", change{22, `host = "imap.b.nl "`}, []string{`22:8 error mail-host: "imap.b.nl " is not a host name: it holds a space`}},
		{"host with a port", change{22, `host = "imap.b.nl:993"`}, []string{`22:8 error mail-host: "imap.b.nl:993" is not a host name: the port has a key of its own`}},
		{"host with a path", change{22, `host = "b.nl/imap"`}, []string{`22:8 error mail-host: "b.nl/imap" is not a host name: it holds a path`}},
		{"host with a final dot", change{22, `host = "imap.b.nl."`}, []string{`22:8 error mail-host: "imap.b.nl." is not a host name: leave out the final dot`}},
		{"host of one label", change{22, `host = "imap"`}, []string{`22:8 error mail-host: "imap" is not a host name: it needs a domain, such as example.nl`}},
		{"IPv4 for a host", change{22, `host = "192.0.2.1"`}, []string{`22:8 error mail-host: "192.0.2.1" is not a host name: a certificate names a host, not an IP address`}},
		{"IPv6 for a host", change{22, `host = "[2001:db8::1]"`}, []string{`22:8 error mail-host: "[2001:db8::1]" is not a host name: a certificate names a host, not an IP address`}},
		{"half an IP address", change{22, `host = "imap.10"`}, []string{`22:8 error mail-host: "imap.10" is not a host name: its last part is a number, as in an IP address`}},
		{"host with a placeholder", change{22, `host = "%EMAILDOMAIN%.nl"`}, []string{`22:8 error mail-host: "%EMAILDOMAIN%.nl" is not a host name: only %EMAILDOMAIN% may stand in it, at its end`}},
		{"host with an underscore", change{22, `host = "im_ap.b.nl"`}, []string{`22:8 error mail-host: "im_ap.b.nl" is not a host name: it holds characters that names on the internet cannot have`}},
		{"host with an empty label", change{22, `host = "imap..nl"`}, []string{`22:8 error mail-host: "imap..nl" is not a host name: a part between dots is empty or too long`}},
		{"host with a hyphen at the end of a label", change{22, `host = "imap-.b.nl"`}, []string{`22:8 error mail-host: "imap-.b.nl" is not a host name: it holds characters that names on the internet cannot have`}},
		{"port missing", change{23, "#"}, []string{"20:3 error toml-missing: the port is missing"}},
		{"port 0", change{23, "port = 0"}, []string{"23:8 error mail-port: 0 is not a port"}},
		{"port 70000", change{23, "port = 70000"}, []string{"23:8 error mail-port: 70000 is not a port"}},
		{"negative port", change{23, "port = -993"}, []string{"23:8 error mail-port: -993 is not a port"}},
		{"port as text", change{23, `port = "993"`}, []string{"23:8 error toml-type: mail.server.port takes a whole number, this is text"}},
		{"security missing", change{24, "#"}, []string{"20:3 error toml-missing: the security is missing"}},
		{"unknown security", change{24, `security = "ssl"`}, []string{`24:12 error toml-value: the security cannot be "ssl"`}},
		{"unknown authentication", change{19, `authentication = ["password", "ntlm"]`}, []string{`19:31 error mail-authentication: unknown authentication "ntlm"`}},
		{"authentication twice", change{19, `authentication = ["password", "password"]`}, []string{`19:31 error mail-authentication: authentication "password" is named twice`}},
		{"unknown user name form of a row", change{25, `username = "full"`}, []string{`25:12 error toml-value: mail.server.username cannot be "full"`}},
		{"unknown key of a row", change{25, `user = "x"`}, []string{`25:1 error toml-key: unknown key "mail.server.user"`}},
		{"preference 0", change{31, "preference = 0"}, []string{"31:14 error mail-rank: preference 0 is below 1"}},
		{"two rows with one rank", change{31, "preference = 2"}, []string{"31:14 error mail-rank: two smtp rows have preference 2"}},
		{
			"rank by order meets a given one", change{13, "preference = 1\n[[mail.server]]\nprotocol = \"smtp\"\nhost = \"b.nl\"\nport = 465\nsecurity = \"tls\"\npreference = 3\n[[mail.server]]\nprotocol = \"smtp\"\nhost = \"c.nl\"\nport = 465\nsecurity = \"tls\"\npreference = 3"},
			[]string{"25:14 error mail-rank: two smtp rows have preference 3", "43:14 error mail-rank: two smtp rows have preference 1"},
		},
		{
			"the same server twice", change{29, "port = 587"},
			[]string{"28:8 error mail-duplicate: smtp smtp.voorbeeld.nl:587 has a row already, at site.toml:8:3", "29:8 error mail-port: port 587 starts without encryption, so it cannot be tls"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			ls := strings.Split(good, "\n")
			ls[c.change.line-1] = c.change.text
			_, ds := read(strings.Join(ls, "\n"))
			same(t, "findings", ds, c.want)
		})
	}
}

// Rows without a preference follow the one before them.
func TestPreferenceByOrder(t *testing.T) {
	src := "[[mail]]\nid = \"a\"\nname = \"A\"\ndomains = [\"a.nl\"]\n[[mail.server]]\nprotocol = \"smtp\"\nhost = \"s.a.nl\"\nport = 465\nsecurity = \"tls\"\n"
	for i, preference := range []string{"", "", "preference = 5\n", "", "preference = 3\n"} {
		src += fmt.Sprintf("[[mail.server]]\nprotocol = \"imap\"\nhost = \"i%d.a.nl\"\nport = 993\nsecurity = \"tls\"\n%s", i, preference)
	}
	r, ds := read(src)
	same(t, "findings", ds, nil)
	var got []string
	for _, s := range r.Products[0].Rows(IMAP) {
		got = append(got, fmt.Sprintf("%s %d", s.Host, s.Preference))
	}
	same(t, "rows", got, []string{"i0.a.nl 1", "i1.a.nl 2", "i4.a.nl 3", "i2.a.nl 5", "i3.a.nl 6"})
}

func TestReadProducts(t *testing.T) {
	two := good + `[[mail]]
id = "roundcube"
name = "Alleen webmail"
domains = ["c.nl", "CAFÉ.nl"]
[[mail.server]]
protocol = "imap"
host = "imap.c.nl"
port = 993
security = "tls"
[[mail.server]]
protocol = "smtp"
host = "smtp.c.nl"
port = 465
security = "tls"
`
	r, ds := read(two)
	same(t, "a domain claimed twice", ds, []string{`35:20 error mail-domain: domain "xn--caf-dma.nl" is claimed twice, first at site.toml:4:28`})
	same(t, "both products are in the record", r.IDs(), []string{"hosting", "roundcube"})
	_, ds = read(strings.Replace(strings.Replace(two, "roundcube", "hosting", 1), ", \"CAFÉ.nl\"", "", 1))
	same(t, "an id given twice", ds, []string{`33:6 error mail-id: two mail products are called "hosting"`})

	_, ds = read(strings.NewReplacer("id = \"hosting\"\n", "", "id = \"roundcube\"\n", "", ", \"CAFÉ.nl\"", "").Replace(two))
	same(t, "no id twice", ds, []string{"1:3 error toml-missing: mail.id is missing", "31:3 error toml-missing: mail.id is missing"})

	head := "[[mail]]\nid = \"a\"\nname = \"A\"\ndomains = [\"a.nl\"]\n"
	row := func(proto string, port int) string {
		return fmt.Sprintf("[[mail.server]]\nprotocol = %q\nhost = \"x.a.nl\"\nport = %d\nsecurity = \"tls\"\n", proto, port)
	}
	_, ds = read(head)
	same(t, "no server", ds, []string{`1:3 error mail-server: product "a" has no server`})
	_, ds = read(head + row("imap", 993))
	same(t, "nothing to send with", ds, []string{`1:3 error mail-server: product "a" has no server to send mail with`})
	_, ds = read(head + row("smtp", 465))
	same(t, "nothing to receive with", ds, []string{`1:3 error mail-server: product "a" has no server to receive mail from`})
	_, ds = read(head + row("pop", 995) + row("smtp", 465))
	same(t, "POP alone is enough", ds, nil)
	_, ds = read(head + strings.Replace(row("imap", 993), "imap", "imaps", 1) + strings.Replace(row("pop", 995), "pop", "pop3", 1) + strings.Replace(row("smtp", 465), "smtp", "submission", 1))
	same(t, "protocols by other names are reported, and nothing follows from that", ds, []string{
		`6:12 error mail-protocol: unknown protocol "imaps"`, `11:12 error mail-protocol: unknown protocol "pop3"`, `16:12 error mail-protocol: unknown protocol "submission"`,
	})
	_, ds = read(strings.Replace(head, "\"A\"", "\"A\"\nusername = \"given\"", 1) + row("imap", 993) + row("smtp", 465))
	same(t, "a user name that is handed out", ds, nil)
}

// One port of one host speaks one protocol in one way, whichever product says
// so; two products may share it.
func TestSockets(t *testing.T) {
	product := func(id, protocol, security, username string) string {
		return fmt.Sprintf(`[[mail]]
id = %q
name = "X"
domains = ["%[1]s.nl"]
[[mail.server]]
protocol = %q
host = "host.nl"
port = 2000
security = %q
username = %q
why = "x"
[[mail.server]]
protocol = "imap"
host = "imap.nl"
port = 993
security = "tls"
[[mail.server]]
protocol = "smtp"
host = "smtp.nl"
port = 465
security = "tls"
`, id, protocol, security, username)
	}
	for _, c := range []struct {
		name, second string
		want         []string
	}{
		{"the same server", product("b", "pop", "tls", "local-part"), nil},
		{"another security", product("b", "pop", "starttls", "address"), []string{`30:12 error mail-contradiction: port 2000 of host.nl is pop with tls at site.toml:5:3, and pop with starttls here`}},
		{"another protocol", product("b", "imap", "tls", "address"), []string{`30:12 error mail-contradiction: port 2000 of host.nl is pop with tls at site.toml:5:3, and imap with tls here`}},
	} {
		_, ds := read(product("a", "pop", "tls", "address") + c.second)
		same(t, c.name, ds, c.want)
	}
	_, ds := read(product("a", "pop", "tls", "address") + "[[mail.server]]\nprotocol = \"imap\"\nhost = \"host.nl\"\nport = 2000\nsecurity = \"tls\"\nwhy = \"x\"\n")
	same(t, "another protocol in one product", ds, []string{`26:12 error mail-contradiction: port 2000 of host.nl is pop with tls at site.toml:5:3, and imap with tls here`})
}

// matrix reads one row of the matrix and returns what is found at its port and
// its security, without the position.
func matrix(t *testing.T, proto Protocol, port int, security Security, why string) []string {
	t.Helper()
	other := "[[mail.server]]\nprotocol = \"smtp\"\nhost = \"z.a.nl\"\nport = 465\nsecurity = \"tls\"\npreference = 9\n[[mail.server]]\nprotocol = \"imap\"\nhost = \"z.a.nl\"\nport = 993\nsecurity = \"tls\"\npreference = 9\n"
	src := fmt.Sprintf("[[mail]]\nid = \"a\"\nname = \"A\"\ndomains = [\"a.nl\"]\n[[mail.server]]\nprotocol = %q\nhost = \"x.a.nl\"\nport = %d\nsecurity = %q\n", proto, port, security)
	if why != "" {
		src += fmt.Sprintf("why = %q\n", why)
	}
	_, ds := read(src + other)
	var got []string
	for _, d := range ds {
		at, rest, _ := strings.Cut(d, " ")
		if want := "8:8"; strings.Contains(rest, "mail-port") && at != want {
			t.Errorf("%s %d %s: %s is at %s, want %s", proto, port, security, rest, at, want)
		}
		if want := "9:12"; strings.Contains(rest, "mail-insecure") && at != want {
			t.Errorf("%s %d %s: %s is at %s, want %s", proto, port, security, rest, at, want)
		}
		got = append(got, rest)
	}
	return got
}

// The consistency matrix of ports and security (RFC 8314 §3, §4; RFC 9051
// §6.2.1), complete: every protocol with every registered port, one port that
// is nobody's, and every security.
func TestPortMatrix(t *testing.T) {
	const (
		ok       = ""
		cleartxt = "error mail-insecure: %s without encryption shows passwords to everyone on the network"
		implicit = "error mail-port: port %d is encrypted from the first byte, so it cannot be %s"
		upgrade  = "error mail-port: port %d starts without encryption, so it cannot be tls"
		foreign  = "error mail-port: port %d is for %s, this row is %s"
		relay    = "warning mail-port: port 25 is for mail between servers; access networks often block it"
		unusual  = "warning mail-port: port %d is unusual for %s"
	)
	owners := map[int]Protocol{143: IMAP, 993: IMAP, 110: POP, 995: POP, 25: SMTP, 465: SMTP, 587: SMTP}
	own := map[string]string{
		"143 starttls": ok, "143 tls": upgrade,
		"993 starttls": implicit, "993 tls": ok,
		"110 starttls": ok, "110 tls": upgrade,
		"995 starttls": implicit, "995 tls": ok,
		"25 starttls": relay, "25 tls": upgrade,
		"465 starttls": implicit, "465 tls": ok,
		"587 starttls": ok, "587 tls": upgrade,
	}
	for _, proto := range Protocols {
		for _, port := range []int{143, 993, 110, 995, 25, 465, 587, 2525} {
			for _, security := range []Security{TLS, STARTTLS, None} {
				want := []string{}
				owner, registered := owners[port]
				switch v := own[strconv.Itoa(port)+" "+string(security)]; {
				case security == None:
					want = append(want, fmt.Sprintf(cleartxt, proto))
				case registered && owner != proto:
					want = append(want, fmt.Sprintf(foreign, port, owner, proto))
				case !registered:
					want = append(want, fmt.Sprintf(unusual, port, proto))
				case v == implicit:
					want = append(want, fmt.Sprintf(implicit, port, security))
				case v == upgrade:
					want = append(want, fmt.Sprintf(upgrade, port))
				case v != ok:
					want = append(want, v)
				}
				same(t, fmt.Sprintf("%s %d %s", proto, port, security), matrix(t, proto, port, security, ""), want)
			}
		}
	}
}

// A reason turns the refusal of cleartext into a warning and quiets that about
// an unusual port; it mends no contradiction.
func TestPortMatrixWithReason(t *testing.T) {
	for _, c := range []struct {
		proto    Protocol
		port     int
		security Security
		want     []string
	}{
		{IMAP, 143, None, []string{"warning mail-insecure: imap without encryption: oud"}},
		{POP, 110, None, []string{"warning mail-insecure: pop without encryption: oud"}},
		{SMTP, 25, None, []string{"warning mail-insecure: smtp without encryption: oud"}},
		{SMTP, 587, None, []string{"warning mail-insecure: smtp without encryption: oud"}},
		{SMTP, 2525, None, []string{"warning mail-insecure: smtp without encryption: oud"}},
		{SMTP, 2525, STARTTLS, []string{}},
		{IMAP, 9993, TLS, []string{}},
		// Real servers do each of these.
		{IMAP, 993, None, []string{"warning mail-insecure: imap without encryption: oud"}},
		{SMTP, 465, None, []string{"warning mail-insecure: smtp without encryption: oud"}},
		{IMAP, 993, STARTTLS, []string{}},
		{IMAP, 143, TLS, []string{}},
		{IMAP, 995, TLS, []string{}},
		{POP, 993, TLS, []string{}},
		{POP, 143, STARTTLS, []string{}},
		{SMTP, 587, TLS, []string{}},
		{SMTP, 465, STARTTLS, []string{}},
		{SMTP, 25, STARTTLS, []string{}},
		{SMTP, 25, TLS, []string{}},
	} {
		same(t, fmt.Sprintf("%s %d %s", c.proto, c.port, c.security), matrix(t, c.proto, c.port, c.security, "oud"), c.want)
	}
}

// Every finding says what to do about it, except a row that gave its reason.
func TestHints(t *testing.T) {
	for line := range strings.Split(good, "\n") {
		if line == 0 {
			continue // without [[mail]] it is not TOML any more
		}
		ls := strings.Split(good, "\n")
		ls[line] = "#"
		src := strings.Join(ls, "\n") + "[[mail]]\nid = \"A\"\nname = \"\"\ndomains = [\"x\", \"voorbeeld.nl\"]\n[[mail.server]]\nprotocol = \"x\"\nhost = \"x\"\nport = 0\nsecurity = \"x\"\nauthentication = [\"x\", \"oauth2\", \"oauth2\"]\n"
		var out diag.List
		root := tomlfile.Parse("site.toml", []byte(src), 0, len(src), &out)
		Read(root.Tables("mail"), &out)
		for _, d := range out.Sorted() {
			if d.Hint == "" {
				t.Errorf("without line %d: no hint with %s %s: %s", line+1, d.Pos, d.Code, d.Msg)
			}
			if d.Pos.Line == 0 || d.Pos.Col == 0 {
				t.Errorf("without line %d: no position for %s: %s", line+1, d.Code, d.Msg)
			}
		}
	}
}

// A host name has at most 253 bytes in its ASCII form, and a part of it at most 63
// (RFC 1035 section 2.3.4, less the length bytes of the wire).
func TestLongHost(t *testing.T) {
	part := strings.Repeat("a", 49) + "." // five of these are 250
	for host, want := range map[string]bool{
		strings.Repeat(part, 5) + "a.nl":                       false,
		strings.Repeat(part, 5) + "nl":                         true,
		strings.Repeat(part, 5) + "nlx":                        true,
		strings.Repeat(part, 5) + "nlxx":                       false,
		strings.Repeat("a", 63) + ".nl":                        true,
		strings.Repeat("a", 64) + ".nl":                        false,
		strings.Repeat("é", 100) + ".nl":                       false,
		strings.Repeat(strings.Repeat("é", 20)+".", 6) + "nl":  true,
		strings.Repeat(strings.Repeat("é", 20)+".", 11) + "nl": false,
	} {
		if ascii, why := hostname(host); (why == "") != want {
			t.Errorf("%q, %d bytes: got %q, %q", host, len(ascii), ascii, why)
		}
	}
}
