package preview

import (
	"bytes"
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/site"
	"wegwijs/cmd/wegwijs/internal/state"
)

// checks finds out, in the background, everything that is wrong with each
// view: first with the pages that changed, then, after a rest, with all.
func (l *States) checks(ctx context.Context) {
	pause := l.recheck
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.unseen:
		}
		l.mu.Lock()
		one, stop := context.WithCancel(ctx)
		l.stop = stop // the next view ends the check of this one
		v := l.view.Load()
		l.mu.Unlock()
		err := l.check(one, v)
		stop()
		if !errors.Is(err, state.ErrChanged) {
			pause = l.recheck
			continue
		}
		// A file is not what the view says, and no event told. What is on disk
		// may again be what it was: then there is no other view.
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
			pause = min(2*pause, l.retryMax)
			l.Look(ctx)
			if l.view.Load().ID == v.ID {
				l.checkOn()
			}
		}
	}
}

// firstMax is how many changed files are looked at before all others.
const firstMax = 32

func (l *States) check(ctx context.Context, v *View) error {
	s := v.State
	if s.Set != nil && len(v.Files) <= firstMax && v.Files != nil {
		if err := l.before(ctx, v, v.Files); err != nil {
			return err
		}
	}
	t := time.NewTimer(l.quiet)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	var ds []diag.Diagnostic
	if s.Set != nil {
		if err := l.all(ctx, v); err != nil {
			return err
		}
		var err error
		if ds, err = s.Made(); err != nil {
			return err
		}
	}
	if w := l.found(ctx, v, ds); w != nil && l.onCheck != nil {
		l.onCheck(w)
	}
	return nil
}

// found keeps the findings in all pages of a view, unless there is a later view.
func (l *States) found(ctx context.Context, v *View, ds []diag.Diagnostic) *View {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.view.Load()
	if ctx.Err() != nil || now.ID != v.ID {
		return nil
	}
	w := now.with(ds, now.trouble)
	w.Checked = true
	l.view.Store(w)
	l.wake()
	return w
}

// First finds out what is wrong with the pages of some files before all others,
// and keeps it in the present view.
func (l *States) First(ctx context.Context, files ...string) error {
	v, err := l.View(ctx)
	if err != nil || v.Checked || v.State.Set == nil {
		return err
	}
	return l.before(ctx, v, files)
}

// before is First for a view, unless there is a later one, or all of it is known.
func (l *States) before(ctx context.Context, v *View, files []string) error {
	fresh, err := l.first(ctx, v, files)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.view.Load()
	if ctx.Err() != nil || now.ID != v.ID || now.Checked {
		return nil
	}
	rest := slices.DeleteFunc(slices.Clone(now.ofPages), func(d diag.Diagnostic) bool { return slices.Contains(files, d.Pos.File) })
	l.view.Store(now.with(append(rest, fresh...), now.trouble))
	l.wake()
	return nil
}

// first returns what is wrong with the pages of some files.
func (l *States) first(ctx context.Context, v *View, files []string) ([]diag.Diagnostic, error) {
	var b bytes.Buffer
	var ds []diag.Diagnostic
	for _, f := range files {
		for _, p := range v.pagesOf(f) {
			if at, _ := v.State.Set.File(path.Join(p.Dir, "index.html")); at.Key != p.Ref() {
				continue // another page has its address
			}
			if err := l.make(ctx, v, p, &b); err != nil {
				return nil, err
			}
			found, _ := v.State.Mistakes(p)
			ds = append(ds, found...)
		}
	}
	return ds, nil
}

// all makes every page whose present findings are not known, and the few
// files that are no pages.
func (l *States) all(ctx context.Context, v *View) error {
	s := v.State
	var b bytes.Buffer
	for _, f := range s.Set.Files() {
		var err error
		switch k := f.Key.(type) {
		case site.Ref:
			err = l.make(ctx, v, s.Site.At(k), &b)
		case *site.Locale, site.Redirect, layout.RootFile:
			b.Reset()
			err = s.Renderer.Make(ctx, &f, &b, nil)
		case site.File:
			if strings.EqualFold(path.Ext(k.Source), ".svg") { // which is looked into
				b.Reset()
				err = s.Renderer.Make(ctx, &f, &b, nil)
			}
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// make makes a page unless it is known what is wrong with it. What is right is
// kept, for the time in which it no longer is.
func (l *States) make(ctx context.Context, v *View, p *site.Page, b *bytes.Buffer) error {
	l.busy.Lock() // the writer goes first
	err := ctx.Err()
	l.busy.Unlock()
	if err != nil {
		return err
	}
	s := v.State
	if _, ok := s.Renderer.Result(p); ok {
		return nil
	}
	b.Reset()
	if err := s.Renderer.Page(ctx, p, b, nil); err != nil {
		return err
	}
	if ds, known := s.Mistakes(p); known && s.Sound() && diag.Errors(ds) == 0 && diag.Errors(s.Static()) == 0 {
		l.keep(path.Join(p.Dir, "index.html"), p.File, bytes.Clone(b.Bytes()), v.ID, false)
	}
	return nil
}
