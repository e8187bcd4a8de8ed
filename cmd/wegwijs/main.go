package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"wegwijs/cmd/wegwijs/internal/authoring/manual"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/verify"
	"wegwijs/cmd/wegwijs/internal/verify/links"
)

// gcPercent trades memory for time: what a build keeps is small beside what it
// makes and drops, so a quarter of the collections do (measured at 10,000
// pages: a fifth less time, 100 MB more).
const gcPercent = 400

// The memory that the collector aims at: a site's pages leave headings, links
// and the like behind, so it grows with them (measured at 10,000 pages: 185 MB
// instead of 284, in the same time). Until the site is known it is loadMemory.
const (
	loadMemory = 400 << 20
	baseMemory = 100 << 20
	pageMemory = 4700 // for each input file
	wordMemory = 1300 // for what search knows of it
)

// limitMemory sets what the collector aims at for a site, unless the environment
// says.
func limitMemory(s *state.State) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	each := int64(pageMemory)
	if s.Renderer != nil && s.Renderer.Searches() {
		each += wordMemory
	}
	debug.SetMemoryLimit(baseMemory + int64(len(s.Tree.All()))*each)
}

// keepMemory undoes what main sets for a build: a command that runs for the whole
// day holds the site, whatever its size, and no more.
func keepMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(100)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(math.MaxInt64)
	}
}

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(loadMemory)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // who asks twice does not wait
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

// A usageError says that the command line is wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// errProblems is the error of a command that has said already what is wrong.
var errProblems = diag.Errorf("the site has problems")

// run carries out one command line and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := &checked{Writer: stdout}
	e := &env{stdout: out, stderr: stderr, lang: locale(os.Getenv)}
	root := e.command()
	e.speaking(root)
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(stderr)
	c, err := root.ExecuteContextC(ctx)
	err = remedy(err)
	_, wrong := errors.AsType[usageError](err)
	switch lost := out.lost(); {
	case err == nil && lost != nil: // who reads the report has not got it
		fmt.Fprintf(stderr, "wegwijs: %s\n", diag.Sayf(e.lang, "the report cannot be written: %v", lost))
		return failed
	case err == nil:
		return done
	case errors.Is(err, errProblems):
		return failed
	case e.started && !wrong:
		if errors.Is(err, context.Canceled) {
			err = diag.Errorf("stopped")
		}
		fmt.Fprintf(stderr, "wegwijs: %s\n", diag.ErrorIn(e.lang, err))
		return failed
	}
	fmt.Fprintf(stderr, "wegwijs: %s\n%s\n", diag.ErrorIn(e.lang, err), diag.Sayf(e.lang, "run '%s --help' to see what it takes", c.CommandPath()))
	return usage
}

// checked is a writer that remembers what went wrong: few who print ask.
type checked struct {
	io.Writer
	mu  sync.Mutex
	err error
}

func (c *checked) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	if err != nil {
		c.mu.Lock()
		c.err = cmp.Or(c.err, err)
		c.mu.Unlock()
	}
	return n, err
}

// lost returns the first error of a write.
func (c *checked) lost() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// env is what every command shares: where it prints, in which folder and in
// which form.
type env struct {
	stdout, stderr io.Writer
	dir            string // -C
	format         string // one of formats, or of ownFormats
	lang           diag.Lang
	discover       verify.Options // how a domain is looked at; for tests
	links          links.Options  // how other sites are asked; for tests
	started        bool           // the command line was right and the work began
}

// formats are the forms in which findings are reported.
var formats = []string{"text", "json", "sarif", "github"}

// ownFormats are those of commands that report something else than findings.
var ownFormats = map[string][]string{"verify": {"text", "json", "junit", "prometheus"}}

// locale returns the language that the system asks for (POSIX.1-2024, section
// 8.2: the first of these that is set counts).
func locale(getenv func(string) string) diag.Lang {
	return diag.LangOf(cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")))
}

func (e *env) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "wegwijs",
		Short:         "Builds multilingual help centres from Markdown",
		Long:          "Wegwijs builds a help centre from content/, layouts/, i18n/ and site.toml.\nRun it in the folder of the site, or name that with -C.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          oneOf,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			known := formats
			if own, ok := ownFormats[c.Name()]; ok {
				known = own
			}
			if !slices.Contains(known, e.format) {
				return diag.Errorf("--format is one of %s, not %q", strings.Join(known, ", "), e.format)
			}
			if fi, err := os.Stat(e.dir); err != nil || !fi.IsDir() {
				return diag.Errorf("-C %s: no such folder", e.dir)
			}
			e.started = true
			return nil
		},
	}
	root.PersistentFlags().StringVarP(&e.dir, "dir", "C", ".", "the folder of the site")
	root.PersistentFlags().StringVar(&e.format, "format", "text", diag.Say("form of the report: %s", strings.Join(formats, ", ")))
	root.PersistentFlags().Func("lang", "language of messages: nl or en (default: that of the system)", func(s string) error {
		if s != "nl" && s != "en" {
			return diag.Errorf("%q is not nl or en", s)
		}
		e.lang = diag.Lang(s)
		return nil
	})
	root.SetFlagErrorFunc(wrongFlag)
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetHelpCommand(e.help(root))
	root.AddCommand(e.new(), e.importer(), e.build(), e.watch(), e.check(), e.verify(), e.publish(), e.translate(), e.eject(), e.lsp(), e.doctor(), e.version())
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil && c != root {
		c.Args, c.RunE = oneOf, root.RunE
	}
	return root
}

