package render

import (
	"bytes"
	"cmp"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// TestFilm: a film of the site's own is played from its files, with a poster
// that gives it its size, and captions in every language that has them; nothing
// of it is loaded before. What is missing is a finding, and the copy has a link.
func TestFilm(t *testing.T) {
	site := func(more map[string]string) map[string]string {
		files := map[string]string{}
		for name, text := range linkSite {
			files[name] = text
		}
		files["content/nl/e-mail/film.mp4"] = strings.Repeat("x", 2_400_000)
		for name, text := range more {
			files[name] = text
		}
		all := smallSite(t, files)
		for lang, open := range map[string]string{"nl": "Open de film", "en": "Open the film"} {
			files["i18n/"+lang+".toml"] = all["i18n/"+lang+".toml"] + "film_open = \"" + open + "\"\nfile_size_kb = \"{size} kB\"\nfile_size_mb = \"{size} MB\"\n"
		}
		return smallSite(t, files)
	}
	const page = "+++\ntitle = \"Film\"\n+++\n"
	whole := map[string]string{
		"content/nl/e-mail/film.webm":       "x",
		"content/nl/e-mail/film.poster.png": "", // below
		"content/nl/e-mail/film.vtt":        "WEBVTT\n",
		"content/en/e-mail/film.vtt":        "WEBVTT\n",
	}
	var p bytes.Buffer
	if err := png.Encode(&p, image.NewGray(image.Rect(0, 0, 640, 360))); err != nil {
		t.Fatal(err)
	}
	whole["content/nl/e-mail/film.poster.png"] = p.String()
	for _, tt := range []struct {
		name, lang, src string
		files           map[string]string
		html, md        string
		codes           string
	}{
		{"all of it", "nl", `![Zo *stel* je in](film.mp4 "In één minuut")`, whole,
			`<figure><video controls preload="none" aria-label="Zo stel je in" poster="/e-mail/film.poster.png" width="640" height="360"><source src="/e-mail/film.mp4" type="video/mp4"><source src="/e-mail/film.webm" type="video/webm"><track kind="captions" src="/e-mail/film.vtt" srclang="nl" label="Nederlands" default><track kind="captions" src="/en/email/film.vtt" srclang="en" label="English"></video><figcaption>In één minuut<br><a href="/e-mail/film.mp4">Open de film (MP4, 2,4 MB)</a></figcaption></figure>`,
			"[Zo *stel* je in (MP4, 2,4 MB)](https://hulp.example/e-mail/film.mp4)\\\nIn één minuut", ""},
		{"in another language", "en", "![How](film.mp4)", whole, `srclang="nl" label="Nederlands"><track kind="captions" src="/en/email/film.vtt" srclang="en" label="English" default></video><figcaption><a href="/e-mail/film.mp4">Open the film (MP4, 2.4 MB)</a>`, "[How (MP4, 2.4 MB)](", ""},
		{"narrower", "nl", "![Zo](film.mp4){width=320}", whole, ` width="320" height="180">`, "[Zo (", ""},
		{"alone", "nl", "![Zo](film.mp4)", nil, `<figure><video controls preload="none" aria-label="Zo"><source src="/e-mail/film.mp4" type="video/mp4"></video><figcaption>`, "[Zo (", "film-captions film-poster"},
		{"with captions in another language only", "nl", "![Zo](film.mp4)", map[string]string{"content/en/e-mail/film.vtt": "WEBVTT\n"}, `srclang="en" label="English"></video>`, "[Zo (", "film-captions film-poster"},
		{"in running text", "nl", "Kijk: ![Zo](film.mp4)", whole, "", "", "image"},
		{"in a cell", "nl", "| a |\n|---|\n| ![Zo](film.mp4) |", whole, "", "", "image"},
		{"two beside each other", "nl", "![Zo](film.mp4)![Zo](film.mp4)", whole, "", "", "image image"},
		{"without words", "nl", "![](film.mp4)", whole, `aria-label=""`, "[ (", "image-alt"},
		{"that is not there", "nl", "![Zo](weg.mp4)", whole, "", "", "image"},
		{"behind a link", "nl", "[Zo](film.mp4)", whole, `<a href="/e-mail/film.mp4">Zo <span class="nb">(MP4, 2,4 MB)</span></a>`, "[Zo (", ""},
		{"in a step", "nl", "1. Doe dit.\n\n   ![Zo](film.mp4)\n\n2. En dat.", whole, "<li><p>Doe dit.</p>\n<figure><video", "   [Zo (MP4", ""},
	} {
		files := map[string]string{"content/" + tt.lang + "/e-mail/kijk.md": page + tt.src + "\n"}
		files["content/nl/e-mail/kijk.md"] = cmp.Or(files["content/nl/e-mail/kijk.md"], page)
		for name, text := range tt.files {
			files[name] = text
		}
		r, _, _ := renderer(t, site(files))
		var h, m bytes.Buffer
		at := linkPage(t, r, tt.lang, "e-mail/kijk")
		if err := r.Page(t.Context(), at, &h, &m); err != nil {
			t.Fatal(err)
		}
		res, _ := r.Result(at)
		var codes []string
		for _, d := range res.Findings {
			codes = append(codes, string(d.Code))
			if d.Hint == "" || d.Pos.Line < 4 {
				t.Errorf("%s: %v without a place or a way out", tt.name, diag.In(diag.English, d.Msg))
			}
		}
		if tt.name == "all of it" { // none of its files is one that nothing uses
			want := []string{"content/en/e-mail/film.vtt", "content/nl/e-mail/film.mp4", "content/nl/e-mail/film.poster.png", "content/nl/e-mail/film.vtt", "content/nl/e-mail/film.webm"}
			if got := slices.Sorted(slices.Values(res.Files)); !slices.Equal(got, want) {
				t.Errorf("uses %q, want %q", got, want)
			}
		}
		got := strings.NewReplacer("\u00a0", " ", "<li>\n", "<li>").Replace(h.String())
		if strings.Join(codes, " ") != tt.codes || !strings.Contains(got, tt.html) || !strings.Contains(strings.ReplaceAll(m.String(), "\u00a0", " "), tt.md) {
			_, got, _ = strings.Cut(got, "</h1>")
			t.Errorf("%s: findings %q, want %q\n%s\n%s\nwant\n%s\n%s", tt.name, codes, tt.codes, got, m.String(), tt.html, tt.md)
		}
	}
	for name, films := range map[string]bool{"film.mp4": true, "gids.pdf": false, "film.WEBM": true} {
		files := map[string]string{}
		for n, text := range linkSite {
			files[n] = text
		}
		files["content/nl/e-mail/"+name] = "x"
		_, set, _ := renderer(t, smallSite(t, files))
		for _, rules := range []string{"rules/nginx.conf", ".htaccess", "rules/Caddyfile", "_headers"} {
			data, err := set.Make(t.Context(), rules)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(data), "; media-src 'self'"); got != films {
				t.Errorf("%s with %s: films may be loaded: %v, want %v", rules, name, got, films)
			}
		}
	}
}
