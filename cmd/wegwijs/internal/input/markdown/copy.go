package markdown

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// mdWriter writes a tree back as Markdown: directives as what they turned
// into, links as whole addresses, everything else as the writer typed it as
// far as the place where it now stands allows. Read again, it gives the same
// text.
type mdWriter struct {
	b        bytes.Buffer
	src      []byte
	absolute func(string) string
}

// blocks returns the blocks in n, with an empty line between them.
func (w *mdWriter) blocks(n ast.Node) string {
	in := &mdWriter{src: w.src, absolute: w.absolute}
	in.children(n)
	return strings.Trim(in.b.String(), "\n")
}

func (w *mdWriter) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.block(c)
	}
}

// put writes a block and an empty line.
func (w *mdWriter) put(text string) {
	w.b.WriteString(strings.Trim(text, "\n"))
	w.b.WriteString("\n\n")
}

// line writes a block; no empty line follows in a list without them.
func (w *mdWriter) line(n ast.Node, text string) {
	w.put(text)
	if item, ok := n.Parent().(*ast.ListItem); ok && item.Parent().(*ast.List).IsTight {
		w.b.Truncate(w.b.Len() - 1)
	}
}

func (w *mdWriter) inlines(n ast.Node) string {
	in := &mdWriter{src: w.src, absolute: w.absolute}
	in.inline(n)
	return strings.TrimSpace(in.b.String())
}

func (w *mdWriter) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		w.line(n, w.heading(n))
	case *ast.Paragraph, *ast.TextBlock:
		if n.FirstChild() != nil {
			w.line(n, paragraph(w.inlines(n)))
		}
	case *ast.ThematicBreak:
		w.line(n, "___") // "- ---" would be one break and no list
	case *ast.CodeBlock:
		w.line(n, w.code("", n))
	case *ast.FencedCodeBlock:
		info := ""
		if n.Info != nil {
			info = strings.TrimSpace(string(n.Info.Segment.Value(w.src)))
		}
		w.line(n, w.code(info, n))
	case *ast.Blockquote:
		w.put(prefix("> ", "> ", w.blocks(n)))
	case *Alert:
		mark, rest := "[!"+strings.ToUpper(n.AlertKind)+"]", n.FirstChild()
		if title, ok := rest.(*AlertTitle); ok {
			rest = rest.NextSibling()
			if text := w.inlines(title); text != "" {
				mark += " " + text
			}
		}
		mark += "\n"
		if _, ok := rest.(*ast.Paragraph); !ok {
			mark += "\n" // else what follows could become part of the mark's paragraph
		}
		w.put(prefix("> ", "> ", mark+w.blocks(n)))
	case *AlertTitle:
	case *ast.List:
		w.list(n)
	case *xast.Table:
		w.table(n)
	case *xast.DefinitionList:
		w.definitions(n)
	case *xast.FootnoteList:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if f, ok := c.(*xast.Footnote); ok {
				w.put(prefix(fmt.Sprintf("[^%d]: ", f.Index), "    ", w.blocks(f)))
			}
		}
	case *Directive:
		if strings.TrimSpace(n.MD) != "" {
			w.put(n.MD)
		}
	case *marked:
		w.put(n.mark.MD)
	default:
		w.children(n)
	}
}

// prefix returns text with one mark before its first line and another before
// each of the others.
func prefix(first, others, text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" {
			first = strings.TrimRight(first, " ")
		}
		b.WriteString(first + line + "\n")
		first = others
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// heading returns a heading on one line; the source may have it on several, with
// a line below it.
func (w *mdWriter) heading(n *ast.Heading) string {
	text := strings.NewReplacer("\\\n", " ", "  \n", " ", "\n", " ").Replace(w.inlines(n))
	if strings.HasSuffix(text, "#") && closeRE().MatchString(text) {
		text += " #" // else the last # would be taken for the end of the heading
	}
	return strings.TrimRight(strings.Repeat("#", n.Level)+" "+text, " ")
}

// startRE finds what would begin another block at the start of a line.
var startRE = lazyregexp.New("^(?:#{1,6}(?:[ \t]|$)|>|[-+*](?:[ \t]|$)|[0-9]{1,9}[.)](?:[ \t]|$)|```|~~~|=+[ \t]*$|-+[ \t]*$|(?:[-*_][ \t]*){3,}$|:|<[a-zA-Z/!?]|\\[\\^|\\|?[ \t]*:?-+)")

// firstRE finds what would make another block of a paragraph: what kept it from
// being one in the source, such as tabs or a link definition above it, is gone.
var firstRE = lazyregexp.New("^(?:#{1,6}(?:[ \t\n]|$)|>|[-+*:](?:[ \t\n]|$))")

