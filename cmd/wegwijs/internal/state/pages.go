package state

import (
	"maps"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/content"
)

// page is what reading one Markdown file gave.
type page struct {
	*content.Page // nil when it cannot be read
	findings      []diag.Diagnostic
}

// pages are the pages of a state, by file. They are not changed after they were
// made; the next state has the same ones until some front matter changes. States
// share what they have in common, so that one page's change costs little on a
// site of any size.
type pages struct {
	base   *map[string]page
	later  map[string]page              // what changed since; a file that is gone has the zero page
	flawed map[string][]diag.Diagnostic // what is wrong with front matter, by file
}

// pagesLater is how many changes pages have before they get a base of their own.
const pagesLater = 256

func (p *pages) get(file string) page {
	if q, ok := p.later[file]; ok {
		return q
	}
	if p.base == nil {
		return page{}
	}
	return (*p.base)[file]
}

// with returns the pages after some files changed; read has those that are there.
func (p *pages) with(changed []string, read map[string]page) *pages {
	now := map[string]page{}
	for _, file := range changed {
		if !isPage(file) {
			continue
		}
		old, q := p.get(file), read[file]
		if old.Page != nil && q.Page != nil && old.Equal(q.Page) && len(old.findings) == 0 && len(q.findings) == 0 {
			continue // only the text changed
		}
		now[file] = q
	}
	if len(now) == 0 {
		return p
	}
	next := &pages{base: p.base, flawed: maps.Clone(p.flawed)}
	if next.flawed == nil {
		next.flawed = map[string][]diag.Diagnostic{}
	}
	for file, q := range now {
		delete(next.flawed, file)
		if len(q.findings) > 0 {
			next.flawed[file] = q.findings
		}
	}
	for file, q := range p.later {
		if _, newer := now[file]; !newer {
			now[file] = q
		}
	}
	if len(now) <= pagesLater && p.base != nil {
		next.later = now
		return next
	}
	base := make(map[string]page, len(now))
	if p.base != nil {
		base = maps.Clone(*p.base)
	}
	for file, q := range now {
		if q.Page == nil && q.findings == nil {
			delete(base, file)
		} else {
			base[file] = q
		}
	}
	next.base = &base
	return next
}

// since returns the pages that are not as they were, in the order of their
// files; ok is false where one of them could not be read, or cannot be now.
func (p *pages) since(was *pages) (changed []*content.Page, ok bool) {
	files := map[string]bool{}
	for _, m := range []*pages{p, was} {
		for file := range m.later {
			files[file] = true
		}
		if p.base != was.base && m.base != nil {
			for file := range *m.base {
				files[file] = true
			}
		}
	}
	for file := range files {
		old, now := was.get(file).Page, p.get(file).Page
		switch {
		case old == now:
		case old == nil || now == nil:
			return nil, false
		default:
			changed = append(changed, now)
		}
	}
	slices.SortFunc(changed, func(a, b *content.Page) int { return strings.Compare(a.File, b.File) })
	return changed, true
}

// A choice is the content files that make the site, and those that do not.
type choice struct {
	pages  []*content.Page
	broken []string // files of pages that cannot be read
	drafts []string // files of pages that are drafts, and are left out
	files  []string // files beside the pages
	// leftOut are the built-in pages that the site does without.
	leftOut []*content.Page
	absent  []*content.Page // those that need what the record does not have
	behind  []*content.Page // translations of which too much is stale
}

// choose chooses among the content files: drafts may be left out, and so are
// the built-in pages that site.toml or the site's own languages have no use
// for.
func (k siteKey) choose(in *input) choice {
	var c choice
	known := fileset.Types()
	langs := map[string]bool{}
	for _, l := range k.config.Languages {
		langs[l.Lang] = true
	}
	all := in.list(k.files)
	own := map[string]bool{} // ids of the site's own pages, by language
	for _, f := range all {
		if p := k.pages.get(f.Path); !f.Builtin && p.Page != nil {
			own[p.Lang+"/"+p.ID] = true
		}
	}
	lacks := map[string]bool{} // ids; a text's needs are those of all its translations
	for _, f := range all {
		if p := k.pages.get(f.Path).Page; p != nil {
			for _, fact := range p.Needs {
				if has, known := k.facts.has[fact]; known && !has {
					lacks[p.ID] = true
				}
			}
		}
	}
	for _, f := range all {
		lang, rest := content.Split(f.Path)
		if f.Builtin && f.Embedded && !langs[lang] {
			continue
		}
		if isPage(f.Path) {
			id, _ := content.ID(rest)
			switch p := k.pages.get(f.Path); {
			case f.Builtin && f.Embedded && own[lang+"/"+id]:
			case f.Builtin && k.config.Content.Leaves(id):
				if p.Page != nil {
					c.leftOut = append(c.leftOut, p.Page)
				}
			case p.Page == nil:
				c.broken = append(c.broken, f.Path)
			case !k.drafts && p.Draft:
				c.drafts = append(c.drafts, f.Path)
			case lacks[p.ID]:
				c.absent = append(c.absent, p.Page)
			case (*k.behind)[f.Path]:
				c.behind = append(c.behind, p.Page)
			default:
				c.pages = append(c.pages, p.Page)
			}
			continue
		}
		if f.Builtin && k.config.Content.Leaves(rest) {
			continue
		}
		if e := ext(f.Path); slices.Contains(known, e) || content.LikePage(f.Path) {
			c.files = append(c.files, f.Path)
		}
	}
	return c
}

// without reports ids in [content] without that no built-in page has.
func (k siteKey) without(in *input, leftOut []*content.Page, out *diag.List) {
	if k.config.Content.Bare {
		return // all of them go, whatever the list says
	}
	for i, id := range k.config.Content.Without {
		if slices.ContainsFunc(leftOut, func(p *content.Page) bool {
			return p.ID == id || id == "index" && p.ID == "" || strings.HasPrefix(p.ID, id+"/")
		}) {
			continue
		}
		var known []string
		for _, f := range in.list(k.files) {
			if f.Builtin && isPage(f.Path) {
				_, rest := content.Split(f.Path)
				known = append(known, strings.TrimSuffix(rest, ".md"))
			}
		}
		slices.Sort(known)
		hint := diag.DidYouMean(id, slices.Compact(known))
		if hint == "" {
			hint = "write the path of a built-in page below the language's folder, without .md: e-mail/samsung-email"
		}
		out.Errorf(k.config.WithoutPos(i), diag.ContentWithout, hint, "no built-in page has the id %q", id)
	}
}

func isPage(file string) bool {
	return strings.HasPrefix(file, content.Root+"/") && strings.HasSuffix(file, ".md")
}

// Drafts returns the files of pages that are left out because they are drafts,
// in order.
func (s *State) Drafts() []string {
	var files []string
	for _, f := range s.Tree.Below(content.Root) {
		if p := s.pages.get(f.Path); p.Page != nil && p.Draft {
			files = append(files, f.Path)
		}
	}
	return files
}
