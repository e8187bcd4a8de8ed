package importer

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Menus here are made from the folders of pages. What a source's own menus say
// besides, and what else its configuration says that has no meaning here, gets
// its line in the report.

// menuLink reports a link in a menu of a configuration that leads to no page.
func (t *tree) menuLink(conf, to string) {
	t.note(conf, t.lineOf(conf, to), leftOut, "a link in the menu that leads to no page: %s", to)
}

// menuGroup reports the name of a group of pages that are not those of a folder.
func (t *tree) menuGroup(conf, name string) {
	if name != "" {
		t.note(conf, t.lineOf(conf, name), leftOut, "the name of a group in the menu: %s", name)
	}
}

// unusedSettings reports the keys of a part of a configuration that nothing was
// made of; above is the name of that part, with a point.
func (t *tree) unusedSettings(conf, above string, m map[string]any, used ...string) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if !strings.HasPrefix(key, "\x00") && !slices.Contains(used, key) {
			t.note(conf, t.lineOfKey(conf, key), leftOut, "a setting that has no meaning here: %s", above+key)
		}
	}
}

// lineOfKey returns the number of the first line of a configuration that sets a
// key, in TOML, YAML, JSON or JavaScript; 1 where none does.
func (t *tree) lineOfKey(conf, key string) int {
	text := t.text(conf)
	m := regexp.MustCompile(`(?mi)^[^#\n]*?\b` + regexp.QuoteMeta(key) + `\b["']?\s*[\]:=,.(]`).FindStringIndex(text)
	if m == nil {
		return t.lineOf(conf, key)
	}
	return strings.Count(text[:m[0]], "\n") + 1
}

// mkdocsPlugins reports those of MkDocs that are not among the ones with a meaning here.
func (t *tree) mkdocsPlugins(conf string, list any) {
	t.unusedSettings(conf, "plugins.", named(list), "search", "i18n", "redirects")
}

// mkdocsExtensions reports the extensions of Markdown whose notation has no form
// here.
func (t *tree) mkdocsExtensions(conf string, list any) {
	used := slices.Clone(mkdocsForms)
	for _, name := range mkdocsForms {
		used = append(used, "markdown.extensions."+name)
	}
	t.unusedSettings(conf, "markdown_extensions.", named(list), used...)
}

// named returns the parts of a list of MkDocs by their names: each is a name, or a
// name with settings; it may be a table of these too.
func named(list any) map[string]any {
	all := maps.Clone(asMap(list))
	if all == nil {
		all = map[string]any{}
	}
	for _, part := range asList(list) {
		if name, ok := part.(string); ok {
			all[name] = nil
		}
		maps.Copy(all, asMap(part))
	}
	return all
}

// mkdocsForms are the extensions of Markdown whose notation has a form here, or
// that change nothing in what readers see.
var mkdocsForms = strings.Fields(`abbr admonition attr_list codehilite def_list extra fenced_code footnotes md_in_html meta sane_lists smarty tables toc
pymdownx.betterem pymdownx.blocks.admonition pymdownx.blocks.details pymdownx.blocks.tab pymdownx.caret pymdownx.details pymdownx.emoji pymdownx.escapeall pymdownx.extra
pymdownx.highlight pymdownx.inlinehilite pymdownx.keys pymdownx.magiclink pymdownx.mark pymdownx.saneheaders pymdownx.smartsymbols pymdownx.snippets pymdownx.superfences
pymdownx.tabbed pymdownx.tasklist pymdownx.tilde`)

// asked returns the keys of a source's own values that a page fills in, in any
// letter case.
func (t *tree) asked(values map[string]any) []string {
	var asked []string
	var calls strings.Builder
	for _, p := range t.pages {
		for _, l := range p.lines {
			if strings.Contains(l.s, "{{") {
				calls.WriteString(strings.ToLower(l.s))
				calls.WriteByte('\n')
			}
		}
	}
	for key := range values {
		if regexp.MustCompile(`\b` + regexp.QuoteMeta(strings.ToLower(key)) + `\b`).MatchString(calls.String()) {
			asked = append(asked, key)
		}
	}
	return asked
}

// docusaurusParts reports what presets and plugins of Docusaurus do that has no
// form here: all but pages, their sidebars and redirects.
func (t *tree) docusaurusParts(conf, above string, parts []any) {
	for _, p := range parts {
		name, _ := p.(string)
		var options map[string]any
		if l := asList(p); len(l) > 0 {
			name = fmt.Sprint(l[0])
			if len(l) > 1 {
				options = asMap(l[1])
			}
		}
		short := name[strings.LastIndexByte(name, '/')+1:]
		switch {
		case name == "":
		case strings.Contains(name, "client-redirects"):
			t.unusedSettings(conf, short+".", options, "redirects")
		case strings.Contains(name, "content-docs"):
			t.unusedSettings(conf, short+".", options, docsSettings...)
		case above == "presets":
			t.unusedSettings(conf, short+".", options, "docs")
			t.unusedSettings(conf, short+".docs.", sub(options, "docs"), docsSettings...)
		default:
			t.note(conf, t.lineOf(conf, name), leftOut, "a setting that has no meaning here: %s", above+"."+name)
		}
	}
}

// docsSettings are the options of a set of Docusaurus' pages that are heeded.
var docsSettings = []string{"id", "path", "routeBasePath", "sidebarPath"}

// hugoMenus reports the entries of the menus in a configuration of Hugo that
// lead to no page, and those with another name than their page.
func (t *tree) hugoMenus(conf string, menus map[string]any) {
	for _, menu := range slices.Sorted(maps.Keys(menus)) {
		for _, e := range asList(menus[menu]) {
			e := lower(asMap(e))
			to := cmp.Or(str(e, "url"), str(e, "pageref"), str(e, "identifier"), str(e, "name"))
			p := t.atURL(cmp.Or(str(e, "pageref"), str(e, "url")))
			if name := str(e, "name"); p != nil && p.nav == "" && p.title != name {
				p.nav = name
			} else if p == nil && to != "" {
				t.menuLink(conf, to)
			}
		}
	}
}

// docusaurusMenus reports the links of the bars at the top and at the foot of a
// Docusaurus site that lead to no page of its documentation.
func (t *tree) docusaurusMenus(conf string, theme map[string]any) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if to := cmp.Or(str(v, "href"), str(v, "to")); to != "" && t.atURL(to) == nil {
				t.menuLink(conf, to)
			}
			walk(v["items"])
			walk(v["links"])
		}
	}
	walk(sub(theme, "navbar")["items"])
	walk(sub(theme, "footer")["links"])
	t.unusedSettings(conf, "themeConfig.", theme, "navbar", "footer")
}

// atURL returns the page at an address of the source, whole or below its base;
// nil for none.
func (t *tree) atURL(u string) *page {
	if u == "" || strings.Contains(u, "://") {
		return nil
	}
	u, _, _ = strings.Cut(u, "#")
	base := strings.TrimSuffix(pathOf(t.base), "/")
	for _, p := range t.pages {
		if own := trimURL(p.url); own == trimURL(u) || own == trimURL(base+"/"+strings.TrimPrefix(u, "/")) {
			return p
		}
	}
	return nil
}

// oneFolder returns the folder of some pages; ok is false where they are of
// several, or at the top.
func oneFolder(dirs []string) (dir string, ok bool) {
	slices.Sort(dirs)
	dirs = slices.Compact(dirs)
	if len(dirs) != 1 || dirs[0] == "." {
		return "", false
	}
	return dirs[0], true
}
