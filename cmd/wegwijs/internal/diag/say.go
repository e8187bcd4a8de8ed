package diag

import (
	"fmt"
	"strings"
)

// A Lang is a language in which the program speaks to authors.
type Lang string

const (
	English Lang = "en"
	Dutch   Lang = "nl"
)

// LangOf returns the language for a locale such as "nl_BE.UTF-8" or "nl";
// English where the program does not speak the language.
func LangOf(locale string) Lang {
	l := strings.ToLower(locale)
	if l == "nl" || strings.HasPrefix(l, "nl_") || strings.HasPrefix(l, "nl-") || strings.HasPrefix(l, "nl.") {
		return Dutch
	}
	return English
}

// A Phrase is a text of the program that stands in a message as one of its
// arguments, such as "a whole number": it is translated with the message.
type Phrase string

// Say returns a text that can still be translated: as English, the same as
// fmt.Sprintf(format, args...). The result is for Msg and Hint of a finding,
// alone or joined to others, for [In], and for %s in another Say; it holds marks
// that a reader must not see. Errors among the arguments are translated with
// the text, as [ErrorIn] has them. The format must be a constant: it is the key
// of the translation.
func Say(format string, args ...any) string {
	if false {
		_ = fmt.Sprintf(format, args...) // so that vet checks the arguments
	}
	if format == "%s" && len(args) == 1 { // a text that somebody else said
		if p, ok := args[0].(Phrase); ok {
			return begin + string(p) + end
		}
		return strings.TrimPrefix(argument("%s", args[0]), phrase) // In looks that up too
	}
	var b strings.Builder
	b.WriteString(begin)
	b.WriteString(format)
	n := 0
	for verb := range verbs(format) {
		if n == len(args) {
			break
		}
		b.WriteString(next)
		b.WriteString(argument(verb, args[n]))
		n++
	}
	b.WriteString(end)
	return b.String()
}

// argument returns an argument of [Say] as text, with its marks where it can be
// translated itself.
func argument(verb string, a any) string {
	plain := verb == "%s" || verb == "%v" || verb == "%w" // %w: of [Errorf]
	switch a := a.(type) {
	case Phrase:
		if balanced(string(a)) {
			return string(a)
		}
		return phrase + string(a)
	case error:
		if plain {
			said := sayError(a)
			if !strings.Contains(said, begin) { // it may be a constant
				said = argument(verb, Phrase(strip(said)))
			}
			return said
		}
	case Said: // made of a constant, where it has no marks
		if !strings.Contains(string(a), begin) {
			return argument(verb, Phrase(strip(string(a))))
		}
		return argument(verb, string(a))
	case string:
		if plain && balanced(a) {
			return a
		}
	}
	if verb == "%w" {
		verb = "%v"
	}
	return strip(fmt.Sprintf(verb, a))
}

// balanced reports whether a text has the marks of [Say], each where it belongs.
func balanced(s string) bool {
	depth, found := 0, false
	for i := range len(s) {
		switch s[i : i+1] {
		case begin:
			depth++
			found = true
		case end:
			depth--
		case next, phrase:
			if depth == 0 {
				return false
			}
		}
		if depth < 0 {
			return false
		}
	}
	return found && depth == 0
}

// In returns a text made by [Say] in the language lang. Other texts are looked
// up as they are.
func In(lang Lang, text string) string {
	plain, parts := unsay(text, "")
	return parts.in(lang, plain)
}

// A Said is a text made by [Say] that is kept: people get it in their language,
// programs and records in English.
type Said string

// In returns the text in the language lang.
func (s Said) In(lang Lang) string { return In(lang, string(s)) }

// String returns the text in English.
func (s Said) String() string { return s.In(English) }

// MarshalText returns the text in English, for JSON.
func (s Said) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// SaidError returns what an error says, as a text that can still be translated.
func SaidError(err error) Said { return Said(sayError(err)) }

// Sayf is [In] of [Say]: for texts that are shown at once.
func Sayf(lang Lang, format string, args ...any) string { return In(lang, Say(format, args...)) }

// Sayer returns a function that writes to b what [Sayf] returns in the language
// lang. Formats must be constants.
func Sayer(b *strings.Builder, lang Lang) func(format string, args ...any) {
	return func(format string, args ...any) { b.WriteString(Sayf(lang, format, args...)) }
}

