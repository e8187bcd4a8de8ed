// Package preview keeps the state of a site up to date while its folder is being
// edited. A hint makes it look; what it finds becomes a new state, which is
// swapped in whole. Pages are made when they are asked for, so an edit costs
// the same on a site of ten pages and of a hundred thousand.
//
// The law: once it is at rest on a site without mistakes, every address gives
// byte for byte what a clean build would write. With a mistake, what cannot be
// shown any more keeps its last good bytes and everything else follows its
// edits.
//
// # The loop
//
// One goroutine, started by [States.Run], reads every channel in one place and
// is the only one that stores a new state:
//
//	            hint            settled, or someone waits
//	resting ───────────→ gathering ───────────→ looking ──┬─ nothing new ──→ resting
//	   ↑                    ↑  ↑                          ├─ whole ────────→ resting, published
//	   │                    │  └── recheck ── held back ←─┤  half written or just gone
//	   │                    └───── pause ──── troubled ←──┘  the site cannot be read
//	   │
//	   └─ sweep: all files are looked at beside the loop; what it finds is a hint
//
// Hints that come while it gathers, holds back or is troubled are joined with
// what there is to look at. Whoever waits for a look (see [States.Look]) is let
// go when it ends, in whatever way. Beside the loop run the checks, which find
// what is wrong with each view, and at most one sweep; Run waits for both.
package preview
