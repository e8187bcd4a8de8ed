// Package layout renders pages through the html/template files of a site:
//
//	layouts/base.html         the frame; it is what is executed
//	layouts/home.html         blocks for the first page
//	layouts/section.html      blocks for the page of a section
//	layouts/page.html         blocks for every other page
//	layouts/search.html       blocks for the page that lists all pages
//	layouts/404.html          blocks for the error page
//	layouts/NAME.html         blocks for pages with layout = "NAME"
//	layouts/redirect.html     the page at an old address, complete
//	layouts/partials/x.html   {{ template "partials/x.html" . }}
//	layouts/directives/x.html what ::x[…] becomes; x.md: in the Markdown copy,
//	                          with {{ md .Label }} for text that is no Markdown
//	                          and {{ code .Label }} for a code span
//	layouts/assets/…          style sheets, scripts and icons, for {{ asset "site.css" }}
//	layouts/root/…            files for the root of the site, templates themselves
//
// All of it is read and checked before the first page is rendered: a field
// that the data does not have, a string that no language has and an asset that
// is not there are reported at their place, also where no page comes by.
package layout

import (
	"bytes"
	"errors"
	"html/template"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"

	"golang.org/x/net/idna"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
)

// Root is the folder of the layouts.
const Root = "layouts"

// A Set is all layouts of a site, ready for use by several goroutines at once.
type Set struct {
	Assets     *Assets
	RootFiles  []RootFile
	kinds      map[string]*template.Template // by kind or layout name
	parts      *template.Template            // nav, redirect, directives
	texts      *texttemplate.Template        // directives/*.md and root files
	directives map[string]*directive
	named      map[string]bool // directives that have a template, readable or not
	has        map[string]bool // files
	ids        []string        // that templates give elements
	strings    []use           // interface strings that templates name
	loose      []string        // parts of interface strings that templates put together
	links      []use           // pages that templates name
}

// A RootFile is a file of layouts/root.
type RootFile struct {
	Name   string // below layouts/root
	Source string
	text   bool
	data   []byte
}

// use is a name in a template and where it stands.
type use struct {
	name string
	args []string // of a string: the names of its arguments
	pos  diag.Pos
	// optional says of a page that the template asks first whether it is there.
	optional bool
}

// directive is what the head of a directive's template declares.
type directive struct {
	name       string
	kind       markdown.Kind
	label      string // required, optional, none
	attributes []string
	md         bool // there is a NAME.md
}

// Below lets the site stand in a folder of its host, such as /help, or at its
// root for "". It returns s, and is called before s is used.
func (s *Set) Below(folder string) *Set {
	s.Assets.below = folder
	return s
}

