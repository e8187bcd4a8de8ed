package state_test

import (
	"slices"
	"strings"
	"testing"
)

// A warning can be accepted where it stands, with a reason; site.toml says what
// the warnings of a code are.
func TestAcceptedAndWeighed(t *testing.T) {
	config := string(tree(t)["site.toml"].Data)
	const shot = "![](s.svg)"
	for name, c := range map[string]struct {
		text, toml string
		want       []string // place and code of each finding
	}{
		"not accepted":                 {shot, "", []string{"5:1 warning image-alt"}},
		"before it":                    {"<!-- accept image-alt: siert alleen -->\n" + shot, "", nil},
		"in Dutch, with a blank":       {"<!-- accepteer image-alt: siert alleen -->\n\n" + shot, "", nil},
		"on its line":                  {shot + " <!-- accept image-alt: siert alleen -->", "", nil},
		"over two lines":               {"<!-- accept image-alt: siert\nalleen -->\n" + shot, "", nil},
		"only the next block":          {"<!-- accept image-alt: siert alleen -->\n" + shot + "\n\n" + shot, "", []string{"8:1 warning image-alt"}},
		"not the block before":         {shot + "\n\n<!-- accept image-alt: siert alleen -->\nTekst.", "", []string{"5:1 warning image-alt", "7:1 warning accept"}},
		"anywhere in its block":        {shot + "\nen tekst <!-- accept image-alt: siert alleen -->\nen nog " + shot, "", nil},
		"not the next item":            {"- <!-- accept image-alt: siert alleen -->\n  " + shot + "\n- " + shot, "", []string{"7:3 warning image-alt"}},
		"not the item after its line":  {"- " + shot + " <!-- accept image-alt: siert alleen -->\n- " + shot, "", []string{"6:3 warning image-alt"}},
		"not the list in its item":     {"- " + shot + " <!-- accept image-alt: siert alleen -->\n  - " + shot, "", []string{"6:5 warning image-alt"}},
		"a whole list":                 {"<!-- accept image-alt: siert alleen -->\n- " + shot + "\n- " + shot + "\n\n  " + shot + "\n\n" + shot, "", []string{"11:1 warning image-alt"}},
		"not what follows a container": {":::note\n<!-- accept image-alt: siert alleen -->\n" + shot + "\n:::\n" + shot, "", []string{"9:1 warning image-alt"}},
		"a whole container":            {"<!-- accept image-alt: siert alleen -->\n:::note\n" + shot + "\n\n" + shot + "\n:::\n" + shot, "", []string{"11:1 warning image-alt"}},
		"at the end of a container":    {":::note\nTekst.\n\n<!-- accept image-alt: siert alleen -->\n:::\n" + shot, "", []string{"8:1 warning accept", "10:1 warning image-alt"}},
		"a blank line in code":         {"<!-- accept image-alt: siert alleen -->\n```text\na\n\nb\n```\n" + shot, "", []string{"5:1 warning accept", "11:1 warning image-alt"}},
		"a quotation":                  {"<!-- accept image-alt: siert alleen -->\n> " + shot + "\n>\n> " + shot + "\n\n" + shot, "", []string{"10:1 warning image-alt"}},
		"a paragraph in a quotation":   {"> <!-- accept image-alt: siert alleen -->\n> " + shot + "\n>\n> " + shot, "", []string{"8:3 warning image-alt"}},
		"a table":                      {"<!-- accept image-alt: siert alleen -->\n| a | b |\n|---|---|\n| " + shot + " | c |\n| d | " + shot + " |\n\n" + shot, "", []string{"11:1 warning image-alt"}},
		"a row":                        {"| a | b |\n|---|---|\n| " + shot + " <!-- accept image-alt: siert alleen --> | c |\n| d | " + shot + " |", "", []string{"8:7 warning image-alt"}},
		"two before one block":         {"<!-- accept image-alt: siert alleen -->\n<!-- accept notation: dat staat er -->\n" + shot + " H~2~O", "", nil},
		"a heading":                    {"<!-- accept image-alt: siert alleen -->\n## Kop " + shot + "\n" + shot, "", []string{"7:1 warning image-alt"}},
		"nothing to accept":            {"<!-- accept image-alt: siert alleen -->\nTekst.", "", []string{"5:1 warning accept"}},
		"another code":                 {"<!-- accept link-text: siert alleen -->\n" + shot, "", []string{"5:1 warning accept", "6:1 warning image-alt"}},
		"no such code":                 {"<!-- accept image-alr: siert alleen -->\n" + shot, "", []string{"5:1 warning accept", "6:1 warning image-alt"}},
		"no reason":                    {"<!-- accept image-alt -->\n" + shot, "", []string{"5:1 warning accept", "6:1 warning image-alt"}},
		"an error cannot be":           {"<!-- accept link-page: ja -->\n[x](nergens.md)", "", []string{"5:1 warning accept", "6:1 error link-page"}},
		"a comment of another kind":    {"<!-- zomaar -->", "", []string{"5:1 error markdown-html"}},
		"off":                          {shot, "[check.severity]\nimage-alt = \"off\"\n", nil},
		"an error":                     {shot, "[check.severity]\nimage-alt = \"error\"\n", []string{"5:1 error image-alt"}},
		"an error stays one":           {"[x](nergens.md)", "[check.severity]\nlink-page = \"off\"\n", []string{"5:1 error link-page"}},
		"a severity that is none":      {"Tekst.", "[check.severity]\nimage-alt = \"fout\"\n", []string{"error toml-value"}},
		"a code that is none":          {"Tekst.", "[check.severity]\nimage-alr = \"off\"\n", []string{"error config-check"}},
		"a comment in the Dutch way":   {"<!-- accept image-alt: een, twee: drie -->\n" + shot, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			ds := findings(t, "site.toml", config+"\n"+c.toml, "content/nl/s.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>`, "content/nl/a.md", "+++\ntitle = \"A\"\ndescription = \"A.\"\n+++\n"+c.text+"\n")
			var got []string
			for _, d := range ds {
				_, place, _ := strings.Cut(d.Pos.String(), ".md:")
				got = append(got, strings.TrimSpace(place+" "+d.Severity.String()+" "+string(d.Code)))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q (%v)", got, c.want, ds)
			}
		})
	}
}

// A reader never sees the comment.
func TestAcceptedLeavesNoTrace(t *testing.T) {
	m := tree(t, md("nl/a", `title = "A"`, "Een ![](s.svg) <!-- accept image-alt: siert --> woord.\n\n<!-- accept image-alt: siert -->\n![](s.svg)"))
	m["content/nl/s.svg"] = tree(t, md("nl/s", "", ""))["site.toml"]
	s, _ := load(t, m)
	for _, f := range []string{"a/index.html", "a/index.md"} {
		if got := text(t, s, f); strings.Contains(got, "accept") || strings.Contains(got, "omitted") {
			t.Errorf("%s: %s", f, got)
		}
	}
}
