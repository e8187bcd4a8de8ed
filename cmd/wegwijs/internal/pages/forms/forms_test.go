package forms

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// read returns the record in TOML text, which must be without errors.
func read(t testing.TB, src string) *mail.Record {
	t.Helper()
	var out diag.List
	root := tomlfile.Parse("site.toml", []byte(src), 0, len(src), &out)
	r := mail.Read(root.Tables("mail"), &out)
	root.Done()
	if ds := out.Sorted(); diag.Errors(ds) > 0 {
		t.Fatalf("the record has mistakes: %v", ds)
	}
	return r
}

func readFile(t testing.TB, name string) *mail.Record {
	t.Helper()
	src, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, string(src))
}

// product returns a record of one product with rows, each "imap host 993 tls"
// with more keys after a semicolon.
func product(t testing.TB, keys string, rows ...string) *mail.Record {
	t.Helper()
	src := "[[mail]]\nid = \"mail\"\nname = \"Mail\"\ndomains = [\"example.nl\"]\n" + keys + "\n"
	for _, row := range rows {
		row, more, _ := strings.Cut(row, ";")
		var proto, host, port, security string
		if _, err := fmt.Sscan(row, &proto, &host, &port, &security); err != nil {
			t.Fatalf("row %q: %v", row, err)
		}
		src += fmt.Sprintf("[[mail.server]]\nprotocol = %q\nhost = %q\nport = %s\nsecurity = %q\n%s\n", proto, host, port, security, more)
	}
	return read(t, src)
}

func example() *Site {
	return &Site{
		Name:      "Voorbeeld Hosting",
		ShortName: "Voorbeeld",
		BaseURL:   "https://help.example.nl/",
		Help: map[string][]HelpPage{"e-mail/instellen": {
			{"nl", "https://help.example.nl/e-mail-instellen/", "E-mail instellen"},
			{"en-GB", "https://help.example.nl/en/set-up/", "Setting up e-mail"},
		}},
		PACC: true,
	}
}

// lines returns what readers miss, one line each; with all set, everything.
func lines(left []LeftOut, all bool) []string {
	var ls []string
	for _, l := range left {
		if all || !l.Minor {
			ls = append(ls, l.What+": "+diag.In(diag.English, l.Why))
		}
	}
	return ls
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot  %q\nwant %q", what, got, want)
	}
}

// A node is one element of a parsed document, read without any of the types
// that wrote it.
type node struct {
	Name  string
	Attr  map[string]string
	Text  string
	Nodes []*node
}

func parse(t testing.TB, doc []byte) *node {
	t.Helper()
	if !bytes.HasPrefix(doc, []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")) || !utf8.Valid(doc) {
		t.Fatalf("no XML declaration at the start, or not UTF-8: %.60q", doc)
	}
	d := xml.NewDecoder(bytes.NewReader(doc))
	root := &node{}
	stack := []*node{root}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, doc)
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &node{Name: tok.Name.Local, Attr: map[string]string{}}
			for _, a := range tok.Attr {
				n.Attr[a.Name.Local] = a.Value
			}
			top.Nodes = append(top.Nodes, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.Text += string(tok)
		}
	}
	if len(root.Nodes) != 1 {
		t.Fatalf("%d root elements", len(root.Nodes))
	}
	return root.Nodes[0]
}

func (n *node) all(name string) []*node {
	var ns []*node
	for _, c := range n.Nodes {
		if c.Name == name {
			ns = append(ns, c)
		}
	}
	return ns
}

// text returns the text of the only child called name.
func (n *node) text(t testing.TB, name string) string {
	t.Helper()
	ns := n.all(name)
	if len(ns) != 1 || len(ns[0].Nodes) > 0 {
		t.Fatalf("%s has %d plain elements %s, want one", n.Name, len(ns), name)
	}
	return ns[0].Text
}

func (n *node) texts(name string) []string {
	var s []string
	for _, c := range n.all(name) {
		s = append(s, c.Text)
	}
	return s
}

