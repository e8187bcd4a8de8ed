package verify

import (
	"bytes"
	"encoding/xml"
	"net/netip"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

func formatReport() *Report {
	s := row(mail.IMAP, mail.TLS)
	s2 := row(mail.SMTP, mail.STARTTLS)
	return &Report{
		Date: tomlfile.Date{Year: 2026, Month: 11, Day: 28},
		Rows: []Row{
			{Product: "a", Server: s, Addresses: []Address{
				{IP: netip.MustParseAddr("192.0.2.1"), TLS: &TLS{DaysLeft: 40}},
				{IP: netip.MustParseAddr("192.0.2.2"), TLS: &TLS{DaysLeft: 3}, Problems: []Problem{
					{Outcome: DoesNotHold, Code: "verify-auth", Msg: "no <password>", Said: "AUTH=\"X\"", Hint: "switch it on"},
					{Outcome: Holds, Code: "verify-certificate-soon", Msg: "3 days"},
				}},
			}},
			{Product: "a", Server: s2, Problems: []Problem{{Outcome: Unreachable, Code: "verify-dns-unanswered", Msg: "no answer"}}},
		},
		Domains: []Domain{
			{Product: "a", Name: "example.nl", Live: true},
			{Product: "b", Name: `ex"\ample.org`, Problems: []Problem{{Outcome: DoesNotHold, Code: "verify-domain", Msg: "gone"}}},
		},
		Profiles: []Profile{{Product: "a", URL: "https://help.example.nl/mail/a-imap.mobileconfig", Check: Check{Published: true}}},
	}
}

// The JUnit form counts what it has and is XML whatever servers say.
func TestJUnit(t *testing.T) {
	for allow, want := range map[bool]string{
		false: `tests="8" failures="2" errors="1" skipped="0"`,
		true:  `tests="8" failures="2" errors="0" skipped="1"`,
	} {
		var b bytes.Buffer
		if err := formatReport().JUnit(&b, allow); err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{want, `classname="server" name="imap mail.example.nl:993 (tls)"`, `<failure message="no &lt;password&gt; (at 192.0.2.2)" type="verify-auth">`, "hint: switch it on", "<system-out>3 days", `classname="domain" name="ex&#34;\ample.org"`} {
			if !strings.Contains(b.String(), s) {
				t.Errorf("no %q in\n%s", s, &b)
			}
		}
		var any struct{}
		if err := xml.Unmarshal(b.Bytes(), &any); err != nil {
			t.Error(err)
		}
	}
}

func TestPrometheus(t *testing.T) {
	var b bytes.Buffer
	if err := formatReport().Prometheus(&b); err != nil {
		t.Fatal(err)
	}
	const want = `# HELP wegwijs_verify_holds Whether what is published is what the server, domain or site itself says.
# TYPE wegwijs_verify_holds gauge
wegwijs_verify_holds{kind="server",name="imap mail.example.nl:993 (tls)",product="a"} 0
wegwijs_verify_holds{kind="domain",name="example.nl",product="a"} 1
wegwijs_verify_holds{kind="srv",name="example.nl",product="a"} 1
wegwijs_verify_holds{kind="autoconfig",name="example.nl",product="a"} 1
wegwijs_verify_holds{kind="autodiscover",name="example.nl",product="a"} 1
wegwijs_verify_holds{kind="domain",name="ex\"\\ample.org",product="b"} 0
wegwijs_verify_holds{kind="profile",name="https://help.example.nl/mail/a-imap.mobileconfig",product="a"} 1
# HELP wegwijs_verify_reached Whether anything could be learnt from here.
# TYPE wegwijs_verify_reached gauge
wegwijs_verify_reached{kind="server",name="imap mail.example.nl:993 (tls)",product="a"} 1
wegwijs_verify_reached{kind="server",name="smtp mail.example.nl:587 (starttls)",product="a"} 0
wegwijs_verify_reached{kind="domain",name="example.nl",product="a"} 1
wegwijs_verify_reached{kind="srv",name="example.nl",product="a"} 1
wegwijs_verify_reached{kind="autoconfig",name="example.nl",product="a"} 1
wegwijs_verify_reached{kind="autodiscover",name="example.nl",product="a"} 1
wegwijs_verify_reached{kind="domain",name="ex\"\\ample.org",product="b"} 1
wegwijs_verify_reached{kind="profile",name="https://help.example.nl/mail/a-imap.mobileconfig",product="a"} 1
# HELP wegwijs_verify_certificate_days Whole days until the server's certificate ends; negative once it has.
# TYPE wegwijs_verify_certificate_days gauge
wegwijs_verify_certificate_days{kind="server",name="imap mail.example.nl:993 (tls)",product="a"} 3
# HELP wegwijs_verify_problems Problems found, by code; warnings too.
# TYPE wegwijs_verify_problems gauge
wegwijs_verify_problems{kind="server",name="imap mail.example.nl:993 (tls)",product="a",code="verify-auth"} 1
wegwijs_verify_problems{kind="server",name="imap mail.example.nl:993 (tls)",product="a",code="verify-certificate-soon"} 1
wegwijs_verify_problems{kind="server",name="smtp mail.example.nl:587 (starttls)",product="a",code="verify-dns-unanswered"} 1
wegwijs_verify_problems{kind="domain",name="ex\"\\ample.org",product="b",code="verify-domain"} 1
`
	if b.String() != want {
		t.Errorf("got\n%s", &b)
	}
}
