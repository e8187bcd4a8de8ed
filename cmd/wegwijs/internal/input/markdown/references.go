package markdown

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"

	"github.com/yuin/goldmark/ast"
)

// refRE finds the middle of what is written as a link to a definition,
// [text][label] or [text][]. In running text it has no other use.
var refRE = lazyregexp.New(`\]\[([^\]\[\n^][^\]\[\n]*)?\]`)

// reference reports links to definitions that are not there: CommonMark leaves
// them in the text as they were typed (0.31 §6.3). n is a text; what stands
// beside it is looked at with it, when the first of them comes by.
func (w *walk) reference(n *ast.Text) {
	if n.IsRaw() {
		return
	}
	if p, ok := n.PreviousSibling().(*ast.Text); ok && p.Segment.Stop == n.Segment.Start {
		return
	}
	end := n
	for next, ok := n.NextSibling().(*ast.Text); ok && next.Segment.Start == end.Segment.Stop; next, ok = end.NextSibling().(*ast.Text) {
		end = next
	}
	raw := w.body[n.Segment.Start:end.Segment.Stop]
	if !bytes.Contains(raw, []byte("][")) {
		return
	}
	text := string(raw)
	for _, m := range refRE().FindAllStringSubmatchIndex(text, -1) {
		if escapedAt(text, m[0]) {
			continue
		}
		from := strings.LastIndexByte(text[:m[0]], '[')
		label := ""
		if from < 0 { // emphasis, code or the like stands between
			from = m[0]
		} else {
			before, _ := utf8.DecodeLastRuneInString(text[:from])
			if escapedAt(text, from) || before == ']' || unicode.IsLetter(before) || unicode.IsDigit(before) {
				continue // list[0][1]
			}
			label = text[from+1 : m[0]]
		}
		if m[2] >= 0 {
			label = text[m[2]:m[3]]
		}
		w.Out.Errorf(w.at(n.Segment.Start+from), diag.LinkReference, "write [text](page.md); for a plain [ write \\[", "no line says where the link [%s] leads", label)
	}
}

// escapedAt reports whether a backslash takes the meaning of the character at i.
func escapedAt(text string, i int) bool {
	slashes := len(text[:i]) - len(strings.TrimRight(text[:i], `\`))
	return slashes%2 == 1
}
