package verify

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

func date(y, m, d int) tomlfile.Date { return tomlfile.Date{Year: y, Month: m, Day: d} }

// reported makes a report of rows with outcomes, by hand.
func reported(outcomes ...Outcome) *Report {
	r := &Report{Date: date(2026, 11, 23)}
	for i, o := range outcomes {
		s := fullRecord().Products[0].Servers[i]
		s.Pos.Line = 10 + i
		a := Address{IP: netip.MustParseAddr("192.0.2.1"), Greeting: "* OK hello", TLS: &TLS{Version: "TLS 1.3", Issuer: "R11", NotAfter: "2027-01-23T10:00:00Z", DaysLeft: 61}, Capabilities: []string{"AUTH=PLAIN"}}
		switch o {
		case DoesNotHold:
			a.Problems = []Problem{
				{Outcome: Holds, Code: "verify-certificate-soon", Msg: "the certificate expires in 3 days"},
				{Outcome: DoesNotHold, Code: "verify-auth", Msg: "the server does not offer logging in with a plain password", Said: `AUTH="X"`, Hint: "correct it"},
			}
		case Unreachable:
			a = Address{IP: a.IP, Problems: []Problem{{Outcome: Unreachable, Code: "verify-connect", Msg: "no answer within 5 s", Hint: "try again"}}}
		}
		r.Rows = append(r.Rows, Row{Product: "hosting", Server: s, Addresses: []Address{a}})
	}
	return r
}

func read(t testing.TB, src string) (*mail.Checked, []string) {
	t.Helper()
	var out diag.List
	c := mail.ReadChecked(fstest.MapFS{mail.CheckedFile: {Data: []byte(src)}}, &out)
	var ds []string
	for _, d := range out.Sorted() {
		ds = append(ds, d.Pos.String()+" "+d.Severity.String()+" "+string(d.Code)+": "+d.Msg)
	}
	return c, ds
}

const old = `# What the mail servers in site.toml were last seen to do.
# Written by wegwijs verify --record. It holds no secrets: commit it.

["imap/imap.example.nl/143/starttls"]
date = 2026-08-01
holds = true

["imap/imap.example.nl/993/tls"]
date = 2026-08-01
holds = true

["pop/pop.example.nl/995/tls"]
date = 2026-08-01
holds = true

["smtp/old.example.nl/465/tls"]
date = 2026-08-01
holds = false
said = "gone \\ \"away\""
`

