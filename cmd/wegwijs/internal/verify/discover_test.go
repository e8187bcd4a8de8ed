package verify

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// What a domain says of itself, by the way that says it.
func TestDiscover(t *testing.T) {
	const custom = `<clientConfig version="1.1"><emailProvider id="x"><domain>example.nl</domain><displayName>Voor Beeld</displayName>
<incomingServer type="pop3"><hostname>pop.%EMAILDOMAIN%</hostname><port>995</port><socketType>SSL</socketType><authentication>OAuth2</authentication><authentication>plain</authentication><username>%EMAILLOCALPART%</username><pop3><leaveMessagesOnServer>true</leaveMessagesOnServer><daysToLeaveMessagesOnServer>30</daysToLeaveMessagesOnServer></pop3></incomingServer>
<incomingServer type="jmap"><url>https://x/</url></incomingServer>
<incomingServer type="imap"><hostname>imap.example.nl</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username></incomingServer>
<incomingServer type="imap"><hostname>broken</hostname><port>0</port><socketType>SSL</socketType></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.nl</hostname><port>587</port><socketType>STARTTLS</socketType><authentication>password-cleartext</authentication><username>%EMAILLOCALPART%.%EMAILDOMAIN%</username></outgoingServer>
</emailProvider><webMail><loginPage url="https://webmail.example.nl/?a=1&amp;b"/></webMail></clientConfig>`
	show := func(servers []mail.Server) string {
		var all []string
		for _, s := range servers {
			all = append(all, fmt.Sprint(name(s), " ", s.Username, " ", s.Authentication, " ", s.Preference))
		}
		return strings.Join(all, "; ")
	}
	const customRows = "pop pop.example.nl:995 (tls) local-part [oauth2 password] 1; imap imap.example.nl:993 (tls) address [password] 1; smtp smtp.example.nl:587 (starttls) local.domain [password] 1"
	for _, tt := range []struct {
		name   string
		do     func(*estate)
		source string
		rows   string
	}{
		{"autoconfig over https", func(e *estate) { e.web[acFile] = give(xmlType, custom) }, "https://" + acFile, customRows},
		{"of a wrong type, with a mark", func(e *estate) { e.web[acFile] = give("text/plain", "\ufeff"+custom) }, "https://" + acFile, customRows},
		{"well-known", func(e *estate) { delete(e.web, acFile); e.web[wellFile] = give(xmlType, custom) }, "https://" + wellFile, customRows},
		{"over http", func(e *estate) {
			clear(e.web)
			e.web[acFile] = give(xmlType, custom)
			e.http, e.dead = true, append(e.dead, "192.0.2.80:443")
		}, "http://" + acFile, customRows},
		{"by the mail server's domain", func(e *estate) {
			clear(e.web)
			e.dns.mx["example.nl"] = []*net.MX{{Host: "b.example.org.", Pref: 20}, {Host: "MX1.in.provider.example.", Pref: 10}}
			e.dns.ips["autoconfig.in.provider.example"] = []string{"192.0.2.80"}
			e.names = append(e.names, "autoconfig.in.provider.example")
			e.web["autoconfig.in.provider.example/mail/config-v1.1.xml"] = give(xmlType, custom)
		}, "https://autoconfig.in.provider.example/mail/config-v1.1.xml", customRows},
		{"by its registrable domain", func(e *estate) {
			clear(e.web)
			e.dns.mx["example.nl"] = []*net.MX{{Host: "mx1.in.provider.co.uk.", Pref: 10}}
			e.dns.ips["autoconfig.provider.co.uk"] = []string{"192.0.2.80"}
			e.names = append(e.names, "autoconfig.provider.co.uk")
			e.web["autoconfig.provider.co.uk/mail/config-v1.1.xml"] = give(xmlType, custom)
		}, "https://autoconfig.provider.co.uk/mail/config-v1.1.xml", customRows},
		{"SRV", func(e *estate) { clear(e.web); delete(e.dns.srv, "_pop3._tcp.example.nl") }, "SRV records of example.nl",
			"imap imap.example.nl:993 (tls) address [password] 1; imap imap.example.nl:143 (starttls) address [password] 2; pop pop.example.nl:995 (tls) address [password] 1; smtp smtp.example.nl:465 (tls) address [password] 1; smtp smtp.example.nl:587 (starttls) address [password] 2"},
		{"a page is no file", func(e *estate) { clear(e.web); clear(e.dns.srv); e.web[acFile] = give("text/html", "<p>hello") }, "", ""},
		{"nothing", func(e *estate) { clear(e.web); clear(e.dns.srv) }, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEstate(t)
			tt.do(e)
			e.serveWeb()
			d, err := Discover(context.Background(), "Example.nl.", e.opt)
			if err != nil {
				t.Fatal(err)
			}
			if d.Domain != "example.nl" || !d.Exists || d.Source != tt.source || show(d.Servers) != tt.rows {
				t.Errorf("got %+v: %s", d, show(d.Servers))
			}
			if file := strings.HasPrefix(tt.source, "http"); file != (d.Name == "Voor Beeld") || file != (d.Webmail == "https://webmail.example.nl/?a=1&b") || file != (d.Days == 30) {
				t.Errorf("name %q, webmail %q, %d days", d.Name, d.Webmail, d.Days)
			}
		})
	}
	t.Run("no such domain", func(t *testing.T) {
		e := newEstate(t)
		d, err := Discover(context.Background(), "none.example", e.opt)
		if err != nil || d.Exists || d.Source != "" || d.Servers != nil {
			t.Errorf("got %+v, %v", d, err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := Discover(ctx, "example.nl", newEstate(t).opt); err == nil {
			t.Error("no error")
		}
	})
}

// Verify finds the file by way of the mail server's domain, as Thunderbird
// does, and says when http is the only way.
func TestAutoconfigWays(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*estate)
		want string
		seen string
	}{
		{"by the mail server's domain", func(e *estate) {
			e.dns.mx["example.nl"][0].Host = "mx1.provider.example."
			e.dns.ips["autoconfig.provider.example"] = []string{"192.0.2.80"}
			e.names = append(e.names, "autoconfig.provider.example")
			e.web["autoconfig.provider.example/mail/config-v1.1.xml"] = e.web[acFile]
			delete(e.web, acFile)
			delete(e.web, wellFile)
		}, "holds", "https://autoconfig.provider.example/mail/config-v1.1.xml"},
		{"which has another file", func(e *estate) {
			e.dns.mx["example.nl"][0].Host = "mx1.provider.example."
			e.dns.ips["autoconfig.provider.example"] = []string{"192.0.2.80"}
			e.names = append(e.names, "autoconfig.provider.example")
			e.edit(acFile, "<port>993", "<port>994")
			e.web["autoconfig.provider.example/mail/config-v1.1.xml"] = e.web[acFile]
			delete(e.web, acFile)
			delete(e.web, wellFile)
		}, "does not hold verify-autoconfig-differs verify-autoconfig-differs", ""},
		{"not asked where the domain has its own", func(e *estate) {
			e.dns.mx["example.nl"][0].Host = "mx1.provider.example."
			e.dns.ips["autoconfig.provider.example"] = []string{"192.0.2.80"}
		}, "holds", "https://" + acFile + " https://" + wellFile},
		{"http only", func(e *estate) { e.http, e.dead = true, append(e.dead, "192.0.2.80:443") }, "could not be reached verify-autoconfig-unreachable verify-autoconfig-unreachable", "http://" + acFile + " http://" + wellFile},
		{"http only, https without it", func(e *estate) {
			e.http = true
			e.onlyHTTP = []string{acFile, wellFile}
		}, "holds verify-autoconfig-http", "http://" + acFile + " http://" + wellFile},
		{"http has another file", func(e *estate) {
			e.http = true
			e.overHTTP = map[string]string{acFile: "<clientConfig/>"}
		}, "does not hold verify-autoconfig-differs verify-autoconfig-differs verify-autoconfig-differs verify-autoconfig-differs verify-autoconfig-differs verify-autoconfig-differs", "https://" + acFile + " https://" + wellFile + " http://" + wellFile},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEstate(t)
			tt.do(e)
			e.serveWeb()
			o := e.opt.withDefaults()
			seen := o.look(context.Background(), "example.nl")
			c := o.checkAutoconfig(context.Background(), "example.nl", seen.mx, &e.rec.Products[0])
			if got := checkCodes(&c); got != tt.want || strings.Join(c.Seen, " ") != tt.seen {
				t.Errorf("got %q, seen %q: %+v", got, c.Seen, c.Problems)
			}
		})
	}
}

