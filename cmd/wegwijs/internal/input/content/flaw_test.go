package content

import (
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Characters that nobody sees and that change what others see are refused, at
// their place; those that languages need are not.
func TestInvisibleCharacters(t *testing.T) {
	for c, want := range map[string]string{
		"\u202e": "turns the direction of text", "\u202a": "turns the direction of text", "\u2066": "turns the direction of text", "\u2069": "turns the direction of text",
		"\uffff": "a character that is none", "\ufffe": "a character that is none", "\ufdd0": "a character that is none", "\U0001ffff": "a character that is none",
		"\u2028": "a line end that browsers do not show", "\u2029": "a line end that browsers do not show",
		"\u200f": "", "\u200e": "", "\u200d": "", "\u00ad": "", "\ufdcf": "", "\ufdf0": "", "\U0001f600": "",
	} {
		out := new(diag.List)
		p := Parse("content/nl/a.md", []byte("+++\ntitle = \"A\"\n+++\nab"+c+"c\n"), out)
		ds := out.Sorted()
		switch {
		case want == "":
			if p == nil || len(ds) > 0 {
				t.Errorf("%+q: got %v", c, ds)
			}
		case len(ds) != 1 || !strings.Contains(ds[0].Msg, want) || ds[0].Pos.Line != 4 || ds[0].Hint == "":
			t.Errorf("%+q: got %v, want %q on line 4", c, ds, want)
		}
	}
}
