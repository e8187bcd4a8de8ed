package diag

import (
	"errors"
	"fmt"
	"slices"
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
// alone or joined to others, and for [In]; it holds marks that a reader must not
// see. The format must be a constant: it is the key of the translation.
func Say(format string, args ...any) string {
	if false {
		_ = fmt.Sprintf(format, args...) // so that vet checks the arguments
	}
	if format == "%s" && len(args) == 1 { // a text that somebody else said
		text := fmt.Sprint(args[0])
		if !strings.Contains(text, begin) {
			text = strip(text)
		}
		return text
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
		if p, ok := args[n].(Phrase); ok {
			b.WriteString(phrase)
			b.WriteString(string(p))
		} else {
			if verb == "%w" { // of [Errorf]
				verb = "%v"
			}
			b.WriteString(strip(fmt.Sprintf(verb, args[n])))
		}
		n++
	}
	b.WriteString(end)
	return b.String()
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

// SaidError returns what an error says, as a text that can still be translated
// as far as [ErrorIn] knows it; of an error within another one, the English.
func SaidError(err error) Said {
	if e, ok := err.(*spokenError); ok {
		return Said(Say(e.format, e.args...))
	}
	last := err
	for next := errors.Unwrap(last); next != nil; next = errors.Unwrap(last) {
		last = next
	}
	text, is := err.Error(), last.Error()
	if before, after, ok := strings.Cut(text, is); ok {
		text = before + system(last, is) + after
	}
	return Said(text)
}

// Sayf is [In] of [Say], with errors as [ErrorIn] has them and texts of Say among
// the arguments in the same language: for texts that are shown at once.
func Sayf(lang Lang, format string, args ...any) string {
	said := slices.Clone(args)
	for i, a := range said {
		switch a := a.(type) {
		case error:
			said[i] = ErrorIn(lang, a)
		case Said:
			said[i] = a.In(lang)
		case string:
			if strings.Contains(a, begin) {
				said[i] = In(lang, a)
			}
		}
	}
	return In(lang, Say(format, said...))
}

// Marks of a text that can be translated. An argument cannot hold them: see
// strip.
const (
	begin  = "\x01"
	next   = "\x02"
	end    = "\x03"
	phrase = "\x04"
)

// strip takes the marks out of an argument. A text made by Say may be one
// itself: then its English counts.
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
		before, after, ok := strings.Cut(rest, begin)
		if before != "" {
			b.WriteString(find(before))
		}
		if !ok {
			return b.String()
		}
		var piece string
		piece, rest, _ = strings.Cut(after, end)
		parts := strings.Split(piece, next)
		for i, p := range parts[1:] {
			if text, ok := strings.CutPrefix(p, phrase); ok {
				parts[i+1] = find(text)
			}
		}
		fill(&b, find(parts[0]), parts[1:])
	}
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
