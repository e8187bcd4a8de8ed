package render

import (
	"cmp"
	"math"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/pages/pictures"
	"wegwijs/cmd/wegwijs/internal/site"
)

// schemes are those that a link may have; javascript: and data: never pass.
var schemes = []string{"https", "http", "mailto", "tel"}

// link finds what a link in the text of p names. Links name files; the reader
// gets the page in their own language.
func (r *Renderer) link(p *site.Page, dest string) markdown.Target {
	u, err := url.Parse(dest)
	if err != nil {
		return markdown.Target{Problem: diag.Say("%q is not an address", dest), Hint: "write a page's file (pagina.md) or a whole address (https://…)"}
	}
	switch {
	case dest == "":
		return markdown.Target{Problem: "the link leads nowhere", Hint: "write a page's file between the brackets: [text](pagina.md)"}
	case u.Scheme != "":
		if !slices.Contains(schemes, strings.ToLower(u.Scheme)) {
			return markdown.Target{Problem: diag.Say("a link cannot begin with %s:", u.Scheme), Hint: cmp.Or(ownDisk(dest), "use https:, mailto: or tel:"), Code: diag.LinkScheme}
		}
		if (u.Scheme == "http" || u.Scheme == "https") && u.Host == "" {
			return markdown.Target{Problem: diag.Say("%q has no host name", dest), Hint: "write the whole address: https://www.example.nl/"}
		}
		if (u.Scheme == "mailto" || u.Scheme == "tel") && u.Opaque == "" {
			return markdown.Target{Problem: diag.Say("%q leads nowhere", dest), Hint: diag.Say("write what comes behind %s:, without slashes", u.Scheme)}
		}
		t := markdown.Target{URL: dest}
		switch strings.ToLower(u.Scheme) {
		case "tel":
			t.Doubt, t.Hint = doubtNumber(u.Opaque)
		case "mailto":
			t.Doubt, t.Hint = doubtAddress(u.Opaque)
		default:
			t.Doubt, t.Hint = r.ownAddress(p, u)
		}
		return t
	case strings.HasPrefix(dest, "//"), strings.Contains(u.Path, `\`):
		return markdown.Target{Problem: diag.Say("%q is not an address", dest), Hint: cmp.Or(ownDisk(dest), "write https: before it")}
	case strings.HasPrefix(dest, "?"): // the page itself, asked for in another way
		return markdown.Target{URL: p.URL + suffix(u), Page: p.ID, Fragment: u.Fragment}
	case strings.HasPrefix(dest, "#"):
		return markdown.Target{URL: "#" + url.PathEscape(u.Fragment), Page: p.ID, Fragment: u.Fragment}
	case strings.HasSuffix(u.Path, ".md"):
		return r.pageLink(p, u, dest)
	}
	rest := content.Relative(p.File, u.Path)
	if leadsOut(rest) {
		return markdown.Target{Problem: diag.Say("%q leads out of the folder of the language", dest), Hint: "put the file in the folder of the page", Code: diag.LinkFile}
	}
	if f, ok := r.beside(p, rest); ok {
		return markdown.Target{URL: f.URL + suffix(u), File: r.download(p.Lang, f)}
	}
	if strings.HasPrefix(u.Path, "/") {
		at := strings.TrimSuffix(u.Path, "/index.html")
		if _, ok := r.paths.File(fileset.PathOf(u.Path)); ok && at == u.Path && !strings.HasSuffix(u.Path, "/") {
			return markdown.Target{URL: r.Site.Config.BasePath + dest}
		}
		if q, ok := r.lookup().dirs[strings.Trim(at, "/")]; ok {
			return markdown.Target{Problem: diag.Say("%q is the address of a page; links name files", dest), Hint: diag.Say("write /%s: it then leads to the reader's own language", file(q))}
		}
	}
	if meant := meantAddress(dest); meant != "" {
		return markdown.Target{Problem: diag.Say("no file %q", u.Path), Hint: diag.Say("did you mean %s?", meant), Code: diag.LinkFile}
	}
	t := markdown.Target{Problem: diag.Say("no file %q", u.Path), Hint: "put the file in the folder of the page, or name a page by its file: pagina.md", Code: diag.LinkFile}
	if q := r.meantPage(p, rest); q != nil {
		t.Hint = diag.Say("write %s: links name the page's file", from(p, q)+fragment(u))
	} else if near := r.nearestFile(p, rest); near != "" {
		t.Hint = near
	} else if ext := path.Ext(u.Path); ext != "" && !slices.Contains(fileset.Types(), strings.ToLower(ext)) {
		t.Hint = unpublished(u.Path)
	}
	return t
}

// unpublished says that files of the kind of a file are not published, and what to
// do instead where that is known.
func unpublished(file string) string {
	hint := diag.Say("files of the kind %s are not published", path.Ext(file))
	if way := fileset.Instead(file); way != "" {
		hint += diag.Say("; ") + diag.Say("%s", diag.Phrase(way))
	}
	return hint
}

// meantPage returns the page that a link to a file means, which has the name of the
// page, or that of its file in the output or in another program; nil for none.
func (r *Renderer) meantPage(p *site.Page, rest string) *site.Page {
	names := []string{rest}
	if ext := path.Ext(rest); slices.Contains([]string{".html", ".htm", ".php", ".asp", ".aspx", ".docx", ".odt", ".txt"}, strings.ToLower(ext)) {
		base := strings.TrimSuffix(rest, ext)
		names = append(names, base, strings.TrimSuffix(base, "index"), strings.TrimSuffix(base, "/index"))
	}
	for _, name := range names {
		if q, ok := p.Locale.Page(name); ok && name != "" {
			return q
		}
		if q, ok := r.lookup().dirs[path.Join(strings.Trim(p.Locale.Prefix, "/"), name)]; ok && name != "" && q.Locale == p.Locale {
			return q
		}
	}
	return nil
}

// from returns what a link on p writes for another page.
func from(p, q *site.Page) string {
	to := file(q)
	if path.Dir(to) == path.Dir(file(p)) {
		return path.Base(to)
	}
	return "/" + to
}

// fragment returns the part of a link that names a heading, with its #.
func fragment(u *url.URL) string {
	if u.Fragment == "" {
		return ""
	}
	return "#" + u.Fragment
}

// nearestFile returns a hint for a link to a file that is not there, of which there
// is one with nearly the same name; "" where there is none.
func (r *Renderer) nearestFile(p *site.Page, rest string) string {
	known := r.lookup().files[path.Join(content.Root, p.Lang, path.Dir(rest))]
	name := path.Base(rest)
	for _, k := range known {
		if strings.EqualFold(k, name) {
			return diag.Say("the file is called %s: capitals count", k)
		}
	}
	if near := diag.Nearest(name, known); near != "" {
		return diag.Say("did you mean %s?", near)
	}
	return ""
}

// numberRE matches a telephone number as links have it (RFC 3966): with the
// country, or a short one that works in one country only.
var numberRE = regexp.MustCompile(`^(?:\+[0-9.-]+|[0-9][0-9.-]*)(?:;.*)?$`)

// doubtNumber returns what is wrong with the number of a link of tel:, and what to
// write; "" for one that every phone can dial.
func doubtNumber(number string) (doubt, hint string) {
	typed, err := url.PathUnescape(number)
	if err != nil {
		typed = number
	}
	if numberRE.MatchString(typed) {
		return "", ""
	}
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c == '+' {
			return c
		}
		return -1
	}, strings.Replace(typed, "(0)", "", 1))
	if len(digits) < 3 {
		return diag.Say("%q is not a telephone number", typed), diag.Say("write it with the country, and without spaces: %s", "tel:+31201234567")
	}
	switch {
	case strings.HasPrefix(digits, "+"):
	case strings.HasPrefix(digits, "00"):
		digits = "+" + digits[2:]
	case strings.HasPrefix(digits, "0") && len(digits) == 10 && !strings.HasPrefix(digits, "08") && !strings.HasPrefix(digits, "09"):
		digits = "+31" + digits[1:]
	}
	return diag.Say("not every phone can dial %q", typed), diag.Say("write it with the country, and without spaces or brackets: tel:%s", digits)
}

// doubtAddress returns what is wrong with the address of a link of mailto:, and what
// to write; "" where nothing is.
func doubtAddress(address string) (doubt, hint string) {
	typed, err := url.PathUnescape(address)
	if err != nil {
		typed = address
	}
	for one := range strings.SplitSeq(typed, ",") {
		if !mailRE.MatchString(strings.TrimSpace(one)) {
			return diag.Say("%q is not a mail address", typed), diag.Say("write it whole, and nothing besides: mailto:info@example.nl")
		}
	}
	return "", ""
}

// ownAddress returns what is wrong with a whole address that is one of this site's
// pages, and what to write; "" for any other.
func (r *Renderer) ownAddress(p *site.Page, u *url.URL) (doubt, hint string) {
	if u.Scheme+"://"+u.Host != r.Site.Config.Origin {
		return "", ""
	}
	rest, ok := r.Site.Config.Within(u.Path)
	if !ok || strings.Trim(rest, "/") == "" {
		return "", ""
	}
	q, ok := r.lookup().dirs[strings.Trim(rest, "/")]
	if !ok {
		return "", ""
	}
	return diag.Say("this is the address of a page of this site, which stays what it is when the page moves"), diag.Say("write %s: links name the page's file", from(p, q)+fragment(u))
}

// driveRE finds a path on somebody's computer.
var driveRE = regexp.MustCompile(`^(?i:file:|[a-z]:[\\/])`)

// ownDisk returns what to write instead of a path on the writer's own computer,
// or one with the signs of Windows; "" for what is neither.
func ownDisk(dest string) string {
	name, err := url.PathUnescape(dest)
	if err != nil {
		name = dest
	}
	name = strings.ReplaceAll(name, `\`, "/")
	switch {
	case driveRE.MatchString(dest):
		return diag.Say("only your computer has it there: put the file in the folder of the page, and write %s", path.Base(name))
	case strings.Contains(dest, `\`) && !strings.ContainsAny(dest[:1], `\/`):
		return diag.Say("write %s, with /", name)
	}
	return ""
}

// download returns what a text in a language says of a file beside the pages.
func (r *Renderer) download(lang string, f site.File) markdown.File {
	s := r.Strings.Lang(lang)
	ext := strings.TrimPrefix(strings.ToLower(path.Ext(f.Path)), ".")
	kind, err := s.Marked("file_" + ext) // of the kinds that readers know by another name than their ending
	if err != nil || kind == "" {
		kind = strings.ToUpper(ext)
	}
	return markdown.File{Kind: kind, Size: fileSize(s, r.Size(f.Source))}
}

// fileSize returns a number of bytes as a language writes it, rounded; "" where
// it has no words for that.
func fileSize(s *i18n.Strings, bytes int64) string {
	unit, n := "file_size_kb", math.Ceil(float64(bytes)/1e3)
	if n >= 1000 {
		unit, n = "file_size_mb", float64(bytes)/1e6
		if n >= 10 {
			n = math.Round(n)
		}
	}
	text, err := s.Marked(unit, "size", s.Number(n))
	if err != nil {
		return "" // which is reported where the strings of a language are compared
	}
	return strings.ReplaceAll(text, " ", "\u00a0")
}

// hostRE finds a host name that nobody calls a file, and mailRE a mail address.
var (
	hostRE = regexp.MustCompile(`^(?:www\.[^/\s]+|(?:[a-z0-9-]+\.)+(?:nl|be|com|net|org|eu|de|fr|example))(?:[/?#:].*)?$`)
	mailRE = regexp.MustCompile(`^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$`)
)

// meantAddress returns the address for which a link without a scheme was most
// likely meant; "" for one that names a file.
func meantAddress(dest string) string {
	switch {
	case mailRE.MatchString(dest):
		return "mailto:" + dest
	case hostRE.MatchString(strings.ToLower(dest)):
		return "https://" + dest
	}
	return ""
}

// file returns a page's file below its language's folder.
func file(p *site.Page) string {
	_, rest := content.Split(p.File)
	return rest
}

// leadsOut reports whether a path from [content.Relative] is not below the folder.
func leadsOut(rest string) bool { return rest == ".." || strings.HasPrefix(rest, "../") }

// suffix returns what stands behind the path in a link.
func suffix(u *url.URL) string {
	s := ""
	if u.RawQuery != "" {
		s = "?" + u.RawQuery
	}
	if u.Fragment != "" {
		s += "#" + url.PathEscape(u.Fragment)
	}
	return s
}

func (r *Renderer) pageLink(p *site.Page, u *url.URL, dest string) markdown.Target {
	rest := content.Relative(p.File, u.Path)
	if leadsOut(rest) {
		hint := diag.Say("a link stays below content/%s; the reader gets the page in their own language by itself", p.Lang)
		return markdown.Target{Problem: diag.Say("%q leads out of the folder of the language", dest), Hint: hint, Code: diag.LinkPage}
	}
	id, _ := content.ID(rest)
	to, ok := p.Locale.Page(id)
	needs := r.Site.Needs(id)
	if !ok && r.Site.Absent(id) {
		return markdown.Target{Problem: diag.Say("no page content/%s/%s", p.Lang, rest), Hint: "the page is not there in this site", Code: diag.LinkPage, Needs: needs}
	}
	if r.Site.Broken(id) {
		return markdown.Target{URL: "#"} // whatever it is; the site is not published
	}
	if !ok && r.Site.LeftOut(id) {
		return markdown.Target{Problem: diag.Say("no page content/%s/%s", p.Lang, rest), Hint: site.LeftOutHint, Code: diag.LinkPage}
	}
	if draft := r.Site.Draft(id); !ok && draft != "" {
		return markdown.Target{Problem: diag.Say("no page content/%s/%s", p.Lang, rest), Hint: diag.Say("%s is a draft; publish it too (draft = false), or leave out the link", draft), Code: diag.LinkPage}
	}
	if !ok {
		return markdown.Target{Problem: diag.Say("no page content/%s/%s", p.Lang, rest), Hint: r.nearestPage(p, id, u.Path), Code: diag.LinkPage}
	}
	if to.Index != strings.HasSuffix("/"+rest, "/index.md") {
		return markdown.Target{Problem: diag.Say("no page content/%s/%s", p.Lang, rest), Hint: diag.Say("write %s", file(to)), Code: diag.LinkPage}
	}
	t := markdown.Target{URL: to.URL + suffix(u), Page: id, Fragment: u.Fragment, Needs: needs}
	if to.Lang != p.Lang {
		t.Lang = to.Lang
	}
	return t
}

// gone returns what tells the links of a text that go with the pages that the
// site does without; nil where there are none. A text of the site itself says
// what its writer wants it to.
func (r *Renderer) gone(p *content.Page) func(dest string) (title string, gone bool) {
	if !r.Site.LeavesOut() || r.Builtin == nil || !r.Builtin(p.File) {
		return nil
	}
	return func(dest string) (string, bool) {
		u, err := url.Parse(dest)
		if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasSuffix(u.Path, ".md") {
			return "", false
		}
		id, _ := content.ID(content.Relative(p.File, u.Path))
		return r.Site.LeftOutTitle(id, p.Lang), r.Site.LeftOut(id)
	}
}

// nearestPage returns a hint for a link from p to an id that no page has; dest is
// the path as typed.
func (r *Renderer) nearestPage(p *site.Page, id, dest string) string {
	near := ""
	// As if the path began in the language's folder, behind the name of that
	// folder or not.
	whole := strings.TrimPrefix(content.Relative(p.File, "/"+dest), p.Lang+"/")
	if root, _ := content.ID(whole); root != "" {
		if _, ok := p.Locale.Page(root); ok {
			near = root
		}
	}
	if near == "" {
		known := r.lookup().locales[p.Locale.N]
		if near = known.names.Nearest(id); near == "" { // the same name in another folder
			near = known.byBase[path.Base(id)]
		}
	}
	if near == "" {
		return diag.Say("see content/%s for the pages there are", p.Lang)
	}
	q, _ := p.Locale.Page(near)
	return diag.Say("did you mean %s?", from(p, q))
}

// lookup is what links that lead nowhere are compared with. It is made when the
// first of them is met.
type lookup struct {
	dirs    map[string]*site.Page // by folder of the output
	files   map[string][]string   // beside pages: their names, by folder
	locales []known
}

// known are the pages of a language.
type known struct {
	names  *diag.Names
	byBase map[string]string // ids by their last element; of several the first
}

func (r *Renderer) lookup() *lookup {
	r.memo.looking.Do(func() {
		x := &lookup{dirs: map[string]*site.Page{}, files: map[string][]string{}}
		for _, f := range r.Site.Files {
			x.files[path.Dir(f.Source)] = append(x.files[path.Dir(f.Source)], path.Base(f.Source))
		}
		for _, l := range r.Site.Locales {
			k := known{byBase: map[string]string{}}
			var ids []string
			for _, q := range l.All {
				ids = append(ids, q.ID)
				if _, ok := x.dirs[q.Dir]; !ok {
					x.dirs[q.Dir] = q
				}
				if _, ok := k.byBase[path.Base(q.ID)]; !ok && q.ID != "" {
					k.byBase[path.Base(q.ID)] = q.ID
				}
			}
			k.names = diag.NewNames(ids)
			x.locales = append(x.locales, k)
		}
		r.memo.looked = x
	})
	return r.memo.looked
}

// beside finds a file beside the pages by its path below the language's
// folder: in the folder of the text's language, or in that of the text it was
// translated from.
func (r *Renderer) beside(p *site.Page, rest string) (site.File, bool) {
	langs := []string{p.Lang, r.Site.Reference(p.ID).Lang}
	if p.Source != "" { // the default language may have been another one then
		for _, t := range r.Site.Translations(p.ID) {
			if t != nil {
				langs = append(langs, t.Lang)
			}
		}
	}
	for _, lang := range langs {
		if f, ok := r.Site.File(content.Root + "/" + lang + "/" + rest); ok {
			return f, true
		}
	}
	return site.File{}, false
}

// image finds what an image in the text of p names, and its size; the file whose
// bytes that depends on goes to uses.
func (r *Renderer) image(p *site.Page, dest string, uses func(site.File)) markdown.Image {
	u, err := url.Parse(dest)
	switch {
	case err != nil:
		return markdown.Image{Problem: diag.Say("%q is not an address", dest), Hint: "write % in the name of a file as %25"}
	case u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https":
		return markdown.Image{Problem: diag.Say("an image cannot begin with %s:", u.Scheme), Hint: cmp.Or(ownDisk(dest), "put the file in the folder of the page, and write its name")}
	case strings.Contains(u.Path, `\`):
		return markdown.Image{Problem: diag.Say("%q is not an address", dest), Hint: cmp.Or(ownDisk(dest), "put the file in the folder of the page, and write its name")}
	case u.Scheme != "" || u.Host != "":
		return markdown.Image{Problem: diag.Say("the image %q is on another site", dest), Hint: "put the file in the folder of the page; pages load nothing from elsewhere"}
	}
	rest := content.Relative(p.File, u.Path)
	if leadsOut(rest) {
		return markdown.Image{Problem: diag.Say("%q leads out of the folder of the language", dest), Hint: "put the image in the folder of the page"}
	}
	f, ok := r.beside(p, rest)
	if !ok && strings.HasSuffix(rest, ".md") {
		return markdown.Image{Problem: diag.Say("%q is no image", dest), Hint: "leave out the ! for a link to the page"}
	}
	if !ok {
		hint := diag.Say("put the file in the folder of the page: content/%s/%s", p.Lang, rest)
		if fileset.Instead(rest) != "" {
			hint = unpublished(rest)
		} else if near := r.nearestFile(p, rest); near != "" {
			hint = near
		}
		return markdown.Image{Problem: diag.Say("no image %q", dest), Hint: hint}
	}
	if isFilm(f.Path) {
		return r.film(p, f, rest, uses)
	}
	if !strings.HasPrefix(fileset.TypeOf(f.Path), "image/") {
		return markdown.Image{Problem: diag.Say("%q is no image", dest), Hint: "leave out the ! for a link to the file: [Film](film.mp4)"}
	}
	uses(f)
	img := markdown.Image{URL: f.URL + suffix(u), WebP: r.webp(f, u)}
	size := r.size(f.Source)
	switch img.Width, img.Height = size.w, size.h; size.err {
	case pictures.ErrKind:
		return markdown.Image{Problem: diag.Say("%q is no picture that browsers show, or it is broken", dest), Hint: "save it once more as PNG, JPEG or SVG in the program that made it"}
	case pictures.ErrSize:
		img.Unsized = true
	}
	if end := path.Ext(rest); !strings.HasSuffix(rest, darkForm+end) {
		if dark, ok := r.Site.File(strings.TrimSuffix(f.Source, end) + darkForm + end); ok {
			img.Dark, img.DarkWebP = dark.URL+suffix(u), r.webp(dark, u)
		}
	}
	return img
}

// webpEnd stands behind the name of a picture in that of its form as WebP.
const webpEnd = ".webp"

// SmallerPath returns where in the output the smaller form of a picture stands.
func SmallerPath(f site.File) string { return f.Path + webpEnd }

// webp returns the address of a picture as WebP, where there is one.
func (r *Renderer) webp(f site.File, u *url.URL) string {
	if !r.Smaller[f.Source] {
		return ""
	}
	return f.URL + webpEnd + suffix(u)
}

// isFilm reports whether a file is one that browsers play.
func isFilm(name string) bool { return strings.HasPrefix(fileset.TypeOf(name), "video/") }

// What a film has beside it: film.mp4 has film.poster.jpg, and in the folder of
// each language film.vtt.
const (
	posterForm = ".poster"
	captionEnd = ".vtt"
)

// film returns what a page shows of a film in file f, which it names by rest.
func (r *Renderer) film(p *site.Page, f site.File, rest string, uses func(site.File)) markdown.Image {
	base := strings.TrimSuffix(rest, path.Ext(rest))
	film := &markdown.Film{File: r.download(p.Lang, f), Sources: []markdown.Source{{URL: f.URL, Type: fileset.TypeOf(f.Path)}}}
	film.Open, _ = r.Strings.Lang(p.Lang).Marked("film_open")
	for _, end := range []string{".webm", ".mp4"} { // another form of the same
		if g, ok := r.beside(p, base+end); ok && g != f {
			uses(g)
			film.Sources = append(film.Sources, markdown.Source{URL: g.URL, Type: fileset.TypeOf(g.Path)})
		}
	}
	img := markdown.Image{URL: f.URL, Film: film}
	film.Unposted = path.Base(base) + posterForm + ".jpg"
	for _, end := range []string{".jpg", ".jpeg", ".png", ".webp", ".avif"} {
		if g, ok := r.beside(p, base+posterForm+end); ok {
			uses(g)
			size := r.size(g.Source)
			film.Poster, film.Unposted, img.Width, img.Height = g.URL, "", size.w, size.h
			break
		}
	}
	film.Uncaptioned = content.Root + "/" + p.Lang + "/" + base + captionEnd
	for _, l := range r.Site.Locales {
		if g, ok := r.Site.File(content.Root + "/" + l.Lang + "/" + base + captionEnd); ok {
			uses(g)
			own := l.Lang == p.Lang
			if own {
				film.Uncaptioned = ""
			}
			film.Captions = append(film.Captions, markdown.Captions{URL: g.URL, Lang: l.Lang, Name: l.Name, Default: own})
		}
	}
	return img
}

// darkForm stands, before the ending, in the name of the form of an image for
// a dark screen: scherm.png has scherm.dark.png beside it.
const darkForm = ".dark"
