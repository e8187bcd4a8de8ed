// Package release says what a release is and how two of them differ: its
// record, the plan from one to the next, the gates that a release must pass,
// and who holds a target. It does no I/O but reading the bodies it is given;
// packages tree and bucket bring releases to where readers are.
package release

import (
	"cmp"
	"context"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// Folder is the folder on a target that holds what is ours and not readers':
// the lock, the history, unfinished work. It never holds a file of the site.
const Folder = ".wegwijs"

// A Record is what is kept about a release beside its files.
type Record struct {
	Version   int            `json:"version"` // of this format; now 1
	Release   string         `json:"release"` // see fileset.Manifest.ID
	At        time.Time      `json:"at"`      // when it was published, UTC
	By        string         `json:"by"`      // user@host
	Tool      string         `json:"tool,omitempty"`
	Previous  string         `json:"previous,omitempty"` // what readers had before it; "" at first
	Files     int            `json:"files"`
	Bytes     int64          `json:"bytes"`
	Pages     map[string]int `json:"pages"`               // real pages by language
	Overrides []Override     `json:"overrides,omitempty"` // the gates that it passed only because someone said so
	Kept      []Kept         `json:"kept,omitempty"`      // old hashed assets that stand beside its own files
}

// An Override is a gate that did not hold and that someone let pass.
type Override struct {
	Gate   Gate     `json:"gate"`
	Msg    string   `json:"message"`
	Items  []string `json:"items,omitempty"` // the first few of what the gate found
	Reason string   `json:"reason,omitempty"`
}

// A Kept is a hashed asset of an earlier release. A reader's open tab may
// still ask for it.
type Kept struct {
	Path   string    `json:"path"`
	SHA256 string    `json:"sha256"`
	Size   int64     `json:"size"`
	Until  time.Time `json:"until"` // from then on the next publish leaves it out
}

// An Event is one line in a target's history.
type Event struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Action string    `json:"action"` // publish, rollback, or found (a switch whose process did not live to write its line)
	From   string    `json:"from,omitempty"`
	To     string    `json:"to"`
	Gates  []Gate    `json:"overrides,omitempty"`
}

// HistoryLength is how many events a target remembers.
const HistoryLength = 200

// Remember returns the target's history with the job's switch added, oldest
// first, and whether that differs from what it was.
func Remember(j *Job) (history []Event, changed bool) {
	h := slices.Clip(j.Old.History)
	last := ""
	if len(h) > 0 {
		last = h[len(h)-1].To
	}
	if cur := j.Old.Current; cur != "" && cur != last {
		// A run switched and did not live to say so.
		e := Event{At: j.Now.UTC().Truncate(time.Second), Action: "found", From: last, To: cur}
		if r, ok := j.Old.Release(cur); ok {
			e.At, e.By = r.At, r.By
		}
		h = append(h, e)
	}
	if j.Old.Current != j.Record.Release {
		e := Event{At: j.Now.UTC().Truncate(time.Second), By: j.By, Action: j.Action, From: j.Old.Current, To: j.Record.Release}
		if j.Action == "publish" {
			for _, o := range j.Record.Overrides {
				e.Gates = append(e.Gates, o.Gate)
			}
		}
		h = append(h, e)
	}
	return h[max(0, len(h)-HistoryLength):], len(h) > len(j.Old.History)
}

// A State is what a target holds.
type State struct {
	Current    string            // the release that readers get; "" when none
	Manifest   *fileset.Manifest // of Current; nil when there is none or it cannot be read
	Releases   []Record          // those that can be gone back to, Current first, then by when readers last had them
	History    []Event           // oldest first
	Lock       *Lock             // who is publishing now; nil when nobody is
	Unfinished string            // the release that an interrupted publish was bringing; "" when none
	Foreign    []string          // what stands there and no release wrote, the first few
	Damaged    diag.Said         // what says which files Current has, and why it cannot be read; "" when it can, or there is none
	Ours       bool              // a release was published here before, or at least begun
	Broken     []diag.Said       // files of our own that make no sense, and what was done without them
}

