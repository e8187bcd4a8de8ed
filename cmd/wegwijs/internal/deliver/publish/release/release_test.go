package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// manifest makes one from lines such as "page nl a/index.html bytes"; the
// second word is the language, or "-".
func manifest(lines ...string) *fileset.Manifest {
	m := &fileset.Manifest{Version: 1}
	for _, l := range lines {
		f := strings.Fields(l)
		sum := sha256.Sum256([]byte(f[3]))
		e := fileset.Entry{Path: f[2], SHA256: hex.EncodeToString(sum[:]), Size: int64(len(f[3])), Type: fileset.TypeOf(f[2]), Lang: strings.Trim(f[1], "-")}
		switch f[0] {
		case "asset":
		case "hashed":
			e.Immutable = true
		case "gzip":
			e.Coding, e.Rank = fileset.Gzip, fileset.Page
		default:
			e.Kind, e.Rank = fileset.Kind(f[0]), fileset.Page
		}
		m.Files = append(m.Files, e)
	}
	slices.SortFunc(m.Files, func(a, b fileset.Entry) int { return strings.Compare(a.Path, b.Path) })
	m.Release = m.ID()
	return m
}

func TestCompare(t *testing.T) {
	old := manifest("page nl a.html 1", "page nl b.html 2", "page nl c.html 3", "hashed - x.1.css css")
	now := manifest("page nl a.html 1", "page nl b.html 22", "page nl d.html 444", "asset - x.2.css css")
	p := Compare(old, now)
	p.Target = "live"
	want := []Change{{Path: "d.html", Size: 3}, {Path: "x.2.css", Size: 3}}
	if !slices.Equal(p.New, want) || !slices.Equal(p.Changed, []Change{{Path: "b.html", Size: 2}}) || p.Same != 1 || p.Bytes != 8 {
		t.Errorf("got %+v", p)
	}
	if !slices.Equal(p.Removed, []Change{{Path: "c.html", Size: 1}, {Path: "x.1.css", Size: 3, Kept: true}}) || p.Deletes() != 1 {
		t.Errorf("removed %+v, %d for good", p.Removed, p.Deletes())
	}
	// What goes with a file that readers ask for is not counted again.
	if p := Compare(manifest("page nl a.html 1", "page nl c.html 3", "gzip - c.html.gz 3"), now); p.Deletes() != 1 || len(p.Removed) != 2 {
		t.Errorf("with a compressed one: removed %+v, %d for good", p.Removed, p.Deletes())
	}
	// A type, or what caches may do, is part of a file.
	other := manifest("page nl a.html 1")
	other.Files[0].Type = "text/plain"
	if c := Compare(manifest("page nl a.html 1"), other); len(c.Changed) != 1 {
		t.Error("another content type is no change")
	}
	other = manifest("page nl a.html 1")
	other.Files[0].Coding = fileset.Gzip
	if c := Compare(manifest("page nl a.html 1"), other); len(c.Changed) != 1 {
		t.Error("another content coding is no change")
	}
	if c := Compare(nil, now); len(c.New) != 4 || c.From != "" || c.Empty() {
		t.Errorf("from nothing: %+v", c)
	}
	if c := Compare(now, now); !c.Empty() {
		t.Errorf("to itself: %+v", c)
	}

	p.Refused = []Refusal{{Gate: Vanished, Msg: "1 address would be gone", Items: []diag.Said{"/c.html"}, Hint: "add it to aliases"}, {Gate: Shrink, Msg: "a language", Allowed: true}}
	p.Lock = &Lock{Token: "t", By: "jan@laptop", PID: 7, Action: "publish", Release: "x", Since: at, Quiet: 42 * time.Second}
	var b bytes.Buffer
	if err := p.Text(&b, diag.English); err != nil {
		t.Fatal(err)
	}
	wantText := `live: from ` + old.Release + ` to ` + now.Release + `
  + d.html  3 B
  + x.2.css  3 B
  ~ b.html  2 B
  - c.html  1 B
  - x.1.css  3 B (stays reachable for open tabs)
2 new, 1 changed, 1 same, 2 removed; 8 B to bring
busy: jan@laptop (process 7), publish x, since 2026-11-23T09:00:00Z, silent for 42s
refused: 1 address would be gone [vanished]
    /c.html
    hint: add it to aliases
    to publish all the same: --allow vanished
let pass: a language [shrink]
`
	if b.String() != wantText {
		t.Errorf("got\n%s\nwant\n%s", b.String(), wantText)
	}
	b.Reset()
	if err := Compare(nil, manifest("page nl a.html 1")).JSON(&b); err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"new", "changed", "removed", "refused"} {
		if _, ok := back[key].([]any); !ok {
			t.Errorf("%s is %T: programs want a list even when it is empty", key, back[key])
		}
	}
}

