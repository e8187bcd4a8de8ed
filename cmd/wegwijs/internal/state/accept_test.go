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
		"not accepted":               {shot, "", []string{"5:1 warning image-alt"}},
		"before it":                  {"<!-- accept image-alt: siert alleen -->\n" + shot, "", nil},
		"in Dutch, with a blank":     {"<!-- accepteer image-alt: siert alleen -->\n\n" + shot, "", nil},
		"on its line":                {shot + " <!-- accept image-alt: siert alleen -->", "", nil},
		"over two lines":             {"<!-- accept image-alt: siert\nalleen -->\n" + shot, "", nil},
		"only the next block":        {"<!-- accept image-alt: siert alleen -->\n" + shot + "\n\n" + shot, "", []string{"8:1 warning image-alt"}},
		"not the block before":       {shot + "\n\n<!-- accept image-alt: siert alleen -->\nTekst.", "", []string{"5:1 warning image-alt", "7:1 warning accept"}},
		"nothing to accept":          {"<!-- accept image-alt: siert alleen -->\nTekst.", "", []string{"5:1 warning accept"}},
		"another code":               {"<!-- accept link-text: siert alleen -->\n" + shot, "", []string{"5:1 warning accept", "6:1 warning image-alt"}},
		"no such code":               {"<!-- accept image-alr: siert alleen -->\n" + shot, "", []string{"5:1 warning accept", "6:1 warning image-alt"}},
		"no reason":                  {"<!-- accept image-alt -->\n" + shot, "", []string{"5:1 warning accept", "6:1 warning image-alt"}},
		"an error cannot be":         {"<!-- accept link-page: ja -->\n[x](nergens.md)", "", []string{"5:1 warning accept", "6:1 error link-page"}},
		"a comment of another kind":  {"<!-- zomaar -->", "", []string{"5:1 error markdown-html"}},
		"off":                        {shot, "[check.severity]\nimage-alt = \"off\"\n", nil},
		"an error":                   {shot, "[check.severity]\nimage-alt = \"error\"\n", []string{"5:1 error image-alt"}},
		"an error stays one":         {"[x](nergens.md)", "[check.severity]\nlink-page = \"off\"\n", []string{"5:1 error link-page"}},
		"a severity that is none":    {"Tekst.", "[check.severity]\nimage-alt = \"fout\"\n", []string{"error toml-value"}},
		"a code that is none":        {"Tekst.", "[check.severity]\nimage-alr = \"off\"\n", []string{"error config-check"}},
		"a comment in the Dutch way": {"<!-- accept image-alt: een, twee: drie -->\n" + shot, "", nil},
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
