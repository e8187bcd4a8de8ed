package main

import (
	"bytes"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// repeated returns n texts behind each other, each with its number where there
// is a %d.
func repeated(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if strings.Contains(format, "%d") {
			fmt.Fprintf(&b, strings.ReplaceAll(format, "%d", "%[1]d"), i)
		} else {
			b.WriteString(format)
		}
	}
	return b.String()
}

// A costly is a site whose cost could grow faster than the site: with its size, its
// files beside [costHead].
type costly struct {
	size int
	make func(n int) map[string]string
}

// costHead begins site.toml; a site whose site.toml is not its matter has
// [costAlone], without the built-in pages.
const costHead = "title = \"Hulp\"\nbase_url = \"https://help.provider.example\"\ndefault_language = \"nl\"\n"

// costText is a site of one page with a text, and costFront one with front matter.
func costText(size int, text func(n int) string) costly {
	return costly{size, func(n int) map[string]string {
		return map[string]string{"content/nl/kosten.md": "+++\ntitle = \"Kosten\"\n+++\n" + text(n)}
	}}
}

func costFront(size int, front func(n int) string) costly {
	return costly{size, func(n int) map[string]string {
		return map[string]string{"content/nl/kosten.md": "+++\ntitle = \"Kosten\"\n" + front(n) + "\n+++\nTekst.\n"}
	}}
}

// costConfig is a site with lines of site.toml.
func costConfig(size int, toml func(n int) string) costly {
	return costly{size, func(n int) map[string]string { return map[string]string{"site.toml": costHead + toml(n)} }}
}

// costProducts is the record with n products of so many domains.
func costProducts(size, domains int) costly {
	return costConfig(size, func(n int) string {
		var b strings.Builder
		b.WriteString("[languages.nl]\nname = \"Nederlands\"\n")
		for i := range n {
			fmt.Fprintf(&b, "[[mail]]\nid = \"p%[1]d\"\nname = \"Post %[1]d\"\ndomains = [%[2]s]\n", i, strings.TrimSuffix(repeated(domains, fmt.Sprintf("\"d%d-%%d.example\", ", i)), ", "))
			for proto, port := range map[string]int{"imap": 993, "smtp": 465} {
				fmt.Fprintf(&b, "[[mail.server]]\nprotocol = %[1]q\nhost = \"%[1]s.p%[2]d.example\"\nport = %[3]d\nsecurity = \"tls\"\n", proto, i, port)
			}
		}
		return b.String()
	})
}

