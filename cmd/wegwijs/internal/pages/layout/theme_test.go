package layout

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// shipped returns this repository's style sheets with replacements in site.css.
func shipped(t *testing.T, replace ...string) map[string][]byte {
	t.Helper()
	src, err := os.ReadFile("../../../../../layouts/assets/site.css")
	if err != nil {
		t.Fatal(err)
	}
	css := string(src)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(css, replace[i]) {
			t.Fatalf("site.css has no %q", replace[i])
		}
		css = strings.Replace(css, replace[i], replace[i+1], 1)
	}
	return map[string][]byte{Root + "/assets/site.css": []byte(css)}
}

func theme(pairs ...string) Theme {
	t := Theme{}
	for i := 0; i < len(pairs); i += 2 {
		t[pairs[i]] = Color{pairs[i+1], diag.Pos{File: "site.toml", Line: 10 + i/2, Col: 10}}
	}
	return t
}

var betterRE = regexp.MustCompile(`write (?:--)?([\w-]+)(?: =|:) "?(#[0-9a-f]{6})`)

// mended checks a theme and takes the advice of each message, until there is
// none; it returns how many messages the first round had.
func mended(t *testing.T, files map[string][]byte, th Theme) (first int, last Theme) {
	t.Helper()
	base := readPalettes(files)
	for round := range 3 {
		out := new(diag.List)
		th.check(base, out)
		if round == 0 {
			first = out.Len()
		}
		if out.Len() == 0 {
			return first, th
		}
		for _, d := range out.Sorted() {
			m := betterRE.FindStringSubmatch(d.Hint)
			if m == nil || th[m[1]].Value == "" {
				t.Fatalf("no advice that helps: %s | %s", d.Msg, d.Hint)
			}
			th[m[1]] = Color{m[2], th[m[1]].Pos}
		}
	}
	t.Fatalf("%v: the advice does not end", th)
	return 0, nil
}

// written returns the palettes of the style sheets as a browser has them:
// the theme's comes last.
func written(files map[string][]byte, th Theme) *[2]palette {
	p := readPalettes(files)
	readPalette(p, "theme.css", th.css(readPalettes(files)))
	return p
}

// TestAccentAlone sets one colour only. What is written passes in both
// schemes, or there is one message whose advice passes.
func TestAccentAlone(t *testing.T) {
	files := shipped(t)
	pass := map[string]bool{"#9c3c00": true, "#000000": true, "#0b6e5f": true, "#1f4fa3": true, "#5b2a86": true, "#8b0037": true}
	for _, c := range []string{"#ff6600", "#ffd500", "#000000", "#ffffff", "#9c3c00", "#0b6e5f", "#1f4fa3", "#5b2a86", "#8b0037", "#00aaff", "#777777", "#e30613"} {
		for _, k := range []string{"accent", "accent_dark"} {
			n, th := mended(t, files, theme(k, c))
			if n > 1 {
				t.Errorf("%s = %s has %d messages, want one", k, c, n)
			}
			if k == "accent" && pass[c] != (n == 0) {
				t.Errorf("%s = %s: %d messages", k, c, n)
			}
			p := written(files, th)
			for _, s := range schemes {
				if list := p[s].clashes(s); len(list) > 0 {
					t.Errorf("%s = %s, %s: %+v", k, c, s, list)
				}
			}
		}
	}
}

// TestThemes sets colours at random: each message has advice, and following
// it makes every pair pass in both schemes, as the files are written.
func TestThemes(t *testing.T) {
	files := shipped(t)
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		var list []string
		for _, name := range themed {
			for _, s := range schemes {
				if r.IntN(4) == 0 {
					list = append(list, key(name, s), fmt.Sprintf("#%06x", r.IntN(1<<24)))
				}
			}
		}
		base := readPalettes(files)
		th := theme(list...)
		out := new(diag.List)
		th.check(base, out)
		seen := map[diag.Pos]bool{}
		for _, d := range out.Sorted() {
			if seen[d.Pos] {
				t.Errorf("%v: two messages at %s", list, d.Pos)
			}
			seen[d.Pos] = true
		}
		if out.Len() == 0 {
			p := written(files, th)
			for _, s := range schemes {
				if list := p[s].clashes(s); len(list) > 0 {
					t.Errorf("%v, %s: %+v", th, s, list)
				}
			}
		}
	}
}

