package markdown

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// nodeRenderer renders the nodes that are this package's own, and those whose
// usual HTML would not do: no style attributes (the site's policy forbids
// them), no unlabelled check boxes.
type nodeRenderer struct {
	Options
	writer html.Writer
}

func (r *nodeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(KindDirective, r.directive)
	reg.Register(KindAlert, r.alert)
	reg.Register(KindAlertTitle, r.alertTitle)
	reg.Register(xast.KindTable, r.table)
	reg.Register(xast.KindTableCell, r.cell)
	reg.Register(xast.KindTaskCheckBox, r.checkBox)
	reg.Register(ast.KindHeading, r.heading)
	reg.Register(xast.KindDefinitionTerm, r.term)
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindText, r.text)
	reg.Register(ast.KindCodeSpan, r.code)
	reg.Register(ast.KindCodeBlock, r.block)
	reg.Register(ast.KindFencedCodeBlock, r.block)
	reg.Register(ast.KindParagraph, r.paragraph)
	reg.Register(kindPicture, r.picture)
	reg.Register(kindSize, func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) { return ast.WalkContinue, nil })
	reg.Register(kindMarked, r.marked)
	reg.Register(kindExplained, r.explained)
}

// paragraph is goldmark's, but for an image with a caption.
func (r *nodeRenderer) paragraph(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	text, ok := n.AttributeString(caption)
	if f, is := n.AttributeString(film); is {
		if entering {
			w.WriteString("<figure>")
		} else {
			text, _ := text.([]byte)
			r.filmLink(w, f.(*Film), text)
		}
		return ast.WalkContinue, nil
	}
	switch {
	case !ok && entering:
		w.WriteString("<p>")
	case !ok:
		w.WriteString("</p>\n")
	case entering:
		w.WriteString("<figure>")
	default:
		w.WriteString("<figcaption>")
		r.writer.Write(w, text.([]byte))
		w.WriteString("</figcaption></figure>\n")
	}
	return ast.WalkContinue, nil
}

func (r *nodeRenderer) heading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "h" + string('0'+byte(node.(*ast.Heading).Level))
	if entering {
		open(w, tag, node)
	} else {
		w.WriteString("</" + tag + ">\n")
	}
	return ast.WalkContinue, nil
}

func (r *nodeRenderer) term(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		open(w, "dt", node)
	} else {
		w.WriteString("</dt>\n")
	}
	return ast.WalkContinue, nil
}

// open writes the tag of what links lead to, and the ids that it had before.
func open(w util.BufWriter, tag string, n ast.Node) {
	w.WriteString("<" + tag)
	if id, ok := n.AttributeString("id"); ok {
		w.WriteString(` id="`)
		w.Write(util.EscapeHTML(id.([]byte)))
		w.WriteByte('"')
	}
	w.WriteByte('>')
	if old, ok := n.AttributeString("old"); ok {
		for _, id := range old.([]string) {
			w.WriteString(`<span id="`)
			w.Write(util.EscapeHTML([]byte(id)))
			w.WriteString(`"></span>`)
		}
	}
}

// text is goldmark's, with a word such as e-mail kept on one line.
func (r *nodeRenderer) text(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Text)
	_, value, _ := r.signs(n, source)
	if n.IsRaw() {
		r.writer.RawWrite(w, value)
		return ast.WalkContinue, nil
	}
	for {
		start, end := Hyphened(value)
		if start == end {
			break
		}
		r.writer.Write(w, value[:start])
		w.WriteString(`<span class="nb">`)
		r.writer.Write(w, value[start:end])
		w.WriteString("</span>")
		value = value[end:]
	}
	r.writer.Write(w, value)
	switch {
	case n.HardLineBreak():
		w.WriteString("<br>\n")
	case n.SoftLineBreak():
		w.WriteByte('\n')
	}
	return ast.WalkContinue, nil
}

// code is goldmark's, with places at which a long address may go on on the next
// line: else a phone breaks it anywhere.
func (r *nodeRenderer) code(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	w.WriteString("<code>")
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		value := c.(*ast.Text).Segment.Value(source)
		value, eol := bytes.CutSuffix(value, []byte("\n"))
		for len(value) > longest {
			i := bytes.IndexAny(value, "/.@") + 1
			if i == 0 || i == len(value) {
				break
			}
			r.writer.RawWrite(w, value[:i])
			if word(next(value[i:])) {
				w.WriteString("<wbr>")
			}
			value = value[i:]
		}
		r.writer.RawWrite(w, value)
		if eol {
			w.WriteByte(' ')
		}
	}
	w.WriteString("</code>")
	return ast.WalkSkipChildren, nil
}

// longest is how many bytes a word may have to be kept on one line: a longer
// one might not fit on it.
const longest = 24

