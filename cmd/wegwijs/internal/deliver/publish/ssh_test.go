package publish

import (
	"context"
	"errors"
	"fmt"
	randv2 "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/dial"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// startSSHD returns a server and a way to name a folder on it as a target.
func startSSHD(t testing.TB, extra ...string) (*testenv.SSHD, func(dir string) Target) {
	t.Helper()
	s := testenv.StartSSHD(t, extra...)
	return s, func(dir string) Target { return sshTarget(s, dir) }
}

func sshTarget(s *testenv.SSHD, dir string) Target {
	t := dirTarget(dir)
	t.Type, t.Parallel = "ssh", 16
	t.SSH = dial.Target{Host: "127.0.0.1", Port: s.Port, User: s.User, Identity: s.Key, KnownHosts: s.KnownHosts}
	return t
}

func TestSSH(t *testing.T) {
	_, on := startSSHD(t)
	root := filepath.Join(testenv.RAM(t), "srv", "help")
	target := on(root)
	// Planning makes nothing, not even the folder.
	p, err := Open(t.Context(), target, me(), false)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Plan(t.Context(), siteA.release(), nil)
	p.Close()
	if err != nil || len(plan.New) != len(siteA) {
		t.Fatalf("plan: %v %v", plan, err)
	}
	if _, err := os.Stat(root); err == nil {
		t.Error("planning made the folder")
	}
	large := siteA.with(files{"groot.pdf": strings.Repeat("0123456789abcdef", 1<<16)}) // 1 MiB: many writes under way
	mustPublish(t, target, me(), large.release(), lax)
	isOne(t, served(t, root), large)
	mustPublish(t, target, later(me(), hour), siteB.release(), lax)
	isOne(t, served(t, root), siteB)
	a, _ := os.Stat(filepath.Join(root, "releases", large.release().Manifest.Release, "404.html"))
	b, _ := os.Stat(filepath.Join(root, "current", "404.html"))
	if !os.SameFile(a, b) {
		t.Error("an unchanged file was not linked on the server")
	}
	rollback(t, target, later(me(), 2*hour), "")
	isOne(t, served(t, root), large)
	if st := statusOf(t, target, me()); st.Current != large.release().Manifest.Release || st.Lock != nil || len(st.History) != 3 {
		t.Errorf("status %+v", st)
	}
}

// TestWithoutLinks publishes to a target whose file system refuses hard links:
// every byte of the site travels, and old assets, which this machine does not
// have any more, pass through it.
func TestWithoutLinks(t *testing.T) {
	_, on := startSSHD(t)
	for name, target := range map[string]func(string) Target{"dir": dirTarget, "ssh": on} {
		t.Run(name, func(t *testing.T) {
			root := testenv.RAM(t)
			target := target(root)
			around := me()
			around.wrap = func(f remote.FS) remote.FS {
				return &hooked{FS: f, before: func(op, name string) error {
					if op == "link" {
						return fmt.Errorf("%s: %w", op, errors.ErrUnsupported)
					}
					return nil
				}}
			}
			mustPublish(t, target, around, siteA.release(), lax)
			isOne(t, served(t, root), siteA)
			opt := lax
			var sent int64
			opt.Progress = progressBytes(&sent)
			mustPublish(t, target, later(around, hour), siteB.release(), opt)
			isOne(t, served(t, root), siteB)
			var all int64
			for p, text := range siteB {
				all += int64(len(text))
				fi, err := os.Stat(filepath.Join(root, "current", p))
				if err != nil || fi.Mode().Perm() != 0o644 {
					t.Errorf("%s: %v %v", p, fi.Mode(), err)
				}
			}
			if sent != all {
				t.Errorf("%d bytes travelled, want %d", sent, all)
			}
			if got := served(t, root)["assets/site.aaaaaaaaaa.css"]; got != siteA["assets/site.aaaaaaaaaa.css"] {
				t.Errorf("the old asset reads %q", got)
			}
		})
	}
}

// TestSSHCutAtEveryOperation closes the real connection at each operation in
// turn.
func TestSSHCutAtEveryOperation(t *testing.T) {
	t.Parallel()
	_, on := startSSHD(t)
	step := stride(9, 4, 1)
	sc := scenes()[1]
	for n := 1; ; n += step {
		root := testenv.RAM(t)
		near := sc.stage(t, root) // by way of the folder: the same layout
		target := on(root)
		target.Keep, target.Parallel = sc.keep, 4
		f := &fault{at: n, only: true}
		around := later(quietly(), 5*hour)
		around.wrap = func(fsys remote.FS) remote.FS {
			f.cut = func() { fsys.Close() }
			return f.wrap(fsys)
		}
		err := sc.change(t.Context(), target, around)
		got := isOne(t, served(t, root), sc.from, sc.to)
		if !f.hit {
			if err != nil {
				t.Error(err)
			}
			if n < 60 {
				t.Errorf("only %d operations were tried", n)
			}
			return
		}
		if err == nil && got != 1 {
			t.Errorf("at %d: no error and the old release", n)
		}
		if err := sc.change(t.Context(), near, later(quietly(), 5*hour)); err != nil {
			t.Fatalf("at %d: again: %v", n, err)
		}
		isOne(t, served(t, root), sc.to)
		os.RemoveAll(root)
	}
}

// TestSSHCutAtAnyByte lets the line break after a number of bytes.
func TestSSHCutAtAnyByte(t *testing.T) {
	t.Parallel()
	s, on := startSSHD(t)
	rounds := 40 / stride(4, 2, 1)
	rng := randv2.New(randv2.NewPCG(3, 4))
	broke := 0
	for range rounds {
		root := testenv.RAM(t)
		mustPublish(t, dirTarget(root), me(), siteA.release(), lax)
		target := on(root)
		target.SSH.Port = breakingLine(t, s.Port, rng.Int64N(60<<10))
		s.Trust(t, target.SSH.Port)
		err := publishes(siteB)(t.Context(), target, later(me(), hour))
		got := isOne(t, served(t, root), siteA, siteB)
		if err != nil {
			broke++
		} else if got != 1 {
			t.Error("no error and the old release")
		}
		if err := publishes(siteB)(t.Context(), on(root), later(me(), hour)); err != nil {
			t.Fatalf("again: %v", err)
		}
		isOne(t, served(t, root), siteB)
		os.RemoveAll(root)
	}
	if broke < rounds/3 {
		t.Errorf("the line broke in %d of %d publishes only", broke, rounds)
	}
}

// breakingLine passes one connection on to port, and cuts it after so many
// bytes in either direction.
func breakingLine(t *testing.T, port int, after int64) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		in, err := l.Accept()
		if err != nil {
			return
		}
		defer in.Close()
		out, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return
		}
		defer out.Close()
		budget := make(chan int64, 1)
		budget <- after
		end := make(chan struct{}, 2)
		pass := func(to, from net.Conn) {
			defer func() { end <- struct{}{} }()
			buf := make([]byte, 4096)
			for {
				n, err := from.Read(buf)
				left := <-budget
				m := min(int64(n), left)
				budget <- left - m
				if _, werr := to.Write(buf[:m]); err != nil || werr != nil || m < int64(n) {
					return
				}
			}
		}
		go pass(out, in)
		go pass(in, out)
		<-end
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// TestSSHUserGivesUp ends the context, as Ctrl-C does: the lock is given back,
// and the same publish again goes on.
func TestSSHUserGivesUp(t *testing.T) {
	_, on := startSSHD(t)
	root := testenv.RAM(t)
	mustPublish(t, dirTarget(root), me(), siteA.release(), lax)
	ctx, cancel := context.WithCancel(t.Context())
	around := later(me(), hour)
	var n int
	var mu sync.Mutex
	around.wrap = func(f remote.FS) remote.FS {
		return &hooked{FS: f, before: func(op, _ string) error {
			mu.Lock()
			defer mu.Unlock()
			if n++; n == 40 {
				cancel()
			}
			return nil
		}}
	}
	err := publishes(siteB)(ctx, on(root), around)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	isOne(t, served(t, root), siteA)
	if l := statusOf(t, on(root), me()).Lock; l != nil {
		t.Errorf("the lock stayed: %v", l)
	}
	if err := publishes(siteB)(t.Context(), on(root), later(me(), hour)); err != nil {
		t.Fatal(err)
	}
	isOne(t, served(t, root), siteB)
}

func TestSSHServerWithoutSFTP(t *testing.T) {
	_, on := startSSHD(t, "Subsystem sftp /bin/false")
	_, err := Open(t.Context(), on(t.TempDir()), me(), true)
	if err == nil || !strings.Contains(err.Error(), "SFTP") {
		t.Errorf("got %v, want it to say that there is no SFTP", err)
	}
}
