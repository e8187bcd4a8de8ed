// Package plain reads the language of pages and warns of what readers stumble
// over: long sentences and choppy ones, hard words, two forms of address, two
// words for one idea, signs that are not those of the language, and words that
// no dictionary has. It reads the blocks that [markdown.Engine.Convert] found.
package plain

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// Codes are the codes of what a [Reader] warns of.
var Codes = []diag.Code{diag.PlainForm, diag.PlainQuote, diag.PlainSentence, diag.PlainSpace, diag.PlainSpelling, diag.PlainStaccato, diag.PlainTerm, diag.PlainWord}

// A Term is the one word for an idea, and the words that are not to be used for
// it.
type Term struct {
	Word  string
	Avoid []string
}

// A Reader reads the language of a site's pages. Its fields are not changed
// afterwards; it may then be used by several goroutines at once.
type Reader struct {
	Glossary map[string][]Term   // by language
	Words    map[string][]string // that are right, by language

	mu    sync.Mutex
	langs map[string]*lexicon // by language
	pages map[string]*spelled // by file: what is to be looked up
}

// A lexicon is what is known of the words of a language.
type lexicon struct {
	phrases func() map[string][]phrase

	ids  map[string]uint32 // of the words that pages use, see list
	list []string          // by id
}

// lexicon returns the one of a language. The caller holds no lock.
func (r *reading) lexicon() *lexicon {
	r.Reader.mu.Lock()
	defer r.Reader.mu.Unlock()
	if r.langs == nil {
		r.langs, r.pages = map[string]*lexicon{}, map[string]*spelled{}
	}
	x := r.langs[r.Lang]
	if x == nil {
		x = &lexicon{phrases: sync.OnceValue(r.phrases), ids: map[string]uint32{}}
		r.langs[r.Lang] = x
	}
	return x
}

// A Text is the text of one page.
type Text struct {
	Lang   string // BCP 47
	Blocks []markdown.Block
	Quotes [4]string // those of the language: double open, double close, single open, single close
	// Form is how the site addresses its readers otherwise, see [Tally].
	Form Form
	// Accepted are the warnings that the page accepts. Those of spelling are taken
	// out when that is looked at.
	Accepted []markdown.Acceptance
}

// A text that is read, with what is known of its language.
type reading struct {
	*Reader
	Text
	*habits
	lang string // without its region
	out  *diag.List
	// What was seen of the whole page.
	sentences, short int
	first            diag.Pos // of the first short sentence
	spots            map[string]spot
	names            map[string]bool // words that have a capital within a sentence
}

// A piece is one block that is read.
type piece struct {
	*markdown.Block
	prose  string
	tokens []token
	quoted []bool // by token: it stands in quotes
}

// Read puts what readers of a page stumble over on the list. Nothing is said of
// a language that the program does not know, but for its spelling and terms.
func (r *Reader) Read(t Text, out *diag.List) {
	rd := &reading{Reader: r, Text: t, habits: &habits{}, out: out}
	rd.spots, rd.names = map[string]spot{}, map[string]bool{}
	rd.lang, _, _ = strings.Cut(strings.ToLower(t.Lang), "-")
	if h, ok := languages()[rd.lang]; ok {
		rd.habits = h
	}
	x := rd.lexicon()
	phrases := x.phrases()
	for i := range t.Blocks {
		b := &t.Blocks[i]
		if b.Kind == markdown.BlockCode || b.Kind == markdown.BlockDirective || b.Text == "" {
			continue
		}
		p := &piece{Block: b, prose: b.Prose()}
		p.tokens = tokens(p.prose)
		p.quoted = quoted(p.prose, p.tokens)
		rd.measure(p)
		rd.choose(p, phrases)
		rd.address(p)
		rd.signs(p)
		rd.gather(p)
	}
	rd.staccato()
	rd.keep(x)
}

// Join returns the findings of one page with one for each mistake that a writer
// makes over and over: it stands at the first place and says how many more there
// are. Words that are to be replaced by the same are one mistake, and so is every
// word that addresses readers in the other form. ds is in order.
func Join(ds []diag.Diagnostic) []diag.Diagnostic {
	type mistake struct {
		code diag.Code
		hint string
	}
	first, more := map[mistake]int{}, map[int]int{} // places in list
	var list []diag.Diagnostic
	for _, d := range ds {
		m := mistake{d.Code, d.Hint}
		switch d.Code {
		case diag.PlainForm:
			m.hint = ""
		case diag.PlainQuote, diag.PlainSpace, diag.PlainTerm, diag.PlainWord:
		default:
			list = append(list, d)
			continue
		}
		if i, again := first[m]; again {
			more[i]++
			continue
		}
		first[m] = len(list)
		list = append(list, d)
	}
	for i, n := range more {
		list[i] = list[i].More(n)
	}
	return list
}

