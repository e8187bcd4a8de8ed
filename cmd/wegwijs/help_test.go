package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Every command and every flag explains itself in Dutch too.
func TestHelpInDutch(t *testing.T) {
	english := func() *cobra.Command { e := &env{lang: diag.English}; c := e.command(); e.speak(c); return c }()
	dutch := func() *cobra.Command { e := &env{lang: diag.Dutch}; c := e.command(); e.speak(c); return c }()
	var compare func(en, nl *cobra.Command)
	compare = func(en, nl *cobra.Command) {
		if en.Short == nl.Short || en.Long != "" && en.Long == nl.Long {
			t.Errorf("%s: %q, %q", en.CommandPath(), en.Short, en.Long)
		}
		flags := func(f *pflag.Flag) {
			if g := nl.Flag(f.Name); g == nil || g.Usage == f.Usage {
				t.Errorf("%s --%s: %q", en.CommandPath(), f.Name, f.Usage)
			}
		}
		en.LocalFlags().VisitAll(flags)
		for i, sub := range en.Commands() {
			compare(sub, nl.Commands()[i])
		}
	}
	compare(english, dutch)
	for _, args := range [][]string{{"--lang", "nl", "watch", "--help"}, {"--lang", "nl", "help", "watch"}, {"watch", "-h", "--lang=nl"}} {
		var out, errs strings.Builder
		if code := run(t.Context(), args, &out, &errs); code != done {
			t.Errorf("%q ends with %d: %s", args, code, errs.String())
		}
		for _, want := range []string{"Watch toont alle talen", "Gebruik:\n  wegwijs watch", "\nOpties:\n", "(standaard 7070)", "\nOpties van elke opdracht:\n", "uitleg over watch"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q lacks %q: %s", args, want, out.String())
			}
		}
	}
	var out strings.Builder
	run(t.Context(), []string{"--lang", "nl"}, &out, &out)
	if got := out.String(); strings.ContainsAny(got, "\x01\x02\x03") || !strings.Contains(got, "Opdrachten:") || !strings.Contains(got, "Meer over een opdracht: wegwijs [command] --help") {
		t.Errorf("got %s", got)
	}
	out.Reset()
	run(t.Context(), []string{"--lang", "en", "watch", "--help"}, &out, &out)
	if got := out.String(); strings.ContainsAny(got, "\x01\x02\x03") || !strings.Contains(got, "Global Flags:") || !strings.Contains(got, "(default 7070)") {
		t.Errorf("got %s", got)
	}
}
