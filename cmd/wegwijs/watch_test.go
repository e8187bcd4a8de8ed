package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/authoring/manual"
	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A session is the program at work in a site, as a writer starts it.
type session struct {
	t   testing.TB
	dir string
	cmd *exec.Cmd
	url string // without a final slash

	mu       sync.Mutex
	out, err []string      // lines
	ended    chan struct{} // closed when the program has ended
	code     int
}

// smallSite makes [testenv.SmallSite] and returns its folder.
func smallSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range testenv.SmallSite(t) {
		testenv.Write(t, filepath.Join(dir, name), text)
	}
	return dir
}

// begin starts wegwijs watch in a folder.
func begin(t testing.TB, dir string, args ...string) *session {
	t.Helper()
	s := &session{t: t, dir: dir, ended: make(chan struct{})}
	s.cmd = exec.Command("wegwijs", append([]string{"-C", dir, "watch"}, args...)...)
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	take := func(r io.Reader, into *[]string) {
		for lines := bufio.NewScanner(r); lines.Scan(); {
			s.mu.Lock()
			*into = append(*into, lines.Text())
			s.mu.Unlock()
		}
	}
	wg.Go(func() { take(stdout, &s.out) })
	wg.Go(func() { take(stderr, &s.err) })
	go func() {
		defer close(s.ended)
		wg.Wait()
		if exit, ok := errors.AsType[*exec.ExitError](s.cmd.Wait()); ok {
			s.code = exit.ExitCode()
		}
	}()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-s.ended
		if t.Failed() {
			t.Logf("stdout:\n%s\nstderr:\n%s", strings.Join(s.out, "\n"), strings.Join(s.err, "\n"))
		}
	})
	return s
}

// watching starts the program and waits for its address.
func watching(t testing.TB, dir string, args ...string) *session {
	t.Helper()
	s := begin(t, dir, append([]string{"--port", "0"}, args...)...)
	s.address()
	return s
}

var addressRE = regexp.MustCompile(`^(http://\S+:\d+)/ \((?:Ctrl-C stops|stoppen met Ctrl-C)\)$`)

func (s *session) address() {
	s.t.Helper()
	s.until("the address", func() bool {
		out, err := s.lines()
		for _, line := range append(out, err...) {
			if m := addressRE.FindStringSubmatch(line); m != nil {
				s.url = m[1]
				return true
			}
		}
		return false
	})
}

func (s *session) lines() (out, err []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.out), slices.Clone(s.err)
}

func (s *session) until(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		select {
		case <-s.ended:
			if !ok() {
				s.t.Fatalf("ended with status %d; waited for %s", s.code, what)
			}
			return
		default:
		}
		if time.Now().After(end) {
			s.t.Fatalf("waited for %s", what)
		}
	}
}

// says waits for a text on the standard output or the standard error.
func (s *session) says(want string) {
	s.t.Helper()
	s.until(fmt.Sprintf("%q", want), func() bool { return s.count(want) > 0 })
}

func (s *session) count(want string) int {
	out, err := s.lines()
	return strings.Count(strings.Join(append(out, err...), "\n"), want)
}

func (s *session) get(path string) (int, string) {
	s.t.Helper()
	res, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func (s *session) shows(path, want string) {
	s.t.Helper()
	s.until(fmt.Sprintf("%q at %s", want, path), func() bool {
		_, body := s.get(path)
		return strings.Contains(body, want)
	})
}

func (s *session) write(name, text string) {
	s.t.Helper()
	testenv.Write(s.t, filepath.Join(s.dir, name), text)
}

func (s *session) edit(name, old, new string) {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
	if err != nil || !bytes.Contains(data, []byte(old)) {
		s.t.Fatalf("%s has no %q: %v", name, old, err)
	}
	s.write(name, strings.Replace(string(data), old, new, 1))
}

// end sends a signal and returns the exit status.
func (s *session) end(sig os.Signal) int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		s.t.Fatalf("%v does not end it", sig)
	}
	return s.code
}

