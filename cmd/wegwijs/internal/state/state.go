// Package state turns the folder of a site into a [State]: its file set and
// everything that is wrong with it. It reads, it caches what did not change,
// and it stops when asked to.
package state

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/pictures"
	"wegwijs/cmd/wegwijs/internal/pages/plain"
	"wegwijs/cmd/wegwijs/internal/pages/render"
	"wegwijs/cmd/wegwijs/internal/site"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// A State is one state of a site: what its folder held at one moment. It is
// not changed after [Load]; its files are made when they are asked for.
type State struct {
	Tree     *scan.Tree
	Config   *config.Config // nil when site.toml cannot be read at all
	Site     *site.Site     // nil likewise
	Renderer *render.Renderer
	Set      *fileset.Set // nil when the site is too broken to have one

	sums    sums
	pages   *pages
	gists   *gists
	scanned []diag.Diagnostic
	secrets map[string][]diag.Diagnostic // in files that are no pages, by file
	static  []diag.Diagnostic
	stages
}

// release names what the site was made from: all input files, and of site.toml
// that part on which the files of the site depend.
func (s *State) release() string {
	d := s.sums.all
	d.add(scan.File{Path: config.File, Hash: s.Config.Digest()}, added)
	return d.String()
}

// ErrChanged says that a file is no longer what it was when the site was
// scanned.
var ErrChanged = diag.Errorf("the file changed while the site was being made")

// Options say how a site is read. The zero value is the usual way.
type Options struct {
	// Keys reads a file that is not part of the site, by a path from its
	// folder: a certificate or a key. Nil means that there are none.
	Keys func(path string) ([]byte, error)
	// Today is compared with the dates of checks and with the end of the
	// certificate that signs, for warnings only: no byte of the output depends
	// on it. The zero date leaves them out.
	Today  tomlfile.Date
	Drafts bool // show pages that are drafts
	// Pictures makes smaller forms of pictures, which takes long for those that
	// it did not keep. Nil: the site has none, and is the same otherwise.
	Pictures *pictures.Store
	// Outside keeps the links to other sites, for [State.Outside].
	Outside bool
	// Publish looks at the table [publish] of site.toml, which may be nil, and
	// puts what is wrong with it on the list. Nil: nobody looks.
	Publish func(t *tomlfile.Table, out *diag.List)
	// Plain returns what looks at the language of the site's own pages. Nil: nobody
	// does.
	Plain func(c *config.Config) *plain.Reader
}

// Load reads the site in fsys. prev, which may be nil, is an earlier state of
// the same folder with the same options: what did not change since is taken
// from it. Mistakes of authors are in the State; the error says that the work
// could not be done.
func Load(ctx context.Context, fsys fs.FS, opt Options, prev *State) (*State, error) {
	return load(ctx, fsys, opt, prev, func(tree *scan.Tree, visit scan.Visit, out *diag.List) (*scan.Tree, error) {
		return scan.Scan(ctx, fsys, tree, visit, out)
	})
}

// Update is [Load] for a caller that has been told which paths may have changed: only
// these are looked at.
func Update(ctx context.Context, fsys fs.FS, opt Options, prev *State, paths []string) (*State, error) {
	return load(ctx, fsys, opt, prev, func(tree *scan.Tree, visit scan.Visit, out *diag.List) (*scan.Tree, error) {
		return scan.Update(ctx, fsys, tree, paths, visit, out)
	})
}

// Sweep looks at all files and changes nothing. It returns the paths for [Update],
// if any. next is prev with what was learned about files that are as they
// were.
func Sweep(ctx context.Context, fsys fs.FS, opt Options, prev *State) (next *State, paths []string, err error) {
	tree, paths, err := scan.Differ(ctx, fsys, prev.Tree)
	if err != nil {
		return nil, nil, err
	}
	paths = append(paths, newRing(opt.Keys).changed(prev.mail.key.keys)...)
	s := *prev
	s.Tree = tree
	return &s, paths, nil
}

