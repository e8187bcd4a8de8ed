package render

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/site"
)

// linkSite has files with names that need encoding, a page that only exists
// in Dutch, and one that only exists in English.
var linkSite = map[string]string{
	"content/nl/e-mail/100% ü.svg":     `<svg width="1" height="1"/>`,
	"content/nl/e-mail/a%20b.pdf":      "%PDF",
	"content/nl/e-mail/..dots.pdf":     "%PDF",
	"content/nl/handleiding.pdf":       "%PDF",
	"content/nl/cafe\u0301.pdf":        "%PDF", // stored as macOS did
	"content/nl/idee\u0308n.md":        "+++\ntitle = \"Ideeën\"\n+++\n",
	"content/nl/e-mail/diep/index.md":  "+++\ntitle = \"Diep\"\nslug = \"dièp\"\n+++\n## Kop\n",
	"content/nl/e-mail/diep/pagina.md": "+++\ntitle = \"Pagina\"\n+++\n",
	"content/en/e-mail/only.md":        "+++\ntitle = \"Only\"\n+++\n",
	"content/en/e-mail/own.svg":        `<svg viewBox="0 0 30 20"/>`,
	"content/nl/e-mail/twee.svg":       `<svg width="2" height="1"/>`,
	"content/nl/e-mail/twee.dark.svg":  `<svg width="2" height="1"/>`,
}

func linkPage(t testing.TB, r *Renderer, lang, id string) *site.Page {
	t.Helper()
	p, ok := r.locale(lang).Page(id)
	if !ok {
		t.Fatalf("the test's site has no page %q in %s", id, lang)
	}
	return p
}

