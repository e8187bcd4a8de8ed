package markdown

import (
	"regexp"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// TestNotations: what other programs read and this one does not is reported
// where it stands, with our form of it. Each would stand on the page as typed.
func TestNotations(t *testing.T) {
	for src, want := range map[string]string{ // position, and a part of the hint
		"##Kop":                               "1:1 ## Kop",
		"tekst\n\n###Kop met tekst":           "3:1 ## Kop",
		"##\u00a0Kop":                         "1:1 no-break",
		"#\u00a0Kop":                          "1:1 no-break",
		"-\u00a0punt":                         "1:1 no-break",
		"1.\u00a0punt":                        "1:1 no-break",
		"> -\u00a0punt":                       "1:3 no-break",
		"• punt":                              "1:1 write - before",
		"•\tpunt\n•\ttwee":                    "1:1 write - before",
		"· punt":                              "1:1 write - before",
		"▪ punt":                              "1:1 write - before",
		"– punt\n– twee":                      "1:1 write - and a space",
		"-een\n-twee":                         "1:1 and a space",
		"1.Een\n2.Twee":                       "1:1 and a space",
		"*een\n*twee":                         "1:1 and a space",
		"Zie ![x](Mijn Foto.PNG).":            "1:5 between < and >",
		"[x](mijn map/bestand.pdf)":           "1:1 between < and >",
		"![[x.png]]":                          "1:1 write ![what",
		"zie [[pagina]] of":                   "1:5 write [text](page.md)",
		"[[map/pagina|tekst]]":                "1:1 write [text](page.md)",
		"![x](x.png) {width=300}":             "1:13 leave it out",
		"![x](x.png){: .x }":                  "1:12 leave it out",
		"tekst\n{: .x }":                      "2:1 leave it out",
		"[x](y.md){.knop target=\"_blank\"}":  "1:10 leave it out",
		"!!! note\n    tekst":                 "1:1 > [!NOTE]",
		"!!! warning \"Titel\"":               "1:1 > [!NOTE]",
		"??? note \"Meer\"\n    tekst":        "1:1 :::details",
		"???+ note":                           "1:1 :::details",
		"=== \"Tab\"\n\n    tekst":            "1:1 ::::tabs",
		"Druk op ++ctrl+c++.":                 "1:9 :kbd[Ctrl+C]",
		"++enter++":                           "1:1 :kbd[Ctrl+C]",
		"dit is ==x== en":                     "1:8 **text**",
		"^^x^^":                               "1:1 leave out the signs",
		"H~2~O":                               "1:2 :sub[2]",
		"x^2^":                                "1:2 :sup[2]",
		"hallo :smile: daar":                  "1:7 the character itself",
		":+1:":                                "1:1 the character itself",
		":material-account-circle: x":         "1:1 the character itself",
		"{{< x >}}":                           "1:1 write a directive",
		"{{% notice tip %}}":                  "1:1 write a directive",
		"{{< figure src=\"a.png\" >}} x":      "1:1 write a directive",
		"{% x %}":                             "1:1 write a directive",
		"{% include a.html %}":                "1:1 write a directive",
		"poort {{ x }} hier":                  "1:7 write the value",
		"{{page.title}}":                      "1:1 write the value",
		"[TOC]":                               "1:1 contents by itself",
		"[[toc]]":                             "1:1 contents by itself",
		"[[_TOC_]]":                           "1:1 contents by itself",
		"{:toc}":                              "1:1 contents by itself",
		"*[FTS]: File Transfer":               "1:1 [abbreviations.nl]",
		"> **Note**\n> tekst":                 "1:3 > [!NOTE]",
		"> **Let op:** tekst":                 "1:3 > [!WARNING]",
		"> **Hinweis**: tekst":                "1:3 > [!NOTE]",
		"%%x%%":                               "1:1 comment",
		"import X from 'y'":                   "1:1 leave the line out",
		"import { A, B } from \"@c/d\";":      "1:1 leave the line out",
		"import './x.css'":                    "1:1 leave the line out",
		"export const x = 1":                  "1:1 leave the line out",
		"{/* opmerking */}":                   "1:1 comment",
		":setting [imap.host]":                "1:1 write :setting[…]",
		"zie :setting(imap.host)":             "1:5 write :setting[…]",
		"| a | b |\n| c | d |":                "1:1 a table needs",
		"| a | b |\n\n|---|---|\n\n| 1 | 2 |": "1:1 no empty lines",
		"```\ncode\n":                         "1:1 close it",
		"- x\n\n  ~~~ sh\n  code":             "3:3 close it",
		"```{note}\ntekst\n```":               "1:1 > [!NOTE]",
		"```ad-warning\ntekst\n```":           "1:1 > [!WARNING]",
		".. note:: tekst":                     "1:1 > [!NOTE]",
		".. code-block:: sh":                  "1:1 > [!NOTE]",
		"a^[noot]":                            "1:2 write [^1]",
		"$$x = 1$$":                           "1:1 formula",
		"$$\nx\n$$":                           "1:1 formula",
		"[] taak":                             "1:1 write - [ ]",
		"[tekst] (https://x.nl/)":             "1:1 leave out the space",
		"(tekst)[https://x.nl/]":              "1:1 between [ ]",
		"Zie (de pagina)[imap.md].":           "1:5 between [ ]",
		"(tekst)[../a/b.html#kop]":            "1:1 between [ ]",
		"(tekst)[#kop]":                       "1:1 between [ ]",
		"(plaatje)[scherm.png]":               "1:1 between [ ]",
		"Dit is ** vet ** hier.":              "1:8 space inside",
		"** Let op ** dit":                    "1:1 space inside",
		"--8<-- \"deel.md\"":                  "1:1 parts of other files",
		"<<< @/x.js":                          "1:1 between two lines of ```",
		"volgens [@jansen2020]":               "1:9 a footnote",
		"||geheim||":                          "1:1 :::details",
		"<%= naam %>":                         "1:1 write the value",
		// Boxes to tick that are none.
		"[ ] taak\n[x] gedaan": "1:1 - [ ] for what",
		// Wikis, forums, AsciiDoc.
		"Dit is '''vet''' hier.":            "1:8 **text**",
		"''Schuin'', zei hij.":              "1:1 write *text*",
		"Dit is [b]vet[/b].":                "1:8 **text**",
		"[i]schuin[/i]":                     "1:1 write *text*",
		"Kijk [url=https://x.nl]hier[/url]": "1:6 write [text](page.md)",
		"[img]scherm.png[/img]":             "1:1 ![what",
		"[quote=Jan]Ja[/quote]":             "1:1 write *text*",
		"image::scherm.png[Scherm]":         "1:1 ![what",
		"Een image:knop.png[] hier":         "1:5 ![what",
		"link:https://x.nl[hier]":           "1:1 write [text](page.md)",
		"Zie xref:imap.adoc#kop[IMAP].":     "1:5 write [text](page.md)",
		"include::deel.adoc[]":              "1:1 parts of other files",
		"Druk op kbd:[Ctrl+C].":             "1:9 :kbd[Ctrl+C]",
		"Kies menu:Bestand[Open].":          "1:6 :kbd[Ctrl+C]",
		"[WARNING]\nLet op.":                "1:1 > [!NOTE]",
		// What is not closed, or has a space in the wrong place.
		"Jansen &amp zonen":    "1:8 put ; behind it",
		"10&nbsp000":           "1:3 put ; behind it",
		"een &#160 spatie":     "1:5 put ; behind it",
		"Tik `imap in.":        "1:5 sign ` on both sides",
		"De foto`s zijn weg.":  "1:8 sign ` on both sides",
		"[x](y.md \"titel)":    "1:1 straight quotes",
		"![x](y.png 'titel)":   "1:1 straight quotes",
		"Dit is **vet **woord": "1:8 space inside",
	} {
		ds := convert("nl", []byte(src), nil).findings
		got := ""
		if len(ds) > 0 {
			_, got, _ = strings.Cut(ds[0].Pos.String(), ":")
			got += " " + ds[0].Hint
		}
		pos, hint, _ := strings.Cut(want, " ")
		if len(ds) != 1 || !strings.HasPrefix(got, pos+" ") || !strings.Contains(got, hint) || ds[0].Code != diag.Notation {
			t.Errorf("%q: got %d findings, first %q, want one with %q", src, len(ds), got, want)
		}
	}
}

// TestNotationsOfDirectives: boxes of other programs in our form of a block name
// the alert that is meant.
func TestNotationsOfDirectives(t *testing.T) {
	for src, want := range map[string]string{
		":::info\nx\n:::": "[!NOTE]", ":::note[Titel]\nx\n:::": "[!NOTE]", ":::warning\nx\n:::": "[!WARNING]", ":::danger\nx\n:::": "[!CAUTION]", ":::{note}\nx\n:::": "[!NOTE]",
		":::{admonition} Titel\nx\n:::": "[!NOTE]", "::: info\nx\n:::": "",
		"> [!info]\n> x": "[!NOTE]", "> [!danger]\n> x": "[!CAUTION]", "> [!info]- Titel\n> x": ":::details", "> [!tip]+\n> x": ":::details",
	} {
		ds := convert("nl", []byte(src), nil).findings
		if len(ds) == 0 || !strings.Contains(ds[0].Hint, want) {
			t.Errorf("%q: got %+v, want a hint with %s", src, ds, want)
		}
	}
}

// TestNoNotations: text that only looks like a foreign notation has no finding,
// and a backslash says that one is meant.
func TestNoNotations(t *testing.T) {
	for _, src := range []string{
		"#1 in de lijst", "Om 10:30: begin.", "a == b en c == d", "x^2 + y^2", "C++ en C++", "1++2", "50%%", "De prijs is $5 tot $10.", "Kies [x] of [ ].", "lijst[0][1]", "{ en }", "{naam}", "`{{ x }}` en `==x==`",
		"\\[[pagina]]", "\\==x==", "\\{{ x }}", "\\:smile:", "    {{ x }}", "```\n{{ x }}\n```", "~~twee~~ en ~een~", "een ~een~ twee", "tijd: 10:30:15", "naam:waarde:", "a | b", "|x|", "-5 graden\n-6 graden", "1.5 GB\n2.5 GB",
		"– zei hij", "Zie [tekst] (tussen haakjes).", "(tekst)[1]", "(tekst)[sic]", "(zie)[noot 3]", "2 ** 3 ** 4", "een [x](y.md) (uitleg)", "import is lastig", "export van mail", "=> zo", "### Kop ###", "*een* twee\n*drie* vier", "> **Belofte** maakt schuld", ".. en dan", "...", "a:b [c]", "een: [x](y.md)",
		"!!!", "Wat???", "=====", "100 % [x](y.md)", "100^[", "$$$", "|| of", "a || b || c", "{x}", "[@]", "naam@voorbeeld.nl", "•", "\\• punt",
		"Dit kost $5 per_maand of $10.", "a:: b", "== x ==", "[*] verplicht veld", "De **vet** en **vet**.", "src/**/a", "10: 30 en\nverder", "Een\ttab in\nde tekst", "{info}rmatie", "1.1 een\n1.2 twee", "Hij zei:\n“Ja.”", "x:y <a.b:c>",
		"Kies [x]: dat is genoeg.", "[x]: nee", "'s Avonds en 's morgens", "'t Is ''", "x''y''", "[b]", "a[i] en b[i/2]", "rij[b]x", "link: hier [1]", "menu: kies [Open]", "Zie de link:", "&amp; en &nbsp;", "x?a=1&copy=2", "R&D en Q&A", "AT&T", "&c. en zo", "`a` en ``b`c``", "een \\` los", "[x](y.md \"titel\")", "- [x] af\n- [ ] niet", "50 &lt; 60",
		"\\#mail", "\\$x^2$", "    name: x\n    - een", "    sudo apt update", "![scherm in 1080p](a.png)", "```sh\n- een\n```", "---", "h2 is een kop", "© 2024 Wij\nen zij", "a. een", "(1) een", "Stap 1: open het scherm.",
	} {
		for _, d := range convert("nl", []byte(src), nil).findings {
			if d.Code == diag.Notation {
				t.Errorf("%q: got %s %s", src, d.Pos, d.Msg)
			}
		}
	}
}

// TestAutolinks: bare addresses in running text, in Dutch punctuation too.
func TestAutolinks(t *testing.T) {
	for src, want := range map[string]string{ // href and text of each link
		"Ga naar https://x.nl.":                           "https://x.nl",
		"(https://x.nl/a)":                                "https://x.nl/a",
		"(zie https://x.nl/a_(b))":                        "https://x.nl/a_(b)",
		"\"https://x.nl/a\", zei hij":                     "https://x.nl/a",
		"‘https://x.nl/a’":                                "https://x.nl/a",
		"„https://x.nl/a”; en":                            "https://x.nl/a",
		"https://x.nl; dan":                               "https://x.nl",
		"https://x.nl/a…":                                 "https://x.nl/a",
		"https://x.nl/a--b/c...d":                         "https://x.nl/a--b/c...d",
		"https://x.nl/it's-x":                             "https://x.nl/it's-x",
		"https://x.nl's pagina":                           "https://x.nl",
		"https://x.nl/a_b_c?d=e&f=g#h":                    "https://x.nl/a_b_c?d=e&f=g#h",
		"http://x.nl:8080/a":                              "http://x.nl:8080/a",
		"www.x.nl/a, www.y.nl":                            "http://www.x.nl/a www.x.nl/a, http://www.y.nl www.y.nl",
		"mailto:jan@x.nl, (mailto:a@b.nl)":                "mailto:jan@x.nl, mailto:a@b.nl",
		"Mail jan@x.nl.":                                  "mailto:jan@x.nl",
		"Mail naar jan.de-vries_1+a@mail.x.nl, ja?":       "mailto:jan.de-vries_1+a@mail.x.nl",
		"*https://x.nl*":                                  "https://x.nl",
		"**jan@x.nl**":                                    "mailto:jan@x.nl",
		"een\nhttps://x.nl\ntwee":                         "https://x.nl",
		"| https://x.nl | a |\n|---|---|\n| b@x.nl | c |": "https://x.nl, mailto:b@x.nl",
		"- https://x.nl":                                  "https://x.nl",
		"https://café.example/é":                          "https://caf%C3%A9.example/%C3%A9 https://café.example/é",
		"<https://x.nl>":                                  "https://x.nl",
		"“https://x.nl”":                                  "https://x.nl",
		"https://a.nl https://b.nl":                       "https://a.nl, https://b.nl",
		"a@b.nl 'https://b.nl' \"c@d.nl\"":                "mailto:a@b.nl, https://b.nl, mailto:c@d.nl",
		"[https://x.nl](https://y.nl)":                    "https://y.nl https://x.nl",
		"`https://x.nl` a@b @x.nl https:// www. x@y https://localhost git@x.nl:a ssh://a@x.nl \\https://_": "",
		"xhttps://x.nl en://x.nl a.www.x.nl": "",
		"    https://x.nl":                   "",
		"![https://x.nl](a.png)":             "",
	} {
		got := convert("nl", []byte(src), nil)
		var list []string
		for _, m := range linkRE.FindAllStringSubmatch(got.html, -1) {
			href, text := strings.NewReplacer("&amp;", "&", "&#39;", "'").Replace(m[1]), strings.NewReplacer("&amp;", "&", "&#39;", "'").Replace(m[2])
			if text != href && "mailto:"+text != href {
				href += " " + text
			}
			list = append(list, href)
		}
		if got := strings.Join(list, ", "); got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
		checkCopy(t, src, "nl", []byte(src))
	}
}

var linkRE = regexp.MustCompile(`<a href="([^"]*)"[^>]*>([^<]*)</a>`)
