package search

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestFoldAndWords(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"E-mail", "email"}, {"E‑mail", "email"}, {"Wi-Fi", "wifi"}, {"foto’s", "fotos"}, {"Één café", "een cafe"}, {"IMAP-server", "imap server"},
		{"imap.voorbeeld.example", "imap.voorbeeld.example imap voorbeeld example"}, {"5.7.1", "5.7.1"}, {"SSL/TLS", "ssl tls"}, {"Straße", "strasse"}, {"0x800CCC0E", "0x800ccc0e"}, {"", ""}, {"¡…!", ""},
	} {
		var got []string
		Words(Fold(tt.text), func(w string) { got = append(got, w) })
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, s, tt.want)
		}
	}
}

// TestStem: the forms of a word have one stem.
func TestStem(t *testing.T) {
	for lang, groups := range map[string][]string{
		"nl": {"instellen instelling instellingen ingesteld", "wachtwoord wachtwoorden", "koppelen gekoppeld koppeling", "map mappen", "adres adressen", "versturen verstuurd verstuurt", "server servers", "poort poorten", "maken maak maakt", "beveiliging beveiligd", "bijlage bijlagen bijlages", "certificaat certificaten", "bericht berichten berichtje", "verwijderen verwijderd verwijdert", "telefoon telefoons", "overnemen overgenomen overnam overneemt", "verdwijnen verdwenen verdween", "versluiten versloten", "weggooien weggegooid", "inloggen ingelogd", "nemen genomen"},
		"en": {"setting settings set", "send sends sending sent", "mailbox mailboxes", "forget forgot forgotten"},
		"de": {"einstellung einstellungen einstellen eingestellt", "server servers", "senden gesendet"},
		"fr": {"parametre parametres", "envoyer envoye envoyez"},
	} {
		s := newStemmer(lang)
		for _, g := range groups {
			words := strings.Fields(g)
			for _, w := range words[1:] {
				if s.Stem(w) != s.Stem(words[0]) {
					t.Errorf("%s: %s is %q, and %s %q", lang, w, s.Stem(w), words[0], s.Stem(words[0]))
				}
			}
		}
	}
}

// TestStemLeavesAlone: what is short, or no word, is its own stem.
func TestStemLeavesAlone(t *testing.T) {
	for _, w := range strings.Fields("pop imap een tls 993 smtp.example.nl vijf5en anna@example.nl") {
		if got := newStemmer("nl").Stem(w); w != "imap" && got != w {
			t.Errorf("%s: got %q", w, got)
		}
	}
	for _, w := range strings.Fields("bad the ads see") { // of three letters, with an ending or a double letter
		for _, lang := range []string{"nl", "en", "de", "fr"} {
			if got := newStemmer(lang).Stem(w); got != w && newStemmer(lang).irregular[w] == "" {
				t.Errorf("%s: %s: got %q", lang, w, got)
			}
		}
	}
}

func TestSplit(t *testing.T) {
	s := newStemmer("nl")
	known := map[string]bool{}
	for _, w := range strings.Fields("server instellingen wacht woord mail adres gebruiker naam app map") {
		known[s.Stem(w)] = true
	}
	for word, want := range map[string]string{"serverinstellingen": "server instellingen", "mailadres": "mail adres", "gebruikersnaam": "gebruiker naam", "wachtwoord": "", "mailserverinstellingen": "mail server instellingen", "zwaluw": "", "appmapnaam": "", "appnaam": "app naam"} {
		var stems []string
		for _, w := range strings.Fields(want) {
			stems = append(stems, s.Stem(w))
		}
		if got := s.split(word, func(x string) bool { return known[x] }); !slices.Equal(got, stems) {
			t.Errorf("%s: got %q, want %q", word, got, stems)
		}
	}
}

