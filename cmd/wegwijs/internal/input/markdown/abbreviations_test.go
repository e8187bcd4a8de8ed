package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

var meanings = map[string]string{
	"IMAP": "Internet Message Access Protocol", "POP": "Post Office Protocol", "POP3": "POP, versie 3", "URL": "een *webadres*", "a.u.b.": "alstublieft",
	"AT&T": "American Telephone & Telegraph", "amp": "ampère", "ه.م.": "الهاتف المحمول", "x<y": "\"kleiner\"",
}

// buttonRE finds an abbreviation that is explained, and meantRE its explanation.
var (
	buttonRE = regexp.MustCompile(`<span class="nb">(.*?)<button type="button" class="abbr" popovertarget="(abbr-\d+)"><abbr title="[^"]*">(.*?)</abbr></button>`)
	meantRE  = regexp.MustCompile(`<span class="abbr-long" id="(abbr-\d+)" popover data-noindex><b>[^<]*</b>[^<]*</span>([^<]*)</span>`)
)

// explainedIn returns a page's HTML, with [1:IMAP|signs before|rest, signs behind] for an
// abbreviation that is explained, and its Markdown copy.
func explainedIn(t *testing.T, lang, src string) (html, md string) {
	t.Helper()
	o := languages[lang]
	o.Abbreviations = meanings
	out := new(diag.List)
	var h, m bytes.Buffer
	New(o).Convert(input("page.md", []byte(src), 0, out), &h, &m)
	if out.Len() > 0 {
		t.Errorf("%q: %v", src, out.Sorted())
	}
	s := buttonRE.ReplaceAllString(h.String(), "[$1|$3|")
	s = meantRE.ReplaceAllString(s, "|$1$2]")
	return strings.TrimSpace(s), strings.TrimSpace(m.String())
}

// TestAbbreviations: the first mention in running text is explained, whatever
// stands around it; what is another word, a name or code is not.
func TestAbbreviations(t *testing.T) {
	for src, want := range map[string]string{
		"Met IMAP lees je. IMAP is goed.":        "<p>Met [|IMAP||abbr-1] lees je. IMAP is goed.</p>",
		"IMAP":                                   "<p>[|IMAP||abbr-1]</p>",
		"Kies (IMAP).":                           "<p>Kies [(|IMAP||abbr-1).]</p>",
		"De IMAP-server van je.":                 "<p>De [|IMAP|-server|abbr-1] van je.</p>",
		"Twee URL's, *IMAP* en **POP**":          "<p>Twee [|URL|’s|abbr-1,] <em>[|IMAP||abbr-2]</em> en <strong>[|POP||abbr-3]</strong></p>",
		"IMAP/POP":                               "<p>[|IMAP||abbr-1]/[|POP||abbr-2]</p>",
		"Zeg \"IMAP\" of 'POP' nu":               "<p>Zeg [“|IMAP||abbr-1”] of [‘|POP||abbr-2’] nu</p>",
		"POP3 en POP":                            "<p>[|POP3||abbr-1] en [|POP||abbr-2]</p>",
		"Doe dat a.u.b. niet":                    "<p>Doe dat [|a.u.b.||abbr-1] niet</p>",
		"Bij AT&T, 5 &amp; 6":                    "<p>Bij [|AT&amp;T||abbr-1,] 5 &amp; 6</p>",
		"Zo is\nIMAP\nnieuw":                     "<p>Zo is\n[|IMAP||abbr-1]\nnieuw</p>",
		"IMAP\\\nPOP":                            "<p>[|IMAP||abbr-1]<br>\n[|POP||abbr-2]</p>",
		"- a\n- IMAP":                            "<ul>\n<li>a</li>\n<li>[|IMAP||abbr-1]</li>\n</ul>",
		"> [!TIP]\n> IMAP":                       "<div class=\"alert alert-tip\" role=\"note\">\n<p class=\"alert-title\">Tip</p>\n<p>[|IMAP||abbr-1]</p>\n</div>",
		"## IMAP\n\nIMAP":                        "<h2 id=\"imap\">IMAP</h2>\n<p>[|IMAP||abbr-1]</p>",
		"[IMAP](imap.md) en *[x IMAP](imap.md)*": "<p><a href=\"/imap/\">IMAP</a> en <em><a href=\"/imap/\">x IMAP</a></em></p>",
		"`IMAP` en https://IMAP.example/IMAP":    "<p><code>IMAP</code> en <a href=\"https://IMAP.example/IMAP\">https://IMAP.example/IMAP</a></p>",
		"imap, IMAP4, SIMAP, IMAP_x, IMAP.nl, @IMAP, #IMAP": "<p>imap, IMAP4, SIMAP, IMAP_x, IMAP.nl, @IMAP, #IMAP</p>",
		"هاتف ه.م. هنا":                                     "<p>هاتف [|ه.م.||abbr-1] هنا</p>",
		"| IMAP | b |\n|---|---|\n| x | POP |":              "<div class=\"table\">\n<table>\n<thead>\n<tr>\n<th scope=\"col\">IMAP</th>\n<th scope=\"col\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>x</td>\n<td>[|POP||abbr-1]</td>\n</tr>\n</tbody>\n</table>\n</div>",
	} {
		if got, _ := explainedIn(t, "nl", src); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", src, got, want)
		}
	}
	if got, _ := explainedIn(t, "fr", "Choisissez IMAP : oui"); got != "<p>Choisissez [|IMAP||abbr-1\u202f:] oui</p>" {
		t.Error("French:", got)
	}
	if got, _ := explainedIn(t, "nl", "## Abbr 1 {#abbr-1}\n\nIMAP"); !strings.Contains(got, "abbr-2") {
		t.Error("an id twice:", got)
	}
}

// TestAbbreviationCopied: in the Markdown copy the explanation stands behind the
// word, letter by letter; the blocks of the page have what was typed.
func TestAbbreviationCopied(t *testing.T) {
	for src, want := range map[string]string{
		"De IMAP-server, en IMAP.": "De IMAP-server (Internet Message Access Protocol), en IMAP.",
		"(*URL*)":                  `(*URL (een \*webadres\*)*)`,
		"a x&lt;y b":               "a x&lt;y b",
	} {
		if _, got := explainedIn(t, "nl", src); got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
	o := languages["nl"]
	plain := New(o).Convert(input("page.md", []byte("De \"IMAP-server\"\nvan POP's."), 0, new(diag.List)), nil, nil).Blocks()
	o.Abbreviations = meanings
	got := New(o).Convert(input("page.md", []byte("De \"IMAP-server\"\nvan POP's."), 0, new(diag.List)), nil, nil).Blocks()
	if len(got) != 1 || got[0].Text != plain[0].Text || got[0].Hash() != plain[0].Hash() || got[0].Pos(strings.Index(got[0].Text, "van")) != plain[0].Pos(strings.Index(plain[0].Text, "van")) {
		t.Errorf("got %+v, want %+v", got, plain)
	}
}
