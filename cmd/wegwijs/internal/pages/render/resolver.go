package render

import (
	"html/template"
	"net/url"
	"path"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
	"wegwijs/cmd/wegwijs/internal/site"
)

// A resolver answers what the text of one page asks of its site.
type resolver struct {
	r       *Renderer
	page    *site.Page
	data    *layout.Page
	strings *i18n.Strings
	out     *diag.List
	md      bool            // there is a Markdown copy
	linked  map[string]bool // ids of the pages to which the text leads
	shown   map[string]bool // ids of the mail products whose servers the text shows
	files   map[string]scan.Hash
	named   map[string]bool // files beside pages that the text names
}

var _ markdown.Resolver = (*resolver)(nil)

func (s *resolver) Link(dest string) markdown.Target {
	t := s.r.link(s.page, dest)
	if t.Problem == "" && t.URL != "" && !strings.HasPrefix(t.URL, "#") {
		s.linked[t.Page] = true
	}
	if t.Problem == "" && t.Page == "" {
		s.names(dest)
	}
	return t
}

func (s *resolver) Image(dest string) markdown.Image {
	i := s.r.image(s.page, dest, func(f site.File) { s.files[f.Source], s.named[f.Source] = s.r.Hash(f.Source), true })
	if i.Problem == "" {
		s.names(dest)
	}
	return i
}

// names notes that the text names a file beside the pages, and with an image its
// form for a dark screen.
func (s *resolver) names(dest string) {
	u, err := url.Parse(dest)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return
	}
	if f, ok := s.r.beside(s.page, content.Relative(s.page.File, u.Path)); ok {
		s.named[f.Source] = true
		end := path.Ext(f.Source)
		if dark, ok := s.r.Site.File(strings.TrimSuffix(f.Source, end) + darkForm + end); ok {
			s.named[dark.Source] = true
		}
	}
}

func (s *resolver) Alert(kind string) string {
	label, err := s.strings.Marked("alert_" + kind)
	if err != nil {
		s.out.Errorf(diag.Pos{File: s.strings.File}, diag.I18nMissing, diag.Say("add alert_%s = \"…\" to %s", kind, s.strings.File), "%s", err)
	}
	return label
}

func (s *resolver) Kind(name string) (markdown.Kind, bool) { return s.r.Layouts.Directive(name) }

func (s *resolver) Known() []string { return append(s.r.Layouts.Directives(), markdown.When) }

func (s *resolver) Directive(d *markdown.Directive) (html, md string, err error) {
	data := layout.NewDirective(layout.Directive{Page: s.data, Name: d.Name, Label: d.Label, Attrs: d.Attrs, Content: template.HTML(d.Content), ID: d.ID, Shown: func(product string) { s.shown[product] = true }}, s.r.Settings)
	html, md, err = s.r.Layouts.Render(data, d.ContentMD, s.md)
	if err == nil {
		return html, md, nil
	}
	where, cause, isLayout := layout.Diagnose(err)
	if !isLayout {
		return "", "", cause
	}
	return "", "", &layout.Failure{Hinted: diag.Hinted{Msg: diag.Say("%s (at %s)", where.Msg, where.Pos), Way: "the template of the directive needs mending"}}
}

func (s *resolver) Has(fact string) (has, known bool) { return s.r.Site.Fact(fact) }

func (s *resolver) Facts() []string { return s.r.Site.Facts() }

func (s *resolver) Absolute(u string) string { return s.r.absolute(u) }

// absolute makes a URL path of the site whole.
func (r *Renderer) absolute(u string) string {
	if strings.HasPrefix(u, "/") && !strings.HasPrefix(u, "//") {
		return r.Site.Config.Origin + u
	}
	return u
}

// Setting returns the values of a setting as a page shows them, see
// [settings.Asked.Values]; attrs are the attributes of the directive.
func (r *Renderer) Setting(p *site.Page, name string, attrs map[string]string) ([]settings.Value, error) {
	d := layout.NewDirective(layout.Directive{Page: r.data(p), Name: "setting", Label: name, Attrs: attrs}, r.Settings)
	return d.Values(name)
}
