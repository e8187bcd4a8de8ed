package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/state"
)

func (e *env) check() *cobra.Command {
	var strict bool
	var most int
	c := &cobra.Command{
		Use:   "check",
		Short: "Report what is wrong with the site, and write nothing",
		Long:  "Check makes the whole site in memory and reports every finding with file, line,\ncolumn and a way out. It ends with status 1 when there is an error, with\n--strict also when there is a warning.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if most < 0 {
				return usageError{fmt.Errorf("--max %d: a number of findings is not less than nothing", most)}
			}
			return e.runCheck(c.Context(), strict, most)
		},
	}
	c.Flags().BoolVar(&strict, "strict", false, "a warning counts as an error")
	c.Flags().IntVar(&most, "max", 0, "report so many findings at most; 0 reports all")
	return c
}

func (e *env) runCheck(ctx context.Context, strict bool, most int) error {
	var ds []diag.Diagnostic
	err := again(func() error {
		s, err := state.Load(ctx, e.files(), e.options(), nil)
		if err != nil {
			return err
		}
		limitMemory(len(s.Tree.All()))
		unlinked, err := s.Unlinked(ctx)
		if err != nil {
			return err
		}
		if ds, err = e.findings(ctx, s, true); err != nil {
			return err
		}
		ejected, err := e.ejected()
		ds = diag.Sort(s.Weigh(slices.Concat(ds, unlinked, ejected)))
		return err
	})
	if err != nil {
		return err
	}
	shown := ds
	if most > 0 && len(ds) > most {
		shown = ds[:most]
	}
	if err := e.report(shown); err != nil && !errors.Is(err, errProblems) {
		return err
	}
	if n := len(ds) - len(shown); n > 0 {
		fmt.Fprintln(e.stderr, diag.Sayf(e.lang, "%d more findings: %s in all", n, diag.Count(ds, e.lang)))
	}
	if diag.Errors(ds) > 0 {
		return errProblems
	}
	if strict && len(ds) > diag.Errors(ds) {
		return errProblems
	}
	return nil
}