func TestLinks(t *testing.T) {
	r, _, out := renderer(t, smallSite(t, linkSite))
	if out.Len() > 0 {
		t.Fatal(says(out.Sorted()))
	}
	for _, c := range []struct {
		lang, from string // the page, and the language of its reader
		dest       string
		url        string // "" when there is a problem
		problem    string
		hint       string
	}{
		// Pages, by their files.
		{"nl", "e-mail/imap", "pop.md", "/e-mail/pop/", "", ""},
		{"nl", "e-mail/imap", "./pop.md", "/e-mail/pop/", "", ""},
		{"nl", "e-mail/imap", "../e-mail/pop.md", "/e-mail/pop/", "", ""},
		{"nl", "e-mail/imap", "/e-mail/pop.md", "/e-mail/pop/", "", ""},
		{"nl", "e-mail/imap", "index.md", "/e-mail/", "", ""},
		{"nl", "e-mail/imap", "../index.md", "/", "", ""},
		{"nl", "e-mail/imap", "/index.md", "/", "", ""},
		{"nl", "e-mail/imap", "pop.md#kop", "/e-mail/pop/#kop", "", ""},
		{"nl", "e-mail/imap", "pop.md?a=b#kop", "/e-mail/pop/?a=b#kop", "", ""},
		{"nl", "e-mail/imap", "diep/index.md#k%C3%B6p", "/e-mail/di%C3%A8p/#k%C3%B6p", "", ""},
		{"nl", "e-mail/imap", "diep/pagina.md", "/e-mail/di%C3%A8p/pagina/", "", ""},
		{"nl", "e-mail/imap", "#kop", "#kop", "", ""},
		{"nl", "", "e-mail/index.md", "/e-mail/", "", ""},
		{"nl", "", "caf\u00e9.pdf", "/caf%C3%A9.pdf", "", ""},
		{"nl", "", "cafe\u0301.pdf", "/caf%C3%A9.pdf", "", ""},
		{"nl", "", "ide\u00ebn.md", "/ide%C3%ABn/", "", ""},
		{"en", "e-mail/imap", "pop.md", "/en/email/pop/", "", ""},
		{"en", "e-mail/pop", "imap.md", "/en/email/imap-settings/", "", ""},
		// The same from a text that the reader sees in another language.
		{"en", "e-mail/diep/pagina", "../imap.md", "/en/email/imap-settings/", "", ""},

		{"nl", "e-mail/imap", "popp.md", "", `no page content/nl/e-mail/popp.md`, "did you mean pop.md?"},
		{"nl", "e-mail/imap", "diep.md", "", "no page content/nl/e-mail/diep.md", "write e-mail/diep/index.md"},
		{"nl", "e-mail/imap", "pop/index.md", "", "no page content/nl/e-mail/pop/index.md", "write e-mail/pop.md"},
		{"nl", "", "imap.md", "", "no page content/nl/imap.md", "did you mean /e-mail/imap.md?"},
		{"nl", "e-mail/imap", "zzzzzzzz.md", "", "no page content/nl/e-mail/zzzzzzzz.md", "see content/nl for the pages there are"},
		{"nl", "", ".md", "", "no page content/nl/.md", "write index.md"},
		{"nl", "e-mail/imap", ".md", "", "no page content/nl/e-mail/.md", "did you mean index.md?"},
		{"nl", "e-mail/imap", "POP.md", "", "no page content/nl/e-mail/POP.md", "did you mean pop.md?"},
		{"nl", "e-mail/imap", "e-mail/index.md", "", "no page content/nl/e-mail/e-mail/index.md", "did you mean index.md?"},
		{"nl", "e-mail/imap", "nl/e-mail/pop.md", "", "no page content/nl/e-mail/nl/e-mail/pop.md", "did you mean pop.md?"},
		{"nl", "", "/nl/e-mail/pop.md", "", "no page content/nl/nl/e-mail/pop.md", "did you mean /e-mail/pop.md?"},

		// The way out.
		{"nl", "e-mail/imap", "../../nl/index.md", "", `"../../nl/index.md" leads out of the folder of the language`, "the reader gets the page in their own language by itself"},
		{"nl", "e-mail/imap", "/../nl/index.md", "", "leads out of the folder", ""},
		{"nl", "e-mail/imap", "/e-mail/../../index.md", "", "leads out of the folder", ""},
		{"nl", "e-mail/imap", "%2e%2e/%2e%2e/index.md", "", "leads out of the folder", ""},
		{"nl", "e-mail/imap", "../../../site.toml", "", "leads out of the folder", ""},
		{"nl", "e-mail/imap", "/../../site.toml", "", "leads out of the folder", ""},
		{"nl", "e-mail/imap", "..%2f..%2f..%2fetc/passwd", "", "leads out of the folder", ""},
		{"nl", "e-mail/imap", "a/../../../x.pdf", "", "leads out of the folder", ""},
		// Not a way out.
		{"nl", "e-mail/imap", "a/../pop.md", "/e-mail/pop/", "", ""},
		{"nl", "e-mail/imap", "..dots.pdf", "/e-mail/..dots.pdf", "", ""},

		// Other addresses.
		{"nl", "", "https://elders.example/a?b#c", "https://elders.example/a?b#c", "", ""},
		{"nl", "", "HTTPS://elders.example", "HTTPS://elders.example", "", ""},
		{"nl", "", "mailto:a@b.example", "mailto:a@b.example", "", ""},
		{"nl", "", "tel:+31201234567", "tel:+31201234567", "", ""},
		{"nl", "", "mailto:", "", `"mailto:" leads nowhere`, "write what comes behind mailto:"},
		{"nl", "", "tel://+31201234567", "", "leads nowhere", ""},
		{"nl", "", "https:elders.example", "", `"https:elders.example" has no host name`, "write the whole address"},
		{"nl", "", "https:///pad", "", "has no host name", ""},
		{"nl", "", "http:\\\\elders.example", "", "has no host name", ""},
		{"nl", "", "javascript:alert(1)", "", "a link cannot begin with javascript:", "use https:, mailto: or tel:"},
		{"nl", "", "JavaScript:alert(1)", "", "a link cannot begin with javascript:", ""},
		{"nl", "", "java\tscript:alert(1)", "", "is not an address", ""},
		{"nl", "", " javascript:alert(1)", "", "is not an address", ""},
		{"nl", "", "\x01javascript:alert(1)", "", "is not an address", ""},
		{"nl", "", "data:text/html,x", "", "a link cannot begin with data:", ""},
		{"nl", "", "vbscript:x", "", "a link cannot begin with vbscript:", ""},
		{"nl", "", "file:///etc/passwd", "", "a link cannot begin with file:", "write passwd"},
		{"nl", "", `C:\Users\jan\Mijn%20map\a.pdf`, "", "a link cannot begin with c:", "write a.pdf"},
		{"nl", "", "file:///C:/Users/jan/b.pdf", "", "a link cannot begin with file:", "write b.pdf"},
		{"nl", "", `img\foo.pdf`, "", "is not an address", "write img/foo.pdf, with /"},
		{"nl", "", `..\img\foo.md`, "", "is not an address", "write ../img/foo.md, with /"},
		{"nl", "", "//elders.example/", "", `"//elders.example/" is not an address`, "write https: before it"},
		{"nl", "", `\\elders.example`, "", "is not an address", ""},
		{"nl", "", `/\elders.example`, "", "is not an address", ""},
		{"nl", "", "/%5Celders.example", "", "is not an address", ""},
		{"nl", "", "/%2f/elders.example", "", "no file", ""},
		{"nl", "", "", "", "the link leads nowhere", "[text](pagina.md)"},
		{"nl", "e-mail/imap", "?a=b", "/e-mail/imap/?a=b", "", ""},
		{"en", "e-mail/imap", "?a=b&c=%22#kop", "/en/email/imap-settings/?a=b&c=%22#kop", "", ""},
		{"nl", "", "?", "/", "", ""},
		{"nl", "", "%zz", "", "is not an address", ""},
		{"nl", "", "www.elders.example", "", `no file "www.elders.example"`, ""},

		// Files beside the pages.
		{"nl", "e-mail/imap", "scherm.svg", "/e-mail/scherm.svg", "", ""},
		{"nl", "e-mail/imap", "100%25%20%C3%BC.svg", "/e-mail/100%25%20%C3%BC.svg", "", ""},
		{"nl", "e-mail/imap", "a%2520b.pdf", "/e-mail/a%2520b.pdf", "", ""},
		{"nl", "", "handleiding.pdf#page=3", "/handleiding.pdf#page=3", "", ""},
		{"nl", "", "/handleiding.pdf?dl=1", "/handleiding.pdf?dl=1", "", ""},
		{"en", "e-mail/imap", "scherm.svg", "/e-mail/scherm.svg", "", ""}, // that of the text it translates
		{"en", "e-mail/imap", "own.svg", "/en/email/own.svg", "", ""},
		{"nl", "e-mail/imap", "own.svg", "", `no file "own.svg"`, "put the file in the folder of the page"},
		{"nl", "", "handleiding.docx", "", `no file "handleiding.docx"`, "files of the kind .docx are not published"},
		{"nl", "e-mail/imap", "pop", "", `no file "pop"`, "write pop.md: links name the page's file"},
		{"nl", "e-mail/imap", "/e-mail/", "", `"/e-mail/" is the address of a page; links name files`, "write /e-mail/index.md"},
		{"nl", "e-mail/imap", "/e-mail/pop", "", "is the address of a page", "write /e-mail/pop.md"},
		{"nl", "e-mail/imap", "/", "", "is the address of a page", "write /index.md"},
		{"nl", "e-mail/imap", "/en/", "", "is the address of a page", "write /index.md"},
		{"nl", "e-mail/imap", "/e-mail/di%C3%A8p/", "", "is the address of a page", "write /e-mail/diep/index.md"},
		// Files that the program makes.
		{"nl", "", "/sitemap.xml", "/sitemap.xml", "", ""},
		{"nl", "", "/e-mail/imap/index.html", "", `"/e-mail/imap/index.html" is the address of a page; links name files`, "write /e-mail/imap.md"},
	} {
		got := r.link(linkPage(t, r, c.lang, c.from), c.dest)
		got.Problem, got.Hint = diag.In(diag.English, got.Problem), diag.In(diag.English, got.Hint)
		if got.URL != c.url || (got.Problem == "") != (c.url != "") || !strings.Contains(got.Problem, c.problem) || !strings.Contains(got.Hint, c.hint) {
			t.Errorf("%s %q: link %q: got %q, problem %q, hint %q; want %q, problem %q, hint %q", c.lang, c.from, c.dest, got.URL, got.Problem, got.Hint, c.url, c.problem, c.hint)
		}
		if got.Problem != "" && got.Hint == "" {
			t.Errorf("link %q: no way out of %q", c.dest, got.Problem)
		}
	}
}

