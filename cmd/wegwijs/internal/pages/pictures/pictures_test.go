package pictures

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/webp"
)

// screen returns a picture like that of a screen: a few areas, some of them
// with fine detail.
func screen(w, h, colors int) *image.NRGBA {
	r := rand.New(rand.NewPCG(1, uint64(colors)))
	palette := make([]color.NRGBA, colors)
	for i := range palette {
		palette[i] = color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
	}
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := palette[(x/9+y/7)%colors]
			if x/40%3 == 1 && y%5 == 0 {
				c = palette[r.IntN(colors)]
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func pngOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// with returns a PNG with a chunk before its pixels.
func with(p []byte, kind string, data []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	body := append([]byte(kind), data...)
	c = binary.BigEndian.AppendUint32(append(c, body...), crc32.ChecksumIEEE(body))
	at := len(pngMark) + 25 // behind the header
	return slices.Concat(p[:at], c, p[at:])
}

func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.BigEndian {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = append(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 256), 4), 1), 0, 0, 0, 0)
	b = order.AppendUint16(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 274), 3), 1), orientation)
	return append(b, 0, 0, 0, 0, 0, 0)
}

func jpegWith(t *testing.T, w, h int, exif []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, screen(w, h, 9), nil); err != nil {
		t.Fatal(err)
	}
	if exif == nil {
		return b.Bytes()
	}
	app := append([]byte("Exif\x00\x00"), exif...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(2+len(app)))
	return slices.Concat(head, app, b.Bytes()[2:])
}

func TestSize(t *testing.T) {
	var anim bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 30, 20), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&anim, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	avif := []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x00\x40\x00\x00\x00\x30\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x02\x80\x00\x00\x01\xe0")
	p := pngOf(t, screen(40, 30, 4))
	for _, tt := range []struct {
		name string
		data []byte
		w, h int
		err  error
	}{
		{"a.png", p, 40, 30, nil},
		{"a.PNG", p, 40, 30, nil},
		{"a.png", p[:20], 0, 0, ErrKind},
		{"a.png", nil, 0, 0, ErrKind},
		{"a.png", []byte("<html>"), 0, 0, ErrKind},
		{"a.jpg", p, 40, 30, nil}, // browsers look at the bytes
		{"a.webp", smaller(p), 40, 30, nil},
		{"a.gif", anim.Bytes(), 30, 20, nil},
		{"a.avif", avif, 640, 480, nil},
		{"a.avif", p, 0, 0, ErrKind},
		{"a.ico", []byte{0, 0, 1, 0, 1, 0, 32, 0}, 32, 256, nil},
		{"a.jpg", jpegWith(t, 40, 30, nil), 40, 30, nil},
		{"a.jpeg", jpegWith(t, 40, 30, exif(binary.BigEndian, 1)), 40, 30, nil},
		{"a.jpg", jpegWith(t, 40, 30, exif(binary.LittleEndian, 3)), 40, 30, nil},
		{"a.jpg", jpegWith(t, 40, 30, exif(binary.LittleEndian, 6)), 30, 40, nil},
		{"a.jpg", jpegWith(t, 40, 30, exif(binary.BigEndian, 8)), 30, 40, nil},
		{"a.jpg", jpegWith(t, 40, 30, exif(binary.BigEndian, 4)), 40, 30, nil},
		{"a.jpg", jpegWith(t, 40, 30, exif(binary.BigEndian, 5)), 30, 40, nil},
		{"a.jpg", jpegWith(t, 40, 30, exif(binary.BigEndian, 6)[:20]), 40, 30, nil},
		{"a.jpg", jpegWith(t, 40, 30, []byte("MM\x00*\xff\xff\xff\xff")), 40, 30, nil},
		{"a.svg", []byte(`<svg width="120" height="40"/>`), 120, 40, nil},
		{"a.svg", []byte(`<svg width="12.4px" height="40.6 "/>`), 12, 41, nil},
		{"a.svg", []byte(`<svg width="100%" height="100%" viewBox="0 0 64 48"/>`), 64, 48, nil},
		{"a.svg", []byte(`<svg width="10mm" viewBox="0,0,64,48"/>`), 64, 48, nil},
		{"a.svg", []byte(`<svg width="32" viewBox="0 0 64 48"/>`), 32, 24, nil},
		{"a.svg", []byte(`<svg height="24" viewBox="0 0 64 48"/>`), 32, 24, nil},
		{"a.svg", []byte(`<svg/>`), 0, 0, ErrSize},
		{"a.svg", []byte(`<svg viewBox="a b c d"/>`), 0, 0, ErrSize},
		{"a.svg", []byte(`<svg width="-3" height="2"/>`), 0, 0, ErrSize},
		{"a.svg", []byte(`<svg viewBox="0 0 1e300 1e300"/>`), 0, 0, ErrSize},
		{"a.svg", []byte(`not xml`), 0, 0, ErrSize},
		{"a.svg", []byte(`<svg viewBox="0 0 1e9 NaN"/>`), 0, 0, ErrSize},
	} {
		w, h, err := Size(tt.name, tt.data)
		if w != tt.w || h != tt.h || err != tt.err {
			t.Errorf("%s of %d bytes: got %d x %d, %v; want %d x %d, %v", tt.name, len(tt.data), w, h, err, tt.w, tt.h, tt.err)
		}
	}
}

