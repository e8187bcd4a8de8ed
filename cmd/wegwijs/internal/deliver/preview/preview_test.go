package preview_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/notify"
	"wegwijs/cmd/wegwijs/internal/state"
)

// A memory is a folder in memory that can be edited while it is read.
type memory struct {
	mu     sync.Mutex
	files  fstest.MapFS
	reads  int
	broken error         // of every read
	held   chan struct{} // while open, nobody lists the layouts
}

func (m *memory) lock() func() { m.mu.Lock(); return m.mu.Unlock }

func (m *memory) write(name, text string) {
	defer m.lock()()
	m.files[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644, ModTime: time.Now()}
}

func (m *memory) remove(name string) { defer m.lock()(); delete(m.files, name) }

func (m *memory) fail(err error) { defer m.lock()(); m.broken = err }

func (m *memory) err(op, name string) error {
	m.reads++
	if m.broken != nil {
		return &fs.PathError{Op: op, Path: name, Err: m.broken}
	}
	return nil
}

func (m *memory) Open(name string) (fs.File, error) {
	defer m.lock()()
	if err := m.err("open", name); err != nil {
		return nil, err
	}
	return m.files.Open(name)
}

func (m *memory) ReadFile(name string) ([]byte, error) {
	defer m.lock()()
	if err := m.err("read", name); err != nil {
		return nil, err
	}
	return fs.ReadFile(m.files, name)
}

func (m *memory) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == "layouts" && m.held != nil {
		<-m.held
	}
	defer m.lock()()
	if err := m.err("readdir", name); err != nil {
		return nil, err
	}
	return fs.ReadDir(m.files, name)
}

func (m *memory) Lstat(name string) (fs.FileInfo, error) {
	defer m.lock()()
	if err := m.err("lstat", name); err != nil {
		return nil, err
	}
	return fs.Lstat(m.files, name)
}

func (m *memory) Stat(name string) (fs.FileInfo, error) { return m.Lstat(name) }

func (m *memory) ReadLink(name string) (string, error) { return "", fs.ErrInvalid }

// A bench is a site in a bubble in which time passes at once.
type bench struct {
	t      *testing.T
	files  map[string]string
	memory *memory
	live   *preview.States
	hints  chan notify.Hint
	checks atomic.Int64 // complete checks, and trouble
	blind  atomic.Bool  // changes come without hints
}

// told returns how often the terminal was told something.
func (b *bench) told() int { return int(b.checks.Load()) }

// inBubble runs a test with the site of the law in memory.
func inBubble(t *testing.T, f func(b *bench)) {
	t.Helper()
	w := newWorld(t, 1)
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, files: w.base, memory: &memory{files: fstest.MapFS{}}, hints: make(chan notify.Hint)}
		for name, text := range w.base {
			b.memory.write(name, text)
		}
		b.live = preview.New(b.memory, state.Options{}, func(*preview.View) { b.checks.Add(1) })
		b.live.Blind = b.blind.Load
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := b.live.Run(ctx, b.hints); err != nil {
				t.Errorf("Run: %v", err)
			}
		})
		defer wg.Wait()
		defer stop()
		b.rest()
		if v := b.view(); !v.Checked || v.Errors() > 0 {
			t.Fatalf("at the start: checked %t, findings %v", v.Checked, v.Findings)
		}
		f(b)
	})
}

// rest waits for everything that follows from what happened.
func (b *bench) rest() { time.Sleep(time.Second); synctest.Wait() }

// pass lets a time pass.
func (b *bench) pass(d time.Duration) { time.Sleep(d); synctest.Wait() }

