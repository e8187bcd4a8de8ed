package state_test

import (
	"slices"
	"strings"
	"testing"
)

// A page that needs what the record does not have is not there, in any
// language, and nothing leads to it; with it, it is there.
func TestNeeds(t *testing.T) {
	pages := []string{
		md("nl/e-mail/pop", "title = \"POP\"\nneeds = [\"pop\"]", "## Kop\n\nPOP."), md("nl/e-mail/imap", "title = \"IMAP\"\nrelated = [\"e-mail/pop\"]", "## Een\n\n## Versturen {#versturen}\n\n:::when{has=pop}\nOf [POP](pop.md#kop).\n\n## Derde\n:::\n\n:when[Zonder.]{lacks=pop}\n"),
		md("en/e-mail/imap", `title = "IMAP"`, "## One\n\n## Sending\n\n:::when{has=pop}\n## Third\n:::\n"),
		md("en/e-mail/index", "title = \"Email\"\nslug = \"email\"", "[IMAP](imap.md#versturen)"), md("nl/e-mail/index", `title = "E-mail"`, "[IMAP](imap.md#versturen)"),
	}
	// The small site has no mail servers at all.
	s := sound(t, pages...)
	if got := paths(s, "pop/index.html"); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	p := look(t, s, "e-mail/imap/index.html")
	same(t, "headings", p.ids, []string{"een", "versturen"})
	if page := text(t, s, "e-mail/imap/index.html"); strings.Contains(page, "POP") || !strings.Contains(page, "Zonder.") {
		t.Errorf("got %s", page)
	}
	same(t, "headings of the translation", look(t, s, "en/email/imap/index.html").ids, []string{"een", "versturen"})
}

// A mistake in needs is said at its place, and a link to a page that may be
// absent is one in every site.
func TestNeedsMistakes(t *testing.T) {
	_, ds := load(t, tree(t, md("nl/e-mail/pop", "title = \"POP\"\nneeds = [\"popp\"]", "")))
	if !slices.Contains(says(ds), `content/nl/e-mail/pop.md:3:10: nothing is called "popp" that a site has or lacks`) {
		t.Errorf("got %q", says(ds))
	}
	_, ds = load(t, tree(t, md("nl/e-mail/pop", "title = \"POP\"\nneeds = [\"pop\"]", "")))
	if !slices.Contains(says(ds), `content/nl/e-mail/imap.md:11:5: the page is not there in every site: it needs pop`) {
		t.Errorf("got %q", says(ds))
	}
}

// TestLinkMeant: an address without its scheme is told from a file.
func TestLinkMeant(t *testing.T) {
	for dest, want := range map[string]string{
		"support@t.example":   "did you mean mailto:support@t.example?",
		"www.t.example":       "did you mean https://www.t.example?",
		"www.x.nl/pad?a=b":    "did you mean https://www.x.nl/pad?a=b?",
		"klant.provider.nl":   "did you mean https://klant.provider.nl?",
		"Provider.NL/contact": "did you mean https://Provider.NL/contact?",
		"gids.pdf":            "put the file in the folder of the page, or name a page by its file: pagina.md",
		"gids.xyz":            "files of the kind .xyz are not published",
	} {
		_, ds := load(t, tree(t, md("nl/e-mail/pop", `title = "POP"`, "[x]("+dest+")")))
		if len(ds) != 1 || ds[0].Hint != want {
			t.Errorf("%s: got %+v, want the hint %q", dest, ds, want)
		}
	}
}
