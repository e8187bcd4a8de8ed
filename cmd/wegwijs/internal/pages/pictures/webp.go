package pictures

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/draw"
	"image/png"
	"io"
	"slices"

	"github.com/HugoSmits86/nativewebp"
	"golang.org/x/image/webp"
)

// encoder names what makes WebP files: the same picture gives the same bytes as
// long as this is the same. The version is that in go.mod.
const encoder = "nativewebp " + encoderVersion + ", 1"

const encoderVersion = "1.2.1"

// maxPixels is how many pixels a picture has at most to be made smaller: a
// screen of 5120 by 2880. Making it takes some 40 bytes of memory for each.
const maxPixels = 5120 * 2880

// maxProfile is how large a colour profile is at most, in bytes.
const maxProfile = 1 << 20

// smaller returns a PNG as WebP without loss: the same pixels in the same
// colours. It is nil where that is not smaller, and for a picture that WebP
// would not show the same: an animation, one with more than 8 bits a colour, or
// with colours that it describes otherwise than by a profile.
func smaller(src []byte) []byte {
	profile, ok := plain(src)
	if !ok {
		return nil
	}
	c, err := png.DecodeConfig(bytes.NewReader(src))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > 1<<14 || c.Height > 1<<14 || c.Width*c.Height > maxPixels {
		return nil
	}
	img, err := png.Decode(bytes.NewReader(src))
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	if nativewebp.Encode(&b, img, nil) != nil || b.Len() >= len(src) || !equal(img, b.Bytes()) {
		return nil
	}
	out := withProfile(b.Bytes(), c.Width, c.Height, profile)
	if len(out) >= len(src) {
		return nil
	}
	return out
}

// plain reports whether WebP can show a PNG just as it is, and returns its
// colour profile, if it has one.
func plain(src []byte) (profile []byte, ok bool) {
	list, err := chunks(src)
	if err != nil {
		return nil, false
	}
	var srgb, other bool
	for _, c := range list {
		switch c.kind {
		case "IHDR":
			if len(c.data) < 13 || c.data[8] > 8 {
				return nil, false
			}
		case "acTL", "cICP":
			return nil, false
		case "eXIf":
			if orientation(c.data) != 1 {
				return nil, false
			}
		case "sRGB":
			srgb = true
		case "gAMA": // 1/2.2, that of sRGB
			other = other || len(c.data) != 4 || binary.BigEndian.Uint32(c.data) != 45455
		case "cHRM":
			other = other || !bytes.Equal(c.data, srgbCHRM)
		case "iCCP":
			if profile = inflate(c.data); profile == nil {
				return nil, false
			}
		}
	}
	return profile, srgb || profile != nil || !other
}

// srgbCHRM are the colours of sRGB as PNG has them (PNG §11.3.2.5).
var srgbCHRM = func() []byte {
	var b []byte
	for _, v := range []uint32{31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}()

// inflate returns the colour profile in a chunk iCCP (PNG §11.3.2.3), or nil.
func inflate(data []byte) []byte {
	_, data, ok := bytes.Cut(data, []byte{0})
	if !ok || len(data) < 1 || data[0] != 0 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(data[1:]))
	if err != nil {
		return nil
	}
	p, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil || len(p) == 0 || len(p) > maxProfile {
		return nil
	}
	return p
}

// equal reports whether a WebP file has the pixels of a picture; the colour of
// one that cannot be seen does not count.
func equal(img image.Image, file []byte) bool {
	got, err := webp.Decode(bytes.NewReader(file))
	if err != nil || got.Bounds().Size() != img.Bounds().Size() {
		return false
	}
	a, b := pixelsOf(img), pixelsOf(got)
	for i := 0; i < len(a); i += 4 {
		if a[i+3] != b[i+3] || a[i+3] != 0 && [3]byte(a[i:]) != [3]byte(b[i:]) {
			return false
		}
	}
	return true
}

// pixelsOf returns the pixels of a picture, four bytes each.
func pixelsOf(img image.Image) []byte {
	size := img.Bounds().Size()
	if n, ok := img.(*image.NRGBA); ok && n.Stride == 4*size.X {
		return n.Pix[:4*size.X*size.Y]
	}
	n := image.NewNRGBA(image.Rectangle{Max: size})
	draw.Draw(n, n.Bounds(), img, img.Bounds().Min, draw.Src)
	return n.Pix
}

// withProfile returns a simple WebP file with a colour profile in it (RFC 9649
// §2.7), or file itself where there is none.
func withProfile(file []byte, w, h int, profile []byte) []byte {
	if profile == nil {
		return file
	}
	const riff = 12 // bytes before the first chunk
	flags := byte(1 << 5)
	if file[riff+8+4]&(1<<4) != 0 { // alpha, in the header of the pixels (RFC 9649 §3.4)
		flags |= 1 << 4
	}
	head := []byte{flags, 0, 0, 0}
	head = append(head, byte(w-1), byte((w-1)>>8), byte((w-1)>>16), byte(h-1), byte((h-1)>>8), byte((h-1)>>16))
	body := slices.Concat([]byte("WEBP"), riffChunk("VP8X", head), riffChunk("ICCP", profile), file[riff:])
	return riffChunk("RIFF", body)
}

// riffChunk returns a chunk of a RIFF file.
func riffChunk(kind string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(data)))
	b = append(b, data...)
	if len(data)%2 == 1 {
		b = append(b, 0)
	}
	return b
}
