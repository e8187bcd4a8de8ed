package importer

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// A document is a saved page.
type document struct {
	root                                               *html.Node
	lang, title, description, updated, canonical, base string
}

// readDocument parses a saved page.
func readDocument(src []byte) *document {
	d := &document{}
	root, err := html.Parse(bytes.NewReader(withLines(src)))
	if err != nil {
		return d
	}
	d.root = root
	var h1, title string
	walkNodes(root, func(n *html.Node) bool {
		switch n.DataAtom {
		case atom.Html:
			d.lang = strings.ToLower(attr(n, "lang"))
		case atom.Title:
			title = cmpOr(title, textOf(n))
		case atom.H1:
			h1 = cmpOr(h1, textOf(n))
		case atom.Base:
			d.base = cmpOr(d.base, attr(n, "href"))
		case atom.Meta:
			if attr(n, "name") == "description" {
				d.description = attr(n, "content")
			}
		case atom.Link:
			if attr(n, "rel") == "canonical" {
				d.canonical = attr(n, "href")
			}
		case atom.Time:
			if v := attr(n, "datetime"); len(v) >= 10 && v[4] == '-' {
				d.updated = day(map[string]any{"d": v}, "d")
			}
		}
		return true
	})
	short, _, _ := strings.Cut(title, " – ")
	d.title = cmpOr(h1, short)
	return d
}

// lineAttr says of an element of a saved page on which line it stands, which the
// parser forgets.
const lineAttr = "data-source-line"

// withLines returns HTML in which every tag that opens an element has its line.
func withLines(src []byte) []byte {
	var b bytes.Buffer
	z := html.NewTokenizer(bytes.NewReader(src))
	for n := 1; ; {
		kind := z.Next()
		raw := z.Raw()
		if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
			end := 1 + bytes.IndexAny(raw[1:], " \t\n\r\f/>")
			fmt.Fprintf(&b, `%s %s="%d"%s`, raw[:end], lineAttr, n, raw[end:])
		} else {
			b.Write(raw)
		}
		if kind == html.ErrorToken {
			return b.Bytes()
		}
		n += bytes.Count(raw, []byte("\n"))
	}
}

// at notes on which line of a saved page an element stands.
func (d *dom) at(n *html.Node) {
	if line, err := strconv.Atoi(attr(n, lineAttr)); err == nil {
		d.n = line
	}
}

var articleRE = lazyregexp.New(`(?i)(?:^|\s|-|_)(?:article[-_]*_*body|post-content|entry-content|article-content|markdown-body|theme-doc-markdown|md-content__inner|page-content|main-content)(?:$|\s)`)

// article returns the part of a saved page that is its text.
func (d *document) article() *html.Node {
	var best [5]*html.Node
	walkNodes(d.root, func(n *html.Node) bool {
		put := func(i int) {
			if best[i] == nil {
				best[i] = n
			}
		}
		switch {
		case n.Type != html.ElementNode:
		case articleRE().MatchString(attr(n, "class")) || articleRE().MatchString(attr(n, "id")):
			put(0)
		case n.DataAtom == atom.Article:
			put(1)
		case n.DataAtom == atom.Main || attr(n, "role") == "main":
			put(2)
		case n.DataAtom == atom.Body:
			put(3)
		}
		return true
	})
	for _, n := range best {
		if n != nil {
			return n
		}
	}
	return d.root
}

// savedPage converts a saved page.
func (c *conv) savedPage() []line {
	d := readDocument(c.t.read(c.p.src))
	c.begin(d.base)
	root := d.article()
	dm := &dom{c: c, main: true, n: 1, panels: map[string]*html.Node{}, shown: map[*html.Node]bool{}}
	walkNodes(root, func(x *html.Node) bool {
		if id := attr(x, "id"); id != "" && dm.panels[id] == nil {
			dm.panels[id] = x
		}
		// The heading that is the title does not stand in the text.
		if x.DataAtom == atom.H1 && textOf(x) == d.title && x.Parent != nil {
			if id := attr(x, "id"); id != "" {
				c.p.ids["\x00top "+id] = true
			}
			x.Data, x.DataAtom = "template", 0
			x.FirstChild, x.LastChild = nil, nil
		}
		return true
	})
	if c.final {
		c.frame(d, root)
	}
	return dm.flow(root)
}

