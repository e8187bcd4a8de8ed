package site

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
)

// dump writes down all that a site says.
func dump(s *Site) string {
	var b strings.Builder
	for _, l := range s.Locales {
		fmt.Fprintln(&b, l.Lang, l.Home == l.All[0])
		for i, p := range l.All {
			fmt.Fprintln(&b, p.Name(), p.Page, p.Fallback, p.Dir, p.URL, p.At, p.Locale == l, s.At(p.Ref()) == p, p.n == i)
			if q, ok := l.Page(p.ID); !ok || q != p {
				fmt.Fprintln(&b, "another page has the id", p.ID)
			}
			if p.Parent != nil {
				fmt.Fprintln(&b, "in", p.Parent.URL, l.All[p.Parent.n] == p.Parent, p.Parent.Children[p.At] == p)
			}
			for _, c := range p.Children {
				fmt.Fprintln(&b, "has", c.URL, l.All[c.n] == c)
			}
			for _, text := range slices.Concat(s.Translations(p.ID), []*content.Page{s.Reference(p.ID)}) {
				fmt.Fprintln(&b, text)
			}
		}
	}
	for _, r := range s.Redirects {
		fmt.Fprintln(&b, r.From, r.Path, r.Address, r.To != nil && s.At(r.To.Ref()) == r.To)
	}
	fmt.Fprintln(&b, s.Files, s.IDs())
	return b.String()
}

// TestUpdate: where Update says yes, the site is the one that New makes, and
// the earlier one is what it was.
func TestUpdate(t *testing.T) {
	pages := map[string]string{"nl/index.md": `title = "Begin"`, "en/index.md": `title = "Home"`, "nl/los.md": "title = \"Los\"\naliases = [\"/oud/\"]"}
	for s := range 3 {
		pages[fmt.Sprintf("nl/s%d/index.md", s)] = fmt.Sprintf("title = \"S%d\"", s)
		for p := range 4 {
			pages[fmt.Sprintf("nl/s%d/p%d.md", s, p)] = fmt.Sprintf("title = \"P%d\"\norder = %d", p, p/2)
		}
		pages[fmt.Sprintf("en/s%d/p1.md", s)] = "title = \"Page\""
	}
	toml := "fallback = [\"nl\"]\n[[redirect]]\nfrom = \"/weg/\"\nto = \"s0/p1.md\"\n"
	r := rand.New(rand.NewPCG(1, 1))
	yes, no := 0, 0
	for range 1500 {
		old, ds := newSite(t, toml, pages)
		if len(ds) > 0 {
			t.Fatal(says(ds))
		}
		was := dump(old)
		next := maps.Clone(pages)
		var changed []*content.Page
		names := slices.Sorted(maps.Keys(pages))
		for range 1 + r.IntN(2) {
			name := names[r.IntN(len(names))]
			front := next[name]
			add := func(line string) { front += "\n" + line }
			switch r.IntN(10) {
			default:
				front = strings.Replace(front, `title = "`, fmt.Sprintf(`title = "%c`, 'A'+rune(r.IntN(26))), 1)
			case 1:
				add(fmt.Sprintf("description = \"D%d\"", r.IntN(9)))
			case 2:
				add("updated = 2026-11-23")
			case 3:
				add("keywords = [\"k\"]")
			case 4:
				add(fmt.Sprintf("slug = \"x%d\"", r.IntN(9)))
			case 5:
				add("related = [\"los\"]")
			case 6:
				front = strings.Replace(front, "order = 1", "order = 0", 1)
			}
			out := new(diag.List)
			p := content.Parse("content/"+name, []byte("+++\n"+front+"\n+++\n"), out)
			if p == nil || out.Len() > 0 {
				continue // a key that is there twice
			}
			changed = slices.DeleteFunc(changed, func(q *content.Page) bool { return q.File == p.File })
			changed = append(changed, p)
			next[name] = front
		}
		got, ok := old.Update(changed)
		if dump(old) != was {
			t.Fatal("the earlier site was changed")
		}
		if !ok {
			no++
			continue
		}
		yes++
		want, ds := newSite(t, toml, next)
		if len(ds) > 0 {
			t.Fatalf("no mention of %v", says(ds))
		}
		if g, w := dump(got), dump(want); g != w {
			t.Fatalf("after %v:\ngot\n%s\nwant\n%s", changed, g, w)
		}
	}
	if yes < 300 || no < 300 {
		t.Errorf("%d times yes and %d times no: this proves little", yes, no)
	}
	s, _ := newSite(t, toml, pages)
	for _, p := range []*content.Page{{File: "content/nl/nieuw.md", Lang: "nl", ID: "nieuw"}, {File: "content/xx/los.md", Lang: "xx", ID: "los"}, {File: "content/en/los.md", Lang: "en", ID: "los"}, {File: "content/nl/los/index.md", Lang: "nl", ID: "los", Index: true, Slug: "los", Aliases: []string{"/oud/"}}} {
		if _, ok := s.Update([]*content.Page{p}); ok {
			t.Errorf("%s takes the place of nothing", p.File)
		}
	}
}
