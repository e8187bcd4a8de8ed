package verify

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// fullRecord has two rows a protocol, the usual ones, on hosts of their own.
func fullRecord() *mail.Record {
	var rows []mail.Server
	for _, p := range mail.Protocols {
		for i, sec := range []mail.Security{mail.TLS, mail.STARTTLS} {
			s := row(p, sec)
			s.Host = string(p) + ".example.nl"
			s.Preference = i + 1
			rows = append(rows, s)
		}
	}
	return record(rows...)
}

func goodSRV() map[string][]*net.SRV {
	return map[string][]*net.SRV{
		"_imaps._tcp.example.nl":       {{Target: "imap.example.nl.", Port: 993, Priority: 0, Weight: 1}},
		"_imap._tcp.example.nl":        {{Target: "IMAP.example.nl.", Port: 143, Priority: 10, Weight: 1}},
		"_pop3s._tcp.example.nl":       {{Target: "pop.example.nl.", Port: 995, Priority: 20, Weight: 1}},
		"_pop3._tcp.example.nl":        {{Target: "pop.example.nl.", Port: 110, Priority: 30, Weight: 1}},
		"_submissions._tcp.example.nl": {{Target: "smtp.example.nl.", Port: 465, Priority: 0, Weight: 1}},
		"_submission._tcp.example.nl":  {{Target: "smtp.example.nl.", Port: 587, Priority: 10, Weight: 1}},
	}
}

