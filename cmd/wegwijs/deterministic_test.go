package main

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// repository is the root of this repository, which is a site itself.
const repository = "../.."

// inputs reads what a site is made of.
func inputs(t testing.TB, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	for _, root := range []string{"content", "i18n", "layouts", "site.toml", ".verified.toml"} {
		err := filepath.WalkDir(filepath.Join(dir, root), func(p string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(dir, p)
			m[filepath.ToSlash(rel)] = string(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// lay writes files in the order of a shuffle, with times all over the past.
func lay(t testing.TB, dir string, files map[string]string, random *rand.Rand) {
	t.Helper()
	names := slices.Sorted(maps.Keys(files))
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names {
		p := filepath.Join(dir, filepath.FromSlash(name))
		testenv.Write(t, p, files[name])
		at := time.Unix(1e9+random.Int64N(7e8), random.Int64N(1e9))
		if err := os.Chtimes(p, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

// contents reads all files below a folder.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		if d.IsDir() {
			m[rel+"/"] = ""
			return nil
		}
		data, err := os.ReadFile(p)
		m[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSameInputSameBytes builds the same files in other folders, written in
// another order and at other times, with one processor and with many, onto an
// empty folder and onto a full one: the output is the same, to the byte. With
// -short it leaves out this repository's own site, which takes longest.
func TestSameInputSameBytes(t *testing.T) {
	sites := map[string]map[string]string{"small": testenv.SmallSite(t, servedSite), "own": inputs(t, repository), "generated": generated(t, 200)}
	if testing.Short() {
		delete(sites, "own")
	}
	for name, files := range sites {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(len(name))))
			var want map[string]string
			for i, procs := range []int{1, runtime.NumCPU(), 8, 1} {
				dir := filepath.Join(testenv.RAM(t), strings.Repeat("x", i), "site")
				lay(t, dir, files, random)
				if i == 3 { // what is left of an earlier build does not show
					lay(t, dir, map[string]string{"content/nl/tijdelijk.md": "+++\ntitle = \"Tijdelijk\"\n+++\n"}, random)
					command(t, dir, procs)
					if err := os.Remove(filepath.Join(dir, "content/nl/tijdelijk.md")); err != nil {
						t.Fatal(err)
					}
				}
				command(t, dir, procs)
				got := contents(t, filepath.Join(dir, "public"))
				if want == nil {
					want = got
					if len(want) < 20 {
						t.Fatalf("only %d files were built", len(want))
					}
					for p, text := range want {
						if strings.Contains(text, dir) {
							t.Errorf("%s names the folder of the site", p)
						}
					}
					continue
				}
				if d := diff(got, want); d != "" {
					t.Errorf("build %d, GOMAXPROCS=%d: %s", i+1, procs, d)
				}
			}
		})
	}
}

// command runs the program as a process of its own.
func command(t testing.TB, dir string, procs int) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "wegwijs", "build", "-C", dir)
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", procs), "TZ=Pacific/Kiritimati", "LANG=tr_TR.UTF-8")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// diff says in which files two trees differ, and where.
func diff(got, want map[string]string) string {
	var b strings.Builder
	all := maps.Clone(got)
	maps.Copy(all, want)
	for _, p := range slices.Sorted(maps.Keys(all)) {
		g, gok := got[p]
		w, wok := want[p]
		switch {
		case !gok:
			fmt.Fprintf(&b, "\n%s is not there", p)
		case !wok:
			fmt.Fprintf(&b, "\n%s should not be there", p)
		case g != w:
			i := 0
			for i < len(g) && i < len(w) && g[i] == w[i] {
				i++
			}
			fmt.Fprintf(&b, "\n%s differs at byte %d: got %.60q, want %.60q", p, i, g[i:], w[i:])
		}
	}
	return b.String()
}
