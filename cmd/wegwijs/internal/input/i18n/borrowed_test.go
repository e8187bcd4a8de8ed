package i18n

import (
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// TestBorrowed: a borrowed string says its language where a page can have an
// element, and is plain text everywhere else.
func TestBorrowed(t *testing.T) {
	out := new(diag.List)
	nl := Parse("nl", "i18n/nl.toml", []byte("menu = \"Menu & meer\"\nvan = \"Van {x}\"\nleeg = \"\"\n"), out)
	ar := Parse("ar", "i18n/ar.toml", []byte("van = \"من {x}\"\n"), out)
	be := Parse("nl-BE", "i18n/nl-BE.toml", []byte("van = \"Vanwege {x}\"\n"), out)
	c := NewCatalogue([]*Strings{nl, ar, be}, map[string][]string{"ar": {"nl"}, "nl-BE": {"nl"}})
	marked := func(lang, key string, args ...any) string {
		t.Helper()
		text, err := c.Lang(lang).Marked(key, args...)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	menu := marked("ar", "menu")
	for _, tt := range []struct{ what, page, want string }{
		{"a borrowed string", "<p>" + menu + "</p>", `<p><span lang="nl" dir="ltr">Menu & meer</span></p>`},
		{"one in a string of its own", "<p>" + marked("ar", "van", "x", menu) + "</p>", `<p>من <span lang="nl" dir="ltr">Menu & meer</span></p>`},
		{"elements in it", "<p>" + markLang + "nl" + markText + `een <b>e-mail</b> nu` + markEnd + "</p>", `<p><span lang="nl" dir="ltr">een <b>e-mail</b> nu</span></p>`},
		{"an attribute", `<a title="` + menu + `" data-x='>` + menu + `'>x</a>`, `<a title="Menu & meer" data-x='>Menu & meer'>x</a>`},
		{"the title of a window", "<title>" + menu + " – x</title><p>" + menu, `<title>Menu & meer – x</title><p><span lang="nl" dir="ltr">Menu & meer</span>`},
		{"a script", `<script type="a">{"x": "` + menu + `"}</script>`, `<script type="a">{"x": "Menu & meer"}</script>`},
		{"a choice", "<option>" + menu + "</option>", "<option>Menu & meer</option>"},
		{"a comment", "<!-- " + menu + " > -->" + menu, `<!-- Menu & meer > --><span lang="nl" dir="ltr">Menu & meer</span>`},
		{"its own string", "<p>" + marked("ar", "van", "x", "1") + "</p>", "<p>من 1</p>"},
		{"a string of the same language elsewhere", "<p>" + marked("nl-BE", "menu") + "</p>", "<p>Menu & meer</p>"},
		{"nothing", "<p>" + marked("ar", "leeg") + "</p>", "<p></p>"},
		{"a tag that is not closed", "x<a " + menu, "x<a Menu & meer"},
	} {
		if got := Spans(tt.page, func(lang string) string { return map[string]string{"nl": "ltr"}[lang] }); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.what, got, tt.want)
		}
	}
	if got := Unmarked(marked("ar", "van", "x", menu)); got != "من Menu & meer" {
		t.Errorf("as text: %q", got)
	}
	if !Marks([]byte(menu)) || Marks([]byte(marked("nl", "menu"))) {
		t.Error("marks are not told from text")
	}
}
