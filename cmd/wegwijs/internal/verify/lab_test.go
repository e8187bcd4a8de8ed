package verify

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// An authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	over []*x509.Certificate // what a server must send besides its own
}

var serial atomic.Int64

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, tmpl, parent *x509.Certificate, pub any, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	tmpl.SerialNumber = big.NewInt(serial.Add(1))
	der, err := x509.CreateCertificate(rand.Reader, tmpl, cmp.Or(parent, tmpl), pub, by)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newAuthority makes an authority below parent, or a root when that is nil.
func newAuthority(t testing.TB, name string, parent *authority) *authority {
	t.Helper()
	a := &authority{key: newKey(t)}
	tmpl := &x509.Certificate{Subject: pkix.Name{CommonName: name}, NotBefore: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	if parent == nil {
		a.cert = sign(t, tmpl, nil, &a.key.PublicKey, a.key)
		return a
	}
	a.cert = sign(t, tmpl, parent.cert, &a.key.PublicKey, parent.key)
	a.over = append([]*x509.Certificate{a.cert}, parent.over...)
	return a
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// issue returns a certificate for names that is valid from yesterday and for
// days from now; a negative number makes an expired one.
func (a *authority) issue(t testing.TB, days int, names ...string) tls.Certificate {
	t.Helper()
	end := time.Now().Add(time.Duration(days)*24*time.Hour + time.Hour)
	begin := time.Now().AddDate(0, 0, -1)
	if days < 0 {
		begin = end.AddDate(0, 0, -90)
	}
	return a.issueAt(t, begin, end, names...)
}

func (a *authority) issueAt(t testing.TB, begin, end time.Time, names ...string) tls.Certificate {
	t.Helper()
	key := newKey(t)
	tmpl := &x509.Certificate{Subject: pkix.Name{CommonName: "server"}, DNSNames: names, NotBefore: begin, NotAfter: end, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	leaf := sign(t, tmpl, a.cert, &key.PublicKey, a.key)
	c := tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
	for _, o := range a.over {
		c.Certificate = append(c.Certificate, o.Raw)
	}
	return c
}

// pemFiles writes chain and key for a server that is not ours.
func pemFiles(t testing.TB, c tls.Certificate, certFile, keyFile string) {
	t.Helper()
	var chain bytes.Buffer
	for _, der := range c.Certificate {
		pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(certFile, chain.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// fakeDNS answers from tables. A name in silent gives no answer; one that is
// in no table does not exist.
type fakeDNS struct {
	ips    map[string][]string
	srv    map[string][]*net.SRV // by "_imaps._tcp.example.nl"
	mx     map[string][]*net.MX
	cname  map[string]string
	silent map[string]bool
	closed bool // it does not know the root
	hosts  bool // addresses come from the machine's hosts file

	mu    sync.Mutex
	asked []string
}

func (f *fakeDNS) miss(kind, name string) error {
	f.mu.Lock()
	f.asked = append(f.asked, kind+" "+name)
	f.mu.Unlock()
	if !strings.HasSuffix(name, ".") {
		return errors.New("asked for " + name + " without a final dot")
	}
	name = strings.TrimSuffix(name, ".")
	if f.silent[name] || f.silent[kind+" "+name] {
		return &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	return nil
}

func gone(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (f *fakeDNS) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	if err := f.miss(network, host); err != nil {
		return nil, err
	}
	var ips []netip.Addr
	for _, s := range f.ips[strings.TrimSuffix(host, ".")] {
		if ip := netip.MustParseAddr(s); ip.Is4() == (network == "ip4") {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		if f.hosts && f.ips[strings.TrimSuffix(host, ".")] != nil {
			// As package net says it of a name that stands there.
			return nil, &net.AddrError{Err: "no suitable address found", Addr: host}
		}
		return nil, gone(host)
	}
	return ips, nil
}

func (f *fakeDNS) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	owner := "_" + service + "._" + proto + "." + name
	if err := f.miss("srv", owner); err != nil {
		return "", nil, err
	}
	r := f.srv[strings.TrimSuffix(owner, ".")]
	if len(r) == 0 {
		return "", nil, gone(owner)
	}
	return owner, r, nil
}

func (f *fakeDNS) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	if err := f.miss("mx", name); err != nil {
		return nil, err
	}
	r := f.mx[strings.TrimSuffix(name, ".")]
	if len(r) == 0 {
		return nil, gone(name)
	}
	return r, nil
}

func (f *fakeDNS) LookupNS(_ context.Context, name string) ([]*net.NS, error) {
	if err := f.miss("ns", name); err != nil {
		return nil, err
	}
	if f.closed {
		return nil, gone(name)
	}
	return []*net.NS{{Host: "a.root-servers.net."}}, nil
}

func (f *fakeDNS) LookupCNAME(_ context.Context, host string) (string, error) {
	if err := f.miss("cname", host); err != nil {
		return "", err
	}
	return cmp.Or(f.cname[strings.TrimSuffix(host, ".")], host), nil
}

const host = "mail.example.nl"

// hostDNS knows only host, at one address.
func hostDNS() *fakeDNS {
	return &fakeDNS{ips: map[string][]string{host: {"192.0.2.1"}}}
}

// row is a row of the record for host.
func row(p mail.Protocol, sec mail.Security) mail.Server {
	ports := map[mail.Protocol][2]int{mail.IMAP: {993, 143}, mail.POP: {995, 110}, mail.SMTP: {465, 587}}
	s := mail.Server{Protocol: p, Host: host, Port: ports[p][0], Security: sec, Username: mail.Address, Authentication: []mail.Authentication{mail.Password}, Preference: 1, Pos: diag.Pos{File: "site.toml", Line: 7, Col: 3}}
	if sec != mail.TLS {
		s.Port = ports[p][1]
	}
	return s
}

func record(rows ...mail.Server) *mail.Record {
	return &mail.Record{Products: []mail.Product{{ID: "hosting", Name: "Hosting", Domains: []string{"example.nl"}, Servers: rows, Pos: diag.Pos{File: "site.toml", Line: 3, Col: 3}}}}
}

// A peer is a hand-made server: what it does with one connection.
type peer func(*talk)

// A talk is one connection at the server's side. Its methods end the handler
// when the client is gone.
type talk struct {
	net.Conn
	r    *bufio.Reader
	cert tls.Certificate
	max  uint16 // TLS version at most; 0 means any

	config *tls.Config // in place of cert and max
	log    *dialogue
}

// A dialogue records what the client said, in clear and inside TLS.
type dialogue struct {
	mu    sync.Mutex
	lines []string // as received, with line ends; "<TLS>" marks a handshake
}

func (d *dialogue) add(s string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, s)
}

func (d *dialogue) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.lines...)
}

type gonePeer struct{}

func (t *talk) say(lines ...string) {
	for _, l := range lines {
		t.raw(l + "\r\n")
	}
}

func (t *talk) raw(s string) {
	if _, err := t.Conn.Write([]byte(s)); err != nil {
		panic(gonePeer{})
	}
}

func (t *talk) hear() string {
	s, err := t.r.ReadString('\n')
	if s != "" {
		t.log.add(s)
	}
	if err != nil {
		panic(gonePeer{})
	}
	return strings.TrimRight(s, "\r\n")
}

// hang waits until the client goes away.
func (t *talk) hang() {
	for {
		t.hear()
	}
}

// startTLS goes on inside TLS.
func (t *talk) startTLS() {
	if t.r.Buffered() > 0 {
		t.log.add("<pipelined>")
	}
	config := t.config
	if config == nil {
		config = &tls.Config{Certificates: []tls.Certificate{t.cert}, MinVersion: tls.VersionTLS10, MaxVersion: t.max}
	}
	c := tls.Server(t.Conn, config)
	if err := c.Handshake(); err != nil {
		panic(gonePeer{})
	}
	t.log.add("<TLS>")
	t.Conn, t.r = c, bufio.NewReader(c)
}

func (t *talk) run(p peer) {
	defer t.Conn.Close()
	defer func() {
		if e := recover(); e != nil && e != (gonePeer{}) {
			panic(e)
		}
	}()
	p(t)
}

// A lab is a small internet: peers by address and port.
type lab struct {
	t     testing.TB
	root  *authority
	dns   *fakeDNS
	cert  tls.Certificate
	max   uint16
	peers map[string]peer // by "192.0.2.1:993"
	log   dialogue
	dials []string

	took time.Duration // of the last check

	mu   sync.Mutex
	wg   sync.WaitGroup
	tcp  bool // loopback TCP in place of pipes
	open map[string]int
	most map[string]int // connections at once, by host address
}

var testRoot = sync.OnceValue(func() *authority { return newAuthority(&testing.T{}, "Test Root", nil) })

func newLab(t testing.TB) *lab {
	t.Helper()
	root := testRoot()
	return &lab{t: t, root: root, dns: hostDNS(), cert: root.issue(t, 60, host), peers: map[string]peer{}, open: map[string]int{}, most: map[string]int{}}
}

// at puts a peer behind the row's port at 192.0.2.1.
func (l *lab) at(s mail.Server, p peer) *lab {
	l.peers[fmt.Sprintf("192.0.2.1:%d", s.Port)] = p
	return l
}

func (l *lab) dial(ctx context.Context, _, address string) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dials = append(l.dials, address)
	p := l.peers[address]
	if p == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errRefused)}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ip, _, _ := net.SplitHostPort(address)
	l.open[ip]++
	l.most[ip] = max(l.most[ip], l.open[ip])
	var client, server net.Conn
	if l.tcp {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer ln.Close()
		if client, err = net.Dial("tcp", ln.Addr().String()); err != nil {
			return nil, err
		}
		if server, err = ln.Accept(); err != nil {
			return nil, err
		}
	} else {
		client, server = net.Pipe()
	}
	l.wg.Go(func() {
		t := &talk{Conn: server, r: bufio.NewReader(server), cert: l.cert, max: l.max, log: &l.log}
		t.run(p)
	})
	return &dialled{Conn: client, closed: sync.OnceFunc(func() {
		l.mu.Lock()
		l.open[ip]--
		l.mu.Unlock()
	})}, nil
}

