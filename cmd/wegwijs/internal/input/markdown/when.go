package markdown

import (
	"bytes"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// When is the directive whose content stands only where the record has what it
// names: :::when{has=pop} … ::: and :when[text]{has=webmail}. lacks= is the
// other way round; several names stand between quotes, and all of them count.
// It has no template.
const When = "when"

// WhenAttributes are the attributes of [When].
var WhenAttributes = []string{"has", "lacks"}

// whens takes the when directives out of a tree: their content stays in their
// place, or goes. It is kept of each link what stands around it.
func (w *walk) whens(doc ast.Node) {
	if !bytes.Contains(w.body, []byte(":"+When)) {
		return
	}
	w.whensIn(doc, nil)
	for _, parent := range w.loosened {
		join(parent)
	}
}

func (w *walk) whensIn(n ast.Node, having []string) {
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		switch c := c.(type) {
		case *Directive:
			if c.Name == When && c.bad == "" {
				next = w.whenOut(n, c, having)
			} else {
				w.whensIn(c, having)
			}
		case *ast.Link:
			if having != nil {
				w.having[c] = having
			}
		default:
			w.whensIn(c, having)
		}
		c = next
	}
}

// whenOut puts what a when directive stands for in its place, and returns the
// node with which to go on.
func (w *walk) whenOut(parent ast.Node, d *Directive, having []string) ast.Node {
	next := d.NextSibling()
	d.At = w.pos(d)
	stands, has := w.condition(d)
	if d.Form == Inline {
		w.label(d)
	}
	if !stands {
		parent.RemoveChild(parent, d)
		w.emptied(parent)
		w.loosened = append(w.loosened, parent)
		return next
	}
	inner := append(slices.Clone(having), has...)
	w.whensIn(d, inner)
	if w.Site == Resolver(alone{}) && d.Form == Container {
		return next // without a site nobody knows; it stays, as a block of its own
	}
	for c := d.FirstChild(); c != nil; {
		following := c.NextSibling()
		d.RemoveChild(d, c)
		parent.InsertBefore(parent, d, c)
		c = following
	}
	parent.RemoveChild(parent, d)
	w.loosened = append(w.loosened, parent)
	return next
}

// condition reads the attributes of a when directive: whether its content
// stands, and what it says that there is.
func (w *walk) condition(d *Directive) (stands bool, has []string) {
	stands = true
	w.mustClose(d)
	if d.Form == Leaf {
		w.Out.Errorf(d.At, diag.Directive, "write :::when{has=pop} and close it with :::, or :when[text]{has=pop}", "%q is not written with two colons", d.Name)
	}
	if d.Form == Container && d.Label != "" {
		w.Out.Errorf(d.At, diag.Directive, "write the text on the next lines", "the block :::%s has no label", d.Name)
	}
	named := false
	for _, key := range sortedKeys(d.Attrs) {
		if !slices.Contains(WhenAttributes, key) {
			w.Out.Errorf(d.At, diag.Directive, diag.DidYouMean(key, WhenAttributes), "unknown attribute %q", key)
			named = true // which is the one mistake
			continue
		}
		for _, fact := range factsOf(d.Attrs[key]) {
			named = true
			there, known := w.Site.Has(fact)
			if !known {
				w.Out.Errorf(d.At, diag.Directive, diag.DidYouMean(fact, w.Site.Facts()), "nothing is called %q that a site has or lacks", fact)
			}
			if there == (key == "lacks") {
				stands = false
			}
			if key == "has" {
				has = append(has, fact)
			}
		}
	}
	if w.Site == Resolver(alone{}) {
		return true, has
	}
	if !named {
		w.Out.Errorf(d.At, diag.Directive, "write {has=pop} or {lacks=pop}", "the directive does not say when its text stands")
	}
	return stands, has
}

// Condition returns when the content of a [When] directive with these attributes
// stands, the same for each way in which that can be typed: has=imap,pop
// lacks=webmail.
func Condition(attrs map[string]string) string {
	var all []string
	for _, key := range sortedKeys(attrs) {
		if slices.Contains(WhenAttributes, key) {
			facts := factsOf(attrs[key])
			slices.Sort(facts)
			all = append(all, key+"="+strings.Join(slices.Compact(facts), ","))
		}
	}
	return strings.Join(all, " ")
}

