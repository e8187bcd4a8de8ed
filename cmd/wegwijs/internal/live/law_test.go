package live

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/build"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/watch"
)

var (
	lawSeed = flag.Uint64("law.seed", 0, "seed of the operations; 0 takes one from the clock and prints it")
	lawOps  = flag.Int("law.ops", 1500, "number of operations")
)

// TestLaw holds the law of this package: after any sequence of edits, every
// address gives what a clean build would write, and where the site has
// mistakes the same mistakes are reported.
func TestLaw(t *testing.T) { law(t, watch.Options{}) }

// TestLawWithoutEvents is the same where the system gives no events.
func TestLawWithoutEvents(t *testing.T) { law(t, watch.Options{Poll: true}) }

func law(t *testing.T, opt watch.Options) {
	seed := *lawSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	ops := *lawOps
	if testing.Short() {
		ops = 100
	}
	if opt.Poll {
		ops /= 10 // each waits for a sweep
	}
	t.Logf("seed %d: go test ./cmd/wegwijs/internal/live -run %s -law.seed=%d", seed, t.Name(), seed)
	w := newWorld(t, seed)
	ctx, stop := context.WithCancel(t.Context())
	l := New(os.DirFS(w.dir), build.Options{}, nil)
	l.halfWrite = 40 * time.Millisecond
	hints := watch.Start(ctx, w.dir, opt, l.Cost)
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx, hints.Hints) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	w.compare(t, l, "start")
	good := 0
	for n := range ops {
		op := w.operate()
		if w.compare(t, l, fmt.Sprintf("operation %d: %s", n, op)) {
			good++
		}
	}
	t.Logf("%d operations, %d of them left a site without mistakes", ops, good)
	if good < ops/4 {
		t.Errorf("only %d of %d states had no mistakes: the test hardly compared pages", good, ops)
	}
}

// A world is a site and somebody who edits it.
type world struct {
	t   *testing.T
	dir string
	r   *rand.Rand
	// undo mends what an operation broke; it is tried before others, so that
	// the site is without mistakes most of the time.
	undo []func()
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), r: rand.New(rand.NewPCG(seed, 1))}
	repo := filepath.Join("..", "..", "..", "..")
	for _, d := range []string{"layouts", "i18n"} {
		if err := os.CopyFS(filepath.Join(w.dir, d), os.DirFS(filepath.Join(repo, d))); err != nil {
			t.Fatal(err)
		}
	}
	toml, err := os.ReadFile(filepath.Join(repo, "site.toml"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("site.toml", strings.ReplaceAll(string(toml), "help = [", "# help = ["))
	for _, p := range w.linkedPages() {
		w.write("content/nl/"+p+".md", w.page(p, ""))
	}
	w.write("content/nl/index.md", w.page("Begin", ""))
	for s := range 3 {
		w.write(fmt.Sprintf("content/nl/s%d/index.md", s), w.page("Sectie", ""))
		for p := range 4 {
			w.write(fmt.Sprintf("content/nl/s%d/p%d.md", s, p), w.page(fmt.Sprint("Pagina ", p), "[een](p0.md)\n"))
			if p%2 == 0 {
				w.write(fmt.Sprintf("content/en/s%d/p%d.md", s, p), w.page(fmt.Sprint("Page ", p), ""))
			}
		}
	}
	return w
}

// linkedPages gives the pages that the layouts name by id: without these the
// site would have mistakes from the start.
func (w *world) linkedPages() []string {
	seen := map[string]bool{}
	fs.WalkDir(os.DirFS(filepath.Join(w.dir, "layouts")), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, _ := os.ReadFile(filepath.Join(w.dir, "layouts", p))
		for rest := string(data); ; {
			_, after, ok := strings.Cut(rest, `Link "`)
			if !ok {
				return nil
			}
			id, next, _ := strings.Cut(after, `"`)
			for id != "." && id != "" {
				seen[id] = true
				id = path.Dir(id)
			}
			rest = next
		}
	})
	var list []string
	for id := range seen {
		if strings.Contains(id, "/") || !hasBelow(seen, id) {
			list = append(list, id)
		} else {
			list = append(list, id+"/index")
		}
	}
	slices.Sort(list)
	return list
}

