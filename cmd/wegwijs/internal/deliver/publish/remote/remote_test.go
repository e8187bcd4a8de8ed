package remote

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/dial"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// both runs a test on a folder of this machine and on the same kind of folder
// behind OpenSSH's sshd, which must not be told apart.
func both(t *testing.T, test func(t *testing.T, f FS, dir string)) {
	t.Run("local", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "a", "b")
		f, err := Open(dir, true)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		test(t, f, dir)
	})
	t.Run("sftp", func(t *testing.T) {
		s := testenv.StartSSHD(t)
		dir := filepath.Join(t.TempDir(), "a", "b")
		f := connect(t, s, dir)
		defer f.Close()
		test(t, f, dir)
	})
}

func connect(t *testing.T, s *testenv.SSHD, dir string) FS {
	t.Helper()
	c, err := dial.Start(t.Context(), dial.Target{Host: "127.0.0.1", Port: s.Port, User: s.User, Identity: s.Key, KnownHosts: s.KnownHosts}, dial.Surroundings{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := OverSFTP(c, dir, true)
	if err != nil {
		t.Fatal(c.Explain(err))
	}
	c.Ready()
	return f
}

func create(t *testing.T, f FS, name, text string) {
	t.Helper()
	if err := f.Create(name, int64(len(text)), strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, f FS, name string) string {
	t.Helper()
	r, err := f.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func TestFS(t *testing.T) {
	both(t, func(t *testing.T, f FS, dir string) {
		create(t, f, "a", "eerste")
		if got := read(t, f, "a"); got != "eerste" {
			t.Errorf("read %q", got)
		}
		wantErr(t, "create what is there", f.Create("a", 1, strings.NewReader("x")), fs.ErrExist)
		wantErr(t, "create in no folder", f.Create("no/a", 1, strings.NewReader("x")), fs.ErrNotExist)
		_, err := f.Open("no")
		wantErr(t, "open nothing", err, fs.ErrNotExist)
		_, err = f.Lstat("no")
		wantErr(t, "lstat nothing", err, fs.ErrNotExist)
		_, err = f.ReadDir("no")
		wantErr(t, "read no folder", err, fs.ErrNotExist)
		_, err = f.Readlink("no")
		wantErr(t, "read no link", err, fs.ErrNotExist)
		wantErr(t, "remove nothing", f.Remove("no"), fs.ErrNotExist)
		wantErr(t, "rename nothing", f.Rename("no", "b"), fs.ErrNotExist)

		if err := f.Mkdir("d"); err != nil {
			t.Fatal(err)
		}
		wantErr(t, "mkdir what is there", f.Mkdir("d"), fs.ErrExist)
		wantErr(t, "mkdir on a file", f.Mkdir("a"), fs.ErrExist)
		wantErr(t, "mkdir in no folder", f.Mkdir("no/d"), fs.ErrNotExist)
		if err := f.Remove("d"); err == nil {
			t.Error("Remove removed a folder")
		}
		if err := f.RemoveDir("a"); err == nil {
			t.Error("RemoveDir removed a file")
		}

		if err := f.Link("a", "d/b"); err != nil {
			t.Fatal(err)
		}
		wantErr(t, "link onto what is there", f.Link("a", "d/b"), fs.ErrExist)
		wantErr(t, "link of nothing", f.Link("no", "d/c"), fs.ErrNotExist)
		if err := f.RemoveDir("d"); err == nil {
			t.Error("a folder with something in it was removed")
		}
		create(t, f, "d/c", "eerste")
		stat := func(name string) os.FileInfo {
			fi, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			return fi
		}
		if !os.SameFile(stat("a"), stat("d/b")) || os.SameFile(stat("a"), stat("d/c")) {
			t.Error("a link must be the same file")
		}

		// Rename replaces, and leaves the other names of the old file alone.
		create(t, f, "n", "tweede")
		if err := f.Rename("n", "a"); err != nil {
			t.Fatal(err)
		}
		if read(t, f, "a") != "tweede" || read(t, f, "d/b") != "eerste" {
			t.Error("rename wrote into the file")
		}
		if err := f.Symlink("d", "l1"); err != nil {
			t.Fatal(err)
		}
		if err := f.Symlink("elsewhere/x", "l2"); err != nil {
			t.Fatal(err)
		}
		wantErr(t, "symlink onto what is there", f.Symlink("d", "l1"), fs.ErrExist)
		if err := f.Rename("l2", "l1"); err != nil {
			t.Fatal(err)
		}
		if to, err := f.Readlink("l1"); err != nil || to != "elsewhere/x" {
			t.Errorf("readlink: %q %v", to, err)
		}
		if i, err := f.Lstat("l1"); err != nil || i.Kind != Link {
			t.Errorf("lstat of a link: %+v %v", i, err)
		}
		_, err = f.Lstat("d/b/c") // d/b is a file
		wantErr(t, "lstat below a file", err, fs.ErrNotExist)
		if i, err := f.Lstat("d/b"); err != nil || i.Kind != File || i.Size != 6 || i.Name != "b" || i.Mod.IsZero() {
			t.Errorf("lstat of a file: %+v %v", i, err)
		}
		is, err := f.ReadDir(".")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, i := range is {
			names = append(names, fmt.Sprint(i.Name, i.Kind))
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != "a0 d1 l12" {
			t.Errorf("readdir: %s", got)
		}
		if err := f.Rename("d", "e"); err != nil {
			t.Fatal(err)
		}
		for _, n := range []string{"e/b", "e/c", "l1"} {
			if err := f.Remove(n); err != nil {
				t.Error(err)
			}
		}
		if err := f.RemoveDir("e"); err != nil {
			t.Error(err)
		}
	})
}

func TestLargeFile(t *testing.T) {
	both(t, func(t *testing.T, f FS, dir string) {
		for _, size := range []int{0, 1, chunk - 1, chunk, chunk + 1, 8 * chunk, 8*chunk + 1, 3<<20 + 17} {
			text := strings.Repeat("0123456789\n", size/11+1)[:size]
			name := fmt.Sprint("f", size)
			if err := f.Create(name, int64(size), portions{strings.NewReader(text)}); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil || string(b) != text {
				t.Errorf("size %d: got %d bytes, %v", size, len(b), err)
			}
		}
		// A reader that fails ends the file.
		err := f.Create("broken", 3<<20, io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), failing{}))
		wantErr(t, "reader that fails", err, errRead)
		err = f.Create("broken2", 10, io.MultiReader(strings.NewReader("x"), failing{}))
		wantErr(t, "small reader that fails", err, errRead)
	})
}

var errRead = errors.New("the source broke")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errRead }

// portions reads in odd portions.
type portions struct{ r io.Reader }

func (o portions) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 4099)]) }

