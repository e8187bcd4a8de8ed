package state

import (
	"sync"

	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// gists are what [freshness.Gist] says of files, by the digests of their bytes: of
// pages that are no translations, and of the texts that translations were made from.
// They are taken while the scan has the bytes, so that nobody reads a text again to
// see that a writer only gave it a keyword. What they say of bytes always holds, so
// all states share them.
type gists struct {
	mu   sync.Mutex
	of   map[scan.Hash]scan.Hash
	live int // how many were left when those of bytes that are gone went
}

// spareGists is how many gists of bytes that are gone may stay beside as many as
// there are of files.
const spareGists = 256

// forget drops what is known of bytes that no file of the tree has, once there is
// more of that than of files: so it costs little an edit. Who still uses a state
// from before then compares whole texts.
func (g *gists) forget(tree *scan.Tree) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.of) <= 2*g.live+spareGists {
		return
	}
	kept := map[scan.Hash]scan.Hash{}
	for _, f := range tree.All() {
		if gist, ok := g.of[f.Hash]; ok {
			kept[f.Hash] = gist
		}
	}
	g.of, g.live = kept, len(kept)
}

func (g *gists) add(file scan.Hash, data []byte) {
	gist := freshness.Gist(data)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of == nil {
		g.of = map[scan.Hash]scan.Hash{}
	}
	g.of[file] = gist
}

// SameText reports whether two files of the site, named by the digests of their
// bytes, are known to say the same to a translator: a page and the text that a
// translation of it was made from.
func (s *State) SameText(a, b scan.Hash) bool {
	s.gists.mu.Lock()
	defer s.gists.mu.Unlock()
	was, ok := s.gists.of[a]
	return ok && was == s.gists.of[b]
}
