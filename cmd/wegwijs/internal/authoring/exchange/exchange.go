// Package exchange brings pages to translation programs and back: as XLIFF 2.1,
// XLIFF 1.2 or PO.
//
// What is sent is the words of a page, unit by unit; code, settings, addresses and
// the marks of blocks stay here. In XLIFF, what stands in the words and is not to
// be translated is a placeholder. What comes back is refused as a whole where it
// would change anything else than words.
package exchange

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// A Format is one in which pages travel.
type Format string

// The formats.
const (
	XLIFF2 Format = "xliff2" // OASIS XLIFF 2.1
	XLIFF1 Format = "xliff1" // OASIS XLIFF 1.2
	PO     Format = "po"     // of GNU gettext
)

// Formats are the names of all formats.
var Formats = []string{string(XLIFF2), string(XLIFF1), string(PO)}

// Ext returns how the name of a file in the format ends.
func (f Format) Ext() string {
	if f == PO {
		return ".po"
	}
	return ".xlf"
}

// A Page is one page on its way.
type Page struct {
	Original       string // the file of the text
	Stamp          string // of the text
	Source, Target string // languages
	Units          []Unit
}

// A Unit is a piece of a page that is translated by itself.
type Unit struct {
	ID     string
	Kind   string
	Source string
	Target string // "" where there is none yet
	Line   int    // in a file that was read
}

// Of returns the page to send. translation may be nil.
func Of(text, translation *freshness.Text, src, target string, bytes, translated []byte) *Page {
	p := &Page{Original: text.File, Stamp: string(text.Stamp), Source: src, Target: target}
	bytes, translated = unix(bytes), unix(translated)
	to := map[int]int{}
	if translation != nil {
		for _, pair := range freshness.Align(text, translation) {
			if pair.Source >= 0 && pair.Target >= 0 {
				to[pair.Source] = pair.Target
			}
		}
	}
	for i := range text.Units {
		u := &text.Units[i]
		if u.Spans == nil {
			continue
		}
		x := Unit{ID: "u" + strconv.Itoa(i+1), Kind: u.Kind, Source: words(u, bytes)}
		if j, ok := to[i]; ok {
			x.Target = words(&translation.Units[j], translated)
		}
		p.Units = append(p.Units, x)
	}
	return p
}

// words returns what is typed of a unit, without the marks around its lines. The
// lines of src end as on Unix.
func words(u *freshness.Unit, src []byte) string {
	if u.Front() {
		return u.Source
	}
	var lines []string
	for _, s := range u.Spans {
		lines = append(lines, string(src[s[0]:s[1]]))
	}
	return strings.Join(lines, "\n")
}

func unix(src []byte) []byte { return []byte(strings.ReplaceAll(string(src), "\r\n", "\n")) }

// An Error says why a file is refused.
type Error struct {
	Line int // in the file
	Msg  string
}

func (e *Error) Error() string { return e.Msg }

func refuse(line int, format string, args ...any) error {
	return &Error{line, diag.Say(format, args...)}
}

