package exchange

import (
	"bytes"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A shape says of an element which others stand in it, in order, and which
// attributes it must have.
type shape struct {
	children []string // with ? or * behind the name; "text" where there is text
	required []string
}

// shapes are the parts of the standards that are written here: XLIFF 2.1, section
// 4.2, and XLIFF 1.2, section 2.
var shapes = map[Format]map[string]shape{
	XLIFF2: {
		"xliff":        {[]string{"file*"}, []string{"version", "srcLang"}},
		"file":         {[]string{"notes?", "unit*"}, []string{"id"}},
		"notes":        {[]string{"note*"}, nil},
		"note":         {[]string{"text"}, nil},
		"unit":         {[]string{"notes?", "originalData?", "segment*"}, []string{"id"}},
		"originalData": {[]string{"data*"}, nil},
		"data":         {[]string{"text"}, []string{"id"}},
		"segment":      {[]string{"source", "target?"}, nil},
		"source":       {[]string{"text", "ph*"}, nil},
		"target":       {[]string{"text", "ph*"}, nil},
		"ph":           {nil, []string{"id"}},
	},
	XLIFF1: {
		"xliff":      {[]string{"file*"}, []string{"version"}},
		"file":       {[]string{"header?", "body"}, []string{"original", "source-language", "datatype"}},
		"header":     {[]string{"note*"}, nil},
		"note":       {[]string{"text"}, nil},
		"body":       {[]string{"trans-unit*"}, nil},
		"trans-unit": {[]string{"source", "target?", "note*"}, []string{"id"}},
		"source":     {[]string{"text", "ph*"}, nil},
		"target":     {[]string{"text", "ph*"}, nil},
		"ph":         {[]string{"text"}, []string{"id"}},
	},
}

var namespaces = map[Format]string{XLIFF2: "urn:oasis:names:tc:xliff:document:2.0", XLIFF1: "urn:oasis:names:tc:xliff:document:1.2"}

type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (e *element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e *element) check(t *testing.T, f Format) {
	s, ok := shapes[f][e.XMLName.Local]
	if !ok || e.XMLName.Space != namespaces[f] {
		t.Errorf("%s: the standard has no <%s> in %q here", f, e.XMLName.Local, e.XMLName.Space)
		return
	}
	for _, name := range s.required {
		if e.attr(name) == "" {
			t.Errorf("%s: <%s> has no %s", f, e.XMLName.Local, name)
		}
	}
	if !slices.Contains(s.children, "text") && strings.TrimSpace(e.Text) != "" {
		t.Errorf("%s: <%s> has the text %q", f, e.XMLName.Local, e.Text)
	}
	at := 0
	for i := range e.Children {
		c := &e.Children[i]
		found := -1
		for n := at; n < len(s.children) && found < 0; n++ {
			if strings.TrimRight(s.children[n], "?*") == c.XMLName.Local {
				found = n
			}
		}
		if found < 0 {
			t.Errorf("%s: <%s> stands wrongly in <%s>", f, c.XMLName.Local, e.XMLName.Local)
			continue
		}
		if at = found; !strings.HasSuffix(s.children[found], "*") {
			at++
		}
		c.check(t, f)
	}
	if e.XMLName.Local == "unit" || e.XMLName.Local == "trans-unit" {
		e.marks(t, f)
	}
}

// marks sees that placeholders have one id each in a text, that those of XLIFF 2
// stand for something, and that the target's are numbered as the source's.
func (e *element) marks(t *testing.T, f Format) {
	data := map[string]bool{}
	var walk func(x *element, ids map[string]bool)
	walk = func(x *element, ids map[string]bool) {
		if x.XMLName.Local == "source" || x.XMLName.Local == "target" {
			ids = map[string]bool{}
		}
		switch x.XMLName.Local {
		case "data":
			data[x.attr("id")] = true
		case "ph":
			if ids[x.attr("id")] {
				t.Errorf("%s: the id %s stands twice in %s", f, x.attr("id"), e.attr("id"))
			}
			ids[x.attr("id")] = true
			if f == XLIFF2 && !data[x.attr("dataRef")] {
				t.Errorf("%s: %s of %s stands for nothing", f, x.attr("id"), e.attr("id"))
			}
		}
		for i := range x.Children {
			walk(&x.Children[i], ids)
		}
	}
	walk(e, nil)
}

// What is written has the form of the standards.
func TestStandards(t *testing.T) {
	for _, translation := range []string{english, ""} {
		p, _, _ := page(t, translation)
		for _, f := range []Format{XLIFF2, XLIFF1} {
			d := xml.NewDecoder(bytes.NewReader(p.Encode(f)))
			var root element
			if err := d.Decode(&root); err != nil {
				t.Fatal(err)
			}
			root.check(t, f)
		}
	}
}

// The PO files pass the check of GNU gettext, where that is there.
func TestGettext(t *testing.T) {
	msgfmt, err := exec.LookPath("msgfmt")
	if err != nil {
		t.Skip("no msgfmt (Debian: gettext)")
	}
	p, _, _ := page(t, english)
	file := filepath.Join(t.TempDir(), "page.po")
	if err := os.WriteFile(file, p.Encode(PO), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(msgfmt, "--check-format", "--check-domain", "-o", os.DevNull, file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
