package importer

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// Makers are the programs whose sites can be brought here.
var Makers = []string{"mkdocs", "hugo", "docusaurus", "starlight", "html"}

// recognise says which program a folder is for; "" for none of them.
func (t *tree) recognise() string {
	switch {
	case t.first("mkdocs.yml", "mkdocs.yaml") != "":
		return "mkdocs"
	case t.first("docusaurus.config.js", "docusaurus.config.ts", "docusaurus.config.mjs", "docusaurus.config.cjs") != "":
		return "docusaurus"
	case t.first("astro.config.mjs", "astro.config.ts", "astro.config.js", "astro.config.mts", "astro.config.cjs") != "":
		return "starlight"
	case hugoConfig(t) != "":
		return "hugo"
	}
	for f := range t.files {
		if isHTML(f) {
			return "html"
		}
	}
	return ""
}

func isText(f string) bool {
	switch strings.ToLower(path.Ext(f)) {
	case ".md", ".mdx", ".markdown", ".mdoc":
		return true
	}
	return false
}

func isHTML(f string) bool {
	ext := strings.ToLower(path.Ext(f))
	return ext == ".html" || ext == ".htm"
}

// open reads a page and its front matter. It returns nil for one that is not
// to be read.
func (t *tree) open(src string, l int, rel string) *page {
	meta, body, first, err := front(t.read(src))
	if err != nil {
		t.note(src, 1, "its front matter is not used", "the file cannot be read: %v", err)
	}
	p := &page{src: src, lang: l, meta: meta, html: isHTML(src), ids: map[string]bool{}}
	if meta == nil {
		p.meta = map[string]any{}
	}
	p.path = strings.TrimSuffix(rel, path.Ext(rel))
	for i, s := range strings.Split(strings.TrimSuffix(string(body), "\n"), "\n") {
		p.lines = append(p.lines, line{first + i, expand(s)})
	}
	p.lines = oneLine(p.lines)
	p.title, p.description = str(p.meta, "title"), str(p.meta, "description", "summary", "excerpt")
	p.keywords = list(p.meta, "keywords", "tags")
	p.updated = day(p.meta, "lastmod", "last_update", "lastUpdated", "updated", "revision_date", "date")
	p.draft = flag(p.meta, "draft")
	t.pages = append(t.pages, p)
	return p
}

// expand makes spaces of the tabs that indent a line.
func expand(s string) string {
	if !strings.HasPrefix(strings.TrimLeft(s, " "), "\t") {
		return s
	}
	n := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ':
			n++
		case '\t':
			n += 4 - n%4
		default:
			return strings.Repeat(" ", n) + s[i:]
		}
	}
	return ""
}

var basePathRE = lazyregexp.New(`^https?://[^/]+`)

// pathOf returns the path of the address of a site, with slashes around it.
func pathOf(base string) string {
	p := strings.Trim(basePathRE().ReplaceAllString(base, ""), "/")
	if p == "" {
		return "/"
	}
	return "/" + p + "/"
}

