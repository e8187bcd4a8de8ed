package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A declaredDirective is what the manual says of a directive.
type declaredDirective struct{ name, kind, label string }

var declaredRE = regexp.MustCompile(`(?m)^## (\S+)\n\n.+\n\n    kind = "(\w+)".*\n    label = "(\w+)"`)

// declaredDirectives returns those that the program knows: its manual is made from
// their templates.
func declaredDirectives(t *testing.T) (list []declaredDirective) {
	t.Helper()
	manual, _ := program(t, done, "help", "directives", "--lang", "en")
	for _, m := range declaredRE.FindAllStringSubmatch(manual, -1) {
		list = append(list, declaredDirective{m[1], m[2], m[3]})
	}
	if n := strings.Count(manual, "\n## "); n != len(list) || n < 24 {
		t.Fatalf("%d directives with a declaration, of %d in the manual", len(list), n)
	}
	return list
}

// typed returns the directive with a label and attributes as they are typed, on
// the third line of a text, from its third column.
func (d declaredDirective) typed(colons int, label, attributes string) string {
	s := strings.Repeat(":", colons) + d.name + label + attributes
	if d.kind == "container" {
		s += "\nTekst.\n" + strings.Repeat(":", max(colons, 3))
	}
	if d.kind != "inline" {
		return "Tekst.\n\n> " + strings.ReplaceAll(s, "\n", "\n> ") + "\n"
	}
	return "Tekst.\n\nZo " + s + " en\n"
}

// mistakes returns texts that are wrong at the directive, by what is wrong.
func (d declaredDirective) mistakes() map[string]string {
	colons := map[string]int{"inline": 1, "leaf": 2, "container": 3}[d.kind]
	label := "[Naam]"
	if d.label == "none" {
		label = ""
	}
	m := map[string]string{
		"an unknown attribute":           d.typed(colons, label, "{er-is-geen=x}"),
		"attributes that are not closed": d.typed(colons, "[x]", "{has=pop"),
		"the name misspelled":            declaredDirective{d.name + "q", d.kind, d.label}.typed(colons, "[x]", ""),
	}
	switch {
	case d.label == "none" && d.name != "br":
		m["a label too many"] = d.typed(colons, "[Naam]", "")
	case d.label == "required" && d.name != "when":
		m["no label"] = d.typed(colons, "[]", "")
	}
	if d.kind == "leaf" {
		m["a colon too many"] = strings.Replace(d.typed(colons, label, ""), "::", ":::", 1) + "> Tekst.\n> :::\n"
	}
	if d.kind == "container" {
		m["never closed"] = strings.TrimSuffix(d.typed(colons, label, ""), "> :::\n")
		m["a colon too few"] = strings.Replace(d.typed(colons, "[Naam]", ""), ":::", "::", 1)
	}
	return m
}

// TestDirectiveMistakes: whatever is wrong with a directive is an error where it
// begins.
func TestDirectiveMistakes(t *testing.T) {
	dir := testenv.RAM(t)
	testenv.Write(t, filepath.Join(dir, "site.toml"), tenLines)
	want := map[string]string{} // what is wrong, by file
	for _, d := range declaredDirectives(t) {
		for what, text := range d.mistakes() {
			name := fmt.Sprintf("content/nl/e-mail/proef-%d.md", len(want))
			want[name] = d.name + ": " + what
			testenv.Write(t, filepath.Join(dir, name), "+++\ntitle = \""+name+"\"\ndescription = \"x\"\n+++\n"+text)
		}
	}
	out, _ := program(t, failed, "check", "-C", dir, "--format", "json")
	var rep struct {
		Findings []struct {
			Pos               diag.Pos
			Severity, Message string
		}
	}
	if err := json.Unmarshal([]byte(out), &rep); err != nil {
		t.Fatal(err)
	}
	for _, f := range rep.Findings {
		if what := want[f.Pos.File]; f.Severity == "error" && what != "" && f.Pos.Line == 7 && (f.Pos.Col == 3 || f.Pos.Col == 4) {
			delete(want, f.Pos.File)
		}
	}
	for name, what := range want {
		var said []string
		for _, f := range rep.Findings {
			if f.Pos.File == name {
				said = append(said, fmt.Sprintf("%d:%d %s %s", f.Pos.Line, f.Pos.Col, f.Severity, f.Message))
			}
		}
		t.Errorf("%s: no error where it is, but %q", what, said)
	}
}

// TestDirectivesOnAPage: each directive of the built-in layouts has a use on one
// page, which builds; it stands in the Markdown copy too, as what it says.
func TestDirectivesOnAPage(t *testing.T) {
	dir := testenv.RAM(t)
	var text strings.Builder
	for _, d := range declaredDirectives(t) {
		if !slices.ContainsFunc(testenv.DirectiveUses, func(u testenv.DirectiveUse) bool { return u.Name == d.name }) {
			t.Errorf("%s has no use on the page that the browser looks at: add it to testenv.DirectiveUses", d.name)
		}
	}
	for _, u := range testenv.DirectiveUses {
		text.WriteString(u.Text + "\n\n")
	}
	testenv.Write(t, filepath.Join(dir, "site.toml"), tenLines)
	testenv.Write(t, filepath.Join(dir, "content/nl/e-mail/proef.md"), "+++\ntitle = \"Proef\"\ndescription = \"Alles één keer.\"\n+++\n"+text.String())
	program(t, done, "build", "-C", dir)
	copied := contents(t, dir)["public/e-mail/proef/index.md"]
	for _, u := range testenv.DirectiveUses {
		if !strings.Contains(copied, u.Copy) {
			t.Errorf("%s: the Markdown copy does not hold %q:\n%s", u.Name, u.Copy, copied)
		}
	}
	if found := regexp.MustCompile(`(?m)(?:^|\s):+(?:`+strings.Join(usedNames(testenv.DirectiveUses), "|")+`)\b.*`).FindAllString(copied, -1); len(found) > 0 || strings.Contains(copied, "Nooit te zien") {
		t.Errorf("the Markdown copy holds directives: %q", found)
	}
}

func usedNames(uses []testenv.DirectiveUse) (list []string) {
	for _, u := range uses {
		list = append(list, u.Name)
	}
	return list
}