// Hyphened finds a word whose first part is one letter, as e-mail, x-as and
// T-shirt: browsers would break it behind the hyphen. It returns 0, 0 when
// there is none.
func Hyphened(s []byte) (start, end int) {
	for at := 0; ; {
		i := bytes.IndexByte(s[at:], '-')
		if i < 0 {
			return 0, 0
		}
		hyphen := at + i
		at = hyphen + 1
		first, n := utf8.DecodeLastRune(s[:hyphen])
		start = hyphen - n
		if before, _ := utf8.DecodeLastRune(s[:start]); n == 0 || !unicode.IsLetter(first) || start > 0 && (word(before) || strings.ContainsRune("-&\\/.@", before)) {
			continue
		}
		end = at
		for end < len(s) {
			r, n := utf8.DecodeRune(s[end:])
			if !word(r) {
				break
			}
			end += n
		}
		if end > at && end-start <= longest {
			return start, end
		}
	}
}

// link is goldmark's, which has no hreflang (its list of attributes says
// href,lang).
func (r *nodeRenderer) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	if !entering {
		if note, ok := n.AttributeString(download); ok {
			w.WriteString(` <span class="nb">`)
			w.Write(util.EscapeHTML(note.([]byte)[1:]))
			w.WriteString("</span>")
		}
		w.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	w.WriteString(`<a href="`)
	if dest := util.URLEscape(n.Destination, true); !html.IsDangerousURL(dest) {
		w.Write(util.EscapeHTML(dest))
	}
	w.WriteByte('"')
	if lang, ok := n.AttributeString("hreflang"); ok {
		w.WriteString(` hreflang="`)
		w.Write(util.EscapeHTML(lang.([]byte)))
		w.WriteByte('"')
	}
	if n.Title != nil {
		w.WriteString(` title="`)
		r.writer.Write(w, n.Title)
		w.WriteByte('"')
	}
	w.WriteByte('>')
	return ast.WalkContinue, nil
}

func (r *nodeRenderer) directive(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	switch d := n.(*Directive); {
	case !entering:
	case breakable(d):
		w.WriteString(`<span class="addr">`)
		if t, ok := d.PreviousSibling().(*ast.Text); ok {
			_, _, opening := r.signs(t, source)
			r.writer.Write(w, opening)
		}
		w.WriteString(d.HTML)
		if t, ok := d.NextSibling().(*ast.Text); ok {
			closing, _, _ := r.signs(t, source)
			r.writer.Write(w, closing)
		}
		w.WriteString("</span>")
	default:
		w.WriteString(d.HTML)
	}
	return ast.WalkSkipChildren, nil
}

// breakable reports whether a node is a directive in running text that a
// browser may break inside, such as a host name. It is kept on one line where
// it fits on one, in a box that takes the signs beside it along: browsers
// begin a line with the full stop behind a box, whatever character stands
// between.
func breakable(n ast.Node) bool {
	d, ok := n.(*Directive)
	return ok && d.Form == Inline && strings.Contains(d.HTML, "<wbr>")
}

// signs takes off a text the signs that go with a breakable directive before
// or behind it.
func (r *nodeRenderer) signs(t *ast.Text, source []byte) (closing, value, opening []byte) {
	merge(t, source)
	value = t.Segment.Value(source)
	if t.IsRaw() {
		return nil, value, nil
	}
	if breakable(t.PreviousSibling()) {
		s, _ := r.writer.(*spacer)
		n := closingSigns(value, s)
		closing, value = value[:n], value[n:]
	}
	if breakable(t.NextSibling()) && !t.SoftLineBreak() && !t.HardLineBreak() {
		n := len(value) - openingSigns(value)
		value, opening = value[:n], value[n:]
	}
	return closing, value, opening
}

// closingSigns returns how many bytes at the start of a text are signs that belong to
// what stands before it, in a language with spaces before signs or, where s is
// nil, without.
func closingSigns(v []byte, s *spacer) int {
	n := 0
	if s != nil && len(v) > 1 && v[0] == ' ' {
		if after, _ := utf8.DecodeRune(v[1:]); strings.ContainsRune(s.before, after) {
			n = 1 // it becomes a no-break space
		}
	}
	for n < len(v) {
		c, size := utf8.DecodeRune(v[n:])
		if !strings.ContainsRune(`.,:;!?…"'`, c) && !unicode.In(c, unicode.Pe, unicode.Pf) {
			break
		}
		n += size
	}
	return n
}

// openingSigns returns how many bytes at the end of a text are signs that belong
// to what stands behind it.
func openingSigns(v []byte) int {
	n := 0
	for n < len(v) {
		c, size := utf8.DecodeLastRune(v[:len(v)-n])
		if !strings.ContainsRune(`"'`, c) && !unicode.In(c, unicode.Ps, unicode.Pi) {
			break
		}
		n += size
	}
	return n
}

func (r *nodeRenderer) alert(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	a := n.(*Alert)
	if entering {
		w.WriteString(`<div class="alert alert-` + a.AlertKind + `" role="note">` + "\n")
	} else {
		w.WriteString("</div>\n")
	}
	return ast.WalkContinue, nil
}

