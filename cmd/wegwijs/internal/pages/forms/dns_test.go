package forms

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// zone parses a zone snippet with an independent reader.
func zone(t *testing.T, domain string, text []byte) []dns.RR {
	t.Helper()
	p := dns.NewZoneParser(strings.NewReader(string(text)), domain+".", "")
	p.SetDefaultTTL(3600)
	var rrs []dns.RR
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		rrs = append(rrs, rr)
	}
	if err := p.Err(); err != nil {
		t.Fatalf("not a zone file: %v\n%s", err, text)
	}
	return rrs
}

// checkZone compares the zone text with the typed rows and holds RFC 2782 and
// RFC 6186 §3 on them. It returns the records in short.
func checkZone(t *testing.T, domain string, records []Record) []string {
	t.Helper()
	rrs := zone(t, domain, Zone(domain, records, nil))
	if len(rrs) != len(records) {
		t.Fatalf("%d records in the zone, %d in the table", len(rrs), len(records))
	}
	var short []string
	for i, rr := range rrs {
		r := records[i]
		if got, want := rr.Header().Name, r.Name+"."+domain+"."; got != want {
			t.Errorf("owner: got %s, want %s", got, want)
		}
		switch rr := rr.(type) {
		case *dns.SRV:
			if int(rr.Priority) != r.Priority || int(rr.Weight) != r.Weight || int(rr.Port) != r.Port || rr.Target != r.Target || r.Type != "SRV" {
				t.Errorf("zone has %v, table %+v", rr, r)
			}
			if r.Target == "." && (r.Priority != 0 || r.Weight != 0 || r.Port != 0 || r.Offered()) {
				t.Errorf("RFC 6186 §3.4 writes nothing as 0 0 0 . : %+v", r)
			}
		case *dns.CNAME:
			if rr.Target != r.Target || r.Type != "CNAME" {
				t.Errorf("zone has %v, table %+v", rr, r)
			}
		case *dns.TXT:
			if strings.Join(rr.Txt, "") != r.Text || r.Type != "TXT" {
				t.Errorf("zone has %v, table %+v", rr, r)
			}
		default:
			t.Errorf("unexpected %v", rr)
		}
		short = append(short, fmt.Sprintf("%s %s %s", r.Name, r.Type, r.Data()))
	}
	return short
}

func TestRecordsExample(t *testing.T) {
	r := readFile(t, "example.toml")
	s := example()
	s.PACC = false
	records, left := Records(r, &r.Products[0], "example.nl", s)
	same(t, "left out", lines(left, true), nil)
	same(t, "records", checkZone(t, "example.nl", records), []string{
		"_imaps._tcp SRV 0 1 993 imap.example.nl.",
		"_imap._tcp SRV 0 0 0 .",
		"_pop3s._tcp SRV 10 1 995 pop.example.nl.",
		"_pop3._tcp SRV 0 0 0 .",
		"_submissions._tcp SRV 0 1 465 smtp.example.nl.",
		"_submission._tcp SRV 0 0 0 .",
		"autodiscover CNAME help.example.nl.",
		"_autodiscover._tcp SRV 0 0 443 help.example.nl.",
		"autoconfig CNAME help.example.nl.",
	})
	want := `; mail settings for example.nl
_imaps._tcp         IN SRV    0 1 993 imap.example.nl.
_imap._tcp          IN SRV    0 0 0   .
_pop3s._tcp         IN SRV   10 1 995 pop.example.nl.
`
	if got := string(Zone("example.nl", records, left)); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant first\n%s", got, want)
	}
}

func TestRecordsRows(t *testing.T) {
	for _, c := range []struct {
		name string
		rows []string
		want []string
		left []string
	}{
		{
			// RFC 6186 §3.4: one scale for the protocols of one direction.
			"priorities",
			[]string{
				"imap a.example.nl 143 starttls", "imap b.example.nl 993 tls", "imap c.example.nl 993 tls",
				"pop d.example.nl 110 starttls", "pop e.example.nl 995 tls",
				"smtp f.example.nl 587 starttls", "smtp g.example.nl 465 tls",
			},
			[]string{
				"_imaps._tcp SRV 0 1 993 b.example.nl.", "_imaps._tcp SRV 10 1 993 c.example.nl.", "_imap._tcp SRV 20 1 143 a.example.nl.",
				"_pop3s._tcp SRV 30 1 995 e.example.nl.", "_pop3._tcp SRV 40 1 110 d.example.nl.",
				"_submissions._tcp SRV 0 1 465 g.example.nl.", "_submission._tcp SRV 10 1 587 f.example.nl.",
			}, nil,
		},
		{
			"no POP: both labels say so",
			[]string{"imap b.example.nl 993 tls", "smtp g.example.nl 465 tls"},
			[]string{
				"_imaps._tcp SRV 0 1 993 b.example.nl.", "_imap._tcp SRV 0 0 0 .", "_pop3s._tcp SRV 0 0 0 .", "_pop3._tcp SRV 0 0 0 .",
				"_submissions._tcp SRV 0 1 465 g.example.nl.", "_submission._tcp SRV 0 0 0 .",
			}, nil,
		},
		{
			"without encryption: no record, and no lie either",
			[]string{"imap b.example.nl 993 tls", "imap b.example.nl 143 none;why = \"x\"", "smtp g.example.nl 25 none;why = \"x\""},
			[]string{"_imaps._tcp SRV 0 1 993 b.example.nl.", "_pop3s._tcp SRV 0 0 0 .", "_pop3._tcp SRV 0 0 0 .", "_submissions._tcp SRV 0 0 0 ."},
			[]string{"smtp g.example.nl:25 none: it is not encrypted, and programs must not be told to do without"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := product(t, "", c.rows...)
			records, left := Records(r, &r.Products[0], "example.nl", &Site{})
			same(t, "records", checkZone(t, "example.nl", records), c.want)
			same(t, "missed", lines(left, false), c.left)
		})
	}
}

