package state

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// closedFS refuses what is below some paths, as a system does to whoever may
// not read it.
type closedFS struct {
	fstest.MapFS
	closed []string
}

func (c closedFS) refuses(name string) error {
	if slices.Contains(c.closed, name) {
		return &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return nil
}

func (c closedFS) Open(name string) (fs.File, error) {
	if err := c.refuses(name); err != nil {
		return nil, err
	}
	return c.MapFS.Open(name)
}

func (c closedFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := c.refuses(name); err != nil {
		return nil, err
	}
	return c.MapFS.ReadDir(name)
}

func (c closedFS) ReadFile(name string) ([]byte, error) {
	if err := c.refuses(name); err != nil {
		return nil, err
	}
	return c.MapFS.ReadFile(name)
}

// TestTheCauseComesFirst: what follows from an input that cannot be read is
// counted with it and not told, and it stands before what has nothing to do
// with it, whatever their names.
func TestTheCauseComesFirst(t *testing.T) {
	site := testenv.SmallSite(t)["site.toml"]
	const products = "[[mail]]\nid = \"een\"\nname = \"Een\"\ndomains = [\"een.example\"]\nserver = [{protocol = \"imap\", host = \"imap.een.example\", port = 993, security = \"tls\"}, {protocol = \"smtp\", host = \"smtp.een.example\", port = 465, security = \"tls\"}]\n" +
		"[[mail]]\nid = \"twee\"\nname = \"Twee\"\ndomains = [\"twee.example\"]\nserver = [{protocol = \"imap\", host = \"imap.twee.example\", port = 993, security = \"tls\"}, {protocol = \"smtp\", host = \"smtp.twee.example\", port = 465, security = \"tls\"}]\n"
	for name, tt := range map[string]struct {
		closed []string
		change map[string]string
		want   []string // place and code
	}{
		"a folder of pages":   {[]string{"content/nl/e-mail"}, nil, []string{"content/nl/e-mail input-read cause"}},
		"a page":              {[]string{"content/nl/e-mail/imap.md"}, nil, []string{"content/nl/e-mail/imap.md input-read cause"}},
		"two pages":           {[]string{"content/nl/e-mail/imap.md", "content/en/e-mail/imap.md"}, nil, []string{"content/en/e-mail/imap.md input-read cause", "content/nl/e-mail/imap.md input-read cause"}},
		"the home page":       {[]string{"content/nl/index.md"}, nil, []string{"content/nl/index.md input-read cause"}},
		"a picture":           {[]string{"content/nl/e-mail/scherm.svg"}, nil, []string{"content/nl/e-mail/scherm.svg input-read cause"}},
		"interface strings":   {[]string{"i18n/en.toml"}, nil, []string{"i18n/en.toml input-read cause"}},
		"and another mistake": {[]string{"content/nl/e-mail"}, map[string]string{"content/en/index.md": "+++\ntitle = 3\n+++\nText.\n"}, []string{"content/nl/e-mail input-read cause", "content/en/index.md:2:9 toml-type"}},
		"a page and where an old address leads": {[]string{"content/nl/e-mail", "content/en/e-mail"}, map[string]string{"site.toml": site + "[[redirect]]\nfrom = \"/oud/\"\nto = \"e-mail/imap.md\"\n"},
			[]string{"content/en/e-mail input-read cause", "content/nl/e-mail input-read cause"}},
		"a page that may show servers":         {[]string{"content/nl/e-mail/imap.md"}, map[string]string{"site.toml": site + products}, []string{"content/nl/e-mail/imap.md input-read cause"}},
		"strings have nothing to do with them": {[]string{"i18n/en.toml"}, map[string]string{"site.toml": site + products}, []string{"i18n/en.toml input-read cause", "site.toml:11:3 mail-unshown", "site.toml:16:3 mail-unshown"}},
		"nothing, a wrong link":                {nil, map[string]string{"content/nl/index.md": "+++\ntitle = \"x\"\n+++\n[x](nergens.md)\n"}, []string{"content/nl/index.md:4:1 link-page"}},
	} {
		t.Run(name, func(t *testing.T) {
			files := testenv.SmallSite(t)
			for f, text := range tt.change {
				files[f] = text
			}
			fsys := closedFS{fstest.MapFS{}, tt.closed}
			for f, text := range files {
				fsys.MapFS[f] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
			}
			s, err := Load(t.Context(), fsys, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.MakeAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range s.Findings() {
				line := d.Pos.String() + " " + string(d.Code)
				if d.Cause {
					line += " cause"
				}
				got = append(got, line)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s\n%v", strings.Join(got, "\n"), strings.Join(tt.want, "\n"), diag.Sort(s.Every()))
			}
		})
	}
}

// TestCausesInOneOrder: what could follow from several inputs that cannot be read
// is counted with the first of them, in the order of the house, every time.
func TestCausesInOneOrder(t *testing.T) {
	s := &State{}
	unread := func(file string) diag.Diagnostic {
		return diag.Diagnostic{Pos: diag.Pos{File: file}, Code: diag.InputRead}
	}
	follow := func(code diag.Code) diag.Diagnostic {
		return diag.Diagnostic{Pos: diag.Pos{File: "content/en/x.md"}, Code: code}
	}
	for name, tt := range map[string]struct{ closed, want []string }{
		"all three":         {[]string{"layouts/base.html", "i18n/en.toml", "content/nl/a.md"}, []string{"content/nl/a.md; 2 findings that follow from this are left out", "i18n/en.toml; 1 finding that follows from this is left out", "layouts/base.html; 1 finding that follows from this is left out"}},
		"without pages":     {[]string{"i18n/en.toml", "layouts/base.html"}, []string{"i18n/en.toml; 1 finding that follows from this is left out", "layouts/base.html; 2 findings that follow from this are left out"}},
		"strings and pages": {[]string{"i18n/en.toml", "content/nl/a.md"}, []string{"content/nl/a.md; 2 findings that follow from this are left out", "i18n/en.toml; 2 findings that follow from this are left out"}},
	} {
		for range 30 {
			ds := []diag.Diagnostic{follow(diag.LinkPage), follow(diag.Layout), follow(diag.I18nMissing)}
			if slices.Contains(tt.closed, "content/nl/a.md") {
				ds = append(ds, follow(diag.Image))
			}
			for _, file := range tt.closed {
				ds = append(ds, unread(file))
			}
			var got []string
			for _, d := range s.Lead(ds) {
				if d.Cause {
					got = append(got, d.Pos.File+d.Hint)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Fatalf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		}
	}
}