func (t *tree) mkdocs() {
	conf := t.first("mkdocs.yml", "mkdocs.yaml")
	m := t.config(conf)
	t.title, t.base = str(m, "site_name"), str(m, "site_url")
	docs := path.Clean(cmp.Or(str(m, "docs_dir"), "docs"))
	t.python, t.slug, t.again = true, pythonSlug, "_"
	t.statics, t.roots = []string{docs}, []string{docs}
	t.partials = []string{docs, ".", "includes"}
	t.variables = map[string]any{}
	maps.Copy(t.variables, sub(m, "extra"))
	code := cmp.Or(str(sub(m, "theme"), "language"), "en")
	suffix, folder := false, false
	names := map[string]string{} // of the nav, by language and name
	plugins, _ := m["plugins"].([]any)
	for _, ext := range asList(m["markdown_extensions"]) {
		if o := sub(asMap(ext), "toc"); strings.Contains(fmt.Sprint(o["slugify"]), "pymdownx") || o["slugify"] != nil {
			t.slug = githubSlug
		}
		if o := sub(asMap(ext), "pymdownx.snippets"); o != nil {
			bases := list(o, "base_path")
			t.partials = append(t.partials, bases...)
			for _, f := range list(o, "auto_append") {
				t.behind(f, append(bases, "."))
			}
		}
	}
	for _, p := range plugins {
		o := asMap(p)
		if i := sub(o, "i18n"); i != nil {
			folder = str(i, "docs_structure") == "folder"
			suffix = !folder
			var rest []lang
			for _, l := range asList(i["languages"]) {
				l := asMap(l)
				one := lang{code: str(l, "locale"), name: str(l, "name"), title: str(l, "site_name")}
				for k, v := range sub(l, "nav_translations") {
					names[one.code+"\x00"+k] = fmt.Sprint(v)
				}
				if flag(l, "default") {
					t.addLang(one)
				} else {
					rest = append(rest, one)
				}
			}
			for _, l := range rest {
				if l.code != "null" && l.code != "" {
					t.addLang(l)
				}
			}
		}
		if r := sub(o, "redirects"); r != nil {
			for from, to := range sub(r, "redirect_maps") {
				u := "/" + strings.TrimSuffix(strings.TrimSuffix(from, ".md"), "index")
				t.redirects = append(t.redirects, [2]string{u, fmt.Sprint(to)})
			}
		}
	}
	if len(t.languages) == 0 {
		t.addLang(lang{code: code})
	}
	for i := range t.languages {
		if i > 0 {
			t.languages[i].first = "/" + t.languages[i].code
		}
	}
	pretty := true
	if v, ok := m["use_directory_urls"].(bool); ok {
		pretty = v
	}
	base := pathOf(t.base)
	for _, f := range t.below(docs) {
		if !isText(f) {
			continue
		}
		rel := strings.TrimPrefix(f, docs+"/")
		l := 0
		if suffix {
			name := strings.TrimSuffix(rel, path.Ext(rel))
			if i := t.langOf(strings.TrimPrefix(path.Ext(name), ".")); i >= 0 {
				l, rel = i, strings.TrimSuffix(name, path.Ext(name))+".md"
			}
		}
		if first, rest, ok := strings.Cut(rel, "/"); folder && ok {
			if i := t.langOf(first); i >= 0 {
				l, rel = i, rest
			}
		}
		p := t.open(f, l, rel)
		name := path.Base(p.path)
		p.index = name == "index" || name == "README"
		p.url = strings.TrimSuffix(base, "/") + t.languages[l].first + "/" + p.path
		switch {
		case p.index && pretty:
			p.url = strings.TrimSuffix(p.url, name)
		case p.index:
			p.url = strings.TrimSuffix(p.url, name) + "index.html"
		case pretty:
			p.url += "/"
		default:
			p.url += ".html"
		}
	}
	t.explainAll()
	n := 0
	t.mkdocsNav(conf, m["nav"], names, &n)
	t.mkdocsPlugins(conf, m["plugins"])
	t.mkdocsExtensions(conf, m["markdown_extensions"])
	t.unusedSettings(conf, "theme.", sub(m, "theme"), "name", "language")
	t.unusedSettings(conf, "extra.", sub(m, "extra"), t.asked(sub(m, "extra"))...)
	t.unusedSettings(conf, "", m, "site_name", "site_url", "docs_dir", "nav", "plugins", "markdown_extensions", "extra", "theme", "use_directory_urls")
}

// mkdocsNav sets the order of pages and their names in menus.
func (t *tree) mkdocsNav(conf string, nav any, names map[string]string, n *int) (dirs []string) {
	for _, item := range asList(nav) {
		title, target := "", item
		for k, v := range asMap(item) {
			title, target = k, v
		}
		if l, ok := target.([]any); ok {
			below := t.mkdocsNav(conf, l, names, n)
			dir, ok := oneFolder(below)
			if !ok {
				t.menuGroup(conf, title)
			}
			for i, lang := range t.languages {
				if ok {
					t.setFolder(i, dir, cmp.Or(names[lang.code+"\x00"+title], title))
				}
			}
			dirs = append(dirs, below...)
			continue
		}
		file := strings.TrimSuffix(fmt.Sprint(target), ".md")
		*n += 10
		if !slices.ContainsFunc(t.pages, func(p *page) bool { return p.path == file }) {
			t.menuLink(conf, fmt.Sprint(target))
			continue
		}
		dirs = append(dirs, path.Dir(file))
		for _, p := range t.pages {
			if p.path == file {
				p.order = *n
				if title != "" && !p.index {
					p.nav = cmp.Or(names[t.languages[p.lang].code+"\x00"+title], title)
				}
			}
		}
	}
	return dirs
}

