package verify

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// Every address of a host is checked, and the worst counts: readers cannot
// choose.
func TestAddresses(t *testing.T) {
	s := row(mail.IMAP, mail.TLS)
	ok := good(mail.IMAP).serve(mail.TLS, nil)
	bad := good(mail.IMAP)
	bad.inside = []string{"* CAPABILITY IMAP4rev1 LOGINDISABLED", "%s OK"}
	for _, tt := range []struct {
		name    string
		ips     []string
		peers   map[string]peer
		noRoute []string
		silent  string
		want    string
		dials   string
	}{
		{"both", []string{"192.0.2.1", "2001:db8::1"}, map[string]peer{"192.0.2.1:993": ok, "[2001:db8::1]:993": ok}, nil, "", "holds", "192.0.2.1:993 [2001:db8::1]:993"},
		{"one refuses", []string{"192.0.2.1", "192.0.2.2"}, map[string]peer{"192.0.2.2:993": ok}, nil, "", "could not be reached verify-connect", "192.0.2.1:993 192.0.2.2:993"},
		{"one is wrong", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}, map[string]peer{"192.0.2.1:993": ok, "192.0.2.2:993": bad.serve(mail.TLS, nil)}, nil, "", "does not hold verify-auth verify-connect", "192.0.2.1:993 192.0.2.2:993 192.0.2.3:993"},
		{"no IPv6 here", []string{"192.0.2.1", "2001:db8::1"}, map[string]peer{"192.0.2.1:993": ok}, []string{"2001:db8::1"}, "", "holds", "192.0.2.1:993"},
		{"no network here", []string{"192.0.2.1", "2001:db8::1"}, nil, []string{"192.0.2.1", "2001:db8::1"}, "", "could not be reached verify-connect", ""},
		{"mapped", []string{"::ffff:192.0.2.1", "192.0.2.1"}, map[string]peer{"192.0.2.1:993": ok}, nil, "", "holds", "192.0.2.1:993"},
		{"no address", nil, nil, nil, "", "does not hold verify-dns", ""},
		{"no DNS", nil, nil, nil, host, "could not be reached verify-dns-unanswered", ""},
		{"half the DNS", []string{"192.0.2.1"}, map[string]peer{"192.0.2.1:993": ok}, nil, "ip6 " + host, "could not be reached verify-dns-unanswered", "192.0.2.1:993"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t)
			l.dns.ips[host] = tt.ips
			if tt.peers != nil {
				l.peers = tt.peers
			}
			if tt.silent != "" {
				l.dns.silent = map[string]bool{tt.silent: true}
			}
			opt := l.options()
			opt.HasRoute = func(ip netip.Addr) bool { return !slices.Contains(tt.noRoute, ip.String()) }
			r := l.checkWith(opt, s)
			wantCodes(t, r, tt.want)
			if got := strings.Join(l.dials, " "); got != tt.dials {
				t.Errorf("dialled %q, want %q", got, tt.dials)
			}
			for _, a := range r.Rows[0].Addresses {
				if (a.Skipped != "") != slices.Contains(tt.noRoute, a.IP.String()) {
					t.Errorf("%s: skipped %q", a.IP, a.Skipped)
				}
			}
		})
	}
}

