package importer

import (
	"bytes"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// engine reads pages as a build does.
var engine = sync.OnceValue(func() *markdown.Engine { return markdown.New(markdown.Options{}) })

// known is the site around a page for the engine: links have been looked at.
type known struct{ h house }

func (known) Link(dest string) markdown.Target { return markdown.Target{URL: dest} }
func (known) Image(dest string) markdown.Image { return markdown.Image{URL: dest} }
func (known) Alert(kind string) string         { return kind }
func (k known) Kind(name string) (markdown.Kind, bool) {
	return k.h.layouts.Directive(name)
}
func (known) Known() []string { return nil }
func (known) Directive(d *markdown.Directive) (html, md string, err error) {
	return "<p></p>", d.Label, nil
}
func (known) Has(string) (has, known bool) { return true, true }
func (known) Facts() []string              { return nil }
func (known) Absolute(url string) string   { return url }

// repair makes of a page one without errors: what would be one is shown as it
// was typed. body are the lines of src behind the offset head.
func (c *conv) repair(src []byte, head int, body []line, h house) []byte {
	first := bytes.Count(src[:head], []byte("\n"))
	said := map[int]bool{}
	for round := range 8 {
		out := new(diag.List)
		engine().Convert(&markdown.Input{File: c.p.file, Src: src, Body: head, Site: known{h}, Taken: h.layouts.IDs(), Out: out}, new(bytes.Buffer), nil)
		lines := strings.Split(string(src), "\n")
		done := false
		seen := map[int]bool{}
		errs := out.Sorted()
		for i := len(errs) - 1; i >= 0; i-- { // from the end, so that columns stay
			d := errs[i]
			at := d.Pos.Line - 1
			if d.Severity != diag.Error || at < first || at >= len(lines) || seen[at] && round >= 3 {
				continue
			}
			col := max(d.Pos.ByteCol()-1, 0)
			l := lines[at]
			switch {
			case round >= 5:
				lines[at] = ""
			case round >= 3:
				lines[at] = escapeAll(l)
			case col < len(l) && isPunct(l[col]) && (col == 0 || l[col-1] != '\\'):
				lines[at] = l[:col] + `\` + l[col:]
			default:
				continue
			}
			seen[at], done = true, true
			if k := at - first; !said[at] && k < len(body) {
				said[at] = true
				msg := "%s"
				if round >= 5 {
					c.note(body[k].n, leftOut, msg, d.Msg)
				} else {
					c.note(body[k].n, asTyped, msg, d.Msg)
				}
			}
		}
		if !done && round >= 5 {
			break
		}
		if done {
			src = []byte(strings.Join(lines, "\n"))
		} else if diag.Errors(errs) == 0 {
			break
		}
	}
	return src
}

// escapeAll returns a line as text.
func escapeAll(s string) string {
	pad := s[:indentOf(s)]
	var b strings.Builder
	for i := len(pad); i < len(s); i++ {
		if isPunct(s[i]) && s[i] != '\\' && (i == 0 || s[i-1] != '\\') {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return pad + b.String()
}
