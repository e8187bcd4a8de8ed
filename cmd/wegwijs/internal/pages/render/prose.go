package render

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// typed reports host names of the mail servers that a writer typed into a
// page: they would stay behind when the record changes. A name of a mail server
// in a mail domain of the provider that the record does not have is reported
// too: it is old, or a slip. Letter case does not matter (RFC 4343).
//
// Ports are left alone where they can be right: 993 in a text is as often a fact
// about IMAP as a setting of the provider's. See [misplaced].
func typed(record *mail.Record, p *content.Page, src []byte, out *diag.List) {
	body := content.Body(src)
	lines := diag.NewLines(p.File, src)
	low := lower(src)
	for i := range record.Products {
		product := &record.Products[i]
		for _, d := range names(product) {
			for at := body; ; {
				n := bytes.Index(low[at:], []byte(strings.ToLower(d)))
				if n < 0 {
					break
				}
				start, end := at+n, at+n+len(d)
				at = end
				for start > body && hostByte(src[start-1]) {
					start--
				}
				host := string(src[start:end])
				_, known := serverOf(product, host)
				if _, within := serverOf(product, d); !known && (strings.EqualFold(host, d) || !within && !mailName(host)) || start > body && (src[start-1] == '@' || src[start-1] == '/') || end < len(src) && (hostByte(src[end]) && src[end] != '.' || src[end] == '.' && end+1 < len(src) && hostByte(src[end+1]) && src[end+1] != '.') {
					continue // the domain itself, an address, a link, another name
				}
				if s, ok := serverOf(product, host); ok {
					out.Warnf(lines.At(start), diag.MailTyped, diag.Say("write :setting[%s.host], so that it follows site.toml", s.Protocol), "the host name %s is typed into the page", host)
				} else {
					out.Warnf(lines.At(start), diag.MailTyped, "write :setting[imap.host] or another setting; see [[mail.server]] in site.toml for the names there are", "%s is not one of the mail servers in site.toml", host)
				}
			}
		}
	}
}

// names returns what to look for: the mail domains, and the servers outside them.
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
		if strings.EqualFold(s.Host, host) {
			return s, true
		}
	}
	return mail.Server{}, false
}

// mailWords are what names of mail servers begin with, without digits.
var mailWords = []string{"imap", "imaps", "pop", "pops", "smtp", "smtps", "mail", "mails", "mx", "mailserver", "mailin", "mailout", "inmail", "outmail", "submission", "relay", "incoming", "outgoing", "inkomend", "uitgaand", "posteingang", "postausgang"}

// mailName reports whether a host name is called like a mail server, as www,
// ns1, ftp or mijn are not.
func mailName(host string) bool {
	label, _, _ := strings.Cut(strings.ToLower(host), ".")
	for word := range strings.SplitSeq(label, "-") {
		if slices.Contains(mailWords, strings.Trim(word, "0123456789")) {
			return true
		}
	}
	return false
}

// lower returns text with its ASCII letters small, every byte in its place.
func lower(text []byte) []byte {
	low := bytes.Clone(text)
	for i, c := range low {
		if 'A' <= c && c <= 'Z' {
			low[i] = c + 'a' - 'A'
		}
	}
	return low
}

func hostByte(c byte) bool {
	return c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// Ports of the protocols (RFC 8314, and the IANA registry of service names).
var wellKnown = map[mail.Protocol][]int{mail.IMAP: {143, 993}, mail.POP: {110, 995}, mail.SMTP: {25, 465, 587}}

var (
	protocolRE = regexp.MustCompile(`(?i)\b(imap|pop3?|smtp)s?\b`)
	portRE     = regexp.MustCompile(`(?i)\b(?:poort|port|poortnummer|port number)(?: is| =|:)? ([0-9]{2,5})\b`)
	notRE      = regexp.MustCompile(`(?i)\b(?:niet|geen|nooit|not|never|no|nicht|kein|keine|nie|pas|jamais)\b|n’t\b|n't\b`)
)

// misplaced reports a port that a sentence gives to a protocol and that belongs
// to another one: IMAP with port 995. It speaks only where the sentence names one
// protocol and denies nothing.
func misplaced(record *mail.Record, p *content.Page, src []byte, out *diag.List) {
	body := content.Body(src)
	if !portRE.Match(src[body:]) {
		return
	}
	lines := diag.NewLines(p.File, src)
	for at := body; at < len(src); {
		end := sentenceEnd(src, at)
		text := src[at:end]
		ports := portRE.FindAllSubmatchIndex(text, -1)
		if ports == nil || notRE.Match(text) {
			at = end
			continue
		}
		var named mail.Protocol
		one := true
		for _, m := range protocolRE.FindAllSubmatch(text, -1) {
			is := mail.Protocol(strings.TrimSuffix(strings.ToLower(string(m[1])), "3"))
			one = one && (named == "" || named == is)
			named = is
		}
		if named != "" && one {
			for _, m := range ports {
				port, _ := strconv.Atoi(string(text[m[2]:m[3]]))
				if of := ownerOf(port); of != "" && of != named && !hasPort(record, named, port) {
					out.Warnf(lines.At(at+m[2]), diag.MailPortTyped, diag.Say("write :setting[%s.port], so that it follows site.toml", named), "port %d is one of %s, and the sentence is about %s", port, strings.ToUpper(string(of)), strings.ToUpper(string(named)))
				}
			}
		}
		at = end
	}
}

// sentenceEnd returns where the sentence that begins at an offset ends: behind a
// full stop and a space, or a line that is followed by an empty one or a mark of
// a list or a table.
func sentenceEnd(src []byte, at int) int {
	for i := at; i < len(src); i++ {
		switch src[i] {
		case '.', '!', '?', ';':
			if i+1 < len(src) && (src[i+1] == ' ' || src[i+1] == '\n') {
				return i + 1
			}
		case '|':
			return i + 1
		case '\n':
			if next := bytes.TrimLeft(src[i+1:], " \t"); len(next) == 0 || bytes.IndexByte([]byte("\n-*+#>|:0123456789"), next[0]) >= 0 {
				return i + 1
			}
		}
	}
	return len(src)
}

func ownerOf(port int) mail.Protocol {
	for of, ports := range wellKnown {
		if slices.Contains(ports, port) {
			return of
		}
	}
	return ""
}

func hasPort(record *mail.Record, of mail.Protocol, port int) bool {
	for i := range record.Products {
		for _, s := range record.Products[i].Servers {
			if s.Protocol == of && s.Port == port {
				return true
			}
		}
	}
	return false
}
