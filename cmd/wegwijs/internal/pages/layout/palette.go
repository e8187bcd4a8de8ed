package layout

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/lucasb-eyer/go-colorful"
	"github.com/tdewolff/minify/v2"
	mincss "github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A scheme is one of the two in which a reader may see a page.
type scheme int

const (
	light scheme = iota
	dark
)

func (s scheme) String() string { return [...]string{"light", "dark"}[s] }

var schemes = [...]scheme{light, dark}

// A palette is what the style sheets of a site say of colours in one scheme.
type palette struct {
	tokens map[string]token // custom properties of :root, by name without --
	rules  []colored
}

// A token is the value of a custom property, as it is written.
type token struct {
	value string
	pos   diag.Pos
}

// colored is a rule that sets the colour of text and of what is behind it.
type colored struct {
	text, ground token
}

// readPalettes returns the palettes of both schemes from the style sheets
// below layouts/assets: site.css first, since the others may build on it.
func readPalettes(files map[string][]byte) *[2]palette {
	p := &[2]palette{{tokens: map[string]token{}}, {tokens: map[string]token{}}}
	const dir = Root + "/assets/"
	var names []string
	for name := range files {
		if strings.HasPrefix(name, dir) && path.Ext(name) == ".css" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if first := dir + "site.css"; a == first || b == first {
			return map[bool]int{true: -1, false: 1}[a == first]
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		readPalette(p, name, files[name])
	}
	return p
}

// readPalette adds what one style sheet says. Rules that hold on paper, in
// forced colours or where more contrast is asked for are left out.
func readPalette(to *[2]palette, file string, src []byte) {
	p := css.NewParser(parse.NewInputBytes(bytes.Clone(src)), false)
	lines := diag.NewLines(file, src)
	media := []func(scheme) bool{func(scheme) bool { return true }}
	root := false
	var selector string
	var text, ground token
	for {
		kind, _, data := p.Next()
		switch kind {
		case css.ErrorGrammar:
			if !p.HasParseError() {
				return // the end
			}
		case css.BeginAtRuleGrammar:
			outer, here := media[len(media)-1], condition(string(data), values(p))
			media = append(media, func(s scheme) bool { return outer(s) && here(s) })
		case css.EndAtRuleGrammar:
			media = media[:max(1, len(media)-1)]
		case css.QualifiedRuleGrammar, css.BeginRulesetGrammar:
			selector += values(p)
			root = slices.ContainsFunc(strings.Split(selector, ","), func(s string) bool {
				return strings.TrimSpace(s) == ":root" || strings.TrimSpace(s) == "html"
			})
			if kind == css.QualifiedRuleGrammar {
				selector += ","
				continue
			}
			selector, text, ground = "", token{}, token{}
		case css.CustomPropertyGrammar:
			if root {
				t := token{simple(strings.TrimSpace(values(p))), position(lines, src, p.Offset(), string(data))}
				for _, s := range schemes {
					if media[len(media)-1](s) {
						to[s].tokens[strings.TrimPrefix(string(data), "--")] = t
					}
				}
			}
		case css.DeclarationGrammar:
			switch name := strings.ToLower(string(data)); name {
			case "color":
				text = token{simple(strings.TrimSpace(values(p))), position(lines, src, p.Offset(), name)}
			case "background", "background-color":
				ground = token{simple(strings.TrimSpace(values(p))), position(lines, src, p.Offset(), name)}
			}
		case css.EndRulesetGrammar:
			if text.value != "" && ground.value != "" {
				for _, s := range schemes {
					if media[len(media)-1](s) {
						to[s].rules = append(to[s].rules, colored{text, ground})
					}
				}
			}
		}
	}
}

// position returns the place of the last name before an offset.
func position(lines *diag.Lines, src []byte, offset int, name string) diag.Pos {
	offset = min(offset, len(src))
	return lines.At(max(0, bytes.LastIndex(src[:offset], []byte(name))))
}

func values(p *css.Parser) string {
	var b strings.Builder
	for _, v := range p.Values() {
		b.Write(v.Data)
	}
	return b.String()
}

// condition returns in which schemes the rules within an at-rule hold. What
// holds for some screens only, such as wide ones, holds.
func condition(name, prelude string) func(scheme) bool {
	if name != "@media" {
		return func(scheme) bool { return name == "@supports" || name == "@layer" || name == "@container" }
	}
	q := strings.ToLower(strings.Join(strings.Fields(prelude), ""))
	return func(s scheme) bool {
		switch {
		case strings.Contains(q, "print"), strings.Contains(q, "forced-colors"), strings.Contains(q, "prefers-contrast"):
			return false
		case strings.Contains(q, "prefers-color-scheme:dark"):
			return (s == dark) != strings.Contains(q, "not(prefers-color-scheme")
		case strings.Contains(q, "prefers-color-scheme:light"):
			return (s == light) != strings.Contains(q, "not(prefers-color-scheme")
		}
		return true
	}
}

// variable returns the name in a value that is one var(--name), or "".
func variable(value string) string {
	rest, ok := strings.CutPrefix(value, "var(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return ""
	}
	name, _, _ := strings.Cut(strings.TrimSuffix(rest, ")"), ",")
	return strings.TrimPrefix(strings.TrimSpace(name), "--")
}

// color returns the colour of a value in a scheme; ok is false where it is not
// one opaque colour.
func (p *palette) color(s scheme, value string) (c colorful.Color, ok bool) {
	for range 8 { // var() of var()
		name := variable(value)
		if name == "" {
			break
		}
		value = p.tokens[name].value
	}
	if rest, is := strings.CutPrefix(value, "light-dark("); is {
		if both := strings.Split(strings.TrimSuffix(rest, ")"), ","); len(both) == 2 {
			return p.color(s, both[s])
		}
	}
	return parseColor(value)
}

// simple returns a value with its colours in digits.
func simple(value string) string {
	if rest, is := strings.CutPrefix(value, "light-dark("); is {
		a, b, _ := strings.Cut(strings.TrimSuffix(rest, ")"), ",")
		return "light-dark(" + simple(strings.TrimSpace(a)) + "," + simple(strings.TrimSpace(b)) + ")"
	}
	if strings.HasPrefix(value, "#") || strings.HasPrefix(value, "var(") {
		return value
	}
	return inDigits(value)
}

// inDigits returns a colour of CSS as #rgb or #rrggbb, or what it cannot read as
// it is: the minifier knows names, rgb() and hsl(), and writes the shortest form.
func inDigits(value string) string {
	m := minify.New()
	m.AddFunc("text/css", mincss.Minify)
	short, err := m.String("text/css", "a{color:"+value+"}")
	if err != nil {
		return value
	}
	value = strings.TrimSuffix(strings.TrimPrefix(short, "a{color:"), "}")
	for hex, name := range mincss.ShortenColorHex {
		if string(name) == value {
			return hex
		}
	}
	return value
}

// parseColor reads #rgb or #rrggbb.
func parseColor(value string) (colorful.Color, bool) {
	if len(value) != 4 && len(value) != 7 {
		return colorful.Color{}, false
	}
	c, err := colorful.Hex(value)
	return c, err == nil
}

// luminance returns the relative luminance of a colour (WCAG 2.2).
func luminance(c colorful.Color) float64 {
	r, g, b := c.LinearRgb()
	return 0.2126*r + 0.7152*g + 0.0722*b
}

// ratio returns the contrast of two colours (WCAG 2.2, "contrast ratio").
func ratio(a, b colorful.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// with returns the palette with other values for some tokens.
func (p *palette) with(tokens map[string]token) *palette {
	q := &palette{tokens: maps.Clone(p.tokens), rules: p.rules}
	maps.Copy(q.tokens, tokens)
	return q
}
