package fileset

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// ManifestPath is where the manifest stands in the output.
const ManifestPath = "manifest.json"

// An Entry is one file in a manifest.
type Entry struct {
	Path      string `json:"path"`
	SHA256    string `json:"sha256"` // lower-case hex of the file's bytes
	Size      int64  `json:"size"`   // bytes
	Type      string `json:"type"`   // content type, with charset for text
	Rank      Rank   `json:"rank"`   // order of publishing, see [Rank]
	Immutable bool   `json:"immutable,omitempty"`
	Coding    Coding `json:"coding,omitempty"`  // content coding of the bytes
	Encoder   string `json:"encoder,omitempty"` // see [Coding.Encoder]
	Kind      Kind   `json:"kind,omitempty"`
	Lang      string `json:"lang,omitempty"`
	Source    string `json:"source,omitempty"`
}

// A Manifest says what a build wrote. It does not list itself.
type Manifest struct {
	Version int     `json:"version"` // of this format; now 1
	Release string  `json:"release"` // see [Manifest.ID]
	Files   []Entry `json:"files"`   // in path order
}

// Entry describes the file when these are its bytes.
func (f *File) Entry(data []byte) Entry {
	sum := sha256.Sum256(data)
	return f.EntryOf(hex.EncodeToString(sum[:]), int64(len(data)))
}

// EntryOf is [File.Entry] for a caller that knows the SHA-256 of the bytes, in
// lower-case hex, and their number.
func (f *File) EntryOf(sum string, size int64) Entry {
	return Entry{Path: f.Path, SHA256: sum, Size: size, Type: f.Type(), Rank: f.Rank, Immutable: f.Immutable, Coding: f.Coding, Encoder: f.Coding.Encoder(), Kind: f.Kind, Lang: f.Lang, Source: f.Source}
}

// ID computes the release's id from the files' paths and bytes: two builds of
// the same input have the same id.
func (m *Manifest) ID() string {
	h := sha256.New()
	for _, e := range m.Files {
		io.WriteString(h, e.SHA256+" "+e.Path+"\n")
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Encode writes the manifest as JSON, one file a line, so that two manifests
// can be compared line by line.
func (m *Manifest) Encode(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "{\"version\":%d,\"release\":%q,\"files\":[", m.Version, m.Release)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	for i := range m.Files {
		if i > 0 {
			b.WriteString(",")
		} else {
			b.WriteString("\n")
		}
		if err := e.Encode(&m.Files[i]); err != nil {
			return err
		}
	}
	b.WriteString("]}\n")
	return b.Flush()
}

// DecodeManifest reads a manifest and checks that every path stays inside the
// site: what it names may later be deleted.
func DecodeManifest(r io.Reader) (*Manifest, error) {
	var m Manifest
	if err := json.NewDecoder(r).Decode(&m); err != nil {
		return nil, diag.Errorf("read manifest: %w", err)
	}
	if m.Version != 1 {
		return nil, diag.Errorf("read manifest: version %d is not known", m.Version)
	}
	for _, e := range m.Files {
		if why := CheckPath(e.Path); why != "" {
			return nil, diag.Errorf("read manifest: path %q: %s", e.Path, why)
		}
		if len(e.SHA256) != 64 || strings.Trim(e.SHA256, "0123456789abcdef") != "" {
			return nil, diag.Errorf("read manifest: %q is not a sha256 (%s)", e.SHA256, e.Path)
		}
	}
	return &m, nil
}
