package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
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
	lang  diag.Lang
}

func (p *printer) say(format string, args ...any) string { return diag.Sayf(p.lang, format, args...) }

func (p *printer) paint(color, s string) string {
	if !p.color {
		return s
	}
	return color + s + reset
}

func (p *printer) outcome(o Outcome) string {
	s := fmt.Sprintf("%-20s", diag.In(p.lang, o.String()))
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
	p := &printer{color: color, lang: r.Lang}
	for i := range r.Rows {
		p.row(&r.Rows[i])
	}
	for i := range r.Domains {
		d := &r.Domains[i]
		if !d.Live {
			p.check(p.say("the domain %s", d.Name), d.Pos, &Check{Problems: d.Problems})
			continue
		}
		p.check(p.say("the DNS of %s", d.Name), d.Pos, &Check{Seen: d.SRV.Seen, Problems: slices.Concat(d.Problems, d.SRV.Problems)})
		p.check(p.say("autoconfig of %s", d.Name), d.Pos, &d.Autoconfig)
		p.check(p.say("Autodiscover of %s", d.Name), d.Pos, &d.Autodiscover)
	}
	for i := range r.Profiles {
		p.check(p.say("the profile of %s", r.Profiles[i].Product), r.Profiles[i].Pos, &r.Profiles[i].Check)
	}
	n := r.counts()
	p.tally("servers on %s: %d; hold: %d, do not hold: %d, could not be reached: %d", r.Date, len(r.Rows), n.Servers)
	if len(r.Domains) > 0 {
		p.tally("domains on %s: %d; hold: %d, do not hold: %d, could not be reached: %d", r.Date, len(r.Domains), n.Domains)
	}
	if len(r.Profiles) > 0 {
		p.tally("profiles on %s: %d; hold: %d, do not hold: %d, could not be reached: %d", r.Date, len(r.Profiles), n.Profiles)
	}
	_, err := w.Write(p.Bytes())
	return err
}

// tally writes a count, in the words of format.
func (p *printer) tally(format string, date tomlfile.Date, all int, n tally) {
	fmt.Fprintln(p, p.say(format, date, all, n.Holds, n.DoesNotHold, n.Unreachable))
}

func (p *printer) row(r *Row) {
	fmt.Fprintf(p, "%s %-46s %s\n", p.outcome(r.Outcome()), name(r.Server), p.paint(dim, r.Server.Pos.String()))
	p.problems("", r.Problems)
	for i := range r.Addresses {
		a := &r.Addresses[i]
		fmt.Fprintf(p, "    %s: %s\n", a.IP, p.summary(a))
		p.problems("  ", a.Problems)
	}
}

// summary is what was seen at an address, in one line.
func (p *printer) summary(a *Address) string {
	if a.Skipped != "" {
		return p.say("skipped: %s", a.Skipped)
	}
	if a.TLS == nil && a.Greeting == "" {
		return p.say("nothing was heard")
	}
	var parts []string
	if t := a.TLS; t != nil {
		parts = append(parts, t.Version, p.say("certificate of %s", t.Issuer))
		if t.DaysLeft < 0 {
			parts = append(parts, p.say("expired on %s", t.NotAfter[:10]))
		} else {
			parts = append(parts, p.say("days left: %d", t.DaysLeft))
		}
	} else {
		parts = append(parts, p.say("no encryption"))
	}
	if a.Greeting != "" {
		parts = append(parts, p.say("greeting %q", a.Greeting))
	} else {
		parts = append(parts, p.say("no greeting"))
	}
	return strings.Join(parts, ", ")
}

func (p *printer) problems(indent string, ps []Problem) {
	for _, x := range ps {
		color, mark := yellow, diag.Say("warning")
		switch x.Outcome {
		case DoesNotHold:
			color, mark = red, diag.Say("wrong")
		case Unreachable:
			mark = diag.Say("no answer")
		}
		fmt.Fprintf(p, "    %s%s: %s %s\n", indent, p.paint(color, diag.In(p.lang, mark)), x.Msg, p.paint(dim, "["+string(x.Code)+"]"))
		if x.Said != "" {
			fmt.Fprintf(p, "    %s  %s\n", indent, p.say("it said: %q", x.Said))
		}
		if x.Hint != "" {
			fmt.Fprintf(p, "    %s  %s: %s\n", indent, p.say("hint"), strings.ReplaceAll(x.Hint, "\n", "\n    "+indent+"        "))
		}
	}
}

func (p *printer) check(what string, pos diag.Pos, c *Check) {
	fmt.Fprintf(p, "%s %-46s %s\n", p.outcome(c.Outcome()), what, p.paint(dim, pos.String()))
	for _, s := range c.Seen {
		fmt.Fprintf(p, "    %s\n", s)
	}
	p.problems("", c.Problems)
}

// A tally counts outcomes.
type tally struct {
	Holds       int `json:"holds"`
	DoesNotHold int `json:"doesNotHold"`
	Unreachable int `json:"unreachable"`
}

func (n *tally) add(o Outcome) {
	switch o {
	case Holds:
		n.Holds++
	case DoesNotHold:
		n.DoesNotHold++
	case Unreachable:
		n.Unreachable++
	}
}

// counts are the tallies of a report. A status of 1 has its cause in one of them.
type counts struct{ Servers, Domains, Profiles tally }

func (r *Report) counts() (c counts) {
	for i := range r.Rows {
		c.Servers.add(r.Rows[i].Outcome())
	}
	for i := range r.Domains {
		c.Domains.add(r.Domains[i].Outcome())
	}
	for i := range r.Profiles {
		c.Profiles.add(r.Profiles[i].Check.Outcome())
	}
	return c
}

// JSON writes the report as one document, with the same facts as Print:
// {"date", "outcome", "counts" (of rows), "domainCounts",
// "profileCounts", "rows", "domains", "profiles"}.
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
		Product      string    `json:"product"`
		Name         string    `json:"name"`
		Pos          diag.Pos  `json:"pos"`
		Live         bool      `json:"live"`
		Outcome      Outcome   `json:"outcome"`
		Problems     []Problem `json:"problems,omitempty"`
		SRV          check     `json:"srv"`
		Autoconfig   check     `json:"autoconfig"`
		Autodiscover check     `json:"autodiscover"`
	}
	type profile struct {
		Product string   `json:"product"`
		URL     string   `json:"url"`
		Pos     diag.Pos `json:"pos"`
		check
	}
	n := r.counts()
	doc := struct {
		Date          string    `json:"date"`
		Outcome       Outcome   `json:"outcome"`
		Counts        tally     `json:"counts"`
		DomainCounts  tally     `json:"domainCounts"`
		ProfileCounts tally     `json:"profileCounts"`
		Rows          []row     `json:"rows"`
		Domains       []domain  `json:"domains"`
		Profiles      []profile `json:"profiles"`
	}{r.Date.String(), r.Outcome(), n.Servers, n.Domains, n.Profiles, []row{}, []domain{}, []profile{}}
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
	conv := func(c *Check) check { return check{c.Outcome(), c.Published, c.Seen, c.Problems} }
	for i := range r.Domains {
		d := &r.Domains[i]
		doc.Domains = append(doc.Domains, domain{d.Product, d.Name, d.Pos, d.Live, d.Outcome(), d.Problems, conv(&d.SRV), conv(&d.Autoconfig), conv(&d.Autodiscover)})
	}
	for i := range r.Profiles {
		p := &r.Profiles[i]
		doc.Profiles = append(doc.Profiles, profile{p.Product, p.URL, p.Pos, conv(&p.Check)})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}
