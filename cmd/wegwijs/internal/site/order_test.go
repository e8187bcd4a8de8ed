package site

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/input/content"
)

func titlesBelow(l *Locale, id string) []string {
	var list []string
	p, _ := l.Page(id)
	for _, c := range p.Children {
		list = append(list, c.Title)
	}
	return list
}

// Titles stand in the order of the page's language, with numbers by their value.
func TestOrderOfTheLanguage(t *testing.T) {
	for _, c := range []struct{ lang, titles, want string }{
		{"nl", "10 tips, 9 tips, Appel, Zon, appel, radio, route, référence, Álgebra, Über", "9 tips, 10 tips, Álgebra, appel, Appel, radio, référence, route, Über, Zon"},
		{"de", "Zug, Äpfel, Apfel, Öl, Ofen, Straße, Strasse, Strand", "Apfel, Äpfel, Ofen, Öl, Strand, Strasse, Straße, Zug"},
		{"sv", "Ärlig, Zebra, Ål, Öga, Apa", "Apa, Zebra, Ål, Ärlig, Öga"},
		{"es", "ñu, nube, oso, nación", "nación, nube, ñu, oso"},
		{"nl", "Stap 2, Stap 10, Stap 1, Stap 1b", "Stap 1, Stap 1b, Stap 2, Stap 10"},
		{"fr", "été, ete, etude, Ète", "ete, été, Ète, etude"},
	} {
		toml := fmt.Sprintf("[languages.%s]\nname = \"X\"\n", c.lang)
		if c.lang == "nl" {
			toml = ""
		}
		pages := map[string]string{"nl/index.md": `title = "Begin"`, c.lang + "/index.md": `title = "Begin"`}
		for i, title := range strings.Split(c.titles, ", ") {
			pages[fmt.Sprintf("%s/p%d.md", c.lang, i)] = fmt.Sprintf("title = %q\nslug = \"p%d\"", title, i)
		}
		s, ds := newSite(t, toml, pages)
		if len(ds) > 0 {
			t.Fatal(says(ds))
		}
		for _, l := range s.Locales {
			if l.Lang == c.lang {
				if got := strings.Join(titlesBelow(l, ""), ", "); got != c.want {
					t.Errorf("%s: got  %s\nwant %s", c.lang, got, c.want)
				}
			}
		}
	}
}

var grouped = map[string]string{
	"nl/index.md": `title = "Begin"`, "en/index.md": `title = "Home"`,
	"nl/e/index.md": "title = \"E\"\n[groups.beheren]\ntitle = \"Beheren\"\npages = [\"vol\", \"weg\"]\n[groups.instellen]\ntitle = \"Instellen\"\npages = [\"pop\", \"imap\"]",
	"nl/e/imap.md":  `title = "IMAP"`, "nl/e/pop.md": `title = "POP"`, "nl/e/vol.md": `title = "Vol"`, "nl/e/weg.md": `title = "Weg"`,
	"nl/e/aap.md": `title = "Aap"`, "nl/e/diep/index.md": `title = "Diep"`,
}

// with lays front matter over that of grouped.
func with(pairs ...string) map[string]string {
	m := map[string]string{}
	for k, v := range grouped {
		m[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// Pages in groups stand in the order in which they are named, those in none
// behind them; a translation gives the titles of groups alone.
func TestGroups(t *testing.T) {
	s, ds := newSite(t, "", with("en/e/index.md", "title = \"E\"\nslug = \"email\"\n[groups.instellen]\ntitle = \"Set up\""))
	if len(ds) > 0 {
		t.Fatal(says(ds))
	}
	want := []string{"Vol", "Weg", "POP", "IMAP", "Aap", "Diep"}
	for _, l := range s.Locales {
		if got := titlesBelow(l, "e"); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", l.Lang, got, want)
		}
	}
	nl, _ := s.Locales[0].Page("e")
	en, _ := s.Locales[1].Page("e")
	if got, want := fmt.Sprint(s.Groups(nl), s.Groups(en)), "[{Beheren nl} {Instellen nl}] [{Beheren nl} {Set up en}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(s.Groups(s.Locales[0].Home)) != 0 {
		t.Error("the first page has groups")
	}
	// An edit of a title that moves a page among its neighbours takes a new site,
	// and none in a group, whose order is written.
	for id, want := range map[string]bool{"e/aap": false, "e/pop": true} {
		old, _ := s.Locales[0].Page(id)
		p := *old.Page
		p.Title = "Zzz"
		if _, ok := s.Update([]*content.Page{&p}); ok != want {
			t.Errorf("%s: got %v, want %v", id, ok, want)
		}
	}
	p := *nl.Page
	p.Groups = p.Groups[:1]
	if _, ok := s.Update([]*content.Page{&p}); ok {
		t.Error("other groups are no new site")
	}
}

func TestGroupMistakes(t *testing.T) {
	group := func(pages string) string {
		return "title = \"E\"\n[groups.a]\ntitle = \"A\"\npages = " + pages
	}
	for _, c := range []struct{ file, front, want string }{
		{"nl/e/index.md", group(`["impa"]`), `content/nl/e/index.md: the section has no page "impa"`},
		{"nl/e/index.md", group(`["imap.md"]`), `content/nl/e/index.md: the section has no page "imap.md"`},
		{"nl/e/index.md", group(`["e/imap"]`), `content/nl/e/index.md: the section has no page "e/imap"`},
		{"nl/e/index.md", group(`["../e/imap"]`), ``},
		{"nl/e/index.md", group(`["imap", "pop", "imap"]`), `content/nl/e/index.md: the page "imap" is in the group "a" already`},
		{"nl/index.md", group(`["e/imap"]`), `content/nl/index.md: "e/imap" does not stand directly in the section`},
		{"nl/e/imap.md", group(`[]`), `content/nl/e/imap.md: only a section has groups of pages`},
		{"en/e/index.md", "title = \"E\"\n[groups.instelen]\ntitle = \"A\"", `content/en/e/index.md: content/nl/e/index.md has no group "instelen"`},
		{"en/e/index.md", "title = \"E\"\n[groups.instellen]\ntitle = \"A\"\npages = [\"imap\"]", `content/en/e/index.md: which pages are in the group is said in content/nl/e/index.md`},
		{"nl/e/index.md", "title = \"E\"\n[groups.a]\npages = [\"imap\"]", `content/nl/e/index.md: groups.a.title is missing`},
	} {
		_, ds := newSite(t, "", with(c.file, c.front))
		var want []string
		if c.want != "" {
			want = []string{c.want}
		}
		if got := says(ds); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%s %q: got %q, want %q", c.file, c.front, got, want)
		}
	}
}
