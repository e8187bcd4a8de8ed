package markdown

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"wegwijs/cmd/wegwijs/internal/diag"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"golang.org/x/text/unicode/norm"
)

// headings gives every heading its id: the one that the writer gave, else that
// of the heading in the same place of the page that this one translates, else
// one made from its text. So #versturen leads to the same heading in every
// language. A term of a definition list has an id only where the writer gave
// one. It gives the nodes of headings, in order.
func (w *walk) headings(doc ast.Node, pc parser.Context) []*ast.Heading {
	var nodes []*ast.Heading
	collectHeadings(doc, &nodes)
	from := w.align(nodes)
	attrs, _ := pc.Get(attrsKey).(map[ast.Node]headingAttr)
	given := make([]string, len(nodes))
	for i, n := range nodes {
		if a, ok := attrs[n]; ok {
			given[i] = w.given(a, "heading", "## Kop {#kop}")
		}
	}
	terms := w.terms(doc)
	for i, n := range nodes {
		text := strings.TrimSpace(Plain(n, w.body))
		id := given[i]
		if id == "" && from[i] >= 0 {
			if s := w.Inherit[from[i]].ID; w.ids[s] == 0 {
				id = s
				w.ids[id]++
			}
		}
		if id == "" {
			id = w.unique(Slug(text))
		}
		n.SetAttributeString("id", []byte(id))
		if n.FirstChild() == nil {
			w.Out.Errorf(w.pos(n), diag.HeadingText, "write one, or remove the line", "the heading has no text")
		}
		if n.Level == 1 {
			w.Out.Errorf(w.pos(n), diag.HeadingLevel, "begin with ##; the title in the front matter is the page's own heading", "the page has a second heading of level 1: %q", text)
		}
		w.facts.Headings = append(w.facts.Headings, Heading{n.Level, id, text})
	}
	w.facts.Headings = append(w.facts.Headings, terms...)
	return nodes
}

// given takes the id that a writer gave, or gives "".
func (w *walk) given(a headingAttr, what, example string) string {
	id, ok := strings.CutPrefix(strings.TrimSpace(a.text), "#")
	switch {
	case !ok:
		w.Out.Errorf(w.at(a.at), diag.HeadingAttribute, "write only an id: "+example, "a %s cannot have the attributes {%s}", what, a.text)
		return ""
	case !validID(id):
		w.Out.Errorf(w.at(a.at), diag.HeadingID, "use letters, digits and hyphens: {#versturen}", "%q cannot be the id of a %s", id, what)
		return ""
	case w.ids[id] > 0:
		w.Out.Errorf(w.at(a.at), diag.HeadingID, "give each heading and term an id of its own", "the id %q stands twice on this page", id)
	}
	w.ids[id]++
	return id
}

// terms gives the terms of definition lists the ids that stand behind them.
func (w *walk) terms(n ast.Node) []Heading {
	var list []Heading
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if _, ok := c.(*xast.DefinitionTerm); !ok {
			if c.Type() == ast.TypeBlock && c.HasChildren() {
				list = append(list, w.terms(c)...)
			}
			continue
		}
		var last *ast.Text
		for t := c.FirstChild(); t != nil; t = t.NextSibling() {
			if last, _ = t.(*ast.Text); last != nil {
				merge(last, w.body)
			}
		}
		if last == nil {
			continue
		}
		m := headRE.FindSubmatchIndex(last.Segment.Value(w.body))
		if m == nil {
			continue
		}
		brace := last.Segment.Start + m[3]
		a := headingAttr{brace, string(w.body[last.Segment.Start+m[4] : last.Segment.Start+m[5]])}
		cut := last.Segment.WithStop(brace)
		last.Segment = cut.TrimRightSpace(w.body)
		text := strings.TrimSpace(Plain(c, w.body))
		if text == "" {
			w.Out.Errorf(w.at(brace), diag.HeadingText, "write the word before it: IMAP {#imap}", "the term has no text")
		}
		if id := w.given(a, "term", "IMAP {#imap}"); id != "" {
			c.SetAttributeString("id", []byte(id))
			list = append(list, Heading{0, id, text})
		}
	}
	return list
}

// merge takes into a text those that follow it directly: the parser ends one
// where a quote or a dash might have begun.
func merge(n *ast.Text, source []byte) {
	for next := n.NextSibling(); next != nil && !n.SoftLineBreak() && n.Merge(next, source); next = n.NextSibling() {
		n.Parent().RemoveChild(n.Parent(), next)
	}
}

// A headingParser adds {#id} to one of goldmark's parsers of headings.
// goldmark's own attributes have no position, and what it cannot read of them
// it leaves in the text without a word.
type headingParser struct{ parser.BlockParser }

