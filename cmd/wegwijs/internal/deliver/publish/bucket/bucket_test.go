package bucket

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// A memory is a store in memory that speaks as much of the S3 API as a Bucket
// does: objects with conditional puts, copies, deletions and lists.
type memory struct {
	mu      sync.Mutex
	objects map[string]object
	log     []string // what changed it: PUT key, COPY key, DELETE key
	lax     bool     // it takes no notice of conditions
	lost    string   // the key of a put that is done, and refused when it is sent again
}

type object struct {
	data   []byte
	header http.Header
	tag    string
}

func (m *memory) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	key := strings.TrimPrefix(r.URL.Path, "/help/")
	o, there := m.objects[key]
	switch {
	case r.Method == http.MethodGet && r.URL.Query().Get("list-type") == "2":
		return m.list(r), nil
	case (r.Method == http.MethodGet || r.Method == http.MethodHead) && !there:
		return m.refuse(r, http.StatusNotFound, "NoSuchKey"), nil
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		resp := m.answer(r, http.StatusOK, o.data)
		resp.Header.Set("ETag", o.tag)
		resp.Header.Set("Last-Modified", time.Unix(1764000000, 0).UTC().Format(http.TimeFormat))
		resp.ContentLength = int64(len(o.data))
		if r.Method == http.MethodHead {
			resp.Body = http.NoBody
		}
		return resp, nil
	case r.Method == http.MethodDelete:
		m.log = append(m.log, "DELETE "+key)
		delete(m.objects, key)
		return m.answer(r, http.StatusNoContent, nil), nil
	case r.Method == http.MethodPut:
		if match := r.Header.Get("If-Match"); !m.lax && match != "" && (!there || strings.Trim(match, `"`) != strings.Trim(o.tag, `"`)) || !m.lax && r.Header.Get("If-None-Match") == "*" && there {
			return m.refuse(r, http.StatusPreconditionFailed, "PreconditionFailed"), nil
		}
		if from := r.Header.Get("X-Amz-Copy-Source"); from != "" {
			name, _ := url.PathUnescape(strings.TrimPrefix(strings.TrimPrefix(from, "/"), "help/"))
			source, ok := m.objects[name]
			if !ok {
				return m.refuse(r, http.StatusNotFound, "NoSuchKey"), nil
			}
			m.log = append(m.log, "COPY "+key)
			m.objects[key] = object{source.data, r.Header.Clone(), source.tag}
			return m.answer(r, http.StatusOK, []byte("<CopyObjectResult><ETag>"+source.tag+"</ETag><LastModified>2026-11-23T09:00:00Z</LastModified></CopyObjectResult>")), nil
		}
		m.log = append(m.log, "PUT "+key)
		sum := md5.Sum(body)
		m.objects[key] = object{body, r.Header.Clone(), `"` + hex.EncodeToString(sum[:]) + `"`}
		if key == m.lost {
			m.lost = ""
			return m.refuse(r, http.StatusPreconditionFailed, "PreconditionFailed"), nil
		}
		resp := m.answer(r, http.StatusOK, nil)
		resp.Header.Set("ETag", m.objects[key].tag)
		return resp, nil
	}
	return m.refuse(r, http.StatusNotImplemented, "NotImplemented"), nil
}

func (m *memory) answer(r *http.Request, status int, body []byte) *http.Response {
	h := http.Header{"Date": {time.Unix(1764000000, 0).UTC().Format(http.TimeFormat)}}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Request: r, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}
}

func (m *memory) refuse(r *http.Request, status int, code string) *http.Response {
	return m.answer(r, status, []byte("<Error><Code>"+code+"</Code><Message>no</Message></Error>"))
}

func (m *memory) list(r *http.Request) *http.Response {
	type content struct {
		Key  string
		Size int
		ETag string
	}
	var result struct {
		XMLName     xml.Name `xml:"ListBucketResult"`
		IsTruncated bool
		Contents    []content
	}
	for _, key := range slices.Sorted(maps.Keys(m.objects)) {
		if strings.HasPrefix(key, r.URL.Query().Get("prefix")) {
			result.Contents = append(result.Contents, content{key, len(m.objects[key].data), m.objects[key].tag})
		}
	}
	text, err := xml.Marshal(result)
	if err != nil {
		panic(err)
	}
	return m.answer(r, http.StatusOK, text)
}

