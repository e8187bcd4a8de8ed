// Package publish brings a built site to where readers are, whole: what they
// get changes from one release to the next in one step, and can go back. In
// comes a manifest with the files it names and a [Target]; out comes a
// [Report] of what was refused, brought, switched and seen by readers.
//
// The way is the same for each kind of target: look what is there, check the
// gates, plan, lock, send what is missing, switch, ask the web server for a
// sample, tidy up. Only the last step deletes what readers can ask for, but for what
// stands in the way of it. Whatever
// interrupts it leaves readers with what they had, and the same command again
// goes on where it stopped. What they have already can be published again: that
// mends what was taken away or cut short by hand. How a target keeps that promise is package tree's (folders, here or
// behind SSH) and package bucket's (object stores) to say.
package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/deliver/publish/remote"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// Surroundings are what a publish takes from the machine it runs on.
type Surroundings struct {
	Site   string // the site's folder
	Home   string // the user's; "" when there is none
	User   string
	Host   string // of this machine
	PID    int
	Space  string                   // see release.Owner.Space
	Alive  func(pid int) bool       // whether a process of this machine runs; nil: not known
	Getenv func(name string) string // nil: an empty environment
	Tool   string                   // name and version of this program
	Now    func() time.Time         // nil: time.Now
	HTTP   *http.Client             // asks for the sample; nil: the usual one

	// Terminal is where ssh may speak to the person whom it asks for passwords
	// and the like. nil: nobody is there.
	Terminal io.Writer

	// For tests.
	transport http.RoundTripper         // to an object store; nil: the usual one
	tries     int                       // of a request to it; 0: the usual number
	wrap      func(remote.FS) remote.FS // puts faults into a folder
	beat      time.Duration             // of the lock; 0: release.Beat
	watch     time.Duration             // see release.Pace
}

func (s *Surroundings) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Surroundings) owner() release.Owner {
	return release.Owner{User: s.User, Host: s.Host, Space: s.Space, PID: s.PID, Alive: s.Alive}
}

// A place is a target's own way of holding releases.
type place interface {
	Look(ctx context.Context, known *release.State) (*release.State, error)
	Lock(ctx context.Context, want release.Lock, owner release.Owner, take bool) (context.Context, func() error, error)
	Release(ctx context.Context, id string) (*fileset.Manifest, error)
	Send(ctx context.Context, j *release.Job) error
	Switch(ctx context.Context, j *release.Job) error
	Tidy(ctx context.Context, j *release.Job) error
	Close() error
}

// A Place is a target that is connected. It does one thing at a time.
type Place struct {
	target Target
	kind   *kind
	around Surroundings
	at     place
	settle time.Duration // how long the sample is asked again when stale
}

// settleTime is for caches with a short memory, such as nginx's
// open_file_cache.
const settleTime = 20 * time.Second

// Open connects to a target. With write its folder is made when absent;
// without, nothing on the target changes. The caller closes the Place.
func Open(ctx context.Context, t Target, around Surroundings, write bool) (*Place, error) {
	p := &Place{target: t, around: around, settle: settleTime}
	if p.kind = kindOf(t.Type); p.kind == nil {
		return nil, p.wrap(diag.Errorf("%q is no type of target", t.Type))
	}
	var err error
	p.at, err = p.kind.open(ctx, t, around, write)
	if err != nil {
		return nil, p.wrap(err)
	}
	return p, nil
}

// Close ends the connection.
func (p *Place) Close() error { return p.at.Close() }

// A Release is what is to be published.
type Release struct {
	Manifest *fileset.Manifest
	Files    fs.FS             // holds the files that the manifest names; read while they are sent
	Findings []diag.Diagnostic // about the site, from the build and from check
	Sample   []string          // what in it is still the example that the program brings
}

