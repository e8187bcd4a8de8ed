package exchange

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

const dutch = `+++
title = "IMAP \"instellen\""
description = 'Zo stel je "IMAP" in'
order = 3
slug = "imap"
[groups.een]
title = "Een groep"
pages = ["a"]
+++
Mail op **elke** telefoon: zie [IMAP](imap.md#poort "Titel"), ` + "`telnet`" + ` & <https://voorbeeld.nl/>.

## Kop met :ui[Knop] {#kop}

> [!WARNING] Let goed op
> Eerste regel van de waarschuwing,
> en de tweede met :setting[imap.host]{product=x}.

:::details[Meer weten]
1. Open het venster
   en wacht.
2. Sluit het.
:::

| Poort | Naam \| host |
|---|---|
| 993 | imap.voorbeeld.nl |

![Het scherm](scherm.png)

::settings[imap]

` + "```\ncode <b>\n```" + `

Term
: Uitleg van de term.
`

const english = `+++
title = "Set up \"IMAP\""
description = "How to set up IMAP"
slug = "imap-settings"
source = "0123456789abcdef"
[groups.een]
title = "A group"
+++
Mail on **each** phone:
see [IMAP](imap.md#poort "Title"), ` + "`telnet`" + ` & <https://voorbeeld.nl/en/>.

## Heading with :ui[Button]

> [!WARNING] Take care
> First line of the warning, and the second with :setting[imap.host]{product=x}.

:::details[Know more]
1. Open the window and wait.
2. Close it.
:::

| Port | Name \| host |
|---|---|
| 993 | imap.voorbeeld.nl |

![The screen](scherm.png)

::settings[imap]

` + "```\ncode <i>\n```" + `

Term
: Explanation of the term.
`

func page(t *testing.T, translation string) (*Page, *freshness.Text, *freshness.Text) {
	t.Helper()
	text := freshness.Parse("content/nl/imap.md", []byte(dutch))
	if translation == "" {
		return Of(text, nil, "nl", "en", []byte(dutch), nil), text, nil
	}
	tr := freshness.Parse("content/en/imap.md", []byte(translation))
	return Of(text, tr, "nl", "en", []byte(dutch), []byte(translation)), text, tr
}

// A page that comes back as it was sent leaves the translation as it was, to the
// byte, in every format and whatever its line ends.
func TestRoundTrip(t *testing.T) {
	for _, translation := range []string{english, strings.ReplaceAll(english, "\n", "\r\n")} {
		p, text, tr := page(t, translation)
		if len(p.Units) < 16 {
			t.Fatalf("only %d units: %+v", len(p.Units), p.Units)
		}
		for _, f := range Formats {
			got, err := Decode(p.Encode(Format(f)))
			if err != nil {
				t.Fatalf("%s: %v\n%s", f, err, p.Encode(Format(f)))
			}
			for i := range p.Units {
				if got.Units[i].Source != p.Units[i].Source || got.Units[i].Target != p.Units[i].Target {
					t.Errorf("%s: got %q %q, want %q %q", f, got.Units[i].Source, got.Units[i].Target, p.Units[i].Source, p.Units[i].Target)
				}
			}
			merged, complete, err := got.Merge(text, tr, []byte(dutch), []byte(translation))
			if err != nil || !complete || string(merged) != translation {
				t.Errorf("%s: error %v, complete %t, and\n%s", f, err, complete, merged)
			}
		}
	}
}

