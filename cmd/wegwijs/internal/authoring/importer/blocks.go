package importer

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// A conv turns the text of one page into ours.
type conv struct {
	t     *tree
	p     *page
	final bool // the ids of all pages are known
	quiet bool
	base  string   // the file that relative addresses begin at
	home  *url.URL // the address that they begin at, where a saved page says one

	refs    map[string]ref    // link reference definitions
	imports map[string]string // files by the name of the component that they are
	ids     map[string]int    // how often each id was made
	given   map[string]bool
	anchors []string // ids that stand before what follows
	depth   int
	shift   int                               // by how many levels headings go down
	assets  func(src string) (to, why string) // takes a file along
}

type ref struct{ dest, title string }

// note reports what could not be kept as it was: where, what, and what was done.
func (t *tree) note(file string, n int, done, format string, args ...any) {
	t.out.Warnf(diag.Pos{File: file, Line: n}, diag.Imported, done, format, args...)
}

func (c *conv) note(n int, done, format string, args ...any) {
	if c.final && !c.quiet {
		c.t.note(c.p.src, n, done, format, args...)
	}
}

const (
	keptText = "its text was kept"
	leftOut  = "left out"
	asTyped  = "it stands there as it was typed"
)

var (
	fenceRE      = lazyregexp.New("^((?:>[ ]?)*\\s*(?:(?:[-*+]|\\d{1,9}[.)])\\s+)*)(`{3,}|~{3,})(.*)$")
	pyBoxRE      = lazyregexp.New(`^(!!!|\?\?\?\+?)\s*([\w-]+)((?:\s+[\w-]+)*)\s*(?:"(.*)")?\s*$`)
	pyTabRE      = lazyregexp.New(`^===[!+]?\s*["'](.*)["']\s*$`)
	colonRE      = lazyregexp.New(`^(:{3,})\s*([A-Za-z][\w-]*)\s*(.*?)\s*$`)
	colonEndRE   = lazyregexp.New(`^:{3,}\s*$`)
	alertLineRE  = lazyregexp.New(`^\[!([^\]\[]+)\]([-+]?)\s*(.*)$`)
	headingRE    = lazyregexp.New(`^(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	setextRE     = lazyregexp.New(`^(=+|-+)\s*$`)
	listItemRE   = lazyregexp.New(`^(\s*)((?:[-*+]|\d{1,9}[.)])(?:\s+|$))`)
	attrLineRE   = lazyregexp.New(`^\{:?\s*[#.\w][^{}]*\}\s*$`)
	tocRE        = lazyregexp.New(`(?i)^(?:\[\[?_?toc_?\]?\]|\$\{toc\}|@\[toc\]|\{:\s*toc\s*\}|\{\{\s*toc\s*\}\}|\{\{[<%]\s*toc\s*/?[%>]\}\})\s*$`)
	refDefRE     = lazyregexp.New(`^ {0,3}\[([^\]^\[][^\]\[]*)\]:\s*(?:<([^>]*)>|(\S+))(?:\s+["'(](.*)["')])?\s*$`)
	snippetsRE   = lazyregexp.New(`^\s*-+8<-+\s*$`)
	snippetRE    = lazyregexp.New(`^\s*-+8<-+\s*["'](.+?)["']\s*$`)
	importRE     = lazyregexp.New(`^import\s+(?:([^'"]*?)\s*\bfrom\s+)?['"]([^'"]+)['"]\s*;?\s*(?://.*)?$`)
	importedRE   = lazyregexp.New(`^(?:\w+\s*,?\s*)?(?:\{[^{}]*\}|\*\s+as\s+\w+)?$`) // what stands before from
	importNameRE = lazyregexp.New(`([\w$]+|\*)(?:\s+as\s+([\w$]+))?`)
	exportRE     = lazyregexp.New(`^export\s+(?:const|let|var|default|function|async|class|\{|\*)`)
	tagStartRE   = lazyregexp.New(`^</?[A-Za-z][\w.-]*(?:[\s/>]|$)`)
)

func indentOf(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// dedent takes up to n spaces off each line.
func dedent(ls []line, n int) []line {
	out := make([]line, len(ls))
	for i, l := range ls {
		out[i] = line{l.n, l.s[min(n, indentOf(l.s)):]}
	}
	return out
}

// least returns by how many spaces all lines are indented.
func least(ls []line) int {
	n := -1
	for _, l := range ls {
		if !blank(l.s) && (n < 0 || indentOf(l.s) < n) {
			n = indentOf(l.s)
		}
	}
	return max(n, 0)
}

func trimBlank(ls []line) []line {
	for len(ls) > 0 && blank(ls[0].s) {
		ls = ls[1:]
	}
	for len(ls) > 0 && blank(ls[len(ls)-1].s) {
		ls = ls[:len(ls)-1]
	}
	return ls
}

// prefix puts a text before each line.
func prefix(pad string, ls []line) []line {
	out := make([]line, len(ls))
	for i, l := range ls {
		out[i] = line{l.n, strings.TrimRight(pad+l.s, " ")}
		if strings.HasSuffix(l.s, "  ") && !blank(l.s) {
			out[i].s = pad + l.s
		}
	}
	return out
}

// blocks turns lines into ours.
func (c *conv) blocks(ls []line) (out []line) {
	c.depth++
	defer func() { c.depth-- }()
	if c.depth > 24 {
		return ls
	}
	inList := -1 // where the text of the list item begins
	for i := 0; i < len(ls); {
		l := ls[i]
		if blank(l.s) {
			out = append(out, line{l.n, ""})
			i++
			continue
		}
		ind := indentOf(l.s)
		text := l.s[ind:]
		if inList >= 0 && ind < inList && (len(out) == 0 || blank(out[len(out)-1].s)) && !listItemRE().MatchString(l.s) && ind < 2 {
			inList = -1
		}
		if ind >= 4 && (inList < 0 || ind >= inList+4) && (i == 0 || blank(ls[i-1].s)) && !pyBoxRE().MatchString(text) && !pyTabRE().MatchString(text) && !(c.t.mdx && (tagStartRE().MatchString(text) || c.depth > 1)) {
			j := i // code by its indentation
			for j < len(ls) && (blank(ls[j].s) || indentOf(ls[j].s) >= ind) {
				j++
			}
			code := trimBlank(ls[i:j])
			out = append(out, code...)
			i += len(code)
			continue
		}
		pad := l.s[:ind]
		made, next := c.block(ls, i, pad, text)
		if next > i {
			if len(made) > 0 && len(out) > 0 && !blank(out[len(out)-1].s) && !blank(made[0].s) && separate(made[0].s) {
				out = append(out, line{l.n, ""})
			}
			out = append(out, made...)
			if len(made) > 0 && next < len(ls) && !blank(ls[next].s) && separate(strings.TrimSpace(made[0].s)) {
				out = append(out, line{l.n, ""})
			}
			i = next
			continue
		}
		j := i // running text
		for j < len(ls) && !blank(ls[j].s) {
			if j > i {
				in := indentOf(ls[j].s)
				if c.starts(ls, j, ls[j].s[in:], ls[i].s) {
					break
				}
			}
			if m := listItemRE().FindString(ls[j].s); m != "" {
				inList = len(m)
				if blank(ls[j].s[len(m):]) {
					inList = len(strings.TrimRight(m, " ")) + 1
				}
			}
			j++
		}
		out = append(out, c.paragraph(ls[i:j])...)
		i = j
	}
	return out
}

// separate reports whether what begins with a text needs an empty line around it.
func separate(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "> [!") || strings.HasPrefix(s, ":::") || strings.HasPrefix(s, "#") || strings.HasPrefix(s, "|")
}

// starts reports whether a block begins at line j, within running text.
func (c *conv) starts(ls []line, j int, text, before string) bool {
	switch {
	case fenceRE().MatchString(text), strings.HasPrefix(text, "<!--"), pyTabRE().MatchString(text), colonRE().MatchString(text), colonEndRE().MatchString(text),
		strings.HasPrefix(text, ">"), snippetRE().MatchString(text), snippetsRE().MatchString(text), tocRE().MatchString(text), attrLineRE().MatchString(text), abbrRE().MatchString(text),
		strings.HasPrefix(text, "#") && headingRE().MatchString(text):
		return true
	case pyBoxRE().MatchString(text):
		return c.t.python || j+1 < len(ls) && indentOf(ls[j+1].s) >= 4
	case strings.HasPrefix(text, "{{"):
		return shortRE().MatchString(text) && strings.HasSuffix(strings.TrimSpace(text), "}}")
	case strings.HasPrefix(text, "{%"):
		return liquidRE().MatchString(text)
	}
	if tagStartRE().MatchString(text) {
		name := tagName(text)
		return !inlineTags[name] && (blockTags[name] || name != strings.ToLower(name)) && (c.t.mdx || strings.HasPrefix(strings.TrimSpace(before), "<") || blockTags[name] || listItemRE().MatchString(before))
	}
	return false
}

// block converts what begins at line i where that is more than running text. It
// returns i when it is not.
func (c *conv) block(ls []line, i int, pad, text string) ([]line, int) {
	l := ls[i]
	switch {
	case fenceRE().MatchString(text):
		return c.fence(ls, i, pad)
	case strings.HasPrefix(text, "<!--"), strings.HasPrefix(text, "{/*"), strings.HasPrefix(text, "%%") && !strings.Contains(text[2:], "%%"):
		end := map[byte]string{'<': "-->", '{': "*/}", '%': "%%"}[text[0]]
		for j := i; j < len(ls); j++ {
			s := ls[j].s
			if j == i {
				s = text[2:]
			}
			if k := strings.Index(s, end); k >= 0 {
				rest := strings.TrimSpace(s[k+len(end):])
				if !strings.Contains(text, "more -->") && !strings.Contains(text, "more-->") && !strings.Contains(text, "truncate") {
					c.note(l.n, leftOut, "a comment")
				}
				if rest != "" {
					return c.blocks([]line{{ls[j].n, pad + rest}}), j + 1
				}
				return nil, j + 1
			}
		}
		return nil, i
	case pad == "" && c.program() && (strings.HasPrefix(text, "import") || exportRE().MatchString(text)):
		return c.module(ls, i)
	case pyBoxRE().MatchString(text) && (c.t.python || pad != "" || i+1 < len(ls) && indentOf(ls[i+1].s) >= 4):
		return c.pythonBox(ls, i, pad, text)
	case pyTabRE().MatchString(text):
		return c.pythonTabs(ls, i, pad)
	case colonRE().MatchString(text):
		return c.colons(ls, i, pad, text)
	case strings.HasPrefix(text, ">"):
		return c.quote(ls, i, pad)
	case snippetRE().MatchString(l.s):
		return c.include(l, snippetRE().FindStringSubmatch(l.s)[1]), i + 1
	case c.t.python && snippetsRE().MatchString(l.s):
		return c.snippets(ls, i, pad)
	case tocRE().MatchString(text):
		c.note(l.n, leftOut, "the contents of the page, which each page has by itself")
		return nil, i + 1
	case attrLineRE().MatchString(text):
		c.note(l.n, leftOut, "the attributes %s", text)
		if m := idRE().FindStringSubmatch(text); m != nil {
			c.anchors = append(c.anchors, m[1])
		}
		return nil, i + 1
	case abbrRE().MatchString(text):
		if m := abbrRE().FindStringSubmatch(text); !c.t.explain(c.p.lang, m[1], m[2]) {
			c.note(l.n, leftOut, "the explanation of the abbreviation %s", m[1])
		}
		return nil, i + 1
	case pad == "" && refDefRE().MatchString(l.s):
		return nil, i + 1
	case strings.HasPrefix(text, "#") && headingRE().MatchString(text) && len(pad) < 4:
		m := headingRE().FindStringSubmatch(text)
		return prefix(pad, c.heading(l.n, len(m[1]), m[2])), i + 1
	case strings.HasPrefix(text, "{{") && shortRE().MatchString(text):
		return c.shortBlock(ls, i, pad)
	case strings.HasPrefix(text, "{%"):
		return c.liquid(ls, i, pad, text)
	case tagStartRE().MatchString(text):
		return c.tagBlock(ls, i, pad)
	}
	return nil, i
}

// A fence follows which lines stand in a block of code.
type fence struct{ mark string } // what opened the block; "" outside of one

// in reports whether the next line is one of a block of code, its first and its
// last one too.
func (f *fence) in(s string) bool {
	m := fenceRE().FindStringSubmatch(s)
	switch {
	case m == nil:
		return f.mark != ""
	case f.mark == "":
		if m[2][0] == '`' && strings.Contains(m[3], "`") {
			return false
		}
		f.mark = m[2]
	case strings.HasPrefix(m[2], f.mark) && blank(m[3]):
		f.mark = ""
	}
	return true
}

// fence keeps a block of code.
func (c *conv) fence(ls []line, i int, pad string) ([]line, int) {
	m := fenceRE().FindStringSubmatch(ls[i].s)
	mark := m[2]
	if mark[0] == '`' && strings.Contains(m[3], "`") {
		return nil, i
	}
	j := i + 1
	for j < len(ls) {
		s := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(ls[j].s), "> "))
		if strings.HasPrefix(s, mark) && strings.Trim(s, mark[:1]) == "" {
			break
		}
		j++
	}
	info := strings.TrimSpace(m[3])
	name, _, _ := strings.Cut(strings.TrimPrefix(info, "{"), "}")
	if box := boxOf(name); strings.HasPrefix(info, "{") && box != "" || strings.HasPrefix(info, "ad-") { // ```{note}
		box = boxOf(strings.TrimPrefix(name, "ad-"))
		return prefix(pad, c.box(box, "", dedent(ls[i+1:j], len(pad)))), min(j+1, len(ls))
	}
	out := []line{{ls[i].n, m[1] + mark + c.info(ls[i].n, info, min(j, len(ls))-i-1)}}
	out = append(out, ls[i+1:min(j, len(ls))]...)
	if j < len(ls) {
		out = append(out, ls[j])
	} else {
		c.note(ls[i].n, "a line was added that closes it", "code that is never closed")
		out = append(out, line{ls[i].n, strings.Repeat(" ", len(m[1])) + mark})
	}
	return out, min(j+1, len(ls))
}

