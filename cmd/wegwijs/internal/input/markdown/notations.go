package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"
)

// A notation is a way of writing that other programs read and this one does not:
// it would stand on the page as it was typed.
type notation struct {
	needle string // what the page has where there is any
	line   bool   // it begins a line, and re is matched there; else anywhere in running text
	re     func() *regexp.Regexp
	group  int // of re: what is reported
	hint   string
	only   func(m string) bool // nil, or whether what was found is meant
}

// notations is the table of foreign notations. The first one that matches at a
// place is reported.
var notations = []notation{
	// Lines that would be headings, lists, tables or boxes.
	{needle: "#", line: true, re: lazyregexp.New(`^#{1,6}` + odd + `.*`), hint: "the space between # and the text is a no-break or other space, of Alt or Option and the space bar or of a paste: type a plain one"},
	{needle: "#", line: true, re: lazyregexp.New(`^(?:#{2,6}[^#\s\d]|#\pL).*`), hint: "put a space between # and the text of a heading: ## Kop"},
	{needle: oddNeedle, line: true, re: lazyregexp.New(`^(?:[-*+>]|\d{1,9}[.)])` + odd + `.*`), hint: "the space behind the mark is a no-break or other space, of Alt or Option and the space bar or of a paste: type a plain one"},
	{needle: oddNeedle, line: true, re: lazyregexp.New(`^` + odd + `+(?:(?:[-*+>•]|\d{1,9}[.)]|#{1,6})(?:[ \t]|` + odd + `)|` + "`{3}|~{3}" + `|:{2,}[a-z]|\|).*`), hint: "the line begins with a no-break or other space, or a sign that nobody sees, of a paste: take it out"},
	{needle: "", line: true, re: lazyregexp.New(`^(?:[•◦▪▫‣⁃●○■□∙·➢➤►❖\x{f020}-\x{f0ff}][ \t\x{a0}]*|[§Øüvo]\t+)\S.*`), hint: "write - before each item of a list"},
	{needle: "!!!", line: true, re: lazyregexp.New(`^!!!\+? ?\w[\w-]*.*`), hint: "write > [!NOTE], > [!TIP] or > [!WARNING], and > before each line of the text"},
	{needle: "???", line: true, re: lazyregexp.New(`^\?\?\?\+? ?\w[\w-]*.*`), hint: "write :::details[Titel], the text, and ::: on a line of its own"},
	{needle: "===", line: true, re: lazyregexp.New(`^===[!+]? ?".*`), hint: "write ::::tabs, :::tab[Naam], the text, :::, and :::: at the end"},
	{needle: "..", line: true, re: lazyregexp.New(`^\.\. ?[\w-]+::.*`), hint: "write > [!NOTE] with > before each line, or a directive such as :::details[Titel]"},
	{needle: ".. ", line: true, re: lazyregexp.New(`^\.\. \[?_?[\w#*-]+\]?:? .*`), only: func(m string) bool { return strings.Contains(m, ":") || strings.HasPrefix(m, ".. [") }, hint: "write [text](page.md) for a link and [^1] for a footnote"},
	{needle: "toc", line: true, re: lazyregexp.New(`(?i)^(?:\[\[?_?toc_?\]?\]|\$\{toc\}|@\[toc\]|\{:toc\}|\{\{\s*toc\s*\}\}|\{:\s*toc\s*\})\s*$`), hint: "leave it out: each page has its contents by itself"},
	{needle: "*[", line: true, re: lazyregexp.New(`^\*\[[^\]\n]+\]:.*`), hint: `write it in site.toml, below [abbreviations.nl]: IMAP = "what it means"`},
	{needle: "import ", line: true, re: lazyregexp.New(`^import\s+(?:[\w{*].*\sfrom\s+)?['"].*`), hint: "leave the line out: pages hold text, and directives such as ::settings[imap] do the rest"},
	{needle: "export ", line: true, re: lazyregexp.New(`^export\s+(?:default|const|let|function|async)\s.*`), hint: "leave the line out: pages hold text, and directives such as ::settings[imap] do the rest"},
	{needle: "<<<", line: true, re: lazyregexp.New(`^<<<\s*\S.*`), hint: "write the text of the file between two lines of ```"},
	{needle: "--8<--", line: true, re: lazyregexp.New(`^-+8<-+.*`), hint: "write the text itself: pages hold no parts of other files"},
	{needle: "@include", line: true, re: lazyregexp.New(`^@include\b.*`), hint: "write the text itself: pages hold no parts of other files"},
	{needle: "[]", line: true, re: lazyregexp.New(`^\[\][ \t]+\S.*`), hint: "write - [ ] with a space between the brackets"},
	{needle: "[", line: true, re: lazyregexp.New(`^\[[-/<>~]\][ \t]+\S.*`), hint: "write - [ ] for what is to be done, or - [x] for what is done"},
	{needle: "|", line: true, re: lazyregexp.New(`^(?:\|(?:[^|\n]+\|){2,}|\|\|(?:[^|\n]+\|\|){2,})\s*$`), hint: "a table needs a line |---|---| beneath its first row, with as many columns, and no empty lines between"},
	{needle: "+", line: true, re: lazyregexp.New(`^\+(?:[-=:]{2,}\+)+\s*$`), hint: "a table needs a line |---|---| beneath its first row, with as many columns, and no empty lines between"},
	{needle: "===", line: true, re: lazyregexp.New(`^={3,}[ \t]+[^\s=].*`), hint: "write ## before the heading, and leave out the signs beneath it"},
	{needle: "", line: true, re: lazyregexp.New(`^[—–―‗═─]{3,}\s*$`), hint: "write --- on a line of its own, between empty lines"},
	{needle: "", line: true, re: lazyregexp.New(`^(?:´{3,}|‘{3,}|’{3,}|“{3,}|”{3,})[\w-]*\s*$`), hint: "write three backticks, ```, on a line before and after the code"},
	{needle: "'''", line: true, re: lazyregexp.New(`^'{3,}[\w-]*\s*$`), hint: "write three backticks, ```, on a line before and after the code"},
	{needle: "^", line: true, re: lazyregexp.New(`^\^[A-Za-z0-9][A-Za-z0-9-]{2,}\s*$`), hint: "leave it out: a link leads to a heading, [text](page.md#heading)"},
	{needle: ":: ", line: true, re: lazyregexp.New(`^\pL[\pL\d_-]+:: +\S.*`), hint: "leave it out: what a page says of itself stands between the +++ lines"},
	{needle: "> ", line: true, re: lazyregexp.New(`^[!?]> +\S.*`), hint: "write > [!NOTE], > [!TIP] or > [!WARNING], and > before each line of the text"},
	{needle: "{", line: true, re: lazyregexp.New(`^\{(?:info|note|tip|warning|panel|expand|quote|excerpt|section|column)(?::[^{}\n]*)?\}(?:\s.*|.*\}\s*)?$`), hint: "write > [!NOTE], > [!TIP] or > [!WARNING], and > before each line of the text"},
	{needle: "{", line: true, re: lazyregexp.New(`^\{(?:code|noformat)(?::[^{}\n]*)?\}(?:\s.*|.*\}\s*)?$`), hint: "write three backticks, ```, on a line before and after the code"},
	{needle: ". ", line: true, re: lazyregexp.New(`^h[1-6]\. +\S.*`), hint: "put a space between # and the text of a heading: ## Kop"},
	{needle: "[!", line: true, re: lazyregexp.New(`^\[![A-Za-z]+\][^\s\[(+:.,-].*`), hint: "put a space between ] and the title, or the text on the next line: > [!NOTE]"},
	{needle: `\`, line: true, re: lazyregexp.New(`^\\(?:newpage|pagebreak|clearpage|tableofcontents)\b.*`), hint: "leave it out: on paper a page is divided by itself, and each page has its contents"},
	{needle: "::", line: true, re: lazyregexp.New(`^(?:image|video|audio)::[^\s\[\]]+\[[^\]\n]*\]\s*$`), hint: "write ![what it shows](picture.png)"},
	{needle: "::", line: true, re: lazyregexp.New(`^include::[^\s\[\]]+\[[^\]\n]*\]\s*$`), hint: "write the text itself: pages hold no parts of other files"},
	{needle: "[", line: true, re: lazyregexp.New(`^\[(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$`), hint: "write > [!NOTE], > [!TIP] or > [!WARNING], and > before each line of the text"},
	{needle: "link:", line: true, re: lazyregexp.New(`^link:[^\s\[\]]+\[[^\]\n]+\].*`), hint: "write [text](page.md)"},
	{needle: "'''", line: true, re: lazyregexp.New("^(?:[^`\\n]*[\\s(])?('{3}[^'\\s`][^'\\n`]*'{3})"), group: 1, hint: "write **text** for what matters"},
	{needle: "''", line: true, re: lazyregexp.New("^(?:[^`\\n]*[\\s(])?(''[^'\\s`][^'\\n`]*'')(?:$|[\\s.,;:!?)])"), group: 1, hint: "write *text*, or leave out the signs"},

	// Parts of running text.
	{needle: "![[", re: lazyregexp.New(`!\[\[[^\]\n|#]+\.(?i:png|jpe?g|gif|svg|webp|avif|bmp)(?:[|#][^\]\n]*)?\]\]`), hint: "write ![what it shows](picture.png)"},
	{needle: "![[", re: lazyregexp.New(`!\[\[[^\]\n|#]+\.(?i:mp4|webm|mov|mp3|pdf|docx?|xlsx?)(?:[|#][^\]\n]*)?\]\]`), hint: "write a link to the file: [text](file.pdf)"},
	{needle: "![[", re: lazyregexp.New(`!\[\[[^\]\n]+\]\]`), hint: "write the text itself: pages hold no parts of other files"},
	{needle: "[[", re: lazyregexp.New(`\[\[[^\]\[\n]+\]\]`), hint: "write [text](page.md)"},
	{needle: "{{", re: lazyregexp.New(`\{\{[<%]\s*[^\n]*?[>%]\}\}`), hint: "write a directive, such as ::settings[imap], :::details[Titel] or > [!NOTE]"},
	{needle: "{{", re: lazyregexp.New(`\{\{[^\n{}]+\}\}`), hint: "write the value itself, or :setting[imap.host] for what site.toml holds"},
	{needle: "{%", re: lazyregexp.New(`\{%[^\n]*?%\}`), hint: "write a directive, such as ::settings[imap], :::details[Titel] or > [!NOTE]"},
	{needle: "{*", re: lazyregexp.New(`\{/?\*[^\n]*?\*/?\}`), hint: "leave the comment out; notes for writers do not belong on a page"},
	{needle: "{/", re: lazyregexp.New(`\{/\*[^\n]*?\*/\}`), hint: "leave the comment out; notes for writers do not belong on a page"},
	{needle: "<%", re: lazyregexp.New(`<%[^\n]*?%>`), hint: "write the value itself, or :setting[imap.host] for what site.toml holds"},
	{needle: "{", re: lazyregexp.New(`\{(?::?\s*)?(?:[.#][\w:-]+|[\w-]+\s*=\s*(?:"[^"\n]*"|'[^'\n]*'|[^\s{}"']+))(?:\s+(?:[.#][\w-]+|[\w-]+\s*=\s*(?:"[^"\n]*"|'[^'\n]*'|[^\s{}"']+)))*\s*\}`), hint: "leave it out: only a heading has attributes, {#id}, and a picture, {width=300} right behind it"},
	{needle: "==", re: lazyregexp.New(`(?:^|[^=\w])(==[^=\s](?:[^=\n]*[^=\s])?==)`), group: 1, hint: "write **text** for what matters"},
	{needle: "^^", re: lazyregexp.New(`\^\^[^^\s](?:[^^\n]*[^^\s])?\^\^`), hint: "write *text*, or leave out the signs"},
	{needle: "++", re: lazyregexp.New(`(?:^|[^+\w])(\+\+[a-zA-Z0-9"][^+\n]*(?:\+[^+\n]+)*\+\+)`), group: 1, hint: "write :kbd[Ctrl+C] for keys, or *text*"},
	{needle: "^", re: lazyregexp.New(`[\pL\d)](\^[^\s^()\[\]]{1,16}\^)`), group: 1, hint: "write :sup[2]"},
	{needle: "^", re: lazyregexp.New(`(?:^|[\s(])(\^[\pL\d]{2,16}\^)(?:$|[\s.,;:!?)])`), group: 1, hint: "write :sup[2]"},
	{needle: "^[", re: lazyregexp.New(`\^\[[^\]\n]+\]`), hint: "write [^1] here, and [^1]: with the text on a line of its own"},
	{needle: "%%", re: lazyregexp.New(`%%[^%\n]+%%`), hint: "leave the comment out; notes for writers do not belong on a page"},
	{needle: "$$", re: lazyregexp.New(`^\$\$\s*$|\$\$[^$\s][^$\n]*\$\$`), hint: "write the formula in words, or show a picture of it"},
	{needle: "$", re: lazyregexp.New(`(?:^|[\s(])(\$[^\s$\d][^$\n]*[\\^_{][^$\n]*[^\s$]\$)(?:$|[\s.,;:!?)])`), group: 1, hint: "write the formula in words, or show a picture of it"},
	{needle: "<", re: lazyregexp.New(`</?[a-zA-Z][\w-]*:[\w-]+(?:\s[^<>\n]*)?/?>`), hint: "leave the tag out; it is of the program that the text was copied from"},
	{needle: "<http", re: lazyregexp.New(`<https?://[^<>\s]*[ \t][^<>\n]*>`), hint: "an address has no spaces: write %20 for each"},
	{needle: "http", re: lazyregexp.New(`(?:^|[\s(])(https?(?::/?|//)[A-Za-z0-9][\w-]*(?:\.[\w-]+)+\S*)`), group: 1, hint: "write the address with https:// before it"},
	{needle: "[", re: lazyregexp.New(`^\[[ xX]\][ \t]+\pL.*`), hint: "write - [ ] for what is to be done, or - [x] for what is done"},
	{needle: "[/", re: lazyregexp.New(`\[url(?:=[^\]\n]*)?\][^\n]*?\[/url\]`), hint: "write [text](page.md)"},
	{needle: "[/", re: lazyregexp.New(`\[img(?:=[^\]\n]*)?\][^\n]*?\[/img\]`), hint: "write ![what it shows](picture.png)"},
	{needle: "[/", re: lazyregexp.New(`\[b\][^\n]*?\[/b\]`), hint: "write **text** for what matters"},
	{needle: "[/", re: lazyregexp.New(`\[(?:[ius]|color|size|font|center|code|quote|list|spoiler)(?:=[^\]\n]*)?\][^\n]*?\[/(?:[ius]|color|size|font|center|code|quote|list|spoiler)\]`), hint: "write *text*, or leave out the signs"},
	{needle: "image:", re: lazyregexp.New(`(?:^|[\s(])(image:[^\s:\[\]][^\s\[\]]*\[[^\]\n]*\])`), group: 1, hint: "write ![what it shows](picture.png)"},
	{needle: "xref:", re: lazyregexp.New(`(?:^|[\s(])(xref:[^\s\[\]]+\[[^\]\n]*\])`), group: 1, hint: "write [text](page.md)"},
	{needle: ":", re: lazyregexp.New(`(?:^|[\s(])((?:kbd|btn):\[[^\]\n]+\]|menu:\pL[^\s\[\]]*\[[^\]\n]+\])`), group: 1, hint: "write :kbd[Ctrl+C] for keys, or *text*"},
	{needle: "&", re: lazyregexp.New(`(&(?:(?:nbsp|amp|lt|gt|quot|apos|copy|reg|euro|hellip|[nm]dash|shy|[aeiouAEIOU](?:acute|grave|uml|circ))(?:$|[^;=\pL])|#\d{2,5}(?:$|[^;\d])))`), group: 1, hint: "put ; behind it: &nbsp;"},
	{needle: "](", re: lazyregexp.New(`!?\[[^\]\[\n]*\]\([^()\s<>]+[ \t]+(?:"[^"\n]*|'[^'\n]*)\)`), hint: "write the title between straight quotes: [text](page.md \"title\")"},
	{needle: "`", re: lazyregexp.New("(?:^|[\\s(\\pL])(`[\\pL\\d][^`\\n]*)$"), group: 1, hint: "write ' for an apostrophe, and the sign ` on both sides of code"},
	{needle: "!", re: lazyregexp.New(`(?:^|\s)(![\w./ -]+\.(?i:png|jpe?g|gif|svg|webp)(?:\|[^!\n]*)?!)(?:$|\s)`), group: 1, hint: "write ![what it shows](picture.png)"},
	{needle: "[@", re: lazyregexp.New(`\[@[\w:.-]+(?:[;,][^\]\n]*)?\]`), hint: "write [text](https://…), or a footnote: [^1]"},
	{needle: "|", re: lazyregexp.New(`(?:^|\s)(\|\|[^|\s](?:[^|\n]*[^|\s])?\|\|)`), group: 1, hint: "write :::details[Titel], the text, and ::: on a line of its own"},
	{needle: ":", re: lazyregexp.New(`(?:^|[\s(\x{a0}])(:(?:[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*|\+1|-1):)(?:$|[\s.,;!?)\x{a0}])`), group: 1, hint: "type the character itself, such as 🙂", only: func(m string) bool { return len(m) > 4 || m == ":+1:" || m == ":-1:" }},
	{needle: "](#", re: lazyregexp.New(`\[[^\]\[\n]+\]\(#[^()\n<>"]*[^()\s<>"][ \t]+[^()\s<>"][^()\n<>"]*\)`), hint: "write the heading in small letters, with hyphens: [text](#first-heading)"},
	{needle: "](tel:", re: lazyregexp.New(`\[[^\]\[\n]*\]\(tel:[^()\n<>]*(?:[ \t]|\([^()\n]*\))[^()\n<>]*(?:\([^()\n]*\))?[^()\n<>]*\)`), hint: "write the number with the country, and without spaces or brackets: [call us](tel:+31201234567)"},
	{needle: "](", re: lazyregexp.New(`!?\[[^\]\[\n]*\]\((?:mailto|https?):[ \t][^()\n]*\)`), hint: "leave out the space in the address"},
	{needle: "](", re: lazyregexp.New(`!?\[[^\]\[\n]*\]\([^()\s<>"]+[ \t]+(?:"[^"\n]*"|'[^'\n]*')[ \t]*[^\s)"'][^()\n]*\)`), hint: "behind the title of an address stands nothing else: ![what it shows](picture.png \"title\"){width=300}"},
	{needle: "](", re: lazyregexp.New(`!?\[[^\]\[\n]*\]\((?:[^()\s<>"]*[ \t][^()\n<>"]*\.[A-Za-z0-9]{1,5}(?:#[^()\n]*)?)\)`), hint: "an address with spaces stands between < and >: ![x](<My picture.png>)"},
	{needle: "](", re: lazyregexp.New(`!?\[[^\]\[\n]*\]\((?:https?://|/|\.{1,2}/)[^()\s<>"]*[ \t][^()\n<>"“”„«»=]*\)`), hint: "an address with spaces stands between < and >: ![x](<My picture.png>)"},
	{needle: "](", re: lazyregexp.New(`!?\[[^\]\[\n]+\]\([^()\s<>]+[ \t]+[“”„‘’«»][^()\n]*\)`), hint: "write the title between straight quotes: [text](page.md \"title\")"},
	{needle: "](", re: lazyregexp.New(`!?\[[^\]\[\n]+\]\((?:https?://|mailto:|/|\.{1,2}/|[^\s()]+\.(?:md|html?|png|jpe?g|gif|svg|webp|pdf))[^()\s]*$`), hint: "close the address with )"},
	{needle: " =", re: lazyregexp.New(`!\[[^\]\n]*\]\([^()\s]+ =(?:\d+%?x?|x)(?:\d+%?)?\)`), hint: "write the width behind the picture: ![what it shows](picture.png){width=300}"},
	{needle: "**", re: lazyregexp.New(`(?:^|[\s(])(\*\*[ \t][^*\n]*[^\s*]\*\*|\*\*[ \t]+\pL[^*\n]*[ \t]\*\*|\*\*[^\s*][^*\n]*[ \t]\*\*)(?:$|[\s.,;:!?)\pL])`), group: 1, hint: "leave out the space inside the signs: **text**"},
	{needle: "**", re: lazyregexp.New(`(?:^|[^*\\])(\*\*[^\s*](?:[^*\n]*[^\s*])?\*\*)(?:$|[^*])`), group: 1, hint: "put a space before the first ** or behind the last, or the sign beside them outside: **text**:"},
	{needle: " ^", re: lazyregexp.New(`\S[ \t](\^[A-Za-z0-9][A-Za-z0-9-]{2,})$`), group: 1, hint: "leave it out: a link leads to a heading, [text](page.md#heading)"},
	{needle: "] (", re: lazyregexp.New(`!?\[[^\]\[\n]+\] \((?:https?://|mailto:|/|\.{1,2}/|[^\s()]+\.(?:md|html?|png|jpe?g|gif|svg|webp|pdf)[#)])[^()\n]*\)?`), hint: "leave out the space between ] and ("},
	{needle: ")[", re: lazyregexp.New(`\([^()\n]+\)\[(?:(?:https?://|mailto:|tel:|/|\.{1,2}/)[^\]\n]*|[\w./-]+\.(?:md|html?|pdf|png|jpe?g|svg|webp)(?:#[^\]\s]*)?|#[\w-]+)\]`), hint: "the text stands between [ ] and the address between ( ): [text](page.md)"},
}

