package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/authoring/lsp"
	"wegwijs/cmd/wegwijs/internal/state"
)

func (e *env) lsp() *cobra.Command {
	var poll, drafts bool
	c := &cobra.Command{
		Use:   "lsp",
		Short: "Tell an editor what is wrong while you type",
		Long:  "Lsp is a server for editors that speak the Language Server Protocol, over its\nstandard input and output; an editor starts it. See wegwijs help editors.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opt := lsp.Options{Poll: poll}
			if c.Flags().Changed("dir") {
				opt.Dir = e.dir
			}
			if c.Flags().Changed("lang") {
				opt.Lang = e.lang
			}
			opt.State = func(dir string) state.Options {
				in := *e
				in.dir = dir
				s := in.options()
				s.Drafts = drafts
				return s
			}
			return e.runLSP(c.Context(), opt)
		},
	}
	c.Flags().BoolVar(&poll, "poll", false, "look at all files now and then, instead of waiting for events")
	c.Flags().BoolVar(&drafts, "drafts", false, "look at drafts too")
	c.Flags().Bool("stdio", true, "speak over standard input and output, which is the only way")
	return c
}

func (e *env) runLSP(ctx context.Context, opt lsp.Options) error {
	keepMemory()
	if opt.Dir != "" {
		dir, err := filepath.Abs(opt.Dir)
		if err != nil {
			return err
		}
		opt.Dir = dir
	}
	return lsp.Serve(ctx, os.Stdin, nopClose{e.stdout}, opt)
}

// nopClose is a stream that somebody else closes.
type nopClose struct{ io.Writer }

func (nopClose) Close() error { return nil }
