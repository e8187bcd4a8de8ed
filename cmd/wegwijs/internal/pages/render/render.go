// Package render turns a site into its file set: pages and their Markdown
// copies, error pages, redirects, sitemap and the other files for programs,
// server rules and assets. Each file is made when it is asked for; what that
// finds out about a page is kept.
package render

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/pages/pictures"
	"wegwijs/cmd/wegwijs/internal/pages/plain"
	"wegwijs/cmd/wegwijs/internal/pages/search"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
	"wegwijs/cmd/wegwijs/internal/site"
)

// An Input is all that a file set is made of.
type Input struct {
	Site     *site.Site
	Layouts  *layout.Set
	Strings  *i18n.Catalogue
	Settings *settings.Source
	Extra    []fileset.File // files of other stages, such as the forms of the mail record
	// Read returns the bytes of an input file as they were when the site was
	// scanned, and Hash their hash.
	Read func(file string) ([]byte, error)
	Hash func(file string) scan.Hash
	Size func(file string) int64 // of an input file, in bytes
	// Source names the input file with the text that a page was translated from,
	// as it was then: its headings give the page's headings their ids. "" where
	// that is not known, or is the text that stands there now; the page's own file
	// where others were translated from it. Source may be nil.
	Source func(p *content.Page) (file string)
	// Smaller has the files beside pages that are pictures which Picture makes
	// smaller, as WebP.
	Smaller map[string]bool
	Picture func(ctx context.Context, data []byte) ([]byte, error)
	// Plain looks at the language of pages, but of those for which Embedded reports
	// that they are in the program; nil: nobody does.
	Plain    *plain.Reader
	Embedded func(file string) bool
	Outside  bool                   // keep the links to other sites, see Result
	Release  string                 // a digest of the site's input
	Builtin  func(file string) bool // reports whether the program brings a file; may be nil
	// Prev is a renderer of an earlier state, or nil. What it found out is
	// used again where it still holds.
	Prev *Renderer
}

// A Renderer makes the files of one state of the site. It may be used by
// several goroutines at once.
type Renderer struct {
	Input
	engines map[string]*markdown.Engine // by language of the text
	sites   []*layout.Site              // by locale
	paths   *fileset.Set                // every path of the set
	texts   *texts
	memo    *memo
	hosts   func() *hosts                                          // of the mail record
	forms   sync.Map                                               // by language: func() plain.Form
	seen    func(p *site.Page, facts *markdown.Facts, html string) // for tests
}

// texts is what was found out about input files. Each entry says of which
// bytes, so several states share one.
type texts struct {
	mu       sync.Mutex
	headings map[string]*headings // by file
	sizes    map[string]size      // by file
	colours  *markdown.Colours
}

// memo is what was found out about pages. Its entries hold for one site, one
// set of layouts and one set of strings.
type memo struct {
	navs    sync.Map // navKey to *navEntry
	looking sync.Once
	looked  *lookup
	mu      sync.Mutex
	results map[*site.Page]*Result
	search  map[*site.Page]found         // what search knows of a page's text
	words   search.Dictionary            // of those texts
	indexes []*index                     // by locale
	others  map[string][]diag.Diagnostic // findings of files that are no pages
}

// headings are the headings of a text, found once.
type headings struct {
	of    textKey
	mu    sync.Mutex
	known bool
	list  []markdown.Heading
	since map[scan.Hash]*since // by the bytes that the text had when it was translated; guarded by the mutex of texts
}

// textKey says of which bytes something holds: of the text's own, of those of the
// text that it was translated from, whose heading ids it takes over, and of what
// that text is now, where it is another one.
type textKey struct{ own, reference, now scan.Hash }

type size struct {
	of   scan.Hash
	w, h int
	err  error // of [pictures.Size]
}

// A Result is what making a page found out.
type Result struct {
	Findings  []diag.Diagnostic
	Fragments []markdown.Fragment
	Products  []string           // ids of the mail products whose servers it shows, in order
	Files     []string           // files beside pages that its text names, in order
	Outside   []markdown.Outside // links to other sites, where the input asks to keep them
	of        textKey
	files     map[string]scan.Hash // the files beside it that it shows
}

