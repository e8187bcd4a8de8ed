package publish

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

var verifying = Options{Allow: []release.Gate{release.Vanished, release.Shrink}, Verify: true}

// sameSize changes a file by hand to one of the same size, in place: every
// release that shares it by a hard link has it changed.
func sameSize(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(strings.Repeat("?", len(text))), 0); err != nil {
		t.Fatal(err)
	}
}

// TestVerifyMendsTheSameSize: what was changed by hand to the same size is
// brought again, in what readers have, in what is published next, and in what
// can be gone back to.
func TestVerifyMendsTheSameSize(t *testing.T) {
	changed := []string{"index.html", "404.html", "assets/blijft.cccccccccc.js"}
	next := siteB.with(files{"zomaar.txt": "D"})
	for name, c := range map[string]struct {
		what   files
		mended int
	}{"the same release again": {siteB, 3}, "another release": {next, 3}} {
		t.Run(name, func(t *testing.T) {
			root := testenv.RAM(t)
			target := dirTarget(root)
			mustPublish(t, target, me(), siteA.release(), lax)
			mustPublish(t, target, later(me(), hour), siteB.release(), lax)
			for _, p := range changed {
				sameSize(t, filepath.Join(root, "current", p))
			}
			rep := mustPublish(t, target, later(me(), 2*hour), c.what.release(), verifying)
			isOne(t, served(t, root), c.what)
			if rep.Mended != c.mended {
				t.Errorf("%d files were mended, want %d", rep.Mended, c.mended)
			}
			if rep := mustPublish(t, target, later(me(), 3*hour), c.what.release(), verifying); rep.Mended != 0 {
				t.Errorf("%d files were mended where nothing was wrong", rep.Mended)
			}
			rollback(t, target, later(me(), 4*hour), siteA.release().Manifest.Release)
			isOne(t, served(t, root), siteA)
		})
	}
}

// TestVerifyTrustsNoSpare changes a file that the release has which fell out
// last, and which the next is made of.
func TestVerifyTrustsNoSpare(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	target.Keep = 1
	for i, site := range []files{siteA, siteB} {
		mustPublish(t, target, later(me(), hour*time.Duration(i)), site.release(), lax)
	}
	sameSize(t, filepath.Join(root, ".wegwijs", "spare", "tree", "404.html"))
	mustPublish(t, target, later(me(), 3*hour), siteC.release(), verifying)
	isOne(t, served(t, root), siteC)
}

// TestVerifyMendsAStore changes objects to others of the same size: a page, an
// asset, and bytes that the next release takes.
func TestVerifyMendsAStore(t *testing.T) {
	s := startStore(t)
	for name, what := range map[string]files{"again": siteB, "another": siteB.with(files{"zomaar.txt": "D"})} {
		t.Run(name, func(t *testing.T) {
			target := s.target()
			mustPublish(t, target, s.me(), siteB.release(), lax)
			for _, p := range []string{"index.html", "assets/logo.png"} {
				sameSize(t, filepath.Join(s.dir(target), p))
			}
			for _, e := range siteB.release().Manifest.Files {
				if e.Path == "404.html" || e.Path == "index.html" {
					sameSize(t, filepath.Join(s.dir(target), ".wegwijs", "blobs", e.SHA256))
				}
			}
			mustPublish(t, target, later(s.me(), hour), what.release(), verifying)
			isOne(t, s.served(t, target), what)
			s.bodiesFit(t, target)
		})
	}
}

// TestVerifyAsksForAll asks readers' side for every sort of file, for old
// addresses and for what the rules promise.
func TestVerifyAsksForAll(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	site := siteB.with(files{"robots.txt": "User-agent: *", "rules/nginx.conf": "location", "mail/apache.conf": "x", "_headers": "/*"})
	serve := func(before func(w http.ResponseWriter, r *http.Request) bool) *Check {
		target.URL = webServer(t, filepath.Join(root, "current"), before)
		p, err := Open(t.Context(), target, me(), true)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		p.settle = 0
		rep, err := p.Publish(t.Context(), site.release(), verifying)
		if err != nil {
			t.Fatal(err)
		}
		return rep.Check
	}
	hidden := func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if strings.HasPrefix(r.URL.Path, "/help/rules/") || r.URL.Path == "/help/mail/apache.conf" || r.URL.Path == "/help/_headers" {
			http.NotFound(w, r)
			return true
		}
		if r.URL.Path == "/help/oud/e-mail/oud.html" {
			http.Redirect(w, r, "/help/e-mail/nieuw/", http.StatusMovedPermanently)
			return true
		}
		return false
	}
	if c := serve(hidden); len(c.Stale) > 0 || len(c.Rules) > 0 || c.Checked != len(site)-4+1 {
		t.Errorf("%d files, got %+v", len(site), c)
	}
	c := serve(func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/help/robots.txt":
			w.Write([]byte("User-agent: -"))
		case "/help/oud/e-mail/oud.html":
			http.Redirect(w, r, "/help/weg/", http.StatusFound)
		case "/help/weg/":
			http.NotFound(w, r)
		default:
			if r.URL.Path != "/help/" && !strings.Contains(r.URL.Path, "nothing") {
				return hidden(w, r)
			}
			w.Write([]byte(site["index.html"]))
		}
		return true
	})
	var got []string
	for _, s := range c.Stale {
		got = append(got, strings.TrimPrefix(s.Address, target.URL)+" "+strings.ReplaceAll(s.Why.String(), target.URL, ""))
	}
	slices.Sort(got)
	if want := []string{"oud/e-mail/oud.html leads to weg/, which answers 404 Not Found", "robots.txt gives other bytes than were published"}; !slices.Equal(got, want) {
		t.Errorf("stale:\n%q\nwant\n%q", got, want)
	}
	if want := []string{"pages come without Content-Security-Policy", "pages come without X-Content-Type-Options", "an address that does not exist answers 200 OK"}; fmt.Sprint(c.Rules) != fmt.Sprint(want) {
		t.Errorf("rules:\n%q\nwant\n%q", c.Rules, want)
	}
	if c := func() *Report {
		target.URL = ""
		return mustPublish(t, target, later(me(), hour), site.release(), verifying)
	}(); c.Check != nil || !slices.ContainsFunc(c.Notes, func(n diag.Said) bool { return strings.Contains(n.String(), "url") }) {
		t.Errorf("without a url: %+v", c)
	}
}
