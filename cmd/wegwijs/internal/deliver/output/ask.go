package output

import (
	"errors"
	"io/fs"
	"path"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// ask finds out, before anything of the output changes, whether every file can
// be put in its place and every old one deleted: that no folder or file of
// someone else stands in the way, and that every folder can be written. Nothing
// of it can stop [writer.commit] half way then, but what changes meanwhile.
func (w *writer) ask(keep map[string]bool) error {
	a := asker{w: w, folders: map[string]error{".": w.writable(".")}, absent: map[string]bool{}}
	if err := a.folders["."]; err != nil {
		return err
	}
	for i, e := range w.entries {
		if !w.staged[i] {
			continue
		}
		if err := a.place(e.Path); err != nil {
			return diag.Errorf("write %s: %w", e.Path, err)
		}
	}
	files, _ := w.stale(keep)
	for _, p := range files {
		fi, err := w.root.Lstat(p)
		if err != nil || fi.IsDir() {
			continue
		}
		if err := a.folder(path.Dir(p)); err != nil {
			return diag.Errorf("delete %s: %w", p, err)
		}
	}
	return nil
}

type asker struct {
	w       *writer
	folders map[string]error // what is in the way of writing into a folder
	absent  map[string]bool  // folders that are still to be made
}

// place says why a file cannot be renamed to a path, if so.
func (a *asker) place(to string) error {
	if err := a.folder(path.Dir(to)); err != nil {
		return err
	}
	if a.absent[path.Dir(to)] {
		return nil
	}
	fi, err := a.w.root.Lstat(to)
	if err != nil {
		return nil
	}
	if !fi.IsDir() {
		if fi.Mode().IsRegular() && !a.ours(to) { // of a link nothing is lost
			return diag.Errorf("%s is there already and was not made by a build; move it away, or remove it if an earlier build left it", to)
		}
		return nil
	}
	dirs, _, err := a.w.contents(to)
	if err != nil {
		return diag.Errorf("a folder stands in its place: %w", err)
	}
	for _, d := range dirs { // which is emptied
		if err := a.w.writable(d); err != nil {
			return diag.Errorf("a folder stands in its place: %w", err)
		}
	}
	return nil
}

// folder says why files cannot be put into a folder, or the folder be made.
func (a *asker) folder(dir string) error {
	if err, known := a.folders[dir]; known {
		return err
	}
	err := a.folder(path.Dir(dir))
	switch {
	case err != nil:
	case a.absent[path.Dir(dir)]:
		a.absent[dir] = true
	default:
		fi, serr := a.w.root.Stat(dir)
		switch {
		case serr == nil && fi.IsDir():
			err = a.w.writable(dir)
		case errors.Is(serr, fs.ErrPermission):
			err = serr
		case !a.there(dir):
			a.absent[dir] = true
		case !a.ours(dir):
			err = diag.Errorf("%s stands in the way and was not made by a build; move it away", dir)
		}
	}
	a.folders[dir] = err
	return err
}

// there reports whether there is something at a path, be it a link to nowhere.
func (a *asker) there(p string) bool {
	_, err := a.w.root.Lstat(p)
	return err == nil
}

// ours reports whether an earlier build wrote the file at a path.
func (a *asker) ours(p string) bool {
	_, ok := a.w.earlier[p]
	return ok
}

// writable says why nothing can be put into a folder that is there.
func (w *writer) writable(dir string) error {
	if err := access(w.root, dir); err != nil {
		return diag.Errorf("the folder %s cannot be written: %w", dir, err)
	}
	return nil
}
