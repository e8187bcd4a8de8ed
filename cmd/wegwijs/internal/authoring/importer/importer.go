// Package importer brings the pages of other programs into a site: MkDocs,
// Hugo, Docusaurus, Starlight, and saved HTML. It writes our Markdown and says,
// by file and line of the source, what could not be kept and what was done.
package importer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
)

// Record is the file, in the folder of a site, that says what an import wrote:
// what was edited since is left alone by the next one.
const Record = ".imported.json"

// house is what the program has, which pages must fit.
type house struct {
	layouts *layout.Set
	english []byte // the English interface strings
}

// look reads the built-in layouts and strings.
func look(under fs.FS) (h house, err error) {
	files := map[string][]byte{}
	err = fs.WalkDir(under, "layouts", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(under, p)
		files[p] = data
		return err
	})
	if err != nil {
		return h, err
	}
	h.layouts = layout.Load(files, layout.Theme{}, new(diag.List))
	h.english, err = fs.ReadFile(under, "i18n/en.toml")
	return h, err
}

// A Report says what was done.
type Report struct {
	Maker     string            `json:"maker"`
	Pages     int               `json:"pages"`
	Files     int               `json:"files"`          // pictures and other files
	Written   []string          `json:"written"`        // new, or other than before
	Same      int               `json:"same"`           // what is there already
	Kept      []string          `json:"kept,omitempty"` // edited or removed since the last import
	Origins   map[string]string `json:"origins"`        // pages by their file: what they came from
	Addresses map[string]string `json:"addresses"`      // pages, pictures and other files by theirs: the address they had there, below that of the site
	Findings  []diag.Diagnostic `json:"findings"`       // what could not be kept, in the source
}

// maxFile is how large a file may be to be taken along, in bytes.
const maxFile = 64 << 20