// Load reads all layouts. files are those below layouts/, by path; theme is
// that of site.toml, or nil. Mistakes go to out.
func Load(files map[string][]byte, theme Theme, out *diag.List) *Set {
	s := &Set{kinds: map[string]*template.Template{}, directives: map[string]*directive{}, named: map[string]bool{}, has: map[string]bool{}}
	s.Assets = loadAssets(files, theme, out)
	funcs := template.FuncMap{"asset": s.Assets.URL, "display": Display, "breaks": Breaks, "whole": Whole, "styles": s.Assets.Styles, "sheet": s.Assets.Sheet}
	base := template.New("").Funcs(funcs).Option("missingkey=zero")
	s.texts = texttemplate.New("").Funcs(texttemplate.FuncMap(funcs)).Funcs(texttemplate.FuncMap{"md": markdown.Escape, "code": codeMarkdown}).Option("missingkey=zero")
	var pages []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name == Root+"/"+builtin.Marker {
			continue
		}
		src := string(files[name])
		short := strings.TrimPrefix(name, Root+"/")
		s.has[short] = true
		switch dir, file, nested := strings.Cut(short, "/"); {
		case nested && dir == "assets":
		case nested && dir == "root":
			s.rootFile(name, file, files[name], out)
		case nested && dir == "directives" && strings.HasSuffix(file, ".md"):
			d := strings.TrimSuffix(file, ".md")
			if !s.has["directives/"+d+".html"] {
				out.Errorf(diag.Pos{File: name}, diag.LayoutDirective, diag.Say("write layouts/directives/%s.html", d), "a directive needs an HTML template too")
			}
			t, err := s.texts.New(name).Parse(src)
			if err != nil {
				s.fail(err, src, out)
				continue
			}
			s.texts.AddParseTree(short, t.Tree)
			if decl := s.directives[d]; decl != nil {
				decl.md = true
			}
		case strings.HasSuffix(short, ".html") && (!nested || dir == "partials" || dir == "directives"):
			policy(name, files[name], out)
			for _, m := range idRE.FindAllSubmatch(files[name], -1) {
				s.ids = append(s.ids, string(m[1]))
			}
			if dir == "directives" {
				s.declare(name, strings.TrimSuffix(file, ".html"), files[name], out)
			}
			if !nested && short != "base.html" && short != "redirect.html" {
				pages = append(pages, name)
				continue
			}
			t, err := base.New(name).Parse(src)
			if err != nil {
				s.fail(err, src, out)
				continue
			}
			base.AddParseTree(short, t.Tree)
		default:
			out.Errorf(diag.Pos{File: name}, diag.LayoutFile, "layouts holds *.html, partials/, directives/, assets/ and root/", "the program does not know what this file is for")
		}
	}
	if !s.has["base.html"] {
		out.Errorf(diag.Pos{File: Root + "/base.html"}, diag.LayoutMissing, "write one: it is the frame of every page", "the site has no layouts/base.html")
		s.kinds[""], s.parts = base, base
		return s
	}
	for _, name := range pages {
		src := string(files[name])
		kind := strings.TrimSuffix(strings.TrimPrefix(name, Root+"/"), ".html")
		c := template.Must(base.Clone())
		if _, err := c.New(name).Parse(src); err != nil {
			s.fail(err, src, out)
			continue
		}
		s.kinds[kind] = c
	}
	s.kinds[""] = template.Must(base.Clone())
	s.parts = template.Must(base.Clone())
	s.check(files, out)
	return s
}

// byKind are the kinds of page and the layouts that serve them.
var byKind = map[string]string{"home": "home", "section": "section", "page": "page", "search": "search", "not-found": "404"}

// idRE finds an id that a template gives an element, and that no page changes.
var idRE = regexp.MustCompile(`\sid="([^"{}\s]+)"`)

// IDs returns the ids that the templates give elements of a page: none of its
// headings may have one. The slice is the set's.
func (s *Set) IDs() []string { return s.ids }

// Has reports whether there is a layout for pages with layout = name.
func (s *Set) Has(name string) bool {
	_, ok := s.kinds[name]
	return ok && name != ""
}

// Names returns the layouts that a page may choose.
func (s *Set) Names() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.kinds)), func(n string) bool { return n == "" })
}

// Directive returns the kind of a directive, and whether it is known. The kind of
// one whose template cannot be read is "": that has been said. So it is for every
// name where there are no layouts at all.
func (s *Set) Directive(name string) (markdown.Kind, bool) {
	d, ok := s.directives[name]
	if !ok {
		return "", s.named[name] || len(s.has) == 0
	}
	return d.kind, true
}

// Directives returns the names of all directives, sorted.
func (s *Set) Directives() []string { return slices.Sorted(maps.Keys(s.directives)) }

// Declared returns what the template of a directive declares: whether a label is
// required, optional or none, and the attributes. The slice is the set's.
func (s *Set) Declared(name string) (label string, attributes []string) {
	if d := s.directives[name]; d != nil {
		return d.label, d.attributes
	}
	return "", nil
}

// headRE finds the declaration at the top of a directive's template.
var headRE = regexp.MustCompile(`^\s*\{\{-?\s*/\*((?s).*?)\*/\s*-?\}\}`)