// TestStyleSheetIsJudged edits the colours of site.css: what is written is
// what is judged, with or without a theme.
func TestStyleSheetIsJudged(t *testing.T) {
	for _, c := range []struct {
		name    string
		replace []string
		theme   Theme
		want    string // file:line of the one message, and its words
	}{
		{"as shipped", nil, nil, ""},
		{"ground like the accent", []string{"--bg: #fff;", "--bg:#0b6e5f;"}, theme("accent", "#0b6e5f"), "layouts/assets/site.css:6 --bg"},
		{"ground like the accent, no theme", []string{"--bg: #fff;", "--bg: rgb(11, 110, 95);"}, nil, "layouts/assets/site.css:6 --bg"},
		{"one text", []string{"--muted: #4c5a54;", "--muted: #999;"}, nil, "layouts/assets/site.css:10 --muted"},
		{"one text by name", []string{"--muted: #4c5a54;", "--muted: silver;"}, nil, "layouts/assets/site.css:10 --muted"},
		{"dark only", []string{"--muted: #a9b7b0;", "--muted: #555;"}, nil, "layouts/assets/site.css:40 --muted"},
		{"in a later block", []string{"/* Ground */", "@media (prefers-color-scheme: dark) { html { --ink: #333 } }"}, nil, "site.css:59 --ink"},
		{"a rule of its own", []string{"/* Ground */", ".badge { color: #aaa; background: #ccc }"}, nil, "site.css:59 #aaa"},
		{"a rule on paper", []string{"/* Ground */", "@media print { .badge { color: #aaa; background: #ccc } }"}, nil, ""},
		{"a rule with light-dark", []string{"/* Ground */", ".badge { color: light-dark(#000, #fff); background: #fff }"}, nil, "site.css:59 light-dark"},
	} {
		out := new(diag.List)
		c.theme.check(readPalettes(shipped(t, c.replace...)), out)
		got := ""
		for _, d := range out.Sorted() {
			got += fmt.Sprintf("%s:%d %s | %s\n", d.Pos.File, d.Pos.Line, d.Msg, d.Hint)
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) || strings.Count(got, "\n") > 1 {
			t.Errorf("%s: got\n%swant %q", c.name, got, c.want)
		}
	}
}

// TestRatio holds the contrast against values of the W3C's own examples and of
// the WebAIM calculator.
func TestRatio(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21}, {"#ffffff", "#000000", 21}, {"#777777", "#ffffff", 4.48}, {"#767676", "#ffffff", 4.54}, {"#123456", "#123456", 1},
		{"#ff0000", "#ffffff", 4.00}, {"#0000ff", "#ffffff", 8.59}, {"#00ff00", "#000000", 15.30},
	} {
		a, _ := parseColor(tt.a)
		b, _ := parseColor(tt.b)
		if got := ratio(a, b); math.Abs(got-tt.want) > 0.01 {
			t.Errorf("%s on %s: got %.2f, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestIconFollowsTheme draws the icon of browser tabs in the theme's colours.
func TestIconFollowsTheme(t *testing.T) {
	files := shipped(t)
	files[Root+"/assets/icon.svg"] = []byte(`<svg><path fill="var(--accent)"/><path fill="var(--on-accent)"/><path fill="var(--none)"/></svg>`)
	for _, c := range []struct {
		theme Theme
		want  string
	}{
		{nil, `<svg><path fill="#0b6e5f"/><path fill="#ffffff"/><path fill="var(--none)"/></svg>`},
		{theme("accent", "#9c3c00"), `<svg><path fill="#9c3c00"/><path fill="#ffffff"/><path fill="var(--none)"/></svg>`},
	} {
		for _, f := range loadAssets(files, c.theme, new(diag.List)).Files {
			if strings.HasSuffix(f.Source, "icon.svg") && string(f.Data) != c.want {
				t.Errorf("%v: got %s, want %s", c.theme, f.Data, c.want)
			}
		}
	}
}
