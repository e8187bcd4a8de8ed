package markdown

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
)

// prune takes out of a page what leads to pages that the site does without, as
// Input.Gone tells them:
//
//   - an item of a list, or a row of a table, that is there for such a page
//   - a sentence that only sends the reader there, with the question that it
//     answers
//   - what this leaves empty: lists, directives, and headings with nothing
//     below them
//
// Any other link to such a page becomes plain text.
func (w *walk) prune(doc ast.Node) {
	var links []*ast.Link
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && entering {
			if _, gone := w.Gone(unescape(l.Destination)); gone {
				links = append(links, l)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, l := range links {
		switch block := tile(l, w.body); {
		case !within(l, doc): // went with another
		case block != nil:
			w.remove(block)
		case w.sentence(l):
		default:
			unwrap(l)
		}
	}
}

// within reports whether a node is still in the tree below top.
func within(n, top ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n == top {
			return true
		}
	}
	return false
}

// unwrap leaves the text of a link in its place.
func unwrap(l *ast.Link) {
	p := l.Parent()
	for c := l.FirstChild(); c != nil; {
		next := c.NextSibling()
		p.InsertBefore(p, l, c)
		c = next
	}
	p.RemoveChild(p, l)
}

// tile returns the item of a list or the row of a table that is there for a
// link: an item of an unordered list that begins with it, or a row with a cell
// that has nothing else. It returns nil where there is none.
func tile(l *ast.Link, src []byte) ast.Node {
	block := l.Parent()
	if _, ok := block.(*xast.TableCell); ok {
		if block.ChildCount() == 1 {
			if row, ok := block.Parent().(*xast.TableRow); ok {
				return row
			}
		}
		return nil
	}
	item, ok := block.Parent().(*ast.ListItem)
	if !ok || item.FirstChild() != block || block.FirstChild() != l || bytes.ContainsRune(l.Destination, '#') {
		return nil
	}
	if list, ok := item.Parent().(*ast.List); !ok || list.IsOrdered() {
		return nil
	}
	if t, ok := l.NextSibling().(*ast.Text); ok && l.NextSibling() != nil { // else the item is a sentence of its own
		if r, _ := utf8.DecodeRune(bytes.TrimLeft(t.Segment.Value(src), " \n")); !unicode.IsUpper(r) && !t.SoftLineBreak() && r != utf8.RuneError {
			return nil
		}
	}
	return item
}

// leadWords is how many words a sentence has at most before its link when it
// does nothing but send the reader there: "Lees dan", "Begin bij".
const leadWords = 3

// sentence removes the sentence around a link when it only sends the reader to
// the page, by its name.
func (w *walk) sentence(l *ast.Link) bool {
	title, _ := w.Gone(unescape(l.Destination))
	if !names(strings.TrimSpace(Plain(l, w.body)), title) {
		return false
	}
	block := l.Parent()
	switch block.(type) {
	case *ast.Paragraph, *ast.TextBlock, *xast.TableCell, *xast.DefinitionDescription:
	default:
		return false
	}
	// What follows must be the end of the sentence.
	after, _ := l.NextSibling().(*ast.Text)
	if l.NextSibling() != nil && after == nil {
		return false
	}
	cut := 0
	if after != nil {
		merge(after, w.body)
		v := after.Segment.Value(w.body)
		for cut < len(v) && bytes.IndexByte([]byte(".!"), v[cut]) >= 0 {
			cut++
		}
		if cut == 0 && len(v) > 0 || cut < len(v) && v[cut] != ' ' {
			return false
		}
		for cut < len(v) && v[cut] == ' ' {
			cut++
		}
	}
	before, _ := l.PreviousSibling().(*ast.Text)
	keep := 0
	if before != nil {
		for p, ok := before.PreviousSibling().(*ast.Text); ok && !p.SoftLineBreak(); p, ok = before.PreviousSibling().(*ast.Text) {
			if !p.Merge(before, w.body) {
				return false
			}
			block.RemoveChild(block, before)
			before = p
		}
		v := before.Segment.Value(w.body)
		keep = ends(v)
		if len(strings.Fields(string(v[keep:]))) > leadWords {
			return false
		}
		if keep == 0 && before.PreviousSibling() != nil && !closed(before.PreviousSibling(), w.body) {
			return false
		}
		if keep > 1 && v[keep-2] == '?' { // the question that the sentence answers
			keep = ends(v[:keep-1])
		}
		before.Segment = before.Segment.WithStop(before.Segment.Start + len(bytes.TrimRight(v[:keep], " ")))
		if before.Segment.Len() == 0 {
			block.RemoveChild(block, before)
		}
	} else if p := l.PreviousSibling(); p != nil {
		return false
	}
	if after != nil {
		after.Segment = after.Segment.WithStart(after.Segment.Start + cut)
		if after.Segment.Len() == 0 {
			block.RemoveChild(block, after)
		} else if before != nil && before.Parent() != nil { // the space between two sentences
			before.Segment = before.Segment.WithStop(before.Segment.Start + len(before.Segment.Value(w.body)))
			block.InsertBefore(block, after, ast.NewString([]byte(" ")))
		}
	}
	block.RemoveChild(block, l)
	switch only := block.FirstChild(); {
	case only == nil:
		if _, cell := block.(*xast.TableCell); !cell {
			w.remove(block)
		}
	case only.NextSibling() == nil && only.Kind() == ast.KindEmphasis: // the problem, whose answer went
		if item, ok := block.Parent().(*ast.ListItem); ok && item.ChildCount() == 1 {
			w.remove(item)
		}
	}
	return true
}

// ends returns where the last sentence of a text begins: behind the space that
// follows the one before it.
func ends(v []byte) int {
	for i := len(v) - 2; i > 0; i-- {
		if v[i] == ' ' && bytes.IndexByte([]byte(".!?:"), v[i-1]) >= 0 {
			return i + 1
		}
	}
	return 0
}

// closed reports whether a node ends a sentence.
func closed(n ast.Node, src []byte) bool {
	if t, ok := n.(*ast.Text); ok {
		return t.SoftLineBreak() && bytes.IndexByte([]byte(".!?"), lastByte(t.Segment.Value(src))) >= 0
	}
	return bytes.IndexByte([]byte(".!?"), lastByte([]byte(strings.TrimSpace(Plain(n, src))))) >= 0
}

func lastByte(b []byte) byte {
	if len(b) == 0 {
		return '.'
	}
	return b[len(b)-1]
}

// names reports whether the text of a link is the name of a page: it begins
// with a capital, and at least half of the words of the title are in it or all
// of its own are in the title, of which it is more than one word.
func names(text, title string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	if !unicode.IsUpper(r) {
		return false
	}
	in := map[string]bool{}
	all := strings.Fields(strings.ToLower(title))
	for _, f := range all {
		in[f] = true
	}
	own := strings.Fields(strings.ToLower(text))
	same := 0
	for _, f := range own {
		if in[f] {
			same++
		}
	}
	return 2*same >= len(all) && same > 0 || len(own) > 1 && same == len(own) || len(own) > 2
}

// remove takes a block out of the page, and with it what is left without
// content.
func (w *walk) remove(block ast.Node) {
	parent := block.Parent()
	before, after := block.PreviousSibling(), block.NextSibling()
	parent.RemoveChild(parent, block)
	switch parent := parent.(type) {
	case *ast.List, *ast.ListItem, *ast.Blockquote, *xast.DefinitionList:
		if !parent.HasChildren() {
			w.remove(parent)
		}
		return
	case *xast.Table:
		if parent.ChildCount() == 1 { // the head
			w.remove(parent)
		}
		return
	case *Directive:
		if !parent.HasChildren() {
			w.remove(parent)
			return
		}
	}
	if p, ok := before.(*ast.Paragraph); ok && block.Kind() != ast.KindParagraph && lastByte([]byte(strings.TrimSpace(Plain(p, w.body)))) == ':' {
		w.remove(p) // it announced what is gone
		return
	}
	if h, ok := before.(*ast.Heading); ok {
		if next, ok := after.(*ast.Heading); after == nil || ok && next.Level <= h.Level {
			w.remove(h)
		}
	}
}
