package site

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
)

// newSite puts pages together: each is a file below content/ and its front
// matter.
func newSite(t testing.TB, toml string, pages map[string]string, files ...string) (*Site, []diag.Diagnostic) {
	t.Helper()
	out := new(diag.List)
	c := config.Parse([]byte("title = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"N\"\n[languages.en]\nname = \"E\"\n"+toml), out)
	if c == nil {
		t.Fatal(out.Sorted())
	}
	in := Input{Config: c, Out: out, Files: files}
	for name, front := range pages {
		name = "content/" + name
		p := content.Parse(name, []byte("+++\n"+front+"\n+++\n"), out)
		if p == nil {
			in.Broken = append(in.Broken, name)
			continue
		}
		in.Pages = append(in.Pages, p)
	}
	return New(in), out.Sorted()
}

func says(ds []diag.Diagnostic) []string {
	list := []string{}
	for _, d := range ds {
		list = append(list, d.Pos.File+": "+d.Msg)
	}
	return list
}

func TestPlaces(t *testing.T) {
	s, ds := newSite(t, "", map[string]string{
		"nl/index.md": `title = "Begin"`, "en/index.md": `title = "Home"`,
		"nl/b/index.md": "title = \"B\"\norder = 2\nslug = \"bé\"", "nl/a/index.md": "title = \"A\"\norder = 1",
		"nl/b/2.md": "title = \"Z\"", "nl/b/1.md": "title = \"A\"", "nl/b/3.md": "title = \"Eerst\"\norder = -1",
		"nl/b/c/index.md": "title = \"C\"\norder = 9", "nl/b/c/d.md": "title = \"D\"", "nl/b/c/e.md": "title = \"E\"\nslug = \"e\u0301\"", // decomposed
	}, "content/nl/b/x.png", "content/nl/b/c/y.png", "content/nl/z.png", "content/nl/los/w.png", "content/en/b/v.png", "content/fr/u.png")
	if len(ds) > 0 {
		t.Fatal(says(ds))
	}
	nl := s.Locales[0]
	var titles []string
	p, _ := nl.Page("b")
	for i, c := range p.Children {
		titles = append(titles, c.Title)
		if c.At != i || c.Parent != p {
			t.Errorf("%s: at %d of %v, want at %d of %v", c.ID, c.At, c.Parent, i, p)
		}
	}
	if want := []string{"Eerst", "A", "Z", "C"}; !slices.Equal(titles, want) {
		t.Errorf("got %q, want %q: by order, then by title", titles, want)
	}
	if nl.Home.Children[0].ID != "a" || nl.Home.Children[1] != p {
		t.Error("the sections are not in order")
	}
	for id, want := range map[string]string{"": "/", "b": "/b%C3%A9/", "b/c/d": "/b%C3%A9/c/d/", "b/c/e": "/b%C3%A9/c/%C3%A9/"} {
		if p, _ := nl.Page(id); p.URL != want {
			t.Errorf("%q: got %s, want %s", id, p.URL, want)
		}
	}
	for source, want := range map[string]string{"nl/b/x.png": "/b%C3%A9/x.png", "nl/b/c/y.png": "/b%C3%A9/c/y.png", "nl/z.png": "/z.png", "nl/los/w.png": "/los/w.png", "en/b/v.png": "/en/b%C3%A9/v.png"} {
		if f, ok := s.File("content/" + source); !ok || f.URL != want {
			t.Errorf("%s: got %q, want %q", source, f.URL, want)
		}
	}
	if _, ok := s.File("content/fr/u.png"); ok {
		t.Error("a file of a language that the site does not have is published")
	}
	if got := s.IDs(); !slices.Equal(got, []string{"a", "b", "b/1", "b/2", "b/3", "b/c", "b/c/d", "b/c/e"}) {
		t.Errorf("got ids %q", got)
	}
	if d, _ := nl.Page("b/c/d"); d.Section() || !p.Section() || !nl.Home.Section() {
		t.Error("what is a section and what is not")
	}
}

// What the order of the files was does not show.
func TestOrderOfInputDoesNotMatter(t *testing.T) {
	pages := map[string]string{"nl/index.md": `title = "X"`}
	for i := range 40 {
		pages[fmt.Sprintf("nl/p%d.md", i)] = "title = \"Same\""
		pages[fmt.Sprintf("en/p%d.md", i)] = "title = \"Same\"\nslug = \"s" + fmt.Sprint(i/2) + "\""
	}
	first := ""
	for range 5 {
		s, ds := newSite(t, "", pages)
		var b strings.Builder
		for _, l := range s.Locales {
			for _, p := range l.Home.Children {
				b.WriteString(p.URL + "\n")
			}
		}
		b.WriteString(strings.Join(says(ds), "\n"))
		if first == "" {
			first = b.String()
		} else if b.String() != first {
			t.Fatalf("got\n%s\nand\n%s", first, b.String())
		}
	}
	if strings.Count(first, "has the same address") != 20 {
		t.Errorf("got %d clashes, want 20", strings.Count(first, "has the same address"))
	}
}