// One connection a server and address, whatever the number of rows that name
// it, and never two at once to one host.
func TestLowRate(t *testing.T) {
	rows := []mail.Server{row(mail.IMAP, mail.TLS), row(mail.IMAP, mail.STARTTLS), row(mail.POP, mail.TLS), row(mail.SMTP, mail.TLS), row(mail.SMTP, mail.STARTTLS)}
	l := newLab(t)
	l.dns.ips[host] = []string{"192.0.2.1", "192.0.2.2"}
	for _, s := range rows {
		for _, ip := range l.dns.ips[host] {
			l.peers[fmt.Sprintf("%s:%d", ip, s.Port)] = good(s.Protocol).serve(s.Security, nil)
		}
	}
	rec := record(rows...)
	second := rec.Products[0]
	second.ID, second.Domains = "second", nil
	second.Servers = slices.Clone(rows)
	second.Servers[0].Authentication = []mail.Authentication{mail.OAuth2}
	rec.Products = append(rec.Products, second)
	var mu sync.Mutex
	var progress []string
	opt := l.options()
	opt.Progress = func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		progress = append(progress, fmt.Sprintf("%d/%d", done, total))
	}
	r, err := Run(context.Background(), rec, opt)
	if err != nil {
		t.Fatal(err)
	}
	l.wg.Wait()
	if len(r.Rows) != 10 || len(l.dials) != 10 {
		t.Fatalf("%d rows with %d connections, want 10 and 10", len(r.Rows), len(l.dials))
	}
	for ip, n := range l.most {
		if n != 1 {
			t.Errorf("%d connections at once to %s", n, ip)
		}
	}
	// The two products judge the same answers by their own rows.
	for i := range r.Rows {
		want := Holds
		if r.Rows[i].Product == "second" && r.Rows[i].Server.Protocol == mail.IMAP && r.Rows[i].Server.Security == mail.TLS {
			want = DoesNotHold
		}
		if got := r.Rows[i].Outcome(); got != want {
			t.Errorf("%s %s: %s, want %s", r.Rows[i].Product, name(r.Rows[i].Server), got, want)
		}
	}
	if got := strings.Join(progress, " "); got != "1/5 2/5 3/5 4/5 5/5" {
		t.Errorf("progress is %s", got)
	}
}

// Hosts are checked side by side, up to the bound.
func TestParallel(t *testing.T) {
	for _, bound := range []int{1, 3} {
		l := newLab(t)
		var rows []mail.Server
		var mu sync.Mutex
		now, most := 0, 0
		gate := make(chan struct{})
		for i := range 6 {
			s := row(mail.POP, mail.None)
			s.Host = fmt.Sprintf("h%d.example.nl", i)
			ip := fmt.Sprintf("192.0.2.%d", 10+i)
			l.dns.ips[s.Host] = []string{ip}
			rows = append(rows, s)
			l.peers[ip+":110"] = good(mail.POP).serve(mail.None, func(*talk, string) {
				mu.Lock()
				now++
				most = max(most, now)
				full := now == bound
				mu.Unlock()
				if full {
					select {
					case gate <- struct{}{}:
					default:
					}
				}
				select {
				case <-gate:
				case <-time.After(20 * time.Millisecond):
				}
				mu.Lock()
				now--
				mu.Unlock()
			})
		}
		opt := l.options()
		opt.Parallel = bound
		r := l.checkWith(opt, rows...)
		if most != bound {
			t.Errorf("at most %d at once, want %d", most, bound)
		}
		for i := range r.Rows {
			if r.Rows[i].Server.Host != rows[i].Host || r.Rows[i].Outcome() != Holds {
				t.Errorf("row %d is %s, %s", i, r.Rows[i].Server.Host, codes(&r.Rows[i]))
			}
		}
	}
}

// Rows that site.toml has a mistake in are left out, not guessed at.
func TestUncheckable(t *testing.T) {
	var rows []mail.Server
	for range 5 {
		rows = append(rows, row(mail.IMAP, mail.TLS))
	}
	rows[0].Protocol = "jmap"
	rows[1].Host = ""
	rows[2].Port = 70000
	rows[3].Port = 0
	rows[4].Security = ""
	l := newLab(t)
	if r := l.check(rows...); len(r.Rows) != 0 || len(l.dials) != 0 {
		t.Errorf("%d rows, dialled %q", len(r.Rows), l.dials)
	}
}

