package webserver

import (
	"fmt"
	"strings"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// apache returns .htaccess.
func (s *Site) apache() string {
	var b strings.Builder
	b.WriteString("# For Apache 2.4 with mod_headers, mod_mime, mod_dir and mod_rewrite. It needs\n# AllowOverride All; or copy it into <Directory /srv/help> in the configuration.\n# TRACE is switched off in the virtual host alone: TraceEnable Off\n")
	if s.Mail {
		b.WriteString("# So that mail programs find their settings, write in the virtual host:\n#   Include /srv/help/mail/apache.conf\n")
	}
	b.WriteString("\nAddDefaultCharset utf-8\nDirectoryIndex index.html\nOptions -Indexes +SymLinksIfOwnerMatch\n")
	for _, t := range contentTypes() {
		fmt.Fprintf(&b, "AddType %s %s\n", t.name, strings.Join(t.exts, " "))
		if t.text {
			fmt.Fprintf(&b, "AddCharset utf-8 %s\n", strings.Join(t.exts, " "))
		}
	}
	b.WriteString("<IfModule mod_headers.c>\n")
	for _, h := range s.headers("", false) {
		fmt.Fprintf(&b, "Header always set %s %q\n", h.Name, h.Value)
	}
	immutable := s.headers("", true)[1]
	fmt.Fprintf(&b, "<If \"%%{REQUEST_URI} =~ m#^%s/assets/#\">\nHeader always set %s %q\n</If>\n", strings.ReplaceAll(s.Base, ".", `\.`), immutable.Name, immutable.Value)
	fmt.Fprintf(&b, "<If \"%%{REQUEST_URI} =~ m#^%s/sw\\.js(\\.br|\\.gz)?$#\">\nHeader always set Content-Security-Policy %q\n</If>\n", strings.ReplaceAll(s.Base, ".", `\.`), workerPolicy)
	if len(s.Codings) > 0 {
		b.WriteString("Header always merge Vary Accept-Encoding\n")
	}
	b.WriteString("</IfModule>\n")
	s.apacheEncodings(&b)
	s.apacheRewrites(&b)
	if s.NotFound {
		fmt.Fprintf(&b, "ErrorDocument 404 %[1]s/404.html\nErrorDocument 403 %[1]s/404.html\n", s.Base)
		for _, p := range s.Prefixes {
			p = s.Base + p
			fmt.Fprintf(&b, "<If \"%%{REQUEST_URI} =~ m#^%s/#\">\nErrorDocument 404 %s/404.html\nErrorDocument 403 %s/404.html\n</If>\n", p, p, p)
		}
	}
	return b.String()
}

// apacheEncodings says which files are compressed. Apache adds the
// Content-Encoding by the last ending, of a file that is there without it too,
// and the type by the one before it.
func (s *Site) apacheEncodings(b *strings.Builder) {
	endings := strings.ReplaceAll(strings.Join(fileset.Codable(), "|"), ".", "")
	for _, c := range s.Codings {
		ext := c.Ext()
		fmt.Fprintf(b, "RemoveEncoding %s\n", ext)
		fmt.Fprintf(b, "<If \"%%{REQUEST_FILENAME} =~ m#^(.+\\.(%[1]s))\\%[2]s$#i && -f '$1'\">\nRemoveType %[2]s\nRemoveLanguage %[2]s\nAddEncoding %[3]s %[2]s\n</If>\n", endings, ext, c)
	}
}

// apacheRewrites writes what mod_rewrite does: it refuses methods, hides files,
// leads old addresses on, and sends compressed files to those who take them.
func (s *Site) apacheRewrites(b *strings.Builder) {
	b.WriteString("RewriteEngine On\n")
	// Files are read. Mail programs post to one of theirs, see [posted].
	fmt.Fprintf(b, "RewriteCond %%{REQUEST_METHOD} \"!^(?:GET|HEAD|POST)$\"\nRewriteRule \"^\" \"-\" [R=405,L]\n")
	fmt.Fprintf(b, "RewriteCond %%{REQUEST_METHOD} \"=POST\"\nRewriteRule \"!^(?i:%s)$\" \"-\" [R=405,L]\n", posted)
	b.WriteString("RewriteRule \"^rules(?:/|$)\" \"-\" [R=404,L]\n")
	for _, p := range hidden {
		fmt.Fprintf(b, "RewriteRule \"^%s$\" \"-\" [R=404,L]\n", bytePattern([]byte(p[1:])))
	}
	for _, m := range s.moves() {
		from := bytePattern(m.from[len(s.Base)+1:])
		if m.either {
			from += "/?"
		}
		flags := "R=301,NE,L"
		switch {
		case m.after != "":
			fmt.Fprintf(b, "RewriteCond %%{QUERY_STRING} \".\"\nRewriteRule \"^%s$\" \"%s%%{QUERY_STRING}%s\" [%s]\n", from, quoteRewrite(m.before), quoteRewrite(m.after), flags)
		case m.queried:
			flags = "R=301,NE,QSA,L"
		}
		fmt.Fprintf(b, "RewriteRule \"^%s$\" \"%s\" [%s]\n", from, quoteRewrite(m.to), flags)
	}
	// A folder is an address only with a page in it.
	b.WriteString("RewriteCond %{REQUEST_FILENAME} -d\nRewriteCond %{REQUEST_FILENAME}/index.html !-f\nRewriteRule \"^\" \"-\" [R=404,L]\n")
	for _, c := range s.Codings {
		// A coding with q=0 is refused (RFC 9110 §12.4.2).
		fmt.Fprintf(b, "RewriteCond %%{HTTP:Accept-Encoding} \"(^|[ ,])%s *(;(?! *q=0(\\.0*)? *(,|$))|,|$)\" [NC]\n", c)
		fmt.Fprintf(b, "RewriteCond %%{PATH_INFO} \"^$\"\nRewriteCond %%{REQUEST_FILENAME}%[1]s -f\nRewriteRule \"^(.+)$\" \"$1%[1]s\" [L]\n", c.Ext())
	}
}

// quoteRewrite returns an encoded address as the target of a RewriteRule, in
// quotes: there a percent sign begins a variable, and so would a dollar, which
// [Encode] leaves none of.
func quoteRewrite(address string) string { return strings.ReplaceAll(address, "%", `\%`) }
