package main

import (
	"slices"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// TestVerifyOptions: a form that the site does not make is not asked for.
func TestVerifyOptions(t *testing.T) {
	for src, want := range map[string][]forms.Form{
		"": nil,
		"[forms]\nautoconfig = false\ndns = false\n": {forms.FormAutoconfig, forms.FormDNS},
	} {
		var out diag.List
		head := "title = \"Hulp\"\nbase_url = \"https://hulp.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"Nederlands\"\n"
		c := config.Parse([]byte(head+src), &out)
		if c == nil {
			t.Fatal(out.Sorted())
		}
		got := verifyFlags{onlyServers: true}.options(c, &out)
		if !slices.Equal(got.Off, want) || !got.OnlyServers {
			t.Errorf("%q: got %v, %v", src, got.Off, got.OnlyServers)
		}
	}
}
