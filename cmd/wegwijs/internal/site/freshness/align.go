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
// correspond where their kinds and places do, in order; between those, when
// directives that have different conditions. A when directive that begins or ends
// elsewhere corresponds to the one around the same units.
func Align(source, translation *Text) []Pair {
	pairs := alignInOrder(source, translation)
	whole := !slices.ContainsFunc(pairs, func(p Pair) bool { return p.Source < 0 || p.Target < 0 })
	if whole || nextWhen(source.Units, 0, len(source.Units)) < 0 || nextWhen(translation.Units, 0, len(translation.Units)) < 0 {
		return pairs
	}
	if other := alignAround(source, translation); len(Gaps(source, translation, other)) < len(Gaps(source, translation, pairs)) {
		return other
	}
	return pairs
}

// alignAround lays first what stands outside and within when directives side by
// side, and then the directives, by what of that they have in common.
func alignAround(source, translation *Text) []Pair {
	a, whensA := source.apartFromWhens()
	b, whensB := translation.apartFromWhens()
	partner := slices.Repeat([]int{-1}, len(source.Units))
	for _, m := range common(len(a), len(b), func(i int) string { return source.Units[a[i]].signature() }, func(j int) string { return translation.Units[b[j]].signature() }) {
		partner[a[m[0]]] = b[m[1]]
	}
	var all []rated
	for _, w := range whensA {
		for _, v := range whensB {
			score := 0.0
			if source.Units[w].Condition == translation.Units[v].Condition {
				score = 0.1
			}
			both, either := 0, 0
			for _, i := range a {
				if in := source.within(i, w); in {
					either++
					if partner[i] >= 0 && translation.within(partner[i], v) {
						both++
					}
				}
			}
			for _, j := range b {
				if translation.within(j, v) {
					either++
				}
			}
			if score += 2 * float64(both) / float64(max(either, 1)); score > 0 {
				all = append(all, rated{w, v, score})
			}
		}
	}
	best(all, func(w, v int) { partner[w] = v })
	return inOrder(partner, len(translation.Units))
}

// apartFromWhens returns the places of the units that are no when directives, and of
// those that are.
func (t *Text) apartFromWhens() (others, whens []int) {
	for i := range t.Units {
		if t.Units[i].Condition != "" {
			whens = append(whens, i)
		} else {
			others = append(others, i)
		}
	}
	return others, whens
}

// within reports whether the n-th unit stands in the when directive at a place, or
// in one that stands there.
func (t *Text) within(n, when int) bool {
	for u := t.Units[n].When; u >= 0; u = t.Units[u].When {
		if u == when {
			return true
		}
	}
	return false
}

// inOrder returns the pairs of units by their partners, in the order of the text;
// what only the translation has, of n units, stands before what follows it there.
func inOrder(partner []int, n int) []Pair {
	of := make(map[int]bool, n)
	for _, j := range partner {
		of[j] = true
	}
	var all []Pair
	next := 0
	for i, j := range partner {
		for ; next < j; next++ {
			if !of[next] {
				all = append(all, Pair{-1, next})
			}
		}
		all = append(all, Pair{i, j})
	}
	for ; next < n; next++ {
		if !of[next] {
			all = append(all, Pair{-1, next})
		}
	}
	return all
}

// alignInOrder pairs units in order, when directives too.
func alignInOrder(source, translation *Text) []Pair {
	a, b := source.Units, translation.Units
	var all []Pair
	i, j := 0, 0
	upTo := func(n, m int) {
		for ; i < n; i++ {
			all = append(all, Pair{i, -1})
		}
		for ; j < m; j++ {
			all = append(all, Pair{-1, j})
		}
		if i < len(a) && j < len(b) {
			all = append(all, Pair{i, j})
		}
		i, j = n+1, m+1
	}
	for _, m := range append(common(len(a), len(b), func(i int) string { return a[i].signature() }, func(j int) string { return b[j].signature() }), [2]int{len(a), len(b)}) {
		for {
			n, o := nextWhen(a, i, m[0]), nextWhen(b, j, m[1])
			if n < 0 || o < 0 {
				break
			}
			upTo(n, o)
		}
		upTo(m[0], m[1])
	}
	return all
}

// nextWhen returns the place of the first when directive from lo to hi; -1 for
// none.
func nextWhen(units []Unit, lo, hi int) int {
	for i := lo; i < hi; i++ {
		if units[i].Condition != "" {
			return i
		}
	}
	return -1
}

