package importer

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// A tag is a tag of HTML, or of a component.
type tag struct {
	name  string // as typed
	attrs map[string]string
	shut  bool // </x>
	empty bool // <x/>
	size  int  // in bytes
}

var attrRE = lazyregexp.New("(?s)([A-Za-z_:@.][\\w:.@-]*)(?:\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|\\{\\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`)\\s*\\}|(\\{(?:[^{}]|\\{(?:[^{}]|\\{[^{}]*\\})*\\})*\\})|([^\\s\"'>{]+)))?")

// attributes reads name="value" pairs.
func attributes(s string) map[string]string {
	m := map[string]string{}
	for _, a := range attrRE().FindAllStringSubmatch(s, -1) {
		m[a[1]] = html.UnescapeString(a[2] + a[3] + a[4] + a[5] + a[6] + a[7] + a[8])
	}
	return m
}

var tagNameRE = lazyregexp.New(`^</?([A-Za-z][\w.-]*)`)

func tagName(s string) string {
	if m := tagNameRE().FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// parseTag reads the tag at the start of a text.
func parseTag(s string) (t tag, ok bool) {
	m := tagNameRE().FindStringSubmatch(s)
	if m == nil {
		if strings.HasPrefix(s, "<>") {
			return tag{name: "Fragment", size: 2}, true
		}
		if strings.HasPrefix(s, "</>") {
			return tag{name: "Fragment", shut: true, size: 3}, true
		}
		return t, false
	}
	t.name, t.shut = m[1], strings.HasPrefix(s, "</")
	i := len(m[0])
	if i < len(s) && !strings.ContainsAny(s[i:i+1], " \t\n/>") {
		return t, false
	}
	from := i
	for i < len(s) {
		switch c := s[i]; c {
		case '"', '\'':
			k := strings.IndexByte(s[i+1:], c)
			if k < 0 {
				return t, false
			}
			i += k + 2
			continue
		case '{':
			k := closeBracket(s[i:], '{', '}')
			if k < 0 {
				return t, false
			}
			i += k + 1
			continue
		case '<':
			return t, false
		case '>':
			body := s[from:i]
			t.empty = strings.HasSuffix(body, "/")
			t.attrs = attributes(strings.TrimSuffix(body, "/"))
			t.size = i + 1
			return t, true
		}
		i++
	}
	return t, false
}

// inlineTags stand in running text; voidTags have no end.
var inlineTags = set("a abbr acronym b bdi bdo big br button cite code del dfn em font i img input ins kbd label mark nobr q s samp small span strike strong sub sup time tt u var wbr Badge Icon FAIcon Link SmallInline svg path")
var voidTags = set("area base br col embed hr img input link meta param source track wbr")
var blockTags = set("address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr iframe li main menu nav object ol p picture pre script section style summary table tbody td tfoot th thead tr ul video audio svg")

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// region returns the lines between a tag at line i and the one that closes it,
// and the lines that are left behind it.
func region(ls []line, i int) (t tag, inner, rest []line, ok bool) {
	var b strings.Builder
	for _, l := range ls[i:] {
		b.WriteString(l.s)
		b.WriteByte('\n')
	}
	all := b.String()
	start := indentOf(all)
	t, ok = parseTag(all[start:])
	if !ok || t.shut {
		return t, nil, nil, ok
	}
	numbered := func(from, to int) []line {
		text := all[from:to]
		n := strings.Count(all[:from], "\n")
		var out []line
		for k, s := range strings.Split(text, "\n") {
			at := min(i+n+k, len(ls)-1)
			out = append(out, line{ls[at].n, s})
		}
		return out
	}
	open := start + t.size
	if t.empty || voidTags[strings.ToLower(t.name)] {
		return t, nil, numbered(open, len(all)-1), true
	}
	depth, at := 1, open
	for at < len(all) {
		k := strings.IndexAny(all[at:], "<`\n{")
		if k < 0 {
			break
		}
		at += k
		switch all[at] {
		case '\n':
			at++
			line, _, _ := strings.Cut(all[at:], "\n")
			if m := fenceRE().FindStringSubmatch(line); m != nil && t.name != "pre" { // skip code
				next := at + len(line) + 1
				for next < len(all) {
					l, _, _ := strings.Cut(all[next:], "\n")
					next += len(l) + 1
					if s := strings.TrimSpace(l); strings.HasPrefix(s, m[2]) && strings.Trim(s, m[2][:1]) == "" {
						break
					}
				}
				at = max(at, min(next, len(all))-1)
			}
			continue
		case '`':
			n := len(all[at:]) - len(strings.TrimLeft(all[at:], "`"))
			para, _, _ := strings.Cut(all[at:], "\n\n")
			if e := strings.Index(para[n:], all[at:at+n]); e >= 0 {
				at += n + e
			}
			at += n
			continue
		case '{':
			if strings.HasPrefix(all[at:], "{`") {
				if e := strings.Index(all[at+2:], "`}"); e >= 0 {
					at += e + 4
					continue
				}
			}
			at++
			continue
		}
		x, good := parseTag(all[at:])
		if !good {
			at++
			continue
		}
		if x.name == t.name {
			switch {
			case x.shut:
				depth--
			case !x.empty:
				depth++
			}
			if depth == 0 {
				return t, numbered(open, at), numbered(at+x.size, len(all)-1), true
			}
		}
		at += x.size
	}
	return t, nil, numbered(open, len(all)-1), false // never closed
}

// tagBlock converts a block that begins with a tag.
func (c *conv) tagBlock(ls []line, i int, pad string) ([]line, int) {
	text := strings.TrimLeft(ls[i].s, " ")
	name := tagName(text)
	lname := strings.ToLower(name)
	if inlineTags[name] || name == lname && !blockTags[name] {
		return nil, i
	}
	n := ls[i].n
	t, inner, rest, ok := region(ls, i)
	if t.name == "" || t.size == 0 {
		return nil, i // a plain <
	}
	if t.shut { // of something that was left out
		tail := strings.TrimSpace(text[min(len(text), t.size):])
		if tail == "" {
			return nil, i + 1
		}
		return c.blocks([]line{{n, pad + tail}}), i + 1
	}
	next := len(ls)
	if len(rest) > 0 {
		// What stands behind the end on its line comes next.
		next = len(ls) - len(rest) + 1
		if tail := rest[0].s; !blank(tail) {
			made := c.component(n, t, inner, ok, pad)
			if m, k := c.tail(rest, ls, next); k > 0 {
				return append(made, m...), k
			}
			return made, next
		}
	}
	return c.component(n, t, inner, ok, pad), next
}

// tail converts what stands behind a block on its last line.
func (c *conv) tail(rest, ls []line, next int) ([]line, int) {
	first := line{rest[0].n, strings.TrimLeft(rest[0].s, " ")}
	if tagStartRE().MatchString(first.s) && !inlineTags[tagName(first.s)] {
		joined := append([]line{first}, ls[next:]...)
		made, k := c.block(joined, 0, "", first.s)
		if k > 0 {
			return made, next + k - 1
		}
	}
	return append([]line{{first.n, ""}}, c.blocks([]line{first})...), next
}

// component converts one element or component with what is in it.
func (c *conv) component(n int, t tag, inner []line, closed bool, pad string) []line {
	c.depth++
	defer func() { c.depth-- }()
	if c.depth > 40 {
		return inner
	}
	lname := strings.ToLower(t.name)
	body := dedent(inner, least(inner))
	if len(inner) > 1 { // the first line stands behind the tag
		body = append([]line{{inner[0].n, strings.TrimSpace(inner[0].s)}}, dedent(inner[1:], least(inner[1:]))...)
	}
	id := t.attrs["id"]
	if id != "" && t.name == lname && !strings.HasPrefix(lname, "h") {
		c.anchors = append(c.anchors, id)
	}
	switch lname {
	case "details":
		title, rest := summary(body)
		return prefix(pad, c.fold(n, cmpOr(c.inline(title, n, false), "Details"), rest))
	case "tabs", "tab-set", "tabpanel":
		if names, bodies := c.items(body, "tabitem", "tab"); len(names) > 0 {
			return prefix(pad, c.tabs(n, names, bodies))
		}
	case "aside", "admonition", "callout", "note", "tip", "warning", "info", "caution", "danger", "important", "alert", "hint":
		if t.name != lname || lname == "aside" && t.attrs["type"] != "" {
			kind := boxOf(cmpOr(t.attrs["type"], lname))
			return prefix(pad, c.box(cmpOr(kind, "NOTE"), c.inline(t.attrs["title"], n, false), body))
		}
	case "steps":
		made := trimBlank(c.blocks(trimBlank(body)))
		if len(made) > 0 && strings.HasPrefix(made[0].s, "1.") {
			return prefix(pad, c.container("steps", "", made, n))
		}
		return prefix(pad, made)
	case "card", "step":
		out := []line{}
		if title := cmpOr(t.attrs["title"], t.attrs["label"]); title != "" {
			out = append(out, line{n, "**" + c.inline(title, n, false) + "**"}, line{n, ""})
		}
		return prefix(pad, append(out, trimBlank(c.blocks(trimBlank(body)))...))
	case "linkcard", "doccard", "linkbutton", "button":
		text := cmpOr(cmpOr(t.attrs["title"], t.attrs["label"]), strings.TrimSpace(joined(body)))
		dest := cmpOr(cmpOr(t.attrs["href"], t.attrs["to"]), t.attrs["link"])
		s := c.inline(text, n, false)
		if dest != "" {
			s = c.link(n, dest, s, "")
		}
		if lname == "linkcard" || lname == "doccard" {
			s = "- " + s
			if d := t.attrs["description"]; d != "" {
				s += ": " + c.inline(d, n, false)
			}
		}
		return prefix(pad, []line{{n, s}})
	case "code":
		if code := t.attrs["code"]; t.name == "Code" && code != "" && !strings.HasPrefix(code, "{") {
			return prefix(pad, c.codeBlock(n, t.attrs["lang"], t.attrs["title"], code))
		}
	case "codeblock":
		return prefix(pad, c.codeBlock(n, t.attrs["language"], t.attrs["title"], strings.Trim(strings.TrimSpace(joined(body)), "{}`")))
	case "figure":
		if src := t.attrs["src"]; src != "" {
			return prefix(pad, c.figure(n, t.attrs))
		}
	case "image", "themedimage":
		if src := t.attrs["src"]; src != "" {
			return prefix(pad, c.figure(n, t.attrs))
		}
	case "script", "style", "svg", "link", "meta", "noscript", "template":
		c.note(n, leftOut, "the element <%s>", t.name)
		return nil
	case "iframe", "video", "audio", "youtube", "embed", "object":
		return prefix(pad, c.media(n, t, inner))
	case "hr":
		return []line{{n, ""}, {n, pad + "---"}, {n, ""}}
	case "summary":
		return prefix(pad, []line{{n, "**" + strings.TrimSpace(c.inline(joined(body), n, false)) + "**"}})
	case "table", "ul", "ol", "dl", "p", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "picture", "li", "center":
		if t.name == lname && closed {
			if lname == "p" || lname == "center" || lname == "blockquote" || lname == "li" {
				// Markdown may stand in it.
				if strings.Contains(joined(inner), "\n\n") || c.t.mdx {
					break
				}
			}
			return prefix(pad, c.htmlBlock(n, t, inner))
		}
	}
	if f := c.imports[t.name]; f != "" && (strings.HasSuffix(f, ".md") || strings.HasSuffix(f, ".mdx")) {
		dir := c.include(line{n, pad}, f)
		return dir
	}
	if t.name != lname { // a component that nothing here corresponds to
		var said []string
		for _, k := range []string{"title", "label", "name", "text", "description", "caption"} {
			if v := t.attrs[k]; v != "" && !strings.HasPrefix(v, "{") {
				said = append(said, c.inline(v, n, false))
			}
		}
		if len(trimBlank(body)) == 0 && len(said) == 0 {
			c.note(n, leftOut, "the component <%s>", t.name)
			return nil
		}
		if !slices.Contains([]string{"CardGrid", "FileTree", "Fragment", "React.Fragment", "Tabs", "TabItem", "Columns", "Row", "Col", "CardGroup"}, t.name) {
			c.note(n, keptText, "the component <%s> has no form here", t.name)
		}
		var out []line
		if len(said) > 0 {
			out = append(out, line{n, strings.Join(said, ": ")}, line{n, ""})
		}
		return prefix(pad, append(out, c.blocks(trimBlank(body))...))
	}
	return prefix(pad, c.blocks(trimBlank(body)))
}

func joined(ls []line) string {
	var b strings.Builder
	for i, l := range ls {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.s)
	}
	return b.String()
}

