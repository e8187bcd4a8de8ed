// Package verify proves the record of mail settings against the live servers.
//
// In goes a [mail.Record]; out comes a [Report] that says of every row whether
// it holds, does not hold, or could not be reached, and of every mail domain
// whether its DNS, its autoconfig file and its Autodiscover answer say the same
// as the record. [Keep] and [Save] keep the outcome for the pages to show.
// [Discover] asks a domain the same without a record.
//
// The package never sends a user name, a password or any other credential. It
// cannot: what it may say to a mail server is a closed list of commands
// ([command]), and none of them takes one. It makes one connection for each
// row and address, one at a time for each host, asks what the server offers,
// and says goodbye.
//
// What a capability list says can refute a row, and only support it: whether a
// mechanism works, and what form the user name has, shows only at a login.
package verify

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// Timeouts bound each step. A zero field means the default, which is policy
// except where a source is named; RFC 5321 §4.5.3.2 gives mail servers longer,
// but readers' mail programs do not wait that long either.
type Timeouts struct {
	DNS      time.Duration // one question: 10 s
	Connect  time.Duration // TCP: 5 s
	TLS      time.Duration // the handshake: 10 s
	Greeting time.Duration // 30 s: some servers delay it on purpose
	Command  time.Duration // one command and all of its reply: 15 s
	Row      time.Duration // one connection from beginning to end: 60 s
	HTTP     time.Duration // one autoconfig file, redirects included: 15 s
}

func (t Timeouts) withDefaults() Timeouts {
	return Timeouts{
		DNS:      cmp.Or(t.DNS, 10*time.Second),
		Connect:  cmp.Or(t.Connect, 5*time.Second),
		TLS:      cmp.Or(t.TLS, 10*time.Second),
		Greeting: cmp.Or(t.Greeting, 30*time.Second),
		Command:  cmp.Or(t.Command, 15*time.Second),
		Row:      cmp.Or(t.Row, 60*time.Second),
		HTTP:     cmp.Or(t.HTTP, 15*time.Second),
	}
}

// Options say how [Run] works. The zero value is the usual way. The functions
// and the resolver are called from several goroutines at once.
type Options struct {
	Resolver Resolver // nil: Go's own resolver with the machine's configuration
	// Dial opens a TCP connection to an IP address and port; nil: a plain
	// [net.Dialer]. Run closes what it returns.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// HasRoute reports whether this machine can send to an address at all. Where
	// it cannot (a machine without IPv6), the address is skipped, not called
	// unreachable. nil: the system's routing table is asked.
	HasRoute func(netip.Addr) bool
	// Roots are the certificate authorities that count; nil: the system's.
	Roots *x509.CertPool
	// Now tells what day it is, for certificates and for the report; nil:
	// [time.Now]. Time-outs do not use it.
	Now func() time.Time
	// HTTP fetches autoconfig files; nil: a client that uses Resolver, Dial,
	// Roots and Now, follows redirects to https only, and keeps no cookies.
	HTTP     *http.Client
	Timeouts Timeouts
	Parallel int // hosts and domains at once; 0 means 4
	// Site is the address of the help centre, whose profiles are asked for; ""
	// leaves them out.
	Site string
	// Off are the forms that the site does not make: that their result is
	// nowhere to be found is then no problem. What is found is compared.
	Off []forms.Form
	// OnlyServers leaves out the domains and the site's profiles.
	OnlyServers bool
	// Lang is the language of the report's texts; "" is English.
	Lang diag.Lang
	// Progress, when set, is called from one goroutine at a time with the
	// number of servers and domains done.
	Progress func(done, total int)

	ownHTTP bool // HTTP is the caller's, and finds addresses by itself
}

func (o Options) withDefaults() Options {
	o.Timeouts = o.Timeouts.withDefaults()
	if o.Resolver == nil {
		// Go's own: the C library's does not tell "no such name" from "no
		// answer" on every system.
		o.Resolver = system{&net.Resolver{PreferGo: true}}
	}
	o.Resolver = &skeptic{Resolver: o.Resolver, limit: o.Timeouts.DNS}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.HasRoute == nil {
		o.HasRoute = hasRoute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	o.ownHTTP = o.HTTP != nil
	if o.HTTP == nil {
		o.HTTP = httpClient(o)
	}
	o.Lang = cmp.Or(o.Lang, diag.English)
	return o
}

// hasRoute asks the system's routing table. Connecting a UDP socket sends
// nothing; it only looks the route up.
func hasRoute(ip netip.Addr) bool {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 9)))
	if err != nil {
		return !errors.Is(err, syscall.ENETUNREACH) && !errors.Is(err, syscall.EAFNOSUPPORT) && !errors.Is(err, syscall.EADDRNOTAVAIL)
	}
	c.Close()
	return true
}

