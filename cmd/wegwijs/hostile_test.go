//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/miekg/dns"
	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// hostile returns n values that files of rules, XML, JSON or DNS could take for
// something else, the same ones each time.
func hostile(n int) []string {
	pieces := []string{
		"\n", "\r\n", "\t", " ", "\"", "'", "`", "\\", "\\\"", "\\n", "$", "${x}", "${HOSTNAME}", "$1", "$host", "%{REQUEST_URI}", "%1", "%",
		"%zz", "%0A", "%0D%0A", "%22", "%5C", "%5C%22", "%24%7Bx%7D", "%25", "%2e%2e", "%5B", "%7B", "%C3%A9", "%ff", "[", "]", "[a-z]", "*", "?", "(", ")", "(.*)", "{", "}",
		"{host}", "{path}", "{args.0}", "{args[0]}", "{$HOME}", "{env.HOME}", "<", ">", "<!--", "]]>", "&", "&amp;", "</script>", ";", "#", "|", "^", "~", "!", "@", ",", "=",
		"+", "..", "//", ":", "-", "_", "é", "日本", "\u0085", "\u2028", "\u202e", "\u2066", "\u200b", "\ufeff", "🙂",
		"\nHeader always set X-Inj ja\n", "%22%0AHeader%20always%20set%20X-Inj%20ja%0AErrorDocument%20404%20%22x", "; } location / { return 200 inj; }", "\"\nrespond \"inj\"\n",
		strings.Repeat("a", 120),
	}
	r := rand.New(rand.NewPCG(11, 12))
	list := slices.Clone(pieces)
	for len(list) < n {
		var b strings.Builder
		for range 1 + r.IntN(5) {
			b.WriteString(pieces[r.IntN(len(pieces))])
			if r.IntN(2) == 0 {
				b.WriteByte(byte('a' + r.IntN(26)))
			}
		}
		list = append(list, b.String())
	}
	return list
}

// tomlString writes a value as TOML does, whatever is in it.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteString("\\" + string(c))
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, "\\u%04X", c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String() + `"`
}

// hostileSlug is a part of an address with a hostile value in it. Of every
// second one is left what may be part of an address, and letters of many scripts
// are put beside it.
func hostileSlug(i int, v string) string {
	if i%8 == 1 {
		v = strings.Map(func(r rune) rune {
			if unicode.IsLower(r) || unicode.IsDigit(r) || r == '-' || r == '_' {
				return r
			}
			return -1
		}, v) + []string{"é", "e\u0301", "日本", "ß", "٣", ".x", "ı", "ﬁ", "שלום"}[i/8%9]
	}
	return fmt.Sprintf("s%d-%sz", i, v)
}

// hostileSite is a site with a value in every key that reaches a rule, an XML,
// a JSON or a DNS file. A key is dropped when its value is refused.
type hostileSite struct {
	values []string
	gone   map[string]bool // "to 12", "from 3", "alias 4", "page 7", "product 2"
}

func (h *hostileSite) files() (files map[string]string, lines map[string]string) {
	files, lines = map[string]string{}, map[string]string{} // lines: file:line to key
	var toml strings.Builder
	line := 0
	put := func(key, text string) {
		if h.gone[key] {
			return
		}
		for l := range strings.Lines(text) {
			line++
			lines["site.toml:"+strconv.Itoa(line)] = key
			toml.WriteString(l)
		}
	}
	provider := strings.Map(func(r rune) rune {
		if r >= 0x202a && r <= 0x2066 || r < ' ' {
			return -1
		}
		return r
	}, strings.Join(h.values[20:50], ""))
	put("", "title = \"Hulp\"\nbase_url = \"https://hulp.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"Nederlands\"\n[languages.en]\nname = \"English\"\n[provider]\nname = "+tomlString(provider)+"\n[outputs]\ncompress = [\"gzip\"]\n[forms]\npacc = true\n")
	for i, v := range h.values {
		put(fmt.Sprint("to ", i), fmt.Sprintf("[[redirect]]\nfrom = \"/naar/%d/\"\nto = %s\n", i, tomlString("https://elders.example/"+v)))
		put(fmt.Sprint("in ", i), fmt.Sprintf("[[redirect]]\nfrom = \"/hier/%d/\"\nto = %s\n", i, tomlString("/e-mail/?x="+v)))
		put(fmt.Sprint("from ", i), fmt.Sprintf("[[redirect]]\nfrom = %s\nto = \"/e-mail/?n=%d\"\n", tomlString(fmt.Sprintf("/oud/%d/%s/", i, v)), i))
	}
	for i, v := range h.values {
		if i%10 != 0 && i > 80 {
			continue
		}
		put(fmt.Sprint("product ", i), fmt.Sprintf("[[mail]]\nid = \"p%d\"\nname = %s\ndomains = [\"p%[1]d.example\"]\nwebmail = %[3]s\n[[mail.server]]\nprotocol = \"imap\"\nhost = \"imap.voorbeeld.example\"\nport = 993\nsecurity = \"tls\"\nwhy = %[2]s\n[[mail.server]]\nprotocol = \"smtp\"\nhost = \"smtp.voorbeeld.example\"\nport = 465\nsecurity = \"tls\"\n", i, tomlString("Post "+v), tomlString("https://webmail.example/"+v)))
	}
	for i, v := range h.values {
		if key := fmt.Sprint("alias ", i); i%3 == 0 && !h.gone[key] {
			name := fmt.Sprintf("content/nl/lijst/oud%d.md", i)
			lines[name+":3"] = key
			files[name] = fmt.Sprintf("+++\ntitle = \"Oud %d\"\naliases = [%s]\n+++\n", i, tomlString(fmt.Sprintf("/alias/%d/%s/", i, v)))
		} else {
			h.gone[key] = true
		}
		if key := fmt.Sprint("slug ", i); i%4 == 1 && !h.gone[key] {
			name := fmt.Sprintf("content/nl/lijst/slug%d.md", i)
			files[name] = fmt.Sprintf("+++\ntitle = \"Slug %d\"\nslug = %s\n+++\n", i, tomlString(hostileSlug(i, v)))
			lines[name+":3"] = key
		} else {
			h.gone[key] = true
		}
		if key := fmt.Sprint("page ", i); i%5 == 0 && !h.gone[key] {
			name := fmt.Sprintf("content/nl/lijst/p%d.md", i)
			files[name] = fmt.Sprintf("+++\ntitle = %s\ndescription = %[1]s\nkeywords = [%[1]s]\n+++\n", tomlString("Pagina "+strconv.Itoa(i)+" "+v))
			for n := 2; n < 5; n++ {
				lines[fmt.Sprint(name, ":", n)] = key
			}
		}
	}
	files["site.toml"] = toml.String()
	files["content/nl/lijst/index.md"] = "+++\ntitle = \"Lijst\"\n+++\n"
	return files, lines
}

