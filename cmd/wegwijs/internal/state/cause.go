package state

import (
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
)

// follows are the beginnings of the codes of what may follow from an input that
// cannot be read, by the folder that it is in. What could follow from several is
// counted with the first.
var follows = []struct {
	root  string
	codes []string
}{
	{content.Root, []string{"link", "image", "page-section", "page-home", "page-group", "translation", "redirect", "mail-unshown"}},
	{layout.Root, []string{"layout", "link"}},
	{i18nRoot, []string{"i18n", "layout"}},
}

// Lead puts the cause first among findings: what follows from it is left out and
// counted. Causes are a file or a folder that cannot be read, and a page that is
// gone or has another name while its translations are still there. The slice
// becomes the result's.
func (s *State) Lead(ds []diag.Diagnostic) []diag.Diagnostic {
	ds = leadConfig(s.leadUnread(ds))
	if s.Site != nil {
		ds = s.leadGone(ds)
	}
	return diag.Sort(ds)
}

func (s *State) leadUnread(ds []diag.Diagnostic) []diag.Diagnostic {
	for _, f := range follows {
		in := func(d diag.Diagnostic) bool {
			top, _, _ := strings.Cut(d.Pos.File, "/")
			return d.Code == diag.InputRead && top == f.root
		}
		first := slices.IndexFunc(ds, in)
		if first < 0 {
			continue
		}
		kept, n := withhold(ds, func(d diag.Diagnostic) bool {
			return slices.ContainsFunc(f.codes, func(c string) bool { return strings.HasPrefix(string(d.Code), c) })
		})
		for i := range kept {
			if in(kept[i]) {
				kept[i].Cause = true
			}
		}
		count(&kept[slices.IndexFunc(kept, in)], n)
		ds = kept
	}
	return ds
}

// leadConfig leaves out what is wrong in files of the program where site.toml has an
// error: those are right by themselves, so it follows from that.
func leadConfig(ds []diag.Diagnostic) []diag.Diagnostic {
	if slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Pos.File == config.File && d.Severity == diag.Error }) {
		ds, _ = withhold(ds, func(d diag.Diagnostic) bool { return strings.HasPrefix(d.Pos.File, builtin.Prefix) })
	}
	return ds
}

// leadGone says of a page that its translations have outlived, and whose
// headings others lead to in vain, that it is gone.
func (s *State) leadGone(ds []diag.Diagnostic) []diag.Diagnostic {
	lost := map[string]bool{} // files whose headings are asked for in vain
	for _, d := range ds {
		if d.Code == diag.LinkAnchor && d.About != "" {
			lost[d.About] = true
		}
	}
	if len(lost) == 0 {
		return ds
	}
	for _, id := range append([]string{""}, s.Site.IDs()...) {
		if of, files := s.outlived(id); slices.ContainsFunc(files, func(f string) bool { return lost[f] }) {
			kept, n := withhold(ds, func(d diag.Diagnostic) bool {
				return d.Code == diag.LinkAnchor && slices.Contains(files, d.About) || d.Code == diag.TranslationOrphan && slices.Contains(files, d.Pos.File)
			})
			cause := diag.Diagnostic{Pos: diag.Pos{File: of}, Code: diag.TranslationOrphan, Cause: true, Msg: "this page is gone, and its translations are still there", Hint: "give them the name that it has now, or remove them"}
			if now := s.newcomer(id); now != "" {
				cause.Hint = diag.Say("if it is %s now, give them that name too", now)
			}
			count(&cause, n)
			ds = append(kept, cause)
		}
	}
	return ds
}

// outlived returns where the text in the default language of a page would be
// that has translations and no such text, and the files of these translations.
func (s *State) outlived(id string) (of string, files []string) {
	texts := s.Site.Translations(id)
	if len(texts) == 0 || texts[0] != nil || s.Site.Broken(id) || s.Site.Draft(id) != "" {
		return "", nil
	}
	for _, p := range texts {
		if p != nil && p.Source != "" {
			files = append(files, p.File)
			if of == "" {
				_, rest, _ := strings.Cut(strings.TrimPrefix(p.File, content.Root+"/"), "/")
				of = content.Root + "/" + s.Config.Languages[0].Lang + "/" + rest
			}
		}
	}
	return of, files
}

// newcomer returns the file of the one page beside a page that no other language
// has; "" when there are none or several.
func (s *State) newcomer(id string) string {
	found := ""
	for _, other := range s.Site.IDs() {
		texts := s.Site.Translations(other)
		if parent(other) != parent(id) || texts[0] == nil || slices.ContainsFunc(texts[1:], func(p *content.Page) bool { return p != nil }) {
			continue
		}
		if found != "" {
			return ""
		}
		found = texts[0].File
	}
	return found
}

func parent(id string) string { return id[:max(strings.LastIndexByte(id, '/'), 0)] }

// withhold leaves out the findings of which is says so, and counts them.
func withhold(ds []diag.Diagnostic, is func(diag.Diagnostic) bool) (kept []diag.Diagnostic, n int) {
	kept = slices.DeleteFunc(ds, is)
	return kept, len(ds) - len(kept)
}

// count says of a cause how many findings follow from it.
func count(d *diag.Diagnostic, n int) {
	switch {
	case n == 1:
		*d = d.Also(diag.Say("; 1 finding that follows from this is left out"))
	case n > 1:
		*d = d.Also(diag.Say("; %d findings that follow from this are left out", n))
	}
}