// summary takes the title off what opens.
func summary(ls []line) (title string, rest []line) {
	for i, l := range ls {
		if blank(l.s) {
			continue
		}
		s := strings.TrimSpace(l.s)
		if tagName(s) != "summary" {
			return "", ls
		}
		_, inner, rest, ok := region(ls, i)
		if !ok {
			return "", ls
		}
		title := regexp.MustCompile(`</?(?:h[1-6]|p|div|b|strong|span)[^>]*>`).ReplaceAllString(joined(inner), "")
		return strings.Join(strings.Fields(title), " "), rest
	}
	return "", ls
}

// items takes the parts of a choice apart.
func (c *conv) items(ls []line, names ...string) (titles []string, bodies [][]line) {
	for i := 0; i < len(ls); i++ {
		s := strings.TrimSpace(ls[i].s)
		if !slices.Contains(names, strings.ToLower(tagName(s))) || strings.HasPrefix(s, "</") {
			continue
		}
		t, inner, rest, ok := region(ls, i)
		if !ok {
			continue
		}
		if len(inner) > 1 {
			inner = append([]line{{inner[0].n, strings.TrimSpace(inner[0].s)}}, dedent(inner[1:], least(inner[1:]))...)
		}
		title := cmpOr(cmpOr(t.attrs["label"], t.attrs["title"]), cmpOr(t.attrs["value"], t.attrs["name"]))
		titles, bodies = append(titles, title), append(bodies, inner)
		if len(rest) == 0 {
			break
		}
		ls, i = rest, -1
	}
	return titles, bodies
}

