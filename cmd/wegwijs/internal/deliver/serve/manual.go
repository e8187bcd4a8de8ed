package serve

import (
	"bytes"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Help is where the manual is: its pages lie below the language, as
// /_wegwijs/help/nl/pages.
const Help = Own + "help/"

// A Manual is the manual of the program. Its methods are called by several
// goroutines at once.
type Manual interface {
	// Topics returns the names of all topics, in order.
	Topics() []string
	// Title returns the title of a topic.
	Title(topic string, lang diag.Lang) string
	// HTML returns what stands below that title; ok is false where there is no
	// such topic. Each code of a finding has an element with its name as id in the
	// topic "codes".
	HTML(topic string, lang diag.Lang) (body string, ok bool)
}

// manualLanguages are those that the manual is in, with their names.
var manualLanguages = []struct {
	lang diag.Lang
	name string
}{{diag.Dutch, "Nederlands"}, {diag.English, "English"}}

// lang returns the language in which the preview speaks.
func (h *handler) lang() diag.Lang {
	if h.opt.Lang == diag.Dutch {
		return diag.Dutch
	}
	return diag.English
}

// explained returns the address of what the manual says of a code; "" where there
// is no manual.
func (h *handler) explained(code diag.Code) string {
	if h.opt.Manual == nil || code == "" {
		return ""
	}
	return Help + string(h.lang()) + "/codes#" + string(code)
}

// manual answers with a page of the manual.
func (h *handler) manual(w http.ResponseWriter, r *http.Request) {
	rest := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(Help, "/")), "/")
	name, topic, inside := strings.Cut(rest, "/")
	known := false
	for _, l := range manualLanguages {
		known = known || name == string(l.lang)
	}
	switch {
	case h.opt.Manual == nil:
		h.plain(w, http.StatusNotFound, noPage)
	case !known && !inside: // the language is not named
		h.lead(w, r, Help+string(h.lang())+"/"+name)
	case !known || strings.Contains(topic, "/"):
		h.plain(w, http.StatusNotFound, noPage)
	case !inside:
		h.lead(w, r, Help+name+"/")
	case slices.Contains(diag.Codes(), diag.Code(topic)):
		h.lead(w, r, Help+name+"/codes#"+topic)
	default:
		h.topic(w, topic, diag.Lang(name))
	}
}

// lead sends a browser on to another address of the manual.
func (h *handler) lead(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusTemporaryRedirect)
}

// topic answers with one topic, or with the list of them where that has no name.
func (h *handler) topic(w http.ResponseWriter, topic string, lang diag.Lang) {
	title, body, ok := diag.In(lang, "The manual"), "", true
	if topic != "" {
		body, ok = h.opt.Manual.HTML(topic, lang)
		title = h.opt.Manual.Title(topic, lang)
	}
	if !ok {
		h.plain(w, http.StatusNotFound, noPage)
		return
	}
	var b bytes.Buffer
	b.WriteString("<nav><ul>\n")
	for _, l := range manualLanguages {
		if l.lang != lang {
			fmt.Fprintf(&b, "<li><a href=\"%s%s/%s\" lang=\"%[2]s\" hreflang=\"%[2]s\">%s</a></li>\n", Help, l.lang, topic, l.name)
		}
	}
	item := func(href, current, text string) {
		fmt.Fprintf(&b, "<li><a href=\"%s\"%s>%s</a></li>\n", href, current, html.EscapeString(text))
	}
	item("/", "", diag.In(lang, "The site"))
	item(Own+"findings", "", diag.In(lang, "All findings"))
	for _, t := range h.opt.Manual.Topics() {
		current := ""
		if t == topic {
			current = ` aria-current="page"`
		}
		item(t, current, h.opt.Manual.Title(t, lang))
	}
	fmt.Fprintf(&b, "</ul></nav>\n<main><h1>%s</h1>\n%s</main>\n", html.EscapeString(title), body)
	h.page(w, lang, title, b.String(), 0)
}

// page answers with a page of the preview itself, in its own style.
func (h *handler) page(w http.ResponseWriter, lang diag.Lang, title, body string, view uint64) {
	h.headers(w, "")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	page := fmt.Sprintf("<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>%s</title><link rel=\"stylesheet\" href=\"%spreview.css\"></head>\n<body>%s</body></html>\n",
		lang, html.EscapeString(title), Own, body)
	w.Write(h.inject([]byte(page), view, false))
}