var (
	infoTitleRE = lazyregexp.New(`\b(?:title|filename)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))`)
	infoMarksRE = lazyregexp.New(`\{\s*\d[\d\s,-]*\}|\bhl_lines\s*=\s*(?:"[\d\s,-]+"|'[\d\s,-]+'|\[[\d\s,"'-]+\])`)
	infoSpanRE  = lazyregexp.New(`(\d+)(?:\s*-\s*(\d+))?`)
	infoLangRE  = lazyregexp.New(`^\{\s*\.([\w+-]+)`)
)

// info returns what stands behind the mark of a block of code that has a number
// of lines: its language, its title and the lines that are marked.
func (c *conv) info(n int, info string, lines int) string {
	if info == "" {
		return ""
	}
	first := strings.Fields(info)[0]
	if i := strings.IndexByte(first, '{'); i > 0 { // js{1,3}
		first = first[:i]
	}
	lang := strings.TrimLeft(first, "{.")
	if m := infoLangRE().FindStringSubmatch(info); m != nil { // { .yaml .no-copy }
		lang = m[1]
	}
	lang = strings.TrimRight(lang, "},")
	if strings.ContainsAny(lang, "={}") {
		lang = ""
	}
	if strings.ContainsAny(lang, `"'<>&`) {
		lang = ""
	}
	rest := info[len(first):]
	if lang == "" {
		rest = info
	}
	if title := codeTitle(info); title != "" {
		lang += titled(title)
		rest = infoTitleRE().ReplaceAllString(rest, "")
	}
	var marks []string
	rest = infoMarksRE().ReplaceAllStringFunc(rest, func(list string) string {
		var kept []string
		for _, m := range infoSpanRE().FindAllStringSubmatch(list, -1) {
			first, _ := strconv.Atoi(m[1])
			last, _ := strconv.Atoi(cmpOr(m[2], m[1]))
			if first < 1 || last < first || last > lines {
				return list
			}
			kept = append(kept, strings.ReplaceAll(m[0], " ", ""))
		}
		marks = append(marks, kept...)
		return ""
	})
	if len(marks) > 0 {
		lang += " {" + strings.Join(marks, ",") + "}"
	}
	if rest = strings.TrimSpace(rest); strings.Trim(rest, "{} ") != "" {
		c.note(n, leftOut, "the settings of a block of code: %s", short(rest))
	}
	return strings.TrimSpace(lang)
}