func (n *node) names() []string {
	var s []string
	for _, c := range n.Nodes {
		s = append(s, c.Name)
	}
	return s
}

func TestFilesGolden(t *testing.T) {
	r := readFile(t, "site.toml")
	s := example()
	s.Name = "Café & Zonen <hosting>"
	s.ShortName = ""
	files, left, err := Files(r, s)
	if err != nil {
		t.Fatal(err)
	}
	set, clashes := fileset.NewSet(slices.Clone(files))
	if len(clashes) > 0 {
		t.Errorf("paths clash: %v", clashes)
	}
	var all bytes.Buffer
	all.WriteString("Every file of testdata/site.toml. go test -update writes it anew.\n")
	for _, f := range set.Files() {
		if why := fileset.CheckPath(f.Path); why != "" {
			t.Errorf("%s: %s", f.Path, why)
		}
		if f.Source != "site.toml" || f.Kind != "" || f.Immutable {
			t.Errorf("%s: got source %q, kind %q, immutable %v", f.Path, f.Source, f.Kind, f.Immutable)
		}
		if typ := fileset.TypeOf(f.Path); typ == "application/octet-stream" {
			t.Errorf("%s has no content type", f.Path)
		}
		want := fileset.Asset
		if strings.HasSuffix(f.Path, ".conf") || strings.HasPrefix(f.Path, "rules/") {
			want = fileset.Index
		}
		if f.Rank != want {
			t.Errorf("%s: got rank %d, want %d", f.Path, f.Rank, want)
		}
		data, err := set.Make(context.Background(), f.Path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(data, []byte("\n")) {
			data = append(data, "\n\\ no line end\n"...)
		}
		fmt.Fprintf(&all, "-- %s --\n%s", f.Path, data)
	}
	all.WriteString("-- left out --\n")
	for _, l := range left {
		d := l.Diagnostic()
		fmt.Fprintf(&all, "%s [%s] %s minor=%v: %s\n", d.Pos, d.Code, l.Product, l.Minor, diag.In(diag.English, d.Msg))
	}
	golden(t, "files.txtar", all.Bytes())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile("testdata/"+name, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
		for i := range g {
			if i >= len(w) || g[i] != w[i] {
				t.Fatalf("%s line %d:\ngot  %s\nwant %s\n(-update writes it anew)", name, i+1, g[i], append(w, make([]string, len(g))...)[i])
			}
		}
		t.Fatalf("%s: got %d lines, want %d", name, len(g), len(w))
	}
}

func TestFilesSwitchedOff(t *testing.T) {
	r := readFile(t, "site.toml")
	paths := func(off ...Form) []string {
		s := example()
		s.Off = off
		files, _, err := Files(r, s)
		if err != nil {
			t.Fatal(err)
		}
		var ps []string
		for _, f := range files {
			ps = append(ps, f.Path)
		}
		return ps
	}
	all := paths()
	mark := map[Form]func(string) bool{
		FormAutoconfig:   func(p string) bool { return strings.HasSuffix(p, "config-v1.1.xml") },
		FormAutodiscover: func(p string) bool { return strings.Contains(p, "autodiscover.") },
		FormProfile:      func(p string) bool { return strings.HasSuffix(p, ".mobileconfig") },
		FormDNS:          func(p string) bool { return strings.HasSuffix(p, ".zone") },
		FormPACC:         func(p string) bool { return strings.HasSuffix(p, "user-agent-configuration.json") },
		FormJSON:         func(p string) bool { return p == "mail.json" },
		FormServer:       func(p string) bool { return strings.HasSuffix(p, ".conf") || strings.HasPrefix(p, "rules/") },
	}
	for _, f := range slices.DeleteFunc(slices.Clone(Forms), func(f Form) bool { return f == FormQR }) { // a code is no file
		var want []string
		for _, p := range all {
			if !mark[f](p) {
				want = append(want, p)
			}
		}
		if len(want) == len(all) {
			t.Errorf("%s makes no file at all", f)
		}
		same(t, "without "+string(f), paths(f), want)
	}
	same(t, "without anything", paths(Forms...), nil)
	s := example()
	s.PACC = false
	if s.Makes(FormPACC) {
		t.Error("PACC is made without being asked for")
	}
	// With no file that a web server has to know of there are no rules.
	same(t, "rules alone", paths(FormAutoconfig, FormAutodiscover, FormProfile, FormPACC, FormJSON, FormDNS), nil)
}

func TestFilesSameBytes(t *testing.T) {
	r := readFile(t, "site.toml")
	s := example()
	s.Signer = newSigner(t, "rsa")
	one := func() string {
		files, left, err := Files(r, s)
		if err != nil {
			t.Error(err)
		}
		var b bytes.Buffer
		for _, f := range files {
			fmt.Fprintln(&b, f.Path)
			if err := f.Make(context.Background(), &b); err != nil {
				t.Error(err)
			}
		}
		fmt.Fprint(&b, left)
		return b.String()
	}
	want := one()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := one(); got != want {
				t.Error("the same input gave other bytes")
			}
		})
	}
	wg.Wait()
}

