package preview_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// An operation is one thing that people and their programs do to a site. It
// says what it did; "" when it could do nothing.
type operation struct {
	name   string
	weight int
	do     func(w *world, page string) string
}

var operations = []operation{
	{"a new text", 5, func(w *world, p string) string {
		return p + " " + w.save(p, w.page(fmt.Sprint("Titel ", w.r.IntN(10)), ""))
	}},
	{"more text", 5, func(w *world, p string) string {
		return p + " " + w.save(p, w.read(p)+fmt.Sprintf("\nNog %d.\n", w.r.IntN(1000)))
	}},
	{"the text of an index", 1, func(w *world, p string) string {
		i := path.Dir(p) + "/index.md"
		if w.read(i) == "" {
			return ""
		}
		return i + " " + w.save(i, w.read(i)+fmt.Sprintf("\n## Kop %d\n", w.r.IntN(100)))
	}},
	{"the title of an index", 1, func(w *world, p string) string {
		i := path.Dir(p) + "/index.md"
		if w.read(i) == "" {
			return ""
		}
		w.restore(i)
		w.setFront(i, "title", fmt.Sprintf("%q", fmt.Sprint("Sectie ", w.r.IntN(100))))
		return i
	}},
	{"saved without a change", 1, func(w *world, p string) string { return p + " " + w.save(p, w.read(p)) }},
	{"two edits at once", 2, func(w *world, p string) string {
		w.write(p, w.read(p)+"\nEen.\n")
		w.write(p, strings.Replace(w.read(p), "\nEen.\n", "\nTwee\n", 1)) // of the same length
		return p
	}},
	{"a page created", 2, func(w *world, p string) string {
		if len(w.pages()) > 14 {
			return ""
		}
		n := fmt.Sprintf("%s/new%d.md", path.Dir(p), w.r.IntN(20))
		w.write(n, w.page("Nieuw", "[x](index.md)\n"))
		return n
	}},
	{"a page deleted", 2, func(w *world, p string) string {
		if len(w.pages()) < 6 {
			w.restore(p)
		}
		w.must(os.Remove(w.file(p)))
		return p
	}},
	{"a page renamed", 1, func(w *world, p string) string {
		to := fmt.Sprintf("%s/moved%d.md", path.Dir(p), w.r.IntN(20))
		if w.has(to) {
			return ""
		}
		w.must(os.Rename(w.file(p), w.file(to)))
		return p + " to " + to
	}},
	{"a page renamed in case only", 1, func(w *world, p string) string {
		to := path.Dir(p) + "/" + strings.ToUpper(path.Base(p)[:1]) + path.Base(p)[1:]
		if p == to || w.has(to) {
			return ""
		}
		w.must(os.Rename(w.file(p), w.file(to)))
		w.later(func() { os.Rename(w.file(to), w.file(p)) })
		return p + " to " + to
	}},
	{"two pages exchanged", 1, func(w *world, p string) string {
		q := w.pick()
		if p == q {
			return ""
		}
		tmp := w.file("content/.ruil")
		w.must(os.Rename(w.file(p), tmp))
		w.must(os.Rename(w.file(q), w.file(p)))
		w.must(os.Rename(tmp, w.file(q)))
		return p + " and " + q
	}},
	{"a folder moved", 1, func(w *world, _ string) string {
		a, b := fmt.Sprintf("content/nl/s%d", w.r.IntN(3)), fmt.Sprintf("content/nl/t%d", w.r.IntN(3))
		if os.Rename(w.file(a), w.file(b)) != nil {
			return ""
		}
		w.later(func() { os.Rename(w.file(b), w.file(a)) })
		return a + " to " + b
	}},
	{"a folder moved into another, and edited there", 1, func(w *world, _ string) string {
		a, b := "content/nl/s2", "content/nl/s0/diep/s2"
		if !w.has("content/nl/s0") || w.has("content/nl/s0/diep") || !w.has(a) {
			return ""
		}
		w.write("content/nl/s0/diep/index.md", w.page("Diep", ""))
		w.must(os.Rename(w.file(a), w.file(b)))
		w.write(b+"/p0.md", w.page("Verhuisd", ""))
		w.later(func() {
			os.Rename(w.file(b), w.file(a))
			os.RemoveAll(w.file("content/nl/s0/diep"))
		})
		return a + " to " + b
	}},
	{"all content away", 1, func(w *world, _ string) string {
		if !w.has("content") || w.has("content.weg") {
			return ""
		}
		w.must(os.Rename(w.file("content"), w.file("content.weg")))
		w.later(func() { os.Rename(w.file("content.weg"), w.file("content")) })
		return ""
	}},
	{"a language removed", 1, func(w *world, _ string) string {
		lang := []string{"en", "ar"}[w.r.IntN(2)]
		if !w.has("content/" + lang) {
			return ""
		}
		keep := filepath.Join(w.dir, ".weg-"+lang)
		os.RemoveAll(keep)
		w.must(os.Rename(w.file("content/"+lang), keep))
		w.later(func() {
			os.RemoveAll(w.file("content/" + lang))
			os.Rename(keep, w.file("content/"+lang))
		})
		return lang
	}},
	{"half a file", 1, func(w *world, p string) string {
		w.restore(p)
		old := w.read(p)
		w.write(p, old[:len(old)/3])
		return p
	}},
	{"an empty file", 1, func(w *world, p string) string {
		w.restore(p)
		w.write(p, "")
		return p
	}},
	{"a wrong key in front matter", 1, func(w *world, p string) string { return p + " " + w.change(p, "title", "titel") }},
	{"front matter that is not closed", 1, func(w *world, p string) string { return p + " " + w.change(p, "\n+++\n", "\n++\n") }},
	{"an index with broken front matter", 1, func(w *world, p string) string {
		i := path.Dir(p) + "/index.md"
		if w.read(i) == "" {
			return ""
		}
		return i + " " + w.change(i, "title =", "title")
	}},
	{"a slug that cannot be", 1, func(w *world, p string) string {
		w.restore(p)
		w.setFront(p, "slug", `"Geen Slug"`)
		return p
	}},
	{"slugs swapped", 1, func(w *world, p string) string {
		q := w.pick()
		if p == q || path.Dir(p) != path.Dir(q) {
			return ""
		}
		w.setFront(p, "slug", fmt.Sprintf("%q", strings.ToLower(strings.TrimSuffix(path.Base(q), ".md"))))
		w.setFront(q, "slug", fmt.Sprintf("%q", strings.ToLower(strings.TrimSuffix(path.Base(p), ".md"))))
		return p + " and " + q
	}},
	{"two pages at one address", 1, func(w *world, p string) string {
		q := w.pick()
		if p == q || path.Dir(p) != path.Dir(q) {
			return ""
		}
		w.restore(p)
		w.setFront(p, "slug", fmt.Sprintf("%q", strings.ToLower(strings.TrimSuffix(path.Base(q), ".md"))))
		return p + " as " + q
	}},
	{"a page that is there twice", 1, func(w *world, p string) string {
		n := strings.TrimSuffix(p, ".md") + "/index.md"
		if w.has(path.Dir(n)) {
			return ""
		}
		w.write(n, w.page("Dubbel", ""))
		w.later(func() { os.RemoveAll(w.file(path.Dir(n))) })
		return n
	}},
	{"a draft", 2, func(w *world, p string) string {
		w.restore(p)
		on := "true"
		if strings.Contains(w.read(p), "draft = true") {
			on = ""
		}
		w.setFront(p, "draft", on)
		return p
	}},
	{"an alias", 1, func(w *world, p string) string {
		w.restore(p)
		w.setFront(p, "aliases", fmt.Sprintf(`["/oud/%d/"]`, w.r.IntN(2)))
		return p
	}},
	{"related pages", 1, func(w *world, p string) string {
		w.restore(p)
		w.setFront(p, "related", fmt.Sprintf(`["s%d/p%d"]`, w.r.IntN(3), w.r.IntN(4)))
		return p
	}},
	{"a layout of its own", 1, func(w *world, p string) string {
		w.restore(p)
		w.setFront(p, "layout", `"wide"`)
		return p
	}},
	{"line ends of Windows", 1, func(w *world, p string) string {
		w.restore(p)
		w.write(p, "\xef\xbb\xbf"+strings.ReplaceAll(w.read(p), "\n", "\r\n"))
		return p
	}},
	{"text that is not UTF-8", 1, func(w *world, p string) string { return p + " " + w.change(p, "Tekst", "T\xe9kst") }},
	{"dead links", 1, func(w *world, p string) string {
		w.restore(p)
		w.write(p, w.read(p)+"\n[dood](er-is-niets.md#x) en [anker](#niets)\n")
		return p
	}},
	{"a dead anchor", 1, func(w *world, p string) string {
		w.restore(p)
		w.write(p, w.read(p)+"\n[anker](index.md#niets)\n")
		return p
	}},
	{"a heading gone", 1, func(w *world, p string) string { return p + " " + w.change(p, "{#kop}", "") }},
	{"raw HTML", 1, func(w *world, p string) string {
		w.restore(p)
		w.write(p, w.read(p)+"\n<b>nee</b>\n")
		return p
	}},
	{"an image", 1, func(w *world, p string) string {
		n := path.Dir(p) + "/scherm.png"
		w.restore(n)
		w.write(n, picture(1+w.r.IntN(9), 1+w.r.IntN(9)))
		w.restore(p)
		w.write(p, w.read(p)+"\n![Scherm](scherm.png)\n")
		return p
	}},
	{"an image changed", 2, func(w *world, p string) string {
		n := path.Dir(p) + "/scherm.png"
		if w.read(n) == "" {
			return ""
		}
		return n + " " + w.save(n, picture(1+w.r.IntN(9), 1+w.r.IntN(9)))
	}},
	{"an image removed", 1, func(w *world, p string) string {
		n := path.Dir(p) + "/scherm.png"
		if w.read(n) == "" {
			return ""
		}
		w.restore(n)
		w.must(os.Remove(w.file(n)))
		return n
	}},
	{"a page replaced by a folder", 1, func(w *world, p string) string {
		w.restore(p)
		w.must(os.Remove(w.file(p)))
		w.write(p+"/p9.md", w.page("In een map", ""))
		return p
	}},
	{"a folder replaced by a file", 1, func(w *world, p string) string {
		d := path.Dir(p)
		keep := w.file(".was-" + path.Base(d))
		if path.Dir(d) == "content" || w.has(".was-"+path.Base(d)) {
			return ""
		}
		w.must(os.Rename(w.file(d), keep))
		w.write(d, "een bestand")
		w.later(func() {
			os.RemoveAll(w.file(d))
			os.Rename(keep, w.file(d))
		})
		return d
	}},
	{"a folder replaced by a link to it", 1, func(w *world, p string) string {
		d := path.Dir(p)
		if w.has(d+".echt") || path.Dir(d) == "content" {
			return ""
		}
		w.must(os.Rename(w.file(d), w.file(d+".echt")))
		w.must(os.Symlink(path.Base(d)+".echt", w.file(d)))
		w.later(func() {
			os.Remove(w.file(d))
			os.Rename(w.file(d+".echt"), w.file(d))
		})
		return d
	}},
	{"a link to a page", 1, func(w *world, p string) string {
		l := fmt.Sprintf("%s/link%d.md", path.Dir(p), w.r.IntN(3))
		if os.Symlink(path.Base(p), w.file(l)) != nil {
			return ""
		}
		w.later(func() { os.Remove(w.file(l)) })
		return l
	}},
	{"a link to nothing, then to something", 1, func(w *world, p string) string {
		l := path.Dir(p) + "/los.md"
		if os.Symlink("later.md", w.file(l)) != nil {
			return ""
		}
		w.later(func() {
			os.Remove(w.file(l))
			os.Remove(w.file(path.Dir(p) + "/later.md"))
		})
		w.later(func() { w.write(path.Dir(p)+"/later.md", w.page("Later", "")) })
		return l
	}},
	{"a link out of the site", 1, func(w *world, p string) string {
		l := path.Dir(p) + "/uit.png"
		if os.Symlink(w.out, w.file(l)) != nil {
			return ""
		}
		w.later(func() { os.Remove(w.file(l)) })
		return l
	}},
	{"mode and time", 1, func(w *world, p string) string {
		os.Chmod(w.file(p), 0o600)
		os.Chtimes(w.file(p), time.Time{}, time.Unix(1e9, 0)) // an old time
		return p
	}},
	{"another text with the old time", 1, func(w *world, p string) string { // cp -p, tar, rsync
		fi, err := os.Stat(w.file(p))
		w.must(err)
		old := w.read(p)
		i := strings.Index(old, "Kort ")
		if i < 0 {
			return ""
		}
		w.write(p, old[:i]+"Lang "+old[i+5:])
		w.must(os.Chtimes(w.file(p), time.Time{}, fi.ModTime()))
		return p
	}},
	{"a file that cannot be read", 1, func(w *world, p string) string {
		if os.Getuid() == 0 {
			return ""
		}
		w.must(os.Chmod(w.file(p), 0))
		w.later(func() { os.Chmod(w.file(p), 0o644) })
		return p
	}},
	{"a folder that cannot be read", 1, func(w *world, p string) string {
		d := path.Dir(p)
		if os.Getuid() == 0 {
			return ""
		}
		w.must(os.Chmod(w.file(d), []fs.FileMode{0, 0o300, 0o600}[w.r.IntN(3)]))
		w.later(func() { os.Chmod(w.file(d), 0o755) })
		return d
	}},
	{"layouts that cannot be read", 1, func(w *world, _ string) string {
		n := []string{"layouts/base.html", "layouts/partials", "i18n/nl.toml", "site.toml", "i18n"}[w.r.IntN(5)]
		fi, err := os.Lstat(w.file(n))
		if os.Getuid() == 0 || err != nil {
			return ""
		}
		w.must(os.Chmod(w.file(n), 0))
		w.later(func() { os.Chmod(w.file(n), fi.Mode()) })
		return n
	}},
	{"files of editors", 1, func(w *world, p string) string {
		for _, n := range []string{path.Dir(p) + "/4913", p + "~", path.Dir(p) + "/#x.md#", path.Dir(p) + "/.x.md.swp", p + "___jb_tmp___", path.Dir(p) + "/~$x.docx", "layouts/base.html.tmp", "layouts/sedXyz", "i18n/nl.toml.bak"} {
			w.write(n, "rommel")
			w.later(func() { os.Remove(w.file(n)) })
		}
		return p
	}},
	{"a pipe", 1, func(w *world, p string) string {
		n := w.file(path.Dir(p) + "/pijp.md")
		if syscall.Mkfifo(n, 0o644) != nil {
			return ""
		}
		w.later(func() { os.Remove(n) })
		return p
	}},
	{"a file of another kind", 1, func(w *world, p string) string {
		n := path.Dir(p) + "/brief.docx"
		w.restore(n)
		w.write(n, fmt.Sprint(w.r.IntN(100)))
		return n
	}},
	{"the branch switched", 1, func(w *world, _ string) string {
		var back []func()
		for _, f := range w.pages() {
			old := w.read(f)
			switch w.r.IntN(3) {
			case 0:
				w.write(f, w.page("Andere tak", ""))
			case 1:
				w.must(os.Remove(w.file(f)))
			}
			back = append(back, func() { w.write(f, old) })
		}
		w.later(func() {
			for _, b := range back {
				b()
			}
		})
		return "some pages"
	}},

	{"the frame", 2, func(w *world, _ string) string {
		return w.change("layouts/base.html", "</body>", fmt.Sprintf("<p>%d</p></body>", w.r.IntN(1000)))
	}},
	{"a wrong field in the frame", 1, func(w *world, _ string) string {
		return w.change("layouts/base.html", "{{ .Title }}", "{{ .Titel }}")
	}},
	{"a frame that is no template", 1, func(w *world, _ string) string {
		return w.change("layouts/base.html", "{{ .Title }}", "{{ .Title")
	}},
	{"a layout away", 1, func(w *world, _ string) string {
		n := []string{"layouts/base.html", "layouts/wide.html", "layouts/section.html", "layouts/partials/nav.html", "layouts/redirect.html", "layouts/partials/text.html", "layouts/directives/setting.html", "layouts/directives/settings.md"}[w.r.IntN(8)]
		if w.read(n) == "" {
			return ""
		}
		w.restore(n)
		w.must(os.Remove(w.file(n)))
		return n
	}},
	{"a layout more", 1, func(w *world, _ string) string {
		n := []string{"layouts/home.html", "layouts/404.html", "layouts/page.html"}[w.r.IntN(3)]
		w.restore(n)
		w.write(n, fmt.Sprintf(`{{ define "main" }}<i>%d</i>{{ .Content }}{{ end }}`, w.r.IntN(100)))
		return n
	}},
	{"the navigation", 1, func(w *world, _ string) string {
		return w.change("layouts/partials/nav.html", "<nav", fmt.Sprintf(`<nav data-n="%d"`, w.r.IntN(100)))
	}},
	{"a layout that fails on some pages", 1, func(w *world, _ string) string {
		return w.change("layouts/partials/text.html", "{{ .Title }}", "{{ slice .Title 0 6 }}")
	}},
	{"a directive", 1, func(w *world, _ string) string {
		return w.change("layouts/directives/summary.html", "{{ .Content }}", fmt.Sprintf("<i>%d</i>{{ .Content }}", w.r.IntN(100)))
	}},
	{"a directive and its use", 1, func(w *world, p string) string {
		w.restore(p)
		w.write(p, w.read(p)+"\n:nieuw[x]\n")
		w.restore("layouts/directives/nieuw.html")
		w.write("layouts/directives/nieuw.html", "{{/*\nkind = \"inline\"\n*/ -}}\n<u>{{ .Label }}</u>\n")
		return p
	}},
	{"a directive without a head", 1, func(w *world, _ string) string {
		return w.change("layouts/directives/setting.html", "kind =", "soort =")
	}},
	{"a directive for Markdown that fails", 1, func(w *world, _ string) string {
		w.restore("layouts/directives/summary.md")
		w.write("layouts/directives/summary.md", "{{ index .Page.Keywords 7 }}")
		return ""
	}},
	{"the style", 2, func(w *world, _ string) string {
		n := []string{"site.css", "more.css"}[w.r.IntN(2)]
		if !w.has("layouts/assets/" + n) {
			n = "site.css"
		}
		w.restore("layouts/assets/" + n)
		return n + w.save("layouts/assets/"+n, w.read("layouts/assets/"+n)+fmt.Sprintf("\np{margin:%dpx}\n", w.r.IntN(100)))
	}},
	{"an asset away", 1, func(w *world, _ string) string {
		n := "layouts/assets/" + []string{"more.css", "more.js", "dot.svg"}[w.r.IntN(3)]
		if w.read(n) == "" {
			return ""
		}
		w.restore(n)
		w.must(os.Remove(w.file(n)))
		return n
	}},
	{"a file of the root", 1, func(w *world, _ string) string {
		w.restore("layouts/root/humans.txt")
		w.write("layouts/root/humans.txt", fmt.Sprintf("Hallo %d {{ .BaseURL }}\n", w.r.IntN(100)))
		return ""
	}},
	{"a file of the root that fails", 1, func(w *world, _ string) string {
		w.restore("layouts/root/humans.txt")
		w.write("layouts/root/humans.txt", "{{ slice .BaseURL 0 9999 }}")
		return ""
	}},

	{"a string", 2, func(w *world, _ string) string {
		return w.change("i18n/nl.toml", "skip", fmt.Sprintf("skip = \"%d\" #", w.r.IntN(100)))
	}},
	{"quotes", 1, func(w *world, _ string) string {
		return w.change("i18n/nl.toml", "quotes = [\"“\", \"”\"", "quotes = [\"„\", \"”\"")
	}},
	{"a string away", 1, func(w *world, _ string) string {
		lang := []string{"nl", "en", "ar"}[w.r.IntN(3)]
		if !w.has("i18n/" + lang + ".toml") {
			return ""
		}
		return lang + w.change("i18n/"+lang+".toml", "sections =", "#")
	}},
	{"strings that are no TOML", 1, func(w *world, _ string) string {
		lang := []string{"nl", "en"}[w.r.IntN(2)]
		return lang + w.change("i18n/"+lang+".toml", "sections = \"", "sections = ")
	}},
	{"a language's strings away", 1, func(w *world, _ string) string {
		w.restore("i18n/en.toml")
		os.Remove(w.file("i18n/en.toml"))
		return ""
	}},

	{"a mail host", 2, func(w *world, _ string) string {
		return w.change("site.toml", "imap.voorbeeld.example", fmt.Sprintf("imap%d.voorbeeld.example", w.r.IntN(100)))
	}},
	{"a port that cannot be", 1, func(w *world, _ string) string { return w.change("site.toml", "port = 993", "port = 99300") }},
	{"settings that are no TOML", 1, func(w *world, _ string) string { return w.change("site.toml", "[provider]", "[provider") }},
	{"settings away", 1, func(w *world, _ string) string {
		w.restore("site.toml")
		os.Remove(w.file("site.toml"))
		return ""
	}},
	{"a wrong key for another stage", 1, func(w *world, _ string) string {
		w.restore("site.toml")
		w.write("site.toml", w.read("site.toml")+"\n[forms]\nonbekend = 1\n")
		return ""
	}},
	{"outputs", 1, func(w *world, _ string) string {
		w.restore("site.toml")
		o := []string{"markdown", "sitemap", "not_found", "redirects", "llms"}[w.r.IntN(5)]
		w.write("site.toml", strings.ReplaceAll(w.read("site.toml"), "[outputs]\n", "[was]\n")+"\n[outputs]\n"+o+" = false\n")
		return o
	}},
	{"the theme", 1, func(w *world, _ string) string {
		return w.change("site.toml", `accent = "#0b6e5f"`, fmt.Sprintf(`accent = "#00%02x00"`, w.r.IntN(90)))
	}},
	{"a language less in the settings", 1, func(w *world, _ string) string {
		return w.change("site.toml", "[languages.ar]", "[verdwenen]")
	}},
	{"another default language", 1, func(w *world, _ string) string {
		return w.change("site.toml", `default_language = "nl"`, `default_language = "en"`)
	}},
	{"a redirect", 1, func(w *world, _ string) string {
		return w.change("site.toml", `to = "s0/index.md"`, fmt.Sprintf(`to = "s0/p%d.md"`, w.r.IntN(4)))
	}},
	{"the record of checks", 1, func(w *world, _ string) string {
		w.restore(".verified.toml")
		switch w.r.IntN(3) {
		case 0:
			os.Remove(w.file(".verified.toml"))
		case 1:
			w.write(".verified.toml", fmt.Sprintf("[\"imap/imap.voorbeeld.example/993/tls\"]\ndate = 2026-11-%02d\nholds = true\n", 1+w.r.IntN(20)))
		case 2:
			w.write(".verified.toml", "[nee]\ndate = 1\n")
		}
		return ""
	}},
}

// operate does one random thing and says what.
func (w *world) operate() (what string) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(forbidden); !ok {
				panic(r)
			}
			what = w.log[len(w.log)-1] + " not allowed"
		}
	}()
	if w.bad > 14 { // as a checkout of everything
		w.reset()
		return "everything as it was"
	}
	if len(w.undo) > 0 && w.r.IntN(5) > 1 {
		n := 1 + w.r.IntN(2)
		for ; n > 0 && len(w.undo) > 0; n-- {
			u := w.undo[len(w.undo)-1]
			w.undo = w.undo[:len(w.undo)-1]
			u()
		}
		return "something undone"
	}
	total := 0
	for _, o := range operations {
		total += o.weight
	}
	for {
		n := w.r.IntN(total)
		for _, o := range operations {
			if n -= o.weight; n < 0 {
				w.log = append(w.log, o.name+": …")
				what := o.name + ": " + o.do(w, w.pick())
				w.log[len(w.log)-1] = what
				return what
			}
		}
	}
}
