package scaffold

import (
	"fmt"
	"regexp"
	"strings"

	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// A Language is one that a site gets.
type Language struct {
	Lang     string
	Name     string   // its own name; the one that CLDR has where this is ""
	Fallback []string // languages in which readers get what is not translated, the nearest first
	Forms    []string // of its plurals, see i18n.Forms
}

// name returns what the language calls itself.
func (l Language) name() string {
	if l.Name != "" {
		return l.Name
	}
	return i18n.SelfName(l.Lang)
}

// Table returns the table of the language for site.toml.
func (l Language) Table(title string) string {
	var list []string
	for _, f := range l.Fallback {
		list = append(list, tomlfile.Quote(f))
	}
	return fmt.Sprintf("\n[languages.%s]\nname = %s\ntitle = %s\nfallback = [%s]\n", l.Lang, tomlfile.Quote(l.name()), tomlfile.Quote(title), strings.Join(list, ", "))
}

var (
	stringRE = regexp.MustCompile(`^([A-Za-z0-9_-]+)[ \t]*=[ \t]*(.*)$`)
	formRE   = regexp.MustCompile(`([a-z]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*")`)
)

// Strings returns the file of interface strings to translate: each string of src,
// the file of another language, behind a mark, with the plural forms of this one, and
// the comments between them.
func (l Language) Strings(src []byte) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s (%s). A line that begins with #~ is not translated yet: translate it and take\n# the mark away. Until then readers get the string of another language.\n", l.name(), l.Lang)
	table := "" // the table of plural forms in which the line stands
	other := ""
	end := func() {
		if table != "" {
			fmt.Fprintf(&b, "#~ %s = %s\n", table, l.forms(map[string]string{"other": other}))
		}
		table, other = "", ""
	}
	about := true // the first lines, which say what that other file is
	for line := range strings.Lines(string(src)) {
		line = strings.TrimRight(line, " \t\r\n")
		if about = about && strings.HasPrefix(line, "#"); about {
			continue
		}
		m := stringRE.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "["):
			end()
			table = strings.Trim(line, "[] \t")
		case table != "" && m != nil:
			if m[1] == "other" {
				other = m[2]
			}
		case m != nil && strings.HasPrefix(m[2], "{"):
			forms := map[string]string{}
			for _, f := range formRE.FindAllStringSubmatch(m[2], -1) {
				forms[f[1]] = f[2]
			}
			fmt.Fprintf(&b, "#~ %s = %s\n", m[1], l.forms(forms))
		case m != nil:
			fmt.Fprintf(&b, "#~ %s\n", line)
		case line == "" || strings.HasPrefix(line, "# "):
			b.WriteString(line + "\n")
		default: // the rest of a value of several lines
			fmt.Fprintf(&b, "#~ %s\n", line)
		}
	}
	end()
	return []byte(b.String())
}

// forms returns the plural forms of the language, with the texts of another one.
func (l Language) forms(texts map[string]string) string {
	var list []string
	for _, f := range l.Forms {
		text, ok := texts[f]
		if !ok {
			text = texts["other"]
		}
		list = append(list, f+" = "+text)
	}
	return "{ " + strings.Join(list, ", ") + " }"
}

// WithLanguage returns a site.toml with the table of a language behind those of the
// others. all has the languages that the site has by itself, the default one first,
// for a file that names none.
func WithLanguage(src []byte, table string, all string) []byte {
	text := string(src)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	last := -1
	lines := strings.SplitAfter(text, "\n")
	in := false
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") && !strings.HasPrefix(line, "[\"") {
			in = strings.HasPrefix(line, "[languages.")
		}
		if in && line != "" && !strings.HasPrefix(line, "#") {
			last = i
		}
	}
	if last >= 0 {
		return []byte(strings.Join(lines[:last+1], "") + table + strings.Join(lines[last+1:], ""))
	}
	// Keys of the file itself stand before its first table.
	at := len(lines)
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "[") {
			at = i
			for at > 0 && (strings.HasPrefix(strings.TrimSpace(lines[at-1]), "#") || strings.TrimSpace(lines[at-1]) == "") {
				at--
			}
			break
		}
	}
	return []byte(strings.Join(lines[:at], "") + all + table + strings.Join(lines[at:], ""))
}
