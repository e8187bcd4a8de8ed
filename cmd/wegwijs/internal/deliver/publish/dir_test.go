package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

const hour = time.Hour

func TestDirFirstSecondThird(t *testing.T) {
	root := filepath.Join(t.TempDir(), "srv", "help")
	target := dirTarget(root)
	rep := mustPublish(t, target, me(), siteA.release(), lax)
	isOne(t, served(t, root), siteA)
	if n := len(rep.Plan.New); n != len(siteA) || rep.Plan.From != "" {
		t.Errorf("first plan: %d new from %q, want %d from nothing", n, rep.Plan.From, len(siteA))
	}
	mustPublish(t, target, later(me(), hour), siteB.release(), lax)
	isOne(t, served(t, root), siteB)
	mustPublish(t, target, later(me(), 2*hour), siteC.release(), lax)
	isOne(t, served(t, root), siteC)

	st := statusOf(t, target, me())
	var ids []string
	for _, r := range st.Releases {
		ids = append(ids, r.Release)
	}
	want := []string{siteC.release().Manifest.Release, siteB.release().Manifest.Release, siteA.release().Manifest.Release}
	if !slices.Equal(ids, want) {
		t.Errorf("releases %v, want %v", ids, want)
	}
	if len(st.History) != 3 || st.History[2].Action != "publish" || st.History[2].By != "jan@laptop" {
		t.Errorf("history %+v", st.History)
	}
	// What is left under way would be a leak.
	for _, d := range []string{"tmp", "trash", "stage"} {
		if got := readTree(t, mustDir(t, root, d)); len(got) > 0 {
			t.Errorf("left in %s: %v", d, got)
		}
	}
	if st.Lock != nil {
		t.Errorf("still locked: %v", st.Lock)
	}
}

func mustDir(t *testing.T, root, d string) string {
	p := filepath.Join(root, release.Folder, d)
	if err := os.MkdirAll(p, 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOldAssetsStayForOpenTabs(t *testing.T) {
	root := t.TempDir()
	target := dirTarget(root)
	target.Grace = 48 * hour
	mustPublish(t, target, me(), siteA.release(), lax)
	mustPublish(t, target, later(me(), hour), siteB.release(), lax)
	mustPublish(t, target, later(me(), 2*hour), siteC.release(), lax)
	got := served(t, root)
	for _, p := range []string{"assets/site.aaaaaaaaaa.css", "assets/site.bbbbbbbbbb.css"} {
		if _, ok := got[p]; !ok {
			t.Errorf("%s is gone: an open tab breaks", p)
		}
	}
	if _, ok := got["e-mail/oud.html"]; ok {
		t.Error("a removed page is still served")
	}
	// siteA's asset was replaced at +1h, siteB's at +2h.
	mustPublish(t, target, later(me(), 49*hour+time.Minute), siteC.with(files{"index.html": "later"}).release(), lax)
	got = served(t, root)
	if _, ok := got["assets/site.aaaaaaaaaa.css"]; ok {
		t.Error("an old asset outlives its time")
	}
	if _, ok := got["assets/site.bbbbbbbbbb.css"]; !ok {
		t.Error("an old asset went before its time")
	}
}

func TestUnchangedFilesAreLinkedAndReleasesDoNotShareWrites(t *testing.T) {
	root := t.TempDir()
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	// The bodies of B hold only what A has not: whatever else were read fails.
	b := siteB.release()
	had := map[string]bool{}
	for _, e := range siteA.release().Manifest.Files {
		had[e.SHA256] = true
	}
	for _, e := range b.Manifest.Files {
		if had[e.SHA256] {
			delete(b.Files.(fstest.MapFS), e.Path)
		}
	}
	mustPublish(t, target, later(me(), hour), b, lax)
	id := func(s files) string { return s.release().Manifest.Release }
	stat := func(id, p string) os.FileInfo {
		fi, err := os.Stat(filepath.Join(root, "releases", id, p))
		if err != nil {
			t.Fatal(err)
		}
		return fi
	}
	if !os.SameFile(stat(id(siteA), "404.html"), stat(id(siteB), "404.html")) {
		t.Error("an unchanged file was not linked")
	}
	if !os.SameFile(stat(id(siteA), "zelfde.txt"), stat(id(siteB), "anders.txt")) {
		t.Error("a renamed file was not linked")
	}
	if os.SameFile(stat(id(siteA), "index.html"), stat(id(siteB), "index.html")) {
		t.Error("a changed file was written in place: the old release changed with it")
	}
	if d := differs(readTree(t, filepath.Join(root, "releases", id(siteA))), siteA); d != "" {
		t.Errorf("the old release was touched: %s", d)
	}
}

func TestSpareBecomesTheNextRelease(t *testing.T) {
	root := t.TempDir()
	target := dirTarget(root)
	target.Keep = 1
	sites := []files{siteA, siteB, siteC, siteA, siteC, siteB}
	for i, s := range sites {
		s = s.with(files{"teller.txt": string(rune('0' + i))})
		count := &counter{}
		around := later(me(), time.Duration(i)*hour)
		around.wrap = count.wrap
		mustPublish(t, target, around, s.release(), lax)
		isOne(t, served(t, root), s)
		if got := len(statusOf(t, target, me()).Releases); got != 1 {
			t.Fatalf("after %d: %d releases kept, want 1", i, got)
		}
		if _, err := os.Stat(filepath.Join(root, release.Folder, "spare/tree")); (err == nil) != (i > 0) {
			t.Errorf("after %d: spare: %v", i, err)
		}
	}
	// 12 files of 15 are the same as in the spare: nobody touches them.
	count := &counter{}
	around := later(me(), 100*hour)
	around.wrap = count.wrap
	last := siteB.with(files{"teller.txt": "7"})
	mustPublish(t, target, around, last.release(), lax)
	mustPublish(t, target, later(around, hour), last.with(files{"teller.txt": "8"}).release(), lax)
	count.reset()
	mustPublish(t, target, later(around, 2*hour), last.with(files{"teller.txt": "9"}).release(), lax)
	if n := count.of("link") + count.of("create"); n > 8 {
		t.Errorf("%d files made for a change of one: %v", n, count.n)
	}
	isOne(t, served(t, root), last.with(files{"teller.txt": "9"}))
}

func TestRollback(t *testing.T) {
	root := t.TempDir()
	target := dirTarget(root)
	idOf := func(s files) string { return s.release().Manifest.Release }
	for i, s := range []files{siteA, siteB, siteC} {
		mustPublish(t, target, later(me(), time.Duration(i)*hour), s.release(), lax)
	}
	rep := rollback(t, target, later(me(), 3*hour), "")
	isOne(t, served(t, root), siteB)
	if rep.Plan.From != idOf(siteC) || rep.Plan.To != idOf(siteB) {
		t.Errorf("plan from %s to %s", rep.Plan.From, rep.Plan.To)
	}
	if rep.Plan.Bytes != 0 || len(rep.Plan.Changed) == 0 {
		t.Errorf("%d bytes are to be brought, though the target has them", rep.Plan.Bytes)
	}
	if _, ok := served(t, root)["assets/site.dddddddddd.css"]; !ok {
		t.Error("a tab that was opened on the newer release lost its assets")
	}
	rollback(t, target, later(me(), 4*hour), "")
	isOne(t, served(t, root), siteA)
	rollback(t, target, later(me(), 5*hour), idOf(siteC)[:6])
	isOne(t, served(t, root), siteC)

	st := statusOf(t, target, me())
	var acts []string
	for _, e := range st.History {
		acts = append(acts, e.Action)
	}
	if want := "publish publish publish rollback rollback rollback"; strings.Join(acts, " ") != want {
		t.Errorf("history %v, want %s", acts, want)
	}
	p, err := Open(t.Context(), target, me(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_, err = p.Rollback(t.Context(), "0123456789abcdef", Options{})
	if err == nil || !strings.Contains(err.Error(), idOf(siteA)) {
		t.Errorf("unknown release: got %v, want an error that names the known ones", err)
	}
	rollback(t, target, later(me(), 6*hour), idOf(siteA))
	_, err = p.Rollback(t.Context(), "", Options{})
	if err == nil || !strings.Contains(err.Error(), "earliest") || !strings.Contains(err.Error(), idOf(siteC)) {
		t.Errorf("before the earliest: got %v, want an error that names the others", err)
	}
}

func TestPublishTheSameAgain(t *testing.T) {
	root := t.TempDir()
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	before := readTree(t, root)
	rep := mustPublish(t, target, later(me(), hour), siteA.release(), Options{})
	if !rep.Plan.Empty() {
		t.Errorf("plan is not empty: %+v", rep.Plan)
	}
	after := readTree(t, root)
	for p, text := range before {
		if after[p] != text {
			t.Errorf("%s changed", p)
		}
	}
	// And an older one again: it is there still, so nothing is sent.
	mustPublish(t, target, later(me(), 2*hour), siteB.release(), lax)
	mustPublish(t, target, later(me(), 3*hour), siteA.release(), lax)
	isOne(t, served(t, root), siteA)
	if h := statusOf(t, target, me()).History; len(h) != 3 {
		t.Errorf("history has %d lines, want 3", len(h))
	}
	// The way back from there is the release that readers had.
	rollback(t, target, later(me(), 4*hour), "")
	isOne(t, served(t, root), siteB)
}

func TestGatesStopAndCanBeLetPass(t *testing.T) {
	broken := siteA.release()
	broken.Findings = []diag.Diagnostic{
		{Pos: diag.Pos{File: "content/nl/a.md", Line: 3, Col: 1}, Code: "link-page", Msg: "no page"},
		{Pos: diag.Pos{File: "content/nl/b.md"}, Severity: diag.Warning, Msg: "doubtful"},
	}
	for _, c := range []struct {
		name string
		r    Release
		gate release.Gate
		item string
	}{
		{"findings", broken, release.Findings, "content/nl/a.md:3:1: no page [link-page]"},
		{"empty", files{"a.css": "x"}.release(), release.Empty, ""},
		{"shrink", siteA.with(files{"en/index.html": "-", "oud/en.html": "->"}).release(), release.Shrink, "en: 0, was 1"},
		{"vanished", siteA.with(files{"e-mail/oud.html": "-"}).release(), release.Vanished, "/e-mail/oud.html"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			target := dirTarget(root)
			target.Shrink = 50
			mustPublish(t, target, me(), siteA.release(), Options{})
			before := readTree(t, root)
			rep, err := tryPublish(t.Context(), target, later(me(), hour), c.r, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !rep.Refused || rep.Live {
				t.Fatalf("refused %v, live %v; want it refused", rep.Refused, rep.Live)
			}
			i := slices.IndexFunc(rep.Plan.Refused, func(r release.Refusal) bool { return r.Gate == c.gate })
			if i < 0 {
				t.Fatalf("gates %v, want %s", rep.Plan.Refused, c.gate)
			}
			if c.item != "" && !slices.ContainsFunc(rep.Plan.Refused[i].Items, func(s diag.Said) bool { return s.String() == c.item }) {
				t.Errorf("items %q, want %q", rep.Plan.Refused[i].Items, c.item)
			}
			if after := readTree(t, root); len(after) != len(before) {
				t.Errorf("a refused publish changed the target: %d files, were %d", len(after), len(before))
			}
			allow := Options{Reason: "afgesproken met Jan"}
			for _, r := range rep.Plan.Refused {
				allow.Allow = append(allow.Allow, r.Gate)
			}
			mustPublish(t, target, later(me(), hour), c.r, allow)
			rec := statusOf(t, target, me()).Releases[0]
			if c.name != "findings" { // that one is siteA again, and so not a new release
				if len(rec.Overrides) == 0 || rec.Overrides[0].Reason != "afgesproken met Jan" {
					t.Errorf("the record does not say what was let pass: %+v", rec.Overrides)
				}
			}
		})
	}
}

func TestForeignFolderIsNotTouched(t *testing.T) {
	root := t.TempDir()
	testenv.Write(t, filepath.Join(root, "index.php"), "someone's site")
	target := dirTarget(root)
	rep, err := tryPublish(t.Context(), target, me(), siteA.release(), Options{})
	if err != nil || !rep.Refused {
		t.Fatalf("got %+v, %v; want it refused", rep, err)
	}
	if got := readTree(t, root); len(got) != 1 {
		t.Errorf("wrote into a foreign folder: %v", got)
	}
	mustPublish(t, target, me(), siteA.release(), Options{Allow: []release.Gate{release.Foreign}})
	isOne(t, served(t, root), siteA)
	if got := readTree(t, root)["index.php"]; got != "someone's site" {
		t.Error("the foreign file was touched")
	}
	// Asked once only.
	mustPublish(t, target, later(me(), hour), siteB.release(), lax)
}

func TestCurrentThatIsAFolder(t *testing.T) {
	root := t.TempDir()
	testenv.Write(t, filepath.Join(root, "current", "index.html"), "a site of another make")
	target := dirTarget(root)
	_, err := tryPublish(t.Context(), target, me(), siteA.release(), Options{Allow: []release.Gate{release.Foreign}})
	if err == nil || !strings.Contains(err.Error(), "not a symbolic link") {
		t.Fatalf("got %v, want an error about current", err)
	}
	if b, err := os.ReadFile(filepath.Join(root, "current", "index.html")); err != nil || string(b) != "a site of another make" {
		t.Errorf("it was touched: %q %v", b, err)
	}
}

func TestPlanChangesNothing(t *testing.T) {
	root := filepath.Join(t.TempDir(), "not", "there")
	p, err := Open(t.Context(), dirTarget(root), me(), false)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Plan(t.Context(), siteA.release(), nil)
	if err != nil || len(plan.New) != len(siteA) {
		t.Fatalf("got %+v, %v", plan, err)
	}
	if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("planning made the folder: %v", err)
	}
	p.Close()

	mustPublish(t, dirTarget(root), me(), siteA.release(), lax)
	before := readTree(t, root)
	p, err = Open(t.Context(), dirTarget(root), me(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	plan, err = p.Plan(t.Context(), siteB.release(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := []int{len(plan.New), len(plan.Changed), len(plan.Removed), plan.Same}
	if want := []int{6, 6, 5, 3}; !slices.Equal(got, want) {
		t.Errorf("new, changed, removed, same: got %v, want %v", got, want)
	}
	if after := readTree(t, root); len(after) != len(before) {
		t.Error("planning changed the target")
	}
}

func TestConfirm(t *testing.T) {
	root := t.TempDir()
	target := dirTarget(root)
	ask := func(yes bool, asked *int) Options {
		o := lax
		o.Confirm = func(p *release.Plan) (bool, error) { *asked++; return yes, nil }
		return o
	}
	n := 0
	mustPublish(t, target, me(), siteA.release(), ask(false, &n))
	if n != 0 {
		t.Error("asked although nothing is removed")
	}
	rep, err := tryPublish(t.Context(), target, later(me(), hour), siteB.release(), ask(false, &n))
	if err != nil || !rep.Declined || rep.Live || n != 1 {
		t.Errorf("got %+v, %v, asked %d times; want it declined", rep, err, n)
	}
	isOne(t, served(t, root), siteA)
	mustPublish(t, target, later(me(), hour), siteB.release(), ask(true, &n))
	if n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
}

func TestSourceThatChangesUnderWay(t *testing.T) {
	for name, spoil := range map[string]string{"longer": "nl A and more", "same length": strings.Repeat("x", len(siteA["index.html"])), "shorter": "n"} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			r := siteA.release()
			r.Files = siteA.with(files{"index.html": spoil}).release().Files
			_, err := tryPublish(t.Context(), dirTarget(root), me(), r, lax)
			if err == nil || !strings.Contains(err.Error(), "index.html is not what the build wrote") {
				t.Fatalf("got %v, want an error that names the file", err)
			}
			isOne(t, served(t, root), nil)
			mustPublish(t, dirTarget(root), me(), siteA.release(), lax)
			isOne(t, served(t, root), siteA)
		})
	}
}

func TestManifestThatCannotBe(t *testing.T) {
	for name, spoil := range map[string]func(*fileset.Manifest){
		"id":    func(m *fileset.Manifest) { m.Release = "0123456789abcdef" },
		"path":  func(m *fileset.Manifest) { m.Files[0].Path = "../x"; m.Release = m.ID() },
		"ours":  func(m *fileset.Manifest) { m.Files[0].Path = ".wegwijs/lock"; m.Release = m.ID() },
		"order": func(m *fileset.Manifest) { m.Files[0], m.Files[1] = m.Files[1], m.Files[0]; m.Release = m.ID() },
		"rank":  func(m *fileset.Manifest) { m.Files[0].Rank = 9 },
	} {
		t.Run(name, func(t *testing.T) {
			r := siteA.release()
			spoil(r.Manifest)
			root := t.TempDir()
			if _, err := tryPublish(t.Context(), dirTarget(root), me(), r, lax); err == nil {
				t.Error("published")
			}
			isOne(t, served(t, root), nil)
		})
	}
}

func TestProgressEndsAtNothingLeft(t *testing.T) {
	root := t.TempDir()
	last := map[string]release.Progress{}
	opt := lax
	opt.Progress = func(p release.Progress) { last[p.Phase] = p }
	mustPublish(t, dirTarget(root), me(), siteA.release(), opt)
	p := last["upload"]
	var size int64
	for _, text := range siteA {
		size += int64(len(text))
	}
	if p.Files != len(siteA) || p.FilesLeft != 0 || p.Bytes != size || p.BytesLeft != 0 {
		t.Errorf("upload ended at %+v, want %d files and %d bytes done, none left", p, len(siteA), size)
	}
}

func TestModesAreReadableWhateverTheUmask(t *testing.T) {
	old := umask(0o077)
	defer umask(old)
	root := t.TempDir()
	mustPublish(t, dirTarget(filepath.Join(root, "help")), me(), siteA.release(), lax)
	umask(old)
	err := filepath.WalkDir(filepath.Join(root, "help", "releases"), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o644)
		if d.IsDir() {
			want = 0o755
		}
		if fi.Mode().Perm()&want != want {
			t.Errorf("%s has mode %v: a web server cannot read it", p, fi.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