// New makes a renderer.
func New(in Input) *Renderer {
	r := &Renderer{Input: in, engines: map[string]*markdown.Engine{}}
	prev := in.Prev
	r.Prev = nil // an earlier state is not kept by a later one
	r.hosts = sync.OnceValue(func() *hosts { return newHosts(in.Site.Config.Mail) })
	// Headings depend on quotes, on the ids of the layout, and on what is left out of the text.
	if prev != nil && prev.Strings == in.Strings && slices.Equal(prev.Layouts.IDs(), in.Layouts.IDs()) && prev.Site.SameLeftOut(in.Site) && prev.Site.SameFacts(in.Site) {
		r.texts = prev.texts
	} else {
		r.texts = &texts{headings: map[string]*headings{}, sizes: map[string]size{}, colours: new(markdown.Colours)}
	}
	if prev != nil && prev.Site == in.Site && prev.Layouts == in.Layouts && prev.Strings == in.Strings && prev.Settings == in.Settings && maps.Equal(prev.Smaller, in.Smaller) {
		r.engines, r.sites, r.paths, r.memo = prev.engines, prev.sites, prev.paths, prev.memo
		return r
	}
	r.memo = &memo{results: map[*site.Page]*Result{}, others: map[string][]diag.Diagnostic{}, search: map[*site.Page]found{}}
	for range in.Site.Locales {
		r.memo.indexes = append(r.memo.indexes, new(index))
	}
	s := in.Site
	var langs []layout.Language
	for _, l := range s.Locales {
		home := s.Config.BasePath + l.Prefix + "/"
		if l.Home != nil {
			home = l.Home.URL
		}
		langs = append(langs, layout.Language{Lang: l.Lang, Name: l.Name, Dir: l.Language.Dir, Home: home})
		str := in.Strings.Lang(l.Lang)
		o := markdown.Options{Lang: l.Lang, Quotes: str.Quotes, SpaceBefore: str.SpaceBefore, Colours: r.texts.colours, Abbreviations: s.Config.Abbreviations[l.Lang]}
		o.FootnoteBack, _ = str.Marked("footnote_back")
		o.Copy, _ = str.Marked("copy")
		o.CopyValue, _ = str.Marked("copy_value", "label", "{label}")
		o.Code, _ = str.Marked("code")
		r.engines[l.Lang] = markdown.New(o)
	}
	p := s.Config.Provider
	provider := layout.Provider{Name: p.Name, ShortName: p.ShortName, Website: p.Website, Contact: template.URL(p.Contact), Status: template.URL(p.Status), Logo: p.Logo, Icon: cmp.Or(p.Icon, "icon.svg"), Phone: p.Phone, Feedback: p.Feedback}
	if p.Logo != "" {
		for _, a := range in.Layouts.Assets.Files {
			if a.Source == layout.Root+"/assets/"+p.Logo {
				provider.LogoWidth, provider.LogoHeight, _ = pictures.Size(p.Logo, a.Data)
			}
		}
	}
	webmail := ""
	if first, ok := s.Config.Mail.Product(""); ok {
		webmail = first.Webmail
	}
	for i, l := range s.Locales {
		var sections []layout.Link
		if l.Home != nil {
			for _, c := range l.Home.Children {
				if c.Section() {
					sections = append(sections, r.linkTo(c))
				}
			}
		}
		provider.Hours, provider.HoursLang = cmp.Or(l.Language.Hours, p.Hours), ""
		if l.Language.Hours == "" && p.Hours != "" && i > 0 {
			provider.HoursLang = s.Locales[0].Lang
		}
		r.sites = append(r.sites, layout.NewSite(layout.Site{
			Search: r.searchOf(l), Title: l.Title, BaseURL: s.Config.Origin, Lang: l.Lang, Dir: l.Language.Dir, LangName: l.Name,
			Home: layout.Link{URL: langs[i].Home, Title: l.Title}, DefaultLang: s.Locales[0].Lang, Languages: langs, Provider: provider, Webmail: webmail, Sections: sections,
		}, in.Strings.Lang(l.Lang), func(id string) (layout.Link, bool) {
			p, ok := l.Page(id)
			if !ok {
				return layout.Link{}, false
			}
			return r.linkTo(p), true
		}))
	}
	return r
}

