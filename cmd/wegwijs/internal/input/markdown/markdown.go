// Package markdown turns the body of a page into HTML and into its Markdown
// copy, and reports what it saw: headings, links to headings elsewhere, and
// the writer's mistakes. goldmark lives here only.
//
// The language is CommonMark 0.31 with tables, task lists, strikethrough,
// footnotes, definition lists, {#id} on headings, typographic quotes, GitHub's
// alerts and generic directives. A body is parsed once; both forms come from
// that one tree.
package markdown

import (
	"bufio"
	"bytes"
	stdhtml "html"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// Options are the habits of a language. The zero value leaves quotes as typed.
type Options struct {
	Lang         string    // its code; "" for a text that is not looked at for what readers would miss
	Quotes       [4]string // double open, double close, single open, single close; empty: quotes stay as typed
	SpaceBefore  string    // characters before which a space becomes a narrow no-break space
	FootnoteBack string    // what the link from a footnote back to the text says
	Copy         string    // what the button that copies code says; empty: there is none
	CopyValue    string    // the same with {label}, which names what is copied
	Code         string    // the name of code without a title
	// Abbreviations has what abbreviations mean; the first mention of one on a page
	// is explained. It is not changed.
	Abbreviations map[string]string
	Colours       *Colours // shared by engines; nil: the engine has its own
}

// An Engine converts the pages of one language. It may be used by several
// goroutines at once.
type Engine struct {
	md     goldmark.Markdown
	space  *spacer // nil: the language has no such spaces
	lang   string  // without region
	tongue uint8   // its bit; 0 where it is not told from others
	short  abbreviations
	long   map[string]string // what they mean
}

// New makes an engine.
func New(o Options) *Engine {
	extensions := []goldmark.Extender{
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)),
		extension.Strikethrough, extension.TaskList, extension.DefinitionList,
		extension.NewFootnote(extension.WithFootnoteBacklinkHTML("↩"), extension.WithFootnoteBacklinkTitle(o.FootnoteBack)),
	}
	if o.Quotes != [4]string{} {
		extensions = append(extensions, typography{o.Quotes})
	}
	e := &Engine{short: newAbbreviations(o.Abbreviations), long: o.Abbreviations}
	e.lang, _, _ = strings.Cut(o.Lang, "-")
	for _, t := range tongues {
		if t.lang == e.lang {
			e.tongue = t.bit
		}
	}
	if o.Colours == nil {
		o.Colours = new(Colours)
	}
	writer := html.DefaultWriter
	if o.SpaceBefore != "" {
		e.space = &spacer{writer, o.SpaceBefore}
		writer = e.space
	}
	e.md = goldmark.New(
		goldmark.WithExtensions(extensions...),
		goldmark.WithParserOptions(
			parser.WithBlockParsers(
				util.Prioritized(&blockParser{}, 50),
				util.Prioritized(headingParser{parser.NewSetextHeadingParser()}, 99), // before goldmark's own, at 100
				util.Prioritized(headingParser{parser.NewATXHeadingParser()}, 599),   // likewise, at 600
			),
			parser.WithInlineParsers(
				util.Prioritized(&inlineParser{}, 50),
				util.Prioritized(sizeParser{}, 51),
				util.Prioritized(looseRefs{}, 102), // behind goldmark's references, at 101
			),
			parser.WithASTTransformers(util.Prioritized(looseNotes{}, 100)), // before goldmark's, at 999
		),
		goldmark.WithRendererOptions(
			html.WithWriter(writer),
			renderer.WithNodeRenderers(util.Prioritized(&nodeRenderer{o, writer}, 10)),
		),
	)
	return e
}

// Text returns a text that is not Markdown, such as a title, the no-break spaces
// that the language has before some signs.
func (e *Engine) Text(s string) string {
	if e.space == nil {
		return s
	}
	return e.space.space(s)
}

