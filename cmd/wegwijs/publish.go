package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"wegwijs/cmd/wegwijs/internal/deliver/output"
	"wegwijs/cmd/wegwijs/internal/deliver/publish"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/state"
)

// publishFlags are the flags of the command publish and those below it.
type publishFlags struct {
	target    string
	plan      bool
	yes       bool
	allow     []string
	reason    string
	breakLock bool
	verify    bool
}

func (e *env) publish() *cobra.Command {
	var f publishFlags
	c := &cobra.Command{
		Use:   "publish [TARGET]",
		Short: "Build the site and bring it to where readers are",
		Long: `Publish builds the site and makes it what readers get at TARGET, a table
[publish.TARGET] of site.toml; with one target, its name can be left out. What
readers get changes in one step. Whatever interrupts it leaves them with what
they had, and the same command again goes on where it stopped.

A release that does not pass a gate is refused. Someone who knows better lets it
pass with --allow and the gate's name, which the release's record keeps:

  findings   the site has errors
  empty      it has no pages
  sample     it still names the example provider, who does not exist
  shrink     a language lost too many of its pages
  vanished   an address is gone without a redirect, or nobody knows which were
  foreign    the target holds what no release wrote

With --verify it reads what the target has already and compares it with the
release: what was changed by hand, to the same size too, is brought again. After
the switch it asks the target's url for more addresses: pages, what they use,
files for programs, redirects, and what the rules for web servers promise.

It ends with status 1 when a gate refused, when the question was answered with
no, or when readers do not get the new release after the switch. A first release that
the web server does not know of yet is none of these.`,
		Args: atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.target = args[0]
			}
			return e.runPublish(c.Context(), f)
		},
	}
	c.Flags().BoolVar(&f.plan, "plan", false, "say what would change, and change nothing on the target")
	c.Flags().BoolVar(&f.verify, "verify", false, "compare the bytes of all that the target has, and ask what readers get")
	c.Flags().StringSliceVar(&f.allow, "allow", nil, "gates to let pass")
	c.Flags().StringVar(&f.reason, "reason", "", "why, for the release's record")
	ask := func(c *cobra.Command) {
		c.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask before readers lose files")
		c.Flags().BoolVar(&f.breakLock, "break-lock", false, "take the lock from someone who is publishing")
	}
	ask(c)
	back := &cobra.Command{
		Use:   "rollback [RELEASE]",
		Short: "Give readers an earlier release again",
		Long:  "Rollback gives readers RELEASE again, or, without one, what they had before. The\nfirst few characters of its id are enough. publish status lists those that the\ntarget keeps.",
		Args:  atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			return e.runRollback(c.Context(), f, strings.Join(args, ""))
		},
	}
	back.Flags().StringVarP(&f.target, "target", "t", "", "the target; not needed where there is only one")
	ask(back)
	status := &cobra.Command{
		Use:   "status [TARGET]",
		Short: "Say which release readers have, and which can be gone back to",
		Args:  atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.target = args[0]
			}
			return e.runPublishStatus(c.Context(), f)
		},
	}
	c.AddCommand(status, back)
	return c
}

// atMostOne refuses arguments after the first.
func atMostOne(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		return diag.Errorf("%q is too much: %s takes one name", args[1], c.CommandPath())
	}
	return nil
}

// publishTarget finds the target named, or the only one. Mistakes in its table
// are reported; those elsewhere in site.toml must not keep anyone from going
// back to an earlier release.
func (e *env) publishTarget(name string) (publish.Target, error) {
	var out diag.List
	src, err := os.ReadFile(filepath.Join(e.dir, config.File))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		out.Errorf(diag.Pos{File: config.File}, diag.ConfigMissing, "run this in the folder of the site, or name that with -C", "there is no site.toml")
		return publish.Target{}, e.report(out.Sorted())
	case err != nil:
		return publish.Target{}, diag.Errorf("read %s: %w", config.File, err)
	}
	c := config.Parse(src, &out)
	if c == nil {
		return publish.Target{}, e.report(out.Sorted())
	}
	var found diag.List
	targets := publish.ReadTargets(c.Section("publish", &found), &found)
	if found.Len() > 0 {
		out.Add(found.Sorted()...)
		if err := e.report(out.Sorted()); err != nil {
			return publish.Target{}, err
		}
	}
	var names []string
	for _, t := range targets {
		if t.Name == name || name == "" && len(targets) == 1 {
			return t, nil
		}
		names = append(names, t.Name)
	}
	switch {
	case len(targets) == 0:
		return publish.Target{}, diag.Errorf("site.toml has no target: add a table such as [publish.live]\n\ttype = \"dir\"\n\tpath = \"/srv/www/help\"")
	case name == "":
		return publish.Target{}, usageError{diag.Errorf("site.toml has several targets: name one of %s", strings.Join(names, ", "))}
	}
	hint := diag.DidYouMean(name, names)
	if near := diag.Nearest(name, []string{"rollback", "status"}); near != "" {
		hint = diag.Say("did you mean wegwijs publish %s?", near)
	}
	return publish.Target{}, usageError{diag.Errorf("site.toml has no target %q (%s)", name, hint)}
}

