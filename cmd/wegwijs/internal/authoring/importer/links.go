package importer

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

var schemeRE = lazyregexp.New(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// link makes a link; where it leads nowhere its text stays.
func (c *conv) link(n int, dest, text, title string) string {
	if strings.TrimSpace(plain(text)) == "" && !strings.Contains(text, "](") {
		if strings.TrimSpace(text) == "" {
			c.note(n, leftOut, "a link without text: %s", short(dest))
			return ""
		}
	}
	if strings.HasPrefix(strings.TrimSpace(text), "![") {
		c.note(n, "the picture was kept, the link was not", "a picture that is a link: %s", short(dest))
		return text
	}
	if dest == "" || strings.HasPrefix(dest, "{") {
		if f := c.imports[strings.Trim(dest, "{}")]; f == "" {
			c.note(n, keptText, "a link that leads nowhere: %s", short(dest))
			return text
		}
	}
	to, ok := c.resolve(n, dest)
	if !ok {
		return text
	}
	return "[" + text + "](" + target(to, title) + ")"
}

// target writes an address as a link has it.
func target(to, title string) string {
	if strings.ContainsAny(to, " ()<>") {
		to = strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20", "(", "%28", ")", "%29").Replace(to)
	}
	if title = strings.Join(strings.Fields(title), " "); title != "" && !strings.Contains(title, `"`) {
		to += ` "` + title + `"`
	}
	return to
}

// resolve returns where an address of the source leads now.
func (c *conv) resolve(n int, dest string) (string, bool) {
	dest = strings.TrimSpace(dest)
	dest = c.based(strings.NewReplacer("&amp;", "&", "\\_", "_", "\n", "").Replace(dest))
	if strings.HasPrefix(dest, "\x00") { // a page that has been found
		name, frag, _ := strings.Cut(dest[1:], "#")
		if p := c.t.byFile[name]; p != nil {
			return c.toPage(n, p, frag)
		}
	}
	switch m := schemeRE().FindString(dest); {
	case strings.HasPrefix(dest, "//"):
		return "https:" + dest, true
	case m != "":
		u, err := url.Parse(dest)
		scheme := strings.ToLower(strings.TrimSuffix(m, ":"))
		if !slices.Contains([]string{"https", "http", "mailto", "tel"}, scheme) || err != nil || (scheme[0] == 'h') && u.Host == "" || scheme[0] != 'h' && u.Opaque == "" {
			c.note(n, keptText, "a link that pages cannot have: %s", short(dest))
			return "", false
		}
		if base := strings.TrimSuffix(c.t.base, "/"); base != "" && (dest == base || strings.HasPrefix(dest, base+"/")) {
			if p, frag, ok := c.byAddress(strings.TrimPrefix(dest, basePathRE().FindString(dest))); ok {
				return c.toPage(n, p, frag)
			}
		}
		return strings.ReplaceAll(dest, " ", "%20"), true
	}
	raw, frag, _ := strings.Cut(dest, "#")
	raw, query, _ := strings.Cut(raw, "?")
	if raw == "" {
		if frag == "" {
			return c.nowhere(n, dest)
		}
		if query != "" {
			return "?" + query, true
		}
		if id, ok := c.fragment(n, c.p, frag); ok && id != "" {
			return "#" + id, true
		}
		if c.p.topID(frag) {
			return path.Base(c.p.file), true
		}
		return "", false
	}
	if p, ok := c.pageFor(raw); ok {
		return c.toPage(n, p, frag)
	}
	if f := c.fileFor(raw); f != "" {
		if to := c.copy(n, f); to != "" {
			return to, true
		}
		return "", false
	}
	return c.nowhere(n, dest)
}

// based returns an address as the one that a saved page begins its addresses at
// makes it. One within the page is that.
func (c *conv) based(dest string) string {
	if c.home == nil || strings.HasPrefix(dest, "#") || strings.HasPrefix(dest, "\x00") {
		return dest
	}
	u, err := c.home.Parse(dest)
	if err != nil {
		return dest
	}
	return u.String()
}

func (c *conv) nowhere(n int, dest string) (string, bool) {
	c.note(n, keptText, "a link that leads nowhere: %s", short(dest))
	return "", false
}

// pageFor finds the page that an address without a scheme names.
func (c *conv) pageFor(raw string) (*page, bool) {
	name := raw
	if d, err := url.PathUnescape(raw); err == nil {
		name = d
	}
	from := cmpOr(c.base, c.p.src)
	var names []string
	if strings.HasPrefix(name, "@site/") {
		names = append(names, strings.TrimPrefix(name, "@site/"))
	} else if strings.HasPrefix(name, "/") {
		for _, dir := range append(slices.Clone(c.t.statics), ".") {
			names = append(names, path.Join(dir, name))
		}
	} else {
		names = append(names, path.Join(path.Dir(from), name), path.Join(path.Dir(c.p.src), name))
	}
	for _, f := range names {
		for _, end := range []string{"", ".md", ".mdx", "/index.md", "/_index.md", "/index.mdx", "/README.md"} {
			if p := c.t.inLanguage(f+end, c.p.lang); p != nil {
				return p, true
			}
		}
	}
	if strings.HasPrefix(name, "/") {
		p, _, ok := c.byAddress(name)
		return p, ok
	}
	if c.p.url != "" { // as a browser reads it
		base := c.p.url
		if !strings.HasSuffix(base, "/") && !c.t.mdx || strings.HasSuffix(base, ".html") {
			base = path.Dir(base) + "/"
		} else if !strings.HasSuffix(base, "/") {
			if p, _, ok := c.byAddress(path.Join(path.Dir(base), name)); ok {
				return p, true
			}
		}
		if p, _, ok := c.byAddress(path.Join("/", base, name)); ok {
			return p, true
		}
	}
	return nil, false
}

// inLanguage finds the page of a file, in the language of the page that names
// it where it has a translation.
func (t *tree) inLanguage(f string, l int) *page {
	if p := t.byFile[f]; p != nil {
		return t.sibling(p, l)
	}
	ext := path.Ext(f)
	if ext == "" {
		return nil
	}
	stem := strings.TrimSuffix(f, ext)
	for _, lang := range []int{l, 0} {
		if p := t.byFile[stem+"."+t.languages[lang].code+ext]; p != nil {
			return p
		}
	}
	// A folder for each language: the file may be only in that of the default.
	if own := t.dirs[l]; l > 0 && own != "" {
		if rest, ok := strings.CutPrefix(f, own+"/"); ok {
			return t.byFile[path.Join(t.dirs[0], rest)]
		}
	}
	return nil
}

func (t *tree) sibling(p *page, l int) *page {
	if p.lang == l {
		return p
	}
	if q := t.byID[p.id][l]; q != nil {
		return q
	}
	return p
}

// byAddress finds the page at an address of the source.
func (c *conv) byAddress(u string) (p *page, frag string, ok bool) {
	u, frag, _ = strings.Cut(u, "#")
	u, _, _ = strings.Cut(u, "?")
	p, ok = c.t.byURL[trimURL(u)]
	if !ok {
		p, ok = c.t.byURL[trimURL(path.Join(pathOf(c.t.base), u))]
	}
	if !ok && c.p.lang > 0 { // without the language
		p, ok = c.t.byURL[trimURL(path.Join(pathOf(c.t.base), c.t.languages[c.p.lang].first, u))]
	}
	for i := 1; !ok && i < len(c.t.languages); i++ { // a language that does not have the page
		if first := c.t.languages[i].first; first != "" {
			if k := strings.Index(u, first+"/"); k >= 0 {
				if p, ok = c.t.byURL[trimURL(u[:k]+u[k+len(first):])]; ok {
					return c.t.sibling(p, i), frag, true
				}
			}
		}
	}
	if !ok {
		for _, r := range c.t.redirects {
			if trimURL(r[0]) == trimURL(u) {
				if q, found := c.t.byURL[trimURL(r[1])]; found {
					return c.t.sibling(q, c.p.lang), frag, true
				}
			}
		}
		return nil, frag, false
	}
	return c.t.sibling(p, c.p.lang), frag, true
}

// toPage writes a link to a page. One to a draft, which readers cannot see, is
// none.
func (c *conv) toPage(n int, p *page, frag string) (string, bool) {
	if p.hidden() {
		c.note(n, keptText, "a link to a draft: %s", p.src)
		return "", false
	}
	lang := "content/" + c.t.languages[p.lang].tag + "/"
	rest := strings.TrimPrefix(p.file, lang)
	to := "/" + rest
	own := strings.TrimPrefix(c.p.file, "content/"+c.t.languages[c.p.lang].tag+"/")
	if path.Dir(own) == path.Dir(rest) {
		to = path.Base(rest)
	}
	to = (&url.URL{Path: to}).EscapedPath()
	if frag == "" {
		return to, true
	}
	if id, ok := c.fragment(n, p, frag); ok && id != "" {
		return to + "#" + id, true
	}
	return to, true
}

// hidden reports whether a page stays a draft. The page of a section cannot be
// one.
func (p *page) hidden() bool { return p.draft && p.id != "" && !p.index }

func (p *page) topID(frag string) bool { return frag == "" || frag == "top" || p.ids["\x00top "+frag] }

// fragment returns the id that an id of a page has now.
func (c *conv) fragment(n int, p *page, frag string) (string, bool) {
	if d, err := url.PathUnescape(frag); err == nil {
		frag = d
	}
	if !c.final || p.ids[frag] {
		if !markdown.ValidID(frag) {
			return "", true
		}
		if c.final && c.p.lang == 0 && p.lang == 0 { // in languages that have that page and not this one
			for l, q := range c.t.byID[p.id] {
				if l > 0 && !q.ids[frag] && c.t.byID[c.p.id][l] == nil {
					c.note(n, "it leads to the page", "a link to a heading that is not there: #%s", frag)
					return "", false
				}
			}
		}
		return frag, true
	}
	if p.topID(frag) {
		return "", true
	}
	for _, try := range []string{strings.ToLower(frag), c.t.slug(frag), markdown.Slug(frag)} {
		if p.ids[try] {
			return try, true
		}
	}
	c.note(n, "it leads to the page", "a link to a heading that is not there: #%s", frag)
	return "", false
}

// fileFor finds the file that an address names; "" for none.
func (c *conv) fileFor(raw string) string {
	name := raw
	if d, err := url.PathUnescape(raw); err == nil {
		name = d
	}
	name, _, _ = strings.Cut(name, "?")
	from := cmpOr(c.base, c.p.src)
	var names []string
	switch {
	case strings.HasPrefix(name, "@site/"), strings.HasPrefix(name, "~/"), strings.HasPrefix(name, "@/"):
		_, rest, _ := strings.Cut(name, "/")
		names = append(names, rest, "src/"+rest)
	case strings.HasPrefix(name, "/"):
		trimmed := strings.TrimPrefix(name, strings.TrimSuffix(pathOf(c.t.base), "/"))
		for _, dir := range append(slices.Clone(c.t.statics), ".") {
			names = append(names, path.Join(dir, name), path.Join(dir, trimmed))
		}
	default:
		names = append(names, path.Join(path.Dir(from), name), path.Join(path.Dir(c.p.src), name))
		if c.p.url != "" { // as a browser reads it
			u := path.Join(c.p.url, name)
			if strings.HasSuffix(c.p.url, ".html") {
				u = path.Join(path.Dir(c.p.url), name)
			}
			u = strings.TrimPrefix(u, strings.TrimSuffix(pathOf(c.t.base), "/"))
			for _, dir := range c.t.statics {
				names = append(names, path.Join(dir, u))
				if l := c.t.languages[c.p.lang].first; l != "" {
					names = append(names, path.Join(dir, strings.TrimPrefix(u, l)))
				}
			}
		}
		for _, dir := range c.t.statics {
			names = append(names, path.Join(dir, name))
		}
	}
	for _, f := range names {
		if c.t.has(f) {
			return f
		}
	}
	for _, f := range names { // Mijn Foto.PNG
		if g := c.t.folded(f); g != "" {
			return g
		}
	}
	return ""
}

// folded finds a file whose name differs by capitals alone.
func (t *tree) folded(name string) string {
	if t.assets == nil {
		t.assets = map[string]string{}
		for f := range t.files {
			k := strings.ToLower(f)
			if have, ok := t.assets[k]; !ok || f < have {
				t.assets[k] = f
			}
		}
	}
	return t.assets[strings.ToLower(name)]
}

// image makes a picture. One on another site becomes a link.
func (c *conv) image(n int, src, alt, title string, table bool) string {
	src = strings.TrimSpace(src)
	if src != "" && !strings.HasPrefix(src, "data:") {
		src = c.based(src)
	}
	if f := c.imports[strings.Trim(strings.TrimSuffix(src, ".src}"), "{}")]; f != "" {
		src = "/" + f
	} else if m := requireRE().FindStringSubmatch(src); m != nil {
		src = strings.TrimSuffix(m[1], "?url")
	}
	shown := escape(plain(alt))
	switch {
	case src == "" || strings.HasPrefix(src, "data:") || strings.HasPrefix(src, "{"):
		c.note(n, "its text was kept", "a picture that is not a file: %s", short(src))
		return shown
	case strings.HasPrefix(src, "//"), schemeRE().MatchString(src):
		if base := strings.TrimSuffix(c.t.base, "/") + "/"; len(base) > 1 && strings.HasPrefix(src, base) {
			if f := c.fileFor("/" + strings.TrimPrefix(src, base)); f != "" {
				return c.picture(n, f, alt)
			}
		}
		if strings.HasPrefix(src, "//") {
			src = "https:" + src
		}
		c.note(n, "it became a link", "a picture on another site: %s", short(src))
		to, ok := c.resolve(n, src)
		if !ok {
			return shown
		}
		return "[" + cmpOr(shown, escape(src)) + "](" + target(to, title) + ")"
	}
	clean, _, _ := strings.Cut(src, "#")
	if f := c.fileFor(clean); f != "" {
		return c.picture(n, f, alt)
	}
	c.note(n, "its text was kept", "a picture that is not there: %s", short(src))
	return shown
}

var requireRE = lazyregexp.New(`require\(\s*['"]([^'"]+)['"]\s*\)`)

func (c *conv) picture(n int, f, alt string) string {
	if isVideo(f) {
		c.note(n, "it became a link", "a film shown as a picture: %s", f)
		if to := c.copy(n, f); to != "" {
			return "[" + escape(cmpOr(alt, path.Base(f))) + "](" + target(to, "") + ")"
		}
		return escape(alt)
	}
	if !strings.HasPrefix(fileset.TypeOf(f), "image/") {
		c.note(n, "its text was kept", "a picture of a kind that is not published: %s", f)
		return escape(alt)
	}
	to := c.copy(n, f)
	if to == "" {
		return escape(alt)
	}
	if strings.TrimSpace(alt) == "" {
		c.note(n, "write what it shows", "a picture without text for readers who cannot see it: %s", f)
	}
	return "![" + strings.NewReplacer("[", `\[`, "]", `\]`, "<", `\<`).Replace(alt) + "](" + target(to, "") + ")"
}

func isVideo(f string) bool {
	ext := strings.ToLower(path.Ext(f))
	return ext == ".mp4" || ext == ".webm"
}

// copy takes a file along and returns its address for links; "" where it is not
// published.
func (c *conv) copy(n int, f string) string {
	to, why := c.assets(f)
	if why != "" {
		c.note(n, keptText, "the file %s is not published: %s", f, why)
		return ""
	}
	return (&url.URL{Path: "/" + to}).EscapedPath()
}
