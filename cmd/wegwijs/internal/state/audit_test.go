package state_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// audit returns the findings of an audit of the small site with some files
// changed: place, code and message of each.
func audit(t *testing.T, change map[string]string) []string {
	t.Helper()
	fsys := fstest.MapFS{}
	files := testenv.SmallSite(t)
	for name, text := range files { // behind the front matter's other keys
		if strings.HasSuffix(name, ".md") && !strings.Contains(text, "description") {
			files[name] = strings.Replace(text, "\n+++\n", "\ndescription = \"Over iets.\"\n+++\n", 1)
		}
	}
	for name, text := range change {
		files[name] = text
	}
	for name, text := range files {
		if text != "" {
			fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
		}
	}
	s, err := state.Load(t.Context(), fsys, state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ds, err := s.Audit(t.Context(), fsys)
	if err != nil {
		t.Fatal(err)
	}
	ds = diag.Sort(slices.Concat(ds, s.Findings()))
	var got []string
	for _, d := range ds {
		got = append(got, d.Pos.String()+" "+string(d.Code)+": "+d.Msg)
	}
	return got
}

// TestAudit: what only a look at the whole site finds.
func TestAudit(t *testing.T) {
	base := testenv.SmallSite(t)
	page := func(front, text string) string { return "+++\n" + front + "\n+++\n" + text + "\n" }
	const about = "\ndescription = \"Over iets.\""
	const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>`
	linked := func(to string) string {
		return strings.Replace(base["content/nl/index.md"], "Begin bij", to+" Begin bij", 1)
	}
	for name, c := range map[string]struct {
		change map[string]string
		want   []string
	}{
		"nothing": {nil, nil},
		"no description": {map[string]string{"content/nl/los.md": page(`title = "Los"`, "Tekst.")},
			[]string{"content/nl/los.md:2:1 page-description: the page has no description"}},
		"a blank description, of a translation": {map[string]string{"content/en/e-mail/pop.md": page("title = \"Set up POP\"\ndescription = \" \"", "Text.")},
			[]string{"content/en/e-mail/pop.md:3:15 page-description: the page has no description"}},
		"one title twice": {map[string]string{"content/nl/los.md": page("order = 3\ntitle = \"pop  Instellen\""+about, "Tekst.")},
			[]string{"content/nl/los.md:3:9 page-title: content/nl/e-mail/pop.md has the same title"}},
		"one title in two languages": {map[string]string{"content/en/e-mail/pop.md": page("title = \"POP instellen\""+about, "Text.")}, nil},
		"a picture that nothing shows": {map[string]string{"content/nl/e-mail/oud.svg": picture},
			[]string{"content/nl/e-mail/oud.svg file-unused: no page uses the file, and it is published"}},
		"one for dark screens": {map[string]string{"content/nl/e-mail/scherm.dark.svg": picture}, nil},
		"one for dark screens without the other": {map[string]string{"content/nl/e-mail/x.dark.svg": picture},
			[]string{"content/nl/e-mail/x.dark.svg file-unused: no page uses the file, and it is published"}},
		"a download":                     {map[string]string{"content/nl/a.pdf": "%PDF", "content/nl/index.md": linked("[Gids](a.pdf).")}, nil},
		"a download from another folder": {map[string]string{"content/nl/e-mail/a.pdf": "%PDF", "content/nl/index.md": linked("[Gids](/e-mail/a.pdf?x#y).")}, nil},
		"what browsers ask for":          {map[string]string{"content/nl/favicon.ico": "x"}, nil},
		"an asset that nothing asks for": {map[string]string{"layouts/assets/oud.css": "a{color:red}\n"},
			[]string{"layouts/assets/oud.css file-unused: no layout uses the file, and it is published"}},
		"the style of a part of pages": {map[string]string{"layouts/assets/has-oud.css": "a{color:red}\n"}, nil},
		"assets that need each other": {map[string]string{"layouts/assets/oud.css": "@import \"ouder.css\";\n", "layouts/assets/ouder.css": "a{color:red}\n"},
			[]string{"layouts/assets/oud.css file-unused: no layout uses the file, and it is published"}},
		"a text that nothing shows":                 {map[string]string{"i18n/nl.toml": base["i18n/nl.toml"] + "zomaar = \"Zomaar\"\n", "i18n/en.toml": base["i18n/en.toml"] + "zomaar = \"Just so\"\n"}, []string{"zomaar"}},
		"a file that nothing uses beside a mistake": {map[string]string{"content/nl/e-mail/oud.svg": picture, "content/nl/index.md": linked("[x](nergens.md)")}, []string{"link-page"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := audit(t, c.change)
			same := len(got) == len(c.want)
			for i := range got {
				same = same && strings.Contains(got[i], c.want[i])
			}
			if !same {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestSlipInALayout: a layout of the site that asks for a page by a name that is nearly
// one gets a warning. The built-in layouts ask for pages that not every site has.
func TestSlipInALayout(t *testing.T) {
	base := string(tree(t)["layouts/base.html"].Data)
	ds := findings(t, "layouts/base.html", base+"{{ if .Site.HasPage \"e-mail/imapp\" }}{{ with .Site.Link \"e-mail/imapp\" }}{{ .Title }}{{ end }}{{ end }}")
	if len(ds) != 1 || ds[0].Code != diag.LinkPage || ds[0].Severity != diag.Warning || ds[0].Pos.File != "layouts/base.html" {
		t.Errorf("got %v", ds)
	}
}

// TestSecretBesideAMistake: a secret takes away no finding of another line.
func TestSecretBesideAMistake(t *testing.T) {
	config := string(tree(t)["site.toml"].Data)
	var got []string
	for _, d := range findings(t, "site.toml", config+"\n[provider]\npasword = \"Kx9vQ2\"\npassword = \"Kx9vQ2\"\nwebsit = \"x\"\n") {
		got = append(got, string(d.Code))
	}
	if !slices.Equal(got, []string{"toml-key", "secret", "toml-key"}) {
		t.Errorf("got %q", got)
	}
}

// TestSecretFindings: a secret in any file of the site is an error at its place,
// said once, and gone when it is taken out.
func TestSecretFindings(t *testing.T) {
	token := "gh" + "p_" + "a8Xk2LmQ9vTz4RbW7cNdF1gHjKpS3uYe5oIx"
	config := string(tree(t)["site.toml"].Data)
	for file, text := range map[string]string{
		"content/nl/a.md":          "+++\ntitle = \"A\"\n+++\nDe sleutel is " + token,
		"content/nl/b.txt":         "token=" + token,
		"layouts/assets/extra.css": "/* " + token + " */ a { color: red }",
		"i18n/nl.toml":             string(tree(t)["i18n/nl.toml"].Data) + "\nx = \"" + token + "\"\n",
		"site.toml":                config + "\n[provider]\npassword = \"Kx9vQ2\"\n",
		".verified.toml":           "x = \"" + token + "\"\n",
	} {
		var got []string
		for _, d := range findings(t, file, text) {
			if d.Pos.File == file && (d.Code == diag.Secrecy || d.Code == diag.TOMLKey) {
				got = append(got, string(d.Code))
			}
		}
		if !slices.Equal(got, []string{"secret"}) {
			t.Errorf("%s: got %q, want one secret", file, got)
		}
	}
}
