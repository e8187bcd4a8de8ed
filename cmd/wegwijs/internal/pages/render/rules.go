package render

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// The site's headers are the same whatever serves it; only the spelling
// differs from server to server.

// policy is the content security policy of every page: nothing from elsewhere,
// nothing inline, and no connection at all, so that a reader can verify that
// what they type stays in the page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; manifest-src 'self'; worker-src 'self'; connect-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// workerPolicy is that of the service worker, which fetches pages of this site
// to keep them for readers without a network.
const workerPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'"

// A Header is one response header.
type Header struct{ Name, Value string }

// Headers gives the response headers of a file of the site.
func Headers(path string, immutable bool) []Header {
	csp, cache := policy, "no-cache"
	if path == "sw.js" {
		csp = workerPolicy
	}
	if immutable {
		cache = "public, max-age=31536000, immutable"
	}
	return []Header{
		{"Content-Security-Policy", csp},
		{"Cache-Control", cache},
		{"Referrer-Policy", "no-referrer"},
		{"X-Content-Type-Options", "nosniff"},
		{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), clipboard-write=(self)"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Strict-Transport-Security", "max-age=31536000"},
	}
}

// rules are the files that tell web servers how to serve the site.
func (r *Renderer) rules() []fileset.File {
	var files []fileset.File
	add := func(name, text string) {
		files = append(files, fileset.File{Path: name, Rank: fileset.Index, Make: func(_ context.Context, b *bytes.Buffer) error {
			b.WriteString(text)
			return nil
		}})
	}
	for _, server := range r.Site.Config.Outputs.Rules {
		switch server {
		case "nginx":
			add("rules/nginx.conf", r.nginx())
		case "apache":
			add(".htaccess", r.apache())
		case "caddy":
			add("rules/Caddyfile", r.caddy())
		case "headers":
			add("_headers", r.netlifyHeaders())
			if len(r.Site.Redirects) > 0 && r.Site.Config.Outputs.Redirects {
				add("_redirects", r.netlifyRedirects())
			}
		}
	}
	return files
}

// redirectRules gives the pairs of an old address and a new one, both
// percent-encoded.
func (r *Renderer) redirectRules() [][2]string {
	if !r.Site.Config.Outputs.Redirects {
		return nil
	}
	var list [][2]string
	for _, red := range r.Site.Redirects {
		list = append(list, [2]string{red.From, red.Target()})
	}
	return list
}

// mailRules gives the lines for the head of a server's rules that name those
// of the mail forms, when the site has them. The two were tried together, in
// either order, on nginx 1.22, Apache 2.4 and Caddy 2.6, and tests do so again.
func (r *Renderer) mailRules(name, lines string) string {
	if !slices.ContainsFunc(r.Extra, func(f fileset.File) bool { return f.Path == "mail/"+name }) {
		return ""
	}
	return lines
}

// A contentType is a content type and the endings of the names that have it.
type contentType struct {
	name string
	text bool // it has a charset, which is UTF-8
	exts []string
}

// contentTypes gives the types of all files that a site can hold. The rules
// name every one: servers differ in which they know, and a browser that was
// told nosniff does not guess.
func contentTypes() []contentType {
	byName := map[string]*contentType{}
	for _, ext := range fileset.Types() {
		name, charset, _ := strings.Cut(fileset.TypeOf("x"+ext), ";")
		t := byName[name]
		if t == nil {
			t = &contentType{name: name, text: charset != ""}
			byName[name] = t
		}
		t.exts = append(t.exts, ext)
	}
	var list []contentType
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		list = append(list, *byName[name])
	}
	return list
}

// hidden are the files for web servers and hosting services themselves.
var hidden = []string{"/.htaccess", "/_headers", "/_redirects"}

