package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// many are findings of every code, with and without a place, a hint and signs
// that the forms escape.
func many() []Diagnostic {
	src := []byte("een\né “x” 😀 y\n")
	var ds []Diagnostic
	for i, c := range Codes() {
		d := Diagnostic{Pos: At("content/nl/"+string(c)+" é%:,.md", src, 4+i%9), Severity: Severity(i % 2), Code: c, Msg: Say("%s answers", fmt.Sprintf("100%% \"%d\"", i))}
		switch i % 4 {
		case 0:
			d.Hint = "een\ntwee: drie, vier"
		case 1:
			d.Pos = Pos{File: "site.toml"}
		case 2:
			d.Pos = Pos{File: "site.toml", Line: i}
		}
		ds = append(ds, d)
	}
	return Sort(ds)
}

// facts are what every form says of a finding.
type facts struct {
	file, code, severity, text string
	line, col                  int
}

// TestSARIFSchema holds a log of findings of every code against the schema of the
// standard, in each language; so it does one without any.
func TestSARIFSchema(t *testing.T) {
	data, err := os.ReadFile("testdata/npm/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("the npm packages are not there: run npm ci in cmd/wegwijs/internal/diag/testdata/npm")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []Lang{English, Dutch} {
		for _, ds := range [][]Diagnostic{many(), nil} {
			var b bytes.Buffer
			if err := SARIF(&b, ds, lang); err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(&b)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s, %d findings: %v", lang, len(ds), err)
			}
		}
	}
	v, _ := jsonschema.UnmarshalJSON(strings.NewReader(`{"version": "2.1.0", "runs": [{"results": []}]}`))
	if schema.Validate(v) == nil {
		t.Error("the schema takes a log without a tool")
	}
}

var commandRE = regexp.MustCompile(`^::(error|warning) file=([^,]*)(?:,line=(\d+))?(?:,col=(\d+))?,title=([^:]*)::(.*)$`)

// TestFormsAgree: JSON, SARIF and GitHub's commands say the same of each finding,
// in the same order.
func TestFormsAgree(t *testing.T) {
	ds := many()
	for _, lang := range []Lang{English, Dutch} {
		var fromJSON, fromSARIF, fromGitHub []facts
		join := func(msg, hint string) string { return strings.TrimSuffix(msg+"\n"+hint, "\n") }
		var b bytes.Buffer
		if err := JSON(&b, ds, len(ds), lang); err != nil {
			t.Fatal(err)
		}
		var report struct {
			Findings []struct {
				Pos struct {
					File      string
					Line, Col int
				}
				Severity, Code, Message, Hint string
			}
		}
		if err := json.Unmarshal(b.Bytes(), &report); err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Findings {
			fromJSON = append(fromJSON, facts{f.Pos.File, f.Code, f.Severity, join(f.Message, f.Hint), f.Pos.Line, f.Pos.Col})
		}
		b.Reset()
		if err := SARIF(&b, ds, lang); err != nil {
			t.Fatal(err)
		}
		var log sarif
		if err := json.Unmarshal(b.Bytes(), &log); err != nil {
			t.Fatal(err)
		}
		run := log.Runs[0]
		for _, r := range run.Results {
			at := r.Locations[0].Physical
			name, err := url.PathUnescape(at.Artifact.URI)
			if err != nil || run.Tool.Driver.Rules[r.RuleIndex].ID != r.Rule {
				t.Errorf("%+v: %v", r, err)
			}
			f := facts{file: name, code: string(r.Rule), severity: r.Level, text: r.Message.Text}
			if at.Region != nil {
				f.line, f.col = at.Region.Line, at.Region.Col
			}
			fromSARIF = append(fromSARIF, f)
		}
		b.Reset()
		if err := GitHub(&b, ds, lang); err != nil {
			t.Fatal(err)
		}
		plain := strings.NewReplacer("%0A", "\n", "%0D", "\r", "%3A", ":", "%2C", ",", "%25", "%")
		for line := range strings.Lines(b.String()) {
			m := commandRE.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
			if m == nil {
				t.Fatalf("not a command: %s", line)
			}
			f := facts{file: plain.Replace(m[2]), code: m[5], severity: m[1], text: plain.Replace(m[6])}
			fmt.Sscan(m[3], &f.line)
			fmt.Sscan(m[4], &f.col)
			fromGitHub = append(fromGitHub, f)
		}
		if !slices.Equal(fromJSON, fromSARIF) {
			t.Errorf("%s: JSON and SARIF differ:\n%v\n%v", lang, fromJSON, fromSARIF)
		}
		if !slices.Equal(fromJSON, fromGitHub) {
			t.Errorf("%s: JSON and GitHub differ:\n%v\n%v", lang, fromJSON, fromGitHub)
		}
		if len(fromJSON) != len(Codes()) {
			t.Errorf("%d findings, want one of each of the %d codes", len(fromJSON), len(Codes()))
		}
	}
}
