package markdown

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
)

// mdWriter writes a tree back as Markdown: directives as what they turned
// into, links as whole addresses, everything else as the writer typed it.
type mdWriter struct {
	b        bytes.Buffer
	src      []byte
	absolute func(string) string
}

// blocks writes the children of n as blocks; every line but the first begins
// with indent.
func (w *mdWriter) blocks(n ast.Node, indent string) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.block(c, indent)
	}
}

// put writes a block of text: its lines, then an empty one.
func (w *mdWriter) put(indent, text string) {
	text = strings.Trim(text, "\n")
	for line := range strings.SplitSeq(text, "\n") {
		w.b.WriteString(strings.TrimRight(indent+line, " "))
		w.b.WriteByte('\n')
	}
	w.b.WriteString(strings.TrimRight(indent, " ") + "\n")
}

// nested gives the blocks in n as text of their own.
func (w *mdWriter) nested(n ast.Node) string {
	in := &mdWriter{src: w.src, absolute: w.absolute}
	in.blocks(n, "")
	return strings.Trim(in.b.String(), "\n")
}

func (w *mdWriter) inlines(n ast.Node) string {
	in := &mdWriter{src: w.src, absolute: w.absolute}
	in.inline(n)
	return strings.TrimSpace(in.b.String())
}

func (w *mdWriter) block(n ast.Node, indent string) {
	switch n := n.(type) {
	case *ast.Heading:
		w.put(indent, strings.Repeat("#", n.Level)+" "+w.inlines(n))
	case *ast.Paragraph:
		if n.FirstChild() != nil {
			w.put(indent, w.inlines(n))
		}
	case *ast.TextBlock:
		if n.FirstChild() != nil {
			w.put(indent, w.inlines(n))
		}
	case *ast.ThematicBreak:
		w.put(indent, "---")
	case *ast.CodeBlock:
		w.code(indent, "", n)
	case *ast.FencedCodeBlock:
		w.code(indent, string(n.Language(w.src)), n)
	case *ast.Blockquote:
		w.quote(indent, w.nested(n))
	case *Alert:
		w.quote(indent, "[!"+strings.ToUpper(n.AlertKind)+"]\n"+w.nested(n))
	case *ast.List:
		w.list(n, indent)
	case *xast.Table:
		w.table(n, indent)
	case *xast.DefinitionList:
		w.definitions(n, indent)
	case *xast.FootnoteList:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if f, ok := c.(*xast.Footnote); ok {
				w.item(indent, fmt.Sprintf("[^%d]: ", f.Index), w.nested(f))
			}
		}
	case *Directive:
		if strings.TrimSpace(n.MD) != "" {
			w.put(indent, n.MD)
		}
	default:
		w.blocks(n, indent)
	}
}

func (w *mdWriter) quote(indent, text string) {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(strings.TrimRight("> "+line, " ") + "\n")
	}
	w.put(indent, b.String())
}

func (w *mdWriter) code(indent, lang string, n ast.Node) {
	var b strings.Builder
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		b.Write(s.Value(w.src))
	}
	fence := "```"
	for strings.Contains(b.String(), fence) {
		fence += "`"
	}
	w.put(indent, fence+lang+"\n"+strings.TrimRight(b.String(), "\n")+"\n"+fence)
}

// item writes a block with a mark before its first line and its other lines
// moved in below it.
func (w *mdWriter) item(indent, mark, text string) {
	pad := strings.Repeat(" ", len(mark))
	var b strings.Builder
	first := true
	for line := range strings.SplitSeq(text, "\n") {
		if first {
			b.WriteString(mark + line + "\n")
			first = false
			continue
		}
		b.WriteString(strings.TrimRight(pad+line, " ") + "\n")
	}
	w.put(indent, b.String())
}