func (r *nodeRenderer) alertTitle(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		w.WriteString("</p>\n")
		return ast.WalkContinue, nil
	}
	w.WriteString(`<p class="alert-title">`)
	w.Write(util.EscapeHTML([]byte(n.(*AlertTitle).Alert.Label)))
	if n.HasChildren() {
		r.writer.Write(w, []byte(r.colon()))
	}
	return ast.WalkContinue, nil
}

// colon returns what stands between a name and what it says.
func (r *nodeRenderer) colon() string {
	if s, ok := r.writer.(*spacer); ok && strings.Contains(s.before, ":") {
		return " : "
	}
	return ": "
}

// wide is from how many columns on a table may need to scroll on a phone.
const wide = 4

func (r *nodeRenderer) table(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	open, shut := `<div class="table">`, "</div>\n"
	switch columns := len(n.(*xast.Table).Alignments); {
	case columns >= wide: // a part that scrolls must be reachable by keyboard
		open = `<div class="table cards table-wide" tabindex="0">`
	case columns >= rows:
		open = `<div class="table cards">`
	}
	if entering {
		w.WriteString(open + "\n<table>\n")
	} else {
		w.WriteString("</table>\n" + shut)
	}
	return ast.WalkContinue, nil
}

func (r *nodeRenderer) checkBox(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	box := "☐"
	if n.(*xast.TaskCheckBox).IsChecked {
		box = "☑"
	}
	w.WriteString(`<span class="task">` + box + `</span> `)
	return ast.WalkContinue, nil
}

// rows is from how many columns on each row of a table is a thing of its own:
// its first cell names it, and on a phone it may become a card on which every
// other cell carries the name of its column.
const rows = 3

// cell is goldmark's, with the scope of headers, the name of the column for
// narrow screens, and alignment as a class instead of a style.
func (r *nodeRenderer) cell(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*xast.TableCell)
	tag := "td"
	_, head := n.Parent().(*xast.TableHeader)
	label, labelled := n.AttributeString("data-label")
	scope, scoped := n.AttributeString("scope")
	if head || scoped {
		tag = "th"
	}
	if !entering {
		w.WriteString("</" + tag + ">\n")
		return ast.WalkContinue, nil
	}
	w.WriteString("<" + tag)
	if scoped {
		w.WriteString(` scope="` + scope.(string) + `"`)
	}
	switch n.Alignment {
	case xast.AlignRight:
		w.WriteString(` class="end"`)
	case xast.AlignCenter:
		w.WriteString(` class="center"`)
	}
	if labelled {
		w.WriteString(` data-label="`)
		w.Write(util.EscapeHTML([]byte(label.(string))))
		w.WriteByte('"')
	}
	w.WriteByte('>')
	return ast.WalkContinue, nil
}

// lost reports cells beyond the last column, which are not shown (GFM §4.10).
func (w *walk) lost(row ast.Node, columns int) {
	if row.Pos() < 0 || row.Pos() >= len(w.body) {
		return
	}
	at := w.column(row, columns)
	line, _, _ := bytes.Cut(w.body[at:], []byte("\n"))
	if len(bytes.Trim(line, "| \t\r")) > 0 {
		w.Out.Errorf(w.at(at-1), diag.TableRow, `write \| for a | in a cell, also in code`, "the row has more cells than the table has columns (%d)", columns)
	}
}

// table sets the scope of the cells of a table, and the name of their column.
func (w *walk) table(n ast.Node) {
	t, ok := n.(*xast.Table)
	if !ok {
		return
	}
	var names []string
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		_, head := row.(*xast.TableHeader)
		if !head {
			w.lost(row, len(t.Alignments))
		}
		i := 0
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			switch {
			case head:
				names = append(names, strings.TrimSpace(Plain(c, w.body)))
				if names[i] != "" {
					c.SetAttributeString("scope", "col")
				}
				if c.NextSibling() == nil {
					w.headers(row, names)
				}
			case len(t.Alignments) < rows:
			case i == 0:
				if c.FirstChild() != nil {
					c.SetAttributeString("scope", "row")
				}
			case i < len(names) && names[i] != "":
				c.SetAttributeString("data-label", names[i])
			}
			i++
		}
	}
}

// spacer is the writer of a language that puts a space before some
// punctuation: the space becomes a narrow no-break space (U+202F), so that no
// line begins with a colon.
type spacer struct {
	html.Writer
	before string
}

func (s *spacer) Write(w util.BufWriter, src []byte) {
	if bytes.IndexByte(src, ' ') >= 0 && bytes.ContainsAny(src, s.before) {
		src = []byte(s.space(string(src)))
	}
	s.Writer.Write(w, src)
}

func (s *spacer) space(t string) string {
	for _, r := range s.before {
		t = strings.ReplaceAll(t, " "+string(r), "\u202f"+string(r))
	}
	return strings.ReplaceAll(t, "« ", "«\u202f")
}
