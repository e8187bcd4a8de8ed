// Package builtin lays the files that the program brings, its theme, its
// interface strings and its help pages, under those of a site. The two are one
// file system: a file of the site takes the place of the built-in one at the
// same path, and every other built-in file is there as if the site had it.
package builtin

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"wegwijs/content"
	"wegwijs/i18n"
	"wegwijs/layouts"
)

// Prefix stands before the path of a built-in file in what people read: the
// file is in the program, and not in the folder of the site.
const Prefix = "builtin:"

// Marker is the Go file that embeds a folder into the program. A folder that
// has it is the source of the built-in files: nothing lies under it, and its own
// files count as built in. It is no input of a site.
const Marker = "embed.go"

// Roots are the folders that have built-in files.
var Roots = []string{"content", "i18n", "layouts"}

// Files are the built-in files, by their paths in a site.
var Files fs.FS = folders{"content": content.Files, "i18n": i18n.Files, "layouts": layouts.Files}

// folders are file systems that stand beside each other under a name each.
type folders map[string]fs.FS

func (f folders) Open(name string) (fs.File, error) {
	top, rest, deeper := strings.Cut(name, "/")
	in, ok := f[top]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if !deeper {
		rest = "."
	}
	return in.Open(rest)
}

// An FS is a site's files with the built-in ones under them. It may be used by
// several goroutines at once.
type FS struct {
	site, under fs.FS
	here        map[string]bool // roots that are the source of the built-in files
}

var (
	_ fs.ReadDirFS  = (*FS)(nil)
	_ fs.ReadFileFS = (*FS)(nil)
	_ fs.ReadLinkFS = (*FS)(nil)
)

// Over returns the files of a site with [Files] under them.
func Over(site fs.FS) *FS { return Lay(site, Files) }

// Lay returns the files of a site with others under them: those of under below
// the folders [Roots].
func Lay(site, under fs.FS) *FS {
	f := &FS{site: site, under: under, here: map[string]bool{}}
	for _, root := range Roots {
		if info, err := fs.Lstat(site, root+"/"+Marker); err == nil && info.Mode().IsRegular() {
			f.here[root] = true
		}
	}
	return f
}

// Source reports whether all of a site's folders are the source of the built-in
// files.
func (f *FS) Source() bool { return len(f.here) == len(Roots) }

// below reports whether there may be a built-in file under a path, and whether
// the site's files there are the built-in ones.
func (f *FS) below(name string) (under, here bool) {
	top, _, _ := strings.Cut(name, "/")
	return slices.Contains(Roots, top) && !f.here[top], f.here[top]
}

// Under returns the built-in file at a path, also where the site has its own.
func (f *FS) Under(name string) ([]byte, bool) {
	if under, _ := f.below(name); !under {
		return nil, false
	}
	data, err := fs.ReadFile(f.under, name)
	return data, err == nil
}

// Under returns the file that fsys has built in at a path, also where the site
// has its own; there is none in a file system that is no [FS].
func Under(fsys fs.FS, name string) ([]byte, bool) {
	if f, ok := fsys.(*FS); ok {
		return f.Under(name)
	}
	return nil, false
}

// missing reports whether an error says that the site has nothing at a path,
// which is then the built-in file's.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// Open opens the site's file or, where it has none, the built-in one.
func (f *FS) Open(name string) (fs.File, error) {
	file, err := f.site.Open(name)
	if under, _ := f.below(name); under && missing(err) && !f.dangles(name) {
		if file, berr := f.under.Open(name); berr == nil {
			return file, nil
		}
	}
	return file, err
}

// dangles reports whether the site has something at a path that cannot be
// opened: a symbolic link that leads nowhere. It is still the site's own.
func (f *FS) dangles(name string) bool {
	_, err := fs.Lstat(f.site, name)
	return err == nil
}

// Lstat describes the site's file or, where it has none, the built-in one.
func (f *FS) Lstat(name string) (fs.FileInfo, error) {
	info, err := fs.Lstat(f.site, name)
	under, here := f.below(name)
	switch {
	case err == nil:
		return describe(info, here), nil
	case under && missing(err):
		if info, berr := fs.Stat(f.under, name); berr == nil {
			return builtinInfo{info, true}, nil
		}
	}
	return nil, err
}

// Stat is Lstat, for callers that want to know what a symbolic link leads to.
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	info, err := f.Lstat(name)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return fs.Stat(f.site, name)
	}
	return info, err
}

// ReadLink returns what a symbolic link of the site says.
func (f *FS) ReadLink(name string) (string, error) { return fs.ReadLink(f.site, name) }

// ReadFile reads the site's file or, where it has none, the built-in one.
func (f *FS) ReadFile(name string) ([]byte, error) {
	data, err := fs.ReadFile(f.site, name)
	if under, _ := f.below(name); under && missing(err) && !f.dangles(name) {
		if data, berr := fs.ReadFile(f.under, name); berr == nil {
			return data, nil
		}
	}
	return data, err
}

// ReadDir lists what the site and the program have in a folder, by name.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.site, name)
	under, here := f.below(name)
	if here {
		entries = slices.Clone(entries)
		for i, e := range entries {
			entries[i] = builtinEntry{e, false}
		}
	}
	if !under || err != nil && !missing(err) {
		return entries, err
	}
	more, berr := fs.ReadDir(f.under, name)
	if berr != nil {
		return entries, err
	}
	own := map[string]bool{}
	for _, e := range entries {
		own[e.Name()] = true
	}
	entries = slices.Clone(entries)
	for _, e := range more {
		if !own[e.Name()] {
			entries = append(entries, builtinEntry{e, true})
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// builtinInfo marks a file as built in.
type builtinInfo struct {
	fs.FileInfo
	embedded bool // it is in the program, and not on disk
}

type builtinEntry struct {
	fs.DirEntry
	embedded bool
}

func (e builtinEntry) Info() (fs.FileInfo, error) {
	info, err := e.DirEntry.Info()
	if err != nil {
		return nil, err
	}
	return builtinInfo{info, e.embedded}, nil
}

func describe(info fs.FileInfo, here bool) fs.FileInfo {
	if here {
		return builtinInfo{info, false}
	}
	return info
}

// Is reports whether a file that an [FS] described is built in, and whether it
// is in the program itself rather than on disk.
func Is(info fs.FileInfo) (builtin, embedded bool) {
	b, ok := info.(builtinInfo)
	return ok, ok && b.embedded
}
