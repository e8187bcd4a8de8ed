package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"wegwijs/cmd/wegwijs/internal/authoring/scaffold"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
	"wegwijs/cmd/wegwijs/internal/state"
)

func (e *env) translate() *cobra.Command {
	c := &cobra.Command{
		Use:   "translate",
		Short: "Show and do what translations need",
		Long: `Translate knows, block by block, what changed in the text of the default language
since each translation was made. Only "translate done" says that a translation is
up to date: it keeps the text of that moment in ` + freshness.BaseDir + `.`,
		Args: oneOf,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(e.translateStatus(), e.translateDiff(), e.translateNew(), e.translateDone(), e.translateIDs(), e.translateExport(), e.translateImport())
	return c
}

// A translator is what the commands below translate work with.
type translator struct {
	*env
	state  *state.State
	reader *freshness.Reader
}

func (e *env) translator(ctx context.Context) (*translator, error) {
	s, err := e.load(ctx)
	if err != nil {
		return nil, err
	}
	if s.Site == nil {
		return nil, e.report(s.Findings())
	}
	return &translator{e, s, freshness.NewReader(s.Site, e.files())}, nil
}

func (e *env) translateStatus() *cobra.Command {
	var term string
	c := &cobra.Command{
		Use:   "status [LANGUAGE…]",
		Short: "Say of each language what is fresh, stale, missing or orphaned",
		Long:  "Status compares every page of every language, or of those that you name, with the\ntext of the default language. With --term it lists each block in which a word\nstands, and what translates it.",
		Args:  takes(0, 0),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			for _, lang := range args {
				if err := t.isTarget(lang); err != nil {
					return err
				}
			}
			if term != "" {
				return t.mentions(term, args)
			}
			return t.status(c.Context(), args)
		},
	}
	c.Flags().StringVar(&term, "term", "", "list the blocks in which this word stands")
	return c
}

// isTarget returns an error for what is no language that the site is translated
// into.
func (t *translator) isTarget(lang string) error {
	if targets := t.languages()[1:]; !slices.Contains(targets, lang) {
		return usageError{diag.Errorf("%q is not a language that the site is translated into; %s", lang, diag.DidYouMean(lang, targets))}
	}
	return nil
}

// status prints how far the languages are that are asked for; all of them when none
// is.
func (t *translator) status(ctx context.Context, asked []string) error {
	all, err := t.reader.Status(ctx)
	if err != nil {
		return err
	}
	if err := t.heal(all); err != nil {
		return err
	}
	langs := slices.DeleteFunc(all, func(l freshness.Language) bool { return len(asked) > 0 && !slices.Contains(asked, l.Lang) })
	if t.format == "json" {
		strs, err := t.allStrings(asked)
		if err != nil {
			return err
		}
		return t.json(map[string]any{"version": 1, "languages": langs, "strings": strs})
	}
	w := tabwriter.NewWriter(t.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, t.say("language\tfresh\tstale\tunknown\tmissing\torphaned\tblocks to do\twords to do\tof\t"))
	for _, l := range langs {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", l.Lang, l.Fresh, l.Stale, l.Unknown, l.Missing, l.Orphaned, l.StaleBlocks, l.StaleWords, l.Words)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := t.stringsStatus(asked); err != nil {
		return err
	}
	for _, l := range langs {
		for _, p := range l.Pages {
			switch p.State {
			case freshness.Stale:
				fmt.Fprintln(t.stdout, t.say("%s: stale, %d of %d blocks: wegwijs translate diff %s", p.File, p.StaleBlocks, p.Blocks, p.File))
			case freshness.Unknown:
				fmt.Fprintln(t.stdout, t.say("%s: nobody knows which text it was made from; read it beside %s, then: wegwijs translate done %s", p.File, p.Source, p.File))
			case freshness.Orphaned:
				if p.Moved != "" {
					fmt.Fprintln(t.stdout, t.say("%s: its text is gone; it seems to stand in %s now: give the translation that name", p.File, p.Moved))
				} else {
					fmt.Fprintln(t.stdout, t.say("%s: its text is gone: remove the translation, or its line source", p.File))
				}
			}
		}
	}
	return nil
}

