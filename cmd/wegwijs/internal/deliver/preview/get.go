package preview

import (
	"context"
	"errors"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/site"
	"wegwijs/cmd/wegwijs/internal/state"
)

// A File is what a path of the output holds now.
type File struct {
	fileset.File
	Data []byte
	Old  bool   // the last good bytes: the page has a mistake now
	View uint64 // the view that this was asked of
}

// looks is how often Get looks again for a file that changes while it is made.
const looks = 20

// Get returns the file at a path of the output. ok is false when there is none.
func (l *States) Get(ctx context.Context, path string) (f File, ok bool, err error) {
	if _, err := l.View(ctx); err != nil {
		return f, false, err
	}
	for try := 0; ; try++ {
		v := l.view.Load()
		s := v.State
		if f, ok := l.old(path, v); ok {
			return f, true, nil
		}
		f.View = v.ID
		if !s.Sound() && try == 0 {
			if good := l.lastGood(); good != nil {
				s = good
			}
		}
		if s.Set == nil {
			return f, false, nil
		}
		if f.File, ok = s.Set.File(path); !ok {
			return f, false, nil
		}
		// What an editor saved just now need not wait for an event.
		if try == 0 && f.Source != "" && s == v.State && s.Tree.Stale(l.fsys, f.Source) {
			l.Look(ctx, f.Source)
			continue
		}
		f.Data, err = s.Set.Make(ctx, path)
		switch {
		case err == nil:
			return l.shown(f, s, v), true, nil
		case !errors.Is(err, state.ErrChanged) || try >= looks || ctx.Err() != nil:
			return f, false, err
		case s == v.State:
			l.Look(ctx)
		}
	}
}

// shown returns a file that was just made from s or, where it is a page with a
// mistake, its last good bytes.
func (l *States) shown(f File, s *state.State, v *View) File {
	key, isPage := f.Key.(site.Ref)
	if !isPage {
		return f
	}
	p := s.Site.At(key)
	ds, known := s.Mistakes(p)
	if diag.Errors(ds) == 0 {
		if known && s.Sound() {
			l.keep(f.Path, p.File, f.Data, v.ID, true)
		}
		return f
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if k, ok := l.kept[f.Path]; ok {
		f.Data, f.Old = k.data, true
	}
	return f
}

func (l *States) lastGood() *state.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.good
}

// old returns the last good bytes of a page for an address that cannot show it
// any more, if somebody saw them: because no page can be shown, or because the
// address has no page, or another one, for a mistake in the page's own file or
// in its sections. A page that was removed or moved on purpose is gone.
func (l *States) old(path string, v *View) (File, bool) {
	l.mu.Lock()
	k, ok := l.kept[path]
	if !ok {
		l.mu.Unlock()
		return File{}, false
	}
	f := File{File: fileset.File{Path: path, Source: k.source}, Data: k.data, Old: true, View: v.ID}
	l.mu.Unlock()
	if v.State.Sound() {
		if now, ok := v.State.Set.File(path); ok && now.Source == f.Source {
			return File{}, false
		}
		return f, faulty(v.State, f.Source)
	}
	_, there := v.State.Tree.Get(f.Source)
	return f, there || faulty(v.State, f.Source)
}

// faulty reports whether a page's file is missing from a state, or is somewhere
// else in it, for a mistake: in its front matter, in that of a section above
// it, or because one of these cannot be read.
func faulty(s *state.State, file string) bool {
	_, page := content.Split(file)
	return slices.ContainsFunc(s.Static(), func(d diag.Diagnostic) bool {
		if d.Severity != diag.Error || !scan.Within(d.Pos.File, content.Root) {
			return false
		}
		_, at := content.Split(d.Pos.File)
		section, isIndex := strings.CutSuffix(at, "/index.md") // in any language
		return scan.Within(file, d.Pos.File) || (isIndex || !strings.HasSuffix(at, ".md")) && section != "" && scan.Within(page, section)
	})
}

// keptMax is how many pages are kept for a time in which they have a mistake:
// those open in browsers first, and as many others as there is room for.
const keptMax = 1000

// keep keeps a page. One that nobody asked for takes no other's room, and not
// the place of what somebody saw.
func (l *States) keep(path, source string, data []byte, view uint64, asked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.kept[path]
	if k == nil {
		if len(l.kept) >= l.max {
			if !asked {
				return
			}
			oldest := ""
			for p, k := range l.kept {
				if oldest == "" || k.used < l.kept[oldest].used || k.used == l.kept[oldest].used && p < oldest {
					oldest = p
				}
			}
			delete(l.kept, oldest)
		}
		k = &page{}
		l.kept[path] = k
	}
	switch {
	case asked:
		l.tick++
		k.used = l.tick
	case k.used > 0:
		return
	}
	if view >= k.view { // else somebody was served a later one meanwhile
		k.data, k.source, k.view = data, source, view
	}
}

// hot is how many files Hot returns.
const hot = 16

// Hot returns the files in which a change is most likely: those of the pages
// that were looked at last, and those that changed last.
func (l *States) Hot() []string {
	v := l.view.Load()
	if v == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var seen []*page
	for _, k := range l.kept {
		if k.used > 0 {
			seen = append(seen, k)
		}
	}
	slices.SortFunc(seen, func(a, b *page) int { return int(int64(b.used) - int64(a.used)) })
	files := slices.Clone(v.Files[:min(len(v.Files), hot/2)])
	for _, k := range seen[:min(len(seen), hot-len(files))] {
		files = append(files, k.source)
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// PageOf returns the address at which a content file is shown to the readers of
// its own language.
func (v *View) PageOf(file string) (string, bool) {
	for _, p := range v.pagesOf(file) {
		if !p.Fallback {
			return p.URL, true
		}
	}
	return "", false
}

// pagesOf returns the pages that show the text in a file: one in its own
// language, and those in others that fall back to it.
func (v *View) pagesOf(file string) []*site.Page {
	if v.State.Site == nil || !strings.HasSuffix(file, ".md") {
		return nil
	}
	_, rest := content.Split(file)
	id, _ := content.ID(rest)
	var pages []*site.Page
	for _, l := range v.State.Site.Locales {
		if p, ok := l.Page(id); ok && p.File == file {
			pages = append(pages, p)
		}
	}
	return pages
}