// titled returns a title as it stands behind the mark of a block of code.
func titled(title string) string {
	return ` title="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(title) + `"`
}

// codeTitle returns the title of a block of code, as its maker wrote it.
func codeTitle(info string) string {
	if m := infoTitleRE().FindStringSubmatch(info); m != nil {
		return strings.TrimSpace(m[1] + m[2] + m[3])
	}
	return ""
}

// boxOf returns the alert that other programs' box is; "" for none.
func boxOf(name string) string {
	return boxes[strings.ToLower(strings.Trim(name, " :!"))]
}

var boxes = map[string]string{
	"note": "NOTE", "info": "NOTE", "tip": "TIP", "hint": "TIP", "important": "IMPORTANT", "warning": "WARNING", "warn": "WARNING", "caution": "CAUTION", "danger": "CAUTION", "error": "CAUTION",
	"attention": "WARNING", "success": "TIP", "check": "TIP", "done": "TIP", "example": "NOTE", "quote": "NOTE", "cite": "NOTE", "abstract": "NOTE", "summary": "NOTE", "tldr": "NOTE", "todo": "NOTE", "question": "NOTE", "help": "NOTE", "faq": "NOTE",
	"failure": "CAUTION", "fail": "CAUTION", "missing": "CAUTION", "bug": "CAUTION", "seealso": "NOTE", "admonition": "NOTE", "callout": "NOTE", "aside": "NOTE", "alert": "WARNING", "primary": "NOTE", "secondary": "NOTE", "pageinfo": "NOTE",
}

