// Package state turns the folder of a site into a [State]: its file set and
// everything that is wrong with it. It reads, it caches what did not change,
// and it stops when asked to.
package state

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
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

	digest  digest
	pages   pages
	flawed  map[string][]diag.Diagnostic // what is wrong with pages' front matter, by file
	static  []diag.Diagnostic
	strings *i18n.Catalogue
	layouts *layout.Set
	checked *mail.Checked
	source  *layout.SettingsSource
	extra   []fileset.File
	keys    keys
	found   findings
}

// digest is a sum over the input files that does not depend on their order, so
// that one file's change costs one file's work. Of site.toml only that part
// counts which the files of the site depend on, see [State.release].
type digest [4]uint64

func (d *digest) add(f scan.File, sign uint64) {
	h := sha256.Sum256(append([]byte(f.Path+"\x00"), f.Hash[:]...))
	for i := range d {
		d[i] += sign * binary.LittleEndian.Uint64(h[8*i:])
	}
}

// release names what the site was made from.
func (s *State) release() string {
	d := s.digest
	d.add(scan.File{Path: config.File, Hash: s.Config.Digest()}, 1)
	return d.String()
}

func (d *digest) String() string { return fmt.Sprintf("%016x", d[0]^d[1]^d[2]^d[3]) }

// ErrChanged says that a file is no longer what it was when the site was
// scanned.
var ErrChanged = errors.New("the file changed while the site was being made")

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
	// Publish looks at the table [publish] of site.toml, which may be nil, and
	// puts what is wrong with it on the list. Nil: nobody looks.
	Publish func(t *tomlfile.Table, out *diag.List)
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

// Update is [Load] for who has been told which paths may have changed: only
// these are looked at.
func Update(ctx context.Context, fsys fs.FS, opt Options, prev *State, paths []string) (*State, error) {
	return load(ctx, fsys, opt, prev, func(tree *scan.Tree, visit scan.Visit, out *diag.List) (*scan.Tree, error) {
		return scan.Update(ctx, fsys, tree, paths, visit, out)
	})
}

// Sweep looks at all files and changes nothing: it gives the paths to [Update],
// if any. next is prev with what was learned about files that are as they
// were.
func Sweep(ctx context.Context, fsys fs.FS, opt Options, prev *State) (next *State, paths []string, err error) {
	tree, paths, err := scan.Differ(ctx, fsys, prev.Tree)
	if err != nil {
		return nil, nil, err
	}
	paths = append(paths, newRing(opt.Keys).changed(prev.keys)...)
	s := *prev
	s.Tree = tree
	return &s, paths, nil
}

