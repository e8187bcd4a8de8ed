package state_test

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/state"
)

// siteToml returns a site.toml with languages, the first being the default.
// Behind a language may stand the languages it falls back on: "de<nl,en", and
// "de<" for none.
func siteToml(langs ...string) string {
	var b strings.Builder
	first, _, _ := strings.Cut(langs[0], "<")
	fmt.Fprintf(&b, "-- site.toml --\ntitle = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = %q\n", first)
	for _, l := range langs {
		lang, fallback, own := strings.Cut(l, "<")
		fmt.Fprintf(&b, "\n[languages.%s]\nname = \"Name of %s\"\n", lang, lang)
		if own {
			fmt.Fprintf(&b, "fallback = [")
			for f := range strings.SplitSeq(fallback, ",") {
				if f != "" {
					fmt.Fprintf(&b, "%q, ", f)
				}
			}
			b.WriteString("]\n")
		}
	}
	return b.String()
}

// strings in a language: the same for all, but that they name it.
func words(langs ...string) string {
	var b strings.Builder
	forms := map[string]string{"ar": "zero one two few many other", "fr": "one many other", "cs": "one few many other"}
	for _, l := range langs {
		fmt.Fprintf(&b, "-- i18n/%s.toml --\nlanguage = \"language in %[1]s\"\nsections = \"sections in %[1]s\"\nnotice = \"%[1]s: {language}\"\nupdated = \"{date}\"\nnot_found_title = \"404 in %[1]s\"\nmoved = \"moved in %[1]s\"\n[pages]\n", l)
		f := forms[l]
		if f == "" {
			f = "one other"
		}
		for form := range strings.FieldsSeq(f) {
			fmt.Fprintf(&b, "%s = \"{count} %s\"\n", form, form)
		}
	}
	return b.String()
}

// text of a page.
func md(file, front, body string) string {
	return fmt.Sprintf("-- content/%s.md --\n+++\n%s\n+++\n%s\n", file, front, body)
}

func TestLanguagesDutchDefault(t *testing.T) {
	s := sound(t)
	p := look(t, s, "e-mail/imap/index.html")
	if p.lang != "nl" || p.dir != "ltr" || p.articleLang != "nl" || p.notice != "" || p.robots != "" || p.canonical != "https://hulp.example/e-mail/imap/" {
		t.Errorf("a Dutch page: got %+v", p)
	}
	want := []string{"nl https://hulp.example/e-mail/imap/", "en https://hulp.example/en/email/imap-settings/", "x-default https://hulp.example/e-mail/imap/"}
	same(t, "alternates of the Dutch page", p.alternates, want)
	same(t, "alternates of its translation", look(t, s, "en/email/imap-settings/index.html").alternates, want)
	same(t, "switcher", p.switcher, []string{"nl ltr /e-mail/imap/ current", "en ltr /en/email/imap-settings/"})
	same(t, "pages", paths(s, "/index.html"), []string{"e-mail/imap/index.html", "e-mail/index.html", "e-mail/pop/index.html", "en/email/imap-settings/index.html", "en/email/index.html", "en/email/pop/index.html", "en/index.html", "oud/imap/index.html"})
	// Links lead to the reader's language, wherever the text comes from.
	same(t, "links of the English section", look(t, s, "en/email/index.html").links, []string{"/en/email/imap-settings/#versturen"})
	same(t, "links of a page that is not translated", look(t, s, "en/email/pop/index.html").links, []string{"/en/email/imap-settings/"})
}

