package main

import (
	"regexp"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// usageWords are what cobra's own template of a command's use says, and flags of
// their values.
var usageWords = []string{
	"Usage:", "Available Commands:", "Global Flags:", "Flags:",
	`Use "{{.CommandPath}} [command] --help" for more information about a command.`,
}

// defaultOf begins what pflag says of a flag's value.
const defaultOf = "(default "

// speaking lets a command explain itself in the language that was asked for,
// which is known once the command line was read.
func (e *env) speaking(root *cobra.Command) {
	help, use := root.HelpFunc(), root.UsageFunc()
	speak := sync.OnceFunc(func() { e.speak(root) })
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		speak()
		help(c, args)
	})
	root.SetUsageFunc(func(c *cobra.Command) error {
		speak()
		if e.lang == diag.English {
			return use(c)
		}
		var b strings.Builder
		out := c.OutOrStderr()
		c.SetOut(&b)
		c.SetErr(&b)
		err := use(c)
		c.SetOut(out)
		c.SetErr(nil)
		text := strings.ReplaceAll(b.String(), defaultOf, diag.In(e.lang, defaultOf))
		if _, err := out.Write([]byte(text)); err != nil {
			return err
		}
		return err
	})
}

// scriptRE takes the name of the shell from cobra's text about its script.
var scriptRE = regexp.MustCompile(`^Generate the autocompletion script for (\w+)$`)

// speak translates what a command and all below it say of themselves.
func (e *env) speak(c *cobra.Command) {
	in := func(text string) string { return diag.In(e.lang, text) }
	if m := scriptRE.FindStringSubmatch(c.Short); m != nil && m[1] != "the" {
		c.Short = diag.Sayf(e.lang, "Generate the autocompletion script for %s", m[1])
		if e.lang != diag.English {
			c.Long = "" // where it goes differs by system; the script says so itself
		}
	}
	if c.Name() == "completion" {
		c.Long = ""
	}
	c.Short, c.Long = in(c.Short), in(c.Long)
	c.InitDefaultHelpFlag()
	flag := func(f *pflag.Flag) {
		if f.Name == "help" {
			f.Usage = diag.Sayf(e.lang, "help for %s", c.Name())
			return
		}
		f.Usage = in(f.Usage)
	}
	c.LocalNonPersistentFlags().VisitAll(flag)
	c.PersistentFlags().VisitAll(flag)
	if !c.HasParent() && e.lang != diag.English {
		t := c.UsageTemplate()
		for _, word := range usageWords {
			t = strings.Replace(t, "\n"+word, "\n"+in(word), 1)
		}
		t = strings.Replace(t, usageWords[0], in(usageWords[0]), 1)
		c.SetUsageTemplate(t)
	}
	for _, sub := range c.Commands() {
		e.speak(sub)
	}
}
