package tomlfile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// parse reads src, which must be TOML.
func parse(t *testing.T, src string) (*Table, *diag.List) {
	t.Helper()
	out := new(diag.List)
	tb := Parse("f", []byte(src), 0, len(src), out)
	if tb == nil {
		t.Fatalf("not TOML: %v\n%s", out.Sorted(), src)
	}
	return tb, out
}

// lines returns findings as one line each.
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

// TestPositions looks for keys, values and elements in every shape that TOML
// has. Each place is named by the text that stands there, which occurs once.
func TestPositions(t *testing.T) {
	const src = "# kop = 0\r\n" + `
a1 = "#1"   # a1 = "nee"
	"b 1"   =   "#2"
'c"1"' = '#3'
"d\u00e9" = 4_4
e1.f1 . "g 1" = "#5"
h1 = """
h2 = "niet dit"
"""
i1 = '''
i2 = 'niet dit'
'''
j1 = """ eindigt op "quotes""""" # k0 = 1
j2 = [ """a"""", '''b''''', "#16" ]
k1 = [ "#6", # een ] in een
  [ 71, 72 ], { l1 = "#8" , 'm.1' = [ "#9" ] },
]
n1 = { o1 = "#10", p1.q1 = "#11", r1 = { s1 = "#12" } }
t1 = 2026-11-23
t2 = 2026-11-23 10:00:00Z # dat
t3 = -1.5e3
t4 = true

[ u1 ]
v1 = "#13"
[w1.x1."y 1"]
z1 = "#14"
[w1] # na zijn kind
aa = "#15"

[[mail]]
id = "m1"
[[mail.server]]
port = 1001
  [[mail.server]]
  port = 1002
[mail.extra]
x = "e1"
[[ mail ]]
id = "m2"
server = [ { port = 1003 }, { port = 1004 } ]
`
	at := func(text string) diag.Pos {
		t.Helper()
		if n := strings.Count(src, text); n != 1 {
			t.Fatalf("%q stands %d times in the source", text, n)
		}
		return diag.At("f", []byte(src), strings.Index(src, text))
	}
	r, out := parse(t, src)
	mail := r.Tables("mail")
	if len(mail) != 2 {
		t.Fatalf("got %d mail tables, want 2", len(mail))
	}
	server := mail[0].Tables("server")
	inline := mail[1].Tables("server")
	if len(server) != 2 || len(inline) != 2 {
		t.Fatalf("got %d and %d servers, want 2 and 2", len(server), len(inline))
	}
	n1 := r.Table("n1")
	k1 := &Table{doc: r.doc, path: []string{"k1", "#2"}, m: r.m["k1"].([]any)[2].(map[string]any)}
	for _, tt := range []struct {
		name string
		got  diag.Pos
		want string // the text that stands there
	}{
		{"bare key", r.KeyPos("a1"), `a1 = "#1"`},
		{"basic text", r.ValuePos("a1"), `"#1"`},
		{"quoted key", r.KeyPos("b 1"), `"b 1"`},
		{"spaces around =", r.ValuePos("b 1"), `"#2"`},
		{"literal key with quotes in it", r.KeyPos(`c"1"`), `'c"1"'`},
		{"literal text", r.ValuePos(`c"1"`), `'#3'`},
		{"escape in a key", r.KeyPos("dé"), `"d\u00e9"`},
		{"number", r.ValuePos("dé"), `4_4`},
		{"dotted key", r.KeyPos("e1"), `e1.f1`},
		{"below a dotted key", r.Table("e1").Table("f1").ValuePos("g 1"), `"#5"`},
		{"text of lines", r.KeyPos("h1"), "h1 ="},
		{"literal text of lines", r.KeyPos("i1"), "i1 ="},
		{"not in a text", r.KeyPos("h2"), "# kop"},
		{"not in a literal text", r.KeyPos("i2"), "# kop"},
		{"quotes at the end of a text", r.ValuePos("j1"), `""" eindigt`},
		{"behind texts that end with quotes", r.ItemPos("j2", 2), `"#16"`},
		{"not in a comment", r.KeyPos("k0"), "# kop"},
		{"list", r.ValuePos("k1"), `[ "#6"`},
		{"element", r.ItemPos("k1", 0), `"#6"`},
		{"list in a list", r.item("k1", 1), `[ 71`},
		{"element of that", r.doc.pos([]string{"k1", "#1", "#1"}, true), `72`},
		{"table in a list", r.item("k1", 2), `{ l1`},
		{"key in that", k1.KeyPos("l1"), `l1 =`},
		{"value in that", k1.ValuePos("l1"), `"#8"`},
		{"list in that", k1.ItemPos("m.1", 0), `"#9"`},
		{"no such element", r.item("k1", 9), `[ "#6"`},
		{"inline table", r.ValuePos("n1"), `{ o1`},
		{"its header", n1.Pos(), `n1 =`},
		{"key in an inline table", n1.KeyPos("o1"), `o1 =`},
		{"value in an inline table", n1.ValuePos("o1"), `"#10"`},
		{"dotted in an inline table", n1.Table("p1").ValuePos("q1"), `"#11"`},
		{"inline in an inline table", n1.Table("r1").ValuePos("s1"), `"#12"`},
		{"date", r.ValuePos("t1"), "2026-11-23\nt2"},
		{"time with a space", r.ValuePos("t2"), "2026-11-23 10"},
		{"after a time with a space", r.KeyPos("t3"), "t3 ="},
		{"negative number", r.ValuePos("t3"), "-1.5"},
		{"true", r.ValuePos("t4"), "true"},
		{"header", r.Table("u1").Pos(), "u1 ]"},
		{"key below a header", r.Table("u1").KeyPos("v1"), "v1 ="},
		{"dotted header", r.Table("w1").Table("x1").Table("y 1").Pos(), `w1.x1`},
		{"below a dotted header", r.Table("w1").Table("x1").Table("y 1").ValuePos("z1"), `"#14"`},
		{"a header after that of its child", r.Table("w1").Pos(), "w1] # na"},
		{"below that", r.Table("w1").ValuePos("aa"), `"#15"`},
		{"list of tables", r.KeyPos("mail"), "mail]]\nid = \"m1\""},
		{"its first", mail[0].Pos(), "mail]]\nid = \"m1\""},
		{"its second", mail[1].Pos(), "mail ]]"},
		{"in the first", mail[0].ValuePos("id"), `"m1"`},
		{"in the second", mail[1].ValuePos("id"), `"m2"`},
		{"nested, first", server[0].ValuePos("port"), "1001"},
		{"nested, second", server[1].ValuePos("port"), "1002"},
		{"nested, header of the second", server[1].Pos(), "mail.server]]\n  port"},
		{"table in the first of a list", mail[0].Table("extra").ValuePos("x"), `"e1"`},
		{"inline list of tables, first", inline[0].ValuePos("port"), "1003"},
		{"inline list of tables, second", inline[1].ValuePos("port"), "1004"},
		{"its header", inline[1].Pos(), "{ port = 1004"},
		{"absent key: where the table begins", mail[1].ValuePos("nergens"), "mail ]]"},
		{"absent key of the root", r.ValuePos("nergens"), "# kop"},
	} {
		if want := at(tt.want); tt.got != want {
			t.Errorf("%s: got %v, want %v, where %q stands", tt.name, tt.got, want, tt.want)
		}
	}
	if got, want := strings.Join(r.Keys(), " "), `a1 b 1 c"1" dé e1 h1 i1 j1 j2 k1 n1 t1 t2 t3 t4 u1 w1 mail`; got != want {
		t.Errorf("keys in the order of the file:\ngot  %s\nwant %s", got, want)
	}
	if ds := out.Sorted(); len(ds) != 0 {
		t.Errorf("got findings, want none:\n%s", lines(ds))
	}
}

