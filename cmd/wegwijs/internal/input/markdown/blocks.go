package markdown

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"sort"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"golang.org/x/net/html"
)

// A BlockKind says what a [Block] is.
type BlockKind string

// The kinds of blocks.
const (
	BlockHeading    BlockKind = "heading"
	BlockParagraph  BlockKind = "paragraph"
	BlockItem       BlockKind = "item"       // a paragraph of a list item
	BlockQuote      BlockKind = "quote"      // a paragraph of a quotation or an alert
	BlockTerm       BlockKind = "term"       // of a definition list
	BlockDefinition BlockKind = "definition" // a paragraph of a definition
	BlockCell       BlockKind = "cell"       // of a table
	BlockNote       BlockKind = "note"       // a paragraph of a footnote
	BlockAlert      BlockKind = "alert"      // the title of an alert
	BlockDirective  BlockKind = "directive"  // what the template of a leaf or container says itself
	BlockImage      BlockKind = "image"      // the text that stands for an image
	BlockCode       BlockKind = "code"
)

// A Block is a piece of a page that stands by itself: each word that readers
// see without scripts is in exactly one. Blocks come in the order of the page;
// an image in running text comes behind the text in which it stands, and what a
// container says comes before what stands in it.
type Block struct {
	Kind    BlockKind
	Text    string // what readers see, on one line; code keeps its lines
	Heading int    // place in [Facts.Headings] of the heading under which it stands (its own, of a heading); -1 before the first
	Level   int    // of a heading
	Table   int    // of a cell: which table of the page, from 0
	Row     int    // of a cell: 0 is the header row
	Column  int    // of a cell
	Name    string // of a directive; of an alert its kind: tip, warning
	When    int    // place of the [When] in which it stands; -1 for none. A page that was converted for a site has none

	node  ast.Node
	walk  *walk
	spans []span
}

// A span is a part of a block's text that was typed as it stands there, or,
// when it is fixed, that stands for what was typed at one place.
type span struct {
	text, src int // offsets at which it begins, in the text and in the body
	fixed     bool
	foreign   bool // see Prose
}

// A BlockHash is a digest of what was typed, see [Block.Hash].
type BlockHash [16]byte

// Offset returns the offset, in the body of the page, of what was typed for the
// i-th byte of the text. Line ends count as one byte, whatever they are.
func (b *Block) Offset(i int) int {
	n := sort.Search(len(b.spans), func(n int) bool { return b.spans[n].text > i }) - 1
	if n < 0 {
		return max(b.node.Pos(), 0)
	}
	s := b.spans[n]
	if s.fixed {
		return s.src
	}
	return s.src + i - s.text
}

// FileOffset is Offset in the whole file, in which line ends count as one byte.
func (b *Block) FileOffset(i int) int { return b.walk.Body + b.Offset(i) }

// Pos returns the position of what was typed for the i-th byte of the text.
func (b *Block) Pos(i int) diag.Pos { return b.walk.at(b.Offset(i)) }

// Prose returns the text with 0 for each byte of what the writer did not say in
// own words: code, addresses, and what directives say.
func (b *Block) Prose() string {
	own := []byte(b.Text)
	for i, s := range b.spans {
		to := len(own)
		if i+1 < len(b.spans) {
			to = min(to, max(b.spans[i+1].text, 0)) // space before the text was taken off
		}
		if s.foreign || b.Kind == BlockCode || b.Kind == BlockDirective {
			clear(own[min(max(s.text, 0), to):to])
		}
	}
	return string(own)
}

// Source returns what was typed: the lines of the block without the marks of
// the list or the quotation in which they stand. That of a directive is its
// line.
func (b *Block) Source() string {
	body := b.walk.body
	switch n := b.node.(type) {
	case *Directive:
		at := max(n.Pos(), 0)
		line, _, _ := bytes.Cut(body[at:], []byte("\n"))
		return string(line)
	case *ast.Image:
		return b.Text + "\x00" + string(n.Title)
	default:
		if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			text := string(n.Lines().Value(body))
			if f := fenceOf(n); f.title != "" {
				text = f.title + "\n" + text
			}
			return text
		}
	}
	return b.Text
}

