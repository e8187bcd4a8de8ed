package manual

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestDirectives: each directive of the built-in layouts has its place in the
// manual, in both languages; something in the Markdown copy; and a label and
// attributes that are said to be wrong where they are.
func TestDirectives(t *testing.T) {
	root := os.DirFS(testenv.Root(t))
	files := map[string][]byte{}
	err := fs.WalkDir(root, layout.Root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) == ".go" {
			return err
		}
		files[name], err = fs.ReadFile(root, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out := new(diag.List)
	set := layout.Load(files, nil, out)
	if ds := out.Sorted(); diag.Errors(ds) > 0 {
		t.Fatal(ds)
	}
	names := set.Directives()
	if len(names) < 20 {
		t.Fatalf("only %q", names)
	}
	for _, name := range names {
		kind, _ := set.Directive(name)
		for _, lang := range []diag.Lang{diag.English, diag.Dutch} {
			text, _ := Topic("directives", lang, root)
			_, text, found := strings.Cut(text, "\n## "+name+"\n\n")
			first, _, _ := strings.Cut(text, "\n")
			if !found || About(name) == "" || first != diag.In(lang, About(name)) || lang == diag.Dutch && first == About(name) {
				t.Errorf("%s has no place in the manual in %s: %q", name, lang, first)
			}
		}
		if _, own := files[layout.Root+"/directives/"+name+".md"]; !own && kind == markdown.Leaf {
			t.Errorf("::%s has nothing in the Markdown copy: write layouts/directives/%[1]s.md", name)
		}
		d := &layout.Directive{Name: name, Label: "x", Attrs: map[string]string{"er-is-geen-attribuut": "x"}}
		label, _ := set.Declared(name)
		if label == "none" {
			if _, _, err := set.Render(d, "", false); err == nil || !strings.Contains(err.Error(), "label") {
				t.Errorf("%s takes no label, and one is not refused: %v", name, err)
			}
			d.Label = ""
		}
		if _, _, err := set.Render(d, "", false); err == nil || !strings.Contains(err.Error(), "er-is-geen-attribuut") {
			t.Errorf("%s: an attribute that it does not have is not refused: %v", name, err)
		}
		if label == "required" {
			d.Label = " "
			if _, _, err := set.Render(d, "", false); err == nil || !strings.Contains(err.Error(), "label") {
				t.Errorf("%s: a label that is missing is not said to be: %v", name, err)
			}
		}
	}
}
