package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestImportSites brings a small site of each program over, builds it without
// an error, and looks for what must be there: files of the output, by what they
// hold, and old addresses, which a file or a rule answers.
func TestImportSites(t *testing.T) {
	for _, c := range []struct {
		name, source string
		holds        map[string][]string // files of the site or of its output
		answers      []string
	}{
		{"mkdocs, languages by suffix", `
-- mkdocs.yml --
site_name: Hulp
site_url: https://hulp.example/docs/
plugins:
  - i18n:
      languages:
        - {locale: en, name: English, default: true}
        - {locale: de, name: Deutsch, nav_translations: {Start: Anfang}}
  - redirects:
      redirect_maps:
        weg.md: Gids/Mail_Setup.md
nav:
  - Start: index.md
  - Guides:
    - Mail: Gids/Mail_Setup.md
    - Extra: Gids/extra.md
markdown_extensions:
  - pymdownx.emoji: {emoji_index: !!python/name:material.extensions.emoji.twemoji }
-- docs/index.en.md --
# Welcome

See [mail](Gids/Mail_Setup.md#the-server).
-- docs/index.de.md --
# Willkommen

Siehe [Mail](Gids/Mail_Setup.md) und ![Bild](assets/Ein Bild.svg).
-- docs/Gids/Mail_Setup.en.md --
# Mail setup

## The server

Text.
-- docs/Gids/Mail_Setup.de.md --
# Mail einrichten

## Der Server

Text.
-- docs/Gids/Een Foto.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>
-- docs/Gids/extra.en.md --
# Extra

![Foto](Een%20Foto.svg)

[Back](../)
-- docs/assets/Ein Bild.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>
`, map[string][]string{
			"site.toml":                            {`base_url = "https://hulp.example/docs"`, `[languages.de]`, `from = "/weg"`, `to = "en/gids/mail_setup.md"`},
			"content/en/gids/index.md":             {`title = "Guides"`},
			"content/en/gids/mail_setup.md":        {`nav_title = "Mail"`, `title = "Mail setup"`, "order = 20"},
			"content/de/index.md":                  {"![Bild](/assets-1/ein-bild.svg)"},
			"public/index.html":                    {"Welcome", `href="/docs/gids/mail_setup/#the-server"`},
			"public/de/gids/mail_setup/index.html": {`id="der-server"`},
			"public/de/gids/extra/index.html":      {"Back"},
			"public/rules/nginx.conf":              {"/Gids/Mail_Setup"},
		}, []string{"/Gids/Een Foto.svg", "/Gids/Mail_Setup/", "/de/Gids/Mail_Setup/", "/weg/"}},
		{"hugo, languages by folder", `
-- hugo.yaml --
title: Hulp
baseURL: https://hulp.example/
defaultContentLanguage: nl
languages:
  nl: {languageName: Nederlands, contentDir: content/nl, weight: 1}
  ar: {languageName: العربية, contentDir: content/ar, weight: 2}
-- content/nl/_index.md --
---
title: Begin
---
Hoi {{< param naam >}}
-- content/nl/docs/_index.md --
+++
title = "Uitleg"
weight = 5
aliases = ["/Oud/Pad/"]
+++
[Stap]({{< ref "stap" >}})
-- content/nl/docs/Eerste Stap/index.md --
---
title: "Stap: één"
linkTitle: Stap
date: 2024-03-05T10:00:00Z
tags: [mail]
---
{{% alert %}}Let op{{% /alert %}}

![Rood](rood.svg)
-- content/nl/docs/Eerste Stap/rood.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>
-- content/nl/docs/stap.md --
---
title: Twee
slug: tweede
draft: false
---
Tekst
-- content/nl/search.md --
---
title: Zoekresultaten
layout: search
---
-- content/ar/search.md --
---
title: Zoek
---
Hier.
-- content/ar/_index.md --
---
title: بداية
---
نص
`, map[string][]string{
			"content/nl/docs/eerste-stap.md":     {`title = "Stap: één"`, `nav_title = "Stap"`, "updated = 2024-03-05", `keywords = ["mail"]`},
			"public/docs/index.html":             {`href="/docs/stap/"`},
			"public/ar/index.html":               {`dir="rtl"`, "بداية"},
			"public/docs/eerste-stap/index.html": {"<img "},
		}, []string{"/Oud/Pad/", "/docs/tweede/", "/docs/eerste-stap/"}},
		{"docusaurus, i18n and sidebars", `
-- docusaurus.config.ts --
import type {Config} from '@docusaurus/types';
const langs = ['en', 'fr'];
const config: Config = {
  title: "Aide", url: 'https://aide.example', baseUrl: '/x/',
  i18n: {defaultLocale: 'en', locales: langs.concat([]), localeConfigs: {fr: {label: 'Français'}}},
  presets: [['classic', {docs: {sidebarPath: './sidebars.ts', routeBasePath: 'hulp'}} satisfies Preset.Options]],
  plugins: [['@docusaurus/plugin-client-redirects', {redirects: [{from: ['/a', '/b'], to: '/hulp/intro'}]}]],
};
export default config;
-- sidebars.ts --
const sidebars: SidebarsConfig = {main: ['02-second/two', {type: 'category', label: 'Cat', link: {type: 'doc', id: 'intro'}, items: ['intro']}]};
export default sidebars;
-- docs/01-intro.mdx --
---
sidebar_label: Intro
---
import Part from './_part.mdx';

# The start

<Part />

[two](02-second/two.mdx)
-- docs/_part.mdx --
A **part**.
-- docs/02-second/_category_.json --
{"label": "Second things", "position": 2, "link": {"type": "generated-index"}}
-- docs/02-second/two.mdx --
---
title: Two
slug: deux
---
[start](../01-intro.mdx#the-start)
-- i18n/fr/docusaurus-plugin-content-docs/current/01-intro.mdx --
# Le début

[deux](02-second/two.mdx)
`, map[string][]string{
			"content/en/hulp/intro.md":        {`title = "The start"`, "A **part**.", `nav_title = "Intro"`},
			"content/en/hulp/second/index.md": {`title = "Second things"`},
			"public/fr/hulp/intro/index.html": {"Le début"},
		}, []string{"/hulp/second/deux/", "/a/", "/b/", "/fr/hulp/intro/", "/hulp/category/second-things/"}},
		{"starlight, root language", `
-- astro.config.mjs --
const site = process.env.X || 'https://star.example/';
export default defineConfig({ site, integrations: [other(), starlight({ title: 'Star',
  locales: { root: { label: 'English', lang: 'en' }, 'pt-br': { label: 'Português', lang: 'pt-BR' } },
  sidebar: [{ label: 'Guides', items: ['guides/one', { slug: 'guides/two', label: 'Number two' }] }] })] });
-- src/content/docs/index.mdx --
---
title: Home
template: splash
hero: {tagline: x}
---
Hi
-- src/content/docs/guides/one.mdx --
---
title: One
sidebar: {label: First, order: 3}
---
import { Steps } from '@astrojs/starlight/components';

<Steps>
1. Do
2. This
</Steps>

[two](/guides/two/#deep)
-- src/content/docs/guides/two.md --
---
title: Two
---
## Deep
-- src/content/docs/pt-br/guides/one.mdx --
---
title: Um
---
[dois](/pt-br/guides/two/)
`, map[string][]string{
			"content/en/guides/one.md":           {"order = 20", `nav_title = "First"`, ":::steps"},
			"content/en/guides/two.md":           {`nav_title = "Number two"`},
			"content/pt-BR/guides/one.md":        {"[dois](two.md)"},
			"i18n/pt-BR.toml":                    nil,
			"public/pt-BR/guides/one/index.html": {"Um"},
			"public/guides/one/index.html":       {`href="/guides/two/#deep"`},
		}, []string{"/pt-br/guides/one/"}},
		{"saved pages", `
-- hc/nl/articles/360-E-mail.html --
<!doctype html><html lang="nl-NL"><head><title>E-mail – Hulp</title><link rel="canonical" href="https://hulp.example/hc/nl/articles/360-E-mail"><meta name="description" content="Over mail"></head>
<body><header>Menu</header><article><h1>E-mail</h1><div class="article-body"><h2 id="h_01">Kop</h2><p>Tekst <a href="361-Spam.html#h_02">spam</a>.</p><ul><li>Een</li><li>Twee</li></ul><p><img src="../img/a.svg" alt="A"></p></div></article><footer>Voet</footer></body></html>
-- hc/nl/articles/361-Spam.html --
<html lang="nl"><body><h1>Spam</h1><div class="article__body"><h2 id="h_02">Kop</h2><table><tr><th>a</th></tr><tr><td>b</td></tr></table></div></body></html>
-- hc/nl/img/a.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>
`, map[string][]string{
			"content/nl/articles/360-e-mail.md": {`title = "E-mail"`, `description = "Over mail"`, "## Kop {#h_01}", "[spam](361-spam.md#h_02)", "- Een\n- Twee"},
			"content/nl/articles/361-spam.md":   {"| a |\n|---|\n| b |"},
		}, []string{"/hc/nl/img/a.svg", "/hc/nl/articles/360-E-mail/", "/hc/nl/articles/361-Spam.html"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src, dir := testenv.RAM(t), testenv.RAM(t)
			for _, f := range txtar.Parse([]byte(strings.TrimLeft(c.source, "\n"))).Files {
				testenv.Write(t, filepath.Join(src, filepath.FromSlash(f.Name)), string(f.Data))
			}
			out, _ := program(t, done, "import", src, dir, "--format", "json")
			var rep struct {
				Maker    string
				Pages    int
				Findings []struct{ Message, Hint string }
			}
			if err := json.Unmarshal([]byte(out), &rep); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			_, stderr := program(t, done, "build", "-C", dir)
			t.Log(stderr)
			files := contents(t, dir)
			for name, want := range c.holds {
				text, there := files[name]
				if !there {
					t.Errorf("there is no %s", name)
				}
				for _, w := range want {
					if there && !strings.Contains(text, w) {
						t.Errorf("%s does not hold %q:\n%s", name, w, text)
					}
				}
			}
			for _, a := range c.answers {
				if !answered(files, a) {
					t.Errorf("nothing answers at %s", a)
				}
			}
			if answered(files, "/niets/") || answered(files, strings.TrimSuffix(c.answers[0], "/")+"x") {
				t.Error("an address that never was answers")
			}
			if _, stderr := program(t, done, "import", src, dir); stderr != "" {
				t.Errorf("the second time: %s", stderr)
			}
			if again := contents(t, dir); !maps.Equal(files, again) {
				t.Error("the second import changed something")
			}
		})
	}
}

