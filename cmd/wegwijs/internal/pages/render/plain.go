package render

import (
	"slices"
	"sync"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/pages/plain"
	"wegwijs/cmd/wegwijs/internal/site"
)

// readable reports whether somebody looks at the language of a page: at that of
// the program's own pages those do who write them, and not who uses them.
func (r *Renderer) readable(p *site.Page) bool {
	return r.Plain != nil && !p.Fallback && !r.Embedded(p.File)
}

// plain looks at the language of a page: of its text, its labels, and of what its
// front matter says to readers.
func (r *Renderer) plain(p *site.Page, facts *markdown.Facts, out *diag.List) {
	if !r.readable(p) {
		return
	}
	blocks := slices.Concat(facts.Blocks(), facts.Labels())
	if len(blocks) > 0 { // else there is no file of which they are
		front := func(kind markdown.BlockKind, key, text string) {
			if text != "" {
				blocks = append(blocks, facts.Written(kind, text, p.Pos(key, -1)))
			}
		}
		front(markdown.BlockHeading, "title", p.Title)
		if p.NavTitle != p.Title {
			front(markdown.BlockHeading, "nav_title", p.NavTitle)
		}
		front(markdown.BlockCell, "description", p.Description)
	}
	r.Plain.Read(plain.Text{Lang: p.Lang, Blocks: blocks, Quotes: r.Strings.Lang(p.Lang).Quotes, Form: r.form(p.Locale), Accepted: facts.Accepted}, out)
}

// looked leaves out of a page's acceptances those of warnings that nobody looked
// for yet.
func (r *Renderer) looked(p *site.Page, list []markdown.Acceptance) []markdown.Acceptance {
	readable := r.readable(p)
	return slices.DeleteFunc(slices.Clone(list), func(a markdown.Acceptance) bool {
		return a.Code == diag.PlainSpelling || !readable && slices.Contains(plain.Codes, a.Code)
	})
}

// clear is by how much one form of address must lead before no more pages are
// read for it.
const clear = 40

// form returns how the pages of a language address their readers: as most of
// them do.
func (r *Renderer) form(l *site.Locale) plain.Form {
	find, _ := r.forms.LoadOrStore(l.Lang, sync.OnceValue(func() plain.Form {
		n := 0
		for _, p := range l.All {
			if p.Fallback {
				continue
			}
			if src, err := r.Read(p.File); err == nil {
				n += plain.Tally(l.Lang, string(src[content.Body(src):]))
			}
			if n > clear || n < -clear {
				break
			}
		}
		switch {
		case n > 0:
			return plain.Familiar
		case n < 0:
			return plain.Formal
		}
		return plain.Unknown
	}))
	return find.(func() plain.Form)()
}
