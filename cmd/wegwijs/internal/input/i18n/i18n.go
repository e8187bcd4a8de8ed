// Package i18n holds the strings of the interface: one TOML file per language,
// with the plural forms of that language, its dates and its quotes. No
// language is special: what the program knows of one comes from its file and
// from the Unicode CLDR data in golang.org/x/text.
package i18n

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	printer "golang.org/x/text/message"
	"golang.org/x/text/number"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// Special keys: data of the language rather than strings.
const (
	keyDate   = "date"         // "{day} {month} {year}"
	keyFirst  = "first_day"    // how the first day of a month is written: 1er
	keyMonths = "months"       // twelve names
	keyQuotes = "quotes"       // double open, double close, single open, single close
	keySpace  = "space_before" // characters that get a narrow no-break space before them
)

// A message is one string with its plural forms.
type message struct {
	forms map[string]string // by CLDR category; "other" is always there
	pos   diag.Pos
}

// Strings are the interface strings of one language. They are not changed
// after [Parse] and may be used by several goroutines at once.
type Strings struct {
	Lang        string
	File        string    // i18n/nl.toml
	Quotes      [4]string // empty when the file gives none
	SpaceBefore string

	tag      language.Tag
	broken   bool // the file is not there or not TOML, which has been reported
	date     string
	first    string
	months   []string
	messages map[string]message
	given    map[string]bool // special keys that the file has
	next     *Strings        // where a missing string is looked for
}

// categories are CLDR's plural categories (Unicode TR 35, part 3).
var categories = []string{"zero", "one", "two", "few", "many", "other"}

var forms = map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}

// Parse reads the strings of one language. file is for positions; src is nil
// for a language that has no file.
func Parse(lang, file string, src []byte, out *diag.List) *Strings {
	s := &Strings{Lang: lang, File: file, messages: map[string]message{}}
	s.tag = language.Make(lang)
	t := tomlfile.Parse(file, src, 0, len(src), out)
	if t == nil || src == nil {
		s.broken = true
		return s
	}
	s.given = map[string]bool{}
	for _, k := range []string{keyDate, keyFirst, keyMonths, keyQuotes, keySpace} {
		s.given[k] = t.Has(k)
	}
	s.date = t.String(keyDate, "{day} {month} {year}")
	for _, name := range placeholders(s.date) {
		if name != "day" && name != "month" && name != "year" {
			t.Errorf(keyDate, diag.I18nDate, "write {day}, {month} and {year}", "a date has no {%s}", name)
		}
	}
	s.first = t.String(keyFirst, "1")
	s.SpaceBefore = t.String(keySpace, "")
	if t.Has(keyMonths) {
		s.months = t.Strings(keyMonths)
		if len(s.months) != 12 {
			t.Errorf(keyMonths, diag.I18nMonths, "name all twelve, January first", "there are %d months", len(s.months))
			s.months = nil
		}
	}
	if t.Has(keyQuotes) {
		const hint = `write quotes = ["“", "”", "‘", "’"]: double open, double close, single open, single close`
		switch q := t.Strings(keyQuotes); {
		case len(q) != 4:
			t.Errorf(keyQuotes, diag.I18nQuotes, hint, "there are %d quotes", len(q))
		case slices.Contains(q, ""):
			t.Errorf(keyQuotes, diag.I18nQuotes, hint, "one of the quotes is empty")
		default:
			s.Quotes = [4]string(q)
		}
	}
	used := s.categories()
	formsHint := diag.Say("forms of this language: %s", strings.Join(Forms(lang), ", "))
	for _, k := range t.Keys() {
		switch k {
		case keyDate, keyFirst, keyMonths, keyQuotes, keySpace:
			continue
		}
		m := message{forms: map[string]string{}, pos: t.KeyPos(k)}
		if t.IsTable(k) {
			pt := t.Table(k)
			for _, c := range categories {
				if !pt.Has(c) {
					continue
				}
				m.forms[c] = pt.String(c, "")
				// Newer versions of CLDR than that of x/text have "many" for
				// millions in French and others.
				if c != "other" && c != "many" && !slices.Contains(used, c) {
					out.Warnf(pt.KeyPos(c), diag.I18nPlural, formsHint, "the form %q is never used in this language", c)
				}
			}
			pt.Done()
			if _, ok := m.forms["other"]; !ok {
				out.Errorf(m.pos, diag.I18nPlural, "add other = \"…\": it is used where no other form fits", "%q has no form \"other\"", k)
				m.forms["other"] = ""
			}
			for _, need := range used {
				if _, ok := m.forms[need]; !ok && need != "other" {
					out.Errorf(m.pos, diag.I18nPlural, formsHint, "%q has no form %q", k, need)
				}
			}
		} else {
			m.forms["other"] = t.String(k, "")
		}
		s.messages[k] = m
	}
	t.Done()
	return s
}