// odd matches a space that is none of the keyboard's, or a sign without width,
// which pages that were copied have.
const odd = `[\x{a0}\x{2000}-\x{200b}\x{202f}\x{205f}\x{2060}\x{3000}\x{feff}]`

var oddRE = lazyregexp.New(odd)

// isOdd reports whether a character is one that odd matches.
func isOdd(r rune) bool {
	return r == 0xa0 || r >= 0x2000 && (r <= 0x200b || r == 0x202f || r == 0x205f || r == 0x2060 || r == 0x3000 || r == 0xfeff)
}

// oddNeedle stands for one of them in the table.
const oddNeedle = " \u00a0"

// boxes are what other programs call their boxes, and the alert that is meant.
var boxes = map[string]string{
	"note": "NOTE", "info": "NOTE", "tip": "TIP", "hint": "TIP", "important": "IMPORTANT", "warning": "WARNING", "warn": "WARNING", "caution": "CAUTION", "danger": "CAUTION", "error": "CAUTION",
	"attention": "WARNING", "success": "TIP", "check": "TIP", "done": "TIP", "example": "NOTE", "quote": "NOTE", "abstract": "NOTE", "summary": "NOTE", "todo": "NOTE", "question": "NOTE", "help": "NOTE", "faq": "NOTE",
	"failure": "CAUTION", "bug": "CAUTION", "seealso": "NOTE", "admonition": "NOTE", "callout": "NOTE", "aside": "NOTE", "alert": "WARNING", "opmerking": "NOTE", "waarschuwing": "WARNING", "belangrijk": "IMPORTANT", "let op": "WARNING", "letop": "WARNING", "let-op": "WARNING", "opgelet": "WARNING", "pas op": "WARNING", "gevaar": "CAUTION", "notitie": "NOTE", "kader": "NOTE", "hinweis": "NOTE",
	"achtung": "WARNING", "wichtig": "IMPORTANT", "tipp": "TIP", "remarque": "NOTE", "attention ": "WARNING", "astuce": "TIP", "conseil": "TIP", "avertissement": "WARNING",
}