// The SRV records of a domain against the record: what is missing, what
// contradicts, and the line to write instead.
func TestSRV(t *testing.T) {
	one := func(target string, port uint16) []*net.SRV {
		return []*net.SRV{{Target: target, Port: port, Weight: 1}}
	}
	for _, tt := range []struct {
		name string
		do   func(srv map[string][]*net.SRV, p *mail.Product, d *fakeDNS)
		want string
		say  []string // in messages and hints
	}{
		{"all", func(map[string][]*net.SRV, *mail.Product, *fakeDNS) {}, "holds", nil},
		{"none", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) { clear(srv) }, "holds verify-srv-missing", []string{"there are no SRV records", "_imaps._tcp.example.nl. IN SRV 0 1 993 imap.example.nl.\n", "\n_submission._tcp.example.nl. IN SRV 10 1 587 smtp.example.nl."}},
		{"one missing", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) { delete(srv, "_pop3s._tcp.example.nl") }, "holds verify-srv-missing", []string{"missing: 1", "_pop3s._tcp.example.nl. IN SRV 20 1 995 pop.example.nl."}},
		{"wrong host", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) {
			srv["_imaps._tcp.example.nl"] = one("old.example.nl.", 993)
		}, "does not hold verify-srv-contradicts verify-srv-missing", []string{`"_imaps._tcp.example.nl. IN SRV 0 1 993 old.example.nl."`, "write instead: _imaps._tcp.example.nl. IN SRV 0 1 993 imap.example.nl."}},
		{"wrong port", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) {
			srv["_imaps._tcp.example.nl"] = one("imap.example.nl.", 143)
		}, "does not hold verify-srv-contradicts verify-srv-missing", nil},
		{"wrong label", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) {
			srv["_imap._tcp.example.nl"] = append(srv["_imap._tcp.example.nl"], one("imap.example.nl.", 993)...)
		}, "does not hold verify-srv-contradicts", nil},
		{"one too many", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) {
			srv["_imaps._tcp.example.nl"] = append(srv["_imaps._tcp.example.nl"], one("old.example.nl.", 993)...)
		}, "does not hold verify-srv-contradicts", nil},
		{"not offered", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) {
			srv["_submissions._tcp.example.nl"] = one(".", 0)
		}, "does not hold verify-srv-contradicts verify-srv-missing", []string{"is not offered; the record has it", "write instead: _submissions._tcp.example.nl. IN SRV 0 1 465 smtp.example.nl."}},
		{"no pop, said so", func(srv map[string][]*net.SRV, p *mail.Product, _ *fakeDNS) {
			p.Servers = slices.DeleteFunc(p.Servers, func(s mail.Server) bool { return s.Protocol == mail.POP })
			srv["_pop3s._tcp.example.nl"], srv["_pop3._tcp.example.nl"] = one(".", 0), one("", 0)
		}, "holds", nil},
		{"no pop, but offered", func(srv map[string][]*net.SRV, p *mail.Product, _ *fakeDNS) {
			p.Servers = slices.DeleteFunc(p.Servers, func(s mail.Server) bool { return s.Protocol == mail.POP })
			delete(srv, "_pop3._tcp.example.nl")
		}, "does not hold verify-srv-contradicts", []string{"remove it"}},
		{"cleartext is not asked for", func(srv map[string][]*net.SRV, p *mail.Product, _ *fakeDNS) {
			p.Servers[1].Security = mail.None
			delete(srv, "_imap._tcp.example.nl")
		}, "holds", nil},
		{"cleartext is allowed", func(srv map[string][]*net.SRV, p *mail.Product, _ *fakeDNS) {
			p.Servers[1].Security = mail.None
		}, "holds", nil},
		{"cleartext is not denied", func(srv map[string][]*net.SRV, p *mail.Product, _ *fakeDNS) {
			p.Servers[1].Security = mail.None
			srv["_imap._tcp.example.nl"] = one(".", 0)
		}, "does not hold verify-srv-contradicts", nil},
		{"order", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) {
			srv["_imaps._tcp.example.nl"][0].Priority = 11
		}, "holds verify-srv-order", []string{"_imap._tcp imap.example.nl. (priority 10) before _imaps._tcp imap.example.nl. (priority 11)"}},
		{"pop before imap", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) {
			srv["_pop3s._tcp.example.nl"][0].Priority = 5
		}, "holds verify-srv-order", nil},
		{"same priority", func(srv map[string][]*net.SRV, _ *mail.Product, _ *fakeDNS) {
			srv["_imaps._tcp.example.nl"][0].Priority = 10
		}, "holds", nil},
		{"alias", func(_ map[string][]*net.SRV, _ *mail.Product, d *fakeDNS) {
			d.cname = map[string]string{"pop.example.nl": "box7.example.net."}
		}, "holds verify-srv-alias", []string{"pop.example.nl is an alias of box7.example.net"}},
		{"no answer for one", func(_ map[string][]*net.SRV, _ *mail.Product, d *fakeDNS) {
			d.silent = map[string]bool{"_imap._tcp.example.nl": true}
		}, "could not be reached verify-dns-unanswered", []string{"_imap._tcp.example.nl"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := fullRecord()
			srv := goodSRV()
			d := &fakeDNS{srv: srv}
			tt.do(srv, &rec.Products[0], d)
			o := Options{Resolver: d}.withDefaults()
			c := o.checkSRV(context.Background(), "example.nl", &rec.Products[0], rec)
			if got := checkCodes(&c); got != tt.want {
				t.Errorf("got %q, want %q: %+v", got, tt.want, c.Problems)
			}
			all := ""
			for _, p := range c.Problems {
				all += diag.In(diag.English, p.Msg+"\n"+p.Hint+"\n")
			}
			for _, s := range tt.say {
				if !strings.Contains(all, s) {
					t.Errorf("got %q, want %q in it", all, s)
				}
			}
		})
	}
}

