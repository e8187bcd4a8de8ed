package publish

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// A Check says what readers get at a sample of addresses.
type Check struct {
	URL     string  `json:"url"`
	Release string  `json:"release"` // that they should get
	Checked int     `json:"checked"` // addresses
	Stale   []Stale `json:"stale"`
	// Unserved says why nobody gets the first release of a target yet, where the
	// web server does not know of it: nothing else was asked then.
	Unserved diag.Said `json:"unserved,omitempty"`
	// Rules are what the rules for web servers promise and readers do not get;
	// asked with Options.Verify only.
	Rules []diag.Said `json:"rules,omitempty"`
}

// A Stale is an address that does not give the new release.
type Stale struct {
	Address string    `json:"address"` // a URL
	Why     diag.Said `json:"why"`
}

// Text returns the check for people who read lang, in lines that end in \n.
func (c *Check) Text(lang diag.Lang) string {
	var b strings.Builder
	say := diag.Sayer(&b, lang)
	for _, r := range c.Rules {
		say("rules at %s: %s\n", c.URL, r)
	}
	if len(c.Rules) > 0 {
		say("    hint: give the web server the rules of the release and reload it (wegwijs help publishing)\n")
	}
	if c.Unserved != "" {
		say("not served yet at %s: %s\n", c.URL, c.Unserved)
		say("    hint: this is the first release; let the web server serve the link current, with the rules in it (wegwijs help publishing), then run wegwijs publish --verify\n")
		return b.String()
	}
	if len(c.Stale) == 0 {
		say("live at %s: all %d addresses asked give release %s\n", c.URL, c.Checked, c.Release)
		return b.String()
	}
	say("stale at %s: %d of %d addresses asked do not give release %s\n", c.URL, len(c.Stale), c.Checked, c.Release)
	if why := c.Stale[0].Why; len(c.Stale) == c.Checked && c.Checked > 1 && !slices.ContainsFunc(c.Stale, func(s Stale) bool { return s.Why != why }) {
		say("    each: %s\n", why)
	} else {
		for _, s := range c.Stale {
			b.WriteString("    " + s.Address + ": " + s.Why.In(lang) + "\n")
		}
	}
	say("    hint: does the web server serve the link current? does a cache or CDN need purging?\n")
	return b.String()
}

// sample chooses addresses to ask for: the front page of each language, what
// changed, and some of the rest, spread evenly.
func sample(m *fileset.Manifest, old *fileset.Manifest, n int) []fileset.Entry {
	had := map[string]string{}
	if old != nil {
		for _, e := range old.Files {
			had[e.Path] = e.SHA256
		}
	}
	front := map[string]fileset.Entry{}
	var changed, rest []fileset.Entry
	for _, e := range m.Files {
		// Redirects may be answered by server rules, error pages are no
		// addresses, and the manifest is asked for anyway.
		page := e.Kind == fileset.Real || e.Kind == fileset.Fallback
		if !page && !e.Immutable || e.Coding != "" {
			continue
		}
		if e.Kind == fileset.Real {
			if f, ok := front[e.Lang]; !ok || len(e.Path) < len(f.Path) {
				front[e.Lang] = e
			}
		}
		if had[e.Path] != e.SHA256 {
			changed = append(changed, e)
		} else if page {
			rest = append(rest, e)
		}
	}
	var all []fileset.Entry
	seen := map[string]bool{}
	add := func(es []fileset.Entry, most int) {
		es = slices.DeleteFunc(es, func(e fileset.Entry) bool { return seen[e.Path] })
		most = min(most, len(es))
		for i := range most {
			e := es[i*len(es)/most]
			seen[e.Path] = true
			all = append(all, e)
		}
	}
	var fronts []fileset.Entry
	for _, e := range front {
		fronts = append(fronts, e)
	}
	slices.SortFunc(fronts, func(a, b fileset.Entry) int {
		return cmp.Or(cmp.Compare(len(a.Path), len(b.Path)), strings.Compare(a.Path, b.Path))
	})
	add(fronts, (n+2)/3)
	add(changed, n-len(all))
	add(rest, n-len(all))
	return all
}

