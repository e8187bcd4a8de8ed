package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestBuildAgain: a page that is saved between being looked at and being made
// costs a second turn and no error. The certificate is a pipe, so that the test
// knows when the site has been looked at; it cannot sign, which is what the
// second turn has to say.
func TestBuildAgain(t *testing.T) {
	dir := t.TempDir()
	files := inputs(t, repository)
	files["site.toml"] += "\n[forms]\ncertificate = \"pipe\"\nkey = \"key\"\n"
	lay(t, dir, files, rand.New(rand.NewPCG(1, 1)))
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "content/en/over.md")
	for _, command := range []string{"build", "check"} {
		failed := make(chan error)
		go func() { // as long as the program reads the certificate
			for turn := range 2 {
				w, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits for the reader
				if err == nil && turn == 0 {
					var text []byte
					if text, err = os.ReadFile(page); err == nil {
						err = os.WriteFile(page, append(text, "\nNieuwe regel.\n"...), 0o600)
					}
				}
				if err == nil { // a pipe of its own for the next turn
					err = errors.Join(os.Remove(pipe), syscall.Mkfifo(pipe, 0o600))
				}
				if err == nil {
					_, err = w.WriteString("geen certificaat")
					w.Close()
				}
				failed <- err
			}
		}()
		done := make(chan string)
		go func() {
			var stdout, stderr bytes.Buffer
			run(context.Background(), []string{command, "-C", dir}, &stdout, &stderr)
			done <- stderr.String()
		}()
		for range 2 {
			select {
			case err := <-failed:
				if err != nil {
					t.Fatal(err)
				}
			case got := <-done:
				t.Fatalf("%s: there was no second turn:\n%s", command, got)
			}
		}
		if got := <-done; strings.Contains(got, "changed") || !strings.Contains(got, "[forms-sign]") {
			t.Errorf("%s: got\n%s", command, got)
		}
	}
}
