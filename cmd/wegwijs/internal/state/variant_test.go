package state_test

import (
	"strings"
	"testing"
)

// A regional variant takes all of its parent and needs no file of its own:
// strings, quotes, dates and pages.
func TestRegionalVariant(t *testing.T) {
	variant := siteToml("nl", "en", "nl-BE<nl")
	s := sound(t, variant)
	p := look(t, s, "nl-BE/e-mail/pop/index.html")
	if p.lang != "nl-BE" || p.articleLang != "nl" {
		t.Errorf("got %+v", p)
	}
	if got, want := s.Renderer.Strings.Lang("nl-BE").Quotes, s.Renderer.Strings.Lang("nl").Quotes; got != want {
		t.Errorf("quotes: got %q, want %q", got, want)
	}
	// The parent comes first, whatever else is named, and a string of its own is
	// what counts.
	s = sound(t, siteToml("nl", "en", "nl-BE<en")+"-- i18n/nl-BE.toml --\nlanguage = \"Taal!\"\n")
	if p := look(t, s, "nl-BE/e-mail/pop/index.html"); p.articleLang != "nl" {
		t.Errorf("got a page in %q, want nl", p.articleLang)
	}
	if got, err := s.Renderer.Strings.Lang("nl-BE").T("language"); got != "Taal!" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// A language whose file is empty is one mistake.
func TestEmptyStrings(t *testing.T) {
	_, ds := load(t, tree(t, siteToml("nl", "en", "de")+"-- i18n/de.toml --\n# nog niets\n"))
	if got := says(ds); len(got) != 1 || !strings.Contains(got[0], "the language de has no interface strings yet") {
		t.Errorf("got %q", got)
	}
}
