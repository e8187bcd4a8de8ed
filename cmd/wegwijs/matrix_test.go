package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/state"
)

// lacking are the words by which a page in any language names what a provider
// may lack. A program's own words do not count: Outlook too has profiles.
var lacking = map[string]*regexp.Regexp{
	"pop":     regexp.MustCompile(`(?i)\bpop3?s?\b`),
	"webmail": regexp.MustCompile(`(?i)webmail|webmel`),
	"profile": regexp.MustCompile(`(?i)(?:installatie|configuratie|installations|konfigurations)-?profi|\bApple-?profi|mobileconfig|(?:configuration|set-?up|installation) profile|profils? (?:de configuration|d’installation|Apple)|\b(?:het|een) profiel\b|(?:download|install|use) (?:the|a|your) profile\b|\b(?:das|ein) Profil\b|\b(?:le|un) profil\b`),
}

// matrixSite is the site.toml of a provider that has or lacks each thing.
func matrixSite(has map[string]bool) string {
	var b strings.Builder
	b.WriteString("title = \"Hulp\"\nbase_url = \"https://help.provider.example\"\nprovider = {name = \"Provider BV\", contact = \"https://www.provider.example/contact/\"}\n")
	if !has["profile"] {
		b.WriteString("[forms]\nprofile = false\n")
	}
	ids := []string{"een"}
	if has["products"] {
		ids = append(ids, "twee")
	}
	for _, id := range ids {
		fmt.Fprintf(&b, "[[mail]]\nid = %q\nname = \"Post %[1]s\"\ndomains = [\"%[1]s.example\"]\n", id)
		if has["webmail"] {
			fmt.Fprintf(&b, "webmail = \"https://web.%s.example/\"\n", id)
		}
		if has["pop"] {
			b.WriteString("leave_on_server_days = 14\n")
		}
		for _, row := range []string{"imap 993 tls", "pop 995 tls", "smtp 465 tls", "smtp 587 starttls"} {
			f := strings.Fields(row)
			if f[0] != "pop" || has["pop"] {
				host := map[string]string{"imap": "in", "pop": "in2", "smtp": "uit"}[f[0]] // names that say nothing
				fmt.Fprintf(&b, "[[mail.server]]\nprotocol = %q\nhost = \"%s.%s.example\"\nport = %s\nsecurity = %q\n", f[0], host, id, f[1], f[2])
			}
		}
	}
	return b.String()
}