// in reports whether a text may hold the notation: searching for its needle
// costs a small part of what its expression does.
func (n *notation) in(text []byte) bool {
	switch n.needle {
	case "": // a sign at the beginning, which is no ASCII but for those of Word
		c := byte(0)
		if len(text) > 0 {
			c = text[0]
		}
		return !n.line || c >= 0x80 || c == 'v' || c == 'o'
	case oddNeedle:
		return bytes.ContainsFunc(text, isOdd)
	case "toc":
		return bytes.Contains(text, []byte("toc")) || bytes.Contains(text, []byte("TOC"))
	}
	return bytes.Contains(text, []byte(n.needle))
}

// found returns the notations of which a page can hold any.
func found(body []byte) []*notation {
	var list []*notation
	for i := range notations {
		if n := &notations[i]; n.needle == "" || n.in(body) {
			list = append(list, n)
		}
	}
	return list
}

// foreign reports the foreign notations in the running text directly in n, each
// once.
func (w *walk) foreign(n ast.Node) {
	if len(w.notations) == 0 {
		return
	}
	var said []*notation
	switch n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		if w.rowAgain(n) {
			return
		}
		w.dashes(n)
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			if w.foreignIn(s.Start, s.Stop, true, &said) {
				return // it was one thing all through
			}
		}
	}
	if _, cell := n.(*xast.TableCell); cell { // code that a | cut in two is a row with too many cells
		for _, other := range w.notations {
			if other.needle == "`" {
				said = append(said, other)
			}
		}
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		first, ok := c.(*ast.Text)
		if !ok || first.IsRaw() {
			continue
		}
		pieces := run(first)
		last := pieces[len(pieces)-1]
		c = last.node
		w.foreignIn(first.Segment.Start, last.to, false, &said)
		w.spaced(first.Segment.Start, w.body[first.Segment.Start:last.to])
	}
}

