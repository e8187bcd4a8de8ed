package publish

import (
	"errors"
	"io"
	"sync"
	"syscall"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
)

func umask(mask int) int { return syscall.Umask(mask) }

// counter counts operations on a folder.
type counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counter) wrap(f remote.FS) remote.FS {
	return &hooked{FS: f, before: func(op, _ string) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.n == nil {
			c.n = map[string]int{}
		}
		c.n[op]++
		return nil
	}}
}

func (c *counter) of(op string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[op]
}

func (c *counter) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n = nil
}

var errCut = errors.New("connection cut")

// A fault lets the operations of a folder fail from the n-th on.
type fault struct {
	mu    sync.Mutex
	at    int  // which operation; counts from 1
	after bool // it is done, and its answer lost
	only  bool // later ones work again
	count int
	hit   bool
	cut   func() // called when it strikes; nil: nothing
}

func (f *fault) wrap(fsys remote.FS) remote.FS {
	return &hooked{FS: fsys, before: f.before, then: f.then, torn: true}
}

// before reports whether an operation must fail without being done.
func (f *fault) before(string, string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	if f.count < f.at || f.only && f.count > f.at {
		return nil
	}
	if f.count == f.at {
		f.hit = true
		if f.cut != nil {
			f.cut()
			return nil // the real connection fails now
		}
		if f.after {
			return errAfter
		}
	}
	return errCut
}

// errAfter asks for the operation to be done and then to fail.
var errAfter = errors.New("do, then fail")

func (f *fault) then() error { return errCut }

// hooked is a folder whose operations ask before they work.
type hooked struct {
	remote.FS
	before func(op, name string) error
	then   func() error
	torn   bool // a write that fails leaves half a file
}

func (h *hooked) run(op, name string, do func() error) error {
	err := h.before(op, name)
	if err == nil {
		return do()
	}
	if err == errAfter {
		if derr := do(); derr != nil {
			return derr
		}
		return h.then()
	}
	return err
}

func (h *hooked) Lstat(name string) (i remote.Info, err error) {
	err = h.run("lstat", name, func() error { i, err = h.FS.Lstat(name); return err })
	return i, err
}

func (h *hooked) ReadDir(name string) (is []remote.Info, err error) {
	err = h.run("readdir", name, func() error { is, err = h.FS.ReadDir(name); return err })
	return is, err
}

func (h *hooked) Open(name string) (r io.ReadCloser, err error) {
	err = h.run("open", name, func() error { r, err = h.FS.Open(name); return err })
	if err != nil && r != nil {
		r.Close()
	}
	return r, err
}

func (h *hooked) Create(name string, size int64, r io.Reader) error {
	err := h.before("create", name)
	switch {
	case err == nil:
		return h.FS.Create(name, size, r)
	case err == errAfter:
		h.FS.Create(name, size, r)
		return h.then()
	case h.torn:
		h.FS.Create(name, size/2, io.LimitReader(r, size/2))
	}
	return err
}

func (h *hooked) CreateLock(name string) (f remote.LockFile, err error) {
	err = h.run("createlock", name, func() error { f, err = h.FS.CreateLock(name); return err })
	if err != nil {
		if f != nil {
			f.Close()
		}
		return nil, err
	}
	return &hookedLock{f, h}, nil
}

type hookedLock struct {
	remote.LockFile
	h *hooked
}

func (l *hookedLock) WriteAt(p []byte, off int64) (n int, err error) {
	err = l.h.run("writelock", "", func() error { n, err = l.LockFile.WriteAt(p, off); return err })
	return n, err
}

func (h *hooked) Link(old, new string) error {
	return h.run("link", new, func() error { return h.FS.Link(old, new) })
}

func (h *hooked) Rename(old, new string) error {
	return h.run("rename", new, func() error { return h.FS.Rename(old, new) })
}

func (h *hooked) Symlink(target, name string) error {
	return h.run("symlink", name, func() error { return h.FS.Symlink(target, name) })
}

func (h *hooked) Readlink(name string) (s string, err error) {
	err = h.run("readlink", name, func() error { s, err = h.FS.Readlink(name); return err })
	return s, err
}

func (h *hooked) Mkdir(name string) error {
	return h.run("mkdir", name, func() error { return h.FS.Mkdir(name) })
}

func (h *hooked) Remove(name string) error {
	return h.run("remove", name, func() error { return h.FS.Remove(name) })
}

func (h *hooked) RemoveDir(name string) error {
	return h.run("removedir", name, func() error { return h.FS.RemoveDir(name) })
}
