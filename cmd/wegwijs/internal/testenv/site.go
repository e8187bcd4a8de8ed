package testenv

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// SmallSite returns the files of the small site, cmd/wegwijs/testdata/small.txtar,
// with archives laid over it, each as long as txtar has it. A file without text
// takes one away, and a line "-- content/ --" all that is below the folder.
func SmallSite(t testing.TB, overlays ...string) map[string]string {
	t.Helper()
	small, err := os.ReadFile(filepath.Join(Root(t), "cmd/wegwijs/testdata/small.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, layer := range append([]string{string(small)}, overlays...) {
		for _, f := range txtar.Parse([]byte(layer)).Files {
			switch {
			case strings.HasSuffix(f.Name, "/"):
				maps.DeleteFunc(files, func(name, _ string) bool { return strings.HasPrefix(name, f.Name) })
			case len(f.Data) == 0:
				delete(files, f.Name)
			default:
				files[f.Name] = string(f.Data)
			}
		}
	}
	return files
}

// RealSite returns a site with the layouts, strings and settings of this
// repository and the pages, in Dutch, that the layouts name. page makes the
// text of one; it is called in the order of the ids. A home page is not among
// them.
func RealSite(t testing.TB, page func(id string) string) map[string]string {
	t.Helper()
	files := map[string]string{}
	repository := os.DirFS(Root(t))
	linked := map[string]bool{} // and the sections above them
	for _, root := range []string{"layouts", "i18n", "site.toml"} {
		err := fs.WalkDir(repository, root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(repository, p)
			files[p] = string(data)
			for _, after := range strings.Split(string(data), `Link "`)[1:] {
				id, _, _ := strings.Cut(after, `"`)
				for ; id != "." && id != ""; id = path.Dir(id) {
					linked[id] = true
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	files["site.toml"] = strings.ReplaceAll(files["site.toml"], "help = [", "# help = [")
	for _, id := range slices.Sorted(maps.Keys(linked)) {
		name := "content/nl/" + id + ".md"
		for other := range linked {
			if strings.HasPrefix(other, id+"/") {
				name = "content/nl/" + id + "/index.md"
			}
		}
		files[name] = page(id)
	}
	return files
}
