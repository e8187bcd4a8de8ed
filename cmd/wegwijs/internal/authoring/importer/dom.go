package importer

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

func walkNodes(n *html.Node, f func(*html.Node) bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if f(c) {
			walkNodes(c, f)
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	walkNodes(n, func(c *html.Node) bool {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
		return c.DataAtom != atom.Script && c.DataAtom != atom.Style
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

// A dom turns the tree of HTML into our lines.
type dom struct {
	c    *conv
	n    int  // the line to which what is found belongs
	md   bool // text may hold Markdown
	main bool // it is a whole page: its frame is left out

	panels map[string]*html.Node // of a whole page: its elements by their ids
	shown  map[*html.Node]bool   // parts that stand below what opens them
}

// htmlBlock converts an element in Markdown.
func (c *conv) htmlBlock(n int, t tag, inner []line) []line {
	var src strings.Builder
	src.WriteString("<" + t.name)
	for _, k := range []string{"id", "src", "href", "alt", "start", "align", "class", "name", "type"} {
		if v := t.attrs[k]; v != "" {
			fmt.Fprintf(&src, " %s=\"%s\"", k, html.EscapeString(v))
		}
	}
	src.WriteString(">" + joined(inner) + "</" + t.name + ">")
	nodes, err := html.ParseFragment(strings.NewReader(src.String()), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return inner
	}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, x := range nodes {
		root.AppendChild(x)
	}
	d := &dom{c: c, n: n, md: c.t.mdx}
	return d.flow(root)
}

var skip = set("script style noscript template svg nav header footer form select textarea button dialog")

// flow converts the blocks in an element.
func (d *dom) flow(n *html.Node) (out []line) {
	var run []*html.Node // inline nodes
	flush := func() {
		s := strings.TrimSpace(d.inlines(run))
		run = nil
		if s == "" {
			return
		}
		add(&out, d.lines(atStart(s)))
	}
	d.at(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if part := d.opens(c); part != nil {
			flush()
			d.at(c)
			add(&out, d.opened(c, part))
			continue
		}
		if c.Type == html.TextNode || c.Type == html.ElementNode && !d.isBlock(c) {
			run = append(run, c)
			continue
		}
		if c.Type == html.CommentNode {
			continue
		}
		flush()
		add(&out, d.block(c))
	}
	flush()
	return out
}

// add puts a block behind others.
func add(out *[]line, ls []line) {
	ls = trimBlank(ls)
	if len(ls) == 0 {
		return
	}
	if len(*out) > 0 {
		*out = append(*out, line{ls[0].n, ""})
	}
	*out = append(*out, ls...)
}

func (d *dom) lines(s string) (out []line) {
	for _, l := range strings.Split(s, "\n") {
		out = append(out, line{d.n, l})
	}
	return out
}

var startRE = lazyregexp.New(`^(?:[#>+-]|\d+[.)])(?:\s|$)|^(?:={2,}|-{2,}|:{3,}|!{3}|\?{3})`)

// atStart keeps the first characters of a text from being a mark.
func atStart(s string) string {
	if startRE().MatchString(s) {
		if i := strings.IndexAny(s, ".)"); i > 0 && s[0] >= '0' && s[0] <= '9' {
			return s[:i] + `\` + s[i:]
		}
		return `\` + s
	}
	return s
}

func (d *dom) isBlock(n *html.Node) bool {
	if blockTags[n.Data] || n.Data == "video" {
		return true
	}
	if n.DataAtom == atom.A || n.DataAtom == atom.Span || n.DataAtom == atom.Font || n.DataAtom == atom.Strong || n.DataAtom == atom.B {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && d.isBlock(c) && n.DataAtom != atom.A {
				return true
			}
		}
	}
	return false
}

// isHidden reports whether an element is shown only by a script.
func isHidden(n *html.Node) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "hidden" && a.Val != "until-found" })
}

func (d *dom) note(done, format string, args ...any) { d.c.note(d.n, done, format, args...) }

var boxClassRE = lazyregexp.New(`(?i)(?:^|[\s_-])(note|tip|warning|info|caution|danger|important|success|hint)(?:$|[\s_-])`)

func (d *dom) block(n *html.Node) []line {
	c := d.c
	d.at(n)
	if isHidden(n) && d.main && textOf(n) != "" && !d.shown[n] {
		d.note("it is shown", "a part that only a script shows: %s", short(textOf(n)))
	}
	if d.shown[n] {
		return nil
	}
	if attr(n, "role") == "tablist" {
		if tabs := d.tabs(n); tabs != nil {
			return tabs
		}
	}
	if id := attr(n, "id"); id != "" && !headingTag(n) && (d.main || n.DataAtom == atom.A) {
		c.anchors = append(c.anchors, id)
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		level := int(n.Data[1] - '0')
		s := strings.Join(strings.Fields(d.inlines(kids(n))), " ")
		if id := attr(n, "id"); id != "" {
			s += " {#" + id + "}"
		}
		was := c.quiet
		made := c.headingMade(d.n, level, s)
		c.quiet = was
		return made
	case atom.P, atom.Summary, atom.Figcaption, atom.Caption, atom.Address:
		if n.DataAtom == atom.P {
			return d.flow(n)
		}
		s := strings.TrimSpace(d.inlines(kids(n)))
		if s == "" {
			return nil
		}
		return d.lines("*" + strings.Trim(s, "*") + "*")
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		return d.list(n)
	case atom.Li:
		return prefixItem("- ", d.flow(n))
	case atom.Dl:
		return d.terms(n)
	case atom.Pre:
		code := n
		for x := n.FirstChild; x != nil; x = x.NextSibling {
			if x.DataAtom == atom.Code {
				code = x
			}
		}
		lang := ""
		for _, cl := range strings.Fields(attr(code, "class")) {
			if l, ok := strings.CutPrefix(cl, "language-"); ok {
				lang = l
			}
		}
		var b strings.Builder
		walkNodes(n, func(x *html.Node) bool {
			if x.Type == html.TextNode {
				b.WriteString(x.Data)
			} else if x.DataAtom == atom.Br {
				b.WriteByte('\n')
			}
			return true
		})
		return c.codeBlock(d.n, lang, "", b.String())
	case atom.Blockquote:
		return prefix("> ", d.flow(n))
	case atom.Hr:
		return d.lines("---")
	case atom.Table:
		return d.table(n)
	case atom.Details:
		title := "Details"
		for x := n.FirstChild; x != nil; x = x.NextSibling {
			if x.DataAtom == atom.Summary {
				title = strings.TrimSpace(d.inlines(kids(x)))
				n.RemoveChild(x)
				break
			}
		}
		return c.container("details", label(title), d.flow(n), d.n)
	case atom.Video, atom.Audio, atom.Iframe, atom.Object, atom.Embed:
		src := cmpOr(attr(n, "src"), attr(n, "data"))
		walkNodes(n, func(x *html.Node) bool {
			if x.DataAtom == atom.Source {
				src = cmpOr(src, attr(x, "src"))
			}
			return true
		})
		if src == "" {
			d.note(leftOut, "the element <%s>", n.Data)
			return nil
		}
		d.note("it became a link", "the element <%s>", n.Data)
		if strings.HasPrefix(src, "//") {
			src = "https:" + src
		}
		return d.lines(c.link(d.n, src, escape(cmpOr(attr(n, "title"), src)), ""))
	}
	if d.skips(n) {
		if n.DataAtom == atom.Header && !d.main {
			return d.flow(n)
		}
		if s := textOf(n); s != "" && n.DataAtom != atom.Script && n.DataAtom != atom.Style && n.DataAtom != atom.Template || n.DataAtom == atom.Svg {
			d.note(leftOut, "the element <%s>: %s", n.Data, short(s))
		} else if n.DataAtom == atom.Script || n.DataAtom == atom.Style {
			d.note(leftOut, "the element <%s>", n.Data)
		}
		return nil
	}
	if m := boxClassRE().FindStringSubmatch(attr(n, "class")); m != nil && (n.DataAtom == atom.Div || n.DataAtom == atom.Aside || n.DataAtom == atom.Section) && d.main {
		body := trimBlank(d.flow(n))
		if len(body) > 0 {
			return append([]line{{d.n, "> [!" + boxOf(m[1]) + "]"}}, prefix("> ", body)...)
		}
		return nil
	}
	return d.flow(n)
}

func headingTag(n *html.Node) bool {
	return len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6'
}

// headingMade makes a heading of text that is ours already.
func (c *conv) headingMade(n, level int, s string) []line {
	own := ""
	if m := headAttrRE().FindStringSubmatch(s); m != nil && m[1] != "" {
		if x := idRE().FindStringSubmatch(m[1]); x != nil {
			own, s = x[1], s[:len(s)-len(m[0])]
		}
	}
	said := plain(s)
	if said == "" {
		return nil
	}
	level = min(max(level+c.shift, 2), 6) // the title is of the first level
	id := own
	if id == "" {
		id = c.t.slug(said)
	}
	old := c.anchors
	c.anchors = nil
	return []line{{n, strings.Repeat("#", level) + " " + s + c.attribute(n, id, old, said)}}
}

func kids(n *html.Node) (out []*html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out = append(out, c)
	}
	return out
}

func prefixItem(mark string, ls []line) []line {
	ls = trimBlank(ls)
	if len(ls) == 0 {
		return nil
	}
	out := prefix(strings.Repeat(" ", len(mark)), ls)
	out[0].s = mark + ls[0].s
	return out
}

func (d *dom) list(n *html.Node) (out []line) {
	number := 1
	fmt.Sscan(attr(n, "start"), &number)
	loose := false
	var items [][]line
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) == "" || c.Type == html.CommentNode {
			continue
		}
		var body []line
		if c.DataAtom == atom.Li {
			body = d.flow(c)
		} else { // a list directly in a list
			body = d.block(c)
			if len(items) > 0 {
				last := &items[len(items)-1]
				*last = append(*last, line{d.n, ""})
				*last = append(*last, body...)
				continue
			}
		}
		if slices.ContainsFunc(body, func(l line) bool { return blank(l.s) }) {
			loose = true
		}
		items = append(items, body)
	}
	for _, body := range items {
		mark := "- "
		if n.DataAtom == atom.Ol {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		item := prefixItem(mark, body)
		if loose && len(out) > 0 && len(item) > 0 {
			out = append(out, line{d.n, ""})
		}
		out = append(out, item...)
	}
	return out
}

func (d *dom) terms(n *html.Node) (out []line) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Dt:
			out = append(out, line{d.n, ""}, line{d.n, strings.Join(strings.Fields(d.inlines(kids(c))), " ")})
		case atom.Dd:
			out = append(out, prefixItem(": ", d.flow(c))...)
		case atom.Div:
			out = append(out, d.terms(c)...)
		}
	}
	return out
}

// table makes a table of Markdown. A cell over several columns or rows is
// followed by empty ones.
func (d *dom) table(n *html.Node) []line {
	type row struct {
		cells []string
		head  bool
	}
	var rows []row
	span := map[[2]int]bool{}
	caption := ""
	walkNodes(n, func(x *html.Node) bool {
		switch x.DataAtom {
		case atom.Caption:
			caption = strings.TrimSpace(d.inlines(kids(x)))
			return false
		case atom.Tr:
			r := row{head: true}
			y := len(rows)
			for c := x.FirstChild; c != nil; c = c.NextSibling {
				if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
					continue
				}
				for span[[2]int{y, len(r.cells)}] {
					r.cells = append(r.cells, "")
				}
				r.head = r.head && c.DataAtom == atom.Th
				w, h := 1, 1
				fmt.Sscan(attr(c, "colspan"), &w)
				fmt.Sscan(attr(c, "rowspan"), &h)
				w, h = min(max(w, 1), 20), min(max(h, 1), 100)
				if w > 1 || h > 1 {
					d.note("it is followed by empty cells", "a cell over several columns or rows")
				}
				for dy := range h {
					for dx := range w {
						span[[2]int{y + dy, len(r.cells) + dx}] = true
					}
				}
				r.cells = append(r.cells, d.cell(c))
				for range w - 1 {
					r.cells = append(r.cells, "")
				}
			}
			rows = append(rows, r)
			return false
		case atom.Table:
			d.note("its rows became rows of the table around it", "a table in a table")
		}
		return true
	})
	columns := 0
	for _, r := range rows {
		columns = max(columns, len(r.cells))
	}
	if columns == 0 {
		return nil
	}
	if !rows[0].head {
		d.note("its first row became the header", "a table without a header")
	}
	var out []line
	if caption != "" {
		out = append(out, line{d.n, "*" + caption + "*"}, line{d.n, ""})
	}
	for i, r := range rows {
		for len(r.cells) < columns {
			r.cells = append(r.cells, "")
		}
		out = append(out, line{d.n, "| " + strings.Join(r.cells, " | ") + " |"})
		if i == 0 {
			out = append(out, line{d.n, "|" + strings.Repeat("---|", columns)})
		}
	}
	return out
}

// cell returns what is in a cell, on one line.
func (d *dom) cell(n *html.Node) string {
	var parts []string
	var run []*html.Node
	flush := func() {
		if s := strings.TrimSpace(d.inlines(run)); s != "" {
			parts = append(parts, s)
		}
		run = nil
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.DataAtom == atom.Pre:
				flush()
				if s := d.c.codeSpan(textOf(c), false); s != "" {
					parts = append(parts, s)
				}
			case c.Type == html.ElementNode && d.isBlock(c):
				flush()
				if skip[c.Data] {
					continue
				}
				if c.DataAtom == atom.Li {
					at := len(parts)
					walk(c)
					flush()
					if at < len(parts) {
						parts[at] = "• " + parts[at]
					}
					continue
				}
				walk(c)
				flush()
			default:
				run = append(run, c)
			}
		}
		flush()
	}
	walk(n)
	s := strings.Join(parts, " :br ")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\\\n", " :br "), "\n", " ")
	var b strings.Builder // a | is a cell's end, in code too
	for i := 0; i < len(s); i++ {
		if s[i] == '|' && (i == 0 || s[i-1] != '\\') {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

var spaceRE = lazyregexp.New(`[ \t\n\r\f]+`)

// inlines converts running text.
func (d *dom) inlines(ns []*html.Node) string {
	var b strings.Builder
	for i, n := range ns {
		if isHidden(n) {
			if i > 0 && isHidden(ns[i-1]) { // a script shows one of them
				b.WriteByte('/')
			}
			d.note("it is shown", "a part that only a script shows: %s", short(textOf(n)))
		}
		d.inlineNode(&b, n)
	}
	s := b.String()
	s = strings.ReplaceAll(s, "\\\n ", "\\\n")
	s = strings.TrimSuffix(strings.TrimRight(s, " \n"), "\\")
	return s
}

func (d *dom) inlineNode(b *strings.Builder, n *html.Node) {
	c := d.c
	if n.Type == html.TextNode {
		s := spaceRE().ReplaceAllString(n.Data, " ")
		if strings.HasSuffix(b.String(), " ") || strings.HasSuffix(b.String(), "\n") {
			s = strings.TrimLeft(s, " ")
		}
		if d.md {
			b.WriteString(c.inline(s, d.n, false))
		} else {
			b.WriteString(escape(s))
		}
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	d.at(n)
	inner := func() string { return d.inlines(kids(n)) }
	spaced := func(mark string) {
		s := inner()
		if n.FirstChild != nil && n.LastChild.Type == html.TextNode && strings.HasSuffix(spaceRE().ReplaceAllString(n.LastChild.Data, " "), " ") && !strings.HasSuffix(s, " ") {
			s += " "
		}
		b.WriteString(wrap(mark, s))
	}
	switch n.DataAtom {
	case atom.B, atom.Strong, atom.Mark:
		spaced("**")
	case atom.I, atom.Em, atom.Cite, atom.Var, atom.Dfn:
		spaced("*")
	case atom.Del, atom.S, atom.Strike:
		spaced("~~")
	case atom.Code, atom.Tt, atom.Samp:
		b.WriteString(c.codeSpan(textOf(n), false))
	case atom.Kbd:
		b.WriteString(directive("kbd", textOf(n)))
	case atom.Sub, atom.Sup:
		if s := textOf(n); s != "" {
			b.WriteString(directive(n.Data, s))
		}
	case atom.Br:
		b.WriteString("\\\n")
	case atom.A:
		if id := cmpOr(attr(n, "id"), attr(n, "name")); id != "" {
			c.anchors = append(c.anchors, id)
		}
		s := inner()
		t := strings.TrimSpace(s)
		if t == "" || t == "¶" || t == "#" {
			if t != "" {
				d.note(leftOut, "a link to the heading that it stands in")
			}
			return
		}
		if href := attr(n, "href"); href != "" {
			t = c.link(d.n, href, t, "")
		}
		if strings.HasPrefix(s, " ") {
			b.WriteByte(' ')
		}
		b.WriteString(t)
		if n.LastChild != nil && n.LastChild.Type == html.TextNode && strings.HasSuffix(n.LastChild.Data, " ") {
			b.WriteByte(' ')
		}
	case atom.Img:
		b.WriteString(wide(c.image(d.n, attr(n, "src"), c.altText(attr(n, "alt")), "", false), attr(n, "width")))
	case atom.Input:
		if attr(n, "type") == "checkbox" {
			b.WriteString("☐")
		}
	case atom.Picture:
		walkNodes(n, func(x *html.Node) bool {
			if x.DataAtom == atom.Img {
				d.inlineNode(b, x)
			}
			return true
		})
	case atom.Script, atom.Style, atom.Svg, atom.Button, atom.Template, atom.Noscript, atom.Select, atom.Textarea:
		if s := textOf(n); s != "" && n.DataAtom == atom.Button {
			d.note(leftOut, "the element <%s>: %s", n.Data, short(s))
		} else {
			d.note(leftOut, "the element <%s>", n.Data)
		}
	case atom.Video, atom.Audio, atom.Iframe:
		b.WriteString(joined(d.block(n)))
	case atom.Abbr, atom.Acronym:
		b.WriteString(inner())
		if t := attr(n, "title"); t != "" {
			b.WriteString(" (" + escape(t) + ")")
		}
	case 0:
		if d.c.p.html || blockTags[n.Data] {
			b.WriteString(inner())
			return
		}
		d.note("it is shown as text", "an unknown element: %s", "<"+n.Data+">")
		b.WriteString(`\<` + n.Data + ">" + inner())
	default:
		s := inner()
		b.WriteString(s)
		if n.LastChild != nil && n.LastChild.Type == html.TextNode && strings.HasSuffix(spaceRE().ReplaceAllString(n.LastChild.Data, " "), " ") && !strings.HasSuffix(s, " ") {
			b.WriteByte(' ')
		}
	}
}
