package freshness

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// BaseDir holds the texts that translations were made from, each under its
// stamp.
const BaseDir = "i18n/base"

// A Stamp names one state of a text: the first 16 hexadecimal digits of the
// SHA-256 of its file.
type Stamp string

// StampOf returns the stamp of a file with these bytes.
func StampOf(src []byte) Stamp { return StampOfSum(sha256.Sum256(src)) }

// StampOfSum is [StampOf] for a file whose digest is known.
func StampOfSum(sum [sha256.Size]byte) Stamp { return Stamp(hex.EncodeToString(sum[:8])) }

// Valid reports whether s has the form of a stamp.
func (s Stamp) Valid() bool {
	return len(s) == 16 && strings.Trim(string(s), "0123456789abcdef") == ""
}

// File returns the path at which the text is kept.
func (s Stamp) File() string { return BaseDir + "/" + string(s) + ".md" }

// A Unit is a piece of a page that is translated by itself: a block of its
// text, or a text of its front matter.
type Unit struct {
	Kind   string // that of the block; "title", "description" … of front matter, "group" for the title of a group
	Place  string // what a unit of the same place in a translation has too: level, row and column, name
	Source string // as it was typed, without the marks of lists and quotations; of an alert its mark and its title
	Text   string // what readers see of it, without a site
	Pos    diag.Pos
	// Spans are the offsets in the file between which the words stand, a pair for
	// each line; line ends count as one byte. Nil for what is not translated by
	// itself: code, settings, a picture in running text.
	Spans [][2]int
	Step  bool // it stands in a step of what readers do in order

	// Condition says of a when directive when its content stands: has=pop. When is
	// the place among the units of the one in which a unit stands; -1 for none.
	Condition string
	When      int

	sum [sha256.Size]byte // of Kind and Source, however its lines are broken
}

func newUnit(kind, place, source string, pos diag.Pos) Unit {
	text := source
	switch kind {
	case string(markdown.BlockCode):
	case string(markdown.BlockDirective):
		text = strings.TrimLeft(strings.TrimSpace(source), ":") // as many as nesting takes
	default:
		text = strings.Join(strings.Fields(source), " ")
	}
	if kind == string(markdown.BlockHeading) || kind == string(markdown.BlockAlert) {
		text = place + " " + text // of another level it is another heading
	}
	return Unit{Kind: kind, Place: place, Source: source, Pos: pos, When: -1, sum: sumOf(kind, text)}
}

func sumOf(kind, text string) [sha256.Size]byte { return sha256.Sum256([]byte(kind + "\x00" + text)) }

// signature is what a unit and its translation have in common.
func (u *Unit) signature() string { return u.Kind + " " + u.Place + " " + u.Condition }

// own reports whether each language has such a unit or not, as it likes: a title
// that is too long for a menu in one may fit there in another.
func (u *Unit) own() bool { return u.Kind == "nav_title" }

// Words returns how many words a translator has to read.
func (u *Unit) Words() int { return len(tokens(u.Source)) }

// A token is a word or, in a script that has no spaces between words, a letter.
type token struct {
	text  string
	space bool // there is a space before it
}

// unspaced are the scripts that have no spaces between words.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Yi, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan}

// tokens takes a text apart.
func tokens(s string) []token {
	list := make([]token, 0, len(s)/6+1)
	for _, word := range strings.Fields(s) {
		space, from := true, 0
		add := func(to int) {
			if to > from {
				list = append(list, token{word[from:to], space})
				space, from = false, to
			}
		}
		for i, r := range word {
			if r >= 0x0e00 && unicode.In(r, unspaced...) && !unicode.Is(unicode.M, r) {
				add(i)
				from = i
				// What follows stands by itself, but for the marks on this letter.
				end := i + utf8.RuneLen(r)
				for end < len(word) {
					m, n := utf8.DecodeRuneInString(word[end:])
					if !unicode.Is(unicode.M, m) {
						break
					}
					end += n
				}
				add(end)
			}
		}
		add(len(word))
	}
	return list
}

func texts(tokens []token) []string {
	list := make([]string, len(tokens))
	for i, t := range tokens {
		list[i] = t.text
	}
	return list
}

// A Text is one page, in the order in which readers meet its units.
type Text struct {
	File     string
	Stamp    Stamp
	Units    []Unit
	Headings []markdown.Heading

	source string // the stamp in its front matter
	forced bool   // stamped although something was missing
}

// front are the texts of front matter that are translated, besides the titles of
// groups.
var front = []string{"title", "nav_title", "description"}

// group is the kind of the title of a group of pages.
const group = "group"

// Front reports whether the unit stands in front matter.
func (u *Unit) Front() bool { return u.Kind == group || slices.Contains(front, u.Kind) }

// engine makes the trees of pages; what it would do to signs and quotes has no
// part in their sources.
var engine = markdown.New(markdown.Options{})

