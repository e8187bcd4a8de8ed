package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/deliver/output"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// generated returns a site of about n pages in four languages, the same one each
// time, with the layouts of testdata/bench: sections of thirty pages, some of
// them in sections of their own, with links, a table, code and a list.
func generated(t testing.TB, n int) map[string]string {
	t.Helper()
	files := inputs(t, "testdata/bench/overlay")
	files["layouts/assets/site.css"] = "body { margin: 0 }\n"
	langs := []string{"nl", "en", "de", "fr"}
	per := max(n/len(langs), 1)
	for _, lang := range langs {
		page := func(id, title string, order int, body string) {
			files["content/"+lang+"/"+id+".md"] = fmt.Sprintf("+++\ntitle = %q\ndescription = \"About %s in %s.\"\norder = %d\nupdated = 2026-11-%02d\n+++\n%s", title, title, lang, order, 1+order%28, body)
		}
		page("index", "Home", 0, "Welcome.\n")
		made := 1
		for s := 0; made < per; s++ {
			section := fmt.Sprintf("section-%d", s)
			if s%3 == 2 { // in the one before it
				section = fmt.Sprintf("section-%d/part-%d", s-1, s)
			}
			page(section+"/index", fmt.Sprintf("Section %d", s), s, "What is in this section.\n")
			made++
			for p := 0; p < 30 && made < per; p++ {
				made++
				before, after := max(p-1, 0), p
				body := fmt.Sprintf("An introduction: [the page before](page-%d.md#how), [the section](index.md).\n\n## What {#what}\n\n%s\n\n| setting | value |\n|---|---|\n| a | %d |\n\n## How {#how}\n\n1. First open [home](/index.md).\n2. Then `press` **enter**.\n\n### Example\n\n```toml\nkey = %d\n```\n\n> A quote, and [itself](page-%d.md).\n", before, strings.Repeat("Lorem ipsum dolor sit amet consectetur adipiscit. ", 12), p, p, after)
				page(fmt.Sprintf("%s/page-%d", section, p), fmt.Sprintf("Page %d of section %d", p, s), p, body)
			}
		}
	}
	return files
}

func memoryFS(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return m
}

// countFS counts how often each file is opened.
type countFS struct {
	fs.FS
	mu     sync.Mutex
	opened map[string]int
}

func (c *countFS) Open(name string) (fs.File, error) {
	c.mu.Lock()
	c.opened[name]++
	c.mu.Unlock()
	return c.FS.Open(name)
}

func (c *countFS) ReadFile(name string) ([]byte, error) {
	c.mu.Lock()
	c.opened[name]++
	c.mu.Unlock()
	return fs.ReadFile(c.FS, name)
}

func (c *countFS) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(c.FS, name) }

func (c *countFS) ReadLink(name string) (string, error) { return fs.ReadLink(c.FS, name) }

func (c *countFS) ReadDir(name string) ([]fs.DirEntry, error) {
	c.mu.Lock()
	c.opened[name]++
	c.mu.Unlock()
	return fs.ReadDir(c.FS, name)
}

// TestReadsEachFileAFewTimes: what a build reads grows with the site, not with
// its square. A text is read once to see what is there, and once for each
// language that shows it; a layout twice; whatever the number of pages.
func TestReadsEachFileAFewTimes(t *testing.T) {
	var most []int
	for _, n := range []int{100, 400} {
		files := generated(t, n)
		// In German there is nothing but the first page: the rest is shown
		// from another language.
		maps.DeleteFunc(files, func(name, _ string) bool {
			return strings.HasPrefix(name, "content/de/") && name != "content/de/index.md"
		})
		c := &countFS{FS: memoryFS(files), opened: map[string]int{}}
		s, err := state.Load(t.Context(), c, state.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := output.Write(t.Context(), s.Set, testenv.RAM(t), output.Options{}); err != nil {
			t.Fatal(err)
		}
		if ds := s.Findings(); len(ds) > 0 {
			t.Fatal(ds)
		}
		total := 0
		for name, times := range c.opened {
			total += times
			limit := 2
			if strings.HasPrefix(name, "content/nl/") {
				limit = 3 // its own readers', and the Germans'
			}
			if times > limit {
				t.Errorf("%d pages: %s was read %d times, want at most %d", n, name, times, limit)
			}
		}
		most = append(most, total)
	}
	if most[1] > 4*most[0] {
		t.Errorf("four times the pages took %d reads instead of %d: more than four times as many", most[1], most[0])
	}
}

// benchSite writes a generated site and returns its folder.
func benchSite(b *testing.B, n int) string {
	b.Helper()
	dir := testenv.RAM(b)
	files := generated(b, n)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		testenv.Write(b, filepath.Join(dir, name), files[name])
	}
	return dir
}

