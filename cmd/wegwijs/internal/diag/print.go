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
	var last source
	for _, d := range ds {
		p.one(b, d.In(p.Lang), &last)
	}
	if len(ds) > 0 {
		b.WriteString(Count(ds, p.Lang) + "\n")
	}
	return b.Flush()
}

// A source is a file of which an excerpt is shown.
type source struct {
	file string
	text []byte
}

// of returns the text of a file, read where it is another than the last.
func (s *source) of(file string, read func(file string) ([]byte, error)) []byte {
	if s.file != file {
		text, _ := read(file)
		*s = source{file, text}
	}
	return s.text
}

func (p *Printer) one(b *bufio.Writer, d Diagnostic, last *source) {
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
	if p.Read != nil && d.Pos.Line > 0 {
		if text, caret := Excerpt(last.of(d.Pos.File, p.Read), d.Pos); text != "" {
			fmt.Fprintf(b, "    %s\n", text)
			if caret != "" {
				fmt.Fprintf(b, "    %s\n", paint(red, caret))
			}
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

// Excerpt returns the line of src at pos, cut to a width that fits a terminal,
// and a second line with a caret under the column. Both are empty when pos is
// not in src, the line is blank, or it holds a secret: a report goes into logs.
// The caret is empty when pos has no column.
func Excerpt(src []byte, pos Pos) (text, caret string) {
	if pos.Line < 1 {
		return "", ""
	}
	line := src
	for range pos.Line - 1 {
		_, rest, ok := bytes.Cut(line, []byte("\n"))
		if !ok {
			return "", ""
		}
		line = rest
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
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
