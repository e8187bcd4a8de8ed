// Package tomlfile reads TOML the way authors need it: every unknown key, wrong
// type and bad value is reported at its line and column, all in one run, with
// the nearest valid name. BurntSushi/toml does the parsing; it stops at the
// first type that does not fit and gives no positions for keys, so values are
// taken from its generic form and [index] finds where each key stands.
package tomlfile

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/BurntSushi/toml"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A Date is a calendar date without time or zone. Its zero value means "none".
type Date struct{ Year, Month, Day int }

// IsZero reports whether no date was given.
func (d Date) IsZero() bool { return d == Date{} }

// String returns the date as ISO 8601: 2026-11-23; "" for none.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Time returns midnight UTC at the start of the date.
func (d Date) Time() time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
}

// doc is one parsed text and, once asked for, where its keys stand.
type doc struct {
	file   string
	src    []byte // the whole file
	start  int    // offset in src at which the TOML begins
	end    int
	out    *diag.List
	places map[string]place
	starts *diag.Lines
	probe  bool // see Probe
}

// A Table is one TOML table being read. Each getter marks its key as known;
// [Table.Done] then reports the keys nobody asked for. A nil *Table is an
// empty table. A Table is used by one goroutine.
type Table struct {
	doc     *doc
	path    []string // keys from the root; list elements as "#0", "#1"
	m       map[string]any
	known   []string
	missing map[string]diag.Diagnostic // what was said of required keys that are absent
	asked   *Key                       // what was asked of it, where the doc is a probe
}

// Digest returns a sum over the table's keys and values, but for some keys. How
// they are written does not matter, nor does the order of keys, which
// [Table.Keys] gives.
func (t *Table) Digest(but ...string) [sha256.Size]byte {
	m := maps.Clone(t.m)
	for _, k := range but {
		delete(m, k)
	}
	return sha256.Sum256(fmt.Appendf(nil, "%#v", m)) // fmt sorts the keys of maps
}

// To returns the table with what is wrong in it from now on going to out: a
// stage that reads its own part of a file reports for itself.
func (t *Table) To(out *diag.List) *Table {
	if t == nil {
		return nil
	}
	d, u := *t.doc, *t
	d.out = out
	u.doc, u.known = &d, slices.Clip(t.known)
	return &u
}

// Parse reads the TOML in src[start:end] of file. It returns nil when the text
// is not TOML; the mistake is then on out.
func Parse(file string, src []byte, start, end int, out *diag.List) *Table {
	if bytes.HasPrefix(src[start:end], bom) {
		start += len(bom) // the toml package leaves it out of its positions
	}
	d := &doc{file: file, src: src, start: start, end: end, out: out}
	if at, deep := d.deep(); deep {
		out.Errorf(diag.At(file, src, at), diag.TOMLSyntax, "no setting nests deeper than a few levels: see whether a bracket is left open before it", "lists, tables and dotted keys nest deeper than %d levels here", maxDepth)
		return nil
	}
	m := map[string]any{}
	if _, err := toml.Decode(string(src[start:end]), &m); err != nil {
		pos := diag.At(file, src, start)
		said := err.Error()
		if pe, ok := errors.AsType[toml.ParseError](err); ok {
			pos = diag.At(file, src, min(start+pe.Position.Start, end))
			said = pe.Message
		}
		what, hint := syntax(said)
		out.Errorf(pos, diag.TOMLSyntax, hint, "not valid TOML: %s", what)
		return nil
	}
	if dottedRE.Match(src[start:end]) {
		for _, at := range d.index() {
			out.Errorf(d.lines().At(at), diag.TOMLSyntax, "remove one of the two", "not valid TOML: the key is in use as a table already")
		}
	}
	return &Table{doc: d, m: m}
}

// dottedRE finds what may be a key with a dot in it. The toml package (1.6.0)
// drops the second line of a.b = 1, a = 2 without a word.
var dottedRE = regexp.MustCompile(`(?:^|[\n{,])[ \t]*[\w"'-]+[ \t]*\.`)

