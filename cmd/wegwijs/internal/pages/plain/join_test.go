package plain

import (
	"slices"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// TestJoin: a mistake that is made again and again is said once; others, and those
// that were accepted before, count by themselves.
func TestJoin(t *testing.T) {
	for name, c := range map[string]struct {
		src  string
		form Form
		want []string
	}{
		"one address":    {"Dan vult u uw naam in.\n\n- Kies u?", Familiar, []string{"1:10 plain-form: u, where the site says je otherwise; write je, or say with quotes that somebody else says it; 2 more places like this one"}},
		"two":            {"Dan vult u uw naam in.", Familiar, []string{"1:10 plain-form: u, where the site says je otherwise; write je, or say with quotes that somebody else says it; 1 more place like this one"}},
		"the same word":  {"Indien het reeds is, indien het is.\n\nReeds nu.", 0, []string{"1:1 plain-word: Indien is hard to read; write als; 1 more place like this one", "1:12 plain-word: reeds is hard to read; write al; 1 more place like this one"}},
		"spaces, signs":  {"Twee  spaties , en  nog , eens.", 0, []string{"1:6 plain-space: two spaces, one behind the other; remove one; 1 more place like this one", "1:14 plain-space: a space before ,; remove it; 1 more place like this one"}},
		"one quotation":  {"Hij zei „ja”.", 0, []string{"1:9 plain-quote: „ is not a quote of this language; type \" or ': they become the quotes of the language"}},
		"long sentences": {long + "\n\n" + long, 0, []string{"1:1 plain-sentence: the sentence has 21 words; make two sentences of it: up to 20 words are read easily", "3:1 plain-sentence: the sentence has 21 words; make two sentences of it: up to 20 words are read easily"}},
	} {
		if got := says(Join(read(t, new(Reader), "nl", c.src, c.form, nil))); !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%q\nwant\n%q", name, got, c.want)
		}
	}
	d := diag.Diagnostic{Code: diag.PlainWord, Msg: "x", Hint: diag.Say("write %s", "als")}
	if got := Join([]diag.Diagnostic{d, d, d})[0].In(diag.Dutch).Hint; got != "schrijf als; nog 2 plekken zoals deze" {
		t.Errorf("in Dutch: %q", got)
	}
}
