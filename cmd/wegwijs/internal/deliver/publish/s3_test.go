package publish

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// store is a real object store, shared by the tests of one function: each
// target has a prefix of its own.
type store struct {
	*testenv.S3
	n int
}

func startStore(t testing.TB) *store { return &store{S3: testenv.StartS3(t)} }

// target returns a fresh place in the store.
func (s *store) target() Target {
	s.n++
	return Target{
		Name: "cdn", Type: "s3", Keep: 3, Grace: 30 * 24 * time.Hour, Shrink: 20, Sample: 5, Parallel: 4,
		Endpoint: s.Endpoint, Insecure: true, Bucket: s.Bucket, Prefix: fmt.Sprintf("t%d/", s.n), Region: "us-east-1", PathStyle: true,
		CachePages: "no-cache", Conditional: true,
	}
}

// with returns surroundings that hold the store's keys.
func (s *store) with(around Surroundings) Surroundings {
	around.Getenv = func(name string) string {
		return map[string]string{"AWS_ACCESS_KEY_ID": s.ID, "AWS_SECRET_ACCESS_KEY": s.Secret}[name]
	}
	return around
}

func (s *store) me() Surroundings { return s.with(quietly()) }

func (s *store) dir(t Target) string {
	return filepath.Join(s.Dir, filepath.FromSlash(strings.TrimSuffix(t.Prefix, "/")))
}

// served returns the objects that readers can ask for.
func (s *store) served(t testing.TB, target Target) files {
	t.Helper()
	f := files{}
	if _, err := os.Stat(s.dir(target)); err != nil {
		return f
	}
	for p, text := range readTree(t, s.dir(target)) {
		if !strings.HasPrefix(p, release.Folder+"/") {
			f[p] = text
		}
	}
	return f
}

func (s *store) keys(t testing.TB, target Target) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(readTree(t, s.dir(target))))
}

func (s *store) client(t testing.TB) *minio.Client {
	t.Helper()
	c, err := minio.New(s.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(s.ID, s.Secret, ""), Region: "us-east-1", BucketLookup: minio.BucketLookupPath})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var uses = regexp.MustCompile(`href=/(assets/[^>]+)`)

// isSound fails the test unless every page that can be had is one of the
// sites', with every asset that it uses.
func isSound(t testing.TB, got files, sites ...files) {
	t.Helper()
	for p, text := range got {
		if p == fileset.ManifestPath {
			continue
		}
		if !slices.ContainsFunc(sites, func(s files) bool { return s[p] == text && (text != "" || s[p] == text) }) {
			t.Errorf("%s has bytes that were never published: %.60q", p, text)
		}
		for _, m := range uses.FindAllStringSubmatch(text, -1) {
			if _, ok := got[m[1]]; !ok {
				t.Errorf("%s uses %s, which is not there", p, m[1])
			}
		}
	}
}

func TestS3(t *testing.T) {
	s := startStore(t)
	target := s.target()
	mustPublish(t, target, s.me(), siteA.release(), lax)
	isOne(t, s.served(t, target), siteA)
	mustPublish(t, target, later(s.me(), hour), siteB.release(), lax)
	got := s.served(t, target)
	isOne(t, got, siteB)
	if _, ok := got["assets/site.aaaaaaaaaa.css"]; !ok {
		t.Error("an old asset went at once")
	}
	mustPublish(t, target, later(s.me(), 2*hour), siteC.release(), lax)
	isOne(t, s.served(t, target), siteC)
	st := statusOf(t, target, s.me())
	if len(st.Releases) != 3 || st.Current != siteC.release().Manifest.Release || len(st.History) != 3 || st.Lock != nil || st.Unfinished != "" {
		t.Errorf("status %+v", st)
	}
	rollback(t, target, later(s.me(), 3*hour), "")
	isOne(t, s.served(t, target), siteB)
	rollback(t, target, later(s.me(), 4*hour), siteA.release().Manifest.Release)
	isOne(t, s.served(t, target), siteA)

	// Past the grace period the assets of the others go, with the next publish.
	mustPublish(t, target, later(s.me(), 31*24*hour), siteA.with(files{"index.html": "new"}).release(), lax)
	got = s.served(t, target)
	for _, p := range []string{"assets/site.bbbbbbbbbb.css", "assets/site.dddddddddd.css"} {
		if _, ok := got[p]; ok {
			t.Errorf("%s outlives its time", p)
		}
	}
	if _, ok := got["assets/site.aaaaaaaaaa.css"]; !ok {
		t.Error("an asset that came back with a rollback was deleted")
	}
	s.bodiesFit(t, target)
}