// What is kept: new outcomes, old ones for rows that could not be reached, and
// nothing for rows that are no longer in the record.
func TestKeep(t *testing.T) {
	was, ds := read(t, old)
	if len(ds) > 0 || string(was.Encode()) != old {
		t.Fatalf("%q, and as written:\n%s", ds, was.Encode())
	}
	if ck, _ := was.Row("smtp/old.example.nl/465/tls"); ck.Said != `gone \ "away"` || ck.Pos.String() != ".verified.toml:16:2" {
		t.Errorf("got %+v", ck)
	}
	now, kept := Keep(was, reported(Holds, DoesNotHold, Unreachable, Unreachable))
	want := `# What the mail servers in site.toml were last seen to do.
# Written by wegwijs verify --record. It holds no secrets: commit it.

["imap/imap.example.nl/143/starttls"]
date = 2026-11-23
holds = false
said = "the server does not offer logging in with a plain password: \"AUTH=\\\"X\\\"\""

["imap/imap.example.nl/993/tls"]
date = 2026-11-23
holds = true

["pop/pop.example.nl/995/tls"]
date = 2026-08-01
holds = true
`
	if got := string(now.Encode()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(kept) != 2 || kept[0].In(diag.English) != "pop pop.example.nl:995 (tls) could not be reached: the check of 2026-08-01 stays" ||
		kept[1].In(diag.English) != "pop pop.example.nl:110 (starttls) could not be reached, and was never checked before: nothing is recorded" {
		t.Errorf("kept %v", kept)
	}
	if string(was.Encode()) != old {
		t.Error("the old outcome was changed")
	}
	if now, kept := Keep(nil, reported(Unreachable)); len(now.Keys()) != 0 || len(kept) != 1 {
		t.Errorf("from nothing: %q, %v", now.Keys(), kept)
	}
	// Two rows on one server: the worse one counts, once.
	r := reported(Holds, DoesNotHold)
	r.Rows[1].Server = r.Rows[0].Server
	for range 2 {
		now, kept = Keep(was, r)
		if ck, _ := now.Row("imap/imap.example.nl/993/tls"); ck.Holds || len(kept) != 0 || len(now.Keys()) != 1 {
			t.Errorf("got %+v, %v", ck, kept)
		}
		r.Rows[0], r.Rows[1] = r.Rows[1], r.Rows[0]
	}
	r = reported(Unreachable, Unreachable)
	r.Rows[1].Server = r.Rows[0].Server
	if _, kept := Keep(was, r); len(kept) != 1 {
		t.Errorf("kept %v", kept)
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	c, _ := read(t, old)
	for i, want := range []bool{true, false} {
		if wrote, err := Save(dir, c); err != nil || wrote != want {
			t.Errorf("save %d: %v, %v", i, wrote, err)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, mail.CheckedFile))
	if err != nil || string(b) != old {
		t.Errorf("%v, %q", err, b)
	}
	if fi, err := os.Stat(filepath.Join(dir, mail.CheckedFile)); err != nil || fi.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	c.Set("imap/imap.example.nl/993/tls", mail.Check{Date: date(2026, 12, 1), Holds: true})
	if wrote, err := Save(dir, c); err != nil || !wrote {
		t.Errorf("%v, %v", wrote, err)
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	if wrote, err := Save(filepath.Join(dir, "none"), c); err == nil || wrote {
		t.Error("wrote into a folder that is not there")
	}
	// A folder in the way: an error, and nothing left behind.
	bad := t.TempDir()
	os.Mkdir(filepath.Join(bad, mail.CheckedFile), 0o755)
	if wrote, err := Save(bad, c); err == nil || wrote {
		t.Error("wrote over a folder")
	}
	if names, _ := os.ReadDir(bad); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

// From a live server to the date on the page, and on: the network goes away,
// and then the server changes.
func TestRecord(t *testing.T) {
	dir := t.TempDir()
	s := row(mail.IMAP, mail.TLS)
	l := newLab(t).at(s, good(mail.IMAP).serve(mail.TLS, nil))
	l.cert = l.root.issue(t, 400, host)
	day := time.Now()
	verify := func() (*mail.Checked, []Kept) {
		t.Helper()
		var out diag.List
		was := mail.ReadChecked(os.DirFS(dir), &out)
		opt := l.options()
		opt.Now = func() time.Time { return day }
		now, kept := Keep(was, l.checkWith(opt, s))
		if _, err := Save(dir, now); err != nil {
			t.Fatal(err)
		}
		again := mail.ReadChecked(os.DirFS(dir), &out)
		if out.Len() > 0 {
			t.Fatal(out.Sorted())
		}
		return again, kept
	}
	p := &record(s).Products[0]
	c, kept := verify()
	first := date(day.Year(), int(day.Month()), day.Day())
	if got := c.Since(p, mail.IMAP); got != first || len(kept) != 0 {
		t.Errorf("held on %s, kept %v; want %s", got, kept, first)
	}
	day = day.AddDate(0, 0, 100)
	l.peers = nil
	c, kept = verify()
	if got := c.Since(p, mail.IMAP); got != first || len(kept) != 1 || kept[0].Date != first {
		t.Errorf("without a network: held on %s, kept %v; want %s", got, kept, first)
	}
	day = day.AddDate(1, 0, 0) // the certificate is out
	l.peers = map[string]peer{"192.0.2.1:993": good(mail.IMAP).serve(mail.TLS, nil)}
	c, _ = verify()
	var out diag.List
	c.Diagnose(record(s), tomlfile.Date{}, &out)
	if ds := out.Sorted(); !c.Since(p, mail.IMAP).IsZero() || len(ds) != 1 || ds[0].Code != "mail-checked-failed" || ds[0].Pos != s.Pos || !strings.Contains(ds[0].Msg, "the certificate expired") {
		t.Errorf("got %v", ds)
	}
}

func TestReadChecked(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"", ""},
		{"x = 1", `.verified.toml:1:1 error toml-key: unknown key "x"`},
		{"[", `.verified.toml:1:2 error toml-syntax`},
		{"[\"imap/h/993/tls\"]\ndate = 2026-01-01\nholds = true\nwho = 1", `.verified.toml:4:1 error toml-key: unknown key "imap/h/993/tls.who"`},
		{"[\"imap/h/993/tls\"]\nholds = true", ".verified.toml:1:2 error mail-checked-file: date or holds is missing"},
		{"[\"imap/h/993/tls\"]\ndate = 2026-01-01", ".verified.toml:1:2 error mail-checked-file: date or holds is missing"},
		{"[\"imap/h/993/tls\"]\ndate = \"2026-01-01\"\nholds = true", ".verified.toml:2:8 error toml-type"},
		{"[\"imap/h/993/tls\"]\ndate = 2026-01-01\nholds = \"yes\"", ".verified.toml:3:9 error toml-type"},
		{"[\"imap/h/993\"]\ndate = 2026-01-01\nholds = true", `.verified.toml:1:2 error mail-checked-file: "imap/h/993" does not name a row`},
		{"[\"jmap/h/993/tls\"]\ndate = 2026-01-01\nholds = true", "does not name a row"},
		{"[\"imap/h/099/tls\"]\ndate = 2026-01-01\nholds = true", "does not name a row"},
		{"[\"imap/h/99999/tls\"]\ndate = 2026-01-01\nholds = true", "does not name a row"},
		{"[\"imap/h/993/ssl\"]\ndate = 2026-01-01\nholds = true", "does not name a row"},
	} {
		c, ds := read(t, tt.src)
		if got := strings.Join(ds, "\n"); !strings.Contains(got, tt.want) || (tt.want == "") != (got == "") {
			t.Errorf("%q: got %q, want %q", tt.src, got, tt.want)
		}
		if c == nil {
			t.Fatalf("%q: nil", tt.src)
		}
		if n := len(c.Keys()); n > 0 && !strings.Contains(tt.src, "who") && !strings.Contains(tt.src, "yes") {
			t.Errorf("%q: kept %q", tt.src, c.Keys())
		}
	}
	var out diag.List
	if c := mail.ReadChecked(fstest.MapFS{}, &out); len(c.Keys()) != 0 || out.Len() != 0 {
		t.Error("without the file there should be nothing")
	}
	if mail.ReadChecked(fstest.MapFS{mail.CheckedFile: {Mode: os.ModeDir}}, &out); out.Len() != 1 {
		t.Error("a file that cannot be read is not reported")
	}
}

// What pages show: the oldest day of a protocol's rows, and nothing once one
// of them did not hold or was never checked.
func TestSince(t *testing.T) {
	p := &fullRecord().Products[0]
	key := func(i int) string { return mail.RowKey(p.Servers[i]) }
	c := &mail.Checked{}
	want := func(proto mail.Protocol, d tomlfile.Date) {
		t.Helper()
		if got := c.Since(p, proto); got != d {
			t.Errorf("%s: got %q, want %q", proto, got, d)
		}
	}
	want(mail.IMAP, tomlfile.Date{})
	c.Set(key(3), mail.Check{Date: date(2026, 10, 2), Holds: true})
	want(mail.POP, tomlfile.Date{})
	c.Set(key(0), mail.Check{Date: date(2026, 10, 2), Holds: true})
	want(mail.IMAP, tomlfile.Date{})
	c.Set(key(1), mail.Check{Date: date(2026, 9, 30), Holds: true})
	want(mail.IMAP, date(2026, 9, 30))
	want(mail.SMTP, tomlfile.Date{})
	c.Set(key(0), mail.Check{Date: date(2026, 11, 2)})
	want(mail.IMAP, tomlfile.Date{})
	if got := (*mail.Checked)(nil).Since(p, mail.IMAP); !got.IsZero() {
		t.Errorf("nil gives %s", got)
	}
	if got := c.Since(&mail.Product{}, mail.IMAP); !got.IsZero() {
		t.Errorf("no rows give %s", got)
	}
}

func TestDiagnose(t *testing.T) {
	rec := fullRecord()
	rows := rec.Products[0].Servers
	for i := range rows {
		rows[i].Pos.Line = 10 + i
	}
	c := &mail.Checked{}
	diagnose := func(today tomlfile.Date) string {
		var out diag.List
		c.Diagnose(rec, today, &out)
		var s []string
		for _, d := range out.Sorted() {
			s = append(s, d.Pos.String()+" "+d.Severity.String()+" "+string(d.Code)+": "+d.Msg)
		}
		return strings.Join(s, "\n")
	}
	if got := diagnose(date(2026, 11, 23)); got != "" {
		t.Errorf("nothing was recorded, and yet: %s", got)
	}
	for i, ck := range []mail.Check{
		{Date: date(2026, 8, 25), Holds: true}, // 90 days
		{Date: date(2026, 8, 24), Holds: true}, // 91
		{Date: date(2026, 11, 1), Said: "no AUTH"},
		{Date: date(2026, 11, 1)},
		{Date: date(2026, 12, 1), Holds: true}, // a clock that runs ahead
	} {
		c.Set(mail.RowKey(rows[i]), ck)
	}
	c.Set("imap/gone.example.nl/993/tls", mail.Check{Date: date(2020, 1, 1)})
	want := `site.toml:11:3 warning mail-checked-old: imap imap.example.nl:143 (starttls) was last checked on 2026-08-24, more than 90 days ago
site.toml:12:3 error mail-checked-failed: pop pop.example.nl:995 (tls) did not hold on 2026-11-01: no AUTH
site.toml:13:3 error mail-checked-failed: pop pop.example.nl:110 (starttls) did not hold on 2026-11-01
site.toml:15:3 warning mail-checked-never: smtp smtp.example.nl:587 (starttls) was never checked against the server`
	if got := diagnose(date(2026, 11, 23)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := diagnose(tomlfile.Date{}); strings.Contains(got, "mail-checked-old") {
		t.Errorf("without a day: %s", got)
	}
	(*mail.Checked)(nil).Diagnose(rec, date(2026, 11, 23), nil)
}

// A report in its forms.
func TestForms(t *testing.T) {
	r := reported(Holds, DoesNotHold, Unreachable)
	two := r.Rows[1].Addresses[0]
	two.IP = netip.MustParseAddr("2001:db8::1")
	r.Rows[1].Addresses = append(r.Rows[1].Addresses, two)
	r.Rows[0].Addresses = append(r.Rows[0].Addresses, Address{IP: netip.MustParseAddr("2001:db8::1"), Skipped: "this machine has no route to it"})
	r.Domains = []Domain{
		{Product: "hosting", Name: "example.nl", Pos: diag.Pos{File: "site.toml", Line: 3}, Live: true, SRV: Check{Published: true, Seen: []string{"_imaps._tcp.example.nl. IN SRV 0 1 993 imap.example.nl."}, Problems: []Problem{{Code: "verify-srv-missing", Msg: "not all there", Hint: "add:\none\ntwo"}}}, Autoconfig: Check{Problems: []Problem{{Outcome: DoesNotHold, Code: "verify-autoconfig-missing", Msg: "no file"}}}},
		{Product: "hosting", Name: "example.org", Pos: diag.Pos{File: "site.toml", Line: 3}, Problems: []Problem{{Outcome: DoesNotHold, Code: "verify-domain", Msg: "it may not exist", Hint: "register it"}}},
	}
	var b bytes.Buffer
	r.Print(&b, false)
	const text = `holds                imap imap.example.nl:993 (tls)                 site.toml:10:3
    192.0.2.1: TLS 1.3, certificate of R11, days left: 61, greeting "* OK hello"
    2001:db8::1: skipped: this machine has no route to it
does not hold        imap imap.example.nl:143 (starttls)            site.toml:11:3
    192.0.2.1: TLS 1.3, certificate of R11, days left: 61, greeting "* OK hello"
      warning: the certificate expires in 3 days [verify-certificate-soon]
      wrong: the server does not offer logging in with a plain password [verify-auth]
        it said: "AUTH=\"X\""
        hint: correct it
    2001:db8::1: TLS 1.3, certificate of R11, days left: 61, greeting "* OK hello"
      warning: the certificate expires in 3 days [verify-certificate-soon]
      wrong: the server does not offer logging in with a plain password [verify-auth]
        it said: "AUTH=\"X\""
        hint: correct it
could not be reached pop pop.example.nl:995 (tls)                   site.toml:12:3
    192.0.2.1: nothing was heard
      no answer: no answer within 5 s [verify-connect]
        hint: try again
holds                the DNS of example.nl                          site.toml:3
    _imaps._tcp.example.nl. IN SRV 0 1 993 imap.example.nl.
    warning: not all there [verify-srv-missing]
      hint: add:
            one
            two
does not hold        autoconfig of example.nl                       site.toml:3
    wrong: no file [verify-autoconfig-missing]
holds                Autodiscover of example.nl                     site.toml:3
does not hold        the domain example.org                         site.toml:3
    wrong: it may not exist [verify-domain]
      hint: register it
servers on 2026-11-23: 3; hold: 1, do not hold: 1, could not be reached: 1
domains on 2026-11-23: 2; hold: 0, do not hold: 2, could not be reached: 0
`
	if b.String() != text {
		t.Errorf("got\n%s", &b)
	}
	b.Reset()
	r.Print(&b, true)
	if !strings.Contains(b.String(), "\x1b[31mdoes not hold") || strings.Contains(text, "\x1b") {
		t.Error("colours are not where they should be")
	}

	ds := r.Diagnostics(false)
	var lines []string
	for _, d := range ds {
		lines = append(lines, d.Pos.String()+" "+d.Severity.String()+" "+string(d.Code)+": "+d.Msg)
	}
	const found = `site.toml:3 error verify-autoconfig-missing: autoconfig of example.nl does not hold: no file
site.toml:3 error verify-domain: the domain example.org does not hold: it may not exist
site.toml:3 warning verify-srv-missing: the DNS of example.nl: not all there
site.toml:11:3 error verify-auth: imap imap.example.nl:143 (starttls) does not hold: the server does not offer logging in with a plain password (it said "AUTH=\"X\"")
site.toml:11:3 warning verify-certificate-soon: imap imap.example.nl:143 (starttls): the certificate expires in 3 days
site.toml:12:3 error verify-connect: pop pop.example.nl:995 (tls) could not be reached: no answer within 5 s`
	if got := strings.Join(lines, "\n"); got != found {
		t.Errorf("got\n%s", got)
	}
	if n := diag.Errors(r.Diagnostics(true)); n != 3 {
		t.Errorf("%d errors where unreachable is allowed, want 3", n)
	}
	r.Rows[1].Addresses[1].Problems = nil
	if got := r.Diagnostics(false)[3].Msg; !strings.HasPrefix(got, "imap imap.example.nl:143 (starttls) at 192.0.2.1 does not hold") {
		t.Errorf("got %q", got)
	}

	r.Rows[0].Addresses[0].Problems = []Problem{{Code: "verify-x", Msg: "x"}}
	if got := r.Diagnostics(false)[3].Msg; got != "imap imap.example.nl:993 (tls): x" {
		t.Errorf("with an address that was skipped: %q", got)
	}

	b.Reset()
	if err := r.JSON(&b); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Date, Outcome string
		Counts        map[string]int
		DomainCounts  map[string]int
		Rows          []struct {
			Product, Protocol, Host, Security, Outcome string
			Port                                       int
			Pos                                        struct {
				File string
				Line int
			}
			Addresses []struct {
				IP, Outcome, Skipped, Greeting string
				TLS                            struct{ DaysLeft int }
				Problems                       []struct{ Outcome, Code, Message, Said, Hint string }
			}
		}
		Domains []struct {
			Name string
			Live bool
			SRV  struct{ Outcome string }
		}
	}
	d := json.NewDecoder(&b)
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if doc.Date != "2026-11-23" || doc.Outcome != "does-not-hold" || doc.Counts["holds"] != 1 || doc.Counts["unreachable"] != 1 || doc.DomainCounts["doesNotHold"] != 2 ||
		doc.Rows[1].Port != 143 || doc.Rows[1].Pos.Line != 11 || doc.Rows[1].Outcome != "does-not-hold" || doc.Rows[1].Addresses[0].Problems[1].Said != `AUTH="X"` ||
		doc.Rows[2].Outcome != "unreachable" || doc.Rows[0].Addresses[0].TLS.DaysLeft != 61 || doc.Rows[0].Addresses[1].Skipped == "" || !doc.Domains[0].Live || doc.Domains[1].Live || doc.Domains[0].SRV.Outcome != "holds" {
		t.Errorf("got %+v", doc)
	}
	b.Reset()
	(&Report{}).JSON(&b)
	if s := b.String(); !strings.Contains(s, `"rows": []`) || !strings.Contains(s, `"domains": []`) {
		t.Errorf("an empty report is %s", s)
	}
}

func TestExitStatus(t *testing.T) {
	for _, tt := range []struct {
		o              []Outcome
		exact, allowed int
	}{
		{nil, 0, 0},
		{[]Outcome{Holds, Holds}, 0, 0},
		{[]Outcome{Holds, Unreachable}, 1, 0},
		{[]Outcome{Unreachable, DoesNotHold}, 1, 1},
	} {
		r := reported(tt.o...)
		if a, b := r.ExitStatus(false), r.ExitStatus(true); a != tt.exact || b != tt.allowed {
			t.Errorf("%v: %d and %d, want %d and %d", tt.o, a, b, tt.exact, tt.allowed)
		}
		// Exit status and findings agree.
		for _, allow := range []bool{false, true} {
			if got := diag.Errors(r.Diagnostics(allow)) > 0; got != (r.ExitStatus(allow) == 1) {
				t.Errorf("%v: errors %v, exit status %d", tt.o, got, r.ExitStatus(allow))
			}
		}
	}
}
