package tomlfile

import (
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// TestNestingHasALimit: what nests without end is an error where it becomes too
// deep, and costs no more than its length. Without the limit each of these
// takes minutes or more memory than there is.
func TestNestingHasALimit(t *testing.T) {
	const n = 400_000
	for name, src := range map[string]string{
		"lists":             "title = \"x\"\na = " + strings.Repeat("[", n),
		"lists, closed":     "title = \"x\"\na = " + strings.Repeat("[", n) + strings.Repeat("]", n) + "\n",
		"lists over lines":  "title = \"x\"\na = [" + strings.Repeat("[\n", n),
		"inline tables":     "title = \"x\"\na = " + strings.Repeat("{a = ", n),
		"both":              "title = \"x\"\na = " + strings.Repeat("[{a = ", n),
		"a dotted key":      "title = \"x\"\n" + strings.Repeat("a.", n) + "a = 1\n",
		"a dotted header":   "title = \"x\"\n[" + strings.Repeat("a.", n) + "a]\n",
		"a dotted list":     "title = \"x\"\n[[" + strings.Repeat("a . ", n) + "a]]\n",
		"quoted parts":      "title = \"x\"\n" + strings.Repeat("\"a.b\".", n) + "a = 1\n",
		"behind a comment":  "# [[[\na = " + strings.Repeat("[", n),
		"strings in a list": "title = \"]\"\na = " + strings.Repeat("[\"]\", ", n),
	} {
		out := new(diag.List)
		if tab := Parse("site.toml", []byte(src), 0, len(src), out); tab != nil {
			t.Errorf("%s: got a table", name)
		}
		ds := out.Sorted()
		if len(ds) != 1 || !strings.Contains(ds[0].Msg, "nest deeper than 64 levels") || ds[0].Pos.Line < 2 {
			t.Errorf("%s: got %.300v, want one error where it becomes too deep", name, ds)
		}
	}
	// What people write is no deeper.
	for _, src := range []string{
		"a = " + strings.Repeat("[", 64) + strings.Repeat("]", 64) + "\n",
		"a = \"" + strings.Repeat("[", 100) + "\"\n", "a = '" + strings.Repeat("{", 100) + "'\n", "a = \"\"\"\n" + strings.Repeat("[.", 100) + "\n\"\"\"\n",
		"# " + strings.Repeat("[", 100) + "\na = 1\n", "a = [" + strings.Repeat("1.5, ", 100) + "]\n", strings.Repeat("[[a]]\nb.c = {d = [1]}\n", 100),
		"\"" + strings.Repeat(".", 100) + "\" = 1\n",
	} {
		out := new(diag.List)
		if tab := Parse("site.toml", []byte(src), 0, len(src), out); tab == nil || out.Len() > 0 {
			t.Errorf("%.60q: got %v", src, out.Sorted())
		}
	}
}

func BenchmarkNesting(b *testing.B) {
	src := []byte("a = " + strings.Repeat("[", 80_000))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		Parse("site.toml", src, 0, len(src), new(diag.List))
	}
}
