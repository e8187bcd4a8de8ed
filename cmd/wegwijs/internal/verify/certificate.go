package verify

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// soon is when a certificate that still holds gets a warning. Issuers that
// renew by themselves do so 30 days ahead; at 21 that has failed for a while.
const soon = 21 // days

// certificate checks what a server showed against the published host and
// returns all that is wrong with it: protocol version (RFC 8314 §4 with RFC 8997
// §3), time, chain and name (RFC 7817 §3).
//
// The chain is built from what the server sent and the roots, nothing else:
// desktop programs that fetch or remember a missing certificate hide a mistake
// that phones show.
func certificate(state tls.ConnectionState, host string, roots *x509.CertPool, now time.Time) (*TLS, []Problem) {
	var ps []Problem
	wrong := func(code diag.Code, hint, format string, args ...any) {
		ps = append(ps, refuted(code, "", hint, format, args...).Problem)
	}
	info := &TLS{Version: tls.VersionName(state.Version)}
	if state.Version < tls.VersionTLS12 {
		wrong(diag.VerifyTLSVersion, "let the server speak TLS 1.2 and 1.3", "the server speaks %s only, which mail programs refuse", info.Version)
	}
	if len(state.PeerCertificates) == 0 {
		wrong(diag.VerifyCertificateChain, "give the server a certificate of a public authority", "the server shows no certificate")
		return info, ps
	}
	leaf := state.PeerCertificates[0]
	info.Issuer = clean(cmp.Or(leaf.Issuer.CommonName, strings.Join(leaf.Issuer.Organization, " "), leaf.Issuer.String()))
	info.NotAfter = leaf.NotAfter.UTC().Format(time.RFC3339)
	left := leaf.NotAfter.Sub(now)
	info.DaysLeft = int(left / (24 * time.Hour))
	if left < 0 {
		info.DaysLeft = min(info.DaysLeft, -1) // a certificate that ended an hour ago has not 0 days left
	}
	for _, n := range leaf.DNSNames[:min(len(leaf.DNSNames), 10)] {
		info.Names = append(info.Names, clean(n))
	}

	at := now // the chain is judged at a moment at which the server's own certificate is valid
	switch {
	case now.After(leaf.NotAfter):
		at = leaf.NotAfter
		wrong(diag.VerifyCertificateDate, "renew the certificate", "the certificate expired on %s", leaf.NotAfter.UTC().Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		at = leaf.NotBefore
		wrong(diag.VerifyCertificateDate, "check the clocks of the server and of this machine", "the certificate is not valid before %s", leaf.NotBefore.UTC().Format(time.DateOnly))
	case info.DaysLeft < soon:
		ps = append(ps, Problem{Outcome: Holds, Code: diag.VerifyCertificateSoon, Msg: diag.Say("the certificate expires in %d days, on %s", info.DaysLeft, leaf.NotAfter.UTC().Format(time.DateOnly)), Hint: "renew it; if that should happen by itself, find out why it did not"})
	}
	if p, bad := chainProblem(state.PeerCertificates, roots, at); bad {
		ps = append(ps, p)
	}
	if err := leaf.VerifyHostname(host); err != nil {
		const hint = "get a certificate that has this name, or publish a name that the certificate has"
		switch common := clean(leaf.Subject.CommonName); {
		case len(info.Names) > 0:
			wrong(diag.VerifyCertificateName, hint, "the certificate is not for %s; it is for %s", host, strings.Join(info.Names, ", "))
		case len(leaf.IPAddresses) > 0:
			wrong(diag.VerifyCertificateName, hint, "the certificate is not for %s; it is for addresses only", host)
		case common != "":
			// RFC 6125 §6.4.4 left it to clients, RFC 9525 §2 took it away.
			wrong(diag.VerifyCertificateName, "get a certificate that has the name among its alternative names (SAN), as every public authority gives out", "the certificate has %s as its common name only, which programs do not look at", common)
		default:
			wrong(diag.VerifyCertificateName, hint, "the certificate is not for %s; it is for no name at all", host)
		}
	}
	return info, ps
}

func chainProblem(sent []*x509.Certificate, roots *x509.CertPool, at time.Time) (Problem, bool) {
	between := x509.NewCertPool()
	for _, c := range sent[1:] {
		between.AddCert(c)
	}
	chains, err := sent[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	if err == nil {
		// Some systems' own verifiers fetch what is missing.
		for _, chain := range chains {
			if len(chain) < 2 || !slices.ContainsFunc(chain[:len(chain)-1], func(c *x509.Certificate) bool { return !slices.ContainsFunc(sent, c.Equal) }) {
				return Problem{}, false
			}
		}
	}
	f := refuted(diag.VerifyCertificateChain, "", "use a certificate of a public authority", "the certificate is not trusted")
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case isInvalid && invalid.Reason == x509.Expired && !invalid.Cert.Equal(sent[0]):
		f.Msg = diag.Say("a certificate in the chain, %s, is not valid at this time", clean(invalid.Cert.Subject.CommonName))
		f.Hint = "send the chain that the issuer gives out now"
	case isInvalid:
		f.because(invalid)
	case sent[0].CheckSignatureFrom(sent[0]) == nil || string(sent[0].RawIssuer) == string(sent[0].RawSubject):
		f.Msg = "the certificate is signed by the server itself, so no program trusts it"
	case len(sent) == 1:
		f.Msg = diag.Say("the server sends its own certificate only, and %s, which issued it, is not an authority that programs know", clean(sent[0].Issuer.CommonName))
		f.Hint = "let the server send the intermediate certificates too (the full chain); phones cannot do without"
	default:
		f.Msg = diag.Say("the certificate leads to %s, which is not an authority that programs know", clean(sent[len(sent)-1].Issuer.CommonName))
	}
	return f.Problem, true
}