// Over lays s over the strings of the same language in another file: what s
// does not have is taken from there. It is for use before s is shared.
func (s *Strings) Over(under *Strings) {
	for k, m := range under.messages {
		if _, own := s.messages[k]; !own {
			s.messages[k] = m
		}
	}
	if !s.given[keyDate] {
		s.date = under.date
	}
	if !s.given[keyFirst] {
		s.first = under.first
	}
	if !s.given[keySpace] {
		s.SpaceBefore = under.SpaceBefore
	}
	if !s.given[keyMonths] {
		s.months = under.months
	}
	if !s.given[keyQuotes] {
		s.Quotes = under.Quotes
	}
	s.broken = s.broken && under.broken
}

// Empty reports whether the language's file is there and says nothing. It is
// then taken to have every string, see [Strings.Has].
func (s *Strings) Empty() bool {
	if s.broken || len(s.messages) > 0 {
		return false
	}
	s.broken = true
	return true
}

// categories returns the plural categories that whole numbers have in the
// language, found by trying: the CLDR rules look at no more than the last
// digits of a number and at large round ones.
func (s *Strings) categories() []string {
	seen := map[string]bool{}
	for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 25, 50, 100, 101, 102, 103, 105, 111, 200, 1000} {
		seen[s.form(n)] = true
	}
	var list []string
	for _, c := range categories {
		if seen[c] {
			list = append(list, c)
		}
	}
	return list
}

// Forms returns the plural forms that a string with a count needs in a language.
func Forms(lang string) []string {
	forms := (&Strings{tag: language.Make(lang)}).categories()
	if !slices.Contains(forms, "other") {
		forms = append(forms, "other")
	}
	return forms
}

// SelfName returns what a language calls itself (CLDR), with a capital; its code
// where nobody knows.
func SelfName(lang string) string {
	tag := language.Make(lang)
	name := []rune(display.Self.Name(tag))
	if len(name) == 0 {
		return lang
	}
	name[0] = unicode.ToUpper(name[0])
	// A variant without a name of its own has that of its language, and its region.
	base, script, region := tag.Raw()
	if self, _ := language.Compose(base, script); region.String() != "ZZ" && display.Self.Name(self) == display.Self.Name(tag) {
		if in := display.Regions(tag); in != nil && in.Name(region) != "" {
			return string(name) + " (" + in.Name(region) + ")"
		}
	}
	return string(name)
}

func (s *Strings) form(n int) string {
	n = max(n, -n)
	// golang.org/x/text has the rules of CLDR 32; these changed since (CLDR 42
	// and 40, "Language Plural Rules").
	switch base, _ := s.tag.Base(); {
	case base.String() == "he" && n > 2:
		return "other"
	case base.String() == "mt" && n == 2:
		return "two"
	}
	return forms[plural.Cardinal.MatchPlural(s.tag, n, 0, 0, 0, 0)]
}

// A Catalogue is the strings of all languages of a site.
type Catalogue struct {
	byLang map[string]*Strings
	langs  []string
}

// NewCatalogue joins languages, the default one first. chains holds for a
// language those in which a missing string may be looked for instead. all are
// left as they are.
func NewCatalogue(all []*Strings, chains map[string][]string) *Catalogue {
	c := &Catalogue{byLang: map[string]*Strings{}}
	files := map[string]*Strings{}
	for _, s := range all {
		files[s.Lang] = s
		c.langs = append(c.langs, s.Lang)
	}
	for _, s := range all {
		// Links of its own, so that chains do not run into each other, and what
		// was parsed can be in other catalogues.
		own := *s
		c.byLang[s.Lang] = &own
		at := &own
		for _, l := range chains[s.Lang] {
			if f := files[l]; f != nil {
				link := *f
				at.next = &link
				at = &link
			}
		}
	}
	return c
}

// Lang returns the strings of a language, or nil.
func (c *Catalogue) Lang(lang string) *Strings { return c.byLang[lang] }

