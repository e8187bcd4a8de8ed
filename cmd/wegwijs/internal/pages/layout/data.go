package layout

import (
	"html/template"
	"net/url"
	"path"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
)

// The types in this file are what templates see. Their comments are the
// reference for layout authors. A template that names a field which is not
// here is reported with its file, line and column.

// A Site is what all pages of one language share: .Site in every template.
type Site struct {
	Title       string     // the site's title in this language
	BaseURL     string     // what stands before every URL: https://help.example.nl, without a final slash
	Lang        string     // the language of the interface, as in <html lang>: nl
	Dir         string     // its direction: ltr or rtl
	LangName    string     // its own name: Nederlands
	Home        Link       // the first page of this language
	DefaultLang string     // the site's default language
	Languages   []Language // all languages of the site, the default one first
	Provider    Provider
	Webmail     string // address of the webmail of the first mail product, or ""
	Search      Search // zero on a site without search
	Sections    []Link // the sections at the top of the site, in order

	strings *i18n.Strings
	pages   func(id string) (Link, bool)
}

// NewSite fills in what templates reach through methods: the strings of the
// language, and the pages by id.
func NewSite(s Site, strings *i18n.Strings, pages func(id string) (Link, bool)) *Site {
	s.strings, s.pages = strings, pages
	return &s
}

// Search is where readers of one language search.
type Search struct {
	URL   string // URL path of the page that lists all pages and shows what was found
	Index string // URL path of the index, a script
}

// A Branch is a page with those below it, for the list of all pages.
type Branch struct {
	Link
	Pages []Branch
}

// A Provider is the hosting provider whose help centre this is ([provider] in
// site.toml). Texts are empty when they are not given.
type Provider struct {
	Name      string       // Voorbeeld Hosting
	ShortName string       // Voorbeeld; the name when no short one is given
	Website   string       // https address
	Contact   template.URL // https, mailto or tel address of the help desk
	Status    template.URL // https address of a page about outages
	Logo      string       // name of the logo in layouts/assets, for {{ asset }}
	Icon      string       // name of the icon of browser tabs in layouts/assets: icon.svg when none is given

	LogoWidth, LogoHeight int // its size in pixels; 0 when not known

	Phone     string // of the help desk, as people write it
	Hours     string // when it answers
	HoursLang string // the language of Hours, when it is not the reader's; else ""
	Feedback  string // where readers say whether a page helped, see [Page.Feedback]
}

// Call returns the address that dials Phone.
func (p Provider) Call() template.URL {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, strings.Replace(p.Phone, "(0)", "", 1))
	return template.URL("tel:" + digits)
}

// A Language is one language of the site.
type Language struct {
	Lang string // nl
	Name string // its own name: Nederlands
	Dir  string // ltr or rtl
	Home string // URL path of its first page
}

// A Link is a page as other pages show it.
type Link struct {
	URL         string // URL path; for an outside page the whole address
	Title       string
	Short       string // the title for menus
	Description string
	Lang        string // the language of the title, when it is not the reader's; else ""
}

// A Group is pages of a section under a title of their own.
type Group struct {
	Title string // "" for those that are in no group
	Lang  string // the language of the title, when it is not the reader's; else ""
	Pages []Link
	// Letters are the same pages by their first letter, in the order of the
	// language, where they are too many to be looked through.
	Letters []Letter
}

// Letter is a part of a long list of pages.
type Letter struct {
	Name  string // A, Á among them; 0–9; … for what begins with neither
	ID    string // for links to it
	Pages []Link
}

// A Heading is an entry of a page's table of contents.
type Heading struct {
	Level    int    // 2 or 3
	ID       string // for href="#{{ .ID }}"
	Title    string
	Children []Heading // the level-3 headings below a level-2 heading
}

// An Alternate is one translation of a page, for <link rel="alternate">.
// Fallback pages have none. The last one has Lang "x-default".
type Alternate struct {
	Lang string
	URL  string // whole address
}

// A Translation is where a language switcher leads: the same page in another
// language, or its fallback there.
type Translation struct {
	Lang     string
	Name     string // the language's own name
	Dir      string
	URL      string
	Current  bool // it is the language of this page's address
	Fallback bool // not translated yet: that address shows another language

	Strings *i18n.Strings // of that language, for T
}

// T returns an interface string in that language rather than the reader's, see
// [Page.T].
func (t Translation) T(key string, args ...any) (string, error) {
	return t.Strings.Marked(key, args...)
}

