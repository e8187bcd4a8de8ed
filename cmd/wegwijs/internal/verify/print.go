package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	dim    = "\x1b[2m"
	reset  = "\x1b[0m"
)

// A printer lays the report out for people.
type printer struct {
	bytes.Buffer
	color bool
}

func (p *printer) paint(color, s string) string {
	if !p.color {
		return s
	}
	return color + s + reset
}

func (p *printer) outcome(o Outcome) string {
	s := fmt.Sprintf("%-20s", o)
	switch o {
	case Unreachable:
		return p.paint(yellow, s)
	case DoesNotHold:
		return p.paint(red, s)
	}
	return p.paint(green, s)
}

// Print writes the report for people: each row with its place in site.toml,
// what was seen, and what to do, and a count at the end.
func (r *Report) Print(w io.Writer, color bool) error {
	p := &printer{color: color}
	for i := range r.Rows {
		p.row(&r.Rows[i])
	}
	for i := range r.Domains {
		d := &r.Domains[i]
		p.check("dns of "+d.Name, d, &d.SRV)
		p.check("autoconfig of "+d.Name, d, &d.Autoconfig)
	}
	n := r.counts()
	fmt.Fprintf(p, "%s of %s: %d hold, %d do not hold, %d could not be reached\n", r.Date, plural(len(r.Rows), "server"), n.Holds, n.DoesNotHold, n.Unreachable)
	_, err := w.Write(p.Bytes())
	return err
}

func (p *printer) row(r *Row) {
	fmt.Fprintf(p, "%s %-46s %s\n", p.outcome(r.Outcome()), name(r.Server), p.paint(dim, r.Server.Pos.String()))
	p.problems("", r.Problems)
	for i := range r.Addresses {
		a := &r.Addresses[i]
		fmt.Fprintf(p, "    %s: %s\n", a.IP, a.summary())
		p.problems("  ", a.Problems)
	}
}

// summary is what was seen at an address, in one line.
func (a *Address) summary() string {
	if a.Skipped != "" {
		return "skipped: " + a.Skipped
	}
	if a.TLS == nil && a.Greeting == "" {
		return "nothing was heard"
	}
	var parts []string
	if t := a.TLS; t != nil {
		parts = append(parts, t.Version, "certificate of "+t.Issuer)
		if t.DaysLeft < 0 {
			parts = append(parts, "expired on "+t.NotAfter[:10])
		} else {
			parts = append(parts, plural(t.DaysLeft, "day")+" left")
		}
	} else {
		parts = append(parts, "no encryption")
	}
	if a.Greeting != "" {
		parts = append(parts, fmt.Sprintf("greeting %q", a.Greeting))
	} else {
		parts = append(parts, "no greeting")
	}
	return strings.Join(parts, ", ")
}

func (p *printer) problems(indent string, ps []Problem) {
	for _, x := range ps {
		color, mark := yellow, "warning"
		switch x.Outcome {
		case DoesNotHold:
			color, mark = red, "wrong"
		case Unreachable:
			mark = "no answer"
		}
		fmt.Fprintf(p, "    %s%s: %s %s\n", indent, p.paint(color, mark), x.Msg, p.paint(dim, "["+string(x.Code)+"]"))
		if x.Said != "" {
			fmt.Fprintf(p, "    %s  it said: %q\n", indent, x.Said)
		}
		if x.Hint != "" {
			fmt.Fprintf(p, "    %s  hint: %s\n", indent, strings.ReplaceAll(x.Hint, "\n", "\n    "+indent+"        "))
		}
	}
}

func (p *printer) check(what string, d *Domain, c *Check) {
	o := p.outcome(c.Outcome())
	if !d.Live && len(c.Problems) == 0 {
		o = p.paint(dim, fmt.Sprintf("%-20s", "not live"))
	}
	fmt.Fprintf(p, "%s %-46s %s\n", o, what, p.paint(dim, d.Pos.String()))
	for _, s := range c.Seen {
		fmt.Fprintf(p, "    %s\n", s)
	}
	p.problems("", c.Problems)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

type counts struct {
	Holds       int `json:"holds"`
	DoesNotHold int `json:"doesNotHold"`
	Unreachable int `json:"unreachable"`
}

func (r *Report) counts() counts {
	var n [3]int
	for i := range r.Rows {
		n[r.Rows[i].Outcome()]++
	}
	return counts{n[Holds], n[DoesNotHold], n[Unreachable]}
}

// JSON writes the report as one document, with the same facts as Print:
// {"date", "outcome", "counts" (of rows), "rows", "domains"}.
func (r *Report) JSON(w io.Writer) error {
	type address struct {
		IP           string    `json:"ip"`
		Outcome      Outcome   `json:"outcome"`
		Skipped      string    `json:"skipped,omitempty"`
		Greeting     string    `json:"greeting,omitempty"`
		Capabilities []string  `json:"capabilities,omitempty"`
		TLS          *TLS      `json:"tls,omitempty"`
		Problems     []Problem `json:"problems,omitempty"`
	}
	type row struct {
		Product   string        `json:"product"`
		Protocol  mail.Protocol `json:"protocol"`
		Host      string        `json:"host"`
		Port      int           `json:"port"`
		Security  mail.Security `json:"security"`
		Pos       diag.Pos      `json:"pos"`
		Outcome   Outcome       `json:"outcome"`
		Problems  []Problem     `json:"problems,omitempty"`
		Addresses []address     `json:"addresses"`
	}
	type check struct {
		Outcome   Outcome   `json:"outcome"`
		Published bool      `json:"published"`
		Seen      []string  `json:"seen,omitempty"`
		Problems  []Problem `json:"problems,omitempty"`
	}
	type domain struct {
		Product    string   `json:"product"`
		Name       string   `json:"name"`
		Pos        diag.Pos `json:"pos"`
		Live       bool     `json:"live"`
		SRV        check    `json:"srv"`
		Autoconfig check    `json:"autoconfig"`
	}
	doc := struct {
		Date    string   `json:"date"`
		Outcome Outcome  `json:"outcome"`
		Counts  counts   `json:"counts"`
		Rows    []row    `json:"rows"`
		Domains []domain `json:"domains"`
	}{r.Date.String(), r.Outcome(), r.counts(), []row{}, []domain{}}
	for i := range r.Rows {
		x := &r.Rows[i]
		s := x.Server
		out := row{x.Product, s.Protocol, s.Host, s.Port, s.Security, s.Pos, x.Outcome(), x.Problems, []address{}}
		for j := range x.Addresses {
			a := &x.Addresses[j]
			out.Addresses = append(out.Addresses, address{a.IP.String(), a.Outcome(), a.Skipped, a.Greeting, a.Capabilities, a.TLS, a.Problems})
		}
		doc.Rows = append(doc.Rows, out)
	}
	for i := range r.Domains {
		d := &r.Domains[i]
		conv := func(c *Check) check { return check{c.Outcome(), c.Published, c.Seen, c.Problems} }
		doc.Domains = append(doc.Domains, domain{d.Product, d.Name, d.Pos, d.Live, conv(&d.SRV), conv(&d.Autoconfig)})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}
