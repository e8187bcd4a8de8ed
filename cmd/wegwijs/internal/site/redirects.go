package site

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
)

// Target returns the URL path or whole address that the redirect leads to.
func (r *Redirect) Target() string {
	if r.To != nil {
		return r.To.URL + r.Suffix
	}
	return r.Address
}

// redirects gathers old addresses: aliases of pages and [[redirect]] tables.
func (b *builder) redirects() {
	if !b.s.Config.Outputs.Redirects {
		return
	}
	o := &oldAddresses{b: b, files: map[string]string{}, folded: map[string]bool{}, dirs: map[string]string{}, beside: map[string]string{}}
	for _, f := range b.s.Files {
		o.keep(f.Path)
		o.beside[fileset.Fold(f.Path)] = f.Path
	}
	for _, l := range b.s.Locales {
		for _, p := range l.All {
			if p.Fallback {
				continue
			}
			for i, from := range p.Aliases {
				o.add(Redirect{From: from, To: p, Source: p.File, Alias: i}, func(code diag.Code, hint, format string, args ...any) {
					b.errorf(p.Page, "aliases", i, code, hint, format, args...)
				})
			}
		}
	}
	for _, r := range b.s.Config.Redirects {
		if r.From == "" || r.To == "" {
			continue // that has been said
		}
		red := Redirect{From: r.From, Source: config.File, Pos: r.ToPos, FromPos: r.Pos}
		if b.target(&red, r) {
			o.add(red, func(code diag.Code, hint, format string, args ...any) {
				b.Out.Errorf(r.Pos, code, hint, format, args...)
			})
		}
	}
	o.elsewhere()
	slices.SortFunc(b.s.Redirects, func(x, y Redirect) int { return strings.Compare(x.From, y.From) })
	b.circles()
}

// oldAddresses are the redirects while they are gathered.
type oldAddresses struct {
	b      *builder
	files  map[string]string // who asked for a file, by its path
	folded map[string]bool   // paths of files that are written
	dirs   map[string]string // folders of those files and of files beside pages, by their folded names
	beside map[string]string // the files beside pages, by their folded names
}

// fits reports whether the folders of a file that would be written are those
// that are there, in capitals too, and no file stands at its place or at theirs.
// It then keeps them.
func (o *oldAddresses) fits(file string) bool {
	if o.beside[fileset.Fold(file)] != "" {
		return false
	}
	for i := range file {
		if file[i] != '/' {
			continue
		}
		dir := file[:i]
		fold := fileset.Fold(dir)
		if p := o.b.addresses[fold]; p != nil && p.Dir != dir {
			return false
		}
		if have, ok := o.dirs[fold]; ok && have != dir || o.beside[fold] != "" {
			return false
		}
	}
	o.keep(file)
	return true
}

func (o *oldAddresses) keep(file string) {
	for i := range file {
		if file[i] == '/' {
			o.dirs[fileset.Fold(file[:i])] = file[:i]
		}
	}
}

// add enters a redirect, or says to fail why it cannot be.
func (o *oldAddresses) add(r Redirect, fail func(code diag.Code, hint, format string, args ...any)) {
	from := r.From
	elems, msg, hint := elements(from)
	if msg != "" {
		fail(diag.RedirectFrom, hint, msg, from)
		return
	}
	file := fileFor(elems)
	asset := len(elems) > 1 && elems[0] == "assets" && path.Ext(elems[len(elems)-1]) != ""
	if len(elems) > 0 && slices.Contains(served, elems[0]) && !asset {
		fail(diag.RedirectFrom, "web servers have rules of their own for that folder; an old address there cannot be kept", "%q is in a folder that belongs to the program", from)
		return
	}
	dir, isFolder := strings.CutSuffix("/"+file, "/index.html")
	dir = strings.TrimPrefix(dir, "/")
	page := o.b.addresses[fileset.Fold(dir)]
	if isFolder && page != nil && page.Dir == dir {
		fail(diag.RedirectFrom, "remove it, or give that page another slug", "%q is the address of a page: %s", from, page.File)
		return
	}
	if at := strings.Join(elems, "/"); at != "" && o.beside[fileset.Fold(at)] == at {
		fail(diag.RedirectFrom, "remove it, or give the file another name", "%q is the address of a file", from)
		return
	}
	if first, dup := o.files[file]; dup {
		fail(diag.RedirectFrom, "remove one of the two", "%q is taken already by %s", from, first)
		return
	}
	o.files[file] = r.Source
	r.From = o.b.Config.BasePath + "/" + escape(strings.Join(elems, "/"))
	if strings.HasSuffix(file, "/index.html") && (len(elems) == 0 || elems[len(elems)-1] != "index.html") {
		r.From += "/"
	}
	// What a folder cannot hold beside the rest, on whatever system, is a rule
	// for web servers alone; so is the old address of a file in assets, where
	// browsers keep what they get.
	fold := fileset.Fold(file)
	if !asset && fileset.CheckPath(file) == "" && !o.folded[fold] && !(isFolder && page != nil) && o.fits(file) {
		o.folded[fold] = true
		r.Path = file
	} else if len(o.b.s.Config.Outputs.Rules) == 0 {
		fail(diag.RedirectFrom, "use small letters, digits and hyphens, or let the site write rules: rules in [outputs]", "%q can only be a rule for web servers, and the site writes none", from)
		return
	}
	o.b.s.Redirects = append(o.b.s.Redirects, r)
}

