package state

import (
	"context"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/site"
)

// Audit makes every file, as [State.MakeAll] does, and returns what is found only
// by looking at the whole of a site: what nothing leads to or uses, and what
// pages lack beside others. None of it makes a page wrong, so a build does not
// ask. fsys is that which the state was loaded from.
func (s *State) Audit(ctx context.Context, fsys fs.FS) ([]diag.Diagnostic, error) {
	found, err := s.rendered(ctx)
	// Mistakes come first; and where a text has one it is not known what it would
	// use.
	if err != nil || s.Set == nil || diag.Errors(s.Every()) > 0 {
		return found, err
	}
	out := new(diag.List)
	out.Add(found...)
	for _, l := range s.Site.Locales {
		s.told(l, out)
	}
	s.unusedFiles(out)
	s.otherKinds(out)
	s.unusedStrings(fsys, out)
	return out.Sorted(), nil
}

// embedded reports whether a file is in the program, and not in the folder of the
// site.
func (s *State) embedded(file string) bool {
	f, _ := s.Tree.Get(file)
	return f.Embedded
}

// told reports pages of a language that have no description, and those that have
// the title of another.
func (s *State) told(l *site.Locale, out *diag.List) {
	titles := map[string]*site.Page{}
	for _, p := range l.All {
		if p.Fallback {
			continue
		}
		if strings.TrimSpace(p.Description) == "" && !s.embedded(p.File) {
			out.Warnf(p.Pos("description", -1), diag.PageDescription, "write one sentence that says what the page helps with: description = \"…\"", "the page has no description")
		}
		title := strings.ToLower(strings.Join(strings.Fields(p.Title), " "))
		first := titles[title]
		switch {
		case first == nil:
			titles[title] = p
		case s.embedded(p.File) && s.embedded(first.File):
		case s.embedded(p.File):
			out.Warnf(first.Pos("title", -1), diag.PageTitle, "say in the title what is different: readers see it in search results, tabs and menus", "%s has the same title", builtin.Prefix+p.File)
		default:
			out.Warnf(p.Pos("title", -1), diag.PageTitle, "say in the title what is different: readers see it in search results, tabs and menus", "%s has the same title", first.File)
		}
	}
}

// asked are names of files that programs ask for by themselves.
var asked = []string{"favicon.ico", "robots.txt", "humans.txt", "ads.txt", "security.txt", "apple-touch-icon.png", "apple-touch-icon-precomposed.png", "manifest.webmanifest", "browserconfig.xml"}

// unusedFiles reports files beside pages that no page names, and assets that no
// layout asks for.
func (s *State) unusedFiles(out *diag.List) {
	used := map[string]bool{}
	for _, l := range s.Site.Locales {
		for _, p := range l.All {
			res, ok := s.Renderer.Result(p)
			if !ok {
				return
			}
			for _, f := range res.Files {
				used[f] = true
			}
		}
	}
	for _, f := range s.Site.Files {
		if !used[f.Source] && !s.embedded(f.Source) && !slices.Contains(asked, path.Base(f.Source)) {
			out.Warnf(diag.Pos{File: f.Source}, diag.FileUnused, "link to it from a page, or remove it", "no page uses the file, and it is published")
		}
	}
	for _, file := range s.layouts.out.Assets.Unused() {
		if !s.embedded(file) {
			out.Warnf(diag.Pos{File: file}, diag.FileUnused, "name it in a layout or a style sheet, or remove it", "no layout uses the file, and it is published")
		}
	}
}

// otherKinds reports files beside pages that are of no kind that a site has.
func (s *State) otherKinds(out *diag.List) {
	for _, f := range s.Tree.Below(content.Root) {
		if hint := fileset.Instead(f.Path); hint != "" && !f.Embedded {
			out.Warnf(diag.Pos{File: f.Path}, diag.InputKind, hint, "files of the kind %s are not published, and no page is made of them", path.Ext(f.Path))
		}
	}
}

// unusedStrings reports interface strings of the default language that nothing
// shows. Those of other languages are strings of that one, or unknown.
func (s *State) unusedStrings(fsys fs.FS, out *diag.List) {
	lang := s.Config.Languages[0].Lang
	file := i18nRoot + "/" + lang + ".toml"
	f, ok := s.Tree.Get(file)
	if !ok || f.Embedded {
		return
	}
	src, err := s.Renderer.Read(file)
	if err != nil {
		return
	}
	quiet := new(diag.List)
	theirs := map[string]bool{} // the built-in ones, which the built-in layouts show
	if under, ok := builtin.Under(fsys, file); ok && !f.Builtin {
		for _, key := range i18n.Parse(lang, file, under, quiet).Keys() {
			theirs[key] = true
		}
	}
	own := i18n.Parse(lang, file, src, quiet)
	shown := slices.DeleteFunc(own.Keys(), func(key string) bool { return !s.layouts.out.Shows(key) })
	known := diag.NewNames(slices.AppendSeq(shown, maps.Keys(theirs)))
	for _, key := range own.Keys() {
		if !theirs[key] && !s.layouts.out.Shows(key) {
			_, pos := own.Source(key)
			hint := "remove it from the files of all languages, or correct its name in the layout"
			if near := known.Nearest(key); near != "" {
				hint = diag.Say("did you mean %q?", near)
			}
			out.Warnf(pos, diag.I18nUnused, hint, "nothing shows the text %q", key)
		}
	}
}

// Outside returns the links to other sites, of pages that were made and of
// site.toml; the state must have been loaded with that option.
func (s *State) Outside() []markdown.Outside {
	var list []markdown.Outside
	if s.Renderer == nil {
		return nil
	}
	for _, l := range s.Site.Locales {
		for _, p := range l.All {
			if res, ok := s.Renderer.Result(p); ok && !p.Fallback {
				list = append(list, res.Outside...)
			}
		}
	}
	for _, r := range s.Site.Redirects {
		if r.To == nil && !strings.HasPrefix(r.Address, "/") {
			list = append(list, markdown.Outside{URL: r.Address, Pos: r.Pos})
		}
	}
	for _, key := range []string{"website", "contact", "status"} {
		p := s.Config.Provider
		if address := map[string]string{"website": p.Website, "contact": p.Contact, "status": p.Status}[key]; strings.HasPrefix(address, "https:") {
			list = append(list, markdown.Outside{URL: address, Pos: s.Config.Section("provider", new(diag.List)).ValuePos(key)})
		}
	}
	return slices.DeleteFunc(list, func(o markdown.Outside) bool { // what is ours is there
		return o.URL == s.Config.Origin || strings.HasPrefix(o.URL, s.Config.Origin+"/")
	})
}
