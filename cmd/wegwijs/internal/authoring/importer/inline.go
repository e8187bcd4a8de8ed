package importer

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	emoji "github.com/yuin/goldmark-emoji/definition"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// emojis knows the names that GitHub gives to emoji.
var emojis = emoji.Github()

var (
	entityRE  = lazyregexp.New(`^&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);`)
	urlRE     = lazyregexp.New(`^(?:https?|ftp)://[^\s<>"'\x60]+`)
	emojiRE   = lazyregexp.New(`^:([a-z0-9_+-]+):(?:\{[^}]*\})?`)
	keysRE    = lazyregexp.New(`^\+\+([a-zA-Z0-9"][^\n]*?)\+\+`)
	markRE    = lazyregexp.New(`^==([^=\s](?:[^=\n]*[^=\s])?)==`)
	insRE     = lazyregexp.New(`^\^\^([^^\s](?:[^^\n]*[^^\s])?)\^\^`)
	supRE     = lazyregexp.New(`^\^([^\s^()\[\]]{1,16})\^`)
	subRE     = lazyregexp.New(`^~([^\s~]{1,16})~`)
	noteRefRE = lazyregexp.New(`^\[\^[^\]\s]+\]`)
	wikiRE    = lazyregexp.New(`^!?\[\[([^\]\[|\n]+)(?:\|([^\]\[\n]+))?\]\]`)
	varRE     = lazyregexp.New(`^\{\{\s*([\w.-]+)\s*\}\}`)
	jsTextRE  = lazyregexp.New("^\\{\\s*(?:\"([^\"\\n]*)\"|'([^'\\n]*)'|`([^`$\\n]*)`)\\s*\\}")
	jsNoteRE  = lazyregexp.New(`^\{/\*.*?\*/\}`)
	attrsRE   = lazyregexp.New(`^\{:?\s*((?:[#.][\w-]+|[\w-]+\s*=\s*(?:"[^"\n]*"|'[^'\n]*'|[^\s{}"']+))(?:\s+(?:[#.][\w-]+|[\w-]+\s*=\s*(?:"[^"\n]*"|'[^'\n]*'|[^\s{}"']+)))*)\s*\}`)
	directRE  = lazyregexp.New(`^:[A-Za-z][\w-]*[\[{]`)
)

// A scanner goes through running text.
type scanner struct {
	c     *conv
	s     string
	at    int
	n     int // line of at
	table bool
	out   strings.Builder
	links int // how many links stand around
}

// inline converts running text that begins on line n.
func (c *conv) inline(s string, n int, table bool) string {
	if !strings.ContainsAny(s, "<[!{`:+=^~\\h&$") {
		return s
	}
	sc := &scanner{c: c, s: s, n: n, table: table}
	sc.run(len(s))
	return sc.out.String()
}

func (c *conv) inner(s string, n int, table bool, links int) string {
	sc := &scanner{c: c, s: s, n: n, table: table, links: links}
	sc.run(len(s))
	return sc.out.String()
}

// take copies n bytes.
func (sc *scanner) take(n int) { sc.put(sc.s[sc.at:sc.at+n], n) }

// put writes a text for the next n bytes.
func (sc *scanner) put(text string, n int) {
	sc.out.WriteString(text)
	sc.n += strings.Count(sc.s[sc.at:sc.at+n], "\n")
	sc.at += n
}