// costlySites are what use showed, and what nobody has tried yet.
var costlySites = map[string]costly{
	"table-of-columns":      costText(300, func(n int) string { return repeated(n, "|a") + "|\n" + repeated(n, "|-") + "|\n" + repeated(n, "|\n") }),
	"containers-not-closed": costText(1250, func(n int) string { return repeated(n, ":::steps\n") }),
	"half-links":            costText(5000, func(n int) string { return repeated(n, "[a](") }),
	"footnotes":             costText(5000, func(n int) string { return repeated(n, "a[^%d] ") + "\n\n" + repeated(n, "[^%d]: x\n\n") }),
	"bad-links":             costText(2500, func(n int) string { return repeated(n, "[x](nergens-%d.md)\n\n") }),
	"redirects":             costConfig(2500, func(n int) string { return repeated(n, "[[redirect]]\nfrom = \"/oud-%d/\"\nto = \"/\"\n") + costNL }),
	"redirects-that-lead-on": costConfig(2500, func(n int) string {
		return repeated(n, "[[redirect]]\nfrom = \"/oud-%d/\"\nto = \"/oud-1%d/\"\n") + costNL
	}),
	"redirects-to-nowhere": costConfig(2500, func(n int) string {
		return repeated(n, "[[redirect]]\nfrom = \"/oud-%d/\"\nto = \"e-mail/nergens-%d.md\"\n") + costNL
	}),
	"domains":       {2500, func(n int) map[string]string { return costProducts(1, n).make(1) }},
	"nested-tables": costConfig(20_000, func(n int) string { return "a = " + repeated(n, "[") + "\n" }),

	"quotations-in-quotations": costText(25_000, func(n int) string { return repeated(n, "> ") + "a\n" }),
	"brackets":                 costText(25_000, func(n int) string { return repeated(n, "[") + "a" + repeated(n, "]") }),
	"emphasis":                 costText(25_000, func(n int) string { return repeated(n, "*a **b ") }),
	"one-large-page": costText(1<<20, func(n int) string {
		return repeated(n/64, "Een zin van een gewone lengte, met [een link](imap.md) erin.\n\n")
	}),
	"more-than-a-page": costText(5<<20, func(n int) string {
		return repeated(n/64, "Een zin van een gewone lengte, met [een link](imap.md) erin.\n\n")
	}),
	"one-line":              costText(250_000, func(n int) string { return repeated(n/8, "woorden ") }),
	"table-of-rows":         costText(5_000, func(n int) string { return "|a|b|\n|-|-|\n" + repeated(n, "|x|y|\n") }),
	"same-missing-anchor":   costText(12_500, func(n int) string { return "## Kop\n\n" + repeated(n, "[x](#nergens)\n\n") }),
	"missing-anchors":       costText(2_500, func(n int) string { return repeated(n, "## Kop %d\n\n[x](#nergens-%d)\n\n") }),
	"links-to-anchors":      costText(2_500, func(n int) string { return repeated(n, "## Kop %d\n\n[x](#kop-%d)\n\n") }),
	"same-headings":         costText(5_000, func(n int) string { return repeated(n, "## Kop\n\n") }),
	"same-ids":              costText(5_000, func(n int) string { return repeated(n, "## Kop {#kop}\n\n") }),
	"reference-definitions": costText(25_000, func(n int) string { return "[r1]\n\n" + repeated(n, "[r%d]: https://x.example/%d\n") }),
	"references":            costText(5_000, func(n int) string { return repeated(n, "[r%d]\n\n") + repeated(n, "[r%d]: https://x.example/%d\n") }),
	"missing-pictures":      costText(2_500, func(n int) string { return repeated(n, "![x](scherm-%d.png)\n\n") }),
	"settings":              costText(2_500, func(n int) string { return repeated(n, ":setting[provider]\n\n") }),
	"raw-html":              costText(12_500, func(n int) string { return repeated(n, "<b>x</b>\n\n") }),
	"html-not-closed":       costText(12_500, func(n int) string { return repeated(n, "<div>\n") }),
	"comments":              costText(12_500, func(n int) string { return repeated(n, "<!-- x -->\n\n") }),
	"addresses":             costText(12_500, func(n int) string { return repeated(n, "https://x.example/%d en a@x.example\n") }),
	"foreign-notations":     costText(5_000, func(n int) string { return repeated(n, "!!! note\n\n==x== en {{ x }}\n\n") }),
	"lists":                 costText(12_500, func(n int) string { return repeated(n, "- een\n  - twee\n") }),
	"fences":                costText(5_000, func(n int) string { return repeated(n, "```toml\na = 1\n```\n\n") }),
	"aliases":               costFront(2_500, func(n int) string { return "aliases = [" + repeated(n, "\"/oud-%d/\", ") + "]" }),
	"same-aliases":          costFront(2_500, func(n int) string { return "aliases = [" + repeated(n, "\"/oud/\", ") + "]" }),
	"wrong-aliases":         costFront(2_500, func(n int) string { return "aliases = [" + repeated(n, "\"oud %d\", ") + "]" }),
	"related":               costFront(2_500, func(n int) string { return "related = [" + repeated(n, "\"nergens-%d\", ") + "]" }),
	"keywords":              costFront(12_500, func(n int) string { return "keywords = [" + repeated(n, "\"woord %d\", ") + "]" }),
	"unknown-keys":          costFront(2_500, func(n int) string { return repeated(n, "sleutel%d = 1\n") }),
	"products":              costProducts(500, 1),
	"products-of-domains":   costProducts(50, 50),
	"synonyms": costConfig(2_500, func(n int) string {
		return costNL + "[search.synonyms]\nnl = [" + repeated(n, "[\"w%d\", \"v%d\"], ") + "]\n"
	}),
	"abbreviations": costConfig(2_500, func(n int) string { return costNL + "[abbreviations.nl]\n" + repeated(n, "AFK%d = \"afkorting %d\"\n") }),
	"words":         costConfig(2_500, func(n int) string { return costNL + "[check]\nwords = [" + repeated(n, "\"woord%d\", ") + "]\n" }),
	"boosts":        costConfig(2_500, func(n int) string { return costNL + "[search.boost]\n" + repeated(n, "\"nergens-%d\" = 1\n") }),
	"unknown-strings": {2_500, func(n int) map[string]string {
		return map[string]string{"i18n/nl.toml": repeated(n, "a%d = \"x\"\n"), "i18n/en.toml": repeated(n, "b%d = \"x\"\n")}
	}},
	"addresses-that-clash": {1_000, func(n int) map[string]string {
		files := map[string]string{}
		for i := range n {
			files[fmt.Sprintf("content/nl/p%d.md", i)] = "+++\ntitle = \"P\"\nslug = \"p\"\n+++\nTekst.\n"
		}
		return files
	}},
	"translations-out-of-step": {2_500, func(n int) map[string]string {
		return map[string]string{"content/nl/kosten.md": "+++\ntitle = \"Kosten\"\n+++\n" + repeated(n, "## Kop %d\n\n"), "content/en/kosten.md": "+++\ntitle = \"Costs\"\n+++\n" + repeated(n, "## Other %d\n\n### More\n\n")}
	}},
}