// rowRE finds a row of a table by itself.
var rowRE = lazyregexp.New(`^\|(?:[^|\n]+\|){2,}\s*$`)

// rowAgain reports whether a paragraph is a row of a table of which the row
// before it, with an empty line between, was reported.
func (w *walk) rowAgain(n ast.Node) bool {
	row := func(n ast.Node) bool {
		if p, ok := n.(*ast.Paragraph); ok && p.Lines().Len() > 0 {
			s := p.Lines().At(0)
			return rowRE().Match(s.Value(w.body))
		}
		return false
	}
	return row(n) && row(n.PreviousSibling())
}

// foreignIn reports the first foreign notation in a part of the body that has
// not been said yet, and reports whether there is one.
func (w *walk) foreignIn(from, to int, line bool, said *[]*notation) bool {
	text := w.body[from:to]
	for _, n := range w.notations {
		if n.line != line || slices.Contains(*said, n) {
			continue
		}
		if !n.in(text) {
			continue
		}
		m := n.re().FindSubmatchIndex(text)
		if m == nil {
			continue
		}
		a, b := m[2*n.group], m[2*n.group+1]
		typed := string(text[a:b])
		if escapedAt(string(text), a) || n.only != nil && !n.only(typed) {
			continue
		}
		*said = append(*said, n)
		w.Out.Warnf(w.at(from+a), diag.Notation, n.hint, "%q stands on the page as it is typed here", short(strings.TrimSpace(typed)))
		return true
	}
	return false
}

