package webserver

import (
	"fmt"
	"strings"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// caddy returns rules/Caddyfile.
func (s *Site) caddy() string {
	var b strings.Builder
	root := "/srv/help"
	if s.Base != "" {
		root = "/srv/www" + s.Base
	}
	fmt.Fprintf(&b, "# For the site block of the help centre:\n#   root * %s\n#   import %s/rules/Caddyfile\n", strings.TrimSuffix(root, s.Base), root)
	if s.Mail {
		b.WriteString("# and, so that mail programs find their settings, in any order:\n#   import " + root + "/mail/caddy.conf\n")
	}
	if s.Base != "" {
		fmt.Fprintf(&b, "redir %[1]s %[1]s/ 301\nhandle %[1]s/* {\n", s.Base)
	}
	b.WriteString("\nheader {\n")
	for _, h := range s.headers("", false) {
		if h.Name != "Cache-Control" && h.Name != "Content-Security-Policy" {
			fmt.Fprintf(&b, "\t%s %q\n", h.Name, h.Value)
		}
	}
	b.WriteString("}\n")
	fileServer, vary := s.caddyFileServer()
	b.WriteString(vary)
	// Caddy puts the more particular path first and then lets the general one
	// overrule it, so no two of these may be about one file.
	either := func(name, path, header, yes, no string) {
		fmt.Fprintf(&b, "@wegwijs_%s path %s\nheader @wegwijs_%s %s %q\n", name, path, name, header, yes)
		fmt.Fprintf(&b, "@wegwijs_not_%s not path %s\nheader @wegwijs_not_%s %s %q\n", name, path, name, header, no)
	}
	usual, immutable := s.headers("", false), s.headers("", true)
	either("assets", s.Base+"/assets/*", "Cache-Control", immutable[1].Value, usual[1].Value)
	either("worker", s.Base+"/sw.js", "Content-Security-Policy", workerPolicy, usual[0].Value)
	s.caddyTypes(&b)
	b.WriteString("uri path_regexp \"/{2,}\" / # as the others do\n")
	b.WriteString("map {uri} {wegwijs_odd} {wegwijs_slash} {\n")
	// What no file system takes for a name is no file; bytes are counted.
	fmt.Fprintf(&b, "\t\"~^(?:[^?]*%%00|[^?]*?(?:%%[0-9A-Fa-f]{2}|[^/%%?]){%d}|%s)\" odd -\n", maxSegment, strings.Repeat("[^?]{1000}", 3))
	b.WriteString("\t\"~^([^?]*[^/?])(\\?.*)?$\" - \"${1}/${2}\"\n\tdefault \"\" \"\"\n}\n")
	moves := s.caddyMoves(&b)
	b.WriteString("@wegwijs_method not method GET HEAD\n@wegwijs_odd expression `{wegwijs_odd} == \"odd\"`\n")
	fmt.Fprintf(&b, "@wegwijs_hidden path %[1]s/rules %[1]s/rules/* %[1]s%[2]s\n", s.Base, strings.Join(hidden, " "+s.Base))
	// A folder is an address only with a page in it.
	b.WriteString("@wegwijs_folder {\n\tnot path */\n\tfile {path}/index.html\n}\n")
	b.WriteString("route {\n\terror @wegwijs_method 405\n\terror @wegwijs_odd 404\n\terror @wegwijs_hidden 404\n")
	b.WriteString(moves + "\tredir @wegwijs_folder {wegwijs_slash} 301\n}\n")
	b.WriteString(fileServer + "\n")
	if s.Base != "" {
		b.WriteString("}\n")
	}
	s.caddyErrors(&b, fileServer, vary)
	return b.String()
}

// caddyMoves writes the table of old addresses and returns the directives that
// lead on from them.
func (s *Site) caddyMoves(b *strings.Builder) string {
	if len(s.Redirects) == 0 {
		return ""
	}
	b.WriteString("map {path} {wegwijs_to} {wegwijs_before} {wegwijs_after} {\n")
	for _, m := range s.moves() {
		out := fmt.Sprintf("\"%s\" \"%s\" \"%s\"", m.to, m.before, m.after)
		pattern := runePattern(m.from)
		switch {
		case pattern != string(m.from):
			if m.either {
				pattern += "/?"
			}
			fmt.Fprintf(b, "\t\"~^%s$\" %s\n", pattern, out)
		case m.either:
			fmt.Fprintf(b, "\t\"%s/\" %s\n", m.from, out)
			fallthrough
		default:
			fmt.Fprintf(b, "\t\"%s\" %s\n", m.from, out)
		}
	}
	b.WriteString("\tdefault \"\" \"\" \"\"\n}\n")
	b.WriteString("@wegwijs_moved expression `{wegwijs_to} != \"\"`\n@wegwijs_moved_query expression `{wegwijs_to} != \"\" && {query} != \"\"`\n")
	return "\tredir @wegwijs_moved_query {wegwijs_before}{query}{wegwijs_after} 301\n\tredir @wegwijs_moved {wegwijs_to} 301\n"
}

// caddyFileServer returns the directive that serves files, and the header that
// goes with it: Caddy 2.6 says Vary only where it sends a compressed file.
func (s *Site) caddyFileServer() (directive, vary string) {
	if len(s.Codings) == 0 {
		return "file_server", ""
	}
	directive = "file_server {\n\tprecompressed"
	for _, c := range s.Codings {
		directive += " " + string(c)
	}
	return directive + "\n}", "header {\n\tdefer\n\tVary Accept-Encoding\n}\n"
}

// caddyTypes writes the content types, also those of compressed files that are
// asked for by their own names.
func (s *Site) caddyTypes(b *strings.Builder) {
	not := ""
	for _, p := range s.Archives {
		not += fmt.Sprintf("\tnot path_regexp \"^%s$\"\n", runePattern([]byte(s.Base+p)))
	}
	codings := ""
	for _, c := range s.Codings {
		codings += "|" + c.Ext()[1:]
	}
	join := func(exts []string) string { return strings.ReplaceAll(strings.Join(exts, "|"), ".", "") }
	for _, t := range contentTypes() {
		name := strings.NewReplacer("/", "_", "+", "_", "-", "_", ".", "_").Replace(t.name)
		pattern := `\.(?:` + join(t.exts)
		if exts := t.codable(); len(exts) > 0 && codings != "" {
			pattern += "|(?:" + join(exts) + `)\.(?:` + codings[1:] + ")"
		}
		fmt.Fprintf(b, "@wegwijs_%s {\n\tpath_regexp \"(?i)%s)$\"\n%s}\nheader @wegwijs_%[1]s Content-Type %[4]q\n", name, pattern, not, t)
	}
	for _, c := range s.Codings {
		fmt.Fprintf(b, "@wegwijs_coded_%s {\n\tfile\n\tpath_regexp \"(?i)\\.(?:%s)\\%s$\"\n%s}\nheader @wegwijs_coded_%[1]s Content-Encoding %[1]s\n", c, join(fileset.Codable()), c.Ext(), not)
	}
}

// caddyErrors writes the error page of each language.
func (s *Site) caddyErrors(b *strings.Builder, fileServer, vary string) {
	if !s.NotFound {
		return
	}
	page := func(match, prefix string) {
		inner := fmt.Sprintf("%srequest_header -Range\nheader Cache-Control no-cache\nheader Content-Type %q\nrewrite * %s/404.html\n%s", vary, fileset.TypeOf("404.html"), prefix, fileServer)
		fmt.Fprintf(b, "\thandle %s {\n\t\t%s\n\t}\n", match, strings.ReplaceAll(inner, "\n", "\n\t\t"))
	}
	b.WriteString("handle_errors {\n")
	for i, p := range s.Prefixes {
		p = s.Base + p
		name := fmt.Sprintf("@wegwijs_404_%d", i+1)
		fmt.Fprintf(b, "\t%s {\n\t\texpression {err.status_code} == 404\n\t\tpath %s/*\n\t}\n", name, p)
		page(name, p)
	}
	if s.Base == "" {
		b.WriteString("\t@wegwijs_404 expression {err.status_code} == 404\n")
	} else {
		fmt.Fprintf(b, "\t@wegwijs_404 {\n\t\texpression {err.status_code} == 404\n\t\tpath %s/*\n\t}\n", s.Base)
	}
	page("@wegwijs_404", s.Base)
	b.WriteString("}\n")
}
