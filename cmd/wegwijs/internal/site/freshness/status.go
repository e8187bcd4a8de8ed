package freshness

import (
	"context"
	"errors"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/site"
)

// A State says how a page in one language relates to the text of the default
// language.
type State string

const (
	Fresh    State = "fresh"
	Stale    State = "stale"    // the text has changed since
	Unknown  State = "unknown"  // nothing says which text it was made from
	Missing  State = "missing"  // not translated
	Orphaned State = "orphaned" // the text that it was made from is gone
)

// A Page is one page in one language beside the text that it translates.
type Page struct {
	ID     string `json:"id"`
	Lang   string `json:"lang"`
	State  State  `json:"state"`
	File   string `json:"file,omitempty"`   // of the translation; "" where it is missing
	Source string `json:"source,omitempty"` // file of the text; "" where that is gone
	Moved  string `json:"moved,omitempty"`  // of an orphan: the file in which its text stands now, as it seems

	Blocks      int `json:"blocks"` // of the text
	Words       int `json:"words"`
	StaleBlocks int `json:"stale_blocks"`
	StaleWords  int `json:"stale_words"`

	Hidden bool `json:"hidden,omitempty"` // too much of it is stale, so readers get the page of another language

	// Base is the text that the translation was made from, Now the one that
	// stands there, Translation the translation. Each may be nil where it was
	// not needed or is not there.
	Base, Now, Translation *Text    `json:"-"`
	Changes                []Change `json:"-"` // from Base to Now; of a stale page

	translated []*Unit // see align; nil before it was asked for
}

// A Language sums up the pages of one language.
type Language struct {
	Lang        string `json:"lang"`
	Fresh       int    `json:"fresh"`
	Stale       int    `json:"stale"`
	Unknown     int    `json:"unknown"`
	Missing     int    `json:"missing"`
	Orphaned    int    `json:"orphaned"`
	Blocks      int    `json:"blocks"` // of the texts
	Words       int    `json:"words"`
	StaleBlocks int    `json:"stale_blocks"` // of stale and missing pages
	StaleWords  int    `json:"stale_words"`
	Pages       []Page `json:"pages"`
}

// A Reader reads the texts of a site, each file once.
type Reader struct {
	site  *site.Site
	files fs.FS
}

// NewReader returns a reader of the texts of s, whose files are in files: those
// of the site, with what is built in beneath them.
func NewReader(s *site.Site, files fs.FS) *Reader { return &Reader{s, files} }

// text reads and takes apart one file.
func (r *Reader) text(file string) (*Text, error) {
	src, err := fs.ReadFile(r.files, file)
	if err != nil {
		return nil, err
	}
	return Parse(file, src), nil
}

// base returns the text with a stamp: the kept one, or now where it has that
// stamp itself. It is nil where nobody has it: what is kept under another name
// than its own is not that text.
func (r *Reader) base(stamp Stamp, now *Text) (*Text, error) {
	if now != nil && now.Stamp == stamp {
		return now, nil
	}
	if !stamp.Valid() {
		return nil, nil
	}
	t, err := r.text(stamp.File())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case t.Stamp != stamp:
		return nil, nil
	}
	return t, nil
}

// Page compares one page in one language with its text; nil where there is
// nothing to compare.
func (r *Reader) Page(id, lang string) (*Page, error) {
	now, err := r.Now(id)
	if err != nil {
		return nil, err
	}
	return r.page(id, lang, now, map[Stamp]*Text{})
}

// Now returns the present text of a page in the default language; nil where
// there is none.
func (r *Reader) Now(id string) (*Text, error) {
	if texts := r.site.Written(id); len(texts) > 0 && texts[0] != nil {
		return r.text(texts[0].File)
	}
	return nil, nil
}

// translation returns the page of a language with an id, nil where it has none,
// and its place among the languages.
func (r *Reader) translation(id, lang string) (*content.Page, int) {
	texts := r.site.Written(id)
	for i, l := range r.site.Locales {
		if l.Lang == lang && i > 0 && i < len(texts) {
			return texts[i], i
		}
	}
	return nil, 0
}

// original reports whether the j-th text of a page, t, may be what the i-th was
// translated from: that of the default language, or one that is no translation
// itself, since the default language was another one then.
func original(t *content.Page, j, i int) bool {
	return t != nil && j != i && (j == 0 || t.Source == "")
}

// originEnough is how much of the text that a page was translated from must stand
// in a text of another language than the default one for that to be it.
const originEnough = 0.5

