// Package eject makes built-in files a site's own, and follows what becomes of
// the built-in ones: of each file that a site took over it keeps the text that
// it came from, so that a newer program can say what changed since.
package eject

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
)

// Folder holds, in the folder of a site, the built-in texts that its own files
// came from, each at the path of the file. It belongs with the site's sources.
const Folder = ".ejected"

// A State says what became of a built-in file since a site took it over.
type State int

const (
	Same    State = iota // it is what it was, or what the site's own file is
	Moved                // its text is another one
	Renamed              // it has another path
	Gone                 // there is none any more
)

// An Origin is a file of a site that was a built-in one.
type Origin struct {
	Path  string // of the site's own file
	To    string // of the built-in file now: Path, unless Renamed; "" when Gone
	State State
	Base  []byte // the built-in text that the site's file came from
	Now   []byte // the built-in text now; nil when Gone
	// Untouched says that the site's file is still Base.
	Untouched bool
}

// A Site is the folder of a site and the files that the program brings.
type Site struct {
	Root  *os.Root
	Under fs.FS
}

// Eject copies built-in files into the site and keeps where they came from. A
// name is the path of a file, or of a folder for all that is in it. It writes
// nothing where the site has one of the files already.
func (s Site) Eject(names []string) (written []string, err error) {
	for _, name := range names {
		found, err := s.find(name)
		if err != nil {
			return nil, err
		}
		written = append(written, found...)
	}
	slices.Sort(written)
	written = slices.Compact(written)
	for _, p := range written {
		if _, err := s.Root.Lstat(p); err == nil {
			return nil, diag.Errorf("%s is there already; remove it first, or name other files", p)
		}
	}
	for _, p := range written {
		data, err := fs.ReadFile(s.Under, p)
		if err != nil {
			return nil, err
		}
		// The origin first: a file without one would be the site's for ever.
		if err := s.write(Folder+"/"+p, data); err != nil {
			return nil, err
		}
		if err := s.write(p, data); err != nil {
			return nil, err
		}
	}
	return written, nil
}

// clean returns the path that a name on the command line means.
func clean(name string) string {
	return path.Clean(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), builtin.Prefix))
}

// find returns the built-in files that a name means.
func (s Site) find(name string) (found []string, err error) {
	p := clean(name)
	all := s.files()
	for _, f := range all {
		if f == p || strings.HasPrefix(f, p+"/") {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		if near := diag.Nearest(p, all); near != "" {
			return nil, diag.Errorf("there is no built-in file %s; did you mean %s?", p, near)
		}
		return nil, diag.Errorf("there is no built-in file %s; name one such as layouts/partials/footer.html or content/nl/over.md", p)
	}
	return found, nil
}

// files returns the paths of all built-in files, in order.
func (s Site) files() (all []string) {
	for _, root := range builtin.Roots {
		fs.WalkDir(s.Under, root, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && p != root+"/"+builtin.Marker {
				all = append(all, p)
			}
			return nil // what cannot be read is not there
		})
	}
	return all
}

func (s Site) write(name string, data []byte) error {
	if err := s.Root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	return s.Root.WriteFile(name, data, 0o644)
}