func TestRecordData(t *testing.T) {
	for want, r := range map[string]Record{
		`"v=1; a=\"b\\c\""`:  {Type: "TXT", Text: `v=1; a="b\c"`},
		"0 1 993 i.example.": {Type: "SRV", Weight: 1, Port: 993, Target: "i.example."},
		"c.example.":         {Type: "CNAME", Target: "c.example."},
	} {
		if got := r.Data(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestRecordsPointers(t *testing.T) {
	r := readFile(t, "site.toml")
	pointers := func(p int, domain string, change func(*Site)) []string {
		s := example()
		if change != nil {
			change(s)
		}
		records, _ := Records(r, &r.Products[p], domain, s)
		return slices.DeleteFunc(checkZone(t, domain, records), func(s string) bool {
			return strings.Contains(s, "imap") || strings.Contains(s, "pop3") || strings.Contains(s, "submission") || strings.Contains(s, "TXT")
		})
	}
	same(t, "first product", pointers(0, "voorbeeld.nl", nil), []string{
		"autodiscover CNAME help.example.nl.", "_autodiscover._tcp SRV 0 0 443 help.example.nl.", "autoconfig CNAME help.example.nl.", "ua-auto-config CNAME help.example.nl.",
	})
	// Its own user name form keeps it out of Autodiscover and PACC.
	same(t, "second product", pointers(1, "post.example", nil), []string{"autoconfig CNAME help.example.nl."})
	same(t, "hosts of their own", pointers(0, "voorbeeld.nl", func(s *Site) {
		s.AutoconfigHost, s.AutodiscoverHost, s.PACC = "autoconfig.voorbeeld.nl", "auto.voorbeeld.nl", false
	}), []string{"autodiscover CNAME auto.voorbeeld.nl.", "_autodiscover._tcp SRV 0 0 443 auto.voorbeeld.nl."})
	// RFC 2782: the target of an SRV record is no alias, least of all one of these.
	same(t, "a target that is an alias", pointers(0, "voorbeeld.nl", func(s *Site) { s.AutodiscoverHost, s.PACC = "autoconfig.voorbeeld.nl", false }), []string{
		"autodiscover CNAME autoconfig.voorbeeld.nl.", "_autodiscover._tcp SRV 0 0 443 help.example.nl.", "autoconfig CNAME help.example.nl.",
	})
	same(t, "a target that would be one", pointers(0, "voorbeeld.nl", func(s *Site) {
		s.AutodiscoverHost, s.PACC, s.Off = "autoconfig.voorbeeld.nl", false, []Form{FormAutoconfig}
	}), []string{"autodiscover CNAME autoconfig.voorbeeld.nl.", "_autodiscover._tcp SRV 0 0 443 autoconfig.voorbeeld.nl."})
	for _, base := range []string{"", "http://help.example.nl/", "https://help.example.nl:8443/", "https://example.nl/help/", "://"} {
		same(t, "base "+base, pointers(0, "voorbeeld.nl", func(s *Site) { s.BaseURL = base }), nil)
	}
	same(t, "switched off", pointers(0, "voorbeeld.nl", func(s *Site) { s.PACC, s.Off = false, []Form{FormAutoconfig, FormAutodiscover} }), nil)
	// An answer for another product must not be given for this one's domains.
	r = read(t, strings.ReplaceAll(`
[[mail]]
id = "a"
name = "A"
domains = ["a.example"]
ROWS
[[mail]]
id = "b"
name = "B"
domains = ["b.example"]
ROWS
`, "ROWS", "[[mail.server]]\nprotocol = \"imap\"\nhost = \"i.example.nl\"\nport = 993\nsecurity = \"tls\"\n[[mail.server]]\nprotocol = \"smtp\"\nhost = \"s.example.nl\"\nport = 465\nsecurity = \"tls\""))
	same(t, "autodiscover of a second product", pointers(1, "b.example", func(s *Site) { s.PACC = false }), []string{"autodiscover CNAME help.example.nl.", "autoconfig CNAME help.example.nl."})
	_, left := Records(r, &r.Products[1], "b.example", example())
	if got := lines(left, true); len(got) != 1 || !strings.HasPrefix(got[0], "_autodiscover._tcp: ") {
		t.Errorf("left out: %q", got)
	}
}

func TestPACC(t *testing.T) {
	r := readFile(t, "example.toml")
	body, left := PACC(&r.Products[0], example())
	same(t, "left out", lines(left, true), nil)
	// The body of the reference; the digest is that of sha256sum (the reference has
	// two of its characters the wrong way round).
	want := `{"authentication":{"password":true},"info":{"help":{"documentation":"https://help.example.nl/e-mail-instellen/"},"provider":{"name":"Voorbeeld Hosting","shortName":"Voorbeeld"}},"protocols":{"imap":{"host":"imap.example.nl"},"pop3":{"host":"pop.example.nl"},"submit":{"host":"smtp.example.nl"}}}`
	if string(body) != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
	records, _ := Records(r, &r.Products[0], "example.nl", example())
	got := records[len(records)-1]
	if got != (Record{Name: "_ua-auto-config", Type: "TXT", Text: "v=UAAC1; a=sha256; d=WppmpWw+j/4Rbg/5lavEGg5UifhGjXj5Myznwme08Uc="}) {
		t.Errorf("got %+v", got)
	}
	if got.Data() != `"v=UAAC1; a=sha256; d=WppmpWw+j/4Rbg/5lavEGg5UifhGjXj5Myznwme08Uc="` {
		t.Errorf("got %s", got.Data())
	}
	checkZone(t, "example.nl", records)
}

func TestPACCRows(t *testing.T) {
	r := product(t, "leave_on_server_days = 7",
		"imap a.example.nl 993 tls", "imap b.example.nl 993 tls", "imap c.example.nl 143 starttls",
		"pop d.example.nl 9995 tls;why = \"x\"", "pop e.example.nl 995 tls;username = \"local-part\"",
		"smtp f.example.nl 465 tls;authentication = [\"oauth2\"]", "smtp g.example.nl 465 tls", "smtp h.example.nl 25 none;why = \"x\"",
	)
	body, left := PACC(&r.Products[0], &Site{Name: "A & <B>"})
	if want := `{"authentication":{"password":true},"info":{"provider":{"name":"A & <B>","shortName":"A & <B>"}},"protocols":{"imap":{"host":"a.example.nl"},"submit":{"host":"g.example.nl"}}}`; string(body) != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
	same(t, "missed", lines(left, false), []string{
		"pop d.example.nl:9995 tls: it knows only port 995",
		"pop e.example.nl:995 tls: it knows only the whole address as user name",
	})
	for _, l := range left {
		if !l.Minor && diag.In(diag.English, l.Hint) != "give the product rows that pacc can hold, or switch it off for this product: [mail.forms] pacc = false" {
			t.Errorf("%s: got hint %q", l.What, l.Hint)
		}
	}
	same(t, "left out", lines(left, true), []string{
		"imap c.example.nl:143 starttls: it knows only TLS from the first byte",
		"pop d.example.nl:9995 tls: it knows only port 995",
		"pop e.example.nl:995 tls: it knows only the whole address as user name",
		"smtp f.example.nl:465 tls: it has no name for this authentication",
		"smtp h.example.nl:25 none: it is not encrypted, and programs must not be told to do without",
		"imap b.example.nl:993 tls: it names one server for each protocol, and a better one is in it",
	})
	r = product(t, "", "imap a.example.nl 993 tls", "smtp g.example.nl 587 starttls")
	if body, left := PACC(&r.Products[0], &Site{}); body != nil || len(lines(left, false)) != 2 {
		t.Errorf("half an account: got %s, %v", body, left)
	}
}

func TestProductFiles(t *testing.T) {
	if got := ProductFile(&mail.Product{ID: "a"}, FormJSON); got != "" {
		t.Errorf("mail.json has no copy per product, got %s", got)
	}
	if got := ProductFile(&mail.Product{ID: "a"}, FormAutoconfig); got != "mail/a/config-v1.1.xml" {
		t.Errorf("got %s", got)
	}
	if got := ProfileFile(&mail.Product{ID: "a"}, mail.POP); got != "mail/a-pop.mobileconfig" {
		t.Errorf("got %s", got)
	}
}
