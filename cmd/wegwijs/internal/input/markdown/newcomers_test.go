package markdown

import (
	"strings"
	"testing"
)

// TestNewcomers: what people write who come from Typora, Obsidian, VS Code or
// another program, or paste from one, comes out right, or the first finding stands at its place
// and says what to write. A want that begins with < is HTML, and has no finding.
func TestNewcomers(t *testing.T) {
	for _, c := range []struct{ from, src, want string }{
		// Typora.
		{"Typora", "Zie\n\n[toc]\n\n## Kop", "3:1 contents by itself"},
		{"Typora", "Een ==belangrijk== woord", "1:5 **text**"},
		{"Typora", "H~2~O", "1:2 :sub[2]"},
		{"Typora", "m^2^", "1:2 :sup[2]"},
		{"Typora", "Klaar :tada: nu", "1:7 the character itself"},
		{"Typora", "<u>onderstreept</u>", "1:1 looks like a link"},
		{"Typora", "<img src=\"a.png\" style=\"zoom:50%;\" />", "1:1 ![what it shows]"},
		{"Typora", "- [ ] taak\n- [x] klaar", "<span class=\"task\">☑</span>"},
		{"Typora", "Een noot[^1].\n\n[^1]: Dit.", "<sup"},
		{"Typora", "$$\nx\n$$", "1:1 formula"},
		{"Typora", "| a | b |\n| - | - |\n| 1 | 2 |", "<table>"},
		{"Typora", "https://x.nl/a_b", "<a href=\"https://x.nl/a_b\""},

		{"Typora", "![scherm](a.png =300x200)", "1:1 {width=300}"},
		{"Typora", "Tekst\n\n\\newpage\n\nTekst", "3:1 divided by itself"},
		{"Typora", "```mermaid\ngraph\n```", "1:4 show a picture"},
		{"Typora", "```sh title=ls {3}\nls\n```", "1:7 title="},

		// Obsidian.
		{"Obsidian", "Zie [[Webmail]].", "1:5 write [text](page.md)"},
		{"Obsidian", "![[scherm.png|300]]", "1:1 write ![what"},
		{"Obsidian", "> [!info] Let op\n> Tekst", "1:3 [!NOTE]"},
		{"Obsidian", "> [!tip]- Meer\n> Tekst", "1:3 :::details"},
		{"Obsidian", "> [!tip] Meer\n> Tekst", "<div class=\"alert alert-tip\""},
		{"Obsidian", "%%later%%", "1:1 comment"},
		{"Obsidian", "```ad-tip\nx\n```", "1:1 > [!TIP]"},
		{"Obsidian", "é “x” 😀 [[Webmail]]", "1:10 write [text](page.md)"},
		{"Obsidian", "- een\n\t- twee", "<ul>"},
		{"Obsidian", "~~weg~~", "<del>weg</del>"},

		{"Obsidian", "Een alinea. ^abc123", "1:13 leads to a heading"},
		{"Obsidian", "> [!NOTE]Tekst", "1:3 a space between ]"},
		{"Obsidian", "[[Webmail|de webmail]]", "1:1 write [text](page.md)"},

		// VS Code and GitHub.
		{"VS Code", "##Kop", "1:1 ## Kop"},
		{"VS Code", "<!-- TODO -->", "1:1 remove the comment"},
		{"VS Code", "<details>\n<summary>Meer</summary>\n\nx\n\n</details>", "1:1 :::details"},
		{"VS Code", "a<br>b", "1:2 a line break"},
		{"VS Code", "Druk op <kbd>Ctrl</kbd>", "1:9 :kbd["},
		{"VS Code", "> **Note**\n> x", "1:3 > [!NOTE]"},
		{"VS Code", "> [!NOTE]\n> x", "<div class=\"alert alert-note\""},
		{"VS Code", "```js\nlet a\n```", "<pre class=\"hl\" tabindex=\"0\"><code"},
		{"VS Code", "tekst[link](a.md)", "<a href=\"/a/\""},
		{"VS Code", "[tekst] (a.md)", "1:1 leave out the space"},
		{"VS Code", "1. een\n2. twee", "<ol>"},

		{"VS Code", "Zie [de pagina](a.md en verder.", "<p>Zie [de pagina](a.md en verder.</p>"},
		{"VS Code", "Zie [de pagina](a.md", "1:5 close the address"},
		{"VS Code", "Zie [x](https://x.nl/a b)", "1:5 between < and >"},
		{"VS Code", "Een **vet ** woord", "1:5 inside the signs"},
		{"VS Code", "Een ** vet** woord", "1:5 inside the signs"},
		{"VS Code", "2 ** 3 en 4 ** 5", "<p>2 ** 3 en 4 ** 5</p>"},
		{"VS Code", "| a | b |\n|---|---|\n| 1<br>2 | x |", "3:4 :br in a cell"},

		// Pasted from Word.
		{"Word", "\uf0b7\tEen\n\uf0b7\tTwee", "1:1 write - before"},
		{"Word", "§\tEen", "1:1 write - before"},
		{"Word", "→ Een\n→ Twee", "1:1 write - and a space"},
		{"Word", "a)\tEen\nb)\tTwee", "1:1 1. and a space"},
		{"Word", "I.\tEen\nII.\tTwee", "1:1 1. and a space"},
		{"Word", "[x](a.md “titel”)", "1:1 straight quotes"},
		{"Word", "ad a) en b)\nbij c) en d)", "<p>ad a) en b)\nbij c) en d)</p>"},
		{"Word", "•\tEen\n•\tTwee", "1:1 write - before"},
		{"Word", "·\u00a0Een", "1:1 write - before"},
		{"Word", "o\u00a0Een", "<p>"},
		{"Word", "–\u00a0Een\n–\u00a0Twee", "1:1 write - and a space"},
		{"Word", "1.\u00a0Een", "1:1 no-break"},
		{"Word", "#\u00a0Kop", "1:1 no-break"},
		{"Word", "“Hallo”, zei hij – en ging…", "<p>“Hallo”, zei hij – en ging…</p>"},
		{"Word", "Zie www.x.nl.", "<a href=\"http://www.x.nl\""},
		{"Word", "Mail info@x.nl", "<a href=\"mailto:info@x.nl\""},

		// Kinds that nobody named when the first ones were written.
		{"Typora", "Kop met tekst\n=== en meer", "2:1 ## before the heading"},
		{"Typora", "Dat is $x^2$ keer.", "1:8 formula"},
		{"Typora", "```math\nx\n```", "1:4 formula"},
		{"Typora", "^boven^ de regel", "1:1 :sup[2]"},
		{"Typora", "## Kop {#id .klas}", "1:8 only an id"},
		{"Typora", "## Kop {: #id }", "1:8 only an id"},
		{"Typora", "![scherm](a.png \"titel\" width=300)", "1:1 behind the title"},
		{"Typora", "Zie {#fig:een}.", "1:5 only a heading"},
		{"Obsidian", "Zie [[Webmail#Inloggen|hier inloggen]].", "1:5 [text](page.md)"},
		{"Obsidian", "Zie ![[Webmail#Kop]].", "1:5 parts of other files"},
		{"Obsidian", "![[scherm.PNG#kader|300x200]]", "1:1 ![what"},
		{"Obsidian", "![[uitleg.pdf#page=3]]", "1:1 link to the file"},
		{"Obsidian", "![scherm|300](a.png)", "1:1 {width=300}"},
		{"Obsidian", "![300x200](a.png)", "1:1 {width=300}"},
		{"Obsidian", "| a | b |\n|---|---|\n| 1 | 2 |\n\n^tabel-1", "5:1 leads to a heading"},
		{"Obsidian", "- [-] half\n- [>] later", "1:3 - [ ]"},
		{"Obsidian", "- []  taak", "1:3 - [ ]"},
		{"Obsidian", "> [! NOTE]\n> Tekst", "1:3 [!NOTE]"},
		{"Obsidian", "#mail #webmail", "1:1 ## Kop"},
		{"Obsidian", "status:: klaar", "1:1 +++"},
		{"Obsidian", "> [!warning]+ Pas op\n> Tekst", "1:3 :::details"},
		{"VS Code", "Doe dit:\n\n\t- Open het scherm\n\t- Kies een map", "3:2 spaces or the tab"},
		{"VS Code", "    Dit is gewone tekst die met een tab begint.", "1:5 spaces or the tab"},
		{"VS Code", "    $ ls -l\n    totaal 0", "<pre"},
		{"VS Code", "tekst\n2. een\n3. twee", "2:1 empty line before"},
		{"VS Code", "| a | b |\n| - |\n| 1 | 2 |", "1:1 as many columns"},
		{"VS Code", "| a | b |\n\n|---|---|\n\n| 1 | 2 |", "1:1 no empty lines"},
		{"VS Code", "+---+---+\n| a | b |\n+---+---+", "1:1 a table"},
		{"VS Code", "a | b\n--|--\n1 | 2", "<table>"},
		{"VS Code", "| a | b |\n|---|---|\n| 1 |", "<td></td>"},
		{"VS Code", "| a |\n|---|\n| <ul><li>een</li></ul> |", "3:3 a cell holds no list"},
		{"VS Code", "<a name=\"oud\"></a>\n\n## Kop", "1:1 {#id}"},
		{"VS Code", "<font color=\"red\">rood</font>", "1:1 leave the tag out"},
		{"VS Code", "<https://x.nl/a b>", "1:1 %20"},
		{"VS Code", "Zie https//x.nl/a of http:/y.nl", "1:5 https://"},
		{"VS Code", "[x](mailto: info@x.nl)", "1:1 leave out the space"},
		{"VS Code", "!> Let op", "1:1 > [!NOTE]"},
		{"VS Code", "1) een\n2) twee", "<ol>"},
		{"Word", "```\u00a0sh\nls\n```", "1:4 a plain space"},
		{"Word", "```sh\nls\n```\u00a0", "3:1 write ``` and nothing else"},
		{"Word", "\u00a0```sh\nls\n```", "1:1 the line begins"},
		{"Word", "´´´\ncode\n´´´", "1:1 three backticks"},
		{"Word", "'''sh\ncode\n'''", "1:1 three backticks"},
		{"Word", "“““\ncode\n“““", "1:1 three backticks"},
		{"Word", "-\u3000punt", "1:1 no-break or other"},
		{"Word", "#\u2003Kop", "1:1 no-break or other"},
		{"Word", "tekst\n\u00a0\u00a0- een\n\u00a0\u00a0- twee", "2:1 the line begins"},
		{"Word", "\u200b## Kop", "1:1 the line begins"},
		{"Word", "(1) een\n(2) twee", "1:1 1. and a space"},
		{"Word", "1.) een\n2.) twee", "1:1 1. and a space"},
		{"Word", "a. een\nb. twee", "1:1 1. and a space"},
		{"Word", "Stap 1: open\nStap 2: kies", "1:1 1. and a space"},
		{"Word", "Doe dit:\n1️⃣ open\n2️⃣ kies", "2:1 1. and a space"},
		{"Word", "✅ open\n✅ kies", "1:1 1. and a space"},
		{"Word", "Naam\tPoort\nIMAP\t993\nPOP\t995", "1:1 a table"},
		{"Word", "———", "1:1 --- on a line"},
		{"Word", "<o:p></o:p>", "1:1 leave the tag out"},
		{"Word", "<span style=\"mso-fareast-language:NL\">tekst</span>", "1:1 leave the tag out"},
		{"Word", "::details{title=“Meer lezen”}", "1:1 straight quotes"},
		{"Google Docs", "**Let op:**tekst", "1:1 a space before the first"},
		{"Google Docs", "De **“naam”**en meer", "1:4 a space before the first"},
		{"Google Docs", "[x](https://www.google.com/url?q=https://voorbeeld.nl/a&sa=D)", "1:1 itself: https://voorbeeld.nl/a"},
		{"Google Docs", "[x](https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fvoorbeeld.nl%2F&data=05)", "1:1 itself: https://voorbeeld.nl/"},
		{"Google Docs", "[x](https://www.google.com/search?q=mail)", "<a href"},
		{"Notion", "<aside>\n💡 Tekst\n</aside>", "1:1 > [!NOTE]"},
		{"iA Writer", "Tekst.\n\n{{bestand.md}}", "3:1 write the value"},
		{"Confluence", "{info}\ntekst\n{info}", "1:1 > [!NOTE]"},
		{"Confluence", "{code:bash}\nls\n{code}", "1:1 three backticks"},
		{"Confluence", "h2. Kop", "1:1 ## Kop"},
		{"Confluence", "||kop||kop||\n|a|b|", "1:1 a table"},
		{"Confluence", "!scherm.png|width=300!", "1:1 ![what"},
	} {
		got := convert("nl", []byte(c.src), nil)
		first := ""
		if ds := got.findings; len(ds) > 0 {
			_, first, _ = strings.Cut(ds[0].Pos.String(), ":")
			first += " " + ds[0].Hint
		}
		if strings.HasPrefix(c.want, "<") {
			if first != "" || !strings.Contains(got.html, c.want) {
				t.Errorf("%s: %q: got %q, finding %q, want %q", c.from, c.src, got.html, first, c.want)
			}
			continue
		}
		pos, hint, _ := strings.Cut(c.want, " ")
		if !strings.HasPrefix(first, pos+" ") || !strings.Contains(first, hint) {
			t.Errorf("%s: %q: got %q, want %q", c.from, c.src, first, c.want)
		}
	}
}
