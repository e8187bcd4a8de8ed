package manual

import (
	"bytes"
	"fmt"
	"html"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// A Book is the manual as HTML, in both languages. It may be used by several
// goroutines at once.
type Book struct {
	// Layouts are the layouts of a site, whose directives the book describes.
	Layouts fs.FS
}

// Topics returns the names of all topics, in order.
func (Book) Topics() []string { return Topics() }

// Title returns the title of a topic in the language lang, as plain text.
func (b Book) Title(topic string, lang diag.Lang) string {
	if isSchema(topic) {
		return topic
	}
	text, _ := Topic(topic, lang, b.Layouts)
	title, _ := cutTitle(text)
	return title
}

// HTML returns what stands below the title of a topic: the text of [Topic], in
// which each heading has an id, that of a code its own name. Names of other topics
// and of codes lead there: pages stand beside each other under their names. ok is
// false where there is no such topic.
func (b Book) HTML(topic string, lang diag.Lang) (body string, ok bool) {
	text, ok := Topic(topic, lang, b.Layouts)
	if !ok {
		return "", false
	}
	if isSchema(topic) {
		return "<pre>" + html.EscapeString(text) + "</pre>\n", true
	}
	_, text = cutTitle(text)
	if slices.Contains(made, topic) {
		return plainHTML(text), true
	}
	var out bytes.Buffer
	facts := markdown.New(markdown.Options{}).Convert(&markdown.Input{Src: []byte(text), Out: new(diag.List)}, &out, nil)
	return contents(facts.Headings) + linked(out.String()), true
}

func isSchema(topic string) bool { return topic == schemaPage || topic == schemaSite }

// cutTitle splits a text into its title and the rest.
func cutTitle(text string) (title, rest string) {
	line, rest, _ := strings.Cut(text, "\n")
	return strings.TrimPrefix(line, "# "), rest
}

// plainHTML returns the HTML of a text that is made from the program: headings,
// paragraphs without any markup, and blocks of code.
func plainHTML(text string) string {
	var b strings.Builder
	var hs []markdown.Heading
	for block := range strings.SplitSeq(strings.Trim(text, "\n"), "\n\n") {
		heading, isHeading := strings.CutPrefix(block, "## ")
		switch {
		case block == "":
		case isHeading:
			hs = append(hs, markdown.Heading{Level: 2, ID: heading, Text: heading})
			fmt.Fprintf(&b, "<h2 id=\"%s\"><code>%[1]s</code></h2>\n", html.EscapeString(heading))
		case strings.HasPrefix(block, "    "):
			code := strings.ReplaceAll("\n"+block, "\n    ", "\n")
			fmt.Fprintf(&b, "<pre><code>%s</code></pre>\n", html.EscapeString(code[1:]))
		default:
			fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(block))
		}
	}
	return contents(hs) + b.String()
}

// contents returns links to the headings of a text; "" where these are few.
func contents(hs []markdown.Heading) string {
	var b strings.Builder
	n := 0
	for _, h := range hs {
		if h.Level == 2 {
			fmt.Fprintf(&b, "<li><a href=\"#%s\">%s</a></li>\n", html.EscapeString(h.ID), html.EscapeString(h.Text))
			n++
		}
	}
	if n < 3 {
		return ""
	}
	return "<ul class=\"contents\">\n" + b.String() + "</ul>\n"
}

// namedRE finds where a text names a topic or a code as a command.
var namedRE = regexp.MustCompile(`<code>wegwijs help ([a-z.-]+)</code>`)

// linked returns the HTML of a text with links where it names topics and codes.
func linked(text string) string {
	return namedRE.ReplaceAllStringFunc(text, func(code string) string {
		name := namedRE.FindStringSubmatch(code)[1]
		switch {
		case slices.Contains(Topics(), name):
			return fmt.Sprintf(`<a href="%s">%s</a>`, name, code)
		case slices.Contains(diag.Codes(), diag.Code(name)):
			return fmt.Sprintf(`<a href="codes#%s">%s</a>`, name, code)
		}
		return code
	})
}
