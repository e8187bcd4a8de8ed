package verify

import (
	"bytes"
	"context"
	"encoding/xml"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// A Discovery is what a mail domain says of its mail servers to those who ask.
type Discovery struct {
	Domain  string
	Exists  bool     // it has a mail server or an address in the DNS
	MX      []string // its mail servers, the most preferred first
	Name    string   // the provider's, "" where no file says it
	Source  string   // where Servers come from: an address, or "SRV records of example.nl"; "" for nowhere
	Servers []mail.Server
	Webmail string // address of the webmail, "" where no file says it
	Days    int    // how long POP leaves mail on the server, 0 where no file says it
}

// Discover asks a domain for its mail settings in the ways that mail programs
// do: its autoconfig file over https, over http and by way of the mail
// server's domain, then its SRV records. The first that has a server to
// receive with wins. Username and Authentication are set where the source
// says them, else [mail.Address] and [mail.Password]; Pos is not set. Nothing
// is compared and nothing is sent but the domain. The error is that of ctx;
// that a domain says nothing is no error.
func Discover(ctx context.Context, domain string, opt Options) (*Discovery, error) {
	o := opt.withDefaults()
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	seen := o.look(ctx, domain)
	d := &Discovery{Domain: domain, Exists: seen.live, MX: seen.mx}
	for _, s := range autoconfigSources(domain, seen.mx) {
		a, _ := o.ask(ctx, question{url: s.url}, autoconfigCodes)
		if d.read(a.body); receives(d.Servers) {
			d.Source = s.url
			return d, ctx.Err()
		}
	}
	if servers := o.discoverSRV(ctx, domain); receives(servers) {
		d.Servers, d.Source = servers, "SRV records of "+domain
	}
	return d, ctx.Err()
}

func receives(servers []mail.Server) bool {
	return slices.ContainsFunc(servers, func(s mail.Server) bool { return s.Protocol != mail.SMTP })
}

// read takes over what an autoconfig file says; nothing from what is not one.
func (d *Discovery) read(body []byte) {
	d.Servers, d.Name, d.Webmail, d.Days = nil, "", "", 0
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if es, err := endpoints(body, d.Domain); err != nil || len(es) == 0 {
		return
	}
	var file struct {
		Name     string             `xml:"emailProvider>displayName"`
		Incoming []autoconfigServer `xml:"emailProvider>incomingServer"`
		Outgoing []autoconfigServer `xml:"emailProvider>outgoingServer"`
		Webmail  struct {
			URL string `xml:"url,attr"`
		} `xml:"webMail>loginPage"`
	}
	if err := xml.Unmarshal(body, &file); err != nil {
		return
	}
	d.Name = clean(strings.TrimSpace(file.Name))
	if u, err := url.Parse(strings.TrimSpace(file.Webmail.URL)); err == nil && u.Scheme == "https" && u.Host != "" {
		d.Webmail = u.String()
	}
	preference := map[mail.Protocol]int{}
	for _, s := range slices.Concat(file.Incoming, file.Outgoing) {
		e, ok := s.endpoint(d.Domain)
		if !ok || e.host == "" || e.port < 1 || e.port > 65535 || e.security == "" {
			continue
		}
		row := mail.Server{Protocol: e.protocol, Host: e.host, Port: e.port, Security: e.security, Username: mail.Address}
		switch strings.TrimSpace(s.Username) {
		case "%EMAILLOCALPART%":
			row.Username = mail.LocalPart
		case "%EMAILLOCALPART%.%EMAILDOMAIN%":
			row.Username = mail.LocalDomain
		case "%EMAILADDRESS%", "":
		default:
			row.Username = mail.Given
		}
		for _, a := range s.Authentication {
			if m, ok := mechanisms[strings.TrimSpace(a)]; ok && !slices.Contains(row.Authentication, m) {
				row.Authentication = append(row.Authentication, m)
			}
		}
		if row.Authentication == nil {
			row.Authentication = []mail.Authentication{mail.Password}
		}
		preference[row.Protocol]++
		row.Preference = preference[row.Protocol]
		d.Servers = append(d.Servers, row)
		if days, err := strconv.Atoi(strings.TrimSpace(s.Days)); err == nil && row.Protocol == mail.POP && days > 0 && d.Days == 0 {
			d.Days = days
		}
	}
}

// mechanisms are the names of draft-ietf-mailmaint-autoconfig §3.7.4 and the
// old ones.
var mechanisms = map[string]mail.Authentication{
	"password-cleartext": mail.Password, "plain": mail.Password,
	"password-encrypted": mail.Encrypted, "secure": mail.Encrypted,
	"OAuth2": mail.OAuth2,
}

// discoverSRV reads the servers from a domain's SRV records, the most
// preferred first.
func (o *Options) discoverSRV(ctx context.Context, domain string) []mail.Server {
	var servers []mail.Server
	preference := map[mail.Protocol]int{}
	for _, l := range labels {
		records, _ := o.lookupSRV(ctx, l.service, domain)
		for _, r := range records {
			host := strings.ToLower(strings.TrimSuffix(r.Target, "."))
			if host == "" || r.Port == 0 {
				continue
			}
			security := mail.STARTTLS
			if l.implicit {
				security = mail.TLS
			}
			preference[l.protocol]++
			servers = append(servers, mail.Server{Protocol: l.protocol, Host: clean(host), Port: int(r.Port), Security: security, Username: mail.Address, Authentication: []mail.Authentication{mail.Password}, Preference: preference[l.protocol]})
		}
	}
	return servers
}