// Typed returns what of a block is in words: the offsets in the body, with line
// ends of one byte, between which they stand, a pair for each line. It is nil for
// code, and for a directive that shows values: these are the same in every
// language.
func (b *Block) Typed() [][2]int {
	body := b.walk.body
	within := func(at int) [][2]int { // the brackets that open at
		if end := closing(body, at, '[', ']'); end > at+1 {
			return [][2]int{{at + 1, end}}
		}
		return nil
	}
	switch n := b.node.(type) {
	case *Directive:
		at := max(n.Pos(), 0)
		i := bytes.IndexByte(body[at:], '[')
		if n.Form != Container || n.Label == "" || i < 0 {
			return nil
		}
		return within(at + i)
	case *ast.Image:
		at := max(n.Pos(), 0)
		if i := bytes.IndexByte(body[at:], '['); i >= 0 {
			return within(at + i)
		}
		return nil
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		return nil
	case *AlertTitle:
		if !n.HasChildren() {
			return nil
		}
	}
	var lines [][2]int
	for i := range b.node.Lines().Len() {
		s := b.node.Lines().At(i)
		text := s.Value(body)
		from := s.Stop - len(bytes.TrimLeft(text, " \t"))
		to := s.Stop - len(text) + len(bytes.TrimRight(text, "\n"))
		if from = max(from, s.Start); from < to {
			lines = append(lines, [2]int{from, to})
		}
	}
	return lines
}

// Condition returns the [Condition] of a [When]; "" of every other block.
func (b *Block) Condition() string {
	if d, ok := b.node.(*Directive); ok && d.Name == When {
		return Condition(d.Attrs)
	}
	return ""
}

// Step reports whether the block stands in a step of what readers do in order:
// in an item of a numbered list.
func (b *Block) Step() bool {
	for n := b.node.Parent(); n != nil; n = n.Parent() {
		if list, ok := n.(*ast.List); ok && list.IsOrdered() {
			return true
		}
	}
	return false
}

// Hash returns a digest of the block's kind and of its source. It does not
// depend on where the block stands, nor on how its lines are broken.
func (b *Block) Hash() BlockHash {
	h := sha256.New()
	h.Write([]byte(b.Kind))
	h.Write([]byte{0, byte(b.Level)})
	if b.Kind == BlockCode {
		h.Write([]byte(b.Source()))
	} else {
		h.Write([]byte(strings.Join(strings.Fields(b.Source()), " ")))
	}
	return BlockHash(h.Sum(nil))
}

// Blocks returns the blocks of the page. Those of directives and alerts may have
// no text, where no site says what they say. Blocks are made when they are first asked
// for, from the tree that [Engine.Convert] made, which lives as long as the
// facts and the blocks do. It must not be called by two goroutines at once.
func (f *Facts) Blocks() []Block {
	if f.blocks == nil && f.doc != nil {
		c := &collector{walk: f.walk, heading: -1, table: -1, when: -1}
		c.children(f.doc)
		f.blocks = c.blocks
	}
	return f.blocks
}

// Labels returns blocks of the labels of directives around text, such as the title
// of details: what writers say there in their own words. They are headings by their
// kind, and not among [Facts.Blocks].
func (f *Facts) Labels() []Block {
	var list []Block
	for _, b := range f.Blocks() {
		d, ok := b.node.(*Directive)
		if !ok || d.Form != Container || d.Label == "" || d.Attrs["lang"] != "" {
			continue
		}
		if at := b.Typed(); len(at) == 1 {
			list = append(list, Block{Kind: BlockHeading, Text: d.Label, walk: f.walk, spans: f.walk.quoted(d.Label, at[0][0])})
		}
	}
	return list
}

