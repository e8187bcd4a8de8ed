package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/deliver/publish"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/dial"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/notify"
	"wegwijs/cmd/wegwijs/internal/pages/plain"
)

// reachTime is how long a target may take to answer.
const reachTime = 5 * time.Second

// fewWatches is a limit of inotify under which other programs leave too little.
const fewWatches = 65536

// A symptom is one thing that the doctor looked at.
type symptom struct {
	Topic  string `json:"topic"`
	Holds  bool   `json:"holds"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
}

// A doctor looks at the machine around a site. Its fields are the machine; tests
// have others.
type doctor struct {
	dir    string
	port   int
	home   string // the user's folder
	getenv func(string) string
	lookup func(program string) (string, error)
	output func(ctx context.Context, program string, args ...string) (string, error)
	silent func(dir string) (kind string)
	limit  func(name string) (int, bool)
	dial   func(ctx context.Context, address string) error
	found  []symptom
}

func (e *env) doctor() *cobra.Command {
	var port int
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look whether this machine has what the site needs",
		Long:  "Doctor looks at versions, limits, the kind of disk, the port of the preview, the\nlocale, dictionaries, ssh and whether targets can be reached, and says what to do\nabout what is not right. It changes nothing. It ends with status 1 when something\nis not right.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d := &doctor{dir: e.dir, port: port, home: e.surroundings().Home, getenv: os.Getenv, lookup: exec.LookPath, silent: notify.Silent, limit: notify.Limit,
				output: func(ctx context.Context, program string, args ...string) (string, error) {
					out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
					return string(out), err
				},
				dial: func(ctx context.Context, address string) error {
					conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
					if err == nil {
						conn.Close()
					}
					return err
				},
			}
			d.examine(c.Context())
			return e.reportDoctor(d.found)
		},
	}
	c.Flags().IntVar(&port, "port", 7070, "the port of the preview")
	return c
}

// reportDoctor prints what was found.
func (e *env) reportDoctor(all []symptom) error {
	bad := false
	for i := range all {
		s := &all[i]
		s.Text, s.Remedy = diag.In(e.lang, s.Text), diag.In(e.lang, s.Remedy)
		bad = bad || !s.Holds
	}
	if e.format == "json" {
		if err := e.json(map[string]any{"version": 1, "findings": all}); err != nil {
			return err
		}
	} else {
		for _, s := range all {
			mark := diag.In(e.lang, "good")
			if !s.Holds {
				mark = diag.In(e.lang, "look")
			}
			fmt.Fprintf(e.stdout, "%-6s %s: %s\n", mark, s.Topic, s.Text)
			if s.Remedy != "" {
				fmt.Fprintf(e.stdout, "       %s\n", s.Remedy)
			}
		}
	}
	if bad {
		return errProblems
	}
	return nil
}

func (d *doctor) note(topic string, holds bool, text, remedy string) {
	if holds {
		remedy = ""
	}
	d.found = append(d.found, symptom{topic, holds, text, remedy})
}

func (d *doctor) examine(ctx context.Context) {
	d.note("wegwijs", true, diag.Say("version %s, made with %s for %s/%s", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH), "")
	c := d.site()
	d.watching()
	d.listening()
	d.speaking()
	d.dictionaries(ctx, c)
	d.targets(ctx, c)
}

// site looks whether there is one; nil where there is none.
func (d *doctor) site() *config.Config {
	src, err := os.ReadFile(filepath.Join(d.dir, config.File))
	if err != nil {
		d.note("site.toml", false, diag.Say("the folder has no site.toml"), diag.Say("go to the folder of the site, name it with -C, or make a site: wegwijs new"))
		return nil
	}
	out := new(diag.List)
	c := config.Parse(src, out)
	n := diag.Errors(out.Sorted())
	d.note("site.toml", n == 0, diag.Say("%d mistakes in it", n), diag.Say("see them with wegwijs check"))
	return c
}

// watching looks whether edits will be seen at once.
func (d *doctor) watching() {
	folders := notify.Folders(d.dir)
	if kind := d.silent(d.dir); kind != "" {
		d.note("disk", false, diag.Say("the site is on %s, which does not say when a file changes", kind), diag.Say("move it to this machine's own disk, or be patient: watch looks at all files now and then"))
	} else {
		d.note("disk", true, diag.Say("changes are seen at once"), "")
	}
	if n, ok := d.limit("max_user_watches"); ok {
		enough := n >= max(fewWatches, 2*folders)
		d.note("inotify", enough, diag.Say("%d folders can be watched, the site has %d", n, folders), diag.Say("allow more: sudo sysctl fs.inotify.max_user_watches=%d", max(524288, 2*folders)))
	}
	if n, ok := d.limit("max_user_instances"); ok {
		d.note("inotify", n >= 128, diag.Say("%d programs can watch files", n), diag.Say("allow more: sudo sysctl fs.inotify.max_user_instances=%d", 1024))
	}
}

// listening looks whether the preview's port is free.
func (d *doctor) listening() {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(d.port)))
	if err != nil {
		d.note("port", false, diag.Say("port %d is taken", d.port), diag.Say("nothing to do: watch takes the next one; or choose one with --port"))
		return
	}
	l.Close()
	d.note("port", true, diag.Say("port %d is free for the preview", d.port), "")
}

// speaking looks at the locale.
func (d *doctor) speaking() {
	locale := cmp.Or(d.getenv("LC_ALL"), d.getenv("LC_CTYPE"), d.getenv("LANG"))
	coded := strings.ReplaceAll(strings.ToLower(locale), "-", "")
	utf8 := strings.HasSuffix(coded, ".utf8") || runtime.GOOS == "windows" || runtime.GOOS == "darwin"
	d.note("locale", utf8, diag.Say("the locale is %q", locale), diag.Say("set one with UTF-8, such as export LANG=nl_NL.UTF-8: else letters with an accent may look wrong"))
}

// dictionaries looks whether spelling could be checked in the site's languages.
func (d *doctor) dictionaries(ctx context.Context, c *config.Config) {
	if c == nil {
		return
	}
	program, err := d.lookup("hunspell")
	if err != nil {
		d.note("hunspell", true, diag.Say("not installed; only needed to check spelling"), "")
		return
	}
	said, _ := d.output(ctx, program, "-D")
	list := strings.Fields(said)
	var lack []string
	for _, l := range c.Languages {
		lang, _, _ := strings.Cut(l.Lang, "-")
		if plain.Dictionary(list, l.Lang) == "" && !slices.Contains(lack, lang) {
			lack = append(lack, lang)
		}
	}
	if len(lack) > 0 {
		d.note("hunspell", false, diag.Say("no dictionary for %s", strings.Join(lack, ", ")), diag.Say("install it, as in: sudo apt install hunspell-%s", lack[0]))
		return
	}
	d.note("hunspell", true, diag.Say("a dictionary for every language"), "")
}

// targets looks whether what the site is published to answers.
func (d *doctor) targets(ctx context.Context, c *config.Config) {
	if c == nil {
		return
	}
	for _, t := range publish.ReadTargets(c.Section("publish", new(diag.List)), new(diag.List)) {
		ctx, stop := context.WithTimeout(ctx, reachTime)
		topic := "publish." + t.Name
		switch t.Type {
		case "dir":
			above := filepath.Dir(t.Folder(d.dir))
			fi, err := os.Stat(above)
			d.note(topic, err == nil && fi.IsDir(), diag.Say("a folder on this machine: %s", t.Path), diag.Say("make the folder above it: mkdir -p %s", above))
		case "ssh":
			d.ssh(ctx, topic, t)
		case "s3":
			d.store(ctx, topic, t)
		}
		stop()
	}
}

// store looks whether an object store answers.
func (d *doctor) store(ctx context.Context, topic string, t publish.Target) {
	host := t.Endpoint
	if _, _, err := net.SplitHostPort(host); err != nil {
		port := "443"
		if t.Insecure {
			port = "80"
		}
		host = net.JoinHostPort(host, port)
	}
	if err := d.dial(ctx, host); err != nil {
		d.note(topic, false, diag.Say("%s does not answer", host), diag.Say("see whether the name is right, and whether this network lets you out"))
		return
	}
	d.note(topic, true, diag.Say("%s answers", host), "")
}

// ssh looks whether a server lets in who publishes: it is asked as publish asks,
// but for a person who could type a password.
func (d *doctor) ssh(ctx context.Context, topic string, t publish.Target) {
	program, err := d.lookup("ssh")
	if err != nil {
		d.note(topic, false, diag.Say("the program ssh is not installed"), diag.Say("install OpenSSH's client, as in: sudo apt install openssh-client"))
		return
	}
	args, err := dial.Arguments(t.Server(d.dir), dial.Surroundings{Home: d.home})
	if err != nil {
		d.note(topic, false, err.Error(), diag.Say("name it in site.toml as it is called, from the folder of the site"))
		return
	}
	out, err := d.output(ctx, program, args...)
	why := dial.Refusal(out)
	if err == nil || why == "" && ctx.Err() == nil { // not every server says how it ended
		d.note(topic, true, diag.Say("%s answers", t.SSH.Host), "")
		return
	}
	d.note(topic, false, diag.Say("%s does not let you in: %s", t.SSH.Host, cmp.Or(why, "…")), diag.Say("try it yourself: ssh %s", t.SSH.Host))
}
