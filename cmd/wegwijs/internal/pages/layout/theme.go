package layout

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/lucasb-eyer/go-colorful"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A Theme is the colours of [theme] in site.toml, by key: accent, accent_dark.
type Theme map[string]Color

// A Color is one colour of a theme, #rrggbb, and where it is written.
type Color struct {
	Value string
	Pos   diag.Pos
}

// themed are the tokens that a theme may set, each after those on which its
// own value may depend.
var themed = []string{"tint", "accent", "accent-strong", "on-accent", "visited", "focus"}

// A pair is a token for text or signs and those that it may stand on.
type pair struct {
	fg   string
	need float64 // contrast to 1 (WCAG 2.2 §1.4.3 text, §1.4.11 signs)
	on   []string
}

// pairs are the colours that meet on pages. TestContrast of package browser
// measures every text of every page and so finds one that is missing here.
var pairs = []pair{
	{"ink", 4.5, []string{"bg", "surface", "raise", "tint", "warn-bg"}},
	{"muted", 4.5, []string{"bg", "surface", "raise", "tint", "warn-bg"}},
	{"accent", 4.5, []string{"bg", "surface", "raise", "tint", "warn-bg"}},
	{"accent-strong", 4.5, []string{"bg", "surface", "raise", "tint", "warn-bg"}},
	{"visited", 4.5, []string{"bg", "surface", "raise", "tint", "warn-bg"}},
	{"on-accent", 4.5, []string{"accent", "accent-strong"}},
	{"warn", 4.5, []string{"surface", "tint", "warn-bg"}},
	{"err", 4.5, []string{"bg", "surface", "tint"}},
	{"ok", 4.5, []string{"bg", "surface", "tint"}},
	{"control", 3, []string{"bg", "surface"}},
	{"focus", 3, []string{"bg", "surface", "tint", "warn-bg"}},
}

// key returns a token's key in [theme].
func key(token string, s scheme) string {
	k := strings.ReplaceAll(token, "-", "_")
	if s == dark {
		k += "_dark"
	}
	return k
}

// tokens returns what a theme sets in one scheme: the colours that it gives,
// and those that follow from them. A colour that is given for one scheme only
// has a twin in the other that can be read there; an accent brings the colours
// along that stand with it.
func (t Theme) tokens(base *[2]palette, s scheme) map[string]token {
	set := map[string]token{}
	for _, name := range themed {
		if c, given := t[key(name, s)]; given {
			set[name] = token{c.Value, c.Pos}
		}
	}
	pending := t.following(s)
	for _, name := range themed {
		like, ok := pending[name]
		if !ok {
			continue
		}
		delete(pending, name)
		p := base[s].with(set)
		_, twin := t.either(name, s)
		value := nearest(p.follows(s, name, like, twin), func(c colorful.Color) bool {
			p.tokens[name] = token{value: c.Hex()}
			return p.holds(s, name, pending)
		})
		set[name] = token{value: value.Hex()}
	}
	return set
}

// following returns the tokens that a theme does not give in a scheme and that
// follow from others of its colours, each with the colour whose hue it takes.
func (t Theme) following(s scheme) map[string]colorful.Color {
	f := map[string]colorful.Color{}
	accent, leads := t.either("accent", s)
	for _, name := range themed {
		if _, given := t[key(name, s)]; given {
			continue
		}
		if twin, ok := t.either(name, s); ok {
			f[name] = twin
		} else if leads && name != "visited" && name != "focus" {
			f[name] = accent
		}
	}
	return f
}

// either returns the colour that a theme gives for a token, if need be for the
// other scheme.
func (t Theme) either(name string, s scheme) (colorful.Color, bool) {
	c, ok := t[key(name, s)]
	if !ok {
		c, ok = t[key(name, 1-s)]
	}
	if !ok {
		return colorful.Color{}, false
	}
	return parseColor(c.Value)
}

