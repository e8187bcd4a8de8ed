package markdown

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	stdhtml "html"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"

	"wegwijs/cmd/wegwijs/internal/diag"
)

var update = flag.Bool("update", false, "write what comes out into the golden files")

// languages are the habits of the languages of the goldens, as i18n/ has them.
var languages = map[string]Options{
	"":   {},
	"nl": {Quotes: [4]string{"“", "”", "‘", "’"}, FootnoteBack: "Terug naar de tekst"},
	"en": {Quotes: [4]string{"“", "”", "‘", "’"}, FootnoteBack: "Back to the text"},
	"de": {Quotes: [4]string{"„", "“", "‚", "‘"}},
	"fr": {Quotes: [4]string{"«\u202f", "\u202f»", "“", "”"}, SpaceBefore: ":;?!»"},
}

// facts are what the site of the tests has.
var facts = map[string]bool{"pop": true, "imap": true, "webmail": false, "profile": false}

// kinds are the directives of the goldens.
var kinds = map[string]Kind{"sub": Inline, "sup": Inline, "br": Inline, "tabs": Container, "tab": Container, "ui": Inline, "setting": Inline, "adres": Inline, "settings": Leaf, "kaart": Leaf, "steps": Container, "details": Container, "tip": Container, "summary": Container}

// fake is a site of which tests change what they are about.
type fake struct {
	link      func(dest string) Target
	image     func(dest string) Image
	alert     func(kind string) string
	absolute  func(url string) string
	directive func(d *Directive) (html, md string, err error)
}

func (f *fake) Link(dest string) Target                             { return f.link(dest) }
func (f *fake) Image(dest string) Image                             { return f.image(dest) }
func (f *fake) Alert(kind string) string                            { return f.alert(kind) }
func (f *fake) Kind(name string) (Kind, bool)                       { k, ok := kinds[name]; return k, ok }
func (f *fake) Known() []string                                     { return slices.Sorted(maps.Keys(kinds)) }
func (f *fake) Has(fact string) (has, known bool)                   { has, known = facts[fact]; return has, known }
func (f *fake) Facts() []string                                     { return slices.Sorted(maps.Keys(facts)) }
func (f *fake) Absolute(url string) string                          { return f.absolute(url) }
func (f *fake) Directive(d *Directive) (html, md string, err error) { return f.directive(d) }

// input returns a page as render does, with a small site around it.
func input(file string, src []byte, body int, out *diag.List) *Input {
	return &Input{
		File: file, Src: src, Body: body, Out: out, Lead: "summary", Site: &fake{
			link: func(dest string) Target {
				path, frag, _ := strings.Cut(dest, "#")
				switch {
				case strings.HasPrefix(dest, "javascript:"):
					return Target{Problem: "a link cannot begin with javascript:", Hint: "use https:, mailto: or tel:", Code: "link-scheme"}
				case strings.HasPrefix(path, "weg"):
					return Target{Problem: fmt.Sprintf("no page %q", path), Hint: "did you mean imap.md?"}
				case strings.HasPrefix(dest, "popje"):
					return Target{URL: "/pop/", Needs: []string{"pop"}}
				case strings.HasPrefix(dest, "webmail"):
					return Target{Problem: "no page", Needs: []string{"webmail"}}
				case dest == "":
					return Target{Problem: "the link leads nowhere"}
				case strings.HasPrefix(dest, "#"):
					return Target{URL: dest, Page: "hier", Fragment: frag}
				case strings.HasSuffix(path, ".md"):
					t := Target{URL: "/" + strings.TrimSuffix(path, ".md") + "/", Page: strings.TrimSuffix(path, ".md"), Fragment: frag}
					if frag != "" {
						t.URL += "#" + frag
					}
					if strings.HasPrefix(path, "en") {
						t.Lang = "en"
					}
					return t
				}
				return Target{URL: dest}
			},
			image: func(dest string) Image {
				if strings.HasPrefix(dest, "weg") {
					return Image{Problem: fmt.Sprintf("no image %q", dest), Hint: "put the file in the folder of the page"}
				}
				return Image{URL: "/" + dest, Width: 640, Height: 480}
			},
			alert: func(kind string) string {
				return map[string]string{"note": "Goed om te weten", "tip": "Tip", "important": "Belangrijk", "warning": "Let op"}[kind]
			},
			absolute: func(url string) string {
				if strings.HasPrefix(url, "/") {
					return "https://help.example.nl" + url
				}
				return url
			},
			directive: directive,
		}}
}

