package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/authoring/scaffold"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
	"wegwijs/cmd/wegwijs/internal/verify"
)

// newFlags are the flags of the command of that name.
type newFlags struct {
	scaffold.Site
	imap, pop, smtp string
	offline         bool
}

func (e *env) new() *cobra.Command {
	var f newFlags
	c := &cobra.Command{
		Use:   "new DIR",
		Short: "Make a new help centre, or a new page",
		Long: `New writes a site.toml with which DIR is a whole help centre: its pages, texts and
look are built in. On a terminal it asks what it does not know. With --domain it
looks at what the domain publishes for mail programs (autoconfig, SRV records) and
fills in the servers, webmail and the name; what nobody says is a guess, and marked
as one.

It never writes over a file.`,
		Args: takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return e.runNew(c.Context(), args[0], f)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.Name, "name", "", "name of the company")
	fl.StringVar(&f.Domain, "domain", "", "mail domain, such as example.nl")
	fl.StringVar(&f.URL, "url", "", "address of the help centre (default https://help.DOMAIN)")
	fl.StringVar(&f.Contact, "contact", "", "where readers get help: https:, mailto: or tel: (default mailto:info@DOMAIN)")
	fl.StringVar(&f.Webmail, "webmail", "", "address of webmail")
	fl.StringSliceVar(&f.Languages, "languages", nil, "languages, the default one first (default nl,en,de,fr)")
	fl.StringVar(&f.imap, "imap", "", "server to receive with IMAP: HOST or HOST:PORT")
	fl.StringVar(&f.pop, "pop", "", "server to receive with POP")
	fl.StringVar(&f.smtp, "smtp", "", "server to send with")
	fl.StringVar(&f.CI, "ci", "", "write a file that checks and publishes: github or gitlab")
	fl.BoolVar(&f.offline, "offline", false, "do not look at what the domain publishes")
	c.AddCommand(e.newPage())
	return c
}

func (e *env) newPage() *cobra.Command {
	var title string
	c := &cobra.Command{
		Use:   "page LANGUAGE/PATH.md",
		Short: "Make a page to fill in",
		Long:  "Page writes a page to fill in, as a draft: wegwijs new page nl/e-mail/postbus-vol.md.\nIn a section that is new it writes the page of the section too, which every section\nneeds: nl/telefoon/index.md.",
		Args:  takes(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := strings.TrimPrefix(filepath.ToSlash(args[0]), "content/")
			if !pageRE.MatchString(name) || path.Clean(name) != name {
				return usageError{diag.Errorf("%q is not a page; write its language and its path, in small letters: nl/e-mail/postbus-vol.md", args[0])}
			}
			if err := e.free(content.Root + "/" + name); err != nil {
				return err
			}
			sections, err := scaffold.Sections(e.files(), name)
			if err != nil {
				return err
			}
			file := scaffold.Page(name, title)
			if err := scaffold.Write(e.dir, append(sections, file)); err != nil {
				return e.exists(err)
			}
			for _, s := range sections {
				fmt.Fprintln(e.stdout, e.say("%s: its section is new, and this is the page of it", s.Path))
			}
			fmt.Fprintln(e.stdout, e.say("%s: fill it in, and look at it with: wegwijs watch", file.Path))
			return nil
		},
	}
	c.Flags().StringVar(&title, "title", "", "title of the page")
	return c
}

// free returns an error where a built-in page stands at a path, which a new file
// there would hide. A file of the site is found when the new one is written.
func (e *env) free(file string) error {
	if _, embedded := e.builtIn(file); !embedded {
		return nil
	}
	_, rest := content.Split(file)
	id, _ := content.ID(rest)
	if src, err := os.ReadFile(filepath.Join(e.dir, config.File)); err == nil {
		if c := config.Parse(src, new(diag.List)); c != nil && c.Content.Leaves(id) {
			return nil
		}
	}
	return diag.Errorf("%s is built in; to change it: wegwijs eject %s", file, file)
}

var pageRE = regexp.MustCompile(`^[a-zA-Z]{2,3}(?:-[A-Za-z0-9]+)*/(?:[a-z0-9-]+/)*[a-z0-9-]+\.md$`)

// exists says in the user's language that a file is there already.
func (e *env) exists(err error) error {
	if x, ok := errors.AsType[*scaffold.ExistsError](err); ok {
		return diag.Errorf("%s is there already; nothing was written", x.Path)
	}
	return err
}

func (e *env) runNew(ctx context.Context, dir string, f newFlags) error {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(e.dir, dir)
	}
	if f.CI != "" && f.CI != "github" && f.CI != "gitlab" {
		return usageError{diag.Errorf("--ci is github or gitlab, not %q", f.CI)}
	}
	for _, l := range f.Languages {
		if !slices.Contains(scaffold.Languages, l) {
			return usageError{diag.Errorf("there are no built-in pages in %q; %s", l, diag.DidYouMean(l, scaffold.Languages))}
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "site.toml")); err == nil { // before anything is asked
		return e.exists(&scaffold.ExistsError{Path: "site.toml"})
	}
	if e.interactive() {
		if err := f.ask(ctx, e); err != nil {
			return err
		}
	}
	if f.Domain == "" || f.Name == "" && f.offline {
		return usageError{diag.Errorf("say who the help centre is for: --name \"My Hosting\" --domain example.nl")}
	}
	var err error
	if f.Domain, err = mailDomain(f.Domain); err != nil {
		return usageError{err}
	}
	if f.URL != "" {
		if u, err := url.Parse(f.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return usageError{diag.Errorf("%q is not the address of a site; write the whole address: https://help.example.nl", f.URL)}
		}
	}
	if err := f.servers(ctx, e); err != nil {
		return err
	}
	if f.Name == "" {
		return usageError{diag.Errorf("%s does not say what the company is called: add --name \"My Hosting\"", f.Domain)}
	}
	f.Lang = string(e.lang)
	if err := scaffold.Write(dir, f.Files()); err != nil {
		return e.exists(err)
	}
	for _, file := range f.Files() {
		fmt.Fprintln(e.stdout, e.say("wrote %s", filepath.Join(dir, filepath.FromSlash(file.Path))))
	}
	fmt.Fprintln(e.stdout, e.say("now look at it, and compare the servers with what is written:"))
	fmt.Fprintf(e.stdout, "\n    wegwijs -C %s watch\n    wegwijs -C %s verify\n", shellQuote(dir), shellQuote(dir))
	return nil
}