// listRE finds the mark of a list without the space behind it, a sign that an
// editor made of one, numbers and letters in other forms, and pictures.
var listRE = lazyregexp.New(`^(?:[-*+][\pL"'(]|\d{1,3}[.)][\pL"'(]|[–—‐→§][ \t\x{a0}]+\S|\(?(?:[a-z]|\d{1,3})\)[ \t\x{a0}]+\S|[a-z]\.[ \t\x{a0}]+\S|[ivxIVX]{1,4}\.\t+\S|\d{1,3}(?:\.\)|:)[ \t\x{a0}]+\S|\d{1,3}\.[ \t]+\S|[①-⑳][ \t\x{a0}]*\S|\d\x{fe0f}?\x{20e3}[ \t\x{a0}]*\S|[\p{So}✓✔✗✘][\x{fe0f}\x{1f3fb}-\x{1f3ff}]?[ \t\x{a0}]+\S|(?i:stap|step|schritt|étape) \d{1,2}[:.)])`)

// dashes reports two lines that would be items of a list, or rows of a table of
// another program, if they were written as such: one such line can be meant
// otherwise.
func (w *walk) dashes(n ast.Node) {
	for i := 1; i < n.Lines().Len(); i++ {
		first, second := n.Lines().At(i-1), n.Lines().At(i)
		one, two := first.Value(w.body), bytes.TrimLeft(second.Value(w.body), " \t")
		if t := bytes.Count(bytes.TrimSpace(one), tabSign); t > 0 && t == bytes.Count(bytes.TrimSpace(two), tabSign) && cellRE().Match(one) && !listRE().Match(one) {
			w.Out.Warnf(w.at(first.Start), diag.Notation, "write a table: | between the cells, and a line |---|---| beneath the first row", "%q stands on the page as it is typed here", short(strings.TrimSpace(string(one))))
			return
		}
		if !listLike(one) || !listLike(two) || !listRE().Match(one) || !listRE().Match(two) {
			continue
		}
		if t, ok := n.FirstChild().(*ast.Emphasis); ok && t != nil && i == 1 { // *een* twee
			return
		}
		hint := "write - and a space before each item of a list, or 1. and a space"
		if i > 1 && numberRE().Match(one) {
			hint = "put an empty line before the list"
		}
		w.Out.Warnf(w.at(first.Start), diag.Notation, hint, "%q stands on the page as it is typed here", short(strings.TrimSpace(string(one))))
		return
	}
}

