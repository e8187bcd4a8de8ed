package state_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io/fs"
	"math/big"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/state"
)

const signedSite = `-- site.toml --
title = "Hulp"
base_url = "https://hulp.example"
default_language = "nl"
[provider]
name = "Voorbeeld"
[languages.nl]
name = "Nederlands"
[languages.en]
name = "English"
[forms]
certificate = "/etc/cert.pem"
key = "/etc/key.pem"
[[mail]]
id = "hosting"
name = "E-mail"
domains = ["voorbeeld.example"]
server = [{protocol = "imap", host = "imap.voorbeeld.example", port = 993, security = "tls"}, {protocol = "smtp", host = "smtp.voorbeeld.example", port = 465, security = "tls"}]
`

// pair makes a key and a certificate for it.
func pair(t *testing.T, n int64) (cert, key []byte) {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: "Voorbeeld"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// TestKeysAreInputs: the certificate and the key that sign are looked at
// whenever the site is: what is made from an earlier state is what a clean build
// makes, whatever happened to them.
func TestKeysAreInputs(t *testing.T) {
	files := map[string][]byte{}
	opt := state.Options{Keys: func(path string) ([]byte, error) {
		if data, ok := files[path]; ok {
			return data, nil
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}}
	cert1, key1 := pair(t, 1)
	cert2, key2 := pair(t, 2)
	set := func(cert, key []byte) func() {
		return func() {
			clear(files)
			if cert != nil {
				files["/etc/cert.pem"] = cert
			}
			if key != nil {
				files["/etc/key.pem"] = key
			}
		}
	}
	fsys := tree(t, signedSite)
	profile := func(s *state.State) string {
		data, err := s.Set.Make(t.Context(), "mail/hosting-imap.mobileconfig")
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	set(cert1, key1)()
	s, err := state.Load(t.Context(), fsys, opt, nil)
	if err != nil {
		t.Fatal(err)
	}
	looks := map[string]func(context.Context, fs.FS, state.Options, *state.State) (*state.State, error){
		"Load": state.Load,
		"Update": func(ctx context.Context, fsys fs.FS, opt state.Options, s *state.State) (*state.State, error) {
			return state.Update(ctx, fsys, opt, s, nil)
		},
	}
	for _, step := range []struct {
		name   string
		do     func()
		broken string
	}{
		{"as it was", func() {}, ""},
		{"another pair", set(cert2, key2), ""},
		{"a key that vanishes", set(cert2, nil), "/etc/key.pem cannot be read"},
		{"still gone", func() {}, "/etc/key.pem cannot be read"},
		{"the first pair", set(cert1, key1), ""},
		{"a key of another certificate", set(cert1, key2), "cannot be signed"},
		{"a certificate that vanishes", set(nil, key2), "/etc/cert.pem cannot be read"},
		{"rubbish", set([]byte("x"), key2), "cannot be signed"},
		{"the second pair", set(cert2, key2), ""},
	} {
		step.do()
		_, paths, err := state.Sweep(t.Context(), fsys, opt, s)
		if err != nil {
			t.Fatal(err)
		}
		clean, err := state.Load(t.Context(), fsys, opt, nil)
		if err != nil {
			t.Fatal(err)
		}
		if swept := len(paths) > 0; swept == clean.SameKeys(s) {
			t.Errorf("%s: a sweep finds %q", step.name, paths)
		}
		var next *state.State
		for name, look := range looks {
			if next, err = look(t.Context(), fsys, opt, s); err != nil {
				t.Fatal(err)
			}
			got, want := next.Static(), clean.Static()
			if diag.Errors(got) != diag.Errors(want) || (diag.Errors(got) == 0) != (step.broken == "") {
				t.Errorf("%s, %s: got %v, a clean build has %v", step.name, name, got, want)
			}
			for _, d := range got {
				if d.Severity == diag.Error && !strings.Contains(d.Msg, step.broken) {
					t.Errorf("%s, %s: got %q, want %q", step.name, name, d.Msg, step.broken)
				}
			}
			if step.broken == "" && profile(next) != profile(clean) {
				t.Errorf("%s, %s: the profile is not that of a clean build", step.name, name)
			}
		}
		s = next
	}
}
