package publish

import (
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/dial"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// A Target is a place to publish to, as site.toml has it:
//
//	[publish.live]
//	type = "ssh"                      # dir, ssh or s3
//	url = "https://help.example.nl/"  # where readers find it; asked after each switch; none: not asked
//	keep = 5                          # releases that can be gone back to, the current one included
//	grace_days = 30                   # how long old hashed assets stay for open tabs and caches
//	shrink = 20                       # percent of its pages that a language may lose at once
//	sample = 12                       # addresses that are fetched after the switch
//	parallel = 16                     # operations under way at once
//
//	path = "/srv/help"                # dir, ssh: the folder; a dir's is taken from the site's folder
//
//	host = "web1.example.nl"          # ssh: what you would say to ssh
//	user = "help"                     # ssh; these four may stand in ~/.ssh/config instead
//	port = 22
//	identity = "~/.ssh/help"
//	known_hosts = "deploy/known_hosts"
//	ssh_config = "deploy/ssh_config"  # instead of ~/.ssh/config
//
//	endpoint = "s3.example.nl"        # s3: a host name, or a URL
//	bucket = "help"
//	prefix = ""                       # keys begin with it
//	region = "eu-central-1"
//	path_style = true                 # the bucket stands in the path, not in the host name
//	profile = "help"                  # section of ~/.aws/credentials
//	cache_pages = "no-cache"          # Cache-Control of all that has no hash in its name
//	conditional = true                # false: the store has no conditional puts
//	rate = 50                         # requests a second; 0: no limit
type Target struct {
	Name string
	Pos  diag.Pos // of the table
	Type string   // dir, ssh or s3

	URL      string // ends in a slash; "" when none
	Keep     int
	Grace    time.Duration
	Shrink   int // percent
	Sample   int
	Parallel int

	Path string      // dir: with slashes, relative ones from the site's folder; ssh: on the server
	SSH  dial.Target // ssh

	Endpoint    string // s3: host or host:port
	Insecure    bool   // s3: plain HTTP, which a URL in endpoint asks for
	Bucket      string
	Prefix      string // "" or ending in a slash
	Region      string
	PathStyle   bool
	Profile     string
	CachePages  string
	Conditional bool
	Rate        int
}

// Folder returns the folder of a dir, for the site in a folder.
func (t *Target) Folder(site string) string {
	dir := filepath.FromSlash(t.Path)
	if filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(site, dir)
}

// Server returns what ssh reaches, for the site in a folder: files that the site
// brings along are named from there.
func (t *Target) Server(site string) dial.Target {
	at := t.SSH
	for _, f := range []*string{&at.Identity, &at.KnownHosts, &at.Config} {
		if *f != "" && !filepath.IsAbs(*f) && !strings.HasPrefix(*f, "~") {
			*f = filepath.Join(site, filepath.FromSlash(*f))
		}
	}
	return at
}

// Ask asks a table of [tomlfile.Probe] for the keys of [publish]: those that a
// target of any kind can have.
func Ask(t *tomlfile.Table) {
	out := new(diag.List)
	p := t.Table(tomlfile.Any)
	readTarget("live", p, out)
	number(p, "parallel", 1, 1, 1)
	p.Takes("type", kindNames()...)
	for _, k := range kinds {
		k.read(new(Target), p)
	}
	p.Needs("type") // what else is needed depends on it
	p.About(map[string]diag.Phrase{
		"type":        "how a release gets there: into a folder, over ssh, or into an object store (s3)",
		"url":         "where readers find the site; asked after each switch",
		"keep":        "how many releases stay, to go back to",
		"grace_days":  "how many days files of earlier releases stay for pages that are still open",
		"shrink":      "how many percent of its pages a language may lose at once",
		"sample":      "how many addresses are fetched after the switch",
		"parallel":    "how many files go at once",
		"path":        "the folder, here or on the server, that holds the releases",
		"host":        "the server, as you would say it to ssh",
		"user":        "who logs in on the server",
		"port":        "the port of ssh on the server",
		"identity":    "the file with the key to log in with",
		"known_hosts": "the file with the keys of servers",
		"ssh_config":  "the settings of ssh, instead of those in ~/.ssh/config",
		"endpoint":    "the host name of the object store",
		"bucket":      "the name of the bucket in the object store",
		"prefix":      "what stands before the names of files in the bucket",
		"region":      "the region of the object store",
		"path_style":  "true where the bucket stands in the path of addresses, and not in the host name",
		"profile":     "the section of ~/.aws/credentials that has the keys",
		"cache_pages": "the header Cache-Control of pages",
		"conditional": "false where the store has no conditional writes",
		"rate":        "how many requests a second at most; 0 for no limit",
	})
}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// Reserved are the names that no target can have: `wegwijs publish NAME` has
// another meaning for them.
var Reserved = []string{"status", "rollback", "help"}

// secrets are keys by which people would write a secret into a file that is
// shared.
var secrets = []string{"access_key", "secret_key", "secret", "password", "passphrase", "token", "aws_access_key_id", "aws_secret_access_key", "private_key"}

// ReadTargets reads the table [publish] of site.toml, which may be nil, and puts
// what is wrong with it on out; a target that has a mistake is left out. The
// targets come in the order of the file.
func ReadTargets(t *tomlfile.Table, out *diag.List) []Target {
	var all []Target
	t = t.To(out)
	for _, name := range t.Keys() {
		if !t.IsTable(name) {
			t.Know(name)
			out.Errorf(t.KeyPos(name), diag.TOMLKey, "write [publish.live] and put the keys of the target below it", "%q stands in [publish], which holds targets only", name)
			continue
		}
		before := out.Len()
		target := readTarget(name, t.Table(name), out)
		if out.Len() == before {
			all = append(all, target)
		}
	}
	return all
}

func readTarget(name string, t *tomlfile.Table, out *diag.List) Target {
	p := Target{Name: name, Pos: t.Pos()}
	if !nameForm.MatchString(name) {
		out.Errorf(t.Pos(), diag.PublishName, "use small letters, digits and hyphens", "%q cannot be the name of a target", name)
	}
	if slices.Contains(Reserved, name) {
		out.Errorf(t.Pos(), diag.PublishName, "choose another, such as live", "%q cannot be the name of a target: `wegwijs publish %s` means something else", name, name)
	}
	for _, s := range secrets {
		if !t.Probing() && t.Has(s) {
			out.Errorf(t.KeyPos(s), diag.PublishSecret, "remove it and make a new secret, this one may have been seen; keys of stores come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or ~/.aws/credentials, those of servers from ssh-agent or a key file", "%s: a secret does not belong in site.toml", s)
		}
	}
	p.Type = t.Required("type", diag.Say("one of %s", strings.Join(kindNames(), ", ")))
	p.URL = readURL(t)
	p.Keep = number(t, "keep", 5, 1, 1000)
	p.Grace = time.Duration(number(t, "grace_days", 30, 0, 3650)) * 24 * time.Hour
	p.Shrink = number(t, "shrink", 20, 0, 100)
	p.Sample = number(t, "sample", 12, 0, 1000)
	k := kindOf(p.Type)
	if k == nil {
		t.OneOf("type", "", kindNames()...)
		return p // which keys are right depends on it
	}
	p.Parallel = number(t, "parallel", k.parallel, 1, 256)
	k.read(&p, t)
	t.Done()
	return p
}

func (p *Target) readDir(t *tomlfile.Table) {
	p.Path = t.Required("path", "the folder that gets releases/ and the link current, which the web server serves")
	switch c := path.Clean(p.Path); {
	case p.Path == "":
	case c == "." || c == "/":
		t.Errorf("path", diag.PublishPath, "name a folder of its own", "path cannot be %q", p.Path)
	case c == "public" || strings.HasPrefix(c, "public/"):
		t.Errorf("path", diag.PublishPath, "name a folder outside of it", "path cannot be in public/, which the build writes")
	}
}

func (p *Target) readSSH(t *tomlfile.Table) {
	p.SSH.Host = t.Required("host", "a host name, or a name in ~/.ssh/config")
	if user, host, ok := strings.Cut(p.SSH.Host, "@"); ok {
		t.Errorf("host", diag.PublishHost, diag.Say("write user = %q and host = %q", user, host), "host holds a user name")
	} else if strings.ContainsAny(p.SSH.Host, "/ ") {
		t.Errorf("host", diag.PublishHost, "write the name alone, without ssh:// and path", "host cannot be %q", p.SSH.Host)
	}
	p.SSH.User = t.String("user", "")
	if t.Has("port") {
		p.SSH.Port = number(t, "port", 22, 1, 65535)
	}
	p.SSH.Identity = t.String("identity", "")
	p.SSH.KnownHosts = t.String("known_hosts", "")
	p.SSH.Config = t.String("ssh_config", "")
	p.Path = t.Required("path", "the folder on the server that gets releases/ and the link current, which the web server serves")
	if c := path.Clean(p.Path); p.Path != "" && (c == "." || c == "/" || c == "~") {
		t.Errorf("path", diag.PublishPath, "name a folder of its own", "path cannot be %q", p.Path)
	}
}

var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (p *Target) readS3(t *tomlfile.Table) {
	p.Endpoint = t.Required("endpoint", "the host name of the store, such as s3.eu-central-1.amazonaws.com")
	if strings.Contains(p.Endpoint, "://") {
		u, err := url.Parse(p.Endpoint)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			t.Errorf("endpoint", diag.PublishEndpoint, "write the host name alone; bucket and prefix have keys of their own, and secrets do not belong here", "endpoint is not the address of a store")
		} else {
			p.Endpoint, p.Insecure = u.Host, u.Scheme == "http"
		}
	} else if strings.ContainsAny(p.Endpoint, "/@ ") {
		t.Errorf("endpoint", diag.PublishEndpoint, "write the host name alone; bucket and prefix have keys of their own", "endpoint cannot be %q", p.Endpoint)
	}
	p.Bucket = t.Required("bucket", "the name of the bucket, which must exist")
	if p.Bucket != "" && !bucketForm.MatchString(p.Bucket) {
		t.Errorf("bucket", diag.PublishBucket, "3 to 63 small letters, digits, dots and hyphens", "%q cannot be a bucket", p.Bucket)
	}
	p.Prefix = t.String("prefix", "")
	if p.Prefix != "" {
		p.Prefix = strings.TrimSuffix(p.Prefix, "/")
		if p.Prefix == "" || strings.HasPrefix(p.Prefix, "/") || path.Clean(p.Prefix) != p.Prefix || strings.HasPrefix(p.Prefix, "..") {
			t.Errorf("prefix", diag.PublishPrefix, `such as "help/"`, "prefix cannot be %q", p.Prefix)
		}
		p.Prefix += "/"
	}
	p.Region = t.String("region", "")
	p.PathStyle = t.Bool("path_style", false)
	p.Profile = t.String("profile", "")
	p.CachePages = t.String("cache_pages", "no-cache")
	if strings.ContainsAny(p.CachePages, "\r\n") || p.CachePages == "" {
		t.Errorf("cache_pages", diag.PublishCache, `such as "no-cache" or "public, max-age=60"`, "cache_pages cannot be a header")
	}
	p.Conditional = t.Bool("conditional", true)
	p.Rate = number(t, "rate", 0, 0, 100000)
}

func readURL(t *tomlfile.Table) string {
	s := t.String("url", "")
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		t.Errorf("url", diag.PublishURL, `such as "https://help.example.nl/"`, "url is not the address of a site")
		return ""
	}
	return strings.TrimSuffix(s, "/") + "/"
}

func number(t *tomlfile.Table, key string, def, least, most int) int {
	n := t.Int(key, def)
	if n < least || n > most {
		t.Errorf(key, diag.TOMLValue, "", "%s is %d, and must be from %d to %d", key, n, least, most)
		return def
	}
	return n
}
