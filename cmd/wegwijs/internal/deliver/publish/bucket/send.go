package bucket

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// Send brings the bytes of the job's release to the store, to keys that no
// reader asks for. What an earlier, interrupted Send brought is used. Without
// j.Files it makes sure that all are there.
func (b *Bucket) Send(ctx context.Context, j *release.Job) error {
	id := j.Record.Release
	known := map[string]bool{}
	if j.Old.Manifest != nil {
		for _, e := range j.Old.Manifest.Files {
			known[e.SHA256] = true
		}
	}
	var todo []fileset.Entry
	need := map[string]bool{}
	for _, e := range j.Manifest.Files {
		if !known[e.SHA256] {
			todo = append(todo, e)
			known[e.SHA256] = true
		}
		need[e.SHA256] = true
	}
	slices.SortStableFunc(todo, func(x, y fileset.Entry) int { return cmp.Compare(x.Rank, y.Rank) })

	if j.Files != nil && (!j.Again() || j.Old.Damaged != "") {
		if err := b.putManifest(ctx, manifestKey(id), j.Manifest, "no-store"); err != nil {
			return err
		}
	}
	// From here on these bytes are wanted, whatever an unfinished clean-up
	// thought of them.
	err := b.save(ctx, func(s *state) {
		if !slices.ContainsFunc(s.Records, func(r release.Record) bool { return r.Release == id }) && !slices.Contains(s.Pending, id) {
			s.Pending = append(slices.Clone(s.Pending), id)
		}
		s.Garbage = slices.DeleteFunc(slices.Clone(s.Garbage), func(sum string) bool { return need[sum] })
		s.Drop = without(s.Drop, id)
	})
	if err != nil {
		return err
	}
	var size int64
	for _, e := range todo {
		size += e.Size
	}
	j.Meter.Phase("upload", len(todo), size)
	return b.each(ctx, len(todo), func(ctx context.Context, i int) error {
		defer j.Meter.File()
		return b.sendBlob(ctx, j, todo[i])
	})
}

// sendBlob makes sure that the bytes of e are in the store.
func (b *Bucket) sendBlob(ctx context.Context, j *release.Job, e fileset.Entry) error {
	key := blobKey(e.SHA256)
	size, err := b.c.size(ctx, key)
	switch {
	case errors.Is(err, errAbsent):
		return b.putBlob(ctx, j, e, condition{absent: true})
	case err != nil:
		return err
	case size != e.Size: // not of our making
		return b.putBlob(ctx, j, e, condition{})
	}
	j.Meter.More(-e.Size)
	return nil
}

// putBlob writes the bytes of e under a condition.
func (b *Bucket) putBlob(ctx context.Context, j *release.Job, e fileset.Entry, c condition) error {
	if j.Files == nil {
		return diag.Errorf("the bytes of %s of release %s are gone from the store: publish it again from its source", e.Path, j.Record.Release)
	}
	body, err := release.OpenBody(j.Files, e, j.Meter)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = b.c.put(ctx, blobKey(e.SHA256), body, e.Size, e.SHA256, headers{kind: "application/octet-stream", cache: "no-store"}, c)
	if errors.Is(err, errOther) {
		return nil // it is there: the name says what is in it
	}
	if err != nil {
		return diag.Errorf("upload %s: %w", e.Path, err)
	}
	return nil
}

func (b *Bucket) putManifest(ctx context.Context, key string, m *fileset.Manifest, cache string) error {
	var text bytes.Buffer
	if err := m.Encode(&text); err != nil {
		return err
	}
	_, err := b.c.putBytes(ctx, key, text.Bytes(), headers{kind: "application/json; charset=utf-8", cache: cache}, condition{})
	return err
}

// Switch makes readers get the job's release, whose bytes Send has brought:
// assets first, then pages, then what names the pages, the manifest last.
func (b *Bucket) Switch(ctx context.Context, j *release.Job) error {
	now, err := b.standing(ctx, j)
	if err != nil {
		return err
	}
	paths := make(map[string]bool, len(j.Manifest.Files))
	for _, e := range j.Manifest.Files {
		paths[e.Path] = true
	}
	err = b.save(ctx, func(s *state) {
		s.Live = slices.Clone(s.Live)
		if len(s.Live) == 0 {
			s.Live = []live{{}} // nothing: until the first switch is done, any key may be missing
		}
		if j.Again() && !slices.Contains(s.Live, live{}) {
			s.Live = append(s.Live, live{}) // something may have been taken away: until the rest is done, any key may be missing
		}
		if l := (live{j.Record.Release, b.policy()}); !slices.Contains(s.Live, l) {
			s.Live = append(s.Live, l)
		}
		// Before any of these stands at its key, nothing may want to delete it.
		s.Tombs = slices.DeleteFunc(slices.Clone(s.Tombs), func(t tomb) bool { return paths[t.Path] })
	})
	if err != nil {
		return err
	}
	if err := b.copyAll(ctx, j, now); err != nil {
		return err
	}
	return b.settle(ctx, j, now, paths)
}

