package site

import (
	"bytes"
	"cmp"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
)

// An Input is what a site is made of.
type Input struct {
	Config *config.Config
	Pages  []*content.Page // without drafts, in any order
	Broken []string        // files of pages that cannot be read
	Drafts []string        // files of pages that are drafts, and are left out
	Files  []string        // other files below content/
	// LeftOut are built-in pages that the site does without. What leads to one
	// in a file that Builtin reports on goes with it.
	LeftOut []*content.Page
	Behind  []*content.Page        // translations that are left out because too much of them is stale
	Facts   map[string]bool        // by name, whether the record has what pages may need
	Absent  []*content.Page        // pages that need what the record does not have
	Builtin func(file string) bool // may be nil: no file is built in
	Out     *diag.List
}

// builder holds what is needed while a site is put together.
type builder struct {
	Input
	s         *Site
	locale    map[string]int
	addresses map[string]*Page // by output folder, folded
	clashes   map[[2]string]bool
	strange   map[string]bool        // folders of content/ that are no language, once reported
	absent    map[string]bool        // ids of pages that are left out on purpose
	invented  map[*content.Page]bool // whose slug is not what its writer meant
}

// New puts the pages together. Mistakes go to in.Out; the site is then only
// good for finding more of them.
func New(in Input) *Site {
	s := &Site{Config: in.Config, shape: &shape{places: make(map[string]int, len(in.Pages)), broken: map[string]bool{}, drafts: map[string]string{}, leftOut: map[string]map[string]string{}, facts: in.Facts, needs: map[string][]string{}, absent: map[string]bool{}, behind: map[string][]*content.Page{}, files: map[string]File{}}}
	b := &builder{Input: in, s: s, locale: map[string]int{}, addresses: make(map[string]*Page, len(in.Pages)*len(in.Config.Languages)), clashes: map[[2]string]bool{}, strange: map[string]bool{}, absent: map[string]bool{}, invented: map[*content.Page]bool{}}
	for _, file := range in.Broken {
		_, rest := content.Split(file)
		id, _ := content.ID(rest)
		s.broken[id] = true
	}
	for _, p := range in.Absent {
		s.absent[p.ID] = true
		b.needs(p)
	}
	for _, p := range in.Behind {
		s.behind[p.ID] = append(s.behind[p.ID], b.slug(p))
	}
	for _, p := range in.LeftOut {
		if s.leftOut[p.ID] == nil {
			s.leftOut[p.ID] = map[string]string{}
		}
		s.leftOut[p.ID][p.Lang] = p.Title
		b.absent[p.ID] = true
	}
	for _, file := range in.Drafts {
		_, rest := content.Split(file)
		id, _ := content.ID(rest)
		s.drafts[id] = file
		b.absent[id] = true
	}
	for i, l := range in.Config.Languages {
		s.Locales = append(s.Locales, &Locale{Language: l, N: i})
		b.locale[l.Lang] = i
	}
	slices.SortFunc(in.Pages, func(a, c *content.Page) int { return strings.Compare(a.File, c.File) })
	for _, p := range in.Pages {
		b.needs(p)
		b.enter(p)
	}
	ids := slices.Sorted(maps.Keys(s.places))
	s.ids = ids
	if s.has("") {
		s.ids = ids[1:] // without the first page
	}
	b.sections()
	// Sections come before what stands in them.
	order := make([]int, len(ids))
	for i := range order {
		order[i] = i
	}
	depths := make([]int, len(ids))
	for i, id := range ids {
		depths[i] = depth(id)
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(depths[x], depths[y]) })
	for _, l := range s.Locales {
		b.place(l, ids, order)
	}
	b.files()
	b.redirects()
	b.related()
	b.groups()
	return s
}

func (b *builder) errorf(p *content.Page, key string, n int, code diag.Code, hint, format string, args ...any) {
	b.Out.Errorf(p.Pos(key, n), code, hint, format, args...)
}

