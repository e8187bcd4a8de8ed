package layout

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
)

func lines(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s [%s] ", strings.TrimPrefix(d.Pos.String(), "layouts/"), d.Code)
		if d.Severity == diag.Warning {
			b.WriteString("warning: ")
		}
		b.WriteString(d.Msg)
		if d.Hint != "" {
			fmt.Fprintf(&b, " | %s", d.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// base is the frame of the layouts in these tests.
const base = `<!doctype html>
<html lang="{{ .Site.Lang }}"><title>{{ block "title" . }}{{ .Title }}{{ end }}</title>
<main>{{ block "main" . }}{{ .Content }}{{ end }}</main>
`

// layouts returns the files of a txtar, named below layouts/. Without a base.html
// of their own they get that of this file.
func layouts(src string) map[string][]byte {
	files := map[string][]byte{Root + "/base.html": []byte(base)}
	for _, f := range txtar.Parse([]byte(src)).Files {
		files[Root+"/"+f.Name] = f.Data
	}
	return files
}

// load reads layouts without mistakes.
func load(t *testing.T, src string) *Set {
	t.Helper()
	out := new(diag.List)
	s := Load(layouts(src), nil, out)
	if ds := out.Sorted(); len(ds) > 0 {
		t.Fatalf("got findings:\n%s", lines(ds))
	}
	return s
}

// page returns the data of a page in a language with a few strings.
func page(lang string) *Page {
	str := i18n.Parse(lang, "i18n/"+lang+".toml", []byte(`hallo = "Hallo {name}"
pages = { one = "{count} pagina", other = "{count} pagina’s" }
on = "op {date}"
date = "{day} {month} {year}"
months = ["januari","februari","maart","april","mei","juni","juli","augustus","september","oktober","november","december"]
security_tls = "SSL/TLS"
security_starttls = "STARTTLS"
username_address = "je hele e-mailadres"
`), new(diag.List))
	site := NewSite(Site{Title: "Hulp", BaseURL: "https://help.example.nl", Lang: lang, Dir: "ltr", Provider: Provider{Name: "Voorbeeld", Contact: "mailto:hulp@example.nl"}}, str, func(id string) (Link, bool) {
		return Link{URL: "/" + id + "/", Title: strings.ToUpper(id)}, id == "imap"
	})
	return &Page{Site: site, Kind: "page", Title: "Titel & meer", URL: "/titel/", Permalink: "https://help.example.nl/titel/", Lang: lang, Content: "<p>Tekst</p>"}
}

// TestMistakes reads layouts that are wrong: everything that can be known
// without a page is reported at its place, also where no page comes by.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"unknown field", `-- page.html --
{{ define "main" }}
	<h1>{{ .Titel }}</h1>{{ end }}
`, `page.html:2:9 [layout-field] Page has no field "Titel" | did you mean "Title"?
`},
		{"in a branch that is never taken", `-- page.html --
{{ define "main" }}{{ if false }}{{ .A }}{{ else if eq 1 2 }}{{ .B }}{{ else }}{{ with .C }}{{ else with .D }}{{ else }}{{ .E }}{{ end }}{{ end }}
{{ range .F }}{{ else }}{{ .G }}{{ end }}{{ end }}
`, `page.html:1:37 [layout-field] Page has no field "A" | known: ` + pageMembers + `
page.html:1:65 [layout-field] Page has no field "B" | known: ` + pageMembers + `
page.html:1:88 [layout-field] Page has no field "C" | known: ` + pageMembers + `
page.html:1:106 [layout-field] Page has no field "D" | did you mean "ID"?
page.html:1:124 [layout-field] Page has no field "E" | known: ` + pageMembers + `
page.html:2:10 [layout-field] Page has no field "F" | known: ` + pageMembers + `
page.html:2:28 [layout-field] Page has no field "G" | known: ` + pageMembers + `
`},
		{"deep fields, each at its own column", `-- page.html --
{{ define "main" }}{{ .Sit.Lang }} {{ .Site.Lan }} {{ .Site.Home.Tite }} {{ .Title.Lang }} {{ .Updated.Yeer }} {{ .Site.Home.Title.X }}
{{ $p := . }}{{ $p.Titel }} {{ $p.Site.Langg }} {{ (.Site).Langg }} {{ (.Site.Home).URL.X }} {{ $.Site.Homme }}{{ end }}
`, `page.html:1:23 [layout-field] Page has no field "Sit" | did you mean "Site"?
page.html:1:44 [layout-field] Site has no field "Lan" | did you mean "Lang"?
page.html:1:65 [layout-field] Link has no field "Tite" | did you mean "Title"? known: Description, Lang, Short, Title, URL
page.html:1:83 [layout-field] a text has no fields, so no "Lang" | it is a single value: leave out what follows it
page.html:1:103 [layout-field] Date has no field "Yeer" | did you mean "Year"? known: Day, IsZero, Month, String, Time, Year
page.html:1:131 [layout-field] a text has no fields, so no "X" | it is a single value: leave out what follows it
page.html:2:19 [layout-field] Page has no field "Titel" | did you mean "Title"?
page.html:2:39 [layout-field] Site has no field "Langg" | did you mean "Lang"?
page.html:2:59 [layout-field] Site has no field "Langg" | did you mean "Lang"?
page.html:2:88 [layout-field] a text has no fields, so no "X" | it is a single value: leave out what follows it
page.html:2:103 [layout-field] Site has no field "Homme" | did you mean "Home"?
`},
		{"inside range and with, and as arguments", `-- page.html --
{{ define "main" }}
{{ range .Breadcrumbs }}{{ .Titel }}{{ $.Titel }}{{ end }}
{{ range $i, $b := .Breadcrumbs }}{{ $b.Url }}{{ $i.X }}{{ end }}
{{ with .Notice }}{{ .Lng }}{{ end }}
{{ range .TOC }}{{ range .Children }}{{ .Idd }}{{ end }}{{ end }}
{{ if and (eq .Titl "x") (not .Descr) }}{{ len .Keyword }}{{ (index .Breadcrumbs 0).Titel }}{{ end }}
{{ printf "%s" .Titel | print }}{{ template "partials/a.html" .Sectoin }}
{{ end }}
-- partials/a.html --
{{ .Titel }}
`, `page.html:2:28 [layout-field] Link has no field "Titel" | did you mean "Title"? known: Description, Lang, Short, Title, URL
page.html:2:41 [layout-field] Page has no field "Titel" | did you mean "Title"?
page.html:3:40 [layout-field] Link has no field "Url" | did you mean "URL"? known: Description, Lang, Short, Title, URL
page.html:3:52 [layout-field] a number has no fields, so no "X" | it is a single value: leave out what follows it
page.html:4:22 [layout-field] Notice has no field "Lng" | did you mean "Lang"? known: Lang, LangName, Outdated, URL
page.html:5:41 [layout-field] Heading has no field "Idd" | did you mean "ID"? known: Children, ID, Level, Title
page.html:6:15 [layout-field] Page has no field "Titl" | did you mean "Title"?
page.html:6:31 [layout-field] Page has no field "Descr" | known: ` + pageMembers + `
page.html:6:48 [layout-field] Page has no field "Keyword" | did you mean "Keywords"?
page.html:6:84 [layout-field] Link has no field "Titel" | did you mean "Title"? known: Description, Lang, Short, Title, URL
page.html:7:16 [layout-field] Page has no field "Titel" | did you mean "Title"?
page.html:7:63 [layout-field] Page has no field "Sectoin" | did you mean "Section"?
`},
		{"the same partial with other data", `-- page.html --
{{ define "main" }}{{ template "partials/a.html" . }}{{ template "partials/a.html" .Site.Home }}{{ end }}
-- partials/a.html --
{{ .Title }}{{ .Description }}
{{ .Keywords }}
`, `partials/a.html:2:4 [layout-field] Link has no field "Keywords" | known: Description, Lang, Short, Title, URL
`},
		{"variables", `-- page.html --
{{ define "main" }}{{ $x := .Title }}{{ if .Notice }}{{ $x = .Notice }}{{ end }}{{ $x.LangName }}
{{ $y := .Site }}{{ $y = .Site }}{{ $y.Nope }}{{ with $z := .Notice }}{{ $z.Nope }}{{ end }}{{ end }}
`, `page.html:2:39 [layout-field] Site has no field "Nope" | did you mean "Home"?
page.html:2:76 [layout-field] Notice has no field "Nope" | known: Lang, LangName, Outdated, URL
`},
		{"unexported field and method with a wrong name", `-- page.html --
{{ define "main" }}{{ .Site.pages }}{{ .Tt "x" }}{{ .Site.HasPag "x" }}{{ .StructuredDta }}{{ end }}
`, `page.html:1:28 [layout-field] Site has no field "pages" | known: BaseURL, DefaultLang, Dir, HasPage, Home, Lang, LangName, Languages, Link, Provider, Search, Sections, T, Title, Webmail
page.html:1:40 [layout-field] Page has no field "Tt" | did you mean "T"?
page.html:1:58 [layout-field] Site has no field "HasPag" | did you mean "HasPage"?
page.html:1:75 [layout-field] Page has no field "StructuredDta" | did you mean "StructuredData"?
`},
		{"partials and assets", `-- page.html --
{{ define "main" }}{{ template "partials/heder.html" . }}{{ template "nergens" }}
<link href="{{ asset "sitte.css" }}">{{ with asset "theme.css" }}{{ . }}{{ end }}{{ asset (printf "%s" "x") }}{{ end }}
-- partials/header.html --
{{ asset "icon.png" }}
-- assets/site.css --
a{b:c}
`, `page.html:1:32 [layout-partial] no template "partials/heder.html" | did you mean "partials/header.html"? known: base.html, main, partials/header.html, title
page.html:1:70 [layout-partial] no template "nergens" | known: base.html, main, partials/header.html, title
page.html:2:22 [asset-missing] no asset "sitte.css" in layouts/assets | did you mean "site.css"? known: site.css
partials/header.html:1:10 [asset-missing] no asset "icon.png" in layouts/assets | known: site.css
`},
		{"block that nothing shows", `-- page.html --
<p>this is never shown</p>
  {{- define "mian" }}{{ asset "weg.css" }}{{ end }}
`, `page.html:2:3 [layout-unused] warning: nothing shows the block "mian" | did you mean "main"? known: main, title
page.html:2:32 [asset-missing] no asset "weg.css" in layouts/assets
`},
		{"navigation and redirect", `-- partials/nav.html --
{{ range .Items }}{{ template "tak" . }}{{ end }}{{ .Title }}
{{ define "tak" }}{{ .Titel }}{{ range .Items }}{{ template "tak" . }}{{ end }}{{ end }}
-- redirect.html --
{{ .To }}{{ .Site.Lang }}
`, `partials/nav.html:1:53 [layout-field] Nav has no field "Title" | did you mean "Site"? known: Items, Site, T
partials/nav.html:2:22 [layout-field] NavItem has no field "Titel" | did you mean "Title"? known: Group, Items, Lang, Mark, More, Open, Section, Title, URL
redirect.html:1:4 [layout-field] Redirect has no field "To" | did you mean "T"? known: Permalink, Site, T, Title, URL
`},
		{"directives", `-- directives/a.html --
{{/*
kind = "leaf"
attributes = ["client"]
*/}}{{ .Labl }}{{ .Attrs.client }}{{ .Attrs.clent }}{{ index .Attrs "client" }}{{ with .Settings "imap" }}{{ .Captoin }}{{ range .Rows }}{{ .Valeu }}{{ end }}{{ end }}
-- directives/a.md --
{{ .Label }}{{ .Attrs.nope }}
{{ .Contnt }}
`, `directives/a.html:4:8 [layout-field] Directive has no field "Labl" | did you mean "Label"?
directives/a.html:4:44 [layout-attribute] the directive declares no attribute "clent" | add it to attributes at the top of layouts/directives/a.html
directives/a.html:4:110 [layout-field] Table has no field "Captoin" | did you mean "Caption"? known: Caption, Checked, More, Name, Product, Protocol, Rows
directives/a.html:4:141 [layout-field] Row has no field "Valeu" | did you mean "Value"? known: Code, Copy, Key, Label, Note, Personal, Value
directives/a.md:1:22 [layout-attribute] the directive declares no attribute "nope" | add it to attributes at the top of layouts/directives/a.html
directives/a.md:2:4 [layout-field] Directive has no field "Contnt" | did you mean "Content"?
`},
		{"heads", `-- directives/a.html --
<p>{{ .Label }}</p>
-- directives/b.html --
{{/*
kind = "blok"
label = "soms"
attribute = []
*/}}
-- directives/c.html --
{{- /* label = 5 */ -}}
-- directives/d.html --
{{/* kind = leaf */}}
-- directives/e.html --
{{/* kind = "leaf" */}}
-- directives/f.md --
x
`, `directives/a.html:1:1 [layout-directive] the template does not say what kind of directive it is | begin it with:
{{/*
kind = "leaf"
label = "required"
attributes = []
*/}}
directives/b.html:2:8 [toml-value] kind cannot be "blok" | known: container, inline, leaf
directives/b.html:3:9 [toml-value] label cannot be "soms" | known: none, optional, required
directives/b.html:4:1 [toml-key] unknown key "attribute" | did you mean "attributes"? known: attributes, kind, label
directives/c.html:1:7 [layout-directive] the kind of the directive is missing | write kind = "inline", "leaf" or "container"
directives/c.html:1:16 [toml-type] label takes text, this is a whole number | write label = "5"
directives/d.html:1:13 [toml-syntax] not valid TOML: leaf is not a value here | put text between quotes: title = "Postbus vol"
directives/f.md [layout-directive] a directive needs an HTML template too | write layouts/directives/f.html
`},
		{"root files", `-- root/robots.html --
{{ .Release }}{{ .BaseUrl }}{{ asset "x.js" }}
-- root/sw.js --
{{ .Lang }
-- root/raw.bin --
{{ not a template
`, `root/robots.html:1:18 [layout-field] RootData has no field "BaseUrl" | did you mean "BaseURL"? known: BaseURL, Lang, Release
root/robots.html:1:38 [asset-missing] no asset "x.js" in layouts/assets
root/sw.js:1:10 [layout-syntax] unexpected "}" in operand | close it with }}
`},
		{"policy", `-- page.html --
{{ define "main" }}<p style="color:red">{{ if .Title }}<b onclick="x()">{{ end }}x</b></p>
<style>p{}</style><script>x()</script><script type="importmap">{}</script>
<script src="https://elders.example/x.js"></script><img src="//elders.example/x.png" alt=""><link rel="preload stylesheet" href="HTTP://elders.example/x.css">
<a href="https://elders.example/">x</a><link rel="license" href="https://elders.example/"><script type="application/ld+json">{{ .StructuredData }}</script>
<script src="{{ .URL }}"></script><!-- <p style="x"> --><a href="{{ .URL }}" title="{{ "style=" }}">x</a>{{ end }}
`, `page.html:1:20 [layout-inline] warning: browsers stop the attribute style: the site's policy (CSP) does not allow it | give the element a class, and that its style in layouts/assets
page.html:1:56 [layout-inline] warning: browsers stop the attribute onclick: the site's policy (CSP) does not allow it | listen for it in a script in layouts/assets
page.html:2:1 [layout-inline] warning: browsers stop the styles in <style>: the site's policy (CSP) does not allow it | put them in a file in layouts/assets
page.html:2:19 [layout-inline] warning: browsers stop the script in the page: the site's policy (CSP) does not allow it | put it in a file in layouts/assets
page.html:2:39 [layout-inline] warning: browsers stop the script in the page: the site's policy (CSP) does not allow it | put it in a file in layouts/assets
page.html:3:1 [asset-foreign] "https://elders.example/x.js" is on another site; pages load nothing from elsewhere | put a copy in layouts/assets
page.html:3:52 [asset-foreign] "//elders.example/x.png" is on another site; pages load nothing from elsewhere | put a copy in layouts/assets
page.html:3:93 [asset-foreign] "HTTP://elders.example/x.css" is on another site; pages load nothing from elsewhere | put a copy in layouts/assets
`},
		{"no frame", `-- base.html --
`, `base.html:1:1 [layout-empty]`},
		{"other files", `-- notities.txt --
x
-- css/site.css --
x
-- partials/x.htm --
x
`, `css/site.css [layout-file] the program does not know what this file is for | layouts holds *.html, partials/, directives/, assets/ and root/
notities.txt [layout-file] the program does not know what this file is for | layouts holds *.html, partials/, directives/, assets/ and root/
partials/x.htm [layout-file] the program does not know what this file is for | layouts holds *.html, partials/, directives/, assets/ and root/
`},
		{"syntax", `-- 404.html --
{{ define "main" }}{{ if .Title }}
-- home.html --
{{ define "main" }}{{ .Title }}{{ end }}{{ end }}
-- page.html --
{{ define "main" }}
  {{ .Title }} {{ nergens .Title }}{{ end }}
-- section.html --
{{ define "main" }}
 {{ .Title
{{ end }}
-- breed.html --
{{ define "main" }}{{ $x }}{{ end }}
-- smal.html --
{{ define "main" }}{{ .Title }}{{ end }}{{ define "main" }}x{{ end }}
-- partials/a.html --
{{ "open }}
-- directives/a.html --
{{/* kind = "leaf" */}}
{{ range }}{{ end }}
-- directives/a.md --
{{ end }}
-- directives/b.html --
{{/* kind = "leaf" */}}
-- directives/b.md --
{{ dm .Label }}
`, `404.html:2:1 [layout-syntax] unexpected EOF | an {{ if }}, {{ with }}, {{ range }}, {{ define }} or {{ block }} has no {{ end }}
breed.html:1:23 [layout-syntax] undefined variable "$x" | give it a value first: {{ $x := .Title }}
directives/a.html:2:1 [layout-syntax] missing value for range | write a value behind it: {{ range .Children }}, {{ if .Notice }}
directives/a.md:1:1 [layout-syntax] unexpected {{end}} | there is an {{ end }} too many
directives/b.md:1:4 [layout-syntax] function "dm" not defined | known: asset, breaks, display, sheet, styles, whole, md, code, and the functions of Go's templates
home.html:1:41 [layout-syntax] unexpected {{end}} | there is an {{ end }} too many
page.html:2:19 [layout-syntax] function "nergens" not defined | known: asset, breaks, display, sheet, styles, whole, and the functions of Go's templates
partials/a.html:1:1 [layout-syntax] unterminated quoted string | close it with a quote
section.html:3:2 [layout-syntax] unexpected "{" in operand | close the action before it with }}
smal.html:1:52 [layout-syntax] multiple definition of template "main" | remove one of the two
`},
		{"escaping", `-- page.html --
{{ define "main" }}<a href="{{ if .Title }}x" class="y{{ end }}">
{{ end }}
-- home.html --
{{ define "main" }}<div class={{ if .Title }}"a"{{ else }}'b{{ end }}>{{ end }}
-- section.html --
{{ define "main" }}<script>var x = "{{ .Title }}; </script>{{ end }}
-- directives/a.html --
{{/* kind = "leaf" */}}<p title="{{ .Label }}>
-- redirect.html --
<p {{ range .Site.Languages }}a="{{ end }}>
-- breed.html --
{{ define "main" }}<p title={{ .Title | html }}>{{ end }}
`, `breed.html:1:32 [layout-escape] predefined escaper "html" disallowed in template | leave out | html and the like: values are escaped already
directives/a.html [layout-escape] a tag, an attribute, a script or a style is still open at the end | close it
home.html:1:37 [layout-escape] one branch ends inside a tag, an attribute or a script and the other does not | let both end in the same place
page.html:1:35 [layout-escape] one branch ends inside a tag, an attribute or a script and the other does not | let both end in the same place
redirect.html:1:13 [layout-escape] one branch ends inside a tag, an attribute or a script and the other does not | let both end in the same place
section.html [layout-escape] a tag, an attribute, a script or a style is still open at the end | close it
section.html:1:20 [layout-inline] warning: browsers stop the script in the page: the site's policy (CSP) does not allow it | put it in a file in layouts/assets
`},
		{"escaping in the frame", `-- base.html --
<title>{{ .Title }}
<body class="{{ .Kind }}>{{ block "main" . }}{{ end }}
-- page.html --
{{ define "main" }}x{{ end }}
`, `base.html [layout-escape] a tag, an attribute, a script or a style is still open at the end | close it
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := layouts(tt.src)
			if tt.name == "no frame" {
				delete(files, Root+"/base.html")
				tt.want = "base.html [layout-missing] the site has no layouts/base.html | write one: it is the frame of every page\n"
			}
			for range 3 { // maps have another order each time
				out := new(diag.List)
				Load(files, nil, out)
				if got := lines(out.Sorted()); got != tt.want {
					t.Fatalf("got\n%s\nwant\n%s", got, tt.want)
				}
			}
			inside(t, files)
		})
	}
}

const pageMembers = `All, Alternates, Breadcrumbs, Canonical, Children, Content, Contents, Description, Dir, Feedback, ID, Keywords, Kind, Lang, Lead, Markdown, Nav, Next, NoIndex, Notice, Permalink, Prev, Related, Rest, Section, Site, StructuredData, T, TOC, Title, Translations, URL, Updated`

// inside checks that every position lies in its file.
func inside(t *testing.T, files map[string][]byte) {
	t.Helper()
	out := new(diag.List)
	Load(files, nil, out)
	for _, d := range out.Sorted() {
		if d.Pos.Line == 0 {
			continue
		}
		ls := strings.Split(string(files[d.Pos.File]), "\n")
		if m := regexp.MustCompile(`no (?:field|attribute|fields, so no) "(.*)"`).FindStringSubmatch(d.Msg); m != nil {
			if at := ls[d.Pos.Line-1][d.Pos.Col-1:]; !strings.HasPrefix(at, "."+m[1]) {
				t.Errorf("%v: %s, but there stands %q", d.Pos, d.Msg, at)
			}
		}
		if d.Pos.Line > len(ls) || d.Pos.Col < 0 || d.Pos.Col > len(ls[d.Pos.Line-1])+1 {
			t.Errorf("%v is not in its file: %s", d.Pos, d.Msg)
		}
	}
}

// TestShipped reads the layouts of this repository's own site.
func TestShipped(t *testing.T) {
	files := map[string][]byte{}
	const top = "../../../../../"
	err := filepath.WalkDir(top+Root, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		files[strings.TrimPrefix(filepath.ToSlash(p), top)] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out := new(diag.List)
	Load(files, theme("accent", "#0b6e5f"), out)
	if ds := out.Sorted(); len(ds) > 0 {
		t.Errorf("got findings:\n%s", lines(ds))
	}
}

// TestNames checks the strings and pages that layouts name.
func TestNames(t *testing.T) {
	s := load(t, `-- page.html --
{{ define "main" }}{{ .T "hallo" "name" .Title }}{{ .T "weg" }}{{ .T "halo" }}
{{ .T "hallo" }}{{ .T "hallo" "naam" .Title }}{{ .T "pages" "count" 3 }}{{ .T "pages" }}{{ $.Site.T "ook weg" }}
{{ range .Translations }}{{ .T "in een lus" }}{{ end }}{{ if false }}{{ with .Site.Link "imap" }}{{ end }}{{ .Site.Link "imp" }}{{ end }}{{ (.T "tussen haken") }}
{{ .Title | .T "met een pijp" "name" }}{{ if .Site.HasPage "over" }}{{ with .Site.Link "over" }}{{ end }}{{ end }}
{{ if and (.Site.HasPage "pup") .Title }}{{ .Site.Link "pup" }}{{ .Site.Link "over" }}{{ else }}{{ .Site.Link "pup" }}{{ end }}{{ if not (.Site.HasPage "elders") }}{{ .Site.Link "elders" }}{{ end }}{{ end }}
-- directives/settings.html --
{{/* kind = "leaf" */}}{{ .T "in de directive" }}
-- directives/settings.md --
{{ .T "in het Markdown" }}
`)
	out := new(diag.List)
	str := func(lang, src string) *i18n.Strings {
		return i18n.Parse(lang, "i18n/"+lang+".toml", []byte(src), out)
	}
	var used strings.Builder
	for _, k := range settings.UsedStrings {
		if k != "off" && k != "label_port" {
			fmt.Fprintf(&used, "%s = \"x\"\n", k)
		}
	}
	nl := str("nl", `hallo = "Dag {name}"
pages = { one = "1", other = "{count}" }
"ook weg" = "x"
"in een lus" = "x"
"tussen haken" = "x"
"in de directive" = "x"
"in het Markdown" = "x"
"met een pijp" = "{name}"
`+used.String()+"off = \"uit\"\nlabel_port = \"poort\"\n")
	fr := str("fr", "hallo = \"Bonjour {name} {where}\"\npages = { one = \"1\", other = \"{count}\" }\n\"met een pijp\" = \"x\"\n"+used.String())
	broken := str("de", "hallo = x\n")
	c := i18n.NewCatalogue([]*i18n.Strings{nl, fr, broken}, map[string][]string{"fr": {"nl"}})
	if out.Len() != 1 { // that of the German file
		t.Fatalf("got\n%s", lines(out.Sorted()))
	}
	out = new(diag.List)
	all := []*i18n.Strings{c.Lang("nl"), c.Lang("fr"), c.Lang("de")}
	known := func() []string { return []string{"imap", "pop"} }
	s.CheckNames(all, func(id string) bool { return id == "imap" }, known, out)
	want := `i18n/fr.toml [i18n-missing] warning: no string "label_port" in i18n/fr.toml; another language's is shown | add it to i18n/fr.toml
i18n/fr.toml [i18n-missing] warning: no string "off" in i18n/fr.toml; another language's is shown | add it to i18n/fr.toml
directives/settings.html:1:30 [i18n-missing] warning: no string "in de directive" in i18n/fr.toml; another language's is shown | add it to i18n/fr.toml
directives/settings.md:1:7 [i18n-missing] warning: no string "in het Markdown" in i18n/fr.toml; another language's is shown | add it to i18n/fr.toml
page.html:1:26 [i18n-placeholder] the string "hallo" in i18n/fr.toml needs a value for {where} | write {{ .T "hallo" "where" … }}
page.html:1:56 [i18n-missing] no string "weg" in i18n/fr.toml | add weg = "…" to i18n/fr.toml
page.html:1:56 [i18n-missing] no string "weg" in i18n/nl.toml | add weg = "…" to i18n/nl.toml
page.html:1:70 [i18n-missing] no string "halo" in i18n/fr.toml | did you mean "hallo"? Else add it to i18n/fr.toml
page.html:1:70 [i18n-missing] no string "halo" in i18n/nl.toml | did you mean "hallo"? Else add it to i18n/nl.toml
page.html:2:7 [i18n-placeholder] the string "hallo" in i18n/fr.toml needs a value for {name} | write {{ .T "hallo" "name" … }}
page.html:2:7 [i18n-placeholder] the string "hallo" in i18n/fr.toml needs a value for {where} | write {{ .T "hallo" "where" … }}
page.html:2:7 [i18n-placeholder] the string "hallo" in i18n/nl.toml needs a value for {name} | write {{ .T "hallo" "name" … }}
page.html:2:23 [i18n-placeholder] the string "hallo" in i18n/fr.toml needs a value for {name} | write {{ .T "hallo" "name" … }}
page.html:2:23 [i18n-placeholder] the string "hallo" in i18n/fr.toml needs a value for {where} | write {{ .T "hallo" "where" … }}
page.html:2:23 [i18n-placeholder] the string "hallo" in i18n/nl.toml needs a value for {name} | write {{ .T "hallo" "name" … }}
page.html:2:79 [i18n-placeholder] the string "pages" in i18n/fr.toml needs a value for {count} | write {{ .T "pages" "count" … }}
page.html:2:79 [i18n-placeholder] the string "pages" in i18n/nl.toml needs a value for {count} | write {{ .T "pages" "count" … }}
page.html:2:101 [i18n-missing] warning: no string "ook weg" in i18n/fr.toml; another language's is shown | add it to i18n/fr.toml
page.html:3:32 [i18n-missing] warning: no string "in een lus" in i18n/fr.toml; another language's is shown | add it to i18n/fr.toml
page.html:3:121 [link-page] no page has the id "imp" | did you mean "imap"? known: imap, pop
page.html:3:145 [i18n-missing] warning: no string "tussen haken" in i18n/fr.toml; another language's is shown | add it to i18n/fr.toml
page.html:5:56 [link-page] warning: no page has the id "pup" | did you mean "pop"?
page.html:5:78 [link-page] no page has the id "over" | known: imap, pop
page.html:5:111 [link-page] no page has the id "pup" | did you mean "pop"? known: imap, pop
page.html:5:179 [link-page] no page has the id "elders" | known: imap, pop
`
	if got := lines(out.Sorted()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// A language that lacks nearly everything is new: that is said once.
	few := i18n.NewCatalogue([]*i18n.Strings{nl, str("es", "hallo = \"Hola {name} {where}\"\n")}, map[string][]string{"es": {"nl"}})
	once := new(diag.List)
	s.CheckNames([]*i18n.Strings{few.Lang("es")}, nil, nil, once)
	var said []string
	for _, d := range once.Sorted() {
		if d.Severity == diag.Warning {
			said = append(said, d.Pos.File+": "+diag.In(diag.English, d.Msg))
		}
	}
	if len(said) != 1 || !regexp.MustCompile(`^i18n/es\.toml: [3-9]\d strings are not in i18n/es\.toml; another language's are shown$`).MatchString(said[0]) {
		t.Errorf("a new language: got %q", said)
	}
	again := new(diag.List)
	s.CheckNames(all, nil, nil, again)
	if n := strings.Count(lines(again.Sorted()), "link-page"); n != 0 || again.Len() == 0 {
		t.Errorf("without pages: got %d findings about pages of %d", n, again.Len())
	}
}

func TestPage(t *testing.T) {
	s := load(t, `-- page.html --
{{ define "title" }}{{ .Title }} – {{ .Site.Title }}{{ end }}
{{ define "main" }}<a title='{{ .Title }}' href="{{ .URL }}">{{ .T "hallo" "name" "<b>" }}</a>{{ .Content }}{{ with .Site.Link "imap" }}{{ .Title }}{{ end }}{{ .T "pages" "count" 1 }}{{ end }}
-- home.html --
{{ define "main" }}thuis{{ end }}
-- 404.html --
{{ define "main" }}weg{{ end }}
-- breed.html --
{{ define "main" }}breed {{ .Updated }}|{{ .T "on" "date" .Updated }}{{ end }}
`)
	frame := func(title, main string) string {
		return "<!doctype html>\n<html lang=\"nl\"><title>" + title + "</title>\n<main>" + main + "</main>\n"
	}
	for _, tt := range []struct{ kind, layout, want string }{
		{"page", "", frame("Titel &amp; meer – Hulp", `<a title='Titel &amp; meer' href="/titel/">Hallo &lt;b&gt;</a><p>Tekst</p>IMAP1 pagina`)},
		{"home", "", frame("Titel &amp; meer", "thuis")},
		{"section", "", frame("Titel &amp; meer", "<p>Tekst</p>")}, // no layout of its own: the frame
		{"not-found", "", frame("Titel &amp; meer", "weg")},
		{"page", "breed", frame("Titel &amp; meer", "breed 2026-03-01|op 1 maart 2026")},
	} {
		p := page("nl")
		p.Kind, p.Updated = tt.kind, tomlfile.Date{Year: 2026, Month: 3, Day: 1}
		var b bytes.Buffer
		if err := s.Page(&b, p, tt.layout); err != nil || b.String() != tt.want {
			t.Errorf("%s %s: got %v\n%s\nwant\n%s", tt.kind, tt.layout, err, b.String(), tt.want)
		}
	}
	if got := strings.Join(s.Names(), " "); got != "404 breed home page" {
		t.Errorf("Names: got %s", got)
	}
	if !s.Has("breed") || s.Has("smal") || s.Has("") {
		t.Error("Has: breed is a layout; smal and nothing are not")
	}
}

func TestNavAndRedirect(t *testing.T) {
	s := load(t, `-- partials/nav.html --
<nav>{{ template "tak" .Items }}</nav>
{{- define "tak" }}{{ range . }}<a href="{{ .URL }}"{{ .Mark }}>{{ .Title }}</a>{{ template "tak" .Items }}{{ end }}{{ end }}
-- redirect.html --
<meta http-equiv="refresh" content="0; url={{ .URL }}"><a href="{{ .URL }}">{{ .Title }}</a>
-- page.html --
{{ define "main" }}{{ .Nav }}{{ end }}
`)
	if !s.HasNav() || !s.HasRedirect() {
		t.Error("the layouts have a navigation and a redirect")
	}
	var b bytes.Buffer
	n := &Nav{Site: page("nl").Site, Items: []NavItem{{URL: "/a/", Title: "A & B", Items: []NavItem{{URL: "/a/b/", Title: "C", Mark: ` aria-current="page"`}}}}}
	if err := s.Nav(&b, n); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(b.String()), `<nav><a href="/a/">A &amp; B</a><a href="/a/b/" aria-current="page">C</a></nav>`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	b.Reset()
	if err := s.Redirect(&b, &Redirect{Site: page("nl").Site, URL: "/b/?x=1&y=2", Title: "<B>"}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(b.String()), `<meta http-equiv="refresh" content="0; url=/b/?x=1&amp;y=2"><a href="/b/?x=1&amp;y=2">&lt;B&gt;</a>`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if bare := load(t, ""); bare.HasNav() || bare.HasRedirect() {
		t.Error("a frame alone has neither")
	}
}

// TestRender renders directives in both forms and holds them against what
// their templates declare.
func TestRender(t *testing.T) {
	s := load(t, `-- directives/knop.html --
{{/*
kind = "inline"
label = "required"
attributes = ["lang", "soort"]
*/ -}}
<b{{ with .Attrs.lang }} lang="{{ . }}"{{ end }} id="{{ .ID }}">{{ .Label }}</b>
-- directives/knop.md --
**{{ md .Label }}**{{ .Attrs.soort }}
-- directives/lijn.html --
{{/* kind = "leaf"
label = "none" */ -}}
<hr>
-- directives/blok.html --
{{/* kind = "container" */ -}}
<div>{{ .Content }}</div>
-- directives/vouw.html --
{{/* kind = "container" */ -}}
<details><summary>{{ .Label }}</summary>{{ .Content }}</details>
-- directives/vouw.md --
*{{ .Label }}*

{{ .Content }}
-- directives/toets.html --
{{/* kind = "inline" */ -}}
<kbd>{{ .Label }}</kbd>
-- directives/toets.md --
{{ code .Label }}
-- directives/kaal.html --
{{/* kind = "leaf" */ -}}
<p>{{ .Label }}</p>
-- directives/leeg.html --
{{/* kind = "leaf" */ -}}
x
-- directives/leeg.md --
`)
	if got := strings.Join(s.Directives(), " "); got != "blok kaal knop leeg lijn toets vouw" {
		t.Errorf("Directives: got %s", got)
	}
	if got, ok := new(Set).Directive("x"); got != "" || !ok {
		t.Errorf("without layouts every name may be a directive: got %q, %v", got, ok)
	}
	broken := Load(layouts("-- directives/x.html --\n<p>\n"), nil, new(diag.List))
	if got, ok := broken.Directive("x"); got != "" || !ok {
		t.Errorf("of a template without a head: got %q, %v", got, ok)
	}
	if _, ok := broken.Directive("y"); ok {
		t.Error("y is known, beside a broken x")
	}
	for name, want := range map[string]markdown.Kind{"knop": markdown.Inline, "lijn": markdown.Leaf, "blok": markdown.Container, "weg": ""} {
		if got, ok := s.Directive(name); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v", name, got, ok)
		}
	}
	for _, tt := range []struct {
		name, label, content, md string
		attrs                    map[string]string
		html, text               string
		err                      string // message | hint
	}{
		{name: "knop", label: "A & <B>", attrs: map[string]string{"lang": "en", "soort": "x"}, html: `<b lang="en" id="id-1">A &amp; &lt;B&gt;</b>` + "\n", text: "**A & \\<B\\>**x\n"},
		{name: "knop", label: "A &amp; B&C;", html: `<b id="id-1">A &amp;amp; B&amp;C;</b>` + "\n", text: "**A \\&amp; B\\&C;**\n"},
		{name: "knop", label: "A", html: `<b id="id-1">A</b>` + "\n", text: "**A**\n"},
		{name: "knop", label: " ", err: "the label is missing | write :knop[…]"},
		{name: "knop", label: "A", attrs: map[string]string{"lnag": "en", "x": "y"}, err: `unknown attribute "lnag" | did you mean "lang"? known: lang, soort`},
		{name: "toets", label: "550 <a>_b", html: "<kbd>550 &lt;a&gt;_b</kbd>\n", text: "`550 <a>_b`\n"},
		{name: "toets", label: "a`b", html: "<kbd>a`b</kbd>\n", text: "`` a`b ``\n"},
		{name: "toets", label: "``", html: "<kbd>``</kbd>\n", text: "``` `` ```\n"},
		{name: "lijn", html: "<hr>\n", text: ""},
		{name: "kaal", label: "- a*b*_c_ [d] `e` \\f | g#1", html: "<p>- a*b*_c_ [d] `e` \\f | g#1</p>\n", text: "\\- a\\*b\\*\\_c\\_ \\[d\\] \\`e\\` \\\\f \\| g#1"},
		{name: "lijn", label: "x", err: "the directive takes no label | leave out [x]"},
		{name: "lijn", attrs: map[string]string{"a": "b"}, err: `unknown attribute "a" | it takes no attributes`},
		{name: "blok", content: "<p>x</p>", md: "x", html: "<div><p>x</p></div>\n", text: "x"},
		{name: "vouw", label: "T", content: "<p>*x*</p>", md: "\\*x\\* & <y>", html: "<details><summary>T</summary><p>*x*</p></details>\n", text: "*T*\n\n\\*x\\* & <y>\n"},
		{name: "leeg", label: "niet in het Markdown", html: "x\n", text: ""},
	} {
		d := NewDirective(Directive{Page: page("nl"), Name: tt.name, Label: tt.label, Attrs: tt.attrs, Content: template.HTML(tt.content), ID: "id-1"}, &settings.Source{Record: &mail.Record{}})
		html, text, err := s.Render(d, tt.md, true)
		got := ""
		if err != nil {
			got = err.Error()
			if h, ok := err.(interface{ Hint() string }); ok {
				got += " | " + diag.In(diag.English, h.Hint())
			}
		}
		if html != tt.html || text != tt.text || got != tt.err {
			t.Errorf("%s[%s]%v: got\n%q\n%q\n%s\nwant\n%q\n%q\n%s", tt.name, tt.label, tt.attrs, html, text, got, tt.html, tt.text, tt.err)
		}
		if html, text, err := s.Render(d, tt.md, false); err == nil && (html != tt.html || text != "") {
			t.Errorf("%s without a copy: got %q, %q", tt.name, html, text)
		}
	}
}

// TestErrors: what goes wrong while a page is made is found at its place in
// the layout, unless it is the page's own mistake.
func TestErrors(t *testing.T) {
	s := load(t, `-- page.html --
{{ define "main" }}
  {{ if .NoIndex }}{{ .T .Title }}{{ end }}
  {{ if .Markdown }}{{ index .Breadcrumbs 7 }}{{ end }}
  {{ if .Canonical }}{{ template "partials/a.html" . }}{{ end }}
  {{ if eq .ID "x" }}{{ .Site.Link .ID }}{{ end }}
{{ end }}
-- partials/a.html --

{{ asset .Canonical }}
-- assets/site.css --
a{b:c}
-- directives/instelling.html --
{{/* kind = "leaf"
label = "required" */ -}}
{{ .Setting .Label }}
-- directives/fout.html --
{{/* kind = "leaf" */ -}}
  {{ index .Label 99 }}
-- directives/kopie.html --
{{/* kind = "leaf" */ -}}
x
-- directives/kopie.md --

{{ slice .Label 9 }}
`)
	diagnose := func(err error) string {
		if err == nil {
			return ""
		}
		d, cause, ok := Diagnose(err)
		if !ok {
			if h, hinted := cause.(interface{ Hint() string }); hinted {
				return "page: " + cause.Error() + " | " + diag.In(diag.English, h.Hint())
			}
			return "page: " + cause.Error()
		}
		return strings.TrimSpace(lines([]diag.Diagnostic{d.In(diag.English)}))
	}
	for _, tt := range []struct {
		name string
		set  func(p *Page)
		want string
	}{
		{"none", func(*Page) {}, ""},
		{"string by a name that is computed", func(p *Page) { p.NoIndex = true }, `page.html:2:23 [layout-run] error calling T: no string "Titel & meer" in i18n/nl.toml, at <.T>`},
		{"index", func(p *Page) { p.Markdown = "x" }, `page.html:3:24 [layout-run] error calling index: index out of range: 7, at <index .Breadcrumbs 7>`},
		{"asset by a name that is computed, in a partial", func(p *Page) { p.Canonical = "sitte.css" }, `partials/a.html:2:4 [layout-run] error calling asset: no asset "sitte.css" in layouts/assets, at <asset .Canonical> | did you mean "site.css"? known: site.css`},
		{"page by an id that is computed", func(p *Page) { p.ID = "x" }, `page.html:5:30 [layout-run] error calling Link: no page has the id "x", at <.Site.Link>`},
	} {
		p := page("nl")
		tt.set(p)
		if got := diagnose(s.Page(new(bytes.Buffer), p, "")); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
	record := &mail.Record{Products: []mail.Product{{ID: "hosting", Servers: []mail.Server{{Protocol: mail.IMAP, Host: "imap.example.nl", Port: 993, Security: mail.TLS, Username: mail.Address}}}}}
	for _, tt := range []struct{ name, label, want string }{
		{"instelling", "imap.host", ""},
		{"instelling", "imap.hst", `page: unknown setting "imap.hst" | did you mean "imap.host"?`},
		{"instelling", "pop.port", `page: mail product "hosting" has no pop server | add a [[mail.server]] to site.toml, or remove the directive`},
		{"fout", "kort", `directives/fout.html:2:6 [layout-run] error calling index: index out of range: 99, at <index .Label 99>`},
		{"kopie", "kort", `directives/kopie.md:2:4 [layout-run] error calling slice: index out of range: 9, at <slice .Label 9>`},
	} {
		d := NewDirective(Directive{Page: page("nl"), Name: tt.name, Label: tt.label}, &settings.Source{Record: record})
		_, _, err := s.Render(d, "", true)
		if got := diagnose(err); got != tt.want {
			t.Errorf("%s[%s]:\ngot  %s\nwant %s", tt.name, tt.label, got, tt.want)
		}
	}
	if got := diagnose(errors.New("iets anders")); got != "page: iets anders" {
		t.Errorf("another error: got %s", got)
	}
}

// TestBroken: layouts with mistakes are still good for finding more of them;
// nothing panics.
func TestBroken(t *testing.T) {
	for _, src := range []string{
		"", "-- base.html --\n{{ if }}\n", "-- page.html --\n{{ end }}\n", "-- partials/nav.html --\n{{ nope }}\n-- redirect.html --\n{{ nope }}\n",
		"-- directives/x.html --\n{{/* kind = \"leaf\" */}}{{ nope }}\n", "-- directives/x.md --\nx\n", "-- base.html --\n<a href=\"{{ .Title }}\n",
	} {
		files := layouts(src)
		if src == "" {
			files = nil
		}
		out := new(diag.List)
		s := Load(files, nil, out)
		if diag.Errors(out.Sorted()) == 0 {
			t.Errorf("no findings for %q", src)
		}
		var b bytes.Buffer
		for _, kind := range []string{"home", "section", "page", "not-found"} {
			p := page("nl")
			p.Kind = kind
			s.Page(&b, p, "")
		}
		if s.HasNav() {
			s.Nav(&b, &Nav{})
		}
		if s.HasRedirect() {
			s.Redirect(&b, &Redirect{})
		}
		for _, d := range s.Directives() {
			s.Render(NewDirective(Directive{Page: page("nl"), Name: d}, &settings.Source{Record: &mail.Record{}}), "", true)
		}
		for _, f := range s.RootFiles {
			s.RootFile(&b, f, "r", "https://x.nl", "nl")
		}
		s.CheckNames(nil, nil, nil, out)
	}
}

func TestRootFiles(t *testing.T) {
	s := load(t, "-- root/sw.js --\nconst v = \"{{ .Release }}\", b = \"{{ .BaseURL }}\", l = \"{{ .Lang }}\", a = \"{{ asset \"site.css\" }}\"\n-- root/sub/x.txt --\ny\n-- root/favicon.ico --\n{{ raw\n-- assets/site.css --\na{b:c}\n")
	got := map[string]string{}
	for _, f := range s.RootFiles {
		var b bytes.Buffer
		if err := s.RootFile(&b, f, "abc", "https://help.example.nl", "nl"); err != nil {
			t.Fatal(err)
		}
		got[f.Name+" < "+f.Source] = b.String()
	}
	css, _ := s.Assets.URL("site.css")
	want := map[string]string{
		"sw.js < layouts/root/sw.js":             "const v = \"abc\", b = \"https://help.example.nl\", l = \"nl\", a = \"" + css + "\"\n",
		"sub/x.txt < layouts/root/sub/x.txt":     "y\n",
		"favicon.ico < layouts/root/favicon.ico": "{{ raw\n",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestDisplay(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.example.nl/": "www.example.nl", "https://www.example.nl/a/b/": "www.example.nl/a/b", "mailto:hulp@example.nl": "hulp@example.nl", "tel:+31201234567": "+31201234567",
		"https://xn--bcher-kva.example/": "bücher.example", "https://example.nl/caf%C3%A9": "example.nl/café", "http://example.nl": "example.nl", "": "", "https://xn--/": "xn--",
	} {
		if got := Display(in); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestBreaks(t *testing.T) {
	for in, want := range map[string]string{
		"imap.example.nl": "imap.<wbr>example.<wbr>nl", "example.nl/a/b": "example.<wbr>nl/<wbr>a/<wbr>b", "<b>&.": "&lt;b&gt;&amp;.<wbr>", "993": "993", "": "",
	} {
		if got := string(Breaks(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestWhole(t *testing.T) {
	for in, want := range map[string]string{
		"Je e-mail & zo": `Je <span class="nb">e-mail</span> &amp; zo`, "E-mails, x-as": `<span class="nb">E-mails</span>, <span class="nb">x-as</span>`, "back-up": "back-up", "<e-mail>": `&lt;<span class="nb">e-mail</span>&gt;`, "": "",
	} {
		if got := string(Whole(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestStructuredData(t *testing.T) {
	s := load(t, "-- page.html --\n{{ define \"main\" }}<script type=\"application/ld+json\">{{ .StructuredData }}</script>{{ end }}\n")
	p := page("nl")
	p.Title = `</script><script>alert("x")`
	p.Breadcrumbs = []Link{{URL: "/", Title: "Begin"}}
	p.Updated = tomlfile.Date{Year: 2026, Month: 3, Day: 1}
	p.Description = "Over"
	var b bytes.Buffer
	if err := s.Page(&b, p, ""); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	if strings.Contains(got, "<script>alert") {
		t.Errorf("a title breaks out of the script: %s", got)
	}
	for _, want := range []string{`"@type":"BreadcrumbList"`, `"item":"https://help.example.nl/"`, `"position":2`, `"dateModified":"2026-03-01"`, `"description":"Over"`, `"publisher":{"@type":"Organization","name":"Voorbeeld"}`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	p.Breadcrumbs, p.NoIndex = nil, true
	b.Reset()
	if err := s.Page(&b, p, ""); err != nil || strings.Contains(b.String(), "TechArticle") {
		t.Errorf("a page that is kept out of search engines is no article: %v %s", err, b.String())
	}
}

// TestIDs looks at the ids in the shipped layouts: none is one that a heading
// can have, such as "## Main", "## Toc", "## Foot about", "## Q" or "## Find 1".
func TestIDs(t *testing.T) {
	re := regexp.MustCompile(`\b(?:id|for|aria-labelledby|aria-describedby|aria-controls|popovertarget)="([^"]*)"`)
	seen := 0
	err := filepath.WalkDir("../../../../../layouts", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != ".html" {
			return err
		}
		src, err := os.ReadFile(p)
		for _, m := range re.FindAllSubmatch(src, -1) {
			for id := range strings.FieldsSeq(strings.NewReplacer("{{ ", "{{", " }}", "}}").Replace(string(m[1]))) {
				if seen++; !strings.HasPrefix(id, ":") && !strings.HasSuffix(id, "}}") {
					t.Errorf("%s: a heading could have the id %q", p, id)
				}
			}
		}
		return err
	})
	if err != nil || seen < 20 {
		t.Errorf("%d ids, %v", seen, err)
	}
}

// TestFeedback checks what the provider is told of a page, and nothing else.
func TestFeedback(t *testing.T) {
	page := Page{Kind: "page", ID: "e-mail/imap-instellingen", Title: "IMAP & meer", Lang: "nl", Permalink: "https://help.example.nl/e-mail/imap-instellingen/"}
	for _, test := range []struct {
		feedback, contact, kind, id string
		want                        template.URL
	}{
		{want: ""},
		{contact: "https://example.nl/contact", want: ""},
		{contact: "tel:+31201234567", want: ""},
		{contact: "mailto:help@example.nl?subject=Vraag", want: ""},
		{contact: "mailto:help@example.nl", want: "mailto:help@example.nl?subject=IMAP%20%26%20meer%3A%20Nee%2C%20niet&body=https%3A%2F%2Fhelp.example.nl%2Fe-mail%2Fimap-instellingen%2F%0D%0Anl%0D%0Ae-mail%0D%0A%0D%0A"},
		{feedback: "https://example.nl/f?p={page}&l={lang}&s={section}&a={answer}", contact: "mailto:help@example.nl", want: "https://example.nl/f?p=e-mail%2Fimap-instellingen&l=nl&s=e-mail&a=Nee%2C%20niet"},
		{feedback: "mailto:a@example.nl?subject={page}", want: "mailto:a@example.nl?subject=e-mail%2Fimap-instellingen"},
		{feedback: "https://example.nl/f?s={section}", kind: "section", id: "e-mail", want: "https://example.nl/f?s=e-mail"},
		{feedback: "https://example.nl/f?s={section}", kind: "page", id: "over", want: "https://example.nl/f?s="},
	} {
		p := page
		if test.kind != "" {
			p.Kind, p.ID = test.kind, test.id
		}
		p.Site = &Site{Provider: Provider{Feedback: test.feedback, Contact: template.URL(test.contact)}}
		if got := p.Feedback("Nee, niet"); got != test.want {
			t.Errorf("feedback %q, contact %q: got %q, want %q", test.feedback, test.contact, got, test.want)
		}
	}
}

func TestCall(t *testing.T) {
	for phone, want := range map[string]template.URL{"020 123 45 67": "tel:0201234567", "+31 (0)20-123.45.67": "tel:+31201234567", "112": "tel:112"} {
		if got := (Provider{Phone: phone}).Call(); got != want {
			t.Errorf("%s: got %s, want %s", phone, got, want)
		}
	}
}