// standing reads the releases whose objects may stand at the keys.
func (b *Bucket) standing(ctx context.Context, j *release.Job) ([]standing, error) {
	var all []standing
	for _, l := range b.st.Live {
		m := j.Old.Manifest
		switch {
		case l.Release == "":
			m = nil
		case l.Release == j.Record.Release:
			m = j.Manifest
		case m == nil || l.Release != j.Old.Current:
			var err error
			if m, err = b.Release(ctx, l.Release); err != nil && !lost(err) {
				return nil, err
			}
		}
		s := standing{headers: l.Headers, files: map[string]fileset.Entry{}}
		if m != nil { // a manifest that is gone: then nothing is known, and all is written
			for _, e := range m.Files {
				s.files[e.Path] = e
			}
		}
		all = append(all, s)
	}
	return all, nil
}

type standing struct {
	headers string // see Bucket.policy
	files   map[string]fileset.Entry
}

// stands reports whether e surely stands at its key already: each release
// that may have written the key last wrote this.
func (b *Bucket) stands(e fileset.Entry, now []standing) bool {
	for _, s := range now {
		o, ok := s.files[e.Path]
		if !ok || o.SHA256 != e.SHA256 || o.Type != e.Type || o.Coding != e.Coding || o.Immutable != e.Immutable || s.headers != b.policy() {
			return false
		}
	}
	return len(now) > 0
}

// copyAll writes what does not stand yet, rank by rank. When the release is the
// one that readers have, the store itself is asked what stands.
func (b *Bucket) copyAll(ctx context.Context, j *release.Job, now []standing) error {
	keys := map[string]int64{}
	if j.Again() || j.Verify {
		j.Meter.Phase("find", 0, 0)
		err := b.c.list(ctx, func(key string, size int64) bool {
			keys[key] = size
			return true
		})
		if err == nil {
			err = b.bringAgain(ctx, j, keys)
		}
		if err != nil {
			return err
		}
	}
	spoilt := make([]bool, len(j.Manifest.Files))
	if j.Verify {
		var err error
		spoilt, err = b.compareSums(ctx, j, func(e fileset.Entry) (string, bool) {
			size, there := keys[e.Path]
			return e.Path, there && size == e.Size && b.stands(e, now)
		})
		if err != nil {
			return err
		}
	}
	var todo []fileset.Entry
	mended := 0
	for i, e := range j.Manifest.Files {
		size, there := keys[e.Path]
		switch {
		case !b.stands(e, now):
			todo = append(todo, e)
		case (j.Again() || j.Verify) && (!there || size != e.Size || spoilt[i]):
			todo = append(todo, e)
			mended++
		}
	}
	j.Meter.Phase("switch", len(todo), 0)
	err := release.EachRank(ctx, b.workers, todo, func(ctx context.Context, e fileset.Entry) error {
		defer j.Meter.File()
		h := b.headersOf(e)
		err := b.c.copy(ctx, blobKey(e.SHA256), e.Path, h)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errAbsent):
			// Gone by another's hand; we may have it.
			if err := b.putBlob(ctx, j, e, condition{absent: true}); err != nil {
				return err
			}
		case !errors.Is(err, errOther):
			return err
		default:
			if cleared, cerr := b.clearWay(ctx, e.Path, now); !cleared || cerr != nil {
				return errors.Join(err, cerr)
			}
		}
		return b.c.copy(ctx, blobKey(e.SHA256), e.Path, h)
	})
	if err != nil {
		return diag.Errorf("switch: %w", err)
	}
	j.Mended = mended
	return b.putManifest(ctx, fileset.ManifestPath, j.Manifest, b.conf.CachePages)
}

// bringAgain brings the bytes of the release that are not among the keys of the
// store, or have another size there.
func (b *Bucket) bringAgain(ctx context.Context, j *release.Job, keys map[string]int64) error {
	spoilt := make([]bool, len(j.Manifest.Files))
	if j.Verify {
		first := map[string]string{} // paths, by the digest of their bytes
		for _, e := range j.Manifest.Files {
			if _, ok := first[e.SHA256]; !ok {
				first[e.SHA256] = e.Path
			}
		}
		var err error
		spoilt, err = b.compareSums(ctx, j, func(e fileset.Entry) (string, bool) {
			size, there := keys[blobKey(e.SHA256)]
			return blobKey(e.SHA256), there && size == e.Size && first[e.SHA256] == e.Path
		})
		if err != nil {
			return err
		}
	}
	var todo []fileset.Entry
	var all int64
	seen := map[string]bool{}
	for i, e := range j.Manifest.Files { // the first of a digest comes first here too
		if size, there := keys[blobKey(e.SHA256)]; (!there || size != e.Size || spoilt[i]) && !seen[e.SHA256] {
			seen[e.SHA256] = true
			todo = append(todo, e)
			all += e.Size
		}
	}
	j.Meter.Phase("mend", len(todo), all)
	return release.EachRank(ctx, b.workers, todo, func(ctx context.Context, e fileset.Entry) error {
		defer j.Meter.File()
		return b.putBlob(ctx, j, e, condition{})
	})
}