func (r *Renderer) linkTo(p *site.Page) layout.Link {
	text := r.engines[p.Lang].Text
	l := layout.Link{URL: p.URL, Title: text(p.Title), Short: text(p.NavTitle), Description: text(p.Description)}
	if p.Fallback {
		l.Lang = p.Lang
	}
	return l
}

// key returns of which bytes a text and its headings are made.
func (r *Renderer) key(p *content.Page) textKey {
	k := textKey{own: r.Hash(p.File)}
	if file, ref := r.source(p); file != "" {
		k.reference = r.Hash(file)
		if ref != p && ref.File != file {
			k.now = r.Hash(ref.File)
		}
	}
	return k
}

// source returns the file with the text that p is a translation of, as far as
// that is known as it was then, and else as it is now; and the page that it is
// a text of. The file is "" for a page that is no translation.
func (r *Renderer) source(p *content.Page) (file string, ref *content.Page) {
	if ref = r.Site.Reference(p.ID); ref == nil {
		return "", nil
	}
	if r.Source != nil {
		switch file := r.Source(p); file {
		case "":
		case p.File:
			return "", nil
		default:
			return file, ref // also where the text is gone, and ref is p itself
		}
	}
	if ref == p {
		return "", nil
	}
	return ref.File, ref
}

// entry returns the place of a text's headings.
func (r *Renderer) entry(p *content.Page) *headings {
	k := r.key(p)
	r.texts.mu.Lock()
	defer r.texts.mu.Unlock()
	h := r.texts.headings[p.File]
	if h == nil || h.of != k {
		h = &headings{of: k}
		r.texts.headings[p.File] = h
	}
	return h
}

// Headings returns the headings of a text. The error is that of reading it.
func (r *Renderer) Headings(p *content.Page) ([]markdown.Heading, error) {
	h := r.entry(p)
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.known {
		src, err := r.Read(p.File)
		if err != nil {
			return nil, err
		}
		in := &markdown.Input{File: p.File, Src: src, Body: content.Body(src), Site: &resolver{r: r}}
		if err := r.inherit(p, in); err != nil {
			return nil, err
		}
		h.list = r.engines[p.Lang].Headings(in)
		h.known = true
	}
	return h.list, nil
}

// Forget drops what is known of files that are no longer there.
func (r *Renderer) Forget(files []string) {
	r.texts.mu.Lock()
	defer r.texts.mu.Unlock()
	for _, f := range files {
		delete(r.texts.headings, f)
		delete(r.texts.sizes, f)
	}
}

// size returns the size of an image beside the pages, in pixels.
func (r *Renderer) size(source string) size {
	of := r.Hash(source)
	r.texts.mu.Lock()
	s, ok := r.texts.sizes[source]
	r.texts.mu.Unlock()
	if !ok || s.of != of {
		data, err := r.Read(source)
		if err != nil {
			return size{} // it changed meanwhile, which is found when the file itself is made
		}
		s = size{of: of}
		s.w, s.h, s.err = pictures.Size(source, data)
		r.texts.mu.Lock()
		r.texts.sizes[source] = s
		r.texts.mu.Unlock()
	}
	return s
}

// inherit fills in what a text's headings and their ids depend on.
func (r *Renderer) inherit(p *content.Page, in *markdown.Input) error {
	in.Taken, in.Gone, in.Needs = r.Layouts.IDs(), r.gone(p), r.Site.Needs(p.ID)
	file, ref := r.source(p)
	if file == "" {
		return nil
	}
	in.InheritFile = file
	var err error
	if file == ref.File {
		in.Inherit, err = r.Headings(ref)
		return err
	}
	if in.Inherit, err = r.keptHeadings(file, ref); err != nil {
		return err
	}
	if ref != p {
		now, err := r.Headings(ref)
		if err != nil {
			return err
		}
		in.Renamed = markdown.Renamed(in.Inherit, now)
	}
	return nil
}

// learn keeps the headings that rendering a text found, so that nobody parses
// it again for them.
func (r *Renderer) learn(p *content.Page, list []markdown.Heading) {
	h := r.entry(p)
	h.mu.Lock()
	h.list, h.known = list, true
	h.mu.Unlock()
}