// declare reads the head of a directive's template.
func (s *Set) declare(file, name string, src []byte, out *diag.List) {
	s.named[name] = true
	m := headRE.FindSubmatchIndex(src)
	if m == nil {
		out.Errorf(diag.Pos{File: file, Line: 1, Col: 1}, diag.LayoutDirective, "begin it with:\n{{/*\nkind = \"leaf\"\nlabel = \"required\"\nattributes = []\n*/}}", "the template does not say what kind of directive it is")
		return
	}
	t := tomlfile.Parse(file, src, m[2], m[3], out)
	if t == nil {
		return
	}
	d := &directive{name: name}
	d.kind = markdown.Kind(t.OneOf("kind", "", string(markdown.Inline), string(markdown.Leaf), string(markdown.Container)))
	if !t.Has("kind") {
		out.Errorf(t.Pos(), diag.LayoutDirective, `write kind = "inline", "leaf" or "container"`, "the kind of the directive is missing")
	}
	d.label = t.OneOf("label", "optional", "required", "optional", "none")
	d.attributes = t.Strings("attributes")
	t.Done()
	s.directives[name] = d
}

// Display returns an address as people read it: without scheme and final slash,
// and with an international host name in its own letters.
func Display(address string) string {
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:"} {
		address = strings.TrimPrefix(address, scheme)
	}
	host, rest, _ := strings.Cut(address, "/")
	if u, err := idna.Display.ToUnicode(host); err == nil && u != "" {
		host = u
	}
	if p, err := url.PathUnescape(rest); err == nil {
		rest = p
	}
	if rest == "" {
		return host
	}
	return host + "/" + strings.TrimSuffix(rest, "/")
}

// Breaks is a name or an address that may go on on the next line behind its
// dots and slashes, and so keeps its parts whole on a phone.
func Breaks(s string) template.HTML {
	return template.HTML(breaks.Replace(template.HTMLEscapeString(s)))
}

var breaks = strings.NewReplacer(".", ".<wbr>", "/", "/<wbr>")

// Whole is a text in which words such as e-mail stay on one line, as they do
// in the Markdown of pages.
func Whole(s string) template.HTML {
	var b strings.Builder
	for {
		start, end := markdown.Hyphened([]byte(s))
		if start == end {
			break
		}
		b.WriteString(template.HTMLEscapeString(s[:start]) + `<span class="nb">` + s[start:end] + "</span>")
		s = s[end:]
	}
	b.WriteString(template.HTMLEscapeString(s))
	return template.HTML(b.String())
}

// Page renders a page into b.
func (s *Set) Page(b *bytes.Buffer, p *Page, layoutName string) error {
	name := layoutName
	if name == "" {
		name = byKind[p.Kind]
	}
	t, ok := s.kinds[name]
	if !ok {
		t = s.kinds[""]
	}
	if frame := t.Lookup(Root + "/base.html"); frame == nil || frame.Tree == nil {
		return &Failure{diag.Hinted{Msg: "there is no usable frame layouts/base.html"}}
	}
	return t.ExecuteTemplate(b, Root+"/base.html", p)
}

// HasNav reports whether the site has a navigation partial.
func (s *Set) HasNav() bool { return s.has["partials/nav.html"] }

// Nav renders the navigation of a section into b.
func (s *Set) Nav(b *bytes.Buffer, n *Nav) error {
	return s.parts.ExecuteTemplate(b, Root+"/partials/nav.html", n)
}

// HasRedirect reports whether the site has a page for old addresses.
func (s *Set) HasRedirect() bool { return s.has["redirect.html"] }

// Redirect renders the page at an old address into b.
func (s *Set) Redirect(b *bytes.Buffer, r *Redirect) error {
	return s.parts.ExecuteTemplate(b, Root+"/redirect.html", r)
}