func TestWatch(t *testing.T) {
	s := watching(t, smallSite(t))
	if !strings.HasPrefix(s.url, "http://127.0.0.1:") {
		t.Errorf("listens on %s", s.url)
	}
	s.shows("/", "Begin bij")
	s.edit("content/nl/index.md", "Begin bij", "Start bij")
	s.shows("/", "Start bij")
	if _, body := s.get("/en/email/"); !strings.Contains(body, "Choose") {
		t.Error("no other language")
	}
	// A browser that is listening does not hold it up.
	res, err := http.Get(s.url + "/_wegwijs/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	start := time.Now()
	if code := s.end(os.Interrupt); code != 0 {
		t.Errorf("Ctrl-C: status %d", code)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("Ctrl-C took %v", d)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "public")); err == nil {
		t.Error("wrote public unasked")
	}
	out, errs := s.lines()
	if len(out) != 2 || !strings.HasSuffix(out[1], " has the manual") || len(errs) != 0 {
		t.Errorf("said more than its addresses: %q %q", out, errs)
	}
}

// TestWatchSaysItsAddressAtOnce, also where there is no site to show.
func TestWatchSaysItsAddressAtOnce(t *testing.T) {
	s := watching(t, t.TempDir())
	s.says("site.toml: the folder has no site.toml")
	if out, _ := s.lines(); !addressRE.MatchString(out[0]) {
		t.Errorf("the first line is %q", out[0])
	}
	if code, _ := s.get("/"); code != http.StatusServiceUnavailable {
		t.Errorf("status %d", code)
	}
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("SIGTERM: status %d", code)
	}
}

func TestWatchTakesTheNextPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s := begin(t, smallSite(t), "--port", port)
	s.address()
	if out, _ := s.lines(); !strings.HasPrefix(out[0], "port "+port+" is taken; using ") || !strings.HasSuffix(s.url, strings.TrimPrefix(out[0], "port "+port+" is taken; using ")) {
		t.Errorf("said %q and %s", out[0], s.url)
	}
	s.shows("/", "Welkom")
}

func TestWatchRefuses(t *testing.T) {
	site := smallSite(t)
	inPublic := smallSite(t)
	if err := os.Symlink("content", filepath.Join(inPublic, "public")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		dir  string
		args []string
		code int
		want string
	}{
		{site, []string{"--port", "70000"}, 2, "--port 70000: a port is a number from 0 to 65535"},
		{site, []string{"--port", "-1"}, 2, "--port -1"},
		{site, []string{"--port", "0", "--host", "203.0.113.7"}, 1, "203.0.113.7"},
		{site, []string{"--port", "x"}, 2, "--port"},
		{site, []string{"overbodig"}, 2, "overbodig"},
		{inPublic, []string{"--port", "0", "--write"}, 2, "--write: the output folder"},
	} {
		s := begin(t, test.dir, test.args...)
		s.says(test.want)
		select {
		case <-s.ended:
			if s.code != test.code {
				t.Errorf("%v: status %d, want %d", test.args, s.code, test.code)
			}
		case <-time.After(30 * time.Second):
			t.Errorf("%v: goes on", test.args)
		}
	}
}

func TestWatchOnAllAddresses(t *testing.T) {
	s := watching(t, smallSite(t), "--host", "0.0.0.0")
	if !strings.HasPrefix(s.url, "http://localhost:") {
		t.Errorf("says %s", s.url)
	}
	ask := func(host string) int {
		req, _ := http.NewRequest(http.MethodGet, s.url+"/", nil)
		req.Host = host
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"localhost": 200, "192.0.2.1:7070": 200, name: 200, "kwaad.example": 403} {
		if got := ask(host); got != want {
			t.Errorf("Host %s: %d, want %d", host, got, want)
		}
	}
}

