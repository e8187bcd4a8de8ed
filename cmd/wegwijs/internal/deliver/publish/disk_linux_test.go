package publish

import (
	"errors"
	"os"
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

// TestRollbackOnAFullDisk fills the target's disk to the last byte: the way back
// stays open, and what could not be written is said.
func TestRollbackOnAFullDisk(t *testing.T) {
	mnt := t.TempDir()
	if err := syscall.Mount("tmpfs", mnt, "tmpfs", 0, "size=512k"); err != nil {
		t.Skip("mounting a small file system needs the right to: " + err.Error())
	}
	defer syscall.Unmount(mnt, 0)
	_, on := startSSHD(t)
	for name, target := range map[string]Target{"dir": dirTarget(filepath.Join(mnt, "dir")), "ssh": on(filepath.Join(mnt, "ssh"))} {
		mustPublish(t, target, me(), siteA.release(), lax)
		mustPublish(t, target, later(me(), hour), siteB.release(), lax)
		f, err := os.Create(filepath.Join(mnt, "fill"))
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		f.Close()
		rep := rollback(t, target, later(me(), 2*hour), "")
		isOne(t, served(t, filepath.Join(mnt, name)), siteA)
		if len(rep.Notes) == 0 {
			t.Errorf("%s: nothing was said of what could not be written", name)
		}
		_, err = tryPublish(t.Context(), target, later(me(), 3*hour), siteC.release(), lax)
		if err == nil || !strings.Contains(err.Error(), "the disk of the target is full") || !strings.Contains(err.Error(), "keep = 3") {
			t.Errorf("%s: publishing says %v", name, err)
		}
		isOne(t, served(t, filepath.Join(mnt, name)), siteA)
		if err := os.Remove(filepath.Join(mnt, "fill")); err != nil {
			t.Fatal(err)
		}
		mustPublish(t, target, later(me(), 4*hour), siteC.release(), lax)
		isOne(t, served(t, filepath.Join(mnt, name)), siteC)
	}
}
