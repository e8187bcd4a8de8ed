package markdown

import (
	"bytes"
	"cmp"
	"fmt"
	stdhtml "html"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// A Kind says where a directive stands. The forms are those of the generic
// directives proposal for CommonMark, as remark-directive and others read them.
type Kind string

const (
	Inline    Kind = "inline"    // :name[label]{key=value} in running text
	Leaf      Kind = "leaf"      // ::name[label]{key=value} on a line of its own
	Container Kind = "container" // :::name[label]{key=value} … :::
)

// A Directive is one directive in a page.
type Directive struct {
	ast.BaseBlock
	Form  Kind
	Name  string
	Label string            // as typed, unescaped
	Attrs map[string]string // nil when there are none
	ID    string            // unique in the page: settings-1
	At    diag.Pos

	// Content is what stands in a container, rendered; ContentMD the same as
	// Markdown. They are filled before the directive itself is rendered.
	Content, ContentMD string

	HTML, MD string // what it turned into
	Plain    string // what an inline one says as plain text
	made     bool   // it turned into that, be it nothing

	colons int
	closed bool
	lone   bool   // it is a line of colons that closes nothing
	paired bool   // likewise, and the one before it says so
	bad    string // what is wrong with its form
	hint   string
}

// KindDirective is the kind of [Directive] nodes.
var KindDirective = ast.NewNodeKind("Directive")

func (d *Directive) Kind() ast.NodeKind { return KindDirective }

// Type is block or inline, by the directive's form.
func (d *Directive) Type() ast.NodeType {
	if d.Form == Inline {
		return ast.TypeInline
	}
	return ast.TypeBlock
}

// IsRaw says that the lines of the node are not parsed as inlines.
func (d *Directive) IsRaw() bool { return false }

// Dump writes the node for debugging.
func (d *Directive) Dump(src []byte, level int) {
	ast.DumpHelper(d, src, level, map[string]string{"Name": d.Name, "Label": d.Label, "Attrs": fmt.Sprint(d.Attrs)}, nil)
}

// nameRE matches the name of a directive; none of ours has an accent, and those
// that people mean have.
var nameRE = lazyregexp.New(`^\pL[\pL\pN_-]*`)

// parseRest reads name[label]{attributes} and returns how many bytes it took; 0
// when s does not begin with a name.
func (d *Directive) parseRest(s []byte) int {
	name := nameRE().Find(s)
	if name == nil {
		return 0
	}
	d.Name = string(name)
	i := len(name)
	if i < len(s) && s[i] == '[' {
		end := closing(s, i, '[', ']')
		if end < 0 {
			d.bad, d.hint = "the label of the directive is not closed", "close it with ]"
			return len(s)
		}
		d.Label = string(util.UnescapePunctuations(s[i+1 : end]))
		i = end + 1
	}
	if i < len(s) && s[i] == '{' {
		end := closing(s, i, 0, '}')
		if end < 0 {
			d.bad, d.hint = "the attributes of the directive are not closed", "close them with }"
			return len(s)
		}
		d.attributes(string(s[i+1 : end]))
		i = end + 1
	}
	return i
}

// closing finds the byte that closes what opens at i on the same line, over
// nested pairs, backslash escapes and quoted values; -1 when there is none.
func closing(s []byte, i int, open, shut byte) int {
	depth := 0
	var quote byte
	for ; i < len(s) && s[i] != '\n'; i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case shut == '}' && (c == '"' || c == '\''):
			quote = c
		case c == open && open != 0:
			depth++
		case c == shut:
			if depth--; depth <= 0 {
				return i
			}
		}
	}
	return -1
}

var attrRE = lazyregexp.New(`^\s*([a-zA-Z][a-zA-Z0-9_-]*)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'{}=]+)`)

// curlyRE finds an attribute with its value between the quotes of running text.
var curlyRE = lazyregexp.New(`^\s*[a-zA-Z][\w-]*\s*=\s*[“”„‘’«»]`)

func (d *Directive) attributes(s string) {
	for strings.TrimSpace(s) != "" {
		m := attrRE().FindStringSubmatch(s)
		if curlyRE().MatchString(s) {
			d.bad, d.hint = diag.Say("cannot read the attributes %q", strings.TrimSpace(s)), "write the value between straight quotes: {key=\"more words\"}"
			return
		}
		if m == nil {
			d.bad, d.hint = diag.Say("cannot read the attributes %q", strings.TrimSpace(s)), "write {key=value} or {key=\"more words\"}"
			return
		}
		v := m[2]
		if v[0] == '"' || v[0] == '\'' {
			v = string(util.UnescapePunctuations([]byte(v[1 : len(v)-1])))
		}
		if d.Attrs == nil {
			d.Attrs = map[string]string{}
		}
		if _, dup := d.Attrs[m[1]]; dup {
			d.bad, d.hint = diag.Say("the attribute %q stands twice", m[1]), "remove one of the two"
			return
		}
		d.Attrs[m[1]] = v
		s = s[len(m[0]):]
	}
}

// blockParser reads leaf and container directives.
type blockParser struct{}

func (b *blockParser) Trigger() []byte { return []byte{':'} }

func (b *blockParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 {
		return nil, parser.NoChildren
	}
	rest := line[at:]
	n := colons(rest)
	if n < 2 {
		return nil, parser.NoChildren
	}
	d := &Directive{Form: Leaf, colons: n}
	if n > 2 {
		d.Form = Container
	}
	tail := bytes.TrimRight(rest[n:], " \t\r\n")
	if len(tail) == 0 {
		if n == 2 {
			return nil, parser.NoChildren
		}
		d.Form, d.lone = Leaf, true
		d.bad, d.hint = diag.Say("%s closes nothing", strings.Repeat(":", n)), "remove the line, or open the block with :::name"
		reader.AdvanceToEOL()
		return d, parser.NoChildren
	}
	took := d.parseRest(tail)
	if took == 0 {
		name := nameRE().Find(bytes.TrimLeft(tail, " \t"))
		switch {
		case n == 2:
			return nil, parser.NoChildren // ::1
		case name != nil: // as other programs have it
			d.bad, d.hint = diag.Say("a space between %s and the name", strings.Repeat(":", n)), cmp.Or(boxHint(string(bytes.TrimSpace(tail))), boxHint(string(name)), diag.Say("write %s", strings.Repeat(":", n)+string(name)))
		default:
			if n > 2 && bytes.IndexByte(tail, '{') == 0 && bytes.IndexByte(tail, '}') > 0 { // :::{note}, with its end
				d.bad, d.hint = diag.Say("cannot read the directive %q", short(string(tail))), boxHint(string(tail[1:bytes.IndexByte(tail, '}')]))
				break
			}
			d.Form = Leaf
			d.bad, d.hint = diag.Say("cannot read the directive %q", short(string(tail))), "write :::name; for a plain colon write \\:"
		}
		took = len(tail)
	}
	if took < len(tail) && d.bad == "" {
		if d.Form == Leaf && d.Label == "" && d.Attrs == nil {
			return nil, parser.NoChildren // ::word of running text
		}
		d.bad = diag.Say("text after the directive: %q", short(strings.TrimSpace(string(tail[took:]))))
		box := cmp.Or(boxHint(string(bytes.TrimSpace(tail))), boxHint(d.Name)) // as other programs have it
		d.hint = cmp.Or(box, diag.Say("put it on the next line"))
		if d.Label == "" && box == "" {
			d.hint += diag.Say(", or between [ and ] if it is the label")
		}
	}
	reader.AdvanceToEOL()
	if d.Form == Leaf {
		return d, parser.NoChildren
	}
	return d, parser.HasChildren
}

func colons(s []byte) int {
	n := 0
	for n < len(s) && s[n] == ':' {
		n++
	}
	return n
}

func (b *blockParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	d := node.(*Directive)
	if d.Form != Container {
		return parser.Close
	}
	line, _ := reader.PeekLine()
	trimmed := bytes.TrimSpace(line)
	indent, _ := util.IndentWidth(line, reader.LineOffset()) // from 4 on it is code, or belongs to a list
	if n := colons(trimmed); n >= 3 && n == len(trimmed) && n >= d.colons && indent < 4 && !b.inner(d, n, pc) {
		d.closed = true
		reader.AdvanceToEOL()
		return parser.Close
	}
	return parser.Continue | parser.HasChildren
}