// A Target is what a link's destination turned out to be.
type Target struct {
	URL      string   // what goes into href
	Page     string   // id of the page it leads to, when it is a page of this site
	Fragment string   // the heading in that page, without #
	Needs    []string // facts without which the page is not there
	Lang     string   // the language of what the reader finds there, when it is not that of this page
	File     File     // the zero File for what is none
	Problem  string   // why the link cannot stand; "" when it can
	Doubt    string   // what is wrong with one that can stand; "" when nothing is
	Hint     string
	Code     diag.Code // of the finding; "link" when empty
}

// A File is what a link to a download says of it behind its text.
type File struct {
	Kind string // PDF
	Size string // 1,2 MB
}

// A Heading is one heading of a page, or a term of a definition list that has
// an id: links lead to both.
type Heading struct {
	Level     int // 1 to 6; 0 for a term
	ID        string
	Text      string   // plain text
	Old       []string // ids that it had before, which go on working
	inherited bool     // ID is that of the source of the page, and not of the text
	// Absent says that a when directive leaves the heading out of the page.
	Absent bool
}

// Answers reports whether a link to an id leads to the heading.
func (h Heading) Answers(id string) bool {
	return !h.Absent && (h.ID == id || slices.Contains(h.Old, id))
}

// A Fragment is a link to a heading: it is checked when all pages are known.
type Fragment struct {
	Page string // id of the page it leads to
	ID   string // of the heading
	Pos  diag.Pos
}

// An Outside is a link to another site.
type Outside struct {
	URL string
	Pos diag.Pos
}

// Facts are what is kept of a page once its text is let go.
type Facts struct {
	Headings  []Heading // those of level 0 last
	Outline   []Heading // the same, with those that a when leaves out here: for translations, which take over ids
	Fragments []Fragment
	Outside   []Outside // links to other sites
	Accepted  []Acceptance
	Lead      int // bytes of the HTML that are the directive Input.Lead, when the page begins with it

	walk   *walk // for Blocks
	doc    ast.Node
	blocks []Block
}

// A Resolver answers what a text asks of the site around it. It is used by one
// goroutine for each page that is converted.
type Resolver interface {
	// Link finds what a link names, and Image what an image names.
	Link(dest string) Target
	Image(dest string) Image
	// Alert names an alert: note, tip, important, warning, caution.
	Alert(kind string) string
	// Kind reports whether there is a directive with a name, and of which kind; ""
	// when that is not known. Known returns the names that there are.
	Kind(name string) (Kind, bool)
	Known() []string
	// Directive makes the HTML of a directive and what stands for it in the
	// Markdown copy. The error may have a Hint and a Code.
	Directive(d *Directive) (html, md string, err error)
	// Has reports whether the site has what a fact is about, such as pop or
	// webmail, and whether there is such a fact; Facts returns their names.
	Has(fact string) (has, known bool)
	Facts() []string
	// Absolute makes a URL path whole, for the Markdown copy.
	Absolute(url string) string
}

// alone is the resolver of a text without a site.
type alone struct{}

func (alone) Link(dest string) Target                      { return Target{URL: dest} }
func (alone) Image(dest string) Image                      { return Image{URL: dest} }
func (alone) Alert(string) string                          { return "" }
func (alone) Kind(string) (Kind, bool)                     { return "", false }
func (alone) Known() []string                              { return nil }
func (alone) Directive(*Directive) (string, string, error) { return "", "", nil }
func (alone) Has(string) (has, known bool)                 { return true, true }
func (alone) Facts() []string                              { return nil }
func (alone) Absolute(url string) string                   { return url }

// An Input is a page to convert and what it needs to know of its site.
type Input struct {
	File string // for positions
	Src  []byte // the whole file
	Body int    // offset in Src at which the Markdown begins

	Inherit     []Heading // headings of the text that this one was translated from
	InheritFile string    // its file, for messages
	// Renamed has the ids that headings of Inherit have in what that text is now:
	// links to these work here too. See [Renamed].
	Renamed map[string]string
	Taken   []string // ids that the layout has itself
	Needs   []string // facts without which this page is not there
	Site    Resolver // nil for a text without a site
	// Gone reports whether a link names a page that the site does without, and
	// the title of that page: such links are taken out. It may be nil.
	Gone func(dest string) (title string, gone bool)
	Lead string // the directive that a page may begin with, see Facts.Lead
	Mark *Mark  // nil for none
	Out  *diag.List
}

