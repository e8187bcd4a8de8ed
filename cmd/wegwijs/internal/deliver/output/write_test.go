package output

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// files makes a set of files with their bytes: an asset, an index or a page,
// by what the name says.
func files(t testing.TB, m map[string]string) *fileset.Set {
	t.Helper()
	var list []fileset.File
	for p, text := range m {
		rank := fileset.Page
		switch {
		case strings.HasPrefix(p, "assets/") || strings.HasSuffix(p, ".png"):
			rank = fileset.Asset
		case strings.HasSuffix(p, ".xml"):
			rank = fileset.Index
		}
		list = append(list, fileset.File{Path: p, Rank: rank, Make: fileset.Bytes([]byte(text))})
	}
	s, clashes := fileset.NewSet(list)
	if len(clashes) > 0 {
		t.Fatalf("the files of the test clash: %v", clashes)
	}
	return s
}

func write(t testing.TB, s *fileset.Set, dir string) *Report {
	t.Helper()
	r, err := Write(t.Context(), s, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// listing returns every file and folder below dir with its bytes.
func listing(t testing.TB, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		rel = filepath.ToSlash(rel)
		switch {
		case d.IsDir():
			m[rel+"/"] = ""
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(p)
			m[rel] = "-> " + to
			return err
		default:
			data, err := os.ReadFile(p)
			m[rel] = string(data)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// differ says in which files two listings differ; "" when in none.
func differ(got, want map[string]string) string {
	var b strings.Builder
	all := maps.Clone(got)
	maps.Copy(all, want)
	for _, p := range slices.Sorted(maps.Keys(all)) {
		g, gok := got[p]
		w, wok := want[p]
		switch {
		case !gok:
			fmt.Fprintf(&b, "%s is not there\n", p)
		case !wok:
			fmt.Fprintf(&b, "%s should not be there: %.80q\n", p, g)
		case g != w:
			fmt.Fprintf(&b, "%s: got %.80q, want %.80q\n", p, g, w)
		}
	}
	return b.String()
}

// clean returns what a build into an empty folder gives.
func clean(t testing.TB, s *fileset.Set) map[string]string {
	t.Helper()
	dir := memory(t)
	write(t, s, dir)
	return listing(t, dir)
}

// memory returns an empty folder, on a file system in memory where there is one.
func memory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "wegwijs")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func put(t testing.TB, dir, name, text string) {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWriteOnlyWhatDiffers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "public")
	r := write(t, files(t, map[string]string{"index.html": "one", "a/index.html": "a", "assets/x.css": "x"}), dir)
	if r.Written != 4 || r.Same != 0 || r.Deleted != 0 || !r.Accepted {
		t.Errorf("first build: got %d written, %d the same, %d deleted, accepted %v; want 4, 0, 0, true", r.Written, r.Same, r.Deleted, r.Accepted)
	}
	var total int64
	for _, text := range listing(t, dir) {
		total += int64(len(text))
	}
	if r.Bytes != total {
		t.Errorf("got %d bytes, want the %d that are there", r.Bytes, total)
	}
	// A time that no build gives.
	long := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	times := func() map[string]time.Time {
		m := map[string]time.Time{}
		for p := range listing(t, dir) {
			fi, err := os.Stat(filepath.Join(dir, p))
			if err != nil {
				t.Fatal(err)
			}
			m[p] = fi.ModTime()
		}
		return m
	}
	for p := range times() {
		if err := os.Chtimes(filepath.Join(dir, p), long, long); err != nil {
			t.Fatal(err)
		}
	}
	r = write(t, files(t, map[string]string{"index.html": "one", "a/index.html": "a", "assets/x.css": "x"}), dir)
	if r.Written != 0 || r.Same != 4 || r.Deleted != 0 {
		t.Errorf("the same again: got %d written, %d the same, %d deleted; want 0, 4, 0", r.Written, r.Same, r.Deleted)
	}
	for p, at := range times() {
		if !at.Equal(long) {
			t.Errorf("the same again: %s was touched", p)
		}
	}
	// The same length, other bytes.
	r = write(t, files(t, map[string]string{"index.html": "two", "a/index.html": "a", "assets/x.css": "x"}), dir)
	if r.Written != 2 || r.Same != 2 {
		t.Errorf("one change: got %d written, %d the same; want 2 (with the manifest), 2", r.Written, r.Same)
	}
	for p, at := range times() {
		if changed := p == "index.html" || p == fileset.ManifestPath; changed == at.Equal(long) {
			t.Errorf("one change: %s: written %v", p, !at.Equal(long))
		}
	}
}

// A large file is compared in pieces.
func TestWriteSeesEveryByte(t *testing.T) {
	long := strings.Repeat("0123456789", 20_000)
	for _, at := range []int{0, 1, 32<<10 - 1, 32 << 10, 32<<10 + 1, len(long) - 1} {
		dir := t.TempDir()
		write(t, files(t, map[string]string{"a.png": long}), dir)
		other := long[:at] + "x" + long[at+1:]
		if r := write(t, files(t, map[string]string{"a.png": other}), dir); r.Written != 2 {
			t.Errorf("byte %d differs: got %d files written, want 2", at, r.Written)
		}
		if got := listing(t, dir)["a.png"]; got != other {
			t.Errorf("byte %d differs: the new bytes are not there", at)
		}
	}
}

func TestWriteDeletesOnlyItsOwn(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, ".gitignore", "*")
	put(t, dir, "a/mine.txt", "mine")
	put(t, dir, "own/deep/mine.txt", "mine")
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, files(t, map[string]string{"index.html": "1", "a/index.html": "1", "b/c/index.html": "1", "b/c/d.png": "1"}), dir)
	r := write(t, files(t, map[string]string{"index.html": "1"}), dir)
	if r.Deleted != 3 {
		t.Errorf("got %d deleted, want 3", r.Deleted)
	}
	got := listing(t, dir)
	for _, p := range []string{".gitignore", "a/mine.txt", "own/deep/mine.txt", "empty/", "index.html", fileset.ManifestPath} {
		if _, ok := got[p]; !ok {
			t.Errorf("%s is gone", p)
		}
	}
	for _, p := range []string{"a/index.html", "b/", "b/c/", stageDir + "/"} {
		if _, ok := got[p]; ok {
			t.Errorf("%s is still there", p)
		}
	}
}

