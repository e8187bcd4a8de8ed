// Package pictures knows pictures as files: how large they are shown, and their
// smaller form as WebP.
package pictures

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/xml"
	"image"
	_ "image/gif"  // sizes
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"path"
	"strconv"
	"strings"

	_ "golang.org/x/image/webp" // likewise

	"wegwijs/cmd/wegwijs/internal/diag"
)

// maxSide is beyond what a picture measures, in pixels.
const maxSide = 1 << 16

var (
	// ErrSize says that a picture can be read, and names no size.
	ErrSize = diag.Errorf("it names no size")
	// ErrKind says that the bytes are no picture that browsers show.
	ErrKind = diag.Errorf("it is no picture, or is broken")
)

// Size returns how large browsers show a picture, in pixels. The name tells its
// kind. The error is [ErrSize] or [ErrKind].
func Size(name string, data []byte) (w, h int, err error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".svg":
		w, h = svgSize(data)
	case ".avif":
		w, h = avifSize(data)
		if w == 0 {
			return 0, 0, ErrKind
		}
	case ".ico":
		if len(data) < 8 || !bytes.HasPrefix(data, []byte{0, 0, 1, 0}) {
			return 0, 0, ErrKind
		}
		w, h = cmp.Or(int(data[6]), 256), cmp.Or(int(data[7]), 256) // a byte each
	default:
		c, _, err := image.DecodeConfig(bytes.NewReader(data)) // whatever its name says, as browsers do
		if err != nil {
			return 0, 0, ErrKind
		}
		if w, h = c.Width, c.Height; turned(data) {
			w, h = h, w
		}
	}
	if w <= 0 || h <= 0 || w >= maxSide || h >= maxSide {
		return 0, 0, ErrSize
	}
	return w, h, nil
}

// svgSize reads the size of an SVG image from its root element: 0, 0 where that
// has none in pixels and no viewBox.
func svgSize(data []byte) (w, h int) {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		t, err := d.Token()
		if err != nil {
			return 0, 0
		}
		el, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		var box []string
		for _, a := range el.Attr {
			switch a.Name.Local {
			case "width":
				w = pixels(strings.TrimSuffix(a.Value, "px"))
			case "height":
				h = pixels(strings.TrimSuffix(a.Value, "px"))
			case "viewBox":
				box = strings.Fields(strings.ReplaceAll(a.Value, ",", " "))
			}
		}
		if len(box) != 4 {
			return w, h
		}
		bw, bh := pixels(box[2]), pixels(box[3])
		switch {
		case w > 0 && h > 0 || bw <= 0 || bh <= 0:
		case w > 0: // the other side follows the shape of the box (CSS 2.2 §10.6.2)
			h = max(1, (w*bh+bw/2)/bw)
		case h > 0:
			w = max(1, (h*bw+bh/2)/bh)
		default:
			w, h = bw, bh
		}
		return w, h
	}
}

// pixels returns a number without a unit, rounded; 0 for anything else.
func pixels(s string) int {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0 && f < maxSide) { // false for what is no number
		return 0
	}
	return max(1, int(f+.5))
}

// avifSize returns the largest size that a property of an AVIF file names
// (ISO/IEC 23008-12 §6.5.3, ispe): that of the picture itself, whatever its
// thumbnail has.
func avifSize(data []byte) (w, h int) {
	if len(data) < 12 || string(data[4:8]) != "ftyp" {
		return 0, 0
	}
	head := data[:min(len(data), 1<<16)] // the properties come first
	for {
		i := bytes.Index(head, []byte("ispe"))
		if i < 0 || len(head) < i+16 {
			return w, h
		}
		a, b := binary.BigEndian.Uint32(head[i+8:]), binary.BigEndian.Uint32(head[i+12:])
		if a < maxSide && b < maxSide && int(a)*int(b) > w*h {
			w, h = int(a), int(b)
		}
		head = head[i+4:]
	}
}

// turned reports whether browsers show a JPEG on its side, as the camera says
// that it was held (Exif 3.0 §4.6.5, orientation 5 to 8).
func turned(data []byte) bool {
	return orientation(jpegExif(data)) >= 5
}

// jpegExif returns the Exif data of a JPEG file, or nil.
func jpegExif(data []byte) []byte {
	if !bytes.HasPrefix(data, []byte{0xff, 0xd8}) {
		return nil
	}
	for data = data[2:]; len(data) >= 4 && data[0] == 0xff; {
		n := int(binary.BigEndian.Uint16(data[2:]))
		switch {
		case data[1] == 0xff: // filling
			data = data[1:]
			continue
		case data[1] == 0xda || n < 2 || len(data) < 2+n:
			return nil
		case data[1] == 0xe1 && bytes.HasPrefix(data[4:2+n], []byte("Exif\x00\x00")):
			return data[10 : 2+n]
		}
		data = data[2+n:]
	}
	return nil
}

// orientation returns how Exif data says that a picture is turned; 1, upright,
// where it does not say (TIFF 6.0, tag 274 of the first directory).
func orientation(exif []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(exif) < 8:
		return 1
	case string(exif[:2]) == "MM":
		order = binary.BigEndian
	case string(exif[:2]) != "II":
		return 1
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return 1
	}
	dir := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		if len(dir) < 12 {
			break
		}
		if order.Uint16(dir) == 274 {
			if o := int(order.Uint16(dir[8:])); o >= 1 && o <= 8 {
				return o
			}
			break
		}
		dir = dir[12:]
	}
	return 1
}

// chunk is a part of a PNG file.
type chunk struct {
	kind string
	data []byte
}

const pngMark = "\x89PNG\r\n\x1a\n"

// chunks returns the parts of a PNG file, but for the pixels.
func chunks(data []byte) ([]chunk, error) {
	if !bytes.HasPrefix(data, []byte(pngMark)) {
		return nil, ErrKind
	}
	var list []chunk
	for data = data[len(pngMark):]; len(data) > 0; {
		if len(data) < 12 || uint64(binary.BigEndian.Uint32(data))+12 > uint64(len(data)) {
			return nil, ErrKind
		}
		n := int(binary.BigEndian.Uint32(data))
		c := chunk{string(data[4:8]), data[8 : 8+n]}
		if c.kind == "IEND" {
			break
		}
		if c.kind != "IDAT" && c.kind != "fdAT" {
			list = append(list, c)
		}
		data = data[12+n:]
	}
	return list, nil
}
