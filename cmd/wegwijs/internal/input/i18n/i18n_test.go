package i18n

import (
	"fmt"
	"golang.org/x/text/language"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

func lines(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s [%s] ", d.Pos, d.Code)
		if d.Severity == diag.Warning {
			b.WriteString("warning: ")
		}
		b.WriteString(d.Msg)
		if d.Hint != "" {
			fmt.Fprintf(&b, " | %s", d.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// parse reads strings that have no mistakes.
func parse(t *testing.T, lang, src string) *Strings {
	t.Helper()
	out := new(diag.List)
	s := Parse(lang, "i18n/"+lang+".toml", []byte(src), out)
	if ds := out.Sorted(); len(ds) > 0 {
		t.Fatalf("%s:\n%s", lang, lines(ds))
	}
	return s
}

// TestPlural holds the plural rules of whole numbers against the tables of
// CLDR (unicode.org/cldr/charts, "Language Plural Rules").
func TestPlural(t *testing.T) {
	for _, tt := range []struct{ lang, src, want string }{
		{"nl", `one, other`, "0 other 1 one 2 other 11 other 21 other 100 other 1000000 other"},
		{"en", `one, other`, "0 other 1 one 2 other 11 other 21 other 101 other"},
		{"de", `one, other`, "0 other 1 one 2 other"},
		{"fr", `one, other`, "0 one 1 one 2 other 11 other 21 other 100 other"},
		{"ar", `zero, one, two, few, many, other`, "0 zero 1 one 2 two 3 few 10 few 11 many 26 many 99 many 100 other 102 other 103 few 110 few 111 many 1000 other 1003 few"},
		{"pl", `one, few, many`, "0 many 1 one 2 few 4 few 5 many 12 many 14 many 21 many 22 few 25 many 101 many 102 few 112 many 1000000 many"},
		{"ru", `one, few, many`, "0 many 1 one 2 few 4 few 5 many 11 many 12 many 14 many 20 many 21 one 22 few 25 many 101 one 111 many 112 many 121 one"},
		{"ja", `other`, "0 other 1 other 2 other 100 other"},
		{"cs", `one, few, other`, "0 other 1 one 2 few 4 few 5 other 21 other 22 other"},
		{"cy", `zero, one, two, few, many, other`, "0 zero 1 one 2 two 3 few 4 other 5 other 6 many 7 other"},
		{"pt-BR", `one, other`, "0 one 1 one 2 other"},
		{"lv", `zero, one, other`, "0 zero 1 one 2 other 10 zero 11 zero 21 one 22 other"},
	} {
		src := "n = {"
		for _, c := range strings.Split(tt.src, ", ") {
			src += fmt.Sprintf(" %s = %q,", c, "{count} "+c)
		}
		if !strings.Contains(tt.src, "other") {
			src += ` other = "{count} other",`
		}
		s := parse(t, tt.lang, strings.TrimSuffix(src, ",")+" }\n")
		if got := strings.Join(s.categories(), ", "); got != tt.src {
			t.Errorf("%s: forms of whole numbers: got %s, want %s", tt.lang, got, tt.src)
		}
		want := strings.Fields(tt.want)
		for i := 0; i < len(want); i += 2 {
			n := 0
			fmt.Sscan(want[i], &n)
			got, err := s.T("n", "count", n)
			if w := want[i] + " " + want[i+1]; got != w || err != nil {
				t.Errorf("%s: got %q (%v), want %q", tt.lang, got, err, w)
			}
			if got, _ := s.T("n", "count", -n); n != 0 && got != fmt.Sprintf("-%s %s", want[i], want[i+1]) {
				t.Errorf("%s: -%d: got %q", tt.lang, n, got)
			}
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ name, lang, src, want string }{
		{"missing forms", "pl", "n = { one = \"1\", other = \"x\" }\n", `i18n/pl.toml:1:1 [i18n-plural] "n" has no form "few" | forms of this language: one, few, many, other
i18n/pl.toml:1:1 [i18n-plural] "n" has no form "many" | forms of this language: one, few, many, other
`},
		{"no other", "nl", "a = \"x\"\n[n]\none = \"1\"\n", `i18n/nl.toml:2:2 [i18n-plural] "n" has no form "other" | add other = "…": it is used where no other form fits
`},
		{"form of another language", "nl", "n = { one = \"1\", zero = \"geen\", other = \"x\" }\n", `i18n/nl.toml:1:18 [i18n-plural] warning: the form "zero" is never used in this language | forms of this language: one, other
`},
		{"many in French", "fr", "n = { one = \"1\", many = \"de\", other = \"x\" }\n", ""},
		{"unknown form", "nl", "n = { one = \"1\", veel = \"2\", other = \"x\" }\n", `i18n/nl.toml:1:18 [toml-key] unknown key "n.veel" | known: few, many, one, other, two, zero
`},
		{"thirteen months", "nl", "months = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\"]\n", "i18n/nl.toml:1:10 [i18n-months] there are 13 months | name all twelve, January first\n"},
		{"eleven months", "nl", "months = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]\n", `i18n/nl.toml:1:10 [i18n-months] there are 11 months | name all twelve, January first
`},
		{"two quotes", "nl", "quotes = [\"“\", \"”\"]\n", `i18n/nl.toml:1:10 [i18n-quotes] there are 2 quotes | write quotes = ["“", "”", "‘", "’"]: double open, double close, single open, single close
`},
		{"empty quote", "nl", "quotes = [\"“\", \"”\", \"\", \"’\"]\n", `i18n/nl.toml:1:10 [i18n-quotes] one of the quotes is empty | write quotes = ["“", "”", "‘", "’"]: double open, double close, single open, single close
`},
		{"date in Dutch", "nl", "date = \"{dag} {month} {year}\"\n", `i18n/nl.toml:1:8 [i18n-date] a date has no {dag} | write {day}, {month} and {year}
`},
		{"wrong types", "nl", "a = 5\nb = [\"x\"]\ndate = 1\nspace_before = true\n", `i18n/nl.toml:1:5 [toml-type] a takes text, this is a whole number | write a = "5"
i18n/nl.toml:2:5 [toml-type] b takes text, this is a list | write b = "x"
i18n/nl.toml:3:8 [toml-type] date takes text, this is a whole number | write date = "1"
i18n/nl.toml:4:16 [toml-type] space_before takes text, this is true or false | write space_before = "true"
`},
		{"not TOML", "nl", "a = \"x\nb = \"y\"\n", `i18n/nl.toml:1:7 [toml-syntax] not valid TOML: the text has no quote at its end | close the text with a quote (") on the same line
`},
	} {
		out := new(diag.List)
		Parse(tt.lang, "i18n/"+tt.lang+".toml", []byte(tt.src), out)
		if got := lines(out.Sorted()); got != tt.want {
			t.Errorf("%s:\ngot\n%swant\n%s", tt.name, got, tt.want)
		}
	}
}

// TestCheck compares languages with the default one.
func TestCheck(t *testing.T) {
	nl := parse(t, "nl", `title = "Titel"
hello = "Dag {name}, {count} keer"
pages = { one = "{count} pagina van {site}", other = "{count} pagina’s van {site}" }
copied = "{what} gekopieerd"
plain = "gewoon"
`)
	en := parse(t, "en", `# A comment
titel = "Title"
hello = "Hello {name}"
pages = { one = "a page of {site}", other = "{count} pages of {site}" }
copied = "{wat} copied to {where}"
plain = "plain {x}"
iets_heel_anders = "x"
`)
	fr := parse(t, "fr", "copied = \"copié\"\n")
	out := new(diag.List)
	c := NewCatalogue([]*Strings{nl, en, fr}, nil)
	c.Check(out)
	want := `i18n/en.toml:2:1 [i18n-key] unknown string "titel": i18n/nl.toml does not have it | did you mean "title"?
i18n/en.toml:5:1 [i18n-placeholder] "copied" has the placeholders {wat}, {where} | i18n/nl.toml has {what}
i18n/en.toml:6:1 [i18n-placeholder] "plain" has the placeholders {x} | i18n/nl.toml has none
i18n/en.toml:7:1 [i18n-key] unknown string "iets_heel_anders": i18n/nl.toml does not have it | add it to i18n/nl.toml too, or remove it
i18n/fr.toml:1:1 [i18n-placeholder] "copied" has the placeholders none | i18n/nl.toml has {what}
`
	if got := lines(out.Sorted()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if c.Lang("en").File != en.File || c.Lang("xx") != nil {
		t.Error("Lang gives the strings of a language, or nil")
	}
	if got := strings.Join(nl.Keys(), " "); got != "copied hello pages plain title" {
		t.Errorf("Keys: got %s", got)
	}
	if got := strings.Join(nl.Placeholders("hello"), " "); got != "count name" {
		t.Errorf("Placeholders: got %s, want count too", got)
	}
}

func TestFallbacks(t *testing.T) {
	nl := parse(t, "nl", "a = \"a-nl\"\nb = \"b-nl\"\nc = \"c-nl\"\nn = { one = \"{count} nl een\", other = \"{count} nl meer\" }\nd = \"op {date}\"\nmonths = [\"januari\",\"februari\",\"maart\",\"april\",\"mei\",\"juni\",\"juli\",\"augustus\",\"september\",\"oktober\",\"november\",\"december\"]\n")
	de := parse(t, "de", "a = \"a-de\"\nb = \"b-de\"\n")
	fr := parse(t, "fr", "a = \"a-fr\"\nn = { one = \"{count} fr un\", other = \"{count} fr plus\" }\n")
	lb := parse(t, "lb", "x = \"x-lb\"\n")
	c := NewCatalogue([]*Strings{nl, de, fr, lb}, map[string][]string{"lb": {"de", "lb", "xx", "fr", "nl"}, "fr": {"nl"}})
	for _, tt := range []struct {
		lang, key     string
		own, borrowed bool
		want          string
	}{
		{"lb", "x", true, false, "x-lb"},
		{"lb", "a", false, true, "a-de"}, // the first of the chain that has it
		{"lb", "c", false, true, "c-nl"}, // the last
		{"fr", "b", false, true, "b-nl"}, // its own chain, not that of Luxembourgish
		{"de", "c", false, false, ""},    // no chain
		{"nl", "x", false, false, ""},
	} {
		s := c.Lang(tt.lang)
		own, borrowed := s.Has(tt.key)
		if own != tt.own || borrowed != tt.borrowed {
			t.Errorf("%s %s: got own %v, borrowed %v", tt.lang, tt.key, own, borrowed)
		}
		got, err := s.T(tt.key)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s %s: got %q (%v), want %q", tt.lang, tt.key, got, err, tt.want)
		}
		if err != nil && err.Error() != fmt.Sprintf("no string %q in i18n/%s.toml", tt.key, tt.lang) {
			t.Errorf("%s %s: got the error %v", tt.lang, tt.key, err)
		}
	}
	// A chain ends where site.toml ends it: German may borrow from French, and
	// Luxembourgish from German, but not from French.
	short := NewCatalogue([]*Strings{nl, de, fr, lb}, map[string][]string{"de": {"fr"}, "lb": {"de"}})
	if got, err := short.Lang("lb").T("n", "count", 0); err == nil {
		t.Errorf("a chain runs into another: got %q", got)
	}
	if got, err := NewCatalogue([]*Strings{nl, lb}, nil).Lang("lb").T("a"); err == nil {
		t.Errorf("a chain of another catalogue: got %q", got)
	}
	// A borrowed string keeps the plural rules and the dates of its own
	// language: in French 0 is singular, in Dutch plural.
	if got, _ := c.Lang("lb").T("n", "count", 0); got != "0 fr un" {
		t.Errorf("plural of a borrowed string: got %q", got)
	}
	if got, _ := c.Lang("lb").T("d", "date", tomlfile.Date{Year: 2026, Month: 3, Day: 1}); got != "op 1 maart 2026" {
		t.Errorf("date in a borrowed string: got %q", got)
	}
}

func TestT(t *testing.T) {
	s := parse(t, "nl", `plain = "gewoon {x}"
two = "{a} en {b} en {a}"
n = { one = "een pagina", other = "{count} pagina’s" }
d = "op {date}"
`)
	for _, tt := range []struct {
		args []any
		want string // or, after "!", the error
	}{
		{[]any{"plain"}, "gewoon {x}"},
		{[]any{"two", "a", "1", "b", "{a}"}, "1 en {a} en 1"}, // what is filled in is not looked at again
		{[]any{"two", "a", 1, "b", 2.5}, "1 en 2.5 en 1"},
		{[]any{"n", "count", 1}, "een pagina"},
		{[]any{"n", "count", 0}, "0 pagina’s"},
		{[]any{"n", "count", "1"}, "1 pagina’s"}, // a text is not counted
		{[]any{"n"}, "{count} pagina’s"},
		{[]any{"d", "date", tomlfile.Date{Year: 2026, Month: 11, Day: 3}}, "op 2026-11-03"},
		{[]any{"d", "date", tomlfile.Date{}}, "op "},
		{[]any{"two", "a"}, `!string "two": arguments come in pairs of a name and a value`},
		{[]any{"two", 1, 2}, `!string "two": the name of an argument must be text`},
		{[]any{"weg"}, `!no string "weg" in i18n/nl.toml`},
	} {
		got, err := s.T(tt.args[0].(string), tt.args[1:]...)
		if err != nil {
			got = "!" + err.Error()
		}
		if got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.args, got, tt.want)
		}
	}
}

func TestDate(t *testing.T) {
	const months = `months = ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"]` + "\n"
	d := tomlfile.Date{Year: 2026, Month: 3, Day: 1}
	for _, tt := range []struct {
		name, src string
		d         tomlfile.Date
		want      string
	}{
		{"usual", months, d, "1 maart 2026"},
		{"own order", "date = \"{month} {day}, {year}\"\n" + months, d, "maart 1, 2026"},
		{"the first", "first_day = \"1er\"\n" + months, d, "1er maart 2026"},
		{"the eleventh", "first_day = \"1er\"\n" + months, tomlfile.Date{Year: 2026, Month: 3, Day: 11}, "11 maart 2026"},
		{"no months", "date = \"{day} {month} {year}\"\n", d, "2026-03-01"},
		{"none", months, tomlfile.Date{}, ""},
		{"no such month", months, tomlfile.Date{Year: 2026, Month: 13, Day: 1}, "2026-13-01"},
	} {
		if got := parse(t, "nl", tt.src).Date(tt.d); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestBroken: of a language whose file is missing or not TOML there is one
// finding, not one for each string.
func TestBroken(t *testing.T) {
	nl := parse(t, "nl", "a = \"a-nl\"\n")
	missing := Parse("de", "i18n/de.toml", nil, new(diag.List))
	wrong := Parse("fr", "i18n/fr.toml", []byte("a = x"), new(diag.List))
	c := NewCatalogue([]*Strings{nl, missing, wrong}, map[string][]string{"fr": {"nl"}})
	out := new(diag.List)
	c.Check(out)
	NewCatalogue([]*Strings{missing, nl}, nil).Check(out)
	if ds := out.Sorted(); len(ds) > 0 {
		t.Errorf("got\n%s", lines(ds))
	}
	for s, want := range map[*Strings]string{c.Lang("de"): "", c.Lang("fr"): "a-nl"} {
		if own, _ := s.Has("a"); !own {
			t.Errorf("%s: the string would be reported as missing", s.Lang)
		}
		if got, err := s.T("a"); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", s.Lang, got, err, want)
		}
	}
	// An empty file is a file.
	if own, _ := Parse("en", "i18n/en.toml", []byte{}, out).Has("a"); own {
		t.Error("an empty file has no strings")
	}
}

// TestShipped reads the strings of this repository's own site.
func TestShipped(t *testing.T) {
	files, _ := filepath.Glob("../../../../../i18n/*.toml")
	if len(files) == 0 {
		t.Fatal("no i18n files found")
	}
	out := new(diag.List)
	var all []*Strings
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		lang := strings.TrimSuffix(filepath.Base(f), ".toml")
		s := Parse(lang, "i18n/"+lang+".toml", src, out)
		if lang == "nl" {
			all = slices.Insert(all, 0, s)
		} else {
			all = append(all, s)
		}
	}
	NewCatalogue(all, nil).Check(out)
	for _, s := range all {
		for _, k := range all[0].Keys() {
			if own, _ := s.Has(k); !own {
				t.Errorf("%s has no %q", s.File, k)
			}
		}
	}
	if ds := out.Sorted(); len(ds) > 0 {
		t.Errorf("got\n%s", lines(ds))
	}
}

// FuzzParse: any bytes give no panic, positions inside the file and the same
// findings twice; every string that is there can be asked for.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("../../../../../i18n/*.toml")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b, "nl", 1)
		}
	}
	f.Add([]byte("n = { one = \"{count}\", other = \"{\" }\nmonths = [1]\nquotes = []\ndate = \"{dag}\"\n"), "ar", 103)
	f.Add([]byte("a = \"{x}{}\"\n[b]\nfew = 1\n"), "x-", -3)
	f.Fuzz(func(t *testing.T, src []byte, lang string, n int) {
		read := func() (*Strings, []diag.Diagnostic) {
			out := new(diag.List)
			s := Parse(lang, "f", src, out)
			c := NewCatalogue([]*Strings{s, Parse("nl", "f", src, out)}, map[string][]string{lang: {"nl"}})
			c.Check(out)
			return s, out.Sorted()
		}
		s, first := read()
		if _, again := read(); !slices.Equal(first, again) {
			t.Errorf("second time:\n%s\nfirst time:\n%s", lines(again), lines(first))
		}
		ls := strings.Split(string(src), "\n")
		for _, d := range first {
			if p := d.Pos; p.Line < 1 || p.Line > len(ls) || p.Col < 1 || p.Col > len(ls[p.Line-1])+1 {
				t.Errorf("%v is not in the file", p)
			}
		}
		for _, k := range s.Keys() {
			args := []any{"count", n}
			for _, p := range s.Placeholders(k) {
				args = append(args, p, "waarde")
			}
			if _, err := s.T(k, args...); err != nil {
				t.Errorf("%q: %v", k, err)
			}
		}
		s.Date(tomlfile.Date{Year: n, Month: n % 14, Day: n})
	})
}