// TestPart reads TOML that stands in the middle of a file, as front matter
// does: positions count from the start of the file.
func TestPart(t *testing.T) {
	src := []byte("+++\r\ntitle = 5\r\n+++\r\ntitle = \"niet dit\"\r\n")
	out := new(diag.List)
	tb := Parse("a.md", src, 5, 16, out)
	tb.String("title", "")
	tb.Required("slug", "write one")
	want := "a.md:2:1 [toml-missing] slug is missing | write one\n" +
		"a.md:2:9 [toml-type] title takes text, this is a whole number | write title = \"5\"\n"
	if got := lines(out.Sorted()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestMistakes makes every mistake that the getters know, in one file; all are
// reported in one run, in the order of the file.
func TestMistakes(t *testing.T) {
	const src = `s1 = 10
s2 = true
s3 = ["a"]
s6 = 2026-11-23
s7 = { a = 1 }
s4 = "bel\u0007"
s5 = """een\r
twee"""
i1 = "587"
i2 = 1.5
b1 = "no"
b2 = 1
d1 = "2027-01-02"
d2 = 2026-11-23T10:00:00
d3 = 2026-11-23T10:00:00Z
d4 = 10:00:00
l1 = "een"
l2 = ["a", 5, "b", true, "\u0007"]
o1 = "papa"
o2 = 5
t1 = "x"
t2 = [1]
m1 = "x"
m2 = { a = 1 }
m3 = [ { a = 1 }, 5 ]
r1 = ""
r2 = "  "
r3 = 5
titel = "x"
[sub]
tabel = 1
lijst = 2
onbekend = 3
[[meer]]
naam = "a"
[[meer]]
naan = "b"
`
	const want = `f:1:1 [toml-missing] r4 is missing | write r4
f:1:6 [toml-type] s1 takes text, this is a whole number | write s1 = "10"
f:2:6 [toml-type] s2 takes text, this is true or false | write s2 = "true"
f:3:6 [toml-type] s3 takes text, this is a list | write s3 = "a"
f:4:6 [toml-type] s6 takes text, this is a date | write s6 = "2026-11-23"
f:5:6 [toml-type] s7 takes text, this is a table | write s7 = "…"
f:6:6 [toml-value] s4 holds a control character | remove it; it may be invisible in your editor
f:9:6 [toml-type] i1 takes a whole number, this is text | write i1 = 587
f:10:6 [toml-type] i2 takes a whole number, this is a decimal number | write i2 = 1
f:11:6 [toml-type] b1 takes true or false, this is text | write b1 = false
f:12:6 [toml-type] b2 takes true or false, this is a whole number | write b2 = true
f:13:6 [toml-type] d1 takes a date, this is text | write d1 = 2027-01-02 (without quotes)
f:14:6 [toml-type] d2 takes a date, this is a date with a time | write d2 = 2026-11-23 (without quotes)
f:15:6 [toml-type] d3 takes a date, this is a date with a time | write d3 = 2026-11-23 (without quotes)
f:16:6 [toml-type] d4 takes a date, this is a time | write d4 = 2026-11-23 (without quotes)
f:17:6 [toml-type] l1 takes a list of texts, this is text | write l1 = ["een"]
f:18:12 [toml-type] l2 takes a list of texts, this is a whole number | put it between quotes
f:18:20 [toml-type] l2 takes a list of texts, this is true or false | put it between quotes
f:18:26 [toml-value] l2 holds a control character | remove it; it may be invisible in your editor
f:19:6 [toml-value] o1 cannot be "papa" | did you mean "pop"? known: imap, pop
f:20:6 [toml-type] o2 takes text, this is a whole number | write o2 = "5"
f:21:6 [toml-type] t1 takes a table, this is text | write [t1]
f:22:6 [toml-type] t2 takes a table, this is a list | write [t2]
f:23:6 [toml-type] m1 takes a list of tables, this is text | write [[m1]]
f:24:6 [toml-type] m2 takes a list of tables, this is a table | write [[m2]]
f:25:6 [toml-type] m3 takes a list of tables, this is a list | write [[m3]]
f:26:6 [toml-value] r1 is empty | write r1
f:27:6 [toml-value] r2 is empty | write r2
f:28:6 [toml-type] r3 takes text, this is a whole number | write r3 = "5"
f:29:1 [toml-key] unknown key "titel" | did you mean "title"?
f:31:9 [toml-type] sub.tabel takes a table, this is a whole number | write [sub.tabel]
f:32:9 [toml-type] sub.lijst takes a list of tables, this is a whole number | write [[sub.lijst]]
f:33:1 [toml-key] unknown key "sub.onbekend" | known: lijst, tabel
f:37:1 [toml-key] unknown key "meer.naan" | did you mean "naam"? known: naam
`
	for range 5 { // maps have another order each time
		r, out := parse(t, src)
		for _, k := range []string{"s1", "s2", "s3", "s4", "s6", "s7"} {
			if got := r.String(k, "def"); got != "def" {
				t.Errorf("%s: got %q, want the default", k, got)
			}
		}
		if got := r.String("s5", ""); got != "een\ntwee" {
			t.Errorf("s5: got %q, want line ends without \\r", got)
		}
		if got := r.Int("i1", 7) + r.Int("i2", 7); got != 14 {
			t.Errorf("Int: got %d, want the defaults", got)
		}
		if r.Bool("b1", false) || !r.Bool("b2", true) {
			t.Error("Bool: want the defaults")
		}
		for _, k := range []string{"d1", "d2", "d3", "d4"} {
			if got := r.Date(k); !got.IsZero() {
				t.Errorf("%s: got %v, want none", k, got)
			}
		}
		if got, want := r.Strings("l1"), []string{"een"}; !slices.Equal(got, want) {
			t.Errorf("l1: got %q, want what its list would hold, so that nothing else follows: %q", got, want)
		}
		if got, want := r.Strings("l2"), []string{"a", "b", "\a"}; !slices.Equal(got, want) {
			t.Errorf("l2: got %q, want %q", got, want)
		}
		r.OneOf("o1", "imap", "imap", "pop")
		r.OneOf("o2", "imap", "imap", "pop")
		if r.Table("t1") != nil || r.Table("t2") != nil || r.Tables("m1") != nil || r.Tables("m2") != nil || r.Tables("m3") != nil {
			t.Error("a value of another kind must give no table")
		}
		for _, k := range []string{"r1", "r2", "r3", "r4"} {
			r.Required(k, "write "+k)
		}
		sub := r.Table("sub")
		sub.Table("tabel")
		sub.Tables("lijst")
		sub.Done()
		for _, m := range r.Tables("meer") {
			m.String("naam", "")
			m.Done()
		}
		r.Know("title", "x1", "x2", "x3")
		r.Done()
		if got := lines(out.Sorted()); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// TestItemPos: what Strings returns is counted alike by ItemPos, also when some
// elements of the list are no texts.
func TestItemPos(t *testing.T) {
	r, _ := parse(t, `l = ["a", 5, "b", ["c"], "d"]`+"\n")
	for i, want := range []string{"f:1:6", "f:1:14", "f:1:26", "f:1:19"} { // there is no fourth text
		if i == 3 {
			continue
		}
		if got := r.ItemPos("l", i).String(); got != want {
			t.Errorf("text %d (%s): got %s, want %s", i, r.Strings("l")[i], got, want)
		}
	}
}

// TestValid reads a right value of every kind.
func TestValid(t *testing.T) {
	r, out := parse(t, `s = "tekst"
i = -5
b = true
d = 2026-11-23
l = ["a", "b"]
e = []
o = "pop"
[t]
x = 1
[[m]]
y = "1"
[[m]]
y = "2"
`)
	if got := r.String("s", ""); got != "tekst" {
		t.Errorf("String: got %q", got)
	}
	if got := r.Int("i", 0); got != -5 {
		t.Errorf("Int: got %d", got)
	}
	if !r.Bool("b", false) {
		t.Error("Bool: got false")
	}
	d := r.Date("d")
	if want := (Date{2026, 11, 23}); d != want || d.String() != "2026-11-23" || d.IsZero() {
		t.Errorf("Date: got %v, want %v", d, want)
	}
	if want := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC); !d.Time().Equal(want) {
		t.Errorf("Time: got %v, want %v", d.Time(), want)
	}
	if got := r.Strings("l"); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("Strings: got %q", got)
	}
	if got := r.Strings("e"); got == nil || len(got) != 0 {
		t.Errorf("empty list: got %#v", got)
	}
	if got := r.OneOf("o", "imap", "imap", "pop"); got != "pop" {
		t.Errorf("OneOf: got %q", got)
	}
	if got := r.OneOf("o-nergens", "zelf", "imap"); got != "zelf" {
		t.Errorf("OneOf: got %q, want the default, whether it is in the list or not", got)
	}
	if !r.IsTable("t") || r.IsTable("s") || r.IsTable("m") {
		t.Error("IsTable: t is one, s and m are not")
	}
	if got := r.Table("t").Int("x", 0); got != 1 {
		t.Errorf("Table: got %d", got)
	}
	var ys []string
	for _, m := range r.Tables("m") {
		ys = append(ys, m.String("y", ""))
	}
	if !slices.Equal(ys, []string{"1", "2"}) {
		t.Errorf("Tables: got %q", ys)
	}
	if !r.Has("s") || r.Has("nergens") {
		t.Error("Has: s is there, nergens is not")
	}
	r.Done()
	if ds := out.Sorted(); len(ds) != 0 {
		t.Errorf("got findings, want none:\n%s", lines(ds))
	}
	if got := (Date{}).String(); got != "" {
		t.Errorf("no date: got %q, want nothing", got)
	}
}

// TestNil: a table that is not there is an empty one.
func TestNil(t *testing.T) {
	var n *Table
	if n.String("x", "d") != "d" || n.Int("x", 3) != 3 || !n.Bool("x", true) || !n.Date("x").IsZero() || n.Strings("x") != nil ||
		n.OneOf("x", "d", "e") != "d" || n.Table("x") != nil || n.Tables("x") != nil || n.Has("x") || n.IsTable("x") || n.Keys() != nil || n.Required("x", "") != "" {
		t.Error("a nil table must give the defaults")
	}
	n.Done()
	n.Know("x")
	n.Errorf("x", "c", "", "m")
	n.Warnf("x", "c", "", "m")
	if zero := (diag.Pos{}); n.Pos() != zero || n.KeyPos("x") != zero || n.ValuePos("x") != zero || n.ItemPos("x", 0) != zero {
		t.Error("a nil table must have no positions")
	}
}

// TestSyntax makes mistakes against TOML itself: each has its position and a
// way out that does not ask for knowledge of TOML.
func TestSyntax(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"a = 1\nb = Postbus\n", `f:2:5 [toml-syntax] not valid TOML: Postbus is not a value here | put text between quotes: title = "Postbus vol"`},
		{"a = “x”\n", `f:1:5 [toml-syntax] not valid TOML: “ is not a quote that begins a text | use straight quotes: title = "Postbus vol"`},
		{"a = True\n", `f:1:5 [toml-syntax] not valid TOML: True is not a value here | write true, in small letters`},
		{"a = no\n", `f:1:5 [toml-syntax] not valid TOML: no is not a value here | write false`},
		{"a =\n", `f:1:4 [toml-syntax] not valid TOML: there is nothing behind the = | write a value behind the =, or leave out the line`},
		{"title: x\n", `f:1:6 [toml-syntax] not valid TOML: a colon stands where = should be | write = instead of a colon: title = "Postbus vol"`},
		{"a b = 1\n", `f:1:3 [toml-syntax] not valid TOML: no = follows the name | write one key on each line, and text between quotes: key = "value"`},
		{"= 1\n", `f:1:1 [toml-syntax] not valid TOML: there is no name before the = | write a name before the =: title = "Postbus vol"`},
		{"a = \"x\" b = 1\n", `f:1:8 [toml-syntax] not valid TOML: behind the value stands something that does not belong there | write one key on each line, and text between quotes: key = "value"`},
		{"a = \"x\nb = 2\n", `f:1:7 [toml-syntax] not valid TOML: the text has no quote at its end | close the text with a quote (") on the same line`},
		{"a = \"x", `f:1:6 [toml-syntax] not valid TOML: the text has no quote at its end | close the text with a quote (")`},
		{"a = [1, 2\nb = 3\n", `f:2:1 [toml-syntax] not valid TOML: the list is not closed, or a comma is missing in it | put a comma between the parts of the list, and ] at its end`},
		{"a = [\n", `f:1:6 [toml-syntax] not valid TOML: it ends where a value should stand | close each [ with ], and each { with }`},
		{"[t\nx=1\n", `f:1:3 [toml-syntax] not valid TOML: the name of the table has no end | close the name of the table with ]`},
		{"a = 1\na = 2\n", `f:2:1 [toml-syntax] not valid TOML: a is there twice | each key may stand once; remove one of the two`},
		{"[t]\n[t]\n", `f:2:2 [toml-syntax] not valid TOML: t is there twice | each key may stand once; remove one of the two`},
		{"a.b = 1\na = 2\n", `f:2:1 [toml-syntax] not valid TOML: the key is in use as a table already | remove one of the two`},
		{"x = { a.b = 1, a = 2 }\n", `f:1:16 [toml-syntax] not valid TOML: the key is in use as a table already | remove one of the two`},
		{"a=1\n[a.b]\n", `f:2:2 [toml-syntax] not valid TOML: a is there already, as something else | the name is in use for something else; remove one of the two`},
		{"a = \"\\q\"\n", `f:1:6 [toml-syntax] not valid TOML: a backslash stands before \q | write \\ for a backslash, or put the text between single quotes`},
		{"a = \"C:\\Users\"\n", `f:1:6 [toml-syntax] not valid TOML: a backslash stands before something that it does not go with | write \\ for a backslash, or put the text between single quotes`},
		{"tel = 0201234567\n", `f:1:7 [toml-syntax] not valid TOML: this number cannot be read: 0201234567 | put it between quotes if it is text, such as a telephone number`},
		{"d = 2026-13-01\n", `f:1:5 [toml-syntax] not valid TOML: 2026-13-01 is no date | write a date as 2026-11-23, without quotes`},
		{"a = \"\xe9\"\n", `f:1:5 [toml-syntax] not valid TOML: this is not UTF-8 text | save the file as UTF-8`},
		{"a = \"\x01\"\n", `f:1:5 [toml-syntax] not valid TOML: a character that nobody sees | remove the character; it may be invisible in your editor`},
		{"\ufeffa = Post\n", `f:1:5 [toml-syntax] not valid TOML: Post is not a value here | put text between quotes: title = "Postbus vol"`},
		{"\ufeffa = 1\nb = Post\n", `f:2:5 [toml-syntax] not valid TOML: Post is not a value here | put text between quotes: title = "Postbus vol"`},
		{"# één\r\nb = Post\r\n", `f:2:5 [toml-syntax] not valid TOML: Post is not a value here | put text between quotes: title = "Postbus vol"`},
	} {
		out := new(diag.List)
		tb := Parse("f", []byte(tt.src), 0, len(tt.src), out)
		if got := strings.TrimSuffix(lines(out.Sorted()), "\n"); got != tt.want {
			t.Errorf("%q:\ngot  %s\nwant %s", tt.src, got, tt.want)
		}
		if tb != nil && !strings.Contains(tt.want, "in use as a table") {
			t.Errorf("%q: got a table, want none", tt.src)
		}
	}
}

