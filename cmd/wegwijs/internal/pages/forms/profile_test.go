package forms

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"howett.net/plist"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// profile parses a profile back.
func profile(t testing.TB, doc []byte) map[string]any {
	t.Helper()
	var m map[string]any
	format, err := plist.Unmarshal(doc, &m)
	if err != nil || format != plist.XMLFormat {
		t.Fatalf("not an XML property list (format %d): %v\n%s", format, err, doc)
	}
	return m
}

func payload(t testing.TB, m map[string]any) map[string]any {
	t.Helper()
	content, ok := m["PayloadContent"].([]any)
	if !ok || len(content) != 1 {
		t.Fatalf("PayloadContent is %v", m["PayloadContent"])
	}
	return content[0].(map[string]any)
}

// The UUIDs were computed with another program, from what Profile says of them.
func TestProfileExample(t *testing.T) {
	r := readFile(t, "example.toml")
	doc, left, err := Profile(&r.Products[0], mail.IMAP, example())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "left out", lines(left, true), nil)
	m := profile(t, doc)
	p := payload(t, m)
	delete(m, "PayloadContent")
	want := map[string]any{
		"PayloadType": "Configuration", "PayloadVersion": uint64(1), "PayloadIdentifier": "nl.example.help.mail.mail.imap",
		"PayloadUUID": "F4FB220D-C298-543F-88BD-78E5DD14361D", "PayloadDisplayName": "Voorbeeld Mail (IMAP)", "PayloadOrganization": "Voorbeeld Hosting",
	}
	if !maps.Equal(m, want) {
		t.Errorf("profile:\ngot  %v\nwant %v", m, want)
	}
	want = map[string]any{
		"PayloadType": "com.apple.mail.managed", "PayloadVersion": uint64(1), "PayloadIdentifier": "nl.example.help.mail.mail.imap.account",
		"PayloadUUID": "FD6864F7-9962-5A53-B973-2A0EB807EB98", "PayloadDisplayName": "E-mail (IMAP)",
		"EmailAccountType": "EmailTypeIMAP", "EmailAccountDescription": "Voorbeeld Mail",
		"IncomingMailServerHostName": "imap.example.nl", "IncomingMailServerPortNumber": uint64(993), "IncomingMailServerUseSSL": true, "IncomingMailServerAuthentication": "EmailAuthPassword",
		"OutgoingMailServerHostName": "smtp.example.nl", "OutgoingMailServerPortNumber": uint64(465), "OutgoingMailServerUseSSL": true, "OutgoingMailServerAuthentication": "EmailAuthPassword",
		"OutgoingPasswordSameAsIncomingPassword": true,
	}
	if !maps.Equal(p, want) {
		t.Errorf("account:\ngot  %v\nwant %v", p, want)
	}
}

func TestProfileHasNothingPersonal(t *testing.T) {
	r := readFile(t, "site.toml")
	for i := range r.Products {
		for _, proto := range []mail.Protocol{mail.IMAP, mail.POP} {
			doc, _, err := Profile(&r.Products[i], proto, example())
			if err != nil {
				t.Fatal(err)
			}
			if doc == nil {
				continue
			}
			for k := range payload(t, profile(t, doc)) {
				if k == "EmailAddress" || k == "EmailAccountName" || strings.HasSuffix(k, "Username") || k == "IncomingPassword" || k == "OutgoingPassword" {
					t.Errorf("%s: a profile for everyone holds %s", proto, k)
				}
			}
		}
	}
}

func TestProfileIdentity(t *testing.T) {
	make := func(r *mail.Record, proto mail.Protocol) (ids []string) {
		doc, _, err := Profile(&r.Products[0], proto, example())
		if err != nil {
			t.Fatal(err)
		}
		m := profile(t, doc)
		p := payload(t, m)
		for _, v := range []any{m["PayloadIdentifier"], m["PayloadUUID"], p["PayloadIdentifier"], p["PayloadUUID"]} {
			ids = append(ids, v.(string))
		}
		return ids
	}
	rows := []string{"imap imap.example.nl 993 tls", "pop pop.example.nl 995 tls", "smtp smtp.example.nl 465 tls"}
	old := product(t, "", rows...)
	changed := product(t, "leave_on_server_days = 3", "imap nieuw.example.nl 143 starttls", "pop nieuw.example.nl 995 tls", "smtp nieuw.example.nl 587 starttls")
	changed.Products[0].Name = "Other"
	changed.Products[0].Domains = []string{"new.example", "example.nl"}
	for _, proto := range []mail.Protocol{mail.IMAP, mail.POP} {
		same(t, "after a change of settings "+string(proto), make(changed, proto), make(old, proto))
	}
	elsewhere := product(t, "", rows...)
	elsewhere.Products[0].ID = "other"
	all := slices.Concat(make(old, mail.IMAP), make(old, mail.POP), make(elsewhere, mail.IMAP), make(elsewhere, mail.POP))
	if n := len(slices.Compact(slices.Sorted(slices.Values(all)))); n != len(all) {
		t.Errorf("%d of %d identifiers differ: %q", n, len(all), all)
	}
	if id := make(elsewhere, mail.POP)[0]; id != "nl.example.help.mail.other.pop" {
		t.Errorf("got identifier %q", id)
	}
}

