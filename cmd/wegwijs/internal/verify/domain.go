package verify

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// checkDomain fills in d, a mail domain of product p of rec.
func (o *Options) checkDomain(ctx context.Context, d *Domain, p *mail.Product, rec *mail.Record) {
	seen := o.look(ctx, d.Name)
	d.SRV = o.checkSRV(ctx, d.Name, p, rec)
	d.Live = seen.live || d.SRV.Published
	switch {
	case d.Live:
	case seen.unanswered != nil:
		// Whether it is live is not known, so nothing can be said to be amiss.
		d.Problems = []Problem{*seen.unanswered}
		d.SRV.Problems = nil
		return
	default:
		d.Problems = []Problem{refuted(diag.VerifyDomain, "", "correct domains in site.toml, or register the domain and give it an MX record", "the domain has no mail server and no address in the DNS; it may not exist").Problem}
		d.SRV.Problems = nil
		return
	}
	if seen.null {
		d.Problems = append(d.Problems, refuted(diag.VerifyDomain, "", "point its MX record at your mail servers, or take the domain out of site.toml", `the domain says that it takes no mail (its MX record is ".")`).Problem)
	}
	d.Autoconfig = o.checkAutoconfig(ctx, d.Name, seen.mx, p)
	d.Autodiscover = o.checkAutodiscover(ctx, d.Name, p, rec)
}

// A sight is what the DNS says of a domain as such.
type sight struct {
	live       bool     // it has a mail server or an address of its own
	null       bool     // its MX record says that it takes no mail (RFC 7505)
	mx         []string // its mail servers, the most preferred first, without a final dot
	unanswered *Problem // set where the DNS gave no answer that tells
}

// look asks the DNS for a domain's mail servers and addresses.
func (o *Options) look(ctx context.Context, domain string) (s sight) {
	found := func(n int, err error) {
		if err != nil && !notFound(err) && n == 0 {
			s.unanswered = silentDNS(domain, err)
		}
		s.live = s.live || n > 0
	}
	ctx, cancel := context.WithTimeout(ctx, 2*o.Timeouts.DNS)
	defer cancel()
	mx, err := o.Resolver.LookupMX(ctx, domain+".")
	found(len(mx), err)
	mx = slices.Clone(mx) // the order of equal preferences is random
	slices.SortFunc(mx, func(a, b *net.MX) int {
		return cmp.Or(cmp.Compare(a.Pref, b.Pref), strings.Compare(a.Host, b.Host))
	})
	for _, m := range mx {
		if host := strings.ToLower(strings.TrimSuffix(m.Host, ".")); host != "" {
			s.mx = append(s.mx, host)
		} else {
			s.null = true
		}
	}
	for _, network := range []string{"ip4", "ip6"} {
		if s.live {
			return s
		}
		ips, err := o.Resolver.LookupNetIP(ctx, network, domain+".")
		found(len(ips), err)
	}
	return s
}

// silentDNS is the problem of a name that the DNS gave no answer for.
func silentDNS(name string, err error) *Problem {
	hint := "try again later; if it stays so, check the name servers of the domain"
	if isDoubted(err) {
		hint = "run this on a machine that is on the internet"
	}
	return &Problem{Outcome: Unreachable, Code: diag.VerifyDNSUnanswered, Msg: diag.Say("the DNS gave no answer for %s: %s", name, err), Hint: hint}
}

// A label is the name below which a service has its SRV records.
type label struct {
	service  string
	protocol mail.Protocol
	implicit bool // TLS from the first byte
}

// labels: RFC 6186 §3.1 to §3.3; _submissions is RFC 8314 §7.3. In the order
// in which RFC 8314 §4.5.2 wants them announced.
var labels = []label{
	{"imaps", mail.IMAP, true},
	{"imap", mail.IMAP, false},
	{"pop3s", mail.POP, true},
	{"pop3", mail.POP, false},
	{"submissions", mail.SMTP, true},
	{"submission", mail.SMTP, false},
}

// name is the label as [forms.Records] has it.
func (l label) name() string { return "_" + l.service + "._tcp" }

// covers reports whether a row belongs below the label. The labels without s
// also stand for cleartext.
func (l label) covers(s mail.Server) bool {
	return s.Protocol == l.protocol && (s.Security == mail.TLS) == l.implicit
}