// A Notice is set on a page that is shown from another language because it is
// not translated yet, or its translation is too old.
type Notice struct {
	Lang     string // the language in which the content is
	LangName string // that language's name for itself
	URL      string // the page in that language
	Outdated bool   // it is translated, and too much has changed since
}

// A Page is the data of every page template: home.html, section.html,
// page.html, search.html and 404.html, each through base.html.
type Page struct {
	Site         *Site
	Kind         string // home, section, page, search or not-found
	ID           string // the path below the language folder: e-mail/imap-instellingen
	Title        string
	Description  string
	URL          string // URL path of this page
	Permalink    string // its whole address
	Canonical    string // the whole address search engines should keep; another page's for a fallback
	NoIndex      bool   // keep out of search engines
	Lang         string // the language of the content; differs from .Site.Lang on a fallback page
	Dir          string // its direction
	Notice       *Notice
	Lead         template.HTML // the :::summary with which the page begins; empty when it begins otherwise
	Content      template.HTML // the rendered Markdown, without the h1 and without what is in Lead
	TOC          []Heading     // the level-2 headings, with the level-3 ones below them
	Contents     int           // how deep the page wants its table of contents: 2 or 3
	Breadcrumbs  []Link        // from the home page to the section above this page; empty on the home page
	Section      *Link         // the section this page stands in; nil on the home page
	Children     []Link        // on a home or section page: the pages and sections directly below it, in order
	All          []Branch      // on the search page: all pages of the language by section
	Rest         []Group       // those of Children to which the text has no link, by group
	Prev, Next   *Link         // neighbours in the section
	Related      []Link        // from the front matter
	Alternates   []Alternate   // hreflang; empty when there is one language only
	Translations []Translation // one for each language of the site
	Updated      tomlfile.Date // from the front matter; may be zero ({{ if not .Updated.IsZero }})
	Keywords     []string
	Markdown     string // URL path of the Markdown copy; "" when the site has none

	Nav template.HTML // the navigation of this page's section, from partials/nav.html
}

// T returns an interface string in the reader's language:
//
//	{{ .T "copy" }}
//	{{ .T "updated_on" "date" .Updated }}
//	{{ .T "results" "count" 3 }}
//
// Behind the key come pairs of a placeholder's name and its value. The plural
// form is chosen by "count". Inside range and with, write $.T.
func (p *Page) T(key string, args ...any) (string, error) { return p.Site.T(key, args...) }

// T returns an interface string, see [Page.T]. One that the language borrows is
// marked, see [i18n.Strings.Marked].
func (s *Site) T(key string, args ...any) (string, error) { return s.strings.Marked(key, args...) }

// Feedback returns the address at which readers tell the provider whether a page
// helped, with the answer that they choose. It carries the page, its language
// and its section, and nothing else. It is empty when the provider asks nothing:
// [provider] has no feedback, and no contact that is a mail address.
//
// In a template of an address {page}, {lang}, {section} and {answer} are filled
// in; a mail address without one gets a subject and a text (RFC 6068).
func (p *Page) Feedback(answer string) template.URL {
	to, answer := p.Site.Provider.Feedback, i18n.Unmarked(answer)
	if contact := string(p.Site.Provider.Contact); to == "" && strings.HasPrefix(contact, "mailto:") && !strings.Contains(contact, "?") {
		to = contact
	}
	if to == "" {
		return ""
	}
	section := p.ID
	if p.Kind == "page" {
		section = strings.TrimSuffix(path.Dir(p.ID), ".")
	}
	if strings.HasPrefix(to, "mailto:") && !strings.Contains(to, "?") {
		return template.URL(to + "?subject=" + escape(p.Title+": "+answer) + "&body=" + escape(p.Permalink+"\r\n"+p.Lang+"\r\n"+section+"\r\n\r\n"))
	}
	return template.URL(strings.NewReplacer("{page}", escape(p.ID), "{lang}", p.Lang, "{section}", escape(section), "{answer}", escape(answer)).Replace(to))
}

// escape returns s as part of a query, with %20 for a space as mailto: wants it.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// Link returns the page with an id, in the reader's language:
// {{ with .Link "e-mail/imap-instellingen" }}<a href="{{ .URL }}">{{ .Title }}</a>{{ end }}.
// An id that no page has is an error.
func (s *Site) Link(id string) (Link, error) {
	l, ok := s.pages(id)
	if !ok {
		return Link{}, diag.Errorf("no page has the id %q", id)
	}
	return l, nil
}

