package lsp

import (
	"context"
	"fmt"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
	"wegwijs/cmd/wegwijs/internal/site"
)

// directiveRE finds a directive in a line: its colons, its name, its label and
// its attributes.
var directiveRE = lazyregexp.New(`(:{1,})([a-zA-Z][a-zA-Z0-9_-]*)(?:\[([^\]]*)\])?(?:\{([^}]*)\})?`)

// A found directive: where it stands in the line, and what it says.
type found struct {
	from, to int
	name     string
	label    string
	attrs    map[string]string
}

var attributeRE = lazyregexp.New(`([a-zA-Z][\w-]*)\s*=\s*(?:"([^"]*)"|([^\s"}]+))`)

// directive returns the directive at the place.
func (h *here) directive() (f found, ok bool) {
	at := len(h.before)
	for _, m := range directiveRE().FindAllStringSubmatchIndex(h.before+h.after, -1) {
		if m[0] > at || at > m[1] {
			continue
		}
		line := h.before + h.after
		f = found{from: h.line + m[0], to: h.line + m[1], name: line[m[4]:m[5]], attrs: map[string]string{}}
		if m[6] >= 0 {
			f.label = line[m[6]:m[7]]
		}
		if m[8] >= 0 {
			for _, a := range attributeRE().FindAllStringSubmatch(line[m[8]:m[9]], -1) {
				f.attrs[a[1]] = a[2] + a[3]
			}
		}
		return f, true
	}
	return f, false
}

// quoted returns the text in quotes at the place, and the key of the front matter
// or of site.toml that it belongs to.
func (h *here) quoted() (key, value string, from, to int, ok bool) {
	open := strings.LastIndexAny(h.before, `"'`)
	if open < 0 {
		return "", "", 0, 0, false
	}
	end := strings.IndexByte(h.after, h.before[open])
	if end < 0 || strings.Count(h.before, h.before[open:open+1])%2 == 0 {
		return "", "", 0, 0, false
	}
	return h.key(), h.before[open+1:] + h.after[:end], h.line + open + 1, h.at + end, true
}

var keyRE = lazyregexp.New(`^\s*([A-Za-z0-9_-]+)\s*=`)

// key returns the key whose value the place is in: that of its line, or of a
// list that began on an earlier one.
func (h *here) key() string {
	if m := keyRE().FindStringSubmatch(h.before); m != nil {
		return m[1]
	}
	lines := strings.Split(string(h.src[:h.line]), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if m := keyRE().FindStringSubmatch(lines[i]); m != nil {
			if strings.Contains(lines[i], "[") && !strings.Contains(lines[i], "]") {
				return m[1]
			}
			return ""
		}
		if strings.Contains(lines[i], "]") {
			return ""
		}
	}
	return ""
}

// related returns the page that an id in the front matter names.
func (h *here) related() (p *site.Page, from, to int) {
	key, value, from, to, ok := h.quoted()
	lang, rest := content.Split(h.file)
	l := h.locale(lang)
	if !ok || l == nil {
		return nil, 0, 0
	}
	switch key {
	case "related":
	case "pages":
		id, _ := content.ID(rest)
		value = strings.TrimPrefix(id+"/"+value, "/")
	default:
		return nil, 0, 0
	}
	if p, ok = l.Page(value); !ok {
		return nil, 0, 0
	}
	return p, from, to
}

// hover says what stands at a place: the title of a page, the value of a setting,
// how a directive is written, and what a finding is about.
func (s *server) hover(ctx context.Context, p placeParams) (*hover, error) {
	h := s.here(ctx, p)
	if h == nil {
		return nil, nil
	}
	text, from, to := h.say()
	for _, d := range s.findings(h.file) {
		start, end := s.enc.offset(h.src, d.Range.Start), s.enc.offset(h.src, d.Range.End)
		if start > h.at || h.at > end {
			continue
		}
		e := diag.Code(d.Code).Explain(s.Lang)
		if text != "" {
			text += "\n\n"
		} else {
			from, to = start, end
		}
		text += fmt.Sprintf("**%s** (%s)\n\n%s %s", e.Title, d.Code, e.Why, e.Remedy)
		break
	}
	if text == "" {
		return nil, nil
	}
	r := s.enc.span(h.src, from, to)
	return &hover{Contents: markup{"markdown", text}, Range: &r}, nil
}

// findings returns what the editor was told of a file.
func (s *server) findings(file string) []diagnostic {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown[file].list
}

