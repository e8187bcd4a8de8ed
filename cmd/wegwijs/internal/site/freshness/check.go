package freshness

import (
	"context"
	"crypto/sha256"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
)

// Sums tell files of a site apart without reading them.
type Sums struct {
	// Of returns the digest of a file; zero for none.
	Of func(file string) [sha256.Size]byte
	// SameText reports whether two files, by their digests, are known to have the
	// same [Gist].
	SameText func(a, b [sha256.Size]byte) bool
}

// fresh reports whether nothing changed for a translator in a file that had a stamp.
func (s Sums) fresh(stamp Stamp, file string) bool {
	now := s.Of(file)
	if StampOfSum(now) == stamp {
		return true
	}
	kept := s.Of(stamp.File())
	return StampOfSum(kept) == stamp && s.SameText(kept, now)
}

// Check puts on out what is not fresh: stamped translations whose text changed,
// is gone or was never kept, and what a translation lacks of the text that it
// was made from. Translations without a stamp are not looked at. sums are of the
// files of the site.
//
// Without deep only those are read whose text is no longer the one of the
// stamp, so that a site where all is fresh costs nothing, nor does an edit that
// asks nothing of translators.
func (r *Reader) Check(ctx context.Context, deep bool, sums Sums, out *diag.List) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	stale := make([]atomic.Int64, len(r.site.Locales)) // words
	ids := r.ids()
	words := make([]int, len(ids)) // of the texts that were read
	for n, id := range ids {
		words[n] = unread
		langs := r.stamped(id, func(stamp Stamp, of []*content.Page) bool {
			return deep || !slices.ContainsFunc(of, func(t *content.Page) bool { return sums.fresh(stamp, t.File) })
		})
		if langs == nil {
			continue
		}
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			now, err := r.Now(id) // once for all languages
			if err != nil {
				return err
			}
			words[n] = now.Words()
			kept := map[Stamp]*Text{}
			for _, i := range langs {
				p, err := r.page(id, r.site.Locales[i].Lang, now, kept)
				if err == nil && p != nil {
					stale[i].Add(int64(p.StaleWords))
					err = r.report(p, deep, out)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if deep {
		if err := r.strays(out); err != nil {
			return err
		}
	}
	return r.budgets(stale, ids, words, out)
}

// strays reports translations without a stamp that stand alone, and whose text is
// sure to be one in the same folder that lacks just this translation: it has the
// same parts in the same order.
func (r *Reader) strays(out *diag.List) error {
	ids := r.ids()
	for i, l := range r.site.Locales {
		if i == 0 {
			continue
		}
		alone, lacking := map[string][]*content.Page{}, map[string][]*content.Page{} // by folder
		for _, id := range ids {
			texts := r.site.Written(id)
			switch dir := path.Dir(id); {
			case texts == nil: // a first page that cannot be read
			case texts[0] == nil && texts[i] != nil && texts[i].Source == "" && !texts[i].Index && r.site.Draft(id) == "" && !r.site.Broken(id):
				alone[dir] = append(alone[dir], texts[i])
			case texts[0] != nil && texts[i] == nil && !texts[0].Index:
				lacking[dir] = append(lacking[dir], texts[0])
			}
		}
		for _, dir := range slices.Sorted(maps.Keys(alone)) {
			if lacking[dir] == nil {
				continue
			}
			if err := r.stray(l.Lang, alone[dir], lacking[dir], out); err != nil {
				return err
			}
		}
	}
	return nil
}

// fewUnits is how many parts a page has at most that is like any other one.
const fewUnits = 4

// stray reports the pages in alone that are translations of one of lacking, all of
// one folder.
func (r *Reader) stray(lang string, alone, lacking []*content.Page, out *diag.List) error {
	shape := func(p *content.Page) (string, error) {
		t, err := r.text(p.File)
		if err != nil {
			return "", err
		}
		var b strings.Builder
		n := 0
		for _, u := range t.Units {
			if u.Front() {
				continue
			}
			n++
			b.WriteString(u.signature())
			for _, v := range values(&u) {
				b.WriteString("\x00" + v)
			}
			b.WriteByte('\n')
		}
		if n <= fewUnits && (len(alone) > 1 || len(lacking) > 1) {
			return "", nil
		}
		return b.String(), nil
	}
	texts, taken := map[string][]*content.Page{}, map[string]int{}
	for _, p := range lacking {
		s, err := shape(p)
		if err != nil {
			return err
		}
		texts[s] = append(texts[s], p)
	}
	shapes := make([]string, len(alone))
	for i, p := range alone {
		s, err := shape(p)
		if err != nil {
			return err
		}
		shapes[i] = s
		taken[s]++
	}
	for i, p := range alone {
		if s := shapes[i]; s != "" && len(texts[s]) == 1 && taken[s] == 1 {
			of := texts[s][0]
			_, rest := content.Split(of.File)
			out.Warnf(diag.Pos{File: p.File}, diag.TranslationOrphan, diag.Say("if it is, rename it to %s; slug = %q in it keeps its address", content.Root+"/"+lang+"/"+rest, p.Slug), "the page stands alone, and seems to be the translation of %s", of.File)
		}
	}
	return nil
}

// stamped returns the places of the languages in which a page has a stamp that, with
// the texts that it may be one of, is to be looked at.
func (r *Reader) stamped(id string, look func(stamp Stamp, of []*content.Page) bool) []int {
	var langs []int
	texts := r.site.Written(id)
	for i, t := range texts {
		if i == 0 || t == nil || t.Source == "" {
			continue
		}
		var of []*content.Page
		for j, o := range texts {
			if original(o, j, i) {
				of = append(of, o)
			}
		}
		if look(Stamp(t.Source), of) {
			langs = append(langs, i)
		}
	}
	return langs
}

// unread stands for the words of a text that was not read.
const unread = -1

// budgets reports the languages of which more words are stale than site.toml
// allows, of those that are translated; words are those of the texts, by page, as
// far as they were read, and it fills in those that it needs.
func (r *Reader) budgets(stale []atomic.Int64, ids []string, words []int, out *diag.List) error {
	for i, l := range r.site.Locales {
		if !l.Stale.Bound || stale[i].Load() == 0 {
			continue
		}
		all := 0
		for n, id := range ids {
			if t := r.site.Written(id)[i]; t == nil || t.Source == "" {
				continue
			}
			if words[n] == unread {
				now, err := r.Now(id)
				if err != nil {
					return err
				}
				words[n] = now.Words()
			}
			all += words[n]
		}
		percent := 100 * float64(stale[i].Load()) / float64(max(all, 1))
		if percent <= float64(l.Stale.Budget) {
			continue
		}
		severity := diag.Warning
		if l.Stale.Error {
			severity = diag.Error
		}
		out.Add(diag.Diagnostic{Pos: l.Stale.Pos, Severity: severity, Code: diag.TranslationBudget, Hint: diag.Say("see which: wegwijs translate status"),
			Msg: diag.Say("%.1f percent of the words of %s are stale; at most %d may be", percent, l.Lang, l.Stale.Budget)})
	}
	return nil
}

func (r *Reader) report(p *Page, deep bool, out *diag.List) error {
	if err := r.Translate(p); err != nil {
		return err
	}
	at := diag.Pos{File: p.File}
	switch p.State {
	case Orphaned:
		hint := "remove the translation, or give it the name that its text has now"
		out.Warnf(at, diag.TranslationOrphan, hint, "the text that it translates is gone")
		return nil
	case Unknown:
		out.Warnf(at, diag.TranslationUnknown, diag.Say("read it beside %s, then: wegwijs translate done %s", p.Source, p.File), "nobody knows which text it was made from: %s is not kept", Stamp(p.Translation.source).File())
		return nil
	case Stale:
		for _, d := range p.Diffs() {
			if d.Change.Changed() && d.New != nil && d.Translation != nil {
				at = d.Translation.Pos
				break
			}
		}
		out.Warnf(at, diag.TranslationStale, diag.Say("see what changed: wegwijs translate diff %s", p.File), "%d of %d blocks of the text changed since it was translated", p.StaleBlocks, p.Compared())
	}
	if deep && p.Base != nil && !p.Translation.forced {
		Report(p.Base, p.Translation, out, diag.Warning)
	}
	return nil
}
