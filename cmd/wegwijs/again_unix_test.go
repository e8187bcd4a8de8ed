//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/state"
)

// TestAgainWhenBusy: a file that cannot be opened at this moment is waited for,
// as one that changed is read anew; what stays so is told with a way out.
func TestAgainWhenBusy(t *testing.T) {
	for _, tt := range []struct {
		err   error
		turns int
		says  string
	}{
		{syscall.EMFILE, attempts, "ulimit"},
		{syscall.ENFILE, attempts, "ulimit"},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EBUSY}, attempts, ""},
		{fmt.Errorf("read x: %w", state.ErrChanged), attempts, ""},
		{fs.ErrPermission, 1, ""},
		{errors.New("else"), 1, ""},
	} {
		turns := 0
		err := remedy(again(func() error { turns++; return tt.err }))
		if turns != tt.turns || !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) || tt.says == "" && strings.Contains(err.Error(), "ulimit") {
			t.Errorf("%v: %d turns, %v", tt.err, turns, err)
		}
	}
	busy := &busyFS{FS: fstest.MapFS{"x": {Data: []byte("x")}}}
	busy.times.Store(2)
	if text, err := fs.ReadFile(patientFS{busy}, "x"); string(text) != "x" {
		t.Errorf("a file that is busy for a while: %q %v", text, err)
	}
	busy.times.Store(attempts)
	if _, err := fs.ReadFile(patientFS{busy}, "x"); err == nil || strings.Count(remedy(err).Error(), "ulimit") != 1 { // as run tells it
		t.Errorf("one that stays so: %v", remedy(err))
	}
	if _, err := (patientFS{os.DirFS(t.TempDir())}).Open("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that is not there: %v", err)
	}
}

// busyFS cannot open files for a while.
type busyFS struct {
	fs.FS
	times atomic.Int32
}

func (b *busyFS) Open(name string) (fs.File, error) {
	if b.times.Add(-1) >= 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.EMFILE}
	}
	return b.FS.Open(name)
}
