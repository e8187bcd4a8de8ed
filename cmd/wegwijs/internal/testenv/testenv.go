// Package testenv holds what the tests of several packages work with: programs of
// the machine, which not every machine has; Chromium; the servers that
// publishing and readers use (OpenSSH's sshd, an S3-compatible object store,
// web servers); and sites to try things on. What it starts listens on
// 127.0.0.1 and ends with the test that started it. Only tests import it.
package testenv

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// CI reports whether the tests run where nothing that they need may be missing.
func CI() bool { return os.Getenv("CI") == "true" }

// Thorough reports whether tests that could try everything in every way do: where
// WEGWIJS_THOROUGH is set, and not with -short. Usually, and in CI, they try a
// sample, always the same one, and say which.
func Thorough() bool { return os.Getenv("WEGWIJS_THOROUGH") != "" && !testing.Short() }

// Missing skips a test that needs what this machine does not have. On CI the
// machine must have it and the test fails.
func Missing(t testing.TB, what string) {
	t.Helper()
	if CI() {
		t.Fatal("missing on CI: " + what)
	}
	t.Skip("skipped: needs " + what)
}

// Program returns the path of a program that is known by one of the names; what
// says how to get it. Without it the test is [Missing] something.
func Program(t testing.TB, what string, names ...string) string {
	t.Helper()
	for _, n := range names {
		for _, p := range []string{n, "/usr/sbin/" + n} { // not on the path of all users
			if p, err := exec.LookPath(p); err == nil {
				return p
			}
		}
	}
	Missing(t, what)
	return ""
}

// RAM returns a folder in memory where there is one, and else one on disk. The
// file system's part in surviving a power cut is not what these tests are
// about, and syncing thousands of files takes its time.
func RAM(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "wegwijs-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Write writes a file and the folders above it. Its name may have slashes on
// any system.
func Write(t testing.TB, name, text string) {
	t.Helper()
	name = filepath.FromSlash(name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Root returns the folder of this repository, seen from any package of it.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for !exists(filepath.Join(dir, "go.mod")) {
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above this folder")
		}
		dir = up
	}
	return dir
}

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

// FreePorts returns n ports of 127.0.0.1 on which nothing listened a moment ago.
func FreePorts(n int) []int {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err) // a machine on which no test that asks can run
		}
		defer l.Close() // only once all are found
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

func waitFor(t testing.TB, port int) {
	t.Helper()
	for range 500 {
		if answers(port) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("nothing answers on port %d", port)
}

func answers(port int) bool {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	c.Close()
	return true
}
