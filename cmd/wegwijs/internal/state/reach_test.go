package state_test

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// randomSite returns a site with the layouts of this repository and pages that
// seed chooses: nested sections, long ones, drafts, pages that some languages
// lack, odd names, old addresses, groups, and a host of its own or a folder.
func randomSite(t testing.TB, seed uint64) fstest.MapFS {
	r := rand.New(rand.NewPCG(seed, 11))
	files := testenv.RealSite(t, func(id string) string {
		return fmt.Sprintf("+++\ntitle = %q\n+++\n\n## Kop {#kop}\n", "De pagina "+id)
	})
	base := []string{"https://hulp.example", "https://www.provider.example/help", "https://provider.example/nl/hulp.centrum"}[seed%3]
	files["site.toml"] = regexp.MustCompile(`(?m)^base_url = .*$`).ReplaceAllString(files["site.toml"], fmt.Sprintf("base_url = %q\n[nav]\nmax = 12\n[outputs]\n", base))
	files["site.toml"] = strings.Replace(files["site.toml"], "\n[outputs]\n", "\n", 1)
	// Keys of the root stand before its tables.
	head, nav, _ := strings.Cut(files["site.toml"], "[nav]\nmax = 12\n")
	files["site.toml"] = head + nav + "\n[nav]\nmax = 12\n"
	names := []string{"pop", "a.b", "x_y", "café", "日本", "1.0", "index-2", "ß", "٣", "e\u0301t\u00e9", "werkt-niet", "zz-9", "zz-10", "con-1", "mail2", "en2"}
	var sections = []string{""}
	var pages []string
	for range 2 + r.IntN(5) {
		up := sections[r.IntN(len(sections))]
		id := path.Join(up, names[r.IntN(len(names))]+fmt.Sprint(len(sections)))
		sections = append(sections, id)
	}
	for i := range 30 + r.IntN(60) {
		up := sections[r.IntN(len(sections))]
		if i%3 > 0 {
			up = sections[len(sections)-1] // one is long
		}
		pages = append(pages, path.Join(up, names[r.IntN(len(names))]+fmt.Sprint("-", i)))
	}
	drafts := map[string]bool{}
	for _, id := range pages {
		drafts[id] = r.IntN(10) == 0
	}
	body := func() string {
		var b strings.Builder
		b.WriteString("\n## Kop {#kop}\n\n")
		for range r.IntN(3) {
			if id := pages[r.IntN(len(pages))]; !drafts[id] {
				fmt.Fprintf(&b, "Lees ook [die pagina](</%s.md%s>).\n\n", id, []string{"", "#kop", "?a=b#kop"}[r.IntN(3)])
			}
		}
		return b.String()
	}
	write := func(lang, id string, index bool, n int) {
		name := "content/" + lang + "/" + id + ".md"
		if index {
			name = "content/" + lang + "/" + path.Join(id, "index.md")
		}
		var front strings.Builder
		fmt.Fprintf(&front, "+++\ntitle = %q\norder = %d\n", fmt.Sprintf("%s %d in %s", []string{"Über", "appel", "Appel", "10 tips"}[r.IntN(4)], n, lang), r.IntN(3))
		if lang != "nl" && id != "" && r.IntN(2) == 0 {
			fmt.Fprintf(&front, "slug = %q\n", fmt.Sprintf("%s-%d", lang, n))
		}
		if id != "" && !index && r.IntN(3) == 0 {
			prefix := strings.TrimSuffix("/"+strings.TrimPrefix(lang, "nl"), "/")
			fmt.Fprintf(&front, "aliases = [%q]\n", prefix+fmt.Sprintf([]string{"/oud/%d/", "/Oud-%d", "/oud-%d.html", "/kb:%d/"}[r.IntN(4)], n))
		}
		if drafts[id] {
			front.WriteString("draft = true\n")
		}
		if index && lang == "nl" && r.IntN(2) == 0 {
			var in []string
			for _, p := range pages {
				if up := path.Dir(p); (up == id || up == "." && id == "") && r.IntN(3) == 0 {
					in = append(in, fmt.Sprintf("%q", path.Base(p)))
				}
			}
			fmt.Fprintf(&front, "[groups.een]\ntitle = \"Een\"\npages = [%s]\n", strings.Join(in, ", "))
		}
		files[name] = front.String() + "+++\n" + body()
	}
	for n, id := range sections {
		write("nl", id, true, n)
		for _, lang := range []string{"en", "de", "fr"} {
			if r.IntN(2) == 0 || id == "" {
				write(lang, id, true, n)
			}
		}
	}
	for n, id := range pages {
		first := []string{"nl", "en"}[r.IntN(2)]
		for _, lang := range []string{"nl", "en", "de", "fr"} {
			if lang == first || r.IntN(3) == 0 {
				write(lang, id, false, 100+n)
			}
		}
	}
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return m
}

// document is what one HTML file of the output says.
type document struct {
	links, alternates []string // href and src as they stand
	ids               map[string]bool
	canonical         string
}

func read(t testing.TB, s *state.State, file string) *document {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text(t, s, file)))
	if err != nil {
		t.Fatal(err)
	}
	d := &document{ids: map[string]bool{}}
	for n := range doc.Descendants() {
		rel := ""
		for _, a := range n.Attr {
			if a.Key == "rel" {
				rel = a.Val
			}
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "id":
				d.ids[a.Val] = true
			case n.Data == "link" && rel == "canonical" && a.Key == "href":
				d.canonical = a.Val
			case n.Data == "link" && rel == "alternate" && strings.HasPrefix(a.Val, "http") && a.Key == "href":
				d.alternates = append(d.alternates, a.Val)
			case a.Key == "href" || a.Key == "src" || a.Key == "action":
				d.links = append(d.links, a.Val)
			}
		}
	}
	return d
}

