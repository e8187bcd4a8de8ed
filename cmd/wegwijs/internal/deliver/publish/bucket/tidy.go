package bucket

import (
	"context"
	"slices"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
)

// Tidy deletes what is due: objects that the release does not have, pages
// before assets, and the bytes of releases beyond those to keep. Before each
// deletion the state has been replaced, so whoever lost the lock deletes
// nothing of another's.
func (b *Bucket) Tidy(ctx context.Context, j *release.Job) error {
	if err := b.bury(ctx, j); err != nil {
		return err
	}
	if err := b.forget(ctx, j); err != nil {
		return err
	}
	return b.sweep(ctx)
}

func (b *Bucket) bury(ctx context.Context, j *release.Job) error {
	has := map[string]bool{}
	for _, e := range j.Manifest.Files {
		has[e.Path] = true
	}
	var pages, assets []string
	for _, t := range b.st.Tombs {
		switch {
		case t.Due.After(j.Now) || has[t.Path]:
		case t.Asset:
			assets = append(assets, t.Path)
		default:
			pages = append(pages, t.Path)
		}
	}
	if len(pages)+len(assets) == 0 {
		return nil
	}
	if err := b.save(ctx, func(*state) {}); err != nil {
		return err
	}
	j.Meter.Phase("delete", len(pages)+len(assets), 0)
	gone := map[string]bool{}
	for _, keys := range [][]string{pages, assets} {
		err := b.each(ctx, len(keys), func(ctx context.Context, i int) error {
			defer j.Meter.File()
			return b.c.remove(ctx, keys[i])
		})
		if err != nil {
			return err
		}
		for _, k := range keys {
			gone[k] = true
		}
	}
	return b.save(ctx, func(s *state) {
		s.Tombs = slices.DeleteFunc(slices.Clone(s.Tombs), func(t tomb) bool { return gone[t.Path] })
	})
}

// forget takes releases beyond those to keep out of the state, and with them
// those that were begun and never came to be. What only they had is garbage.
func (b *Bucket) forget(ctx context.Context, j *release.Job) error {
	// What may still stand at a key must stay known.
	at := b.st.liveIDs()
	drop := without(b.st.Pending, at...)
	var keep []release.Record
	for i, r := range b.st.Records {
		if i < max(j.Keep, 1) || slices.Contains(at, r.Release) {
			keep = append(keep, r)
		} else {
			drop = append(drop, r.Release)
		}
	}
	if len(drop) == 0 {
		return nil
	}
	only := map[string]bool{}
	for _, id := range drop {
		m, err := b.Release(ctx, id)
		if lost(err) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range m.Files {
			only[e.SHA256] = true
		}
	}
	for _, e := range j.Manifest.Files {
		delete(only, e.SHA256)
	}
	for _, r := range slices.Clone(keep) {
		if r.Release == j.Record.Release {
			continue
		}
		m, err := b.Release(ctx, r.Release)
		if lost(err) {
			// By another's hand. Nobody can go back to it any more, and it
			// must not keep us from forgetting the rest.
			if !slices.Contains(at, r.Release) {
				keep = slices.DeleteFunc(keep, func(k release.Record) bool { return k.Release == r.Release })
			}
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range m.Files {
			delete(only, e.SHA256)
		}
	}
	return b.save(ctx, func(s *state) {
		s.Records = keep
		s.Pending = without(s.Pending, drop...)
		s.Drop = append(slices.Clone(s.Drop), drop...)
		s.Garbage = slices.Clone(s.Garbage)
		for sum := range only {
			s.Garbage = append(s.Garbage, sum)
		}
		slices.Sort(s.Garbage)
		s.Garbage = slices.Compact(s.Garbage)
	})
}

// sweep deletes garbage; an interrupted one goes on here.
func (b *Bucket) sweep(ctx context.Context) error {
	var keys []string
	for _, sum := range b.st.Garbage {
		keys = append(keys, blobKey(sum))
	}
	for _, id := range b.st.Drop {
		keys = append(keys, manifestKey(id))
	}
	if len(keys) == 0 {
		return nil
	}
	if err := b.save(ctx, func(*state) {}); err != nil {
		return err
	}
	err := b.each(ctx, len(keys), func(ctx context.Context, i int) error { return b.c.remove(ctx, keys[i]) })
	if err != nil {
		return err
	}
	return b.save(ctx, func(s *state) { s.Garbage, s.Drop = nil, nil })
}
