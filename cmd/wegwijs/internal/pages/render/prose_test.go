package render

import (
	"slices"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

func TestTypedHostNames(t *testing.T) {
	record := &mail.Record{Products: []mail.Product{{ID: "h", Domains: []string{"a.nl", "mail.example"}, Servers: []mail.Server{{Protocol: mail.IMAP, Host: "imap.a.nl"}, {Protocol: mail.SMTP, Host: "out.big.example"}}}}}
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Gebruik imap.a.nl.", []string{"p.md:4:9 the host name imap.a.nl is typed into the page"}},
		{"`imap.a.nl`", []string{"p.md:4:2 the host name imap.a.nl is typed into the page"}},
		{"mail.a.nl", []string{"p.md:4:1 mail.a.nl is not one of the mail servers in site.toml"}},
		{"out.big.example", []string{"p.md:4:1 the host name out.big.example is typed into the page"}},
		{"not.out.big.example", []string{"p.md:4:1 not.out.big.example is not one of the mail servers in site.toml"}},
		{"a.nl, x@a.nl, https://www.a.nl/, imap.a.nlx, imap.a.nl.example", nil},
		{":setting[imap.host]", nil},
		// Other machines of the provider are none of the mail servers.
		{"www.a.nl ns1.a.nl ftp.a.nl mijn.a.nl webmail.a.nl vpn.a.nl popcorn.a.nl autoconfig.a.nl", nil},
		{"pop3.a.nl", []string{"p.md:4:1 pop3.a.nl is not one of the mail servers in site.toml"}},
		{"oude-mail01.a.nl", []string{"p.md:4:1 oude-mail01.a.nl is not one of the mail servers in site.toml"}},
		{"MX.a.nl", []string{"p.md:4:1 MX.a.nl is not one of the mail servers in site.toml"}},
		{"x@mail.example op mail.example", nil}, // a mail domain that is called so
		// Letter case does not matter.
		{"Imap.a.nl staat vooraan", []string{"p.md:4:1 the host name Imap.a.nl is typed into the page"}},
		{"IMAP.A.NL", []string{"p.md:4:1 the host name IMAP.A.NL is typed into the page"}},
		{"İ Out.Big.Example", []string{"p.md:4:3 the host name Out.Big.Example is typed into the page"}},
		{"mail.ba.nl en imap-a.nl", nil}, // names of others that end like ours
		{"imap.a.nl..", []string{"p.md:4:1 the host name imap.a.nl is typed into the page"}},
		{"two imap.a.nl and imap.a.nl", []string{"p.md:4:5 the host name imap.a.nl is typed into the page", "p.md:4:19 the host name imap.a.nl is typed into the page"}},
	} {
		out := new(diag.List)
		newHosts(record).typed(&content.Page{File: "p.md"}, []byte("+++\ntitle = \"imap.a.nl\"\n+++\n"+c.text), out)
		var got []string
		for _, d := range out.Sorted() {
			got = append(got, d.Pos.String()+" "+d.Msg)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// TestMisplacedPorts: a port of another protocol than the sentence names.
func TestMisplacedPorts(t *testing.T) {
	record := &mail.Record{Products: []mail.Product{{ID: "h", Servers: []mail.Server{{Protocol: mail.SMTP, Port: 995}}}}}
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Gebruik IMAP met poort 995.", []string{"4:24 port 995 is one of POP, and the sentence is about IMAP"}},
		{"Voor POP3 vul je bij poort: 143 in.", []string{"4:29 port 143 is one of IMAP, and the sentence is about POP"}},
		{"é IMAP,\nop poort 587", []string{"5:10 port 587 is one of SMTP, and the sentence is about IMAP"}},
		{"- imap: poort 110\n- pop: poort 110", []string{"4:15 port 110 is one of POP, and the sentence is about IMAP"}},
		{"IMAP uses port 465 here", []string{"4:16 port 465 is one of SMTP, and the sentence is about IMAP"}},
		{"IMAP gebruikt poort 993. POP gebruikt poort 995.", nil},
		{"IMAP gebruikt niet poort 995.", nil},
		{"IMAP en POP: poort 993 en poort 995", nil},
		{"| IMAP | poort 993 | POP | poort 995 |", nil},
		{"IMAP op poort 9993", nil}, // a port of nobody's
		{"SMTP met poort 995", nil}, // the record has it
		{"poort 995", nil},
		{"IMAP staat in 995 gidsen", nil},
		{"IMAP\n\npoort 995", nil},
	} {
		out := new(diag.List)
		misplaced(record, &content.Page{File: "p.md"}, []byte("+++\ntitle = \"IMAP, poort 995\"\n+++\n"+c.text), out)
		var got []string
		for _, d := range out.Sorted() {
			got = append(got, d.Pos.String()[len("p.md:"):]+" "+d.Msg)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}
