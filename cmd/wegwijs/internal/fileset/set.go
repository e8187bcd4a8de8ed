// Package fileset holds what a build makes: the file set. `build` writes it,
// `watch` serves it, `check` reads it and `publish` ships it; none of these
// knows another. A file of the set is made when it is asked for, so that a set
// of a hundred thousand pages costs little until it is read.
package fileset

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A Rank orders files so that whatever a file uses is there before it.
type Rank int

const (
	Asset Rank = iota // style sheets, scripts, images, files beside pages
	Page              // pages, their Markdown copies, redirects, error pages
	Index             // what names the pages: sitemaps, llms.txt, server rules
	Last              // the manifest
)

// A Kind says what an HTML file is to a reader; it is empty for other files.
type Kind string

const (
	Real     Kind = "page"      // a page in its own language
	Fallback Kind = "fallback"  // a page shown from another language
	Finder   Kind = "search"    // the search page of a language, which lists all pages
	Redirect Kind = "redirect"  // an old address
	NotFound Kind = "not-found" // the error page of a language
)

// A File is one file of the set.
type File struct {
	Path      string // from the root of the site, with slashes, no leading one
	Rank      Rank
	Kind      Kind
	Lang      string // of a page: the language whose readers it is for
	Source    string // the author's file that it comes from; "" when it comes from several
	Immutable bool   // the name holds a hash of the bytes: caches may keep it for ever
	Coding    Coding // the file is another one in this coding, see [Coded]
	Shared    bool   // most readers load it, so it is compressed as well as can be

	// Make writes the file's bytes to b, which is empty, and returns an error
	// only when the work could not be done; an author's mistakes go elsewhere.
	// It may be called from several goroutines at once, each with its own b,
	// and writes the same bytes each time. Where it is nil, the set's [Maker]
	// makes the file.
	Make func(ctx context.Context, b *bytes.Buffer) error
	Key  any // what the file shows, for the Maker

	// Twin names another file of the set that costs little to make together
	// with this one: a page and its Markdown copy come from one parse. The
	// Maker makes both; the twin has a File of its own.
	Twin string

	// First asks for the file to be made before others: they need what making
	// it finds out.
	First bool
	// Late asks for the file to be made after all others, since it is made of
	// what making them found out: 1 after those of 0, 2 after those of 1.
	Late int

	codings []Coding // in which the set has it as well
}

// A Maker makes the files of a set that do not make themselves. b or twin is
// nil when only the other is wanted; for a file without a twin twin is nil.
type Maker interface {
	Make(ctx context.Context, f *File, b, twin *bytes.Buffer) error
}

// Bytes makes a File's Make from bytes that are at hand.
func Bytes(p []byte) func(context.Context, *bytes.Buffer) error {
	return func(_ context.Context, b *bytes.Buffer) error {
		b.Write(p)
		return nil
	}
}

// A Set is the files of one state of the site, by path. It is not changed
// after [NewSet] and may be used by several goroutines at once.
type Set struct {
	base, over *table // what stays as it is in [Set.Replace], and what does not
	maker      Maker
	clashed    bool // files were left out
	all        func() []File
}

// table is files in path order.
type table struct {
	files []File
	index map[string]int
	tops  func() map[string]bool // first parts of the paths, folded
}

func newTable(files []File) *table {
	t := &table{files: files, index: make(map[string]int, len(files))}
	for i := range files {
		t.index[files[i].Path] = i
	}
	t.tops = sync.OnceValue(func() map[string]bool {
		tops := map[string]bool{}
		for i := range files {
			top, _, _ := strings.Cut(files[i].Path, "/")
			tops[Fold(top)] = true
		}
		return tops
	})
	return t
}

func (t *table) file(path string) (File, bool) {
	if i, ok := t.index[path]; ok {
		return t.files[i], true
	}
	return File{}, false
}

func newSet(base, over *table, m Maker, clashed bool) *Set {
	return &Set{base, over, m, clashed, sync.OnceValue(func() []File { return merge(base.files, over.files) })}
}

