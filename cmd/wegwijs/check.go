package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/state"
)

func (e *env) check() *cobra.Command {
	var strict bool
	c := &cobra.Command{
		Use:   "check",
		Short: "Report what is wrong with the site, and write nothing",
		Long:  "Check makes the whole site in memory and reports every finding with file, line,\ncolumn and a way out. It ends with status 1 when there is an error, with\n--strict also when there is a warning.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return e.runCheck(c.Context(), strict)
		},
	}
	c.Flags().BoolVar(&strict, "strict", false, "a warning counts as an error")
	return c
}

func (e *env) runCheck(ctx context.Context, strict bool) error {
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
		ds = diag.Sort(slices.Concat(ds, unlinked, ejected))
		return err
	})
	if err != nil {
		return err
	}
	if err := e.report(ds); err != nil {
		return err
	}
	if strict && len(ds) > diag.Errors(ds) {
		return errProblems
	}
	return nil
}