func TestLockHasOneWinner(t *testing.T) {
	both(t, func(t *testing.T, f FS, dir string) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 20 {
			wg.Go(func() {
				l, err := f.CreateLock("lock")
				if err != nil {
					if !errors.Is(err, fs.ErrExist) {
						t.Error(err)
					}
					return
				}
				defer l.Close()
				mu.Lock()
				won++
				mu.Unlock()
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d won the lock", won)
		}
		// Writing to a lock that was replaced must not touch the new one.
		l, err := f.CreateLock("lock2")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if err := f.Remove("lock2"); err != nil {
			t.Fatal(err)
		}
		create(t, f, "lock2", "the other's")
		l.WriteAt([]byte("ours"), 0)
		if got := read(t, f, "lock2"); got != "the other's" {
			t.Errorf("the other's lock now reads %q", got)
		}
	})
}

// TestManyAtOnce uses the folder from many goroutines, as a publish does.
func TestManyAtOnce(t *testing.T) {
	both(t, func(t *testing.T, f FS, dir string) {
		create(t, f, "src", "bron")
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				d := fmt.Sprint("d", i)
				if err := f.Mkdir(d); err != nil {
					t.Error(err)
				}
				if err := f.Create(d+"/x", 3, strings.NewReader("abc")); err != nil {
					t.Error(err)
				}
				if err := f.Link("src", d+"/l"); err != nil {
					t.Error(err)
				}
				if err := f.Rename(d+"/l", d+"/x"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for i := range 40 {
			b, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("d", i), "x"))
			if err != nil || string(b) != "abc" && string(b) != "bron" {
				t.Errorf("%d: %q %v", i, b, err)
			}
		}
	})
}

