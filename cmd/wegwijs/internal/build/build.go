// Package build turns the folder of a site into a [State]: its file set and
// everything that is wrong with it. It reads, it caches what did not change,
// and it stops when asked to.
package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/config"
	"wegwijs/cmd/wegwijs/internal/content"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/i18n"
	"wegwijs/cmd/wegwijs/internal/layout"
	"wegwijs/cmd/wegwijs/internal/mail"
	"wegwijs/cmd/wegwijs/internal/output"
	"wegwijs/cmd/wegwijs/internal/render"
	"wegwijs/cmd/wegwijs/internal/scan"
	"wegwijs/cmd/wegwijs/internal/site"
	"wegwijs/cmd/wegwijs/internal/strict"
)

// A State is one state of a site: what its folder held at one moment. It is
// not changed after [Load]; its files are made when they are asked for.
type State struct {
	Tree     *scan.Tree
	Config   *config.Config // nil when site.toml cannot be read at all
	Site     *site.Site     // nil likewise
	Renderer *render.Renderer
	Set      *output.Set // nil when the site is too broken to have one

	static []diag.Diagnostic // of everything but the texts of pages
	pages  map[string]page   // by file
}

// page is what reading one Markdown file gave.
type page struct {
	*content.Page // nil when it cannot be read
	findings      []diag.Diagnostic
}

// ErrChanged says that a file is no longer what it was when the site was
// scanned.
var ErrChanged = errors.New("the file changed while the site was being made")

// Options say how a site is read. The zero value is the usual way.
type Options struct {
	// Keys reads a file that is not part of the site, by a path from its
	// folder: a certificate or a key. Nil means that there are none.
	Keys func(path string) ([]byte, error)
	// Today is compared with the dates of checks, for warnings only: no byte
	// of the output depends on it. The zero date leaves them out.
	Today  strict.Date
	Drafts bool // show pages that are drafts
}

// Load reads the site in fsys. prev, which may be nil, is an earlier state of
// the same folder: what did not change since is taken from it. Mistakes of
// authors are in the State; the error says that the work could not be done.
func Load(ctx context.Context, fsys fs.FS, opt Options, prev *State) (*State, error) {
	s := &State{pages: map[string]page{}}
	out := new(diag.List)
	var mu sync.Mutex
	var prevTree *scan.Tree
	if prev != nil {
		prevTree = prev.Tree
	}
	tree, err := scan.Scan(ctx, fsys, prevTree, func(f scan.File, data []byte) {
		if !isPage(f.Path) {
			return
		}
		found := new(diag.List)
		p := content.Parse(f.Path, data, found)
		mu.Lock()
		s.pages[f.Path] = page{p, found.Sorted()}
		mu.Unlock()
	}, out)
	if err != nil {
		return nil, err
	}
	s.Tree = tree
	read := func(file string) ([]byte, error) { return s.read(fsys, file) }

	var files []string // beside the pages
	var pages []*content.Page
	groups := map[string]map[string][]byte{"i18n": {}, layout.Root: {}}
	known := output.Types()
	digest := sha256.New()
	for _, f := range tree.Files {
		digest.Write([]byte(f.Path))
		digest.Write(f.Hash[:])
		top, rest, _ := strings.Cut(f.Path, "/")
		switch {
		case isPage(f.Path):
			p, ok := s.pages[f.Path]
			if !ok && prev != nil { // not read again: unchanged
				p = prev.pages[f.Path]
				s.pages[f.Path] = p
			}
			out.Add(p.findings...)
			if p.Page != nil && (opt.Drafts || !p.Draft) {
				pages = append(pages, p.Page)
			}
		case top == content.Root:
			if slices.Contains(known, ext(f.Path)) {
				files = append(files, f.Path)
			}
		case top == "i18n" && (strings.Contains(rest, "/") || ext(rest) != ".toml"), f.Path == config.File:
		case groups[top] != nil:
			if top == layout.Root && ext(f.Path) == "" || strings.HasSuffix(f.Path, ".tmp") {
				continue
			}
			data, err := read(f.Path)
			if err != nil {
				return nil, err
			}
			groups[top][f.Path] = data
		}
	}
	if _, ok := tree.Get(config.File); !ok {
		out.Errorf(diag.Pos{File: config.File}, "config-missing", "write one, or run the program in the folder of the site (-C folder)", "the folder has no site.toml")
		s.static = out.Sorted()
		return s, nil
	}
	toml, err := read(config.File)
	if err != nil {
		return nil, err
	}
	s.Config = config.Parse(toml, out)
	if s.Config == nil || len(s.Config.Languages) == 0 {
		s.static = out.Sorted()
		return s, nil
	}
	strings := s.strings(groups["i18n"], out)
	release := hex.EncodeToString(digest.Sum(nil))[:16]
	layouts := layout.Load(groups[layout.Root], render.Theme(s.Config), release, out)
	s.Site = site.New(site.Input{Config: s.Config, Pages: pages, Files: files, Source: read, Out: out})
	var all []*i18n.Strings
	for _, l := range s.Config.Languages {
		all = append(all, strings.Lang(l.Lang))
	}
	layouts.CheckNames(all, func(id string) bool { return s.Site.Reference(id) != nil }, s.Site.IDs, out)
	checked := mail.ReadChecked(fsys, out)
	checked.Diagnose(s.Config.Mail, opt.Today, out)
	settings, extra := mailForms(s.Config, s.Site, checked, opt.Keys, out)
	s.Renderer = render.New(render.Input{Site: s.Site, Layouts: layouts, Strings: strings, Read: read, Settings: settings, Extra: extra})
	s.Set = s.Renderer.Set(out)
	s.static = out.Sorted()
	return s, nil
}

