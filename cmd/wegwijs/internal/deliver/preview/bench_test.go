package preview_test

import (
	"context"
	"os"
	"testing"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/state"
)

// BenchmarkHot is a look at the files in which a change is most likely: what
// watching without events costs several times a second. TestIdle of the
// package watch reckons with half a millisecond.
func BenchmarkHot(b *testing.B) {
	w := newWorld(b, 1)
	ctx, stop := context.WithCancel(b.Context())
	l := preview.New(os.DirFS(w.dir), state.Options{}, nil)
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx, nil) }()
	defer func() { stop(); <-ended }()
	v, err := l.View(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range v.State.Set.Files() {
		l.Get(ctx, f.Path)
	}
	hot := l.Hot()
	b.ReportMetric(float64(len(hot)), "files")
	for b.Loop() {
		l.Look(ctx, hot...)
	}
}
