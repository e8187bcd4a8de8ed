package diag

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// Nearest returns the name in known that is most like name, or "" when none is
// near enough to be a slip of the keyboard: at most two letters differ, three
// in a long name, and at least half of the letters are the same. Of several that
// are as near it is the first by the alphabet.
func Nearest(name string, known []string) string {
	best, bestDist := "", 3
	if len(name) > 8 {
		bestDist = 4
	}
	lower := strings.ToLower(name)
	for _, k := range known {
		if longer := len(k) - len(name); longer > utf8.UTFMax*bestDist || -longer > utf8.UTFMax*bestDist {
			continue // by more than so many letters
		}
		if d := distance(lower, strings.ToLower(k)); (d < bestDist || d == bestDist && best != "" && k < best) && 2*d <= max(len(name), len(k)) {
			best, bestDist = k, d
		}
	}
	return best
}

// distance is that of Levenshtein, but for two letters that changed places:
// that is one slip.
func distance(a, b string) int {
	d := levenshtein.ComputeDistance(a, b)
	if d != 2 || len(a) != len(b) {
		return d
	}
	i := 0
	for a[i] == b[i] {
		i++
	}
	if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] {
		return 1
	}
	return d
}

// sortedNames is among how many names at most a hint looks for all that there are.
const sortedNames = 1000

// DidYouMean returns the hint for an unknown name: the known name that was [Meant], and
// all of them when they are few. It is empty when
// known is. The hint is one of [Say].
func DidYouMean(name string, known []string) string {
	if len(known) > sortedNames {
		if near := Meant(name, known); near != "" {
			return Say("did you mean \"%s\"?", near)
		}
		return ""
	}
	known = slices.Clone(known)
	slices.Sort(known)
	known = slices.Compact(known)
	near := Meant(name, known)
	switch {
	case near != "" && len(known) > 12:
		return Say("did you mean \"%s\"?", near)
	case near != "":
		return Say("did you mean \"%s\"? known: %s", near, strings.Join(known, ", "))
	case len(known) == 0 || len(known) > 40:
		return ""
	}
	return Say("known: %s", strings.Join(known, ", "))
}
