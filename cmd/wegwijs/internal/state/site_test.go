package state_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// tree returns [testenv.SmallSite] as a file system.
func tree(t testing.TB, overlays ...string) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	for name, text := range testenv.SmallSite(t, overlays...) {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return m
}

// load reads a site and makes all of it; what is wrong with it is given back.
func load(t testing.TB, fsys fstest.MapFS) (*state.State, []diag.Diagnostic) {
	t.Helper()
	s, err := state.Load(t.Context(), fsys, state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MakeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, s.Findings()
}

// sound reads a site that has nothing wrong.
func sound(t testing.TB, overlays ...string) *state.State {
	t.Helper()
	s, ds := load(t, tree(t, overlays...))
	if len(ds) > 0 {
		t.Fatalf("the site of the test has findings: %s", strings.Join(says(ds), "\n"))
	}
	return s
}

func says(ds []diag.Diagnostic) []string {
	list := []string{}
	for _, d := range ds {
		list = append(list, d.Pos.String()+": "+d.Msg)
	}
	return list
}

func text(t testing.TB, s *state.State, path string) string {
	t.Helper()
	b, err := s.Set.Make(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// paths returns the paths of the set with an ending.
func paths(s *state.State, ending string) []string {
	list := []string{}
	for _, f := range s.Set.Files() {
		if strings.HasSuffix(f.Path, ending) {
			list = append(list, f.Path)
		}
	}
	slices.Sort(list)
	return list
}

// A page is what the small site's layout says of a page.
type page struct {
	lang, dir               string // of the whole page
	articleLang, articleDir string // of its content
	notice, noticeURL       string
	robots, canonical       string
	alternates              []string // hreflang and href, joined by a space
	switcher                []string // lang and href, then current or missing
	nav                     []string // hrefs; the page's own with a *, another language's with its code
	links                   []string // hrefs in the content
	ids                     []string // of headings in the content
	related                 []string
	count                   string
}

func look(t testing.TB, s *state.State, path string) page {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text(t, s, path)))
	if err != nil {
		t.Fatal(err)
	}
	var p page
	var walk func(n *html.Node, in string)
	walk = func(n *html.Node, in string) {
		a := func(key string) string {
			for _, x := range n.Attr {
				if x.Key == key {
					return x.Val
				}
			}
			return ""
		}
		if n.Type == html.ElementNode {
			switch {
			case n.Data == "html":
				p.lang, p.dir = a("lang"), a("dir")
			case n.Data == "article":
				p.articleLang, p.articleDir, in = a("lang"), a("dir"), "article"
			case n.Data == "nav":
				in = a("class")
			case n.Data == "meta" && a("name") == "robots":
				p.robots = a("content")
			case n.Data == "link" && a("rel") == "canonical":
				p.canonical = a("href")
			case n.Data == "link" && a("rel") == "alternate":
				p.alternates = append(p.alternates, a("hreflang")+" "+a("href"))
			case n.Data == "p" && a("class") == "notice":
				in = "notice"
				p.notice = strings.TrimSpace(n.FirstChild.Data)
			case n.Data == "p" && a("class") == "count":
				p.count = n.FirstChild.Data
			case n.Data == "a" && in == "notice":
				p.noticeURL = a("hreflang") + " " + a("href")
			case n.Data == "a" && in == "languages":
				e := a("lang") + " " + a("dir") + " " + a("href")
				if a("aria-current") != "" {
					e += " current"
				}
				if a("class") != "" {
					e += " " + a("class")
				}
				p.switcher = append(p.switcher, e)
			case n.Data == "a" && in == "pages":
				e := a("href")
				if a("aria-current") != "" {
					e += "*"
				}
				if l := a("lang"); l != "" {
					e += " " + l
				}
				p.nav = append(p.nav, e)
			case n.Data == "a" && a("class") == "related":
				p.related = append(p.related, a("href"))
			case n.Data == "a" && in == "article":
				p.links = append(p.links, a("href"))
			case strings.HasPrefix(n.Data, "h") && len(n.Data) == 2 && n.Data != "h1" && n.Data != "hr" && in == "article":
				p.ids = append(p.ids, a("id"))
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in)
		}
	}
	walk(doc, "")
	return p
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got\n\t%s\nwant\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// addresses returns everything that a page refers to.
func addresses(t testing.TB, page string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "href" || a.Key == "src" {
				list = append(list, a.Val)
			}
		}
	}
	return list
}

func unescape(t testing.TB, path string) string {
	t.Helper()
	s, err := url.PathUnescape(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