// box makes an alert.
func (c *conv) box(kind, title string, inner []line) []line {
	body := trimBlank(c.blocks(trimBlank(inner)))
	first := "> [!" + kind + "]"
	if title = strings.TrimSpace(title); title != "" {
		first += " " + title
	}
	n := 0
	if len(inner) > 0 {
		n = inner[0].n
	}
	if len(body) == 0 {
		if title == "" {
			return nil
		}
		first, body = "> [!"+kind+"]", []line{{n, title}}
	}
	return append([]line{{n, first}}, prefix("> ", body)...)
}

// fold makes what opens.
func (c *conv) fold(n int, title string, inner []line) []line {
	return c.container("details", label(title), trimBlank(c.blocks(trimBlank(inner))), n)
}

// container makes a directive around lines that are ours already.
func (c *conv) container(name, label string, body []line, n int) []line {
	colons := 3
	for _, l := range body {
		s := strings.TrimLeft(l.s, " >")
		if k := len(s) - len(strings.TrimLeft(s, ":")); k >= colons {
			colons = k + 1
		}
	}
	mark := strings.Repeat(":", colons)
	open := mark + name
	if label != "" {
		open += "[" + label + "]"
	}
	out := append([]line{{n, open}}, body...)
	return append(out, line{n, mark})
}

// label returns a text as the label of a directive.
func label(s string) string {
	s = plain(s)
	s = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "\n", " ").Replace(s)
	return strings.TrimSpace(s)
}

// indented returns the lines below line i that are indented by more than it.
func indented(ls []line, i, pad int) (inner []line, next int) {
	j := i + 1
	for j < len(ls) && (blank(ls[j].s) || indentOf(ls[j].s) >= pad+2) {
		j++
	}
	inner = ls[i+1 : j]
	for len(inner) > 0 && blank(inner[len(inner)-1].s) {
		inner = inner[:len(inner)-1]
		j--
	}
	return dedent(inner, max(least(inner), min(pad+4, least(inner)))), j
}

func (c *conv) pythonBox(ls []line, i int, pad, text string) ([]line, int) {
	m := pyBoxRE().FindStringSubmatch(text)
	inner, next := indented(ls, i, len(pad))
	title := c.inline(m[4], ls[i].n, false)
	kind := boxOf(m[2])
	if kind == "" {
		kind = "NOTE"
		if m[4] == "" {
			title = humanize(m[2])
		}
	}
	if m[1] != "!!!" {
		if m[4] == "" {
			title = humanize(m[2])
		}
		return prefix(pad, c.fold(ls[i].n, title, inner)), next
	}
	if next == i+1 && len(inner) == 0 { // the text is not indented: the box is empty in the source too
		c.note(ls[i].n, "its title was kept as a box", "a box without text")
	}
	return prefix(pad, c.box(kind, title, withLine(inner, ls[i].n))), next
}

