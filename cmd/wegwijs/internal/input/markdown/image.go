package markdown

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// An Image is what an image's destination turned out to be.
type Image struct {
	URL            string
	Dark           string // the address of its form for a dark screen, or ""
	WebP, DarkWebP string // of the same as WebP, which are smaller, or ""
	Width, Height  int    // pixels; 0 when not known
	Problem, Hint  string
	// Unsized says that the file names no size: the text moves when it comes in.
	Unsized bool
	Film    *Film // what the address is instead, or nil

	label string // its text
}

// A Film is a video of the site's own. Width and Height are those of its poster.
type Film struct {
	Sources  []Source
	Poster   string // the address of the picture that stands there before it plays, or ""
	Captions []Captions
	Open     string // the text of the link to the file
	File     File
	Uncaptioned,
	Unposted string // the file that would have the captions in the page's language, or be its poster, where there is none
}

// A Source is one form of a film.
type Source struct{ URL, Type string }

// Captions are what is heard in a film, in one language.
type Captions struct {
	URL, Lang, Name string
	Default         bool
}

// A size is what stands in braces behind an image: {width=300}.
type size struct {
	ast.BaseInline
	image *ast.Image
	text  string // between the braces
	at    int    // of the first brace in the body
}

var kindSize = ast.NewNodeKind("Size")

func (*size) Kind() ast.NodeKind { return kindSize }

func (s *size) Dump(src []byte, level int) { ast.DumpHelper(s, src, level, nil, nil) }

// sizeParser reads a size where it stands directly behind an image.
type sizeParser struct{}

func (sizeParser) Trigger() []byte { return []byte{'{'} }

var sizeRE = lazyregexp.New(`^\{[ \t]*((?:[.#:]?[\w-]+(?:=(?:"[^"\n{}]*"|'[^'\n{}]*'|[^\s"'{}]*))?[ \t]*)+)\}`)

func (sizeParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	i, ok := parent.LastChild().(*ast.Image)
	if !ok {
		return nil
	}
	line, at := block.PeekLine()
	m := sizeRE().FindSubmatch(line)
	if m == nil {
		return nil
	}
	block.Advance(len(m[0]))
	return &size{image: i, text: string(bytes.TrimSpace(m[1])), at: at.Start}
}

// sized returns the width that the size behind an image asks for, in pixels; 0
// for that of the picture itself.
func (w *walk) sized(n *ast.Image, natural int) int {
	s, ok := n.NextSibling().(*size)
	if !ok || s.image != n {
		return 0
	}
	key, value, _ := strings.Cut(s.text, "=")
	value = strings.Trim(value, `"'`)
	px, err := strconv.Atoi(strings.TrimSuffix(value, "px"))
	switch {
	case strings.TrimPrefix(key, ":") != "width" || strings.ContainsAny(value, `"'`) || len(strings.Fields(s.text)) > 1:
		w.Out.Errorf(w.at(s.at), diag.ImageSize, "write only the width, in pixels: {width=300}; the height follows", "a picture has no attribute %q", short(s.text))
	case err != nil || px < 1 || px > 10000:
		w.Out.Errorf(w.at(s.at), diag.ImageSize, "write a number of pixels: {width=300}; on a narrower screen the picture becomes narrower by itself", "%q is no width", short(value))
	case natural > 0 && px > natural:
		w.Out.Warnf(w.at(s.at), diag.ImageSize, diag.Say("write %d or less, or take a larger picture", natural), "the picture is %d pixels wide: at %d it becomes blurred", natural, px)
		return px
	default:
		return px
	}
	return 0
}

func (w *walk) image(n *ast.Image) {
	if w.Site == Resolver(alone{}) {
		w.sized(n, 0)
		return
	}
	dest := unescape(n.Destination)
	i := w.Site.Image(dest)
	width := w.sized(n, i.Width)
	if i.Problem != "" {
		w.Out.Errorf(w.pos(n), diag.Image, i.Hint, "%s", i.Problem)
		return
	}
	n.Destination = destination(i.URL)
	if width > 0 && i.Width > 0 {
		i.Width, i.Height = width, max(1, (i.Height*width+i.Width/2)/i.Width)
	}
	if i.Width > 0 && i.Height > 0 {
		n.SetAttributeString("width", fmt.Appendf(nil, "%d", i.Width))
		n.SetAttributeString("height", fmt.Appendf(nil, "%d", i.Height))
	}
	n.SetAttributeString("loading", []byte("lazy"))
	if i.Unsized {
		w.Out.Warnf(w.pos(n), diag.ImageSize, `give its first element a viewBox: <svg viewBox="0 0 640 480">`, "the picture names no size: the text moves when it comes in")
	}
	w.imageText(n, dest)
	if i.Film != nil {
		w.film(n, i)
		return
	}
	if i.Dark != "" || i.WebP != "" {
		p := &picture{of: i}
		n.Parent().ReplaceChild(n.Parent(), n, p)
		p.AppendChild(p, n)
	}
}

// A picture is an image that has other forms.
type picture struct {
	ast.BaseInline
	of Image
}

