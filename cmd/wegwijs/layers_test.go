package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/authoring/eject"
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

// TestReadsWhatIsBuiltIn: excerpts and the preview read a file by its path, whether the
// site has it or the program.
func TestReadsWhatIsBuiltIn(t *testing.T) {
	dir := testenv.RAM(t)
	testenv.Write(t, filepath.Join(dir, "content/nl/over.md"), "van ons")
	e := &env{dir: dir}
	builtIn, err := fs.ReadFile(builtin.Files, "content/en/over.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"content/nl/over.md": "van ons", "content/en/over.md": string(builtIn), "builtin:content/en/over.md": string(builtIn)} {
		if got, err := e.read(name); err != nil || string(got) != want {
			t.Errorf("%s: got %.40q, %v", name, got, err)
		}
	}
	for _, name := range []string{"content/en/nergens.md", "go.mod", "builtin:content/en/nergens.md"} {
		if _, err := e.read(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// version is the built-in files of another version of the program: those of this one
// but for some, where an empty text is none.
type version struct {
	fs.FS
	other fstest.MapFS
	gone  string
}

func (v version) Open(name string) (fs.File, error) {
	if name == v.gone {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if _, ok := v.other[name]; ok {
		return v.other.Open(name)
	}
	return v.FS.Open(name)
}

// ReadDir lists a folder, with the files that only this version has.
func (v version) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(v.FS, name)
	all = slices.DeleteFunc(slices.Clone(all), func(d fs.DirEntry) bool { return name+"/"+d.Name() == v.gone })
	more, merr := fs.ReadDir(v.other, name)
	if merr != nil {
		return all, err
	}
	for _, m := range more {
		if !slices.ContainsFunc(all, func(d fs.DirEntry) bool { return d.Name() == m.Name() }) {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, err
}

// TestUpgradeBelowAFolder: a site below a folder of its host, with files that it took
// over, goes through three versions of the program. Every link stays below the
// folder, what the site changed stays, and what moved on is named until it is taken.
func TestUpgradeBelowAFolder(t *testing.T) {
	dir := testenv.RAM(t)
	site := strings.Replace(tenLines, "https://help.provider.example", "https://www.provider.example/help", 1)
	site = strings.Replace(site, "[[mail]]", "[languages.nl]\nname = \"Nederlands\"\n[[mail]]", 1)
	site = "default_language = \"nl\"\n" + site
	testenv.Write(t, filepath.Join(dir, "site.toml"), site)
	const footer, page = "layouts/partials/footer.html", "content/nl/over.md"
	read := func(name string) string {
		data, err := fs.ReadFile(builtin.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	mapped := func(name, text string) fstest.MapFS { return fstest.MapFS{name: {Data: []byte(text)}} }
	first := version{builtin.Files, mapped(footer, "<p>Versie een</p>\n"+read(footer)), ""}
	second := version{builtin.Files, nil, ""}
	const related = "content/nl/toegankelijkheid.md" // which names the page
	moved := mapped("content/nl/wie.md", read(page))
	moved[related] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(read(related), `"over"`, `"wie"`))}
	third := version{builtin.Files, moved, page}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	at := func(v fs.FS) eject.Site { return eject.Site{Root: root, Under: v} }
	if _, err := at(first).Eject([]string{footer, page}); err != nil {
		t.Fatal(err)
	}
	testenv.Write(t, filepath.Join(dir, footer), "<p>Eigen voet</p>\n<p>Versie een</p>\n"+read(footer))
	testenv.Write(t, filepath.Join(dir, page), strings.Replace(read(page), "\n+++\n", "\n+++\nEigen tekst. Lees [IMAP](e-mail/imap-instellingen.md).\n\n", 1))
	outside := regexp.MustCompile(`(?:href|src|action)="/(?:[^h]|h[^e])[^"]*"`)
	for i, v := range []struct {
		files fs.FS
		want  map[string]string // findings, by file
		done  string
		own   string // the address of the site's page
	}{
		{first, nil, "", "over/index.html"},
		{second, map[string]string{footer: "has another text now"}, footer, "over/index.html"},
		{third, map[string]string{page: "is now content/nl/wie.md"}, page, "wie/index.html"},
	} {
		origins, err := at(v.files).Origins()
		if err != nil {
			t.Fatal(err)
		}
		found := eject.Findings(origins)
		for _, d := range found {
			if !strings.Contains(d.Msg, v.want[d.Pos.File]) || v.want[d.Pos.File] == "" {
				t.Errorf("version %d: %s: %s", i+1, d.Pos, d.Msg)
			}
		}
		if len(found) != len(v.want) {
			t.Errorf("version %d: got %v", i+1, found)
		}
		if v.done != "" {
			if _, err := at(v.files).Done(v.done); err != nil {
				t.Fatal(err)
			}
		}
		fsys := builtin.Lay(os.DirFS(dir), v.files)
		s, err := state.Load(t.Context(), fsys, state.Options{}, nil) // another program
		if err != nil {
			t.Fatal(err)
		}
		if ds := s.Findings(); len(ds) > 0 {
			t.Fatalf("version %d:\n%s", i+1, printed(fsys, ds))
		}
		var pages atomic.Int64
		err = s.Set.Each(t.Context(), func(f *fileset.File, data []byte) error {
			if f.Kind != fileset.Real {
				return nil
			}
			pages.Add(1)
			if m := outside.Find(data); m != nil {
				t.Errorf("version %d: %s leads out of the folder: %s", i+1, f.Path, m)
			}
			if !bytes.Contains(data, []byte("Eigen voet")) || !bytes.Contains(data, []byte(`href="/help/e-mail/`)) {
				t.Errorf("version %d: %s has not the site's own footer, or no link", i+1, f.Path)
			}
			if own := f.Path == v.own; own != bytes.Contains(data, []byte("Eigen tekst.")) {
				t.Errorf("version %d: %s has the site's own text: %t", i+1, f.Path, !own)
			}
			return nil
		})
		if err != nil || pages.Load() < 40 {
			t.Fatalf("version %d: %d pages, %v", i+1, pages.Load(), err)
		}
	}
}