// TestS3GraceBeginsAnew drops an asset, takes it back, and drops it again.
func TestS3GraceBeginsAnew(t *testing.T) {
	s := startStore(t)
	target := s.target()
	const day = 24 * hour
	for i, at := range []time.Duration{0, day, 2 * day, 40 * day} {
		mustPublish(t, target, later(s.me(), at), []files{siteA, siteB}[i%2].release(), lax)
	}
	if _, ok := s.served(t, target)["assets/site.aaaaaaaaaa.css"]; !ok {
		t.Error("an asset went at once, because its time had run out in an earlier absence")
	}
}

// bodiesFit fails the test unless the store has the bytes of exactly the
// releases that can be gone back to.
func (s *store) bodiesFit(t *testing.T, target Target) {
	t.Helper()
	all := readTree(t, filepath.Join(s.dir(target), release.Folder))
	want := map[string]bool{}
	for _, r := range statusOf(t, target, s.me()).Releases {
		m, err := fileset.DecodeManifest(strings.NewReader(all["releases/"+r.Release+".json"]))
		if err != nil {
			t.Fatal(err)
		}
		want["releases/"+r.Release+".json"] = true
		for _, e := range m.Files {
			want["blobs/"+e.SHA256] = true
		}
	}
	for p := range want {
		if _, ok := all[p]; !ok {
			t.Errorf("%s is gone: a release could not be gone back to", p)
		}
	}
	for p, text := range all {
		if !want[p] && p != "state.json" {
			t.Errorf("%s is left over", p)
		}
		if sum, ok := strings.CutPrefix(p, "blobs/"); ok && fmt.Sprintf("%x", sha256.Sum256([]byte(text))) != sum {
			t.Errorf("%s has other bytes", p)
		}
	}
}

