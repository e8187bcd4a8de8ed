package layout

import (
	"bytes"
	"fmt"
	"html/template"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// assets loads the files of a txtar, named below layouts/assets.
func assets(src string, theme Theme) (*Assets, []diag.Diagnostic) {
	files := map[string][]byte{}
	for _, f := range txtar.Parse([]byte(src)).Files {
		files[Root+"/assets/"+f.Name] = f.Data
	}
	out := new(diag.List)
	return loadAssets(files, theme, out), out.Sorted()
}

// text returns an asset with the hash of every name in it as #.
func text(a *Assets, name string) string {
	for _, f := range a.Files {
		if strings.HasSuffix(f.Source, "/"+name) {
			return hashRE.ReplaceAllString(string(f.Data), ".#.")
		}
	}
	return "no such asset"
}

var hashRE = regexp.MustCompile(`\.[0-9a-f]{8,}\.`)

func TestAssets(t *testing.T) {
	a, ds := assets(`-- site.css --
@import "reset.css";
@import 'css/extra.css' screen;
@import url(css/extra.css);
/* url(weg.png) and @import "weg.css" are not looked at */
a { background: url(icon.svg); }
b { background: url( "icon.svg#home" ); }
c { src: url('fonts/a.woff2?v=2') format("woff2"), url("fonts/a.woff2"); }
d { background: url(#filter); cursor: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' fill='url(%23a)'/%3E"); }
-- reset.css --
a { b: c; }
-- css/extra.css --
a { background: url(../icon.svg); }
b { background: url(deep/x.png); }
-- css/deep/x.png --
PNG
-- fonts/a.woff2 --
WOFF
-- icon.svg --
<svg/>
-- site.js --
import { a } from "./js/a.js";
import "./js/b.mjs";
export * from './js/b.mjs';
const later = () => import("./js/deep/c.js");
a(later, "./niet/hier.js");
-- js/a.js --
import b from "./b.mjs"
import c from "../top.js"
export const a = (x) => b(c, x);
-- js/b.mjs --
export default 1;
-- js/deep/c.js --
import b from "../b.mjs"; import top from "../../top.js";
console.log(b, top);
-- top.js --
export default 2;
-- leeg.css --
`, nil)
	if len(ds) > 0 {
		t.Errorf("got findings:\n%s", lines(ds))
	}
	for name, want := range map[string][]string{
		"site.css": {
			`@import "./reset.#.css"`, `@import './css/extra.#.css' screen`, `@import './css/extra.#.css'`,
			`a{background:url(./icon.#.svg)}`, `url(./icon.#.svg#home)`, `url(./fonts/a.#.woff2?v=2)format("woff2"),url(./fonts/a.#.woff2)`, `url(#filter)`, `data:image/svg+xml`,
		},
		"extra.css": {`url(./../icon.#.svg)`, `url(./../css/deep/x.#.png)`},
		"site.js":   {`from"./js/a.#.js"`, `import"./js/b.#.mjs"`, `import("./js/deep/c.#.js")`, `"./niet/hier.js"`},
		"a.js":      {`from"./../js/b.#.mjs"`, `from"./../top.#.js"`},
		"c.js":      {`from"./../../js/b.#.mjs"`, `from"./../../top.#.js"`},
	} {
		got := text(a, name)
		for _, w := range want {
			if !strings.Contains(strings.ReplaceAll(got, "'", `"`), strings.ReplaceAll(w, "'", `"`)) {
				t.Errorf("%s: no %s in\n%s", name, w, got)
			}
		}
	}
	// Each name holds a hash of the bytes, and every name in an asset is one of
	// the set.
	paths := map[string]bool{}
	for _, f := range a.Files {
		rel := strings.TrimPrefix(f.Source, Root+"/assets/")
		if want := "assets/" + fileset.Fingerprint(rel, f.Data); f.Path != want {
			t.Errorf("%s: got the path %s, want %s", f.Source, f.Path, want)
		}
		if u, err := a.URL(rel); err != nil || u != "/"+f.Path {
			t.Errorf("%s: got the address %s (%v), want /%s", rel, u, err, f.Path)
		}
		paths["/"+f.Path] = true
	}
	for _, f := range a.Files {
		for _, m := range regexp.MustCompile(`["'(](\./[^"'()?#]+\.[0-9a-f]{8,}\.\w+)["')?#]`).FindAllStringSubmatch(string(f.Data), -1) {
			if p := path.Join("/", path.Dir(f.Path), m[1]); !paths[p] {
				t.Errorf("%s names %s, which is %s and not there", f.Source, m[1], p)
			}
		}
	}
	if !slices.IsSortedFunc(a.Files, func(x, y Asset) int { return strings.Compare(x.Path, y.Path) }) {
		t.Error("the assets are not in order")
	}
}

// TestAssetsChange: another byte in an asset changes its name, and that of all
// that name it.
func TestAssetsChange(t *testing.T) {
	load := func(icon string) map[string]string {
		a, ds := assets("-- site.css --\na{b:url(css/x.css)}\n-- css/x.css --\na{b:url(../icon.svg)}\n-- icon.svg --\n"+icon+"\n-- other.css --\na{b:c}\n", nil)
		if len(ds) > 0 {
			t.Fatalf("got findings:\n%s", lines(ds))
		}
		urls := map[string]string{}
		for _, n := range []string{"site.css", "css/x.css", "icon.svg", "other.css"} {
			urls[n], _ = a.URL(n)
		}
		return urls
	}
	one, two := load("<svg/>"), load("<svg />")
	for name, same := range map[string]bool{"site.css": false, "css/x.css": false, "icon.svg": false, "other.css": true} {
		if (one[name] == two[name]) != same {
			t.Errorf("%s: got %s and %s", name, one[name], two[name])
		}
	}
	if again := load("<svg/>"); fmt.Sprint(again) != fmt.Sprint(one) {
		t.Errorf("not the same twice: %v and %v", again, one)
	}
}

func TestAssetMistakes(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"missing", "-- css/a.css --\na{b:url(icon.png)}\n  c{d:url('../icon.pgn')}\n-- icon.png --\nx\n-- a.js --\n\nimport './b.js';\n",
			"assets/a.js:2:9 [asset-missing] no asset \"b.js\" in layouts/assets | did you mean \"a.js\"? known: a.js, css/a.css, icon.png\n" +
				"assets/css/a.css:1:9 [asset-missing] no asset \"css/icon.png\" in layouts/assets | known: a.js, css/a.css, icon.png\n" +
				"assets/css/a.css:2:12 [asset-missing] no asset \"icon.pgn\" in layouts/assets | did you mean \"icon.png\"? known: a.js, css/a.css, icon.png\n"},
		{"outside of the folder", "-- a.css --\na{b:url(../../content/x.png)}\n", "assets/a.css:1:9 [asset-missing] no asset \"../../content/x.png\" in layouts/assets | known: a.css\n"},
		{"absolute", "-- a.css --\na{b:url(/assets/a.css)}\n", "assets/a.css:1:9 [asset-missing] no asset \"assets/a.css\" in layouts/assets | known: a.css\n"},
		{"other sites", "-- a.css --\n@import \"https://fonts.example/x.css\";\na{b:url(//cdn.example/x.png)} c{d:url(HTTP://cdn.example/x)}\n-- a.js --\nimport x from \"https://cdn.example/x.js\"; import('//cdn.example/y.js'); x()\n",
			"assets/a.css:1:10 [asset-foreign] \"https://fonts.example/x.css\" is on another site; pages load nothing from elsewhere | put a copy in layouts/assets\n" +
				"assets/a.css:2:9 [asset-foreign] \"//cdn.example/x.png\" is on another site; pages load nothing from elsewhere | put a copy in layouts/assets\n" +
				"assets/a.css:2:39 [asset-foreign] \"HTTP://cdn.example/x\" is on another site; pages load nothing from elsewhere | put a copy in layouts/assets\n" +
				"assets/a.js:1:16 [asset-foreign] \"https://cdn.example/x.js\" is on another site; pages load nothing from elsewhere | put a copy in layouts/assets\n" +
				"assets/a.js:1:51 [asset-foreign] \"//cdn.example/y.js\" is on another site; pages load nothing from elsewhere | put a copy in layouts/assets\n"},
		{"circle", "-- a.js --\nimport './b.js';\n-- b.js --\nimport './c.js';\n-- c.js --\nimport './a.js';\n", "assets/c.js:1:9 [asset-circle] \"c.js\" and \"a.js\" name each other, so neither can have a hash in its name | move what both need into a third file\n"},
		{"itself", "-- a.css --\na{b:url(a.css)}\n", "assets/a.css:1:9 [asset-circle] \"a.css\" and \"a.css\" name each other, so neither can have a hash in its name | move what both need into a third file\n"},
		{"script that cannot be parsed", "-- a.js --\nimport './b.js';\nlet x = ;\n-- b.js --\nexport let y;\n", "assets/a.js:2:9 [asset-syntax] cannot be parsed: unexpected ; in expression\n"},
		{"name that cannot be published", "-- a?b.png --\nx\n", "assets/a?b.png [file-name] the file cannot be published: "},
	} {
		_, ds := assets(tt.src, nil)
		if got := lines(ds); got != tt.want && !(strings.HasSuffix(tt.want, ": ") && strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

func TestTheme(t *testing.T) {
	const src = "-- site.css --\na{b:c}\n"
	a, ds := assets(src, nil)
	if u, err := a.URL("theme.css"); u != "" || err != nil || len(ds) > 0 {
		t.Errorf("no theme: got %q, %v", u, err)
	}
	if _, err := a.URL("theme.cs"); err == nil {
		t.Error("theme.cs is no asset")
	}
	a, ds = assets(src, theme("accent", "#0b6e5f"))
	u, err := a.URL("theme.css")
	if err != nil || !strings.HasPrefix(u, "/assets/theme.") || len(ds) > 0 {
		t.Errorf("theme: got %q, %v\n%s", u, err, lines(ds))
	}
	i := slices.IndexFunc(a.Files, func(f Asset) bool { return f.Source == "site.toml" })
	if i < 0 || !bytes.Contains(a.Files[i].Data, []byte("--accent")) {
		t.Errorf("the theme is not among the assets: %+v", a.Files)
	}
	_, ds = assets("-- theme.css --\na{b:c}\n", theme("accent", "#0b6e5f"))
	if got, want := lines(ds), "assets/theme.css [file-name] the name theme.css is taken by [theme] in site.toml | rename the file\n"; got != want {
		t.Errorf("both: got %swant %s", got, want)
	}
	a, ds = assets("-- theme.css --\na{b:c}\n", nil)
	if u, err := a.URL("theme.css"); u == "" || err != nil || len(ds) > 0 {
		t.Errorf("a style sheet of that name on a site without a theme: got %q, %v", u, err)
	}
}

// TestStyles links the style sheets of what a page has, and no others.
func TestStyles(t *testing.T) {
	a, ds := assets("-- site.css --\na{b:c}\n-- has-table.css --\na{b:d}\n-- has-choice.css --\na{b:e}\n-- has-card.txt --\nx\n", nil)
	if len(ds) > 0 {
		t.Fatal(lines(ds))
	}
	for _, c := range []struct {
		parts []any
		want  string
	}{
		{nil, ""},
		{[]any{template.HTML("<p>table</p>"), template.HTML(`<p class="tables">`)}, ""},
		{[]any{template.HTML(""), false, nil, template.HTML(`<div class="table cards">`)}, "table"},
		{[]any{template.HTML(`<div class="choice">`), `class="table"`}, "choice table"},
		{[]any{template.HTML(`<div class="cards table">`)}, ""},
		{[]any{template.HTML(`<div class="card">`)}, ""},
	} {
		var got []string
		for _, u := range a.Styles(c.parts...) {
			name, _, _ := strings.Cut(strings.TrimPrefix(u, "/assets/has-"), ".")
			got = append(got, name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: got %q, want %q", c.parts, got, c.want)
		}
	}
}

// TestSheet: a style sheet has the parts that the page needs, in one file; each
// part is published in no other way. The sheet for paper is one by itself.
func TestSheet(t *testing.T) {
	a, ds := assets("-- site.css --\na{b:site}\n-- site.print.css --\na{b:print}\n-- site.has-table.css --\na{b:table url(x.png)}\n-- site.has-list+steps.css --\na{b:steps}\n-- x.png --\nx\n-- more.min.css --\na{b:min}\n-- more.css --\na{b:more}\n-- other.has-x.css --\na{b:other}\n", nil)
	if len(ds) > 0 {
		t.Fatal(lines(ds))
	}
	text := map[string]string{}
	for _, f := range a.Files {
		if text["/"+f.Path] != "" {
			t.Errorf("%s is there twice", f.Path)
		}
		text["/"+f.Path] = string(f.Data)
	}
	x, _ := a.URL("x.png")
	table := "a{b:table url(." + strings.TrimPrefix(x, "/assets") + ")}"
	for _, c := range []struct {
		name  string
		parts []any
		want  string
	}{
		{"site.css", nil, "a{b:site}"},
		{"site.css", []any{template.HTML(`<p class="table">`)}, "a{b:site}" + table},
		{"site.css", []any{"", template.HTML(`<p class="steps x"><p class="table">`)}, "a{b:site}a{b:steps}" + table},
		{"site.css", []any{template.HTML(`<p class="list">`)}, "a{b:site}a{b:steps}"},
		{"site.css", []any{template.HTML(`<p class="list+steps">`)}, "a{b:site}"},
		{"site.css", []any{template.HTML(`<p class="x steps">`)}, "a{b:site}"},
		{"more.css", []any{template.HTML(`<p class="table">`)}, "a{b:more}"},
		{"more.min.css", nil, "a{b:min}"},
		{"other.has-x.css", nil, "a{b:other}"},
		{"site.print.css", []any{template.HTML(`<p class="print">`)}, "a{b:print}"},
	} {
		url, err := a.Sheet(c.name, c.parts...)
		if err != nil || text[url] != c.want {
			t.Errorf("%s %q: got %q, %v, want %q", c.name, c.parts, text[url], err, c.want)
		}
	}
	plain, _ := a.Sheet("site.css")
	if url, _ := a.URL("site.css"); url != plain {
		t.Errorf("without parts of a page: got %s, want %s", url, plain)
	}
	if len(a.Files) != 4+5 {
		t.Errorf("got %d files, want one for each choice of two parts, and five others", len(a.Files))
	}
	if _, err := a.Sheet("sitte.css"); err == nil {
		t.Error("a style sheet that is not there: no error")
	}
	if _, ds := assets("-- site.css --\na{b:c}\n-- site.print.css --\na{b:c}\na{b:url(x.png)}\n", nil); !strings.HasPrefix(lines(ds), "assets/site.print.css:2:9 [asset-missing]") {
		t.Errorf("a mistake in a part: got %s", lines(ds))
	}
}

// TestSheetOfManyParts: parts beyond those that can be left out are always in it.
func TestSheetOfManyParts(t *testing.T) {
	src := "-- site.css --\na{b:c}\n"
	for i := range maxParts + 2 {
		src += fmt.Sprintf("-- site.has-p%d.css --\na{b:p%d}\n", i, i)
	}
	a, ds := assets(src, nil)
	if len(ds) > 0 {
		t.Fatal(lines(ds))
	}
	if len(a.Files) != 1<<maxParts {
		t.Fatalf("got %d files", len(a.Files))
	}
	for _, f := range a.Files {
		if !strings.HasPrefix(string(f.Data), "a{b:c}a{b:p4}a{b:p5}") {
			t.Errorf("%s: got %s", f.Path, f.Data)
		}
	}
}
