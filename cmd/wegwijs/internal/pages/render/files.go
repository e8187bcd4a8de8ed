package render

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/site"
)

// Set returns the file set of the site. Two files that claim one path are
// reported to out. like, which may be nil, is the set of an earlier state with
// the same pages at the same addresses, which are taken over.
func (r *Renderer) Set(like *fileset.Set, out *diag.List) *fileset.Set {
	others := r.others()
	var set *fileset.Set
	ok := false
	if like != nil {
		set, ok = like.Replace(others)
	}
	if !ok {
		var clashes []fileset.Clash
		set, clashes = fileset.NewSet(fileset.Coded(r.pages(), r.Site.Config.Outputs.Compress), others...)
		r.clashes(clashes, out)
	}
	set = set.With(r)
	r.paths = set
	rules := map[string]bool{} // old addresses that only web servers know
	for _, red := range r.Site.Redirects {
		if red.Path == "" {
			rules[red.From] = true
		}
	}
	r.boosts(out)
	for _, red := range r.Site.Redirects {
		if red.To != nil || !strings.HasPrefix(red.Address, "/") {
			continue
		}
		u, err := url.Parse(red.Address)
		if err != nil || rules[u.EscapedPath()] {
			continue
		}
		path, _ := r.Site.Config.Within(u.Path)
		if _, ok := set.File(fileset.PathOf(path)); !ok {
			out.Errorf(red.Pos, diag.RedirectTo, `name a page by its file: to = "e-mail/pagina.md"`, "nothing on the site answers at %q", u.Path)
		}
	}
	for _, a := range r.Layouts.Assets.Files { // the logo and the icon among them
		if strings.EqualFold(path.Ext(a.Source), ".svg") {
			if what, _ := fileset.RunsIn(a.Data); what != "" { // its place is not that in the source
				out.Errorf(diag.Pos{File: a.Source}, diag.FileRuns, runsHint, "%s in a picture would run for everyone who opens it", what)
			}
		}
	}
	p := r.Site.Config.Provider
	for key, name := range map[string]string{"logo": p.Logo, "icon": p.Icon} {
		if name == "" {
			continue
		}
		if _, err := r.Layouts.Assets.URL(name); err != nil {
			out.Errorf(r.Site.Config.Section("provider", out).ValuePos(key), diag.AssetMissing, diag.HintOf(err), "%s", err)
		}
	}
	return set
}

// pages returns the files of pages.
func (r *Renderer) pages() []fileset.File {
	n := 0
	for _, l := range r.Site.Locales {
		n += 2 * len(l.All)
	}
	files := make([]fileset.File, 0, n)
	for _, l := range r.Site.Locales {
		for _, p := range l.All {
			files = r.pageFiles(files, p, r.Site.Config.Outputs.Markdown)
		}
	}
	return files
}

// others returns the files that are no pages.
func (r *Renderer) others() []fileset.File {
	o := r.Site.Config.Outputs
	var files []fileset.File
	notFound := layout.Root + "/base.html"
	if r.Layouts.Has("404") {
		notFound = layout.Root + "/404.html"
	}
	for _, l := range r.Site.Locales {
		if o.NotFound {
			files = append(files, fileset.File{Path: path.Join(strings.TrimPrefix(l.Prefix, "/"), "404.html"), Rank: fileset.Page, Kind: fileset.NotFound, Lang: l.Lang, Source: notFound, Key: l})
		}
	}
	if o.Redirects && r.Layouts.HasRedirect() {
		for _, red := range r.Site.Redirects {
			if red.Path == "" {
				continue
			}
			f := fileset.File{Path: red.Path, Rank: fileset.Page, Kind: fileset.Redirect, Source: red.Source, Key: red}
			if red.To != nil {
				f.Lang = red.To.Locale.Lang
			}
			files = append(files, f)
		}
	}
	files = append(files, r.searchFiles()...)
	for _, a := range r.Layouts.Assets.Files {
		files = append(files, fileset.File{Path: a.Path, Rank: fileset.Asset, Source: a.Source, Immutable: true, Shared: true, Make: fileset.Bytes(a.Data)})
	}
	for _, f := range r.Layouts.RootFiles {
		files = append(files, fileset.File{Path: f.Name, Rank: fileset.Asset, Source: f.Source, Key: f})
	}
	for _, f := range r.Site.Files {
		files = append(files, fileset.File{Path: f.Path, Rank: fileset.Asset, Source: f.Source, Key: f})
		if r.Smaller[f.Source] {
			files = append(files, fileset.File{Path: SmallerPath(f), Rank: fileset.Asset, Source: f.Source, Key: webpOf(f)})
		}
	}
	files = append(files, r.feeds()...)
	files = fileset.Coded(files, o.Compress)
	// Web servers read their rules as they are, and mail programs their forms:
	// some of these ask with POST, none of them is large.
	files = append(files, r.rules()...)
	return append(files, r.Extra...)
}

