package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/andybalholm/brotli"
)

// A weighed is a server of a folder that compresses as servers do and adds up
// what it sends.
type weighed struct {
	dir    string
	sent   atomic.Int64
	packed sync.Map // bytes by name
}

func (s *weighed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Clean(r.URL.Path)
	if strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	data, ok := s.packed.Load(name)
	if !ok {
		plain, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		var b bytes.Buffer
		out := brotli.NewWriterLevel(&b, brotli.BestCompression)
		out.Write(plain)
		out.Close()
		data = b.Bytes()
		s.packed.Store(name, data)
	}
	w.Header().Set("Content-Type", contentType(name))
	if path.Ext(name) == ".wasm" {
		w.Header().Set("Content-Type", "application/wasm")
	}
	w.Header().Set("Content-Encoding", "br")
	n, _ := w.Write(data.([]byte))
	s.sent.Add(int64(n))
}

// weighedQueries are asked of large sites.
var weighedQueries = strings.Fields("wachtwoord poort postvak server handtekening agenda certificaat foutmelding thunderbird outlook imap wachwoord webmail mappenstructuur bijlagen") // one with a typing error

// timed measures each query, in ms, when what it needs is there: find is
// JavaScript, a function that awaits its results.
func timed(b *tab, find string) (median, most float64) {
	b.t.Helper()
	times := eval[[]float64](b, fmt.Sprintf(`(async () => {
		const find = %s;
		const out = [];
		for (const q of %q.split(" ")) {
			await find(q);
			const at = performance.now();
			await find(q);
			out.push(performance.now() - at);
		}
		return out.sort((a, b) => a - b);
	})()`, find, strings.Join(weighedQueries, " ")))
	return times[len(times)/2], slices.Max(times)
}

// TestSearchOfLarge measures search on built sites, for the README: what the
// first search of a reader moves and how long a query takes, beside Pagefind.
// WEGWIJS_LARGE has their folders, as a list of paths; pagefind/ in one
// is what Pagefind made of it (pagefind --site DIR --root-selector main).
func TestSearchOfLarge(t *testing.T) {
	list := filepath.SplitList(os.Getenv("WEGWIJS_LARGE"))
	if len(list) == 0 {
		t.Skip("skipped: set WEGWIJS_LARGE to the folders of large sites that are built")
	}
	for _, dir := range list {
		site := &weighed{dir: dir}
		server := httptest.NewServer(site)
		defer server.Close()
		scripts, err := filepath.Glob(filepath.Join(dir, "assets/search-index.*.js"))
		if err != nil || len(scripts) != 1 {
			t.Fatal(scripts, err)
		}
		b := reader(t)
		b.openAt(server.URL + "/")
		site.sent.Store(0)
		b.Run(`document.querySelector("[name=q]").focus()`)
		b.Until(`document.querySelector("[name=q]").role === "combobox"`)
		b.Press("wachtwoord poort")
		b.Until(options + `.length > 0`)
		b.Run(fmt.Sprintf(`(async () => {
			const { open } = await import("/assets/%s");
			const index = await open("/search/nl.js");
			window.find = (q) => index.find(q);
			await find("wachtwoord poort"); // what was typed may have been asked in part
		})()`, filepath.Base(scripts[0])))
		moved := site.sent.Load()
		median, most := timed(b, "window.find")
		t.Logf("%s: a first search moves %d bytes; a query takes %.1f ms, at most %.1f", dir, moved, median, most)

		if _, err := os.Stat(filepath.Join(dir, "pagefind")); err != nil {
			continue
		}
		site.sent.Store(0)
		b.Run(`(async () => {
			const p = await import("/pagefind/pagefind.js");
			window.find = async (q) => Promise.all((await p.search(q)).results.slice(0, 5).map((r) => r.data()));
			await find("wachtwoord poort");
		})()`)
		moved = site.sent.Load()
		median, most = timed(b, "window.find")
		t.Logf("%s: Pagefind: a first search moves %d bytes; a query takes %.1f ms, at most %.1f", dir, moved, median, most)
	}
}