// Marks of a text that can be translated. An argument cannot hold them: see
// strip.
const (
	begin  = "\x01"
	next   = "\x02"
	end    = "\x03"
	phrase = "\x04"
)

// strip takes the marks out of an argument; of a text made by Say the English is
// left.
func strip(s string) string {
	if !strings.ContainsAny(s, begin+next+end+phrase) {
		return s
	}
	s, _ = unsay(s, "")
	return strings.Map(func(r rune) rune {
		if r >= 1 && r <= 4 {
			return '\uFFFD'
		}
		return r
	}, s)
}

// unsay returns the English of a text, and the text with its marks where it has
// any; kept is what is known of it already.
func unsay(text string, kept Said) (string, Said) {
	if !strings.Contains(text, begin) {
		return text, kept
	}
	return Said(text).render(func(format string) string { return format }), Said(text)
}

// in returns the text in a language; english is what it says without
// translation.
func (s Said) in(lang Lang, english string) string {
	if lang == English || english == "" {
		return english
	}
	find := func(format string) string {
		for _, texts := range translations[lang] {
			if t, ok := texts[format]; ok {
				return t
			}
		}
		return format
	}
	if s == "" {
		return find(english)
	}
	return s.render(find)
}

// render puts the texts of s together, each format as find has it.
func (s Said) render(find func(format string) string) string {
	var b strings.Builder
	rest := string(s)
	for {
		before, piece, after, ok := cutPiece(rest)
		if before != "" {
			b.WriteString(find(before))
		}
		if !ok {
			return b.String()
		}
		parts := splitPiece(piece)
		for i, p := range parts[1:] {
			if text, ok := strings.CutPrefix(p, phrase); ok {
				parts[i+1] = find(text)
			} else if strings.Contains(p, begin) {
				parts[i+1] = Said(p).render(find)
			}
		}
		fill(&b, find(parts[0]), parts[1:])
		rest = after
	}
}

// cutPiece splits a text around its first piece of [Say], which it returns
// without its marks.
func cutPiece(s string) (before, piece, after string, ok bool) {
	before, rest, ok := strings.Cut(s, begin)
	depth := 1
	for i := range len(rest) {
		switch rest[i : i+1] {
		case begin:
			depth++
		case end:
			if depth--; depth == 0 {
				return before, rest[:i], rest[i+1:], true
			}
		}
	}
	return before, rest, "", ok
}

// splitPiece returns the format of a piece and its arguments, which may be pieces
// themselves.
func splitPiece(piece string) []string {
	var parts []string
	depth, from := 0, 0
	for i := range len(piece) {
		switch piece[i : i+1] {
		case begin:
			depth++
		case end:
			depth--
		case next:
			if depth == 0 {
				parts = append(parts, piece[from:i])
				from = i + 1
			}
		}
	}
	return append(parts, piece[from:])
}

// fill writes a format with arguments that are text already. A verb may name its
// argument: %[2]s.
func fill(b *strings.Builder, format string, args []string) {
	n := 0
	for {
		before, after, ok := strings.Cut(format, "%")
		b.WriteString(before)
		if !ok {
			return
		}
		verb, rest := cutVerb(after)
		format = rest
		if verb == "%" {
			b.WriteByte('%')
			continue
		}
		if k := 0; strings.HasPrefix(verb, "[") {
			if _, err := fmt.Sscanf(verb, "[%d]", &k); err == nil {
				n = k - 1
			}
		}
		if n >= 0 && n < len(args) {
			b.WriteString(args[n])
		} else {
			b.WriteString("%" + verb)
		}
		n++
	}
}

// cutVerb splits what follows a % into the verb, with its flags, and the rest.
func cutVerb(s string) (verb, rest string) {
	i := strings.IndexFunc(s, func(r rune) bool { return r == '%' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
	if i < 0 {
		return s, ""
	}
	return s[:i+1], s[i+1:]
}

// verbs yields the verbs of a format in order, each with its %.
func verbs(format string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for {
			_, after, ok := strings.Cut(format, "%")
			if !ok {
				return
			}
			verb, rest := cutVerb(after)
			format = rest
			if verb != "%" && !yield("%"+verb) {
				return
			}
		}
	}
}
