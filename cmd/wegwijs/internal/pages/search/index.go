package search

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strings"
)

// A Doc is a page and its text.
type Doc struct {
	Page
	Text  *Text
	Same  []*Text // the page in other languages, for messages of programs in those
	Boost float64 // what its score is multiplied by; 0 is 1
}

// An Input is what the index of one language is made of.
type Input struct {
	Lang     string
	Home     string     // URL path of the language's first page
	Docs     []Doc      // in the order of the site
	Synonyms [][]string // words and phrases that mean the same
	Labels   map[string]string
}

// Sizes of the parts, in pages. A small site is one file. In a large one a
// query needs a shard or two for each word and a block for each result.
const (
	small     = 300 // pages up to which all is in one file
	shardSize = 60  // pages for which there is one more shard of words
	blockSize = 24  // pages in a block
	most      = 1500
	mentions  = 24 // a word of more than one in so many pages is one that pages may be about
)

// Parts returns how many shards of words and blocks of pages the index of a
// number of pages has; 0 of both where all is in one file. The number depends
// on nothing else, so the files are known before a page is read.
func Parts(pages int) (shards, blocks int) {
	if pages <= small {
		return 0, 0
	}
	return (pages + shardSize - 1) / shardSize, (pages + blockSize - 1) / blockSize
}

// An Index is the finished index of one language.
type Index struct {
	Main     []byte   // search/nl.js
	Messages []byte   // search/nl-m.js: error messages
	Shards   [][]byte // search/nl-w0.js …
	Blocks   [][]byte // search/nl-p0.js …
}

// levels are the weights that a word can have on a page, from little to much.
var levels = []float64{.4, .8, 1.4, 2.2, 3.2, 4.5, 6, 8, 10.5, 13.5}

// A posting is a page that has a stem.
type posting struct {
	page  int32
	at    uint16 // the section that says most
	level uint8
}

// place is what a stem is worth on the page that is read.
type place struct {
	page           int32 // from 1
	at             uint16
	text, heading  float32
	title, keyword float32
	about          float32
	best           float32 // the weight of the section that says most
}

// Build makes the index. The texts are those of one [Dictionary].
func Build(in Input) (*Index, error) {
	b := &builder{lang: in.Lang, stem: newStemmer(in.Lang), terms: map[string]*term{}, dict: new(Dictionary), stop: map[string]map[string]bool{}}
	if len(in.Docs) > 0 {
		b.dict = in.Docs[0].Text.dict
	}
	for i := range in.Docs {
		b.know(&in.Docs[i])
	}
	b.words = b.dict.all()
	b.length /= float32(max(1, len(in.Docs)))
	b.compounds()
	for i := range in.Docs {
		b.add(i, &in.Docs[i])
	}
	b.learn(in.Docs)
	return b.encode(in)
}

type term struct {
	key   string
	known bool  // the site has it as a word of its own
	place place // on the page that is read
	posts []posting
}

// form is what one word of the site comes to.
type form struct {
	used  bool
	stem  *term // nil where the word says nothing
	parts []*term
	page  int32 // the page that is read, from 1, where it has the word
	place int32 // among those of the page
}

type builder struct {
	lang   string
	stem   *stemmer
	dict   *Dictionary
	words  []string                   // of the dictionary
	forms  []form                     // by the word's number
	stop   map[string]map[string]bool // the stop words of the languages of fallbacks
	length float32                    // of a page, as a rule
	terms  map[string]*term

	found []use   // the words of the page that is read
	put   []*term // the stems of it
}

// use is a word of the page that is read.
type use struct {
	form int
	place
}

func (b *builder) term(key string) *term {
	t := b.terms[key]
	if t == nil {
		t = &term{key: key}
		b.terms[key] = t
	}
	return t
}

// form returns the number of a word.
func (b *builder) form(w string) int {
	n := b.dict.number(w)
	b.grow(n)
	return int(n)
}

// grow makes place for a word: pages of other languages may be read meanwhile.
func (b *builder) grow(n uint32) {
	if int(n) >= len(b.forms) {
		b.forms = append(b.forms, make([]form, int(n)+1-len(b.forms))...)
	}
}