// A token is a word, or what stands for one: code, an address, a number.
type token struct {
	from, to int
	text     string
	first    bool // it begins a sentence
	name     bool // it has a capital and begins none
}

// plain reports whether the token is a word of letters.
func (t *token) plain() bool {
	for _, r := range t.text {
		if !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) && !strings.ContainsRune("'’-", r) {
			return false
		}
	}
	return true
}

// inner are the signs that join the parts of one word.
const inner = "'’-‑.@/_:&+\u00ad"

func wordRune(r rune) bool {
	return r == 0 || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

// tokens splits a text into words.
func tokens(s string) []token {
	list := make([]token, 0, len(s)/5)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !wordRune(r) {
			i += n
			continue
		}
		from := i
		for i < len(s) {
			r, n = utf8.DecodeRuneInString(s[i:])
			if wordRune(r) {
				i += n
				continue
			}
			next, _ := utf8.DecodeRuneInString(s[i+n:])
			if !strings.ContainsRune(inner, r) || i+n == len(s) || !wordRune(next) {
				break
			}
			i += n
		}
		list = append(list, token{from: from, to: i, text: s[from:i]})
	}
	for i := range list {
		t := &list[i]
		t.first = i == 0 || ends(s, &list[i-1], t)
		c, _ := utf8.DecodeRuneInString(t.text)
		t.name = unicode.IsUpper(c) && !t.first
	}
	return list
}

// ends reports whether a sentence ends between two words.
func ends(s string, a, b *token) bool {
	between := s[a.to:b.from]
	i := strings.IndexAny(between, ".!?…")
	if i < 0 {
		// What is said after a colon or an opening bracket or quote may have a capital.
		return strings.ContainsAny(between, ":;•|") || strings.ContainsAny(between, "“„«‘\"(") || strings.Contains(between, " – ")
	}
	if !strings.ContainsAny(between[i:], " \u00a0\u202f") {
		return false
	}
	c, _ := utf8.DecodeRuneInString(b.text)
	if unicode.IsLower(c) {
		return false
	}
	return between[i] != '.' || !abbreviated(a.text, strings.ContainsAny(between, "!?…)”"))
}

// stops reports whether a sentence stops between two words, as ends does, but
// not at a colon.
func stops(s string, a, b *token) bool {
	return strings.ContainsAny(s[a.to:b.from], ".!?…") && ends(s, a, b)
}

// abbreviated reports whether the point behind a word belongs to it.
func abbreviated(word string, more bool) bool {
	if more {
		return false
	}
	low := strings.ToLower(word)
	return utf8.RuneCountInString(word) == 1 && unicode.IsLetter([]rune(word)[0]) || strings.Contains(word, ".") && !strings.Contains(word, "\x00") && shortParts(word) || slices.Contains(abbreviations, low)
}

// shortParts reports whether a word is letters with points between, as d.w.z is.
func shortParts(word string) bool {
	for part := range strings.SplitSeq(word, ".") {
		if utf8.RuneCountInString(part) > 3 || strings.ContainsAny(part, "0123456789") {
			return false
		}
	}
	return true
}

// pairs are the quotes that open and the one that closes each.
var pairs = map[rune][]rune{'“': {'”'}, '„': {'“', '”'}, '«': {'»'}, '‘': {'’'}, '‚': {'‘', '’'}, '"': {'"'}, '»': {'«'}}

// quoted says of each word whether it stands in quotes.
func quoted(s string, list []token) []bool {
	in := make([]bool, len(list))
	k := 0
	open := map[rune]bool{} // quotes that nothing closes from here on
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		shut, ok := pairs[r]
		if !ok || open[r] {
			continue
		}
		end := closes(s[i:], shut)
		if end < 0 {
			open[r] = true
			continue
		}
		for ; k < len(list) && list[k].from < i+end; k++ {
			in[k] = list[k].from >= i
		}
		i += end
	}
	return in
}

// closes returns where one of the closing quotes stands; -1 where none does. An
// apostrophe closes nothing.
func closes(s string, shut []rune) int {
	for j, c := range s {
		if !slices.Contains(shut, c) {
			continue
		}
		after, _ := utf8.DecodeRuneInString(s[j+utf8.RuneLen(c):])
		if c != '’' || !unicode.IsLetter(after) {
			return j
		}
	}
	return -1
}
