package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"wegwijs/cmd/wegwijs/internal/lab"
)

// spoil does by hand, in the folder that readers get, what should not be done:
// it takes away a page, a folder and an asset, cuts a file short, and puts a
// folder and a link in the place of files. It gives how many files that harms.
func spoil(t *testing.T, dir string) int {
	t.Helper()
	at := func(p string) string { return filepath.Join(dir, filepath.FromSlash(p)) }
	for _, err := range []error{
		os.Remove(at("index.html")),
		os.RemoveAll(at("e-mail")),
		os.Remove(at("assets/site.bbbbbbbbbb.css")),
		os.Truncate(at("assets/logo.png"), 3),
		os.Remove(at("404.html")),
		os.Mkdir(at("404.html"), 0o755),
		os.WriteFile(at("404.html/x"), nil, 0o644),
		os.Remove(at("anders.txt")),
		os.Symlink("/etc/hostname", at("anders.txt")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return 6 + 2 // three pages are below e-mail
}

// TestPublishAgainMends publishes once more what readers have, after someone
// was at work in it by hand: it brings what is missing, and only that.
func TestPublishAgainMends(t *testing.T) {
	_, on := startSSHD(t)
	for name, make := range map[string]func(dir string) Target{"dir": dirTarget, "ssh": on} {
		t.Run(name, func(t *testing.T) {
			root := lab.RAM(t)
			target := make(root)
			mustPublish(t, target, me(), siteA.release(), lax)
			mustPublish(t, target, later(me(), hour), siteB.release(), lax)
			n := spoil(t, filepath.Join(root, "current"))
			rep := mustPublish(t, target, later(me(), 2*hour), siteB.release(), lax)
			isOne(t, served(t, root), siteB)
			if rep.Mended != n || !rep.Plan.Empty() {
				t.Errorf("%d files were mended, want %d; plan %+v", rep.Mended, n, rep.Plan)
			}
			if _, err := os.Lstat(filepath.Join(root, "current", "404.html", "x")); err == nil {
				t.Error("what stood in the way is still there")
			}
			if rep := mustPublish(t, target, later(me(), 3*hour), siteB.release(), lax); rep.Mended != 0 {
				t.Errorf("%d files were mended where nothing was wrong", rep.Mended)
			}
			// What else is there is left alone.
			rollback(t, target, later(me(), 4*hour), "")
			isOne(t, served(t, root), siteA.with(files{"assets/logo.png": "log"}), siteA)
		})
	}
}

// TestMendingInterrupted cuts the mending at every operation in turn: no file
// is ever half, and the next publish mends the rest.
func TestMendingInterrupted(t *testing.T) {
	for n := 1; ; n++ {
		root := lab.RAM(t)
		target := dirTarget(root)
		target.Parallel = 1
		mustPublish(t, target, quietly(), siteB.release(), lax)
		spoil(t, filepath.Join(root, "current"))
		f := &fault{at: n, after: n%2 == 0}
		around := later(quietly(), hour)
		around.wrap = f.wrap
		_, err := tryPublish(t.Context(), target, around, siteB.release(), lax)
		for p, text := range served(t, root) {
			if whole := siteB[p]; text != whole && p != "assets/logo.png" && p != "404.html/x" && p != "anders.txt" && p != "manifest.json" {
				t.Errorf("at %d: %s has %q", n, p, text)
			}
		}
		mustPublish(t, target, later(quietly(), 2*hour), siteB.release(), lax)
		isOne(t, served(t, root), siteB)
		os.RemoveAll(root)
		if !f.hit {
			if err != nil || n < 30 {
				t.Errorf("%d operations, %v", n, err)
			}
			return
		}
	}
}

// TestS3PublishAgainMends is as [TestPublishAgainMends]; a store has no folders
// and no links.
func TestS3PublishAgainMends(t *testing.T) {
	s := startStore(t)
	target := s.target()
	mustPublish(t, target, s.me(), siteA.release(), lax)
	mustPublish(t, target, later(s.me(), hour), siteB.release(), lax)
	for _, p := range []string{"index.html", "assets/site.bbbbbbbbbb.css", "e-mail/nieuw/index.html"} {
		if err := s.client(t).RemoveObject(t.Context(), s.Bucket, target.Prefix+p, minio.RemoveObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.client(t).PutObject(t.Context(), s.Bucket, target.Prefix+"404.html", strings.NewReader("short"), 5, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	// The bytes of one are gone as well.
	m := siteB.release().Manifest
	for _, e := range m.Files {
		if e.Path == "index.html" {
			if err := s.client(t).RemoveObject(t.Context(), s.Bucket, target.Prefix+".wegwijs/blobs/"+e.SHA256, minio.RemoveObjectOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	rep := mustPublish(t, target, later(s.me(), 2*hour), siteB.release(), lax)
	isOne(t, s.served(t, target), siteB)
	if rep.Mended != 4 {
		t.Errorf("%d objects were mended, want 4", rep.Mended)
	}
	s.bodiesFit(t, target)
	if rep := mustPublish(t, target, later(s.me(), 3*hour), siteB.release(), lax); rep.Mended != 0 {
		t.Errorf("%d objects were mended where nothing was wrong", rep.Mended)
	}
}
