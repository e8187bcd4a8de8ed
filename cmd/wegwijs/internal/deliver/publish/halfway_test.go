package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestHalfway checks what is said of readers when a publish breaks off.
func TestHalfway(t *testing.T) {
	for _, c := range []struct {
		name string
		stop func(root string, cancel context.CancelFunc)
		want string // of HalfwayError.Left; "" when it is none
		is   error
	}{
		{"stopped by the user", func(_ string, cancel context.CancelFunc) { cancel() }, "readers have what they had; the same command", context.Canceled},
		{"the lock is another's", func(root string, _ context.CancelFunc) {
			lock := filepath.Join(root, release.Folder, "lock")
			if err := os.Remove(lock); err != nil {
				t.Error(err)
			}
			testenv.Write(t, lock, `{"token": "other", "by": "piet@pc"}`)
			time.Sleep(200 * time.Millisecond) // several beats
		}, "", release.ErrLost},
	} {
		root := t.TempDir()
		target := dirTarget(root)
		mustPublish(t, target, me(), siteA.release(), lax)
		ctx, cancel := context.WithCancel(t.Context())
		opt := lax
		done := false
		opt.Progress = func(p release.Progress) {
			if p.Phase == "upload" && !done {
				done = true
				c.stop(root, cancel)
			}
		}
		_, err := tryPublish(ctx, target, later(me(), hour), siteB.release(), opt)
		half, ok := errors.AsType[*HalfwayError](err)
		if !errors.Is(err, c.is) || ok != (c.want != "") || ok && !strings.Contains(half.Left.String(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		isOne(t, served(t, root), siteA)
		cancel()
	}
}

// TestDiedBeforeTheSwitch breaks off right after a release has got its place:
// it is there, with its record, and nothing is brought again.
func TestDiedBeforeTheSwitch(t *testing.T) {
	root := t.TempDir()
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	around := later(me(), hour)
	around.wrap = func(f remote.FS) remote.FS {
		return &hooked{FS: f, then: func() error { return errCut }, before: func(op, to string) error {
			if op == "rename" && to == "releases/"+siteB.release().Manifest.Release {
				return errAfter
			}
			return nil
		}}
	}
	if _, err := tryPublish(t.Context(), target, around, siteB.release(), lax); !errors.Is(err, errCut) {
		t.Fatalf("got %v", err)
	}
	var sent int64
	opt := lax
	opt.Progress = progressBytes(&sent)
	mustPublish(t, target, later(me(), 2*hour), siteB.release(), opt)
	isOne(t, served(t, root), siteB)
	if sent != 0 {
		t.Errorf("%d bytes were sent again", sent)
	}
}

// TestPermissionSaysWhose tells whoever may not write where that is.
func TestPermissionSaysWhose(t *testing.T) {
	root := t.TempDir()
	target := dirTarget(root)
	around := me()
	around.wrap = func(f remote.FS) remote.FS {
		return &hooked{FS: f, before: func(op, name string) error {
			if op == "mkdir" {
				return &fs.PathError{Op: op, Path: name, Err: fs.ErrPermission}
			}
			return nil
		}}
	}
	_, err := tryPublish(t.Context(), target, around, siteA.release(), lax)
	if err == nil || !strings.Contains(err.Error(), "must own "+target.Path) {
		t.Errorf("got %v", err)
	}
	// What cannot be read here says nothing of the target.
	r := siteA.release()
	r.Files = unreadable{}
	_, err = tryPublish(t.Context(), target, me(), r, lax)
	if err == nil || !strings.Contains(err.Error(), "permission denied") || strings.Contains(err.Error(), "must own") {
		t.Errorf("got %v", err)
	}
}

type unreadable struct{}

func (unreadable) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}
