package diag

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Nearest gives the name in known that is most like name, or "" when none is
// near enough to be a slip of the keyboard.
func Nearest(name string, known []string) string {
	best, bestDist := "", 3
	if len(name) > 8 {
		bestDist = 4
	}
	lower := strings.ToLower(name)
	// Of two that are equally near, the one that begins alike and has the
	// same letters is meant: titel is title, not site.
	alike := func(k string) int {
		k = strings.ToLower(k)
		n := 0
		if k != "" && lower != "" && k[0] == lower[0] {
			n++
		}
		a, b := []byte(lower), []byte(k)
		slices.Sort(a)
		slices.Sort(b)
		if slices.Equal(a, b) {
			n++
		}
		return n
	}
	for _, k := range known {
		d := levenshtein.ComputeDistance(lower, strings.ToLower(k))
		if d < bestDist && d < len(k) || best != "" && d == bestDist && alike(k) > alike(best) {
			best, bestDist = k, d
		}
	}
	return best
}

// DidYouMean gives the hint for an unknown name: the nearest known name, and
// all of them when they are few. It is empty when known is.
func DidYouMean(name string, known []string) string {
	known = slices.Clone(known)
	slices.Sort(known)
	known = slices.Compact(known)
	near := Nearest(name, known)
	switch {
	case near != "" && len(known) > 12:
		return "did you mean \"" + near + "\"?"
	case near != "":
		return "did you mean \"" + near + "\"? known: " + strings.Join(known, ", ")
	case len(known) == 0 || len(known) > 40:
		return ""
	}
	return "known: " + strings.Join(known, ", ")
}