// TestWatchReports prints each mistake once, whatever else is edited.
func TestWatchReports(t *testing.T) {
	s := watching(t, smallSite(t))
	s.shows("/", "Begin bij")
	s.edit("content/nl/e-mail/imap.md", "[POP](pop.md)", "[POP](pup.md)")
	s.says("content/nl/e-mail/imap.md:11:5: no page content/nl/e-mail/pup.md [link-page]")
	s.says("hint: did you mean pop.md?")
	s.edit("content/nl/e-mail/imap.md", "## Ontvangen", "Een regel meer.\n\n## Ontvangen") // moves it
	s.shows("/e-mail/imap/", "Ontvangen")
	s.edit("content/nl/e-mail/pop.md", "Liever", "Liever :note[x]")
	s.says("content/nl/e-mail/pop.md:6:8: ")
	s.says("2 mistakes in all")
	if n := s.count("pup.md [link-page]"); n != 1 {
		t.Errorf("the first mistake was printed %d times", n)
	}
	s.edit("content/nl/e-mail/pop.md", "Liever :note[x]", "Liever")
	s.says("1 mistake in all")
	s.edit("content/nl/e-mail/imap.md", "pup.md", "pop.md")
	s.says("all mistakes are mended")
	s.edit("content/nl/e-mail/imap.md", "pop.md", "pup.md")
	s.until("the mistake again", func() bool { return s.count("pup.md [link-page]") == 2 })
	if n := s.count("all mistakes are mended"); n != 1 {
		t.Errorf("mended %d times", n)
	}
}

// TestWatchJSON reads the standard output of watch as programs do: it holds the findings alone.
func TestWatchJSON(t *testing.T) {
	s := watching(t, smallSite(t), "--format", "json")
	s.edit("content/nl/e-mail/imap.md", "[POP](pop.md)", "[POP](pup.md)")
	s.says("pup.md")
	s.edit("content/nl/e-mail/imap.md", "pup.md", "pop.md")
	var last struct{ Findings []struct{ Code string } }
	s.until("no findings", func() bool {
		out, _ := s.lines()
		n := 0
		for d := json.NewDecoder(strings.NewReader(strings.Join(out, "\n"))); d.Decode(&last) == nil; n++ {
		}
		return n > 1 && len(last.Findings) == 0
	})
	if code := s.end(os.Interrupt); code != 0 {
		t.Errorf("status %d", code)
	}
	for d := json.NewDecoder(strings.NewReader(strings.Join(s.out, "\n"))); d.More(); {
		if err := d.Decode(&last); err != nil {
			t.Fatalf("not JSON: %v\n%s", err, strings.Join(s.out, "\n"))
		}
	}
}

func TestWatchDrafts(t *testing.T) {
	for _, args := range [][]string{nil, {"--drafts"}} {
		s := watching(t, smallSite(t), args...)
		s.edit("content/nl/e-mail/pop.md", "order = 2", "order = 2\ndraft = true")
		s.edit("content/nl/e-mail/imap.md", "Zie [POP](pop.md), of", "Je kunt")
		s.edit("content/nl/e-mail/imap.md", `related = ["e-mail/pop"]`, "")
		s.edit("content/en/e-mail/imap.md", "See [POP](pop.md).", "See.")
		s.shows("/e-mail/imap/", "Je kunt")
		want := http.StatusNotFound
		if args != nil {
			want = http.StatusOK
		}
		s.until(fmt.Sprint("status ", want), func() bool { code, _ := s.get("/e-mail/pop/"); return code == want })
	}
}

// manifest returns what public says it holds, and checks that it does.
func (s *session) manifest() (release string) {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, "public", "manifest.json"))
	if err != nil {
		return ""
	}
	var m struct {
		Release string
		Files   []struct{ Path, SHA256 string }
	}
	if err := json.Unmarshal(data, &m); err != nil {
		s.t.Errorf("half a manifest: %v", err)
		return ""
	}
	return m.Release
}

// whole fails the test unless public holds what its manifest says and nothing
// of a build that was not finished.
func (s *session) whole() {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, "public", "manifest.json"))
	if err != nil {
		s.t.Error(err)
		return
	}
	var m struct {
		Files []struct{ Path, SHA256 string }
	}
	if err := json.Unmarshal(data, &m); err != nil {
		s.t.Errorf("half a manifest: %v", err)
	}
	for _, f := range m.Files {
		data, err := os.ReadFile(filepath.Join(s.dir, "public", filepath.FromSlash(f.Path)))
		sum := sha256.Sum256(data)
		if err != nil || hex.EncodeToString(sum[:]) != f.SHA256 {
			s.t.Errorf("%s is not what the manifest says: %v", f.Path, err)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, "public", ".wegwijs-stage")); err == nil {
		s.t.Error("a build was left unfinished")
	}
}