// inner reports whether a line of n colons belongs to something open inside d:
// a container that it closes, or a fenced code block.
func (b *blockParser) inner(d *Directive, n int, pc parser.Context) bool {
	open := pc.OpenedBlocks()
	for i := len(open) - 1; i >= 0; i-- {
		switch in := open[i].Node.(type) {
		case *ast.FencedCodeBlock:
			return true
		case *Directive:
			if in == d {
				return false
			}
			if in.Form == Container && !in.closed && n >= in.colons {
				return true
			}
		}
	}
	return false
}

func (b *blockParser) Close(ast.Node, text.Reader, parser.Context) {}

func (b *blockParser) CanInterruptParagraph() bool { return true }

func (b *blockParser) CanAcceptIndentedLine() bool { return false }

// inlineParser reads directives in running text.
type inlineParser struct{}

func (p *inlineParser) Trigger() []byte { return []byte{':'} }

// Directives with a part in the language besides their templates.
const (
	lineBreak = "br"   // has no label
	tabs      = "tabs" // holds nothing but two or more of tab
	tab       = "tab"
)

// joined are the directives that may stand directly behind a letter or a digit.
var joined = []string{When, lineBreak, "sub", "sup"}

// kindKey leads to the Resolver: text that only looks like a directive stays
// text, but one with a known name and a label that is not closed is a mistake.
var kindKey = parser.NewContextKey()

func (p *inlineParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, _ := block.PeekLine()
	name := nameRE().Find(line[1:])
	if (before == ':' || before >= '0' && before <= '9' || unicode.Is(unicode.Latin, before)) && !slices.Contains(joined, string(name)) {
		return nil // https:x[y], 10:b[c]
	}
	if string(name) == lineBreak && (len(line) == 1+len(name) || line[1+len(name)] != '[' && line[1+len(name)] != '{') {
		site, _ := pc.Get(kindKey).(Resolver)
		if kind, known := site.Kind(lineBreak); !known || kind != Inline {
			return nil
		}
		block.Advance(1 + len(name))
		return &Directive{Form: Inline, Name: lineBreak}
	}
	if name == nil || len(line) <= 1+len(name) || line[1+len(name)] != '[' && string(name) != lineBreak {
		return nil
	}
	s := line[1:]
	over := s[len(name)] == '[' && closing(s, len(name), '[', ']') < 0
	if over {
		s = ahead(block)[1:]
	}
	d := &Directive{Form: Inline}
	if s[len(name)] == '[' && closing(s, len(name), '[', ']') < 0 {
		site, _ := pc.Get(kindKey).(Resolver)
		if _, known := site.Kind(string(name)); !known {
			return nil
		}
		s = line[1:] // what follows is read as it stands
	}
	n := 1 + d.parseRest(s)
	if over {
		d.Label = strings.Join(strings.Fields(d.Label), " ")
	}
	for {
		line, _ := block.PeekLine()
		if n < len(line) || line == nil {
			block.Advance(n)
			break
		}
		n -= len(line)
		block.AdvanceLine()
	}
	return d
}

// maxLabel is how far a label that runs over several lines is looked for.
const maxLabel = 1000 // bytes

// ahead returns the text from here on, with a space for each line end.
func ahead(block text.Reader) []byte {
	l, pos := block.Position()
	defer block.SetPosition(l, pos)
	var b []byte
	for len(b) < maxLabel {
		line, _ := block.PeekLine()
		if line == nil {
			break
		}
		b = append(b, line...)
		block.AdvanceLine()
	}
	for i, c := range b {
		if c == '\n' {
			b[i] = ' '
		}
	}
	return b
}

// mustClose reports a block without its last line.
func (w *walk) mustClose(d *Directive) {
	if d.Form == Container && !d.closed {
		w.Out.Errorf(d.At, diag.Directive, diag.Say("close it with a line %s", strings.Repeat(":", d.colons)), "the block :::%s is not closed", d.Name)
	}
}

