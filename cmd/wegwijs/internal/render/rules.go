package render

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"wegwijs/cmd/wegwijs/internal/output"
	"wegwijs/cmd/wegwijs/internal/site"
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
func (r *Renderer) rules() []output.File {
	var files []output.File
	add := func(name, text string) {
		files = append(files, output.File{Path: name, Rank: output.Index, Make: func(_ context.Context, b *bytes.Buffer) error {
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

func (r *Renderer) target(red site.Redirect) string {
	if red.To != nil {
		return red.To.URL
	}
	return red.Address
}

// redirectRules gives the pairs of an old address and a new one.
func (r *Renderer) redirectRules() [][2]string {
	if !r.Site.Config.Outputs.Redirects {
		return nil
	}
	var list [][2]string
	for _, red := range r.Site.Redirects {
		list = append(list, [2]string{red.From, r.target(red)})
	}
	return list
}

// oddTypes are content types that servers do not know by themselves.
var oddTypes = []string{".mobileconfig", ".md", ".webmanifest"}

func (r *Renderer) nginx() string {
	var b strings.Builder
	b.WriteString("# For the server block of the help centre:\n#   root /srv/help; include /srv/help/rules/nginx.conf;\n\n")
	headers := func(path string, immutable bool, indent string) {
		for _, h := range Headers(path, immutable) {
			fmt.Fprintf(&b, "%sadd_header %s %q always;\n", indent, h.Name, h.Value)
		}
	}
	b.WriteString("charset utf-8;\ncharset_types text/html text/css text/javascript application/javascript application/json text/plain text/xml text/markdown application/manifest+json;\nindex index.html;\nabsolute_redirect off;\n")
	headers("", false, "")
	if r.Site.Config.Outputs.NotFound {
		b.WriteString("error_page 404 /404.html;\n")
	}
	b.WriteString("\nlocation ^~ /assets/ {\n")
	headers("", true, "    ")
	b.WriteString("    try_files $uri =404;\n}\nlocation = /sw.js {\n")
	headers("sw.js", false, "    ")
	b.WriteString("    try_files $uri =404;\n}\nlocation ^~ /rules/ { return 404; }\n")
	for _, ext := range oddTypes {
		t, _, _ := strings.Cut(output.TypeOf("x"+ext), ";")
		fmt.Fprintf(&b, "location ~ \\%s$ { types { } default_type %q; }\n", ext, t)
	}
	if r.Site.Config.Outputs.NotFound {
		for _, l := range r.Site.Locales[1:] {
			fmt.Fprintf(&b, "location %s/ { error_page 404 %s/404.html; try_files $uri $uri/ =404; }\n", l.Prefix, l.Prefix)
		}
	}
	b.WriteString("location / { try_files $uri $uri/ =404; }\n")
	for _, p := range r.redirectRules() {
		fmt.Fprintf(&b, "location = %s { return 301 %s; }\n", decoded(p[0]), quoteNginx(p[1]))
	}
	b.WriteString(r.Rules["nginx"])
	return b.String()
}

// decoded gives the form in which nginx compares addresses.
func decoded(u string) string { return quoteNginx(unescape(u)) }

func quoteNginx(s string) string {
	if strings.ContainsAny(s, " ;{}\"'\\$#") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", "%24").Replace(s) + `"`
	}
	return s
}

func (r *Renderer) apache() string {
	var b strings.Builder
	b.WriteString("# Apache 2.4 with mod_headers; AllowOverride All, or copied into the site's configuration.\n\nAddDefaultCharset utf-8\nDirectoryIndex index.html\nOptions -Indexes\n")
	for _, ext := range []string{".html", ".css", ".js", ".mjs", ".json", ".txt", ".xml", ".md", ".webmanifest", ".mobileconfig"} {
		t, charset, _ := strings.Cut(output.TypeOf("x"+ext), ";")
		fmt.Fprintf(&b, "AddType %s %s\n", t, ext)
		if charset != "" {
			fmt.Fprintf(&b, "AddCharset utf-8 %s\n", ext)
		}
	}
	b.WriteString("<IfModule mod_headers.c>\n")
	for _, h := range Headers("", false) {
		fmt.Fprintf(&b, "Header always set %s %q\n", h.Name, h.Value)
	}
	immutable := Headers("", true)[1]
	fmt.Fprintf(&b, "<If \"%%{REQUEST_URI} =~ m#^/assets/#\">\nHeader always set %s %q\n</If>\n", immutable.Name, immutable.Value)
	fmt.Fprintf(&b, "<Files \"sw.js\">\nHeader always set Content-Security-Policy %q\n</Files>\n</IfModule>\n", workerPolicy)
	b.WriteString("<IfModule mod_alias.c>\nRedirectMatch 404 ^/rules/\n")
	for _, p := range r.redirectRules() {
		fmt.Fprintf(&b, "RedirectMatch 301 \"^%s$\" \"%s\"\n", regexp.QuoteMeta(unescape(p[0])), p[1])
	}
	b.WriteString("</IfModule>\n")
	if r.Site.Config.Outputs.NotFound {
		b.WriteString("ErrorDocument 404 /404.html\n")
		for _, l := range r.Site.Locales[1:] {
			fmt.Fprintf(&b, "<If \"%%{REQUEST_URI} =~ m#^%s/#\">\nErrorDocument 404 %s/404.html\n</If>\n", l.Prefix, l.Prefix)
		}
	}
	b.WriteString(r.Rules["apache"])
	return b.String()
}

func (r *Renderer) caddy() string {
	var b strings.Builder
	b.WriteString("# For the site block of the help centre:\n#   root * /srv/help\n#   import /srv/help/rules/Caddyfile\n\n")
	b.WriteString("header {\n")
	for _, h := range Headers("", false) {
		fmt.Fprintf(&b, "\t%s %q\n", h.Name, h.Value)
	}
	b.WriteString("}\n")
	immutable := Headers("", true)[1]
	fmt.Fprintf(&b, "header /assets/* %s %q\n", immutable.Name, immutable.Value)
	fmt.Fprintf(&b, "header /sw.js Content-Security-Policy %q\n", workerPolicy)
	for _, ext := range []string{".mobileconfig", ".md", ".webmanifest", ".txt", ".xml", ".json"} {
		fmt.Fprintf(&b, "header *%s Content-Type %q\n", ext, output.TypeOf("x"+ext))
	}
	b.WriteString("@rules path /rules/*\nrespond @rules 404\n")
	for _, p := range r.redirectRules() {
		fmt.Fprintf(&b, "redir %s %s 301\n", quoteCaddy(unescape(p[0])), quoteCaddy(p[1]))
	}
	b.WriteString(r.Rules["caddy"])
	b.WriteString("file_server\n")
	if r.Site.Config.Outputs.NotFound {
		b.WriteString("handle_errors {\n\t@404 expression {err.status_code} == 404\n")
		for _, l := range r.Site.Locales[1:] {
			name := strings.ReplaceAll(strings.TrimPrefix(l.Prefix, "/"), "-", "_")
			fmt.Fprintf(&b, "\t@404%s {\n\t\texpression {err.status_code} == 404\n\t\tpath %s/*\n\t}\n\thandle @404%s {\n\t\trewrite * %s/404.html\n\t\tfile_server\n\t}\n", name, l.Prefix, name, l.Prefix)
		}
		b.WriteString("\thandle @404 {\n\t\trewrite * /404.html\n\t\tfile_server\n\t}\n}\n")
	}
	return b.String()
}

func quoteCaddy(s string) string {
	if strings.ContainsAny(s, " \"{}") {
		return fmt.Sprintf("%q", s)
	}
	return s
}

func (r *Renderer) netlifyHeaders() string {
	var b strings.Builder
	block := func(match string, hs []Header) {
		b.WriteString(match + "\n")
		for _, h := range hs {
			fmt.Fprintf(&b, "  %s: %s\n", h.Name, h.Value)
		}
	}
	block("/*", Headers("", false))
	// A header that is set twice is sent twice, so the first is taken back.
	b.WriteString("/assets/*\n  ! Cache-Control\n")
	fmt.Fprintf(&b, "  Cache-Control: %s\n", Headers("", true)[1].Value)
	b.WriteString("/sw.js\n  ! Content-Security-Policy\n")
	fmt.Fprintf(&b, "  Content-Security-Policy: %s\n", workerPolicy)
	for _, ext := range []string{".md", ".mobileconfig", ".xml"} {
		fmt.Fprintf(&b, "/*%s\n  Content-Type: %s\n", ext, output.TypeOf("x"+ext))
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