// follows returns a first choice for a token that the theme does not give: in
// the hue of another colour, and as light as the design's own.
func (p *palette) follows(s scheme, name string, like colorful.Color, twin bool) colorful.Color {
	model, ok := p.color(s, p.tokens[name].value)
	if !ok {
		model = [2]colorful.Color{colorful.OkLch(.45, 0, 0), colorful.OkLch(.8, 0, 0)}[s]
	}
	l, most, _ := model.OkLch()
	_, c, h := like.OkLch()
	switch {
	case name == "tint" || name == "on-accent": // as pale as the design's
		c = min(c, most)
	case name == "accent-strong" && !twin: // somewhat further from the ground
		own, _ := p.color(s, p.tokens["accent"].value)
		l, _, _ = own.OkLch()
		l += [2]float64{-.1, .07}[s]
	}
	return fit(l, c, h)
}

// holds reports whether a token can be read on all that it may stand on, and
// what may stand on it, as far as that is not pending.
func (p *palette) holds(s scheme, name string, pending map[string]colorful.Color) bool {
	settled := func(other string) bool { _, later := pending[other]; return !later }
	for _, q := range pairs {
		fg, ok := p.color(s, p.tokens[q.fg].value)
		if !ok || !settled(q.fg) {
			continue
		}
		for _, on := range q.on {
			if q.fg != name && on != name || !settled(on) {
				continue
			}
			if bg, ok := p.color(s, p.tokens[on].value); ok && ratio(fg, bg) < q.need {
				return false
			}
		}
	}
	return true
}

// fit returns a colour of screens that is like the given one: as saturated as
// its lightness allows.
func fit(l, c, h float64) colorful.Color {
	l = min(1, max(0, l))
	low, high := 0.0, c
	for range 20 {
		if colorful.OkLch(l, c, h).IsValid() {
			break
		}
		c = (low + high) / 2
		if colorful.OkLch(l, c, h).IsValid() {
			low = c
		} else {
			high = c
		}
		c = low
	}
	return colorful.OkLch(l, c, h).Clamped()
}

// nearest returns the colour that passes and is nearest to c, with the same
// hue, lighter or darker; c itself where none does.
func nearest(c colorful.Color, pass func(colorful.Color) bool) colorful.Color {
	const steps = 200
	l, chroma, h := c.OkLch()
	for i := range steps {
		for _, d := range []float64{float64(i) / steps, -float64(i) / steps} {
			if l+d < 0 || l+d > 1 {
				continue
			}
			try := c
			if i > 0 {
				try = fit(l+d, chroma, h)
			}
			try, _ = colorful.Hex(try.Hex()) // as it will be written
			if pass(try) {
				return try
			}
		}
	}
	return c
}

// themeCSS returns the style sheet that sets the tokens of a theme, for both
// schemes; nil without a theme. Paper stays as the design has it.
func (t Theme) css(base *[2]palette) []byte {
	if len(t) == 0 {
		return nil
	}
	block := func(s scheme) string {
		var b strings.Builder
		set := t.tokens(base, s)
		for _, name := range slices.Sorted(maps.Keys(set)) {
			fmt.Fprintf(&b, "--%s:%s;", name, set[name].value)
		}
		return b.String()
	}
	return fmt.Appendf(nil, "@media screen{:root{%s}}\n@media screen and (prefers-color-scheme:dark){:root{%s}}\n", block(light), block(dark))
}

// A clash is two colours that are too alike.
type clash struct {
	fg, bg string // tokens; "" where a rule names the colour itself
	fgAt   token
	bgAt   token
	ratio  float64
	need   float64
}

// clashes returns the pairs of a palette that are too alike.
func (p *palette) clashes(s scheme) (list []clash) {
	look := func(fg, bg string, f, g token, need float64) {
		c, ok1 := p.color(s, f.value)
		d, ok2 := p.color(s, g.value)
		if !ok1 || !ok2 {
			return
		}
		if r := ratio(c, d); r < need {
			list = append(list, clash{fg, bg, f, g, r, need})
		}
	}
	known := map[[2]string]bool{}
	for _, q := range pairs {
		for _, on := range q.on {
			known[[2]string{q.fg, on}] = true
			look(q.fg, on, p.tokens[q.fg], p.tokens[on], q.need)
		}
	}
	for _, r := range p.rules {
		fg, bg := variable(r.text.value), variable(r.ground.value)
		if fg != "" && bg != "" && known[[2]string{fg, bg}] {
			continue
		}
		known[[2]string{fg, bg}] = fg != "" && bg != ""
		look(fg, bg, p.at(fg, r.text), p.at(bg, r.ground), 4.5)
	}
	return list
}