// autoconfigXML is a file that says the same as rec.
func autoconfigXML(rec *mail.Record) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="example.nl"><domain>example.nl</domain>`)
	for _, s := range rec.Products[0].Servers {
		tag, kind := "incomingServer", string(s.Protocol)
		switch s.Protocol {
		case mail.SMTP:
			tag = "outgoingServer"
		case mail.POP:
			kind = "pop3"
		}
		socket := map[mail.Security]string{mail.TLS: "SSL", mail.STARTTLS: "STARTTLS"}[s.Security]
		fmt.Fprintf(&b, `<%s type="%s"><hostname>%s</hostname><port>%d</port><socketType>%s</socketType></%s>`, tag, kind, s.Host, s.Port, socket, tag)
	}
	b.WriteString(`</emailProvider></clientConfig>`)
	return b.String()
}

// The file that the program itself makes agrees with the record.
func TestOwnForms(t *testing.T) {
	rec := fullRecord()
	body, _ := forms.Autoconfig(&rec.Products[0], &forms.Site{Name: "X"})
	if ps := compareAutoconfig(body, "u", "example.nl", &rec.Products[0]); len(ps) > 0 {
		t.Errorf("autoconfig: %+v", ps)
	}
	records, _ := forms.Records(rec, &rec.Products[0], "example.nl", &forms.Site{})
	d := &fakeDNS{srv: map[string][]*net.SRV{}}
	for _, r := range records {
		owner := r.Name + ".example.nl"
		d.srv[owner] = append(d.srv[owner], &net.SRV{Target: r.Target, Port: uint16(r.Port), Priority: uint16(r.Priority), Weight: uint16(r.Weight)})
	}
	o := Options{Resolver: d}.withDefaults()
	if c := o.checkSRV(context.Background(), "example.nl", &rec.Products[0], rec); len(c.Problems) > 0 || len(c.Seen) != 6 {
		t.Errorf("SRV: %+v", c)
	}
}

// What the site does not make need not be there.
func TestOff(t *testing.T) {
	l := newLab(t)
	l.dns.mx = map[string][]*net.MX{"example.nl": {{Host: "mx."}}}
	rec := fullRecord()
	for _, off := range [][]forms.Form{nil, {forms.FormAutoconfig, forms.FormDNS}} {
		opt := l.options()
		opt.Off = off
		opt = opt.withDefaults()
		d := Domain{Name: "example.nl"}
		opt.checkDomain(context.Background(), &d, &rec.Products[0], rec)
		got := checkCodes(&d.SRV) + ", " + checkCodes(&d.Autoconfig)
		want := "holds, holds"
		if off == nil {
			want = "holds verify-srv-missing, does not hold verify-autoconfig-missing"
		}
		if !d.Live || got != want {
			t.Errorf("live %v, %q, want %q", d.Live, got, want)
		}
	}
}

// web puts an https server for the domain in the lab.
func (l *lab) web(cert tls.Certificate, handler http.HandlerFunc) {
	l.serve("192.0.2.80:443", func(conns net.Listener) *http.Server {
		srv := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: handler, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
		go srv.ServeTLS(conns, "", "")
		return srv
	})
}

// plainWeb puts an http server there.
func (l *lab) plainWeb(handler http.HandlerFunc) {
	l.serve("192.0.2.80:80", func(conns net.Listener) *http.Server {
		srv := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: handler}
		go srv.Serve(conns)
		return srv
	})
}

func (l *lab) serve(address string, start func(net.Listener) *http.Server) {
	conns := &listener{conns: make(chan net.Conn), end: make(chan struct{})}
	l.tcp = true // a pipe holds no bytes, so two sides that both write would wait for ever
	srv := start(conns)
	l.t.Cleanup(func() { srv.Close() })
	l.peers[address] = func(t *talk) {
		done := make(chan struct{})
		conns.conns <- &notify{Conn: t.Conn, done: done}
		<-done
	}
}

// notify tells when a connection is closed.
type notify struct {
	net.Conn
	done chan struct{}
	once sync.Once
}

func (n *notify) Close() error {
	n.once.Do(func() { close(n.done) })
	return n.Conn.Close()
}

// A listener hands out the connections that the lab makes.
type listener struct {
	conns chan net.Conn
	end   chan struct{}
	once  sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.end:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.end) })
	return nil
}

func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }

// The autoconfig files of a domain, over https, against the record.
func TestAutoconfig(t *testing.T) {
	const sub, well = "https://autoconfig.example.nl/mail/config-v1.1.xml", "https://example.nl/.well-known/autoconfig/mail/config-v1.1.xml"
	names := []string{"example.nl", "autoconfig.example.nl", "www.example.nl"}
	xml := autoconfigXML(fullRecord())
	type answers map[string]http.HandlerFunc
	give := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Write([]byte(body))
		}
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", code) }
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	file := give("text/xml; charset=utf-8", xml)
	replace := func(old, new string) http.HandlerFunc {
		if !strings.Contains(xml, old) {
			t.Fatalf("no %q in the file", old)
		}
		return give("text/xml", strings.Replace(xml, old, new, 1))
	}
	imaps := `<incomingServer type="imap"><hostname>imap.example.nl</hostname><port>993</port><socketType>SSL</socketType></incomingServer>`
	imap := `<incomingServer type="imap"><hostname>imap.example.nl</hostname><port>143</port><socketType>STARTTLS</socketType></incomingServer>`
	for _, tt := range []struct {
		name string
		web  answers
		do   func(*lab, *mail.Product)
		want string
		say  string
	}{
		{"both", answers{sub: file, well: file}, nil, "holds", ""},
		{"sub only", answers{sub: file}, nil, "holds", ""},
		{"well-known only", answers{well: file}, nil, "holds", ""},
		{"well-known only, no sub host", answers{well: file}, func(l *lab, _ *mail.Product) { delete(l.dns.ips, "autoconfig.example.nl") }, "holds", ""},
		{"application/xml", answers{sub: give("application/xml", xml)}, nil, "holds", ""},
		{"no file", answers{}, nil, "does not hold verify-autoconfig-missing", well},
		{"gone", answers{sub: status(410)}, nil, "does not hold verify-autoconfig-missing", ""},
		{"html type", answers{sub: give("text/html", xml)}, nil, "does not hold verify-autoconfig-type", "text/html"},
		{"rdf type", answers{sub: give("text/rdf", xml)}, nil, "does not hold verify-autoconfig-type", ""},
		{"no type", answers{sub: give("", xml)}, nil, "does not hold verify-autoconfig-type", ""},
		{"one good, one bad", answers{sub: file, well: give("text/html", "<p>hello")}, nil, "does not hold verify-autoconfig-type verify-autoconfig", ""},
		{"not xml", answers{sub: give("text/xml", "hello")}, nil, "does not hold verify-autoconfig", ""},
		{"other xml", answers{sub: give("text/xml", "<rss/>")}, nil, "does not hold verify-autoconfig", "<rss>"},
		{"mark", answers{sub: give("text/xml", "\ufeff"+xml)}, nil, "does not hold verify-autoconfig", "byte order mark"},
		{"login", answers{sub: status(401)}, nil, "does not hold verify-autoconfig", "401"},
		{"teapot", answers{sub: status(418), well: file}, nil, "does not hold verify-autoconfig", "418"},
		{"down", answers{sub: status(503), well: status(404)}, nil, "could not be reached verify-autoconfig-unreachable", "503"},
		{"busy", answers{sub: status(429), well: file}, nil, "could not be reached verify-autoconfig-unreachable", "429"},
		{"redirect", answers{sub: redirect(well), well: file}, nil, "holds", ""},
		{"redirect to http", answers{sub: redirect("http://example.nl/x")}, nil, "does not hold verify-autoconfig", "not https"},
		{"redirect for ever", answers{sub: redirect(sub)}, nil, "does not hold verify-autoconfig", "more than five"},
		{"huge", answers{sub: give("text/xml", xml+strings.Repeat(" ", maxFile))}, nil, "does not hold verify-autoconfig", "more than 256 KiB"},
		{"other host", answers{sub: replace("imap.example.nl", "old.example.nl")}, nil, "does not hold verify-autoconfig-differs verify-autoconfig-differs", "leaves out imap imap.example.nl:993 (tls)"},
		{"other port", answers{sub: replace("<port>465", "<port>466")}, nil, "does not hold verify-autoconfig-differs verify-autoconfig-differs", "has smtp smtp.example.nl:466 (tls), which is not in the record"},
		{"other socket", answers{sub: replace("<port>995</port><socketType>SSL", "<port>995</port><socketType>plain")}, nil, "does not hold verify-autoconfig-differs verify-autoconfig-differs", "has pop pop.example.nl:995 (none)"},
		{"row missing", answers{sub: replace(imaps, "")}, nil, "does not hold verify-autoconfig-differs", "leaves out"},
		{"row too many", answers{sub: replace(imaps, imaps+strings.ReplaceAll(imaps, "993", "994"))}, nil, "does not hold verify-autoconfig-differs", "994"},
		{"unknown type", answers{sub: replace(imaps, imaps+`<incomingServer type="jmap"><url>https://x/</url></incomingServer>`)}, nil, "holds", ""},
		{"order", answers{sub: replace(imaps+imap, imap+imaps)}, nil, "holds verify-autoconfig-order", ""},
		{"placeholder", answers{sub: replace("imap.example.nl", "Imap.%EMAILDOMAIN%")}, nil, "holds", ""},
		{"what should not be", answers{sub: replace(imap, "")}, func(_ *lab, p *mail.Product) { p.Servers[1].Security = mail.None }, "holds", ""},
		{"refused", nil, func(l *lab, _ *mail.Product) { delete(l.peers, "192.0.2.80:443") }, "could not be reached verify-autoconfig-unreachable verify-autoconfig-unreachable", ""},
		{"no DNS", answers{well: file}, func(l *lab, _ *mail.Product) { l.dns.silent = map[string]bool{"autoconfig.example.nl": true} }, "could not be reached verify-autoconfig-unreachable", ""},
		{"wrong name", answers{sub: file, well: file}, func(l *lab, _ *mail.Product) { names = []string{"example.nl"} }, "does not hold verify-autoconfig-certificate", "autoconfig.example.nl"},
		{"untrusted", answers{sub: file}, func(l *lab, _ *mail.Product) { l.root = newAuthority(t, "X", nil) }, "does not hold verify-autoconfig-certificate verify-autoconfig-certificate", "nobody knows"},
		{"hangs", answers{sub: func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, well: file}, nil, "could not be reached verify-autoconfig-unreachable", ""},
		{"breaks off", answers{sub: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Content-Length", "9999")
			w.Write([]byte("<clientConfig>"))
		}}, nil, "could not be reached verify-autoconfig-unreachable", "breaks off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t)
			was := names
			defer func() { names = was }()
			l.peers["192.0.2.80:443"] = func(t *talk) { t.hang() }
			for _, n := range names {
				l.dns.ips[n] = []string{"192.0.2.80"}
			}
			rec := fullRecord()
			root := l.root
			asked := 0
			if tt.do != nil {
				tt.do(l, &rec.Products[0])
			}
			if l.peers["192.0.2.80:443"] != nil {
				l.web(root.issue(t, 60, names...), func(w http.ResponseWriter, r *http.Request) {
					asked++
					if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" || r.URL.RawQuery != "" || r.Method != http.MethodGet {
						t.Errorf("the client sent %s %s with %q", r.Method, r.URL, r.Header)
					}
					if h := tt.web["https://"+r.Host+r.URL.Path]; h != nil {
						h(w, r)
					} else {
						http.NotFound(w, r)
					}
				})
			}
			opt := l.options()
			opt.Timeouts.HTTP = 300 * time.Millisecond
			o := opt.withDefaults()
			c := o.checkAutoconfig(context.Background(), "example.nl", nil, &rec.Products[0])
			if got := checkCodes(&c); got != tt.want {
				t.Errorf("got %q, want %q: %+v", got, tt.want, c.Problems)
			}
			if asked > 7 {
				t.Errorf("the web server was asked %d times", asked)
			}
			all := ""
			for _, p := range c.Problems {
				all += diag.In(diag.English, p.Msg) + " " + p.Said + "\n"
			}
			if !strings.Contains(all, tt.say) {
				t.Errorf("got %q, want %q in it", all, tt.say)
			}
		})
	}
	t.Run("alert", func(t *testing.T) {
		l := newLab(t)
		l.tcp = true
		l.dns.ips["autoconfig.example.nl"] = []string{"192.0.2.80"}
		l.peers["192.0.2.80:443"] = func(t *talk) {
			t.r.ReadByte()
			t.raw("\x15\x03\x03\x00\x02\x02\x70") // fatal, unrecognized_name
			t.hang()
		}
		o := l.options().withDefaults()
		c := o.checkAutoconfig(context.Background(), "example.nl", nil, &fullRecord().Products[0])
		if got := checkCodes(&c); got != "does not hold verify-autoconfig-certificate" {
			t.Errorf("got %q: %+v", got, c.Problems)
		}
	})
	t.Run("plain http", func(t *testing.T) {
		l := newLab(t)
		l.tcp = true
		l.dns.ips["autoconfig.example.nl"] = []string{"192.0.2.80"}
		l.peers["192.0.2.80:443"] = func(t *talk) {
			t.r.ReadByte()
			t.raw("HTTP/1.1 400 Bad Request\r\n\r\n")
		}
		o := l.options().withDefaults()
		c := o.checkAutoconfig(context.Background(), "example.nl", nil, &fullRecord().Products[0])
		if got := checkCodes(&c); got != "does not hold verify-autoconfig" {
			t.Errorf("got %q: %+v", got, c.Problems)
		}
	})
	t.Run("no route", func(t *testing.T) {
		l := newLab(t)
		l.dns.ips["example.nl"] = []string{"2001:db8::80", "192.0.2.80"}
		l.web(l.root.issue(t, 60, "example.nl"), file)
		opt := l.options()
		opt.HasRoute = func(ip netip.Addr) bool { return ip.Is4() }
		o := opt.withDefaults()
		c := o.checkAutoconfig(context.Background(), "example.nl", nil, &fullRecord().Products[0])
		if got := checkCodes(&c); got != "holds" || len(l.dials) != 2 { // https and http
			t.Errorf("got %q, dialled %q", got, l.dials)
		}
		opt.HasRoute = func(netip.Addr) bool { return false }
		o = opt.withDefaults()
		c = o.checkAutoconfig(context.Background(), "example.nl", nil, &fullRecord().Products[0])
		if got := checkCodes(&c); got != "could not be reached verify-autoconfig-unreachable" || len(l.dials) != 2 {
			t.Errorf("got %q, dialled %q", got, l.dials)
		}
	})
	t.Run("certificate ends soon", func(t *testing.T) {
		l := newLab(t)
		l.dns.ips["autoconfig.example.nl"] = []string{"192.0.2.80"}
		l.web(l.root.issue(t, 9, "autoconfig.example.nl"), file)
		o := l.options().withDefaults()
		c := o.checkAutoconfig(context.Background(), "example.nl", nil, &fullRecord().Products[0])
		if got := checkCodes(&c); got != "holds verify-certificate-soon" {
			t.Errorf("got %q", got)
		}
	})
}

