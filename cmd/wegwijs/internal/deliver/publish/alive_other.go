//go:build !unix

package publish

// Alive reports whether a process of this machine runs, for
// Surroundings.Alive. Here it cannot be told, and counts as yes.
func Alive(int) bool { return true }
