package remote

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"

	"github.com/pkg/sftp"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// over is a folder behind an SFTP server (draft-ietf-secsh-filexfer-02, with
// OpenSSH's extensions as in its file PROTOCOL).
type over struct {
	line  io.Closer
	c     *sftp.Client
	root  string
	link  bool // hardlink@openssh.com
	fsync bool // fsync@openssh.com

	// Whether the server's umask takes bits away that readers need; learned
	// from the first file and the first folder.
	learn              sync.Mutex
	fileKnown, fileFix bool
	dirKnown, dirFix   bool
}

// OverSFTP opens a folder of the machine whose SFTP server is at the other end
// of line. An empty dir or one that does not begin with a slash is taken from
// the login folder. With create it is made when absent, with those above it. The
// line becomes the FS's, which closes it; after an error it is the caller's to
// close, and a *SessionError says that it does not speak SFTP.
func OverSFTP(line io.ReadWriteCloser, dir string, create bool) (FS, error) {
	c, err := sftp.NewClientPipe(line, line, sftp.UseConcurrentWrites(true))
	if err != nil {
		return nil, &SessionError{err}
	}
	if _, ok := c.HasExtension("posix-rename@openssh.com"); !ok {
		c.Close()
		return nil, diag.Errorf("the server's SFTP cannot replace a file in one step (posix-rename@openssh.com), so no switch could be whole")
	}
	o := &over{line: line, c: c, root: path.Clean(strings.TrimPrefix(dir, "~/"))}
	if dir == "~" {
		o.root = "."
	}
	_, o.link = c.HasExtension("hardlink@openssh.com")
	_, o.fsync = c.HasExtension("fsync@openssh.com")
	if err := o.open(create); err != nil {
		c.Close()
		return nil, diag.Errorf("open the target's folder %s: %w", o.root, err)
	}
	return guard(o), nil
}

// A SessionError says that no SFTP session came to be.
type SessionError struct{ Err error }

func (e *SessionError) Error() string { return "the server offers no SFTP: " + e.Err.Error() }

func (e *SessionError) Unwrap() error { return e.Err }

func (o *over) open(create bool) error {
	fi, err := o.c.Stat(o.root)
	if errors.Is(err, fs.ErrNotExist) && create {
		if err := o.c.MkdirAll(o.root); err != nil {
			return err
		}
		if fi, err = o.c.Stat(o.root); err == nil && fi.Mode()&dirMode != dirMode {
			err = o.c.Chmod(o.root, fi.Mode()|dirMode)
		}
	}
	if err == nil && !fi.IsDir() {
		err = diag.Errorf("it is not a folder")
	}
	return err
}

func (o *over) at(name string) string { return path.Join(o.root, name) }

