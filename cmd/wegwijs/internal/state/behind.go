package state

import (
	"maps"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// behindKey is what it is made from which translations are not shown, because
// more of them is stale than their language allows.
type behindKey struct {
	config *config.Config
	texts  texts // nothing where no language asks
}

// texts are pages with what is in them, and what they were translated from.
type texts struct {
	part
	pages *pages
}

// behind are translations of which too much is stale. The site depends on which
// these are, so files is that of an earlier state where they are the same.
type behind struct {
	files *map[string]bool
	known map[string]lag // by file, of translations whose text changed
	tree  *scan.Tree
}

// A lag is how much of a translation is stale, and between which texts.
type lag struct {
	was, now scan.Hash
	percent  int
}

// staleTexts is the part of the input on which it depends how much of a translation
// is stale; nothing where no language asks.
func (s *State) staleTexts() texts {
	if !slices.ContainsFunc(s.Config.Languages, func(l config.Language) bool { return l.Stale.Page > 0 }) {
		return texts{}
	}
	return texts{part{content.Root, s.sums.texts}, s.pages}
}

// make looks only at the pages that changed, where the earlier state has the same
// front matter.
func (k behindKey) make(in *input, prev stage[behindKey, *behind], _ *diag.List) (*behind, error) {
	b := &behind{files: new(map[string]bool), known: map[string]lag{}, tree: in.tree}
	if k.texts == (texts{}) {
		return b.like(prev.out), nil
	}
	known := map[string]lag{}
	if prev.made {
		known = prev.out.known
	}
	look := func(file string) error {
		l, stale, err := k.lag(in, known, file)
		if stale {
			b.known[file] = l
		}
		return err
	}
	changed, few := k.changed(in, prev)
	if few {
		b.known = maps.Clone(known)
		for _, file := range changed {
			delete(b.known, file)
			if err := look(file); err != nil {
				return nil, err
			}
		}
	} else {
		for _, f := range in.list(k.texts.part) {
			if err := look(f.Path); err != nil {
				return nil, err
			}
		}
	}
	*b.files = map[string]bool{}
	for file, l := range b.known {
		if lang, _ := content.Split(file); l.percent > k.most(lang) {
			(*b.files)[file] = true
		}
	}
	return b.like(prev.out), nil
}

// like takes over what is the same in an earlier one, which may be nil.
func (b *behind) like(prev *behind) *behind {
	if prev != nil && maps.Equal(*prev.files, *b.files) {
		b.files = prev.files
	}
	return b
}

// changed returns the translations on which what changed since an earlier state
// bears; ok is false where that may be any.
func (k behindKey) changed(in *input, prev stage[behindKey, *behind]) (files []string, ok bool) {
	if !prev.made || prev.key.config != k.config || prev.key.texts.pages != k.texts.pages || prev.out.tree == nil {
		return nil, false
	}
	for _, file := range scan.Changed(prev.out.tree, in.tree) {
		switch lang, rest := content.Split(file); {
		case strings.HasPrefix(file, freshness.BaseDir+"/"):
			return nil, false
		case !isPage(file):
		case lang == k.config.Languages[0].Lang:
			for _, l := range k.config.Languages[1:] {
				files = append(files, content.Root+"/"+l.Lang+"/"+rest)
			}
		default:
			files = append(files, file)
		}
	}
	return files, true
}

// most returns how much of a page in a language may be stale, in percent; 0 where
// it does not matter.
func (k behindKey) most(lang string) int {
	i := slices.IndexFunc(k.config.Languages, func(l config.Language) bool { return l.Lang == lang })
	if i <= 0 {
		return 0
	}
	return k.config.Languages[i].Stale.Page
}

// lag returns how much of a page is stale; ok is false where nothing is, or
// nobody asks.
func (k behindKey) lag(in *input, known map[string]lag, file string) (l lag, ok bool, err error) {
	p := k.texts.pages.get(file).Page
	if p == nil || p.Source == "" || k.most(p.Lang) == 0 {
		return lag{}, false, nil
	}
	_, rest := content.Split(file)
	text := content.Root + "/" + k.config.Languages[0].Lang + "/" + rest
	kept := freshness.Stamp(p.Source).File()
	now, is := in.tree.Get(text)
	was, kn := in.tree.Get(kept)
	if !is || !kn || now.Hash == was.Hash || string(freshness.StampOfSum(was.Hash)) != p.Source {
		return lag{}, false, nil
	}
	if l, ok := known[file]; ok && l.was == was.Hash && l.now == now.Hash {
		return l, true, nil
	}
	a, err := in.open(kept)
	if err != nil {
		return lag{}, false, err
	}
	b, err := in.open(text)
	if err != nil {
		return lag{}, false, err
	}
	return lag{was.Hash, now.Hash, freshness.Behind(freshness.Parse(kept, a), freshness.Parse(text, b))}, true, nil
}