// withLine returns lines, or one empty line where there are none, so that its
// number is known.
func withLine(ls []line, n int) []line {
	if len(ls) == 0 {
		return []line{{n, ""}}
	}
	return ls
}

func (c *conv) pythonTabs(ls []line, i int, pad string) ([]line, int) {
	var names []string
	var bodies [][]line
	j := i
	for j < len(ls) && indentOf(ls[j].s) == len(pad) {
		m := pyTabRE().FindStringSubmatch(strings.TrimSpace(ls[j].s))
		if m == nil {
			break
		}
		inner, next := indented(ls, j, len(pad))
		names, bodies = append(names, m[1]), append(bodies, inner)
		j = next
		k := j
		for k < len(ls) && blank(ls[k].s) {
			k++
		}
		if k < len(ls) && indentOf(ls[k].s) == len(pad) && pyTabRE().MatchString(strings.TrimSpace(ls[k].s)) {
			j = k
		}
	}
	return prefix(pad, c.tabs(ls[i].n, names, bodies)), j
}

// tabs makes a choice. One part alone is no choice.
func (c *conv) tabs(n int, names []string, bodies [][]line) (out []line) {
	if len(names) == 1 {
		c.note(n, "its name became a line of text", "tabs with one tab")
		return append([]line{{n, "**" + label(names[0]) + "**"}, {n, ""}}, trimBlank(c.blocks(bodies[0]))...)
	}
	var inner []line
	for i, name := range names {
		body := trimBlank(c.blocks(trimBlank(bodies[i])))
		if len(body) == 0 {
			body = []line{{n, ""}}
		}
		inner = append(inner, c.container("tab", cmpOr(label(name), strconv.Itoa(i+1)), body, n)...)
		inner = append(inner, line{n, ""})
	}
	return c.container("tabs", "", trimBlank(inner), n)
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

var colonTitleRE = lazyregexp.New(`^\[(.*)\](?:\{.*\})?$`)
var colonAttrRE = lazyregexp.New(`^\{(.*)\}$`)

// colons reads the boxes of Docusaurus, Starlight and others.
func (c *conv) colons(ls []line, i int, pad, text string) ([]line, int) {
	m := colonRE().FindStringSubmatch(text)
	depth, j := 1, i+1
	var code fence
	for ; j < len(ls); j++ {
		s := strings.TrimSpace(ls[j].s)
		if code.in(s) {
			continue
		}
		if colonEndRE().MatchString(s) {
			if depth--; depth == 0 || len(s) == len(m[1]) && len(m[1]) > 3 {
				break
			}
		} else if colonRE().MatchString(s) {
			depth++
		}
	}
	inner := ls[i+1 : min(j, len(ls))]
	inner = dedent(inner, min(least(inner), len(pad)))
	title := m[3]
	if x := colonTitleRE().FindStringSubmatch(title); x != nil {
		title = x[1]
	} else if x := colonAttrRE().FindStringSubmatch(title); x != nil {
		title = attributes(x[1])["title"]
	}
	name := strings.ToLower(m[2])
	n := ls[i].n
	next := min(j+1, len(ls))
	if j >= len(ls) {
		c.note(n, "it ends with the page", "a box that is never closed: %s", m[2])
	}
	switch box := boxOf(name); {
	case name == "details":
		return prefix(pad, c.fold(n, cmpOr(title, "Details"), inner)), next
	case box != "":
		return prefix(pad, c.box(box, c.inline(title, n, false), withLine(inner, n))), next
	}
	c.note(n, keptText, "the block %s has no form here", m[1]+m[2])
	return prefix(pad, c.blocks(inner)), next
}

// quote reads a quotation, and a box of GitHub's form.
func (c *conv) quote(ls []line, i int, pad string) ([]line, int) {
	j := i
	var inner []line
	for j < len(ls) && !blank(ls[j].s) {
		s := strings.TrimLeft(ls[j].s, " ")
		if !strings.HasPrefix(s, ">") {
			if j > i && (fenceRE().MatchString(s) || headingRE().MatchString(s) || listItemRE().MatchString(s) || tagStartRE().MatchString(s)) {
				break
			}
			inner = append(inner, line{ls[j].n, s}) // a line that goes on without the mark
			j++
			continue
		}
		s = strings.TrimPrefix(s, ">")
		inner = append(inner, line{ls[j].n, expand(strings.TrimPrefix(s, " "))})
		j++
	}
	first := strings.TrimSpace(inner[0].s)
	if m := alertLineRE().FindStringSubmatch(first); m != nil {
		kind := boxOf(m[1])
		switch {
		case m[2] != "" && kind != "":
			return prefix(pad, c.fold(ls[i].n, cmpOr(m[3], humanize(m[1])), inner[1:])), j
		case kind != "":
			if len(inner) == 1 && m[3] != "" {
				return prefix(pad, c.box(kind, "", []line{{ls[i].n, m[3]}})), j
			}
			return prefix(pad, c.box(kind, c.inline(m[3], ls[i].n, false), withLine(inner[1:], ls[i].n))), j
		case m[3] == "":
			c.note(ls[i].n, "it became a note", "a box of an unknown kind: %s", m[1])
			return prefix(pad, c.box("NOTE", humanize(m[1]), withLine(inner[1:], ls[i].n))), j
		}
	}
	return prefix(pad+"> ", c.blocks(inner)), j
}

// include puts a part of another file in its place.
func (c *conv) include(l line, name string) []line {
	name, part, _ := strings.Cut(name, ":")
	for _, dir := range append([]string{path.Dir(c.p.src)}, c.t.partials...) {
		f := path.Join(dir, name)
		if !c.t.has(f) || c.depth > 8 {
			continue
		}
		c.t.used[f] = true
		_, body, first, _ := front(c.t.read(f))
		var ls []line
		for _, s := range excerpt(strings.Split(strings.TrimSuffix(string(body), "\n"), "\n"), first, part) {
			ls = append(ls, line{l.n, expand(s)})
		}
		ls = oneLine(ls)
		pad := l.s[:indentOf(l.s)]
		was := c.base
		c.base = f
		c.references(ls)
		out := prefix(pad, c.blocks(ls))
		c.base = was
		c.note(l.n, "its text was put here", "a part of another file: %s", f)
		return out
	}
	c.note(l.n, leftOut, "a part of another file that is not there: %s", name)
	return nil
}

// excerpt returns the part of a file that a snippet asks for: that between two
// marks with a name, or the lines a:b; else all. first is the number of the first
// line.
func excerpt(ls []string, first int, part string) (out []string) {
	if from, to, ok := strings.Cut(part, ":"); ok || part != "" && strings.Trim(part, "0123456789") == "" {
		a, _ := strconv.Atoi(from)
		b, err := strconv.Atoi(to)
		if err != nil {
			b = first + len(ls)
		}
		a = min(max(a-first, 0), len(ls))
		ls = ls[a:min(max(b-first+1, a), len(ls))]
		part = ""
	}
	in := part == ""
	for _, s := range ls {
		m := snippetMarkRE().FindStringSubmatch(s)
		switch {
		case m == nil:
			if in {
				out = append(out, s)
			}
		case m[2] == part && part != "":
			in = m[1] == "start"
		}
	}
	return out
}

// snippets puts parts of other files in their place: one a line, between marks.
func (c *conv) snippets(ls []line, i int, pad string) (out []line, next int) {
	for j := i + 1; j < len(ls); j++ {
		s := strings.TrimSpace(ls[j].s)
		switch {
		case snippetsRE().MatchString(s):
			return out, j + 1
		case s != "" && !strings.HasPrefix(s, ";"): // a file that is switched off
			out = append(append(out, c.include(line{ls[j].n, pad}, s)...), line{ls[j].n, ""})
		}
	}
	return nil, i
}

var snippetMarkRE = lazyregexp.New(`-+8<-+\s*\[(start|end):\s*([\w-]+)\s*\]`)

// program reports whether pages of a file are programs too, which import others.
func (c *conv) program() bool {
	return c.t.mdx && (c.t.maker == "docusaurus" || strings.HasSuffix(cmpOr(c.base, c.p.src), ".mdx"))
}

// module reads lines of import and export. It returns i where they are text.
func (c *conv) module(ls []line, i int) ([]line, int) {
	if strings.HasPrefix(ls[i].s, "export") {
		j, depth := i, 0
		for ; j < len(ls); j++ {
			depth += strings.Count(ls[j].s, "{") - strings.Count(ls[j].s, "}") + strings.Count(ls[j].s, "(") - strings.Count(ls[j].s, ")")
			if depth <= 0 {
				break
			}
		}
		c.note(ls[i].n, leftOut, "a program in the page: %s", short(ls[i].s))
		return nil, min(j+1, len(ls))
	}
	text := ""
	for j := i; j < len(ls) && !blank(ls[j].s); j++ {
		text += ls[j].s + " "
		if m := importRE().FindStringSubmatch(text); m != nil {
			if !importedRE().MatchString(m[1]) {
				return nil, i
			}
			c.imported(ls, i, j+1, m[1], m[2])
			return nil, j + 1
		}
	}
	return nil, i
}

// imported keeps what an import in lines i to j brings. What the page uses is
// converted or reported there; what it does not is reported here.
func (c *conv) imported(ls []line, i, j int, clause, module string) {
	rest := joined(ls[:i]) + "\n" + joined(ls[j:])
	uses := func(name string) bool {
		return regexp.MustCompile(`<` + regexp.QuoteMeta(name) + `[\s/>.]|\{[^}]*\b` + regexp.QuoteMeta(name) + `\b`).MatchString(rest)
	}
	var idle []string
	for _, m := range importNameRE().FindAllStringSubmatch(clause, -1) {
		name := cmpOr(m[2], m[1])
		if f := c.moduleFile(module); f != "" {
			c.imports[name] = f
		}
		if !uses(name) {
			idle = append(idle, name)
		}
	}
	switch {
	case clause == "":
		c.note(ls[i].n, leftOut, "a program in the page: %s", short(joined(ls[i:j])))
	case len(idle) > 0:
		c.note(ls[i].n, leftOut, "an import that the page does not use: %s", strings.Join(idle, ", "))
	}
}

func (c *conv) moduleFile(module string) string {
	dir := path.Dir(cmpOr(c.base, c.p.src))
	for _, f := range []string{path.Join(dir, module), strings.TrimPrefix(strings.TrimPrefix(module, "@site/"), "~/"), "src/" + strings.TrimPrefix(strings.TrimPrefix(module, "~/"), "@/"), strings.TrimPrefix(module, "/")} {
		if c.t.has(path.Clean(f)) {
			return path.Clean(f)
		}
	}
	return ""
}

func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

var (
	headAttrRE = lazyregexp.New(`\s*(?:\{:?\s*((?:[#.]|[\w-]+=)[^{}]*)\}|\{/\*\s*#([\w.-]+)\s*\*/\}|<a\s+(?:name|id)="([^"]+)"\s*>\s*</a>)\s*$`)
	idRE       = lazyregexp.New(`#([^\s#.{}"']+)`)
)

// heading makes a heading and keeps the address that it had.
func (c *conv) heading(n, level int, raw string) []line {
	own := ""
	old := c.anchors
	c.anchors = nil
	for {
		m := headAttrRE().FindStringSubmatch(raw)
		if m == nil {
			break
		}
		raw = raw[:len(raw)-len(m[0])]
		switch {
		case m[2] != "":
			own = m[2]
		case m[3] != "":
			old = append(old, m[3])
		default:
			if x := idRE().FindStringSubmatch(m[1]); x != nil {
				own = x[1]
			}
			if rest := strings.TrimSpace(idRE().ReplaceAllString(m[1], "")); rest != "" {
				c.note(n, leftOut, "the attributes %s", rest)
			}
		}
	}
	for strings.HasPrefix(raw, "<a ") { // an anchor before the text
		m := leadAnchorRE().FindStringSubmatch(raw)
		if m == nil {
			break
		}
		old, raw = append(old, m[1]), raw[len(m[0]):]
	}
	text := strings.TrimSpace(c.inline(raw, n, false))
	said := plain(text)
	if text == "" || said == "" {
		c.note(n, leftOut, "a heading without text")
		return nil
	}
	level = min(max(level+c.shift, 2), 6) // the title is of the first level
	id := own
	if id == "" {
		id = c.t.slug(said)
		if k := c.ids[id]; k > 0 || id == "" {
			for {
				c.ids[id]++
				k := c.ids[id] - 1
				if id == "" {
					k++
				}
				if next := id + c.t.again + strconv.Itoa(k); c.ids[next] == 0 {
					c.ids[next]++
					id = next
					break
				}
			}
		} else {
			c.ids[id]++
		}
	} else {
		c.ids[id]++
	}
	return []line{{n, strings.Repeat("#", level) + " " + text + c.attribute(n, id, old, said)}}
}

var leadAnchorRE = lazyregexp.New(`^<a\s+(?:name|id)=["']?([\w.-]+)["']?\s*(?:/>|>\s*(?:</a>)?)\s*`)

// attribute returns what gives a heading its id where its text would not, and
// the ids that it had beside it.
func (c *conv) attribute(n int, id string, old []string, said string) string {
	if !validID(id) || c.given[id] || c.t.reserved(id) {
		if id != "" && c.t.again != "" && c.final && (validID(id) || len(id) > 0) && !strings.Contains(id, "%") {
			c.note(n, "the heading has another one now", "the id #%s cannot be kept", id)
		}
		id = markdown.Slug(said)
		for base, k := id, 2; id == "" || c.given[id] || c.t.reserved(id); k++ {
			id = base + "-" + strconv.Itoa(k)
			if base == "" {
				id = "s-" + strconv.Itoa(k)
			}
		}
	}
	c.given[id] = true
	c.p.ids[id] = true
	kept := []string{}
	for _, o := range old {
		if !validID(o) || c.given[o] || c.t.reserved(o) {
			c.note(n, leftOut, "the id #%s cannot be kept", o)
			continue
		}
		c.given[o], c.p.ids[o] = true, true
		kept = append(kept, o)
	}
	switch {
	case len(kept) == 1:
		return " {#" + id + " old=" + kept[0] + "}"
	case len(kept) > 1:
		return fmt.Sprintf(` {#%s old="%s"}`, id, strings.Join(kept, " "))
	case c.p.lang == 0 && markdown.Slug(said) == id && !strings.Contains(said, "{"):
		return ""
	}
	return " {#" + id + "}"
}

func validID(s string) bool {
	return s != "" && markdown.ValidID(s)
}

// reserved are ids that the layout of pages has itself.
func (t *tree) reserved(id string) bool { return slices.Contains(t.ids, id) }

// paragraph converts running text: lists and tables too, line by line where
// that counts.
func (c *conv) paragraph(ls []line) (out []line) {
	if len(ls) >= 2 && setextRE().MatchString(strings.TrimSpace(ls[len(ls)-1].s)) && !strings.Contains(ls[0].s, "|") && !listItemRE().MatchString(ls[0].s) && indentOf(ls[0].s) < 4 {
		level := 2
		if strings.HasPrefix(strings.TrimSpace(ls[len(ls)-1].s), "=") {
			level = 1
		}
		if len(strings.TrimSpace(ls[len(ls)-1].s)) >= 1 && len(ls) == 2 {
			return c.heading(ls[0].n, level, strings.TrimSpace(ls[0].s))
		}
	}
	for i := 1; i < len(ls); i++ { // a heading of that form with text behind it
		s := strings.TrimSpace(ls[i].s)
		if len(s) >= 3 && setextRE().MatchString(s) && i == 1 && !strings.Contains(ls[0].s, "|") && !listItemRE().MatchString(ls[0].s) && indentOf(ls[0].s) < 4 {
			level := 2
			if s[0] == '=' {
				level = 1
			}
			return append(append(c.heading(ls[0].n, level, strings.TrimSpace(ls[0].s)), line{ls[1].n, ""}), c.blocks(ls[2:])...)
		}
	}
	var b strings.Builder
	for i, l := range ls {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.s)
	}
	table := len(ls) > 1 && isDelimiter(ls[1].s)
	text := c.inline(b.String(), ls[0].n, table)
	if blank(text) {
		return nil // anchors, which what follows gets
	}
	for i, s := range strings.Split(text, "\n") {
		n := ls[min(i, len(ls)-1)].n
		if blank(s) && i > 0 {
			continue // what it held was left out
		}
		out = append(out, line{n, s})
	}
	if table {
		c.evenRows(out)
	}
	if len(out) > 0 && len(c.anchors) > 0 {
		for _, a := range c.anchors {
			c.note(ls[0].n, "links to it lead to the page", "the id #%s stands at no heading", a)
		}
		c.anchors = nil
	}
	return out
}

