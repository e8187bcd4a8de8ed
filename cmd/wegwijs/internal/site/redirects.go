package site

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
)

// redirects gathers old addresses: aliases of pages and [[redirect]] tables.
func (b *builder) redirects() {
	if !b.s.Config.Outputs.Redirects {
		return
	}
	taken := map[string]string{}
	add := func(r Redirect, fail func(code diag.Code, hint, format string, args ...any)) {
		from := r.From
		u, err := url.Parse(from)
		if err != nil || !strings.HasPrefix(from, "/") || strings.HasPrefix(from, "//") || u.RawQuery != "" || u.Fragment != "" || u.Host != "" {
			fail(diag.RedirectFrom, `write the part behind the host name: "/oud/pad/"`, "%q is not an address on this site", from)
			return
		}
		clean := path.Clean(u.Path)
		if strings.Contains(u.Path, "..") {
			fail(diag.RedirectFrom, "write the address without ..", "%q leads out of the site", from)
			return
		}
		file := strings.TrimPrefix(clean, "/")
		if path.Ext(file) != ".html" && path.Ext(file) != ".htm" && path.Ext(file) != ".php" {
			file = path.Join(file, "index.html")
			u.Path = strings.TrimSuffix(clean, "/") + "/"
		}
		r.Path, r.From = file, u.EscapedPath()
		if why := fileset.CheckPath(file); why != "" {
			fail(diag.RedirectFrom, "use letters, digits and hyphens", "%q does not work: %s", from, why)
			return
		}
		dir := fileset.Fold(strings.TrimSuffix(strings.TrimSuffix(file, "index.html"), "/"))
		if p, ok := b.addresses[dir]; ok && strings.HasSuffix(file, "index.html") {
			fail(diag.RedirectFrom, "remove it, or give that page another slug", "%q is the address of a page: %s", from, p.File)
			return
		}
		if first, dup := taken[fileset.Fold(file)]; dup {
			fail(diag.RedirectFrom, "remove one of the two", "%q is taken already by %s", from, first)
			return
		}
		taken[fileset.Fold(file)] = r.Source
		b.s.Redirects = append(b.s.Redirects, r)
	}
	for _, l := range b.s.Locales {
		for _, p := range l.All {
			if p.Fallback {
				continue
			}
			for i, from := range p.Aliases {
				add(Redirect{From: from, To: p, Source: p.File}, func(code diag.Code, hint, format string, args ...any) {
					b.errorf(p.Page, "aliases", i, code, hint, format, args...)
				})
			}
		}
	}
	for _, r := range b.s.Config.Redirects {
		if r.From == "" || r.To == "" {
			continue // that has been said
		}
		fail := func(code diag.Code, hint, format string, args ...any) {
			b.Out.Errorf(r.Pos, code, hint, format, args...)
		}
		lead := func(hint, format string, args ...any) { b.Out.Errorf(r.ToPos, diag.RedirectTo, hint, format, args...) }
		red := Redirect{From: r.From, Source: config.File, Pos: r.ToPos}
		switch u, err := url.Parse(r.To); {
		case strings.HasSuffix(r.To, ".md"):
			id, _ := content.ID(strings.TrimPrefix(r.To, "/"))
			l := b.s.Locales[0]
			if lang, rest, ok := strings.Cut(id, "/"); ok && b.entriesFor(lang) {
				l, id = b.s.Locales[b.locale[lang]], rest
			}
			p, ok := l.Page(id)
			if !ok {
				if !b.s.broken[id] {
					lead("name a page by its file below the language's folder: e-mail/imap-instellingen.md", "no page %q", r.To)
				}
				continue
			}
			red.To = p
		case err != nil || strings.Contains(r.To, ".."):
			lead("write an address or a page's file", "%q is not an address", r.To)
			continue
		case (u.Scheme == "https" || u.Scheme == "http") && u.Host != "", strings.HasPrefix(r.To, "/") && !strings.HasPrefix(r.To, "//"):
			red.Address = plain(u.String())
		default:
			lead(`write "https://…", "/een/adres/" or "e-mail/pagina.md"`, "%q is not an address", r.To)
			continue
		}
		add(red, fail)
	}
	slices.SortFunc(b.s.Redirects, func(x, y Redirect) int { return strings.Compare(x.From, y.From) })
	b.circles()
}

// circles reports redirects that lead back to where they began.
func (b *builder) circles() {
	to := map[string]*Redirect{}
	for i := range b.s.Redirects {
		r := &b.s.Redirects[i]
		to[strings.Trim(r.From, "/")] = r
	}
	for i := range b.s.Redirects {
		r := &b.s.Redirects[i]
		at := r
		for range b.s.Redirects {
			if at == nil || at.To != nil || !strings.HasPrefix(at.Address, "/") {
				break
			}
			if at = to[strings.Trim(at.Address, "/")]; at == r {
				b.Out.Errorf(r.Pos, diag.RedirectTo, "name the page that readers should get", "the redirect from %s leads back to itself", r.From)
				break
			}
		}
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