// Convert writes the page's HTML to h and, when m is not nil, its Markdown
// copy to m. Mistakes go to in.Out; what was written is then not to be used.
func (e *Engine) Convert(in *Input, h, m *bytes.Buffer) *Facts {
	w, doc, pc := e.parse(in)
	if doc == nil {
		return w.facts
	}
	w.wantMD = m != nil
	nodes := w.headings(doc, pc)
	w.footnotes(pc)
	w.typedNotes(doc)
	if in.Mark != nil {
		w.mark(doc, in.Mark)
	}
	w.children(doc)
	for i, n := range nodes { // directives say now what they say
		w.facts.Headings[i].Text = e.Text(strings.TrimSpace(Plain(n, w.body)))
	}
	if d, ok := doc.FirstChild().(*Directive); ok && d.Name == in.Lead {
		w.facts.Lead = len(d.HTML)
	}
	if h != nil {
		if err := e.md.Renderer().Render(h, w.body, doc); err != nil {
			in.Out.Errorf(diag.Pos{File: in.File}, diag.Markdown, "", "cannot render: %v", err)
		}
	}
	if m != nil {
		mw := &mdWriter{src: w.body, absolute: w.Site.Absolute}
		m.WriteString(mw.blocks(doc))
		m.WriteByte('\n')
	}
	w.facts.walk, w.facts.doc = w, doc
	return w.facts
}

// Headings returns a page's headings without rendering it. A directive in one is
// in its text by its label.
func (e *Engine) Headings(in *Input) []Heading {
	quiet := *in
	quiet.Out = new(diag.List)
	w, doc, pc := e.parse(&quiet)
	if doc != nil {
		w.headings(doc, pc)
	}
	return w.facts.Outline
}

// parse returns the tree of a page, and what is needed to go through it. Line
// ends of Windows are taken out first: goldmark stumbles over some, and a page
// has the same bytes whatever system it was saved on. Lines and columns stay
// as they are. The tree is nil for a page that is beyond the limits.
func (e *Engine) parse(in *Input) (*walk, ast.Node, parser.Context) {
	if crlf := []byte("\r\n"); bytes.Contains(in.Src, crlf) {
		unix := *in
		unix.Src = bytes.ReplaceAll(in.Src, crlf, crlf[1:])
		unix.Body -= bytes.Count(in.Src[:in.Body], crlf)
		in = &unix
	}
	if in.Site == nil {
		lone := *in
		lone.Site = alone{}
		in = &lone
	}
	body := in.Src[in.Body:]
	w := &walk{Input: in, body: body, engine: e, ids: map[string]int{}, taken: map[string]bool{}, having: map[ast.Node][]string{}, facts: &Facts{}}
	if w.limited() {
		return w, nil, nil
	}
	w.addressed, w.notations = addressed(body), found(body)
	pc := parser.NewContext()
	pc.Set(kindKey, in.Site)
	doc := e.md.Parser().Parse(text.NewReader(body), parser.WithContext(pc))
	if in.Gone != nil {
		w.prune(doc)
	}
	return w, doc, pc
}

// walk resolves what the tree leaves open: ids, links, images, alerts and
// directives.
type walk struct {
	*Input
	body   []byte
	lines  *diag.Lines // of Src, once a position was asked for
	engine *Engine
	ids    map[string]int  // how often each was given
	taken  map[string]bool // those of the layout
	count  map[string]int  // of directives and of what else has a number, by name
	tags   map[string]int  // of HTML, those that are open by name
	facts  *Facts
	wantMD bool

	having    map[ast.Node][]string // facts that hold around links
	termNodes []ast.Node            // of the terms that have an id
	explained map[string]bool       // abbreviations
	loosened  []ast.Node            // nodes in which when directives stood
	addressed bool                  // the page can have bare addresses
	notations []*notation           // foreign ones that the page can have
	inLink    int
	marked    int // directives around that say in which language their text is
}

func (w *walk) pos(n ast.Node) diag.Pos {
	for ; n != nil; n = n.Parent() {
		if p := n.Pos(); p >= 0 && p <= len(w.body) {
			return w.at(p)
		}
	}
	return diag.Pos{File: w.File}
}

