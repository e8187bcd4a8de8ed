package freshness

import (
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// Report puts on out what a translation lacks of the text that it was made
// from, with the places of both.
func Report(source, translation *Text, out *diag.List, severity diag.Severity) {
	report(source, translation, Align(source, translation), out, severity)
}

func report(source, translation *Text, pairs []Pair, out *diag.List, severity diag.Severity) {
	add := func(pos diag.Pos, code diag.Code, hint, msg string) {
		out.Add(diag.Diagnostic{Pos: pos, Severity: severity, Code: code, Msg: msg, Hint: hint})
	}
	at := diag.Pos{File: translation.File} // of the last unit that has a partner
	next := 0
	gaps := Gaps(source, translation, pairs)
	for n := 1; len(gaps) > 0; gaps = gaps[n:] {
		g := gaps[0]
		n = 1
		for ; next < len(pairs) && pairs[next] != g.Pair; next++ {
			if p := pairs[next]; p.Target >= 0 {
				at = translation.Units[p.Target].Pos
			}
		}
		switch {
		case g.Target < 0:
			u := &source.Units[g.Source]
			what, count := together(gaps, source.Units[g.Source:], func(g Gap) (int, bool) { return g.Source, g.Target < 0 })
			hint, msg := diag.Say("translate it: %s", excerpt(u.Source)), diag.Say("the translation does not have the %s of %s", what, u.Pos)
			if n = count; what == "" {
				msg = diag.Say("the translation does not have the %d blocks from %s to %s", n, u.Pos, source.Units[g.Source+n-1].Pos)
				hint = diag.Say("translate them; the first is: %s", excerpt(u.Source))
			}
			add(at, diag.TranslationBlock, hint, msg)
		case g.Source < 0:
			u := &translation.Units[g.Target]
			what, count := together(gaps, translation.Units[g.Target:], func(g Gap) (int, bool) { return g.Target, g.Source < 0 })
			hint, msg := diag.Say("remove it, or add it to %s", source.File), diag.Say("the text has no such %s", what)
			if n = count; what == "" {
				msg = diag.Say("the text does not have these %d blocks, up to %s", n, translation.Units[g.Target+n-1].Pos)
				hint = diag.Say("remove them, or add them to %s", source.File)
			}
			add(u.Pos, diag.TranslationBlock, hint, msg)
		default:
			u, v := &source.Units[g.Source], &translation.Units[g.Target]
			hint := diag.Say("compare it with %s: %s", u.Pos, excerpt(u.Source))
			switch {
			case g.Apart && u.When >= 0:
				when := &source.Units[u.When]
				add(v.Pos, diag.TranslationBlock, hint, diag.Say("it does not stand in the %s of %s", excerpt(when.Source), when.Pos))
			case g.Apart:
				add(v.Pos, diag.TranslationBlock, hint, diag.Say("it stands in %s, and in the text it does not", excerpt(translation.Units[v.When].Source)))
			case len(g.Values) > 0:
				add(v.Pos, diag.TranslationValue, hint, diag.Say("the translation lacks %s", strings.Join(g.Values, ", ")))
			default:
				add(v.Pos, diag.TranslationValue, hint, diag.Say("the text has no such condition: %s", strings.Join(g.Beyond, ", ")))
			}
		}
	}
}

// many is how many units in a row are one finding, whatever they are.
const many = 4

// together returns how many gaps, from the first on, are one mistake, since only one
// side has those units, one behind the other: a row of a table, or many. only says
// which unit that is, units are those from the first on. what is the name of what is
// missing; "" for many.
func together(gaps []Gap, units []Unit, only func(Gap) (unit int, _ bool)) (what diag.Phrase, n int) {
	first, _ := only(gaps[0])
	for n = 1; n < len(gaps); n++ {
		if unit, ok := only(gaps[n]); !ok || unit != first+n {
			break
		}
	}
	row := 1
	for row < n && units[0].row() != "" && units[row].row() == units[0].row() {
		row++
	}
	switch {
	case n > row && n >= many:
		return "", n
	case row > 1:
		return diag.Phrase("row"), row
	}
	return units[0].Called(), 1
}

// row returns the row of the cell that a unit is; "" for none.
func (u *Unit) row() string {
	if u.Kind != string(markdown.BlockCell) {
		return ""
	}
	row, _, _ := strings.Cut(u.Place, ",")
	return row
}

// called are what findings call the kinds of units.
var called = map[string]diag.Phrase{
	"title":       diag.Phrase("title"),
	"nav_title":   diag.Phrase("short title"),
	"description": diag.Phrase("description"),
	group:         diag.Phrase("title of a group"),

	string(markdown.BlockHeading):    diag.Phrase("heading"),
	string(markdown.BlockParagraph):  diag.Phrase("paragraph"),
	string(markdown.BlockItem):       diag.Phrase("item"),
	string(markdown.BlockQuote):      diag.Phrase("paragraph of a quotation or an alert"),
	string(markdown.BlockTerm):       diag.Phrase("term"),
	string(markdown.BlockDefinition): diag.Phrase("definition"),
	string(markdown.BlockCell):       diag.Phrase("cell"),
	string(markdown.BlockNote):       diag.Phrase("footnote"),
	string(markdown.BlockAlert):      diag.Phrase("alert"),
	string(markdown.BlockDirective):  diag.Phrase("directive"),
	string(markdown.BlockImage):      diag.Phrase("text of a picture"),
	string(markdown.BlockCode):       diag.Phrase("block of code"),
}

// Called returns what findings call a unit: its kind.
func (u *Unit) Called() diag.Phrase { return called[u.Kind] }

func excerpt(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return string(r)
}

// Words returns two texts, each on one line, with the words that the other does
// not have between marks: [-…-] in the old one, {+…+} in the new one, or in
// colours of a terminal.
func Words(old, now string, color bool) (string, string) {
	a, b := tokens(old), tokens(now)
	inA, inB := make([]bool, len(a)), make([]bool, len(b))
	if old == "" || now == "" { // it is new or gone as a whole
		return mark(a, nil, [2]string{}), mark(b, nil, [2]string{})
	}
	for _, m := range common(len(a), len(b), func(i int) string { return a[i].text }, func(j int) string { return b[j].text }) {
		inA[m[0]], inB[m[1]] = true, true
	}
	marks := [2][2]string{{"[-", "-]"}, {"{+", "+}"}}
	if color {
		marks = [2][2]string{{"\x1b[31m", "\x1b[0m"}, {"\x1b[32m", "\x1b[0m"}}
	}
	return mark(a, inA, marks[0]), mark(b, inB, marks[1])
}

// mark joins words, with those between marks that are not the same; nil is all.
func mark(words []token, same []bool, marks [2]string) string {
	differs := func(i int) bool { return same != nil && i >= 0 && i < len(words) && !same[i] }
	var s strings.Builder
	for i, w := range words {
		if i > 0 && w.space {
			s.WriteByte(' ')
		}
		if differs(i) && !differs(i-1) {
			s.WriteString(marks[0])
		}
		s.WriteString(w.text)
		if differs(i) && !differs(i+1) {
			s.WriteString(marks[1])
		}
	}
	return s.String()
}
