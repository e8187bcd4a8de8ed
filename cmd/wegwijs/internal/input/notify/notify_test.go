package notify_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/notify"
)

// fake are events that a test gives by hand.
type fake struct {
	events chan fsnotify.Event
	errs   chan error
	added  []string
	add    func(dir string) error // may be nil
	closed bool
}

func newFake() *fake { return &fake{events: make(chan fsnotify.Event), errs: make(chan error)} }

func (f *fake) Events() <-chan fsnotify.Event { return f.events }
func (f *fake) Errors() <-chan error          { return f.errs }
func (f *fake) Close() error                  { f.closed = true; return nil }

func (f *fake) Remove(string) error { return nil }

func (f *fake) Add(dir string) error {
	if f.add != nil {
		if err := f.add(dir); err != nil {
			return err
		}
	}
	f.added = append(f.added, dir)
	return nil
}

// bench is a watched site in a bubble in which time passes at once.
type bench struct {
	t     *testing.T
	dir   string
	w     *notify.Watcher
	f     *fake
	said  []string
	hot   []string
	cost  time.Duration
	opens int
}

func start(t *testing.T, opt notify.Options, change func(*bench)) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), f: newFake()}
	for _, d := range []string{"content/nl/e-mail", "i18n", "layouts/partials", "public/nl", ".git/objects"} {
		if err := os.MkdirAll(filepath.Join(b.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	opt.Events = func() (notify.Events, error) { b.opens++; return b.f, nil }
	opt.Say = func(line diag.Said) { b.said = append(b.said, line.String()) }
	opt.Cost = func() time.Duration { return b.cost }
	opt.Hot = func() []string { return b.hot }
	if change != nil {
		change(b)
	}
	if b.f == nil {
		opt.Events = nil
	}
	ctx, stop := context.WithCancel(t.Context())
	b.w = notify.Start(ctx, b.dir, opt)
	t.Cleanup(func() { stop(); synctest.Wait() })
	return b
}

func (b *bench) event(op fsnotify.Op, name string) {
	b.f.events <- fsnotify.Event{Name: filepath.Join(b.dir, name), Op: op}
	synctest.Wait()
}

// hints returns the hints of some time.
func (b *bench) hints(d time.Duration) (all int, paths []string) {
	end := time.After(d)
	for {
		synctest.Wait()
		select {
		case h := <-b.w.Hints:
			if h.All || h.Sweep {
				all++
			}
			paths = append(paths, h.Paths...)
			continue
		default:
		}
		select {
		case h := <-b.w.Hints:
			if h.All || h.Sweep {
				all++
			}
			paths = append(paths, h.Paths...)
		case <-end:
			return all, paths
		}
	}
}

// fallen checks that the watcher does without events now, said so once, and
// looks at everything.
func (b *bench) fallen(want ...string) {
	b.t.Helper()
	synctest.Wait()
	if len(b.said) != 1 {
		b.t.Fatalf("said %q, want one line", b.said)
	}
	if strings.Contains(b.said[0], "\n") {
		b.t.Errorf("more than one line: %q", b.said[0])
	}
	for _, w := range append(want, "looking at ") {
		if !strings.Contains(b.said[0], w) {
			b.t.Errorf("said %q, want something with %q", b.said[0], w)
		}
	}
	if all, _ := b.hints(10 * time.Second); all < 15 {
		b.t.Errorf("%d looks at everything in 10 s without events, want at least 15", all)
	}
}

func TestEventsBecomeHints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, notify.Options{}, nil)
		if want := 7; len(b.f.added) != want { // the site, content 3, i18n, layouts 2
			t.Errorf("watches %d folders, want %d: %v", len(b.f.added), want, b.f.added)
		}
		for _, name := range []string{"content/nl/a.md", "site.toml", ".verified.toml", "content"} {
			b.event(fsnotify.Write, name)
		}
		for _, name := range []string{"public/index.html", "README.md", "content/nl/.a.md.swp", "content/nl/a.md~", "content/nl/#a.md#", ".git"} {
			b.event(fsnotify.Write, name)
		}
		b.event(fsnotify.Chmod, "content/nl/b.md") // a removal of an open file looks like this
		_, paths := b.hints(time.Millisecond)
		slices.Sort(paths)
		if want := []string{".verified.toml", "content", "content/nl/a.md", "content/nl/b.md", "site.toml"}; !slices.Equal(paths, want) {
			t.Errorf("got %v, want %v", paths, want)
		}
		if len(b.said) > 0 {
			t.Errorf("said %q", b.said)
		}
	})
}

func TestNewFoldersAreWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, notify.Options{}, nil)
		if err := os.MkdirAll(filepath.Join(b.dir, "content/nl/nieuw/diep"), 0o755); err != nil {
			t.Fatal(err)
		}
		b.event(fsnotify.Create, "content/nl/nieuw") // and none for what was in it by then
		for _, d := range []string{"content/nl/nieuw", "content/nl/nieuw/diep"} {
			if !slices.Contains(b.f.added, filepath.Join(b.dir, d)) {
				t.Errorf("%s is not watched", d)
			}
		}
		if _, paths := b.hints(time.Millisecond); !slices.Equal(paths, []string{"content/nl/nieuw"}) {
			t.Errorf("got %v", paths)
		}
	})
}

func TestFallsBack(t *testing.T) {
	enospc := os.NewSyscallError("inotify_add_watch", syscall.ENOSPC)
	emfile := os.NewSyscallError("inotify_init1", syscall.EMFILE)
	tests := []struct {
		name   string
		before func(*bench)
		after  func(*bench)
		want   []string
		linux  bool
	}{
		{"too many folders", func(b *bench) {
			b.f.add = func(string) error {
				if len(b.f.added) == 3 {
					return enospc
				}
				return nil
			}
		}, nil, []string{"sudo sysctl fs.inotify.max_user_watches=", "this site has 7"}, true},
		{"too many folders later", nil, func(b *bench) {
			b.f.add = func(string) error { return enospc }
			os.Mkdir(filepath.Join(b.dir, "content/en"), 0o755)
			b.event(fsnotify.Create, "content/en")
		}, []string{"sudo sysctl fs.inotify.max_user_watches=", "this site has 8"}, true},
		{"too many folders after an overflow", nil, func(b *bench) {
			b.f.add = func(string) error { return enospc }
			b.f.errs <- fsnotify.ErrEventOverflow
		}, []string{"sudo sysctl fs.inotify.max_user_watches="}, true},
		{"too many watchers", func(b *bench) { b.f.add = func(string) error { return emfile } }, nil, []string{"sudo sysctl fs.inotify.max_user_instances="}, true},
		{"an error", nil, func(b *bench) { b.f.errs <- errors.New("the kernel is tired") }, []string{"the kernel is tired"}, false},
		{"no more events", nil, func(b *bench) { close(b.f.events) }, []string{"stopped"}, false},
		{"no more errors", nil, func(b *bench) { close(b.f.errs) }, []string{"stopped"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.linux && runtime.GOOS != "linux" {
				t.Skip("these limits are Linux's")
			}
			synctest.Test(t, func(t *testing.T) {
				b := start(t, notify.Options{}, test.before)
				if test.after != nil {
					if len(b.said) > 0 {
						t.Fatalf("said %q too early", b.said)
					}
					test.after(b)
					synctest.Wait()
					select {
					case h := <-b.w.Hints:
						if !h.All {
							t.Errorf("hint %v, want a look at everything at once", h)
						}
					default:
						t.Error("no look at everything at once")
					}
				}
				b.fallen(test.want...)
				if !b.f.closed {
					t.Error("the events are still open")
				}
			})
		})
	}
}

// TestNoWatcher has a system that gives no watcher at all.
func TestNoWatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, dir: t.TempDir()}
		ctx, stop := context.WithCancel(t.Context())
		defer func() { stop(); synctest.Wait() }()
		b.w = notify.Start(ctx, b.dir, notify.Options{
			Say:    func(line diag.Said) { b.said = append(b.said, line.String()) },
			Events: func() (notify.Events, error) { return nil, fmt.Errorf("no inotify here: %w", syscall.ENOSYS) },
		})
		b.fallen("no inotify here")
	})
}

func TestRemedyHasANumber(t *testing.T) {
	limit, err := os.ReadFile("/proc/sys/fs/inotify/max_user_watches")
	if err != nil {
		t.Skip("no inotify here")
	}
	synctest.Test(t, func(t *testing.T) {
		b := start(t, notify.Options{}, func(b *bench) { b.f.add = func(string) error { return syscall.ENOSPC } })
		synctest.Wait()
		var now, want int
		fmt.Sscan(string(limit), &now)
		_, after, _ := strings.Cut(b.said[0], "max_user_watches=")
		fmt.Sscan(after, &want)
		if want <= now || want < 524288 {
			t.Errorf("asks for %d, the system has %d: %s", want, now, b.said[0])
		}
	})
}

func TestSilentFileSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opt := notify.Options{Silent: func(path string) string {
			if filepath.Base(path) == "content" { // a share in a local folder
				return "NFS"
			}
			return ""
		}}
		b := start(t, opt, nil)
		b.fallen("NFS", "a folder on this machine's own disk is faster")
		if b.opens > 0 {
			t.Error("opened events that cannot be trusted")
		}
	})
}

func TestOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, notify.Options{}, nil)
		if err := os.Mkdir(filepath.Join(b.dir, "content/en"), 0o755); err != nil { // its event is among the lost
			t.Fatal(err)
		}
		b.f.errs <- fsnotify.ErrEventOverflow
		if all, _ := b.hints(time.Millisecond); all != 1 {
			t.Errorf("%d looks at everything, want 1", all)
		}
		if !slices.Contains(b.f.added, filepath.Join(b.dir, "content/en")) {
			t.Error("a folder that came with the lost events is not watched")
		}
		if len(b.said) > 0 || b.f.closed {
			t.Errorf("fell back: %q", b.said)
		}
		b.event(fsnotify.Write, "site.toml")
		if _, paths := b.hints(time.Millisecond); len(paths) != 1 {
			t.Error("no more events")
		}
	})
}

// TestSweepHeals has events that never come and are not missed.
func TestSweepHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, notify.Options{}, nil)
		if all, _ := b.hints(2500 * time.Millisecond); all == 0 {
			t.Error("no look at everything in 2.5 s")
		}
	})
}

// TestPoll shows that the option has an effect.
func TestPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, notify.Options{Poll: true}, func(b *bench) { b.hot = []string{"content/nl/a.md"} })
		all, paths := b.hints(10 * time.Second)
		if all < 19 || all > 20 {
			t.Errorf("%d looks at everything in 10 s, want 20", all)
		}
		if len(paths) < 60 {
			t.Errorf("%d looks at a hot file in 10 s, want 66", len(paths))
		}
		if b.opens > 0 || len(b.said) > 0 {
			t.Errorf("opened events %d times, said %q", b.opens, b.said)
		}
	})
}

// TestIdle computes what watching takes while nobody edits anything: under 1 %
// of one processor on a site of any size, and under 2 % where there are no
// events.
func TestIdle(t *testing.T) {
	// What a look at the hot files takes at most; live.BenchmarkHot has the
	// number.
	const hotCost = 500 * time.Microsecond
	for _, cost := range []time.Duration{100 * time.Microsecond, 3 * time.Millisecond, 15 * time.Millisecond, 400 * time.Millisecond, 5 * time.Second} {
		for _, poll := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v poll=%t", cost, poll), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := start(t, notify.Options{Poll: poll}, func(b *bench) {
						b.cost = cost
						b.hot = []string{"content/nl/a.md"}
					})
					const hour = time.Hour
					all, paths := b.hints(hour)
					busy := time.Duration(all)*cost + time.Duration(len(paths))*hotCost
					if part := float64(busy) / float64(hour); part >= 0.01 && !poll || part >= 0.02 {
						t.Errorf("%d looks at everything and %d at hot files: %.2f %% of the time", all, len(paths), 100*part)
					}
					if all < 2 {
						t.Errorf("%d looks at everything in an hour", all)
					}
				})
			})
		}
	}
}

func TestSlowReaderLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, notify.Options{}, nil)
		for i := range 200 {
			b.event(fsnotify.Write, fmt.Sprintf("content/nl/%d.md", i))
		}
		if _, paths := b.hints(0); len(paths) != 200 {
			t.Errorf("%d paths, want 200", len(paths))
		}
		for i := range 300 {
			b.event(fsnotify.Write, fmt.Sprintf("content/nl/%d.md", i))
		}
		if all, _ := b.hints(0); all != 1 {
			t.Error("300 paths are not everything")
		}
	})
}

// covers reports whether who follows the hint looks at a path.
func covers(h notify.Hint, path string) bool {
	return h.All || slices.ContainsFunc(h.Paths, func(p string) bool { return p == path || strings.HasPrefix(path, p+"/") })
}

