package layout

import (
	"bytes"
	"errors"
	"html/template"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/parse/v2"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// Assets are the files of layouts/assets under names that hold a hash of their
// bytes, so that browsers may keep them for ever.
type Assets struct {
	Files  []Asset                 // by path
	urls   map[string]string       // without below
	below  string                  // the folder of the site: /help
	has    []partial               // by name
	sheets map[string]sheet        // by name, those that have parts
	used   map[string]*atomic.Bool // by name, those that something asked for
}

// An Asset is one published asset.
type Asset struct {
	Path   string // in the output: assets/site.1a2b3c4d5e.css
	Source string // layouts/assets/site.css; site.toml for the theme
	Data   []byte
}

const themeName = "theme.css"

// optional are assets that a site may have: without them their address is
// empty. own.css and own.js are for what a site adds to the built-in theme.
var optional = []string{themeName, "own.css", "own.js"}

// URL returns the address of an asset by its name below layouts/assets. The
// style sheet theme.css is "" on a site without a theme.
func (a *Assets) URL(name string) (string, error) {
	if u, ok := a.urls[name]; ok {
		a.used[name].Store(true)
		return a.below + u, nil
	}
	if slices.Contains(optional, name) {
		return "", nil
	}
	return "", &missingAsset{diag.Say("no asset %q in layouts/assets", name), diag.DidYouMean(name, slices.Collect(maps.Keys(a.urls)))}
}

// Styles returns the addresses of the style sheets has-NAME.css, by name, of
// which the parts of a page have an element with the class NAME, first in its
// class attribute. So a page loads no style for what it does not have. A part is
// HTML or text; anything else has no elements.
func (a *Assets) Styles(parts ...any) []string {
	var list []string
	for _, p := range a.has {
		if p.in(parts) {
			list = append(list, a.below+p.url)
		}
	}
	return list
}

// Sheet returns the address of a style sheet by its name, with those of its own
// parts in it that the parts of a page need: NAME.has-CLASS.css or
// NAME.has-CLASS+OTHER.css where [Assets.Styles] would find a class. One file
// compresses better than several, and takes one request.
func (a *Assets) Sheet(name string, parts ...any) (string, error) {
	s, ok := a.sheets[name]
	if !ok {
		return a.URL(name)
	}
	a.used[name].Store(true)
	with := 0
	for i, p := range s.has {
		if p.in(parts) {
			with |= 1 << i
		}
	}
	return a.below + s.urls[with], nil
}

// A sheet is a style sheet in several parts.
type sheet struct {
	has  []partial // without addresses
	urls []string  // by the parts that are in it, one bit each
}

// maxParts is how many parts of a sheet can be left out, each of which doubles
// the number of files; those after them by name are always in it.
const maxParts = 4

// A partial is a style sheet for pages with a class, which stands alone in a
// tag or is the first of several.
type partial struct {
	tags []string // how a class attribute with it begins
	url  string
}

// newPartial returns the partial for pages with one of the classes, which + parts.
func newPartial(classes, url string) partial {
	p := partial{url: url}
	for class := range strings.SplitSeq(classes, "+") {
		p.tags = append(p.tags, `class="`+class+`"`, `class="`+class+` `)
	}
	return p
}

// in reports whether the parts of a page have the class.
func (p partial) in(parts []any) bool {
	return slices.ContainsFunc(parts, func(part any) bool {
		h, ok := part.(template.HTML)
		if !ok {
			s, _ := part.(string)
			h = template.HTML(s)
		}
		return slices.ContainsFunc(p.tags, func(tag string) bool { return strings.Contains(string(h), tag) })
	})
}

// Unused returns the sources of the assets that nothing has asked for: no layout
// and no other asset that was looked at, and no page that was made. The style of a
// part of pages is used whether or not a page has it now.
func (a *Assets) Unused() []string {
	var list []string
	for _, f := range a.Files {
		name, ok := strings.CutPrefix(f.Source, Root+"/assets/")
		if ok && !a.used[name].Load() && !(strings.HasPrefix(name, "has-") && path.Ext(name) == ".css") && !slices.Contains(optional, name) {
			list = append(list, f.Source)
		}
	}
	slices.Sort(list)
	return list
}

// missingAsset is a mistake in a layout, unlike what is [Hinted].
type missingAsset struct{ Msg, Way string }

func (m *missingAsset) Error() string { return diag.In(diag.English, m.Msg) }

// Said returns the text as it was made.
func (m *missingAsset) Said() diag.Said { return diag.Said(m.Msg) }

// Hint says what to do.
func (m *missingAsset) Hint() string { return m.Way }

// What assets say of each other: url(x) and @import in style sheets, import and
// import() in scripts. Each has the address in one of its groups.
var (
	cssRE     = regexp.MustCompile(`url\(\s*"([^"]+)"\s*\)|url\(\s*'([^']+)'\s*\)|url\(\s*([^"'()\s]+)\s*\)|@import\s+"([^"]+)"|@import\s+'([^']+)'`)
	jsRE      = regexp.MustCompile(`(?:\bfrom\s*|\bimport\s*\(?\s*)(?:"((?:\.{1,2}/|https?://|//)[^"]+)"|'((?:\.{1,2}/|https?://|//)[^']+)')`)
	commentRE = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

// refs returns where a style sheet or a script names other files.
func refs(name string, data []byte) (at [][2]int) {
	re := jsRE
	if path.Ext(name) == ".css" {
		re = cssRE
		data = commentRE.ReplaceAllFunc(data, func(c []byte) []byte { return bytes.Repeat([]byte(" "), len(c)) })
	}
	for _, m := range re.FindAllSubmatchIndex(data, -1) {
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				at = append(at, [2]int{m[g], m[g+1]})
			}
		}
	}
	return at
}

