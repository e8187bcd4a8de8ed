package output

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk builds onto a file system that is too small, of every size at
// which another step of the build fails.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	noise := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('a' + noise.IntN(26))
		}
		return string(b)
	}
	old, next := map[string]string{}, map[string]string{}
	for i := range 8 {
		p := fmt.Sprintf("%d/index.html", i)
		old[p], next[p] = text(5000), text(6000)
	}
	next["9/index.html"] = text(100)
	failed := 0
	for kb := 100; kb < 300; kb += 4 {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", kb)); err != nil {
			t.Skipf("no small file system can be made here, so a full disk was not tried: %v", err)
		}
		t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) }) // when the test ends early
		out := filepath.Join(dir, "public")
		write(t, files(t, old), out)
		before := listing(t, out)
		_, err := Write(t.Context(), files(t, next), out, Options{})
		got := listing(t, out)
		switch {
		case err == nil:
			if d := differ(got, clean(t, files(t, next))); d != "" {
				t.Errorf("%d kB: %s", kb, d)
			}
		case !errors.Is(err, syscall.ENOSPC):
			t.Errorf("%d kB: got error %v, want one of a full disk", kb, err)
		default:
			failed++
			for p := range got {
				if strings.HasPrefix(p, stageDir+"/") {
					delete(got, p)
				}
			}
			if d := differ(got, before); d != "" {
				t.Errorf("%d kB: %s", kb, d)
			}
			// With room again, the next build puts it right.
			if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=10m"); err != nil {
				t.Fatal(err)
			}
			write(t, files(t, next), out)
			if d := differ(listing(t, out), clean(t, files(t, next))); d != "" {
				t.Errorf("%d kB, then room: %s", kb, d)
			}
		}
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Fatal(err)
		}
	}
	if failed < 5 {
		t.Errorf("only %d sizes were too small", failed)
	}
}

// TestUnwritableFolder builds as a user who may not write. The superuser may
// always, so for them the build is done by a child that is somebody else.
func TestUnwritableFolder(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	set := files(t, map[string]string{"index.html": "old"})
	write(t, set, dir)
	before := listing(t, dir)
	for _, p := range []string{filepath.Dir(parent), parent} {
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o755)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{dir, filepath.Join(dir, "deeper")} {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d", child, out, 1))
		if os.Getuid() == 0 {
			// The program stands in a folder that others may not enter.
			copied := filepath.Join(parent, "build.test")
			data, err := os.ReadFile(exe)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(copied, data, 0o755); err != nil {
				t.Fatal(err)
			}
			cmd.Path, cmd.Dir = copied, "/"
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		said, err := cmd.CombinedOutput()
		if _, ended := errors.AsType[*exec.ExitError](err); !ended {
			t.Fatalf("got %v, want a failure: %s", err, said)
		}
		if text := string(said); !strings.Contains(text, "permission denied") || !strings.Contains(text, "output folder") {
			t.Errorf("%s: the error is %q; want one that says that the output folder cannot be written", out, text)
		}
	}
	if d := differ(listing(t, dir), before); d != "" {
		t.Error(d)
	}
}
