//go:build unix

package output

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

var seed = flag.Uint64("seed", 0, "seed of the random moments at which builds are killed; 0 takes a new one")

// child names, in the environment of this program started by itself, the
// folder and the version to build.
const child = "WEGWIJS_TEST_BUILD"

func TestMain(m *testing.M) {
	if dir, version, ok := strings.Cut(os.Getenv(child), "|"); ok {
		n, err := strconv.Atoi(version)
		if err == nil {
			var s *fileset.Set
			s, err = versionSet(n)
			fmt.Println("ready")
			if err == nil {
				start := time.Now()
				_, err = Write(context.Background(), s, dir, Options{})
				fmt.Println(time.Since(start).Microseconds())
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// versionFiles returns the files of one version of a site: every page says which
// assets it uses. From version to version pages and assets change, come and
// go, and a file and a folder change places.
func versionFiles(n int) map[string]string {
	m := map[string]string{}
	filler := strings.Repeat("wegwijs ", 200)
	for i := range 60 {
		if (i+n)%7 == 0 {
			continue
		}
		own := fmt.Sprintf("assets/%d.%d.css", i, n/(1+i%3))
		shared := fmt.Sprintf("assets/shared.%d.css", n/2)
		m[own], m[shared] = "asset of "+own+filler, "asset of "+shared
		m[fmt.Sprintf("a/%d/index.html", i)] = fmt.Sprintf("page %d version %d\nuses %s\nuses %s\n%s", i, n/(1+i%2), own, shared, filler)
	}
	if n%2 == 0 {
		m["turn"] = "a file"
		m["back/index.html"] = "a folder"
	} else {
		m["turn/index.html"] = "a folder"
		m["back"] = "a file"
	}
	m["sitemap.xml"] = fmt.Sprintf("names of version %d", n)
	return m
}

func versionSet(n int) (*fileset.Set, error) {
	var list []fileset.File
	for p, text := range versionFiles(n) {
		rank := fileset.Page
		if strings.HasPrefix(p, "assets/") {
			rank = fileset.Asset
		} else if strings.HasSuffix(p, ".xml") {
			rank = fileset.Index
		}
		list = append(list, fileset.File{Path: p, Rank: rank, Make: fileset.Bytes([]byte(text))})
	}
	s, clashes := fileset.NewSet(list)
	if len(clashes) > 0 {
		return nil, fmt.Errorf("the files of the test clash: %v", clashes)
	}
	return s, nil
}

// TestKilledBuilds kills builds at random moments and looks at what readers
// would then get: only whole files, and no page without its assets. Whatever
// was killed before, and how often, one build that comes to its end gives what
// a build into an empty folder gives.
func TestKilledBuilds(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 20
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with -seed %d", *seed)
	random := rand.New(rand.NewPCG(*seed, 0))
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(memory(t), "public")
	known := map[string]map[string]bool{} // the bytes that a path has in any version
	cleanOf := func(n int) map[string]string {
		s, err := versionSet(n)
		if err != nil {
			t.Fatal(err)
		}
		return clean(t, s)
	}
	learn := func(n int) {
		for p, text := range cleanOf(n) {
			if known[p] == nil {
				known[p] = map[string]bool{}
			}
			known[p][text] = true
		}
	}
	start := func(n int) (*exec.Cmd, *bufio.Reader) {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d", child, dir, n))
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(out)
		if line, err := r.ReadString('\n'); err != nil || line != "ready\n" {
			t.Fatalf("the child said %q, %v", line, err)
		}
		return cmd, r
	}
	// How long a whole build takes here and now.
	var whole time.Duration
	for n := range 2 {
		learn(n)
		cmd, out := start(n)
		line, _ := out.ReadString('\n')
		io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		us, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		whole = max(whole, time.Duration(us)*time.Microsecond)
	}
	check := func(what string) {
		got := listing(t, dir)
		for p, text := range got {
			if strings.HasPrefix(p, stageDir+"/") {
				continue
			}
			if strings.HasSuffix(p, "/") {
				continue // a folder that a file is about to come into
			}
			if !known[p][text] {
				t.Errorf("%s: %s is not whole: %.60q…", what, p, text)
			}
			for line := range strings.Lines(text) {
				if asset, ok := strings.CutPrefix(strings.TrimSpace(line), "uses "); ok {
					if _, there := got[asset]; !there {
						t.Errorf("%s: %s uses %s, which is not there", what, p, asset)
					}
				}
			}
		}
	}
	killed, inCommit := 0, 0
	for round := range rounds {
		n := round + 2
		learn(n)
		cmd, out := start(n)
		time.Sleep(time.Duration(random.Int64N(int64(whole)*5/4 + 1)))
		cmd.Process.Signal(syscall.SIGKILL)
		line, _ := out.ReadString('\n')
		cmd.Wait()
		if cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
			killed++
			whole += whole / 20
		} else if us, err := strconv.Atoi(strings.TrimSpace(line)); err == nil { // too late
			whole = min(whole*3/4, time.Duration(us)*time.Microsecond)
		}
		if _, err := os.Stat(filepath.Join(dir, journalPath)); err == nil {
			inCommit++
		}
		what := fmt.Sprintf("killed in round %d", round)
		check(what)
		switch random.IntN(4) {
		case 0: // the next build comes to its end
			n := random.IntN(n + 1)
			s, err := versionSet(n)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Write(t.Context(), s, dir, Options{}); err != nil {
				t.Fatalf("%s, then a build: %v", what, err)
			}
			if d := differ(listing(t, dir), cleanOf(n)); d != "" {
				t.Fatalf("%s, then a build:\n%s", what, d)
			}
		case 1: // the next build is refused
			before := listing(t, dir)
			s, err := versionSet(0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Write(t.Context(), s, dir, Options{Accept: func() bool { return false }}); err != nil {
				t.Fatal(err)
			}
			for p := range before {
				if strings.HasPrefix(p, stageDir+"/") {
					delete(before, p)
				}
			}
			after := listing(t, dir)
			for p := range after {
				if strings.HasPrefix(p, stageDir+"/") {
					delete(after, p)
				}
			}
			if d := differ(after, before); d != "" {
				t.Fatalf("%s, then a refused build:\n%s", what, d)
			}
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d of %d builds were killed in time, %d of them while files were put in place or waiting for that", killed, rounds, inCommit)
	if killed < rounds/4 {
		t.Errorf("only %d of %d builds were killed before their end", killed, rounds)
	}
	s, err := versionSet(1)
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, dir)
	if d := differ(listing(t, dir), cleanOf(1)); d != "" {
		t.Error(d)
	}
}