func (w *mdWriter) list(l *ast.List, indent string) {
	n := l.Start
	for c := l.FirstChild(); c != nil; c = c.NextSibling() {
		mark := "- "
		if l.IsOrdered() {
			mark = fmt.Sprintf("%d. ", n)
			n++
		}
		w.item(indent, mark, w.nested(c))
		if l.IsTight && c.NextSibling() != nil { // no empty line between the items
			w.b.Truncate(w.b.Len() - len(strings.TrimRight(indent, " ")) - 1)
		}
	}
}

func (w *mdWriter) table(t *xast.Table, indent string) {
	var b strings.Builder
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		b.WriteString("|")
		cells := 0
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			b.WriteString(" " + strings.ReplaceAll(w.inlines(cell), "\n", " ") + " |")
			cells++
		}
		b.WriteString("\n")
		if _, head := row.(*xast.TableHeader); head {
			b.WriteString("|")
			for i := range cells {
				a := xast.AlignNone
				if i < len(t.Alignments) {
					a = t.Alignments[i]
				}
				switch a {
				case xast.AlignRight:
					b.WriteString(" ---: |")
				case xast.AlignCenter:
					b.WriteString(" :---: |")
				default:
					b.WriteString(" --- |")
				}
			}
			b.WriteString("\n")
		}
	}
	w.put(indent, b.String())
}

func (w *mdWriter) definitions(l *xast.DefinitionList, indent string) {
	var b strings.Builder
	for c := l.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *xast.DefinitionTerm:
			b.WriteString(w.inlines(c) + "\n")
		case *xast.DefinitionDescription:
			in := &mdWriter{src: w.src, absolute: w.absolute}
			in.item("", ": ", w.nested(c))
			b.WriteString(strings.TrimRight(in.b.String(), "\n") + "\n")
			if _, more := c.NextSibling().(*xast.DefinitionDescription); !more {
				b.WriteString("\n")
			}
		}
	}
	w.put(indent, b.String())
}

func (w *mdWriter) inline(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			w.b.Write(c.Segment.Value(w.src))
			switch {
			case c.HardLineBreak():
				w.b.WriteString("\\\n")
			case c.SoftLineBreak():
				w.b.WriteByte('\n')
			}
		case *ast.String:
			w.b.Write(c.Value)
		case *ast.CodeSpan:
			var b strings.Builder
			for t := c.FirstChild(); t != nil; t = t.NextSibling() {
				b.Write(t.(*ast.Text).Segment.Value(w.src))
			}
			fence := "`"
			for strings.Contains(b.String(), fence) {
				fence += "`"
			}
			s := strings.ReplaceAll(b.String(), "\n", " ")
			if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
				s = " " + s + " "
			}
			w.b.WriteString(fence + s + fence)
		case *ast.Emphasis:
			mark := strings.Repeat("*", c.Level)
			w.b.WriteString(mark)
			w.inline(c)
			w.b.WriteString(mark)
		case *xast.Strikethrough:
			w.b.WriteString("~~")
			w.inline(c)
			w.b.WriteString("~~")
		case *ast.Link:
			w.b.WriteString("[")
			w.inline(c)
			w.b.WriteString("](" + w.url(string(c.Destination)) + ")")
		case *ast.Image:
			w.b.WriteString("![")
			w.inline(c)
			w.b.WriteString("](" + w.url(string(c.Destination)) + ")")
		case *ast.AutoLink:
			w.b.WriteString("<" + string(c.Label(w.src)) + ">")
		case *xast.TaskCheckBox:
			if c.IsChecked {
				w.b.WriteString("[x] ")
			} else {
				w.b.WriteString("[ ] ")
			}
		case *xast.FootnoteLink:
			fmt.Fprintf(&w.b, "[^%d]", c.Index)
		case *xast.FootnoteBacklink:
		case *Directive:
			w.b.WriteString(c.MD)
		default:
			w.inline(c)
		}
	}
}

func (w *mdWriter) url(u string) string {
	if w.absolute != nil {
		u = w.absolute(u)
	}
	if strings.ContainsAny(u, " ()") {
		return "<" + u + ">"
	}
	return u
}