func (c *conv) codeBlock(n int, lang, title, code string) []line {
	mark := "```"
	for strings.Contains(code, mark) {
		mark += "`"
	}
	info := c.info(n, lang, 0)
	if title != "" && !strings.HasPrefix(title, "{") {
		info = strings.TrimSpace(info + titled(title))
	}
	out := []line{{n, mark + info}}
	for _, s := range strings.Split(strings.Trim(code, "\n"), "\n") {
		out = append(out, line{n, s})
	}
	return append(out, line{n, mark})
}

// figure makes a picture, with what it says below it.
func (c *conv) figure(n int, a map[string]string) []line {
	src := cmpOr(a["src"], a["link"])
	caption := cmpOr(a["caption"], a["title"])
	s := wide(c.image(n, src, cmpOr(a["alt"], plain(caption)), "", false), a["width"])
	out := []line{{n, s}}
	if caption != "" && s != "" {
		out = append(out, line{n, ""}, line{n, "*" + strings.TrimSpace(c.inline(strings.Join(strings.Fields(caption), " "), n, false)) + "*"})
	}
	return out
}

// media makes a link to a film.
func (c *conv) media(n int, t tag, inner []line) []line {
	src := t.attrs["src"]
	if m := srcRE().FindStringSubmatch(joined(inner)); src == "" && m != nil {
		src = m[1]
	}
	if id := cmpOr(t.attrs["id"], t.attrs["videoId"]); src == "" && strings.EqualFold(t.name, "youtube") {
		src = "https://www.youtube.com/watch?v=" + id
	}
	if strings.HasPrefix(src, "//") {
		src = "https:" + src
	}
	text := cmpOr(cmpOr(t.attrs["title"], t.attrs["aria-label"]), src)
	if src == "" {
		c.note(n, leftOut, "the element <%s>", t.name)
		return nil
	}
	c.note(n, "it became a link", "the element <%s>", t.name)
	return []line{{n, c.link(n, src, escape(text), "")}}
}

