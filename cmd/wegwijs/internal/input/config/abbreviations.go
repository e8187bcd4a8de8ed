package config

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// abbreviations reads [abbreviations].
func (c *Config) abbreviations() {
	t := c.root.Table("abbreviations")
	own := map[string]map[string]string{}
	for _, lang := range t.Keys() {
		if c.hasLanguage(t, lang, diag.ConfigAbbreviation) {
			own[lang] = c.explained(t.Table(lang))
		} else {
			t.Know(lang)
		}
	}
	t.Done()
	for _, l := range c.Languages {
		var all map[string]string
		for at := l; ; {
			for short, long := range own[at.Lang] {
				if all == nil {
					all = map[string]string{}
				}
				if _, nearer := all[short]; !nearer {
					all[short] = long
				}
			}
			i := slices.IndexFunc(c.Languages, func(l Language) bool { return l.Lang == at.Parent })
			if i < 0 {
				break
			}
			at = c.Languages[i]
		}
		if all != nil {
			if c.Abbreviations == nil {
				c.Abbreviations = map[string]map[string]string{}
			}
			c.Abbreviations[l.Lang] = all
		}
	}
}

// explained reads the abbreviations of one language, each with what it means.
func (c *Config) explained(t *tomlfile.Table) map[string]string {
	all := map[string]string{}
	for _, short := range t.Keys() {
		if short == tomlfile.Any {
			t.String(short, "")
			continue
		}
		words := strings.Fields(t.Required(short, "write what it means, or leave the line out"))
		t.Visible(diag.ConfigAbbreviation, short)
		first, _ := utf8.DecodeRuneInString(short)
		switch {
		case !unicode.IsLetter(first) && !unicode.IsDigit(first) || strings.ContainsFunc(short, unicode.IsSpace):
			c.out.Errorf(t.KeyPos(short), diag.ConfigAbbreviation, `write the abbreviation as it stands in the text: IMAP = "…", or "a.u.b." = "…"`, "%q is not one word that begins with a letter or a digit", short)
		case len(words) == 0:
		case strings.Join(words, " ") == short:
			t.Errorf(short, diag.ConfigAbbreviation, "write what it means, or leave the line out", "the explanation of %s is the abbreviation itself", short)
		default:
			all[short] = strings.Join(words, " ")
		}
	}
	t.Done()
	return all
}

// hasLanguage reports whether a key of t is a language of the site; with code, it
// reports one that is not to the list of findings.
func (c *Config) hasLanguage(t *tomlfile.Table, lang string, code diag.Code) bool {
	if lang == tomlfile.Any || slices.ContainsFunc(c.Languages, func(l Language) bool { return l.Lang == lang }) {
		return true
	}
	var langs []string
	for _, l := range c.Languages {
		langs = append(langs, l.Lang)
	}
	c.out.Errorf(t.KeyPos(lang), code, diag.DidYouMean(lang, langs), "the site has no language %q", lang)
	return false
}
