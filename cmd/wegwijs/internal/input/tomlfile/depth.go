package tomlfile

import "bytes"

// maxDepth is how deep brackets and the parts of a dotted key may nest. No
// key of a site nests deeper than four; the toml package recurses and copies
// for each level, in time and memory that grow with the square of the depth.
const maxDepth = 64

// deep returns the offset at which the text nests deeper than [maxDepth]; ok is
// false where it does not. The text need not be valid TOML.
func (d *doc) deep() (at int, ok bool) {
	x := &index{src: d.src[:d.end], i: d.start}
	depth, dots := 0, 0
	for x.i < len(x.src) {
		switch c := x.src[x.i]; c {
		case '"', '\'':
			x.text(c)
			continue
		case '#':
			n := bytes.IndexByte(x.src[x.i:], '\n')
			if n < 0 {
				return 0, false
			}
			x.i += n
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '.':
			dots++
		case '\n', '=', ',':
			dots = 0
		}
		if depth > maxDepth || dots > maxDepth {
			return x.i, true
		}
		x.i++
	}
	return 0, false
}