// A page that is not translated: what section 6 of the design says of it.
func TestLanguagesFallback(t *testing.T) {
	s := sound(t)
	p := look(t, s, "en/email/pop/index.html")
	want := page{
		lang: "en", dir: "ltr", articleLang: "nl", articleDir: "ltr",
		notice: "This page is not translated yet. The text is in Nederlands.", noticeURL: "nl /e-mail/pop/",
		robots: "noindex", canonical: "https://hulp.example/e-mail/pop/",
		switcher: []string{"nl ltr /e-mail/pop/", "en ltr /en/email/pop/ current missing"},
		nav:      []string{"/en/email/", "/en/email/imap-settings/", "/en/email/pop/* nl"},
		links:    []string{"/en/email/imap-settings/"},
	}
	if got, want := fmt.Sprintf("%+v", p), fmt.Sprintf("%+v", want); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(text(t, s, "sitemap.xml"), "/en/email/pop/") {
		t.Error("it is in the sitemap")
	}
	if strings.Contains(text(t, s, "llms.txt"), "/en/email/pop/") {
		t.Error("it is in llms.txt")
	}
	if f, _ := s.Set.File("en/email/pop/index.html"); f.Kind != fileset.Fallback || f.Lang != "en" || f.Source != "content/nl/e-mail/pop.md" {
		t.Errorf("in the file set it is %+v", f)
	}
	if copied := text(t, s, "en/email/pop/index.md"); !strings.Contains(copied, "lang: nl\n") || !strings.Contains(copied, "canonical: https://hulp.example/e-mail/pop/\n") {
		t.Errorf("its Markdown copy says:\n%s", copied)
	}
	// The page that it stands for has no alternates: it is the only one.
	same(t, "alternates of its original", look(t, s, "e-mail/pop/index.html").alternates, nil)
}

// arabic is a site in Arabic, from right to left, with an English part.
var arabic = "-- content/ --\n-- i18n/ --\n" + siteToml("ar", "en") + words("ar", "en") +
	md("ar/index", `title = "مركز المساعدة"`, "[البريد](البريد/index.md)") +
	md("ar/البريد/index", "title = \"البريد\"", "## إعدادات {#settings}\n\n[imap](imap.md)") +
	md("ar/البريد/imap", "title = \"إعداد\"\nslug = \"إعداد-imap\"", "## استقبال\n\n![صورة](صورة.svg)\n\n## إرسال {#send}") +
	"-- content/ar/البريد/صورة.svg --\n<svg width=\"1\" height=\"1\"/>\n" +
	md("en/index", `title = "Help"`, "[mail](البريد/index.md#settings)") +
	md("en/البريد/index", "title = \"Mail\"\nslug = \"mail\"", "## Settings")

func TestLanguagesArabicDefault(t *testing.T) {
	s := sound(t, arabic)
	p := look(t, s, "البريد/إعداد-imap/index.html")
	if p.lang != "ar" || p.dir != "rtl" || p.articleDir != "rtl" || p.canonical != "https://t.example/%D8%A7%D9%84%D8%A8%D8%B1%D9%8A%D8%AF/%D8%A5%D8%B9%D8%AF%D8%A7%D8%AF-imap/" {
		t.Errorf("an Arabic page: got %+v", p)
	}
	same(t, "switcher", p.switcher, []string{"ar rtl /%D8%A7%D9%84%D8%A8%D8%B1%D9%8A%D8%AF/%D8%A5%D8%B9%D8%AF%D8%A7%D8%AF-imap/ current", "en ltr /en/mail/%D8%A5%D8%B9%D8%AF%D8%A7%D8%AF-imap/ missing"})
	// An English reader gets it from right to left, in a page from left to right.
	p = look(t, s, "en/mail/إعداد-imap/index.html")
	if p.lang != "en" || p.dir != "ltr" || p.articleLang != "ar" || p.articleDir != "rtl" || p.notice != "en: Name of ar" || p.robots != "noindex" {
		t.Errorf("an Arabic page for English readers: got %+v", p)
	}
	// And an Arabic reader the other way round, where the English came first.
	s = sound(t, arabic+md("en/extra", `title = "Extra"`, "Text."))
	p = look(t, s, "extra/index.html")
	if p.lang != "ar" || p.dir != "rtl" || p.articleLang != "en" || p.articleDir != "ltr" || p.robots != "noindex" || p.canonical != "https://t.example/en/extra/" {
		t.Errorf("an English page for Arabic readers: got %+v", p)
	}
	same(t, "navigation", look(t, s, "index.html").nav, []string{"/extra/ en", "/%D8%A7%D9%84%D8%A8%D8%B1%D9%8A%D8%AF/"})
	// Heading ids are those of the original, also in the translation.
	same(t, "heading ids", look(t, s, "en/mail/index.html").ids, []string{"settings"})
	same(t, "link to one", look(t, s, "en/index.html").links, []string{"/en/mail/#settings"})
	var urls struct {
		Loc []string `xml:"url>loc"`
	}
	if err := xml.Unmarshal([]byte(text(t, s, "sitemap.xml")), &urls); err != nil {
		t.Fatal(err)
	}
	for _, u := range urls.Loc {
		if strings.ContainsFunc(u, func(r rune) bool { return r > 0x7e }) {
			t.Errorf("the sitemap has an address that is not encoded: %s", u)
		}
	}
	// Arabic has six plural forms; each number takes its own.
	for n, want := range map[int]string{0: "zero", 1: "one", 2: "two", 3: "few", 11: "many", 100: "other"} {
		str, err := s.Renderer.Strings.Lang("ar").T("pages", "count", n)
		if err != nil || str != fmt.Sprintf("%d %s", n, want) {
			t.Errorf("%d pages: got %q, %v; want the form %q", n, str, err, want)
		}
	}
}