// verified is how many more addresses of each sort are asked with
// Options.Verify.
const verified = 100

// widen adds to a sample what only Options.Verify asks for: more pages, what
// they use, what programs ask for by its name, and old addresses.
func widen(all []fileset.Entry, m *fileset.Manifest) []fileset.Entry {
	seen := map[string]bool{}
	for _, e := range all {
		seen[e.Path] = true
	}
	sorts := map[fileset.Kind][]fileset.Entry{}
	var order []fileset.Kind
	for _, e := range m.Files {
		if seen[e.Path] || e.Coding != "" || e.Kind == fileset.NotFound || forServers(e.Path) {
			continue
		}
		if sorts[e.Kind] == nil {
			order = append(order, e.Kind)
		}
		sorts[e.Kind] = append(sorts[e.Kind], e)
	}
	for _, k := range order {
		es := sorts[k]
		for i := range min(verified, len(es)) {
			all = append(all, es[i*len(es)/min(verified, len(es))])
		}
	}
	return all
}

// forServers reports whether a file is for web servers, which do not give it to
// readers.
func forServers(p string) bool {
	dir, name := path.Split(p)
	return dir == "rules/" || dir == "mail/" && path.Ext(name) == ".conf" || dir == "" && (name == "_headers" || name == "_redirects" || name == ".htaccess")
}

// rules says which promises of the rules for web servers do not hold.
func (p *Place) rules(ctx context.Context, release string) []diag.Said {
	var found []diag.Said
	get := func(address string) *http.Response {
		ctx, done := context.WithTimeout(ctx, patience)
		defer done()
		resp, err := p.fetch(ctx, p.target.URL+address)
		if err != nil {
			return nil // the sample says it
		}
		resp.Body.Close()
		return resp
	}
	if r := get(""); r != nil && r.StatusCode == http.StatusOK {
		for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options"} {
			if r.Header.Get(h) == "" {
				found = append(found, diag.Said(diag.Say("pages come without %s", h)))
			}
		}
	}
	if r := get("nothing-is-here-" + release + "/"); r != nil && r.StatusCode != http.StatusNotFound {
		found = append(found, diag.Said(diag.Say("an address that does not exist answers %s", r.Status)))
	}
	return found
}

// unserved returns why the web server does not give the first release of a target,
// "" where it does or where that is not the first. A server's configuration names
// files of a release, so it often comes after that.
func (p *Place) unserved(ctx context.Context, j *release.Job) diag.Said {
	if j.Old.Current != "" || p.kind.serves {
		return ""
	}
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	resp, err := p.fetch(ctx, p.address(fileset.Entry{Path: fileset.ManifestPath}))
	if u, ok := err.(*url.Error); ok {
		return diag.SaidError(u.Err) // the text of u repeats the address
	}
	if err != nil {
		return "" // the sample says it
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return diag.Said(diag.Say("answers %s", resp.Status))
	}
	return ""
}

// check asks for the sample until it is right or time is up.
func (p *Place) check(ctx context.Context, j *release.Job) *Check {
	c := &Check{URL: p.target.URL, Release: j.Record.Release, Stale: []Stale{}}
	if c.Unserved = p.unserved(ctx, j); c.Unserved != "" {
		return c
	}
	entries := sample(j.Manifest, j.Old.Manifest, p.target.Sample)
	if j.Verify {
		entries = widen(entries, j.Manifest)
	}
	entries = append(entries, fileset.Entry{Path: fileset.ManifestPath})
	c.Checked = len(entries)
	j.Meter.Phase("check", len(entries), 0)
	end := time.Now().Add(p.settle)
	todo := entries
	for wait := time.Second; ; wait *= 2 {
		why := make([]diag.Said, len(todo))
		var g errgroup.Group
		g.SetLimit(4)
		for i, e := range todo {
			g.Go(func() error {
				why[i] = p.ask(ctx, j, e)
				return nil
			})
		}
		g.Wait()
		var again []fileset.Entry
		c.Stale = c.Stale[:0]
		for i, e := range todo {
			if why[i] == "" {
				j.Meter.File()
				continue
			}
			again = append(again, e)
			c.Stale = append(c.Stale, Stale{p.address(e), why[i]})
		}
		todo = again
		if len(todo) == 0 || ctx.Err() != nil || !time.Now().Add(wait).Before(end) {
			if j.Verify && ctx.Err() == nil {
				c.Rules = p.rules(ctx, j.Record.Release)
			}
			return c
		}
		select {
		case <-ctx.Done():
			return c
		case <-time.After(wait):
		}
	}
}

