package verify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// An autoconfigSource is one address at which mail programs look for the file.
// The emailaddress query is left out: the file must serve without it.
type autoconfigSource struct {
	url string
	by  way
}

// A way is how a program comes to an autoconfig file, the preferred first.
type way int

const (
	byHTTPS way = iota // on the domain itself
	byHTTP             // the same without encryption, which not all programs follow
	byMX               // on the domain of the mail server
)

// autoconfigSources are the addresses for a domain in the order of
// draft-ietf-mailmaint-autoconfig §4: 1.1 to 1.3, and 3.1 and 3.2 for the
// domain of the best mail server, which mx begins with. Thunderbird also asks
// for the second one over http.
func autoconfigSources(domain string, mx []string) []autoconfigSource {
	sub := func(d string) string { return "://autoconfig." + d + "/mail/config-v1.1.xml" }
	well := "://" + domain + "/.well-known/autoconfig/mail/config-v1.1.xml"
	s := []autoconfigSource{{"https" + sub(domain), byHTTPS}, {"https" + well, byHTTPS}, {"http" + sub(domain), byHTTP}, {"http" + well, byHTTP}}
	for _, d := range mxDomains(mx) {
		if d != domain {
			s = append(s, autoconfigSource{"https" + sub(d), byMX})
		}
	}
	return s
}

// mxDomains returns the two domains that the best mail server stands for
// (draft-ietf-mailmaint-autoconfig §4.3): its name without the first label,
// where that is longer than the other, and the domain that can be registered.
func mxDomains(mx []string) []string {
	if len(mx) == 0 {
		return nil
	}
	base, err := publicsuffix.EffectiveTLDPlusOne(mx[0])
	if err != nil {
		return nil
	}
	if _, full, ok := strings.Cut(mx[0], "."); ok && len(full) > len(base) {
		return []string{full, base}
	}
	return []string{base}
}

var autoconfigCodes = webCodes{diag.VerifyAutoconfig, diag.VerifyAutoconfigCertificate, diag.VerifyAutoconfigUnreachable}

// checkAutoconfig fetches the files. One over https is enough, for programs
// try all; but each that is there must agree with the record. The domain of
// the mail server is asked only where the domain itself has nothing.
func (o *Options) checkAutoconfig(ctx context.Context, domain string, mx []string, p *mail.Product) Check {
	var c Check
	silent := false
	best := byMX + 1
	sources := autoconfigSources(domain, mx)
	for _, s := range sources {
		if s.by == byMX && c.Published {
			break
		}
		there, problems := o.autoconfig(ctx, s, domain, p)
		if s.by == byHTTP && !there {
			problems = nil // http need not be there
		}
		c.Problems = append(c.Problems, problems...)
		switch {
		case there:
			c.Published = true
			best = min(best, s.by)
			if worst(problems) == Holds {
				c.Seen = append(c.Seen, s.url)
			}
		case len(problems) > 0:
			silent = true
		}
	}
	if best == byHTTP && !silent {
		c.Problems = append(c.Problems, Problem{Outcome: Holds, Code: diag.VerifyAutoconfigHTTP, Msg: "the file is there over http only, which not every program asks, and whoever is on the way can change it", Hint: diag.Say("serve %s with a certificate for its name", sources[0].url)})
	}
	if !c.Published && !silent && !slices.Contains(o.Off, forms.FormAutoconfig) && wantedEndpoints(p, domain) != nil {
		var all []string
		for _, s := range sources {
			if s.by != byHTTP {
				all = append(all, s.url)
			}
		}
		c.Problems = append(c.Problems, Problem{Outcome: DoesNotHold, Code: diag.VerifyAutoconfigMissing, Msg: diag.Say("no autoconfig file at any of these: %s", strings.Join(all, ", ")), Hint: "put the file that the build makes at one of these addresses"})
	}
	return c
}

// autoconfig fetches one file and compares it. There is as [Options.ask] has it.
func (o *Options) autoconfig(ctx context.Context, s autoconfigSource, domain string, p *mail.Product) (there bool, _ []Problem) {
	a, ps := o.ask(ctx, question{url: s.url}, autoconfigCodes)
	if a.body == nil {
		return a.there, ps
	}
	if !isXML(a.kind) {
		ps = append(ps, refuted(diag.VerifyAutoconfigType, a.kind, "let the web server send Content-Type: text/xml; charset=utf-8", "%s has the wrong content type, so Thunderbird does not read it", s.url).Problem)
	}
	return true, append(ps, compareAutoconfig(a.body, s.url, domain, p)...)
}

func isXML(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	return kind == "text/xml" || kind == "application/xml"
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

	// What only [Discover] reads.
	Username       string   `xml:"username"`
	Authentication []string `xml:"authentication"`
	Days           string   `xml:"pop3>daysToLeaveMessagesOnServer"`
}