// begin notes at what the relative addresses of a saved page begin: at a folder,
// or at an address.
func (c *conv) begin(base string) {
	switch u, err := url.Parse(base); {
	case base == "" || err != nil:
	case u.IsAbs() || u.Host != "":
		c.home = u
	case strings.HasPrefix(base, "/"):
		c.base = path.Join(base, "index.html")[1:]
	default:
		c.base = path.Join(path.Dir(c.p.src), base, "index.html")
	}
}

// A frame is what stands around the text of pages, alike on each.
type frame struct{ tag, text string }

// frame notes what stands around the text of a saved page.
func (c *conv) frame(d *document, root *html.Node) {
	for n := root; n.Parent != nil; n = n.Parent {
		for x := n.Parent.FirstChild; x != nil; x = x.NextSibling {
			if x == n || x.Type != html.ElementNode || x.DataAtom == atom.Head || unread[x.Data] {
				continue
			}
			text := strings.TrimSpace(strings.Replace(wordsOf(x), d.title, "", 1))
			if text == "" {
				continue
			}
			line, _ := strconv.Atoi(attr(x, lineAttr))
			c.t.around(frame{x.Data, text}, c.p.src, max(line, 1))
		}
	}
}

// around keeps where a piece of the frame of pages stands.
func (t *tree) around(f frame, src string, n int) {
	if t.frames == nil {
		t.frames = map[frame][]seen{}
	}
	t.frames[f] = append(t.frames[f], seen{src, n})
}

// A seen is a line of a source.
type seen struct {
	src string
	n   int
}

// sayFrames reports what stood around the text of pages: once where it is the
// same on several.
func (t *tree) sayFrames() {
	for f, places := range maps.All(t.frames) {
		slices.SortFunc(places, func(a, b seen) int { return strings.Compare(a.src, b.src) })
		first := places[0]
		if len(places) == 1 {
			t.note(first.src, first.n, leftOut, "the element %s around the text: %s", "<"+f.tag+">", short(f.text))
		} else {
			t.note(first.src, first.n, leftOut, "the element %s around the text, alike on %d pages: %s", "<"+f.tag+">", len(places), short(f.text))
		}
	}
}

// unread are the elements of which nobody reads the text.
var unread = set("script style noscript template")

// wordsOf returns the words in an element, with a space between those of two
// elements.
func wordsOf(n *html.Node) string {
	var words []string
	walkNodes(n, func(x *html.Node) bool {
		if x.Type == html.TextNode {
			words = append(words, strings.Fields(x.Data)...)
		}
		return !unread[x.Data]
	})
	return strings.Join(words, " ")
}

// skips reports whether an element is part of the frame of a page, or no text.
func (d *dom) skips(n *html.Node) bool {
	return skip[n.Data] || attr(n, "role") == "navigation" || n.DataAtom == atom.Aside && n.Parent.DataAtom == atom.Body
}

// opens returns the part of a page that a button opens, or a heading that is
// one; nil for what is none.
func (d *dom) opens(n *html.Node) *html.Node {
	button := n
	if headingTag(n) {
		for x := n.FirstChild; x != nil; x = x.NextSibling {
			if x.Type == html.ElementNode {
				button = x
			} else if strings.TrimSpace(x.Data) != "" {
				return nil
			}
		}
	}
	if button.DataAtom != atom.Button && attr(button, "role") != "button" || textOf(button) == "" {
		return nil
	}
	part := d.panels[attr(button, "aria-controls")]
	if part == nil || d.skips(part) || part.DataAtom == atom.Ul {
		return nil
	}
	return part
}

// opened makes of a button and the part that it opens what opens here.
func (d *dom) opened(n, part *html.Node) []line {
	at := d.n
	title := label(strings.TrimSpace(textOf(n)))
	body := d.flow(part)
	d.shown[part] = true
	return d.c.container("details", title, trimBlank(body), at)
}

// tabs makes a choice of a list of tabs and of the panels that follow it; nil
// where these are not as many.
func (d *dom) tabs(list *html.Node) []line {
	at := d.n
	var names []string
	walkNodes(list, func(x *html.Node) bool {
		if attr(x, "role") == "tab" {
			names = append(names, textOf(x))
			return false
		}
		return true
	})
	var panels []*html.Node
	walkNodes(list.Parent, func(x *html.Node) bool {
		if attr(x, "role") == "tabpanel" {
			panels = append(panels, x)
			return false
		}
		return true
	})
	if len(names) == 0 || len(panels) != len(names) || slices.Contains(names, "") {
		return nil
	}
	var bodies [][]line
	for _, p := range panels {
		bodies = append(bodies, trimBlank(d.flow(p)))
		d.shown[p] = true
	}
	return d.c.tabs(at, names, bodies)
}