// heal keeps again the texts that were lost and that are still the present ones.
func (t *translator) heal(langs []freshness.Language) error {
	files, seen := t.files(), map[freshness.Stamp]bool{}
	for _, l := range langs {
		for _, p := range l.Pages {
			if p.State != freshness.Fresh || p.Base == nil || p.Base.Stamp != p.Now.Stamp || seen[p.Now.Stamp] {
				continue
			}
			seen[p.Now.Stamp] = true
			kept := p.Now.Stamp.File()
			if _, err := files.Lstat(kept); err == nil {
				continue
			}
			src, err := fs.ReadFile(files, p.Source)
			if err != nil {
				return err
			}
			if freshness.StampOf(src) == p.Now.Stamp {
				if err := writeWhole(filepath.Join(t.dir, filepath.FromSlash(kept)), src); err != nil {
					return err
				}
				fmt.Fprintln(t.stderr, t.say("%s was lost; it is kept again", kept))
			}
		}
	}
	return nil
}

// mentions prints the blocks in which a word stands, and what translates them in the
// languages that are asked for; in all of them when none is.
func (t *translator) mentions(term string, asked []string) error {
	all, err := t.reader.Mentions(term)
	if err != nil {
		return err
	}
	type unit struct {
		Where string `json:"where"`
		Text  string `json:"text"`
	}
	if t.format == "json" {
		type mention struct {
			unit
			Translations map[string]unit `json:"translations"`
		}
		list := []mention{}
		for _, m := range all {
			x := mention{unit{m.Where, m.Text}, map[string]unit{}}
			for lang, u := range m.Translations {
				if len(asked) > 0 && !slices.Contains(asked, lang) {
					continue
				}
				x.Translations[lang] = unit{u.Pos.String(), u.Source}
			}
			list = append(list, x)
		}
		return t.json(map[string]any{"version": 1, "term": term, "blocks": list})
	}
	for _, m := range all {
		fmt.Fprintf(t.stdout, "%s: %s\n", m.Where, oneLine(m.Text))
		for _, l := range t.state.Site.Locales {
			if u, ok := m.Translations[l.Lang]; ok && (len(asked) == 0 || slices.Contains(asked, l.Lang)) {
				fmt.Fprintf(t.stdout, "  %s: %s\n", u.Pos, oneLine(u.Source))
			}
		}
	}
	fmt.Fprintln(t.stdout, t.say("%d blocks", len(all)))
	return nil
}

func (e *env) translateDiff() *cobra.Command {
	return &cobra.Command{
		Use:   "diff PAGE…",
		Short: "Show what changed in the text since a translation was made",
		Long:  "Diff shows for each block that changed the text as it was, the text as it is,\nwith the words that differ, and the present translation, each with its place.\nPAGE is the file of a translation, such as content/en/e-mail/webmail.md.",
		Args:  takes(1, 0),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			var pages []*freshness.Page
			for _, a := range args {
				if m := stringsRE.FindStringSubmatch(filepath.ToSlash(a)); m != nil {
					if err := t.stringsDiff(m[1]); err != nil {
						return err
					}
					continue
				}
				p, err := t.page(a)
				if err != nil {
					return err
				}
				pages = append(pages, p)
			}
			if pages == nil {
				return nil
			}
			return t.diff(pages)
		},
	}
}

// page finds the translation in a file.
func (t *translator) page(name string) (*freshness.Page, error) {
	file := pageFile(name)
	lang, rest := content.Split(file)
	if !strings.HasSuffix(file, ".md") || rest == "" {
		return nil, usageError{diag.Errorf("%q is not a page; write its file: content/en/e-mail/webmail.md", name)}
	}
	if lang == t.state.Site.Locales[0].Lang {
		return nil, usageError{diag.Errorf("%s is the text itself, not a translation", file)}
	}
	id, _ := content.ID(rest)
	p, err := t.reader.Page(id, lang)
	switch {
	case err != nil:
		return nil, err
	case p == nil || p.File == "":
		return nil, t.noPage(file)
	}
	return p, t.reader.Translate(p)
}

// pageFile returns the file of a page that a name on the command line means: nl/a.md
// and builtin:content/nl/a.md are content/nl/a.md.
func pageFile(name string) string {
	file := path.Clean(strings.TrimPrefix(filepath.ToSlash(name), builtin.Prefix))
	if !strings.HasPrefix(file, content.Root+"/") {
		file = content.Root + "/" + file
	}
	return file
}

