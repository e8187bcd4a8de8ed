package markdown

import (
	"bytes"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// A fence is what the first line of a block of code says of it:
//
//	```toml title="site.toml" {2,4-6}
type fence struct {
	lang  string
	title string
	at    int      // where the title is in the body
	marks [][2]int // first and last of each run of lines, from 1
}

// fenceKey is the attribute of a node that holds its fence.
const fenceKey = "fence"

// fenceOf returns what is known of a block of code.
func fenceOf(n ast.Node) fence {
	f, _ := n.AttributeString(fenceKey)
	known, _ := f.(fence)
	return known
}

// marked reports whether a line is among those that are marked.
func (f *fence) marked(line int) bool {
	return slices.ContainsFunc(f.marks, func(m [2]int) bool { return m[0] <= line && line <= m[1] })
}

var (
	titleRE = lazyregexp.New(`^title=(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')$`)
	partRE  = lazyregexp.New(`\{[^{}]*\}|[^\s{}"'=]+=(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s{}]*)|[^\s{}]+|\S`)
	linesRE = lazyregexp.New(`^\{\s*\d+(?:\s*-\s*\d+)?(?:\s*,\s*\d+(?:\s*-\s*\d+)?)*\s*\}$`)
	spanRE  = lazyregexp.New(`(\d+)(?:\s*-\s*(\d+))?`)
)

// settings reads what stands behind the sign that opens a block of code, and
// reports what is not known.
func (w *walk) settings(n *ast.FencedCodeBlock) {
	if n.Info == nil {
		return
	}
	var f fence
	start := n.Info.Segment.Start
	info := n.Info.Segment.Value(w.body)
	for i, at := range partRE().FindAllIndex(info, -1) {
		part := string(info[at[0]:at[1]])
		pos := w.at(start + at[0])
		if odd := oddRE().FindStringIndex(part); odd != nil {
			w.Out.Warnf(w.at(start+at[0]+odd[0]), diag.CodeSettings, "type a plain space", "a no-break or other space of a paste")
			break
		}
		switch m := titleRE().FindStringSubmatch(part); {
		case m != nil && f.title == "" && strings.TrimSpace(m[1]+m[2]) != "":
			f.title, f.at = unescape([]byte(m[1]+m[2])), start+at[0]+len("title=")+1
		case linesRE().MatchString(part):
			f.marks = w.marks(f.marks, n, start+at[0], part)
		case i == 0 && !strings.ContainsAny(part, `{}=`):
			f.lang = unescape([]byte(part))
			if _, known := lexer(f.lang); !known {
				hint := diag.DidYouMean(f.lang, languageNames())
				if hint == "" || strings.HasPrefix(hint, "known:") || len(f.lang) < 3 { // a short name is like many
					hint = "write text where it has no language that people colour"
				}
				if low := strings.ToLower(f.lang); low == "mermaid" || low == "plantuml" {
					hint = "pages draw nothing: show a picture of it, ![what it shows](picture.png)"
				} else if slices.Contains([]string{"math", "latex-math", "katex", "asciimath"}, low) {
					hint = "write the formula in words, or show a picture of it"
				}
				w.Out.Warnf(pos, diag.CodeLanguage, hint, "no colours are known for code in %q", f.lang)
			}
		default:
			w.Out.Warnf(pos, diag.CodeSettings, "write title=\"site.toml\" for a title, and {2,4-6} for lines that are marked", "%q means nothing for a block of code", part)
		}
	}
	n.SetAttributeString(fenceKey, f)
}

// marks adds the lines that part, which is at an offset in the body, names.
func (w *walk) marks(list [][2]int, n *ast.FencedCodeBlock, offset int, part string) [][2]int {
	most := n.Lines().Len()
	for _, m := range spanRE().FindAllStringSubmatchIndex(part, -1) {
		first, err1 := strconv.Atoi(part[m[2]:m[3]])
		last, err2 := first, error(nil)
		if m[4] >= 0 {
			last, err2 = strconv.Atoi(part[m[4]:m[5]])
		}
		if err1 != nil || err2 != nil || first < 1 || last < first || last > most {
			w.Out.Warnf(w.at(offset+m[0]), diag.CodeSettings, "count the lines from 1, without the line of the fence, and write the first one first: {2,4-6}", "the code has no lines %s: it has %d", part[m[0]:m[1]], most)
			continue
		}
		list = append(list, [2]int{first, last})
	}
	return list
}

// plainNames are names of code that is shown without colours.
var plainNames = []string{"text", "txt", "plain", "plaintext", "none", "output", "log", "ascii"}

// otherNames are names that people write for languages which are known by others.
var otherNames = map[string]string{"conf": "ini", "cnf": "ini", "env": "bash", "dotenv": "bash", "htaccess": "apacheconf", "json5": "json", "jsonc": "json", "shellsession": "console", "zone": "bind"}

// quiet takes the clock out of a lexer: by itself, an expression that takes long
// on a busy machine would match nothing there, and the page would be another.
type quiet struct{}

func (quiet) MutateLexer(rules chroma.CompiledRules, state string, rule int) error {
	for _, list := range rules {
		for _, r := range list {
			r.Regexp.MatchTimeout = math.MaxInt64
		}
	}
	rules[state] = slices.Delete(slices.Clone(rules[state]), rule, rule+1)
	return nil
}

func (quiet) Mutate(*chroma.LexerState) error { return nil }

// registry has the languages, by their names in small letters. The rules of one
// are read when it is first used.
var registry = sync.OnceValue(func() map[string]chroma.Lexer {
	all, by := chroma.NewLexerRegistry(), map[string]chroma.Lexer{}
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		from, ok := l.(*chroma.RegexLexer)
		if !ok {
			continue // one in another
		}
		names := append([]string{from.Config().Name}, from.Config().Aliases...)
		if slices.ContainsFunc(names, func(name string) bool { return slices.Contains(slow, strings.ToLower(name)) }) {
			for _, name := range names {
				by[strings.ToLower(name)] = nil
			}
			continue
		}
		own, err := chroma.NewLexer(from.Config(), func() chroma.Rules {
			rules, err := from.Rules()
			if err != nil {
				return chroma.Rules{"root": nil}
			}
			rules = rules.Clone()
			rules["root"] = append([]chroma.Rule{{Mutator: quiet{}}}, rules["root"]...)
			return rules
		})
		if err != nil {
			continue
		}
		all.Register(own)
		for _, name := range names {
			by[strings.ToLower(name)] = own
		}
	}
	for name, other := range otherNames {
		if by[name] == nil {
			by[name] = by[other]
		}
	}
	for _, name := range plainNames {
		by[name] = nil
	}
	return by
})

