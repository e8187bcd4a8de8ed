package state

import (
	"bytes"
	"context"
	"maps"
	"net/url"
	"path"
	"slices"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/site"
)

// rendered makes every file, as [State.MakeAll] does, and returns the pages to
// which no link leads from the home page of their language, and translations that
// do not name each other. The built-in layouts lead to all of them and name
// them, so it looks only where the site has its own.
func (s *State) rendered(ctx context.Context) ([]diag.Diagnostic, error) {
	if s.Set == nil || !s.Sound() || !slices.ContainsFunc(s.Tree.Below(layout.Root), func(f scan.File) bool { return !f.Builtin }) {
		return nil, s.MakeAll(ctx)
	}
	w := newWeb(s)
	err := s.Set.EachPlain(ctx, func(f *fileset.File, data []byte) error {
		if i, ok := w.of[f.Path]; ok {
			w.look(i, f.Path, data)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := new(diag.List)
	for _, l := range s.Site.Locales {
		s.unlinked(l, w, out)
		s.unnamed(l, w, out)
	}
	return out.Sorted(), nil
}

// A web is which pages lead to which. A site has many links, most of them in every
// menu, so pages are numbers in it.
type web struct {
	s        *State
	of       map[string]int32 // by the path of its file
	within   map[string]int32 // by its address on the host
	pages    []*site.Page
	links    [][]int32 // by page
	nameless []bool    // by page: it does not name all its translations and itself
}

func newWeb(s *State) *web {
	w := &web{s: s, of: map[string]int32{}, within: map[string]int32{}}
	for _, l := range s.Site.Locales {
		for _, p := range l.All {
			file := fileOf(p)
			if _, seen := w.of[file]; !seen {
				n := int32(len(w.of))
				address := s.Config.BasePath + fileset.Address(file)
				w.of[file], w.within[address], w.within[s.Config.Origin+address] = n, n, n
				w.pages = append(w.pages, p)
			}
		}
	}
	w.links, w.nameless = make([][]int32, len(w.of)), make([]bool, len(w.of))
	return w
}

// look notes the links of a page, and whether it names its translations. Pages may
// be looked at by several goroutines at once, each once.
func (w *web) look(page int32, file string, data []byte) {
	base := &url.URL{Path: w.s.Config.BasePath + fileset.Address(file)}
	to, named := map[int32]bool{}, map[int32]bool{}
	z := html.NewTokenizer(bytes.NewReader(data))
	for {
		switch z.Next() {
		case html.ErrorToken:
			w.links[page] = slices.Collect(maps.Keys(to))
			w.nameless[page] = w.lacks(w.pages[page], named)
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			link := string(name) == "link"
			if !more || string(name) != "a" && !link {
				continue
			}
			href, alternate := attributes(z)
			if n, ok := w.target(base, href); ok && (!link || alternate) {
				if link {
					named[n] = true
				} else {
					to[n] = true
				}
			}
		}
	}
}

// attributes returns where a link leads, and whether that is a translation.
func attributes(z *html.Tokenizer) (href []byte, alternate bool) {
	var rel, lang bool
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "href":
			href = value
		case "hreflang":
			lang = len(value) > 0 && string(value) != "x-default"
		case "rel":
			rel = string(value) == "alternate"
		}
	}
	return href, rel && lang
}

// target returns the page to which an address on another page leads. Most are
// written as they are kept.
func (w *web) target(base *url.URL, href []byte) (page int32, ok bool) {
	href, _, _ = bytes.Cut(href, []byte("#"))
	if n, ok := w.within[string(href)]; ok || len(href) == 0 {
		return n, ok
	}
	u, err := base.Parse(string(href))
	if err != nil || u.Host != "" && u.Scheme+"://"+u.Host != w.s.Config.Origin {
		return 0, false
	}
	rest, ok := w.s.Config.Within(u.Path)
	if !ok {
		return 0, false
	}
	page, ok = w.of[fileset.PathOf(rest)]
	return page, ok
}

// fileOf returns the path of a page in the output.
func fileOf(p *site.Page) string { return path.Join(p.Dir, "index.html") }

// lacks reports whether a page has real translations and names not all of them and
// itself.
func (w *web) lacks(p *site.Page, named map[int32]bool) bool {
	others, lacks := 0, false
	for _, o := range w.s.Site.Locales {
		q, ok := o.Page(p.ID)
		if !ok || q.Fallback {
			continue
		}
		if o != p.Locale {
			others++
		}
		lacks = lacks || !named[w.of[fileOf(q)]]
	}
	return others > 0 && lacks
}

// unnamed reports real translations that a page does not name: search engines
// take those that name each other.
func (s *State) unnamed(l *site.Locale, w *web, out *diag.List) {
	var lacking []*site.Page
	for _, p := range l.All {
		if n, ok := w.of[fileOf(p)]; ok && !p.Fallback && w.nameless[n] {
			lacking = append(lacking, p)
		}
	}
	if len(lacking) == 0 {
		return
	}
	const hint = `print them in the head of the layout: {{ range .Alternates }}<link rel="alternate" hreflang="{{ .Lang }}" href="{{ .URL }}">{{ end }}`
	if len(lacking) > fewPages {
		out.Warnf(diag.Pos{File: lacking[0].File}, diag.PageAlternate, hint, "this page and %d more do not name all their translations and themselves", len(lacking)-1)
		return
	}
	for _, p := range lacking {
		out.Warnf(diag.Pos{File: p.File}, diag.PageAlternate, hint, "the page does not name all its translations and itself")
	}
}

// fewPages is how many pages a finding each is told of; more are one mistake.
const fewPages = 3

func (s *State) unlinked(l *site.Locale, w *web, out *diag.List) {
	if l.Home == nil {
		return // what is wrong with that is said elsewhere
	}
	reached := make([]bool, len(w.pages))
	for todo := []int32{w.of[fileOf(l.Home)]}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !reached[at] {
			reached[at] = true
			todo = append(todo, w.links[at]...)
		}
	}
	var lost []*site.Page
	for _, p := range l.All {
		if !p.Fallback && !reached[w.of[fileOf(p)]] && !severed(p) {
			lost = append(lost, p)
		}
	}
	const hint = "let a layout of the site show the menu or the pages of a section, or link to the page from a text"
	if len(lost) > fewPages {
		out.Warnf(diag.Pos{File: l.Home.File}, diag.PageUnlinked, hint, "no link leads from here to %d pages, such as %s", len(lost), lost[0].File)
		return
	}
	for _, p := range lost {
		out.Warnf(diag.Pos{File: p.File}, diag.PageUnlinked, hint, "no link leads to this page from %s", l.Home.File)
	}
}

// severed reports whether one of the sections of a page has no page: that is
// said, and no menu leads further.
func severed(p *site.Page) bool {
	for p.Parent != nil {
		p = p.Parent
	}
	return p.ID != "" && path.Dir(p.ID) != "."
}