// No language is special: the same site without English, and one in a single
// language.
func TestLanguagesWithoutEnglish(t *testing.T) {
	s := sound(t, "-- content/ --\n-- i18n/ --\n"+siteToml("de", "fr")+words("de", "fr")+
		md("de/index", `title = "Hilfe"`, "[x](a.md)")+md("de/a", `title = "A"`, "## Überschrift {#teil}")+md("fr/index", `title = "Aide"`, "[x](a.md#teil)"))
	p := look(t, s, "fr/a/index.html")
	if p.lang != "fr" || p.articleLang != "de" || p.notice != "fr: Name of de" {
		t.Errorf("got %+v", p)
	}
	same(t, "alternates", look(t, s, "fr/index.html").alternates, []string{"de https://t.example/", "fr https://t.example/fr/", "x-default https://t.example/"})
	for _, f := range s.Set.Files() {
		if strings.HasPrefix(f.Path, "en/") || f.Lang == "en" || f.Lang == "nl" {
			t.Errorf("%s is there", f.Path)
		}
	}
}

func TestLanguagesOne(t *testing.T) {
	s := sound(t, "-- content/ --\n-- i18n/ --\n"+siteToml("fy")+words("fy")+md("fy/index", `title = "Help"`, "[x](a.md)")+md("fy/a", `title = "A"`, "x"))
	p := look(t, s, "a/index.html")
	if len(p.alternates) > 0 {
		t.Errorf("a site in one language has alternates: %q", p.alternates)
	}
	same(t, "switcher", p.switcher, []string{"fy ltr /a/ current"})
	same(t, "error pages", paths(s, "404.html"), []string{"404.html"})
	if strings.Contains(text(t, s, "sitemap.xml"), "hreflang") {
		t.Error("its sitemap has alternates")
	}
}

// With fallback = [] readers get what is in their language, and nothing else.
func TestLanguagesNoFallback(t *testing.T) {
	over := siteToml("nl", "en<") + words("en")
	_, ds := load(t, tree(t, over))
	same(t, "a link to a page that the language does not have", says(ds), []string{"content/en/e-mail/imap.md:7:5: no page content/en/e-mail/pop.md"})
	s := sound(t, over, md("en/e-mail/imap", "title = \"Set up IMAP\"\nslug = \"imap-settings\"\nrelated = [\"e-mail/pop\"]", "## Receiving\n\n## Sending"))
	if _, ok := s.Set.File("en/email/pop/index.html"); ok {
		t.Error("the page is there all the same")
	}
	same(t, "navigation", look(t, s, "en/email/index.html").nav, []string{"/en/email/*", "/en/email/imap-settings/"})
	// What leads to it elsewhere falls away, and the switcher leads to the
	// first page of the language.
	same(t, "related", look(t, s, "en/email/imap-settings/index.html").related, nil)
	same(t, "switcher", look(t, s, "e-mail/pop/index.html").switcher, []string{"nl ltr /e-mail/pop/ current", "en ltr /en/ missing"})
	same(t, "alternates", look(t, s, "e-mail/pop/index.html").alternates, nil)
}

