package remote

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// A NotFolderError says that a name on the way to a file is no folder, and
// that nothing was done with what it leads to. Whoever may write to a target
// could otherwise have a link lead the user who publishes out of it.
type NotFolderError struct {
	Name string // from the target's folder
	Kind Kind   // what stands there
	read bool
}

func (e *NotFolderError) Error() string {
	switch e.Kind {
	case Link:
		return e.Name + " is a symbolic link where a folder of our own should be, and was not followed: move it away"
	case File:
		return e.Name + " is a file where a folder of our own should be: move it away"
	}
	return e.Name + " is not the folder of our own that should be there: move it away"
}

// Is makes what lies behind a link look absent to whoever only reads: no file
// of ours can be there.
func (e *NotFolderError) Is(target error) bool { return e.read && target == fs.ErrNotExist }

// A NotFileError says that a name is no file, which it should be to be read.
type NotFileError struct{ Name string }

func (e *NotFileError) Error() string { return e.Name + " is no file" }

// guarded is a folder in which no link is followed: every folder on the way to
// a name is first seen to be one, and so is each that is listed. What was seen
// once is remembered until it is moved or removed through the same FS.
type guarded struct {
	FS
	mu   sync.RWMutex
	seen map[string]bool
}

func guard(f FS) FS { return &guarded{FS: f, seen: map[string]bool{}} }

// folder makes sure that name is a folder, and those above it too.
func (g *guarded) folder(name string, read bool) error {
	if name == "." {
		return nil
	}
	if err := inside(name); err != nil {
		return err
	}
	g.mu.RLock()
	known := g.seen[name]
	g.mu.RUnlock()
	if known {
		return nil
	}
	if err := g.folder(path.Dir(name), read); err != nil {
		return err
	}
	i, err := g.FS.Lstat(name)
	if err != nil {
		return err
	}
	if i.Kind != Dir {
		return &NotFolderError{name, i.Kind, read}
	}
	g.mu.Lock()
	g.seen[name] = true
	g.mu.Unlock()
	return nil
}

// above makes sure of the folders above name, and that name is below the
// target's folder.
func (g *guarded) above(name string, read bool) error {
	if err := inside(name); err != nil {
		return err
	}
	return g.folder(path.Dir(name), read)
}

// inside refuses a name that is not plainly one below the target's folder.
func inside(name string) error {
	if name != path.Clean(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return nil
}

// forget drops what is known of name and of what is below it. A name that was
// not seen to be a folder has nothing known below it.
func (g *guarded) forget(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.seen[name] {
		return
	}
	for d := range g.seen {
		if d == name || strings.HasPrefix(d, name+"/") {
			delete(g.seen, d)
		}
	}
}

func (g *guarded) Lstat(name string) (Info, error) {
	if err := g.above(name, true); err != nil {
		return Info{}, err
	}
	return g.FS.Lstat(name)
}

func (g *guarded) ReadDir(name string) ([]Info, error) {
	if err := g.folder(name, true); err != nil {
		return nil, err
	}
	all, err := g.FS.ReadDir(name)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	sound := all[:0]
	for _, i := range all {
		// No file system has these; a server that says so is not to be followed.
		if i.Name == "" || i.Name == "." || i.Name == ".." || strings.Contains(i.Name, "/") {
			continue
		}
		if i.Kind == Dir {
			g.seen[path.Join(name, i.Name)] = true
		}
		sound = append(sound, i)
	}
	return sound, nil
}

// Open opens nothing but a file: a link may lead anywhere, and what is read
// from a pipe never ends.
func (g *guarded) Open(name string) (io.ReadCloser, error) {
	i, err := g.Lstat(name)
	if err != nil {
		return nil, err
	}
	if i.Kind != File {
		return nil, &NotFileError{name}
	}
	return g.FS.Open(name)
}

func (g *guarded) Create(name string, size int64, r io.Reader) error {
	if err := g.above(name, false); err != nil {
		return err
	}
	return g.FS.Create(name, size, r)
}

func (g *guarded) CreateLock(name string) (LockFile, error) {
	if err := g.above(name, false); err != nil {
		return nil, err
	}
	return g.FS.CreateLock(name)
}

func (g *guarded) Link(old, new string) error {
	if err := errors.Join(g.above(old, false), g.above(new, false)); err != nil {
		return err
	}
	return g.FS.Link(old, new)
}

func (g *guarded) Rename(old, new string) error {
	if err := errors.Join(g.above(old, false), g.above(new, false)); err != nil {
		return err
	}
	defer g.forget(old)
	defer g.forget(new)
	return g.FS.Rename(old, new)
}

func (g *guarded) Symlink(target, name string) error {
	if err := g.above(name, false); err != nil {
		return err
	}
	return g.FS.Symlink(target, name)
}

func (g *guarded) Readlink(name string) (string, error) {
	if err := g.above(name, true); err != nil {
		return "", err
	}
	return g.FS.Readlink(name)
}

func (g *guarded) Mkdir(name string) error {
	if err := g.above(name, false); err != nil {
		return err
	}
	return g.FS.Mkdir(name)
}

func (g *guarded) Remove(name string) error {
	if err := g.above(name, false); err != nil {
		return err
	}
	return g.FS.Remove(name)
}

func (g *guarded) RemoveDir(name string) error {
	if err := g.above(name, false); err != nil {
		return err
	}
	g.mu.Lock()
	delete(g.seen, name) // it is empty, if it goes
	g.mu.Unlock()
	return g.FS.RemoveDir(name)
}
