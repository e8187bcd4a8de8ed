package state_test

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// silentSite returns a site with the built-in layouts in which no text has a
// link, and no [nav] has room for the pages of its sections: three of them,
// one below another, and one that only the default language has.
func silentSite(t testing.TB, max, pages int) fstest.MapFS {
	files := testenv.RealSite(t, func(id string) string {
		return fmt.Sprintf("+++\ntitle = %q\n+++\n\nTekst.\n", "De pagina "+id)
	})
	files["site.toml"] += fmt.Sprintf("\n[nav]\nmax = %d\n", max)
	write := func(lang, id string) {
		files["content/"+lang+"/"+id+".md"] = fmt.Sprintf("+++\ntitle = %q\n+++\n\nTekst.\n", id+" in "+lang)
	}
	for _, lang := range []string{"nl", "en", "de", "fr"} {
		write(lang, "index")
	}
	for _, section := range []string{"lang", "lang/dieper", "elders"} {
		write("nl", section+"/index")
		for i := range pages {
			write("nl", fmt.Sprintf("%s/p%d", section, i))
		}
	}
	write("en", "elders/index")
	write("en", "elders/p0")
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return m
}

// lost returns the pages to which no link leads from the first page of their
// language. Links in the menu of the section, to the page before and after, and
// in the list on the page for readers who search do not count.
func lost(t testing.TB, s *state.State) []string {
	t.Helper()
	kind := map[string]fileset.File{}
	for _, f := range s.Set.Files() {
		kind[f.Path] = f
	}
	var list []string
	for _, l := range s.Site.Locales {
		reached := map[string]bool{}
		todo := []string{path.Join(l.Home.Dir, "index.html")}
		for len(todo) > 0 {
			at := todo[0]
			todo = todo[1:]
			if f, ok := kind[at]; !ok || reached[at] || f.Lang != l.Lang || f.Kind != fileset.Real && f.Kind != fileset.Fallback {
				continue
			}
			reached[at] = true
			doc, err := html.Parse(strings.NewReader(text(t, s, at)))
			if err != nil {
				t.Fatal(err)
			}
			todo = append(todo, led(s, doc)...)
		}
		for _, p := range l.All {
			if file := path.Join(p.Dir, "index.html"); !reached[file] {
				list = append(list, file)
			}
		}
	}
	return list
}

// led returns the files to which the links below n lead, without those of menus.
func led(s *state.State, n *html.Node) (files []string) {
	for _, a := range n.Attr {
		switch {
		case n.Data == "nav" && a.Key == "class" && (a.Val == "secnav" || a.Val == "neighbours"):
			return nil
		case n.Data == "a" && a.Key == "href":
			address, _, _ := strings.Cut(strings.TrimPrefix(a.Val, s.Config.Origin), "#")
			if rest, ok := s.Config.Within(address); ok {
				files = append(files, fileset.PathOf(rest))
			}
		}
	}
	for c := range n.ChildNodes() {
		files = append(files, led(s, c)...)
	}
	return files
}

// With the built-in layouts a page that nothing leads to cannot be: home leads
// to the sections, the header too, and a section to its pages, however many and
// whatever the texts say.
func TestSectionsLeadToTheirPages(t *testing.T) {
	for _, c := range []struct{ max, pages int }{{10, 12}, {10, 1}, {12, 40}, {64, 3}} {
		s, ds := load(t, silentSite(t, c.max, c.pages))
		for _, d := range ds {
			if d.Severity.String() == "error" {
				t.Errorf("%s: %s", d.Pos, d.Msg)
			}
		}
		if got := lost(t, s); len(got) > 0 {
			t.Errorf("max = %d, %d pages: nothing leads to %q", c.max, c.pages, got)
		}
	}
}

// The header leads to every section from every page, and to none twice.
func TestHeaderLeadsToSections(t *testing.T) {
	s, _ := load(t, silentSite(t, 10, 12))
	for _, l := range s.Site.Locales {
		for _, p := range l.All {
			page := text(t, s, path.Join(p.Dir, "index.html"))
			_, in, _ := strings.Cut(page, `<nav class="sections"`)
			in, _, _ = strings.Cut(in, "</nav>")
			for _, id := range []string{"lang", "elders", "e-mail"} {
				section, _ := l.Page(id)
				if section == nil || strings.Count(in, `href="`+section.URL+`"`) != 1 {
					t.Fatalf("the header of %s does not lead to %s once: %s", p.URL, id, in)
				}
			}
		}
	}
}

// Own layouts can lose pages, and the test above would see it.
func TestLostIsSeen(t *testing.T) {
	for file, want := range map[string]string{
		"layouts/partials/rest.html": "lang/p4/index.html",
		"layouts/section.html":       "lang/dieper/p0/index.html",
	} {
		m := silentSite(t, 10, 12)
		data := "{{/* nothing */}}"
		if file == "layouts/section.html" {
			whole, err := fs.ReadFile(m, file)
			if err != nil {
				t.Fatal(err)
			}
			data = strings.Replace(string(whole), `{{ template "partials/rest.html" . }}`, "", 1)
		}
		m[file] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
		s, _ := load(t, m)
		if got := strings.Join(lost(t, s), " "); !strings.Contains(got, want) {
			t.Errorf("%s: lost are %q, and not %s", file, got, want)
		}
	}
}
