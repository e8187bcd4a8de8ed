package publish

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/dial"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

func readConfig(src string) ([]Target, []diag.Diagnostic) {
	out := &diag.List{}
	root := tomlfile.Parse("site.toml", []byte(src), 0, len(src), out)
	ts := ReadTargets(root.Table("publish"), out)
	return ts, out.Sorted()
}

func TestReadTargets(t *testing.T) {
	got, ds := readConfig(`
[publish.live]
type = "ssh"
host = "web1"
path = "/srv/help"
url = "https://help.example.nl"

[publish.test]
type = "dir"
path = "../help"
keep = 2
grace_days = 1
shrink = 0
sample = 0
parallel = 1

[publish.full]
type = "ssh"
host = "h"
user = "u"
port = 2222
identity = "~/.ssh/help"
known_hosts = "deploy/known_hosts"
path = "help"

[publish.cdn]
type = "s3"
endpoint = "http://127.0.0.1:7070/"
bucket = "help"
prefix = "nl/help"
region = "eu"
path_style = true
profile = "p"
cache_pages = "public, max-age=60"
conditional = false
rate = 50
`)
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	const day = 24 * time.Hour
	want := []Target{
		{Name: "live", Type: "ssh", URL: "https://help.example.nl/", Keep: 5, Grace: 30 * day, Shrink: 20, Sample: 12, Parallel: 16, Path: "/srv/help", SSH: dial.Target{Host: "web1"}},
		{Name: "test", Type: "dir", Keep: 2, Grace: day, Parallel: 1, Path: "../help"},
		{Name: "full", Type: "ssh", Keep: 5, Grace: 30 * day, Shrink: 20, Sample: 12, Parallel: 16, Path: "help", SSH: dial.Target{Host: "h", User: "u", Port: 2222, Identity: "~/.ssh/help", KnownHosts: "deploy/known_hosts"}},
		{Name: "cdn", Type: "s3", Keep: 5, Grace: 30 * day, Shrink: 20, Sample: 12, Parallel: 8, Endpoint: "127.0.0.1:7070", Insecure: true, Bucket: "help", Prefix: "nl/help/", Region: "eu", PathStyle: true, Profile: "p", CachePages: "public, max-age=60", Rate: 50},
	}
	if len(got) != len(want) {
		t.Fatalf("got %d targets", len(got))
	}
	for i := range want {
		want[i].Pos = got[i].Pos
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("got  %+v\nwant %+v", got[i], want[i])
		}
	}
	if got[1].Pos.Line != 8 {
		t.Errorf("position %v", got[1].Pos)
	}
	if ts := ReadTargets(nil, &diag.List{}); len(ts) != 0 {
		t.Errorf("no table gives %v", ts)
	}
}

func TestTargetMistakes(t *testing.T) {
	dir := "[publish.t]\ntype = \"dir\"\npath = \"/srv\"\n"
	ssh := "[publish.t]\ntype = \"ssh\"\nhost = \"h\"\npath = \"/srv\"\n"
	s3 := "[publish.t]\ntype = \"s3\"\nendpoint = \"e\"\nbucket = \"help\"\n"
	for _, c := range []struct{ src, want string }{
		{"[publish]\nkeep = 3\n", `site.toml:2:1: "keep" stands in [publish] | write [publish.live]`},
		{"[publish.t]\npath = \"/srv\"\n", `site.toml:1:2: publish.t.type is missing | one of dir, ssh, s3`},
		{"[publish.t]\ntype = \"sfpt\"\n", `site.toml:2:8: publish.t.type cannot be "sfpt" | known: dir, s3, ssh`},
		{"[publish.t]\ntype = \"dir\"\n", `publish.t.path is missing`},
		{"[publish.t]\ntype = \"dir\"\npath = \"public/x\"\n", `site.toml:3:8: path cannot be in public/`},
		{"[publish.t]\ntype = \"dir\"\npath = \".\"\n", `path cannot be "."`},
		{dir + "kep = 3\n", `site.toml:4:1: unknown key "publish.t.kep" | did you mean "keep"`},
		{dir + "host = \"h\"\n", `unknown key "publish.t.host"`},
		{dir + "keep = 0\n", `site.toml:4:8: keep is 0, and must be from 1 to 1000`},
		{dir + "shrink = 101\n", `shrink is 101`},
		{dir + "url = \"help.example.nl\"\n", `site.toml:4:7: url is not the address of a site`},
		{dir + "url = \"https://u:p@help.example.nl\"\n", `url is not the address of a site`},
		{dir + "keep = \"3\"\n", `publish.t.keep takes a whole number`},
		{"[publish.rollback]\ntype = \"dir\"\npath = \"/srv\"\n", `"rollback" cannot be the name of a target`},
		{"[publish.\"Live site\"]\ntype = \"dir\"\npath = \"/srv\"\n", `"Live site" cannot be the name of a target`},
		{ssh + "password = \"hunter2\"\n", `site.toml:5:1: password: a secret does not belong in site.toml | make a new secret`},
		{s3 + "secret_key = \"hunter2\"\n", `a secret does not belong in site.toml`},
		{strings.Replace(ssh, `"h"`, `"jan@h"`, 1), `host holds a user name | write user = "jan" and host = "h"`},
		{strings.Replace(ssh, `"h"`, `"ssh://h"`, 1), `host cannot be "ssh://h"`},
		{ssh + "port = 0\n", `port is 0`},
		{strings.Replace(s3, `"e"`, `"https://k:s@e"`, 1), `endpoint is not the address of a store`},
		{strings.Replace(s3, `"e"`, `"https://e/bucket"`, 1), `endpoint is not the address of a store`},
		{strings.Replace(s3, `"e"`, `"e/bucket"`, 1), `endpoint cannot be "e/bucket"`},
		{strings.Replace(s3, `"help"`, `"Help"`, 1), `"Help" cannot be a bucket`},
		{s3 + "prefix = \"/x\"\n", `prefix cannot be "/x"`},
		{s3 + "prefix = \"../x\"\n", `prefix cannot be "../x"`},
		{s3 + "cache_pages = \"a\\nb\"\n", `cache_pages cannot be a header`},
		{s3 + "conditional = \"no\"\n", `publish.t.conditional takes true or false`},
	} {
		ts, ds := readConfig(c.src)
		var all []string
		for _, d := range ds {
			all = append(all, fmt.Sprintf("%s: %s | %s", d.Pos, d.Msg, d.Hint))
		}
		text := strings.Join(all, "\n")
		for _, w := range strings.Split(c.want, " | ") {
			if !strings.Contains(text, w) {
				t.Errorf("%s\ngot %s\nwant %s", c.src, text, w)
			}
		}
		if len(ds) != 1 {
			t.Errorf("%s\ngot %d findings: %s", c.src, len(ds), text)
		}
		if len(ts) > 0 {
			t.Errorf("%s\na target with a mistake came through", c.src)
		}
		if strings.Contains(text, "hunter2") {
			t.Errorf("the secret is shown: %s", text)
		}
	}
}
