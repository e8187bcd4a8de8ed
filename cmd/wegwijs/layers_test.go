package main

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// tenLines is the whole site of a provider that starts.
const tenLines = `title = "Helpcentrum"
base_url = "https://help.provider.example"
provider = {name = "Provider BV", short_name = "Provider", website = "https://www.provider.example/", contact = "https://www.provider.example/contact/"}
[[mail]]
id = "hosting"
name = "E-mail bij hosting"
domains = ["provider.example"]
leave_on_server_days = 14
webmail = "https://webmail.provider.example/"
server = [{protocol = "imap", host = "imap.provider.example", port = 993, security = "tls"}, {protocol = "pop", host = "pop.provider.example", port = 995, security = "tls"}, {protocol = "smtp", host = "smtp.provider.example", port = 465, security = "tls"}, {protocol = "smtp", host = "smtp.provider.example", port = 587, security = "starttls"}]
`

// program runs the program in a folder and returns what it printed.
func program(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	if code := run(context.Background(), args, &o, &e); code != want {
		t.Fatalf("wegwijs %s: got status %d, want %d\n%s%s", strings.Join(args, " "), code, want, o.String(), e.String())
	}
	return o.String(), e.String()
}

// TestTenLines: in an empty folder, ten lines of site.toml are a help centre
// in four languages, without a finding, and byte for byte the one that this
// repository would be with them.
func TestTenLines(t *testing.T) {
	if n := strings.Count(tenLines, "\n"); n != 10 {
		t.Fatalf("site.toml has %d lines", n)
	}
	empty, whole := testenv.RAM(t), testenv.RAM(t)
	testenv.Write(t, filepath.Join(empty, "site.toml"), tenLines)
	for name, text := range inputs(t, repository) {
		testenv.Write(t, filepath.Join(whole, filepath.FromSlash(name)), text)
	}
	testenv.Write(t, filepath.Join(whole, "site.toml"), tenLines)
	for _, dir := range []string{empty, whole} {
		for _, args := range [][]string{{"check", "--strict", "-C", dir}, {"build", "-C", dir}} {
			if _, stderr := program(t, done, args...); stderr != "" {
				t.Fatalf("%q: got findings:\n%s", args, stderr)
			}
		}
	}
	a, b := contents(t, filepath.Join(empty, "public")), contents(t, filepath.Join(whole, "public"))
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if a[name] != b[name] {
			t.Errorf("%s differs", name)
		}
	}
	if len(a) != len(b) || len(a) < 250 {
		t.Errorf("got %d files and %d", len(a), len(b))
	}
	for _, name := range []string{"index.html", "en/index.html", "de/index.html", "fr/index.html"} {
		if !strings.Contains(a[name], "Provider") {
			t.Errorf("%s does not name the provider", name)
		}
	}
}

