package publish

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

const deadLock = `{"token":"dead","by":"bot@laptop","host":"laptop","pid":1,"since":"2026-11-23T09:00:00Z"}`

// TestStaleLockTakenByAThird lets someone else take a stale lock in the moment
// between looking at it and taking it away.
func TestStaleLockTakenByAThird(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	name := filepath.Join(root, release.Folder, "lock")
	testenv.Write(t, name, deadLock)
	third := strings.Replace(strings.Replace(deadLock, "dead", "third", 1), "bot@laptop", "kim@pc", 1)
	third = strings.Replace(third, `"laptop"`, `"pc"`, 1)
	around := me()
	done := false
	around.wrap = func(f remote.FS) remote.FS {
		return &hooked{FS: f, before: func(op, to string) error {
			if op == "rename" && strings.HasPrefix(to, release.Folder+"/tmp/") && !done {
				done = true
				if err := os.Remove(name); err != nil {
					t.Error(err)
				}
				testenv.Write(t, name, third)
			}
			return nil
		}}
	}
	err := publishes(siteB)(t.Context(), target, around)
	if held, ok := errors.AsType[*release.HeldError](err); !ok || held.Lock.By != "kim@pc" || !done {
		t.Fatalf("got %v, want it held by the third", err)
	}
	if b, err := os.ReadFile(name); err != nil || string(b) != third {
		t.Errorf("the third's lock was taken: %s %v", b, err)
	}
	isOne(t, served(t, root), siteA)
}

// TestBreakLockMeansOne breaks the lock of someone alive; a third who comes in
// meanwhile is not who was meant.
func TestBreakLockMeansOne(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	name := filepath.Join(root, release.Folder, "lock")
	testenv.Write(t, name, deadLock)
	around := me()
	around.Alive = func(int) bool { return true }
	around.wrap = func(f remote.FS) remote.FS {
		gone := false
		return &hooked{FS: f, before: func(op, to string) error {
			if gone && op == "link" && to == release.Folder+"/lock" {
				gone = false
				testenv.Write(t, name, strings.Replace(strings.Replace(deadLock, "dead", "third", 1), "bot@laptop", "kim@pc", 1))
			}
			gone = gone || op == "rename" && strings.HasPrefix(to, release.Folder+"/tmp/")
			return nil
		}}
	}
	opt := lax
	opt.TakeLock = true
	_, err := tryPublish(t.Context(), target, around, siteB.release(), opt)
	if held, ok := errors.AsType[*release.HeldError](err); !ok || held.Lock.By != "kim@pc" {
		t.Errorf("got %v, want it held by the third", err)
	}
	isOne(t, served(t, root), siteA)
}

// TestSomeonePublishesBeforeTheLock changes the target between the question
// and the lock: what was decided then does not hold any more.
func TestSomeonePublishesBeforeTheLock(t *testing.T) {
	a2 := siteA.with(files{"index.html": "A2"})
	setup := func(t *testing.T) (root string, target Target, around Surroundings) {
		root = testenv.RAM(t)
		target = dirTarget(root)
		mustPublish(t, target, me(), a2.release(), lax)
		mustPublish(t, target, me(), siteA.release(), lax)
		around = later(me(), hour)
		done := false
		around.wrap = func(f remote.FS) remote.FS {
			return &hooked{FS: f, before: func(op, _ string) error {
				if op == "createlock" && !done {
					done = true
					mustPublish(t, target, later(me(), 2*hour), siteB.release(), lax)
				}
				return nil
			}}
		}
		return root, target, around
	}
	t.Run("publish", func(t *testing.T) {
		root, target, around := setup(t)
		asked := 0
		rep, err := tryPublish(t.Context(), target, around, siteA.with(files{"index.html": "A3"}).release(), Options{Confirm: func(*release.Plan) (bool, error) { asked++; return true, nil }})
		if err != nil || !rep.Refused || rep.Live {
			t.Fatalf("got %+v, %v; want the gates to see the other's release", rep, err)
		}
		if asked != 0 {
			t.Errorf("asked %d times about a plan that removes nothing or is refused", asked)
		}
		isOne(t, served(t, root), siteB)
	})
	t.Run("publish, asked again", func(t *testing.T) {
		root, target, around := setup(t)
		opt := lax
		asked := 0
		opt.Confirm = func(*release.Plan) (bool, error) { asked++; return false, nil }
		rep, err := tryPublish(t.Context(), target, around, siteA.with(files{"index.html": "A3"}).release(), opt)
		if err != nil || !rep.Declined || rep.Live || asked != 1 {
			t.Fatalf("got %+v, %v, asked %d times; want the other's files asked about", rep, err, asked)
		}
		isOne(t, served(t, root), siteB)
	})
	t.Run("rollback", func(t *testing.T) {
		root, target, around := setup(t)
		p, err := Open(t.Context(), target, around, true)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if _, err := p.Rollback(t.Context(), "", Options{}); err == nil || !strings.Contains(err.Error(), "someone switched to release") {
			t.Errorf("got %v", err)
		}
		isOne(t, served(t, root), siteB)
	})
}

