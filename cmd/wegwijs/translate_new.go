package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"wegwijs/cmd/wegwijs/internal/authoring/scaffold"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

func (e *env) translateNew() *cobra.Command {
	var lang string
	c := &cobra.Command{
		Use:   "new PAGE LANGUAGE | new --language LANGUAGE",
		Short: "Make a page to translate, or a whole language",
		Long:  "New writes the page of a language with the text of the default language in it,\nas a draft: its links, directives and ids are there, its words wait for you.\nPAGE is the file of the text, such as content/nl/e-mail/webmail.md.\n\nWith --language it gives the site a language: its table in site.toml, its first page\nas a draft, and its interface strings, those that are to be translated marked.",
		Args: func(c *cobra.Command, args []string) error {
			if lang != "" {
				return noArgs(c, args)
			}
			return takes(2, 2)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			if lang != "" {
				return t.newLanguage(lang)
			}
			return t.scaffold(args[0], args[1])
		},
	}
	c.Flags().StringVar(&lang, "language", "", "the code of a language that the site does not have yet, such as es or pt-BR")
	return c
}

// newLanguage adds a language to the site. site.toml, without which the rest is
// nothing, is written last.
func (t *translator) newLanguage(lang string) error {
	langs := t.languages()
	switch code := config.LanguageCode(lang); {
	case code == "":
		return usageError{diag.Errorf("%q is not a language; use a code such as es or pt-BR", lang)}
	case code != lang:
		return usageError{diag.Errorf("%q is not a language; write %s", lang, code)}
	case slices.Contains(langs, lang):
		return usageError{diag.Errorf("the site has the language %s already", lang)}
	}
	l := scaffold.Language{Lang: lang, Fallback: fallbacks(lang, langs), Forms: i18n.Forms(lang)}
	parent := config.Parent(lang, langs)
	title := t.state.Config.Title
	var files []scaffold.File
	if parent != "" { // it has the strings and the pages of that
		title = t.state.Site.Locales[slices.Index(langs, parent)].Title
	} else {
		var err error
		if files, err = t.languageFiles(l); err != nil {
			return err
		}
	}
	toml, err := os.ReadFile(filepath.Join(t.dir, config.File))
	if err != nil {
		return err
	}
	all := fmt.Sprintf("default_language = %s\n", tomlfile.Quote(langs[0]))
	for _, x := range t.state.Config.Languages {
		all += fmt.Sprintf("\n[languages.%s]\nname = %s\ntitle = %s\n", x.Lang, tomlfile.Quote(x.Name), tomlfile.Quote(x.Title))
		if x.Borrow {
			all += fmt.Sprintf("fallback = [\"%s\"]\n", strings.Join(x.Fallback, `", "`))
		}
	}
	if err := scaffold.Write(t.dir, files); err != nil {
		return t.exists(err)
	}
	if err := writeWhole(filepath.Join(t.dir, config.File), scaffold.WithLanguage(toml, l.Table(title), all)); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintln(t.stdout, f.Path)
	}
	if parent != "" {
		fmt.Fprintln(t.stdout, t.say("%s: the language %s, which has all of %s; what is to differ gets a file of its own: wegwijs translate new PAGE %s", config.File, lang, parent, lang))
		return nil
	}
	fmt.Fprintln(t.stdout, t.say("%s: the language %s; now translate its title there, its strings and its first page", config.File, lang))
	return nil
}

// languageFiles returns the first files of a language: its strings and its first
// page.
func (t *translator) languageFiles(l scaffold.Language) ([]scaffold.File, error) {
	strs, err := fs.ReadFile(t.files(), "i18n/"+t.languages()[0]+".toml")
	if err != nil {
		return nil, err
	}
	files := []scaffold.File{{Path: "i18n/" + l.Lang + ".toml", Data: l.Strings(strs)}}
	if home := t.state.Site.Translations("")[0]; home != nil {
		src, err := fs.ReadFile(t.files(), home.File)
		if err != nil {
			return nil, err
		}
		files = append(files, scaffold.File{Path: content.Root + "/" + l.Lang + "/index.md", Data: freshness.Scaffold(src)})
	}
	return files, nil
}

// fallbacks returns the languages of a site, the default one first, in which readers
// of a new one get what it does not have: the one that they understand by what CLDR
// says of languages, then English and the default one.
func fallbacks(lang string, langs []string) []string {
	var tags []language.Tag
	for _, l := range langs {
		tags = append(tags, language.Make(l))
	}
	var list []string
	if _, i, confidence := language.NewMatcher(tags).Match(language.Make(lang)); confidence > language.No {
		list = append(list, langs[i])
	}
	if slices.Contains(langs, "en") {
		list = append(list, "en")
	}
	list = append(list, langs[0])
	return slices.Compact(list[:slices.Index(list, langs[0])+1]) // which has all pages
}

func (t *translator) scaffold(name, lang string) error {
	file := pageFile(name)
	_, rest := content.Split(file)
	if err := t.isTarget(lang); err != nil {
		return err
	}
	src, err := fs.ReadFile(t.files(), content.Root+"/"+t.languages()[0]+"/"+rest)
	if err != nil || rest == "" {
		return t.noPage(file)
	}
	to := content.Root + "/" + lang + "/" + rest
	if err := t.free(to); err != nil {
		return err
	}
	if err := scaffold.Write(t.dir, []scaffold.File{{Path: to, Data: freshness.Scaffold(src)}}); err != nil {
		return t.exists(err)
	}
	fmt.Fprintln(t.stdout, t.say("%s: translate it, remove the line draft, then: wegwijs translate done %s", to, to))
	return nil
}
