package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A synthetic site has n pages of about 5 kB. Each version changes the next 20
// of them. Bodies are made when they are read, so that the site takes no room.
type synthetic struct {
	n       int
	version int
}

const changedPages = 20

func (s synthetic) path(i int) string {
	return fmt.Sprintf("deel-%02d/pagina-%05d/index.html", i%40, i)
}

func (s synthetic) body(i int) []byte {
	// The last version that changed page i.
	turn := s.n / changedPages
	v := s.version
	if turn > 0 {
		v -= ((s.version-i/changedPages)%turn + turn) % turn
	}
	return bytes.Repeat(fmt.Appendf(nil, "<p>pagina %d versie %d</p>\n", i, max(v, 0)), 180)
}

func (s synthetic) manifest() *fileset.Manifest {
	m := &fileset.Manifest{Version: 1, Files: make([]fileset.Entry, 0, s.n)}
	for d := range 40 {
		for i := d; i < s.n; i += 40 {
			b := s.body(i)
			sum := sha256.Sum256(b)
			m.Files = append(m.Files, fileset.Entry{Path: s.path(i), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(b)), Type: "text/html; charset=utf-8", Rank: fileset.Page, Kind: fileset.Real, Lang: "nl", Source: "content/nl/" + s.path(i)})
		}
	}
	m.Release = m.ID()
	return m
}

func (s synthetic) Open(name string) (fs.File, error) {
	var d, i int
	if _, err := fmt.Sscanf(name, "deel-%d/pagina-%d/index.html", &d, &i); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	b := s.body(i)
	return &memFile{Reader: bytes.NewReader(b), size: int64(len(b))}, nil
}

type memFile struct {
	*bytes.Reader
	size int64
}

func (f *memFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *memFile) Close() error               { return nil }
func (f *memFile) Name() string               { return "" }
func (f *memFile) Size() int64                { return f.size }
func (f *memFile) Mode() fs.FileMode          { return 0o444 }
func (f *memFile) ModTime() time.Time         { return time.Time{} }
func (f *memFile) IsDir() bool                { return false }
func (f *memFile) Sys() any                   { return nil }

// peak watches the heap while do runs and returns its greatest size, in bytes.
func peak(do func()) uint64 {
	stop := make(chan struct{})
	var most uint64
	var wg sync.WaitGroup
	wg.Go(func() {
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	do()
	close(stop)
	wg.Wait()
	return most
}

// BenchmarkSSH publishes a change of 20 pages to sshd on this machine, for
// sites of growing size. With a spare (the usual case once more releases were
// published than are kept) the time goes with the change; what is left is the
// manifest, which is read and written whole. Without one, every file of the
// site is linked.
func BenchmarkSSH(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		for _, spare := range []bool{true, false} {
			b.Run(fmt.Sprintf("pages=%d/spare=%v", n, spare), func(b *testing.B) {
				s := testenv.StartSSHD(b)
				root := testenv.RAM(b)
				near := dirTarget(root)
				target := sshTarget(s, root)
				target.Keep = 1
				if !spare {
					target.Keep = 1000
				}
				near.Keep = target.Keep
				site := synthetic{n: n}
				next := func() Release {
					site.version++
					return Release{Manifest: site.manifest(), Files: site}
				}
				for range 3 {
					mustPublish(b, near, me(), next(), lax)
				}
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					r := next()
					b.StartTimer()
					mustPublish(b, target, me(), r, lax)
				}
			})
		}
	}
}

// BenchmarkSSHFirst sends a whole site.
func BenchmarkSSHFirst(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("pages=%d", n), func(b *testing.B) {
			s := testenv.StartSSHD(b)
			site := synthetic{n: n}
			r := Release{Manifest: site.manifest(), Files: site}
			b.ReportAllocs()
			var most uint64
			for b.Loop() {
				b.StopTimer()
				root := testenv.RAM(b)
				b.StartTimer()
				most = max(most, peak(func() { mustPublish(b, sshTarget(s, root), me(), r, lax) }))
				b.StopTimer()
				os.RemoveAll(root)
				b.StartTimer()
			}
			b.ReportMetric(float64(most)/1e6, "peak-MB")
		})
	}
}

// BenchmarkS3 publishes a change of 20 pages to an object store.
func BenchmarkS3(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("pages=%d", n), func(b *testing.B) {
			s := startStore(b)
			target := s.target()
			target.Keep = 3
			site := synthetic{n: n}
			next := func() Release {
				site.version++
				return Release{Manifest: site.manifest(), Files: site}
			}
			for range 4 {
				mustPublish(b, target, s.me(), next(), lax)
			}
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				r := next()
				b.StartTimer()
				mustPublish(b, target, s.me(), r, lax)
			}
		})
	}
}

// TestBodiesStream sends a site that is much larger than the memory that it
// may take; with -short to a server over ssh alone, which takes most of it.
func TestBodiesStream(t *testing.T) {
	const size, count = 8 << 20, 24
	zeros := make([]byte, 1<<20)
	h := sha256.New()
	for range size / len(zeros) {
		h.Write(zeros)
	}
	sum := hex.EncodeToString(h.Sum(nil))
	m := &fileset.Manifest{Version: 1}
	for i := range count {
		m.Files = append(m.Files, fileset.Entry{Path: fmt.Sprintf("film-%02d.mp4", i), SHA256: sum, Size: size, Type: "video/mp4"})
	}
	page := files{"index.html": "x"}.release()
	m.Files = append(m.Files, page.Manifest.Files...)
	m.Release = m.ID()
	r := Release{Manifest: m, Files: endless{page.Files, size}}
	run := func(name string, target Target, around Surroundings) {
		t.Helper()
		runtime.GC()
		most := peak(func() { mustPublish(t, target, around, r, lax) })
		if most > 100<<20 {
			t.Errorf("%s: the heap grew to %d MB for a site of %d MB", name, most>>20, size*count>>20)
		}
	}
	run("ssh", sshTarget(testenv.StartSSHD(t), testenv.RAM(t)), me())
	if testing.Short() {
		return
	}
	run("dir", dirTarget(testenv.RAM(t)), me())
	s := startStore(t)
	run("s3", s.target(), s.me())
}

// endless holds files of zeros that take no memory.
type endless struct {
	fs.FS
	size int64
}

func (e endless) Open(name string) (fs.File, error) {
	if !strings.HasSuffix(name, ".mp4") {
		return e.FS.Open(name)
	}
	return &zeroFile{memFile: memFile{size: e.size}, left: e.size}, nil
}

type zeroFile struct {
	memFile
	left int64
}

func (z *zeroFile) Stat() (fs.FileInfo, error) { return z, nil }

func (z *zeroFile) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	clear(p[:n])
	z.left -= n
	return int(n), nil
}

func (z *zeroFile) Seek(offset int64, whence int) (int64, error) {
	z.left = z.size
	return 0, nil
}