var domainRE = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$`)

// ask asks for what the flags do not say.
func (f *newFlags) ask(ctx context.Context, e *env) error {
	for f.Name == "" {
		answer, err := e.ask(ctx, e.say("Name of the company: "))
		if err != nil {
			return err
		}
		f.Name = strings.TrimSpace(answer)
	}
	for f.Domain == "" {
		answer, err := e.ask(ctx, e.say("Mail domain, what stands behind the @: "))
		if err != nil {
			return err
		}
		if answer = strings.TrimSpace(answer); answer == "" {
			continue
		}
		if f.Domain, err = mailDomain(answer); err != nil {
			fmt.Fprintln(e.stderr, diag.ErrorIn(e.lang, err))
		}
	}
	return nil
}

// mailDomain returns the domain that somebody means who writes one, or an address or a
// site in it.
func mailDomain(s string) (string, error) {
	d := strings.ToLower(s)
	if _, rest, ok := strings.Cut(d, "://"); ok {
		d, _, _ = strings.Cut(rest, "/")
		d = strings.TrimPrefix(d, "www.")
	}
	d = strings.TrimSuffix(d[strings.LastIndexByte(d, '@')+1:], ".")
	if !domainRE.MatchString(d) {
		return "", diag.Errorf("%q is not a domain; write what stands behind the @ of an address: example.nl", s)
	}
	return d, nil
}

// discoverTime bounds how long a domain is looked at.
const discoverTime = 20 * time.Second

// servers fills in the servers: those of the flags, those that the domain
// publishes, or a guess.
func (f *newFlags) servers(ctx context.Context, e *env) error {
	for _, g := range []struct {
		protocol mail.Protocol
		value    string
		port     int
	}{{mail.IMAP, f.imap, 993}, {mail.POP, f.pop, 995}, {mail.SMTP, f.smtp, 465}} {
		if g.value == "" {
			continue
		}
		s := mail.Server{Protocol: g.protocol, Host: g.value, Port: g.port, Security: mail.TLS}
		if host, port, err := net.SplitHostPort(g.value); err == nil {
			n, err := strconv.Atoi(port)
			if err != nil || n < 1 || n > 65535 {
				return usageError{diag.Errorf("%q is not a server; write its name, or its name and port: imap.example.nl:993", g.value)}
			}
			s.Host, s.Port = host, n
		}
		if s.Port == 143 || s.Port == 110 || s.Port == 587 {
			s.Security = mail.STARTTLS
		}
		if !domainRE.MatchString(strings.ToLower(s.Host)) {
			return usageError{diag.Errorf("%q is not a server; write its name, or its name and port: imap.example.nl:993", g.value)}
		}
		s.Host = strings.ToLower(s.Host)
		f.Servers = append(f.Servers, s)
	}
	defer func() { f.report(e) }()
	if len(f.Servers) > 0 {
		f.Source, f.Given = e.say("the command line"), true
		return nil
	}
	if f.offline {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, discoverTime)
	defer stop()
	d, err := verify.Discover(ctx, f.Domain, e.discover)
	switch {
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return err
	case d == nil:
		return nil
	}
	f.Source, f.Days = d.Source, d.Days
	f.Name, f.Webmail = cmp.Or(f.Name, d.Name), cmp.Or(f.Webmail, d.Webmail)
	for _, s := range d.Servers { // what the record can hold
		same := func(o mail.Server) bool { return o.Protocol == s.Protocol && o.Host == s.Host && o.Port == s.Port }
		if domainRE.MatchString(s.Host) && !slices.ContainsFunc(f.Servers, same) {
			f.Servers = append(f.Servers, s)
		}
	}
	switch {
	case len(f.Servers) > 0:
	case !d.Exists:
		fmt.Fprintln(e.stdout, e.say("the DNS does not know %s", f.Domain))
	case len(d.MX) > 0:
		fmt.Fprintln(e.stdout, e.say("%s takes mail at %s, and says nothing of servers for mail programs", f.Domain, strings.Join(d.MX, ", ")))
	default:
		fmt.Fprintln(e.stdout, e.say("%s says nothing of its servers", f.Domain))
	}
	return nil
}

// report says which servers were found where, and which are a guess.
func (f *newFlags) report(e *env) {
	for _, s := range f.Servers {
		fmt.Fprintln(e.stdout, e.say("found: %s (%s)", forms.Describe(s), f.Source))
	}
	if f.Webmail != "" && strings.HasPrefix(f.Source, "http") {
		fmt.Fprintln(e.stdout, e.say("found: webmail at %s", f.Webmail))
	}
	for _, s := range f.Guesses() {
		fmt.Fprintln(e.stdout, e.say("a guess: %s", forms.Describe(s)))
	}
}

// shellQuote returns a path as a shell reads it back.
func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
