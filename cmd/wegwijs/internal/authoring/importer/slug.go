package importer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// githubSlug makes the id of a heading as GitHub's slugger does, and with it
// Hugo, Docusaurus and Astro.
func githubSlug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(text)) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.M, r), r == '-', r == '_', unicode.Is(unicode.Pc, r), unicode.Is(unicode.Nl, r):
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	return b.String()
}

var gapRE = lazyregexp.New(`[-\s]+`)

// pythonSlug makes the id of a heading as Python-Markdown does.
func pythonSlug(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' || unicode.IsSpace(r)) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return gapRE().ReplaceAllString(strings.TrimSpace(b.String()), "-")
}