// Plural forms are those of the CLDR of today where that of x/text is older.
func TestPluralsOfToday(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"he", 1, "one"}, {"he", 2, "two"}, {"he", 20, "other"}, {"he", 100, "other"}, {"he-IL", 30, "other"},
		{"mt", 1, "one"}, {"mt", 2, "two"}, {"mt", 0, "few"}, {"mt", 10, "few"}, {"mt", 11, "many"}, {"mt", 20, "other"}, {"mt", 102, "few"},
		{"ar", 2, "two"}, {"pl", 5, "many"},
	} {
		s := &Strings{tag: language.Make(c.lang)}
		if got := s.form(c.n); got != c.want {
			t.Errorf("%s %d: got %s, want %s", c.lang, c.n, got, c.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for lang, want := range map[string][3]string{
		"nl": {"1,2", "1.234", "3"}, "en": {"1.2", "1,234", "3"}, "de": {"1,2", "1.234", "3"}, "fr": {"1,2", "1\u202f234", "3"},
		"de-CH": {"1.2", "1’234", "3"}, "ar": {"١٫٢", "١٬٢٣٤", "٣"}, "nl-BE": {"1,2", "1.234", "3"},
	} {
		s := Parse(lang, "x.toml", nil, new(diag.List))
		for i, v := range []float64{1.23, 1234, 3} {
			if got := strings.ReplaceAll(s.Number(v), "\u00a0", "\u202f"); got != want[i] {
				t.Errorf("%s: %v is %q, want %q", lang, v, got, want[i])
			}
		}
	}
}