// A domain that the DNS does not know does not hold, and is named; one of which
// that is not known could not be reached.
func TestDomain(t *testing.T) {
	rec := fullRecord()
	for _, tt := range []struct {
		name      string
		do        func(*lab)
		live      bool
		srv, auto string
		exit      int
	}{
		{"not there", func(*lab) {}, false, "does not hold verify-domain", "holds", 1},
		{"no answer", func(l *lab) { l.dns.silent = map[string]bool{"mx example.nl": true} }, false, "could not be reached verify-dns-unanswered", "holds", 1},
		{"takes no mail", func(l *lab) { l.dns.mx = map[string][]*net.MX{"example.nl": {{Host: "."}}} }, true, "does not hold verify-domain verify-srv-missing", "does not hold verify-autoconfig-missing", 1},
		{"mx only", func(l *lab) { l.dns.mx = map[string][]*net.MX{"example.nl": {{Host: "mx."}}} }, true, "holds verify-srv-missing", "does not hold verify-autoconfig-missing", 1},
		{"address only", func(l *lab) { l.dns.ips["example.nl"] = []string{"2001:db8::80"} }, true, "holds verify-srv-missing", "could not be reached verify-autoconfig-unreachable", 1},
		{"srv only", func(l *lab) { l.dns.srv = goodSRV() }, true, "holds", "does not hold verify-autoconfig-missing", 1},
		{"all", func(l *lab) {
			l.dns.srv = goodSRV()
			l.dns.ips["autoconfig.example.nl"] = []string{"192.0.2.80"}
			l.web(l.root.issue(t, 60, "autoconfig.example.nl"), func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/xml")
				w.Write([]byte(autoconfigXML(rec)))
			})
		}, true, "holds", "holds", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t)
			tt.do(l)
			r := record()
			r.Products[0] = rec.Products[0]
			for i, s := range rec.Products[0].Servers {
				l.dns.ips[s.Host] = []string{fmt.Sprint("192.0.2.", 10+i/2)}
				l.peers[fmt.Sprintf("192.0.2.%d:%d", 10+i/2, s.Port)] = good(s.Protocol).serve(s.Security, nil)
			}
			l.cert = l.root.issue(t, 60, "*.example.nl")
			opt := l.options()
			opt.OnlyServers = false
			got, err := Run(context.Background(), r, opt)
			if err != nil {
				t.Fatal(err)
			}
			d := got.Domains[0]
			own := Check{Problems: slices.Concat(d.Problems, d.SRV.Problems)}
			if d.Live != tt.live || checkCodes(&own) != tt.srv || checkCodes(&d.Autoconfig) != tt.auto {
				t.Errorf("live %v, srv %q, autoconfig %q; want %v, %q, %q", d.Live, checkCodes(&own), checkCodes(&d.Autoconfig), tt.live, tt.srv, tt.auto)
			}
			if got.ExitStatus(false) != tt.exit {
				t.Errorf("exit status %d, want %d", got.ExitStatus(false), tt.exit)
			}
			for i := range got.Rows {
				if o := codes(&got.Rows[i]); o != "holds" {
					t.Errorf("%s: %s", name(got.Rows[i].Server), o)
				}
			}
		})
	}
}
