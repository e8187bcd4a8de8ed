package tree

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// takeStage finds a tree to work on, best first: the one that an interrupted
// publish left, the spare, an empty one.
func (s *sending) takeStage(ctx context.Context) error {
	s.have, s.dirs = map[string]bool{}, map[string]bool{}
	if err := s.mkdir(stageDir); err != nil {
		return err
	}
	left, err := s.exists(stageTree)
	if err != nil {
		return err
	}
	if left {
		m, err := s.readManifest(stageList)
		if err != nil && broken(err) {
			m, err = s.readManifest(stageTree + "/" + fileset.ManifestPath)
		}
		if err != nil && !broken(err) {
			return err
		}
		return s.takeWalking(ctx, m)
	}
	if err := s.clearStage(ctx); err != nil {
		return err
	}
	spare, err := s.exists(spareTree)
	if err != nil {
		return err
	}
	if !spare {
		if err := s.mkdir(stageTree); err != nil {
			return err
		}
		return nil
	}
	if err := s.fs.Rename(spareTree, stageTree); err != nil {
		return err
	}
	if err := s.fs.Rename(spareRecord, stageRecord); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	m, err := s.readManifest(stageTree + "/" + fileset.ManifestPath)
	if err != nil && !broken(err) {
		return err
	}
	r, err := s.readRecord(stageRecord)
	if err != nil && !broken(err) {
		return err
	}
	if m == nil || r.Release != m.Release {
		return s.takeWalking(ctx, m)
	}
	s.takeWhole(m, r.Kept)
	return nil
}

// clearStage removes the lists of a staged tree that is no more.
func (t *Tree) clearStage(ctx context.Context) error {
	for _, f := range []string{stageList, stageRecord} {
		if err := t.discard(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// takeWhole takes a tree that is known to hold all files of m; those in kept
// may be missing.
func (s *sending) takeWhole(m *fileset.Manifest, kept []release.Kept) {
	for _, e := range m.Files {
		s.take(e.Path, e.SHA256, true)
	}
	for _, k := range kept {
		if !s.have[k.Path] {
			s.take(k.Path, k.SHA256, false)
		}
	}
}

func (s *sending) take(p, sum string, certain bool) {
	switch {
	case s.want[p].SHA256 != sum:
		s.stale = append(s.stale, p)
	case certain:
		s.have[p] = true
	}
	if certain {
		parents(p, func(d string) bool {
			more := !s.dirs[d]
			s.dirs[d] = true
			return more
		})
	}
}

// takeWalking takes a tree that may hold any part of m's files, and of what is
// not known: kept files are linked anew. m may be nil.
func (s *sending) takeWalking(ctx context.Context, m *fileset.Manifest) error {
	is := map[string]fileset.Entry{}
	if m != nil {
		for _, e := range m.Files {
			is[e.Path] = e
		}
	}
	var mu sync.Mutex
	return s.walk(ctx, stageTree, func(name string, i remote.Info) {
		p := strings.TrimPrefix(name, stageTree+"/")
		mu.Lock()
		defer mu.Unlock()
		if i.Kind == remote.Dir {
			s.dirs[p] = true
			return
		}
		if p == fileset.ManifestPath {
			return // replaced at the end; until then it may say what is here
		}
		e, w := is[p], s.want[p]
		// A size that differs is not of our making, but costs nothing to see.
		if i.Kind == remote.File && w.SHA256 != "" && e.SHA256 == w.SHA256 && i.Size == e.Size {
			s.have[p] = true
			return
		}
		s.stale = append(s.stale, p)
	})
}

// clean removes what the new release does not have.
func (s *sending) clean(ctx context.Context) error {
	s.job.Meter.Phase("clean", len(s.stale), 0)
	err := s.each(ctx, len(s.stale), func(i int) error {
		err := s.fs.Remove(stageTree + "/" + s.stale[i])
		s.job.Meter.File()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	need := map[string]bool{}
	for p := range s.want {
		parents(p, func(d string) bool {
			more := !need[d]
			need[d] = true
			return more
		})
	}
	var gone []string
	for d := range s.dirs {
		if !need[d] {
			gone = append(gone, d)
		}
	}
	for _, level := range slices.Backward(levels(gone)) {
		err := s.each(ctx, len(level), func(i int) error {
			err := s.fs.RemoveDir(stageTree + "/" + level[i])
			if err == nil || errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return s.removeAll(ctx, stageTree+"/"+level[i]) // something else is in it
		})
		if err != nil {
			return err
		}
	}
	for _, d := range gone {
		delete(s.dirs, d)
	}
	return nil
}

// levels sorts a list of folders into lists of one depth each, the highest first.
func levels(dirs []string) [][]string {
	slices.SortFunc(dirs, func(a, b string) int {
		return cmp.Or(strings.Count(a, "/")-strings.Count(b, "/"), strings.Compare(a, b))
	})
	var out [][]string
	for i, d := range dirs {
		if i == 0 || strings.Count(d, "/") != strings.Count(dirs[i-1], "/") {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], d)
	}
	return out
}