func TestS3Headers(t *testing.T) {
	s := startStore(t)
	target := s.target()
	site := siteA.with(files{"assets/site.aaaaaaaaaa.css.br": "compressed", "assets/site.aaaaaaaaaa.css.gz": "zipped", "leesmij.md": "# é", "los.br": "not a variant of anything"})
	mustPublish(t, target, s.me(), site.release(), lax)
	c := s.client(t)
	check := func(key, kind, cache, encoding string) {
		t.Helper()
		i, err := c.StatObject(t.Context(), s.Bucket, target.Prefix+key, minio.StatObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := i.ContentType; got != kind {
			t.Errorf("%s: content type %q, want %q", key, got, kind)
		}
		if got := i.Metadata.Get("Cache-Control"); got != cache {
			t.Errorf("%s: cache control %q, want %q", key, got, cache)
		}
		if got := i.Metadata.Get("Content-Encoding"); got != encoding {
			t.Errorf("%s: content encoding %q, want %q", key, got, encoding)
		}
	}
	const year = "public, max-age=31536000, immutable"
	check("index.html", "text/html; charset=utf-8", "no-cache", "")
	check("leesmij.md", "text/markdown; charset=utf-8", "no-cache", "")
	check("assets/site.aaaaaaaaaa.css", "text/css; charset=utf-8", year, "")
	check("assets/site.aaaaaaaaaa.css.br", "text/css; charset=utf-8", year, "br")
	check("assets/site.aaaaaaaaaa.css.gz", "text/css; charset=utf-8", year, "gzip")
	check("los.br", "application/octet-stream", "no-cache", "")
	check("assets/logo.png", "image/png", "no-cache", "")
	check(fileset.ManifestPath, "application/json; charset=utf-8", "no-cache", "")

	// A header is part of an object: when only the policy changes, the same
	// release is written anew.
	target.CachePages = "public, max-age=60"
	mustPublish(t, target, later(s.me(), hour), site.release(), lax)
	check("index.html", "text/html; charset=utf-8", "public, max-age=60", "")
	check("assets/site.aaaaaaaaaa.css", "text/css; charset=utf-8", year, "")
}

// TestS3AsReadersGetIt asks for each file of a release through a front that
// adds nothing: bytes, content type and caching are those of the objects, and
// what a reader has does not travel again.
func TestS3AsReadersGetIt(t *testing.T) {
	s := startStore(t)
	target := s.target()
	front := s.front(t, target, nil)
	site := siteA.with(files{"assets/site.aaaaaaaaaa.css.gz": "zipped", "leesmij.md": "# é", "mail/x.mobileconfig": "<plist/>", "en/404.html": "not found", "x": "-", "y/z": "-"})
	mustPublish(t, target, s.me(), site.release(), lax)
	ask := func(address, tag string) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequest(http.MethodGet, front+strings.TrimPrefix(address, "/"), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("If-None-Match", tag)
		req.Header.Set("Accept-Encoding", "identity")
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	for _, e := range site.release().Manifest.Files {
		kind, cache, encoding := e.Type, "no-cache", ""
		if e.Immutable {
			cache = "public, max-age=31536000, immutable"
		}
		if strings.HasSuffix(e.Path, ".css.gz") {
			encoding = "gzip"
		}
		resp, body := ask(fileset.Address(e.Path), "")
		if resp.StatusCode != http.StatusOK || body != site[e.Path] {
			t.Errorf("%s: %s with %q, want %q", e.Path, resp.Status, body, site[e.Path])
		}
		for name, want := range map[string]string{"Content-Type": kind, "Cache-Control": cache, "Content-Encoding": encoding} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", e.Path, name, got, want)
			}
		}
		if again, _ := ask(fileset.Address(e.Path), resp.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: asked again with its ETag %q: %s, want 304", e.Path, resp.Header.Get("ETag"), again.Status)
		}
	}
	for accept, want := range map[string]string{"gzip, br": "gzip", "br": "", "identity": ""} {
		req, err := http.NewRequest(http.MethodGet, front+"assets/site.aaaaaaaaaa.css", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", accept)
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := string(body) == "zipped"; err != nil || got != (want != "") || resp.Header.Get("Content-Encoding") != want || resp.Header.Get("Vary") != "Accept-Encoding" || resp.Header.Get("Content-Type") != "text/css; charset=utf-8" {
			t.Errorf("%s: got %q with %v, %v; want it in %q", accept, body, resp.Header, err, want)
		}
	}
	for address, want := range map[string]string{"/niets/": "niet gevonden", "/en/nothing/": "not found", "/e-mail/imap/niets.txt": "niet gevonden", "/.wegwijs/state.json": "niet gevonden"} {
		if resp, body := ask(address, ""); resp.StatusCode != http.StatusNotFound || body != want || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %s with %q, %q", address, resp.Status, body, resp.Header.Get("Content-Type"))
		}
	}
}

// TestS3OrderOfTheSwitch looks at the log of requests: nothing
// that readers can ask for is written before all bodies are there, assets come
// before pages, pages before indexes, the manifest last, deletions after it.
func TestS3OrderOfTheSwitch(t *testing.T) {
	s := startStore(t)
	target := s.target()
	target.Grace = 0
	// Without what is a file in the one and a folder in the other: this store
	// cannot have both at once.
	// And with a page that comes before the assets by its name.
	siteA, siteB := siteA.with(files{"x": "-", "y/z": "-", "aan/index.html": "A"}), siteB.with(files{"x/a": "-", "y": "-", "aan/index.html": "B"})
	mustPublish(t, target, s.me(), siteA.release(), lax)
	r := &requests{}
	around := later(s.me(), hour)
	around.transport = r
	mustPublish(t, target, around, siteB.release(), lax)
	rank := map[string]int{}
	for _, e := range siteB.release().Manifest.Files {
		rank[e.Path] = int(e.Rank)
	}
	rank[fileset.ManifestPath] = int(fileset.Last)
	at, blobs, lists := -1, 0, 0
	for _, l := range r.log {
		method, key, _ := strings.Cut(l, " ")
		key, found := strings.CutPrefix(key, "/"+s.Bucket+"/"+target.Prefix)
		if !found {
			lists++
		}
		switch {
		case strings.HasPrefix(key, release.Folder+"/blobs/"):
			if method == "PUT" {
				blobs++
				if at >= 0 {
					t.Errorf("%s after the switch began", l)
				}
			}
		case strings.HasPrefix(key, release.Folder+"/") || !found:
		case method == "PUT":
			if rank[key] < at {
				t.Errorf("%s after something of rank %d", l, at)
			}
			at = max(at, rank[key])
			delete(rank, key)
		case method == "DELETE":
			if at != int(fileset.Last) {
				t.Errorf("%s before the switch was done", l)
			}
		}
	}
	if blobs != 10 {
		t.Errorf("%d bodies were sent, want 10: those that no release had", blobs)
	}
	for _, p := range []string{"404.html", "assets/blijft.cccccccccc.js", "leeg.txt"} {
		if _, untouched := rank[p]; !untouched {
			t.Errorf("%s was written though it did not change", p)
		}
	}
	if lists > 0 {
		t.Errorf("%d requests list the bucket", lists)
	}
}