// A link to a text in another language says so.
func TestLinkLanguage(t *testing.T) {
	r, _, _ := renderer(t, smallSite(t, linkSite))
	for _, c := range []struct{ lang, from, dest, want string }{
		{"nl", "e-mail/imap", "pop.md", ""},
		{"nl", "e-mail/imap", "only.md", "en"},
		{"en", "e-mail/imap", "pop.md", "nl"},
		{"en", "e-mail/imap", "index.md", ""},
		{"en", "e-mail/pop", "imap.md", "en"}, // a Dutch text for an English reader
	} {
		if got := r.link(linkPage(t, r, c.lang, c.from), c.dest).Lang; got != c.want {
			t.Errorf("%s %s: link to %s: got language %q, want %q", c.lang, c.from, c.dest, got, c.want)
		}
	}
}

func TestImages(t *testing.T) {
	r, _, _ := renderer(t, smallSite(t, linkSite))
	for _, c := range []struct {
		lang, from, dest string
		url              string
		w, h             int
		problem          string
	}{
		{"nl", "e-mail/imap", "scherm.svg", "/e-mail/scherm.svg", 320, 200, ""},
		{"nl", "e-mail/imap", "/e-mail/scherm.svg", "/e-mail/scherm.svg", 320, 200, ""},
		{"nl", "e-mail/diep/pagina", "../scherm.svg", "/e-mail/scherm.svg", 320, 200, ""},
		{"nl", "e-mail/imap", "scherm.svg#deel", "/e-mail/scherm.svg#deel", 320, 200, ""},
		{"nl", "e-mail/imap", "100%25%20%C3%BC.svg", "/e-mail/100%25%20%C3%BC.svg", 1, 1, ""},
		{"en", "e-mail/imap", "scherm.svg", "/e-mail/scherm.svg", 320, 200, ""},
		{"en", "e-mail/imap", "own.svg", "/en/email/own.svg", 30, 20, ""},
		{"nl", "e-mail/imap", "own.svg", "", 0, 0, `no image "own.svg"`},
		{"nl", "e-mail/imap", "Scherm.svg", "", 0, 0, `no image "Scherm.svg"`},
		{"nl", "e-mail/imap", "https://elders.example/x.png", "", 0, 0, "is on another site"},
		{"nl", "e-mail/imap", "//elders.example/x.png", "", 0, 0, "is on another site"},
		{"nl", "e-mail/imap", "data:image/png;base64,AA", "", 0, 0, "cannot begin with data:"},
		{"nl", "e-mail/imap", `img\scherm.svg`, "", 0, 0, "is not an address"},
		{"nl", "e-mail/imap", `C:\scherm.svg`, "", 0, 0, "cannot begin with c:"},
		{"nl", "e-mail/imap", "javascript:x", "", 0, 0, "cannot begin with javascript:"},
		{"nl", "e-mail/imap", "pop.md", "", 0, 0, "is no image"},
		{"nl", "e-mail/imap", "100% ü.svg", "", 0, 0, "is not an address"},
		{"nl", "e-mail/imap", "../../../x.png", "", 0, 0, "leads out of the folder"},
		{"nl", "e-mail/imap", "/../x.png", "", 0, 0, "leads out of the folder"},
		{"nl", "e-mail/imap", "%2e%2e/%2e%2e/x.png", "", 0, 0, "leads out of the folder"},
		{"nl", "e-mail/imap", "", "", 0, 0, "no image"},
	} {
		got := r.image(linkPage(t, r, c.lang, c.from), c.dest, func(site.File) {})
		got.Problem = diag.In(diag.English, got.Problem)
		if got.URL != c.url || got.Width != c.w || got.Height != c.h || (got.Problem == "") != (c.url != "") || !strings.Contains(got.Problem, c.problem) {
			t.Errorf("%s %s: image %q: got %q, %d × %d, problem %q; want %q, %d × %d, %q", c.lang, c.from, c.dest, got.URL, got.Width, got.Height, got.Problem, c.url, c.w, c.h, c.problem)
		}
		if got.Problem != "" && got.Hint == "" {
			t.Errorf("image %q: no way out of %q", c.dest, got.Problem)
		}
	}
}

