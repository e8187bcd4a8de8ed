package diag

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPosString(t *testing.T) {
	for _, tt := range []struct {
		pos  Pos
		want string
	}{
		{Pos{File: "site.toml"}, "site.toml"},
		{Pos{File: "a.md", Line: 3}, "a.md:3"},
		{Pos{File: "a.md", Line: 3, Col: 7}, "a.md:3:7"},
		{Pos{File: "a.md", Col: 7}, "a.md"}, // a column means nothing without a line
	} {
		if got := tt.pos.String(); got != tt.want {
			t.Errorf("%#v: got %q, want %q", tt.pos, got, tt.want)
		}
	}
}

func TestAt(t *testing.T) {
	src := []byte("een\r\nbé\n\nx")
	for _, tt := range []struct{ offset, line, col, wide int }{
		{-1, 1, 1, 0}, {0, 1, 1, 0}, {3, 1, 4, 0}, {4, 1, 5, 0}, {5, 2, 1, 0}, {6, 2, 2, 0}, {8, 2, 3, 1}, {9, 3, 1, 0}, {10, 4, 1, 0}, {11, 4, 2, 0}, {99, 4, 2, 0},
	} {
		if got, want := At("f", src, tt.offset), (Pos{File: "f", Line: tt.line, Col: tt.col, wide: tt.wide}); got != want {
			t.Errorf("offset %d: got %v, want %v", tt.offset, got, want)
		}
		if got, want := NewLines("f", src).At(tt.offset), (Pos{File: "f", Line: tt.line, Col: tt.col, wide: tt.wide}); got != want {
			t.Errorf("Lines, offset %d: got %v, want %v", tt.offset, got, want)
		}
	}
	if got, want := At("f", nil, 5), (Pos{File: "f", Line: 1, Col: 1}); got != want {
		t.Errorf("empty file: got %v, want %v", got, want)
	}
}

func TestSort(t *testing.T) {
	at := func(file string, line, col int) Pos { return Pos{File: file, Line: line, Col: col} }
	want := []Diagnostic{
		{Pos: at("a", 0, 0), Code: "z", Msg: "z"},
		{Pos: at("a", 2, 9), Code: "a", Msg: "a"},
		{Pos: at("a", 10, 1), Code: "a", Msg: "a"},
		{Pos: at("a", 10, 2), Severity: Error, Code: "b", Msg: "a"},
		{Pos: at("a", 10, 2), Severity: Warning, Code: "a", Msg: "a"},
		{Pos: at("a", 10, 2), Severity: Warning, Code: "a", Msg: "b", Hint: "1"},
		{Pos: at("a", 10, 2), Severity: Warning, Code: "a", Msg: "b", Hint: "2"},
		{Pos: at("b", 1, 1), Code: "a", Msg: "a"},
	}
	// Whatever the order in which they come in, and from how many goroutines.
	for turn := range len(want) {
		var l List
		var wg sync.WaitGroup
		for i := range want {
			d := want[(i+turn)%len(want)]
			wg.Go(func() { l.Add(d, d) })
		}
		wg.Wait()
		if got := l.Len(); got != 2*len(want) {
			t.Errorf("Len: got %d, want %d", got, 2*len(want))
		}
		if got := l.Sorted(); !slices.Equal(got, want) {
			t.Errorf("turn %d:\ngot  %v\nwant %v", turn, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"title", "description", "slug", "order", "updated", "keywords", "aliases", "related", "draft"}
	for _, tt := range []struct{ name, want string }{
		{"titel", "title"}, {"TITLE", "title"}, {"keyword", "keywords"}, {"desciption", "description"}, {"desscripttion", "description"},
		{"alias", "aliases"}, {"oredr", "order"}, {"relatde", "related"}, {"zomaar", ""}, {"", ""}, {"x", ""},
	} {
		if got := Nearest(tt.name, known); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.name, got, tt.want)
		}
	}
	// Two letters that changed places are nearer than two other letters.
	if got := Nearest("titel", []string{"site", "title"}); got != "title" {
		t.Errorf("titel: got %q, want title", got)
	}
	if got := Nearest("iu", []string{"ux", "ui"}); got != "ui" {
		t.Errorf("iu: got %q, want ui", got)
	}
	if got := Nearest("a", []string{"nav"}); got != "" {
		t.Errorf("a: got %q, want none: most of it differs", got)
	}
	// A short name is not "like" another one of which every letter differs.
	if got := Nearest("ab", []string{"cd"}); got != "" {
		t.Errorf("ab: got %q, want none", got)
	}
}

