package freshness

import (
	"slices"
	"strings"
	"testing"
)

// TestMisleading: readers are told of what they act by, where it changed, and of
// nothing else.
func TestMisleading(t *testing.T) {
	front := func(title, text string) []byte { return []byte("+++\ntitle = \"" + title + "\"\n+++\n" + text + "\n") }
	const dutch = "Je hebt 10 MB en de server imap.oud.example nodig.\n\n## Instellen\n\nZo werkt het.\n\n1. Open de app.\n2. Tik op Mail.\n3. Tik op Klaar.\n\n- Een punt.\n\n| Server | Poort |\n|---|---|\n| imap.oud.example | 993 |\n\n::settings[imap]\n\nKijk op :setting[imap.port].\n\nLees [verder](verder.md)."
	const english = "You need 10 MB and the server imap.oud.example.\n\n## Set up\n\nThis is how.\n\n1. Open the app.\n2. Tap Mail.\n3. Tap Done.\n\n- A point.\n\n| Server | Port |\n|---|---|\n| imap.oud.example | 993 |\n\n::settings[imap]\n\nLook at :setting[imap.port].\n\nRead [on](verder.md)."
	for name, tt := range map[string]struct {
		old, new string // in the Dutch text, in turn separated by |
		english  string // instead of the translation
		want     []string
	}{
		"nothing":                        {"", "", "", nil},
		"words":                          {"Zo werkt het.", "Op deze manier werkt het.", "", nil},
		"a heading":                      {"## Instellen", "## Zo stel je het in", "", nil},
		"a point":                        {"Een punt.", "Eén enkel punt.", "", nil},
		"a new paragraph":                {"Zo werkt het.", "Zo werkt het.\n\nEcht waar.", "", nil},
		"another page":                   {"verder.md", "elders2.md", "", nil},
		"a number":                       {"10 MB", "25 MB", "", []string{"You need 10 MB and the server imap.oud.example."}},
		"a small number":                 {"10 MB", "9 MB", "", []string{"You need 10 MB and the server imap.oud.example."}},
		"a host":                         {"server imap.oud.example", "server imap.nieuw.example", "", []string{"You need 10 MB and the server imap.oud.example."}},
		"a host in other letters":        {"server imap.oud.example", "server IMAP.oud.example", "", nil},
		"a cell":                         {"993", "995", "", []string{"993"}},
		"a host in a cell":               {"| imap.oud.example |", "| mail.oud.example |", "", []string{"imap.oud.example"}},
		"a step":                         {"Tik op Mail.", "Tik op Mail en dan op Accounts.", "", []string{"Tap Mail."}},
		"a new step":                     {"2. Tik op Mail.\n3.", "2. Tik op Mail.\n3. Wacht even.\n4.", "", []string{"Tap Mail."}},
		"a new first step":               {"1. Open de app.\n2. Tik op Mail.\n3.", "1. Zet de telefoon aan.\n2. Open de app.\n3. Tik op Mail.\n4.", "", []string{"This is how."}},
		"a step that is gone":            {"2. Tik op Mail.\n3.", "2.", "", []string{"Tap Mail."}},
		"steps in another order":         {"1. Open de app.\n2. Tik op Mail.\n3. Tik op Klaar.", "1. Tik op Klaar.\n2. Open de app.\n3. Tik op Mail.", "", []string{"Tap Done."}},
		"another table of settings":      {"::settings[imap]", "::settings[pop]", "", []string{"::settings[imap]"}},
		"another value":                  {":setting[imap.port]", ":setting[pop.port]", "", []string{"Look at :setting[imap.port]."}},
		"a number that is right already": {"10 MB", "25 MB", strings.Replace(english, "10 MB", "25 MB", 1), nil},
		"one of two that is right":       {"10 MB en de server imap.oud.example", "25 MB en de server imap.nieuw.example", strings.Replace(english, "10 MB", "25 MB", 1), []string{"You need 25 MB and the server imap.oud.example."}},
		"a new number at the front":      {"Je hebt", "Bel 1200.\n\nJe hebt", "", []string{"You need 10 MB and the server imap.oud.example."}},
		"a number that is new":           {"Zo werkt het.", "Zo werkt het.\n\nDat duurt 10 minuten.", "", []string{"This is how."}},
		"an address of another site":     {"Zo werkt het.", "Zo werkt [het](https://elders.example/42).", "", nil},
	} {
		now := dutch
		if tt.old != "" {
			if now = strings.Replace(dutch, tt.old, tt.new, 1); now == dutch {
				t.Fatalf("%s: the text has no %q", name, tt.old)
			}
		}
		translation := english
		if tt.english != "" {
			translation = tt.english
		}
		var got []string
		for _, u := range NewEdits(Parse("nl.md", front("Mail", dutch)), Parse("nl.md", front("Mail 2", now))).Misleading(Parse("en.md", front("Mail", translation))) {
			got = append(got, u.Source)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
