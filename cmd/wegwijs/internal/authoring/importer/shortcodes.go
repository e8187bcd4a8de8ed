package importer

import (
	"path"
	"regexp"
	"strings"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// shortRE takes one of Hugo's shortcodes apart.
var shortRE = lazyregexp.New(`(?s)^\{\{([<%])\s*(/?)\s*([\w./-]+)((?:\s+(?:[\w-]+\s*=\s*)?(?:"(?:[^"\\]|\\.)*"|` + "`[^`]*`" + `|[^\s"` + "`" + `/%>][^\s"%>]*))*)\s*(/?)\s*[>%]\}\}`)

var paramRE = lazyregexp.New("(?:([\\w-]+)\\s*=\\s*)?(?:\"((?:[^\"\\\\]|\\\\.)*)\"|`([^`]*)`|([^\\s\"`]+))")

// A shortcode is {{< name key="value" >}}.
type shortcode struct {
	name        string
	named       map[string]string
	list        []string // values without a name
	shut, empty bool
	size        int
}

func parseShort(s string) (x shortcode, ok bool) {
	m := shortRE().FindStringSubmatch(s)
	if m == nil {
		return x, false
	}
	x = shortcode{name: m[3], named: map[string]string{}, shut: m[2] != "", empty: m[5] != "", size: len(m[0])}
	for _, p := range paramRE().FindAllStringSubmatch(m[4], -1) {
		v := strings.ReplaceAll(p[2], `\"`, `"`) + p[3] + p[4]
		if p[1] != "" {
			x.named[p[1]] = v
		} else {
			x.list = append(x.list, v)
		}
	}
	return x, true
}

// arg returns what a shortcode is told by one of some names, or as its first
// value without one.
func (x shortcode) arg(names ...string) string {
	for _, n := range names {
		if v := x.named[n]; v != "" {
			return v
		}
	}
	if len(x.list) > 0 {
		return x.list[0]
	}
	return ""
}

// shortBlock converts a shortcode that begins a line.
func (c *conv) shortBlock(ls []line, i int, pad string) ([]line, int) {
	var b strings.Builder
	for k := i; k < len(ls) && k < i+12; k++ {
		b.WriteString(strings.TrimLeft(ls[k].s, " ") + "\n")
		if strings.Contains(ls[k].s, "}}") {
			break
		}
	}
	x, ok := parseShort(b.String())
	if !ok {
		return nil, i
	}
	n := ls[i].n
	last := i + strings.Count(b.String()[:x.size], "\n") // the line on which it ends
	tail := strings.TrimSpace(strings.SplitN(b.String()[x.size:], "\n", 2)[0])
	if x.shut {
		if tail == "" {
			return nil, last + 1
		}
		return c.blocks([]line{{n, pad + tail}}), last + 1
	}
	// What stands between it and its end.
	var inner []line
	next, closed := last+1, false
	if !x.empty {
		closeRE := regexp.MustCompile(`\{\{[<%]\s*(/?)\s*` + regexp.QuoteMeta(x.name) + `(?:\s[^}]*)?[>%]\}\}`)
		depth := 1
		body := append([]line{{n, tail}}, ls[last+1:]...)
	find:
		for k, l := range body {
			for _, m := range closeRE.FindAllStringSubmatchIndex(l.s, -1) {
				if m[2] == m[3] {
					if !strings.HasSuffix(strings.TrimSuffix(strings.TrimSuffix(l.s[m[0]:m[1]], "}}"), ">"), "/") {
						depth++
					}
					continue
				}
				if depth--; depth == 0 {
					inner = append(append(inner, body[:k]...), line{l.n, l.s[:m[0]]})
					closed = true
					next = last + k + 1
					tail = strings.TrimSpace(l.s[m[1]:])
					break find
				}
			}
		}
	}
	if !closed && (tail != "" || !blockShort[x.name]) {
		if s, ok := c.shortInline(n, x); ok {
			if tail != "" {
				return nil, i // running text
			}
			return []line{{n, pad + s}}, last + 1
		}
	}
	out := c.shortMade(n, x, trimBlank(inner), closed)
	if tail != "" {
		out = append(append(out, line{n, ""}), c.blocks([]line{{ls[min(next-1, len(ls)-1)].n, tail}})...)
	}
	return prefix(pad, out), next
}

var blockShort = set("toc readfile include img figure imgproc youtube vimeo tabpane tabs alert highlight details")

// shortMade converts a shortcode with what is in it.
func (c *conv) shortMade(n int, x shortcode, inner []line, closed bool) []line {
	inner = dedent(inner, least(inner))
	name := strings.ToLower(path.Base(x.name))
	switch name {
	case "alert", "pageinfo", "callout", "admonition", "notice", "hint", "note", "tip", "warning", "info", "caution", "danger", "important", "details-note":
		kind := boxOf(cmpOr(x.arg("color", "type", "kind"), name))
		if kind == "" || name != "alert" && name != "callout" && name != "admonition" && name != "notice" && name != "hint" {
			kind = cmpOr(boxOf(name), "NOTE")
		}
		if name == "pageinfo" {
			kind = "NOTE"
		}
		title := x.named["title"]
		if title == "" && len(x.list) > 1 {
			title = x.list[1]
		}
		return c.box(kind, c.inline(title, n, false), withLine(inner, n))
	case "details", "expand", "collapse", "accordion-item", "spoiler":
		return c.fold(n, c.inline(cmpOr(x.arg("title", "summary"), "Details"), n, false), inner)
	case "tabs", "tabpane", "code-toggle":
		if names, bodies, lead := c.shortTabs(inner); len(names) > 0 {
			return append(lead, c.tabs(n, names, bodies)...)
		}
		if name == "code-toggle" {
			return c.codeBlock(n, cmpOr(x.named["config"], "yaml"), x.named["file"], joined(inner))
		}
	case "highlight":
		if closed {
			return c.codeBlock(n, x.arg("lang", "language"), "", joined(inner))
		}
	case "figure", "img", "image", "imgproc":
		a := x.named
		a["src"] = cmpOr(a["src"], x.arg("src"))
		if name == "imgproc" && len(inner) > 0 {
			a["caption"] = joined(inner)
		}
		return c.figure(n, a)
	case "youtube", "vimeo", "video":
		src := x.arg("src", "id")
		switch {
		case strings.Contains(src, "/"):
		case name == "youtube":
			src = "https://www.youtube.com/watch?v=" + src
		case name == "vimeo":
			src = "https://vimeo.com/" + src
		}
		c.note(n, "it became a link", "the shortcode %s", x.name)
		return []line{{n, c.link(n, src, escape(cmpOr(x.named["title"], src)), "")}}
	case "include", "readfile", "rawhtml-file":
		return c.include(line{n, ""}, strings.TrimPrefix(x.arg("file", "path"), "/"))
	case "toc":
		c.note(n, leftOut, "the contents of the page, which each page has by itself")
		return nil
	case "steps", "cards", "card", "cardpane", "columns", "blocks":
		var out []line
		if t := cmpOr(x.named["header"], x.named["title"]); t != "" {
			if l := cmpOr(x.named["link"], x.named["href"]); l != "" {
				t = c.link(n, l, c.inline(t, n, false), "")
			}
			out = append(out, line{n, "**" + strings.Trim(c.inline(t, n, false), "*") + "**"}, line{n, ""})
		}
		return append(out, c.blocks(inner)...)
	}
	if !closed {
		if s, ok := c.shortInline(n, x); ok {
			return []line{{n, s}}
		}
	}
	if len(inner) == 0 {
		var said []string
		for _, k := range []string{"title", "text", "label", "caption", "description"} {
			if v := x.named[k]; v != "" {
				said = append(said, c.inline(v, n, false))
			}
		}
		if len(said) == 0 {
			c.note(n, leftOut, "the shortcode %s", x.name)
			return nil
		}
		c.note(n, keptText, "the shortcode %s has no form here", x.name)
		return []line{{n, strings.Join(said, ": ")}}
	}
	c.note(n, keptText, "the shortcode %s has no form here", x.name)
	var out []line
	if t := x.named["title"]; t != "" {
		out = append(out, line{n, "**" + c.inline(t, n, false) + "**"}, line{n, ""})
	}
	return append(out, c.blocks(inner)...)
}

// tabTagRE finds where a part of a choice begins or ends.
var tabTagRE = lazyregexp.New(`\{\{[<%]\s*/?\s*(?i:tab)\b[^}]*[>%]\}\}`)

// tabLines puts what begins and ends parts of a choice on lines of their own.
func tabLines(ls []line) (out []line) {
	var code fence
	for _, l := range ls {
		at := 0
		if !code.in(l.s) {
			for _, m := range tabTagRE().FindAllStringIndex(l.s, -1) {
				if !blank(l.s[at:m[0]]) {
					out = append(out, line{l.n, l.s[at:m[0]]})
				}
				out = append(out, line{l.n, l.s[m[0]:m[1]]})
				at = m[1]
			}
		}
		if at == 0 || !blank(l.s[at:]) {
			out = append(out, line{l.n, l.s[at:]})
		}
	}
	return out
}

// shortTabs takes the parts of a choice apart; lead is what names them all, a
// part without text.
func (c *conv) shortTabs(ls []line) (names []string, bodies [][]line, lead []line) {
	ls = tabLines(ls)
	for i := 0; i < len(ls); i++ {
		x, ok := parseShort(strings.TrimSpace(ls[i].s))
		if !ok || strings.ToLower(x.name) != "tab" || x.shut {
			continue
		}
		name := x.arg("header", "name", "title", "label")
		if x.empty {
			lead = append(lead, line{ls[i].n, "**" + c.inline(name, ls[i].n, false) + "**"}, line{ls[i].n, ""})
			continue
		}
		j := i + 1
		for j < len(ls) {
			if y, ok := parseShort(strings.TrimSpace(ls[j].s)); ok && y.shut && y.name == x.name {
				break
			}
			j++
		}
		body := trimBlank(ls[i+1 : min(j, len(ls))])
		body = dedent(body, least(body))
		if lang := x.named["lang"]; lang != "" && len(body) > 0 && !fenceRE().MatchString(body[0].s) {
			body = c.codeBlock(ls[i].n, lang, "", joined(body))
		}
		names, bodies = append(names, name), append(bodies, body)
		i = j
	}
	return names, bodies, lead
}

// shortInline converts a shortcode in running text; ok is false for one that is
// not known.
func (c *conv) shortInline(n int, x shortcode) (string, bool) {
	switch strings.ToLower(path.Base(x.name)) {
	case "ref", "relref":
		return c.shortAddress(n, x.arg("path")), true
	case "param":
		if v, ok := c.variable(strings.ToLower(x.arg("name"))); ok {
			return v, true
		}
		c.note(n, leftOut, "a value that the program would fill in: %s", x.arg("name"))
		return "", true
	case "kbd", "key":
		return directive("kbd", strings.Join(x.list, "+")), true
	case "glossary-term", "glossary_tooltip", "gl", "term":
		return escape(cmpOr(x.named["text"], x.arg("term", "name", "term_id"))), true
	case "new-in", "deprecated-in", "badge", "param-value":
		return "(" + escape(strings.TrimSpace(x.name+" "+strings.Join(x.list, " "))) + ")", true
	case "icon", "fa":
		c.note(n, leftOut, "an icon: %s", x.arg("name"))
		return "", true
	case "link", "button", "linkcard", "card":
		if dest := cmpOr(cmpOr(x.named["href"], x.named["link"]), x.named["url"]); dest != "" {
			return c.link(n, dest, escape(cmpOr(cmpOr(x.named["text"], x.named["title"]), dest)), ""), true
		}
	}
	return "", false
}

// shortAddress returns the address that ref and relref stand for.
func (c *conv) shortAddress(n int, s string) string {
	for {
		i := strings.Index(s, "{{")
		if i < 0 {
			return s
		}
		x, ok := parseShort(s[i:])
		if !ok {
			return s
		}
		to := x.arg("path")
		if name := strings.ToLower(x.name); name != "ref" && name != "relref" {
			to, _ = c.variable(strings.ToLower(to))
		} else if base, frag, _ := strings.Cut(to, "#"); base != "" {
			if p := c.t.named(base, c.p); p != nil {
				to = "\x00" + p.src
				if frag != "" {
					to += "#" + frag
				}
			}
		}
		s = s[:i] + to + s[i+x.size:]
	}
}

// named finds the page that Hugo's ref means: by its path, or by the end of it
// where only one page has that.
func (t *tree) named(name string, from *page) *page {
	name = strings.TrimSuffix(strings.TrimSuffix(strings.Trim(name, "/"), ".md"), "/_index")
	near := path.Join(path.Dir(from.path), name)
	var found *page
	for _, p := range t.pages {
		if p.src == "" || p.lang != from.lang {
			continue
		}
		own := strings.TrimSuffix(strings.TrimSuffix(p.path, "/_index"), "/index")
		if own == name || own == near {
			return p
		}
		if strings.HasSuffix(own, "/"+name) {
			if found == nil || len(p.path) < len(found.path) {
				found = p
			}
		}
	}
	return found
}

// shortcode converts one in running text.
func (sc *scanner) shortcode(rest string) bool {
	c := sc.c
	x, ok := parseShort(rest)
	if !ok {
		return false
	}
	if x.shut {
		sc.put("", x.size)
		return true
	}
	if s, ok := c.shortInline(sc.n, x); ok {
		sc.put(s, x.size)
		return true
	}
	closeRE := regexp.MustCompile(`\{\{[<%]\s*/\s*` + regexp.QuoteMeta(x.name) + `\s*[>%]\}\}`)
	if m := closeRE.FindStringIndex(rest[x.size:]); m != nil && !x.empty {
		c.note(sc.n, keptText, "the shortcode %s has no form here", x.name)
		sc.put(c.inner(rest[x.size:x.size+m[0]], sc.n, sc.table, sc.links), x.size+m[1])
		return true
	}
	made := c.shortMade(sc.n, x, nil, false)
	sc.put(strings.TrimSpace(strings.ReplaceAll(joined(made), "\n\n", " ")), x.size)
	return true
}

var liquidRE = lazyregexp.New(`^\{%-?\s*(\w+)\s*(.*?)\s*-?%\}\s*(.*)$`)

// liquid converts the tags of templates: {% hint %}, {% include %}.
func (c *conv) liquid(ls []line, i int, pad, text string) ([]line, int) {
	m := liquidRE().FindStringSubmatch(text)
	if m == nil {
		return nil, i
	}
	n := ls[i].n
	end := regexp.MustCompile(`^\s*\{%-?\s*(?:end` + regexp.QuoteMeta(m[1]) + `|/` + regexp.QuoteMeta(m[1]) + `)\s*-?%\}\s*$`)
	for j := i + 1; j < len(ls); j++ {
		if !end.MatchString(ls[j].s) {
			continue
		}
		inner := ls[i+1 : j]
		switch m[1] {
		case "hint", "aside", "note", "tip", "warning", "info", "danger", "caution", "callout":
			a := attributes(m[2])
			return prefix(pad, c.box(cmpOr(boxOf(cmpOr(cmpOr(a["style"], a["type"]), m[1])), "NOTE"), c.inline(a["title"], n, false), inner)), j + 1
		case "raw":
			return inner, j + 1
		case "comment":
			c.note(n, leftOut, "a comment")
			return nil, j + 1
		}
		c.note(n, keptText, "the tag %s has no form here", short(text))
		return prefix(pad, c.blocks(inner)), j + 1
	}
	if m[1] == "include" {
		return c.include(line{n, pad}, strings.Trim(m[2], `"'`)), i + 1
	}
	c.note(n, leftOut, "the tag %s has no form here", short(text))
	if m[3] != "" {
		return c.blocks([]line{{n, pad + m[3]}}), i + 1
	}
	return nil, i + 1
}
