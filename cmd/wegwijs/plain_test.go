package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// Check reads the language of a site's own pages, as site.toml weighs it; the
// pages of the program are not looked at, and build looks at none. Without
// hunspell one line says so.
func TestPlainLanguage(t *testing.T) {
	dir := t.TempDir()
	testenv.Write(t, filepath.Join(dir, "site.toml"), "title = \"Hulp\"\nbase_url = \"https://hulp.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"Nederlands\"\n[provider]\nname = \"Hulp\"\ncontact = \"https://hulp.example/\"\n[[mail]]\nid = \"a\"\nname = \"Mail\"\ndomains = [\"hulp.example\"]\n[[mail.server]]\nprotocol = \"imap\"\nhost = \"imap.hulp.example\"\nport = 993\nsecurity = \"tls\"\n[[mail.server]]\nprotocol = \"smtp\"\nhost = \"smtp.hulp.example\"\nport = 465\nsecurity = \"tls\"\n[check.severity]\nplain-word = \"error\"\n[check.glossary.nl]\npostbus = [\"mailbox\"]\n")
	page := filepath.Join(dir, "content/nl/eigen.md")
	const text = "+++\ntitle = \"Eigen\"\ndescription = \"Een eigen pagina.\"\n+++\n\n<!-- accepteer plain-form: zo spreekt de wet -->\nDe wet zegt dat u mag kiezen.\n\n"
	testenv.Write(t, page, text+"Het wacht, indien u uw mailbox leegt. Kijk bij :ui[uw mailbox], `reeds`.\n")
	t.Setenv("PATH", t.TempDir())
	t.Setenv(hunspellEnv, "")
	said := func(want int, args ...string) []string {
		t.Helper()
		var out strings.Builder
		if code := run(t.Context(), append([]string{"-C", dir}, args...), &out, &out); code != want {
			t.Fatalf("%v ends with %d, want %d: %s", args, code, want, out.String())
		}
		var lines []string
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "[plain-") || strings.Contains(line, "[accept") || strings.Contains(line, "hunspell") {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		return lines
	}
	for _, c := range []struct {
		code int
		args []string
		want string
	}{
		{failed, []string{"check"}, `spelling was not checked: the program hunspell is not installed
content/nl/eigen.md:9:12: indien is hard to read [plain-word]
content/nl/eigen.md:9:19: warning: u, where the site says je otherwise [plain-form]
content/nl/eigen.md:9:24: warning: the glossary has another word for mailbox [plain-term]`},
		{failed, []string{"--lang", "nl", "check"}, `de spelling is niet gecontroleerd: het programma hunspell is niet geïnstalleerd
content/nl/eigen.md:9:12: indien is een moeilijk woord [plain-word]
content/nl/eigen.md:9:19: waarschuwing: u, terwijl de site verder je zegt [plain-form]
content/nl/eigen.md:9:24: waarschuwing: de woordenlijst heeft een ander woord voor mailbox [plain-term]`},
		{done, []string{"build"}, ""},
	} {
		if got := strings.Join(said(c.code, c.args...), "\n"); got != c.want {
			t.Errorf("%v says\n%s\nwant\n%s", c.args, got, c.want)
		}
	}
	testenv.Write(t, page, strings.Replace(text, "u mag", "je mag", 1)) // nothing left to accept
	if got := said(done, "check"); len(got) != 2 || !strings.Contains(got[1], "eigen.md:6:1: warning: nothing here has a warning plain-form to accept") {
		t.Errorf("an acceptance that is not used: %q", got)
	}
}

// TestSpellingIsAsked: check asks the program that WEGWIJS_HUNSPELL names, of the
// site's own pages, or none.
func TestSpellingIsAsked(t *testing.T) {
	testenv.Program(t, "hunspell, with a dictionary of Dutch", "hunspell")
	dir := t.TempDir()
	testenv.Write(t, filepath.Join(dir, "site.toml"), tenLines)
	testenv.Write(t, filepath.Join(dir, "content/nl/eigen.md"), "+++\ntitle = \"Eigen\"\ndescription = \"Een eigen pagina.\"\n+++\n\nVul je gebruikersnaaam in.\n")
	for name, want := range map[string]int{"": 1, "off": 0, "hunspell": 1} {
		t.Setenv(hunspellEnv, name)
		_, stderr := program(t, done, "-C", dir, "check")
		if got := strings.Count(stderr, "eigen.md:6:8: warning: gebruikersnaaam is in no dictionary [plain-spelling]"); got != want {
			t.Errorf("%q: said %d times, want %d:\n%s", name, got, want, stderr)
		}
	}
	t.Setenv(hunspellEnv, "no-such-program")
	if _, stderr := program(t, done, "-C", dir, "check"); !strings.HasPrefix(stderr, "spelling was not checked: the program hunspell is not installed\n") {
		t.Errorf("got %s", stderr)
	}
}

// TestPlainTitles: check reads what front matter and labels say to readers, each at
// its place, and says a mistake that is made again and again once, with how often.
func TestPlainTitles(t *testing.T) {
	dir := t.TempDir()
	testenv.Write(t, filepath.Join(dir, "site.toml"), tenLines)
	const text = "+++\ntitle = \"Indien uw \\\"postbus\\\"  vol is\"\nnav_title = 'Reeds vol'\ndescription = \"Aldus maak je  ruimte in je postbus, dat gaat alzo.\"\n+++\n" +
		"Je ziet het als je kijkt, en je leest wat je doet.\n\n" +
		":::details[Wat u \\[dus\\] reeds ziet]\nIndien je het ziet.\n:::\n\n" +
		"::::tabs\n:::tab[Thans]\nEen.\n:::\n:::tab[Straks]\nUw twee, en u drie.\n:::\n::::\n\n" +
		"> [!TIP] Indien het lukt\n> Mooi zo.\n\n" +
		"![Een scherm  met reeds iets](x.png \"Indien u dit ziet\")\n\n"
	testenv.Write(t, filepath.Join(dir, "content/nl/eigen.md"), text)
	testenv.Write(t, filepath.Join(dir, "content/nl/x.png"), "\x89PNG\r\n\x1a\n")
	t.Setenv(hunspellEnv, "off")
	var out strings.Builder
	run(t.Context(), []string{"-C", dir, "check"}, &out, &out)
	var got []string
	lines := strings.Split(out.String(), "\n")
	for i, line := range lines {
		if !strings.Contains(line, "[plain-") {
			continue
		}
		_, place, _ := strings.Cut(line, ":")
		for ; i < len(lines) && !strings.HasPrefix(lines[i], "    hint: "); i++ {
		}
		got = append(got, place+" "+strings.TrimPrefix(lines[i], "    hint: "))
	}
	want := []string{
		"2:10: warning: Indien is hard to read [plain-word] write als; 3 more places like this one",
		"2:17: warning: uw, where the site says je otherwise [plain-form] write je, or say with quotes that somebody else says it; 4 more places like this one",
		"2:32: warning: two spaces, one behind the other [plain-space] remove one; 2 more places like this one",
		"3:14: warning: Reeds is hard to read [plain-word] write al; 2 more places like this one",
		"4:16: warning: Aldus is hard to read [plain-word] write zo",
		"13:8: warning: Thans is hard to read [plain-word] write nu",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
