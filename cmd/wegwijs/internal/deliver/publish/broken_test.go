package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// nonsense are the ways in which a file of our own can be broken.
var nonsense = map[string]string{"empty": "", "half": `{"version":`, "of another kind": `"text"`, "binary": "\x00\xff"}

// TestBrokenStateIsNoState breaks each file of our own on a target in turn.
// Whoever looks is told, and the way on and the way back stay open.
func TestBrokenStateIsNoState(t *testing.T) {
	a, b := siteA.release().Manifest.Release, siteB.release().Manifest.Release
	for _, name := range []string{".wegwijs/history.json", "releases/" + a + ".json", "releases/" + b + ".json", ".wegwijs/target.json", ".wegwijs/spare/record.json"} {
		for how, text := range nonsense {
			t.Run(filepath.Base(name)+" "+how, func(t *testing.T) {
				root := testenv.RAM(t)
				target := dirTarget(root)
				mustPublish(t, target, me(), siteA.release(), lax)
				mustPublish(t, target, later(me(), hour), siteB.release(), lax)
				testenv.Write(t, filepath.Join(root, name), text)
				st := statusOf(t, target, me())
				read := name != ".wegwijs/target.json" && name != ".wegwijs/spare/record.json" // that it is there is all that counts
				if read != (len(st.Broken) == 1 && strings.Contains(st.Broken[0].String(), name)) {
					t.Errorf("status says %q", st.Broken)
				}
				if len(st.Releases) != 2 {
					t.Errorf("%d releases can be gone back to", len(st.Releases))
				}
				rollback(t, target, later(me(), 2*hour), a)
				isOne(t, served(t, root), siteA)
				mustPublish(t, target, later(me(), 3*hour), siteC.release(), lax)
				isOne(t, served(t, root), siteC)
				if st := statusOf(t, target, me()); len(st.Broken) > 0 && name == ".wegwijs/history.json" {
					t.Errorf("still broken: %q", st.Broken)
				}
			})
		}
	}
}

// TestReleaseThatIsLost has neither record nor manifest of a release make
// sense: that is said, and its tree does not stay for ever.
func TestReleaseThatIsLost(t *testing.T) {
	root := testenv.RAM(t)
	target := dirTarget(root)
	a := siteA.release().Manifest.Release
	mustPublish(t, target, me(), siteA.release(), lax)
	mustPublish(t, target, later(me(), hour), siteB.release(), lax)
	testenv.Write(t, filepath.Join(root, "releases", a+".json"), "")
	testenv.Write(t, filepath.Join(root, "releases", a, "manifest.json"), "")
	if st := statusOf(t, target, me()); len(st.Broken) != 1 || !strings.Contains(st.Broken[0].String(), "cannot be gone back to") || len(st.Releases) != 1 {
		t.Errorf("status says %q, %d releases", st.Broken, len(st.Releases))
	}
	mustPublish(t, target, later(me(), 2*hour), siteC.release(), lax)
	if _, err := os.Stat(filepath.Join(root, "releases", a)); err == nil {
		t.Error("its tree is still there")
	}
}

// TestS3BrokenState is the same for an object store.
func TestS3BrokenState(t *testing.T) {
	s := startStore(t)
	a := siteA.release().Manifest.Release
	for how, text := range nonsense {
		t.Run(how, func(t *testing.T) {
			target := s.target()
			mustPublish(t, target, s.me(), siteA.release(), lax)
			mustPublish(t, target, later(s.me(), hour), siteB.release(), lax)
			s.put(t, target, ".wegwijs/state.json", text)
			st := statusOf(t, target, s.me())
			if len(st.Broken) != 1 || !strings.Contains(st.Broken[0].String(), "state.json") || len(st.Releases) != 2 || st.Current != siteB.release().Manifest.Release {
				t.Errorf("status: %q, %d releases, current %s", st.Broken, len(st.Releases), st.Current)
			}
			rollback(t, target, later(s.me(), 2*hour), a)
			isSound(t, s.served(t, target), siteA, siteB)
			if got := s.served(t, target)["index.html"]; got != siteA["index.html"] {
				t.Errorf("readers get %q", got)
			}
			mustPublish(t, target, later(s.me(), 3*hour), siteC.release(), lax)
			isSound(t, s.served(t, target), siteA, siteB, siteC)
			if got := s.served(t, target)["index.html"]; got != siteC["index.html"] {
				t.Errorf("readers get %q", got)
			}
			if st := statusOf(t, target, s.me()); len(st.Broken) > 0 {
				t.Errorf("still broken: %q", st.Broken)
			}
		})
	}
}

// put writes an object by hand.
func (s *store) put(t testing.TB, target Target, key, text string) {
	t.Helper()
	_, err := s.client(t).PutObject(t.Context(), target.Bucket, target.Prefix+key, strings.NewReader(text), int64(len(text)), minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
}