// noPage returns an error that names the page that is nearest to a file that is not
// there.
func (t *translator) noPage(file string) error {
	lang, _ := content.Split(file)
	var known []string
	for _, id := range append([]string{""}, t.state.Site.IDs()...) {
		for _, p := range t.state.Site.Written(id) {
			if p != nil && p.Lang == lang {
				known = append(known, p.File)
			}
		}
	}
	if near := diag.Nearest(file, known); near != "" {
		return usageError{diag.Errorf("there is no page %s; did you mean %s?", file, near)}
	}
	return usageError{diag.Errorf("there is no page %s", file)}
}

// A blockDiff is one changed block, for people and programs.
type blockDiff struct {
	Kind        freshness.Kind `json:"kind"`
	OldWhere    string         `json:"old_where,omitempty"`
	Old         string         `json:"old,omitempty"`
	NewWhere    string         `json:"new_where,omitempty"`
	New         string         `json:"new,omitempty"`
	Where       string         `json:"translation_where,omitempty"`
	Translation string         `json:"translation,omitempty"`
}

// diffs returns what changed in the text of a page.
func (t *translator) diffs(p *freshness.Page) []blockDiff {
	list := []blockDiff{}
	for _, x := range p.Diffs() {
		d := blockDiff{Kind: x.Change.Kind}
		d.Old, d.New = x.Texts()
		if x.Old != nil {
			d.OldWhere = t.state.Place(x.Old.Pos).String()
		}
		if x.New != nil {
			d.NewWhere = t.state.Place(x.New.Pos).String()
		}
		if x.Translation != nil {
			d.Translation, d.Where = x.Translation.Source, t.state.Place(x.Translation.Pos).String()
		}
		list = append(list, d)
	}
	return list
}

func (t *translator) diff(pages []*freshness.Page) error {
	if t.format == "json" {
		type page struct {
			*freshness.Page
			Changes []blockDiff `json:"changes"`
		}
		var list []page
		for _, p := range pages {
			list = append(list, page{p, t.diffs(p)})
		}
		return t.json(map[string]any{"version": 1, "pages": list})
	}
	color := terminal(t.stdout)
	for _, p := range pages {
		if p.State == freshness.Unknown {
			fmt.Fprintln(t.stdout, t.say("%s: nobody knows which text it was made from; read it beside %s, then: wegwijs translate done %s", p.File, p.Source, p.File))
		}
		if p.State == freshness.Fresh {
			fmt.Fprintln(t.stdout, t.say("%s: fresh", p.File))
		}
		for _, d := range t.diffs(p) {
			fmt.Fprintln(t.stdout, t.say("%s: %s", p.File, diag.Phrase(d.Kind)))
			old, now := freshness.Words(d.Old, d.New, color)
			if d.Kind == freshness.Moved {
				old = ""
			}
			for _, l := range []struct{ mark, where, text string }{{"-", d.OldWhere, old}, {"+", d.NewWhere, now}, {"=", d.Where, oneLine(d.Translation)}} {
				if l.text != "" {
					fmt.Fprintf(t.stdout, "  %s %s: %s\n", l.mark, l.where, l.text)
				}
			}
		}
	}
	return nil
}

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

func (t *translator) languages() []string {
	var langs []string
	for _, l := range t.state.Site.Locales {
		langs = append(langs, l.Lang)
	}
	return langs
}

func (e *env) translateDone() *cobra.Command {
	var force, unchanged bool
	c := &cobra.Command{
		Use:   "done PAGE…",
		Short: "Say that a translation holds all that its text says now",
		Long:  "Done stamps a translation with the text of this moment and keeps that. It refuses\na page that lacks a block, a number, a host name or a link of its text; --force\nstamps it all the same. --unchanged says that nothing had to change for it.",
		Args:  takes(1, 0),
		RunE: func(c *cobra.Command, args []string) error {
			if force && unchanged {
				return usageError{diag.Errorf("--force and --unchanged say two things: use one of the two")}
			}
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			return t.done(args, force, unchanged)
		},
	}
	c.Flags().BoolVar(&force, "force", false, "stamp it although something seems to be missing")
	c.Flags().BoolVar(&unchanged, "unchanged", false, "the changes of the text ask nothing of the translation")
	return c
}

