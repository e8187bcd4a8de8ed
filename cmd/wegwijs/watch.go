package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/authoring/manual"
	"wegwijs/cmd/wegwijs/internal/deliver/output"
	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/notify"
	"wegwijs/cmd/wegwijs/internal/state"
)

// watchFlags are the flags of the command watch.
type watchFlags struct {
	host   string
	names  []string
	editor string
	port   int
	open   bool
	write  bool
	poll   bool
	pace   time.Duration
	follow bool
	drafts bool
}

// portTries is how many ports after the one asked for are tried.
const portTries = 20

func (e *env) watch() *cobra.Command {
	var f watchFlags
	c := &cobra.Command{
		Use:   "watch",
		Short: "Show the site while you write it",
		Long:  "Watch serves every language of the site on this machine and brings every edit\ninto the open pages. Mistakes are laid over the page and go when they are mended.\nIt writes nothing, unless --write.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return e.runWatch(c.Context(), f)
		},
	}
	c.Flags().StringVar(&f.host, "host", "127.0.0.1", "the address or name to listen on")
	c.Flags().StringSliceVar(&f.names, "allow-host", nil, "further names to answer to, such as those of a tunnel; *.example.dev stands for all below it")
	c.Flags().StringVar(&f.editor, "editor", "", diag.Say("links in findings open this editor: %s, or an address with {path}, {line} and {col}", strings.Join(serve.Editors(), ", ")))
	c.Flags().IntVar(&f.port, "port", 7070, "the port; the next free one when it is taken")
	c.Flags().BoolVar(&f.open, "open", false, "open the site in a browser")
	c.Flags().BoolVar(&f.write, "write", false, "also write public/ whenever the site has no mistakes")
	c.Flags().BoolVar(&f.poll, "poll", false, "look at all files now and then, instead of waiting for events")
	c.Flags().DurationVar(&f.pace, "pace", 0, "without events: the longest time between two looks at all files, such as 5s; 0 leaves it to what they cost")
	c.Flags().BoolVar(&f.follow, "follow", false, "browsers go to the page that was edited")
	c.Flags().BoolVar(&f.drafts, "drafts", false, "show drafts too")
	return c
}

func (e *env) runWatch(ctx context.Context, f watchFlags) error {
	keepMemory()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	public := filepath.Join(e.dir, "public")
	if f.pace < 0 {
		return usageError{diag.Errorf("--pace %s: the time between two looks cannot be less than nothing", f.pace)}
	}
	if f.write {
		if err := e.checkOutput(public); err != nil {
			return usageError{diag.Errorf("--write: %w", err)}
		}
	}
	editor := ""
	if f.editor != "" {
		var ok bool
		if editor, ok = serve.Editor(f.editor); !ok {
			return usageError{diag.Errorf("--editor %s: that is none of %s, nor an address with {path} in it", f.editor, strings.Join(serve.Editors(), ", "))}
		}
	}
	listener, err := listen(f.host, f.port)
	if err != nil {
		return err
	}
	defer listener.Close()
	w := &watcher{e: e, public: public, write: f.write}
	port := listener.Addr().(*net.TCPAddr).Port
	if f.port != 0 && port != f.port {
		w.say(diag.Sayf(e.lang, "port %d is taken; using %d", f.port, port))
	}
	hosts, addresses := names(f.host, port)
	w.say(diag.Sayf(e.lang, "%s (Ctrl-C stops)", addresses[0]))
	w.say(diag.Sayf(e.lang, "%s has the manual", strings.TrimSuffix(addresses[0], "/")+serve.Help))
	for _, a := range addresses[1:] {
		w.say(diag.Sayf(e.lang, "%s (from other devices)", a))
	}
	if a, ok := listener.Addr().(*net.TCPAddr); ok && !a.IP.IsLoopback() {
		w.say(diag.In(e.lang, "everyone on the network can read this preview, drafts and mistakes too; --host 127.0.0.1 keeps it to this machine"))
	}

	dir, err := filepath.Abs(e.dir)
	if err != nil {
		return err
	}
	opt := e.options()
	opt.Drafts = f.drafts
	l := preview.New(e.files(), opt, func(v *preview.View) { w.checked(ctx, v) })
	hints := notify.Start(ctx, e.dir, notify.Options{Poll: f.poll, Cost: l.Cost, Busy: l.Busy, Most: f.pace, Hot: l.Hot, Say: func(line diag.Said) { w.say(line.In(e.lang)) }})
	l.Blind = hints.Blind
	server := &http.Server{
		Handler:           serve.Handler(l, serve.Options{Hosts: append(hosts, f.names...), Follow: f.follow, Read: e.read, Lang: e.lang, Dir: dir, Editor: editor, Manual: manual.Book{Layouts: e.files()}}),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	failed := make(chan error, 2)
	var wg sync.WaitGroup
	wg.Go(func() { failed <- l.Run(ctx, hints.Hints) })
	wg.Go(func() { failed <- server.Serve(listener) })
	if f.open {
		openBrowser(addresses[0])
	}
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	stop()
	server.Close()
	wg.Wait()
	w.wg.Wait()
	hints.Wait()
	return err
}

// names returns the names by which the preview may be asked for, besides those
// of this machine to itself, and its addresses: first the one to open.
func names(host string, port int) (hosts, addresses []string) {
	address := func(name string) string {
		return "http://" + net.JoinHostPort(name, strconv.Itoa(port)) + "/"
	}
	if a := net.ParseIP(host); host != "" && (a == nil || !a.IsUnspecified()) {
		return []string{host}, []string{address(host)}
	}
	hosts, addresses = []string{"0.0.0.0"}, []string{address("localhost")}
	if name, err := os.Hostname(); err == nil {
		short, _, _ := strings.Cut(name, ".")
		hosts = append(hosts, name, short, short+".local")
	}
	nets, _ := net.InterfaceAddrs()
	for _, n := range nets {
		if n, ok := n.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			addresses = append(addresses, address(n.IP.String()))
		}
	}
	return hosts, addresses
}