// endpoint reads a server; false for types that the record knows nothing of
// (jmap, ews, …), which are the provider's own.
func (s *autoconfigServer) endpoint(domain string) (endpoint, bool) {
	p, ok := kinds[s.Type]
	port, _ := strconv.Atoi(strings.TrimSpace(s.Port))
	host := strings.ReplaceAll(strings.TrimSpace(s.Hostname), "%EMAILDOMAIN%", domain)
	return endpoint{p, clean(strings.ToLower(host)), port, sockets[strings.TrimSpace(s.SocketType)]}, ok
}

var kinds = map[string]mail.Protocol{"imap": mail.IMAP, "pop3": mail.POP, "smtp": mail.SMTP}
var sockets = map[string]mail.Security{"SSL": mail.TLS, "STARTTLS": mail.STARTTLS, "plain": mail.None}

// endpoints reads the servers of an autoconfig file, in its order.
func endpoints(body []byte, domain string) ([]endpoint, error) {
	var file struct {
		XMLName  xml.Name
		Incoming []autoconfigServer `xml:"emailProvider>incomingServer"`
		Outgoing []autoconfigServer `xml:"emailProvider>outgoingServer"`
	}
	// draft-ietf-mailmaint-autoconfig §3.2: UTF-8 without a byte order mark.
	if bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) {
		return nil, diag.Errorf("it begins with a byte order mark")
	}
	if err := xml.Unmarshal(body, &file); err != nil {
		return nil, notXML(err)
	}
	if file.XMLName.Local != "clientConfig" {
		return nil, diag.Errorf("it begins with <%s>", file.XMLName.Local)
	}
	var es []endpoint
	for _, s := range slices.Concat(file.Incoming, file.Outgoing) {
		if e, ok := s.endpoint(domain); ok {
			es = append(es, e)
		}
	}
	return es, nil
}

// notXML says where a file stops being XML.
func notXML(err error) error {
	if bad, ok := errors.AsType[*xml.SyntaxError](err); ok {
		return diag.Errorf("line %d is not XML", bad.Line)
	}
	return diag.Errorf("it is not XML")
}

// compareAutoconfig says where a file and the record differ. It must have what
// [forms.Autoconfig] writes, and may have more only where that leaves a row of
// the record out.
func compareAutoconfig(body []byte, url, domain string, p *mail.Product) []Problem {
	got, err := endpoints(body, domain)
	const put = "put the file that the build makes at this address"
	if err != nil {
		return []Problem{refuted(diag.VerifyAutoconfig, "", put, "%s is not an autoconfig file: %s", url, err).Problem}
	}
	return compareEndpoints(got, wantedEndpoints(p, domain), p, domain, url, diag.VerifyAutoconfigDiffers)
}

// compareEndpoints says where the servers in a file, got, differ from those
// that the site's own file has, want, and from the record.
func compareEndpoints(got, want []endpoint, p *mail.Product, domain, url string, code diag.Code) []Problem {
	var ps []Problem
	const put = "put the file that the build makes at this address"
	const only = "put the file that the build makes at this address; the record in site.toml is its only source"
	for _, e := range want {
		if !slices.Contains(got, e) {
			ps = append(ps, refuted(code, "", only, "%s leaves out %s", url, e).Problem)
		}
	}
	for _, e := range got {
		if !slices.ContainsFunc(p.Servers, func(s mail.Server) bool {
			return e == endpoint{s.Protocol, mail.HostFor(s.Host, domain), s.Port, s.Security}
		}) {
			ps = append(ps, refuted(code, "", only, "%s has %s, which is not in the record", url, e).Problem)
		}
	}
	if len(ps) == 0 && !slices.Equal(byProtocol(got, want), byProtocol(want, want)) {
		ps = append(ps, Problem{Outcome: Holds, Code: diag.VerifyAutoconfigOrder, Msg: diag.Say("%s has the servers in another order than the record; programs take the first", url), Hint: put})
	}
	return ps
}

// wantedEndpoints are the servers that the site's own file has for a domain; none where the
// form cannot express the product.
func wantedEndpoints(p *mail.Product, domain string) []endpoint {
	if len(p.Domains) == 0 {
		return nil
	}
	body, _ := forms.Autoconfig(p, &forms.Site{})
	if body == nil {
		return nil
	}
	es, err := endpoints(body, domain)
	if err != nil {
		panic("verify: the program's own autoconfig file cannot be read: " + err.Error())
	}
	return es
}

// byProtocol returns those of es that are in which, by protocol: only the order
// within one protocol means anything.
func byProtocol(es, which []endpoint) []endpoint {
	es = slices.DeleteFunc(slices.Clone(es), func(e endpoint) bool { return !slices.Contains(which, e) })
	slices.SortStableFunc(es, func(a, b endpoint) int { return cmp.Compare(a.protocol, b.protocol) })
	return es
}
