package lsp

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// An overlay is a folder with the texts of an editor over its files. It may be
// used by several goroutines at once.
type overlay struct {
	disk fs.FS

	mu   sync.RWMutex
	docs map[string]*document // by path from the site's folder
}

// A document is a text that an editor has open. It is not changed; an edit gives
// another one.
type document struct {
	name    string
	data    []byte
	version int
	at      time.Time // of the edit
}

var (
	_ fs.ReadDirFS  = (*overlay)(nil)
	_ fs.ReadFileFS = (*overlay)(nil)
	_ fs.StatFS     = (*overlay)(nil)
	_ fs.ReadLinkFS = (*overlay)(nil)
)

func (o *overlay) get(name string) *document {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.docs[name]
}

// set puts a text over a file; nil takes it away.
func (o *overlay) set(name string, d *document) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if d == nil {
		delete(o.docs, name)
		return
	}
	o.docs[name] = d
}

// open returns the paths of all documents, in order.
func (o *overlay) open() []string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	var names []string
	for name := range o.docs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Open opens a text of the editor, or the file.
func (o *overlay) Open(name string) (fs.File, error) {
	if d := o.get(name); d != nil {
		return &file{d, bytes.NewReader(d.data)}, nil
	}
	return o.disk.Open(name)
}

// ReadFile returns the bytes of a text of the editor, or of the file.
func (o *overlay) ReadFile(name string) ([]byte, error) {
	if d := o.get(name); d != nil {
		return slices.Clone(d.data), nil
	}
	return fs.ReadFile(o.disk, name)
}

// Stat describes a text of the editor, or the file.
func (o *overlay) Stat(name string) (fs.FileInfo, error) {
	if d := o.get(name); d != nil {
		return info{d}, nil
	}
	return fs.Stat(o.disk, name)
}

// Lstat describes a text of the editor, or the file.
func (o *overlay) Lstat(name string) (fs.FileInfo, error) {
	if d := o.get(name); d != nil {
		return info{d}, nil
	}
	return fs.Lstat(o.disk, name)
}

// ReadLink returns where a symbolic link of the folder leads.
func (o *overlay) ReadLink(name string) (string, error) { return fs.ReadLink(o.disk, name) }

// ReadDir lists a folder, with the texts that were never saved.
func (o *overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.disk, name)
	if err != nil {
		return entries, err
	}
	o.mu.RLock()
	defer o.mu.RUnlock()
	for p, d := range o.docs {
		if path.Dir(p) != name {
			continue
		}
		e := fs.FileInfoToDirEntry(info{d})
		if i, there := slices.BinarySearchFunc(entries, path.Base(p), func(e fs.DirEntry, base string) int { return strings.Compare(e.Name(), base) }); there {
			entries[i] = e
		} else {
			entries = slices.Insert(entries, i, e)
		}
	}
	return entries, nil
}

// file is a document that is read.
type file struct {
	*document
	io.Reader
}

func (f *file) Stat() (fs.FileInfo, error) { return info{f.document}, nil }
func (f *file) Close() error               { return nil }

// info describes a document.
type info struct{ d *document }

func (i info) Name() string       { return path.Base(i.d.name) }
func (i info) Size() int64        { return int64(len(i.d.data)) }
func (i info) Mode() fs.FileMode  { return 0o644 }
func (i info) ModTime() time.Time { return i.d.at }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }
