package render

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
	"wegwijs/cmd/wegwijs/internal/site"
)

// smallSite returns the small site of the tests with files laid over it; an
// empty text takes a file away.
func smallSite(t testing.TB, over map[string]string) map[string]string {
	t.Helper()
	a, err := txtar.ParseFile("../../../testdata/small.txtar")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, f := range a.Files {
		m[f.Name] = string(f.Data)
	}
	maps.Copy(m, over)
	maps.DeleteFunc(m, func(_, text string) bool { return text == "" })
	return m
}

// renderer makes the renderer of a site and its file set. The mistakes that
// this finds go to the list.
func renderer(t testing.TB, files map[string]string) (*Renderer, *fileset.Set, *diag.List) {
	t.Helper()
	out := new(diag.List)
	c := config.Parse([]byte(files["site.toml"]), out)
	if c == nil {
		t.Fatal(out.Sorted())
	}
	read := func(file string) ([]byte, error) {
		text, ok := files[file]
		if !ok {
			return nil, fmt.Errorf("read %s: %w", file, os.ErrNotExist)
		}
		return []byte(text), nil
	}
	var pages []*content.Page
	var beside []string
	layouts := map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		switch {
		case strings.HasPrefix(name, "content/") && strings.HasSuffix(name, ".md"):
			if p := content.Parse(name, []byte(files[name]), out); p != nil {
				pages = append(pages, p)
			}
		case strings.HasPrefix(name, "content/"):
			beside = append(beside, name)
		case strings.HasPrefix(name, "layouts/"):
			layouts[name] = []byte(files[name])
		}
	}
	s := site.New(site.Input{Config: c, Pages: pages, Files: beside, Out: out})
	var all []*i18n.Strings
	for _, l := range c.Languages {
		name := "i18n/" + l.Lang + ".toml"
		all = append(all, i18n.Parse(l.Lang, name, []byte(files[name]), out))
	}
	r := New(Input{
		Site: s, Layouts: layout.Load(layouts, Theme(c), out).Below(c.BasePath), Strings: i18n.NewCatalogue(all, nil), Read: read, Release: "0",
		Hash:     func(file string) scan.Hash { return scan.Hash{byte(len(file)), byte(len(files[file]))} },
		Size:     func(file string) int64 { return int64(len(files[file])) },
		Settings: &settings.Source{Record: &mail.Record{}},
	})
	return r, r.Set(nil, out), out
}

// text makes a file of the set.
func text(t testing.TB, s *fileset.Set, path string) string {
	t.Helper()
	b, err := s.Make(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func says(ds []diag.Diagnostic) []string {
	list := []string{}
	for _, d := range ds {
		list = append(list, d.Pos.String()+": "+d.Msg)
	}
	return list
}

// finish returns what making the files has found.
func finish(t testing.TB, r *Renderer) []diag.Diagnostic {
	t.Helper()
	ds, err := r.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return ds
}
