package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// What is choppy: a page of which too many sentences are short; how many that
// is, the language says. Below a number of sentences nobody hears a rhythm.
const (
	shortSentence = 6 // words, or fewer
	fewSentences  = 8
)

// running reports whether a block is read as running text.
func running(b *markdown.Block) bool {
	return b.Kind == markdown.BlockParagraph || b.Kind == markdown.BlockQuote
}

// measure looks at how long the sentences of a block are.
func (r *reading) measure(p *piece) {
	if p.Kind == markdown.BlockHeading || p.Kind == markdown.BlockTerm || p.Kind == markdown.BlockImage {
		return
	}
	for i := 0; i < len(p.tokens); {
		j := i + 1
		for j < len(p.tokens) && !stops(p.prose, &p.tokens[j-1], &p.tokens[j]) {
			j++
		}
		n := j - i
		if r.longest > 0 && n > r.longest && !listing(p.prose[p.tokens[i].from:p.tokens[j-1].to], n) {
			r.out.Warnf(p.Pos(p.tokens[i].from), diag.PlainSentence, diag.Say("make two sentences of it: up to %d words are read easily", r.longest), "the sentence has %d words", n)
		}
		if running(p.Block) && finished(p.prose[p.tokens[j-1].to:]) {
			r.sentences++
			if n <= shortSentence {
				r.short++
				if r.short == 1 {
					r.first = p.Pos(p.tokens[i].from)
				}
			}
		}
		i = j
	}
}

// listing reports whether a sentence of so many words is an enumeration, which
// is read piece by piece.
func listing(s string, words int) bool {
	pieces := strings.Count(s, ", ") + strings.Count(s, "; ") + strings.Count(s, " · ") + 1
	return pieces > 4 && words <= 4*pieces
}

// finished reports whether what stands behind a word ends a sentence.
func finished(rest string) bool {
	rest = strings.TrimLeft(rest, "”’»“‘)\"' \u00a0\u202f")
	return rest != "" && strings.ContainsRune(".!?…", []rune(rest)[0])
}

// staccato warns of a page with too many short sentences.
func (r *reading) staccato() {
	if r.longest == 0 || r.sentences < fewSentences || 100*r.short <= r.choppy*r.sentences {
		return
	}
	r.out.Warnf(r.first, diag.PlainStaccato, "join sentences that belong together, with words such as because, so or but", "%d of the %d sentences in running text have %d words or fewer", r.short, r.sentences, shortSentence)
}

// A phrase is a word or several that are not to be used.
type phrase struct {
	words []string
	use   string // what to write instead
	term  bool   // the glossary says so
	good  bool   // it is a term of the glossary itself: what stands in it is meant
}

// phrases returns the phrases of the language by their first words.
func (r *reading) phrases() map[string][]phrase {
	all := map[string][]phrase{}
	add := func(text string, p phrase) {
		if p.words = split(text); len(p.words) > 0 {
			all[p.words[0]] = append(all[p.words[0]], p)
		}
	}
	for word, use := range r.hard {
		add(word, phrase{use: use})
	}
	for _, lang := range []string{r.Lang, r.lang} {
		for _, t := range r.Glossary[lang] {
			add(t.Word, phrase{good: true})
			for _, w := range t.Avoid {
				add(w, phrase{use: t.Word, term: true})
			}
		}
		if lang == r.lang && r.Lang == r.lang {
			break
		}
	}
	return all
}

// split returns the words of a phrase as they are compared.
func split(text string) []string {
	var words []string
	for _, t := range tokens(text) {
		words = append(words, fold(t.text))
	}
	return words
}

// fold makes small letters of a word, with one kind of apostrophe.
func fold(word string) string {
	return strings.ReplaceAll(strings.ToLower(word), "’", "'")
}