// Written returns a block of a text that stands elsewhere in the file than in its
// body, such as the title of the page: pos is where its value begins, with the
// quotes around it.
func (f *Facts) Written(kind BlockKind, text string, pos diag.Pos) Block {
	w := f.walk
	at := 0
	for range pos.Line - 1 {
		at += bytes.IndexByte(w.Src[at:], '\n') + 1
	}
	at += max(pos.ByteCol()-1, 0)
	if at+1 < len(w.Src) && (w.Src[at] == '"' || w.Src[at] == '\'') && w.Src[at+1] != w.Src[at] {
		at++
	}
	return Block{Kind: kind, Text: text, walk: w, spans: w.quoted(text, at-w.Body)}
}

// quoted returns the spans of a text that was typed at an offset in the body with
// a backslash before some signs. Where it was typed in yet another way, what
// follows stands for that place.
func (w *walk) quoted(text string, at int) []span {
	src := w.Src[w.Body+at:]
	spans := []span{{src: at}}
	i := 0 // in src
	for j := 0; j < len(text); j, i = j+1, i+1 {
		switch {
		case i+1 < len(src) && src[i] == '\\' && src[i+1] == text[j]:
			i++
			spans = append(spans, span{text: j, src: at + i})
		case i >= len(src) || src[i] != text[j]:
			return append(spans, span{text: j, src: at + min(i, len(src)), fixed: true})
		}
	}
	return spans
}

// captioned returns the spans of a caption, which is the title of the image in a
// paragraph.
func (w *walk) captioned(n ast.Node, title string) []span {
	at := max(n.Pos(), 0)
	if i := bytes.Index(w.body[at:], []byte("](")); i >= 0 {
		if k := bytes.Index(w.body[at+i:], []byte(title)); k > 0 && strings.IndexByte(`"'(`, w.body[at+i+k-1]) >= 0 {
			return []span{{src: at + i + k}}
		}
	}
	return []span{{src: at, fixed: true}}
}

// A collector goes through the tree of a page for its blocks.
type collector struct {
	walk    *walk
	blocks  []Block
	heading int
	table   int
	when    int
}

func (c *collector) children(n ast.Node) {
	for n := n.FirstChild(); n != nil; n = n.NextSibling() {
		c.node(n)
	}
}

func (c *collector) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		c.heading++
		c.text(Block{Kind: BlockHeading, Level: n.Level}, n, "")
	case *ast.Paragraph, *ast.TextBlock:
		c.text(Block{Kind: paragraphKind(n)}, n, "")
		if text, ok := n.AttributeString(caption); ok {
			c.add(Block{Kind: paragraphKind(n), Text: string(text.([]byte)), node: n, spans: c.walk.captioned(n, string(text.([]byte)))})
		}
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		b := Block{Kind: BlockCode, node: n}
		if f := fenceOf(n); f.title != "" {
			b.Text, b.spans = f.title+"\n", []span{{src: f.at, fixed: true}}
		}
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			b.spans = append(b.spans, span{text: len(b.Text), src: s.Start})
			b.Text += string(s.Value(c.walk.body))
		}
		c.add(b)
	case *xast.Table:
		c.table++
		c.cells(n)
	case *xast.DefinitionTerm:
		c.text(Block{Kind: BlockTerm}, n, "")
	case *AlertTitle:
		b := Block{Kind: BlockAlert, Name: n.Alert.AlertKind}
		if !n.HasChildren() {
			b.Text, b.node, b.spans = n.Alert.Label, n, []span{{src: max(n.Alert.Pos(), 0), fixed: true}}
			c.add(b)
			break
		}
		c.text(b, n, cmp.Or(n.Alert.Label, n.Alert.AlertKind))
	case *Directive:
		c.directive(n)
	case *ast.HTMLBlock:
	default:
		c.children(n)
	}
}

// paragraphKind returns the kind of a paragraph by what it stands in.
func paragraphKind(n ast.Node) BlockKind {
	switch n.Parent().(type) {
	case *ast.ListItem:
		return BlockItem
	case *ast.Blockquote, *Alert:
		return BlockQuote
	case *xast.DefinitionDescription:
		return BlockDefinition
	case *xast.Footnote:
		return BlockNote
	}
	return BlockParagraph
}

