package markdown

import (
	"bytes"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Limits keep the time and the memory that a page takes in proportion to its
// length: what goes beyond them no person wrote, and the parser would take a
// time that grows with the square of it.
const (
	maxCells  = 50_000 // of a table, those that its rows leave out too
	maxDepth  = 32     // of blocks in blocks
	maxNested = 64     // marks of lists and quotations on one line
	maxMarks  = 3_000  // brackets, or signs of one kind, in one paragraph
	maxNotes  = 1_000  // references to footnotes
	maxBody   = 8 << 20
)

// limited reports what is beyond the limits, at its place; such a page is not
// parsed.
func (w *walk) limited() bool {
	over := func(at int, what diag.Phrase, most int) bool {
		w.Out.Errorf(w.at(at), diag.PageLimit, "make it smaller, or divide the page", "the page has more than it can have of %s: %d", what, most)
		return true
	}
	if len(w.body) > maxBody {
		return over(0, "bytes", maxBody)
	}
	depth, notes, columns, rows, table := 0, 0, 0, 0, 0
	var marks [256]int
	for at := 0; at < len(w.body); {
		end := bytes.IndexByte(w.body[at:], '\n') + at + 1
		if end == at {
			end = len(w.body)
		}
		line := w.body[at:end]
		text := bytes.TrimLeft(line, " \t>")
		if len(bytes.TrimSpace(text)) == 0 {
			clear(marks[:])
			columns = 0
		}
		switch n := nested(line); {
		case n > maxNested:
			return over(at, "lists and quotations in each other", maxNested)
		case n > 0, columns > 0:
			clear(marks[:]) // another item, another cell
		}
		if n := colons(text); n > 2 {
			if rest := bytes.TrimSpace(text[n:]); len(rest) > 0 {
				depth++
			} else if depth > 0 {
				depth--
			}
			if depth > maxDepth {
				return over(at, "blocks in each other", maxDepth)
			}
		}
		if n := delimiters(text); n > 0 {
			columns, rows, table = n, 0, at
		}
		if rows++; columns*rows > maxCells {
			return over(table, "cells in a table", maxCells)
		}
		for i, c := range text {
			switch c {
			case '[', '<', '*', '_', '~', '`', '!', '"', '\'':
				if i > 0 && text[i-1] == c && c != '[' && c != '<' && c != '!' {
					continue // a run of them is one mark
				}
				if marks[c]++; marks[c] > maxMarks {
					return over(at, "brackets and signs in one paragraph", maxMarks)
				}
				if c == '[' && i+1 < len(text) && text[i+1] == '^' {
					if notes++; notes > maxNotes {
						return over(at, "footnotes", maxNotes)
					}
				}
			}
		}
		at = end
	}
	return false
}

// nested returns how many marks of quotations and lists a line begins with.
func nested(line []byte) int {
	n := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '>':
			n++
		case (c == '-' || c == '*' || c == '+') && i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t'):
			n++
		case digit(c):
			j := i
			for j < len(line) && digit(line[j]) {
				j++
			}
			if j+1 >= len(line) || line[j] != '.' && line[j] != ')' || line[j+1] != ' ' {
				return n
			}
			n++
			i = j
		case c != ' ' && c != '\t':
			return n
		}
	}
	return n
}

// delimiters returns how many columns a line gives a table; 0 for another line.
func delimiters(line []byte) int {
	dash, bars := false, 0
	for _, c := range bytes.TrimSpace(line) {
		switch c {
		case '|':
			bars++
		case '-':
			dash = true
		case ':', ' ', '\t':
		default:
			return 0
		}
	}
	if !dash || bars == 0 {
		return 0
	}
	return bars + 1
}
