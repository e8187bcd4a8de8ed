//go:build unix

package publish

import (
	"errors"
	"syscall"
)

// Alive reports whether a process of this machine runs, for
// Surroundings.Alive.
func Alive(pid int) bool {
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
