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

// hosts are the names of a mail record, for looking through many texts.
type hosts struct {
	servers map[string]mail.Protocol // by name, in small letters (RFC 4343)
	within  map[string]bool          // names below which mail servers are looked for: the mail domains, and the servers
}

func newHosts(record *mail.Record) *hosts {
	h := &hosts{map[string]mail.Protocol{}, map[string]bool{}}
	for i := range record.Products {
		for _, d := range record.Products[i].Domains {
			h.within[strings.ToLower(d)] = true
		}
		for _, s := range record.Products[i].Servers {
			if name := strings.ToLower(s.Host); name != "" {
				if h.within[name] = true; h.servers[name] == "" {
					h.servers[name] = s.Protocol
				}
			}
		}
	}
	return h
}

// typed reports host names of the mail servers that a writer typed into a
// page: they would stay behind when the record changes. A name of a mail server
// in a mail domain of the provider that the record does not have is reported
// too: it is old, or a slip.
//
// Ports are left alone where they can be right: 993 in a text is as often a fact
// about IMAP as a setting of the provider's. See [misplaced].
func (h *hosts) typed(p *content.Page, src []byte, out *diag.List) {
	var lines *diag.Lines
	for at := content.Body(src); at < len(src); at++ {
		if !hostByte(src[at]) {
			continue
		}
		start := at
		for at < len(src) && hostByte(src[at]) {
			at++
		}
		if bytes.IndexByte(src[start:at], '.') < 0 { // most words
			continue
		}
		host := strings.TrimRight(string(src[start:at]), ".")
		proto, stranger := h.of(strings.ToLower(host))
		if proto == "" && !stranger || start > 0 && (src[start-1] == '@' || src[start-1] == '/') {
			continue
		}
		if lines == nil {
			lines = diag.NewLines(p.File, src)
		}
		if stranger {
			out.Warnf(lines.At(start), diag.MailTyped, "write :setting[imap.host] or another setting; see [[mail.server]] in site.toml for the names there are", "%s is not one of the mail servers in site.toml", host)
		} else {
			out.Warnf(lines.At(start), diag.MailTyped, diag.Say("write :setting[%s.host], so that it follows site.toml", proto), "the host name %s is typed into the page", host)
		}
	}
}

// of returns the protocol of a server of the record by its name, in small letters;
// "" for another name, and whether that is one of a mail server that the record
// should know.
func (h *hosts) of(name string) (proto mail.Protocol, stranger bool) {
	if proto := h.servers[name]; proto != "" {
		return proto, false
	}
	for rest := name; ; {
		_, above, ok := strings.Cut(rest, ".")
		if !ok {
			return "", false
		}
		if rest = above; h.within[rest] && (h.servers[rest] != "" || mailName(name)) {
			return "", !h.within[name]
		}
	}
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
	if !hasWellKnown(src[body:]) {
		return
	}
	lines := diag.NewLines(p.File, src)
	for at := body; at < len(src); {
		end := sentenceEnd(src, at)
		text := src[at:end]
		if !hasWellKnown(text) {
			at = end
			continue
		}
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

// hasWellKnown reports whether a text has the digits of one of [wellKnown], which is
// found much sooner than what stands before a port.
func hasWellKnown(text []byte) bool {
	for _, digits := range wellKnownDigits {
		if bytes.Contains(text, digits) {
			return true
		}
	}
	return false
}

var wellKnownDigits = func() (all [][]byte) {
	for _, ports := range wellKnown {
		for _, port := range ports {
			all = append(all, strconv.AppendInt(nil, int64(port), 10))
		}
	}
	return all
}()

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
