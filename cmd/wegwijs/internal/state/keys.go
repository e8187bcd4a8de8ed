package state

import (
	"crypto/sha256"
	"maps"
)

// keys are the sums of the files outside the site that a state was made from,
// by their paths: the certificate and the key that sign. They are inputs as the
// site's own files are, so every look at the site looks at them.
type keys map[string][sha256.Size]byte

// A ring reads these files, each once, for one state.
type ring struct {
	source func(path string) ([]byte, error)
	got    map[string]keyFile
	used   keys // that the state was made from
}

type keyFile struct {
	data []byte
	err  error
}

func newRing(source func(path string) ([]byte, error)) *ring {
	return &ring{source: source, got: map[string]keyFile{}, used: keys{}}
}

// look reads a file and returns it with its sum; what cannot be read has one
// too.
func (r *ring) look(path string) (keyFile, [sha256.Size]byte) {
	f, ok := r.got[path]
	if !ok {
		f.data, f.err = r.source(path)
		r.got[path] = f
	}
	if f.err != nil {
		return f, sha256.Sum256([]byte("\x00" + f.err.Error()))
	}
	return f, sha256.Sum256(append([]byte("\x01"), f.data...))
}

// read is [Options.Keys] for the stages.
func (r *ring) read(path string) ([]byte, error) {
	f, sum := r.look(path)
	r.used[path] = sum
	return f.data, f.err
}

// changed returns the paths whose files are no longer those that an earlier
// state was made from.
func (r *ring) changed(prev keys) (paths []string) {
	if r.source == nil {
		return nil
	}
	for path, was := range prev {
		if _, is := r.look(path); is != was {
			paths = append(paths, path)
		}
	}
	return paths
}

// SameKeys reports whether two states were made from the same files outside the
// site.
func (s *State) SameKeys(t *State) bool { return maps.Equal(s.keys, t.keys) }
