package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
	"wegwijs/cmd/wegwijs/internal/state"
)

func (e *env) translate() *cobra.Command {
	c := &cobra.Command{
		Use:   "translate",
		Short: "Show and do what translations need",
		Long: `Translate knows, block by block, what changed in the text of the default language
since each translation was made. Only "translate done" says that a translation is
up to date: it keeps the text of that moment in ` + freshness.BaseDir + `.`,
		Args: oneOf,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(e.translateStatus(), e.translateDiff(), e.translateNew(), e.translateDone(), e.translateIDs(), e.translateExport(), e.translateImport())
	return c
}

// A translator is what the commands below translate work with.
type translator struct {
	*env
	state  *state.State
	reader *freshness.Reader
}

func (e *env) translator(ctx context.Context) (*translator, error) {
	s, err := e.load(ctx)
	if err != nil {
		return nil, err
	}
	if s.Site == nil {
		return nil, e.report(s.Findings())
	}
	return &translator{e, s, freshness.NewReader(s.Site, e.files())}, nil
}

func (e *env) translateStatus() *cobra.Command {
	var term string
	c := &cobra.Command{
		Use:   "status [LANGUAGE…]",
		Short: "Say of each language what is fresh, stale, missing or orphaned",
		Long:  "Status compares every page of every language, or of those that you name, with the\ntext of the default language. With --term it lists each block in which a word\nstands, and what translates it.",
		Args:  takes(0, 0),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			for _, lang := range args {
				if err := t.isTarget(lang); err != nil {
					return err
				}
			}
			if term != "" {
				return t.mentions(term, args)
			}
			return t.status(c.Context(), args)
		},
	}
	c.Flags().StringVar(&term, "term", "", "list the blocks in which this word stands")
	return c
}

// isTarget returns an error for what is no language that the site is translated
// into.
func (t *translator) isTarget(lang string) error {
	if targets := t.languages()[1:]; !slices.Contains(targets, lang) {
		return usageError{diag.Errorf("%q is not a language that the site is translated into; %s", lang, diag.DidYouMean(lang, targets))}
	}
	return nil
}

// status prints how far the languages are that are asked for; all of them when none
// is.
func (t *translator) status(ctx context.Context, asked []string) error {
	all, err := t.reader.Status(ctx)
	if err != nil {
		return err
	}
	if err := t.heal(all); err != nil {
		return err
	}
	langs := slices.DeleteFunc(all, func(l freshness.Language) bool { return len(asked) > 0 && !slices.Contains(asked, l.Lang) })
	if t.format == "json" {
		strs, err := t.allStrings(asked)
		if err != nil {
			return err
		}
		return t.json(map[string]any{"version": 1, "languages": langs, "strings": strs})
	}
	w := tabwriter.NewWriter(t.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, t.say("language\tfresh\tstale\tunknown\tmissing\torphaned\tblocks to do\twords to do\tof\t"))
	for _, l := range langs {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", l.Lang, l.Fresh, l.Stale, l.Unknown, l.Missing, l.Orphaned, l.StaleBlocks, l.StaleWords, l.Words)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := t.stringsStatus(asked); err != nil {
		return err
	}
	for _, l := range langs {
		for _, p := range l.Pages {
			switch p.State {
			case freshness.Stale:
				fmt.Fprintln(t.stdout, t.say("%s: stale, %d of %d blocks: wegwijs translate diff %s", p.File, p.StaleBlocks, p.Compared(), p.File))
			case freshness.Unknown:
				fmt.Fprintln(t.stdout, t.say("%s: nobody knows which text it was made from; read it beside %s, then: wegwijs translate done %s", p.File, p.Source, p.File))
			case freshness.Orphaned:
				if p.Moved != "" {
					fmt.Fprintln(t.stdout, t.say("%s: its text is gone; it seems to stand in %s now: give the translation that name", p.File, p.Moved))
				} else {
					fmt.Fprintln(t.stdout, t.say("%s: its text is gone: remove the translation, or its line source", p.File))
				}
			}
		}
	}
	return nil
}

// heal keeps again the texts that were lost and that are still the present ones.
func (t *translator) heal(langs []freshness.Language) error {
	files, seen := t.files(), map[freshness.Stamp]bool{}
	for _, l := range langs {
		for _, p := range l.Pages {
			if p.State != freshness.Fresh || p.Base == nil || p.Base.Stamp != p.Now.Stamp || seen[p.Now.Stamp] {
				continue
			}
			seen[p.Now.Stamp] = true
			kept := p.Now.Stamp.File()
			if _, err := files.Lstat(kept); err == nil {
				continue
			}
			src, err := fs.ReadFile(files, p.Source)
			if err != nil {
				return err
			}
			if freshness.StampOf(src) == p.Now.Stamp {
				if err := writeWhole(filepath.Join(t.dir, filepath.FromSlash(kept)), src); err != nil {
					return err
				}
				fmt.Fprintln(t.stderr, t.say("%s was lost; it is kept again", kept))
			}
		}
	}
	return nil
}

// mentions prints the blocks in which a word stands, and what translates them in the
// languages that are asked for; in all of them when none is.
func (t *translator) mentions(term string, asked []string) error {
	all, err := t.reader.Mentions(term)
	if err != nil {
		return err
	}
	type unit struct {
		Where string `json:"where"`
		Text  string `json:"text"`
	}
	if t.format == "json" {
		type mention struct {
			unit
			Translations map[string]unit `json:"translations"`
		}
		list := []mention{}
		for _, m := range all {
			x := mention{unit{m.Where, m.Text}, map[string]unit{}}
			for lang, u := range m.Translations {
				if len(asked) > 0 && !slices.Contains(asked, lang) {
					continue
				}
				x.Translations[lang] = unit{u.Pos.String(), u.Source}
			}
			list = append(list, x)
		}
		return t.json(map[string]any{"version": 1, "term": term, "blocks": list})
	}
	for _, m := range all {
		fmt.Fprintf(t.stdout, "%s: %s\n", m.Where, oneLine(m.Text))
		for _, l := range t.state.Site.Locales {
			if u, ok := m.Translations[l.Lang]; ok && (len(asked) == 0 || slices.Contains(asked, l.Lang)) {
				fmt.Fprintf(t.stdout, "  %s: %s\n", u.Pos, oneLine(u.Source))
			}
		}
	}
	fmt.Fprintln(t.stdout, t.say("%d blocks", len(all)))
	return nil
}

func (t *translator) languages() []string {
	var langs []string
	for _, l := range t.state.Site.Locales {
		langs = append(langs, l.Lang)
	}
	return langs
}

// stringsRE finds the file of a language's interface strings.
var stringsRE = regexp.MustCompile(`^(?:\./)?i18n/([A-Za-z0-9-]+)\.toml$`)

// write writes a page; one that was built in becomes the site's own.
func (t *translator) write(file string, data []byte) error {
	if err := t.takeOver(file); err != nil {
		return err
	}
	return writeWhole(filepath.Join(t.dir, filepath.FromSlash(file)), data)
}
