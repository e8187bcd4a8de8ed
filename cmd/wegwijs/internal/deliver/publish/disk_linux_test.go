package publish

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRealDiskFull does the same on a small file system, where mounting one is
// allowed.
func TestRealDiskFull(t *testing.T) {
	mnt := t.TempDir()
	if err := syscall.Mount("tmpfs", mnt, "tmpfs", 0, "size=256k"); err != nil {
		t.Skip("mounting a small file system needs the right to: " + err.Error())
	}
	defer syscall.Unmount(mnt, 0)
	target := dirTarget(filepath.Join(mnt, "help"))
	mustPublish(t, target, me(), siteA.release(), lax)
	large := siteB.with(files{"groot.pdf": strings.Repeat("0123456789abcdef", 20<<10)})
	_, err := tryPublish(t.Context(), target, later(me(), hour), large.release(), lax)
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("got %v, want no space left", err)
	}
	isOne(t, served(t, filepath.Join(mnt, "help")), siteA)
	mustPublish(t, target, later(me(), hour), siteB.release(), lax)
	isOne(t, served(t, filepath.Join(mnt, "help")), siteB)
}