// at returns the position of an offset in the body.
func (w *walk) at(offset int) diag.Pos {
	if w.lines == nil {
		w.lines = diag.NewLines(w.File, w.Src)
	}
	return w.lines.At(w.Body + offset)
}

func (w *walk) children(n ast.Node) {
	if _, text := n.FirstChild().(*ast.Text); text || n.Type() == ast.TypeInline || n.FirstChild() != nil && n.FirstChild().Type() == ast.TypeInline {
		if _, image := n.(*ast.Image); !image {
			w.foreign(n)
			if w.addressed && w.inLink == 0 {
				w.linkify(n)
			}
			if w.engine.short != nil {
				w.abbreviate(n)
			}
		}
	}
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling() // node may replace or remove c
		w.node(c)
		c = next
	}
}

func (w *walk) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.reference(n)
		return
	case *ast.FencedCodeBlock:
		w.fence(n)
		return
	case *ast.CodeBlock:
		w.indented(n)
		return
	case *ast.String, *ast.CodeSpan:
		return
	case *ast.RawHTML:
		if w.accepts(n, n.Segments) {
			return
		}
		w.rawHTML(n)
		return
	case *ast.HTMLBlock:
		lines := text.NewSegments()
		lines.AppendAll(n.Lines().Sliced(0, n.Lines().Len()))
		if n.HasClosure() {
			lines.Append(n.ClosureLine)
		}
		if w.accepts(n, lines) {
			return
		}
		line := ""
		if n.Lines().Len() > 0 {
			s := n.Lines().At(0)
			line = strings.TrimSpace(string(s.Value(w.body)))
		}
		w.Out.Errorf(w.pos(n), diag.MarkdownHTML, rawHint(line), "raw HTML is not allowed: %s", short(line))
		return
	case *ast.Link:
		w.link(n)
		w.inLink++
		w.children(n)
		w.inLink--
		w.linkText(n)
		return
	case *ast.AutoLink:
		if n.AutoLinkType == ast.AutoLinkURL {
			if got := w.Site.Link(string(n.URL(w.body))); got.Problem != "" {
				w.problem(n, got)
			} else {
				if got.Doubt != "" && n.AutoLinkType == ast.AutoLinkURL && !bytes.HasPrefix(n.URL(w.body), []byte("http")) {
					w.Out.Warnf(w.pos(n), diag.Link, got.Hint, "%s", got.Doubt)
				}
				w.outside(got.URL, n)
			}
		}
	case *ast.Image:
		w.children(n)
		w.image(n)
		return
	case *size:
		n.Parent().RemoveChild(n.Parent(), n) // the image has it
		return
	case *ast.Paragraph:
		w.tongue(n)
		w.children(n)
		w.figure(n)
		return
	case *ast.TextBlock:
		w.tongue(n)
	case *ast.Blockquote:
		if a := w.alert(n); a != nil {
			w.children(a)
			return
		}
		w.boldBox(n)
	case *xast.Strikethrough:
		w.struck(n)
	case *Directive:
		w.directive(n)
		return
	}
	w.children(n)
	w.table(n) // once the directives in it say what they say
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

var tagRE = lazyregexp.New(`^</?([a-z][a-z0-9-]*)`)

// listTagRE finds the tag of a list or of an item.
var listTagRE = lazyregexp.New(`^<(?:ul|ol|li)\b`)

