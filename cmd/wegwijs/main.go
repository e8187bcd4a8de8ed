package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// gcPercent trades memory for time: what a build keeps is small beside what it
// makes and drops, so a quarter of the collections does (measured at 10,000
// pages: a fifth less time, 60 MB more).
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit statuses.
const (
	done   = 0
	failed = 1 // the site has problems, or the work could not be done
	usage  = 2 // the command line is wrong
)

// errProblems is the error of a command that has said already what is wrong.
var errProblems = errors.New("the site has problems")

// run carries out one command line and gives the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	e := &env{stdout: stdout, stderr: stderr}
	root := e.command()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return done
	case errors.Is(err, errProblems):
		return failed
	case e.started:
		if errors.Is(err, context.Canceled) {
			err = errors.New("stopped")
		}
		fmt.Fprintf(stderr, "wegwijs: %v\n", err)
		return failed
	}
	fmt.Fprintf(stderr, "wegwijs: %v\nrun 'wegwijs help' for the commands\n", err)
	return usage
}

// env is what every command shares: where it prints, in which folder and in
// which form.
type env struct {
	stdout, stderr io.Writer
	dir            string // -C
	format         string // text or json
	started        bool   // the command line was right and the work began
}

func (e *env) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "wegwijs",
		Short:         "Builds multilingual help centres from Markdown",
		Long:          "Wegwijs builds a help centre from content/, layouts/, i18n/ and site.toml.\nRun it in the folder of the site, or name that with -C.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if e.format != "text" && e.format != "json" {
				return fmt.Errorf("--format is text or json, not %q", e.format)
			}
			if fi, err := os.Stat(e.dir); err != nil || !fi.IsDir() {
				return fmt.Errorf("-C %s: no such folder", e.dir)
			}
			e.started = true
			return nil
		},
	}
	root.PersistentFlags().StringVarP(&e.dir, "dir", "C", ".", "the folder of the site")
	root.PersistentFlags().StringVar(&e.format, "format", "text", "form of the report: text or json")
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(e.build(), e.watch(), e.check(), e.version())
	return root
}

// terminal reports whether w is a terminal on which colours are welcome
// (no-color.org).
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// inside reports whether the folder b is a or lies in it.
func inside(a, b string) bool {
	rel, err := filepath.Rel(a, b)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
