package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/authoring/manual"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// examples returns the blocks of code of a topic in a language.
func examples(t *testing.T, topic string, lang diag.Lang, kind string) []string {
	t.Helper()
	text, _ := manual.Topic(topic, lang, nil)
	parts := strings.Split(text, "```"+kind+"\n")
	if len(parts) == 1 {
		t.Fatalf("%s in %s shows no %s", topic, lang, kind)
	}
	for i, p := range parts {
		parts[i], _, _ = strings.Cut(p, "```")
	}
	return parts[1:]
}

// TestManualMail: the record that the manual shows builds, and all that a product
// can have is in it and explained, in both languages.
func TestManualMail(t *testing.T) {
	schema := config.Schema(nil)
	i := slices.IndexFunc(schema.Below, func(k *tomlfile.Key) bool { return k.Name == "mail" })
	for _, lang := range []diag.Lang{diag.English, diag.Dutch} {
		text, _ := manual.Topic("mail", lang, nil)
		shown := examples(t, "mail", lang, "toml")[0]
		for _, k := range schema.Below[i].Below {
			names := []*tomlfile.Key{k}
			if k.Name != "forms" {
				names = append(names, k.Below...)
			}
			for _, k := range names {
				if !strings.Contains(text, "`"+k.Name+"`") || !strings.Contains(shown, k.Name) {
					t.Errorf("%s: %s is not explained and shown", lang, k.Name)
				}
			}
		}
		dir := testenv.RAM(t)
		head, _, _ := strings.Cut(tenLines, "[[mail]]")
		testenv.Write(t, filepath.Join(dir, "site.toml"), head+shown)
		program(t, done, "build", "-C", dir)
	}
}

// TestManualLayouts: the directive that the manual shows works on a page, in both
// languages.
func TestManualLayouts(t *testing.T) {
	for _, lang := range []diag.Lang{diag.English, diag.Dutch} {
		dir := testenv.RAM(t)
		testenv.Write(t, filepath.Join(dir, "site.toml"), tenLines)
		testenv.Write(t, filepath.Join(dir, "layouts/directives/office.html"), examples(t, "layouts", lang, "html")[0])
		testenv.Write(t, filepath.Join(dir, "layouts/directives/office.md"), examples(t, "layouts", lang, "text")[0])
		testenv.Write(t, filepath.Join(dir, "content/nl/e-mail/proef.md"), "+++\ntitle = \"Proef\"\ndescription = \"Een blok.\"\n+++\n::office[Utrecht]{phone=\"030 123 45 67\"}\n")
		program(t, done, "build", "-C", dir)
		made := contents(t, dir)
		if got := made["public/e-mail/proef/index.html"]; !strings.Contains(got, "<p>Utrecht: 030 123 45 67</p>") {
			t.Errorf("%s: not on the page: %s", lang, got)
		}
		if got := made["public/e-mail/proef/index.md"]; !strings.Contains(got, "Utrecht: 030 123 45 67") {
			t.Errorf("%s: not in the Markdown copy: %s", lang, got)
		}
	}
}
