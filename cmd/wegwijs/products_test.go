package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
	"wegwijs/cmd/wegwijs/internal/state"
)

// productSite is a site in Dutch without built-in pages.
const productSite = `title = "Hulp"
base_url = "https://help.provider.example"
default_language = "nl"
content = {builtin = false}
[languages.nl]
name = "Nederlands"
`

// findings checks a site of one page with the built-in theme and returns what
// is wrong with it.
func findings(t *testing.T, toml, text string) []diag.Diagnostic {
	t.Helper()
	page := "+++\ntitle = \"Hulp\"\ndescription = \"Hulp bij e-mail.\"\nupdated = 2026-11-23\n+++\n" + text + "\n"
	fsys := builtin.Over(fstest.MapFS{"site.toml": {Data: []byte(toml)}, "content/nl/index.md": {Data: []byte(page)}})
	s, err := state.Load(t.Context(), fsys, state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MakeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.Findings()
}

// product returns the table of a mail product with a server of each of protos.
func product(id string, protos ...string) string {
	ports := map[string]int{"imap": 993, "pop": 995, "smtp": 465}
	var b strings.Builder
	fmt.Fprintf(&b, "[[mail]]\nid = %q\nname = \"Post %[1]s\"\ndomains = [\"%[1]s.example\"]\n", id)
	for _, p := range protos {
		fmt.Fprintf(&b, "[[mail.server]]\nprotocol = %q\nhost = \"%[1]s.%s.example\"\nport = %d\nsecurity = \"tls\"\n", p, id, ports[p])
	}
	return b.String()
}

// TestProductsUnshown: of several products, each that no page shows is a
// warning at its table, and nothing is said while another mistake may be why.
func TestProductsUnshown(t *testing.T) {
	two := productSite + product("een", "imap", "smtp") + product("twee", "imap", "smtp")
	for name, tt := range map[string]struct {
		toml, text string
		want       []string // ids
	}{
		"one of two is named":           {two, "::settings[imap]{product=een}", []string{"twee"}},
		"neither is named":              {two, "Tekst.", []string{"een", "twee"}},
		"a table of all":                {two, "::settings[smtp]", nil},
		"one each":                      {two, "::settings[smtp]{product=een}\n\n::settings[imap]{product=twee}", nil},
		"a value in the text":           {two, "::settings[smtp]{product=een}\n\nOf :setting[imap.host]{product=twee}.", nil},
		"the personal view":             {two, "::personal", nil},
		"the personal view of one":      {two, "::personal{product=twee}", []string{"een"}},
		"a protocol that it lacks":      {two + product("drie", "pop", "smtp"), "::settings[imap]", []string{"drie"}},
		"a text that is left out":       {two, ":::when{lacks=imap}\n::settings[imap]\n:::", []string{"een", "twee"}},
		"one product is not the matter": {productSite + product("een", "imap", "smtp"), "Tekst.", nil},
	} {
		var got []string
		for _, d := range findings(t, tt.toml, tt.text) {
			_, id, ok := strings.Cut(d.Msg, "no page shows the servers of the product ")
			if d.Code != diag.MailUnshown || d.Severity != diag.Warning || d.Pos.File != "site.toml" || !strings.Contains(d.Hint, "{product="+strings.Trim(id, `"`)+"}") || !ok {
				t.Errorf("%s: %+v", name, d)
			}
			got = append(got, strings.Trim(id, `"`))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
	if ds := findings(t, two, "::settings[imap]{product=een}\n\n::setings[imap]"); len(ds) != 1 || ds[0].Code == diag.MailUnshown {
		t.Errorf("with a mistake in the text: %v", ds)
	}
}

// TestMailMistakeAlone: a mistake of the type in a row is one message; what
// follows from the missing value is not said.
func TestMailMistakeAlone(t *testing.T) {
	good := productSite + product("een", "imap", "pop", "smtp") + "[[mail.server]]\nprotocol = \"smtp\"\nhost = \"smtp.een.example\"\nport = 587\nsecurity = \"starttls\"\n"
	for _, change := range [][2]string{
		{"port = 993", `port = "993"`}, {"port = 995", "port = 995.0"}, {"port = 465", "port = [465]"}, {"port = 587", "port = true"},
		{"port = 993\n", ""}, {`security = "starttls"`, "security = 1"}, {`host = "pop.een.example"`, "host = 3"}, {`protocol = "imap"`, "protocol = 4"},
	} {
		ds := findings(t, strings.Replace(good, change[0], change[1], 1), "::settings[imap]\n\n::settings[pop]\n\n::settings[smtp]\n\n:setting[imap.port]")
		if len(ds) != 1 || ds[0].Pos.File != "site.toml" {
			t.Errorf("%q: %d messages, want 1:\n%v", change[1], len(ds), ds)
		}
	}
}

// TestForeignRows: the table of a mail program has no row that this program
// does not ask for; the general table has all of them.
func TestForeignRows(t *testing.T) {
	toml := productSite + product("een", "imap", "pop", "smtp")
	var rows []string
	for _, client := range append([]string{""}, forms.Clients...) {
		for _, proto := range []string{"imap", "pop", "smtp"} {
			attr := ""
			if client != "" {
				attr = "{client=" + client + "}"
			}
			page := made(t, toml, "::settings["+proto+"]"+attr)
			for _, field := range []string{"spa", "prefix", "smtp-auth"} {
				got := strings.Contains(page, `data-key="`+field+`"`)
				of := field == "spa" || (field == "prefix") == (proto == "imap") && (field == "smtp-auth") == (proto == "smtp")
				if want := of && (client == "" || forms.Asks(client, field)); got != want {
					t.Errorf("%s of %q: the row %s is there: %t, want %t", proto, client, field, got, want)
				}
				if got {
					rows = append(rows, field)
				}
			}
		}
	}
	for _, field := range []string{"spa", "prefix", "smtp-auth"} {
		if !slices.Contains(rows, field) {
			t.Errorf("no table has a row %s", field)
		}
	}
}

// TestNamesVisible: the provider's name goes into forms and pages; characters
// that readers do not see are refused in it, others are not.
func TestNamesVisible(t *testing.T) {
	for name, bad := range map[string]bool{
		`A\u202Eb`: true, `A\u2066b`: true, `A\u200Bb`: true, `A\uFEFFb`: true, `A\u2028b`: true,
		`A\u200Cb`: false, `Caf\u00E9`: false, `\u0634\u0631\u0643\u0629`: false, `A \u00B7 b`: false,
	} {
		for _, key := range []string{"name", "short_name"} {
			toml := productSite + "[provider]\nname = \"Post\"\n"
			if key == "name" {
				toml = strings.Replace(toml, `"Post"`, `"`+name+`"`, 1)
			} else {
				toml += "short_name = \"" + name + "\"\n"
			}
			ds := findings(t, toml, "Tekst.")
			if got := len(ds) == 1 && ds[0].Code == "mail-name" && ds[0].Pos.File == "site.toml"; got != bad || !bad && len(ds) > 0 {
				t.Errorf("%s = %q: %v", key, name, ds)
			}
		}
	}
}

// TestPersonalMarks: the personal view has a part for each product; it can tell
// whose a domain is, and no page names the domains of customers.
func TestPersonalMarks(t *testing.T) {
	toml := productSite
	want := map[string][]string{"een": {"een.example", "klant.example"}, "twee": {"twee.example"}, "drie": {"xn--caf-dma.example", "drie.example"}}
	for _, id := range []string{"een", "twee", "drie"} {
		toml += strings.Replace(product(id, "imap", "smtp"), "domains = [\""+id+".example\"]", fmt.Sprintf("domains = [\"%s\"]", strings.Join(want[id], `", "`)), 1)
	}
	page := made(t, toml, "::personal")
	parts := strings.Split(page, ` data-domains="`)[1:]
	if len(parts) != 3 {
		t.Fatalf("got %d parts", len(parts))
	}
	for n, id := range []string{"een", "twee", "drie"} {
		var marks []string
		for _, domain := range want[id] {
			sum := sha256.Sum256([]byte(domain))
			marks = append(marks, base64.RawURLEncoding.EncodeToString(sum[:6]))
		}
		slices.Sort(marks)
		if got, _, _ := strings.Cut(parts[n], `"`); got != strings.Join(marks, " ") {
			t.Errorf("%s: got %q, want %q", id, got, marks)
		}
		if !strings.Contains(strings.ReplaceAll(parts[n], "<wbr>", ""), "imap."+id+".example") {
			t.Errorf("the part of %s has another product's servers", id)
		}
	}
	for _, domain := range []string{"klant.example", "xn--caf"} {
		if strings.Contains(page, domain) {
			t.Errorf("the page names %s", domain)
		}
	}
	for _, text := range []string{"::personal{product=twee}", "::personal{product=een}"} {
		if page := made(t, toml, text); strings.Contains(page, "data-domains") || strings.Contains(page, "which") || strings.Count(page, `class="own"`) != 1 {
			t.Errorf("%s asks for the product", text)
		}
	}
}

// TestSecondMailbox: where profiles are offered the page says, in each language,
// that a second address needs one of its own.
func TestSecondMailbox(t *testing.T) {
	s, err := state.Load(t.Context(), builtin.Over(fstest.MapFS{"site.toml": {Data: []byte(tenLines)}}), state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"e-mail/iphone-ipad/index.html":    "tweede adres op hetzelfde apparaat",
		"e-mail/apple-mail-mac/index.md":   "tweede adres op hetzelfde apparaat",
		"en/email/iphone-ipad/index.html":  "second address on the same device",
		"fr/e-mail/iphone-ipad/index.html": "deuxième adresse sur le même appareil",
		"de/e-mail/iphone-ipad/index.html": "zweite Adresse auf demselben Gerät",
	} {
		b, err := s.Set.Make(t.Context(), path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		} else if !strings.Contains(string(b), want) || !strings.Contains(string(b), "auto") {
			t.Errorf("%s does not say %q", path, want)
		}
	}
}

// made returns the front page of a site of one page.
func made(t *testing.T, toml, text string) string {
	t.Helper()
	page := "+++\ntitle = \"Hulp\"\ndescription = \"Hulp bij e-mail.\"\nupdated = 2026-11-23\n+++\n" + text + "\n"
	s, err := state.Load(t.Context(), builtin.Over(fstest.MapFS{"site.toml": {Data: []byte(toml)}, "content/nl/index.md": {Data: []byte(page)}}), state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Set.Make(t.Context(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
