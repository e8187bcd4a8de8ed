package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// childEnv makes the test binary publish one site and end: "A /folder".
const childEnv = "WEGWIJS_TEST_PUBLISH"

func TestMain(m *testing.M) {
	if job := os.Getenv(childEnv); job != "" {
		os.Exit(child(job))
	}
	os.Exit(m.Run())
}

// childSite returns the site of a job such as "A 17": one of the three with
// enough more files for a kill to hit in the middle of it, in a state of its
// own.
func childSite(job string) files {
	name, round, _ := strings.Cut(job, " ")
	s := map[string]files{"A": siteA, "B": siteB, "C": siteC}[name]
	more := files{"teller.txt": round}
	for i := range 60 {
		more[fmt.Sprintf("gids/deel-%d/index.html", i)] = fmt.Sprintf("deel %d: %s", i, strings.Repeat(s["index.html"], 1+i%5))
	}
	return s.with(more)
}

func child(job string) int {
	i := strings.LastIndexByte(job, ' ')
	around := Surroundings{User: "kind", Host: "laptop", PID: os.Getpid(), Alive: Alive, beat: 20 * time.Millisecond, watch: time.Millisecond}
	rep, err := tryPublish(context.Background(), dirTarget(job[i+1:]), around, childSite(job[:i]).release(), lax)
	if err != nil || !rep.Live {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func spawn(t *testing.T, name, root string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	c := exec.Command(os.Args[0])
	var out bytes.Buffer
	c.Env, c.Stderr = append(os.Environ(), childEnv+"="+name+" "+root), &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, &out
}

// TestKilledAtAnyMoment kills publishing processes without warning.
func TestKilledAtAnyMoment(t *testing.T) {
	rounds := 120
	if testing.Short() {
		rounds = 20
	}
	root := testenv.RAM(t)
	run := func(job string) time.Duration {
		begin := time.Now()
		c, out := spawn(t, job, root)
		if err := c.Wait(); err != nil {
			t.Fatalf("%s: %v: %s", job, err, out)
		}
		isOne(t, served(t, root), childSite(job))
		return time.Since(begin)
	}
	run("A 0")
	whole := run("B 0")
	killed, switched := 0, 0
	rng := rand.New(rand.NewPCG(1, 2))
	was := "B 0" // what readers have
	// As many as prove something: how long a publish takes changes with what
	// else the machine does.
	for i := 0; i < rounds || (killed < rounds/4 || switched < 5) && i < 10*rounds; i++ {
		job := fmt.Sprintf("%c %d", "CAB"[i%3], i+1)
		c, out := spawn(t, job, root)
		time.Sleep(time.Duration(rng.Int64N(int64(whole))))
		c.Process.Kill()
		if err := c.Wait(); err != nil {
			killed++
			if out.Len() > 0 {
				t.Fatalf("round %d: the process failed before it was killed: %s", i, out)
			}
		}
		if isOne(t, served(t, root), childSite(was), childSite(job)) == 1 {
			was = job
			switched++
		}
		if i%4 == 0 { // otherwise the next one goes on, with another release
			whole = run(job)
			was = job
		}
	}
	if killed < rounds/4 || switched < 5 {
		t.Errorf("%d processes were killed in time and %d had switched: this proves little", killed, switched)
	}
	t.Logf("%d killed, %d had switched; a whole publish takes %v", killed, switched, whole)
	for _, r := range statusOf(t, dirTarget(root), me()).Releases {
		got := readTree(t, filepath.Join(root, "releases", r.Release))
		var sites []files
		for _, n := range "ABC" {
			sites = append(sites, childSite(fmt.Sprintf("%c %s", n, got["teller.txt"])))
		}
		isOne(t, got, sites...)
	}
}

// quota is a folder on a disk that fills up.
type quota struct {
	mu   sync.Mutex
	left int64
}

var errFull = fmt.Errorf("write: %w", syscall.ENOSPC)

func (q *quota) wrap(f remote.FS) remote.FS { return &limited{FS: f, q: q} }

type limited struct {
	remote.FS
	q *quota
}

func (l *limited) take(n int64) error {
	l.q.mu.Lock()
	defer l.q.mu.Unlock()
	if l.q.left -= n; l.q.left < 0 {
		return errFull
	}
	return nil
}

func (l *limited) Create(name string, size int64, r io.Reader) error {
	if l.take(size) != nil {
		l.FS.Create(name, 0, io.LimitReader(r, size/2))
		return errFull
	}
	return l.FS.Create(name, size, r)
}

func (l *limited) Mkdir(name string) error {
	if err := l.take(100); err != nil {
		return err
	}
	return l.FS.Mkdir(name)
}

func TestDiskFull(t *testing.T) {
	full := 0
	for room := int64(0); ; room += 150 {
		root := testenv.RAM(t)
		target := dirTarget(root)
		mustPublish(t, target, me(), siteA.release(), lax)
		around := later(me(), hour)
		around.wrap = (&quota{left: room}).wrap
		_, err := tryPublish(t.Context(), target, around, siteB.release(), lax)
		got := isOne(t, served(t, root), siteA, siteB)
		if err == nil {
			break
		}
		if full++; !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("with %d bytes: got %v, want it to say that the disk is full", room, err)
		}
		if got == 1 && !strings.Contains(err.Error(), "is live") {
			t.Errorf("with %d bytes: readers have the new release and the error does not say so: %v", room, err)
		}
		mustPublish(t, target, later(me(), 2*hour), siteB.release(), lax)
		isOne(t, served(t, root), siteB)
		os.RemoveAll(root)
	}
	if full < 10 {
		t.Errorf("the disk was full only %d times", full)
	}
}

// nobody is a user that root can become, so that modes of files mean
// something.
const nobody = 65534

// TestRightsTakenAway publishes as a user who may not write any more.
func TestRightsTakenAway(t *testing.T) {
	binary := os.Args[0]
	root := os.Getuid() == 0
	if root {
		binary = publicBinary(t)
	}
	publish := func(name, target string) error {
		c := exec.Command(binary)
		if root {
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
		c.Env = append(os.Environ(), childEnv+"="+name+" "+target)
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	a, b := childSite("A 0"), childSite("B 0")
	for _, dir := range []string{".", "releases", release.Folder, release.Folder + "/tmp", release.Folder + "/stage"} {
		target := filepath.Join(t.TempDir(), "help")
		if err := os.Mkdir(target, 0o755); err != nil {
			t.Fatal(err)
		}
		if root {
			openUp(t, target)
			if err := os.Chown(target, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
		if err := publish("A 0", target); err != nil {
			t.Fatal(err)
		}
		d := filepath.Join(target, dir)
		if err := os.Chmod(d, 0o555); err != nil {
			t.Fatal(err)
		}
		err := publish("B 0", target)
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s not writable: got %v, want permission denied", dir, err)
		}
		isOne(t, served(t, target), a)
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := publish("B 0", target); err != nil {
			t.Fatalf("after %s is writable again: %v", dir, err)
		}
		isOne(t, served(t, target), b)
	}
}

// publicBinary copies the test binary to where everybody can run it.
func publicBinary(t *testing.T) string {
	b, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "publish-"+strconv.Itoa(os.Getpid()))
	if err := os.WriteFile(name, b, 0o755); err != nil {
		t.Fatal(err)
	}
	openUp(t, name)
	return name
}

// openUp lets everybody pass through the folders above name that are the
// test's own.
func openUp(t *testing.T, name string) {
	for d := filepath.Dir(name); len(d) > len(os.TempDir()); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTwoPublishersAtOnce(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	// The first stops in the middle of its upload until the second was told.
	inside, goOn := make(chan struct{}), make(chan struct{})
	slow := later(me(), hour)
	slow.User, slow.PID = "jan", 41
	slow.Alive = func(int) bool { return true }
	var once sync.Once
	slow.wrap = func(f remote.FS) remote.FS {
		return &hooked{FS: f, before: func(op, name string) error {
			if op == "create" && strings.HasSuffix(name, "-6") {
				once.Do(func() { close(inside); <-goOn })
			}
			return nil
		}}
	}
	done := make(chan error)
	go func() { done <- publishes(siteB)(t.Context(), target, slow) }()
	<-inside
	second := later(me(), 2*hour)
	second.User, second.PID = "piet", 42
	second.Alive = func(int) bool { return true }
	err := publishes(siteC)(t.Context(), target, second)
	held, ok := errors.AsType[*release.HeldError](err)
	if !ok {
		t.Fatalf("got %v, want it to be held", err)
	}
	if held.Lock.By != "jan@laptop" || held.Lock.PID != 41 || held.Lock.Release != siteB.release().Manifest.Release || !held.Lock.Since.Equal(start.Add(hour)) {
		t.Errorf("the lock says %+v", held.Lock)
	}
	for _, want := range []string{"jan@laptop", "process 41", "2026-11-23T10:00:00Z"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if l := statusOf(t, target, me()).Lock; l == nil || l.By != "jan@laptop" {
		t.Errorf("status shows the lock as %v", l)
	}
	isOne(t, served(t, root), siteA)
	close(goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	isOne(t, served(t, root), siteB)
	if err := publishes(siteC)(t.Context(), target, second); err != nil {
		t.Fatal(err)
	}
	isOne(t, served(t, root), siteC)
}

// holdsLock returns a function that is told of each operation and reports
// whether the lock was taken before it.
func holdsLock() func(op, name string) bool {
	taking, held := false, false
	return func(op, name string) bool {
		held = held || taking
		taking = taking || op == "link" && name == ".wegwijs/lock"
		return held
	}
}

// TestLockTakenFromALivingPublisher takes the lock by force at each operation
// of a publish that follows its taking of the lock, lets the taker finish, and
// lets the first one go on: it must not put its release over the other's.
func TestLockTakenFromALivingPublisher(t *testing.T) {
	t.Parallel()
	for n := 1; n < 140; n++ {
		root := testenv.RAM(t)
		target := dirTarget(root)
		mustPublish(t, target, me(), siteA.release(), lax)
		first := later(me(), hour)
		first.Alive = func(int) bool { return true }
		count := 0
		holds := holdsLock()
		var mu sync.Mutex
		first.wrap = func(f remote.FS) remote.FS {
			return &hooked{FS: f, before: func(op, name string) error {
				mu.Lock()
				after := holds(op, name)
				if after {
					count++
				}
				hit := after && count == n
				mu.Unlock()
				if hit {
					second := later(me(), 2*hour)
					second.User = "piet"
					second.Alive = first.Alive
					opt := lax
					opt.TakeLock = true
					mustPublish(t, target, second, siteC.release(), opt)
				}
				return nil
			}}
		}
		err := publishes(siteB)(t.Context(), target, first)
		got := isOne(t, served(t, root), siteB, siteC)
		if err == nil && count >= n && got != 1 {
			// It may have switched before the lock was taken, and then the
			// taker after it.
			t.Errorf("at %d: the first one put its release over the taker's", n)
		}
		if err != nil && got != 1 {
			t.Errorf("at %d: %v, and yet its release is live", n, err)
		}
		mustPublish(t, target, later(me(), 3*hour), siteC.release(), lax)
		isOne(t, served(t, root), siteC)
		os.RemoveAll(root)
		if count < n {
			return
		}
	}
}

// TestLockTakenFromASleepingPublisher does the same to one that gives no signs
// of life and does not look either, like a laptop whose lid was closed. It
// notices when it comes to the switch.
func TestLockTakenFromASleepingPublisher(t *testing.T) {
	t.Parallel()
	noticed := 0
	for n := 1; ; n++ {
		root := testenv.RAM(t)
		target := dirTarget(root)
		target.Parallel = 1
		mustPublish(t, target, me(), siteA.release(), lax)
		first := later(quietly(), hour)
		first.Alive = func(int) bool { return true }
		count, during := 0, ""
		holds := holdsLock()
		first.wrap = func(f remote.FS) remote.FS {
			return &hooked{FS: f, before: func(op, name string) error {
				if !holds(op, name) {
					return nil
				}
				if count++; count == n {
					during = op + " " + name
					second := later(me(), 2*hour)
					second.User, second.Alive = "piet", first.Alive
					opt := lax
					opt.TakeLock = true
					mustPublish(t, target, second, siteC.release(), opt)
				}
				return nil
			}}
		}
		err := publishes(siteB)(t.Context(), target, first)
		if count < n {
			break
		}
		switch got := isOne(t, served(t, root), siteB, siteC); {
		case errors.Is(err, release.ErrLost):
			noticed++
			fallthrough
		case err != nil:
			if got != 1 {
				t.Errorf("during %s: %v, and yet its release is live", during, err)
			}
		case got == 0 && during != "rename current":
			// Within that one operation nobody can notice.
			t.Errorf("during %s: the sleeper put its release over the taker's", during)
		}
		os.RemoveAll(root)
	}
	if noticed < 5 {
		t.Errorf("the sleeper noticed only %d times", noticed)
	}
}

// TestSilentLockLapses leaves a lock of another machine behind.
func TestSilentLockLapses(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	mustPublish(t, target, me(), siteA.release(), lax)
	name := filepath.Join(root, release.Folder, "lock")
	testenv.Write(t, name, `{"token":"x","by":"bot@runner-7","host":"runner-7","pid":1,"since":"2026-11-23T09:00:00Z"}`)
	silent := func(d time.Duration) {
		at := time.Now().Add(-d)
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	silent(4 * time.Minute)
	err := publishes(siteB)(t.Context(), target, me())
	if err == nil || !strings.Contains(err.Error(), "bot@runner-7") || !strings.Contains(err.Error(), "silent for 4m") {
		t.Errorf("got %v, want it held, silent for 4m", err)
	}
	silent(6 * time.Minute)
	if err := publishes(siteB)(t.Context(), target, me()); err != nil {
		t.Errorf("after six minutes of silence: %v", err)
	}
	isOne(t, served(t, root), siteB)
}

// TestInterrupt ends the context, as Ctrl-C does, at each operation.
func TestInterrupt(t *testing.T) {
	for n := 10; ; n += 4 {
		root := testenv.RAM(t)
		target := dirTarget(root)
		mustPublish(t, target, me(), siteA.release(), lax)
		ctx, cancel := context.WithCancel(t.Context())
		count := 0
		var mu sync.Mutex
		around := later(me(), hour)
		around.wrap = func(f remote.FS) remote.FS {
			return &hooked{FS: f, before: func(string, string) error {
				mu.Lock()
				defer mu.Unlock()
				if count++; count == n {
					cancel()
				}
				return nil
			}}
		}
		err := publishes(siteB)(ctx, target, around)
		cancel()
		got := isOne(t, served(t, root), siteA, siteB)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("at %d: %v", n, err)
		}
		if err == nil && got != 1 {
			t.Errorf("at %d: no error and the old release", n)
		}
		if l := statusOf(t, target, me()).Lock; l != nil {
			t.Errorf("at %d: the lock was not given back: %v", n, l)
		}
		os.RemoveAll(root)
		if count < n {
			return
		}
	}
}
