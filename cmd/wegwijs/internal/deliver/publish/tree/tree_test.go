package tree

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// A folder is a target of one test.
type folder struct {
	*Tree
	t   *testing.T
	dir string
	now time.Time
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	dir := t.TempDir()
	fsys, err := remote.Open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	f := &folder{New(fsys, 2), t, dir, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	t.Cleanup(func() { f.Close() })
	return f
}

// job makes the job of publishing files, which are paths and texts by turns.
func (f *folder) job(files ...string) *release.Job {
	f.t.Helper()
	m, bodies := &fileset.Manifest{Version: 1}, fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		sum := sha256.Sum256([]byte(files[i+1]))
		m.Files = append(m.Files, fileset.Entry{Path: files[i], SHA256: hex.EncodeToString(sum[:]), Size: int64(len(files[i+1])), Type: fileset.TypeOf(files[i]), Immutable: strings.HasPrefix(files[i], "assets/")})
		bodies[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	slices.SortFunc(m.Files, func(a, b fileset.Entry) int { return strings.Compare(a.Path, b.Path) })
	m.Release = m.ID()
	old, err := f.Look(f.t.Context(), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	f.now = f.now.Add(time.Hour)
	j := &release.Job{Action: "publish", By: "anna@laptop", Manifest: m, Files: bodies, Old: old, Now: f.now, Keep: 2, Grace: time.Hour}
	j.Record = release.NewRecord(m, f.now, j.By, "test", old.Current)
	return j
}

func (f *folder) lock() (ctx context.Context, unlock func() error) {
	f.t.Helper()
	ctx, unlock, err := f.Lock(f.t.Context(), release.Lock{By: "anna@laptop", Host: "laptop", PID: 1}, release.Owner{User: "anna", Host: "laptop"}, false)
	if err != nil {
		f.t.Fatal(err)
	}
	return ctx, unlock
}

// publish does a whole job.
func (f *folder) publish(j *release.Job) {
	f.t.Helper()
	ctx, unlock := f.lock()
	for _, step := range []func(context.Context, *release.Job) error{f.Send, f.Switch, f.Tidy} {
		if err := step(ctx, j); err != nil {
			f.t.Fatal(err)
		}
	}
	if err := unlock(); err != nil {
		f.t.Fatal(err)
	}
}

// served returns the files below current, without the manifest.
func (f *folder) served() map[string]string {
	f.t.Helper()
	got := map[string]string{}
	dir, err := filepath.EvalSymlinks(filepath.Join(f.dir, "current"))
	if errors.Is(err, fs.ErrNotExist) {
		return got
	}
	if err == nil {
		err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == fileset.ManifestPath {
				return err
			}
			b, err := os.ReadFile(p)
			rel, _ := filepath.Rel(dir, p)
			got[filepath.ToSlash(rel)] = string(b)
			return err
		})
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return got
}

func (f *folder) want(files ...string) {
	f.t.Helper()
	want := map[string]string{}
	for i := 0; i < len(files); i += 2 {
		want[files[i]] = files[i+1]
	}
	if got := f.served(); !maps.Equal(got, want) {
		f.t.Errorf("readers get %q, want %q", got, want)
	}
}

func (f *folder) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(f.dir, filepath.FromSlash(name)))
	return err == nil
}

// Readers get nothing of what is sent until the switch, and then all of it.
func TestSendIsNotSeen(t *testing.T) {
	f := newFolder(t)
	f.publish(f.job("index.html", "een", "a/b/x.html", "x"))
	f.want("index.html", "een", "a/b/x.html", "x")
	j := f.job("index.html", "twee", "a/b", "nu een bestand")
	ctx, unlock := f.lock()
	if err := f.Send(ctx, j); err != nil {
		t.Fatal(err)
	}
	f.want("index.html", "een", "a/b/x.html", "x")
	if s, err := f.Look(ctx, nil); err != nil || s.Current != j.Record.Previous || s.Lock == nil || !s.Ours {
		t.Errorf("before the switch: %+v, %v", s, err)
	}
	if err := f.Switch(ctx, j); err != nil {
		t.Fatal(err)
	}
	f.want("index.html", "twee", "a/b", "nu een bestand")
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	s, err := f.Look(t.Context(), nil)
	if err != nil || s.Current != j.Record.Release || len(s.Releases) != 2 || len(s.History) != 2 || s.Lock != nil || s.Damaged != "" {
		t.Errorf("after the switch: %+v, %v", s, err)
	}
}