// build writes and builds the site; refused values are dropped until none is.
func (h *hostileSite) build(t *testing.T, dir string) {
	t.Helper()
	for range 8 {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		files, lines := h.files()
		for name, text := range testenv.SmallSite(t) {
			if _, ours := files[name]; !ours {
				testenv.Write(t, filepath.Join(dir, name), text)
			}
		}
		for name, text := range files {
			testenv.Write(t, filepath.Join(dir, name), text)
		}
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), []string{"build", "-C", dir}, &stdout, &stderr); code == 0 {
			return
		}
		dropped := false
		for line := range strings.Lines(stderr.String()) {
			at := strings.SplitN(strings.TrimSpace(line), ":", 4)
			if len(at) < 4 || strings.HasPrefix(line, " ") || strings.HasPrefix(strings.TrimSpace(at[3]), "warning") {
				continue
			}
			key := lines[at[0]+":"+at[1]]
			if key == "" {
				t.Fatalf("not the fault of a value: %s", line)
			}
			h.gone[key] = true
			dropped = true
		}
		if !dropped {
			t.Fatalf("the build fails for no value: %.2000s", stderr.String())
		}
	}
	t.Fatal("there is no end to refused values")
}

// sameAddress reports whether two addresses are one, whatever is encoded.
func sameAddress(a, b string) bool {
	x, errx := url.Parse(a)
	y, erry := url.Parse(b)
	if errx != nil || erry != nil {
		return false
	}
	query := func(u *url.URL) string {
		var b strings.Builder
		for i := 0; i < len(u.RawQuery); i++ {
			if c, err := url.PathUnescape(u.RawQuery[i:min(i+3, len(u.RawQuery))]); err == nil && len(c) == 1 {
				b.WriteString(c)
				i += 2
			} else {
				b.WriteByte(u.RawQuery[i])
			}
		}
		return b.String()
	}
	return x.Scheme == y.Scheme && x.Host == y.Host && x.Path == y.Path && query(x) == query(y) && x.Fragment == y.Fragment
}

