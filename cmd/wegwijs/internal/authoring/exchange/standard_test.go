package exchange

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/site/freshness"
	"wegwijs/cmd/wegwijs/internal/testenv"
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

// schemas is where Debian's php-symfony-translation puts the schemas of OASIS.
const schemas = "/usr/share/php/Symfony/Component/Translation/Resources/schemas"

// schema returns a file of the schema of a format, whose import of xml.xsd leads
// to the one beside it. XLIFF 2.1 has the namespace and the core of 2.0.
func schema(t *testing.T, f Format) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("XLIFF_SCHEMAS"), schemas)
	names, err := filepath.Glob(filepath.Join(dir, map[Format]string{XLIFF2: "xliff-core-2.0.xsd", XLIFF1: "xliff-core-1.2-*.xsd"}[f]))
	if err != nil || len(names) == 0 {
		testenv.Missing(t, "the schemas of XLIFF (Debian: php-symfony-translation; XLIFF_SCHEMAS names their folder)")
	}
	src, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	local := regexp.MustCompile(`schemaLocation="[^"]*xml\.xsd"`).ReplaceAll(src, []byte(`schemaLocation="`+filepath.Join(dir, "xml.xsd")+`"`))
	file := filepath.Join(t.TempDir(), "schema.xsd")
	if err := os.WriteFile(file, local, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// The XLIFF files are valid by the schemas of OASIS, those of every page of this
// repository too, and the schemas see what is not.
func TestSchemas(t *testing.T) {
	xmllint := testenv.Program(t, "libxml2-utils", "xmllint")
	pages := ours(t)
	for _, translation := range []string{english, ""} {
		p, _, _ := page(t, translation)
		pages = append(pages, p)
	}
	for _, f := range []Format{XLIFF2, XLIFF1} {
		xsd := schema(t, f)
		valid := func(sources ...[]byte) error {
			dir, args := t.TempDir(), []string{"--noout", "--nonet", "--schema", xsd}
			for i, src := range sources {
				file := filepath.Join(dir, strconv.Itoa(i)+".xlf")
				if err := os.WriteFile(file, src, 0o644); err != nil {
					t.Fatal(err)
				}
				args = append(args, file)
			}
			if out, err := exec.Command(xmllint, args...).CombinedOutput(); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			return nil
		}
		var sources [][]byte
		for _, p := range pages {
			sources = append(sources, p.Encode(f))
		}
		if err := valid(sources...); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		for old, now := range map[string]string{" id=\"u1\"": " name=\"u1\"", "<source>": "<source><b/>", "<file ": "<file purpose=\"x\" "} {
			if broken := bytes.ReplaceAll(sources[len(sources)-1], []byte(old), []byte(now)); valid(broken) == nil {
				t.Errorf("%s with %s for %s: valid", f, now, old)
			}
		}
	}
}

// A pair is a page of this repository with its English translation.
type pair struct {
	text, translation *freshness.Text
	src, translated   []byte
}

// ours returns the pages of this repository with their English translations.
func ours(t *testing.T) (pages []*Page) {
	t.Helper()
	_, pages = oursOf(t)
	return pages
}

// oursOf returns them, and what they are made from.
func oursOf(t *testing.T) (pairs []pair, pages []*Page) {
	t.Helper()
	root := testenv.Root(t)
	text := func(lang, name string) (*freshness.Text, []byte) {
		src, err := os.ReadFile(filepath.Join(root, "content", lang, name))
		if err != nil {
			return nil, nil
		}
		return freshness.Parse("content/"+lang+"/"+name, src), src
	}
	names, err := fs.Glob(os.DirFS(filepath.Join(root, "content/nl")), "e-mail/*.md")
	if err != nil || len(names) < 20 {
		t.Fatalf("%d pages, %v", len(names), err)
	}
	for _, name := range names {
		var x pair
		x.text, x.src = text("nl", name)
		x.translation, x.translated = text("en", name)
		pairs = append(pairs, x)
		pages = append(pages, Of(x.text, x.translation, "nl", "en", x.src, x.translated))
	}
	return pairs, pages
}

// The PO files pass the check of GNU gettext, where that is there.
func TestGettext(t *testing.T) {
	msgfmt := testenv.Program(t, "gettext", "msgfmt")
	p, _, _ := page(t, english)
	file := filepath.Join(t.TempDir(), "page.po")
	if err := os.WriteFile(file, p.Encode(PO), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(msgfmt, "--check-format", "--check-domain", "-o", os.DevNull, file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// A program that others made reads in the XLIFF 2.1 of every page of this
// repository the texts that were sent, and what each placeholder stands for.
func TestXLIFF2Program(t *testing.T) {
	node := testenv.Program(t, "node", "node")
	if _, err := os.Stat("testdata/npm/node_modules/xliff"); err != nil {
		testenv.Missing(t, "the npm packages (npm ci in cmd/wegwijs/internal/authoring/exchange/testdata/npm)")
	}
	pages := ours(t)
	out, err := exec.Command(node, append([]string{"testdata/npm/units.mjs"}, written(t, t.TempDir(), XLIFF2, pages)...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var files [][][2]string
	if err := json.Unmarshal(out, &files); err != nil {
		t.Fatal(err)
	}
	for i, p := range pages {
		if len(files[i]) != len(p.Units) {
			t.Errorf("%s: %d units, %d were sent", p.Original, len(files[i]), len(p.Units))
			continue
		}
		for j, u := range p.Units {
			if sent := [2]string{unspaced(u.Source), unspaced(u.Target)}; files[i][j] != sent {
				t.Errorf("%s, %s: read as\n%q\nwas sent as\n%q", p.Original, u.ID, files[i][j], sent)
			}
		}
	}
}

// unspaced returns a text without spaces that stand alone between two
// placeholders, which the program does not read although they are to be preserved.
// Where it saves them away, its file is refused for a source that is not what was
// sent.
func unspaced(s string) string {
	var b strings.Builder
	all := pieces(s)
	for i, x := range all {
		if i == 0 || i == len(all)-1 || strings.TrimSpace(x.text) != "" {
			b.WriteString(x.text)
		}
	}
	return b.String()
}

// The Translate Toolkit opens every page of this repository, writes before and
// behind every translation, and what it saves is taken over as it is.
func TestTranslateToolkit(t *testing.T) {
	podebug := testenv.Program(t, "translate-toolkit", "podebug")
	texts, pages := oursOf(t)
	for _, f := range []Format{XLIFF1, PO} {
		dir := t.TempDir()
		names := written(t, filepath.Join(dir, "sent"), f, pages)
		if out, err := exec.Command(podebug, "--rewrite=xxx", "--progress=none", filepath.Join(dir, "sent"), filepath.Join(dir, "back")).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for i, x := range texts {
			data, err := os.ReadFile(filepath.Join(dir, "back", filepath.Base(names[i])))
			if err != nil {
				t.Fatal(err)
			}
			back, err := Decode(data)
			if err != nil {
				t.Errorf("%s: %v", names[i], err)
				continue
			}
			for j, u := range pages[i].Units {
				if u.Kind == "text of a picture" {
					back.Units[j].Target = u.Target // text beside it would make it part of a paragraph
				}
			}
			got, complete, err := back.Merge(x.text, x.translation, x.src, x.translated)
			if err != nil || !complete {
				t.Errorf("%s of %s: complete is %t, %v", f, x.text.File, complete, err)
				continue
			}
			now := Of(x.text, freshness.Parse(x.translation.File, got), "nl", "en", x.src, got)
			for j, u := range now.Units {
				// Of XLIFF it rewrites the source, of PO the target.
				was := pages[i].Units[j].Target
				if f == XLIFF1 {
					was = u.Source
				}
				if u.Kind != "text of a picture" && u.Target != "xxx"+was+"xxx" {
					t.Errorf("%s of %s, %s: %q has become %q", f, x.text.File, u.ID, was, u.Target)
				}
			}
		}
	}
}

// written writes pages in a format and returns the names of their files, in order.
func written(t *testing.T, dir string, f Format, pages []*Page) (names []string) {
	t.Helper()
	for i, p := range pages {
		name := filepath.Join(dir, fmt.Sprintf("%03d%s", i, f.Ext()))
		testenv.Write(t, name, string(p.Encode(f)))
		names = append(names, name)
	}
	return names
}