func (t *translator) done(names []string, force, unchanged bool) error {
	out := new(diag.List)
	var ready []*freshness.Page
	for _, n := range names {
		if m := stringsRE.FindStringSubmatch(filepath.ToSlash(n)); m != nil {
			if err := t.stringsDone(m[1], out); err != nil {
				return err
			}
			continue
		}
		p, err := t.page(n)
		if err != nil {
			return err
		}
		if p.Now, err = t.reader.Now(p.ID); err != nil { // whatever it was made from before
			return err
		}
		if p.Now == nil {
			out.Errorf(diag.Pos{File: p.File}, diag.TranslationOrphan, "remove the translation, or give it the name of its text", "the text that it translates is gone")
			continue
		}
		p.Source = p.Now.File
		before := out.Len()
		if !force && !(unchanged && p.Translation.Forced()) {
			freshness.Report(p.Now, p.Translation, out, diag.Error)
		}
		if out.Len() == before {
			ready = append(ready, p)
		}
	}
	for _, p := range ready {
		if err := t.stamp(p, force || unchanged && p.Translation.Forced()); err != nil {
			return err
		}
		fmt.Fprintln(t.stdout, t.say("%s: done", p.File))
	}
	if len(ready) > 0 {
		if err := t.prune(); err != nil {
			return err
		}
	}
	if ds := out.Sorted(); len(ds) > 0 {
		return t.report(ds)
	}
	return nil
}

// stringsRE finds the file of a language's interface strings.
var stringsRE = regexp.MustCompile(`^(?:\./)?i18n/([A-Za-z0-9-]+)\.toml$`)

// stringsDone keeps what the strings of a language were translated from.
func (t *translator) stringsDone(lang string, out *diag.List) error {
	c := t.state.Renderer.Strings
	all, err := t.reader.Strings(c, lang)
	if err != nil {
		return err
	}
	if all == nil {
		return usageError{diag.Errorf("%q is not a language that the site is translated into; %s", lang, diag.DidYouMean(lang, t.languages()[1:]))}
	}
	file := c.Lang(lang).File
	if err := writeWhole(filepath.Join(t.dir, filepath.FromSlash(freshness.StringsFile(lang))), t.reader.KeepStrings(c, lang)); err != nil {
		return err
	}
	fmt.Fprintln(t.stdout, t.say("%s: done", file))
	return nil
}

// langStrings are the interface strings of one language.
type langStrings struct {
	Lang    string             `json:"lang"`
	File    string             `json:"file"`
	Fresh   int                `json:"fresh"`
	Stale   int                `json:"stale"`
	Unknown int                `json:"unknown"`
	Missing int                `json:"missing"`
	Strings []freshness.String `json:"strings"`
}

// allStrings returns the interface strings of the languages that are asked for, all
// when none is, and that have some of their own, but for the default one.
func (t *translator) allStrings(asked []string) ([]langStrings, error) {
	list := []langStrings{}
	c := t.state.Renderer.Strings
	for _, lang := range t.languages()[1:] {
		if len(asked) > 0 && !slices.Contains(asked, lang) {
			continue
		}
		all, err := t.reader.Strings(c, lang)
		if err != nil {
			return nil, err
		}
		if all == nil {
			continue
		}
		l := langStrings{Lang: lang, File: c.Lang(lang).File, Strings: all}
		of := map[freshness.State]*int{freshness.Fresh: &l.Fresh, freshness.Stale: &l.Stale, freshness.Unknown: &l.Unknown, freshness.Missing: &l.Missing}
		for _, s := range all {
			*of[s.State]++
		}
		list = append(list, l)
	}
	return list, nil
}

// stringsStatus says of each language which interface strings are not fresh.
func (t *translator) stringsStatus(asked []string) error {
	all, err := t.allStrings(asked)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.Fresh < len(l.Strings) {
			fmt.Fprintln(t.stdout, t.say("%s: %d strings fresh, %d stale, %d unknown, %d missing", l.File, l.Fresh, l.Stale, l.Unknown, l.Missing))
		}
	}
	return nil
}

// stringsDiff shows the strings of a language whose text changed.
func (t *translator) stringsDiff(lang string) error {
	all, err := t.reader.Strings(t.state.Renderer.Strings, lang)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.State == freshness.Stale {
			old, now := freshness.Words(s.Old, s.New, terminal(t.stdout))
			fmt.Fprintf(t.stdout, "%s\n  - %s\n  + %s: %s\n  = %s: %s\n", s.Key, old, s.Source, now, s.Where, s.Text)
		}
	}
	return nil
}