// Merge returns the page with the words that came back in it. text is the text
// that was sent; translation is the present translation, nil where there is none,
// and what the page is made from else. complete is false where words are missing
// still. Nothing is returned where an error is.
func (p *Page) Merge(text, translation *freshness.Text, src, translated []byte) (_ []byte, complete bool, err error) {
	sent := Of(text, translation, p.Source, p.Target, src, translated)
	if p.Stamp != sent.Stamp {
		return nil, false, refuse(1, "%s changed since this was sent; send it again", text.File)
	}
	byID := map[string]*Unit{}
	for i := range p.Units {
		u := &p.Units[i]
		if byID[u.ID] != nil {
			return nil, false, refuse(u.Line, "the unit %s stands there twice", u.ID)
		}
		byID[u.ID] = u
	}
	skeleton, file := src, translation
	pairs := map[int]int{} // from units of the text to those of the skeleton
	whole := translation != nil
	if translation != nil {
		for _, pair := range freshness.Align(text, translation) {
			whole = whole && pair.Source >= 0 && pair.Target >= 0
			pairs[pair.Source] = pair.Target
		}
	}
	if whole {
		skeleton = translated
	} else { // the text's blocks, the front matter of the translation
		file, pairs = text, map[int]int{}
		for i := range text.Units {
			pairs[i] = i
		}
		skeleton = freshness.Scaffold(src)
		file = freshness.Parse(text.File, skeleton)
		if len(file.Units) != len(text.Units) {
			return nil, false, refuse(1, "%s cannot be taken apart", text.File)
		}
	}
	windows := strings.Contains(string(skeleton), "\r\n")
	skeleton = unix(skeleton)
	var edits []edit
	complete = true
	for i := range sent.Units {
		s := &sent.Units[i]
		u := byID[s.ID]
		switch {
		case u == nil:
			return nil, false, refuse(1, "the unit %s is missing: %s", s.ID, oneLine(s.Source))
		case u.Source != s.Source:
			return nil, false, refuse(u.Line, "the source of %s is not what was sent: %s", s.ID, oneLine(s.Source))
		}
		delete(byID, s.ID)
		if strings.TrimSpace(u.Target) == "" {
			complete = false
			continue
		}
		if missing := lacking(s.Source, u.Target, s.Target); missing != "" {
			return nil, false, refuse(u.Line, "the target of %s lacks %s", s.ID, missing)
		}
		n, _ := strconv.Atoi(s.ID[1:])
		at := &file.Units[pairs[n-1]]
		if now := words(at, skeleton); now != u.Target {
			if at.Spans == nil {
				return nil, false, refuse(u.Line, "the translation has no place for %s", s.ID)
			}
			edits = append(edits, edit{at, u})
		}
	}
	for _, u := range p.Units {
		if byID[u.ID] != nil {
			return nil, false, refuse(u.Line, "nothing was sent with the name %s", u.ID)
		}
	}
	merged := apply(skeleton, edits)
	if !whole && translation != nil {
		merged = withFront(merged, unix(translated), edits)
	}
	if err := same(file, merged, edits); err != nil {
		return nil, false, err
	}
	if windows {
		merged = []byte(strings.ReplaceAll(string(merged), "\n", "\r\n"))
	}
	return merged, complete, nil
}

// An edit puts the target of a unit where another text stands.
type edit struct {
	at *freshness.Unit
	u  *Unit
}

func (e edit) text() string {
	if e.at.Front() {
		return tomlfile.Quote(e.u.Target)
	}
	return e.u.Target
}

// apply puts words in their places, from the last to the first.
func apply(src []byte, edits []edit) []byte {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b edit) int { return b.at.Spans[0][0] - a.at.Spans[0][0] })
	for _, e := range edits {
		spans := e.at.Spans
		from, to := spans[0][0], spans[len(spans)-1][1]
		prefix := " " // between lines
		if len(spans) > 1 {
			prefix = string(src[spans[0][1]:spans[1][0]])
		}
		if e.at.Kind == "cell" || e.at.Kind == "heading" {
			prefix = " "
		}
		text := strings.ReplaceAll(e.text(), "\n", prefix)
		src = slices.Concat(src[:from], []byte(text), src[to:])
	}
	return src
}

// withFront returns a page with the front matter of another one.
func withFront(src, front []byte, edits []edit) []byte {
	t := freshness.Parse("", front)
	var own []edit
	for _, e := range edits {
		for i := range t.Units {
			if u := &t.Units[i]; u.Front() && u.Kind == e.at.Kind && u.Place == e.at.Place && u.Spans != nil {
				own = append(own, edit{u, e.u})
			}
		}
	}
	front = apply(front, own)
	return slices.Concat(front[:content.Body(front)], src[content.Body(src):])
}

