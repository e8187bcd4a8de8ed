package render

import (
	"fmt"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/site"
)

// wideSite has n pages in each of two sections, one inside the other, the last
// of n sections at the top.
func wideSite(t testing.TB, n int) map[string]string {
	over := map[string]string{"i18n/en.toml": ""}
	files := smallSite(t, nil)
	for name := range files {
		if strings.HasPrefix(name, "content/") {
			over[name] = ""
		}
	}
	over["site.toml"] = "title = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"N\"\n[nav]\nmax = 11\n"
	page := func(file, title string, order int) {
		over["content/nl/"+file+".md"] = fmt.Sprintf("+++\ntitle = %q\norder = %d\n+++\n", title, order)
	}
	page("index", "Begin", 0)
	for i := range n {
		page(fmt.Sprintf("s%02d/index", i), fmt.Sprintf("Rubriek %d", i), i)
	}
	last := fmt.Sprintf("s%02d/", n-1)
	for i := range n {
		page(last+fmt.Sprintf("p%02d", i), fmt.Sprintf("Pagina %d", i), i)
		page(last+fmt.Sprintf("d%02d/index", i), fmt.Sprintf("Deel %d", i), 100+i)
		page(last+fmt.Sprintf("d%02d/q", i), fmt.Sprintf("Diep %d", i), 0)
	}
	return smallSite(t, over)
}

// Wherever a page stands, in however large a section, the navigation shows it
// and marks it, once, and shows the way to it.
func TestNavShowsThePage(t *testing.T) {
	files := wideSite(t, 40)
	files["layouts/partials/nav.html"] = `{{ define "branch" }}{{ range . }}<a href="{{ .URL }}"{{ .Mark }}>{{ .Title }}</a>{{ with .Items }}({{ template "branch" . }}){{ end }}{{ with .More }}+{{ . }}{{ end }}{{ end }}{{ end }}{{ template "branch" .Items }}`
	r, _, out := renderer(t, files)
	if out.Len() > 0 {
		t.Fatal(says(out.Sorted()))
	}
	for _, p := range r.Site.Locales[0].All {
		list := new(diag.List)
		nav := string(r.nav(p, list))
		if list.Len() > 0 {
			t.Fatal(says(list.Sorted()))
		}
		if strings.Contains(nav, "data-wegwijs-mark") {
			t.Errorf("%s: a mark is left in the navigation", p.URL)
		}
		if p.ID == "" {
			continue // the first page is not in its own navigation
		}
		if got := strings.Count(nav, "aria-current"); got != 1 {
			t.Errorf("%s: got %d marks in the navigation, want 1", p.URL, got)
		}
		for up := p; up.ID != ""; up = up.Parent {
			want := `href="` + up.URL + `"`
			if up == p {
				want += ` aria-current="page"`
			}
			if strings.Count(nav, want) != 1 {
				t.Errorf("%s: the navigation does not have %s once: %s", p.URL, want, nav)
			}
		}
		if links := strings.Count(nav, "<a "); links > 3*11 {
			t.Errorf("%s: the navigation has %d links, want at most 11 at each level", p.URL, links)
		}
	}
}

// The navigation is rendered once for each section, or for a part of a very
// large one, not for each page: what it costs grows with the site, not with
// its square.
func TestNavIsRenderedOnce(t *testing.T) {
	r, set, _ := renderer(t, wideSite(t, 40))
	if err := set.MakeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	sections, parts := map[*site.Page]int{}, 0
	r.memo.navs.Range(func(k, _ any) bool {
		sections[k.(navKey).section]++
		parts++
		return true
	})
	pages := len(r.Site.Locales[0].All)
	for s, n := range sections {
		if !s.Section() {
			t.Errorf("%s: the navigation was rendered for a page", s.URL)
		}
		// A section's own page has a rendering; the pages in it share one for
		// each half of what a navigation shows.
		if most := 1 + len(s.Children)/(r.Site.Config.NavMax/2) + 1; n > most {
			t.Errorf("%s with %d pages: got %d renderings, want at most %d", s.URL, len(s.Children), n, most)
		}
	}
	if parts < 10 || parts > pages {
		t.Errorf("got %d renderings for %d pages", parts, pages)
	}
}