// TestDarkForm: an image has the form for dark screens that lies beside the very
// file that is shown.
func TestDarkForm(t *testing.T) {
	files := map[string]string{"content/en/e-mail/own.dark.svg": `<svg width="2" height="1"/>`}
	for name, text := range linkSite {
		files[name] = text
	}
	r, _, _ := renderer(t, smallSite(t, files))
	for _, c := range []struct{ lang, from, dest, want string }{
		{"nl", "e-mail/imap", "twee.svg", "/e-mail/twee.dark.svg"},
		{"nl", "e-mail/imap", "twee.svg#deel", "/e-mail/twee.dark.svg#deel"},
		{"en", "e-mail/imap", "twee.svg", "/e-mail/twee.dark.svg"}, // that of the reference, as the image
		{"en", "e-mail/imap", "own.svg", "/en/email/own.dark.svg"},
		{"nl", "e-mail/imap", "twee.dark.svg", ""},
		{"nl", "e-mail/imap", "scherm.svg", ""},
	} {
		if got := r.image(linkPage(t, r, c.lang, c.from), c.dest, func(site.File) {}).Dark; got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.lang, c.dest, got, c.want)
		}
	}
}

// FuzzLink: whatever a writer types, a link gets an address of this site or a
// whole one with a scheme that is allowed, or a problem with a way out.
func FuzzLink(f *testing.F) {
	for _, s := range []string{"pop.md", "../index.md#a", "/e-mail/pop.md?x=y", "javascript:alert(1)", "//x", `/\x`, "%2e%2e/x.md", "https://x.example/", "mailto:a@b", "#a", "", "scherm.svg", "\t", "http:x", "a:b", "/sitemap.xml", "é.md"} {
		f.Add(s, "e-mail/imap", true)
	}
	r, _, _ := renderer(f, smallSite(f, linkSite))
	f.Fuzz(func(t *testing.T, dest, id string, dutch bool) {
		l := r.locale("en")
		if dutch {
			l = r.locale("nl")
		}
		p, ok := l.Page(id)
		if !ok {
			p = l.Home
		}
		check := func(what, address, problem, hint string) {
			if problem != "" {
				if address != "" || hint == "" {
					t.Errorf("%s %q: problem %q with the address %q and the hint %q", what, dest, problem, address, hint)
				}
				return
			}
			// As a browser reads it: it drops tabs and line ends, and takes a
			// backslash for a slash (WHATWG URL §4.4).
			seen := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimFunc(address, func(r rune) bool { return r <= ' ' }))
			u, err := url.Parse(seen)
			if err != nil {
				t.Errorf("%s %q: %q: %v", what, dest, address, err)
				return
			}
			switch {
			case u.Scheme == "":
				if u.Host != "" || !strings.HasPrefix(seen, "#") && (!strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//")) {
					t.Errorf("%s %q: %q leads elsewhere", what, dest, address)
				}
				for part := range strings.SplitSeq(u.Path, "/") {
					if part == ".." {
						t.Errorf("%s %q: %q leads up", what, dest, address)
					}
				}
			case what == "image" || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto" && u.Scheme != "tel":
				t.Errorf("%s %q: %q has a scheme that is not allowed", what, dest, address)
			case strings.HasPrefix(u.Scheme, "http") && u.Host == "":
				t.Errorf("%s %q: %q has no host", what, dest, address)
			}
		}
		link := r.link(p, dest)
		check("link", link.URL, link.Problem, link.Hint)
		image := r.image(p, dest, func(site.File) {})
		check("image", image.URL, image.Problem, image.Hint)
	})
}