func load(ctx context.Context, fsys fs.FS, opt Options, prev *State, look func(*scan.Tree, scan.Visit, *diag.List) (*scan.Tree, error)) (*State, error) {
	s := &State{}
	first := prev == nil
	if first {
		prev = &State{Tree: &scan.Tree{}}
	}
	out := new(diag.List)
	read := map[string]page{}
	var mu sync.Mutex
	tree, err := look(prev.Tree, func(f scan.File, data []byte) {
		if !isPage(f.Path) {
			return
		}
		found := new(diag.List)
		p := content.Parse(f.Path, data, found)
		mu.Lock()
		read[f.Path] = page{p, found.Sorted()}
		mu.Unlock()
	}, out)
	if err != nil {
		return nil, err
	}
	s.Tree = tree
	s.found.scan = out.Sorted()

	// What changed, by the stage that it concerns.
	var change changes
	ring := newRing(opt.Keys)
	if opt.Keys != nil {
		opt.Keys = ring.read
	}
	change.keys = len(ring.changed(prev.keys)) > 0
	change.config, change.strings, change.layouts, change.checked = first, first, first, first
	s.pages, s.flawed, s.digest = prev.pages, prev.flawed, prev.digest
	var gone []string
	pages := map[string]page{}
	for _, path := range scan.Changed(prev.Tree, tree) {
		old, was := prev.Tree.Get(path)
		f, is := tree.Get(path)
		if !is {
			gone = append(gone, path)
		}
		if path != config.File {
			if was {
				s.digest.add(old, ^uint64(0))
			}
			if is {
				s.digest.add(f, 1)
			}
		}
		switch top, _, _ := strings.Cut(path, "/"); {
		case path == config.File:
			change.config = true
		case path == mail.CheckedFile:
			change.checked = true
		case strings.HasPrefix(path, freshness.BaseDir+"/"): // what pages were translated from, see base
		case top == "i18n":
			change.strings = true
		case top == layout.Root:
			change.layouts = true
		case isPage(path):
			p, q := prev.pages.get(path), read[path]
			if was && is && p.Page != nil && q.Page != nil {
				if p.Equal(q.Page) && len(p.findings) == 0 && len(q.findings) == 0 {
					continue // only the text changed
				}
				change.fronts = append(change.fronts, q.Page)
			} else {
				change.files = true
			}
			if len(pages) == 0 {
				s.flawed = maps.Clone(prev.flawed)
				if s.flawed == nil {
					s.flawed = map[string][]diag.Diagnostic{}
				}
			}
			pages[path] = q
			delete(s.flawed, path)
			if len(q.findings) > 0 {
				s.flawed[path] = q.findings
			}
		case was != is:
			change.files = true
		}
	}
	if s.found.scanned(config.File) != prev.found.scanned(config.File) {
		change.config = true // neither can be read, for another reason
	}
	if len(pages) > 0 {
		s.pages = prev.pages.with(pages)
	}
	if !first && prev.Renderer != nil {
		prev.Renderer.Forget(gone)
	}
	s.keys = prev.keys
	if err := s.assemble(fsys, opt, prev, change); err != nil {
		return nil, err
	}
	if s.source != prev.source {
		s.keys = ring.used
	}
	f := &s.found
	s.static = slices.Concat(f.scan, f.config, f.publish, f.strings, f.layouts, f.site, f.names, f.checked, f.mail, f.set)
	for _, ds := range s.flawed {
		s.static = append(s.static, ds...)
	}
	s.static = diag.Sort(s.static)
	return s, nil
}

// changes are what changed since an earlier state, by the stage it concerns.
type changes struct {
	config, strings, layouts, checked, keys bool
	files                                   bool            // a page or a file beside the pages is new, gone, or readable again
	fronts                                  []*content.Page // pages with other front matter
}

