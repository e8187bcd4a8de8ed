// Package remote is a folder, here or on another machine, seen through the few
// operations that publishing needs. [Open] takes a folder of this machine and
// [OverSFTP] one behind an SFTP server; package tree works on either.
package remote

import (
	"io"
	"io/fs"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// An FS is a folder and what is below it. Names are paths from the folder,
// with slashes. Errors wrap fs.ErrNotExist, fs.ErrExist, fs.ErrPermission or
// errors.ErrUnsupported where that is the reason. Its methods may be called
// from several goroutines at once.
//
// No method takes a context: each is short, except Create, whose reader may
// end it; a dead connection ends all of them.
type FS interface {
	// Lstat describes name itself, not what a link leads to.
	Lstat(name string) (Info, error)
	// ReadDir returns what is in a folder, in no certain order.
	ReadDir(name string) ([]Info, error)
	// Open reads a file.
	Open(name string) (io.ReadCloser, error)
	// Create writes a new file of size bytes from r, readable for all, and
	// comes back when it is on disk. It may leave part of a file after an
	// error.
	Create(name string, size int64, r io.Reader) error
	// CreateLock makes a new file and leaves it open for writing. Of several
	// callers at once one succeeds; the others get fs.ErrExist.
	CreateLock(name string) (LockFile, error)
	// Link makes a second name for a file, and fails with fs.ErrExist where
	// that is taken and with errors.ErrUnsupported where there are no links.
	Link(old, new string) error
	// Rename moves a file, link or folder in one step. A file or link that
	// stands at the new name is replaced.
	Rename(old, new string) error
	Symlink(target, name string) error
	Readlink(name string) (string, error)
	// Mkdir makes one folder that all may read; fs.ErrExist if the name is taken.
	Mkdir(name string) error
	Remove(name string) error    // of a file or link
	RemoveDir(name string) error // of an empty folder
	// Free returns how many bytes more the folder may hold; ok is false when
	// that is not known.
	Free() (bytes int64, ok bool)
	Close() error
}

// ErrFull says that the disk of a folder, or the part of it that its user may
// have, is full.
var ErrFull = diag.Errorf("no room is left on the disk")

// A LockFile is an open file. Writing to it touches that very file, even when
// another has taken its name.
type LockFile interface {
	io.WriterAt
	io.Closer
}

// A Kind is what a name stands for.
type Kind int

const (
	File Kind = iota
	Dir
	Link
	Other
)

// An Info describes one name.
type Info struct {
	Name string // the last part
	Kind Kind
	Size int64     // bytes; of a file
	Mod  time.Time // by the clock of the machine that holds it
}

func info(fi fs.FileInfo) Info {
	i := Info{Name: fi.Name(), Size: fi.Size(), Mod: fi.ModTime()}
	switch m := fi.Mode(); {
	case m.IsRegular():
		i.Kind = File
	case m.IsDir():
		i.Kind = Dir
	case m&fs.ModeSymlink != 0:
		i.Kind = Link
	default:
		i.Kind = Other
	}
	return i
}

// Web servers run as someone else: what is made must be readable for all,
// whatever the umask. Bits that the umask or the folder grants stay.
const (
	fileMode fs.FileMode = 0o644
	dirMode  fs.FileMode = 0o755
)