// TestNavGroups: the group that a page stands in is open, another one is a link
// to its first page in the reader's own language; so every page is reached, and
// the navigation stays small.
func TestNavGroups(t *testing.T) {
	over := map[string]string{"i18n/en.toml": ""}
	for name := range smallSite(t, nil) {
		if strings.HasPrefix(name, "content/") {
			over[name] = ""
		}
	}
	over["layouts/partials/nav.html"] = `{{ define "branch" }}{{ range . }}<a{{ if .Group }} class="group"{{ end }} href="{{ .URL }}"{{ .Mark }}>{{ .Title }}</a>{{ with .Items }}({{ template "branch" . }}){{ end }}{{ end }}{{ end }}{{ template "branch" .Items }}`
	over["site.toml"] = "title = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"N\"\n[languages.en]\nname = \"E\"\nfallback = [\"nl\"]\n"
	over["content/nl/index.md"] = "+++\ntitle = \"Begin\"\n+++\n"
	over["content/en/index.md"] = "+++\ntitle = \"Home\"\n+++\n"
	over["content/nl/s/index.md"] = "+++\ntitle = \"S\"\n[groups.g]\ntitle = \"G\"\npages = [\"a\", \"b\"]\n[groups.h]\ntitle = \"H\"\npages = [\"c\", \"d\"]\n[groups.i]\ntitle = \"I\"\npages = [\"e\", \"deep\"]\n[groups.j]\ntitle = \"J\"\npages = [\"alone\"]\n+++\n"
	over["content/en/s/index.md"] = "+++\ntitle = \"S\"\n[groups.g]\ntitle = \"G\"\n[groups.h]\ntitle = \"H\"\n[groups.i]\ntitle = \"I\"\n[groups.j]\ntitle = \"J\"\n+++\n"
	for _, p := range []string{"a", "b", "c", "d", "e", "alone", "free", "deep/index", "deep/f"} {
		over["content/nl/s/"+p+".md"] = fmt.Sprintf("+++\ntitle = %q\n+++\n", strings.ToUpper(p))
	}
	over["content/en/s/d.md"] = "+++\ntitle = \"D\"\n+++\n"
	r, _, out := renderer(t, smallSite(t, over))
	if out.Len() > 0 {
		t.Fatal(says(out.Sorted()))
	}
	nav := func(locale int, id string) string {
		p, ok := r.Site.Locales[locale].Page(id)
		if !ok {
			t.Fatalf("no page %s", id)
		}
		return string(r.nav(p, out))
	}
	has := func(id, nav string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(nav, w) {
				t.Errorf("%s: the navigation has no %s: %s", id, w, nav)
			}
		}
	}
	const g, h, i, j = `<a class="group" href="/s/a/">G</a>`, `<a class="group" href="/s/c/">H</a>`, `<a class="group" href="/s/e/">I</a>`, `<a class="group" href="">J</a>(<a href="/s/alone/">ALONE</a>)`
	has("s", nav(0, "s"), g, h, i, j, `<a href="/s/free/">FREE</a>`)
	has("s/b", nav(0, "s/b"), `<a class="group" href="">G</a>(<a href="/s/a/">A</a><a href="/s/b/" aria-current="page">B</a>)`, h, i, j)
	has("s/d", nav(0, "s/d"), g, `<a class="group" href="">H</a>(<a href="/s/c/">C</a><a href="/s/d/" aria-current="page">D</a>)`)
	has("s/free", nav(0, "s/free"), g, h, i, `<a href="/s/free/" aria-current="page">`)
	has("s/deep/f", nav(0, "s/deep/f"), g, h, `<a class="group" href="">I</a>(<a href="/s/e/">E</a><a href="/s/deep/">DEEP/INDEX</a>(<a href="/s/deep/f/" aria-current="page">`)
	// Of the second group only one page is in English, of the first none.
	has("English", nav(1, "s"), `<a class="group" href="">G</a>(<a href="/en/s/a/">`, `<a class="group" href="/en/s/d/">H</a>`)
}