// paragraph keeps the lines of a paragraph together: what stands far enough to
// the right begins nothing new.
func paragraph(text string) string {
	if marks(text) && firstRE().MatchString(text) {
		text = `\` + text
	}
	if !strings.Contains(text, "\n") {
		return text
	}
	lines := strings.Split(text, "\n")
	for i := 1; i < len(lines); i++ {
		if marks(lines[i]) && startRE().MatchString(lines[i]) {
			lines[i] = "    " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// marks reports whether a line begins with another sign than a letter: only
// then the expressions above can match.
func marks(line string) bool {
	return line != "" && line[0] < 0x7f && (line[0]|0x20 < 'a' || line[0]|0x20 > 'z')
}

func (w *mdWriter) code(info string, n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		b.Write(s.Value(w.src))
	}
	mark := "`"
	if strings.Contains(info, "`") {
		mark = "~"
	}
	fence := strings.Repeat(mark, 3)
	for strings.Contains(b.String(), fence) {
		fence += mark
	}
	text := b.String()
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if strings.HasPrefix(info, mark) {
		info = " " + info
	}
	return fence + info + "\n" + text + fence
}

var breakRE = lazyregexp.New(`^(?:[-*][ \t]*){3,}$`)

func (w *mdWriter) list(l *ast.List) {
	n := l.Start
	for c := l.FirstChild(); c != nil; c = c.NextSibling() {
		mark := string(l.Marker) + " "
		if l.IsOrdered() {
			mark = fmt.Sprintf("%d%s", n, mark)
			n = min(n+1, 999_999_999) // CommonMark 0.31 §5.2: nine digits at most
		}
		text := w.blocks(c)
		if first, _, _ := strings.Cut(text, "\n"); breakRE().MatchString(mark + first) {
			text = "\n" + text // "* **" would be a break
		}
		w.put(prefix(mark, strings.Repeat(" ", len(mark)), text))
		if l.IsTight && c.NextSibling() != nil {
			w.b.Truncate(w.b.Len() - 1)
		}
	}
}

func (w *mdWriter) table(t *xast.Table) {
	var b strings.Builder
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		b.WriteString("|")
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			b.WriteString(" " + escaped(strings.ReplaceAll(w.inlines(cell), "\n", " "), '|') + " |")
		}
		b.WriteString("\n")
		if _, head := row.(*xast.TableHeader); head {
			b.WriteString("|")
			for _, a := range t.Alignments {
				switch a {
				case xast.AlignLeft:
					b.WriteString(" :--- |")
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
	w.put(b.String())
}

// escaped returns text with a backslash before every c that has none, so that
// none ends what it stands in.
func escaped(s string, c byte) string {
	if strings.IndexByte(s, c) < 0 {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if s[i] == c && (i == 0 || s[i-1] != '\\') {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (w *mdWriter) definitions(l *xast.DefinitionList) {
	var b strings.Builder
	for c := l.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *xast.DefinitionTerm:
			if _, ok := c.PreviousSibling().(*xast.DefinitionDescription); ok {
				b.WriteString("\n")
			}
			b.WriteString(w.inlines(c) + "\n")
		case *xast.DefinitionDescription:
			if !c.IsTight {
				b.WriteString("\n")
			}
			if text := w.blocks(c); text != "" {
				b.WriteString(prefix(": ", "  ", text) + "\n")
			} else {
				b.WriteString(": \n") // the space makes it a definition
			}
		}
	}
	w.put(b.String())
}

func (w *mdWriter) inline(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			v := c.Segment.Value(w.src)
			w.b.Write(v)
			switch {
			case c.HardLineBreak(): // as typed: what stands before it was typed beside that
				if stop := c.Segment.Stop; stop < len(w.src) && w.src[stop] == ' ' {
					w.b.WriteString("  \n")
				} else {
					w.b.WriteString("\\\n")
				}
			case c.SoftLineBreak():
				if slashes := len(v) - len(bytes.TrimRight(v, `\`)); slashes%2 == 1 {
					w.b.WriteByte('\\') // else it would break the line
				}
				w.b.WriteByte('\n')
			}
		case *ast.String:
			w.b.Write(c.Value)
		case *ast.CodeSpan:
			w.codeSpan(c)
		case *ast.Emphasis:
			w.marked(c, strings.Repeat(w.typed(c, "*_"), c.Level))
		case *xast.Strikethrough:
			w.marked(c, w.tildes(c))
		case *ast.Link:
			w.b.WriteString("[")
			w.inline(c)
			if note, ok := c.AttributeString(download); ok {
				w.b.Write(note.([]byte))
			}
			w.b.WriteString("](" + w.target(c.Destination, c.Title) + ")")
		case *ast.Image:
			title := c.Title
			if v, ok := c.AttributeString(caption); ok {
				title = v.([]byte)
			}
			w.b.WriteString("![")
			w.inline(c)
			w.b.WriteString("](" + w.target(c.Destination, title) + ")")
		case *picture:
			if f := c.of.Film; f != nil {
				w.film(c.FirstChild().(*ast.Image), f)
				continue
			}
			w.inline(c)
		case *ast.AutoLink:
			if _, bare := c.AttributeString("bare"); bare {
				w.b.Write(c.Label(w.src))
			} else {
				w.b.WriteString("<" + string(c.Label(w.src)) + ">")
			}
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
		case *explained:
			if c.part == explainedMeaning {
				w.b.WriteString(" (" + Escape(c.long) + ")")
			}
			w.inline(c)
		default:
			w.inline(c)
		}
	}
}

// film writes a link to a film, and its caption on the next line.
func (w *mdWriter) film(n *ast.Image, f *Film) {
	w.b.WriteString("[")
	w.inline(n)
	w.b.WriteString(fileNote("film", f.File) + "](" + w.target(destination(f.Sources[0].URL), nil) + ")")
	if v, ok := n.AttributeString(caption); ok {
		w.b.WriteString("\\\n")
		w.b.Write(v.([]byte))
	}
}

func (w *mdWriter) marked(n ast.Node, mark string) {
	w.b.WriteString(mark)
	w.inline(n)
	w.b.WriteString(mark)
}

// typed returns the character with which a node begins in the source: what
// stands beside it was typed for that one.
func (w *mdWriter) typed(n ast.Node, among string) string {
	if p := n.Pos(); p >= 0 && p < len(w.src) && strings.IndexByte(among, w.src[p]) >= 0 {
		return string(w.src[p])
	}
	return among[:1]
}

// tildes returns the mark of what is struck out: one or two, of those in the
// source that are not on the page already.
func (w *mdWriter) tildes(n *xast.Strikethrough) string {
	first := n.FirstChild()
	if first == nil || first.Pos() < 0 || first.Pos() > len(w.src) {
		return "~~"
	}
	typed := w.src[:first.Pos()]
	typed = typed[len(bytes.TrimRight(typed, "~")):]
	written := w.b.Len() - len(bytes.TrimRight(w.b.Bytes(), "~"))
	return "~~"[:max(1, min(2, len(typed)-written))]
}

func (w *mdWriter) codeSpan(n *ast.CodeSpan) {
	var b strings.Builder
	for t := n.FirstChild(); t != nil; t = t.NextSibling() {
		b.Write(t.(*ast.Text).Segment.Value(w.src))
	}
	s := strings.ReplaceAll(b.String(), "\n", " ")
	fence := "`"
	if p := n.Pos(); p >= 0 && p < len(w.src) && w.src[p] == '`' { // as typed: a single ` elsewhere in the paragraph would fit a shorter one
		fence = string(w.src[p : p+len(w.src[p:])-len(bytes.TrimLeft(w.src[p:], "`"))])
	}
	blank := strings.Trim(s, " ") == ""
	if !blank && (s[0] == '`' || s[len(s)-1] == '`' || s[0] == ' ' && s[len(s)-1] == ' ') {
		s = " " + s + " "
	}
	w.b.WriteString(fence + s + fence)
}

// target returns what stands between the parentheses of a link.
func (w *mdWriter) target(dest, title []byte) string {
	u := string(dest)
	if w.absolute != nil {
		u = w.absolute(u)
	}
	if slashes := len(u) - len(strings.TrimRight(u, `\`)); slashes%2 == 1 {
		u += `\` // else it would escape what follows
	}
	if u == "" || strings.ContainsAny(u, " \t()<>") {
		u = "<" + strings.NewReplacer("<", "%3C", ">", "%3E").Replace(u) + ">"
	}
	if len(title) == 0 {
		return u
	}
	return u + ` "` + escaped(strings.ReplaceAll(string(title), "\n", " "), '"') + `"`
}

// signs finds what has a meaning in Markdown; & has one only before the rest of
// a character reference.
var signs = lazyregexp.New("[\\\\`*_\\[\\]<>|~]|&#?[0-9a-zA-Z]+;|^[-+#]")

// Escape returns text as Markdown that says it letter by letter.
func Escape(text string) string { return signs().ReplaceAllString(text, `\$0`) }