// Run checks every row and every domain of rec. The report is in the order of
// the record, whatever ended first. Rows that name the same server are checked
// with one connection. The error is non-nil only if ctx ends; the report is
// then nil.
func Run(ctx context.Context, rec *mail.Record, opt Options) (*Report, error) {
	opt = opt.withDefaults()
	now := opt.Now()
	report := &Report{Date: tomlfile.Date{Year: now.Year(), Month: int(now.Month()), Day: now.Day()}, Lang: opt.Lang}

	// Servers by host: no host gets two connections at once.
	type target struct {
		server mail.Server
		found  probe
	}
	targets := map[string]*target{}
	hosts := map[string][]*target{}
	var order []string
	var domains []*Domain
	for i := range rec.Products {
		p := &rec.Products[i]
		for _, s := range asked(p) {
			key := mail.RowKey(s.Server)
			if targets[key] != nil {
				continue
			}
			t := &target{server: s.Server}
			targets[key] = t
			if hosts[s.Host] == nil {
				order = append(order, s.Host)
			}
			hosts[s.Host] = append(hosts[s.Host], t)
		}
		if opt.OnlyServers {
			continue
		}
		for _, name := range p.Domains {
			domains = append(domains, &Domain{Product: p.ID, Name: name, Pos: p.Pos})
		}
	}

	var profiles []*Profile
	if !opt.OnlyServers {
		profiles = opt.profiles(rec)
	}

	var mu sync.Mutex
	done, total := 0, len(targets)+len(domains)+len(profiles)
	step := func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		if opt.Progress != nil {
			opt.Progress(done, total)
		}
	}
	slots := make(chan struct{}, opt.Parallel)
	var wg sync.WaitGroup
	start := func(work func()) {
		wg.Go(func() {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
				work()
			case <-ctx.Done():
			}
		})
	}
	for _, host := range order {
		start(func() {
			for _, t := range hosts[host] {
				t.found = opt.probe(ctx, t.server)
				step()
			}
		})
	}
	for _, d := range domains {
		p, _ := rec.Product(d.Product)
		start(func() {
			opt.checkDomain(ctx, d, p, rec)
			step()
		})
	}
	for _, p := range profiles {
		start(func() {
			opt.checkProfile(ctx, p)
			step()
		})
	}
	wg.Wait()
	if end, ok := ctx.Deadline(); ok && !time.Now().Before(end) {
		<-ctx.Done() // dialling has the same deadline and may have met it a moment earlier
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i := range rec.Products {
		p := &rec.Products[i]
		for _, s := range asked(p) {
			row := targets[mail.RowKey(s.Server)].found.row(p.ID, s.Server)
			row.Host = s.host
			report.Rows = append(report.Rows, row)
		}
	}
	for _, d := range domains {
		report.Domains = append(report.Domains, *d)
	}
	for _, p := range profiles {
		report.Profiles = append(report.Profiles, *p)
	}
	report.translate()
	return report, nil
}

// An askedRow is a row as a server is asked about it.
type askedRow struct {
	mail.Server
	host string // the record's, where the row's is another
}

// asked returns the product's rows with hosts that exist: one that holds
// [mail.EmailDomain] once for each domain.
func asked(p *mail.Product) []askedRow {
	var rows []askedRow
	for _, s := range p.Servers {
		switch {
		case !checkable(s):
		case !mail.Placeholder(s.Host):
			rows = append(rows, askedRow{Server: s})
		default:
			host := s.Host
			for _, d := range p.Domains {
				s.Host = mail.HostFor(host, d)
				rows = append(rows, askedRow{s, host})
			}
		}
	}
	return rows
}

// checkable leaves out rows that site.toml has a mistake in: reading the
// record has reported those.
func checkable(s mail.Server) bool {
	return slices.Contains(mail.Protocols, s.Protocol) && s.Host != "" && s.Port > 0 && s.Port < 1<<16 &&
		slices.Contains([]mail.Security{mail.TLS, mail.STARTTLS, mail.None}, s.Security)
}