// TestRead: what readers do not look for is left out.
func TestRead(t *testing.T) {
	text := new(Dictionary).Read([]byte(`<p>Eerst</p><h2 id="a">Kop</h2><div data-noindex><p>geheim</p></div><button>knop</button><p>Daarna<br>nog</p>
<table><tbody><tr><td><code class="message">Fout</code> of <code class="message">Mis</code></td><td data-label="Oorzaak">Dit</td></tr></tbody></table>
<div class="settings" data-protocol="imap"><table><caption>IMAP</caption><thead><tr><th>Wat</th><th>Waarde</th></tr></thead><tbody><tr><td>Los</td><td><code class="val">x</code></td></tr><tr><th scope="row">Server</th><td><div><code class="val">imap.<wbr>a.example</code><button class="copy">Kopieer</button></div></td></tr></tbody></table></div>`))
	var words []string
	for _, w := range text.words {
		words = append(words, text.dict.all()[w.number])
	}
	for _, w := range []string{"geheim", "knop", "kopieer"} {
		if slices.Contains(words, w) {
			t.Errorf("%q is read", w)
		}
	}
	if len(text.sections) != 2 || text.sections[1].id != "a" || text.sections[1].title != "Kop" {
		t.Errorf("sections: %+v", text.sections)
	}
	if len(text.messages) != 1 || !slices.Equal(text.messages[0].messages, []string{"Fout", "Mis"}) || text.messages[0].labels[0] != "Oorzaak" {
		t.Errorf("messages: %+v", text.messages)
	}
	if len(text.tables) != 1 || len(text.tables[0].rows) != 1 || text.tables[0].rows[0] != (row{"Server", "imap.a.example", true}) {
		t.Errorf("tables: %+v", text.tables)
	}
}

// TestReadCells: the cells of an error message stay the HTML that they were,
// and what they say is read once.
func TestReadCells(t *testing.T) {
	for _, cell := range []string{"&lt;jan@a.example&gt;", "&amp;lt;b&amp;gt;", "a &amp; b", `<a href="/?a=1&amp;b=2&amp;c=3">x</a>`, `<span title="&lt;b&gt;" lang="en">y</span>`, "caf\u00e9<br>z"} {
		text := new(Dictionary).Read([]byte(`<table><tr><td><code class="message">&lt;jan&gt; &amp;amp;</code></td><td data-label="L &amp; M">` + cell + `</td></tr></table>`))
		if len(text.messages) != 1 {
			t.Fatalf("%s: got %+v", cell, text.messages)
		}
		m := text.messages[0]
		if m.cells[1] != cell {
			t.Errorf("got %s, want %s", m.cells[1], cell)
		}
		if m.messages[0] != "<jan> &amp;" || m.labels[0] != "L & M" {
			t.Errorf("got message %s and label %s", m.messages[0], m.labels[0])
		}
	}
}

// TestReadAbbreviations: a word that is explained is found, in a cell it stands
// by itself, and its explanation is of another text.
func TestReadAbbreviations(t *testing.T) {
	const imap = `<span class="nb"><button type="button" class="abbr" popovertarget="abbr-1"><abbr title="protocol">IMAP</abbr></button>-server<span class="abbr-long" id="abbr-1" popover data-noindex><b>IMAP: </b>protocol</span>,</span>`
	text := new(Dictionary).Read([]byte(`<table><tr><td><code class="message">Fout</code></td><td>De ` + imap + ` dus</td></tr></table>`))
	if got, want := text.messages[0].cells[1], `De <span class="nb"><abbr title="protocol">IMAP</abbr>-server,</span> dus`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	all := text.dict.all()
	if !slices.Contains(all, "imap") || slices.Contains(all, "protocol") {
		t.Errorf("words: %q", all)
	}
}

