package verify

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// An estate is a provider whose servers, DNS and web are all as they should
// be, for a test to break.
type estate struct {
	*lab
	t     *testing.T
	rec   *mail.Record
	steps map[mail.Protocol]*steps // of the servers; the same for both ports
	certs map[string]tls.Certificate
	web   map[string]http.HandlerFunc // by "host/path"
	names []string                    // in the certificate of the web server
	http  bool                        // the web server answers on port 80 too
	// onlyHTTP are files that https does not have, overHTTP what http has instead.
	onlyHTTP []string
	overHTTP map[string]string
	dead     []string // "192.0.2.10:993": nothing listens
	opt      Options
}

func give(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, body)
	}
}

func refuse(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", code) }
}

const (
	xmlType     = "text/xml; charset=utf-8"
	profileType = "application/x-apple-aspen-config"
	acFile      = "autoconfig.example.nl/mail/config-v1.1.xml"
	wellFile    = "example.nl/.well-known/autoconfig/mail/config-v1.1.xml"
	adFile      = "autodiscover.example.nl/autodiscover/autodiscover.xml"
	adJSON      = "autodiscover.example.nl/autodiscover/autodiscover.json"
	imapProfile = "help.example.nl/mail/hosting-imap.mobileconfig"
)

func newEstate(t *testing.T) *estate {
	l := newLab(t)
	e := &estate{lab: l, t: t, rec: fullRecord(), steps: map[mail.Protocol]*steps{}, certs: map[string]tls.Certificate{}}
	p := &e.rec.Products[0]
	l.dns.mx = map[string][]*net.MX{"example.nl": {{Host: "mx.example.nl.", Pref: 10}}}
	l.dns.srv = goodSRV()
	l.dns.srv["_autodiscover._tcp.example.nl"] = []*net.SRV{{Target: "autodiscover.example.nl.", Port: 443}}
	e.names = []string{"example.nl", "*.example.nl"}
	for _, n := range []string{"example.nl", "autoconfig.example.nl", "autodiscover.example.nl", "help.example.nl"} {
		l.dns.ips[n] = []string{"192.0.2.80"}
	}
	for i, proto := range mail.Protocols {
		s := good(proto)
		e.steps[proto] = &s
		l.dns.ips[string(proto)+".example.nl"] = []string{fmt.Sprint("192.0.2.", 10+i)}
	}
	l.cert = l.root.issue(t, 60, "*.example.nl")
	ac, _ := forms.Autoconfig(p, &forms.Site{Name: "X"})
	ad, _ := forms.Autodiscover(p, &forms.Site{})
	e.web = map[string]http.HandlerFunc{
		acFile:      give(xmlType, string(ac)),
		wellFile:    give(xmlType, string(ac)),
		adFile:      give(xmlType, string(ad)),
		adJSON:      give("application/json", `{"Protocol":"AutodiscoverV1","Url":"https://autodiscover.example.nl/autodiscover/autodiscover.xml"}`),
		imapProfile: give(profileType, "profile"),
		strings.Replace(imapProfile, "imap", "pop", 1): give(profileType, "profile"),
	}
	e.opt = l.options()
	e.opt.OnlyServers, e.opt.Site = false, "https://help.example.nl"
	e.opt.Timeouts = Timeouts{HTTP: time.Minute}
	return e
}

// edit changes what a file of the web says.
func (e *estate) edit(file, old, new string) {
	was := e.web[file]
	e.web[file] = func(w http.ResponseWriter, r *http.Request) {
		rec := &recorded{header: w.Header()}
		was(rec, r)
		if !strings.Contains(rec.String(), old) {
			e.t.Errorf("no %q in %s", old, file)
		}
		fmt.Fprint(w, strings.Replace(rec.String(), old, new, 1))
	}
}

type recorded struct {
	strings.Builder
	header http.Header
}

func (r *recorded) Header() http.Header { return r.header }
func (r *recorded) WriteHeader(int)     {}