func (c *collector) cells(table ast.Node) {
	row := 0
	for r := table.FirstChild(); r != nil; r = r.NextSibling() {
		column := 0
		for cell := r.FirstChild(); cell != nil; cell = cell.NextSibling() {
			c.text(Block{Kind: BlockCell, Table: c.table, Row: row, Column: column}, cell, "")
			column++
		}
		row++
	}
}

// directive adds what a template says around the content.
func (c *collector) directive(d *Directive) {
	own := d.HTML
	if before, after, ok := strings.Cut(own, d.Content); ok && d.Content != "" {
		own = before + " " + after
	}
	text := htmlText(own)
	if !d.made {
		text = d.Label
	}
	c.add(Block{Kind: BlockDirective, Name: d.Name, Text: text, node: d, spans: []span{{src: max(d.Pos(), 0), fixed: true}}})
	if d.Name == When {
		defer func(outer int) { c.when = outer }(c.when)
		c.when = len(c.blocks) - 1
	}
	c.children(d)
}

func (c *collector) add(b Block) {
	if strings.TrimSpace(b.Text) == "" && b.Kind != BlockDirective && b.Kind != BlockAlert { // which count for what they are
		return
	}
	b.Heading, b.When, b.walk = c.heading, c.when, c.walk
	c.blocks = append(c.blocks, b)
}

// text adds a block of running text, and the images in it. What stands before it is
// not the writer's; it may be empty.
func (c *collector) text(b Block, n ast.Node, before string) {
	b.node = n
	t := textBuilder{body: c.walk.body}
	if before != "" {
		t.foreign(before, max(n.Pos(), 0), true)
		t.put(": ", max(n.Pos(), 0), true)
	}
	t.inline(n)
	b.Text = c.walk.engine.Text(t.String())
	b.spans = widen(t.spans, t.String(), b.Text)
	if trimmed := strings.TrimLeft(b.Text, " "); len(trimmed) < len(b.Text) {
		for i := range b.spans {
			b.spans[i].text -= len(b.Text) - len(trimmed)
		}
		b.Text = trimmed
	}
	b.Text = strings.TrimRight(b.Text, " ")
	c.add(b)
	for _, i := range t.images {
		alt := textBuilder{body: c.walk.body, alt: true}
		alt.inline(i)
		c.add(Block{Kind: BlockImage, Text: alt.String(), node: i, spans: alt.spans})
	}
}

// A textBuilder makes the plain text of running text and keeps where each part
// was typed.
type textBuilder struct {
	strings.Builder
	body   []byte
	spans  []span
	images []*ast.Image
	alt    bool // an image in an image's text is part of it
}

// escapedRE finds one backslash escape or character reference.
var escapedRE = lazyregexp.New(`^(?:\\[[:punct:]]|&#?[0-9a-zA-Z]+;)`)

func (t *textBuilder) put(text string, src int, fixed bool) {
	t.spans = append(t.spans, span{text: t.Len(), src: src, fixed: fixed})
	t.WriteString(text)
}

// foreign is put for what is not in the writer's own words.
func (t *textBuilder) foreign(text string, src int, fixed bool) {
	t.put(text, src, fixed)
	t.spans[len(t.spans)-1].foreign = true
}

// widen returns the spans of a text after the engine put wider spaces into it.
func widen(spans []span, was, is string) []span {
	if len(was) == len(is) {
		return spans
	}
	var list []span
	more := 0 // how much wider the text is by now
	for i, s := range spans {
		at, end := s.text, len(was)
		if i+1 < len(spans) {
			end = spans[i+1].text
		}
		s.text += more
		list = append(list, s)
		for ; at < end; at++ {
			if was[at] == is[at+more] {
				continue
			}
			more += len("\u202f") - len(" ")
			if next := s; at+1 < end && !s.fixed { // what stands behind it is narrower than it seems
				next.text, next.src = at+1+more, s.src+at+1-spans[i].text
				list = append(list, next)
			}
		}
	}
	return list
}

