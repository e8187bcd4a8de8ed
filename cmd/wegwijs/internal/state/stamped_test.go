package state_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/site/freshness"
	"wegwijs/cmd/wegwijs/internal/state"
)

// stamped returns a site with a page in Dutch as it is now, and in English as it
// was translated from another text; kept says whether that text is still there.
func stamped(t testing.TB, was, now, english string, kept bool, more ...string) fstest.MapFS {
	t.Helper()
	page := func(title, body string) string { return fmt.Sprintf("+++\ntitle = %q\n+++\n%s\n", title, body) }
	stamp := freshness.StampOf([]byte(page("POP", was)))
	m := tree(t, more...)
	put := func(name, text string) { m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644} }
	if now != "" {
		put("content/nl/e-mail/pop.md", page("POP", now))
	} else {
		delete(m, "content/nl/e-mail/pop.md")
	}
	put("content/en/e-mail/pop.md", "+++\ntitle = \"POP\"\nsource = \""+string(stamp)+"\"\n+++\n"+english+"\n")
	if kept {
		put(stamp.File(), page("POP", was))
	}
	return m
}

// Whatever a writer does to the headings of a text, a stamped translation keeps
// the ids of the text that it was made from, without a finding.
func TestHeadingIDsOfTheStamp(t *testing.T) {
	const was = "## Eén\n\n### Onder\n\n## Twee\n\n## Drie"
	const english = "## One\n\n### Below\n\n## Two\n\n## Three"
	ids := []string{"een", "onder", "twee", "drie"}
	for name, now := range map[string]string{
		"as it was":                  was,
		"other words only":           was + "\n\nTekst.",
		"one added at the front":     "## Nieuw\n\n" + was,
		"one added in between":       strings.Replace(was, "## Twee", "## Nieuw\n\n## Twee", 1),
		"one added with an id":       "## Nieuw {#anders}\n\n" + was,
		"one removed":                strings.Replace(was, "## Twee\n\n", "", 1),
		"moved":                      "## Drie\n\n## Eén\n\n### Onder\n\n## Twee",
		"renamed":                    strings.Replace(was, "## Twee", "## Tweede", 1),
		"another level":              strings.Replace(was, "### Onder", "## Onder", 1),
		"one added, another removed": "## Nieuw\n\n## Eén\n\n### Onder\n\n## Twee",
		"an id of its own":           strings.Replace(was, "## Twee", "## Twee {#anders}", 1),
		"two the same":               was + "\n\n## Drie",
		"all others":                 "## A\n\n## B",
		"none":                       "Tekst.",
		"the page is gone":           "",
	} {
		m := stamped(t, was, now, english, true, md("nl/e-mail/index", "title = \"E-mail\"\nslug = \"e-mail\"", "[IMAP](imap.md)"), md("nl/e-mail/imap", `title = "IMAP"`, "Tekst. {#x}"), md("en/e-mail/imap", "title = \"IMAP\"\nslug = \"imap-settings\"", "[a](pop.md#twee) [b](pop.md#drie)"),
			md("nl/e-mail/imap", "title = \"IMAP instellen\"\naliases = [\"/oud/imap/\"]", "## Versturen"), md("en/e-mail/index", "title = \"Email\"\nslug = \"email\"", "[x](imap.md)"))
		s, ds := load(t, m)
		same(t, name+": findings", says(ds), []string{})
		same(t, name+": ids", look(t, s, "en/email/pop/index.html").ids, ids)
	}
}

