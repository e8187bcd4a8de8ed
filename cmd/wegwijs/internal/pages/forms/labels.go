package forms

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// Clients are the mail programs that a page can ask for, in the order in which
// readers should meet them. A client need not have any label.
var Clients = []string{"thunderbird", "thunderbird-android", "apple-mail", "ios", "outlook", "outlook-new", "gmail", "samsung"}

// Fields are what a label can be for: the names of the settings, their values
// (security-…, authentication-…), the button or link that opens the manual
// settings, and what only some programs ask for: a page has such a row for a
// program only when it has a label in some language.
var Fields = []string{
	"incoming", "outgoing", "host", "port",
	"security", "security-tls", "security-starttls", "security-none",
	"authentication", "authentication-password", "authentication-encrypted", "authentication-oauth2",
	"username", "password", "type", "manual",
	"smtp-auth", "spa", "prefix", // which only some programs ask for
}

// A Quote is a word of a mail program's own screen, as it was seen.
type Quote struct {
	Text   string        // without a final colon
	Source string        // where it was read
	Date   tomlfile.Date // how old what was read is, or when it was read
}

// Label returns what client calls a field in a language (BCP 47; a region is
// passed over where there is nothing for it). It is false where nobody has
// verified the word; the caller then uses its own.
func Label(client, lang, field string) (string, bool) {
	q, ok := LabelQuote(client, lang, field)
	return q.Text, ok
}

// LabelQuote returns the same as [Label] with its source and date.
func LabelQuote(client, lang, field string) (Quote, bool) {
	for {
		if q, ok := labels()[labelKey{client, lang, field}]; ok {
			return q, true
		}
		i := strings.LastIndexByte(lang, '-')
		if i < 0 {
			return Quote{}, false
		}
		lang = lang[:i]
	}
}

// Asks reports whether client is known to have a field, whatever the language.
func Asks(client, field string) bool { return asked()[labelKey{client, "", field}] }

var asked = sync.OnceValue(func() map[labelKey]bool {
	m := map[labelKey]bool{}
	for k := range labels() {
		m[labelKey{k.client, "", k.field}] = true
	}
	return m
})

type labelKey struct{ client, lang, field string }

//go:embed labels.toml
var labelFile []byte

var labels = sync.OnceValue(func() map[labelKey]Quote {
	var out diag.List
	m := readLabels(labelFile, &out)
	if ds := out.Sorted(); len(ds) > 0 {
		panic(fmt.Sprintf("labels.toml: %v", ds[0])) // the file is this package's own
	}
	return m
})

// readLabels reads the tables of labels.toml.
func readLabels(src []byte, out *diag.List) map[labelKey]Quote {
	m := map[labelKey]Quote{}
	root := tomlfile.Parse("labels.toml", src, 0, len(src), out)
	for _, t := range root.Tables("label") {
		client := t.OneOf("client", "", Clients...)
		lang := t.Required("lang", `write lang = "nl"`)
		q := Quote{Source: t.Required("source", "say where it was read"), Date: t.Date("date")}
		if client == "" || q.Date.IsZero() {
			out.Errorf(t.Pos(), diag.Label, `write client = "thunderbird" and date = 2026-11-23`, "client or date is missing")
		}
		for _, field := range Fields {
			if !t.Has(field) {
				continue
			}
			key := labelKey{client, lang, field}
			q.Text = t.Required(field, "leave the key out when the word is not known")
			if _, dup := m[key]; dup {
				t.Errorf(field, diag.Label, "keep the better source", "%s has two labels for %s in %s", client, field, lang)
			}
			if q.Text != oneLine(q.Text) || strings.HasSuffix(q.Text, ":") {
				t.Errorf(field, diag.Label, "leave out blanks around it and a final colon", "%q is not a bare label", q.Text)
			}
			m[key] = q
		}
		t.Done()
	}
	root.Done()
	return m
}
