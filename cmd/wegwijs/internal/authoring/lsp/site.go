package lsp

import (
	"bytes"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/site"
)

// page returns the page whose text is in the file; nil where that is none.
func (h *here) page() *site.Page { return h.pageIn(h.file) }

func (h *here) pageIn(file string) *site.Page {
	if !strings.HasPrefix(file, content.Root+"/") || !strings.HasSuffix(file, ".md") {
		return nil
	}
	lang, rest := content.Split(file)
	id, _ := content.ID(rest)
	l := h.locale(lang)
	if l == nil {
		return nil
	}
	p, ok := l.Page(id)
	if !ok || p.File != file {
		return nil
	}
	return p
}

// locale returns the site in a language; nil where it is not in that.
func (h *here) locale(lang string) *site.Locale {
	for _, l := range h.state.Site.Locales {
		if l.Lang == lang {
			return l
		}
	}
	return nil
}

// below returns the path below the language's folder that a destination in a
// file names, and the rest of the destination, from its # or ?.
func below(file, dest string) (rest, suffix string, ok bool) {
	u, err := url.Parse(dest)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return "", "", false
	}
	if i := strings.IndexAny(dest, "#?"); i >= 0 {
		suffix = dest[i:]
	}
	return content.Relative(file, u.Path), suffix, true
}

// target returns the page that a destination in a file leads to, and the id of
// the heading there; nil where it leads elsewhere.
func (h *here) target(file, dest string) (p *site.Page, fragment string) {
	lang, own := content.Split(file)
	l := h.locale(lang)
	if l == nil {
		return nil, ""
	}
	if strings.HasPrefix(dest, "#") {
		dest = "/" + own + dest
	}
	rest, suffix, ok := below(file, dest)
	if !ok || !strings.HasSuffix(rest, ".md") {
		return nil, ""
	}
	id, _ := content.ID(rest)
	p, ok = l.Page(id)
	if !ok {
		return nil, ""
	}
	if i := strings.IndexByte(suffix, '#'); i >= 0 {
		fragment, _ = url.PathUnescape(suffix[i+1:])
	}
	return p, fragment
}

// typed returns how a file of a page writes the name of a page: absolute, or
// from its own folder where that is its own or one below it.
func typed(file, rest string) string {
	_, own := content.Split(file)
	dir := path.Dir(own)
	switch {
	case dir == ".":
		return rest
	case strings.HasPrefix(rest, dir+"/"):
		return rest[len(dir)+1:]
	}
	return "/" + rest
}

// fileOf returns a page's file below its language's folder.
func fileOf(p *site.Page) string {
	_, rest := content.Split(p.File)
	return rest
}

// ref returns the destination at the place, or just before it.
func (h *here) ref() (ref, bool) {
	for _, r := range refs(h.src, content.Body(h.src)) {
		if r.from <= h.at && h.at <= r.to {
			return r, true
		}
	}
	// On the text of a link, its destination.
	for _, r := range refs(h.src, content.Body(h.src)) {
		if open := bytes.LastIndexByte(h.src[:r.from], '['); open >= h.line && open <= h.at && h.at < r.from {
			return r, true
		}
	}
	return ref{}, false
}

// heading returns the offset of the heading or term with an id in a text; 0
// where it cannot be found.
func heading(src []byte, list []markdown.Heading, id string) int {
	text := ""
	for _, h := range list {
		if h.Answers(id) {
			text = h.Text
		}
	}
	body := content.Body(src)
	if i := bytes.Index(src[body:], []byte("{#"+id)); i >= 0 {
		return bytes.LastIndexByte(src[:body+i], '\n') + 1
	}
	for at := body; at < len(src); {
		end := len(src)
		if i := bytes.IndexByte(src[at:], '\n'); i >= 0 {
			end = at + i
		}
		line := strings.TrimRight(string(src[at:end]), " #\r\t")
		if strings.HasPrefix(line, "#") && markdown.Slug(strings.TrimLeft(line, "# ")) == markdown.Slug(text) {
			return at
		}
		at = end + 1
	}
	return 0
}

// inFront reports whether the place is in the front matter of a page.
func (h *here) inFront() bool {
	if !strings.HasPrefix(h.file, content.Root+"/") || !bytes.HasPrefix(bytes.TrimPrefix(h.src, []byte("\ufeff")), []byte("+++")) {
		return false
	}
	start, end, ok := content.FrontMatterRange(h.src)
	return ok && start <= h.at && h.at <= end || !ok
}

// read returns the text of a file as the editor has it.
func (h *here) read(file string) []byte {
	src, _ := fs.ReadFile(h.files, file)
	return src
}