// Release returns the record of a release.
func (s *State) Release(id string) (Record, bool) {
	for _, r := range s.Releases {
		if r.Release == id {
			return r, true
		}
	}
	return Record{}, false
}

// Order sorts records by when readers last had them, newest first, with
// current in front.
func Order(records []Record, history []Event, current string) {
	last := map[string]int{}
	for i, e := range history {
		last[e.To] = i + 1
	}
	slices.SortStableFunc(records, func(a, b Record) int {
		switch {
		case a.Release == current || b.Release == current:
			if a.Release == b.Release {
				return 0
			}
			if a.Release == current {
				return -1
			}
			return 1
		case last[a.Release] != last[b.Release]:
			return last[b.Release] - last[a.Release]
		}
		return b.At.Compare(a.At)
	})
}

// Before returns the release to go back to when none is named: what readers had
// before the current one, or the newest other one.
func (s *State) Before() (Record, bool) {
	cur, ok := s.Release(s.Current)
	if ok && cur.Previous != s.Current {
		if r, ok := s.Release(cur.Previous); ok {
			return r, true
		}
	}
	var best Record
	for _, r := range s.Releases {
		if r.Release != s.Current && (!ok || r.At.Before(cur.At)) && r.At.After(best.At) {
			best = r
		}
	}
	return best, best.Release != ""
}

var idForm = regexp.MustCompile(`^[0-9a-f]{16}$`)

// CheckID reports whether id has the form of a release's id. What does not have
// it must not become part of a path.
func CheckID(id string) bool { return idForm.MatchString(id) }

// NewRecord describes a release of m.
func NewRecord(m *fileset.Manifest, at time.Time, by, tool, previous string) Record {
	r := Record{Version: 1, Release: m.Release, At: at.UTC().Truncate(time.Second), By: by, Tool: tool, Previous: previous, Files: len(m.Files), Pages: Pages(m)}
	for _, e := range m.Files {
		r.Bytes += e.Size
	}
	return r
}

// Pages counts a release's own pages by language.
func Pages(m *fileset.Manifest) map[string]int {
	n := map[string]int{}
	if m == nil {
		return n
	}
	for _, e := range m.Files {
		if e.Kind == fileset.Real {
			n[e.Lang]++
		}
	}
	return n
}

// Keep returns the hashed assets that readers of the release old may still ask
// for and that m does not have, in path order. Those that old itself only kept
// stay until their time; its own stay for grace from now.
func Keep(old *fileset.Manifest, kept []Kept, m *fileset.Manifest, now time.Time, grace time.Duration) []Kept {
	have := make(map[string]bool, len(m.Files))
	dirs := map[string]bool{fileset.ManifestPath: true}
	for _, e := range m.Files {
		have[e.Path] = true
		for d := parent(e.Path); d != ""; d = parent(d) {
			dirs[d] = true
		}
	}
	var out []Kept
	add := func(k Kept) {
		// What is a folder now, or stands below what is a file now, has no
		// place any more.
		clash := have[k.Path] || dirs[k.Path]
		for d := parent(k.Path); d != "" && !clash; d = parent(d) {
			clash = have[d]
		}
		if !clash && k.Until.After(now) {
			have[k.Path] = true
			out = append(out, k)
		}
	}
	if old != nil {
		until := now.Add(grace).UTC().Truncate(time.Second)
		for _, e := range old.Files {
			if e.Immutable {
				add(Kept{e.Path, e.SHA256, e.Size, until})
			}
		}
	}
	for _, k := range kept {
		add(k)
	}
	slices.SortFunc(out, func(a, b Kept) int { return strings.Compare(a.Path, b.Path) })
	return out
}

