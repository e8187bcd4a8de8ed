package verify

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

var autodiscoverCodes = webCodes{diag.VerifyAutodiscover, diag.VerifyAutodiscoverCertificate, diag.VerifyAutodiscoverUnreachable}

// autodiscoverRequest is what programs send. The address is one that every
// domain has (RFC 2142); no password goes with it.
func autodiscoverRequest(domain string) string {
	return `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>postmaster@` + domain + `</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`
}

// checkAutodiscover asks as Outlook and Thunderbird do: with POST at the
// domain and at autodiscover.DOMAIN, at the target of the SRV record, and for
// the JSON that leads there. That nothing is found is only a warning: no
// program depends on it.
func (o *Options) checkAutodiscover(ctx context.Context, domain string, p *mail.Product, rec *mail.Record) Check {
	var c Check
	want, _ := forms.Autodiscover(p, &forms.Site{})
	sub := "autodiscover." + domain
	// The alias comes first: a dead one explains the rest.
	dead := false
	if to := o.canonical(ctx, sub); to != sub && len(o.webAddresses(ctx, sub)) == 0 && o.noSuchHost(ctx, sub) {
		dead = true
		c.Problems = append(c.Problems, Problem{Outcome: DoesNotHold, Code: diag.VerifyAutodiscover, Msg: diag.Say("%s is an alias of %s, which has no address", sub, clean(to)), Hint: "point the CNAME at the web server that has the file, or remove it"})
	}
	hosts := []string{domain}
	if !dead {
		hosts = append(hosts, sub)
	}
	target, problems := o.autodiscoverSRV(ctx, domain)
	c.Problems = append(c.Problems, problems...)
	if target != "" && !slices.Contains(hosts, target) {
		hosts = append(hosts, target)
	}
	silent := false
	for _, host := range hosts {
		there, ps := o.autodiscover(ctx, "https://"+host+"/autodiscover/autodiscover.xml", domain, want, p)
		if host == domain && !there {
			ps = nil // the web site of a domain need not answer
		}
		c.Problems = append(c.Problems, ps...)
		switch {
		case there:
			c.Published = true
			if worst(ps) == Holds {
				c.Seen = append(c.Seen, "https://"+host+"/autodiscover/autodiscover.xml")
			}
		case len(ps) > 0:
			silent = true
		case host == target:
			c.Problems = append(c.Problems, Problem{Outcome: DoesNotHold, Code: diag.VerifyAutodiscover, Msg: diag.Say("the SRV record leads to %s, which has no Autodiscover file", host), Hint: "put the file that the build makes there, or remove the record"})
		}
	}
	if c.Published {
		c.Problems = append(c.Problems, o.autodiscoverJSON(ctx, sub, domain)...)
	}
	if !c.Published && !silent && !dead && target == "" && want != nil && !slices.Contains(o.Off, forms.FormAutodiscover) {
		c.Problems = append(c.Problems, Problem{Outcome: Holds, Code: diag.VerifyAutodiscoverMissing, Msg: diag.Say("no Autodiscover answer at https://%s/autodiscover/autodiscover.xml or https://%s/autodiscover/autodiscover.xml", sub, domain), Hint: diag.Say("add a CNAME %s that leads to the web server of the help centre, with a certificate for that name; or switch the form off: autodiscover = false in [forms]", sub)})
	}
	return c
}

// noSuchHost reports whether the DNS says for certain that a name has no address.
func (o *Options) noSuchHost(ctx context.Context, host string) bool {
	for _, network := range []string{"ip4", "ip6"} {
		ips, err := o.Resolver.LookupNetIP(ctx, network, host+".")
		if len(ips) > 0 || err != nil && !notFound(err) {
			return false
		}
	}
	return true
}

// autodiscoverSRV returns the host that the domain's SRV record leads to, ""
// for none.
func (o *Options) autodiscoverSRV(ctx context.Context, domain string) (string, []Problem) {
	records, err := o.lookupSRV(ctx, "autodiscover", domain)
	if err != nil && len(records) == 0 {
		return "", []Problem{*silentDNS("_autodiscover._tcp."+domain, err)}
	}
	if len(records) == 0 {
		return "", nil
	}
	r := records[0]
	host := strings.ToLower(strings.TrimSuffix(r.Target, "."))
	switch {
	case host == "":
		return "", nil // said not to be there
	case r.Port != 443:
		return "", []Problem{{Outcome: DoesNotHold, Code: diag.VerifyAutodiscover, Msg: diag.Say("the SRV record for Autodiscover names port %d; programs ask over https on 443", r.Port), Hint: diag.Say("write instead: %s", "_autodiscover._tcp."+domain+". IN SRV 0 0 443 "+clean(host)+".")}}
	case o.noSuchHost(ctx, host):
		return "", []Problem{{Outcome: DoesNotHold, Code: diag.VerifyAutodiscover, Msg: diag.Say("the SRV record for Autodiscover leads to %s, which has no address in the DNS", clean(host)), Hint: "point it at the web server that has the file, or remove it"}}
	}
	return host, o.alias(ctx, host)
}