// dnsServer answers one question over a pipe, as [net.Resolver] asks it. Names
// in zone have records; "broken." gives SERVFAIL; all else NXDOMAIN.
func dnsServer(t testing.TB, zone map[string][]dnsmessage.Resource) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			var size [2]byte // pipes are streams, so the resolver speaks as over TCP
			for {
				if _, err := readFull(server, size[:]); err != nil {
					return
				}
				b := make([]byte, int(size[0])<<8|int(size[1]))
				if _, err := readFull(server, b); err != nil {
					return
				}
				var m dnsmessage.Message
				if err := m.Unpack(b); err != nil {
					t.Error(err)
					return
				}
				q := m.Questions[0]
				m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
				key := strings.ToLower(q.Name.String())
				all, there := zone[key]
				switch {
				case strings.HasSuffix(key, "broken."):
					m.RCode = dnsmessage.RCodeServerFailure
				case !there:
					m.RCode = dnsmessage.RCodeNameError
				}
				for _, r := range all {
					if r.Header.Type == q.Type || r.Header.Type == dnsmessage.TypeCNAME {
						r.Header.Name, r.Header.Class = q.Name, dnsmessage.ClassINET
						if strings.HasSuffix(key, "alias.example.nl.") && r.Header.Type != dnsmessage.TypeCNAME {
							r.Header.Name = dnsmessage.MustNewName("real.example.nl.")
						}
						m.Answers = append(m.Answers, r)
					}
				}
				out, err := m.Pack()
				if err != nil {
					t.Error(err)
					return
				}
				server.Write(append([]byte{byte(len(out) >> 8), byte(len(out))}, out...))
			}
		}()
		return client, nil
	}}
}

func readFull(c net.Conn, b []byte) (int, error) {
	n := 0
	for n < len(b) {
		k, err := c.Read(b[n:])
		n += k
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func aRecord(ip string) dnsmessage.Resource {
	a := netip.MustParseAddr(ip)
	if a.Is4() {
		return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Type: dnsmessage.TypeA}, Body: &dnsmessage.AResource{A: a.As4()}}
	}
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Type: dnsmessage.TypeAAAA}, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}}
}

func srvRecord(prio, port uint16, target string) dnsmessage.Resource {
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Type: dnsmessage.TypeSRV}, Body: &dnsmessage.SRVResource{Priority: prio, Weight: 1, Port: port, Target: dnsmessage.MustNewName(target)}}
}

// Go's own resolver tells the cases apart that the outcomes rest on: no such
// name, no data, no answer, "not offered", alias.
func TestRealResolver(t *testing.T) {
	zone := map[string][]dnsmessage.Resource{
		".":                             {{Header: dnsmessage.ResourceHeader{Type: dnsmessage.TypeNS}, Body: &dnsmessage.NSResource{NS: dnsmessage.MustNewName("a.root-servers.net.")}}},
		host + ".":                      {aRecord("192.0.2.1"), aRecord("2001:db8::1")},
		"nodata.example.nl.":            {},
		"real.example.nl.":              {aRecord("192.0.2.7")},
		"alias.example.nl.":             {{Header: dnsmessage.ResourceHeader{Type: dnsmessage.TypeCNAME}, Body: &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("real.example.nl.")}}, aRecord("192.0.2.7")},
		"example.nl.":                   {aRecord("192.0.2.9"), {Header: dnsmessage.ResourceHeader{Type: dnsmessage.TypeMX}, Body: &dnsmessage.MXResource{Pref: 10, MX: dnsmessage.MustNewName("mx.example.nl.")}}},
		"_imaps._tcp.example.nl.":       {srvRecord(0, 993, "Alias.example.nl.")},
		"_pop3._tcp.example.nl.":        {srvRecord(0, 0, ".")},
		"_submissions._tcp.example.nl.": {srvRecord(0, 465, "."), srvRecord(0, 465, "real.example.nl.")},
	}
	o := Options{Resolver: dnsServer(t, zone)}.withDefaults()
	ctx := context.Background()
	for _, tt := range []struct{ host, ips, problem string }{
		{host, "192.0.2.1 2001:db8::1", ""},
		{"alias.example.nl", "192.0.2.7", ""},
		{"none.example.nl", "", "verify-dns"},
		{"nodata.example.nl", "", "verify-dns"},
		{"x.broken", "", "verify-dns-unanswered"},
	} {
		ips, problems := o.addresses(ctx, tt.host)
		var got, codes []string
		for _, ip := range ips {
			got = append(got, ip.String())
		}
		for _, p := range problems {
			codes = append(codes, string(p.Code))
		}
		if strings.Join(got, " ") != tt.ips || strings.Join(codes, " ") != tt.problem {
			t.Errorf("%s: got %q %q, want %q %q", tt.host, got, codes, tt.ips, tt.problem)
		}
	}
	imap, smtp := row(mail.IMAP, mail.TLS), row(mail.SMTP, mail.TLS)
	imap.Host, smtp.Host = "alias.example.nl", "real.example.nl"
	rec := record(imap, smtp)
	c := o.checkSRV(ctx, "example.nl", &rec.Products[0], rec)
	if got := checkCodes(&c); got != "does not hold verify-srv-contradicts verify-srv-alias" {
		t.Errorf("got %q: %+v", got, c)
	}
	if len(c.Seen) != 3 {
		t.Errorf("seen %q", c.Seen)
	}
	if s := o.look(ctx, "example.nl"); !s.live || s.unanswered != nil {
		t.Errorf("example.nl: %+v", s)
	}
	if s := o.look(ctx, "none.example.nl"); s.live || s.unanswered != nil {
		t.Errorf("none.example.nl: %+v", s)
	}
	if s := o.look(ctx, "x.broken"); s.live || s.unanswered == nil {
		t.Errorf("x.broken: %+v", s)
	}
}

