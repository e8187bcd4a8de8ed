package verify

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// A probe is what was found of one server name, port and security, whichever
// rows name it.
type probe struct {
	problems []Problem
	contacts []contact
}

// A contact is what one address gave.
type contact struct {
	Address
	apop  bool
	early *offer // what was offered before TLS; nil when not asked
	final *offer // what is offered to a client that is about to log in; nil when that point was not reached
}

func (c *contact) add(ps ...Problem) { c.Problems = append(c.Problems, ps...) }

// probe looks the host up and talks to each of its addresses, one after the
// other.
func (o *Options) probe(ctx context.Context, s mail.Server) probe {
	var p probe
	ips, problems := o.addresses(ctx, s.Host)
	p.problems = problems
	skipped := 0
	for _, ip := range ips {
		c := contact{Address: Address{IP: ip}}
		if o.HasRoute(ip) {
			o.contact(ctx, s, &c)
		} else {
			c.Skipped = diag.Say("this machine has no route to it")
			skipped++
		}
		p.contacts = append(p.contacts, c)
	}
	if skipped > 0 && skipped == len(ips) {
		p.problems = append(p.problems, Problem{Outcome: Unreachable, Code: diag.VerifyConnect, Msg: "this machine has no route to any of its addresses", Hint: "check from a machine with a working network"})
	}
	return p
}

// addresses returns every IPv4 and IPv6 address of a host, in order.
func (o *Options) addresses(ctx context.Context, host string) ([]netip.Addr, []Problem) {
	var ips []netip.Addr
	var problems []Problem
	var errs [2]error
	for i, network := range []string{"ip4", "ip6"} {
		ctx, cancel := context.WithTimeout(ctx, o.Timeouts.DNS)
		found, err := o.Resolver.LookupNetIP(ctx, network, host+".")
		cancel()
		errs[i] = err
		for _, ip := range found {
			ips = append(ips, ip.Unmap())
		}
	}
	silent := func(err error) bool {
		// A resolver that knows the name is believed when it has no address
		// of the other family.
		return err != nil && !notFound(err) && !(isDoubted(err) && len(ips) > 0)
	}
	switch {
	case silent(errs[0]) && silent(errs[1]):
		problems = append(problems, *silentDNS(host, errs[0]))
	case silent(errs[0]):
		problems = append(problems, *silentDNS(diag.Say("the IPv4 addresses of %s", host), errs[0]))
	case silent(errs[1]):
		problems = append(problems, *silentDNS(diag.Say("the IPv6 addresses of %s", host), errs[1]))
	}
	slices.SortFunc(ips, netip.Addr.Compare)
	ips = slices.Compact(ips)
	if len(ips) == 0 && len(problems) == 0 {
		p := Problem{Outcome: DoesNotHold, Code: diag.VerifyDNS, Msg: diag.Say("%s has no address in the DNS", host), Hint: "correct the host in this row, or add an A or AAAA record for it"}
		if to := o.canonical(ctx, host); to != host {
			p.Msg = diag.Say("%s is an alias of %s, which has no address in the DNS", host, clean(to))
			p.Hint = "point its CNAME record at a name that exists, or replace it by an A or AAAA record: a name cannot have both"
		}
		problems = append(problems, p)
	}
	return ips, problems
}

// contact makes the one connection to an address and notes what came of it.
func (o *Options) contact(ctx context.Context, s mail.Server, c *contact) {
	ctx, cancel := context.WithTimeout(ctx, o.Timeouts.Row)
	defer cancel()
	dctx, dcancel := context.WithTimeout(ctx, o.Timeouts.Connect)
	conn, err := o.Dial(dctx, "tcp", netip.AddrPortFrom(c.IP, uint16(s.Port)).String())
	dcancel()
	if err != nil {
		c.add(connectProblem(err, s, o.Timeouts.Connect))
		return
	}
	defer conn.Close()
	w := &wire{ctx: ctx, conn: conn}
	d := newDialect(s.Protocol, literalAddress(conn.LocalAddr()))
	f := o.talk(w, d, s, c)
	if f != nil {
		c.add(f.Problem)
	}
	if f == nil || f.awaits {
		// A server that does not answer to this is left all the same.
		// TLS has a goodbye of its own, which Close sends.
		if o.step(w, "goodbye", o.Timeouts.Command, func() error { return d.goodbye(w) }) == nil {
			w.conn.Close()
		}
	}
}