// Without a manifest nothing is known to be a build's own.
func TestWriteWithoutManifestDeletesNothing(t *testing.T) {
	for name, manifest := range map[string]string{
		"none":           "",
		"broken":         `{"version":1,"files":[{"path":"old.txt"`,
		"unknown":        `{"version":2,"files":[{"path":"old.txt","sha256":"` + strings.Repeat("0", 64) + `"}]}`,
		"no digest":      `{"version":1,"files":[{"path":"old.txt","sha256":""}]}`,
		"leads out":      `{"version":1,"files":[{"path":"../old.txt","sha256":"` + strings.Repeat("0", 64) + `"},{"path":"old.txt","sha256":"` + strings.Repeat("0", 64) + `"}]}`,
		"absolute":       `{"version":1,"files":[{"path":"/etc/x","sha256":"` + strings.Repeat("0", 64) + `"},{"path":"old.txt","sha256":"` + strings.Repeat("0", 64) + `"}]}`,
		"by the way out": `{"version":1,"files":[{"path":"a/../../old.txt","sha256":"` + strings.Repeat("0", 64) + `"},{"path":"old.txt","sha256":"` + strings.Repeat("0", 64) + `"}]}`,
	} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "public")
		put(t, parent, "old.txt", "outside")
		put(t, dir, "old.txt", "inside")
		if manifest != "" {
			put(t, dir, fileset.ManifestPath, manifest)
		}
		write(t, files(t, map[string]string{"index.html": "1"}), dir)
		got := listing(t, parent)
		if got["old.txt"] != "outside" || got["public/old.txt"] != "inside" {
			t.Errorf("manifest %s: a file that no build wrote is gone", name)
		}
		if _, err := fileset.DecodeManifest(strings.NewReader(got["public/"+fileset.ManifestPath])); err != nil {
			t.Errorf("manifest %s: %v", name, err)
		}
	}
}

