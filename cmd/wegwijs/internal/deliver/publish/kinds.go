package publish

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/bucket"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/dial"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/tree"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// A kind is all that sets one kind of target apart.
type kind struct {
	name     string // in site.toml
	parallel int    // operations under way at once, where the target does not say
	read     func(p *Target, t *tomlfile.Table)
	open     func(ctx context.Context, t Target, around Surroundings, write bool) (place, error)

	// refused returns err with what must hold where the target refuses; nil where
	// the target's own words say enough.
	refused  func(t *Target, err error) error
	once     []string // files that are read only when a web server starts or a CDN is set up; Apache does read .htaccess
	stepwise bool     // readers get a release page by page; each has what it needs
	serves   bool     // the target is a web server itself
}

// kinds are the kinds of targets.
var kinds = []kind{
	{name: "dir", parallel: 4, read: (*Target).readDir, open: openDir, refused: refusedDir, once: serverRules},
	{name: "ssh", parallel: 16, read: (*Target).readSSH, open: openSSH, refused: refusedSSH, once: serverRules},
	{name: "s3", parallel: 8, read: (*Target).readS3, open: openS3, once: []string{"_headers", "_redirects"}, stepwise: true, serves: true},
}

var serverRules = []string{"mail/apache.conf", "mail/caddy.conf", "mail/nginx.conf", "rules/Caddyfile", "rules/nginx.conf"}

// kindOf returns the kind with a name; nil where there is none.
func kindOf(name string) *kind {
	if i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name }); i >= 0 {
		return &kinds[i]
	}
	return nil
}

func kindNames() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

func refusedDir(t *Target, err error) error {
	return diag.Errorf("target %s: %w\n\twhoever publishes must own %s and all that is in it", t.Name, err, t.Path)
}

func refusedSSH(t *Target, err error) error {
	return diag.Errorf("target %s: %w\n\tthe user who logs in to %s must own %s and all that is in it", t.Name, err, t.SSH.Host, t.Path)
}

func openDir(_ context.Context, t Target, around Surroundings, write bool) (place, error) {
	f, err := remote.Open(t.Folder(around.Site), write)
	if err != nil {
		if !write && errors.Is(err, fs.ErrNotExist) {
			return tree.New(nil, 1), nil
		}
		return nil, err
	}
	return around.tree(f, t), nil
}

func (s *Surroundings) tree(f remote.FS, t Target) place {
	if s.wrap != nil {
		f = s.wrap(f)
	}
	at := tree.New(f, t.Parallel)
	at.Pace = release.Pace{Beat: s.beat, Watch: s.watch}
	return at
}

func openSSH(ctx context.Context, t Target, around Surroundings, write bool) (place, error) {
	c, err := dial.Start(ctx, t.Server(around.Site), dial.Surroundings{Home: around.Home, Terminal: around.Terminal})
	if err != nil {
		return nil, err
	}
	f, err := remote.OverSFTP(c, t.Path, write)
	if _, ok := errors.AsType[*remote.SessionError](err); ok {
		return nil, c.Explain(err)
	}
	c.Ready()
	if err != nil {
		c.Close()
		if !write && errors.Is(err, fs.ErrNotExist) {
			return tree.New(nil, 1), nil
		}
		return nil, err
	}
	return around.tree(f, t), nil
}

func openS3(_ context.Context, t Target, around Surroundings, _ bool) (place, error) {
	getenv := around.Getenv
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	keys, err := bucket.FindKeys(getenv, around.Home, t.Profile)
	if err != nil {
		return nil, err
	}
	region := t.Region
	if region == "" {
		region = getenv("AWS_REGION")
	}
	return bucket.New(bucket.Config{
		Endpoint: t.Endpoint, Insecure: t.Insecure, Bucket: t.Bucket, Prefix: t.Prefix, Region: region, PathStyle: t.PathStyle,
		CachePages: t.CachePages, Unconditional: !t.Conditional, Parallel: t.Parallel, Rate: float64(t.Rate), Keys: keys, Transport: around.transport, Retries: around.tries, Pace: release.Pace{Beat: around.beat, Watch: around.watch},
	})
}