// merge returns both lists as one in path order; few is short.
func merge(many, few []File) []File {
	if len(few) == 0 {
		return many
	}
	files := make([]File, 0, len(many)+len(few))
	for _, f := range few {
		i, _ := slices.BinarySearchFunc(many, f, compare)
		files = append(append(files, many[:i]...), f)
		many = many[i:]
	}
	return append(files, many...)
}

// With returns the same files made by another maker. It costs nothing.
func (s *Set) With(m Maker) *Set { return &Set{s.base, s.over, m, s.clashed, s.all} }

// A Clash is two files that cannot both be there: they claim one path, paths
// that [Fold] makes equal, or one claims as a file what the other needs as a
// folder.
type Clash struct{ A, B File }

// Fold returns the same text for paths that are one file on macOS or Windows: they
// differ in letter case only, or in whether an accent is a character of its own
// (Unicode normalisation forms NFC and NFD).
func Fold(p string) string { return strings.ToLower(norm.NFC.String(p)) }

// NewSet puts files in order. The slices become the set's; those in more are
// the ones that [Set.Replace] can replace. Files whose paths clash are given
// back; of each clash the set keeps the first in order. The path of the
// manifest is taken.
func NewSet(files []File, more ...File) (*Set, []Clash) {
	sortFiles(files)
	sortFiles(more)
	both := merge(files, more)
	claims := newClaims()
	var clashes []Clash
	dropped := map[string]bool{}
	for i := range both {
		f := &both[i]
		if other := claimAll(claims, f); other != nil {
			clashes = append(clashes, Clash{*other, *f})
			dropped[f.Path] = true
		}
	}
	if len(clashes) > 0 {
		kept := both[:0:0]
		for i, f := range both {
			if claims[Fold(f.Path)].by != &both[i] {
				continue
			}
			if dropped[f.Twin] {
				f.Twin = "" // that file is somebody else's now
			}
			f.codings = slices.DeleteFunc(slices.Clone(f.codings), func(c Coding) bool {
				by := claims[Fold(f.Path+c.Ext())].by
				return by == nil || by.Coding != c
			})
			kept = append(kept, f)
		}
		files, more = kept, nil
	}
	return newSet(newTable(files), newTable(more), nil, len(clashes) > 0), clashes
}

func sortFiles(files []File) {
	slices.SortStableFunc(files, compare)
}

func compare(a, b File) int {
	return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Source, b.Source))
}

// Replace returns the set with other files in the place of those that were given
// to [NewSet] as more. What that costs depends on their number, not on that of
// the others. ok is false when it takes [NewSet] to see whether paths clash.
func (s *Set) Replace(more []File) (_ *Set, ok bool) {
	if s.clashed {
		return nil, false
	}
	sortFiles(more)
	claims := newClaims()
	for i := range more {
		f := &more[i]
		if claimAll(claims, f) != nil {
			return nil, false
		}
		if _, was := s.over.index[f.Path]; was {
			continue
		}
		top, _, _ := strings.Cut(f.Path, "/")
		if s.base.tops()[Fold(top)] {
			return nil, false
		}
	}
	return newSet(s.base, newTable(more), s.maker, false), true
}

// A claim is a file, or a folder that a file needs.
type claim struct {
	path   string
	by     *File
	folder bool
}

// newClaims returns what stands at a path, folded, and who was there first: the
// manifest.
func newClaims() map[string]claim {
	return map[string]claim{ManifestPath: {path: ManifestPath, by: &File{Path: ManifestPath}}}
}

// claimAll claims the path of f and the folders above it, or returns the file
// that stands in the way.
func claimAll(claims map[string]claim, f *File) *File {
	low := Fold(f.Path)
	if c, taken := claims[low]; taken {
		return c.by
	}
	end := len(f.Path)
	for {
		if end = strings.LastIndexByte(f.Path[:end], '/'); end < 0 {
			break
		}
		c, taken := claims[Fold(f.Path[:end])]
		if !taken {
			continue
		}
		if !c.folder || c.path != f.Path[:end] {
			return c.by
		}
		break // those above it were looked at then
	}
	claims[low] = claim{f.Path, f, false}
	for end = len(f.Path); ; {
		if end = strings.LastIndexByte(f.Path[:end], '/'); end < 0 {
			return nil
		}
		dir := Fold(f.Path[:end])
		if _, taken := claims[dir]; taken {
			return nil
		}
		claims[dir] = claim{f.Path[:end], f, true}
	}
}

