package state_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/pictures"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
	"wegwijs/cmd/wegwijs/internal/state"
)

// An edit changes a site, or how it is read.
type edit struct {
	name string
	do   func(*edited)
}

// An edited is a site while it is edited.
type edited struct {
	files fstest.MapFS
	keys  map[string][]byte
	opt   state.Options
	n     int64 // of files written, so that each has a time of its own
}

func (e *edited) write(name, text string) {
	e.n++
	e.files[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644, ModTime: time.Unix(e.n, 0)}
}

func (e *edited) replace(name, old, new string) {
	e.write(name, strings.Replace(string(e.files[name].Data), old, new, 1))
}

func write(name, text string) func(*edited) { return func(e *edited) { e.write(name, text) } }

func replace(name, old, new string) func(*edited) {
	return func(e *edited) { e.replace(name, old, new) }
}

func remove(name string) func(*edited) { return func(e *edited) { delete(e.files, name) } }

// picture returns a PNG that WebP makes smaller, or one that it does not.
func picture(shrinks bool) string {
	m := image.NewGray(image.Rect(0, 0, 40, 30))
	if !shrinks {
		r := rand.New(rand.NewPCG(1, 2))
		for i := range m.Pix {
			m.Pix[i] = uint8(r.IntN(256))
		}
	}
	level := png.NoCompression
	if !shrinks {
		level = png.BestCompression
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: level}).Encode(&b, m); err != nil {
		panic(err)
	}
	return b.String()
}

