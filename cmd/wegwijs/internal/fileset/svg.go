package fileset

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
)

// runs are the elements of an SVG that can run something or bring in a page,
// in small letters.
var runs = map[string]bool{"script": true, "foreignobject": true, "iframe": true, "embed": true, "object": true, "handler": true, "listener": true}

// RunsIn returns what in an SVG would run when somebody opens it, and where in
// src that is; "" when nothing would. What cannot be read as XML is taken to
// run, since browsers may read it otherwise.
func RunsIn(src []byte) (what string, at int) {
	d := xml.NewDecoder(bytes.NewReader(src))
	d.Strict = true
	for {
		at = int(d.InputOffset())
		t, err := d.Token()
		if err == io.EOF {
			return "", 0
		}
		if err != nil {
			return "XML that cannot be read", at
		}
		switch t := t.(type) {
		case xml.Directive:
			if bytes.Contains(bytes.ToUpper(t), []byte("ENTITY")) {
				return "<!ENTITY>", at
			}
		case xml.ProcInst:
			if strings.EqualFold(t.Target, "xml-stylesheet") {
				return "<?xml-stylesheet?>", at
			}
		case xml.StartElement:
			if runs[strings.ToLower(t.Name.Local)] {
				return "<" + t.Name.Local + ">", at
			}
			for _, a := range t.Attr {
				name := strings.ToLower(a.Name.Local)
				value := strings.ToLower(strings.Join(strings.Fields(a.Value), ""))
				value = strings.Map(func(r rune) rune {
					if r < ' ' {
						return -1
					}
					return r
				}, value)
				switch {
				case strings.HasPrefix(name, "on"):
					return a.Name.Local, at
				case name == "attributename" && (strings.HasPrefix(value, "on") || strings.HasSuffix(value, "href")):
					return a.Name.Local + "=" + a.Value, at
				case strings.HasPrefix(value, "javascript:"), strings.HasPrefix(value, "vbscript:"), strings.HasPrefix(value, "data:") && !strings.HasPrefix(value, "data:image/") && !strings.HasPrefix(value, "data:font/"):
					return a.Name.Local + "=" + strings.SplitAfter(value, ":")[0], at
				}
			}
		}
	}
}
