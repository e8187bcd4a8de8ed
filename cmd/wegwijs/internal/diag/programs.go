package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// A Report is the findings of one run, as programs read them.
type Report struct {
	Version  int          `json:"version"` // of this form; now 1
	Errors   int          `json:"errors"`
	Warnings int          `json:"warnings"`
	LeftOut  int          `json:"left_out,omitempty"` // how many of them are not among the findings
	Findings []Diagnostic `json:"findings"`
}

// NewReport returns the report of ds, with texts in the language lang.
func NewReport(ds []Diagnostic, lang Lang) Report {
	n := Errors(ds)
	r := Report{Version: 1, Errors: n, Warnings: len(ds) - n, Findings: make([]Diagnostic, len(ds))}
	for i, d := range ds {
		r.Findings[i] = d.In(lang)
	}
	return r
}

// JSON writes the first findings of ds, shown of them, as one JSON document, a
// [Report] that counts all.
func JSON(w io.Writer, ds []Diagnostic, shown int, lang Lang) error {
	r := NewReport(ds, lang)
	r.LeftOut, r.Findings = len(ds)-shown, r.Findings[:shown]
	return encode(w, r)
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// The parts of SARIF 2.1.0 (OASIS Standard, 27 March 2020) that findings fill.
type (
	sarif struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    Code      `json:"id"`
		Short sarifText `json:"shortDescription"`
		Full  sarifText `json:"fullDescription"`
		Help  sarifText `json:"help"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		Rule      Code            `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		Line int `json:"startLine"`
		Col  int `json:"startColumn,omitempty"`
	}
)

// SARIF writes the findings as a SARIF 2.1.0 log, with the explanation of each
// code among them.
func SARIF(w io.Writer, ds []Diagnostic, lang Lang) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "Wegwijs", Rules: []sarifRule{}}
	rules := map[Code]int{}
	for _, d := range ds {
		d = d.In(lang)
		n, ok := rules[d.Code]
		if !ok {
			n = len(rules)
			rules[d.Code] = n
			e := d.Code.Explain(lang)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{d.Code, sarifText{e.Title}, sarifText{e.Why}, sarifText{e.Remedy}})
		}
		text := d.Msg
		if d.Hint != "" {
			text += "\n" + d.Hint
		}
		at := sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: d.Pos.File}).String()}}
		if d.Pos.Line > 0 {
			at.Region = &sarifRegion{d.Pos.Line, d.Pos.Col}
		}
		run.Results = append(run.Results, sarifResult{d.Code, n, d.Severity.String(), sarifText{text}, []sarifLocation{{at}}})
	}
	return encode(w, sarif{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// GitHub writes the findings as workflow commands, which GitHub Actions shows
// beside the lines of a change.
func GitHub(w io.Writer, ds []Diagnostic, lang Lang) error {
	var b strings.Builder
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	for _, d := range ds {
		d = d.In(lang)
		fmt.Fprintf(&b, "::%s file=%s", d.Severity, property.Replace(d.Pos.File))
		if d.Pos.Line > 0 {
			fmt.Fprintf(&b, ",line=%d", d.Pos.Line)
		}
		if d.Pos.Line > 0 && d.Pos.Col > 0 {
			fmt.Fprintf(&b, ",col=%d", d.Pos.Col)
		}
		text := d.Msg
		if d.Hint != "" {
			text += "\n" + d.Hint
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property.Replace(string(d.Code)), value.Replace(text))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
