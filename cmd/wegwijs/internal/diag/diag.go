// Package diag holds what authors are told about their files: positions,
// findings, their order, and their forms for people and for programs.
//
// A stage that finds a mistake adds a [Diagnostic] to a [List] and goes on, so
// that one run reports all mistakes. An error value is something else: it says
// that the work itself could not be done (an unreadable file, a full disk).
package diag

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// A Pos is a place in an author's file. Positions of the same place compare
// equal.
type Pos struct {
	File string // path from the site root, with slashes
	Line int    // counts from 1; 0 means the whole file
	// Col counts from 1, in UTF-16 code units, which is what editors count (the
	// default of the Language Server Protocol 3.17, "Position"); 0 means the
	// whole line.
	Col  int
	wide int // how many bytes more than UTF-16 code units stand before Col
}

// ByteCol returns the column in bytes, counted from 1; 0 means the whole line.
func (p Pos) ByteCol() int { return p.Col + p.wide }

// MarshalJSON writes the position with both columns: col in UTF-16 code units,
// byte_col in bytes.
func (p Pos) MarshalJSON() ([]byte, error) {
	type pos struct {
		File    string `json:"file"`
		Line    int    `json:"line,omitempty"`
		Col     int    `json:"col,omitempty"`
		ByteCol int    `json:"byte_col,omitempty"`
	}
	return json.Marshal(pos{p.File, p.Line, p.Col, p.ByteCol()})
}

// onLine returns the position behind the bytes that stand before it on its line.
// A byte that is no UTF-8 counts as one unit.
func onLine(file string, line int, before []byte) Pos {
	p := Pos{File: file, Line: line, Col: 1}
	if line == 1 && bytes.HasPrefix(before, []byte("\uFEFF")) { // a byte order mark, which editors do not show
		before, p.wide = before[3:], 3
	}
	for len(before) > 0 {
		r, n := utf8.DecodeRune(before)
		before = before[n:]
		units := max(utf16.RuneLen(r), 1)
		p.Col += units
		p.wide += n - units
	}
	return p
}

// String returns file:line:col, leaving out what is not known.
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

