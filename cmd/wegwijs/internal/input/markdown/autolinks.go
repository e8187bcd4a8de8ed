package markdown

import (
	"bytes"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// Bare addresses become links, as in GFM §6.9. Three things differ, for what
// people write in running text: no address ends with a quotation mark or a
// semicolon, none goes on behind its host name but with a port, a path, a query
// or a fragment, and a host name may have any letters.

// A piece is a node of running text and the part of the body for which it
// stands.
type piece struct {
	node     ast.Node
	from, to int
}

// addressed reports whether a text can hold a bare address at all.
func addressed(s []byte) bool {
	return bytes.IndexByte(s, '@') >= 0 || bytes.Contains(s, []byte("://")) || bytes.Contains(s, []byte("www."))
}

// run returns the texts from first on with nothing typed between them but
// quotes and dashes, which the language gives another form; a line end closes
// it.
func run(first *ast.Text) []piece {
	pieces := []piece{{first, first.Segment.Start, first.Segment.Stop}}
	last := first
	for n := first.NextSibling(); n != nil && !last.SoftLineBreak() && !last.HardLineBreak(); n = n.NextSibling() {
		end := last.Segment.Stop
		var mark ast.Node
		if s, ok := n.(*ast.String); ok {
			if mark, n = s, n.NextSibling(); n == nil {
				break
			}
		}
		t, ok := n.(*ast.Text)
		if !ok || t.IsRaw() || t.Segment.Start < end || mark == nil && t.Segment.Start > end || t.Segment.Start > end+3 {
			break
		}
		if mark != nil {
			pieces = append(pieces, piece{mark, end, t.Segment.Start})
		}
		pieces = append(pieces, piece{t, t.Segment.Start, t.Segment.Stop})
		last = t
	}
	return pieces
}

// runs yields the runs of text directly in n. What was yielded may be taken out of
// the tree before the next is asked for.
func runs(n ast.Node) iter.Seq[[]piece] {
	return func(yield func([]piece) bool) {
		for c := n.FirstChild(); c != nil; {
			first, ok := c.(*ast.Text)
			if !ok || first.IsRaw() {
				c = c.NextSibling()
				continue
			}
			pieces := run(first)
			c = pieces[len(pieces)-1].node.NextSibling()
			if !yield(pieces) {
				return
			}
		}
	}
}

// linkify makes links of the bare addresses in the running text directly in n.
func (w *walk) linkify(n ast.Node) {
	for pieces := range runs(n) {
		begin, end := pieces[0].from, pieces[len(pieces)-1].to
		if !addressed(w.body[begin:end]) {
			continue
		}
		for at := begin; ; {
			from, to, kind := address(w.body, at, end)
			if from < 0 {
				break
			}
			at = to
			url := string(w.body[from:to])
			if strings.HasPrefix(url, "ftp:") && w.Site.Link(url).Problem != "" {
				continue // no way that pages may lead
			}
			link := ast.NewAutoLink(kind, ast.NewTextSegment(text.NewSegment(from, to)))
			if strings.HasPrefix(url, "www.") {
				link.Protocol = []byte("http")
			}
			link.SetPos(from)
			link.SetAttributeString("bare", true)
			pieces = splice(n, pieces, piece{link, from, to})
		}
	}
}

// splice puts a link in the place of what was typed, and returns the pieces
// behind it.
func splice(parent ast.Node, pieces []piece, link piece) []piece {
	placed := false
	for i, p := range pieces {
		t, isText := p.node.(*ast.Text)
		switch {
		case p.to <= link.from && (p.from < p.to || p.from < link.from):
			continue
		case p.from >= link.to && placed:
			return pieces[i:]
		}
		if isText && p.from < link.from {
			parent.InsertBefore(parent, p.node, ast.NewTextSegment(text.NewSegment(p.from, link.from)))
		}
		if !placed {
			parent.InsertBefore(parent, p.node, link.node)
			placed = true
		}
		if isText && (p.to > link.to || t.SoftLineBreak() || t.HardLineBreak()) {
			t.Segment = text.NewSegment(max(p.from, link.to), max(p.to, link.to))
			pieces[i].from = t.Segment.Start
			return pieces[i:]
		}
		parent.RemoveChild(parent, p.node)
	}
	return nil
}

// address finds the first bare address in s[at:end]; from is -1 when there is
// none.
func address(s []byte, at, end int) (from, to int, kind ast.AutoLinkType) {
	start := at
	for i := at; i < end; i++ {
		switch s[i] {
		case ':':
			if !bytes.HasPrefix(s[i:end], []byte("://")) {
				continue
			}
			for _, scheme := range []string{"https", "http", "ftp"} {
				if n := i - len(scheme); n >= start && string(s[n:i]) == scheme && stands(s[start:n]) {
					if stop := urlEnd(s[:end], i+3, false); stop > 0 {
						return n, stop, ast.AutoLinkURL
					}
					break
				}
			}
		case 'w':
			if bytes.HasPrefix(s[i:end], []byte("www.")) && stands(s[start:i]) {
				if stop := urlEnd(s[:end], i, true); stop > 0 {
					return i, stop, ast.AutoLinkURL
				}
			}
		case '@':
			if n, stop := mailAround(s[:end], start, i); stop > 0 {
				return n, stop, ast.AutoLinkEmail
			}
		}
	}
	return -1, -1, 0
}

// stands reports whether an address may begin behind a text.
func stands(before []byte) bool {
	r, n := utf8.DecodeLastRune(before)
	return n == 0 || unicode.IsSpace(r) || strings.ContainsRune("*_~([\"'“„‘«»”’|>", r) || unicode.Is(unicode.Pd, r) && r != '-'
}

// urlEnd returns where the address ends whose host name begins at an offset; 0
// when that is no host name.
func urlEnd(s []byte, host int, www bool) int {
	i, dots, part := host, 0, host
	var last, before []byte // parts of the name
	for i <= len(s) {
		r, n := rune(0), 1
		if i < len(s) {
			r, n = utf8.DecodeRune(s[i:])
		}
		if r == '-' || r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)) {
			i += n
			continue
		}
		if i == part { // an empty part: the name ended before its dot
			if dots > 0 {
				i--
			}
			break
		}
		before, last = last, s[part:i]
		if r != '.' {
			break
		}
		dots++
		i++
		part = i
	}
	if before == nil || bytes.IndexByte(before, '_') >= 0 || bytes.IndexByte(last, '_') >= 0 || www && i <= host+len("www.") {
		return 0
	}
	if p := i + 1; i < len(s) && s[i] == ':' && p < len(s) && digit(s[p]) {
		for p < len(s) && digit(s[p]) {
			p++
		}
		i = p
	}
	end := i
	if i < len(s) && (s[i] == '/' || s[i] == '?' || s[i] == '#') {
		for end < len(s) {
			r, n := utf8.DecodeRune(s[end:])
			if unicode.IsSpace(r) || r == '<' || r == '\\' || r == '`' {
				break
			}
			end += n
		}
	}
	return i + trimmed(s[i:end])
}

