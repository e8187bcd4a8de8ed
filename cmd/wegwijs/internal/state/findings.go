package state

import (
	"slices"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/site"
)

// flawed reports whether the scan found something wrong with a file.
func (s *State) flawed(file string) bool {
	return slices.ContainsFunc(s.scanned, func(d diag.Diagnostic) bool { return d.Pos.File == file })
}

// Static returns what is wrong with the site as a whole, and with the front
// matter of its pages; the texts of pages are not looked at. The slice is the
// state's own.
func (s *State) Static() []diag.Diagnostic { return s.static }

// Findings returns everything wrong that is known by now: with the site as a
// whole, and with the pages that were made. Where that cannot be known, because
// a file changed, that is an error too: nothing may be published unchecked.
func (s *State) Findings() []diag.Diagnostic { return s.Lead(s.Every()) }

// Every is Findings with what follows from others in its own place.
func (s *State) Every() []diag.Diagnostic {
	made, err := s.Made()
	if err != nil {
		made = append(made, diag.Diagnostic{Pos: diag.Pos{File: content.Root}, Code: diag.InputChanged, Msg: diag.Say("%s", err), Hint: "run the program again"})
	}
	return diag.Sort(s.Named(slices.Concat(s.static, made)))
}

// Made returns everything wrong with the pages that were made. The error says
// that a file could not be read as it was when the site was scanned.
func (s *State) Made() ([]diag.Diagnostic, error) {
	if s.Renderer == nil {
		return nil, nil
	}
	ds, err := s.Renderer.Finish()
	return s.Weigh(s.news(ds)), err
}

// Weigh returns findings with the severity that site.toml asks for. ds becomes the
// result's.
func (s *State) Weigh(ds []diag.Diagnostic) []diag.Diagnostic {
	if s.Config == nil {
		return ds
	}
	return s.Config.Check.Weigh(ds)
}

// news leaves out of sorted findings what a broken layout or configuration did to
// pages, and says once what many pages need and the configuration does not have.
func (s *State) news(ds []diag.Diagnostic) []diag.Diagnostic {
	broken := !s.Sound()
	unsound := diag.Errors(s.config.findings) > 0
	first := map[string]int{} // by message
	more, pages := map[int]int{}, map[int]int{}
	kept := ds[:0]
	for _, d := range ds {
		if broken && d.Code == layout.RunCode || unsound && d.Code == diag.SettingUnset {
			continue
		}
		if d.Code == diag.SettingUnset {
			if at, ok := first[d.Msg]; ok {
				more[at]++
				continue
			}
			first[d.Msg] = len(kept)
		}
		// A template that fails does so on many pages: the first is named.
		if n := len(kept); d.Code == layout.RunCode && n > 0 && kept[n-1].Pos == d.Pos && kept[n-1].Code == d.Code && kept[n-1].Msg == d.Msg {
			pages[n-1]++
			continue
		}
		kept = append(kept, d)
	}
	for at, n := range more {
		kept[at] = kept[at].More(n)
	}
	for at, n := range pages {
		if n == 1 {
			kept[at] = kept[at].Also(diag.Say("; and 1 more page"))
		} else {
			kept[at] = kept[at].Also(diag.Say("; and %d more pages", n))
		}
	}
	return kept
}

// Mistakes returns what is wrong with one page, its front matter and its text;
// known is false when it was not made from its present text.
func (s *State) Mistakes(p *site.Page) (ds []diag.Diagnostic, known bool) {
	out := new(diag.List)
	for _, d := range s.static {
		if d.Pos.File == p.File {
			out.Add(d)
		}
	}
	res, ok := s.Renderer.Result(p)
	if !ok {
		return out.Sorted(), false
	}
	out.Add(res.Findings...)
	err := s.Renderer.CheckWithOthers(p, res, out)
	return s.Weigh(s.news(out.Sorted())), err == nil
}

// Sound reports whether pages can be shown from this state: whatever is wrong
// with it concerns single pages, and not the configuration, the layouts or the
// interface strings, on which every page depends.
func (s *State) Sound() bool {
	if s.Set == nil {
		return false
	}
	return diag.Errors(slices.Concat(s.config.findings, s.layouts.findings, s.strings.findings, s.names.findings, s.mail.findings)) == 0
}
