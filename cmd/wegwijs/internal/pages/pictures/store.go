package pictures

import (
	"context"
	"crypto/sha256"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"
)

// A Store makes pictures smaller, and keeps what it made in a folder by what it
// was made from, so that each is made once on a machine. What it returns depends
// on the picture alone: what is in the folder is believed only where its sum is
// right, and a folder that cannot be used costs time and nothing else. It may be
// used by several goroutines and processes at once; anyone may empty the folder
// at any time.
type Store struct {
	dir  string
	room *semaphore.Weighted // pixels at work at once

	mu   sync.Mutex
	made map[[sha256.Size]byte][]byte // what could not be kept in the folder
	used map[[sha256.Size]byte]bool   // what was asked for
}

// NewStore returns a store that keeps files in dir, which is made when it is
// needed; "" stands for memory.
func NewStore(dir string) *Store {
	return &Store{dir: dir, room: semaphore.NewWeighted(maxPixels), made: map[[sha256.Size]byte][]byte{}, used: map[[sha256.Size]byte]bool{}}
}

// Shrinks reports whether a file is of the kind that [Store.Smaller] may make
// smaller. A JPEG is not: WebP without loss is two to four times as large as a
// photo, and one with loss would throw away twice.
func Shrinks(name string) bool { return strings.EqualFold(path.Ext(name), ".png") }

// Smaller returns a picture as WebP without loss, or nil where it is better left
// as it is; see the package's tests for which those are. The error is that of
// ctx.
func (s *Store) Smaller(ctx context.Context, src []byte) ([]byte, error) {
	key := sha256.Sum256(append([]byte(encoder+"\x00"), src...))
	if out, ok := s.kept(key); ok {
		return out, nil
	}
	w, h, err := Size(".png", src)
	if err != nil || w*h > maxPixels {
		return nil, nil
	}
	if err := s.room.Acquire(ctx, int64(w*h)); err != nil {
		return nil, err
	}
	defer s.room.Release(int64(w * h))
	if out, ok := s.kept(key); ok { // the same picture elsewhere on the site
		return out, nil
	}
	out := smaller(src)
	if s.dir == "" || s.keep(key, out) != nil {
		s.mu.Lock()
		s.made[key] = out
		s.mu.Unlock()
	}
	return out, nil
}

// kept returns what was made before: nil for what is better left as it is.
func (s *Store) kept(key [sha256.Size]byte) (out []byte, ok bool) {
	s.mu.Lock()
	out, ok = s.made[key]
	s.used[key] = true
	s.mu.Unlock()
	if ok || s.dir == "" {
		return out, ok
	}
	data, err := os.ReadFile(s.file(key))
	if err != nil || len(data) < sha256.Size {
		return nil, false
	}
	sum, out := data[:sha256.Size], data[sha256.Size:]
	if sumOf(key, out) != [sha256.Size]byte(sum) {
		return nil, false
	}
	if len(out) == 0 {
		out = nil
	}
	return out, true
}

// sumOf is over the key too: a file under another's name is not believed.
func sumOf(key [sha256.Size]byte, out []byte) [sha256.Size]byte {
	return sha256.Sum256(append(key[:], out...))
}

// keep writes what was made, whole or not at all.
func (s *Store) keep(key [sha256.Size]byte, out []byte) error {
	file := s.file(key)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	sum := sumOf(key, out)
	_, err = f.Write(append(sum[:], out...))
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
