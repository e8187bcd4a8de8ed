package serve

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// TestWords: each text that the reload script shows is in the list, and nothing
// else; in Dutch each is another.
func TestWords(t *testing.T) {
	said := map[string]bool{}
	for _, m := range regexp.MustCompile(`say\("([^"]+)"`).FindAllStringSubmatch(string(script), -1) {
		said[m[1]] = true
	}
	for _, k := range []freshness.Kind{freshness.Moved, freshness.Edited, freshness.Added, freshness.Removed} {
		said[string(k)] = true // say(b.kind)
	}
	listed := map[string]bool{}
	for _, w := range words {
		en := diag.In(diag.English, w)
		listed[en] = true
		if diag.In(diag.Dutch, w) == en {
			t.Errorf("no Dutch for %q", en)
		}
	}
	if a, b := slices.Sorted(maps.Keys(said)), slices.Sorted(maps.Keys(listed)); !slices.Equal(a, b) {
		t.Errorf("the script says\n%q\nand has\n%q", a, b)
	}
	if len(said) < 15 || regexp.MustCompile(`textContent = "|make\("[a-z0-9]+", "`).Match(script) {
		t.Errorf("a text is not said by say; %d are", len(said))
	}
	nl, en := string(speaking(diag.Dutch, true)), string(speaking(diag.English, false))
	if !strings.HasPrefix(nl, `const lang = "nl", manual = "/_wegwijs/help/nl/", texts = {`) || !strings.Contains(nl, `"Close":"Sluiten"`) || !strings.HasPrefix(en, `const lang = "en", manual = "", texts = {`) {
		t.Errorf("got %.120s, %.120s", nl, en)
	}
}