// A link that leads nowhere costs the same on a site of any size.
func BenchmarkBadLinks(b *testing.B) {
	for _, n := range []int{100, 10000} {
		files := map[string]string{}
		for i := range n {
			files[fmt.Sprintf("content/nl/e-mail/p%d.md", i)] = "+++\ntitle = \"P\"\n+++\n"
		}
		r, _, _ := renderer(b, smallSite(b, files))
		p := linkPage(b, r, "nl", "e-mail/imap")
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				r.link(p, "nergens-12.md")
				r.link(p, "/e-mail/nergens/")
			}
		})
	}
}

// TestDownloads: a link to a file says of which kind it is and how large, in the
// language of the text, and in the copy too; what it says already is not said
// twice.
func TestDownloads(t *testing.T) {
	file := func(n int) string { return strings.Repeat("x", n) }
	files := map[string]string{
		"content/nl/e-mail/gids.pdf":         file(1_234_567),
		"content/nl/e-mail/klein.zip":        "x",
		"content/nl/e-mail/vol.zip":          file(999_001),
		"content/nl/e-mail/groot.mp4":        file(12_600_000),
		"content/nl/e-mail/ons.mobileconfig": file(3_400),
		"content/nl/e-mail/Lijst.CSV":        file(1_500),
		"content/nl/e-mail/scherm.svg":       `<svg width="320" height="200"/>`,
		"content/nl/e-mail/leeg.txt":         " ",
		"content/nl/e-mail/adres.vcf":        file(800),
	}
	const page = "+++\ntitle = \"Downloads\"\n+++\n"
	for name, text := range linkSite {
		if _, ok := files[name]; !ok {
			files[name] = text
		}
	}
	for lang, says := range map[string]string{
		"nl": "file_size_kb = \"{size} kB\"\nfile_size_mb = \"{size} MB\"\nfile_mobileconfig = \"profiel\"\nfile_vcf = \"vCard\"\n",
		"en": "file_size_kb = \"{size} kB\"\nfile_size_mb = \"{size} MB\"\nfile_mobileconfig = \"profile\"\nfile_vcf = \"vCard\"\n",
	} {
		files["i18n/"+lang+".toml"] = smallSite(t, files)["i18n/"+lang+".toml"] + says
	}
	for src, want := range map[string][2]string{ // nl, en
		"[Gids](gids.pdf)":                  {`>Gids <span class="nb">(PDF, 1,2 MB)</span></a>`, `>Gids <span class="nb">(PDF, 1.2 MB)</span></a>`},
		"[De gids (PDF)](gids.pdf)":         {`>De gids (PDF) <span class="nb">(1,2 MB)</span></a>`, `>De gids (PDF) <span class="nb">(1.2 MB)</span></a>`},
		"[**Pdf**-gids](gids.pdf#blad=2)":   {`-gids <span class="nb">(1,2 MB)</span></a>`, `-gids <span class="nb">(1.2 MB)</span></a>`},
		"[Zip](klein.zip)":                  {`>Zip <span class="nb">(1 kB)</span></a>`, `>Zip <span class="nb">(1 kB)</span></a>`},
		"[Alles](vol.zip)":                  {`>Alles <span class="nb">(ZIP, 1 MB)</span></a>`, `>Alles <span class="nb">(ZIP, 1 MB)</span></a>`},
		"[Film](groot.mp4)":                 {`(MP4, 13 MB)`, `(MP4, 13 MB)`},
		"[Wij](ons.mobileconfig)":           {`(profiel, 4 kB)`, `(profile, 4 kB)`},
		"[Lijst](Lijst.CSV)":                {`(CSV, 2 kB)`, `(CSV, 2 kB)`},
		"[Kaartje](adres.vcf)":              {`(vCard, 1 kB)`, `(vCard, 1 kB)`},
		"[![scherm](scherm.svg)](gids.pdf)": {`loading="lazy"> <span class="nb">(PDF, 1,2 MB)</span></a>`, `loading="lazy"> <span class="nb">(PDF, 1.2 MB)</span></a>`},
		"[IMAP](imap.md)":                   {`>IMAP</a>`, `>IMAP</a>`},
		"[elders](https://a.example/x.pdf)": {`>elders</a>`, `>elders</a>`},
	} {
		for i, lang := range []string{"nl", "en"} {
			files["content/"+lang+"/e-mail/downloads.md"] = page + src + "\n"
			r, _, _ := renderer(t, smallSite(t, files))
			var h, m bytes.Buffer
			if err := r.Page(t.Context(), linkPage(t, r, lang, "e-mail/downloads"), &h, &m); err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(h.String(), "\u00a0", " ")
			if !strings.Contains(got, want[i]) {
				_, got, _ = strings.Cut(got, "</h1>")
				t.Errorf("%s %s: got\n%s\nwant %s", lang, src, got, want[i])
			}
			if _, note, ok := strings.Cut(want[i], `<span class="nb">`); ok {
				note, _, _ = strings.Cut(note, "</span>")
				if !strings.Contains(strings.ReplaceAll(m.String(), "\u00a0", " "), " "+note+"](https://") {
					t.Errorf("%s %s: the copy is\n%s", lang, src, m.String())
				}
			}
		}
	}
}
