package plain

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Hunspell is a [Speller] that asks the program of that name. Run runs it with
// arguments and an input, and returns what it says, on both its streams.
type Hunspell struct {
	Run func(ctx context.Context, input string, args ...string) (output string, err error)

	once sync.Once
	list []string // the dictionaries that there are
}

// Dictionary returns the name of the dictionary for a language, of those in a
// list such as "hunspell -D" prints; "" where there is none.
func Dictionary(list []string, lang string) string {
	lang, region, _ := strings.Cut(lang, "-")
	var names []string
	for _, p := range list {
		if n := path.Base(strings.ReplaceAll(p, "\\", "/")); n == lang || strings.HasPrefix(n, lang+"_") {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	home := strings.ToUpper(lang)
	if lang == "en" {
		home = "US"
	}
	for _, n := range []string{lang + "_" + strings.ToUpper(region), lang + "_" + home, lang} {
		if slices.Contains(names, n) {
			return n
		}
	}
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// dictionaries returns what the program says when it is asked for them.
func (h *Hunspell) dictionaries(ctx context.Context) []string {
	h.once.Do(func() {
		out, _ := h.Run(ctx, "", "-D") // which fails where there is none of the system's language
		h.list = strings.Fields(out)
	})
	return h.list
}

// Unknown is that of [Speller]. A word is known that is put together from known
// ones, as writers of Dutch and German do every day, and so are English words:
// who writes about computers uses them.
func (h *Hunspell) Unknown(ctx context.Context, lang string, words []string) (map[string][]string, error) {
	name := Dictionary(h.dictionaries(ctx), lang)
	if name == "" {
		return nil, ErrNoDictionary
	}
	left, err := h.strange(ctx, name, words)
	if err != nil {
		return nil, err
	}
	if en := Dictionary(h.dictionaries(ctx), "en"); en != "" && !strings.HasPrefix(name, "en") {
		if left, err = h.strange(ctx, en, left); err != nil {
			return nil, err
		}
	}
	var parts []string
	for _, w := range left {
		for _, e := range explanations(lang, w) {
			parts = append(parts, e...)
		}
	}
	slices.Sort(parts)
	parts = slices.Compact(parts)
	unknown, err := h.strange(ctx, name, parts)
	if err != nil {
		return nil, err
	}
	left = slices.DeleteFunc(left, func(w string) bool {
		return slices.ContainsFunc(explanations(lang, w), func(e []string) bool {
			return !slices.ContainsFunc(e, func(part string) bool { _, no := slices.BinarySearch(unknown, part); return no })
		})
	})
	if strings.HasPrefix(name, "de") {
		return h.like(ctx, name, left)
	}
	// What is like a word without a capital, and has one itself, is a name.
	low := make([]string, len(left))
	for i, w := range left {
		low[i] = strings.ToLower(w)
	}
	like, err := h.like(ctx, name, low)
	all := map[string][]string{}
	for i, w := range left {
		all[w] = slices.DeleteFunc(slices.Clone(like[low[i]]), func(l string) bool { return strings.ToLower(l) != l })
	}
	return all, err
}

// strange returns which of the words a dictionary does not have, in order.
func (h *Hunspell) strange(ctx context.Context, name string, words []string) ([]string, error) {
	if len(words) == 0 {
		return nil, nil
	}
	out, err := h.Run(ctx, typed(words, ""), "-l", "-i", "utf-8", "-d", name)
	if err != nil {
		return nil, diag.Errorf("hunspell: %w", err)
	}
	said := map[string]bool{}
	for w := range strings.FieldsSeq(out) {
		said[w] = true
	}
	var list []string
	for _, w := range words {
		ascii := strings.ReplaceAll(w, "’", "'")
		if said[ascii] || slices.ContainsFunc(strings.FieldsFunc(ascii, func(r rune) bool { return r == '-' || r == '\'' }), func(part string) bool { return said[part] }) {
			list = append(list, w)
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func typed(words []string, before string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(before + strings.ReplaceAll(w, "’", "'") + "\n")
	}
	return b.String()
}

// like returns for each word those of a dictionary that are like it. The program
// answers each line with a line for each word or part of one, and an empty line
// (hunspell(1), "PIPE INTERFACE").
func (h *Hunspell) like(ctx context.Context, name string, words []string) (map[string][]string, error) {
	all := map[string][]string{}
	if len(words) == 0 {
		return all, nil
	}
	out, err := h.Run(ctx, typed(words, "^"), "-a", "-i", "utf-8", "-d", name)
	if err != nil {
		return nil, diag.Errorf("hunspell: %w", err)
	}
	_, out, _ = strings.Cut(out, "\n") // who it is
	n := 0
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case n == len(words):
			return all, nil
		case line == "":
			n++
		case line[0] == '&':
			_, list, _ := strings.Cut(line, ": ")
			all[words[n]] = append(all[words[n]], strings.Split(list, ", ")...)
		case line[0] == '#' && all[words[n]] == nil:
			all[words[n]] = []string{}
		}
	}
	return all, nil
}

// joints are what stands between the parts of a word that is put together.
var joints = map[string][]string{"nl": {"", "-", "s", "e", "en"}, "de": {"", "-", "s", "es", "n", "en"}}

// leastPart is how many letters the parts of a word have at least that is put
// together. One of two Dutch or German parts may have one letter less.
const leastPart = 4

// explanations returns of what known words a word could be made; each would
// explain it.
func explanations(lang, word string) [][]string {
	lang, region, _ := strings.Cut(strings.ToLower(lang), "-")
	var all [][]string
	low := strings.ToLower(word)
	if low != word { // the beginning of a sentence; IMAP and the like are not asked for
		all = append(all, []string{low})
	}
	for _, own := range []string{"’s", "'s", "’", "'"} {
		if stem, ok := strings.CutSuffix(word, own); ok {
			all = append(all, []string{stem})
		}
	}
	if lang == "en" && (region == "" || region == "gb") {
		for _, us := range british(low) {
			all = append(all, []string{us})
		}
	}
	between, ok := joints[lang]
	if !ok {
		between = []string{"", "-"}
	}
	if lang == "nl" && strings.HasPrefix(low, "email") {
		return nil // email is another word, for what pans are made of
	}
	least := 2 * leastPart // of both parts
	if lang == "nl" || lang == "de" {
		least--
	}
	for i := range low {
		first := low[:i]
		n := utf8.RuneCountInString(first)
		if n < least-leastPart {
			continue
		}
		for _, joint := range between {
			second, ok := strings.CutPrefix(low[i:], joint)
			if m := utf8.RuneCountInString(second); !ok || m < least-leastPart || n+m < least {
				continue
			}
			for _, a := range cases(lang, first) {
				for _, b := range cases(lang, second) {
					all = append(all, []string{a, b})
				}
			}
		}
	}
	return all
}

// cases returns how a part of a word is written by itself.
func cases(lang, part string) []string {
	if lang != "de" {
		return []string{part}
	}
	r, n := utf8.DecodeRuneInString(part)
	return []string{part, string(unicode.ToUpper(r)) + part[n:]}
}

// british returns how Americans would write a word: there may be no other
// dictionary of English than theirs.
func british(word string) []string {
	var all []string
	for _, p := range [][2]string{{"isation", "ization"}, {"ise", "ize"}, {"ising", "izing"}, {"our", "or"}, {"tre", "ter"}, {"ogue", "og"}, {"lled", "led"}, {"lling", "ling"}, {"llation", "lation"}, {"ence", "ense"}, {"yse", "yze"}} {
		if us := strings.Replace(word, p[0], p[1], 1); us != word {
			all = append(all, us)
		}
	}
	return all
}
