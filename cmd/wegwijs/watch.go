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
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/build"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/live"
	"wegwijs/cmd/wegwijs/internal/output"
	"wegwijs/cmd/wegwijs/internal/serve"
	"wegwijs/cmd/wegwijs/internal/watch"
)

// watchFlags are the flags of the command watch.
type watchFlags struct {
	host   string
	port   int
	open   bool
	write  bool
	poll   bool
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
	c.Flags().IntVar(&f.port, "port", 7070, "the port; the next free one when it is taken")
	c.Flags().BoolVar(&f.open, "open", false, "open the site in a browser")
	c.Flags().BoolVar(&f.write, "write", false, "also write public/ whenever the site has no mistakes")
	c.Flags().BoolVar(&f.poll, "poll", false, "look at all files now and then, instead of waiting for events")
	c.Flags().BoolVar(&f.follow, "follow", false, "browsers go to the page that was edited")
	c.Flags().BoolVar(&f.drafts, "drafts", false, "show drafts too")
	return c
}

func (e *env) runWatch(ctx context.Context, f watchFlags) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	listener, err := listen(f.host, f.port)
	if err != nil {
		return err
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	if f.port != 0 && port != f.port {
		fmt.Fprintf(e.stdout, "port %d is taken; using %d\n", f.port, port)
	}
	name := f.host
	if a := net.ParseIP(name); name == "" || a != nil && a.IsUnspecified() {
		name = "localhost"
	}
	address := "http://" + net.JoinHostPort(name, strconv.Itoa(port)) + "/"
	fmt.Fprintf(e.stdout, "%s (Ctrl-C stops)\n", address)

	opt := e.options()
	opt.Drafts = f.drafts
	w := &watcher{e: e, write: f.write}
	l := live.New(os.DirFS(e.dir), opt, w.checked)
	hints := watch.Start(ctx, e.dir, watch.Options{Poll: f.poll, Cost: l.Cost, Hot: l.Hot, Say: func(line string) { fmt.Fprintln(e.stdout, line) }})
	server := &http.Server{
		Handler: serve.Handler(l, serve.Options{Hosts: []string{f.host}, Follow: f.follow, Read: func(file string) ([]byte, error) {
			return os.ReadFile(filepath.Join(e.dir, filepath.FromSlash(file)))
		}}),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	failed := make(chan error, 2)
	var wg sync.WaitGroup
	wg.Go(func() { failed <- l.Run(ctx, hints.Hints) })
	wg.Go(func() { failed <- server.Serve(listener) })
	if f.open {
		openBrowser(address)
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
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// listen takes the port, or the next free one.
func listen(host string, port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, fmt.Errorf("--port %d: a port is a number from 0 to 65535", port)
	}
	for p := port; ; p++ {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(p)))
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) || p >= port+portTries || p == 65535 || port == 0 {
			return nil, fmt.Errorf("listen: %w", err)
		}
	}
}

// watcher reports what the checks find, and writes the site where it is asked
// to.
type watcher struct {
	e     *env
	write bool
	mu    sync.Mutex
	wg    sync.WaitGroup
	last  []diag.Diagnostic
	busy  bool
	next  *build.State
}

func (w *watcher) checked(v *live.View) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !equal(w.last, v.Findings) || v.ID == 1 {
		switch {
		case len(v.Findings) > 0:
			w.e.report(v.Findings)
		case len(w.last) > 0:
			fmt.Fprintln(w.e.stdout, "all mistakes are mended")
		}
		w.last = v.Findings
	}
	if !w.write || v.Errors() > 0 {
		return
	}
	w.next = v.State
	if !w.busy {
		w.busy = true
		w.wg.Go(w.writing)
	}
}

// writing writes the newest state until there is none newer.
func (w *watcher) writing() {
	for {
		w.mu.Lock()
		s := w.next
		w.next = nil
		w.busy = s != nil
		w.mu.Unlock()
		if s == nil {
			return
		}
		_, err := output.Write(context.Background(), s.Set, filepath.Join(w.e.dir, "public"), output.Options{})
		if err != nil && !errors.Is(err, build.ErrChanged) {
			fmt.Fprintf(w.e.stderr, "write public: %v\n", err)
		}
	}
}

func equal(a, b []diag.Diagnostic) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
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
