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

// navKey names one rendering: a section, the group in it that is open, and of a
// very large one the part.
type navKey struct {
	section *site.Page
	group   int // -1: none
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
	key := navKey{section: section, group: -1}
	if p != section && len(r.Site.Groups(section)) > 0 {
		key.group = p.Group
	}
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

// A navMaker makes the items of one rendering.
type navMaker struct {
	*Renderer
	navKey
	open  map[*site.Page]bool // the section, and those above it
	pages []*site.Page        // by the number in their mark
}

// items returns what the navigation shows below a section, and how many of its
// pages it leaves out.
func (m *navMaker) items(of *site.Page) (items []layout.NavItem, more int) {
	list := m.window(of)
	groups := m.Site.Groups(of)
	for len(list) > 0 {
		g, n := list[0].Group, 1
		if g < len(groups) {
			for n < len(list) && list[n].Group == g {
				n++
			}
			items = append(items, m.group(of, groups[g], list[:n]))
		} else {
			items = append(items, m.item(list[0]))
		}
		list = list[n:]
	}
	return items, len(of.Children) - len(m.window(of))
}

// window returns the pages below a section that the navigation shows.
func (m *navMaker) window(of *site.Page) []*site.Page {
	list, limit := of.Children, m.Site.Config.NavMax
	if len(list) <= limit {
		return list
	}
	from := max(0, m.part*(limit/2)-limit/4)
	if of != m.section { // the way to the section is among them
		from = max(0, slices.IndexFunc(list, func(c *site.Page) bool { return m.open[c] })-limit/2)
	}
	to := min(len(list), from+limit)
	return list[max(0, to-limit):to]
}

// group returns a group of pages. One in which the reader is not leads to its
// first page, where it is open; unless that would lead to another language, of
// which the title says nothing.
func (m *navMaker) group(of *site.Page, g site.Group, pages []*site.Page) layout.NavItem {
	item := layout.NavItem{Title: m.engines[g.Lang].Text(g.Title), Group: true, Open: true}
	if g.Lang != of.Locale.Lang {
		item.Lang = g.Lang
	}
	here := of == m.section && pages[0].Group == m.navKey.group || slices.ContainsFunc(pages, func(p *site.Page) bool { return m.open[p] })
	first := slices.IndexFunc(pages, func(p *site.Page) bool { return !p.Fallback })
	if !here && first >= 0 && len(pages) > 1 && item.Lang == "" {
		item.Open, item.URL = false, pages[first].URL
		return item
	}
	for _, p := range pages {
		item.Items = append(item.Items, m.item(p))
	}
	return item
}

// item returns a page, with what stands below it when it is open.
func (m *navMaker) item(p *site.Page) layout.NavItem {
	item := layout.NavItem{URL: p.URL, Title: m.engines[p.Lang].Text(p.NavTitle), Section: p.Section(), Open: m.open[p], Mark: template.HTMLAttr(markOpen + strconv.Itoa(len(m.pages)) + `"`)}
	if p.Fallback {
		item.Lang = p.Lang
	}
	m.pages = append(m.pages, p)
	if item.Open {
		item.Items, item.More = m.items(p)
	}
	return item
}

func (r *Renderer) renderNav(key navKey, n *navEntry) {
	m := &navMaker{Renderer: r, navKey: key, open: map[*site.Page]bool{}}
	for s := key.section; s != nil; s = s.Parent {
		m.open[s] = true
	}
	l := key.section.Locale
	top, _ := m.items(l.Home)
	pages := m.pages
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