// setFolder keeps what a source calls a folder in a language.
func (t *tree) setFolder(l int, dir, title string) {
	if t.variables == nil {
		t.variables = map[string]any{}
	}
	if l >= 0 {
		t.variables["\x00folder "+dir] = title
	}
	t.variables[fmt.Sprintf("\x00folder %d %s", l, dir)] = title
}

// asList returns a list of a configuration, also one of TOML's tables.
func asList(v any) []any {
	if tables, ok := v.([]map[string]any); ok {
		l := make([]any, len(tables))
		for i, m := range tables {
			l[i] = m
		}
		return l
	}
	l, _ := v.([]any)
	return l
}

func asMap(v any) map[string]any { m, _ := v.(map[string]any); return m }

func hugoConfig(t *tree) string {
	return t.first("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config.toml", "config.yaml", "config.yml", "config.json",
		"config/_default/hugo.toml", "config/_default/hugo.yaml", "config/_default/config.toml", "config/_default/config.yaml", "config/_default/config.yml")
}

// lower returns a map with keys in small letters, as Hugo reads them.
func lower(m map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		if s, ok := v.(map[string]any); ok {
			v = lower(s)
		}
		out[strings.ToLower(k)] = v
	}
	return out
}

func (t *tree) hugo() {
	conf := hugoConfig(t)
	m, in := lower(t.config(conf)), map[string]string{} // the files of parts
	for _, part := range []string{"languages", "params", "markup", "menu", "menus"} {
		if f := t.first("config/_default/"+part+".toml", "config/_default/"+part+".yaml"); f != "" && m[part] == nil {
			m[part], in[part] = lower(t.config(f)), f
		}
	}
	t.title, t.base = str(m, "title"), str(m, "baseurl")
	t.slug, t.again = githubSlug, "-"
	t.variables = sub(m, "params")
	root := cmp.Or(str(m, "contentdir"), "content")
	def := cmp.Or(str(m, "defaultcontentlanguage"), str(m, "languagecode"), "en")
	dirs := []string{}
	type one struct {
		code   string
		conf   map[string]any
		weight int
	}
	var all []one
	for code, v := range sub(m, "languages") {
		c := asMap(v)
		if flag(c, "disabled") {
			continue
		}
		w, _ := num(c, "weight")
		if strings.EqualFold(code, def) {
			w = -1 << 30
		}
		all = append(all, one{code, c, w})
	}
	slices.SortFunc(all, func(a, b one) int { return cmp.Or(cmp.Compare(a.weight, b.weight), strings.Compare(a.code, b.code)) })
	if len(all) == 0 {
		all = []one{{code: def}}
	}
	for i, o := range all {
		l := lang{code: o.code, name: str(o.conf, "languagename", "label"), title: str(o.conf, "title")}
		if i > 0 || flag(m, "defaultcontentlanguageinsubdir") {
			l.first = "/" + strings.ToLower(o.code)
		}
		t.addLang(l)
		dirs = append(dirs, path.Clean(cmp.Or(str(o.conf, "contentdir"), root)))
	}
	own := len(slices.Compact(slices.Sorted(slices.Values(dirs)))) > 1
	t.statics, t.roots = []string{"static", "assets", root}, append([]string{"static", root}, dirs...)
	keep := flag(m, "disablepathtolower")
	base := pathOf(t.base)
	seen := map[string]bool{}
	for i, dir := range dirs {
		if seen[dir] && !own {
			continue
		}
		seen[dir] = true
		for _, f := range t.below(dir) {
			if !isText(f) && !isHTML(f) {
				continue
			}
			rel, l := strings.TrimPrefix(f, dir+"/"), i
			name := strings.TrimSuffix(rel, path.Ext(rel))
			if j := t.langOf(strings.TrimPrefix(path.Ext(name), ".")); j >= 0 {
				l, rel = j, strings.TrimSuffix(name, path.Ext(name))+path.Ext(rel)
			} else if first, rest, ok := strings.Cut(rel, "/"); ok && !own && t.langOf(first) >= 0 && len(all) > 1 {
				l, rel = t.langOf(first), rest
			} else if ok && !own && first == t.languages[0].code {
				rel = rest
			}
			t.hugoPage(f, l, rel, base, keep)
		}
	}
	for _, part := range []string{"menu", "menus"} {
		t.hugoMenus(cmp.Or(in[part], conf), sub(m, part))
		for _, o := range all {
			t.hugoMenus(cmp.Or(in["languages"], conf), sub(lower(o.conf), part))
		}
	}
	for _, o := range all {
		t.unusedSettings(cmp.Or(in["languages"], conf), "languages."+o.code+".", lower(o.conf), "languagename", "label", "title", "weight", "contentdir", "disabled", "menu", "menus", "languagecode")
	}
	t.unusedSettings(cmp.Or(in["params"], conf), "params.", sub(m, "params"), t.asked(sub(m, "params"))...)
	t.unusedSettings(cmp.Or(in["markup"], conf), "markup.", sub(m, "markup"))
	t.unusedSettings(conf, "", m, "title", "baseurl", "languages", "params", "menu", "menus", "contentdir", "defaultcontentlanguage", "defaultcontentlanguageinsubdir", "languagecode", "disablepathtolower", "markup")
}