// Options say how to publish or go back. The zero value is the careful way.
type Options struct {
	Allow    []release.Gate // gates to let pass
	Reason   string         // why, for the record
	TakeLock bool           // end someone else's publish
	Verify   bool           // compare the bytes of all that the target has, and ask readers' side for more
	Progress func(release.Progress)

	// Confirm is asked before readers lose files. nil: yes.
	Confirm func(*release.Plan) (bool, error)
}

// A Report says what became of a publish or a rollback.
type Report struct {
	Plan     *release.Plan   `json:"plan"`
	Refused  bool            `json:"refused"`  // a gate did not hold; nothing was done
	Declined bool            `json:"declined"` // Options.Confirm said no; nothing was done
	Live     bool            `json:"live"`     // the target gives readers this release
	Record   *release.Record `json:"record,omitempty"`
	Mended   int             `json:"mended,omitempty"` // files that were gone from the target, or had another size, and were brought again
	Check    *Check          `json:"check,omitempty"`  // what readers get; nil when the target has no URL
	Notes    []diag.Said     `json:"notes,omitempty"`  // what went wrong and does not matter to readers
	Reload   []string        `json:"reload,omitempty"` // files that changed and are read only when a web server starts or a CDN is set up
}

// OK reports whether all was done as it should be.
func (r *Report) OK() bool { return r.Live && (r.Check == nil || len(r.Check.Stale) == 0) }

// Plan says what publishing r would change, and which gates it would not
// pass. Nothing on the target changes.
func (p *Place) Plan(ctx context.Context, r Release, allow []release.Gate) (*release.Plan, error) {
	if err := release.CheckManifest(r.Manifest); err != nil {
		return nil, err
	}
	old, err := p.at.Look(ctx, nil)
	if err != nil {
		return nil, p.wrap(err)
	}
	return p.plan(old, r, allow), nil
}

func (p *Place) plan(old *release.State, r Release, allow []release.Gate) *release.Plan {
	damaged := old.Damaged
	if damaged != "" && old.Current == r.Manifest.Release {
		old.Manifest, damaged = r.Manifest, "" // the id says what was in it
	}
	plan := p.compare(old, r.Manifest)
	plan.Refused = release.Check(release.Checks{Old: old.Manifest, New: r.Manifest, Findings: r.Findings, Sample: r.Sample, Foreign: old.Foreign, Damaged: damaged, Shrink: p.target.Shrink, Allow: allow})
	return plan
}

func (p *Place) compare(old *release.State, m *fileset.Manifest) *release.Plan {
	plan := release.Compare(old.Manifest, m)
	plan.Target, plan.Lock, plan.From = p.target.Name, p.holder(old), old.Current
	if _, ok := old.Release(m.Release); ok {
		plan.Bytes = 0 // the target has them all
	}
	return plan
}

// wrap names the target and, where it refuses, says what must hold there.
func (p *Place) wrap(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrPermission) && p.kind.refused != nil {
		return p.kind.refused(&p.target, err)
	}
	return diag.Errorf("target %s: %w", p.target.Name, err)
}

// Publish makes readers get r. When a gate does not hold, or the question is
// answered with no, nothing is done and the report says so. After an error
// readers have what they had before, unless the report says that the release
// is live: then only tidying up was left. Publishing again goes on where it
// stopped.
func (p *Place) Publish(ctx context.Context, r Release, opt Options) (*Report, error) {
	rep := &Report{}
	if err := release.CheckManifest(r.Manifest); err != nil {
		return rep, err
	}
	old, err := p.at.Look(ctx, nil)
	if err != nil {
		return rep, p.wrap(err)
	}
	if rep.Plan = p.plan(old, r, opt.Allow); !p.may(rep, opt, &err) {
		return rep, err
	}
	err = p.locked(ctx, "publish", r.Manifest.Release, opt, func(ctx context.Context) error {
		now, err := p.at.Look(ctx, old)
		if err != nil {
			return err
		}
		if now.Current != old.Current || !slices.Equal(now.Foreign, old.Foreign) {
			// Someone published between the question and the lock.
			if rep.Plan = p.plan(now, r, opt.Allow); !p.may(rep, opt, &err) {
				return err
			}
		}
		j := p.job("publish", now, r.Manifest, opt)
		j.Files = r.Files
		j.Record.Overrides = release.Overrides(rep.Plan.Refused, opt.Reason)
		if rec, ok := now.Release(now.Current); ok && r.Manifest.Release == now.Current {
			j.Record = rec // nothing new, so the record stays as it is
		}
		j.Notes = slices.Clone(now.Broken)
		return p.change(ctx, j, rep)
	})
	return rep, p.explain(err, old)
}

