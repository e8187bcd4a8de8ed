package thunderbird

import (
	"bytes"
	"cmp"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// maxPicture bounds what a reader's phone has to fetch for one picture.
const maxPicture = 40 << 10 // bytes

// pictures writes the screens that the Thunderbird page shows beside it,
// content/LANG/e-mail/thunderbird-NAME.png, and in dark colours
// thunderbird-NAME.dark.png: those that the page names. A language without the
// page gets none.
func (j *journey) pictures(t *testing.T) {
	dir := filepath.Join(testenv.Root(t), "content", j.lang, "e-mail")
	page, err := os.ReadFile(filepath.Join(dir, "thunderbird.md"))
	if err != nil {
		return
	}
	take := func(name string) {
		if !bytes.Contains(page, []byte("thunderbird-"+name+".png")) {
			return
		}
		for i, end := range []string{".png", ".dark.png"} {
			var dialog [4]int
			j.must(&dialog, `
Services.prefs.setIntPref("ui.systemUsesDarkTheme", args[0]);
await wait("the scheme", () => main().matchMedia("(prefers-color-scheme: dark)").matches == (args[0] == 1));
await read();
main().document.activeElement?.blur();
find(hub(), ":focus")?.blur();
await pause(500); // for colours that fade
const r = find(hub(), "dialog").getBoundingClientRect();
return [Math.ceil(r.left), Math.ceil(r.top), Math.floor(r.right), Math.floor(r.bottom)];`, i)
			data := picture(t, j.screen(), image.Rect(dialog[0], dialog[1], dialog[2], dialog[3]))
			if err := os.WriteFile(filepath.Join(dir, "thunderbird-"+name+end), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		j.must(nil, `Services.prefs.setIntPref("ui.systemUsesDarkTheme", 0);`)
	}
	address := map[string]string{"nl": "jan", "en": "jane", "de": "anna", "fr": "marie"}[j.lang] + "@" + domain
	if err := j.begin(address); err != nil {
		t.Fatal(err)
	}
	j.must(nil, `await lookUp(); await read();`)
	take("gevonden")
	j.must(nil, `await press("#back"); await step("emailAutoConfigSubview"); await press("#manualConfiguration"); await step("emailIncomingConfigSubview");`)
	in := j.page.tables["imap"]
	j.must(nil, `
const [s, address] = args;
await enter("#incomingHostname", s.host);
await choose("#incomingConnectionSecurity", s.security);
await choose("#incomingAuthMethod", s.authentication);
await enter("#incomingPort", s.port);
await enter("#incomingUsername", address);`, in, address)
	take("inkomend")
	j.must(nil, `await press("#back"); await step("emailAutoConfigSubview");`)
}

// screen returns the picture of the whole window.
func (b *Thunderbird) screen() image.Image {
	b.t.Helper()
	var data []byte // in base64, as JSON has bytes
	if err := json.Unmarshal(b.command("TakeScreenshot", map[string]any{"full": false, "hash": false}), &data); err != nil {
		b.t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

// picture cuts a part out of a screen and writes it as a PNG with a palette:
// with as many of its most frequent colours as fit in [maxPicture].
func picture(t *testing.T, m image.Image, part image.Rectangle) []byte {
	t.Helper()
	part = part.Intersect(m.Bounds())
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA {
		r, g, b, _ := m.At(x, y).RGBA()
		// Neighbours in the shading of the background become one.
		return color.RGBA{uint8(r>>8) | 3, uint8(g>>8) | 3, uint8(b>>8) | 3, 255}
	}
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	often := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	for n := 256; n >= 8; n /= 2 {
		var palette color.Palette
		for _, c := range often[:min(n, len(often))] {
			palette = append(palette, c)
		}
		out := image.NewPaletted(image.Rect(0, 0, part.Dx(), part.Dy()), palette)
		nearest := map[color.RGBA]uint8{}
		for y := range part.Dy() {
			for x := range part.Dx() {
				c := at(part.Min.X+x, part.Min.Y+y)
				i, ok := nearest[c]
				if !ok {
					i = uint8(palette.Index(c))
					nearest[c] = i
				}
				out.SetColorIndex(x, y, i)
			}
		}
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out); err != nil {
			t.Fatal(err)
		}
		if b.Len() <= maxPicture {
			return b.Bytes()
		}
	}
	t.Fatalf("a picture of %v does not fit in %d bytes", part.Size(), maxPicture)
	return nil
}