func TestFilesOfBadRecord(t *testing.T) {
	for name, r := range map[string]*mail.Record{
		"no product": {},
		"no domain":  {Products: []mail.Product{{ID: "a"}}},
		"no id":      {Products: []mail.Product{{Domains: []string{"example.nl"}}}},
	} {
		files, left, err := Files(r, example())
		if len(files) != 0 || len(left) != 0 || err != nil {
			t.Errorf("%s: got %d files, %v, %v", name, len(files), left, err)
		}
	}
	// A domain that is claimed twice is an error of the record, not two files.
	twice := product(t, "", "imap imap.example.nl 993 tls", "smtp smtp.example.nl 465 tls")
	twice.Products[0].Domains = []string{"example.nl", "b.example", "example.nl"}
	files, _, err := Files(twice, example())
	if err != nil {
		t.Fatal(err)
	}
	if _, clashes := fileset.NewSet(files); len(clashes) > 0 {
		t.Errorf("clashes: %v", clashes)
	}
	// Rows with mistakes stay in the record: they must not reach a form.
	r := product(t, "", "imap imap.example.nl 993 tls", "smtp smtp.example.nl 465 tls")
	p := &r.Products[0]
	p.Servers = append(p.Servers,
		mail.Server{Protocol: mail.IMAP, Host: "", Port: 993, Security: mail.TLS},
		mail.Server{Protocol: mail.IMAP, Host: "a.example.nl", Port: 70000, Security: mail.TLS},
		mail.Server{Protocol: mail.SMTP, Host: "a.example.nl", Port: 0, Security: mail.TLS})
	if got := Rows(p, mail.Protocols...); len(got) != 2 {
		t.Errorf("got %d usable rows, want 2", len(got))
	}
}

func TestRowsOrder(t *testing.T) {
	r := product(t, "",
		"imap a.example.nl 143 starttls",
		"smtp b.example.nl 465 tls;preference = 2",
		"smtp c.example.nl 465 tls;preference = 1",
		"imap d.example.nl 143 none;why = \"oud\"",
		"imap e.example.nl 993 tls",
	)
	var got []string
	for _, row := range Rows(&r.Products[0], mail.SMTP, mail.IMAP) {
		got = append(got, row.Host[:1])
	}
	same(t, "order", got, []string{"c", "b", "e", "a", "d"})
}