// help explains a command, or what stands between brackets behind a finding.
func (e *env) help(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:               "help [command | topic | code]",
		Short:             "Explain a command, a topic of the manual, or the code of a finding",
		Long:              diag.Say("Help explains a command, what stands between brackets behind a finding, or a\ntopic of the manual: %s.", strings.Join(manual.Topics(), ", ")),
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil }, // in any folder
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(diag.Codes(), diag.Code(args[0])) {
				return e.explain(diag.Code(args[0]))
			}
			if len(args) == 1 {
				if text, ok := manual.Topic(args[0], e.lang, e.files()); ok {
					_, err := io.WriteString(e.stdout, text)
					return err
				}
			}
			c, rest, err := root.Find(args)
			if err == nil && c == root && len(rest) == 1 {
				err = unexplained(root, rest[0])
			}
			if err == nil {
				err = oneOf(c, rest)
			}
			if err != nil {
				return err
			}
			c.InitDefaultHelpFlag()
			return c.Help()
		},
	}
}

// unexplained says that nothing is called like that which help explains.
func unexplained(root *cobra.Command, name string) error {
	known := manual.Topics()
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	for _, c := range diag.Codes() {
		known = append(known, string(c))
	}
	hint := diag.DidYouMean(name, known)
	if hint == "" {
		hint = diag.Say("'wegwijs help codes' explains every code, and 'wegwijs help help' names the topics")
	}
	return diag.Errorf("no command, topic or code is called %q; %s", name, hint)
}

// explain prints what is known of a code.
func (e *env) explain(code diag.Code) error {
	x := code.Explain(e.lang)
	text := string(code) + "\n\n" + x.Title + "\n\n" + x.Why + "\n" + x.Remedy + "\n" + manual.Example(code, e.lang)
	_, err := io.WriteString(e.stdout, text)
	return err
}

// noArgs refuses arguments of a command that takes none.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return diag.Errorf("%q is too much: %s takes no names", args[0], c.CommandPath())
	}
	return nil
}

// takes refuses fewer arguments than least, and more than most where that is not
// 0.
func takes(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return diag.Errorf("something is missing: write %s", c.UseLine())
		case most > 0 && len(args) > most:
			return diag.Errorf("%q is too much: write %s", args[most], c.UseLine())
		}
		return nil
	}
}

// wrongFlag says in our words what is wrong with a flag.
func wrongFlag(c *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if e.GetSpecifiedShortnames() != "" {
			return diag.Errorf("there is no option -%s", e.GetSpecifiedName())
		}
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		return diag.Errorf("there is no option --%s; %s", e.GetSpecifiedName(), diag.DidYouMean(e.GetSpecifiedName(), known))
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return diag.Errorf("a value is missing behind --%s", e.GetFlag().Name)
	}
	if e, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return diag.Errorf("%s is no option", e.GetSpecifiedFlag())
	}
	e, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	kind := map[string]diag.Phrase{"int": "a whole number", "float64": "a number", "bool": "true or false", "duration": "a time such as 500ms or 2s"}[e.GetFlag().Value.Type()]
	if kind == "" { // the value says itself what is wrong
		return diag.Errorf("--%s: %w", e.GetFlag().Name, errors.Unwrap(e))
	}
	return diag.Errorf("--%s takes %s, not %q", e.GetFlag().Name, kind, e.GetValue())
}

// oneOf refuses what is none of the commands below c, and names the nearest.
func oneOf(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			known = append(known, sub.Name())
		}
	}
	if len(known) == 0 {
		return noArgs(c, args)
	}
	return diag.Errorf("unknown command %q; %s", args[0], diag.DidYouMean(args[0], known))
}

// terminal reports whether w is a terminal on which colours are welcome
// (no-color.org).
func terminal(w io.Writer) bool {
	if c, ok := w.(*checked); ok {
		w = c.Writer
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// inside reports whether the folder b is a or lies in it.
func inside(a, b string) bool {
	rel, err := filepath.Rel(a, b)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// say returns a text in the language of the user.
func (e *env) say(format string, args ...any) string { return diag.Sayf(e.lang, format, args...) }

func (e *env) json(v any) error {
	j := json.NewEncoder(e.stdout)
	j.SetIndent("", "  ")
	j.SetEscapeHTML(false)
	return j.Encode(v)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// writeWhole writes a file in one step: whoever reads it finds the old bytes or
// the new ones.
func writeWhole(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if fi, err := os.Stat(name); err == nil {
		mode = fi.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".wegwijs-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
