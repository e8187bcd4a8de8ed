package plain

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

var marks = map[string]markdown.Options{
	"nl": {Quotes: [4]string{"“", "”", "‘", "’"}}, "en": {Quotes: [4]string{"“", "”", "‘", "’"}}, "de": {Quotes: [4]string{"„", "“", "‚", "‘"}},
	"fr": {Quotes: [4]string{"«\u202f", "\u202f»", "“", "”"}, SpaceBefore: ":;?!»"},
}

// read has a reader read a page; what it says of spelling is left to s, which
// may be nil.
func read(t testing.TB, r *Reader, lang, src string, form Form, s Speller) []diag.Diagnostic {
	t.Helper()
	short, _, _ := strings.Cut(lang, "-")
	facts := markdown.New(marks[short]).Convert(&markdown.Input{File: "page.md", Src: []byte(src), Out: new(diag.List)}, new(bytes.Buffer), nil)
	out := new(diag.List)
	r.Read(Text{Lang: lang, Blocks: facts.Blocks(), Quotes: marks[short].Quotes, Form: form, Accepted: facts.Accepted}, out)
	if s == nil {
		return out.Sorted()
	}
	ds, lacking, err := r.Spelling(t.Context(), s, func(string) ([]byte, error) { return []byte(src), nil })
	if err != nil || len(lacking) > 0 {
		t.Fatal(lacking, err)
	}
	return ds
}

func says(ds []diag.Diagnostic) []string {
	var list []string
	for _, d := range ds {
		hint, _, _ := strings.Cut(d.Hint, "?")
		list = append(list, fmt.Sprintf("%d:%d %s: %s; %s", d.Pos.Line, d.Pos.Col, d.Code, d.Msg, hint))
	}
	return list
}

const twenty = "Dit is een zin die precies twintig woorden heeft, want daar ligt de grens die wij voor een zin trekken."

var long = strings.Replace(twenty, "precies", "nu precies", 1)