// TestSmaller: whatever its shape and colours, WebP has the same pixels, and is
// only there when it is smaller.
func TestSmaller(t *testing.T) {
	made := 0
	for _, colors := range []int{1, 2, 3, 4, 5, 15, 16, 17, 255, 256, 257, 4000} {
		for _, size := range [][2]int{{1, 1}, {1, 90}, {90, 1}, {7, 3}, {64, 64}, {201, 133}} {
			nrgba := screen(size[0], size[1], colors)
			forms := map[string]image.Image{"nrgba": nrgba}
			if colors <= 256 {
				var pal color.Palette
				seen := map[color.NRGBA]bool{}
				for i := 0; i < len(nrgba.Pix); i += 4 {
					if c := (color.NRGBA{nrgba.Pix[i], nrgba.Pix[i+1], nrgba.Pix[i+2], 255}); !seen[c] {
						seen[c] = true
						pal = append(pal, c)
					}
				}
				p := image.NewPaletted(nrgba.Rect, pal)
				for y := range size[1] {
					for x := range size[0] {
						p.Set(x, y, nrgba.At(x, y))
					}
				}
				forms["paletted"] = p
			}
			see := image.NewNRGBA(nrgba.Rect)
			copy(see.Pix, nrgba.Pix)
			for i := 3; i < len(see.Pix); i += 4 {
				see.Pix[i] = uint8(i * 7)
			}
			forms["translucent"] = see
			gray := image.NewGray(nrgba.Rect)
			for i := range gray.Pix {
				gray.Pix[i] = nrgba.Pix[4*i]
			}
			forms["gray"] = gray
			for name, m := range forms {
				src := pngOf(t, m)
				out := smaller(src)
				if out == nil {
					continue
				}
				made++
				if len(out) >= len(src) {
					t.Errorf("%s, %d colours, %v: %d bytes from %d", name, colors, size, len(out), len(src))
				}
				if got, err := webp.Decode(bytes.NewReader(out)); err != nil || !bytes.Equal(pixelsOf(got), pixelsOf(m)) && name != "translucent" {
					t.Errorf("%s, %d colours, %v: other pixels (%v)", name, colors, size, err)
				}
			}
		}
	}
	if made < 150 {
		t.Errorf("only %d were smaller", made)
	}
}

