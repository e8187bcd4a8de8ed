package state_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/state"
)

// findings returns what is wrong with the small site and files laid over it, of
// which the names are at even places.
func findings(t *testing.T, files ...string) []diag.Diagnostic {
	t.Helper()
	m := tree(t)
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1]), Mode: 0o644}
	}
	_, ds := load(t, m)
	return ds
}

func front(title, keys string) string {
	return fmt.Sprintf("+++\ntitle = %q\n%s+++\n\nTekst.\n", title, keys)
}

// One mistake is one message, however many files of the output follow from it.
func TestOneMistakeOneMessage(t *testing.T) {
	config := string(tree(t)["site.toml"].Data)
	set := func(key string) string { return config + "\n[outputs]\n" + key + "\n" }
	if strings.Contains(config, "[outputs]") {
		set = func(key string) string { return strings.Replace(config, "[outputs]", "[outputs]\n"+key, 1) }
	}
	for name, c := range map[string]struct {
		files []string
		want  []string // code and place of each
	}{
		"one slug twice":              {[]string{"content/nl/a.md", front("A", "slug = \"x\"\n"), "content/nl/b.md", front("B", "slug = \"x\"\n")}, []string{"content/nl/b.md:3:8 page-address"}},
		"one slug twice, compressed":  {[]string{"site.toml", set(`compress = ["br"]`), "content/nl/a.md", front("A", "slug = \"x\"\n"), "content/nl/b.md", front("B", "slug = \"x\"\n")}, []string{"content/nl/b.md:3:8 page-address"}},
		"the slug of a page's file":   {[]string{"site.toml", set(`compress = ["br", "gzip"]`), "content/nl/a.md", front("A", ""), "content/nl/b.md", front("B", "slug = \"a\"\n")}, []string{"content/nl/b.md:3:8 page-address"}},
		"in a translation":            {[]string{"site.toml", set(`compress = ["gzip"]`), "content/en/a.md", front("A", "slug = \"x\"\n"), "content/en/b.md", front("B", "slug = \"x\"\n")}, []string{"content/en/b.md:3:8 page-address"}},
		"two languages that are none": {[]string{"site.toml", config + "\n[languages.en_US]\nname = \"A\"\n[languages.zz]\nname = \"B\"\n"}, []string{"config-language", "config-language"}},
		"a language with a wrong tag": {[]string{"site.toml", config + "\n[languages.en-UK]\nname = \"A\"\n"}, []string{"config-language"}},
		"a stamp that is a word":      {[]string{"content/nl/a.md", front("A", ""), "content/en/a.md", front("A", "source = \"kaas\"\n")}, []string{"content/en/a.md:3:10 translation-unknown"}},
		"a file for a stamp":          {[]string{"content/nl/a.md", front("A", ""), "content/en/a.md", front("A", "source = \"content/nl/e-mail/imap.md\"\n")}, []string{"content/en/a.md:3:10 translation-unknown"}},
		"a stamp in capitals":         {[]string{"content/nl/a.md", front("A", ""), "content/en/a.md", front("A", "source = \"0123456789ABCDEF\"\n")}, []string{"content/en/a.md:3:10 translation-unknown"}},
		"a word for a stamp in nl":    {[]string{"content/nl/a.md", front("A", "source = \"https://voorbeeld.example/\"\n")}, []string{"content/nl/a.md:3:10 translation-unknown"}},
		"a page of MDX":               {[]string{"content/nl/a.mdx", "# A\n"}, []string{"content/nl/a.mdx file-name"}},
		"a page of another program":   {[]string{"content/nl/e-mail/a.RST", "A\n"}, []string{"content/nl/e-mail/a.RST file-name"}},
		"a page in AsciiDoc":          {[]string{"content/en/a.adoc", "A\n"}, []string{"content/en/a.adoc file-name"}},
		"a long extension":            {[]string{"content/nl/a.MarkDown", "A\n"}, []string{"content/nl/a.MarkDown file-name"}},
		"a film as an image":          {[]string{"content/nl/a.md", front("A", "") + "![Film](film.mp4)\n", "content/nl/film.mp4", "x"}, []string{"content/nl/a.md:6:1 image"}},
		"a document as an image":      {[]string{"content/nl/a.md", front("A", "") + "![Gids](gids.PDF)\n", "content/nl/gids.PDF", "x"}, []string{"content/nl/a.md:6:1 image"}},
		"sound by reference":          {[]string{"content/nl/a.md", front("A", "") + "Zie ![Film][f].\n\n[f]: film.webm\n", "content/nl/film.webm", "x"}, []string{"content/nl/a.md:6:5 image"}},
		"an archive as an image":      {[]string{"content/nl/a.md", front("A", "") + "![Alles](alles.zip)\n", "content/nl/alles.zip", "x"}, []string{"content/nl/a.md:6:1 image"}},
		"a link to a film":            {[]string{"content/nl/a.md", front("A", "") + "[Film](film.mp4)\n", "content/nl/film.mp4", "x"}, nil},
		"a heading without width":     {[]string{"content/nl/a.md", front("A", "") + "## \u200b\n"}, []string{"content/nl/a.md:6:1 heading-text"}},
		"a heading of joiners":        {[]string{"content/nl/a.md", front("A", "") + "## \u2060\u200d\n"}, []string{"content/nl/a.md:6:1 heading-text"}},
		"a heading of soft hyphens":   {[]string{"content/nl/a.md", front("A", "") + "## **\u00ad** {#kop}\n"}, []string{"content/nl/a.md:6:1 heading-text"}},
		"a heading of an entity":      {[]string{"content/nl/a.md", front("A", "") + "## &ZeroWidthSpace;&nbsp;\n"}, []string{"content/nl/a.md:6:1 heading-text"}},
		"a heading of one filler":     {[]string{"content/nl/a.md", front("A", "") + "## \u3164\n"}, []string{"content/nl/a.md:6:1 heading-text"}},
		"a heading in another script": {[]string{"content/nl/a.md", front("A", "") + "## क्\u200dष و\u200cا\n"}, nil},
		"a heading of a sign":         {[]string{"content/nl/a.md", front("A", "") + "## ✔\ufe0f\n"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			ds := findings(t, c.files...)
			wrong := len(ds) != len(c.want)
			for i := range min(len(ds), len(c.want)) {
				wrong = wrong || !strings.HasSuffix(ds[i].Pos.String()+" "+string(ds[i].Code), c.want[i])
			}
			if wrong {
				t.Errorf("got %q (%v), want %q", says(ds), ds, c.want)
			}
		})
	}
}

