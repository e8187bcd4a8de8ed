package exchange

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// note introduces the stamp in a note of the file.
const note = "stamp "

// Encode returns a page in a format.
func (p *Page) Encode(f Format) []byte {
	switch f {
	case PO:
		return p.po()
	case XLIFF1:
		return p.xliff1()
	}
	return p.xliff2()
}

// Decode reads a page in any of the formats. A file that is broken is refused with
// an [Error].
func Decode(data []byte) (*Page, error) {
	if bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))), []byte("<")) {
		return decodeXLIFF(data)
	}
	return decodePO(data)
}

func esc(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return strings.ReplaceAll(b.String(), "&#xA;", "\n")
}

// xliff2 writes XLIFF 2.1 (OASIS, 13 February 2018).
func (p *Page) xliff2() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.0\" version=\"2.1\" srcLang=\"%s\" trgLang=\"%s\">\n", esc(p.Source), esc(p.Target))
	fmt.Fprintf(&b, "  <file id=\"page\" original=\"%s\">\n    <notes>\n      <note id=\"stamp\">%s%s</note>\n    </notes>\n", esc(p.Original), note, esc(p.Stamp))
	for _, u := range p.Units {
		of := ids(u.Source)
		var data [][2]string // what placeholders stand for, by their ids
		inline := func(s string, target bool) string {
			var t strings.Builder
			for _, x := range pieces(s) {
				if !x.token {
					t.WriteString(esc(x.text))
					continue
				}
				id := of(x.text, target)
				if id == strconv.Itoa(len(data)+1) {
					data = append(data, [2]string{id, x.text})
				}
				fmt.Fprintf(&t, "<ph id=\"%s\" dataRef=\"d%[1]s\" disp=\"%s\"/>", id, esc(x.text))
			}
			return t.String()
		}
		source, target := inline(u.Source, false), inline(u.Target, true)
		fmt.Fprintf(&b, "    <unit id=\"%s\" xml:space=\"preserve\">\n      <notes>\n        <note category=\"kind\">%s</note>\n      </notes>\n", u.ID, esc(u.Kind))
		if len(data) > 0 {
			b.WriteString("      <originalData>\n")
			for _, d := range data {
				fmt.Fprintf(&b, "        <data id=\"d%s\">%s</data>\n", d[0], esc(d[1]))
			}
			b.WriteString("      </originalData>\n")
		}
		if u.Target == "" {
			fmt.Fprintf(&b, "      <segment state=\"initial\">\n        <source>%s</source>\n      </segment>\n    </unit>\n", source)
		} else {
			fmt.Fprintf(&b, "      <segment state=\"translated\">\n        <source>%s</source>\n        <target>%s</target>\n      </segment>\n    </unit>\n", source, target)
		}
	}
	b.WriteString("  </file>\n</xliff>\n")
	return b.Bytes()
}

// xliff1 writes XLIFF 1.2 (OASIS, 1 February 2008).
func (p *Page) xliff1() []byte {
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xliff xmlns=\"urn:oasis:names:tc:xliff:document:1.2\" version=\"1.2\">\n")
	fmt.Fprintf(&b, "  <file original=\"%s\" source-language=\"%s\" target-language=\"%s\" datatype=\"plaintext\">\n    <header>\n      <note from=\"wegwijs\">%s%s</note>\n    </header>\n    <body>\n", esc(p.Original), esc(p.Source), esc(p.Target), note, esc(p.Stamp))
	for _, u := range p.Units {
		of := ids(u.Source)
		inline := func(s string, target bool) string {
			var t strings.Builder
			for _, x := range pieces(s) {
				if x.token {
					fmt.Fprintf(&t, "<ph id=\"%s\">%s</ph>", of(x.text, target), esc(x.text))
				} else {
					t.WriteString(esc(x.text))
				}
			}
			return t.String()
		}
		fmt.Fprintf(&b, "      <trans-unit id=\"%s\" xml:space=\"preserve\">\n        <source>%s</source>\n", u.ID, inline(u.Source, false))
		if u.Target != "" {
			fmt.Fprintf(&b, "        <target state=\"translated\">%s</target>\n", inline(u.Target, true))
		}
		fmt.Fprintf(&b, "        <note>%s</note>\n      </trans-unit>\n", esc(u.Kind))
	}
	b.WriteString("    </body>\n  </file>\n</xliff>\n")
	return b.Bytes()
}

