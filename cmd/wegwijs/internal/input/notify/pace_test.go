package notify

import (
	"testing"
	"time"
)

// TestPace bounds the time in which an edit is seen without events, and what
// looking costs while nobody is at work.
func TestPace(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name          string
		polling, busy bool
		cost, most    time.Duration
		least, limit  time.Duration
	}{
		{"a small site at rest", true, false, 1 * ms, time.Hour, 500 * ms, 500 * ms},
		{"20,000 files at work", true, true, 170 * ms, time.Hour, 170 * ms, 700 * ms},
		{"20,000 files on a slow mount at work", true, true, 300 * ms, time.Hour, 300 * ms, 1000 * ms},
		{"20,000 files at rest: under 2 % of a processor, or the bound", true, false, 170 * ms, time.Hour, 50 * 170 * ms, 100 * 170 * ms},
		{"the bound of the writer holds at rest", true, false, time.Second, 3 * time.Second, 0, 3 * time.Second},
		{"the bound of the writer holds at work", true, true, 20 * time.Second, 3 * time.Second, 0, 3 * time.Second},
		{"with events the sweep only heals", false, true, 170 * ms, time.Hour, 2 * time.Second, time.Hour},
	} {
		o := Options{Most: c.most}
		if got := o.pace(c.polling, c.busy, c.cost); got < c.least || got > c.limit {
			t.Errorf("%s: %s, want between %s and %s", c.name, got, c.least, c.limit)
		}
	}
}
