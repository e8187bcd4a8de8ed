package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

const doctorSite = `title = "Hulp"
base_url = "https://hulp.voorbeeld.example"
default_language = "nl"
[provider]
name = "Voorbeeld"
[languages.nl]
name = "Nederlands"
[languages.de]
name = "Deutsch"
[publish.map]
type = "dir"
path = "../weg/uit"
[publish.server]
type = "ssh"
host = "web.voorbeeld.example"
path = "/srv/hulp"
`

// Each thing that is not right is said, with its remedy, and what is right is not
// complained of.
func TestDoctor(t *testing.T) {
	dir := t.TempDir()
	testenv.Write(t, filepath.Join(dir, "site/site.toml"), doctorSite)
	testenv.Write(t, filepath.Join(dir, "site/content/nl/index.md"), "+++\ntitle = \"A\"\n+++\n")
	healthy := func() *doctor {
		return &doctor{
			dir:    filepath.Join(dir, "site"),
			getenv: func(k string) string { return map[string]string{"LANG": "nl_NL.UTF-8"}[k] },
			lookup: func(p string) (string, error) { return "/usr/bin/" + p, nil },
			output: func(_ context.Context, p string, args ...string) (string, error) {
				if strings.HasSuffix(p, "hunspell") {
					return "/usr/share/hunspell/nl_NL\n/usr/share/hunspell/de_DE\n", nil
				}
				return "", nil
			},
			mount: func(string) string { return "" },
			limit: func(string) (int, bool) { return 1 << 20, true },
			dial:  func(context.Context, string) error { return nil },
		}
	}
	os.Mkdir(filepath.Join(dir, "weg"), 0o755)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		sick                func(d *doctor)
		topic, text, remedy string // in Dutch; "" where all is right
	}{
		"all right":      {func(*doctor) {}, "", "", ""},
		"no site":        {func(d *doctor) { d.dir = dir }, "site.toml", "geen site.toml", "wegwijs new"},
		"a network disk": {func(d *doctor) { d.mount = func(string) string { return "NFS" } }, "disk", "NFS", "eigen schijf"},
		"few watches":    {func(d *doctor) { d.limit = func(string) (int, bool) { return 8192, true } }, "inotify", "8192 mappen", "max_user_watches=524288"},
		"few instances": {func(d *doctor) {
			d.limit = func(n string) (int, bool) {
				return map[string]int{"max_user_watches": 1 << 20, "max_user_instances": 16}[n], true
			}
		}, "inotify", "16 programma", "max_user_instances="},
		"a taken port":  {func(d *doctor) { d.port = taken.Addr().(*net.TCPAddr).Port }, "port", "bezet", "--port"},
		"an old locale": {func(d *doctor) { d.getenv = func(string) string { return "C" } }, "locale", `"C"`, "UTF-8"},
		"no locale":     {func(d *doctor) { d.getenv = func(string) string { return "" } }, "locale", `""`, "UTF-8"},
		"no dictionary": {func(d *doctor) {
			d.output = func(context.Context, string, ...string) (string, error) { return "/usr/share/hunspell/nl_NL\n", nil }
		}, "hunspell", "woordenboek voor de", "hunspell-de"},
		"no ssh": {func(d *doctor) { d.lookup = func(string) (string, error) { return "", errors.New("no") } }, "publish.server", "ssh is niet", "openssh-client"},
		"a server that is not": {func(d *doctor) {
			out := d.output
			d.output = func(ctx context.Context, p string, args ...string) (string, error) {
				if strings.HasSuffix(p, "ssh") {
					return "ssh: Could not resolve hostname web.voorbeeld.example\n", errors.New("exit status 255")
				}
				return out(ctx, p, args...)
			}
		}, "publish.server", "laat je niet binnen", "ssh web.voorbeeld.example"},
	} {
		t.Run(name, func(t *testing.T) {
			d := healthy()
			c.sick(d)
			d.examine(t.Context())
			if c.topic == "" {
				for _, s := range d.found {
					if !s.Holds {
						t.Errorf("%+v", s)
					}
				}
				return
			}
			said := false
			for _, s := range d.found {
				text, remedy := diag.In(diag.Dutch, s.Text), diag.In(diag.Dutch, s.Remedy)
				said = said || !s.Holds && s.Topic == c.topic && strings.Contains(text, c.text) && strings.Contains(remedy, c.remedy)
			}
			if !said {
				t.Errorf("got %+v", d.found)
			}
		})
	}
	var out strings.Builder
	if code := run(t.Context(), []string{"-C", dir, "--lang", "nl", "doctor"}, &out, &out); code != failed || !strings.Contains(out.String(), "let op site.toml: in de map staat geen site.toml\n") || strings.ContainsAny(out.String(), "\x01\x02\x03") {
		t.Errorf("ends with %d: %s", code, out.String())
	}
}