func (t *tree) hugoPage(f string, l int, rel, base string, keep bool) {
	p := t.open(f, l, rel)
	p.meta = lower(p.meta)
	p.title, p.updated = str(p.meta, "title"), day(p.meta, "lastmod", "date")
	p.nav, p.draft = str(p.meta, "linktitle"), flag(p.meta, "draft")
	p.order, _ = num(p.meta, "weight")
	name := path.Base(p.path)
	p.index = name == "_index" || name == "index"
	dir, last := path.Dir(p.path), name
	if p.index {
		dir, last = path.Dir(dir), path.Base(dir)
		if p.path == name {
			dir, last = "", ""
		}
	}
	if s := str(p.meta, "slug"); s != "" && last != "" {
		last = s
	}
	u := path.Join("/", dir, last)
	if !keep {
		u = strings.ToLower(u)
	}
	u = strings.ReplaceAll(u, " ", "-")
	if u != "/" {
		u += "/"
	}
	p.url = strings.TrimSuffix(base, "/") + t.languages[l].first + u
	if s := str(p.meta, "url"); s != "" {
		p.url = strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(s, "/")
	}
	for _, a := range list(p.meta, "aliases") {
		if !strings.HasPrefix(a, "/") {
			a = path.Join(path.Dir(strings.TrimSuffix(p.url, "/")), a)
		} else if base != "/" {
			a = strings.TrimSuffix(base, "/") + a
		}
		p.aliases = append(p.aliases, a)
	}
}

var numberRE = lazyregexp.New(`^(\d+)\s*[-_.]+\s*([^-_.\s].*)$`)
var dateRE = lazyregexp.New(`^\d+[-_.]\d`) // a date or a version

// unnumbered takes the number off a name: 01-intro.
func unnumbered(s string) (name, number string) {
	if m := numberRE().FindStringSubmatch(s); m != nil && !dateRE().MatchString(s) {
		return m[2], m[1]
	}
	return s, ""
}

