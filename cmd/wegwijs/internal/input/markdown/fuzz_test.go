package markdown

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// FuzzConvert converts any page with directives, links and quotes: no panic,
// every position inside the file, the same twice, nothing of the writer's own
// HTML on the page, and a page without mistakes has a copy that is its own
// copy.
func FuzzConvert(f *testing.F) {
	for _, a := range goldens(f) {
		f.Add(part(a, "page.md"), setting(a, "lang"))
	}
	for _, x := range spec(f) {
		f.Add(x.Markdown, "")
	}
	f.Add(":::tip\r\n:ui[a\r\nb]{c=\"d\r\n", "nl")
	f.Add("## a {.b c=1 c=true}\n\n'a 'b' \"c\n[^1]\n\n[^1]: :::x\n", "fr")
	f.Fuzz(func(t *testing.T, page, lang string) {
		if _, ok := languages[lang]; !ok {
			lang = "nl"
		}
		if !utf8.ValidString(page) || strings.ContainsFunc(strings.NewReplacer("\r\n", "", "\n", "", "\t", "").Replace(page), unicode.IsControl) {
			t.Skip("refused before it comes here")
		}
		src := []byte(page)
		got := convert(lang, src, []Heading{{Level: 2, ID: "een"}, {Level: 3, ID: "twee"}})
		if again := convert(lang, src, []Heading{{Level: 2, ID: "een"}, {Level: 3, ID: "twee"}}); !reflect.DeepEqual(plainResult(got), plainResult(again)) {
			t.Errorf("second time: got\n%+v\nfirst time\n%+v", again, got)
		}
		lines := strings.Split(page, "\n")
		check := func(p diag.Pos) {
			if p.File != "page.md" || p.Line < 1 || p.Line > len(lines) || p.Col < 1 || p.Col > len(lines[p.Line-1])+1 {
				t.Errorf("%v is not in the page", p)
			}
		}
		for _, d := range got.findings {
			check(d.Pos)
			if d.Msg == "" || strings.Contains(d.Msg, "%!") {
				t.Errorf("the message is %q", d.Msg)
			}
		}
		for _, fr := range got.facts.Fragments {
			check(fr.Pos)
		}
		for _, b := range got.facts.Blocks() {
			check(b.Pos(0))
			check(b.Pos(len(b.Text) - 1))
			if strings.TrimSpace(b.Text) == "" && b.Kind != BlockDirective && b.Kind != BlockAlert || b.Heading >= len(got.facts.Headings) {
				t.Errorf("the block %q %q stands under heading %d", b.Kind, b.Text, b.Heading)
			}
		}
		ids := map[string]bool{}
		for _, h := range got.facts.Headings {
			if ids[h.ID] && diag.Errors(got.findings) == 0 {
				t.Errorf("two headings have the id %q", h.ID)
			}
			ids[h.ID] = true
		}
		if got.facts.Lead > len(got.html) {
			t.Errorf("the lead is %d bytes of %d", got.facts.Lead, len(got.html))
		}
		if i := strings.Index(got.html, "<script"); i >= 0 {
			t.Errorf("a script on the page: %s", got.html[i:])
		}
		// Other quotes than were typed can make a tag or an emphasis of what was
		// none, and so can blanks that are left out of half a link; the goldens
		// and the examples of CommonMark have what matters of both.
		if links := strings.Count(page, "]("); lang == "" && (links == 0 || links == 1 && !strings.Contains(page, "<")) {
			checkCopy(t, "fuzz", lang, src)
		}
		// Line ends change nothing.
		if !bytes.Contains(src, []byte("\r")) {
			if crlf := convert(lang, bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")), []Heading{{Level: 2, ID: "een"}, {Level: 3, ID: "twee"}}); crlf.html != got.html || !slices.Equal(crlf.findings, got.findings) {
				t.Errorf("with line ends of Windows: got\n%s\n%v\nwant\n%s\n%v", crlf.html, crlf.findings, got.html, got.findings)
			}
		}
	})
}