func TestMXDomains(t *testing.T) {
	for mx, want := range map[string]string{
		"mx.example.co.uk":        "example.co.uk",
		"mx1.in.provider.example": "in.provider.example provider.example",
		"a.b.c.provider.nl":       "b.c.provider.nl provider.nl",
		"provider.nl":             "provider.nl",
		"nl":                      "",
		"":                        "",
	} {
		if got := strings.Join(mxDomains([]string{mx}), " "); got != want {
			t.Errorf("%s: got %q, want %q", mx, got, want)
		}
	}
}

// The machine's resolver tells of an alias that leads nowhere, which Go's own
// does not.
func TestDeadAlias(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		n := strings.ToLower(q.Question[0].Name)
		next := map[string]string{"dead.example.": "middle.example.", "middle.example.": "Gone.example.", "alive.example.": "real.example."}
		for next[n] != "" {
			m.Answer = append(m.Answer, &dns.CNAME{Hdr: dns.RR_Header{Name: n, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: next[n]})
			n = next[n]
		}
		switch {
		case n == "real.example." && q.Question[0].Qtype == dns.TypeA:
			m.Answer = append(m.Answer, &dns.A{Hdr: dns.RR_Header{Name: n, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(192, 0, 2, 1)})
		case n != "real.example.":
			m.Rcode = dns.RcodeNameError
		}
		w.WriteMsg(m)
	})}
	go server.ActivateAndServe()
	t.Cleanup(func() { server.Shutdown() })
	r := system{&net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}}
	for host, want := range map[string]string{
		"dead.example.": "gone.example.", "middle.example.": "gone.example.", "DEAD.example.": "gone.example.",
		"alive.example.": "real.example.", "real.example.": "real.example.", "none.example.": "not found",
	} {
		got, err := r.LookupCNAME(context.Background(), host)
		if notFound(err) {
			got = "not found"
		}
		if strings.ToLower(got) != want {
			t.Errorf("%s: got %q, %v, want %q", host, got, err, want)
		}
	}
}

// TestDiscoveredWebmail: an address of webmail is taken over where readers can trust it.
func TestDiscoveredWebmail(t *testing.T) {
	for address, want := range map[string]string{
		"https://web.example.nl/x": "https://web.example.nl/x", "http://web.example.nl/": "", "javascript:alert(1)": "", "https:///x": "", "/webmail/": "",
	} {
		d := &Discovery{Domain: "example.nl"}
		d.read([]byte(`<clientConfig version="1.1"><emailProvider id="example.nl"><domain>example.nl</domain><displayName>X</displayName>` +
			`<incomingServer type="imap"><hostname>imap.example.nl</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>` +
			`<outgoingServer type="smtp"><hostname>smtp.example.nl</hostname><port>465</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>` +
			`</emailProvider><webMail><loginPage url="` + address + `"/></webMail></clientConfig>`))
		if d.Webmail != want || len(d.Servers) != 2 {
			t.Errorf("%s: got %q and %d servers", address, d.Webmail, len(d.Servers))
		}
	}
}
