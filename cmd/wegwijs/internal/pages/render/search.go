package render

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/pages/search"
	"wegwijs/cmd/wegwijs/internal/site"
)

// The index of a language is made of what converting its pages found out,
// after them. The preview keeps that for each page and makes the index when it
// is asked for.

// searchPage is the page of a language that lists all pages.
type searchPage struct{ *site.Locale }

// indexFile is one file of a language's index: its main part, the error
// messages, a shard of words or a block of pages.
type indexFile struct {
	*site.Locale
	kind byte // 0, m, w, p
	n    int
}

// found is what search knows of a page's text.
type found struct {
	of   textKey
	text *search.Text
}

// index is the index of a language, made once for the texts that it is of.
type index struct {
	mu    sync.Mutex
	of    []textKey
	files *search.Index
}

// searchStrings are the interface strings that the script of the search field
// shows, less search_: they come with the index.
var searchStrings = []string{"number", "none", "nearest", "home", "unknown", "code"}

// searchFolder holds the indexes of all languages.
const searchFolder = "search"

func (r *Renderer) hasSearch(l *site.Locale) bool {
	return r.Site.Config.Outputs.Search && r.Layouts.Has("search") && len(l.All) > 0
}

// Searches reports whether any language of the site has a search page.
func (r *Renderer) Searches() bool { return slices.ContainsFunc(r.Site.Locales, r.hasSearch) }

func (r *Renderer) searchOf(l *site.Locale) layout.Search {
	if !r.hasSearch(l) {
		return layout.Search{}
	}
	base := r.Site.Config.BasePath
	return layout.Search{URL: base + l.Prefix + "/" + search.Slug(l.Lang) + "/", Index: base + "/" + searchFolder + "/" + l.Lang + ".js"}
}

// searchFiles are the search pages and the indexes.
func (r *Renderer) searchFiles() []fileset.File {
	var files []fileset.File
	for _, l := range r.Site.Locales {
		if !r.hasSearch(l) {
			continue
		}
		files = append(files, fileset.File{Path: path.Join(strings.TrimPrefix(l.Prefix, "/"), search.Slug(l.Lang), "index.html"), Rank: fileset.Page, Kind: fileset.Finder, Lang: l.Lang, Source: layout.Root + "/search.html", Key: searchPage{l}})
		// The first file of each language makes the index, so that languages
		// do not wait for each other.
		add := func(name string, k indexFile) {
			late := 1
			if name != "" {
				late = 2
			}
			files = append(files, fileset.File{Path: path.Join(searchFolder, l.Lang+name+".js"), Rank: fileset.Asset, Late: late, Shared: k.kind == 0 || k.kind == 'm', Key: k})
		}
		add("", indexFile{Locale: l})
		add("-m", indexFile{Locale: l, kind: 'm'})
		shards, blocks := search.Parts(len(l.All))
		for n := range shards {
			add(fmt.Sprintf("-w%d", n), indexFile{l, 'w', n})
		}
		for n := range blocks {
			add(fmt.Sprintf("-p%d", n), indexFile{l, 'p', n})
		}
	}
	return files
}

// learnWords keeps what search needs of a page's text, which was just made.
func (r *Renderer) learnWords(p *site.Page, body []byte) {
	if !r.hasSearch(p.Locale) {
		return
	}
	f := found{r.key(p.Page), r.memo.words.Read(body)}
	r.memo.mu.Lock()
	r.memo.search[p] = f
	r.memo.mu.Unlock()
}

// text returns what search needs of a page's text.
func (r *Renderer) text(ctx context.Context, p *site.Page) (found, error) {
	for {
		r.memo.mu.Lock()
		f := r.memo.search[p]
		r.memo.mu.Unlock()
		if f.text != nil && f.of == r.key(p.Page) {
			return f, nil
		}
		if err := r.Page(ctx, p, nil, nil); err != nil {
			return found{}, err
		}
	}
}