// TestOwnFilesLieOver: a site's file takes the place of the built-in one, its
// strings are laid over the built-in ones one by one, and style and script of
// its own stand beside those of the theme.
func TestOwnFilesLieOver(t *testing.T) {
	dir := testenv.RAM(t)
	write := func(name, text string) { testenv.Write(t, filepath.Join(dir, filepath.FromSlash(name)), text) }
	write("site.toml", tenLines)
	write("content/nl/over.md", "+++\ntitle = \"Wie wij zijn\"\n+++\nWij zijn het.\n")
	write("content/nl/e-mail/eigen.md", "+++\ntitle = \"Een eigen bladzijde\"\n+++\nLees [Instellingen](imap-instellingen.md).\n")
	write("i18n/nl.toml", "footer_privacy = \"Onze eigen voet.\"\n")
	write("layouts/assets/own.css", "p{color:#000}\n")
	write("layouts/assets/own.js", "document.title;\n")
	write("layouts/assets/icon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n")
	write("layouts/directives/ons.html", "{{/*\nkind = \"inline\"\nlabel = \"required\"\n*/}}<b>{{ .Label }}</b>")
	write("content/en/mine.md", "+++\ntitle = \"Mine\"\n+++\n:ons[ours]\n")
	program(t, done, "build", "-C", dir)
	files := contents(t, filepath.Join(dir, "public"))
	page := func(name string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(files[name], w) {
				t.Errorf("%s does not have %q", name, w)
			}
		}
	}
	css := regexp.MustCompile(`(?s)<link rel="stylesheet" href="/assets/site\.[^"]*">.*<link rel="stylesheet" href="/assets/own\.[^"]*">\s*<link rel="icon"`)
	if !css.MatchString(files["index.html"]) {
		t.Errorf("own.css does not stand behind the theme:\n%.900s", files["index.html"])
	}
	page("over/index.html", "Wie wij zijn", "Wij zijn het.", "Onze eigen voet.", `src="/assets/own.`)
	page("e-mail/eigen/index.html", `href="/e-mail/imap-instellingen/"`)
	page("en/mine/index.html", "<b>ours</b>")
	page("en/about/index.html", "<html")
	if strings.Contains(files["en/index.html"], "Onze eigen voet.") {
		t.Error("a string of one language is shown in another")
	}
	// What is wrong in a built-in file is said to be there.
	write("i18n/nl.toml", "page_tools = \"Van {x}\"\n")
	_, stderr := program(t, failed, "check", "-C", dir)
	if !strings.Contains(stderr, "builtin:layouts/partials/tools.html:") || !strings.Contains(stderr, `    <section class="pagetools"`) {
		t.Errorf("got findings without the place in the built-in file and its line:\n%s", stderr)
	}
	// Without its own file a path shows the built-in one again.
	for _, name := range []string{"i18n/nl.toml", "content/nl/over.md"} {
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	program(t, done, "build", "-C", dir)
	if text := contents(t, filepath.Join(dir, "public"))["over/index.html"]; strings.Contains(text, "Wie wij zijn") || text == "" {
		t.Error("the page of the site is still shown")
	}
	// A site of its own: no built-in page, or no built-in theme.
	write("site.toml", tenLines+"[content]\nbuiltin = false\n")
	_, stderr = program(t, failed, "check", "-C", dir)
	if !strings.Contains(stderr, "no page content/nl/e-mail/imap-instellingen.md") || !strings.Contains(stderr, "left out by [content]") {
		t.Errorf("a link of the site's own to a page that is left out: got\n%s", stderr)
	}
	write("site.toml", tenLines+"[layouts]\nbuiltin = false\n")
	if _, stderr = program(t, failed, "check", "-C", dir); !strings.Contains(stderr, "the site has no layouts/base.html") {
		t.Errorf("got\n%s", stderr)
	}
	write("site.toml", tenLines+"[content]\nwithout = [\"e-mail/samsun-email\"]\n")
	if _, stderr = program(t, failed, "check", "-C", dir); !strings.Contains(stderr, `site.toml:12:12: no built-in page has the id "e-mail/samsun-email" [content-without]`) || !strings.Contains(stderr, `did you mean "e-mail/samsung-email"?`) {
		t.Errorf("got\n%s", stderr)
	}
}

// TestWithout: each built-in page, and some together, can be left out; nothing
// on the others leads to it or is left without content, and nothing is wrong.
func TestWithout(t *testing.T) {
	var ids []string
	titles := map[string][]string{} // by id
	err := fs.WalkDir(builtin.Files, "content", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, rest, _ := strings.Cut(strings.TrimPrefix(p, "content/"), "/")
		id := strings.TrimSuffix(rest, ".md")
		if !strings.HasSuffix(p, ".md") {
			return nil
		}
		if strings.HasPrefix(p, "content/nl/") && id != "index" && id != "e-mail/index" {
			ids = append(ids, id)
		}
		data, err := fs.ReadFile(builtin.Files, p)
		_, title, _ := strings.Cut(string(data), "title = \"")
		title, _, _ = strings.Cut(title, "\"\n")
		titles[id] = append(titles[id], title)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sets := [][]string{{"e-mail/samsung-email", "e-mail/windows-mail", "e-mail/gmail-app"}, {"over", "toegankelijkheid"}, {"e-mail/woordenlijst", "e-mail/webmail"}, ids[:len(ids)/2]}
	every := 3
	switch {
	case testing.Short():
		every = 16
	case testenv.CI():
		every = 1
	}
	for i, id := range ids {
		if i%every == 0 {
			sets = append(sets, []string{id})
		}
	}
	site := strings.ReplaceAll(tenLines, "leave_on", "help = []\nleave_on")
	var s *state.State
	for _, set := range sets {
		text := site + "[content]\nwithout = [\"" + strings.Join(set, `", "`) + "\"]\n"
		fsys := builtin.Over(fstest.MapFS{"site.toml": {Data: []byte(text)}})
		if s, err = state.Load(t.Context(), fsys, state.Options{}, s); err != nil {
			t.Fatal(err)
		}
		err := s.Set.Each(t.Context(), func(f *fileset.File, data []byte) error {
			if f.Kind != fileset.Real && f.Kind != fileset.Fallback {
				return nil
			}
			for _, bad := range empties {
				if m := bad.Find(data); m != nil {
					t.Errorf("without %q: %s has %q", set, f.Path, m)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if ds := s.Findings(); len(ds) > 0 {
			t.Errorf("without %q:\n%s", set, printed(fsys, ds))
		}
	}
}

// empties are elements without content, as a page has them when more should
// have gone with a link.
var empties = []*regexp.Regexp{
	regexp.MustCompile(`<(ul|ol|li|p|table|tbody|tr|dd|h2 id="[^"]*"|div class="tasks")>\s*</`),
	regexp.MustCompile(`</h2>\s*<h2 id`),
	regexp.MustCompile(`:</p>\s*<h2`),
	regexp.MustCompile(`  </p>|<p> `),
}
