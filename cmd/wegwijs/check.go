package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/deliver/output"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/pages/plain"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/verify/links"
)

func (e *env) check() *cobra.Command {
	var strict, external bool
	var most int
	c := &cobra.Command{
		Use:   "check",
		Short: "Report what is wrong with the site, and write nothing",
		Long:  "Check makes the whole site in memory and reports every finding with file, line,\ncolumn and a way out. It ends with status 1 when there is an error, with\n--strict also when there is a warning. With --external it also asks other sites\nwhether the pages are there to which links lead; one that does not answer, or not\nto programs, is no reason to fail.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if most < 0 {
				return usageError{diag.Errorf("--max %d: a number of findings is not less than nothing", most)}
			}
			return e.runCheck(c.Context(), strict, external, most)
		},
	}
	c.Flags().BoolVar(&strict, "strict", false, "a warning counts as an error")
	c.Flags().BoolVar(&external, "external", false, "ask other sites whether the pages are there to which links lead")
	c.Flags().IntVar(&most, "max", 0, "report so many findings at most; 0 reports all")
	return c
}

func (e *env) runCheck(ctx context.Context, strict, external bool, most int) error {
	var ds []diag.Diagnostic
	var s *state.State
	opt := e.options()
	opt.Outside = external
	var words *plain.Reader
	opt.Plain = func(c *config.Config) *plain.Reader { words = reader(c); return words }
	note := "" // what was not looked at
	err := again(func() (err error) {
		s, err = state.Load(ctx, e.files(), opt, nil)
		if err != nil {
			return err
		}
		limitMemory(s)
		audit, err := s.Audit(ctx, e.files())
		if err != nil {
			return err
		}
		if ds, err = e.findings(ctx, s, true); err != nil {
			return err
		}
		var spelling []diag.Diagnostic
		if words != nil && s.Renderer != nil {
			if spelling, note, err = e.spelling(ctx, words, s.Renderer.Read); err != nil {
				return err
			}
		}
		ejected, err := e.ejected()
		if err != nil {
			return err
		}
		foreign, err := e.foreign()
		ds = diag.Sort(s.Weigh(slices.Concat(ds, audit, spelling, ejected, foreign)))
		return err
	})
	if err != nil {
		return err
	}
	if note != "" {
		fmt.Fprintln(e.stderr, diag.In(e.lang, note))
	}
	if external {
		answers, err := e.elsewhere(ctx, s)
		if err != nil {
			return err
		}
		ds = diag.Sort(slices.Concat(ds, s.Weigh(answers)))
	}
	shown := len(ds)
	if most > 0 {
		shown = min(shown, most)
	}
	if err := e.reportSome(ds, shown); err != nil && !errors.Is(err, errProblems) {
		return err
	}
	switch n := len(ds) - shown; {
	case n == 1:
		fmt.Fprintln(e.stderr, diag.Sayf(e.lang, "1 more finding: %s in all", diag.Count(ds, e.lang)))
	case n > 1:
		fmt.Fprintln(e.stderr, diag.Sayf(e.lang, "%d more findings: %s in all", n, diag.Count(ds, e.lang)))
	}
	if diag.Errors(ds) > 0 {
		return errProblems
	}
	if strict && slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Code != diag.LinkRefused && d.Code != diag.LinkUnreachable }) {
		return errProblems
	}
	return nil
}

// foreign looks in the folder of the output for what no build wrote.
func (e *env) foreign() ([]diag.Diagnostic, error) {
	dir := filepath.Join(e.dir, "public")
	if fi, err := os.Stat(dir); err != nil || !fi.IsDir() {
		return nil, nil // what that is to builds, they say
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return output.Foreign(root.FS(), "public")
}

// elsewhere asks other sites for the pages that links lead to.
func (e *env) elsewhere(ctx context.Context, s *state.State) ([]diag.Diagnostic, error) {
	var list []links.Link
	for _, o := range s.Outside() {
		list = append(list, links.Link{URL: o.URL, Pos: o.Pos})
	}
	opt := e.links
	opt.Cache = cmp.Or(opt.Cache, cached("links.json"))
	ds, err := links.Check(ctx, list, opt)
	if err != nil && ctx.Err() == nil { // what was found counts all the same
		fmt.Fprintln(e.stderr, diag.Sayf(e.lang, "answers of other sites are not kept: %v", err))
		err = nil
	}
	return s.Named(ds), err
}