// Files returns the files in path order. The slice is the set's own.
func (s *Set) Files() []File { return s.all() }

// File returns the file at path.
func (s *Set) File(path string) (File, bool) {
	if f, ok := s.over.file(path); ok {
		return f, true
	}
	return s.base.file(path)
}

// at returns the place among [Set.Files] of the file at path, which must be in the
// set. It is looked for behind the one at place i first, where it usually is.
func (s *Set) at(i int, path string) int {
	files := s.all()
	if i+1 < len(files) && files[i+1].Path == path {
		return i + 1
	}
	n, _ := slices.BinarySearchFunc(files, path, func(f File, p string) int { return strings.Compare(f.Path, p) })
	return n
}

// Address returns the URL path at which readers find a file: folder/index.html
// answers at folder/.
func Address(p string) string {
	if base := path.Base(p); base == "index.html" {
		return "/" + strings.TrimSuffix(p, "index.html")
	}
	return "/" + p
}

// PathOf returns the file that answers at a URL path: "/a/" is a/index.html.
func PathOf(address string) string {
	p := strings.TrimPrefix(address, "/")
	if p == "" || strings.HasSuffix(p, "/") {
		return p + "index.html"
	}
	return p
}

// Reserved is a folder at the top of the output that no file of a set may stand
// in: the writer works there.
const Reserved = ".wegwijs-stage"

// CheckPath says why p cannot be the path of an output file, as [diag.Say] has
// it, or "".
func CheckPath(p string) string {
	switch {
	case p == "" || strings.HasPrefix(p, "/") || path.Clean(p) != p || p == "." || strings.HasPrefix(p, "../") || p == "..":
		return diag.Say("it leads out of the site")
	case strings.ContainsAny(p, `\:*?"<>|`) || strings.ContainsFunc(p, unicode.IsControl):
		return diag.Say("it holds a character that files cannot have everywhere")
	}
	for part := range strings.SplitSeq(p, "/") {
		if len(part) > 200 {
			return diag.Say("a part of it is too long")
		}
		if strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") {
			return diag.Say("a part of it ends in a dot or a space")
		}
		if name, _, _ := strings.Cut(part, "."); deviceRE.MatchString(name) {
			return diag.Say("Windows keeps the name %s for itself", name)
		}
	}
	if p == Reserved || strings.HasPrefix(p, Reserved+"/") {
		return diag.Say("that name is the build's own")
	}
	return ""
}

// deviceRE finds names that Windows takes for a device, whatever follows the
// first dot (Microsoft Learn, "Naming Files, Paths, and Namespaces").
var deviceRE = regexp.MustCompile(`^(?i:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])$`)

// types gives the content type of every kind of file a site holds. Text has
// its charset: without it, servers and browsers guess.
var types = map[string]string{
	".html":         "text/html; charset=utf-8",
	".css":          "text/css; charset=utf-8",
	".js":           "text/javascript; charset=utf-8",
	".mjs":          "text/javascript; charset=utf-8",
	".json":         "application/json; charset=utf-8",
	".webmanifest":  "application/manifest+json; charset=utf-8",
	".md":           "text/markdown; charset=utf-8",
	".txt":          "text/plain; charset=utf-8",
	".conf":         "text/plain; charset=utf-8",
	".zone":         "text/plain; charset=utf-8",
	".xml":          "text/xml; charset=utf-8",
	".svg":          "image/svg+xml",
	".png":          "image/png",
	".jpg":          "image/jpeg",
	".jpeg":         "image/jpeg",
	".gif":          "image/gif",
	".webp":         "image/webp",
	".avif":         "image/avif",
	".ico":          "image/x-icon",
	".pdf":          "application/pdf",
	".woff2":        "font/woff2",
	".mp4":          "video/mp4",
	".webm":         "video/webm",
	".vtt":          "text/vtt; charset=utf-8",
	".zip":          "application/zip",
	".vcf":          "text/vcard; charset=utf-8",
	".csv":          "text/csv; charset=utf-8",
	".mobileconfig": "application/x-apple-aspen-config",
}

