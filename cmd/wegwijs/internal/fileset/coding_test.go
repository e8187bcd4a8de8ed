package fileset

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// coded makes a set in every coding: a page with its Markdown twin, made
// together, and other files.
func coded(t testing.TB, codings ...Coding) *Set {
	t.Helper()
	long := strings.Repeat("Kies IMAP. Je e-mail blijft dan op onze server staan. ", 40)
	file := func(f File, text string) File {
		f.Make = Bytes([]byte(text))
		return f
	}
	list := []File{
		{Path: "index.html", Rank: Page, Kind: Real, Lang: "nl", Source: "content/nl/index.md", Twin: "index.md"},
		{Path: "index.md", Rank: Page, Lang: "nl", Source: "content/nl/index.md"},
		file(File{Path: "404.html", Rank: Page, Kind: NotFound}, long),
		file(File{Path: "oud/index.html", Rank: Page, Kind: Redirect}, "-> /"),
		file(File{Path: "assets/site.0123456789.css", Immutable: true}, long),
		file(File{Path: "assets/icon.SVG"}, "<svg/>"),
		file(File{Path: "assets/all.csv"}, largeText()), // made early: what follows must not show it
		file(File{Path: "foto.png"}, "PNG"),
		file(File{Path: "sitemap.xml", Rank: Index}, ""),
	}
	s, clashes := NewSet(Coded(list, codings))
	if len(clashes) > 0 {
		t.Fatalf("the files of the test clash: %v", clashes)
	}
	return s.With(twins{long})
}

// largeText returns a text for which brotli chooses other tables than for pages.
func largeText() string {
	random := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("kies imap je e-mail blijft dan op onze server staan pop haalt alles weg wachtwoord poort")
	var b strings.Builder
	for b.Len() <= large {
		fmt.Fprintf(&b, "%d;%s %s\n", random.IntN(1000), words[random.IntN(len(words))], words[random.IntN(len(words))])
	}
	return b.String()
}

// twins makes a page and its Markdown.
type twins struct{ text string }

func (m twins) Make(_ context.Context, f *File, b, twin *bytes.Buffer) error {
	if strings.HasSuffix(f.Path, ".md") {
		b, twin = nil, b
	}
	if b != nil {
		b.WriteString("<p>" + m.text)
	}
	if twin != nil {
		twin.WriteString(m.text)
	}
	return nil
}

func TestCoded(t *testing.T) {
	all := coded(t, Codings()...)
	got := map[string]string{}
	if err := collect(t.Context(), all, got); err != nil {
		t.Fatal(err)
	}
	var names []string
	for p, data := range got {
		for _, c := range Codings() {
			plain, ok := strings.CutSuffix(p, c.Ext())
			if !ok {
				continue
			}
			names = append(names, p)
			d, err := c.Decode(strings.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(d); err != nil || string(text) != got[plain] {
				t.Errorf("%s holds %.40q (%v), want what %s has", p, text, err, plain)
			}
			if l := len(got[plain]); l > 1000 && len(data) > 200 && (l < large || len(data) > l/2) {
				t.Errorf("%s: %d bytes of %d", p, len(data), len(got[plain]))
			}
		}
	}
	slices.Sort(names)
	want := []string{
		"404.html.br", "404.html.gz", "assets/all.csv.br", "assets/all.csv.gz", "assets/icon.SVG.br", "assets/icon.SVG.gz", "assets/site.0123456789.css.br", "assets/site.0123456789.css.gz",
		"index.html.br", "index.html.gz", "index.md.br", "index.md.gz", "sitemap.xml.br", "sitemap.xml.gz",
	}
	if !slices.Equal(names, want) {
		t.Errorf("got %q,\nwant %q: neither pictures nor redirects", names, want)
	}
	for _, f := range all.Files() {
		switch e := f.Entry([]byte(got[f.Path])); e.Path {
		case "index.html.br":
			if e.Coding != Brotli || e.Type != "text/html; charset=utf-8" || e.Rank != Page || e.Kind != "" || e.Lang != "nl" || e.Source != "content/nl/index.md" {
				t.Errorf("got %+v", e)
			}
		case "assets/site.0123456789.css.gz":
			if e.Coding != Gzip || e.Type != "text/css; charset=utf-8" || e.Rank != Asset || !e.Immutable {
				t.Errorf("got %+v", e)
			}
		case "index.html":
			if e.Coding != "" {
				t.Errorf("got %+v", e)
			}
		}
	}

	// One at a time or all together, in whatever order: the same bytes.
	one := map[string]string{}
	s := coded(t, Codings()...)
	for _, f := range slices.Backward(s.Files()) {
		data, err := s.Make(t.Context(), f.Path)
		if err != nil {
			t.Fatal(err)
		}
		one[f.Path] = string(data)
	}
	if !maps.Equal(one, got) {
		t.Error("Make and EachNumbered give different files")
	}
}

// collect makes every file of a set, in one goroutine.
func collect(ctx context.Context, s *Set, into map[string]string) error {
	return s.everything(ctx, 1, true, func(i int, data []byte) error {
		into[s.Files()[i].Path] = string(data)
		return nil
	})
}

// TestCodedClash has a file of the author where a coded one would be: the one
// that is kept is made as what it is.
func TestCodedClash(t *testing.T) {
	list := Coded([]File{{Path: "a.csv", Source: "content/nl/a.csv", Make: Bytes([]byte("x;y"))}, {Path: "b.csv", Source: "z", Make: Bytes([]byte("b"))}}, []Coding{Gzip})
	list = append(list, File{Path: "a.csv.gz", Source: "content/nl/a.csv.gz", Make: Bytes([]byte("mine"))}, File{Path: "b.csv.gz", Source: "a", Make: Bytes([]byte("mine"))})
	s, clashes := NewSet(list)
	if len(clashes) != 2 {
		t.Fatalf("got %d clashes, want 2", len(clashes))
	}
	got := map[string]string{}
	if err := collect(t.Context(), s, got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 4 || got["a.csv.gz"] == "mine" || got["b.csv.gz"] != "mine" {
		t.Errorf("got %q", got)
	}
}

// BenchmarkCoding tells what a page costs in each coding.
func BenchmarkCoding(b *testing.B) {
	page, err := os.ReadFile("../../testdata/small.txtar")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range Codings() {
		b.Run(string(c), func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			b.ReportAllocs()
			var out bytes.Buffer
			var k coder
			for b.Loop() {
				out.Reset()
				if err := k.encode(c, &out, page, false); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(out.Len())/float64(len(page)), "size/size")
		})
	}
}