// origin returns what became of the text base, from which the i-th text of a page
// was translated: now, that of the default language, unless it was of another one.
func (r *Reader) origin(id string, i int, base, now *Text) (*Text, error) {
	best := originEnough
	if now != nil {
		if now == base || now.Stamp == base.Stamp {
			return now, nil
		}
		best = max(best, overlap(base, now))
	}
	found := now
	for j, t := range r.site.Written(id) {
		if j == 0 || !original(t, j, i) || best == 1 {
			continue
		}
		text, err := r.text(t.File)
		if err != nil {
			return nil, err
		}
		if text.Stamp == base.Stamp {
			return text, nil
		}
		if score := overlap(base, text); score > best {
			best, found = score, text
		}
	}
	return found, nil
}

// page is [Reader.Page] for a text that is read already. It adds to kept what it
// reads of the texts that translations were made from.
func (r *Reader) page(id, lang string, now *Text, kept map[Stamp]*Text) (_ *Page, err error) {
	p := &Page{ID: id, Lang: lang, Now: now}
	target, i := r.translation(id, lang)
	of := func(now *Text) {
		if p.Now = now; now != nil {
			p.Source, p.Blocks, p.Words = now.File, len(now.Units), now.Words()
		}
	}
	of(now)
	if target == nil {
		p.State, p.StaleBlocks, p.StaleWords = Missing, p.Blocks, p.Words
		if now == nil {
			return nil, nil
		}
		return p, nil
	}
	p.File = target.File
	p.Hidden = r.site.Translations(id)[i] != target
	if target.Source == "" {
		if now == nil {
			return nil, nil // a page of this language alone
		}
		p.State = Unknown
		if made := Stamp(r.site.Written(id)[0].Source); made != "" { // perhaps from this one
			text, err := r.text(p.File)
			if err != nil {
				return nil, err
			}
			if text.Stamp == made {
				p.State = Fresh
			}
		}
		return p, nil
	}
	made, known := kept[Stamp(target.Source)]
	if !known {
		if made, err = r.base(Stamp(target.Source), now); err != nil {
			return nil, err
		}
		kept[Stamp(target.Source)] = made
	}
	p.Base = made
	for j, t := range r.site.Written(id) {
		if p.Base == nil && j > 0 && original(t, j, i) {
			text, err := r.text(t.File)
			if err != nil {
				return nil, err
			}
			if text.Stamp == Stamp(target.Source) {
				p.Base = text
			}
		}
	}
	if p.Base != nil {
		if now, err = r.origin(id, i, p.Base, now); err != nil {
			return nil, err
		}
		of(now)
	}
	switch {
	case now == nil:
		p.State = Orphaned
	case p.Base == nil:
		p.State = Unknown
	default:
		p.compare()
	}
	return p, nil
}

// compare finds out what changed since the translation was made.
func (p *Page) compare() {
	p.State = Fresh
	if p.Base.Stamp == p.Now.Stamp {
		return
	}
	p.Changes = Compare(p.Base, p.Now)
	for _, c := range p.Changes {
		if !c.Changed() {
			continue
		}
		p.State = Stale
		p.StaleBlocks++
		if c.New >= 0 {
			p.StaleWords += p.Now.Units[c.New].Words()
		}
	}
}

// Compared returns the number of blocks of which p.StaleBlocks changed: those of
// the text, and those that are gone from it.
func (p *Page) Compared() int {
	n := p.Blocks
	for _, c := range p.Changes {
		if c.New < 0 {
			n++
		}
	}
	return n
}

// Behind returns how much of a text, in percent of its words, changed since: what
// a translation of the old text does not say, or still says.
func Behind(old, now *Text) int {
	if old.Stamp == now.Stamp {
		return 0
	}
	stale, words := 0, 0
	for _, c := range Compare(old, now) {
		u := &Unit{}
		if c.New >= 0 {
			u = &now.Units[c.New]
		} else {
			u = &old.Units[c.Old]
		}
		words += u.Words()
		if c.Changed() {
			stale += u.Words()
		}
	}
	return 100 * stale / max(words, 1)
}

