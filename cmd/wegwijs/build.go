package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/deliver/output"
	"wegwijs/cmd/wegwijs/internal/deliver/publish"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/pictures"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
	"wegwijs/cmd/wegwijs/internal/state"
)

func (e *env) build() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "build",
		Short: "Write the site into public/",
		Long:  "Build writes the whole site into public/. With a mistake anywhere in the site\nit writes nothing, reports all mistakes and ends with status 1.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return e.runBuild(c.Context(), out)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "public", "the folder to write to")
	return c
}

func (e *env) runBuild(ctx context.Context, out string) error {
	start := time.Now()
	dir := out
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(e.dir, out)
	}
	if err := e.checkOutput(dir); err != nil {
		return usageError{diag.Errorf("%w; choose another with -o", err)}
	}
	var s *state.State
	var r *output.Report
	var findings []diag.Diagnostic
	err := again(func() error {
		var err, failed error
		s, r, err = e.write(ctx, dir, func(s *state.State) bool {
			findings, failed = e.findings(ctx, s, false)
			return failed == nil && diag.Errors(findings) == 0
		})
		return cmp.Or(err, failed)
	})
	switch {
	case err != nil:
		return err
	case r == nil:
		findings = s.Findings()
	case !r.Accepted: // a finding stands in the way
		r = nil
	}
	if e.format == "json" {
		return e.reportBuild(out, r, findings)
	}
	if r == nil {
		return e.report(findings)
	}
	if err := e.report(findings); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, e.tally(s, r.Manifest))
	fmt.Fprintln(e.stdout, e.say("%s: %d files, %s; %d written, %d the same, %d deleted (%s)", out, r.Written+r.Same, size(r.Bytes), r.Written, r.Same, r.Deleted, took(start)))
	return nil
}

// reportBuild prints what a build did for programs: the findings as every
// command reports them, and beside them what was written. r is nil where nothing
// was.
func (e *env) reportBuild(out string, r *output.Report, findings []diag.Diagnostic) error {
	built := struct {
		diag.Report
		Output  string `json:"output"`
		Release string `json:"release"` // "" where a finding stood in the way
		Files   int    `json:"files"`
		Bytes   int64  `json:"bytes"`
		Written int    `json:"written"`
		Same    int    `json:"same"`
		Deleted int    `json:"deleted"`
	}{Report: diag.NewReport(findings, e.lang), Output: out}
	if r != nil {
		built.Release, built.Files, built.Bytes = r.Manifest.Release, r.Written+r.Same, r.Bytes
		built.Written, built.Same, built.Deleted = r.Written, r.Same, r.Deleted
	}
	j := json.NewEncoder(e.stdout)
	j.SetIndent("", "  ")
	j.SetEscapeHTML(false)
	if err := j.Encode(built); err != nil {
		return err
	}
	if built.Errors > 0 {
		return errProblems
	}
	return nil
}

// write reads the site and writes it into dir, where accept has nothing against what
// was made. The report is nil when the site is too broken to be made.
func (e *env) write(ctx context.Context, dir string, accept func(s *state.State) bool) (*state.State, *output.Report, error) {
	opt := e.options()
	opt.Pictures = e.pictures()
	defer opt.Pictures.Prune(time.Now())
	s, err := state.Load(ctx, e.files(), opt, nil)
	if err != nil {
		return nil, nil, err
	}
	limitMemory(s)
	if s.Set == nil {
		return s, nil, nil
	}
	p := e.progress()
	defer p.clear()
	r, err := output.Write(ctx, s.Set, dir, output.Options{Progress: p.step, Accept: func() bool { return accept(s) }})
	return s, r, err
}

// findings returns everything wrong with a site whose files were made, and what
// is not fresh in its translations: with deep, blocks and values that they lack,
// too.
func (e *env) findings(ctx context.Context, s *state.State, deep bool) ([]diag.Diagnostic, error) {
	if s.Site == nil {
		return s.Findings(), nil
	}
	ds := s.Every()
	out := new(diag.List)
	r := freshness.NewReader(s.Site, e.files())
	err := r.Check(ctx, deep, sums(s), out)
	if s.Renderer != nil && err == nil {
		err = r.CheckStrings(s.Renderer.Strings, out)
	}
	return s.Lead(s.Weigh(diag.Sort(append(ds, s.Named(out.Take())...)))), err
}

// sums tells the files of a state apart.
func sums(s *state.State) freshness.Sums {
	return freshness.Sums{
		Of:       func(file string) [sha256.Size]byte { return s.Tree.Hash(file) },
		SameText: func(a, b [sha256.Size]byte) bool { return s.SameText(a, b) },
	}
}

// tally says how many pages a site has, by language.
func (e *env) tally(s *state.State, m *fileset.Manifest) string {
	pages := map[string]int{}
	fallbacks := 0
	for _, f := range m.Files {
		switch f.Kind {
		case fileset.Real:
			pages[f.Lang]++
		case fileset.Fallback:
			fallbacks++
		}
	}
	var langs []string
	for _, l := range s.Config.Languages {
		langs = append(langs, fmt.Sprintf("%d %s", pages[l.Lang], l.Lang))
	}
	line := e.say("pages: %s", strings.Join(langs, ", "))
	if fallbacks > 0 {
		line += e.say("; %d shown from another language", fallbacks)
	}
	switch d := len(s.Drafts()); {
	case d == 1:
		line += e.say("; 1 draft left out")
	case d > 1:
		line += e.say("; %d drafts left out", d)
	}
	return line
}