// A page that only another language has.
func TestLanguagesOnlyInAnother(t *testing.T) {
	s := sound(t, md("en/e-mail/only", "title = \"Only\"\nslug = \"only-in-english\"\naliases = [\"/en/was/\"]", "## Part\n\n[IMAP](imap.md)"), md("nl/e-mail/pop", `title = "POP"`, "[Only](only.md#part)"))
	p := look(t, s, "e-mail/only-in-english/index.html")
	if p.lang != "nl" || p.articleLang != "en" || p.robots != "noindex" || p.canonical != "https://hulp.example/en/email/only-in-english/" || p.notice == "" {
		t.Errorf("for Dutch readers: got %+v", p)
	}
	same(t, "its links", p.links, []string{"/e-mail/imap/"})
	p = look(t, s, "en/email/only-in-english/index.html")
	if p.robots != "" || p.notice != "" || p.canonical != "https://hulp.example/en/email/only-in-english/" || len(p.alternates) > 0 {
		t.Errorf("for English readers: got %+v", p)
	}
	same(t, "a link to it", look(t, s, "e-mail/pop/index.html").links, []string{"/e-mail/only-in-english/#part"})
	same(t, "the same for English readers", look(t, s, "en/email/pop/index.html").links, []string{"/en/email/only-in-english/#part"})
	if r := text(t, s, "en/was/index.html"); !strings.Contains(r, `url=/en/email/only-in-english/"`) || !strings.Contains(r, `lang="en"`) {
		t.Errorf("its old address: %s", r)
	}
	sitemap := text(t, s, "sitemap.xml")
	if strings.Count(sitemap, "only-in-english") != 1 {
		t.Error("it should stand once in the sitemap")
	}
}

// A language falls back on its own chain, in that order.
func TestLanguagesChain(t *testing.T) {
	s := sound(t, "-- content/ --\n", siteToml("nl", "en", "de<en,nl", "fr<de"), words("nl", "en", "de", "fr"),
		md("nl/index", `title = "NL"`, ""), md("en/index", `title = "EN"`, ""), md("de/index", `title = "DE"`, ""), md("fr/index", `title = "FR"`, ""),
		md("nl/all", `title = "NL"`, ""), md("en/all", `title = "EN"`, ""),
		md("nl/dutch", `title = "NL"`, ""),
		md("de/german", `title = "DE"`, ""))
	for path, want := range map[string]string{
		"all/index.html": "nl", "en/all/index.html": "en", "de/all/index.html": "en",
		"dutch/index.html": "nl", "en/dutch/index.html": "nl", "de/dutch/index.html": "nl",
		"german/index.html": "de", "en/german/index.html": "de", "de/german/index.html": "de", "fr/german/index.html": "de",
		"fr/all/index.html": "", "fr/dutch/index.html": "",
	} {
		got := ""
		if _, ok := s.Set.File(path); ok {
			got = look(t, s, path).articleLang
		}
		if got != want {
			t.Errorf("%s: got text in %q, want %q", path, got, want)
		}
	}
	// x-default is the default language's, or else the first that has the page.
	same(t, "alternates", look(t, s, "en/all/index.html").alternates, []string{"nl https://t.example/all/", "en https://t.example/en/all/", "x-default https://t.example/all/"})
	s = sound(t, "-- content/ --\n", siteToml("nl", "en", "de"), words("nl", "en", "de"), md("nl/index", `title = "NL"`, ""), md("en/x", `title = "EN"`, ""), md("de/x", `title = "DE"`, ""))
	same(t, "alternates without the default language", look(t, s, "de/x/index.html").alternates, []string{"en https://t.example/en/x/", "de https://t.example/de/x/", "x-default https://t.example/en/x/"})
}

// A missing interface string comes from the language's chain, where site.toml
// names one, and is reported.
func TestLanguagesBorrowedStrings(t *testing.T) {
	over := siteToml("nl", "en<nl")
	_, ds := load(t, tree(t, over, "-- i18n/en.toml --\nlanguage = \"Language\"\n"))
	for _, d := range ds {
		if d.Severity.String() != "warning" {
			t.Errorf("got %s %s, want a warning", d.Pos, d.Msg)
		}
	}
	if len(ds) == 0 {
		t.Error("got no finding")
	}
	s, _ := load(t, tree(t, over, "-- i18n/en.toml --\nlanguage = \"Language\"\n"))
	if got := text(t, s, "en/404.html"); !strings.Contains(got, "Niet gevonden") || !strings.Contains(got, "Language") {
		t.Errorf("got %s", got)
	}
	_, ds = load(t, tree(t, siteToml("nl", "en"), "-- i18n/en.toml --\nlanguage = \"Language\"\n"))
	if len(ds) == 0 || ds[0].Severity.String() != "error" {
		t.Errorf("without a chain: got %q, want errors", says(ds))
	}
}

