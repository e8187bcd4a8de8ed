package markdown

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// emptyTexts are texts of links that say nothing of where they lead, by language.
// Readers who go from link to link hear only these (WCAG 2.2, 2.4.4 and 2.4.9).
var emptyTexts = map[string][]string{
	"nl": {"hier", "klik hier", "hier klikken", "klik dan hier", "klik op deze link", "klik op de link", "via deze link", "deze link", "de link", "link", "lees meer", "lees hier meer", "lees verder", "verder lezen", "meer lezen", "meer", "meer info", "meer informatie", "meer weten", "deze pagina", "kijk hier", "zie hier", "download hier", "bekijk hier"},
	"en": {"here", "click here", "click", "click this link", "this link", "the link", "link", "read more", "read on", "more", "more info", "more information", "learn more", "see more", "find out more", "this page", "continue reading", "see here", "go here", "right here", "download here", "this"},
	"de": {"hier", "hier klicken", "klicken sie hier", "klick hier", "klicke hier", "diesen link", "dieser link", "diesem link", "link", "mehr", "mehr erfahren", "mehr lesen", "mehr infos", "mehr informationen", "weiterlesen", "weitere informationen", "diese seite", "dieser seite"},
	"fr": {"ici", "cliquez ici", "cliquer ici", "clique ici", "ce lien", "le lien", "lien", "en savoir plus", "savoir plus", "lire la suite", "lire plus", "plus d'infos", "plus d'informations", "plus", "cette page", "voir ici"},
}

// linkText reports a link of which the text does not say where it leads.
func (w *walk) linkText(n *ast.Link) {
	if w.engine.lang == "" || n.FirstChild() == nil {
		return
	}
	text := strings.TrimSpace(Plain(n, w.body))
	bare := strings.Trim(strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(text, "’", "'"))), " "), " .,;:!?…»«›‹→>\"'“”()")
	const hint = "write what the reader finds there: [Instellingen voor IMAP](…)"
	switch {
	case slices.Contains(emptyTexts[w.engine.lang], bare) || slices.Contains(emptyTexts["en"], bare):
		w.Out.Warnf(w.pos(n), diag.LinkText, hint, "the text of the link, %q, does not say where it leads", text)
	case strings.HasPrefix(bare, "http://") || strings.HasPrefix(bare, "https://"):
		w.Out.Warnf(w.pos(n), diag.LinkText, hint, "the text of the link is an address, which is read aloud sign by sign")
	}
}

// Texts of images that are names of files, or that say only that there is one.
var (
	fileNameRE = lazyregexp.New(`(?i)^[^/:]*\.(?:png|jpe?g|gif|svg|webp|avif|bmp|tiff?|heic)$`)
	cameraRE   = lazyregexp.New(`(?i)^(?:img|dsc|dscn|dscf|pxl|screenshot|screen shot|schermafbeelding|schermopname|bildschirmfoto|capture d.écran)[-_ ]*\d[\w .:-]*$`)
	ofRE       = lazyregexp.New(`(?i)^(?:een |an? |eine? |une? )?(?:afbeelding|plaatje|image|picture|graphic|bild|abbildung|image|illustration) (?:van|of|von|vom|der|des|de|du)\s`)
)

// widthRE finds the text of an image with a width behind it, as Obsidian has it.
var widthRE = lazyregexp.New(`(?:^|\|)\s*\d{2,4}(?:x\d{1,4})?$`)

var emptyAlts = []string{"afbeelding", "plaatje", "foto", "schermafbeelding", "screenshot", "image", "picture", "photo", "bild", "abbildung", "alt", "alt text", "alt-tekst"}

// imageText reports an image of which the text is missing or does not say what
// it shows; dest is the name of its file.
func (w *walk) imageText(n *ast.Image, dest string) {
	const hint = "say what it shows: ![the screen with the settings](image.png)"
	text := strings.TrimSpace(Plain(n, w.body))
	if widthRE().MatchString(text) {
		w.Out.Warnf(w.pos(n), diag.Notation, "write the width behind the picture: ![what it shows](picture.png){width=300}", "the text of the image holds a width: %q", text)
		return
	}
	if text == "" {
		w.Out.Warnf(w.pos(n), diag.ImageAlt, hint, "the image has no text for readers who cannot see it")
		return
	}
	if w.engine.lang == "" {
		return
	}
	base := path.Base(dest)
	base = strings.TrimSuffix(base, path.Ext(base))
	switch {
	case fileNameRE().MatchString(text), cameraRE().MatchString(text), text == base && strings.ContainsAny(base, "-_0123456789"):
		w.Out.Warnf(w.pos(n), diag.ImageAlt, hint, "the text of the image is the name of a file: %q", text)
	case slices.Contains(emptyAlts, strings.ToLower(strings.Trim(text, " .:"))):
		w.Out.Warnf(w.pos(n), diag.ImageAlt, hint, "the text of the image, %q, does not say what it shows", text)
	case ofRE().MatchString(text):
		w.Out.Warnf(w.pos(n), diag.ImageAlt, "leave these words out, and say what is to be seen", "the text of the image begins with %q, which every screen reader says already", strings.TrimSpace(ofRE().FindString(text)))
	}
}

// order reports headings that are more than one level below the one before: who
// listens to the page looks for the level that is not there (WCAG 2.2, 1.3.1).
// The title of the page is of level 1.
func (w *walk) order(nodes []*ast.Heading) {
	if w.engine.lang == "" {
		return
	}
	level := 1
	for _, n := range nodes {
		if n.Level > level+1 {
			w.Out.Warnf(w.pos(n), diag.HeadingOrder, diag.Say("begin it with %s", strings.Repeat("#", level+1)), "the heading is of level %d, and the one before it of level %d", n.Level, level)
		}
		level = n.Level
	}
}

