package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A scene is a target in a certain state and the change that is interrupted.
type scene struct {
	name   string
	before []files // published one after another, without faults
	keep   int
	change func(ctx context.Context, target Target, around Surroundings) error
	from   files // what readers have before the change; nil: nothing
	to     files // and after it

	template string // a folder that holds the state before the change
}

func publishes(s files) func(context.Context, Target, Surroundings) error {
	return func(ctx context.Context, target Target, around Surroundings) error {
		rep, err := tryPublish(ctx, target, around, s.release(), lax)
		if err == nil && !rep.Live {
			err = fmt.Errorf("refused: %v", rep.Plan.Refused)
		}
		return andLive(rep, err)
	}
}

// A liveError is an error of a publish that says that readers have the new
// release.
type liveError struct{ error }

func (e liveError) Unwrap() error { return e.error }

func andLive(rep *Report, err error) error {
	if err != nil && rep != nil && rep.Live {
		return liveError{err}
	}
	return err
}

func scenes() []scene {
	siteA2 := siteA.with(files{"index.html": "nl A2 <link href=/assets/site.aaaaaaaaaa.css>"})
	return []scene{
		{name: "first", keep: 3, change: publishes(siteA), to: siteA},
		{name: "second", before: []files{siteA}, keep: 3, change: publishes(siteB), from: siteA, to: siteB},
		// The tree of siteA2 is the spare that siteB is made from, and siteA
		// falls out after it.
		{name: "spare", before: []files{siteA2, siteA}, keep: 1, change: publishes(siteB), from: siteA, to: siteB},
		// siteC is made from the tree of siteA, which was two publishes ago.
		{name: "old spare", before: []files{siteA, siteB}, keep: 1, change: publishes(siteC), from: siteB, to: siteC},
		{name: "again", before: []files{siteA, siteB}, keep: 3, change: publishes(siteA), from: siteB, to: siteA},
		{name: "rollback", before: []files{siteA, siteB}, keep: 3, from: siteB, to: siteA,
			change: func(ctx context.Context, target Target, around Surroundings) error {
				p, err := Open(ctx, target, around, true)
				if err != nil {
					return err
				}
				defer p.Close()
				rep, err := p.Rollback(ctx, siteA.release().Manifest.Release, Options{})
				return andLive(rep, err)
			}},
		{name: "prune", before: []files{siteA, siteA2, siteB}, keep: 2, change: publishes(siteC), from: siteB, to: siteC},
	}
}

// stage sets the scene up in a new folder below root.
func (s *scene) stage(t *testing.T, root string) Target {
	t.Helper()
	target := dirTarget(root)
	target.Keep, target.Parallel = s.keep, 1 // one at a time, so that the n-th operation is always the same
	if s.template == "" {
		s.template = testenv.RAM(t)
		for i, b := range s.before {
			at := target
			at.Path = s.template
			mustPublish(t, at, later(quietly(), time.Duration(i)*hour), b.release(), lax)
		}
	}
	copyAll(t, s.template, root)
	return target
}

// copyAll copies a folder with links, hard links and attributes.
func copyAll(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "-a", from+"/.", to).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v: %s", err, out)
	}
}

// stride returns how far apart the tries are in a test that could try every
// operation: with -short, usually, and where tests are thorough.
func stride(short, usual, thorough int) int {
	switch {
	case testing.Short():
		return short
	case testenv.Thorough():
		return thorough
	}
	return usual
}

// quietly is me without beats, which would come between the operations.
func quietly() Surroundings {
	s := me()
	s.beat, s.watch = hour, time.Millisecond
	return s
}

// listing is what a target's folder holds when all is done: every path, and
// the bytes of what readers may get.
func listing(t *testing.T, root string) files {
	t.Helper()
	out := files{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		rel = filepath.ToSlash(rel)
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			out[rel], err = os.Readlink(p)
		case d.IsDir():
			out[rel] = "/"
		case strings.HasPrefix(rel, "releases/") && strings.Count(rel, "/") > 1, strings.HasPrefix(rel, release.Folder+"/spare/tree/"):
			var b []byte
			b, err = os.ReadFile(p)
			out[rel] = string(b)
		default:
			out[rel] = "."
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(out, release.Folder+"/trash") // made when first needed
	return out
}

func compareListings(t *testing.T, got, want files) {
	t.Helper()
	for _, p := range slices.Sorted(maps.Keys(want)) {
		if g, ok := got[p]; !ok {
			t.Errorf("after going on: %s is missing", p)
		} else if g != want[p] {
			t.Errorf("after going on: %s is %.40q, want %.40q", p, g, want[p])
		}
	}
	for _, p := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[p]; !ok {
			t.Errorf("after going on: %s is left over", p)
		}
	}
}

