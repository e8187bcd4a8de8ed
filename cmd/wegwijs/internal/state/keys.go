package state

import (
	"crypto/sha256"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// keys are the files outside the site that a state is made from: the certificate
// and the key that sign. They are inputs as the site's own files are, so every
// look at the site looks at them. Without a certificate it is the zero value.
type keys struct{ certificate, key keySum }

// A keySum is the path of a file, and the sum of what it holds.
type keySum struct {
	path string
	sum  [sha256.Size]byte
}

// A ring reads these files, each once, for one state.
type ring struct {
	source func(path string) ([]byte, error) // nil: there are none
	got    map[string]keyFile
}

type keyFile struct {
	data []byte
	err  error
}

func newRing(source func(path string) ([]byte, error)) *ring {
	return &ring{source: source, got: map[string]keyFile{}}
}

func (r *ring) read(path string) ([]byte, error) {
	f, ok := r.got[path]
	if !ok {
		f.data, f.err = r.source(path)
		r.got[path] = f
	}
	return f.data, f.err
}

// sum returns a file's path and sum; what cannot be read has one too.
func (r *ring) sum(path string) keySum {
	data, err := r.read(path)
	if err != nil {
		return keySum{path, sha256.Sum256([]byte("\x00" + err.Error()))}
	}
	return keySum{path, sha256.Sum256(append([]byte("\x01"), data...))}
}

// sums returns the keys that site.toml names.
func (r *ring) sums(c *config.Config) keys {
	if r.source == nil {
		return keys{}
	}
	certificate, key := forms.ReadOptions(c.Section("forms", new(diag.List)), new(forms.Site))
	if certificate == "" {
		return keys{}
	}
	return keys{r.sum(certificate), r.sum(key)}
}

// changed returns the paths whose files are no longer those that an earlier
// state was made from.
func (r *ring) changed(was keys) (paths []string) {
	for _, k := range []keySum{was.certificate, was.key} {
		if r.source != nil && k.path != "" && r.sum(k.path) != k {
			paths = append(paths, k.path)
		}
	}
	return paths
}

// SameKeys reports whether two states were made from the same files outside the
// site.
func (s *State) SameKeys(t *State) bool { return s.mail.key.keys == t.mail.key.keys }
