// Package lab starts the real servers that the tests of publishing talk to:
// OpenSSH's sshd, an S3-compatible object store, and the web servers that
// readers are served with. They listen on 127.0.0.1 and end with the test that
// started them. Only tests import it.
package lab

import (
	"fmt"
	"net"
	"os"
	"testing"
	"time"
)

// Skip skips a test that needs what this machine does not have. Where CI is
// set, the machine must have it and the test fails.
func Skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal("CI must have it: " + why)
	}
	t.Skip(why)
}

// RAM gives a folder in memory where there is one, and else one on disk. The
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

// Write writes a file and the folders above it.
func Write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
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
