package lsp

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// An encoding says in what units positions count characters.
type encoding string

const (
	utf8Units  encoding = "utf-8"
	utf16Units encoding = "utf-16" // what every editor can
	utf32Units encoding = "utf-32"
)

// units returns how many units a character takes that has n bytes.
func (e encoding) units(r rune, n int) int {
	switch {
	case e == utf8Units:
		return n
	case e == utf32Units:
		return 1
	}
	return max(utf16.RuneLen(r), 1)
}

// lineAt returns the offsets between which line n stands, counted from 0,
// without its end. A line beyond the text is its end.
func lineAt(src []byte, n int) (start, end int) {
	for ; n > 0; n-- {
		i := bytes.IndexByte(src[start:], '\n')
		if i < 0 {
			return len(src), len(src)
		}
		start += i + 1
	}
	end = len(src)
	if i := bytes.IndexByte(src[start:], '\n'); i >= 0 {
		end = start + i
	}
	if end > start && src[end-1] == '\r' {
		end--
	}
	if start == 0 && bytes.HasPrefix(src, []byte("\ufeff")) { // which editors do not show
		start = 3
	}
	return start, max(start, end)
}

// offset returns the offset of a position. One beyond a line is its end.
func (e encoding) offset(src []byte, p position) int {
	at, end := lineAt(src, max(p.Line, 0))
	for n := p.Character; n > 0 && at < end; {
		r, size := utf8.DecodeRune(src[at:end])
		if n -= e.units(r, size); n < 0 {
			break // inside a character
		}
		at += size
	}
	return at
}

// position returns the position of an offset.
func (e encoding) position(src []byte, offset int) position {
	offset = max(0, min(offset, len(src)))
	p := position{Line: bytes.Count(src[:offset], []byte("\n"))}
	start := bytes.LastIndexByte(src[:offset], '\n') + 1
	if start == 0 && bytes.HasPrefix(src, []byte("\ufeff")) {
		start = min(3, offset)
	}
	for at := start; at < offset; {
		r, size := utf8.DecodeRune(src[at:])
		p.Character += e.units(r, size)
		at += size
	}
	return p
}

func (e encoding) span(src []byte, from, to int) span {
	return span{e.position(src, from), e.position(src, to)}
}

// extent returns where what is wrong at an offset ends: a link, an image, a text
// in quotes, a directive, or else a word.
func extent(src []byte, from int) int {
	line := src[from:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimRight(line, "\r \t")
	end := func(open, shut string, after int) int {
		if i := bytes.Index(line[after:], []byte(shut)); i >= 0 {
			return from + after + i + len(shut)
		}
		return from + len(line)
	}
	switch {
	case len(line) == 0:
		return from
	case bytes.HasPrefix(line, []byte("[")), bytes.HasPrefix(line, []byte("![")):
		if i := bytes.Index(line, []byte("](")); i >= 0 {
			return end("(", ")", i)
		}
		return end("[", "]", 1)
	case line[0] == '"' || line[0] == '\'' || line[0] == '`':
		return end("", string(line[:1]), 1)
	case line[0] == ':':
		i := 0
		for i < len(line) && (line[i] == ':' || line[i] == '-' || line[i] == '_' || 'a' <= line[i]|0x20 && line[i]|0x20 <= 'z') {
			i++
		}
		return from + i
	case line[0] == '#':
		return from + len(line)
	}
	if i := bytes.IndexAny(line, " \t"); i > 0 {
		return from + i
	}
	return from + len(line)
}

// A ref is the destination of a link or an image, as it is typed: src[from:to].
type ref struct {
	from, to int
	image    bool
}

// refs returns the destinations in the Markdown that begins at body, in order;
// those in code are left out.
func refs(src []byte, body int) []ref {
	var list []ref
	fence := ""
	for at := body; at < len(src); {
		end := len(src)
		if i := bytes.IndexByte(src[at:], '\n'); i >= 0 {
			end = at + i
		}
		line := bytes.TrimLeft(src[at:end], " \t>")
		switch {
		case fence != "":
			if rest, ok := bytes.CutPrefix(line, []byte(fence)); ok && len(bytes.Trim(rest, fence[:1]+" \t\r")) == 0 {
				fence = ""
			}
		case bytes.HasPrefix(line, []byte("```")), bytes.HasPrefix(line, []byte("~~~")):
			fence = string(line[:len(line)-len(bytes.TrimLeft(line, string(line[:1])))])
		default:
			list = lineRefs(list, src, at, end)
		}
		at = end + 1
	}
	return list
}

// lineRefs adds the destinations of one line.
func lineRefs(list []ref, src []byte, at, end int) []ref {
	line := src[at:end]
	if i := bytes.Index(line, []byte("]:")); i > 0 && bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("[")) && bytes.IndexByte(line, ']') == i {
		i += 2
		for i < len(line) && line[i] == ' ' {
			i++
		}
		if to := destination(line, i, " \t\r"); to > i {
			return append(list, ref{from: at + i, to: at + to})
		}
	}
	var open []bool // brackets: whether each is an image's
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '`':
			n := i
			for n < len(line) && line[n] == '`' {
				n++
			}
			if j := bytes.Index(line[n:], line[i:n]); j >= 0 {
				n += j + n - i
			}
			i = n - 1
		case '[':
			open = append(open, i > 0 && line[i-1] == '!')
		case ']':
			image := false
			if len(open) > 0 {
				image, open = open[len(open)-1], open[:len(open)-1]
			}
			if i+1 < len(line) && line[i+1] == '(' {
				from := i + 2
				shut := " \t\r)"
				if from < len(line) && line[from] == '<' {
					from, shut = from+1, ">"
				}
				if to := destination(line, from, shut); to > from {
					list = append(list, ref{at + from, at + to, image})
				}
			}
		}
	}
	return list
}

// destination returns where the destination that begins at from ends: before one
// of the characters in shut. Parentheses in it come in pairs.
func destination(line []byte, from int, shut string) int {
	depth := 0
	for i := from; i < len(line); i++ {
		switch c := line[i]; {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case bytes.IndexByte([]byte(shut), c) >= 0:
			return i
		}
	}
	return len(line)
}
