// Package manual is the manual of the program: the pages of `wegwijs help`.
package manual

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/deliver/publish"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
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
		return schema(&k, "front matter", lang), true
	case schemaSite:
		k := config.Schema(map[string]func(*tomlfile.Table){"forms": forms.Ask, "publish": publish.Ask})
		return schema(&k, config.File, lang), true
	}
	for _, file := range []string{name + "." + string(lang) + ".md", name + ".en.md", name + ".md"} {
		if data, err := fs.ReadFile(pages, file); err == nil {
			return string(data), true
		}
	}
	return "", false
}

func schema(k *tomlfile.Key, title string, lang diag.Lang) string {
	data, err := k.JSONSchema("Wegwijs: "+title, lang)
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
	declared := map[string]string{markdown.When: "kind = \"inline\" # or \"container\"\nlabel = \"required\" # of the inline one\nattributes = [\"" + strings.Join(markdown.WhenAttributes, "\", \"") + "\"]"}
	files, _ := fs.Glob(layouts, "layouts/directives/*.html")
	for _, f := range files {
		src, err := fs.ReadFile(layouts, f)
		if m := declarationRE.FindSubmatch(src); err == nil && m != nil {
			declared[strings.TrimSuffix(path.Base(f), ".html")] = string(m[1])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		fmt.Fprintf(&b, "\n## %s\n\n", name)
		if text := About(name); text != "" {
			fmt.Fprintf(&b, "%s\n\n", diag.In(lang, text))
		}
		for line := range strings.Lines(strings.TrimSpace(declared[name])) {
			b.WriteString("    " + strings.TrimSpace(line) + "\n")
		}
	}
	return b.String()
}

// About returns what a directive of the built-in layouts is for, in English; ""
// for another.
func About(directive string) string {
	return map[string]string{
		"alternative": diag.Say("A sentence with the second choice of servers, where there is one: ::alternative[smtp]."),
		"br":          diag.Say("Breaks the line, in a cell of a table too."),
		"choice":      diag.Say("The questions that lead to POP or to IMAP."),
		"details":     diag.Say("Text that opens under its title; on paper it is open."),
		"devices":     diag.Say("The devices and programs that have a page, by kind."),
		"dns":         diag.Say("The DNS records that a mail domain needs."),
		"find":        diag.Say("A field in which readers paste an error message; it looks in the tables of all pages."),
		"kbd":         diag.Say("A key, or keys that are pressed together: :kbd[Ctrl+C]."),
		"lang":        diag.Say("Text in another language than the page, which programs then read aloud as such."),
		"message":     diag.Say("An error message as a program shows it, in another language with {lang=en}."),
		"noindex":     diag.Say("Text that readers do not find by searching."),
		"personal":    diag.Say("A form that fills in the reader's own address; nothing leaves the page."),
		"profiles":    diag.Say("Links to the profiles for iPhone, iPad and Mac."),
		"setting":     diag.Say("One value of the record of mail servers: :setting[imap.host]."),
		"settings":    diag.Say("The table of settings of a protocol: ::settings[imap]."),
		"steps":       diag.Say("Numbered steps, one below the other."),
		"sub":         diag.Say("What stands lower: H:sub[2]O."),
		"summary":     diag.Say("The answer in short, with which a page may begin."),
		"sup":         diag.Say("What stands higher: 10:sup[2]."),
		"tab":         diag.Say("One part of tabs, with its name: :::tab[iPhone]."),
		"tabs":        diag.Say("Parts of which the reader chooses one; without scripts, on paper and in the Markdown copy all stand below each other."),
		"tasks":       diag.Say("Makes tiles of a list of links."),
		"when":        diag.Say("Text that stands only where the record of mail servers has something: :when[with POP]{has=pop}, or lacks= for the other way round."),
		"ui":          diag.Say("What stands on a button or in a menu: :ui[Save]."),
	}[directive]
}