const (
	costNL    = "[languages.nl]\nname = \"Nederlands\"\n"
	costAlone = costHead + "content = {builtin = false}\n" + costNL + "[languages.en]\nname = \"English\"\n"
)

// BenchmarkCost checks each of [costlySites] at its size and at four times that, and
// reports of the larger the processor time and the most memory, and by how much more
// than four times the time grew beyond that of an empty site: about 1 is linear. No
// site is to take more than 2 s and 300 MiB.
func BenchmarkCost(b *testing.B) {
	program := builtProgram(b)
	alone, _ := costOf(b, program, map[string]string{})
	whole, _ := costOf(b, program, map[string]string{"site.toml": costHead + costNL})
	for _, name := range slices.Sorted(maps.Keys(costlySites)) {
		c := costlySites[name]
		b.Run(name, func(b *testing.B) {
			var small, large time.Duration
			var most int64
			base := alone
			if c.make(1)["site.toml"] != "" {
				base = whole
			}
			for b.Loop() {
				small, _ = costOf(b, program, c.make(c.size))
				large, most = costOf(b, program, c.make(4*c.size))
			}
			b.ReportMetric(large.Seconds(), "s")
			b.ReportMetric(float64(most)/1024, "MiB")
			b.ReportMetric(float64(large-base)/float64(4*max(small-base, time.Millisecond)), "growth")
		})
	}
}

// costOf checks a site and returns the processor time and the most memory, in kB.
func costOf(b *testing.B, program string, files map[string]string) (time.Duration, int64) {
	dir := testenv.RAM(b)
	if files["site.toml"] == "" {
		files["site.toml"] = costAlone
	}
	for name, text := range files {
		testenv.Write(b, filepath.Join(dir, name), text)
	}
	c := exec.Command(program, "check", "-C", dir)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil && c.ProcessState.ExitCode() != 1 {
		b.Fatalf("%v\n%.2000s", err, out.String())
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
}