// choose looks for hard words, and for words that the glossary does not want.
func (r *reading) choose(p *piece, phrases map[string][]phrase) {
	if len(phrases) == 0 {
		return
	}
	for i := 0; i < len(p.tokens); {
		best := p.longest(i, phrases[fold(p.tokens[i].text)])
		if best == nil {
			i++
			continue
		}
		t := &p.tokens[i]
		said := p.prose[t.from:p.tokens[i+len(best.words)-1].to]
		i += len(best.words)
		switch {
		case best.good || p.quoted[i-len(best.words)] || p.named(i-len(best.words)):
		case best.term:
			r.out.Warnf(p.Pos(t.from), diag.PlainTerm, diag.Say("write %s", best.use), "the glossary has another word for %s", said)
		case !t.name: // else it is a name, or that of a button
			r.out.Warnf(p.Pos(t.from), diag.PlainWord, diag.Say("write %s", best.use), "%s is hard to read", said)
		}
	}
}

// named reports whether the i-th word belongs to a name, as the second one of
// Apple Mail does.
func (p *piece) named(i int) bool {
	t := &p.tokens[i]
	if !t.name {
		return false
	}
	c, _ := utf8.DecodeRuneInString(p.tokens[i-1].text)
	return unicode.IsUpper(c) && strings.TrimSpace(p.prose[p.tokens[i-1].to:t.from]) == ""
}

// longest returns the longest phrase that stands at the i-th word, or nil.
func (p *piece) longest(i int, list []phrase) *phrase {
	var best *phrase
next:
	for n := range list {
		ph := &list[n]
		if i+len(ph.words) > len(p.tokens) || best != nil && (len(best.words) > len(ph.words) || len(best.words) == len(ph.words) && best.good) {
			continue
		}
		for k, w := range ph.words {
			t := &p.tokens[i+k]
			if fold(t.text) != w || k > 0 && strings.TrimSpace(strings.ReplaceAll(p.prose[p.tokens[i+k-1].to:t.from], "\u00a0", " ")) != "" {
				continue next
			}
		}
		if best == nil || len(ph.words) > len(best.words) || ph.good || ph.term && !best.term {
			best = ph
		}
	}
	return best
}

// form returns how the i-th word of a piece addresses the reader.
func (h *habits) form(p *piece, i int) Form {
	t := &p.tokens[i]
	word := t.text
	if !h.caps {
		word = strings.ToLower(word)
	}
	f, ok := h.forms[word]
	if h.caps && !ok { // Du at the beginning of a sentence
		if f, ok = h.forms[strings.ToLower(word)]; f != Familiar {
			ok = false
		}
	}
	switch {
	case !ok, p.quoted[i]:
		return Unknown
	case h.caps && f == Formal && t.first: // it may as well be she or they
		return Unknown
	}
	if i > 0 {
		before := p.tokens[i-1].text
		if last, _ := utf8.DecodeLastRuneInString(before); unicode.IsDigit(last) && word == "u" {
			return Unknown // 14.00 u
		}
		for _, w := range h.noAddr[word] {
			if strings.EqualFold(w, before) {
				return Unknown
			}
		}
	}
	return f
}

// address warns of readers who are addressed in another way than elsewhere on
// the site.
func (r *reading) address(p *piece) {
	if len(r.forms) == 0 || r.Form == Unknown {
		return
	}
	for i := range p.tokens {
		f := r.form(p, i)
		if f == Unknown || f == r.Form {
			continue
		}
		t := &p.tokens[i]
		r.out.Warnf(p.Pos(t.from), diag.PlainForm, diag.Say("write %s, or say with quotes that somebody else says it", r.partner(t.text)), "%s, where the site says %s otherwise", t.text, r.partner(t.text))
	}
}

