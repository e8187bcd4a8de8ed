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
user = "hulp"
port = 2222
identity = "sleutel 1"
known_hosts = "~/bekend"
[publish.store]
type = "s3"
endpoint = "s3.voorbeeld.example"
bucket = "hulp"
`

// Each thing that is not right is said, with its remedy, and what is right is not
// complained of.
func TestDoctor(t *testing.T) {
	dir := t.TempDir()
	testenv.Write(t, filepath.Join(dir, "site/site.toml"), doctorSite)
	testenv.Write(t, filepath.Join(dir, "site/content/nl/index.md"), "+++\ntitle = \"A\"\n+++\n")
	testenv.Write(t, filepath.Join(dir, "site/sleutel 1"), "")
	testenv.Write(t, filepath.Join(dir, "home/bekend"), "")
	healthy := func() *doctor {
		return &doctor{
			dir:    filepath.Join(dir, "site"),
			home:   filepath.Join(dir, "home"),
			getenv: func(k string) string { return map[string]string{"LANG": "nl_NL.UTF-8"}[k] },
			lookup: func(p string) (string, error) { return "/usr/bin/" + p, nil },
			output: func(_ context.Context, p string, args ...string) (string, error) {
				if strings.HasSuffix(p, "hunspell") {
					return "/usr/share/hunspell/nl_NL\n/usr/share/hunspell/de_DE\n", nil
				}
				return "", nil
			},
			silent: func(string) string { return "" },
			limit:  func(string) (int, bool) { return 1 << 20, true },
			dial: func(_ context.Context, address string) error {
				if address != "s3.voorbeeld.example:443" {
					t.Errorf("dials %s", address)
				}
				return nil
			},
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
		"a network disk": {func(d *doctor) { d.silent = func(string) string { return "NFS" } }, "disk", "NFS", "eigen schijf"},
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
		"a server with another key": {func(d *doctor) {
			d.output = func(context.Context, string, ...string) (string, error) {
				return "@@@@@@@@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n@@@@@@@@@@@\n", errors.New("exit status 255")
			}
		}, "publish.server", "IDENTIFICATION HAS CHANGED", "ssh web.voorbeeld.example"},
		"no key": {func(d *doctor) { d.home = dir }, "publish.server", "known_hosts of the target: ", "site.toml"},
		"a store that does not answer": {func(d *doctor) {
			d.dial = func(context.Context, string) error { return errors.New("connection refused") }
		}, "publish.store", "s3.voorbeeld.example:443 antwoordt niet", "netwerk"},
		"no folder above": {func(d *doctor) {
			d.dir = filepath.Join(dir, "elders/site")
			testenv.Write(t, filepath.Join(d.dir, "site.toml"), doctorSite)
		}, "publish.map", "../weg/uit", "mkdir -p " + filepath.Join(dir, "elders/weg")},
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
	// ssh is asked as publish asks it.
	var asked []string
	d := healthy()
	d.output = func(_ context.Context, p string, args ...string) (string, error) {
		if p == "/usr/bin/ssh" {
			asked = args
		}
		return "", nil
	}
	d.examine(t.Context())
	said := strings.Join(asked, " ")
	for _, want := range []string{
		"-oBatchMode=yes", "-oIdentitiesOnly=yes", `-oIdentityFile="` + filepath.Join(dir, "site/sleutel 1") + `"`, `-oUserKnownHostsFile="` + filepath.Join(dir, "home/bekend") + `"`,
		"-oGlobalKnownHostsFile=/dev/null", "-l hulp -p 2222 -s -- web.voorbeeld.example sftp",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("ssh %s: lacks %s", said, want)
		}
	}
	var out strings.Builder
	if code := run(t.Context(), []string{"-C", dir, "--lang", "nl", "doctor"}, &out, &out); code != failed || !strings.Contains(out.String(), "let op site.toml: in de map staat geen site.toml\n") || strings.ContainsAny(out.String(), "\x01\x02\x03") {
		t.Errorf("ends with %d: %s", code, out.String())
	}
}
