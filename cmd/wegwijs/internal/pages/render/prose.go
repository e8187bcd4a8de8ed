package render

import (
	"bytes"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// typed reports host names of the mail servers that a writer typed into a
// page: they would stay behind when the record changes. A name in a mail
// domain of the provider that the record does not have is reported too: it is
// old, or a slip.
//
// Ports are left alone: 993 in a text is as often a fact about IMAP as a
// setting of the provider's.
func typed(record *mail.Record, p *content.Page, src []byte, out *diag.List) {
	body := content.Body(src)
	for i := range record.Products {
		product := &record.Products[i]
		for _, d := range names(product) {
			for at := body; ; {
				n := bytes.Index(src[at:], []byte(d))
				if n < 0 {
					break
				}
				start, end := at+n, at+n+len(d)
				at = end
				for start > body && hostByte(src[start-1]) {
					start--
				}
				host := string(src[start:end])
				if _, server := serverOf(product, host); host == d && !server || start > body && (src[start-1] == '@' || src[start-1] == '/') || end < len(src) && (hostByte(src[end]) && src[end] != '.' || src[end] == '.' && end+1 < len(src) && hostByte(src[end+1]) && src[end+1] != '.') {
					continue // the domain itself, an address, a link, another name
				}
				if s, ok := serverOf(product, host); ok {
					out.Warnf(diag.At(p.File, src, start), diag.MailTyped, "write :setting["+string(s.Protocol)+".host], so that it follows site.toml", "the host name %s is typed into the page", host)
				} else {
					out.Warnf(diag.At(p.File, src, start), diag.MailTyped, "write :setting[imap.host] or another setting; see [[mail.server]] in site.toml for the names there are", "%s is not one of the mail servers in site.toml", host)
				}
			}
		}
	}
}

// names gives what to look for: the mail domains, and the servers outside them.
func names(p *mail.Product) []string {
	list := slices.Clone(p.Domains)
	for _, s := range p.Servers {
		if s.Host != "" && !slices.ContainsFunc(list, func(d string) bool { return s.Host == d || strings.HasSuffix(s.Host, "."+d) }) {
			list = append(list, s.Host)
		}
	}
	return list
}

func serverOf(p *mail.Product, host string) (mail.Server, bool) {
	for _, s := range p.Servers {
		if s.Host == host {
			return s, true
		}
	}
	return mail.Server{}, false
}

func hostByte(c byte) bool {
	return c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
