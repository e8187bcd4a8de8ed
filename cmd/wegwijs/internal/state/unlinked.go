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

// Unlinked makes every file, as [State.MakeAll] does, and returns the pages to
// which no link leads from the home page of their language. The built-in
// layouts lead to all of them, so it looks only where the site has its own.
func (s *State) Unlinked(ctx context.Context) ([]diag.Diagnostic, error) {
	if s.Set == nil || !s.Sound() || !slices.ContainsFunc(s.Tree.Below(layout.Root), func(f scan.File) bool { return !f.Builtin }) {
		return nil, s.MakeAll(ctx)
	}
	links := map[string][]string{} // of pages, by their paths
	var mu sync.Mutex
	err := s.Set.EachPlain(ctx, func(f *fileset.File, data []byte) error {
		if f.Kind != fileset.Real && f.Kind != fileset.Fallback {
			return nil
		}
		to := s.linksOf(f.Path, data)
		mu.Lock()
		links[f.Path] = to
		mu.Unlock()
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := new(diag.List)
	for _, l := range s.Site.Locales {
		s.unlinked(l, links, out)
	}
	return out.Sorted(), nil
}

// linksOf returns the paths of the files to which the links of a page lead.
func (s *State) linksOf(file string, page []byte) []string {
	base := &url.URL{Path: s.Config.BasePath + fileset.Address(file)}
	var to []string
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return to
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			if string(name) != "a" {
				continue
			}
			for more {
				var key, value []byte
				if key, value, more = z.TagAttr(); string(key) != "href" {
					continue
				}
				u, err := base.Parse(string(value))
				if err != nil || u.Host != "" && u.Scheme+"://"+u.Host != s.Config.Origin {
					continue
				}
				if rest, ok := s.Config.Within(u.Path); ok {
					to = append(to, fileset.PathOf(rest))
				}
			}
		}
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
		if !p.Fallback && !reached[fileOf(p)] {
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