// enter files a page under its id.
func (b *builder) enter(p *content.Page) {
	n, ok := b.locale[p.Lang]
	if !ok {
		var known []string
		for _, l := range b.s.Locales {
			known = append(known, l.Lang)
		}
		if !strings.Contains(strings.TrimPrefix(p.File, content.Root+"/"), "/") {
			b.Out.Errorf(diag.Pos{File: p.File}, diag.PagePlace, diag.Say("move it into a language's folder, such as content/%s/", known[0]), "the page stands in no language's folder")
			return
		}
		if !b.strange[p.Lang] {
			b.strange[p.Lang] = true
			b.Out.Errorf(diag.Pos{File: path.Join(content.Root, p.Lang)}, diag.PagePlace, diag.DidYouMean(p.Lang, known)+diag.Say("; a new language needs [languages.%s] in site.toml", p.Lang), "the folder is not a language of the site")
		}
		return
	}
	if !b.s.has(p.ID) {
		b.s.places[p.ID] = len(b.s.texts)
		b.s.texts = append(b.s.texts, make([]*content.Page, len(b.s.Locales)))
	}
	texts := b.s.Translations(p.ID)
	if old := texts[n]; old != nil {
		msg := "the page is there twice: %s is the same page"
		if norm.NFC.String(old.File) == norm.NFC.String(p.File) {
			msg = "the page is there twice: the accents of %s are stored in another way (Unicode NFC and NFD), which makes no other name"
		}
		b.Out.Errorf(diag.Pos{File: p.File}, diag.PageDouble, "remove or rename one of the two", msg, old.File)
		return
	}
	texts[n] = b.slug(p)
}

// maxSlug is how long a part of an address may be, in bytes: beyond it mail
// programs break links, and file systems have limits of their own.
const maxSlug = 100