var bom = []byte("\xef\xbb\xbf")

const (
	hintTrue    = "write true"
	hintFalse   = "write false"
	hintValue   = "write a value behind the =, or leave out the line"
	hintQuotes  = `use straight quotes: title = "Postbus vol"`
	hintText    = `put text between quotes: title = "Postbus vol"`
	hintClose   = "close each [ with ], and each { with }"
	hintTable   = "close the name of the table with ]"
	hintEnd     = `close the text with a quote (")`
	hintLine    = `write one key on each line, and text between quotes: key = "value"`
	hintName    = `write a name before the =: title = "Postbus vol"`
	hintEscape  = `write \\ for a backslash, or put the text between single quotes`
	hintNumber  = "put it between quotes if it is text, such as a telephone number"
	hintUTF8    = "save the file as UTF-8"
	hintOnce    = "each key may stand once; remove one of the two"
	hintUnseen  = "remove the character; it may be invisible in your editor"
	hintSingles = `close the text with a quote (") on the same line`
)

// faults say in plain words what the toml package found, by a part of its own
// message, and what to do. The first that fits is said, with what the package
// quotes of the file where says has a place for it.
var faults = []struct {
	part string
	says diag.Phrase
	hint string
}{
	{`expected value but found "True"`, "%s is not a value here", "write true, in small letters"},
	{`expected value but found "False"`, "%s is not a value here", "write false, in small letters"},
	{`expected value but found "yes"`, "%s is not a value here", hintTrue},
	{`expected value but found "no"`, "%s is not a value here", hintFalse},
	{`expected value but found "ja"`, "%s is not a value here", hintTrue},
	{`expected value but found "nee"`, "%s is not a value here", hintFalse},
	{`expected value but found "nein"`, "%s is not a value here", hintFalse},
	{`expected value but found "oui"`, "%s is not a value here", hintTrue},
	{`expected value but found "non"`, "%s is not a value here", hintFalse},
	{`expected value but found '\n'`, "there is nothing behind the =", hintValue},
	{`expected value but found '\r'`, "there is nothing behind the =", hintValue},
	{`expected value but found '#'`, "there is nothing behind the =", hintValue},
	{`expected value but found '“'`, "%s is not a quote that begins a text", hintQuotes},
	{`expected value but found '”'`, "%s is not a quote that begins a text", hintQuotes},
	{`expected value but found '‘'`, "%s is not a quote that begins a text", hintQuotes},
	{`expected value but found '’'`, "%s is not a quote that begins a text", hintQuotes},
	{`expected value but found '„'`, "%s is not a quote that begins a text", hintQuotes},
	{`expected value but found '«'`, "%s is not a quote that begins a text", hintQuotes},
	{"expected value but found", "%s is not a value here", hintText},
	{"unexpected EOF; expected value", "it ends where a value should stand", hintClose},
	{"unexpected EOF; expected ']'", "the name of the table has no end", hintTable},
	{"already been defined", "%s is there twice", hintOnce},
	{"was already created", "%s is there already, as something else", "the name is in use for something else; remove one of the two"},
	{"strings cannot contain newlines", "the text has no quote at its end", hintSingles},
	{"unexpected EOF; expected key separator", "no = follows the name", hintLine},
	{"unexpected EOF; expected", "the text has no quote at its end", hintEnd},
	{"array terminator", "the list is not closed, or a comma is missing in it", "put a comma between the parts of the list, and ] at its end"},
	{"inline table terminator", "the table is not closed, or a comma is missing in it", "put a comma between the parts of the table, and } at its end"},
	{"to end table name", "the name of the table has no end", hintTable},
	{"table array name", "the name of the table has no end", hintTable},
	{"table names cannot be empty", "the table has no name", "write a name between the [ and the ]"},
	{"got ':'", "a colon stands where = should be", `write = instead of a colon: title = "Postbus vol"`},
	{"expected a top-level item to end", "behind the value stands something that does not belong there", hintLine},
	{"expected '.' or '='", "no = follows the name", hintLine},
	{"bare keys cannot contain", "a name cannot hold %s", hintLine},
	{"key name appears blank", "there is no name before the =", hintName},
	{"cannot start with a '.'", "a name cannot begin with a dot", hintName},
	{"unexpected comma", "a comma too many", "remove one of the two commas"},
	{"unexpected '='", "an = too many", hintLine},
	{"unexpected '.'", "a dot too many", hintLine},
	{"invalid escape", "a backslash stands before %s", hintEscape},
	{"hexadecimal digits", "a backslash stands before something that it does not go with", hintEscape},
	{"escaped character", "a backslash stands before something that it does not go with", hintEscape},
	{"invalid integer", "this number cannot be read: %s", hintNumber},
	{"invalid float", "this number cannot be read: %s", hintNumber},
	{"floats must start", "a number cannot begin with a dot", hintNumber},
	{"non-decimal", "this number cannot be read: %s", hintNumber},
	{"expected a digit", "this number cannot be read: %s", hintNumber},
	{"not a binary number", "this number cannot be read: %s", hintNumber},
	{"not an octal number", "this number cannot be read: %s", hintNumber},
	{"not a hexadecimal number", "this number cannot be read: %s", hintNumber},
	{"out of range", "this number is too large: %s", hintNumber},
	{"invalid datetime", "%s is no date", "write a date as 2026-11-23, without quotes"},
	{"invalid utf-8", "this is not UTF-8 text", hintUTF8},
	{"null byte", "this is not UTF-8 text", hintUTF8},
	{"control characters", "a character that nobody sees", hintUnseen},
	{"is not a table", "%s has a value already, so nothing can stand below it", "the name is in use for something else; remove one of the two"},
}