// headingAttr is what stands between braces at the end of a heading.
type headingAttr struct {
	at   int // offset of the brace in the body
	text string
}

var (
	attrsKey = parser.NewContextKey()
	// headRE finds braces that are meant as attributes; others are text.
	headRE  = regexp.MustCompile(`(^|[^\\])\{(\s*(?:[#.]|[a-zA-Z][\w-]*\s*=)[^{}]*)\}\s*$`)
	closeRE = regexp.MustCompile(`(?:^|[ \t])#+$`)
)

func (p headingParser) Close(n ast.Node, reader text.Reader, pc parser.Context) {
	p.BlockParser.Close(n, reader, pc)
	lines := n.Lines()
	last := lines.Len() - 1
	if last < 0 || n.Parent() == nil {
		return
	}
	seg := lines.At(last)
	line := seg.Value(reader.Source())
	if bytes.IndexByte(line, '}') < 0 {
		return
	}
	m := headRE.FindSubmatchIndex(line)
	if m == nil {
		return
	}
	attrs := pc.ComputeIfAbsent(attrsKey, func() any { return map[ast.Node]headingAttr{} }).(map[ast.Node]headingAttr)
	brace := seg.Start - seg.Padding + m[3]
	attrs[n] = headingAttr{brace, string(line[m[4]:m[5]])}
	cut := func(at int) {
		seg = seg.WithStop(at)
		seg = seg.TrimRightSpace(reader.Source())
	}
	cut(brace)
	if h := closeRE.FindIndex(seg.Value(reader.Source())); h != nil && lines.Len() == 1 { // ## Kop ## {#kop}
		cut(seg.Start - seg.Padding + h[0])
	}
	if seg.IsEmpty() {
		lines.SetSliced(0, last)
		last--
		if last < 0 {
			return
		}
		seg = lines.At(last)
		cut(seg.Stop)
	}
	lines.Set(last, seg)
}

func collectHeadings(n ast.Node, nodes *[]*ast.Heading) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if h, ok := c.(*ast.Heading); ok {
			*nodes = append(*nodes, h)
			continue
		}
		if c.Type() == ast.TypeBlock && c.HasChildren() {
			collectHeadings(c, nodes)
		}
	}
}

// align pairs each heading with one of the page that this one translates, or
// with -1: the sections of a page with each other in order, so that most of
// them and of what is in them find their like, then those within a pair.
func (w *walk) align(nodes []*ast.Heading) []int {
	pair := make([]int, len(nodes))
	for i := range pair {
		pair[i] = -1
	}
	inherit := slices.IndexFunc(w.Inherit, func(h Heading) bool { return h.Level == 0 })
	if inherit < 0 {
		inherit = len(w.Inherit)
	}
	if inherit == 0 || len(nodes)*inherit > 1<<20 {
		return pair
	}
	a := outline(len(nodes), func(i int) int { return nodes[i].Level })
	b := outline(inherit, func(i int) int { return w.Inherit[i].Level })
	a.pair(b, map[[2]*section][][]int{}, pair)
	return pair
}

// A section is a heading and the sections below it. That of the whole page has
// no heading.
type section struct {
	n, level int // n: which heading; -1 for the page
	in       []*section
}

func outline(n int, level func(int) int) *section {
	page := &section{n: -1}
	open := []*section{page}
	for i := range n {
		s := &section{n: i, level: level(i)}
		for open[len(open)-1].level >= s.level {
			open = open[:len(open)-1]
		}
		up := open[len(open)-1]
		up.in = append(up.in, s)
		open = append(open, s)
	}
	return page
}

// like gives for the sections in s and in t, from each pair on, how many can be
// paired at most (a longest common subsequence, with what is in them).
func (s *section) like(t *section, known map[[2]*section][][]int) [][]int {
	key := [2]*section{s, t}
	if rows, ok := known[key]; ok {
		return rows
	}
	rows := make([][]int, len(s.in)+1)
	for i := range rows {
		rows[i] = make([]int, len(t.in)+1)
	}
	for i := len(s.in) - 1; i >= 0; i-- {
		for j := len(t.in) - 1; j >= 0; j-- {
			rows[i][j] = max(rows[i+1][j], rows[i][j+1])
			if s.in[i].level == t.in[j].level {
				rows[i][j] = max(rows[i][j], 1+s.in[i].like(t.in[j], known)[0][0]+rows[i+1][j+1])
			}
		}
	}
	known[key] = rows
	return rows
}

