package verify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// maxXML is far more than any provider's file needs.
const maxXML = 256 << 10 // bytes

// httpClient is the client for autoconfig files. o must have its defaults.
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
				return errors.New("it redirects more than five times")
			case r.URL.Scheme != "https":
				return fmt.Errorf("it redirects to %s, which is not https", r.URL.Redacted())
			}
			return nil
		},
	}
}

// autoconfigURLs are the addresses on the domain itself that mail programs try
// over https (draft-ietf-mailmaint-autoconfig §4, steps 1.1 and 1.2). The
// emailaddress query is left out: the file must serve without it.
func autoconfigURLs(domain string) []string {
	return []string{
		"https://autoconfig." + domain + "/mail/config-v1.1.xml",
		"https://" + domain + "/.well-known/autoconfig/mail/config-v1.1.xml",
	}
}

// checkAutoconfig fetches both files. One is enough, for programs try both;
// but each that is there must agree with the record.
func (o *Options) checkAutoconfig(ctx context.Context, domain string, p *mail.Product) Check {
	var c Check
	silent := false
	for _, url := range autoconfigURLs(domain) {
		there, problems := o.autoconfig(ctx, url, domain, p)
		c.Problems = append(c.Problems, problems...)
		switch {
		case there && worst(problems) == Holds:
			c.Published = true
			c.Seen = append(c.Seen, url)
		case there:
			c.Published = true
		case len(problems) > 0:
			silent = true
		}
	}
	if !c.Published && !silent && !slices.Contains(o.Off, forms.FormAutoconfig) && wantedEndpoints(p) != nil {
		c.Problems = append(c.Problems, Problem{Outcome: DoesNotHold, Code: diag.VerifyAutoconfigMissing, Msg: "no autoconfig file at " + strings.Join(autoconfigURLs(domain), " or "), Hint: "put the file that the build makes at one of these addresses"})
	}
	return c
}

// autoconfig fetches one file and compares it. There is false where nothing is
// published at the address (no such host, 404, 410) and where no answer came;
// a problem tells the latter apart.
func (o *Options) autoconfig(ctx context.Context, url, domain string, p *mail.Product) (there bool, _ []Problem) {
	ctx, cancel := context.WithTimeout(ctx, o.Timeouts.HTTP)
	defer cancel()
	one := func(f *fault) []Problem { return []Problem{f.Problem} }
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false, one(refuted(diag.VerifyAutoconfig, "", "", "%s is not an address: %v", url, err))
	}
	req.Header.Set("User-Agent", "wegwijs-verify")
	resp, err := o.HTTP.Do(req)
	if err != nil {
		return fetchFault(err, url)
	}
	defer resp.Body.Close()
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		return false, nil
	case code >= 500 || code == http.StatusTooManyRequests:
		return false, one(unreached(diag.VerifyAutoconfigUnreachable, resp.Status, "try again later; see the web server's own log", "%s does not answer now", url))
	case code != http.StatusOK:
		return true, one(refuted(diag.VerifyAutoconfig, resp.Status, "the file must be public: no login, no redirect to a page", "%s does not give the file", url))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxXML+1))
	switch {
	case err != nil:
		return false, one(unreached(diag.VerifyAutoconfigUnreachable, err.Error(), "try again later", "%s breaks off", url))
	case len(body) > maxXML:
		return true, one(refuted(diag.VerifyAutoconfig, "", "", "%s gives more than %d KiB", url, maxXML>>10))
	}
	var ps []Problem
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/xml" && kind != "application/xml" {
		ps = append(ps, refuted(diag.VerifyAutoconfigType, resp.Header.Get("Content-Type"), "let the web server send Content-Type: text/xml; charset=utf-8", "%s has the wrong content type, so Thunderbird does not read it", url).Problem)
	}
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		if end := resp.TLS.PeerCertificates[0].NotAfter; end.Sub(o.Now()) < soon*24*time.Hour {
			ps = append(ps, Problem{Outcome: Holds, Code: diag.VerifyCertificateSoon, Msg: fmt.Sprintf("the certificate of %s expires on %s", resp.Request.URL.Host, end.UTC().Format(time.DateOnly)), Hint: "renew it; if that should happen by itself, find out why it did not"})
		}
	}
	return true, append(ps, compareAutoconfig(body, url, domain, p)...)
}

// fetchFault sorts the failures of a fetch: no such host means that nothing is
// published there, a bad certificate contradicts, the rest is silence.
func fetchFault(err error, url string) (there bool, _ []Problem) {
	var f *fault
	bad, isBad := errors.AsType[*tls.CertificateVerificationError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	_, isPlain := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case notFound(err):
		return false, nil
	case isBad:
		f = refuted(diag.VerifyAutoconfigCertificate, bad.Err.Error(), "mend the certificate of the web server: programs take nothing from an https address they do not trust", "%s has a certificate that is not valid for it", url)
	case isPlain || strings.Contains(err.Error(), "gave HTTP response to HTTPS client"):
		f = refuted(diag.VerifyAutoconfig, err.Error(), "switch https on", "%s does not speak https", url)
	case isOp && op.Op == "remote error":
		f = refuted(diag.VerifyAutoconfigCertificate, op.Err.Error(), "see the web server's own log", "%s does not let an encrypted connection come about", url)
	case strings.Contains(err.Error(), "it redirects "):
		f = refuted(diag.VerifyAutoconfig, err.Error(), "let the address give the file itself", "%s does not give the file", url)
	default:
		return false, []Problem{unreached(diag.VerifyAutoconfigUnreachable, err.Error(), "try again later", "%s could not be fetched", url).Problem}
	}
	return true, []Problem{f.Problem}
}

