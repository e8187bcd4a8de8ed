package state

import (
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestPicturesOfTheTheme: a logo, an icon and any other SVG of the layouts are
// looked into as those beside pages are.
func TestPicturesOfTheTheme(t *testing.T) {
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"`
	for name, tt := range map[string]struct {
		picture string
		runs    bool
	}{
		"a plain one":          {svg + `><path d="M1 1h3"/></svg>`, false},
		"a gradient":           {svg + `><defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs><path fill="url(#a)" d="M1 1h3v3z"/></svg>`, false},
		"a script":             {svg + `><script>alert(1)</script></svg>`, true},
		"an event":             {svg + ` onload="alert(1)"/>`, true},
		"a link that runs":     {svg + `><a href="javascript:alert(1)"><path d="M1 1h3"/></a></svg>`, true},
		"a page in it":         {svg + `><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="https://x.example"/></foreignObject></svg>`, true},
		"an animated event":    {svg + `><path d="M1 1h3"><set attributeName="onclick" to="alert(1)"/></path></svg>`, true},
		"a script by its name": {svg + `><s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script></svg>`, true},
	} {
		for _, role := range []string{"logo", "icon", "none"} {
			fsys := fstest.MapFS{}
			files := testenv.SmallSite(t)
			files["layouts/assets/merk.svg"] = tt.picture
			if role != "none" {
				files["site.toml"] += "\n[provider]\nname = \"X\"\n" + role + " = \"merk.svg\"\n"
			} else {
				files["layouts/base.html"] = strings.Replace(files["layouts/base.html"], "</main>", `<img src="{{ asset "merk.svg" }}" alt=""></main>`, 1)
			}
			for f, text := range files {
				fsys[f] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
			}
			s, err := Load(t.Context(), fsys, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, d := range s.Findings() {
				if d.Code == diag.FileRuns && d.Pos.File == "layouts/assets/merk.svg" && d.Severity == diag.Error {
					found++
				}
			}
			if found > 1 || (found == 1) != tt.runs {
				t.Errorf("%s as %s: %d findings, runs %v", name, role, found, tt.runs)
			}
		}
	}
}
