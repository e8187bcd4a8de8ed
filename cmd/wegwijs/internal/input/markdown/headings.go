package markdown

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"golang.org/x/text/unicode/norm"
)

// headings returns every heading its id: the one that the writer gave, else that
// of its partner in the page that this one translates, else one made from its
// text. So #versturen leads to the same heading in every language. A term of a
// definition list has an id only where the writer gave one. It returns the nodes
// of headings, in order.
func (w *walk) headings(doc ast.Node, pc parser.Context) []*ast.Heading {
	var nodes []*ast.Heading
	collectHeadings(doc, &nodes)
	for _, id := range w.Taken {
		w.taken[id] = true
	}
	attrs, _ := pc.Get(attrsKey).(map[ast.Node]headingAttr)
	list := make([]Heading, len(nodes))
	for i, n := range nodes {
		list[i] = Heading{Level: n.Level, Text: strings.Clone(strings.TrimSpace(Plain(n, w.body)))}
		if a, ok := attrs[n]; ok {
			list[i].ID, list[i].Old = w.given(a, "heading", "## Kop {#kop}")
		}
	}
	terms := w.terms(doc)
	from := w.partners(nodes, list)
	for i := range list {
		h := &list[i]
		if h.ID == "" && from[i] >= 0 {
			if s := w.Inherit[from[i]]; w.ids[s.ID] == 0 && !w.taken[s.ID] {
				h.ID, h.inherited = s.ID, true
				w.ids[h.ID]++
			}
		}
	}
	for i := range list {
		if h := &list[i]; h.ID == "" {
			h.ID = w.unique(Slug(h.Text))
		}
	}
	for i, n := range nodes {
		h := &list[i]
		if id := w.Renamed[h.ID]; id != "" && w.ids[id] == 0 && !w.taken[id] {
			w.ids[id]++
			h.Old = append(h.Old, id)
		}
		n.SetAttributeString("id", []byte(h.ID))
		if h.Old != nil {
			n.SetAttributeString("old", h.Old)
		}
		if n.FirstChild() == nil || h.Text != "" && !seen(h.Text) {
			w.Out.Errorf(w.pos(n), diag.HeadingText, "write one, or remove the line", "the heading has no text")
		}
		if n.Level == 1 {
			w.Out.Errorf(w.pos(n), diag.HeadingLevel, "begin with ##; the title in the front matter is the page's own heading", "the page has a second heading of level 1: %q", h.Text)
		}
	}
	termNodes := w.termNodes
	w.whens(doc)
	if w.Gone != nil {
		w.prune(doc) // what stood in a when has its links only now
	}
	kept := nodes[:0:0]
	for i, n := range nodes {
		if list[i].Absent = !attached(n, doc); !list[i].Absent {
			kept = append(kept, n)
		}
	}
	w.order(kept)
	for i, n := range termNodes {
		terms[i].Absent = !attached(n, doc)
	}
	w.facts.Outline = append(list, terms...)
	w.facts.Headings = slices.DeleteFunc(slices.Clone(w.facts.Outline), func(h Heading) bool { return h.Absent })
	return kept
}

// seen reports whether a text has anything that a reader sees or hears: not
// only spaces, characters without width and marks of direction.
func seen(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.M, unicode.Other_Default_Ignorable_Code_Point)
	})
}

// oldRE takes the ids that a heading had before apart from its id.
var oldRE = lazyregexp.New(`^#(\S*)\s+old\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))$`)

// moreRE finds an id with other attributes behind it.
var moreRE = lazyregexp.New(`^#[\w-]+\s+(?:[.#]|[\w-]+\s*=)`)

// given takes the id that a writer gave, or returns "", and those that the
// heading had before.
func (w *walk) given(a headingAttr, what, example string) (id string, old []string) {
	text := strings.TrimSpace(a.text)
	if m := oldRE().FindStringSubmatch(text); m != nil {
		text = "#" + m[1]
		old = strings.FieldsFunc(m[2]+m[3]+m[4], func(r rune) bool { return r == ' ' || r == ',' })
	}
	id, ok := strings.CutPrefix(text, "#")
	switch {
	case !ok || moreRE().MatchString(text):
		w.Out.Errorf(w.at(a.at), diag.HeadingAttribute, diag.Say("write only an id: %s", example), "a %s cannot have the attributes {%s}", what, a.text)
		return "", nil
	case !ValidID(id):
		w.Out.Errorf(w.at(a.at), diag.HeadingID, "use letters, digits and hyphens: {#versturen}", "%q cannot be the id of a %s", id, what)
		return "", nil
	}
	for i, s := range append([]string{id}, old...) {
		switch {
		case i > 0 && !ValidID(s):
			w.Out.Errorf(w.at(a.at), diag.HeadingID, "write {#new old=before} or {#new old=\"one two\"}", "%q cannot be an old id of a %s", s, what)
		case w.ids[s] > 0:
			w.Out.Errorf(w.at(a.at), diag.HeadingID, "give each heading and term an id of its own", "the id %q stands twice on this page", s)
		case w.taken[s]:
			w.Out.Errorf(w.at(a.at), diag.HeadingID, "choose another id", "the id %q is one of the layout's own", s)
		}
		w.ids[s]++
	}
	return id, old
}