func isPage(file string) bool {
	return strings.HasPrefix(file, content.Root+"/") && strings.HasSuffix(file, ".md")
}

func ext(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > strings.LastIndexByte(name, '/') {
		return strings.ToLower(name[i:])
	}
	return ""
}

// read gives a file's bytes and refuses those of another moment.
func (s *State) read(fsys fs.FS, file string) ([]byte, error) {
	f, ok := s.Tree.Get(file)
	if !ok {
		return nil, fmt.Errorf("read %s: %w", file, fs.ErrNotExist)
	}
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w: %w", file, ErrChanged, err)
	}
	if sha256.Sum256(data) != f.Hash {
		return nil, fmt.Errorf("read %s: %w", file, ErrChanged)
	}
	return data, nil
}

// strings reads the interface strings of every language of the site.
func (s *State) strings(files map[string][]byte, out *diag.List) *i18n.Catalogue {
	var all []*i18n.Strings
	chains := map[string][]string{}
	used := map[string]bool{}
	for _, l := range s.Config.Languages {
		name := "i18n/" + l.Lang + ".toml"
		used[name] = true
		src, ok := files[name]
		if !ok {
			out.Errorf(diag.Pos{File: name}, "i18n-file", "write it; that of another language shows what it holds", "the language %s has no interface strings", l.Lang)
		}
		all = append(all, i18n.Parse(l.Lang, name, src, out))
		if l.Borrow {
			chains[l.Lang] = l.Fallback
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !used[name] {
			out.Warnf(diag.Pos{File: name}, "i18n-file", "add the language to site.toml, or remove the file", "the site has no such language")
		}
	}
	c := i18n.NewCatalogue(all, chains)
	c.Check(out)
	return c
}

// Findings gives everything wrong that is known by now: with the site as a
// whole, and with the pages that were made.
func (s *State) Findings() []diag.Diagnostic {
	ds := slices.Clone(s.static)
	if s.Renderer != nil {
		ds = append(ds, s.Renderer.Finish()...)
	}
	return diag.Sort(ds)
}

// Drafts gives the files of pages that are left out because they are drafts.
func (s *State) Drafts() []string {
	var files []string
	for f, p := range s.pages {
		if p.Page != nil && p.Draft {
			files = append(files, f)
		}
	}
	slices.Sort(files)
	return files
}

// MakeAll makes every file of the set and throws the bytes away, for who wants
// to know only what is wrong.
func (s *State) MakeAll(ctx context.Context) error {
	if s.Set == nil {
		return nil
	}
	return s.Set.MakeAll(ctx)
}
