package markdown

import (
	"bytes"
	"slices"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// An Acceptance says that the warnings with a code are meant, in the block that
// follows it or in which it stands: <!-- accept image-alt: the logo says it -->.
type Acceptance struct {
	Code diag.Code
	Pos  diag.Pos
	// The lines for which it holds.
	First, Last int
}

var acceptRE = lazyregexp.New(`(?s)^<!--\s*(?:accept|accepteer)\s+([^\s:]+)\s*:?\s*(.*?)\s*-->$`)

// accepts takes a comment that accepts a finding out of the tree, and reports
// whether it was one.
func (w *walk) accepts(n ast.Node, lines *text.Segments) bool {
	m := acceptRE().FindSubmatch(bytes.TrimSpace(lines.Value(w.body)))
	if m == nil || lines.Len() == 0 {
		return false
	}
	first := lines.At(0)
	from, to := w.accepted(n)
	n.Parent().RemoveChild(n.Parent(), n)
	at := w.at(first.Start + bytes.IndexByte(first.Value(w.body), '<'))
	code := diag.Code(m[1])
	switch {
	case !slices.Contains(diag.Codes(), code):
		var known []string
		for _, c := range diag.Codes() {
			known = append(known, string(c))
		}
		w.Out.Warnf(at, diag.Accept, diag.DidYouMean(string(code), known), "no finding has the code %q", string(code))
		return true
	case len(m[2]) == 0:
		w.Out.Warnf(at, diag.Accept, "write it behind the code: <!-- accept image-alt: the logo says it -->", "the acceptance gives no reason")
		return true
	}
	w.facts.Accepted = append(w.facts.Accepted, Acceptance{code, at, from, to})
	return true
}

// accepted returns the lines for which a comment holds that accepts a finding:
// those of the block in which it stands, or from its own to the end of the block
// that follows it beside it. Where none does it is its own line.
func (w *walk) accepted(n ast.Node) (first, last int) {
	if n.Type() == ast.TypeInline {
		block := n.Parent()
		for block.Type() == ast.TypeInline {
			block = block.Parent()
		}
		return w.at(w.start(block)).Line, w.at(w.end(block)).Line
	}
	first = w.pos(n).Line
	next := n.NextSibling()
	for c, ok := next.(*ast.HTMLBlock); ok && acceptRE().Match(bytes.TrimSpace(c.Lines().Value(w.body))); c, ok = next.(*ast.HTMLBlock) {
		next = c.NextSibling() // several may stand before one block
	}
	if next == nil {
		return first, first
	}
	return first, w.at(w.end(next)).Line
}

// start returns the offset at which what was typed of a block begins.
func (w *walk) start(n ast.Node) int {
	if lines := n.Lines(); lines.Len() > 0 {
		return lines.At(0).Start
	}
	return max(n.Pos(), 0)
}

// end returns the offset of the last byte that is known to be of a block or of
// one in it.
func (w *walk) end(n ast.Node) int {
	last := w.start(n)
	if lines := n.Lines(); lines.Len() > 0 {
		last = max(last, lines.At(lines.Len()-1).Stop-1)
	}
	for c := n.FirstChild(); c != nil && c.Type() != ast.TypeInline; c = c.NextSibling() {
		last = max(last, w.end(c))
	}
	return last
}

// Accept takes out of the findings of one text the warnings that it accepts. An
// acceptance without one is a finding itself, unless quiet.
func Accept(ds []diag.Diagnostic, list []Acceptance, quiet bool) []diag.Diagnostic {
	if len(list) == 0 {
		return ds
	}
	used := make([]bool, len(list))
	ds = slices.DeleteFunc(ds, func(d diag.Diagnostic) bool {
		accepted := false
		for i, a := range list {
			if d.Severity == diag.Warning && d.Code == a.Code && d.Pos.File == a.Pos.File && a.First <= d.Pos.Line && d.Pos.Line <= a.Last {
				used[i], accepted = true, true
			}
		}
		return accepted
	})
	out := new(diag.List)
	out.Add(ds...)
	for i, a := range list {
		if !used[i] && !quiet {
			out.Warnf(a.Pos, diag.Accept, "remove the comment", "nothing here has a warning %s to accept", string(a.Code))
		}
	}
	return out.Sorted()
}