// quotedRE finds what a message of the toml package has from the file.
var quotedRE = regexp.MustCompile(`'\\?[^']+'|"(?:[^"\\]|\\.)*"`)

// syntax returns what is wrong and what to do, of a message of the toml package.
func syntax(said string) (what, hint string) {
	low := strings.ToLower(said)
	for _, f := range faults {
		if !strings.Contains(low, strings.ToLower(f.part)) {
			continue
		}
		if !strings.Contains(string(f.says), "%s") {
			return diag.Say("%s", f.says), f.hint
		}
		return diag.Say(string(f.says), quoted(said)), f.hint
	}
	return diag.Say("this line cannot be read"), hintLine
}

// quoted returns the last thing between quotes in a message, without them.
func quoted(said string) string {
	all := quotedRE.FindAllString(said, -1)
	if all == nil {
		return "?"
	}
	last := all[len(all)-1]
	if text, err := strconv.Unquote(last); err == nil {
		return text
	}
	return strings.Trim(last, `'"`)
}

// Has reports whether key is present, and marks it as known.
func (t *Table) Has(key string) bool {
	_, ok := t.get(key, "")
	return ok
}

func (t *Table) get(key, kind string) (any, bool) {
	if t == nil {
		return nil, false
	}
	if t.doc.probe {
		t.asked.ask(key, kind)
	}
	if !slices.Contains(t.known, key) {
		t.known = append(t.known, key)
	}
	v, ok := t.m[key]
	return v, ok
}

// Know marks keys as known without reading them.
func (t *Table) Know(keys ...string) {
	for _, k := range keys {
		t.get(k, "")
	}
}

// String returns the text at key, or def when there is none.
func (t *Table) String(key, def string) string {
	v, ok := t.get(key, Text)
	if !ok {
		return def
	}
	s, ok := v.(string)
	if !ok {
		t.wrong(key, v, "text", Written(key)+" = "+Quote(sample(v)))
		return def
	}
	s, ok = text(s)
	if !ok {
		t.Errorf(key, diag.TOMLValue, "remove it; it may be invisible in your editor", "%s holds a control character", t.name(key))
		return def
	}
	return s
}

// text returns a text with the line ends that it has on every system; ok is
// false when it holds characters that have no place in one.
func text(s string) (clean string, ok bool) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return s, !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })
}