// TestMatrix builds the built-in pages for all sixteen kinds of providers, in
// four languages: nothing is wrong, and no page and no Markdown copy names what
// the provider lacks.
func TestMatrix(t *testing.T) {
	things := []string{"pop", "webmail", "products", "profile"}
	named := map[string]bool{}
	var mu sync.Mutex // files are made side by side
	var last *state.State
	for n := range 16 {
		if testing.Short() && n != 0 && n != 6 && n != 15 {
			continue
		}
		has := map[string]bool{}
		for i, thing := range things {
			has[thing] = n>>i&1 == 1
		}
		fsys := builtin.Over(fstest.MapFS{"site.toml": {Data: []byte(matrixSite(has))}})
		s, err := state.Load(t.Context(), fsys, state.Options{}, last)
		if err != nil {
			t.Fatal(err)
		}
		last = s
		langs := map[string]bool{}
		err = s.Set.Each(t.Context(), func(f *fileset.File, data []byte) error {
			if f.Coding != "" || !strings.HasSuffix(f.Path, ".html") && !strings.HasSuffix(f.Path, ".md") && f.Path != "llms.txt" {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			langs[f.Lang] = true
			lower, text := bytes.ToLower(data), ""
			for thing, words := range lacking {
				if has[thing] && named[thing+" "+f.Lang] || !bytes.Contains(lower, []byte(thing[:min(5, len(thing))])) {
					continue
				}
				if text == "" {
					text = string(data)
					if strings.HasSuffix(f.Path, ".html") {
						text = readable(t, data)
					}
				}
				switch at := words.FindStringIndex(text); {
				case at == nil:
				case has[thing]:
					named[thing+" "+f.Lang] = true
				default:
					t.Errorf("without %s: %s names it: …%s…", thing, f.Path, text[max(0, at[0]-60):min(len(text), at[1]+60)])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if ds := s.Findings(); len(ds) > 0 {
			t.Errorf("%v:\n%s", has, printed(fsys, ds))
		}
		if len(langs) < 4 {
			t.Fatalf("pages in %q", slices.Collect(maps.Keys(langs)))
		}
	}
	// Where the provider has it the pages do name it, so the words are right.
	for thing := range lacking {
		for _, lang := range []string{"nl", "en", "de", "fr"} {
			if !named[thing+" "+lang] {
				t.Errorf("no page in %s names %s", lang, thing)
			}
		}
	}
}

// printed returns findings as people read them.
func printed(fsys fs.FS, ds []diag.Diagnostic) string {
	var b strings.Builder
	(&diag.Printer{Read: func(file string) ([]byte, error) {
		return fs.ReadFile(fsys, strings.TrimPrefix(file, builtin.Prefix))
	}}).Print(&b, ds)
	return b.String()
}

// readable returns what readers meet of a page: its text, and what is read
// aloud or shown in place of something.
func readable(t *testing.T, page []byte) string {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(n.Data)
		}
		for _, a := range n.Attr {
			if slices.Contains([]string{"alt", "title", "aria-label", "placeholder", "content", "value"}, a.Key) || strings.HasPrefix(a.Key, "data-") && a.Key != "data-accounts" {
				b.WriteString("\n" + a.Val + "\n")
			}
		}
		if n.Type == html.ElementNode {
			b.WriteString(" ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestClaims: the built-in pages claim in the provider's name only what is so:
// that the servers are checked where a check is on record.
func TestClaims(t *testing.T) {
	row := `["%s"]` + "\ndate = 2026-11-20\nholds = true\n"
	checked := ""
	for _, key := range []string{"imap/imap.provider.example/993/tls", "pop/pop.provider.example/995/tls", "smtp/smtp.provider.example/465/tls", "smtp/smtp.provider.example/587/starttls"} {
		checked += fmt.Sprintf(row, key)
	}
	for _, tt := range []struct {
		files fstest.MapFS
		want  bool
	}{
		{fstest.MapFS{"site.toml": {Data: []byte(tenLines)}}, false},
		{fstest.MapFS{"site.toml": {Data: []byte(tenLines)}, ".verified.toml": {Data: []byte(checked)}}, true},
	} {
		s, err := state.Load(t.Context(), builtin.Over(tt.files), state.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for path, claim := range map[string]string{
			"over/index.html": "vragen we onze servers", "en/about/index.html": "we ask our servers",
			"de/ueber/index.html": "fragen wir unsere Server", "fr/a-propos/index.html": "nous demandons à nos serveurs",
		} {
			page, err := s.Set.Make(t.Context(), path)
			if err != nil {
				t.Error(err)
			} else if got := strings.Contains(readable(t, page), claim); got != tt.want {
				t.Errorf("%s says %q: %t, want %t", path, claim, got, tt.want)
			}
		}
		for path, claim := range map[string]string{
			"toegankelijkheid/index.html": "(?i)we (?:toetsen|testen)", "en/accessibility/index.html": "(?i)we (?:test|check)",
			"de/barrierefreiheit/index.html": "(?i)wir (?:prüfen|testen)", "fr/accessibilite/index.html": "(?i)nous (?:testons|vérifions)",
		} {
			page, err := s.Set.Make(t.Context(), path)
			if err != nil {
				t.Error(err)
			} else if m := regexp.MustCompile(claim).FindString(readable(t, page)); m != "" {
				t.Errorf("%s claims in the provider's name: %q", path, m)
			}
		}
	}
}