// partners are the words of one form and of the other.
var partners = map[string]string{
	"u": "je", "uw": "je", "uzelf": "jezelf", "je": "u", "jij": "u", "jou": "u", "jouw": "uw", "jezelf": "uzelf",
	"sie": "du", "ihnen": "dir", "ihr": "dein", "ihre": "deine", "ihren": "deinen", "ihrem": "deinem", "ihrer": "deiner", "ihres": "deines",
	"du": "Sie", "dich": "Sie", "dir": "Ihnen", "dein": "Ihr", "deine": "Ihre", "deinen": "Ihren", "deinem": "Ihrem", "deiner": "Ihrer", "deines": "Ihres",
	"tu": "vous", "toi": "vous", "tes": "vos", "ta": "votre", "vous": "tu", "votre": "ton", "vos": "tes",
}

func (r *reading) partner(word string) string {
	if p, ok := partners[strings.ToLower(word)]; ok {
		return p
	}
	if r.Form == Formal {
		return "u"
	}
	return "je"
}

// Tally returns how many more times a text addresses readers as familiars than
// formally.
func Tally(lang, text string) int {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	h, ok := languages()[lang]
	if !ok || len(h.forms) == 0 {
		return 0
	}
	p := &piece{prose: text, tokens: tokens(text)}
	p.quoted = quoted(text, p.tokens)
	n := 0
	for i := range p.tokens {
		switch h.form(p, i) {
		case Familiar:
			n++
		case Formal:
			n--
		}
	}
	return n
}

// signs looks at spaces and quotes.
func (r *reading) signs(p *piece) {
	if p.Kind == markdown.BlockTerm {
		return
	}
	typed := func(i, j int) bool { return p.Offset(j)-p.Offset(i) == j-i } // and not put together
	s := p.prose
	for i, c := range s {
		switch {
		case c == ' ' && i > 0 && s[i-1] != ' ' && doubled(s[i:]) && typed(i, i+1):
			r.out.Warnf(p.Pos(i+1), diag.PlainSpace, "remove one", "two spaces, one behind the other")
		case c == ' ' && i > 0 && s[i-1] != ' ' && typed(i, i+1) && r.tightens(s, i+1):
			r.out.Warnf(p.Pos(i), diag.PlainSpace, "remove it", "a space before %s", s[i+1:i+2])
		case i > 0 && r.loose != "" && strings.ContainsRune(r.loose, c) && r.loosens(s, i):
			r.out.Warnf(p.Pos(i), diag.PlainSpace, "type one: it becomes a space at which no line ends", "no space before %s", string(c))
		case strings.ContainsRune("„“”«»‚‘", c) && r.strange(c):
			r.out.Warnf(p.Pos(i), diag.PlainQuote, `type " or ': they become the quotes of the language`, "%s is not a quote of this language", string(c))
		}
	}
}

// doubled reports whether a text begins with a space too many: not with those
// that put things below each other, nor with those at the end.
func doubled(s string) bool {
	rest := strings.TrimLeft(s, " ")
	c, _ := utf8.DecodeRuneInString(rest)
	return len(s)-len(rest) > 1 && len(s)-len(rest) < 4 && rest != "" && !unicode.IsSpace(c)
}

// tightens reports whether at i a sign stands that belongs to the word before
// the space.
func (r *reading) tightens(s string, i int) bool {
	if i >= len(s) || strings.IndexByte(r.tight, s[i]) < 0 {
		return false
	}
	after := s[i+1:]
	if after == "" {
		return true
	}
	c, _ := utf8.DecodeRuneInString(after)
	return unicode.IsSpace(c) // .pst, :-), ?? and ... are something else
}

// loosens reports whether at i a sign stands that wants a space before it.
func (r *reading) loosens(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	if !unicode.IsLetter(before) && !strings.ContainsRune(")”»", before) {
		return false // a number, such as a time; or there is a space
	}
	after, n := utf8.DecodeRuneInString(s[i+1:])
	return n == 0 || unicode.IsSpace(after)
}

// strange reports whether a quote is none of the language's own.
func (r *reading) strange(c rune) bool {
	if r.Quotes == [4]string{} {
		return false
	}
	for _, q := range r.Quotes {
		if strings.ContainsRune(q, c) {
			return false
		}
	}
	return true
}
