package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// special are letters that decomposing leaves whole.
var special = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ł", "l", "ð", "d", "þ", "th", "ı", "i")

// Fold returns a text as it is compared: in lower case, without accents and
// apostrophes, with plain hyphens. search.js does the same.
func Fold(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c == '\'' || c == '`' {
			plain = false
			break
		}
	}
	if plain {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	plain = true
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.M, r), r == '\'', r == '’', r == '‘', r == '`', r == '\u00ad', r == '\u200b', r == '\u2060':
		case r == '‐' || r == '‑' || r == '–' || r == '—':
			b.WriteByte('-')
		default:
			b.WriteRune(r)
			plain = plain && r < 0x80
		}
	}
	if plain {
		return b.String()
	}
	return special.Replace(b.String())
}

func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 0x80 && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// Words calls yield for each word of a folded text. What dots, @ and _ join is
// given whole and in parts (a host name, an address, a code); what a hyphen
// joins in parts, except where one is so short that people write it as one
// word: e-mail, wi-fi, log-in.
func Words(folded string, yield func(string)) {
	for i := 0; i < len(folded); {
		r, n := decode(folded[i:])
		if !letter(r) {
			i += n
			continue
		}
		start, joined := i, false
		i += n
		for i < len(folded) {
			r, n := decode(folded[i:])
			if letter(r) {
				i += n
				continue
			}
			if r == '.' || r == '@' || r == '_' || r == '-' {
				if next, _ := decode(folded[i+n:]); i+n < len(folded) && letter(next) {
					i += n
					joined = true
					continue
				}
			}
			break
		}
		if joined {
			run(folded[start:i], yield)
		} else {
			yield(folded[start:i])
		}
	}
}

func decode(s string) (rune, int) {
	if s == "" {
		return 0, 0
	}
	if s[0] < 0x80 {
		return rune(s[0]), 1
	}
	for _, r := range s {
		return r, len(string(r))
	}
	return 0, 1
}

// run yields the words of what a sign joins.
func run(s string, yield func(string)) {
	if strings.ContainsAny(s, ".@_") {
		yield(s)
		for _, p := range strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '@' || r == '_' || r == '-' }) {
			if len(p) > 1 && !digits(p) {
				yield(p)
			}
		}
		return
	}
	parts := strings.Split(s, "-")
	for i := 0; i < len(parts); i++ {
		p := parts[i]
		for i+1 < len(parts) && (len(p) <= 2 || len(parts[i+1]) <= 2) && !digits(p) && !digits(parts[i+1]) {
			i++
			p += parts[i]
		}
		yield(p)
	}
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