func (t *tree) docusaurus() {
	conf := t.first("docusaurus.config.js", "docusaurus.config.ts", "docusaurus.config.mjs", "docusaurus.config.cjs")
	m := t.config(conf)
	t.title = str(m, "title")
	base := "/" + strings.Trim(str(m, "baseUrl"), "/") + "/"
	if base == "//" {
		base = "/"
	}
	t.base = strings.TrimSuffix(str(m, "url"), "/") + strings.TrimSuffix(base, "/")
	t.mdx, t.slug, t.again, t.statics, t.partials = true, githubSlug, "-", []string{"static"}, []string{"."}
	i18n := sub(m, "i18n")
	def := cmp.Or(str(i18n, "defaultLocale"), "en")
	codes := list(i18n, "locales")
	for f := range t.files {
		if parts := strings.Split(f, "/"); len(parts) > 3 && parts[0] == "i18n" && strings.HasPrefix(parts[2], "docusaurus-plugin-content-docs") && len(codes) == 0 {
			codes = append(codes, parts[1])
		}
	}
	slices.Sort(codes)
	for _, c := range append([]string{def}, slices.Compact(codes)...) {
		conf := sub(sub(i18n, "localeConfigs"), c)
		if c != def && canonicalBase(c) == canonicalBase(def) && !t.hasFolder("i18n/"+c+"/docusaurus-plugin-content-docs/current") {
			continue
		}
		l := lang{code: c, name: str(conf, "label")}
		if c != def {
			l.first = "/" + c
		}
		t.addLang(l)
	}
	type docs struct{ dir, base, plugin string }
	var all []docs
	take := func(o map[string]any, plugin string) {
		all = append(all, docs{path.Clean(cmp.Or(str(o, "path"), "docs")), strings.Trim(orDefault(o, "routeBasePath", "docs"), "/"), plugin})
		if f := str(o, "sidebarPath"); f != "" {
			t.sidebars(path.Clean(f))
		}
	}
	found := false
	for _, p := range append(asList(m["presets"]), asList(m["plugins"])...) {
		l := asList(p)
		if len(l) < 2 {
			continue
		}
		o := asMap(l[1])
		switch name := fmt.Sprint(l[0]); {
		case strings.Contains(name, "plugin-client-redirects"):
			for _, r := range asList(o["redirects"]) {
				for _, from := range list(asMap(r), "from") {
					t.redirects = append(t.redirects, [2]string{from, str(asMap(r), "to")})
				}
			}
		case o["docs"] != nil:
			if asMap(o["docs"]) != nil {
				take(asMap(o["docs"]), "docusaurus-plugin-content-docs")
				found = true
			}
		case strings.Contains(name, "content-docs"):
			plugin := "docusaurus-plugin-content-docs"
			if id := str(o, "id"); id != "" && id != "default" {
				plugin += "-" + id
			}
			take(o, plugin)
			found = true
		}
	}
	if !found {
		take(map[string]any{}, "docusaurus-plugin-content-docs")
	}
	t.roots = []string{"static", "blog", "src/pages", "versioned_docs", "i18n"}
	for _, d := range all {
		t.roots = append(t.roots, d.dir)
		for i, l := range t.languages {
			dir := d.dir
			if i > 0 || t.hasFolder("i18n/"+l.code+"/"+d.plugin+"/current") && !t.hasFolder(d.dir) {
				dir = "i18n/" + l.code + "/" + d.plugin + "/current"
			}
			for _, f := range t.below(dir) {
				t.docusaurusPage(f, dir, d.base, base, i)
			}
		}
	}
	t.sidebarOrder()
	t.docusaurusMenus(conf, sub(m, "themeConfig"))
	t.docusaurusParts(conf, "presets", asList(m["presets"]))
	t.docusaurusParts(conf, "plugins", asList(m["plugins"]))
	t.unusedSettings(conf, "", m, "title", "url", "baseUrl", "i18n", "presets", "plugins", "themeConfig")
}

func orDefault(m map[string]any, key, def string) string {
	if s, ok := m[key].(string); ok {
		return s
	}
	return def
}

func canonicalBase(code string) string {
	b, _, _ := strings.Cut(canonical(code), "-")
	return b
}

func (t *tree) hasFolder(dir string) bool { return len(t.below(dir)) > 0 }