type hinted struct{ msg, hint string }

func (h hinted) Error() string { return h.msg }
func (h hinted) Hint() string  { return h.hint }

// directive shows what a template is given.
func directive(d *Directive) (html, md string, err error) {
	if d.Label == "fout" {
		return "", "", hinted{`unknown protocol "fout"`, "known: imap, pop, smtp"}
	}
	var attrs strings.Builder
	for _, k := range slices.Sorted(maps.Keys(d.Attrs)) {
		fmt.Fprintf(&attrs, " %s=%q", k, d.Attrs[k])
	}
	if d.Name == "setting" {
		d.Label = map[string]string{"imap.host": "imap.example.nl", "imap.port": "993"}[d.Label]
	}
	if d.Name == "adres" { // as layouts mark where an address may be broken
		return "<code>" + strings.ReplaceAll(d.Label, ".", ".<wbr>") + "</code>", "`" + d.Label + "`", nil
	}
	label := regexp.MustCompile(`[[:punct:]]`).ReplaceAllString(d.Label, `\$0`)
	switch d.Form {
	case Inline:
		return fmt.Sprintf("<x-%s id=%q%s>%s</x-%s>\n", d.Name, d.ID, attrs.String(), stdhtml.EscapeString(d.Label), d.Name), label + "\n", nil
	case Leaf:
		return fmt.Sprintf("<x-%s id=%q%s>%s</x-%s>\n", d.Name, d.ID, attrs.String(), stdhtml.EscapeString(d.Label), d.Name), label, nil
	}
	md = d.ContentMD
	if d.Label != "" {
		md = label + "\n\n" + md
	}
	return fmt.Sprintf("<x-%s id=%q%s label=%q>\n%s</x-%s>\n", d.Name, d.ID, attrs.String(), d.Label, d.Content, d.Name), md, nil
}

// result is what converting a page gives.
type result struct {
	html, md string
	facts    *Facts
	findings []diag.Diagnostic
}

func convert(lang string, src []byte, inherit []Heading) result {
	out := new(diag.List)
	in := input("page.md", src, body(src), out)
	in.Inherit, in.InheritFile = inherit, "bron.md"
	var h, m bytes.Buffer
	facts := New(languages[lang]).Convert(in, &h, &m)
	return result{h.String(), m.String(), facts, out.Sorted()}
}

// plainResult returns a result without what leads back to the tree.
func plainResult(r result) []any {
	blocks := []string{}
	for _, b := range r.facts.Blocks() {
		blocks = append(blocks, fmt.Sprintf("%s %d %v %x %q", b.Kind, b.Heading, b.Pos(0), b.Hash(), b.Text))
	}
	return []any{r.html, r.md, r.findings, r.facts.Headings, r.facts.Fragments, r.facts.Lead, blocks}
}

// body returns where the Markdown begins: behind the front matter, if there is
// any.
func body(src []byte) int {
	if !bytes.HasPrefix(bytes.TrimPrefix(src, []byte("\ufeff")), []byte("+++")) {
		return 0
	}
	i := bytes.Index(src, []byte("\n+++"))
	return i + 4 + bytes.IndexByte(src[i+4:], '\n') + 1
}

