package manual

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// TestKeysAreExplained: each key of site.toml and of front matter is in the manual.
func TestKeysAreExplained(t *testing.T) {
	for _, lang := range []diag.Lang{diag.English, diag.Dutch} {
		var all strings.Builder
		for _, topic := range Topics() {
			if slices.Contains(made, topic) { // of which the schemas have every key by themselves
				continue
			}
			text, _ := Topic(topic, lang, nil)
			all.WriteString(text)
		}
		var keys func(k tomlfile.Key, above string)
		keys = func(k tomlfile.Key, above string) {
			for _, b := range k.Below {
				name := strings.TrimPrefix(above+"."+b.Name, ".")
				said := strings.TrimSuffix(b.Name, "_dark") // "each also with _dark"
				if b.Name != tomlfile.Any && !regexp.MustCompile(`(?m)(?:^|[^\w-])`+regexp.QuoteMeta(said)+`(?:$|[^\w-])`).MatchString(all.String()) {
					t.Errorf("%s is not in the manual in %s", name, lang)
				}
				keys(*b, name)
			}
		}
		keys(config.Schema(nil), "")
		keys(content.Schema(), "")
	}
}