func (sc *scanner) before() byte {
	if sc.at == 0 {
		return ' '
	}
	return sc.s[sc.at-1]
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

func (sc *scanner) run(end int) {
	for sc.at < end {
		rest := sc.s[sc.at:end]
		switch rest[0] {
		case '\\':
			if len(rest) > 1 && rest[1] != '\n' {
				_, k := utf8.DecodeRuneInString(rest[1:])
				sc.take(1 + k)
				continue
			}
		case '`':
			if sc.code(rest) {
				continue
			}
		case '<':
			if sc.angle(rest) {
				continue
			}
		case '!', '[':
			if sc.bracket(rest) {
				continue
			}
		case '{':
			if sc.brace(rest) {
				continue
			}
		case ':':
			if sc.colon(rest) {
				continue
			}
		case 'h', 'f':
			if u := urlRE().FindString(rest); u != "" && !wordByte(sc.before()) {
				sc.take(len(u))
				continue
			}
		case '+', '=', '^', '~':
			if sc.sign(rest) {
				continue
			}
		}
		_, k := utf8.DecodeRuneInString(rest)
		sc.take(k)
	}
}

// code copies a code span.
func (sc *scanner) code(rest string) bool {
	n := len(rest) - len(strings.TrimLeft(rest, "`"))
	for i := n; i < len(rest); {
		k := strings.IndexByte(rest[i:], '`')
		if k < 0 {
			break
		}
		i += k
		m := len(rest[i:]) - len(strings.TrimLeft(rest[i:], "`"))
		if m == n {
			if sc.table {
				if j := strings.IndexByte(rest[:i], '\n'); j >= 0 {
					break
				}
			}
			sc.take(i + n)
			return true
		}
		i += m
	}
	sc.take(n)
	return true
}

func (sc *scanner) sign(rest string) bool {
	if wordByte(sc.before()) && rest[0] != '^' && rest[0] != '~' {
		return false
	}
	switch {
	case rest[0] == '+' && sc.c.t.python:
		if m := keysRE().FindStringSubmatch(rest); m != nil {
			sc.put(":kbd["+keys(m[1])+"]", len(m[0]))
			return true
		}
	case rest[0] == '=':
		if m := markRE().FindStringSubmatch(rest); m != nil && !strings.HasPrefix(rest, "===") {
			sc.c.note(sc.n, "it is bold now", "marked text: %s", short(m[1]))
			sc.put("**"+sc.c.inner(m[1], sc.n, sc.table, sc.links)+"**", len(m[0]))
			return true
		}
	case rest[0] == '^' && sc.c.t.python:
		if m := insRE().FindStringSubmatch(rest); m != nil {
			sc.put("*"+sc.c.inner(m[1], sc.n, sc.table, sc.links)+"*", len(m[0]))
			return true
		}
		if m := supRE().FindStringSubmatch(rest); m != nil {
			sc.put(":sup["+m[1]+"]", len(m[0]))
			return true
		}
	case rest[0] == '~':
		if strings.HasPrefix(rest, "~~") {
			sc.take(2)
			return true
		}
		if m := subRE().FindStringSubmatch(rest); m != nil && sc.c.t.python {
			sc.put(":sub["+m[1]+"]", len(m[0]))
			return true
		}
		if strings.Count(rest, "~") > 0 && subRE().MatchString(rest) {
			sc.put(`\~`, 1)
			return true
		}
	}
	return false
}

// keys returns the names of keys as people know them: Ctrl+Alt+Del.
func keys(s string) string {
	parts := strings.Split(s, "+")
	for i, p := range parts {
		p = strings.Trim(p, `"`)
		if n, ok := keyNames[p]; ok {
			p = n
		} else if r := []rune(p); len(r) > 0 {
			p = strings.ToUpper(string(r[:1])) + string(r[1:])
		}
		parts[i] = p
	}
	return strings.Join(parts, "+")
}

var keyNames = map[string]string{"delete": "Del", "del": "Del", "escape": "Esc", "cmd": "Cmd", "command": "Cmd", "arrow-up": "↑", "arrow-down": "↓", "arrow-left": "←", "arrow-right": "→", "page-up": "Page Up", "page-down": "Page Down", "print-screen": "Print Screen"}

func (sc *scanner) colon(rest string) bool {
	if m := emojiRE().FindStringSubmatch(rest); m != nil && !wordByte(sc.before()) {
		name := m[1]
		if e, ok := emojis.Get(name); ok && e.IsUnicode() && (len(name) > 1) {
			sc.put(string(e.Unicode), len(m[0]))
			return true
		}
		for _, set := range []string{"material-", "fontawesome-", "octicons-", "simple-"} {
			if strings.HasPrefix(name, set) {
				sc.c.note(sc.n, leftOut, "an icon: %s", m[0])
				sc.put("", len(m[0]))
				return true
			}
		}
	}
	if directRE().MatchString(rest) && !wordByte(sc.before()) && sc.before() != ':' {
		sc.put(`\:`, 1)
		return true
	}
	return false
}

func (sc *scanner) brace(rest string) bool {
	c := sc.c
	switch {
	case strings.HasPrefix(rest, "{{<"), strings.HasPrefix(rest, "{{%"):
		if m := shortRE().FindStringSubmatch(rest); m != nil {
			return sc.shortcode(rest)
		}
		if strings.HasPrefix(rest, "{{</*") || strings.HasPrefix(rest, "{{%/*") { // one that is shown
			if k := strings.Index(rest, "}}"); k > 0 {
				s := strings.NewReplacer("/*", "", "*/", "").Replace(rest[:k+2])
				sc.put("`"+strings.TrimSpace(s)+"`", k+2)
				return true
			}
		}
	case jsNoteRE().MatchString(rest):
		m := jsNoteRE().FindString(rest)
		c.note(sc.n, leftOut, "a comment")
		sc.put("", len(m))
		return true
	case varRE().MatchString(rest):
		m := varRE().FindStringSubmatch(rest)
		if v, ok := c.variable(m[1]); ok {
			sc.put(v, len(m[0]))
			return true
		}
		c.note(sc.n, asTyped, "a value that the program would fill in: %s", m[0])
		sc.put("`"+m[0]+"`", len(m[0]))
		return true
	case c.t.mdx && jsTextRE().MatchString(rest):
		m := jsTextRE().FindStringSubmatch(rest)
		sc.put(m[1]+m[2]+m[3], len(m[0]))
		return true
	case attrsRE().MatchString(rest) && strings.ContainsAny(string(sc.before()), ")]*_`>\"") && sc.before() != ' ':
		m := attrsRE().FindString(rest)
		c.note(sc.n, leftOut, "the attributes %s", m)
		sc.put("", len(m))
		return true
	case c.t.mdx:
		if k := strings.IndexByte(rest, '}'); k > 0 && !strings.Contains(rest[:k], "\n") {
			c.note(sc.n, asTyped, "a value that the program would fill in: %s", short(rest[:k+1]))
			sc.put(strings.NewReplacer("<", `\<`, "[", `\[`, "]", `\]`).Replace(rest[:k+1]), k+1)
			return true
		}
	}
	return false
}

// variable returns what the configuration says of a name in a page.
func (c *conv) variable(name string) (string, bool) {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "config.extra."), "extra.")
	var v any = c.t.variables
	for _, k := range strings.Split(name, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return "", false
		}
		v = m[k]
	}
	s, ok := v.(string)
	return s, ok && s != ""
}