// The ids of a translation whose text is gone are asked before anything is made of
// it, as translate ids does.
func TestHeadingIDsOfAnOrphan(t *testing.T) {
	m := stamped(t, "## Eén\n\n## Twee", "", "## One\n\n## Two", true, md("nl/e-mail/imap", `title = "IMAP"`, "Tekst."))
	s, err := state.Load(t.Context(), m, state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.Renderer.Headings(s.Site.Reference("e-mail/pop"))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, h := range list {
		ids = append(ids, h.ID)
	}
	same(t, "ids", ids, []string{"een", "twee"})
}

// Links to what the text calls a heading now lead to it in a translation that was
// made before, and what it has too much of is no mistake of the links.
func TestLinksBeforeATranslationFollows(t *testing.T) {
	const was = "## Eén\n\n## Twee"
	fallback := md("nl/e-mail/alleen", `title = "Alleen"`, "[a](pop.md#tweede) [b](pop.md#nieuw)")
	own := md("en/e-mail/imap", "title = \"IMAP\"\nslug = \"imap-settings\"", "## Receiving\n\n## Sending\n\n[a](pop.md#twee) [b](pop.md#tweede) [c](pop.md#nieuw)")
	_, ds := load(t, stamped(t, was, "## Nieuw\n\n## Eén\n\n## Tweede", "## One\n\n## Two", true, fallback, own))
	same(t, "a heading added and one renamed", says(ds), []string{})
	_, ds = load(t, stamped(t, was, "## Eén\n\n## Tweede\n\n## Nieuw {#nieuw}\n\n### Meer", "## One\n\n## Two", true, fallback, own))
	same(t, "findings", says(ds), []string{})
	s, _ := load(t, stamped(t, was, "## Eén\n\n## Tweede", "## One\n\n## Two", true))
	if html := text(t, s, "en/email/pop/index.html"); !strings.Contains(html, `<h2 id="twee"><span id="tweede"></span>Two</h2>`) {
		t.Errorf("the new id of a renamed heading does not work:\n%s", html)
	}
	// What stands in neither text stays a mistake.
	_, ds = load(t, stamped(t, was, "## Eén\n\n## Tweede", "## One\n\n## Two", true, md("en/e-mail/imap", `title = "IMAP"`, "## A\n\n## Sending\n\n[a](pop.md#nergens)")))
	same(t, "an id that is nowhere", says(ds), []string{`content/en/e-mail/imap.md:8:1: no heading or term "nergens" in content/en/e-mail/pop.md`})
}

// A stamp of a text that nobody has kept tells nothing: the outlines decide, and
// where they do not correspond nothing is guessed.
func TestStampWithoutItsText(t *testing.T) {
	for name, m := range map[string]fstest.MapFS{
		"lost":      stamped(t, "## Eén", "## Nieuw\n\n## Eén", "## One", false),
		"changed":   stamped(t, "## Eén", "## Nieuw\n\n## Eén", "## One", true),
		"not there": tree(t, md("nl/e-mail/pop", `title = "POP"`, "## Nieuw\n\n## Eén"), md("en/e-mail/pop", `title = "POP"`, "## One")),
	} {
		if name == "changed" { // what is kept under a stamp is another text
			for file, f := range m {
				if strings.HasPrefix(file, freshness.BaseDir) {
					f.Data = append(slices.Clone(f.Data), "meer\n"...)
				}
			}
		}
		s, ds := load(t, m)
		if len(ds) != 1 || ds[0].Code != "heading-outline" {
			t.Errorf("%s: got %v", name, says(ds))
		}
		same(t, name, look(t, s, "en/email/pop/index.html").ids, []string{"one"})
	}
}

// Edits of the text, of the stamp and of the text that is kept are seen as by one who
// reads the site anew.
func TestUpdateFollowsTheStamp(t *testing.T) {
	const was = "## Eén\n\n## Twee"
	m := stamped(t, was, was, "## One\n\n## Two", true)
	s, err := state.Load(t.Context(), m, state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	step := func(name, file, bytes string) {
		t.Helper()
		if bytes == "" {
			delete(m, file)
		} else {
			m[file] = &fstest.MapFile{Data: []byte(bytes), Mode: 0o644}
		}
		if s, err = state.Update(t.Context(), m, state.Options{}, s, []string{file}); err != nil {
			t.Fatal(err)
		}
		clean, ds := load(t, m)
		if err := s.MakeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		same(t, name+": findings", says(s.Findings()), says(ds))
		for _, f := range clean.Set.Files() {
			if strings.HasSuffix(f.Path, ".html") && text(t, clean, f.Path) != text(t, s, f.Path) {
				t.Errorf("%s: %s is not what a clean build writes", name, f.Path)
			}
		}
	}
	page := func(body string) string { return fmt.Sprintf("+++\ntitle = \"POP\"\n+++\n%s\n", body) }
	stamp := func(body string) freshness.Stamp { return freshness.StampOf([]byte(page(body))) }
	english := func(of, body string) string {
		return "+++\ntitle = \"POP\"\nsource = \"" + string(stamp(of)) + "\"\n+++\n" + body + "\n"
	}
	const now = "## Nieuw\n\n## Eén\n\n## Tweede"
	step("the text", "content/nl/e-mail/pop.md", page(now))
	step("the text again", "content/nl/e-mail/pop.md", page("## Eén\n\n## Derde"))
	step("and again", "content/nl/e-mail/pop.md", page(now))
	step("what was kept is lost", stamp(was).File(), "")
	step("what was kept is found", stamp(was).File(), page(was))
	step("the new text is kept", stamp(now).File(), page(now))
	step("a new stamp", "content/en/e-mail/pop.md", english(now, "## New\n\n## One\n\n## Two"))
	step("the old text goes", stamp(was).File(), "")
	step("the text moves on", "content/nl/e-mail/pop.md", page(was))
	step("the text is gone", "content/nl/e-mail/pop.md", "")
}
