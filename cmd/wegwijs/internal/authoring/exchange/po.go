package exchange

import (
	"bytes"
	"fmt"
	"strings"
)

var (
	poEscape   = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)
	poUnescape = map[byte]byte{'n': '\n', 't': '\t', '"': '"', '\\': '\\', 'r': '\r'}
)

// po writes a file of GNU gettext ("The Format of PO Files").
func (p *Page) po() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "msgid \"\"\nmsgstr \"\"\n\"Language: %s\\n\"\n\"MIME-Version: 1.0\\n\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Content-Transfer-Encoding: 8bit\\n\"\n", poEscape.Replace(strings.ReplaceAll(p.Target, "-", "_")))
	fmt.Fprintf(&b, "\"X-Source-Language: %s\\n\"\n\"X-Target-Language: %s\\n\"\n\"X-Original: %s\\n\"\n\"X-Stamp: %s\\n\"\n", p.Source, p.Target, poEscape.Replace(p.Original), p.Stamp)
	for _, u := range p.Units {
		fmt.Fprintf(&b, "\n#. %s\nmsgctxt \"%s\"\nmsgid \"%s\"\nmsgstr \"%s\"\n", u.Kind, u.ID, poEscape.Replace(u.Source), poEscape.Replace(u.Target))
	}
	return b.Bytes()
}

// decodePO reads what [Page.po] wrote and a translation program changed: comments,
// line breaks in texts and the order of lines in the header may be others.
func decodePO(data []byte) (*Page, error) {
	p := &Page{}
	type entry struct {
		texts map[string]string
		fuzzy bool
		line  int
	}
	e := entry{texts: map[string]string{}}
	key := ""
	first := true
	end := func() error {
		if len(e.texts) == 0 {
			return nil
		}
		id, hasID := e.texts["msgid"]
		target, hasTarget := e.texts["msgstr"]
		switch {
		case !hasID || !hasTarget:
			return refuse(e.line, "msgid and msgstr belong together")
		case first && id == "":
			for line := range strings.Lines(target) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				switch name {
				case "X-Source-Language":
					p.Source = value
				case "X-Target-Language":
					p.Target = value
				case "X-Original":
					p.Original = value
				case "X-Stamp":
					p.Stamp = value
				}
			}
		default:
			if e.fuzzy { // the program is not sure: nobody has said it
				target = ""
			}
			p.Units = append(p.Units, Unit{ID: e.texts["msgctxt"], Source: id, Target: target, Line: e.line})
		}
		first = false
		e = entry{texts: map[string]string{}}
		return nil
	}
	n := 0
	for line := range strings.Lines(string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))) {
		n++
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "#"):
			if _, done := e.texts["msgstr"]; done {
				if err := end(); err != nil {
					return nil, err
				}
			}
			key = ""
			e.fuzzy = e.fuzzy || strings.HasPrefix(line, "#,") && strings.Contains(line, "fuzzy")
		case strings.HasPrefix(line, `"`):
			if key == "" {
				return nil, refuse(n, "a text stands here that belongs to nothing")
			}
			text, err := poText(line, n)
			if err != nil {
				return nil, err
			}
			e.texts[key] += text
		default:
			word, rest, _ := strings.Cut(line, " ")
			if word != "msgctxt" && word != "msgid" && word != "msgstr" {
				return nil, refuse(n, "%q has no place here", word)
			}
			if _, done := e.texts["msgstr"]; done || word != "msgstr" && e.texts["msgid"] != "" {
				if err := end(); err != nil {
					return nil, err
				}
			}
			if _, twice := e.texts[word]; twice {
				return nil, refuse(n, "%q has no place here", word)
			}
			text, err := poText(strings.TrimSpace(rest), n)
			if err != nil {
				return nil, err
			}
			if key = word; word == "msgstr" || e.line == 0 {
				e.line = n
			}
			e.texts[key] = text
		}
	}
	if err := end(); err != nil {
		return nil, err
	}
	if p.Stamp == "" {
		return nil, refuse(1, "nothing in it says which text it is of: the line X-Stamp is not there")
	}
	return p, nil
}

// poText reads one text between quotes.
func poText(s string, line int) (string, error) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", refuse(line, "the text is not between quotes")
	}
	s = s[1 : len(s)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"':
			return "", refuse(line, "a quote within a text is written \\\"")
		case '\\':
			i++
			if i == len(s) {
				return "", refuse(line, "the text is not between quotes")
			}
			r, ok := poUnescape[s[i]]
			if !ok {
				return "", refuse(line, "\\%c means nothing", s[i])
			}
			b.WriteByte(r)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}
