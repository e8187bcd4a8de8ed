package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// abbrRE takes the explanation of an abbreviation apart, as MkDocs has it.
var abbrRE = lazyregexp.New(`^\*\[([^\]]+)\]:\s*(.*)$`)

// abbrWordRE matches the abbreviations that a site can explain.
var abbrWordRE = lazyregexp.New(`^[\pL\pN]\S*$`)

// explain keeps what an abbreviation means in a language, for site.toml. It
// reports whether that has a place there: a site says one thing of each.
func (t *tree) explain(lang int, short, long string) bool {
	short, long = strings.TrimSpace(short), strings.Join(strings.Fields(long), " ")
	if !abbrWordRE().MatchString(short) || long == "" || long == short {
		return false
	}
	if t.abbreviations[lang] == nil {
		if t.abbreviations == nil {
			t.abbreviations = map[int]map[string]string{}
		}
		t.abbreviations[lang] = map[string]string{}
	}
	if have, ok := t.abbreviations[lang][short]; ok {
		return have == long
	}
	t.abbreviations[lang][short] = long
	return true
}

// An abbreviation is one that stands behind each page, with its place.
type abbreviation struct {
	file        string
	n           int
	short, long string
}

// explainAll keeps, in every language, what stands behind each page.
func (t *tree) explainAll() {
	for _, a := range t.behindAbbr {
		for l := range t.languages {
			if !t.explain(l, a.short, a.long) {
				t.note(a.file, a.n, leftOut, "the explanation of the abbreviation %s", a.short)
				break
			}
		}
	}
}

// explained returns the abbreviations as site.toml has them.
func (t *tree) explained() string {
	var b strings.Builder
	for i, l := range t.languages {
		if len(t.abbreviations[i]) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n[abbreviations.%s]\n", l.tag)
		for _, short := range slices.Sorted(maps.Keys(t.abbreviations[i])) {
			fmt.Fprintf(&b, "%s = %s\n", tomlfile.Quote(short), tomlfile.Quote(t.abbreviations[i][short]))
		}
	}
	return b.String()
}

// sayExplained reports the abbreviations, for a site that has its own site.toml.
func (t *tree) sayExplained() {
	for i := range t.languages {
		for _, short := range slices.Sorted(maps.Keys(t.abbreviations[i])) {
			t.out.Warnf(diag.Pos{File: "."}, diag.Imported, "write it in site.toml", "the explanation of the abbreviation %s", short)
		}
	}
}
