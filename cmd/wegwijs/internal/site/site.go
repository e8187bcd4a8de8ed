// Package site fixes the address of every page in every language: ids by path,
// slugs by language, sections, order, neighbours, translations and fallbacks.
// It knows front matter only; bodies come later.
package site

import (
	"bytes"
	"maps"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
)

// A Page is one page at one address: the page with an id, for the readers of
// one language.
type Page struct {
	*content.Page         // the text shown; of another language when Fallback
	Locale        *Locale // whose readers it is for
	Fallback      bool    // not translated: Page.Lang is not Locale.Lang
	Dir           string  // its folder in the output, without slashes at the ends: en/email/imap-settings
	URL           string  // URL path, percent-encoded, with a final slash: /en/email/imap-settings/
	Parent        *Page   // the section it stands in; nil for the first page of a language
	Children      []*Page // of a section: pages and sections directly below it, in order
	At            int     // its place among Parent.Children
	Group         int     // place among the groups of Parent, see [Site.Groups]; their number for a page in none
	inGroup       int     // its place in the group
	n             int     // its place among Locale.All
}

// A Ref names a page of a site, and the same page of every site that
// [Site.Update] makes of it.
type Ref struct{ locale, n int32 }

// Ref returns what names the page in its site.
func (p *Page) Ref() Ref { return Ref{int32(p.Locale.N), int32(p.n)} }

// At returns the page that a Ref names.
func (s *Site) At(r Ref) *Page { return s.Locales[r.locale].All[r.n] }

// A Locale is the site in one language.
type Locale struct {
	config.Language
	N    int   // its place among Site.Locales
	Home *Page // nil when the site has no first page
	All  []*Page
	byID map[string]int // places in All
}

// A Redirect is an old address that leads to a page or elsewhere.
type Redirect struct {
	From string // URL path on the host, percent-encoded
	// Path is the file of the output that answers there; "" where no folder can
	// hold it beside the others, as when only capitals tell it apart from a
	// page: then it is a rule for web servers alone.
	Path     string
	To       *Page  // nil when it leads to Address
	Suffix   string // what follows the address of To: a query, a fragment; percent-encoded
	Fragment string // of Suffix, decoded
	// Address is a URL path of this site or a whole address, percent-encoded.
	Address string
	Source  string   // the author's file that asks for it
	Pos     diag.Pos // of the address it leads to; zero for an alias of a page
	FromPos diag.Pos // of the old address in site.toml; zero for an alias of a page
	Alias   int      // which of the aliases of To it is, from 0
}

// Where returns where the old address is written.
func (r *Redirect) Where() diag.Pos {
	if r.FromPos != (diag.Pos{}) || r.To == nil {
		return r.FromPos
	}
	return r.To.Page.Pos("aliases", r.Alias)
}

// A File is a file beside the pages, such as an image.
type File struct {
	Source string // content/nl/e-mail/scherm.png
	Path   string // in the output
	URL    string
}

// A Site is all pages in all languages. It is not changed after [New] and may
// be used by several goroutines at once.
type Site struct {
	Config    *config.Config
	Locales   []*Locale // the default language first
	Redirects []Redirect
	Files     []File
	*shape
	texts [][]*content.Page // of each page, by language, nil where there is none
}

// shape is what sites have in common that differ only in what pages say of
// themselves.
type shape struct {
	ids    []string        // of all pages but the first, sorted
	places map[string]int  // in texts, by id
	broken map[string]bool // ids that are not among places because their text cannot be read
	files  map[string]File // by source, in NFC
	// leftOut has the titles, by language, of built-in pages that are not among
	// places because the site does without them, by id.
	leftOut map[string]map[string]string
	drafts  map[string]string          // files of pages that are left out as drafts, by id
	facts   map[string]bool            // by name
	needs   map[string][]string        // by id
	absent  map[string]bool            // ids of pages that need what is not there
	behind  map[string][]*content.Page // translations that are left out because too much of them is stale, by id
}

// Compare orders two texts as the language does, with numbers by their value.
func (l *Locale) Compare(a, b string) int {
	return collator(l.Lang).CompareString(a, b)
}

// ByTitle returns pages in the order of their titles, as the language has it.
func (l *Locale) ByTitle(pages []*Page) []*Page {
	c := collator(l.Lang)
	var buf collate.Buffer
	keys := make(map[*Page][]byte, len(pages))
	for _, p := range pages {
		keys[p] = c.KeyFromString(&buf, p.Title)
	}
	sorted := slices.Clone(pages)
	slices.SortStableFunc(sorted, func(a, b *Page) int { return bytes.Compare(keys[a], keys[b]) })
	return sorted
}