// assemble runs the stages whose input changed.
func (s *State) assemble(fsys fs.FS, opt Options, prev *State, change changes) error {
	open := func(file string) ([]byte, error) { return s.read(fsys, file) }
	out := new(diag.List)
	take := func() []diag.Diagnostic {
		ds := out.Sorted()
		out = new(diag.List)
		return ds
	}
	s.Config, s.found.config, s.found.publish = prev.Config, prev.found.config, prev.found.publish
	if change.config {
		s.Config = nil
		_, there := s.Tree.Get(config.File)
		switch {
		case there:
			src, err := open(config.File)
			if err != nil {
				return err
			}
			s.Config = config.Parse(src, out)
		case !s.found.scanned(config.File): // else what is wrong with it has been said
			out.Errorf(diag.Pos{File: config.File}, diag.ConfigMissing, "write one, or run the program in the folder of the site (-C folder)", "the folder has no site.toml")
		}
		s.found.config = out.Sorted()
		s.found.publish = nil
		if s.Config != nil && opt.Publish != nil {
			opt.Publish(s.Config.Section("publish"), out)
			s.found.publish = slices.DeleteFunc(out.Sorted(), func(d diag.Diagnostic) bool { return slices.Contains(s.found.config, d) })
		}
		out = new(diag.List)
	}
	if s.Config == nil || len(s.Config.Languages) == 0 {
		return nil // without languages there is nothing to look at pages with
	}
	fresh := prev.Site == nil || prev.Config != s.Config
	s.strings, s.found.strings = prev.strings, prev.found.strings
	if change.strings || fresh {
		files, err := s.group("i18n", open)
		if err != nil {
			return err
		}
		s.strings = s.readStrings(fsys, files, out)
		s.found.strings = take()
	}
	s.layouts, s.found.layouts = prev.layouts, prev.found.layouts
	if change.layouts || fresh {
		files, err := s.group(layout.Root, open)
		if err != nil {
			return err
		}
		s.layouts = layout.Load(files, render.Theme(s.Config), out).Below(s.Config.BasePath)
		s.found.layouts = take()
	}
	s.checked, s.found.checked = prev.checked, prev.found.checked
	if change.checked || fresh {
		if err := s.readChecked(open, out); err != nil {
			return err
		}
		s.found.checked = take()
	}
	facts := facts(s.Config, s.checked)
	fresh = fresh || !prev.Site.HasFacts(facts)
	s.Site, s.found.site = prev.Site, prev.found.site
	like := false // the same pages at the same places
	switch {
	case !fresh && !change.files && len(change.fronts) == 0 && len(prev.found.site) == 0:
	case !fresh && !change.files && len(prev.found.site) == 0 && s.update(prev.Site, change.fronts):
		like = true
	default: // also where there were mistakes: their positions may have moved
		in := s.inputs(opt, facts)
		s.without(in.leftOut, out)
		s.Site = site.New(site.Input{Config: s.Config, Pages: in.pages, Broken: in.broken, Drafts: in.drafts, Files: in.files, LeftOut: in.leftOut, Facts: facts, Absent: in.absent, Builtin: s.builtin, Out: out})
		s.found.site = take()
	}
	same := s.Site == prev.Site
	s.found.names = prev.found.names
	if !same || s.layouts != prev.layouts || s.strings != prev.strings {
		var all []*i18n.Strings
		for _, l := range s.Config.Languages {
			all = append(all, s.strings.Lang(l.Lang))
		}
		s.layouts.CheckNames(all, func(id string) bool { return s.Site.Reference(id) != nil || s.Site.LeftOut(id) || s.Site.Absent(id) }, s.Site.IDs, out)
		s.found.names = slices.DeleteFunc(take(), func(d diag.Diagnostic) bool {
			// The built-in theme asks for pages that not every site has.
			return d.Code == diag.LinkPage && d.Severity == diag.Warning && s.builtin(d.Pos.File)
		})
	}
	s.source, s.extra, s.found.mail = prev.source, prev.extra, prev.found.mail
	if !same || change.checked || change.keys {
		s.checked.Diagnose(s.Config.Mail, opt.Today, out)
		s.source, s.extra = mailForms(s.Config, s.Site, s.checked, opt, out)
		s.found.mail = take()
	}
	s.Renderer = render.New(render.Input{
		Site: s.Site, Layouts: s.layouts, Strings: s.strings, Read: open, Hash: s.hash, Release: s.release(), Builtin: s.builtin, Settings: s.source, Extra: s.extra, Source: s.base, Prev: prev.Renderer,
	})
	if same && s.layouts == prev.layouts && s.source == prev.source && prev.Set != nil {
		s.Set, s.found.set = s.Renderer.Share(prev.Set), prev.found.set
		return nil
	}
	var pages *fileset.Set
	if same || like {
		pages = prev.Set
	}
	s.Set = s.Renderer.Set(pages, out)
	s.found.set = take()
	return nil
}

// base returns the file with the text that a page was translated from, as far as
// its stamp tells: the page in another language that is still that text, or what
// was kept of it. It is "" where the text of the default language is that text,
// or nobody knows, and the page's own file where the default language was
// translated from it.
func (s *State) base(p *content.Page) string {
	texts := s.Site.Translations(p.ID)
	is := func(t *content.Page, stamp string) bool {
		return t != nil && stamp != "" && string(freshness.StampOfSum(s.hash(t.File))) == stamp
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
	if f, ok := s.Tree.Get(file); !ok || string(freshness.StampOfSum(f.Hash)) != p.Source {
		return ""
	}
	return file
}

// update makes the site from an earlier one, where that is enough.
func (s *State) update(prev *site.Site, fronts []*content.Page) (ok bool) {
	t, ok := prev.Update(fronts)
	if ok {
		s.Site = t
	}
	return ok
}

// group gives the bytes of the input files of a folder.
func (s *State) group(root string, open func(string) ([]byte, error)) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, f := range s.Tree.Below(root) {
		if ext(f.Path) == "" || ext(f.Path) == ".tmp" || root == "i18n" && (strings.Count(f.Path, "/") > 1 || ext(f.Path) != ".toml") {
			continue // not one of the folder's own kinds: an editor's file
		}
		if f.Builtin && root == layout.Root && s.Config.Layouts.Bare {
			continue
		}
		data, err := open(f.Path)
		if err != nil {
			return nil, err
		}
		files[f.Path] = data
	}
	return files, nil
}

