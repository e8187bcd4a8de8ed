package state

import (
	"bytes"
	"context"
	"net/url"
	"path"
	"slices"
	"sync"

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
	links := map[string][]string{}             // of pages, by their paths
	alternates := map[string]map[string]bool{} // likewise, the paths of translations
	var mu sync.Mutex
	err := s.Set.EachPlain(ctx, func(f *fileset.File, data []byte) error {
		if f.Kind != fileset.Real && f.Kind != fileset.Fallback {
			return nil
		}
		to, named := s.linksOf(f.Path, data)
		mu.Lock()
		links[f.Path], alternates[f.Path] = to, named
		mu.Unlock()
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := new(diag.List)
	for _, l := range s.Site.Locales {
		s.unlinked(l, links, out)
		s.unnamed(l, alternates, out)
	}
	return out.Sorted(), nil
}

// linksOf returns the paths of the files to which the links of a page lead, and
// those that it names as its translations.
func (s *State) linksOf(file string, page []byte) (to []string, named map[string]bool) {
	base := &url.URL{Path: s.Config.BasePath + fileset.Address(file)}
	named = map[string]bool{}
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return to, named
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			link := string(name) == "link"
			if string(name) != "a" && !link {
				continue
			}
			href, lang, alternate := "", "", false
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				switch string(key) {
				case "href":
					href = string(value)
				case "hreflang":
					lang = string(value)
				case "rel":
					alternate = string(value) == "alternate"
				}
			}
			u, err := base.Parse(href)
			if href == "" || err != nil || u.Host != "" && u.Scheme+"://"+u.Host != s.Config.Origin {
				continue
			}
			rest, ok := s.Config.Within(u.Path)
			switch {
			case !ok:
			case !link:
				to = append(to, fileset.PathOf(rest))
			case alternate && lang != "" && lang != "x-default":
				named[fileset.PathOf(rest)] = true
			}
		}
	}
}

// unnamed reports real translations that a page does not name: search engines
// take those that name each other.
func (s *State) unnamed(l *site.Locale, named map[string]map[string]bool, out *diag.List) {
	var lacking []*site.Page
	for _, p := range l.All {
		if p.Fallback {
			continue
		}
		of, others, lacks := named[path.Join(p.Dir, "index.html")], 0, false
		for _, o := range s.Site.Locales {
			q, ok := o.Page(p.ID)
			if !ok || q.Fallback {
				continue
			}
			if o != l {
				others++
			}
			lacks = lacks || !of[path.Join(q.Dir, "index.html")]
		}
		if others > 0 && lacks {
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

func (s *State) unlinked(l *site.Locale, links map[string][]string, out *diag.List) {
	if l.Home == nil {
		return // what is wrong with that is said elsewhere
	}
	fileOf := func(p *site.Page) string { return path.Join(p.Dir, "index.html") }
	reached := map[string]bool{}
	for todo := []string{fileOf(l.Home)}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !reached[at] {
			reached[at] = true
			todo = append(todo, links[at]...)
		}
	}
	var lost []*site.Page
	for _, p := range l.All {
		if !p.Fallback && !reached[fileOf(p)] && !severed(p) {
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
