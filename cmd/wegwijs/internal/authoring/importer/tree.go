package importer

import (
	"cmp"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// A tree is the source of another program: what its configuration says, and
// its pages.
type tree struct {
	fsys   fs.FS
	files  map[string]bool // the paths of all files
	out    *diag.List
	said   map[string]bool  // what is said once of a line
	frames map[frame][]seen // what stands around the text of saved pages

	maker         string
	title         string
	base          string // the address of the site: https://example.org/docs
	languages     []lang // the default one first
	pages         []*page
	statics       []string                  // folders whose files stand at the root of the site, in the order in which they count
	variables     map[string]any            // what pages may name: {{ version }}
	redirects     [][2]string               // old address, what it leads to
	partials      []string                  // folders in which parts of pages are looked for
	refs          map[string]ref            // where references of every page lead
	behindAbbr    []abbreviation            // abbreviations of every page
	abbreviations map[int]map[string]string // what abbreviations mean, by language
	tail          []string                  // lines that stand behind every page
	used          map[string]bool           // files that were read or taken along, but pages
	roots         []string                  // folders of what readers get
	texts         map[string]string         // of configurations and of what they name, as they were read

	slug      func(text string) string
	again     string // stands between an id and the number of a second one
	mdx       bool   // text holds components
	python    bool   // Python-Markdown with the extensions of MkDocs Material
	byFile    map[string]*page
	byURL     map[string]*page
	assets    map[string]string // files by their names in small letters
	byID      map[string]map[int]*page
	dirs      map[int]string   // of the pages of each language
	addresses map[string]bool  // of our pages, without slashes around them
	ids       []string         // of the layout of pages
	bundles   map[string]*page // of the folders that are pages, with files beside them
}

// A lang is a language of a source.
type lang struct {
	code  string // of the source: zh-cn
	tag   string // ours: zh-CN
	name  string
	title string
	first string // what addresses begin with: "" or /de
}

// A page is a page of a source and what becomes of it.
type page struct {
	src   string // its file
	lang  int
	path  string // below its language, without extension: guide/README
	index bool   // it is the page of its folder
	url   string // its address in the source, decoded: /de/guide/

	meta  map[string]any
	lines []line // of the text
	html  bool   // the text is HTML

	read   bool   // its title was looked for in the text
	titled bool   // and taken out of it
	own    string // the id that the title had there
	shift  int    // by how many levels the other headings go down

	title, nav, description string
	order                   int
	updated                 string
	keywords, aliases       []string
	draft                   bool

	id, file string // ours: guide; content/de/guide/index.md
	ids      map[string]bool
	label    string // of the section, when the page was made for it
}

// A line is one line of a source.
type line struct {
	n int // counted from 1
	s string
}

// lineOf returns the number of the first line of a file that holds a text; 1
// where none does.
func (t *tree) lineOf(name, text string) int {
	before, _, found := strings.Cut(t.text(name), text)
	if !found || text == "" {
		return 1
	}
	return strings.Count(before, "\n") + 1
}

// text returns what read does, and reads a file once however much is looked for
// in it.
func (t *tree) text(name string) string {
	s, ok := t.texts[name]
	if !ok {
		s = string(t.read(name))
		t.texts[name] = s
	}
	return s
}

// read returns the text of a file; nil when it cannot be read.
func (t *tree) read(name string) []byte {
	data, err := fs.ReadFile(t.fsys, name)
	if err != nil {
		return nil
	}
	return t.visible(name, t.utf8(name, data))
}

// utf8 returns the text of a file as UTF-8, without a byte order mark. What is not
// UTF-8 is read as what its first bytes or its HTML say it is, else as
// Windows-1252, which the older programs of Windows write.
func (t *tree) utf8(name string, data []byte) string {
	if !utf8.Valid(data) {
		enc, _, _ := charset.DetermineEncoding(data, "")
		if text, err := enc.NewDecoder().Bytes(data); err == nil {
			if t.firstTime(name, 1, "not UTF-8") {
				t.note(name, 1, "see whether its letters with accents are right", "the file is not UTF-8")
			}
			data = text
		}
	}
	return strings.TrimPrefix(strings.ToValidUTF8(string(data), "\ufffd"), "\ufeff")
}

// unseenRE finds what no reader sees and no page may hold: colours of terminals,
// control characters, and characters that turn the direction of text.
var unseenRE = lazyregexp.New("\x1b\\[[0-9;?]*[A-Za-z]|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\u0080-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")

// visible returns a text with the line ends of today and without what no page may
// hold.
func (t *tree) visible(name, text string) []byte {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	for n, at := 1, 0; ; {
		found := unseenRE().FindStringIndex(text[at:])
		if found == nil {
			break
		}
		n += strings.Count(text[at:at+found[0]], "\n")
		at += found[1]
		if t.firstTime(name, n, "unseen") {
			t.note(name, n, leftOut, "characters that nobody sees")
		}
	}
	return []byte(unseenRE().ReplaceAllString(text, ""))
}

// firstTime reports whether a line of a file is seen with something for the first time,
// however often the file is read.
func (t *tree) firstTime(file string, n int, what string) bool {
	key := fmt.Sprintf("%s:%d %s", file, n, what)
	before := t.said[key]
	t.said[key] = true
	return !before
}

// read2 returns the bytes of a file that is no text.
func (t *tree) read2(name string) []byte { data, _ := fs.ReadFile(t.fsys, name); return data }

func (t *tree) has(name string) bool { return t.files[name] }

// first returns the first of some files that is there; "" for none.
func (t *tree) first(names ...string) string {
	for _, n := range names {
		if t.has(n) {
			return n
		}
	}
	return ""
}

// below returns the files in a folder, in order.
func (t *tree) below(dir string) (list []string) {
	for f := range t.files {
		if dir == "." || strings.HasPrefix(f, dir+"/") {
			list = append(list, f)
		}
	}
	slices.Sort(list)
	return list
}

// addLang adds a language and returns its place.
func (t *tree) addLang(l lang) int {
	if i := slices.IndexFunc(t.languages, func(o lang) bool { return o.code == l.code }); i >= 0 {
		return i
	}
	l.tag = canonical(l.code)
	if l.name == "" {
		l.name = i18n.SelfName(l.tag)
	}
	t.languages = append(t.languages, l)
	return len(t.languages) - 1
}

func (t *tree) langOf(code string) int {
	return slices.IndexFunc(t.languages, func(l lang) bool { return strings.EqualFold(l.code, code) })
}

// canonical returns the code of a language as site.toml has it: pt-BR for pt_br.
func canonical(code string) string {
	tag, err := language.Parse(strings.ReplaceAll(code, "_", "-"))
	if err != nil {
		return strings.ToLower(code)
	}
	b, s, r := tag.Raw()
	out := b.String()
	if s.String() != "Zzzz" {
		out += "-" + s.String()
	}
	if r.String() != "ZZ" {
		out += "-" + r.String()
	}
	return out
}

// isLang reports whether a word is the code of a language that people use.
func isLang(s string) bool {
	if len(s) < 2 || len(s) > 7 {
		return false
	}
	base, rest, _ := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-")
	if len(base) != 2 || len(rest) == 1 || len(rest) == 3 {
		return false
	}
	_, err := language.Parse(strings.ReplaceAll(s, "_", "-"))
	return err == nil
}

// place sets the id, the file and the slug of every page.
func (t *tree) place() {
	slices.SortStableFunc(t.pages, func(a, b *page) int { return cmp.Or(cmp.Compare(a.lang, b.lang), cmp.Compare(a.src, b.src)) })
	taken := map[string]*page{}
	kept := t.pages[:0]
	for _, p := range t.pages {
		parts := strings.Split(p.path, "/")
		if p.index {
			parts = parts[:len(parts)-1]
		}
		for i, part := range parts {
			parts[i] = segment(part, i == 0)
		}
		p.id = strings.Join(parts, "/")
		key := func() string { return t.languages[p.lang].tag + "\x00" + p.id }
		if other := taken[key()]; other != nil && p.index == other.index && p.path == other.path {
			t.out.Warnf(diag.Pos{File: p.src}, diag.Imported, "left out", "%s is the same page", other.src)
			continue
		}
		for base, n := p.id, 2; taken[key()] != nil; n++ {
			p.id = base + "-" + strconv.Itoa(n)
		}
		taken[key()] = p
		kept = append(kept, p)
	}
	t.pages = kept
	t.sections()
	t.byFile, t.byURL, t.byID, t.dirs = map[string]*page{}, map[string]*page{}, map[string]map[int]*page{}, map[int]string{}
	for _, p := range t.pages {
		if t.byID[p.id] == nil {
			t.byID[p.id] = map[int]*page{}
		}
		t.byID[p.id][p.lang] = p
		if dir, ok := strings.CutSuffix(p.src, "/"+p.path+path.Ext(p.src)); ok && t.dirs[p.lang] == "" {
			t.dirs[p.lang] = dir
		}
		if p.src != "" {
			t.byFile[p.src] = p
		}
		if p.url != "" {
			t.byURL[trimURL(p.url)] = p
		}
	}
}

// segment returns the part of a path that a part of a source's becomes: the same
// one in small letters, where an address can have it.
func segment(s string, top bool) string {
	out := strings.ToLower(norm.NFC.String(s))
	odd := strings.ContainsFunc(out, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && !strings.ContainsRune("-_.", r)
	})
	if odd || strings.HasPrefix(out, ".") || strings.HasSuffix(out, ".") || strings.HasSuffix(out, ".html") || strings.HasPrefix(out, "index.") || len(out) > 90 {
		out = markdown.Slug(s)
	}
	if len(out) > 90 {
		out = strings.Trim(strings.ToValidUTF8(out[:90], ""), "-")
	}
	switch {
	case out == "" || out == "index":
		return "pagina"
	case top && slices.Contains(own, out), fileset.CheckPath(out) != "":
		return out + "-1"
	}
	return out
}

