package preview_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/state"
)

// TestSoak edits a site ten thousand times, with -short a thousand: what the
// program holds afterwards is what it held after a hundred edits.
func TestSoak(t *testing.T) {
	const early = 100
	edits := 10000
	if testing.Short() {
		edits = 1000
	}
	w := newWorld(t, 1)
	ctx, stop := context.WithCancel(t.Context())
	l := preview.New(os.DirFS(w.dir), state.Options{}, nil)
	l.Hurry()
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx, nil) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	was := held{}
	start := time.Now()
	for n := 1; n <= edits; n++ {
		name, address := fmt.Sprintf("content/nl/s%d/p0.md", n%3), fmt.Sprintf("s%d/p0/index.html", n%3)
		want := fmt.Sprintf("bewerking %d", n)
		switch text := w.base[name]; {
		case n%500 == 0: // a new page that goes again
			w.write("content/nl/s0/even.md", text)
			l.Look(ctx, "content/nl/s0/even.md")
			w.must(os.Remove(w.file("content/nl/s0/even.md")))
			l.Look(ctx, "content/nl/s0")
			continue
		case n%200 == 0: // a mistake, and another way of looking
			w.write(name, strings.Replace(text, "title", "titel", 1))
			l.Look(ctx)
			w.write(name, text)
			l.Look(ctx)
			continue
		case n%50 == 0:
			name = "layouts/base.html"
			w.write(name, strings.Replace(w.base[name], "<body>", "<body><i>"+want+"</i>", 1))
		case n%51 == 0:
			w.write(name, strings.Replace(text, "title = \"", "title = \""+want+" ", 1))
		default:
			w.write(name, text+"\n"+want+"\n")
		}
		l.Look(ctx, name)
		f, ok, err := l.Get(ctx, address)
		if err != nil || !ok || !strings.Contains(string(f.Data), want) {
			t.Fatalf("edit %d of %s: %t %v\n%s", n, name, ok, err, f.Data)
		}
		if n == early {
			was = hold(t, l)
		}
	}
	is := hold(t, l)
	t.Logf("%d edits in %v; held after %d: %v; after %d: %v", edits, time.Since(start).Round(time.Millisecond), early, was, edits, is)
	// A third more leaves room for what the runtime itself does; a leak of 100
	// bytes an edit is 1 MB.
	if limit := was.heap + max(was.heap/3, 1<<20); is.heap > limit {
		t.Errorf("heap: %d bytes after %d edits, %d after %d", is.heap, edits, was.heap, early)
	}
	if is.goroutines > was.goroutines {
		t.Errorf("goroutines: %d after %d edits, %d after %d", is.goroutines, edits, was.goroutines, early)
	}
	if is.files > was.files {
		t.Errorf("open files: %d after %d edits, %d after %d", is.files, edits, was.files, early)
	}
}

type held struct {
	heap       uint64
	goroutines int
	files      int // 0 where the system does not tell
}

// hold counts what the program holds once it is at rest.
func hold(t *testing.T, l *preview.States) (h held) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		if v, err := l.View(t.Context()); err == nil && v.Checked || time.Now().After(end) {
			break
		}
	}
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.heap, h.goroutines = m.HeapAlloc, runtime.NumGoroutine()
	if fds, err := os.ReadDir("/proc/self/fd"); err == nil {
		h.files = len(fds)
	}
	return h
}