// Words that come back stand in their places, and nothing else changes.
func TestWordsComeBack(t *testing.T) {
	for _, f := range Formats {
		p, text, tr := page(t, english)
		sent := p.Encode(Format(f))
		for _, c := range []struct{ old, now, want string }{
			{"How to set up IMAP", "IMAP, step by step", `description = "IMAP, step by step"`},
			{"A group", "One group", "[groups.een]\ntitle = \"One group\"\n"},
			{"Close it.", "Shut it.", "2. Shut it.\n:::"},
			{"Know more", "Read on", ":::details[Read on]\n"},
			{"The screen", "What you see", "![What you see](scherm.png)"},
			{"Take care", "Mind this", "> [!WARNING] Mind this\n> First"},
			{"Explanation of", "What is meant by", ": What is meant by the term."},
		} {
			got, err := Decode(bytes.Replace(sent, []byte(c.old), []byte(c.now), 1))
			if err != nil {
				t.Fatal(err)
			}
			merged, _, err := got.Merge(text, tr, []byte(dutch), []byte(english))
			if err != nil || string(merged) != strings.Replace(english, c.old, c.now, 1) || !strings.Contains(string(merged), c.want) {
				t.Errorf("%s, %s: error %v and\n%s", f, c.now, err, merged)
			}
		}
	}
}

// A page that was not there comes with the blocks of its text, as a draft.
func TestANewPage(t *testing.T) {
	p, text, _ := page(t, "")
	for i := range p.Units {
		p.Units[i].Target = strings.ReplaceAll(p.Units[i].Source, "venster", "window")
	}
	for _, f := range Formats {
		got, err := Decode(p.Encode(Format(f)))
		if err != nil {
			t.Fatal(err)
		}
		merged, complete, err := got.Merge(text, nil, []byte(dutch), nil)
		if err != nil || !complete {
			t.Fatalf("%s: %v", f, err)
		}
		for _, want := range []string{"draft = true # remove this line when the page is translated\n[groups.een]\ntitle = \"Een groep\"\n+++\n", "1. Open het window\n   en wacht.\n", "code <b>", "{#kop}"} {
			if !strings.Contains(string(merged), want) {
				t.Errorf("%s: %q is not in\n%s", f, want, merged)
			}
		}
	}
	// Half of it is no complete page.
	p.Units[4].Target = ""
	got, _ := Decode(p.Encode(XLIFF2))
	if _, complete, err := got.Merge(text, nil, []byte(dutch), nil); err != nil || complete {
		t.Errorf("half a page: complete %t, error %v", complete, err)
	}
}

