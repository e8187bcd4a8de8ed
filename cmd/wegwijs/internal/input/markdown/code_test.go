package markdown

import (
	"bytes"
	"html"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// converted returns the HTML of a text by itself, with a button at its code.
func converted(src string) (page string, findings []diag.Diagnostic) {
	out := new(diag.List)
	var h bytes.Buffer
	New(Options{Copy: "Kopieer", CopyValue: "Kopieer: {label}", Code: "code"}).Convert(&Input{File: "page.md", Src: []byte(src), Out: out}, &h, nil)
	return h.String(), out.Sorted()
}

// TestCode: colours, a title, marked lines and a button.
func TestCode(t *testing.T) {
	const button = `<button type="button" class="copy js" aria-label="Kopieer: code"><span>Kopieer</span></button>`
	for src, want := range map[string]string{
		"```\na < b\n```":               `<div class="code">` + button + `<pre tabindex="0"><code>a &lt; b` + "\n</code></pre></div>\n",
		"    a < b":                     `<div class="code">` + button + `<pre tabindex="0"><code>a &lt; b` + "\n</code></pre></div>\n",
		"```text\na = 1\n```":           `<div class="code">` + button + `<pre tabindex="0"><code class="language-text">a = 1` + "\n</code></pre></div>\n",
		"```toml\na = \"<b>\" # c\n```": `<div class="code">` + button + `<pre class="hl" tabindex="0"><code class="language-toml">a = <span class="s">&quot;&lt;b&gt;&quot; </span><span class="c"># c` + "\n</span></code></pre></div>\n",
		"```toml title=\"a \\\"b\\\".toml\" {2}\na = 1\nb = 2\nc = 3\n```": `<figure class="code"><figcaption>a &quot;b&quot;.toml</figcaption><button type="button" class="copy js" aria-label="Kopieer: a &quot;b&quot;.toml"><span>Kopieer</span></button>` +
			`<pre class="hl" tabindex="0"><code class="language-toml">a = <span class="m">1` + "\n</span><mark>b = <span class=\"m\">2\n</span></mark>c = <span class=\"m\">3\n</span></code></pre></figure>\n",
		"```{1,2-3}\na\nb\nc\nd\n```": `<div class="code">` + button + `<pre tabindex="0"><code>` + "<mark>a\nb\nc\n</mark>d\n</code></pre></div>\n",
		"```{3}\na\n\nc\n```":         `<div class="code">` + button + `<pre tabindex="0"><code>` + "a\n\n<mark>c\n</mark></code></pre></div>\n",
		"```toml\n```":                `<div class="code">` + button + `<pre class="hl" tabindex="0"><code class="language-toml"></code></pre></div>` + "\n",
		"```TOML\na = 1\n```":         `<div class="code">` + button + `<pre class="hl" tabindex="0"><code class="language-TOML">a = <span class="m">1` + "\n</span></code></pre></div>\n",
	} {
		got, findings := converted(src)
		if got != want || len(findings) > 0 {
			t.Errorf("%q: got\n%s%v\nwant\n%s", src, got, findings, want)
		}
	}
}

// TestCodeSettings: what is wrong behind the sign that opens code is said where
// it stands.
func TestCodeSettings(t *testing.T) {
	for src, want := range map[string]string{
		"```tomll\n```":                                          `1:4 code-language | "tomll" | did you mean "toml"?`,
		"- ```foo bar\n  x\n  ```":                               `1:6 code-language | "foo"; 1:10 code-settings | "bar"`,
		"```mermaid\nx\n```":                                     `1:4 code-language | "mermaid" | pages draw nothing`,
		"é\n\n~~~ toml {4}\na\nb\n~~~":                           `3:11 code-settings | 4: it has 2`,
		"```toml {1,2-9}\na\nb\n```":                             `1:12 code-settings | 2-9: it has 2`,
		"```toml {2-1}\na\nb\n```":                               `1:10 code-settings | 2-1: it has 2`,
		"```toml {0}\na\n```":                                    `1:10 code-settings | 0: it has 1`,
		"```toml {a}\na\n```":                                    `1:9 code-settings | "{a}"`,
		"```toml titel=\"x\"\na\n```":                            `1:9 code-settings`,
		"```toml title=\"\"\na\n```":                             `1:9 code-settings`,
		"```toml title=\"a\" title=\"b\"\na\n```":                `1:19 code-settings`,
		"```toml showLineNumbers\na\n```":                        `1:9 code-settings | "showLineNumbers"`,
		"```js hl_lines=\"2 4-6\"\na\n```":                       `1:7 code-settings`,
		"```js {hl_lines=[2]}\na\n```":                           `1:7 code-settings`,
		"> ```yaml {1,}\n> a: b\n> ```":                          `1:11 code-settings | "{1,}"`,
		"```99999999999999999999 {99999999999999999999}\na\n```": `1:4 code-language; 1:26 code-settings`,
	} {
		page, findings := converted(src)
		var got []string
		for _, d := range findings {
			_, pos, _ := strings.Cut(d.Pos.String(), ":")
			got = append(got, pos+" "+string(d.Code)+" "+d.Msg+" "+d.Hint)
		}
		wants := strings.Split(want, "; ")
		ok := len(got) == len(wants)
		for i, w := range wants {
			for _, part := range strings.Split(w, " | ") {
				ok = ok && strings.Contains(got[i], part)
			}
		}
		if !ok || strings.Contains(page, "<mark") && !strings.Contains(src, "1,2-9") {
			t.Errorf("%q: got %q, want %s", src, got, want)
		}
	}
}

// TestColoursKeepTheCode: whatever the language, the page has the code as it was
// typed, and twice the same.
func TestColoursKeepTheCode(t *testing.T) {
	names := languageNames()
	if testing.Short() {
		names = []string{"toml", "bash", "php", "html", "yaml", "diff", "console", "nginx"}
	}
	for _, name := range names {
		for _, code := range []string{"a", "\n", "a = \"b\n'c\n\n\n", "<?php echo 1; ?>\n<b a='c'>&amp;</b>\n", "é “x” 😀\t\r x\n", "$ ls -l | grep x\ntotaal 0\n# rm\n", "{\"a\": [1, true, null]}\n", "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n"} {
			c := new(Colours)
			lines, _ := c.lines(name, code)
			again, _ := new(Colours).lines(name, code)
			kept, _ := c.lines(name, code)
			got := html.UnescapeString(markupRE().ReplaceAllString(strings.Join(lines, ""), ""))
			if got != code || !slices.Equal(lines, again) || !slices.Equal(lines, kept) {
				t.Errorf("%s: %q became %q", name, code, lines)
			}
			if len(lines) != len(slices.Collect(strings.Lines(code))) {
				t.Errorf("%s: %q became %d lines: %q", name, code, len(lines), lines)
			}
		}
	}
}

// TestCodeCopy: the Markdown copy has the code as it was typed, and what was
// typed behind its sign.
func TestCodeCopy(t *testing.T) {
	src := "```toml title=\"site.toml\" {1}\na = 1\n```"
	got := convert("nl", []byte(src), nil)
	if got.md != src+"\n" {
		t.Errorf("got %q, want %q", got.md, src)
	}
	blocks := got.facts.Blocks()
	if len(blocks) != 1 || blocks[0].Text != "site.toml\na = 1\n" || blocks[0].Pos(0).Col != 16 || blocks[0].Pos(10).Line != 2 {
		t.Errorf("got the blocks %+v", blocks)
	}
}

// TestLongCode: what would take long to colour has no colours.
func TestLongCode(t *testing.T) {
	for code, want := range map[string]bool{
		strings.Repeat("a = 1\n", 300):               true,
		strings.Repeat("a = 1\n", 401):               false,
		strings.Repeat("a = 1234567\n", 600):         false,
		"a = \"" + strings.Repeat("x", 100) + "\"\n": true,
		"a = \"" + strings.Repeat("x", 200) + "\"\n": false,
	} {
		if _, got := new(Colours).lines("toml", code); got != want {
			t.Errorf("%d bytes, %q…: coloured %t", len(code), code[:12], got)
		}
	}
	for _, name := range slow {
		if _, got := new(Colours).lines(name, "a = 1\n"); got {
			t.Errorf("%s has colours", name)
		}
		if _, known := lexer(name); !known {
			t.Errorf("%s is not known", name)
		}
	}
}