// TestLockWithoutLinks locks where the target has no hard links.
func TestLockWithoutLinks(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	around := me()
	around.wrap = func(f remote.FS) remote.FS {
		return &hooked{FS: f, before: func(op, _ string) error {
			if op == "link" {
				return errors.ErrUnsupported
			}
			return nil
		}}
	}
	mustPublish(t, target, around, siteA.release(), lax)
	mustPublish(t, target, later(around, hour), siteB.release(), lax)
	isOne(t, served(t, root), siteB)
	name := filepath.Join(root, release.Folder, "lock")
	testenv.Write(t, name, strings.Replace(deadLock, `"laptop"`, `"pc"`, 1))
	if err := publishes(siteC)(t.Context(), target, later(around, 2*hour)); err == nil {
		t.Error("took a lock that is held")
	}
	// An empty one is being written just now.
	testenv.Write(t, name, "")
	err := publishes(siteC)(t.Context(), target, later(around, 2*hour))
	if err == nil || !strings.Contains(err.Error(), "not yet written a name") {
		t.Errorf("got %v", err)
	}
}

// TestUnfinishedIsShown breaks off a first publish and asks for the status.
func TestUnfinishedIsShown(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	target.Parallel = 1
	f := &fault{at: 54}
	around := quietly()
	around.wrap = f.wrap
	if err := publishes(siteA)(t.Context(), target, around); err == nil {
		t.Fatal("it was not broken off")
	}
	st := statusOf(t, target, me())
	if st.Unfinished != siteA.release().Manifest.Release || st.Current != "" || st.Lock == nil || st.Lock.By != "jan@laptop" {
		t.Errorf("unfinished %q, current %q, lock %v", st.Unfinished, st.Current, st.Lock)
	}
	var b strings.Builder
	st.Text(&b, diag.English)
	for _, want := range []string{"nothing was published yet", "unfinished: release " + st.Unfinished, "left behind: jan@laptop"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q does not say %q", b.String(), want)
		}
	}
	// To someone for whom it is still under way, it is not for picking up.
	other := me()
	other.Alive = func(int) bool { return true }
	b.Reset()
	statusOf(t, target, other).Text(&b, diag.English)
	if got := b.String(); !strings.Contains(got, "busy: jan@laptop") || strings.Contains(got, "unfinished") {
		t.Errorf("while it is under way: %q", got)
	}
	mustPublish(t, target, me(), siteA.release(), lax)
	if st := statusOf(t, target, me()); st.Unfinished != "" {
		t.Errorf("still unfinished: %s", st.Unfinished)
	}
}

// TestStrangeThingsInTheTarget publishes where someone has been at work by
// hand.
func TestStrangeThingsInTheTarget(t *testing.T) {
	b := siteB.release().Manifest.Release
	for name, spoil := range map[string]func(t *testing.T, root string) (refusedBy release.Gate){
		"a folder with the name of the release": func(t *testing.T, root string) release.Gate {
			testenv.Write(t, filepath.Join(root, "releases", b, "index.html"), "by hand")
			return ""
		},
		"current leads elsewhere": func(t *testing.T, root string) release.Gate {
			relink(t, root, "releases/mijn-eigen")
			return release.Foreign
		},
		"current leads elsewhere, and out": func(t *testing.T, root string) release.Gate {
			relink(t, root, "releases/../releases/"+siteA.release().Manifest.Release)
			return release.Foreign
		},
		"current leads nowhere": func(t *testing.T, root string) release.Gate {
			relink(t, root, "releases/0123456789abcdef")
			return release.Vanished // nobody knows what was there
		},
		"the manifest of the current release is broken": func(t *testing.T, root string) release.Gate {
			testenv.Write(t, filepath.Join(root, "current", "manifest.json"), "{")
			return release.Vanished // nobody knows what was there
		},
		"a record is broken": func(t *testing.T, root string) release.Gate {
			testenv.Write(t, filepath.Join(root, "releases", siteA.release().Manifest.Release+".json"), "{")
			return ""
		},
		"files of the current release are gone": func(t *testing.T, root string) release.Gate {
			for _, p := range []string{"404.html", "assets/blijft.cccccccccc.js"} {
				if err := os.Remove(filepath.Join(root, "current", p)); err != nil {
					t.Fatal(err)
				}
			}
			return ""
		},
		"rubbish among our own things": func(t *testing.T, root string) release.Gate {
			for _, p := range []string{"stage/tree/x/y/z", "stage/manifest.json", "stage/record.json", "spare/tree/index.html", "spare/record.json", "tmp/x", "trash/a/b"} {
				testenv.Write(t, filepath.Join(root, release.Folder, p), "rubbish")
			}
			return ""
		},
		"a stranger's file among the releases": func(t *testing.T, root string) release.Gate {
			testenv.Write(t, filepath.Join(root, "releases", "LEESMIJ"), "x")
			return ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := testenv.RAM(t)
			target := dirTarget(root)
			mustPublish(t, target, me(), siteA.release(), lax)
			refusedBy := spoil(t, root)
			all := []release.Gate{release.Vanished, release.Shrink, release.Foreign}
			but := slices.DeleteFunc(slices.Clone(all), func(g release.Gate) bool { return g == cmp.Or(refusedBy, release.Foreign) })
			rep, err := tryPublish(t.Context(), target, later(me(), hour), siteB.release(), Options{Allow: but})
			if err != nil {
				t.Fatal(err)
			}
			if rep.Refused != (refusedBy != "") {
				t.Fatalf("refused %v, want by %q: %v", rep.Refused, refusedBy, rep.Plan.Refused)
			}
			if strings.HasPrefix(name, "current leads elsewhere") {
				if st := statusOf(t, target, me()); st.Current != "" {
					t.Errorf("took %q for a release", st.Current)
				}
			}
			if refusedBy != "" {
				if rep.Plan.Refused[len(rep.Plan.Refused)-1].Gate != refusedBy {
					t.Errorf("refused by %v", rep.Plan.Refused)
				}
				mustPublish(t, target, later(me(), hour), siteB.release(), Options{Allow: all})
			}
			isOne(t, served(t, root), siteB)
			mustPublish(t, target, later(me(), 2*hour), siteC.release(), lax)
			isOne(t, served(t, root), siteC)
			if name == "a stranger's file among the releases" {
				if _, err := os.Stat(filepath.Join(root, "releases", "LEESMIJ")); err != nil {
					t.Error("the stranger's file is gone")
				}
			}
		})
	}
}