// TestRealEvents has the system's own events: every way of changing something
// gives a hint at once.
func TestRealEvents(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"content/nl", "layouts", "i18n"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	said := make(chan string, 1)
	w := notify.Start(t.Context(), dir, notify.Options{
		Say:  func(line diag.Said) { said <- line.String() },
		Pace: func(bool, bool, time.Duration) time.Duration { return time.Hour },
	})
	steps := []struct {
		what string
		do   func() error
		path string
	}{
		{"a file", func() error { return os.WriteFile(filepath.Join(dir, "content/nl/a.md"), nil, 0o644) }, "content/nl/a.md"},
		{"a folder", func() error { return os.MkdirAll(filepath.Join(dir, "content/en/x"), 0o755) }, "content/en"},
		{"a file in it", func() error { return os.WriteFile(filepath.Join(dir, "content/en/x/b.md"), nil, 0o644) }, "content/en/x/b.md"},
		{"a folder moved", func() error { return os.Rename(filepath.Join(dir, "content/en/x"), filepath.Join(dir, "content/nl/y")) }, "content/nl/y"},
		{"a file where it is now", func() error { return os.WriteFile(filepath.Join(dir, "content/nl/y/b.md"), []byte("1"), 0o644) }, "content/nl/y/b.md"},
		{"a file removed there", func() error { return os.Remove(filepath.Join(dir, "content/nl/y/b.md")) }, "content/nl/y/b.md"},
		{"all content away", func() error { return os.Rename(filepath.Join(dir, "content"), filepath.Join(dir, "c")) }, "content"},
		{"and back", func() error { return os.Rename(filepath.Join(dir, "c"), filepath.Join(dir, "content")) }, "content"},
		{"a file after that", func() error { return os.WriteFile(filepath.Join(dir, "content/nl/y/c.md"), nil, 0o644) }, "content/nl/y/c.md"},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatal(err)
		}
		for end := time.After(20 * time.Second); ; {
			var h notify.Hint
			select {
			case h = <-w.Hints:
			case line := <-said:
				t.Skipf("no events here: %s", line)
			case <-end:
				t.Fatalf("%s: no hint at %s", s.what, s.path)
			}
			if covers(h, s.path) {
				break
			}
		}
	}
}

// TestMoveForgets: when a folder moved, all that was watched in it is watched
// anew, at its new place too. What was written there meanwhile is looked for
// everywhere, since nothing told of it.
func TestMoveForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, notify.Options{Pace: func(bool, bool, time.Duration) time.Duration { return time.Hour }}, nil)
		b.event(fsnotify.Rename, "layouts/page.html") // no folder
		if all, paths := b.hints(time.Second); all != 0 || !slices.Equal(paths, []string{"layouts/page.html"}) {
			t.Errorf("a file: %d times everywhere, %q", all, paths)
		}
		for _, op := range []fsnotify.Op{fsnotify.Rename, fsnotify.Remove} {
			b.f.added = nil
			b.event(op, "content/nl/e-mail")
			if all, _ := b.hints(time.Second); all != 1 || !slices.Contains(b.f.added, filepath.Join(b.dir, "content/nl/e-mail")) {
				t.Errorf("%s of a folder: %d times everywhere, watched %q", op, all, b.f.added)
			}
		}
	})
}

// TestMovedFolders moves a folder with others in it to and fro, also into one
// that is new: what is saved deep in it afterwards gives a hint at its place.
func TestMovedFolders(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(at("content/nl/a/diep/dieper"), 0o755))
	said := make(chan string, 1)
	w := notify.Start(t.Context(), dir, notify.Options{
		Say:  func(line diag.Said) { said <- line.String() },
		Pace: func(bool, bool, time.Duration) time.Duration { return time.Hour },
	})
	rest := func() {
		for {
			select {
			case <-w.Hints:
			case line := <-said:
				t.Skipf("no events here: %s", line)
			case <-time.After(30 * time.Millisecond):
				return
			}
		}
	}
	now := "content/nl/a"
	for i := range 24 {
		to := fmt.Sprintf("content/nl/%c", 'a'+(i+1)%2)
		if i%3 == 2 { // into a folder that is just being looked at
			must(os.Mkdir(at(fmt.Sprintf("content/nl/n%d", i)), 0o755))
			to = fmt.Sprintf("content/nl/n%d/a", i)
		}
		must(os.Rename(at(now), at(to)))
		now = to
		rest()
		for _, sub := range []string{"", "diep/", "diep/dieper/"} {
			name := fmt.Sprintf("%s/%sp%d.md", now, sub, i)
			must(os.WriteFile(at(name), nil, 0o644))
			for end := time.After(10 * time.Second); ; {
				var h notify.Hint
				select {
				case h = <-w.Hints:
				case <-end:
					t.Fatalf("move %d to %s: no hint at %s", i, now, name)
				}
				if covers(h, name) {
					break
				}
			}
		}
	}
}
