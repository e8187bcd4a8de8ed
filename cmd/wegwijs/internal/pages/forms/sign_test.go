package forms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

func hostPort(host, port any) string { return fmt.Sprintf("%v:%v", host, port) }

// An authority is a root, an intermediate and a certificate below it, as PEM.
type authority struct{ root, chain, cert, key []byte }

// newAuthority makes a certificate of the kind that web servers have, with a
// key of kind rsa, ecdsa or ed25519.
var newAuthority = func() func(testing.TB, string) authority {
	var mu sync.Mutex
	made := map[string]authority{}
	return func(t testing.TB, kind string) authority {
		mu.Lock()
		defer mu.Unlock()
		if a, ok := made[kind]; ok {
			return a
		}
		key := func() crypto.Signer {
			var k crypto.Signer
			var err error
			switch kind {
			case "rsa":
				k, err = rsa.GenerateKey(rand.Reader, 2048)
			case "ecdsa":
				k, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			case "ed25519":
				_, k, err = ed25519.GenerateKey(rand.Reader)
			}
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		serial := int64(0)
		issue := func(name string, ca bool, k crypto.Signer, parent *x509.Certificate, by crypto.Signer) (*x509.Certificate, []byte) {
			serial++
			c := &x509.Certificate{
				SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
				NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
				IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
			}
			if ca {
				c.KeyUsage |= x509.KeyUsageCertSign
			} else {
				c.DNSNames = []string{"help.example.nl"}
				c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			}
			if parent == nil {
				parent = c
			}
			der, err := x509.CreateCertificate(rand.Reader, c, parent, k.Public(), by)
			if err != nil {
				t.Fatal(err)
			}
			c, err = x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			return c, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		}
		rootKey, midKey, leafKey := key(), key(), key()
		root, rootPEM := issue("Root", true, rootKey, nil, rootKey)
		mid, midPEM := issue("Intermediate", true, midKey, root, rootKey)
		_, leafPEM := issue("help.example.nl", false, leafKey, mid, midKey)
		der, err := x509.MarshalPKCS8PrivateKey(leafKey)
		if err != nil {
			t.Fatal(err)
		}
		a := authority{rootPEM, midPEM, leafPEM, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})}
		made[kind] = a
		return a
	}
}()

func newSigner(t testing.TB, kind string) *Signer {
	t.Helper()
	a := newAuthority(t, kind)
	s, err := NewSigner(append(bytes.Clone(a.cert), a.chain...), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSign(t *testing.T) {
	r := readFile(t, "example.toml")
	plain, _, err := Profile(&r.Products[0], mail.IMAP, example())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"rsa", "ecdsa"} {
		t.Run(kind, func(t *testing.T) {
			s := example()
			s.Signer = newSigner(t, kind)
			signed, _, err := Profile(&r.Products[0], mail.IMAP, s)
			if err != nil {
				t.Fatal(err)
			}
			if again, _, _ := Profile(&r.Products[0], mail.IMAP, s); !bytes.Equal(signed, again) {
				t.Error("two signatures of the same profile differ")
			}
			if in := time.Until(s.Signer.NotAfter()); in < 23*time.Hour || in > 24*time.Hour {
				t.Errorf("NotAfter is in %v", in)
			}

			p7, err := pkcs7.Parse(signed)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(p7.Content, plain) {
				t.Error("the signed profile is not the unsigned one")
			}
			var at time.Time
			if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &at); err == nil {
				t.Errorf("it says when it was signed: %v", at)
			}
			if len(p7.Certificates) != 2 {
				t.Errorf("%d certificates are inside, want the certificate and its issuer", len(p7.Certificates))
			}
			a := newAuthority(t, kind)
			pool := x509.NewCertPool()
			pool.AppendCertsFromPEM(a.root)
			if err := p7.VerifyWithChain(pool); err != nil {
				t.Errorf("the library does not verify it: %v", err)
			}
			tampered := bytes.Replace(signed, []byte("imap.example.nl"), []byte("evil.example.nl"), 1)
			if p7, err := pkcs7.Parse(tampered); err == nil && p7.VerifyWithChain(pool) == nil {
				t.Error("a changed profile still verifies")
			}
			openssl(t, a.root, signed, plain)
			if _, err := runOpenSSL(t, a.root, tampered); err == nil {
				t.Error("openssl verifies a changed profile")
			}
		})
	}
}

// runOpenSSL verifies a signed message against a root and returns its content.
func runOpenSSL(t *testing.T, root, signed []byte) ([]byte, error) {
	t.Helper()
	bin := testenv.Program(t, "openssl (apt install openssl)", "openssl")
	dir := t.TempDir()
	for name, data := range map[string][]byte{"root.pem": root, "signed": signed} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(bin, "cms", "-verify", "-binary", "-inform", "DER", "-in", "signed", "-CAfile", "root.pem", "-purpose", "any")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	content, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.String())
	}
	return content, nil
}

func openssl(t *testing.T, root, signed, want []byte) {
	t.Helper()
	got, err := runOpenSSL(t, root, signed)
	if err != nil {
		t.Fatalf("openssl does not verify it: %v", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("openssl reads other content:\n%s", got)
	}
}

func TestNewSignerTakesWholeChain(t *testing.T) {
	a := newAuthority(t, "rsa")
	s, err := NewSigner(slices.Concat(a.cert, a.chain, a.root), a.key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.Sign([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if p7, err := pkcs7.Parse(signed); err != nil || len(p7.Certificates) != 3 {
		t.Errorf("got %v, %v, want three certificates", p7, err)
	}
}

func TestNewSignerRefuses(t *testing.T) {
	a, b, c := newAuthority(t, "rsa"), newAuthority(t, "ecdsa"), newAuthority(t, "ed25519")
	for _, x := range []struct {
		name       string
		certs, key []byte
		want       string
	}{
		{"nothing", nil, nil, "the file with the certificate holds none in PEM"},
		{"another's key", a.cert, b.key, "the key is not that of the certificate"},
		{"an encrypted key", a.cert, []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"), "the key is encrypted with a passphrase"},
		{"an encrypted key of OpenSSL", a.cert, []byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMAA=\n-----END RSA PRIVATE KEY-----\n"), "the key is encrypted with a passphrase"},
		{"a certificate for a key", a.cert, a.cert, "holds no private key"},
		{"a kind of key that programs do not know", c.cert, c.key, "neither RSA nor ECDSA"},
		{"a chain in the wrong order", append(bytes.Clone(a.cert), a.root...), a.key, "certificate 2 of the chain did not issue the one before it"},
		{"a chain of another", append(bytes.Clone(a.cert), b.chain...), a.key, "certificate 2 of the chain did not issue the one before it"},
	} {
		if _, err := NewSigner(x.certs, x.key); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: got %v, want %q", x.name, err, x.want)
		}
	}
}

// A certificate without that of its issuer is said: devices do not trust it.
func TestIncomplete(t *testing.T) {
	a := newAuthority(t, "rsa")
	for name, x := range map[string]struct {
		certs []byte
		want  bool
	}{"alone": {a.cert, true}, "with its chain": {slices.Concat(a.cert, a.chain), false}} {
		s, err := NewSigner(x.certs, a.key)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Incomplete(); (got != "") != x.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
