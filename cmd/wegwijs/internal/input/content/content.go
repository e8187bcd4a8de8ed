// Package content reads pages: the front matter of every Markdown file. Bodies
// are not kept; who renders a page reads it again and finds its text through
// [Body].
package content

import (
	"bytes"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// A Page is the front matter of one Markdown file and where that is. It says
// nothing of the text, so an edit of the text alone leaves it as it was.
type Page struct {
	File  string // content/nl/e-mail/imap-instellingen.md
	Lang  string // nl: the folder below content/
	ID    string // e-mail/imap-instellingen, in NFC; of an index.md its folder's path; "" for the first page
	Index bool   // it is an index.md: the page of a section

	Title       string
	NavTitle    string // short, for menus; the title when none is given
	Description string
	Slug        string // the URL part in this language; the file's name when none is given
	Order       int    // pages stand in this order, then by title
	Updated     tomlfile.Date
	Keywords    []string
	Aliases     []string
	Related     []string // ids
	Groups      []Group  // of a section: its pages under headings, in order
	Messages    []Message
	Needs       []string // what the record must have for the page to be there, such as pop
	Contents    int      // how deep its list of contents goes: to headings of level 2 or 3
	Layout      string   // name of a layout other than the usual one; "" usually
	Source      string   // of a translation: hash of the text it was made from
	Draft       bool

	places []place // of what other stages may have something to say about
}

// A place is where something of the front matter stands.
type place struct {
	key string // slug, groups.instellen.pages
	n   int    // of an item of its list; -1 for the whole
	pos diag.Pos
}

// A Message is an error message in a table of the page, and what programs and
// servers say instead: the page does not show that, its readers may paste it.
type Message struct {
	Text string
	Also []string
}

// A Group is some of a section's pages under a heading of their own. Which
// pages those are is said once, by the text that others are translated from; a
// translation gives the group's title.
type Group struct {
	ID    string
	Title string
	Pages []string // their names below the section: imap-instellingen
}

// Root is the folder that holds a folder of pages for each language.
const Root = "content"

// Split takes a path below [Root] apart: content/nl/a/b.md returns nl and a/b.md.
func Split(file string) (lang, rest string) {
	_, p, _ := strings.Cut(file, "/")
	lang, rest, _ = strings.Cut(p, "/")
	return lang, rest
}

// Relative returns the path below the language's folder that a link in a file
// names: /a.md from that folder, a.md from the file's own. It is above the folder
// where it begins with "..".
func Relative(file, dest string) string {
	if strings.HasPrefix(dest, "/") {
		return path.Clean(strings.TrimLeft(dest, "/"))
	}
	_, own := Split(file)
	return path.Join(path.Dir(own), dest)
}

// ID returns the id of the page in a file below its language's folder:
// e-mail/index.md has the id e-mail. It does not matter how the file system
// stores an accent: ids are in Unicode's form NFC, as people type them.
func ID(rest string) (id string, index bool) {
	id = norm.NFC.String(strings.TrimSuffix(rest, ".md"))
	if id == "index" {
		return "", true
	}
	if dir, ok := strings.CutSuffix(id, "/index"); ok {
		return dir, true
	}
	return id, false
}

// stampRE takes what names the text that a page was translated from: see
// freshness.Stamp.
var stampRE = regexp.MustCompile(`^[0-9a-f]{16}$`)

// foreign are the extensions of pages in other programs.
var foreign = []string{".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdx", ".mdoc", ".rmd", ".qmd", ".rst", ".adoc", ".asciidoc"}

// LikePage reports whether a file is no page, and by its name was meant to be
// one: a page's name ends in .md.
func LikePage(file string) bool {
	ext := path.Ext(file)
	return ext != ".md" && slices.Contains(foreign, strings.ToLower(ext)) || strings.HasSuffix(strings.ToLower(file), hiddenTxt)
}

// hiddenTxt ends the names of pages to which an editor of Windows has added an
// ending that the system does not show.
const hiddenTxt = ".md.txt"

// PageName returns the name that a file has as a page, see [LikePage].
func PageName(file string) string {
	if strings.HasSuffix(strings.ToLower(file), hiddenTxt) {
		file = file[:len(file)-len(".txt")]
	}
	return strings.TrimSuffix(file, path.Ext(file)) + ".md"
}

// Parse reads the front matter of a page. A page whose front matter cannot be
// read at all returns nil; the mistake is then on out.
func Parse(file string, src []byte, out *diag.List) *Page {
	p := &Page{File: file}
	var rest string
	p.Lang, rest = Split(file)
	p.ID, p.Index = ID(rest)
	if i, msg, hint := flaw(src); msg != "" {
		out.Errorf(diag.At(file, src, i), diag.PageEncoding, hint, "%s", msg)
		return nil
	}
	t := FrontMatter(file, src, out)
	if t == nil {
		return nil
	}
	p.read(t)
	p.locate(t)
	if p.Slug == "" {
		p.Slug = path.Base(p.ID)
		if p.ID == "" {
			p.Slug = ""
		}
	}
	return p
}

// read takes what a page says of itself from its front matter.
func (p *Page) read(t *tomlfile.Table) {
	p.Title = t.Required("title", `write title = "…" between the +++ lines`)
	p.NavTitle = t.String("nav_title", p.Title)
	p.Description = t.String("description", "")
	p.Slug = t.String("slug", "")
	p.Order = t.Int("order", 0)
	p.Updated = t.Date("updated")
	p.Keywords = t.Strings("keywords")
	p.Aliases = t.Strings("aliases")
	p.Related = t.Strings("related")
	for i, id := range p.Related {
		p.Related[i] = norm.NFC.String(id)
	}
	p.groups(t)
	p.messages(t)
	p.Needs = t.Strings("needs")
	if p.Contents = t.Int("contents", 2); p.Contents != 2 && p.Contents != 3 {
		t.Errorf("contents", diag.PageContents, "write contents = 3 to have the headings of ### in it too", "the contents of a page go to headings of level 2 or 3, not %d", p.Contents)
		p.Contents = 2
	}
	p.Layout = t.String("layout", "")
	if p.Source = t.String("source", ""); p.Source != "" && !stampRE.MatchString(p.Source) {
		t.Errorf("source", diag.TranslationUnknown, diag.Say("remove the line, or stamp the translation: wegwijs translate done %s", p.File), "%q is not the stamp of a text", p.Source)
		p.Source = ""
	}
	p.Draft = t.Bool("draft", false)
	t.Done()
}

// Schema returns the keys that front matter can have.
func Schema() tomlfile.Key {
	return tomlfile.Probe((&Page{Index: true}).read)
}

// groups reads [groups.name] tables, in the order of the file.
func (p *Page) groups(t *tomlfile.Table) {
	table := t.Table("groups")
	if table == nil {
		return
	}
	if !p.Index {
		t.Errorf("groups", diag.PageGroup, "write them in the index.md of the section", "only a section has groups of pages")
	}
	for _, id := range table.Keys() {
		g := table.Table(id)
		if g == nil {
			continue // that has been said
		}
		group := Group{ID: id, Title: g.Required("title", `write title = "Instellen"`), Pages: g.Strings("pages")}
		for i, name := range group.Pages {
			group.Pages[i] = norm.NFC.String(name)
		}
		p.Groups = append(p.Groups, group)
		g.Done()
	}
}

// messages reads the table [messages], in the order of the file.
func (p *Page) messages(t *tomlfile.Table) {
	table := t.Table("messages")
	if table == nil {
		return
	}
	for _, text := range table.Keys() {
		p.Messages = append(p.Messages, Message{text, table.Strings(text)})
	}
	table.Done()
}

// locate keeps where the keys stand that can be right in themselves and wrong
// on their site.
func (p *Page) locate(t *tomlfile.Table) {
	for _, key := range []string{"title", "nav_title", "description", "slug", "layout"} {
		if t.Has(key) {
			p.places = append(p.places, place{key, -1, t.ValuePos(key)})
		}
	}
	items := func(t *tomlfile.Table, key, name string, list []string) {
		for i := range list {
			p.places = append(p.places, place{name, i, t.ItemPos(key, i)})
		}
	}
	items(t, "aliases", "aliases", p.Aliases)
	items(t, "related", "related", p.Related)
	items(t, "needs", "needs", p.Needs)
	groups := t.Table("groups")
	for _, g := range p.Groups {
		name, in := "groups."+g.ID, groups.Table(g.ID)
		pages := name + ".pages"
		p.places = append(p.places, place{name, -1, groups.KeyPos(g.ID)}, place{pages, -1, in.KeyPos("pages")})
		items(in, "pages", pages, g.Pages)
	}
	messages := t.Table("messages")
	for _, m := range p.Messages {
		p.places = append(p.places, place{"messages." + m.Text, -1, messages.KeyPos(m.Text)})
	}
}

// Pos returns the position of the value of a front matter key (title, nav_title,
// description, slug, layout) or of a key below a table (groups.ID,
// groups.ID.pages, messages.TEXT). When n is not negative it is that of item n of a list
// (aliases, related, needs, groups.ID.pages). Where the page does not have the
// key, it is the position of the front matter.
func (p *Page) Pos(key string, n int) diag.Pos {
	for _, at := range p.places {
		if at.key == key && at.n == n {
			return at.pos
		}
	}
	return diag.Pos{File: p.File, Line: 2, Col: 1} // the first line is +++
}

// SameGroups reports whether two pages have the same groups.
func (p *Page) SameGroups(q *Page) bool {
	return slices.EqualFunc(p.Groups, q.Groups, func(a, b Group) bool {
		return a.ID == b.ID && a.Title == b.Title && slices.Equal(a.Pages, b.Pages)
	})
}

// Body returns the offset at which the Markdown of a page begins.
func Body(src []byte) int {
	_, body := fence(src)
	return body
}

// FrontMatterRange returns the offsets between which the TOML of the front matter
// stands; ok is false where there is none, or it is not closed.
func FrontMatterRange(src []byte) (start, end int, ok bool) {
	toml, _ := fence(src)
	return toml[0], toml[1], toml[0] >= 0 && toml[1] >= 0
}

// Equal reports whether two pages have the same front matter and place, and the
// same positions in it.
func (p *Page) Equal(q *Page) bool {
	a, b := *p, *q
	if !slices.Equal(a.places, b.places) || !slices.Equal(a.Keywords, b.Keywords) || !slices.Equal(a.Aliases, b.Aliases) || !slices.Equal(a.Related, b.Related) || !slices.Equal(a.Needs, b.Needs) || !a.SameGroups(&b) {
		return false
	}
	a.Keywords, a.Aliases, a.Related, a.Needs, b.Keywords, b.Aliases, b.Related, b.Needs = nil, nil, nil, nil, nil, nil, nil, nil
	a.Groups, b.Groups, a.places, b.places = nil, nil, nil, nil
	return reflect.DeepEqual(a, b)
}

// flaw finds the first byte that has no place in a text: what is not UTF-8,
// and control characters, which HTML does not allow.
func flaw(src []byte) (at int, msg, hint string) {
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c >= ' ' && c < 0x7f, c == '\n', c == '\t', c == '\r' && i+1 < len(src) && src[i+1] == '\n':
			i++
			continue
		case c == '\r':
			return i, "the line ends in a way that only old systems know (CR)", "save the file with the usual line ends (LF)"
		}
		r, n := utf8.DecodeRune(src[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return i, "this is not UTF-8 text", "save the file as UTF-8"
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return i, diag.Say("an invisible character that turns the direction of text (%U)", r), "remove it; the direction follows from the language"
		case r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef:
			return i, diag.Say("a character that is none (%U)", r), "remove it; it may be invisible in your editor"
		case r == 0x2028 || r == 0x2029:
			return i, diag.Say("a line end that browsers do not show (%U)", r), "take it out, and press Enter there"
		case unicode.IsControl(r):
			return i, diag.Say("a control character (%U)", r), "remove it; it may be invisible in your editor"
		}
		i += n
	}
	return 0, "", ""
}

