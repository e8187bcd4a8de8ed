package webserver

import (
	"fmt"
	"strings"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// nginx returns rules/nginx.conf.
func (s *Site) nginx() string {
	var b strings.Builder
	root := "/srv/help"
	if s.Base != "" {
		root = "/srv/www" + s.Base
	}
	fmt.Fprintf(&b, "# For the server block of the help centre:\n#   root %s;\n#   include %s/rules/nginx.conf;\n", strings.TrimSuffix(root, s.Base), root)
	if s.coded(fileset.Brotli) {
		b.WriteString("# and, where nginx has the module (Debian: libnginx-mod-http-brotli-static):\n#   brotli_static on;\n")
	}
	if s.Mail {
		b.WriteString("# and, so that mail programs find their settings, in any order:\n#   include " + root + "/mail/nginx.conf;\n")
	}
	// Files are read. Mail programs post to one of theirs, see [posted]. What
	// stands outside the site's folder is not ours.
	outside := ""
	if s.Base != "" {
		outside = "^[A-Z]+ (?!" + strings.ReplaceAll(s.Base, ".", `\.`) + "/)|"
	}
	fmt.Fprintf(&b, "set $wegwijs_asked \"$request_method $uri\";\nif ($wegwijs_asked !~ \"%s^(?:GET|HEAD) |^POST %s/(?i:%s)$\") { return 405; }\n", outside, strings.ReplaceAll(s.Base, ".", `\.`), posted)
	// A folder is an address only with a page in it.
	b.WriteString("set $wegwijs_folder \"\";\nif (-d $request_filename) { set $wegwijs_folder yes; }\nif (-f $request_filename/index.html) { set $wegwijs_folder \"\"; }\n")
	if s.Base != "" {
		first := "^~ " // the rules of the site around it are not for ours
		if s.Mail {
			first = "" // but those for mail programs are
		}
		fmt.Fprintf(&b, "location = %s { absolute_redirect off; return 301 %s/; }\nlocation %s%s/ {\n", s.Base, s.Base, first, s.Base)
	}
	b.WriteString("\ntypes {\n")
	var charset []string
	for _, t := range contentTypes() {
		fmt.Fprintf(&b, "    %s %s;\n", t.name, strings.ReplaceAll(strings.Join(t.exts, " "), ".", ""))
		if t.text && t.name != "text/html" { // which nginx adds itself
			charset = append(charset, t.name)
		}
	}
	fmt.Fprintf(&b, "}\ncharset utf-8;\ncharset_types %s;\nindex index.html;\nabsolute_redirect off;\n", strings.Join(charset, " "))
	if s.coded(fileset.Gzip) {
		b.WriteString("gzip_static on;\ngzip_vary on;\n")
	}
	s.nginxHeaders(&b, "", false, "")
	if s.NotFound {
		fmt.Fprintf(&b, "error_page 403 404 =404 %s/404.html;\n", s.Base)
	}

	// A location with a header of its own does not inherit the others.
	fmt.Fprintf(&b, "\nlocation ^~ %s/assets/ {\n", s.Base)
	s.nginxHeaders(&b, "", true, "    ")
	b.WriteString("    if ($wegwijs_folder) { return 404; }\n    try_files $uri =404;\n")
	s.nginxCoded(&b, "", true, "    ")
	fmt.Fprintf(&b, "}\nlocation = %s/sw.js {\n", s.Base)
	s.nginxHeaders(&b, "sw.js", false, "    ")
	fmt.Fprintf(&b, "    try_files $uri =404;\n}\nlocation ^~ %[1]s/rules/ { return 404; }\nlocation = %[1]s/rules { return 404; }\n", s.Base)
	for _, p := range hidden {
		fmt.Fprintf(&b, "location = %s%s { return 404; }\n", s.Base, p)
	}
	if s.NotFound {
		for _, p := range s.Prefixes {
			p = s.Base + p
			fmt.Fprintf(&b, "location ^~ %s/ {\n    error_page 403 404 =404 %s/404.html;\n    %s\n", p, p, nginxFiles)
			s.nginxCoded(&b, "", false, "    ")
			b.WriteString("}\n")
		}
	}
	fmt.Fprintf(&b, "location %s/ { %s }\n", s.Base, nginxFiles)
	s.nginxCoded(&b, "", false, "")
	for _, p := range s.Archives {
		fmt.Fprintf(&b, "location = %s { try_files $uri =404; }\n", quoteNginx(s.Base+p))
	}
	for _, m := range s.moves() {
		nginxMove(&b, m, "")
		if m.either {
			nginxMove(&b, m, "/")
		}
	}
	if s.Base != "" {
		b.WriteString("}\n")
	}
	return b.String()
}

// nginxFiles serve a file, or the page of a folder.
const nginxFiles = "if ($wegwijs_folder) { return 404; } try_files $uri $uri/ =404;"

// nginxMove writes a redirect from one address.
func nginxMove(b *strings.Builder, m move, slash string) {
	from := quoteNginx(string(m.from) + slash)
	if m.queried || m.after != "" {
		fmt.Fprintf(b, "location = %s { if ($args) { return 301 \"%s$args%s\"; } return 301 %q; }\n", from, m.before, m.after, m.to)
		return
	}
	fmt.Fprintf(b, "location = %s { return 301 \"%s$is_args$args\"; }\n", from, m.to)
}

// nginxHeaders writes the headers of a file of the site.
func (s *Site) nginxHeaders(b *strings.Builder, path string, immutable bool, indent string) {
	for _, h := range s.headers(path, immutable) {
		fmt.Fprintf(b, "%sadd_header %s %q always;\n", indent, h.Name, h.Value)
	}
	if s.coded(fileset.Brotli) && !s.coded(fileset.Gzip) {
		// brotli_static says it with compressed files alone.
		fmt.Fprintf(b, "%sadd_header Vary Accept-Encoding always;\n", indent)
	}
}

// nginxCoded writes the locations of compressed files that are asked for by
// their own names: they are what the file without the ending is.
func (s *Site) nginxCoded(b *strings.Builder, path string, immutable bool, indent string) {
	for _, t := range contentTypes() {
		exts := t.codable()
		if len(exts) == 0 {
			continue
		}
		for _, c := range s.Codings {
			fmt.Fprintf(b, "%slocation ~ \\.(?:%s)\\%s$ {\n%s    types { } default_type %q;\n", indent, strings.ReplaceAll(strings.Join(exts, "|"), ".", ""), c.Ext(), indent, t)
			s.nginxHeaders(b, path, immutable, indent+"    ")
			fmt.Fprintf(b, "%s    add_header Content-Encoding %s;\n%s    try_files $uri =404;\n%s}\n", indent, c, indent, indent)
		}
	}
}

// quoteNginx returns s as one word of nginx's configuration. It is for words
// in which nginx looks for no variable: names of locations and patterns.
func quoteNginx(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.%") == "" {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}