// clashes reports files that cannot both be there, once for each two of the
// author's files; two pages at one address have been reported before.
func (r *Renderer) clashes(clashes []fileset.Clash, out *diag.List) {
	page := func(f fileset.File) *site.Page {
		switch k := f.Key.(type) {
		case site.Ref:
			return r.Site.At(k)
		case copyOf:
			return r.Site.At(site.Ref(k))
		}
		return nil
	}
	// Two pages at one address have been reported before.
	sameAddress := func(a, b *site.Page) bool {
		return a != nil && b != nil && fileset.Fold(a.Dir) == fileset.Fold(b.Dir)
	}
	said := map[[2]string]bool{}
	for _, c := range clashes {
		if c.A.Coding != "" && c.B.Coding != "" { // so do the files that they hold
			continue
		}
		here, other := c.B, c.A
		if !r.written(here) || page(here) != nil && page(other) == nil && r.written(other) { // at the one that is easily renamed
			here, other = other, here
		}
		at, with := here.Source, other.Source
		pair := [2]string{at, with}
		if said[pair] || sameAddress(page(c.A), page(c.B)) || at == config.File && with == at { // a domain that is there twice
			continue
		}
		said[pair] = true
		if at == "" {
			at = config.File
		}
		if with == "" {
			with = diag.Say("the program itself")
		}
		if at != with && norm.NFC.String(at) == norm.NFC.String(with) {
			out.Errorf(diag.Pos{File: at}, diag.OutputClash, "remove or rename one of the two", "another file has the same name, with its accents stored in another way (Unicode NFC and NFD)")
			continue
		}
		pos, hint := diag.Pos{File: at}, diag.Say("rename the file or give the page another slug; the other one is %s", with)
		if p := page(here); p != nil {
			if slug := p.Page.Pos("slug", -1); slug.Col > 1 { // else the name of the file is the slug
				pos = slug
			}
		} else if red, ok := here.Key.(site.Redirect); ok && red.Where().File == at {
			pos, hint = red.Where(), diag.Say("leave the old address out; what stands there is %s", with)
		}
		out.Errorf(pos, diag.OutputClash, hint, "%s", clash(c.A.Path, c.B.Path))
	}
}

// written reports whether a file has a source that an author wrote: not the
// program itself, nor what is built in.
func (r *Renderer) written(f fileset.File) bool {
	return f.Source != "" && (r.Embedded == nil || !r.Embedded(f.Source))
}

// clash says what is wrong with two files that cannot both be there.
func clash(a, b string) string {
	switch {
	case a == b:
		return diag.Say("%s is written by two files", b)
	case strings.EqualFold(a, b):
		return diag.Say("%s differs from %s in capitals only", b, a)
	case strings.HasPrefix(b, a+"/"):
		a, b = b, a
		fallthrough
	case strings.HasPrefix(a, b+"/"):
		return diag.Say("%s would be both a file and the folder of %s", b, a)
	}
	return diag.Say("the folder of %s differs from that of %s in capitals only", b, a)
}

// Share returns the set of an earlier state with the same files, made by r.
func (r *Renderer) Share(set *fileset.Set) *fileset.Set {
	r.paths = set.With(r)
	return r.paths
}

func (r *Renderer) pageFiles(files []fileset.File, p *site.Page, md bool) []fileset.File {
	f := fileset.File{Path: path.Join(p.Dir, "index.html"), Rank: fileset.Page, Kind: fileset.Real, Lang: p.Locale.Lang, Source: p.File}
	if p.Fallback {
		f.Kind = fileset.Fallback
	}
	f.First = r.Site.Reference(p.ID) == p.Page && !p.Fallback
	f.Key = p.Ref()
	if !md {
		return append(files, f)
	}
	m := fileset.File{Path: path.Join(p.Dir, "index.md"), Rank: fileset.Page, Lang: p.Locale.Lang, Source: p.File, Key: copyOf(p.Ref())}
	f.Twin = m.Path
	return append(files, f, m)
}

// copyOf is the Markdown copy of a page.
type copyOf site.Ref

// webpOf is a picture beside pages as WebP.
type webpOf site.File

