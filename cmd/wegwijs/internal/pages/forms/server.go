package forms

import (
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/webserver"
)

// routes are what mail programs ask for and the form that answers.
var routes = []struct {
	form Form
	webserver.Route
}{
	{FormAutoconfig, webserver.Route{
		Name: "autoconfig", File: productFiles[FormAutoconfig], Private: true, Type: "text/xml; charset=utf-8",
		// The last is what some programs for Android ask for.
		Paths: []string{"/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml", "/v1.1/mail/config-v1.1.xml"},
	}},
	{FormAutodiscover, webserver.Route{
		Name: "autodiscover", File: productFiles[FormAutodiscover], AnyCase: true, Post: true, Type: "text/xml; charset=utf-8",
		Paths: []string{"/autodiscover/autodiscover.xml"},
	}},
	{FormAutodiscover, webserver.Route{
		Name: "autodiscoverjson", File: autodiscoverJSON, AnyCase: true, Below: true, Private: true, Type: "application/json; charset=utf-8",
		Paths: []string{"/autodiscover/autodiscover.json"}, Protocol: "autodiscoverv1",
	}},
	{FormPACC, webserver.Route{
		Name: "pacc", File: productFiles[FormPACC], Type: "application/json",
		Paths: []string{"/" + PACCFile},
	}},
}

// Routes returns what web servers have to answer mail programs with: the files
// that [Files] makes, by the name at which a program asks.
func Routes(r *mail.Record, s *Site) *webserver.Mail {
	m := &webserver.Mail{Base: s.folder()}
	for _, route := range routes {
		if s.Makes(route.form) {
			m.Routes = append(m.Routes, route.Route)
		}
	}
	m.Profiles = s.Makes(FormProfile)
	for i := range r.Products {
		m.Products = append(m.Products, webserver.Product{ID: r.Products[i].ID, Domains: domains(&r.Products[i])})
	}
	return m
}
