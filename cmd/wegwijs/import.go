package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/authoring/importer"
	"wegwijs/cmd/wegwijs/internal/diag"
)

func (e *env) importer() *cobra.Command {
	from := ""
	c := &cobra.Command{
		Use:   "import SOURCE DIR",
		Short: "Bring the pages of another program into a site",
		Long: `Import reads the folder of a site of MkDocs, Hugo, Docusaurus or Starlight, or a
folder of saved HTML pages, and writes its pages into the site in DIR: languages,
titles and order from its configuration, text, boxes, tabs, pictures and links in
our form. Old addresses and the ids of headings go on working.

What could not be kept is listed by file and line of the source, with what was
done. What the import wrote is remembered in
` + importer.Record + `: running it again leaves alone what was edited since.`,
		Args: takes(2, 2),
		RunE: func(_ *cobra.Command, args []string) error { return e.runImport(args[0], args[1], from) },
	}
	c.Flags().StringVar(&from, "from", "", "the program that the source is for: "+strings.Join(importer.Makers, ", "))
	return c
}

func (e *env) runImport(source, dir, from string) error {
	if fi, err := os.Stat(source); err != nil || !fi.IsDir() {
		return usageError{diag.Errorf("%s is not a folder", source)}
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(e.dir, dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	in, err := os.OpenRoot(source)
	if err != nil {
		return err
	}
	defer in.Close()
	site, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer site.Close()
	rep, err := importer.Import(in.FS(), site, from)
	if err != nil {
		return err
	}
	switch e.format {
	case "text":
		p := diag.Printer{Color: terminal(e.stdout), Lang: e.lang}
		if err := p.Print(e.stdout, rep.Findings); err != nil {
			return err
		}
		fmt.Fprintln(e.stdout, e.say("%s: %d pages and %d other files; %d files written, %d the same, %d left alone", rep.Maker, rep.Pages, rep.Files, len(rep.Written), rep.Same, len(rep.Kept)))
		fmt.Fprintf(e.stdout, "\n    wegwijs -C %s check\n    wegwijs -C %s watch\n", shellQuote(dir), shellQuote(dir))
		return nil
	case "json":
		for i, d := range rep.Findings {
			rep.Findings[i] = d.In(e.lang)
		}
		return e.json(rep)
	}
	return e.report(rep.Findings)
}