func took(start time.Time) string {
	d := time.Since(start)
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

func size(bytes int64) string {
	if bytes < 1e6 {
		return fmt.Sprintf("%d kB", (bytes+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// load reads the site.
func (e *env) load(ctx context.Context) (s *state.State, err error) {
	err = again(func() error {
		s, err = state.Load(ctx, e.files(), e.options(), nil)
		return err
	})
	return s, err
}

// attempts is how often the work is done while an editor or git is changing
// files; who changes them for longer is told.
const attempts = 3

// again does the work once more when a file changed meanwhile, and, after a
// while, when one could not be opened at that moment.
func again(work func() error) error {
	for n := range attempts - 1 {
		err := work()
		switch {
		case scan.Busy(err):
			time.Sleep(busyWait << n)
		case !errors.Is(err, state.ErrChanged):
			return err
		}
	}
	return work()
}

// busyWait is how long the first wait for a busy file is; each is twice the one
// before.
const busyWait = 200 * time.Millisecond

// remedy adds to an error what to do about it, where its text does not tell.
func remedy(err error) error {
	if scan.Crowded(err) {
		return diag.Errorf("%w\n\ttoo many files are open at once: let more be open (ulimit -n 1024), or end other programs", err)
	}
	return err
}

// patientFS waits for files that cannot be opened at this moment.
type patientFS struct{ fs.FS }

func (p patientFS) Open(name string) (f fs.File, err error) {
	err = again(func() error {
		f, err = p.FS.Open(name)
		return err
	})
	return f, err
}

// files returns the site's files, with those of the program under them.
func (e *env) files() *builtin.FS { return builtin.Over(os.DirFS(e.dir)) }

// read returns the bytes of a file as a finding names it, or as the site has it: by
// its path, where it may be built in too.
func (e *env) read(file string) ([]byte, error) {
	if name, ok := strings.CutPrefix(file, builtin.Prefix); ok {
		return fs.ReadFile(builtin.Files, name)
	}
	data, err := os.ReadFile(filepath.Join(e.dir, filepath.FromSlash(file)))
	if errors.Is(err, fs.ErrNotExist) {
		if under, ok := e.files().Under(file); ok {
			return under, nil
		}
	}
	return data, err
}

func (e *env) options() state.Options {
	now := time.Now()
	return state.Options{
		Keys: func(path string) ([]byte, error) {
			if !filepath.IsAbs(path) {
				path = filepath.Join(e.dir, path)
			}
			return os.ReadFile(path)
		},
		Publish: func(t *tomlfile.Table, out *diag.List) { publish.ReadTargets(t, out) },
		Today:   tomlfile.Date{Year: now.Year(), Month: int(now.Month()), Day: now.Day()},
	}
}

// pictures returns what makes pictures smaller for builds and releases.
func (e *env) pictures() *pictures.Store { return pictures.NewStore(cached("pictures")) }

// cached returns where a file or folder is kept that may go at any time: in
// WEGWIJS_CACHE, or in the user's folder for such files; "" where there is none.
func cached(name string) string {
	dir := os.Getenv("WEGWIJS_CACHE")
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(user, "wegwijs")
	}
	return filepath.Join(dir, name)
}

// checkOutput refuses an output folder that holds the input, or lies in it.
func (e *env) checkOutput(dir string) error {
	abs := func(p string) string {
		a, err := filepath.Abs(p)
		if err != nil {
			return p
		}
		for up := a; ; up = filepath.Dir(up) { // the folder may not be there yet
			if r, err := filepath.EvalSymlinks(up); err == nil {
				return filepath.Join(r, a[len(up):])
			}
			if up == filepath.Dir(up) {
				return a
			}
		}
	}
	out := abs(dir)
	for _, in := range scan.Roots {
		p := abs(filepath.Join(e.dir, in))
		switch {
		case p == out:
			return diag.Errorf("the output folder %s is the site's own %s", dir, in)
		case inside(out, p):
			return diag.Errorf("the output folder %s holds the site's own %s", dir, in)
		case inside(p, out):
			return diag.Errorf("the output folder %s lies in the site's %s", dir, in)
		}
	}
	return nil
}

// report prints findings in the form asked for and returns [errProblems] when one
// of them is an error.
func (e *env) report(ds []diag.Diagnostic) error { return e.reportSome(ds, len(ds)) }

// reportSome reports the first of the findings, shown of them.
func (e *env) reportSome(ds []diag.Diagnostic, shown int) error {
	var err error
	switch e.format {
	case "json":
		err = diag.JSON(e.stdout, ds, shown, e.lang)
	case "sarif":
		err = diag.SARIF(e.stdout, ds[:shown], e.lang)
	case "github":
		err = diag.GitHub(e.stdout, ds[:shown], e.lang)
	default:
		p := diag.Printer{Color: terminal(e.stderr), Lang: e.lang, Read: e.read}
		err = p.Print(e.stderr, ds[:shown])
	}
	if err == nil && diag.Errors(ds) > 0 {
		return errProblems
	}
	return err
}

// progress shows on a terminal how far a long work is.
type progress struct {
	e     *env
	start time.Time
	shown bool
}

func (e *env) progress() *progress { return &progress{e: e, start: time.Now()} }

func (p *progress) step(done, total int) {
	if time.Since(p.start) < time.Second || !terminal(p.e.stderr) {
		return
	}
	p.shown = true
	fmt.Fprint(p.e.stderr, "\r"+p.e.say("%d of %d files", done, total))
}

func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.e.stderr, "\r\x1b[K")
	}
}
