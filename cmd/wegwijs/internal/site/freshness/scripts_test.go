package freshness

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/site"
)

// Words are counted, compared and shown in every script, also where there are no
// spaces between them.
func TestScripts(t *testing.T) {
	for text, want := range map[string]int{
		"één twee  drie\nvier": 4,
		"افتح التطبيق ثم اضغط": 4,
		"פתח את היישום":        3,
		"打开邮件应用":               6,
		"メールを開く (IMAP)":        7,
		"이메일 앱을 엽니다":           3,
		"เปิดอีเมล":            7,
		"打开 IMAP 993":          4,
		"":                     0,
	} {
		if got := (&Unit{Source: text}).Words(); got != want {
			t.Errorf("%q: got %d words, want %d", text, got, want)
		}
	}
	for _, c := range [][3]string{
		{"打开邮件应用，然后点按账户。", "打开邮件程序，然后点按账户。", "打开邮件[-应用-]，然后点按账户。 打开邮件{+程序+}，然后点按账户。"},
		{"افتح التطبيق ثم اضغط هنا", "افتح البرنامج ثم اضغط هنا", "افتح [-التطبيق-] ثم اضغط هنا افتح {+البرنامج+} ثم اضغط هنا"},
		{"メールを開く。", "写真を開く。", "[-メール-]を開く。 {+写真+}を開く。"},
	} {
		if got := says(page(c[0]), page(c[1])); got != "~ "+c[0]+" | "+c[1] {
			t.Errorf("%s: got %s", c[0], got)
		}
		if a, b := Words(c[0], c[1], false); a+" "+b != c[2] {
			t.Errorf("got %s %s, want %s", a, b, c[2])
		}
	}
}

// large is a site of n pages with translations in three languages, one from right
// to left and one without spaces; every tenth text changed since.
func large(b testing.TB, n int) (*site.Site, fstest.MapFS, Sums) {
	files := fstest.MapFS{}
	var pages []*content.Page
	put := func(file, text string) {
		files[file] = &fstest.MapFile{Data: []byte(text)}
		pages = append(pages, content.Parse(file, []byte(text), new(diag.List)))
	}
	conf := config.Parse([]byte("title = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"N\"\n[languages.en]\nname = \"E\"\n[languages.ar]\nname = \"A\"\n[languages.ja]\nname = \"J\"\n"), new(diag.List))
	body := func(i int, line string) string {
		var s strings.Builder
		for h := range 6 {
			fmt.Fprintf(&s, "\n## %s %d\n\n%s %d.\n\n1. %[1]s een.\n2. %[1]s twee op poort 993.\n\n| %[1]s | b |\n|---|---|\n| imap.voorbeeld.nl | %[2]d |\n", line, h, strings.Repeat(line+" ", 12), i)
		}
		return s.String()
	}
	for i := range n {
		was := fmt.Sprintf("+++\ntitle = \"P%d\"\n+++\n%s", i, body(i, "Tekst"))
		now := was
		if i%10 == 0 {
			now = strings.Replace(was, "twee op", "twee nu op", 1)
			files[StampOf([]byte(was)).File()] = &fstest.MapFile{Data: []byte(was)}
		}
		put(fmt.Sprintf("content/nl/p%d.md", i), now)
		for lang, line := range map[string]string{"en": "Text", "ar": "نص", "ja": "文書"} {
			put(fmt.Sprintf("content/%s/p%d.md", lang, i), fmt.Sprintf("+++\ntitle = \"P%d\"\nsource = %q\n+++\n%s", i, StampOf([]byte(was)), body(i, line)))
		}
	}
	s := site.New(site.Input{Config: conf, Pages: pages, Out: new(diag.List)})
	sums := map[string][sha256.Size]byte{}
	for f, m := range files {
		sums[f] = sha256.Sum256(m.Data)
	}
	return s, files, Sums{
		func(f string) [sha256.Size]byte { return sums[f] },
		func(_, _ [sha256.Size]byte) bool { return false },
	}
}

func TestStatusOfManyPages(t *testing.T) {
	s, files, sum := large(t, 20)
	langs, err := NewReader(s, files).Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range langs {
		if l.Fresh != 18 || l.Stale != 2 || l.StaleBlocks != 2 || l.Unknown+l.Missing+l.Orphaned != 0 {
			t.Errorf("%s: got %d fresh, %d stale with %d blocks, %d, %d, %d", l.Lang, l.Fresh, l.Stale, l.StaleBlocks, l.Unknown, l.Missing, l.Orphaned)
		}
	}
	out := new(diag.List)
	if err := NewReader(s, files).Check(t.Context(), true, sum, out); err != nil || out.Len() != 6 {
		t.Errorf("got %v and %v", err, out.Sorted())
	}
}

// BenchmarkStatus reports on 2,500 pages in three languages.
func BenchmarkStatus(b *testing.B) {
	s, files, _ := large(b, 2500)
	for b.Loop() {
		if _, err := NewReader(s, files).Status(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck is what a build does for freshness, on the same pages.
func BenchmarkCheck(b *testing.B) {
	s, files, sum := large(b, 2500)
	for b.Loop() {
		if err := NewReader(s, files).Check(b.Context(), false, sum, new(diag.List)); err != nil {
			b.Fatal(err)
		}
	}
}

// TestSum: a language counts its pages by their state, and an orphan is shown
// where its text went: to the missing page that has most of it.
func TestSum(t *testing.T) {
	const text = "## Kop\n\nEen twee drie.\n\nVier vijf zes.\n\nZeven acht negen."
	l := &Language{}
	for _, p := range []Page{
		{State: Fresh, Blocks: 2, Words: 9}, {State: Stale, StaleBlocks: 1, StaleWords: 3}, {State: Stale, StaleBlocks: 2}, {State: Unknown},
		{State: Missing, Source: "content/nl/anders.md", Now: page("## Iets\n\nHeel anders.\n\nVier vijf zes.")},
		{State: Missing, Source: "content/nl/nieuw.md", Now: page(text + "\n\nNieuw.")},
		{State: Orphaned, Base: page(text)}, {State: Orphaned, Base: page("Weg.")}, {State: Orphaned},
	} {
		l.add(&p)
	}
	l.findMoved()
	if got, want := [...]int{l.Fresh, l.Stale, l.Unknown, l.Missing, l.Orphaned, l.Blocks, l.Words, l.StaleBlocks, l.StaleWords}, [...]int{1, 2, 1, 2, 3, 2, 9, 3, 3}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	for i, want := range []string{"content/nl/nieuw.md", "", ""} {
		if got := l.Pages[6+i].Moved; got != want {
			t.Errorf("orphan %d went to %q, want %q", i, got, want)
		}
	}
}