// wrap names the operation and the path. SFTP has one code for all that it has
// no code for, and servers send "Failure" with it; exist asks what is the
// matter where it is likely that the name is taken.
func (o *over) wrap(op, name string, err error, exist bool) error {
	if err == nil {
		return nil
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if s, ok := errors.AsType[*sftp.StatusError](err); ok && s.FxCode() == sftp.ErrSSHFxFailure {
		if exist {
			if _, lerr := o.c.Lstat(o.at(name)); lerr == nil {
				return &fs.PathError{Op: op, Path: name, Err: fs.ErrExist}
			}
		}
		err = diag.Errorf("the server refused and gave no reason (%w)", err)
		switch op {
		case "create", "write", "mkdir", "symlink", "link", "rename":
			free, ok := o.Free()
			switch {
			case ok && free < little:
				err = fmt.Errorf("%w: %w", ErrFull, err)
			case ok:
				err = diag.Errorf("%w; the usual one is a quota that is used up: %d MB are free on its disk", err, free/1e6)
			default:
				err = diag.Errorf("%w; the usual one is a full disk or quota", err)
			}
		}
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// little is the room, in bytes, below which a refusal without a reason is put
// down to a full disk.
const little = 1 << 20

// Free asks the server, where it tells.
func (o *over) Free() (int64, bool) {
	if _, ok := o.c.HasExtension("statvfs@openssh.com"); !ok {
		return 0, false
	}
	v, err := o.c.StatVFS(o.root)
	if err != nil {
		return 0, false
	}
	return int64(v.Frsize * v.Bavail), true
}

func (o *over) Lstat(name string) (Info, error) {
	fi, err := o.c.Lstat(o.at(name))
	if err != nil {
		return Info{}, o.wrap("lstat", name, err, false)
	}
	return info(fi), nil
}

func (o *over) ReadDir(name string) ([]Info, error) {
	fis, err := o.c.ReadDir(o.at(name))
	if err != nil {
		return nil, o.wrap("readdir", name, err, false)
	}
	all := make([]Info, len(fis))
	for i, fi := range fis {
		all[i] = info(fi)
	}
	return all, nil
}

func (o *over) Open(name string) (io.ReadCloser, error) {
	f, err := o.c.Open(o.at(name))
	if err != nil {
		return nil, o.wrap("open", name, err, false)
	}
	return f, nil
}

// chunk is what one SFTP write carries; all servers take it. Most pages fit
// in one.
const chunk = 32 << 10

var chunks = sync.Pool{New: func() any { return new([chunk]byte) }}

func (o *over) Create(name string, size int64, r io.Reader) error {
	f, err := o.c.OpenFile(o.at(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return o.wrap("create", name, err, true)
	}
	err = o.fill(f, size, r)
	if err == nil {
		err = o.readable(f)
	}
	if err == nil && o.fsync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return o.wrap("write", name, err, false)
}

func (o *over) fill(f *sftp.File, size int64, r io.Reader) error {
	if size > 8*chunk {
		// Many writes under way at once, so that distance costs little. The
		// limit tells the library how many are worth it.
		_, err := f.ReadFrom(io.LimitReader(r, size))
		return err
	}
	buf := chunks.Get().(*[chunk]byte)
	defer chunks.Put(buf)
	for {
		n, err := io.ReadFull(r, buf[:])
		if n > 0 {
			if _, werr := f.Write(buf[:n]); werr != nil {
				return werr
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// umaskFits reports whether new files are known to be readable for all.
func (o *over) umaskFits() bool {
	o.learn.Lock()
	defer o.learn.Unlock()
	return o.fileKnown && !o.fileFix
}

func (o *over) readable(f *sftp.File) error {
	if o.umaskFits() {
		return nil
	}
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	fix := fi.Mode()&fileMode != fileMode
	o.learn.Lock()
	o.fileKnown, o.fileFix = true, fix
	o.learn.Unlock()
	if fix {
		return f.Chmod(fi.Mode().Perm() | fileMode)
	}
	return nil
}

func (o *over) CreateLock(name string) (LockFile, error) {
	f, err := o.c.OpenFile(o.at(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return nil, o.wrap("create", name, err, true)
	}
	return overLock{o, f, name}, nil
}

type overLock struct {
	o *over
	*sftp.File
	name string
}

func (l overLock) WriteAt(p []byte, off int64) (int, error) {
	n, err := l.File.WriteAt(p, off)
	return n, l.o.wrap("write", l.name, err, false)
}

func (o *over) Link(old, new string) error {
	if !o.link {
		return &fs.PathError{Op: "link", Path: new, Err: errors.ErrUnsupported}
	}
	err := o.c.Link(o.at(old), o.at(new))
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return o.wrap("link", new, err, false)
	}
	if _, ok := errors.AsType[*sftp.StatusError](err); !ok && !errors.Is(err, fs.ErrPermission) {
		return o.wrap("link", new, err, false) // the connection, not the link
	}
	if _, lerr := o.c.Lstat(o.at(new)); lerr == nil {
		return &fs.PathError{Op: "link", Path: new, Err: fs.ErrExist}
	}
	return &fs.PathError{Op: "link", Path: new, Err: fmt.Errorf("%w: %w", err, errors.ErrUnsupported)}
}

func (o *over) Rename(old, new string) error {
	return o.wrap("rename", new, o.c.PosixRename(o.at(old), o.at(new)), false)
}

func (o *over) Symlink(target, name string) error {
	return o.wrap("symlink", name, o.c.Symlink(target, o.at(name)), true)
}

func (o *over) Readlink(name string) (string, error) {
	s, err := o.c.ReadLink(o.at(name))
	if err != nil {
		return "", o.wrap("readlink", name, err, false)
	}
	return s, nil
}

func (o *over) Mkdir(name string) error {
	p := o.at(name)
	if err := o.c.Mkdir(p); err != nil {
		return o.wrap("mkdir", name, err, true)
	}
	o.learn.Lock()
	known, fix := o.dirKnown, o.dirFix
	o.learn.Unlock()
	if known && !fix {
		return nil
	}
	fi, err := o.c.Lstat(p)
	if err != nil {
		return o.wrap("lstat", name, err, false)
	}
	fix = fi.Mode()&dirMode != dirMode
	o.learn.Lock()
	o.dirKnown, o.dirFix = true, fix
	o.learn.Unlock()
	if fix {
		return o.wrap("chmod", name, o.c.Chmod(p, fi.Mode()|dirMode), false)
	}
	return nil
}

func (o *over) Remove(name string) error {
	return o.wrap("remove", name, o.remove(name), false)
}

// remove sends SSH_FXP_REMOVE only. The library's Remove would go on to try
// RMDIR, and so remove a folder that has come in the file's place.
func (o *over) remove(name string) error {
	fi, err := o.c.Lstat(o.at(name))
	if err == nil && fi.IsDir() {
		return diag.Errorf("is a folder")
	}
	if err != nil {
		return err
	}
	return o.c.Remove(o.at(name))
}

func (o *over) RemoveDir(name string) error {
	return o.wrap("rmdir", name, o.c.RemoveDirectory(o.at(name)), false)
}

func (o *over) Close() error {
	err := o.c.Close()
	if cerr := o.line.Close(); err == nil {
		err = cerr
	}
	return err
}