// slug checks that a slug is one part of an address that works everywhere. It
// returns the page, or a copy with a slug that works: the page itself may be part
// of other sites.
func (b *builder) slug(p *content.Page) *content.Page {
	with := func(slug string) *content.Page {
		if slug == p.Slug {
			return p
		}
		q := *p
		q.Slug = slug
		return &q
	}
	if p.ID == "" {
		if p.Slug != "" {
			b.errorf(p, "slug", -1, diag.PageSlug, "remove the slug", "the first page of a language has no slug")
		}
		return with("")
	}
	p = with(norm.NFC.String(p.Slug))
	why := ""
	switch {
	case strings.Contains(p.Slug, "/") || strings.Contains(p.Slug, `\`):
		why = diag.Say("it holds a slash")
	case p.Slug == "." || p.Slug == ".." || strings.HasPrefix(p.Slug, "."):
		why = diag.Say("it begins with a dot")
	case len(p.Slug) > maxSlug:
		why = diag.Say("it is longer than %d bytes", maxSlug)
	case strings.IndexFunc(p.Slug, unicode.IsUpper) >= 0:
		why = diag.Say("it holds a capital")
	case strings.IndexFunc(p.Slug, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && r != '-' && r != '_' && r != '.'
	}) >= 0:
		why = diag.Say("it holds something else than letters, digits and hyphens")
	case strings.HasSuffix(p.Slug, "."):
		why = diag.Say("it ends in a dot")
	case p.Slug == "index" || strings.HasPrefix(p.Slug, "index.") || strings.HasSuffix(p.Slug, ".html"):
		why = diag.Say("that name is taken by the program")
	default:
		if why = fileset.CheckPath(p.Slug); why == "" {
			return p
		}
	}
	hint := diag.Say("write slug = %q", suggest(p.Slug))
	b.errorf(p, "slug", -1, diag.PageSlug, hint, "%q cannot be part of an address: %s", p.Slug, why)
	was := p.Slug
	p = with(suggest(was))
	b.invented[p] = p.Slug != strings.ToLower(was)
	return p
}

// suggest returns a slug that works and is as near as can be to one that does not.
func suggest(s string) string {
	var out strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r):
			out.WriteRune(r)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	t := out.String()
	for len(t) > maxSlug {
		if i := strings.LastIndexByte(t, '-'); i > 0 {
			t = t[:i]
		} else {
			t = strings.ToValidUTF8(t[:maxSlug], "")
		}
	}
	t = strings.Trim(t, "-")
	switch {
	case t == "" || t == "index":
		return "pagina"
	case fileset.CheckPath(t) != "":
		return t + "-1"
	}
	return t
}

// sections reports folders without an index page: they would be holes in the
// navigation and in the breadcrumbs.
func (b *builder) sections() {
	if !b.s.has("") && !b.s.broken[""] {
		lang := b.s.Config.Languages
		if len(lang) > 0 {
			b.Out.Errorf(diag.Pos{File: content.Root + "/" + lang[0].Lang + "/index.md"}, diag.PageHome, "write one: it is the first page that readers see", "the site has no first page")
		}
	}
	missing := map[string]string{}
	for id, i := range b.s.places {
		texts := b.s.texts[i]
		ref := b.s.Reference(id)
		for _, p := range texts {
			if p != nil && p.Index != ref.Index {
				_, rest := content.Split(ref.File)
				b.Out.Errorf(diag.Pos{File: p.File}, diag.PagePlace, diag.Say("move it to %s", content.Root+"/"+p.Lang+"/"+rest), "the page translates %s, so it must have the same path", ref.File)
			}
		}
		for dir := path.Dir(id); dir != "."; dir = path.Dir(dir) {
			if b.s.has(dir) || b.s.broken[dir] {
				continue
			}
			for _, p := range texts {
				if p != nil {
					if old, ok := missing[dir]; !ok || p.File < old {
						missing[dir] = p.File
					}
					break
				}
			}
		}
	}
	for dir, file := range missing {
		lang, _ := content.Split(file)
		hint := diag.Say("write %s with at least a title", content.Root+"/"+lang+"/"+dir+"/index.md")
		if draft := b.s.drafts[dir]; draft != "" {
			hint = diag.Say("%s is a draft; publish it too (draft = false)", draft)
		}
		b.Out.Errorf(diag.Pos{File: content.Root + "/" + lang + "/" + dir}, diag.PageSection, hint, "the section has no index.md")
	}
}

// text returns the text of a page that readers of a language see.
func (b *builder) text(l *Locale, texts []*content.Page) *content.Page {
	if p := texts[l.N]; p != nil {
		return p
	}
	for _, f := range l.Fallback {
		if p := texts[b.locale[f]]; p != nil {
			return p
		}
	}
	return nil
}

// place sets the address, the section and the place of every page of a locale.
// ids are sorted, and are taken in the order that order gives.
func (b *builder) place(l *Locale, ids []string, order []int) {
	l.byID = make(map[string]int, len(ids))
	l.All = make([]*Page, len(ids))
	holes := map[string]bool{}
	for _, i := range order {
		id := ids[i]
		text := b.text(l, b.s.Translations(id))
		if text == nil {
			continue
		}
		p := &Page{Page: text, Locale: l, Fallback: text.Lang != l.Lang}
		top := false
		if id == "" {
			p.Dir = strings.TrimPrefix(l.Prefix, "/")
			l.Home = p
		} else {
			up := path.Dir(id)
			if up == "." {
				up = ""
			}
			p.Parent, _ = l.Page(up)
			top = up == ""
			if p.Parent == nil && b.s.has(up) && !b.s.broken[up] && !holes[up] {
				holes[up] = true
				b.hole(l, up)
			}
			dir := path.Join(strings.TrimPrefix(l.Prefix, "/"), up) // of a section that is not there
			if p.Parent != nil {
				dir = p.Parent.Dir
				p.Parent.Children = append(p.Parent.Children, p)
			}
			// A text that takes the place of a stale one has its address.
			p.Dir = path.Join(dir, b.text(l, b.s.Written(id)).Slug)
		}
		p.URL = b.urlOf(p.Dir)
		if top && slices.Contains(reserved, p.Dir) {
			b.errorf(p.Page, "slug", -1, diag.PageSlug, diag.Say("write slug = %q", p.Slug+"-1"), "the address %s belongs to the program", p.URL)
		}
		if folded := fileset.Fold(p.Dir); b.addresses[folded] != nil {
			b.clash(p, b.addresses[folded])
		} else {
			b.addresses[folded] = p
		}
		l.byID[id] = i
		l.All[i] = p
	}
	l.All = slices.DeleteFunc(l.All, func(p *Page) bool { return p == nil })
	if l.Home == nil && b.s.has("") && !b.s.broken[""] {
		b.hole(l, "")
	}
	for i, p := range l.All {
		p.n = i
		l.byID[p.ID] = i
	}
	b.order(l)
}

// order puts the pages of each section in order.
func (b *builder) order(l *Locale) {
	c := collator(l.Lang)
	var buf collate.Buffer
	for _, p := range l.All {
		if len(p.Children) == 0 {
			continue
		}
		b.group(p)
		keys := make(map[*Page][]byte, len(p.Children)) // comparing texts costs more than making their keys once
		for _, child := range p.Children {
			keys[child] = c.KeyFromString(&buf, child.Title)
		}
		slices.SortStableFunc(p.Children, func(x, y *Page) int {
			return inOrder(x, y, func() int { return bytes.Compare(keys[x], keys[y]) })
		})
		for i, child := range p.Children {
			child.At = i
		}
		buf.Reset()
	}
}

// group sets the places of a section's pages in its groups.
func (b *builder) group(section *Page) {
	groups := b.s.Reference(section.ID).Groups
	type place struct{ group, at int }
	places := map[string]place{}
	for i, g := range groups {
		for at, name := range g.Pages {
			id := path.Join(section.ID, name)
			if _, twice := places[id]; !twice {
				places[id] = place{i, at}
			}
		}
	}
	for _, child := range section.Children {
		child.Group = len(groups)
		if at, ok := places[child.ID]; ok {
			child.Group, child.inGroup = at.group, at.at
		}
	}
}

// inOrder compares two pages of a section; titles compares their titles.
func inOrder(a, b *Page, titles func() int) int {
	if c := cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.inGroup, b.inGroup), cmp.Compare(a.Order, b.Order)); c != 0 {
		return c
	}
	return cmp.Or(titles(), strings.Compare(a.Title, b.Title), strings.Compare(a.ID, b.ID))
}

// groups checks what the front matter of sections says of groups.
func (b *builder) groups() {
	for id, i := range b.s.places {
		ref := b.s.Reference(id)
		var known []string
		for _, g := range ref.Groups {
			known = append(known, g.ID)
		}
		in := map[string]string{} // which group a page is in
		for _, p := range b.s.texts[i] {
			if p == nil {
				continue
			}
			for _, g := range p.Groups {
				key := "groups." + g.ID + ".pages"
				switch {
				case p != ref && b.Builtin != nil && b.Builtin(p.File): // the site has a section of its own in its place
					continue
				case p != ref && !slices.Contains(known, g.ID):
					b.errorf(p, "groups."+g.ID, -1, diag.PageGroup, diag.DidYouMean(g.ID, known), "%s has no group %q", ref.File, g.ID)
					continue
				case p != ref && len(g.Pages) > 0:
					b.errorf(p, key, -1, diag.PageGroup, "leave the line out; a translation gives the title of the group", "which pages are in the group is said in %s", ref.File)
					continue
				}
				for n, name := range g.Pages {
					child := path.Join(id, name)
					if !b.s.has(child) && !b.s.broken[child] && !b.absent[child] && !b.s.absent[child] {
						b.errorf(p, key, n, diag.PageGroup, b.childHint(id, name), "the section has no page %q", name)
						continue
					}
					if path.Dir(child) != path.Join(".", id) {
						b.errorf(p, key, n, diag.PageGroup, "name pages and sections that stand in the folder of this one", "%q does not stand directly in the section", name)
						continue
					}
					if first, twice := in[child]; twice {
						b.errorf(p, key, n, diag.PageGroup, "name it in one of the two", "the page %q is in the group %q already", name, first)
						continue
					}
					in[child] = g.ID
				}
			}
		}
	}
}

// childHint returns a hint for a name that no page of a section has.
func (b *builder) childHint(section, name string) string {
	var names []string
	for _, id := range b.s.IDs() {
		if path.Dir(id) == path.Join(".", section) {
			names = append(names, path.Base(id))
		}
	}
	if near := diag.Nearest(strings.TrimSuffix(name, ".md"), names); near != "" {
		return diag.Say("did you mean %q?", near)
	}
	return "write the name of its file, without .md"
}

// reserved are the folders of the output for which web servers have rules of
// their own: what is in assets is kept for ever, what is in rules is not shown.
var reserved = []string{"assets", "rules"}

// hole reports that the readers of a language would get pages of a section but
// not the section itself, or a language without a first page.
func (b *builder) hole(l *Locale, id string) {
	folder := path.Join(content.Root, l.Lang, id)
	hint := diag.Say("write %s/index.md, or fallback = [%q] in [languages.%s]", folder, b.s.Reference(id).Lang, l.Lang)
	if id == "" {
		b.Out.Errorf(diag.Pos{File: folder}, diag.PageHome, hint, "the language %s has no first page", l.Lang)
		return
	}
	b.Out.Errorf(diag.Pos{File: folder}, diag.PageSection, hint, "the section has no index.md in the language %s", l.Lang)
}

// clash reports two pages at one address, at the page that can be changed.
func (b *builder) clash(p, other *Page) {
	at, with := p, other
	// chosen reports whether the slug was written, and is not the file's name.
	chosen := func(p *Page) bool { return !strings.EqualFold(p.Slug, path.Base(p.ID)) }
	if at.Fallback && !with.Fallback || at.ID == "" || at.Fallback == with.Fallback && with.ID != "" && chosen(with) && !chosen(at) {
		at, with = with, at
	}
	// Two pages are reported once, not in each language that shows them.
	pair := [2]string{at.File, with.File}
	if b.clashes[pair] || b.invented[at.Page] || b.invented[with.Page] {
		return
	}
	b.clashes[pair] = true
	what := diag.Say("the same address")
	if p.Dir != other.Dir {
		what = diag.Say("an address that only capitals tell apart")
	}
	hint := "give one of them another slug"
	if with.ID == "" {
		hint = diag.Say("the address belongs to the language %s; give the page another slug", with.Locale.Lang)
	}
	b.errorf(at.Page, "slug", -1, diag.PageAddress, hint, "the page has %s as %s: %s", what, with.File, at.URL)
}

func depth(id string) int {
	if id == "" {
		return 0
	}
	return 1 + strings.Count(id, "/")
}

// urlOf returns the URL path of a folder of the output.
func (b *builder) urlOf(dir string) string {
	if dir == "" {
		return b.Config.BasePath + "/"
	}
	return b.Config.BasePath + "/" + escape(dir) + "/"
}

// escape percent-encodes a path for a URL (RFC 3986 §3.3).
func escape(p string) string {
	return (&url.URL{Path: p}).EscapedPath()
}

// running are the kinds of files that browsers or web servers run, or show as
// pages. None stands beside pages; an SVG is looked into when it is made.
var running = []string{
	".html", ".htm", ".xhtml", ".xht", ".shtml", ".shtm", ".stm", ".mht", ".mhtml", ".hta", ".xml", ".xsl", ".xslt", ".rdf", ".rss", ".atom", ".svgz", ".mml",
	".js", ".mjs", ".cjs", ".jsm", ".wasm", ".swf", ".htc", ".appcache",
	".php", ".phtml", ".phar", ".cgi", ".pl", ".py", ".rb", ".asp", ".aspx", ".jsp", ".lua", ".sh", ".fcgi",
}

// files sets the place of each file beside the pages: in the folder of the
// section beside whose index it stands.
func (b *builder) files() {
	slices.Sort(b.Files)
	for _, source := range b.Files {
		lang, rest := content.Split(source)
		n, ok := b.locale[lang]
		if !ok {
			continue
		}
		l := b.s.Locales[n]
		dir := path.Dir(rest)
		out := strings.TrimPrefix(l.Prefix, "/")
		if dir != "." {
			if p, ok := l.Page(dir); ok {
				out = p.Dir
			} else {
				out = path.Join(out, dir)
			}
		} else if l.Home != nil {
			out = l.Home.Dir
		}
		if content.LikePage(rest) {
			b.Out.Errorf(diag.Pos{File: source}, diag.FileName, diag.Say("rename it to %s", content.PageName(path.Base(rest))), "the name of a page ends in .md")
			continue
		}
		if ext := strings.ToLower(path.Ext(rest)); slices.Contains(running, ext) {
			b.Out.Errorf(diag.Pos{File: source}, diag.FileRuns, "write it as a page, or put it in a zip file to download", "files of the kind %s would run on your site, and are not published", ext)
			continue
		}
		f := File{Source: source, Path: path.Join(out, norm.NFC.String(path.Base(rest)))}
		f.URL = b.Config.BasePath + "/" + escape(f.Path)
		if top, _, deeper := strings.Cut(f.Path, "/"); deeper && slices.Contains(reserved, top) {
			b.Out.Errorf(diag.Pos{File: source}, diag.FileName, "put the file in another folder", "the address /%s/ belongs to the program", top)
			continue
		}
		if why := fileset.CheckPath(f.Path); why != "" {
			b.Out.Errorf(diag.Pos{File: source}, diag.FileName, "rename the file", "the file cannot be published: %s", why)
			continue
		}
		b.s.Files = append(b.s.Files, f)
		b.s.files[norm.NFC.String(source)] = f
	}
}

// LeftOutHint is the hint for a link to a page that the program has and the
// site does without.
const LeftOutHint = "the built-in page is left out by [content] in site.toml; write one of your own, or take the link away"

// needs keeps what a page needs of the record.
func (b *builder) needs(p *content.Page) {
	for i, fact := range p.Needs {
		if _, known := b.s.facts[fact]; !known {
			b.errorf(p, "needs", i, diag.PageNeeds, diag.DidYouMean(fact, b.s.Facts()), "nothing is called %q that a site has or lacks", fact)
		} else if !slices.Contains(b.s.needs[p.ID], fact) {
			b.s.needs[p.ID] = append(b.s.needs[p.ID], fact)
		}
	}
}

// related checks the ids in the front matter's related lists.
func (b *builder) related() {
	names := sync.OnceValue(func() *diag.Names { return diag.NewNames(b.s.IDs()) })
	for _, texts := range b.s.texts {
		for _, p := range texts {
			if p == nil {
				continue
			}
			for i, id := range p.Related {
				if !b.s.has(id) && !b.s.broken[id] && !b.s.absent[id] {
					if b.s.LeftOut(id) {
						if b.Builtin == nil || !b.Builtin(p.File) {
							b.errorf(p, "related", i, diag.LinkPage, LeftOutHint, "no page has the id %q", id)
						}
						continue
					}
					if draft := b.s.drafts[id]; draft != "" {
						b.errorf(p, "related", i, diag.LinkPage, diag.Say("%s is a draft; publish it too (draft = false), or leave it out here", draft), "no page has the id %q", id)
						continue
					}
					hint := "write the path below the language's folder, without .md: e-mail/imap-instellingen"
					if near := names().Nearest(strings.TrimSuffix(id, ".md")); near != "" {
						hint = diag.Say("did you mean %q?", near)
					}
					b.errorf(p, "related", i, diag.LinkPage, hint, "no page has the id %q", id)
				}
			}
		}
	}
}
