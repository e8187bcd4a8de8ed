package eject_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/authoring/eject"
	"wegwijs/cmd/wegwijs/internal/diag"
)

func version(files map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

const long = "+++\ntitle = \"Webmail\"\n+++\nOpen de webmail in je browser.\n\nVul je adres in.\n\nVul je wachtwoord in.\n\nKies Inloggen.\n"

// three are three versions of a program.
var three = []fs.FS{
	version(map[string]string{
		"content/nl/webmail.md": long, "content/nl/oud.md": "+++\ntitle = \"Oud\"\n+++\nDit gaat weg.\n", "content/nl/over.md": "over 1\n",
		"layouts/partials/footer.html": "<footer>1</footer>\n", "layouts/partials/header.html": "<header>1</header>\n", "i18n/nl.toml": "a = \"1\"\n",
	}),
	version(map[string]string{ // footer moved on, over moved on, webmail renamed with an edit, another page of the same name elsewhere
		"content/nl/e-mail/webmail-gebruiken.md": strings.Replace(long, "Kies Inloggen.", "Kies Aanmelden.", 1), "content/en/webmail.md": long,
		"content/nl/oud.md": "+++\ntitle = \"Oud\"\n+++\nDit gaat weg.\n", "content/nl/over.md": "over 2\n",
		"layouts/partials/footer.html": "<footer>2</footer>\n", "layouts/partials/header.html": "<header>1</header>\n", "i18n/nl.toml": "a = \"1\"\n",
	}),
	version(map[string]string{ // oud is gone
		"content/nl/e-mail/webmail-gebruiken.md": strings.Replace(long, "Kies Inloggen.", "Kies Aanmelden.", 1),
		"content/nl/over.md":                     "over 3\n",
		"layouts/partials/footer.html":           "<footer>2</footer>\n", "layouts/partials/header.html": "<header>1</header>\n", "i18n/nl.toml": "a = \"1\"\n",
	}),
}

// TestUpgrades takes a site through three versions of the program.
func TestUpgrades(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	at := func(n int) eject.Site { return eject.Site{Root: root, Under: three[n-1]} }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	states := func(n int, want ...string) {
		t.Helper()
		list, err := at(n).Origins()
		must(err)
		var got []string
		for _, d := range eject.Findings(list) {
			got = append(got, d.Pos.File+": "+d.Msg)
		}
		if !slices.Equal(got, want) {
			t.Errorf("version %d: got\n%s\nwant\n%s", n, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	own := func(name, text string) { t.Helper(); must(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)) }

	written, err := at(1).Eject([]string{"layouts/partials", "builtin:content/nl/webmail.md", "content/nl/oud.md", "content/nl/over.md", "content/nl/over.md"})
	must(err)
	if want := []string{"content/nl/oud.md", "content/nl/over.md", "content/nl/webmail.md", "layouts/partials/footer.html", "layouts/partials/header.html"}; !slices.Equal(written, want) {
		t.Fatalf("got %q, want %q", written, want)
	}
	own("content/nl/webmail.md", long+"\nEigen regel.\n")
	own("layouts/partials/footer.html", "<footer>eigen</footer>\n")
	states(1)
	if _, err := at(1).Eject([]string{"layouts/partials/footer.html"}); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("an own file in the way: got %v", err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "layouts/partials/footer.html")); string(data) != "<footer>eigen</footer>\n" {
		t.Errorf("the own file holds %q now", data)
	}

	const moved, gone = "the built-in file that this one came from has another text now", "the built-in file that this one came from is no longer there"
	states(2, "content/nl/over.md: "+moved, "content/nl/webmail.md: the built-in file that this one came from is now content/nl/e-mail/webmail-gebruiken.md", "layouts/partials/footer.html: "+moved)
	list, err := at(2).Origins()
	must(err)
	for _, d := range eject.Findings(list) {
		if untouched := strings.Contains(d.Hint, "still the old text"); untouched != (d.Pos.File == "content/nl/over.md") {
			t.Errorf("%s: %s", d.Pos.File, d.Hint)
		}
	}
	o, err := at(2).Origin("content/nl/webmail.md")
	must(err)
	if d := string(o.Diff()); !strings.Contains(d, "-Kies Inloggen.\n+Kies Aanmelden.\n") || strings.Contains(d, "Eigen regel") || !strings.Contains(d, "+++ builtin:content/nl/e-mail/webmail-gebruiken.md") {
		t.Errorf("got the diff\n%s", d)
	}
	_, err = at(2).Done("content/nl/webmail.md")
	must(err)
	if data, err := os.ReadFile(filepath.Join(dir, "content/nl/e-mail/webmail-gebruiken.md")); err != nil || !strings.HasSuffix(string(data), "Eigen regel.\n") {
		t.Errorf("the own page under its new name: %q, %v", data, err)
	}
	states(2, "content/nl/over.md: "+moved, "layouts/partials/footer.html: "+moved)
	_, err = at(2).Done("layouts/partials/footer.html")
	must(err)
	states(2, "content/nl/over.md: "+moved)

	// A file that became what the built-in one is needs no attention; one that
	// is no longer there neither.
	own("content/nl/over.md", "over 3\n")
	states(3, "content/nl/oud.md: "+gone)
	o, err = at(3).Origin("content/nl/oud.md")
	must(err)
	if d := string(o.Diff()); !strings.Contains(d, "-Dit gaat weg.\n") {
		t.Errorf("got the diff\n%s", d)
	}
	_, err = at(3).Done("content/nl/oud.md")
	must(err)
	states(3)
	if _, err := os.Stat(filepath.Join(dir, "content/nl/oud.md")); err != nil {
		t.Errorf("the site's own file went: %v", err)
	}
	must(os.Remove(filepath.Join(dir, "content/nl/over.md")))
	states(2)

	for name, want := range map[string]string{
		"content/nl/ovr.md": "did you mean content/nl/over.md?", "content/nl/ov": "there is no built-in file", "../site.toml": "there is no built-in file", "layouts/partials/footr.html": "did you mean layouts/partials/footer.html?", "": "there is no built-in file", "site.toml": "there is no built-in file",
	} {
		if _, err := at(3).Eject([]string{name}); err == nil || !strings.Contains(diag.In(diag.English, err.Error()), want) {
			t.Errorf("eject %q: got %v, want %q", name, err, want)
		}
	}
	if _, err := at(3).Done("content/nl/nooit.md"); err == nil {
		t.Error("a file that was never taken over: got no error")
	}
	left := map[string]bool{}
	fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			left[p] = true
		}
		return err
	})
	if n := len(slices.Collect(maps.Keys(left))); n != 4+4 { // webmail, footer, header and oud; the first three and over have an origin
		t.Errorf("there are %q", slices.Sorted(maps.Keys(left)))
	}
}