// directive renders a directive, the ones inside it first.
func (w *walk) directive(d *Directive) {
	d.At = w.pos(d)
	if d.paired {
		return
	}
	if d.bad != "" {
		d.pair()
		w.Out.Errorf(d.At, diag.Directive, d.hint, "%s", d.bad)
		w.children(d)
		return
	}
	if d.Name == "lang" {
		w.marked++
		defer func() { w.marked-- }()
	}
	w.children(d)
	kind, ok := w.Site.Kind(d.Name)
	if !ok {
		hint := boxHint(d.Name)
		if hint == "" {
			hint = diag.DidYouMean(d.Name, w.Site.Known())
		}
		w.Out.Errorf(d.At, diag.Directive, hint, "unknown directive %q", d.Name)
		return
	}
	if kind == "" {
		return // what is wrong with its template has been said
	}
	if kind != d.Form {
		w.Out.Errorf(d.At, diag.Directive, diag.Say("write %s", form(kind, d.Name)), "%q is not written with %s", d.Name, map[Kind]diag.Phrase{Inline: "one colon", Leaf: "two colons", Container: "three colons"}[d.Form])
		return
	}
	w.mustClose(d)
	w.tabbed(d)
	d.ID = w.numbered(d.Name)
	if d.Form == Container {
		var h bytes.Buffer
		for c := d.FirstChild(); c != nil; c = c.NextSibling() {
			if err := w.engine.md.Renderer().Render(&h, w.body, c); err != nil {
				w.Out.Errorf(d.At, diag.Directive, "", "cannot render: %v", err)
			}
		}
		d.Content = h.String()
		if w.wantMD {
			d.ContentMD = (&mdWriter{src: w.body, absolute: w.Site.Absolute}).blocks(d)
		}
	}
	h, m, err := w.Site.Directive(d)
	if err != nil {
		code := diag.Code(diag.Directive)
		if x, ok := err.(interface{ Code() diag.Code }); ok {
			code = x.Code()
		}
		w.Out.Errorf(d.At, code, diag.HintOf(err), "%s: %s", d.Name, err)
		return
	}
	d.HTML, d.MD, d.made = h, m, true
	if d.Form == Inline {
		d.HTML, d.MD = strings.TrimSpace(h), strings.TrimSpace(m)
		d.Plain = strings.TrimSpace(stdhtml.UnescapeString(markupRE().ReplaceAllString(d.HTML, "")))
	}
}

// says returns what an inline directive says: its label, where no template made
// anything of it.
func (d *Directive) says() string {
	if !d.made {
		return d.Label
	}
	return d.Plain
}

// pair makes one mistake of two lines of colons that close nothing: they stand
// around a block without a name.
func (d *Directive) pair() {
	if !d.lone {
		return
	}
	for c := d.NextSibling(); c != nil; c = c.NextSibling() {
		if next, ok := c.(*Directive); ok && next.lone && next.colons == d.colons {
			next.paired = true
			d.bad, d.hint = "the block has no name", "write behind the first ::: what it is, such as :::steps, or remove both lines"
			return
		}
	}
}

// numbered returns an id that nothing else in the page has: a name with a number.
func (w *walk) numbered(name string) string {
	if w.count == nil {
		w.count = map[string]int{}
	}
	for {
		w.count[name]++
		if id := fmt.Sprintf("%s-%d", name, w.count[name]); w.ids[id] == 0 { // not a heading's
			return id
		}
	}
}

// tabbed reports tabs that hold anything but parts with names of their own, and
// such a part elsewhere.
func (w *walk) tabbed(d *Directive) {
	const way = "write ::::tabs, :::tab[Naam], the text, :::, and :::: at the end"
	switch d.Name {
	case tab:
		if p, ok := d.Parent().(*Directive); !ok || p.Name != tabs {
			w.Out.Errorf(d.At, diag.Directive, way, "the block :::tab does not stand in tabs")
		}
	case tabs:
		names := map[string]bool{}
		for c := d.FirstChild(); c != nil; c = c.NextSibling() {
			t, ok := c.(*Directive)
			if !ok || t.Name != tab {
				w.Out.Errorf(w.pos(c), diag.Directive, way, "text between the parts of tabs")
				return
			}
			if names[t.Label] {
				w.Out.Errorf(t.At, diag.Directive, "give each part a name of its own", "two parts of the tabs are called %q", t.Label)
			}
			names[t.Label] = true
		}
		if len(names) < 2 {
			w.Out.Errorf(d.At, diag.Directive, way, "the tabs have fewer than two parts")
		}
	}
}

// markupRE finds the tags in what a template gave.
var markupRE = lazyregexp.New(`<[^>]*>`)

func form(k Kind, name string) string {
	switch k {
	case Inline:
		return diag.Say(":%s[…] in running text", name)
	case Leaf:
		return diag.Say("::%s[…] on a line of its own", name)
	}
	return diag.Say(":::%s and close it with :::", name)
}