func TestRedirects(t *testing.T) {
	s, ds := newSite(t, `
[[redirect]]
from = "/b"
to = "a.md"
[[redirect]]
from = "/c/d.html"
to = "en/a.md"
[[redirect]]
from = "/e/"
to = "/a/?x=y#z"
[[redirect]]
from = "/f.php"
to = "https://elders.example/ü $x"
[[redirect]]
from = "/caf%C3%A9 x/"
to = "/b/"
`, map[string]string{"nl/index.md": `title = "Begin"`, "nl/a.md": "title = \"A\"\naliases = [\"/oud\", \"/oud/\"]", "en/a.md": "title = \"A\"\naliases = [\"/en/old/\"]"})
	if got, want := says(ds), []string{`content/nl/a.md: "/oud/" is taken already by content/nl/a.md`, "site.toml: the redirect from /caf%C3%A9%20x/ leads to another old address, /b/"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	var got []string
	for _, r := range s.Redirects {
		to := r.Address
		if r.To != nil {
			to = r.To.Locale.Lang + " " + r.To.URL
		}
		got = append(got, r.From+" "+r.Path+" → "+to)
	}
	want := []string{
		"/b/ b/index.html → nl /a/",
		"/c/d.html c/d.html → en /en/a/",
		"/caf%C3%A9%20x/ café x/index.html → /b/",
		"/e/ e/index.html → /a/?x=y#z",
		"/en/old/ en/old/index.html → en /en/a/",
		"/en/oud/ en/oud/index.html → en /en/a/", // an alias holds in every language
		"/f.php f.php → https://elders.example/%C3%BC%20%24x",
		"/old/ old/index.html → nl /a/",
		"/oud/ oud/index.html → nl /a/",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Of two pages at one address the one is reported whose slug was chosen: the
// other has the name of its file.
func TestClashIsReportedWhereItCanBeMended(t *testing.T) {
	for _, pages := range []map[string]string{
		{"nl/imap.md": "title = \"A\"\nslug = \"pop\"", "nl/pop.md": `title = "P"`},
		{"nl/imap.md": `title = "A"`, "nl/pop.md": "title = \"P\"\nslug = \"imap\""},
	} {
		pages["nl/index.md"] = `title = "Begin"`
		chosen, other := "imap", "pop"
		if strings.Contains(pages["nl/pop.md"], "slug") {
			chosen, other = "pop", "imap"
		}
		_, ds := newSite(t, "", pages)
		want := []string{"content/nl/" + chosen + ".md: the page has the same address as content/nl/" + other + ".md: /" + other + "/"}
		if got := says(ds); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The slug that is suggested for one that does not work is as near to it as can
// be, and works.
func TestSuggestedSlug(t *testing.T) {
	for slug, want := range map[string]string{
		"Imap Instellen": "imap-instellen", "één/vraag?": "één-vraag", "e\u0301\u0301N": "é\u0301n", ".verborgen": "verborgen", "index": "pagina", "?!": "pagina",
		"con.": "con-1", "a -- b": "a-b", strings.Repeat("lang-", 30): strings.Repeat("lang-", 19) + "lang", strings.Repeat("é", 60): strings.Repeat("é", 50),
	} {
		s, ds := newSite(t, "", map[string]string{"nl/index.md": `title = "Begin"`, "en/index.md": `title = "Home"`, "nl/a.md": fmt.Sprintf("title = \"A\"\nslug = %q", slug)})
		if len(ds) != 1 || ds[0].Code != diag.PageSlug || !strings.Contains(ds[0].Hint, fmt.Sprintf("write slug = %q", want)) {
			t.Errorf("%q: got %v, want one finding that suggests %q", slug, ds, want)
		}
		if p, ok := s.Locales[0].Page("a"); !ok || p.Dir != want {
			t.Errorf("%q: the page is at %q", slug, p.URL)
		}
	}
}

// It makes no difference how a file system or an editor stores an accent.
func TestAccents(t *testing.T) {
	const composed, decomposed = "caf\u00e9", "cafe\u0301"
	for _, c := range [][2]string{{composed, decomposed}, {decomposed, composed}} {
		related, file := c[0], c[1]
		s, ds := newSite(t, "", map[string]string{
			"nl/index.md": `title = "Begin"` + "\nrelated = [\"" + related + "\"]", "nl/" + file + ".md": `title = "C"`,
		}, "content/nl/"+file+".png")
		if len(ds) > 0 {
			t.Errorf("related = %+q of the file %+q: got %q", related, file, says(ds))
		}
		if p, ok := s.Locales[0].Page(composed); !ok || p.URL != "/caf%C3%A9/" {
			t.Errorf("%+q: got the page %+v, %v", file, p, ok)
		}
		for _, name := range c {
			if f, ok := s.File("content/nl/" + name + ".png"); !ok || f.Path != composed+".png" || f.Source != "content/nl/"+file+".png" {
				t.Errorf("%+q of the file %+q: got %+v, %v", name, file, f, ok)
			}
		}
	}
}

// FuzzAddresses: whatever a writer gives as slug, alias or redirect, nothing
// panics, every file of the output stays in it, and no redirect leads to
// something that a browser would run or take for another site by mistake.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"imap", "a/b", "..", "/oud/", "/../x", "//x", "/a%2fb", "/%2e%2e/", "https://x.example/", "javascript:x", "/a?b", "É", "\u202e", "/x\n", "e\u0301", "index", "/a.html/", "/nl/", "/en", "a.md", "en/a.md", "https:x", "/\\x", "/assets/x/", "/.wegwijs-stage/x/", "con", "/con.html"} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, slug, alias, to string) {
		page := func(lang string) *content.Page {
			return &content.Page{File: "content/" + lang + "/a.md", Lang: lang, ID: "a", Slug: slug, Title: "A", Aliases: []string{alias, slug}}
		}
		out := new(diag.List)
		c := config.Parse([]byte("title = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"N\"\n[languages.en]\nname = \"E\"\n"), out)
		c.Redirects = []config.Redirect{{From: alias, To: to}, {From: "/" + slug, To: alias}}
		s := New(Input{Config: c, Out: out, Pages: []*content.Page{{File: "content/nl/index.md", Lang: "nl", Index: true, Title: "T"}, page("nl"), page("en")}, Files: []string{"content/nl/" + slug + ".png"}})
		check := func(what, p string) {
			if why := fileset.CheckPath(p); why != "" {
				t.Errorf("%s: %q: %s", what, p, why)
			}
		}
		taken := map[string]string{}
		for _, l := range s.Locales {
			for _, p := range l.All {
				file := strings.TrimPrefix(p.Dir+"/index.html", "/")
				check("page", file)
				if u, err := url.Parse(p.URL); err != nil || u.Host != "" || u.Path != strings.TrimSuffix("/"+file, "index.html") {
					t.Errorf("page %q has the URL %q: %v", file, p.URL, err)
				}
				if other, dup := taken[strings.ToLower(file)]; dup && out.Len() == 0 {
					t.Errorf("%s and %s are both at %s, and nothing was said", p.File, other, file)
				}
				taken[strings.ToLower(file)] = p.File
			}
		}
		for _, f := range s.Files {
			check("file", f.Path)
		}
		for _, r := range s.Redirects {
			if r.Path == "" { // a rule for servers alone
				continue
			}
			check("redirect", r.Path)
			if u, err := url.Parse(r.From); err != nil || u.Host != "" || !strings.HasPrefix(r.From, "/") || strings.ContainsAny(r.From, " \n\r\"<>") {
				t.Errorf("redirect from %q: %v", r.From, err)
			}
			if other, dup := taken[strings.ToLower(r.Path)]; dup {
				t.Errorf("the redirect at %q takes the place of %s", r.Path, other)
			}
			taken[strings.ToLower(r.Path)] = r.From
			if r.To != nil {
				continue
			}
			u, err := url.Parse(r.Address)
			switch {
			case err != nil || strings.ContainsAny(r.Address, " \n\r\t\"<>\\"):
				t.Errorf("redirect to %q: %v", r.Address, err)
			case u.Scheme == "" && (!strings.HasPrefix(r.Address, "/") || u.Host != "" || strings.HasPrefix(r.Address, "//")):
				t.Errorf("redirect to %q leads elsewhere", r.Address)
			case u.Scheme != "" && (u.Scheme != "https" && u.Scheme != "http" || u.Host == ""):
				t.Errorf("redirect to %q: a browser makes something else of it", r.Address)
			}
		}
	})
}
