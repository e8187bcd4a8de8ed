package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	if os.Getenv("WEGWIJS_CACHE") == "" { // not the cache of the person who runs the tests
		os.Setenv("WEGWIJS_CACHE", filepath.Join(os.TempDir(), "wegwijs-tests"))
	}
	os.Setenv(hunspellEnv, "off") // what a machine knows of spelling is no matter of these tests
	testscript.Main(m, map[string]func(){"wegwijs": main})
}

// TestScript runs the program as its users do. Every script has the small site
// of testdata/small.txtar in its folder, but for the files that it brings
// itself. Beside the usual commands a script has
//
//	status N program args…   the program must end with exit status N
//	tree [-p] FOLDER FILE    write to FILE the path, digest and time of every file in FOLDER; -p: the path only
//	scrub FILE…              replace digests and sizes, for comparison with a text in the script
//	png FILE WIDTH HEIGHT    write a picture that can be smaller
//	spoil FOLDER             change the last byte of every file in it
//	terminal FILE program…   run the program with a terminal for its output, and write that to FILE
func TestScript(t *testing.T) {
	small := testenv.SmallSite(t)
	small["site.toml"] += "\n[check.severity]\npage-description = \"off\"\n" // pages of scripts are short
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("WEGWIJS_CACHE", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv(hunspellEnv, "off")
			for name, text := range small {
				name := filepath.Join(e.WorkDir, filepath.FromSlash(name))
				if _, err := os.Stat(name); err == nil {
					continue
				}
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "tree": tree, "scrub": scrub, "terminal": terminalFor, "png": pngFile, "spoil": spoil,
		},
	})
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program args…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("got exit status %d, want %d", got, want)
	}
}

func tree(ts *testscript.TestScript, neg bool, args []string) {
	pathsOnly := len(args) == 3 && args[0] == "-p"
	if pathsOnly {
		args = args[1:]
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tree [-p] folder file")
	}
	var b strings.Builder
	root := ts.MkAbs(args[0])
	ts.Check(filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == root {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		line := filepath.ToSlash(rel)
		switch {
		case d.IsDir():
			line += "/"
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(p)
			if err != nil {
				return err
			}
			line += " -> " + to
		case !pathsOnly:
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			line = fmt.Sprintf("%s %x %s", line, sha256.Sum256(data), info.ModTime())
		}
		b.WriteString(line + "\n")
		return nil
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(b.String()), 0o644))
}

var digests = regexp.MustCompile(`[0-9a-f]{64}|[0-9a-f]{16}\b|\.[0-9a-f]{10}\.|"size":[0-9]+|"bytes": [0-9]+`)

func scrub(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := digests.ReplaceAllStringFunc(ts.ReadFile(name), func(s string) string {
			switch {
			case strings.HasPrefix(s, `"`):
				return strings.TrimRight(s, "0123456789") + "N"
			case strings.HasPrefix(s, "."):
				return ".DIGEST."
			}
			return "DIGEST"
		})
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
	}
}

// TestAgain: work is done anew while files change under it, but not for ever.
func TestAgain(t *testing.T) {
	changed := fmt.Errorf("make index.html: %w", state.ErrChanged)
	other := errors.New("the disk is full")
	for _, c := range []struct {
		gives []error
		times int
		want  error
	}{
		{[]error{nil}, 1, nil},
		{[]error{other}, 1, other},
		{[]error{changed, nil}, 2, nil},
		{[]error{changed, other}, 2, other},
		{[]error{changed, changed, nil}, 3, nil},
		{[]error{changed, changed, changed, nil}, 3, changed},
	} {
		n := 0
		err := again(func() error {
			n++
			return c.gives[n-1]
		})
		if n != c.times || err != c.want {
			t.Errorf("%v: got %d times and %v, want %d and %v", c.gives, n, err, c.times, c.want)
		}
	}
}

func pngFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: png file width height")
	}
	w, err := strconv.Atoi(args[1])
	ts.Check(err)
	h, err := strconv.Atoi(args[2])
	ts.Check(err)
	var b bytes.Buffer
	ts.Check((&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, image.NewGray(image.Rect(0, 0, w, h))))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}

func spoil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: spoil folder")
	}
	n := 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil || len(data) == 0 {
			return err
		}
		n++
		data[len(data)-1] ^= 1
		return os.WriteFile(p, data, 0o644)
	}))
	if n == 0 {
		ts.Fatalf("no files in %s", args[0])
	}
}