// TestRecordThatLeadsOut has the target name an old asset outside of its
// release: it is taken neither from nor to there.
func TestRecordThatLeadsOut(t *testing.T) {
	root := t.TempDir()
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	id := siteA.release().Manifest.Release
	name := filepath.Join(root, "releases", id+".json")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	sum := siteA.release().Manifest.Files[0].SHA256
	kept := `{"path": "../../../buiten.php", "sha256": "` + sum + `", "size": 1, "until": "2999-01-01T00:00:00Z"},` +
		`{"path": "assets/oud.aaaaaaaaaa.css", "sha256": "x/../..", "size": 1, "until": "2999-01-01T00:00:00Z"}`
	testenv.Write(t, name, strings.Replace(string(text), "{", `{"kept": [`+kept+`],`, 1))
	mustPublish(t, target, later(me(), hour), siteB.release(), lax)
	isOne(t, served(t, root), siteB)
	if _, err := os.Lstat(filepath.Join(root, "buiten.php")); err == nil {
		t.Error("a file stands outside of the release")
	}
	// The same in the record of the spare, which the next release is made of.
	testenv.Write(t, filepath.Join(root, "buiten.php"), "x")
	target.Keep = 1
	mustPublish(t, target, later(me(), 2*hour), siteC.release(), lax)
	spare := filepath.Join(root, release.Folder, "spare", "record.json")
	if text, err = os.ReadFile(spare); err != nil {
		t.Fatal(err)
	}
	testenv.Write(t, spare, strings.Replace(string(text), "{", `{"kept": [`+kept+`],`, 1))
	mustPublish(t, target, later(me(), 3*hour), siteA.release(), lax)
	isOne(t, served(t, root), siteA)
	if _, err := os.Lstat(filepath.Join(root, "buiten.php")); err != nil {
		t.Error("a file outside of the release was removed")
	}
}

// TestManifestComesBack publishes what readers have already, after its list was
// lost: the target is whole again, and the next publish has no gate to pass.
func TestManifestComesBack(t *testing.T) {
	store := startStore(t)
	object := store.target()
	root := t.TempDir()
	id := siteA.release().Manifest.Release
	for _, c := range []struct {
		target Target
		around Surroundings
		file   string
	}{
		{dirTarget(root), me(), filepath.Join(root, "current", "manifest.json")},
		{object, store.me(), filepath.Join(store.dir(object), release.Folder, "releases", id+".json")},
	} {
		mustPublish(t, c.target, c.around, siteA.release(), lax)
		if err := os.Remove(c.file); err != nil {
			t.Fatal(err)
		}
		if st := statusOf(t, c.target, c.around); !strings.HasSuffix(st.Damaged.String(), " is gone") {
			t.Errorf("%s: status: damaged %q", c.target.Type, st.Damaged)
		}
		mustPublish(t, c.target, later(c.around, hour), siteA.release(), Options{})
		if st := statusOf(t, c.target, c.around); st.Damaged != "" {
			t.Errorf("%s: still %v", c.target.Type, st.Damaged)
		}
		mustPublish(t, c.target, later(c.around, 2*hour), siteB.release(), lax)
	}
}

func relink(t *testing.T, root, to string) {
	t.Helper()
	name := filepath.Join(root, "current")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, name); err != nil {
		t.Fatal(err)
	}
}
