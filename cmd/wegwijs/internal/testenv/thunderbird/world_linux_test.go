package thunderbird

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// The record of this repository's site.toml, as its readers see it.
const (
	domain   = "voorbeeld.example"
	password = "mooi-weer-vandaag"
)

// A world is what a reader's Thunderbird meets: the published site under its
// own names, and mail servers behind the names and ports of the record.
type world struct {
	site  string   // the folder with the built site
	ca    string   // the authority's certificate, base64 of DER
	hosts []string // the names that lead here

	mu    sync.Mutex
	asked []string // addresses that the web server was asked for
}

// newWorld builds this repository's site and starts its servers.
func newWorld(t testing.TB) *world {
	t.Helper()
	needNetwork(t)
	w := &world{site: filepath.Join(testenv.RAM(t), "public")}
	root := testenv.Root(t)
	program := filepath.Join(t.TempDir(), "wegwijs")
	build := exec.Command("go", "build", "-o", program, "./cmd/wegwijs")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	if out, err := exec.Command(program, "-C", root, "build", "-o", w.site).CombinedOutput(); err != nil {
		t.Fatalf("build the site: %v\n%s", err, out)
	}
	for _, label := range []string{"", "autoconfig.", "autodiscover.", "help.", "imap.", "pop.", "smtp.", "www."} {
		w.hosts = append(w.hosts, label+domain)
	}
	dir := testenv.ServerDir(t)
	certificate := w.issue(t, dir+"/mail", w.hosts...)

	d := (&testenv.Dovecot{Cert: dir + "/mail", Password: password, IMAP: 143, IMAPS: 993, POP3: 110, POP3S: 995}).Start(t)
	(&testenv.Postfix{Cert: dir + "/mail", SASL: d.SASL, Deliver: d.Dir + "/mail", Domain: domain, Boxes: boxes(), Submission: 587, Submissions: 465, Relay: 25}).Start(t)

	inner, err := url.Parse(testenv.StartWeb(t, "nginx", w.site, "access_log off;\nroot "+w.site+";\ninclude "+w.site+"/mail/nginx.conf;"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(inner)
		r.Out.Host = r.In.Host
	}}
	server := &http.Server{
		Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.mu.Lock()
			w.asked = append(w.asked, r.Method+" "+r.Host+r.URL.Path)
			w.mu.Unlock()
			proxy.ServeHTTP(rw, r)
		}),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	l, err := net.Listen("tcp", "127.0.0.1:443")
	if err != nil {
		t.Fatal(err)
	}
	go server.ServeTLS(l, "", "")
	t.Cleanup(func() { server.Close() })
	return w
}

// issue makes an authority and a certificate of it for the names, in the
// files FILE.crt and FILE.key.
func (w *world) issue(t testing.TB, file string, names ...string) tls.Certificate {
	t.Helper()
	now := time.Now()
	make := func(tmpl, parent *x509.Certificate, by *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if by == nil {
			parent, by = tmpl, key
		}
		tmpl.NotBefore, tmpl.NotAfter = now.AddDate(0, 0, -1), now.AddDate(0, 0, 60)
		der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, by)
		if err != nil {
			t.Fatal(err)
		}
		return der, key
	}
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test of the help centre"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caDER, caKey := make(authority, nil, nil)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, key := make(leaf, authority, caKey)
	w.ca = base64.StdEncoding.EncodeToString(caDER)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{file + ".crt": {Type: "CERTIFICATE", Bytes: der}, file + ".key": {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// requests returns what the web server was asked for so far.
func (w *world) requests() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.asked, "\n")
}

// boxes returns the local parts of the accounts that the tests set up.
func boxes() []string {
	var all []string
	for _, lang := range languages {
		for _, name := range []string{"auto-imap", "auto-pop", "hand-imap", "hand-pop"} {
			all = append(all, lang+"-"+name)
		}
	}
	return all
}
