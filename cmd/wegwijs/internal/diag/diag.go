// Package diag holds what authors are told about their files: positions,
// findings, their order, and their forms for people and for programs.
//
// A stage that finds a mistake adds a [Diagnostic] to a [List] and goes on, so
// that one run reports all mistakes. An error value is something else: it says
// that the work itself could not be done (an unreadable file, a full disk).
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Pos is a place in an author's file.
type Pos struct {
	File string `json:"file"`           // path from the site root, with slashes
	Line int    `json:"line,omitempty"` // counts from 1; 0 means the whole file
	Col  int    `json:"col,omitempty"`  // counts from 1, in bytes; 0 means the whole line
}

// String gives file:line:col, leaving out what is not known.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Compare orders positions by file, line and column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(strings.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// At gives the position of the byte at offset in src. An offset beyond src is
// taken as its end, so that a position never lies outside its file.
func At(file string, src []byte, offset int) Pos {
	offset = max(0, min(offset, len(src)))
	before := src[:offset]
	line := 1
	start := 0
	for i, c := range before {
		if c == '\n' {
			line++
			start = i + 1
		}
	}
	return Pos{File: file, Line: line, Col: offset - start + 1}
}

// Lines knows where the lines of a file begin: for who needs many positions in
// it. It is not changed after [NewLines].
type Lines struct {
	file   string
	end    int
	starts []int // offsets
}

// NewLines finds the lines of src.
func NewLines(file string, src []byte) *Lines {
	l := &Lines{file: file, end: len(src), starts: []int{0}}
	for i, c := range src {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// At is [At] for the file of l.
func (l *Lines) At(offset int) Pos {
	offset = max(0, min(offset, l.end))
	n, found := slices.BinarySearch(l.starts, offset)
	if !found {
		n--
	}
	return Pos{File: l.file, Line: n + 1, Col: offset - l.starts[n] + 1}
}

// A Severity says whether a finding stops the site from being published.
type Severity int

const (
	Error   Severity = iota // nothing is written, exit status 1
	Warning                 // reported; the site is written
)

func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// MarshalText gives the severity's name, for JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Diagnostic is one mistake in an author's file and the way out of it.
type Diagnostic struct {
	Pos      Pos      `json:"pos"`
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	Msg      string   `json:"message"`        // what is wrong: lower case, no final period
	Hint     string   `json:"hint,omitempty"` // what to do; empty when Msg already says it
}

// Compare orders findings by position, then by text, so that the order of a
// report never depends on which goroutine ended first.
func (d Diagnostic) Compare(e Diagnostic) int {
	return cmp.Or(d.Pos.Compare(e.Pos), cmp.Compare(d.Severity, e.Severity), cmp.Compare(d.Code, e.Code), strings.Compare(d.Msg, e.Msg), strings.Compare(d.Hint, e.Hint))
}

// A List collects findings. Its zero value is empty and ready for use; its
// methods may be called from several goroutines at once.
type List struct {
	mu  sync.Mutex
	all []Diagnostic
}

// Add puts findings on the list.
func (l *List) Add(ds ...Diagnostic) {
	if len(ds) == 0 {
		return
	}
	l.mu.Lock()
	l.all = append(l.all, ds...)
	l.mu.Unlock()
}

// Withdraw takes a finding off the list again, for a stage that came to know
// better.
func (l *List) Withdraw(d Diagnostic) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = slices.DeleteFunc(l.all, func(e Diagnostic) bool { return e == d })
}

// Errorf adds an error with a hint; hint may be empty.
func (l *List) Errorf(pos Pos, code Code, hint, format string, args ...any) {
	l.Add(Diagnostic{Pos: pos, Code: code, Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// Warnf adds a warning with a hint; hint may be empty.
func (l *List) Warnf(pos Pos, code Code, hint, format string, args ...any) {
	l.Add(Diagnostic{Pos: pos, Severity: Warning, Code: code, Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// Sorted gives the findings in order, each once. The slice is the caller's.
func (l *List) Sorted() []Diagnostic {
	l.mu.Lock()
	ds := slices.Clone(l.all)
	l.mu.Unlock()
	return Sort(ds)
}

// Len gives the number of findings added so far.
func (l *List) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// Sort puts ds in order, in place, and drops repetitions.
func Sort(ds []Diagnostic) []Diagnostic {
	slices.SortFunc(ds, Diagnostic.Compare)
	return slices.Compact(ds)
}

// Errors counts the findings that stop the site from being published.
func Errors(ds []Diagnostic) int {
	n := 0
	for _, d := range ds {
		if d.Severity == Error {
			n++
		}
	}
	return n
}
