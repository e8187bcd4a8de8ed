package content

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

func lines(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s [%s] %s", d.Pos, d.Code, d.Msg)
		if d.Hint != "" {
			fmt.Fprintf(&b, " | %s", d.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestID(t *testing.T) {
	for _, tt := range []struct {
		file, lang, rest, id string
		index                bool
	}{
		{"content/nl/index.md", "nl", "index.md", "", true},
		{"content/nl/over.md", "nl", "over.md", "over", false},
		{"content/nl/e-mail/index.md", "nl", "e-mail/index.md", "e-mail", true},
		{"content/pt-BR/e-mail/imap.md", "pt-BR", "e-mail/imap.md", "e-mail/imap", false},
		{"content/nl/a/b/index.md", "nl", "a/b/index.md", "a/b", true},
		{"content/nl/mijn-index.md", "nl", "mijn-index.md", "mijn-index", false},
		{"content/nl/a/mijnindex.md", "nl", "a/mijnindex.md", "a/mijnindex", false},
	} {
		lang, rest := Split(tt.file)
		id, index := ID(rest)
		if lang != tt.lang || rest != tt.rest || id != tt.id || index != tt.index {
			t.Errorf("%s: got %q, %q, %q, %v; want %q, %q, %q, %v", tt.file, lang, rest, id, index, tt.lang, tt.rest, tt.id, tt.index)
		}
	}
}

func TestParse(t *testing.T) {
	const full = `+++
title = "Instellingen voor IMAP"
description = "Wat je invult."
slug = "imap"
order = 20
updated = 2026-11-23
keywords = ["mailserver", "poort"]
aliases = ["/oud/pad/"]
related = ["e-mail/pop-instellingen"]
layout = "breed"
source = "0123456789abcdef"
draft = true
[messages]
"mailbox full" = ["over quota", "vol"]
0x800CCC0E = []
+++
De tekst.
`
	want := &Page{
		File: "content/nl/e-mail/imap-instellingen.md", Lang: "nl", ID: "e-mail/imap-instellingen",
		Title: "Instellingen voor IMAP", NavTitle: "Instellingen voor IMAP", Description: "Wat je invult.", Slug: "imap", Order: 20, Updated: tomlfile.Date{Year: 2026, Month: 11, Day: 23},
		Keywords: []string{"mailserver", "poort"}, Aliases: []string{"/oud/pad/"}, Related: []string{"e-mail/pop-instellingen"}, Contents: 2, Layout: "breed", Source: "0123456789abcdef", Draft: true,
		Messages: []Message{{"mailbox full", []string{"over quota", "vol"}}, {"0x800CCC0E", []string{}}},
	}
	for _, tt := range []struct{ name, src string }{
		{"unix", full},
		{"windows", strings.ReplaceAll(full, "\n", "\r\n")},
		{"byte order mark", "\ufeff" + full},
		{"blanks behind the fences", strings.ReplaceAll(full, "+++\n", "+++ \t\n")},
	} {
		out := new(diag.List)
		got := Parse(want.File, []byte(tt.src), out)
		if got != nil {
			got.places = nil // see TestPos
		}
		if ds := out.Sorted(); len(ds) > 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v\n%s", tt.name, got, want, lines(ds))
		}
		if body := strings.TrimRight(tt.src[Body([]byte(tt.src)):], "\r\n"); body != "De tekst." {
			t.Errorf("%s: the body is %q", tt.name, body)
		}
	}
	for _, tt := range []struct{ file, slug string }{
		{"content/nl/index.md", ""}, {"content/nl/e-mail/index.md", "e-mail"}, {"content/nl/e-mail/pop.md", "pop"},
	} {
		out := new(diag.List)
		if got := Parse(tt.file, []byte("+++\ntitle = \"x\"\n+++"), out); got == nil || got.Slug != tt.slug || out.Len() > 0 {
			t.Errorf("%s: got %+v, want the slug %q", tt.file, got, tt.slug)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		name, src, want string
		page            bool // there is a page all the same
	}{
		{"empty", "", "a.md:1:1 [page-front] the file is empty | begin the file with:\n+++\ntitle = \"…\"\n+++\n", false},
		{"blank", " \r\n\n", "a.md:1:1 [page-front] the file is empty | begin the file with:\n+++\ntitle = \"…\"\n+++\n", false},
		{"none", "# Kop\n", "a.md:1:1 [page-front] the page has no front matter | begin the file with:\n+++\ntitle = \"…\"\n+++\n", false},
		{"not closed", "+++\ntitle = \"x\"\n", "a.md:1:1 [page-front] the front matter is not closed | write a line with only +++ between the front matter and the text\n", false},
		{"not closed at once", "+++", "a.md:1:1 [page-front] the front matter is not closed | write a line with only +++ between the front matter and the text\n", false},
		{"four of them", "++++\ntitle = \"x\"\n++++\n", "a.md:1:1 [page-front] the front matter does not begin on the first line | the first line of the file is +++ and nothing else\n", false},
		{"blank line first", "\n  +++\ntitle = \"x\"\n+++\n", "a.md:2:3 [page-front] the front matter does not begin on the first line | the first line of the file is +++ and nothing else\n", false},
		{"YAML", "---\ntitle: x\n---\n", "a.md:1:1 [page-front] the front matter is YAML; this program reads TOML | write +++ instead of ---, and title = \"…\" instead of title: …\n", false},
		{"YAML behind a byte order mark", "\ufeff---\ntitle: x\n---\n", "a.md:1:1 [page-front] the front matter is YAML; this program reads TOML | write +++ instead of ---, and title = \"…\" instead of title: …\n", false},
		{"not TOML", "+++\ntitle = x\n+++\n", "a.md:2:9 [toml-syntax] not valid TOML: x is not a value here | put text between quotes: title = \"Postbus vol\"\n", false},
		{"Latin-1 in the text", "+++\ntitle = \"x\"\n+++\nEen caf\xe9.\n", "a.md:4:8 [page-encoding] this is not UTF-8 text | save the file as UTF-8\n", false},
		{"Latin-1 in the front matter", "+++\ntitle = \"caf\xe9\"\n+++\n", "a.md:2:13 [page-encoding] this is not UTF-8 text | save the file as UTF-8\n", false},
		{"UTF-16", "\xff\xfe+\x00+\x00+\x00", "a.md:1:1 [page-encoding] this is not UTF-8 text | save the file as UTF-8\n", false},
		{"control character", "+++\ntitle = \"x\"\n+++\nEen\vtwee.\n", "a.md:4:4 [page-encoding] a control character (U+000B) | remove it; it may be invisible in your editor\n", false},
		{"control character of two bytes", "+++\ntitle = \"x\"\n+++\né\u0085\n", "a.md:4:2 [page-encoding] a control character (U+0085) | remove it; it may be invisible in your editor\n", false},
		{"old Mac", "+++\rtitle = \"x\"\r+++\r", "a.md:1:4 [page-encoding] the line ends in a way that only old systems know (CR) | save the file with the usual line ends (LF)\n", false},
		{"no title", "+++\norder = 1\n+++\n", "a.md:2:1 [toml-missing] title is missing | write title = \"…\" between the +++ lines\n", true},
		{"nothing between", "+++\n+++\n", "a.md:2:1 [toml-missing] title is missing | write title = \"…\" between the +++ lines\n", true},
		{"contents of another depth", "+++\ntitle = \"x\"\ncontents = 4\n+++\n", "a.md:3:12 [page-contents] the contents of a page go to headings of level 2 or 3, not 4 | write contents = 3 to have the headings of ### in it too\n", true},
		{"no contents", "+++\ntitle = \"x\"\ncontents = 0\n+++\n", "a.md:3:12 [page-contents] the contents of a page go to headings of level 2 or 3, not 0 | write contents = 3 to have the headings of ### in it too\n", true},
		{"all at once", "+++\r\ntitel = \"x\"\r\norder = \"1\"\r\nupdated = \"gisteren\"\r\nkeywords = \"a\"\r\ndraft = 1\r\naliases = [\"/a/\", 5]\r\n+++\r\n", `a.md:2:1 [toml-key] unknown key "titel" | did you mean "title"?
a.md:3:9 [toml-type] order takes a whole number, this is text | write order = 1
a.md:4:11 [toml-type] updated takes a date, this is text | write updated = 2026-11-23 (without quotes)
a.md:5:12 [toml-type] keywords takes a list of texts, this is text | write keywords = ["a"]
a.md:6:9 [toml-type] draft takes true or false, this is a whole number | write draft = true
a.md:7:19 [toml-type] aliases takes a list of texts, this is a whole number | put it between quotes
`, true},
	} {
		out := new(diag.List)
		p := Parse("a.md", []byte(tt.src), out)
		if got := lines(out.Sorted()); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
		if (p != nil) != tt.page {
			t.Errorf("%s: got the page %+v", tt.name, p)
		}
	}
}

// Positions are those of the first reading, in what editors count and in bytes,
// whatever the file begins and its lines end with.
func TestPos(t *testing.T) {
	lines := []string{"+++", `title = "x"`, `slug="é😀a"`, `aliases = ["/é/", 5, "/b/"]`, `related = [`, `  "a", # één`, `  "b"]`, "needs = ['pop']", `layout = ""`,
		`[groups.een]`, `title = "Een"`, `pages = ["p", "q"]`, `[groups."a.b"]`, `title = "Twee"`, "+++", ""}
	for name, src := range map[string]string{
		"plain": strings.Join(lines, "\n"), "CRLF": strings.Join(lines, "\r\n"), "a byte order mark": "\ufeff" + strings.Join(lines, "\n"),
	} {
		p := Parse("content/nl/a/index.md", []byte(src), new(diag.List))
		for _, tt := range []struct {
			key  string
			n    int
			want string
			byte int
		}{
			{"slug", -1, "3:6", 6}, {"aliases", 0, "4:12", 12}, {"aliases", 1, "4:22", 23}, {"related", 0, "6:3", 3}, {"related", 1, "7:3", 3}, {"needs", 0, "8:10", 10}, {"layout", -1, "9:10", 10},
			{"groups.een", -1, "10:2", 2}, {"groups.een.pages", -1, "12:1", 1}, {"groups.een.pages", 1, "12:15", 15}, {"groups.a.b", -1, "13:2", 2},
			{"aliases", 2, "2:1", 1}, {"groups.drie", -1, "2:1", 1}, {"groups.een.pages", 2, "2:1", 1},
		} {
			if got := p.Pos(tt.key, tt.n); got.String() != p.File+":"+tt.want || got.ByteCol() != tt.byte {
				t.Errorf("%s: %s %d: got %s, byte %d, want %s, byte %d", name, tt.key, tt.n, got, got.ByteCol(), tt.want, tt.byte)
			}
		}
	}
}

// A page is another one when what may be wrong with it stands elsewhere; else a
// finding would be shown where it was.
func TestEqualByPosition(t *testing.T) {
	parse := func(front string) *Page {
		return Parse("content/nl/a.md", []byte("+++\n"+front+"\n+++\n"), new(diag.List))
	}
	p := parse("title = \"A\"\nslug = \"b\"")
	for front, want := range map[string]bool{
		"title = \"A\"\nslug = \"b\" # zo":     true,
		"title = \"A\"\n# zo\nslug = \"b\"":    false,
		"title = \"A\"\nslug  = \"b\"":         false,
		"title   =   \"A\"\nslug = \"b\"":      false,
		"title = \"A\"   \nslug = \"b\"":       true,
		"slug = \"b\"\ntitle = \"A\"":          false,
		"title = \"A\"\nslug = \"b\"\n# later": true,
	} {
		if got := p.Equal(parse(front)); got != want {
			t.Errorf("%q: got %v, want %v", front, got, want)
		}
	}
}

func TestEqual(t *testing.T) {
	page := func() *Page {
		return &Page{File: "f", Lang: "nl", ID: "i", Title: "t", Description: "d", Slug: "s", Order: 1, Updated: tomlfile.Date{Year: 2026}, Keywords: []string{"k"}, Aliases: []string{"a"}, Related: []string{"r"}, Layout: "l", Source: "h"}
	}
	if !page().Equal(page()) {
		t.Error("two pages that are alike are not equal")
	}
	empty := page()
	empty.Keywords, empty.Aliases = nil, []string{}
	other := page()
	other.Keywords, other.Aliases = []string{}, nil
	if !empty.Equal(other) {
		t.Error("no list and an empty list differ")
	}
	// Each field counts, also one that is added later.
	for i := range reflect.TypeFor[Page]().NumField() {
		if !reflect.TypeFor[Page]().Field(i).IsExported() {
			continue // see TestEqualByPosition
		}
		p := page()
		switch f := reflect.ValueOf(p).Elem().Field(i); f.Kind() {
		case reflect.String:
			f.SetString("anders")
		case reflect.Int:
			f.SetInt(99)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case reflect.Struct:
			f.Set(reflect.Zero(f.Type()))
		default:
			t.Fatalf("write a case for %s", f.Kind())
		}
		if name := reflect.TypeFor[Page]().Field(i).Name; p.Equal(page()) {
			t.Errorf("a page with another %s is equal", name)
		}
	}
}

// FuzzParse: front matter of any bytes gives no panic, positions inside the
// file, a body inside the file that does not hold the front matter, and the
// same twice.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("../../../../../content/*/*.md")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b)
		}
	}
	for _, s := range []string{
		"", "+++", "+++\n+++", "\ufeff+++\r\ntitle = \"x\"\r\n+++\r\ntekst", "---\na: b\n---\n", "+++\ntitle = \"\"\"\n+++\n\"\"\"\n+++\n", "+++\nupdated = 2026-02-30\n+++\n",
		"+++\ntitle = \"x\"\naliases = [\"/a/\", 5]\ntitel = 1\n+++\n# \xff", "\n+++\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		out := new(diag.List)
		p := Parse("content/nl/a.md", src, out)
		if p == nil && out.Len() == 0 {
			t.Error("no page, and no word of it")
		}
		again := new(diag.List)
		q := Parse("content/nl/a.md", src, again)
		if !slices.Equal(out.Sorted(), again.Sorted()) || p != nil && !p.Equal(q) {
			t.Errorf("not the same twice: %+v and %+v", p, q)
		}
		ls := strings.Split(string(src), "\n")
		check := func(pos diag.Pos) {
			if pos.Line < 1 || pos.Line > len(ls) || pos.Col < 1 || pos.Col > len(ls[pos.Line-1])+1 {
				t.Errorf("%v is not in the file", pos)
			}
		}
		for _, d := range out.Sorted() {
			check(d.Pos)
		}
		body := Body(src)
		if body < 0 || body > len(src) {
			t.Fatalf("the body begins at %d of %d", body, len(src))
		}
		if p == nil {
			return
		}
		if !strings.HasSuffix(strings.TrimRight(string(src[:body]), " \t\r\n"), "+++") {
			t.Errorf("the body begins behind %q", src[:body])
		}
		for i := range p.Aliases {
			check(p.Pos("aliases", i))
		}
		check(p.Pos("slug", -1))
	})
}