// TestEveryOperationFails interrupts each scene at each operation in turn, in
// up to four ways: the connection goes before the operation is done, or right
// after it, or only this operation fails, or only its answer is lost. (Usually in
// the first and the last, which differ most; with -short at every ninth
// operation.) Readers then have exactly the old release
// or exactly the new one; and the same command again, without faults, ends in
// exactly the state that it would have made undisturbed.
func TestEveryOperationFails(t *testing.T) {
	for _, s := range scenes() {
		ref := testenv.RAM(t)
		target := s.stage(t, ref)
		count := &counter{}
		around := later(quietly(), 5*hour)
		around.wrap = count.wrap
		if err := s.change(t.Context(), target, around); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		want := listing(t, ref)
		modes := map[string]*fault{"cut": {}, "cut after": {after: true}, "fails": {only: true}, "answer lost": {only: true, after: true}}
		if !testenv.Thorough() {
			delete(modes, "cut after")
			delete(modes, "fails")
		}
		for mode, f := range modes {
			t.Run(s.name+"/"+mode, func(t *testing.T) {
				t.Parallel()
				n := 1
				for ; ; n += stride(9, 1, 1) {
					f := &fault{at: n, after: f.after, only: f.only}
					if !interrupted(t, &s, f, want) {
						break
					}
					if t.Failed() {
						t.Fatalf("at operation %d", n)
					}
				}
				if n < 30 {
					t.Errorf("only %d operations were tried", n)
				}
			})
		}
	}
}

// interrupted runs the scene with one fault and once more without; hit says
// whether there was an operation for the fault to strike.
func interrupted(t *testing.T, s *scene, f *fault, want files) (hit bool) {
	root := testenv.RAM(t)
	defer os.RemoveAll(root)
	target := s.stage(t, root)
	around := later(quietly(), 5*hour)
	around.wrap = f.wrap
	err := s.change(t.Context(), target, around)
	if !f.hit {
		if err != nil {
			t.Errorf("without a fault: %v", err)
		}
		return false
	}
	got := isOne(t, served(t, root), s.from, s.to)
	_, live := errors.AsType[liveError](err)
	switch {
	case (err == nil || live) && got != 1:
		t.Errorf("it says that the new release is live, and readers have the old one: %v", err)
	case f.only && err != nil && got == 1 && !live:
		// Where the line is cut for good, it may not be known.
		t.Errorf("readers have the new release, and it does not say so: %v", err)
	}
	if again := s.change(t.Context(), target, later(quietly(), 5*hour)); again != nil {
		t.Errorf("again: %v (first: %v)", again, err)
		return true
	}
	isOne(t, served(t, root), s.to)
	compareListings(t, listing(t, root), want)
	return true
}

// TestSomethingElseAfterAnInterruption publishes another release than the one
// that was interrupted: what was staged must not end up in it. With -short every
// fifth operation is interrupted.
func TestSomethingElseAfterAnInterruption(t *testing.T) {
	for _, s := range scenes()[:4] {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			other := siteC.with(files{"index.html": "other", "x": "-", "x/a": "x", "e-mail/pop/index.html": "other too"})
			for n := 1; ; n += stride(5, 1, 1) {
				root := testenv.RAM(t)
				target := s.stage(t, root)
				f := &fault{at: n}
				around := later(quietly(), 5*hour)
				around.wrap = f.wrap
				s.change(t.Context(), target, around)
				if !f.hit {
					if n < 30 {
						t.Errorf("only %d operations were tried", n)
					}
					return
				}
				if err := publishes(other)(t.Context(), target, later(quietly(), 6*hour)); err != nil {
					t.Fatalf("at %d: %v", n, err)
				}
				isOne(t, served(t, root), other)
				// And every release that is kept is whole.
				for _, r := range statusOf(t, target, me()).Releases {
					got := readTree(t, filepath.Join(root, "releases", r.Release))
					isOne(t, got, append(slices.Clone(s.before), siteA, siteB, siteC, other)...)
				}
				if t.Failed() {
					t.Fatalf("at operation %d", n)
				}
				os.RemoveAll(root)
			}
		})
	}
}

// TestTwiceInterrupted goes on where it stopped more than once, at operations
// further and further on.
func TestTwiceInterrupted(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			root := testenv.RAM(t)
			target := s.stage(t, root)
			for n := 12; ; n += 3 {
				f := &fault{at: n, after: n%2 == 0}
				around := later(quietly(), 5*hour)
				around.wrap = f.wrap
				err := s.change(t.Context(), target, around)
				isOne(t, served(t, root), s.from, s.to)
				if err == nil {
					break
				}
				if n > 2000 {
					t.Fatal("never comes to an end")
				}
			}
			isOne(t, served(t, root), s.to)
		})
	}
}