// A reader reads XLIFF of either version.
type reader struct {
	d     *xml.Decoder
	p     *Page
	u     *Unit
	marks map[string]string // what placeholders of the unit stand for, where it says so
	path  []string
}

func (r *reader) line() int { line, _ := r.d.InputPos(); return line }

// token returns the next token; io.EOF behind the last one.
func (r *reader) token() (xml.Token, error) {
	t, err := r.d.Token()
	if err == nil || errors.Is(err, io.EOF) {
		return t, err
	}
	if bad, ok := errors.AsType[*xml.SyntaxError](err); ok {
		return nil, refuse(bad.Line, "this is not XML: an element is not closed, or a sign is missing, here or just before")
	}
	return nil, refuse(r.line(), "this cannot be read: %s", err)
}

func decodeXLIFF(data []byte) (*Page, error) {
	r := &reader{d: xml.NewDecoder(bytes.NewReader(data)), p: &Page{}}
	root := false
	for {
		t, err := r.token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, refuse(r.line(), "a document type has no place here")
		case xml.StartElement:
			if !root && t.Name.Local != "xliff" {
				return nil, refuse(r.line(), "this is not XLIFF, but <%s>", t.Name.Local)
			}
			root = true
			if err := r.start(t); err != nil {
				return nil, err
			}
		case xml.EndElement:
			r.path = r.path[:len(r.path)-1]
			if r.u != nil && (t.Name.Local == "unit" || t.Name.Local == "trans-unit") {
				r.u, r.marks = nil, nil
			}
		}
	}
	if r.p.Stamp == "" {
		return nil, refuse(1, "nothing in it says which text it is of: the note %q is not there", note)
	}
	return r.p, nil
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (r *reader) start(t xml.StartElement) error {
	in := ""
	if len(r.path) > 0 {
		in = r.path[len(r.path)-1]
	}
	switch name := t.Name.Local; name {
	case "xliff":
		r.p.Source, r.p.Target = attr(t, "srcLang"), attr(t, "trgLang")
	case "file":
		if r.p.Original != "" {
			return refuse(r.line(), "there is more than one page in it")
		}
		r.p.Original = attr(t, "original")
		if s := attr(t, "source-language"); s != "" {
			r.p.Source, r.p.Target = s, attr(t, "target-language")
		}
	case "unit", "trans-unit":
		r.p.Units = append(r.p.Units, Unit{ID: attr(t, "id"), Line: r.line()})
		r.marks = map[string]string{}
		r.u = &r.p.Units[len(r.p.Units)-1]
	case "note":
		if r.u == nil && (in == "notes" || in == "header") {
			text, err := r.text(t)
			if err != nil {
				return err
			}
			if stamp, ok := strings.CutPrefix(text, note); ok {
				r.p.Stamp = stamp
			}
			return nil
		}
	case "data":
		if r.u != nil {
			text, err := r.text(t)
			r.marks[attr(t, "id")] = text
			return err
		}
	case "source", "target":
		if r.u == nil || in == "alt-trans" {
			break
		}
		line := r.line()
		text, err := r.text(t)
		if name == "source" {
			r.u.Source += text
		} else {
			r.u.Target += text
			r.u.Line = line
		}
		return err
	}
	r.path = append(r.path, t.Name.Local)
	return nil
}

// text reads what stands in an element, to its end, with placeholders as what they
// stand for. What it does not know in there, it refuses.
func (r *reader) text(start xml.StartElement) (string, error) {
	var b strings.Builder
	depth := 1
	for depth > 0 {
		t, err := r.token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.StartElement:
			depth++
			switch t.Name.Local {
			case "ph":
				if ref := attr(t, "dataRef"); ref != "" {
					mark, ok := r.marks[ref]
					if !ok {
						return "", refuse(r.line(), "the placeholder %s stands for nothing", attr(t, "id"))
					}
					b.WriteString(mark)
				}
			case "mrk", "sm", "em": // a remark about words
			case "g", "x", "pc", "sc", "ec", "bpt", "ept", "it":
				return "", refuse(r.line(), "nothing was sent with the name %s", t.Name.Local)
			default:
				return "", refuse(r.line(), "<%s> has no place in <%s>", t.Name.Local, start.Name.Local)
			}
		case xml.EndElement:
			depth--
		}
	}
	return b.String(), nil
}
