package render

import (
	"fmt"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// TestUnsaid: a text of [messages] that no table of the page has, nor one of its
// translations, is a finding at its place.
func TestUnsaid(t *testing.T) {
	page := func(front, table string) string {
		return "+++\ntitle = \"Fouten\"\ndescription = \"Meldingen.\"\n[messages]\n" + front + "\n+++\n" + table
	}
	const table = "| Melding | Oplossing |\n|---|---|\n| :message[Mailbox full] | Ruim op. |\n"
	for _, c := range []struct{ name, nl, en, want string }{
		{"right", page(`"Mailbox full" = ["over quota"]`, table), "", ""},
		{"in a translation", page(`"User unknown" = ["no such user"]`, table), page(`"Mailbox full" = ["a"]`, strings.Replace(table, "Mailbox full", "User unknown", 1)), ""},
		{"misspelled", page(`"Mailbox fulll" = ["over quota"]`, table), "", `5:1: no table on the page has the message "Mailbox fulll"; did you mean "Mailbox full"?`},
		{"in a part that this site leaves out", page(`"Mailbox full" = ["over quota"]`, ":::when[pop]\n"+table+":::\n"), "", ""},
		{"another one", page(`"Connection refused" = ["geweigerd"]`, table), "", `5:1: no table on the page has the message "Connection refused"; write the words that stand in :message[…] on the page, in one of its languages`},
		{"no table", page(`"Mailbox full" = ["over quota"]`, "Tekst.\n"), "", `5:1: no table on the page has the message "Mailbox full"; the page has no table with :message[…] in its first column: add one, or take [messages] out`},
	} {
		files := smallSite(t, map[string]string{
			"content/nl/e-mail/pop.md":        c.nl,
			"layouts/search.html":             "<!doctype html><title>Zoeken</title>",
			"layouts/directives/message.html": "{{/*\nkind = \"inline\"\nlabel = \"required\"\nattributes = []\n*/ -}}\n<code class=\"message\">{{ .Label }}</code>",
		})
		if c.en != "" {
			files["content/en/e-mail/pop.md"] = c.en
		}
		r, set, _ := renderer(t, files)
		if err := set.MakeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, d := range finish(t, r) {
			if d.Code == diag.PageMessage {
				got += fmt.Sprintf("%d:%d: %s; %s", d.Pos.Line, d.Pos.Col, d.Msg, d.Hint)
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