// At returns the position of the byte at offset in src. An offset beyond src is
// taken as its end, so that a position never lies outside its file. Where many
// positions of one file are asked for, [Lines] finds each without reading the
// file from its start.
func At(file string, src []byte, offset int) Pos {
	offset = max(0, min(offset, len(src)))
	before := src[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return onLine(file, bytes.Count(before, []byte("\n"))+1, before[start:])
}

// Lines knows where the lines of a file begin: for callers that need many
// positions in it. It may be used by several goroutines at once.
type Lines struct {
	file string
	src  []byte
	// starts returns the offsets at which lines begin. They are found when the
	// first position is asked for, and kept.
	starts func() []int
}

// NewLines returns the lines of src, which must not change afterwards. It costs
// nothing until a position is asked for.
func NewLines(file string, src []byte) *Lines {
	return &Lines{file: file, src: src, starts: sync.OnceValue(func() []int {
		starts := []int{0}
		for i, c := range src {
			if c == '\n' {
				starts = append(starts, i+1)
			}
		}
		return starts
	})}
}

// At is [At] for the file of l.
func (l *Lines) At(offset int) Pos {
	offset = max(0, min(offset, len(l.src)))
	starts := l.starts()
	n, found := slices.BinarySearch(starts, offset)
	if !found {
		n--
	}
	return onLine(l.file, n+1, l.src[starts[n]:offset])
}

// AtByte returns the position on a line, counted from 1, at a byte column,
// counted from 1: for programs that give these. A column of 0 stays 0.
func (l *Lines) AtByte(line, col int) Pos {
	starts := l.starts()
	if line < 1 || line > len(starts) || col < 1 {
		return Pos{File: l.file, Line: max(line, 0)}
	}
	end := len(l.src)
	if line < len(starts) {
		end = starts[line] - 1
	}
	return l.At(min(starts[line-1]+col-1, end))
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

// MarshalText returns the severity's name, for JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Diagnostic is one mistake in an author's file and the way out of it.
type Diagnostic struct {
	Pos      Pos      `json:"pos"`
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	Msg      string   `json:"message"`        // what is wrong: lower case, no final period
	Hint     string   `json:"hint,omitempty"` // what to do; empty when Msg already says it
	// Cause says that others follow from this one: it comes before them, and
	// they are left out.
	Cause bool `json:"cause,omitempty"`
	// About is the file that the finding is about, where that is not the one in
	// which it is.
	About string `json:"-"`

	msg, hint Said // what Msg and Hint were made of
}

// Said returns the message as a text that can still be translated.
func (d Diagnostic) Said() Said { return cmp.Or(d.msg, Said(d.Msg)) }

// In returns the finding with its texts in the language lang; d itself where
// there is no translation.
func (d Diagnostic) In(lang Lang) Diagnostic {
	d = d.plain()
	d.Msg, d.Hint = d.msg.in(lang, d.Msg), d.hint.in(lang, d.Hint)
	return d
}

// plain takes apart texts that were made by [Say].
func (d Diagnostic) plain() Diagnostic {
	d.Msg, d.msg = unsay(d.Msg, d.msg)
	d.Hint, d.hint = unsay(d.Hint, d.hint)
	return d
}

// More returns the finding with a hint that says in how many more places the same is
// wrong.
func (d Diagnostic) More(n int) Diagnostic {
	if n == 1 {
		return d.Also(Say("; 1 more place like this one"))
	}
	return d.Also(Say("; %d more places like this one", n))
}

// Also returns the finding with more at the end of its hint.
func (d Diagnostic) Also(more string) Diagnostic {
	d = d.plain()
	d.Hint = cmp.Or(string(d.hint), d.Hint) + more
	return d.plain()
}

// Compare orders findings by position, causes first, then by text, so that the order of a
// report never depends on which goroutine ended first.
func (d Diagnostic) Compare(e Diagnostic) int {
	if d.Cause != e.Cause {
		if d.Cause {
			return -1
		}
		return 1
	}
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
	defer l.mu.Unlock()
	for _, d := range ds {
		l.all = append(l.all, d.plain())
	}
}

// Withdraw takes a finding off the list again, for a stage that came to know
// better.
func (l *List) Withdraw(d Diagnostic) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = slices.DeleteFunc(l.all, func(e Diagnostic) bool { return e == d.plain() })
}

// Errorf adds an error. The hint may be empty; it is a constant text or made by
// [Say].
func (l *List) Errorf(pos Pos, code Code, hint, format string, args ...any) {
	l.Add(Diagnostic{Pos: pos, Code: code, Msg: Say(format, args...), Hint: hint})
}

// Warnf adds a warning, as [List.Errorf] adds an error.
func (l *List) Warnf(pos Pos, code Code, hint, format string, args ...any) {
	l.Add(Diagnostic{Pos: pos, Severity: Warning, Code: code, Msg: Say(format, args...), Hint: hint})
}

// Sorted returns the findings in order, each once. The slice is the caller's.
func (l *List) Sorted() []Diagnostic {
	l.mu.Lock()
	ds := slices.Clone(l.all)
	l.mu.Unlock()
	return Sort(ds)
}

// Take returns the findings as [List.Sorted] does, and leaves the list empty: for
// its last reader, who needs no copy.
func (l *List) Take() []Diagnostic {
	l.mu.Lock()
	ds := l.all
	l.all = nil
	l.mu.Unlock()
	return Sort(ds)
}

// Len returns the number of findings added so far.
func (l *List) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// Sort puts ds in order, in place, and drops repetitions.
func Sort(ds []Diagnostic) []Diagnostic {
	for i := range ds {
		ds[i] = ds[i].plain()
	}
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

// Hinted is an error with a way out for the author. Both texts may be made by
// [Say].
type Hinted struct{ Msg, Way string }

func (h *Hinted) Error() string { return In(English, h.Msg) }

// said returns the text as it was made.
func (h *Hinted) said() string { return h.Msg }

// Hint returns what to do, as it was made.
func (h *Hinted) Hint() string { return h.Way }

// HintOf returns what an error says to do: what its method Hint returns; "" where
// it has none.
func HintOf(err error) string {
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	return ""
}
