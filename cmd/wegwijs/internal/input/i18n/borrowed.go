package i18n

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"golang.org/x/text/language"
)

// A string that a language borrows is in another language, which a page has to
// say (WCAG 2.2, 3.1.2). It passes through templates and values first, so
// [Strings.Marked] puts it between three characters that no text has, with its
// language; [Spans] turns these into elements once the page is whole. They are
// for private use, so that nothing on the way escapes them (Unicode 17, §23.5).
const (
	markLang = "\U0010FF10" // before the language
	markText = "\U0010FF11" // between the language and the text
	markEnd  = "\U0010FF12"
)

// Marked is [Strings.T], and says of a borrowed string where it came from.
func (s *Strings) Marked(key string, args ...any) (string, error) {
	text, err := s.T(key, args...)
	if err != nil || text == "" {
		return text, err
	}
	if from := s.lender(key); from != "" {
		text = markLang + from + markText + text + markEnd
	}
	return text, nil
}

// lender returns the language from which a string is borrowed; "" for one of the
// language itself, or of another form of it, such as German for Austria.
func (s *Strings) lender(key string) string {
	if _, own := s.messages[key]; own {
		return ""
	}
	for f := s.next; f != nil; f = f.next {
		if _, ok := f.messages[key]; ok {
			if f.base() == s.base() {
				return ""
			}
			return f.Lang
		}
	}
	return ""
}

func (s *Strings) base() language.Base {
	b, _ := s.tag.Base()
	return b
}

// Unmarked returns text without what [Strings.Marked] put into it.
func Unmarked(text string) string {
	if !strings.Contains(text, markLang) {
		return text
	}
	return markRE.ReplaceAllString(text, "")
}

var markRE = regexp.MustCompile(markLang + `[^` + markText + `]*` + markText + `|` + markEnd)

// Marks reports whether there are marks in text.
func Marks(text []byte) bool { return bytes.Contains(text, []byte(markLang)) }

// Spans turns the marks in HTML into elements with the language and the direction
// of what they are around. Where there can be no element, in a tag and in what
// browsers read as text only, they go. dir returns the direction of a language.
func Spans(page string, dir func(lang string) string) string {
	var b strings.Builder
	for page != "" {
		n := strings.IndexByte(page, '<')
		if n < 0 {
			n = len(page)
		}
		b.WriteString(spans(page[:n], dir))
		page = page[n:]
		n = tagEnd(page)
		if m := textOnlyRE.FindStringSubmatch(page[:n]); m != nil {
			n += max(0, strings.Index(page[n:], "</"+m[1]))
		}
		b.WriteString(Unmarked(page[:n]))
		page = page[n:]
	}
	return b.String()
}

// textOnlyRE finds the beginning of an element that has text and no elements
// (HTML, 13.1.2 and the select element).
var textOnlyRE = regexp.MustCompile(`^<(title|textarea|script|style|option)[\s>]`)

// tagEnd returns where the tag or the comment ends with which text begins.
func tagEnd(text string) int {
	if strings.HasPrefix(text, "<!--") {
		if end := strings.Index(text, "-->"); end >= 0 {
			return end + len("-->")
		}
	}
	var quote rune
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return len(text)
}

// spans is [Spans] for what stands between two tags.
func spans(text string, dir func(lang string) string) string {
	return markRE.ReplaceAllStringFunc(text, func(mark string) string {
		if mark == markEnd {
			return "</span>"
		}
		lang := strings.TrimSuffix(strings.TrimPrefix(mark, markLang), markText)
		return `<span lang="` + html.EscapeString(lang) + `" dir="` + dir(lang) + `">`
	})
}