// own are the addresses at the top that the program has itself: its folders, and
// the search page in each language.
var own = []string{"assets", "rules", "mail", "search", "zoeken", "suche", "suchen", "recherche", "rechercher", "llms", "offline"}

// trimURL returns an address as addresses are compared.
func trimURL(u string) string {
	if d, err := url.PathUnescape(u); err == nil {
		u = d
	}
	u = strings.TrimSuffix(u, "index.html")
	u = strings.TrimSuffix(u, ".html")
	return strings.ToLower(strings.Trim(u, "/"))
}

// fileURL returns the address that a file has in the source, below that of the
// site; "" where nobody knows it, as for pictures that a build gives other names.
func (t *tree) fileURL(f string) string {
	below := func(dirs ...string) string {
		for _, dir := range dirs {
			if rest, ok := strings.CutPrefix(f, dir+"/"); ok {
				return "/" + rest
			}
		}
		return ""
	}
	switch t.maker {
	case "html":
		return "/" + f
	case "docusaurus":
		return below("static")
	case "starlight":
		return below("public")
	case "mkdocs":
		for l, dir := range t.dirs {
			if rest, ok := strings.CutPrefix(f, dir+"/"); ok && dir != t.statics[0] {
				return t.languages[l].first + "/" + rest
			}
		}
		return below(t.statics[0])
	case "hugo":
		if t.bundles == nil {
			t.bundles = map[string]*page{}
			for _, p := range t.pages {
				name := strings.TrimPrefix(path.Base(p.path), "_")
				if dir := path.Dir(p.src); p.src != "" && name == "index" && (t.bundles[dir] == nil || p.lang < t.bundles[dir].lang) {
					t.bundles[dir] = p
				}
			}
		}
		for dir := path.Dir(f); dir != "."; dir = path.Dir(dir) {
			if p := t.bundles[dir]; p != nil {
				u := strings.TrimPrefix(p.url, strings.TrimSuffix(pathOf(t.base), "/"))
				return "/" + strings.Trim(u+strings.TrimPrefix(f, dir+"/"), "/")
			}
		}
		return below(t.statics...)
	}
	return ""
}