func (b *bench) view() *preview.View {
	b.t.Helper()
	v, err := b.live.View(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// save writes a file; its event comes at once.
func (b *bench) save(name, text string) {
	b.memory.write(name, text)
	b.hints <- notify.Hint{Paths: []string{name}}
}

func (b *bench) remove(name string) {
	b.memory.remove(name)
	b.hints <- notify.Hint{Paths: []string{name}}
}

func (b *bench) page(address string) (string, bool) {
	b.t.Helper()
	f, ok, err := b.live.Get(b.t.Context(), address)
	if err != nil {
		b.t.Fatalf("%s: %v", address, err)
	}
	return string(f.Data), ok
}

// all returns every page, as somebody sees it who looks at all of them.
func (b *bench) all() map[string]string {
	pages := map[string]string{}
	for _, f := range b.view().State.Set.Files() {
		if strings.HasSuffix(f.Path, ".html") {
			pages[f.Path], _ = b.page(f.Path)
		}
	}
	return pages
}

const (
	pageFile, pageAt   = "content/nl/s0/p1.md", "s0/p1/index.html"
	otherFile, otherAt = "content/nl/s1/p0.md", "s1/p0/index.html"
)

// TestLastGoodPage makes each kind of mistake: the addresses seen before still
// give the last good bytes, other pages follow their own edits where the
// mistake is in one page, and everything heals.
func TestLastGoodPage(t *testing.T) {
	tests := []struct {
		name, file, old, new string
		page                 bool // the mistake is in one page only
	}{
		{"a dead link", pageFile, "[een](p0.md#kop)", "[een](p9.md)", true},
		{"a dead anchor", pageFile, "[een](p0.md#kop)", "[een](p0.md#knop)", true},
		{"raw HTML", pageFile, "Tekst", "<b>Tekst</b>", true},
		{"an unknown directive", pageFile, ":setting", ":sitting", true},
		{"an unknown setting", pageFile, "imap.host", "imap.gast", true},
		{"an unknown layout", pageFile, "order", "layout = \"breed\"\norder", true},
		{"an unknown key", pageFile, "title", "titel", true},
		{"no TOML", pageFile, "title =", "title", true},
		{"no front matter", pageFile, "+++\n", "", true},
		{"a slug that cannot be", pageFile, "order", "slug = \"A B\"\norder", true},
		{"the slug of another page", pageFile, "order", "slug = \"p0\"\norder", true},
		{"an empty file", pageFile, "", "", true},
		{"a field that is not there", "layouts/base.html", ".Title", ".Titel", false},
		{"a template that does not end", "layouts/base.html", "{{ .Nav }}", "{{ .Nav", false},
		{"no block that does not end", "layouts/section.html", "{{ end }}", "", false},
		{"a navigation that is none", "layouts/partials/nav.html", "{{ end -}}", "", false},
		{"a directive without a kind", "layouts/directives/summary.html", "kind", "soort", false},
		{"an asset that is not there", "layouts/assets/site.css", "dot.svg", "dit.svg", false},
		{"no settings", "site.toml", "[provider]", "[provider", false},
		{"an unknown setting of the site", "site.toml", "base_url", "basis_url", false},
		{"a port that cannot be", "site.toml", "993", "99300", false},
		{"strings that are no TOML", "i18n/nl.toml", "skip =", "skip", false},
		{"a string that is missing", "i18n/nl.toml", "skip =", "#", false},
		{"a plural that is missing", "i18n/nl.toml", "one =", "two =", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				was := b.all()
				text := strings.Replace(b.files[test.file], test.old, test.new, 1)
				if test.old == "" {
					text = ""
				}
				if text == b.files[test.file] {
					t.Fatalf("%s has no %q", test.file, test.old)
				}
				b.save(test.file, text)
				b.rest()
				v := b.view()
				if v.Errors() == 0 || !v.Checked {
					t.Fatalf("no mistake: %v", v.Findings)
				}
				if !slices.ContainsFunc(v.Findings, func(d diag.Diagnostic) bool {
					return d.Severity == diag.Error && (d.Pos.File == test.file || d.Pos.File == "content/nl/s0/p0.md")
				}) && test.page {
					t.Errorf("not said of %s: %v", test.file, v.Findings)
				}
				if got, _ := b.page(pageAt); got != was[pageAt] {
					t.Errorf("the page gives\n%s\nwant its last good bytes\n%s", got, was[pageAt])
				}
				if !test.page {
					for address, want := range was {
						if got, ok := b.page(address); !ok || got != want {
							t.Errorf("%s (%t) gives\n%s\nwant its last good bytes\n%s", address, ok, got, want)
						}
					}
				} else {
					b.save(otherFile, b.files[otherFile]+"\nEen bewerking.\n")
					b.rest()
					if got, _ := b.page(otherAt); !strings.Contains(got, "Een bewerking.") {
						t.Errorf("another page does not follow its edits:\n%s", got)
					}
					b.save(otherFile, b.files[otherFile])
				}
				b.save(test.file, b.files[test.file])
				b.rest()
				if v := b.view(); v.Errors() > 0 || !v.Checked {
					t.Errorf("mended, and there is %v", v.Findings)
				}
				for address, want := range was {
					if got, ok := b.page(address); !ok || got != want {
						t.Errorf("mended, and %s gives\n%s\nwant\n%s", address, got, want)
					}
				}
			})
		})
	}
}

