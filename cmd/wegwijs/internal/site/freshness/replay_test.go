package freshness

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// replayed is the text with which the history begins.
const replayed = `+++
title = "Mail op je telefoon"
description = "Zo zet je je mail op een telefoon."
order = 3
+++
In vijf minuten staat je mail op je telefoon.

## Voordat je begint

Leg je e-mailadres en je wachtwoord klaar.

> [!WARNING]
> Geef je wachtwoord aan niemand, ook niet aan ons.

## Account toevoegen

:::steps
1. Open de app Instellingen.
2. Tik op Mail en daarna op Accounts.
3. Kies Voeg account toe.
4. Vul je naam en je e-mailadres in.
:::

Je ziet daarna het scherm met de servers.

## Servers

| Server | Naam | Poort |
|---|---|---|
| Inkomend | imap.voorbeeld.nl | 993 |
| Uitgaand | smtp.voorbeeld.nl | 465 |

Gebruik altijd een versleutelde verbinding met de server, want anders leest iemand op hetzelfde netwerk je wachtwoord mee.

![Het scherm met de twee servers](scherm.png)

### Als het niet lukt

- Controleer of je wachtwoord klopt op de webmail.
- Zet de telefoon uit en weer aan.
- Lees [wat je kunt doen](werkt-niet.md) als er een melding staat.

## Klaar

Stuur jezelf een bericht om te zien of het werkt. Komt het aan, dan ben je klaar.
`

// An edit is one step of the history: what the writer did to the text, and what a
// translator should hear of it, one change a line as says has it.
type edit struct {
	kind     string
	old, now string // what is replaced, once
	want     string
}