// talk has the whole dialogue but for its end. It returns what cut it short.
func (o *Options) talk(w *wire, d dialect, s mail.Server, c *contact) *fault {
	if s.Security == mail.TLS {
		if f := o.secure(w, s, c); f != nil {
			return f
		}
	}
	if f := o.greet(w, d, s, c); f != nil {
		return f
	}
	offered, f := o.offers(w, d, "answer to the question what it offers")
	if f != nil {
		return f
	}
	if s.Security != mail.STARTTLS {
		c.final = offered
		return nil
	}
	c.early = offered
	if offered.known && !offered.upgrade {
		return refuted(diag.VerifyStarttls, strings.Join(offered.list, ", "), `switch it on at the server, or publish the port that is encrypted from the first byte with security = "tls"`, "the server does not offer STARTTLS").orderly()
	}
	if f := o.step(w, "answer to STARTTLS", o.Timeouts.Command, func() error { return d.startTLS(w) }); f != nil {
		return f
	}
	if len(w.buf) > 0 {
		// Whoever sits in between can put bytes here that the client would
		// take for the encrypted server's (CVE-2011-0411). Not one of them is
		// looked at as protocol.
		return extraBytes(w.buf)
	}
	if f := o.secure(w, s, c); f != nil {
		return f
	}
	// From here on only what is said inside TLS counts: RFC 9051 §6.2.1, RFC
	// 2595 §4, RFC 3207 §4.2.
	c.final, f = o.offers(w, d, "answer to the question what it offers inside TLS")
	return f
}

func extraBytes(b []byte) *fault {
	return refuted(diag.VerifyStarttlsBytes, string(b), "the server, or something between here and it, adds them; find out which before anyone logs in here", "bytes came after the reply to STARTTLS, before encryption")
}

func (o *Options) offers(w *wire, d dialect, what diag.Phrase) (offered *offer, f *fault) {
	f = o.step(w, what, o.Timeouts.Command, func() (err error) { offered, err = d.offers(w); return err })
	if f != nil {
		return nil, f
	}
	return offered, nil
}

// slow is when a greeting that came gets a warning: Thunderbird gives a server
// 10 s when it searches (mailnews.auto_config.guess.timeout), and readers less.
const slow = 5 * time.Second

// greet reads the greeting.
func (o *Options) greet(w *wire, d dialect, s mail.Server, c *contact) *fault {
	var h hello
	begin := time.Now()
	f := o.step(w, "greeting", o.Timeouts.Greeting, func() (err error) { h, err = d.greeting(w); return err })
	c.Greeting = clean(h.line)
	if waited := time.Since(begin); f == nil && waited >= slow {
		c.add(Problem{Outcome: Holds, Code: diag.VerifySlow, Msg: diag.Say("the greeting came after %s", seconds(waited)), Hint: "find out what holds it up (a look-up of the client's name, greylisting, load): mail programs give up after 10 seconds when they search for the settings"})
	}
	c.apop = h.apop
	const noPreauth = "no IMAP server for readers greets with PREAUTH; check host and port"
	switch {
	case f != nil && f.Code == diag.VerifySilent && s.Security != mail.TLS && w.total == 0 && o.answersTLS(w):
		return refuted(diag.VerifySecurity, "", diag.Say("write security = \"tls\" for this port, or publish the port for %s", s.Security), "the port is encrypted from the first byte, so it is not %s", s.Security)
	case f != nil:
		return f
	case h.preauth && s.Security != mail.TLS:
		// RFC 9051 §7.1.4: a server that takes us for logged in cannot be
		// asked for STARTTLS any more; close.
		return refuted(diag.VerifyPreauth, h.line, noPreauth, "the server takes anyone for logged in, without encryption")
	case h.preauth:
		return refuted(diag.VerifyPreauth, h.line, noPreauth, "the server takes anyone for logged in").orderly()
	}
	return nil
}

// step does one step within its time and returns what went wrong. What names
// what the step waits for.
func (o *Options) step(w *wire, what diag.Phrase, limit time.Duration, do func() error) *fault {
	begin := time.Now()
	done := w.within(limit)
	err := do()
	done()
	if err == nil {
		return nil
	}
	return faultOf(err, what, time.Since(begin), w.buf)
}

// faultOf tells silence and closing from what the server itself said.
// Waited is how long the step took; partial is what came of a line that never
// ended.
func faultOf(err error, what diag.Phrase, waited time.Duration, partial []byte) *fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	switch {
	case timedOut(err):
		return unreached(diag.VerifySilent, string(partial), "try again later, and from another network", "no complete %s within %s", what, seconds(waited))
	case closed(err):
		return unreached(diag.VerifyClosed, string(partial), "try again later; the server's own log says why", "the server closed the connection before the end of the %s", what)
	}
	// TLS alerts: the server's, and ours about what it sent.
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "remote error" || op.Op == "local error") {
		return refuted(diag.VerifyTLS, "", "see the server's own log; readers' mail programs fail in the same way", "the server broke off the encrypted connection before the end of the %s", what).because(op.Err)
	}
	return unreached(diag.VerifyClosed, "", "try again later", "the connection failed before the end of the %s", what).because(err)
}

