package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/notify"
	"wegwijs/cmd/wegwijs/internal/state"
)

// watchSizes are the site of the side-by-side benchmark and one that is larger
// than any help centre.
var watchSizes = []int{4_104, 100_000}

// BenchmarkWatch measures what a writer waits for: from the moment a file is
// saved until the browser that listens has the changed page.
func BenchmarkWatch(b *testing.B) {
	for _, n := range watchSizes {
		b.Run(fmt.Sprintf("pages=%d", n), func(b *testing.B) {
			w := newWatched(b, n)
			b.Run("edit=text", func(b *testing.B) {
				w.edits(b, "content/nl/section-0/page-7.md", func(text, token string) string { return text + "\n" + token + "\n" })
			})
			b.Run("edit=front-matter", func(b *testing.B) {
				w.edits(b, "content/nl/section-0/page-7.md", func(text, token string) string {
					return strings.Replace(text, "title = \"", "title = \""+token+" ", 1)
				})
			})
			b.Run("edit=layout", func(b *testing.B) {
				w.edits(b, "layouts/base.html", func(text, token string) string {
					return strings.Replace(text, "</body>", token+"</body>", 1)
				})
			})
			b.Run("edit=style", func(b *testing.B) {
				w.edits(b, "layouts/assets/site.css", func(text, token string) string { return text + "p{margin:" + token[1:] + "px}\n" })
			})
		})
	}
}

// BenchmarkWatchPoll measures the same where there are no events, on a site of
// 20,008 pages: for the page that is open, for one that nobody has open, for a
// new one, and for a browser that loads the page again at once.
func BenchmarkWatchPoll(b *testing.B) {
	w := newWatchedBy(b, 20_008, notify.Options{Poll: true})
	const page, other = "content/nl/section-0/page-7.md", "content/nl/section-0/page-9.md"
	text := func(text, token string) string { return text + "\n" + token + "\n" }
	b.Run("edit=open", func(b *testing.B) { w.edits(b, page, text) })
	b.Run("edit=title-of-another", func(b *testing.B) {
		w.edits(b, other, func(text, token string) string {
			return strings.Replace(text, "title = \"", "title = \""+token+" ", 1)
		})
	})
	b.Run("edit=layout", func(b *testing.B) {
		w.edits(b, "layouts/base.html", func(text, token string) string { return strings.Replace(text, "</body>", token+"</body>", 1) })
	})
	b.Run("edit=style", func(b *testing.B) {
		w.edits(b, "layouts/assets/site.css", func(text, token string) string { return text + "p{margin:" + token[1:] + "px}\n" })
	})
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			w.tokens++
			name := fmt.Sprintf("nieuw-%d", w.tokens)
			if err := os.WriteFile(filepath.Join(w.dir, "content/nl/section-0", name+".md"), []byte("+++\ntitle = \"Nieuw\"\n+++\nTekst.\n"), 0o644); err != nil {
				b.Fatal(err)
			}
			w.page(b, "/section-0/"+name+"/") // an address that is not known looks for itself
		}
	})
	b.Run("reload", func(b *testing.B) {
		file := filepath.Join(w.dir, filepath.FromSlash(other))
		was, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			w.tokens++
			token := fmt.Sprintf("t%d", 1000000+w.tokens)
			if err := os.WriteFile(file, []byte(text(string(was), token)), 0o644); err != nil {
				b.Fatal(err)
			}
			if got := w.page(b, "/section-0/page-9/"); !strings.Contains(got, token) {
				b.Fatal("a page that is loaded again is not what it is on disk")
			}
		}
	})
}

// watched is a site at work in this process.
type watched struct {
	dir    string
	live   *preview.States
	server *httptest.Server
	views  chan struct{}
	tokens int
}

const benchPage = "/section-0/page-7/"

func newWatched(b *testing.B, n int) *watched { return newWatchedBy(b, n, notify.Options{}) }

func newWatchedBy(b *testing.B, n int, opt notify.Options) *watched {
	b.Helper()
	w := &watched{dir: benchSite(b, n), views: make(chan struct{}, 100)}
	ctx, stop := context.WithCancel(context.Background())
	w.live = preview.New(os.DirFS(w.dir), state.Options{}, nil)
	opt.Cost, opt.Hot, opt.Say = w.live.Cost, w.live.Hot, func(line diag.Said) { b.Log(line) }
	if opt.Busy == nil {
		opt.Busy = w.live.Busy
	}
	hints := notify.Start(ctx, w.dir, opt)
	w.live.Blind = hints.Blind
	w.server = httptest.NewServer(serve.Handler(w.live, serve.Options{}))
	var wg sync.WaitGroup
	wg.Go(func() { w.live.Run(ctx, hints.Hints) })
	res, err := http.Get(w.server.URL + serve.Own + "events")
	if err != nil {
		b.Fatal(err)
	}
	wg.Go(func() {
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "data: {") {
				w.views <- struct{}{}
			}
		}
	})
	b.Cleanup(func() {
		stop()
		res.Body.Close()
		w.server.Close()
		wg.Wait()
	})
	w.page(b, benchPage)
	return w
}

func (w *watched) page(b *testing.B, path string) string {
	res, err := http.Get(w.server.URL + path)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s %v", path, res.Status, err)
	}
	return string(data)
}

// rest waits for a moment in which nothing happens.
func (w *watched) rest(b *testing.B) {
	for {
		select {
		case <-w.views:
		case <-time.After(120 * time.Millisecond):
			return
		}
	}
}

func (w *watched) edits(b *testing.B, name string, edit func(text, token string) string) {
	file := filepath.Join(w.dir, filepath.FromSlash(name))
	was, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		w.rest(b)
		w.tokens++
		token := fmt.Sprintf("t%d", 1000000+w.tokens)
		text := []byte(edit(string(was), token))
		b.StartTimer()
		start := time.Now()
		if err := os.WriteFile(file, text, 0o644); err != nil {
			b.Fatal(err)
		}
		for <-w.views; ; <-w.views {
			page := w.page(b, benchPage)
			if strings.HasSuffix(name, ".css") {
				_, rest, _ := strings.Cut(page, `rel="stylesheet" href="`)
				sheet, _, _ := strings.Cut(rest, `"`)
				page = w.page(b, sheet)
			}
			if strings.Contains(page, strings.TrimPrefix(token, "t")) {
				break
			}
		}
		took = append(took, time.Since(start))
	}
	b.StopTimer()
	os.WriteFile(file, was, 0o644)
	w.rest(b)
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "ms-median")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "ms-p99")
}

// BenchmarkWatchStart measures from the start of the program to its first page.
func BenchmarkWatchStart(b *testing.B) {
	for _, n := range watchSizes[:1] {
		b.Run(fmt.Sprintf("pages=%d", n), func(b *testing.B) {
			dir := benchSite(b, n)
			for b.Loop() {
				s := watching(b, dir)
				if code, _ := s.get(benchPage); code != http.StatusOK {
					b.Fatalf("status %d", code)
				}
				b.StopTimer()
				s.end(os.Interrupt)
				b.StartTimer()
			}
		})
	}
}