func TestDecodeManifestRefuses(t *testing.T) {
	for _, p := range []string{"", ".", "..", "../a", "a/../../b", "/a", "a//b", "./a", `a\..\b`, "a\x00b", "a\nb", "c:/x", stageDir, stageDir + "/journal", "a/./b", "a/"} {
		text := fmt.Sprintf(`{"version":1,"files":[{"path":%q,"sha256":%q}]}`, p, strings.Repeat("0", 64))
		if p == "a\x00b" {
			text = strings.Replace(text, `\x00`, `\u0000`, 1)
		}
		if m, err := fileset.DecodeManifest(strings.NewReader(text)); err == nil {
			t.Errorf("path %q: got %v, want an error", p, m.Files)
		} else if !strings.Contains(err.Error(), fmt.Sprintf("%q", p)) {
			t.Errorf("path %q: the error does not name it: %v", p, err)
		}
	}
}

func TestWriteFileAndFolderChangePlaces(t *testing.T) {
	dir := t.TempDir()
	write(t, files(t, map[string]string{"a/index.html": "folder", "a/b/c/index.html": "deep", "x": "file"}), dir)
	next := files(t, map[string]string{"a": "file", "x/y/index.html": "folder"})
	write(t, next, dir)
	if d := differ(listing(t, dir), clean(t, next)); d != "" {
		t.Error(d)
	}
	back := files(t, map[string]string{"a/index.html": "folder", "x": "file"})
	write(t, back, dir)
	if d := differ(listing(t, dir), clean(t, back)); d != "" {
		t.Error("and back: " + d)
	}
}

func TestWriteStopsBeforeFilesOfOthers(t *testing.T) {
	t.Run("a folder where a file must come", func(t *testing.T) {
		dir := t.TempDir()
		put(t, dir, "a/mine.txt", "mine")
		_, err := Write(t.Context(), files(t, map[string]string{"a": "x"}), dir, Options{})
		if err == nil || !strings.Contains(err.Error(), "a/mine.txt was not made by a build; move it away") {
			t.Errorf("got error %v, want one that names a/mine.txt", err)
		}
		if listing(t, dir)["a/mine.txt"] != "mine" {
			t.Error("a/mine.txt is gone")
		}
	})
	t.Run("a file where a folder must come", func(t *testing.T) {
		dir := t.TempDir()
		put(t, dir, "a", "mine")
		_, err := Write(t.Context(), files(t, map[string]string{"a/index.html": "x"}), dir, Options{})
		if err == nil || !strings.Contains(err.Error(), "a stands in the way and was not made by a build; move it away") {
			t.Errorf("got error %v, want one that names a", err)
		}
		if listing(t, dir)["a"] != "mine" {
			t.Error("a is gone")
		}
	})
}