// A name in the machine's hosts file often has an address of one family only.
func TestHostsFile(t *testing.T) {
	s := row(mail.IMAP, mail.TLS)
	for _, ip := range []string{"192.0.2.1", "2001:db8::1"} {
		for _, closed := range []bool{false, true} {
			l := newLab(t)
			l.dns.hosts, l.dns.closed = true, closed
			l.dns.ips[host] = []string{ip}
			l.peers = map[string]peer{net.JoinHostPort(ip, "993"): good(mail.IMAP).serve(mail.TLS, nil)}
			opt := l.options()
			opt.HasRoute = func(netip.Addr) bool { return true }
			wantCodes(t, l.checkWith(opt, s), "holds")
		}
	}
}

// In a closed network nothing that the DNS does not know is held against
// anybody; what it knows is used.
func TestClosedNetwork(t *testing.T) {
	s := row(mail.IMAP, mail.TLS)
	other := row(mail.IMAP, mail.TLS)
	other.Host = "none.example.nl"
	for _, tt := range []struct {
		do     func(*fakeDNS)
		want   string
		domain string
	}{
		{func(d *fakeDNS) { d.closed = true }, "could not be reached verify-dns-unanswered", "could not be reached verify-dns-unanswered"},
		{func(d *fakeDNS) { d.silent = map[string]bool{"ns ": true} }, "could not be reached verify-dns-unanswered", "could not be reached verify-dns-unanswered"},
		// A domain that is known is looked at as on the internet.
		{func(d *fakeDNS) { d.closed, d.mx = true, map[string][]*net.MX{"example.nl": {{Host: "mx."}}} }, "could not be reached verify-dns-unanswered", "holds verify-srv-missing"},
		{func(d *fakeDNS) {}, "does not hold verify-dns", "does not hold verify-domain"},
	} {
		l := newLab(t).at(s, good(mail.IMAP).serve(mail.TLS, nil))
		tt.do(l.dns)
		opt := l.options()
		opt.OnlyServers = false
		r := l.checkWith(opt, other, s)
		if got := codes(&r.Rows[0]); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
		if got := checkCodes(&Check{Problems: slices.Concat(r.Domains[0].Problems, r.Domains[0].SRV.Problems)}); got != tt.domain {
			t.Errorf("domain: got %q, want %q", got, tt.domain)
		}
		if got := codes(&r.Rows[1]); got != "holds" {
			t.Errorf("the server that is known: got %q", got)
		}
		if n := slices.Index(l.dns.asked, "ns ."); n < 0 || slices.Index(l.dns.asked[n+1:], "ns .") >= 0 {
			t.Errorf("asked for the root other than once: %q", l.dns.asked)
		}
	}
}

// checkCodes returns outcome and codes of a check.
func checkCodes(c *Check) string {
	s := c.Outcome().String()
	for _, p := range c.Problems {
		s += " " + string(p.Code)
	}
	return s
}

