package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/input/notify"
)

// BenchmarkMemory builds a whole site into an empty folder and reports the most
// memory that the program had, in MiB: at most 200 at 10,000 pages, and 600 at
// 100,000.
func BenchmarkMemory(b *testing.B) {
	name := builtProgram(b)
	sizes := benchSizes
	if !testing.Short() {
		sizes = append(sizes[:len(sizes):len(sizes)], 100_000)
	}
	for _, n := range sizes {
		b.Run(fmt.Sprintf("pages=%d", n), func(b *testing.B) {
			dir := benchSite(b, n)
			var most int64 // kB, see getrusage(2)
			for b.Loop() {
				b.StopTimer()
				if err := os.RemoveAll(filepath.Join(dir, "public")); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				c := exec.Command(name, "build", "-C", dir)
				if out, err := c.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				most = max(most, c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
			}
			b.ReportMetric(float64(most)/1024, "MiB")
		})
	}
}

// BenchmarkWatchIdle reports what part of a processor the preview of 20,008 pages
// takes where there are no events and nobody has been at work for a while, in
// percent: less than 2.
func BenchmarkWatchIdle(b *testing.B) {
	newWatchedBy(b, 20_008, notify.Options{Poll: true, Busy: func() bool { return false }})
	time.Sleep(30 * time.Second) // the whole site is looked at once, and the first looks set the pace
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := spent()
	for b.Loop() {
		time.Sleep(30 * time.Second)
	}
	b.ReportMetric(100*float64(spent()-before)/float64(b.Elapsed()), "%cpu")
}
