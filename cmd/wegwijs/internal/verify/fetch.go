package verify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// maxFile is far more than any provider's file needs.
const maxFile = 256 << 10 // bytes

// An answer is what an address on the web gave.
type answer struct {
	there bool   // something is published: an answer came that is not "no such file" nor for the time being
	kind  string // its Content-Type
	body  []byte // nil where problems say why
}

// A question is one request: GET, or POST with a body.
type question struct {
	method, url, body string
	head              bool // only the type and status matter
}

// webCodes are the codes under which a form's fetching is reported.
type webCodes struct{ wrong, certificate, unreachable diag.Code }

// The key under which a context has the one address that a host stands for.
type pinned struct{}

type pin struct {
	host string
	ip   netip.Addr
}

// httpClient is the client for the files of the web. o must have its defaults.
func httpClient(o Options) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:       o.dialHost,
			TLSClientConfig:   &tls.Config{RootCAs: o.Roots, Time: o.Now, MinVersion: tls.VersionTLS12},
			DisableKeepAlives: true, // one file a host
			ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			switch {
			case len(via) >= 5:
				return errRedirect{diag.Errorf("it redirects more than five times")}
			case r.URL.Scheme != "https" && via[0].URL.Scheme == "https":
				return errRedirect{diag.Errorf("it redirects to %s, which is not https", r.URL.Redacted())}
			}
			return nil
		},
	}
}

// ask puts a question to every address that the host's name has, one after the
// other, for readers get one of them and cannot choose. There is true where
// any of them publishes something; a problem that not all have names those
// that do. The body is that of the first address that gave one.
func (o *Options) ask(ctx context.Context, q question, codes webCodes) (answer, []Problem) {
	u, err := url.Parse(q.url)
	if err != nil {
		return answer{}, []Problem{refuted(codes.wrong, "", "correct the address", "%s is not an address: %v", q.url, err).Problem}
	}
	ips := o.webAddresses(ctx, u.Hostname())
	if len(ips) < 2 {
		return o.fetch(ctx, q, codes)
	}
	var first answer
	var gs []group
	for _, ip := range ips {
		a, ps := o.fetch(context.WithValue(ctx, pinned{}, pin{u.Hostname(), ip}), q, codes)
		switch {
		case a.body != nil && first.body != nil && !bytes.Equal(a.body, first.body):
			ps = append(ps, refuted(codes.wrong, "", "give every server behind the name the same file", "%s gives another file at one address than at another", q.url).Problem)
		case first.body == nil && a.there || !first.there:
			first = a
		}
		for _, p := range ps {
			i := slices.IndexFunc(gs, func(g group) bool { return g.Problem == p })
			if i < 0 {
				i, gs = len(gs), append(gs, group{Problem: p})
			}
			gs[i].at = append(gs[i].at, ip.String())
		}
	}
	var problems []Problem
	for _, g := range gs {
		if len(g.at) < len(ips) {
			g.Msg = diag.Say("%s (at %s)", g.Msg, strings.Join(g.at, ", "))
		}
		problems = append(problems, g.Problem)
	}
	return first, problems
}

// webAddresses returns the addresses of a host that this machine has a route
// to, in order.
func (o *Options) webAddresses(ctx context.Context, host string) []netip.Addr {
	if o.ownHTTP {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeouts.DNS)
	defer cancel()
	var ips []netip.Addr
	for _, network := range []string{"ip4", "ip6"} {
		got, _ := o.Resolver.LookupNetIP(ctx, network, strings.TrimSuffix(host, ".")+".")
		for _, ip := range got {
			if ip = ip.Unmap(); o.HasRoute(ip) {
				ips = append(ips, ip)
			}
		}
	}
	slices.SortFunc(ips, netip.Addr.Compare)
	return slices.Compact(ips)
}

