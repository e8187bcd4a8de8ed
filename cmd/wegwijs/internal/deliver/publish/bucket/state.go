package bucket

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// state is what state.json holds.
type state struct {
	Version int              `json:"version"` // of this format; now 1
	Write   string           `json:"write"`   // names this version: tells our own write from another's
	Current string           `json:"current,omitempty"`
	Live    []live           `json:"live,omitempty"`    // whose objects may stand at the keys: one, but for a switch under way
	Pending []string         `json:"pending,omitempty"` // releases that were begun and never current
	Records []release.Record `json:"releases,omitempty"`
	Tombs   []tomb           `json:"deletions,omitempty"` // objects that readers may still ask for, and from when on they go
	Garbage []string         `json:"garbage,omitempty"`   // sums of blobs that no release has; being deleted
	Drop    []string         `json:"drop,omitempty"`      // releases whose manifest is being deleted
	History []release.Event  `json:"history,omitempty"`
}

// live is a release as its objects were written; the zero value stands for
// nothing at all.
type live struct {
	Release string `json:"release"`
	Headers string `json:"headers"` // see Bucket.policy
}

// A tomb is an object that the current release does not have.
type tomb struct {
	Path  string    `json:"path"`
	Asset bool      `json:"asset,omitempty"` // goes after the pages that may use it
	Due   time.Time `json:"due"`
}

func (s *state) liveIDs() []string {
	var ids []string
	for _, l := range s.Live {
		if l.Release != "" {
			ids = append(ids, l.Release)
		}
	}
	return ids
}

func newToken() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func (b *Bucket) load(ctx context.Context) error {
	text, tag, _, err := b.c.getBytes(ctx, stateKey)
	if errors.Is(err, errAbsent) {
		b.st, b.tag = &state{Version: 1}, ""
		return nil
	}
	if err != nil {
		return err
	}
	s := &state{}
	if err := json.Unmarshal(text, s); err != nil {
		b.broken = []diag.Said{diag.Said(diag.Say("%s makes no sense (%v); the manifests in the store take its place, and old assets that it had down for deletion stay", stateKey, err))}
		b.tag = tag
		b.st, err = b.rebuild(ctx)
		return err
	}
	b.broken = nil
	if s.Version != 1 {
		return diag.Errorf("%s has version %d, which a newer wegwijs wrote: use that one", stateKey, s.Version)
	}
	b.st, b.tag = s, tag
	return nil
}

// rebuild makes a state from the manifests that the store holds: enough to go on
// and to go back. The next switch writes every key anew, since nothing is known
// of what stands there.
func (b *Bucket) rebuild(ctx context.Context) (*state, error) {
	s := &state{Version: 1}
	var ids []string
	err := b.c.list(ctx, func(key string, _ int64) bool {
		id, ok := strings.CutPrefix(key, releasesKey)
		if id, isManifest := strings.CutSuffix(id, ".json"); ok && isManifest && release.CheckID(id) {
			ids = append(ids, id)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		m, at, err := b.readManifest(ctx, manifestKey(id))
		if lost(err) || err == nil && m.Release != id {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.Records = append(s.Records, release.NewRecord(m, at, "", "", ""))
	}
	m, _, err := b.readManifest(ctx, fileset.ManifestPath)
	switch {
	case err == nil && slices.Contains(ids, m.Release):
		s.Current = m.Release
		s.Live = []live{{Release: m.Release}, {}}
	case err != nil && !lost(err):
		return nil, err
	}
	release.Order(s.Records, nil, s.Current)
	return s, nil
}

// save changes the state, if nobody else has since it was read.
func (b *Bucket) save(ctx context.Context, change func(s *state)) error {
	next := *b.st
	// The slices are shared with b.st, so change must replace, not write into
	// them.
	change(&next)
	next.Version, next.Write = 1, newToken()
	text, err := json.MarshalIndent(&next, "", "  ")
	if err != nil {
		return err
	}
	cond := condition{tag: b.tag, absent: b.tag == ""}
	tag, err := b.c.putBytes(ctx, stateKey, append(text, '\n'), headers{kind: "application/json; charset=utf-8", cache: "no-store"}, cond)
	if errors.Is(err, errOther) || errors.Is(err, errAbsent) {
		// A put whose answer was lost is sent again and then refused, though
		// it was done.
		was := b.tag
		if lerr := b.load(ctx); lerr != nil {
			return errors.Join(err, lerr)
		}
		if b.st.Write == next.Write {
			return nil
		}
		b.tag = was
		return diag.Errorf("%w: the state of the target changed under our hands", release.ErrLost)
	}
	if err != nil {
		return err
	}
	b.st, b.tag = &next, tag
	return nil
}

func without(list []string, drop ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(drop, s) })
}