// evenRows takes from rows of a table the cells beyond its last column.
func (c *conv) evenRows(rows []line) {
	if len(rows) < 2 {
		return
	}
	columns := len(cells(rows[1].s))
	for i := range rows {
		if i == 1 {
			continue
		}
		if cs := cells(rows[i].s); len(cs) > columns {
			rest := strings.TrimSpace(strings.Join(cs[columns:], " "))
			if rest != "" {
				cs[columns-1] = strings.TrimSpace(cs[columns-1]) + " " + rest
				c.note(rows[i].n, "they were put in the last cell", "cells beyond the last column of the table")
			}
			rows[i].s = "| " + strings.Join(trimAll(cs[:columns]), " | ") + " |"
		}
	}
}

func trimAll(ss []string) []string {
	for i := range ss {
		ss[i] = strings.TrimSpace(ss[i])
	}
	return ss
}

// cells takes a row of a table apart.
func cells(s string) (out []string) {
	s = strings.TrimSpace(s)
	s = strings.TrimPrefix(s, "|")
	if strings.HasSuffix(s, "|") && !strings.HasSuffix(s, `\|`) {
		s = s[:len(s)-1]
	}
	at := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if s[i] == '|' {
			out = append(out, s[at:i])
			at = i + 1
		}
	}
	return append(out, s[at:])
}