// What pages say of the check of the servers follows the file that holds it,
// also while it is written and taken away.
func TestVerifiedFact(t *testing.T) {
	m := tree(t, md("nl/a", `title = "A"`, ":::when{has=verified}\nNagekeken.\n:::\n\n:when[Nooit nagekeken.]{lacks=verified}"))
	m["site.toml"] = &fstest.MapFile{Mode: 0o644, Data: append(m["site.toml"].Data, []byte("\n[[mail]]\nid = \"mail\"\nname = \"Mail\"\ndomains = [\"t.example\"]\n[[mail.server]]\nprotocol = \"imap\"\nhost = \"imap.t.example\"\nport = 993\nsecurity = \"tls\"\n[[mail.server]]\nprotocol = \"smtp\"\nhost = \"smtp.t.example\"\nport = 465\nsecurity = \"tls\"\n")...)}
	row := func(key string, holds bool) string {
		return fmt.Sprintf("[%q]\ndate = 2026-11-27\nholds = %v\n", key, holds)
	}
	var s *state.State
	for _, c := range []struct {
		name, checked string
		want          bool
	}{
		{"no file", "", false},
		{"a row that holds", row("imap/imap.t.example/993/tls", true), true},
		{"one that does not", row("imap/imap.t.example/993/tls", false), false},
		{"another server's", row("imap/oud.t.example/993/tls", true), false},
		{"sending only", row("smtp/smtp.t.example/465/tls", true), true},
		{"taken away", "", false},
	} {
		delete(m, ".verified.toml")
		if c.checked != "" {
			m[".verified.toml"] = &fstest.MapFile{Data: []byte(c.checked), Mode: 0o644}
		}
		next, err := state.Load(t.Context(), m, state.Options{}, s)
		if err != nil {
			t.Fatal(err)
		}
		s = next
		page := text(t, s, "a/index.html")
		if strings.Contains(page, ">Nagekeken.") != c.want || strings.Contains(page, "Nooit nagekeken.") == c.want {
			t.Errorf("%s: got %s", c.name, page)
		}
	}
}