// compareSums reads the objects at the keys that key returns for the files of
// the release, where it reports true, and reports of each whether its bytes are
// others.
func (b *Bucket) compareSums(ctx context.Context, j *release.Job, key func(fileset.Entry) (string, bool)) ([]bool, error) {
	files := j.Manifest.Files
	spoilt := make([]bool, len(files))
	j.Meter.Phase("compare", len(files), 0)
	err := b.each(ctx, len(files), func(ctx context.Context, i int) error {
		defer j.Meter.File()
		at, there := key(files[i])
		if !there {
			return nil
		}
		r, _, _, err := b.c.get(ctx, at)
		if errors.Is(err, errAbsent) {
			spoilt[i] = true
			return nil
		}
		if err != nil {
			return err
		}
		defer r.Close()
		h := sha256.New()
		if _, err := io.Copy(h, r); err != nil {
			return diag.Errorf("read %s: %w", at, err)
		}
		spoilt[i] = hex.EncodeToString(h.Sum(nil)) != files[i].SHA256
		return nil
	})
	return spoilt, err
}

// clearWay deletes what keeps an object from being written to p in a store
// that is made of folders (MinIO, gateways to a file system): there, x and x/a
// cannot both be. Such an object is gone from the release anyway, or someone put
// it there by hand.
func (b *Bucket) clearWay(ctx context.Context, p string, now []standing) (cleared bool, _ error) {
	in := func(o string) bool { return strings.HasPrefix(o, p+"/") || strings.HasPrefix(p, o+"/") }
	keys := map[string]bool{}
	for _, t := range b.st.Tombs {
		if in(t.Path) {
			keys[t.Path] = true
		}
	}
	for _, s := range now {
		for o := range s.files {
			if in(o) {
				keys[o] = true
			}
		}
	}
	if len(keys) == 0 {
		err := b.c.list(ctx, func(o string, _ int64) bool {
			if in(o) {
				keys[o] = true
			}
			return true
		})
		if err != nil || len(keys) == 0 {
			return false, err
		}
	}
	if l, _, err := b.readLock(ctx); err != nil || l == nil || l.Token != b.token {
		return false, cmp.Or(err, release.ErrLost)
	}
	for key := range keys {
		if err := b.c.remove(ctx, key); err != nil {
			return false, err
		}
	}
	return len(keys) > 0, nil
}

// settle writes down that the release is what readers get, and what is to be
// deleted when.
func (b *Bucket) settle(ctx context.Context, j *release.Job, now []standing, paths map[string]bool) error {
	gone := map[string]tomb{}
	at := j.Now.UTC().Truncate(time.Second)
	for _, s := range now {
		for p, e := range s.files {
			if paths[p] {
				continue
			}
			t := tomb{Path: p, Asset: e.Rank == fileset.Asset, Due: at}
			if e.Immutable {
				t.Due = at.Add(j.Grace)
			}
			gone[p] = t
		}
	}
	return b.save(ctx, func(s *state) {
		s.Current = j.Record.Release
		// Whoever lost the lock to us may have had a request under way that
		// is carried out only now: the next publish writes those keys again.
		s.Live = slices.DeleteFunc(slices.Clone(s.Live), func(l live) bool { return l.Release != b.victim || l.Release == "" })
		s.Live = append([]live{{j.Record.Release, b.policy()}}, s.Live...)
		s.Pending = without(s.Pending, j.Record.Release)
		rec := j.Record
		rec.Kept = nil // the deletions say as much
		rs := []release.Record{rec}
		for _, r := range s.Records {
			if r.Release != j.Record.Release {
				rs = append(rs, r)
			}
		}
		s.Records = rs
		for _, t := range s.Tombs {
			delete(gone, t.Path) // its time has begun already
		}
		s.Tombs = slices.Clone(s.Tombs)
		for _, t := range gone {
			s.Tombs = append(s.Tombs, t)
		}
		slices.SortFunc(s.Tombs, func(x, y tomb) int { return strings.Compare(x.Path, y.Path) })
		s.History, _ = release.Remember(j)
		release.Order(s.Records, s.History, s.Current)
	})
}
