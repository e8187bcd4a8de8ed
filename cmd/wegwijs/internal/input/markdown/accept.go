package markdown

import (
	"bytes"
	"regexp"
	"slices"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// An Acceptance says that the warnings with a code are meant, in the block that
// follows it or in which it stands: <!-- accept image-alt: the logo says it -->.
type Acceptance struct {
	Code diag.Code
	Pos  diag.Pos
	Last int // the last line for which it holds
}

var acceptRE = regexp.MustCompile(`(?s)^<!--\s*(?:accept|accepteer)\s+([^\s:]+)\s*:?\s*(.*?)\s*-->$`)

// accepts takes a comment that accepts a finding out of the tree, and reports
// whether it was one.
func (w *walk) accepts(n ast.Node, lines *text.Segments) bool {
	m := acceptRE.FindSubmatch(bytes.TrimSpace(lines.Value(w.body)))
	if m == nil || lines.Len() == 0 {
		return false
	}
	first, last := lines.At(0), lines.At(lines.Len()-1)
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
	w.facts.Accepted = append(w.facts.Accepted, Acceptance{code, at, w.until(first.Start, last.Stop)})
	return true
}

// until returns the last line of the block in which a comment stands, or that
// follows it.
func (w *walk) until(from, to int) int {
	start := bytes.LastIndexByte(w.body[:from], '\n') + 1
	text := len(bytes.TrimSpace(w.body[start:from])) > 0 // there is some already
	for at := max(to-1, from); at < len(w.body); {
		i := bytes.IndexByte(w.body[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
		end := len(w.body)
		if j := bytes.IndexByte(w.body[at:], '\n'); j >= 0 {
			end = at + j
		}
		blank := len(bytes.TrimSpace(w.body[at:end])) == 0
		if blank && text {
			return w.at(at).Line - 1
		}
		text = text || !blank
		if end == len(w.body) {
			break
		}
	}
	return w.at(len(w.body)).Line
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
			if d.Severity == diag.Warning && d.Code == a.Code && d.Pos.File == a.Pos.File && a.Pos.Line <= d.Pos.Line && d.Pos.Line <= a.Last {
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
