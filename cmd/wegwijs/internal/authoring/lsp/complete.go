package lsp

import (
	"cmp"
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/deliver/publish"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
)

// most is how many names an editor is offered at once; with more, it asks again
// as soon as another letter is typed.
const most = 200

// An offer gathers what can stand where the cursor is.
type offer struct {
	h        *here
	from, to int // what an item takes the place of
	typed    string
	list     completionList
}

// offer begins an offer of what takes the place of the last n bytes before the
// cursor, and of what follows them up to one of the characters in end.
func (h *here) offer(n int, end string) *offer {
	o := &offer{h: h, from: h.at - n, to: h.at, typed: h.before[len(h.before)-n:]}
	if i := strings.IndexAny(h.after, end); i > 0 && !strings.ContainsAny(h.after[:i], " \t") {
		o.to += i
	}
	o.list.Items = []completionItem{}
	return o
}

// put offers a text. Names that do not have the letters typed are left out.
func (o *offer) put(kind int, label, text, detail string) {
	if o.typed != "" && !subsequence(strings.ToLower(o.typed), strings.ToLower(label+" "+detail)) {
		return
	}
	if len(o.list.Items) == most {
		o.list.IsIncomplete = true
		return
	}
	i := completionItem{Label: label, Kind: kind, Detail: detail, TextEdit: &textEdit{o.h.enc.span(o.h.src, o.from, o.to), text}}
	if o.typed != "" { // what was typed may be in the detail
		i.FilterText = o.typed + " " + label
	}
	o.list.Items = append(o.list.Items, i)
}

// subsequence reports whether the letters of a stand in b in that order.
func subsequence(a, b string) bool {
	for _, r := range a {
		i := strings.IndexRune(b, r)
		if i < 0 {
			return false
		}
		b = b[i+1:]
	}
	return true
}

// complete offers what can stand at a place.
func (s *server) complete(ctx context.Context, p placeParams) (*completionList, error) {
	none := &completionList{Items: []completionItem{}}
	h := s.here(ctx, p)
	if h == nil {
		return none, nil
	}
	var o *offer
	switch {
	case h.file == config.File:
		o = h.offerConfig()
	case h.inFront():
		o = h.offerFront()
	case strings.HasPrefix(h.file, content.Root+"/") && strings.HasSuffix(h.file, ".md"):
		o = h.offerText()
	}
	if o == nil {
		return none, nil
	}
	return &o.list, nil
}

var (
	destRE      = lazyregexp.New(`\]\(<?([^()<>]*)$|^\s*\[[^\]]+\]:\s*(\S*)$`)
	alertRE     = lazyregexp.New(`^\s*>\s*\[!(\w*)$`)
	nameRE      = lazyregexp.New(`(?:^|[^:\w])(:{1,})([a-zA-Z][\w-]*)?$`)
	labelRE     = lazyregexp.New(`:([a-zA-Z][\w-]*)\[([^\]\s]*)$`)
	bracesRE    = lazyregexp.New(`:([a-zA-Z][\w-]*)(?:\[[^\]]*\])?\{([^}]*)$`)
	attrValueRE = lazyregexp.New(`([a-zA-Z][\w-]*)="?([^\s"}]*)$`)
	attrNameRE  = lazyregexp.New(`(?:^|\s)([a-zA-Z][\w-]*)?$`)
)

// offerText offers what can stand in the text of a page.
func (h *here) offerText() *offer {
	if m := destRE().FindStringSubmatch(h.before); m != nil {
		dest := m[1] + m[2]
		if i := strings.IndexByte(dest, '#'); i >= 0 {
			return h.offerHeadings(dest[:i+1], dest[i+1:])
		}
		return h.offerFiles(dest, strings.LastIndex(h.before, "![") > strings.LastIndex(h.before, ")") && strings.LastIndex(h.before, "![")+1 == strings.LastIndex(h.before, "["))
	}
	if m := alertRE().FindStringSubmatch(h.before); m != nil {
		o := h.offer(len(m[1]), "]")
		for _, a := range markdown.AlertKinds {
			o.put(kindValue, strings.ToUpper(a), strings.ToUpper(a), "")
		}
		return o
	}
	if m := bracesRE().FindStringSubmatch(h.before); m != nil {
		return h.offerAttributes(m[1], m[2])
	}
	if m := labelRE().FindStringSubmatch(h.before); m != nil {
		o := h.offer(len(m[2]), "]")
		switch m[1] {
		case "setting":
			for _, name := range settings.SettingNames {
				o.put(kindValue, name, name, h.valueOf(name))
			}
		case "settings", "alternative":
			for _, p := range mail.Protocols {
				o.put(kindValue, string(p), string(p), "")
			}
		}
		return o
	}
	if m := nameRE().FindStringSubmatch(h.before); m != nil {
		return h.offerDirectives(len(m[1]), m[2])
	}
	return nil
}

