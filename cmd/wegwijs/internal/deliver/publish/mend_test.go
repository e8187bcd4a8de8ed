package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// spoil does by hand, in a folder with siteB that readers get, what should not
// be done: it takes away a page, a folder and an asset, cuts files short, and
// puts a folder, a link and a file in the place of others. It returns how many
// files that harms.
func spoil(t *testing.T, dir string) int {
	t.Helper()
	at := func(p string) string { return filepath.Join(dir, filepath.FromSlash(p)) }
	for _, err := range []error{
		os.Remove(at("index.html")),
		os.RemoveAll(at("e-mail")), // three pages
		os.Remove(at("assets/site.bbbbbbbbbb.css")),
		os.Truncate(at("assets/logo.png"), 3),
		os.Truncate(at("assets/blijft.cccccccccc.js"), 3), // another release has it too
		os.Remove(at("404.html")),
		os.Mkdir(at("404.html"), 0o755),
		os.WriteFile(at("404.html/x"), nil, 0o644),
		os.Remove(at("anders.txt")),
		os.Symlink("/etc/hostname", at("anders.txt")),
		os.RemoveAll(at("x")), // one file
		os.WriteFile(at("x"), nil, 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return 10
}

// TestPublishAgainMends publishes once more what readers have, after someone
// was at work in it by hand: it brings what is missing, and only that.
func TestPublishAgainMends(t *testing.T) {
	_, on := startSSHD(t)
	for name, make := range map[string]func(dir string) Target{"dir": dirTarget, "ssh": on} {
		t.Run(name, func(t *testing.T) {
			root := testenv.RAM(t)
			target := make(root)
			mustPublish(t, target, me(), siteA.release(), lax)
			mustPublish(t, target, later(me(), hour), siteB.release(), lax)
			n := spoil(t, filepath.Join(root, "current"))
			rep := mustPublish(t, target, later(me(), 2*hour), siteB.release(), lax)
			isOne(t, served(t, root), siteB)
			if rep.Mended != n || !rep.Plan.Empty() {
				t.Errorf("%d files were mended, want %d; plan %+v", rep.Mended, n, rep.Plan)
			}
			if rep := mustPublish(t, target, later(me(), 3*hour), siteB.release(), lax); rep.Mended != 0 {
				t.Errorf("%d files were mended where nothing was wrong", rep.Mended)
			}
			rollback(t, target, later(me(), 4*hour), "")
			isOne(t, served(t, root), siteA)
		})
	}
}

// TestMendedForAll cuts a file short that all releases share, by hard links,
// also the one that the next will be made of.
func TestMendedForAll(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	target.Keep = 2
	for i, site := range []files{siteA, siteB, siteC} {
		mustPublish(t, target, later(me(), hour*time.Duration(i)), site.release(), lax)
	}
	if err := os.Truncate(filepath.Join(root, "current", "404.html"), 3); err != nil {
		t.Fatal(err)
	}
	if rep := mustPublish(t, target, later(me(), 4*hour), siteC.release(), lax); rep.Mended != 1 {
		t.Errorf("%d files were mended, want 1", rep.Mended)
	}
	next := siteC.with(files{"index.html": "D"})
	mustPublish(t, target, later(me(), 5*hour), next.release(), lax)
	isOne(t, served(t, root), next)
	rollback(t, target, later(me(), 6*hour), "")
	isOne(t, served(t, root), siteC)
}

// TestNothingWrongIsHandedOn publishes something else where someone was at work
// by hand: what was cut short or put in the place of a file is not taken over.
func TestNothingWrongIsHandedOn(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	mustPublish(t, target, me(), siteB.release(), lax)
	spoil(t, filepath.Join(root, "current"))
	next := siteB.with(files{"zomaar.txt": "D"})
	mustPublish(t, target, later(me(), hour), next.release(), lax)
	isOne(t, served(t, root), next)
	if i, err := os.Lstat(filepath.Join(root, "current", "anders.txt")); err != nil || !i.Mode().IsRegular() {
		t.Errorf("a link was handed on: %v %v", i, err)
	}
}

// TestAllGoneMends takes away all that readers had, and what says what it was.
func TestAllGoneMends(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: takes long")
	}
	for name, spoil := range map[string]func(root, id string) error{
		"files":    func(root, id string) error { return empty(filepath.Join(root, "releases", id)) },
		"manifest": func(root, id string) error { return os.Remove(filepath.Join(root, "releases", id, "manifest.json")) },
		"manifest cut short": func(root, id string) error {
			return os.Truncate(filepath.Join(root, "releases", id, "manifest.json"), 9)
		},
		"record": func(root, id string) error { return os.Remove(filepath.Join(root, "releases", id+".json")) },
		"files and record": func(root, id string) error {
			return errors.Join(empty(filepath.Join(root, "releases", id)), os.Remove(filepath.Join(root, "releases", id+".json")))
		},
		"manifest is that of another": func(root, id string) error {
			b, err := os.ReadFile(filepath.Join(root, "releases", siteA.release().Manifest.Release, "manifest.json"))
			return errors.Join(err, os.WriteFile(filepath.Join(root, "releases", id, "manifest.json"), b, 0o644))
		},
		"manifest is a folder": func(root, id string) error {
			name := filepath.Join(root, "releases", id, "manifest.json")
			return errors.Join(os.Remove(name), os.MkdirAll(filepath.Join(name, "x"), 0o755))
		},
		"link current": func(root, id string) error {
			return errors.Join(os.Remove(filepath.Join(root, "current")), os.Remove(filepath.Join(root, "releases", id, "index.html")))
		},
		"folder": func(root, id string) error { return os.RemoveAll(filepath.Join(root, "releases", id)) },
		"folder and record": func(root, id string) error {
			return errors.Join(os.RemoveAll(filepath.Join(root, "releases", id)), os.Remove(filepath.Join(root, "releases", id+".json")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := testenv.RAM(t)
			target := dirTarget(root)
			target.Parallel = 1
			mustPublish(t, target, me(), siteA.release(), lax)
			mustPublish(t, target, later(me(), hour), siteB.release(), lax)
			id := siteB.release().Manifest.Release
			// At no operation may readers have less than before it.
			for n := 1; ; n++ {
				if err := spoil(root, id); err != nil {
					t.Fatal(err)
				}
				had := count(t, root)
				f := &fault{at: n}
				around := later(quietly(), 2*hour)
				around.wrap = func(fsys remote.FS) remote.FS {
					return &hooked{FS: f.wrap(fsys), before: func(op, name string) error {
						if has := count(t, root); has < had {
							t.Errorf("before %s %s readers have %d files, and had %d", op, name, has, had)
						}
						had = count(t, root)
						return nil
					}}
				}
				tryPublish(t.Context(), target, around, siteB.release(), lax)
				rep := mustPublish(t, target, later(quietly(), 3*hour), siteB.release(), lax)
				isOne(t, served(t, root), siteB)
				if st := statusOf(t, target, me()); st.Damaged != "" || len(st.Foreign) > 0 || len(st.Releases) != 2 {
					t.Errorf("status %+v", st)
				}
				if t.Failed() {
					t.Fatalf("at operation %d: %+v", n, rep)
				}
				if !f.hit {
					break
				}
			}
			// Something else is still refused where nobody knows what is there.
			if err := os.Remove(filepath.Join(root, "releases", id, "manifest.json")); err != nil {
				t.Fatal(err)
			}
			if st := statusOf(t, target, me()); !strings.Contains(st.Damaged.String(), id) {
				t.Errorf("status: damaged %q", st.Damaged)
			}
			rep, err := tryPublish(t.Context(), target, later(me(), 4*hour), siteC.release(), Options{})
			if err != nil || !rep.Refused || len(rep.Plan.Refused) != 1 || rep.Plan.Refused[0].Gate != release.Vanished {
				t.Errorf("another release: %v, %+v", err, rep.Plan.Refused)
			}
		})
	}
}

// count returns how many files readers have.
func count(t *testing.T, root string) (n int) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(filepath.Join(root, "current"))
	if os.IsNotExist(err) {
		return 0
	}
	err = errors.Join(err, filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestReleaseThatIsAFile has a file in the place of all that readers had.
func TestReleaseThatIsAFile(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	name := filepath.Join(root, "releases", siteA.release().Manifest.Release)
	if err := errors.Join(os.RemoveAll(name), os.WriteFile(name, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	mustPublish(t, target, later(me(), hour), siteA.release(), lax)
	isOne(t, served(t, root), siteA)
}

// TestMendingComesBack publishes a release that readers had before, and that was
// emptied meanwhile.
func TestMendingComesBack(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	mustPublish(t, target, later(me(), hour), siteB.release(), lax)
	if err := empty(filepath.Join(root, "current")); err != nil {
		t.Fatal(err)
	}
	rep := rollback(t, target, later(me(), 2*hour), "")
	isOne(t, served(t, root), siteA)
	if rep.Plan.From != siteB.release().Manifest.Release {
		t.Errorf("from %q", rep.Plan.From)
	}
	mustPublish(t, target, later(me(), 3*hour), siteB.release(), lax)
	isOne(t, served(t, root), siteB)
}

// TestMendingStaysInside has links lead out of the target: nothing is written
// behind them.
func TestMendingStaysInside(t *testing.T) {
	_, on := startSSHD(t)
	for name, make := range map[string]func(dir string) Target{"dir": dirTarget, "ssh": on} {
		t.Run(name, func(t *testing.T) {
			root, out := testenv.RAM(t), testenv.RAM(t)
			target := make(root)
			mustPublish(t, target, me(), siteA.release(), lax)
			mustPublish(t, target, later(me(), hour), siteB.release(), lax)
			a, b := filepath.Join(root, "releases", siteA.release().Manifest.Release), filepath.Join(root, "releases", siteB.release().Manifest.Release)
			testenv.Write(t, filepath.Join(out, "assets", "blijft.cccccccccc.js"), "of another")
			for _, err := range []error{
				os.RemoveAll(filepath.Join(a, "assets")), os.Symlink(filepath.Join(out, "assets"), filepath.Join(a, "assets")),
				os.Remove(filepath.Join(b, "assets", "blijft.cccccccccc.js")),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			mustPublish(t, target, later(me(), 2*hour), siteB.release(), lax)
			isOne(t, served(t, root), siteB)
			// The release itself is such a link.
			for _, err := range []error{
				os.Rename(b, filepath.Join(out, "site")), os.Symlink(filepath.Join(out, "site"), b), os.Remove(filepath.Join(out, "site", "index.html")),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			before := readTree(t, out)
			_, err := tryPublish(t.Context(), target, later(me(), 3*hour), siteB.release(), lax)
			if err != nil {
				t.Error(err)
			} else {
				isOne(t, served(t, root), siteB)
			}
			if after := readTree(t, out); !maps.Equal(before, after) {
				t.Errorf("outside there are %d files, and were %d", len(after), len(before))
			}
		})
	}
}

// TestMendedKept cuts an old asset short that another release keeps beside it.
func TestMendedKept(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	const css = "assets/site.bbbbbbbbbb.css"
	mustPublish(t, target, me(), siteA.release(), lax)
	mustPublish(t, target, later(me(), hour), siteB.release(), lax)
	rollback(t, target, later(me(), 2*hour), "") // with the style of B beside it
	mustPublish(t, target, later(me(), 3*hour), siteB.release(), lax)
	if err := os.Truncate(filepath.Join(root, "current", css), 3); err != nil {
		t.Fatal(err)
	}
	mustPublish(t, target, later(me(), 4*hour), siteB.release(), lax)
	a := filepath.Join(root, "releases", siteA.release().Manifest.Release, css)
	if b, err := os.ReadFile(a); err != nil || string(b) != siteB[css] {
		t.Errorf("kept: %q, %v", b, err)
	}
	// Spoilt there alone, it comes from the release that readers have.
	if err := errors.Join(os.Remove(a), os.WriteFile(a, []byte("x"), 0o644)); err != nil {
		t.Fatal(err)
	}
	rollback(t, target, later(me(), 5*hour), "")
	if b, err := os.ReadFile(a); err != nil || string(b) != siteB[css] {
		t.Errorf("kept: %q, %v", b, err)
	}
}

// empty takes away what is in a folder.
func empty(dir string) error {
	all, err := os.ReadDir(dir)
	for _, e := range all {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}

// TestMendingInterrupted cuts the mending at every operation in turn: no file is
// ever half, and whatever comes next is whole. What comes next, and the way in
// which the operation fails, are usually tried in the pairs that differ most.
func TestMendingInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: takes long")
	}
	for _, c := range []struct {
		name        string
		next        files
		after, only bool
		usual       bool
	}{
		{"cut, the same", siteB, false, false, true},
		{"cut after, the same", siteB, true, false, false},
		{"fails, the same", siteB, false, true, false},
		{"answer lost, the same", siteB, true, true, false},
		{"cut, another", siteC, false, false, false},
		{"cut after, another", siteC, true, false, false},
		{"fails, another", siteC, false, true, false},
		{"answer lost, another", siteC, true, true, true},
	} {
		if !c.usual && !testenv.Thorough() {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before := testenv.RAM(t)
			mustPublish(t, dirTarget(before), quietly(), siteA.release(), lax)
			mustPublish(t, dirTarget(before), later(quietly(), time.Minute), siteB.release(), lax)
			spoil(t, filepath.Join(before, "current"))
			for n := 1; mendInterrupted(t, before, c.next, &fault{at: n, after: c.after, only: c.only}); n++ {
				if t.Failed() {
					t.Fatalf("operation %d", n)
				}
			}
		})
	}
}

// mendInterrupted mends a copy of the target before with one fault, publishes
// next there without, and reports whether there was an operation for the fault to
// strike.
func mendInterrupted(t *testing.T, before string, next files, f *fault) (hit bool) {
	root := testenv.RAM(t)
	defer os.RemoveAll(root)
	copyAll(t, before, root)
	target := dirTarget(root)
	target.Parallel = 1
	dir := filepath.Join(root, "current")
	around := later(quietly(), hour)
	around.wrap = f.wrap
	_, err := tryPublish(t.Context(), target, around, siteB.release(), lax)
	for p, text := range siteB {
		name := filepath.Join(dir, filepath.FromSlash(p))
		i, lerr := os.Lstat(name)
		if lerr != nil || !i.Mode().IsRegular() {
			if strings.HasPrefix(p, "assets/logo") || strings.HasPrefix(p, "assets/blijft") {
				t.Errorf("%s was there, and is not", p)
			}
			continue
		}
		if b, _ := os.ReadFile(name); string(b) != text && string(b) != text[:min(3, len(text))] {
			t.Errorf("%s has %q", p, b)
		}
	}
	mustPublish(t, target, later(quietly(), 2*hour), next.release(), lax)
	isOne(t, served(t, root), next)
	if next["index.html"] == siteB["index.html"] {
		rollback(t, target, later(quietly(), 3*hour), "")
		isOne(t, served(t, root), siteA)
	}
	if !f.hit && (err != nil || f.at < 40) {
		t.Errorf("%d operations, %v", f.at, err)
	}
	return f.hit
}

// TestMendingLosesTheLock lets someone else take the lock and mend, at every
// operation in turn: what that one brought stays.
func TestMendingLosesTheLock(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: takes long")
	}
	for name, spoil := range map[string]func(dir string){
		"parts":  func(dir string) { spoil(t, dir) },
		"folder": func(dir string) { os.RemoveAll(filepath.Join(filepath.Dir(dir), "releases")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := 20; ; n++ {
				root := testenv.RAM(t)
				target := dirTarget(root)
				target.Parallel = 1
				mustPublish(t, target, me(), siteB.release(), lax)
				spoil(filepath.Join(root, "current"))
				first := later(quietly(), hour)
				first.Alive = func(int) bool { return true }
				count, hit := 0, false
				first.wrap = func(f remote.FS) remote.FS {
					return &hooked{FS: f, before: func(op, to string) error {
						if count++; count == n && (op != "rename" || !strings.Contains(to, "/trash/")) {
							hit = true
							takeOver(t, root, first)
						}
						if hit {
							isOne(t, served(t, root), siteB)
						}
						return nil
					}}
				}
				tryPublish(t.Context(), target, first, siteB.release(), lax)
				isOne(t, served(t, root), siteB)
				if t.Failed() {
					t.Fatalf("at operation %d", n)
				}
				os.RemoveAll(root)
				if count < n {
					if n < 60 {
						t.Errorf("only %d operations", n)
					}
					break
				}
			}
		})
	}
}

// takeOver has another publish to root with the lock of first, an hour later, and
// leaves what it took away.
func takeOver(t *testing.T, root string, first Surroundings) {
	t.Helper()
	second := later(me(), 2*hour)
	second.User, second.Alive = "piet", first.Alive
	opt := lax
	opt.TakeLock = true
	mustPublish(t, dirTarget(root), second, siteB.release(), opt)
	os.Mkdir(filepath.Join(root, release.Folder, "trash"), 0o755) // as if it had not come to tidying up
}

// TestMendingStopsWhenTheLockIsLost does the same in the moment in which
// something is taken away where readers are, and the first one notices before
// it brings anything: it puts back what it took.
func TestMendingStopsWhenTheLockIsLost(t *testing.T) {
	for n := 1; ; n++ {
		root := testenv.RAM(t)
		target := dirTarget(root)
		mustPublish(t, target, me(), siteB.release(), lax)
		spoil(t, filepath.Join(root, "current"))
		first := later(me(), hour)
		first.Alive = func(int) bool { return true }
		count, done := 0, false
		var mu sync.Mutex
		first.wrap = func(f remote.FS) remote.FS {
			return &hooked{FS: f, before: func(op, to string) error {
				mu.Lock()
				away := op == "rename" && strings.Contains(to, "/trash/")
				if away {
					count++
				}
				hit := away && count == n
				mu.Unlock()
				if hit {
					takeOver(t, root, first)
					time.Sleep(3 * first.beat)
					done = true
				}
				return nil
			}}
		}
		_, err := tryPublish(t.Context(), target, first, siteB.release(), lax)
		isOne(t, served(t, root), siteB)
		if done && !errors.Is(err, release.ErrLost) {
			t.Errorf("got %v, want the lost lock noticed", err)
		}
		if t.Failed() {
			t.Fatalf("when it took away the %d. thing", n)
		}
		if !done {
			if n < 3 {
				t.Errorf("only %d things were taken away", n)
			}
			return
		}
	}
}

// TestMendingStops ends a large mending soon after it is told to.
func TestMendingStops(t *testing.T) {
	many := siteA.with(nil)
	for i := range 300 {
		many[fmt.Sprintf("p/%03d/index.html", i)] = "x <link href=/assets/site.aaaaaaaaaa.css>"
	}
	root := testenv.RAM(t)
	target := dirTarget(root)
	mustPublish(t, target, me(), many.release(), lax)
	if err := os.RemoveAll(filepath.Join(root, "current", "p")); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	around := later(quietly(), hour)
	after := 0
	var mu sync.Mutex
	around.wrap = func(f remote.FS) remote.FS {
		return &hooked{FS: f, before: func(op, name string) error {
			mu.Lock()
			defer mu.Unlock()
			if op == "mkdir" && strings.HasSuffix(name, "/p/100") {
				stop()
			}
			if ctx.Err() != nil {
				after++
			}
			return nil
		}}
	}
	_, err := tryPublish(ctx, target, around, many.release(), lax)
	if !errors.Is(err, context.Canceled) || after == 0 || after > 20 {
		t.Errorf("%v; %d operations after it was stopped", err, after)
	}
}

// TestS3PublishAgainMends is as [TestPublishAgainMends]; a store has no folders
// and no links, but bytes of its own for each file.
func TestS3PublishAgainMends(t *testing.T) {
	t.Parallel()
	s := startStore(t)
	remove := func(t *testing.T, target Target, key string) {
		t.Helper()
		if err := s.client(t).RemoveObject(t.Context(), s.Bucket, target.Prefix+key, minio.RemoveObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	short := func(t *testing.T, target Target, key string) {
		t.Helper()
		if _, err := s.client(t).PutObject(t.Context(), s.Bucket, target.Prefix+key, strings.NewReader("short"), 5, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	spoil := func(t *testing.T, target Target) int {
		t.Helper()
		remove := func(key string) { remove(t, target, key) }
		short := func(key string) { short(t, target, key) }
		m := siteB.release().Manifest
		blob := func(p string) string {
			i := slices.IndexFunc(m.Files, func(e fileset.Entry) bool { return e.Path == p })
			return release.Folder + "/blobs/" + m.Files[i].SHA256
		}
		remove("index.html")
		remove("assets/site.bbbbbbbbbb.css")
		remove("e-mail/nieuw/index.html")
		short("e-mail/pop/index.html")
		remove(blob("index.html"))
		short(blob("e-mail/pop/index.html"))
		short(blob("en/index.html")) // readers have it still
		remove("404.html")
		short("404.html/x") // where a store is made of folders it is in the way
		return 5
	}
	t.Run("whole", func(t *testing.T) {
		target := s.target()
		mustPublish(t, target, s.me(), siteA.release(), lax)
		mustPublish(t, target, later(s.me(), hour), siteB.release(), lax)
		n := spoil(t, target)
		rep := mustPublish(t, target, later(s.me(), 2*hour), siteB.release(), lax)
		isOne(t, s.served(t, target), siteB)
		if rep.Mended != n {
			t.Errorf("%d objects were mended, want %d", rep.Mended, n)
		}
		s.bodiesFit(t, target)
		if rep := mustPublish(t, target, later(s.me(), 3*hour), siteB.release(), lax); rep.Mended != 0 {
			t.Errorf("%d objects were mended where nothing was wrong", rep.Mended)
		}
	})
	// interrupted cuts the mending at its n-th request.
	interrupted := func(t *testing.T, n int, after bool) (Target, *requests) {
		t.Helper()
		target, r := s.target(), &requests{at: n, after: after}
		mustPublish(t, target, s.me(), siteB.release(), lax)
		spoil(t, target)
		around := later(s.me(), hour)
		around.transport, around.tries = r, 1
		tryPublish(t.Context(), target, around, siteB.release(), lax)
		return target, r
	}
	t.Run("interrupted", func(t *testing.T) {
		for n := 1; ; n += stride(5, 1, 1) {
			target, r := interrupted(t, n, n%2 == 0)
			mustPublish(t, target, later(s.me(), 2*hour), siteB.release(), lax)
			isOne(t, s.served(t, target), siteB)
			s.bodiesFit(t, target)
			if t.Failed() {
				t.Fatalf("at request %d", n)
			}
			if !r.hit {
				if n < 20 {
					t.Errorf("only %d requests", n)
				}
				return
			}
		}
	})
	// The list of what readers have is gone, or cut short: the way back is open,
	// and so is the one forth.
	for name, spoil := range map[string]func(*testing.T, Target, string){"list gone": remove, "list short": short} {
		for _, next := range []string{"back", "again", "other"} {
			t.Run(name+", "+next, func(t *testing.T) {
				target := s.target()
				mustPublish(t, target, s.me(), siteA.release(), lax)
				mustPublish(t, target, later(s.me(), hour), siteB.release(), lax)
				spoil(t, target, release.Folder+"/releases/"+siteB.release().Manifest.Release+".json")
				if st := statusOf(t, target, s.me()); st.Damaged == "" {
					t.Error("status: not damaged")
				}
				switch next {
				case "back":
					rollback(t, target, later(s.me(), 2*hour), "")
					isSound(t, s.served(t, target), siteA, siteB)
				case "other":
					mustPublish(t, target, later(s.me(), 2*hour), siteC.release(), lax)
					isSound(t, s.served(t, target), siteC, siteB, siteA)
				}
				mustPublish(t, target, later(s.me(), 3*hour), siteB.release(), lax)
				isSound(t, s.served(t, target), siteB, siteA, siteC)
				if got := s.served(t, target)["index.html"]; got != siteB["index.html"] {
					t.Errorf("index.html has %q", got)
				}
				if st := statusOf(t, target, s.me()); st.Damaged != "" {
					t.Errorf("still damaged: %s", st.Damaged)
				}
			})
		}
	}
	// Interrupted while the keys were being written, and then something else.
	t.Run("interrupted, other", func(t *testing.T) {
		for n := 1; ; n += stride(5, 1, 1) {
			target, r := interrupted(t, n, false)
			begun := slices.ContainsFunc(r.log[:min(n-1, len(r.log))], func(l string) bool { return strings.HasPrefix(l, "PUT ") && strings.HasSuffix(l, "/index.html") })
			mustPublish(t, target, later(s.me(), 2*hour), siteC.release(), lax)
			if got := s.served(t, target)["404.html"]; begun && got != siteC["404.html"] {
				t.Errorf("at request %d: 404.html has %q", n, got)
			}
			if t.Failed() || !r.hit {
				return
			}
		}
	})
	// Bytes that are wrong for a release that comes back.
	t.Run("back", func(t *testing.T) {
		target := s.target()
		mustPublish(t, target, s.me(), siteB.release(), lax)
		mustPublish(t, target, later(s.me(), hour), siteC.release(), lax)
		spoil(t, target)
		mustPublish(t, target, later(s.me(), 2*hour), siteB.release(), lax)
		for _, p := range []string{"index.html", "en/index.html"} {
			if got := s.served(t, target)[p]; got != siteB[p] {
				t.Errorf("%s has %q", p, got)
			}
		}
	})
}
