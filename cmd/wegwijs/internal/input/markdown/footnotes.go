package markdown

import (
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
