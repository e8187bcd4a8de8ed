package state_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/state"
)

func TestDrafts(t *testing.T) {
	fsys := tree(t, md("nl/e-mail/concept", "title = \"Concept\"\ndraft = true", "Tekst."), md("nl/e-mail/pop", `title = "POP"`, "[x](imap.md)"))
	s, ds := load(t, fsys)
	if len(ds) > 0 {
		t.Fatal(says(ds))
	}
	if _, ok := s.Set.File("e-mail/concept/index.html"); ok {
		t.Error("the draft is there")
	}
	same(t, "drafts", s.Drafts(), []string{"content/nl/e-mail/concept.md"})
	s, err := state.Load(t.Context(), fsys, state.Options{Drafts: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Set.File("e-mail/concept/index.html"); !ok {
		t.Error("with Drafts: the draft is not there")
	}
	// What leads to a draft leads to nothing yet.
	_, ds = load(t, tree(t, md("nl/e-mail/concept", "title = \"Concept\"\ndraft = true", ""), md("nl/e-mail/pop", `title = "POP"`, "[x](concept.md)")))
	same(t, "a link to a draft", says(ds), []string{"content/nl/e-mail/pop.md:4:1: no page content/nl/e-mail/concept.md"})
}

// A file that changes while the site is made stops the work: what would come
// out would be of two moments.
func TestFileChangesMeanwhile(t *testing.T) {
	for name, change := range map[string]func(fstest.MapFS){
		"changed": func(m fstest.MapFS) {
			m["content/nl/e-mail/pop.md"] = &fstest.MapFile{Data: []byte("+++\ntitle = \"Anders\"\n+++\n")}
		},
		"gone": func(m fstest.MapFS) { delete(m, "content/nl/e-mail/pop.md") },
	} {
		fsys := tree(t)
		s, err := state.Load(t.Context(), fsys, state.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		change(fsys)
		if err := s.MakeAll(t.Context()); !errors.Is(err, state.ErrChanged) || !strings.Contains(err.Error(), "content/nl/e-mail/pop.md") {
			t.Errorf("%s: got %v, want an error that names the file", name, err)
		}
	}
}

// A link to a heading is checked in a text that may have changed since: then
// nothing is known of it, and that is an error.
func TestTargetChangesMeanwhile(t *testing.T) {
	fsys := tree(t)
	s, err := state.Load(t.Context(), fsys, state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Set.Make(t.Context(), "e-mail/index.html"); err != nil { // leads to imap.md#versturen
		t.Fatal(err)
	}
	fsys["content/nl/e-mail/imap.md"] = &fstest.MapFile{Data: []byte("+++\ntitle = \"Anders\"\n+++\n")}
	if _, err := s.Made(); !errors.Is(err, state.ErrChanged) {
		t.Errorf("Made: got %v", err)
	}
	if ds := s.Findings(); len(ds) != 1 || ds[0].Code != "input-changed" || diag.Errors(ds) != 1 || !strings.Contains(ds[0].Msg, "content/nl/e-mail/imap.md") {
		t.Errorf("Findings: got %v", ds)
	}
}

func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := state.Load(ctx, tree(t), state.Options{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Load: got %v", err)
	}
	s, err := state.Load(t.Context(), tree(t), state.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MakeAll(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("MakeAll: got %v", err)
	}
}

// What editors and systems leave beside the inputs is no input.
func TestFilesThatAreNoInput(t *testing.T) {
	want := paths(sound(t), "")
	s := sound(t, strings.ReplaceAll(`
-- content/nl/.hidden.md --
x
-- content/nl/e-mail/pop.md~ --
x
-- content/nl/e-mail/pop.md.orig --
x
-- content/nl/e-mail/.pop.md.swp --
x
-- content/nl/e-mail/#pop.md# --
x
-- content/nl/e-mail/~$brief.docx --
x
-- content/nl/e-mail/notities.docx --
x
-- content/nl/Thumbs.db --
x
-- content/.DS_Store --
x
-- layouts/base.html~ --
{{
-- layouts/.base.html.swp --
{{
-- layouts/partials/nav.html.tmp --
{{
-- i18n/nl.toml.bak --
x
-- i18n/base/0123.md --
x
-- .git/config --
x
-- README.md --
x
`, "\r", ""))
	same(t, "paths", paths(s, ""), want)
}

// A text that is not UTF-8 is refused at its place.
func TestEncoding(t *testing.T) {
	fsys := tree(t)
	fsys["content/nl/e-mail/pop.md"] = &fstest.MapFile{Data: []byte("+++\ntitle = \"POP\"\n+++\nCaf\xe9\n")}
	fsys["content/nl/e-mail/imap.md"] = &fstest.MapFile{Data: []byte("\xef\xbb\xbf+++\r\ntitle = \"IMAP\"\r\n+++\r\n## Ontvangen\r\n\r\n## Versturen {#versturen}\r\n")}
	_, ds := load(t, fsys)
	same(t, "findings", says(ds), []string{"content/nl/e-mail/pop.md:4:4: this is not UTF-8 text"})
}

// A site that lacks what pages are made of says so, and nothing else falls
// over that.
func TestBarelyASite(t *testing.T) {
	for name, c := range map[string]struct {
		fsys fstest.MapFS
		want string // somewhere in the findings
	}{
		"nothing":         {fstest.MapFS{}, "site.toml: the folder has no site.toml"},
		"empty site.toml": {fstest.MapFS{"site.toml": {}}, "site.toml:1:1: title is missing"},
		"no languages":    {fstest.MapFS{"site.toml": {Data: []byte("title = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = \"nl\"\n")}}, "the site has no languages"},
		"only site.toml":  {fstest.MapFS{"site.toml": {Data: []byte("title = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"N\"\n")}}, "content/nl/index.md: the site has no first page"},
		"no layouts":      {tree(t, "-- layouts/ --\n"), "layouts/base.html: the site has no layouts/base.html"},
		"no base.html":    {tree(t, "-- layouts/base.html --\n"), "layouts/base.html: the site has no layouts/base.html"},
		"no strings":      {tree(t, "-- i18n/ --\n"), "i18n/nl.toml: the language nl has no interface strings"},
		"no pages":        {tree(t, "-- content/ --\n"), "content/nl/index.md: the site has no first page"},
	} {
		s, err := state.Load(t.Context(), c.fsys, state.Options{}, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := s.MakeAll(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := strings.Join(says(s.Findings()), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%s\nwant one with %q", name, got, c.want)
		}
	}
}

// The profiles are signed with a certificate that is no part of the site.
func TestSigner(t *testing.T) {
	keys := func(path string) ([]byte, error) {
		if path == "leeg.pem" {
			return []byte{}, nil
		}
		return nil, errors.New("no such file")
	}
	for forms, want := range map[string]string{
		"certificate = \"a.pem\"\n":                        "a certificate alone cannot sign",
		"key = \"a.pem\"\n":                                "a key alone cannot sign",
		"certificate = \"a.pem\"\nkey = \"b.pem\"\n":       "a.pem cannot be read: no such file",
		"certificate = \"leeg.pem\"\nkey = \"leeg.pem\"\n": "the profiles cannot be signed",
	} {
		s, err := state.Load(t.Context(), tree(t, siteToml("nl", "en")+"[forms]\n"+forms), state.Options{Keys: keys}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(says(s.Findings()), "\n"); !strings.Contains(got, "site.toml:") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", forms, got, want)
		}
	}
}

// A certificate that signs and is about to end, or has ended, is a warning.
func TestSignerEnds(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	keys := func(path string) ([]byte, error) {
		if path == "key.pem" {
			return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), nil
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
	}
	const soon, ended = "the certificate that signs the profiles is valid until 2026-06-30", "the certificate that signs the profiles ended on 2026-06-30"
	for today, want := range map[tomlfile.Date]string{
		{}:                              "",
		{Year: 2026, Month: 6, Day: 8}:  "",
		{Year: 2026, Month: 6, Day: 9}:  soon,
		{Year: 2026, Month: 6, Day: 30}: soon,
		{Year: 2026, Month: 7, Day: 1}:  ended,
	} {
		s, err := state.Load(t.Context(), tree(t, siteToml("nl", "en")+"[forms]\ncertificate = \"chain.pem\"\nkey = \"key.pem\"\n"), state.Options{Keys: keys, Today: today}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range s.Findings() {
			if d.Code == "forms-sign-soon" {
				got = append(got, fmt.Sprintf("%s: %s", d.Severity, d.Msg))
			}
		}
		if want != "" {
			want = "warning: " + want
		}
		if strings.Join(got, "\n") != want {
			t.Errorf("on %s: got %q, want %q", today, got, want)
		}
	}
}

// TestSiteTomlThatCannotBeRead: that it is gone is said also after it was
// there and could not be read, and the other way round.
func TestSiteTomlThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "site.toml")
	var s *state.State
	for i, want := range []diag.Code{diag.ConfigMissing, diag.InputLink, diag.ConfigMissing, diag.InputLink} {
		if want == diag.InputLink {
			if err := os.Symlink("/elders", name); err != nil {
				t.Skip(err)
			}
		} else {
			os.Remove(name)
		}
		var err error
		if s, err = state.Load(t.Context(), os.DirFS(dir), state.Options{}, s); err != nil {
			t.Fatal(err)
		}
		if ds := s.Static(); len(ds) != 1 || ds[0].Code != want {
			t.Errorf("%d: got %v, want %s", i, ds, want)
		}
	}
}