// Render renders a directive as HTML and, when md is set, as Markdown. d.Label
// and d.Attrs are checked against what the template declares.
func (s *Set) Render(d *Directive, contentMD string, md bool) (html, text string, err error) {
	decl := s.directives[d.Name]
	switch {
	case decl.label == "required" && strings.TrimSpace(d.Label) == "":
		return "", "", &diag.Hinted{Msg: "the label is missing", Way: diag.Say("write %s[…]", map[markdown.Kind]string{markdown.Inline: ":", markdown.Leaf: "::", markdown.Container: ":::"}[decl.kind]+d.Name)}
	case decl.label == "none" && d.Label != "":
		return "", "", &diag.Hinted{Msg: "the directive takes no label", Way: diag.Say("leave out [%s]", d.Label)}
	}
	for _, k := range slices.Sorted(maps.Keys(d.Attrs)) {
		if !slices.Contains(decl.attributes, k) {
			hint := diag.DidYouMean(k, decl.attributes)
			if len(decl.attributes) == 0 {
				hint = "it takes no attributes"
			}
			return "", "", &diag.Hinted{Msg: diag.Say("unknown attribute %q", k), Way: hint}
		}
	}
	var b bytes.Buffer
	if err := s.parts.ExecuteTemplate(&b, Root+"/directives/"+d.Name+".html", d); err != nil {
		return "", "", err
	}
	html = b.String()
	if !md {
		return html, "", nil
	}
	if !decl.md {
		if decl.kind == markdown.Container {
			return html, contentMD, nil
		}
		return html, markdown.Escape(d.Label), nil
	}
	b.Reset()
	c := *d
	c.Content = template.HTML(contentMD)
	if err := s.texts.ExecuteTemplate(&b, Root+"/directives/"+d.Name+".md", &c); err != nil {
		return "", "", err
	}
	return html, b.String(), nil
}

// codeMarkdown returns text as a code span that holds it letter by letter: the
// fence is longer than any run of backticks in it (CommonMark 0.31 §6.1).
func codeMarkdown(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 || strings.TrimSpace(text) != text {
		text = " " + text + " "
	}
	return fence + text + fence
}

// RootData is the data of the templates in layouts/root.
type RootData struct {
	Release string // a digest of the site's input: it changes whenever the site does
	BaseURL string
	Lang    string // the default language
}

func (s *Set) rootFile(name, short string, data []byte, out *diag.List) {
	f := RootFile{Name: short, Source: name, data: data}
	if textual(short) {
		if _, err := s.texts.New(name).Parse(string(data)); err != nil {
			s.fail(err, string(data), out)
			return
		}
		f.text = true
	}
	s.RootFiles = append(s.RootFiles, f)
}