// same reports, as an error, that words made other blocks than there were, or stand
// in none as they came.
func same(before *freshness.Text, merged []byte, edits []edit) error {
	after := freshness.Parse(before.File, merged)
	blocks := func(t *freshness.Text) (list []*freshness.Unit) {
		for i := range t.Units {
			if u := &t.Units[i]; !u.Front() && (u.Kind != "image" || u.Spans != nil) {
				list = append(list, u)
			}
		}
		return list
	}
	was, is := blocks(before), blocks(after)
	for i, u := range was {
		n := slices.IndexFunc(edits, func(e edit) bool { return e.at == u })
		switch {
		case i >= len(is) || is[i].Kind != u.Kind || is[i].Place != u.Place:
		case n < 0 || flat(words(is[i], merged)) == flat(edits[n].u.Target):
			continue
		}
		if n < 0 { // the edit before it, of those that are
			for j := i - 1; j >= 0 && n < 0; j-- {
				n = slices.IndexFunc(edits, func(e edit) bool { return e.at == was[j] })
			}
		}
		if n >= 0 {
			return refuse(edits[n].u.Line, "the target of %s would not be one %s", edits[n].u.ID, edits[n].at.Called())
		}
		return refuse(1, "the page would have other blocks than its text")
	}
	if len(is) != len(was) {
		return refuse(1, "the page would have other blocks than its text")
	}
	return nil
}

// flat returns a text on one line.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// tokenRE finds what stands in words and is not translated: code, settings, the
// frames of other directives, addresses of links and pictures, without the words of
// their titles.
var tokenRE = lazyregexp.New("`+[^`]+`+|:(?:setting|alternative|message)\\[[^\\]\\n]*\\](?:\\{[^}\\n]*\\})?|:[a-z][a-z0-9-]*\\[|\\]\\{[^}\\n]*\\}|\\]\\((?:<[^>\\n]*>|[^\\s)]*)(?:\\s+\"((?:[^\"\\\\\\n]|\\\\.)*)\")?\\)|<[a-z][a-z0-9+.-]*:[^>\\s]*>|:br\\b")

// A piece is words, or a token.
type piece struct {
	text  string
	token bool
}

func pieces(s string) []piece {
	var all []piece
	at := 0
	until := func(end int, token bool) {
		if end > at {
			all = append(all, piece{s[at:end], token})
		}
		at = end
	}
	for _, m := range tokenRE().FindAllStringSubmatchIndex(s, -1) {
		until(m[0], false)
		if m[2] < m[3] { // a title
			until(m[2], true)
			until(m[3], false)
		}
		until(m[1], true)
	}
	until(len(s), false)
	return all
}

// lacking returns what a target must have of its source and does not: a token that
// neither it nor the translation that was sent has.
func lacking(source, target, was string) string {
	if target == was {
		return "" // as it was sent
	}
	count := func(s string) map[string]int {
		n := map[string]int{}
		for _, p := range pieces(s) {
			if p.token {
				n[p.text]++
			}
		}
		return n
	}
	has, need, before := count(target), count(source), count(was)
	var names []string
	for token, n := range need {
		want := n
		if was != "" {
			want = min(n, before[token])
		}
		if has[token] < want {
			names = append(names, token)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// ids numbers the tokens of a source and of its target, in this order: what both
// have has one number, so that a translation program sees that it is the same.
func ids(source string) (of func(token string, inTarget bool) string) {
	var in []string
	for _, p := range pieces(source) {
		if p.token {
			in = append(in, p.text)
		}
	}
	at, used, extra := 0, make([]bool, len(in)), len(in)
	return func(token string, inTarget bool) string {
		if !inTarget {
			at++
			return strconv.Itoa(at)
		}
		for i, t := range in {
			if t == token && !used[i] {
				used[i] = true
				return strconv.Itoa(i + 1)
			}
		}
		extra++
		return strconv.Itoa(extra)
	}
}

func oneLine(s string) string {
	s = flat(s)
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
