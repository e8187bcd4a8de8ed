package forms

import (
	"slices"
	"strings"
	"testing"
)

// checkAutodiscover holds the rules of a POX answer on the parsed document and
// returns its protocols.
func checkAutodiscover(t testing.TB, doc []byte) []*node {
	t.Helper()
	root := parse(t, doc)
	if root.Name != "Autodiscover" || root.Attr["xmlns"] != "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006" {
		t.Fatalf("root is %s %v", root.Name, root.Attr)
	}
	if len(root.Nodes) != 1 || root.Nodes[0].Name != "Response" || root.Nodes[0].Attr["xmlns"] != "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a" {
		t.Fatalf("below the root: %v", root.names())
	}
	account := root.Nodes[0].all("Account")
	if len(account) != 1 || account[0].text(t, "AccountType") != "email" || account[0].text(t, "Action") != "settings" {
		t.Fatalf("account is %v", account)
	}
	protocols := account[0].all("Protocol")
	for _, p := range protocols {
		if p.Nodes[0].Name != "Type" {
			t.Errorf("a protocol begins with %s, want Type", p.Nodes[0].Name)
		}
		for name, values := range map[string]string{
			"Type": "IMAP POP3 SMTP", "SPA": "off", "SSL": "on", "Encryption": "SSL TLS", "AuthRequired": "on", "DomainRequired": "off",
		} {
			if v := p.text(t, name); !slices.Contains(strings.Fields(values), v) {
				t.Errorf("%s is %q, want one of %s", name, v, values)
			}
		}
		if len(p.all("LoginName")) > 0 {
			t.Error("a static file cannot know a LoginName")
		}
		if smtp := p.text(t, "Type") == "SMTP"; smtp != (len(p.all("UsePOPAuth")) == 1) {
			t.Error("UsePOPAuth is for SMTP only, and always for it")
		}
		if !hostRE.MatchString(p.text(t, "Server")) {
			t.Errorf("server %q", p.text(t, "Server"))
		}
	}
	return protocols
}

func TestAutodiscover(t *testing.T) {
	r := product(t, "leave_on_server_days = 14",
		"imap imap.example.nl 993 tls",
		"imap imap.example.nl 143 starttls",
		"pop pop.example.nl 995 tls",
		"pop pop.example.nl 110 none;why = \"oud\"",
		"smtp smtp.example.nl 587 starttls",
		"smtp smtp.example.nl 465 tls;authentication = [\"oauth2\"]",
	)
	doc, left := Autodiscover(&r.Products[0], example())
	var got []string
	for _, p := range checkAutodiscover(t, doc) {
		got = append(got, strings.Join([]string{p.text(t, "Type"), p.text(t, "Server"), p.text(t, "Port"), p.text(t, "Encryption")}, " "))
	}
	same(t, "protocols", got, []string{
		"IMAP imap.example.nl 993 SSL", "IMAP imap.example.nl 143 TLS", "POP3 pop.example.nl 995 SSL", "SMTP smtp.example.nl 587 TLS",
	})
	same(t, "left out", lines(left, true), []string{
		"pop pop.example.nl:110 none: it is not encrypted, and programs must not be told to do without",
		"smtp smtp.example.nl:465 tls: it has no name for this authentication",
		"leave_on_server_days: it has no place for it",
	})
	same(t, "missed", lines(left, false), nil)
}

// Without LoginName programs take the whole address, so no other form of user
// name can be in the file.
func TestAutodiscoverUsername(t *testing.T) {
	for username, why := range map[string]string{
		"local-part":   "a static file cannot tell a program to use another name than the address",
		"local.domain": "a static file cannot tell a program to use another name than the address",
	} {
		r := product(t, "username = \""+username+"\"", "imap imap.example.nl 993 tls", "smtp smtp.example.nl 465 tls")
		doc, left := Autodiscover(&r.Products[0], example())
		if doc != nil {
			t.Errorf("%s: got %s", username, doc)
		}
		same(t, username, lines(left, false), []string{
			"imap imap.example.nl:993 tls: " + why, "smtp smtp.example.nl:465 tls: " + why,
		})
	}
}