func (t *tree) docusaurusPage(f, dir, route, base string, l int) {
	rel := strings.TrimPrefix(f, dir+"/")
	parts := strings.Split(rel, "/")
	numbers := make([]string, len(parts))
	for i := range parts {
		parts[i], numbers[i] = unnumbered(parts[i])
	}
	folder := path.Dir(strings.Join(parts, "/"))
	if b := path.Base(f); strings.HasPrefix(b, "_category_.") {
		c := t.config(f)
		at := path.Join(route, folder)
		if s := str(c, "label"); s != "" {
			t.setFolder(l, at, s)
		}
		if n, ok := num(c, "position"); ok {
			t.setOrder("\x00order "+at, n*10)
		}
		if link := sub(c, "link"); str(link, "type") == "generated-index" {
			u := cmp.Or(str(link, "slug"), "/category/"+githubSlug(cmp.Or(str(c, "label"), path.Base(folder))))
			t.setFolder(-1-l, at, path.Join(base, strings.TrimPrefix(t.languages[l].first, "/"), route, u))
		}
		return
	}
	if !isText(f) || slices.ContainsFunc(parts, func(s string) bool { return strings.HasPrefix(s, "_") }) {
		return
	}
	p := t.open(f, l, path.Join(route, strings.Join(parts, "/")))
	p.nav = str(p.meta, "sidebar_label")
	p.draft = p.draft || flag(p.meta, "unlisted")
	if n, ok := num(p.meta, "sidebar_position"); ok {
		p.order = n * 10
	} else if s := numbers[len(numbers)-1]; s != "" {
		fmt.Sscan(s, &p.order)
		p.order *= 10
	}
	for i, n := range numbers[:len(numbers)-1] {
		if at := "\x00order " + path.Join(route, path.Join(parts[:i+1]...)); n != "" && t.variables[at] == nil {
			k := 0
			fmt.Sscan(n, &k)
			t.setOrder(at, k*10)
		}
	}
	name := path.Base(p.path)
	up := path.Dir(p.path)
	p.index = strings.EqualFold(name, "index") || strings.EqualFold(name, "readme")
	if !p.index && strings.EqualFold(name, path.Base(up)) && up != "." {
		p.index = true
	}
	u := p.path
	if id := str(p.meta, "id"); id != "" && !p.index {
		u = path.Join(up, id)
	}
	if p.index {
		u = up
		if u == "." {
			u = ""
		}
	}
	if s := str(p.meta, "slug"); strings.HasPrefix(s, "/") {
		u = path.Join(route, s)
	} else if s != "" {
		u = path.Join(up, s)
	}
	p.url = path.Join(base, strings.TrimPrefix(t.languages[l].first, "/"), u)
	if u == "" || p.index {
		p.url = strings.TrimSuffix(p.url, "/") + "/"
	}
}

func (t *tree) setOrder(key string, n int) {
	if t.variables == nil {
		t.variables = map[string]any{}
	}
	t.variables[key] = n
}

// sidebars keeps the order in which sidebars name pages.
func (t *tree) sidebars(name string) {
	if !t.has(name) {
		return
	}
	m := t.config(name)
	n := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			n += 10
			t.setOrder("\x00sidebar "+v, n)
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if id := str(v, "id", "slug"); id != "" {
				n += 10
				t.setOrder("\x00sidebar "+id, n)
				if l := str(v, "label"); l != "" {
					t.variables["\x00label "+id] = l
				}
			}
			if href := str(v, "href"); href != "" {
				t.menuLink(name, href)
			}
			if link := asMap(v["link"]); link != nil {
				walk(link)
			}
			if v["items"] != nil {
				t.menuGroup(name, str(v, "label"))
			}
			if v["items"] != nil {
				walk(v["items"])
			} else if v["type"] == nil && v["id"] == nil && v["link"] == nil {
				for _, k := range asList(v["\x00order"]) {
					if l := asList(v[fmt.Sprint(k)]); l != nil {
						walk(l)
					}
				}
			}
		}
	}
	for _, k := range asList(m["\x00order"]) {
		walk(m[fmt.Sprint(k)])
	}
}

func (t *tree) sidebarOrder() {
	for _, p := range t.pages {
		id := p.path
		if n, ok := t.variables["\x00sidebar "+id].(int); ok {
			p.order = n
		} else if _, rest, ok := strings.Cut(id, "/"); ok {
			if n, ok := t.variables["\x00sidebar "+rest].(int); ok {
				p.order = n
			}
		}
	}
}

