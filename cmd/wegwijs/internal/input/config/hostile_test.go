package config

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// TestHostileAddresses tries values that files of rules could take for something
// else to base_url and [security]: each is refused, or is what it seems.
func TestHostileAddresses(t *testing.T) {
	pieces := []string{
		"\n", "\r\n", "\t", " ", "\"", "'", "`", "\\", "$", "${x}", "$1", "%", "%zz", "%0A", "%0D%0A", "%22", "%5C", "%41", "%2e%2e", "%C3%A9", "[", "]", "*", "?", "(", ")", "{", "}",
		"{host}", "{$HOME}", "<", ">", "&", ";", "; }", "#", "|", "^", "~", "!", "@", ",", "=", "+", "..", ".", "//", ":", "-", "_", "é", "日本", "\u0085", "\u2028", "\u202e", "\u200b", "\ufeff", "🙂", strings.Repeat("a", 300),
	}
	r := rand.New(rand.NewPCG(3, 11))
	plain := regexp.MustCompile(`^[!-~\x{a1}-\x{10ffff}]+$`)
	safe := regexp.MustCompile(`^https://[\pL\pN\pM._-]+(?::\d+)?(?:/[A-Za-z0-9._-]+)*$`)
	accepted := 0
	for i := range 900 {
		v := pieces[i%len(pieces)]
		for range r.IntN(3) {
			v += string(rune('a'+r.IntN(26))) + pieces[r.IntN(len(pieces))]
		}
		base := []string{"https://hulp.example/" + v, "https://hulp.example/x" + v + "y/", "https://hulp" + v + ".example", "https://hulp.example" + v + "/help"}[i%4]
		contact := []string{"https://x.example/" + v, "mailto:a" + v + "@x.example"}[i%2]
		out := new(diag.List)
		src := fmt.Sprintf("title = \"x\"\nbase_url = %s\ndefault_language = \"nl\"\n[languages.nl]\nname = \"Nederlands\"\n[security]\nexpires = 2027-01-01\ncontact = %s\npolicy = %s\n", toml(base), toml(contact), toml("https://x.example/"+v))
		c := Parse([]byte(src), out)
		if c == nil {
			t.Fatalf("%q: not read: %v", v, out.Sorted())
		}
		wrong := map[int]bool{}
		for _, d := range out.Sorted() {
			wrong[d.Pos.Line] = true
		}
		if !wrong[2] {
			accepted++
			if c.Origin+c.BasePath != c.BaseURL || !safe.MatchString(c.BaseURL) {
				t.Errorf("base_url %q is accepted: %q and %q", base, c.Origin, c.BasePath)
			}
		}
		for line, text := range map[int]string{8: c.Security.Contact, 9: c.Security.Policy} {
			if !wrong[line] && !plain.MatchString(text) {
				t.Errorf("line %d: %q is accepted, and is more than one word", line, text)
			}
		}
	}
	if accepted < 20 {
		t.Errorf("only %d are accepted: the test shows less than it seems", accepted)
	}
}

// toml writes a value as TOML does, whatever is in it.
func toml(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c == '"' || c == '\\' || c < ' ' {
			fmt.Fprintf(&b, "\\u%04X", c)
		} else {
			b.WriteRune(c)
		}
	}
	return `"` + b.String() + `"`
}
