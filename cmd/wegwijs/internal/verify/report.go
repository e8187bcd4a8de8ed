package verify

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// An Outcome is what a check comes to. A larger one outweighs a smaller one.
type Outcome int

const (
	// Holds: everything that can be seen without logging in is as published.
	Holds Outcome = iota
	// Unreachable: nothing was learnt, from here and now. Silence, a closed
	// connection, a refusal for the time being and a DNS failure are this;
	// they say nothing about the row.
	Unreachable
	// DoesNotHold: the server's own bytes, or a definite answer of the DNS,
	// contradict what is published.
	DoesNotHold
)

func (o Outcome) String() string {
	switch o {
	case Unreachable:
		return "could not be reached"
	case DoesNotHold:
		return "does not hold"
	}
	return "holds"
}

// MarshalText returns the outcome for JSON: holds, unreachable or does-not-hold.
func (o Outcome) MarshalText() ([]byte, error) {
	switch o {
	case Unreachable:
		return []byte("unreachable"), nil
	case DoesNotHold:
		return []byte("does-not-hold"), nil
	}
	return []byte("holds"), nil
}

// A Problem is one thing that was seen to be amiss.
type Problem struct {
	// Outcome is what the problem makes of the row or domain: DoesNotHold, or
	// Unreachable, or Holds for what is only worth a warning.
	Outcome Outcome   `json:"outcome"`
	Code    diag.Code `json:"code"`
	Msg     string    `json:"message"`        // what was seen: lower case, no final period
	Said    string    `json:"said,omitempty"` // the server's words, cleaned ([clean]); untrusted text
	Hint    string    `json:"hint,omitempty"` // what to do; lines end in "\n"
}

func worst(ps []Problem) Outcome {
	o := Holds
	for _, p := range ps {
		o = max(o, p.Outcome)
	}
	return o
}

// A Report is what [Run] found. It belongs to the caller.
type Report struct {
	Date    tomlfile.Date // the day of the check, in the zone of Options.Now
	Lang    diag.Lang     // of its texts
	Rows    []Row         // in the order of the record
	Domains []Domain      // in the order of the record
	// Profiles of the site, in the order of the record.
	Profiles []Profile
}

// translate puts the texts of all problems, as [diag.Say] made them, in the
// report's language.
func (r *Report) translate() {
	all := func(ps []Problem) {
		for i := range ps {
			ps[i].Msg, ps[i].Hint = diag.In(r.Lang, ps[i].Msg), diag.In(r.Lang, ps[i].Hint)
		}
	}
	for i := range r.Rows {
		all(r.Rows[i].Problems)
		for j := range r.Rows[i].Addresses {
			a := &r.Rows[i].Addresses[j]
			a.Skipped = diag.In(r.Lang, a.Skipped)
			all(a.Problems)
		}
	}
	for i := range r.Domains {
		d := &r.Domains[i]
		all(d.Problems)
		for _, c := range []*Check{&d.SRV, &d.Autoconfig, &d.Autodiscover} {
			all(c.Problems)
		}
	}
	for i := range r.Profiles {
		all(r.Profiles[i].Check.Problems)
	}
}

// A Row is what was found of one row of the record.
type Row struct {
	Product string
	// Server is the row as it was asked: where the record's host holds
	// [mail.EmailDomain], its host is that of one of the product's domains.
	Server    mail.Server
	Host      string    // the record's host, where Server's is another
	Problems  []Problem // of the row as a whole: its name in the DNS
	Addresses []Address // in order of address; empty when the name has none
}

// record returns the row as it stands in the record.
func (r *Row) record() mail.Server {
	s := r.Server
	s.Host = cmp.Or(r.Host, s.Host)
	return s
}

// Outcome is the worst that any address, or the DNS, gave: readers get one of
// the addresses, and cannot choose. Addresses that were skipped do not count.
func (r *Row) Outcome() Outcome {
	o := worst(r.Problems)
	for i := range r.Addresses {
		o = max(o, r.Addresses[i].Outcome())
	}
	return o
}

// An Address is what one server behind a row's name said.
type Address struct {
	IP           netip.Addr
	Skipped      string    // why nothing was tried; "" where a connection was made
	Greeting     string    // the first line it said, cleaned; untrusted text
	Capabilities []string  // what it offers to a client that is about to log in, cleaned; untrusted
	TLS          *TLS      // nil where no TLS connection came about
	Problems     []Problem // in the order in which they were met
}

// Outcome is the worst of the address's problems.
func (a *Address) Outcome() Outcome { return worst(a.Problems) }

// TLS is what was seen of a TLS connection. It says nothing of trust: the
// address's problems do.
type TLS struct {
	Version  string   `json:"version"`         // "TLS 1.3"
	Issuer   string   `json:"issuer"`          // of the server's certificate, cleaned
	Names    []string `json:"names,omitempty"` // that the certificate is for, cleaned; ten at most
	NotAfter string   `json:"notAfter"`        // the last moment of validity, RFC 3339, UTC
	DaysLeft int      `json:"daysLeft"`        // whole days until then; negative once expired
}