// Status compares all pages of the site, for each language but the default one.
func (r *Reader) Status(ctx context.Context) ([]Language, error) {
	ids := r.ids()
	langs := make([]Language, max(len(r.site.Locales)-1, 0))
	pages := make([][]*Page, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, id := range ids {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			now, err := r.Now(id)
			if err != nil {
				return err
			}
			pages[i] = make([]*Page, len(langs))
			kept := map[Stamp]*Text{}
			for n := range langs {
				l := r.site.Locales[n+1]
				p, err := r.page(id, l.Lang, now, kept)
				if err != nil {
					return diag.Errorf("compare %s in %s: %w", id, l.Lang, err)
				}
				if p == nil || p.State == Missing && l.Parent != "" { // it has that of its parent
					continue
				}
				pages[i][n] = p
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for n := range langs {
		l := &langs[n]
		l.Lang, l.Pages = r.site.Locales[n+1].Lang, []Page{}
		for i := range ids {
			if p := pages[i][n]; p != nil {
				l.add(p)
			}
		}
		l.findMoved()
	}
	return langs, nil
}

// ids returns the ids of all pages, the first page's too.
func (r *Reader) ids() []string { return append([]string{""}, r.site.IDs()...) }

func (l *Language) add(p *Page) {
	switch p.State {
	case Fresh:
		l.Fresh++
	case Stale:
		l.Stale++
	case Unknown:
		l.Unknown++
	case Missing:
		l.Missing++
	case Orphaned:
		l.Orphaned++
	}
	l.Blocks += p.Blocks
	l.Words += p.Words
	l.StaleBlocks += p.StaleBlocks
	l.StaleWords += p.StaleWords
	l.Pages = append(l.Pages, *p)
}

// movedEnough is how much of a text must stand in another file for that to be
// where it went.
const movedEnough = 0.6

// findMoved looks for the text of each orphan among the pages that the language
// does not have.
func (l *Language) findMoved() {
	if l.Orphaned == 0 {
		return
	}
	for i := range l.Pages {
		p := &l.Pages[i]
		if p.State != Orphaned || p.Base == nil {
			continue
		}
		best := movedEnough
		for j := range l.Pages {
			q := &l.Pages[j]
			if q.State != Missing || q.Now == nil {
				continue
			}
			if score := overlap(p.Base, q.Now); score > best {
				best, p.Moved = score, q.Source
			}
		}
	}
}

// overlap returns which part of a text's units stands in another one.
func overlap(a, b *Text) float64 {
	has := map[[32]byte]bool{}
	for i := range b.Units {
		has[b.Units[i].sum] = true
	}
	n := 0
	for i := range a.Units {
		if has[a.Units[i].sum] {
			n++
		}
	}
	return float64(n) / float64(max(len(a.Units), 1))
}

// A Mention is a unit in which a word stands, and its translations by language.
type Mention struct {
	Unit         Unit            `json:"-"`
	Where        string          `json:"where"`
	Text         string          `json:"text"`
	Translations map[string]Unit `json:"-"`
}

// Mentions returns every unit of the default language in which readers see a word,
// in whatever letter case, with what translates it.
func (r *Reader) Mentions(word string) ([]Mention, error) {
	var all []Mention
	word = strings.ToLower(word)
	for _, id := range r.ids() {
		var found []int
		for i, l := range r.site.Locales {
			if i > 0 && found == nil {
				continue
			}
			lang := l.Lang
			if i == 0 && len(r.site.Locales) > 1 {
				lang = r.site.Locales[1].Lang
			}
			p, err := r.Page(id, lang)
			if err != nil {
				return nil, err
			}
			if p == nil || p.Now == nil {
				break
			}
			if i == 0 {
				for n := range p.Now.Units {
					if u := &p.Now.Units[n]; hasWord(strings.ToLower(u.Text), word) {
						found = append(found, len(all))
						all = append(all, Mention{Unit: *u, Where: u.Pos.String(), Text: u.Source, Translations: map[string]Unit{}})
					}
				}
				continue
			}
			if p.File == "" {
				continue
			}
			if err := r.Translate(p); err != nil {
				return nil, err
			}
			for _, n := range found {
				if u := p.Of(all[n].Unit); u != nil {
					all[n].Translations[lang] = *u
				}
			}
		}
	}
	return all, nil
}

// hasWord reports whether word stands in text with no letter beside it.
func hasWord(text, word string) bool {
	letter := func(r rune) bool {
		return strings.ContainsRune("-_", r) || unicode.In(r, unicode.L, unicode.M, unicode.N) && !unicode.In(r, unspaced...)
	}
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 || word == "" {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+i])
		after, _ := utf8.DecodeRuneInString(text[at+i+len(word):])
		if !letter(before) && !letter(after) {
			return true
		}
		at += i + len(word)
	}
}

// Translate reads the translation of a page, when that is there.
func (r *Reader) Translate(p *Page) (err error) {
	if p.Translation == nil && p.File != "" {
		p.Translation, err = r.text(p.File)
	}
	return err
}

// Of returns the unit of the translation that translates a unit of the present
// text; nil where there is none. It must not be called by two goroutines at once.
func (p *Page) Of(u Unit) *Unit {
	n := slices.IndexFunc(p.Now.Units, func(v Unit) bool { return v.Pos == u.Pos && v.sum == u.sum })
	if n < 0 || p.Translation == nil {
		return nil
	}
	if p.translated == nil {
		p.translated = p.align()
	}
	return p.translated[n]
}

// A Diff is one unit that is not the same in two states of a text, with what
// translates it; each may be nil.
type Diff struct {
	Change                Change
	Old, New, Translation *Unit

	oldWhen, newWhen string // the when directives in which they stand, with a space behind them
}

// Texts returns the unit as it was and as it is, each "" for none. Where its words
// are the same and it stands in another when directive, that stands before them.
func (d *Diff) Texts() (old, now string) {
	if d.Old != nil {
		old = d.Old.Source
	}
	if d.New != nil {
		now = d.New.Source
	}
	if d.Change.Kind == Edited && d.Old.sum == d.New.sum {
		return d.oldWhen + old, d.newWhen + now
	}
	return old, now
}

// Diffs returns what changed in the text since a stale page was translated, whose
// translation was read.
func (p *Page) Diffs() []Diff {
	if p.Base == nil || p.Translation == nil {
		return nil
	}
	partner := map[int]*Unit{}
	for _, pair := range Align(p.Base, p.Translation) {
		if pair.Source >= 0 && pair.Target >= 0 {
			partner[pair.Source] = &p.Translation.Units[pair.Target]
		}
	}
	var list []Diff
	for _, c := range p.Changes {
		if c.Kind == Same {
			continue
		}
		d := Diff{Change: c}
		if c.Old >= 0 {
			d.Old, d.Translation, d.oldWhen = &p.Base.Units[c.Old], partner[c.Old], p.Base.when(c.Old)
		}
		if c.New >= 0 {
			d.New, d.newWhen = &p.Now.Units[c.New], p.Now.when(c.New)
		}
		list = append(list, d)
	}
	return list
}

// align returns of each unit of the present text the one that translates it; nil
// where there is none.
func (p *Page) align() []*Unit {
	list := make([]*Unit, len(p.Now.Units))
	for now, j := range p.partners() {
		if j >= 0 {
			list[now] = &p.Translation.Units[j]
		}
	}
	return list
}

// partners returns of each unit of the present text the place of the one that
// translates it, by way of the text that it was made from; -1 where there is none.
func (p *Page) partners() []int {
	made := p.Base
	if made == nil {
		made = p.Now
	}
	to, _ := partners(made, p.Translation, Align(made, p.Translation))
	if p.Changes == nil { // the text is the one that it was made from
		return to
	}
	list := slices.Repeat([]int{-1}, len(p.Now.Units))
	for _, c := range p.Changes {
		if c.Old >= 0 && c.New >= 0 {
			list[c.New] = to[c.Old]
		}
	}
	return list
}

// Lacks puts on out what the translation lacks of the present text, with the
// places of both.
func (p *Page) Lacks(out *diag.List) {
	report(p.Now, p.Translation, p.pairs(), out, diag.Error)
}

// pairs lays the translation beside the present text. Where a row of blocks is too
// short, what it was made from says which is new.
func (p *Page) pairs() []Pair {
	pairs := Align(p.Now, p.Translation)
	if p.Base == nil || !slices.ContainsFunc(pairs, func(x Pair) bool { return x.Target < 0 }) {
		return pairs
	}
	made := p.partners()
	p.fill(made)
	if other := inOrder(made, len(p.Translation.Units)); len(Gaps(p.Now, p.Translation, other)) <= len(Gaps(p.Now, p.Translation, pairs)) {
		return other
	}
	return pairs
}

// fill gives units without a partner the next one that nobody has, where that is of
// the same sort: a translator has begun with what is new.
func (p *Page) fill(partner []int) {
	taken := make(map[int]bool, len(partner))
	for _, j := range partner {
		taken[j] = true
	}
	next := 0
	for i, j := range partner {
		if j < 0 && next < len(p.Translation.Units) && !taken[next] && p.Now.Units[i].signature() == p.Translation.Units[next].signature() {
			j = next
			partner[i], taken[j] = j, true
		}
		if j >= 0 {
			next = j + 1
		}
	}
}
