package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// stringsDone keeps what the strings of a language were translated from.
func (t *translator) stringsDone(lang string, out *diag.List) error {
	c := t.state.Renderer.Strings
	all, err := t.reader.Strings(c, lang)
	if err != nil {
		return err
	}
	if all == nil {
		return usageError{diag.Errorf("%q is not a language that the site is translated into; %s", lang, diag.DidYouMean(lang, t.languages()[1:]))}
	}
	file := c.Lang(lang).File
	if err := writeWhole(filepath.Join(t.dir, filepath.FromSlash(freshness.StringsFile(lang))), t.reader.KeepStrings(c, lang)); err != nil {
		return err
	}
	fmt.Fprintln(t.stdout, t.say("%s: done", file))
	return nil
}

// langStrings are the interface strings of one language.
type langStrings struct {
	Lang    string             `json:"lang"`
	File    string             `json:"file"`
	Fresh   int                `json:"fresh"`
	Stale   int                `json:"stale"`
	Unknown int                `json:"unknown"`
	Missing int                `json:"missing"`
	Strings []freshness.String `json:"strings"`
}

// allStrings returns the interface strings of the languages that are asked for, all
// when none is, and that have some of their own, but for the default one.
func (t *translator) allStrings(asked []string) ([]langStrings, error) {
	list := []langStrings{}
	c := t.state.Renderer.Strings
	for _, lang := range t.languages()[1:] {
		if len(asked) > 0 && !slices.Contains(asked, lang) {
			continue
		}
		all, err := t.reader.Strings(c, lang)
		if err != nil {
			return nil, err
		}
		if all == nil {
			continue
		}
		l := langStrings{Lang: lang, File: c.Lang(lang).File, Strings: all}
		of := map[freshness.State]*int{freshness.Fresh: &l.Fresh, freshness.Stale: &l.Stale, freshness.Unknown: &l.Unknown, freshness.Missing: &l.Missing}
		for _, s := range all {
			*of[s.State]++
		}
		list = append(list, l)
	}
	return list, nil
}

// stringsStatus says of each language which interface strings are not fresh.
func (t *translator) stringsStatus(asked []string) error {
	all, err := t.allStrings(asked)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.Fresh < len(l.Strings) {
			fmt.Fprintln(t.stdout, t.say("%s: %d strings fresh, %d stale, %d unknown, %d missing", l.File, l.Fresh, l.Stale, l.Unknown, l.Missing))
		}
	}
	return nil
}

// stringsDiff shows the strings of a language whose text changed.
func (t *translator) stringsDiff(lang string) error {
	all, err := t.reader.Strings(t.state.Renderer.Strings, lang)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.State == freshness.Stale {
			old, now := freshness.Words(s.Old, s.New, terminal(t.stdout))
			fmt.Fprintf(t.stdout, "%s\n  - %s\n  + %s: %s\n  = %s: %s\n", s.Key, old, s.Source, now, s.Where, s.Text)
		}
	}
	return nil
}