var bom = []byte("\xef\xbb\xbf")

// fence finds the lines of +++ around the front matter: the offsets between
// which the TOML stands, and that of what follows. The first offset is
// negative where there is no front matter, the second where it is not closed.
func fence(src []byte) (toml [2]int, body int) {
	start := 0
	if bytes.HasPrefix(src, bom) {
		start = len(bom)
	}
	first, next := line(src, start)
	if string(bytes.TrimRight(first, " \t")) != "+++" {
		return [2]int{-1, -1}, 0
	}
	for at := next; at < len(src); {
		l, after := line(src, at)
		if string(bytes.TrimRight(l, " \t")) == "+++" {
			return [2]int{next, at}, after
		}
		at = after
	}
	return [2]int{next, -1}, 0
}

// FrontMatter returns the TOML between the lines of +++ of a page; nil when it
// cannot be read.
func FrontMatter(file string, src []byte, out *diag.List) *tomlfile.Table {
	toml, _ := fence(src)
	at := diag.Pos{File: file, Line: 1, Col: 1}
	hint := "begin the file with:\n+++\ntitle = \"…\"\n+++"
	text := bytes.TrimSpace(bytes.TrimPrefix(src, bom))
	switch {
	case toml[0] >= 0 && toml[1] >= 0:
		return tomlfile.Parse(file, src, toml[0], toml[1], out)
	case toml[0] >= 0:
		out.Errorf(at, diag.PageFront, "write a line with only +++ between the front matter and the text", "the front matter is not closed")
	case len(text) == 0:
		out.Errorf(at, diag.PageFront, hint, "the file is empty")
	case bytes.HasPrefix(text, []byte("---")):
		out.Errorf(at, diag.PageFront, "write +++ instead of ---, and title = \"…\" instead of title: …", "the front matter is YAML; this program reads TOML")
	case bytes.HasPrefix(text, []byte("+++")):
		out.Errorf(diag.At(file, src, bytes.Index(src, []byte("+++"))), diag.PageFront, "the first line of the file is +++ and nothing else", "the front matter does not begin on the first line")
	default:
		out.Errorf(at, diag.PageFront, hint, "the page has no front matter")
	}
	return nil
}

// line returns the line at an offset, without its end, and where the next begins.
func line(src []byte, at int) (text []byte, next int) {
	i := bytes.IndexByte(src[at:], '\n')
	if i < 0 {
		return src[at:], len(src)
	}
	return bytes.TrimSuffix(src[at:at+i], []byte("\r")), at + i + 1
}
