package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// buildOwn builds this repository's own site, with some of its files changed,
// and returns its folder. Any finding fails the test.
func buildOwn(t *testing.T, change func(name, text string) string) string {
	t.Helper()
	dir := testenv.RAM(t)
	files := inputs(t, repository)
	if change != nil {
		for name, text := range files {
			files[name] = change(name, text)
		}
	}
	lay(t, dir, files, rand.New(rand.NewPCG(1, 1)))
	for _, args := range [][]string{{"check", "--strict", "-C", dir}, {"build", "-C", dir}} {
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), args, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
			t.Fatalf("%s: got status %d, want 0 and no finding:\n%s", args[0], code, stderr.String())
		}
	}
	return filepath.Join(dir, "public")
}

func manifest(t *testing.T, public string) *fileset.Manifest {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(public, fileset.ManifestPath))
	if err != nil {
		t.Fatal(err)
	}
	m, err := fileset.DecodeManifest(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestOwnSite: this repository's own site has nothing wrong, and its output has
// exactly the pages that its content asks for: in every language each page
// once, in that language where it is translated and else from another.
func TestOwnSite(t *testing.T) {
	public := buildOwn(t, nil)
	texts := map[string]map[string]bool{} // ids by language
	err := filepath.WalkDir(filepath.Join(repository, "content"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".md") {
			return err
		}
		rel, _ := filepath.Rel(filepath.Join(repository, "content"), p)
		lang, rest, _ := strings.Cut(filepath.ToSlash(rel), "/")
		if texts[lang] == nil {
			texts[lang] = map[string]bool{}
		}
		texts[lang][rest] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, ids := range texts {
		maps.Copy(all, ids)
	}
	if len(texts["nl"]) < 9 || len(texts["en"]) < 9 || !maps.Equal(all, texts["nl"]) {
		t.Fatalf("the content has %d Dutch pages, %d English ones and %d in all; want each page in Dutch, and the nine of the start in both", len(texts["nl"]), len(texts["en"]), len(all))
	}
	got := map[string][]string{} // by language: kind and source
	for _, e := range manifest(t, public).Files {
		if e.Kind == fileset.Real || e.Kind == fileset.Fallback {
			lang, rest, _ := strings.Cut(strings.TrimPrefix(e.Source, "content/"), "/")
			if (lang == e.Lang) != (e.Kind == fileset.Real) {
				t.Errorf("%s is a %s of %s for readers of %s", e.Path, e.Kind, e.Source, e.Lang)
			}
			if e.Kind == fileset.Fallback && texts[e.Lang][rest] {
				t.Errorf("%s shows %s, though it is translated", e.Path, e.Source)
			}
			if inFolder := strings.HasPrefix(e.Path, e.Lang+"/"); inFolder == (e.Lang == "nl") {
				t.Errorf("%s is for readers of %s", e.Path, e.Lang)
			}
			got[e.Lang] = append(got[e.Lang], rest)
		}
	}
	if want := slices.Sorted(maps.Keys(texts)); !slices.Equal(slices.Sorted(maps.Keys(got)), want) {
		t.Errorf("got pages in %q, want in %q", slices.Sorted(maps.Keys(got)), want)
	}
	for lang, ids := range got {
		slices.Sort(ids)
		if want := slices.Sorted(maps.Keys(all)); !slices.Equal(ids, want) {
			t.Errorf("%s: got pages\n%q\nwant\n%q", lang, ids, want)
		}
	}
	for lang := range texts {
		p := filepath.Join(public, lang, "404.html")
		if lang == "nl" {
			p = filepath.Join(public, "404.html")
		}
		if _, err := os.Stat(p); err != nil {
			t.Error(err)
		}
	}
}

// TestSettingsComeFromTheRecord: with other servers in site.toml, every page,
// table and file names those, and none the old ones.
func TestSettingsComeFromTheRecord(t *testing.T) {
	names := map[string]string{"imap.voorbeeld.example": "post1.anders.example", "pop.voorbeeld.example": "post2.anders.example", "smtp.voorbeeld.example": "uit.anders.example"}
	public := buildOwn(t, func(name, text string) string {
		if name != "site.toml" {
			return text
		}
		for old, other := range names {
			if !strings.Contains(text, `"`+old+`"`) {
				t.Fatalf("site.toml does not name %s", old)
			}
			text = strings.ReplaceAll(text, `"`+old+`"`, `"`+other+`"`)
		}
		return text
	})
	seen := map[string]int{}
	whole := strings.NewReplacer("<wbr>", "") // a host name may be broken there
	for p, text := range contents(t, public) {
		text = whole.Replace(text)
		for old, other := range names {
			if strings.Contains(text, old) {
				t.Errorf("%s still names %s", p, old)
			}
			if strings.Contains(text, other) {
				seen[other]++
			}
		}
	}
	for _, other := range names {
		if seen[other] < 10 {
			t.Errorf("%s stands in %d files, want it on the settings pages of every language and in the files for mail programs", other, seen[other])
		}
	}
	// The settings pages have it in a table, in every language.
	for _, page := range []string{"e-mail/imap-instellingen", "e-mail/pop-instellingen", "e-mail/smtp-instellingen"} {
		n := 0
		for _, e := range manifest(t, public).Files {
			if e.Kind != fileset.Real && e.Kind != fileset.Fallback || !strings.HasSuffix(e.Source, "/"+page+".md") {
				continue
			}
			n++
			data, err := os.ReadFile(filepath.Join(public, filepath.FromSlash(e.Path)))
			if err != nil {
				t.Fatal(err)
			}
			_, table, ok := strings.Cut(whole.Replace(string(data)), "<table")
			table, _, closed := strings.Cut(table, "</table>")
			if !ok || !closed || !strings.Contains(table, "anders.example") {
				t.Errorf("%s has no settings table with the server's name", e.Path)
			}
		}
		if n < 4 {
			t.Errorf("%s is there in %d languages, want 4", page, n)
		}
	}
}

// TestOwnSiteIsWhole: whatever a page of this repository's own site refers to
// is there, nothing comes from elsewhere, and the manifest tells the truth.
func TestOwnSiteIsWhole(t *testing.T) {
	public := buildOwn(t, nil)
	files := contents(t, public)
	base := "https://help.voorbeeld.example"
	for p, text := range files {
		if !strings.HasSuffix(p, ".html") {
			continue
		}
		for _, r := range references(t, text) {
			u := strings.TrimPrefix(r.url, base)
			switch {
			case strings.HasPrefix(u, "/") && !strings.HasPrefix(u, "//"):
				u, _, _ = strings.Cut(u, "#")
				u, _, _ = strings.Cut(u, "?")
				if _, ok := files[fileset.PathOf(pathUnescape(t, u))]; !ok && u != "" {
					t.Errorf("%s: <%s> leads to %s, which is not there", p, r.tag, r.url)
				}
			case r.tag != "a" && r.url != "" && !strings.HasPrefix(u, "#"):
				t.Errorf("%s: <%s> loads %s from elsewhere", p, r.tag, r.url)
			}
		}
	}
	listed := map[string]bool{fileset.ManifestPath: true}
	for _, e := range manifest(t, public).Files {
		listed[e.Path] = true
		text, ok := files[e.Path]
		plain := strings.TrimSuffix(e.Path, e.Coding.Ext())
		if e.Coding != "" {
			r, err := e.Coding.Decode(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if in, err := io.ReadAll(r); err != nil || string(in) != files[plain] {
				t.Errorf("%s does not hold what %s does (%v)", e.Path, plain, err)
			}
		}
		if !ok || int64(len(text)) != e.Size || fmt.Sprintf("%x", sha256.Sum256([]byte(text))) != e.SHA256 || fileset.TypeOf(plain) != e.Type {
			t.Errorf("the manifest has %+v, and the file is %d bytes", e, len(text))
		}
	}
	for p := range files {
		if !strings.HasSuffix(p, "/") && !listed[p] {
			t.Errorf("%s is not in the manifest", p)
		}
	}
}

// TestOwnSiteObeysItsPolicy: the pages hold nothing that their own content
// security policy forbids, so nothing is missing in a browser.
func TestOwnSiteObeysItsPolicy(t *testing.T) {
	for p, text := range contents(t, buildOwn(t, nil)) {
		if !strings.HasSuffix(p, ".html") {
			continue
		}
		doc, err := html.Parse(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			kind := ""
			src := false
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s> has the attribute %s", p, n.Data, a.Key)
				}
				src = src || a.Key == "src"
				if a.Key == "type" {
					kind = a.Val
				}
			}
			switch n.Data {
			case "style", "iframe", "object", "embed", "base":
				if n.Type == html.ElementNode {
					t.Errorf("%s: it has a <%s>", p, n.Data)
				}
			case "script":
				if n.Type == html.ElementNode && !src && kind != "application/ld+json" {
					t.Errorf("%s: it has a script of its own", p)
				}
			}
		}
	}
}

// A reference is an address that a page names.
type reference struct{ tag, url string }

func references(t *testing.T, page string) []reference {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var list []reference
	for n := range doc.Descendants() {
		tag := n.Data
		for _, a := range n.Attr {
			switch {
			case a.Key == "href" && (tag == "a" || tag == "link"), a.Key == "src":
				if tag == "link" && slices.ContainsFunc(n.Attr, func(b html.Attribute) bool { return b.Key == "rel" && (b.Val == "canonical" || b.Val == "alternate") }) {
					tag = "a" // it leads there and loads nothing
				}
				list = append(list, reference{tag, a.Val})
			}
		}
	}
	return list
}

func pathUnescape(t *testing.T, s string) string {
	t.Helper()
	p, err := url.PathUnescape(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestManualSiteToml: the site.toml that the manual shows is one that works, with the
// languages and servers added that the shipped pages speak of.
func TestManualSiteToml(t *testing.T) {
	readme, err := os.ReadFile("internal/authoring/manual/site.toml.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(readme), "```toml\n")
	shown, _, closed := strings.Cut(after, "```\n")
	if !ok || !closed {
		t.Fatal("the manual shows no site.toml")
	}
	public := buildOwn(t, func(name, text string) string {
		if name != "site.toml" {
			return text
		}
		return shown + `
[languages.en]
name = "English"
[languages.de]
name = "Deutsch"
[languages.fr]
name = "Français"
[[mail.server]]
protocol = "pop"
host = "pop.voorbeeld.example"
port = 995
security = "tls"
[[mail.server]]
protocol = "smtp"
host = "smtp.voorbeeld.example"
port = 587
security = "starttls"
`
	})
	for _, p := range []string{"oud/index.html", ".well-known/security.txt", "rules/nginx.conf"} {
		if _, err := os.Stat(filepath.Join(public, filepath.FromSlash(p))); err != nil {
			t.Error(err)
		}
	}
}

// TestOneChoiceOfEach: a provider with one server for each protocol changes
// site.toml alone; no page speaks of a second choice.
func TestOneChoiceOfEach(t *testing.T) {
	const second = "[[mail.server]]\nprotocol = \"smtp\"\nhost = \"smtp.voorbeeld.example\"\nport = 587\nsecurity = \"starttls\"\n"
	public := buildOwn(t, func(name, text string) string {
		if name != "site.toml" {
			return text
		}
		if !strings.Contains(text, second) {
			t.Fatalf("site.toml has no second choice:\n%s", text)
		}
		return strings.Replace(text, second, "", 1)
	})
	for page, with := range map[string]bool{public: false, buildOwn(t, nil): true} {
		data, err := os.ReadFile(filepath.Join(page, "e-mail", "smtp-instellingen", "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(data), "Neem dan poort 587"); got != with {
			t.Errorf("the page speaks of a second choice: %t, want %t", got, with)
		}
	}
}

// TestDrawings: a drawing of a screen is small, says in each language what the
// page says, and differs on a dark screen in its colours alone.
func TestDrawings(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(repository, "content", "*", "*", "scherm-*[^k].svg"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	colour := regexp.MustCompile(`#[0-9a-f]{3,6}`)
	text := regexp.MustCompile(`<text[^>]*>([^<]*)`)
	for _, name := range names {
		var shapes [2]string
		for i, file := range []string{name, strings.TrimSuffix(name, ".svg") + ".dark.svg"} {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(data) > 1500 {
				t.Errorf("%s has %d bytes, want at most 1500", file, len(data))
			}
			for _, m := range text.FindAllSubmatch(data, -1) {
				if !slices.Contains([]string{"1", "2", "3", "4", "IMAP", "POP"}, string(m[1])) {
					t.Errorf("%s: the text %q is in one language", file, m[1])
				}
			}
			shapes[i] = colour.ReplaceAllString(string(data), "#")
		}
		if shapes[0] != shapes[1] {
			t.Errorf("%s has another form on a dark screen:\n%s\n%s", name, shapes[0], shapes[1])
		}
	}
}

// TestAnyDefaultLanguage: once every heading has its id written behind it, any
// language of this repository's own site can be the default one, with no finding.
func TestAnyDefaultLanguage(t *testing.T) {
	if testing.Short() {
		t.Skip("checks the whole site several times")
	}
	dir := testenv.RAM(t)
	files := inputs(t, repository)
	lay(t, dir, files, rand.New(rand.NewPCG(1, 1)))
	do := func(args ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), append(args, "-C", dir), &stdout, &stderr); code != 0 || stderr.Len() > 0 {
			t.Fatalf("%s: got status %d, want 0 and no finding:\n%s", args, code, stderr.String())
		}
	}
	do("translate", "ids")
	for _, lang := range []string{"nl", "en", "de", "fr"} {
		text := strings.Replace(files["site.toml"], `default_language = "nl"`, fmt.Sprintf("default_language = %q", lang), 1)
		if err := os.WriteFile(filepath.Join(dir, "site.toml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		do("check", "--strict")
	}
}

// TestMessagesOfPages: what pages know to be said instead of a message belongs
// to one that stands in a table of theirs.
func TestMessagesOfPages(t *testing.T) {
	n := 0
	for name, text := range inputs(t, repository) {
		if !strings.HasPrefix(name, content.Root+"/") || !strings.HasSuffix(name, ".md") {
			continue
		}
		p := content.Parse(name, []byte(text), new(diag.List))
		if p == nil {
			continue // TestOwnSite says why
		}
		for _, m := range p.Messages {
			n++
			if !regexp.MustCompile(`(?m)^\|.*:message\[` + regexp.QuoteMeta(m.Text) + `\]`).MatchString(text) {
				t.Errorf("%s: no table has the message %q", name, m.Text)
			}
		}
	}
	if n < 15 {
		t.Errorf("%d messages, want 15 or more", n)
	}
}
