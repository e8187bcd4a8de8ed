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

// pages are the pages of a state, by file. States share what they have in
// common, so that one page's change costs little on a site of any size.
type pages struct {
	base, later map[string]page // later holds what changed; a file that is gone has the zero page
}

// pagesLater is how many changes pages have before they get a base of their own.
const pagesLater = 256

func (p pages) get(file string) page {
	if q, ok := p.later[file]; ok {
		return q
	}
	return p.base[file]
}

// with gives the pages with some changed; the map is theirs from then on.
func (p pages) with(changed map[string]page) pages {
	for f, q := range p.later {
		if _, newer := changed[f]; !newer {
			changed[f] = q
		}
	}
	if len(changed) <= pagesLater && p.base != nil {
		return pages{p.base, changed}
	}
	base := maps.Clone(p.base)
	if base == nil {
		base = make(map[string]page, len(changed))
	}
	for f, q := range changed {
		if q.Page == nil && q.findings == nil {
			delete(base, f)
		} else {
			base[f] = q
		}
	}
	return pages{base: base}
}

// inputs are the content files that make the site.
type inputs struct {
	pages  []*content.Page
	broken []string // files of pages that cannot be read
	drafts []string // files of pages that are drafts, and are left out
	files  []string // files beside the pages
	// leftOut are the built-in pages that the site does without.
	leftOut []*content.Page
	absent  []*content.Page // those that need what the record does not have
}

// inputs chooses among the content files: drafts may be left out, and so are
// the built-in pages that site.toml or the site's own languages have no use
// for.
func (s *State) inputs(opt Options, facts map[string]bool) inputs {
	var in inputs
	known := fileset.Types()
	langs := map[string]bool{}
	for _, l := range s.Config.Languages {
		langs[l.Lang] = true
	}
	all := s.Tree.Below(content.Root)
	own := map[string]bool{} // ids of the site's own pages, by language
	for _, f := range all {
		if p := s.pages.get(f.Path); !f.Builtin && p.Page != nil {
			own[p.Lang+"/"+p.ID] = true
		}
	}
	lacks := map[string]bool{} // ids; a text's needs are those of all its translations
	for _, f := range all {
		if p := s.pages.get(f.Path).Page; p != nil {
			for _, fact := range p.Needs {
				if has, known := facts[fact]; known && !has {
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
			switch p := s.pages.get(f.Path); {
			case f.Builtin && f.Embedded && own[lang+"/"+id]:
			case f.Builtin && s.Config.Content.Leaves(id):
				if p.Page != nil {
					in.leftOut = append(in.leftOut, p.Page)
				}
			case p.Page == nil:
				in.broken = append(in.broken, f.Path)
			case !opt.Drafts && p.Draft:
				in.drafts = append(in.drafts, f.Path)
			case lacks[p.ID]:
				in.absent = append(in.absent, p.Page)
			default:
				in.pages = append(in.pages, p.Page)
			}
			continue
		}
		if f.Builtin && s.Config.Content.Leaves(rest) {
			continue
		}
		if e := ext(f.Path); slices.Contains(known, e) || content.LikePage(f.Path) {
			in.files = append(in.files, f.Path)
		}
	}
	return in
}

// without reports ids in [content] without that no built-in page has.
func (s *State) without(leftOut []*content.Page, out *diag.List) {
	if s.Config.Content.Bare {
		return // all of them go, whatever the list says
	}
	for i, id := range s.Config.Content.Without {
		if slices.ContainsFunc(leftOut, func(p *content.Page) bool {
			return p.ID == id || id == "index" && p.ID == "" || strings.HasPrefix(p.ID, id+"/")
		}) {
			continue
		}
		var known []string
		for _, f := range s.Tree.Below(content.Root) {
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
		out.Errorf(s.Config.WithoutPos(i), diag.ContentWithout, hint, "no built-in page has the id %q", id)
	}
}

func isPage(file string) bool {
	return strings.HasPrefix(file, content.Root+"/") && strings.HasSuffix(file, ".md")
}

// Drafts gives the files of pages that are left out because they are drafts.
func (s *State) Drafts() []string {
	var files []string
	for _, m := range []map[string]page{s.pages.base, s.pages.later} {
		for f := range m {
			if p := s.pages.get(f); p.Page != nil && p.Draft {
				files = append(files, f)
			}
		}
	}
	slices.Sort(files)
	files = slices.Compact(files)
	return files
}
