package freshness

import (
	"bytes"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// sourceRE finds the line of front matter that holds the stamp.
var sourceRE = regexp.MustCompile(`(?m)^source[ \t]*=[^\n]*`)

// forcedRE finds a stamp that was given although something was missing.
var forcedRE = regexp.MustCompile(`(?m)^source[ \t]*=[^#\n]*#[ \t]*--force`)

// tableRE finds where a table begins in front matter: keys of the page itself
// stand before it.
var tableRE = regexp.MustCompile(`(?m)^[ \t]*\[`)

// WithStamp returns the bytes of a page with the stamp in its front matter, and
// with a mark where it is stamped although something is missing. All else stays
// as it is. ok is false where the page has no front matter.
func WithStamp(src []byte, stamp Stamp, forced bool) (_ []byte, ok bool) {
	start, end, ok := content.FrontMatterRange(src)
	if !ok {
		return nil, false
	}
	nl := "\n"
	if bytes.Contains(src[:end], []byte("\r\n")) {
		nl = "\r\n"
	}
	line := `source = "` + string(stamp) + `"`
	if forced {
		line += " # --force"
	}
	head := src[start:end]
	at := len(head)
	if m := tableRE.FindIndex(head); m != nil {
		at = m[0]
	}
	if m := sourceRE.FindIndex(head[:at]); m != nil {
		stop := m[1]
		if stop > m[0] && head[stop-1] == '\r' {
			stop--
		}
		return slices.Concat(src[:start+m[0]], []byte(line), src[start+stop:]), true
	}
	return slices.Concat(src[:start+at], []byte(line+nl), src[start+at:]), true
}

// Unused returns the files in [BaseDir] that no page of the site names, in
// order.
func (r *Reader) Unused() ([]string, error) {
	entries, err := fs.ReadDir(r.files, BaseDir)
	if err != nil {
		return nil, nil // none are kept
	}
	used := map[string]bool{}
	for _, id := range r.ids() {
		for _, p := range r.site.Written(id) {
			if p != nil && p.Source != "" {
				used[Stamp(p.Source).File()] = true
			}
		}
	}
	var unused []string
	for _, e := range entries {
		name := BaseDir + "/" + e.Name()
		if s, ok := strings.CutSuffix(e.Name(), ".md"); ok && Stamp(s).Valid() && !used[name] {
			unused = append(unused, name)
		}
	}
	return unused, nil
}

// Scaffold returns a page to translate: the text src, with front matter that
// says that it is a draft and keeps what is the same in every language.
func Scaffold(src []byte) []byte {
	start, end, ok := content.FrontMatterRange(src)
	table := content.FrontMatter("", src, new(diag.List))
	if !ok || table == nil {
		return src
	}
	nl := "\n"
	if bytes.Contains(src[:end], []byte("\r\n")) {
		nl = "\r\n"
	}
	lines := slices.Collect(bytes.Lines(src[start:end]))
	list := entries(table, bytes.Count(src[:start], []byte("\n"))+1, lines)
	head := slices.Clone(src[:start])
	if len(list) > 0 { // comments before the first key
		head = append(head, bytes.Join(lines[:list[0].from], nil)...)
	}
	done := false
	mine := func() { // keys of the page itself stand before its first table
		head = append(head, "# slug = \"…\" names the page in its address; without it the file name does"+nl+"draft = true # remove this line when the page is translated"+nl...)
		done = true
	}
	for i, e := range list {
		if e.keep {
			head = append(head, bytes.Join(lines[e.from:e.to], nil)...)
		}
		if !done && (i+1 == len(list) || list[i+1].table) {
			mine()
		}
		head = append(head, bytes.Join(lines[e.to:e.next], nil)...)
	}
	return append(head, src[end:]...)
}

// An entry is a key of front matter with its value, or the head of a table: lines
// from to to. Up to the next entry there are blank lines and comments.
type entry struct {
	from, to, next int
	table          bool
	keep           bool // it is the same in every language, or is translated
}

// own are the keys of front matter that a page has for itself: an address, a date and
// search words are those of its language.
var own = []string{"slug", "aliases", "updated", "source", "draft", "keywords", "messages"}

// ofText are those below groups that the text says for all its translations.
var ofText = []string{"pages"}

// entries returns those of front matter, whose lines begin in the file at first.
func entries(table *tomlfile.Table, first int, lines [][]byte) []entry {
	keeps := map[int]bool{} // by the line on which an entry begins
	var walk func(t *tomlfile.Table, without []string, keep bool)
	walk = func(t *tomlfile.Table, without []string, keep bool) {
		for _, key := range t.Keys() {
			n := t.KeyPos(key).Line - first
			this := keep && !slices.Contains(without, key)
			keeps[n] = keeps[n] || this
			if t.IsTable(key) {
				walk(t.Table(key), ofText, this)
			}
		}
	}
	walk(table, own, true)
	begins := slices.Sorted(maps.Keys(keeps))
	var list []entry
	for i, n := range begins {
		e := entry{from: n, keep: keeps[n], table: tableRE.Match(lines[n]), next: len(lines)}
		if i+1 < len(begins) {
			e.next = begins[i+1]
		}
		for e.to = e.next; e.to > n+1; e.to-- {
			if text := bytes.TrimSpace(lines[e.to-1]); len(text) > 0 && text[0] != '#' {
				break
			}
		}
		list = append(list, e)
	}
	return list
}

// WithIDs returns the bytes of a page in which every heading has its id
// written, as ids says them in order; changed is how many were added.
func (t *Text) WithIDs(src []byte, ids []string) (_ []byte, changed int) {
	var headings []int // lines
	for i := range t.Units {
		if t.Units[i].Kind == "heading" {
			headings = append(headings, t.Units[i].Pos.Line)
		}
	}
	if len(headings) != len(ids) {
		return src, 0
	}
	lines := bytes.SplitAfter(src, []byte("\n"))
	for i, n := range headings {
		line := lines[n-1]
		text := bytes.TrimRight(line, "\r\n")
		end := line[len(text):]
		text = bytes.TrimRight(text, " \t")
		if bytes.HasSuffix(text, []byte("}")) && bytes.Contains(text, []byte("{#")) || ids[i] == "" {
			continue
		}
		lines[n-1] = slices.Concat(text, []byte(" {#"+ids[i]+"}"), end)
		changed++
	}
	return bytes.Join(lines, nil), changed
}
