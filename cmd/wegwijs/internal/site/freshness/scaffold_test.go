package freshness

import (
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// TestScaffold: a page to translate has what is the same in every language and what
// is translated, is a draft itself, and is front matter that can be read.
func TestScaffold(t *testing.T) {
	const mark = "# slug = \"…\" names the page in its address; without it the file name does\ndraft = true # remove this line when the page is translated\n"
	for name, tt := range map[string]struct{ front, want string }{
		"plain":                        {"title = \"T\"\norder = 2\n", "title = \"T\"\norder = 2\n" + mark},
		"its own keys":                 {"slug = \"t\"\ntitle = \"T\"\nupdated = 2026-11-29\nsource = \"0123456789abcdef\" # --force\ndraft = true\n", "title = \"T\"\n" + mark},
		"a list of several lines":      {"keywords = [\n  \"een\", # = een\n  \"twee\",\n]\ntitle = \"T\"\n", "title = \"T\"\n" + mark},
		"a list at the end":            {"title = \"T\"\naliases = [\n  \"/oud/\",\n]\n", "title = \"T\"\n" + mark},
		"a text of several lines":      {"title = \"T\"\ndescription = \"\"\"\nslug = een\n\"\"\"\nslug = \"t\"\n", "title = \"T\"\ndescription = \"\"\"\nslug = een\n\"\"\"\n" + mark},
		"comments":                     {"# eerst\ntitle = \"T\"\n\n# de naam\nslug = \"t\" # kort\n# de plek\norder = 1\n# einde\n", "# eerst\ntitle = \"T\"\n\n# de naam\n# de plek\norder = 1\n" + mark + "# einde\n"},
		"groups":                       {"title = \"T\"\nslug = \"t\"\n\n[groups.een]\ntitle = \"Een\"\npages = [\"a\", \"b\"]\n\n[groups.twee]\npages = [\n  \"c\",\n]\ntitle = \"Twee\"\n", "title = \"T\"\n" + mark + "\n[groups.een]\ntitle = \"Een\"\n\n[groups.twee]\ntitle = \"Twee\"\n"},
		"groups by dots":               {"title = \"T\"\ngroups.een.title = \"Een\"\ngroups.een.pages = [\"a\"]\n", "title = \"T\"\ngroups.een.title = \"Een\"\n" + mark},
		"messages, which are a table":  {"title = \"T\"\n\n[messages]\n\"slug = \" = [\"fout\"]\n\"0x8\" = [\n  \"[groups.x]\",\n]\n", "title = \"T\"\n" + mark + "\n"},
		"groups behind messages":       {"title = \"T\"\n[messages]\nx = [\"y\"]\n[groups.a]\ntitle = \"A\"\n", "title = \"T\"\n" + mark + "[groups.a]\ntitle = \"A\"\n"},
		"what a draft says of itself":  {"draft = true # nog niet\ntitle = \"T\"\n", "title = \"T\"\n" + mark},
		"keys in quotes and with tabs": {"\"slug\" = \"t\"\n\ttitle\t=\t\"T\"\n", "\ttitle\t=\t\"T\"\n" + mark},
	} {
		for _, end := range []string{"\n", "\r\n"} {
			lines := func(s string) string { return strings.ReplaceAll(s, "\n", end) }
			got := string(Scaffold([]byte(lines("+++\n" + tt.front + "+++\n\nTekst.\n"))))
			if want := lines("+++\n" + tt.want + "+++\n\nTekst.\n"); got != want {
				t.Errorf("%s: got\n%q\nwant\n%q", name, got, want)
			}
			out := new(diag.List)
			if p := content.Parse("content/fy/index.md", []byte(got), out); out.Len() > 0 || !p.Draft {
				t.Errorf("%s: got %v", name, out.Sorted())
			}
		}
	}
	if bare := "geen kop"; string(Scaffold([]byte(bare))) != bare {
		t.Error("a page without front matter was changed")
	}
}

// TestGroupTitles: the titles of a section's groups are translated, so they have
// freshness, and a translation that lacks one is told.
func TestGroupTitles(t *testing.T) {
	text := func(groups string) *Text {
		return Parse("content/nl/e-mail/index.md", []byte("+++\ntitle = \"Titel\"\n"+groups+"+++\nTekst.\n"))
	}
	const old = "[groups.een]\ntitle = \"Instellen\"\npages = [\"a\", \"b\"]\n[groups.twee]\ntitle = 'Beheren'\n"
	for name, tt := range map[string]struct{ now, want string }{
		"nothing":         {old, ""},
		"a title":         {strings.Replace(old, "Instellen", "Aansluiten", 1), "~ Instellen | Aansluiten"},
		"the pages":       {strings.Replace(old, "\"a\", \"b\"", "\"b\"", 1), ""},
		"a new group":     {old + "[groups.drie]\ntitle = \"Meer\"\n", "+ Meer"},
		"one that is out": {"[groups.een]\ntitle = \"Instellen\"\n", "- Beheren"},
		"written in line": {"groups = {een = {title = \"Instellen\"}, twee = {title = \"Bewaren\"}}\n", "~ Beheren | Bewaren"},
	} {
		if got := says(text(old), text(tt.now)); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, tt.want)
		}
		same := Gist([]byte("+++\n"+old+"+++\n")) == Gist([]byte("+++\n"+tt.now+"+++\n"))
		if same && tt.want != "" {
			t.Errorf("%s: the gist is the same", name)
		}
	}
	out := new(diag.List)
	Report(text(old), text(strings.Split(old, "[groups.twee]")[0]), out, diag.Warning)
	if ds := out.Sorted(); len(ds) != 1 || ds[0].In(diag.Dutch).Msg != "in de vertaling ontbreekt dit: titel van een groep van content/nl/e-mail/index.md:7:9" {
		t.Errorf("got %v", ds)
	}
}

