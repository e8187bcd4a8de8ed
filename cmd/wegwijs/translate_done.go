package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

func (e *env) translateDone() *cobra.Command {
	var force, unchanged bool
	c := &cobra.Command{
		Use:   "done PAGE…",
		Short: "Say that a translation holds all that its text says now",
		Long:  "Done stamps a translation with the text of this moment and keeps that. It refuses\na page that lacks a block, a number, a host name or a link of its text; --force\nstamps it all the same. --unchanged says that nothing had to change for it.",
		Args:  takes(1, 0),
		RunE: func(c *cobra.Command, args []string) error {
			if force && unchanged {
				return usageError{diag.Errorf("--force and --unchanged say two things: use one of the two")}
			}
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			return t.done(args, force, unchanged)
		},
	}
	c.Flags().BoolVar(&force, "force", false, "stamp it although something seems to be missing")
	c.Flags().BoolVar(&unchanged, "unchanged", false, "the changes of the text ask nothing of the translation")
	return c
}

func (t *translator) done(names []string, force, unchanged bool) error {
	out := new(diag.List)
	var ready []*freshness.Page
	for _, n := range names {
		if m := stringsRE.FindStringSubmatch(filepath.ToSlash(n)); m != nil {
			if err := t.stringsDone(m[1], out); err != nil {
				return err
			}
			continue
		}
		p, err := t.page(n)
		if err != nil {
			return err
		}
		if p.Now, err = t.reader.Now(p.ID); err != nil { // whatever it was made from before
			return err
		}
		if p.Now == nil {
			out.Errorf(diag.Pos{File: p.File}, diag.TranslationOrphan, "remove the translation, or give it the name of its text", "the text that it translates is gone")
			continue
		}
		p.Source = p.Now.File
		before := out.Len()
		if !force && !(unchanged && p.Translation.Forced()) {
			p.Lacks(out)
		}
		if out.Len() == before {
			ready = append(ready, p)
		}
	}
	for _, p := range ready {
		if err := t.stamp(p, force || unchanged && p.Translation.Forced()); err != nil {
			return err
		}
		fmt.Fprintln(t.stdout, t.say("%s: done", p.File))
	}
	if len(ready) > 0 {
		if err := t.prune(); err != nil {
			return err
		}
	}
	if ds := out.Sorted(); len(ds) > 0 {
		return t.report(ds)
	}
	return nil
}

// stamp keeps the text and then names it in the translation: the other way
// round, a stop between the two would leave a stamp of nothing.
func (t *translator) stamp(p *freshness.Page, forced bool) error {
	src, err := fs.ReadFile(t.files(), p.Source)
	if err != nil {
		return err
	}
	stamp := freshness.StampOf(src)
	if stamp != p.Now.Stamp {
		return diag.Errorf("%s changed meanwhile; run the command again", p.Source)
	}
	own, err := fs.ReadFile(t.files(), p.File)
	if err != nil {
		return err
	}
	with, ok := freshness.WithStamp(own, stamp, forced)
	if !ok {
		return diag.Errorf("%s has no front matter", p.File)
	}
	if err := writeWhole(filepath.Join(t.dir, filepath.FromSlash(stamp.File())), src); err != nil {
		return err
	}
	if bytes.Equal(own, with) {
		return nil
	}
	return t.write(p.File, with)
}

// prune removes the texts that no translation names any more.
func (t *translator) prune() error {
	s, err := t.load(context.Background())
	if err != nil || s.Site == nil {
		return err
	}
	unused, err := freshness.NewReader(s.Site, t.files()).Unused()
	if err != nil {
		return err
	}
	for _, f := range unused {
		if err := os.Remove(filepath.Join(t.dir, filepath.FromSlash(f))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (e *env) translateIDs() *cobra.Command {
	return &cobra.Command{
		Use:   "ids",
		Short: "Write the id of each heading behind it, in every language",
		Long:  "Ids writes into every page the ids that its headings have now. Afterwards no\nlanguage takes its ids from another, so that any can become the default language.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			return t.ids()
		},
	}
}

func (t *translator) ids() error {
	pages, headings := 0, 0
	for _, id := range append([]string{""}, t.state.Site.IDs()...) {
		renamed := map[string]freshness.Stamp{} // stamps of texts before and after
		for _, p := range t.originalsFirst(id) {
			src, err := fs.ReadFile(t.files(), p.File)
			if err != nil {
				return err
			}
			list, err := t.state.Renderer.Headings(p)
			if err != nil {
				return err
			}
			var ids []string
			for _, h := range list {
				if h.Level > 0 {
					ids = append(ids, h.ID)
				}
			}
			text := freshness.Parse(p.File, src)
			with, n := text.WithIDs(src, ids)
			// What was up to date stays so: an id is no change of the text.
			if stamp, ok := renamed[p.Source]; ok {
				with, _ = freshness.WithStamp(with, stamp, text.Forced())
			}
			if bytes.Equal(src, with) {
				continue
			}
			if p.Source == "" {
				stamp := freshness.StampOf(with)
				renamed[string(text.Stamp)] = stamp
				if t.stamped(id, text.Stamp) {
					if err := writeWhole(filepath.Join(t.dir, filepath.FromSlash(stamp.File())), with); err != nil {
						return err
					}
				}
			}
			if err := t.write(p.File, with); err != nil {
				return err
			}
			if n > 0 {
				pages, headings = pages+1, headings+n
			}
		}
	}
	if headings > 0 {
		if err := t.prune(); err != nil {
			return err
		}
	}
	fmt.Fprintln(t.stdout, t.say("%d ids written into %d pages", headings, pages))
	return nil
}

// originalsFirst returns the texts of a page, those first that are no
// translations.
func (t *translator) originalsFirst(id string) []*content.Page {
	var originals, made []*content.Page
	for _, p := range t.state.Site.Translations(id) {
		switch {
		case p == nil:
		case p.Source == "":
			originals = append(originals, p)
		default:
			made = append(made, p)
		}
	}
	return append(originals, made...)
}

// stamped reports whether a page has a translation of the text with a stamp.
func (t *translator) stamped(id string, stamp freshness.Stamp) bool {
	return slices.ContainsFunc(t.state.Site.Translations(id), func(p *content.Page) bool {
		return p != nil && p.Source == string(stamp)
	})
}
