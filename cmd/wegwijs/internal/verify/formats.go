package verify

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// An item is one thing that was checked, for programs that count such things.
type item struct {
	kind, name string // "server", "imap imap.example.nl:993 (tls)"
	product    string
	outcome    Outcome
	problems   []Problem
	days       int // that the certificate still has; only where hasDays
	hasDays    bool
}

// items returns what was checked, in the order of the report.
func (r *Report) items() []item {
	var all []item
	for i := range r.Rows {
		row := &r.Rows[i]
		it := item{kind: "server", name: name(row.Server), product: row.Product, outcome: row.Outcome()}
		for _, g := range row.grouped() {
			if len(g.at) > 0 && len(g.at) < row.tried() {
				g.Msg = diag.Sayf(r.Lang, "%s (at %s)", g.Msg, strings.Join(g.at, ", "))
			}
			it.problems = append(it.problems, g.Problem)
		}
		for _, a := range row.Addresses {
			if a.TLS != nil && (!it.hasDays || a.TLS.DaysLeft < it.days) {
				it.days, it.hasDays = a.TLS.DaysLeft, true
			}
		}
		all = append(all, it)
	}
	for i := range r.Domains {
		d := &r.Domains[i]
		add := func(kind string, ps []Problem) {
			all = append(all, item{kind: kind, name: d.Name, product: d.Product, outcome: worst(ps), problems: ps})
		}
		add("domain", d.Problems)
		if d.Live {
			add("srv", d.SRV.Problems)
			add("autoconfig", d.Autoconfig.Problems)
			add("autodiscover", d.Autodiscover.Problems)
		}
	}
	for i := range r.Profiles {
		p := &r.Profiles[i]
		all = append(all, item{kind: "profile", name: p.URL, product: p.Product, outcome: p.Check.Outcome(), problems: p.Check.Problems})
	}
	return all
}

// JUnit writes the report in the XML that build servers read as test results:
// a test case for each server, domain and profile, with what does not hold as
// failure and what could not be reached as error, or as skipped where that is
// allowed. Warnings are its output.
func (r *Report) JUnit(w io.Writer, allowUnreachable bool) error {
	type text struct {
		Message string `xml:"message,attr,omitempty"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
	type testcase struct {
		Class   string `xml:"classname,attr"`
		Name    string `xml:"name,attr"`
		Failure *text  `xml:"failure"`
		Error   *text  `xml:"error"`
		Skipped *text  `xml:"skipped"`
		Out     string `xml:"system-out,omitempty"`
	}
	suite := struct {
		XMLName   xml.Name   `xml:"testsuite"`
		Name      string     `xml:"name,attr"`
		Tests     int        `xml:"tests,attr"`
		Failures  int        `xml:"failures,attr"`
		Errors    int        `xml:"errors,attr"`
		Skipped   int        `xml:"skipped,attr"`
		Timestamp string     `xml:"timestamp,attr"`
		Cases     []testcase `xml:"testcase"`
	}{Name: "wegwijs verify", Timestamp: r.Date.String() + "T00:00:00"}
	for _, it := range r.items() {
		c := testcase{Class: it.kind, Name: it.name}
		var all, bad strings.Builder
		first := ""
		for _, p := range it.problems {
			line := fmt.Sprintf("%s [%s]\n", p.Msg, p.Code)
			if p.Said != "" {
				line += diag.Sayf(r.Lang, "it said: %q", p.Said) + "\n"
			}
			if p.Hint != "" {
				line += diag.Sayf(r.Lang, "hint") + ": " + p.Hint + "\n"
			}
			if p.Outcome == Holds {
				all.WriteString(line)
				continue
			}
			if p.Outcome == it.outcome && first == "" {
				first = p.Msg
				c.Failure = &text{Message: first, Type: string(p.Code)}
			}
			bad.WriteString(line)
		}
		c.Out = all.String()
		suite.Tests++
		if f := c.Failure; f != nil {
			f.Text = bad.String()
			switch {
			case it.outcome == DoesNotHold:
				suite.Failures++
			case allowUnreachable:
				c.Failure, c.Skipped = nil, f
				suite.Skipped++
			default:
				c.Failure, c.Error = nil, f
				suite.Errors++
			}
		}
		suite.Cases = append(suite.Cases, c)
	}
	b, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, b)
	return err
}

// Prometheus writes the report in the text format of Prometheus, as its
// textfile collector reads it: wegwijs_verify_holds is 1, 0 where something
// does not hold, and missing where nothing was learnt; the rest says how many
// days certificates still have and how many problems each code has.
func (r *Report) Prometheus(w io.Writer) error {
	var holds, reached, days, problems strings.Builder
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	for _, it := range r.items() {
		labels := fmt.Sprintf(`kind="%s",name="%s",product="%s"`, it.kind, escape.Replace(it.name), escape.Replace(it.product))
		bit := func(b bool) int {
			if b {
				return 1
			}
			return 0
		}
		fmt.Fprintf(&reached, "wegwijs_verify_reached{%s} %d\n", labels, bit(it.outcome != Unreachable))
		if it.outcome != Unreachable {
			fmt.Fprintf(&holds, "wegwijs_verify_holds{%s} %d\n", labels, bit(it.outcome == Holds))
		}
		if it.hasDays {
			fmt.Fprintf(&days, "wegwijs_verify_certificate_days{%s} %d\n", labels, it.days)
		}
		counted := map[string]int{}
		var order []string
		for _, p := range it.problems {
			if counted[string(p.Code)] == 0 {
				order = append(order, string(p.Code))
			}
			counted[string(p.Code)]++
		}
		for _, code := range order {
			fmt.Fprintf(&problems, "wegwijs_verify_problems{%s,code=\"%s\"} %d\n", labels, code, counted[code])
		}
	}
	var b strings.Builder
	for _, m := range []struct{ name, help, lines string }{
		{"holds", "Whether what is published is what the server, domain or site itself says.", holds.String()},
		{"reached", "Whether anything could be learnt from here.", reached.String()},
		{"certificate_days", "Whole days until the server's certificate ends; negative once it has.", days.String()},
		{"problems", "Problems found, by code; warnings too.", problems.String()},
	} {
		if m.lines != "" {
			fmt.Fprintf(&b, "# HELP wegwijs_verify_%s %s\n# TYPE wegwijs_verify_%[1]s gauge\n%[3]s", m.name, m.help, m.lines)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
