package freshness

import (
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

const whens = "Een twee drie vier.\n\n:::when{has=pop}\nVijf zes zeven acht.\n\n1. Open de app.\n2. Tik op Klaar.\n:::\n\n:::when{lacks=pop}\nNegen tien elf.\n:::\n\nLees:when[ in de webmail]{has=webmail} verder."

// TestWhenChanges: a when directive is a block, and where it begins and ends is
// part of what stands in it.
func TestWhenChanges(t *testing.T) {
	for name, tt := range map[string]struct{ old, now, want string }{
		"nothing":                     {"", "", ""},
		"more colons":                 {":::when{has=pop}\nVijf zes zeven acht.\n\n1. Open de app.\n2. Tik op Klaar.\n:::", "::::when{ has=\"pop\" }\nVijf zes zeven acht.\n\n1. Open de app.\n2. Tik op Klaar.\n::::", ""},
		"another condition":           {"{has=pop}", "{has=imap}", "~ :::when{has=pop} | :::when{has=imap}"},
		"one more name":               {"{has=pop}", "{has=\"pop webmail\"}", "~ :::when{has=pop} | :::when{has=\"pop webmail\"}"},
		"the other way round":         {"{has=pop}", "{lacks=pop}", "~ :::when{has=pop} | :::when{lacks=pop}"},
		"it is gone":                  {":::when{lacks=pop}\nNegen tien elf.\n:::", "Negen tien elf.", "- :::when{lacks=pop}"},
		"it is new":                   {"Een twee drie vier.", ":::when{has=profile}\nEen twee drie vier.\n:::", "+ :::when{has=profile}"},
		"it ends earlier":             {"1. Open de app.\n2. Tik op Klaar.\n:::", ":::\n\n1. Open de app.\n2. Tik op Klaar.", "~ Open de app. | Open de app.\n~ Tik op Klaar. | Tik op Klaar."},
		"it begins earlier":           {"Een twee drie vier.\n\n:::when{has=pop}\n", ":::when{has=pop}\nEen twee drie vier.\n\n", "~ Een twee drie vier. | Een twee drie vier."},
		"something moves to another":  {"Negen tien elf.\n:::", "Negen tien elf.\n\nVijf zes zeven acht.\n:::", "~ Vijf zes zeven acht. | Vijf zes zeven acht."},
		"another one within":          {"Vijf zes zeven acht.\n", "::::when{has=webmail}\nVijf zes zeven acht.\n::::\n", "+ ::::when{has=webmail}"},
		"an inline one":               {"{has=webmail}", "{has=profile}", "~ Lees:when[ in de webmail]{has=webmail} verder. | Lees:when[ in de webmail]{has=profile} verder."},
		"with all that stands in it":  {":::when{lacks=pop}\nNegen tien elf.\n:::\n\n", "", "- :::when{lacks=pop}\n- Negen tien elf."},
		"with what stands in it, new": {"Lees", ":::when{has=profile}\nHaal het profiel op.\n:::\n\nLees", "+ :::when{has=profile}\n+ Haal het profiel op."},
	} {
		now := strings.Replace(whens, tt.old, tt.now, 1)
		if name == "something moves to another" {
			now = strings.Replace(now, "Vijf zes zeven acht.\n\n", "", 1)
		}
		if got := says(page(whens), page(now)); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, tt.want)
		}
	}
}

