package importer_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/authoring/importer"
)

// configs are the least that each program's folder has, and where its pages are.
var configs = map[string][3]string{
	"mkdocs":     {"mkdocs.yml", "site_name: X\nsite_url: https://x.example/\n", "docs/"},
	"hugo":       {"hugo.toml", "title = \"X\"\nbaseURL = \"https://x.example/\"\n", "content/"},
	"docusaurus": {"docusaurus.config.js", "module.exports = {title: 'X', url: 'https://x.example', baseUrl: '/', presets: [['classic', {docs: {routeBasePath: '/'}}]]};\n", "docs/"},
	"starlight":  {"astro.config.mjs", "export default defineConfig({site: 'https://x.example', integrations: [starlight({title: 'X', sidebar: []})]});\n", "src/content/docs/"},
}

// bring imports a source that is written as text by path, and returns what the
// site then holds.
func bring(t *testing.T, dir string, files map[string]string) (got map[string]string, rep *importer.Report) {
	t.Helper()
	src := fstest.MapFS{}
	for name, text := range files {
		src[name] = &fstest.MapFile{Data: []byte(text)}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if rep, err = importer.Import(src, root, ""); err != nil {
		t.Fatal(err)
	}
	got = map[string]string{}
	err = filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			rel, _ := filepath.Rel(dir, p)
			got[filepath.ToSlash(rel)] = string(data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, rep
}

const red = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"2\" height=\"2\"/>"

// TestText converts what pages of each program hold. What is reported has its
// line in the source, where the text begins on line 4.
func TestText(t *testing.T) {
	for _, c := range []struct{ maker, in, want, said string }{
		// Boxes.
		{"mkdocs", "!!! note\n    Een *tekst*.\n\n    Nog een.\n\nVerder.", "> [!NOTE]\n> Een *tekst*.\n>\n> Nog een.\n\nVerder.", ""},
		{"mkdocs", "!!! danger \"Pas `op`\"\n    Weg.", "> [!CAUTION] Pas `op`\n> Weg.", ""},
		{"mkdocs", "??? tip \"Meer\"\n    Lees.", ":::details[Meer]\nLees.\n:::", ""},
		{"mkdocs", "1. Een\n\n    !!! warning\n        Twee\n\n2. Drie", "1. Een\n\n    > [!WARNING]\n    > Twee\n\n2. Drie", ""},
		{"docusaurus", ":::tip[Kijk]\nZo.\n:::", "> [!TIP] Kijk\n> Zo.", ""},
		{"docusaurus", ":::warning Let op\n\nZo.\n\n- a\n\n:::\n", "> [!WARNING] Let op\n> Zo.\n>\n> - a", ""},
		{"docusaurus", "::::note\n:::tip\nBinnen\n:::\n::::", "> [!NOTE]\n> > [!TIP]\n> > Binnen", ""},
		{"starlight", "<Aside type=\"caution\" title=\"Weet\">\n\nTekst.\n\n</Aside>", "> [!CAUTION] Weet\n> Tekst.", ""},
		{"hugo", "{{% alert title=\"Hoi\" color=\"warning\" %}}\nTekst.\n{{% /alert %}}", "> [!WARNING] Hoi\n> Tekst.", ""},
		{"hugo", "{{< callout type=\"info\" >}}Tekst.{{< /callout >}}", "> [!NOTE]\n> Tekst.", ""},
		{"hugo", "> [!faq]- Vraag?\n> Antwoord.", ":::details[Vraag?]\nAntwoord.\n:::", ""},
		{"hugo", "> [!INFO]\n> Tekst.", "> [!NOTE]\n> Tekst.", ""},

		// Choices.
		{"mkdocs", "=== \"Een\"\n\n    A\n\n=== \"Twee\"\n\n    ```sh\n    b\n    ```\n\nNa.", "::::tabs\n:::tab[Een]\nA\n:::\n\n:::tab[Twee]\n```sh\nb\n```\n:::\n::::\n\nNa.", ""},
		{"docusaurus", "import Tabs from '@theme/Tabs';\n\n<Tabs>\n<TabItem value=\"a\" label=\"Een\">\n\nA\n\n</TabItem>\n  <TabItem value=\"b\">B</TabItem>\n</Tabs>", "::::tabs\n:::tab[Een]\nA\n:::\n\n:::tab[b]\nB\n:::\n::::", ""},
		{"hugo", "{{< tabpane text=true >}}\n{{% tab header=\"Een\" %}}\nA\n{{% /tab %}}\n{{% tab header=\"Twee\" %}}\nB\n{{% /tab %}}\n{{< /tabpane >}}", "::::tabs\n:::tab[Een]\nA\n:::\n\n:::tab[Twee]\nB\n:::\n::::", ""},
		{"hugo", "{{< tabpane >}} {{< tab header=\"Bestand:\" disabled=true />}}\n{{< tab header=\"a\" lang=\"toml\" >}}\nx = 1\n{{< /tab >}} {{< tab header=\"b\" lang=\"yaml\" >}}\n\n```yaml\nx: 1\n```\n\n{{< /tab >}} {{< /tabpane >}}", "**Bestand:**\n\n::::tabs\n:::tab[a]\n```toml\nx = 1\n```\n:::\n\n:::tab[b]\n```yaml\nx: 1\n```\n:::\n::::", ""},
		{"hugo", "{{< tabpane text=true >}} {{% tab \"Een\" %}}A{{% /tab %}}{{% tab \"Twee\" %}} B {{% /tab %}} {{< /tabpane >}}", "::::tabs\n:::tab[Een]\nA\n:::\n\n:::tab[Twee]\nB\n:::\n::::", ""},
		{"mkdocs", "=== \"Een\"\n\n    ## Kop", "**Een**\n\n## Kop", "4: tabs with one tab"},
		{"docusaurus", "<details>\n<summary>Meer <b>hier</b></summary>\n\nTekst.\n\n</details>", ":::details[Meer hier]\nTekst.\n:::", ""},

		// Headings and their ids.
		{"mkdocs", "## Één kop\n\n### Ander { #zo .klas }\n", "## Één kop\n\n### Ander {#zo}", "6: the attributes .klas"},
		{"hugo", "## Wat: nu?\n\n## Wat: nu?\n\n## A & B", "## Wat: nu?\n\n## Wat: nu? {#wat-nu-1}\n\n## A & B {#a--b}", ""},
		{"docusaurus", "## Kop {#eigen}\n\nTwee\n----\n", "## Kop {#eigen}\n\n## Twee", ""},
		{"hugo", "<a name=\"oud\"></a>\n## Nieuw", "## Nieuw {#nieuw old=oud}", ""},
		{"hugo", "# Een\n\n## Twee\n\n# Drie", "## Een\n\n### Twee\n\n## Drie", ""},
		{"mkdocs", "##Geen kop\n\n# De titel\n\nTekst", "##Geen kop\n\nTekst", ""},
		{"mkdocs", "# Een\n\nTekst\n\n# Twee\n\n## Drie", "Tekst\n\n## Twee\n\n### Drie", ""},
		{"mkdocs", "# Kop\n\n## Kop", "## Kop {#kop_1}", ""},

		// HTML.
		{"hugo", "Een <b>vet</b>, <i>schuin</i>, <kbd>Ctrl</kbd>, H<sub>2</sub>O en <code>a|b</code>.<br>Nieuw.", "Een **vet**, *schuin*, :kbd[Ctrl], H:sub[2]O en `a|b`.:br Nieuw.", ""},
		{"hugo", "Typ <host> hier.", "Typ \\<host> hier.", "4: an unknown element: <host>"},
		{"hugo", "<table><tr><th>A</th><th>B</th></tr><tr><td>1<br>2</td><td><ul><li>x</li></ul></td></tr></table>", "| A | B |\n|---|---|\n| 1 :br 2 | • x |", ""},
		{"hugo", "<ul>\n  <li>Een</li>\n  <li>Twee <a href=\"https://y.example\">y</a></li>\n</ul>", "- Een\n- Twee [y](https://y.example)", ""},
		{"hugo", "Voor.\n\n<!-- geheim\n- - -->\n\nNa. <!-- x -->", "Voor.\n\nNa.", "6: a comment\n9: a comment"},
		{"hugo", "<div class=\"x\">\n\n**Tekst**\n\n</div>\n<script>alert(1)</script>", "**Tekst**", "9: the element <script>"},
		{"hugo", "<iframe src=\"https://v.example/1\" title=\"Film\"></iframe>", "[Film](https://v.example/1)", "4: the element <iframe>"},

		// Signs of other programs.
		{"mkdocs", "Druk ++ctrl+alt+delete++, H~2~O, ^^nieuw^^ en ==geel== :smile: :material-home:", "Druk :kbd[Ctrl+Alt+Del], H:sub[2]O, *nieuw* en **geel** 😄", "4: an icon: :material-home:\n4: marked text: geel"},
		{"mkdocs", "[TOC]\n\nTekst{: .klas } [x](https://y.example){target=_blank}", "Tekst{: .klas } [x](https://y.example)", "4: the contents of the page, which each page has by itself\n6: the attributes {target=_blank}"},
		{"hugo", "Zie `{{< x >}}` en ` <b>`.\n\n    <b>code</b>\n\n```html\n<b>{{< x >}}</b>\n```", "Zie `{{< x >}}` en ` <b>`.\n\n    <b>code</b>\n\n```html\n<b>{{< x >}}</b>\n```", ""},
		{"starlight", "import X from './x.astro';\n\n<X name=\"a\" />\n\n{/* stil */}\n\nEen {'woord'}.", "a\n\nEen woord.", "6: the component <X> has no form here\n8: a comment"},
		{"starlight", "<LinkCard title=\"Meer\" href=\"https://y.example\" description=\"Dit\" />", "- [Meer](https://y.example): Dit", ""},
		{"hugo", "{{< onbekend \"a\" >}}\n\n{{< vak title=\"T\" >}}\nTekst\n{{< /vak >}}", "**T**\n\nTekst", "4: the shortcode onbekend\n6: the shortcode vak has no form here"},
		{"hugo", "{{< figure src=\"/a.svg\" alt=\"A\" caption=\"Bij *a*\" >}}", "![A](/a.svg)\n\n*Bij *a**", ""},

		// Links and pictures.
		{"mkdocs", "![A](a.svg){ width=\"300\" } ![A](a.svg){width=50%} ![A](a.svg){: .x width=20px align=left } <img src=\"a.svg\" alt=\"A\" width=\"64\">", "![A](/a.svg){width=300} ![A](/a.svg) ![A](/a.svg){width=20} ![A](/a.svg){width=64}", "4: the attributes {: .x width=20px align=left }\n4: the attributes {width=50%}"},
		{"mkdocs", "[B](b.md#kop) [C](../b/) [D](/b/) [E](weg.md) ![](a.svg) ![r](https://y.example/r.png)", "[B](b.md#kop) [C](b.md) [D](b.md) E ![](/a.svg) [r](https://y.example/r.png)", "4: a link that leads nowhere: weg.md\n4: a picture on another site: https://y.example/r.png\n4: a picture without text for readers who cannot see it: docs/a.svg"},
		{"mkdocs", "![Klik](klik.svg)", "Klik", "4: the file docs/klik.svg is not published: it can run programs"},
		{"hugo", "[B]({{< relref \"b.md#kop\" >}}) [C]({{% ref \"/b\" %}}) [F](/b/#weg)", "[B](b.md#kop) [C](b.md) [F](b.md)", "4: a link to a heading that is not there: #weg"},
		{"docusaurus", "[B](./b.mdx) [C](/b#kop) [x][r] ![a](/a.svg)\n\n[r]: https://y.example \"T\"", "[B](b.md) [C](b.md#kop) [x](https://y.example \"T\") ![a](/a.svg)", ""},
		{"starlight", "[js](javascript:alert(1)) [f](ftp://x.example/)", "js f", "4: a link that pages cannot have: ftp://x.example/\n4: a link that pages cannot have: javascript:alert(1)"},

		// What an error would be is shown as it was typed.
		{"hugo", "Een :foo[bar] en ::: los.", "Een \\:foo[bar] en ::: los.", ""},
		{"hugo", "| a | b |\n|---|---|\n| 1 | 2 | 3 |", "| a | b |\n|---|---|\n| 1 | 2 3 |", "6: cells beyond the last column of the table"},
		{"docusaurus", "```yaml title=\"a_b.yml\" {1,3}\nx: 1\n```", "```yaml title=\"a_b.yml\"\nx: 1\n```", "4: the settings of a block of code: {1,3}"},
		{"docusaurus", "```yaml {1,2-3} title='a \"b\"' showLineNumbers\nx: 1\ny: 1\nz: 1\n```", "```yaml title=\"a \\\"b\\\"\" {1,2-3}\nx: 1\ny: 1\nz: 1\n```", "4: the settings of a block of code: showLineNumbers"},
		{"docusaurus", "```js{2}\na\nb\n```", "```js {2}\na\nb\n```", ""},
		{"mkdocs", "``` yaml hl_lines=\"1 3-4\"\na: 1\nb: 1\nc: 1\nd: 1\n```", "```yaml {1,3-4}\na: 1\nb: 1\nc: 1\nd: 1\n```", ""},
		{"hugo", "```toml {hl_lines=[1,\"2-3\"]}\na = 1\nb = 1\nc = 1\n```", "```toml {1,2-3}\na = 1\nb = 1\nc = 1\n```", ""},
		{"mkdocs", "``` { .sh .no-copy title=\"Shell\" }\nls\n```", "```sh title=\"Shell\"\nls\n```", "4: the settings of a block of code: .sh .no-copy }"},
		{"hugo", "```sh\nopen", "```sh\nopen\n```", "4: code that is never closed"},

		// References on more lines than one.
		{"hugo", "[x][r] en [s].\n\n[r]:\n  /b/#kop\n[s]:\n   <b.md>\n   'T'\n\nNa.", "[x](b.md#kop) en [s](b.md \"T\").\n\nNa.", ""},
		{"mkdocs", "[x][r]\n\n[r]: b.md\n  \"Titel\"\n\nNa.", "[x](b.md \"Titel\")\n\nNa.", ""},
		{"docusaurus", "[r]:\n\nGeen [r] hier.\n\n[s]: b.mdx\n\"Geen titel\" staat hier. [s]", "[r]:\n\nGeen [r] hier.\n\n\"Geen titel\" staat hier. [s](b.md)", ""},
		{"hugo", "```\n[r]:\n  b.md\n```", "```\n[r]:\n  b.md\n```", ""},

		// What stands in code, where a line with more than the mark closes nothing.
		{"mkdocs", "```md\n```sh\n# Geen titel\n```\n\n# De titel", "```md\n```sh\n# Geen titel\n```", ""},
		{"mkdocs", "```a``` b\n\n# De titel", "```a``` b", ""},
		{"docusaurus", ":::note\n```md\n```js\n:::\n```\n:::", "> [!NOTE]\n> ```md\n> ```js\n> :::\n> ```", ""},
		{"hugo", "```md\n```js\n[r]: https://x.example\n```\n\n[x][r]\n\n[r]: https://y.example", "```md\n```js\n[r]: https://x.example\n```\n\n[x](https://y.example)", ""},
	} {
		conf := configs[c.maker]
		ext := ".md"
		if c.maker == "docusaurus" || c.maker == "starlight" {
			ext = ".mdx"
		}
		static := map[string]string{"hugo": "static/", "docusaurus": "static/", "starlight": "public/", "mkdocs": "docs/"}[c.maker]
		name := "content/en/a.md"
		front := "---\ntitle: A\n---\n"
		files := map[string]string{conf[0]: conf[1], conf[2] + "a" + ext: front + c.in, conf[2] + "b" + ext: "---\ntitle: B\n---\n## Kop\n", static + "a.svg": red, static + "klik.svg": "<svg><g onclick=\"x()\"/></svg>"}
		got, rep := bring(t, t.TempDir(), files)
		_, body, _ := strings.Cut(strings.TrimPrefix(got[name], "+++\n"), "\n+++\n")
		if body = strings.TrimSpace(body); body != c.want {
			t.Errorf("%s: %q\ngot\n%s\nwant\n%s", c.maker, c.in, body, c.want)
		}
		var said []string
		for _, d := range rep.Findings {
			if strings.HasPrefix(d.Pos.File, conf[2]+"a.") && d.Pos.Line > 0 {
				said = append(said, fmt.Sprintf("%d: %s", d.Pos.Line, d.Msg))
			}
			if d.Hint == "" {
				t.Errorf("%s: %q does not say what was done", c.in, d.Msg)
			}
		}
		if s := strings.Join(said, "\n"); s != c.said {
			t.Errorf("%s: %q\nsaid\n%s\nwant\n%s", c.maker, c.in, s, c.said)
		}
	}
}

// said returns what an import reports.
func said(rep *importer.Report) string {
	var all []string
	for _, d := range rep.Findings {
		all = append(all, fmt.Sprintf("%s:%d %s", d.Pos.File, d.Pos.Line, d.Msg))
	}
	return strings.Join(all, "\n")
}

// TestBehindEachPage: what MkDocs puts behind each page stands there or has its
// line.
func TestBehindEachPage(t *testing.T) {
	conf := "site_name: X\nsite_url: https://x.example/\nmarkdown_extensions:\n  - pymdownx.snippets:\n      base_path: [delen]\n      auto_append:\n        - achter.md\n        - weg.md\n        - includes/meer.md\n"
	got, rep := bring(t, t.TempDir(), map[string]string{
		"mkdocs.yml": conf, "docs/index.md": "# A\n\n[x][doel] en [y][].\n\n[y]: https://eigen.example", "docs/a.md": "# A\n\n*[POP]: Post  Office Protocol", "docs/b.md": "# B\n\n[doel]\n\n```\n[code]: x\n```\n*[POP]: iets anders\n*[twee woorden]: x\n",
		"delen/achter.md":  "[doel]: https://doel.example \"T\"\n  [y]: https://ander.example\n*[IMAP]: Internet Message Access Protocol\n```\n*[A]: b\n```\n",
		"includes/meer.md": "\n!!! tip\n    Vragen? [Bel][tel].\n\n[tel]: tel:+31\n",
	})
	for name, want := range map[string]string{
		"index.md": "[x](https://doel.example \"T\") en [y](https://eigen.example).\n\n```\n*[A]: b\n```\n\n> [!TIP]\n> Vragen? [Bel](tel:+31).\n",
		"b.md":     "[doel](https://doel.example \"T\")\n\n```\n[code]: x\n```\n",
	} {
		if !strings.Contains(got["content/en/"+name], want) {
			t.Errorf("%s: got %s\nwithout %s", name, got["content/en/"+name], want)
		}
	}
	if want := "[abbreviations.en]\n\"IMAP\" = \"Internet Message Access Protocol\"\n\"POP\" = \"Post Office Protocol\"\n"; !strings.Contains(got["site.toml"], want) {
		t.Errorf("got %s\nwithout %s", got["site.toml"], want)
	}
	for _, want := range []string{"docs/b.md:8 the explanation of the abbreviation POP", "docs/b.md:9 the explanation of the abbreviation twee woorden", "mkdocs.yml:8 a part of another file that is not there: weg.md"} {
		if strings.Count(said(rep), want) != 1 {
			t.Errorf("got\n%s\nnot once %s", said(rep), want)
		}
	}
}

// TestMenus: what a source's menus and its configuration say besides pages has a
// line in the report; the names that have a place here are kept.
func TestMenus(t *testing.T) {
	for _, c := range []struct {
		maker string
		conf  string
		files map[string]string
		holds map[string]string
		said  []string // of the configuration and what stands beside it
	}{
		{"mkdocs", "site_name: X\nsite_url: https://x.example/\nnav:\n  - Start: index.md\n  - Onze winkel: https://winkel.example/\n  - Gemengd:\n      - gids/a.md\n      - los/b.md\n  - Gids:\n      - Eerst: gids/c.md\n  - Kwijt: weg.md\nplugins:\n  - search\n  - blog:\n      toc: true\nextra_css:\n  - x.css\n",
			map[string]string{"docs/index.md": "# S", "docs/gids/a.md": "# A", "docs/gids/c.md": "# C", "docs/los/b.md": "# B"},
			map[string]string{"content/en/gids/index.md": `title = "Gids"`, "content/en/gids/c.md": `nav_title = "Eerst"`},
			[]string{"mkdocs.yml:5 a link in the menu that leads to no page: https://winkel.example/", "mkdocs.yml:6 the name of a group in the menu: Gemengd", "mkdocs.yml:11 a link in the menu that leads to no page: weg.md", "mkdocs.yml:14 a setting that has no meaning here: plugins.blog", "mkdocs.yml:16 a setting that has no meaning here: extra_css"}},
		{"hugo", "title = \"X\"\nbaseURL = \"https://x.example/\"\ntheme = \"docsy\"\n[[menu.main]]\nname = \"Winkel\"\nurl = \"https://winkel.example/\"\n[[menu.main]]\nname = \"Kort\"\npageRef = \"/gids\"\n",
			map[string]string{"content/_index.md": "---\ntitle: S\n---\n", "content/gids/_index.md": "---\ntitle: Een lange gids\n---\n"},
			map[string]string{"content/en/gids.md": `nav_title = "Kort"`},
			[]string{"hugo.toml:3 a setting that has no meaning here: theme", "hugo.toml:6 a link in the menu that leads to no page: https://winkel.example/"}},
		{"docusaurus", "module.exports = {title: 'X', url: 'https://x.example', baseUrl: '/',\n  favicon: 'img/f.ico',\n  presets: [['classic', {docs: {sidebarPath: './sidebars.js', routeBasePath: '/'}}]],\n  themeConfig: {\n    navbar: {items: [{to: '/a', label: 'A'},\n      {href: 'https://winkel.example', label: 'Winkel'}]},\n    prism: {theme: 1},\n  },\n};\n",
			map[string]string{"docs/a.md": "# A", "docs/b.md": "# B", "sidebars.js": "module.exports = {m: [\n  'a',\n  {type: 'link', label: 'L', href: 'https://elders.example'},\n  {type: 'category', label: 'Groep', items: ['b']},\n]};\n"}, nil,
			[]string{"docusaurus.config.js:2 a setting that has no meaning here: favicon", "docusaurus.config.js:6 a link in the menu that leads to no page: https://winkel.example", "docusaurus.config.js:7 a setting that has no meaning here: themeConfig.prism", "sidebars.js:3 a link in the menu that leads to no page: https://elders.example", "sidebars.js:4 the name of a group in the menu: Groep"}},
		{"starlight", "export default defineConfig({site: 'https://x.example', integrations: [starlight({title: 'X',\n  social: [],\n  sidebar: [\n    {label: 'Gids', items: ['gids/a', 'gids/b']},\n    {label: 'Gemengd', items: ['gids/a', 'los/c']},\n    {label: 'Winkel', link: 'https://winkel.example'},\n  ]})]});\n",
			map[string]string{"src/content/docs/index.md": "---\ntitle: S\n---\n", "src/content/docs/gids/a.md": "---\ntitle: A\n---\n", "src/content/docs/gids/b.md": "---\ntitle: B\n---\n", "src/content/docs/los/c.md": "---\ntitle: C\n---\n"},
			map[string]string{"content/en/gids/index.md": `title = "Gids"`},
			[]string{"astro.config.mjs:2 a setting that has no meaning here: starlight.social", "astro.config.mjs:5 the name of a group in the menu: Gemengd", "astro.config.mjs:6 a link in the menu that leads to no page: https://winkel.example"}},
	} {
		conf := configs[c.maker]
		c.files[conf[0]] = c.conf
		got, rep := bring(t, t.TempDir(), c.files)
		for name, want := range c.holds {
			if !strings.Contains(got[name], want) {
				t.Errorf("%s: %s holds %s, want %s", c.maker, name, got[name], want)
			}
		}
		if lines := strings.Split(said(rep), "\n"); !slices.Equal(lines, c.said) {
			t.Errorf("%s: said\n%s\nwant\n%s", c.maker, strings.Join(lines, "\n"), strings.Join(c.said, "\n"))
		}
	}
}

// TestUnseen: what no page may hold is left out, with its line, and files of old
// systems are read as what they are.
func TestUnseen(t *testing.T) {
	for _, c := range []struct{ in, want, said string }{
		{"# A\n\n```\n\x1b[34mblauw\x1b[0m\n```\n", "blauw", "docs/a.md:4 characters that nobody sees"},
		{"# A\n\nEen\x0bvan \u202etwee\n\n\x07drie\n", "Eenvan twee\n\ndrie", "docs/a.md:3 characters that nobody sees\ndocs/a.md:5 characters that nobody sees"},
		{"# A\rRegel één\rRegel twee\r", "Regel één\nRegel twee", ""},
		{"# A\n\nEnqu\xeate \x80 5\n", "Enquête € 5", "docs/a.md:1 the file is not UTF-8"},
		{"\xff\xfe#\x00 \x00A\x00\n\x00\n\x00\xe9\x00n\x00", "én", "docs/a.md:1 the file is not UTF-8"},
	} {
		got, rep := bring(t, t.TempDir(), map[string]string{"mkdocs.yml": configs["mkdocs"][1], "docs/index.md": "# S", "docs/a.md": c.in})
		if !strings.Contains(got["content/en/a.md"], c.want) || said(rep) != c.said {
			t.Errorf("%q: %q, said %q; want %q and %q", c.in, got["content/en/a.md"], said(rep), c.want, c.said)
		}
	}
}

// TestSettings: what a configuration says in parts that are only partly known,
// themes, values, presets, has its line too; what pages fill in has none.
func TestSettings(t *testing.T) {
	for _, c := range []struct {
		maker, conf string
		files       map[string]string
		said        []string
	}{
		{"mkdocs", "site_name: X\nsite_url: https://x.example/\ntheme:\n  name: material\n  language: en\n  logo: l.png\nextra:\n  versie: '3'\n  social: []\nmarkdown_extensions:\n  - admonition\n  - pymdownx.arithmatex:\n      generic: true\n  - toc:\n      permalink: true\n",
			map[string]string{"docs/index.md": "# S\n\nVersie {{ config.extra.versie }}"},
			[]string{"mkdocs.yml:6 a setting that has no meaning here: theme.logo", "mkdocs.yml:9 a setting that has no meaning here: extra.social", "mkdocs.yml:12 a setting that has no meaning here: markdown_extensions.pymdownx.arithmatex"}},
		{"hugo", "title = \"X\"\nbaseURL = \"https://x.example/\"\n[params]\nversie = \"3\"\nkleur = \"rood\"\n[markup.goldmark.renderer]\nunsafe = true\n[languages.en]\nlanguageName = \"English\"\nlanguageDirection = \"ltr\"\n[[languages.en.menu.main]]\nname = \"Winkel\"\nurl = \"https://winkel.example/\"\n",
			map[string]string{"content/_index.md": "---\ntitle: S\n---\nVersie {{< param versie >}}"},
			[]string{"hugo.toml:5 a setting that has no meaning here: params.kleur", "hugo.toml:6 a setting that has no meaning here: markup.goldmark", "hugo.toml:10 a setting that has no meaning here: languages.en.languagedirection", "hugo.toml:13 a link in the menu that leads to no page: https://winkel.example/"}},
		{"docusaurus", "module.exports = {title: 'X', url: 'https://x.example', baseUrl: '/',\n  presets: [['classic', {\n    docs: {routeBasePath: '/',\n      editUrl: 'https://x.example'},\n    blog: {showReadingTime: true},\n  }]],\n  plugins: ['docusaurus-plugin-sass',\n    ['@docusaurus/plugin-pwa', {debug: true}]],\n};\n",
			map[string]string{"docs/a.md": "# A"},
			[]string{"docusaurus.config.js:4 a setting that has no meaning here: classic.docs.editUrl", "docusaurus.config.js:5 a setting that has no meaning here: classic.blog", "docusaurus.config.js:7 a setting that has no meaning here: plugins.docusaurus-plugin-sass", "docusaurus.config.js:8 a setting that has no meaning here: plugins.@docusaurus/plugin-pwa"}},
	} {
		c.files[configs[c.maker][0]] = c.conf
		_, rep := bring(t, t.TempDir(), c.files)
		if lines := strings.Split(said(rep), "\n"); !slices.Equal(lines, c.said) {
			t.Errorf("%s: said\n%s\nwant\n%s", c.maker, strings.Join(lines, "\n"), strings.Join(c.said, "\n"))
		}
	}
}

// A counted is a source that counts how often each of its files is opened.
type counted struct {
	fs.FS
	mu     sync.Mutex
	opened map[string]int
}

func (c *counted) Open(name string) (fs.File, error) {
	c.mu.Lock()
	c.opened[name]++
	c.mu.Unlock()
	return c.FS.Open(name)
}

// TestSettingsReadOnce: however many settings have a line in the report, the file
// that they stand in is read no more often than for one.
func TestSettingsReadOnce(t *testing.T) {
	for _, c := range []struct{ maker, page, head, setting string }{
		{"mkdocs", "docs/index.md", configs["mkdocs"][1] + "extra:\n", "  key%d: x\n"},
		{"hugo", "content/_index.md", configs["hugo"][1] + "[params]\n", "key%d = \"x\"\n"},
		{"docusaurus", "docs/a.md", "module.exports = {title: 'X', url: 'https://x.example', baseUrl: '/', presets: [['classic', {docs: {routeBasePath: '/',\n", "key%d: 'x',\n"},
		{"mkdocs", "docs/index.md", configs["mkdocs"][1] + "nav:\n  - index.md\n", "  - Naam %d: https://%[1]d.example/\n"},
	} {
		var opened []int
		for _, n := range []int{1, 40} {
			conf := c.head
			for i := range n {
				conf += fmt.Sprintf(c.setting, i)
			}
			if c.maker == "docusaurus" {
				conf += "}}]]};\n"
			}
			name := configs[c.maker][0]
			src := &counted{FS: fstest.MapFS{name: {Data: []byte(conf)}, c.page: {Data: []byte("# S\n")}}, opened: map[string]int{}}
			root, err := os.OpenRoot(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			rep, err := importer.Import(src, root, c.maker)
			root.Close()
			if err != nil {
				t.Fatal(err)
			}
			if said := said(rep); strings.Count(said, name+":") < n {
				t.Errorf("%s: %d settings, said\n%s", c.maker, n, said)
			}
			opened = append(opened, src.opened[name])
		}
		if opened[0] != opened[1] {
			t.Errorf("%s: the configuration was read %d times for one setting, %d for 40", c.maker, opened[0], opened[1])
		}
	}
}

// TestModules: an import that a page does not use, or that is no component, has
// its line; a sentence that begins so is one.
func TestModules(t *testing.T) {
	for _, c := range []struct{ maker, in, want, said string }{
		{"docusaurus", "import Los from './Los';\n\nTekst.", "Tekst.", "a.mdx:4 an import that the page does not use: Los"},
		{"docusaurus", "import './kleur.css';\n\nTekst.", "Tekst.", "a.mdx:4 a program in the page: import './kleur.css';"},
		{"docusaurus", "import {\n  Een,\n  Twee as Ander,\n} from '@site/src/x';\n\n<Een/>\n\nTekst.", "Tekst.", "a.mdx:4 an import that the page does not use: Ander\na.mdx:9 the component <Een>"},
		{"docusaurus", "import Fel, {B} from 'x'\nimport * as C from \"y\"\n\nTekst <Fel>hier</Fel> en {C.naam}.", "Tekst hier en {C.naam}.", "a.mdx:4 an import that the page does not use: B\na.mdx:7 a value that the program would fill in: {C.naam}\na.mdx:7 the component <Fel> has no form here"},
		{"docusaurus", "import Tabs from '@theme/Tabs'; // tabs\nimport TabItem from '@theme/TabItem';\n\n<Tabs>\n<TabItem value=\"a\">\n\nA\n\n</TabItem>\n<TabItem value=\"b\">\n\nB\n\n</TabItem>\n</Tabs>", "::::tabs\n:::tab[a]\nA\n:::\n\n:::tab[b]\nB\n:::\n::::", ""},
		{"docusaurus", "import Deel from './_deel.md';\n\n<Deel />", "Een **deel**.", "a.mdx:6 a part of another file: docs/_deel.md"},
		{"docusaurus", "import rood from '@site/static/a.svg';\n\n<img src={rood} alt=\"r\" />", "![r](/a.svg)", ""},
		{"docusaurus", "import de map die je hebt.", "import de map die je hebt.", ""},
		{"docusaurus", "export const x = {\n  a: 1,\n\n};\n\nTekst.", "Tekst.", "a.mdx:4 a program in the page: export const x = {"},
		{"starlight", "import de map van 'thuis'\n\nexport default is iets anders.", "import de map van 'thuis'\n\nexport default is iets anders.", ""},
		{"starlight", "import X from 'y'", "import X from 'y'", ""},
	} {
		conf, ext := configs[c.maker], ".md"
		if c.maker == "docusaurus" {
			ext = ".mdx"
		}
		got, rep := bring(t, t.TempDir(), map[string]string{conf[0]: conf[1], conf[2] + "a" + ext: "---\ntitle: A\n---\n" + c.in, "docs/_deel.md": "Een **deel**.", "static/a.svg": red})
		_, body, _ := strings.Cut(strings.TrimPrefix(got["content/en/a.md"], "+++\n"), "\n+++\n")
		if body = strings.TrimSpace(body); body != c.want {
			t.Errorf("%q: got %q, want %q", c.in, body, c.want)
		}
		var lines []string
		for l := range strings.SplitSeq(said(rep), "\n") {
			if rest, ok := strings.CutPrefix(l, conf[2]); ok && !strings.HasPrefix(rest, "_") {
				lines = append(lines, rest)
			}
		}
		slices.Sort(lines)
		if all := strings.Join(lines, "\n"); all != c.said {
			t.Errorf("%q: said %q, want %q", c.in, all, c.said)
		}
	}
}

// TestTyped: a configuration in TypeScript says what it does without the types.
func TestTyped(t *testing.T) {
	for _, typed := range []string{"", ": string[]", ": Array<{ from: string; to: string }>", ": { from: string }[]", ": Options['redirects']"} {
		got, rep := bring(t, t.TempDir(), map[string]string{
			"docusaurus.config.ts": "import r from './r';\nexport default {title: 'X', url: 'https://x.example', baseUrl: '/', plugins: [['@docusaurus/plugin-client-redirects', {redirects: r}]]};\n",
			"r.ts":                 "const r" + typed + " = [{from: '/oud', to: '/docs/a'}];\nexport default r;\n", "docs/a.md": "# A",
		})
		if !strings.Contains(got["site.toml"], "from = \"/oud\"\nto = \"en/docs/a.md\"") {
			t.Errorf("%s: got %s and %s", typed, got["site.toml"], said(rep))
		}
	}
}

// TestFilesKeepTheirAddresses: a picture or another file that pages name stands
// where it stood, or its old address leads to it, or a line says why not.
func TestFilesKeepTheirAddresses(t *testing.T) {
	for _, c := range []struct {
		maker string
		files map[string]string
		holds []string // files of the site
		moved []string // old and new addresses
		said  []string
	}{
		{"mkdocs", map[string]string{"docs/index.md": "# A\n\n![a](img/Rood.svg) ![b](Mijn%20Map/Een%20B.SVG) [c](docs.pdf) ![d](assets/d.svg)", "docs/img/Rood.svg": red, "docs/Mijn Map/Een B.SVG": red, "docs/docs.pdf": "%PDF", "docs/assets/d.svg": red, "docs/los/x.pdf": "%PDF", "docs/los/y.pdf": "%PDF", "docs/z.pdf": "%PDF"},
			[]string{"content/en/img/Rood.svg", "content/en/mijn-map/een-b.SVG", "content/en/docs.pdf", "content/en/assets-1/d.svg"},
			[]string{"/Mijn%20Map/Een%20B.SVG /mijn-map/een-b.SVG", "/assets/d.svg /assets-1/d.svg"},
			[]string{"docs/los/x.pdf:0 2 files in the folder docs/los that no page names", "docs/z.pdf:0 a file that no page names"}},
		{"docusaurus", map[string]string{"docs/a.md": "# A\n\n![a](/IMG/rood.svg) ![b](./naast.svg)", "static/IMG/rood.svg": red, "docs/naast.svg": red, "blog/x.md": "# X", "blog/y.md": "# Y", "static/robots.txt": "x"},
			[]string{"content/en/img/rood.svg", "content/en/docs/naast.svg"},
			[]string{"/IMG/rood.svg /img/rood.svg"},
			[]string{"blog/x.md:0 2 pages in the folder blog that are no part of the documentation", "static/robots.txt:0 a file that no page names"}},
		{"starlight", map[string]string{"src/content/docs/index.md": "---\ntitle: A\n---\n![a](../../assets/Rood.svg) ![b](/Een%2BTwee.svg)", "src/assets/Rood.svg": red, "public/Een+Twee.svg": red},
			[]string{"content/en/Rood.svg", "content/en/een-twee.svg"}, []string{"/Een+Twee.svg /een-twee.svg"}, nil},
		{"hugo", map[string]string{"content/_index.md": "---\ntitle: A\n---\n", "content/Gids/stap/index.md": "---\ntitle: B\nurl: /elders/\n---\n![a](Rood.svg) ![b](/Plaat/b.svg)", "content/Gids/stap/Rood.svg": red, "static/Plaat/b.svg": red},
			[]string{"content/en/gids/stap/Rood.svg", "content/en/plaat/b.svg"}, []string{"/elders/Rood.svg /gids/stap/Rood.svg", "/Plaat/b.svg /plaat/b.svg"}, nil},
	} {
		conf := configs[c.maker]
		c.files[conf[0]] = conf[1]
		got, rep := bring(t, t.TempDir(), c.files)
		for _, name := range c.holds {
			if got[name] == "" {
				t.Errorf("%s: there is no %s", c.maker, name)
			}
		}
		var moved []string
		for _, m := range regexp.MustCompile(`from = "([^"]*)"\nto = "(/[^"]*)"`).FindAllStringSubmatch(got["site.toml"], -1) {
			moved = append(moved, m[1]+" "+m[2])
		}
		if !slices.Equal(moved, c.moved) {
			t.Errorf("%s: moved %q, want %q", c.maker, moved, c.moved)
		}
		var lines []string
		for _, l := range strings.Split(said(rep), "\n") {
			if strings.Contains(l, ":0 ") && !strings.HasPrefix(l, ".:") {
				lines = append(lines, l)
			}
		}
		if !slices.Equal(lines, c.said) {
			t.Errorf("%s: said %q, want %q", c.maker, lines, c.said)
		}
		// A site that has its own site.toml is told.
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "site.toml"), []byte("title = \"X\"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, rep = bring(t, dir, c.files)
		for _, m := range c.moved {
			from, to, _ := strings.Cut(m, " ")
			if want := "the redirect from " + from + " to " + to; !strings.Contains(said(rep), want) {
				t.Errorf("%s: got %s\nwithout %s", c.maker, said(rep), want)
			}
		}
	}
}

// TestDrafts: what readers could not see they do not see, and no link leads to it.
func TestDrafts(t *testing.T) {
	got, rep := bring(t, t.TempDir(), map[string]string{
		"hugo.toml": "title = \"X\"\nbaseURL = \"https://x.example/\"\n", "content/_index.md": "---\ntitle: A\n---\n[b](b.md), [b]({{< ref \"b\" >}}) en [s](/s/)",
		"content/b.md": "---\ntitle: B\ndraft: true\n---\nX", "content/s/_index.md": "---\ntitle: S\ndraft: true\n---\nX", "content/s/c.md": "---\ntitle: C\n---\n",
	})
	if text := got["content/en/index.md"]; !strings.Contains(text, "\nb, b en [s](/s/index.md)") || !strings.Contains(got["content/en/b.md"], "draft = true") {
		t.Errorf("got %s and %s", text, got["content/en/b.md"])
	}
	for _, want := range []string{"content/_index.md:4 a link to a draft: content/b.md", "content/s/_index.md:1 a draft that is the page of a section"} {
		if !strings.Contains(said(rep), want) {
			t.Errorf("got %s\nwithout %s", said(rep), want)
		}
	}
}

// TestOwnAddress: a whole address of the source is that of its page; one of a host
// whose name only begins like the source's is another's.
func TestOwnAddress(t *testing.T) {
	const links = "[een](https://x.example/b/) [twee](https://x.example.nl/b/) [drie](https://x.example)\n"
	for maker, c := range configs {
		got, _ := bring(t, t.TempDir(), map[string]string{c[0]: c[1], c[2] + "index.md": "---\ntitle: A\n---\n" + links, c[2] + "b.md": "---\ntitle: B\n---\nX\n"})
		if text := got["content/en/index.md"]; !strings.Contains(text, "[een](b.md) [twee](https://x.example.nl/b/)") {
			t.Errorf("%s: got %s", maker, text)
		}
	}
}

// TestDays: a day is one however a page writes it.
func TestDays(t *testing.T) {
	for in, want := range map[string]string{"2024-01-02": "2024-01-02", "2024-01-02T10:00:00+01:00": "2024-01-02", "\"2024-01-02\"": "2024-01-02", "2024-01": "", "gisteren": ""} {
		got, _ := bring(t, t.TempDir(), map[string]string{"hugo.toml": configs["hugo"][1], "content/a.md": "---\ntitle: A\nlastmod: " + in + "\n---\nX\n"})
		if has := strings.Contains(got["content/en/a.md"], "updated = "); has != (want != "") || !strings.Contains(got["content/en/a.md"], want) {
			t.Errorf("%s: got %s", in, got["content/en/a.md"])
		}
	}
}

// TestHeadingsWithAccents: a heading whose letters and accents are apart, as they are
// in files of a Mac, keeps the address that it had.
func TestHeadingsWithAccents(t *testing.T) {
	for maker, id := range map[string]string{"hugo": "cafe\u0301-क्ष", "docusaurus": "cafe\u0301-क्ष", "mkdocs": "cafe"} {
		c := configs[maker]
		got, rep := bring(t, t.TempDir(), map[string]string{c[0]: c[1], c[2] + "index.md": "---\ntitle: A\n---\n[x](#" + id + ")\n\n## Cafe\u0301 क्ष\n\nX\n"})
		if want := "[x](#" + id + ")\n\n## Cafe\u0301 क्ष {#" + id + "}\n"; !strings.Contains(got["content/en/index.md"], want) {
			t.Errorf("%s: got %q, %s", maker, got["content/en/index.md"], said(rep))
		}
	}
}

// TestSnippets: parts of other files, whole, by name and by line.
func TestSnippets(t *testing.T) {
	got, _ := bring(t, t.TempDir(), map[string]string{
		"mkdocs.yml": configs["mkdocs"][1], "includes/d.md": "Een\n\n<!-- --8<-- [start:mid] -->\nTwee\n<!-- --8<-- [end:mid] -->\n\nDrie\n", "includes/e.md": "Vier",
		"docs/a.md": "# A\n\n--8<--\nd.md\n; uit.md\ne.md\n--8<--\n\nA\n\n--8<-- \"d.md:mid\"\n\nB\n\n--8<-- \"d.md:7:7\"\n\nC\n",
	})
	if want := "Een\n\nTwee\n\nDrie\n\nVier\n\nA\n\nTwee\n\nB\n\nDrie\n\nC\n"; !strings.HasSuffix(got["content/en/a.md"], want) {
		t.Errorf("got %q", got["content/en/a.md"])
	}
}

// TestNames: pages of one name are told apart, however many there are.
func TestNames(t *testing.T) {
	files := map[string]string{"mkdocs.yml": configs["mkdocs"][1]}
	for _, c := range " -+,;!&=@~$(" {
		files["docs/a"+string(c)+"b.md"] = "# X"
	}
	got, _ := bring(t, t.TempDir(), files)
	for _, name := range []string{"a-b", "a-b-2", "a-b-9", "a-b-10", "a-b-12"} {
		if got["content/en/"+name+".md"] == "" {
			t.Errorf("there is no page %s", name)
		}
	}
}

// TestStrings: the English strings are lent to a language with the plural forms
// that it has.
func TestStrings(t *testing.T) {
	for lang, want := range map[string]string{
		"br": `nav_more = { one = "and {count} more page", two = "and {count} more pages", few = "and {count} more pages", other = "and {count} more pages" }`,
		"he": `nav_more = { one = "and {count} more page", two = "and {count} more pages", other = "and {count} more pages" }`,
		"mt": `nav_more = { one = "and {count} more page", two = "and {count} more pages", few = "and {count} more pages", many = "and {count} more pages", other = "and {count} more pages" }`,
		"ja": `nav_more = { other = "and {count} more pages" }`,
	} {
		got, _ := bring(t, t.TempDir(), map[string]string{"mkdocs.yml": configs["mkdocs"][1] + "theme: {language: " + lang + "}\n", "docs/index.md": "# X"})
		if !strings.Contains(got["i18n/"+lang+".toml"], want) {
			t.Errorf("%s: got\n%s\nwithout\n%s", lang, got["i18n/"+lang+".toml"], want)
		}
	}
}

// TestAgain: a second import changes nothing; what was edited or removed since
// is left alone, and what the source has new is written.
func TestAgain(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{"mkdocs.yml": configs["mkdocs"][1], "docs/index.md": "# X\n\nHallo", "docs/a.md": "# A\n\nEen", "docs/b.md": "# B\n\nTwee", "docs/c.md": "# C\n\nDrie"}
	first, rep := bring(t, dir, files)
	if len(rep.Written) != 5 || len(rep.Kept) != 0 { // and site.toml
		t.Fatalf("wrote %q, kept %q", rep.Written, rep.Kept)
	}
	second, rep := bring(t, dir, files)
	for name, text := range first {
		if second[name] != text {
			t.Errorf("%s changed", name)
		}
	}
	if len(rep.Written) != 0 || len(rep.Kept) != 0 || rep.Same != 5 {
		t.Errorf("wrote %q, kept %q, same %d", rep.Written, rep.Kept, rep.Same)
	}
	edited := first["content/en/a.md"] + "\nVan mij.\n"
	if err := os.WriteFile(filepath.Join(dir, "content/en/a.md"), []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "content/en/b.md")); err != nil {
		t.Fatal(err)
	}
	files["docs/a.md"] += "\n\nNieuw in de bron."
	files["docs/c.md"] += "\n\nNieuw."
	files["docs/d.md"] = "# D\n\nVier"
	third, rep := bring(t, dir, files)
	if third["content/en/a.md"] != edited {
		t.Error("an edited page was changed")
	}
	if _, there := third["content/en/b.md"]; there {
		t.Error("a page that was removed is back")
	}
	if !strings.Contains(third["content/en/c.md"], "Nieuw.") || third["content/en/d.md"] == "" {
		t.Error("what is new in the source is missing")
	}
	if fmt.Sprint(rep.Written) != "[content/en/c.md content/en/d.md]" || fmt.Sprint(rep.Kept) != "[content/en/a.md content/en/b.md]" {
		t.Errorf("wrote %q, kept %q", rep.Written, rep.Kept)
	}
	// A site that was there keeps its own files.
	own := t.TempDir()
	if err := os.WriteFile(filepath.Join(own, "site.toml"), []byte("title = \"Mijn\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, _ := bring(t, own, files); got["site.toml"] != "title = \"Mijn\"\n" {
		t.Errorf("site.toml holds %q", got["site.toml"])
	}
}