func ext(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > strings.LastIndexByte(name, '/') {
		return strings.ToLower(name[i:])
	}
	return ""
}

func (s *State) hash(file string) scan.Hash {
	f, _ := s.Tree.Get(file)
	return f.Hash
}

// read gives a file's bytes and refuses those of another moment.
func (s *State) read(fsys fs.FS, file string) ([]byte, error) {
	f, ok := s.Tree.Get(file)
	if !ok {
		return nil, fmt.Errorf("read %s: %w", file, fs.ErrNotExist)
	}
	data, err := fs.ReadFile(fsys, file)
	if scan.Busy(err) {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w: %w", file, ErrChanged, err)
	}
	if sha256.Sum256(data) != f.Hash {
		return nil, fmt.Errorf("read %s: %w", file, ErrChanged)
	}
	return data, nil
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
		if f, _ := s.Tree.Get(d.Pos.File); f.Embedded {
			if !copied {
				ds, copied = slices.Clone(ds), true
			}
			ds[i].Pos.File = builtin.Prefix + d.Pos.File
		}
	}
	return ds
}

// builtin reports whether the program brings a file.
func (s *State) builtin(file string) bool {
	f, _ := s.Tree.Get(file)
	return f.Builtin
}

// readChecked reads what is known of the mail servers.
func (s *State) readChecked(open func(string) ([]byte, error), out *diag.List) error {
	file := oneFile{name: mail.CheckedFile}
	if _, file.there = s.Tree.Get(mail.CheckedFile); file.there {
		var err error
		if file.data, err = open(mail.CheckedFile); err != nil {
			return err
		}
	}
	s.checked = mail.ReadChecked(file, out)
	return nil
}

// readStrings reads the interface strings of every language of the site. Those
// that a file of the site does not have are the built-in ones.
func (s *State) readStrings(fsys fs.FS, files map[string][]byte, out *diag.List) *i18n.Catalogue {
	var all []*i18n.Strings
	byLang := map[string]*i18n.Strings{}
	chains := map[string][]string{}
	used := map[string]bool{}
	for _, l := range s.Config.Languages {
		name := "i18n/" + l.Lang + ".toml"
		used[name] = true
		src, ok := files[name]
		if !ok && l.Parent == "" && !l.Wrong { // else that one's strings will do
			out.Errorf(diag.Pos{File: name}, diag.I18nFile, "write it; that of another language shows what it holds", "the language %s has no interface strings", l.Lang)
		}
		parsed := i18n.Parse(l.Lang, name, src, out)
		if under, ok := builtin.Under(fsys, name); ok && src != nil && !s.builtin(name) {
			parsed.Over(i18n.Parse(l.Lang, builtin.Prefix+name, under, out))
		}
		all = append(all, parsed)
		byLang[l.Lang] = parsed
		if ok && l.Parent == "" && !l.Borrow && parsed.Empty() {
			out.Errorf(diag.Pos{File: name}, diag.I18nMissing, "begin with a copy of that of another language, and translate it", "the language %s has no interface strings yet", l.Lang)
		}
		if l.Borrow {
			chains[l.Lang] = l.Fallback
		}
	}
	// What a regional variant does not say is as in its parent, which comes first:
	// its code is shorter.
	for _, l := range slices.SortedFunc(slices.Values(s.Config.Languages), func(a, b config.Language) int { return len(a.Lang) - len(b.Lang) }) {
		if parent := byLang[l.Parent]; parent != nil {
			byLang[l.Lang].Over(parent)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f, _ := s.Tree.Get(name); !used[name] && !f.Embedded {
			out.Warnf(diag.Pos{File: name}, diag.I18nFile, "add the language to site.toml, or remove the file", "the site has no such language")
		}
	}
	c := i18n.NewCatalogue(all, chains)
	c.Check(out)
	return c
}

// MakeAll makes every file of the set and throws the bytes away, for who wants
// to know only what is wrong.
func (s *State) MakeAll(ctx context.Context) error {
	if s.Set == nil {
		return nil
	}
	return s.Set.MakeAll(ctx)
}
