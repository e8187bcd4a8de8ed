package state_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/pages/pictures"
	"wegwijs/cmd/wegwijs/internal/state"
)

// webpRE finds what a page has of a smaller form.
var webpRE = regexp.MustCompile(`<source srcset="[^"]+\.webp" type="image/webp"(?: media="[^"]*")?>`)

// TestSmallerPictures: a site with smaller pictures is the one without, as the
// preview shows it, with their files and the elements that name them, and
// nothing else.
func TestSmallerPictures(t *testing.T) {
	e := newEdited(t)
	e.write("content/nl/e-mail/foto.png", picture(true))
	e.write("content/nl/e-mail/ruis.png", picture(false))
	e.write("content/nl/e-mail/ruis.dark.png", picture(true))
	e.write("content/nl/e-mail/kapot.png", "geen plaatje")
	e.write("content/nl/e-mail/plaatjes.md", "+++\ntitle = \"Plaatjes\"\n+++\n![foto](foto.png)\n\n![ruis](ruis.png \"Ruis\"){width=20}\n")
	without, err := state.Load(t.Context(), e.files, e.opt, nil)
	if err != nil {
		t.Fatal(err)
	}
	e.opt.Pictures = pictures.NewStore(t.TempDir())
	with, err := state.Load(t.Context(), e.files, e.opt, nil)
	if err != nil {
		t.Fatal(err)
	}
	made, sources := 0, 0
	for _, f := range with.Set.Files() {
		got, err := with.Set.Make(t.Context(), f.Path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Path, ".webp") {
			made++
			if f.Type() != "image/webp" || !bytes.HasPrefix(got, []byte("RIFF")) {
				t.Errorf("%s is %s: %.8q", f.Path, f.Type(), got)
			}
			continue
		}
		want, err := without.Set.Make(t.Context(), f.Path)
		if err != nil {
			t.Fatal(err)
		}
		sources += len(webpRE.FindAll(got, -1))
		got = bytes.ReplaceAll(webpRE.ReplaceAll(got, nil), []byte(`<picture><img src="/e-mail/foto.png" alt="foto" width="40" height="30" loading="lazy"></picture>`), []byte(`<img src="/e-mail/foto.png" alt="foto" width="40" height="30" loading="lazy">`))
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs in more than its pictures:\n%s\nwithout:\n%s", f.Path, got, want)
		}
	}
	if n := len(with.Set.Files()) - len(without.Set.Files()); made != 2 || n != made || sources < 2 {
		t.Errorf("%d smaller pictures, %d files more, %d sources; want 2, 2 and some", made, n, sources)
	}
}