// A Domain is what was found of one mail domain.
type Domain struct {
	Product    string
	Name       string
	Pos        diag.Pos  // of the product in site.toml
	Live       bool      // it has a mail server or an address in the DNS
	Problems   []Problem // of the domain itself: it does not exist, or takes no mail
	SRV        Check
	Autoconfig Check
	// Autodiscover is what programs of Microsoft ask.
	Autodiscover Check
}

// A Check is what was found of one way in which a domain or the site tells
// programs its settings.
type Check struct {
	Published bool     // there is something to compare with the record
	Seen      []string // records or addresses that agree with the record, in order
	Problems  []Problem
}

// Outcome is the worst of the check's problems.
func (c *Check) Outcome() Outcome { return worst(c.Problems) }

// Outcome is the worst of the domain's problems and checks.
func (d *Domain) Outcome() Outcome {
	return max(worst(d.Problems), d.SRV.Outcome(), d.Autoconfig.Outcome(), d.Autodiscover.Outcome())
}

// Outcome is the worst of all rows, domains and profiles.
func (r *Report) Outcome() Outcome {
	o := Holds
	for i := range r.Rows {
		o = max(o, r.Rows[i].Outcome())
	}
	for i := range r.Domains {
		o = max(o, r.Domains[i].Outcome())
	}
	for i := range r.Profiles {
		o = max(o, r.Profiles[i].Check.Outcome())
	}
	return o
}

// ExitStatus is 0 when everything holds and 1 otherwise; what could not be
// reached counts as 1 unless it is allowed.
func (r *Report) ExitStatus(allowUnreachable bool) int {
	switch o := r.Outcome(); {
	case o == Holds, o == Unreachable && allowUnreachable:
		return 0
	}
	return 1
}

// Diagnostics returns the report as findings at the rows' places in site.toml,
// in order. What does not hold is an error, a warning is a warning, and what
// could not be reached is an error unless it is allowed. The same problem at
// several addresses of a row is one finding.
func (r *Report) Diagnostics(allowUnreachable bool) []diag.Diagnostic {
	var ds []diag.Diagnostic
	add := func(pos diag.Pos, who string, p Problem) {
		d := diag.Diagnostic{Pos: pos, Code: p.Code, Hint: p.Hint}
		what := p.Msg
		if p.Said != "" {
			what = diag.Say("%s (it said %q)", p.Msg, p.Said)
		}
		switch {
		case p.Outcome == DoesNotHold:
			d.Msg = diag.Say("%s does not hold: %s", who, what)
		case p.Outcome == Unreachable:
			d.Msg = diag.Say("%s could not be reached: %s", who, what)
			if allowUnreachable {
				d.Severity = diag.Warning
			}
		default:
			d.Msg = diag.Say("%s: %s", who, what)
			d.Severity = diag.Warning
		}
		ds = append(ds, d)
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		for _, g := range row.grouped() {
			who := name(row.Server)
			if len(g.at) > 0 && len(g.at) < row.tried() {
				who = diag.Say("%s at %s", who, strings.Join(g.at, ", "))
			}
			add(row.Server.Pos, who, g.Problem)
		}
	}
	for i := range r.Domains {
		d := &r.Domains[i]
		for _, p := range d.Problems {
			add(d.Pos, diag.Say("the domain %s", d.Name), p)
		}
		for _, p := range d.SRV.Problems {
			add(d.Pos, diag.Say("the DNS of %s", d.Name), p)
		}
		for _, p := range d.Autoconfig.Problems {
			add(d.Pos, diag.Say("autoconfig of %s", d.Name), p)
		}
		for _, p := range d.Autodiscover.Problems {
			add(d.Pos, diag.Say("Autodiscover of %s", d.Name), p)
		}
	}
	for i := range r.Profiles {
		for _, p := range r.Profiles[i].Check.Problems {
			add(r.Profiles[i].Pos, diag.Say("the profile of %s", r.Profiles[i].Product), p)
		}
	}
	return diag.Sort(ds)
}

// name is how people know a row.
func name(s mail.Server) string {
	return fmt.Sprintf("%s %s:%d (%s)", s.Protocol, s.Host, s.Port, s.Security)
}

// tried counts the addresses that a connection was made to, or tried.
func (r *Row) tried() int {
	n := 0
	for _, a := range r.Addresses {
		if a.Skipped == "" {
			n++
		}
	}
	return n
}

// A group is one problem with the addresses that have it.
type group struct {
	Problem
	at []string // empty: the row as a whole
}

// grouped returns the row's problems, the worst first, each with the addresses
// that have it.
func (r *Row) grouped() []group {
	var gs []group
	for _, p := range r.Problems {
		gs = append(gs, group{Problem: p})
	}
	for _, a := range r.Addresses {
		for _, p := range a.Problems {
			i := slices.IndexFunc(gs, func(g group) bool { return g.Problem == p })
			if i < 0 {
				i = len(gs)
				gs = append(gs, group{Problem: p})
			}
			gs[i].at = append(gs[i].at, a.IP.String())
		}
	}
	slices.SortStableFunc(gs, func(a, b group) int { return cmp.Compare(b.Outcome, a.Outcome) })
	return gs
}
