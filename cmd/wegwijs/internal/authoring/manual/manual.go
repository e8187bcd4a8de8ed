// Package manual is the manual of the program: the pages of `wegwijs help`.
package manual

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

//go:embed *.md
var pages embed.FS

// made are the topics that are made from the program itself.
var made = []string{"codes", "directives", schemaPage, schemaSite}

// The topics with a JSON Schema: what front matter and site.toml can hold.
const (
	schemaPage = "schema-page"
	schemaSite = "schema-site"
)

// Topics returns the names of all topics, in order.
func Topics() []string {
	topics := slices.Clone(made)
	entries, _ := fs.ReadDir(pages, ".")
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".md")
		if base, lang := path.Ext(name), strings.TrimPrefix(path.Ext(name), "."); lang == "nl" || lang == "en" {
			name = strings.TrimSuffix(name, base)
		}
		topics = append(topics, name)
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}

// Topic returns the text of a topic as Markdown, in the language lang where it
// is in that, else in English; ok is false where there is no such topic. The
// directives are those of layouts, the layouts of a site.
func Topic(name string, lang diag.Lang, layouts fs.FS) (text string, ok bool) {
	switch name {
	case "codes":
		return codes(lang), true
	case "directives":
		return directives(lang, layouts), true
	case schemaPage:
		k := content.Schema()
		return schema(&k, "front matter"), true
	case schemaSite:
		k := config.Schema()
		return schema(&k, config.File), true
	}
	for _, file := range []string{name + "." + string(lang) + ".md", name + ".en.md", name + ".md"} {
		if data, err := fs.ReadFile(pages, file); err == nil {
			return string(data), true
		}
	}
	return "", false
}

func schema(k *tomlfile.Key, title string) string {
	data, err := k.JSONSchema("Wegwijs: " + title)
	if err != nil {
		panic(err) // it is made of texts only
	}
	return string(data) + "\n"
}

func codes(lang diag.Lang) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", diag.In(lang, "Codes of findings"))
	for _, c := range diag.Codes() {
		e := c.Explain(lang)
		fmt.Fprintf(&b, "\n## %s\n\n%s. %s %s\n%s", c, e.Title, e.Why, e.Remedy, Example(c, lang))
	}
	return b.String()
}

// Example returns the example of a code as a paragraph and a block of code; "" where
// there is none.
func Example(code diag.Code, lang diag.Lang) string {
	e, ok := code.Example()
	if !ok {
		return ""
	}
	var b strings.Builder
	where := e.Where
	if where == diag.OnPage || where == diag.InFrontMatter {
		where = diag.In(lang, where)
	} else {
		where = diag.Sayf(lang, "in %s", where)
	}
	fmt.Fprintf(&b, "\n%s\n\n", diag.Sayf(lang, "An example, %s:", where))
	for line := range strings.Lines(strings.TrimRight(e.Text, "\n") + "\n") {
		b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
	}
	return b.String()
}

// declarationRE finds the first comment of a directive's template.
var declarationRE = regexp.MustCompile(`(?s)^\{\{-?\s*/\*(.*?)\*/`)

func directives(lang diag.Lang, layouts fs.FS) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", diag.In(lang, "Blocks and signs"), diag.In(lang, "An inline directive stands in a sentence, :name[text]; a leaf on a line of its own, ::name[text]; a container around text, from :::name to :::. Attributes stand behind it: {key=value}."))
	files, _ := fs.Glob(layouts, "layouts/directives/*.html")
	for _, f := range files {
		src, err := fs.ReadFile(layouts, f)
		m := declarationRE.FindSubmatch(src)
		if err != nil || m == nil {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", strings.TrimSuffix(path.Base(f), ".html"))
		for line := range strings.Lines(strings.TrimSpace(string(m[1]))) {
			b.WriteString("    " + strings.TrimSpace(line) + "\n")
		}
	}
	return b.String()
}