// Visible reports, with code, a text at one of keys that holds characters that
// readers do not see: they turn a text round or make it look like another one
// (Unicode Standard Annex #9, "explicit directional formatting characters", and
// spaces without a width).
func (t *Table) Visible(code diag.Code, keys ...string) {
	if t == nil {
		return
	}
	for _, key := range keys {
		s, _ := t.m[key].(string)
		for _, c := range s {
			if c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || slices.Contains([]rune{0x200b, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff}, c) {
				t.Errorf(key, code, "write the text again, without it", "it holds U+%04X, which readers do not see", c)
				break
			}
		}
	}
}

// Required returns the text at key and reports an absent or blank one; hint says
// what belongs there.
func (t *Table) Required(key, hint string) string {
	if t == nil {
		return ""
	}
	if t.doc.probe {
		t.asked.ask(key, Text).Required = true
	}
	if _, ok := t.m[key]; !ok {
		t.get(key, Text)
		t.Missing(key, diag.TOMLMissing, hint, "%s is missing", t.name(key))
		return ""
	}
	s := t.String(key, "")
	if _, isString := t.m[key].(string); isString && strings.TrimSpace(s) == "" {
		t.Errorf(key, diag.TOMLValue, hint, "%s is empty", t.name(key))
	}
	return s
}

// Missing reports that key is absent; [Table.Done] takes that back where another
// key of the table is this one misspelled.
func (t *Table) Missing(key string, code diag.Code, hint, format string, args ...any) {
	if t == nil {
		return
	}
	d := diag.Diagnostic{Pos: t.Pos(), Code: code, Msg: diag.Say(format, args...), Hint: hint}
	t.doc.out.Add(d)
	if t.missing == nil {
		t.missing = map[string]diag.Diagnostic{}
	}
	t.missing[key] = d
}

// Int returns the whole number at key, or def when there is none.
func (t *Table) Int(key string, def int) int {
	v, ok := t.get(key, Number)
	if !ok {
		return def
	}
	n, ok := v.(int64)
	if !ok {
		example := "10"
		switch v := v.(type) {
		case string:
			if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
				example = strconv.Itoa(n)
			}
		case float64:
			if math.Abs(v) < 1e9 {
				example = strconv.Itoa(int(v))
			}
		}
		t.wrong(key, v, "a whole number", Written(key)+" = "+example)
		return def
	}
	if int64(int(n)) != n {
		t.Errorf(key, diag.TOMLValue, "", "%s is out of range", t.name(key))
		return def
	}
	return int(n)
}

// Bool returns the true or false at key, or def when there is none.
func (t *Table) Bool(key string, def bool) bool {
	v, ok := t.get(key, Boolean)
	if !ok {
		return def
	}
	b, ok := v.(bool)
	if !ok {
		example := "true"
		if s := strings.ToLower(fmt.Sprint(v)); s == "false" || s == "no" || s == "nee" || s == "0" {
			example = "false"
		}
		t.wrong(key, v, "true or false", Written(key)+" = "+example)
		return def
	}
	return b
}

// Date returns the date at key; the zero Date when there is none.
func (t *Table) Date(key string) Date {
	v, ok := t.get(key, Day)
	if !ok {
		return Date{}
	}
	d, ok := v.(time.Time)
	if !ok || d.Location().String() != dateLocal {
		example := "2026-11-23"
		if s, _ := v.(string); s != "" {
			if day, err := time.Parse(time.DateOnly, s); err == nil {
				example = day.Format(time.DateOnly)
			}
		}
		t.wrong(key, v, "a date", diag.Say("%s = %s (without quotes)", Written(key), example))
		return Date{}
	}
	return Date{d.Year(), int(d.Month()), d.Day()}
}

