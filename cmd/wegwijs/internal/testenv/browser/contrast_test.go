package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// measure returns the texts of a page that cannot be read well: the colour that
// the browser computed for each text, also of pseudo-elements, against what is
// behind it, also pseudo-elements that lie there.
const measure = `(() => {
  for (const d of document.querySelectorAll("details")) d.open = true;
  for (const e of document.querySelectorAll("main [hidden]")) e.hidden = false;
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const cache = new Map();
  const rgba = (css) => {
    if (!cache.has(css)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      cache.set(css, [r, g, b, a / 255]);
    }
    return cache.get(css);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const lum = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const ratio = (a, b) => { const [x, y] = [lum(a), lum(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const ground = (e) => {
    const c = rgba(getComputedStyle(e).backgroundColor);
    if (c[3] === 1) return c;
    const below = e.parentElement ? ground(e.parentElement) : rgba(getComputedStyle(document.documentElement).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#fff");
    return c[3] === 0 ? below : over(c, below);
  };
  // What pseudo-elements lie behind, with their boxes.
  const layers = [];
  for (const e of document.querySelectorAll("body *")) {
    for (const which of ["::before", "::after"]) {
      const s = getComputedStyle(e, which);
      if (s.content === "none" || s.position !== "absolute" || s.maskImage !== "none" || rgba(s.backgroundColor)[3] === 0) continue;
      let block = e;
      while (block.parentElement && getComputedStyle(block).position === "static") block = block.parentElement;
      const r = block.getBoundingClientRect();
      const box = { left: r.left + parseFloat(s.left), top: r.top + parseFloat(s.top), width: parseFloat(s.width), height: parseFloat(s.height) };
      layers.push({ box, color: over(rgba(s.backgroundColor), ground(e)) });
    }
  }
  const bad = [];
  const look = (what, style, backs) => {
    const size = parseFloat(style.fontSize);
    const need = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    for (const back of backs) {
      const r = ratio(over(rgba(style.color), back), back);
      if (r < need) bad.push(what.trim().slice(0, 40) + ": " + style.color + " on rgb(" + back.slice(0, 3).map(Math.round) + ") " + r.toFixed(2));
    }
  };
  let texts = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  while (walk.nextNode()) {
    const node = walk.currentNode, e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility({ visibilityProperty: true }) || e.closest("script, template, .vh")) continue;
    texts++;
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()];
    const behind = layers.filter(({ box }) => boxes.some((r) => r.left < box.left + box.width && r.right > box.left && r.top < box.top + box.height && r.bottom > box.top)).map((l) => l.color);
    look(node.data, getComputedStyle(e), [ground(e), ...behind]);
  }
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility({ visibilityProperty: true })) continue;
    for (const which of ["::before", "::after", "::marker"]) {
      const s = getComputedStyle(e, which);
      if (which !== "::marker" && (!/["c]/.test(s.content) || s.content === '""' || s.content.startsWith('"" /'))) continue;
      const own = which === "::marker" ? [0, 0, 0, 0] : rgba(s.backgroundColor);
      texts++;
      look(which + " of " + e.outerHTML, s, [own[3] ? over(own, ground(e)) : ground(e)]);
    }
  }
  return bad.length ? [...new Set(bad)].slice(0, 6) : texts > 60 ? [] : ["only " + texts + " texts were measured"];
})()`

// readable fails the test for texts that cannot be read in either scheme, with
// both answers to the questions that change colours.
func (b *tab) contrast(where string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.media("prefers-color-scheme", scheme)
		for _, answer := range []string{"imap", "pop"} {
			if !eval[bool](b, fmt.Sprintf(`[...document.querySelectorAll(".choice [value=%s]")].map((e) => { e.checked = true; }).length > 0`, answer)) && answer == "pop" {
				continue
			}
			if bad := eval[[]string](b, measure); len(bad) > 0 {
				b.t.Errorf("%s, %s: cannot be read:\n\t%s", where, scheme, strings.Join(bad, "\n\t"))
			}
		}
	}
}

// TestContrast measures every text of every page in both schemes. What colours
// it has does not depend on the language, so of the others every fourth page will
// do.
func TestContrast(t *testing.T) {
	var pages []page
	for n, p := range theSite.own() {
		if p.lang == "nl" || p.missing || n%4 == 0 {
			pages = append(pages, p)
		}
	}
	each(t, pages, func(b *tab, p page) {
		b.Size(390, 800)
		b.open(p.path)
		b.contrast(p.path)
	})
}

// accents are colours that companies have: some can be read in neither scheme.
var accents = []string{"#ff6600", "#ffd500", "#000000", "#ffffff", "#9c3c00", "#e30613", "#1f4fa3", "#00aaff", "#5b2a86", "#7ab800"}

var adviceRE = regexp.MustCompile(`write (\w+) = "(#[0-9a-f]{6})"`)

// TestAccents builds the site with an accent alone. Where the build has something
// against it, its advice is taken, once; then every text can be read.
// Usually with the first five of them, with -short with two.
func TestAccents(t *testing.T) {
	b := reader(t)
	list := accents
	paths := []string{choicePage, settingsPage, personalPage, "/er/is/niets/", "/", "/e-mail/", "/e-mail/versturen-lukt-niet/", "/de/e-mail/glossary/"}
	switch {
	case testing.Short():
		list, paths = accents[:2], paths[:4]
	case !testenv.Thorough():
		list = accents[:5]
	}
	dir := copySite(t)
	public := filepath.Join(dir, "public")
	config, err := os.ReadFile(filepath.Join(dir, "site.toml"))
	if err != nil {
		t.Fatal(err)
	}
	// with builds the site with an accent, and returns the findings.
	with := func(color string) string {
		testenv.Write(t, filepath.Join(dir, "site.toml"), string(config)+fmt.Sprintf("\n[theme]\naccent = %q\n", color))
		said, err := build(dir, public)
		if err != nil && !strings.Contains(said, "config-contrast") {
			t.Fatal(err)
		}
		return said
	}
	for _, accent := range list {
		if said := with(accent); strings.Contains(said, "config-contrast") {
			advice := adviceRE.FindAllStringSubmatch(said, -1)
			if len(advice) != 1 || advice[0][1] != "accent" {
				t.Errorf("accent %s: not one advice: %s", accent, said)
				continue
			}
			if said = with(advice[0][2]); strings.Contains(said, "config-contrast") {
				t.Errorf("accent %s: the advice does not help: %s", accent, said)
			}
		}
		site, err := serveSite(dir, public)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			b.openAt(site.server.URL + path)
			b.contrast("accent " + accent + " on " + path)
		}
		site.Close()
	}
}