func TestS3ForeignBucket(t *testing.T) {
	s := startStore(t)
	target := s.target()
	name := filepath.Join(s.dir(target), "index.php")
	testenv.Write(t, name, "someone's")
	rep, err := tryPublish(t.Context(), target, s.me(), siteA.release(), Options{})
	if err != nil || !rep.Refused || rep.Plan.Refused[0].Gate != release.Foreign || !slices.Equal(rep.Plan.Refused[0].Items, []diag.Said{"index.php"}) {
		t.Fatalf("got %+v, %v; want it refused", rep, err)
	}
	if got := s.keys(t, target); len(got) != 1 {
		t.Errorf("wrote into a foreign bucket: %v", got)
	}
	mustPublish(t, target, s.me(), siteA.release(), Options{Allow: []release.Gate{release.Foreign}})
	if s.served(t, target)["index.php"] != "someone's" {
		t.Error("a foreign object was touched")
	}
}

// front serves a target as a CDN does that maps folders to their index, and
// calls after once, when it has read the first answer.
func (s *store) front(t *testing.T, target Target, after func()) string {
	t.Helper()
	cdn := &testenv.CDN{Store: s.S3, Prefix: target.Prefix}
	var once sync.Once
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if after == nil {
			cdn.ServeHTTP(w, r)
			return
		}
		got := httptest.NewRecorder()
		cdn.ServeHTTP(got, r)
		once.Do(after)
		w.WriteHeader(got.Code)
		got.Body.WriteTo(w)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/"
}

// TestS3StoreWithoutConditions meets a store that takes no notice of
// If-None-Match: it must not be trusted, unless the site says so.
func TestS3StoreWithoutConditions(t *testing.T) {
	s := startStore(t)
	for _, header := range []string{"If-None-Match", "If-Match"} {
		target := s.target()
		around := s.me()
		around.transport = deaf{header}
		_, err := tryPublish(t.Context(), target, around, siteA.release(), lax)
		if err == nil || !strings.Contains(err.Error(), "conditional = false") {
			t.Fatalf("without %s: got %v, want it to say what to do", header, err)
		}
		if got := s.served(t, target); len(got) != 0 {
			t.Errorf("without %s: wrote %d objects", header, len(got))
		}
		target.Conditional = false
		mustPublish(t, target, around, siteA.release(), lax)
		mustPublish(t, target, later(around, hour), siteB.release(), lax)
		isOne(t, s.served(t, target), siteB)
	}
}

// deaf answers as a store does that never refuses for the sake of a header.
type deaf struct{ header string }

func (d deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && r.Header.Get(d.header) != "" && resp.StatusCode == http.StatusPreconditionFailed {
		resp.Body.Close()
		resp.Status, resp.StatusCode, resp.Body = "200 OK", http.StatusOK, http.NoBody
		resp.Header.Set("ETag", `"0"`)
	}
	return resp, err
}

