package markdown

import (
	"cmp"
	"fmt"
	stdhtml "html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// The first mention of an abbreviation in the running text of a page is a button
// that opens its explanation: that works with a finger, with keys and without
// scripts (HTML, "The popover attribute"). On paper and in the Markdown copy the
// explanation stands behind the word.

// abbreviations are those of a language, by the letters and digits with which
// they begin; the longest first.
type abbreviations map[string][]string

// newAbbreviations returns nil where there are none.
func newAbbreviations(meanings map[string]string) abbreviations {
	var a abbreviations
	for short := range meanings {
		if a == nil {
			a = abbreviations{}
		}
		first := short[:wordEnd([]byte(short), 0)]
		a[first] = append(a[first], short)
	}
	for _, of := range a {
		slices.SortFunc(of, func(x, y string) int { return cmp.Or(len(y)-len(x), strings.Compare(x, y)) })
	}
	return a
}

// wordEnd returns where the letters and digits end that stand at an offset.
func wordEnd(s []byte, at int) int {
	for at < len(s) {
		r, n := utf8.DecodeRune(s[at:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) {
			break
		}
		at += n
	}
	return at
}

// find returns where the first abbreviation stands in s[from:to] that is a word
// of its own, or the part of one before or behind a hyphen, and not among known.
func (a abbreviations) find(s []byte, from, to int, known map[string]bool) (at int, short string) {
	for i := from; i < to; {
		end := wordEnd(s[:to], i)
		if end == i {
			_, n := utf8.DecodeRune(s[i:])
			i += n
			continue
		}
		for _, short := range a[string(s[i:end])] {
			if stop := i + len(short); !known[short] && stop <= to && string(s[i:stop]) == short && !inLonger(s, i, stop) {
				return i, short
			}
		}
		i = end
	}
	return -1, ""
}

// inLonger reports whether what stands between two offsets is a part of a longer
// word, an address, a name of a program or a character reference.
func inLonger(s []byte, from, to int) bool {
	before, n := utf8.DecodeLastRune(s[:from])
	inner := n > 0 && strings.ContainsRune("_@#\\", before)
	if before == '.' {
		r, _ := utf8.DecodeLastRune(s[:from-n])
		inner = unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	after, n := utf8.DecodeRune(s[to:])
	if after == '.' || after == '@' {
		return inner || wordEnd(s, to+n) > to+n
	}
	return inner || after == '_' || before == '&' && after == ';' || wordEnd(s, to) > to
}

// An explained is a part of running text with an abbreviation that is explained.
type explained struct {
	ast.BaseInline
	part        explainedPart
	id          string
	short, long string
}

type explainedPart int

const (
	explainedWhole explainedPart = iota // what a line is not broken in: the others, and the signs around them
	explainedWord
	explainedMeaning
)

var kindExplained = ast.NewNodeKind("Explained")

func (e *explained) Kind() ast.NodeKind { return kindExplained }

func (e *explained) Dump(src []byte, level int) {
	ast.DumpHelper(e, src, level, map[string]string{"Short": e.short, "Long": e.long}, nil)
}

// abbreviate explains the abbreviations in the running text directly in n that
// the page did not explain before.
func (w *walk) abbreviate(n ast.Node) {
	for pieces := range runs(n) {
		from, end := pieces[0].from, pieces[len(pieces)-1].to
		for {
			at, word := w.engine.short.find(w.body, from, end, w.explained)
			if at < 0 || !explains(n) {
				break
			}
			box := w.explain(pieces, from, at, word)
			pieces = splice(n, pieces, box)
			from = box.to
		}
	}
}

// explains reports whether a node is in running text of the page's language:
// what is a name already, such as a heading or a link, is left as it is.
func explains(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		switch n := n.(type) {
		case *ast.Heading, *ast.Link, *xast.TableHeader, *xast.DefinitionTerm, *AlertTitle:
			return false
		case *Directive:
			if n.Name == "lang" {
				return false
			}
		}
	}
	return true
}

// explain returns what stands for the abbreviation at an offset of running text,
// with the rest of its word and the signs around it, which no line may be broken
// before. None of it stands before from.
func (w *walk) explain(pieces []piece, from, at int, word string) piece {
	if w.explained == nil {
		w.explained = map[string]bool{}
	}
	w.explained[word] = true
	to := pieces[len(pieces)-1].to
	begin, end := at-openingSigns(w.body[from:at]), at+len(word)
	rest := end + hyphened(w.body[end:to])
	stop := rest + closingSigns(w.body[rest:to], w.engine.space)
	e := explained{short: word, long: w.engine.Text(w.engine.long[word]), id: w.numbered("abbr")}
	box, name, note := e, e, e
	name.part, note.part = explainedWord, explainedMeaning
	fill(&box, pieces, begin, at)
	fill(&name, pieces, at, end)
	box.AppendChild(&box, &name)
	fill(&box, pieces, end, rest)
	box.AppendChild(&box, &note)
	fill(&box, pieces, rest, stop)
	return piece{&box, begin, stop}
}

// fill adds to a node the parts of pieces between two offsets.
func fill(n ast.Node, pieces []piece, from, to int) {
	for _, p := range pieces {
		if p.to <= from || p.from >= to {
			continue
		}
		if s, ok := p.node.(*ast.String); ok {
			c := ast.NewString(s.Value)
			c.SetCode(s.IsCode())
			c.SetRaw(s.IsRaw())
			n.AppendChild(n, c)
			continue
		}
		n.AppendChild(n, ast.NewTextSegment(text.NewSegment(max(p.from, from), min(p.to, to))))
	}
}

// restRE finds the rest of a word of which an abbreviation is a part: that of
// IMAP-server, and of pc's.
var restRE = lazyregexp.New(`^(?:[-‑'’][\pL\pN\pM]+)+`)

// hyphened returns how many bytes of a text are the rest of a word; 0 when they
// are too many to be kept on a line with it.
func hyphened(s []byte) int {
	n := len(restRE().Find(s))
	if n > longest {
		return 0
	}
	return n
}

func (r *nodeRenderer) explained(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	e := node.(*explained)
	switch {
	case e.part == explainedMeaning && entering:
		fmt.Fprintf(w, `<span class="abbr-long" id="%s" popover data-noindex><b>%s`, e.id, stdhtml.EscapeString(e.short))
		r.writer.Write(w, []byte(r.colon()))
		w.WriteString("</b>" + stdhtml.EscapeString(e.long) + "</span>")
	case e.part == explainedMeaning:
	case e.part == explainedWord && entering:
		fmt.Fprintf(w, `<button type="button" class="abbr" popovertarget="%s"><abbr title="%s">`, e.id, stdhtml.EscapeString(e.long))
	case e.part == explainedWord:
		w.WriteString("</abbr></button>")
	case entering:
		w.WriteString(`<span class="nb">`)
	default:
		w.WriteString("</span>")
	}
	return ast.WalkContinue, nil
}
