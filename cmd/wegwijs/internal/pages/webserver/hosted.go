package webserver

import (
	"fmt"
	"strings"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// hostedHeaders returns _headers.
func (s *Site) hostedHeaders() string {
	var b strings.Builder
	b.WriteString(s.Base + "/*\n")
	for _, h := range s.headers("", false) {
		fmt.Fprintf(&b, "  %s: %s\n", h.Name, h.Value)
	}
	// A header that is set twice is sent twice, so the first is taken back.
	fmt.Fprintf(&b, "%s/assets/*\n  ! Cache-Control\n  Cache-Control: %s\n", s.Base, s.headers("", true)[1].Value)
	fmt.Fprintf(&b, "%s/sw.js\n  ! Content-Security-Policy\n  Content-Security-Policy: %s\n", s.Base, workerPolicy)
	for _, ext := range []string{".md", ".mobileconfig", ".xml"} {
		fmt.Fprintf(&b, "%s/*%s\n  Content-Type: %s\n", s.Base, ext, fileset.TypeOf("x"+ext))
	}
	return b.String()
}

// hostedRedirects returns _redirects. In an old address a star and a colon
// would stand for anything.
func (s *Site) hostedRedirects() string {
	var b strings.Builder
	quote := strings.NewReplacer("*", "%2A", ":", "%3A", "#", "%23")
	for _, r := range s.Redirects {
		fmt.Fprintf(&b, "%s %s 301\n", quote.Replace(Encode(r.From)), Encode(r.To))
	}
	return b.String()
}