func hasBelow(seen map[string]bool, dir string) bool {
	for id := range seen {
		if strings.HasPrefix(id, dir+"/") {
			return true
		}
	}
	return false
}

func (w *world) page(title, extra string) string {
	return fmt.Sprintf("+++\ntitle = %q\norder = %d\n+++\n\n:::summary\nKort.\n:::\n\n## Kop %d {#kop}\n\nTekst %d met \"quotes\" en :setting[imap.host].\n\n%s", title, w.r.IntN(5), w.r.IntN(100), w.r.IntN(1000), extra)
}

func (w *world) file(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

func (w *world) write(name, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.file(name)), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.file(name), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(name string) string {
	data, err := os.ReadFile(w.file(name))
	if err != nil {
		return ""
	}
	return string(data)
}

// pages gives the pages in s0, s1 … of every language, sorted.
func (w *world) pages() []string {
	var list []string
	fs.WalkDir(os.DirFS(w.dir), "content", func(p string, d fs.DirEntry, err error) error {
		parts := strings.Split(p, "/")
		if err == nil && d.Type().IsRegular() && len(parts) > 3 && strings.HasSuffix(p, ".md") && !strings.HasSuffix(p, "index.md") && strings.HasPrefix(parts[2], "s") {
			list = append(list, p)
		}
		return nil
	})
	slices.Sort(list)
	return list
}

func (w *world) pick() string {
	list := w.pages()
	if len(list) == 0 {
		w.write("content/nl/s0/p0.md", w.page("Nieuw", ""))
		list = w.pages()
	}
	return list[w.r.IntN(len(list))]
}

// save writes a file as one of several editors does.
func (w *world) save(name, text string) string {
	f := w.file(name)
	tmp := func(n string) string { return filepath.Join(filepath.Dir(f), n) }
	must := func(err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	switch w.r.IntN(6) {
	case 0: // in place
		w.write(name, text)
		return "in place"
	case 1: // vim with backup: the old file moves away, a new one comes
		must(os.WriteFile(tmp("4913"), nil, 0o644))
		must(os.Remove(tmp("4913")))
		must(os.Rename(f, f+"~"))
		w.write(name, text)
		must(os.Remove(f + "~"))
		return "vim"
	case 2: // JetBrains: safe write
		must(os.WriteFile(f+"___jb_tmp___", []byte(text), 0o644))
		must(os.Rename(f, f+"___jb_old___"))
		must(os.Rename(f+"___jb_tmp___", f))
		must(os.Remove(f + "___jb_old___"))
		return "JetBrains"
	case 3: // sed -i
		must(os.WriteFile(tmp("sedA1b2C3"), []byte(text), 0o644))
		must(os.Rename(tmp("sedA1b2C3"), f))
		return "sed -i"
	case 4: // VS Code: truncate, then write in two parts
		h, err := os.OpenFile(f, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		must(err)
		h.WriteString(text[:len(text)/2])
		time.Sleep(time.Duration(w.r.IntN(8)) * time.Millisecond)
		h.WriteString(text[len(text)/2:])
		must(h.Close())
		return "in two parts"
	}
	must(os.WriteFile(tmp("."+filepath.Base(f)+".swp"), []byte("swap"), 0o644))
	w.write(name, text)
	must(os.Remove(tmp("." + filepath.Base(f) + ".swp")))
	return "with a swap file"
}

// operate does one random thing and says what.
func (w *world) operate() string {
	if len(w.undo) > 0 && w.r.IntN(3) > 0 {
		u := w.undo[len(w.undo)-1]
		w.undo = w.undo[:len(w.undo)-1]
		u()
		return "mend"
	}
	later := func(u func()) { w.undo = append(w.undo, u) }
	restore := func(name string) {
		old := w.read(name)
		later(func() { w.write(name, old) })
	}
	p := w.pick()
	switch w.r.IntN(26) {
	case 0, 1, 2, 3:
		text := w.page(fmt.Sprint("Titel ", w.r.IntN(10)), "")
		return "edit " + p + " " + w.save(p, text)
	case 4, 5:
		return "edit the text of " + p + " " + w.save(p, w.read(p)+fmt.Sprintf("\nNog %d.\n", w.r.IntN(1000)))
	case 6:
		n := fmt.Sprintf("content/nl/s%d/new%d.md", w.r.IntN(3), w.r.IntN(20))
		w.write(n, w.page("Nieuw", "[x](index.md)\n"))
		return "create " + n
	case 7:
		if len(w.pages()) < 6 {
			return "nothing"
		}
		os.Remove(w.file(p))
		return "delete " + p
	case 8:
		to := fmt.Sprintf("%s/moved%d.md", path.Dir(p), w.r.IntN(20))
		os.Rename(w.file(p), w.file(to))
		return "rename " + p + " to " + to
	case 9: // move a folder
		a, b := fmt.Sprintf("content/nl/s%d", w.r.IntN(3)), fmt.Sprintf("content/nl/t%d", w.r.IntN(3))
		if os.Rename(w.file(a), w.file(b)) == nil {
			later(func() { os.Rename(w.file(b), w.file(a)) })
		}
		return "move " + a + " to " + b
	case 10: // half a file stays for a while
		old := w.read(p)
		w.write(p, old[:len(old)/3])
		later(func() { w.write(p, old) })
		return "half of " + p
	case 11:
		restore(p)
		w.write(p, "")
		return "empty " + p
	case 12:
		restore(p)
		w.write(p, strings.Replace(w.read(p), "title", "titel", 1))
		return "broken front matter in " + p
	case 13: // swap slugs
		q := w.pick()
		if p == q || path.Dir(p) != path.Dir(q) {
			return "nothing"
		}
		set := func(f, slug string) {
			text := w.read(f)
			if i := strings.Index(text, "slug = "); i >= 0 {
				text = text[:i] + text[i+strings.Index(text[i:], "\n")+1:]
			}
			w.write(f, strings.Replace(text, "order", fmt.Sprintf("slug = %q\norder", slug), 1))
		}
		a, b := strings.TrimSuffix(path.Base(p), ".md"), strings.TrimSuffix(path.Base(q), ".md")
		set(p, b)
		set(q, a)
		return "swap the slugs of " + p + " and " + q
	case 14:
		restore("layouts/base.html")
		w.write("layouts/base.html", strings.Replace(w.read("layouts/base.html"), "</body>", fmt.Sprintf("<p>%d</p></body>", w.r.IntN(1000)), 1))
		return "edit the frame"
	case 15:
		restore("layouts/base.html")
		w.write("layouts/base.html", strings.Replace(w.read("layouts/base.html"), "{{ .Title }}", "{{ .Titel }}", 1))
		return "a wrong field in the frame"
	case 16:
		restore("layouts/directives/summary.html")
		w.write("layouts/directives/summary.html", w.read("layouts/directives/summary.html")+fmt.Sprintf("<!-- %d -->", w.r.IntN(100)))
		return "edit a directive"
	case 17:
		restore("layouts/assets/site.css")
		w.save("layouts/assets/site.css", w.read("layouts/assets/site.css")+fmt.Sprintf("\np{margin:%dpx}\n", w.r.IntN(100)))
		return "edit the style"
	case 18:
		restore("i18n/nl.toml")
		w.write("i18n/nl.toml", strings.Replace(w.read("i18n/nl.toml"), `skip_to_content = "`, fmt.Sprintf(`skip_to_content = "%d `, w.r.IntN(100)), 1))
		return "edit a string"
	case 19:
		restore("site.toml")
		w.save("site.toml", strings.Replace(w.read("site.toml"), "imap.voorbeeld.example", fmt.Sprintf("imap%d.voorbeeld.example", w.r.IntN(100)), 1))
		return "edit a mail host"
	case 20:
		restore("site.toml")
		w.write("site.toml", strings.Replace(w.read("site.toml"), "port = 993", "port = 99300", 1))
		return "a wrong port"
	case 21: // as a branch switch: many files at once, some there, some gone
		var back []func()
		for _, f := range w.pages() {
			old := w.read(f)
			switch w.r.IntN(3) {
			case 0:
				w.write(f, w.page("Andere tak", ""))
			case 1:
				os.Remove(w.file(f))
			}
			back = append(back, func() { w.write(f, old) })
		}
		later(func() {
			for _, b := range back {
				b()
			}
		})
		return "switch the branch"
	case 22: // symbolic link to another page's file
		l := fmt.Sprintf("content/nl/s%d/link%d.md", w.r.IntN(3), w.r.IntN(3))
		if os.Symlink(path.Base(p), w.file(l)) == nil {
			later(func() { os.Remove(w.file(l)) })
		}
		return "link " + l
	case 23: // a link out of the site
		l := fmt.Sprintf("content/nl/s%d/out.png", w.r.IntN(3))
		if os.Symlink("/etc/hosts", w.file(l)) == nil {
			later(func() { os.Remove(w.file(l)) })
		}
		return "link out " + l
	case 24:
		restore(p)
		w.write(p, w.read(p)+"\n[dood](er-is-niets.md#x) en [anker](#niets)\n")
		return "dead links in " + p
	}
	os.Chmod(w.file(p), 0o600)
	os.Chtimes(w.file(p), time.Time{}, time.Unix(1e9, 0)) // an old time
	return "mode and time of " + p
}

// compare waits until what is shown is what a clean build gives, and reports
// whether that is a site without mistakes.
func (w *world) compare(t *testing.T, l *Live, when string) bool {
	t.Helper()
	ctx := t.Context()
	clean, err := build.Load(ctx, os.DirFS(w.dir), build.Options{}, nil)
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	if err := clean.MakeAll(ctx); err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	want := clean.Findings()
	ok := diag.Errors(want) == 0
	deadline := time.Now().Add(20 * time.Second)
	for {
		var diff string
		if ok {
			diff = w.differs(t, l, clean)
		} else {
			v, _ := l.View(ctx)
			switch {
			case v.Checked != v.ID:
				diff = "the check is not complete"
			case !slices.Equal(v.Findings, want):
				diff = fmt.Sprintf("findings:\ngot  %v\nwant %v", v.Findings, want)
			}
		}
		if diff == "" {
			return ok
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %s", when, diff)
		}
		time.Sleep(time.Millisecond)
	}
}

func (w *world) differs(t *testing.T, l *Live, clean *build.State) string {
	v, err := l.View(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if v.State.Set == nil {
		return "there is no site"
	}
	if n, m := len(v.State.Set.Files()), len(clean.Set.Files()); n != m {
		return fmt.Sprintf("%d files, want %d", n, m)
	}
	for _, f := range clean.Set.Files() {
		want, err := clean.Set.Make(t.Context(), f.Path)
		if err != nil {
			t.Fatal(err)
		}
		got, ok, err := l.Get(t.Context(), f.Path)
		if err != nil || !ok {
			return fmt.Sprintf("%s: not there (%v)", f.Path, err)
		}
		if !bytes.Equal(got.Data, want) {
			return fmt.Sprintf("%s differs:\ngot  %s\nwant %s", f.Path, around(got.Data, want), around(want, got.Data))
		}
	}
	return ""
}

// around gives the part of a that differs from b.
func around(a, b []byte) []byte {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return a[max(0, i-60):min(len(a), i+60)]
}
