package tomlfile

import (
	"fmt"
	"regexp"
	"strings"
)

// bareRE matches a key that needs no quotes.
var bareRE = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Written returns a key as it stands in a file: between quotes where it needs
// them.
func Written(key string) string {
	if bareRE.MatchString(key) {
		return key
	}
	return Quote(key)
}

// Quote returns a text as a basic string of TOML 1.0 ("String"), on one line.
// What is not UTF-8 becomes U+FFFD.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
