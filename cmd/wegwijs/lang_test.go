package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/state"
)

// borrowingSite has four languages: Dutch has all, the others lack pages, strings
// or both. Text in a language begins with its code between these brackets.
const borrowingSite = `title = "Hulp"
base_url = "https://help.provider.example"
default_language = "nl"
content = {builtin = false}
[provider]
name = "Voorbeeld"
contact = "mailto:hulp@provider.example"
phone = "010 123 45 67"
hours = "⟦nl⟧ werkdagen"
[languages.nl]
name = "Nederlands"
[languages.ar]
name = "العربية"
fallback = ["it", "nl"]
[languages.it]
name = "Italiano"
fallback = ["nl"]
[languages.nl-BE]
name = "Nederlands (België)"
`

// saidRE finds text that says in which language it is.
var saidRE = regexp.MustCompile(`⟦([a-zA-Z-]+)⟧`)

// inLanguage returns the interface strings of the program as those of a language,
// without those that keep leaves out.
func inLanguage(t *testing.T, lang string, keep func(n int) bool) []byte {
	t.Helper()
	data, err := fs.ReadFile(builtin.Files, "i18n/nl.toml")
	if err != nil {
		t.Fatal(err)
	}
	stringRE := regexp.MustCompile(`^(?:[a-z][a-z0-9_]*) = "`)
	var b strings.Builder
	n := 0
	for line := range strings.Lines(string(data)) {
		switch at := stringRE.FindString(line); {
		case strings.HasPrefix(line, "["): // plurals differ by language, and none is asked for here
			return []byte(b.String())
		case at == "" || strings.HasPrefix(line, "date =") || strings.HasPrefix(line, "first_day =") || strings.HasPrefix(line, "space_before ="):
			if !strings.Contains(line, "{ ") && !strings.Contains(line, "={") && !strings.Contains(line, "= {") {
				b.WriteString(line)
			}
		default:
			if n++; keep(n) {
				b.WriteString(at + "⟦" + lang + "⟧ " + strings.TrimPrefix(line, at))
			}
		}
	}
	return []byte(b.String())
}

// TestTextSaysItsLanguage: whatever a page shows in another language than its own,
// of a text, a title, a description or a string of the interface, has its language
// in the nearest lang attribute; what attributes and titles of windows borrow has
// no elements in it, and no mark is left anywhere.
func TestTextSaysItsLanguage(t *testing.T) {
	mailbox := strings.Replace(product("post", "imap", "pop", "smtp"), "[[mail.server]]", "webmail = \"https://webmail.provider.example\"\nleave_on_server_days = 14\n[[mail.server]]", 1)
	files := fstest.MapFS{"site.toml": {Data: []byte(borrowingSite + mailbox)}}
	files["i18n/nl.toml"] = &fstest.MapFile{Data: inLanguage(t, "nl", func(int) bool { return true })}
	files["i18n/it.toml"] = &fstest.MapFile{Data: inLanguage(t, "it", func(n int) bool { return n%3 != 0 })}
	files["i18n/ar.toml"] = &fstest.MapFile{Data: inLanguage(t, "ar", func(n int) bool { return n%2 == 0 })}
	page := func(lang, id, body string) {
		files["content/"+lang+"/"+id+".md"] = &fstest.MapFile{Data: []byte(fmt.Sprintf("+++\ntitle = \"⟦%[1]s⟧ titel van %[2]s\"\nnav_title = \"⟦%[1]s⟧ %[2]s\"\ndescription = \"⟦%[1]s⟧ waarover %[2]s gaat\"\nupdated = 2026-11-23\n+++\n%[3]s", lang, id, body))}
	}
	everything := func(lang string) string {
		return strings.ReplaceAll(":::summary\n⟦L⟧ kort.\n:::\n\n⟦L⟧ tekst[^1], :setting[imap.username], :setting[smtp.security], :setting[pop.days] en :alternative[imap].\n\n## ⟦L⟧ kop\n\n### ⟦L⟧ kop\n\n> [!WARNING]\n> ⟦L⟧ let op.\n\n::settings[imap]\n\n::settings[smtp]{card=yes}\n\n::devices\n\n::choice\n\n::personal\n\n::profiles\n\n::dns\n\n::find\n\n```toml\na = 1\n```\n\n## ⟦L⟧ nog een\n\n## ⟦L⟧ en een\n\n## ⟦L⟧ laatste\n\n[^1]: ⟦L⟧ noot.\n", "⟦L⟧", "⟦"+lang+"⟧")
	}
	ids := []string{"index", "over", "toegankelijkheid", "e-mail/index", "andere/index", "andere/een", "andere/twee", "e-mail/imap-instellingen", "e-mail/pop-instellingen", "e-mail/smtp-instellingen", "e-mail/werkt-niet",
		"e-mail/thunderbird", "e-mail/outlook-app", "e-mail/gmail-app", "e-mail/webmail", "e-mail/windows-mail", "e-mail/back-up", "e-mail/versturen-lukt-niet", "e-mail/wachtwoord-klopt-niet", "e-mail/certificaatwaarschuwing", "e-mail/automatisch-instellen"}
	for i, id := range ids {
		page("nl", id, everything("nl"))
		if i%2 == 0 {
			page("it", id, everything("it"))
		}
		if i%5 == 0 {
			page("ar", id, everything("ar"))
		}
	}
	s, err := state.Load(t.Context(), builtin.Over(files), state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Set == nil {
		t.Fatalf("%v", s.Findings()[:min(9, len(s.Findings()))])
	}
	seen := map[string]int{} // by language of the page and of the text
	err = s.Set.EachNumbered(t.Context(), 1, func(i int, data []byte) error {
		f := s.Set.Files()[i]
		if at := bytes.IndexAny(data, "\U0010FF10\U0010FF11\U0010FF12"); at >= 0 {
			t.Errorf("%s: a mark is left: %.80q", f.Path, data[at:])
		}
		if f.Kind == "" || f.Coding != "" {
			return nil
		}
		doc, err := html.Parse(bytes.NewReader(data))
		if err != nil {
			return err
		}
		spoken(t, f, doc, "", seen)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"nl nl", "it it", "it nl", "ar ar", "ar it", "ar nl", "nl-BE nl"} {
		if seen[want] < 20 {
			t.Errorf("%s: %d texts, want 20 or more", want, seen[want])
		}
	}
	for _, d := range s.Findings() {
		if d.Severity.String() == "error" {
			t.Error(d.Pos, d.Msg)
		}
	}
}

// spoken looks at the texts of an element, which lang is said of from outside.
func spoken(t *testing.T, f fileset.File, n *html.Node, lang string, seen map[string]int) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "lang":
			lang = a.Val
		case strings.Contains(a.Val, "<span"):
			t.Errorf("%s: an element in the attribute %s: %q", f.Path, a.Key, a.Val)
		}
	}
	if n.Type == html.TextNode && n.Parent != nil && !slices.Contains([]atom.Atom{atom.Title, atom.Script}, n.Parent.DataAtom) {
		for _, m := range saidRE.FindAllStringSubmatch(n.Data, -1) {
			seen[f.Lang+" "+m[1]]++
			if base, _, _ := strings.Cut(lang, "-"); lang != m[1] && base != m[1] {
				t.Errorf("%s: %q is said to be in %q (in <%s %v>)", f.Path, strings.TrimSpace(n.Data), lang, n.Parent.Data, n.Parent.Attr)
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		spoken(t, f, c, lang, seen)
	}
}
