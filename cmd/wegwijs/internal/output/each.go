package output

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

func workers() int { return runtime.GOMAXPROCS(0) }

// each calls do for every i below n, from several goroutines, each with
// two buffers of its own that are empty at every call. The error is that of the
// lowest i that failed; after a failure no new call starts.
func each(ctx context.Context, workers, n int, do func(ctx context.Context, i int, b, twin *bytes.Buffer) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	at := n
	for range min(workers, n) {
		wg.Go(func() {
			var b, twin bytes.Buffer
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := ctx.Err()
				if err == nil {
					b.Reset()
					twin.Reset()
					err = do(ctx, i, &b, &twin)
				}
				if err != nil {
					mu.Lock()
					if i < at {
						first, at = err, i
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
