package fileset

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

func TestCheckPath(t *testing.T) {
	for _, good := range []string{"index.html", "a/b/c.md", ".well-known/security.txt", ".htaccess", "_headers", "é/ü.html", "a..b/c", "العربية/index.html", "manifest.json", "con-1", "a/icon.png", "com10", "lpt/x", "console.log"} {
		if why := CheckPath(good); why != "" {
			t.Errorf("%q: got %q, want none", good, why)
		}
	}
	for bad, want := range map[string]string{
		"": "leads out", ".": "leads out", "..": "leads out", "/a": "leads out", "../a": "leads out", "a/../../b": "leads out", "a/../b": "leads out", "./a": "leads out", "a//b": "leads out", "a/": "leads out",
		`a\b`: "a character", "a:b": "a character", "a*": "a character", "a?b": "a character", `a"b`: "a character", "a<b": "a character", "a|b": "a character",
		"a\x00b": "a character", "a\nb": "a character", "a\rb": "a character", "a\x1b[31m": "a character", "a\x7f": "a character", "a\u0085b": "a character",
		"a./b": "ends in a dot", "a ": "ends in a dot", "a/b.": "ends in a dot",
		strings.Repeat("x", 201): "too long", "a/" + strings.Repeat("x", 201) + "/b": "too long",
		"con": "Windows", "a/CON/index.html": "Windows", "aux.tar.gz": "Windows", "b/Nul.": "ends in a dot", "com1.md": "Windows", "a/LPT³": "Windows",
		Reserved: "the build's own", Reserved + "/x": "the build's own",
	} {
		if why := CheckPath(bad); !strings.Contains(why, want) {
			t.Errorf("%q: got %q, want one with %q", bad, why, want)
		}
	}
}

func FuzzCheckPath(f *testing.F) {
	for _, s := range []string{"index.html", "../a", "a/../b", "a\x00", "é", "/", "a//b", "a/./b", `..\a`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, p string) {
		if CheckPath(p) != "" {
			return
		}
		if path.IsAbs(p) || path.Clean(p) != p || strings.HasPrefix(p, "..") && (p == ".." || strings.HasPrefix(p, "../")) || strings.ContainsAny(p, "\\\x00\n") {
			t.Errorf("%q passes", p)
		}
		if got := PathOf(Address(p)); got != p && path.Base(p) != "index.html" {
			t.Errorf("%q answers at %q, which is %q", p, Address(p), got)
		}
	})
}

func TestAddress(t *testing.T) {
	for p, want := range map[string]string{"index.html": "/", "a/index.html": "/a/", "a/b.html": "/a/b.html", "404.html": "/404.html", "a/xindex.html": "/a/xindex.html"} {
		if got := Address(p); got != want {
			t.Errorf("%q: got %q, want %q", p, got, want)
		}
		if got := PathOf(want); got != p {
			t.Errorf("%q: got %q, want %q", want, got, p)
		}
	}
}

func TestTypeOf(t *testing.T) {
	for p, want := range map[string]string{
		"index.html": "text/html; charset=utf-8", "a/x.CSS": "text/css; charset=utf-8", "_headers": "text/plain; charset=utf-8", "a/_redirects": "text/plain; charset=utf-8",
		".htaccess": "text/plain; charset=utf-8", "rules/Caddyfile": "text/plain; charset=utf-8", "rules/nginx.conf": "text/plain; charset=utf-8", "x.mobileconfig": "application/x-apple-aspen-config", "what.ever": "application/octet-stream",
	} {
		if got := TypeOf(p); got != want {
			t.Errorf("%q: got %q, want %q", p, got, want)
		}
	}
	for _, f := range []File{{Path: "oud/imap.php", Kind: Redirect}, {Path: "oud/imap", Kind: Redirect}, {Path: "nieuw.txt", Kind: Redirect}, {Path: "404.html", Kind: NotFound}} {
		if got := f.Type(); got != "text/html; charset=utf-8" {
			t.Errorf("%s %s: got %q: whatever its name, it is a page", f.Kind, f.Path, got)
		}
	}
	if got := (&File{Path: "index.md"}).Type(); got != "text/markdown; charset=utf-8" {
		t.Errorf("index.md: got %q", got)
	}
	for _, e := range Types() {
		typ := TypeOf("x" + e)
		if text := strings.HasPrefix(typ, "text/"); text != strings.Contains(typ, "charset=utf-8") && !strings.Contains(typ, "json") {
			t.Errorf("%s: %q: text has a charset, other types have none", e, typ)
		}
	}
}

