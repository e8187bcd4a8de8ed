//go:build unix

package output

import (
	"os"
	"syscall"
)

// lock keeps other builds out of the folder until unlock is called. The lock
// is on the folder itself, so a killed build leaves none behind.
func lock(root *os.Root) (unlock func(), err error) {
	d, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		d.Close()
		if err == syscall.EWOULDBLOCK {
			return nil, err
		}
		return func() {}, nil // a file system without locks
	}
	return func() { d.Close() }, nil
}
