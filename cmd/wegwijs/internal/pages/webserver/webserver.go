// Package webserver writes the rules by which web servers serve a site: the
// headers of every file, content types, old addresses, error pages, compressed
// files, and the answers to mail programs. A [Site] says what is wanted; each
// server has one file here that says it in that server's language.
//
// Servers answer alike: what one of them does by itself and another does not
// is written out for both. TestAnswers asks nginx, Apache and Caddy the same
// table of requests and compares the answers.
//
// A value that an author wrote reaches a rule in one of two ways. An address
// that readers are led to passes [Encode] and holds no character that any of
// the servers gives a meaning, but for the percent sign. An address that is
// asked for is matched by a pattern in which every character but letters,
// digits, slashes, hyphens and underscores is a code.
package webserver

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// A Site is what the rules have to know of a site. It is not changed here.
type Site struct {
	// Base is the folder of the host in which the site stands: /help, or "" for
	// a host of its own. The folder is in the root of the host, and may be a link.
	Base      string
	Prefixes  []string // of the languages after the first, as "/en", for their error pages
	NotFound  bool     // each language has an error page
	Redirects []Redirect
	Codings   []fileset.Coding // in which the site has its files as well
	// Archives are the URL paths, decoded, of the author's own files whose
	// names look like a file in a coding, as "/list.csv.gz".
	Archives []string
	Mail     bool // there are rules for mail programs beside these
	Films    bool // there are films beside the pages
}

// A Redirect is an old address and where it leads, both percent-encoded. From
// is a URL path; one that ends in a slash is answered without it too. To is a
// URL path or a whole address.
type Redirect struct{ From, To string }

// Servers are the web servers that [Files] and [Mail] have rules for.
var Servers = []string{"nginx", "apache", "caddy"}

// policy is the content security policy of every page: nothing from elsewhere,
// nothing inline, and no connection at all, so that a reader can verify that
// what they type stays in the page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; manifest-src 'self'; worker-src 'self'; connect-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// workerPolicy is that of the service worker, which fetches pages of this site
// to keep them for readers without a network.
const workerPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'"

// Films is the policy of a site with films of its own: these and their captions
// may be loaded too.
func Films(policy string) string { return policy + "; media-src 'self'" }

// headers returns [Headers] as this site has them.
func (s *Site) headers(path string, immutable bool) []Header {
	list := Headers(path, immutable)
	if s.Films && path != "sw.js" {
		list[0].Value = Films(list[0].Value)
	}
	return list
}

// A Header is one response header.
type Header struct{ Name, Value string }

// Headers returns the response headers of a file of the site. They are the
// same whatever serves it.
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

// Files returns the files of rules for each of servers: those in [Servers] and
// "headers", the two files of hosting services for static sites.
func (s *Site) Files(servers []string) []fileset.File {
	var files []fileset.File
	add := func(name string, text func() string) {
		files = append(files, fileset.File{Path: name, Rank: fileset.Index, Make: func(_ context.Context, b *bytes.Buffer) error {
			b.WriteString(text())
			return nil
		}})
	}
	for _, server := range servers {
		switch server {
		case "nginx":
			add("rules/nginx.conf", s.nginx)
		case "apache":
			add(".htaccess", s.apache)
		case "caddy":
			add("rules/Caddyfile", s.caddy)
		case "headers":
			add("_headers", s.hostedHeaders)
			if len(s.Redirects) > 0 {
				add("_redirects", s.hostedRedirects)
			}
		}
	}
	return files
}

// hidden are the files for web servers and hosting services themselves, beside
// the folder rules.
var hidden = []string{"/.htaccess", "/_headers", "/_redirects", "/mail/apache.conf", "/mail/caddy.conf", "/mail/nginx.conf"}

// posted is a pattern of the addresses that mail programs post to, without
// their first slash.
const posted = `(?:mail/[^/]+|autodiscover)/autodiscover\.xml`

// maxSegment is more than any part of a path of the site has, in bytes (see
// [fileset.CheckPath]), and less than what file systems refuse.
const maxSegment = 240

// A contentType is a content type and the endings of the names that have it.
type contentType struct {
	name string
	text bool // it has a charset, which is UTF-8
	exts []string
}

// contentTypes returns the types of all files that a site can hold. The rules
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

// codable returns those endings of t whose files are there in codings as well.
func (t contentType) codable() []string {
	all := fileset.Codable()
	var exts []string
	for _, ext := range t.exts {
		if slices.Contains(all, ext) {
			exts = append(exts, ext)
		}
	}
	return exts
}

func (t contentType) String() string {
	if t.text {
		return t.name + "; charset=utf-8"
	}
	return t.name
}

// coded reports whether the site has its files in a coding as well.
func (s *Site) coded(c fileset.Coding) bool { return slices.Contains(s.Codings, c) }

// Encode percent-encodes, in an address, what no rule may hold as it is:
// whatever an address cannot contain (RFC 3986 §2), and what web servers give
// a meaning in their files. What is encoded already stays as it is.
func Encode(address string) string {
	var out strings.Builder
	for i, c := range []byte(address) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"$<>\\^`{|}'[];", c) >= 0 || c == '%' && !isCode(address[i:]) {
			fmt.Fprintf(&out, "%%%02X", c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

func isCode(s string) bool {
	return len(s) >= 3 && strings.Trim(s[1:3], "0123456789abcdefABCDEF") == ""
}

// A move is a redirect in the parts that rules are made of.
type move struct {
	from    []byte // decoded, without a final slash when either is true
	either  bool   // with and without a slash at the end
	to      string // where it leads when the request has no query
	before  string // else the query stands between these
	after   string
	queried bool // to has a query of its own
}

// moves returns the site's redirects. Queries are kept: those of newsletters
// say where a reader came from.
func (s *Site) moves() []move {
	list := make([]move, 0, len(s.Redirects))
	for _, r := range s.Redirects {
		from := r.From
		if u, err := url.PathUnescape(from); err == nil {
			from = u
		}
		m := move{}
		if short := strings.TrimSuffix(from, "/"); short != "" && short != from {
			from, m.either = short, true
		}
		m.from = []byte(from)
		base, fragment, ok := strings.Cut(Encode(r.To), "#")
		if ok {
			m.after = "#" + fragment
		}
		// Servers differ in what a second question mark is, and one at the end.
		base, query, _ := strings.Cut(base, "?")
		m.before = base + "?"
		if m.queried = query != ""; m.queried {
			base += "?" + strings.ReplaceAll(query, "?", "%3F")
			m.before = base + "&"
		}
		m.to = base + m.after
		list = append(list, m)
	}
	return list
}

// plainByte reports whether no server gives the character a meaning, in a
// pattern or outside.
func plainByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '/' || c == '-' || c == '_'
}

// bytePattern returns a regular expression that matches exactly the text, for
// servers that compare bytes: nginx and Apache.
func bytePattern(text []byte) string {
	var out strings.Builder
	for _, c := range text {
		if plainByte(c) {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, `\x%02X`, c)
		}
	}
	return out.String()
}

// runePattern is bytePattern for Caddy, whose patterns are of characters. Its
// files take braces for something else, so the codes have none.
func runePattern(text []byte) string {
	var out strings.Builder
	for _, c := range string(text) {
		if c < 0x80 && plainByte(byte(c)) || c >= 0xa0 {
			out.WriteRune(c)
		} else {
			fmt.Fprintf(&out, `\x%02x`, c)
		}
	}
	return out.String()
}

// Hidden reports whether servers keep a file of the site to themselves.
func Hidden(path string) bool {
	return strings.HasPrefix(path, "rules/") || slices.Contains(hidden, "/"+path)
}
