package browser

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"wegwijs/cmd/wegwijs/internal/pages/search"
	"wegwijs/cmd/wegwijs/internal/testenv"
	"wegwijs/cmd/wegwijs/internal/testenv/webdriver"
)

// queries are in the room of search: one a line, "what is typed => page page".
const queries = "../../pages/search/testdata"

const options = `[...document.querySelectorAll("[role=option]")]`

// typeQuery goes to the field and types over what stands there.
func (b *visitor) typeQuery(query string) {
	b.t.Helper()
	b.Click("[name=q]")
	b.Until(`document.querySelector("[name=q]").getAttribute("role") === "combobox"`)
	b.Shortcut('a')
	b.Press(query)
}

// TestSearch types in the header of a page and goes to what was found by keys
// alone.
func TestSearch(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open("/e-mail/webmail/")
		b.tabTo("[name=q]")
		b.typeQuery("postvak vol")
		b.Until(options + `.length > 0`)
		if role := ask[string](b, `document.querySelector("[name=q]").getAttribute("aria-expanded")`); role != "true" {
			t.Errorf("aria-expanded is %q", role)
		}
		b.Press(webdriver.ArrowDown)
		if got := ask[string](b, `document.getElementById(document.querySelector("[name=q]").getAttribute("aria-activedescendant")).pathname`); got != "/e-mail/postbus-vol/" {
			t.Errorf("the first result of %q is %s", "postvak vol", got)
		}
		if got := ask[int](b, `document.querySelectorAll("[role=option] mark").length`); got == 0 {
			t.Error("no word is marked")
		}
		b.axe("with results")
		b.Press(webdriver.Escape)
		b.Press(webdriver.Escape)
		if ask[bool](b, `!document.querySelector(".results").hidden`) {
			t.Error("Escape leaves the list open")
		}
		b.Press(webdriver.ArrowDown)
		b.Until(`document.querySelector("[name=q]").hasAttribute("aria-activedescendant")`)
		b.Press(webdriver.Enter)
		b.Until(`location.pathname === "/e-mail/postbus-vol/"`)
		b.quiet("search")
	})
}

// TestSearchAnswers: a question about settings is answered by the table, and
// its copy button is reached with Tab.
func TestSearchAnswers(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open("/")
		for _, c := range []struct{ query, host string }{
			{"imap server", "imap.voorbeeld.example"}, {"poort smtp", "smtp.voorbeeld.example"}, {"pop server", "pop.voorbeeld.example"}, {"smtp poort", "smtp.voorbeeld.example"}, {"inkomende server imap", "imap.voorbeeld.example"},
		} {
			b.typeQuery(c.query)
			b.Until(fmt.Sprintf(`[...document.querySelectorAll(".answer code.val")].some((v) => v.textContent === %q)`, c.host))
		}
		b.tabTo(".answer .copy")
		b.quiet("answers")
	})
}

// TestSearchPage: what was asked is in the address, and a reader without
// scripts finds all pages.
func TestSearchPage(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open("/zoeken/?q=wachtwoord+vergeten")
		b.Until(options + `.length > 0`)
		b.typeQuery("certificaat")
		b.Until(`location.search === "?q=certificaat"`)
		b.Until(options + `.some((o) => o.pathname === "/e-mail/certificaatwaarschuwing/")`)
		b.typeQuery("xqzvw")
		b.Until(`document.querySelector(".nothing a")`)
		b.quiet("the search page")

		b.openMute("/zoeken/?q=imap")
		if got := ask[int](b, `document.querySelectorAll("main .all a").length`); got < 30 {
			t.Errorf("the list of all pages has %d", got)
		}
	})
}

// TestSearchCodes: a code decides, and one that no table has is said to be
// unknown.
func TestSearchCodes(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open("/")
		b.typeQuery("0x800CCC0E")
		b.Until(`document.querySelector(".card a[href^='/e-mail/werkt-niet/']")`)
		b.typeQuery("0x81234567")
		b.Until(`!document.querySelector(".results .card") && document.querySelector(".answers p")?.textContent.includes("0x81234567")`)
		b.quiet("codes")
	})
}

// quality is how many queries have a right page first and among three.
type quality struct{ N, First, Three int }

func (q quality) first() float64 { return 100 * float64(q.First) / float64(q.N) }
func (q quality) three() float64 { return 100 * float64(q.Three) / float64(q.N) }