func textual(name string) bool {
	for _, ext := range []string{".js", ".mjs", ".css", ".html", ".txt", ".json", ".webmanifest", ".xml", ".svg"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

// RootFile renders a file of layouts/root. release is a digest of the site's
// input.
func (s *Set) RootFile(b *bytes.Buffer, f RootFile, release, baseURL, lang string) error {
	if !f.text {
		b.Write(f.data)
		return nil
	}
	return s.texts.ExecuteTemplate(b, f.Source, &RootData{Release: release, BaseURL: baseURL, Lang: lang})
}

// A Failure is an error of a template that was met while a page was made.
// Where the layouts are known to be wrong it says nothing new.
type Failure struct{ diag.Hinted }

// RunCode is the code of findings that come from a [Failure].
const RunCode diag.Code = diag.LayoutRun

// Code returns [RunCode].
func (f *Failure) Code() diag.Code { return RunCode }

var (
	whereRE = regexp.MustCompile(`(layouts/[^:]+):(\d+)(?::(\d+))?: (?s)(.*)`)
	atRE    = regexp.MustCompile(`^executing "[^"]*" at (<(?s).*?>): `)
)

// Diagnose turns an error of a template into a finding at its place in the
// layout. An error that a method of the data gave, such as a wrong label, is
// given back as it was, with ok false: it belongs to the page.
func Diagnose(err error) (d diag.Diagnostic, cause error, ok bool) {
	if h, isHint := errors.AsType[*diag.Hinted](err); isHint {
		return d, h, false
	}
	if u, isUnset := errors.AsType[*settings.Unset](err); isUnset {
		return d, u, false
	}
	m := whereRE.FindStringSubmatch(err.Error())
	if m == nil {
		return d, err, false
	}
	line, _ := strconv.Atoi(m[2])
	col, _ := strconv.Atoi(m[3])
	if m[3] != "" {
		col++ // the template package counts columns from 0
	}
	msg := m[4]
	if at := atRE.FindStringSubmatch(msg); at != nil {
		msg = strings.TrimPrefix(msg, at[0]) + ", at " + at[1]
	}
	d = diag.Diagnostic{Pos: diag.Pos{File: m[1], Line: line, Col: col}, Code: RunCode, Msg: strings.Join(strings.Fields(msg), " ")}
	if m, ok := errors.AsType[*missingAsset](err); ok {
		d.Hint = m.Way
	}
	return d, err, true
}

var (
	quotedRE = regexp.MustCompile(`"([^"]+)"`)
	endRE    = regexp.MustCompile(`\{\{-?\s*end\b`)
)

// fail reports a template that cannot be parsed. The template package gives
// the line only; the column is that of what the message names, or else of the
// first action on the line.
func (s *Set) fail(err error, src string, out *diag.List) {
	d, _, ok := Diagnose(err)
	if !ok {
		out.Errorf(diag.Pos{File: Root}, diag.Layout, "", "%s", err)
		return
	}
	d.Code, d.Msg = diag.LayoutSyntax, strings.TrimPrefix(d.Msg, "template: ")
	if d.Pos.Col == 0 && d.Pos.Line > 0 {
		lines := strings.Split(src, "\n")
		if d.Pos.Line <= len(lines) {
			line := lines[d.Pos.Line-1]
			at := max(strings.Index(line, "{{"), 0)
			if m := quotedRE.FindStringSubmatch(d.Msg); m != nil {
				at += max(strings.LastIndex(line[at:], m[1]), 0)
			}
			if ends := endRE.FindAllStringIndex(line, -1); ends != nil && strings.Contains(d.Msg, "unexpected {{end}}") {
				at = ends[len(ends)-1][0]
			}
			d.Pos = diag.NewLines(d.Pos.File, []byte(src)).AtByte(d.Pos.Line, at+1)
		}
	}
	switch {
	case strings.Contains(d.Msg, "function") && strings.Contains(d.Msg, "not defined"):
		d.Hint = "known: asset, breaks, display, sheet, styles, whole, and the functions of Go's templates"
		if strings.HasSuffix(d.Pos.File, ".md") {
			d.Hint = "known: asset, breaks, display, sheet, styles, whole, md, code, and the functions of Go's templates"
		}
	case strings.Contains(d.Msg, "unexpected EOF"):
		d.Hint = "an {{ if }}, {{ with }}, {{ range }}, {{ define }} or {{ block }} has no {{ end }}"
	case strings.Contains(d.Msg, "unexpected {{end}}"):
		d.Hint = "there is an {{ end }} too many"
	case strings.Contains(d.Msg, "unclosed action"), strings.Contains(d.Msg, `unexpected "}"`):
		d.Hint = "close it with }}"
	case strings.Contains(d.Msg, `unexpected "{"`):
		d.Hint = "close the action before it with }}"
	case strings.Contains(d.Msg, "undefined variable"):
		d.Hint = "give it a value first: {{ $x := .Title }}"
	case strings.Contains(d.Msg, "unterminated"):
		d.Hint = "close it with a quote"
	case strings.Contains(d.Msg, "missing value for"):
		d.Hint = "write a value behind it: {{ range .Children }}, {{ if .Notice }}"
	case strings.Contains(d.Msg, "multiple definition"):
		d.Hint = "remove one of the two"
	}
	out.Add(d)
}
