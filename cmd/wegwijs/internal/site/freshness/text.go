package freshness

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
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
	Kind   string // that of the block; "title", "description" … of front matter
	Place  string // what a unit of the same place in a translation has too: level, row and column, name
	Source string // as it was typed, without the marks of lists and quotations; of an alert its mark and its title
	Pos    diag.Pos
	sum    [sha256.Size]byte // of Kind and Source, however its lines are broken
}

func newUnit(kind, place, source string, pos diag.Pos) Unit {
	text := source
	if kind != string(markdown.BlockCode) {
		text = strings.Join(strings.Fields(source), " ")
	}
	if kind == string(markdown.BlockHeading) || kind == string(markdown.BlockAlert) {
		text = place + " " + text // of another level it is another heading
	}
	return Unit{kind, place, source, pos, sha256.Sum256([]byte(kind + "\x00" + text))}
}

// signature is what a unit and its translation have in common.
func (u *Unit) signature() string { return u.Kind + " " + u.Place }

// Words returns how many words a translator has to read.
func (u *Unit) Words() int { return len(strings.Fields(u.Source)) }

// A Text is one page, in the order in which readers meet its units.
type Text struct {
	File     string
	Stamp    Stamp
	Units    []Unit
	Headings []markdown.Heading

	source string // the stamp in its front matter
	forced bool   // stamped although something was missing
}

// front are the texts of front matter that are translated.
var front = []string{"title", "nav_title", "description"}

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
	for _, key := range front {
		if s := table.String(key, ""); s != "" {
			t.Units = append(t.Units, newUnit(key, "", s, table.ValuePos(key)))
		}
	}
	facts := engine.Convert(&markdown.Input{File: file, Src: src, Body: content.Body(src), Out: silent}, nil, nil)
	t.Headings = facts.Headings
	blocks := facts.Blocks()
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
		t.Units = append(t.Units, newUnit(string(b.Kind), place, source, b.Pos(0)))
	}
	return t
}

// Forced reports whether the page was stamped although something was missing.
func (t *Text) Forced() bool { return t.forced }

// Words returns how many words a text has.
func (t *Text) Words() int {
	n := 0
	for i := range t.Units {
		n += t.Units[i].Words()
	}
	return n
}