// surroundings gathers what publishing takes from this machine.
func (e *env) surroundings() publish.Surroundings {
	s := publish.Surroundings{
		Site: e.dir, User: "someone", Host: "somewhere", PID: os.Getpid(), Alive: publish.Alive, Getenv: os.Getenv,
		Tool: "wegwijs/development", HTTP: &http.Client{},
	}
	if i, ok := debug.ReadBuildInfo(); ok && i.Main.Version != "" && i.Main.Version != "(devel)" {
		s.Tool = "wegwijs/" + i.Main.Version
	}
	if home, err := os.UserHomeDir(); err == nil {
		s.Home = home
	}
	if u, err := user.Current(); err == nil {
		s.User = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		s.Host = h
	}
	if ns, err := os.Readlink("/proc/self/ns/pid"); err == nil {
		s.Space = ns // pid_namespaces(7)
	}
	if e.interactive() {
		s.Terminal = e.stderr
	}
	return s
}

// interactive reports whether a person can be asked.
func (e *env) interactive() bool {
	out, ok := e.stderr.(*os.File)
	return ok && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(out.Fd()))
}

// ask puts a question on the terminal. It comes back when ctx ends, whatever
// the person does.
func (e *env) ask(ctx context.Context, question string) (string, error) {
	if err := context.Cause(ctx); err != nil {
		return "", err
	}
	fmt.Fprint(e.stderr, question)
	in := os.Stdin
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() { // stays behind when ctx ends: nothing makes a terminal's reader come back
		line, err := bufio.NewReader(in).ReadString('\n')
		got <- answer{strings.TrimRight(line, "\r\n"), err}
	}()
	select {
	case a := <-got:
		return a.text, a.err
	case <-ctx.Done():
		fmt.Fprintln(e.stderr)
		return "", context.Cause(ctx)
	}
}

// publishOptions turns flags into options.
func (e *env) publishOptions(ctx context.Context, f publishFlags, shown *publishProgress) publish.Options {
	opt := publish.Options{Reason: f.reason, TakeLock: f.breakLock, Verify: f.verify, Progress: shown.step}
	for _, g := range f.allow {
		opt.Allow = append(opt.Allow, release.Gate(g))
	}
	if f.yes {
		return opt
	}
	opt.Confirm = func(p *release.Plan) (bool, error) {
		shown.clear()
		files := e.fileCount(p.Deletes())
		if !e.interactive() {
			return false, diag.Errorf("readers would lose %s and nobody is here to ask: look with --plan, then say --yes", files)
		}
		if err := p.Text(e.stderr, e.lang); err != nil {
			return false, err
		}
		shown.plan = true
		a, err := e.ask(ctx, e.say("Readers lose %s. Go on? [y/N] ", files))
		if errors.Is(err, io.EOF) { // the end of input is no yes
			fmt.Fprintln(e.stderr)
			return false, nil
		}
		a = strings.ToLower(strings.TrimSpace(a))
		return err == nil && (a == "y" || a == "yes" || a == "j" || a == "ja"), err
	}
	return opt
}

func (e *env) fileCount(n int) string {
	if n == 1 {
		return e.say("1 file")
	}
	return e.say("%d files", n)
}

