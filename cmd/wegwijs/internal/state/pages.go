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

// inputs gives the pages to show, the files of pages that cannot be read, and
// the files beside the pages.
func (s *State) inputs(opt Options) (pages []*content.Page, broken, files []string) {
	known := fileset.Types()
	for _, f := range s.Tree.Below(content.Root) {
		if isPage(f.Path) {
			if p := s.pages.get(f.Path); p.Page == nil {
				broken = append(broken, f.Path)
			} else if opt.Drafts || !p.Draft {
				pages = append(pages, p.Page)
			}
			continue
		}
		if e := ext(f.Path); slices.Contains(known, e) || e == ".markdown" {
			files = append(files, f.Path)
		}
	}
	return pages, broken, files
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