// say returns what stands at the place, and where.
func (h *here) say() (text string, from, to int) {
	if h.inFront() {
		if p, from, to := h.related(); p != nil {
			return title(p), from, to
		}
		if m := keyRE().FindStringSubmatch(h.before + h.after); m != nil {
			if about := h.about(m[1]); about != "" {
				return "`" + m[1] + "`: " + about, h.line, h.line + len(m[0]) - 1
			}
		}
		return "", 0, 0
	}
	if !strings.HasPrefix(h.file, content.Root+"/") {
		return "", 0, 0
	}
	if r, ok := h.ref(); ok {
		p, fragment := h.target(h.file, string(h.src[r.from:r.to]))
		if p == nil {
			return "", 0, 0
		}
		text = title(p)
		if hs, err := h.state.Renderer.Headings(p.Page); err == nil && fragment != "" {
			for _, x := range hs {
				if x.Answers(fragment) {
					text += "\n\n# " + x.Text
				}
			}
		}
		return text, r.from, r.to
	}
	d, ok := h.directive()
	if !ok {
		return "", 0, 0
	}
	if p := h.page(); p != nil && d.name == "setting" && d.label != "" {
		values, err := h.state.Renderer.Setting(p, d.label, d.attrs)
		if err != nil {
			return "", 0, 0
		}
		var lines []string
		for _, v := range values {
			line := "`" + v.Text + "`"
			if v.Product != "" {
				line += " (" + v.Product + ")"
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "\n\n"), d.from, d.to
	}
	return h.written(d.name), d.from, d.to
}

// written says how a directive is written; "" for one that is not known.
func (h *here) written(name string) string {
	kind, ok := h.state.Renderer.Layouts.Directive(name)
	label, attributes := h.state.Renderer.Layouts.Declared(name)
	if name == markdown.When {
		kind, ok, attributes = markdown.Container, true, markdown.WhenAttributes
	}
	if !ok {
		return ""
	}
	text := map[markdown.Kind]string{markdown.Inline: ":", markdown.Leaf: "::", markdown.Container: ":::"}[kind] + name
	switch label {
	case "required":
		text += "[…]"
	case "optional":
		text += "([…])"
	}
	if len(attributes) > 0 {
		text += "{" + strings.Join(attributes, "=… ") + "=…}"
	}
	return "`" + text + "`"
}

// title returns what readers see first of a page.
func title(p *site.Page) string {
	text := "**" + p.Title + "**"
	if p.Description != "" {
		text += "\n\n" + p.Description
	}
	return text + "\n\n" + p.URL
}

// definition leads to the page, the heading, the image, the template or the row
// of the record that a place names.
func (s *server) definition(ctx context.Context, p placeParams) ([]location, error) {
	h := s.here(ctx, p)
	if h == nil {
		return nil, nil
	}
	if h.inFront() {
		if p, _, _ := h.related(); p != nil {
			return h.to(p.File, 0), nil
		}
		return nil, nil
	}
	if !strings.HasPrefix(h.file, content.Root+"/") {
		return nil, nil
	}
	if r, ok := h.ref(); ok {
		dest := string(h.src[r.from:r.to])
		if p, fragment := h.target(h.file, dest); p != nil {
			at := 0
			if hs, err := h.state.Renderer.Headings(p.Page); err == nil && fragment != "" {
				at = heading(h.read(p.File), hs, fragment)
			}
			return h.to(p.File, at), nil
		}
		lang, _ := content.Split(h.file)
		if rest, _, ok := below(h.file, dest); ok {
			if f, ok := h.state.Site.File(content.Root + "/" + lang + "/" + rest); ok {
				return h.to(f.Source, 0), nil
			}
		}
		return nil, nil
	}
	if d, ok := h.directive(); ok {
		if d.name == "setting" || d.name == "settings" {
			return h.row(d), nil
		}
		return h.to("layouts/directives/"+d.name+".html", 0), nil
	}
	return nil, nil
}

// to returns a place in a file of the site; none where the file is in the
// program.
func (h *here) to(file string, at int) []location {
	f, ok := h.state.Tree.Get(file)
	if !ok || f.Embedded {
		return nil
	}
	return []location{{h.uri(file), h.enc.span(h.read(file), at, at)}}
}

// row returns where site.toml says what a setting is.
func (h *here) row(d found) []location {
	proto, _, _ := strings.Cut(d.label, ".")
	for i := range h.state.Config.Mail.Products {
		p := &h.state.Config.Mail.Products[i]
		if want := d.attrs["product"]; want != "" && want != p.ID {
			continue
		}
		for _, row := range p.Servers {
			if string(row.Protocol) == proto {
				src := h.read(config.File)
				from, _ := place(src, row.Pos)
				return h.to(config.File, from)
			}
		}
	}
	return nil
}