var history = []edit{
	// a word
	{"word", "In vijf minuten", "In enkele minuten", "~ In vijf minuten staat je mail op je telefoon. | In enkele minuten staat je mail op je telefoon."},
	{"word", "Kies Voeg account toe.", "Kies Nieuw account.", "~ Kies Voeg account toe. | Kies Nieuw account."},
	{"word", "Leg je e-mailadres en je wachtwoord klaar.", "Houd je e-mailadres en je wachtwoord bij de hand.", "~ Leg je e-mailadres en je wachtwoord klaar. | Houd je e-mailadres en je wachtwoord bij de hand."},
	{"word", "aan niemand", "nooit aan iemand", "~ Geef je wachtwoord aan niemand, ook niet aan ons. | Geef je wachtwoord nooit aan iemand, ook niet aan ons."},
	{"word", "weer aan.", "daarna weer aan.", "~ Zet de telefoon uit en weer aan. | Zet de telefoon uit en daarna weer aan."},
	{"word", "Het scherm met de twee servers", "De instellingen van de twee servers", "~ Het scherm met de twee servers\x00 | De instellingen van de twee servers\x00"},
	// a number
	{"number", "993", "995", "~ 993 | 995"},
	{"number", "465", "587", "~ 465 | 587"},
	{"number", "In enkele minuten", "In 10 minuten", "~ In enkele minuten staat je mail op je telefoon. | In 10 minuten staat je mail op je telefoon."},
	{"number", "In 10 minuten", "In 15 minuten", "~ In 10 minuten staat je mail op je telefoon. | In 15 minuten staat je mail op je telefoon."},
	{"number", "995", "993", "~ 995 | 993"},
	// added
	{"added", "## Voordat", "Dat geldt voor elke telefoon met Android of iOS.\n\n## Voordat", "+ Dat geldt voor elke telefoon met Android of iOS."},
	{"added", "4. Vul je naam", "4. Wacht tot het scherm verandert.\n5. Vul je naam", "+ Wacht tot het scherm verandert."},
	{"added", "- Controleer of", "- Kijk of er een storing is.\n- Controleer of", "+ Kijk of er een storing is."},
	{"added", "Stuur jezelf", "> [!TIP]\n> Doe dit ook op je tablet.\n\nStuur jezelf", "+ [!TIP]\n+ Doe dit ook op je tablet."},
	{"word", "[!TIP]", "[!IMPORTANT]", "~ [!TIP] | [!IMPORTANT]"},
	{"added", "Gebruik altijd", "```\nimap.voorbeeld.nl:993\n```\n\nGebruik altijd", "+ imap.voorbeeld.nl:993\n"},
	// removed
	{"removed", "Dat geldt voor elke telefoon met Android of iOS.\n\n", "", "- Dat geldt voor elke telefoon met Android of iOS."},
	{"removed", "- Kijk of er een storing is.\n", "", "- Kijk of er een storing is."},
	{"removed", "4. Wacht tot het scherm verandert.\n5. Vul je naam", "4. Vul je naam", "- Wacht tot het scherm verandert."},
	{"removed", "```\nimap.voorbeeld.nl:993\n```\n\n", "", "- imap.voorbeeld.nl:993\n"},
	// moved
	{"moved", "- Zet de telefoon uit en daarna weer aan.\n- Lees [wat je kunt doen](werkt-niet.md) als er een melding staat.\n", "- Lees [wat je kunt doen](werkt-niet.md) als er een melding staat.\n- Zet de telefoon uit en daarna weer aan.\n", "> Zet de telefoon uit en daarna weer aan."},
	{"moved", "Je ziet daarna het scherm met de servers.\n\n## Servers\n", "## Servers\n\nJe ziet daarna het scherm met de servers.\n", "> Je ziet daarna het scherm met de servers."},
	{"moved", "> [!WARNING]\n> Geef je wachtwoord nooit aan iemand, ook niet aan ons.\n\n## Account toevoegen\n", "## Account toevoegen\n\n> [!WARNING]\n> Geef je wachtwoord nooit aan iemand, ook niet aan ons.\n", "> Account toevoegen"},
	{"moved", "1. Open de app Instellingen.\n2. Tik op Mail en daarna op Accounts.\n", "1. Tik op Mail en daarna op Accounts.\n2. Open de app Instellingen.\n", "> Open de app Instellingen."},
	{"moved", "1. Tik op Mail en daarna op Accounts.\n2. Open de app Instellingen.\n", "1. Open de app Instellingen.\n2. Tik op Mail en daarna op Accounts.\n", "> Tik op Mail en daarna op Accounts."},
	// split
	{"split", "Gebruik altijd een versleutelde verbinding met de server, want anders leest iemand op hetzelfde netwerk je wachtwoord mee.", "Gebruik altijd een versleutelde verbinding met de server.\n\nAnders leest iemand op hetzelfde netwerk je wachtwoord mee.", "~ Gebruik altijd een versleutelde verbinding met de server, want anders leest iemand op hetzelfde netwerk je wachtwoord mee. | Anders leest iemand op hetzelfde netwerk je wachtwoord mee.\n+ Gebruik altijd een versleutelde verbinding met de server."},
	{"split", "Komt het aan, dan ben je klaar.", "\n\nKomt het aan, dan ben je klaar.", "~ Stuur jezelf een bericht om te zien of het werkt. Komt het aan, dan ben je klaar. | Stuur jezelf een bericht om te zien of het werkt.\n+ Komt het aan, dan ben je klaar."},
	{"split", "2. Tik op Mail en daarna op Accounts.\n", "2. Tik op Mail.\n3. Tik daarna op Accounts.\n", "~ Tik op Mail en daarna op Accounts. | Tik daarna op Accounts.\n+ Tik op Mail."},
	// merged
	{"merged", "2. Tik op Mail.\n3. Tik daarna op Accounts.\n", "2. Tik op Mail en daarna op Accounts.\n", "~ Tik daarna op Accounts. | Tik op Mail en daarna op Accounts.\n- Tik op Mail."},
	{"merged", "het werkt. \n\nKomt", "het werkt. Komt", "~ Stuur jezelf een bericht om te zien of het werkt. | Stuur jezelf een bericht om te zien of het werkt. Komt het aan, dan ben je klaar.\n- Komt het aan, dan ben je klaar."},
	{"merged", "met de server.\n\nAnders leest", "met de server. Anders leest", "~ Anders leest iemand op hetzelfde netwerk je wachtwoord mee. | Gebruik altijd een versleutelde verbinding met de server. Anders leest iemand op hetzelfde netwerk je wachtwoord mee.\n- Gebruik altijd een versleutelde verbinding met de server."},
	// a heading
	{"heading", "## Klaar\n", "## Controleren\n", "~ Klaar | Controleren"},
	{"heading", "### Als het niet lukt", "## Als het niet lukt", "~ Als het niet lukt | Als het niet lukt"},
	{"heading", "## Servers\n", "## De servers van je mail\n", "~ Servers | De servers van je mail"},
	{"heading", "## Voordat je begint\n\n", "", "- Voordat je begint"},
	{"heading", "Stuur jezelf", "### De proef\n\nStuur jezelf", "+ De proef"},
	{"heading", "## Controleren\n", "## Controleren {#controle}\n", ""},
	// a table
	{"table", "| Uitgaand | smtp.voorbeeld.nl | 587 |\n", "| Uitgaand | smtp.voorbeeld.nl | 587 |\n| Agenda | dav.voorbeeld.nl | 443 |\n", "+ Agenda\n+ dav.voorbeeld.nl\n+ 443"},
	{"table", "| Agenda | dav.voorbeeld.nl | 443 |\n", "", "- Agenda\n- dav.voorbeeld.nl\n- 443"},
	{"table", "smtp.voorbeeld.nl", "uit.voorbeeld.nl", "~ smtp.voorbeeld.nl | uit.voorbeeld.nl"},
	{"table", "| Server | Naam | Poort |\n|---|---|---|\n| Inkomend | imap.voorbeeld.nl | 993 |\n| Uitgaand | uit.voorbeeld.nl | 587 |\n", "| Server | Naam | Poort | Slot |\n|---|---|---|---|\n| Inkomend | imap.voorbeeld.nl | 993 | TLS |\n| Uitgaand | uit.voorbeeld.nl | 587 | STARTTLS |\n", "+ Slot\n+ TLS\n+ STARTTLS"},
	{"table", "| Inkomend | imap.voorbeeld.nl | 993 | TLS |\n| Uitgaand | uit.voorbeeld.nl | 587 | STARTTLS |\n", "| Uitgaand | uit.voorbeeld.nl | 587 | STARTTLS |\n| Inkomend | imap.voorbeeld.nl | 993 | TLS |\n", "> Inkomend\n> imap.voorbeeld.nl\n> 993\n> TLS"},
	// front matter
	{"front matter", "title = \"Mail op je telefoon\"", "title = \"E-mail op je telefoon\"", "~ Mail op je telefoon | E-mail op je telefoon"},
	{"front matter", "Zo zet je je mail op een telefoon.", "Mail lezen onderweg.", "~ Zo zet je je mail op een telefoon. | Mail lezen onderweg."},
	{"front matter", "order = 3\n", "order = 3\nnav_title = \"Telefoon\"\n", "+ Telefoon"},
	{"front matter", "order = 3\n", "order = 4\nkeywords = [\"mobiel\"]\n", ""},
	{"front matter", "nav_title = \"Telefoon\"\n", "", "- Telefoon"},
	// the file: its bytes stay, under another name
	{"rename", "", "", ""},
}

