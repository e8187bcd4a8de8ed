package manual

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"wegwijs/cmd/wegwijs/internal/deliver/publish"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// compiled returns the schema that a topic of the manual prints.
func compiled(t *testing.T, topic string) *jsonschema.Schema {
	t.Helper()
	text, ok := Topic(topic, diag.English, nil)
	if !ok {
		t.Fatalf("no topic %s", topic)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(topic+".json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(topic + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// value returns TOML as an editor hands it to a schema: days are texts.
func value(t *testing.T, src string) any {
	t.Helper()
	var m map[string]any
	if _, err := toml.Decode(src, &m); err != nil {
		t.Fatalf("%v: %s", err, src)
	}
	data, err := json.Marshal(days(m))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func days(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = days(v[k])
		}
	case []map[string]any:
		for i := range v {
			days(v[i])
		}
	case []any:
		for i := range v {
			v[i] = days(v[i])
		}
	case fmt.Stringer: // a date
		return v.String()[:len("2026-01-01")]
	}
	return v
}

// TestSchemas: the schemas take our own site.toml and the front matter of all our
// pages, and refuse mistakes.
func TestSchemas(t *testing.T) {
	site, page := compiled(t, schemaSite), compiled(t, schemaPage)
	root := testenv.Root(t)
	own, err := os.ReadFile(filepath.Join(root, "site.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Validate(value(t, string(own))); err != nil {
		t.Errorf("site.toml: %v", err)
	}
	pages := 0
	err = filepath.WalkDir(filepath.Join(root, "content"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".md") {
			return err
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		start, end, ok := content.FrontMatterRange(src)
		if !ok {
			t.Errorf("%s has no front matter", p)
			return nil
		}
		pages++
		if err := page.Validate(value(t, string(src[start:end]))); err != nil {
			t.Errorf("%s: %v", p, err)
		}
		return nil
	})
	if err != nil || pages < 100 {
		t.Fatalf("looked at %d pages: %v", pages, err)
	}
	for _, more := range []string{
		"[forms]\nautodiscover = false", "[forms]\ncertificate = \"a.pem\"\nkey = \"b.pem\"", "[publish.live]\ntype = \"dir\"\npath = \"../site\"\nkeep = 3", "[publish.live]\ntype = \"ssh\"\nhost = \"web1\"\nport = 22\npath = \"/srv/help\"\n[publish.twee]\ntype = \"s3\"\nendpoint = \"s3.example\"\nbucket = \"help\"\nregion = \"eu\"\nrate = 50",
		"[mail.forms]\nqr = false", "[mail.oauth2]\nissuer = \"a.example\"\nauth_url = \"https://a.example/a\"\ntoken_url = \"https://a.example/t\"\nscope = [\"mail\"]",
	} {
		if err := site.Validate(value(t, productTOML+more)); err != nil {
			t.Errorf("%s: %v", more, err)
		}
	}
	const front = "title = \"A\"\n"
	for _, mistake := range []string{
		"description = \"no title\"", front + "titel = \"B\"", front + "order = \"3\"", front + "draft = \"ja\"", front + "updated = \"gisteren\"",
		front + "keywords = \"imap\"", front + "aliases = [1]", front + "[groups]\na = 3", front + "[messages]\na = \"b\"", front + "[messages]\na = [1]", front + "[groups.a]\npages = [\"x\"]", front + "[groups.a]\ntitle = \"A\"\npage = []",
	} {
		if page.Validate(value(t, mistake)) == nil {
			t.Errorf("front matter with a mistake is taken: %s", mistake)
		}
	}
	for _, mistake := range []string{
		"[forms]\nautodiscovr = false", "[forms]\nqr = \"nee\"", "[publish]\nkeep = 3", "[publish.live]\ntype = \"dir\"\npaht = \"../site\"",
		"[publish.live]\ntype = \"ftp\"\npath = \"x\"", "[publish.live]\npath = \"x\"", "[publish.live]\ntype = \"dir\"\nkeep = \"3\"", "[publish.live]\ntype = \"dir\"\npassword = \"x\"",
	} {
		if site.Validate(value(t, productTOML+mistake)) == nil {
			t.Errorf("site.toml with a mistake is taken: %s", mistake)
		}
	}
	for what, change := range map[string][2]string{
		"an unknown key":           {"title = ", "titel = \"x\"\ntitle = "},
		"a text for a number":      {"port = 993", "port = \"993\""},
		"a value that is none":     {"security = \"tls\"", "security = \"ssl\""},
		"a protocol that is none":  {"protocol = \"imap\"", "protocol = \"map\""},
		"an unknown table":         {"[provider]", "[providers]"},
		"an unknown key in a list": {"[[mail.server]]\n", "[[mail.server]]\nhots = \"x\"\n"},
	} {
		broken := strings.Replace(string(own), change[0], change[1], 1)
		if broken == string(own) {
			t.Errorf("%s: site.toml has no %q", what, change[0])
		} else if site.Validate(value(t, broken)) == nil {
			t.Errorf("site.toml with %s is taken", what)
		}
	}
}

// TestAbout: the schema says what each key of [forms] and [publish] is for.
func TestAbout(t *testing.T) {
	var look func(in string, k *tomlfile.Key)
	look = func(in string, k *tomlfile.Key) {
		for _, b := range k.Below {
			if look(in+"."+b.Name, b); b.About == "" && b.Kind != tomlfile.OneTable {
				t.Errorf("nothing says what %s.%s is for", in, b.Name)
			}
		}
	}
	k := config.Schema(map[string]func(*tomlfile.Table){"forms": forms.Ask, "publish": publish.Ask})
	n := 0
	for _, b := range k.Below {
		if b.Name == "forms" || b.Name == "publish" {
			n += len(b.Below)
			look(b.Name, b)
		}
	}
	if n < 5 {
		t.Errorf("found %d keys", n)
	}
}

// TestMeant: what people write in Dutch, German or French for a key, a directive or
// an attribute leads to it among those that can stand there.
func TestMeant(t *testing.T) {
	// What has one name in all languages, or stands for a program.
	own := []string{"autoconfig", "autodiscover", "dns", "json", "pacc", "qr", "llms", "markdown", "robots", "sitemap"}
	var look func(in string, keys []*tomlfile.Key)
	look = func(in string, keys []*tomlfile.Key) {
		var known []string
		for _, k := range keys {
			known = append(known, k.Name)
		}
		for _, k := range keys {
			look(in+k.Name+".", k.Below)
			if k.Name != tomlfile.Any && !slices.Contains(own, k.Name) && !strings.HasSuffix(k.Name, "_dark") {
				words(t, in+k.Name, k.Name, known)
			}
		}
	}
	site, page := config.Schema(map[string]func(*tomlfile.Table){"forms": forms.Ask, "publish": publish.Ask}), content.Schema()
	look("", site.Below)
	look("", page.Below)
	var names []string
	files, err := filepath.Glob(filepath.Join(testenv.Root(t), "layouts", "directives", "*.html"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".html"))
	}
	for _, n := range append(names, "when") {
		if n != "dns" {
			words(t, "directive "+n, n, append(names, "when"))
		}
	}
	for _, a := range [][]string{{"row", "product", "client"}, {"client", "product", "card"}, {"code"}, {"lang"}, {"has", "lacks"}} {
		for _, n := range a {
			words(t, "attribute "+n, n, a)
		}
	}
}

// words fails where a name has no word in one of the languages, or where its first
// word leads elsewhere.
func words(t *testing.T, where, name string, known []string) {
	t.Helper()
	all := diag.WordsFor(name)
	for lang, list := range all {
		if len(list) == 0 {
			t.Errorf("%s has no word in %s", where, lang)
		} else if got := diag.Meant(list[0], known); got != name {
			t.Errorf("%s: %q in %s leads to %q", where, list[0], lang, got)
		}
	}
	if len(all) != 3 {
		t.Errorf("%s has no words", where)
	}
}

// productTOML is a site with one product, to which tables can be added.
const productTOML = "title = \"A\"\nbase_url = \"https://a.example\"\ndefault_language = \"nl\"\n[[mail]]\nid = \"a\"\nname = \"A\"\n"
