package search

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A Page is what search knows of a page before its text was read.
type Page struct {
	URL, Title, Description, Lang string
	Keywords                      []string
	Said                          map[string][]string // what is said instead of a message of its tables
}

// A Text is a page's text as the index needs it. It is not changed.
type Text struct {
	dict     *Dictionary
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

// A word is a folded word of a section and how much it says there. A large site
// has millions, so a word is small and has nothing that the collector follows.
type word struct {
	number  uint32 // in the dictionary
	section uint16
	weight  uint16 // in tenths
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

// What a word weighs by where it stands, in tenths.
const (
	inText    = 10
	inStrong  = 16
	inLead    = 15
	inHeading = 30
	inMessage = 12
)

// A Dictionary numbers the words of a site's texts. Its numbers depend on the
// order in which texts are read, so nothing of them may be in what is written.
// The zero Dictionary is ready for use; it may be used by several goroutines.
type Dictionary struct {
	mu      sync.Mutex
	numbers map[string]uint32
	words   []string
	readers sync.Pool
}

// number returns the number of a folded word.
func (d *Dictionary) number(w string) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, ok := d.numbers[w]
	if !ok {
		if d.numbers == nil {
			d.numbers = map[string]uint32{}
		}
		n = uint32(len(d.words))
		w = strings.Clone(w)
		d.numbers[w] = n
		d.words = append(d.words, w)
	}
	return n
}

// all returns the words by their numbers, as many as there are now.
func (d *Dictionary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.words
}

// reader goes through a page's HTML. What it learned of words is kept for the
// next page.
type reader struct {
	text  Text
	words []word

	h       *html.Tokenizer
	skip    int          // depth in what readers do not search
	heading int          // level, 0 outside
	buf     bytes.Buffer // text of the heading or the caption
	strong  int
	lead    int // depth at which the summary began
	table   *table
	cell    *cell
	row     []*cell
	message *bytes.Buffer
	value   int

	known map[string][]uint32 // what stands between spaces: the numbers of its words
	seen  []seen              // by number
	page  uint32              // counts the pages that were read
}

// seen is where a page has a word: the last section that has it.
type seen struct {
	page  uint32
	index int32
}

// mostKnown bounds what a reader remembers, in pieces of text.
const mostKnown = 1 << 15

type cell struct {
	html, text bytes.Buffer
	label      string
	messages   []string
	code, head bool
	value      string
	hasValue   bool
}

// Read takes a page's rendered text, less its title, apart.
func (d *Dictionary) Read(body []byte) *Text {
	r, _ := d.readers.Get().(*reader)
	if r == nil {
		r = &reader{known: map[string][]uint32{}}
	}
	*r = reader{words: r.words[:0], known: r.known, seen: r.seen, page: r.page + 1, h: html.NewTokenizer(bytes.NewReader(body))}
	r.text = Text{dict: d, sections: []section{{}}}
	r.run()
	r.text.words = slices.Clone(r.words)
	text := r.text
	r.text, r.h = Text{}, nil
	d.readers.Put(r)
	return &text
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
	bare // what stands in it counts, and not it itself
)

func (r *reader) run() {
	var open []element
	for {
		switch r.h.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			r.read(r.h.Raw())
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := r.h.Raw()
			name, more := r.h.TagName()
			tag := atom.String(name)
			attrs := attributesOf(r.h, more)
			what := plain
			if !void[tag] {
				what = r.enter(tag, attrs)
				open = append(open, element{tag, what})
			}
			if r.cell != nil && r.skip == 0 && what != tableCell && what != bare && r.copied() {
				r.cell.html.Write(raw)
			}
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

// attributes are those of an element that matter. They are the tokenizer's.
type attributes struct {
	id, class, protocol, label []byte
	noindex                    bool
}

func attributesOf(h *html.Tokenizer, more bool) attributes {
	var a attributes
	for more {
		var k, v []byte
		k, v, more = h.TagAttr()
		switch string(k) {
		case "id":
			a.id = v
		case "class":
			a.class = v
		case "data-protocol":
			a.protocol = v
		case "data-label":
			a.label = v
		case "data-noindex":
			a.noindex = true
		}
	}
	return a
}

// has reports whether an element has a class.
func (a attributes) has(class string) bool {
	for rest := a.class; len(rest) > 0; {
		var c []byte
		c, rest, _ = bytes.Cut(rest, []byte(" "))
		if string(c) == class {
			return true
		}
	}
	return false
}

// copied reports whether the HTML of the cell is kept: that of the first one of
// a row, which may be an error message, and of those behind a message.
func (r *reader) copied() bool {
	return r.table == nil && (len(r.row) == 0 || len(r.row[0].messages) > 0)
}

// unread are elements without text that readers look for.
var unread = map[string]bool{"script": true, "style": true, "template": true, "button": true, "textarea": true, "select": true, "nav": true, "svg": true, "label": true}

func (r *reader) enter(tag string, a attributes) int {
	if r.skip == 0 && a.has("abbr") {
		return bare // its explanation is not taken along
	}
	if r.skip > 0 || a.noindex || unread[tag] || a.has("find") || a.has("js") || a.has("nojs") {
		r.skip++
		return skipped
	}
	switch tag {
	case "h2", "h3":
		r.heading = int(tag[1] - '0')
		r.buf.Reset()
		r.text.sections = append(r.text.sections, section{id: string(a.id)})
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
		case len(a.protocol) > 0 && r.table == nil:
			r.table = &table{section: len(r.text.sections) - 1, protocol: string(a.protocol)}
			r.text.sections[len(r.text.sections)-1].settings = true
			return settings
		}
	case "tr":
		r.row = nil
	case "td", "th":
		r.cell = &cell{label: string(a.label), head: tag == "th"}
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
	if r.cell != nil && r.skip == 0 && e.what != tableCell && e.what != bare && r.copied() {
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

// read takes a piece of text.
func (r *reader) read(raw []byte) {
	if r.skip > 0 {
		return
	}
	s := raw
	if bytes.IndexByte(raw, '&') >= 0 {
		s = []byte(html.UnescapeString(string(raw)))
	}
	switch {
	case r.cell != nil:
		if r.copied() {
			r.cell.html.Write(raw)
		}
		if r.table != nil {
			r.cell.text.Write(s)
		}
		if r.value > 0 {
			r.cell.value += string(s)
			r.cell.hasValue = true
		}
	case r.heading > 0 || r.strong > 0:
		r.buf.Write(s)
	}
	if r.message != nil {
		r.message.Write(s)
	}
	weight := inText
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
	at := uint16(min(len(r.text.sections)-1, math.MaxUint16))
	for i := 0; i < len(s); {
		if space(s[i]) {
			i++
			continue
		}
		from := i
		for i < len(s) && !space(s[i]) {
			i++
		}
		for _, n := range r.numbers(s[from:i]) {
			r.count(n, at, weight)
		}
	}
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// numbers returns the words of what stands between spaces.
func (r *reader) numbers(piece []byte) []uint32 {
	list, ok := r.known[string(piece)]
	if ok {
		return list
	}
	Words(Fold(string(piece)), func(w string) {
		if len(w) <= 40 {
			list = append(list, r.text.dict.number(w))
		}
	})
	if len(r.known) >= mostKnown {
		clear(r.known)
	}
	r.known[string(piece)] = list
	return list
}

// count adds a word of a section.
func (r *reader) count(n uint32, at uint16, weight int) {
	if int(n) >= len(r.seen) {
		r.seen = append(r.seen, make([]seen, int(n)+1-len(r.seen))...)
	}
	last := &r.seen[n]
	if last.page == r.page {
		if w := &r.words[last.index]; w.section == at {
			w.weight = uint16(min(int(w.weight)+weight, math.MaxUint16))
			return
		}
	}
	*last = seen{r.page, int32(len(r.words))}
	r.words = append(r.words, word{n, at, uint16(weight)})
}

func squeeze(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\u00ad", "")), " ")
}
