package fileset

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"wegwijs/cmd/wegwijs/internal/diag"
)

func workers() int { return runtime.GOMAXPROCS(0) }

// A bench is what a goroutine that makes files works with. The buffers are empty
// when a piece of work begins.
type bench struct {
	b, twin, coded bytes.Buffer
	coder
}

// each calls do for every i below n, from several goroutines, each at a bench
// of its own. The error is that of the lowest i that failed; after a failure no
// new call starts.
func each(ctx context.Context, workers, n int, do func(ctx context.Context, i int, at *bench) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	failed := n
	for range min(workers, n) {
		wg.Go(func() {
			at := new(bench)
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := ctx.Err()
				if err == nil {
					at.b.Reset()
					at.twin.Reset()
					err = do(ctx, i, at)
				}
				if err != nil {
					mu.Lock()
					if i < failed {
						first, failed = err, i
					}
					mu.Unlock()
					next.Store(int64(n))
					return
				}
			}
		})
	}
	wg.Wait()
	return first
}

// waves returns the files to make, by number: first those that others need. A
// twin and the coded forms of a file are made with it.
func (s *Set) waves() [4][]int {
	var waves [4][]int
	files := s.Files()
	twins := make([]bool, len(files))
	for i := range files {
		if files[i].Twin != "" {
			twins[s.at(i, files[i].Twin)] = true
		}
	}
	for i := range files {
		switch {
		case twins[i] || files[i].Coding != "":
		case files[i].First:
			waves[0] = append(waves[0], i)
		case files[i].Late > 0:
			waves[1+files[i].Late] = append(waves[1+files[i].Late], i)
		default:
			waves[1] = append(waves[1], i)
		}
	}
	return waves
}

// everything makes every file of the set, what others need first, and hands it
// to do with its place among [Set.Files]. Files that come from one piece of work
// are made together. do is called from several goroutines at once, and the
// bytes are its own only during the call. Without coded, files that are others
// in a [Coding] are left out.
func (s *Set) everything(ctx context.Context, workers int, coded bool, do func(i int, data []byte) error) error {
	return s.unkept(ctx, workers, coded, nil, do)
}

// unkept is everything without the files in a coding that kept, which may be
// nil, reports to be there: see [Set.EachUnkept].
func (s *Set) unkept(ctx context.Context, workers int, coded bool, kept func(of, coded int) bool, do func(i int, data []byte) error) error {
	files := s.Files()
	give := func(at *bench, i int, data []byte) error {
		if err := do(i, data); err != nil || !coded {
			return err
		}
		for _, c := range files[i].codings {
			n := s.at(i, files[i].Path+c.Ext())
			if kept != nil && kept(i, n) {
				continue
			}
			at.coded.Reset()
			if err := at.encode(c, &at.coded, data, files[i].Shared); err != nil {
				return diag.Errorf("make %s: %w", files[i].Path+c.Ext(), err)
			}
			if err := do(n, at.coded.Bytes()); err != nil {
				return err
			}
		}
		return nil
	}
	for _, wave := range s.waves() {
		err := each(ctx, workers, len(wave), func(ctx context.Context, n int, at *bench) error {
			i := wave[n]
			f := &files[i]
			if f.Twin == "" {
				if err := s.make(ctx, f, &at.b, nil); err != nil {
					return err
				}
				return give(at, i, at.b.Bytes())
			}
			if err := s.make(ctx, f, &at.b, &at.twin); err != nil {
				return err
			}
			return errors.Join(give(at, i, at.b.Bytes()), give(at, s.at(i, f.Twin), at.twin.Bytes()))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// MakeAll makes every file of the set in the order of [Set.Each] and throws the
// bytes away: for callers that want to know whether that works. Files in a [Coding] are
// left out.
func (s *Set) MakeAll(ctx context.Context) error {
	return s.everything(ctx, workers(), false, func(int, []byte) error { return nil })
}

// EachPlain is [Set.Each] without the files in a [Coding].
func (s *Set) EachPlain(ctx context.Context, do func(f *File, data []byte) error) error {
	files := s.Files()
	return s.everything(ctx, workers(), false, func(i int, data []byte) error { return do(&files[i], data) })
}

// Each makes every file of the set, those that others need first, and hands it
// to do. That is called from several goroutines at once, and the bytes are its
// own only during the call.
func (s *Set) Each(ctx context.Context, do func(f *File, data []byte) error) error {
	files := s.Files()
	return s.EachNumbered(ctx, workers(), func(i int, data []byte) error { return do(&files[i], data) })
}

// EachNumbered is [Set.Each] with a number of goroutines, and each file by its
// place in [Set.Files].
func (s *Set) EachNumbered(ctx context.Context, workers int, do func(i int, data []byte) error) error {
	return s.everything(ctx, workers, true, do)
}

// EachUnkept is [Set.EachNumbered] without the files in a [Coding] that the caller
// has already: kept is asked for each, by its place and by that of the file it
// holds, which do has had, and reports whether it need not be made. kept is called
// from several goroutines at once.
func (s *Set) EachUnkept(ctx context.Context, workers int, kept func(of, coded int) bool, do func(i int, data []byte) error) error {
	return s.unkept(ctx, workers, true, kept, do)
}