// What readers stumble over is found where it stands, and what is like it and is
// right is not.
func TestRead(t *testing.T) {
	glossary := &Reader{Glossary: map[string][]Term{"nl": {{"postbus", []string{"mailbox", "mail box"}}, {"inkomende server", []string{"server"}}}}}
	for name, c := range map[string]struct {
		lang, src string
		form      Form
		want      []string
	}{
		"twenty words":               {"nl", twenty, 0, nil},
		"one more":                   {"nl", "Kort.\n\n" + long, 0, []string{"3:1 plain-sentence: the sentence has 21 words; make two sentences of it: up to 20 words are read easily"}},
		"the second sentence":        {"nl", "Eerst een zin. " + long, 0, []string{"1:16 plain-sentence: the sentence has 21 words; make two sentences of it: up to 20 words are read easily"}},
		"in a list":                  {"nl", "- " + long, 0, []string{"1:3 plain-sentence: the sentence has 21 words; make two sentences of it: up to 20 words are read easily"}},
		"over two lines":             {"nl", strings.Replace(long, " want", "\nwant", 1), 0, []string{"1:1 plain-sentence: the sentence has 21 words; make two sentences of it: up to 20 words are read easily"}},
		"a host is one word":         {"nl", strings.Replace(twenty, "precies", "`imap voorbeeld example`", 1), 0, nil},
		"an abbreviation":            {"nl", strings.Replace(long, "nu precies", "nu bijv. Precies", 1), 0, []string{"1:1 plain-sentence: the sentence has 22 words; make two sentences of it: up to 20 words are read easily"}},
		"a version ends a sentence":  {"nl", "De namen op deze pagina komen uit de Nederlandse versie 153.8.0. In een andere versie kunnen de schermen van het programma anders zijn.", 0, nil},
		"a regional variant":         {"nl-BE", long, 0, []string{"1:1 plain-sentence: the sentence has 21 words; make two sentences of it: up to 20 words are read easily"}},
		"English may be longer":      {"en", strings.Repeat("word ", 24) + "end.", 0, nil},
		"but not so long":            {"en", strings.Repeat("word ", 25) + "end.", 0, []string{"1:1 plain-sentence: the sentence has 26 words; make two sentences of it: up to 25 words are read easily"}},
		"another language":           {"es", strings.Repeat("palabra ", 60) + ".", 0, nil},
		"a heading":                  {"nl", "## " + strings.TrimSuffix(long, "."), 0, nil},
		"an enumeration":             {"nl", "Kies uit rood, blauw, geel, groen, wit, zwart, paars, oranje, bruin, grijs, roze, goud, zilver, koper, brons, tin, lood, zink, ijzer, staal en hout.", 0, nil},
		"hard words":                 {"nl", "Indien je twijfelt, is er **reeds** een dienst: de koe dient te eten.", 0, []string{"1:1 plain-word: Indien is hard to read; write als", "1:29 plain-word: reeds is hard to read; write al", "1:56 plain-word: dient te is hard to read; write moet"}},
		"behind wide letters":        {"nl", "Café “één” 😀 reeds.", 0, []string{"1:15 plain-word: reeds is hard to read; write al"}},
		"in a cell":                  {"nl", "| a | b |\n|---|---|\n| c | reeds |", 0, []string{"3:7 plain-word: reeds is hard to read; write al"}},
		"in a directive":             {"nl", ":when[Het is reeds]{has=pop} zo.", 0, []string{"1:14 plain-word: reeds is hard to read; write al"}},
		"hard words of others":       {"nl", "Klik op :ui[reeds], typ `reeds` en lees \"reeds\" of ‘reeds nu’ op reeds.voorbeeld.example.", 0, nil},
		"a part of a word":           {"nl", "Bij het indienen en de indiener.", 0, nil},
		"a name":                     {"nl", "Bedrijf Indien heet Thans.", 0, nil},
		"words with a line between":  {"nl", "Hij dient\nte gaan.", 0, []string{"1:5 plain-word: dient te is hard to read; write moet"}},
		"hard in English":            {"en", "Utilise it in order to win.", 0, []string{"1:1 plain-word: Utilise is hard to read; write use", "1:12 plain-word: in order to is hard to read; write to"}},
		"hard in German":             {"de", "Mittels Knopf, nicht Mittel.", 0, []string{"1:1 plain-word: Mittels is hard to read; write mit"}},
		"hard in French":             {"fr", "Cliquez afin de finir, la fin de tout.", 0, []string{"1:9 plain-word: afin de is hard to read; write pour"}},
		"formal on a familiar site":  {"nl", "Dan vult u uw naam in.", Familiar, []string{"1:10 plain-form: u, where the site says je otherwise; write je, or say with quotes that somebody else says it", "1:12 plain-form: uw, where the site says je otherwise; write je, or say with quotes that somebody else says it"}},
		"a u that is none":           {"nl", "Om 14.00 u. typ je de letter u, zegt \"u en uw\", :ui[Uw naam], `u`, u-bocht.", Familiar, nil},
		"familiar on a formal site":  {"nl", "Dan vul je jouw naam in.", Formal, []string{"1:9 plain-form: je, where the site says u otherwise; write u, or say with quotes that somebody else says it", "1:12 plain-form: jouw, where the site says uw otherwise; write uw, or say with quotes that somebody else says it"}},
		"nobody knows":               {"nl", "Dan vult u uw naam in.", Unknown, nil},
		"du on a Sie site":           {"de", "Hier kannst du deinen Namen ändern. Du auch.", Formal, []string{"1:13 plain-form: du, where the site says Sie otherwise; write Sie, or say with quotes that somebody else says it", "1:16 plain-form: deinen, where the site says Ihren otherwise; write Ihren, or say with quotes that somebody else says it", "1:37 plain-form: Du, where the site says Sie otherwise; write Sie, or say with quotes that somebody else says it"}},
		"Sie on a du site":           {"de", "Klicken Sie hier. Sie ist eine Frau, und sie lacht in ihrem Haus.", Familiar, []string{"1:9 plain-form: Sie, where the site says du otherwise; write du, or say with quotes that somebody else says it"}},
		"tu on a vous site":          {"fr", "Ici tu peux, sur le ton de tous, ouvrir tes messages.", Formal, []string{"1:5 plain-form: tu, where the site says vous otherwise; write vous, or say with quotes that somebody else says it", "1:41 plain-form: tes, where the site says vos otherwise; write vos, or say with quotes that somebody else says it"}},
		"another word":               {"nl", "Open je Mailbox of `mailbox`; \"mailbox\" is een postbus. Een mail box.", 0, []string{"1:9 plain-term: the glossary has another word for Mailbox; write postbus", "1:61 plain-term: the glossary has another word for mail box; write postbus"}},
		"a word in a name":           {"nl", "Samsung Mailbox en Mijn Server.", 0, nil},
		"a word within a term":       {"nl", "De inkomende server, en de server.", 0, []string{"1:28 plain-term: the glossary has another word for server; write inkomende server"}},
		"another language's words":   {"en", "Open your mailbox.", 0, nil},
		"two spaces":                 {"nl", "Twee  spaties en  nog eens.", 0, []string{"1:6 plain-space: two spaces, one behind the other; remove one", "1:18 plain-space: two spaces, one behind the other; remove one"}},
		"spaces for a column":        {"nl", "Ochtend      9 uur\nMiddag   \u00a0 vrij  \u00a0", 0, nil},
		"spaces that are none":       {"nl", "Een  \nregel ![](x.png) en `a  b`\n\n| a  | b   |\n|----|-----|\n| c  | d   |", 0, nil},
		"a space before a sign":      {"nl", "Wat nu ? Dit , of dat .", 0, []string{"1:7 plain-space: a space before ?; remove it", "1:13 plain-space: a space before ,; remove it", "1:22 plain-space: a space before .; remove it"}},
		"a sign of another kind":     {"nl", "Een .pst, een :-) en … of :ui[a] ; `x`.", 0, []string{"1:33 plain-space: a space before ;; remove it"}},
		"in German":                  {"de", "Was nun ?", 0, []string{"1:8 plain-space: a space before ?; remove it"}},
		"French wants one":           {"fr", "Quoi ? Non! Un choix: oui ; à 10:30, https://exemple.example, fin.", 0, []string{"1:11 plain-space: no space before !; type one: it becomes a space at which no line ends", "1:21 plain-space: no space before :; type one: it becomes a space at which no line ends"}},
		"French has none before a .": {"fr", "Fin .", 0, []string{"1:4 plain-space: a space before .; remove it"}},
		"quotes of elsewhere":        {"nl", "Hij zei „ja” en «nee».", 0, []string{"1:9 plain-quote: „ is not a quote of this language; type \" or ': they become the quotes of the language", "1:17 plain-quote: « is not a quote of this language; type \" or ': they become the quotes of the language", "1:21 plain-quote: » is not a quote of this language; type \" or ': they become the quotes of the language"}},
		"quotes of the language":     {"de", "Er sagt „ja“ und \"nein\" und ‚so‘.", 0, nil},
		"German with English ones":   {"de", "Er sagt “ja”.", 0, []string{"1:12 plain-quote: ” is not a quote of this language; type \" or ': they become the quotes of the language"}},
		"code":                       {"nl", "```\nreeds  ,  „u”\n```", Familiar, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := says(read(t, glossary, c.lang, c.src, c.form, nil)); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// A page is choppy when too many of the sentences in its running text are short.
func TestStaccato(t *testing.T) {
	const short, good = "Dit is kort. ", "Deze zin is lang genoeg voor wie hem leest. "
	for name, c := range map[string]struct {
		lang, src, want string
	}{
		"a quarter":     {"nl", strings.Repeat(good, 9) + strings.Repeat(short, 3), ""},
		"more":          {"nl", strings.Repeat(good, 9) + strings.Repeat(short, 4), "1:397"},
		"six words":     {"nl", strings.Repeat("Dit zijn er vijf of zes. ", 12), "1:1"},
		"seven words":   {"nl", strings.Repeat("Dit zijn er zes of zelfs zeven. ", 12), ""},
		"in a box":      {"nl", "> [!TIP]\n> " + strings.Repeat(short, 12), "2:3"},
		"a short page":  {"nl", strings.Repeat(short, 7), ""},
		"steps":         {"nl", strings.Repeat("1. Dit is kort.\n", 20), ""},
		"cells":         {"nl", "| a |\n|---|\n" + strings.Repeat("| Dit is kort. |\n", 20), ""},
		"headings":      {"nl", strings.Repeat("## Dit is kort.\n\n", 20), ""},
		"introductions": {"nl", strings.Repeat("Doe dit:\n\n- een\n\n", 20), ""},
		"English":       {"en", strings.Repeat("This is short. ", 12), "1:1"},
		"no language":   {"es", strings.Repeat("Es corto. ", 12), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			for _, d := range read(t, new(Reader), c.lang, c.src, Unknown, nil) {
				if d.Code != diag.PlainStaccato {
					t.Errorf("%+v", d)
				}
				got += fmt.Sprintf("%d:%d", d.Pos.Line, d.Pos.Col)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// How a text addresses its readers is counted, but for what stands in quotes.
func TestTally(t *testing.T) {
	for _, c := range []struct {
		lang, text string
		want       int
	}{
		{"nl", "Je kunt je naam wijzigen, zegt “u”.", 2}, {"nl-BE", "U kunt uw naam wijzigen. Je niet.", -1}, {"nl", "Om 8 u en 9 u.", 0},
		{"de", "Klicken Sie, wenn Sie wollen. Sie lacht.", -2}, {"fr", "Tu peux, toi.", 2}, {"en", "You can.", 0}, {"es", "Tú puedes.", 0},
	} {
		if got := Tally(c.lang, c.text); got != c.want {
			t.Errorf("%s %q: got %d, want %d", c.lang, c.text, got, c.want)
		}
	}
}

// dictionaryOf knows the words of a list.
type dictionaryOf []string

func (d dictionaryOf) Unknown(_ context.Context, _ string, words []string) (map[string][]string, error) {
	if d == nil {
		return nil, ErrNoDictionary
	}
	all := map[string][]string{}
	for _, w := range words {
		if !slices.Contains(d, strings.ToLower(w)) {
			all[w] = d
		}
	}
	return all, nil
}

// What is looked up, and what is said of it.
func TestSpelling(t *testing.T) {
	known := dictionaryOf{"open", "instellingen", "wachtwoord", "postbus", "naam", "server", "voor", "leest", "onze", "konto"}
	r := func() *Reader {
		return &Reader{Words: map[string][]string{"nl": {"webpaneel"}}, Glossary: map[string][]Term{"nl": {{Word: "webpostbus"}}}}
	}
	for name, c := range map[string]struct {
		lang, src string
		want      []string
	}{
		"a slip":               {"nl", "Open onze instelingen.", []string{"1:11 plain-spelling: instelingen is in no dictionary; did you mean instellingen"}},
		"letters that swapped": {"nl", "onze pobsutS postbsu", []string{"1:14 plain-spelling: postbsu is in no dictionary; did you mean postbus"}},
		"at the beginning":     {"nl", "Instelingen open", []string{"1:1 plain-spelling: Instelingen is in no dictionary; did you mean instellingen"}},
		"each once":            {"nl", "open wachtwoort, wachtwoort\n\nen wachtwoort", []string{"1:6 plain-spelling: wachtwoort is in no dictionary; did you mean wachtwoord"}},
		"in a when":            {"nl", "open :when[onze wachtwoort]{has=pop}", []string{"1:17 plain-spelling: wachtwoort is in no dictionary; did you mean wachtwoord"}},
		"like nothing":         {"nl", "open xqzvwrt", nil},
		"a name":               {"nl", "open de Poxtbus. Poxtbus leest.", nil},
		"right by the site":    {"nl", "open onze webpaneel en webpostbus", nil},
		"of others":            {"nl", "open `wachtwoort`, :ui[wachtwoort], \"wachtwoort\" en https://wachtwoort.example/wachtwoort of wachtwoort.md en WACHTWOORT en wachtWoort en --wachtwoort", nil},
		"accepted":             {"nl", "<!-- accept plain-spelling: zo heet het -->\nopen wachtwoort", nil},
		"accepted for nothing": {"nl", "<!-- accept plain-spelling: zo heet het -->\nopen wachtwoord", []string{"1:1 accept: nothing here has a warning plain-spelling to accept; remove the comment"}},
		"German nouns":         {"de", "open onze Konnto", []string{"1:11 plain-spelling: Konnto is in no dictionary; did you mean konto"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := says(read(t, r(), c.lang, c.src, Unknown, known)); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
	rd := r()
	read(t, rd, "nl", "open wachtwoort", Unknown, nil)
	if ds, lacking, err := rd.Spelling(t.Context(), dictionaryOf(nil), nil); len(ds) > 0 || !slices.Equal(lacking, []string{"nl"}) || err != nil {
		t.Errorf("without a dictionary: %v, %v, %v", ds, lacking, err)
	}
}

// TestHunspell asks the real program. What it does not know and is put together
// of what it knows is no slip.
func TestHunspell(t *testing.T) {
	program := testenv.Program(t, "hunspell, with dictionaries of Dutch, English, German and French", "hunspell")
	h := &Hunspell{Run: func(ctx context.Context, input string, args ...string) (string, error) {
		c := exec.CommandContext(ctx, program, args...)
		c.Stdin = strings.NewReader(input)
		out, err := c.CombinedOutput()
		return string(out), err
	}}
	for lang, c := range map[string]struct{ right, wrong string }{
		"nl":    {"wachtwoord doorstuuradres hostnaam helpcentrum app-wachtwoord repository zo’n foto’s één serverinstellingen", "wachtwoort geinstalleerd onmiddelijk emailadres instelingen gebruikesnaam"},
		"nl-BE": {"wachtwoord", "wachtwoort"},
		"en":    {"password webmail colour recognise centre else’s", "pasword recieve definately"},
		"de":    {"Portnummer zurückerwarten Posteingang Passwort", "Pasword Einstelungen Nachrihcten"},
		"fr":    {"webmail l’adresse aujourd’hui réception", "adrese récéption"},
	} {
		if Dictionary(h.dictionaries(t.Context()), lang) == "" {
			testenv.Missing(t, "a dictionary of "+lang+" for hunspell")
		}
		var got []string
		for _, d := range read(t, new(Reader), lang, "- "+strings.Join(strings.Fields(c.right+" "+c.wrong), "\n- "), Unknown, h) {
			word, _, _ := strings.Cut(d.Msg, " ")
			got = append(got, word)
		}
		if want := strings.Fields(c.wrong); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
	if _, err := h.Unknown(t.Context(), "tlh", []string{"nuqneH"}); err != ErrNoDictionary {
		t.Errorf("Klingon: got %v", err)
	}
}

// TestDictionary: the dictionary of a language is that of its region, of its
// homeland, or any.
func TestDictionary(t *testing.T) {
	list := []string{"SEARCH", "PATH:", "/usr/share/hunspell/nl_BE", "/usr/share/hunspell/nl_NL", "/usr/share/hunspell/en_US", "/usr/share/hunspell/pt_BR", `C:\Hunspell\de_AT`, "/x/nlx_NL"}
	for lang, want := range map[string]string{"nl": "nl_NL", "nl-BE": "nl_BE", "nl-SR": "nl_NL", "en": "en_US", "en-GB": "en_US", "pt": "pt_BR", "de": "de_AT", "fr": "", "n": ""} {
		if got := Dictionary(list, lang); got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
}