// tint finds a colour of the design in a drawing. A picture does not have the
// custom properties of the page that shows it.
var tint = regexp.MustCompile(`var\(--[\w-]+\)`)

// rewritten are the kinds of asset in which the names of others are found.
var rewritten = []string{".css", ".js", ".mjs"}

func loadAssets(files map[string][]byte, colors Theme, out *diag.List) *Assets {
	base := readPalettes(files)
	colors.check(base, out)
	l := &assetLoader{
		Assets: &Assets{urls: map[string]string{}, sheets: map[string]sheet{}, used: map[string]*atomic.Bool{}},
		src:    map[string][]byte{}, busy: map[string]bool{}, theme: colors.css(base) != nil,
		screen: base[light].with(colors.tokens(base, light)), out: out,
	}
	for name, data := range files {
		if rest, ok := strings.CutPrefix(name, assetDir); ok {
			l.src[rest] = data
		}
	}
	if l.theme {
		if l.src[themeName] != nil {
			out.Errorf(diag.Pos{File: assetDir + themeName}, diag.FileName, "rename the file", "the name %s is taken by [theme] in site.toml", themeName)
		}
		l.src[themeName] = colors.css(base)
	}
	for _, name := range slices.Sorted(maps.Keys(l.src)) {
		if _, _, part := l.part(name); part {
			continue
		}
		l.add(name)
		if class, ok := strings.CutPrefix(name, "has-"); ok && path.Ext(name) == ".css" {
			l.has = append(l.has, newPartial(strings.TrimSuffix(class, ".css"), l.urls[name]))
		}
	}
	slices.SortFunc(l.Files, func(x, y Asset) int { return strings.Compare(x.Path, y.Path) })
	return l.Assets
}

const assetDir = Root + "/assets/"

// An assetLoader makes the assets from their sources.
type assetLoader struct {
	*Assets
	src    map[string][]byte // by name
	busy   map[string]bool   // being added
	theme  bool              // site.toml has one
	screen *palette
	out    *diag.List
}

// part reports whether a file is a part of the style sheet of, and for which
// classes: site.has-table.css is a part of site.css.
func (l *assetLoader) part(name string) (of, classes string, ok bool) {
	stem, css := strings.CutSuffix(name, ".css")
	stem, classes, ok = strings.Cut(stem, ".has-")
	of = stem + ".css"
	return of, classes, css && ok && l.src[of] != nil
}

// file returns where an asset was written.
func (l *assetLoader) file(name string) string {
	if name == themeName && l.theme {
		return "site.toml"
	}
	return assetDir + name
}

// add makes an asset, and first those that it names.
func (l *assetLoader) add(name string) {
	if _, done := l.urls[name]; done {
		return
	}
	l.busy[name] = true
	variants := [][]byte{l.made(name)}
	if path.Ext(name) == ".css" {
		variants = l.withParts(name, variants[0])
	}
	var urls []string
	for _, data := range variants {
		p := "assets/" + fileset.Fingerprint(name, data)
		if !slices.Contains(urls, "/"+p) {
			l.Files = append(l.Files, Asset{Path: p, Source: l.file(name), Data: data})
		}
		urls = append(urls, "/"+p)
	}
	if why := fileset.CheckPath(urls[0][1:]); why != "" {
		l.out.Errorf(diag.Pos{File: l.file(name)}, diag.FileName, "rename the file", "the file cannot be published: %s", why)
	}
	l.urls[name] = urls[0]
	if s, ok := l.sheets[name]; ok {
		s.urls = urls
		l.sheets[name] = s
	}
	if l.used[name] == nil {
		l.used[name] = new(atomic.Bool)
	}
	l.busy[name] = false
}