// Make makes the files of the set that depend on what their sources hold now.
func (r *Renderer) Make(ctx context.Context, f *fileset.File, b, twin *bytes.Buffer) error {
	switch k := f.Key.(type) {
	case site.Ref:
		return r.Page(ctx, r.Site.At(k), b, twin)
	case copyOf:
		return r.Page(ctx, r.Site.At(site.Ref(k)), nil, b)
	case *site.Locale:
		return r.notFound(b, k)
	case searchPage:
		return r.searchPage(b, k.Locale)
	case indexFile:
		return r.indexFile(ctx, b, k)
	case site.Redirect:
		return r.redirect(b, k)
	case layout.RootFile:
		if err := r.Layouts.RootFile(b, k, r.Release, r.Site.Config.BaseURL, r.Site.Locales[0].Lang); err != nil {
			out := new(diag.List)
			r.layoutError(out, k.Source, err)
			r.keep(k.Source, out)
		}
		return nil
	case webpOf:
		data, err := r.Read(k.Source)
		if err == nil {
			data, err = r.Picture(ctx, data)
		}
		b.Write(data)
		return err
	case site.File:
		data, err := r.Read(k.Source)
		b.Write(data)
		if err == nil && strings.EqualFold(path.Ext(k.Source), ".svg") {
			out := new(diag.List)
			inspect(k.Source, data, out)
			r.keep(k.Source, out)
		}
		return err
	}
	return diag.Errorf("no way to make %s", f.Path)
}

const runsHint = "take that out, or save the picture as plain SVG in the program that made it"

// inspect reports what in an SVG would run.
func inspect(file string, data []byte, out *diag.List) {
	if what, at := fileset.RunsIn(data); what != "" {
		out.Errorf(diag.At(file, data, at), diag.FileRuns, runsHint, "%s in a picture would run for everyone who opens it", what)
	}
}

// notFound makes the error page of a language.
func (r *Renderer) notFound(b *bytes.Buffer, l *site.Locale) error {
	s := r.sites[l.N]
	out := new(diag.List)
	title, err := s.T("not_found_title")
	if err != nil {
		out.Errorf(diag.Pos{File: r.Strings.Lang(l.Lang).File}, diag.I18nMissing, `add not_found_title = "…"`, "%s", err)
	}
	address := r.Site.Config.BasePath + l.Prefix + "/404.html"
	d := &layout.Page{Site: s, Kind: "not-found", Title: title, URL: address, Permalink: s.BaseURL + address, NoIndex: true, Lang: l.Lang, Dir: s.Dir}
	d.Canonical = d.Permalink
	for i, t := range r.Site.Locales {
		d.Translations = append(d.Translations, layout.Translation{Lang: t.Lang, Name: t.Name, Dir: t.Language.Dir, URL: r.sites[i].Home.URL, Current: t == l, Strings: r.Strings.Lang(t.Lang)})
	}
	if l.Home != nil {
		d.Nav = r.nav(l.Home, out)
		for _, c := range l.Home.Children {
			d.Children = append(d.Children, r.linkTo(c))
		}
	}
	if err := r.layOut(b, d, ""); err != nil {
		r.layoutError(out, layout.Root+"/404.html", err)
	}
	r.keep(l.Lang+" 404", out)
	return nil
}

// redirect makes the page at an old address.
func (r *Renderer) redirect(b *bytes.Buffer, red site.Redirect) error {
	s := r.sites[0]
	to := red.Target()
	d := &layout.Redirect{Site: s, URL: to, Permalink: r.absolute(to), Title: to}
	if red.To != nil {
		d.Site, d.Title = r.sites[red.To.Locale.N], r.linkTo(red.To).Title
		d.Permalink = s.BaseURL + red.To.URL
	}
	out := new(diag.List)
	if err := r.Layouts.Redirect(b, d); err != nil {
		r.layoutError(out, red.Source, err)
	}
	r.settle(b)
	r.keep(red.Path, out)
	return nil
}

// keep stores the findings of a file that is no page.
func (r *Renderer) keep(name string, out *diag.List) {
	r.memo.mu.Lock()
	defer r.memo.mu.Unlock()
	if out.Len() == 0 {
		delete(r.memo.others, name) // what an earlier state had there
		return
	}
	r.memo.others[name] = out.Sorted()
}

