package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"wegwijs/cmd/wegwijs/internal/authoring/eject"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
)

func (e *env) eject() *cobra.Command {
	var diff, accept bool
	c := &cobra.Command{
		Use:   "eject PATH...",
		Short: "Copy built-in files into the site, to change them",
		Long: `Eject copies files that the program brings into the folder of the site, where they
take the place of the built-in ones. A path is that of a file, or of a folder for
all that is in it: layouts/partials/footer.html, content/nl/over.md.

What the files came from is kept in ` + eject.Folder + `. When a newer program has another
text for one of them, check says so; --diff shows what changed in the built-in
file, and --done says that yours has what it needs of it.`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case diff && accept:
				return diag.Errorf("--diff shows and --done accepts: use one of the two")
			case len(args) == 0:
				return diag.Errorf("name the files: wegwijs eject layouts/partials/footer.html")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return e.runEject(args, diff, accept) },
	}
	c.Flags().BoolVar(&diff, "diff", false, "show what changed in the built-in files since these came from them")
	c.Flags().BoolVar(&accept, "done", false, "these files have what they need of the built-in ones as they are now")
	return c
}

func (e *env) runEject(args []string, diff, accept bool) error {
	if e.files().Source() {
		return diag.Errorf("the files in this folder are the built-in ones: change them where they stand")
	}
	root, err := os.OpenRoot(e.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	site := eject.Site{Root: root, Under: builtin.Files}
	switch {
	case diff:
		for _, name := range args {
			o, err := site.Origin(name)
			if err != nil {
				return err
			}
			if _, err := e.stdout.Write(o.Diff()); err != nil {
				return err
			}
		}
	case accept:
		for _, name := range args {
			o, err := site.Done(name)
			if err != nil {
				return err
			}
			if o.State == eject.Renamed {
				fmt.Fprintln(e.stdout, diag.Sayf(e.lang, "%s is now %s", o.Path, o.To))
			}
		}
	default:
		written, err := site.Eject(args)
		if err != nil {
			return err
		}
		for _, p := range written {
			fmt.Fprintln(e.stdout, p)
		}
	}
	return nil
}

// takeOver makes a built-in file the site's own, so that a command can change it,
// and says so; nothing where the site has a file there already.
func (e *env) takeOver(file string) error {
	if _, builtIn := e.builtIn(file); !builtIn {
		return nil
	}
	root, err := os.OpenRoot(e.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if _, err := (eject.Site{Root: root, Under: builtin.Files}).Eject([]string{file}); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, e.say("%s: it was built in, and is the site's own from now on", file))
	return nil
}

// builtIn reports whether there is a file at a path, and whether that is in the
// program and not in the folder of the site.
func (e *env) builtIn(file string) (there, embedded bool) {
	info, err := e.files().Lstat(file)
	if err != nil {
		return false, false
	}
	_, embedded = builtin.Is(info)
	return true, embedded
}

// ejected returns what changed in the built-in files that the site took over.
func (e *env) ejected() ([]diag.Diagnostic, error) {
	root, err := os.OpenRoot(e.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	list, err := eject.Site{Root: root, Under: builtin.Files}.Origins()
	return eject.Findings(list), err
}