// What is broken, of another text or would change more than words is refused, at
// its line.
func TestRefused(t *testing.T) {
	p, text, tr := page(t, english)
	for name, c := range map[string]struct {
		f         Format
		old, now  string
		line      bool // it has one beyond the first
		wantInMsg string
	}{
		"cut short":               {XLIFF2, "</unit>", "", true, "not XML"},
		"cut short, 1.2":          {XLIFF1, "</trans-unit>", "", true, "not XML"},
		"not XLIFF":               {XLIFF2, "<xliff", "<tmx", false, "not"},
		"a document type":         {XLIFF2, "<xliff", "<!DOCTYPE x [<!ENTITY a \"b\">]><xliff", true, "document type"},
		"another stamp":           {XLIFF2, p.Stamp, "0000000000000000", false, "changed since"},
		"another stamp, PO":       {PO, p.Stamp, "0000000000000000", false, "changed since"},
		"no stamp":                {XLIFF1, "stamp ", "", false, "which text"},
		"another source":          {XLIFF1, "Sluit het.", "Sluit dat.", true, "not what was sent"},
		"a setting lost":          {PO, ":setting[imap.host]{product=x}.\"\n\n#. directive", "the server.\"\n\n#. directive", true, "lacks"},
		"a comment":               {XLIFF2, "second with <ph", "second with <!-- --><ph", false, ""},
		"a placeholder in a note": {XLIFF2, ">stamp ", "><ph dataRef=\"d1\"/>stamp ", true, "stands for nothing"},
		"a quote open, PO":        {PO, "msgid \"Sluit het.\"", "msgid \"Sluit het.", true, "between quotes"},
		"a strange word, PO":      {PO, "msgid \"Sluit het.\"", "msgxx \"Sluit het.\"", true, "msgxx"},
		"a list in an item, PO":   {PO, "msgstr \"Close it.\"", "msgstr \"- Close it.\"", true, "would not be one"},
		"an empty line, PO":       {PO, "Explanation of the", "Explanation\\n\\nof the", false, ""},
		"a heading in an item":    {XLIFF2, "<target>Close it.", "<target># Close it.", true, "would not be one"},
		"an unknown element":      {XLIFF2, "<target>Close it.", "<target><b>Close</b> it.", true, "has no place"},
		"a unit gone, PO":         {PO, "msgctxt \"u2\"", "msgctxt \"u99\"", false, "is missing"},
		"a unit twice, PO":        {PO, "msgctxt \"u2\"", "msgctxt \"u1\"", true, "twice"},
		"a target that is bigger": {XLIFF1, "<target state=\"translated\">Know more", "<target state=\"translated\">Know] more", true, "would not be one"},
	} {
		sent := string(p.Encode(c.f))
		if !strings.Contains(sent, c.old) {
			t.Errorf("%s: %q is not in what is sent\n%s", name, c.old, sent)
			continue
		}
		got, err := Decode([]byte(strings.Replace(sent, c.old, c.now, 1)))
		if err == nil {
			_, _, err = got.Merge(text, tr, []byte(dutch), []byte(english))
		}
		var bad *Error
		switch {
		case c.wantInMsg == "":
			if err != nil {
				t.Errorf("%s: got %v", name, err)
			}
		case !errors.As(err, &bad):
			t.Errorf("%s: got %v", name, err)
		case !strings.Contains(bad.Msg, c.wantInMsg) || bad.Line < 1 || c.line && bad.Line < 2:
			t.Errorf("%s: got line %d: %s", name, bad.Line, bad.Msg)
		}
	}
}

// The words of a picture, of its caption and of the title of a link travel once,
// as words, and come back together.
func TestTitles(t *testing.T) {
	const nl = "+++\ntitle = \"T\"\n+++\n![Een scherm](s.png \"Zo'n \\\"scherm\\\" zoek je.\")\n\nZie [dit](b.md \"Een titel\") en ![los](c.png \"Erbij\").\n"
	const en = "+++\ntitle = \"T\"\n+++\n![A screen](s.png \"Look for \\\"this\\\".\")\n\nSee [this](b.md \"A title\") and ![loose](c.png \"With it\").\n"
	text, tr := freshness.Parse("content/nl/a.md", []byte(nl)), freshness.Parse("content/en/a.md", []byte(en))
	p := Of(text, tr, "nl", "en", []byte(nl), []byte(en))
	for _, words := range []string{"Een scherm", "zoek je", "Een titel", "los", "Erbij", "dit"} {
		n := 0
		for _, u := range p.Units {
			for _, x := range pieces(u.Source) {
				if !x.token {
					n += strings.Count(x.text, words)
				}
			}
		}
		if n != 1 {
			t.Errorf("%q is sent %d times, want once", words, n)
		}
	}
	for _, f := range Formats {
		sent := string(p.Encode(Format(f)))
		want := en
		for _, x := range [][2]string{{"A screen", "The screen that you see"}, {"Look for", "Search"}, {"A title", "Its name"}, {"With it", "Beside that"}, {"loose", "by itself"}} {
			if !strings.Contains(sent, x[0]) {
				t.Fatalf("%s: %q was not sent", f, x[0])
			}
			sent, want = strings.Replace(sent, x[0], x[1], 1), strings.Replace(want, x[0], x[1], 1)
		}
		got, err := Decode([]byte(sent))
		if err != nil {
			t.Fatal(err)
		}
		merged, complete, err := got.Merge(text, tr, []byte(nl), []byte(en))
		if err != nil || !complete || string(merged) != want {
			t.Errorf("%s: error %v, complete %t, and\n%s", f, err, complete, merged)
		}
	}
}