// autodiscover asks one address with POST and compares the answer.
func (o *Options) autodiscover(ctx context.Context, url, domain string, want []byte, p *mail.Product) (there bool, _ []Problem) {
	a, ps := o.ask(ctx, question{method: "POST", url: url, body: autodiscoverRequest(domain)}, autodiscoverCodes)
	if a.body == nil {
		return a.there, ps
	}
	if !isXML(a.kind) {
		ps = append(ps, refuted(diag.VerifyAutodiscover, a.kind, "let the web server send Content-Type: text/xml; charset=utf-8", "%s has the wrong content type", url).Problem)
	}
	got, err := protocols(a.body, domain)
	if err != nil {
		return true, append(ps, refuted(diag.VerifyAutodiscover, "", "put the file that the build makes at this address", "%s is not an Autodiscover answer: %s", url, err).Problem)
	}
	wanted, err := protocols(want, domain)
	if want != nil && err != nil {
		panic("verify: the program's own Autodiscover file cannot be read: " + err.Error())
	}
	return true, append(ps, compareEndpoints(got, wanted, p, domain, url, diag.VerifyAutodiscoverDiffers)...)
}

// protocols reads the servers of an Autodiscover answer, in its order.
// Types that the record knows nothing of (EXCH, MobileSync, …) are left out.
func protocols(body []byte, domain string) ([]endpoint, error) {
	if body == nil {
		return nil, nil
	}
	var file struct {
		XMLName   xml.Name
		Protocols []struct {
			Type, Server, Port, SSL, Encryption string
		} `xml:"Response>Account>Protocol"`
		Error struct{ Message string } `xml:"Response>Error"`
	}
	if err := xml.Unmarshal(body, &file); err != nil {
		return nil, notXML(err)
	}
	if file.XMLName.Local != "Autodiscover" {
		return nil, diag.Errorf("it begins with <%s>", file.XMLName.Local)
	}
	if file.Error.Message != "" {
		return nil, diag.Errorf("it says: %q", clean(file.Error.Message))
	}
	types := map[string]mail.Protocol{"IMAP": mail.IMAP, "POP3": mail.POP, "SMTP": mail.SMTP}
	var es []endpoint
	for _, s := range file.Protocols {
		p, ok := types[strings.ToUpper(strings.TrimSpace(s.Type))]
		if !ok {
			continue
		}
		// Encryption says more than SSL, which is on where it is absent.
		security := mail.TLS
		switch e := strings.ToUpper(strings.TrimSpace(s.Encryption)); {
		case e == "TLS":
			security = mail.STARTTLS
		case e == "NONE", e == "" && strings.EqualFold(strings.TrimSpace(s.SSL), "off"):
			security = mail.None
		}
		port, _ := strconv.Atoi(strings.TrimSpace(s.Port))
		host := strings.ReplaceAll(strings.TrimSpace(s.Server), "%EMAILDOMAIN%", domain)
		es = append(es, endpoint{p, clean(strings.ToLower(host)), port, security})
	}
	return es, nil
}

// autodiscoverJSON asks what today's Outlook asks first: where the answer in
// XML is. That there is none is no problem.
func (o *Options) autodiscoverJSON(ctx context.Context, host, domain string) []Problem {
	address := "https://" + host + "/autodiscover/autodiscover.json?Email=" + url.QueryEscape("postmaster@"+domain) + "&Protocol=Autodiscoverv1"
	a, ps := o.ask(ctx, question{url: address}, autodiscoverCodes)
	plain, _, _ := strings.Cut(address, "?")
	if !a.there || a.body == nil && worst(ps) == Unreachable {
		return nil
	}
	if a.body == nil {
		return ps
	}
	var answer struct{ Protocol, URL string }
	err := json.Unmarshal(a.body, &answer)
	to, bad := url.Parse(answer.URL)
	if err != nil || bad != nil || to.Scheme != "https" || to.Host == "" {
		return append(ps, refuted(diag.VerifyAutodiscover, string(a.body[:min(len(a.body), 80)]), `it must be {"Protocol":"AutodiscoverV1","Url":"https://…/autodiscover/autodiscover.xml"}; include the rules for your web server that the build makes`, "%s does not say where the Autodiscover answer is", plain).Problem)
	}
	found, more := o.ask(ctx, question{method: "POST", url: answer.URL, body: autodiscoverRequest(domain), head: true}, autodiscoverCodes)
	if !found.there && len(more) == 0 {
		more = append(more, refuted(diag.VerifyAutodiscover, answer.URL, "let it lead to the Autodiscover file", "%s leads to an address where nothing is", plain).Problem)
	}
	return append(ps, more...)
}