// Parse takes a page apart. Mistakes in it are not reported: a build does that.
// A page that cannot be read has no units.
func Parse(file string, src []byte) *Text {
	t := &Text{File: file, Stamp: StampOf(src)}
	silent := new(diag.List)
	table := content.FrontMatter(file, src, silent)
	if table == nil {
		return t
	}
	t.source = table.String("source", "")
	t.forced = forcedRE.Match(src[:content.Body(src)])
	text := unix(src)
	t.Units = frontUnits(table, text)
	facts := engine.Convert(&markdown.Input{File: file, Src: src, Body: content.Body(src), Out: silent}, nil, nil)
	t.Headings = facts.Headings
	blocks := facts.Blocks()
	body, covered, before := content.Body(text), 0, len(t.Units)
	image := string(markdown.BlockImage)
	for i := range blocks {
		b := &blocks[i]
		place := b.Name
		switch b.Kind {
		case markdown.BlockHeading:
			place = strconv.Itoa(b.Level)
		case markdown.BlockCell:
			place = strconv.Itoa(b.Row) + "," + strconv.Itoa(b.Column)
		}
		source := b.Source()
		if b.Kind == markdown.BlockAlert {
			source = strings.TrimSpace("[!" + strings.ToUpper(b.Name) + "] " + strings.TrimSpace(source))
		}
		u := newUnit(string(b.Kind), place, source, b.Pos(0))
		u.Text, u.Step = b.Text, b.Step()
		if b.When >= 0 {
			u.When = before + b.When
		}
		if u.Condition = b.Condition(); u.Condition != "" {
			u.sum = sumOf(u.Kind, u.Condition)
		}
		for _, s := range b.Typed() {
			s[0], s[1] = s[0]+body, s[1]+body
			if u.Kind == image && s[1] <= covered {
				break // it stands in the text before it
			}
			u.Spans = append(u.Spans, s)
			covered = max(covered, s[1])
		}
		for j := len(t.Units) - 1; u.Kind != image && u.Spans != nil && j >= 0 && t.Units[j].Kind == image; j-- {
			if at := t.Units[j].Spans; at != nil && at[0][0] >= u.Spans[0][0] {
				t.Units[j].Spans = nil // it stands in the text behind it, a caption
			}
		}
		t.Units = append(t.Units, u)
	}
	return t
}

// Gist returns a digest of what of a page is translated, at little cost: of its
// text, and of the lines of its front matter that may have a part in it. Pages with
// the same gist have the same units; others may have them too.
func Gist(src []byte) [sha256.Size]byte {
	sum := sha256.New()
	if start, end, ok := content.FrontMatterRange(src); ok {
		head := src[start:end]
		all := bytes.Contains(head, []byte(`"""`)) || bytes.Contains(head, []byte(`'''`)) // of several lines
		for line := range bytes.Lines(head) {
			if all || translated(bytes.TrimLeft(line, " \t")) {
				sum.Write(line)
			}
		}
	}
	sum.Write([]byte("+++\n"))
	sum.Write(src[content.Body(src):])
	return [sha256.Size]byte(sum.Sum(nil))
}

// translated reports whether a line of front matter may have a part in a unit.
func translated(line []byte) bool {
	switch {
	case bytes.HasPrefix(line, []byte(`"`)), bytes.HasPrefix(line, []byte("'")):
		return bytes.Contains(line, []byte("=")) // a key can have quotes
	case bytes.HasPrefix(line, []byte("[")), bytes.HasPrefix(line, []byte("groups")):
		return true
	}
	return slices.ContainsFunc(front, func(key string) bool { return bytes.HasPrefix(line, []byte(key)) })
}

// frontUnits returns the units of front matter, in the order in which readers meet
// them. The lines of text, the bytes of the page, end as on Unix.
func frontUnits(table *tomlfile.Table, text []byte) []Unit {
	var units []Unit
	add := func(in *tomlfile.Table, key, kind, place string) {
		if s := in.String(key, ""); s != "" {
			u := newUnit(kind, place, s, in.ValuePos(key))
			u.Text, u.Spans = s, quoted(text, u.Pos)
			units = append(units, u)
		}
	}
	for _, key := range front {
		add(table, key, key, "")
	}
	if table.IsTable("groups") {
		groups := table.Table("groups")
		for _, id := range groups.Keys() {
			add(groups.Table(id), "title", group, id)
		}
	}
	return units
}

// quotedRE is a value of front matter on one line, with its quotes.
var quotedRE = regexp.MustCompile(`^(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*')`)

// quoted returns where the value at a position stands, with its quotes, when that is
// on one line.
func quoted(text []byte, at diag.Pos) [][2]int {
	from := 0
	for range at.Line - 1 {
		from += bytes.IndexByte(text[from:], '\n') + 1
	}
	from += at.ByteCol() - 1
	m := quotedRE.FindIndex(text[from:])
	if m == nil || bytes.HasPrefix(text[from:], []byte(`"""`)) || bytes.HasPrefix(text[from:], []byte(`'''`)) {
		return nil
	}
	return [][2]int{{from, from + m[1]}}
}

// unix returns a text with line ends of one byte.
func unix(src []byte) []byte { return bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")) }

// when returns the line of the when directive in which the n-th unit stands, with a
// space behind it; "" for none.
func (t *Text) when(n int) string {
	if w := t.Units[n].When; w >= 0 {
		return strings.TrimSpace(t.Units[w].Source) + " "
	}
	return ""
}

// Forced reports whether the page was stamped although something was missing.
func (t *Text) Forced() bool { return t.forced }

// Words returns how many words a text has; nil has none.
func (t *Text) Words() int {
	n := 0
	if t == nil {
		return 0
	}
	for i := range t.Units {
		n += t.Units[i].Words()
	}
	return n
}