func (e *env) runPublish(ctx context.Context, f publishFlags) error {
	for _, g := range f.allow {
		if !slices.Contains(release.Gates(), release.Gate(g)) {
			var names []string
			for _, k := range release.Gates() {
				names = append(names, string(k))
			}
			return usageError{diag.Errorf("--allow %s: there is no such gate (%s)", g, diag.DidYouMean(g, names))}
		}
	}
	target, err := e.publishTarget(f.target)
	if err != nil {
		return err
	}
	dir := filepath.Join(e.dir, "public")
	if err := e.checkOutput(dir); err != nil {
		return usageError{err}
	}
	var built *output.Report
	var sample []string
	var findings []diag.Diagnostic
	err = again(func() (err error) {
		built, findings, sample, err = e.buildTo(ctx, dir, slices.Contains(f.allow, string(release.Findings)))
		return err
	})
	if err != nil {
		return err
	}
	if built == nil {
		return e.report(findings)
	}
	if !built.Accepted {
		err := e.report(findings)
		if errors.Is(err, errProblems) && e.format != "json" {
			fmt.Fprint(e.stderr, release.Refusal{Gate: release.Findings, Msg: "the site has errors"}.Text(e.lang))
			e.unchanged()
		}
		return err
	}
	if e.format != "json" {
		if err := e.report(findings); err != nil && !errors.Is(err, errProblems) {
			return err
		}
	}
	r := publish.Release{Manifest: built.Manifest, Files: patientFS{os.DirFS(dir)}, Findings: findings, Sample: sample}
	at, err := publish.Open(ctx, target, e.surroundings(), !f.plan)
	if err != nil {
		return err
	}
	defer at.Close()
	shown := &publishProgress{e: e, start: time.Now()}
	opt := e.publishOptions(ctx, f, shown)
	if f.plan {
		plan, err := at.Plan(ctx, r, opt.Allow)
		if err != nil {
			return err
		}
		if e.format == "json" {
			err = plan.JSON(e.stdout)
		} else {
			err = plan.Text(e.stdout, e.lang)
		}
		if err == nil && release.Refused(plan.Refused) > 0 {
			err = errProblems
		}
		return err
	}
	var rep *publish.Report
	err = again(func() (err error) { // it goes on where it stopped
		rep, err = at.Publish(ctx, r, opt)
		return err
	})
	shown.clear()
	return e.reportPublish(rep, err, shown)
}

// buildTo makes the site in a folder; the report is nil where the site is too
// broken to be made; sample is what is still the example provider's. With errors
// nothing is written, unless they are allowed.
func (e *env) buildTo(ctx context.Context, dir string, allowed bool) (r *output.Report, findings []diag.Diagnostic, sample []string, err error) {
	s, r, err := e.write(ctx, dir, func(s *state.State) bool {
		findings = s.Findings()
		return diag.Errors(findings) == 0 || allowed
	})
	switch {
	case s == nil:
		return nil, nil, nil, err
	case r == nil && err == nil:
		return nil, s.Findings(), nil, nil
	}
	return r, findings, sampleProvider(s.Config), err
}

// sampleDomain is that of the provider in the site that the program comes from.
const sampleDomain = "voorbeeld.example"

// sampleProvider returns what in a site is still the example provider's: its
// name, its domain, and mail servers and domains below .example, where none can
// be (RFC 2606 §2).
func sampleProvider(c *config.Config) []string {
	var found []string
	add := func(key, value string, is bool) {
		if item := fmt.Sprintf("%s: %s", key, value); is && !slices.Contains(found, item) {
			found = append(found, item)
		}
	}
	below := func(host, domain string) bool {
		host = strings.TrimSuffix(strings.ToLower(host), ".")
		return host == domain || strings.HasSuffix(host, "."+domain)
	}
	p := c.Provider
	add("name of [provider]", p.Name, strings.EqualFold(strings.TrimSpace(p.Name), "Voorbeeld Hosting"))
	for _, link := range []struct{ key, value string }{{"base_url", c.BaseURL}, {"website of [provider]", p.Website}, {"contact of [provider]", p.Contact}, {"status of [provider]", p.Status}} {
		u, err := url.Parse(link.value)
		if err != nil {
			continue
		}
		host := u.Hostname()
		if _, domain, ok := strings.Cut(u.Opaque, "@"); ok { // mailto:
			host = domain
		}
		add(link.key, link.value, below(host, sampleDomain))
	}
	for _, product := range c.Mail.Products {
		for _, d := range product.Domains {
			add("domain of [[mail]]", d, below(d, "example"))
		}
		for _, s := range product.Servers {
			add("host of [[mail.server]]", s.Host, below(s.Host, "example"))
		}
	}
	return found
}

func (e *env) runRollback(ctx context.Context, f publishFlags, id string) error {
	at, err := e.openTarget(ctx, f.target, true)
	if err != nil {
		return err
	}
	defer at.Close()
	shown := &publishProgress{e: e, start: time.Now()}
	rep, err := at.Rollback(ctx, id, e.publishOptions(ctx, f, shown))
	shown.clear()
	return e.reportPublish(rep, err, shown)
}

func (e *env) runPublishStatus(ctx context.Context, f publishFlags) error {
	at, err := e.openTarget(ctx, f.target, false)
	if err != nil {
		return err
	}
	defer at.Close()
	st, err := at.Status(ctx)
	if err != nil {
		return err
	}
	if e.format == "json" {
		err = st.JSON(e.stdout)
	} else {
		err = st.Text(e.stdout, e.lang)
	}
	if err == nil && !st.OK() {
		err = errProblems
	}
	return err
}