// factsOf returns the names in an attribute of a when directive.
func factsOf(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' })
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// label parses the label of an inline when as running text and hangs that below
// the directive. It is parsed between brackets, so that it begins no block, and
// what that gives is moved to where the label stands in the body.
func (w *walk) label(d *Directive) {
	at := bytes.IndexByte(w.body[d.Pos():], '[') + d.Pos()
	end := closing(w.body, at, '[', ']')
	if end < 0 {
		w.Out.Errorf(d.At, diag.Directive, "keep it on one line", "the label of the directive goes on on the next line")
		return
	}
	src := append(append([]byte("("), w.body[at+1:end]...), ')')
	pc := parser.NewContext()
	pc.Set(kindKey, w.Site)
	doc := w.engine.md.Parser().Parse(text.NewReader(src), parser.WithContext(pc))
	p := doc.FirstChild()
	if p == nil {
		return
	}
	trim(p.FirstChild(), 1, 0)
	trim(p.LastChild(), 0, 1)
	move(p, src, at)
	for c := p.FirstChild(); c != nil; {
		next := c.NextSibling()
		p.RemoveChild(p, c)
		if t, ok := c.(*ast.Text); !ok || t.Segment.Len() > 0 {
			d.AppendChild(d, c)
		}
		c = next
	}
}

// trim takes bytes off a text.
func trim(n ast.Node, start, end int) {
	if t, ok := n.(*ast.Text); ok && t.Segment.Len() >= start+end {
		t.Segment = text.NewSegment(t.Segment.Start+start, t.Segment.Stop-end)
	}
}

// move adds to every offset in the nodes below n.
func move(n ast.Node, src []byte, by int) {
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		if p := c.Pos(); p >= 0 {
			if s, ok := c.(interface{ SetPos(int) }); ok {
				s.SetPos(p + by)
			}
		}
		switch x := c.(type) {
		case *ast.Text:
			s := x.Segment
			x.Segment = text.NewSegmentPadding(s.Start+by, s.Stop+by, s.Padding)
		case *ast.RawHTML:
			moved := text.NewSegments()
			for i := range x.Segments.Len() {
				s := x.Segments.At(i)
				moved.Append(text.NewSegment(s.Start+by, s.Stop+by))
			}
			x.Segments = moved
		case *ast.AutoLink:
			from := x.Pos() + 1
			y := ast.NewAutoLink(x.AutoLinkType, ast.NewTextSegment(text.NewSegment(from, from+len(x.Label(src)))))
			y.SetPos(x.Pos())
			n.ReplaceChild(n, c, y)
		}
		move(c, src, by)
		c = next
	}
}

// emptied takes away what a when directive left empty: a paragraph, an item, a
// list, a row of a table whose first cell it was.
func (w *walk) emptied(n ast.Node) {
	if n.Kind() == ast.KindDocument {
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); !ok || len(bytes.TrimSpace(t.Segment.Value(w.body))) > 0 {
			return
		}
	}
	parent := n.Parent()
	switch n.(type) {
	case *ast.Paragraph, *ast.TextBlock, *ast.ListItem, *ast.List, *ast.Blockquote, *ast.Heading, *xast.DefinitionTerm, *xast.DefinitionDescription, *xast.DefinitionList, *ast.Emphasis:
		if parent != nil {
			parent.RemoveChild(parent, n)
			w.emptied(parent)
		}
	case *xast.TableCell:
		if row, ok := parent.(*xast.TableRow); ok && row.FirstChild() == n {
			row.Parent().RemoveChild(row.Parent(), row)
		}
	}
}

// join makes one list of those in parent that stand behind each other, since a
// when stood between them.
func join(parent ast.Node) {
	for c := parent.FirstChild(); c != nil; {
		next := c.NextSibling()
		l, ok := c.(*ast.List)
		before, also := c.PreviousSibling().(*ast.List)
		if ok && also && before.Marker == l.Marker {
			for i := l.FirstChild(); i != nil; {
				following := i.NextSibling()
				before.AppendChild(before, i)
				i = following
			}
			parent.RemoveChild(parent, l)
		}
		c = next
	}
}

// attached reports whether a node is still part of a tree.
func attached(n, doc ast.Node) bool {
	for n != nil && n != doc {
		n = n.Parent()
	}
	return n == doc
}

// lacking returns what a page needs of the record that nothing around a link to
// it says that there is; "" when all is.
func (w *walk) lacking(n ast.Node, needs []string) string {
	for _, fact := range needs {
		if !slices.Contains(w.having[n], fact) && !slices.Contains(w.Needs, fact) {
			return fact
		}
	}
	return ""
}