// TestTranslationKeepsItsPage: a mistake in the front matter of a translation
// does not show the readers another language.
func TestTranslationKeepsItsPage(t *testing.T) {
	inBubble(t, func(b *bench) {
		const file, at = "content/en/s0/p1.md", "en/s0/p1/index.html"
		was, _ := b.page(at)
		b.save(file, strings.Replace(b.files[file], "title", "titel", 1))
		b.rest()
		if got, _ := b.page(at); got != was {
			t.Errorf("got\n%s\nwant\n%s", got, was)
		}
	})
}

// TestGoneIsGone: what was removed or moved on purpose is not kept, whatever
// else is wrong with the site.
func TestGoneIsGone(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.all()
		b.save("content/nl/s2/p0.md", "")
		b.rest()
		b.remove(pageFile)
		b.remove("content/en/s0/p1.md")
		b.save(otherFile, strings.Replace(b.files[otherFile], "order", "slug = \"anders\"\norder", 1))
		b.save("content/nl/s0/p2.md", strings.Replace(b.files["content/nl/s0/p2.md"], "order", "draft = true\norder", 1))
		b.rest()
		for _, at := range []string{pageAt, "en/" + pageAt, otherAt, "s0/p2/index.html"} {
			if got, ok := b.page(at); ok {
				t.Errorf("%s is still there:\n%s", at, got)
			}
		}
		if _, ok := b.page("s1/anders/index.html"); !ok {
			t.Error("the page is not at its new address")
		}
		if got, _ := b.page("s2/p0/index.html"); !strings.Contains(got, "Pagina 0") {
			t.Error("the page with a mistake is gone")
		}
	})
}

// TestNeverSeen asks for a page that had a mistake from the start.
func TestNeverSeen(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.save(pageFile, b.files[pageFile]+"\nNieuw en [fout](nergens.md).\n")
		b.rest()
		got, ok := b.page(pageAt)
		if !ok || !strings.Contains(got, "Pagina 1") || strings.Contains(got, "Nieuw en") {
			t.Errorf("not the last good page: %t:\n%s", ok, got)
		}
		// What it is with a mistake is not its last good state.
		b.save(pageFile, b.files[pageFile]+"\nNog nieuwer en [fout](nergens.md).\n")
		b.rest()
		if got, _ := b.page(pageAt); !strings.Contains(got, "Pagina 1") || strings.Contains(got, "ieuwer en") {
			t.Errorf("bytes with a mistake were kept:\n%s", got)
		}
	})
}