func parent(p string) string {
	i := strings.LastIndexByte(p, '/')
	if i < 0 {
		return ""
	}
	return p[:i]
}

// A Job is one change of what readers get, as the packages that carry it out
// need it.
type Job struct {
	Action   string            // publish or rollback
	By       string            // who does it, user@host
	Record   Record            // of the release to bring
	Manifest *fileset.Manifest // of the release to bring
	Files    fs.FS             // its bodies; nil when the target has them all
	Old      *State            // what the target held when the job began
	Now      time.Time
	Keep     int           // releases to hold on to, the new one included; at least 1
	Grace    time.Duration // how long old hashed assets stay
	Meter    *Meter        // may be nil
	// Verify asks for the sums of what the target has already: a size does not
	// tell what was changed by hand to the same one.
	Verify bool

	// Mended is how many files of a release that the target had already were
	// brought again, since they were gone or had another size, or, with Verify,
	// another sum.
	Mended int
	// Notes are what went wrong and does not matter, for people.
	Notes []diag.Said
}

// Note remembers something for people. The format must be a constant.
func (j *Job) Note(format string, args ...any) {
	j.Notes = append(j.Notes, diag.Said(diag.Say(format, args...)))
}

// Again reports whether the job publishes once more what readers have.
func (j *Job) Again() bool { return j.Files != nil && j.Record.Release == j.Old.Current }

// A LiveError is a failure after the switch: readers have the new release, and
// something that does not touch them is left to do. The next publish does it.
type LiveError struct{ Err error }

func (e *LiveError) Error() string { return e.Said().String() }

// Said returns the text for people.
func (e *LiveError) Said() diag.Said {
	return diag.Said(diag.Say("the release is live, but not all was tidied up (the next publish does that): %v", e.Err))
}

func (e *LiveError) Unwrap() error { return e.Err }

// CheckManifest returns why m cannot be published, or nil: its id fits its files, and
// each path stays inside the site and outside of Folder.
func CheckManifest(m *fileset.Manifest) error {
	if id := m.ID(); id != m.Release || !CheckID(id) {
		return diag.Errorf("the manifest calls itself release %q, its files make it %q: build again", m.Release, id)
	}
	for i, e := range m.Files {
		if why := fileset.CheckPath(e.Path); why != "" {
			return diag.Errorf("the manifest names %q: %s", e.Path, why)
		}
		if e.Path == Folder || strings.HasPrefix(e.Path, Folder+"/") || e.Path == fileset.ManifestPath {
			return diag.Errorf("the manifest names %q, which is not a file of the site", e.Path)
		}
		if i > 0 && m.Files[i-1].Path >= e.Path {
			return diag.Errorf("the manifest is not in order at %q: build again", e.Path)
		}
		if e.Rank < fileset.Asset || e.Rank > fileset.Last {
			return diag.Errorf("the manifest gives %q the rank %d, which is none", e.Path, e.Rank)
		}
	}
	return nil
}

// Each does something for every i below n, as many at once as there are workers.
// It stops at the first error, which it returns, and when ctx ends.
func Each(ctx context.Context, workers, n int, do func(ctx context.Context, i int) error) error {
	g, in := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i := range n {
		if in.Err() != nil {
			break
		}
		g.Go(func() error {
			if in.Err() != nil {
				return context.Cause(in)
			}
			return do(in, i)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// EachRank does something for every file, see [Each], those of one rank before
// those of the next.
func EachRank(ctx context.Context, workers int, files []fileset.Entry, do func(ctx context.Context, e fileset.Entry) error) error {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b fileset.Entry) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), strings.Compare(a.Path, b.Path))
	})
	for len(files) > 0 {
		n := 1
		for n < len(files) && files[n].Rank == files[0].Rank {
			n++
		}
		if err := Each(ctx, workers, n, func(ctx context.Context, i int) error { return do(ctx, files[i]) }); err != nil {
			return err
		}
		files = files[n:]
	}
	return nil
}