// TestPlanCountsCompressedFiles: they go with their files, and a line each would
// hide those.
func TestPlanCountsCompressedFiles(t *testing.T) {
	var b bytes.Buffer
	Compare(manifest("page nl a.html 1", "gzip nl a.html.gz z"), manifest("page nl a.html 22", "gzip nl a.html.gz zz", "page nl b.html 3", "gzip nl b.html.gz z")).Text(&b, diag.English)
	want := "  + b.html  1 B\n  + 1 compressed file\n  ~ a.html  2 B\n  ~ 1 compressed file\n2 new, 2 changed, 0 same, 0 removed; 6 B to bring\n"
	if _, got, _ := strings.Cut(b.String(), "\n"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestLongPlanIsCut(t *testing.T) {
	var lines []string
	for i := range 25 {
		lines = append(lines, "page nl p"+string(rune('a'+i))+".html x")
	}
	var b bytes.Buffer
	Compare(nil, manifest(lines...)).Text(&b, diag.English)
	if n := strings.Count(b.String(), "\n  + "); n != 21 || !strings.Contains(b.String(), "+ … and 5 more\n") {
		t.Errorf("%d lines:\n%s", n, b.String())
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 1049: "1.0 kB", 9949: "9.9 kB", 9950: "10 kB", 999_499: "999 kB", 999_500: "1.0 MB", 12_000_000: "12 MB", 3_400_000_000: "3.4 GB", 5_000_000_000_000: "5.0 TB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

func TestGates(t *testing.T) {
	old := manifest("page nl a.html 1", "page nl b.html 1", "page nl c.html 1", "page nl d.html 1", "page nl e.html 1", "page en en/a.html 1", "fallback en en/b.html 1", "redirect - oud.html 1", "not-found nl 404.html 1",
		"asset - .well-known/autoconfig/mail/config-v1.1.xml 1", "asset - mail/config-v1.1.xml 1", "asset - autodiscover/autodiscover.xml 1", "asset - mail/nl.mobileconfig 1", "asset - gids.pdf 1", "asset - foto.png 1", "hashed - s.0123456789.css 1")
	all := func(drop ...string) *fileset.Manifest {
		m := &fileset.Manifest{Version: 1}
		for _, e := range old.Files {
			if !slices.Contains(drop, e.Path) {
				m.Files = append(m.Files, e)
			}
		}
		m.Release = m.ID()
		return m
	}
	for _, c := range []struct {
		name   string
		checks Checks
		want   string // gates with their items
	}{
		{"nothing changes", Checks{Old: old, New: all()}, ""},
		{"the first", Checks{New: all()}, ""},
		{"warnings only", Checks{New: all(), Findings: []diag.Diagnostic{{Severity: diag.Warning, Msg: "w"}}}, ""},
		{"errors", Checks{New: all(), Findings: []diag.Diagnostic{{Pos: diag.Pos{File: "a.md", Line: 2, Col: 3}, Msg: "bad", Code: "x"}}}, "findings: a.md:2:3: bad [x]"},
		{"an image, a style sheet and the error page go", Checks{Old: old, New: all("foto.png", "s.0123456789.css", "404.html")}, ""},
		{"one of five pages, a fifth allowed", Checks{Old: old, New: all("a.html"), Shrink: 20}, "vanished: /a.html"},
		{"one of five pages, less allowed", Checks{Old: old, New: all("a.html"), Shrink: 19}, "shrink: nl: 4, was 5; vanished: /a.html"},
		{"none allowed", Checks{Old: old, New: all("a.html"), Shrink: 0}, "shrink: nl: 4, was 5; vanished: /a.html"},
		{"a language goes, all allowed", Checks{Old: old, New: all("en/a.html"), Shrink: 100}, "shrink: en: 0, was 1; vanished: /en/a.html"},
		{"a redirect goes", Checks{Old: old, New: all("oud.html")}, "vanished: /oud.html"},
		{"a fallback goes", Checks{Old: old, New: all("en/b.html")}, "vanished: /en/b.html"},
		{"what programs ask for", Checks{Old: old, New: all(".well-known/autoconfig/mail/config-v1.1.xml", "mail/config-v1.1.xml", "autodiscover/autodiscover.xml", "mail/nl.mobileconfig", "gids.pdf")},
			"vanished: /.well-known/autoconfig/mail/config-v1.1.xml, /autodiscover/autodiscover.xml, /gids.pdf, /mail/config-v1.1.xml, /mail/nl.mobileconfig"},
		{"a page becomes a redirect", Checks{Old: old, New: manifest(append(linesOf(all("a.html")), "redirect - a.html x")...), Shrink: 20}, ""},
		{"a page becomes an error page", Checks{Old: old, New: manifest(append(linesOf(all("a.html")), "not-found nl a.html x")...), Shrink: 20}, "vanished: /a.html"},
		{"no pages at all: said once", Checks{Old: old, New: manifest("asset - foto.png 1")}, "empty"},
		{"only fallbacks", Checks{New: manifest("fallback nl a.html 1")}, "empty"},
		{"compressed files go", Checks{Old: manifest("page nl a.html 1", "gzip nl a.html.gz z", "gzip - .well-known/security.txt.gz z"), New: manifest("page nl a.html 1")}, ""},
		{"what was there is not known", Checks{New: all(), Damaged: "the list is gone"}, "vanished: the list is gone"},
		{"foreign", Checks{New: all(), Foreign: []string{"index.php"}}, "foreign: index.php"},
	} {
		c.checks.Allow = []Gate{Foreign}
		var got []string
		for _, r := range Check(c.checks) {
			s := string(r.Gate)
			if len(r.Items) > 0 {
				var items []string
				for _, it := range r.Items {
					items = append(items, it.String())
				}
				s += ": " + strings.Join(items, ", ")
			}
			got = append(got, s)
			if r.Allowed != (r.Gate == Foreign) {
				t.Errorf("%s: %s is allowed: %v", c.name, r.Gate, r.Allowed)
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: got %q, want %q", c.name, s, c.want)
		}
	}
	rs := []Refusal{{Gate: Empty}, {Gate: Shrink, Msg: "m", Items: make([]diag.Said, 100), Allowed: true}}
	if Refused(rs) != 1 {
		t.Error("one gate of two is allowed")
	}
	o := Overrides(rs, "why")
	if len(o) != 1 || o[0].Gate != Shrink || o[0].Reason != "why" || len(o[0].Items) != planLines {
		t.Errorf("overrides %+v", o)
	}
}

func linesOf(m *fileset.Manifest) []string {
	var ls []string
	for _, e := range m.Files {
		kind := string(e.Kind)
		if kind == "" {
			kind = "asset"
			if e.Immutable {
				kind = "hashed"
			}
		}
		lang := e.Lang
		if lang == "" {
			lang = "-"
		}
		ls = append(ls, strings.Join([]string{kind, lang, e.Path, "1"}, " "))
	}
	return ls
}

func TestKeep(t *testing.T) {
	const day = 24 * time.Hour
	old := manifest("hashed - a.1.css x", "hashed - b.1.css x", "hashed - d/e.1.css x", "hashed - f x", "asset - plain.png x", "page nl i.html x")
	now := manifest("hashed - a.1.css x", "asset - d y", "asset - f/g y")
	kept := Keep(old, []Kept{{Path: "late.css", Until: at.Add(day)}, {Path: "over.css", Until: at}, {Path: "b.1.css", Until: at.Add(100 * day)}, {Path: fileset.ManifestPath, Until: at.Add(day)}}, now, at, 30*day)
	var got []string
	for _, k := range kept {
		got = append(got, k.Path+" "+k.Until.Sub(at).String())
	}
	want := []string{"b.1.css 720h0m0s", "late.css 24h0m0s"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if k := Keep(nil, nil, now, at, day); len(k) != 0 {
		t.Errorf("from nothing: %v", k)
	}
	if k := Keep(old, nil, now, at, 0); len(k) != 0 {
		t.Errorf("without grace: %v", k)
	}
}

func TestOrderAndBefore(t *testing.T) {
	rec := func(id, previous string, hours int) Record {
		return Record{Release: id, Previous: previous, At: at.Add(time.Duration(hours) * time.Hour)}
	}
	rs := []Record{rec("a", "", 0), rec("b", "a", 1), rec("c", "b", 2)}
	Order(rs, []Event{{To: "a"}, {To: "b"}, {To: "c"}, {To: "a"}}, "a")
	if rs[0].Release != "a" || rs[1].Release != "c" || rs[2].Release != "b" {
		t.Errorf("after a rollback to a: %v", rs)
	}
	for _, c := range []struct {
		current string
		rs      []Record
		want    string
	}{
		{"c", []Record{rec("a", "", 0), rec("b", "a", 1), rec("c", "b", 2)}, "b"},
		{"b", []Record{rec("a", "", 0), rec("b", "a", 1), rec("c", "b", 2)}, "a"},
		{"c", []Record{rec("a", "", 0), rec("c", "b", 2)}, "a"}, // b fell out
		{"a", []Record{rec("a", "", 0), rec("c", "b", 2)}, ""},  // never forward by accident
		{"", nil, ""},
	} {
		s := &State{Current: c.current, Releases: c.rs}
		got, ok := s.Before()
		if got.Release != c.want || ok != (c.want != "") {
			t.Errorf("before %s of %v: got %q, want %q", c.current, c.rs, got.Release, c.want)
		}
	}
}

func TestRemember(t *testing.T) {
	j := &Job{Action: "publish", By: "jan@laptop", Now: at, Record: Record{Release: "b", Overrides: []Override{{Gate: Shrink}}}, Old: &State{Current: "a", History: []Event{{To: "a"}}}}
	h, changed := Remember(j)
	if !changed || len(h) != 2 || h[1].To != "b" || h[1].From != "a" || h[1].By != "jan@laptop" || !slices.Equal(h[1].Gates, []Gate{Shrink}) {
		t.Errorf("got %+v", h)
	}
	j.Old.History = []Event{{To: "x"}} // the switch to a was not written down
	j.Old.Releases = []Record{{Release: "a", By: "piet@pc", At: at.Add(-time.Hour)}}
	h, _ = Remember(j)
	if len(h) != 3 || h[1].Action != "found" || h[1].By != "piet@pc" || h[1].From != "x" || h[1].To != "a" {
		t.Errorf("a lost line: %+v", h)
	}
	j.Record.Release = "a"
	j.Old.History = []Event{{To: "a"}}
	if h, changed := Remember(j); changed || len(h) != 1 {
		t.Errorf("nothing happened: %+v", h)
	}
	j.Record.Release = "b"
	j.Old.History = slices.Repeat([]Event{{To: "a"}}, HistoryLength)
	if h, changed := Remember(j); !changed || len(h) != HistoryLength || h[len(h)-1].To != "b" {
		t.Errorf("a long history: %d events", len(h))
	}
}

func TestLockGone(t *testing.T) {
	here := Owner{Host: "laptop", Space: "a", Alive: func(pid int) bool { return pid == 1 }}
	for _, c := range []struct {
		name string
		l    Lock
		want bool
	}{
		{"runs here", Lock{Token: "x", Host: "laptop", Space: "a", PID: 1}, false},
		{"ran here", Lock{Token: "x", Host: "laptop", Space: "a", PID: 2}, true},
		{"runs in another container of that name", Lock{Token: "x", Host: "laptop", Space: "b", PID: 2}, false},
		{"elsewhere", Lock{Token: "x", Host: "runner", PID: 2}, false},
		{"elsewhere, silent for a while", Lock{Token: "x", Host: "runner", PID: 2, Quiet: Lapse}, false},
		{"elsewhere, silent for too long", Lock{Token: "x", Host: "runner", PID: 2, Quiet: Lapse + 1}, true},
		{"runs here, silent for too long", Lock{Token: "x", Host: "laptop", PID: 1, Quiet: Lapse + 1}, true},
		{"being written", Lock{Quiet: 29 * time.Second}, false},
		{"never written", Lock{Quiet: 31 * time.Second}, true},
		{"no host", Lock{Token: "x", PID: 2}, false},
	} {
		if got := c.l.Gone(here); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	l := Lock{Token: "x", Host: "laptop", PID: 2}
	if l.Gone(Owner{Host: "laptop"}) {
		t.Error("dead, though nobody could tell")
	}
}

func TestBody(t *testing.T) {
	text := strings.Repeat("regel\n", 1000)
	sum := sha256.Sum256([]byte(text))
	e := fileset.Entry{Path: "a", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(text))}
	open := func(text string, e fileset.Entry, m *Meter) (*Body, error) {
		return OpenBody(fstest.MapFS{"a": {Data: []byte(text)}}, e, m)
	}
	var last Progress
	b, err := open(text, e, NewMeter(func(p Progress) { last = p }))
	if err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(onlyReader{b}, []byte(text)); err != nil {
		t.Error(err)
	}
	// A second try starts over, in the count too.
	if _, err := b.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(b); err != nil || string(got) != text {
		t.Errorf("second reading: %d bytes, %v", len(got), err)
	}
	if last.Bytes != int64(len(text)) {
		t.Errorf("counted %d bytes, want %d", last.Bytes, len(text))
	}
	if _, err := b.Seek(5, io.SeekStart); err == nil {
		t.Error("went to another place")
	}
	b.Close()

	// Bytes that are not those promised never come out whole.
	wrong := text[:len(text)-1] + "x"
	b, err = open(wrong, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(b)
	if err == nil || len(got) >= len(text) || !strings.Contains(err.Error(), "build again") {
		t.Errorf("wrong bytes: got %d bytes, %v", len(got), err)
	}
	for _, size := range []string{text + "x", text[1:]} {
		if _, err := open(size, e, nil); err == nil {
			t.Errorf("opened a file of %d bytes, want %d", len(size), len(text))
		}
	}
	// One that grows while it is read.
	b, err = OpenBody(growing{fstest.MapFS{"a": {Data: []byte(text)}}}, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(b); err == nil {
		t.Errorf("a file that grew: got %d bytes", len(got))
	}
	empty := sha256.Sum256(nil)
	b, err = open("", fileset.Entry{Path: "a", SHA256: hex.EncodeToString(empty[:])}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(b); err != nil || len(got) != 0 {
		t.Errorf("empty file: %q %v", got, err)
	}
	b, _ = open("", fileset.Entry{Path: "a", SHA256: e.SHA256}, nil)
	if _, err := io.ReadAll(b); err == nil {
		t.Error("an empty file passed for another")
	}
}

type onlyReader struct{ io.Reader }

// growing holds files that have a byte more than they said.
type growing struct{ fs.FS }

func (g growing) Open(name string) (fs.File, error) {
	f, err := g.FS.Open(name)
	return grown{f, io.MultiReader(f, strings.NewReader("x"))}, err
}

type grown struct {
	fs.File
	r io.Reader
}

func (g grown) Read(p []byte) (int, error) { return g.r.Read(p) }

func TestErrors(t *testing.T) {
	cause := errors.New("disk full")
	err := error(&LiveError{cause})
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "is live") {
		t.Errorf("got %v", err)
	}
	if s := (&HeldError{Lock{}}).Error(); !strings.Contains(s, "not yet written a name") {
		t.Errorf("got %q", s)
	}
}

// TestRefusalInDutch: what a gate found is said in the reader's language, and in
// English to programs.
func TestRefusalInDutch(t *testing.T) {
	var out diag.List
	out.Errorf(diag.Pos{File: "a.md", Line: 2, Col: 3}, diag.TOMLMissing, "", "%s is missing", "title")
	r := Check(Checks{New: manifest("page nl a.html 1"), Findings: out.Sorted()})
	if got := r[0].Text(diag.Dutch); !strings.Contains(got, "    a.md:2:3: title ontbreekt [toml-missing]\n") || !strings.Contains(got, "de site heeft 1 fout") {
		t.Errorf("got\n%s", got)
	}
	if data, err := json.Marshal(r); err != nil || !strings.Contains(string(data), `"a.md:2:3: title is missing [toml-missing]"`) {
		t.Errorf("got %s, %v", data, err)
	}
}