// TestKeepsWhatWasSeenLast looks at more pages than are kept.
func TestKeepsWhatWasSeenLast(t *testing.T) {
	kept := preview.Kept
	if testing.Short() {
		kept = 60
	}
	inBubble(t, func(b *bench) {
		b.live.Keep(kept)
		for n := range kept + 50 {
			b.memory.write(fmt.Sprintf("content/nl/s2/veel%d.md", n), b.files[pageFile])
		}
		b.hints <- notify.Hint{All: true}
		b.rest()
		first, _ := b.page(pageAt)
		for n := range kept + 50 {
			b.page(fmt.Sprintf("s2/veel%d/index.html", n))
			b.page(pageAt) // is open all the time
		}
		b.save(pageFile, "")
		b.save("content/nl/s2/veel0.md", "")
		b.rest()
		if got, _ := b.page(pageAt); got != first {
			t.Error("a page that is open was not kept")
		}
		if _, ok := b.page("s2/veel0/index.html"); ok {
			t.Error("everything is kept")
		}
	})
}

// TestSince: what changed since the last view that was checked.
func TestSince(t *testing.T) {
	inBubble(t, func(b *bench) {
		for _, file := range []string{pageFile, otherFile} {
			b.save(file, b.files[file]+"\nEen bewerking.\n")
			b.rest()
			if v := b.view(); !v.Checked || !slices.Equal(v.Since, []string{file}) {
				t.Errorf("after %s: checked %t, since %q", file, v.Checked, v.Since)
			}
		}
	})
}

// TestUnfinished has files that are seen in the middle of being saved: what
// they are then is shown to nobody.
func TestUnfinished(t *testing.T) {
	inBubble(t, func(b *bench) {
		was := b.view().ID
		b.save(pageFile, "") // as VS Code does
		b.pass(200 * time.Millisecond)
		if b.view().ID != was {
			t.Error("an empty file was shown at once")
		}
		b.save(pageFile, b.files[pageFile]+"\nKlaar.\n")
		b.rest()
		if got, _ := b.page(pageAt); b.view().ID != was+1 || !strings.Contains(got, "Klaar.") {
			t.Errorf("view %d, want %d:\n%s", b.view().ID, was+1, got)
		}

		b.remove(pageFile) // as vim does
		b.pass(60 * time.Millisecond)
		if b.view().ID != was+1 {
			t.Error("a file that is being replaced was taken for gone")
		}
		b.save(pageFile, b.files[pageFile]+"\nOpnieuw.\n")
		b.rest()
		if got, _ := b.page(pageAt); b.view().ID != was+2 || !strings.Contains(got, "Opnieuw.") {
			t.Errorf("view %d, want %d:\n%s", b.view().ID, was+2, got)
		}

		start := time.Now()
		b.save(pageFile, "leeg")
		for b.view().ID == was+2 {
			b.pass(time.Millisecond)
		}
		if d := time.Since(start); d < 250*time.Millisecond || d > 400*time.Millisecond {
			t.Errorf("a mistake was said after %v", d)
		}
		start = time.Now()
		b.remove(otherFile)
		for b.view().ID == was+3 {
			b.pass(time.Millisecond)
		}
		if d := time.Since(start); d < 80*time.Millisecond || d > 200*time.Millisecond {
			t.Errorf("a removal was shown after %v", d)
		}
	})
}

// TestNoWaitForOthers: what is right is shown at once.
func TestNoWaitForOthers(t *testing.T) {
	inBubble(t, func(b *bench) {
		start := time.Now()
		b.save(pageFile, b.files[pageFile]+"\nKlaar.\n")
		for was := b.view().ID; b.view().ID == was; {
			b.pass(100 * time.Microsecond)
		}
		if d := time.Since(start); d > 5*time.Millisecond {
			t.Errorf("an edit was shown after %v", d)
		}
		// Where no event came, asking is enough.
		b.memory.write(pageFile, b.files[pageFile]+"\nZonder bericht.\n")
		if got, _ := b.page(pageAt); !strings.Contains(got, "Zonder bericht.") {
			t.Errorf("an old page:\n%s", got)
		}
		// A stream of events does not put off looking for ever.
		start = time.Now()
		was := b.view().ID
		for n := 0; b.view().ID == was; n++ {
			b.save(otherFile, fmt.Sprintf("%s\nRegel %d.\n", b.files[otherFile], n))
			b.pass(time.Millisecond)
		}
		if d := time.Since(start); d > 40*time.Millisecond {
			t.Errorf("the first of many edits was shown after %v", d)
		}
	})
}