// stops returns the words that say nothing on a page in another language than
// that of the index, nil where it is that one.
func (b *builder) stops(lang string) map[string]bool {
	if lang == b.lang {
		return nil
	}
	words, ok := b.stop[lang]
	if !ok {
		words = set(of(lang).Stop)
		b.stop[lang] = words
	}
	return words
}

// know notes the words of a page.
func (b *builder) know(d *Doc) {
	for _, w := range d.Text.words {
		b.length += float32(w.weight) / 10
		b.grow(w.number)
		b.forms[w.number].used = true
	}
	note := func(w string) { b.forms[b.form(w)].used = true }
	Words(Fold(d.Title), note)
	for _, k := range d.Keywords {
		Words(Fold(k), note)
	}
	Words(Fold(d.Description), note)
}

// compounds brings each word to its stem and takes it apart, now that all are
// known.
func (b *builder) compounds() {
	for i := range b.forms {
		f, w := &b.forms[i], b.words[i]
		if !f.used || b.stem.stop[w] {
			continue
		}
		if s := b.stem.Stem(w); s != "" {
			f.stem = b.term(s)
			f.stem.known = f.stem.known || len(w) >= 3 && !digits(w)
		}
	}
	for i := range b.forms {
		f := &b.forms[i]
		if f.stem == nil {
			continue
		}
		for _, p := range b.stem.split(b.words[i], func(s string) bool { t := b.terms[s]; return s != f.stem.key && t != nil && t.known }) {
			f.parts = append(f.parts, b.terms[p])
		}
	}
}

// at returns what a word is worth on a page that is read, nil where the word
// says nothing.
func (b *builder) at(n int, page int) *place {
	f := &b.forms[n]
	if f.stem == nil {
		return nil
	}
	if f.page != int32(page)+1 {
		f.page, f.place = int32(page)+1, int32(len(b.found))
		b.found = append(b.found, use{form: n})
	}
	return &b.found[f.place].place
}

// add puts the words of a page at their stems.
func (b *builder) add(page int, d *Doc) {
	b.found, b.put = b.found[:0], b.put[:0]
	stop := b.stops(d.Lang)
	length := float32(0)
	for _, w := range d.Text.words {
		length += float32(w.weight) / 10
		if stop[b.words[w.number]] {
			continue
		}
		p := b.at(int(w.number), page)
		if p == nil {
			continue
		}
		weight := float32(w.weight) / 10
		vote := weight
		if w.weight >= inHeading { // a heading has it
			p.heading += 1 + weight/20
			vote += 4
		}
		p.text += min(weight, 6)
		if vote > p.best {
			p.best, p.at = vote, w.section
		}
	}
	b.addHead(page, d)
	for i := range b.found {
		u := &b.found[i]
		f := &b.forms[u.form]
		b.spend(f.stem, page, u.place, 1)
		for j, t := range f.parts {
			share := float32(.45)
			if j == len(f.parts)-1 {
				share = .6
			}
			b.spend(t, page, u.place, share)
		}
	}
	long := 1 - lengthCounts + lengthCounts*length/b.length
	for _, t := range b.put {
		t.posts = append(t.posts, posting{int32(page), t.place.at, uint8(level(float64(t.place.weight(long))))})
	}
}

// addHead adds the words of a page's title, keywords and description.
func (b *builder) addHead(page int, d *Doc) {
	stop := b.stops(d.Lang)
	get := func(w string) *place {
		if stop[w] {
			return nil
		}
		return b.at(b.form(w), page)
	}
	var title []string
	Words(Fold(d.Title), func(w string) {
		if !b.stem.stop[w] {
			title = append(title, w)
		}
	})
	for _, w := range title {
		if p := get(w); p != nil {
			p.title = max(p.title, 3.5+4/float32(len(title)))
			if p.best < 9 {
				p.at, p.best = 0, 9
			}
		}
	}
	for _, k := range d.Keywords {
		if strings.Contains(k, " ") {
			continue // see learn
		}
		Words(Fold(k), func(w string) {
			if p := get(w); p != nil {
				p.keyword = 6
			}
		})
	}
	Words(Fold(d.Description), func(w string) {
		if p := get(w); p != nil {
			p.about = 1
		}
	})
}