// valueOf returns what a setting is on the page; "" where it has no one value.
func (h *here) valueOf(name string) string {
	p := h.page()
	if p == nil {
		return ""
	}
	if vs, err := h.state.Renderer.Setting(p, name, nil); err == nil && len(vs) == 1 {
		return vs[0].Text
	}
	return ""
}

func (h *here) offerDirectives(colons int, name string) *offer {
	o := h.offer(len(name), "[{ ")
	l := h.state.Renderer.Layouts
	for _, d := range append(l.Directives(), markdown.When) {
		kind, _ := l.Directive(d)
		label, _ := l.Declared(d)
		if d == markdown.When {
			if kind, label = markdown.Container, "none"; colons == 1 {
				kind, label = markdown.Inline, "required"
			}
		}
		if fit := map[markdown.Kind]bool{markdown.Inline: colons == 1, markdown.Leaf: colons == 2, markdown.Container: colons > 2}[kind]; !fit {
			continue
		}
		text := d
		if label == "required" {
			text += "[]"
		}
		o.put(kindSnippet, d, text, strings.Trim(h.written(d), "`"))
	}
	return o
}

func (h *here) offerAttributes(name, before string) *offer {
	l := h.state.Renderer.Layouts
	_, attributes := l.Declared(name)
	if name == markdown.When {
		attributes = markdown.WhenAttributes
	}
	if m := attrValueRE().FindStringSubmatch(before); m != nil {
		o := h.offer(len(m[2]), "\"} ")
		switch m[1] {
		case "has", "lacks":
			for _, f := range h.state.Site.Facts() {
				o.put(kindValue, f, f, "")
			}
		case "product":
			for _, p := range h.state.Config.Mail.Products {
				o.put(kindValue, p.ID, p.ID, p.Name)
			}
		case "client":
			for _, c := range h.state.Renderer.Settings.Clients {
				o.put(kindValue, c, c, "")
			}
		}
		return o
	}
	m := attrNameRE().FindStringSubmatch(before)
	if m == nil {
		return nil
	}
	o := h.offer(len(m[1]), "=} ")
	for _, a := range attributes {
		text := a + "="
		if o.to > h.at {
			text = a
		}
		o.put(kindProperty, a, text, "")
	}
	return o
}

// offerFiles offers pages, or images, for a destination.
func (h *here) offerFiles(dest string, image bool) *offer {
	o := h.offer(len(dest), ")# ")
	lang, _ := content.Split(h.file)
	if !image {
		if l := h.locale(lang); l != nil {
			for _, p := range l.All {
				name := typed(h.file, fileOf(p))
				if strings.HasPrefix(dest, "/") && !strings.HasPrefix(name, "/") {
					name = "/" + fileOf(p)
				}
				o.put(kindFile, name, name, p.Title)
			}
		}
	}
	for _, f := range h.state.Site.Files {
		at, rest := content.Split(f.Source)
		if at != lang || image != strings.HasPrefix(fileset.TypeOf(f.Path), "image/") {
			continue
		}
		name := typed(h.file, rest)
		o.put(kindFile, name, strings.ReplaceAll(name, " ", "%20"), "")
	}
	return o
}

// offerHeadings offers the headings of the page that a destination names.
func (h *here) offerHeadings(dest, id string) *offer {
	o := h.offer(len(id), ") ")
	p, _ := h.target(h.file, dest)
	if p == nil {
		return o
	}
	hs, err := h.state.Renderer.Headings(p.Page)
	if err != nil {
		return o
	}
	for _, x := range hs {
		if !x.Absent {
			o.put(kindReference, x.ID, x.ID, x.Text)
		}
	}
	return o
}

var newKeyRE = lazyregexp.New(`^\s*([\w-]*)$`)