// TestWriteAsksBeforeItBegins: what stands in the way of one file anywhere stops
// the build before any other is put in place, also one that comes long before it.
func TestWriteAsksBeforeItBegins(t *testing.T) {
	old := map[string]string{"index.html": "old", "a/index.html": "old", "gone/index.html": "old", "was/page.html": "old", "assets/x.css": "old"}
	all := map[string]string{"index.html": "new", "a/index.html": "new", "assets/x.css": "new", "m/n/o/index.html": "new", "was": "new", "b/index.html": "new", "z/index.html": "new"}
	lock := func(t *testing.T, dir, name string) {
		if os.Getuid() == 0 {
			t.Skip("a folder cannot be closed to the system's administrator")
		}
		p := filepath.Join(dir, name)
		if err := os.Chmod(p, 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(p, 0o755) })
	}
	for name, tt := range map[string]struct {
		before func(t *testing.T, dir string)
		want   string
	}{
		"a folder of someone else's in the place of a file": {func(t *testing.T, dir string) { put(t, dir, "z/index.html/mine.txt", "mine") }, "z/index.html/mine.txt was not made by a build; move it away"},
		"a file of someone else's in the place of a folder": {func(t *testing.T, dir string) { put(t, dir, "m/n", "mine") }, "m/n stands in the way and was not made by a build; move it away"},
		"a link to nowhere in the place of a folder": {func(t *testing.T, dir string) {
			if err := os.Symlink("nowhere", filepath.Join(dir, "b")); err != nil {
				t.Skip(err)
			}
		}, "b stands in the way"},
		"a foreign file in a folder that becomes a file": {func(t *testing.T, dir string) { put(t, dir, "was/mine.txt", "mine") }, "was/mine.txt was not made by a build"},
		"a folder that cannot be written":                {func(t *testing.T, dir string) { lock(t, dir, "a") }, "the folder a cannot be written"},
		"a folder from which a file cannot be deleted":   {func(t *testing.T, dir string) { lock(t, dir, "gone") }, "delete gone/index.html: the folder gone cannot be written"},
		"a folder that becomes a file and cannot be":     {func(t *testing.T, dir string) { lock(t, dir, "was") }, "the folder was cannot be written"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, files(t, old), dir)
			tt.before(t, dir)
			before := listing(t, dir)
			_, err := Write(t.Context(), files(t, all), dir, Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want %q", err, tt.want)
			}
			if d := differ(listing(t, dir), before); d != "" {
				t.Errorf("the output changed: %s", d)
			}
		})
	}
	// And what a build made gives way.
	dir := t.TempDir()
	write(t, files(t, old), dir)
	write(t, files(t, all), dir)
	if d := differ(listing(t, dir), clean(t, files(t, all))); d != "" {
		t.Error(d)
	}
}

// A build that could not go on half-way knows afterwards what it has done.
func TestWriteAfterAFailure(t *testing.T) {
	dir := t.TempDir()
	meanwhile := func() { put(t, dir, "z/mine.txt", "mine") }
	if _, err := Write(t.Context(), files(t, map[string]string{"a/new.html": "x", "z": "x"}), dir, Options{Workers: 1, asked: meanwhile}); err == nil {
		t.Fatal("got no error")
	}
	if listing(t, dir)["a/new.html"] != "x" {
		t.Fatal("the test needs a file that was put in place before the failure")
	}
	if err := os.RemoveAll(filepath.Join(dir, "z")); err != nil {
		t.Fatal(err)
	}
	next := files(t, map[string]string{"index.html": "x"})
	write(t, next, dir)
	if d := differ(listing(t, dir), clean(t, next)); d != "" {
		t.Error(d)
	}
}

