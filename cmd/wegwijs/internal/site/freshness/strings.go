package freshness

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// StringsFile returns the path at which the strings are kept that those of a
// language were translated from.
func StringsFile(lang string) string { return BaseDir + "/" + lang + ".toml" }

// A String is one interface string of a language beside the one that it
// translates.
type String struct {
	Key    string   `json:"key"`
	State  State    `json:"state"`
	Where  string   `json:"where,omitempty"` // of the translation
	Old    string   `json:"old,omitempty"`   // the text that it was made from
	New    string   `json:"new"`
	Text   string   `json:"translation,omitempty"`
	Source string   `json:"source"` // where the text stands
	Pos    diag.Pos `json:"-"`
}

// Strings compares the interface strings of a language with those of the default
// one; nil for a language that has no strings of its own. What was translated from
// another language than the default one is compared with that.
func (r *Reader) Strings(c *i18n.Catalogue, lang string) ([]String, error) {
	own, from := c.Lang(lang), c.Lang(r.site.Locales[0].Lang)
	if own == nil || from == nil || own == from {
		return nil, nil
	}
	if _, err := fs.Stat(r.files, own.File); err != nil {
		return nil, nil // a regional variant without a file
	}
	kept := map[string]string{}
	known := false
	file := StringsFile(lang)
	if src, err := fs.ReadFile(r.files, file); err == nil {
		if t := tomlfile.Parse(file, src, 0, len(src), new(diag.List)); t != nil {
			for _, l := range r.site.Locales {
				if table := t.Table(l.Lang); table != nil && c.Lang(l.Lang) != nil {
					from, known = c.Lang(l.Lang), true
					for _, k := range table.Keys() {
						kept[k] = table.String(k, "")
					}
				}
			}
		}
	}
	var list []String
	builtIn := map[string]bool{} // by file
	for _, f := range []string{from.File, own.File} {
		info, err := fs.Stat(r.files, f)
		if err == nil {
			_, builtIn[f] = builtin.Is(info)
		}
	}
	brought := func(pos diag.Pos) bool { return builtIn[pos.File] || strings.HasPrefix(pos.File, builtin.Prefix) }
	for _, key := range from.Keys() {
		now, at := from.Source(key)
		s := String{Key: key, State: Fresh, Old: kept[key], New: now, Source: at.String()}
		if has, _ := own.Has(key); has {
			s.Text, s.Pos = own.Source(key)
			s.Where = s.Pos.String()
		}
		switch {
		case s.Text == "":
			s.State = Missing
		case brought(at) && brought(s.Pos): // both came with the program
		case !known || s.Old == "":
			s.State = Unknown
		case s.Old != now:
			s.State = Stale
		}
		list = append(list, s)
	}
	return list, nil
}

// CheckStrings puts on out the strings whose text changed since they were
// translated.
func (r *Reader) CheckStrings(c *i18n.Catalogue, out *diag.List) error {
	for _, l := range r.site.Locales[1:] {
		if r.keptNow(c, l.Lang) {
			continue
		}
		all, err := r.Strings(c, l.Lang)
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.State == Stale {
				out.Warnf(s.Pos, diag.TranslationStale, diag.Say("it was: %s; when this is right: wegwijs translate done %s", s.Old, c.Lang(l.Lang).File), "the text of %q changed since it was translated: %s", s.Key, s.New)
			}
		}
	}
	return nil
}

// keptNow reports whether what the strings of a language were translated from is, to
// the byte, what stands there now, so that none of them is stale.
func (r *Reader) keptNow(c *i18n.Catalogue, lang string) bool {
	if c.Lang(lang) == nil {
		return false
	}
	src, err := fs.ReadFile(r.files, StringsFile(lang))
	return err == nil && bytes.Equal(src, r.KeepStrings(c, lang))
}

// KeepStrings returns the file that keeps what the strings of a language were
// translated from: all that stands there now, in the order of the keys.
func (r *Reader) KeepStrings(c *i18n.Catalogue, lang string) []byte {
	from := c.Lang(r.site.Locales[0].Lang)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# What %s was translated from; written by: wegwijs translate done i18n/%[1]s\n\n[%s]\n", path.Base(c.Lang(lang).File), from.Lang)
	keys := slices.Clone(from.Keys())
	slices.Sort(keys)
	for _, key := range keys {
		if has, _ := c.Lang(lang).Has(key); has {
			text, _ := from.Source(key)
			fmt.Fprintf(&b, "%s = %s\n", key, tomlfile.Quote(text))
		}
	}
	return b.Bytes()
}
