package freshness

import (
	"cmp"
	"slices"

	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// A Kind says what happened to a unit between two states of a text.
type Kind string

const (
	Same    Kind = "same"
	Moved   Kind = "moved" // the same words at another place
	Edited  Kind = "edited"
	Added   Kind = "added"
	Removed Kind = "removed"
)

// A Change is one unit in two states of a text.
type Change struct {
	Kind     Kind
	Old, New int // places among the units; -1 where there is none
}

// Changed reports whether a translator has something to do.
func (c Change) Changed() bool { return c.Kind == Edited || c.Kind == Added || c.Kind == Removed }

// Compare returns what happened to each unit, in the order of the new text;
// what was removed stands where it was.
func Compare(old, now *Text) []Change {
	a, b := old.Units, now.Units
	to := make([]int, len(a))   // of each old unit its new place, or -1
	from := make([]int, len(b)) // the other way round
	for i := range to {
		to[i] = -1
	}
	for i := range from {
		from[i] = -1
	}
	kinds := make([]Kind, len(b))
	pair := func(i, j int, k Kind) { to[i], from[j], kinds[j] = j, i, k }

	// What stands in the same order.
	anchors := common(len(a), len(b), func(i int) [32]byte { return a[i].sum }, func(j int) [32]byte { return b[j].sum })
	for _, m := range anchors {
		pair(m[0], m[1], Same)
	}
	// What is left and has the same words was moved.
	left := map[[32]byte][]int{}
	for i := range a {
		if to[i] < 0 {
			left[a[i].sum] = append(left[a[i].sum], i)
		}
	}
	for j := range b {
		if from[j] < 0 {
			if is := left[b[j].sum]; len(is) > 0 {
				pair(is[0], j, Moved)
				left[b[j].sum] = is[1:]
			}
		}
	}
	// What is left between the same neighbours was edited, where it is alike; and
	// so was what is much alike elsewhere.
	edited := func(i, j int) { pair(i, j, Edited) }
	i, j := 0, 0
	for _, m := range append(anchors, [2]int{len(a), len(b)}) {
		match(a, b, rest(to, i, m[0]), rest(from, j, m[1]), 0.4, edited)
		i, j = m[0]+1, m[1]+1
	}
	match(a, b, rest(to, 0, len(a)), rest(from, 0, len(b)), 0.6, edited)
	for j, i := range from {
		if i >= 0 && apart(a[i].When, b[j].When, to, from) {
			kinds[j] = Edited
		}
	}

	var all []Change
	next := 0 // old units before it are told
	for j := range b {
		if from[j] < 0 {
			all = append(all, Change{Added, -1, j})
			continue
		}
		if kinds[j] != Moved {
			for ; next < from[j]; next++ {
				if to[next] < 0 {
					all = append(all, Change{Removed, next, -1})
				}
			}
			next = max(next, from[j]+1)
		}
		all = append(all, Change{kinds[j], from[j], j})
	}
	for ; next < len(a); next++ {
		if to[next] < 0 {
			all = append(all, Change{Removed, next, -1})
		}
	}
	return all
}

// apart reports whether a unit stands in another when directive than its partner
// does, and that is not told by what became of these directives themselves: when and
// other are their places, to and from the partners of all.
func apart(when, other int, to, from []int) bool {
	switch {
	case when < 0 && other < 0, when >= 0 && to[when] < 0, other >= 0 && from[other] < 0:
		return false
	}
	return when < 0 || to[when] != other
}

// rest returns the places from lo to hi that have no partner.
func rest(partner []int, lo, hi int) []int {
	var left []int
	for i := lo; i < hi; i++ {
		if partner[i] < 0 {
			left = append(left, i)
		}
	}
	return left
}

// gapMax bounds the pairs that one gap tries, so that a text that was replaced
// as a whole costs no square.
const gapMax = 200

// match pairs units of the same kind that are alike, those that are most alike
// first.
func match(a, b []Unit, olds, news []int, enough float64, pair func(i, j int)) {
	if len(olds) > gapMax || len(news) > gapMax {
		olds, news = olds[:min(len(olds), gapMax)], news[:min(len(news), gapMax)]
	}
	var all []rated
	for x, i := range olds {
		for y, j := range news {
			if a[i].Kind != b[j].Kind {
				continue
			}
			score := alike(a[i].Source, b[j].Source)
			if x == y && len(olds) == len(news) {
				score += 0.25 // the same thing at its place
				few := []markdown.BlockKind{markdown.BlockHeading, markdown.BlockCell, markdown.BlockAlert}
				if slices.Contains(few, markdown.BlockKind(a[i].Kind)) || a[i].Condition != "" && b[j].Condition != "" {
					score += 0.25 // few words, which may all be others
				}
			}
			if score >= enough || a[i].Front() {
				all = append(all, rated{i, j, score})
			}
		}
	}
	best(all, pair)
}

// A rated pair is a place in each of two lists, and how well they go together.
type rated struct {
	i, j  int
	score float64
}

// best pairs what goes together best first, each place once.
func best(all []rated, pair func(i, j int)) {
	slices.SortStableFunc(all, func(p, q rated) int { return cmp.Compare(q.score, p.score) })
	usedA, usedB := map[int]bool{}, map[int]bool{}
	for _, r := range all {
		if !usedA[r.i] && !usedB[r.j] {
			usedA[r.i], usedB[r.j] = true, true
			pair(r.i, r.j)
		}
	}
}

// alike returns how much of two texts is the same, by words: 0 to 1 (the
// coefficient of Sørensen and Dice).
func alike(s, t string) float64 {
	a, b := texts(tokens(s)), texts(tokens(t))
	if len(a)+len(b) == 0 {
		return 1
	}
	count := map[string]int{}
	for _, w := range a {
		count[w]++
	}
	both := 0
	for _, w := range b {
		if count[w] > 0 {
			count[w]--
			both++
		}
	}
	return 2 * float64(both) / float64(len(a)+len(b))
}

// common returns pairs of equal elements in order in both lists, as many as
// there can be where that is affordable: first equal beginnings and ends, then
// by what stands once in each list, then by the longest common subsequence.
func common[K comparable](n, m int, a, b func(int) K) [][2]int {
	var out [][2]int
	var solve func(i, n, j, m int)
	solve = func(i, n, j, m int) {
		for i < n && j < m && a(i) == b(j) {
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		}
		var tail [][2]int
		for i < n && j < m && a(n-1) == b(m-1) {
			n, m = n-1, m-1
			tail = append(tail, [2]int{n, m})
		}
		switch {
		case i >= n || j >= m:
		case (n-i)*(m-j) <= 250_000:
			out = append(out, longest(i, n, j, m, a, b)...)
		default:
			anchors := unique(i, n, j, m, a, b)
			for _, p := range anchors {
				solve(i, p[0], j, p[1])
				out = append(out, p)
				i, j = p[0]+1, p[1]+1
			}
			if len(anchors) > 0 {
				solve(i, n, j, m)
			}
		}
		slices.Reverse(tail)
		out = append(out, tail...)
	}
	solve(0, n, 0, m)
	return out
}

// longest returns a longest common subsequence.
func longest[K comparable](i0, n, j0, m int, a, b func(int) K) [][2]int {
	w := m - j0 + 1
	best := make([]int32, (n-i0+1)*w)
	for i := n - 1; i >= i0; i-- {
		for j := m - 1; j >= j0; j-- {
			at := (i-i0)*w + j - j0
			if a(i) == b(j) {
				best[at] = best[at+w+1] + 1
			} else {
				best[at] = max(best[at+w], best[at+1])
			}
		}
	}
	var out [][2]int
	for i, j := i0, j0; i < n && j < m; {
		at := (i-i0)*w + j - j0
		switch {
		case a(i) == b(j):
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case best[at+w] >= best[at+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// unique returns the pairs of elements that stand once in each list, as many as
// keep their order (Bram Cohen's patience diff).
func unique[K comparable](i0, n, j0, m int, a, b func(int) K) [][2]int {
	seen := map[K][2]int{} // how often in a; place in a
	for i := i0; i < n; i++ {
		s := seen[a(i)]
		seen[a(i)] = [2]int{s[0] + 1, i}
	}
	twice, at := map[K]int{}, map[K]int{}
	for j := j0; j < m; j++ {
		twice[b(j)]++
		at[b(j)] = j
	}
	var pairs [][2]int
	for i := i0; i < n; i++ {
		if k := a(i); seen[k][0] == 1 && twice[k] == 1 {
			pairs = append(pairs, [2]int{i, at[k]})
		}
	}
	// The longest increasing subsequence of the places in b.
	var tails, prev = []int{}, make([]int, len(pairs))
	for x, p := range pairs {
		k, _ := slices.BinarySearchFunc(tails, p[1], func(t, v int) int { return pairs[t][1] - v })
		prev[x] = -1
		if k > 0 {
			prev[x] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, x)
		} else {
			tails[k] = x
		}
	}
	var out [][2]int
	if len(tails) > 0 {
		for x := tails[len(tails)-1]; x >= 0; x = prev[x] {
			out = append(out, pairs[x])
		}
	}
	slices.Reverse(out)
	return out
}
