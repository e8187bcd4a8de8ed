package layout

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/parse/v2"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/output"
)

// Assets are the files of layouts/assets under names that hold a hash of their
// bytes, so that browsers may keep them for ever.
type Assets struct {
	Files []Asset // by path
	urls  map[string]string
}

// An Asset is one published asset.
type Asset struct {
	Path   string // in the output: assets/site.1a2b3c4d5e.css
	Source string // layouts/assets/site.css; site.toml for the theme
	Data   []byte
}

const themeName = "theme.css"

// URL gives the address of an asset by its name below layouts/assets. The
// style sheet theme.css is "" on a site without a theme.
func (a *Assets) URL(name string) (string, error) {
	if u, ok := a.urls[name]; ok {
		return u, nil
	}
	if name == themeName {
		return "", nil
	}
	return "", &Hinted{fmt.Sprintf("no asset %q in layouts/assets", name), diag.DidYouMean(name, slices.Collect(maps.Keys(a.urls)))}
}

// refRE finds what assets say of each other: url(x) in style sheets, import
// and import() in scripts.
var (
	cssRE = regexp.MustCompile(`url\(\s*["']?([^"')]+)["']?\s*\)`)
	jsRE  = regexp.MustCompile(`(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.{1,2}/[^"']+)["']`)
)

func loadAssets(files map[string][]byte, theme []byte, out *diag.List) *Assets {
	const dir = Root + "/assets/"
	a := &Assets{urls: map[string]string{}}
	src := map[string][]byte{}
	for name, data := range files {
		if rest, ok := strings.CutPrefix(name, dir); ok {
			src[rest] = data
		}
	}
	if theme != nil {
		src[themeName] = theme
	}
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
		var re *regexp.Regexp
		switch path.Ext(name) {
		case ".css":
			re = cssRE
		case ".js", ".mjs":
			re = jsRE
		}
		if re != nil {
			var b bytes.Buffer
			at := 0
			for _, m := range re.FindAllSubmatchIndex(data, -1) {
				ref := string(data[m[2]:m[3]])
				if strings.HasPrefix(ref, "#") || strings.HasPrefix(ref, "data:") {
					continue
				}
				pos := diag.At(file, data, m[2])
				target := path.Join(path.Dir(name), ref)
				switch {
				case strings.Contains(ref, "://") || strings.HasPrefix(ref, "//"):
					out.Errorf(pos, "asset-foreign", "put a copy in layouts/assets", "%q is on another site; pages load nothing from elsewhere", ref)
					continue
				case src[target] == nil:
					out.Errorf(pos, "asset-missing", diag.DidYouMean(target, slices.Collect(maps.Keys(src))), "no asset %q in layouts/assets", target)
					continue
				case busy[target]:
					out.Errorf(pos, "asset-circle", "move what both need into a third file", "%q and %q name each other, so neither can have a hash in its name", name, target)
					continue
				}
				add(target)
				b.Write(data[at:m[2]])
				url := a.urls[target]
				if path.Ext(name) != ".css" {
					url = "./" + relative(path.Dir(name), strings.TrimPrefix(url, "/assets/"))
				}
				b.WriteString(url)
				at = m[3]
			}
			b.Write(data[at:])
			data = a.minify(file, path.Ext(name), b.Bytes(), out)
		}
		p := "assets/" + output.Fingerprint(name, data)
		if why := output.CheckPath(p); why != "" {
			out.Errorf(diag.Pos{File: file}, "file-name", "rename the file", "the file cannot be published: %s", why)
		}
		a.urls[name] = "/" + p
		a.Files = append(a.Files, Asset{Path: p, Source: file, Data: data})
		busy[name] = false
	}
	for _, name := range slices.Sorted(maps.Keys(src)) {
		add(name)
	}
	slices.SortFunc(a.Files, func(x, y Asset) int { return strings.Compare(x.Path, y.Path) })
	return a
}

// minify takes out of a style sheet or a script what only people read. One that
// cannot be parsed is reported, which also catches slips that browsers pass over
// in silence.
func (a *Assets) minify(file, ext string, data []byte, out *diag.List) []byte {
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
	pos := diag.Pos{File: file}
	msg := err.Error()
	if pe, ok := errors.AsType[*parse.Error](err); ok {
		pos.Line, pos.Col, msg = pe.Line, pe.Column, pe.Message
	}
	out.Errorf(pos, "asset-syntax", "", "cannot be parsed: %s", msg)
	return data
}

// relative gives the path to an asset from a folder of assets.
func relative(dir, to string) string {
	if dir == "." {
		return to
	}
	return strings.Repeat("../", strings.Count(dir, "/")+1) + to
}