// answered reports whether a file of the output answers at an address, or a rule
// that leads to one.
func answered(files map[string]string, address string) bool {
	holds := func(at string) bool {
		p := strings.TrimSuffix("public"+at, "/")
		_, file := files[p]
		_, page := files[p+"/index.html"]
		return file || page
	}
	if holds(address) {
		return true
	}
	base := moveBaseRE.FindStringSubmatch(files["site.toml"])[1]
	for _, m := range moveRE.FindAllStringSubmatch(files["public/rules/nginx.conf"], -1) {
		from, err := url.PathUnescape(strings.TrimPrefix(strings.Trim(m[1], `"`), base))
		to, err2 := url.PathUnescape(strings.TrimPrefix(m[2], base))
		if err == nil && err2 == nil && from == address {
			return holds(to)
		}
	}
	return false
}

var (
	moveRE     = regexp.MustCompile(`(?m)^location = (\S+|"[^"]*") \{ return 301 "([^"$]*)\$is_args`)
	moveBaseRE = regexp.MustCompile(`base_url = "https?://[^/"]*([^"]*)"`)
)

var (
	measureWordRE = regexp.MustCompile(`[\pL\pN]+`)
	measureNoise  = []*regexp.Regexp{
		regexp.MustCompile(`\x1b\[[0-9;]*m`), // colours of terminals
		regexp.MustCompile(`(?s)<!--.*?-->|\{/\*.*?\*/\}|<(?:style|script)\b[^>]*>.*?</(?:style|script)>`), regexp.MustCompile(`(?m)^(?:import|export)\s.*$`), regexp.MustCompile(`(?s)\{\{[<%].*?[>%]\}\}`),
		regexp.MustCompile(`\]\[[^\]\n]*\]`), regexp.MustCompile(`(?m)^\s*\[[^\]]+\]:\s*\S+.*$`), regexp.MustCompile(`\]\((?:<[^>]*>|[^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)`), regexp.MustCompile(`(?s)</?[A-Za-z][\w.-]*(?:\s(?:[^<>"'{}]|"[^"]*"|'[^']*'|\{(?:[^{}]|\{[^{}]*\})*\})*)?/?>`),
		regexp.MustCompile(`\{:?\s*[#.][^{}\n]*\}|\{\s*[\w-]+=[^{}\n]*\}`), regexp.MustCompile("(?m)^\\s*(?:```|~~~).*$"), regexp.MustCompile(`(?m)^\s*(?:!!!|\?\?\?\+?)\s*[\w-]+|^\s*:{3,}[\w-]*|\[![\w]+\][+-]?`),
		regexp.MustCompile(`:[a-z0-9_+-]{2,}:`), regexp.MustCompile(`:(?:kbd|sub|sup|br)\b`), regexp.MustCompile(`https?://\S+|&[a-z]+;`),
	}
)