// TestChecks: the page that was edited is checked at once, all others after a
// rest; the terminal is told when all is known.
func TestChecks(t *testing.T) {
	inBubble(t, func(b *bench) {
		told := b.told()
		b.save(pageFile, b.files[pageFile]+"\n[fout](nergens.md)\n")
		b.pass(5 * time.Millisecond)
		if v := b.view(); v.Errors() != 1 || v.Checked {
			t.Errorf("after 5 ms: checked %t, %v", v.Checked, v.Findings)
		}
		if b.told() != told {
			t.Error("told of a check that is not complete")
		}
		b.pass(100 * time.Millisecond)
		if v := b.view(); v.Errors() != 1 || !v.Checked || b.told() != told+1 {
			t.Errorf("after 100 ms: checked %t, %v; told %d times", v.Checked, v.Findings, b.told()-told)
		}
		// While another page is edited, the mistake is still known.
		b.save(otherFile, b.files[otherFile]+"\nMeer.\n")
		b.pass(5 * time.Millisecond)
		if v := b.view(); v.Errors() != 1 || v.Checked {
			t.Errorf("while another page is edited: checked %t, %v", v.Checked, v.Findings)
		}
		b.rest()
		b.save(pageFile, b.files[pageFile])
		b.pass(5 * time.Millisecond)
		if v := b.view(); v.Errors() != 0 {
			t.Errorf("mended, and after 5 ms there is %v", v.Findings)
		}
		// A heading that goes makes a mistake of a link in another page.
		b.rest()
		b.save("content/nl/s0/p0.md", strings.Replace(b.files["content/nl/s0/p0.md"], "{#kop}", "{#knop}", 1))
		b.rest()
		if v := b.view(); !slices.ContainsFunc(v.Findings, func(d diag.Diagnostic) bool { return d.Pos.File == pageFile && d.Code == "link-anchor" }) {
			t.Errorf("a link to a heading that is gone is not found: %v", v.Findings)
		}
	})
}

// TestTrouble has a folder that cannot be read for a while.
func TestTrouble(t *testing.T) {
	inBubble(t, func(b *bench) {
		was := b.all()
		told := b.told()
		b.memory.fail(syscall.EIO)
		b.hints <- notify.Hint{All: true}
		b.pass(10 * time.Second)
		v := b.view()
		if v.Errors() != 1 || !strings.Contains(v.Findings[slices.IndexFunc(v.Findings, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })].Msg, "the disk cannot be read") {
			t.Errorf("not said: %v", v.Findings)
		}
		if b.told() == told {
			t.Error("the terminal is not told")
		}
		b.memory.mu.Lock()
		reads := b.memory.reads
		b.memory.mu.Unlock()
		b.pass(time.Minute)
		b.memory.mu.Lock()
		reads = b.memory.reads - reads
		b.memory.mu.Unlock()
		if reads == 0 || reads > 100 {
			t.Errorf("%d reads in a minute of trouble, want a few", reads)
		}
		b.memory.fail(nil)
		b.memory.write(pageFile, b.files[pageFile]+"\nWeer daar.\n")
		b.pass(10 * time.Second)
		if v := b.view(); v.Errors() > 0 || !v.Checked {
			t.Errorf("it can be read again, and there is %v", v.Findings)
		}
		for address, want := range was {
			got, _ := b.page(address)
			if strings.HasSuffix(address, pageAt) {
				if !strings.Contains(got, "Weer daar.") && address == pageAt {
					t.Errorf("an edit in the time of trouble is lost:\n%s", got)
				}
				continue
			}
			if got != want {
				t.Errorf("%s gives\n%s\nwant\n%s", address, got, want)
			}
		}
	})
}

