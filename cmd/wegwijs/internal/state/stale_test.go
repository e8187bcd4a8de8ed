package state_test

import (
	"strings"
	"testing"
)

// TestStaleIsTold: where a step or a value of a text changed since it was
// translated, readers of the translation see one line that says so, in their
// language, which leads to the text; in the copy for programs too, and in the
// index of the search not.
func TestStaleIsTold(t *testing.T) {
	const (
		was     = "Vooraf.\n\n1. Open de app.\n2. Tik op Mail.\n\n| a | b |\n|---|---|\n| poort | 143 |\n| ook | 110 |\n\n:::note\nNog 10 dagen.\n:::\n\n> Een 11.\n>\n> Twee."
		english = "Before.\n\n1. Open the app.\n2. Tap Mail.\n\n| a | b |\n|---|---|\n| port | 143 |\n| also | 110 |\n\n:::note\nAnother 10 days.\n:::\n\n> One 11.\n>\n> Two."
		told    = `<p class="notice stale" role="note" data-noindex>It changed. <a href="/e-mail/pop/" hreflang="nl">Original</a></p>`
	)
	strs := func(lang, changed, original string) string {
		return string(tree(t)["i18n/"+lang+".toml"].Data) + "stale_notice = \"" + changed + "\"\nfallback_original = \"" + original + "\"\n"
	}
	for name, tt := range map[string]struct {
		now  string
		want []string // what stands before each line
	}{
		"as it was":           {was, nil},
		"words":               {strings.Replace(was, "Vooraf.", "Eerst dit.", 1), nil},
		"a step":              {strings.Replace(was, "Tik op Mail.", "Tik op E-mail.", 1), []string{"<li>Tap Mail."}},
		"two rows of a table": {strings.NewReplacer("143", "993", "110", "995").Replace(was), []string{"</table></div>"}},
		"in a container":      {strings.Replace(was, "10 dagen", "20 dagen", 1), []string{"<p>Another 10 days.</p>"}},
		"in a quotation":      {strings.Replace(was, "Een 11.", "Een 12.", 1), []string{"<p>One 11.</p>"}},
	} {
		m := stamped(t, was, tt.now, english, true)
		m["i18n/nl.toml"].Data = []byte(strs("nl", "Veranderd.", "Origineel"))
		m["i18n/en.toml"].Data = []byte(strs("en", "It changed.", "Original"))
		s, ds := load(t, m)
		same(t, name+": findings", says(ds), []string{})
		page := text(t, s, "en/email/pop/index.html")
		if n := strings.Count(page, told); n != len(tt.want) || strings.Count(page, `class="notice stale"`) != n {
			t.Errorf("%s: told %d times, want %d:\n%s", name, n, len(tt.want), page)
		}
		for _, w := range tt.want {
			if before, _, _ := strings.Cut(page, told); !strings.HasSuffix(strings.Join(strings.Fields(before), ""), strings.Join(strings.Fields(w), "")) {
				t.Errorf("%s: not behind %q:\n%s", name, w, page)
			}
		}
		if n := strings.Count(text(t, s, "en/email/pop/index.md"), "*It changed.* [Original](https://hulp.example/e-mail/pop/)"); n != len(tt.want) {
			t.Errorf("%s: %d times in the copy:\n%s", name, n, text(t, s, "en/email/pop/index.md"))
		}
		if strings.Contains(text(t, s, "e-mail/pop/index.html"), "stale") {
			t.Errorf("%s: the text itself says that it changed", name)
		}
		m["i18n/en.toml"].Data = []byte(strs("en", "", "Original"))
		if s, _ := load(t, m); strings.Contains(text(t, s, "en/email/pop/index.html"), "stale") {
			t.Errorf("%s: told although there is nothing to say", name)
		}
	}
	// A page that is shown in a third language is told of in that one.
	m := stamped(t, was, strings.Replace(was, "143", "993", 1), english, true)
	m["i18n/nl.toml"].Data = []byte(strs("nl", "Veranderd.", "Origineel"))
	m["i18n/en.toml"].Data = []byte(strs("en", "It changed.", "Original"))
	m["i18n/ar.toml"] = tree(t)["i18n/en.toml"]
	m["i18n/ar.toml"].Data = []byte(strs("en", "تغيّر.", "الأصل"))
	m["site.toml"].Data = append(m["site.toml"].Data, "\n[languages.ar]\nname = \"العربية\"\nfallback = [\"en\"]\n"...)
	s, _ := load(t, m)
	file := ""
	for _, f := range s.Set.Files() {
		if strings.HasPrefix(f.Path, "ar/") && strings.HasSuffix(f.Path, "/pop/index.html") {
			file = f.Path
		}
	}
	if page := text(t, s, file); !strings.Contains(page, `data-noindex lang="ar" dir="rtl">تغيّر. <a href="/e-mail/pop/" hreflang="nl">الأصل</a></p>`) {
		t.Errorf("in Arabic:\n%s", page)
	}
	// Without the string it is said what is missing.
	m = stamped(t, was, strings.Replace(was, "143", "993", 1), english, true)
	if _, ds := load(t, m); len(ds) == 0 || !strings.Contains(ds[0].Msg, `no string "`) {
		t.Errorf("without the string: %v", ds)
	}
}