// programs returns a page in the other languages in which its readers' programs
// speak, and servers answer: English and the site's first language.
func (r *Renderer) programs(p *site.Page) []*site.Page {
	var list []*site.Page
	for _, l := range r.Site.Locales {
		if l == p.Locale || l.N > 0 && l.Lang != "en" {
			continue
		}
		if q, ok := l.Page(p.ID); ok && !q.Fallback && q.Lang != p.Lang {
			list = append(list, q)
		}
	}
	return list
}

// said returns what is said instead of the messages of a page's tables: servers
// answer every reader alike, so what its translations know counts too.
func (r *Renderer) said(p *site.Page) map[string][]string {
	all := map[string][]string{}
	for _, q := range append([]*site.Page{p}, r.programs(p)...) {
		for _, m := range q.Messages {
			all[m.Text] = append(all[m.Text], m.Also...)
		}
	}
	return all
}

// unsaid reports texts of [messages] that are in no table of the page, nor of its
// translations, once all of these were made: what is said instead of them is
// found by nobody.
func (r *Renderer) unsaid(p *site.Page, out *diag.List) {
	if p.Fallback || len(p.Messages) == 0 {
		return
	}
	var known []string
	var files []string
	for _, l := range r.Site.Locales {
		q, ok := l.Page(p.ID)
		if !ok || q.Fallback {
			continue
		}
		files = append(files, q.File)
		r.memo.mu.Lock()
		f := r.memo.search[q]
		r.memo.mu.Unlock()
		if f.text == nil || f.of != r.key(q.Page) {
			return
		}
		known = append(known, f.text.Messages()...)
	}
	for _, m := range p.Messages {
		// What a when directive leaves out of this site is there all the same.
		if slices.Contains(known, m.Text) || slices.ContainsFunc(files, func(file string) bool { return r.types(file, m.Text) }) {
			continue
		}
		hint := diag.Say("write the words that stand in :message[…] on the page, in one of its languages")
		if len(known) == 0 {
			hint = diag.Say("the page has no table with :message[…] in its first column: add one, or take [messages] out")
		} else if near := diag.Nearest(m.Text, known); near != "" {
			hint = diag.Say("did you mean %q?", near)
		}
		out.Warnf(p.Pos("messages."+m.Text, -1), diag.PageMessage, hint, "no table on the page has the message %q", m.Text)
	}
}

// types reports whether the text of a page's file holds a message.
func (r *Renderer) types(file, message string) bool {
	src, err := r.Read(file)
	return err == nil && bytes.Contains(src[content.Body(src):], []byte(":message["+message+"]"))
}

// index returns the index of a language.
func (r *Renderer) index(ctx context.Context, l *site.Locale) (*search.Index, error) {
	x := r.memo.indexes[l.N]
	x.mu.Lock()
	defer x.mu.Unlock()
	texts := make([]*search.Text, len(l.All))
	of := make([]textKey, len(l.All))
	for i, p := range l.All {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := r.text(ctx, p)
		if err != nil {
			return nil, err
		}
		texts[i], of[i] = f.text, f.of
	}
	same := make([][]*search.Text, len(l.All))
	for i, p := range l.All {
		if !texts[i].HasMessages() {
			continue
		}
		for _, q := range r.programs(p) {
			f, err := r.text(ctx, q)
			if err != nil {
				return nil, err
			}
			same[i], of = append(same[i], f.text), append(of, f.of)
		}
	}
	if x.files != nil && slices.Equal(of, x.of) {
		return x.files, nil
	}
	conf := r.Site.Config.Search
	str := r.Strings.Lang(l.Lang)
	in := search.Input{Lang: l.Lang, Home: r.sites[l.N].Home.URL, Docs: make([]search.Doc, len(l.All)), Synonyms: conf.Synonyms[l.Lang], Labels: map[string]string{}}
	for _, key := range searchStrings {
		text, err := str.T("search_"+key, "query", "{query}", "code", "{code}", "number", "{number}")
		if err != nil { // which is reported where the strings are checked
			text = ""
		}
		in.Labels[key] = text
	}
	for _, key := range []string{"copy", "copied"} {
		in.Labels[key], _ = str.T(key, "value", "{value}")
	}
	for i, p := range l.All {
		link := r.linkTo(p)
		in.Docs[i] = search.Doc{Page: search.Page{URL: p.URL, Title: link.Title, Description: link.Description, Lang: p.Lang, Keywords: p.Keywords, Said: r.said(p)}, Text: texts[i], Same: same[i], Boost: float64(conf.Boost[p.ID])}
	}
	files, err := search.Build(in)
	if err != nil {
		return nil, err
	}
	x.files, x.of = files, of
	return files, nil
}

