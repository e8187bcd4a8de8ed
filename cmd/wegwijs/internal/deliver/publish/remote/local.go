package remote

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// local is a folder of this machine. Nothing it does leads out of it.
type local struct {
	root *os.Root
	dir  string
}

// full names the one reason that a rollback works around.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", err, ErrFull)
	}
	return err
}

// Open opens a folder of this machine. With create it is made when absent,
// with those above it.
func Open(dir string, create bool) (FS, error) {
	if create {
		if err := os.MkdirAll(dir, dirMode); err != nil {
			return nil, diag.Errorf("make the target's folder: %w", err)
		}
	}
	root, err := os.OpenRoot(filepath.Clean(dir))
	if err != nil {
		return nil, diag.Errorf("open the target's folder: %w", err)
	}
	return guard(&local{root, dir}), nil
}

func (l *local) Lstat(name string) (Info, error) {
	fi, err := l.root.Lstat(name)
	if errors.Is(err, syscall.ENOTDIR) { // SFTP servers do not tell this apart either
		return Info{}, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	}
	if err != nil {
		return Info{}, err
	}
	return info(fi), nil
}

func (l *local) ReadDir(name string) ([]Info, error) {
	d, err := l.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var all []Info
	for {
		// In portions, so that a folder of any size takes little memory twice.
		fis, err := d.Readdir(512)
		for _, fi := range fis {
			all = append(all, info(fi))
		}
		if errors.Is(err, io.EOF) || err == nil && len(fis) == 0 {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (l *local) Open(name string) (io.ReadCloser, error) { return l.root.Open(name) }

func (l *local) Create(name string, _ int64, r io.Reader) error {
	f, err := l.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return full(err)
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = widen(f, fileMode)
	}
	if err == nil {
		err = f.Sync()
	}
	return full(errors.Join(err, f.Close()))
}

// widen adds the bits that the umask took away.
func widen(f *os.File, mode fs.FileMode) error {
	fi, err := f.Stat()
	if err != nil || fi.Mode()&mode == mode {
		return err
	}
	return f.Chmod(fi.Mode() | mode)
}

func (l *local) CreateLock(name string) (LockFile, error) {
	f, err := l.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, full(err)
	}
	return lockFile{f}, nil
}

type lockFile struct{ *os.File }

func (f lockFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.File.WriteAt(p, off)
	return n, full(err)
}

func (l *local) Link(old, new string) error {
	err := l.root.Link(old, new)
	if err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// File systems refuse links in many ways (EPERM, EMLINK, EOPNOTSUPP,
	// EXDEV …); writing the file does as well, and says what is really wrong
	// if it fails too.
	return fmt.Errorf("%w: %w", err, errors.ErrUnsupported)
}

func (l *local) Rename(old, new string) error         { return full(l.root.Rename(old, new)) }
func (l *local) Symlink(target, name string) error    { return full(l.root.Symlink(target, name)) }
func (l *local) Readlink(name string) (string, error) { return l.root.Readlink(name) }

func (l *local) Mkdir(name string) error {
	if err := l.root.Mkdir(name, dirMode); err != nil {
		return full(err)
	}
	fi, err := l.root.Lstat(name)
	if err != nil || fi.Mode()&dirMode == dirMode {
		return err
	}
	return l.root.Chmod(name, fi.Mode()|dirMode)
}

func (l *local) Remove(name string) error {
	fi, err := l.root.Lstat(name)
	if err == nil && fi.IsDir() {
		return &fs.PathError{Op: "remove", Path: name, Err: diag.Errorf("is a folder")}
	}
	return l.root.Remove(name)
}

func (l *local) RemoveDir(name string) error {
	fi, err := l.root.Lstat(name)
	if err == nil && !fi.IsDir() {
		return &fs.PathError{Op: "remove", Path: path.Clean(name), Err: diag.Errorf("is not a folder")}
	}
	return l.root.Remove(name)
}

func (l *local) Close() error { return l.root.Close() }