// headers reports columns of a table without a name. The first one may be
// without: its cells name the rows.
func (w *walk) headers(row ast.Node, names []string) {
	if w.engine.lang == "" || row == nil {
		return
	}
	var empty []int
	for i, name := range names {
		if name == "" {
			empty = append(empty, i)
		}
	}
	switch {
	case len(empty) == len(names):
		w.Out.Warnf(w.pos(row), diag.TableHeader, "write the names of the columns in the first row, or make it a list", "no column of the table has a name")
	default:
		for _, i := range empty {
			if i > 0 && !holdsImage(row, i) {
				w.Out.Warnf(w.at(w.column(row, i)), diag.TableHeader, "write its name in the first row of the table", "column %d of the table has no name", i+1)
			}
		}
	}
}

// holdsImage reports whether something without text stands in a cell of a row.
func holdsImage(row ast.Node, i int) bool {
	c := row.FirstChild()
	for ; i > 0 && c != nil; i-- {
		c = c.NextSibling()
	}
	return c != nil && c.HasChildren()
}

// column returns the offset in the body at which cell n of a row of a table
// begins, from 0; the end of the line where it has not so many.
func (w *walk) column(row ast.Node, n int) int {
	start := max(row.Pos(), 0)
	line, _, _ := bytes.Cut(w.body[start:], []byte("\n"))
	at := len(line) - len(bytes.TrimLeft(line, " \t|")) // behind the | at the start
	if at > 0 && bytes.Count(line[:at], []byte("|")) > 1 {
		at = bytes.IndexByte(line, '|') + 1 // the first cell is empty
	}
	for range n {
		next := at
		for next < len(line) && (line[next] != '|' || line[next-1] == '\\') {
			next++
		}
		at = min(next+1, len(line))
	}
	return start + at
}

// The languages that are told apart, each a bit.
const (
	dutch = 1 << iota
	english
	german
	french
)

var tongues = [...]struct {
	lang string
	bit  uint8
}{{"nl", dutch}, {"en", english}, {"de", german}, {"fr", french}}

// littleWords are words that nearly every sentence of a language has, each with
// the languages in which it is one. Those of one language tell it.
var littleWords = func() map[string]uint8 {
	words := map[string]uint8{}
	for bit, list := range map[uint8]string{
		dutch:   "het een van dat niet op voor met zijn aan om bij uit ook naar deze wordt kan kun jouw maar nog geen heeft hebben de en je of er als dit te is in worden die der den we an les pas des",
		english: "the and to with you your that this for are from have which not it be as by or if when will has can their they should of is in on was we an at do no so or",
		german:  "der das und ist nicht ein eine einen sie mit für auf den dem von zu auch wird werden sich oder wenn ihr ihre bei nach über aus kann die er als worden in an des es im so war",
		french:  "le la et est une pour dans que qui avec sur vous votre cette il par au aux sont les des de en je dit pas on du ne ce se un plus si or as",
	} {
		for word := range strings.FieldsSeq(list) {
			words[word] |= bit
		}
	}
	return words
}()

const (
	// fewWords are not enough to tell the language of a text, and neither are
	// fewKinds different little words.
	fewWords = 8
	fewKinds = 3
)

// tongue reports a paragraph that is in another language than the page: a screen
// reader would speak it with the wrong voice (WCAG 2.2, 3.1.2). It is sure of its
// case: no word is of the page's language, and one in four is of the other's.
func (w *walk) tongue(n ast.Node) {
	if w.marked > 0 || w.engine.tongue == 0 {
		return
	}
	c := counter{own: w.engine.tongue}
	c.inline(n, w.body)
	if c.ours || c.words < fewWords {
		return
	}
	for i, t := range tongues {
		if c.kinds[i] >= fewKinds && c.hits[i]*4 >= c.words {
			w.Out.Warnf(w.pos(n), diag.LanguagePart, diag.Say("say so: put it between :::lang{code=%s} and :::, or translate it", t.lang), "this text seems to be in another language than the page: %s", t.lang)
			return
		}
	}
}

// A counter counts the little words of a text.
type counter struct {
	own   uint8 // language of the page
	ours  bool  // there is a word of that language alone
	words int
	hits  [len(tongues)]int // words of one language alone
	kinds [len(tongues)]int // how many different ones
	met   map[string]bool
}

// inline counts the words of running text, until one is of the language of the
// page alone. What stands in code or in a directive is of no language.
func (c *counter) inline(n ast.Node, body []byte) {
	for n := n.FirstChild(); n != nil && !c.ours; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			c.text(n.Segment.Value(body))
		case *ast.CodeSpan, *ast.AutoLink, *ast.RawHTML, *Directive:
		default:
			c.inline(n, body)
		}
	}
}

func (c *counter) text(text []byte) {
	var word [16]byte
	n := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) {
			if b := text[i]; b >= 0x80 || 'a' <= b|0x20 && b|0x20 <= 'z' {
				if n < len(word) {
					if b < 0x80 {
						b |= 0x20
					}
					word[n] = b
				}
				n++
				continue
			}
		}
		if n == 0 {
			continue
		}
		c.words++
		if n <= len(word) {
			in := littleWords[string(word[:n])]
			if in == c.own {
				c.ours = true
				return
			}
			for i, t := range tongues {
				if in != t.bit {
					continue
				}
				c.hits[i]++
				if c.met == nil {
					c.met = map[string]bool{}
				}
				if w := string(word[:n]); !c.met[w] {
					c.met[w] = true
					c.kinds[i]++
				}
			}
		}
		n = 0
	}
}