// languageNames returns the names of languages as one can write them.
var languageNames = sync.OnceValue(func() []string {
	names := slices.Sorted(maps.Keys(registry()))
	return slices.DeleteFunc(names, func(name string) bool { return strings.ContainsAny(name, " \t{}=") })
})

// lexer returns what reads a language, nil for text without colours, and whether
// the name is known.
func lexer(lang string) (l chroma.Lexer, known bool) {
	l, known = registry()[strings.ToLower(lang)]
	return l, known
}

// What reads code looks ahead and back, so what is longer, or has longer lines, has no
// colours: it would take a time that grows with the square of their length.
const (
	maxColoured = 6 << 10 // bytes of code
	maxLines    = 400     // of it
	maxLine     = 200     // bytes of one
)

// slow are languages whose rules take for ever over a few hundred characters that
// begin something and do not end it. They are shown without colours.
var slow = []string{"jsonata", "jungle", "lilypond", "markless", "objectpascal"}

// long reports whether code is too long to have colours.
func long(code string) bool {
	if len(code) > maxColoured || strings.Count(code, "\n") > maxLines {
		return true
	}
	for line := range strings.Lines(code) {
		if len(line) > maxLine {
			return true
		}
	}
	return false
}

// Colours colours code. It keeps what it made, for the same code often stands on
// many pages. It may be used by several goroutines at once.
type Colours struct {
	mu   sync.Mutex
	kept map[[2]string][]string
	size int
}

// maxKept is how much is kept, in bytes.
const maxKept = 4 << 20

// lines returns the HTML of code, line by line, with its line ends, and whether
// it has colours.
func (c *Colours) lines(lang, code string) (list []string, coloured bool) {
	if l, _ := lexer(lang); l != nil && lang != "" && !long(code) {
		key := [2]string{lang, code}
		c.mu.Lock()
		list, coloured = c.kept[key]
		c.mu.Unlock()
		if !coloured {
			list, coloured = colour(l, code)
			c.mu.Lock()
			if c.size += len(code); c.kept == nil || c.size > maxKept {
				c.kept, c.size = map[[2]string][]string{}, len(code)
			}
			if coloured {
				c.kept[key] = list
			}
			c.mu.Unlock()
		}
		if coloured {
			return list, true
		}
	}
	for line := range strings.Lines(code) {
		list = append(list, string(util.EscapeHTML([]byte(line))))
	}
	return list, false
}