// tagHints say what to write instead of a tag.
var tagHints = map[string]string{
	"a": "write [text](page.md)", "img": "write ![what it shows](image.png)",
	"br": `end the line with a backslash (\) for a line break`, "p": "leave the tag out: an empty line begins a new paragraph",
	"b": "write **bold**", "strong": "write **bold**", "i": "write *italic*", "em": "write *italic*",
	"code": "write `code` between backticks", "kbd": "write :kbd[Ctrl+C] for keys, or :ui[…] for what stands on a button", "sub": "write :sub[2]", "sup": "write :sup[2]", "pre": "write ``` on a line before and after the text",
	"h1": "write ## Kop", "h2": "write ## Kop", "h3": "write ### Kop", "h4": "write #### Kop",
	"ul": "write - before each item", "ol": "write 1. before each item", "li": "write - or 1. before each item",
	"hr": "write --- on a line of its own", "blockquote": "write > before each line", "del": "write ~~text~~", "s": "write ~~text~~",
	"details": "write :::details[Title] … :::", "summary": "write :::details[Title] … :::",
	"table": "write a Markdown table, or ::settings[imap] for mail settings", "tr": "write a Markdown table, or ::settings[imap] for mail settings",
	"u": "write *text* or **text**: what is underlined looks like a link", "mark": "write **text** for what matters", "span": "leave the tag out; its text can stay", "font": "leave the tag out; its text can stay", "center": "leave the tag out; its text can stay",
	"div": "leave the tag out; its text can stay", "small": "leave the tag out; its text can stay", "big": "leave the tag out; its text can stay", "aside": "write > [!NOTE], and > before each line of the text", "video": "write ![what it shows](film.mp4)", "q": "write the quotes themselves",
	"figure": "write ![what it shows](image.png)", "input": "write - [ ] for a task", "button": "write :ui[…] for what stands on a button", "abbr": "write the word; what it means stands in site.toml, below [abbreviations.nl]",
	"script": "scripts belong in layouts/assets", "style": "styles belong in layouts/assets", "iframe": "pages load nothing from other sites; write a link",
}

// rawHTML reports a tag. That which closes one is reported with it.
func (w *walk) rawHTML(n *ast.RawHTML) {
	s := w.segments(n)
	if m := tagRE().FindStringSubmatch(strings.ToLower(s)); m != nil {
		if w.tags == nil {
			w.tags = map[string]int{}
		}
		switch closes := strings.HasPrefix(s, "</"); {
		case closes && w.tags[m[1]] > 0:
			w.tags[m[1]]--
			return
		case !closes:
			w.tags[m[1]]++
		}
	}
	hint := rawHint(s)
	if _, cell := n.Parent().(*xast.TableCell); cell {
		switch low := strings.ToLower(s); {
		case strings.HasPrefix(low, "<br"):
			hint = "write :br in a cell, or make it two rows"
		case listTagRE().MatchString(low):
			hint = "a cell holds no list: write :br between its parts, or make it more rows"
		}
	}
	w.Out.Errorf(w.pos(n), diag.MarkdownHTML, hint, "raw HTML is not allowed: %s", s)
}

// anchorRE finds a tag that only names a place.
var anchorRE = lazyregexp.New(`^<a\s+(?:id|name)=[^<>]*>`)

func rawHint(s string) string {
	s = strings.ToLower(s)
	if strings.HasPrefix(s, "<!--") {
		return "remove the comment; notes for writers do not belong on a page"
	}
	if anchorRE().MatchString(s) {
		return "leave the tag out, and give the heading below it the id: ## Kop {#id}"
	}
	if m := tagRE().FindStringSubmatch(s); m != nil && tagHints[m[1]] != "" {
		return tagHints[m[1]]
	}
	return `use Markdown or a directive; for a plain < write \<`
}

func (w *walk) segments(n *ast.RawHTML) string {
	var b strings.Builder
	for i := range n.Segments.Len() {
		s := n.Segments.At(i)
		b.Write(s.Value(w.body))
	}
	return short(strings.Join(strings.Fields(b.String()), " "))
}

func (w *walk) problem(n ast.Node, t Target) {
	code := t.Code
	if code == "" {
		code = diag.Link
	}
	w.Out.Errorf(w.pos(n), code, t.Hint, "%s", t.Problem)
}

// download is the attribute of a link with what stands behind its text.
const download = "download"

// fileNote returns what stands behind the text of a link to a file: its kind,
// unless the text says it already, and its size. A picture says enough itself.
func fileNote(text string, f File) string {
	if f.Size == "" || text == "" {
		return ""
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, f.Kind) }) {
		return " (" + f.Size + ")"
	}
	return " (" + f.Kind + ", " + f.Size + ")"
}

