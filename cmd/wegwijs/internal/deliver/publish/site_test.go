package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// start is the time of the first publish of a test.
var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

var hashed = regexp.MustCompile(`\.[0-9a-f]{10}\.`)

// files are a site's paths and their bytes.
type files map[string]string

// with returns the files with some replaced or, where the text is "-", gone.
func (f files) with(change files) files {
	f = maps.Clone(f)
	for p, text := range change {
		if text == "-" {
			delete(f, p)
		} else {
			f[p] = text
		}
	}
	return f
}

// release makes a release of the files. What a file is comes from its path.
func (f files) release() Release {
	m := &fileset.Manifest{Version: 1}
	fsys := fstest.MapFS{}
	for _, p := range slices.Sorted(maps.Keys(f)) {
		text := f[p]
		sum := sha256.Sum256([]byte(text))
		e := fileset.Entry{Path: p, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(text)), Type: fileset.TypeOf(p), Immutable: hashed.MatchString(p)}
		for _, c := range fileset.Codings() {
			if plain, ok := strings.CutSuffix(p, c.Ext()); ok && f[plain] != "" {
				e.Coding, e.Type = c, fileset.TypeOf(plain)
			}
		}
		switch {
		case path.Base(p) == "404.html":
			e.Rank, e.Kind = fileset.Page, fileset.NotFound
		case strings.HasPrefix(p, "oud/"):
			e.Rank, e.Kind = fileset.Page, fileset.Redirect
		case strings.HasSuffix(p, ".html"):
			e.Rank, e.Kind, e.Lang = fileset.Page, fileset.Real, "nl"
			if strings.HasPrefix(p, "en/") {
				e.Lang = "en"
			}
		case path.Base(p) == "sitemap.xml":
			e.Rank = fileset.Index
		}
		m.Files = append(m.Files, e)
		fsys[p] = &fstest.MapFile{Data: []byte(text)}
	}
	m.Release = m.ID()
	return Release{Manifest: m, Files: fsys}
}

// Three states of one site. Each changes what the one before has in every way
// that matters: pages new, changed and gone, a hashed asset replaced, a plain
// asset changed in place, a file that becomes a folder and the reverse, the
// same bytes under another name.
var (
	siteA = files{
		"index.html":                  "nl A <link href=/assets/site.aaaaaaaaaa.css>",
		"en/index.html":               "en A <link href=/assets/site.aaaaaaaaaa.css>",
		"e-mail/imap/index.html":      "imap <link href=/assets/site.aaaaaaaaaa.css>",
		"e-mail/pop/index.html":       "pop <link href=/assets/site.aaaaaaaaaa.css>",
		"e-mail/oud.html":             "gaat weg <link href=/assets/site.aaaaaaaaaa.css>",
		"404.html":                    "niet gevonden",
		"assets/site.aaaaaaaaaa.css":  "body{color:red}",
		"assets/logo.png":             "logo A",
		"assets/blijft.cccccccccc.js": "export{}",
		"x":                           "a file that becomes a folder",
		"y/z":                         "a folder that becomes a file",
		"zelfde.txt":                  "dezelfde bytes",
		"leeg.txt":                    "",
		"sitemap.xml":                 "<a/>",
	}
	siteB = siteA.with(files{
		"index.html":                 "nl B <link href=/assets/site.bbbbbbbbbb.css>",
		"en/index.html":              "en B <link href=/assets/site.bbbbbbbbbb.css>",
		"e-mail/oud.html":            "-",
		"e-mail/nieuw/index.html":    "nieuw <link href=/assets/site.bbbbbbbbbb.css>",
		"oud/e-mail/oud.html":        "-> /e-mail/nieuw/",
		"assets/site.aaaaaaaaaa.css": "-",
		"assets/site.bbbbbbbbbb.css": "body{color:blue}",
		"e-mail/imap/index.html":     "imap <link href=/assets/site.bbbbbbbbbb.css>",
		"e-mail/pop/index.html":      "pop <link href=/assets/site.bbbbbbbbbb.css>",
		"assets/logo.png":            "logo B",
		"x":                          "-",
		"x/a":                        "in a folder",
		"y/z":                        "-",
		"y":                          "a file",
		"zelfde.txt":                 "-",
		"anders.txt":                 "dezelfde bytes",
		"sitemap.xml":                "<b/>",
	})
	siteC = siteB.with(files{
		"index.html":                 "nl C <link href=/assets/site.dddddddddd.css>",
		"assets/site.bbbbbbbbbb.css": "-",
		"assets/site.dddddddddd.css": "body{color:green}",
		"en/index.html":              "en C <link href=/assets/site.dddddddddd.css>",
		"e-mail/imap/index.html":     "imap <link href=/assets/site.dddddddddd.css>",
		"e-mail/pop/index.html":      "pop <link href=/assets/site.dddddddddd.css>",
		"e-mail/nieuw/index.html":    "nieuw <link href=/assets/site.dddddddddd.css>",
		"x/a":                        "-",
		"x":                          "a file that becomes a folder",
		"y":                          "-",
		"y/z":                        "a folder that becomes a file",
		"sitemap.xml":                "<c/>",
	})
)

