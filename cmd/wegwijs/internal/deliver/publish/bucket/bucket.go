// Package bucket publishes into an S3-compatible object store. Readers, or the
// CDN before them, get objects by key, so there is no one switch: what stays
// true instead is that every page that can be had has its assets. What it
// makes of the bucket, below the target's prefix:
//
//	PATH                         what readers get
//	.wegwijs/state.json          releases, what may stand at the keys, what is to be deleted
//	.wegwijs/lock                who is publishing
//	.wegwijs/releases/ID.json    the manifest of a release
//	.wegwijs/blobs/SHA256        the bytes of every file of every kept release, once
//
// A publish first uploads the bytes that no release had, to keys that nobody
// reads. Then it copies them, inside the store, to where readers look: assets,
// pages, indexes, the manifest. So the time in which readers may meet old and
// new pages side by side is short and does not depend on the line. Deletions
// come last and in the opposite order; old hashed assets stay for a grace
// period, for tabs that are open and caches that hold old pages. A
// rollback is the second half alone: the bytes of all kept releases are there.
//
// A bucket is listed only when it is not known yet, when what readers have is
// published again, to find what was taken away by hand, and when a store refuses
// a key, to find what is in its way: else state.json says what is there. It is
// replaced only by a conditional put against the version that was read, so that
// two publishers cannot both go on. While a switch is under way it names every
// release whose objects may stand at a key; after a crash, the next publish
// writes each key on which these do not agree.
//
// There is no secret below .wegwijs/, but the names of those who publish; a
// bucket's policy may well keep readers from it.
package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// A Config says which part of which store to publish into.
type Config struct {
	Endpoint      string // host or host:port
	Insecure      bool   // plain HTTP
	Bucket        string
	Prefix        string // "" or ending in a slash
	Region        string // "" asks the store
	PathStyle     bool   // the bucket in the path instead of the host name
	CachePages    string // Cache-Control of everything whose name holds no hash
	Unconditional bool   // the store has no conditional puts
	Parallel      int    // requests under way at once
	Rate          float64
	Keys          Keys
	Transport     http.RoundTripper // nil: the usual one
	Retries       int               // how often a request is tried in all; 0: the usual
	Patience      time.Duration     // how long the store may take to begin an answer; 0: the usual
	Pace          release.Pace      // of the lock
}

const (
	stateKey    = release.Folder + "/state.json"
	lockKey     = release.Folder + "/lock"
	releasesKey = release.Folder + "/releases/"
	blobsKey    = release.Folder + "/blobs/"
)

func manifestKey(id string) string { return releasesKey + id + ".json" }
func blobKey(sum string) string    { return blobsKey + sum }

// A Bucket is a target. It is used for one publish or rollback at a time.
type Bucket struct {
	c       *client
	conf    Config
	workers int
	token   string
	st      *state // as last read or written
	tag     string // of that
	held    *held
	broken  []diag.Said // see release.State.Broken
	victim  string      // the release of someone alive whose lock this run took
}

// New makes a Bucket; nothing is sent yet.
func New(c Config) (*Bucket, error) {
	cl, err := newClient(c)
	if err != nil {
		return nil, err
	}
	return &Bucket{c: cl, conf: c, workers: max(c.Parallel, 1), token: newToken()}, nil
}

// Close ends idle connections.
func (b *Bucket) Close() error {
	if t, ok := b.c.trip.base.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
	return nil
}

// strangersShown is how many foreign objects are named. The store gives keys
// by the thousand, so this costs one request.
const strangersShown = 20

// Look says what the target holds, without changing anything. known may be
// what an earlier Look gave: a manifest that it has is not read again.
func (b *Bucket) Look(ctx context.Context, known *release.State) (*release.State, error) {
	if err := b.load(ctx); err != nil {
		return nil, err
	}
	s := &release.State{Ours: b.tag != "", Current: b.st.Current, Releases: slices.Clone(b.st.Records), History: b.st.History, Broken: b.broken}
	if !s.Ours {
		err := b.c.list(ctx, func(key string, _ int64) bool {
			if !strings.HasPrefix(key, release.Folder+"/") {
				s.Foreign = append(s.Foreign, key)
			}
			return len(s.Foreign) < strangersShown
		})
		if err != nil {
			return nil, err
		}
	}
	release.Order(s.Releases, s.History, s.Current)
	l, _, err := b.readLock(ctx)
	if err != nil {
		return nil, err
	}
	s.Lock = l
	for _, p := range append(b.st.liveIDs(), b.st.Pending...) {
		if p != s.Current {
			s.Unfinished = p
		}
	}
	if s.Current != "" {
		if known != nil && known.Current == s.Current && known.Manifest != nil {
			s.Manifest, s.Damaged = known.Manifest, known.Damaged
		} else if s.Manifest, err = b.Release(ctx, s.Current); errors.Is(err, errAbsent) {
			s.Damaged = diag.Said(diag.Say("%s is gone", manifestKey(s.Current)))
		} else if errors.Is(err, errBroken) {
			s.Damaged = diag.SaidError(err)
		} else if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Release reads the manifest of a release.
func (b *Bucket) Release(ctx context.Context, id string) (*fileset.Manifest, error) {
	if !release.CheckID(id) {
		return nil, diag.Errorf("%q is no release", id)
	}
	m, _, err := b.readManifest(ctx, manifestKey(id))
	if err != nil {
		return nil, err
	}
	if m.Release != id {
		return nil, diag.Errorf("%s %w: it is that of release %s", manifestKey(id), errBroken, m.Release)
	}
	return m, nil
}

// readManifest reads a manifest, and when it was written.
func (b *Bucket) readManifest(ctx context.Context, key string) (_ *fileset.Manifest, at time.Time, _ error) {
	r, _, at, err := b.c.get(ctx, key)
	if err != nil {
		return nil, at, err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, at, b.c.wrap("read", key, err)
	}
	m, err := fileset.DecodeManifest(bytes.NewReader(text))
	if err != nil {
		return nil, at, fmt.Errorf("%s %w: %w", key, errBroken, err)
	}
	return m, at, nil
}

// errBroken is of a manifest that was read, and is not that of its release.
var errBroken = diag.Errorf("makes no sense")

// lost reports whether the manifest of a release was deleted or spoilt.
func lost(err error) bool { return errors.Is(err, errAbsent) || errors.Is(err, errBroken) }

// each does something for every i below n, several at once, see [release.Each].
func (b *Bucket) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	return release.Each(ctx, b.workers, n, do)
}

// immutable is for names that hold a hash of the bytes: a year is the longest
// that RFC 9111 caches take seriously.
const immutable = "public, max-age=31536000, immutable"

// headersOf says what an object tells browsers and caches about itself. A
// compressed file is an object of its own, for a CDN that picks it by
// Accept-Encoding: it has the type of what is in it.
func (b *Bucket) headersOf(e fileset.Entry) headers {
	h := headers{kind: e.Type, encoding: string(e.Coding), cache: b.conf.CachePages}
	if e.Immutable {
		h.cache = immutable
	}
	return h
}

// policy names all that headersOf depends on besides the entry, so that a
// change of it makes objects new.
func (b *Bucket) policy() string { return "1 " + b.conf.CachePages + " | " + immutable }
