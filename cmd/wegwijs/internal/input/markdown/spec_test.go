package markdown

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/renderer/html"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// An example of a specification.
type example struct {
	Spec                    string // CommonMark or GFM
	Markdown, HTML, Section string
	Example                 int
}

func (x example) String() string { return fmt.Sprintf("%s, example %d", x.Spec, x.Example) }

// specs are the specifications, each with how many examples it has.
var specs = map[string]int{"CommonMark": 652, "GFM": 677} // 0.31.2 and 0.29-gfm

var readSpecs = sync.OnceValues(func() ([]example, error) {
	out, err := exec.Command("node", "testdata/npm/examples.mjs").Output()
	if err != nil {
		return nil, err
	}
	var by map[string][]example
	if err := json.Unmarshal(out, &by); err != nil {
		return nil, err
	}
	var list []example
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		if len(by[name]) != specs[name] {
			return nil, fmt.Errorf("%s has %d examples, want %d", name, len(by[name]), specs[name])
		}
		for _, x := range by[name] {
			x.Spec = name
			list = append(list, x)
		}
	}
	return list, nil
})

// spec returns the examples of the specifications of CommonMark and of GitHub's
// Markdown, as npm has them; none where they are not installed, which is a
// mistake on CI.
func spec(t testing.TB) []example {
	t.Helper()
	if _, err := os.Stat("testdata/npm/node_modules"); err != nil && !testenv.CI() {
		return nil
	}
	list, err := readSpecs()
	if err != nil {
		t.Fatal("the examples of the specifications: ", err)
	}
	return list
}

// difference is one way in which this program differs from the specifications,
// with the examples that show it. same undoes it, in what the specification
// wants and in what came out, or fails.
type difference struct {
	why             string
	commonMark, gfm []int // numbers of examples
	same            func(t *testing.T, x example, want, got string, findings []diag.Diagnostic) (string, string)
}

// of reports whether an example shows the difference.
func (d difference) of(x example) bool {
	return slices.Contains(map[string][]int{"CommonMark": d.commonMark, "GFM": d.gfm}[x.Spec], x.Example)
}

// ours takes out of a page what this program adds to every one, and writes the
// specification's HTML as a page has it.
func ours(want, got string) (string, string) {
	want = voidRE.ReplaceAllString(want, "<$1>") // HTML, not XHTML
	got = headingRE.ReplaceAllString(got, "$1")  // every heading has an id
	got = scopeRE.ReplaceAllString(got, "")      // cells are heads of their column or row, and know its name
	got = colourRE.ReplaceAllString(got, "$1")   // code has colours
	return want, strings.NewReplacer(
		`<pre tabindex="0">`, "<pre>", `<pre class="hl" tabindex="0">`, "<pre>", // what scrolls is reachable by keyboard
		"<div class=\"table\">\n", "", "<div class=\"table cards\">\n", "", "</table>\n</div>", "</table>", // a table may scroll
		` class="center"`, ` align="center"`, ` class="end"`, ` align="right"`, // no style but in style sheets
	).Replace(got)
}

var (
	voidRE    = regexp.MustCompile(`<(hr|br|img[^>]*?) />`)
	headingRE = regexp.MustCompile(`(<h[1-6]) id="[^"]*"`)
	colourRE  = regexp.MustCompile(`<span class="[a-z]">([^<]*)</span>`)
	scopeRE   = regexp.MustCompile(` (?:scope|data-label)="[^"]*"`)
)

var bareRE = regexp.MustCompile(`<a href="[^"]*">((?:https?://|foo@)[^<]*)</a>`)

var xmppRE = regexp.MustCompile(`<a href="xmpp:[^"]*">([^<]*)</a>`)

var figureRE = regexp.MustCompile(`<figure>(<img src="[^"]*" alt="[^"]*")><figcaption>([^<]*)</figcaption></figure>`)