func (r *Renderer) nginx() string {
	var b strings.Builder
	b.WriteString("# For the server block of the help centre:\n#   root /srv/help;\n#   include /srv/help/rules/nginx.conf;\n")
	if r.coded(fileset.Brotli) {
		b.WriteString("# and, where nginx has the module (Debian: libnginx-mod-http-brotli-static):\n#   brotli_static on;\n")
	}
	b.WriteString(r.mailRules("nginx.conf", "# and, so that mail programs find their settings, in any order:\n#   include /srv/help/mail/nginx.conf;\n"))
	headers := func(path string, immutable bool, indent string) {
		for _, h := range Headers(path, immutable) {
			fmt.Fprintf(&b, "%sadd_header %s %q always;\n", indent, h.Name, h.Value)
		}
		if r.coded(fileset.Brotli) && !r.coded(fileset.Gzip) {
			// brotli_static says it with compressed files alone.
			fmt.Fprintf(&b, "%sadd_header Vary Accept-Encoding always;\n", indent)
		}
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
	if r.coded(fileset.Gzip) {
		b.WriteString("gzip_static on;\ngzip_vary on;\n")
	}
	headers("", false, "")
	if r.Site.Config.Outputs.NotFound {
		b.WriteString("error_page 403 404 =404 /404.html;\n")
	}
	// A location with a header of its own does not inherit the others.
	b.WriteString("\nlocation ^~ /assets/ {\n")
	headers("", true, "    ")
	b.WriteString("    try_files $uri =404;\n}\nlocation = /sw.js {\n")
	headers("sw.js", false, "    ")
	b.WriteString("    try_files $uri =404;\n}\nlocation ^~ /rules/ { return 404; }\n")
	for _, p := range hidden {
		fmt.Fprintf(&b, "location = %s { return 404; }\n", p)
	}
	if r.Site.Config.Outputs.NotFound {
		for _, l := range r.Site.Locales[1:] {
			fmt.Fprintf(&b, "location %s/ { error_page 403 404 =404 %s/404.html; try_files $uri $uri/ =404; }\n", l.Prefix, l.Prefix)
		}
	}
	b.WriteString("location / { try_files $uri $uri/ =404; }\n")
	for _, p := range r.redirectRules() {
		fmt.Fprintf(&b, "location = %s { return 301 %s; }\n", quoteNginx(unescape(p[0])), quoteNginx(p[1]))
	}
	return b.String()
}

func quoteNginx(s string) string {
	if strings.ContainsAny(s, " ;{}\"'\\#") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	return s
}

func (r *Renderer) apache() string {
	var b strings.Builder
	b.WriteString("# For Apache 2.4 with mod_headers, mod_mime, mod_dir and mod_alias. It needs\n# AllowOverride All; or copy it into <Directory /srv/help> in the configuration.\n")
	if len(r.Site.Config.Outputs.Compress) > 0 {
		b.WriteString("# Compressed files are sent with mod_rewrite and Options FollowSymLinks.\n")
	}
	b.WriteString(r.mailRules("apache.conf", "# So that mail programs find their settings, write in the virtual host:\n#   Include /srv/help/mail/apache.conf\n"))
	b.WriteString("\nAddDefaultCharset utf-8\nDirectoryIndex index.html\nOptions -Indexes\n")
	for _, t := range contentTypes() {
		fmt.Fprintf(&b, "AddType %s %s\n", t.name, strings.Join(t.exts, " "))
		if t.text {
			fmt.Fprintf(&b, "AddCharset utf-8 %s\n", strings.Join(t.exts, " "))
		}
	}
	b.WriteString("<IfModule mod_headers.c>\n")
	for _, h := range Headers("", false) {
		fmt.Fprintf(&b, "Header always set %s %q\n", h.Name, h.Value)
	}
	immutable := Headers("", true)[1]
	fmt.Fprintf(&b, "<If \"%%{REQUEST_URI} =~ m#^/assets/#\">\nHeader always set %s %q\n</If>\n", immutable.Name, immutable.Value)
	fmt.Fprintf(&b, "<If \"%%{REQUEST_URI} =~ m#^/sw\\.js(\\.br|\\.gz)?$#\">\nHeader always set Content-Security-Policy %q\n</If>\n</IfModule>\n", workerPolicy)
	r.apacheCoded(&b)
	b.WriteString("<IfModule mod_alias.c>\nRedirectMatch 404 \"^/rules/\"\n")
	for _, p := range hidden {
		fmt.Fprintf(&b, "RedirectMatch 404 \"^%s$\"\n", regexp.QuoteMeta(p))
	}
	for _, p := range r.redirectRules() {
		fmt.Fprintf(&b, "RedirectMatch 301 %s %s\n", quoteApache("^"+regexp.QuoteMeta(unescape(p[0]))+"$"), quoteApache(apacheTarget(p[1])))
	}
	b.WriteString("</IfModule>\n")
	if r.Site.Config.Outputs.NotFound {
		b.WriteString("ErrorDocument 404 /404.html\nErrorDocument 403 /404.html\n")
		for _, l := range r.Site.Locales[1:] {
			fmt.Fprintf(&b, "<If \"%%{REQUEST_URI} =~ m#^%s/#\">\nErrorDocument 404 %s/404.html\nErrorDocument 403 %s/404.html\n</If>\n", l.Prefix, l.Prefix, l.Prefix)
		}
	}
	return b.String()
}

// apacheCoded sends the compressed file to browsers that take it. Apache adds the
// Content-Encoding by the last ending, of a file that is there without it too,
// and the type by the one before it.
func (r *Renderer) apacheCoded(b *strings.Builder) {
	codings := r.Site.Config.Outputs.Compress
	if len(codings) == 0 {
		return
	}
	endings := strings.ReplaceAll(strings.Join(fileset.Codable(), "|"), ".", "")
	b.WriteString("<IfModule mod_headers.c>\nHeader always merge Vary Accept-Encoding\n<IfModule mod_rewrite.c>\nRewriteEngine On\n")
	for _, c := range codings {
		ext := c.Ext()
		fmt.Fprintf(b, "RemoveEncoding %s\n", ext)
		fmt.Fprintf(b, "<If \"%%{REQUEST_FILENAME} =~ m#^(.+\\.(%[1]s))\\%[2]s$#i && -f '$1'\">\nRemoveType %[2]s\nRemoveLanguage %[2]s\nAddEncoding %[3]s %[2]s\n</If>\n", endings, ext, c)
		// A coding with q=0 is refused (RFC 9110 §12.4.2).
		fmt.Fprintf(b, "RewriteCond %%{HTTP:Accept-Encoding} \"(^|[ ,])%s *(;(?! *q=0(\\.0*)? *(,|$))|,|$)\" [NC]\n", c)
		fmt.Fprintf(b, "RewriteCond %%{PATH_INFO} \"^$\"\nRewriteCond %%{REQUEST_FILENAME}%[1]s -f\nRewriteRule \"^(.+)$\" \"$1%[1]s\" [L]\n", ext)
	}
	b.WriteString("</IfModule>\n</IfModule>\n")
}

// coded reports whether the site has its files in a coding as well.
func (r *Renderer) coded(c fileset.Coding) bool {
	return slices.Contains(r.Site.Config.Outputs.Compress, c)
}

// apacheTarget gives an address as the target of RedirectMatch: Apache encodes
// the path of it itself, and takes a $ as a part of what was matched.
func apacheTarget(u string) string {
	u, query, ok := strings.Cut(u, "?")
	u = strings.NewReplacer(`\`, `\\`, "$", `\$`).Replace(unescape(u))
	if ok {
		u += "?" + query
	}
	return u
}

func quoteApache(s string) string {
	return `"` + strings.NewReplacer(`\"`, `\\\"`, `"`, `\"`).Replace(s) + `"`
}

func (r *Renderer) caddy() string {
	var b strings.Builder
	b.WriteString("# For the site block of the help centre:\n#   root * /srv/help\n#   import /srv/help/rules/Caddyfile\n")
	b.WriteString(r.mailRules("caddy.conf", "# and, so that mail programs find their settings, in any order:\n#   import /srv/help/mail/caddy.conf\n"))
	b.WriteString("\nheader {\n")
	for _, h := range Headers("", false) {
		if h.Name != "Cache-Control" && h.Name != "Content-Security-Policy" {
			fmt.Fprintf(&b, "\t%s %q\n", h.Name, h.Value)
		}
	}
	b.WriteString("}\n")
	// Caddy 2.6 says Vary only where it sends a compressed file.
	fileServer, vary := "file_server", ""
	if codings := r.Site.Config.Outputs.Compress; len(codings) > 0 {
		fileServer += " {\n\tprecompressed"
		for _, c := range codings {
			fileServer += " " + string(c)
		}
		fileServer += "\n}"
		vary = "header {\n\tdefer\n\tVary Accept-Encoding\n}\n"
	}
	b.WriteString(vary)
	// Caddy puts the more particular path first and then lets the general one
	// overrule it, so no two of these may be about one file.
	either := func(name, path, header, yes, no string) {
		fmt.Fprintf(&b, "@wegwijs_%s path %s\nheader @wegwijs_%s %s %q\n", name, path, name, header, yes)
		fmt.Fprintf(&b, "@wegwijs_not_%s not path %s\nheader @wegwijs_not_%s %s %q\n", name, path, name, header, no)
	}
	usual, immutable := Headers("", false), Headers("", true)
	either("assets", "/assets/*", "Cache-Control", immutable[1].Value, usual[1].Value)
	either("worker", "/sw.js", "Content-Security-Policy", workerPolicy, usual[0].Value)
	for _, t := range contentTypes() {
		name := strings.NewReplacer("/", "_", "+", "_", "-", "_", ".", "_").Replace(t.name)
		fmt.Fprintf(&b, "@wegwijs_%s path *%s\nheader @wegwijs_%s Content-Type %q\n", name, strings.Join(t.exts, " *"), name, fileset.TypeOf("x"+t.exts[0]))
	}
	fmt.Fprintf(&b, "@wegwijs_hidden path /rules/* %s\nerror @wegwijs_hidden 404\n", strings.Join(hidden, " "))
	for i, p := range r.redirectRules() {
		fmt.Fprintf(&b, "@wegwijs_old_%d path %s\nredir @wegwijs_old_%d %s 301\n", i+1, quoteCaddy(caddyPath(p[0])), i+1, quoteCaddy(p[1]))
	}
	b.WriteString(fileServer + "\n")
	if r.Site.Config.Outputs.NotFound {
		page := func(match, prefix string) {
			inner := fmt.Sprintf("%srequest_header -Range\nheader Cache-Control no-cache\nheader Content-Type %q\nrewrite * %s/404.html\n%s", vary, fileset.TypeOf("404.html"), prefix, fileServer)
			fmt.Fprintf(&b, "\thandle %s {\n\t\t%s\n\t}\n", match, strings.ReplaceAll(inner, "\n", "\n\t\t"))
		}
		b.WriteString("handle_errors {\n")
		for i, l := range r.Site.Locales[1:] {
			name := fmt.Sprintf("@wegwijs_404_%d", i+1)
			fmt.Fprintf(&b, "\t%s {\n\t\texpression {err.status_code} == 404\n\t\tpath %s/*\n\t}\n", name, l.Prefix)
			page(name, l.Prefix)
		}
		b.WriteString("\t@wegwijs_404 expression {err.status_code} == 404\n")
		page("@wegwijs_404", "")
		b.WriteString("}\n")
	}
	return b.String()
}

// caddyPath gives an address as Caddy matches it: decoded, but for braces,
// which would begin a placeholder, and what then begins a code. (A backslash
// before a brace would do, were it not lost in a file that is imported.)
func caddyPath(u string) string {
	return strings.NewReplacer("%", "%25", "{", "%7B", "}", "%7D").Replace(unescape(u))
}

func quoteCaddy(s string) string {
	if strings.ContainsAny(s, " \"#`") {
		return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
	}
	return s
}

func (r *Renderer) netlifyHeaders() string {
	var b strings.Builder
	b.WriteString("/*\n")
	for _, h := range Headers("", false) {
		fmt.Fprintf(&b, "  %s: %s\n", h.Name, h.Value)
	}
	// A header that is set twice is sent twice, so the first is taken back.
	fmt.Fprintf(&b, "/assets/*\n  ! Cache-Control\n  Cache-Control: %s\n", Headers("", true)[1].Value)
	fmt.Fprintf(&b, "/sw.js\n  ! Content-Security-Policy\n  Content-Security-Policy: %s\n", workerPolicy)
	for _, ext := range []string{".md", ".mobileconfig", ".xml"} {
		fmt.Fprintf(&b, "/*%s\n  Content-Type: %s\n", ext, fileset.TypeOf("x"+ext))
	}
	return b.String()
}

func (r *Renderer) netlifyRedirects() string {
	var b strings.Builder
	for _, p := range r.redirectRules() {
		fmt.Fprintf(&b, "%s %s 301\n", p[0], p[1])
	}
	return b.String()
}

func unescape(u string) string {
	if s, err := url.PathUnescape(u); err == nil {
		return s
	}
	return u
}
