package markdown

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/renderer/html"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// An example of the CommonMark specification.
type example struct {
	Markdown, HTML, Section string
	Example                 int
}

var readSpec = sync.OnceValues(func() ([]example, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yuin/goldmark").Output()
	if err != nil {
		return nil, fmt.Errorf("find goldmark: %w", err)
	}
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "_test", "spec.json"))
	if err != nil {
		return nil, err
	}
	var list []example
	return list, json.Unmarshal(b, &list)
})

// spec gives the examples of CommonMark 0.31 as goldmark's own tests have them.
func spec(t testing.TB) []example {
	t.Helper()
	list, err := readSpec()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 600 {
		t.Fatalf("the specification has %d examples, want over 600", len(list))
	}
	return list
}

// difference is one way in which this program differs from CommonMark, with
// the examples that show it. same undoes it, in what the specification wants
// and in what came out, or fails.
type difference struct {
	why      string
	examples []int
	same     func(t *testing.T, x example, want, got string, findings []diag.Diagnostic) (string, string)
}

var (
	voidRE = regexp.MustCompile(`<(hr|br|img[^>]*?) />`)
	idRE   = regexp.MustCompile(`(<h[1-6]) id="[^"]*"`)
)

var bareRE = regexp.MustCompile(`<a href="[^"]*">((?:https?://|foo@)[^<]*)</a>`)

var figureRE = regexp.MustCompile(`<figure>(<img src="[^"]*" alt="[^"]*")><figcaption>([^<]*)</figcaption></figure>`)

var differences = []difference{{
	why:      "the title of an image by itself is its caption",
	examples: []int{572, 573, 576, 577, 584, 585, 586, 588, 589, 591},
	same: func(t *testing.T, _ example, want, got string, _ []diag.Diagnostic) (string, string) {
		return want, figureRE.ReplaceAllString(got, `<p>$1 title="$2"></p>`)
	},
}, {
	why:      "a bare address is a link, as in GFM",
	examples: []int{608, 611, 612},
	same: func(t *testing.T, _ example, want, got string, _ []diag.Diagnostic) (string, string) {
		return want, bareRE.ReplaceAllString(got, "$1")
	},
}, {
	why: "the pages are HTML, not XHTML: <hr> and not <hr />",
	examples: []int{
		11, 16, 43, 47, 50, 51, 52, 53, 54, 57, 58, 60, 61, 77, 85, 88, 92, 94, 96, 98, 99, 100, 101, 104, 105, 115,
		226, 234, 246, 517, 520, 531, 572, 573, 574, 575, 576, 577, 578, 579, 580, 581, 582, 583, 584, 585, 586, 587,
		588, 589, 591, 633, 634, 635, 636, 637, 638, 639,
	},
	same: func(t *testing.T, _ example, want, got string, _ []diag.Diagnostic) (string, string) {
		return voidRE.ReplaceAllString(want, "<$1>"), got
	},
}, {
	why: "every heading has an id",
	examples: []int{
		10, 59, 62, 66, 67, 68, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 86, 89, 90, 91, 95, 96, 102,
		103, 115, 141, 214, 215, 227, 228, 229, 230, 232, 300, 646, 647,
	},
	same: func(t *testing.T, _ example, want, got string, _ []diag.Diagnostic) (string, string) {
		return want, idRE.ReplaceAllString(got, "$1")
	},
}, {
	why: "raw HTML is refused; what stands around it is as in CommonMark",
	examples: []int{
		21, 31, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167,
		168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189,
		190, 191, 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536, 613, 614, 615, 616, 617, 623, 625, 626, 627,
		628, 629, 630, 631, 642, 643,
	},
	same: func(t *testing.T, x example, want, got string, findings []diag.Diagnostic) (string, string) {
		// goldmark without our extensions, once with raw HTML and once without:
		// the first is the specification, the second what is left of it here.
		if whole := plainGoldmark(t, x.Markdown, goldmark.WithRendererOptions(html.WithXHTML(), html.WithUnsafe())); whole != want {
			t.Errorf("example %d: goldmark itself gives %q, want %q", x.Example, whole, want)
		}
		if !slices.ContainsFunc(findings, func(d diag.Diagnostic) bool {
			return d.Code == "markdown-html" && d.Severity == diag.Error && d.Hint != ""
		}) {
			t.Errorf("example %d: the raw HTML is not reported:\n%s", x.Example, x.Markdown)
		}
		return plainGoldmark(t, x.Markdown), got
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

// TestSpec runs the examples of CommonMark through our own engine. Each one
// gives the wanted HTML or is in the table, with the reason.
func TestSpec(t *testing.T) {
	e := New(Options{})
	for _, x := range spec(t) {
		out := new(diag.List)
		var h, m bytes.Buffer
		e.Convert(&Input{File: "spec.md", Src: []byte(x.Markdown), Out: out}, &h, &m)
		findings := out.Sorted()
		got, want := strings.ReplaceAll(h.String(), `<pre tabindex="0">`, "<pre>"), x.HTML // what scrolls is reachable by keyboard
		for _, f := range findings {                                                       // what CommonMark takes, this program takes, but for what no writer means
			if slices.Contains([]diag.Code{diag.HeadingLevel, diag.HeadingText, diag.LinkReference, diag.Notation}, f.Code) || f.Code == "markdown-html" && strings.Contains(got, "<!-- raw HTML omitted -->") {
				continue
			}
			t.Errorf("example %d: got the finding %s %s\n%s", x.Example, f.Pos, f.Msg, x.Markdown)
		}
		if got == want {
			for _, d := range differences {
				if slices.Contains(d.examples, x.Example) {
					t.Errorf("example %d no longer differs; take it off the list (%s)", x.Example, d.why)
				}
			}
			continue
		}
		left := want
		for i := len(differences) - 1; i >= 0; i-- { // raw HTML first: it makes the text anew
			d := differences[i]
			if !slices.Contains(d.examples, x.Example) {
				continue
			}
			before, was := left, got
			left, got = d.same(t, x, left, got, findings)
			if left == before && got == was {
				t.Errorf("example %d does not show what it is listed for: %s", x.Example, d.why)
			}
		}
		if got != left {
			t.Errorf("example %d (%s) differs from CommonMark:\n%s\ngot\n%s\nwant\n%s", x.Example, x.Section, x.Markdown, got, left)
		}
	}
}