// learn notes with which words people ask for each page: how much more often a
// stem stands in its keywords than in those of all, the small words too. It is
// the logarithm of naive Bayes, and 0 where the page's keywords lack the stem.
func (b *builder) learn(docs []Doc) {
	const (
		unseen     = .1 // times that a word stands in keywords that lack it
		vocabulary = 400
		least      = -1.5 // what is less often there than this is not there
	)
	counts := map[string]map[int]float64{}
	of, all := make([]float64, len(docs)), 0.0
	for i := range docs {
		if docs[i].Lang != b.lang {
			continue
		}
		for _, k := range docs[i].Keywords {
			seen := map[string]bool{}
			Words(Fold(k), func(w string) {
				s := b.stem.Stem(w)
				if seen[s] {
					return
				}
				seen[s] = true
				if counts[s] == nil {
					counts[s] = map[int]float64{}
				}
				counts[s][i]++
				of[i]++
				all++
			})
		}
	}
	for s, pages := range counts {
		sum := 0.0
		for _, n := range pages {
			sum += n
		}
		if t := b.terms[s]; sum == 1 && t != nil && len(t.posts) > 0 {
			continue // the text says it
		}
		t := &term{key: s + asked}
		for _, page := range slices.Sorted(maps.Keys(pages)) {
			lift := math.Log((pages[page]+unseen)/(of[page]+unseen*vocabulary)) - math.Log((sum+unseen)/(all+unseen*vocabulary))
			if l := math.Round((lift - least) * steps); l > 0 {
				t.posts = append(t.posts, posting{page: int32(page), level: uint8(min(l, float64(len(levels)-1)))})
			}
		}
		b.terms[t.key] = t
	}
}

// asked stands behind a stem for the pages that people ask for with it, and
// steps is how many levels there are to a unit of the logarithm.
const (
	asked = "^"
	steps = 1.4
)

// spend puts a share of a word's place at a stem.
func (b *builder) spend(t *term, page int, p place, share float32) {
	q := &t.place
	if q.page != int32(page)+1 {
		*q = place{page: int32(page) + 1, at: p.at}
		b.put = append(b.put, t)
	}
	q.text, q.heading = q.text+p.text*share, q.heading+p.heading*share
	q.title, q.keyword, q.about = max(q.title, p.title*share), max(q.keyword, p.keyword*share), max(q.about, p.about*share)
	if p.best*share > q.best {
		q.best, q.at = p.best*share, p.at
	}
}

// lengthCounts says how much the length of a page counts: a long one has many
// words that it is not about.
const lengthCounts = .6

// weight is what a stem is worth on a page that is so many times as long as
// others.
func (p *place) weight(long float32) float32 {
	return p.title + p.keyword + p.about + min(p.heading, 2.2) + 2.2*p.text/(p.text+3*long)
}

func level(w float64) int {
	best := 0
	for i, l := range levels {
		if w >= l {
			best = i
		}
	}
	return best
}

// postings returns the pages of a term, in order, of so many.
func (t *term) postings(pages int) []posting {
	list := t.posts
	if len(list) > pages/mentions && !strings.HasSuffix(t.key, asked) { // a page that only mentions what others are about is not looked for by it
		about := slices.DeleteFunc(slices.Clone(list), func(p posting) bool { return p.level == 0 })
		if len(about) > 0 {
			list = about
		}
	}
	if len(list) <= most {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b posting) int { return int(b.level) - int(a.level) })
	list = list[:most]
	slices.SortFunc(list, func(a, b posting) int { return int(a.page - b.page) })
	return list
}

// symbols are what numbers are written with: those before tail end a number.
const (
	symbols = "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"
	tail    = 62
)

func number(b *strings.Builder, n int) {
	for n >= tail {
		n -= tail
		b.WriteByte(symbols[tail+n%(len(symbols)-tail)])
		n /= len(symbols) - tail
	}
	b.WriteByte(symbols[n])
}

// A shard holds keys in order and for each its pages.
type shard struct {
	Keys  string `json:"keys"`  // front coded: a capital letter says how many letters are those of the key before
	Pages string `json:"pages"` // of each key, a space between
}