// Page makes a page: its HTML into h, and its Markdown copy into m. Either may
// be nil. Mistakes are kept as the page's [Result].
func (r *Renderer) Page(_ context.Context, p *site.Page, h, m *bytes.Buffer) error {
	if h != nil && m == nil && r.Site.Config.Outputs.Markdown {
		m = new(bytes.Buffer) // for what may be wrong in making it
	}
	src, err := r.Read(p.File)
	if err != nil {
		return err
	}
	out := new(diag.List)
	data := r.data(p)
	var body bytes.Buffer
	body.Grow(2 * len(src))
	engine := r.engines[p.Lang]
	str := r.Strings.Lang(p.Lang)
	var copied *bytes.Buffer
	if m != nil {
		copied = new(bytes.Buffer)
	}
	seen := &resolver{r: r, page: p, data: data, strings: str, out: out, md: m != nil, linked: map[string]bool{}, shown: map[string]bool{}, files: map[string]scan.Hash{}, named: map[string]bool{}}
	in := &markdown.Input{File: p.File, Src: src, Body: content.Body(src), Lead: "summary", Out: out, Site: seen}
	if err := r.inherit(p.Page, in); err != nil {
		return err
	}
	if in.Mark, err = r.mark(p, in.InheritFile, src, out); err != nil {
		return err
	}
	facts := engine.Convert(in, &body, copied)
	r.learn(p.Page, facts.Outline)
	if !p.Fallback {
		r.hosts().typed(p.Page, src, out)
		misplaced(r.Site.Config.Mail, p.Page, src, out)
		r.plain(p, facts, out)
	}
	rendered := body.String()
	lead, content := rendered[:facts.Lead], rendered[facts.Lead:]
	if i18n.Marks(body.Bytes()) {
		lead, content = r.spoken(lead), r.spoken(content)
		rendered = lead + content
		body.Reset()
		body.WriteString(rendered)
	}
	if r.seen != nil {
		r.seen(p, facts, rendered)
	}
	r.learnWords(p, body.Bytes())
	data.Lead, data.Content = template.HTML(lead), template.HTML(content)
	data.TOC = toc(facts.Headings)
	data.Rest = r.rest(p, seen.linked)
	if h != nil {
		data.Nav = r.nav(p, out)
		if p.Layout != "" && !r.Layouts.Has(p.Layout) {
			hint := diag.DidYouMean(p.Layout, r.Layouts.Names())
			if hint == "" {
				hint = "leave out the line: the site has no layouts to choose from"
			}
			out.Errorf(p.Pos("layout", -1), diag.PageLayout, hint, "no layout %q", p.Layout)
		}
		if err := r.layOut(h, data, p.Layout); err != nil {
			r.layoutError(out, p.File, err)
		}
	}
	if m != nil {
		r.markdownHead(m, p, data)
		m.WriteString(i18n.Unmarked(copied.String()))
		r.markdownRest(m, data.Rest)
	}
	if !r.Input.Outside {
		facts.Outside = nil
	}
	if h != nil { // the layout was seen too
		r.memo.mu.Lock()
		r.memo.results[p] = &Result{Findings: plain.Join(markdown.Accept(out.Sorted(), r.looked(p, facts.Accepted), p.Fallback)), Fragments: facts.Fragments, Products: slices.Sorted(maps.Keys(seen.shown)), Files: slices.Sorted(maps.Keys(seen.named)), Outside: facts.Outside, of: r.key(p.Page), files: seen.files}
		r.memo.mu.Unlock()
	}
	return nil
}

// layOut renders a page through its layout into b, which is empty.
func (r *Renderer) layOut(b *bytes.Buffer, data *layout.Page, name string) error {
	err := r.Layouts.Page(b, data, name)
	r.settle(b)
	return err
}

// settle turns the marks of borrowed strings in a page that is whole into
// elements with their language.
func (r *Renderer) settle(b *bytes.Buffer) {
	if i18n.Marks(b.Bytes()) {
		page := r.spoken(b.String())
		b.Reset()
		b.WriteString(page)
	}
}

func (r *Renderer) spoken(html string) string {
	return i18n.Spans(html, func(lang string) string { return r.locale(lang).Language.Dir })
}

