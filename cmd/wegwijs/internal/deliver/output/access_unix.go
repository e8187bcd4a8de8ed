//go:build unix

package output

import (
	"os"

	"golang.org/x/sys/unix"
)

// access says why files cannot be made and removed in a folder: who runs the
// program may not, or the file system is read-only.
func access(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.Faccessat(int(d.Fd()), ".", unix.W_OK|unix.X_OK, 0)
}
