package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestSectionsOfAnotherKind: a section of site.toml that is no table, or one
// where there are several, is said where it stands, once, by every command
// that reads it; that of publish and forms too, which the rest of the file does
// not need.
func TestSectionsOfAnotherKind(t *testing.T) {
	small := testenv.SmallSite(t)
	site := func(t *testing.T, line string) string {
		dir := t.TempDir()
		for name, text := range small {
			if name == config.File {
				text = line + text
			}
			name = filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	values := []string{"3", "true", `"live"`, "[1]", "2026-11-23"}
	var names []string
	for _, k := range config.Schema(nil).Below {
		// The small site has a table of that name where it says so itself.
		if (k.Kind == tomlfile.OneTable || k.Kind == tomlfile.ManyTables) && !strings.Contains(small[config.File], "["+k.Name) {
			names = append(names, k.Name)
		}
	}
	if !slices.Contains(names, "publish") || !slices.Contains(names, "forms") || len(names) < 8 {
		t.Fatalf("the sections that can be tried: %q", names)
	}
	for i, name := range names {
		line := name + " = " + values[i%len(values)] + "\n"
		dir := site(t, line)
		commands := [][]string{{"check"}, {"build"}, {"verify"}}
		if name == "publish" {
			commands = append(commands, []string{"publish", "--plan"}, []string{"publish", "status"}, []string{"publish", "rollback"})
		}
		for _, args := range commands {
			_, stderr := program(t, 1, append([]string{"-C", dir}, args...)...)
			want := fmt.Sprintf("%s:1:%d", config.File, len(name)+4)
			if n := strings.Count(stderr, want+": "+name+" takes a "); n != 1 {
				t.Errorf("%s, %s: said %d times at %s:\n%s", strings.TrimSpace(line), args, n, want, stderr)
			}
		}
	}
	for _, line := range []string{"[[publish]]\ntype = \"dir\"\n", "[[forms]]\ndns = false\n"} {
		dir := site(t, "")
		f, err := os.OpenFile(filepath.Join(dir, config.File), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteString(line)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		if _, stderr := program(t, 1, "-C", dir, "check"); strings.Count(stderr, " takes a table, this is a list") != 1 {
			t.Errorf("%s: %s", line, stderr)
		}
	}
}
