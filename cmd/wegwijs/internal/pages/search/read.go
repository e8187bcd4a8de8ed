package search

import (
	"bytes"
	"strings"
	"unique"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A Page is what search knows of a page before its text was read.
type Page struct {
	URL, Title, Description, Lang string
	Keywords                      []string
}

// A Text is a page's text as the index needs it. It is not changed.
type Text struct {
	sections []section
	words    []word // by section, one of each form in a section
	tables   []table
	messages []message
}

// A section is a heading and what stands below it; the first is the page's
// beginning.
type section struct {
	id, title string
	settings  bool // it has a settings table
}

// A word is a folded word of a section and how much it says there.
type word struct {
	form    unique.Handle[string]
	section int32
	weight  float32
}

// A table is a settings table.
type table struct {
	section  int
	protocol string
	caption  string
	rows     []row
}

type row struct {
	label, value string
	code         bool
}

// A message is a row of a table of error messages.
type message struct {
	section  int
	messages []string // each on its own
	cells    []string // HTML, the message first
	labels   []string // of the cells behind it
}

// What a word weighs by where it stands.
const (
	inText    = 1
	inStrong  = 1.6
	inLead    = 1.5
	inHeading = 3
	inMessage = 1.2
)

// reader goes through a page's HTML.
type reader struct {
	text    Text
	h       *html.Tokenizer
	last    map[string]int // where the last section that has a word has it in text.words
	skip    int            // depth in what readers do not search
	heading int            // level, 0 outside
	buf     bytes.Buffer   // text of the heading or the cell
	strong  int
	lead    int // depth at which the summary began
	table   *table
	cell    *cell
	row     []*cell
	message *bytes.Buffer
	value   int
}

type cell struct {
	html, text bytes.Buffer
	label      string
	messages   []string
	code, head bool
	value      string
	hasValue   bool
}

// Read takes a page's rendered text, less its title, apart.
func Read(body []byte) *Text {
	r := &reader{h: html.NewTokenizer(bytes.NewReader(body)), last: make(map[string]int, 128)}
	r.text.sections = []section{{}}
	r.run()
	return &r.text
}

// element is an open element that matters.
type element struct {
	tag  string
	what int
}

const (
	plain = iota
	skipped
	heading
	strong
	lead
	settings
	messageCell
	value
	tableCell
)

func (r *reader) run() {
	var open []element
	for {
		switch r.h.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			r.words(r.h.Raw())
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := r.h.Raw()
			name, more := r.h.TagName()
			tag := atom.String(name)
			attrs := attributesOf(r.h, more)
			if r.cell != nil && r.skip == 0 && tag != "td" && tag != "th" && !strings.Contains(attrs.class, "copy") {
				r.cell.html.Write(raw)
			}
			if void[tag] {
				continue
			}
			e := element{tag, r.enter(tag, attrs)}
			open = append(open, e)
		case html.EndTagToken:
			name, _ := r.h.TagName()
			tag := atom.String(name)
			i := len(open) - 1
			for i >= 0 && open[i].tag != tag {
				i--
			}
			if i < 0 {
				continue
			}
			for j := len(open) - 1; j >= i; j-- {
				r.leave(open[j])
			}
			open = open[:i]
		}
	}
}

var void = map[string]bool{"br": true, "img": true, "hr": true, "input": true, "wbr": true, "source": true, "meta": true, "link": true, "col": true}

// attributes are those of an element that matter.
type attributes struct {
	id, class, protocol, label string
	noindex                    bool
}

func attributesOf(h *html.Tokenizer, more bool) attributes {
	var a attributes
	for more {
		var k, v []byte
		k, v, more = h.TagAttr()
		switch string(k) {
		case "id":
			a.id = string(v)
		case "class":
			a.class = string(v)
		case "data-protocol":
			a.protocol = string(v)
		case "data-label":
			a.label = string(v)
		case "data-noindex":
			a.noindex = true
		}
	}
	return a
}

// has reports whether an element has a class.
func (a attributes) has(class string) bool {
	for c := range strings.SplitSeq(a.class, " ") {
		if c == class {
			return true
		}
	}
	return false
}

// unread are elements without text that readers look for.
var unread = map[string]bool{"script": true, "style": true, "template": true, "button": true, "textarea": true, "select": true, "nav": true, "svg": true, "label": true}