// colour returns the HTML of code; ok is false where that would not say what the
// code does.
func colour(l chroma.Lexer, code string) (list []string, ok bool) {
	defer func() {
		if recover() != nil { // rules that name a state which is not there
			list, ok = nil, false
		}
	}()
	tokens, err := chroma.Tokenise(l, &chroma.TokeniseOptions{State: "root"}, code)
	if err != nil {
		return nil, false
	}
	left := code
	var b bytes.Buffer
	for _, line := range chroma.SplitTokensIntoLines(tokens) {
		b.Reset()
		open := ""
		for _, t := range line {
			text := t.Value
			if !strings.HasPrefix(left, text) {
				if text != left+"\n" { // the line end that a language wants
					return nil, false
				}
				text = left
			}
			left = left[len(text):]
			class := classOf(t.Type)
			if strings.TrimSpace(text) == "" {
				class = open // it has no colour to see
			}
			if text == "" || class == open {
				b.Write(util.EscapeHTML([]byte(text)))
				continue
			}
			if open != "" {
				b.WriteString("</span>")
			}
			if open = class; class != "" {
				b.WriteString(`<span class="` + class + `">`)
			}
			b.Write(util.EscapeHTML([]byte(text)))
		}
		if open != "" {
			b.WriteString("</span>")
		}
		if b.Len() > 0 {
			list = append(list, b.String())
		}
	}
	return list, left == ""
}

// classOf returns the class of a part of code; has-hl.css has the colours.
func classOf(t chroma.TokenType) string {
	switch {
	case t == chroma.KeywordConstant, t.InSubCategory(chroma.LiteralNumber):
		return "m"
	case t == chroma.CommentPreproc, t == chroma.NameTag, t == chroma.GenericHeading, t == chroma.GenericSubheading, t.InCategory(chroma.Keyword):
		return "k"
	case t.InCategory(chroma.Comment), t == chroma.GenericPrompt:
		return "c"
	case t == chroma.GenericDeleted:
		return "d"
	case t == chroma.GenericInserted:
		return "i"
	case t.InSubCategory(chroma.LiteralString), t == chroma.LiteralDate:
		return "s"
	case t == chroma.NameAttribute, t == chroma.NameFunction, t == chroma.NameFunctionMagic, t == chroma.NameBuiltin, t == chroma.NameClass, t == chroma.NameDecorator, t == chroma.NameProperty, t.InSubCategory(chroma.NameVariable):
		return "n"
	}
	return ""
}

// block is goldmark's code block, with colours, a title, marked lines and a
// button to copy it. What scrolls on a phone must be reachable by keyboard (WCAG
// 2.2 §2.1.1).
func (r *nodeRenderer) block(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	f := fenceOf(n)
	lines, coloured := r.Colours.lines(f.lang, string(n.Lines().Value(source)))
	box := "div"
	if f.title != "" {
		box = "figure"
	}
	boxed := f.title != "" || r.Copy != ""
	if boxed {
		w.WriteString("<" + box + ` class="code">`)
	}
	if f.title != "" {
		w.WriteString("<figcaption>")
		w.Write(util.EscapeHTML([]byte(f.title)))
		w.WriteString("</figcaption>")
	}
	if r.Copy != "" {
		label := f.title
		if label == "" {
			label = r.Code
		}
		w.WriteString(`<button type="button" class="copy js" aria-label="`)
		w.Write(util.EscapeHTML([]byte(strings.ReplaceAll(r.CopyValue, "{label}", label))))
		w.WriteString(`"><span>`)
		w.Write(util.EscapeHTML([]byte(r.Copy)))
		w.WriteString("</span></button>")
	}
	w.WriteString("<pre")
	if coloured {
		w.WriteString(` class="hl"`)
	}
	w.WriteString(` tabindex="0"><code`)
	if f.lang != "" {
		w.WriteString(` class="language-`)
		w.Write(util.EscapeHTML([]byte(f.lang)))
		w.WriteByte('"')
	}
	w.WriteByte('>')
	on := false
	for i, line := range lines {
		if f.marked(i+1) != on {
			on = !on
			w.WriteString(map[bool]string{true: "<mark>", false: "</mark>"}[on])
		}
		w.WriteString(line)
	}
	if on {
		w.WriteString("</mark>")
	}
	w.WriteString("</code></pre>")
	if boxed {
		w.WriteString("</" + box + ">")
	}
	w.WriteByte('\n')
	return ast.WalkContinue, nil
}
