package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/authoring/exchange"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

func (e *env) translateExport() *cobra.Command {
	var as, out string
	c := &cobra.Command{
		Use:   "export LANGUAGE [PAGE…]",
		Short: "Write pages for a translation program",
		Long: `Export writes each page as a file for a translation program, with what is translated
already: those pages of the language that are missing or not fresh, or the pages that
are named. What is not to be translated, such as code, settings and addresses, is
protected.`,
		Args: takes(1, 0),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			return t.export(args[0], args[1:], exchange.Format(as), out)
		},
	}
	c.Flags().StringVar(&as, "as", string(exchange.XLIFF2), "xliff2 (2.1), xliff1 (1.2) or po")
	c.Flags().StringVarP(&out, "output", "o", "translate", "the folder to write to")
	return c
}

func (t *translator) export(lang string, names []string, as exchange.Format, out string) error {
	if err := t.isTarget(lang); err != nil {
		return err
	}
	if !slices.Contains(exchange.Formats, string(as)) {
		return usageError{diag.Errorf("%q is no format; %s", as, diag.DidYouMean(string(as), exchange.Formats))}
	}
	var ids []string
	for _, n := range names {
		file := pageFile(n)
		_, rest := content.Split(file)
		id, _ := content.ID(rest)
		if p := t.state.Site.Written(id); len(p) == 0 || p[0] == nil || rest == "" {
			return t.noPage(file)
		}
		ids = append(ids, id)
	}
	if len(names) == 0 {
		ids = append([]string{""}, t.state.Site.IDs()...)
	}
	for _, id := range ids {
		p, err := t.reader.Page(id, lang)
		if err != nil {
			return err
		}
		if p == nil || p.Now == nil || len(names) == 0 && p.State == freshness.Fresh {
			continue
		}
		x, _, _, err := t.pageOf(p, lang)
		if err != nil {
			return err
		}
		name := path.Join(out, strings.TrimSuffix(t.below(p.Source), ".md")+"."+lang+as.Ext())
		file := name
		if !filepath.IsAbs(file) {
			file = filepath.Join(t.dir, filepath.FromSlash(name))
		}
		if err := writeWhole(file, x.Encode(as)); err != nil {
			return err
		}
		fmt.Fprintln(t.stdout, t.say("%s: %d units", name, len(x.Units)))
	}
	return nil
}

// below returns the path of a page below the folder of its language.
func (t *translator) below(file string) string {
	_, rest := content.Split(file)
	return rest
}

// pageOf returns a page to send, with the bytes of its text and of its
// translation.
func (t *translator) pageOf(p *freshness.Page, lang string) (x *exchange.Page, src, translated []byte, err error) {
	if src, err = fs.ReadFile(t.files(), p.Source); err != nil {
		return nil, nil, nil, err
	}
	if p.File != "" {
		if translated, err = fs.ReadFile(t.files(), p.File); err != nil {
			return nil, nil, nil, err
		}
	}
	if err := t.reader.Translate(p); err != nil {
		return nil, nil, nil, err
	}
	source, _ := content.Split(p.Source)
	return exchange.Of(p.Now, p.Translation, source, lang, src, translated), src, translated, nil
}

func (e *env) translateImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE…",
		Short: "Take over pages from a translation program",
		Long: `Import puts the words of files that export wrote into the pages. A file that is broken,
that is of an older text, or that would change anything else than words is refused with
its place, and then nothing is written. A page that is whole is stamped by "translate done".`,
		Args: takes(1, 0),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := e.translator(c.Context())
			if err != nil {
				return err
			}
			return t.imports(args)
		},
	}
}

func (t *translator) imports(names []string) error {
	type result struct {
		file     string
		data     []byte
		complete bool
	}
	var results []result
	out := new(diag.List)
	for _, name := range names {
		file := name
		if !filepath.IsAbs(file) {
			file = filepath.Join(t.dir, file)
		}
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return usageError{diag.Errorf("there is no file %s", name)}
		}
		if err != nil {
			return err
		}
		r := result{}
		r.file, r.data, r.complete, err = t.merge(data)
		var bad *exchange.Error
		switch {
		case errors.As(err, &bad):
			out.Errorf(diag.Pos{File: filepath.ToSlash(name), Line: bad.Line, Col: 1}, diag.TranslationImport, "nothing was written; mend the file, or send the page again", "%s", bad.Msg)
		case err != nil:
			return err
		default:
			results = append(results, r)
		}
	}
	if ds := out.Sorted(); len(ds) > 0 {
		return t.report(ds)
	}
	for _, r := range results {
		if err := t.write(r.file, r.data); err != nil {
			return err
		}
		if r.complete {
			fmt.Fprintln(t.stdout, t.say("%s: taken over; then: wegwijs translate done %s", r.file, r.file))
		} else {
			fmt.Fprintln(t.stdout, t.say("%s: taken over, some of it is not translated yet", r.file))
		}
	}
	return nil
}

func (t *translator) merge(data []byte) (file string, merged []byte, complete bool, err error) {
	x, err := exchange.Decode(data)
	if err != nil {
		return "", nil, false, err
	}
	lang, rest := content.Split(x.Original)
	id, _ := content.ID(rest)
	if lang != t.languages()[0] || !slices.Contains(t.languages()[1:], x.Target) || !strings.HasPrefix(x.Original, content.Root+"/") {
		return "", nil, false, &exchange.Error{Line: 1, Msg: diag.Say("%s in %s is no page of this site", x.Original, x.Target)}
	}
	p, err := t.reader.Page(id, x.Target)
	if err != nil {
		return "", nil, false, err
	}
	if p == nil || p.Now == nil {
		return "", nil, false, &exchange.Error{Line: 1, Msg: diag.Say("there is no page %s", x.Original)}
	}
	_, src, translated, err := t.pageOf(p, x.Target)
	if err != nil {
		return "", nil, false, err
	}
	merged, complete, err = x.Merge(p.Now, p.Translation, src, translated)
	if file = p.File; file == "" {
		file = content.Root + "/" + x.Target + "/" + rest
	}
	return file, merged, complete, err
}