func benchRun(b *testing.B, args ...string) {
	b.Helper()
	var stderr strings.Builder
	if code := run(context.Background(), args, io.Discard, &stderr); code != 0 {
		b.Fatalf("got status %d: %s", code, stderr.String())
	}
}

var benchSizes = []int{100, 1_000, 10_000}

// BenchmarkBuild builds a whole site into an empty folder.
func BenchmarkBuild(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("pages=%d", n), func(b *testing.B) {
			dir := benchSite(b, n)
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				if err := os.RemoveAll(filepath.Join(dir, "public")); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				benchRun(b, "build", "-C", dir)
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// BenchmarkCheck looks at a site that [BenchmarkBuild] builds: it makes all of it,
// writes nothing, and looks at the whole besides. It is to cost at most 1.3 times
// as much.
func BenchmarkCheck(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("pages=%d", n), func(b *testing.B) {
			dir := benchSite(b, n)
			b.ReportAllocs()
			for b.Loop() {
				benchRun(b, "check", "-C", dir)
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// stampedSite stamps the translations of a generated site, and then lets edit change
// each page of the default language, the n-th of them in order; nil changes nothing.
func stampedSite(files map[string]string, edit func(n int, text string) string) {
	n := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		id, ok := strings.CutPrefix(name, "content/nl/")
		if !ok {
			continue
		}
		stamp := freshness.StampOf([]byte(files[name]))
		files[stamp.File()] = files[name]
		for _, lang := range []string{"en", "de", "fr"} {
			if to := "content/" + lang + "/" + id; files[to] != "" {
				files[to] = strings.Replace(files[to], "+++\n", "+++\nsource = \""+string(stamp)+"\"\n", 1)
			}
		}
		if edit != nil {
			files[name] = edit(n, files[name])
		}
		n++
	}
}

// stampedEdits are what a writer did to the default language of a site since its
// translations were stamped.
var stampedEdits = []struct {
	name string
	edit func(n int, text string) string
}{
	{"nothing", nil},
	{"front", func(_ int, text string) string {
		return strings.Replace(text, "order =", "keywords = [\"x\"]\norder =", 1)
	}},
	{"tenth", func(n int, text string) string {
		if n%10 == 0 {
			text = strings.Replace(text, "ipsum", "amet", 1)
		}
		return text
	}},
	{"all", func(_ int, text string) string { return strings.Replace(text, "ipsum", "amet", 1) }},
}

// TestStampsAreReadOnce: what translations were made from is read when the folder is
// looked at, and never again where nothing changed that they say; where something
// did, once to find its headings and for what readers are told, whatever the number
// of languages, and once to say how much is stale.
func TestStampsAreReadOnce(t *testing.T) {
	for _, x := range stampedEdits {
		files := generated(t, 100)
		stampedSite(files, x.edit)
		c := &countFS{FS: memoryFS(files), opened: map[string]int{}}
		s, err := state.Load(t.Context(), c, state.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.MakeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		out := new(diag.List)
		if err := freshness.NewReader(s.Site, c).Check(t.Context(), false, sums(s), out); err != nil {
			t.Fatal(err)
		}
		if ds := s.Findings(); len(ds) > 0 {
			t.Fatal(ds)
		}
		stale := map[string]bool{} // by id
		for _, d := range out.Sorted() {
			_, rest := content.Split(d.Pos.File)
			stale[rest] = true
		}
		if some := x.name == "tenth" || x.name == "all"; (len(stale) > 0) != some {
			t.Errorf("%s: %d pages are stale", x.name, len(stale))
		}
		for name, text := range files {
			rest, ok := strings.CutPrefix(name, "content/nl/")
			if !ok {
				continue
			}
			was, now := 1, 2
			if stale[rest] {
				was, now = 4, 4
			}
			id, _ := content.ID(rest)
			for _, p := range s.Site.Written(id)[1:] {
				if kept := freshness.Stamp(p.Source).File(); c.opened[kept] > was {
					t.Errorf("%s: %s, the text of %s, was read %d times, want at most %d", x.name, kept, name, c.opened[kept], was)
				}
			}
			if c.opened[name] > now {
				t.Errorf("%s: %s was read %d times, want at most %d\n%s", x.name, name, c.opened[name], now, text)
			}
		}
	}
}

// BenchmarkBuildStamped builds a site without stamps, and with them, where writers
// since changed what the name says. Stamps are to cost at most 2 percent where
// nothing changed that is translated.
func BenchmarkBuildStamped(b *testing.B) {
	for _, x := range append(stampedEdits, struct {
		name string
		edit func(n int, text string) string
	}{name: "unstamped"}) {
		b.Run(x.name, func(b *testing.B) {
			files := generated(b, 1_000)
			if x.name != "unstamped" {
				stampedSite(files, x.edit)
			}
			dir := testenv.RAM(b)
			for _, name := range slices.Sorted(maps.Keys(files)) {
				testenv.Write(b, filepath.Join(dir, name), files[name])
			}
			benchRun(b, "build", "-C", dir)
			b.ReportAllocs()
			for b.Loop() {
				benchRun(b, "build", "-C", dir)
			}
		})
	}
}

// BenchmarkBuildSearch builds a site without a search field and with one: what
// the index costs.
func BenchmarkBuildSearch(b *testing.B) {
	for _, n := range benchSizes {
		for _, with := range []bool{false, true} {
			b.Run(fmt.Sprintf("pages=%d/search=%t", n, with), func(b *testing.B) {
				dir := benchSite(b, n)
				if with {
					testenv.Write(b, filepath.Join(dir, "layouts/search.html"), "{{ define \"main\" }}{{ .Title }}{{ end }}\n")
				}
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					if err := os.RemoveAll(filepath.Join(dir, "public")); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					benchRun(b, "build", "-C", dir)
				}
			})
		}
	}
}

// BenchmarkBuildAgain builds a site of which nothing changed.
func BenchmarkBuildAgain(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("pages=%d", n), func(b *testing.B) {
			dir := benchSite(b, n)
			benchRun(b, "build", "-C", dir)
			b.ReportAllocs()
			for b.Loop() {
				benchRun(b, "build", "-C", dir)
			}
		})
	}
}

// BenchmarkPage renders one page of a site that is loaded already: what watch
// does when a reader asks for it. It must not cost more on a large site.
func BenchmarkPage(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("pages=%d", n), func(b *testing.B) {
			s, err := state.Load(b.Context(), memoryFS(generated(b, n)), state.Options{}, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Set.Make(b.Context(), "section-0/page-7/index.html"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// builtProgram builds the program, and returns its file.
func builtProgram(b *testing.B) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "wegwijs")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return name
}

// BenchmarkStart starts the program, which carries theme, strings and pages,
// and reports its size in MB and that of what it carries.
func BenchmarkStart(b *testing.B) {
	name := builtProgram(b)
	program, err := os.Stat(name)
	if err != nil {
		b.Fatal(err)
	}
	var carried int64
	for _, dir := range []string{"content", "i18n", "layouts"} {
		err = fs.WalkDir(builtin.Files, dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			i, err := d.Info()
			if err == nil {
				carried += i.Size()
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := exec.Command(name, "version").Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(program.Size())/1e6, "MB")
	b.ReportMetric(float64(carried)/1e6, "MB-carried")
}