// sections adds a page for every folder, and a first page for every language.
func (t *tree) sections() {
	have := map[string]map[int]*page{} // by id and language
	put := func(p *page) {
		if have[p.id] == nil {
			have[p.id] = map[int]*page{}
		}
		have[p.id][p.lang] = p
	}
	for _, p := range t.pages {
		put(p)
	}
	for _, p := range slices.Clone(t.pages) {
		from := path.Dir(p.path)
		if p.index {
			from = path.Dir(from)
		}
		for id := path.Dir(p.id); p.id != ""; id, from = path.Dir(id), path.Dir(from) {
			if id == "." {
				id = ""
			}
			for _, l := range []int{0, p.lang} {
				if l == 0 && p.lang != 0 && id != "" {
					continue
				}
				if have[id][l] == nil && (id == "" || len(have[id]) == 0 || t.alone(have[id], l)) {
					q := &page{lang: l, id: id, index: true, path: from, label: t.folderTitle(l, from), ids: map[string]bool{}}
					q.url, _ = t.variables[fmt.Sprintf("\x00folder %d %s", -1-l, from)].(string)
					q.title = cmp.Or(q.label, humanize(path.Base(id)))
					if id == "" {
						q.url, _ = t.variables[fmt.Sprintf("\x00folder %d %s", -1-l, from)].(string)
						q.title = cmp.Or(t.languages[l].title, t.title, "Help")
					}
					put(q)
					t.pages = append(t.pages, q)
				}
			}
			if id == "" {
				break
			}
		}
	}
	parents := map[string]bool{"": true}
	for _, p := range t.pages {
		for id := path.Dir(p.id); id != "."; id = path.Dir(id) {
			parents[id] = true
		}
	}
	for _, p := range t.pages {
		dir := "content/" + t.languages[p.lang].tag
		p.index = parents[p.id] || p.id == ""
		switch {
		case p.id == "":
			p.file = dir + "/index.md"
		case p.index:
			p.file = dir + "/" + p.id + "/index.md"
		default:
			p.file = dir + "/" + p.id + ".md"
		}
	}
}

// alone reports whether a section that other languages have is not to be read
// in one: none of them is the default.
func (t *tree) alone(have map[int]*page, l int) bool { return have[0] == nil && have[l] == nil }

// folderTitle returns what a source calls a folder; "" where it does not say.
func (t *tree) folderTitle(l int, dir string) string {
	if name, ok := t.variables[fmt.Sprintf("\x00folder %d %s", l, dir)].(string); ok {
		return name
	}
	if name, ok := t.variables["\x00folder "+dir].(string); ok {
		return name
	}
	return ""
}

// humanize makes a title of the name of a file.
func humanize(s string) string {
	s = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(s))
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// address returns our address of a page, with the prefix of its language.
func (t *tree) address(p *page) string {
	u := "/"
	if p.lang > 0 {
		u += t.languages[p.lang].tag + "/"
	}
	if p.id != "" {
		u += p.id + "/"
	}
	return u
}