// Types returns the extensions with a known content type, in order.
func Types() []string {
	exts := make([]string, 0, len(types))
	for e := range types {
		exts = append(exts, e)
	}
	slices.Sort(exts)
	return exts
}

// instead says what to do with files that people put beside pages and that are of
// no kind that a site has, by their extensions.
var instead = []struct {
	exts []string
	hint string
}{
	{[]string{".doc", ".docx", ".docm", ".dot", ".dotx", ".odt", ".ott", ".fodt", ".pages", ".rtf", ".wps", ".wpd", ".gdoc", ".tex", ".epub"}, "copy its text into a page, whose name ends in .md; or save it as PDF, and link to that"},
	{[]string{".xls", ".xlsx", ".xlsm", ".ods", ".numbers", ".gsheet", ".ppt", ".pptx", ".odp", ".key", ".gslides", ".vsd", ".vsdx"}, "save it as PDF, and link to that"},
	{[]string{".heic", ".heif", ".tif", ".tiff", ".bmp", ".jfif", ".psd", ".ai", ".eps", ".xcf", ".cr2", ".nef", ".dng", ".raw", ".jxl"}, "save it as PNG or JPEG"},
	{[]string{".mov", ".avi", ".mkv", ".wmv", ".m4v", ".mpg", ".mpeg", ".3gp", ".flv"}, "save it as MP4"},
	{[]string{".rar", ".7z", ".tar", ".gz", ".tgz"}, "save it as a zip file"},
	{[]string{".url", ".webloc", ".lnk", ".eml", ".msg"}, "write its text, or the link, on a page"},
}

// Instead returns what to do with a file of a kind that is not published; "" for
// a kind of which nobody knows what it is here for.
func Instead(p string) string {
	ext := strings.ToLower(path.Ext(p))
	for _, k := range instead {
		if slices.Contains(k.exts, ext) {
			return k.hint
		}
	}
	return ""
}

// TypeOf returns the content type of a file by its name.
func TypeOf(p string) string {
	if t, ok := types[strings.ToLower(path.Ext(p))]; ok {
		return t
	}
	switch path.Base(p) {
	case "_headers", "_redirects", ".htaccess", "Caddyfile":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// Type returns the content type of the file. What is anything to a reader is a
// page, also where an old address has a name such as /imap.php.
// That of a coded file is the type of what is in it.
func (f *File) Type() string {
	switch {
	case f.Kind != "":
		return types[".html"]
	case f.Coding != "":
		return TypeOf(f.of())
	}
	return TypeOf(f.Path)
}

// Fingerprint puts a short hash of data into name: site.css becomes
// site.1a2b3c4d5e.css.
func Fingerprint(name string, data []byte) string {
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
}

// Make returns the bytes of the file at path. The slice is the caller's.
func (s *Set) Make(ctx context.Context, path string) ([]byte, error) {
	f, ok := s.File(path)
	if !ok {
		return nil, diag.Errorf("no file %s in the set", path)
	}
	var b bytes.Buffer
	if err := s.make(ctx, &f, &b, nil); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// make makes a file, and its twin when twin is not nil.
func (s *Set) make(ctx context.Context, f *File, b, twin *bytes.Buffer) error {
	var err error
	switch {
	case f.Coding != "":
		var data []byte
		if data, err = s.Make(ctx, f.of()); err == nil {
			err = new(coder).encode(f.Coding, b, data, f.Shared)
		}
	case f.Make != nil:
		err = f.Make(ctx, b)
	default:
		err = s.maker.Make(ctx, f, b, twin)
	}
	if err != nil {
		return diag.Errorf("make %s: %w", f.Path, err)
	}
	return nil
}