func (p *Place) address(e fileset.Entry) string {
	u := url.URL{Path: strings.TrimPrefix(fileset.Address(e.Path), "/")}
	return p.target.URL + u.EscapedPath()
}

// patience is how long one answer may take.
const patience = 15 * time.Second

// fetch asks for an address as a browser would. The body of an answer with
// status 200 gives what is in its content coding.
func (p *Place) fetch(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", cmp.Or(p.around.Tool, "wegwijs"))
	req.Header.Set("Accept-Encoding", "br, gzip") // as browsers do
	client := p.around.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return resp, nil // nobody reads its body
	}
	// Names of codings know no letter case, and x-gzip is gzip (RFC 9110 §8.4.1).
	said := resp.Header.Get("Content-Encoding")
	coding := fileset.Coding(strings.TrimPrefix(strings.ToLower(said), "x-"))
	if coding == "identity" {
		coding = "" // as it should not be sent, and is
	}
	if coding != "" && !slices.Contains(fileset.Codings(), coding) {
		resp.Body.Close()
		return nil, diag.Errorf("sends Content-Encoding %q, which was not asked for", said)
	}
	plain, err := coding.Decode(resp.Body)
	if err != nil {
		resp.Body.Close()
		return nil, diag.Errorf("its Content-Encoding is not what it says: %w", err)
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{plain, resp.Body}
	return resp, nil
}

// ask fetches one address and says what is wrong with what comes, or "".
func (p *Place) ask(ctx context.Context, j *release.Job, e fileset.Entry) diag.Said {
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	resp, err := p.fetch(ctx, p.address(e))
	if e.Kind == fileset.Redirect && err == nil && resp.Request.URL.String() != p.address(e) {
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK && strings.HasPrefix(resp.Request.URL.String(), p.target.URL) {
			return diag.Said(diag.Say("leads to %s, which answers %s", resp.Request.URL, resp.Status))
		}
		return "" // the web server knows the rules
	}
	if err != nil {
		if u, ok := err.(*url.Error); ok {
			err = u.Err // its text repeats the address
		}
		return diag.SaidError(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return diag.Said(diag.Say("answers %s", resp.Status))
	}
	if e.Path == fileset.ManifestPath {
		m, err := fileset.DecodeManifest(resp.Body)
		switch {
		case err != nil:
			return diag.Said(diag.Say("is not a manifest"))
		case m.Release != j.Record.Release:
			return diag.Said(diag.Say("is that of release %s", m.Release))
		}
		return ""
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(resp.Body, e.Size+1)); err != nil {
		return diag.SaidError(err)
	}
	switch sum := hex.EncodeToString(h.Sum(nil)); {
	case sum == e.SHA256:
		return ""
	case j.Old.Manifest != nil && sum == sumOf(j.Old.Manifest, e.Path):
		return diag.Said(diag.Say("is still that of release %s", j.Old.Manifest.Release))
	}
	return diag.Said(diag.Say("gives other bytes than were published"))
}

func sumOf(m *fileset.Manifest, p string) string {
	i, ok := slices.BinarySearchFunc(m.Files, p, func(e fileset.Entry, p string) int { return strings.Compare(e.Path, p) })
	if !ok {
		return ""
	}
	return m.Files[i].SHA256
}
