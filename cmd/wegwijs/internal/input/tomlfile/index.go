package tomlfile

import (
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A place is where a key and its value begin, as offsets in the file.
type place struct {
	key, value int
	own        bool // the key is what is written here, not only a step to another
}

const sep = "\x00"

// index finds where the keys stand and returns the offsets of those that stand
// twice without the toml package taking notice.
func (d *doc) index() (twice []int) {
	if d.places == nil {
		x := &index{src: d.src[:d.end], i: d.start, places: map[string]place{}, lists: map[string]int{}}
		x.run()
		d.places = x.places
		twice = x.twice
	}
	return twice
}

func (d *doc) find(path []string) place {
	d.index()
	for len(path) > 0 {
		if p, ok := d.places[strings.Join(path, sep)]; ok {
			return p
		}
		path = path[:len(path)-1]
	}
	return place{key: d.start, value: d.start}
}

func (d *doc) pos(path []string, value bool) diag.Pos {
	p := d.find(path)
	if value {
		return d.lines().At(p.value)
	}
	return d.lines().At(p.key)
}

// lines returns where the lines of the file begin: a file may be asked for many
// positions.
func (d *doc) lines() *diag.Lines {
	if d.starts == nil {
		d.starts = diag.NewLines(d.file, d.src[:d.end])
	}
	return d.starts
}

// index walks over TOML that is known to be valid and notes where each key
// stands (TOML 1.0, toml.io/en/v1.0.0). On anything unexpected it moves on by
// a byte, so that it ends on every input.
type index struct {
	src    []byte
	i      int
	places map[string]place
	lists  map[string]int // how many tables a [[list]] has so far
	twice  []int          // where a key stands that others use as a table: a.b = 1, then a = 2
}

func (x *index) run() {
	var table []string
	for {
		x.space(true)
		if x.i >= len(x.src) {
			return
		}
		start := x.i
		switch {
		case x.src[x.i] == '[':
			x.i++
			list := x.peek('[')
			if list {
				x.i++
			}
			x.space(false)
			start = x.i
			keys := x.keys()
			table = nil
			for n, k := range keys {
				table = append(table, k)
				at := place{start, start, n == len(keys)-1}
				if at.own && list {
					x.lists[strings.Join(table, sep)]++
				}
				if c := x.lists[strings.Join(table, sep)]; c > 0 {
					x.note(table, at)
					table = append(table, "#"+strconv.Itoa(c-1))
				}
				x.note(table, at)
			}
			for x.i < len(x.src) && x.src[x.i] == ']' {
				x.i++
			}
		default:
			x.pair(table)
			if x.i == start {
				x.i++
			}
		}
	}
}

// pair reads key = value below the table.
func (x *index) pair(table []string) {
	start := x.i
	keys := x.keys()
	x.space(false)
	if len(keys) == 0 || !x.peek('=') {
		return
	}
	x.i++
	x.space(false)
	path := append([]string(nil), table...)
	for n, k := range keys {
		path = append(path, k)
		at := place{start, x.i, n == len(keys)-1}
		if old, ok := x.places[strings.Join(path, sep)]; ok && at.own && !old.own {
			x.twice = append(x.twice, start)
		}
		x.note(path, at)
	}
	x.value(path)
}

// note keeps the first place of a key; that of a header which names another
// table below it, as [a.b] names a, gives way to a header of its own.
func (x *index) note(path []string, at place) {
	p := strings.Join(path, sep)
	if old, ok := x.places[p]; !ok || at.own && !old.own {
		x.places[p] = at
	}
}

func (x *index) value(path []string) {
	if x.i >= len(x.src) {
		return
	}
	switch c := x.src[x.i]; c {
	case '"', '\'':
		x.text(c)
	case '[':
		x.i++
		for n := 0; ; n++ {
			x.space(true)
			if x.i >= len(x.src) || x.peek(']') {
				x.i++
				return
			}
			start := x.i
			item := append(append([]string(nil), path...), "#"+strconv.Itoa(n))
			x.note(item, place{x.i, x.i, true})
			x.value(item)
			x.space(true)
			if x.peek(',') {
				x.i++
			}
			if x.i == start {
				x.i++
			}
		}
	case '{':
		x.i++
		for {
			x.space(true)
			if x.i >= len(x.src) || x.peek('}') {
				x.i++
				return
			}
			start := x.i
			x.pair(path)
			x.space(true)
			if x.peek(',') {
				x.i++
			}
			if x.i == start {
				x.i++
			}
		}
	default:
		for x.i < len(x.src) && !strings.ContainsRune(",]}#\n\r", rune(x.src[x.i])) {
			x.i++
		}
	}
}

// keys reads a dotted key.
func (x *index) keys() []string {
	var keys []string
	for x.i < len(x.src) {
		start := x.i
		switch c := x.src[x.i]; {
		case c == '"' || c == '\'':
			x.text(c)
			s := string(x.src[start:x.i])
			if u, err := strconv.Unquote(s); err == nil && c == '"' {
				s = u
			} else if len(s) > 1 {
				s = s[1 : len(s)-1]
			}
			keys = append(keys, s)
		default:
			for x.i < len(x.src) && bare(x.src[x.i]) {
				x.i++
			}
			if x.i == start {
				return keys
			}
			keys = append(keys, string(x.src[start:x.i]))
		}
		at := x.i
		x.space(false)
		if !x.peek('.') {
			x.i = at
			return keys
		}
		x.i++
		x.space(false)
	}
	return keys
}

func bare(c byte) bool {
	return c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// text moves over a quoted text in any of TOML's four forms.
func (x *index) text(quote byte) {
	q := string(quote)
	if strings.HasPrefix(string(x.src[x.i:min(x.i+3, len(x.src))]), q+q+q) {
		x.i += 3
		for x.i < len(x.src) && string(x.src[x.i:min(x.i+3, len(x.src))]) != q+q+q {
			if quote == '"' && x.src[x.i] == '\\' {
				x.i++
			}
			x.i++
		}
		x.i += 3
		for x.peek(quote) { // up to two quotes may end the text itself
			x.i++
		}
		x.i = min(x.i, len(x.src))
		return
	}
	for x.i++; x.i < len(x.src) && x.src[x.i] != quote && x.src[x.i] != '\n'; x.i++ {
		if quote == '"' && x.src[x.i] == '\\' {
			x.i++
		}
	}
	x.i = min(x.i+1, len(x.src))
}

func (x *index) peek(c byte) bool { return x.i < len(x.src) && x.src[x.i] == c }

// space moves over blanks, and over line ends and comments where lines is set.
func (x *index) space(lines bool) {
	for x.i < len(x.src) {
		switch c := x.src[x.i]; {
		case c == ' ' || c == '\t':
			x.i++
		case lines && (c == '\n' || c == '\r'):
			x.i++
		case lines && c == '#':
			for x.i < len(x.src) && x.src[x.i] != '\n' {
				x.i++
			}
		default:
			return
		}
	}
}