// holder returns the lock of someone who is at work on the target.
func (p *Place) holder(s *release.State) *release.Lock {
	if s.Lock == nil || s.Lock.Gone(p.around.owner()) {
		return nil
	}
	return s.Lock
}

// may reports whether the plan may be carried out.
func (p *Place) may(rep *Report, opt Options, err *error) bool {
	if release.Refused(rep.Plan.Refused) > 0 {
		rep.Refused = true
		return false
	}
	if opt.Confirm == nil || rep.Plan.Deletes() == 0 {
		return true
	}
	yes, cerr := opt.Confirm(rep.Plan)
	*err = cerr
	rep.Declined = !yes
	return yes && cerr == nil
}

// Rollback makes readers get an earlier release again; id "" means the one
// that they had before the current one. Errors are as for [Place.Publish].
func (p *Place) Rollback(ctx context.Context, id string, opt Options) (*Report, error) {
	rep := &Report{}
	old, err := p.at.Look(ctx, nil)
	if err != nil {
		return rep, p.wrap(err)
	}
	id, err = choose(old, id)
	if err != nil {
		return rep, p.wrap(err)
	}
	m, err := p.at.Release(ctx, id)
	if err != nil {
		return rep, p.wrap(err)
	}
	if err := release.CheckManifest(m); err != nil {
		return rep, p.wrap(err)
	}
	rep.Plan = p.compare(old, m)
	if !p.may(rep, opt, &err) {
		return rep, err
	}
	err = p.locked(ctx, "rollback", id, opt, func(ctx context.Context) error {
		now, err := p.at.Look(ctx, old)
		if err != nil {
			return err
		}
		if now.Current != old.Current {
			return diag.Errorf("someone switched to release %s in the meantime; look again", now.Current)
		}
		rec, ok := now.Release(id)
		if !ok {
			return diag.Errorf("release %s has gone in the meantime", id)
		}
		j := p.job("rollback", now, m, opt)
		rec.Kept = j.Record.Kept
		j.Record = rec
		j.Notes = slices.Clone(now.Broken)
		return p.change(ctx, j, rep)
	})
	return rep, p.explain(err, old)
}

// explain is wrap, and says of a disk that is full what fills it.
func (p *Place) explain(err error, s *release.State) error {
	if err == nil || !errors.Is(err, remote.ErrFull) {
		return p.wrap(err)
	}
	var all int64
	for _, r := range s.Releases {
		all += r.Bytes
	}
	return diag.Errorf("%w\n\tthe disk of the target is full; on it are %d of our releases (at most %s, less what they share; keep = %d in site.toml), and the rest is not ours", p.wrap(err), len(s.Releases), release.Bytes(all), p.target.Keep)
}

