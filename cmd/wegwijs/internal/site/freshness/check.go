package freshness

import (
	"context"
	"crypto/sha256"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Check puts on out what is not fresh: stamped translations whose text changed,
// is gone or was never kept, and what a translation lacks of the text that it
// was made from. Translations without a stamp are not looked at. sum returns the
// digest of a file of the site.
//
// Without deep only those are read whose text is no longer the one of the
// stamp, so that a site where all is fresh costs nothing.
func (r *Reader) Check(ctx context.Context, deep bool, sum func(file string) [sha256.Size]byte, out *diag.List) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	stale := make([]atomic.Int64, len(r.site.Locales)) // words
	ids := r.ids()
	words := make([]int, len(ids)) // of the texts that were read
	for n, id := range ids {
		words[n] = unread
		texts := r.site.Written(id)
		var langs []string // to look at
		for i, t := range texts {
			fresh := func() bool {
				for j, o := range texts {
					if original(o, j, i) && StampOfSum(sum(o.File)) == Stamp(t.Source) {
						return true
					}
				}
				return false
			}
			if i > 0 && t != nil && t.Source != "" && (deep || !fresh()) {
				langs = append(langs, r.site.Locales[i].Lang)
			}
		}
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
			for _, lang := range langs {
				p, err := r.page(id, lang, now)
				if err == nil && p != nil {
					_, i := r.translation(id, lang)
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
	return r.budgets(stale, ids, words, out)
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
		out.Warnf(at, diag.TranslationStale, diag.Say("see what changed: wegwijs translate diff %s", p.File), "%d of %d blocks of the text changed since it was translated", p.StaleBlocks, p.Blocks)
	}
	if deep && p.Base != nil && !p.Translation.forced {
		Report(p.Base, p.Translation, out, diag.Warning)
	}
	return nil
}