// visible returns how often each word of a page stands in what readers see, as
// far as that is told without the program that it was written for: text without
// addresses, tags, comments and marks.
func visible(text string) map[string]int {
	text = strings.ReplaceAll(text, `\`, "")
	for _, re := range measureNoise {
		text = re.ReplaceAllString(text, " ")
	}
	words := map[string]int{}
	for _, w := range measureWordRE.FindAllString(strings.ToLower(text), -1) {
		words[w]++
	}
	return words
}

// seenWords returns how often each word stands in what readers see of an HTML
// page but its frame: all of ours, of others that in their main part, where they
// say which that is.
func seenWords(page string, ours bool) map[string]int {
	words := map[string]int{}
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return words
	}
	within := root
	for n := range root.Descendants() {
		main := n.DataAtom == atom.Main || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "role" && a.Val == "main" })
		if main || !ours && n.DataAtom == atom.Article {
			within = n
			break
		}
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.DataAtom {
		case atom.Head, atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Nav, atom.Header, atom.Footer, atom.Form, atom.Select, atom.Button:
			if !ours {
				return
			}
		case atom.Aside:
			if !ours && n.Parent.DataAtom == atom.Body {
				return
			}
		}
		if n.Type == html.TextNode {
			for _, w := range measureWordRE.FindAllString(strings.ToLower(n.Data), -1) {
				words[w]++
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(within)
	return words
}

// builtFrom returns the file of the output that a page became.
func builtFrom(files map[string]string, page string) string {
	lang, rest, _ := strings.Cut(strings.TrimPrefix(page, "content/"), "/")
	rest = strings.TrimSuffix(strings.TrimSuffix("/"+rest, ".md"), "/index")
	if !strings.Contains(files["site.toml"], "default_language = \""+lang+"\"") {
		rest = "/" + lang + rest
	}
	return "public" + rest + "/index.html"
}

// count adds to the words of a source and to those of them that were kept, and
// notes which were lost.
func count(want, have map[string]int, total, kept int, lost map[string]int) (int, int) {
	for w, n := range want {
		total += n
		kept += min(n, have[w])
		if n > have[w] {
			lost[w] += n - have[w]
		}
	}
	return total, kept
}

// TestImportReal measures imports of real sites, which the environment names:
// WEGWIJS_IMPORT=/path/to/one:/path/to/other. It builds each, compares the words
// of each page with those of its source, and looks for its old addresses.
func TestImportReal(t *testing.T) {
	list := filepath.SplitList(os.Getenv("WEGWIJS_IMPORT"))
	if len(list) == 0 {
		t.Skip("WEGWIJS_IMPORT names no sources")
	}
	for _, src := range list {
		dir := testenv.RAM(t)
		out, _ := program(t, done, "import", src, dir, "--format", "json")
		var rep struct {
			Maker     string
			Pages     int
			Origins   map[string]string
			Addresses map[string]string
			Findings  []json.RawMessage
		}
		if err := json.Unmarshal([]byte(out), &rep); err != nil {
			t.Fatal(err)
		}
		program(t, done, "build", "-C", dir)
		files := contents(t, dir)
		total, kept := 0, 0
		lost := map[string]int{}
		for page, from := range rep.Origins {
			data, err := os.ReadFile(filepath.Join(src, filepath.FromSlash(from)))
			if err != nil {
				t.Fatal(err)
			}
			body := string(data)
			if rep.Maker == "html" {
				total, kept = count(seenWords(body, false), seenWords(files[builtFrom(files, page)], true), total, kept, lost)
				continue
			}
			if _, rest, ok := strings.Cut(strings.TrimPrefix(body, "---\n"), "\n---\n"); ok && strings.HasPrefix(body, "---\n") {
				body = rest
			}
			total, kept = count(visible(body), visible(files[page]), total, kept, lost)
		}
		answers := 0
		for _, a := range rep.Addresses {
			if answered(files, a) {
				answers++
			} else {
				t.Logf("%s: nothing answers at %s", rep.Maker, a)
			}
		}
		most := slices.SortedFunc(maps.Keys(lost), func(a, b string) int { return lost[b] - lost[a] })
		t.Logf("%s: %s, %d pages, %d findings, %.2f %% of %d words, %d of %d addresses; lost most: %s", filepath.Base(src), rep.Maker, rep.Pages, len(rep.Findings), 100*float64(kept)/float64(total), total, answers, len(rep.Addresses), fmt.Sprint(most[:min(20, len(most))]))
	}
}
