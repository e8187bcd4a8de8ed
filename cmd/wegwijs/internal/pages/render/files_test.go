package render

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// Titles and descriptions are text, whatever stands in them.
func TestTextIsEscaped(t *testing.T) {
	const title = `A & B <i>"x"</i> [y](z) {{ . }} '\`
	r, set, out := renderer(t, smallSite(t, map[string]string{
		"content/nl/e-mail/pop.md": "+++\ntitle = '''" + title + "'''\ndescription = '''" + title + "'''\nslug = \"pop\"\naliases = [\"/a&b/\", \"/a'b/\"]\n+++\n",
		"content/nl/index.md":      "+++\ntitle = '''" + title + "'''\n+++\n",
	}))
	if out.Len() > 0 {
		t.Fatal(says(out.Sorted()))
	}
	if err := set.MakeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ds := finish(t, r); len(ds) > 0 {
		t.Fatal(says(ds))
	}
	for _, f := range set.Files() {
		b := text(t, set, f.Path)
		switch {
		case strings.HasSuffix(f.Path, ".html"):
			if strings.Contains(b, "<i>") || strings.Contains(b, `content="A & B`) {
				t.Errorf("%s: the title is markup: %s", f.Path, b)
			}
		case strings.HasSuffix(f.Path, ".xml"):
			d := xml.NewDecoder(strings.NewReader(b))
			for {
				if _, err := d.Token(); err != nil {
					if err.Error() != "EOF" {
						t.Errorf("%s: %v", f.Path, err)
					}
					break
				}
			}
		}
	}
	if llms := text(t, set, "llms.txt"); !strings.Contains(llms, `\[y\]`) {
		t.Errorf("llms.txt has a link in a title: %s", llms)
	}
	if nav := text(t, set, "index.html"); !strings.Contains(nav, "A &amp; B &lt;i&gt;") {
		t.Errorf("got %s", nav)
	}
}

// Beyond what one sitemap may hold there are several, and an index of them.
func TestSitemapIsSplit(t *testing.T) {
	files := smallSite(t, nil)
	for name := range files {
		if strings.HasPrefix(name, "content/") {
			delete(files, name)
		}
	}
	files["site.toml"] = "title = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"N\"\n"
	files["content/nl/index.md"] = "+++\ntitle = \"X\"\n+++\n"
	for i := 1; i <= sitemapMax; i++ {
		files[fmt.Sprintf("content/nl/p%d.md", i)] = "+++\ntitle = \"X\"\n+++\n"
	}
	_, set, _ := renderer(t, files)
	index := text(t, set, "sitemap.xml")
	if strings.Count(index, "<sitemap>") != 2 || !strings.Contains(index, "<loc>https://t.example/sitemap-2.xml</loc>") {
		t.Errorf("got %s", index)
	}
	one, two := strings.Count(text(t, set, "sitemap-1.xml"), "<url>"), strings.Count(text(t, set, "sitemap-2.xml"), "<url>")
	if one != sitemapMax || two != 1 {
		t.Errorf("got %d and %d addresses, want %d and 1", one, two, sitemapMax)
	}
	if robots := text(t, set, "robots.txt"); !strings.Contains(robots, "https://t.example/sitemap.xml") {
		t.Errorf("got %s", robots)
	}
}

// Each of several redirects that cannot be made is reported, in any order of
// making them.
func TestRedirectsThatFail(t *testing.T) {
	files := smallSite(t, map[string]string{
		"layouts/redirect.html":    "{{ .T \"moved\" }}{{ slice .Title 100 }}",
		"content/nl/e-mail/pop.md": "+++\ntitle = \"POP\"\naliases = [\"/a/\", \"/b/\"]\n+++\n",
	})
	var first string
	for range 4 {
		r, set, out := renderer(t, files)
		if out.Len() > 0 {
			t.Fatal(says(out.Sorted()))
		}
		if err := set.MakeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(says(finish(t, r)), "\n")
		if first == "" {
			first = got
		}
		if got != first || !strings.Contains(got, "layouts/redirect.html:1:") {
			t.Errorf("got\n%s\nand before\n%s", got, first)
		}
	}
}

// The error page of a language names the string that it lacks.
func TestErrorPageWithoutTitle(t *testing.T) {
	files := smallSite(t, nil)
	files["i18n/en.toml"] = strings.Replace(files["i18n/en.toml"], "not_found_title", "other", 1)
	r, set, _ := renderer(t, files)
	if err := set.MakeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := says(finish(t, r)); len(got) != 1 || got[0] != `i18n/en.toml: no string "not_found_title" in i18n/en.toml` {
		t.Errorf("got %q", got)
	}
}

// Clashes are reported where an author can mend them, once.
func TestClashes(t *testing.T) {
	r := &Renderer{}
	for _, c := range []struct {
		a, b fileset.File
		want string
	}{
		{fileset.File{Path: "x.txt", Source: "content/a"}, fileset.File{Path: "x.txt", Source: "content/b"}, "content/b: x.txt is written by two files"},
		{fileset.File{Path: "x.txt"}, fileset.File{Path: "x.txt", Source: "content/b"}, "content/b: x.txt is written by two files"},
		{fileset.File{Path: "x.txt", Source: "content/a"}, fileset.File{Path: "x.txt"}, "content/a: x.txt is written by two files"},
		{fileset.File{Path: "x.txt"}, fileset.File{Path: "x.txt"}, "site.toml: x.txt is written by two files"},
		{fileset.File{Path: "X", Source: "a"}, fileset.File{Path: "x", Source: "b"}, "b: x differs from X in capitals only"},
		{fileset.File{Path: "x", Source: "a"}, fileset.File{Path: "x/y", Source: "b"}, "b: x would be both a file and the folder of x/y"},
		{fileset.File{Path: "x/y", Source: "a"}, fileset.File{Path: "x", Source: "b"}, "b: x would be both a file and the folder of x/y"},
		{fileset.File{Path: "X/y", Source: "a"}, fileset.File{Path: "x/z", Source: "b"}, "b: the folder of x/z differs from that of X/y in capitals only"},
	} {
		out := new(diag.List)
		r.clashes([]fileset.Clash{{A: c.a, B: c.b}, {A: c.a, B: c.b}}, out)
		if got := says(out.Sorted()); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s of %q and %s of %q: got %q, want %q", c.a.Path, c.a.Source, c.b.Path, c.b.Source, got, c.want)
		}
	}
}

// TestSpacesInTitles: titles, which are no Markdown, get the spaces of their
// language wherever a page shows them; copies for
// programs have them as they were typed.
func TestSpacesInTitles(t *testing.T) {
	files := smallSite(t, map[string]string{
		"content/nl/e-mail/pop.md": "+++\ntitle = \"Wat ?\"\ndescription = \"Hoe ?\"\n+++\n## Waar ?\n\n## Wie ?\n",
	})
	files["i18n/nl.toml"] = "space_before = \"?\"\n" + files["i18n/nl.toml"]
	_, set, out := renderer(t, files)
	if out.Len() > 0 {
		t.Fatal(says(out.Sorted()))
	}
	if b := text(t, set, "e-mail/pop/index.md"); !strings.Contains(b, `title: "Wat ?"`) || !strings.Contains(b, "# Waar ?") {
		t.Errorf("got %s", b)
	}
	for _, p := range []string{"index.html", "e-mail/index.html", "e-mail/pop/index.html", "e-mail/imap/index.html"} {
		if b := text(t, set, p); strings.Contains(b, " ?") || p == "e-mail/pop/index.html" && !strings.Contains(b, "Wat\u202f?") {
			t.Errorf("%s: got %s", p, b)
		}
	}
}