// The routing table is asked without sending anything. Loopback always has a
// route.
func TestHasRoute(t *testing.T) {
	if !hasRoute(netip.MustParseAddr("127.0.0.1")) {
		t.Error("no route to this machine itself")
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"* OK ready":                    "* OK ready",
		"a\x1b[31mb\x07\x00c\td":        "a[31mbc d",
		"\r\nfirst\nsecond":             "first",
		"one\rtwo":                      "onetwo",
		"a\u202eb\u2066c\u200bd\ufeffe": "abcde",
		"\xff\xfe":                      "\ufffd\ufffd",
		strings.Repeat("é", 300):        strings.Repeat("é", 200) + "…",
		"x\u2028y\u0085z":               "xyz",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := clean(strings.Repeat("\x01", 1<<20)); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestLiteralAddress(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.9":        "[192.0.2.9]",
		"::ffff:192.0.2.9": "[192.0.2.9]",
		"2001:db8::9":      "[IPv6:2001:db8::9]",
		"fe80::1":          "[IPv6:fe80::1]",
	} {
		if got := literalAddress(&net.TCPAddr{IP: net.ParseIP(in), Zone: "eth0"}); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// A row whose host holds the domain of the reader's address stands for one
// server in each domain: all are asked, each is named, and the row holds only
// where all do.
func TestHostOfDomain(t *testing.T) {
	domains := []string{"example.nl", "klant.example", "winkel.example"}
	for _, tt := range []struct {
		host    string // of the row
		without string // a domain whose server is not there
		want    string
	}{
		{"imap.%EMAILDOMAIN%", "", "imap.example.nl: holds, imap.klant.example: holds, imap.winkel.example: holds"},
		{"%EMAILDOMAIN%", "", "example.nl: holds, klant.example: holds, winkel.example: holds"},
		{"in.mail.%EMAILDOMAIN%", "klant.example", "in.mail.example.nl: holds, in.mail.klant.example: does not hold verify-dns, in.mail.winkel.example: holds"},
		{"imap.example.nl", "", "imap.example.nl: holds"},
	} {
		l := newLab(t)
		s := row(mail.IMAP, mail.TLS)
		s.Host = tt.host
		var names []string
		for i, d := range domains {
			name := mail.HostFor(tt.host, d)
			names = append(names, name)
			if d == tt.without {
				continue
			}
			ip := fmt.Sprintf("192.0.2.%d", 10+i)
			l.dns.ips[name] = []string{ip}
			l.peers[ip+":993"] = good(mail.IMAP).serve(mail.TLS, nil)
		}
		l.cert = l.root.issue(t, 60, names...)
		rec := record(s)
		rec.Products[0].Domains = domains
		if tt.without == "" && !mail.Placeholder(tt.host) {
			l.peers["192.0.2.10:993"] = good(mail.IMAP).serve(mail.TLS, nil)
			l.dns.ips[tt.host] = []string{"192.0.2.10"}
		}
		r, err := Run(context.Background(), rec, l.options())
		if err != nil {
			t.Fatal(err)
		}
		l.wg.Wait()
		var got []string
		for i := range r.Rows {
			got = append(got, r.Rows[i].Server.Host+": "+codes(&r.Rows[i]))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: got %q, want %q", tt.host, got, tt.want)
		}
		now, _ := Keep(nil, r)
		if ck, ok := now.Row(mail.RowKey(s)); !ok || ck.Holds != (tt.without == "") || len(now.Keys()) != 1 {
			t.Errorf("%s: kept %+v of %q", tt.host, ck, now.Keys())
		}
		if since := now.Since(&rec.Products[0], mail.IMAP); since.IsZero() != (tt.without != "") {
			t.Errorf("%s: pages say %s", tt.host, since)
		}
	}
}

// The SRV records and the autoconfig file of each domain are compared with the
// servers of that domain, not with those of the product's first.
func TestFormsOfDomain(t *testing.T) {
	e := newEstate(t)
	e.serveWeb()
	p := &e.rec.Products[0]
	for i := range p.Servers {
		p.Servers[i].Host = strings.Replace(p.Servers[i].Host, "example.nl", mail.EmailDomain, 1)
	}
	p.Domains = []string{"first.example", "example.nl"}
	o := e.opt.withDefaults()
	if c := o.checkSRV(context.Background(), "example.nl", p, e.rec); checkCodes(&c) != "holds" {
		t.Errorf("SRV: %+v", c)
	}
	if c := o.checkAutoconfig(context.Background(), "example.nl", nil, p); checkCodes(&c) != "holds" {
		t.Errorf("autoconfig: %+v", c)
	}
}