// TestHostileValues puts hostile values through every key that reaches rules
// of web servers and files of other programs: the files parse, every address
// answers as it should, and the servers answer alike.
func TestHostileValues(t *testing.T) {
	n := 520
	if testing.Short() {
		n = 120
	}
	h := &hostileSite{values: hostile(n), gone: map[string]bool{}}
	dir := filepath.Join(t.TempDir(), "site")
	h.build(t, dir)
	for _, kind := range []string{"to", "in", "from", "alias", "page", "product"} {
		left := 0
		for i := range h.values {
			if !h.gone[fmt.Sprint(kind, " ", i)] {
				left++
			}
		}
		t.Logf("%s: %d of %d values are accepted", kind, left, n)
		if left < n/12 {
			t.Errorf("%s: only %d of %d values are accepted: the test shows less than it seems", kind, left, n)
		}
	}
	public := filepath.Join(dir, "public")
	parseAll(t, public)

	type wanted struct {
		from, to string
	}
	var moves []wanted
	for i, v := range h.values {
		has := func(kind string) bool { return !h.gone[fmt.Sprint(kind, " ", i)] }
		if has("to") {
			moves = append(moves, wanted{fmt.Sprintf("/naar/%d/", i), "https://elders.example/" + v})
		}
		if has("in") {
			moves = append(moves, wanted{fmt.Sprintf("/hier/%d", i), "/e-mail/?x=" + v})
		}
		escaped := func(prefix string) string {
			u, err := url.Parse(fmt.Sprintf("/%s/%d/%s/", prefix, i, v))
			if err != nil {
				t.Fatal(err)
			}
			return (&url.URL{Path: u.Path}).EscapedPath()
		}
		if has("from") {
			moves = append(moves, wanted{escaped("oud"), fmt.Sprintf("/e-mail/?n=%d", i)})
		}
		if has("alias") {
			moves = append(moves, wanted{escaped("alias"), fmt.Sprintf("/lijst/oud%d/", i)})
		}
	}
	var slugs []string // of the pages whose own part of the address is hostile
	for i, v := range h.values {
		if !h.gone[fmt.Sprint("slug ", i)] {
			slugs = append(slugs, "lijst/"+norm.NFC.String(hostileSlug(i, v)))
		}
	}
	if len(slugs) < 5 {
		t.Errorf("only %d slugs are accepted: the test shows less than it seems", len(slugs))
	}
	answers := map[string]map[string]string{}
	for _, server := range []string{"nginx", "apache", "caddy"} {
		t.Run(server, func(t *testing.T) {
			base := testenv.StartWeb(t, server, public, fmt.Sprintf(siteLines[server], public))
			answers[server] = map[string]string{}
			for _, m := range moves {
				a := ask(t, "GET", base, m.from, "")
				got := location(server, a)
				answers[server][m.from] = fmt.Sprint(a.status, " ", strings.ToUpper(got))
				want := m.to
				if u, err := url.Parse(want); err == nil {
					want = u.String()
				}
				if a.status != 301 || !sameAddress(got, want) || a.header.Get("X-Inj") != "" || strings.ContainsAny(got, "\r\n\"<> ") {
					t.Errorf("%s: got status %d to %q, want 301 to %q", m.from, a.status, got, m.to)
				}
			}
			for _, address := range []string{"/", "/e-mail/", "/lijst/", "/lijst/", "/sitemap.xml", "/mail.json", "/mail/config-v1.1.xml"} {
				a := ask(t, "GET", base, address, "")
				want, err := os.ReadFile(filepath.Join(public, fileset.PathOf(address)))
				if address == "/mail/config-v1.1.xml" { // the first product's
					err = nil
					want = []byte(a.body)
				}
				if err != nil || a.status != 200 || a.body != string(want) || a.header.Get("X-Inj") != "" {
					t.Errorf("%s: got status %d, %d bytes, want those of the file: %v", address, a.status, len(a.body), err)
				}
			}
			for _, p := range slugs {
				a := ask(t, "GET", base, (&url.URL{Path: "/" + p + "/"}).EscapedPath(), "")
				want, err := os.ReadFile(filepath.Join(public, filepath.FromSlash(p), "index.html"))
				if err != nil || a.status != 200 || a.body != string(want) || a.header.Get("X-Inj") != "" {
					t.Errorf("/%s/: got status %d, %d bytes, want those of the page: %v", p, a.status, len(a.body), err)
				}
			}
			if a := ask(t, "GET", base, "/niets/", ""); a.status != 404 || a.header.Get("X-Inj") != "" {
				t.Errorf("what is not there: got status %d", a.status)
			}
		})
	}
	for _, m := range moves {
		if a, b, c := answers["nginx"][m.from], answers["apache"][m.from], answers["caddy"][m.from]; a != "" && b != "" && c != "" && (a != b || b != c) {
			t.Errorf("%s: nginx says %s, Apache %s, Caddy %s", m.from, a, b, c)
		}
	}
}

// parseAll reads every XML, JSON and zone file of an output.
func parseAll(t *testing.T, public string) {
	t.Helper()
	read := map[string]int{}
	err := filepath.WalkDir(public, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		ext := filepath.Ext(name)
		read[ext]++
		switch ext {
		case ".xml", ".mobileconfig", ".svg":
			d := xml.NewDecoder(bytes.NewReader(data))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Errorf("%s: %v", name, err)
					break
				}
			}
		case ".json", ".webmanifest":
			if !json.Valid(data) {
				t.Errorf("%s is no JSON", name)
			}
		case ".zone":
			p := dns.NewZoneParser(bytes.NewReader(data), "voorbeeld.example.", "")
			p.SetDefaultTTL(3600)
			records := 0
			for _, ok := p.Next(); ok; _, ok = p.Next() {
				records++
			}
			if p.Err() != nil || records < 6 {
				t.Errorf("%s: %d records, %v", name, records, p.Err())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".xml", ".json", ".zone", ".mobileconfig"} {
		if read[ext] == 0 {
			t.Errorf("the output has no %s file", ext)
		}
	}
}