// indexFile makes one file of an index.
func (r *Renderer) indexFile(ctx context.Context, b *bytes.Buffer, k indexFile) error {
	x, err := r.index(ctx, k.Locale)
	if err != nil {
		return err
	}
	switch k.kind {
	case 'm':
		b.Write(x.Messages)
	case 'w':
		b.Write(x.Shards[k.n])
	case 'p':
		b.Write(x.Blocks[k.n])
	default:
		b.Write(x.Main)
	}
	return nil
}

// searchPage makes the page that lists all pages of a language and shows what
// was found. Search engines leave it out.
func (r *Renderer) searchPage(b *bytes.Buffer, l *site.Locale) error {
	s := r.sites[l.N]
	out := new(diag.List)
	title, err := s.T("search_title")
	if err != nil {
		out.Errorf(diag.Pos{File: r.Strings.Lang(l.Lang).File}, diag.I18nMissing, `add search_title = "…"`, "%s", err)
	}
	d := &layout.Page{Site: s, Kind: "search", Title: title, URL: s.Search.URL, Permalink: s.BaseURL + s.Search.URL, NoIndex: true, Lang: l.Lang, Dir: s.Dir}
	d.Canonical = d.Permalink
	for i, t := range r.Site.Locales {
		url := r.sites[i].Search.URL
		if url == "" {
			url = r.sites[i].Home.URL
		}
		d.Translations = append(d.Translations, layout.Translation{Lang: t.Lang, Name: t.Name, Dir: t.Language.Dir, URL: url, Current: t == l, Strings: r.Strings.Lang(t.Lang)})
	}
	if l.Home != nil {
		d.Breadcrumbs = []layout.Link{r.linkTo(l.Home)}
		d.Nav = r.nav(l.Home, out)
		d.All = r.branches(l.Home.Children)
	} else {
		var top []*site.Page
		for _, p := range l.All {
			if p.Parent == nil {
				top = append(top, p)
			}
		}
		d.All = r.branches(top)
	}
	if err := r.layOut(b, d, ""); err != nil {
		r.layoutError(out, layout.Root+"/search.html", err)
	}
	r.keep(l.Lang+" search", out)
	return nil
}

func (r *Renderer) branches(pages []*site.Page) []layout.Branch {
	list := make([]layout.Branch, len(pages))
	for i, p := range pages {
		list[i] = layout.Branch{Link: r.linkTo(p), Pages: r.branches(p.Children)}
	}
	return list
}

// boosts reports pages in [search.boost] that are not there.
func (r *Renderer) boosts(out *diag.List) {
	var unknown []string
	for id := range r.Site.Config.Search.Boost {
		if r.Site.Reference(id) == nil && !r.Site.Broken(id) {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return
	}
	t, names := r.Site.Config.Section("search", out).Table("boost"), diag.NewNames(r.Site.IDs())
	for _, id := range unknown {
		out.Errorf(t.KeyPos(id), diag.ConfigSearch, names.DidYouMean(id), "no page has the id %q", id)
	}
}
