package layout

import (
	"bytes"
	"errors"
	"fmt"
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
	Files []Asset                 // by path
	urls  map[string]string       // without below
	below string                  // the folder of the site: /help
	has   []partial               // by name
	used  map[string]*atomic.Bool // by name, those that something asked for
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
	return "", &missingAsset{fmt.Sprintf("no asset %q in layouts/assets", name), diag.DidYouMean(name, slices.Collect(maps.Keys(a.urls)))}
}

// Styles returns the addresses of the style sheets has-NAME.css, by name, of
// which the parts of a page have an element with the class NAME, first in its
// class attribute. So a page loads no style for what it does not have. A part is
// HTML or text; anything else has no elements.
func (a *Assets) Styles(parts ...any) []string {
	var list []string
	for _, p := range a.has {
		if slices.ContainsFunc(parts, func(part any) bool {
			h, ok := part.(template.HTML)
			if !ok {
				s, _ := part.(string)
				h = template.HTML(s)
			}
			return strings.Contains(string(h), p.only) || strings.Contains(string(h), p.first)
		}) {
			list = append(list, a.below+p.url)
		}
	}
	return list
}

// A partial is a style sheet for pages with a class, which stands alone in a
// tag or is the first of several.
type partial struct{ only, first, url string }

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

func (m *missingAsset) Error() string { return m.Msg }

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
	const dir = Root + "/assets/"
	base := readPalettes(files)
	colors.check(base, out)
	theme := colors.css(base)
	screen := base[light].with(colors.tokens(base, light))
	a := &Assets{urls: map[string]string{}, used: map[string]*atomic.Bool{}}
	src := map[string][]byte{}
	for name, data := range files {
		if rest, ok := strings.CutPrefix(name, dir); ok {
			src[rest] = data
		}
	}
	if theme != nil {
		if src[themeName] != nil {
			out.Errorf(diag.Pos{File: dir + themeName}, diag.FileName, "rename the file", "the name %s is taken by [theme] in site.toml", themeName)
		}
		src[themeName] = theme
	}
	names := slices.Sorted(maps.Keys(src))
	busy := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		if _, done := a.urls[name]; done {
			return
		}
		busy[name] = true
		file := dir + name
		if name == themeName && theme != nil {
			file = "site.toml"
		}
		data := src[name]
		if slices.Contains(rewritten, path.Ext(name)) {
			var b bytes.Buffer
			at := 0
			lines := diag.NewLines(file, src[name])
			for _, ref := range refs(name, src[name]) {
				url, found := a.resolve(src, busy, add, name, string(data[ref[0]:ref[1]]), func(code diag.Code, hint, format string, args ...any) {
					out.Errorf(lines.At(ref[0]), code, hint, format, args...)
				})
				if found {
					b.Write(data[at:ref[0]])
					b.WriteString(url)
					at = ref[1]
				}
			}
			b.Write(data[at:])
			data = a.minify(file, path.Ext(name), src[name], b.Bytes(), out)
		}
		if path.Ext(name) == ".svg" {
			data = tint.ReplaceAllFunc(data, func(v []byte) []byte {
				if c, ok := screen.color(light, string(v)); ok {
					return []byte(c.Hex())
				}
				return v
			})
		}
		p := "assets/" + fileset.Fingerprint(name, data)
		if why := fileset.CheckPath(p); why != "" {
			out.Errorf(diag.Pos{File: file}, diag.FileName, "rename the file", "the file cannot be published: %s", why)
		}
		a.urls[name] = "/" + p
		if a.used[name] == nil {
			a.used[name] = new(atomic.Bool)
		}
		a.Files = append(a.Files, Asset{Path: p, Source: file, Data: data})
		busy[name] = false
	}
	for _, name := range names {
		add(name)
		if class, ok := strings.CutPrefix(name, "has-"); ok && path.Ext(name) == ".css" {
			class = strings.TrimSuffix(class, ".css")
			a.has = append(a.has, partial{`class="` + class + `"`, `class="` + class + ` `, a.urls[name]})
		}
	}
	slices.SortFunc(a.Files, func(x, y Asset) int { return strings.Compare(x.Path, y.Path) })
	return a
}

// resolve returns what a reference in an asset becomes; found is false when it
// stays as it is.
func (a *Assets) resolve(src map[string][]byte, busy map[string]bool, add func(string), name, ref string, report func(code diag.Code, hint, format string, args ...any)) (url string, found bool) {
	low := strings.ToLower(ref)
	if strings.HasPrefix(ref, "#") || strings.HasPrefix(low, "data:") {
		return "", false
	}
	file, tail := ref, "" // sprite.svg#home, font.woff2?v=2
	if i := strings.IndexAny(ref, "?#"); i >= 0 {
		file, tail = ref[:i], ref[i:]
	}
	target := path.Join(path.Dir(name), file)
	switch _, ok := src[target]; {
	case strings.HasPrefix(ref, "//"), strings.Contains(ref, "://"):
		report(diag.AssetForeign, "put a copy in layouts/assets", "%q is on another site; pages load nothing from elsewhere", ref)
		return "", false
	case !ok:
		report(diag.AssetMissing, diag.DidYouMean(target, slices.Collect(maps.Keys(src))), "no asset %q in layouts/assets", target)
		return "", false
	case busy[target]:
		report(diag.AssetCircle, "move what both need into a third file", "%q and %q name each other, so neither can have a hash in its name", name, target)
		return "", false
	}
	add(target)
	a.used[target].Store(true)
	// Without the dot it would be a name to a module, and no address.
	return "./" + relative(path.Dir(name), strings.TrimPrefix(a.urls[target], "/assets/")) + tail, true
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
