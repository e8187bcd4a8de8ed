package verify

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// checkDomain fills in d, a mail domain of product p of rec.
func (o *Options) checkDomain(ctx context.Context, d *Domain, p *mail.Product, rec *mail.Record) {
	live, unanswered := o.live(ctx, d.Name)
	d.SRV = o.checkSRV(ctx, d.Name, p, rec)
	d.Live = live || d.SRV.Published
	if !d.Live && unanswered != nil {
		// Whether it is live is not known, so nothing can be said to be amiss.
		d.SRV.Problems = []Problem{*unanswered}
		d.Autoconfig.Problems = []Problem{*unanswered}
		return
	}
	if !d.Live {
		d.SRV.Problems = nil
		return
	}
	d.Autoconfig = o.checkAutoconfig(ctx, d.Name, p)
}

// live reports whether a domain has a mail server or an address of its own. A
// problem says that the DNS gave no answer.
func (o *Options) live(ctx context.Context, domain string) (bool, *Problem) {
	var silent *Problem
	found := func(n int, err error) bool {
		if err != nil && !notFound(err) && n == 0 {
			silent = silentDNS(domain, err)
		}
		return n > 0
	}
	ctx, cancel := context.WithTimeout(ctx, 2*o.Timeouts.DNS)
	defer cancel()
	mx, err := o.Resolver.LookupMX(ctx, domain+".")
	if found(len(mx), err) {
		return true, nil
	}
	for _, network := range []string{"ip4", "ip6"} {
		ips, err := o.Resolver.LookupNetIP(ctx, network, domain+".")
		if found(len(ips), err) {
			return true, nil
		}
	}
	return false, silent
}

// silentDNS is the problem of a name that the DNS gave no answer for.
func silentDNS(name string, err error) *Problem {
	hint := "try again later; if it stays so, check the name servers of the domain"
	if isDoubted(err) {
		hint = "run this on a machine that is on the internet"
	}
	return &Problem{Outcome: Unreachable, Code: diag.VerifyDNSUnanswered, Msg: "the DNS gave no answer for " + name, Said: clean(err.Error()), Hint: hint}
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
			instead = "write instead: " + line(want[0])
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
			right := slices.ContainsFunc(p.Servers, func(s mail.Server) bool { return l.covers(s) && s.Host == host && s.Port == int(r.Port) })
			switch {
			case host == "" && !offered, right:
				c.Seen = append(c.Seen, got)
			case host == "":
				c.Problems = append(c.Problems, Problem{Outcome: DoesNotHold, Code: diag.VerifySRVContradicts, Msg: fmt.Sprintf("%q says that the service is not offered; the record has it", got), Hint: instead})
			default:
				c.Problems = append(c.Problems, Problem{Outcome: DoesNotHold, Code: diag.VerifySRVContradicts, Msg: fmt.Sprintf("%q names a server that is not in the record", got), Hint: instead})
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
		msg := "there are no SRV records for mail"
		if c.Published {
			msg = "not all SRV records are there: " + plural(len(missing), "record") + " missing"
		}
		c.Problems = append(c.Problems, Problem{Outcome: Holds, Code: diag.VerifySRVMissing, Msg: msg, Hint: "add:\n" + strings.Join(missing, "\n")})
	}
	c.Problems = append(c.Problems, srvOrder(wanted, seen)...)
	for _, host := range slices.Sorted(maps.Keys(targets)) {
		cctx, cancel := context.WithTimeout(ctx, o.Timeouts.DNS)
		canonical, err := o.Resolver.LookupCNAME(cctx, host+".")
		cancel()
		if canonical = strings.ToLower(strings.TrimSuffix(canonical, ".")); err == nil && canonical != host {
			c.Problems = append(c.Problems, Problem{Outcome: Holds, Code: diag.VerifySRVAlias, Msg: fmt.Sprintf("the target %s is an alias of %s, which RFC 2782 forbids", host, clean(canonical)), Hint: "give it address records instead of a CNAME"})
		}
	}
	return c
}

// lookupSRV gives the records in a fixed order. No record is not an error.
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
			ps = append(ps, Problem{Outcome: Holds, Code: diag.VerifySRVOrder, Msg: fmt.Sprintf("the DNS puts %s %s (priority %d) before %s %s (priority %d)", w.Name, w.Target, got, b.Name, b.Target, seen[b]), Hint: fmt.Sprintf("the lower number is preferred, and the record prefers the other: give them %d and %d", w.Priority, b.Priority)})
		}
		last[direction] = w
	}
	return ps
}

// dialHost connects to a host name for the https client: through the same
// resolver and dialer as everything else.
func (o *Options) dialHost(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	var ips []netip.Addr
	var first error
	found := false
	for _, kind := range []string{"ip4", "ip6"} {
		answer, err := o.Resolver.LookupNetIP(ctx, kind, strings.TrimSuffix(host, ".")+".")
		for _, ip := range answer {
			found = true
			if ip = ip.Unmap(); o.HasRoute(ip) {
				ips = append(ips, ip)
			}
		}
		if err != nil && (first == nil || notFound(first)) {
			first = err
		}
	}
	if found {
		first = nil
	}
	for _, ip := range ips {
		dctx, cancel := context.WithTimeout(ctx, o.Timeouts.Connect)
		conn, err := o.Dial(dctx, network, net.JoinHostPort(ip.String(), port))
		cancel()
		if err == nil {
			return conn, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("%s has no address that this machine has a route to", host)
	}
	return nil, first
}