func TestProfileRows(t *testing.T) {
	for _, c := range []struct {
		name   string
		rows   []string
		proto  mail.Protocol
		in     string // host:port of what the profile holds; "" for no profile
		out    string
		left   []string
		missed int
	}{
		{
			"TLS before STARTTLS, one each",
			[]string{"imap a.example.nl 143 starttls", "imap b.example.nl 993 tls", "imap c.example.nl 993 tls", "smtp d.example.nl 587 starttls", "smtp e.example.nl 465 tls"},
			mail.IMAP, "b.example.nl:993", "e.example.nl:465",
			[]string{
				"imap c.example.nl:993 tls: a profile holds one server, and a better one is in it",
				"imap a.example.nl:143 starttls: a profile holds one server, and a better one is in it",
				"smtp d.example.nl:587 starttls: a profile holds one server, and a better one is in it",
			}, 0,
		},
		{"STARTTLS on its own port", []string{"pop a.example.nl 110 starttls", "smtp d.example.nl 587 starttls"}, mail.POP, "a.example.nl:110", "d.example.nl:587", nil, 0},
		{
			"STARTTLS elsewhere", []string{"imap a.example.nl 993 tls", "smtp d.example.nl 2525 starttls;why = \"x\""}, mail.IMAP, "", "",
			[]string{
				"smtp d.example.nl:2525 starttls: the port decides between STARTTLS and TLS, and this one does not say",
				"imap a.example.nl:993 tls: it is left without a server for the other direction",
			}, 2,
		},
		{
			"an encrypted password", []string{"imap a.example.nl 993 tls;authentication = [\"oauth2\", \"encrypted\"]", "smtp d.example.nl 465 tls"}, mail.IMAP, "a.example.nl:993", "d.example.nl:465", nil, 0,
		},
		{
			"another authentication", []string{"imap a.example.nl 993 tls;authentication = [\"oauth2\"]", "smtp d.example.nl 465 tls"}, mail.IMAP, "", "",
			[]string{
				"imap a.example.nl:993 tls: it has no name for this authentication",
				"smtp d.example.nl:465 tls: it is left without a server for the other direction",
			}, 2,
		},
		{
			"no encryption", []string{"imap a.example.nl 143 none;why = \"x\"", "imap b.example.nl 993 tls", "smtp d.example.nl 465 tls"}, mail.IMAP, "b.example.nl:993", "d.example.nl:465",
			[]string{"imap a.example.nl:143 none: it is not encrypted, and programs must not be told to do without"}, 0,
		},
		{"no such protocol", []string{"imap a.example.nl 993 tls", "smtp d.example.nl 465 tls"}, mail.POP, "", "", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := product(t, "", c.rows...)
			doc, left, err := Profile(&r.Products[0], c.proto, example())
			if err != nil {
				t.Fatal(err)
			}
			same(t, "left out", lines(left, true), c.left)
			if n := len(lines(left, false)); n != c.missed {
				t.Errorf("%d rows are missed, want %d", n, c.missed)
			}
			if (doc == nil) != (c.in == "") {
				t.Fatalf("profile is %q", doc)
			}
			if doc == nil {
				return
			}
			p := payload(t, profile(t, doc))
			for prefix, want := range map[string]string{"Incoming": c.in, "Outgoing": c.out} {
				if got := hostPort(p[prefix+"MailServerHostName"], p[prefix+"MailServerPortNumber"]); got != want {
					t.Errorf("%s: got %s, want %s", prefix, got, want)
				}
				if p[prefix+"MailServerUseSSL"] != true { // the default is false
					t.Errorf("%s: UseSSL is not on", prefix)
				}
			}
		})
	}
}