// TestCalled: findings have a name for every kind of unit.
func TestCalled(t *testing.T) {
	for _, kind := range append([]string{group}, front...) {
		if called[kind] == "" {
			t.Errorf("%s has no name", kind)
		}
	}
	text := page("## Kop\n\nTekst.\n\n- punt\n\n> citaat\n\n> [!TIP] Let op\n> Tekst.\n\nbegrip\n: omschrijving\n\n| a |\n|---|\n| b |\n\nNoot[^1].\n\n[^1]: De noot.\n\n![plaatje](a.png)\n\n```\ncode\n```\n\n::settings[imap]\n")
	kinds := map[string]bool{}
	for _, u := range text.Units {
		kinds[u.Kind] = true
		if u.Called() == "" {
			t.Errorf("%s has no name", u.Kind)
		}
	}
	for _, k := range []markdown.BlockKind{markdown.BlockHeading, markdown.BlockParagraph, markdown.BlockItem, markdown.BlockQuote, markdown.BlockTerm, markdown.BlockDefinition, markdown.BlockCell, markdown.BlockNote, markdown.BlockAlert, markdown.BlockDirective, markdown.BlockImage, markdown.BlockCode} {
		if !kinds[string(k)] {
			t.Errorf("the page has no %s", k)
		}
	}
}

// TestHasWord: a word stands in a text where no letter is beside it; scripts without
// spaces have letters everywhere.
func TestHasWord(t *testing.T) {
	for _, tt := range []struct {
		text, word string
		want       bool
	}{
		{"kies imap.", "imap", true},
		{"kies “imap”", "imap", true},
		{"imap’s", "imap", true},
		{"imap…", "imap", true},
		{"imapserver", "imap", false},
		{"imap-server", "imap", false},
		{"ímap", "map", false},
		{"élève", "l", false},
		{"e\u0301t", "t", false},
		{"サーバーを選ぶ", "サーバー", true},
		{"2imap", "imap", false},
		{"imap", "", false},
		{"pop pops pop", "pop", true},
	} {
		if got := hasWord(tt.text, tt.word); got != tt.want {
			t.Errorf("%q in %q: got %t", tt.word, tt.text, got)
		}
	}
}

// TestTogether: what is missing in one piece is one finding.
func TestTogether(t *testing.T) {
	const whole = "Een.\n\n| a | b |\n|---|---|\n| c | d |\n| e | f |\n\n- punt\n\n## Kop\n\nTwee.\n\n> [!TIP]\n> Drie.\n\nVier."
	for name, tt := range map[string]struct {
		gone string
		want []string
	}{
		"a row":          {"| e | f |\n", []string{"the translation does not have the row of content/nl/a.md:10:3"}},
		"two rows":       {"| c | d |\n| e | f |\n", []string{"the translation does not have the 4 blocks from content/nl/a.md:9:3 to content/nl/a.md:10:7"}},
		"an item":        {"- punt\n\n", []string{"the translation does not have the item of content/nl/a.md:12:3"}},
		"an alert":       {"> [!TIP]\n> Drie.\n\n", []string{"the translation does not have the alert of content/nl/a.md:18:1", "the translation does not have the paragraph of a quotation or an alert of content/nl/a.md:19:3"}},
		"a chapter":      {"## Kop\n\nTwee.\n\n> [!TIP]\n> Drie.\n\n", []string{"the translation does not have the 4 blocks from content/nl/a.md:14:4 to content/nl/a.md:19:3"}},
		"two far apart":  {"- punt\n\n## Kop\n\n", []string{"the translation does not have the heading of content/nl/a.md:14:4", "the translation does not have the item of content/nl/a.md:12:3"}},
		"all but titles": {whole, []string{"the translation does not have the 13 blocks from content/nl/a.md:5:1 to content/nl/a.md:21:1"}},
	} {
		less := strings.Replace(whole, tt.gone, "", 1)
		for _, beyond := range []bool{false, true} {
			a, b, want := page(whole), page(less), tt.want
			if beyond {
				a, b = b, a
			}
			out := new(diag.List)
			Report(a, b, out, diag.Warning)
			var got []string
			for _, d := range out.Sorted() {
				got = append(got, d.Msg)
			}
			if len(got) != len(want) || !beyond && !slices.Equal(got, want) {
				t.Errorf("%s, the other way round %t: got\n%s\nwant\n%s", name, beyond, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}