var tabSign = []byte("\t")

// listLike reports whether listRE may match a line, by its first bytes: most
// lines begin with a word.
func listLike(line []byte) bool {
	if len(line) < 2 {
		return false
	}
	switch c, next := line[0]|0x20, line[1]; {
	case c < 'a' || c > 'z':
		return true
	case next == '.' || next == ')' || next == 't' || next == 'T' || next == 'c' || next == 'C':
		return true
	default:
		return c == 'i' || c == 'v' || c == 'x'
	}
}

// cellRE finds a line that may be cells between tabs.
var cellRE = lazyregexp.New(`^(?:\d+|[\pL\d][^\t]+)\t`)

// numberRE finds an item that would be one, if its list began above it.
var numberRE = lazyregexp.New(`^\d{1,3}[.)][ \t]+\S`)

var spacedRE = lazyregexp.New(`(?:^|[^:\w]):([a-z][\w-]*)( ?\[| ?\()`)

// spaced reports a known directive that is written with a space or with round
// brackets.
func (w *walk) spaced(from int, text []byte) {
	if bytes.IndexByte(text, ':') < 0 {
		return
	}
	for _, m := range spacedRE().FindAllSubmatchIndex(text, -1) {
		name := string(text[m[2]:m[3]])
		if kind, ok := w.Site.Kind(name); !ok || kind == "" || string(text[m[4]:m[5]]) == "[" {
			continue
		}
		at := m[2] - 1
		if escapedAt(string(text), at) {
			continue
		}
		w.Out.Warnf(w.at(from+at), diag.Notation, diag.Say("write :%s[…], without a space and with square brackets", name), "%q stands on the page as it is typed here", short(string(text[at:m[5]])+"…"))
	}
}