// TestLeftAlone: what WebP would not show the same, or not smaller, stays as it is.
func TestLeftAlone(t *testing.T) {
	p := pngOf(t, screen(60, 50, 30))
	var tight bytes.Buffer
	noise, r := image.NewGray(image.Rect(0, 0, 64, 64)), rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.IntN(256))
	}
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&tight, noise); err != nil {
		t.Fatal(err)
	}
	deep := image.NewNRGBA64(image.Rect(0, 0, 60, 50))
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte("a profile!"))
	w.Close()
	profile := append([]byte("sRGB\x00\x00"), z.Bytes()...)
	u32 := func(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
	bomb := slices.Clone(p)
	copy(bomb[len(pngMark)+8:], append(u32(16000), u32(16000)...))
	binary.BigEndian.PutUint32(bomb[len(pngMark)+21:], crc32.ChecksumIEEE(bomb[len(pngMark)+4:len(pngMark)+21]))
	for name, tt := range map[string]struct {
		src  []byte
		made bool
	}{
		"as it is":               {p, true},
		"sRGB":                   {with(p, "sRGB", []byte{0}), true},
		"the gamma of sRGB":      {with(p, "gAMA", u32(45455)), true},
		"the colours of sRGB":    {with(p, "cHRM", srgbCHRM), true},
		"a date":                 {with(p, "tIME", make([]byte, 7)), true},
		"upright":                {with(p, "eXIf", exif(binary.BigEndian, 1)), true},
		"a profile":              {with(p, "iCCP", profile), true},
		"another gamma":          {with(p, "gAMA", u32(100000)), false},
		"other colours":          {with(p, "cHRM", make([]byte, 32)), false},
		"gamma, but sRGB":        {with(with(p, "gAMA", u32(100000)), "sRGB", []byte{0}), true},
		"high dynamic range":     {with(p, "cICP", []byte{9, 16, 0, 1}), false},
		"turned":                 {with(p, "eXIf", exif(binary.BigEndian, 6)), false},
		"an animation":           {with(p, "acTL", make([]byte, 8)), false},
		"a broken profile":       {with(p, "iCCP", []byte("x\x00\x00no")), false},
		"16 bits":                {pngOf(t, deep), false},
		"nothing to gain":        {tight.Bytes(), false},
		"too many pixels":        {bomb, false},
		"cut off":                {p[:len(p)/2], false},
		"a length beyond it all": {with(p, "tEXt", nil)[:40], false},
		"a photo":                {jpegWith(t, 60, 50, nil), false},
		"nothing":                {nil, false},
	} {
		out := smaller(tt.src)
		if (out != nil) != tt.made {
			t.Errorf("%s: made %v, want %v", name, out != nil, tt.made)
		}
		if strings.Contains(name, "a profile") && out != nil {
			if got, err := webp.Decode(bytes.NewReader(out)); err != nil || got.Bounds().Dx() != 60 || !bytes.Contains(out, []byte("ICCP\n\x00\x00\x00a profile!")) || binary.LittleEndian.Uint32(out[4:]) != uint32(len(out)-8) {
				t.Errorf("%s: %v, %.60q", name, err, out)
			}
		}
	}
}

// TestStore: what is kept is used, and what is kept of another picture, cut off
// or changed is not; the bytes are the same each time.
func TestStore(t *testing.T) {
	src, plain := pngOf(t, screen(120, 80, 40)), jpegWith(t, 20, 20, nil)
	want := smaller(src)
	ask := func(dir, name string) {
		t.Helper()
		s := NewStore(dir)
		for range 2 {
			if got, err := s.Smaller(t.Context(), src); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: got %d bytes, %v; want %d", name, len(got), err, len(want))
			}
		}
		if got, err := s.Smaller(t.Context(), plain); got != nil || err != nil {
			t.Errorf("%s: a photo got %d bytes, %v", name, len(got), err)
		}
	}
	ask("", "in memory")
	dir := filepath.Join(t.TempDir(), "new", "folder")
	ask(dir, "cold")
	var files []string
	filepath.WalkDir(dir, func(p string, d os.DirEntry, _ error) error {
		if !d.IsDir() {
			files = append(files, p)
		}
		return nil
	})
	if len(files) != 2 {
		t.Fatalf("files: %v", files)
	}
	ask(dir, "warm")
	good := map[string][]byte{}
	for _, f := range files {
		good[f], _ = os.ReadFile(f)
	}
	harm := map[string]func(f string) []byte{
		"empty":         func(string) []byte { return nil },
		"cut off":       func(f string) []byte { return good[f][:len(good[f])-1] },
		"one bit":       func(f string) []byte { b := slices.Clone(good[f]); b[len(b)-1] ^= 1; return b },
		"the other's":   func(f string) []byte { return good[files[(slices.Index(files, f)+1)%2]] },
		"longer":        func(f string) []byte { return append(slices.Clone(good[f]), 0) },
		"only its sum":  func(f string) []byte { return good[f][:32] },
		"something":     func(string) []byte { return []byte(strings.Repeat("x", 99)) },
		"a sum of zero": func(f string) []byte { return make([]byte, len(good[f])) },
	}
	for name, change := range harm {
		for _, f := range files {
			if err := os.WriteFile(f, change(f), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		ask(dir, name)
		for _, f := range files {
			if now, _ := os.ReadFile(f); !bytes.Equal(now, good[f]) {
				t.Errorf("%s: %s was not mended", name, filepath.Base(f))
			}
		}
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	ask(filepath.Join(blocked, "x"), "where no folder can be")
}

// TestEncoderVersion: the version in the store's keys is that of go.mod.
func TestEncoderVersion(t *testing.T) {
	mod, err := os.ReadFile("../../../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("github.com/HugoSmits86/nativewebp v%s\n", encoderVersion); !strings.Contains(string(mod), want) {
		t.Errorf("go.mod does not have %q: set encoderVersion", want)
	}
}

func BenchmarkSmaller(b *testing.B) {
	var p bytes.Buffer
	if err := png.Encode(&p, screen(1280, 800, 60)); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(p.Len()))
	for b.Loop() {
		smaller(p.Bytes())
	}
}