// withParts returns a style sheet with each choice of its parts, by the bits of
// [sheet].
func (l *assetLoader) withParts(name string, own []byte) [][]byte {
	var s sheet
	var parts [][]byte
	for _, p := range slices.Sorted(maps.Keys(l.src)) {
		of, classes, ok := l.part(p)
		if !ok || of != name {
			continue
		}
		if data := l.made(p); len(s.has) < maxParts {
			s.has = append(s.has, newPartial(classes, ""))
			parts = append(parts, data)
		} else {
			own = slices.Concat(own, data)
		}
	}
	if parts == nil {
		return [][]byte{own}
	}
	l.sheets[name] = s
	list := make([][]byte, 1<<len(parts))
	for with := range list {
		data := own
		for i, p := range parts {
			if with&(1<<i) != 0 {
				data = slices.Concat(data, p)
			}
		}
		list[with] = data
	}
	return list
}

// made returns the bytes of an asset as they are published: with the addresses of
// others in it, and without what only people read.
func (l *assetLoader) made(name string) []byte {
	data := l.src[name]
	switch {
	case slices.Contains(rewritten, path.Ext(name)):
		return l.minify(l.file(name), path.Ext(name), data, l.linked(name), l.out)
	case path.Ext(name) == ".svg":
		return tint.ReplaceAllFunc(data, func(v []byte) []byte {
			if c, ok := l.screen.color(light, string(v)); ok {
				return []byte(c.Hex())
			}
			return v
		})
	}
	return data
}

// linked returns an asset with the addresses of those that it names.
func (l *assetLoader) linked(name string) []byte {
	data := l.src[name]
	var b bytes.Buffer
	at := 0
	lines := diag.NewLines(l.file(name), data)
	for _, ref := range refs(name, data) {
		url, found := l.resolve(name, string(data[ref[0]:ref[1]]), func(code diag.Code, hint, format string, args ...any) {
			l.out.Errorf(lines.At(ref[0]), code, hint, format, args...)
		})
		if found {
			b.Write(data[at:ref[0]])
			b.WriteString(url)
			at = ref[1]
		}
	}
	b.Write(data[at:])
	return b.Bytes()
}

// resolve returns what a reference in an asset becomes; found is false when it
// stays as it is.
func (l *assetLoader) resolve(name, ref string, report func(code diag.Code, hint, format string, args ...any)) (url string, found bool) {
	low := strings.ToLower(ref)
	if strings.HasPrefix(ref, "#") || strings.HasPrefix(low, "data:") {
		return "", false
	}
	file, tail := ref, "" // sprite.svg#home, font.woff2?v=2
	if i := strings.IndexAny(ref, "?#"); i >= 0 {
		file, tail = ref[:i], ref[i:]
	}
	target := path.Join(path.Dir(name), file)
	switch _, ok := l.src[target]; {
	case strings.HasPrefix(ref, "//"), strings.Contains(ref, "://"):
		report(diag.AssetForeign, "put a copy in layouts/assets", "%q is on another site; pages load nothing from elsewhere", ref)
		return "", false
	case !ok:
		report(diag.AssetMissing, diag.DidYouMean(target, slices.Collect(maps.Keys(l.src))), "no asset %q in layouts/assets", target)
		return "", false
	case l.busy[target]:
		report(diag.AssetCircle, "move what both need into a third file", "%q and %q name each other, so neither can have a hash in its name", name, target)
		return "", false
	}
	l.add(target)
	l.used[target].Store(true)
	// Without the dot it would be a name to a module, and no address.
	return "./" + relative(path.Dir(name), strings.TrimPrefix(l.urls[target], "/assets/")) + tail, true
}

// minify takes out of a style sheet or a script what only people read. One that
// cannot be parsed is reported, which also catches slips that browsers pass over
// in silence; own is the file as it was before other names came into it.
func (a *Assets) minify(file, ext string, own, data []byte, out *diag.List) []byte {
	m := minify.New()
	kind := "text/css"
	if ext == ".css" {
		m.AddFunc(kind, css.Minify)
	} else {
		kind = "text/javascript"
		m.AddFunc(kind, js.Minify)
	}
	small, err := m.Bytes(kind, data)
	if err == nil {
		return small
	}
	if _, e := m.Bytes(kind, own); e != nil {
		err = e // with the author's own columns
	}
	pos := diag.Pos{File: file}
	msg := err.Error()
	if pe, ok := errors.AsType[*parse.Error](err); ok {
		msg = pe.Message
		// The parser takes more characters for line ends than an editor does.
		if lines := bytes.Split(own, []byte("\n")); pe.Line <= len(lines) {
			pos.Line, pos.Col = pe.Line, min(pe.Column, len(lines[pe.Line-1])+1)
		}
	}
	out.Errorf(pos, diag.AssetSyntax, "", "cannot be parsed: %s", msg)
	return data
}

// relative returns the path to an asset from a folder of assets.
func relative(dir, to string) string {
	if dir == "." {
		return to
	}
	return strings.Repeat("../", strings.Count(dir, "/")+1) + to
}