// listen takes the port, or the next free one.
func listen(host string, port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, usageError{diag.Errorf("--port %d: a port is a number from 0 to 65535", port)}
	}
	for p := port; ; p++ {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(p)))
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) || p >= port+portTries || p == 65535 || port == 0 {
			return nil, diag.Errorf("listen: %w", err)
		}
	}
}

// watcher reports what the checks find, and writes the site where it is asked
// to.
type watcher struct {
	e      *env
	public string
	write  bool
	wg     sync.WaitGroup

	mu   sync.Mutex // guards what follows, and the output
	last []diag.Diagnostic
	busy bool         // somebody is writing
	want *state.State // what should be written: the newest state, if it has no mistakes
}

// say prints a line for people; a program that reads the findings gets them
// alone.
func (w *watcher) say(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sayLocked(line)
}

func (w *watcher) sayLocked(line string) {
	if w.e.format == "json" {
		fmt.Fprintln(w.e.stderr, line)
		return
	}
	fmt.Fprintln(w.e.stdout, line)
}

func (w *watcher) checked(ctx context.Context, v *preview.View) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changed(v.Since)
	w.report(v.Findings)
	if !w.write || ctx.Err() != nil {
		return
	}
	w.want = v.State
	if v.Errors() > 0 {
		w.want = nil
	}
	if !w.busy {
		w.busy = true
		w.wg.Go(func() { w.writing(ctx) })
	}
}

// changed prints one line for what was edited.
func (w *watcher) changed(files []string) {
	files = slices.Compact(slices.Sorted(slices.Values(files)))
	switch {
	case len(files) == 0 || w.e.format == "json":
	case len(files) <= 3:
		w.sayLocked(diag.Sayf(w.e.lang, "changed: %s", strings.Join(files, ", ")))
	default:
		w.sayLocked(diag.Sayf(w.e.lang, "changed: %s and %d more files", strings.Join(files[:2], ", "), len(files)-2))
	}
}

// report prints what was not printed before. A finding that only moved to
// another line was printed before.
func (w *watcher) report(ds []diag.Diagnostic) {
	old := map[diag.Diagnostic]int{}
	for _, d := range w.last {
		old[placeless(d)]++
	}
	var news []diag.Diagnostic
	for _, d := range ds {
		if old[placeless(d)]--; old[placeless(d)] < 0 {
			news = append(news, d)
		}
	}
	var solved []diag.Diagnostic
	left := map[diag.Diagnostic]int{}
	for _, d := range ds {
		left[placeless(d)]++
	}
	for _, d := range w.last {
		if left[placeless(d)]--; left[placeless(d)] < 0 && d.Severity == diag.Error {
			solved = append(solved, d)
		}
	}
	was, is := diag.Errors(w.last), diag.Errors(ds)
	same := len(ds) == len(w.last) && len(news) == 0
	w.last = ds
	switch {
	case same:
	case w.e.format == "json":
		w.e.report(ds)
	default:
		if len(news) > 0 {
			w.e.report(news)
		}
		for _, d := range solved[:min(len(solved), 5)] {
			w.sayLocked(diag.Sayf(w.e.lang, "solved: %s: %s", d.Pos, d.In(w.e.lang).Msg))
		}
		if n := len(solved) - 5; n > 0 {
			w.sayLocked(diag.Sayf(w.e.lang, "solved: %s more", w.count(n)))
		}
		switch {
		case is == 0 && was > 0:
			w.sayLocked(diag.In(w.e.lang, "all mistakes are mended"))
		case is > diag.Errors(news):
			w.sayLocked(diag.Sayf(w.e.lang, "%s in all", w.count(is)))
		}
	}
}

func placeless(d diag.Diagnostic) diag.Diagnostic {
	d.Pos.Line, d.Pos.Col = 0, 0
	return d
}

// count says how many mistakes there are.
func (w *watcher) count(n int) string {
	if n == 1 {
		return diag.In(w.e.lang, "1 mistake")
	}
	return diag.Sayf(w.e.lang, "%d mistakes", n)
}

// writing writes the newest state until there is none newer. When ctx ends, a
// state that is being put in place still gets there whole.
func (w *watcher) writing(ctx context.Context) {
	var wrote *state.State
	for {
		w.mu.Lock()
		s := w.want
		w.busy = s != nil && s != wrote && ctx.Err() == nil
		more := w.busy
		w.mu.Unlock()
		if !more {
			return
		}
		one, cancel := context.WithCancel(context.WithoutCancel(ctx))
		goOn := context.AfterFunc(ctx, cancel)
		_, err := output.Write(one, s.Set, w.public, output.Options{Accept: goOn})
		goOn()
		cancel()
		if errors.Is(err, state.ErrChanged) { // there is a newer state, or the file becomes what it was
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		wrote = s
		if err != nil && ctx.Err() == nil {
			w.mu.Lock()
			fmt.Fprintln(w.e.stderr, w.e.say("write public: %v", err))
			w.mu.Unlock()
		}
	}
}

// openBrowser shows an address; where there is no browser nothing happens.
func openBrowser(address string) {
	name := "xdg-open"
	args := []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	if c := exec.Command(name, args...); c.Start() == nil {
		go c.Wait()
	}
}
