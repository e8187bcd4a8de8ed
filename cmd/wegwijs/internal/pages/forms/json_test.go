package forms

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	r := readFile(t, "site.toml")
	s := example()
	files, left, err := Files(r, s)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(JSON(r, s, left)))
	d.DisallowUnknownFields()
	var doc Document
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if doc.Version != 2 || doc.Provider != (ProviderJSON{"Voorbeeld Hosting", "Voorbeeld"}) || len(doc.Products) != 2 {
		t.Errorf("got %+v", doc)
	}
	// Every row of the record is in it, the one without encryption too.
	for i, p := range r.Products {
		j := doc.Products[i]
		if j.ID != p.ID || j.Name != p.Name || j.Domain != p.Domains[0] || j.Webmail != p.Webmail || j.LeaveOnServerDays != p.LeaveDays {
			t.Errorf("product: got %+v, want %+v", j, p)
		}
		if len(j.Servers) != len(p.Servers) {
			t.Fatalf("%s: got %d servers, want %d", p.ID, len(j.Servers), len(p.Servers))
		}
		for k, row := range p.Servers {
			v := j.Servers[k]
			if v.Protocol != string(row.Protocol) || v.Host != row.Host || v.Port != row.Port || v.Security != string(row.Security) ||
				v.Username != string(row.Username) || v.Preference != row.Preference || len(v.Authentication) != len(row.Authentication) {
				t.Errorf("row: got %+v, want %+v", v, row)
			}
			for m, a := range row.Authentication {
				if v.Authentication[m] != string(a) {
					t.Errorf("authentication: got %v, want %v", v.Authentication, row.Authentication)
				}
			}
		}
	}
	if h := doc.Products[0].Help; len(h) != 2 || h[1] != (HelpJSON{"en-GB", "Setting up e-mail", "https://help.example.nl/en/set-up/"}) {
		t.Errorf("help: got %+v", h)
	}
	if len(doc.LeftOut) != len(left) || len(left) == 0 {
		t.Errorf("got %d left out, want %d", len(doc.LeftOut), len(left))
	}
	for i, l := range left {
		if got := doc.LeftOut[i]; got != (LeftOutJSON{string(l.Form), l.Product, l.What, l.Why, l.Minor}) {
			t.Errorf("left out: got %+v, want %+v", got, l)
		}
	}
	// The addresses in it are those of files that are there, and all of them.
	there := map[string]bool{}
	for _, f := range files {
		there["https://help.example.nl/"+f.Path] = true
	}
	n := 0
	for _, p := range doc.Products {
		for _, address := range append(slices.Collect(maps.Values(p.Files.Profile)), p.Files.Autoconfig, p.Files.Autodiscover, p.Files.PACC, p.Files.DNS) {
			if address == "" {
				continue
			}
			n++
			if !there[address] {
				t.Errorf("%s: no file at %s", p.ID, address)
			}
		}
	}
	// Left are the fixed addresses, the answer to a question, the rules, the
	// lists of names and mail.json itself.
	if want := len(files) - 4 - 1 - 3 - 4 - 1; n != want {
		t.Errorf("mail.json names %d files, want %d", n, want)
	}
	if p := doc.Products[1]; p.Files.Autodiscover != "" || len(p.Files.Profile) != 1 || p.Files.Autoconfig == "" {
		t.Errorf("files of the second product: %+v", p.Files)
	}
	if !strings.Contains(string(JSON(r, s, nil)), `"Postvak met alleen webmail & IMAP"`) {
		t.Error("an ampersand is escaped as in HTML")
	}
}

// A form that is off has no address in mail.json.
func TestJSONSwitchedOff(t *testing.T) {
	r := readFile(t, "site.toml")
	s := example()
	s.PACC = false
	s.Off = []Form{FormAutoconfig, FormAutodiscover, FormProfile, FormDNS}
	var doc Document
	if err := json.Unmarshal(JSON(r, s, nil), &doc); err != nil {
		t.Fatal(err)
	}
	for _, p := range doc.Products {
		if f := p.Files; len(f.Autoconfig)+len(f.Autodiscover)+len(f.PACC)+len(f.DNS)+len(f.Profile) > 0 {
			t.Errorf("%s: got %+v", p.ID, f)
		}
	}
}

// What mail.json says was left out is what Files says.
func TestJSONLeftOut(t *testing.T) {
	r := readFile(t, "site.toml")
	files, left, err := Files(r, example())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, f := range files {
		if f.Path == JSONFile {
			if err := f.Make(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !bytes.Equal(b.Bytes(), JSON(r, example(), left)) {
		t.Error("the file and JSON differ")
	}
}