// TestReplay replays a history of edits. After each a translator, who had taken
// over all before it, hears exactly what changed. Which of two neighbours that
// change places is the one that moved is for the program to say.
func TestReplay(t *testing.T) {
	text, file := replayed, "content/nl/telefoon.md"
	kinds := map[string]int{}
	found, right, wanted := 0, 0, 0
	for i, e := range history {
		was := Parse(file, []byte(text))
		if n := strings.Count(text, e.old); e.old != "" && n != 1 {
			t.Fatalf("edit %d (%s): %q stands %d times in the text", i, e.kind, e.old, n)
		}
		if e.kind == "rename" {
			file = "content/nl/mobiel.md"
		} else {
			text = strings.Replace(text, e.old, e.now, 1)
		}
		kinds[e.kind]++
		got, want := lines(says(was, Parse(file, []byte(text)))), lines(e.want)
		found, wanted = found+len(got), wanted+len(want)
		for _, g := range got {
			if slices.Contains(want, g) {
				right++
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("edit %d (%s): got\n%s\nwant\n%s", i, e.kind, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	precision, recall := float64(right)/float64(found), float64(right)/float64(wanted)
	t.Logf("%d edits of %d kinds: precision %.3f, recall %.3f", len(history), len(kinds), precision, recall)
	if len(history) < 40 || len(kinds) < 11 || precision < 0.98 || recall < 0.98 {
		t.Errorf("%d edits of the kinds %v: precision %.3f, recall %.3f", len(history), slices.Sorted(maps.Keys(kinds)), precision, recall)
	}
}

// lines returns the lines of s, sorted; none of "".
func lines(s string) []string {
	if s == "" {
		return nil
	}
	list := strings.Split(strings.ReplaceAll(s, "\n\n", "\n"), "\n")
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	slices.Sort(list)
	return list
}