// stamp keeps the text and then names it in the translation: the other way
// round, a stop between the two would leave a stamp of nothing.
func (t *translator) stamp(p *freshness.Page, forced bool) error {
	src, err := fs.ReadFile(t.files(), p.Source)
	if err != nil {
		return err
	}
	stamp := freshness.StampOf(src)
	if stamp != p.Now.Stamp {
		return diag.Errorf("%s changed meanwhile; run the command again", p.Source)
	}
	own, err := fs.ReadFile(t.files(), p.File)
	if err != nil {
		return err
	}
	with, ok := freshness.WithStamp(own, stamp, forced)
	if !ok {
		return diag.Errorf("%s has no front matter", p.File)
	}
	if err := writeWhole(filepath.Join(t.dir, filepath.FromSlash(stamp.File())), src); err != nil {
		return err
	}
	if bytes.Equal(own, with) {
		return nil
	}
	return t.write(p.File, with)
}

// write writes a page; one that was built in becomes the site's own.
func (t *translator) write(file string, data []byte) error {
	if err := t.takeOver(file); err != nil {
		return err
	}
	return writeWhole(filepath.Join(t.dir, filepath.FromSlash(file)), data)
}

// prune removes the texts that no translation names any more.
func (t *translator) prune() error {
	s, err := t.load(context.Background())
	if err != nil || s.Site == nil {
		return err
	}
	unused, err := freshness.NewReader(s.Site, t.files()).Unused()
	if err != nil {
		return err
	}
	for _, f := range unused {
		if err := os.Remove(filepath.Join(t.dir, filepath.FromSlash(f))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (e *env) translateIDs() *cobra.Command {
	return &cobra.Command{
		Use:   "ids",
		Short: "Write the id of each heading behind it, in every language",
		Long:  "Ids writes into every page the ids that its headings have now. Afterwards no\nlanguage takes its ids from another, so that any can become the default language.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			return t.ids()
		},
	}
}

func (t *translator) ids() error {
	pages, headings := 0, 0
	for _, id := range append([]string{""}, t.state.Site.IDs()...) {
		renamed := map[string]freshness.Stamp{} // stamps of texts before and after
		for _, p := range t.originalsFirst(id) {
			src, err := fs.ReadFile(t.files(), p.File)
			if err != nil {
				return err
			}
			list, err := t.state.Renderer.Headings(p)
			if err != nil {
				return err
			}
			var ids []string
			for _, h := range list {
				if h.Level > 0 {
					ids = append(ids, h.ID)
				}
			}
			text := freshness.Parse(p.File, src)
			with, n := text.WithIDs(src, ids)
			// What was up to date stays so: an id is no change of the text.
			if stamp, ok := renamed[p.Source]; ok {
				with, _ = freshness.WithStamp(with, stamp, text.Forced())
			}
			if bytes.Equal(src, with) {
				continue
			}
			if p.Source == "" {
				stamp := freshness.StampOf(with)
				renamed[string(text.Stamp)] = stamp
				if t.stamped(id, text.Stamp) {
					if err := writeWhole(filepath.Join(t.dir, filepath.FromSlash(stamp.File())), with); err != nil {
						return err
					}
				}
			}
			if err := t.write(p.File, with); err != nil {
				return err
			}
			if n > 0 {
				pages, headings = pages+1, headings+n
			}
		}
	}
	if headings > 0 {
		if err := t.prune(); err != nil {
			return err
		}
	}
	fmt.Fprintln(t.stdout, t.say("%d ids written into %d pages", headings, pages))
	return nil
}

// originalsFirst returns the texts of a page, those first that are no
// translations.
func (t *translator) originalsFirst(id string) []*content.Page {
	var originals, made []*content.Page
	for _, p := range t.state.Site.Translations(id) {
		switch {
		case p == nil:
		case p.Source == "":
			originals = append(originals, p)
		default:
			made = append(made, p)
		}
	}
	return append(originals, made...)
}

// stamped reports whether a page has a translation of the text with a stamp.
func (t *translator) stamped(id string, stamp freshness.Stamp) bool {
	return slices.ContainsFunc(t.state.Site.Translations(id), func(p *content.Page) bool {
		return p != nil && p.Source == string(stamp)
	})
}

// say returns a text in the language of the user.
func (e *env) say(format string, args ...any) string { return diag.Sayf(e.lang, format, args...) }

func (e *env) json(v any) error {
	j := json.NewEncoder(e.stdout)
	j.SetIndent("", "  ")
	j.SetEscapeHTML(false)
	return j.Encode(v)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// writeWhole writes a file in one step: whoever reads it finds the old bytes or
// the new ones.
func writeWhole(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if fi, err := os.Stat(name); err == nil {
		mode = fi.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".wegwijs-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
