package markdown

import (
	"html"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// corpus returns Markdown that others wrote: what lies in the module cache and
// among the npm modules of the tests, in the order of the paths. None of it is
// part of this repository.
func corpus(t *testing.T, most int) map[string]string {
	t.Helper()
	var names []string
	roots := []string{filepath.Join(testenv.Root(t), "cmd/wegwijs/internal/testenv/browser/testdata/npm/node_modules")}
	if out, err := exec.Command("go", "env", "GOMODCACHE").Output(); err == nil {
		roots = append(roots, strings.TrimSpace(string(out)))
	}
	for _, root := range roots {
		filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // what cannot be read is not looked at
			}
			if d.IsDir() && (d.Name() == "testdata" || d.Name() == "_test" || d.Name() == "cache") {
				return fs.SkipDir
			}
			if i, err := d.Info(); err == nil && strings.EqualFold(filepath.Ext(p), ".md") && i.Size() < 64<<10 {
				names = append(names, p)
			}
			return nil
		})
	}
	slices.Sort(names)
	files := map[string]string{}
	for i := range min(most, len(names)) {
		name := names[i*len(names)/min(most, len(names))]
		if text, err := os.ReadFile(name); err == nil {
			files[name] = string(text)
		}
	}
	return files
}

// shown are foreign notations as readers would see them, found on the page and
// not in its source: another way than the program's own.
var shown = map[string]*regexp.Regexp{
	"a heading without a space":  regexp.MustCompile(`(?m)^#{2,6}[A-Z][a-z]+`),
	"a box":                      regexp.MustCompile(`(?m)^(?:!!!|\?\?\?) \w+`),
	"a bullet":                   regexp.MustCompile(`(?m)^[•●] \S`),
	"a link of a wiki":           regexp.MustCompile(`\[\[[A-Za-z][^\]\[\n]*\]\]`),
	"a shortcode":                regexp.MustCompile(`\{\{[<%] ?[a-z]`),
	"a template":                 regexp.MustCompile(`\{% ?[a-z]+ `),
	"a value":                    regexp.MustCompile(`\{\{ ?[.\w]+ ?\}\}`),
	"contents":                   regexp.MustCompile(`(?mi)^\[\[?toc\]?\]$`),
	"a mark":                     regexp.MustCompile(`(?:^|\s)==[A-Za-z][^=\n]*==(?:\s|$)`),
	"an emoji":                   regexp.MustCompile(`(?:^|\s):[a-z][a-z_]{2,}:(?:\s|$)`),
	"an attribute":               regexp.MustCompile(`\{[:.#][ \w.#=-]+\}`),
	"an abbreviation":            regexp.MustCompile(`(?m)^\*\[\w+\]: `),
	"a table without second row": regexp.MustCompile(`(?m)^\|(?: [^|\n]+ \|){2,}$`),
	"a footnote in the text":     regexp.MustCompile(`\^\[\w[^\]\n]+\]`),
	"an import":                  regexp.MustCompile(`(?m)^import \w+ from ['"]`),
	"a key":                      regexp.MustCompile(`\+\+[a-z]+\+[a-z]+\+\+`),
}

var (
	codeRE = regexp.MustCompile(`(?s)<(pre|code|kbd|samp|math|script|style)\b.*?</(?:pre|code|kbd|samp|math|script|style)>`)
	tagsRE = regexp.MustCompile(`(?s)<[^>]*>`)
)

// seenText returns what readers see of a page, but its code.
func seenText(page string) string {
	return html.UnescapeString(tagsRE.ReplaceAllString(codeRE.ReplaceAllString(page, "…"), ""))
}

// TestCorpus converts what others wrote for other programs: whatever of it
// stands on the page as it was typed has a finding. It also must not end the
// program.
func TestCorpus(t *testing.T) {
	most := 500
	if testing.Short() {
		most = 100
	}
	files := corpus(t, most)
	if len(files) < 20 {
		t.Skipf("skipped: only %d Markdown files of others are on this machine", len(files))
	}
	seen := map[string]int{}
	for name, src := range files {
		r := convert("en", []byte(src), nil)
		said := slices.ContainsFunc(r.findings, func(d diag.Diagnostic) bool {
			return d.Code == diag.Notation || d.Code == diag.PageLimit || d.Code == diag.Directive
		})
		text := seenText(r.html)
		for what, re := range shown {
			m := re.FindString(text)
			if m == "" {
				continue
			}
			seen[what]++
			if !said {
				t.Errorf("%s: %s stands on the page, and no finding says so: %q", name, what, m)
			}
		}
	}
	t.Logf("%d files; %v", len(files), seen)
}

// TestCorpusOfOurOwn: our own pages hold none.
func TestCorpusOfOurOwn(t *testing.T) {
	root := filepath.Join(testenv.Root(t), "content")
	pages := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != ".md" {
			return err
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		pages++
		r := convert("nl", src, nil)
		for _, f := range r.findings {
			if f.Code == diag.Notation {
				t.Errorf("%s: a false alarm: %s: %s", p, f.Pos, f.Msg)
			}
		}
		text := seenText(r.html)
		for what, re := range shown {
			if m := re.FindString(text); m != "" {
				t.Errorf("%s: %s stands on the page: %q", p, what, m)
			}
		}
		return nil
	})
	if err != nil || pages < 50 {
		t.Fatalf("%d pages: %v", pages, err)
	}
}