func TestWriteThroughSymlinks(t *testing.T) {
	set := func() *fileset.Set {
		return files(t, map[string]string{"index.html": "new", "dir/page/index.html": "new", "manifest.txt": "new"})
	}
	t.Run("a file that leads out is replaced", func(t *testing.T) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "public")
		put(t, parent, "secret", "secret")
		put(t, dir, "dir/x", "")
		if err := os.Symlink("../secret", filepath.Join(dir, "index.html")); err != nil {
			t.Skip(err)
		}
		write(t, set(), dir)
		got := listing(t, parent)
		if got["secret"] != "secret" || got["public/index.html"] != "new" {
			t.Errorf("secret: %q, index.html: %q", got["secret"], got["public/index.html"])
		}
	})
	t.Run("a folder that leads out is refused", func(t *testing.T) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "public")
		put(t, parent, "elsewhere/mine.txt", "mine")
		put(t, dir, "x", "")
		if err := os.Symlink("../elsewhere", filepath.Join(dir, "dir")); err != nil {
			t.Skip(err)
		}
		_, err := Write(t.Context(), set(), dir, Options{})
		if err == nil || !strings.Contains(err.Error(), "dir stands in the way") {
			t.Errorf("got error %v, want one that names dir", err)
		}
		if d := differ(listing(t, filepath.Join(parent, "elsewhere")), map[string]string{"mine.txt": "mine"}); d != "" {
			t.Error(d)
		}
	})
	t.Run("stale files behind a folder that leads out stay", func(t *testing.T) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "public")
		write(t, set(), dir)
		// Somebody moves the folder and links to it.
		if err := os.Rename(filepath.Join(dir, "dir"), filepath.Join(parent, "elsewhere")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("../elsewhere", filepath.Join(dir, "dir")); err != nil {
			t.Skip(err)
		}
		write(t, files(t, map[string]string{"index.html": "new"}), dir)
		if listing(t, parent)["elsewhere/page/index.html"] != "new" {
			t.Error("a file outside the output was deleted")
		}
	})
	t.Run("a stage folder that leads out is removed as a link", func(t *testing.T) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "public")
		put(t, parent, "elsewhere/journal", "0 index.html\n")
		put(t, dir, "x", "")
		if err := os.Symlink("../elsewhere", filepath.Join(dir, stageDir)); err != nil {
			t.Skip(err)
		}
		write(t, set(), dir)
		if d := differ(listing(t, filepath.Join(parent, "elsewhere")), map[string]string{"journal": "0 index.html\n"}); d != "" {
			t.Error(d)
		}
	})
}

func TestWriteNotAccepted(t *testing.T) {
	no := Options{Accept: func() bool { return false }}
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	old := files(t, map[string]string{"index.html": "old", "a/index.html": "old"})
	next := files(t, map[string]string{"index.html": "new", "b/index.html": "new"})
	write(t, old, dir)
	put(t, dir, "mine.txt", "mine")
	before := listing(t, parent)
	r, err := Write(t.Context(), next, dir, no)
	if err != nil || r.Accepted {
		t.Fatalf("got accepted %v, error %v", r.Accepted, err)
	}
	if d := differ(listing(t, parent), before); d != "" {
		t.Error(d)
	}
	// A folder that was not there is not there afterwards.
	for _, deep := range []string{"none", "not/at/all"} {
		if _, err := Write(t.Context(), next, filepath.Join(parent, deep), no); err != nil {
			t.Fatal(err)
		}
		if d := differ(listing(t, parent), before); d != "" {
			t.Errorf("%s: %s", deep, d)
		}
	}
}

func TestWriteFails(t *testing.T) {
	boom := errors.New("boom")
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	set, _ := fileset.NewSet([]fileset.File{{Path: "a", Make: fileset.Bytes([]byte("a"))}, {Path: "b", Make: func(context.Context, *bytes.Buffer) error { return boom }}})
	_, err := Write(t.Context(), set, dir, Options{})
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "make b") {
		t.Errorf("got error %v, want one that names b", err)
	}
	if d := differ(listing(t, parent), map[string]string{}); d != "" {
		t.Error(d)
	}
	write(t, files(t, map[string]string{"a": "old"}), dir)
	before := listing(t, parent)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(ctx, files(t, map[string]string{"a": "new"}), dir, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: got error %v", err)
	}
	if d := differ(listing(t, parent), before); d != "" {
		t.Errorf("stopped: %s", d)
	}
	put(t, parent, "file", "x")
	if _, err := Write(t.Context(), set, filepath.Join(parent, "file"), Options{}); err == nil {
		t.Error("a file as output folder: got no error")
	}
}