// TestWhenGaps: a translation has the when directives of its text, with their
// conditions and around the same blocks; one mistake is one finding.
func TestWhenGaps(t *testing.T) {
	for name, tt := range map[string]struct{ old, now, want string }{
		"nothing":             {"", "", ""},
		"in another way":      {"{has=pop}", "{has=\"pop\"}", ""},
		"another condition":   {"{has=pop}", "{has=imap}", "en.md:7:1: the translation lacks {has=pop} (compare it with content/nl/a.md:7:1: :::when{has=pop})"},
		"the other way round": {"{lacks=pop}", "{lacks=webmail}", "en.md:14:1: the translation lacks {lacks=pop} (compare it with content/nl/a.md:14:1: :::when{lacks=pop})"},
		"it is missing":       {":::when{has=pop}\nVijf zes zeven acht.\n\n1. Open de app.\n2. Tik op Klaar.\n:::", "Vijf zes zeven acht.\n\n1. Open de app.\n2. Tik op Klaar.", "en.md:5:1: the translation does not have the directive of content/nl/a.md:7:1 (translate it: :::when{has=pop})"},
		"the second":          {":::when{lacks=pop}\nNegen tien elf.\n:::", "Negen tien elf.", "en.md:11:4: the translation does not have the directive of content/nl/a.md:14:1 (translate it: :::when{lacks=pop})"},
		"one too many":        {"Een twee drie vier.", ":::when{has=imap}\nEen twee drie vier.\n:::", "en.md:5:1: the text has no such directive (remove it, or add it to content/nl/a.md)"},
		"it ends earlier":     {"1. Open de app.\n2. Tik op Klaar.\n:::", ":::\n\n1. Open de app.\n2. Tik op Klaar.", "en.md:12:4: it does not stand in the :::when{has=pop} of content/nl/a.md:7:1 (compare it with content/nl/a.md:10:4: Open de app.)"},
		"it begins earlier":   {"Een twee drie vier.\n\n:::when{has=pop}\n", ":::when{has=pop}\nEen twee drie vier.\n\n", "en.md:6:1: it stands in :::when{has=pop}, and in the text it does not (compare it with content/nl/a.md:5:1: Een twee drie vier.)"},
		"it ends later":       {"Negen tien elf.\n:::\n\nLees:when[ in de webmail]{has=webmail} verder.", "Negen tien elf.\n\nLees:when[ in de webmail]{has=webmail} verder.\n:::", "en.md:17:1: it stands in :::when{lacks=pop}, and in the text it does not (compare it with content/nl/a.md:18:1: Lees:when[ in de webmail]{has=webmail} verder.)"},
		"all in one":          {"Een twee drie vier.\n\n:::when{has=pop}\nVijf zes zeven acht.\n\n1. Open de app.\n2. Tik op Klaar.\n:::\n\n:::when{lacks=pop}\n", ":::when{has=pop}\nEen twee drie vier.\n\nVijf zes zeven acht.\n\n1. Open de app.\n2. Tik op Klaar.\n:::\n\n:::when{lacks=pop}\n", "en.md:6:1: it stands in :::when{has=pop}, and in the text it does not (compare it with content/nl/a.md:5:1: Een twee drie vier.)"},
		"it begins later":     {":::when{has=pop}\nVijf zes zeven acht.\n", "Vijf zes zeven acht.\n\n:::when{has=pop}\n", "en.md:7:1: it does not stand in the :::when{has=pop} of content/nl/a.md:7:1 (compare it with content/nl/a.md:8:1: Vijf zes zeven acht.)"},
		"the second earlier":  {"2. Tik op Klaar.\n:::\n\n:::when{lacks=pop}\n", ":::\n\n:::when{lacks=pop}\n2. Tik op Klaar.\n\n", "en.md:14:4: it does not stand in the :::when{has=pop} of content/nl/a.md:7:1 (compare it with content/nl/a.md:11:4: Tik op Klaar.)"},
		"both at once":        {":::when{lacks=pop}\nNegen tien elf.\n:::", "::::when{lacks=pop}\n:::when{has=imap}\nNegen tien elf.\n:::\n::::", "en.md:15:1: the text has no such directive (remove it, or add it to content/nl/a.md)"},
		"an inline one":       {"{has=webmail}", "{has=profile}", "en.md:18:1: the translation lacks {has=webmail} (compare it with content/nl/a.md:18:1: Lees:when[ in de webmail]{has=webmail} verder.)"},
		"an inline one less":  {":when[ in de webmail]{has=webmail}", " in de webmail", "en.md:18:1: the translation lacks {has=webmail} (compare it with content/nl/a.md:18:1: Lees:when[ in de webmail]{has=webmail} verder.)"},
		"an inline one more":  {"Een twee", "Een:when[ of]{has=profile} twee", "en.md:5:1: the text has no such condition: {has=profile} (compare it with content/nl/a.md:5:1: Een twee drie vier.)"},
		"divided otherwise":   {" verder.", ":when[ verder]{lacks=webmail}.", ""},
		"turned round":        {"{has=webmail}", "{lacks=webmail}", "en.md:18:1: the translation lacks {has=webmail} (compare it with content/nl/a.md:18:1: Lees:when[ in de webmail]{has=webmail} verder.)"},
		"of its own block":    {"Vijf zes", "Vijf:when[ zes]{has=pop}", ""},
	} {
		en := Parse("en.md", []byte("+++\ntitle = \"Title\"\n+++\n\n"+strings.Replace(whens, tt.old, tt.now, 1)+"\n"))
		out := new(diag.List)
		Report(page(whens), en, out, diag.Warning)
		var got []string
		for _, d := range out.Sorted() {
			got = append(got, d.Pos.String()+": "+d.Msg+" ("+d.Hint+")")
		}
		if s := strings.Join(got, "\n"); s != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, s, tt.want)
		}
	}
}