// settings of a golden file stand above its first part, as "name: value".
func setting(a *txtar.Archive, name string) string {
	for line := range strings.Lines(string(a.Comment)) {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func part(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// goldens returns the golden files by name.
func goldens(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	all := map[string]*txtar.Archive{}
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[f] = a
	}
	return all
}

func inherited(a *txtar.Archive) []Heading {
	var hs []Heading
	for _, h := range strings.Split(setting(a, "inherit"), ",") {
		var level int
		var id string
		if n, _ := fmt.Sscan(h, &level, &id); n == 2 {
			hs = append(hs, Heading{Level: level, ID: id})
		}
	}
	return hs
}

// TestGolden converts the pages in testdata.
func TestGolden(t *testing.T) {
	for name, a := range goldens(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			src := []byte(part(a, "page.md"))
			got := convert(setting(a, "lang"), src, inherited(a))
			var diags bytes.Buffer
			p := diag.Printer{Read: func(string) ([]byte, error) { return src, nil }}
			if err := p.Print(&diags, got.findings); err != nil {
				t.Fatal(err)
			}
			var facts strings.Builder
			for _, h := range got.facts.Headings {
				fmt.Fprintf(&facts, "%d #%s %s\n", h.Level, h.ID, h.Text)
			}
			for _, f := range got.facts.Fragments {
				fmt.Fprintf(&facts, "%s: link to %q #%s\n", f.Pos, f.Page, f.ID)
			}
			if got.facts.Lead > 0 {
				fmt.Fprintf(&facts, "lead: %q\n", got.html[:got.facts.Lead])
			}
			parts := []txtar.File{{Name: "page.md", Data: src}, {Name: "page.html", Data: []byte(got.html)}, {Name: "copy.md", Data: []byte(got.md)}}
			if facts.Len() > 0 {
				parts = append(parts, txtar.File{Name: "facts", Data: []byte(facts.String())})
			}
			parts = append(parts, txtar.File{Name: "diagnostics", Data: diags.Bytes()})
			if *update {
				if err := os.WriteFile(name, txtar.Format(&txtar.Archive{Comment: a.Comment, Files: parts}), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			for _, f := range parts {
				if want := part(a, f.Name); string(f.Data) != want {
					t.Errorf("%s: got\n%s\nwant\n%s", f.Name, f.Data, want)
				}
			}
		})
	}
}

// TestCopyIsTheSame: the Markdown copy, read again, says what the page says.
func TestCopyIsTheSame(t *testing.T) {
	for name, a := range goldens(t) {
		checkCopy(t, name, setting(a, "lang"), []byte(part(a, "page.md")))
	}
	for _, s := range spec(t) {
		checkCopy(t, s.String(), "", []byte(s.Markdown))
	}
}

// checkCopy compares the plain text of a page with that of its copy. A page
// with mistakes has no copy that matters.
func checkCopy(t *testing.T, name, lang string, src []byte) {
	t.Helper()
	first := convert(lang, src, nil)
	if slices.ContainsFunc(first.findings, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Code != "heading-level" && d.Code != "link-text"
	}) {
		return
	}
	out := new(diag.List)
	in := input("page.md", src, body(src), out)
	want := visible(New(languages[lang]), in)
	again := &Input{File: "copy.md", Src: []byte(first.md), Out: out}
	if got := visible(New(Options{}), again); got != want {
		t.Errorf("%s: the text of the copy is\n%q\nand that of the page\n%q\npage:\n%s\ncopy:\n%s", name, got, want, src, first.md)
	}
}

// visible returns the text that readers of a page see, with single spaces.
func visible(e *Engine, in *Input) string {
	w, doc, pc := e.parse(in)
	w.headings(doc, pc)
	w.children(doc)
	var b strings.Builder
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Type() == ast.TypeBlock || n.Kind() == xast.KindTableCell {
			b.WriteByte(' ')
		}
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			if n.IsRaw() {
				b.WriteString(string(n.Segment.Value(w.body)))
			} else {
				b.WriteString(unescape(n.Segment.Value(w.body)))
			}
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(w.body))
		case *xast.TaskCheckBox:
			fmt.Fprintf(&b, "(%v) ", n.IsChecked)
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			b.WriteString(strings.ReplaceAll(string(n.Lines().Value(w.body)), "\r", ""))
		case *Directive:
			b.WriteString(n.Label)
			if n.Form == Container {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestLineEnds: a page saved on Windows, or with a byte order mark, gives what
// the same page gives without; findings stand at the same places.
func TestLineEnds(t *testing.T) {
	for name, a := range goldens(t) {
		lang, src := setting(a, "lang"), []byte(part(a, "page.md"))
		if bytes.Contains(src, []byte("\r")) {
			continue
		}
		want := convert(lang, src, inherited(a))
		same := func(what string, got result, moved int) {
			if got.html != want.html {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", name, what, got.html, want.html)
			}
			if got.md != want.md {
				t.Errorf("%s, %s: the copy is\n%q\nwant\n%q", name, what, got.md, want.md)
			}
			if !reflect.DeepEqual(got.facts.Headings, want.facts.Headings) {
				t.Errorf("%s, %s: got the headings %v, want %v", name, what, got.facts.Headings, want.facts.Headings)
			}
			ds := slices.Clone(got.findings)
			for i := range ds {
				if ds[i].Pos.Line == 1 {
					ds[i].Pos.Col -= moved
				}
			}
			if !slices.Equal(ds, want.findings) {
				t.Errorf("%s, %s: got the findings\n%v\nwant\n%v", name, what, ds, want.findings)
			}
		}
		same("Windows", convert(lang, bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")), inherited(a)), 0)
		if body(src) > 0 {
			same("byte order mark", convert(lang, append([]byte("\ufeff"), src...), inherited(a)), 3)
		}
	}
}

// TestHeadings: the headings of a page have the same ids whether it is rendered
// or not.
func TestHeadings(t *testing.T) {
	for name, a := range goldens(t) {
		src := []byte(part(a, "page.md"))
		want := convert(setting(a, "lang"), src, inherited(a)).facts.Headings
		in := input("page.md", src, body(src), nil)
		in.Inherit = inherited(a)
		same := func(a, b Heading) bool { return a.ID == b.ID && a.Level == b.Level }
		if got := New(languages[setting(a, "lang")]).Headings(in); !slices.EqualFunc(got, want, same) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for text, want := range map[string]string{
		"Instellingen voor IMAP": "instellingen-voor-imap", "POP of IMAP?": "pop-of-imap", "  Wat -- nu?! ": "wat-nu", "Café & crème": "cafe-creme", "Één twee": "een-twee",
		"zo’n foto's": "zon-fotos", "§ 5.2": "5-2", "": "", "?!": "", "Ærøskøbing": "ærøskøbing", "İstanbul": "istanbul", "ß": "ß",
		"إعدادات البريد": "إعدادات-البريد", "电子邮件设置": "电子邮件设置", "हिन्दी पाठ": "हिन्दी-पाठ", "Ελληνικά": "ελληνικά", "Йод": "йод", "한국어 설정": "한국어-설정", "ガイド": "ガイド",
	} {
		if got := Slug(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if got := Slug(text); got != "" && !ValidID(got) {
			t.Errorf("%q gives %q, which a writer could not give", text, got)
		}
	}
}

func TestPlain(t *testing.T) {
	for src, want := range map[string]string{
		`a *b* **c** ~~d~~ [e](f.md) ![g](h.png) <https://i.nl>`: "a b c d e g https://i.nl",
		"`a\\*b` &amp; \\& \\&amp; &lt;x&gt; &#92;* \\\\":        `a\*b & & &amp; <x> \* \`,
		"een\ntwee\\\ndrie `vier\nvijf`":                         "een twee drie vier vijf",
		`"a" 'b' c--d... :ui[e *f*] tekst[^x]`:                   "“a” ‘b’ c–d… e *f* tekst[^x]",
	} {
		in := input("page.md", []byte(src), 0, new(diag.List))
		w, doc, _ := New(languages["nl"]).parse(in)
		if got := Plain(doc.FirstChild(), w.body); got != want {
			t.Errorf("%s:\ngot  %q\nwant %q", src, got, want)
		}
	}
}

// TestNoSite: a page can be converted without anything around it.
func TestNoSite(t *testing.T) {
	out := new(diag.List)
	src := "## Kop\n\n[a](b.md#c) ![d](e.png) [x](java&#115;cript:y)\n\n> [!TIP]\n> f\n\n:::g\nh\n:::\n"
	var h bytes.Buffer
	New(Options{}).Convert(&Input{File: "a.md", Src: []byte(src), Out: out}, &h, nil)
	want := "a.md:8:1 unknown directive \"g\"\n"
	var got strings.Builder
	for _, d := range out.Sorted() {
		fmt.Fprintf(&got, "%s %s\n", d.Pos, d.Msg)
	}
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
	if !strings.Contains(h.String(), `<a href="b.md#c">a</a> <img src="e.png" alt="d">`) {
		t.Errorf("got %s", h.String())
	}
}

// TestDestination: an address that the site gives reaches the page as it is.
func TestDestination(t *testing.T) {
	for _, url := range []string{"/a/?x=1&y=2", "/a/?x=1&amp;copy;", `/a\*b`, "/a/&#106;s", "https://x.nl/?a=%20&lt;", "/é/"} {
		in := input("page.md", []byte("[x](y.md)\n"), 0, new(diag.List))
		in.Site.(*fake).link = func(string) Target { return Target{URL: url} }
		var h bytes.Buffer
		New(Options{}).Convert(in, &h, nil)
		_, got, _ := strings.Cut(h.String(), `href="`)
		got, _, _ = strings.Cut(got, `"`)
		want := strings.NewReplacer("&", "&amp;", "<", "&lt;", `\`, "%5C", "é", "%C3%A9").Replace(url)
		if got != want {
			t.Errorf("%s: got %s, want %s", url, got, want)
		}
	}
	// And what a writer typed reaches the site as it was meant.
	for src, want := range map[string]string{
		`[x](a&amp;b.md)`: "a&b.md", `[x](a\&b.md)`: "a&b.md", `[x](<a b.md>)`: "a b.md", `[x](java&#115;cript:y)`: "javascript:y", `[x](\&amp;)`: "&amp;", `[x](a\*b)`: "a*b", `![x](a&amp;b\*.png)`: "a&b*.png",
	} {
		var got string
		in := input("page.md", []byte(src), 0, new(diag.List))
		in.Site.(*fake).link = func(d string) Target { got = d; return Target{URL: d} }
		in.Site.(*fake).image = func(d string) Image { got = d; return Image{URL: d} }
		New(Options{}).Convert(in, nil, nil)
		if got != want {
			t.Errorf("%s: got %q, want %q", src, got, want)
		}
	}
}

// BenchmarkConvert converts the longest golden page, with its copy.
func BenchmarkConvert(b *testing.B) {
	var src []byte
	for _, a := range goldens(b) {
		if p := part(a, "page.md"); cmp.Compare(len(p), len(src)) > 0 {
			src = []byte(p)
		}
	}
	e := New(languages["nl"])
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		var h, m bytes.Buffer
		e.Convert(input("page.md", src, body(src), new(diag.List)), &h, &m)
	}
}

// An image by itself with a title has that as its caption, one with a form for
// dark screens shows it there and not on paper; the copy has what was written.
func TestPictures(t *testing.T) {
	const (
		img  = `<img src="/x.png" alt="beeld" width="640" height="480" loading="lazy">`
		dark = `<picture><source srcset="/x.dark.png?a=1&amp;b" media="screen and (prefers-color-scheme: dark)">` + img + `</picture>`
	)
	for _, tt := range []struct{ src, dark, want, md string }{
		{"![beeld](x.png)", "", "<p>" + img + "</p>", "![beeld](/x.png)"},
		{"![beeld](x.png)", "/x.dark.png?a=1&b", "<p>" + dark + "</p>", "![beeld](/x.png)"},
		{`![beeld](x.png "Zo <ziet> *het* eruit & \"meer\"")`, "", "<figure>" + img + "<figcaption>Zo &lt;ziet&gt; *het* eruit &amp; &quot;meer&quot;</figcaption></figure>", `"Zo <ziet> *het* eruit & \"meer\""`},
		{`![beeld](x.png 'Bijschrift')`, "/x.dark.png?a=1&b", "<figure>" + dark + "<figcaption>Bijschrift</figcaption></figure>", `![beeld](/x.png "Bijschrift")`},
		{`Zie ![beeld](x.png "titel").`, "", `<p>Zie <img src="/x.png" alt="beeld" title="titel" width="640" height="480" loading="lazy">.</p>`, `"titel"`},
		{`- ![beeld](x.png "titel")`, "", `title="titel"`, `"titel"`},
		{"1. stap\n\n   ![beeld](x.png \"titel\")\n\n2. stap", "", "<figure>" + img + "<figcaption>titel</figcaption></figure>", `"titel"`},
		{"[![beeld](x.png)](imap.md)", "/x.dark.png?a=1&b", `<a href="/imap/">` + dark + "</a>", "[![beeld]("},
	} {
		var out diag.List
		in := input("page.md", []byte(tt.src+"\n"), 0, &out)
		in.Site.(*fake).image = func(d string) Image { return Image{URL: "/" + d, Dark: tt.dark, Width: 640, Height: 480} }
		var html, md bytes.Buffer
		New(languages["nl"]).Convert(in, &html, &md)
		if !strings.Contains(html.String(), tt.want) || out.Len() > 0 {
			t.Errorf("%s: got\n%swant\n%s\n%v", tt.src, html.String(), tt.want, out.Sorted())
		}
		if !strings.Contains(strings.ReplaceAll(md.String(), "https://help.example.nl", ""), tt.md) {
			t.Errorf("%s: the copy is\n%s", tt.src, md.String())
		}
	}
}

// The width that stands behind an image is the one it is shown at, its height
// follows, and WebP goes before what it was made from.
func TestImageSize(t *testing.T) {
	const webp, screen = ` type="image/webp"`, ` media="screen and (prefers-color-scheme: dark)"`
	img := func(w, h int) string {
		return fmt.Sprintf(`<img src="/x.png" alt="beeld" width="%d" height="%d" loading="lazy">`, w, h)
	}
	for _, tt := range []struct {
		src  string
		of   Image
		want string // in the HTML
		said string // "" for nothing
	}{
		{"![beeld](x.png){width=320}", Image{}, "<p>" + img(320, 240) + "</p>", ""},
		{"![beeld](x.png){width=\"320\"}", Image{}, "<p>" + img(320, 240) + "</p>", ""},
		{"![beeld](x.png){ width='320px' }", Image{}, "<p>" + img(320, 240) + "</p>", ""},
		{"![beeld](x.png){width=640}", Image{}, "<p>" + img(640, 480) + "</p>", ""},
		{"![beeld](x.png){width=1}", Image{}, img(1, 1), ""},
		{"![beeld](x.png \"zo\"){width=320}", Image{}, "<figure>" + img(320, 240) + "<figcaption>zo</figcaption></figure>", ""},
		{"Zie ![beeld](x.png){width=320}, en ![beeld](x.png).", Image{}, "<p>Zie " + img(320, 240) + ", en " + img(640, 480) + ".</p>", ""},
		{"- ![beeld](x.png){width=320}", Image{}, "<li>" + img(320, 240) + "</li>", ""},
		{"| a |\n|---|\n| ![beeld](x.png){width=320} |", Image{}, "<td>" + img(320, 240) + "</td>", ""},
		{"[![beeld](x.png){width=320}](imap.md)", Image{}, `<a href="/imap/">` + img(320, 240) + "</a>", ""},
		{"![beeld][r]{width=320}\n\n[r]: x.png", Image{}, img(320, 240), ""},
		{"![beeld](x.png){width=900}", Image{}, img(900, 675), "640 pixels wide"},
		{"![beeld](x.png){width=0}", Image{}, img(640, 480), `"0" is no width`},
		{"![beeld](x.png){width=50%}", Image{}, img(640, 480), `"50%" is no width`},
		{"![beeld](x.png){width=20em}", Image{}, img(640, 480), `"20em" is no width`},
		{"![beeld](x.png){width=}", Image{}, img(640, 480), `"" is no width`},
		{"![beeld](x.png){height=20}", Image{}, img(640, 480), `no attribute "height=20"`},
		{"![beeld](x.png){.rechts}", Image{}, img(640, 480), `no attribute ".rechts"`},
		{"![beeld](x.png){width=3 height=4}", Image{}, img(640, 480), `no attribute "width=3 height=4"`},
		{"![beeld](x.png) {width=320}", Image{}, img(640, 480), "stands on the page as it is typed"},
		{"![beeld](x.png)\\{width=320}", Image{}, img(640, 480) + "{width=320}", ""},
		{"`![beeld](x.png){width=320}`", Image{}, "png){width=320}</code>", ""},
		{"[imap](imap.md){width=320}", Image{}, "{width=320}", "stands on the page as it is typed"},
		{"![beeld](x.png){width=320}", Image{Unsized: true}, `<img src="/x.png" alt="beeld" width="320" height="240"`, "names no size"},
		{"![beeld](x.png)", Image{WebP: "/x.png.webp"}, `<picture><source srcset="/x.png.webp"` + webp + ">" + img(640, 480) + "</picture>", ""},
		{"![beeld](x.png)", Image{WebP: "/x.webp", Dark: "/d.png"}, `<picture><source srcset="/d.png"` + screen + `><source srcset="/x.webp"` + webp + ">" + img(640, 480), ""},
		{"![beeld](x.png \"zo\")", Image{WebP: "/x.webp", Dark: "/d.png", DarkWebP: "/d.webp"}, `<figure><picture><source srcset="/d.webp"` + webp + screen + `><source srcset="/d.png"` + screen + `><source srcset="/x.webp"` + webp + ">" + img(640, 480) + "</picture><figcaption>", ""},
		{"![beeld](x.png)", Image{Dark: "/d.png", DarkWebP: "/d.webp"}, `<picture><source srcset="/d.webp"` + webp + screen + `><source srcset="/d.png"` + screen + ">" + img(640, 480), ""},
	} {
		var out diag.List
		in := input("page.md", []byte(tt.src+"\n"), 0, &out)
		in.Site.(*fake).image = func(d string) Image {
			i := tt.of
			i.URL, i.Width, i.Height = "/"+d, 640, 480
			return i
		}
		var html, md bytes.Buffer
		New(languages["nl"]).Convert(in, &html, &md)
		said := ""
		for _, d := range out.Sorted() {
			said += diag.In(diag.English, d.Msg) + "\n"
		}
		if !strings.Contains(html.String(), tt.want) || (said == "") != (tt.said == "") || !strings.Contains(said, tt.said) {
			t.Errorf("%s: got\n%swant\n%s\nsaid %q, want %q", tt.src, html.String(), tt.want, said, tt.said)
		}
		if strings.Contains(md.String(), "{") != strings.Contains(html.String(), "{") {
			t.Errorf("%s: the copy is\n%s", tt.src, md.String())
		}
	}
}
