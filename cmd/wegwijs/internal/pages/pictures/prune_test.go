package pictures

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// there returns the files of a folder that are named.
func there(t *testing.T, dir string, names ...string) (list []string) {
	t.Helper()
	for _, n := range names {
		if _, err := os.Lstat(filepath.Join(dir, n)); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// TestPrune: what is used stays; what is not goes after a long time, or to make
// room, the longest unused first; what others put there is not touched.
func TestPrune(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	name := func(first string) string { return first + "/" + strings.Repeat("0", 62) + ".webp" }
	for about, tt := range map[string]struct {
		ages map[string]time.Duration
		max  int64
		gone []string
	}{
		"fresh":                {map[string]time.Duration{name("aa"): 0, name("bb"): 89 * day}, 1000, nil},
		"old":                  {map[string]time.Duration{name("aa"): 0, name("bb"): 91 * day}, 1000, []string{name("bb")}},
		"too much":             {map[string]time.Duration{name("aa"): day, name("bb"): 3 * day, name("cc"): 2 * day}, 25, []string{name("bb")}},
		"far too much":         {map[string]time.Duration{name("aa"): day, name("bb"): 3 * day, name("cc"): 2 * day}, 15, []string{name("bb"), name("cc")}},
		"from the future":      {map[string]time.Duration{name("aa"): -400 * day}, 1000, nil},
		"left behind":          {map[string]time.Duration{"aa/.new-123": 2 * day, "aa/.new-124": time.Minute}, 0, []string{"aa/.new-123"}},
		"of somebody else":     {map[string]time.Duration{"a.txt": 999 * day, "aa/b.webp": 999 * day, "photos/x.webp": 999 * day, "aa/bb/" + strings.Repeat("0", 62) + ".webp": 999 * day, "aa/.new-x": 999 * day}, 0, nil},
		"two of the same time": {map[string]time.Duration{name("aa"): day, name("bb"): day}, 15, []string{name("aa")}},
	} {
		dir := t.TempDir()
		var names []string
		for n, age := range tt.ages {
			testenv.Write(t, filepath.Join(dir, n), "0123456789")
			if err := os.Chtimes(filepath.Join(dir, n), now.Add(-age), now.Add(-age)); err != nil {
				t.Fatal(err)
			}
			names = append(names, n)
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		prune(root, now, keptUnused, tt.max)
		root.Close()
		if left := there(t, dir, tt.gone...); len(left) > 0 {
			t.Errorf("%s: still there: %q", about, left)
		}
		if left := there(t, dir, names...); len(left) != len(names)-len(tt.gone) {
			t.Errorf("%s: there are %q", about, left)
		}
	}
}

// TestPruneFollowsNothing: a link in the folder leads nowhere.
func TestPruneFollowsNothing(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	victim := filepath.Join(outside, strings.Repeat("0", 62)+".webp")
	testenv.Write(t, victim, "mine")
	old := time.Now().Add(-1000 * 24 * time.Hour)
	if err := os.Chtimes(victim, old, old); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "aa")); err != nil {
		t.Skip(err)
	}
	NewStore(dir).Prune(time.Now())
	if _, err := os.Stat(victim); err != nil {
		t.Error(err)
	}
}

// TestPruneKeepsWhatIsUsed: a picture that is asked for once a month stays, and one
// that is not goes, also where it is the second site of the day.
func TestPruneKeepsWhatIsUsed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	a, b := pngOf(t, screen(60, 40, 20)), pngOf(t, screen(60, 40, 21))
	file := func(src []byte) string {
		return entry(sha256.Sum256(append([]byte(encoder+"\x00"), src...)))
	}
	ask := func(at time.Time, srcs ...[]byte) {
		s := NewStore(dir)
		for _, src := range srcs {
			if _, err := s.Smaller(t.Context(), src); err != nil {
				t.Fatal(err)
			}
		}
		s.Prune(at)
	}
	now := time.Now()
	ask(now, a, b)
	for range 5 {
		now = now.Add(30 * 24 * time.Hour)
		ask(now) // another site, which has no pictures
		ask(now.Add(time.Hour), a)
	}
	if got := there(t, dir, file(a), file(b)); fmt.Sprint(got) != fmt.Sprint([]string{file(a)}) {
		t.Errorf("there are %q", got)
	}
}

// TestPruneAtOnce: builds that use and prune one folder at once get what they would
// get alone.
func TestPruneAtOnce(t *testing.T) {
	dir := t.TempDir()
	src := pngOf(t, screen(60, 40, 20))
	want := smaller(src)
	var g sync.WaitGroup
	for n := range 8 {
		g.Go(func() {
			for i := range 10 {
				s := NewStore(dir)
				if got, err := s.Smaller(t.Context(), src); err != nil || !bytes.Equal(got, want) {
					t.Errorf("got %d bytes, %v", len(got), err)
				}
				s.Prune(time.Now().Add(time.Duration(n*i) * 100 * 24 * time.Hour))
			}
		})
	}
	g.Wait()
}