// TestWatchHasTheManual shows the manual at an address of its own, which the first
// lines name: every page, topic and code can be reached from there and from the
// findings, in both languages, whatever is wrong with the site; and nothing of it is
// ever written.
func TestWatchHasTheManual(t *testing.T) {
	s := watching(t, smallSite(t), "--write", "--lang", "nl")
	s.says(s.url + "/_wegwijs/help/ is het handboek")
	s.until("public", func() bool { return s.manifest() != "" })
	s.edit("content/nl/e-mail/imap.md", "[POP](pop.md)", "[POP](pup.md)")
	s.edit("content/nl/index.md", "Begin bij", "![x](nergens.png)")
	s.says("pup.md [link-page]")
	s.says("nergens.png\" [image]")

	pages, missing := map[string]string{}, []string{}
	for next := []string{"/_wegwijs/help", "/_wegwijs/findings"}; len(next) > 0; next = next[1:] {
		if _, seen := pages[next[0]]; seen {
			continue
		}
		code, body := s.get(next[0])
		pages[next[0]] = body
		if code != http.StatusOK {
			missing = append(missing, next[0])
		}
		at, err := url.Parse(next[0])
		if err != nil {
			t.Fatal(err)
		}
		if at.Path == "/_wegwijs/help" {
			at.Path = serve.Help + "nl/" // where that leads
		}
		for _, r := range references(t, body) {
			to, err := at.Parse(r.url)
			if err != nil || to.Host != "" || !strings.HasPrefix(to.Path, serve.Help) {
				continue
			}
			if to.Fragment != "" && !strings.Contains(pages[to.Path], ` id="`+to.Fragment+`"`) {
				if _, page := s.get(to.Path); !strings.Contains(page, ` id="`+to.Fragment+`"`) {
					missing = append(missing, to.String())
				}
			}
			next = append(next, to.Path)
		}
	}
	if len(missing) > 0 {
		t.Errorf("not there: %q", missing)
	}
	for _, lang := range []string{"nl", "en"} {
		for _, topic := range manual.Topics() {
			if body := pages[serve.Help+lang+"/"+topic]; !strings.Contains(body, `<html lang="`+lang+`">`) || !strings.Contains(body, `aria-current="page"`) {
				t.Errorf("%s in %s cannot be reached: %.100q", topic, lang, body)
			}
		}
	}
	findings := pages["/_wegwijs/findings"]
	for _, want := range []string{`href="/_wegwijs/help/nl/codes#link-page"`, `href="/_wegwijs/help/nl/"`, "2 fouten", `lang="nl"`} {
		if !strings.Contains(findings, want) {
			t.Errorf("the findings lack %q", want)
		}
	}
	for to, want := range map[string]int{"nl/link-page": 200, "link-page": 200, "en": 200, "codes": 200, "nl/nonsense": 404, "de/": 404, "nl/codes/x": 404, "nonsense": 404} {
		if code, _ := s.get(serve.Help + to); code != want {
			t.Errorf("%s: %d, want %d", to, code, want)
		}
	}
	s.edit("content/nl/e-mail/imap.md", "pup.md", "pop.md")
	s.edit("content/nl/index.md", "![x](nergens.png)", "Kijk bij")
	s.until("the mended site in public", func() bool {
		data, _ := os.ReadFile(filepath.Join(s.dir, "public", "index.html"))
		_, err := os.Stat(filepath.Join(s.dir, "public", ".wegwijs-stage")) // it goes last
		return strings.Contains(string(data), "Kijk bij") && s.manifest() != "" && errors.Is(err, fs.ErrNotExist)
	})
	for name, text := range contents(t, filepath.Join(s.dir, "public")) {
		if strings.Contains(name, "_wegwijs") || strings.Contains(text, "_wegwijs") {
			t.Errorf("%s is the preview's", name)
		}
	}
}

