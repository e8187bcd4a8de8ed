package preview_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"wegwijs/cmd/wegwijs/internal/pages/settings"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A world is a site and somebody who edits it. What they do depends on the
// seed, the site and the findings of clean builds, never on the clock.
type world struct {
	t    testing.TB
	dir  string
	out  string // a file that is not part of the site
	base map[string]string
	r    *rand.Rand
	// undo mends what operations did, the last one first. It is tried more
	// often than anything else, so that the site is without mistakes much of
	// the time.
	undo []func()
	bad  int // for how many operations the site has had mistakes
	log  []string
}

// newWorld makes the small site of testdata/site.txtar.
func newWorld(t testing.TB, seed uint64) *world {
	t.Helper()
	w := emptyWorld(t, seed)
	site, err := txtar.ParseFile("testdata/site.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range site.Files {
		text := string(f.Data)
		if path.Dir(f.Name) == "i18n" {
			for _, k := range settings.UsedStrings {
				text += fmt.Sprintf("%s = %q\n", k, k)
			}
		}
		w.base[f.Name] = text
	}
	for s := range 3 {
		for p := range 3 - s {
			w.base[fmt.Sprintf("content/nl/s%d/p%d.md", s, p)] = w.page(fmt.Sprint("Pagina ", p), "[een](p0.md#kop)\n")
		}
		w.base[fmt.Sprintf("content/nl/s%d/index.md", s)] = w.page("Sectie", "[mail](/s0/p1.md)\n")
	}
	w.base["content/nl/index.md"] = w.page("Begin", "")
	w.base["content/en/index.md"] = w.page("Home", "")
	w.base["content/en/s0/p0.md"] = w.page("Page", "## Receiving\n")
	w.base["content/en/s0/p1.md"] = w.page("Page", "[one](p0.md#kop)\n")
	w.base["content/ar/index.md"] = w.page("البداية", "")
	w.base["content/nl/s0/p0.md"] += "![Het scherm](scherm.png)\n"
	w.base["content/nl/s0/scherm.png"] = picture(3, 2)
	w.reset()
	return w
}

// newRealWorld makes a site with the layouts, strings and settings of this
// repository.
func newRealWorld(t testing.TB, seed uint64) *world {
	t.Helper()
	w := emptyWorld(t, seed)
	w.base = testenv.RealSite(t, func(id string) string { return w.page(id, "") })
	for s := range 2 {
		w.base[fmt.Sprintf("content/nl/s%d/index.md", s)] = w.page("Sectie", "")
		for p := range 3 {
			w.base[fmt.Sprintf("content/nl/s%d/p%d.md", s, p)] = w.page(fmt.Sprint("Pagina ", p), "::settings[imap]\n")
		}
	}
	w.base["content/nl/index.md"] = w.page("Begin", "")
	w.reset()
	return w
}

func emptyWorld(t testing.TB, seed uint64) *world {
	w := &world{t: t, dir: t.TempDir(), base: map[string]string{}, r: rand.New(rand.NewPCG(seed, 1))}
	t.Cleanup(w.unlock)
	w.out = filepath.Join(t.TempDir(), "elsewhere.png")
	w.must(os.WriteFile(w.out, []byte(picture(1, 1)), 0o644))
	return w
}

// forbidden ends an operation that the modes of files do not allow.
type forbidden struct{}

func (w *world) must(err error) {
	if errors.Is(err, fs.ErrPermission) && len(w.log) > 0 {
		panic(forbidden{})
	}
	if err != nil {
		w.t.Helper()
		w.t.Fatalf("the world: %v\n%s", err, strings.Join(w.log, "\n"))
	}
}

func picture(width, height int) string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		panic(err)
	}
	return b.String()
}

// page makes the text of a page. Half of the headings have no id of their own.
func (w *world) page(title, extra string) string {
	front := fmt.Sprintf("+++\ntitle = %q\norder = %d\n", title, w.r.IntN(5))
	if w.r.IntN(3) == 0 {
		front += fmt.Sprintf("updated = 2026-11-%02d\n", 1+w.r.IntN(28))
	}
	return front + fmt.Sprintf("+++\n\n:::summary\nKort %d.\n:::\n\n## Kop %d {#kop}\n\nTekst met \"quotes\", :setting[imap.host] en een noot[^1].\n\n### Deel %d\n\n::settings[smtp]\n\n> [!TIP]\n> Zie [boven](#kop).\n\n[^1]: Voet.\n\n%s",
		w.r.IntN(100), w.r.IntN(100), w.r.IntN(4), extra)
}