// TestReadWeights: a word is once in each section that has it, with the weight
// of all its places there.
func TestReadWeights(t *testing.T) {
	text := new(Dictionary).Read([]byte(`<p>mail post mail</p><h2 id="a">Mail</h2><p>post <b>mail</b></p><h2 id="b">Post</h2>`))
	var got []string
	for _, w := range text.words {
		got = append(got, fmt.Sprintf("%d %s %d", w.section, text.dict.all()[w.number], w.weight))
	}
	if want := []string{"0 mail 20", "0 post 10", "1 mail 46", "1 post 10", "2 post 30"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

var benchBody = []byte("<p>An introduction with <a href=\"/a/\">the page before</a>.</p>\n" + strings.Repeat(`<h2 id="what">Kop van een deel</h2><p>Stel je <strong>e-mailadres</strong> in bij Serverinstellingen van imap.voorbeeld.example, en kies daarna het beveiligde type. Woorden die een pagina zo lang maken als pagina’s zijn.</p><ul class="steps"><li>Open <span class="ui">Instellingen</span></li></ul>`, 8))

// BenchmarkRead reads a page of 2 kB.
func BenchmarkRead(b *testing.B) {
	b.ReportAllocs()
	var d Dictionary
	for b.Loop() {
		d.Read(benchBody)
	}
}

// BenchmarkIndex makes the index of 2,500 pages.
func BenchmarkIndex(b *testing.B) {
	in := Input{Lang: "nl"}
	var d Dictionary
	for i := range 2500 {
		in.Docs = append(in.Docs, Doc{Page: Page{URL: fmt.Sprintf("/%d/", i), Title: fmt.Sprintf("Pagina %d", i), Lang: "nl"}, Text: d.Read(fmt.Appendf(slices.Clip(benchBody), "<p>woord%d a%db", i, i%50))})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Build(in); err != nil {
			b.Fatal(err)
		}
	}
}

// TestDeterministic: the same pages give the same bytes, in one file and in
// many, and the number of parts is known before.
func TestDeterministic(t *testing.T) {
	for _, n := range []int{3, small, small + 1, 777} {
		var first *Index
		for range 3 {
			var d Dictionary
			in := Input{Lang: "nl", Synonyms: [][]string{{"appel", "peer"}}}
			for i := range n {
				in.Docs = append(in.Docs, Doc{Page: Page{URL: fmt.Sprintf("/%d/", i), Title: fmt.Sprintf("Titel %d", i), Lang: "nl"}, Text: d.Read(fmt.Appendf(nil, "<p>woord%d appeltaart serverinstellingen appel taart server instellingen</p>", i%50))})
			}
			x, err := Build(in)
			if err != nil {
				t.Fatal(err)
			}
			shards, blocks := Parts(n)
			if len(x.Shards) != shards || len(x.Blocks) != blocks {
				t.Fatalf("%d pages: %d and %d parts, want %d and %d", n, len(x.Shards), len(x.Blocks), shards, blocks)
			}
			if first == nil {
				first = x
			}
			if !bytes.Equal(x.Main, first.Main) || !slices.EqualFunc(x.Shards, first.Shards, bytes.Equal) || !slices.EqualFunc(x.Blocks, first.Blocks, bytes.Equal) {
				t.Fatalf("%d pages give other bytes", n)
			}
		}
	}
}

// FuzzRead: any HTML is read without a panic, and twice the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`<h2 id="a">Kop</h2><table><tr><td><code class="message">x`))
	f.Add([]byte(`</td></tr><th><div data-protocol="imap"><tr><td></td>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var d Dictionary
		a, b := d.Read(body), d.Read(body)
		if len(a.words) != len(b.words) || len(a.sections) != len(b.sections) {
			t.Error("read in two ways")
		}
	})
}

// TestMessagesOfPrograms: a row knows what programs in another language say,
// where the page's translation has the same row, also when one of the tables
// has a row more.
func TestMessagesOfPrograms(t *testing.T) {
	page := func(rows ...string) string {
		s := `<h2 id="fout">Kop</h2><table><tbody>`
		for _, r := range rows {
			s += `<tr><td><code class="message">` + strings.ReplaceAll(r, ";", `</code> <code class="message">`) + `</code></td><td data-label="x">y</td></tr>`
		}
		return s + "</tbody></table>"
	}
	for _, tt := range []struct {
		name        string
		own, others []string
		want        []string
	}{
		{"as many", []string{"Mislukt", "Verlopen"}, []string{"Failed", "Expired"}, []string{"Mislukt|Failed", "Verlopen|Expired"}},
		{"one more here", []string{"Mislukt", "0x1", "Alleen hier", "530", "Verlopen"}, []string{"Failed", "0x1", "530", "Expired"}, []string{"Mislukt|Failed", "0x1", "Alleen hier", "530", "Verlopen|Expired"}},
		{"one more there", []string{"0x1", "Verlopen"}, []string{"Failed", "0x1;Error 1", "Expired"}, []string{"0x1|Error 1", "Verlopen|Expired"}},
		{"nothing in common", []string{"Mislukt", "Verlopen"}, []string{"Failed"}, []string{"Mislukt", "Verlopen"}},
		{"none there", []string{"Mislukt"}, nil, []string{"Mislukt"}},
	} {
		var dict Dictionary
		d := Doc{Page: Page{Lang: "nl"}, Text: dict.Read([]byte(page(tt.own...))), Same: []*Text{dict.Read([]byte(page(tt.others...)))}}
		var got []string
		for _, row := range messages([]Doc{d}) {
			got = append(got, strings.Join(row.([]any)[2].([]string), "|"))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestSaidInstead: what a page knows to be said instead of a message stands
// behind it in its row, once, and in no other row.
func TestSaidInstead(t *testing.T) {
	var dict Dictionary
	d := Doc{
		Page: Page{Lang: "nl", Said: map[string][]string{"Vol": {"Full", "Over quota", "Full"}, "Elders": {"x"}}},
		Text: dict.Read([]byte(`<table><tr><td><code class="message">Vol</code> of <code class="message">Full</code></td><td>y</td></tr><tr><td><code class="message">Leeg</code></td><td>y</td></tr></table>`)),
	}
	var got []string
	for _, row := range messages([]Doc{d}) {
		got = append(got, strings.Join(row.([]any)[2].([]string), "|"))
	}
	if want := []string{"Vol|Full|Over quota", "Leeg"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStopWordsOfFallbacks: what says nothing in the language of a page is not
// found on it, in the index of another language either.
func TestStopWordsOfFallbacks(t *testing.T) {
	var dict Dictionary
	in := Input{Lang: "fr"}
	for _, lang := range []string{"fr", "en", "de", "nl"} {
		in.Docs = append(in.Docs, Doc{Page: Page{URL: "/" + lang + "/", Title: "Serveur in the der het", Lang: lang}, Text: dict.Read([]byte("<p>in the der het</p>"))})
	}
	x, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ Words shard }
	if err := json.Unmarshal(bytes.TrimPrefix(x.Main, []byte("export default ")), &m); err != nil {
		t.Fatal(err)
	}
	pages := strings.Fields(m.Words.Pages)
	keys := regexp.MustCompile(`[A-Z][^A-Z]*`).FindAllString(m.Words.Keys, -1)
	if len(keys) != len(pages) {
		t.Fatalf("%d keys and %d lists of pages", len(keys), len(pages))
	}
	before := ""
	for i, k := range keys {
		before = before[:k[0]-'A'] + k[1:]
		n := len(pages[i]) / 2 // two signs for each page
		if want := map[string]int{"the": 3, "het": 3, "der": 3, "in": 1}[before]; want > 0 && n != want {
			t.Errorf("%q is found on %d pages, want %d", before, n, want)
		}
	}
}

// TestLearn: a page is asked for by the words of its keywords, the more by those
// that others lack, and not at all by words of other languages.
func TestLearn(t *testing.T) {
	var d Dictionary
	doc := func(lang string, keywords ...string) Doc {
		return Doc{Page: Page{Lang: lang, Keywords: keywords}, Text: d.Read([]byte("<p>tekst</p>"))}
	}
	b := &builder{lang: "nl", stem: newStemmer("nl"), terms: map[string]*term{}, dict: &d, stop: map[string]map[string]bool{}}
	b.learn([]Doc{doc("nl", "hoe vol is mijn postbus", "mijn postbus loopt over"), doc("nl", "mijn wachtwoord kwijt", "mijn postbus", "postbus delen", "postbus weg"), doc("en", "mijn")})
	level := func(w string, page int32) int {
		if t := b.terms[b.stem.Stem(w)+asked]; t != nil {
			for _, p := range t.posts {
				if p.page == page {
					return int(p.level)
				}
			}
		}
		return -1
	}
	if vol, postbus := level("vol", 0), level("postbus", 0); vol <= postbus || postbus >= level("postbus", 1) {
		t.Errorf("vol has level %d and postbus %d, elsewhere %d", vol, postbus, level("postbus", 1))
	}
	if level("mijn", 0) < 0 || level("wachtwoord", 0) != -1 || level("mijn", 2) >= 0 {
		t.Errorf("levels are %d, %d and %d", level("mijn", 0), level("wachtwoord", 0), level("mijn", 2))
	}
}

// TestSame: a group of a site means itself all round, and one of the language
// with a direction only what stands behind it.
func TestSame(t *testing.T) {
	b := &builder{lang: "nl", stem: newStemmer("nl")}
	groups := b.same([][]string{{"fiets", "rijwiel"}, {"alleen"}})
	if groups[0] != b.stem.Stem("fiets")+"|rijwiel" {
		t.Errorf("the site's group is %q", groups[0])
	}
	for _, g := range groups[1:] {
		from, to, one := strings.Cut(g, ">")
		if strings.Contains(from, "allen") || one && (from == "" || to == "") {
			t.Errorf("a group of nothing: %q", g)
		}
		if slices.Contains(strings.Split(from, "|"), "softfail") && to != "spf" {
			t.Errorf("softfail means %q", to)
		}
		if slices.Contains(strings.Split(to, "|"), "softfail") {
			t.Errorf("spf means softfail: %q", g)
		}
	}
}

// TestLongPages: of two pages that have a word once, the short one says more
// about it.
func TestLongPages(t *testing.T) {
	p := place{text: 1}
	if short, long := p.weight(.7), p.weight(3); short <= long {
		t.Errorf("a short page weighs %.2f and a long one %.2f", short, long)
	}
}

// TestManyReaders: texts that are read side by side make the same index.
func TestManyReaders(t *testing.T) {
	var first []byte
	for range 3 {
		var dict Dictionary
		in := Input{Lang: "nl", Docs: make([]Doc, 40)}
		var wg sync.WaitGroup
		for i := range in.Docs {
			wg.Go(func() {
				in.Docs[i] = Doc{Page: Page{URL: fmt.Sprintf("/%d/", i), Title: "Pagina", Lang: "nl"}, Text: dict.Read(fmt.Appendf(nil, "<p>gemeenschappelijk woord%d en naast%d</p>", i, i%7))}
			})
		}
		wg.Wait()
		x, err := Build(in)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = x.Main
		}
		if !bytes.Equal(first, x.Main) {
			t.Fatal("the order in which pages were read is in the index")
		}
	}
}

// TestSamePlaces pairs the rows of two tables, here by letters of which one is in
// both: the first that fits, and what stands between two pairs where both have as
// many there.
func TestSamePlaces(t *testing.T) {
	for _, c := range []struct {
		rows, others string
		want         map[int]int
	}{
		{"ab", "xaa", map[int]int{0: 1, 1: 2}},
		{"abc", "axc", map[int]int{0: 0, 1: 1, 2: 2}},
		{"abc", "ac", map[int]int{0: 0, 2: 1}},
		{"abc", "xyz", map[int]int{0: 0, 1: 1, 2: 2}},
		{"ba", "ab", map[int]int{0: 1}},
		{"", "a", map[int]int{}},
	} {
		if got := samePlaces(len(c.rows), len(c.others), func(i, j int) bool { return c.rows[i] == c.others[j] }); !maps.Equal(got, c.want) {
			t.Errorf("%s and %s: got %v, want %v", c.rows, c.others, got, c.want)
		}
	}
}
