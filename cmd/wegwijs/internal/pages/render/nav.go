package render

import (
	"bytes"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/site"
)

// The navigation is rendered once for each section and language, not for each
// page. Every link in it carries a mark; a page's own navigation is a copy
// without the marks in which its own became aria-current.

const (
	markOpen = ` data-wegwijs-mark="`
	current  = ` aria-current="page"`
)

// navKey names one rendering: a section, and of a very large one the part.
type navKey struct {
	section *site.Page
	part    int
}

type navEntry struct {
	once sync.Once
	html string             // without marks
	at   map[*site.Page]int // offset at which a page's mark stood
	bad  []diag.Diagnostic
}

// nav returns the navigation of a page.
func (r *Renderer) nav(p *site.Page, out *diag.List) template.HTML {
	if !r.Layouts.HasNav() || p.Locale.Home == nil {
		return ""
	}
	section := p
	if !p.Section() && p.Parent != nil {
		section = p.Parent
	}
	key := navKey{section: section}
	if limit := r.Site.Config.NavMax; p != section && len(section.Children) > limit {
		key.part = p.At / (limit / 2)
	}
	v, ok := r.memo.navs.Load(key)
	if !ok {
		v, _ = r.memo.navs.LoadOrStore(key, &navEntry{})
	}
	n := v.(*navEntry)
	n.once.Do(func() { r.renderNav(key, n) })
	out.Add(n.bad...)
	at, ok := n.at[p]
	if !ok {
		return template.HTML(n.html)
	}
	return template.HTML(n.html[:at] + current + n.html[at:])
}

func (r *Renderer) renderNav(key navKey, n *navEntry) {
	open := map[*site.Page]bool{}
	for s := key.section; s != nil; s = s.Parent {
		open[s] = true
	}
	var pages []*site.Page
	var items func(of *site.Page) ([]layout.NavItem, int)
	items = func(of *site.Page) ([]layout.NavItem, int) {
		list := of.Children
		more := 0
		if limit := r.Site.Config.NavMax; len(list) > limit {
			from := 0
			if of == key.section {
				from = max(0, key.part*(limit/2)-limit/4)
			} else { // the way to the section is among them
				from = max(0, slices.IndexFunc(list, func(c *site.Page) bool { return open[c] })-limit/2)
			}
			to := min(len(list), from+limit)
			from = max(0, to-limit)
			more = len(list) - (to - from)
			list = list[from:to]
		}
		groups := r.Site.Groups(of)
		var out []layout.NavItem
		in := -1 // the group that the last of out is
		for _, c := range list {
			item := layout.NavItem{URL: c.URL, Title: r.engines[c.Lang].Text(c.NavTitle), Section: c.Section(), Open: open[c], Mark: template.HTMLAttr(markOpen + strconv.Itoa(len(pages)) + `"`)}
			if c.Fallback {
				item.Lang = c.Lang
			}
			pages = append(pages, c)
			if open[c] {
				item.Items, item.More = items(c)
			}
			if c.Group == len(groups) {
				out = append(out, item)
				continue
			}
			if c.Group != in {
				in = c.Group
				g := layout.NavItem{Title: r.engines[groups[in].Lang].Text(groups[in].Title), Open: true}
				if groups[in].Lang != of.Locale.Lang {
					g.Lang = groups[in].Lang
				}
				out = append(out, g)
			}
			g := &out[len(out)-1]
			g.Items = append(g.Items, item)
		}
		return out, more
	}
	l := key.section.Locale
	top, _ := items(l.Home)
	var b bytes.Buffer
	list := new(diag.List)
	if err := r.Layouts.Nav(&b, &layout.Nav{Site: r.sites[l.N], Items: top}); err != nil {
		r.layoutError(list, key.section.File, err)
	}
	n.bad = list.Sorted()
	n.at = map[*site.Page]int{}
	var clean strings.Builder
	clean.Grow(b.Len())
	rest := b.String()
	for {
		before, after, ok := strings.Cut(rest, markOpen)
		clean.WriteString(before)
		if !ok {
			break
		}
		num, after, _ := strings.Cut(after, `"`)
		if i, err := strconv.Atoi(num); err == nil && i < len(pages) {
			if _, twice := n.at[pages[i]]; !twice {
				n.at[pages[i]] = clean.Len()
			}
		}
		rest = after
	}
	n.html = clean.String()
}