// struck reports a word with ~ directly behind another: elsewhere that lowers it,
// here it strikes out.
func (w *walk) struck(n *xast.Strikethrough) {
	first, ok := n.FirstChild().(*ast.Text)
	if !ok || first != n.LastChild() {
		return
	}
	at := first.Segment.Start
	if at < 2 || w.body[at-1] != '~' || w.body[at-2] == '~' || !alnum(w.body[at-2]) || bytes.ContainsAny(first.Segment.Value(w.body), " \t") {
		return
	}
	said := first.Segment.Value(w.body)
	w.Out.Warnf(w.at(at-1), diag.Notation, diag.Say("write :sub[%s], or two ~ on each side for what is struck out", said), "%q is struck out on the page", "~"+string(said)+"~")
}

// fence reports a fenced code block that is never closed.
func (w *walk) fence(n *ast.FencedCodeBlock) {
	open := n.Pos()
	if open < 0 || open >= len(w.body) {
		return
	}
	mark := w.body[open]
	if mark != '`' && mark != '~' {
		return
	}
	long := open
	for long < len(w.body) && w.body[long] == mark {
		long++
	}
	end := long
	if l := n.Lines().Len(); l > 0 {
		s := n.Lines().At(l - 1)
		end = s.Stop
	} else if i := bytes.IndexByte(w.body[long:], '\n'); i >= 0 {
		end = long + i + 1
	} else {
		end = len(w.body)
	}
	line, _, _ := bytes.Cut(w.body[end:], []byte("\n"))
	line = bytes.TrimLeft(line, " \t>")
	if len(line) >= long-open && len(bytes.TrimLeft(line, string(mark))) <= len(line)-(long-open) && len(line) > 0 {
		if !w.infoOf(n) {
			w.settings(n)
		}
		return
	}
	fence := strings.Repeat(string(mark), long-open)
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		if l := oddRE().ReplaceAllString(string(s.Value(w.body)), " "); strings.TrimSpace(l) == fence {
			w.Out.Warnf(w.at(s.Start), diag.Notation, diag.Say("write %s and nothing else: a space that nobody sees stands beside it", fence), "the line does not close the code")
			return
		}
	}
	w.Out.Warnf(w.at(open), diag.Notation, diag.Say("close it with a line %s", fence), "the code that begins here is never closed")
}

