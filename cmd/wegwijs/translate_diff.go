package main

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

func (e *env) translateDiff() *cobra.Command {
	return &cobra.Command{
		Use:   "diff PAGE…",
		Short: "Show what changed in the text since a translation was made",
		Long:  "Diff shows for each block that changed the text as it was, the text as it is,\nwith the words that differ, and the present translation, each with its place.\nPAGE is the file of a translation, such as content/en/e-mail/webmail.md.",
		Args:  takes(1, 0),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			var pages []*freshness.Page
			for _, a := range args {
				if m := stringsRE.FindStringSubmatch(filepath.ToSlash(a)); m != nil {
					if err := t.stringsDiff(m[1]); err != nil {
						return err
					}
					continue
				}
				p, err := t.page(a)
				if err != nil {
					return err
				}
				pages = append(pages, p)
			}
			if pages == nil {
				return nil
			}
			return t.diff(pages)
		},
	}
}

// page finds the translation in a file.
func (t *translator) page(name string) (*freshness.Page, error) {
	file := pageFile(name)
	lang, rest := content.Split(file)
	if !strings.HasSuffix(file, ".md") || rest == "" {
		return nil, usageError{diag.Errorf("%q is not a page; write its file: content/en/e-mail/webmail.md", name)}
	}
	if lang == t.state.Site.Locales[0].Lang {
		return nil, usageError{diag.Errorf("%s is the text itself, not a translation", file)}
	}
	id, _ := content.ID(rest)
	p, err := t.reader.Page(id, lang)
	switch {
	case err != nil:
		return nil, err
	case p == nil || p.File == "":
		return nil, t.noPage(file)
	}
	return p, t.reader.Translate(p)
}

// pageFile returns the file of a page that a name on the command line means: nl/a.md
// and builtin:content/nl/a.md are content/nl/a.md.
func pageFile(name string) string {
	file := path.Clean(strings.TrimPrefix(filepath.ToSlash(name), builtin.Prefix))
	if !strings.HasPrefix(file, content.Root+"/") {
		file = content.Root + "/" + file
	}
	return file
}

// noPage returns an error that names the page that is nearest to a file that is not
// there.
func (t *translator) noPage(file string) error {
	lang, _ := content.Split(file)
	var known []string
	for _, id := range append([]string{""}, t.state.Site.IDs()...) {
		for _, p := range t.state.Site.Written(id) {
			if p != nil && p.Lang == lang {
				known = append(known, p.File)
			}
		}
	}
	if near := diag.Nearest(file, known); near != "" {
		return usageError{diag.Errorf("there is no page %s; did you mean %s?", file, near)}
	}
	return usageError{diag.Errorf("there is no page %s", file)}
}

// A blockDiff is one changed block, for people and programs.
type blockDiff struct {
	Kind        freshness.Kind `json:"kind"`
	OldWhere    string         `json:"old_where,omitempty"`
	Old         string         `json:"old,omitempty"`
	NewWhere    string         `json:"new_where,omitempty"`
	New         string         `json:"new,omitempty"`
	Where       string         `json:"translation_where,omitempty"`
	Translation string         `json:"translation,omitempty"`
}

// diffs returns what changed in the text of a page.
func (t *translator) diffs(p *freshness.Page) []blockDiff {
	list := []blockDiff{}
	for _, x := range p.Diffs() {
		d := blockDiff{Kind: x.Change.Kind}
		d.Old, d.New = x.Texts()
		if x.Old != nil {
			d.OldWhere = t.state.Place(x.Old.Pos).String()
		}
		if x.New != nil {
			d.NewWhere = t.state.Place(x.New.Pos).String()
		}
		if x.Translation != nil {
			d.Translation, d.Where = x.Translation.Source, t.state.Place(x.Translation.Pos).String()
		}
		list = append(list, d)
	}
	return list
}

func (t *translator) diff(pages []*freshness.Page) error {
	if t.format == "json" {
		type page struct {
			*freshness.Page
			Changes []blockDiff `json:"changes"`
		}
		var list []page
		for _, p := range pages {
			list = append(list, page{p, t.diffs(p)})
		}
		return t.json(map[string]any{"version": 1, "pages": list})
	}
	color := terminal(t.stdout)
	for _, p := range pages {
		if p.State == freshness.Unknown {
			fmt.Fprintln(t.stdout, t.say("%s: nobody knows which text it was made from; read it beside %s, then: wegwijs translate done %s", p.File, p.Source, p.File))
		}
		if p.State == freshness.Fresh {
			fmt.Fprintln(t.stdout, t.say("%s: fresh", p.File))
		}
		for _, d := range t.diffs(p) {
			fmt.Fprintln(t.stdout, t.say("%s: %s", p.File, diag.Phrase(d.Kind)))
			old, now := freshness.Words(d.Old, d.New, color)
			if d.Kind == freshness.Moved {
				old = ""
			}
			for _, l := range []struct{ mark, where, text string }{{"-", d.OldWhere, old}, {"+", d.NewWhere, now}, {"=", d.Where, oneLine(d.Translation)}} {
				if l.text != "" {
					fmt.Fprintf(t.stdout, "  %s %s: %s\n", l.mark, l.where, l.text)
				}
			}
		}
	}
	return nil
}
