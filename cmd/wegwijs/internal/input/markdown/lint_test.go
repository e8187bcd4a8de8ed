package markdown

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A linked is a resolver of a site that has every page and every image.
type linked struct{ alone }

func (linked) Kind(name string) (Kind, bool) {
	k, ok := map[string]Kind{"ui": Inline, "lang": Container, "steps": Container}[name]
	return k, ok
}
func (linked) Directive(d *Directive) (html, md string, err error) {
	return "<div>" + d.Content + d.Label + "</div>", "", nil
}

// lint returns what is found in a text of a language: the place and the code of
// each, and what the message quotes.
func lint(t *testing.T, lang, text string) []string {
	t.Helper()
	out := new(diag.List)
	var h bytes.Buffer
	New(Options{Lang: lang}).Convert(&Input{File: "p.md", Src: []byte(text), Site: linked{}, Out: out}, &h, nil)
	var got []string
	for _, d := range out.Sorted() {
		got = append(got, strings.TrimPrefix(d.Pos.String(), "p.md:")+" "+string(d.Code))
	}
	return got
}

// TestLints: what readers who listen, or who look from link to link, would miss.
func TestLints(t *testing.T) {
	for _, c := range []struct {
		lang, text string
		want       []string
	}{
		// Links whose words say nothing, in the language of the page or in English.
		{"nl", "[hier](a.md)", []string{"1:1 link-text"}},
		{"nl", "Kijk [Klik hier!](a.md) eens", []string{"1:6 link-text"}},
		{"nl", "[**Lees meer →**](a.md)", []string{"1:1 link-text"}},
		{"nl", "é😀 [meer\ninformatie](a.md)", []string{"1:5 link-text"}},
		{"nl-BE", "[deze pagina](a.md)", []string{"1:1 link-text"}},
		{"de", "[Hier klicken](a.md)", []string{"1:1 link-text"}},
		{"fr", "[En savoir plus…](a.md)", []string{"1:1 link-text"}},
		{"fr", "[plus d’informations](a.md)", []string{"1:1 link-text"}},
		{"en", "[this page](a.md)", []string{"1:1 link-text"}},
		{"nl", "[click here](a.md)", []string{"1:1 link-text"}},
		{"nl", "[https://www.voorbeeld.example/een/lang/pad](https://www.voorbeeld.example/een/lang/pad)", []string{"1:1 link-text"}},
		{"nl", "[hier stel je IMAP in](a.md), [Meer over IMAP](a.md), [www.voorbeeld.example](https://www.voorbeeld.example)", nil},
		{"en", "[hier](a.md)", nil}, // a word of another language
		{"", "[hier](a.md)", nil},
		{"nl", "<https://www.voorbeeld.example/> en https://www.voorbeeld.example/a", nil}, // an address that is meant to be read
		// Headings that skip a level; the title is of level 1.
		{"nl", "## A\n\n#### B", []string{"3:1 heading-order"}},
		{"nl", "### A", []string{"1:1 heading-order"}},
		{"nl", "## A\n\n### B\n\n## C\n\n#### D\n\n##### E", []string{"7:1 heading-order"}},
		{"nl", "## A\n\n### B\n\n#### C\n\n## D", nil},
		{"nl", "## A\n\n:::steps\n#### B\n:::", []string{"4:1 heading-order"}},
		// Texts of images.
		{"nl", "![](a.png)", []string{"1:1 image-alt"}},
		{"nl", "![IMG_2031.jpg](a.png)", []string{"1:1 image-alt"}},
		{"nl", "![Schermafbeelding 2026-11-02 om 10.12.33](a.png)", []string{"1:1 image-alt"}},
		{"nl", "![outlook-scherm-2](map/outlook-scherm-2.png)", []string{"1:1 image-alt"}},
		{"nl", "![Afbeelding](a.png)", []string{"1:1 image-alt"}},
		{"nl", "![Een afbeelding van het scherm](a.png)", []string{"1:1 image-alt"}},
		{"en", "![image of the screen](a.png)", []string{"1:1 image-alt"}},
		{"de", "![Bild von dem Fenster](a.png)", []string{"1:1 image-alt"}},
		{"nl", "![Het scherm met de knop Opslaan](a.png)", nil},
		{"nl", "![outlook](outlook.png)", nil},
		{"nl", "![Foto van het gebouw](a.png)", nil}, // that it is a photograph says something
		{"nl", "![IMAP in 3 stappen](a.png)", nil},
		// Columns without a name.
		{"nl", "| a |  |\n|---|---|\n| 1 | 2 |", []string{"1:6 table-header"}},
		{"nl", "|  |  |\n|---|---|\n| 1 | 2 |", []string{"1:1 table-header"}},
		{"nl", "| | a | | b |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 |", []string{"1:8 table-header"}},
		{"nl", "| | a | b |\n|---|---|---|\n| 1 | 2 | 3 |", nil}, // the first column names the rows
		{"nl", "| a | ![x](a.png) |\n|---|---|\n| 1 | 2 |", nil},
		// A text in another language.
		{"nl", "The server responded with an error and your message was not delivered to them.", []string{"1:1 language-part"}},
		{"nl", "Eerst Nederlands, en dat is goed.\n\n> We could not verify that you have the permission to send as this user.", []string{"3:3 language-part"}},
		{"en", "Ga naar het menu en kies voor een account dat niet is ingesteld met deze server.", []string{"1:1 language-part"}},
		{"de", "Vous pouvez choisir cette option dans le menu qui est sur votre appareil.", []string{"1:1 language-part"}},
		{"fr", "Das ist nicht die Seite, auf der man mit dem Konto etwas einstellen kann.", []string{"1:1 language-part"}},
		{"nl", "- Klik door.\n- Keep the messages that are on your server for this many days.", []string{"2:3 language-part"}},
		{"nl", ":::lang{code=en}\nThe server responded with an error and your message was not delivered to them.\n:::", nil},
		{"nl", "Kies :ui[Keep the messages that are on your server and this device] als je wilt.", nil},
		{"nl", "Kies **Keep the messages that are on your server** in het menu.", nil},
		{"nl", "Leave a copy on server", nil}, // too short to be sure
		{"nl", "`the server responded with an error and your message was not delivered to them`", nil},
		{"nl", "Outlook for iOS, Outlook for Android, Outlook for Mac and Outlook for Windows", nil},
		{"nl", "Microsoft Outlook Express 6.0 IMAP POP SMTP TLS 1.3 AUTH LOGIN PLAIN", nil},
		{"es", "The server responded with an error and your message was not delivered.", nil},
		{"de", "Der Server hat mit einem Fehler geantwortet, und die Nachricht ist nicht angekommen.", nil},
		{"fr", "Le serveur a répondu avec une erreur et le message est perdu dans le vide.", nil},
	} {
		if got := lint(t, c.lang, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s %q: got %q, want %q", c.lang, c.text, got, c.want)
		}
	}
}
