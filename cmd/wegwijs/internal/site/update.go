package site

import (
	"slices"

	"wegwijs/cmd/wegwijs/internal/input/content"
)

// Update returns the site with other texts, each in the place of the one of the
// same file. It costs a copy of the pages and looks for no mistakes: s must
// have none. ok is false where more changed than what a page says of itself,
// such as an address or the order of pages; then it takes [New].
func (s *Site) Update(texts []*content.Page) (_ *Site, ok bool) {
	t := &Site{Config: s.Config, Files: s.Files, shape: s.shape, texts: slices.Clone(s.texts)}
	for _, p := range texts {
		n := slices.IndexFunc(s.Locales, func(l *Locale) bool { return l.Lang == p.Lang })
		i, there := s.places[p.ID]
		if n < 0 || !there {
			return nil, false
		}
		old := s.texts[i][n]
		if old == nil || old.File != p.File || old.Slug != p.Slug || old.Order != p.Order || old.Draft != p.Draft || !old.SameGroups(p) ||
			!slices.Equal(old.Aliases, p.Aliases) || !slices.Equal(old.Related, p.Related) || !slices.Equal(old.Needs, p.Needs) {
			return nil, false
		}
		t.texts[i] = slices.Clone(t.texts[i])
		t.texts[i][n] = p
	}
	for _, l := range s.Locales {
		t.Locales = append(t.Locales, l.copy())
	}
	var changed []*Page
	for _, p := range texts {
		for _, l := range t.Locales { // also those that fall back to it
			if q, there := l.Page(p.ID); there && q.File == p.File {
				q.Page = p
				changed = append(changed, q)
			}
		}
	}
	if !slices.ContainsFunc(changed, misplaced) {
		t.Redirects = slices.Clone(s.Redirects)
		for i, r := range t.Redirects {
			if r.To != nil {
				t.Redirects[i].To = t.At(r.To.Ref())
			}
		}
		return t, true
	}
	return nil, false
}

// SamePlaces reports whether [Site.Update] made one of two sites of the other, or
// both of a third: every page is at the same address in both.
func (s *Site) SamePlaces(t *Site) bool { return t != nil && s.shape == t.shape }

// misplaced reports whether a page belongs elsewhere among its neighbours.
func misplaced(p *Page) bool {
	if p.Parent == nil {
		return false
	}
	all := p.Parent.Children
	c := collator(p.Locale.Lang)
	after := func(a, b *Page) bool {
		return inOrder(a, b, func() int { return c.CompareString(a.Title, b.Title) }) >= 0
	}
	return p.At > 0 && after(all[p.At-1], p) || p.At+1 < len(all) && after(p, all[p.At+1])
}

// copy returns a copy of a locale, whose pages lead to each other.
func (l *Locale) copy() *Locale {
	c := &Locale{Language: l.Language, N: l.N, All: make([]*Page, len(l.All)), byID: l.byID}
	pages := make([]Page, len(l.All))
	children := make([]*Page, 0, len(l.All))
	for i, p := range l.All {
		pages[i] = *p
		c.All[i] = &pages[i]
	}
	for i := range pages {
		p := &pages[i]
		p.Locale = c
		if p.Parent != nil {
			p.Parent = c.All[p.Parent.n]
		}
		if len(p.Children) > 0 {
			from := len(children)
			for _, q := range p.Children {
				children = append(children, c.All[q.n])
			}
			p.Children = slices.Clip(children[from:])
		}
	}
	if l.Home != nil {
		c.Home = c.All[l.Home.n]
	}
	return c
}
