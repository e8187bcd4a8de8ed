package config

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

func lines(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s [%s] %s", strings.TrimPrefix(d.Pos.String(), "site.toml:"), d.Code, d.Msg)
		if d.Hint != "" {
			fmt.Fprintf(&b, " | %s", d.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// head is what every site.toml needs; what is added to it begins on line 6.
const head = `title = "Hulp"
base_url = "https://help.example.nl"
default_language = "nl"
languages.nl.name = "Nederlands"

`

// parse reads a site.toml without mistakes.
func parse(t *testing.T, src string) *Config {
	t.Helper()
	out := new(diag.List)
	c := Parse([]byte(src), out)
	if ds := out.Sorted(); len(ds) > 0 {
		t.Fatalf("got findings:\n%s", lines(ds))
	}
	return c
}

func TestDefaults(t *testing.T) {
	c := parse(t, head)
	c.root, c.out = nil, nil
	c.Mail = nil
	want := &Config{
		Title: "Hulp", BaseURL: "https://help.example.nl", Origin: "https://help.example.nl", NavMax: c.NavMax,
		Languages: []Language{{Lang: "nl", Name: "Nederlands", Title: "Hulp", Dir: "ltr"}},
		Outputs:   Outputs{Markdown: true, Sitemap: true, Robots: true, LLMs: true, Search: true, Redirects: true, NotFound: true, Rules: []string{"nginx", "apache", "caddy", "headers"}},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	if c.NavMax < 10 {
		t.Errorf("a navigation of %d pages", c.NavMax)
	}
}

func TestFull(t *testing.T) {
	c := parse(t, `title = "Hulp"
base_url = "https://help.example.nl:8443/"
default_language = "nl"
[languages.nl]
name = "Nederlands"
title = "Helpcentrum"
[provider]
name = "Voorbeeld Hosting"
website = "https://www.example.nl/"
contact = "tel:+31201234567"
status = "https://status.example.nl"
logo = "logo.svg"
[outputs]
markdown = false
sitemap = false
robots = false
llms = false
redirects = false
not_found = false
rules = ["caddy", "nginx", "caddy"] # in any order
compress = ["gzip", "br", "gzip"]
[[redirect]]
from = "/oud/"
to = "e-mail/pop.md"
[[redirect]]
from = "/ouder/"
to = "https://example.nl/"
[security]
contact = "mailto:security@example.nl"
expires = 2027-01-01
policy = "https://example.nl/beleid"
[theme]
accent = "#0B6E5F"
[nav]
max = 12
[search.synonyms]
nl = ["mailbox, postvak , inbox"]
[search.boost]
"e-mail/pop" = 2
[publish]
dit = "leest een ander"
[forms]
dat = "ook"
`)
	if c.BaseURL != "https://help.example.nl:8443" {
		t.Errorf("base_url: got %q", c.BaseURL)
	}
	if want := (Provider{Name: "Voorbeeld Hosting", ShortName: "Voorbeeld Hosting", Website: "https://www.example.nl/", Contact: "tel:+31201234567", Status: "https://status.example.nl", Logo: "logo.svg"}); c.Provider != want {
		t.Errorf("provider: got %+v, want %+v", c.Provider, want)
	}
	if want := (Outputs{Search: true, Rules: []string{"nginx", "caddy"}, Compress: []fileset.Coding{"br", "gzip"}}); !reflect.DeepEqual(c.Outputs, want) {
		t.Errorf("outputs: got %+v, want %+v", c.Outputs, want)
	}
	if want := (Search{Synonyms: map[string][][]string{"nl": {{"mailbox", "postvak", "inbox"}}}, Boost: map[string]int{"e-mail/pop": 2}}); !reflect.DeepEqual(c.Search, want) {
		t.Errorf("search: got %+v, want %+v", c.Search, want)
	}
	pos := func(line, col int) diag.Pos { return diag.Pos{File: File, Line: line, Col: col} }
	if want := []Redirect{{"/oud/", "e-mail/pop.md", pos(23, 8), pos(24, 6)}, {"/ouder/", "https://example.nl/", pos(26, 8), pos(27, 6)}}; !slices.Equal(c.Redirects, want) {
		t.Errorf("redirects: got %+v, want %+v", c.Redirects, want)
	}
	if want := (Security{"mailto:security@example.nl", tomlfile.Date{Year: 2027, Month: 1, Day: 1}, "https://example.nl/beleid"}); c.Security != want {
		t.Errorf("security: got %+v, want %+v", c.Security, want)
	}
	if want := map[string]string{"accent": "#0b6e5f"}; !reflect.DeepEqual(c.Theme, want) {
		t.Errorf("theme: got %v, want %v", c.Theme, want)
	}
	if c.NavMax != 12 || c.Languages[0].Title != "Helpcentrum" {
		t.Errorf("got nav.max %d, title %q", c.NavMax, c.Languages[0].Title)
	}
	if got := c.Section("publish", new(diag.List)).String("dit", ""); got != "leest een ander" {
		t.Errorf("Section: got %q", got)
	}
	if c.Section("nergens", new(diag.List)) != nil {
		t.Error("Section of nothing: want nil")
	}
}

// TestDigest changes settings: the sum changes with those that files depend on.
func TestDigest(t *testing.T) {
	const base = "title = \"Hulp\"\nbase_url = \"https://help.example\"\ndefault_language = \"nl\"\n"
	nl, en, de := "[languages.nl]\nname = \"Nederlands\"\n", "[languages.en]\nname = \"English\"\n", "[languages.de]\nname = \"Deutsch\"\n"
	digest := func(text string) [32]byte {
		t.Helper()
		var out diag.List
		c := Parse([]byte(text), &out)
		if out.Len() > 0 {
			t.Fatalf("%s\n%v", text, out.Sorted())
		}
		return c.Digest()
	}
	want := digest(base + nl + en + de)
	for name, text := range map[string]string{
		"publish":         base + nl + en + de + "[publish.live]\ntype = \"dir\"\npath = \"/srv/help\"\n",
		"order of keys":   "default_language = \"nl\"\nbase_url = \"https://help.example\"\n# words\ntitle = 'Hulp'\n" + nl + en + de,
		"the first first": base + en + nl + de,
	} {
		if digest(text) != want {
			t.Errorf("%s: another sum", name)
		}
	}
	for name, text := range map[string]string{
		"title":              strings.Replace(base, "Hulp", "Help", 1) + nl + en + de,
		"order of languages": base + nl + de + en,
		"a key more":         base + nl + en + de + "[outputs]\nmarkdown = false\n",
	} {
		if digest(text) == want {
			t.Errorf("%s: the same sum", name)
		}
	}
}

func TestLanguages(t *testing.T) {
	show := func(c *Config) string {
		var b strings.Builder
		for _, l := range c.Languages {
			fmt.Fprintf(&b, "%s %s %q %s", l.Lang, l.Dir, l.Prefix, strings.Join(l.Fallback, ","))
			if l.Borrow {
				b.WriteString(" borrows")
			}
			b.WriteString("; ")
		}
		return strings.TrimSuffix(b.String(), "; ")
	}
	for _, tt := range []struct{ name, def, langs, want string }{
		{"default moved to the front", "nl", "[languages.en]\nname=\"English\"\n[languages.de]\nname=\"Deutsch\"\n[languages.nl]\nname=\"Nederlands\"\n",
			`nl ltr "" en,de; en ltr "/en" nl,de; de ltr "/de" nl,en`},
		{"chain of its own", "nl", "[languages.nl]\nname=\"Nederlands\"\n[languages.fy]\nname=\"Frysk\"\nfallback=[\"nl\"]\n[languages.lb]\nname=\"Lëtzebuergesch\"\nfallback=[\"de\",\"fy\"]\n[languages.de]\nname=\"Deutsch\"\n",
			`nl ltr "" fy,lb,de; fy ltr "/fy" nl borrows; lb ltr "/lb" de,fy borrows; de ltr "/de" nl,fy,lb`},
		{"no fallback at all", "nl", "[languages.nl]\nname=\"Nederlands\"\n[languages.en]\nname=\"English\"\nfallback=[]\n",
			`nl ltr "" en; en ltr "/en"  borrows`},
		{"right to left by script", "ar", "[languages]\nar.name=\"1\"\nhe.name=\"2\"\nfa.name=\"3\"\nur.name=\"4\"\nyi.name=\"5\"\nckb.name=\"6\"\naz-Arab.name=\"7\"\naz.name=\"8\"\nku.name=\"9\"\nnqo.name=\"10\"\ndv.name=\"11\"\nsyr.name=\"12\"\nar-Latn.name=\"13\"\nff-Adlm.name=\"14\"\n",
			"ar rtl; he rtl; fa rtl; ur rtl; yi rtl; ckb rtl; az-Arab rtl; az ltr; ku ltr; nqo rtl; dv rtl; syr rtl; ar-Latn ltr; ff-Adlm rtl"},
		{"direction given", "nl", "[languages.nl]\nname=\"Nederlands\"\ndir=\"rtl\"\n[languages.ar]\nname=\"x\"\ndir=\"ltr\"\n", `nl rtl "" ar; ar ltr "/ar" nl`},
		{"region", "pt-BR", "[languages.pt-BR]\nname=\"Português\"\n[languages.zh-Hant-TW]\nname=\"中文\"\n", `pt-BR ltr "" zh-Hant-TW; zh-Hant-TW ltr "/zh-Hant-TW" pt-BR`},
	} {
		c := parse(t, "title = \"x\"\nbase_url = \"https://x.nl\"\ndefault_language = \""+tt.def+"\"\n"+tt.langs)
		got := show(c)
		if !strings.Contains(tt.want, `"`) {
			got = regexp.MustCompile(` "[^;]*`).ReplaceAllString(got, "")
		}
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// TestMistakes makes one mistake of each class. Positions are in site.toml;
// where add is set, it stands behind head, from line 6 on.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ name, src, add, want string }{
		{"empty", "\n", "", `1:1 [config-languages] the site has no languages | add [languages.nl] with name = "Nederlands"
1:1 [toml-missing] base_url is missing | write base_url = "https://help.example.nl"
1:1 [toml-missing] default_language is missing | write default_language = "nl"
1:1 [toml-missing] title is missing | write title = "Helpcentrum"
`},
		{"empty values", "title = \" \"\nbase_url = \"\"\ndefault_language = \"\"\n[languages]\n", "", `1:9 [toml-value] title is empty | write title = "Helpcentrum"
2:12 [toml-value] base_url is empty | write base_url = "https://help.example.nl"
3:20 [toml-value] default_language is empty | write default_language = "nl"
4:2 [config-languages] the site has no languages | add [languages.nl] with name = "Nederlands"
`},
		{"unknown keys", "", "[provder]\nx = 1\n[nav]\ndeth = 3\n[outputs]\nsite_map = true\n[[redirect]]\nform = \"/a/\"\nto = \"/b/\"\n", `6:2 [toml-key] unknown key "provder" | did you mean "provider"?
9:1 [toml-key] unknown key "nav.deth" | known: max
11:1 [toml-key] unknown key "outputs.site_map" | did you mean "sitemap"? known: compress, llms, markdown, not_found, redirects, robots, rules, search, sitemap
13:1 [toml-key] unknown key "redirect.form" | did you mean "from"? known: from, to
`},
		{"wrong types", "", "provider = \"x\"\nredirect = { from = \"/a/\" }\nnav.max = \"20\"\noutputs.sitemap = \"nee\"\nsecurity = [1]\ntheme = true\nmail = 5\n", `6:12 [toml-type] provider takes a table, this is text | write [provider]
7:12 [toml-type] redirect takes a list of tables, this is a table | write [[redirect]]
8:11 [toml-type] nav.max takes a whole number, this is text | write max = 20
9:19 [toml-type] outputs.sitemap takes true or false, this is text | write sitemap = false
10:12 [toml-type] security takes a table, this is a list | write [security]
11:9 [toml-type] theme takes a table, this is true or false | write [theme]
12:8 [toml-type] mail takes a list of tables, this is a whole number | write [[mail]]
`},
		{"base_url without scheme", strings.Replace(head, "https://", "", 1), "", `2:12 [config-url] "help.example.nl" is not the address of a site | write the whole address: base_url = "https://help.example.nl"
`},
		{"base_url of another scheme", strings.Replace(head, "https:", "ftp:", 1), "", `2:12 [config-url] "ftp://help.example.nl" is not the address of a site | write the whole address: base_url = "https://help.example.nl"
`},
		{"base_url without host", strings.Replace(head, "help.example.nl", ":443", 1), "", `2:12 [config-url] "https://:443" is not the address of a site | write the whole address: base_url = "https://help.example.nl"
`},
		{"base_url with a path that is none", strings.Replace(head, "example.nl", "example.nl/help//x/", 1), "", `2:12 [config-url] the path "/help//x" does not work on every web server | use letters, digits, hyphens and underscores: base_url = "https://www.example.nl/help"
`},
		{"base_url with a path that leads up", strings.Replace(head, "example.nl", "example.nl/help/..", 1), "", `2:12 [config-url] the path "/help/.." does not work on every web server | use letters, digits, hyphens and underscores: base_url = "https://www.example.nl/help"
`},
		{"base_url with a path for no server", strings.Replace(head, "example.nl", "example.nl/hulp%20$x", 1), "", `2:12 [config-url] the path "/hulp $x" does not work on every web server | use letters, digits, hyphens and underscores: base_url = "https://www.example.nl/help"
`},
		{"base_url with a query", strings.Replace(head, "example.nl", "example.nl?", 1), "", `2:12 [config-url] base_url is the address of a folder | leave out what follows the ? or the #
`},
		{"base_url with a fragment", strings.Replace(head, "example.nl", "example.nl/#", 1), "", `2:12 [config-url] base_url is the address of a folder | leave out what follows the ? or the #
`},
		{"base_url with a user", strings.Replace(head, "help.", "jan:geheim@help.", 1), "", `2:12 [config-url] base_url cannot have a user name | leave out what stands before the @
`},
		{"links of the provider", "", "[provider]\nwebsite = \"http://a.nl\"\nstatus = \"javascript:alert(1)\"\ncontact = \"helpdesk@a.nl\"\n", `7:11 [config-url] "http://a.nl" is not an address that pages may link to | begin it with https:
8:10 [config-url] "javascript:alert(1)" is not an address that pages may link to | begin it with https:
9:11 [config-url] "helpdesk@a.nl" is not an address that pages may link to | begin it with https: or mailto: or tel:
`},
		{"half links of the provider", "", "[provider]\nwebsite = \"https:www.a.nl\"\nstatus = \"https:///x\"\ncontact = \"tel://020123\"\n", `7:11 [config-url] "https:www.a.nl" has no host name | write the whole address: https://www.example.nl/
8:10 [config-url] "https:///x" has no host name | write the whole address: https://www.example.nl/
9:11 [config-url] "tel://020123" leads nowhere | write what comes behind tel:, without slashes
`},
		{"the help desk", "", "[provider]\nphone = \"bel ons\"\nfeedback = \"https://a.nl/?p={pagina}&l={lang}\"\n", `7:9 [config-url] "bel ons" is not a telephone number | write it as people dial it: phone = "+31 20 123 45 67"
8:12 [config-url] nothing is filled in for {pagina} | known: {answer}, {lang}, {page}, {section}
`},
		{"default language that is not there", strings.Replace(head, `default_language = "nl"`, `default_language = "nll"`, 1), "", `3:20 [config-language] the default language "nll" is not among the languages | did you mean "nl"? known: nl
`},
		{"languages", `title = "x"
base_url = "https://x.nl"
default_language = "nl"
[languages.nl]
name = "Nederlands"
[languages.nl_BE]
name = "Vlaams"
[languages.xq]
name = "?"
[languages.en]
fallback = ["de", 5, "en", "nl"]
dir = "links"
naam = "English"
`, "", `6:2 [config-language] "nl_BE" is not a language | write [languages.nl-BE]
8:2 [config-language] "xq" is not a language | use a code such as nl, en or pt-BR
11:13 [config-language] "de" cannot be a fallback of "en" | known: nl, nl_BE, xq
11:19 [toml-type] languages.en.fallback takes a list of texts, this is a whole number | put it between quotes
11:22 [config-language] "en" cannot be a fallback of "en" | known: nl, nl_BE, xq
12:7 [toml-value] languages.en.dir cannot be "links" | known: ltr, rtl
13:1 [toml-key] unknown key "languages.en.naam" | did you mean "name"? known: dir, fallback, hours, name, stale, stale_budget, stale_page, title
`},
		{"language that is no table", "title = \"x\"\nbase_url = \"https://x.nl\"\ndefault_language = \"nl\"\n[languages]\nnl = { name = \"Nederlands\" }\nen = \"English\"\n", "", `6:6 [toml-type] languages.en takes a table, this is text | write [languages.en]
`},
		{"languages that are no table", "title = \"x\"\nbase_url = \"https://x.nl\"\ndefault_language = \"nl\"\nlanguages = [\"nl\"]\n", "", `4:13 [config-languages] the site has no languages | add [languages.nl] with name = "Nederlands"
4:13 [toml-type] languages takes a table, this is a list | write [languages]
`},
		{"servers", "", "[outputs]\nrules = [\"nginx\", 5, \"ngnix\", \"iis\"]\n", `7:19 [toml-type] outputs.rules takes a list of texts, this is a whole number | put it between quotes
7:22 [config-rules] unknown server "ngnix" | did you mean "nginx"? known: apache, caddy, headers, nginx
7:31 [config-rules] unknown server "iis" | known: apache, caddy, headers, nginx
`},
		{"redirect", "", "[[redirect]]\nfrom = \"/a/\"\n[[redirect]]\nto = \"\"\n", `6:3 [toml-missing] redirect.to is missing | write where it is now: to = "/nieuw/"
8:3 [toml-missing] redirect.from is missing | write the old address: from = "/oud/"
9:6 [toml-value] redirect.to is empty | write where it is now: to = "/nieuw/"
`},
		{"security.txt without a date", "", "[security]\ncontact = \"security@a.nl\"\npolicy = \"http://a.nl\"\n", `6:2 [config-security] security.txt needs a contact and an expiry date | RFC 9116 needs contact = "mailto:…" and expires = 2027-01-01
7:11 [config-url] "security@a.nl" is not an address that pages may link to | begin it with https: or mailto: or tel:
8:10 [config-url] "http://a.nl" is not an address that pages may link to | begin it with https:
`},
		{"security.txt with a text for a date", "", "[security]\nexpires = \"2027-01-01\"\n", `6:2 [config-security] security.txt needs a contact and an expiry date | RFC 9116 needs contact = "mailto:…" and expires = 2027-01-01
7:11 [toml-type] security.expires takes a date, this is text | write expires = 2027-01-01 (without quotes)
`},
		{"colours", "", "[theme]\naccent = \"groen\"\naccent_strong = \"#abc\"\naccent_drak = \"#000000\"\n", `7:10 [config-color] "groen" is not a colour | write a colour as six digits: "#0b6e5f"
8:17 [config-color] "#abc" is not a colour | write a colour as six digits: "#0b6e5f"
9:1 [toml-key] unknown key "theme.accent_drak" | did you mean "accent_dark"? known: accent, accent_dark, accent_strong, accent_strong_dark, focus, focus_dark, on_accent, on_accent_dark, tint, tint_dark, visited, visited_dark
`},
		{"search", "", "[search.synonyms]\nnl = [\"los\"]\nxx = []\n[search.boost]\na = 9\n", `7:7 [config-search] "los" has no word beside it that means the same | write all words of one meaning in one item: "mailbox, postvak, inbox"
8:6 [config-search] the site has no language "xx" | known: nl
10:5 [config-search] a page cannot count 9 times | use a number from 1 to 5
`},
		{"abbreviations", "", "[abbreviations.nl]\nIMAP = 3\nPOP = \" \"\n\"DNS record\" = \"wijst de weg\"\n\".nl\" = \"Nederland\"\nTLS = \"TLS\"\nA = \"a\\u202eb\"\n[abbreviations.xx]\nB = \"b\"\n", `7:8 [toml-type] abbreviations.nl.IMAP takes text, this is a whole number | write IMAP = "3"
8:7 [toml-value] abbreviations.nl.POP is empty | write what it means, or leave the line out
9:1 [config-abbreviation] "DNS record" is not one word that begins with a letter or a digit | write the abbreviation as it stands in the text: IMAP = "…", or "a.u.b." = "…"
10:1 [config-abbreviation] ".nl" is not one word that begins with a letter or a digit | write the abbreviation as it stands in the text: IMAP = "…", or "a.u.b." = "…"
11:7 [config-abbreviation] the explanation of TLS is the abbreviation itself | write what it means, or leave the line out
12:5 [config-abbreviation] it holds U+202E, which readers do not see | write the text again, without it
13:2 [config-abbreviation] the site has no language "xx" | known: nl
`},
		{"abbreviations that are no table", "", "[abbreviations]\nIMAP = \"x\"\n", `7:1 [config-abbreviation] the site has no language "IMAP" | known: nl
`},
		{"navigation", "", "[nav]\nmax = 3\n", `7:7 [config-nav] a navigation of 3 pages helps nobody | use 10 or more
`},
	} {
		src := tt.src
		if src == "" {
			src = head
		}
		out := new(diag.List)
		if c := Parse([]byte(src+tt.add), out); c == nil {
			t.Errorf("%s: got no configuration", tt.name)
		}
		if got := lines(out.Sorted()); got != tt.want {
			t.Errorf("%s:\ngot\n%swant\n%s", tt.name, got, tt.want)
		}
	}
}

// TestShipped reads this repository's own site.toml.
func TestShipped(t *testing.T) {
	src, err := os.ReadFile("../../../../../" + File)
	if err != nil {
		t.Fatal(err)
	}
	c := parse(t, string(src))
	if c.Languages[0].Lang != "nl" || c.Languages[0].Prefix != "" {
		t.Errorf("the default language is %+v", c.Languages[0])
	}
}

// FuzzParse: any bytes give no panic, positions inside the file and the same
// findings twice; without findings the configuration holds what it promises.
func FuzzParse(f *testing.F) {
	if src, err := os.ReadFile("../../../../../" + File); err == nil {
		f.Add(src)
	}
	for _, add := range []string{
		"[theme]\naccent = \"#777777\"\n", "[security]\ncontact = \"mailto:a@b\"\nexpires = 2027-01-01\n", "[outputs]\nrules = [\"nginx\", 5]\n",
		"[[redirect]]\nfrom = \"/a\"\nto = 5\n", "[nav]\nmax = -1\n", "[provider]\ncontact = \"tel:1\"\n", "[[mail]]\nid = \"a\"\n[[mail.server]]\nport = 993\nsecurity = \"starttls\"\n",
	} {
		f.Add([]byte(head + add))
	}
	f.Add([]byte("base_url = \"https://[::1]:x\"\nlanguages = { ar = { fallback = [\"x\"] } }\ndefault_language = \"x\"\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		out := new(diag.List)
		c := Parse(src, out)
		first := out.Sorted()
		again := new(diag.List)
		Parse(src, again)
		if !slices.Equal(first, again.Sorted()) {
			t.Errorf("second time:\n%s\nfirst time:\n%s", lines(again.Sorted()), lines(first))
		}
		ls := strings.Split(string(src), "\n")
		for _, d := range first {
			if p := d.Pos; p.File != File || p.Line < 1 || p.Line > len(ls) || p.Col < 1 || p.Col > len(ls[p.Line-1])+1 {
				t.Errorf("%v is not in the file: %s", p, d.Msg)
			}
		}
		if c == nil {
			if len(first) == 0 {
				t.Error("no configuration, and no word of it")
			}
			return
		}
		for _, l := range c.Languages {
			for _, f := range l.Fallback {
				if !slices.ContainsFunc(c.Languages, func(l Language) bool { return l.Lang == f }) {
					t.Errorf("%s falls back to %q, which is no language of the site", l.Lang, f)
				}
			}
		}
		if diag.Errors(first) == 0 && (len(c.Languages) == 0 || c.Languages[0].Prefix != "" || !strings.HasPrefix(c.BaseURL, "http") || c.Title == "") {
			t.Errorf("no findings, and yet %+v", c)
		}
	})
}

// TestAbbreviations: a regional variant has the abbreviations of its parent, and
// its own before them; another language has none of them.
func TestAbbreviations(t *testing.T) {
	var out diag.List
	c := Parse([]byte("title = \"Hulp\"\nbase_url = \"https://help.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"Nederlands\"\n[languages.en]\nname = \"English\"\n[languages.nl-BE]\nname = \"Vlaams\"\n"+
		"[abbreviations.nl-BE]\nGSM = \"mobiele telefoon\"\n[abbreviations.nl]\nGSM = \"mobiel netwerk\"\nPOP = \"\"\"\nPost\n  Office\"\"\"\n"), &out)
	if out.Len() > 0 {
		t.Fatal(out.Sorted())
	}
	want := map[string]map[string]string{"nl": {"GSM": "mobiel netwerk", "POP": "Post Office"}, "nl-BE": {"GSM": "mobiele telefoon", "POP": "Post Office"}}
	if !reflect.DeepEqual(c.Abbreviations, want) {
		t.Errorf("got %v, want %v", c.Abbreviations, want)
	}
}

// TestNoDefault: reading ends where neither the default language is said nor a
// language has a code.
func TestNoDefault(t *testing.T) {
	out := new(diag.List)
	Parse([]byte("title = \"A\"\nbase_url = \"https://a.example\"\n[languages.n]\nname = \"N\"\n"), out)
	if out.Len() != 2 {
		t.Errorf("got %v, want that the default language is missing, and that n is no language", out.Sorted())
	}
}