// entityRE finds a character reference at the end of an address.
var entityRE = lazyregexp.New(`&[a-zA-Z0-9]+;$`)

// trimmed returns how much of what stands behind a host name belongs to the
// address: no punctuation at its end, and no bracket that was opened outside.
func trimmed(s []byte) int {
	for len(s) > 0 {
		r, n := utf8.DecodeLastRune(s)
		switch {
		case r == ';':
			if m := entityRE().FindIndex(s); m != nil {
				n = len(s) - m[0]
			}
		case strings.ContainsRune("?!.,:*_~\"'“”„‘’«»…", r):
		case r == ')' && bytes.Count(s, []byte(")")) > bytes.Count(s, []byte("(")):
		case r == ']' && bytes.Count(s, []byte("]")) > bytes.Count(s, []byte("[")):
		case r == '}' && bytes.Count(s, []byte("}")) > bytes.Count(s, []byte("{")):
		default:
			return len(s)
		}
		s = s[:len(s)-n]
	}
	return 0
}

// mailAround returns where the mail address begins and ends that has its @ at an
// offset; stop is 0 when there is none.
func mailAround(s []byte, start, at int) (from, stop int) {
	from = at
	for from > start && (alnum(s[from-1]) || bytes.IndexByte([]byte(".+-_"), s[from-1]) >= 0) {
		from--
	}
	for from < at && bytes.IndexByte([]byte(".-"), s[from]) >= 0 {
		from++
	}
	if scheme := []byte("mailto:"); from < at && bytes.HasSuffix(s[start:from], scheme) && stands(s[start:from-len(scheme)]) {
		from -= len(scheme)
	} else if r, _ := utf8.DecodeLastRune(s[start:from]); from == at || from > start && (strings.ContainsRune("/:@=\\", r) || unicode.IsLetter(r)) {
		return 0, 0
	}
	stop = at + 1
	dot := -1
	for stop < len(s) && (alnum(s[stop]) || s[stop] == '-' || s[stop] == '_' || s[stop] == '.' && stop+1 < len(s) && alnum(s[stop+1])) {
		if s[stop] == '.' {
			dot = stop
		}
		stop++
	}
	if dot < at+2 || s[stop-1] == '-' || s[stop-1] == '_' || stop < len(s) && (s[stop] == '@' || s[stop] >= utf8.RuneSelf || s[stop] == ':' && stop+1 < len(s) && alnum(s[stop+1])) {
		return 0, 0
	}
	return from, stop
}

func alnum(c byte) bool { return digit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }
