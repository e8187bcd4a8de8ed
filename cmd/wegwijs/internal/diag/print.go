package diag

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Printer writes findings for people.
type Printer struct {
	Color bool                              // ANSI colours
	Lang  Lang                              // of the texts; the zero value is English
	Read  func(file string) ([]byte, error) // returns a file's bytes for the excerpt; nil: no excerpts
}

const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	reset  = "\x1b[0m"
)

// Print writes each finding as
//
//	content/a.md:2:5: no heading "two" in content/b.md [link-anchor]
//	    See [b](b.md#two).
//	        ^
//	    hint: link to #one
//
// and then a count. It writes nothing for an empty list. Of the files it keeps
// one at a time, so findings of one file are to follow each other.
func (p *Printer) Print(w io.Writer, ds []Diagnostic) error {
	b := bufio.NewWriterSize(w, 64<<10)
	sources := Sources{Read: p.Read}
	for _, d := range ds {
		p.one(b, d.In(p.Lang), &sources)
	}
	if len(ds) > 0 {
		b.WriteString(Count(ds, p.Lang) + "\n")
	}
	return b.Flush()
}

// Sources shows the lines that findings are about. Of the files it keeps one at a
// time, so findings of one file are to follow each other. It is one goroutine's.
type Sources struct {
	Read func(file string) ([]byte, error)

	last *Lines
}

// Excerpt is [Lines.Excerpt] of the file of pos; both texts are empty where it
// cannot be read.
func (s *Sources) Excerpt(pos Pos) (text, caret string) {
	if s.Read == nil || pos.Line < 1 {
		return "", ""
	}
	if s.last == nil || s.last.file != pos.File {
		src, _ := s.Read(pos.File)
		s.last = NewLines(pos.File, src)
	}
	return s.last.Excerpt(pos)
}

func (p *Printer) one(b *bufio.Writer, d Diagnostic, sources *Sources) {
	paint := func(c, s string) string {
		if !p.Color {
			return s
		}
		return c + s + reset
	}
	kind := ""
	switch {
	case d.Severity == Warning:
		kind = paint(yellow, In(p.Lang, "warning")) + ": "
	case p.Color:
		kind = paint(red, In(p.Lang, "error")) + ": "
	}
	fmt.Fprintf(b, "%s: %s%s %s\n", paint(bold, clean(d.Pos.String())), kind, clean(d.Msg), paint(dim, "["+string(d.Code)+"]"))
	if text, caret := sources.Excerpt(d.Pos); text != "" {
		fmt.Fprintf(b, "    %s\n", text)
		if caret != "" {
			fmt.Fprintf(b, "    %s\n", paint(red, caret))
		}
	}
	if d.Hint != "" {
		hint := In(p.Lang, "hint: ")
		for i, line := range strings.Split(d.Hint, "\n") {
			if i == 0 {
				line = hint + line
			} else {
				line = strings.Repeat(" ", utf8.RuneCountInString(hint)) + line
			}
			fmt.Fprintf(b, "    %s\n", clean(line))
		}
	}
}

// excerptWidth is how many characters of a long line an excerpt shows: it
// fits beside the indent on a terminal of 80 columns.
const excerptWidth = 72

// Excerpt returns the line at pos, cut to a width that fits a terminal,
// and a second line with a caret under the column. Both are empty when pos is
// not in the file, the line is blank, or it holds a secret: a report goes into logs.
// The caret is empty when pos has no column.
func (l *Lines) Excerpt(pos Pos) (text, caret string) {
	starts := l.starts()
	if pos.Line < 1 || pos.Line > len(starts) {
		return "", ""
	}
	line, _, _ := bytes.Cut(l.src[starts[pos.Line-1]:], []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if len(Secrets(line, !strings.HasPrefix(pos.File, "i18n/"))) > 0 {
		return "", ""
	}
	col := min(max(pos.ByteCol()-1, 0), len(line)) // bytes before the caret
	if rest, ok := bytes.CutPrefix(line, []byte("\uFEFF")); ok && pos.Line == 1 {
		line, col = rest, max(col-3, 0) // a byte order mark takes no room on the screen
	}
	before, after := []rune(clean(string(line[:col]))), []rune(clean(string(line[col:])))
	if cut := len(before) - excerptWidth*2/3; cut > 0 && len(before)+len(after) > excerptWidth {
		before = append([]rune("…"), before[cut:]...)
	}
	if room := excerptWidth - len(before); len(after) > room {
		after = append(after[:max(room, 0)], '…')
	}
	text = strings.TrimRight(string(before)+string(after), " ")
	if text == "" {
		return "", ""
	}
	if pos.Col > 0 {
		caret = strings.Repeat(" ", len(before)) + "^"
	}
	return text, caret
}

// clean keeps what an author's file could do to a terminal away from it:
// control characters, and those that change the direction of what follows,
// which would show other text than the file has (Unicode TR 36).
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return utf8.RuneError
		}
		return r
	}, s)
}

// Count says how many errors and warnings there are.
func Count(ds []Diagnostic, lang Lang) string {
	e := Errors(ds)
	w := len(ds) - e
	errors, warnings := Sayf(lang, "%d errors", e), Sayf(lang, "%d warnings", w)
	if e == 1 {
		errors = In(lang, "1 error")
	}
	if w == 1 {
		warnings = In(lang, "1 warning")
	}
	switch {
	case w == 0:
		return errors
	case e == 0:
		return warnings
	}
	return errors + ", " + warnings
}