func encodeShard(keys []string, terms map[string]*term, pages int) shard {
	var k, p strings.Builder
	before := ""
	for i, key := range keys {
		n := 0
		for n < len(key) && n < len(before) && n < 25 && key[n] == before[n] && key[n] < 0x80 {
			n++
		}
		k.WriteByte(byte('A' + n))
		k.WriteString(key[n:])
		before = key
		if i > 0 {
			p.WriteByte(' ')
		}
		last := -1
		for _, post := range terms[key].postings(pages) {
			number(&p, int(post.page)-last-1)
			number(&p, int(post.at)*len(levels)+int(post.level))
			last = int(post.page)
		}
	}
	return shard{k.String(), p.String()}
}

// main is what search/nl.js holds.
type mainFile struct {
	Lang    string            `json:"lang"`
	Home    string            `json:"home"`
	Count   int               `json:"count"`
	Levels  []float64         `json:"levels"`
	Rules   *language         `json:"rules"`
	Same    []string          `json:"same"`            // groups of synonyms, | between
	Tables  []any             `json:"tables"`          // settings tables that answer by themselves
	Version string            `json:"version"`         // of the other files
	Cuts    []string          `json:"cuts,omitempty"`  // the first key of each shard
	Block   int               `json:"block,omitempty"` // pages in a block
	Words   *shard            `json:"words,omitempty"`
	Pages   []any             `json:"pages,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
}

func (b *builder) encode(in Input) (*Index, error) {
	keys := slices.Sorted(maps.Keys(b.terms))
	keys = slices.DeleteFunc(keys, func(k string) bool { return len(b.terms[k].posts) == 0 })
	m := &mainFile{Lang: in.Lang, Home: in.Home, Count: len(in.Docs), Levels: levels, Rules: of(in.Lang), Same: b.same(in.Synonyms), Tables: b.tables(in.Docs), Labels: in.Labels}
	x := &Index{}
	var err error
	if x.Messages, err = module(messageFile{everywhere, saidWith, messages(in.Docs)}); err != nil {
		return nil, err
	}
	pages := make([]any, len(in.Docs))
	for i := range in.Docs {
		pages[i] = pageEntry(in.Lang, &in.Docs[i])
	}
	sum := fnv.New64a()
	sum.Write(x.Messages)
	if shards, blocks := Parts(len(in.Docs)); shards == 0 {
		s := encodeShard(keys, b.terms, len(in.Docs))
		m.Words, m.Pages = &s, pages
	} else {
		m.Block = blockSize
		for _, part := range b.spread(keys, shards) {
			m.Cuts = append(m.Cuts, first(part))
			data, err := module(encodeShard(part, b.terms, len(in.Docs)))
			if err != nil {
				return nil, err
			}
			sum.Write(data)
			x.Shards = append(x.Shards, data)
		}
		for i := range blocks {
			data, err := module(pages[i*blockSize : min(len(pages), (i+1)*blockSize)])
			if err != nil {
				return nil, err
			}
			sum.Write(data)
			x.Blocks = append(x.Blocks, data)
		}
	}
	m.Version = fmt.Sprintf("%016x", sum.Sum64())
	x.Main, err = module(m)
	return x, err
}

func first(keys []string) string {
	if len(keys) == 0 {
		return "\uffff"
	}
	return keys[0]
}

// spread cuts the keys into n parts of about the same number of postings.
func (b *builder) spread(keys []string, n int) [][]string {
	total := 0
	for _, k := range keys {
		total += min(most, len(b.terms[k].posts)) + 3
	}
	parts := make([][]string, n)
	done, at := 0, 0
	for _, k := range keys {
		for at < n-1 && done*n >= total*(at+1) {
			at++
		}
		parts[at] = append(parts[at], k)
		done += min(most, len(b.terms[k].posts)) + 3
	}
	return parts
}

// same returns the groups of synonyms, as stems: those of the site, which all
// mean each other, and those of the language.
func (b *builder) same(groups [][]string) []string {
	list := []string{}
	add := func(from, to []string) {
		switch {
		case len(to) > 0 && len(from) > 0:
			list = append(list, strings.Join(from, "|")+">"+strings.Join(to, "|"))
		case len(from) > 1:
			list = append(list, strings.Join(from, "|"))
		}
	}
	for _, g := range groups {
		add(b.phrases(g), nil)
	}
	common := map[string]bool{}
	for w := range set(of(b.lang).Common) {
		common[b.stem.Stem(w)] = true
	}
	for line := range strings.Lines(of(b.lang).same) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), ">")
		group := b.phrases(strings.Split(from, ","))
		if !common[group[0]] { // a word of every page means nothing else
			group = slices.DeleteFunc(group, func(p string) bool { return common[p] })
		}
		add(group, b.phrases(strings.Split(to, ",")))
	}
	return list
}

// phrases returns words and phrases as stems.
func (b *builder) phrases(group []string) []string {
	var out []string
	for _, phrase := range group {
		var words []string
		Words(Fold(phrase), func(w string) {
			words = append(words, b.stem.Stem(w))
		})
		for _, p := range []string{strings.Join(words, " "), b.joined(strings.TrimSpace(phrase))} {
			if p != "" && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// joined returns the stem of two words of which one is so short that a hyphen
// makes one word of them, "back up", empty for other phrases: see [Words].
func (b *builder) joined(phrase string) string {
	first, last, ok := strings.Cut(Fold(phrase), " ")
	if !ok || strings.Contains(last, " ") || min(len(first), len(last)) > 2 {
		return ""
	}
	return b.stem.Stem(first + last)
}

// pageEntry is what results show of a page: its address, title and
// description, its language when that is another, its boost, and its sections.
func pageEntry(lang string, d *Doc) any {
	sections := []string{}
	for _, s := range d.Text.sections[1:] {
		sections = append(sections, s.id, s.title)
	}
	own := ""
	if d.Lang != lang {
		own = d.Lang
	}
	boost := d.Boost
	if boost == 0 {
		boost = 1
	}
	return []any{d.URL, d.Title, d.Description, own, boost, sections}
}

// tables returns the settings tables that answer a question by themselves: of
// each protocol the one on the page that is most about it.
func (b *builder) tables(docs []Doc) []any {
	type answer struct {
		t       table
		d       *Doc
		n, rank int // the page's number
	}
	best := map[string]answer{}
	for i := range docs {
		d := &docs[i]
		title := map[string]bool{}
		Words(Fold(d.Title), func(w string) { title[w] = true })
		for _, t := range d.Text.tables {
			key := t.protocol + "\x00" + t.caption
			for _, r := range t.rows {
				key += "\x00" + r.value
			}
			rank := 0
			if title[t.protocol] {
				rank = 2
			}
			if old, ok := best[key]; !ok || rank > old.rank {
				best[key] = answer{t, d, i, rank}
			}
		}
	}
	// One answer for each protocol and set of values; other captions for the
	// same values are those of mail programs.
	seen := map[string]bool{}
	list := []any{}
	keys := slices.SortedFunc(maps.Keys(best), func(x, y string) int {
		a, b := best[x], best[y]
		return cmp.Or(b.rank-a.rank, strings.Compare(x, y))
	})
	for _, k := range keys {
		a := best[k]
		host, rows := a.t.protocol, [][]any{}
		for _, r := range a.t.rows {
			code := 0
			if r.code {
				code = 1
				host += "\x00" + r.value
			}
			rows = append(rows, []any{r.label, r.value, code})
		}
		if seen[host] {
			continue
		}
		seen[host] = true
		url := a.d.URL
		if id := a.d.Text.sections[a.t.section].id; id != "" {
			url += "#" + id
		}
		fields, more := b.asks(&a.t)
		list = append(list, []any{a.t.protocol, a.t.caption, url, rows, fields, more, a.n})
	}
	return list
}

// asks returns the stems with which people ask for a value of a table, and
// those that may stand beside them.
func (b *builder) asks(t *table) (fields, more string) {
	var f, m []string
	add := func(to *[]string, text string) {
		Words(Fold(text), func(w string) {
			if b.stem.stop[w] {
				return
			}
			for _, s := range append([]string{b.stem.Stem(w)}, b.stem.split(w, func(s string) bool { return b.terms[s] != nil })...) {
				if !slices.Contains(*to, s) {
					*to = append(*to, s)
				}
			}
		})
	}
	for _, r := range t.rows {
		add(&f, r.label)
		if r.code {
			add(&f, r.value)
		} else {
			add(&m, r.value)
		}
	}
	add(&f, b.stem.Asks)
	add(&m, t.caption)
	if t.protocol == "smtp" {
		add(&m, b.stem.Sends)
	} else {
		add(&m, b.stem.Receives)
	}
	return strings.Join(f, " "), strings.Join(m, " ")
}

// messageFile is what search/nl-m.js holds.
type messageFile struct {
	Common string `json:"common"`
	Said   string `json:"said"`
	Rows   []any  `json:"rows"`
}

// Words that every program has in its messages: a message of nothing else is one
// of mail only by what stands around it; and words with which programs say what
// to do.
const (
	everywhere = "access auth authenticatie authenticatiefout authenticatiefehler authentication aanmelding authentifizierung authentification anmeldung credentials denied error erreur failed fehler fehlgeschlagen fout geweigerd invalid login mislukt refused required unavailable unsuccessful echec"
	saidWith   = "again check controleer foutmelding gebruikersnaam melding opnieuw password please probeer server user username wachtwoord your"
)

// messages returns the rows of the tables of error messages: where they stand,
// the messages, the cells and their labels.
func messages(docs []Doc) []any {
	list := []any{}
	for i := range docs {
		d := &docs[i]
		also := d.translated()
		for j, m := range d.Text.messages {
			url := d.URL
			if id := d.Text.sections[m.section].id; id != "" {
				url += "#" + id
			}
			list = append(list, []any{url, d.Title, d.said(slices.Concat(m.messages, also[j])), m.cells, m.labels})
		}
	}
	return list
}

// said returns the messages of a row, and behind them what is said instead.
func (d *Doc) said(messages []string) []string {
	all := slices.Clone(messages)
	for _, m := range messages {
		for _, s := range d.Said[m] {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// HasMessages reports whether the page has a table of error messages.
func (t *Text) HasMessages() bool { return len(t.messages) > 0 }

// Messages returns the error messages in the tables of the page.
func (t *Text) Messages() []string {
	var all []string
	for i := range t.messages {
		all = append(all, t.messages[i].messages...)
	}
	return all
}

// rows returns the numbers of the messages of a section, by its id.
func (t *Text) rows(id string) []int {
	var list []int
	for i := range t.messages {
		if t.sections[t.messages[i].section].id == id {
			list = append(list, i)
		}
	}
	return list
}

// translated returns what programs in other languages say for each message of a
// page: the messages of the same row in the page's translations.
func (d *Doc) translated() [][]string {
	list := make([][]string, len(d.Text.messages))
	if len(d.Same) == 0 {
		return list
	}
	for n := range d.Text.sections {
		id := d.Text.sections[n].id
		rows := d.Text.rows(id)
		if len(rows) == 0 || d.Text.messages[rows[0]].section != n {
			continue
		}
		for _, t := range d.Same {
			others := t.rows(id)
			for i, j := range samePlaces(len(rows), len(others), func(i, j int) bool {
				return common(d.Text.messages[rows[i]].messages, t.messages[others[j]].messages)
			}) {
				own := d.Text.messages[rows[i]].messages
				for _, m := range t.messages[others[j]].messages {
					if !slices.Contains(own, m) && !slices.Contains(list[rows[i]], m) {
						list[rows[i]] = append(list[rows[i]], m)
					}
				}
			}
		}
	}
	return list
}

func common(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// samePlaces pairs the rows of two tables: those that have something in common,
// and those between them where both tables have as many there.
func samePlaces(rows, others int, same func(i, j int) bool) map[int]int {
	pairs := map[int]int{}
	i0, j0 := 0, 0 // where what is not paired yet begins
	between := func(i, j int) {
		if i-i0 == j-j0 {
			for n := range i - i0 {
				pairs[i0+n] = j0 + n
			}
		}
	}
	for i := range rows {
		for j := j0; j < others; j++ {
			if same(i, j) {
				between(i, j)
				pairs[i] = j
				i0, j0 = i+1, j+1
				break
			}
		}
	}
	between(rows, others)
	return pairs
}

func module(v any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("export default ")
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