// An endpoint is what a row and a server in an autoconfig file have in common.
type endpoint struct {
	protocol mail.Protocol
	host     string
	port     int
	security mail.Security // "" for a socketType that is none of them
}

func (e endpoint) String() string {
	return fmt.Sprintf("%s %s:%d (%s)", e.protocol, e.host, e.port, e.security)
}

type autoconfigServer struct {
	Type       string `xml:"type,attr"`
	Hostname   string `xml:"hostname"`
	Port       string `xml:"port"`
	SocketType string `xml:"socketType"`
}

var kinds = map[string]mail.Protocol{"imap": mail.IMAP, "pop3": mail.POP, "smtp": mail.SMTP}
var sockets = map[string]mail.Security{"SSL": mail.TLS, "STARTTLS": mail.STARTTLS, "plain": mail.None}

// endpoints reads the servers of an autoconfig file, in its order. Types that
// the record knows nothing of (jmap, ews, …) are the provider's own and left
// out.
func endpoints(body []byte, domain string) ([]endpoint, error) {
	var file struct {
		XMLName  xml.Name
		Incoming []autoconfigServer `xml:"emailProvider>incomingServer"`
		Outgoing []autoconfigServer `xml:"emailProvider>outgoingServer"`
	}
	// draft-ietf-mailmaint-autoconfig §3.2: UTF-8 without a byte order mark.
	if bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) {
		return nil, errors.New("it begins with a byte order mark")
	}
	if err := xml.Unmarshal(body, &file); err != nil {
		return nil, err
	}
	if file.XMLName.Local != "clientConfig" {
		return nil, fmt.Errorf("it begins with <%s>", file.XMLName.Local)
	}
	var es []endpoint
	for _, s := range slices.Concat(file.Incoming, file.Outgoing) {
		p, ok := kinds[s.Type]
		if !ok {
			continue
		}
		port, _ := strconv.Atoi(strings.TrimSpace(s.Port))
		host := strings.ReplaceAll(strings.TrimSpace(s.Hostname), "%EMAILDOMAIN%", domain)
		es = append(es, endpoint{p, clean(strings.ToLower(host)), port, sockets[strings.TrimSpace(s.SocketType)]})
	}
	return es, nil
}

// compareAutoconfig says where a file and the record differ. It must have what
// [forms.Autoconfig] writes, and may have more only where that leaves a row of
// the record out.
func compareAutoconfig(body []byte, url, domain string, p *mail.Product) []Problem {
	got, err := endpoints(body, domain)
	const put = "put the file that the build makes at this address"
	if err != nil {
		return []Problem{refuted(diag.VerifyAutoconfig, err.Error(), put, "%s is not an autoconfig file", url).Problem}
	}
	var ps []Problem
	differs := func(e endpoint, what string) {
		ps = append(ps, refuted(diag.VerifyAutoconfigDiffers, "", put+"; the record in site.toml is its only source", what, url, e).Problem)
	}
	want := wantedEndpoints(p)
	for _, e := range want {
		if !slices.Contains(got, e) {
			differs(e, "%s leaves out %s")
		}
	}
	for _, e := range got {
		if !slices.ContainsFunc(p.Servers, func(s mail.Server) bool { return e == endpoint{s.Protocol, s.Host, s.Port, s.Security} }) {
			differs(e, "%s has %s, which is not in the record")
		}
	}
	if len(ps) == 0 && !slices.Equal(byProtocol(got, want), byProtocol(want, want)) {
		ps = append(ps, Problem{Outcome: Holds, Code: diag.VerifyAutoconfigOrder, Msg: url + " has the servers in another order than the record; programs take the first", Hint: put})
	}
	return ps
}

// wantedEndpoints are the servers that the site's own file has; none where the
// form cannot express the product.
func wantedEndpoints(p *mail.Product) []endpoint {
	if len(p.Domains) == 0 {
		return nil
	}
	body, _ := forms.Autoconfig(p, &forms.Site{})
	if body == nil {
		return nil
	}
	es, err := endpoints(body, p.Domains[0])
	if err != nil {
		panic("verify: the program's own autoconfig file cannot be read: " + err.Error())
	}
	return es
}

// byProtocol gives those of es that are in which, by protocol: only the order
// within one protocol means anything.
func byProtocol(es, which []endpoint) []endpoint {
	es = slices.DeleteFunc(slices.Clone(es), func(e endpoint) bool { return !slices.Contains(which, e) })
	slices.SortStableFunc(es, func(a, b endpoint) int { return cmp.Compare(a.protocol, b.protocol) })
	return es
}
