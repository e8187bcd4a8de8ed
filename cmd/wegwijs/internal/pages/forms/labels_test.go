package forms

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

func TestLabel(t *testing.T) {
	for _, c := range []struct {
		client, lang, field, want string
	}{
		{"thunderbird", "nl", "security", "Verbindingsbeveiliging"},
		{"thunderbird", "nl", "manual", "Handmatige configuratie"},
		{"thunderbird", "nl", "incoming", "Instellingen inkomende server"},
		{"thunderbird", "fr", "incoming", "Paramètres du serveur de réception"},
		{"thunderbird", "nl", "authentication-oauth2", ""}, // no screen of an own domain shows it
		{"thunderbird", "nl", "authentication-password", "Normaal wachtwoord"},
		{"thunderbird", "de", "authentication-password", "Passwort, normal"},
		{"thunderbird", "de", "host", "Serveradresse"},
		{"thunderbird", "fr", "security", "Sécurité de la connexion"},
		{"thunderbird", "en", "security-starttls", "STARTTLS"},
		{"thunderbird-android", "nl", "security-starttls", "StartTLS"},
		{"thunderbird-android", "nl", "incoming", "Inkomende-serverinstellingen"},
		{"apple-mail", "nl", "incoming", "Server inkomende e-mail"},
		{"apple-mail", "nl", "authentication", "Identiteitscontrole"},
		{"ios", "de", "type", "Account-Typ"},
		{"ios", "nl", "incoming", "Server inkomende e-mail"},
		{"outlook", "en", "manual", "Let me set up my account manually"},
		// A region falls back on its language.
		{"thunderbird", "nl-BE", "port", "Poort"},
		{"thunderbird", "de-Latn-CH", "type", "Protokoll"},
		// Marked as not verified in the references, so not to be used.
		{"ios", "nl", "security", ""},
		{"ios", "nl", "authentication", ""},
		{"apple-mail", "nl", "security", ""},
		{"outlook", "nl", "security", ""},
		{"outlook", "nl", "manual", ""},
		{"outlook-new", "en", "security", ""},
		{"gmail", "nl", "security", ""},
		{"samsung", "en", "security", ""},
		// Nothing of the kind.
		{"thunderbird", "ar", "port", ""},
		{"thunderbird", "", "port", ""},
		{"netscape", "nl", "port", ""},
		{"thunderbird", "nl", "colour", ""},
	} {
		got, ok := Label(c.client, c.lang, c.field)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Label(%q, %q, %q): got %q, %v, want %q", c.client, c.lang, c.field, got, ok, c.want)
		}
	}
}

// Every label says where it was read, and how old that is.
func TestLabelSources(t *testing.T) {
	repo := regexp.MustCompile(`^github\.com/[\w.-]+/[\w.-]+ [0-9a-f]{7,40} `)
	n := 0
	for key, q := range labels() {
		n++
		if !slices.Contains(Clients, key.client) || !slices.Contains(Fields, key.field) {
			t.Errorf("%v: unknown client or field", key)
		}
		if strings.HasPrefix(q.Source, "github.com/") && !repo.MatchString(q.Source) {
			t.Errorf("%v: source %q names no commit", key, q.Source)
		}
		if q.Date.Year < 2017 || q.Date.Year > 2026 || q.Source == "" {
			t.Errorf("%v: source %q of %v", key, q.Source, q.Date)
		}
		if got, ok := LabelQuote(key.client, key.lang, key.field); !ok || got != q {
			t.Errorf("LabelQuote of %v: got %v", key, got)
		}
	}
	for key := range labels() {
		if slices.Contains([]string{"outlook-new", "gmail", "samsung"}, key.client) {
			t.Errorf("%v: nothing of this program is verified", key)
		}
	}
	if n < 150 {
		t.Errorf("only %d labels", n)
	}
	some := []string{"smtp-auth", "spa", "prefix"}
	for _, client := range Clients {
		for _, field := range some {
			if got, want := Asks(client, field), client == "outlook" && field != "prefix"; got != want {
				t.Errorf("%s asks for %s: got %v", client, field, got)
			}
		}
	}
	// The two programs whose strings are public are complete in the site's languages.
	for _, client := range Clients[:2] {
		for _, lang := range []string{"nl", "en", "de", "fr"} {
			for _, field := range Fields {
				_, ok := Label(client, lang, field)
				if missing := client == "thunderbird" && field == "authentication-oauth2" || slices.Contains(some, field); ok == missing {
					t.Errorf("%s %s %s: got %v", client, lang, field, ok)
				}
			}
		}
	}
}

func TestReadLabelsRefuses(t *testing.T) {
	const head = "[[label]]\nclient = \"gmail\"\nlang = \"nl\"\nsource = \"x\"\ndate = 2026-01-01\n"
	for _, c := range []struct{ src, want string }{
		{head + "port = \"Poort\"\n", ""},
		{head + "poort = \"Poort\"\n", `labels.toml:6:1: unknown key "label.poort"`},
		{head + "port = \"Poort:\"\n", `labels.toml:6:8: "Poort:" is not a bare label`},
		{head + "port = \" Poort\"\n", `labels.toml:6:8: " Poort" is not a bare label`},
		{head + "port = \"\"\n", `labels.toml:6:8: label.port is empty`},
		{head + "port = \"a\"\n" + head + "port = \"b\"\n", `labels.toml:12:8: gmail has two labels for port in nl`},
		{strings.Replace(head, "gmail", "gmial", 1), `labels.toml:2:10: label.client cannot be "gmial"`},
		{strings.Replace(head, "date = 2026-01-01\n", "", 1), `labels.toml:1:3: client or date is missing`},
		{strings.Replace(head, "source = \"x\"\n", "", 1), `labels.toml:1:3: label.source is missing`},
		{"[[lable]]\n", `labels.toml:1:3: unknown key "lable"`},
	} {
		var out diag.List
		readLabels([]byte(c.src), &out)
		var got []string
		for _, d := range out.Sorted() {
			got = append(got, d.Pos.String()+": "+d.Msg)
		}
		if c.want == "" && len(got) == 0 {
			continue
		}
		if !slices.Contains(got, c.want) {
			t.Errorf("%s\ngot  %q\nwant %q", c.src, got, c.want)
		}
	}
}
