// Package lazyregexp compiles patterns when they are first used, so that a
// command pays for no pattern of another.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New returns a function that returns a pattern compiled. The function may be
// called from several goroutines at once. A bad pattern is found by TestPatterns:
// with it, the function panics.
func New(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
