package forms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A Signer signs profiles. It is not changed after [NewSigner] and may be used
// by several goroutines at once.
type Signer struct {
	leaf  *x509.Certificate
	chain []*x509.Certificate
	key   crypto.Signer
}

// NewSigner takes a certificate with its chain, the certificate itself first
// and each next one the issuer of the one before, and its private key, all as
// PEM. The certificate of a web server will do. The key is RSA or ECDSA. The
// error says what does not fit together.
func NewSigner(certs, key []byte) (*Signer, error) {
	if why := badKey(key); why != nil && bytes.Contains(certs, []byte("-----BEGIN CERTIFICATE-----")) {
		return nil, &KeyError{why}
	}
	pair, err := tls.X509KeyPair(certs, key)
	if err != nil && strings.Contains(err.Error(), "private key") { // crypto/tls has no types for these
		return nil, &KeyError{diag.Errorf("the key is not that of the certificate")}
	}
	if err != nil {
		return nil, diag.Errorf("the file with the certificate holds none in PEM, or a broken one")
	}
	s := &Signer{leaf: pair.Leaf}
	switch k := pair.PrivateKey.(type) {
	case *rsa.PrivateKey:
		s.key = k
	case *ecdsa.PrivateKey:
		s.key = k
	default:
		return nil, diag.Errorf("the key of the certificate is neither RSA nor ECDSA")
	}
	for i, der := range pair.Certificate[1:] {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, diag.Errorf("certificate %d of the chain cannot be read", i+2)
		}
		before := s.leaf
		if i > 0 {
			before = s.chain[i-1]
		}
		if err := before.CheckSignatureFrom(c); err != nil {
			return nil, diag.Errorf("certificate %d of the chain did not issue the one before it", i+2)
		}
		s.chain = append(s.chain, c)
	}
	return s, nil
}

// A KeyError says what is wrong with the private key, not the certificate.
type KeyError struct{ why error }

func (e *KeyError) Error() string { return e.why.Error() }

func (e *KeyError) Unwrap() error { return e.why }

// badKey says why a PEM file holds no key that can be used; nil where it does.
func badKey(file []byte) error {
	for rest := file; ; {
		var block *pem.Block
		switch block, rest = pem.Decode(rest); {
		case block == nil:
			return diag.Errorf("the file with the key holds no private key in PEM")
		case strings.Contains(block.Type, "ENCRYPTED PRIVATE KEY") || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return diag.Errorf("the key is encrypted with a passphrase")
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return nil
		}
	}
}

// Incomplete returns the name of the issuer of the certificate where that is not
// in the chain, as it must be for devices to trust it; else "".
func (s *Signer) Incomplete() string {
	if len(s.chain) > 0 || s.leaf.CheckSignatureFrom(s.leaf) == nil || bytes.Equal(s.leaf.RawIssuer, s.leaf.RawSubject) {
		return ""
	}
	return s.leaf.Issuer.String()
}

// NotAfter returns the moment at which the certificate expires. Profiles must be
// made anew before it; whoever has a clock should warn in time.
func (s *Signer) NotAfter() time.Time { return s.leaf.NotAfter }

// Sign wraps data in a CMS SignedData structure (RFC 5652 §5), DER encoded,
// the data and the certificates inside, signed with SHA-256. The same data
// gives the same bytes: there is no signing time (it is optional, RFC 5652
// §11.3), RSA is PKCS #1 v1.5 and ECDSA is deterministic (RFC 6979).
func (s *Signer) Sign(data []byte) ([]byte, error) {
	sd, err := pkcs7.NewSignedData(data)
	if err != nil {
		return nil, diag.Errorf("sign: %w", err)
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := sd.AddSignerChain(s.leaf, steady{s.key}, s.chain, pkcs7.SignerInfoConfig{}); err != nil {
		return nil, diag.Errorf("sign: %w", err)
	}
	// The library always notes the time. Its own way to be without, no
	// attributes at all, is legal too but rare, and no device was seen to take
	// it. So the time goes out and the rest is signed again.
	info := &sd.GetSignedData().SignerInfos[0]
	for i, a := range info.AuthenticatedAttributes {
		if a.Type.Equal(pkcs7.OIDAttributeSigningTime) {
			info.AuthenticatedAttributes = slices.Delete(info.AuthenticatedAttributes, i, i+1)
			break
		}
	}
	// RFC 5652 §5.4: what is signed is the attributes as an explicit SET OF.
	der, err := asn1.MarshalWithParams(info.AuthenticatedAttributes, "set")
	if err != nil {
		return nil, diag.Errorf("sign: %w", err)
	}
	sum := sha256.Sum256(der)
	if info.EncryptedDigest, err = (steady{s.key}).Sign(nil, sum[:], crypto.SHA256); err != nil {
		return nil, diag.Errorf("sign: %w", err)
	}
	signed, err := sd.Finish()
	if err != nil {
		return nil, diag.Errorf("sign: %w", err)
	}
	return signed, nil
}

// steady signs without randomness: crypto/ecdsa follows RFC 6979 when it gets
// no source of it, and PKCS #1 v1.5 needs none.
type steady struct{ crypto.Signer }

func (s steady) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.Signer.Sign(nil, digest, opts)
}