// dialled is the client's end of a connection: it is open until the client
// closes it, whenever the peer sees that.
type dialled struct {
	net.Conn
	closed func()
}

func (d *dialled) Close() error {
	d.closed()
	return d.Conn.Close()
}

func (l *lab) options() Options {
	return Options{Resolver: l.dns, Dial: l.dial, HasRoute: func(netip.Addr) bool { return true }, Roots: l.root.pool(), OnlyServers: true}
}

// check runs the rows and waits until every peer has ended.
func (l *lab) check(rows ...mail.Server) *Report {
	l.t.Helper()
	return l.checkWith(l.options(), rows...)
}

func (l *lab) checkWith(opt Options, rows ...mail.Server) *Report {
	l.t.Helper()
	begin := time.Now()
	r, err := Run(context.Background(), record(rows...), opt)
	l.took = time.Since(begin)
	if err != nil {
		l.t.Fatal(err)
	}
	l.wg.Wait()
	return r
}

// codes returns outcome and codes of all problems of a row: "does not hold
// verify-auth verify-starttls-again".
func codes(r *Row) string {
	s := r.Outcome().String()
	for _, g := range r.grouped() {
		s += " " + string(g.Code)
	}
	return s
}

func wantCodes(t testing.TB, r *Report, want string) {
	t.Helper()
	if len(r.Rows) != 1 {
		t.Fatalf("got %d rows, want 1", len(r.Rows))
	}
	if got := codes(&r.Rows[0]); got != want {
		var b bytes.Buffer
		r.Print(&b, false)
		t.Errorf("got %q, want %q\n%s", got, want, &b)
	}
}