// pair writes down the pairs of sections in s and in t, the earliest where
// there is a choice.
func (s *section) pair(t *section, known map[[2]*section][][]int, pair []int) {
	rows := s.like(t, known)
	for i, j := 0, 0; i < len(s.in) && j < len(t.in); {
		a, b := s.in[i], t.in[j]
		switch {
		case a.level == b.level && rows[i][j] == 1+a.like(b, known)[0][0]+rows[i+1][j+1]:
			pair[a.n] = b.n
			a.pair(b, known, pair)
			i++
			j++
		case rows[i][j] == rows[i+1][j]:
			i++
		default:
			j++
		}
	}
}

func (w *walk) unique(id string) string {
	if id == "" {
		id = "s"
	}
	if w.ids[id] == 0 {
		w.ids[id]++
		return id
	}
	for {
		w.ids[id]++
		if next := id + "-" + strconv.Itoa(w.ids[id]); w.ids[next] == 0 {
			w.ids[next]++
			return next
		}
	}
}

func validID(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && r != '-' && r != '_' && r != '.'
	}) < 0
}

// Slug makes an id from a heading's text: lower case, letters and digits of
// any script, one hyphen for anything between, and Latin letters without their
// accents.
func Slug(text string) string {
	var b strings.Builder
	gap, latin := false, false
	for _, r := range norm.NFD.String(text) {
		switch {
		case latin && unicode.Is(unicode.Mn, r):
			continue // an accent
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.M, r):
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			latin = unicode.Is(unicode.Latin, r)
			b.WriteRune(unicode.ToLower(r))
		case r == '\'' || r == '’':
		default:
			gap, latin = true, false
		}
	}
	return norm.NFC.String(b.String())
}

// alertKinds are the alerts of GitHub's Markdown, which others took over.
var alertKinds = []string{"note", "tip", "important", "warning", "caution"}

// alertRE takes the first line of an alert apart. Behind the mark comes
// nothing; [!x](y) and [!x][y] are links.
var alertRE = regexp.MustCompile(`^\[!([^\]\[]+)\](?:$|\s+(.*)$)`)

// alert turns a quotation that begins with [!KIND] into an Alert and gives it,
// or nil when it is a plain quotation.
func (w *walk) alert(q *ast.Blockquote) *Alert {
	p, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return nil
	}
	first := p.Lines().At(0)
	m := alertRE.FindStringSubmatch(strings.TrimSpace(string(first.Value(w.body))))
	if _, isText := p.FirstChild().(*ast.Text); m == nil || !isText {
		return nil
	}
	kind := strings.ToLower(m[1])
	switch known := slices.Contains(alertKinds, kind); {
	case m[2] != "" && !known:
		return nil // a quotation that begins with such text
	case m[2] != "":
		w.Out.Errorf(w.pos(p), diag.Alert, "write the text on the next line, behind >", "text behind [!%s]: %q", m[1], short(m[2]))
		return nil
	case !known:
		w.Out.Errorf(w.pos(p), diag.Alert, "known: [!NOTE], [!TIP], [!IMPORTANT], [!WARNING], [!CAUTION]", "unknown alert [!%s]", m[1])
		return nil
	}
	for c := p.FirstChild(); c != nil; { // the first line
		next := c.NextSibling()
		p.RemoveChild(p, c)
		if t, ok := c.(*ast.Text); ok && (t.SoftLineBreak() || t.HardLineBreak()) {
			break
		}
		c = next
	}
	if p.FirstChild() == nil {
		q.RemoveChild(q, p)
	}
	if q.FirstChild() == nil {
		w.Out.Errorf(w.pos(q), diag.Alert, "write the text on the next line, behind >", "the alert [!%s] has no text", m[1])
	}
	a := &Alert{AlertKind: kind, Label: w.Site.Alert(kind)}
	a.SetPos(q.Pos())
	for c := q.FirstChild(); c != nil; {
		next := c.NextSibling()
		q.RemoveChild(q, c)
		a.AppendChild(a, c)
		c = next
	}
	q.Parent().ReplaceChild(q.Parent(), q, a)
	return a
}

// An Alert is a block of GitHub's > [!WARNING] form.
type Alert struct {
	ast.BaseBlock
	AlertKind string // note, tip, important, warning, caution
	Label     string
}

// KindAlert is the kind of [Alert] nodes.
var KindAlert = ast.NewNodeKind("Alert")

func (a *Alert) Kind() ast.NodeKind { return KindAlert }

// Dump writes the node for debugging.
func (a *Alert) Dump(src []byte, level int) {
	ast.DumpHelper(a, src, level, map[string]string{"Kind": fmt.Sprint(a.AlertKind)}, nil)
}