func (t *tree) starlight() {
	file := t.first("astro.config.mjs", "astro.config.ts", "astro.config.js", "astro.config.mts", "astro.config.cjs")
	m := t.config(file)
	base := "/" + strings.Trim(str(m, "base"), "/")
	t.base = strings.TrimSuffix(str(m, "site"), "/") + strings.TrimSuffix(base, "/")
	t.mdx, t.slug, t.again, t.statics, t.partials = true, githubSlug, "-", []string{"public", "src/assets"}, []string{"."}
	var conf map[string]any
	for _, i := range asList(m["integrations"]) {
		if c := asMap(i); c != nil && (c["sidebar"] != nil || strings.Contains(fmt.Sprint(c["\x00call"]), "starlight") && conf == nil) {
			conf = c
		}
	}
	t.title = str(conf, "title")
	if m := sub(conf, "title"); m != nil {
		t.title = str(m, "en", str(conf, "defaultLocale"))
	}
	folders := map[string]int{} // languages by folder
	locales := sub(conf, "locales")
	def := str(conf, "defaultLocale")
	root := asMap(locales["root"])
	switch {
	case root != nil:
		t.addLang(lang{code: cmp.Or(str(root, "lang"), "en"), name: str(root, "label")})
	case def != "" && locales[def] != nil:
		c := asMap(locales[def])
		t.addLang(lang{code: cmp.Or(str(c, "lang"), def), name: str(c, "label"), first: "/" + def})
		folders[def] = 0
	default:
		t.addLang(lang{code: cmp.Or(def, "en")})
	}
	for _, k := range asList(locales["\x00order"]) {
		k := fmt.Sprint(k)
		if c := asMap(locales[k]); k != "root" && k != def {
			folders[k] = t.addLang(lang{code: cmp.Or(str(c, "lang"), k), name: str(c, "label"), first: "/" + k})
		}
	}
	for from, to := range sub(m, "redirects") {
		if s, ok := to.(string); ok {
			t.redirects = append(t.redirects, [2]string{from, s})
		} else if s := str(asMap(to), "destination"); s != "" {
			t.redirects = append(t.redirects, [2]string{from, s})
		}
	}
	t.roots = []string{"public", "src/content", "src/assets", "src/pages"}
	const docs = "src/content/docs"
	for _, f := range t.below(docs) {
		if !isText(f) {
			continue
		}
		rel, l := strings.TrimPrefix(f, docs+"/"), 0
		if first, rest, ok := strings.Cut(rel, "/"); ok {
			if i, known := folders[first]; known {
				l, rel = i, rest
			}
		}
		if strings.HasPrefix(path.Base(rel), "_") {
			continue
		}
		p := t.open(f, l, rel)
		side := sub(p.meta, "sidebar")
		p.nav = str(side, "label")
		if n, ok := num(side, "order"); ok {
			p.order = n * 10
		}
		p.index = path.Base(p.path) == "index"
		u := p.path
		if p.index {
			u = path.Dir(u)
		}
		parts := strings.Split(u, "/")
		for i := range parts {
			parts[i] = githubSlug(parts[i])
		}
		u = strings.Join(parts, "/")
		if s, ok := p.meta["slug"].(string); ok {
			u = strings.Trim(s, "/")
			if first := strings.Trim(t.languages[l].first, "/"); first != "" {
				u = strings.TrimPrefix(strings.TrimPrefix(u, first), "/")
			}
		}
		if u == "." || u == "" {
			u = ""
		} else {
			u += "/"
		}
		p.url = path.Join("/", base, strings.Trim(t.languages[l].first, "/")) + "/" + u
		p.url = strings.ReplaceAll(p.url, "//", "/")
	}
	n := 0
	t.starlightBar(file, conf["sidebar"], &n)
	t.unusedSettings(file, "starlight.", conf, "title", "sidebar", "locales", "defaultLocale")
}

// starlightBar sets the order of pages to that of the sidebar.
func (t *tree) starlightBar(file string, items any, n *int) (dirs []string) {
	for _, item := range asList(items) {
		slug, label := "", ""
		switch v := item.(type) {
		case string:
			slug = v
		case map[string]any:
			slug, label = str(v, "slug"), str(v, "label")
			if l := str(v, "link"); slug == "" && strings.HasPrefix(l, "/") {
				slug = l
			}
			if a := sub(v, "autogenerate"); a != nil {
				dir := str(a, "directory")
				t.setFolder(0, dir, label)
				*n += 10
				t.setOrder("\x00order "+dir, *n)
			}
			if v["items"] != nil {
				*n += 10
				at := *n
				if dir, ok := oneFolder(t.starlightBar(file, v["items"], n)); ok {
					t.setFolder(0, dir, label)
					t.setOrder("\x00order "+dir, at)
				} else {
					t.menuGroup(file, label)
				}
				continue
			}
			if l := str(v, "link"); slug == "" && l != "" {
				t.menuLink(file, l)
			}
		}
		if slug == "" {
			continue
		}
		*n += 10
		slug = strings.Trim(slug, "/")
		named := func(p *page) bool { return p.path == slug || p.path == slug+"/index" }
		if !slices.ContainsFunc(t.pages, named) {
			t.menuLink(file, slug)
		}
		for _, p := range t.pages {
			if named(p) {
				dirs = append(dirs, path.Dir(slug))
				p.order = *n
				if label != "" && p.lang == 0 && p.nav == "" {
					p.nav = label
				}
			}
		}
	}
	return dirs
}

