package plain

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// A Speller knows the words of languages.
type Speller interface {
	// Unknown returns which of the words are in no dictionary, each with the
	// words that are like it. The error is [ErrNoDictionary] where there is none
	// of the language.
	Unknown(ctx context.Context, lang string, words []string) (unknown map[string][]string, err error)
}

// ErrNoDictionary says that the words of a language cannot be looked up.
var ErrNoDictionary = diag.Errorf("no dictionary")

// shortest is from how many letters on a word is looked up.
const shortest = 5

// A spot is where a word stands first on a page.
type spot struct {
	word  uint32 // its id in the lexicon of the language
	at    int32  // its offset in the file, with line ends of one byte
	first bool   // it begins a sentence, so that it may be a name
}

// What is to be looked up of a page. A site has many of these at once, so it holds
// neither words nor positions.
type spelled struct {
	lang     string
	accepted []markdown.Acceptance
	spots    []spot // in order
}

// gather keeps the words of a block that are to be looked up: no names, no
// abbreviations, nothing in quotes, which may be another language.
func (r *reading) gather(p *piece) {
	for i := range p.tokens {
		t := &p.tokens[i]
		if t.name {
			r.names[t.text] = true
		}
		if p.quoted[i] || !t.plain() || t.name && !r.caps || utf8.RuneCountInString(t.text) < shortest || capitals(t.text) || strings.Count(t.text, "-") > 1 || r.glued(p, i) {
			continue
		}
		if _, seen := r.spots[t.text]; !seen {
			r.spots[t.text] = spot{at: int32(p.FileOffset(t.from)), first: t.first}
		}
	}
}

// keep leaves what was gathered for [Reader.Spelling]: not what is a name elsewhere
// on the page.
func (r *reading) keep(x *lexicon) {
	if len(r.Blocks) == 0 {
		return
	}
	kept := &spelled{lang: r.Lang, accepted: r.Accepted, spots: make([]spot, 0, len(r.spots))}
	r.Reader.mu.Lock()
	defer r.Reader.mu.Unlock()
	for w, s := range r.spots {
		if s.first && r.names[w] {
			continue
		}
		id, known := x.ids[w]
		if !known {
			id = uint32(len(x.list))
			w = strings.Clone(w) // and not the text in which it stands
			x.ids[w], x.list = id, append(x.list, w)
		}
		s.word = id
		kept.spots = append(kept.spots, s)
	}
	slices.SortFunc(kept.spots, func(a, b spot) int { return cmp.Compare(a.at, b.at) })
	r.pages[r.Blocks[0].Pos(0).File] = kept
}

// glued reports whether a word is a part of something longer: a path, an
// option, what stands beside code.
func (r *reading) glued(p *piece, i int) bool {
	t := &p.tokens[i]
	before, _ := utf8.DecodeLastRuneInString(p.prose[:t.from])
	after, _ := utf8.DecodeRuneInString(p.prose[t.to:])
	return strings.ContainsRune("/\\_.@#$%&=<>{}[]*~^|-–", before) && before != utf8.RuneError || strings.ContainsRune("/\\_@=<>{}[]*~^|-–", after) && after != utf8.RuneError
}

// capitals reports whether a word has a capital behind its first letter, as IMAP
// and iPhone have.
func capitals(word string) bool {
	_, n := utf8.DecodeRuneInString(word)
	return strings.ContainsFunc(word[n:], unicode.IsUpper)
}

// right returns the words of a language that are right though no dictionary
// may have them, as [fold] has them.
func (r *Reader) right(lang string) map[string]bool {
	short, _, _ := strings.Cut(lang, "-")
	right := known()
	for _, l := range []string{short, lang} {
		for _, w := range r.Words[l] {
			right[fold(w)] = true
		}
		for _, t := range r.Glossary[l] {
			for _, w := range split(t.Word) {
				right[w] = true
			}
		}
	}
	return right
}

// Spelling looks up the words of all pages that were read, each word of a page
// once. It reads a page again in which one is not known. lacking are the languages
// of which there is no dictionary.
func (r *Reader) Spelling(ctx context.Context, s Speller, read func(file string) ([]byte, error)) (ds []diag.Diagnostic, lacking []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	langs := slices.Sorted(maps.Keys(r.langs))
	answers, errs := make([]map[string][]string, len(langs)), make([]error, len(langs))
	var wg sync.WaitGroup
	for i, lang := range langs {
		wg.Go(func() { answers[i], errs[i] = r.unknown(ctx, s, lang) })
	}
	wg.Wait()
	out := new(diag.List)
	for i, lang := range langs {
		if errors.Is(errs[i], ErrNoDictionary) {
			lacking = append(lacking, lang)
			continue
		} else if errs[i] != nil {
			return nil, nil, errs[i]
		}
		for file, p := range r.pages {
			if p.lang != lang {
				continue
			}
			ds, err := p.misspelled(file, r.langs[lang].list, answers[i], read)
			if err != nil {
				return nil, nil, err
			}
			out.Add(ds...)
		}
	}
	return out.Sorted(), lacking, nil
}

// unknown returns the words of all pages of a language that a speller does not
// know. The caller holds the lock.
func (r *Reader) unknown(ctx context.Context, s Speller, lang string) (map[string][]string, error) {
	right := r.right(lang)
	words := slices.DeleteFunc(slices.Clone(r.langs[lang].list), func(w string) bool { // also the Gmail-app
		return right[fold(w)] || slices.ContainsFunc(strings.Split(fold(w), "-"), func(part string) bool { return right[part] })
	})
	if len(words) == 0 {
		return nil, nil
	}
	slices.Sort(words)
	return s.Unknown(ctx, lang, words)
}

// misspelled returns what is wrong with the words of the page of a file.
func (p *spelled) misspelled(file string, words []string, unknown map[string][]string, read func(string) ([]byte, error)) ([]diag.Diagnostic, error) {
	out := new(diag.List)
	seen := map[string]bool{}
	var lines *diag.Lines
	for _, at := range p.spots {
		w := words[at.word]
		like, wrong := unknown[w]
		if !wrong || seen[fold(w)] {
			continue
		}
		seen[fold(w)] = true
		near := nearest(w, like)
		if near == "" {
			continue
		}
		if lines == nil {
			src, err := read(file)
			if err != nil {
				return nil, err
			}
			lines = diag.NewLines(file, bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")))
		}
		out.Warnf(lines.At(int(at.at)), diag.PlainSpelling, diag.Say("did you mean %s? A word that is right stands in [check.words] of site.toml", near), "%s is in no dictionary", w)
	}
	accepted := slices.DeleteFunc(slices.Clone(p.accepted), func(a markdown.Acceptance) bool { return a.Code != diag.PlainSpelling })
	return markdown.Accept(out.Sorted(), accepted, false), nil
}

// nearest returns the first of the words from which a slip of the finger makes
// this one; "" where none is.
func nearest(word string, like []string) string {
	most := 1
	if utf8.RuneCountInString(word) >= 8 {
		most = 2
	}
	i := slices.IndexFunc(like, func(l string) bool {
		n := slips(fold(word), fold(l))
		return n > 0 && n <= most
	})
	if i < 0 {
		return ""
	}
	return like[i]
}

// slips returns how many letters are to be added, left out, changed or swapped
// to make b of a.
func slips(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(x); i++ {
		two, one, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = one, row, two
	}
	return rows[1][len(y)]
}