// lax lets a test publish what the gates would stop.
var lax = Options{Allow: []release.Gate{release.Vanished, release.Shrink}}

// me is a test's own surroundings: a process whose earlier runs are dead.
func me() Surroundings {
	return Surroundings{
		User: "jan", Host: "laptop", PID: 1, Tool: "wegwijs test",
		Alive: func(int) bool { return false },
		Now:   func() time.Time { return start },
		beat:  20 * time.Millisecond,
	}
}

func later(s Surroundings, d time.Duration) Surroundings {
	now := s.now().Add(d)
	s.Now = func() time.Time { return now }
	return s
}

func dirTarget(root string) Target {
	return Target{Name: "live", Type: "dir", Path: filepath.ToSlash(root), Keep: 3, Grace: 30 * 24 * time.Hour, Shrink: 20, Sample: 5, Parallel: 4}
}

// mustPublish publishes and fails the test unless the release is then live.
func mustPublish(t testing.TB, target Target, around Surroundings, r Release, opt Options) *Report {
	t.Helper()
	rep, err := tryPublish(t.Context(), target, around, r, opt)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	if !rep.Live {
		t.Fatalf("publish: not live; refused: %v", rep.Plan.Refused)
	}
	return rep
}

func tryPublish(ctx context.Context, target Target, around Surroundings, r Release, opt Options) (*Report, error) {
	p, err := Open(ctx, target, around, true)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return p.Publish(ctx, r, opt)
}

func rollback(t testing.TB, target Target, around Surroundings, id string) *Report {
	t.Helper()
	p, err := Open(t.Context(), target, around, true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	rep, err := p.Rollback(t.Context(), id, Options{})
	if err != nil || !rep.Live {
		t.Fatalf("rollback: %v, live %v", err, rep.Live)
	}
	return rep
}

func statusOf(t testing.TB, target Target, around Surroundings) *Status {
	t.Helper()
	p, err := Open(t.Context(), target, around, false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, err := p.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// readTree returns the files below dir and their bytes.
func readTree(t testing.TB, dir string) files {
	t.Helper()
	f := files{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		f[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// served returns what a web server with current as its root would serve; nil
// when there is nothing.
func served(t testing.TB, root string) files {
	t.Helper()
	dir, err := filepath.EvalSymlinks(filepath.Join(root, "current"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return readTree(t, dir)
}

// differs says in what way the files that readers get are not the release: a
// file is missing or other, or there is one that is neither the release's nor
// an old hashed asset. "" when they are the release.
func differs(got files, want files) string {
	m := want.release().Manifest
	var enc strings.Builder
	m.Encode(&enc)
	want = want.with(files{fileset.ManifestPath: enc.String()})
	for p, text := range want {
		if g, ok := got[p]; !ok {
			return p + " is missing"
		} else if g != text {
			return p + " has other bytes"
		}
	}
	for p := range got {
		if _, ok := want[p]; !ok && !hashed.MatchString(p) {
			return p + " does not belong to it"
		}
	}
	return ""
}

// isOne fails the test unless what readers get is exactly one of the sites; a
// nil site stands for nothing at all.
func isOne(t testing.TB, got files, sites ...files) int {
	t.Helper()
	var why []string
	for i, s := range sites {
		if s == nil {
			if got == nil {
				return i
			}
			continue
		}
		d := differs(got, s)
		if d == "" {
			return i
		}
		why = append(why, d)
	}
	t.Fatalf("readers get no whole release: %s", strings.Join(why, "; or "))
	return -1
}

// progressBytes counts the bytes that are sent.
func progressBytes(n *int64) func(release.Progress) {
	return func(p release.Progress) {
		if p.Phase == "upload" {
			*n = p.Bytes
		}
	}
}
