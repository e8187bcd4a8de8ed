package importer

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
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

var gapRE = regexp.MustCompile(`[-\s]+`)

// pythonSlug makes the id of a heading as Python-Markdown does.
func pythonSlug(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' || unicode.IsSpace(r)) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return gapRE.ReplaceAllString(strings.TrimSpace(b.String()), "-")
}

// selfName returns what a language calls itself.
func selfName(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	name := display.Self.Name(t)
	if name == "" {
		return tag
	}
	r := []rune(name)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