func TestWriteOneAtATime(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders cannot be locked here")
	}
	dir := t.TempDir()
	entered, leave := make(chan bool), make(chan bool)
	slow, _ := fileset.NewSet([]fileset.File{{Path: "index.html", Make: func(_ context.Context, b *bytes.Buffer) error {
		entered <- true
		<-leave
		b.WriteString("slow")
		return nil
	}}})
	done := make(chan error)
	go func() {
		_, err := Write(context.Background(), slow, dir, Options{})
		done <- err
	}()
	<-entered
	_, err := Write(t.Context(), files(t, map[string]string{"index.html": "fast"}), dir, Options{})
	if err == nil || !strings.Contains(err.Error(), "another build is writing to "+dir) {
		t.Errorf("got error %v", err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := listing(t, dir)["index.html"]; got != "slow" {
		t.Errorf("got %q, want that of the first build", got)
	}
	write(t, files(t, map[string]string{"index.html": "fast"}), dir)
}

// A build that did not come to its end leaves a journal, and it stays until a
// build does: else the files that only it knows of would stay for ever.
func TestWriteKeepsTheJournal(t *testing.T) {
	dir := t.TempDir()
	write(t, files(t, map[string]string{"index.html": "1", "old/index.html": "1"}), dir)
	// A build that stopped half-way: it has put half/ in place.
	put(t, dir, "half/index.html", "2")
	put(t, dir, journalPath, "1 half/index.html\n1 index.html\n1 old/index.html\n")
	put(t, dir, stageDir+"/7", "what it had made")
	next := files(t, map[string]string{"index.html": "3"})
	boom := errors.New("boom")
	bad, _ := fileset.NewSet([]fileset.File{{Path: "x", Make: func(context.Context, *bytes.Buffer) error { return boom }}})
	if _, err := Write(t.Context(), bad, dir, Options{}); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), next, dir, Options{Accept: func() bool { return false }}); err != nil {
		t.Fatal(err)
	}
	write(t, next, dir)
	if d := differ(listing(t, dir), clean(t, next)); d != "" {
		t.Error(d)
	}
}

// What is in the stage folder and is no journal of a build teaches nothing.
func TestWriteRefusesAJournalThatLeadsOut(t *testing.T) {
	for _, journal := range []string{"1 ../outside\n1 mine.txt\n", "1 /mine.txt\n1 mine.txt\n", "mine.txt\n", "x mine.txt\n"} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "public")
		put(t, parent, "outside", "outside")
		put(t, dir, "mine.txt", "mine")
		put(t, dir, journalPath, journal)
		write(t, files(t, map[string]string{"index.html": "1"}), dir)
		got := listing(t, parent)
		if got["outside"] != "outside" || got["public/mine.txt"] != "mine" {
			t.Errorf("journal %q: a file that no build wrote is gone", journal)
		}
		if _, ok := got["public/"+stageDir+"/"]; ok {
			t.Errorf("journal %q: the stage folder is still there", journal)
		}
	}
}

// Pages go before the assets that they use, and folders after what is in them.
func TestStaleOrder(t *testing.T) {
	w := &writer{earlier: map[string]fileset.Rank{"a.css": fileset.Asset, "b/index.html": fileset.Page, "b/c/index.html": fileset.Page, "sitemap.xml": fileset.Index, "kept.css": fileset.Asset, "b/d.png": fileset.Asset}}
	files, dirs := w.stale(map[string]bool{"kept.css": true})
	if want := []string{"sitemap.xml", "b/c/index.html", "b/index.html", "a.css", "b/d.png"}; !slices.Equal(files, want) {
		t.Errorf("got files %q, want %q", files, want)
	}
	if want := []string{"b/c", "b"}; !slices.Equal(dirs, want) {
		t.Errorf("got folders %q, want %q", dirs, want)
	}
}