var srcRE = lazyregexp.New(`\bsrc\s*=\s*["']([^"']+)["']`)

// angle converts what begins with < in running text.
func (sc *scanner) angle(rest string) bool {
	c := sc.c
	if m := autolinkRE().FindString(rest); m != "" {
		if strings.HasPrefix(m, "<http") || strings.Contains(m, "@") {
			sc.take(len(m))
			return true
		}
	}
	if strings.HasPrefix(rest, "<!--") {
		if k := strings.Index(rest, "-->"); k > 0 {
			if !strings.Contains(rest[:k], "more") {
				c.note(sc.n, leftOut, "a comment")
			}
			sc.put("", k+3)
			return true
		}
	}
	t, ok := parseTag(rest)
	if !ok {
		if len(rest) > 1 && (wordByte(rest[1]) || rest[1] == '/' || rest[1] == '!' || rest[1] == '?') {
			sc.put(`\<`, 1)
			return true
		}
		return false
	}
	name := strings.ToLower(t.name)
	if t.shut {
		sc.put("", t.size) // of what was left out
		return true
	}
	known := inlineTags[t.name] || blockTags[t.name] || t.name != name && c.t.mdx || t.name == "Fragment"
	if !known { // <your-name>, which no browser would show
		sc.put(`\<`+rest[1:t.size], t.size)
		c.note(sc.n, "it is shown as text", "an unknown element: %s", short(rest[:t.size]))
		return true
	}
	inner, size := "", t.size
	closed := t.empty || voidTags[name]
	if !closed {
		if k, m := closeTag(rest[t.size:], t.name); k >= 0 {
			inner, size, closed = rest[t.size:t.size+k], t.size+k+m, true
		}
	}
	text := func() string { return c.inner(inner, sc.n, sc.table, sc.links) }
	switch name {
	case "b", "strong":
		sc.put(wrap("**", text()), size)
	case "i", "em", "cite", "var", "dfn":
		sc.put(wrap("*", text()), size)
	case "del", "s", "strike":
		sc.put(wrap("~~", text()), size)
	case "code", "tt", "samp":
		sc.put(c.codeSpan(html.UnescapeString(tagsRE().ReplaceAllString(inner, "")), sc.table), size)
	case "kbd":
		sc.put(directive("kbd", plain(text())), size)
	case "sub", "sup":
		s := text()
		if strings.Contains(s, "](") || strings.TrimSpace(plain(s)) == "" {
			sc.put(s, size)
		} else {
			sc.put(directive(name, plain(s)), size)
		}
	case "br":
		sc.br(rest, size)
	case "wbr":
		sc.put("", size)
	case "a", "link":
		dest := cmpOr(t.attrs["href"], t.attrs["to"])
		if anchor := cmpOr(t.attrs["id"], t.attrs["name"]); anchor != "" {
			c.anchors = append(c.anchors, anchor)
		}
		s := c.inner(inner, sc.n, sc.table, sc.links+1)
		if dest != "" && sc.links == 0 && strings.TrimSpace(s) != "" {
			s = c.link(sc.n, dest, strings.TrimSpace(s), "")
		}
		sc.put(s, size)
	case "img", "image":
		sc.put(wide(c.image(sc.n, t.attrs["src"], c.altText(t.attrs["alt"]), "", sc.table), t.attrs["width"]), size)
	case "input":
		if t.attrs["type"] == "checkbox" {
			sc.put("☐", size)
		} else {
			c.note(sc.n, leftOut, "the element <%s>", t.name)
			sc.put("", size)
		}
	case "badge":
		sc.put("("+c.inner(t.attrs["text"], sc.n, sc.table, sc.links)+")", size)
	case "icon", "faicon", "svg", "script", "style":
		c.note(sc.n, leftOut, "the element <%s>", t.name)
		sc.put("", size)
	case "iframe", "video", "audio":
		m := c.media(sc.n, t, []line{{sc.n, inner}})
		sc.put(joined(m), size)
	case "abbr", "acronym":
		if title := t.attrs["title"]; title != "" {
			sc.put(text()+" ("+escape(title)+")", size)
		} else {
			sc.put(text(), size)
		}
	case "mark":
		sc.put(wrap("**", text()), size)
	case "q":
		sc.put(`"`+text()+`"`, size)
	case "span", "u", "small", "big", "font", "ins", "label", "bdi", "bdo", "time", "nobr", "center", "p", "div", "fragment":
		sc.put(text(), size)
		if !closed {
			return true
		}
	default:
		if t.name != name {
			said := cmpOr(cmpOr(t.attrs["text"], t.attrs["label"]), cmpOr(t.attrs["title"], t.attrs["name"]))
			if strings.TrimSpace(inner) == "" && said == "" {
				c.note(sc.n, leftOut, "the component <%s>", t.name)
			} else {
				c.note(sc.n, keptText, "the component <%s> has no form here", t.name)
			}
			s := text()
			if inner == "" {
				s = escape(said)
			}
			if dest := cmpOr(t.attrs["to"], t.attrs["href"]); dest != "" && strings.TrimSpace(s) != "" && sc.links == 0 {
				s = c.link(sc.n, dest, s, "")
			}
			sc.put(s, size)
			return true
		}
		c.note(sc.n, keptText, "the element <%s> has no form here", t.name)
		sc.put(text(), size)
	}
	return true
}

