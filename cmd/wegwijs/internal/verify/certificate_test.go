package verify

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// What a server shows, and what is said of it. All that is wrong is said at
// once, and the dialogue goes on, so that one run tells all.
func TestCertificate(t *testing.T) {
	root := testRoot()
	other := newAuthority(t, "Other Root", nil)
	between := newAuthority(t, "Between", root)
	deep := newAuthority(t, "Deep", between)
	without := func(c tls.Certificate) tls.Certificate {
		c.Certificate = c.Certificate[:1]
		return c
	}
	self := func() tls.Certificate {
		a := newAuthority(t, host, nil)
		return tls.Certificate{Certificate: [][]byte{a.cert.Raw}, PrivateKey: a.key}
	}
	expiredBetween := func() tls.Certificate {
		a := &authority{key: newKey(t)}
		tmpl := &x509.Certificate{Subject: pkix.Name{CommonName: "Old Between"}, NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(0, 0, -3), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
		a.cert = sign(t, tmpl, root.cert, &a.key.PublicKey, root.key)
		a.over = append(a.over, a.cert)
		return a.issue(t, 60, host)
	}
	now := time.Now()
	for _, tt := range []struct {
		name string
		cert tls.Certificate
		max  uint16
		want string
		msg  string // in the report
	}{
		{"good", root.issue(t, 60, host), 0, "holds", ""},
		{"good below", between.issue(t, 60, host), 0, "holds", ""},
		{"good deep", deep.issue(t, 60, host), 0, "holds", ""},
		{"wildcard", root.issue(t, 60, "*.example.nl"), 0, "holds", ""},
		{"tls 1.2", root.issue(t, 60, host), tls.VersionTLS12, "holds", ""},
		{"tls 1.1", root.issue(t, 60, host), tls.VersionTLS11, "does not hold verify-tls-version", "TLS 1.1"},
		{"tls 1.0", root.issue(t, 60, host), tls.VersionTLS10, "does not hold verify-tls-version", "TLS 1.0"},
		{"soon", root.issue(t, 20, host), 0, "holds verify-certificate-soon", "in 20 days"},
		{"not yet soon", root.issue(t, 21, host), 0, "holds", ""},
		{"expired", root.issue(t, -2, host), 0, "does not hold verify-certificate-date", "expired on " + now.Add(-47*time.Hour).UTC().Format(time.DateOnly)},
		{"not yet", root.issueAt(t, now.AddDate(0, 0, 2), now.AddDate(0, 3, 0), host), 0, "does not hold verify-certificate-date", "not valid before"},
		{"name", root.issue(t, 60, "mail.example.net", "imap.example.net"), 0, "does not hold verify-certificate-name", "not for mail.example.nl; it is for mail.example.net, imap.example.net"},
		{"no name", root.issue(t, 60), 0, "does not hold verify-certificate-name", "server as its common name only"},
		{"deeper wildcard", root.issue(t, 60, "*.nl"), 0, "does not hold verify-certificate-name", "it is for *.nl"},
		{"part wildcard", root.issue(t, 60, "ma*.example.nl"), 0, "does not hold verify-certificate-name", ""},
		{"unknown authority", other.issue(t, 60, host), 0, "does not hold verify-certificate-chain", "Other Root"},
		{"no intermediate", without(between.issue(t, 60, host)), 0, "does not hold verify-certificate-chain", "sends its own certificate only"},
		{"intermediate missing below", func() tls.Certificate {
			c := deep.issue(t, 60, host)
			c.Certificate = c.Certificate[:2]
			return c
		}(), 0, "does not hold verify-certificate-chain", "leads to Between"},
		{"self-signed", self(), 0, "does not hold verify-certificate-chain verify-certificate-name", "signed by the server itself"},
		{"old intermediate", expiredBetween(), 0, "does not hold verify-certificate-chain", "Old Between, is not valid"},
		{"all at once", other.issue(t, -2, "x.example.net"), tls.VersionTLS11, "does not hold verify-tls-version verify-certificate-date verify-certificate-chain verify-certificate-name", ""},
	} {
		for _, sec := range []mail.Security{mail.TLS, mail.STARTTLS} {
			t.Run(tt.name+" "+string(sec), func(t *testing.T) {
				s := row(mail.SMTP, sec)
				l := newLab(t).at(s, good(mail.SMTP).serve(sec, nil))
				l.cert, l.max = tt.cert, tt.max
				r := l.check(s)
				wantCodes(t, r, tt.want)
				all := ""
				for _, p := range r.Rows[0].Addresses[0].Problems {
					all += p.Msg + "\n"
				}
				if !strings.Contains(all, tt.msg) {
					t.Errorf("the report says %q, want %q", all, tt.msg)
				}
				if lines := l.log.all(); lines[len(lines)-1] != "QUIT\r\n" {
					t.Errorf("the dialogue ended with %q", lines[len(lines)-1])
				}
			})
		}
	}
	t.Run("clock", func(t *testing.T) {
		s := row(mail.IMAP, mail.TLS)
		l := newLab(t).at(s, good(mail.IMAP).serve(mail.TLS, nil))
		opt := l.options()
		opt.Now = func() time.Time { return l.cert.Leaf.NotAfter.Add(time.Hour) }
		if a := l.checkWith(opt, s).Rows[0].Addresses[0]; a.TLS.DaysLeft != -1 {
			t.Errorf("an hour after the end %d days are left", a.TLS.DaysLeft)
		}
		opt.Now = func() time.Time { return now.AddDate(0, 0, 100) }
		r := l.checkWith(opt, s)
		wantCodes(t, r, "does not hold verify-certificate-date")
		if a := r.Rows[0].Addresses[0]; a.TLS.DaysLeft >= 0 {
			t.Errorf("%d days left", a.TLS.DaysLeft)
		}
		if y, m, d := now.AddDate(0, 0, 100).Date(); r.Date.Year != y || r.Date.Month != int(m) || r.Date.Day != d {
			t.Errorf("the report is of %s", r.Date)
		}
	})
}

// The published host is sent as server name, also where it is an alias.
func TestServerName(t *testing.T) {
	for _, sec := range []mail.Security{mail.TLS, mail.STARTTLS} {
		s := row(mail.IMAP, sec)
		var got string
		l := newLab(t)
		cert := l.cert
		l.at(s, func(k *talk) {
			inner := good(mail.IMAP).serve(sec, nil)
			inner(&talk{Conn: k.Conn, r: k.r, cert: tls.Certificate{}, log: k.log, config: &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
				got = h.ServerName
				return &cert, nil
			}}})
		})
		wantCodes(t, l.check(s), "holds")
		if got != host {
			t.Errorf("%s: the server name is %q", sec, got)
		}
	}
}