var kindPicture = ast.NewNodeKind("Picture")

func (*picture) Kind() ast.NodeKind { return kindPicture }

func (p *picture) Dump(src []byte, level int) { ast.DumpHelper(p, src, level, nil, nil) }

// picture writes the forms of an image, of which a browser takes the first that
// it can; on paper it is a light one.
func (r *nodeRenderer) picture(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		if n.(*picture).of.Film == nil {
			w.WriteString("</picture>")
		}
		return ast.WalkContinue, nil
	}
	source := func(url, rest string) {
		if url == "" {
			return
		}
		w.WriteString(`<source srcset="`)
		w.Write(util.EscapeHTML([]byte(url)))
		w.WriteString(`"` + rest + ">")
	}
	const (
		webp = ` type="image/webp"`
		dark = ` media="screen and (prefers-color-scheme: dark)"`
	)
	i := n.(*picture).of
	if i.Film != nil {
		r.film(w, n.FirstChild().(*ast.Image), i)
		return ast.WalkSkipChildren, nil
	}
	w.WriteString("<picture>")
	source(i.DarkWebP, webp+dark)
	source(i.Dark, dark)
	source(i.WebP, webp)
	return ast.WalkContinue, nil
}

// caption is the attribute of an image whose title is its caption.
const caption = "caption"

// figure makes the title of an image that is a paragraph by itself its caption.
func (w *walk) figure(n *ast.Paragraph) {
	c := n.FirstChild()
	if c == nil || c.NextSibling() != nil {
		return
	}
	if p, ok := c.(*picture); ok {
		if c = p.FirstChild(); p.of.Film != nil {
			n.SetAttributeString(film, p.of.Film)
		}
	}
	if i, ok := c.(*ast.Image); ok && len(i.Title) > 0 {
		i.SetAttributeString(caption, i.Title)
		n.SetAttributeString(caption, i.Title)
		i.Title = nil // a caption is not read twice
	}
}

// film is the attribute of the paragraph that a film is.
const film = "film"

// film puts a film in the place of an image.
func (w *walk) film(n *ast.Image, i Image) {
	var caption *ast.Paragraph
	if p, ok := n.Parent().(*ast.Paragraph); ok && p.FirstChild() == ast.Node(n) && (n.NextSibling() == nil || n.NextSibling().Kind() == kindSize && n.NextSibling().NextSibling() == nil) {
		caption = p
	}
	if caption == nil {
		w.Out.Errorf(w.pos(n), diag.Image, "put an empty line before it and behind it, or write a link: [Film](film.mp4)", "a film stands in a paragraph by itself")
		return
	}
	if f := i.Film; f.Unposted != "" {
		w.Out.Warnf(w.pos(n), diag.FilmPoster, diag.Say("put %s beside it: a picture from the film", f.Unposted), "the film has no picture that stands there before it plays, and on paper")
	}
	if f := i.Film; f.Uncaptioned != "" {
		w.Out.Warnf(w.pos(n), diag.FilmCaptions, diag.Say("write %s: WebVTT, with what is said and heard", f.Uncaptioned), "the film has no captions in the language of the page")
	}
	i.label = strings.TrimSpace(Plain(n, w.body))
	p := &picture{of: i}
	n.Parent().ReplaceChild(n.Parent(), n, p)
	p.AppendChild(p, n)
}

// film writes a film, of which nothing is loaded but its poster until a reader
// plays it.
func (r *nodeRenderer) film(w util.BufWriter, n *ast.Image, i Image) {
	attr := func(name, value string) {
		w.WriteString(" " + name + `="`)
		w.Write(util.EscapeHTML([]byte(value)))
		w.WriteByte('"')
	}
	w.WriteString(`<video controls preload="none"`)
	attr("aria-label", i.label)
	if i.Film.Poster != "" {
		attr("poster", i.Film.Poster)
	}
	if i.Width > 0 && i.Height > 0 {
		attr("width", strconv.Itoa(i.Width))
		attr("height", strconv.Itoa(i.Height))
	}
	w.WriteByte('>')
	for _, s := range i.Film.Sources {
		w.WriteString("<source")
		attr("src", s.URL)
		attr("type", s.Type)
		w.WriteByte('>')
	}
	for _, c := range i.Film.Captions {
		w.WriteString(`<track kind="captions"`)
		attr("src", c.URL)
		attr("srclang", c.Lang)
		attr("label", c.Name)
		if c.Default {
			w.WriteString(" default")
		}
		w.WriteByte('>')
	}
	w.WriteString("</video>")
}

// filmLink writes the caption of a film and a link to its file.
func (r *nodeRenderer) filmLink(w util.BufWriter, f *Film, text []byte) {
	w.WriteString("<figcaption>")
	if len(text) > 0 {
		r.writer.Write(w, text)
		w.WriteString("<br>")
	}
	w.WriteString(`<a href="`)
	w.Write(util.EscapeHTML([]byte(f.Sources[0].URL)))
	w.WriteString(`">`)
	r.writer.Write(w, []byte(f.Open+fileNote(f.Open, f.File)))
	w.WriteString("</a></figcaption></figure>\n")
}