// TestServerUmask makes sure that web servers can read what is made on a
// server with a strict umask.
func TestServerUmask(t *testing.T) {
	s := testenv.StartSSHD(t, "Subsystem sftp internal-sftp -u 0077")
	dir := filepath.Join(t.TempDir(), "help")
	f := connect(t, s, dir)
	defer f.Close()
	for _, d := range []string{"d", "e"} {
		if err := f.Mkdir(d); err != nil {
			t.Fatal(err)
		}
		create(t, f, d+"/a", "x")
		create(t, f, d+"/b", "x")
	}
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		fi, _ := d.Info()
		want := fileMode
		if d.IsDir() {
			want = dirMode
		}
		if fi.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", p, fi.Mode().Perm(), want)
		}
		return err
	})
}

// TestNothingLeadsOut follows no link out of a target, nor one inside of it.
func TestNothingLeadsOut(t *testing.T) {
	both(t, func(t *testing.T, f FS, dir string) {
		outside := t.TempDir()
		for _, d := range []string{"own", "own/sub"} {
			if err := f.Mkdir(d); err != nil {
				t.Fatal(err)
			}
		}
		create(t, f, "own/x", "ours")
		if err := os.WriteFile(filepath.Join(outside, "x"), []byte("theirs"), 0o644); err != nil {
			t.Fatal(err)
		}
		for name, to := range map[string]string{"out": outside, "in": "own", "up": "..", "file": filepath.Join(outside, "x")} {
			if err := f.Symlink(to, name); err != nil {
				t.Fatal(err)
			}
		}
		for _, l := range []string{"out", "in", "up", "..", "own/../..", "out/../own"} {
			for what, err := range map[string]error{
				"create":     f.Create(l+"/new", 1, strings.NewReader("x")),
				"link":       f.Link("own/x", l+"/y"),
				"link from":  f.Link(l+"/x", "own/y"),
				"rename":     f.Rename("own/x", l+"/y"),
				"rename of":  f.Rename(l+"/x", "own/y"),
				"mkdir":      f.Mkdir(l + "/d"),
				"symlink":    f.Symlink("x", l+"/s"),
				"remove":     f.Remove(l + "/x"),
				"remove dir": f.RemoveDir(l + "/sub"),
			} {
				if err == nil {
					t.Errorf("%s went through %s", what, l)
				}
			}
			if _, err := f.CreateLock(l + "/lock"); err == nil {
				t.Errorf("a lock went through %s", l)
			}
			if _, err := f.ReadDir(l); err == nil {
				t.Errorf("%s was listed", l)
			}
			if _, err := f.Open(l + "/x"); err == nil {
				t.Errorf("a file was read through %s", l)
			}
			if _, err := f.Lstat(l + "/x"); err == nil {
				t.Errorf("a file was seen through %s", l)
			}
		}
		if _, err := f.Open("file"); err == nil {
			t.Error("a link was read as a file")
		}
		// What was seen to be a folder is looked at anew once it was moved.
		if err := f.Rename("own", "away"); err != nil {
			t.Fatal(err)
		}
		if err := f.Symlink(outside, "own"); err != nil {
			t.Fatal(err)
		}
		if err := f.Remove("own/x"); err == nil {
			t.Error("removed through a link that came in the place of a folder")
		}
		if b, err := os.ReadFile(filepath.Join(outside, "x")); err != nil || string(b) != "theirs" {
			t.Errorf("outside: %q %v", b, err)
		}
		if es, _ := os.ReadDir(outside); len(es) != 1 {
			t.Errorf("outside: %v", es)
		}
	})
}

func TestConnectionThatEnds(t *testing.T) {
	s := testenv.StartSSHD(t)
	f := connect(t, s, t.TempDir())
	create(t, f, "a", "x")
	f.(*guarded).FS.(*over).line.Close()
	for name, err := range map[string]error{
		"create": f.Create("c", 1, strings.NewReader("x")),
		"link":   f.Link("a", "d"),
		"rename": f.Rename("a", "f"),
	} {
		if err == nil || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s on a dead connection: %v", name, err)
		}
	}
	f.Close()
}
