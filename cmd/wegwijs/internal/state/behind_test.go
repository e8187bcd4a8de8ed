package state

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"wegwijs/cmd/wegwijs/internal/site/freshness"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// behindSite is a site in which the English page about POP was made from an
// older text in Dutch, of which most is as it was; of English pages two
// fifths may be stale.
func behindSite(t testing.TB) (fsys fstest.MapFS, put func(name, text string), base string) {
	fsys = fstest.MapFS{}
	n := int64(0)
	put = func(name, text string) {
		n++
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644, ModTime: time.Unix(n, 0)}
	}
	for name, text := range testenv.SmallSite(t) {
		put(name, text)
	}
	const was = "+++\ntitle = \"POP\"\n+++\nEen twee drie vier vijf.\n\nZes zeven acht negen tien.\n\nElf twaalf.\n"
	base = freshness.StampOf([]byte(was)).File()
	put(base, was)
	put("content/nl/e-mail/pop.md", strings.Replace(was, "Elf", "Tien", 1))
	put("content/en/e-mail/pop.md", "+++\ntitle = \"POP\"\nsource = \""+string(freshness.StampOf([]byte(was)))+"\"\n+++\nOne.\n\nTwo.\n\nThree.\n")
	put("site.toml", strings.Replace(string(fsys["site.toml"].Data), "[languages.en]", "[languages.en]\nstale_page = 40", 1))
	return fsys, put, base
}

// TestTheSiteStaysWhereAsMuchIsStale: an edit of a text makes the addresses of
// the site anew only where another translation is shown then.
func TestTheSiteStaysWhereAsMuchIsStale(t *testing.T) {
	fsys, put, base := behindSite(t)
	edit := func(name, old, new string) func() {
		return func() {
			before := string(fsys[name].Data)
			put(name, strings.Replace(before, old, new, 1))
			if string(fsys[name].Data) == before {
				t.Fatalf("%s: no %q", name, old)
			}
		}
	}
	const nl, en = "content/nl/e-mail/pop.md", "content/en/e-mail/pop.md"
	s, err := Load(t.Context(), fsys, Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := fsys[base]
	for _, e := range []struct {
		name  string
		do    func()
		same  bool // the addresses are those of before
		shown bool // the English page is shown in English
	}{
		{"the text of a page without a translation", edit("content/nl/index.md", "Welkom", "Dag, welkom"), false, true},
		{"the same once more", edit("content/nl/index.md", "\n+++\n", "\n+++\nMeer.\n\n"), true, true},
		{"a text that is stale already", edit(nl, "twaalf", "dertien"), true, true},
		{"a translation", edit(en, "Three.", "Four."), true, true},
		{"far more of a text", edit(nl, "Een twee drie vier vijf.", "Zo is het nu."), false, false},
		{"still more of it", edit(nl, "Zes zeven acht negen tien.", "En dit ook."), true, false},
		{"another page", edit("content/nl/index.md", "Meer.", "Nog meer."), true, false},
		{"most of it as it was", edit(nl, "Zo is het nu.\n\nEn dit ook.", "Een twee drie vier vijf.\n\nZes zeven acht negen tien."), false, true},
		{"what it was made from is lost", func() { delete(fsys, base) }, true, true},
		{"and far more of a text", edit(nl, "Een twee drie vier vijf.", "Zo is het nu."), true, true},
		{"and found again", func() { put(base, string(kept.Data)) }, false, false},
	} {
		e.do()
		next, err := Load(t.Context(), fsys, Options{}, s)
		if err != nil {
			t.Fatal(e.name, err)
		}
		if same := next.Site == s.Site; same != e.same {
			t.Errorf("%s: the same site: %v", e.name, same)
		}
		p, ok := next.Site.Locales[1].Page("e-mail/pop")
		if !ok || p.Fallback == e.shown {
			t.Errorf("%s: shown in English: %v", e.name, !e.shown)
		}
		s = next
	}
}

// laterFS gives other bytes of a file from the second time on that it is read.
type laterFS struct {
	fs.FS
	name  string
	after func() ([]byte, error)
	reads atomic.Int32
}

func (l *laterFS) ReadFile(name string) ([]byte, error) {
	if name == l.name {
		if l.reads.Add(1) > 1 {
			return l.after()
		}
	}
	return fs.ReadFile(l.FS, name)
}

func (l *laterFS) Open(name string) (fs.File, error) {
	if name == l.name {
		if l.reads.Add(1) > 1 {
			return nil, errors.New("gone")
		}
	}
	return l.FS.Open(name)
}

// TestBehindUnread: a text that changes while it is compared is no text of which
// nothing is stale: the work begins again.
func TestBehindUnread(t *testing.T) {
	fsys, _, base := behindSite(t)
	for _, name := range []string{base, "content/nl/e-mail/pop.md"} {
		for what, after := range map[string]func() ([]byte, error){
			"other bytes": func() ([]byte, error) { return []byte("anders"), nil },
			"gone":        func() ([]byte, error) { return nil, fs.ErrNotExist },
			"closed":      func() ([]byte, error) { return nil, fs.ErrPermission },
		} {
			if _, err := Load(t.Context(), &laterFS{FS: fsys, name: name, after: after}, Options{}, nil); !errors.Is(err, ErrChanged) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

// BenchmarkEditWithStale is an edit of one of 2,000 texts, each of which has a
// stale translation, on a site that asks how much is stale.
func BenchmarkEditWithStale(b *testing.B) {
	fsys, put, _ := behindSite(b)
	nl, en := string(fsys["content/nl/e-mail/pop.md"].Data), string(fsys["content/en/e-mail/pop.md"].Data)
	file := func(lang string, i int) string { return fmt.Sprintf("content/%s/e-mail/p%d.md", lang, i) }
	for i := range 2000 {
		put(file("nl", i), nl)
		put(file("en", i), en)
	}
	s, err := Load(b.Context(), fsys, Options{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		name := file("nl", i%2000)
		put(name, nl+fmt.Sprintln(i))
		if s, err = Update(b.Context(), fsys, Options{}, s, []string{name}); err != nil {
			b.Fatal(err)
		}
	}
}