// layoutError puts a failure of a template on the list, at its place in the
// layout; the page that met it is in the hint.
func (r *Renderer) layoutError(out *diag.List, file string, err error) {
	d, cause, ok := layout.Diagnose(err)
	if !ok {
		hint, code := "", layout.RunCode
		switch c := cause.(type) {
		case *diag.Hinted:
			hint, code = c.Hint(), diag.Layout
		case *settings.Unset:
			hint, code = c.Hint(), c.Code()
		}
		out.Errorf(diag.Pos{File: file}, code, hint, "%s", cause)
		return
	}
	if d.Hint == "" {
		d.Hint = diag.Say("it goes wrong while %s is made", file)
	}
	out.Add(d)
}

// data returns what templates see of a page, but for its text.
func (r *Renderer) data(p *site.Page) *layout.Page {
	s := r.sites[p.Locale.N]
	text := r.engines[p.Lang].Text
	d := &layout.Page{
		Site: s, Kind: kind(p), ID: p.ID, Title: text(p.Title), Description: text(p.Description), URL: p.URL, Permalink: s.BaseURL + p.URL,
		Lang: p.Lang, Dir: s.Dir, Updated: p.Updated, Keywords: p.Keywords, Contents: p.Contents,
	}
	d.Canonical = d.Permalink
	if p.Fallback {
		from := r.locale(p.Lang)
		d.Dir = from.Language.Dir
		d.NoIndex = true
		own, _ := from.Page(p.ID)
		d.Canonical = s.BaseURL + own.URL
		d.Notice = &layout.Notice{Lang: p.Lang, LangName: from.Name, URL: own.URL, Outdated: r.Site.Written(p.ID)[p.Locale.N] != nil}
	}
	for up := p.Parent; up != nil; up = up.Parent {
		d.Breadcrumbs = append(d.Breadcrumbs, r.linkTo(up))
	}
	slices.Reverse(d.Breadcrumbs)
	if p.Parent != nil {
		l := r.linkTo(p.Parent)
		d.Section = &l
		if p.At > 0 {
			l := r.linkTo(p.Parent.Children[p.At-1])
			d.Prev = &l
		}
		if p.At+1 < len(p.Parent.Children) {
			l := r.linkTo(p.Parent.Children[p.At+1])
			d.Next = &l
		}
	}
	for _, c := range p.Children {
		d.Children = append(d.Children, r.linkTo(c))
	}
	for _, id := range p.Related {
		if q, ok := p.Locale.Page(id); ok {
			d.Related = append(d.Related, r.linkTo(q))
		}
	}
	d.Alternates = r.alternates(p)
	for _, l := range r.Site.Locales {
		t := layout.Translation{Lang: l.Lang, Name: l.Name, Dir: l.Language.Dir, URL: r.sites[l.N].Home.URL, Current: l == p.Locale, Fallback: true, Strings: r.Strings.Lang(l.Lang)}
		if q, ok := l.Page(p.ID); ok {
			t.URL, t.Fallback = q.URL, q.Fallback
		}
		d.Translations = append(d.Translations, t)
	}
	if r.Site.Config.Outputs.Markdown {
		d.Markdown = p.URL + "index.md"
	}
	return d
}

// rest returns the pages of a section to which its text does not lead, by group:
// nothing that is published is out of reach.
func (r *Renderer) rest(p *site.Page, linked map[string]bool) []layout.Group {
	if len(p.Children) == 0 {
		return nil
	}
	groups := r.Site.Groups(p)
	var list []layout.Group
	var of [][]*site.Page
	at := -1
	for _, c := range p.Children {
		if linked[c.ID] {
			continue
		}
		if c.Group != at {
			at = c.Group
			g := layout.Group{}
			if at < len(groups) {
				g.Title = r.engines[groups[at].Lang].Text(groups[at].Title)
				if groups[at].Lang != p.Locale.Lang {
					g.Lang = groups[at].Lang
				}
			}
			list, of = append(list, g), append(of, nil)
		}
		g := &list[len(list)-1]
		g.Pages = append(g.Pages, r.linkTo(c))
		of[len(of)-1] = append(of[len(of)-1], c)
	}
	for i := range list {
		if len(of[i]) > lettersFrom {
			list[i].Letters = r.letters(p.Locale, of[i], i)
		}
	}
	return list
}

// lettersFrom is how many pages a list has at most that is looked through as a
// whole.
const lettersFrom = 100