// TestBOM: a byte order mark is no part of the first key.
func TestBOM(t *testing.T) {
	r, out := parse(t, "\ufefftitle = 5\n")
	r.String("title", "")
	r.Done()
	if got, want := lines(out.Sorted()), "f:1:9 [toml-type] title takes text, this is a whole number | write title = \"5\"\n"; got != want {
		t.Errorf("got %swant %s", got, want)
	}
}

// FuzzParse reads any TOML with every getter: no panic, every position inside
// the file, each key at a place where it stands, the same findings twice.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"../../../../../site.toml", "../../../../../i18n/*.toml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if b, err := os.ReadFile(file); err == nil && len(b) < 2000 {
				f.Add(b)
			}
		}
	}
	for _, s := range []string{
		"a.b = 1\na = 2\n", "\ufeffa = 1\n", "a = [1, {b = [\"x\", '''y''']}, ]\n[t.\"u v\"]\n[[t.l]]\nx = \"\"\"a\\\n  \"\"\"\n[[t.l]]\n", "'a\"' = 1\n\"\\u0000\" = 2\n",
		"a = 2026-11-23\nb = 2026-11-23T10:00:00Z\nc = 10:00:00\nd = 1e5\ne = 0x10\nf = true\n", "l = [\"a\", 1, \"b\"]\r\n[[m]]\r\n[[m]]\r\nx=1\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		read := func() []diag.Diagnostic {
			out := new(diag.List)
			if r := Parse("f", src, 0, len(src), out); r != nil {
				every(t, r, src, 0)
			}
			return out.Sorted()
		}
		first := read()
		for _, d := range first {
			inside(t, src, d.Pos)
		}
		if again := read(); !slices.Equal(first, again) {
			t.Errorf("second time:\n%s\nfirst time:\n%s", lines(again), lines(first))
		}
	})
}