// TestWriteCoded: a file in other codings is written with it and goes with it.
// TestWriteKeepsCompressed: what was compressed is not compressed again while its
// bytes and the encoder are the same; whatever happened to the files, the result
// is that of a clean build.
func TestWriteKeepsCompressed(t *testing.T) {
	set := func(page string) *fileset.Set {
		s, clashes := fileset.NewSet(fileset.Coded([]fileset.File{
			{Path: "index.html", Rank: fileset.Page, Make: fileset.Bytes([]byte(strings.Repeat(page, 99)))},
			{Path: "b.css", Make: fileset.Bytes([]byte(strings.Repeat("b", 400)))},
		}, fileset.Codings()))
		if len(clashes) > 0 {
			t.Fatal(clashes)
		}
		return s
	}
	for name, tt := range map[string]struct {
		page   string
		before func(dir string) // what happens between two builds
		kept   int              // compressed files that are kept
	}{
		"nothing":                  {"a ", func(string) {}, 4},
		"another text":             {"andere ", func(string) {}, 2},
		"a broken compressed file": {"a ", func(dir string) { put(t, dir, "index.html.br", "rubbish") }, 3},
		"a compressed file of the same size with other bytes": {"a ", func(dir string) {
			data, err := os.ReadFile(filepath.Join(dir, "b.css.gz"))
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)-1] ^= 1
			put(t, dir, "b.css.gz", string(data))
		}, 3},
		"a compressed file that is gone": {"a ", func(dir string) { os.Remove(filepath.Join(dir, "b.css.br")) }, 3},
		"another plain file on disk":     {"a ", func(dir string) { put(t, dir, "index.html", "x") }, 4},
		"no manifest":                    {"a ", func(dir string) { os.Remove(filepath.Join(dir, fileset.ManifestPath)) }, 0},
		"another encoder": {"a ", func(dir string) {
			data, err := os.ReadFile(filepath.Join(dir, fileset.ManifestPath))
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir, fileset.ManifestPath, strings.ReplaceAll(string(data), `"encoder":"brotli 1`, `"encoder":"brotli 0`))
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, set("a "), dir)
			tt.before(dir)
			var kept atomic.Int64
			if _, err := Write(t.Context(), set(tt.page), dir, Options{kept: func() { kept.Add(1) }}); err != nil {
				t.Fatal(err)
			}
			if int(kept.Load()) != tt.kept {
				t.Errorf("kept %d compressed files, want %d", kept.Load(), tt.kept)
			}
			if d := differ(listing(t, dir), clean(t, set(tt.page))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWriteCoded(t *testing.T) {
	dir := memory(t)
	set := func(codings ...fileset.Coding) *fileset.Set {
		all := fileset.Coded([]fileset.File{{Path: "index.html", Rank: fileset.Page, Make: fileset.Bytes([]byte(strings.Repeat("tekst ", 99)))}}, codings)
		s, clashes := fileset.NewSet(all)
		if len(clashes) > 0 {
			t.Fatal(clashes)
		}
		return s
	}
	if r := write(t, set(fileset.Codings()...), dir); r.Written != 4 {
		t.Errorf("wrote %d files, want the page, its two codings and the manifest", r.Written)
	}
	if r := write(t, set(fileset.Codings()...), dir); r.Written != 0 {
		t.Errorf("the same again wrote %d files", r.Written)
	}
	if r := write(t, set(fileset.Gzip), dir); r.Deleted != 1 {
		t.Errorf("without brotli %d files went, want 1", r.Deleted)
	}
	if _, err := os.Stat(filepath.Join(dir, "index.html.gz")); err != nil {
		t.Error(err)
	}
}

func TestManifest(t *testing.T) {
	s := files(t, map[string]string{"index.html": "<a href=x>é&\u2028", "assets/a.css": "b"})
	dir := t.TempDir()
	r := write(t, s, dir)
	text := listing(t, dir)[fileset.ManifestPath]
	m, err := fileset.DecodeManifest(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Files, r.Manifest.Files) || m.Release != m.ID() || len(m.Release) != 16 {
		t.Errorf("got %+v, want %+v", m, r.Manifest)
	}
	if lines := strings.Count(text, "\n"); lines != 1+2+1 {
		t.Errorf("got %d lines, want one a file and two around them:\n%s", lines, text)
	}
	var paths []string
	for _, e := range m.Files {
		paths = append(paths, e.Path)
	}
	if !slices.Equal(paths, []string{"assets/a.css", "index.html"}) {
		t.Errorf("got %q", paths)
	}
	m.Files[0].SHA256 = strings.Repeat("0", 64)
	if m.ID() == m.Release {
		t.Error("other bytes have the same release")
	}
}