func (r *reader) enter(tag string, a attributes) int {
	if r.skip > 0 || a.noindex || unread[tag] || a.has("find") || a.has("js") || a.has("nojs") {
		r.skip++
		return skipped
	}
	switch tag {
	case "h2", "h3":
		r.heading = int(tag[1] - '0')
		r.buf.Reset()
		r.text.sections = append(r.text.sections, section{id: a.id})
		return heading
	case "h4", "h5", "h6", "dt", "caption", "summary":
		r.strong++
		if tag == "caption" {
			r.buf.Reset()
		}
		return strong
	case "b", "strong":
		r.strong++
		return strong
	case "div":
		switch {
		case a.has("summary"):
			r.lead++
			return lead
		case a.protocol != "" && r.table == nil:
			r.table = &table{section: len(r.text.sections) - 1, protocol: a.protocol}
			r.text.sections[len(r.text.sections)-1].settings = true
			return settings
		}
	case "tr":
		r.row = nil
	case "td", "th":
		r.cell = &cell{label: a.label, head: tag == "th"}
		return tableCell
	case "code", "span":
		switch {
		case a.has("message"):
			r.message = new(bytes.Buffer)
			return messageCell
		case a.has("val") && r.cell != nil:
			r.value++
			r.cell.code = tag == "code"
			return value
		}
	}
	return plain
}

func (r *reader) leave(e element) {
	if r.cell != nil && r.skip == 0 && e.what != tableCell {
		r.cell.html.WriteString("</" + e.tag + ">")
	}
	switch e.what {
	case skipped:
		r.skip--
	case heading:
		r.heading = 0
		r.text.sections[len(r.text.sections)-1].title = squeeze(r.buf.String())
	case strong:
		r.strong--
		if e.tag == "caption" && r.table != nil {
			r.table.caption = squeeze(r.buf.String())
		}
	case lead:
		r.lead--
	case settings:
		if len(r.table.rows) > 0 {
			r.text.tables = append(r.text.tables, *r.table)
		}
		r.table = nil
	case messageCell:
		if r.cell != nil {
			r.cell.messages = append(r.cell.messages, squeeze(r.message.String()))
		}
		r.message = nil
	case value:
		r.value--
	case tableCell:
		r.row = append(r.row, r.cell)
		r.cell = nil
	}
	if e.tag == "tr" {
		r.endRow()
	}
}

// endRow keeps a row of settings or of error messages.
func (r *reader) endRow() {
	row0 := r.row
	r.row = nil
	if len(row0) < 2 {
		return
	}
	if r.table != nil {
		if row0[0].head && row0[1].hasValue {
			r.table.rows = append(r.table.rows, row{squeeze(row0[0].text.String()), squeeze(row0[1].value), row0[1].code})
		}
		return
	}
	if len(row0[0].messages) == 0 {
		return
	}
	m := message{section: len(r.text.sections) - 1, messages: row0[0].messages}
	for i, c := range row0 {
		m.cells = append(m.cells, strings.TrimSpace(c.html.String()))
		if i > 0 {
			m.labels = append(m.labels, c.label)
		}
	}
	r.text.messages = append(r.text.messages, m)
}

// words takes a piece of text.
func (r *reader) words(raw []byte) {
	if r.skip > 0 {
		return
	}
	s := html.UnescapeString(string(raw))
	switch {
	case r.cell != nil:
		r.cell.html.Write(raw)
		r.cell.text.WriteString(s)
		if r.value > 0 {
			r.cell.value += s
			r.cell.hasValue = true
		}
	case r.heading > 0 || r.strong > 0:
		r.buf.WriteString(s)
	}
	if r.message != nil {
		r.message.WriteString(s)
	}
	weight := float32(inText)
	switch {
	case r.heading > 0:
		weight = inHeading
	case r.lead > 0:
		weight = inLead
	case r.strong > 0 || r.table != nil:
		weight = inStrong
	case r.message != nil:
		weight = inMessage
	}
	at := int32(len(r.text.sections) - 1)
	Words(Fold(s), func(w string) {
		if len(w) > 40 {
			return
		}
		i, ok := r.last[w]
		if ok && r.text.words[i].section == at {
			r.text.words[i].weight += weight
			return
		}
		next := word{section: at, weight: weight}
		if ok {
			next.form = r.text.words[i].form
		} else {
			next.form = unique.Make(w)
		}
		r.last[w] = len(r.text.words)
		r.text.words = append(r.text.words, next)
	})
}

func squeeze(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\u00ad", "")), " ")
}
