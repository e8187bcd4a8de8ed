package pictures

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What the folder of a [Store] holds at most.
const (
	keptUnused = 90 * 24 * time.Hour
	keptBytes  = 1 << 30
)

// often is how long nothing is looked at again. It is as coarse as what is kept of
// when a file was used last: its time of change.
const often = 24 * time.Hour

// prunedFile is a file whose time of change is that of the last look.
const prunedFile = "pruned"

// ours matches the files that a store writes, whole or not yet.
var ours = regexp.MustCompile(`^[0-9a-f]{2}/(?:[0-9a-f]{62}\.webp|\.new-[0-9]+)$`)

// Prune says that what this store was asked for is in use now, and removes from its
// folder what was not used for long, and what goes beyond its size, the longest
// unused first. Another process may use the folder meanwhile: what it misses it
// makes again. Nothing depends on what Prune does, so it reports no error.
func (s *Store) Prune(now time.Time) {
	if s.dir == "" {
		return
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return
	}
	defer root.Close()
	s.mu.Lock()
	used := s.used
	s.used = map[[sha256.Size]byte]bool{}
	s.mu.Unlock()
	for key := range used {
		touch(root, entry(key), now)
	}
	if touch(root, prunedFile, now) {
		prune(root, now, keptUnused, keptBytes)
	}
}

// entry returns the path below the folder of what was made from something.
func entry(key [sha256.Size]byte) string {
	name := hex.EncodeToString(key[:])
	return name[:2] + "/" + name[2:] + ".webp"
}

// touch reports whether a file was not touched for so long that it is now; the
// file of the last look is made where it is not there.
func touch(root *os.Root, name string, now time.Time) bool {
	fi, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && name == prunedFile:
		if root.WriteFile(name, nil, 0o644) != nil {
			return false
		}
	case err != nil || now.Sub(fi.ModTime()) < often:
		return false
	}
	return root.Chtimes(name, now, now) == nil
}

// prune removes what was not used for unused, and the longest unused of what goes
// beyond max bytes. Only files that a store wrote are removed, and of those that
// are being written only what was left behind.
func prune(root *os.Root, now time.Time, unused time.Duration, max int64) {
	type file struct {
		name string
		used time.Time
		size int64
	}
	var files []file
	var total int64
	fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // somebody else removed it
		case d.IsDir():
			if name != "." && (len(name) != 2 || path.Dir(name) != ".") {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || !ours.MatchString(name):
			return nil
		}
		fi, err := d.Info()
		if err != nil {
			return nil
		}
		if strings.HasPrefix(path.Base(name), ".new-") {
			if now.Sub(fi.ModTime()) > often {
				root.Remove(name)
			}
			return nil
		}
		files = append(files, file{name, fi.ModTime(), fi.Size()})
		total += fi.Size()
		return nil
	})
	slices.SortFunc(files, func(a, b file) int {
		if c := a.used.Compare(b.used); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	for _, f := range files {
		if total <= max && now.Sub(f.used) <= unused {
			break
		}
		if root.Remove(f.name) == nil {
			total -= f.size
		}
	}
}

// file returns where what was made from something stands.
func (s *Store) file(key [sha256.Size]byte) string {
	return filepath.Join(s.dir, filepath.FromSlash(entry(key)))
}