func load(ctx context.Context, fsys fs.FS, opt Options, prev *State, look func(*scan.Tree, scan.Visit, *diag.List) (*scan.Tree, error)) (*State, error) {
	if prev == nil {
		prev = &State{Tree: &scan.Tree{}, pages: &pages{}, gists: new(gists)}
	}
	out := new(diag.List)
	read := map[string]page{}
	secrets := map[string][]diag.Diagnostic{}
	var mu sync.Mutex
	tree, err := look(prev.Tree, func(f scan.File, data []byte) {
		found := new(diag.List)
		if !f.Embedded {
			secretsIn(f.Path, data, found)
		}
		if !isPage(f.Path) {
			if strings.HasPrefix(f.Path, freshness.BaseDir+"/") {
				prev.gists.add(f.Hash, data)
			}
			if found.Len() > 0 {
				mu.Lock()
				secrets[f.Path] = found.Sorted()
				mu.Unlock()
			}
			return
		}
		p := content.Parse(f.Path, data, found)
		if p != nil && p.Source == "" {
			prev.gists.add(f.Hash, data)
		}
		mu.Lock()
		read[f.Path] = page{p, found.Sorted()}
		mu.Unlock()
	}, out)
	if err != nil {
		return nil, err
	}
	prev.gists.forget(tree)
	s := &State{Tree: tree, scanned: out.Sorted(), sums: prev.sums, gists: prev.gists}
	changed := scan.Changed(prev.Tree, tree)
	var gone []string
	for _, path := range changed {
		if f, was := prev.Tree.Get(path); was {
			s.sums.add(f, removed)
		}
		if f, is := tree.Get(path); is {
			s.sums.add(f, added)
		} else {
			gone = append(gone, path)
		}
	}
	s.secrets = secrets
	for file, ds := range prev.secrets {
		if !slices.Contains(changed, file) {
			secrets[file] = ds
		}
	}
	s.pages = prev.pages.with(changed, read)
	if prev.Renderer != nil {
		prev.Renderer.Forget(gone)
	}
	if err := s.run(ctx, &input{fsys: fsys, tree: tree, ring: newRing(opt.Keys), publish: opt.Publish}, opt, prev); err != nil {
		return nil, err
	}
	s.static = slices.Concat(s.scanned, slices.Concat(s.findings()...))
	for _, ds := range s.pages.flawed {
		s.static = append(s.static, ds...)
	}
	for _, ds := range s.secrets {
		s.static = append(s.static, ds...)
	}
	s.static = s.Weigh(diag.Sort(once(s.static)))
	return s, nil
}

// bigFile is from how many bytes on a file is not looked at for secrets: these
// are pictures and films.
const bigFile = 4 << 20

// secretsIn reports keys and passwords in a file of the site.
func secretsIn(file string, data []byte, out *diag.List) {
	if len(data) > bigFile {
		return
	}
	found := diag.Secrets(data, file == config.File)
	if len(found) == 0 {
		return
	}
	lines := diag.NewLines(file, data)
	for _, s := range found {
		out.Errorf(lines.At(s.From), diag.Secrecy, "take it out and make a new one; this one may have been seen. In one that is only an example, write … for a part of it", "here stands %s", s.What)
	}
}

// once leaves out what is said twice of a line with a secret: that its key is not
// known, or what was found without knowing what the key is for.
func once(ds []diag.Diagnostic) []diag.Diagnostic {
	at := func(code diag.Code, line diag.Pos) bool {
		return slices.ContainsFunc(ds, func(d diag.Diagnostic) bool {
			return d.Code == code && d.Pos.File == line.File && d.Pos.Line == line.Line
		})
	}
	if !slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Code == diag.Secrecy }) {
		return ds
	}
	var kept []diag.Diagnostic
	for _, d := range ds {
		if d.Code == diag.TOMLKey && at(diag.Secrecy, d.Pos) || d.Code == diag.Secrecy && at(diag.PublishSecret, d.Pos) {
			continue
		}
		kept = append(kept, d)
	}
	return kept
}

// base returns the file with the text that a page was translated from, as far as
// its stamp tells: the page in another language that is still that text, or what
// was kept of it. It is "" where the text of the default language is that text
// as far as translators see, or nobody knows, and the page's own file where the
// default language was translated from it.
func (s *State) base(p *content.Page) string {
	texts := s.Site.Translations(p.ID)
	is := func(t *content.Page, stamp string) bool {
		return t != nil && stamp != "" && string(freshness.StampOfSum(s.Tree.Hash(t.File))) == stamp
	}
	if p.Source == "" {
		if t := texts[0]; t != nil && t != p && is(p, t.Source) {
			return p.File
		}
		return ""
	}
	for i, t := range texts {
		if t != p && is(t, p.Source) {
			if i == 0 {
				return ""
			}
			return t.File
		}
	}
	file := freshness.Stamp(p.Source).File()
	was, ok := s.Tree.Get(file)
	if !ok || string(freshness.StampOfSum(was.Hash)) != p.Source {
		return ""
	}
	if t := texts[0]; t != nil && t != p && s.SameText(was.Hash, s.Tree.Hash(t.File)) {
		return ""
	}
	return file
}

// oneFile is a file system that holds at most one file.
type oneFile struct {
	name  string
	data  []byte
	there bool
}

func (f oneFile) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (f oneFile) ReadFile(name string) ([]byte, error) {
	if name != f.name || !f.there {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return f.data, nil
}

// Named returns findings as people read them: a file that is in the program, and
// not in the folder of the site, has [builtin.Prefix] before its path. ds is
// left as it is.
func (s *State) Named(ds []diag.Diagnostic) []diag.Diagnostic {
	copied := false
	for i, d := range ds {
		if pos := s.Place(d.Pos); pos != d.Pos {
			if !copied {
				ds, copied = slices.Clone(ds), true
			}
			ds[i].Pos = pos
		}
	}
	return ds
}

// Place returns a position as people read it, as [State.Named] does.
func (s *State) Place(pos diag.Pos) diag.Pos {
	if f, _ := s.Tree.Get(pos.File); f.Embedded {
		pos.File = builtin.Prefix + pos.File
	}
	return pos
}

// MakeAll makes every file of the set and throws the bytes away, for callers that want
// to know only what is wrong.
func (s *State) MakeAll(ctx context.Context) error {
	if s.Set == nil {
		return nil
	}
	return s.Set.MakeAll(ctx)
}