// checkSRV compares a domain's SRV records for mail with those that
// [forms.Records] gives out for product p of rec.
//
// A record that the rows do not have contradicts them, and so does a target of
// "." ("not available", RFC 2782) for a service that they have. A row that has
// no record is only a warning: RFC 6186 asks for it and RFC 8314 §4 recommends
// it, but no mail program depends on it. Records that say "." of a service
// that the rows do not have are welcome and not asked for.
func (o *Options) checkSRV(ctx context.Context, domain string, p *mail.Product, rec *mail.Record) Check {
	var c Check
	wanted, _ := forms.Records(rec, p, domain, &forms.Site{Off: forms.Forms})
	// Names go with their final dot and in full, so that lines can be pasted
	// into any zone.
	line := func(r forms.Record) string {
		return fmt.Sprintf("%s.%s. IN %s %s", r.Name, domain, r.Type, r.Data())
	}
	seen := map[forms.Record]uint16{} // the priority that the DNS gives a wanted record
	targets := map[string]bool{}
	var missing []string
	for _, l := range labels {
		var want []forms.Record
		for _, r := range wanted {
			if r.Name == l.name() && r.Offered() {
				want = append(want, r)
			}
		}
		instead := "remove it: the record has no such row"
		if len(want) > 0 {
			instead = diag.Say("write instead: %s", line(want[0]))
		}
		offered := slices.ContainsFunc(p.Servers, l.covers)
		records, err := o.lookupSRV(ctx, l.service, domain)
		if err != nil && len(records) == 0 {
			c.Problems = append(c.Problems, *silentDNS(l.name()+"."+domain, err))
			continue
		}
		for _, r := range records {
			c.Published = true
			got := line(forms.Record{Name: l.name(), Type: "SRV", Priority: int(r.Priority), Weight: int(r.Weight), Port: int(r.Port), Target: clean(cmp.Or(r.Target, "."))})
			host := strings.ToLower(strings.TrimSuffix(r.Target, "."))
			right := slices.ContainsFunc(p.Servers, func(s mail.Server) bool {
				return l.covers(s) && mail.HostFor(s.Host, domain) == host && s.Port == int(r.Port)
			})
			switch {
			case host == "" && !offered, right:
				c.Seen = append(c.Seen, got)
			case host == "":
				c.Problems = append(c.Problems, Problem{Outcome: DoesNotHold, Code: diag.VerifySRVContradicts, Msg: diag.Say("%q says that the service is not offered; the record has it", got), Hint: instead})
			default:
				c.Problems = append(c.Problems, Problem{Outcome: DoesNotHold, Code: diag.VerifySRVContradicts, Msg: diag.Say("%q names a server that is not in the record", got), Hint: instead})
			}
			if !right {
				continue
			}
			targets[host] = true
			for _, w := range want {
				if _, ok := seen[w]; w.Target == host+"." && w.Port == int(r.Port) && !ok { // the lowest comes first
					seen[w] = r.Priority
				}
			}
		}
		for _, w := range want {
			if _, ok := seen[w]; !ok {
				missing = append(missing, line(w))
			}
		}
	}
	if len(missing) > 0 && !slices.Contains(o.Off, forms.FormDNS) {
		msg := diag.Say("there are no SRV records for mail")
		if c.Published {
			msg = diag.Say("not all SRV records are there; missing: %d", len(missing))
		}
		c.Problems = append(c.Problems, Problem{Outcome: Holds, Code: diag.VerifySRVMissing, Msg: msg, Hint: diag.Say("add:\n%s", strings.Join(missing, "\n"))})
	}
	c.Problems = append(c.Problems, srvOrder(wanted, seen)...)
	for _, host := range slices.Sorted(maps.Keys(targets)) {
		c.Problems = append(c.Problems, o.alias(ctx, host)...)
	}
	return c
}

// alias finds a target of an SRV record that is an alias.
func (o *Options) alias(ctx context.Context, host string) []Problem {
	if to := o.canonical(ctx, host); to != host {
		return []Problem{{Outcome: Holds, Code: diag.VerifySRVAlias, Msg: diag.Say("the target %s is an alias of %s, which RFC 2782 forbids", host, clean(to)), Hint: "give it address records instead of a CNAME"}}
	}
	return nil
}

// canonical returns the name that a host is an alias of, whether that exists
// or not; the host itself where it is none and where the DNS does not say.
func (o *Options) canonical(ctx context.Context, host string) string {
	ctx, cancel := context.WithTimeout(ctx, o.Timeouts.DNS)
	defer cancel()
	to, err := o.Resolver.LookupCNAME(ctx, host+".")
	if to = strings.ToLower(strings.TrimSuffix(to, ".")); err != nil || to == "" {
		return host
	}
	return to
}

// lookupSRV returns the records in a fixed order. No record is not an error.
func (o *Options) lookupSRV(ctx context.Context, service, domain string) ([]*net.SRV, error) {
	ctx, cancel := context.WithTimeout(ctx, o.Timeouts.DNS)
	defer cancel()
	_, records, err := o.Resolver.LookupSRV(ctx, service, "tcp", domain+".")
	if notFound(err) || isDoubted(err) { // whether the domain is known at all, live tells
		err = nil
	}
	records = slices.Clone(records) // the order of equal priorities is random
	slices.SortFunc(records, func(a, b *net.SRV) int {
		return strings.Compare(fmt.Sprintf("%05d %05d %s %05d", a.Priority, a.Weight, a.Target, a.Port), fmt.Sprintf("%05d %05d %s %05d", b.Priority, b.Weight, b.Target, b.Port))
	})
	return records, err
}

// srvOrder finds records that the DNS ranks the other way round than wanted:
// the lower priority number wins, across labels and, for servers to receive
// with, across protocols (RFC 6186 §3.4).
func srvOrder(wanted []forms.Record, seen map[forms.Record]uint16) []Problem {
	var ps []Problem
	var last [2]forms.Record // by direction
	for _, w := range wanted {
		got, ok := seen[w]
		if !ok {
			continue
		}
		direction := 0
		if strings.HasPrefix(w.Name, "_submission") {
			direction = 1
		}
		if b := last[direction]; b.Name != "" && seen[b] > got {
			ps = append(ps, Problem{Outcome: Holds, Code: diag.VerifySRVOrder, Msg: diag.Say("the DNS puts %s %s (priority %d) before %s %s (priority %d)", w.Name, w.Target, got, b.Name, b.Target, seen[b]), Hint: diag.Say("the lower number is preferred, and the record prefers the other: give them %d and %d", w.Priority, b.Priority)})
		}
		last[direction] = w
	}
	return ps
}
