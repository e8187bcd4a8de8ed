package forms

import (
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// ReadOptions reads the table [forms] of site.toml into s; t may be nil, which
// leaves the defaults. Mistakes are reported at their lines. It returns the files
// to sign profiles with, as they are written there, both "" for none: reading
// them and [NewSigner] are for whoever may touch files, and a private key
// belongs outside the site.
//
//	[forms]
//	autodiscover = false            # any form but pacc: true by default
//	pacc = true                     # false by default
//	autoconfig_host = "…"           # see Site
//	autodiscover_host = "…"
//	certificate = "../sign/fullchain.pem"
//	key = "../sign/privkey.pem"
func ReadOptions(t *tomlfile.Table, s *Site) (certificate, key string) {
	s.Off, s.PACC = nil, false
	for _, f := range Forms {
		on := t.Bool(string(f), f != FormPACC)
		switch {
		case f == FormPACC:
			s.PACC = on
		case !on:
			s.Off = append(s.Off, f)
		}
	}
	host := func(key string) string {
		h := t.String(key, "")
		if h == "" {
			return ""
		}
		ascii, err := Address("x@" + h)
		if err != nil || h != strings.TrimSpace(h) {
			t.Errorf(key, diag.FormsHost, `write only the server's name: "help.example.nl"`, "%q is not a host name", h)
			return ""
		}
		return strings.TrimPrefix(ascii, "x@")
	}
	s.AutoconfigHost, s.AutodiscoverHost = host("autoconfig_host"), host("autodiscover_host")
	certificate, key = t.String("certificate", ""), t.String("key", "")
	switch {
	case certificate != "" && key == "":
		t.Errorf("certificate", diag.FormsSign, `add key = "…" with the file of its private key`, "a certificate alone cannot sign")
		certificate = ""
	case key != "" && certificate == "":
		t.Errorf("key", diag.FormsSign, `add certificate = "…" with the file of the certificate and its chain`, "a key alone cannot sign")
		key = ""
	}
	t.Done()
	return certificate, key
}

// Ask asks a table of [tomlfile.Probe] for the keys of [forms].
func Ask(t *tomlfile.Table) {
	ReadOptions(t, new(Site))
	t.About(map[string]diag.Phrase{
		string(FormAutoconfig):   "the file in which Thunderbird and others find the servers: true or false",
		string(FormAutodiscover): "the file in which Outlook finds the servers: true or false",
		string(FormProfile):      "profiles for iPhone, iPad and Mac: true or false",
		string(FormQR):           "pictures that a phone reads with its camera: true or false",
		string(FormDNS):          "the DNS records of the mail domains: true or false",
		string(FormPACC):         "a form of which the standard is a draft: true or false",
		"json":                   "the file mail.json, with all servers, for other programs: true or false",
		"server":                 "the rules by which web servers answer mail programs: true or false",
		"autoconfig_host":        "the server with the files of autoconfig, where it is another than the site's",
		"autodiscover_host":      "the server with the files of autodiscover, where it is another than the site's",
		"certificate":            "the file with the certificate that signs profiles, and its chain",
		"key":                    "the file with the private key of the certificate; outside the site",
	})
}