// Of the releases beyond those to keep the newest is the spare, which the next
// publish works on; a file that stays is not brought again.
func TestSpareIsTheNextRelease(t *testing.T) {
	f := newFolder(t)
	for _, text := range []string{"1", "2", "3"} {
		f.publish(f.job("index.html", text, "vast.html", "blijft"))
	}
	if !f.exists(spareTree+"/vast.html") || !f.exists(spareRecord) {
		t.Fatal("there is no spare")
	}
	is := func(name string) fs.FileInfo {
		i, err := os.Stat(filepath.Join(f.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	was := is(spareTree + "/vast.html")
	j := f.job("index.html", "4", "vast.html", "blijft")
	f.publish(j)
	if !os.SameFile(was, is(treeOf(j.Record.Release)+"/vast.html")) {
		t.Error("a file of the spare was brought again")
	}
	f.want("index.html", "4", "vast.html", "blijft")
	s, err := f.Look(t.Context(), nil)
	if err != nil || len(s.Releases) != 2 || s.Releases[0].Release != j.Record.Release {
		t.Errorf("got %+v, %v", s, err)
	}
	if f.exists(stageTree) {
		t.Error("the stage is still there")
	}
}

// With --verify a file with other bytes is brought again in every release that has it,
// also where its size is right.
func TestVerifyMendsOtherReleases(t *testing.T) {
	f := newFolder(t)
	first := f.job("index.html", "een", "vast.html", "blijft")
	f.publish(first)
	f.publish(f.job("index.html", "twee", "vast.html", "blijft"))
	j := f.job("index.html", "twee", "vast.html", "blijft")
	for _, id := range []string{first.Record.Release, j.Record.Release} {
		f.file(treeOf(id)+"/vast.html", "kapot!")
	}
	j.Verify = true
	f.publish(j)
	for _, id := range []string{first.Record.Release, j.Record.Release} {
		if b, err := os.ReadFile(filepath.Join(f.dir, treeOf(id), "vast.html")); err != nil || string(b) != "blijft" {
			t.Errorf("release %s has %q, %v", id, b, err)
		}
	}
}

// What a killed run left half is brought again, and an old asset that the spare has
// is used as it stands.
func TestWhatTheStageHas(t *testing.T) {
	f := newFolder(t)
	f.publish(f.job("index.html", "een", "assets/a.css", "rood"))
	old := f.job("index.html", "een", "assets/a.css", "rood").Manifest.Files[0]
	publish := func(text string) {
		j := f.job("index.html", text)
		j.Record.Kept = []release.Kept{{Path: old.Path, SHA256: old.SHA256, Size: old.Size, Until: f.now.Add(1000 * time.Hour)}}
		f.publish(j)
	}
	for _, text := range []string{"twee", "drie", "vier", "vijf", "zes"} {
		publish(text)
		f.want("index.html", text, "assets/a.css", "rood")
	}
	j := f.job("index.html", "zeven", "lang.html", "een lange tekst")
	ctx, unlock := f.lock()
	s := &sending{Tree: f.Tree, job: j, want: wanted(j), cur: currentFiles(j.Old)}
	for _, step := range []func(context.Context) error{s.takeStage, s.clean, s.announce, s.folders, s.fill} {
		if err := step(ctx); err != nil {
			t.Fatal(err)
		}
	}
	f.file(stageTree+"/lang.html", "een la")
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	f.publish(f.job("index.html", "zeven", "lang.html", "een lange tekst"))
	f.want("index.html", "zeven", "lang.html", "een lange tekst")
}

// A record whose tree is gone takes the place of no other: the spare has its own.
func TestSpareKeepsItsRecord(t *testing.T) {
	f := newFolder(t)
	for _, text := range []string{"1", "2", "3"} {
		f.publish(f.job("index.html", text))
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(f.dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	was, stray := read(spareRecord), recordOf("0123456789abcdef")
	f.file(stray, strings.ReplaceAll(was, f.job("index.html", "1").Manifest.Release, "0123456789abcdef"))
	j := f.job("index.html", "3")
	ctx, _ := f.lock()
	if err := f.Tidy(ctx, j); err != nil {
		t.Fatal(err)
	}
	if now := read(spareRecord); now != was || f.exists(stray) {
		t.Errorf("the record of the spare is %s, was %s", now, was)
	}
}

// A switch is refused where something else than our link stands, and to whoever
// lost the lock; readers keep what they had.
func TestSwitchRefuses(t *testing.T) {
	f := newFolder(t)
	f.publish(f.job("index.html", "een"))
	j := f.job("index.html", "twee")
	ctx, _ := f.lock()
	if err := f.Send(ctx, j); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(f.dir, filepath.FromSlash(lockFile))
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := f.Switch(ctx, j); !errors.Is(err, release.ErrLost) {
		t.Errorf("without the lock: got %v", err)
	}
	f.want("index.html", "een")
	text, err := lockText(release.Lock{Token: "another"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := f.Switch(ctx, j); !errors.Is(err, release.ErrLost) {
		t.Errorf("with another's lock: got %v", err)
	}
	if err := f.Tidy(ctx, j); !errors.Is(err, release.ErrLost) {
		t.Errorf("tidying with another's lock: got %v", err)
	}
	f.want("index.html", "een")

	current := filepath.Join(f.dir, currentLink)
	if err := os.Remove(current); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(current, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := f.Switch(ctx, j); err == nil || !strings.Contains(err.Error(), "is not a symbolic link") {
		t.Errorf("a folder at current: got %v", err)
	}
}

// Once another has the lock nothing is taken away where readers are, for what
// stands there may be the other's.
func TestMendRefuses(t *testing.T) {
	f := newFolder(t)
	f.publish(f.job("index.html", "een", "a/b.html", "twee"))
	served := treeOf(f.job("index.html", "een", "a/b.html", "twee").Manifest.Release)
	if err := os.Remove(filepath.Join(f.dir, served, "index.html")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(f.dir, served, "index.html"), 0o755); err != nil {
		t.Fatal(err)
	}
	j := f.job("index.html", "een", "a/b.html", "twee")
	ctx, _ := f.lock()
	text, err := lockText(release.Lock{Token: "another"})
	if err != nil {
		t.Fatal(err)
	}
	f.file(lockFile, string(text))
	if err := f.Send(ctx, j); !errors.Is(err, release.ErrLost) {
		t.Errorf("got %v", err)
	}
	if i, err := os.Lstat(filepath.Join(f.dir, served, "index.html")); err != nil || !i.IsDir() {
		t.Errorf("it was taken away: %v", err)
	}
}

// What Look says of a target that others have been in.
func TestLookAtStrangeTargets(t *testing.T) {
	id := strings.Repeat("a", 16)
	for name, c := range map[string]struct {
		do      func(f *folder)
		foreign string
		current string
		broken  string
	}{
		"empty":             {func(*folder) {}, "", "", ""},
		"another's files":   {func(f *folder) { f.file("wp-config.php", "x"); f.file("img/a.png", "x") }, "img/ wp-config.php", "", ""},
		"current elsewhere": {func(f *folder) { os.Symlink("/srv/oud", filepath.Join(f.dir, currentLink)) }, "current -> /srv/oud", "", ""},
		"current upwards":   {func(f *folder) { os.Symlink("releases/../../x", filepath.Join(f.dir, currentLink)) }, "current -> releases/../../x", "", ""},
		"current a file":    {func(f *folder) { f.file(currentLink, "x") }, "current (is not a symbolic link)", "", ""},
		"a broken history":  {func(f *folder) { f.file(markerFile, "{}"); f.file(historyFile, "nee") }, "", "", "the history begins anew"},
		"a record alone":    {func(f *folder) { f.file(markerFile, "{}"); f.file(recordOf(id), "{}") }, "", "", ""},
		"a tree alone":      {func(f *folder) { f.file(markerFile, "{}"); f.file(treeOf(id)+"/index.html", "x") }, "", "", ""},
		"both are rubbish": {func(f *folder) {
			f.file(recordOf(id), "x")
			f.file(treeOf(id)+"/"+fileset.ManifestPath, "x")
			f.file(markerFile, "{}")
		}, "", "", "cannot be gone back to"},
	} {
		f := newFolder(t)
		c.do(f)
		s, err := f.Look(t.Context(), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(s.Foreign, " "); got != c.foreign || s.Current != c.current || len(s.Releases) > 0 || (c.broken == "") != (len(s.Broken) == 0) || !strings.Contains(fmt.Sprint(s.Broken), c.broken) {
			t.Errorf("%s: got foreign %q, current %q, broken %q, releases %v", name, got, s.Current, s.Broken, s.Releases)
		}
	}
}

func (f *folder) file(name, text string) {
	f.t.Helper()
	p := filepath.Join(f.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

// A record names no path outside its release.
func TestRecordStaysInside(t *testing.T) {
	f := newFolder(t)
	r := release.Record{Release: "x", Kept: []release.Kept{{Path: "../x"}, {Path: "assets/a.css"}, {Path: "/etc/passwd"}, {Path: "a/../../b"}, {Path: ""}}}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	f.file(spareRecord, string(b))
	got, err := f.readRecord(spareRecord)
	if err != nil || len(got.Kept) != 1 || got.Kept[0].Path != "assets/a.css" {
		t.Errorf("got %+v, %v", got.Kept, err)
	}
}

// The lock that is taken away is that of the holder who was looked at: another's,
// which came in its place, is put back.
func TestTakeLockLeavesAThird(t *testing.T) {
	f := newFolder(t)
	if err := f.ready(); err != nil {
		t.Fatal(err)
	}
	third, err := lockText(release.Lock{Token: "third", By: "carol"})
	if err != nil {
		t.Fatal(err)
	}
	f.file(lockFile, string(third))
	if err := f.takeLock(t.Context(), &release.Lock{Token: "second"}); !errors.Is(err, release.ErrTaken) {
		t.Errorf("got %v", err)
	}
	if l, err := f.readLock(); err != nil || l == nil || l.Token != "third" {
		t.Errorf("the third's lock is %+v, %v", l, err)
	}
	if err := f.takeLock(t.Context(), &release.Lock{Token: "third"}); err != nil {
		t.Error(err)
	}
	if l, err := f.readLock(); err != nil || l != nil {
		t.Errorf("the lock is still %+v, %v", l, err)
	}
	if err := f.takeLock(t.Context(), &release.Lock{Token: "third"}); err != nil {
		t.Errorf("a lock that is gone: %v", err)
	}
}

// How long a lock was not renewed is told by the target's clock; one from the future
// was renewed just now.
func TestQuiet(t *testing.T) {
	f := newFolder(t)
	f.lock()
	name := filepath.Join(f.dir, filepath.FromSlash(lockFile))
	for since, want := range map[time.Duration]func(time.Duration) bool{
		time.Hour:  func(d time.Duration) bool { return d >= 59*time.Minute },
		-time.Hour: func(d time.Duration) bool { return d == 0 },
	} {
		i, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		written := i.ModTime().Add(-since)
		if err := os.Chtimes(name, written, written); err != nil {
			t.Fatal(err)
		}
		if got := f.quiet(); !want(got) {
			t.Errorf("written %v ago: quiet for %v", since, got)
		}
		if err := os.Chtimes(name, i.ModTime(), i.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
}

// The text of a lock has one size, whatever it says, and a name that does not
// fit is refused.
func TestLockText(t *testing.T) {
	for _, by := range []string{"", "anna@laptop", strings.Repeat("é", 300)} {
		text, err := lockText(release.Lock{By: by})
		var l release.Lock
		if err != nil || len(text) != lockSize || json.Unmarshal(text, &l) != nil || l.By != by {
			t.Errorf("%.20q: %d bytes, %v", by, len(text), err)
		}
	}
	if _, err := lockText(release.Lock{By: strings.Repeat("x", lockSize)}); err == nil {
		t.Error("a name that does not fit is taken")
	}
}

// Work begins only where every folder of ours is a folder.
func TestFoldersThatAreLinks(t *testing.T) {
	for _, name := range ownFolders {
		f := newFolder(t)
		elsewhere := t.TempDir()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(f.dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(elsewhere, filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
		_, _, err := f.Lock(t.Context(), release.Lock{By: "anna"}, release.Owner{User: "anna"}, false)
		if no, ok := errors.AsType[*remote.NotFolderError](err); !ok || no.Name != name {
			t.Errorf("%s: got %v", name, err)
		}
		if all, err := os.ReadDir(elsewhere); err != nil || len(all) > 0 {
			t.Errorf("%s: something was written elsewhere: %v, %v", name, all, err)
		}
	}
}

// What removes a folder follows no link out of it.
func TestRemoveAllStaysInside(t *testing.T) {
	f := newFolder(t)
	elsewhere := t.TempDir()
	if err := os.WriteFile(filepath.Join(elsewhere, "blijft"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	f.file("weg/a/b/c.html", "x")
	f.file("weg/d.html", "x")
	if err := os.Symlink(elsewhere, filepath.Join(f.dir, "weg/a/link")); err != nil {
		t.Fatal(err)
	}
	if err := f.removeAll(t.Context(), "weg"); err != nil {
		t.Fatal(err)
	}
	if f.exists("weg") {
		t.Error("the folder is still there")
	}
	if _, err := os.Stat(filepath.Join(elsewhere, "blijft")); err != nil {
		t.Error(err)
	}
}

func TestParents(t *testing.T) {
	var got []string
	parents("a/b/c.html", func(d string) bool { got = append(got, d); return true })
	parents("x.html", func(d string) bool { got = append(got, d); return true })
	parents("p/q/r/s", func(d string) bool { got = append(got, d); return d != "p/q" })
	if want := []string{"a/b", "a", "p/q/r", "p/q"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := levels([]string{"a/b/c", "d/e/f", "a/b", "a", "d"}); len(got) != 3 || len(got[0]) != 2 || len(got[1]) != 1 || len(got[2]) != 2 {
		t.Errorf("levels: got %q", got)
	}
}

// TestSound: only a file of the right size needs no mending.
func TestSound(t *testing.T) {
	for i, want := range map[remote.Info]bool{
		{Name: "a", Kind: remote.File, Size: 3}: true,
		{Name: "a", Kind: remote.File, Size: 2}: false,
		{Name: "a", Kind: remote.File}:          false,
		{Name: "a", Kind: remote.Dir, Size: 3}:  false,
		{Kind: remote.File, Size: 3}:            false,
		{}:                                      false,
	} {
		if got := sound(i, 3); got != want {
			t.Errorf("%+v: got %t", i, got)
		}
	}
}
