package release

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"io/fs"
	"sync"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// A Body reads one file of a release and holds back its last bytes until the
// whole is known to be what the manifest promised. Whoever reads a Body to its
// end has the right bytes, or an error.
type Body struct {
	entry fileset.Entry
	file  fs.File
	hash  hash.Hash
	n     int64
	meter *Meter
}

// OpenBody opens the file of e in fsys. The caller closes it. meter may be nil.
func OpenBody(fsys fs.FS, e fileset.Entry, meter *Meter) (*Body, error) {
	f, err := fsys.Open(e.Path)
	if err != nil {
		// Not wrapped: a refusal of this machine is none of the target.
		return nil, diag.Errorf("read %s: %v", e.Path, err)
	}
	fi, err := f.Stat()
	if err == nil && (!fi.Mode().IsRegular() || fi.Size() != e.Size) {
		err = changed(e)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Body{entry: e, file: f, hash: sha256.New(), meter: meter}, nil
}

func changed(e fileset.Entry) error {
	return diag.Errorf("%s is not what the build wrote: it was changed since; build again", e.Path)
}

// Read reads on. The bytes that complete the file come only with the right
// sum.
func (b *Body) Read(p []byte) (int, error) {
	left := b.entry.Size - b.n
	if left == 0 {
		if b.n == 0 && hex.EncodeToString(b.hash.Sum(nil)) != b.entry.SHA256 {
			return 0, changed(b.entry)
		}
		return 0, io.EOF
	}
	if int64(len(p)) > left {
		p = p[:left]
	}
	n, err := b.file.Read(p)
	b.hash.Write(p[:n])
	if int64(n) == left {
		// A file that grew after it was opened is as wrong as one that shrank.
		var more [1]byte
		if m, _ := b.file.Read(more[:]); m > 0 || hex.EncodeToString(b.hash.Sum(nil)) != b.entry.SHA256 {
			return 0, changed(b.entry)
		}
		err = nil
	}
	if err == io.EOF {
		return 0, changed(b.entry)
	}
	b.n += int64(n)
	b.meter.bytes(int64(n))
	return n, err
}

// Seek goes back to the start, for a second try at sending; no other place can
// be reached.
func (b *Body) Seek(offset int64, whence int) (int64, error) {
	if offset == 0 && whence == io.SeekCurrent {
		return b.n, nil
	}
	s, ok := b.file.(io.Seeker)
	if !ok || offset != 0 || whence != io.SeekStart {
		return 0, diag.Errorf("read %s: cannot go to another place", b.entry.Path)
	}
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	b.meter.bytes(-b.n)
	b.hash.Reset()
	b.n = 0
	return 0, nil
}

// Close closes the file.
func (b *Body) Close() error { return b.file.Close() }

// Progress says how far a publish is.
type Progress struct {
	Phase     string // what is being done: "upload", "switch" …
	Files     int    // done
	FilesLeft int
	Bytes     int64 // sent
	BytesLeft int64
}

// A Meter counts what is done and tells about it. A nil *Meter counts nothing.
// Its methods may be called from several goroutines at once.
type Meter struct {
	mu   sync.Mutex
	p    Progress
	tell func(Progress)
}

// NewMeter makes a meter that calls tell, from one goroutine at a time.
func NewMeter(tell func(Progress)) *Meter {
	if tell == nil {
		return nil
	}
	return &Meter{tell: tell}
}

// Phase begins a phase of so many files and bytes.
func (m *Meter) Phase(name string, files int, bytes int64) {
	m.change(func(p *Progress) { *p = Progress{Phase: name, FilesLeft: files, BytesLeft: bytes} })
}

// File counts one file as done.
func (m *Meter) File() {
	m.change(func(p *Progress) { p.Files, p.FilesLeft = p.Files+1, p.FilesLeft-1 })
}

// More adds bytes to those left: something must be sent that was thought to be
// there.
func (m *Meter) More(bytes int64) { m.change(func(p *Progress) { p.BytesLeft += bytes }) }

func (m *Meter) bytes(n int64) {
	m.change(func(p *Progress) { p.Bytes, p.BytesLeft = p.Bytes+n, p.BytesLeft-n })
}

func (m *Meter) change(f func(*Progress)) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.p)
	m.tell(m.p)
}