// closeBracket returns where the bracket at the start of a text closes.
func closeBracket(s string, open, shut byte) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '`':
			n := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
			if k := strings.Index(s[i+n:], s[i:i+n]); k >= 0 {
				i += n + k + n - 1
			} else {
				i += n - 1
			}
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i
			}
		case '\n':
			if i+1 < len(s) && s[i+1] == '\n' {
				return -1
			}
		}
	}
	return -1
}

// bracket converts links and images.
func (sc *scanner) bracket(rest string) bool {
	c := sc.c
	if rest[0] == '!' && !strings.HasPrefix(rest, "![") {
		return false
	}
	if m := noteRefRE().FindString(rest); m != "" {
		sc.take(len(m))
		return true
	}
	if m := wikiRE().FindStringSubmatch(rest); m != nil {
		text := cmpOr(m[2], m[1])
		if rest[0] == '!' {
			sc.put(c.image(sc.n, m[1], strings.TrimSpace(m[2]), "", sc.table), len(m[0]))
			return true
		}
		sc.put(c.link(sc.n, strings.TrimSpace(m[1]), strings.TrimSpace(text), ""), len(m[0]))
		return true
	}
	image := rest[0] == '!'
	from := 0
	if image {
		from = 1
	}
	end := closeBracket(rest[from:], '[', ']')
	if end < 0 {
		return false
	}
	end += from
	text := rest[from+1 : end]
	after := rest[end+1:]
	size := end + 1
	dest, title, ok := "", "", false
	switch {
	case strings.HasPrefix(after, "("):
		var n int
		dest, title, n, ok = destination(after)
		size += n
	case strings.HasPrefix(after, "["):
		k := strings.IndexByte(after, ']')
		if k > 0 {
			key := after[1:k]
			if key == "" {
				key = text
			}
			var r ref
			if r, ok = c.refs[refKey(key)]; ok {
				dest, title = r.dest, r.title
				size += k + 1
			}
		}
	}
	if !ok && !strings.HasPrefix(after, "(") {
		var r ref
		if r, ok = c.refs[refKey(text)]; ok {
			dest, title = r.dest, r.title
		}
	}
	if !ok {
		if !image && (text == " " || text == "x" || text == "X") { // a task
			sc.take(end + 1)
			return true
		}
		sc.take(from + 1) // plain brackets
		return true
	}
	n := sc.n
	width := ""
	if m := attrsRE().FindStringSubmatch(rest[size:]); m != nil {
		rest := m[1]
		if w := widthRE().FindStringSubmatch(rest); image && w != nil {
			width, rest = w[1], strings.TrimSpace(strings.Replace(rest, w[0], " ", 1))
		}
		if rest != "" {
			c.note(n, leftOut, "the attributes %s", m[0])
		}
		size += len(m[0])
	}
	if strings.Contains(dest, "{{") {
		dest = c.shortAddress(n, dest)
	}
	if image {
		sc.put(wide(c.image(n, dest, c.altText(text), title, sc.table), width), size)
		return true
	}
	inner := c.inner(text, n, sc.table, sc.links+1)
	if sc.links > 0 {
		sc.put(inner, size)
		return true
	}
	sc.put(c.link(n, dest, inner, title), size)
	return true
}

