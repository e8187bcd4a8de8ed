package freshness

import (
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Report puts on out what a translation lacks of the text that it was made
// from, with the places of both.
func Report(source, translation *Text, out *diag.List, severity diag.Severity) {
	add := func(pos diag.Pos, code diag.Code, hint, msg string) {
		out.Add(diag.Diagnostic{Pos: pos, Severity: severity, Code: code, Msg: msg, Hint: hint})
	}
	pairs := Align(source, translation)
	at := diag.Pos{File: translation.File} // of the last unit that has a partner
	next := 0
	for _, g := range Gaps(source, translation, pairs) {
		for ; next < len(pairs) && pairs[next] != g.Pair; next++ {
			if p := pairs[next]; p.Target >= 0 {
				at = translation.Units[p.Target].Pos
			}
		}
		switch {
		case g.Target < 0:
			u := &source.Units[g.Source]
			add(at, diag.TranslationBlock, diag.Say("translate it: %s", excerpt(u.Source)), diag.Say("the translation does not have the %s of %s", diag.Phrase(u.Kind), u.Pos))
		case g.Source < 0:
			u := &translation.Units[g.Target]
			add(u.Pos, diag.TranslationBlock, diag.Say("remove it, or add it to %s", source.File), diag.Say("the text has no such %s", diag.Phrase(u.Kind)))
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