func TestNewSetClashes(t *testing.T) {
	for _, c := range []struct {
		paths []string
		want  string // the clashes, as A+B
		kept  []string
	}{
		{[]string{"b", "a"}, "", []string{"a", "b"}},
		{[]string{"a", "a"}, "a+a", []string{"a"}},
		{[]string{"a", "a", "a"}, "a+a a+a", []string{"a"}},
		{[]string{"a.html", "A.html"}, "A.html+a.html", []string{"A.html"}},
		{[]string{"É.html", "é.html"}, "É.html+é.html", []string{"É.html"}},
		// A file cannot be a folder as well.
		{[]string{"a", "a/index.html"}, "a+a/index.html", []string{"a"}},
		{[]string{"a/b/c", "a"}, "a+a/b/c", []string{"a"}},
		{[]string{"robots.txt/index.html", "robots.txt"}, "robots.txt+robots.txt/index.html", []string{"robots.txt"}},
		{[]string{"A/b", "a"}, "A/b+a", []string{"A/b"}},
		// "a-b" sorts between "a" and "a/b".
		{[]string{"a/b", "a-b", "a"}, "a+a/b", []string{"a", "a-b"}},
		// Folders that only letter case tells apart are one on some systems.
		{[]string{"a/x", "A/y"}, "A/y+a/x", []string{"A/y"}},
		{[]string{"a/b/x", "a/B/y", "a/z"}, "a/B/y+a/b/x", []string{"a/B/y", "a/z"}},
		{[]string{"a/b/x", "a/b/y", "a/c"}, "", []string{"a/b/x", "a/b/y", "a/c"}},
		// The manifest is made last of all, and has its place.
		{[]string{"manifest.json", "x"}, "manifest.json+manifest.json", []string{"x"}},
		{[]string{"caf\u00e9.txt", "cafe\u0301.txt"}, "cafe\u0301.txt+caf\u00e9.txt", []string{"cafe\u0301.txt"}},
		{[]string{"Cafe\u0301/a", "caf\u00e9/b"}, "Cafe\u0301/a+caf\u00e9/b", []string{"Cafe\u0301/a"}},
		{[]string{"Manifest.json"}, "manifest.json+Manifest.json", []string{}},
		{[]string{"manifest.json/index.html"}, "manifest.json+manifest.json/index.html", []string{}},
		{[]string{"a/manifest.json"}, "", []string{"a/manifest.json"}},
	} {
		var list []File
		for _, p := range c.paths {
			list = append(list, File{Path: p})
		}
		s, clashes := NewSet(list)
		var got []string
		for _, x := range clashes {
			got = append(got, x.A.Path+"+"+x.B.Path)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%q: got clashes %q, want %q", c.paths, g, c.want)
		}
		kept := []string{}
		for _, f := range s.Files() {
			kept = append(kept, f.Path)
			if at, ok := s.File(f.Path); !ok || at.Path != f.Path {
				t.Errorf("%q: File(%q) gives %q, %v", c.paths, f.Path, at.Path, ok)
			}
		}
		if !slices.Equal(kept, c.kept) {
			t.Errorf("%q: got %q, want %q", c.paths, kept, c.kept)
		}
	}
}

// Of a clash the first in order is kept, whatever the order in which the files
// came.
func TestNewSetKeepsTheSame(t *testing.T) {
	for _, order := range [][]string{{"one", "two"}, {"two", "one"}} {
		var list []File
		for _, s := range order {
			list = append(list, File{Path: "a", Source: s})
		}
		s, clashes := NewSet(list)
		if f, _ := s.File("a"); f.Source != "one" || clashes[0].B.Source != "two" {
			t.Errorf("%q: got %q kept and %q reported", order, f.Source, clashes[0].B.Source)
		}
	}
}