// A Gap is what a translation lacks of the text that it was made from, or has
// beyond it.
type Gap struct {
	Pair
	Values []string // of a pair: numbers, host names, links, settings and conditions of the source that the translation does not have
	Beyond []string // of a pair: conditions that only the translation has
	Apart  bool     // of a pair: only one of them stands in this when directive; of several units in a row the first
}

// Gaps returns what is not as it should be in the pairs of a text and its
// translation.
func Gaps(source, translation *Text, pairs []Pair) []Gap {
	var gaps []Gap
	to, from := partners(source, translation, pairs)
	var told *[2]int // the directives of the unit before, when that stands apart
	for _, p := range pairs {
		switch {
		case p.Target < 0 && source.Units[p.Source].own(), p.Source < 0 && translation.Units[p.Target].own():
			continue
		case p.Source < 0 || p.Target < 0:
			gaps = append(gaps, Gap{Pair: p})
			continue
		}
		a, b := &source.Units[p.Source], &translation.Units[p.Target]
		if a.Front() {
			continue
		}
		if apart(a.When, b.When, to, from) {
			if in := (&[2]int{a.When, b.When}); told == nil || *told != *in {
				gaps = append(gaps, Gap{Pair: p, Apart: true})
				told = in
			}
		} else {
			told = nil
		}
		if a.Source == b.Source {
			continue
		}
		missing, beyond := compareConditions(source, a, b)
		g := Gap{Pair: p, Values: append(missing, without(values(a), values(b))...), Beyond: beyond}
		if len(g.Values)+len(g.Beyond) > 0 {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// partners returns of each unit of a text its translation, and the other way
// round; -1 where there is none.
func partners(source, translation *Text, pairs []Pair) (to, from []int) {
	to, from = slices.Repeat([]int{-1}, len(source.Units)), slices.Repeat([]int{-1}, len(translation.Units))
	for _, p := range pairs {
		if p.Source >= 0 && p.Target >= 0 {
			to[p.Source], from[p.Target] = p.Target, p.Source
		}
	}
	return to, from
}

// compareConditions returns the conditions that b, the translation of a, lacks, and
// those that only it has. Words may be divided otherwise in another language: one
// says only what stands when there is webmail where the other also says what stands
// when there is none.
func compareConditions(source *Text, a, b *Unit) (missing, beyond []string) {
	was, is := conditions(a), conditions(b)
	var known, both []string // facts
	for u := a; ; u = &source.Units[u.When] {
		for _, c := range conditions(u) {
			known = append(known, facts(c)...)
		}
		if u.When < 0 {
			break
		}
	}
	for _, c := range was {
		if slices.Contains(is, c) {
			both = append(both, facts(c)...)
		}
	}
	for _, c := range was {
		if !slices.Contains(is, c) && !within(facts(c), both) {
			missing = append(missing, "{"+c+"}")
		}
	}
	for _, c := range is {
		if !within(facts(c), known) {
			beyond = append(beyond, "{"+c+"}")
		}
	}
	return missing, beyond
}

// within reports whether each of some names is among others.
func within(some, others []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(others, s) })
}

// conditions returns those on which a unit or some of its words stand.
func conditions(u *Unit) []string {
	switch {
	case u.Condition != "":
		return []string{u.Condition}
	case u.Kind == string(markdown.BlockCode):
		return nil
	}
	var all []string
	for _, m := range whenRE.FindAllStringSubmatch(u.Source, -1) {
		attrs := map[string]string{}
		for _, a := range attributeRE.FindAllStringSubmatch(m[1], -1) {
			attrs[a[1]] = strings.Trim(a[2], `"'`)
		}
		all = append(all, markdown.Condition(attrs))
	}
	return all
}

// facts returns the names in a condition.
func facts(condition string) []string {
	var all []string
	for _, part := range strings.Fields(condition) {
		_, names, _ := strings.Cut(part, "=")
		all = append(all, strings.Split(names, ",")...)
	}
	return all
}

var (
	linkRE      = regexp.MustCompile(`\]\(\s*<?([^\s)>]+)`)
	settingRE   = regexp.MustCompile(`:([a-z][a-z0-9-]*)\[([^\]\n]*)\](?:\{[^}\n]*\})?`)
	hostRE      = regexp.MustCompile(`(?i)\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b`)
	numberRE    = regexp.MustCompile(`[0-9]{2,}`)
	whenRE      = regexp.MustCompile(`\]\{\s*((?:has|lacks)\s*=[^}\n]*)\}`)
	attributeRE = regexp.MustCompile(`(has|lacks)\s*=\s*("[^"]*"|'[^']*'|[^\s}]+)`)
	urlRE       = regexp.MustCompile(`(?i)\b(?:https?|mailto|tel):[^\s)>]+`)
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