// openTarget connects to a target without building the site.
func (e *env) openTarget(ctx context.Context, name string, write bool) (*publish.Place, error) {
	target, err := e.publishTarget(name)
	if err != nil {
		return nil, err
	}
	return publish.Open(ctx, target, e.surroundings(), write)
}

// reportPublish says what became of a publish or a rollback.
// A failure after the switch is told beside it.
func (e *env) reportPublish(rep *publish.Report, err error, shown *publishProgress) error {
	if _, ok := errors.AsType[*release.HeldError](err); ok {
		return diag.Errorf("%w\n\twait until it is done; if it never will be, take the lock with --break-lock", err)
	}
	if half, ok := errors.AsType[*publish.HalfwayError](err); ok && errors.Is(err, context.Canceled) {
		return diag.Errorf("stopped\n\t%s", half.Left)
	}
	if err != nil && !rep.Live {
		return err
	}
	if e.format == "json" {
		j := json.NewEncoder(e.stdout)
		j.SetEscapeHTML(false)
		j.SetIndent("", "  ")
		if jerr := j.Encode(rep); jerr != nil {
			return errors.Join(err, jerr)
		}
	} else if perr := e.printPublish(rep, shown); perr != nil {
		return errors.Join(err, perr)
	}
	if err != nil {
		return err
	}
	if !rep.OK() {
		return errProblems
	}
	return nil
}

func (e *env) unchanged() { fmt.Fprintln(e.stderr, e.say("nothing was changed on the target")) }

func (e *env) printPublish(rep *publish.Report, shown *publishProgress) error {
	switch {
	case rep.Refused:
		if err := rep.Plan.Text(e.stderr, e.lang); err != nil {
			return err
		}
		e.unchanged()
		return nil
	case rep.Declined:
		e.unchanged()
		return nil
	}
	if !shown.plan {
		for _, r := range rep.Plan.Refused {
			fmt.Fprint(e.stderr, r.Text(e.lang))
		}
	}
	p := rep.Plan
	if p.Empty() {
		fmt.Fprintln(e.stdout, e.say("%s has release %s already", p.Target, p.To))
	} else {
		fmt.Fprintln(e.stdout, e.say("%s: release %s is live; %d new, %d changed, %d same, %d removed", p.Target, p.To, len(p.New), len(p.Changed), p.Same, len(p.Removed)))
	}
	if rep.Mended > 0 {
		fmt.Fprintln(e.stdout, e.say("mended: %s there had gone or changed, and came again", e.fileCount(rep.Mended)))
	}
	for _, n := range rep.Notes {
		fmt.Fprintln(e.stderr, e.say("note: %s", n))
	}
	if len(rep.Reload) > 0 {
		files := strings.Join(rep.Reload, ", ")
		if strings.HasPrefix(rep.Reload[0], "_") {
			fmt.Fprintln(e.stdout, e.say("set up the CDN again: %s changed", files))
		} else {
			fmt.Fprintln(e.stdout, e.say("reload the web server: %s changed", files))
		}
	}
	if rep.Check != nil {
		out := e.stdout
		if len(rep.Check.Stale)+len(rep.Check.Rules) > 0 {
			out = e.stderr
		}
		fmt.Fprint(out, rep.Check.Text(e.lang))
	}
	return nil
}

// publishProgress shows on a terminal how far a publish is.
type publishProgress struct {
	e     *env
	start time.Time
	last  time.Time
	shown bool
	plan  bool // the plan was shown, with a question
}

func (p *publishProgress) step(now release.Progress) {
	if time.Since(p.start) < time.Second || time.Since(p.last) < 100*time.Millisecond || !terminal(p.e.stderr) {
		return
	}
	p.shown, p.last = true, time.Now()
	line := p.e.say("%s: %d files left", diag.Phrase(now.Phase), now.FilesLeft)
	switch now.Phase {
	case "folders":
		line = p.e.say("folders: %d left", now.FilesLeft)
	case "check":
		line = p.e.say("check: %d addresses left", now.FilesLeft)
	}
	if now.BytesLeft > 0 {
		line += p.e.say(", %s of %s left", release.Bytes(now.BytesLeft), release.Bytes(now.Bytes+now.BytesLeft))
	}
	fmt.Fprint(p.e.stderr, "\r\x1b[K"+line)
}

func (p *publishProgress) clear() {
	if p.shown {
		fmt.Fprint(p.e.stderr, "\r\x1b[K")
		p.shown = false
	}
}
