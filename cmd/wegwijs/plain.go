package main

import (
	"cmp"
	"context"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/pages/plain"
)

// hunspellEnv names the program that knows spelling, or is "off".
const hunspellEnv = "WEGWIJS_HUNSPELL"

// reader returns what looks at the language of a site's pages.
func reader(c *config.Config) *plain.Reader {
	r := &plain.Reader{Words: c.Check.Words, Glossary: map[string][]plain.Term{}}
	for lang, terms := range c.Check.Glossary {
		for _, word := range slices.Sorted(maps.Keys(terms)) {
			r.Glossary[lang] = append(r.Glossary[lang], plain.Term{Word: word, Avoid: terms[word]})
		}
	}
	return r
}

// spelling looks up the words of pages that were read, and can be again. What could not be looked
// up is said in one line, and is no finding: it is the machine's.
func (e *env) spelling(ctx context.Context, r *plain.Reader, read func(file string) ([]byte, error)) (ds []diag.Diagnostic, note string, err error) {
	name := cmp.Or(os.Getenv(hunspellEnv), "hunspell")
	if name == "off" {
		return nil, "", nil
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return nil, diag.Say("spelling was not checked: the program hunspell is not installed"), nil
	}
	ds, lacking, err := r.Spelling(ctx, &plain.Hunspell{Run: func(ctx context.Context, input string, args ...string) (string, error) {
		c := exec.CommandContext(ctx, program, args...)
		c.Stdin = strings.NewReader(input)
		out, err := c.CombinedOutput()
		return string(out), err
	}}, read)
	if len(lacking) > 0 {
		note = diag.Say("spelling was not checked: hunspell has no dictionary for %s", strings.Join(lacking, ", "))
	}
	return ds, note, err
}