// served are the folders at the top of the output for which web servers have
// rules that come before those for old addresses. Those of files in assets come
// before them.
var served = []string{"assets", "rules", "mail", fileset.Reserved}

// elements takes an old address apart into its decoded elements. Else msg, a
// format for the address, says why it is none, and hint what to do.
func elements(from string) (elems []string, msg, hint string) {
	const write = `write the part behind the host name: "/oud/pad/"`
	u, err := url.Parse(from)
	switch {
	case err != nil || !strings.HasPrefix(from, "/") || strings.HasPrefix(from, "//") || u.Host != "":
		return nil, "%q is not an address on this site", write
	case u.RawQuery != "" || u.ForceQuery:
		return nil, "%q is not an address on this site", "leave out what follows the ?: an old address leads to one page, whatever is asked of it"
	case u.Fragment != "":
		return nil, "%q is not an address on this site", "leave out what follows the #: browsers do not send it"
	}
	for e := range strings.SplitSeq(u.EscapedPath(), "/") {
		e, err := url.PathUnescape(e)
		switch {
		case err != nil || !utf8.ValidString(e):
			return nil, "%q does not work: it is not UTF-8 text", "write the address as the browser shows it"
		case e == "..":
			return nil, "%q leads out of the site", "write the address without .."
		case strings.ContainsAny(e, `/\`):
			return nil, "%q does not work: an element of it holds a slash", "leave out %2F and %5C: servers do not agree on them"
		case strings.ContainsFunc(e, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }):
			return nil, "%q does not work: it holds a control character", "write the address as the browser shows it"
		case e != "" && e != ".":
			elems = append(elems, e)
		}
	}
	return elems, "", ""
}

// fileFor returns the file of the output that answers at an address.
func fileFor(elems []string) string {
	p := strings.Join(elems, "/")
	switch path.Ext(p) {
	case ".html", ".htm", ".php":
		return p
	}
	return path.Join(p, "index.html")
}

// target finds where a [[redirect]] leads; ok is false when that has become a
// finding.
func (b *builder) target(red *Redirect, r config.Redirect) (ok bool) {
	lead := func(hint, format string, args ...any) { b.Out.Errorf(r.ToPos, diag.RedirectTo, hint, format, args...) }
	to := r.To
	if rest, own := strings.CutPrefix(to, b.s.Config.BaseURL+"/"); own && b.s.Config.BaseURL != "" {
		to = "/" + rest // this site, however it is named
	}
	u, err := url.Parse(to)
	switch {
	case err != nil:
		lead("write an address or a page's file", "%q is not an address", r.To)
		return false
	case (u.Scheme == "https" || u.Scheme == "http") && u.Host != "":
		red.Address = plain(u.String())
		return true
	case u.Scheme != "" || u.Host != "" || strings.HasPrefix(to, "//"):
		lead(`write "https://…", "/een/adres/" or "e-mail/pagina.md"`, "%q is not an address", r.To)
		return false
	case slices.Contains(strings.Split(u.Path, "/"), ".."):
		lead("write the address without ..", "%q is not an address", r.To)
		return false
	case strings.HasSuffix(u.Path, ".md"):
		id, _ := content.ID(strings.TrimPrefix(u.Path, "/"))
		l := b.s.Locales[0]
		if lang, rest, ok := strings.Cut(id, "/"); ok && b.entriesFor(lang) {
			l, id = b.s.Locales[b.locale[lang]], rest
		}
		p, ok := l.Page(id)
		if !ok {
			if !b.s.broken[id] {
				lead("name a page by its file below the language's folder: e-mail/imap-instellingen.md", "no page %q", r.To)
			}
			return false
		}
		u.Path = ""
		red.To, red.Suffix, red.Fragment = p, plain(u.String()), u.Fragment
		return true
	case strings.HasPrefix(to, "/"):
		red.Address = b.Config.BasePath + plain(u.String())
		return true
	}
	lead(`write "https://…", "/een/adres/" or "e-mail/pagina.md"`, "%q is not an address", r.To)
	return false
}

// elsewhere lets an alias hold in every language that shows the page: where the
// page had its old address in its own language, it had one at the same place
// in the others, and there it leads to the page for their readers. Where the
// others have a text of their own that is so in sections that are still there;
// a longer way is that of another site. What is taken stays with the page that took it.
func (o *oldAddresses) elsewhere() {
	quiet := func(diag.Code, string, string, ...any) {}
	for _, red := range slices.Clone(o.b.s.Redirects) {
		if red.To == nil || red.Source != red.To.File || red.Path == "" || !strings.HasSuffix(red.Path, "/index.html") {
			continue
		}
		own := red.To.Locale
		section, rest, ok := o.b.below(own, strings.TrimSuffix(red.Path, "/index.html"))
		if !ok {
			continue // never an address of a page in this language
		}
		for _, l := range o.b.s.Locales {
			p, shown := l.Page(red.To.ID)
			up, there := l.Page(section)
			if l == own || !shown || !there || !p.Fallback && strings.Contains(rest, "/") {
				continue
			}
			o.add(Redirect{From: "/" + escape(path.Join(up.Dir, rest)) + "/", To: p, Source: red.Source}, quiet)
		}
	}
}

// below returns the id of the deepest section of a language below whose folder
// a folder of the output stands, and the way from there.
func (b *builder) below(l *Locale, dir string) (section, rest string, ok bool) {
	for up := dir; ; {
		i := strings.LastIndexByte(up, '/')
		if i < 0 {
			break
		}
		up = up[:i]
		if p := b.addresses[fileset.Fold(up)]; p != nil && p.Dir == up {
			return p.ID, dir[len(up)+1:], p.Locale == l
		}
	}
	return "", dir, l.Home != nil && l.Home.Dir == ""
}

// circles reports redirects that lead back to where they began, and those that
// lead to another one: readers go a way round, which breaks when somebody tidies
// up the second.
func (b *builder) circles() {
	to := make(map[string]int, len(b.s.Redirects))
	for i := range b.s.Redirects {
		to[strings.Trim(b.s.Redirects[i].From, "/")] = i
	}
	next := func(i int) int { // -1 where a redirect leads to a page, or away
		r := &b.s.Redirects[i]
		if r.To != nil || !strings.HasPrefix(r.Address, "/") {
			return -1
		}
		path, _, _ := strings.Cut(r.Address, "#")
		path, _, _ = strings.Cut(path, "?")
		if at, ok := to[strings.Trim(path, "/")]; ok {
			return at
		}
		return -1
	}
	const circle = -1
	ends := make([]int, len(b.s.Redirects)) // one more than the place of the last redirect of the way; 0 is not known
	walk := make([]int, len(b.s.Redirects)) // in which walk it was met, from 1
	for i := range b.s.Redirects {
		var way []int
		at := i
		for ends[at] == 0 && walk[at] != i+1 {
			walk[at] = i + 1
			way = append(way, at)
			if n := next(at); n >= 0 {
				at = n
			} else {
				ends[at] = at + 1
			}
		}
		end := ends[at]
		if end == 0 {
			end = circle
			b.Out.Errorf(b.s.Redirects[at].Pos, diag.RedirectTo, "name the page that readers should get", "the redirect from %s leads back to itself", b.s.Redirects[at].From)
		}
		for _, n := range way {
			ends[n] = end
		}
	}
	for i, end := range ends {
		if end == circle || end == i+1 {
			continue
		}
		last := &b.s.Redirects[end-1]
		target := strings.TrimPrefix(last.Address, b.Config.BasePath)
		if last.To != nil {
			_, target = content.Split(last.To.File)
		}
		b.Out.Warnf(b.s.Redirects[i].Pos, diag.RedirectChain, diag.Say("name where it ends: to = %q", target+last.Suffix), "the redirect from %s leads to another old address, %s", b.s.Redirects[i].From, b.s.Redirects[next(i)].From)
	}
}

// plain percent-encodes what web servers or their configuration files could
// take for something else, and what addresses cannot hold (RFC 3986 §2).
func plain(address string) string {
	var out strings.Builder
	for _, c := range []byte(address) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"$<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&out, "%%%02X", c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

func (b *builder) entriesFor(lang string) bool {
	_, ok := b.locale[lang]
	return ok
}