// Every language and section has its own slugs; two pages may swap theirs.
func TestLanguagesSlugs(t *testing.T) {
	pages := "-- content/ --\n" + siteToml("nl", "en") + words("nl", "en") +
		md("nl/index", `title = "NL"`, "") + md("en/index", `title = "EN"`, "") +
		md("nl/a/index", "title = \"A\"\nslug = \"eerste\"", "[x](x.md) [b](../b/x.md)") + md("nl/b/index", "title = \"B\"\nslug = \"tweede\"", "") +
		md("nl/a/x", "title = \"AX\"\nslug = \"y\"", "") + md("nl/a/y", "title = \"AY\"\nslug = \"x\"", "[x](x.md) [zelf](y.md)") +
		md("nl/b/x", "title = \"BX\"\nslug = \"y\"", "") +
		md("en/a/index", "title = \"A\"\nslug = \"tweede\"", "") + md("en/b/index", "title = \"B\"\nslug = \"eerste\"", "")
	s := sound(t, pages, md("en/a/x", "title = \"AX\"\nslug = \"x-en\"", ""))
	same(t, "addresses", paths(s, "index.html"), []string{
		"eerste/index.html", "eerste/x/index.html", "eerste/y/index.html",
		"en/eerste/index.html", "en/eerste/y/index.html", "en/index.html",
		"en/tweede/index.html", "en/tweede/x-en/index.html", "en/tweede/x/index.html",
		"index.html", "tweede/index.html", "tweede/y/index.html",
	})
	same(t, "links", look(t, s, "eerste/index.html").links, []string{"/eerste/y/", "/tweede/y/"})
	same(t, "links of a fallback page", look(t, s, "en/tweede/x/index.html").links, []string{"/en/tweede/x-en/", "/en/tweede/x/"})
	// A page that is shown from another language comes with the slug it has
	// there, and that can be taken.
	_, ds := load(t, tree(t, pages, md("en/a/x", `title = "AX"`, "")))
	same(t, "two pages at one address in English only", says(ds), []string{"content/en/a/x.md:2:1: the page has the same address as content/nl/a/y.md: /en/tweede/x/"})
}

// Each language has an error page, in its own words and with its own home.
func TestLanguagesErrorPages(t *testing.T) {
	s := sound(t, arabic)
	for path, want := range map[string]string{"404.html": "404 in ar", "en/404.html": "404 in en"} {
		p := look(t, s, path)
		if !strings.Contains(text(t, s, path), want) || p.robots != "noindex" || p.canonical != "" || len(p.alternates) > 0 {
			t.Errorf("%s: got %+v", path, p)
		}
	}
	if p := look(t, s, "404.html"); p.dir != "rtl" || p.nav[0] != "/%D8%A7%D9%84%D8%A8%D8%B1%D9%8A%D8%AF/" {
		t.Errorf("the Arabic one: got %+v", p)
	}
	same(t, "switcher", look(t, s, "en/404.html").switcher, []string{"ar rtl /", "en ltr /en/ current"})
	s = sound(t, siteToml("nl", "en")+"[outputs]\nnot_found = false\n")
	same(t, "error pages that are switched off", paths(s, "404.html"), []string{})
}

// A translation has the heading ids of its original, whatever its headings
// say, and may not lose its place when it lacks one.
func TestLanguagesAnchors(t *testing.T) {
	nl := "## Eén\n\n### Onder één\n\n## Twee {#tweede}\n\n## Twee\n"
	s := sound(t, md("nl/e-mail/pop", `title = "POP"`, nl), md("en/e-mail/pop", `title = "POP"`, "## One\n\n### Below one\n\n## Two\n\n## Two again\n\n[up](#een)"),
		md("en/e-mail/imap", `title = "IMAP"`, "## Receiving\n\n## Sending\n\n[x](pop.md#tweede)"))
	original := look(t, s, "e-mail/pop/index.html").ids
	same(t, "ids of the translation", look(t, s, "en/email/pop/index.html").ids, original)
	if !slices.Contains(original, "tweede") || len(original) != 4 {
		t.Errorf("got ids %q", original)
	}
}