func TestDiagnostics(t *testing.T) {
	r := product(t, "", "imap imap.example.nl 993 tls;authentication = [\"oauth2\"]", "smtp smtp.example.nl 587 starttls", "pop pop.example.nl 110 none;why = \"oud\"")
	_, left, err := Files(r, &Site{Name: "X"})
	if err != nil {
		t.Fatal(err)
	}
	ds := Diagnostics(left)
	if len(ds) == 0 {
		t.Fatal("a product that no form can express gives no warning")
	}
	for _, d := range ds {
		if d.Severity != diag.Warning || d.Code != "mail-form" || d.Pos.File != "site.toml" || d.Pos.Line == 0 || d.Hint == "" {
			t.Errorf("got %+v", d)
		}
	}
	// One row, one reason, one warning; the row without encryption has its own
	// where the record is read.
	want := `autodiscover, profile leaves out imap imap.example.nl:993 tls: it has no name for this authentication`
	if len(ds) != 1 || ds[0].Msg != want || ds[0].Pos.Line != 6 {
		t.Errorf("got %v, want %q on line 6 alone", ds, want)
	}
}

// A row that is left alone is a warning of its own only where nothing else of its
// form and product says why.
func TestHalfAnAccount(t *testing.T) {
	half := LeftOut{Form: FormProfile, Product: "a", What: "smtp s:465 tls", Why: whyHalf, Pos: diag.Pos{File: "site.toml", Line: 2}}
	cause := LeftOut{Form: FormProfile, Product: "a", What: "imap i:993 tls", Why: "het kan niet", Pos: diag.Pos{File: "site.toml", Line: 1}}
	other := cause
	other.Product = "b"
	for name, tt := range map[string]struct {
		left []LeftOut
		want int
	}{
		"alone":                     {[]LeftOut{half}, 1},
		"beside its cause":          {[]LeftOut{half, cause}, 1},
		"beside another product's":  {[]LeftOut{half, other}, 2},
		"beside what is no warning": {[]LeftOut{half, {Form: FormProfile, Product: "a", Why: "x", Minor: true}}, 1},
	} {
		if ds := Diagnostics(tt.left); len(ds) != tt.want {
			t.Errorf("%s: got %v", name, ds)
		}
	}
}

// A provider that does everything right must not be warned.
func TestNoWarningForGoodRecord(t *testing.T) {
	r := product(t, "leave_on_server_days = 14",
		"imap imap.example.nl 993 tls", "imap imap.example.nl 143 starttls", "pop pop.example.nl 995 tls",
		"smtp smtp.example.nl 465 tls", "smtp smtp.example.nl 587 starttls")
	_, left, err := Files(r, example())
	if err != nil {
		t.Fatal(err)
	}
	if ds := Diagnostics(left); len(ds) > 0 {
		t.Errorf("got %v", ds)
	}
	if len(left) == 0 {
		t.Error("nothing is noted as left out, want the second rows of profiles and PACC")
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"kort", "kort"},
		{" twee  regels\nnaast elkaar\t", "twee regels naast elkaar"},
		{strings.Repeat("x", 60), strings.Repeat("x", 60)},
		{strings.Repeat("é", 61), strings.Repeat("é", 60)},
		{strings.Repeat("x", 59) + "e\u0301tc", strings.Repeat("x", 59)},
		{strings.Repeat("x", 59) + " y", strings.Repeat("x", 59)},
		{strings.Repeat("x", 58) + "👩\u200d💻", strings.Repeat("x", 58)},
		{strings.Repeat("x", 59) + "👩\u200d💻", strings.Repeat("x", 59)},
	} {
		if got := limit(oneLine(c.in), maxName); got != c.want {
			t.Errorf("limit(%q): got %q, want %q", c.in, got, c.want)
		}
	}
	r := readFile(t, "example.toml")
	s := example()
	s.Name, s.ShortName = strings.Repeat("x", 61), ""
	_, left, err := Files(r, s)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "cut names", lines(left, false), []string{
		"the end of the provider's name: a name has at most 60 characters",
		"the end of the provider's short name: a short name has at most 20 characters",
		"the end of the provider's name: a name has at most 60 characters",
		"the end of the provider's short name: a short name has at most 20 characters",
	})
}
