package state

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
	"wegwijs/cmd/wegwijs/internal/site"
)

// facts are what pages can say that the site has or lacks, by name.
type facts struct{ has map[string]bool }

// readFacts reads the facts in the record. That of verified holds when a table of
// settings says on which day it was checked.
func readFacts(c *config.Config, checked *mail.Checked) *facts {
	has := map[string]bool{"imap": false, "pop": false, "smtp": false, "webmail": false, "profile": false, "products": len(c.Mail.Products) > 1, "verified": false}
	made := c.Section("forms", new(diag.List)).Bool(string(forms.FormProfile), true)
	for i := range c.Mail.Products {
		p := &c.Mail.Products[i]
		for _, s := range p.Servers {
			has[string(s.Protocol)] = true
		}
		for _, proto := range mail.Protocols {
			has["verified"] = has["verified"] || !checked.Since(p, proto).IsZero()
		}
		has["webmail"] = has["webmail"] || p.Webmail != ""
		if made && !slices.Contains(p.Without, string(forms.FormProfile)) && (len(p.Rows(mail.IMAP)) > 0 || len(p.Rows(mail.POP)) > 0) {
			has["profile"] = true
		}
	}
	return &facts{has}
}

// mailForms joins the record of mail settings with the rest of the site: what
// the directives draw on, and the files that mail programs read. The table
// [forms] of site.toml switches forms off and names the key that signs. Of a
// record that is not sound it is not said what the forms leave out.
func mailForms(s *site.Site, checked *mail.Checked, ring *ring, today tomlfile.Date, out *diag.List) *mailOutput {
	c := s.Config
	t := c.Section("forms", out)
	f := &forms.Site{Name: c.Provider.Name, ShortName: c.Provider.ShortName, BaseURL: c.BaseURL, Help: map[string][]forms.HelpPage{}}
	cert, key := forms.ReadOptions(t, f)
	f.Signer = signer(t, cert, key, ring, today)
	names := sync.OnceValue(func() *diag.Names { return diag.NewNames(s.IDs()) })
	for i := range c.Mail.Products {
		p := &c.Mail.Products[i]
		for _, h := range p.Help {
			id := h.ID
			if s.Reference(id) == nil {
				if !s.Broken(id) && !s.Absent(id) {
					hint := names().DidYouMean(id)
					if hint == "" {
						hint = "write the path below the language's folder, without .md: e-mail/imap-instellingen"
					}
					out.Errorf(h.Pos, diag.LinkPage, hint, "help: no page has the id %q", id)
				}
				continue
			}
			for _, l := range s.Locales {
				if q, ok := l.Page(id); ok && !q.Fallback {
					f.Help[id] = append(f.Help[id], forms.HelpPage{Lang: l.Lang, URL: c.Origin + q.URL, Title: q.Title})
				}
			}
		}
	}
	files, left, err := forms.Files(c.Mail, f)
	if err != nil {
		out.Errorf(t.ValuePos("certificate"), diag.FormsSign, "", "the profiles cannot be signed: %v", err)
	}
	if !c.Mail.Broken {
		out.Add(forms.Diagnostics(left)...)
	}
	src := &settings.Source{Record: c.Mail, Label: forms.Label, Asks: forms.Asks, Clients: forms.Clients}
	src.Checked = func(product string, proto mail.Protocol) tomlfile.Date {
		p, ok := c.Mail.Product(product)
		if !ok {
			return tomlfile.Date{}
		}
		return checked.Since(p, proto)
	}
	for i := range c.Mail.Products {
		p := &c.Mail.Products[i]
		for _, proto := range mail.Incoming {
			path := forms.ProfileFile(p, proto)
			if slices.ContainsFunc(files, func(f fileset.File) bool { return f.Path == path }) {
				src.Profiles = append(src.Profiles, settings.Profile{Product: p.ID, Protocol: string(proto), URL: c.BasePath + "/" + path})
			}
		}
	}
	src.Accounts = func(product string) (string, []string) {
		p, ok := c.Mail.Product(product)
		if !ok {
			return "[]", nil
		}
		accounts := forms.Accounts(p, f)
		b, err := json.Marshal(accounts)
		if err != nil {
			panic(err) // text and numbers always marshal
		}
		var made []string
		for _, a := range accounts {
			if a.Profile != nil {
				made = append(made, string(forms.FormProfile))
			}
			if a.QR != nil {
				made = append(made, string(forms.FormQR))
			}
		}
		return string(b), made
	}
	src.DNS = func(product, domain string) ([]settings.DNSRecord, string) {
		p, ok := c.Mail.Product(product)
		if !ok {
			return nil, ""
		}
		records, left := forms.Records(c.Mail, p, domain, f)
		var rows []settings.DNSRecord
		for _, r := range records {
			rows = append(rows, settings.DNSRecord{Name: r.Name, Type: r.Type, Value: r.Data(), Priority: r.Priority, Weight: r.Weight, Port: r.Port, Target: r.Target})
		}
		return rows, string(forms.Zone(domain, records, left))
	}
	return &mailOutput{s, src, files}
}

// signSoon is when a certificate that signs gets a warning: days before its
// end, as for those of mail servers.
const signSoon = 21

// signer reads the certificate and the key that sign the profiles.
func signer(t *tomlfile.Table, cert, key string, ring *ring, today tomlfile.Date) *forms.Signer {
	if cert == "" || ring.source == nil {
		return nil
	}
	read := func(name, path string) []byte {
		b, err := ring.read(path)
		if err != nil {
			t.Errorf(name, diag.FormsSign, "give the path of a PEM file, from the folder of the site", "%s cannot be read: %v", path, err)
		}
		return b
	}
	c, k := read("certificate", cert), read("key", key)
	if c == nil || k == nil {
		return nil
	}
	s, err := forms.NewSigner(c, k)
	if bad, ok := errors.AsType[*forms.KeyError](err); ok {
		t.Errorf("key", diag.FormsSign, "give the private key of the certificate, as PEM without a passphrase", "the profiles cannot be signed: %v", bad)
		return nil
	}
	if err != nil {
		t.Errorf("certificate", diag.FormsSign, "", "the profiles cannot be signed: %v", err)
		return nil
	}
	if issuer := s.Incomplete(); issuer != "" {
		t.Warnf("certificate", diag.FormsSign, "put the issuer's certificate behind it in the file: fullchain.pem instead of cert.pem", "the certificate of the issuer is missing, %s; devices call the profiles not verified", issuer)
	}
	const hint = "renew it and build again; devices call a profile with an old signature not verified"
	end := s.NotAfter().UTC().Truncate(24 * time.Hour)
	switch left := end.Sub(today.Time()); {
	case today.IsZero():
	case left < 0:
		t.Warnf("certificate", diag.FormsSignSoon, hint, "the certificate that signs the profiles ended on %s", end.Format(time.DateOnly))
	case left <= signSoon*24*time.Hour:
		t.Warnf("certificate", diag.FormsSignSoon, hint, "the certificate that signs the profiles is valid until %s", end.Format(time.DateOnly))
	}
	return s
}
