package markdown

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// A footnote to which nothing refers is left out by goldmark, and a reference
// to none stays in the text: both are kept here, to be reported.

// loose is a footnote without a reference, or a reference without a footnote.
type loose struct {
	at      int
	label   string
	defined bool
}

var looseKey = parser.NewContextKey()

func keepLoose(pc parser.Context, l loose) {
	all, _ := pc.Get(looseKey).([]loose)
	pc.Set(looseKey, append(all, l))
}

// footnotes reports what does not belong together.
func (w *walk) footnotes(pc parser.Context) {
	all, _ := pc.Get(looseKey).([]loose)
	for _, l := range all {
		switch {
		case l.defined:
			w.Out.Errorf(w.at(l.at), diag.Footnote, diag.Say("write [^%s] in the text, or remove the footnote", l.label), "nothing refers to the footnote %q", l.label)
		default:
			w.Out.Errorf(w.at(l.at), diag.Footnote, diag.Say("write [^%s]: … on a line of its own; for a plain [ write \\[", l.label), "there is no footnote %q", l.label)
		}
	}
}

// looseNotes looks at the footnotes before goldmark drops some.
type looseNotes struct{}

func (looseNotes) Transform(doc *ast.Document, _ text.Reader, pc parser.Context) {
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if f, ok := n.(*xast.Footnote); ok && entering && f.Index < 0 {
			keepLoose(pc, loose{f.Pos(), string(f.Ref), true})
		}
		if n.Type() == ast.TypeInline {
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
}

var noteRE = lazyregexp.New(`^\[\^([^\]\[\s]+)\](.?)`)

// looseRefs comes behind goldmark's parser of references, which leaves those
// alone that have no footnote.
type looseRefs struct{}

func (looseRefs) Trigger() []byte { return []byte{'['} }

func (looseRefs) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, at := block.PeekLine()
	if m := noteRE().FindSubmatch(line); m != nil && string(m[2]) != "(" && string(m[2]) != "[" {
		keepLoose(pc, loose{at.Start, string(m[1]), false})
	}
	return nil
}

// Numbers of footnotes that are typed by hand: behind a word of a text, and at the
// beginning of a note.
var (
	typedRefRE  = lazyregexp.New(`[\pL\pN.,;:!?)”’"'»…][ \t\x{a0}]?(\[\d{1,2}\]|[¹²³⁴-⁹][⁰¹²³⁴-⁹]?|:sup\[\d{1,2}\])`)
	typedNoteRE = lazyregexp.New(`^(\[\d{1,2}\]|[¹²³⁴-⁹][⁰¹²³⁴-⁹]?|:sup\[\d{1,2}\])[:.]?[ \t\x{a0}]*[\pL"'“‘„«(*_[<]`)
)

// noteHeadings are what people call the list of their footnotes.
var noteHeadings = []string{"noten", "voetnoten", "voetnoot", "eindnoten", "bronnen", "bron", "referenties", "verwijzingen", "bronvermelding", "literatuur", "notes", "footnotes", "sources", "references", "fußnoten", "anmerkungen", "quellen", "einzelnachweise", "références"}

// typedNotes reports footnotes that are numbered by hand: nothing leads from the
// number to the note. That is one mistake, however many there are.
func (w *walk) typedNotes(doc ast.Node) {
	if w.engine.lang == "" || !bytes.Contains(w.body, []byte("[1]")) && !bytes.Contains(w.body, []byte("¹")) {
		return
	}
	notes := map[int]bool{} // numbers that begin a note
	type ref struct{ n, at int }
	var refs []ref
	listed := 0 // notes in a list at the end
	for c := doc.FirstChild(); c != nil; c = c.NextSibling() {
		if h, ok := c.PreviousSibling().(*ast.Heading); ok && slices.Contains(noteHeadings, strings.ToLower(strings.Trim(Plain(h, w.body), " :"))) {
			if l, ok := c.(*ast.List); ok && l.IsOrdered() && l.Start == 1 {
				listed = l.ChildCount()
				continue
			}
		}
		ast.Walk(c, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			switch n.(type) {
			case *ast.Paragraph, *ast.TextBlock:
			default:
				return ast.WalkContinue, nil
			}
			if entering {
				plain := w.withoutCode(n)
				for i := range n.Lines().Len() {
					s := n.Lines().At(i)
					line := plain[s.Start-n.Lines().At(0).Start : s.Stop-n.Lines().At(0).Start]
					if m := typedNoteRE().FindSubmatch(line); m != nil {
						notes[noteNumber(string(m[1]))] = true
						continue
					}
					for _, m := range typedRefRE().FindAllSubmatchIndex(line, -1) {
						if m[3] == len(line) || line[m[3]] != '(' && line[m[3]] != '[' {
							refs = append(refs, ref{noteNumber(string(line[m[2]:m[3]])), s.Start + m[2]})
						}
					}
				}
			}
			return ast.WalkSkipChildren, nil
		})
	}
	for _, r := range refs {
		if notes[r.n] || r.n > 0 && r.n <= listed {
			w.Out.Warnf(w.at(r.at), diag.Footnote, diag.Say("write [^%d] here, and [^%d]: before the text of the note, on a line of its own", r.n, r.n), "nothing leads from the number %d to its note", r.n)
			return
		}
	}
}

// withoutCode returns the bytes of a block, from its first line to its last, with
// code in it made unreadable.
func (w *walk) withoutCode(block ast.Node) []byte {
	lines := block.Lines()
	if lines.Len() == 0 {
		return nil
	}
	start := lines.At(0).Start
	text := w.body[start:lines.At(lines.Len()-1).Stop]
	copied := false
	for c := block.FirstChild(); c != nil; c = c.NextSibling() {
		code, ok := c.(*ast.CodeSpan)
		if !ok {
			continue
		}
		for t := code.FirstChild(); t != nil; t = t.NextSibling() {
			if t, ok := t.(*ast.Text); ok {
				if !copied {
					text, copied = bytes.Clone(text), true
				}
				clear(text[t.Segment.Start-start : t.Segment.Stop-start])
			}
		}
	}
	return text
}

// noteNumber returns the number of a footnote as it is typed.
func noteNumber(typed string) int {
	digits := strings.Map(func(r rune) rune {
		if at := slices.Index([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹"), r); at >= 0 {
			return rune('0' + at)
		}
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, typed)
	n, _ := strconv.Atoi(digits)
	return n
}