func (w *walk) link(n *ast.Link) {
	if w.Site == Resolver(alone{}) {
		return
	}
	t := w.Site.Link(unescape(n.Destination))
	if t.Problem != "" && w.lacking(n, t.Needs) == "" {
		w.problem(n, t)
		return
	}
	if fact := w.lacking(n, t.Needs); fact != "" {
		w.Out.Errorf(w.pos(n), diag.LinkNeeds, diag.Say("write it in :::when{has=%s} … :::, or :when[text]{has=%s}", fact, fact), "the page is not there in every site: it needs %s", fact)
		return
	}
	if t.Doubt != "" {
		w.Out.Warnf(w.pos(n), diag.Link, t.Hint, "%s", t.Doubt)
	}
	if real := behindRedirect(t.URL); real != "" {
		w.Out.Warnf(w.pos(n), diag.Notation, diag.Say("write the address itself: %s", real), "the link leads by way of a site that follows who clicks")
	}
	w.outside(t.URL, n)
	n.Destination = destination(t.URL)
	if t.Lang != "" {
		n.SetAttributeString("hreflang", []byte(t.Lang))
	}
	if note := fileNote(strings.TrimSpace(Plain(n, w.body)), t.File); note != "" {
		n.SetAttributeString(download, []byte(note))
	}
	if t.Fragment != "" {
		w.facts.Fragments = append(w.facts.Fragments, Fragment{t.Page, t.Fragment, w.pos(n)})
	}
	if n.FirstChild() == nil {
		w.Out.Errorf(w.pos(n), diag.LinkText, "write what the reader finds there: [Instellingen voor IMAP](…)", "the link has no text")
	}
}

// redirectors are sites through which programs lead links of texts that are
// copied from them, each with the part of the address that holds the real one.
var redirectors = []struct{ host, key string }{
	{"www.google.com/url", "q"}, {"www.google.com/url", "url"}, {".safelinks.protection.outlook.com/", "url"}, {"l.facebook.com/l.php", "u"}, {"slack-redir.net/link", "url"}, {"www.linkedin.com/redir/redirect", "url"},
}

// behindRedirect returns the address to which a link leads by way of another
// site; "" where it leads nowhere else.
func behindRedirect(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.RawQuery == "" {
		return ""
	}
	for _, r := range redirectors {
		if at := u.Host + u.Path; at == r.host || strings.HasPrefix(r.host, ".") && strings.HasSuffix(at, r.host) {
			if real := u.Query().Get(r.key); strings.HasPrefix(real, "http") {
				return real
			}
		}
	}
	return ""
}

// outside keeps a link to another site.
func (w *walk) outside(address string, n ast.Node) {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		w.facts.Outside = append(w.facts.Outside, Outside{address, w.pos(n)})
	}
}

// Plain returns the text of a node without markup.
func Plain(n ast.Node, src []byte) string {
	var b strings.Builder
	plain(&b, n, src)
	return b.String()
}

func plain(b *strings.Builder, n ast.Node, src []byte) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			if v := c.Segment.Value(src); c.IsRaw() {
				b.WriteString(strings.ReplaceAll(string(v), "\n", " "))
			} else {
				b.WriteString(unescape(v))
			}
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *Directive:
			b.WriteString(c.says())
		case *ast.AutoLink:
			b.Write(c.Label(src))
		default:
			plain(b, c, src)
		}
	}
}

// unescape returns text without backslash escapes and character references. What
// one of them gave is not looked at again: \&amp; is the text &amp;.
func unescape(v []byte) string {
	if bytes.IndexByte(v, '\\') < 0 && bytes.IndexByte(v, '&') < 0 {
		return string(v)
	}
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	html.DefaultWriter.Write(w, v)
	w.Flush()
	return stdhtml.UnescapeString(b.String())
}

var escapeRE = lazyregexp.New(`&#?[0-9a-zA-Z]+;|\\[[:punct:]]`)

// destination returns an address as a link in the source would have it, for the
// renderer takes escapes and character references out of it.
func destination(address string) []byte {
	if escapeRE().MatchString(address) {
		address = strings.NewReplacer("&", "&amp;", `\`, `\\`).Replace(address)
	}
	return []byte(address)
}