// widthRE finds the width of a picture among its attributes.
var widthRE = lazyregexp.New(`(?:^|\s)width\s*=\s*["']?(\d{1,4}(?:px)?)["']?(?:\s|$)`)

// wide returns a picture the width at which it was shown, where that is in pixels.
func wide(image, width string) string {
	px, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(width), "px"))
	if err != nil || px < 1 || px > 9999 || !strings.HasPrefix(image, "![") {
		return image
	}
	return fmt.Sprintf("%s{width=%d}", image, px)
}

func refKey(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

func (c *conv) altText(s string) string { return strings.Join(strings.Fields(s), " ") }

// destination reads (address "title") and returns how long it is.
func destination(s string) (dest, title string, n int, ok bool) {
	i := 1
	for i < len(s) && (s[i] == ' ' || s[i] == '\n') {
		i++
	}
	if strings.HasPrefix(s[i:], "<") {
		k := strings.IndexByte(s[i:], '>')
		if k < 0 {
			return
		}
		dest, i = s[i+1:i+k], i+k+1
	} else if strings.HasPrefix(s[i:], "{{") {
		k := strings.Index(s[i:], "}}")
		if k < 0 {
			return
		}
		j := i + k + 2
		for j < len(s) && s[j] != ')' && s[j] != ' ' && s[j] != '\n' {
			j++
		}
		dest, i = s[i:j], j
	} else {
		depth, j := 0, i
	scan:
		for ; j < len(s); j++ {
			switch s[j] {
			case '\\':
				j++
			case '(':
				depth++
			case ')':
				if depth == 0 {
					break scan
				}
				depth--
			case ' ', '\n', '\t':
				break scan
			}
		}
		if j > len(s) {
			return
		}
		dest, i = s[i:j], j
	}
	rest := strings.TrimLeft(s[i:], " \n\t")
	i = len(s) - len(rest)
	if rest != "" && strings.ContainsAny(rest[:1], `"'(`) {
		shut := rest[0]
		if shut == '(' {
			shut = ')'
		}
		k := 1
		for k < len(rest) && rest[k] != shut {
			if rest[k] == '\\' {
				k++
			}
			k++
		}
		if k >= len(rest) {
			return "", "", 0, false
		}
		title = rest[1:k]
		rest = strings.TrimLeft(rest[k+1:], " \n\t")
		i = len(s) - len(rest)
	}
	if strings.HasPrefix(rest, "=") { // a size: =300x
		if k := strings.IndexByte(rest, ')'); k >= 0 {
			rest = rest[k:]
			i = len(s) - len(rest)
		}
	}
	if !strings.HasPrefix(rest, ")") {
		// an address with spaces, which no program but some editors read
		if k := strings.IndexByte(s, ')'); k > 0 && !strings.Contains(s[:k], "\n") {
			return strings.TrimSpace(s[1:k]), "", k + 1, true
		}
		return "", "", 0, false
	}
	return dest, title, i + 1, true
}

// plain returns running text of ours without its marks.
func plain(s string) string {
	s = plainImageRE().ReplaceAllString(s, "$1")
	for range 3 {
		s = plainLinkRE().ReplaceAllString(s, "$1")
	}
	s = plainDirectiveRE().ReplaceAllString(s, "$1")
	var b strings.Builder
	code := false
	for i := 0; i < len(s); {
		switch {
		case s[i] == '\\' && i+1 < len(s) && !code && isPunct(s[i+1]):
			b.WriteByte(s[i+1])
			i += 2
			continue
		case s[i] == '`':
			code = !code
			i++
			continue
		case !code && s[i] == '*', !code && strings.HasPrefix(s[i:], "~~"):
			i += 1
			if s[i-1] == '~' {
				i++
			}
			continue
		case !code && s[i] == '_' && (i == 0 || !wordByte(s[i-1]) || i+1 == len(s) || !wordByte(s[i+1])) && strings.Count(s, "_") > 1:
			i++
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return strings.Join(strings.Fields(html.UnescapeString(b.String())), " ")
}

func isPunct(b byte) bool { return b < 0x80 && (unicode.IsPunct(rune(b)) || unicode.IsSymbol(rune(b))) }

var (
	plainImageRE     = lazyregexp.New(`!\[([^\]\[]*)\]\((?:<[^>]*>|[^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)`)
	plainLinkRE      = lazyregexp.New(`\[((?:[^\]\[]|\\.)*)\]\((?:<[^>]*>|[^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)`)
	plainDirectiveRE = lazyregexp.New(`:[a-z]+\[([^\]]*)\]`)
)

// escape returns a text as Markdown that says just that.
func escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\', '`', '*', '[', ']', '<', '~':
			b.WriteByte('\\')
		case '_':
			if i == 0 || i+1 == len(s) || !wordByte(s[i-1]) || !wordByte(s[i+1]) {
				b.WriteByte('\\')
			}
		case '&':
			if entityRE().MatchString(s[i:]) {
				b.WriteByte('\\')
			}
		case ':':
			if directRE().MatchString(s[i:]) {
				b.WriteByte('\\')
			}
		case '{':
			if strings.HasPrefix(s[i:], "{{") || strings.HasPrefix(s[i:], "{%") || attrsRE().MatchString(s[i:]) {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