// serveWeb starts the web server.
func (e *estate) serveWeb() {
	e.tcp = true // loopback
	handler := func(w http.ResponseWriter, r *http.Request) {
		name := r.Host + r.URL.Path
		switch h := e.web[name]; {
		case r.TLS == nil && e.overHTTP[name] != "":
			give(xmlType, e.overHTTP[name])(w, r)
		case h == nil, r.TLS != nil && slices.Contains(e.onlyHTTP, name):
			http.NotFound(w, r)
		default:
			h(w, r)
		}
	}
	if !slices.Contains(e.dead, "192.0.2.80:443") {
		e.lab.web(e.root.issue(e.t, 60, e.names...), handler)
	}
	if e.http {
		e.lab.plainWeb(handler)
	}
}

// verify checks the whole estate.
func (e *estate) verify() *Report {
	e.t.Helper()
	for i, proto := range mail.Protocols {
		for _, s := range e.rec.Products[0].Servers {
			if s.Protocol == proto {
				at := fmt.Sprintf("192.0.2.%d:%d", 10+i, s.Port)
				if e.peers[at] == nil && !slices.Contains(e.dead, at) {
					e.peers[at] = e.steps[proto].serve(s.Security, nil)
				}
			}
		}
	}
	e.serveWeb()
	r, err := Run(context.Background(), e.rec, e.opt)
	if err != nil {
		e.t.Fatal(err)
	}
	return r
}

