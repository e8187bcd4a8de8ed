package render

import (
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/pages/webserver"
)

// rules returns the files that tell web servers how to serve the site.
func (r *Renderer) rules() []fileset.File {
	o := r.Site.Config.Outputs
	s := &webserver.Site{
		Base:     r.Site.Config.BasePath,
		NotFound: o.NotFound,
		Codings:  o.Compress,
		Mail:     slices.ContainsFunc(r.Extra, func(f fileset.File) bool { return f.Path == webserver.MailFile("nginx") }),
	}
	for _, l := range r.Site.Locales[1:] {
		s.Prefixes = append(s.Prefixes, l.Prefix)
	}
	if o.Redirects {
		for _, red := range r.Site.Redirects {
			s.Redirects = append(s.Redirects, webserver.Redirect{From: red.From, To: red.Target()})
		}
	}
	archive := func(path string) {
		if slices.ContainsFunc(fileset.Codings(), func(c fileset.Coding) bool { return strings.HasSuffix(path, c.Ext()) }) {
			s.Archives = append(s.Archives, "/"+path)
		}
	}
	for _, f := range r.Layouts.RootFiles {
		archive(f.Name)
	}
	for _, f := range r.Site.Files {
		archive(f.Path)
		s.Films = s.Films || isFilm(f.Path)
	}
	return s.Files(o.Rules)
}
