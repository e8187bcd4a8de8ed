package fileset

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A Coding is a content coding (RFC 9110 §8.4.1) in which a file stands in the
// output a second time, so that a web server need not compress it for each
// reader. The zero value is none.
type Coding string

const (
	Brotli Coding = "br"   // RFC 7932
	Gzip   Coding = "gzip" // RFC 1952
)

// Codings returns all codings, the one that makes files smallest first.
func Codings() []Coding { return []Coding{Brotli, Gzip} }

// Ext returns what the name of a coded file ends in, behind the name of the file
// itself; web servers look for these.
func (c Coding) Ext() string {
	switch c {
	case "":
		return ""
	case Gzip:
		return ".gz"
	}
	return "." + string(c)
}

// codable are the endings of files that become smaller. Those that browsers
// and other programs of readers ask for: not the rules for web servers.
var codable = []string{".css", ".csv", ".html", ".js", ".json", ".md", ".mjs", ".svg", ".txt", ".vcf", ".webmanifest", ".xml"}

// Codable returns the endings of the files that [Coded] compresses, in small
// letters and in order.
func Codable() []string { return slices.Clone(codable) }

// The versions of the encoders, as go.mod has them. A manifest says which one
// made a file: another version may make other bytes.
const (
	brotliVersion = "1.3.0"
	gzipVersion   = "1.20.4"
)

// Encoder names what makes files in the coding: the same bytes give the same
// ones in it as long as this is the same. It is "" for no coding.
func (c Coding) Encoder() string {
	switch c {
	case Brotli:
		return fmt.Sprintf("brotli %s, quality %d and %d", brotliVersion, brotliQuality, sharedQuality)
	case Gzip:
		return fmt.Sprintf("klauspost/compress %s, level %d", gzipVersion, gzip.BestCompression)
	}
	return ""
}

// Coded returns files and behind them each of those that are text once more in
// each coding. Redirects are left out: they are smaller than their headers.
func Coded(files []File, codings []Coding) []File {
	if len(codings) == 0 {
		return files
	}
	var coded []File
	for i := range files {
		f := &files[i]
		if f.Kind == Redirect || !slices.Contains(codable, strings.ToLower(path.Ext(f.Path))) {
			continue
		}
		f.codings = codings
		for _, c := range codings {
			coded = append(coded, File{Path: f.Path + c.Ext(), Coding: c, Rank: f.Rank, Lang: f.Lang, Source: f.Source, Immutable: f.Immutable, Shared: f.Shared})
		}
	}
	return append(files, coded...)
}

// of returns the path of the file that a coded one holds.
func (f *File) of() string { return strings.TrimSuffix(f.Path, f.Coding.Ext()) }

// brotliQuality takes pages of 16 kB to 24.8 %. 9 would make them 0.3 % smaller in
// 1.7 times the time and twice the memory, 11 by 7 % in forty times the time
// (brotli 1.3). The few files that most readers load are worth that.
const (
	brotliQuality = 6
	sharedQuality = 11
)

// A coder compresses one file after the other. Its results are the same
// whatever it did before: they hold no names and no times. It is not kept for
// long: brotli's tables are large.
//
// A brotli writer chooses its tables by the size of the first file, at large,
// and keeps them; so one that is kept never sees a large file.
type coder struct {
	br *brotli.Writer
	gz *gzip.Writer
}

const large = 1 << 20 // bytes

// encode writes data to b in a coding; shared says that most readers load it.
func (k *coder) encode(c Coding, b *bytes.Buffer, data []byte, shared bool) error {
	var w interface {
		io.WriteCloser
		Reset(io.Writer)
	}
	switch c {
	case Brotli:
		if shared {
			w = brotli.NewWriterLevel(nil, sharedQuality)
			break
		}
		if len(data) >= large {
			w = brotli.NewWriterLevel(nil, brotliQuality)
			break
		}
		if k.br == nil {
			k.br = brotli.NewWriterLevel(nil, brotliQuality)
		}
		w = k.br
	case Gzip:
		if k.gz == nil {
			k.gz, _ = gzip.NewWriterLevel(nil, gzip.BestCompression) // a level of the package's own
		}
		w = k.gz
	default:
		return diag.Errorf("no content coding %q", c)
	}
	w.Reset(b)
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Close()
}

// Decode returns a reader of what r holds in the coding.
func (c Coding) Decode(r io.Reader) (io.Reader, error) {
	switch c {
	case "":
		return r, nil
	case Brotli:
		return brotli.NewReader(r), nil
	case Gzip:
		return gzip.NewReader(r)
	}
	return nil, diag.Errorf("no content coding %q", c)
}