// served returns the objects that readers ask for, without the manifest.
func (m *memory) served() map[string]string {
	got := map[string]string{}
	for key, o := range m.objects {
		if !strings.HasPrefix(key, release.Folder+"/") && key != fileset.ManifestPath {
			got[key] = string(o.data)
		}
	}
	return got
}

type store struct {
	*memory
	*Bucket
	t   *testing.T
	now time.Time
}

func newStore(t *testing.T) *store {
	t.Helper()
	s := &store{memory: &memory{objects: map[string]object{}}, t: t, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	s.Bucket = s.another()
	return s
}

// another returns another run's Bucket of the same store.
func (s *store) another() *Bucket {
	s.t.Helper()
	b, err := New(Config{Endpoint: "store.example", Bucket: "help", Region: "x", PathStyle: true, CachePages: "max-age=60", Parallel: 1, Retries: 1, Transport: s.memory, Keys: Keys{ID: "sleutel", Secret: "geheim-geheim"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// job makes the job of publishing files, which are paths and texts by turns.
func (s *store) job(files ...string) *release.Job {
	s.t.Helper()
	m, bodies := &fileset.Manifest{Version: 1}, fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		sum := sha256.Sum256([]byte(files[i+1]))
		e := fileset.Entry{Path: files[i], SHA256: hex.EncodeToString(sum[:]), Size: int64(len(files[i+1])), Type: fileset.TypeOf(files[i]), Immutable: strings.HasPrefix(files[i], "assets/")}
		switch {
		case strings.HasSuffix(files[i], ".html"):
			e.Rank = fileset.Page
		case files[i] == "sitemap.xml":
			e.Rank = fileset.Index
		case strings.HasSuffix(files[i], ".html.gz"):
			e.Rank, e.Type, e.Coding = fileset.Page, fileset.TypeOf("x.html"), fileset.Gzip
		}
		m.Files = append(m.Files, e)
		bodies[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	slices.SortFunc(m.Files, func(a, b fileset.Entry) int { return strings.Compare(a.Path, b.Path) })
	m.Release = m.ID()
	old, err := s.Look(s.t.Context(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.now = s.now.Add(time.Hour)
	j := &release.Job{Action: "publish", By: "anna@laptop", Manifest: m, Files: bodies, Old: old, Now: s.now, Keep: 2}
	j.Record = release.NewRecord(m, s.now, j.By, "test", old.Current)
	return j
}

func (s *store) lock(b *Bucket, take bool) (context.Context, func() error, error) {
	return b.Lock(s.t.Context(), release.Lock{By: "anna@laptop", Host: "laptop", PID: 1}, release.Owner{User: "anna", Host: "laptop"}, take)
}

func (s *store) publish(j *release.Job) {
	s.t.Helper()
	ctx, unlock, err := s.lock(s.Bucket, false)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, step := range []func(context.Context, *release.Job) error{s.Send, s.Switch, s.Tidy} {
		if err := step(ctx, j); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := unlock(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *store) want(files ...string) {
	s.t.Helper()
	want := map[string]string{}
	for i := 0; i < len(files); i += 2 {
		want[files[i]] = files[i+1]
	}
	if got := s.served(); !maps.Equal(got, want) {
		s.t.Errorf("readers get %q, want %q", got, want)
	}
}

// at returns the place of a change among all of them; -1 when it was not made.
func (m *memory) at(change string) int { return slices.Index(m.log, change) }

// What is sent is for nobody; the switch brings what pages need before the pages,
// then what names them, then the manifest; deletions come last.
func TestOrderOfWhatReadersGet(t *testing.T) {
	s := newStore(t)
	s.publish(s.job("index.html", "een", "oud.html", "oud", "assets/a.css", "a"))
	s.want("index.html", "een", "oud.html", "oud", "assets/a.css", "a")
	j := s.job("index.html", "twee", "assets/b.css", "b", "sitemap.xml", "kaart")
	ctx, unlock, err := s.lock(s.Bucket, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(ctx, j); err != nil {
		t.Fatal(err)
	}
	s.want("index.html", "een", "oud.html", "oud", "assets/a.css", "a")
	s.log = nil
	if err := s.Switch(ctx, j); err != nil {
		t.Fatal(err)
	}
	if err := s.Tidy(ctx, j); err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	var order []int
	for _, change := range []string{"COPY assets/b.css", "COPY index.html", "COPY sitemap.xml", "PUT " + fileset.ManifestPath, "DELETE oud.html"} {
		order = append(order, s.at(change))
	}
	if order[0] < 0 || !slices.IsSorted(order) {
		t.Errorf("got the order %v in %q", order, s.log)
	}
	got := s.served()
	if got["index.html"] != "twee" || got["assets/b.css"] != "b" || got["oud.html"] != "" || got["sitemap.xml"] != "kaart" {
		t.Errorf("readers get %q", got)
	}
	for key, want := range map[string]string{"index.html": "max-age=60", "assets/b.css": immutable, "sitemap.xml": "max-age=60"} {
		if cache := s.objects[key].header.Get("Cache-Control"); cache != want {
			t.Errorf("%s: Cache-Control %q, want %q", key, cache, want)
		}
	}
}

// The bytes of kept releases are there once, whatever they are called; those of a
// release that falls out go.
func TestBytesAreKeptOnce(t *testing.T) {
	s := newStore(t)
	s.publish(s.job("a.html", "gelijk", "b.html", "gelijk", "c.html", "1"))
	blobs := func() (n int) {
		for key := range s.objects {
			if strings.HasPrefix(key, blobsKey) {
				n++
			}
		}
		return n
	}
	if n := blobs(); n != 2 {
		t.Errorf("%d blobs, want 2", n)
	}
	sent := 0
	for _, l := range s.log {
		if strings.HasPrefix(l, "PUT "+blobsKey) {
			sent++
		}
	}
	if sent != 2 {
		t.Errorf("the bytes were sent %d times, want 2", sent)
	}
	s.log = nil
	s.publish(s.job("a.html", "gelijk", "b.html", "gelijk", "c.html", "2"))
	if slices.ContainsFunc(s.log, func(l string) bool { return l == "COPY a.html" || l == "COPY b.html" }) {
		t.Errorf("what did not change was written again: %q", s.log)
	}
	s.publish(s.job("c.html", "3"))
	s.publish(s.job("c.html", "4"))
	s.publish(s.job("c.html", "5"))
	s.want("c.html", "5")
	if n := blobs(); n > 3 {
		t.Errorf("%d blobs of two releases", n)
	}
	st, err := s.Look(t.Context(), nil)
	if err != nil || len(st.Releases) != 2 || len(st.History) != 5 || st.Unfinished != "" {
		t.Errorf("got %+v, %v", st, err)
	}
}

// The time after which an old asset goes begins once, whatever is published
// meanwhile.
func TestGraceBeginsOnce(t *testing.T) {
	s := newStore(t)
	publish := func(files ...string) {
		j := s.job(files...)
		j.Grace = 10 * time.Hour
		s.publish(j)
	}
	publish("index.html", "een", "assets/a.css", "a")
	first := s.st.Current
	publish("index.html", "twee")
	due := s.st.Tombs
	// Whoever lost the lock may have had a request under way.
	if err := s.save(t.Context(), func(st *state) { st.Live = append(st.Live, live{first, s.policy()}) }); err != nil {
		t.Fatal(err)
	}
	publish("index.html", "drie")
	if len(due) != 1 || !slices.Equal(s.st.Tombs, due) {
		t.Errorf("to be deleted: %v, and then %v", due, s.st.Tombs)
	}
}

// An object says what it is: its type, that it is compressed, and how long it may be
// kept.
func TestWhatObjectsSay(t *testing.T) {
	s := newStore(t)
	s.publish(s.job("index.html", "een", "index.html.gz", "gepakt", "assets/a.css", "a"))
	for key, want := range map[string][3]string{
		"index.html":    {"text/html; charset=utf-8", "", "max-age=60"},
		"index.html.gz": {"text/html; charset=utf-8", "gzip", "max-age=60"},
		"assets/a.css":  {"text/css; charset=utf-8", "", immutable},
	} {
		h := s.objects[key].header
		if got := [3]string{h.Get("Content-Type"), h.Get("Content-Encoding"), h.Get("Cache-Control")}; got != want {
			t.Errorf("%s says %q, want %q", key, got, want)
		}
	}
}

// A page goes before the assets that it uses.
func TestPagesGoFirst(t *testing.T) {
	s := newStore(t)
	s.publish(s.job("index.html", "een", "oud.html", "oud", "assets/oud.css", "a"))
	s.publish(s.job("index.html", "een"))
	page, asset := s.at("DELETE oud.html"), s.at("DELETE assets/oud.css")
	if page < 0 || asset < page {
		t.Errorf("the page went at %d, its asset at %d: %q", page, asset, s.log)
	}
}

// What the release has is not deleted, whatever the state says of it.
func TestTidyKeepsTheRelease(t *testing.T) {
	s := newStore(t)
	j := s.job("index.html", "een", "b.html", "twee")
	s.publish(j)
	if err := s.save(t.Context(), func(st *state) { st.Tombs = []tomb{{Path: "b.html", Due: s.now.Add(-time.Hour)}} }); err != nil {
		t.Fatal(err)
	}
	if err := s.Tidy(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	s.want("index.html", "een", "b.html", "twee")
}

// A put whose answer was lost is sent again and then refused, though it was done:
// the state that stands there is our own.
func TestSaveWhoseAnswerIsLost(t *testing.T) {
	s := newStore(t)
	s.publish(s.job("index.html", "een"))
	s.lost = stateKey
	s.publish(s.job("index.html", "twee"))
	s.want("index.html", "twee")
	if st, err := s.Look(t.Context(), nil); err != nil || len(st.Releases) != 2 || s.lost != "" {
		t.Errorf("got %+v, %v", st, err)
	}
}

// Two publishers do not both go on: one is refused the lock, and after the other
// took it away from it, the state too.
func TestTwoPublishers(t *testing.T) {
	s := newStore(t)
	ctx, _, err := s.lock(s.Bucket, false)
	if err != nil {
		t.Fatal(err)
	}
	second := s.another()
	if _, _, err := s.lock(second, false); err == nil {
		t.Fatal("two have the lock")
	} else if _, ok := errors.AsType[*release.HeldError](err); !ok {
		t.Errorf("got %v", err)
	}
	j := s.job("index.html", "een")
	// Another wrote the state in between.
	other := s.another()
	if err := other.load(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Bucket.load(ctx); err != nil {
		t.Fatal(err)
	}
	if err := other.save(ctx, func(st *state) { st.Current = "" }); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(ctx, j); err == nil {
		t.Error("the state of another was replaced")
	}
	s.want()
}

// The lock is seized only as it was read: not when there is one where there was
// none, and not when it is another's by now.
func TestSeizeWhatIsNoLongerThere(t *testing.T) {
	s := newStore(t)
	third := s.another()
	if err := (*slot)(third).Seize(t.Context(), release.Lock{Token: third.token}, nil); err != nil {
		t.Fatal(err)
	}
	for name, old := range map[string]*release.Lock{"there was none": nil, "it was another's": {Token: "x", Version: "00000000000000000000000000000000"}} {
		if err := (*slot)(s.Bucket).Seize(t.Context(), release.Lock{Token: s.token}, old); !errors.Is(err, release.ErrTaken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	now, tag, err := third.readLock(t.Context())
	if err != nil || now.Token != third.token {
		t.Errorf("the lock is %+v, %v", now, err)
	}
	if err := (*slot)(s.Bucket).Seize(t.Context(), release.Lock{Token: s.token}, &release.Lock{Token: third.token, Version: tag}); err != nil {
		t.Errorf("as it was read: %v", err)
	}
	if err := (*slot)(third).Renew(t.Context(), release.Lock{Token: third.token}); !errors.Is(err, release.ErrLost) {
		t.Errorf("the one who lost it: got %v", err)
	}
}

// What is in the way of an object is deleted by nobody but the one who has the lock:
// it may be the other's.
func TestClearWayRefuses(t *testing.T) {
	s := newStore(t)
	s.publish(s.job("a/b", "een"))
	for _, who := range []string{"nobody", "another"} {
		if cleared, err := s.clearWay(t.Context(), "a", nil); cleared || !errors.Is(err, release.ErrLost) {
			t.Errorf("%s has the lock: got %t, %v", who, cleared, err)
		}
		s.want("a/b", "een")
		if _, _, err := s.lock(s.another(), false); who == "nobody" && err != nil {
			t.Fatal(err)
		}
	}
}

// A store that takes no notice of conditions is refused, and left without a lock.
func TestStoreWithoutConditions(t *testing.T) {
	s := newStore(t)
	s.lax = true
	if _, _, err := s.lock(s.Bucket, false); !errors.Is(err, ErrNoConditions) {
		t.Errorf("got %v", err)
	}
	if _, there := s.objects[lockKey]; there {
		t.Error("the lock is still there")
	}
}

// Strangers' objects are named, some of them, and what Look reads of damage is
// said and not an error.
func TestLook(t *testing.T) {
	s := newStore(t)
	for i := range strangersShown + 5 {
		s.objects[fmt.Sprintf("foto/%02d.jpg", i)] = object{tag: `"x"`}
	}
	st, err := s.Look(t.Context(), nil)
	if err != nil || st.Ours || len(st.Foreign) != strangersShown || st.Foreign[0] != "foto/00.jpg" {
		t.Errorf("got %+v, %v", st, err)
	}
	s = newStore(t)
	s.publish(s.job("index.html", "een"))
	id := s.st.Current
	for name, spoil := range map[string]func(){
		"gone":    func() { delete(s.objects, manifestKey(id)) },
		"rubbish": func() { s.objects[manifestKey(id)] = object{data: []byte("nee"), tag: `"x"`} },
		"another's": func() {
			s.objects[manifestKey(id)] = object{data: []byte(`{"version":1,"release":"0123456789abcdef"}`), tag: `"x"`}
		},
	} {
		was := s.objects[manifestKey(id)]
		spoil()
		if st, err := s.another().Look(t.Context(), nil); err != nil || st.Current != id || st.Damaged == "" || st.Manifest != nil {
			t.Errorf("%s: got %+v, %v", name, st, err)
		}
		s.objects[manifestKey(id)] = was
	}
	if _, err := s.Release(t.Context(), "../x"); err == nil {
		t.Error("../x is a release")
	}
}

// The bytes of a release that were taken away from the store are an error that
// says what to do; bytes of another size are replaced.
func TestBytesThatAreGone(t *testing.T) {
	s := newStore(t)
	s.publish(s.job("index.html", "een"))
	first := s.st.Current
	s.publish(s.job("index.html", "twee"))
	sum := sha256.Sum256([]byte("een"))
	key := blobKey(hex.EncodeToString(sum[:]))
	back := func() *release.Job {
		j := s.job("index.html", "een")
		j.Action, j.Files = "rollback", nil
		if j.Record.Release != first {
			t.Fatal("another release")
		}
		return j
	}
	delete(s.objects, key)
	if err := s.Send(t.Context(), back()); err == nil || !strings.Contains(err.Error(), "publish it again from its source") {
		t.Errorf("got %v", err)
	}
	s.objects[key] = object{data: []byte("afgekapt"), tag: `"x"`}
	j := s.job("index.html", "een")
	if err := s.Send(t.Context(), j); err != nil || string(s.objects[key].data) != "een" {
		t.Errorf("got %q, %v", s.objects[key].data, err)
	}
}
