package serve

import (
	"context"
	"io/fs"
	"maps"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestFilesBesideThePages: a browser is told of a file that changed beside the pages,
// and not of a page, which it sees for itself.
func TestFilesBesideThePages(t *testing.T) {
	h := &handler{boot: "x"}
	for file, want := range map[string]bool{"content/nl/a.svg": true, "content/nl/a.md": false, "layouts/base.html": false, "site.toml": false} {
		v := &preview.View{ID: 1, Files: []string{file}}
		if got := h.message(v, httptest.NewRequest("GET", "/", nil)).Files; got != want {
			t.Errorf("%s: got %t", file, got)
		}
	}
}

// edited is a folder that can be edited while it is read.
type edited struct {
	mu    sync.Mutex
	files fstest.MapFS
}

func (e *edited) write(name, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.files = maps.Clone(e.files)
	e.files[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
}

func (e *edited) now() fstest.MapFS {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.files
}

func (e *edited) Open(name string) (fs.File, error)          { return e.now().Open(name) }
func (e *edited) ReadFile(name string) ([]byte, error)       { return e.now().ReadFile(name) }
func (e *edited) ReadDir(name string) ([]fs.DirEntry, error) { return e.now().ReadDir(name) }
func (e *edited) Stat(name string) (fs.FileInfo, error)      { return e.now().Stat(name) }
func (e *edited) Lstat(name string) (fs.FileInfo, error)     { return e.now().Lstat(name) }

// TestAskedWithoutABrowser: who does not say that it is no reload gets what was saved
// last, where no event tells.
func TestAskedWithoutABrowser(t *testing.T) {
	for mode, want := range map[string]bool{"": true, "navigate": true, "no-cors": false} {
		t.Run(mode, func(t *testing.T) {
			site := &edited{files: fstest.MapFS{}}
			for name, text := range testenv.SmallSite(t) {
				site.write(name, text)
			}
			live := preview.New(site, state.Options{}, nil)
			live.Blind = func() bool { return true }
			ctx, stop := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() { live.Run(ctx, nil) })
			defer wg.Wait()
			defer stop()
			h := Handler(live, Options{})
			get := func() string {
				r := httptest.NewRequest("GET", "http://localhost/", nil)
				if mode != "" {
					r.Header.Set("Sec-Fetch-Mode", mode)
				}
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				return w.Body.String()
			}
			if was := get(); strings.Contains(was, "Bewerkt.") || !strings.Contains(was, "</body>") {
				t.Fatalf("got %s", was)
			}
			base := string(site.now()["layouts/base.html"].Data)
			site.write("layouts/base.html", strings.Replace(base, "</body>", "<p>Bewerkt.</p></body>", 1))
			if got := get(); strings.Contains(got, "Bewerkt.") != want {
				t.Errorf("got %s", got)
			}
		})
	}
}
