package markdown

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// typography turns straight quotes into those of the language, and --, --- and
// ... into a dash and an ellipsis.
type typography struct {
	quotes [4]string // double open, double close, single open, single close
}

func (t typography) Extend(m goldmark.Markdown) {
	// goldmark's own quotes know English only: 'tekst' begins with an
	// apostrophe there because 'twas does, and the jaren '90 with a quote.
	dashes := extension.NewTypographer(extension.WithTypographicSubstitutions(map[extension.TypographicPunctuation][]byte{
		extension.EnDash: []byte("–"), extension.EmDash: []byte("—"), extension.Ellipsis: []byte("…"),
		extension.Apostrophe: nil, extension.LeftAngleQuote: nil, extension.RightAngleQuote: nil,
		extension.LeftDoubleQuote: nil, extension.RightDoubleQuote: nil, extension.LeftSingleQuote: nil, extension.RightSingleQuote: nil,
	}))
	dashes.Extend(m)
	m.Parser().AddOptions(parser.WithInlineParsers(util.Prioritized(&quoteParser{t.quotes}, 9000)))
}

const apostrophe = "’"

// quoteParser reads the straight quotes in running text.
type quoteParser struct {
	quotes [4]string
}

// openQuotes is what the quoteParser knows of the block it is in.
type openQuotes struct {
	double, single int
	closed         int // no single quote closes from this offset on; 0 when that is not known
}

var openQuotesKey = parser.NewContextKey()

func (p *quoteParser) Trigger() []byte { return []byte{'\'', '"'} }

func (p *quoteParser) CloseBlock(_ ast.Node, _ text.Reader, pc parser.Context) {
	pc.Set(openQuotesKey, nil)
}

func (p *quoteParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	open := pc.ComputeIfAbsent(openQuotesKey, func() any { return new(openQuotes) }).(*openQuotes)
	line, at := block.PeekLine()
	before := block.PrecendingCharacter()
	after := next(line[1:])
	canOpen, canClose := flanks(before, after)
	var s string
	switch {
	case line[0] == '"':
		switch {
		case unicode.IsDigit(before) && (open.double == 0 || after == '"'):
			return nil // 6" and "een scherm van 21""
		case canClose && (open.double > 0 || !canOpen): // a quotation may have begun in an earlier paragraph
			open.double = max(open.double-1, 0)
			s = p.quotes[1]
		case canOpen && !canClose:
			open.double++
			s = p.quotes[0]
		default:
			return nil
		}
	case word(before) && unicode.IsLetter(after): // zo'n, foto's, l'adresse
		s = apostrophe
	case canClose && open.single > 0:
		open.single--
		s = p.quotes[3]
	case unicode.IsDigit(before):
		return nil // 5'
	case elided(line[1:], before):
		s = apostrophe
	case canOpen && !canClose && closes(block, open, at.Start):
		open.single++
		s = p.quotes[2]
	case canOpen || canClose: // the 'em of English, Jans' boek
		s = apostrophe
	default:
		return nil
	}
	block.Advance(1)
	n := ast.NewString([]byte(s))
	n.SetRaw(true)
	return n
}

func next(line []byte) rune {
	if len(line) == 0 {
		return '\n'
	}
	r, _ := utf8.DecodeRune(line)
	return r
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) }

// flanks reports whether a quote between two characters can open and close, as
// CommonMark has it for emphasis (0.31 §6.2).
func flanks(before, after rune) (canOpen, canClose bool) {
	blank := func(r rune) bool { return unicode.IsSpace(r) }
	punct := func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }
	canOpen = !blank(after) && (!punct(after) || blank(before) || punct(before))
	canClose = !blank(before) && (!punct(before) || blank(after) || punct(after))
	return canOpen, canClose
}

// elided reports whether a quote before a word stands for letters left out:
// 's avonds, 't, 'n, 'k weet, rock-'n-roll, 's-Gravenhage, de jaren '90. rest
// is what comes behind the quote.
func elided(rest []byte, before rune) bool {
	if word(before) {
		return false
	}
	if len(rest) >= 2 && digit(rest[0]) && digit(rest[1]) {
		after := next(rest[2:])
		return !unicode.IsDigit(after) && after != '\''
	}
	if len(rest) == 0 || bytes.IndexByte([]byte("stnkmrd"), rest[0]) < 0 {
		return false
	}
	after := next(rest[1:])
	return !word(after) && (after != '\'' || rest[0] == 'n') // 's' is a quotation, rock 'n' roll is not
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// closes reports whether a single quote that opens at an offset is closed
// further on in the block, before another one opens.
func closes(block text.Reader, open *openQuotes, at int) bool {
	if open.closed > 0 && at >= open.closed {
		return false
	}
	l, pos := block.Position()
	defer block.SetPosition(l, pos)
	block.Advance(1)
	before := rune('\'')
	for {
		line, _ := block.PeekLine()
		if line == nil {
			open.closed = max(at, 1)
			return false
		}
		for i := 0; i < len(line); {
			r, n := utf8.DecodeRune(line[i:])
			if r == '\'' {
				after := next(line[i+1:])
				canOpen, canClose := flanks(before, after)
				switch {
				case canClose && !word(after):
					return true
				case canOpen && !canClose && !elided(line[i+1:], before):
					return false
				}
			}
			if r == '\\' && i+1 < len(line) {
				before, i = rune(line[i+1]), i+2
				continue
			}
			before, i = r, i+n
		}
		block.AdvanceLine()
	}
}