func inside(t *testing.T, src []byte, p diag.Pos) {
	t.Helper()
	ls := strings.Split(string(src), "\n")
	if p.File != "f" || p.Line < 1 || p.Line > len(ls) || p.Col < 1 || p.Col > len(ls[p.Line-1])+1 {
		t.Errorf("%v is not in the file %q", p, src)
	}
}

// every asks a table for each of its keys as everything.
func every(t *testing.T, tb *Table, src []byte, depth int) {
	if depth > 5 {
		return
	}
	at := -1
	for _, k := range tb.Keys() {
		if p := tb.find(k); p.key < at {
			t.Errorf("key %q comes before its forerunner in %q", k, src)
		} else {
			at = p.key
		}
		inside(t, src, tb.KeyPos(k))
		inside(t, src, tb.ValuePos(k))
		tb.String(k, "")
		tb.Required(k, "h")
		tb.Int(k, 0)
		tb.Bool(k, false)
		tb.Date(k)
		tb.OneOf(k, "", "een", "twee")
		for i := range tb.Strings(k) {
			inside(t, src, tb.ItemPos(k, i))
		}
		if tb.IsTable(k) {
			every(t, tb.Table(k), src, depth+1)
		}
		for _, in := range tb.Tables(k) {
			inside(t, src, in.Pos())
			every(t, in, src, depth+1)
		}
	}
	tb.Know("onbekend" + strconv.Itoa(depth))
	tb.known = tb.known[len(tb.known)-1:] // so that Done has something to say
	tb.Done()
}

// What is quoted is read as it was, whatever it holds.
func TestQuote(t *testing.T) {
	all := ""
	for r := rune(0); r < 0x100; r++ {
		all += string(r)
	}
	for text, want := range map[string]string{all: all, "": "", `"""`: `"""`, `\`: `\`, "\a\v\x7f": "\a\v\x7f", "a\r\nb": "a\r\nb", "\u202e\ufeff\U0001F600\U000E0001": "\u202e\ufeff\U0001F600\U000E0001", `C:\Users\new`: `C:\Users\new`, "a\xffb": "a\ufffdb"} {
		var got struct{ A string }
		if _, err := toml.Decode("a = "+Quote(text)+"\n", &got); err != nil || got.A != want || strings.Contains(Quote(text), "\n") {
			t.Errorf("%q: got %q, %v", text, got.A, err)
		}
	}
}