// saved reads a folder of saved pages.
func (t *tree) saved() {
	t.slug, t.again, t.statics, t.roots = githubSlug, "-", []string{"."}, []string{"."}
	var found []*page
	count := map[string]int{}
	docs := map[string]*document{}
	for _, f := range t.below(".") {
		if !isHTML(f) || strings.Contains(f, "_files/") {
			continue
		}
		d := readDocument(t.read(f))
		d.lang = cmp.Or(langInPath(f), d.lang, "en")
		docs[f] = d
		count[d.lang]++
	}
	codes := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b))
	})
	for _, c := range codes {
		t.addLang(lang{code: c})
	}
	for _, f := range slices.Sorted(maps.Keys(docs)) {
		d := docs[f]
		rel := f
		parts := strings.Split(rel, "/")
		parts = slices.DeleteFunc(parts, func(s string) bool {
			return strings.EqualFold(canonical(s), canonical(d.lang)) && isLang(s) || s == "hc"
		})
		rel = strings.Join(parts, "/")
		p := &page{src: f, lang: t.langOf(d.lang), html: true, ids: map[string]bool{}, meta: map[string]any{}}
		p.path = strings.TrimSuffix(rel, path.Ext(rel))
		p.index = path.Base(p.path) == "index"
		p.title, p.description, p.updated = d.title, d.description, d.updated
		p.url = "/" + f
		if p.index {
			p.url = strings.TrimSuffix(p.url, "index.html")
		}
		if d.canonical != "" {
			t.base = cmp.Or(t.base, basePathRE().FindString(d.canonical))
			if u := basePathRE().ReplaceAllString(d.canonical, ""); u != "" {
				p.aliases = append(p.aliases, p.url)
				p.url = u
			}
		}
		found = append(found, p)
	}
	t.pages = found
}

func langInPath(f string) string {
	for part := range strings.SplitSeq(path.Dir(f), "/") {
		if isLang(part) {
			return strings.ToLower(part)
		}
	}
	return ""
}

// behind keeps what MkDocs puts behind each page, of a file that is found from
// some folders: the addresses of links, text, and explanations of abbreviations.
func (t *tree) behind(name string, bases []string) {
	for _, base := range bases {
		f := path.Join(base, name)
		if !t.has(f) {
			continue
		}
		var code fence
		var ls []line
		for i, s := range strings.Split(strings.TrimSuffix(string(t.read(f)), "\n"), "\n") {
			ls = append(ls, line{i + 1, s})
		}
		for _, l := range oneLine(ls) {
			s, inCode := l.s, code.in(l.s)
			def, abbr := refDefRE().FindStringSubmatch(strings.TrimLeft(s, " ")), abbrRE().FindStringSubmatch(s)
			switch {
			case !inCode && abbr != nil:
				t.behindAbbr = append(t.behindAbbr, abbreviation{f, l.n, abbr[1], abbr[2]})
			case !inCode && def != nil:
				if key := refKey(def[1]); t.refs[key] == (ref{}) {
					t.refs[key] = ref{def[2] + def[3], def[4]}
				}
			default:
				t.tail = append(t.tail, expand(s))
			}
		}
		if strings.TrimSpace(strings.Join(t.tail, "")) == "" {
			t.tail = nil
		}
		t.used[f] = true
		return
	}
	conf := t.first("mkdocs.yml", "mkdocs.yaml")
	t.note(conf, t.lineOf(conf, name), leftOut, "a part of another file that is not there: %s", name)
}