// Strings returns the list of texts at key; nil when there is none. Elements
// that are no texts are reported and left out; a text instead of a list is
// reported, and is then the only one of it.
func (t *Table) Strings(key string) []string {
	v, ok := t.get(key, Texts)
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		t.wrong(key, v, "a list of texts", fmt.Sprintf("%s = [%s]", Written(key), Quote(sample(v))))
		if s, ok := v.(string); ok {
			if s, ok = text(s); ok {
				return []string{s}
			}
		}
		return nil
	}
	ss := make([]string, 0, len(list))
	for i, e := range list {
		s, ok := e.(string)
		if !ok {
			t.doc.out.Errorf(t.item(key, i), diag.TOMLType, "put it between quotes", "%s takes a list of texts, this is %s", t.name(key), kind(e))
			continue
		}
		if s, ok = text(s); !ok {
			t.doc.out.Errorf(t.item(key, i), diag.TOMLValue, "remove it; it may be invisible in your editor", "%s holds a control character", t.name(key))
		}
		ss = append(ss, s)
	}
	return ss
}

// OneOf returns the text at key, which must be one of valid; def when there is
// none or it is another.
func (t *Table) OneOf(key, def string, valid ...string) string {
	s := t.String(key, def)
	t.Takes(key, valid...)
	if s != def && !slices.Contains(valid, s) {
		t.Errorf(key, diag.TOMLValue, diag.DidYouMean(s, valid), "%s cannot be %q", t.name(key), s)
		return def
	}
	return s
}

// Table returns the table at key; nil when there is none.
func (t *Table) Table(key string) *Table {
	v, ok := t.get(key, OneTable)
	if t.probing() {
		return t.below(key)
	}
	if !ok {
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		t.wrong(key, v, "a table", "["+t.name(key)+"]")
		return nil
	}
	return &Table{doc: t.doc, path: append(slices.Clone(t.path), key), m: m}
}

// Tables returns the list of tables at key ([[key]] in the file).
func (t *Table) Tables(key string) []*Table {
	v, ok := t.get(key, ManyTables)
	if t.probing() {
		return []*Table{t.below(key)}
	}
	if !ok {
		return nil
	}
	var ms []map[string]any
	switch v := v.(type) {
	case []map[string]any:
		ms = v
	case []any:
		for _, e := range v {
			m, ok := e.(map[string]any)
			if !ok {
				t.wrong(key, v, "a list of tables", "[["+t.name(key)+"]]")
				return nil
			}
			ms = append(ms, m)
		}
	default:
		t.wrong(key, v, "a list of tables", "[["+t.name(key)+"]]")
		return nil
	}
	ts := make([]*Table, len(ms))
	for i, m := range ms {
		ts[i] = &Table{doc: t.doc, path: append(slices.Clone(t.path), key, "#"+strconv.Itoa(i)), m: m}
	}
	return ts
}

// Keys returns the table's keys in the order in which they stand in the file.
func (t *Table) Keys() []string {
	if t == nil {
		return nil
	}
	if t.doc.probe {
		return []string{Any}
	}
	keys := make([]string, 0, len(t.m))
	for k := range t.m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		p, q := t.find(a).key, t.find(b).key
		if p != q {
			return p - q
		}
		return strings.Compare(a, b)
	})
	return keys
}

// IsTable reports whether key holds a table, without marking it as known.
func (t *Table) IsTable(key string) bool {
	if t == nil {
		return false
	}
	if t.doc.probe {
		return true
	}
	_, ok := t.m[key].(map[string]any)
	return ok
}

// Misspelled returns the table that stands under a key by which people mean
// another one, see [diag.Meant]; nil when there is none. [Table.Done] reports its
// key all the same.
func (t *Table) Misspelled(key string) *Table {
	if t == nil || t.doc.probe {
		return nil
	}
	for _, k := range slices.Sorted(maps.Keys(t.m)) {
		if m, ok := t.m[k].(map[string]any); ok && k != key && diag.Meant(k, []string{key}) == key {
			return &Table{doc: t.doc, path: append(slices.Clone(t.path), k), m: m}
		}
	}
	return nil
}

