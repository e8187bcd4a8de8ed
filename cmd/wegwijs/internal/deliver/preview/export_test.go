package preview

import "time"

// Hurry makes a States, before it runs, wait as little as a test wants, and keep
// every page.
func (l *States) Hurry() {
	l.times.halfWrite = 6 * time.Millisecond
	l.times.away = 3 * time.Millisecond
	l.times.recheck = time.Millisecond
	l.times.settle = 300 * time.Microsecond
	l.times.quiet = 0
	l.max = 10000
}

// Keep makes a States keep so many pages.
func (l *States) Keep(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.max = n
}

// Kept is how many pages are kept for a time in which they have a mistake.
const Kept = keptMax