// feeds are the files for programs that read the whole site.
func (r *Renderer) feeds() []fileset.File {
	o := r.Site.Config.Outputs
	var files []fileset.File
	add := func(name string, make func(b *bytes.Buffer)) {
		files = append(files, fileset.File{Path: name, Rank: fileset.Index, Make: func(_ context.Context, b *bytes.Buffer) error {
			make(b)
			return nil
		}})
	}
	if o.Sitemap {
		indexed := sync.OnceValue(r.indexed)
		count := 0
		for _, l := range r.Site.Locales {
			for _, p := range l.All {
				if !p.Fallback {
					count++
				}
			}
		}
		if n := (count + sitemapMax - 1) / sitemapMax; n > 1 {
			add("sitemap.xml", func(b *bytes.Buffer) {
				b.WriteString(xmlHead + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
				for i := range n {
					fmt.Fprintf(b, "<sitemap><loc>%s/sitemap-%d.xml</loc></sitemap>\n", r.Site.Config.BaseURL, i+1)
				}
				b.WriteString("</sitemapindex>\n")
			})
			for i := range n {
				add(fmt.Sprintf("sitemap-%d.xml", i+1), func(b *bytes.Buffer) {
					r.sitemap(b, indexed()[i*sitemapMax:min(count, (i+1)*sitemapMax)])
				})
			}
		} else {
			add("sitemap.xml", func(b *bytes.Buffer) { r.sitemap(b, indexed()) })
		}
	}
	if o.Robots {
		add("robots.txt", func(b *bytes.Buffer) {
			b.WriteString("User-agent: *\nAllow: /\n")
			if o.Sitemap {
				b.WriteString("\nSitemap: " + r.Site.Config.BaseURL + "/sitemap.xml\n")
			}
		})
	}
	if o.LLMs {
		add("llms.txt", r.llms)
	}
	if s := r.Site.Config.Security; s.Contact != "" {
		add(".well-known/security.txt", func(b *bytes.Buffer) { // RFC 9116
			fmt.Fprintf(b, "Contact: %s\nExpires: %sT00:00:00Z\n", s.Contact, s.Expires)
			if s.Policy != "" {
				fmt.Fprintf(b, "Policy: %s\n", s.Policy)
			}
			var langs []string
			for _, l := range r.Site.Locales {
				langs = append(langs, l.Lang)
			}
			fmt.Fprintf(b, "Preferred-Languages: %s\nCanonical: %s/.well-known/security.txt\n", strings.Join(langs, ", "), r.Site.Config.BaseURL)
		})
	}
	return files
}

// sitemapMax is how many pages one sitemap holds: the protocol allows 50,000
// addresses and 50 MB, and a page may bring a dozen alternates.
const sitemapMax = 20000

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// indexed returns the pages that search engines should know.
func (r *Renderer) indexed() []*site.Page {
	var pages []*site.Page
	for _, l := range r.Site.Locales {
		for _, p := range l.All {
			if !p.Fallback {
				pages = append(pages, p)
			}
		}
	}
	return pages
}

func (r *Renderer) sitemap(b *bytes.Buffer, pages []*site.Page) {
	b.WriteString(xmlHead + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">` + "\n")
	base := r.Site.Config.Origin
	for _, p := range pages {
		b.WriteString("<url><loc>" + xmlText(base+p.URL) + "</loc>")
		if !p.Updated.IsZero() {
			b.WriteString("<lastmod>" + p.Updated.String() + "</lastmod>")
		}
		for _, a := range r.alternates(p) {
			b.WriteString(`<xhtml:link rel="alternate" hreflang="` + xmlText(a.Lang) + `" href="` + xmlText(a.URL) + `"/>`)
		}
		b.WriteString("</url>\n")
	}
	b.WriteString("</urlset>\n")
}

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

func xmlText(s string) string { return xmlEscapes.Replace(s) }

// llms writes llms.txt (llmstxt.org): the site's name, what it is, and its
// pages with a link to their Markdown.
func (r *Renderer) llms(b *bytes.Buffer) {
	base := r.Site.Config.Origin
	for i, l := range r.Site.Locales {
		if i == 0 {
			fmt.Fprintf(b, "# %s\n\n", l.Title)
			if l.Home != nil && l.Home.Description != "" {
				fmt.Fprintf(b, "> %s\n\n", l.Home.Description)
			}
		}
		if !slices.ContainsFunc(l.All, func(p *site.Page) bool { return !p.Fallback }) {
			continue
		}
		fmt.Fprintf(b, "## %s (%s)\n\n", l.Name, l.Lang)
		var list func(p *site.Page)
		list = func(p *site.Page) {
			if !p.Fallback {
				u := base + p.URL
				if r.Site.Config.Outputs.Markdown {
					u += "index.md"
				}
				fmt.Fprintf(b, "- [%s](%s)", markdownText.Replace(p.Title), u)
				if p.Description != "" {
					b.WriteString(": " + p.Description)
				}
				b.WriteByte('\n')
			}
			for _, c := range p.Children {
				list(c)
			}
		}
		if l.Home != nil {
			list(l.Home)
		}
		b.WriteByte('\n')
	}
}

// Theme returns the colours of [theme] for the layouts.
func Theme(c *config.Config) layout.Theme {
	t := layout.Theme{}
	for k, v := range c.Theme {
		t[k] = layout.Color{Value: v, Pos: c.ThemePos(k)}
	}
	return t
}