// offerFront offers keys of the front matter, and their values.
func (h *here) offerFront() *offer {
	lang, rest := content.Split(h.file)
	if m := newKeyRE().FindStringSubmatch(h.before); m != nil && h.key() == "" {
		o := h.offer(len(m[1]), "= ")
		front := content.Schema()
		used := map[string]bool{}
		for line := range strings.Lines(string(h.src[:content.Body(h.src)])) {
			if k := keyRE().FindStringSubmatch(line); k != nil {
				used[k[1]] = true
			}
		}
		for _, k := range front.Below {
			if !used[k.Name] && k.Kind != tomlfile.OneTable {
				o.put(kindProperty, k.Name, k.Name+" = "+k.Sample(), h.about(k.Name))
			}
		}
		return o
	}
	key, _, from, to, ok := h.quoted()
	if !ok {
		if m := regexp.MustCompile(`^\s*draft\s*=\s*(\w*)$`).FindStringSubmatch(h.before); m != nil {
			o := h.offer(len(m[1]), " ")
			o.put(kindValue, "true", "true", "")
			o.put(kindValue, "false", "false", "")
			return o
		}
		return nil
	}
	o := h.offer(h.at-from, `"'`)
	o.to = to
	l := h.locale(lang)
	switch key {
	case "related":
		if l != nil {
			for _, p := range l.All {
				if p.ID != "" && p.File != h.file {
					o.put(kindFile, p.ID, p.ID, p.Title)
				}
			}
		}
	case "pages":
		id, _ := content.ID(rest)
		if l != nil {
			if p, ok := l.Page(id); ok {
				for _, c := range p.Children {
					o.put(kindFile, path.Base(c.ID), path.Base(c.ID), c.Title)
				}
			}
		}
	case "needs":
		for _, f := range h.state.Site.Facts() {
			o.put(kindValue, f, f, "")
		}
	case "layout":
		for _, n := range h.state.Renderer.Layouts.Names() {
			o.put(kindValue, n, n, "")
		}
	}
	return o
}

var tableRE = lazyregexp.New(`^\s*\[\[?\s*([\w."-]*)`)

// offerConfig offers keys of site.toml, and their values.
func (h *here) offerConfig() *offer {
	schema := config.Schema(map[string]func(*tomlfile.Table){"forms": forms.Ask, "publish": publish.Ask})
	keys := &schema
	var table []string
	for line := range strings.Lines(string(h.src[:h.line])) {
		if m := tableRE().FindStringSubmatch(line); m != nil {
			table = strings.Split(m[1], ".")
		}
	}
	for _, name := range table {
		i := slices.IndexFunc(keys.Below, func(k *tomlfile.Key) bool { return k.Name == name || k.Name == tomlfile.Any })
		if i < 0 {
			return nil
		}
		keys = keys.Below[i]
	}
	if m := newKeyRE().FindStringSubmatch(h.before); m != nil && h.key() == "" {
		o := h.offer(len(m[1]), "= ")
		for _, k := range keys.Below {
			if k.Kind != tomlfile.OneTable && k.Kind != tomlfile.ManyTables && k.Name != tomlfile.Any {
				o.put(kindProperty, k.Name, k.Name+" = "+k.Sample(), cmp.Or(diag.In(h.Lang, k.About), strings.Join(k.Values, ", ")))
			}
		}
		return o
	}
	key, _, from, to, ok := h.quoted()
	i := slices.IndexFunc(keys.Below, func(k *tomlfile.Key) bool { return k.Name == key })
	if !ok || i < 0 {
		return nil
	}
	o := h.offer(h.at-from, `"'`)
	o.to = to
	for _, v := range keys.Below[i].Values {
		o.put(kindValue, v, v, "")
	}
	return o
}

// about says what a key of the front matter is for.
func (h *here) about(key string) string {
	text := map[string]string{
		"title":       diag.Say("the name of the page"),
		"nav_title":   diag.Say("a shorter name, for menus"),
		"description": diag.Say("one sentence for search results"),
		"slug":        diag.Say("the last part of the address, in this language"),
		"order":       diag.Say("its place in the menu: a lower number stands first"),
		"updated":     diag.Say("the day on which the text last changed"),
		"keywords":    diag.Say("other words by which readers look for it"),
		"aliases":     diag.Say("old addresses that must go on working"),
		"related":     diag.Say("pages to read next, by their paths"),
		"needs":       diag.Say("the page is there only where the site has this, such as pop"),
		"contents":    diag.Say("3 to have the headings of ### in the list of contents too"),
		"messages":    diag.Say("what programs also say instead of a message in a table of the page"),
		"layout":      diag.Say("another layout than the usual one"),
		"source":      diag.Say("the text that it was translated from; a command writes it"),
		"draft":       diag.Say("true leaves the page out of the site"),
	}[key]
	return diag.In(h.Lang, text)
}