// Check reports keys that the default language does not have, and
// placeholders that differ from those of the default language.
func (c *Catalogue) Check(out *diag.List) {
	if len(c.langs) == 0 || c.byLang[c.langs[0]].broken {
		return
	}
	ref := c.byLang[c.langs[0]]
	known := diag.NewNames(ref.Keys())
	for _, l := range c.langs[1:] {
		s := c.byLang[l]
		for k, m := range s.messages {
			r, ok := ref.messages[k]
			if !ok {
				hint := known.Nearest(k)
				if hint != "" {
					hint = diag.Say("did you mean %q?", hint)
				} else {
					hint = diag.Say("add it to %s too, or remove it", ref.File)
				}
				out.Errorf(m.pos, diag.I18nKey, hint, "unknown string %q: %s does not have it", k, ref.File)
				continue
			}
			if a, b := m.placeholders(), r.placeholders(); !slices.Equal(a, b) {
				out.Errorf(m.pos, diag.I18nPlaceholder, diag.Say("%s has %s", ref.File, braces(b)), "%q has the placeholders %s", k, braces(a))
			}
		}
	}
}

func braces(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return "{" + strings.Join(names, "}, {") + "}"
}

// placeholders returns the names between braces in any form, sorted, except
// count, which a form may spell out.
func (m message) placeholders() []string {
	return slices.DeleteFunc(m.allPlaceholders(), func(name string) bool { return name == "count" })
}

func (m message) allPlaceholders() []string {
	var names []string
	for _, f := range m.forms {
		names = append(names, placeholders(f)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func placeholders(text string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(text, "{")
		if !ok {
			return names
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			return names
		}
		names = append(names, name)
		text = after
	}
}

// Has reports whether the language itself has the string; borrowed, whether
// one of its fallbacks has. A language whose file cannot be read is taken to
// have every string: that the file is missing has been said, once.
func (s *Strings) Has(key string) (own, borrowed bool) {
	if _, ok := s.messages[key]; ok || s.broken {
		return true, false
	}
	for f := s.next; f != nil; f = f.next {
		if _, ok := f.messages[key]; ok {
			return false, true
		}
	}
	return false, false
}

// Keys returns the language's own keys, sorted.
func (s *Strings) Keys() []string {
	return slices.Sorted(maps.Keys(s.messages))
}

// Source returns a string as its file has it, with its plural forms one behind the
// other, and where it stands; "" for one that the language does not have itself.
func (s *Strings) Source(key string) (string, diag.Pos) {
	m, ok := s.messages[key]
	if !ok {
		return "", diag.Pos{}
	}
	if len(m.forms) == 1 {
		return m.forms["other"], m.pos
	}
	var list []string
	for _, c := range categories {
		if f, ok := m.forms[c]; ok {
			list = append(list, c+": "+f)
		}
	}
	return strings.Join(list, " | "), m.pos
}

// Placeholders returns the names of the placeholders of a string, sorted.
func (s *Strings) Placeholders(key string) []string { return s.messages[key].allPlaceholders() }

// T returns a string with its placeholders filled in. args are pairs of a name
// and a value: text, a whole number or a [tomlfile.Date]. The pair "count"
// chooses the plural form. A string that neither the language nor its
// fallbacks have is an error.
func (s *Strings) T(key string, args ...any) (string, error) {
	m, ok := s.messages[key]
	from := s
	for f := s.next; !ok && f != nil; f = f.next {
		m, ok = f.messages[key]
		from = f
	}
	switch {
	case !ok && s.broken:
		return "", nil
	case !ok:
		return "", diag.Errorf("no string %q in %s", key, s.File)
	}
	if len(args) == 0 && len(m.forms) == 1 {
		return m.forms["other"], nil
	}
	if len(args)%2 != 0 {
		return "", diag.Errorf("string %q: arguments come in pairs of a name and a value", key)
	}
	text := m.forms["other"]
	pairs := make([]string, 0, len(args))
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			return "", diag.Errorf("string %q: the name of an argument must be text", key)
		}
		var value string
		switch v := args[i+1].(type) {
		case string:
			value = v
		case int:
			value = strconv.Itoa(v)
			if name == "count" {
				if f, ok := m.forms[from.form(v)]; ok {
					text = f
				}
			}
		case tomlfile.Date:
			value = from.Date(v)
		default:
			value = fmt.Sprint(v)
		}
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text), nil
}

// Number returns a number as the language writes it, with one digit behind the
// sign at most.
func (s *Strings) Number(v float64) string {
	return printer.NewPrinter(language.Make(s.Lang)).Sprint(number.Decimal(v, number.MaxFractionDigits(1)))
}

// Date returns a date as the language writes it: 23 november 2026.
func (s *Strings) Date(d tomlfile.Date) string {
	if d.IsZero() {
		return ""
	}
	if len(s.months) != 12 || d.Month < 1 || d.Month > 12 {
		return d.String()
	}
	day := strconv.Itoa(d.Day)
	if d.Day == 1 {
		day = s.first
	}
	return strings.NewReplacer("{day}", day, "{month}", s.months[d.Month-1], "{year}", strconv.Itoa(d.Year)).Replace(s.date)
}