// ours is the shipped client on one of the indexes, for [asked].
func ours(t *testing.T, index string) string {
	return fmt.Sprintf(`await (async () => {
		const { open } = await import(%q);
		const index = await open(%q);
		return async (q) => (await index.find(q)).results.map((r) => r.page);
	})()`, assetOf(t, "search-index"), index)
}

// asked asks all queries of a language; find is JavaScript, a function that
// gives the addresses of pages. Apart are the queries that nothing was tuned
// on.
func asked(t *testing.T, b *tab, lang, find string) (tuned, apart quality, missed []string) {
	t.Helper()
	ids := pageIDs(t)
	tuned, missed = askFile(t, b, lang+".txt", find, ids)
	apart, more := askFile(t, b, lang+"-apart.txt", find, ids)
	return tuned, apart, append(missed, more...)
}

// askFile asks the queries of a file.
func askFile(t *testing.T, b *tab, file, find string, ids map[string]string) (q quality, missed []string) {
	t.Helper()
	list, want := readQueries(t, file)
	in, _ := json.Marshal(list)
	got := eval[[][]string](b, fmt.Sprintf(`(async () => {
		const find = %s;
		const out = [];
		for (const q of %s) out.push(await find(q));
		return out;
	})()`, find, in))
	q.N = len(list)
	for i, pages := range got {
		switch at := slices.IndexFunc(pages[:min(3, len(pages))], func(p string) bool { return slices.Contains(want[i], ids[p]) }); {
		case at == 0:
			q.First++
			q.Three++
		case at > 0:
			q.Three++
		default:
			missed = append(missed, list[i])
		}
	}
	return q, missed
}

// readQueries returns what is asked and for each the ids of pages that are
// right.
func readQueries(t *testing.T, file string) (list []string, want [][]string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(queries, file))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		query, pages, ok := strings.Cut(strings.TrimSpace(line), " => ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		var right []string
		for _, p := range strings.Fields(pages) {
			switch {
			case p == "index":
				p = "e-mail"
			case strings.HasPrefix(p, "/"):
				p = p[1:]
			default:
				p = "e-mail/" + p
			}
			right = append(right, p)
		}
		list, want = append(list, query), append(want, right)
	}
	if len(list) == 0 {
		t.Fatalf("%s has no queries", file)
	}
	return list, want
}

// assetOf returns the address of a script of the site.
func assetOf(t *testing.T, name string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(theSite.dir, "assets", name+".*.js"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the script %s is there %d times: %v", name, len(files), err)
	}
	return "/assets/" + filepath.Base(files[0])
}

// pageIDs returns the ids of pages by their address.
func pageIDs(t *testing.T) map[string]string {
	t.Helper()
	data, err := theSite.read("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Files []struct{ Path, Source string }
	}
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, f := range m.Files {
		dir, page := strings.CutSuffix(f.Path, "index.html")
		if rest, ok := strings.CutPrefix(f.Source, "content/"); ok && page {
			_, id, _ := strings.Cut(strings.TrimSuffix(rest, ".md"), "/")
			ids["/"+dir] = strings.TrimSuffix(id, "/index")
		}
	}
	return ids
}

var keywordsRE = regexp.MustCompile(`(?ms)^keywords = \[.*?\]$`)