// edits are such that for each input of each stage there is one that nothing but
// that input tells it.
func edits(t *testing.T) []edit {
	cert1, key1 := pair(t, 1)
	cert2, key2 := pair(t, 2)
	sign := func(cert, key []byte) func(*edited) {
		return func(e *edited) { e.keys["cert.pem"], e.keys["key.pem"] = cert, key }
	}
	checked := func(date string, holds bool) string {
		return fmt.Sprintf("[\"imap/imap.t.example/993/tls\"]\ndate = %s\nholds = %v\n[\"smtp/smtp.t.example/465/tls\"]\ndate = %[1]s\nholds = true\n", date, holds)
	}
	const versed = "+++\ntitle = \"Ver\"\n+++\n"
	stamp := freshness.StampOf([]byte(versed + "Een zin.\n"))
	return []edit{
		{"the text of a page", replace("content/nl/e-mail/pop.md", "Liever", "Toch liever")},
		{"its title", replace("content/nl/e-mail/pop.md", "POP instellen", "POP en zo")},
		{"its place in the file", replace("content/nl/e-mail/imap.md", "aliases", "\naliases")},
		{"a mistake in front matter", replace("content/nl/e-mail/pop.md", "order = 2", "ordre = 2")},
		{"mended", replace("content/nl/e-mail/pop.md", "ordre = 2", "order = 0")},
		{"a new page", write("content/nl/e-mail/extra.md", "+++\ntitle = \"Extra\"\n+++\nMeer.\n")},
		{"a layout that names it", replace("layouts/base.html", "<h1>", "{{ with .Site.Link \"e-mail/extra\" }}<i>{{ .Title }}</i>{{ end }}<h1>")},
		{"it goes", remove("content/nl/e-mail/extra.md")},
		{"the layout lets go", replace("layouts/base.html", "e-mail/extra", "e-mail/pop")},
		{"a picture", write("content/nl/e-mail/nieuw.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>`)},
		{"pictures are made smaller", func(e *edited) { e.opt.Pictures = pictures.NewStore("") }},
		{"a picture that can be", write("content/nl/e-mail/foto.png", picture(true))},
		{"one that cannot", write("content/nl/e-mail/foto.png", picture(false))},
		{"the first again", write("content/nl/e-mail/foto.png", picture(true))},
		{"its smaller form's name", write("content/nl/e-mail/foto.png.webp", "RIFF")},
		{"that is free again", remove("content/nl/e-mail/foto.png.webp")},
		{"pictures are left as they are", func(e *edited) { e.opt.Pictures = nil }},
		{"a file of a theme", write("layouts/assets/extra.css", "p { margin: 0 }\n")},
		{"a file for the root", write("layouts/root/robots.txt", "User-agent: *\n")},
		{"strings", replace("i18n/nl.toml", " = \"", " = \"Nu ")},
		{"a string that is missing", replace("i18n/en.toml", "\nupdated =", "\nupdate =")},
		{"a language", func(e *edited) {
			e.write("site.toml", string(e.files["site.toml"].Data)+"\n[languages.de]\nname = \"Deutsch\"\n")
		}},
		{"its strings", write("i18n/de.toml", string(tree(t)["i18n/nl.toml"].Data))},
		{"a draft", write("content/nl/e-mail/concept.md", "+++\ntitle = \"Concept\"\ndraft = true\n+++\nTekst.\n")},
		{"drafts are shown", func(e *edited) { e.opt.Drafts = true }},
		{"drafts are not", func(e *edited) { e.opt.Drafts = false }},
		{"a page with what servers do", write("content/nl/e-mail/feit.md", "+++\ntitle = \"Feit\"\n+++\n:when[Nagekeken.]{has=verified}\n:when[Webmail.]{has=webmail}\n")},
		{"a check that holds", write(".verified.toml", checked("2026-11-01", true))},
		{"another day", write(".verified.toml", checked("2026-01-01", true))},
		{"a day later", func(e *edited) { e.opt.Today = tomlfile.Date{Year: 2026, Month: 11, Day: 2} }},
		{"one that does not hold", write(".verified.toml", checked("2026-11-01", false))},
		{"no checks", remove(".verified.toml")},
		{"webmail", replace("site.toml", "name = \"Mail\"", "name = \"Mail\"\nwebmail = \"https://webmail.t.example/\"")},
		{"a mistake in how it is published", func(e *edited) {
			e.write("site.toml", string(e.files["site.toml"].Data)+"\n[publish]\nkepe = 3\n")
		}},
		{"mended there", replace("site.toml", "kepe = 3", "")},
		{"signed", sign(cert1, key1)},
		{"by another", sign(cert2, key2)},
		{"by none", sign(nil, nil)},
		{"a colour", func(e *edited) {
			e.write("site.toml", string(e.files["site.toml"].Data)+"\n[theme]\naccent = \"#0b5394\"\n")
		}},
		{"how much may be stale", replace("site.toml", "name = \"English\"", "name = \"English\"\nstale_page = 10")},
		{"the text of a translation", write("content/nl/e-mail/ver.md", versed+"Een zin.\n")},
		{"a translation", write("content/en/e-mail/ver.md", "+++\ntitle = \"Far\"\nsource = \""+string(stamp)+"\"\n+++\nA sentence.\n")},
		{"what it was made from", write(stamp.File(), versed+"Een zin.\n")},
		{"its text moves on", write("content/nl/e-mail/ver.md", versed+"Iets heel anders, met veel meer woorden.\n")},
		{"more may be stale", replace("site.toml", "stale_page = 10", "stale_page = 100")},
		{"a path", replace("site.toml", "https://hulp.example", "https://hulp.example/hulp")},
		{"a help page's title", replace("content/nl/e-mail/imap.md", "IMAP instellen", "IMAP")},
		{"no site.toml", remove("site.toml")},
		{"one that leads nowhere", func(e *edited) {
			e.files["site.toml"] = &fstest.MapFile{Data: []byte("../elders.toml"), Mode: fs.ModeSymlink | 0o777}
		}},
		{"site.toml again", write("site.toml", editedSite)},
	}
}

const editedSite = `title = "Hulp"
base_url = "https://hulp.example"
default_language = "nl"
[languages.nl]
name = "Nederlands"
[languages.en]
name = "English"
[provider]
name = "Voorbeeld"
[forms]
certificate = "cert.pem"
key = "key.pem"
[[mail]]
id = "mail"
name = "Mail"
domains = ["t.example"]
help = ["e-mail/imap"]
server = [{protocol = "imap", host = "imap.t.example", port = 993, security = "tls"}, {protocol = "smtp", host = "smtp.t.example", port = 465, security = "tls"}]
`

func newEdited(t *testing.T) *edited {
	e := &edited{files: tree(t), keys: map[string][]byte{}}
	e.write("site.toml", editedSite)
	e.opt.Publish = func(t *tomlfile.Table, out *diag.List) {
		if t.Has("kepe") {
			t.Errorf("kepe", "toml-key", "", "unknown")
		}
	}
	e.opt.Keys = func(path string) ([]byte, error) {
		if data := e.keys[path]; data != nil {
			return data, nil
		}
		return nil, errors.New("no such file")
	}
	return e
}

// A result is all that a state says: the sums of its files, and the findings.
type result struct {
	files    map[string][sha256.Size]byte
	findings []diag.Diagnostic
}

func resultOf(ctx context.Context, s *state.State) (result, error) {
	r := result{files: map[string][sha256.Size]byte{}}
	if s.Set != nil {
		for _, f := range s.Set.Files() { // one by one, so that a panic is this goroutine's
			data, err := s.Set.Make(ctx, f.Path)
			if err != nil {
				return r, err
			}
			r.files[f.Path] = sha256.Sum256(data)
		}
	}
	r.findings = s.Findings()
	return r, nil
}

func (r result) equal(q result) bool {
	return maps.Equal(r.files, q.files) && slices.Equal(r.findings, q.findings)
}

// follow makes each state of the site from the one before it and returns the first
// edit after which it is not what want says; "" when there is none. A stage that
// fails over what it forgot is seen as well.
func follow(t *testing.T, edits []edit, want []result) (at string) {
	e := newEdited(t)
	var s *state.State
	now := "the first state"
	defer func() {
		if recover() != nil {
			at = now + ", in which it panics"
		}
	}()
	for i := range len(edits) + 1 {
		if i > 0 {
			now = edits[i-1].name
			edits[i-1].do(e)
		}
		next, err := state.Load(t.Context(), e.files, e.opt, s)
		if err != nil {
			return now + ": " + err.Error()
		}
		got, err := resultOf(t.Context(), next)
		if err != nil {
			return now + ": " + err.Error()
		}
		if !got.equal(want[i]) {
			return now
		}
		s = next
	}
	return ""
}

// TestNoInputIsForgotten: whatever happens to a site, the state made from the one
// before is that of a clean build; and for each input of each stage there is
// something that shows when the stage forgets it.
func TestNoInputIsForgotten(t *testing.T) {
	edits := edits(t)
	var want []result
	e := newEdited(t)
	for i := range len(edits) + 1 {
		if i > 0 {
			edits[i-1].do(e)
		}
		s, err := state.Load(t.Context(), e.files, e.opt, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := resultOf(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, r)
	}
	if at := follow(t, edits, want); at != "" {
		t.Fatalf("not what a clean build makes: %s", at)
	}
	inputs := state.Inputs()
	if len(inputs) < 27 {
		t.Fatalf("only %d inputs: %q", len(inputs), inputs)
	}
	for i, name := range inputs {
		if testing.Short() && i%3 != 0 {
			t.Logf("%s: not tried with -short", name)
			continue
		}
		remember := state.Forget(name)
		at := follow(t, edits, want)
		remember()
		if at == "" {
			t.Errorf("nothing shows that %s is forgotten", name)
		} else {
			t.Logf("%s: %s", name, at)
		}
	}
}
