package markdown

import (
	"strings"
	"testing"
)

// TestNewcomers: what people write who come from Typora, Obsidian or VS Code, or
// paste from Word, comes out right, or the first finding stands at its place
// and says what to write. A want that begins with < is HTML, and has no finding.
func TestNewcomers(t *testing.T) {
	for _, c := range []struct{ from, src, want string }{
		// Typora.
		{"Typora", "Zie\n\n[toc]\n\n## Kop", "3:1 contents by itself"},
		{"Typora", "Een ==belangrijk== woord", "1:5 **text**"},
		{"Typora", "H~2~O", "1:2 :sub[2]"},
		{"Typora", "m^2^", "1:2 :sup[2]"},
		{"Typora", "Klaar :tada: nu", "1:7 the character itself"},
		{"Typora", "<u>onderstreept</u>", "1:1 use Markdown"},
		{"Typora", "<img src=\"a.png\" style=\"zoom:50%;\" />", "1:1 ![what it shows]"},
		{"Typora", "- [ ] taak\n- [x] klaar", "<span class=\"task\">☑</span>"},
		{"Typora", "Een noot[^1].\n\n[^1]: Dit.", "<sup"},
		{"Typora", "$$\nx\n$$", "1:1 formula"},
		{"Typora", "| a | b |\n| - | - |\n| 1 | 2 |", "<table>"},
		{"Typora", "https://x.nl/a_b", "<a href=\"https://x.nl/a_b\""},

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

		// Pasted from Word.
		{"Word", "•\tEen\n•\tTwee", "1:1 write - before"},
		{"Word", "·\u00a0Een", "1:1 write - before"},
		{"Word", "o\u00a0Een", "<p>"},
		{"Word", "–\u00a0Een\n–\u00a0Twee", "1:1 write - and a space"},
		{"Word", "1.\u00a0Een", "1:1 no-break"},
		{"Word", "#\u00a0Kop", "1:1 no-break"},
		{"Word", "“Hallo”, zei hij – en ging…", "<p>“Hallo”, zei hij – en ging…</p>"},
		{"Word", "Zie www.x.nl.", "<a href=\"http://www.x.nl\""},
		{"Word", "Mail info@x.nl", "<a href=\"mailto:info@x.nl\""},
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
