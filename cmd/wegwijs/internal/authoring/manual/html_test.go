package manual

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// parsed returns the words of HTML, with the ids and the targets of links in it.
func parsed(t *testing.T, src string) (words string, ids, links []string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(src))
	var b strings.Builder
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				t.Fatal(z.Err())
			}
			return b.String(), ids, links
		case html.TextToken:
			b.WriteString(string(z.Text()))
		case html.StartTagToken:
			for _, a := range z.Token().Attr {
				switch a.Key {
				case "id":
					ids = append(ids, a.Val)
				case "href":
					links = append(links, a.Val)
				}
			}
		}
	}
}

// TestHTML: each topic has all words that `wegwijs help` prints, in both languages,
// and its links lead to what is there.
func TestHTML(t *testing.T) {
	book := Book{os.DirFS(testenv.Root(t))}
	for _, lang := range []diag.Lang{diag.Dutch, diag.English} {
		ids := map[string][]string{}
		var all []string
		for _, topic := range book.Topics() {
			body, ok := book.HTML(topic, lang)
			if title := book.Title(topic, lang); !ok || title == "" || strings.ContainsAny(title, "\n#{") {
				t.Errorf("%s %s: %t, title %q", topic, lang, ok, title)
			}
			words, own, links := parsed(t, body)
			ids[topic] = own
			for _, l := range links {
				if strings.HasPrefix(l, "#") {
					l = topic + l
				}
				all = append(all, l)
			}
			text, _ := Topic(topic, lang, book.Layouts)
			if isSchema(topic) {
				continue
			}
			_, text = cutTitle(text)
			for line := range strings.Lines(text) {
				if strings.HasPrefix(strings.TrimSpace(line), "```") {
					continue // the language of code
				}
				if strings.HasPrefix(line, "    ") && !strings.Contains(words, strings.TrimSpace(line)) {
					t.Errorf("%s %s lacks %q", topic, lang, line)
				}
				for w := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(" \t\n`*[](){}#|\\", r) }) {
					if !strings.Contains(words, w) && strings.Trim(w, "-:>") != "" && !slices.ContainsFunc(all, func(l string) bool { return strings.Contains(l, w) }) {
						t.Errorf("%s %s lacks the word %q", topic, lang, w)
					}
				}
			}
		}
		for _, c := range diag.Codes() {
			if !slices.Contains(ids["codes"], string(c)) {
				t.Errorf("%s: %s cannot be reached", lang, c)
			}
		}
		named := 0
		for _, l := range all {
			page, id, _ := strings.Cut(l, "#")
			if strings.Contains(l, "://") {
				continue
			}
			named++
			if _, ok := ids[page]; !ok || id != "" && !slices.Contains(ids[page], id) {
				t.Errorf("%s: a link to %s, which is not there", lang, l)
			}
		}
		if named < len(diag.Codes()) {
			t.Errorf("%s: only %d links", lang, named)
		}
	}
	for _, no := range []string{"nothing", "", "../codes"} {
		if body, ok := book.HTML(no, diag.Dutch); ok {
			t.Errorf("%q: %s", no, body)
		}
	}
	if got := linked("<code>wegwijs help codes</code> <code>wegwijs help image-alt</code> <code>wegwijs help nonsense</code>"); got != `<a href="codes"><code>wegwijs help codes</code></a> <a href="codes#image-alt"><code>wegwijs help image-alt</code></a> <code>wegwijs help nonsense</code>` {
		t.Errorf("got %s", got)
	}
}