// withMain is a layout that has an id of its own.
const withMain = "-- layouts/partials/nav.html --\n<nav id=\"main\" aria-label=\"{{ .T \"sections\" }}\"></nav>\n"

// Where the outlines of a translation and of its original do not correspond, no
// heading gets an id by its place: the translation keeps ids of its own text,
// and the first heading without a partner is named. An id that both pages give
// holds the headings before and after it apart.
func TestHeadingIdentity(t *testing.T) {
	for name, c := range map[string]struct {
		nl, en string
		ids    []string
		found  []string
	}{
		"the same": {"## Eén\n\n### Onder", "## One\n\n### Below", []string{"een", "onder"}, nil},
		"one more at the end": {"## Eén\n\n## Twee", "## One\n\n## Two\n\n## Three", []string{"one", "two", "three"},
			[]string{`content/en/e-mail/pop.md:8:1: no heading of content/nl/e-mail/pop.md corresponds to "Three", so the headings here keep ids of their own`}},
		"a new one in the source, with an id": {"## Nieuw stuk {#nieuw}\n\n## Eén\n\n## Twee", "## One\n\n## Two", []string{"one", "two"},
			[]string{`content/en/e-mail/pop.md:6:1: no heading here corresponds to "Twee" (#twee) of content/nl/e-mail/pop.md, so the headings here keep ids of their own`}},
		"other levels": {"## A\n\n### B\n\n#### C\n\n### D", "## E\n\n#### F\n\n### G", []string{"e", "f", "g"},
			[]string{`content/en/e-mail/pop.md:6:1: the heading is of level 4, and the one before it of level 2`, `content/en/e-mail/pop.md:6:1: no heading of content/nl/e-mail/pop.md corresponds to "F", so the headings here keep ids of their own`}},
		"ids of both hold the rest together": {"## Nieuw\n\n## Eén {#een}\n\n### Twee\n\n## Drie {#drie}\n\n## Vier", "## One {#een}\n\n### Two\n\n## Three {#drie}\n\n## Four", []string{"een", "twee", "drie", "vier"}, nil},
		"only the stretch that differs": {"## Eén\n\n## Twee {#twee}\n\n## Drie\n\n## Extra", "## One\n\n## Two {#twee}\n\n## Three", []string{"een", "twee", "three"},
			[]string{`content/en/e-mail/pop.md:8:1: no heading here corresponds to "Extra" (#extra) of content/nl/e-mail/pop.md, so the headings here keep ids of their own`}},
		"ids in another order": {"## Eén {#een}\n\n## Twee {#twee}\n\n## Drie", "## Two {#twee}\n\n## One {#een}\n\n## Three", []string{"twee", "een", "three"},
			[]string{`content/en/e-mail/pop.md:6:1: the heading "One" stands elsewhere in content/nl/e-mail/pop.md`}},
		"all ids are the writer's":  {"## Eén\n\n## Twee\n\n## Drie", "## One {#one}\n\n## Two {#two}", []string{"one", "two"}, nil},
		"an id of the layout":       {"## Main\n\n## Twee", "## Main\n\n## Two", []string{"main-2", "twee"}, nil},
		"no headings in the source": {"", "## One", []string{"one"}, nil},
	} {
		s, ds := load(t, tree(t, withMain, md("nl/e-mail/pop", `title = "POP"`, c.nl), md("en/e-mail/pop", `title = "POP"`, c.en)))
		same(t, name+": findings", says(ds), append([]string{}, c.found...))
		same(t, name+": ids", look(t, s, "en/email/pop/index.html").ids, c.ids)
	}
}

