package importer

import (
	"cmp"
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
	m := regexp.MustCompile(`(?mi)^[^#\n]*?\b` + regexp.QuoteMeta(key) + `\b["']?\s*[\]:=,.(]`).FindIndex(t.read(conf))
	if m == nil {
		return t.lineOf(conf, key)
	}
	return strings.Count(string(t.read(conf)[:m[0]]), "\n") + 1
}

// mkdocsPlugins reports those of MkDocs that are not among the ones with a meaning here.
func (t *tree) mkdocsPlugins(conf string, list any) {
	for _, p := range asList(list) {
		name, _ := p.(string)
		for k := range asMap(p) {
			name = k
		}
		if !slices.Contains([]string{"", "search", "i18n", "redirects"}, name) {
			t.note(conf, t.lineOfKey(conf, name), leftOut, "a setting that has no meaning here: %s", "plugins."+name)
		}
	}
}

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
