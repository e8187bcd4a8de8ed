package markdown

import (
	"fmt"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

func newList() *diag.List { return new(diag.List) }

// costly are pages that would take a parser a time or a memory that grows with
// the square of their length.
func costly(n int) map[string]string {
	return map[string]string{
		"a table of many columns and short rows": strings.Repeat("|a", n) + "|\n" + strings.Repeat("|-", n) + "|\n" + strings.Repeat("|\n", n),
		"containers that are not closed":         strings.Repeat(":::steps\n", n),
		"half links":                             strings.Repeat("[a](", n),
		"footnotes":                              strings.Repeat("a[^1] ", n) + "\n\n[^1]: x\n",
		"many footnotes":                         many(n, "a[^%d]\n\n") + many(n, "[^%d]: x\n\n"),
		"quotations in quotations":               strings.Repeat("> ", n) + "a",
		"lists in lists":                         strings.Repeat("- ", n) + "a",
		"brackets":                               strings.Repeat("[", n) + "a" + strings.Repeat("]", n),
		"stars":                                  strings.Repeat("*a **a ", n),
		"backticks":                              backticks(n),
		"tags":                                   strings.Repeat("<a ", n),
		"comments":                               strings.Repeat("<!--", n),
		"images":                                 strings.Repeat("![", n),
		"underscores":                            strings.Repeat("_a __", n),
		"tildes":                                 strings.Repeat("~a ~~", n),
		"quotes":                                 strings.Repeat("'a \"", n),
	}
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func backticks(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("`", i%500+1) + "a")
	}
	return b.String()
}

// TestLimits: such a page is refused with one error that names the page, and a
// page of a size that people write is not.
func TestLimits(t *testing.T) {
	for name, src := range costly(20_000) {
		ds := convert("nl", []byte(src), nil).findings
		if len(ds) != 1 || ds[0].Code != diag.PageLimit || ds[0].Pos.File != "page.md" {
			t.Errorf("%s: got %d findings, %.300v", name, len(ds), ds)
		}
	}
	for name, src := range map[string]string{
		"a table":       "| a | b | `c` |\n|---|---|---|\n" + strings.Repeat("| [x](y.md) | *b* | `c` |\n", 3000),
		"a list":        strings.Repeat("- [x](y.md), *b* en `c`\n", 3000),
		"paragraphs":    strings.Repeat("[x](y.md), *b* en `c`\n\n", 5000),
		"blocks":        strings.Repeat(":::steps\na\n:::\n\n", 3000),
		"nested blocks": strings.Repeat(":::steps\n", 20) + "a\n" + strings.Repeat(":::\n", 20),
		"footnotes":     many(300, "a[^%d]\n\n") + many(300, "[^%d]: x\n\n"),
	} {
		for _, d := range convert("nl", []byte(src), nil).findings {
			if d.Code == diag.PageLimit {
				t.Errorf("%s: got %s", name, d.Msg)
			}
		}
	}
}

// BenchmarkLimits converts pages just within the limits.
func BenchmarkLimits(b *testing.B) {
	for name, src := range costly(900) {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				convert("nl", []byte(src), nil)
			}
		})
	}
}
