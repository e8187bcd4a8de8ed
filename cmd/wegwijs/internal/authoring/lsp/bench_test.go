package lsp

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// BenchmarkLSP measures what a writer waits for on a site of 10,000 pages: the
// first findings after an editor starts, and those of an edit.
func BenchmarkLSP(b *testing.B) {
	const n = 10_000
	var site strings.Builder
	for i := range n / 100 {
		fmt.Fprintf(&site, "-- content/nl/s%d/index.md --\n+++\ntitle = \"Rubriek %d\"\n+++\nTekst.\n", i, i)
		for j := range 99 {
			fmt.Fprintf(&site, "-- content/nl/s%d/p%d.md --\n+++\ntitle = \"Pagina %d\"\ndescription = \"Over %d.\"\n+++\n## Eerst\n\n%s\n\nZie [de vorige](p%d.md#eerst) of [het begin](/index.md).\n\n## Dan\n\n- een\n- twee\n", i, j, j, j, strings.Repeat("Zet je telefoon aan en kies je mailbox in de lijst. ", 20), max(j-1, 0))
		}
	}
	dir := testenv.RAM(b)
	for name, text := range testenv.SmallSite(b, site.String()) {
		testenv.Write(b, filepath.Join(dir, name), text)
	}
	const file = "content/nl/s7/p7.md"
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			e := open(b, dir, "utf-16", "nl")
			e.write(file, front+"[x](nergens.md)\n")
			e.wait(file, func(p publishParams) bool { return len(p.Diagnostics) > 0 })
			b.StopTimer()
			e.end()
			b.StartTimer()
		}
	})
	b.Run("edit", func(b *testing.B) {
		e := open(b, dir, "utf-16", "nl")
		e.write(file, front+"[x](nergens.md)\n")
		e.wait(file, func(p publishParams) bool { return len(p.Diagnostics) > 0 })
		version := 1
		for b.Loop() {
			for i, text := range []string{"/index", "nergens"} {
				was := len([]string{"nergens", "/index"}[i])
				version++
				e.change(file, version, span{position{3, 4}, position{3, 4 + was}}, text)
				e.wait(file, func(p publishParams) bool { return p.Version == version && len(p.Diagnostics) == i })
			}
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(2*b.N), "ms/edit")
		e.end()
	})
}
