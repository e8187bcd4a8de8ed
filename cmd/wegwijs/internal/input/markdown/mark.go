package markdown

import (
	"slices"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// A Mark says something of single blocks of a page that is not of its text.
type Mark struct {
	Lines    []int  // of the file, on which these blocks begin, from 1
	HTML, MD string // what stands behind each of them
}

// A marked is what stands behind a block.
type marked struct {
	ast.BaseBlock
	mark *Mark
}

var kindMarked = ast.NewNodeKind("Marked")

func (m *marked) Kind() ast.NodeKind { return kindMarked }

func (m *marked) Dump(src []byte, level int) { ast.DumpHelper(m, src, level, nil, nil) }

func (r *nodeRenderer) marked(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString(n.(*marked).mark.HTML)
	}
	return ast.WalkSkipChildren, nil
}

// mark puts a mark behind the blocks that begin on its lines: in a table behind
// the table, and behind each block once.
func (w *walk) mark(doc ast.Node, mark *Mark) {
	var behind []ast.Node
	var look func(n ast.Node)
	look = func(n ast.Node) {
		for c := n.FirstChild(); c != nil && c.Type() == ast.TypeBlock; c = c.NextSibling() {
			words := c.FirstChild() == nil || c.FirstChild().Type() == ast.TypeInline
			if d, ok := c.(*Directive); words || ok && d.Form == Container {
				from, to := w.at(w.start(c)).Line, w.at(w.end(c)).Line
				if ok {
					to = from // what it says itself
				}
				if slices.ContainsFunc(mark.Lines, func(l int) bool { return from <= l && l <= to }) {
					at := c
					for in(at.Parent()) {
						at = at.Parent()
					}
					if !slices.Contains(behind, at) {
						behind = append(behind, at)
					}
				}
			}
			look(c)
		}
	}
	look(doc)
	for _, n := range behind {
		n.Parent().InsertAfter(n.Parent(), n, &marked{mark: mark})
	}
}

// in reports whether nothing else can stand beside a block in n.
func in(n ast.Node) bool {
	switch n.(type) {
	case *xast.Table, *xast.TableHeader, *xast.TableRow, *xast.DefinitionList:
		return true
	}
	return false
}