// letters returns pages by the first letter of their titles, without its accent:
// there dictionaries have it. n makes the ids of several lists differ.
func (r *Renderer) letters(l *site.Locale, pages []*site.Page, n int) []layout.Letter {
	var list []layout.Letter
	for _, p := range l.ByTitle(pages) {
		name := "…"
		title := strings.TrimLeftFunc(p.Title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		switch first, size := utf8.DecodeRuneInString(norm.NFD.String(title)); {
		case size == 0:
		case unicode.IsDigit(first):
			name = "0–9"
		default:
			name = strings.ToUpper(string(first))
		}
		at := slices.IndexFunc(list, func(l layout.Letter) bool { return l.Name == name })
		if at < 0 {
			at = len(list)
			list = append(list, layout.Letter{Name: name, ID: fmt.Sprintf(":%d-%s", n+1, strings.NewReplacer("0–9", "0-9", "…", "x").Replace(name))})
		}
		list[at].Pages = append(list[at].Pages, r.linkTo(p))
	}
	slices.SortStableFunc(list, func(a, b layout.Letter) int { return l.Compare(a.Name, b.Name) })
	return list
}

// markdownRest writes [layout.Page.Rest] behind the text of a Markdown copy.
func (r *Renderer) markdownRest(b *bytes.Buffer, rest []layout.Group) {
	for _, g := range rest {
		b.WriteByte('\n')
		if g.Title != "" {
			fmt.Fprintf(b, "## %s\n\n", g.Title)
		}
		for _, l := range g.Pages {
			fmt.Fprintf(b, "- [%s](%s)", markdownText.Replace(l.Title), r.absolute(l.URL))
			if l.Description != "" {
				b.WriteString(": " + l.Description)
			}
			b.WriteByte('\n')
		}
	}
}

// markdownText escapes what would end the text of a link in Markdown.
var markdownText = strings.NewReplacer("[", `\[`, "]", `\]`)

func kind(p *site.Page) string {
	switch {
	case p.ID == "":
		return "home"
	case p.Section():
		return "section"
	}
	return "page"
}

func (r *Renderer) locale(lang string) *site.Locale {
	for _, l := range r.Site.Locales {
		if l.Lang == lang {
			return l
		}
	}
	return nil
}

// alternates returns the real translations of a page with absolute addresses,
// x-default last; none when it is a fallback or the only one.
func (r *Renderer) alternates(p *site.Page) []layout.Alternate {
	if p.Fallback {
		return nil
	}
	var list []layout.Alternate
	texts := r.Site.Translations(p.ID)
	for i, l := range r.Site.Locales {
		if texts[i] == nil {
			continue
		}
		if q, ok := l.Page(p.ID); ok && !q.Fallback {
			list = append(list, layout.Alternate{Lang: l.Lang, URL: r.Site.Config.Origin + q.URL})
		}
	}
	if len(list) < 2 {
		return nil
	}
	return append(list, layout.Alternate{Lang: "x-default", URL: list[0].URL})
}

// toc nests the headings of level 2 and 3.
func toc(hs []markdown.Heading) []layout.Heading {
	var list []layout.Heading
	for _, h := range hs {
		e := layout.Heading{Level: h.Level, ID: h.ID, Title: h.Text}
		switch {
		case h.Level == 2:
			list = append(list, e)
		case h.Level == 3 && len(list) > 0:
			last := &list[len(list)-1]
			last.Children = append(last.Children, e)
		}
	}
	return list
}

// markdownHead writes what stands before the text of a Markdown copy.
func (r *Renderer) markdownHead(b *bytes.Buffer, p *site.Page, d *layout.Page) {
	fmt.Fprintf(b, "---\ntitle: %q\n", p.Title)
	if p.Description != "" {
		fmt.Fprintf(b, "description: %q\n", p.Description)
	}
	fmt.Fprintf(b, "lang: %s\n", p.Lang)
	if !p.Updated.IsZero() {
		fmt.Fprintf(b, "updated: %s\n", p.Updated)
	}
	fmt.Fprintf(b, "canonical: %s\n---\n\n# %s\n\n", d.Canonical, p.Title)
}

// Result returns what making a page found out; ok is false for a page that was
// not made from its present text.
func (r *Renderer) Result(p *site.Page) (res *Result, ok bool) {
	r.memo.mu.Lock()
	res = r.memo.results[p]
	r.memo.mu.Unlock()
	if res == nil || res.of != r.key(p.Page) {
		return nil, false
	}
	for file, hash := range res.files {
		if r.Hash(file) != hash {
			return nil, false
		}
	}
	return res, true
}

// Finish returns the findings of all pages that were made, and checks the links
// to headings between them. The error says that a page could not be read for
// that.
func (r *Renderer) Finish() ([]diag.Diagnostic, error) {
	out := new(diag.List)
	r.memo.mu.Lock()
	for _, ds := range r.memo.others {
		out.Add(ds...)
	}
	r.memo.mu.Unlock()
	var err error
	for _, l := range r.Site.Locales {
		for _, p := range l.All {
			if res, ok := r.Result(p); ok {
				out.Add(res.Findings...)
				if e := r.CheckWithOthers(p, res, out); e != nil {
					err = e
				}
			}
		}
	}
	r.unshown(out)
	return out.Take(), err
}

// unshown reports which of several mail products no page shows, once all pages
// were made: their customers would read the servers of another one. Where a text
// has a mistake it is not known what it would show.
func (r *Renderer) unshown(out *diag.List) {
	record := r.Site.Config.Mail
	if record.Broken || len(record.Products) < 2 {
		return
	}
	shown := map[string]bool{}
	for _, l := range r.Site.Locales {
		for _, p := range l.All {
			res, ok := r.Result(p)
			if !ok || diag.Errors(res.Findings) > 0 {
				return
			}
			for _, id := range res.Products {
				shown[id] = true
			}
		}
	}
	for i := range record.Products {
		if p := &record.Products[i]; !shown[p.ID] {
			out.Warnf(p.Pos, diag.MailUnshown, diag.Say("write ::settings[%s]{product=%s} on a page, or remove the product", p.Servers[0].Protocol, p.ID), "no page shows the servers of the product %q", p.ID)
		}
	}
}

// CheckWithOthers reports what only other pages tell: the links of a page to
// headings that are not there, and messages that no table has. The error says
// that the text in which a heading should be cannot be read.
func (r *Renderer) CheckWithOthers(p *site.Page, res *Result, out *diag.List) error {
	r.unsaid(p, out)
	known := map[*content.Page]*markdown.Anchors{}
	anchors := func(p *content.Page) (*markdown.Anchors, error) {
		if known[p] == nil {
			hs, err := r.Headings(p)
			if err != nil {
				return nil, err
			}
			known[p] = markdown.NewAnchors(hs)
		}
		return known[p], nil
	}
	for _, f := range res.Fragments {
		to, ok := p.Locale.Page(f.Page)
		if !ok || r.Site.Broken(f.Page) { // the text that the ids come from may be what cannot be read
			continue
		}
		there, err := anchors(to.Page)
		if err != nil {
			return err
		}
		if there.Has(f.ID) {
			continue
		}
		if p.Fallback { // the text's own language says it already
			if own, ok := r.locale(p.Lang).Page(f.Page); ok {
				of, err := anchors(own.Page)
				if err != nil {
					return err
				}
				if !of.Has(f.ID) {
					continue
				}
			}
		}
		hint := anchorHint(f.ID, there)
		if file, ref := r.source(to.Page); file != "" {
			of, err := anchors(ref)
			if err != nil {
				return err
			}
			if of.Has(f.ID) {
				if file != ref.File {
					continue // it is newer than the translation, which leads to its page until then
				}
				hint = diag.Say("%s has it: give its partner in %s the id, ## Kop {#%s}", ref.File, to.File, f.ID)
			}
		}
		out.Add(diag.Diagnostic{Pos: f.Pos, Code: diag.LinkAnchor, Msg: diag.Say("no heading or term %q in %s", f.ID, to.File), Hint: hint, About: to.File})
	}
	return nil
}

// fewIDs is how many ids a hint names at most.
const fewIDs = 6

// anchorHint says what a link to an id that is not there was meant for.
func anchorHint(id string, there *markdown.Anchors) string {
	if h, ok := there.Meant(id); ok {
		return diag.Say("did you mean #%s, %q?", h.ID, h.Text)
	}
	switch n := there.Len(); {
	case n == 0:
		return "that page has no headings and no terms"
	case n > fewIDs:
		return diag.Say("it is not like any of the %d that the page has", n)
	}
	return diag.Say("known: %s", "#"+strings.Join(there.IDs(), ", #"))
}