func (w *world) file(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

// write writes a file whatever stands in its way.
func (w *world) write(name, text string) {
	w.t.Helper()
	for i, c := range name { // from the top
		if c != '/' {
			continue
		}
		dir := w.file(name[:i])
		switch fi, err := os.Lstat(dir); {
		case err != nil:
		case !fi.IsDir():
			w.must(os.Remove(dir))
		case fi.Mode().Perm()&0o700 != 0o700:
			w.must(os.Chmod(dir, 0o755))
		}
	}
	switch fi, err := os.Lstat(w.file(name)); {
	case err != nil:
	case !fi.Mode().IsRegular():
		w.must(os.RemoveAll(w.file(name)))
	case fi.Mode().Perm()&0o600 != 0o600:
		w.must(os.Chmod(w.file(name), 0o644))
	}
	w.must(os.MkdirAll(filepath.Dir(w.file(name)), 0o755))
	w.must(os.WriteFile(w.file(name), []byte(text), 0o644))
}

func (w *world) read(name string) string {
	fi, err := os.Lstat(w.file(name))
	if err != nil || !fi.Mode().IsRegular() {
		return ""
	}
	data, err := os.ReadFile(w.file(name))
	if err != nil {
		return ""
	}
	return string(data)
}

func (w *world) has(name string) bool {
	_, err := os.Lstat(w.file(name))
	return err == nil
}

// unlock lets everything be read and written.
func (w *world) unlock() {
	var dirs func(dir string)
	dirs = func(dir string) {
		os.Chmod(dir, 0o755)
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if e.IsDir() {
				dirs(filepath.Join(dir, e.Name()))
			}
		}
	}
	dirs(w.dir)
}

// reset brings the site back to how it began.
func (w *world) reset() {
	w.unlock()
	entries, err := os.ReadDir(w.dir)
	w.must(err)
	for _, e := range entries {
		w.must(os.RemoveAll(w.file(e.Name())))
	}
	for _, name := range slices.Sorted(maps.Keys(w.base)) {
		w.write(name, w.base[name])
	}
	w.undo, w.bad = nil, 0
}

// pages returns the pages in sections of every language, sorted.
func (w *world) pages() []string {
	var list []string
	fs.WalkDir(os.DirFS(w.dir), "content", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.Count(p, "/") > 2 && strings.HasSuffix(p, ".md") && path.Base(p) != "index.md" {
			list = append(list, p)
		}
		return nil
	})
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

func (w *world) later(u func()) { w.undo = append(w.undo, u) }

// restore makes a later operation bring a file back to what it is now.
func (w *world) restore(name string) {
	if !w.has(name) {
		w.later(func() { os.RemoveAll(w.file(name)) })
		return
	}
	old := w.read(name)
	w.later(func() { w.write(name, old) })
}

// change writes a file as one of several editors does, and undoes it later.
func (w *world) change(name, old, new string) string {
	w.restore(name)
	return w.save(name, strings.Replace(w.read(name), old, new, 1))
}

// save writes a file as one of several editors does.
func (w *world) save(name, text string) string {
	f := w.file(name)
	if fi, err := os.Lstat(f); err != nil || !fi.Mode().IsRegular() || fi.Mode().Perm()&0o600 != 0o600 {
		w.write(name, text)
		return "anew"
	}
	tmp := func(n string) string { return filepath.Join(filepath.Dir(f), n) }
	switch w.r.IntN(7) {
	case 0:
		w.write(name, text)
		return "in place"
	case 1: // vim with backup: the old file moves away, a new one comes
		w.must(os.WriteFile(tmp("4913"), nil, 0o644))
		w.must(os.Remove(tmp("4913")))
		w.must(os.Rename(f, f+"~"))
		w.write(name, text)
		w.must(os.Remove(f + "~"))
		return "as vim"
	case 2: // JetBrains: safe write
		w.must(os.WriteFile(f+"___jb_tmp___", []byte(text), 0o644))
		w.must(os.Rename(f, f+"___jb_old___"))
		w.must(os.Rename(f+"___jb_tmp___", f))
		w.must(os.Remove(f + "___jb_old___"))
		return "as JetBrains"
	case 3: // sed -i, and many others
		w.must(os.WriteFile(tmp("sedA1b2C3"), []byte(text), 0o644))
		w.must(os.Rename(tmp("sedA1b2C3"), f))
		return "as sed -i"
	case 4: // VS Code: truncate, then write; here in two parts
		h, err := os.OpenFile(f, os.O_WRONLY|os.O_TRUNC, 0o644)
		w.must(err)
		h.WriteString(text[:len(text)/2])
		time.Sleep(time.Duration(w.r.IntN(3)) * time.Millisecond)
		h.WriteString(text[len(text)/2:])
		w.must(h.Close())
		return "in two parts"
	case 5: // Emacs: a lock that leads nowhere, a backup
		os.Symlink("iemand@ergens.1", tmp(".#"+filepath.Base(f)))
		w.must(os.WriteFile(tmp("#"+filepath.Base(f)+"#"), []byte(text), 0o644))
		w.write(name, text)
		w.must(os.Remove(tmp("#" + filepath.Base(f) + "#")))
		w.must(os.Remove(tmp(".#" + filepath.Base(f))))
		return "as Emacs"
	}
	w.must(os.WriteFile(tmp("."+filepath.Base(f)+".swp"), []byte("swap"), 0o644))
	w.write(name, text)
	w.must(os.Remove(tmp("." + filepath.Base(f) + ".swp")))
	return "with a swap file"
}

// front sets a key of a page's front matter, in TOML; "" removes it.
func front(text, key, value string) string {
	if i := strings.Index(text, "\n"+key+" = "); i >= 0 {
		end := i + 1 + strings.IndexByte(text[i+1:], '\n')
		text = text[:i] + text[end:]
	}
	if value == "" {
		return text
	}
	return strings.Replace(text, "+++\n", "+++\n"+key+" = "+value+"\n", 1)
}

func (w *world) setFront(name, key, value string) {
	w.write(name, front(w.read(name), key, value))
}