func TestDidYouMean(t *testing.T) {
	many := make([]string, 50)
	for i := range many {
		many[i] = fmt.Sprintf("sleutel-%02d", i)
	}
	for _, tt := range []struct {
		name  string
		known []string
		want  string
	}{
		{"imp", []string{"pop", "imap", "imap"}, `did you mean "imap"? known: imap, pop`},
		{"webmail", []string{"nntp", "imap"}, "known: imap, nntp"},
		{"sleutel-x1", many[:20], `did you mean "sleutel-01"?`},
		{"anders", many[:20], "known: " + strings.Join(many[:20], ", ")},
		{"anders", many, ""},
		{"anders", nil, ""},
	} {
		if got := In(English, DidYouMean(tt.name, tt.known)); got != tt.want {
			t.Errorf("%q of %d: got %q, want %q", tt.name, len(tt.known), got, tt.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("abcdefghi ", 30)
	for _, tt := range []struct {
		name, src   string
		line, col   int
		text, caret string
	}{
		{"first line", "een\ntwee", 1, 2, "een", " ^"},
		{"last line without an end", "een\ntwee", 2, 5, "twee", "    ^"},
		{"windows line end", "een\r\ntwee\r\n", 1, 4, "een", "   ^"},
		{"no column", "een", 1, 0, "een", ""},
		{"line 0", "een", 0, 0, "", ""},
		{"no such line", "een\n", 3, 1, "", ""},
		{"empty line", "een\n\n", 2, 1, "", ""},
		{"blank line", "een\n  \n", 2, 1, "", ""},
		{"column beyond the line", "een", 1, 99, "een", "   ^"},
		{"tab", "\tx", 1, 2, " x", " ^"},
		{"accents count once", "één twee", 1, 7, "één twee", "    ^"},
		{"middle of a character", "é", 1, 2, "\ufffd\ufffd", " ^"},
		{"not UTF-8", "a\xff\xfeb", 1, 4, "a\ufffd\ufffdb", "   ^"},
		{"escape sequence", "a\x1b[31mb", 1, 1, "a\ufffd[31mb", "^"},
		{"control character of eight bits", "a\u009b31mb", 1, 1, "a\ufffd31mb", "^"},
		{"override of the direction", "a\u202eb\u2066c", 1, 1, "a\ufffdb\ufffdc", "^"},
		{"Arabic stays", "مرحبا", 1, 1, "مرحبا", "^"},
		{"byte order mark", "\ufeff+++\n", 1, 4, "+++", "^"},
		{"byte order mark, column 1", "\ufeff+++\n", 1, 1, "+++", "^"},
		{"long, at the start", long, 1, 1, long[:72] + "…", "^"},
		{"long, in the middle", long, 1, 151, "…" + long[102:173] + "…", strings.Repeat(" ", 49) + "^"},
		{"long, at the end", strings.TrimSpace(long), 1, 300, "…" + long[251:299], strings.Repeat(" ", 49) + "^"},
	} {
		text, caret := NewLines("f", []byte(tt.src)).Excerpt(Pos{File: "f", Line: tt.line, Col: tt.col})
		if text != tt.text || caret != tt.caret {
			t.Errorf("%s:\ngot  %q\n     %q\nwant %q\n     %q", tt.name, text, caret, tt.text, tt.caret)
		}
	}
}

func TestPrint(t *testing.T) {
	ds := []Diagnostic{
		{Pos: Pos{File: "content/a.md", Line: 2, Col: 5}, Code: "link-anchor", Msg: `no heading "two"`, Hint: "link to #one\nor leave it out"},
		{Pos: Pos{File: "site.toml"}, Severity: Warning, Code: "x", Msg: "raw \x1b[2J\nmessage"},
		{Pos: Pos{File: "weg.md", Line: 1, Col: 1}, Code: "y", Msg: "its file cannot be read"},
	}
	read := func(file string) ([]byte, error) {
		if file == "content/a.md" {
			return []byte("# A\nSee [b](b.md#two).\n"), nil
		}
		return nil, fmt.Errorf("no")
	}
	for _, tt := range []struct {
		name string
		p    Printer
		want string
	}{
		{"plain", Printer{Read: read}, `content/a.md:2:5: no heading "two" [link-anchor]
    See [b](b.md#two).
        ^
    hint: link to #one
          or leave it out
site.toml: warning: raw ` + "\ufffd" + `[2J message [x]
weg.md:1:1: its file cannot be read [y]
2 errors, 1 warning
`},
		{"no excerpts", Printer{}, `content/a.md:2:5: no heading "two" [link-anchor]
    hint: link to #one
          or leave it out
site.toml: warning: raw ` + "\ufffd" + `[2J message [x]
weg.md:1:1: its file cannot be read [y]
2 errors, 1 warning
`},
		{"colour", Printer{Color: true, Read: read}, "\x1b[1mcontent/a.md:2:5\x1b[0m: \x1b[31merror\x1b[0m: no heading \"two\" \x1b[2m[link-anchor]\x1b[0m\n" +
			"    See [b](b.md#two).\n    \x1b[31m    ^\x1b[0m\n    hint: link to #one\n          or leave it out\n" +
			"\x1b[1msite.toml\x1b[0m: \x1b[33mwarning\x1b[0m: raw \ufffd[2J message \x1b[2m[x]\x1b[0m\n" +
			"\x1b[1mweg.md:1:1\x1b[0m: \x1b[31merror\x1b[0m: its file cannot be read \x1b[2m[y]\x1b[0m\n2 errors, 1 warning\n"},
	} {
		var b bytes.Buffer
		if err := tt.p.Print(&b, ds); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != tt.want {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	var b bytes.Buffer
	if err := new(Printer).Print(&b, nil); err != nil || b.Len() != 0 {
		t.Errorf("nothing to print: got %q, %v", b.String(), err)
	}
}

func TestCount(t *testing.T) {
	e, w := Diagnostic{}, Diagnostic{Severity: Warning}
	for _, tt := range []struct {
		ds   []Diagnostic
		want string
	}{
		{nil, "0 errors"}, {[]Diagnostic{e}, "1 error"}, {[]Diagnostic{e, e}, "2 errors"}, {[]Diagnostic{w}, "1 warning"},
		{[]Diagnostic{w, w}, "2 warnings"}, {[]Diagnostic{e, w, w}, "1 error, 2 warnings"},
	} {
		if got := Count(tt.ds, English); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.ds, got, tt.want)
		}
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	ds := []Diagnostic{
		{Pos: Pos{File: "a.md", Line: 2, Col: 5}, Code: "c", Msg: "<a> & \x1b", Hint: "h"},
		{Pos: Pos{File: "b.md"}, Severity: Warning, Code: "d", Msg: "m"},
	}
	if err := JSON(&b, ds, len(ds), English); err != nil {
		t.Fatal(err)
	}
	want := `{
  "version": 1,
  "errors": 1,
  "warnings": 1,
  "findings": [
    {
      "pos": {
        "file": "a.md",
        "line": 2,
        "col": 5,
        "byte_col": 5
      },
      "severity": "error",
      "code": "c",
      "message": "<a> & \u001b",
      "hint": "h"
    },
    {
      "pos": {
        "file": "b.md"
      },
      "severity": "warning",
      "code": "d",
      "message": "m"
    }
  ]
}
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	if err := JSON(&b, nil, 0, English); err != nil {
		t.Fatal(err)
	}
	var v struct{ Findings []any }
	if err := json.Unmarshal(b.Bytes(), &v); err != nil || v.Findings == nil {
		t.Errorf("no findings must be an empty list, got %s (%v)", b.String(), err)
	}
}

// FuzzExcerpt: an excerpt is one line of safe characters that fits a terminal,
// with the caret under it or right behind it, whatever the file and position.
func FuzzExcerpt(f *testing.F) {
	f.Add([]byte("een\r\ntwéé\n\tdrie \x1b[0m\n"), 2, 3)
	f.Add([]byte("\ufeff+++\ntitle = \"x\"\n"), 1, 4)
	f.Add([]byte(strings.Repeat("é", 200)), 1, 201)
	f.Add([]byte("\xff\xfe\u202e"), 1, 2)
	f.Fuzz(func(t *testing.T, src []byte, line, col int) {
		text, caret := NewLines("f", src).Excerpt(Pos{File: "f", Line: line, Col: col})
		for _, s := range []string{text, caret} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
				t.Errorf("%q is not safe for a terminal", s)
			}
			if n := utf8.RuneCountInString(s); n > excerptWidth+2 {
				t.Errorf("%q has %d characters, want at most %d", s, n, excerptWidth+2)
			}
		}
		if caret != "" && (text == "" || strings.TrimLeft(caret, " ") != "^") {
			t.Errorf("caret %q under %q", caret, text)
		}
		again, _ := NewLines("f", src).Excerpt(Pos{File: "f", Line: line, Col: col})
		if again != text {
			t.Errorf("second time: got %q, want %q", again, text)
		}
		// At and Excerpt agree: a position made from an offset is in the file.
		p := At("f", src, col)
		if p.Line < 1 || p.Col < 1 || p.Line > bytes.Count(src, []byte("\n"))+1 {
			t.Errorf("At(%d) = %v of %d lines", col, p, bytes.Count(src, []byte("\n"))+1)
		}
	})
}

// TestColumns: a column is what an editor counts, with the bytes beside it.
func TestColumns(t *testing.T) {
	for _, tt := range []struct {
		line string // up to the place that is meant
		col  int    // in UTF-16 code units
		byte int
	}{
		{"", 1, 1},
		{"écafé “x” 😀 ", 14, 22},
		{"\ufeff", 1, 4},   // a byte order mark is not shown
		{"a\ufeff", 3, 5},  // elsewhere it is a character
		{"e\u0301", 3, 4},  // a combining accent is a unit of its own
		{"👨‍👩‍👧", 9, 19},   // five characters in one picture
		{"\t", 2, 2},       // a tab is one
		{"\xff\xfe", 3, 3}, // no UTF-8: a unit a byte
		{"مرحبا", 6, 11},   // right to left
		{"𝒳", 3, 5},        // two units
		{"中文", 3, 7},       // one unit, three bytes
	} {
		for _, before := range []string{"", "eerste\n"} {
			if before != "" && strings.HasPrefix(tt.line, "\ufeff") {
				continue
			}
			src := []byte(before + tt.line + "[x]\n")
			p := At("f", src, len(before)+len(tt.line))
			if p.Col != tt.col || p.ByteCol() != tt.byte {
				t.Errorf("%q: got column %d and byte column %d, want %d and %d", src, p.Col, p.ByteCol(), tt.col, tt.byte)
			}
			l := NewLines("f", src)
			if q := l.At(len(before) + len(tt.line)); q != p {
				t.Errorf("%q: Lines has %#v, At %#v", src, q, p)
			}
			if q := l.AtByte(p.Line, p.ByteCol()); q != p {
				t.Errorf("%q: AtByte has %#v, At %#v", src, q, p)
			}
		}
	}
}

// TestSay: a message in English is what fmt would print, and can be translated
// afterwards, with arguments in another order and phrases among them.
func TestSay(t *testing.T) {
	dutch["test %q of %d: %s"] = "toets: %[3]s (%[2]d keer %[1]q)"
	dutch["test phrase"] = "een heel getal"
	dutch["test hint"] = "toetshint"
	defer func() {
		for _, k := range []string{"test %q of %d: %s", "test phrase", "test hint"} {
			delete(dutch, k)
		}
	}()
	var l List
	l.Errorf(Pos{File: "f"}, "x", "test hint", "test %q of %d: %s", "a\x02b%", 7, Phrase("test phrase"))
	l.Errorf(Pos{File: "g"}, "x", Say("test %q of %d: %s", "a", 7, "b")+"; test", "100%% %s", "x")
	ds := l.Sorted()
	for _, c := range []struct{ got, want string }{
		{ds[0].Msg, `test "a\x02b%" of 7: test phrase`},
		{ds[0].In(Dutch).Msg, `toets: een heel getal (7 keer "a\x02b%")`},
		{ds[0].In(Dutch).Hint, "toetshint"},
		{ds[1].Hint, `test "a" of 7: b; test`},
		{ds[1].In(Dutch).Hint, `toets: b (7 keer "a"); test`},
		{ds[1].In(Dutch).Msg, "100% x"},
		{ds[1].In(English).Msg, "100% x"},
		{Sayf(Dutch, "test hint"), "toetshint"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if again := new(List); true {
		again.Add(ds...)
		if got := again.Sorted(); !slices.Equal(got, ds) {
			t.Errorf("added again: got %v, want %v", got, ds)
		}
	}
}

func TestLangOf(t *testing.T) {
	for locale, want := range map[string]Lang{"nl": Dutch, "nl_NL.UTF-8": Dutch, "nl-BE": Dutch, "NL": Dutch, "nl.UTF-8": Dutch, "": English, "C": English, "en_GB": English, "nld_x": English, "de": English} {
		if got := LangOf(locale); got != want {
			t.Errorf("%q: got %s, want %s", locale, got, want)
		}
	}
}

// TestForPrograms: SARIF and GitHub's commands carry the same facts, escaped.
func TestForPrograms(t *testing.T) {
	ds := []Diagnostic{
		{Pos: At("content/nl/a b.md", []byte("é x"), 3), Code: LinkPage, Msg: "100% weg", Hint: "een\ntwee"},
		{Pos: Pos{File: "site.toml"}, Severity: Warning, Code: LinkPage, Msg: "m"},
	}
	var b bytes.Buffer
	if err := GitHub(&b, ds, English); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "::error file=content/nl/a b.md,line=1,col=3,title=link-page::100%25 weg%0Aeen%0Atwee\n::warning file=site.toml,title=link-page::m\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	b.Reset()
	if err := SARIF(&b, ds, English); err != nil {
		t.Fatal(err)
	}
	var s sarif
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		t.Fatal(err)
	}
	run := s.Runs[0]
	if len(run.Tool.Driver.Rules) != 1 || len(run.Results) != 2 || run.Results[0].Level != "error" || run.Results[1].Level != "warning" || run.Results[1].Locations[0].Physical.Region != nil {
		t.Errorf("got %+v", run)
	}
	if at := run.Results[0].Locations[0].Physical; at.Artifact.URI != "content/nl/a%20b.md" || *at.Region != (sarifRegion{1, 3}) {
		t.Errorf("got %+v", at)
	}
}

// TestPrintKeepsLittle: a report of many files keeps none of them: each is read
// once for the findings that follow each other, and what is said goes out while
// the rest is still to be read.
func TestPrintKeepsLittle(t *testing.T) {
	var ds []Diagnostic
	for i := range 2000 {
		for line := range 2 {
			ds = append(ds, Diagnostic{Pos: Pos{File: fmt.Sprintf("content/%d.md", i), Line: line + 1, Col: 1}, Code: LinkAnchor, Msg: "no heading"})
		}
	}
	var b bytes.Buffer
	read, out := 0, 0
	p := &Printer{Read: func(file string) ([]byte, error) {
		read++
		if read == 1000 {
			out = b.Len()
		}
		return []byte("first " + file + "\nsecond " + file + "\n"), nil
	}}
	if err := p.Print(&b, ds); err != nil {
		t.Fatal(err)
	}
	if read != 2000 {
		t.Errorf("files were read %d times, want each once: 2000", read)
	}
	if out == 0 {
		t.Error("nothing was written when half was said")
	}
	for _, want := range []string{"    first content/7.md\n", "    second content/1999.md\n", "4000 errors\n"} {
		if strings.Count(b.String(), want) != 1 {
			t.Errorf("the report does not say %q once", want)
		}
	}
}

// TestErrorf: an error is in English what fmt.Errorf would make of it, and in
// Dutch all that is known of it and of its causes.
func TestErrorf(t *testing.T) {
	full := Errorf("no room is left on the disk")
	for _, c := range []struct {
		err, like error
		dutch     string
	}{
		{full, errors.New("no room is left on the disk"), "de schijf is vol"},
		{Errorf("%q is too much: write %s", "a\x02b", "stopped"), fmt.Errorf("%q is too much: write %s", "a\x02b", "stopped"), `"a\x02b" is te veel: schrijf stopped`},
		{Errorf("write %s: %w", "a", full), fmt.Errorf("write %s: %w", "a", full), "a schrijven: de schijf is vol"},
		{fmt.Errorf("x (%w, %w)", full, errors.ErrUnsupported), nil, "x (de schijf is vol, unsupported operation)"},
		{&fs.PathError{Op: "open", Path: "a", Err: syscall.EACCES}, nil, "a openen: geen toestemming"},
		{Errorf("read %s: %w", "a", fs.ErrNotExist), nil, "a lezen: dat bestand of die map is er niet"},
		{Errorf("--%s takes %s, not %q", "port", Phrase("a whole number"), "x"), nil, `bij --port hoort een heel getal, niet "x"`},
		{Errorf("unknown command %q; %s", "bild", Say("did you mean %q?", "build")), nil, `de opdracht "bild" is er niet; bedoelde je "build"?`},
	} {
		if got := ErrorIn(Dutch, c.err); got != c.dutch {
			t.Errorf("%v: %q, want %q", c.err, got, c.dutch)
		}
		if got := ErrorIn(English, c.err); got != c.err.Error() {
			t.Errorf("%q, %q", got, c.err)
		}
		if c.like != nil && c.err.Error() != c.like.Error() {
			t.Errorf("%q, want %q", c.err, c.like)
		}
	}
	if err := Errorf("write %s: %w", "a", fmt.Errorf("b: %w", full)); !errors.Is(err, full) {
		t.Error("the cause is lost")
	}
}

// TestSayWithin: what stands within another text is translated with it: texts of
// Say, errors, and errors of libraries, which are said without their own words.
func TestSayWithin(t *testing.T) {
	deep := Errorf("read %s: %w", "a", Errorf("write %s: %w", "b", syscall.ENOSPC))
	for _, c := range []struct{ text, english, dutch string }{
		{Say("read %s: %v", "a", fs.ErrPermission), "read a: permission denied", "a lezen: geen toestemming"},
		{Say("%s: %s", Say("%s: %s", "x", Say("no space left on device")), deep), "x: no space left on device: read a: write b: no space left on device", "x: de schijf is vol: a lezen: b schrijven: de schijf is vol"},
		{Say("read %s: %v", "a\x01b\x03", io.ErrUnexpectedEOF), "read ab: it breaks off before the end", "ab lezen: het houdt op voor het einde"},
		{Say("read %s: %v", "a\x02b\x03", io.EOF), "read a\uFFFDb\uFFFD: it breaks off before the end", "a\uFFFDb\uFFFD lezen: het houdt op voor het einde"},
		{Say("%s", &fs.PathError{Op: "open", Path: "a", Err: syscall.EMFILE}), "open a: too many files are open", "a openen: er staan te veel bestanden open"},
		{Say("%s", &os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EXDEV}), "rename a b: " + syscall.EXDEV.Error(), "a hernoemen naar b: " + syscall.EXDEV.Error()},
		{Say("%s", &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}), "127.0.0.1:9: connection refused", "127.0.0.1:9: de verbinding is geweigerd"},
		{Say("%s", &url.Error{Op: "Get", URL: "https://a.example", Err: context.DeadlineExceeded}), "https://a.example: no answer in time", "https://a.example: er kwam op tijd geen antwoord"},
		{Say("%s", &net.DNSError{Err: "no such host", Name: "a.example", IsNotFound: true}), "there is no host with the name a.example", "er is geen server met de naam a.example"},
		{Say("%s", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), "its certificate is of an authority that nobody knows", "het certificaat is van een uitgever die niemand kent"},
	} {
		if got := In(English, c.text); got != c.english {
			t.Errorf("got %q, want %q", got, c.english)
		}
		if got := In(Dutch, c.text); got != c.dutch {
			t.Errorf("got %q, want %q", got, c.dutch)
		}
	}
}

// A file is read once for all findings of it that follow each other, and one that
// cannot be read shows nothing.
func TestSources(t *testing.T) {
	reads := map[string]int{}
	s := Sources{Read: func(file string) ([]byte, error) {
		reads[file]++
		if file == "gone" {
			return nil, errors.New("not there")
		}
		return []byte("een\ntwee\ndrie\n"), nil
	}}
	for _, c := range []struct {
		file string
		line int
		want string
	}{{"a", 3, "drie"}, {"a", 1, "een"}, {"a", 2, "twee"}, {"a", 9, ""}, {"gone", 1, ""}, {"gone", 2, ""}, {"a", 2, "twee"}, {"", 0, ""}} {
		if got, _ := s.Excerpt(Pos{File: c.file, Line: c.line}); got != c.want {
			t.Errorf("%s:%d: got %q, want %q", c.file, c.line, got, c.want)
		}
	}
	if reads["a"] != 2 || reads["gone"] != 1 || reads[""] != 0 {
		t.Errorf("read %v", reads)
	}
}