func choose(s *release.State, id string) (string, error) {
	if id == "" {
		if r, ok := s.Before(); ok {
			return r.Release, nil
		}
		if len(s.Releases) < 2 {
			return "", diag.Errorf("there is no earlier release to go back to")
		}
	}
	var found []string
	var known strings.Builder
	for _, r := range s.Releases {
		if r.Release == id {
			return id, nil
		}
		if len(id) >= 4 && strings.HasPrefix(r.Release, id) {
			found = append(found, r.Release)
		}
		fmt.Fprintf(&known, "\n\t%s of %s", r.Release, r.At.Format(time.RFC3339))
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if id == "" {
		return "", diag.Errorf("readers have the earliest release; name the one to go to, of%s", known.String())
	}
	return "", diag.Errorf("the target keeps no release %q; it keeps%s", id, known.String())
}

// locked does something while nobody else may change the target.
func (p *Place) locked(ctx context.Context, action, id string, opt Options, do func(context.Context) error) error {
	want := release.Lock{By: p.around.owner().By(), Host: p.around.Host, Space: p.around.Space, PID: p.around.PID, Action: action, Release: id, Since: p.around.now().UTC().Truncate(time.Second)}
	ctx, unlock, err := p.at.Lock(ctx, want, p.around.owner(), opt.TakeLock)
	if err != nil {
		return err
	}
	err = because(ctx, do(ctx))
	if uerr := unlock(); err == nil && uerr != nil {
		err = diag.Errorf("give back the lock: %w", uerr)
	}
	return err
}

func (p *Place) job(action string, old *release.State, m *fileset.Manifest, opt Options) *release.Job {
	now := p.around.now()
	j := &release.Job{
		Action: action, By: p.around.owner().By(), Manifest: m, Old: old, Now: now,
		Keep: p.target.Keep, Grace: p.target.Grace, Verify: opt.Verify, Meter: release.NewMeter(opt.Progress),
	}
	j.Record = release.NewRecord(m, now, j.By, p.around.Tool, old.Current)
	if old.Current == m.Release {
		return j
	}
	var kept []release.Kept
	if cur, ok := old.Release(old.Current); ok {
		kept = cur.Kept
	}
	if rec, ok := old.Release(m.Release); ok {
		// It is on the target already, with these beside it.
		kept = append(slices.Clone(kept), rec.Kept...)
	}
	j.Record.Kept = release.Keep(old.Manifest, kept, m, now, p.target.Grace)
	return j
}

// reload returns the files of a plan that nobody reads again by himself.
func (p *Place) reload(plan *release.Plan) []string {
	var names []string
	if plan.From == "" {
		return names
	}
	for _, c := range slices.Concat(plan.New, plan.Changed, plan.Removed) {
		if slices.Contains(p.kind.once, c.Path) {
			names = append(names, c.Path)
		}
	}
	slices.Sort(names)
	return names
}

// change sends, switches, asks readers' side, and tidies up.
func (p *Place) change(ctx context.Context, j *release.Job, rep *Report) error {
	defer func() { rep.Notes = j.Notes }()
	if err := p.at.Send(ctx, j); err != nil {
		return halfway(ctx, err, diag.Said(diag.Say("readers have what they had; the same command goes on where this stopped")))
	}
	err := p.at.Switch(ctx, j)
	_, live := errors.AsType[*release.LiveError](err)
	switch {
	case err == nil || live:
		rep.Live, rep.Record, rep.Reload, rep.Mended = true, &j.Record, p.reload(rep.Plan), j.Mended
	case p.kind.stepwise:
		err = halfway(ctx, err, diag.Said(diag.Say("readers may get some new pages already; the same command goes on where this stopped")))
	default:
		err = halfway(ctx, err, diag.Said(diag.Say("the same command goes on where this stopped")))
	}
	if err != nil {
		return err
	}
	if j.Verify && p.target.URL == "" {
		j.Note("what readers get was not asked: the target has no url in site.toml")
	}
	if p.target.URL != "" {
		rep.Check = p.check(ctx, j)
		if cause := context.Cause(ctx); cause != nil {
			rep.Check = nil // it was not asked to the end, or someone else publishes
			return &release.LiveError{Err: cause}
		}
		if len(rep.Check.Stale) > 0 {
			// Someone still serves the old release, and may need what would
			// be deleted. The next publish does that.
			return nil
		}
	}
	err = p.at.Tidy(ctx, j)
	if errors.Is(err, remote.ErrFull) && j.Action == "rollback" {
		j.Note("not all was tidied up: %v", err)
		err = nil
	}
	if err != nil {
		return &release.LiveError{Err: err}
	}
	return nil
}