func (t *textBuilder) inline(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			t.typed(c)
		case *ast.String:
			at := 0
			if p, ok := c.PreviousSibling().(*ast.Text); ok {
				at = p.Segment.Stop
			} else if len(t.spans) > 0 {
				last := t.spans[len(t.spans)-1]
				if at = last.src; !last.fixed {
					at += t.Len() - last.text
				}
			} else {
				at = max(c.Pos(), n.Pos(), 0)
			}
			t.put(string(c.Value), at, true)
		case *ast.Image:
			if t.alt {
				t.inline(c)
			} else {
				t.images = append(t.images, c)
			}
		case *ast.AutoLink:
			at := max(c.Pos(), 0)
			if _, bare := c.AttributeString("bare"); !bare {
				at++ // the <
			}
			t.foreign(string(c.Label(t.body)), at, false)
		case *Directive:
			t.foreign(c.says(), max(c.Pos(), 0), true)
		case *ast.RawHTML, *xast.FootnoteLink, *xast.FootnoteBacklink, *xast.TaskCheckBox:
		default:
			t.inline(c)
		}
	}
}

// typed adds a text, with its escapes taken out.
func (t *textBuilder) typed(n *ast.Text) {
	at, v := n.Segment.Start, n.Segment.Value(t.body)
	at -= n.Segment.Padding
	switch {
	case n.IsRaw():
		t.foreign(strings.ReplaceAll(string(v), "\n", " "), at, false)
	case bytes.IndexByte(v, '\\') < 0 && bytes.IndexByte(v, '&') < 0:
		t.put(string(v), at, false)
	default:
		for len(v) > 0 {
			i := bytes.IndexAny(v, `\&`)
			if i < 0 {
				i = len(v)
			}
			if i > 0 {
				t.put(string(v[:i]), at, false)
				at, v = at+i, v[i:]
				continue
			}
			took := len(escapedRE().Find(v))
			if took == 0 {
				t.put(string(v[:1]), at, false)
				at, v = at+1, v[1:]
				continue
			}
			t.put(unescape(v[:took]), at, true)
			at, v = at+took, v[took:]
		}
	}
	if n.SoftLineBreak() || n.HardLineBreak() {
		t.put(" ", n.Segment.Stop, true)
	}
}

// inlineElements are the elements of HTML that stand within a word.
var inlineElements = map[string]bool{
	"a": true, "abbr": true, "b": true, "bdi": true, "bdo": true, "cite": true, "code": true, "data": true, "dfn": true, "em": true, "i": true,
	"kbd": true, "mark": true, "q": true, "s": true, "samp": true, "span": true, "strong": true, "sub": true, "sup": true, "time": true,
	"u": true, "var": true, "wbr": true, "del": true, "ins": true,
}

// htmlText returns the text that readers of HTML see without scripts, with
// single spaces: nothing of elements that are hidden or of the class js.
func htmlText(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	hidden, depth := 0, 0 // the depth at which what is hidden began
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			raw, attrs := z.TagName()
			name := string(raw)
			if !inlineElements[name] {
				b.WriteByte(' ')
			}
			switch {
			case kind == html.EndTagToken:
				if depth == hidden {
					hidden = 0
				}
				depth = max(depth-1, 0)
			case kind == html.StartTagToken && !voidElements[name]:
				depth++
				if hidden == 0 && (name == "script" || name == "style" || name == "template" || attrs && unseen(z)) {
					hidden = depth
				}
			}
		}
	}
}

var voidElements = map[string]bool{"br": true, "hr": true, "img": true, "input": true, "wbr": true, "link": true, "meta": true, "source": true, "col": true, "area": true, "embed": true, "track": true}

// unseen reports whether the attributes of the current tag hide it from readers
// without scripts.
func unseen(z *html.Tokenizer) bool {
	for {
		key, val, more := z.TagAttr()
		switch string(key) {
		case "hidden":
			return true
		case "class":
			for class := range strings.FieldsSeq(string(val)) {
				if class == "js" {
					return true
				}
			}
		}
		if !more {
			return false
		}
	}
}