// fetch makes one request. There is false where nothing is published at the
// address (no such host, 404, 410) and where no answer came; a problem tells
// the latter apart.
func (o *Options) fetch(ctx context.Context, q question, codes webCodes) (answer, []Problem) {
	ctx, cancel := context.WithTimeout(ctx, o.Timeouts.HTTP)
	defer cancel()
	one := func(f *fault) []Problem { return []Problem{f.Problem} }
	req, err := http.NewRequestWithContext(ctx, cmp.Or(q.method, http.MethodGet), q.url, strings.NewReader(q.body))
	if err != nil {
		return answer{}, one(refuted(codes.wrong, "", "correct the address", "%s is not an address: %v", q.url, err))
	}
	req.Header.Set("User-Agent", "wegwijs-verify")
	if q.body != "" {
		req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	}
	resp, err := o.HTTP.Do(req)
	if err != nil {
		return fetchFault(err, q.url, codes)
	}
	defer resp.Body.Close()
	a := answer{there: true, kind: resp.Header.Get("Content-Type")}
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		return answer{}, nil
	case code >= 500 || code == http.StatusTooManyRequests:
		return answer{}, one(unreached(codes.unreachable, resp.Status, "try again later; see the web server's own log", "%s does not answer now", q.url))
	case code == http.StatusMethodNotAllowed && req.Method == http.MethodPost:
		return a, one(refuted(codes.wrong, resp.Status, "include the rules for your web server that the build makes (mail/nginx.conf, apache.conf or caddy.conf): programs ask with POST", "%s does not take POST", q.url))
	case code != http.StatusOK:
		return a, one(refuted(codes.wrong, resp.Status, "the file must be public: no login, no redirect to a page", "%s does not give the file", q.url))
	}
	var ps []Problem
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		if end := resp.TLS.PeerCertificates[0].NotAfter; end.Sub(o.Now()) < soon*24*time.Hour {
			ps = append(ps, Problem{Outcome: Holds, Code: diag.VerifyCertificateSoon, Msg: diag.Say("the certificate of %s expires on %s", resp.Request.URL.Host, end.UTC().Format(time.DateOnly)), Hint: "renew it; if that should happen by itself, find out why it did not"})
		}
	}
	if q.head {
		a.body = []byte{}
		return a, ps
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxFile+1))
	switch {
	case err != nil:
		return answer{}, one(unreached(codes.unreachable, "", "try again later", "%s breaks off", q.url))
	case len(body) > maxFile:
		return a, one(refuted(codes.wrong, "", "put the file that the build makes at this address", "%s gives more than %d KiB", q.url, maxFile>>10))
	}
	a.body = body
	if a.body == nil {
		a.body = []byte{}
	}
	return a, ps
}

// fetchFault sorts the failures of a fetch: no such host means that nothing is
// published there, a bad certificate contradicts, the rest is silence.
func fetchFault(err error, url string, codes webCodes) (answer, []Problem) {
	var f *fault
	bad, isBad := errors.AsType[*tls.CertificateVerificationError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	_, isPlain := errors.AsType[tls.RecordHeaderError](err)
	away, isAway := errors.AsType[errRedirect](err)
	switch {
	case notFound(err):
		return answer{}, nil
	case isBad:
		f = refuted(codes.certificate, "", "mend the certificate of the web server: programs take nothing from an https address they do not trust", "%s has a certificate that is not valid for it", url).because(bad)
	case isPlain || strings.Contains(err.Error(), "gave HTTP response to HTTPS client"):
		f = refuted(codes.wrong, "", "switch https on", "%s does not speak https", url)
	case isOp && op.Op == "remote error":
		f = refuted(codes.certificate, "", "see the web server's own log", "%s does not let an encrypted connection come about", url).because(op.Err)
	case isAway:
		f = refuted(codes.wrong, "", "let the address give the file itself", "%s does not give the file", url).because(away)
	default:
		return answer{}, []Problem{unreached(codes.unreachable, "", "try again later", "%s could not be fetched", url).because(plainly(err)).Problem}
	}
	return answer{there: true}, []Problem{f.Problem}
}

// An errRedirect says that an answer leads elsewhere.
type errRedirect struct{ error }

func (e errRedirect) Unwrap() error { return e.error }

// plainly returns what went wrong with a request, without the request.
func plainly(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// dialHost connects to a host name for the https client: through the same
// resolver and dialer as everything else, and to the one address where ask has
// chosen it.
func (o *Options) dialHost(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	var ips []netip.Addr
	var first error
	found := false
	if p, ok := ctx.Value(pinned{}).(pin); ok && p.host == host {
		ips, found = []netip.Addr{p.ip}, true
	} else {
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
		first = diag.Errorf("%s has no address that this machine has a route to", host)
	}
	return nil, first
}