// terms returns the terms of definition lists the ids that stand behind them.
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
		m := headRE().FindSubmatchIndex(last.Segment.Value(w.body))
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
		if id, old := w.given(a, "term", "IMAP {#imap}"); id != "" {
			c.SetAttributeString("id", []byte(id))
			if old != nil {
				c.SetAttributeString("old", old)
			}
			list = append(list, Heading{ID: id, Text: text, Old: old})
			w.termNodes = append(w.termNodes, c)
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
	headRE  = lazyregexp.New(`(^|[^\\])\{(:?\s*(?:[#.]|[a-zA-Z][\w-]*\s*=)[^{}]*)\}\s*$`)
	closeRE = lazyregexp.New(`(?:^|[ \t])#+$`)
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
	m := headRE().FindSubmatchIndex(line)
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
	if h := closeRE().FindIndex(seg.Value(reader.Source())); h != nil && lines.Len() == 1 { // ## Kop ## {#kop}
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

// partners returns for each heading the place of its partner in the page that
// this one translates, or -1. An id that the writer gave and that stands in that
// page too holds the two together; between such places all headings have a
// partner where both pages have as many, of the same levels, and none has one
// elsewhere: that would be a guess. list has what the writer gave.
func (w *walk) partners(nodes []*ast.Heading, list []Heading) []int {
	pair := make([]int, len(nodes))
	for i := range pair {
		pair[i] = -1
	}
	source := w.Inherit
	if terms := slices.IndexFunc(source, func(h Heading) bool { return h.Level == 0 }); terms >= 0 {
		source = source[:terms]
	}
	if len(source) == 0 {
		return pair
	}
	places := make(map[string]int, len(source))
	for i, h := range source {
		places[h.ID] = i
	}
	said := false
	a, b := 0, 0 // where the stretch begins, here and in the source
	stretch := func(i, j int) {
		same := i-a == j-b
		for k := 0; same && k < i-a; k++ {
			same = nodes[a+k].Level == source[b+k].Level
		}
		for k := a; k < i && same; k++ {
			pair[k] = b + k - a
		}
		if !same && !said {
			said = w.alone(nodes, list, source, [4]int{a, i, b, j})
		}
		a, b = i+1, j+1
	}
	for i, h := range list {
		j, ok := places[h.ID]
		if !ok || h.ID == "" {
			continue
		}
		if j < b { // the two pages have it in another order
			if !said {
				w.Out.Warnf(w.pos(nodes[i]), diag.HeadingOutline, outlineHint, "the heading %q stands elsewhere in %s", h.Text, w.InheritFile)
			}
			return pair
		}
		stretch(i, j)
		pair[i] = j
	}
	stretch(len(nodes), len(source))
	return pair
}

// Renamed compares the headings of a text with those that it had before, and
// returns the present ids of those whose id is another one now, by the id before.
// Between headings that kept their ids, those are the same of which there are as
// many, of the same levels.
func Renamed(before, now []Heading) map[string]string {
	at := make(map[string]int, len(now))
	for i, h := range now {
		at[h.ID] = i
	}
	ids := map[string]string{}
	a, b := 0, 0
	stretch := func(i, j int) {
		same := i-a == j-b
		for k := 0; same && k < i-a; k++ {
			same = before[a+k].Level == now[b+k].Level
		}
		for k := 0; same && k < i-a; k++ {
			ids[before[a+k].ID] = now[b+k].ID
		}
		a, b = i+1, j+1
	}
	for i, h := range before {
		if j, ok := at[h.ID]; ok && j >= b {
			stretch(i, j)
		}
	}
	stretch(len(before), len(now))
	return ids
}

const outlineHint = "give the heading the id that its partner has, ## Kop {#id}, or give both pages the same headings"

// alone reports the first heading of a stretch that has no partner, where one
// without an id of the writer's is among them: such keep the ids of their own
// text. The stretch is headings [0] to [1] here, and [2] to [3] of the source.
func (w *walk) alone(nodes []*ast.Heading, list, source []Heading, s [4]int) bool {
	if !slices.ContainsFunc(list[s[0]:s[1]], func(h Heading) bool { return h.ID == "" }) {
		return false
	}
	k := 0
	for s[0]+k < s[1] && s[2]+k < s[3] && nodes[s[0]+k].Level == source[s[2]+k].Level {
		k++
	}
	if s[0]+k < s[1] {
		w.Out.Warnf(w.pos(nodes[s[0]+k]), diag.HeadingOutline, outlineHint, "no heading of %s corresponds to %q, so the headings here keep ids of their own", w.InheritFile, list[s[0]+k].Text)
	} else {
		w.Out.Warnf(w.pos(nodes[s[1]-1]), diag.HeadingOutline, outlineHint, "no heading here corresponds to %q (#%s) of %s, so the headings here keep ids of their own", source[s[2]+k].Text, source[s[2]+k].ID, w.InheritFile)
	}
	return true
}

func (w *walk) unique(id string) string {
	if id == "" {
		id = "s"
	}
	if w.taken[id] {
		w.ids[id] = max(w.ids[id], 1)
	}
	if w.ids[id] == 0 {
		w.ids[id]++
		return id
	}
	for {
		w.ids[id]++
		if next := id + "-" + strconv.Itoa(w.ids[id]); w.ids[next] == 0 && !w.taken[next] {
			w.ids[next]++
			return next
		}
	}
}

// ValidID reports whether a text can be the id of a heading.
func ValidID(s string) bool {
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

// AlertKinds are the alerts of GitHub's Markdown, which others took over.
var AlertKinds = []string{"note", "tip", "important", "warning", "caution"}

// alertRE takes the first line of an alert apart: its kind, whether other
// programs would fold it, and its title. [!x](y) and [!x][y] are links.
var alertRE = lazyregexp.New(`^\[!([^\]\[]+)\]([-+]?)(?:\s*$|[ \t]+(.*)$)`)

// alert turns a quotation that begins with [!KIND] into an Alert and returns
// it, or nil when it is a plain quotation.
func (w *walk) alert(q *ast.Blockquote) *Alert {
	p, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return nil
	}
	first := p.Lines().At(0)
	line := first.Value(w.body)
	m := alertRE().FindSubmatchIndex(bytes.TrimRight(line, " \t\n"))
	if _, isText := p.FirstChild().(*ast.Text); m == nil || !isText {
		return nil
	}
	name := string(line[m[2]:m[3]])
	kind := strings.ToLower(name)
	if bare := strings.TrimSpace(kind); bare != kind && boxes[bare] != "" {
		w.Out.Errorf(w.pos(p), diag.Alert, diag.Say("write [!%s]", boxes[bare]), "unknown alert [!%s]", name)
		return nil
	}
	box, isBox := boxes[kind]
	switch known := slices.Contains(AlertKinds, kind); {
	case m[4] < m[5] && (known || isBox):
		w.Out.Errorf(w.pos(p), diag.Alert, "write :::details[Titel], the text, and ::: on a line of its own", "an alert cannot be folded: [!%s]%s", name, line[m[4]:m[5]])
		return nil
	case !known && isBox:
		w.Out.Errorf(w.pos(p), diag.Alert, diag.Say("write [!%s]", box), "unknown alert [!%s]", name)
		return nil
	case !known && m[6] >= 0:
		return nil // a quotation that begins with such text
	case !known:
		w.Out.Errorf(w.pos(p), diag.Alert, "known: [!NOTE], [!TIP], [!IMPORTANT], [!WARNING], [!CAUTION]", "unknown alert [!%s]", name)
		return nil
	}
	a := &Alert{AlertKind: kind, Label: w.Site.Alert(kind)}
	a.SetPos(q.Pos())
	title := &AlertTitle{Alert: a}
	title.SetPos(first.Start)
	behind := first.Stop
	if m[6] >= 0 {
		behind = first.Start + m[6]
	}
	for c := p.FirstChild(); c != nil; { // the first line
		next := c.NextSibling()
		p.RemoveChild(p, c)
		t, isText := c.(*ast.Text)
		ends := isText && (t.SoftLineBreak() || t.HardLineBreak())
		if isText && t.Segment.Start < behind {
			t.Segment = t.Segment.WithStart(min(behind, t.Segment.Stop))
		}
		if ends {
			t.SetSoftLineBreak(false)
			t.SetHardLineBreak(false)
		}
		if !isText || t.Segment.Len() > 0 {
			title.AppendChild(title, c)
		}
		if ends {
			break
		}
		c = next
	}
	title.Lines().Append(first.WithStart(behind))
	p.Lines().SetSliced(1, p.Lines().Len())
	if p.FirstChild() == nil {
		q.RemoveChild(q, p)
	}
	if q.FirstChild() == nil {
		w.Out.Errorf(w.pos(q), diag.Alert, "write the text on the next line, behind >", "the alert [!%s] has no text", name)
	}
	a.AppendChild(a, title)
	for c := q.FirstChild(); c != nil; {
		next := c.NextSibling()
		q.RemoveChild(q, c)
		a.AppendChild(a, c)
		c = next
	}
	q.Parent().ReplaceChild(q.Parent(), q, a)
	return a
}

// An AlertTitle is the first line of an alert: what kind it is, and what the
// writer typed behind that.
type AlertTitle struct {
	ast.BaseBlock
	Alert *Alert
}

// KindAlertTitle is the kind of [AlertTitle] nodes.
var KindAlertTitle = ast.NewNodeKind("AlertTitle")

// Kind returns [KindAlertTitle].
func (a *AlertTitle) Kind() ast.NodeKind { return KindAlertTitle }

// Dump writes the node for debugging.
func (a *AlertTitle) Dump(src []byte, level int) { ast.DumpHelper(a, src, level, nil, nil) }

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