// Origins returns the site's files that were built in, in the order of their
// paths. A file that the site has no longer is not among them.
func (s Site) Origins() ([]Origin, error) {
	var list []Origin
	kept, err := s.kept()
	if err != nil {
		return nil, err
	}
	for _, p := range kept {
		own, err := s.Root.ReadFile(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		o := Origin{Path: p, To: p}
		if o.Base, err = s.Root.ReadFile(Folder + "/" + p); err != nil {
			return nil, err
		}
		o.Untouched = bytes.Equal(own, o.Base)
		o.Now, err = fs.ReadFile(s.Under, p)
		switch {
		case err != nil:
			o.State, o.To, o.Now = Gone, "", nil
			if to := s.renamed(p, o.Base, kept); to != "" {
				o.State, o.To = Renamed, to
				if o.Now, err = fs.ReadFile(s.Under, to); err != nil {
					return nil, err
				}
			}
		case !bytes.Equal(o.Now, o.Base) && !bytes.Equal(o.Now, own):
			o.State = Moved
		}
		list = append(list, o)
	}
	return list, nil
}

// kept returns the paths of the files whose origin is kept, in order.
func (s Site) kept() (all []string, err error) {
	err = fs.WalkDir(s.Root.FS(), Folder, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && p == Folder {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		all = append(all, strings.TrimPrefix(p, Folder+"/"))
		return nil
	})
	return all, err
}

// alike is how much of a text must stand in another for the two to be one file
// under two names, as for git.
const alike = 0.5

// renamed returns the path that a built-in file has now which is no longer at
// p, where base is what it was; "" where none is like it. It looks in the same
// folder of the site, for a language in that of the language.
func (s Site) renamed(p string, base []byte, kept []string) (to string) {
	root, rest, _ := strings.Cut(p, "/")
	if root == "content" {
		lang, _, _ := strings.Cut(rest, "/")
		root += "/" + lang
	}
	best := alike
	for _, f := range s.files() {
		if !strings.HasPrefix(f, root+"/") || path.Ext(f) != path.Ext(p) || slices.Contains(kept, f) {
			continue
		}
		if data, err := fs.ReadFile(s.Under, f); err == nil {
			if l := likeness(base, data); l > best {
				best, to = l, f
			}
		}
	}
	return to
}

// likeness returns which part of two texts is in both, from 0 to 1, by their
// lines.
func likeness(a, b []byte) float64 {
	lines := map[string]int{}
	total, both := 0, 0
	for l := range bytes.Lines(a) {
		lines[string(l)] += len(l)
		total += len(l)
	}
	for l := range bytes.Lines(b) {
		total += len(l)
		if lines[string(l)] > 0 {
			lines[string(l)] -= len(l)
			both += 2 * len(l)
		}
	}
	if total == 0 {
		return 1
	}
	return float64(both) / float64(total)
}

// Findings says of each origin whether it changed.
func Findings(list []Origin) []diag.Diagnostic {
	out := new(diag.List)
	for _, o := range list {
		pos := diag.Pos{File: o.Path}
		switch o.State {
		case Moved:
			hint := diag.Say("see wegwijs eject --diff %s; when your file is as it should be: wegwijs eject --done %s", o.Path, o.Path)
			if o.Untouched {
				hint = diag.Say("your file is still the old text: remove it for the new one, or keep it with wegwijs eject --done %s", o.Path)
			}
			out.Warnf(pos, diag.EjectMoved, hint, "the built-in file that this one came from has another text now")
		case Renamed:
			out.Warnf(pos, diag.EjectMoved, diag.Say("wegwijs eject --done %s gives your file that name too; --diff shows what changed", o.Path), "the built-in file that this one came from is now %s", o.To)
		case Gone:
			out.Warnf(pos, diag.EjectMoved, diag.Say("remove your file if you need it no longer, or keep it with wegwijs eject --done %s", o.Path), "the built-in file that this one came from is no longer there")
		}
	}
	return out.Sorted()
}

// Diff returns what changed in a built-in file since the site took it over, as a
// unified diff; nothing where that is nothing.
func (o Origin) Diff() []byte {
	to := builtin.Prefix + o.To
	if o.State == Gone {
		to = os.DevNull
	}
	return diff.Diff(Folder+"/"+o.Path, o.Base, to, o.Now)
}

// Origin returns the origin of one of the site's files.
func (s Site) Origin(name string) (Origin, error) {
	list, err := s.Origins()
	if err != nil {
		return Origin{}, err
	}
	p := clean(name)
	var known []string
	for _, o := range list {
		if o.Path == p {
			return o, nil
		}
		known = append(known, o.Path)
	}
	if near := diag.Nearest(p, known); near != "" {
		return Origin{}, diag.Errorf("%s was not taken from the built-in files; did you mean %s?", p, near)
	}
	return Origin{}, diag.Errorf("%s was not taken from the built-in files with wegwijs eject", p)
}

// Done takes the built-in text of now for the origin of a file: the site's file
// has what it needs of it. A file whose built-in one has another name gets that
// name too; one without a built-in file is the site's alone from then on.
func (s Site) Done(name string) (Origin, error) {
	o, err := s.Origin(name)
	if err != nil {
		return o, err
	}
	switch o.State {
	case Gone:
		return o, s.Root.Remove(Folder + "/" + o.Path)
	case Renamed:
		if _, err := s.Root.Lstat(o.To); err == nil {
			return o, diag.Errorf("%s is there already; move it away first", o.To)
		}
		if err := s.write(Folder+"/"+o.To, o.Now); err != nil {
			return o, err
		}
		if err := s.Root.MkdirAll(path.Dir(o.To), 0o755); err != nil {
			return o, err
		}
		if err := s.Root.Rename(o.Path, o.To); err != nil {
			return o, diag.Errorf("rename %s: %w", o.Path, err)
		}
		return o, s.Root.Remove(Folder + "/" + o.Path)
	}
	return o, s.write(Folder+"/"+o.Path, o.Now)
}
