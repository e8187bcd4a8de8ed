package thunderbird

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// languages are those of the site. A page that a language does not have is read
// in another, with the words of that language's Thunderbird in its tables.
var languages = []string{"nl", "en", "de", "fr"}

// A claim is a word that we say is on Thunderbird's screens.
type claim struct{ where, word string }

// A page is what the help centre says of Thunderbird in one language.
type page struct {
	claims  []claim
	version string        // of the Thunderbird that has the labels
	date    tomlfile.Date // of their reading
	// tables has the settings of the built page by protocol and key, with
	// the words for values that Thunderbird has.
	tables map[string]map[string]string
}

var uiRE = regexp.MustCompile(`:ui\[([^\]]+)\]`)

// months are how the names of the months begin in each language.
var months = map[string][]string{
	"nl": {"jan", "feb", "maa", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"},
	"en": {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"},
	"de": {"jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez"},
	"fr": {"jan", "fév", "mar", "avr", "mai", "jui", "jui", "aoû", "sep", "oct", "nov", "déc"},
}

// readPage reads the Thunderbird page of a language, written and built, and
// the labels.
func readPage(t testing.TB, site, lang string) *page {
	t.Helper()
	p := &page{tables: map[string]map[string]string{}}
	name := filepath.Join(testenv.Root(t), "content", lang, "e-mail/thunderbird.md")
	written, err := os.ReadFile(name)
	own := err == nil
	for _, m := range uiRE.FindAllSubmatch(written, -1) {
		p.claims = append(p.claims, claim{"the page", string(m[1])})
	}
	if own && len(p.claims) < 10 {
		t.Errorf("%s has %d names of buttons", name, len(p.claims))
	}
	for _, field := range forms.Fields {
		if q, ok := forms.LabelQuote("thunderbird", lang, field); ok {
			p.claims = append(p.claims, claim{"labels.toml, " + field + ",", q.Text})
			p.version, p.date = q.Source[strings.LastIndexByte(q.Source, ' ')+1:], q.Date
		}
	}
	// 28 november 2026, 28. November 2026, 28 novembre 2026.
	day := regexp.MustCompile(fmt.Sprintf(`%d\.? %s\pL* %d`, p.date.Day, months[lang][p.date.Month-1], p.date.Year))
	if own && (!bytes.Contains(written, []byte(p.version)) || !day.Match(bytes.ToLower(written))) {
		t.Errorf("%s does not name version and date of its words, %s and %s", name, p.version, p.date)
	}
	built := map[string]string{"nl": "e-mail", "en": "en/email", "de": "de/e-mail", "fr": "fr/e-mail"}[lang]
	data, err := os.ReadFile(filepath.Join(site, built, "thunderbird/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if protocol := attr(n, "data-protocol"); protocol != "" {
			p.readTable(protocol, n)
		}
	}
	for _, protocol := range []string{"imap", "pop", "smtp"} {
		if len(p.tables[protocol]) < 5 {
			t.Fatalf("the page of %s has no table for %s: %v", lang, protocol, p.tables)
		}
	}
	return p
}

// ours are the rows and values of a table in which the help centre speaks for
// itself.
var (
	oursRow   = map[string]bool{"alternative": true}
	oursValue = map[string]bool{"username": true, "password": true, "alternative": true, "host": true, "port": true, "type": true, "leave": true}
)

func (p *page) readTable(protocol string, root *html.Node) {
	rows := map[string]string{}
	for n := range root.Descendants() {
		key := attr(n, "data-key")
		if key == "" {
			continue
		}
		for c := range n.Descendants() {
			switch {
			case c.DataAtom == atom.Th && !oursRow[key]:
				p.claims = append(p.claims, claim{"the table for " + protocol, text(c)})
			case attr(c, "class") == "val":
				rows[key] = text(c)
				if !oursValue[key] {
					p.claims = append(p.claims, claim{"the table for " + protocol, text(c)})
				}
			}
		}
	}
	p.tables[protocol] = rows
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