// TestCannotStart has a folder that cannot be read from the start.
func TestCannotStart(t *testing.T) {
	m := &memory{files: fstest.MapFS{}, broken: syscall.EIO}
	l := preview.New(m, state.Options{}, nil)
	if err := l.Run(t.Context(), nil); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v", err)
	}
}

// TestChangedAndBack changes a file under a check's feet, and changes it back
// before anybody looks: what the check saw of it must not stay.
func TestChangedAndBack(t *testing.T) {
	inBubble(t, func(b *bench) {
		want := b.view().Findings
		const target = "content/nl/s0/p0.md"
		b.save(pageFile, b.files[pageFile]+"\nEen bewerking.\n")
		b.pass(20 * time.Millisecond) // the check rests
		b.memory.write("i18n/nl.toml", b.files["i18n/nl.toml"]+"\n")
		b.hints <- notify.Hint{Paths: []string{"i18n/nl.toml"}} // everything is made again
		b.pass(20 * time.Millisecond)
		b.memory.write(target, "anders")
		b.pass(60 * time.Millisecond)
		b.memory.write(target, b.files[target])
		b.pass(time.Minute)
		v := b.view()
		if !v.Checked || !slices.EqualFunc(v.Findings, want, func(x, y diag.Diagnostic) bool { return x.Msg == y.Msg }) {
			t.Errorf("checked %t, got %v, want %v", v.Checked, v.Findings, want)
		}
	})
}

// TestSubscribers has one that never reads.
func TestSubscribers(t *testing.T) {
	inBubble(t, func(b *bench) {
		_, deaf := b.live.Subscribe()
		c, end := b.live.Subscribe()
		for n := range 5 {
			b.save(pageFile, fmt.Sprintf("%s\nRegel %d.\n", b.files[pageFile], n))
			b.rest()
			select {
			case <-c:
			default:
				t.Error("not told")
			}
		}
		end()
		deaf()
		if n := b.live.Subscribers(); n != 0 {
			t.Errorf("%d subscribers are left", n)
		}
	})
}

func TestHot(t *testing.T) {
	inBubble(t, func(b *bench) {
		if hot := b.live.Hot(); len(hot) != 0 {
			t.Errorf("hot before anything happened: %v", hot)
		}
		b.page(pageAt)
		b.page("en/index.html")
		b.save(otherFile, b.files[otherFile]+"\nMeer.\n")
		b.rest()
		for _, want := range []string{pageFile, "content/en/index.md", otherFile} {
			if hot := b.live.Hot(); !slices.Contains(hot, want) {
				t.Errorf("%s is not hot: %v", want, hot)
			}
		}
		b.all()
		b.page(pageAt)
		if hot := b.live.Hot(); len(hot) > 16 || !slices.Contains(hot, pageFile) {
			t.Errorf("%d hot files: %v", len(hot), hot)
		}
	})
}

func TestPageOf(t *testing.T) {
	inBubble(t, func(b *bench) {
		for file, want := range map[string]string{
			pageFile: "/s0/p1/", "content/en/s0/p1.md": "/en/s0/p1/", "content/ar/index.md": "/ar/", "content/nl/index.md": "/",
			"content/nl/s0/index.md": "/s0/", "content/nl/s0/scherm.png": "", "layouts/base.html": "", "content/nl/nergens.md": "", "content/xx/index.md": "",
		} {
			if got, ok := b.view().PageOf(file); got != want || ok != (want != "") {
				t.Errorf("%s: %q, want %q", file, got, want)
			}
		}
	})
}