// br makes a line break.
func (sc *scanner) br(rest string, size int) {
	after := strings.TrimLeft(rest[size:], " ")
	switch {
	case sc.table || strings.Contains(sc.s, "|") && strings.Count(sc.s, "\n") == 0 && sc.s[0] == '|':
		sc.put(":br ", size)
	case after == "" || strings.HasPrefix(after, "\n\n"):
		sc.put("", size)
	case strings.HasPrefix(after, "\n"):
		sc.put(`\`, size)
	default:
		sc.put(":br ", size)
	}
}

// closeTag finds the tag that closes an element: where it begins and how long it
// is; -1 where there is none.
func closeTag(s, name string) (at, size int) {
	depth := 1
	for i := 0; i < len(s); {
		k := strings.IndexAny(s[i:], "<`")
		if k < 0 {
			return -1, 0
		}
		i += k
		if s[i] == '`' {
			n := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
			if e := strings.Index(s[i+n:], s[i:i+n]); e >= 0 && !strings.Contains(s[i+n:i+n+e], "\n") {
				i += n + e
			}
			i += n
			continue
		}
		t, ok := parseTag(s[i:])
		if !ok {
			i++
			continue
		}
		if t.name == name {
			if t.shut {
				if depth--; depth == 0 {
					return i, t.size
				}
			} else if !t.empty {
				depth++
			}
		}
		i += t.size
	}
	return -1, 0
}

// wrap puts marks around a text, inside its spaces.
func wrap(mark, s string) string {
	inner := strings.TrimSpace(s)
	if inner == "" {
		return s
	}
	i := strings.Index(s, inner)
	if strings.Contains(inner, "\n\n") || strings.HasPrefix(inner, mark) {
		return s
	}
	return s[:i] + mark + inner + mark + s[i+len(inner):]
}

func directive(name, text string) string {
	return ":" + name + "[" + strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(text) + "]"
}

// codeSpan makes a code span.
func (c *conv) codeSpan(s string, table bool) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return ""
	}
	if table {
		s = strings.ReplaceAll(s, "|", `\|`)
	}
	mark := "`"
	for strings.Contains(s, mark) {
		mark += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return mark + s + mark
}

var (
	autolinkRE = lazyregexp.New(`^<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)>`)
	tagsRE     = lazyregexp.New(`</?[A-Za-z][^<>]*>`)
)