// HasPage reports whether a page with the id exists, for links that only some
// sites have: {{ if .Site.HasPage "over" }}.
func (s *Site) HasPage(id string) bool {
	_, ok := s.pages(id)
	return ok
}

// StructuredData returns the page as JSON-LD for
// <script type="application/ld+json">{{ .StructuredData }}</script>: its
// breadcrumbs and, for a page with an updated date, an article.
func (p *Page) StructuredData() any {
	type m = map[string]any
	var graph []any
	if len(p.Breadcrumbs) > 0 {
		var items []any
		for i, b := range append(p.Breadcrumbs[:len(p.Breadcrumbs):len(p.Breadcrumbs)], Link{URL: p.URL, Title: p.Title}) {
			items = append(items, m{"@type": "ListItem", "position": i + 1, "name": b.Title, "item": p.Site.BaseURL + b.URL})
		}
		graph = append(graph, m{"@type": "BreadcrumbList", "itemListElement": items})
	}
	if !p.Updated.IsZero() && !p.NoIndex {
		a := m{"@type": "TechArticle", "headline": p.Title, "inLanguage": p.Lang, "url": p.Permalink, "dateModified": p.Updated.String()}
		if p.Description != "" {
			a["description"] = p.Description
		}
		if p.Site.Provider.Name != "" {
			a["publisher"] = m{"@type": "Organization", "name": p.Site.Provider.Name}
		}
		graph = append(graph, a)
	}
	return m{"@context": "https://schema.org", "@graph": graph}
}

// A Nav is the data of partials/nav.html. It is rendered once for each
// section, not for each page; the place of the page itself is marked
// afterwards through [NavItem.Mark].
type Nav struct {
	Site  *Site
	Items []NavItem // the sections at the top of the site
}

// T returns an interface string, see [Page.T].
func (n *Nav) T(key string, args ...any) (string, error) { return n.Site.T(key, args...) }

// A NavItem is a page or a section in the navigation, or a group of those under
// a title of their own.
type NavItem struct {
	URL   string // of an open group "", whose pages are Items; of a closed one that of its first page
	Title string
	Lang  string // the language of the title, when it is not the reader's; else ""
	// Mark goes into the tag of the link: <a href="{{ .URL }}"{{ .Mark }}>.
	// On the page itself it becomes aria-current="page".
	Mark    template.HTMLAttr
	Section bool      // it is a section
	Group   bool      // it is a group
	Open    bool      // it is the section that is shown, or one above it; of a group: the reader is in it
	Items   []NavItem // of an open section or group: the pages and sections in it
	// More is how many pages of a very large section are left out of Items;
	// the section's own page lists them all.
	More int
}

// A Directive is the data of a template in directives/.
type Directive struct {
	Page    *Page             // the page it stands in; .Content and .TOC are not filled yet
	Name    string            // settings
	Label   string            // what stands between [ and ]
	Attrs   map[string]string // what stands between { and }; a missing one is ""
	Content template.HTML     // of a container: what stands in it (in NAME.md: Markdown)
	ID      string            // unique in the page, for id attributes: settings-1
	Shown   func(id string)   // told which mail products' servers it shows; may be nil

	*settings.Asked // what it asks of the mail record; nil outside [NewDirective]
}

// NewDirective fills in what the templates of directives reach through
// methods.
func NewDirective(d Directive, source *settings.Source) *Directive {
	site := d.Page.Site
	d.Asked = source.Ask(settings.Reader{Lang: site.Lang, T: site.T, Provider: site.Provider.Name, Contact: string(site.Provider.Contact)}, d.Label, d.Attrs, d.Shown)
	return &d
}

// Each returns the directive as it would be for each mail product that it is
// about: that of the attribute product, or all of them.
func (d *Directive) Each() ([]*Directive, error) {
	products, err := d.Products()
	if err != nil {
		return nil, err
	}
	list := make([]*Directive, len(products))
	for i, p := range products {
		one := *d
		one.Asked = d.Of(p.ID)
		list[i] = &one
	}
	return list, nil
}

// T returns an interface string, see [Page.T].
func (d *Directive) T(key string, args ...any) (string, error) { return d.Page.T(key, args...) }

// Redirect is the data of redirect.html, the page at an old address.
type Redirect struct {
	Site      *Site
	URL       string // where the page is now, URL path or whole address
	Permalink string // the same as a whole address
	Title     string // of the page, or the address
}

// T returns an interface string, see [Page.T].
func (r *Redirect) T(key string, args ...any) (string, error) { return r.Site.T(key, args...) }