// at returns where a colour of a rule is written: at its token, if it has one.
func (p *palette) at(name string, t token) token {
	if own, ok := p.tokens[name]; ok {
		return own
	}
	return t
}

// blame returns the clashes by the place that is to be changed: a colour of
// the theme rather than one of the style sheets, the colour of a text rather
// than what is behind it, but not where several texts cannot be read on it.
func (t Theme) blame(list []clash, s scheme) map[diag.Pos][]clash {
	given := func(name string) bool { _, ok := t[key(name, s)]; return ok && name != "" }
	hit := map[diag.Pos]int{}
	for _, c := range list {
		if !given(c.fg) && c.bgAt.pos != (diag.Pos{}) {
			hit[c.bgAt.pos]++
		}
	}
	by := map[diag.Pos][]clash{}
	for _, c := range list {
		pos := c.fgAt.pos
		switch {
		case hit[c.bgAt.pos] > 1 && (given(c.bg) || !slices.Contains(themed, c.bg)):
			pos = c.bgAt.pos
		case given(c.fg):
		case given(c.bg):
			pos = c.bgAt.pos
		case pos == (diag.Pos{}): // it follows from another colour of the theme
			pos = c.bgAt.pos
		}
		if pos == (diag.Pos{}) {
			pos = t[key("accent", s)].Pos
		}
		by[pos] = append(by[pos], c)
	}
	return by
}

// check reports the colours that cannot be read, as the style sheets are
// written: one message for each, with the nearest colour that can.
func (t Theme) check(base *[2]palette, out *diag.List) {
	said := map[diag.Pos]bool{}
	for _, s := range schemes {
		p := base[s].with(t.tokens(base, s))
		for pos, list := range t.blame(p.clashes(s), s) {
			if said[pos] || pos == (diag.Pos{}) {
				continue
			}
			said[pos] = true
			slices.SortStableFunc(list, func(a, b clash) int { return cmp.Compare(a.ratio/a.need, b.ratio/b.need) })
			t.report(base, s, pos, list[0], out)
		}
	}
}

func (t Theme) report(base *[2]palette, s scheme, pos diag.Pos, c clash, out *diag.List) {
	what, which, value := "--"+c.fg, c.fg, c.fgAt.value
	if pos == c.bgAt.pos {
		what, which, value = "--"+c.bg, c.bg, c.bgAt.value
	}
	k := ""
	for _, name := range themed {
		for _, scheme := range schemes {
			if own := t[key(name, scheme)]; own.Pos == pos && own.Value != "" {
				k, what, value = key(name, scheme), key(name, scheme), own.Value
				which = name
			}
		}
	}
	if which == "" {
		what = value
	}
	hint := "choose colours that differ more"
	if was, ok := base[s].color(s, value); ok && which != "" {
		fixed := base[s].with(t.tokens(base, s))
		follow := t.following(s)
		better := nearest(was, func(x colorful.Color) bool {
			fixed.tokens[which] = token{x.Hex(), pos}
			if !fixed.holds(s, which, follow) {
				return false
			}
			var again map[diag.Pos][]clash
			if k != "" {
				u := maps.Clone(t)
				u[k] = Color{x.Hex(), pos}
				again = u.blame(base[s].with(u.tokens(base, s)).clashes(s), s)
			} else {
				changed := *base
				changed[s] = *base[s].with(map[string]token{which: {x.Hex(), pos}})
				again = t.blame(changed[s].with(t.tokens(&changed, s)).clashes(s), s)
			}
			return len(again[pos]) == 0
		})
		if better.Hex() != was.Hex() {
			if k != "" {
				hint = diag.Say("write %s = %q, the nearest colour that can be read", k, better.Hex())
			} else {
				hint = diag.Say("write --%s: %s, the nearest colour that can be read", which, better.Hex())
			}
		}
	}
	f, _ := base[s].color(s, c.fgAt.value)
	g, _ := base[s].color(s, c.bgAt.value)
	out.Errorf(pos, diag.ConfigContrast, hint, "%s = %s cannot be read: in the %s scheme %s stands on %s with a contrast of %.2f to 1, and %.1f is needed", what, value, s, f.Hex(), g.Hex(), math.Floor(c.ratio*100)/100, c.need)
}