// TestS3BodiesGone loses the private copies: publishing puts back those that
// it needs, and a rollback that cannot be whole changes nothing.
func TestS3BodiesGone(t *testing.T) {
	s := startStore(t)
	target := s.target()
	mustPublish(t, target, s.me(), siteA.release(), lax)
	mustPublish(t, target, later(s.me(), hour), siteB.release(), lax)
	if err := os.RemoveAll(filepath.Join(s.dir(target), release.Folder, "blobs")); err != nil {
		t.Fatal(err)
	}
	p, err := Open(t.Context(), target, later(s.me(), 2*hour), true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Rollback(t.Context(), "", Options{}); err == nil || !strings.Contains(err.Error(), "publish it again from its source") {
		t.Errorf("got %v", err)
	}
	isOne(t, s.served(t, target), siteB)
	mustPublish(t, target, later(s.me(), 3*hour), siteC.release(), lax)
	isOne(t, s.served(t, target), siteC)
}

// TestSecretsAreNeverShown publishes well and badly with keys that must not
// appear anywhere: in reports, errors, progress, or on the target.
func TestSecretsAreNeverShown(t *testing.T) {
	s := startStore(t)
	var seen strings.Builder
	note := func(v any) {
		b, _ := json.Marshal(v)
		fmt.Fprintf(&seen, "%v %+v %s\n", v, v, b)
	}
	opt := lax
	opt.Progress = func(p release.Progress) { note(p) }
	target := s.target()
	run := func(around Surroundings) {
		rep, err := tryPublish(t.Context(), target, around, siteA.release(), opt)
		note(rep)
		note(err)
		if rep != nil && rep.Plan != nil {
			rep.Plan.Text(&seen, diag.English)
			rep.Plan.JSON(&seen)
		}
	}
	run(s.me())
	st := statusOf(t, target, s.me())
	st.Text(&seen, diag.English)
	st.JSON(&seen)
	// A store that repeats the secret in its error, and keys that are wrong.
	echo := s.me()
	echo.transport = parrot{s.Secret}
	echo.tries = 1
	run(echo)
	wrong := s.me()
	wrong.Getenv = func(name string) string {
		return map[string]string{"AWS_ACCESS_KEY_ID": s.ID, "AWS_SECRET_ACCESS_KEY": s.Secret + "x", "AWS_SESSION_TOKEN": "token-" + s.Secret}[name]
	}
	run(wrong)
	for p, text := range readTree(t, s.dir(target)) {
		note(p + " " + text)
	}
	if strings.Contains(seen.String(), s.Secret) {
		i := strings.Index(seen.String(), s.Secret)
		t.Errorf("the secret is shown: …%s…", seen.String()[max(0, i-200):i])
	}
	if !strings.Contains(seen.String(), "never printed back") {
		t.Error("the parrot was not heard: this test proves nothing")
	}
}

type parrot struct{ secret string }

func (p parrot) RoundTrip(r *http.Request) (*http.Response, error) {
	body := fmt.Sprintf("<Error><Code>Odd</Code><Message>never printed back: %s</Message></Error>", p.secret)
	return &http.Response{Status: "400 Bad Request", StatusCode: 400, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
}

func TestS3RateLimit(t *testing.T) {
	s := startStore(t)
	target := s.target()
	target.Rate = 200
	r := &requests{}
	around := s.me()
	around.transport = r
	begin := time.Now()
	mustPublish(t, target, around, siteA.release(), lax)
	if took, least := time.Since(begin), time.Duration(r.count-1)*time.Second/200; took < least {
		t.Errorf("%d requests in %v, at 200 a second that takes %v", r.count, took, least)
	}
}

func TestS3Refusals(t *testing.T) {
	s := startStore(t)
	target := s.target()
	target.Bucket = "nosuchbucket"
	if _, err := tryPublish(t.Context(), target, s.me(), siteA.release(), lax); err == nil || !strings.Contains(err.Error(), `no bucket "nosuchbucket"`) {
		t.Errorf("got %v", err)
	}
	for _, c := range []struct{ id, secret, want string }{
		{s.ID, s.Secret + "x", "the secret key does not fit the access key (SignatureDoesNotMatch)"},
		{"AKIANOBODY", s.Secret, "No user exists with the provided access key ID"},
	} {
		around := quietly()
		around.Getenv = func(name string) string {
			return map[string]string{"AWS_ACCESS_KEY_ID": c.id, "AWS_SECRET_ACCESS_KEY": c.secret}[name]
		}
		if _, err := tryPublish(t.Context(), s.target(), around, siteA.release(), lax); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), s.Secret) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	around := quietly()
	around.Home = t.TempDir()
	_, err := tryPublish(t.Context(), s.target(), around, siteA.release(), lax)
	if err == nil || !strings.Contains(err.Error(), "AWS_SECRET_ACCESS_KEY") {
		t.Errorf("without keys: got %v", err)
	}
	testenv.Write(t, filepath.Join(around.Home, ".aws", "credentials"), "[default]\naws_access_key_id = x\naws_secret_access_key = y\n[help]\naws_access_key_id = "+s.ID+"\naws_secret_access_key = "+s.Secret+"\n")
	target = s.target()
	target.Profile = "help"
	mustPublish(t, target, around, siteA.release(), lax)
}
