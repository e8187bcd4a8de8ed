package state

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestUnlinked: a page to which own layouts lead no reader is a finding; a way
// over other pages, from a text or in a menu, is enough.
func TestUnlinked(t *testing.T) {
	bare := `<!doctype html><html lang="{{ .Site.Lang }}"><head><title>{{ .Title }}</title></head><body>{{ block "main" . }}<main><h1>{{ .Title }}</h1>{{ .Lead }}{{ .Content }}</main>{{ end }}</body></html>` + "\n"
	page := func(title, text string) string { return "+++\ntitle = \"" + title + "\"\n+++\n" + text + "\n" }
	for name, tt := range map[string]struct {
		change map[string]string
		want   []string
	}{
		"all are linked from texts": {nil, nil},
		"one is not": {map[string]string{"content/nl/los.md": page("Los", "Tekst.")},
			[]string{"content/nl/los.md: no link leads to this page from content/nl/index.md"}},
		"two that lead to each other": {map[string]string{"content/nl/a.md": page("A", "[b](b.md)"), "content/nl/b.md": page("B", "[a](a.md)")},
			[]string{"content/nl/a.md: no link leads to this page from content/nl/index.md", "content/nl/b.md: no link leads to this page from content/nl/index.md"}},
		"one in a section that has no page": {map[string]string{"content/nl/domeinen/los.md": page("Los", "Tekst.")}, nil}, // which is said
		"one deeper in it":                  {map[string]string{"content/nl/domeinen/diep/index.md": page("Diep", "."), "content/nl/domeinen/diep/los.md": page("Los", "Tekst.")}, nil},
		"one beside such a section": {map[string]string{"content/nl/domeinen/los.md": page("Los", "Tekst."), "content/nl/ook.md": page("Ook", ".")},
			[]string{"content/nl/ook.md: no link leads to this page from content/nl/index.md"}},
		"one that leads only away": {map[string]string{"content/nl/weg.md": page("Weg", "[terug](index.md)")},
			[]string{"content/nl/weg.md: no link leads to this page from content/nl/index.md"}},
		"a way over a page of another": {map[string]string{"content/nl/ver.md": page("Ver", "Tekst."), "content/nl/e-mail/pop.md": page("POP", "[ver](/ver.md#x), [imap](imap.md)\n\n## X {#x}")}, nil},
		"many are one mistake": {map[string]string{"content/nl/w.md": page("W", "."), "content/nl/x.md": page("X", "."), "content/nl/y.md": page("Y", "."), "content/nl/z.md": page("Z", ".")},
			[]string{"content/nl/index.md: no link leads from here to 4 pages, such as content/nl/w.md"}},
		"a link to the same path of another host": {map[string]string{"content/nl/los.md": page("Los", "."), "content/nl/index.md": page("Welkom", "[e-mail](e-mail/index.md), <https://elders.example/los/> en <https://hulp.example.org/los/>")},
			[]string{"content/nl/los.md: no link leads to this page from content/nl/index.md"}},
		"a link by another scheme": {map[string]string{"content/nl/los.md": page("Los", "."), "content/nl/index.md": page("Welkom", "[e-mail](e-mail/index.md) en <http://hulp.example/los/>")},
			[]string{"content/nl/los.md: no link leads to this page from content/nl/index.md"}},
		"a way over a file that is no page": {map[string]string{"content/nl/los.md": page("Los", "."), "content/nl/index.md": page("Welkom", "[e-mail](e-mail/index.md) en <https://hulp.example/404.html>"), "layouts/404.html": `{{ define "main" }}<main><a href="/los/">Los</a></main>{{ end }}`},
			[]string{"content/nl/los.md: no link leads to this page from content/nl/index.md"}},
		"a way over a page that is not translated": {map[string]string{"content/nl/los.md": page("Los", "."), "content/en/los.md": page("Loose", "."), "content/nl/e-mail/pop.md": page("POP", "[los](/los.md), [imap](imap.md)")}, nil},
		"a link to the whole address":              {map[string]string{"content/nl/los.md": page("Los", "."), "content/nl/index.md": page("Welkom", "[e-mail](e-mail/index.md) en <https://hulp.example/los/>")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			put := func(name, text string) { fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644} }
			for name, text := range testenv.SmallSite(t) {
				put(name, text)
			}
			put("layouts/base.html", bare)
			for name, text := range tt.change {
				put(name, text)
			}
			s, err := Load(t.Context(), fsys, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			ds, err := s.rendered(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range s.Findings() {
				t.Logf("%s: %s", d.Pos, d.Msg)
			}
			var got []string
			for _, d := range ds {
				if d.Code == diag.PageUnlinked && (strings.HasPrefix(d.Pos.File, "content/nl/") || d.Pos.File == "content/en/los.md") {
					got = append(got, d.Pos.String()+": "+d.Msg)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// TestUnnamed: a page that does not name all its translations, and itself, as
// search engines want it, is a finding. What has no translation names none.
func TestUnnamed(t *testing.T) {
	head := func(links string) string {
		return `<!doctype html><html lang="{{ .Site.Lang }}"><head><title>{{ .Title }}</title>` + links + `</head><body>{{ block "main" . }}<main><h1>{{ .Title }}</h1>{{ .Lead }}{{ .Content }}</main>{{ end }}</body></html>` + "\n"
	}
	const all = `{{ range .Alternates }}<link rel="alternate" hreflang="{{ .Lang }}" href="{{ .URL }}">{{ end }}`
	page := func(title string) string { return "+++\ntitle = \"" + title + "\"\n+++\nTekst.\n" }
	translated := map[string]string{"content/nl/los.md": page("Los"), "content/en/los.md": page("Loose"), "content/nl/alleen.md": page("Alleen")}
	many := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d"} {
		many["content/nl/"+name+".md"], many["content/en/"+name+".md"] = page(name), page(name)
	}
	const each = "the page does not name all its translations and itself"
	for name, tt := range map[string]struct {
		links  string
		change map[string]string
		want   []string // of los.md and of what several pages have
	}{
		"all are named":       {all, translated, nil},
		"none are":            {"", translated, []string{"content/nl/los.md: " + each, "content/en/los.md: " + each}},
		"itself is not":       {`{{ range .Alternates }}{{ if ne .Lang $.Site.Lang }}<link rel="alternate" hreflang="{{ .Lang }}" href="{{ .URL }}">{{ end }}{{ end }}`, translated, []string{"content/nl/los.md: " + each, "content/en/los.md: " + each}},
		"only the default is": {`{{ range .Alternates }}{{ if eq .Lang "x-default" }}<link rel="alternate" hreflang="{{ .Lang }}" href="{{ .URL }}">{{ end }}{{ end }}`, translated, []string{"content/nl/los.md: " + each, "content/en/los.md: " + each}},
		"without a language":  {`{{ range .Alternates }}<link rel="alternate" href="{{ .URL }}">{{ end }}`, translated, []string{"content/nl/los.md: " + each, "content/en/los.md: " + each}},
		"many are one mistake": {"", many, []string{
			"this page and N more do not name all their translations and themselves", "this page and N more do not name all their translations and themselves"}},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, text := range testenv.SmallSite(t) {
				fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
			}
			fsys["layouts/base.html"] = &fstest.MapFile{Data: []byte(head(`{{ if eq .ID "los" "a" "b" "c" "d" }}` + tt.links + `{{ else }}` + all + `{{ end }}`)), Mode: 0o644}
			for name, text := range tt.change {
				fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
			}
			s, err := Load(t.Context(), fsys, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			ds, err := s.rendered(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range ds {
				said := diag.In(diag.English, d.Msg)
				switch {
				case d.Code != diag.PageAlternate:
				case strings.HasPrefix(said, "this page and "):
					got = append(got, numberRE.ReplaceAllString(said, "N"))
				case strings.HasSuffix(d.Pos.File, "/los.md"):
					got = append(got, d.Pos.String()+": "+said)
				case strings.HasSuffix(d.Pos.File, "/alleen.md"):
					t.Errorf("%s: %s", d.Pos, said)
				}
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

var numberRE = regexp.MustCompile(`\d+`)
