package diag

import (
	"slices"
	"strings"
)

// Names are known names among which the nearest to a mistaken one is looked for
// again and again. Each look costs the same on a list of any length. Names are
// not changed after [NewNames] and may be used by several goroutines at once.
type Names struct {
	sorted []string // in small letters
	ends   []int    // places in sorted, in the order of the names read backwards
	known  []string // as they are written, in the order of sorted
}

// around is how many names before and behind the place where a name would stand
// are looked at; in a list that is not longer than twice that, all of them are.
const around = 64

// NewNames returns the names in known, which it leaves as they are.
func NewNames(known []string) *Names {
	n := &Names{known: slices.Clone(known)}
	slices.SortFunc(n.known, func(a, b string) int {
		if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	n.known = slices.Compact(n.known)
	for i, k := range n.known {
		n.sorted = append(n.sorted, strings.ToLower(k))
		n.ends = append(n.ends, i)
	}
	slices.SortStableFunc(n.ends, func(a, b int) int { return backwards(n.sorted[a], n.sorted[b]) })
	return n
}

// backwards compares two texts from their ends.
func backwards(a, b string) int {
	for i := 1; i <= min(len(a), len(b)); i++ {
		if c := int(a[len(a)-i]) - int(b[len(b)-i]); c != 0 {
			return c
		}
	}
	return len(a) - len(b)
}

// DidYouMean returns what [DidYouMean] does, but names more than a few of them
// only where one is near.
func (n *Names) DidYouMean(name string) string {
	if len(n.known) <= 2*around {
		return DidYouMean(name, n.known)
	}
	if near := n.Nearest(name); near != "" {
		return Say("did you mean \"%s\"?", near)
	}
	return ""
}

// Nearest returns what [Nearest] does among the names that begin or end as name
// does: a slip leaves one of the two as it was.
func (n *Names) Nearest(name string) string {
	low := strings.ToLower(name)
	var near []string
	at, _ := slices.BinarySearch(n.sorted, low)
	near = append(near, n.known[max(0, at-around):min(len(n.known), at+around)]...)
	if len(near) < len(n.known) {
		at, _ = slices.BinarySearchFunc(n.ends, low, func(i int, s string) int { return backwards(n.sorted[i], s) })
		for _, i := range n.ends[max(0, at-around):min(len(n.ends), at+around)] {
			near = append(near, n.known[i])
		}
	}
	return Nearest(name, near)
}
