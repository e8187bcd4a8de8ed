package freshness

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// A Pair is a unit of a text and the one that translates it.
type Pair struct {
	Source, Target int // places among the units; -1 where one is missing
}

// Align lays a translation beside the text that it was made from. Units
// correspond where their kinds and places do, in order.
func Align(source, translation *Text) []Pair {
	a, b := source.Units, translation.Units
	var all []Pair
	i, j := 0, 0
	for _, m := range append(common(len(a), len(b), func(i int) string { return a[i].signature() }, func(j int) string { return b[j].signature() }), [2]int{len(a), len(b)}) {
		for ; i < m[0]; i++ {
			all = append(all, Pair{i, -1})
		}
		for ; j < m[1]; j++ {
			all = append(all, Pair{-1, j})
		}
		if i < len(a) && j < len(b) {
			all = append(all, Pair{i, j})
		}
		i, j = m[0]+1, m[1]+1
	}
	return all
}

// A Gap is what a translation lacks of the text that it was made from, or has
// beyond it.
type Gap struct {
	Pair
	Values []string // of a pair: numbers, host names, links and settings of the source that the translation does not have
}

// Gaps returns what is not as it should be in the pairs of a text and its
// translation.
func Gaps(source, translation *Text, pairs []Pair) []Gap {
	var gaps []Gap
	for _, p := range pairs {
		switch {
		case p.Source < 0 || p.Target < 0:
			gaps = append(gaps, Gap{Pair: p})
		default:
			a, b := &source.Units[p.Source], &translation.Units[p.Target]
			if isFront(a.Kind) || a.Source == b.Source {
				continue
			}
			if missing := without(values(a), values(b)); len(missing) > 0 {
				gaps = append(gaps, Gap{p, missing})
			}
		}
	}
	return gaps
}

var (
	linkRE    = regexp.MustCompile(`\]\(\s*<?([^\s)>]+)`)
	settingRE = regexp.MustCompile(`:([a-z][a-z0-9-]*)\[([^\]\n]*)\](?:\{[^}\n]*\})?`)
	hostRE    = regexp.MustCompile(`(?i)\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b`)
	numberRE  = regexp.MustCompile(`[0-9]{2,}`)
	urlRE     = regexp.MustCompile(`(?i)\b(?:https?|mailto|tel):[^\s)>]+`)
)

// values returns what a translation of a unit must have too: the pages that it
// links to, the settings that it shows, host names and numbers. Addresses of
// other sites may differ, as may the label of a button.
func values(u *Unit) []string {
	var all []string
	text := u.Source
	if u.Kind == string(markdown.BlockCode) {
		return nil // a sample is as its language has it
	}
	text = linkRE.ReplaceAllStringFunc(text, func(s string) string {
		dest := linkRE.FindStringSubmatch(s)[1]
		if t, err := url.PathUnescape(dest); err == nil {
			dest = t
		}
		if !strings.Contains(dest, ":") {
			all = append(all, dest)
		}
		return "]("
	})
	text = settingRE.ReplaceAllStringFunc(text, func(s string) string {
		m := settingRE.FindStringSubmatch(s)
		switch m[1] {
		case "setting", "alternative":
			all = append(all, ":"+m[1]+"["+m[2]+"]")
			return " "
		case "message":
			return " "
		}
		return " " + m[2] + " "
	})
	text = urlRE.ReplaceAllString(text, " ")
	text = hostRE.ReplaceAllStringFunc(text, func(s string) string {
		all = append(all, strings.ToLower(s))
		return " "
	})
	all = append(all, numberRE.FindAllString(text, -1)...)
	slices.Sort(all)
	return slices.Compact(all)
}

// without returns what is in a and not in b, both sorted.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { _, ok := slices.BinarySearch(b, s); return ok })
}