// Import reads a source and writes its pages into a site. An error means that
// the source cannot be read or the site not be written.
//
// from is one of [Makers], or "" to find out which it is.
func Import(src fs.FS, site *os.Root, from string) (*Report, error) {
	h, err := look(builtin.Files)
	if err != nil {
		return nil, err
	}
	out := new(diag.List)
	t := &tree{fsys: src, files: map[string]bool{}, refs: map[string]ref{}, used: map[string]bool{}, said: map[string]bool{}, texts: map[string]string{}, out: out, ids: h.layouts.IDs()}
	err = fs.WalkDir(src, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); p != "." && d.IsDir() && (strings.HasPrefix(name, ".") || name == "node_modules") {
			return fs.SkipDir
		}
		if d.Type().IsRegular() {
			t.files[p] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if t.maker = from; t.maker == "" {
		t.maker = t.recognise()
	}
	switch t.maker {
	case "mkdocs":
		t.mkdocs()
	case "hugo":
		t.hugo()
	case "docusaurus":
		t.docusaurus()
	case "starlight":
		t.starlight()
	case "html":
		t.saved()
	default:
		return nil, diag.Errorf("nothing in the folder says which program it is for; name it with --from: %s", strings.Join(Makers, ", "))
	}
	if len(t.pages) == 0 {
		return nil, diag.Errorf("there are no pages in the folder")
	}
	t.pages = slices.DeleteFunc(t.pages, func(p *page) bool {
		search := str(p.meta, "layout") == "search" && len(trimBlank(p.lines)) == 0
		if search {
			t.note(p.src, 1, leftOut, "the page for searching, which the program has itself")
			t.used[p.src] = true
		}
		return search
	})
	t.place()
	w := &writer{t: t, site: site, copied: map[string]string{}, places: map[string]place{}, taken: map[string]bool{}, files: map[string][]byte{}}
	for _, final := range []bool{false, true} { // first the ids of all pages, then their links
		for _, p := range t.pages {
			w.page(p, final, h)
		}
	}
	w.siteFile(h)
	t.sayFrames()
	w.unused()
	return w.write()
}

// A writer gathers the files of the site.
type writer struct {
	t      *tree
	site   *os.Root
	copied map[string]string // place of a file by its source
	places map[string]place  // of each source, in the first language that has it
	taken  map[string]bool   // the places, as file systems compare them, and old addresses
	files  map[string][]byte // what is to be written
	count  int
	record record
}

// A place is where a picture or another file went.
type place struct {
	lang          int
	file, address string // content/de/a.png; /de/a.png
}

// page makes one page.
func (w *writer) page(p *page, final bool, h house) {
	t := w.t
	c := &conv{t: t, p: p, final: final, refs: map[string]ref{}, imports: map[string]string{}, ids: map[string]int{}, given: map[string]bool{}}
	if !final {
		defer func(out *diag.List) { t.out = out }(t.out)
		t.out = new(diag.List)
	}
	c.assets = func(f string) (string, string) { return w.asset(p, f, final) }
	var body []line
	switch {
	case p.src == "":
	case p.html && t.maker == "html":
		body = c.savedPage()
	default:
		c.title()
		c.references(p.lines)
		for key, r := range t.refs {
			if _, own := c.refs[key]; !own {
				c.refs[key] = r
			}
		}
		body = c.blocks(t.withTail(p.lines))
	}
	body = squeeze(body)
	if !final {
		return
	}
	if p.title == "" {
		p.title = humanize(path.Base(path.Dir(p.file)))
		if !p.index {
			p.title = humanize(path.Base(p.path))
		}
	}
	var b bytes.Buffer
	w.front(&b, p)
	head := b.Len()
	for _, l := range body {
		b.WriteString(strings.TrimRight(l.s, " ") + "\n")
	}
	data := c.repair(b.Bytes(), head, body, h)
	c.secrets(data, head, body)
	w.files[p.file] = data
}

// secrets reports keys in a page, with which no site is built. body are its
// lines behind the offset head.
func (c *conv) secrets(data []byte, head int, body []line) {
	for _, s := range diag.Secrets(data, false) {
		n := 1
		if k := bytes.Count(data[head:max(s.From, head)], []byte("\n")); s.From >= head && k < len(body) {
			n = body[k].n
		}
		c.note(n, "it stands there; no site is built with it: take it out, or write … for a part of one that is only an example", "here stands %s", s.What)
	}
}

// withTail returns the lines of a page and those that stand behind each.
func (t *tree) withTail(ls []line) []line {
	if len(t.tail) == 0 {
		return ls
	}
	n := 1
	if len(ls) > 0 {
		n = ls[len(ls)-1].n
	}
	ls = append(slices.Clone(ls), line{n, ""})
	for _, s := range t.tail {
		ls = append(ls, line{n, s})
	}
	return ls
}

// squeeze takes out empty lines that follow each other, but in code.
func squeeze(ls []line) (out []line) {
	var code fence
	for _, l := range trimBlank(ls) {
		if !code.in(l.s) && blank(l.s) && len(out) > 0 && blank(out[len(out)-1].s) {
			continue
		}
		out = append(out, l)
	}
	return out
}

// title takes the title of a page out of its text, once, and sees by how many
// levels the other headings go down.
func (c *conv) title() {
	p := c.p
	if !p.read {
		p.read = true
		c.readTitle()
	}
	c.shift = p.shift
	if p.titled {
		c.ids[p.own]++
	}
}

func (c *conv) readTitle() {
	p := c.p
	heading := p.meta["title"] == nil || c.t.maker == "mkdocs" || c.t.maker == "docusaurus"
	front := str(p.meta, "title")
	var code fence
	first, ones, any := -1, 0, false
	for i, l := range p.lines {
		if code.in(l.s) {
			continue
		}
		one := strings.HasPrefix(l.s, "# ")
		if i+1 < len(p.lines) && strings.HasPrefix(p.lines[i+1].s, "===") && strings.Trim(p.lines[i+1].s, "= ") == "" && !blank(l.s) && (i == 0 || blank(p.lines[i-1].s)) {
			one = true
		}
		if one {
			if ones++; !any {
				first = i
			}
		}
		any = any || one || strings.HasPrefix(l.s, "##") && headingRE().MatchString(l.s)
	}
	if first >= 0 {
		raw := strings.TrimPrefix(p.lines[first].s, "# ")
		id := ""
		if m := headAttrRE().FindStringSubmatch(raw); m != nil {
			raw = raw[:len(raw)-len(m[0])]
			if x := idRE().FindStringSubmatch(m[1]); x != nil {
				id = x[1]
			}
			id += m[2] + m[3]
		}
		quiet := c.quiet
		c.quiet = true
		text := plain(c.inline(strings.TrimRight(raw, " #"), 0, false))
		c.quiet = quiet
		if heading || strings.EqualFold(text, front) {
			ones--
			if text != "" {
				if p.nav == "" && front != "" && front != text {
					p.nav = front
				}
				p.title = text
			}
			p.own, p.titled = c.t.slug(text), true
			p.ids["\x00top "+p.own] = true
			if id != "" {
				p.ids["\x00top "+id] = true
			}
			n := 1
			if first+1 < len(p.lines) && strings.HasPrefix(p.lines[first+1].s, "===") {
				n = 2
			}
			p.lines = slices.Delete(slices.Clone(p.lines), first, first+n)
		}
	}
	if ones > 0 {
		p.shift = 1
	}
	if p.title == "" {
		p.title = cmpOr(p.nav, front)
	}
	if p.nav == p.title {
		p.nav = ""
	}
}

// front writes the front matter.
func (w *writer) front(b *bytes.Buffer, p *page) {
	t := w.t
	put := func(key, value string) { fmt.Fprintf(b, "%s = %s\n", key, value) }
	clean := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	b.WriteString("+++\n")
	put("title", tomlfile.Quote(clean(cmpOr(p.title, "?"))))
	if nav := clean(p.nav); nav != "" && nav != clean(p.title) {
		put("nav_title", tomlfile.Quote(nav))
	}
	if d := clean(p.description); d != "" {
		put("description", tomlfile.Quote(d))
	}
	order := p.order
	if n, ok := t.variables["\x00order "+path.Dir(p.path)].(int); ok && p.index && order == 0 {
		order = n
	}
	if order != 0 {
		put("order", fmt.Sprint(order))
	}
	if p.updated != "" {
		put("updated", p.updated)
	}
	if len(p.keywords) > 0 {
		put("keywords", quoteAll(p.keywords))
	}
	if a := w.aliases(p); len(a) > 0 {
		put("aliases", quoteAll(a))
	}
	if p.hidden() {
		put("draft", "true")
	} else if p.draft {
		t.note(p.src, 1, "it is published: look whether it may be", "a draft that is the page of a section")
	}
	b.WriteString("+++\n\n")
	known := []string{"title", "linktitle", "sidebar_label", "description", "summary", "excerpt", "keywords", "tags", "lastmod", "last_update", "lastupdated", "lastUpdated", "updated", "revision_date", "date", "draft", "weight", "order", "sidebar_position", "slug", "url", "aliases", "id", "unlisted", "sidebar"}
	for _, k := range slices.Sorted(maps.Keys(p.meta)) {
		if !slices.Contains(known, k) && p.src != "" {
			t.note(p.src, 1, leftOut, "the front matter key %s", strings.Trim(k, "\x00"))
		}
	}
}

// aliases returns the addresses that a page had in the source, where they are
// others than now.
func (w *writer) aliases(p *page) (out []string) {
	t := w.t
	base := strings.TrimSuffix(pathOf(t.base), "/")
	for _, u := range append([]string{p.url}, p.aliases...) {
		if u == "" {
			continue
		}
		at, ok := strings.CutPrefix(u, base)
		if base != "" && !ok {
			t.note(p.src, 1, leftOut, "the old address %s is not below %s", u, base)
			continue
		}
		if d, frag, _ := strings.Cut(at, "#"); frag != "" || strings.Contains(d, "?") {
			at = d
		}
		if !strings.HasPrefix(at, "/") {
			at = "/" + at
		}
		if strings.Trim(at, "/") == strings.Trim(t.address(p), "/") || slices.Contains(out, at) {
			continue
		}
		key := strings.Trim(at, "/")
		if w.taken["\x00url "+key] || w.isAddress(key) {
			t.note(p.src, 1, leftOut, "the old address %s is that of another page", at)
			continue
		}
		inner := strings.TrimPrefix(key, strings.Trim(t.languages[p.lang].tag, "/")+"/")
		if strings.Contains(key, "/") && served(key) || slices.Contains(own, strings.ToLower(inner)) {
			t.note(p.src, 1, leftOut, "the old address %s is in a folder that belongs to the program", at)
			continue
		}
		w.taken["\x00url "+key] = true
		out = append(out, at)
	}
	return out
}

func (w *writer) isAddress(key string) bool {
	if w.t.addresses == nil {
		w.t.addresses = map[string]bool{}
		for _, p := range w.t.pages {
			w.t.addresses[strings.Trim(w.t.address(p), "/")] = true
		}
	}
	return w.t.addresses[key]
}

// asset takes a file along: beside the pages of the language in which the page
// is read first. It returns its place below the folder of the language.
func (w *writer) asset(p *page, f string, final bool) (to, why string) {
	w.t.used[f] = true // or it has a line that says why not
	ext := strings.ToLower(path.Ext(f))
	if !slices.Contains(fileset.Types(), ext) || slices.Contains([]string{".html", ".js", ".mjs", ".xml", ".md"}, ext) {
		return "", "its kind"
	}
	t := w.t
	l := p.lang
	if t.byID[p.id][0] != nil {
		l = 0
	}
	rest := f
	for _, s := range t.statics {
		if r, ok := strings.CutPrefix(f, s+"/"); ok {
			rest = r
			break
		}
	}
	parts := strings.Split(strings.TrimSuffix(rest, path.Ext(rest)), "/")
	last := norm.NFC.String(parts[len(parts)-1])
	for i := range parts {
		parts[i] = segment(parts[i], i == 0 && len(parts) > 1)
	}
	if strings.ToLower(last) == parts[len(parts)-1] {
		parts[len(parts)-1] = last // capitals stay, so that it keeps its address
	}
	typed := path.Ext(rest)
	dir := "content/" + t.languages[l].tag + "/"
	key := dir + "\x00" + f
	if have, ok := w.copied[key]; ok {
		return have, ""
	}
	name := strings.Join(parts, "/")
	for base, n := name, 2; w.taken[fileset.Fold(dir+name+ext)]; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	fi, err := fs.Stat(t.fsys, f)
	if err != nil || fi.Size() > maxFile {
		return "", "its size"
	}
	data := t.read2(f)
	if what, _ := fileset.RunsIn(data); ext == ".svg" && what != "" {
		return "", "it can run programs"
	}
	w.taken[fileset.Fold(dir+name+ext)] = true
	name += typed
	w.copied[key] = name
	w.files[dir+name] = data
	w.count++
	at := place{l, dir + name, "/" + name}
	if l > 0 {
		at.address = "/" + t.languages[l].tag + at.address
	}
	if have, ok := w.places[f]; !ok || l < have.lang {
		w.places[f] = at
	}
	return name, ""
}

// siteFile makes site.toml where there is none, and the interface strings of
// languages that the program does not have.
func (w *writer) siteFile(h house) {
	t := w.t
	for _, l := range t.languages {
		file := "i18n/" + l.tag + ".toml"
		if _, err := fs.Stat(builtin.Files, file); err != nil && !hasParent(l.tag, t) {
			w.files[file] = borrowed(h.english, l.tag)
			t.out.Warnf(diag.Pos{File: "."}, diag.Imported, "they are in English in i18n/: translate them there", "the program has no interface strings in the language %s", l.tag)
		}
	}
	var b strings.Builder
	if _, err := w.site.Lstat("site.toml"); err == nil && !w.recorded("site.toml") { // the site's own
		t.sayExplained()
		w.redirects(func(from, to string) {
			t.out.Warnf(diag.Pos{File: "."}, diag.Imported, "write it in site.toml", "the redirect from %s to %s", from, to)
		})
		return
	}
	base := strings.TrimSuffix(t.base, "/")
	if !strings.HasPrefix(base, "http") {
		base = "https://help.example.com"
		t.out.Warnf(diag.Pos{File: "."}, diag.Imported, "write it in site.toml", "the source does not say at which address it is: base_url is %s", base)
	}
	title := cmpOr(t.title, "Help")
	fmt.Fprintf(&b, "title = %s\nbase_url = %s\ndefault_language = %s\n", tomlfile.Quote(title), tomlfile.Quote(base), tomlfile.Quote(t.languages[0].tag))
	for i, l := range t.languages {
		fmt.Fprintf(&b, "\n[languages.%s]\nname = %s\ntitle = %s\n", l.tag, tomlfile.Quote(l.name), tomlfile.Quote(cmpOr(l.title, title)))
		if i > 0 {
			fmt.Fprintf(&b, "fallback = [%s]\n", tomlfile.Quote(t.languages[0].tag))
		}
	}
	fmt.Fprintf(&b, "\n[provider]\nname = %s\n\n# The built-in pages about e-mail: true, with [[mail]], brings them in beside these.\n[content]\nbuiltin = false\n", tomlfile.Quote(title))
	b.WriteString(t.explained())
	w.redirects(func(from, to string) {
		fmt.Fprintf(&b, "\n[[redirect]]\nfrom = %s\nto = %s\n", tomlfile.Quote(from), tomlfile.Quote(to))
	})
	w.files["site.toml"] = []byte(b.String())
}

// served reports whether an address is in a folder at the top in which no old
// address can be kept. That of a file in assets can.
func served(key string) bool {
	top, rest, _ := strings.Cut(key, "/")
	return top == "rules" || top == "mail" || top == "assets" && path.Ext(rest) == ""
}

// redirects calls write for the source's own redirects, and for the addresses
// that pictures and other files had there.
func (w *writer) redirects(write func(from, to string)) {
	t := w.t
	base := strings.TrimSuffix(pathOf(t.base), "/")
	c := &conv{t: t, p: &page{}}
	slices.SortFunc(t.redirects, func(x, y [2]string) int { return strings.Compare(x[0], y[0]) })
	for _, r := range t.redirects {
		from := strings.TrimPrefix(r[0], base)
		key := strings.Trim(from, "/")
		to := ""
		if p, frag, ok := c.byAddress(r[1]); ok && !p.hidden() {
			to = t.languages[p.lang].tag + "/" + strings.TrimPrefix(p.file, "content/"+t.languages[p.lang].tag+"/")
			if p.ids[frag] {
				to += "#" + frag
			}
		} else if p := t.atPath(strings.TrimSuffix(r[1], ".md")); p != nil && !p.hidden() {
			to = t.languages[p.lang].tag + "/" + strings.TrimPrefix(p.file, "content/"+t.languages[p.lang].tag+"/")
		} else if strings.HasPrefix(r[1], "https://") || strings.HasPrefix(r[1], "http://") {
			to = r[1]
		}
		if to == "" || key == "" || strings.ContainsAny(from, "*[:?#") || w.taken["\x00url "+key] || w.isAddress(key) || served(key) {
			t.out.Warnf(diag.Pos{File: "."}, diag.Imported, leftOut, "the redirect from %s to %s", r[0], r[1])
			continue
		}
		w.taken["\x00url "+key] = true
		write("/"+strings.TrimPrefix(from, "/"), to)
	}
	now := map[string]bool{}
	for _, at := range w.places {
		now[at.address] = true
	}
	for _, f := range slices.Sorted(maps.Keys(w.places)) {
		from, to := t.fileURL(f), w.places[f].address
		if from == "" || from == to {
			continue
		}
		key := strings.Trim(from, "/")
		switch {
		case served(key):
			t.note(f, 0, leftOut, "the old address %s is in a folder that belongs to the program", from)
		case now[from] || w.taken["\x00url "+key] || w.isAddress(key):
			t.note(f, 0, leftOut, "the old address %s is that of another page", from)
		default:
			w.taken["\x00url "+key] = true
			write((&url.URL{Path: from}).EscapedPath(), (&url.URL{Path: to}).EscapedPath())
		}
	}
}

// folder returns the folder of a file, at most one below root.
func folder(root, f string) string {
	dir := path.Dir(f)
	rest, ok := strings.CutPrefix(dir, root+"/")
	if root == "." {
		rest, ok = dir, true
	}
	if first, _, deeper := strings.Cut(rest, "/"); ok && deeper {
		return path.Join(root, first)
	}
	return dir
}

// unused reports what a source has for readers and no page names: it is not
// brought along.
func (w *writer) unused() {
	t := w.t
	type group struct {
		dir  string
		text bool
	}
	found := map[group][]string{}
	for _, root := range t.roots {
		for _, f := range t.below(root) {
			if !t.used[f] && t.byFile[f] == nil {
				g := group{folder(root, f), isText(f)}
				found[g] = append(found[g], f)
			}
		}
	}
	for g, files := range found {
		files = slices.Compact(files)
		switch n := len(files); {
		case g.text && n == 1:
			t.note(files[0], 0, leftOut, "a page that is no part of the documentation")
		case g.text:
			t.note(files[0], 0, leftOut, "%d pages in the folder %s that are no part of the documentation", n, g.dir)
		case n == 1:
			t.note(files[0], 0, leftOut, "a file that no page names")
		default:
			t.note(files[0], 0, leftOut, "%d files in the folder %s that no page names", n, g.dir)
		}
	}
}

// hasParent reports whether a language is a variant of one that has strings.
func hasParent(tag string, t *tree) bool {
	base, _, variant := strings.Cut(tag, "-")
	_, err := fs.Stat(builtin.Files, "i18n/"+base+".toml")
	return variant && err == nil && slices.ContainsFunc(t.languages, func(l lang) bool { return l.tag == base })
}

// atPath returns the page of the default language at a path without its ending.
func (t *tree) atPath(name string) *page {
	i := slices.IndexFunc(t.pages, func(p *page) bool { return p.lang == 0 && p.src != "" && p.path == name })
	if i < 0 {
		return nil
	}
	return t.pages[i]
}

var pluralRE = lazyregexp.New(`(?m)^(\w+) = \{ one = ("(?:[^"\\]|\\.)*"), other = ("(?:[^"\\]|\\.)*") \}$`)

// borrowed returns the English interface strings as the file of another
// language, with the plural forms that it has (CLDR).
func borrowed(english []byte, tag string) []byte {
	return pluralRE().ReplaceAllFunc(english, func(l []byte) []byte {
		m := pluralRE().FindSubmatch(l)
		var forms []string
		for _, name := range i18n.Forms(tag) {
			text := m[3]
			if name == "one" {
				text = m[2]
			}
			forms = append(forms, name+" = "+string(text))
		}
		return []byte(string(m[1]) + " = { " + strings.Join(forms, ", ") + " }")
	})
}

// record is what an import wrote, by path.
type record map[string]string

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func (w *writer) old() (r record) {
	if w.record == nil {
		w.record = record{}
		if data, err := w.site.ReadFile(Record); err == nil {
			if json.Unmarshal(data, &w.record) != nil || w.record == nil {
				w.record = record{}
			}
		}
	}
	return w.record
}

func (w *writer) recorded(file string) bool { _, ok := w.old()[file]; return ok }

// write writes what is new, and leaves alone what was edited since the last
// import, and what it did not write.
func (w *writer) write() (*Report, error) {
	t := w.t
	rep := &Report{Maker: t.maker, Files: w.count, Origins: map[string]string{}, Addresses: map[string]string{}}
	for _, p := range t.pages {
		if p.src != "" {
			rep.Pages++
			rep.Origins[p.file] = p.src
			if p.hidden() { // nobody could read it there
				continue
			}
			rep.Addresses[p.file] = "/" + strings.TrimLeft(strings.TrimPrefix(p.url, strings.TrimSuffix(pathOf(t.base), "/")), "/")
		}
	}
	for f, at := range w.places {
		if from := t.fileURL(f); from != "" {
			rep.Addresses[at.file] = from
		}
	}
	old := w.old()
	next := maps.Clone(old)
	kept := func(file string, why diag.Phrase) {
		rep.Kept = append(rep.Kept, file)
		t.out.Warnf(diag.Pos{File: file}, diag.Imported, "left as it is", "%s", why)
	}
	for _, file := range slices.Sorted(maps.Keys(w.files)) {
		data := w.files[file]
		have, err := w.site.ReadFile(file)
		there := err == nil
		was, known := old[file]
		switch {
		case there && bytes.Equal(have, data):
			rep.Same++
			next[file] = sum(data)
			continue
		case there && !known:
			kept(file, "the file was there before the import")
			continue
		case there && sum(have) != was:
			kept(file, "the file was edited since the last import")
			continue
		case !there && known:
			kept(file, "the file was removed since the last import")
			continue
		case !there && !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
		if err := w.site.MkdirAll(path.Dir(file), 0o755); err != nil {
			return nil, err
		}
		if err := w.site.WriteFile(file, data, 0o644); err != nil {
			return nil, err
		}
		next[file] = sum(data)
		rep.Written = append(rep.Written, file)
	}
	for _, file := range slices.Sorted(maps.Keys(old)) {
		if _, now := w.files[file]; !now {
			if _, err := w.site.Lstat(file); err == nil {
				kept(file, "the source no longer has what the file came from")
			} else {
				delete(next, file)
			}
		}
	}
	data, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return nil, err
	}
	if data = append(data, '\n'); len(next) > 0 {
		if have, err := w.site.ReadFile(Record); err != nil || !bytes.Equal(have, data) {
			if err := w.site.WriteFile(Record, data, 0o644); err != nil {
				return nil, err
			}
		}
	}
	rep.Findings = t.out.Sorted()
	return rep, nil
}