func timedOut(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}

// seconds returns a duration for people.
func seconds(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return strconv.Itoa(int(d.Round(time.Second)/time.Second)) + " s"
}

// connectProblem says why TCP did not come about. All of it is "could not be
// reached": it may be otherwise from a reader's network.
func connectProblem(err error, s mail.Server, limit time.Duration) Problem {
	hint := "check that the server runs; if it does, try from another network, for a firewall may be in between"
	if s.Port == 25 {
		hint = "networks often close port 25 to the outside: try from another network before you change the row"
	}
	why := func(format string, args ...any) Problem {
		return unreached(diag.VerifyConnect, "", hint, format, args...).Problem
	}
	switch {
	case timedOut(err):
		return why("no answer within %s", seconds(limit))
	case errors.Is(err, syscall.ECONNREFUSED):
		return why("the connection was refused: nothing listens on port %d", s.Port)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return why("the network knows no way to it")
	}
	return why("no connection: %s", err)
}

// secure does the TLS handshake with the published host as server name and
// notes what is amiss. A bad certificate is a problem and not the end, so that
// one run tells all; nothing secret is said on the connection.
func (o *Options) secure(w *wire, s mail.Server, c *contact) *fault {
	first := &tap{Conn: w.conn}
	conn := tls.Client(first, &tls.Config{
		ServerName: s.Host,
		// Verification follows, with all of its results; see certificate.
		InsecureSkipVerify: true,
		// Old versions are let through to be named in the report.
		MinVersion: tls.VersionTLS10,
		Time:       o.Now,
	})
	var err error
	f := o.step(w, "TLS handshake", o.Timeouts.TLS, func() error { err = conn.HandshakeContext(w.ctx); return err })
	if f != nil {
		return handshakeFault(f, err, s, first.first)
	}
	w.upgrade(conn)
	var problems []Problem
	c.TLS, problems = certificate(conn.ConnectionState(), s.Host, o.Roots, o.Now())
	c.add(problems...)
	return nil
}

// handshakeFault says why TLS did not come about; f is what faultOf made of
// err, first is what the server sent.
func handshakeFault(f *fault, err error, s mail.Server, first []byte) *fault {
	plain := timedOut(err) && len(first) > 0 && !isTLS(first)
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		plain = true
	}
	_, isOp := errors.AsType[*net.OpError](err) // an alert, which faultOf knows, or the network
	switch {
	case plain && s.Security == mail.STARTTLS:
		// They came too late for the buffer of the reply.
		return extraBytes(first)
	case plain:
		what := diag.Say("without encryption")
		if proto := speaks(string(first)); proto != "" && proto != "TLS" {
			what = diag.Say("in plain %s", proto)
		}
		return refuted(diag.VerifySecurity, string(first), `write security = "starttls" if readers are to use this port, or publish the port that is encrypted from the first byte`, "the port begins %s, so it is not tls", what)
	case timedOut(err), closed(err), isOp:
		return f
	}
	return refuted(diag.VerifyTLS, "", "see the server's own log; readers' mail programs fail in the same way", "no encrypted connection came about").because(err)
}

// answersTLS tries TLS on a connection on which the server said nothing: on
// such a port it waits for us to begin.
func (o *Options) answersTLS(w *wire) bool {
	first := &tap{Conn: w.conn}
	conn := tls.Client(first, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10})
	o.step(w, "TLS handshake", o.Timeouts.TLS, func() error { return conn.HandshakeContext(w.ctx) })
	return isTLS(first.first)
}

// row joins the probe with what one row claims.
func (p *probe) row(product string, s mail.Server) Row {
	r := Row{Product: product, Server: s, Problems: slices.Clone(p.problems)}
	for i := range p.contacts {
		c := &p.contacts[i]
		a := c.Address
		a.Problems = slices.Concat(a.Problems, judge(s, c))
		if o := cmp.Or(c.final, c.early); o != nil {
			a.Capabilities = make([]string, len(o.list))
			for i, s := range o.list {
				a.Capabilities[i] = clean(s)
			}
		}
		r.Addresses = append(r.Addresses, a)
	}
	return r
}