// Old ids go on working beside the new one, in every language that takes it
// over; nothing has an id twice.
func TestHeadingOldIDs(t *testing.T) {
	s := sound(t, md("nl/e-mail/pop", `title = "POP"`, "## Nieuw {#nieuw old=oud}\n\n## Meer {#meer old=\"Een, twee\"}\n\nTerm {#term old=woord}\n: uitleg\n\n[a](#oud) [b](#Een) [c](#twee) [d](#woord)"))
	page := text(t, s, "e-mail/pop/index.html")
	for _, want := range []string{`<h2 id="nieuw"><span id="oud"></span>Nieuw</h2>`, `<h2 id="meer"><span id="Een"></span><span id="twee"></span>Meer</h2>`, `<dt id="term"><span id="woord"></span>Term</dt>`} {
		if !strings.Contains(page, want) {
			t.Errorf("got\n%s\nwant %s", page, want)
		}
	}
	for src, want := range map[string]string{
		"## A {#a old=b}\n\n## B {#b}":         `content/nl/e-mail/pop.md:6:6: the id "b" stands twice on this page`,
		"## A {#a old=a}":                      `content/nl/e-mail/pop.md:4:6: the id "a" stands twice on this page`,
		"## A {#a old=\"b c/d\"}":              `content/nl/e-mail/pop.md:4:6: "c/d" cannot be an old id of a heading`,
		"## A {#main}":                         `content/nl/e-mail/pop.md:4:6: the id "main" is one of the layout's own`,
		"## A {#a old=main}":                   `content/nl/e-mail/pop.md:4:6: the id "main" is one of the layout's own`,
		"## A {#a new=b}":                      `content/nl/e-mail/pop.md:4:6: a heading cannot have the attributes {#a new=b}`,
		"## B {#a old=b}\n\n## B\n\n[x](#b-2)": "",
	} {
		_, ds := load(t, tree(t, withMain, md("nl/e-mail/pop", `title = "POP"`, src)))
		if got := strings.Join(says(ds), "\n"); got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
}

// A link to a heading that is not there names the one that was meant, and no
// list of all that there are.
func TestAnchorMeant(t *testing.T) {
	many := "## Eerste kop\n\n## Versturen via SMTP {#versturen-smtp}\n\n## Drie\n\n## Vier\n\n## Vijf\n\n## Zes\n\n## Zeven\n\n"
	for link, want := range map[string]string{
		"#versturensmtp":      `did you mean #versturen-smtp, "Versturen via SMTP"?`,
		"#Versturen-SMTP":     `did you mean #versturen-smtp, "Versturen via SMTP"?`,
		"#versturen_smtp":     `did you mean #versturen-smtp, "Versturen via SMTP"?`,
		"#versturen-via-smtp": `did you mean #versturen-smtp, "Versturen via SMTP"?`,
		"#versturen":          `did you mean #versturen-smtp, "Versturen via SMTP"?`,
		"#iets-heel-anders":   "it is not like any of the 7 that the page has",
	} {
		_, ds := load(t, tree(t, md("nl/e-mail/pop", `title = "POP"`, many+"[x]("+link+")")))
		if len(ds) != 1 || ds[0].Hint != want {
			t.Errorf("%s: got %+v, want the hint %s", link, ds, want)
		}
	}
	// A translation that has the ids of its source says which its own text would
	// have given, and one that has not says where the id is.
	_, ds := load(t, tree(t, md("nl/e-mail/pop", `title = "POP"`, "## Ontvangen"), md("en/e-mail/pop", `title = "POP"`, "## Receiving\n\n[x](#receiving)")))
	if len(ds) != 1 || ds[0].Hint != `did you mean #ontvangen, "Receiving"?` {
		t.Errorf("got %+v", ds)
	}
	_, ds = load(t, tree(t, md("nl/e-mail/pop", `title = "POP"`, "## Ontvangen\n\n## Twee"), md("en/e-mail/pop", `title = "POP"`, "## Receiving\n\n[x](#ontvangen)")))
	if len(ds) != 2 || ds[1].Hint != `content/nl/e-mail/pop.md has it: give its partner in content/en/e-mail/pop.md the id, ## Kop {#ontvangen}` {
		t.Errorf("got %+v", ds)
	}
}

// hreflang is reciprocal: whoever a page names, names it back, in pages and in
// the sitemap; only real translations take part.
func TestLanguagesReciprocal(t *testing.T) {
	s := sound(t, "-- content/ --\n", siteToml("nl", "en", "de", "ar"), words("nl", "en", "de", "ar"),
		md("nl/index", `title = "NL"`, ""), md("en/index", `title = "EN"`, ""), md("de/index", `title = "DE"`, ""), md("ar/index", `title = "AR"`, ""),
		md("nl/a", `title = "A"`, ""), md("en/a", `title = "A"`, ""), md("ar/a", `title = "A"`, ""),
		md("nl/b", `title = "B"`, ""), md("de/c", `title = "C"`, ""), md("ar/c", `title = "C"`, ""))
	said := map[string][]string{} // by address
	for _, f := range s.Set.Files() {
		if f.Kind != fileset.Real && f.Kind != fileset.Fallback {
			continue
		}
		p := look(t, s, f.Path)
		address := "https://t.example" + fileset.Address(f.Path)
		if f.Kind == fileset.Fallback {
			if len(p.alternates) > 0 || p.robots != "noindex" {
				t.Errorf("%s: a page in another language has alternates or is indexed: %+v", f.Path, p)
			}
			continue
		}
		if p.canonical != address || p.robots != "" {
			t.Errorf("%s: got canonical %s, robots %q", f.Path, p.canonical, p.robots)
		}
		said[address] = p.alternates
	}
	for address, alternates := range said {
		self := len(alternates) == 0
		for _, a := range alternates {
			lang, href, _ := strings.Cut(a, " ")
			self = self || href == address && lang != "x-default"
			same(t, fmt.Sprintf("alternates of %s, which %s names", href, address), said[href], alternates)
		}
		if !self {
			t.Errorf("%s does not name itself", address)
		}
		if n := len(alternates); n == 1 || n == 2 {
			t.Errorf("%s: got %d alternates, want none or at least two and x-default", address, n)
		}
	}
	var sitemap struct {
		URL []struct {
			Loc  string `xml:"loc"`
			Link []struct {
				Lang string `xml:"hreflang,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(text(t, s, "sitemap.xml")), &sitemap); err != nil {
		t.Fatal(err)
	}
	if len(sitemap.URL) != len(said) {
		t.Errorf("the sitemap has %d addresses, want the %d of pages in their own language", len(sitemap.URL), len(said))
	}
	for _, u := range sitemap.URL {
		var got []string
		for _, l := range u.Link {
			got = append(got, l.Lang+" "+l.Href)
		}
		same(t, "the sitemap on "+u.Loc, got, said[u.Loc])
	}
}

// The switcher leads to the same page where there is one, in every language.
func TestLanguagesSwitcher(t *testing.T) {
	s := sound(t, arabic)
	for _, f := range s.Set.Files() {
		if f.Kind != fileset.Real && f.Kind != fileset.Fallback {
			continue
		}
		p := look(t, s, f.Path)
		if len(p.switcher) != 2 {
			t.Errorf("%s: got switcher %q", f.Path, p.switcher)
		}
		for _, e := range p.switcher {
			parts := strings.Fields(e)
			to := fileset.PathOf(unescape(t, parts[2]))
			other, ok := s.Set.File(to)
			if !ok || other.Lang != parts[0] {
				t.Errorf("%s: the switcher leads to %s, which is %+v", f.Path, to, other)
				continue
			}
			if missing := slices.Contains(parts, "missing"); missing != (other.Kind == fileset.Fallback) {
				t.Errorf("%s: the switcher says of %s that it is missing: %v", f.Path, to, missing)
			}
			if slices.Contains(parts, "current") != (to == f.Path) {
				t.Errorf("%s: the switcher marks %q", f.Path, e)
			}
			same(t, "switcher of "+to, uncurrent(look(t, s, to).switcher), uncurrent(p.switcher))
		}
	}
}

func uncurrent(list []string) []string {
	list = slices.Clone(list)
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], " current", "")
	}
	return list
}

// No link, image, style sheet or script of any page leads to something that is
// not in the file set, or elsewhere.
func TestLanguagesNoDeadLinks(t *testing.T) {
	for name, s := range map[string]*state.State{"small": sound(t), "arabic": sound(t, arabic)} {
		for _, f := range s.Set.Files() {
			if !strings.HasSuffix(f.Path, ".html") {
				continue
			}
			for _, u := range addresses(t, text(t, s, f.Path)) {
				u = strings.TrimPrefix(u, s.Config.BaseURL)
				if !strings.HasPrefix(u, "/") {
					continue
				}
				p, _, _ := strings.Cut(u, "#")
				if _, ok := s.Set.File(fileset.PathOf(unescape(t, p))); !ok {
					t.Errorf("%s: %s leads to %s, which is not there", name, f.Path, u)
				}
			}
		}
	}
}
