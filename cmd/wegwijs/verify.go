package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
	"wegwijs/cmd/wegwijs/internal/verify"
)

// verifyFlags are the flags of the command of that name.
type verifyFlags struct {
	record, allowUnreachable, onlyServers bool
}

func (e *env) verify() *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   "verify",
		Short: "Compare the mail settings with the live servers",
		Long: `Verify connects to every mail server in site.toml and says of each row whether
it holds, does not hold, or could not be reached from here: DNS, connection,
encryption and certificate, protocol, STARTTLS, and the ways to log in that are
offered. Of every mail domain it compares what mail programs ask: the SRV
records, the autoconfig file over https and http and by way of the mail server's
domain, and Autodiscover; and it asks the site for its profiles. Every address of
a name is asked.

With --format json, junit or prometheus it says the same to programs: the last is
a file for the textfile collector of Prometheus.

It never sends a user name or a password. It ends with status 1 when something
does not hold or could not be reached.

With --record it keeps the outcome in ` + mail.CheckedFile + `, beside site.toml: pages then
show the day, and a row that did not hold is an error in every build. Rows that
could not be reached keep what was known of them.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return e.runVerify(c.Context(), f)
		},
	}
	c.Flags().BoolVar(&f.record, "record", false, "keep the outcome in "+mail.CheckedFile)
	c.Flags().BoolVar(&f.allowUnreachable, "allow-unreachable", false, "what could not be reached is no failure")
	c.Flags().BoolVar(&f.onlyServers, "servers", false, "only the mail servers: leave out the domains and the site")
	return c
}

// options returns what the flags and the table [forms] ask of a run. Mistakes in
// the table go to out.
func (f verifyFlags) options(c *config.Config, out *diag.List) verify.Options {
	var s forms.Site
	forms.ReadOptions(c.Section("forms", out), &s)
	site := c.BaseURL
	if strings.HasPrefix(site, "http:") {
		site = "" // not the published address
	}
	return verify.Options{Off: s.Off, Site: site, OnlyServers: f.onlyServers}
}

func (e *env) runVerify(ctx context.Context, f verifyFlags) error {
	var out diag.List
	src, err := os.ReadFile(filepath.Join(e.dir, config.File))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		out.Errorf(diag.Pos{File: config.File}, diag.ConfigMissing, "run this in the folder of the site, or name that with -C", "there is no site.toml")
	case err != nil:
		return diag.Errorf("read %s: %w", config.File, err)
	}
	c := config.Parse(src, &out)
	var was *mail.Checked
	if f.record {
		was = mail.ReadChecked(os.DirFS(e.dir), &out)
	}
	var opt verify.Options
	if c != nil {
		opt = f.options(c, &out)
	}
	// A record with mistakes proves nothing, and rows could be lost from what
	// is kept. Warnings are the business of build and check.
	if ds := out.Sorted(); c == nil || diag.Errors(ds) > 0 {
		return e.report(ds)
	}
	opt.Lang = e.lang
	p := e.progress()
	opt.Progress = func(done, total int) {
		if time.Since(p.start) > time.Second && terminal(e.stderr) {
			p.shown = true
			fmt.Fprintf(e.stderr, "\r%s", e.say("%d of %d servers and domains", done, total))
		}
	}
	report, err := verify.Run(ctx, c.Mail, opt)
	p.clear()
	if err != nil {
		return err
	}
	switch e.format {
	case "json":
		err = report.JSON(e.stdout)
	case "junit":
		err = report.JUnit(e.stdout, f.allowUnreachable)
	case "prometheus":
		err = report.Prometheus(e.stdout)
	default:
		err = report.Print(e.stdout, terminal(e.stdout))
	}
	if err != nil {
		return err
	}
	if f.record {
		now, kept := verify.Keep(was, report)
		for _, k := range kept {
			fmt.Fprintln(e.stderr, k.In(e.lang))
		}
		gone := slices.DeleteFunc(was.Keys(), func(key string) bool {
			return slices.ContainsFunc(report.Rows, func(r verify.Row) bool { return mail.RowKey(r.Server) == key })
		})
		for _, key := range gone {
			fmt.Fprintln(e.stderr, e.say("%s is no longer in %s: dropped", key, config.File))
		}
		written, err := verify.Save(e.dir, now)
		switch {
		case err != nil:
			return err
		case written:
			fmt.Fprintln(e.stderr, e.say("recorded in %s", mail.CheckedFile))
		default:
			fmt.Fprintln(e.stderr, e.say("%s is the same as before", mail.CheckedFile))
		}
	}
	if report.ExitStatus(f.allowUnreachable) != 0 {
		return errProblems
	}
	return nil
}