// Each fault that is planted is found, alone, and with a remedy; a clean
// estate has none.
func TestPlantedFaults(t *testing.T) {
	srv := func(label, target string, port uint16) func(*estate) {
		return func(e *estate) {
			e.dns.srv["_"+label+"._tcp.example.nl"] = []*net.SRV{{Target: target, Port: port, Weight: 1, Priority: e.dns.srv["_"+label+"._tcp.example.nl"][0].Priority}}
		}
	}
	server := func(p mail.Protocol, do func(*steps)) func(*estate) {
		return func(e *estate) { do(e.steps[p]) }
	}
	certificate := func(do func(e *estate) tls.Certificate) func(*estate) {
		return func(e *estate) {
			c := do(e)
			s := e.rec.Products[0].Servers[0] // imap 993
			e.peers["192.0.2.10:993"] = func(k *talk) {
				k.cert = c
				e.steps[mail.IMAP].serve(s.Security, nil)(k)
			}
		}
	}
	file := func(name string, h http.HandlerFunc) func(*estate) { return func(e *estate) { e.web[name] = h } }
	edit := func(name, old, new string) func(*estate) { return func(e *estate) { e.edit(name, old, new) } }
	faults := []struct {
		name   string
		plant  func(*estate)
		want   string // codes, in order of the report
		remedy string // in a hint
	}{
		{"clean", func(*estate) {}, "", ""},
		// Names.
		{"host without an address", func(e *estate) { delete(e.dns.ips, "pop.example.nl") }, "verify-dns verify-dns", "A or AAAA"},
		{"host is a dead alias", func(e *estate) {
			delete(e.dns.ips, "pop.example.nl")
			e.dns.cname = map[string]string{"pop.example.nl": "gone.example.net."}
		}, "verify-dns verify-dns verify-srv-alias", "point its CNAME record"},
		{"DNS silent", func(e *estate) {
			e.dns.silent = map[string]bool{"ip4 smtp.example.nl": true, "ip6 smtp.example.nl": true}
		}, "verify-dns-unanswered verify-dns-unanswered", "name servers"},
		{"second address dead", func(e *estate) { e.dns.ips["imap.example.nl"] = append(e.dns.ips["imap.example.nl"], "2001:db8::1") }, "verify-connect verify-connect", "check that the server runs"},
		{"domain gone", func(e *estate) {
			clear(e.dns.mx)
			clear(e.dns.srv)
			delete(e.dns.ips, "example.nl")
		}, "verify-domain", "register the domain"},
		{"domain takes no mail", func(e *estate) { e.dns.mx["example.nl"][0].Host = "." }, "verify-domain", "MX record"},
		// Connections.
		{"nothing on a port", func(e *estate) { e.dead = append(e.dead, "192.0.2.12:465") }, "verify-connect", "firewall"},
		{"closes at once", func(e *estate) { e.peers["192.0.2.10:143"] = func(*talk) {} }, "verify-closed", "log"},
		{"closes after the greeting", func(e *estate) {
			e.peers["192.0.2.12:587"] = func(k *talk) { k.say("220 hello") }
		}, "verify-closed", "log"},
		{"refuses for now", server(mail.SMTP, func(s *steps) { s.greeting = []string{"421 too busy"} }), "verify-refused verify-refused", ""},
		{"IMAP bye", server(mail.IMAP, func(s *steps) { s.greeting = []string{"* BYE no"} }), "verify-refused verify-refused", ""},
		{"other protocol", func(e *estate) { e.peers["192.0.2.11:995"] = good(mail.IMAP).serve(mail.TLS, nil) }, "verify-protocol", ""},
		{"SMTP where IMAP is due", func(e *estate) { e.peers["192.0.2.10:143"] = good(mail.SMTP).serve(mail.STARTTLS, nil) }, "verify-protocol", ""},
		{"plain on a TLS port", func(e *estate) { e.peers["192.0.2.12:465"] = good(mail.SMTP).serve(mail.STARTTLS, nil) }, "verify-security", `security = "starttls"`},
		{"preauth", server(mail.IMAP, func(s *steps) { s.greeting = []string{"* PREAUTH hello"} }), "verify-preauth verify-preauth", "host and port"},
		// Offers.
		{"IMAP without STARTTLS", server(mail.IMAP, func(s *steps) {
			s.greeting, s.offers = []string{"* OK hello"}, []string{"* CAPABILITY IMAP4rev1 AUTH=PLAIN", "%s OK done"}
		}), "verify-starttls", "switch it on"},
		{"SMTP without STARTTLS", server(mail.SMTP, func(s *steps) { s.offers = []string{"250-x", "250 AUTH PLAIN"} }), "verify-starttls", "switch it on"},
		{"no way to log in", server(mail.SMTP, func(s *steps) { s.inside = []string{"250-x", "250 8BITMIME"} }), "verify-auth verify-auth", "must offer AUTH"},
		{"no password", server(mail.IMAP, func(s *steps) { s.inside = []string{"* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2", "%s OK done"} }), "verify-auth verify-auth", "correct authentication"},
		{"no OAuth2", func(e *estate) {
			e.rec.Products[0].Servers[2].Authentication = []mail.Authentication{mail.Password, mail.OAuth2}
		}, "verify-auth", "correct authentication"},
		{"no encrypted password", func(e *estate) {
			e.rec.Products[0].Servers[0].Authentication = []mail.Authentication{mail.Password, mail.Encrypted}
		}, "verify-auth", "correct authentication"},
		{"passwords in clear", server(mail.IMAP, func(s *steps) {
			s.greeting, s.offers = []string{"* OK hello"}, []string{"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN", "%s OK done"}
		}), "verify-auth-clear", "before STARTTLS"},
		{"STARTTLS again", server(mail.SMTP, func(s *steps) { s.inside = []string{"250-x", "250-STARTTLS", "250 AUTH PLAIN"} }), "verify-starttls-again verify-starttls-again", "fault of the server"},
		// Certificates.
		{"expired", certificate(func(e *estate) tls.Certificate { return e.root.issue(e.t, -3, "*.example.nl") }), "verify-certificate-date", "renew"},
		{"expires soon", certificate(func(e *estate) tls.Certificate { return e.root.issue(e.t, 5, "*.example.nl") }), "verify-certificate-soon", "renew"},
		{"not yet valid", certificate(func(e *estate) tls.Certificate {
			return e.root.issueAt(e.t, time.Now().AddDate(0, 0, 3), time.Now().AddDate(0, 3, 0), "*.example.nl")
		}), "verify-certificate-date", "clocks"},
		{"other name", certificate(func(e *estate) tls.Certificate { return e.root.issue(e.t, 60, "mail.example.org") }), "verify-certificate-name", "has this name"},
		{"common name only", certificate(func(e *estate) tls.Certificate { return e.root.issue(e.t, 60) }), "verify-certificate-name", "alternative names"},
		{"unknown authority", certificate(func(e *estate) tls.Certificate {
			return newAuthority(e.t, "Nobody", nil).issue(e.t, 60, "*.example.nl")
		}), "verify-certificate-chain", ""},
		{"intermediate not sent", certificate(func(e *estate) tls.Certificate {
			a := newAuthority(e.t, "Between", e.root)
			a.over = nil
			return a.issue(e.t, 60, "*.example.nl")
		}), "verify-certificate-chain", "intermediate"},
		// SRV.
		{"SRV record missing", func(e *estate) { delete(e.dns.srv, "_imap._tcp.example.nl") }, "verify-srv-missing", "_imap._tcp.example.nl. IN SRV"},
		{"SRV host", srv("imaps", "old.example.nl.", 993), "verify-srv-contradicts verify-srv-missing", "write instead"},
		{"SRV port", srv("submissions", "smtp.example.nl.", 466), "verify-srv-contradicts verify-srv-missing", "write instead"},
		{"SRV says not offered", srv("pop3s", ".", 0), "verify-srv-contradicts verify-srv-missing", "write instead"},
		{"SRV order", func(e *estate) { e.dns.srv["_imaps._tcp.example.nl"][0].Priority = 99 }, "verify-srv-order", "lower number"},
		{"SRV target is an alias", func(e *estate) { e.dns.cname = map[string]string{"imap.example.nl": "box.example.net."} }, "verify-srv-alias", "address records"},
		{"SRV silent", func(e *estate) { e.dns.silent = map[string]bool{"srv _pop3._tcp.example.nl": true} }, "verify-dns-unanswered", "name servers"},
		// Autoconfig.
		{"no autoconfig", func(e *estate) { delete(e.web, acFile); delete(e.web, wellFile) }, "verify-autoconfig-missing", "put the file"},
		{"autoconfig type", file(acFile, give("text/html", "")), "verify-autoconfig-type verify-autoconfig", "Content-Type"},
		{"autoconfig login", file(acFile, refuse(401)), "verify-autoconfig", "public"},
		{"autoconfig down", file(acFile, refuse(503)), "verify-autoconfig-unreachable", "try again"},
		{"autoconfig host", edit(acFile, "<hostname>imap.example.nl", "<hostname>old.example.nl"), "verify-autoconfig-differs verify-autoconfig-differs", "only source"},
		{"autoconfig port", edit(wellFile, "<port>465", "<port>25"), "verify-autoconfig-differs verify-autoconfig-differs", "only source"},
		{"autoconfig security", edit(acFile, "STARTTLS", "plain"), "verify-autoconfig-differs verify-autoconfig-differs", "only source"},
		{"autoconfig is a page", file(acFile, give(xmlType, "<html></html>")), "verify-autoconfig", "put the file"},
		{"autoconfig name", func(e *estate) { e.names = []string{"example.nl", "help.example.nl", "autodiscover.example.nl"} }, "verify-autoconfig-certificate", "certificate"},
		{"autoconfig host is elsewhere", func(e *estate) {
			e.dns.ips["autoconfig.example.nl"] = []string{"192.0.2.80", "192.0.2.81"}
		}, "verify-autoconfig-unreachable", "try again"},
		{"autoconfig redirects to a page", file(acFile, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.nl/", http.StatusFound)
		}), "verify-autoconfig", "the file itself"},
		// Autodiscover.
		{"no Autodiscover", func(e *estate) {
			delete(e.web, adFile)
			delete(e.web, adJSON)
			delete(e.dns.srv, "_autodiscover._tcp.example.nl")
		}, "verify-autodiscover-missing", "CNAME autodiscover.example.nl"},
		{"no POST", file(adFile, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != "GET" {
				http.Error(w, "no", http.StatusMethodNotAllowed)
			}
		}), "verify-autodiscover verify-autodiscover", "POST"},
		{"Autodiscover login", file(adFile, refuse(401)), "verify-autodiscover verify-autodiscover", "public"},
		{"Autodiscover port", edit(adFile, "<Port>993", "<Port>994"), "verify-autodiscover-differs verify-autodiscover-differs", "only source"},
		{"Autodiscover encryption", edit(adFile, "<Encryption>TLS", "<Encryption>None"), "verify-autodiscover-differs verify-autodiscover-differs", "only source"},
		{"Autodiscover is a page", file(adFile, give(xmlType, "<html></html>")), "verify-autodiscover", "put the file"},
		{"Autodiscover type", func(e *estate) {
			was := e.web[adFile]
			e.web[adFile] = func(w http.ResponseWriter, r *http.Request) {
				rec := &recorded{header: http.Header{}}
				was(rec, r)
				give("text/plain", rec.String())(w, r)
			}
		}, "verify-autodiscover", "Content-Type"},
		{"Autodiscover says an error", file(adFile, give(xmlType, "<Autodiscover><Response><Error><Message>no such user</Message></Error></Response></Autodiscover>")), "verify-autodiscover", "put the file"},
		{"Autodiscover SRV port", srv("autodiscover", "autodiscover.example.nl.", 80), "verify-autodiscover", "IN SRV 0 0 443"},
		{"Autodiscover SRV leads nowhere", srv("autodiscover", "gone.example.nl.", 443), "verify-autodiscover", "remove it"},
		{"Autodiscover SRV leads to another site", func(e *estate) {
			e.dns.ips["www.example.nl"] = []string{"192.0.2.80"}
			srv("autodiscover", "www.example.nl.", 443)(e)
		}, "verify-autodiscover", "put the file that the build makes there"},
		{"Autodiscover SRV is an alias", func(e *estate) { e.dns.cname = map[string]string{"autodiscover.example.nl": "help.example.nl."} }, "verify-srv-alias", "address records"},
		{"Autodiscover alias is dead", func(e *estate) {
			delete(e.dns.ips, "autodiscover.example.nl")
			delete(e.dns.srv, "_autodiscover._tcp.example.nl")
			e.dns.cname = map[string]string{"autodiscover.example.nl": "gone.example.net."}
		}, "verify-autodiscover", "point the CNAME"},
		{"Autodiscover JSON is a page", file(adJSON, give("text/html", "<p>hello")), "verify-autodiscover", `{"Protocol"`},
		{"Autodiscover JSON to http", edit(adJSON, "https:", "http:"), "verify-autodiscover", "https://"},
		{"Autodiscover JSON to nothing", edit(adJSON, "discover.xml", "discover.txt"), "verify-autodiscover", "lead to the Autodiscover file"},
		// The site.
		{"profile type", file(imapProfile, give("text/xml", "profile")), "verify-profile", "x-apple-aspen-config"},
		{"profile missing", func(e *estate) { delete(e.web, imapProfile) }, "verify-profile", "publish"},
		{"profile behind a login", file(imapProfile, refuse(403)), "verify-profile", "public"},
		{"site down", file(imapProfile, refuse(502)), "verify-profile-unreachable", "try again"},
	}
	if n := len(faults) - 1; n < 60 {
		t.Errorf("%d faults", n)
	}
	for _, tt := range faults {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEstate(t)
			tt.plant(e)
			r := e.verify()
			var got, hints []string
			for _, it := range r.items() {
				for _, p := range it.problems {
					got = append(got, string(p.Code))
					hints = append(hints, p.Hint)
					if p.Hint == "" {
						t.Errorf("%s: no remedy for %q", p.Code, p.Msg)
					}
				}
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("got %q, want %q: %+v", s, tt.want, r.items())
			}
			if !strings.Contains(strings.ToLower(strings.Join(hints, "\n")), strings.ToLower(tt.remedy)) {
				t.Errorf("no %q in %q", tt.remedy, hints)
			}
			if tt.want == "" && r.ExitStatus(false) != 0 {
				t.Errorf("status %d", r.ExitStatus(false))
			}
		})
	}
}