// Done reports every key that no getter asked for. Where one of them is a
// required key misspelled, it is not said besides that that one is missing.
func (t *Table) Done() {
	if t == nil {
		return
	}
	for k := range t.m {
		if !slices.Contains(t.known, k) {
			t.doc.out.Errorf(t.KeyPos(k), diag.TOMLKey, diag.DidYouMean(k, t.known), "unknown key %q", t.name(k))
			if d, ok := t.missing[diag.Meant(k, t.known)]; ok {
				t.doc.out.Withdraw(d)
			}
		}
	}
}

// Errorf reports a mistake in the value at key.
func (t *Table) Errorf(key string, code diag.Code, hint, format string, args ...any) {
	if t == nil {
		return
	}
	t.doc.out.Errorf(t.ValuePos(key), code, hint, format, args...)
}

// Warnf reports a doubtful value at key.
func (t *Table) Warnf(key string, code diag.Code, hint, format string, args ...any) {
	if t == nil {
		return
	}
	t.doc.out.Warnf(t.ValuePos(key), code, hint, format, args...)
}

// Pos returns the position of the table's header.
func (t *Table) Pos() diag.Pos {
	if t == nil {
		return diag.Pos{}
	}
	if len(t.path) == 0 {
		return diag.At(t.doc.file, t.doc.src, t.doc.start)
	}
	return t.doc.pos(t.path, false)
}

// KeyPos returns the position of key itself.
func (t *Table) KeyPos(key string) diag.Pos {
	if t == nil {
		return diag.Pos{}
	}
	return t.doc.pos(append(slices.Clone(t.path), key), false)
}

// ValuePos returns the position of the value at key, or of the table when the
// key is absent.
func (t *Table) ValuePos(key string) diag.Pos {
	if t == nil {
		return diag.Pos{}
	}
	if _, ok := t.m[key]; !ok {
		return t.Pos()
	}
	return t.doc.pos(append(slices.Clone(t.path), key), true)
}

// ItemPos returns the position of element i of the list at key, counted as
// [Table.Strings] returns them: without those that are no texts.
func (t *Table) ItemPos(key string, i int) diag.Pos {
	if t == nil {
		return diag.Pos{}
	}
	list, _ := t.m[key].([]any)
	texts := 0
	for j, e := range list {
		if _, ok := e.(string); !ok {
			continue
		}
		if texts == i {
			return t.item(key, j)
		}
		texts++
	}
	return t.item(key, i)
}

// item returns the position of element i of the list as it stands in the file.
func (t *Table) item(key string, i int) diag.Pos {
	return t.doc.pos(append(slices.Clone(t.path), key, "#"+strconv.Itoa(i)), true)
}

func (t *Table) find(key string) place {
	return t.doc.find(append(slices.Clone(t.path), key))
}

// name returns a key with the tables around it, as a reader would say it.
func (t *Table) name(key string) string {
	var b strings.Builder
	for _, p := range t.path {
		if strings.HasPrefix(p, "#") {
			continue
		}
		b.WriteString(p)
		b.WriteByte('.')
	}
	return b.String() + key
}

func (t *Table) wrong(key string, v any, want, example string) {
	t.Errorf(key, diag.TOMLType, diag.Say("write %s", example), "%s takes %s, this is %s", t.name(key), diag.Phrase(want), diag.Phrase(kind(v)))
}

// sample returns a value as the text that its writer may have meant.
func sample(v any) string {
	switch v := v.(type) {
	case string, int64, float64, bool:
		return fmt.Sprint(v)
	case time.Time:
		if v.Location().String() == dateLocal {
			return v.Format(time.DateOnly)
		}
	case []any:
		if len(v) == 1 {
			return sample(v[0])
		}
	}
	return "…"
}

func kind(v any) string {
	switch v := v.(type) {
	case string:
		return "text"
	case int64:
		return "a whole number"
	case float64:
		return "a decimal number"
	case bool:
		return "true or false"
	case time.Time:
		switch v.Location().String() {
		case dateLocal:
			return "a date"
		case "time-local":
			return "a time"
		}
		return "a date with a time"
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return fmt.Sprintf("%T", v)
}

// dateLocal is the name of the zone that the toml package gives to a date
// without a time.
const dateLocal = "date-local"
