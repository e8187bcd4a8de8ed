package layout

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// FuzzHead reads any head of a directive's template: no panic, every position
// in the file, the same findings twice, and a directive without findings has a
// kind.
func FuzzHead(f *testing.F) {
	files, _ := filepath.Glob("../../../../../layouts/directives/*.html")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			head, _, _ := strings.Cut(string(b), "}}")
			f.Add(head + "}}")
		}
	}
	for _, s := range []string{"", "{{/**/}}", "{{- /*\r\nkind = \"leaf\"\r\nattributes = [\"a\", 5]\r\n*/ -}}", "{{/* kind = \"blok\" label = 1 */}}", "{{/*\nkind = \"inline\"\nkind = \"leaf\"\n*/}}", " \n{{/* attributes.x = 1\nattributes = [] */}}"} {
		f.Add(s)
	}
	const file = Root + "/directives/x.html"
	f.Fuzz(func(t *testing.T, head string) {
		// The template behind the head is not what is looked at here.
		if strings.Count(head, "{{") > 1 {
			t.Skip()
		}
		read := func() (*Set, []diag.Diagnostic) {
			out := new(diag.List)
			s := Load(map[string][]byte{Root + "/base.html": []byte(base), file: []byte(head), Root + "/directives/x.md": []byte("{{ .Attrs.a }}")}, nil, out)
			return s, out.Sorted()
		}
		s, first := read()
		if _, again := read(); !slices.Equal(first, again) {
			t.Errorf("second time:\n%s\nfirst time:\n%s", lines(again), lines(first))
		}
		ls := strings.Split(head, "\n")
		for _, d := range first {
			if p := d.Pos; p.File == file && p.Line > 0 && (p.Line > len(ls) || p.Col < 1 || p.Col > len(ls[p.Line-1])+1) {
				t.Errorf("%v is not in the file: %s", p, d.Msg)
			}
		}
		if kind, ok := s.Directive("x"); ok && kind == "" && len(first) == 0 {
			t.Error("a directive without a kind, and no word of it")
		}
	})
}

// FuzzAssets reads any style sheet and script: no panic, every position in its
// file, the same twice.
func FuzzAssets(f *testing.F) {
	f.Add("@import \"a.css\"; a{b:url('x.png?y#z')} /* url(weg) */ c{d:url( //e.f/g )}", "import './b.js'; const x = () => import(\"./c.js\");\n")
	f.Add("a{b:url(site.css)}", "import './site.js'")
	f.Add("a{", "let x = ;")
	f.Fuzz(func(t *testing.T, css, js string) {
		files := map[string][]byte{Root + "/assets/site.css": []byte(css), Root + "/assets/site.js": []byte(js), Root + "/assets/x.png": []byte("x"), Root + "/assets/c.js": []byte("export default 1")}
		read := func() (*Assets, []diag.Diagnostic) {
			out := new(diag.List)
			return loadAssets(files, nil, out), out.Sorted()
		}
		a, first := read()
		b, again := read()
		if !slices.Equal(first, again) || len(a.Files) != len(b.Files) {
			t.Errorf("second time:\n%s\nfirst time:\n%s", lines(again), lines(first))
		}
		for i := range a.Files {
			if a.Files[i].Path != b.Files[i].Path || string(a.Files[i].Data) != string(b.Files[i].Data) {
				t.Errorf("not the same twice: %s", a.Files[i].Source)
			}
		}
		for _, d := range first {
			ls := strings.Split(string(files[d.Pos.File]), "\n")
			if p := d.Pos; p.Line > 0 && (p.Line > len(ls) || p.Col < 1 || p.Col > len(ls[p.Line-1])+1) {
				t.Errorf("%v is not in the file: %s", p, d.Msg)
			}
		}
	})
}