var differences = []difference{{
	why:        "the title of an image by itself is its caption",
	commonMark: []int{572, 573, 576, 577, 584, 585, 586, 588, 589, 591},
	gfm:        []int{581, 582, 585, 586, 593, 594, 595, 597, 598, 600},
	same: func(t *testing.T, _ example, want, got string, _ []diag.Diagnostic) (string, string) {
		return want, figureRE.ReplaceAllString(got, `<p>$1 title="$2"></p>`)
	},
}, {
	why:        "a bare address is a link, as in GitHub's Markdown",
	commonMark: []int{608, 611, 612},
	gfm:        []int{617, 620, 621},
	same: func(t *testing.T, _ example, want, got string, _ []diag.Diagnostic) (string, string) {
		return want, bareRE.ReplaceAllString(got, "$1")
	},
}, {
	why: "a task is a sign, not a box that nobody can tick",
	gfm: []int{279, 280},
	same: func(t *testing.T, _ example, want, got string, _ []diag.Diagnostic) (string, string) {
		return want, strings.NewReplacer(`<span class="task">☐</span>`, `<input disabled="" type="checkbox">`, `<span class="task">☑</span>`, `<input checked="" disabled="" type="checkbox">`).Replace(got)
	},
}, {
	why: "pages lead to the web, mail and telephone, and to nothing else",
	gfm: []int{633, 634, 635},
	same: func(t *testing.T, _ example, want, got string, _ []diag.Diagnostic) (string, string) {
		return xmppRE.ReplaceAllString(want, "$1"), got
	},
}, {
	why: "raw HTML is refused; what stands around it is as in CommonMark",
	commonMark: []int{
		21, 31, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167,
		168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189,
		190, 191, 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536, 613, 614, 615, 616, 617, 623, 625, 626, 627,
		628, 629, 630, 631, 642, 643,
	},
	gfm: []int{
		118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139,
		140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 170,
		288, 289, 317, 327, 354, 484, 485, 486, 501, 504, 533, 545, 636, 637, 638, 639, 640, 646, 648, 649, 650, 651,
		652, 653, 654, 655, 657, 667, 668,
	},
	same: func(t *testing.T, x example, want, got string, findings []diag.Diagnostic) (string, string) {
		// goldmark without our extensions, once with raw HTML and once without:
		// the first is CommonMark, the second what is left of it here. (GitHub's
		// examples are of an older edition, with comments of another form.)
		if whole := plainGoldmark(t, x.Markdown, goldmark.WithRendererOptions(html.WithXHTML(), html.WithUnsafe())); x.Spec == "CommonMark" && whole != x.HTML {
			t.Errorf("%s: goldmark itself gives %q, want %q", x, whole, want)
		}
		if !slices.ContainsFunc(findings, func(d diag.Diagnostic) bool {
			return d.Code == "markdown-html" && d.Severity == diag.Error && d.Hint != ""
		}) {
			t.Errorf("%s: the raw HTML is not reported:\n%s", x, x.Markdown)
		}
		left, _ := ours(plainGoldmark(t, x.Markdown), got)
		return left, got
	},
}}

func plainGoldmark(t *testing.T, src string, opts ...goldmark.Option) string {
	t.Helper()
	var b bytes.Buffer
	if err := goldmark.New(opts...).Convert([]byte(src), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSpec runs the examples of CommonMark and of GitHub's Markdown through our
// own engine. But for what is [ours], each one gives the wanted HTML or is in the table, with the reason.
func TestSpec(t *testing.T) {
	examples := spec(t)
	if examples == nil {
		testenv.Missing(t, "the specifications (npm ci in cmd/wegwijs/internal/input/markdown/testdata/npm)")
	}
	e := New(Options{})
	for _, x := range examples {
		out := new(diag.List)
		var h, m bytes.Buffer
		e.Convert(&Input{File: "spec.md", Src: []byte(x.Markdown), Out: out}, &h, &m)
		findings := out.Sorted()
		want, got := ours(x.HTML, h.String())
		for _, f := range findings { // what CommonMark takes, this program takes, but for what no writer means
			if slices.Contains([]diag.Code{diag.HeadingLevel, diag.CodeLanguage, diag.CodeSettings, diag.HeadingText, diag.LinkReference, diag.Notation, diag.TableRow}, f.Code) || f.Code == "markdown-html" && strings.Contains(got, "<!-- raw HTML omitted -->") {
				continue
			}
			t.Errorf("%s: got the finding %s %s\n%s", x, f.Pos, f.Msg, x.Markdown)
		}
		if got == want {
			for _, d := range differences {
				if d.of(x) {
					t.Errorf("%s no longer differs; take it off the list (%s)", x, d.why)
				}
			}
			continue
		}
		left := want
		for _, d := range slices.Backward(differences) { // raw HTML first: it makes the text anew
			if !d.of(x) {
				continue
			}
			before, was := left, got
			left, got = d.same(t, x, left, got, findings)
			if left == before && got == was {
				t.Errorf("%s does not show what it is listed for: %s", x, d.why)
			}
		}
		if got != left {
			t.Errorf("%s (%s) differs:\n%s\ngot\n%s\nwant\n%s", x, x.Section, x.Markdown, got, left)
		}
	}
}