// plainIndexes builds the site without its keywords and puts the indexes beside
// those of the site, under plain-: the writers' guesses prove nothing about the
// language.
func plainIndexes(t *testing.T) {
	t.Helper()
	dir := copySite(t)
	err := filepath.WalkDir(filepath.Join(dir, "content"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".md" {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(name, keywordsRE.ReplaceAll(data, nil), 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := buildSite(dir, filepath.Join(dir, "public"))
	if err != nil {
		t.Fatal(err)
	}
	plain.Close()
	files, err := filepath.Glob(filepath.Join(plain.dir, "search", "*.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		testenv.Write(t, filepath.Join(theSite.dir, "search", "plain-"+filepath.Base(f)), string(data))
	}
}

// mostGap is how many points queries that were kept apart may be found worse
// than the others.
const mostGap = 5.0

// TestSearchQuality asks the shipped client on the shipped index what people
// type. Some queries of each language are kept apart from all tuning; the numbers
// of both parts are in the log.
func TestSearchQuality(t *testing.T) {
	plainIndexes(t)
	b := reader(t)
	b.open("/zoeken/")
	for _, c := range []struct {
		lang, index  string
		first, three float64
	}{
		{"nl", "/search/plain-nl.js", 75, 92},
		{"nl", "/search/nl.js", 90, 97},
		{"en", "/search/en.js", 85, 95},
		{"de", "/search/de.js", 85, 95},
		{"fr", "/search/fr.js", 85, 95},
	} {
		tuned, apart, missed := asked(t, b, c.lang, ours(t, c.index))
		all := quality{tuned.N + apart.N, tuned.First + apart.First, tuned.Three + apart.Three}
		t.Logf("%s: %d queries, first %.1f %%, in three %.1f %%; tuned %.1f and %.1f, apart %.1f and %.1f; missed %q",
			c.index, all.N, all.first(), all.three(), tuned.first(), tuned.three(), apart.first(), apart.three(), missed)
		if gap := max(tuned.first()-apart.first(), tuned.three()-apart.three()); c.lang == "nl" && gap > mostGap {
			t.Errorf("%s: what nothing was tuned on is found %.1f points worse, want at most %.0f", c.index, gap, mostGap)
		}
		if all.first() < c.first || all.three() < c.three {
			t.Errorf("%s: first %.1f %%, want %.0f; in three %.1f %%, want %.0f", c.index, all.first(), c.first, all.three(), c.three)
		}
	}
	// Queries of which none had been seen, whatever the style of the others.
	for _, c := range []struct {
		index        string
		first, three float64
	}{{"/search/plain-nl.js", 68, 80}, {"/search/nl.js", 77, 90}} {
		blind, _ := askFile(t, b, "nl-blind.txt", ours(t, c.index), pageIDs(t))
		t.Logf("%s: %d blind queries, first %.1f %%, in three %.1f %%", c.index, blind.N, blind.first(), blind.three())
		if blind.first() < c.first || blind.three() < c.three {
			t.Errorf("%s: of blind queries first %.1f %%, want %.0f; in three %.1f %%, want %.0f", c.index, blind.first(), c.first, blind.three(), c.three)
		}
	}
	data, err := os.ReadFile(filepath.Join(queries, "nonsense.txt"))
	if err != nil {
		t.Fatal(err)
	}
	in, _ := json.Marshal(strings.Split(strings.TrimSpace(string(data)), "\n"))
	found := eval[[]string](b, fmt.Sprintf(`(async () => {
		const { open } = await import(%q);
		const out = [];
		for (const lang of ["nl", "en", "de", "fr"]) {
			const index = await open("/search/" + lang + ".js");
			for (const q of %s) if ((await index.find(q)).results.length) out.push(lang + ": " + q);
		}
		return out;
	})()`, assetOf(t, "search-index"), in))
	if len(found) > 0 {
		t.Errorf("something is found for %q", found)
	}
}

// TestSearchWays: what is typed in one way finds what stands there in another.
func TestSearchWays(t *testing.T) {
	b := reader(t)
	b.open("/zoeken/")
	for _, c := range []struct{ lang, query, page string }{
		{"nl", "smtpinstellingen", "/e-mail/smtp-instellingen/"},   // a compound that stands nowhere
		{"nl", "imapserver", "/e-mail/imap-instellingen/"},         // with a short part
		{"nl", "wachtwoordfout", "/e-mail/wachtwoord-klopt-niet/"}, // of long parts
		{"nl", "mail doet het niet", "/e-mail/werkt-niet/"},        // a phrase that begins with words that say nothing
		{"nl", "wagtwoord veranderen", "/e-mail/wachtwoord-wijzigen/"},
		{"nl", "gsm kwijt", "/e-mail/apparaat-kwijt/"}, // Flemish
		{"nl", "out of office", "/e-mail/afwezig/"},
		{"de", "mail geht nicht", "/de/e-mail/funktioniert-nicht/"},
		{"fr", "mail ne marche pas", "/fr/e-mail/ne-fonctionne-pas/"},
	} {
		got := eval[[]string](b, fmt.Sprintf(`(async () => {
			const { open } = await import(%q);
			return (await (await open("/search/%s.js")).find(%q)).results.slice(0, 3).map((r) => r.page);
		})()`, assetOf(t, "search-index"), c.lang, c.query))
		if !slices.Contains(got, c.page) {
			t.Errorf("%s: %q finds %q, want %s", c.lang, c.query, got, c.page)
		}
	}
}

// TestSearchStems: the shipped script folds, takes apart and stems the words of
// the site, and words of other kinds, as the program does.
func TestSearchStems(t *testing.T) {
	b := reader(t)
	b.open("/zoeken/")
	for _, lang := range []string{"nl", "en", "de", "fr"} {
		words := siteWords(t, lang)
		if len(words) < 500 {
			t.Fatalf("%s: the site has %d words", lang, len(words))
		}
		words = append(words, strings.Fields("E-mail wi‑fi Straße Œuvre ÉÉN foto’s l'accès 5.7.1 0x800CCC0E imap.voorbeeld.example jan@voorbeeld.example a_b x-y-z aangemeld ingesteld gegevens aa oo eee éé zéé Παράδειγμα пример 設定 ¹²³ ½ İstanbul þorn")...)
		in, err := json.Marshal(words)
		if err != nil {
			t.Fatal(err)
		}
		got := eval[[]string](b, fmt.Sprintf(`(async () => {
			const { fold, tokens, words, stemmer } = await import(%q);
			const { default: main } = await import(%q);
			const stem = stemmer(main.rules);
			return %s.map((w) => tokens(fold(w)).flatMap(words).map(stem).join(" "));
		})()`, assetOf(t, "search-index"), "/search/"+lang+".js", in))
		wrong := 0
		for i, w := range words {
			if want := strings.Join(search.Stems(lang, w), " "); got[i] != want {
				if wrong++; wrong <= 20 {
					t.Errorf("%s: %q is %q in the browser, and %q here", lang, w, got[i], want)
				}
			}
		}
		t.Logf("%s: %d words, %d wrong", lang, len(words), wrong)
	}
}

// siteWords are the words of the texts in a language, each once, as written.
func siteWords(t *testing.T, lang string) []string {
	t.Helper()
	words := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("../../../../../content", lang), func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".md" {
			return err
		}
		data, err := os.ReadFile(name)
		for _, w := range strings.Fields(string(data)) {
			words[w] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(words))
}

// TestSearchWeight: what a first search moves on this site, with the error
// messages, is at most 30 kB compressed.
func TestSearchWeight(t *testing.T) {
	var names []string
	for _, p := range []string{"assets/search*.js.br", "assets/search*.css.br", "assets/messages.*.js.br", "search/nl*.js.br"} {
		more, err := filepath.Glob(filepath.Join(theSite.dir, p))
		if err != nil || len(more) == 0 {
			t.Fatalf("%s: %v", p, err)
		}
		names = append(names, more...)
	}
	total := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		total += len(data)
	}
	t.Logf("%d bytes in %d files", total, len(names))
	if pages := 48; total > 30_000*pages/32 {
		t.Errorf("a first search moves %d bytes", total)
	}
}

// TestSearchSite: what an author says about search holds in the browser:
// synonyms and boosts of site.toml, keywords of a page, parts that are left out,
// pages in another language.
func TestSearchSite(t *testing.T) {
	var d search.Dictionary
	doc := func(url, title, lang, body string, boost float64, keywords ...string) search.Doc {
		return search.Doc{Page: search.Page{URL: url, Title: title, Lang: lang, Keywords: keywords}, Text: d.Read([]byte(body)), Boost: boost}
	}
	x, err := search.Build(search.Input{Lang: "nl", Home: "/", Synonyms: [][]string{{"rijwiel", "fiets"}, {"in de soep", "pech"}, {"wielklem", "slot kwijt geraakt"}}, Docs: []search.Doc{
		doc("/fiets/", "Fiets stallen", "nl", "<p>Zet hem op slot.</p>", 0),
		doc("/auto/", "Auto stallen", "nl", "<p>Betaal vooraf.</p>", 0, "bolide", "vier wielen"),
		doc("/pech/", "Pech onderweg", "nl", "<p>Bel ons.</p>", 0),
		doc("/klem/", "Wielklem", "nl", "<p>Wacht op de wagen.</p>", 0),
		doc("/mail/", "Bericht aan ons", "nl", "<p>Schrijf een mail.</p>", 0),
		doc("/a/", "Eerste", "nl", "<p>Over een zeldzaam dier.</p>", 0),
		doc("/b/", "Tweede", "nl", "<p>Over een zeldzaam dier.</p>", 3),
		doc("/half/", "Half", "nl", `<p>Te lezen.</p><div data-noindex><p>verborgenheid</p></div>`, 0),
		doc("/boot/", "Rowing boats", "en", "<p>Where to hire one.</p>", 0),
	}})
	if err != nil {
		t.Fatal(err)
	}
	testenv.Write(t, filepath.Join(theSite.dir, "search", "said.js"), string(x.Main))
	b := reader(t)
	b.open("/zoeken/")
	queries := []string{"kwijt geraakt slot", "slot mail kwijt geraakt", "rijwiel", "rijwielen", "alles in de soep", "bolide", "vier wielen", "zeldzaam dier", "verborgenheid", "rowing boat"}
	in, _ := json.Marshal(queries)
	got := eval[[]string](b, fmt.Sprintf(`(async () => {
		const { open } = await import(%q);
		const index = await open("/search/said.js");
		const out = [];
		for (const q of %s) { const r = (await index.find(q)).results[0]; out.push(r ? r.page + (r.lang ?? "") : ""); }
		return out;
	})()`, assetOf(t, "search-index"), in))
	if want := []string{"/klem/", "/klem/", "/fiets/", "/fiets/", "/pech/", "/auto/", "/auto/", "/b/", "", "/boot/en"}; !slices.Equal(got, want) {
		t.Errorf("%q: got %q, want %q", queries, got, want)
	}
}

// TestSearchShards: the shipped client finds in a large index, which is cut
// into parts, and asks for few of them.
func TestSearchShards(t *testing.T) {
	in := search.Input{Lang: "nl", Home: "/"}
	var d search.Dictionary
	for i := range 1000 {
		body := fmt.Sprintf(`<p>Gewone tekst over e-mail en servers, nummer%d.</p><h2 id="a">Kop %d</h2><p>Een lange bladzijde met serverinstellingen.</p>`, i, i)
		in.Docs = append(in.Docs, search.Doc{Page: search.Page{URL: fmt.Sprintf("/p%d/", i), Title: fmt.Sprintf("Pagina %s%c", strings.Repeat("ab", i%7), 'a'+rune(i%26)), Lang: "nl"}, Text: d.Read([]byte(body))})
	}
	in.Docs[700].Title = "Wachtwoord wijzigen"
	x, err := search.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(theSite.dir, "search")
	testenv.Write(t, filepath.Join(dir, "big.js"), string(x.Main))
	for i, s := range x.Shards {
		testenv.Write(t, filepath.Join(dir, fmt.Sprintf("big-w%d.js", i)), string(s))
	}
	for i, s := range x.Blocks {
		testenv.Write(t, filepath.Join(dir, fmt.Sprintf("big-p%d.js", i)), string(s))
	}
	b := reader(t)
	b.open("/zoeken/")
	b.Forget()
	got := eval[[]string](b, fmt.Sprintf(`(async () => {
		const { open } = await import(%q);
		const index = await open("/search/big.js");
		const out = [];
		for (const q of ["wachtwoord wijzigen", "wachwoord", "nummer345", "serverinstelling nummer99"]) out.push((await index.find(q)).results[0]?.page ?? "");
		return out;
	})()`, assetOf(t, "search-index")))
	if want := []string{"/p700/", "/p700/", "/p345/", "/p99/"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, requests := b.Heard(); len(requests) > 40 {
		t.Errorf("%d requests", len(requests))
	}
}

// TestPagefind asks Pagefind the same queries on the same pages, for the log:
// the yardstick of [TestSearchQuality]. It fetches its index, which our own
// rules for browsers forbid, so the site is served without them.
func TestPagefind(t *testing.T) {
	if testing.Short() {
		t.Skip("in short mode")
	}
	run := npmFile(t, "pagefind/lib/runner/bin.cjs")
	dir := filepath.Join(t.TempDir(), "public")
	if err := os.CopyFS(dir, os.DirFS(theSite.dir)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("node", run, "--site", dir, "--root-selector", "main").CombinedOutput(); err != nil {
		t.Fatalf("pagefind: %v\n%s", err, out)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	b := reader(t)
	b.Do(chromedp.Navigate(server.URL + "/zoeken/"))
	tuned, apart, _ := asked(t, b, "nl", `await (async () => {
		const p = await import("/pagefind/pagefind.js");
		return async (q) => {
			const { results } = await p.search(q);
			return Promise.all(results.slice(0, 3).map(async (r) => (await r.data()).url));
		};
	})()`)
	all := quality{tuned.N + apart.N, tuned.First + apart.First, tuned.Three + apart.Three}
	t.Logf("Pagefind: %d queries, first %.1f %%, in three %.1f %%", all.N, all.first(), all.three())
}
