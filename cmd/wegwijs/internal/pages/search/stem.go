package search

import (
	"strconv"
	"strings"
)

// A stemmer brings the forms of a word together.
type stemmer struct {
	*language
	irregular map[string]string
	roots     map[string]string
	rules     []rule
	keep      []string
	particles []string
	ends      []string
	links     []string
	final     []string
	whole     map[string]bool
	short     map[string]bool
	stop      map[string]bool
}

type rule struct {
	suffix, to string
	min        int
}

func newStemmer(lang string) *stemmer {
	l := of(lang)
	s := &stemmer{language: l, irregular: pairs(l.Irregular), roots: pairs(l.Roots), keep: strings.Fields(l.Keep), particles: append(strings.Fields(l.Particles), ""), ends: strings.Fields(l.Ends), final: strings.Fields(l.Final), links: append([]string{""}, strings.Fields(l.Links)...), whole: set(l.Whole), short: set(l.Short), stop: set(l.Stop)}
	for _, r := range l.Rules {
		n, _ := strconv.Atoi(r[2])
		s.rules = append(s.rules, rule{r[0], r[1], n})
	}
	return s
}

// pairs reads form=form.
func pairs(text string) map[string]string {
	m := map[string]string{}
	for _, pair := range strings.Fields(text) {
		from, to, _ := strings.Cut(pair, "=")
		m[from] = to
	}
	return m
}

// Stems returns the stems of the words of a text, in order, as the script
// search-index.js of the layouts finds them in a query.
func Stems(lang, text string) []string {
	var stems []string
	s := newStemmer(lang)
	Words(Fold(text), func(w string) { stems = append(stems, s.Stem(w)) })
	return stems
}

// Stem returns what the forms of a folded word have in common. Where a word
// has a digit, a dot or fewer than four letters, that is the word.
func (s *stemmer) Stem(w string) string {
	if to, ok := s.irregular[w]; ok {
		w = to
	}
	if len(w) < 4 || strings.ContainsAny(w, "0123456789.@_") {
		return w
	}
	w = s.undouble(s.participle(s.strong(w)))
	// Each rule is tried once, in order: endings stand behind each other, and a
	// rule that fits takes its ending before the next one looks.
	for _, r := range s.rules {
		if len(w)-len(r.suffix) >= r.min && strings.HasSuffix(w, r.suffix) && vowels(w[:len(w)-len(r.suffix)]) {
			w = s.undouble(w[:len(w)-len(r.suffix)] + r.to)
		}
	}
	w = s.undouble(w)
	for _, f := range s.final {
		if len(w) > 3 && w[len(w)-1] == f[0] {
			w = w[:len(w)-1] + f[1:]
		}
	}
	return w
}

// strong gives the infinitive of a strong verb behind a particle, ge- or both:
// overgenomen becomes overnemen.
func (s *stemmer) strong(w string) string {
	for _, p := range s.particles {
		rest, ok := strings.CutPrefix(w, p)
		if !ok {
			continue
		}
		if ge, ok := strings.CutPrefix(rest, s.Ge); ok && s.Ge != "" && (p != "" || rest != "gegeven") && s.roots[ge] != "" {
			return p + s.roots[ge]
		}
		if to := s.roots[rest]; to != "" && p != "" {
			return p + to
		}
	}
	return w
}

// participle takes ge- out of a participle: ingesteld becomes insteld, whose
// ending the rules take.
func (s *stemmer) participle(w string) string {
	if s.Ge == "" {
		return w
	}
	for _, p := range s.particles {
		rest, ok := strings.CutPrefix(w, p+s.Ge)
		if !ok || len(rest) < 4 {
			continue
		}
		for _, k := range s.keep {
			if strings.HasPrefix(w[len(p):], k) {
				return w
			}
		}
		for _, e := range s.ends {
			if strings.HasSuffix(rest, e) && vowels(rest[:len(rest)-len(e)]) {
				return p + rest
			}
		}
	}
	return w
}

// undouble makes one letter of two that are the same, where the language
// writes one or two for the sound of the letter beside it: maak and maken, map
// and mappen.
func (s *stemmer) undouble(w string) string {
	for i := 1; i < len(w); i++ {
		if w[i] == w[i-1] && strings.IndexByte(s.Double, w[i]) >= 0 {
			w = w[:i] + w[i+1:]
			i--
		}
	}
	return w
}

func vowels(w string) bool { return strings.ContainsAny(w, "aeiouy") || w != "" && w[0] >= 0x80 }

// split takes a compound apart into words of the site: the longest last part
// first, as it is what the word is about. known tells which stems the site
// has.
func (s *stemmer) split(w string, known func(stem string) bool) []string {
	if !s.compounds || len(w) < 7 || s.whole[w] || strings.ContainsAny(w, "0123456789.@_") {
		return nil
	}
	return s.parts(w, known, 3)
}

func (s *stemmer) parts(w string, known func(string) bool, most int) []string {
	for i := 3; i <= len(w)-3; i++ {
		if w[i] >= 0x80 && w[i] < 0xC0 {
			continue
		}
		last := s.Stem(w[i:])
		if len(w)-i < 4 && !s.short[w[i:]] || !known(last) {
			continue
		}
		for _, link := range s.links {
			first, ok := strings.CutSuffix(w[:i], link)
			if !ok || len(first) < 3 || len(first) < 4 && !s.short[first] {
				continue
			}
			if st := s.Stem(first); known(st) && !s.stop[first] {
				return []string{st, last}
			}
			if most > 2 && len(first) >= 7 {
				if more := s.parts(first, known, most-1); more != nil {
					return append(more, last)
				}
			}
		}
	}
	return nil
}