// collator returns what compares texts in a language. It is not safe for use by
// several goroutines at once.
func collator(lang string) *collate.Collator {
	return collate.New(language.Make(lang), collate.Numeric)
}

// A Group is a heading in a section's list of pages.
type Group struct {
	Title string
	Lang  string // of the title
}

// Groups returns the groups of a section, in order.
func (s *Site) Groups(section *Page) []Group {
	ref := s.Reference(section.ID)
	if ref == nil || len(ref.Groups) == 0 {
		return nil
	}
	list := make([]Group, len(ref.Groups))
	for i, g := range ref.Groups {
		list[i] = Group{g.Title, ref.Lang}
		for _, own := range section.Groups {
			if own.ID == g.ID {
				list[i] = Group{own.Title, section.Lang}
			}
		}
	}
	return list
}

// Page returns the page with an id for the readers of a language.
func (l *Locale) Page(id string) (*Page, bool) {
	n, ok := l.byID[id]
	if !ok {
		return nil, false
	}
	return l.All[n], true
}

// Section reports whether the page has others below it or is an index.
func (p *Page) Section() bool { return p.Index || len(p.Children) > 0 }

// Name is the page's id as people write it; the first page's is "index".
func (p *Page) Name() string {
	if p.ID == "" {
		return "index"
	}
	return p.ID
}

// Reference returns the text that a page's translations are made from: that of
// the default language, or else of the first language that has the page.
func (s *Site) Reference(id string) *content.Page {
	for _, p := range s.Translations(id) {
		if p != nil {
			return p
		}
	}
	return nil
}

// Translations returns for each locale its own text of a page, nil where it has
// none. The slice is the site's.
func (s *Site) Translations(id string) []*content.Page {
	if i, ok := s.places[id]; ok {
		return s.texts[i]
	}
	return nil
}

// Written is [Site.Translations] with those that are not shown because too much of
// them is stale.
func (s *Site) Written(id string) []*content.Page {
	all := s.Translations(id)
	if behind := s.behind[id]; all != nil && behind != nil {
		all = slices.Clone(all)
		for _, p := range behind {
			for i, l := range s.Locales {
				if l.Lang == p.Lang {
					all[i] = p
				}
			}
		}
	}
	return all
}

// has reports whether there is a page with an id in any language.
func (s *Site) has(id string) bool {
	_, ok := s.places[id]
	return ok
}

// IDs returns the ids of all pages but the first, sorted. The slice is the
// site's.
func (s *Site) IDs() []string { return s.ids }

// Broken reports whether there is a page with an id, in any language, that
// cannot be read. What is wrong with it has been said; that others lead to it
// is no second mistake.
func (s *Site) Broken(id string) bool { return s.broken[id] }

// LeftOut reports whether the program has a page with an id that the site does
// without.
func (s *Site) LeftOut(id string) bool { return s.leftOut[id] != nil && !s.has(id) }

// Fact reports whether the record has what a fact is about, such as pop, and
// whether there is such a fact.
func (s *Site) Fact(name string) (has, known bool) {
	has, known = s.facts[name]
	return has, known
}

// Facts returns the names of all facts, sorted.
func (s *Site) Facts() []string { return slices.Sorted(maps.Keys(s.facts)) }

// SameFacts reports whether two sites have and lack the same.
func (s *Site) SameFacts(t *Site) bool { return maps.Equal(s.facts, t.facts) }

// Needs returns the facts without which the page with an id is not there. The
// slice is the site's.
func (s *Site) Needs(id string) []string { return s.needs[id] }

// Absent reports whether there is a page with an id that needs what this site
// lacks.
func (s *Site) Absent(id string) bool { return s.absent[id] && !s.has(id) }

// LeavesOut reports whether the site does without some built-in pages.
func (s *Site) LeavesOut() bool { return len(s.leftOut) > 0 }

// SameLeftOut reports whether two sites do without the same built-in pages.
func (s *Site) SameLeftOut(t *Site) bool {
	return maps.EqualFunc(s.leftOut, t.leftOut, func(a, b map[string]string) bool { return maps.Equal(a, b) })
}

// LeftOutTitle returns the title that a page which the site does without has in
// a language.
func (s *Site) LeftOutTitle(id, lang string) string { return s.leftOut[id][lang] }

// Draft returns the file of a page that is left out because it is a draft, by
// its id; "" when there is none.
func (s *Site) Draft(id string) string { return s.drafts[id] }

// File returns a file beside the pages by its source.
func (s *Site) File(source string) (File, bool) {
	f, ok := s.files[norm.NFC.String(source)]
	return f, ok
}