func TestWatchWrites(t *testing.T) {
	s := watching(t, smallSite(t), "--write")
	first := ""
	s.until("public", func() bool { first = s.manifest(); return first != "" })
	page := func() string {
		data, _ := os.ReadFile(filepath.Join(s.dir, "public", "index.html"))
		return string(data)
	}
	s.edit("content/nl/index.md", "Begin bij", "Start bij")
	good := ""
	s.until("the edit in public", func() bool { // the manifest comes last
		good = s.manifest()
		return good != first && strings.Contains(page(), "Start bij")
	})
	if strings.Contains(page(), "_wegwijs") {
		t.Error("the preview's script is in public")
	}

	// With a mistake anywhere nothing is written, however good the rest is.
	s.edit("content/nl/e-mail/imap.md", "[POP](pop.md)", "[POP](pup.md)")
	s.says("pup.md [link-page]")
	s.edit("content/nl/index.md", "Start bij", "Kijk bij")
	s.shows("/", "Kijk bij")
	s.edit("layouts/base.html", "{{ .Title }}", "{{ .Titel }}")
	s.says("2 mistakes in all")
	if s.manifest() != good || strings.Contains(page(), "Kijk") {
		t.Error("wrote a site with mistakes")
	}
	s.edit("layouts/base.html", "{{ .Titel }}", "{{ .Title }}")
	s.edit("content/nl/e-mail/imap.md", "pup.md", "pop.md")
	s.until("the mended site in public", func() bool { return strings.Contains(page(), "Kijk bij") })

	// The end comes in the middle of edits.
	for n := range 40 {
		s.edit("layouts/base.html", "<!doctype html>\n", fmt.Sprintf("<!doctype html>\n<!-- %d -->\n", n))
		time.Sleep(time.Duration(n%7) * time.Millisecond)
	}
	if code := s.end(os.Interrupt); code != 0 {
		t.Errorf("status %d", code)
	}
	s.whole()
}

// TestWatchPolls shows that --poll does without events, and that edits come
// all the same.
func TestWatchPolls(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks at Linux's /proc")
	}
	inotify := func(s *session) (n int) {
		dir := fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid)
		fds, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, fd := range fds {
			if to, _ := os.Readlink(filepath.Join(dir, fd.Name())); strings.Contains(to, "inotify") {
				n++
			}
		}
		return n
	}
	s := watching(t, smallSite(t), "--poll")
	s.shows("/", "Begin bij")
	if n := inotify(s); n != 0 {
		t.Errorf("with --poll: %d watchers of events", n)
	}
	s.edit("layouts/base.html", "{{ .Nav }}", "{{ .Nav }}<hr>")
	s.shows("/", "<hr>")
	with := watching(t, smallSite(t))
	with.shows("/", "Begin bij")
	if n := inotify(with); n != 1 {
		t.Errorf("without --poll: %d watchers of events", n)
	}
}

func TestWatchOpensABrowser(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have another program for it")
	}
	bin := t.TempDir()
	said := filepath.Join(bin, "said")
	script := "#!/bin/sh\necho \"$@\" >" + said + "\n"
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	s := watching(t, smallSite(t), "--open")
	s.until("a browser", func() bool {
		data, _ := os.ReadFile(said)
		return strings.TrimSpace(string(data)) == s.url+"/"
	})
}

func TestWatchFollows(t *testing.T) {
	s := watching(t, smallSite(t), "--follow")
	res, err := http.Get(s.url + "/_wegwijs/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	found := make(chan bool)
	go func() {
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if strings.Contains(lines.Text(), `"follow":"/en/email/"`) {
				found <- true
				return
			}
		}
		found <- false
	}()
	s.shows("/", "Begin bij")
	s.edit("content/en/e-mail/index.md", "Choose", "Pick")
	select {
	case ok := <-found:
		if !ok {
			t.Error("browsers are not told where the edit was")
		}
	case <-time.After(30 * time.Second):
		t.Error("browsers are not told where the edit was")
	}
}