// maker makes twins and counts how.
type maker struct{ both, one atomic.Int64 }

func (m *maker) Make(_ context.Context, f *File, b, twin *bytes.Buffer) error {
	if b != nil {
		b.WriteString("of " + f.Path)
	}
	if twin != nil {
		m.both.Add(1)
		twin.WriteString("of " + f.Twin)
	} else {
		m.one.Add(1)
	}
	return nil
}

func TestTwinsAreMadeTogether(t *testing.T) {
	var list []File
	for i := range 50 {
		p := fmt.Sprintf("%02d/index.", i)
		list = append(list, File{Path: p + "html", Twin: p + "md", First: i%3 == 0}, File{Path: p + "md"})
	}
	s, _ := NewSet(list)
	m := new(maker)
	s = s.With(m)
	err := s.Each(t.Context(), func(f *File, data []byte) error {
		if string(data) != "of "+f.Path {
			t.Errorf("%s: got %q", f.Path, data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if m.both.Load() != 50 || m.one.Load() != 0 {
		t.Errorf("got %d pairs and %d single files, want 50 and 0", m.both.Load(), m.one.Load())
	}
	for _, p := range []string{"07/index.html", "07/index.md"} {
		if got, err := s.Make(t.Context(), p); err != nil || string(got) != "of "+p {
			t.Errorf("%s: got %q, %v", p, got, err)
		}
	}
	if _, err := s.Make(t.Context(), "none"); err == nil {
		t.Error("a file that the set does not have: got no error")
	}
}

// A page whose copy has lost its place to another file leaves that alone.
func TestTwinThatClashes(t *testing.T) {
	for _, other := range []File{{Path: "a/index.md", Source: "a first"}, {Path: "a/index.md", Source: "z last"}, {Path: "a/INDEX.md"}} {
		other.Make = Bytes([]byte("of " + other.Path))
		s, clashes := NewSet([]File{
			{Path: "a/index.html", Twin: "a/index.md", Source: "m"}, {Path: "a/index.md", Source: "m"},
			other, {Path: "0", Make: Bytes([]byte("of 0"))},
		})
		if len(clashes) != 1 {
			t.Fatalf("got %d clashes, want 1", len(clashes))
		}
		s = s.With(new(maker))
		err := s.Each(t.Context(), func(f *File, data []byte) error {
			if string(data) != "of "+f.Path {
				t.Errorf("beside %s of %q: %s: got %q", other.Path, other.Source, f.Path, data)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFingerprint(t *testing.T) {
	a, b := Fingerprint("dir/site.css", []byte("a")), Fingerprint("dir/site.css", []byte("b"))
	if a == b || !strings.HasPrefix(a, "dir/site.") || !strings.HasSuffix(a, ".css") || len(a) != len("dir/site.1234567890.css") {
		t.Errorf("got %q and %q", a, b)
	}
}

// The id of a release follows from the names and the bytes of its files, and from
// nothing else.
func TestManifestID(t *testing.T) {
	id := func(entries ...Entry) string { return (&Manifest{Version: 1, Files: entries}).ID() }
	a, b := Entry{Path: "a.html", SHA256: "11"}, Entry{Path: "b.html", SHA256: "22"}
	first := id(a, b)
	for name, other := range map[string]string{
		"other bytes":       id(a, Entry{Path: "b.html", SHA256: "23"}),
		"another name":      id(a, Entry{Path: "c.html", SHA256: "22"}),
		"names exchanged":   id(Entry{Path: "a.html", SHA256: "22"}, Entry{Path: "b.html", SHA256: "11"}),
		"a file less":       id(a),
		"a file more":       id(a, b, Entry{Path: "c.html", SHA256: "22"}),
		"name and sum meet": id(Entry{Path: "a.html\n22 b.html", SHA256: "11"}, b),
	} {
		if other == first {
			t.Errorf("%s: the id is the same", name)
		}
	}
	if same := id(Entry{Path: "a.html", SHA256: "11", Rank: Page, Lang: "nl", Source: "content/nl/a.md"}, b); same != first {
		t.Error("what is neither a name nor bytes changes the id")
	}
}