// Whatever a site is: every page that is announced anywhere is written, every
// page that is written is reached by links from the first page of its language,
// and every link, anchor, old address and alternate leads somewhere right.
func TestNothingIsLost(t *testing.T) {
	seeds := 9
	if testing.Short() {
		seeds = 3
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s, ds := load(t, randomSite(t, seed))
			for _, d := range ds {
				if d.Severity.String() == "error" {
					t.Errorf("%s: %s (%s)", d.Pos, d.Msg, d.Hint)
				}
			}
			if t.Failed() {
				return
			}
			nothingIsLost(t, s)
		})
	}
}

func nothingIsLost(t *testing.T, s *state.State) {
	docs := map[string]*document{}
	pages := map[string]fileset.File{}
	for _, f := range s.Set.Files() {
		if f.Coding == "" && strings.HasPrefix(f.Type(), "text/html") {
			docs[f.Path] = read(t, s, f.Path)
			pages[f.Path] = f
		}
	}
	rules := map[string]bool{}
	for _, r := range s.Site.Redirects {
		if r.Path == "" {
			rules[r.From] = true
		}
	}
	// leads returns the file to which an address on a page leads; "" for another
	// site's, and ok is false when nothing answers.
	leads := func(from fileset.File, address string) (file string, ok bool) {
		own := s.Config.BasePath + fileset.Address(from.Path)
		u, err := url.Parse(address)
		if err != nil {
			return "", false
		}
		if address = strings.TrimPrefix(address, s.Config.Origin); u.Scheme != "" && u.Scheme+"://"+u.Host != s.Config.Origin {
			return "", true
		}
		base, _ := url.Parse(own)
		u, err = base.Parse(address)
		if err != nil {
			return "", false
		}
		rest, within := s.Config.Within(u.Path)
		if !within {
			return "", false
		}
		file = fileset.PathOf(rest)
		if _, there := s.Set.File(file); !there {
			return file, false
		}
		if d := docs[file]; u.Fragment != "" && d != nil && !d.ids[u.Fragment] {
			return file + "#" + u.Fragment, false
		}
		return file, true
	}
	from := map[string][]string{} // where each page's links lead
	for file, d := range docs {
		for _, address := range slices.Concat(d.links, d.alternates, []string{d.canonical}) {
			if address == "" {
				continue
			}
			to, ok := leads(pages[file], address)
			if !ok {
				t.Errorf("%s: %s leads to %s, which is not there", file, address, to)
			}
			from[file] = append(from[file], to)
		}
		for _, a := range d.alternates {
			to, _ := leads(pages[file], a)
			if back := docs[to]; back != nil && !slices.Contains(back.alternates, s.Config.Origin+s.Config.BasePath+(&url.URL{Path: fileset.Address(file)}).EscapedPath()) {
				t.Errorf("%s names %s as its translation, and not the other way round", file, to)
			}
		}
	}
	for _, l := range s.Site.Locales {
		// From the first page, over pages for readers of this language; the page
		// for searching, which lists them all, is no way that readers see.
		reached := map[string]bool{}
		todo := []string{path.Join(l.Home.Dir, "index.html")}
		for len(todo) > 0 {
			at := todo[0]
			todo = todo[1:]
			if f, ok := pages[at]; !ok || reached[at] || f.Lang != l.Lang || f.Kind == fileset.Finder {
				continue
			}
			reached[at] = true
			todo = append(todo, from[at]...)
		}
		for _, p := range l.All {
			file := path.Join(p.Dir, "index.html")
			if f, ok := pages[file]; !ok || f.Kind != fileset.Real && f.Kind != fileset.Fallback {
				t.Errorf("the page %s of %s is not written", p.ID, l.Lang)
			} else if !reached[file] {
				t.Errorf("%s: no way leads there from %s", file, l.Home.URL)
			}
			for _, alias := range p.Aliases {
				u, _ := url.Parse(alias)
				file := fileset.PathOf(strings.TrimSuffix(u.Path, "/") + "/")
				if strings.HasSuffix(alias, ".html") {
					file = strings.TrimPrefix(u.Path, "/")
				}
				if f, ok := pages[file]; (!ok || f.Kind != fileset.Redirect) && !rules[s.Config.BasePath+strings.TrimSuffix(u.EscapedPath(), "/")+"/"] {
					t.Errorf("the old address %s of %s does not answer", alias, p.ID)
				}
			}
		}
	}
	announced(t, s)
}

// announced checks that what files for programs name is there.
func announced(t *testing.T, s *state.State) {
	var addresses []string
	var urls struct {
		Loc []string `xml:"url>loc"`
	}
	if err := xml.Unmarshal([]byte(text(t, s, "sitemap.xml")), &urls); err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\]\((https?://[^)]+)\)`).FindAllStringSubmatch(text(t, s, "llms.txt"), -1) {
		addresses = append(addresses, m[1])
	}
	if len(urls.Loc) == 0 || len(addresses) == 0 {
		t.Error("nothing is announced")
	}
	for _, a := range append(addresses, urls.Loc...) {
		u, err := url.Parse(a)
		rest, ok := s.Config.Within(u.Path)
		if _, there := s.Set.File(fileset.PathOf(rest)); err != nil || !ok || !there || !strings.HasPrefix(a, s.Config.BaseURL+"/") {
			t.Errorf("%s is announced, and is not there", a)
		}
	}
}
