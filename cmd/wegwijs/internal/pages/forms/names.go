package forms

import (
	"bytes"
	"strings"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// NamesFile returns the path of the list of names that a web server must answer
// for, in that server's language.
func NamesFile(server string) string { return "rules/mail-names-" + server + ".conf" }

// CertificateFile is the path of the list of names that the server's
// certificate must hold, one a line.
const CertificateFile = "rules/mail-names.txt"

// Names returns the names below each mail domain at which programs ask the
// site, by domain in the order of the record.
func Names(r *mail.Record, s *Site) [][]string {
	var names [][]string
	for i := range r.Products {
		p := &r.Products[i]
		var labels []string
		for _, a := range aliases {
			if !s.MakesFor(p, a.form) {
				continue
			}
			if data, _ := writers[a.form](p, s); data != nil {
				labels = append(labels, a.name)
			}
		}
		for _, d := range domains(p) {
			var of []string
			for _, label := range labels {
				of = append(of, label+"."+d)
			}
			if len(of) > 0 {
				names = append(names, of)
			}
		}
	}
	return names
}

// lists adds the names as ready snippets. They stand beside the rules, which
// no reader gets.
func (b *builder) lists() {
	names := Names(b.r, b.s)
	if len(names) == 0 {
		return
	}
	list := func(path, head, before, between, after string) {
		var w bytes.Buffer
		w.WriteString(head)
		for i, of := range names {
			if i > 0 && after == ", " {
				w.WriteString(after)
			}
			w.WriteString(before + strings.Join(of, between))
			if after != ", " {
				w.WriteString(after)
			}
		}
		if after == ", " {
			w.WriteString("\n")
		}
		b.add(path, fileset.Index, w.Bytes())
	}
	list(CertificateFile, "", "", "\n", "\n")
	list(NamesFile("nginx"), "# Include this beside server_name in the server block of the help centre.\n", "server_name ", " ", ";\n")
	list(NamesFile("apache"), "# Include this in the virtual host of the help centre.\n", "ServerAlias ", " ", "\n")
	list(NamesFile("caddy"), "# Write this behind the name of the help centre, before the { of its site block.\n", "", ", ", ", ")
}