var delimiterRE = lazyregexp.New(`^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$`)

func isDelimiter(s string) bool { return strings.Contains(s, "|") && delimiterRE().MatchString(s) }

var (
	refNameRE  = lazyregexp.New(`^ {0,3}\[[^\]^\[][^\]\[]*\]:\s*(.*?)\s*$`)
	refDestRE  = lazyregexp.New(`^\s*(?:<[^>]*>|\S+)(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*$`)
	refTitleRE = lazyregexp.New(`^\s*(?:"[^"]*"|'[^']*'|\([^()]*\))\s*$`)
)

// oneLine puts references that stand on two or three lines on their first one.
func oneLine(ls []line) []line {
	var code fence
	out := ls
	for i, l := range ls {
		if code.in(l.s) {
			continue
		}
		m := refNameRE().FindStringSubmatch(l.s)
		if m == nil || refNameRE().MatchString(after(ls, i)) {
			continue
		}
		text, n := strings.TrimRight(l.s, " "), 1
		if m[1] == "" {
			next := after(ls, i)
			if !refDestRE().MatchString(next) {
				continue
			}
			text, n = text+" "+strings.TrimSpace(next), 2
		}
		if next := after(ls, i+n-1); refDefRE().MatchString(text) && !strings.ContainsAny(text[len(text)-1:], `"')`) && refTitleRE().MatchString(next) {
			text, n = text+" "+strings.TrimSpace(next), n+1
		}
		if n == 1 {
			continue
		}
		if &out[0] == &ls[0] {
			out = slices.Clone(ls)
		}
		out[i].s = text
		for k := 1; k < n; k++ {
			out[i+k].s = ""
		}
	}
	return out
}

// after returns the line behind line i; "" where there is none.
func after(ls []line, i int) string {
	if i+1 < len(ls) {
		return ls[i+1].s
	}
	return ""
}

// references keeps where references lead, and leaves their lines out.
func (c *conv) references(ls []line) {
	var code fence
	for _, l := range ls {
		if code.in(l.s) {
			continue
		}
		if m := refDefRE().FindStringSubmatch(l.s); m != nil {
			key := refKey(m[1])
			if _, there := c.refs[key]; !there {
				c.refs[key] = ref{m[2] + m[3], m[4]}
			}
		}
	}
}