// listItemRE finds an item of a list, and codeRE a sign that prose has not.
var (
	listItemRE = lazyregexp.New(`^(?:[-*+]|\d{1,3}[.)])[ \t]+[^\s].*`)
	codeSignRE = lazyregexp.New("[{}<>=;$|\\\\_`#/\\[\\]]|[:,]\\s*$|:\\s|\\w\\.\\w|\\w\\(")
)

// indented reports code that is none by its looks: items of a list, or a sentence,
// that stand there as code for the spaces or the tab before them.
func (w *walk) indented(n *ast.CodeBlock) {
	items := n.Lines().Len() > 0
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		l := bytes.TrimSpace(s.Value(w.body))
		if codeSignRE().Match(l) {
			return
		}
		items = items && listItemRE().Match(l)
	}
	if !items && !w.prose(n) {
		return
	}
	first := n.Lines().At(0)
	w.Out.Warnf(w.at(first.Start), diag.Notation, "take away the spaces or the tab before it; code stands between two lines of ```", "%q stands on the page as code, for it is indented", short(strings.TrimSpace(string(first.Value(w.body)))))
}

// prose reports whether a block of lines is a sentence in the language of the
// page: it begins and ends as one, and has little words.
func (w *walk) prose(n ast.Node) bool {
	text := strings.TrimSpace(string(n.Lines().Value(w.body)))
	words := strings.Fields(text)
	first, _ := utf8.DecodeRuneInString(text)
	if len(words) < 4 || !unicode.IsUpper(first) || !strings.ContainsRune(".!?", rune(text[len(text)-1])) {
		return false
	}
	tongue := w.engine.tongue
	if tongue == 0 {
		tongue = 0xff // whichever it is
	}
	little := 0
	for _, word := range words {
		if littleWords[strings.ToLower(word)]&tongue != 0 {
			little++
		}
	}
	return little > 1
}

// infoOf reports a fence that other programs read as a box, such as ```{note},
// and reports whether it is one.
func (w *walk) infoOf(n *ast.FencedCodeBlock) bool {
	if n.Info == nil {
		return false
	}
	info := string(n.Info.Segment.Value(w.body))
	name, braced := strings.CutPrefix(info, "{")
	if braced {
		name, _, _ = strings.Cut(name, "}")
	} else if name, braced = strings.CutPrefix(info, "ad-"); !braced { // Obsidian
		return false
	}
	box, ok := boxes[strings.ToLower(name)]
	if ok {
		w.Out.Warnf(w.pos(n), diag.Notation, diag.Say("write > [!%s], and > before each line of the text", box), "%q stands on the page as code", short(info))
	}
	return ok
}

// boldBox reports a quotation that begins with a bold word for a box, as
// > **Note** does.
func (w *walk) boldBox(q *ast.Blockquote) {
	p, ok := q.FirstChild().(*ast.Paragraph)
	if !ok {
		return
	}
	bold, ok := p.FirstChild().(*ast.Emphasis)
	if !ok || bold.Level != 2 {
		return
	}
	word := strings.ToLower(strings.Trim(Plain(bold, w.body), " :!.\u00a0"))
	if box, ok := boxes[word]; ok {
		w.Out.Warnf(w.pos(bold), diag.Notation, diag.Say("write > [!%s] on the first line, and the text on the next ones", box), "a quotation that begins with %q is a box elsewhere, and here a quotation", short(Plain(bold, w.body)))
	}
}

// boxHint returns the alert that is meant by a directive of another program, as
// a hint; "" for a name that is no box.
func boxHint(name string) string {
	if box, ok := boxes[strings.ToLower(name)]; ok {
		return diag.Say("write > [!%s], and > before each line of the text", box)
	}
	if slices.Contains([]string{"tab-set", "tabset", "tab-item", "code-group"}, strings.ToLower(name)) {
		return diag.Say("write ::::tabs, :::tab[Naam], the text, :::, and :::: at the end")
	}
	return ""
}
