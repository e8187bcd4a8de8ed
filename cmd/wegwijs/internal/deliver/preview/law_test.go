package preview_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/notify"
	"wegwijs/cmd/wegwijs/internal/site"
	"wegwijs/cmd/wegwijs/internal/state"
)

var (
	lawSeed = flag.Uint64("law.seed", 1, "seed of the operations; 0 takes one from the clock and prints it")
	lawOps  = flag.Int("law.ops", 0, "number of operations; 0 is as many as the test usually does")
	lawKeep = flag.String("law.keep", "", "a new folder for the site on which the law failed")
)

// A lawful is a way in which the law must hold.
type lawful struct {
	ops   int  // what an ordinary run does; .ci/run has TestLaw do 4,500
	real  bool // with the layouts of this repository
	watch notify.Options
	http  bool // through real requests
	// others are readers who ask for pages all the time. What is kept for
	// them, and so what they get where there are mistakes, depends on the
	// clock; then only the site without mistakes is compared.
	others int
}

// TestLaw holds the law of the package: after any sequence of edits, every
// address returns what a clean build would write; where the site has mistakes,
// they are reported as a clean build reports them, pages that cannot be shown
// keep their last good bytes, and the others follow their edits.
func TestLaw(t *testing.T) {
	lawful{ops: 1000}.hold(t)
}

// TestLawWithEventsOnly shows that the events do it, and not the sweep.
func TestLawWithEventsOnly(t *testing.T) {
	lawful{ops: 300, watch: notify.Options{Pace: never}}.hold(t)
}

// TestLawWithRealLayouts has the layouts that this repository ships.
func TestLawWithRealLayouts(t *testing.T) {
	lawful{ops: 30, real: true}.hold(t)
}

// TestLawThroughHTTP asks a server as a browser does.
func TestLawThroughHTTP(t *testing.T) {
	lawful{ops: 200, http: true}.hold(t)
}

// TestLawWithReaders has pages asked for while the site changes.
func TestLawWithReaders(t *testing.T) {
	lawful{ops: 150, others: 2}.hold(t)
}

// TestLawWithoutEvents has a system that gives no events at all.
func TestLawWithoutEvents(t *testing.T) {
	lawful{ops: 120, watch: notify.Options{Poll: true, Pace: often}}.hold(t)
}

// TestLawWithBadEvents has events that are lost, doubled and late, and that
// end in one way or another.
func TestLawWithBadEvents(t *testing.T) {
	for _, end := range []string{"never", "stop", "error", "overflow", "no folders"} {
		t.Run(strings.ReplaceAll(end, " ", "-"), func(t *testing.T) {
			lawful{ops: 60, watch: notify.Options{Pace: often, Events: badEvents(t, end)}}.hold(t)
		})
	}
}

func never(bool, bool, time.Duration) time.Duration { return time.Hour }
func often(bool, bool, time.Duration) time.Duration { return 10 * time.Millisecond }

func (law lawful) hold(t *testing.T) {
	seed := *lawSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	ops := law.ops
	switch {
	case *lawOps > 0:
		ops = *lawOps
	case testing.Short() && law.real: // each operation takes as long as twenty of the others
		ops = 6
	case testing.Short():
		ops = max(20, ops/10)
	}
	w := newWorld(t, seed)
	if law.real {
		w = newRealWorld(t, seed)
	}
	again := fmt.Sprintf("go test ./cmd/wegwijs/internal/deliver/preview -run '^%s$' -law.seed=%d -law.ops=%d", strings.ReplaceAll(t.Name(), "/", "$/^"), seed, ops)
	l := preview.New(os.DirFS(w.dir), state.Options{}, nil)
	l.Hurry()
	opt := law.watch
	opt.Cost, opt.Hot = l.Cost, l.Hot
	ctx, stop := context.WithCancel(t.Context())
	hints := notify.Start(ctx, w.dir, opt)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := l.Run(ctx, hints.Hints); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	c := &comparison{world: w, live: l, sound: law.others > 0, get: func(p string) answer { return fromLive(ctx, l, p) }}
	if law.http {
		server := httptest.NewServer(serve.Handler(l, serve.Options{}))
		defer server.Close()
		c.get = func(p string) answer { return fromHTTP(t, server, p) }
	}
	for n := range law.others {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		wg.Go(func() { readAll(ctx, l, r) })
	}
	defer wg.Wait()
	defer stop()
	changed, end := l.Subscribe()
	defer end()
	c.changed = changed

	start := time.Now()
	diff := c.compare()
	if c.good != 1 {
		v, _ := l.View(ctx)
		t.Fatalf("the site has mistakes from the start: %v", v.Findings)
	}
	done := 0
	for diff == "" && done < ops {
		for range 1 + max(0, w.r.IntN(8)-5) { // now and then several at once
			w.log = append(w.log, fmt.Sprintf("%d: ", done))
			what := w.operate()
			w.log = append(w.log[:slices.Index(w.log, fmt.Sprintf("%d: ", done))], fmt.Sprintf("%d: %s", done, what))
			done++
		}
		diff = c.compare()
	}
	if diff != "" {
		if *lawKeep != "" {
			w.must(os.CopyFS(*lawKeep, os.DirFS(w.dir)))
		}
		t.Fatalf("%s\nafter:\n\t%s\nonce more: %s", diff, strings.Join(w.log[max(0, len(w.log)-12):], "\n\t"), again)
	}
	t.Logf("%d operations in %v, seed %d; compared: %d sites without mistakes, %d with; %d pages kept their last good bytes", done, time.Since(start).Round(time.Millisecond), seed, c.good, c.bad, c.kept)
	if done < 100 {
		return // too few to say what they hit
	}
	if c.good < c.bad/4 || c.good < done/8 {
		t.Errorf("only %d of %d states had no mistakes: the test hardly compared pages", c.good, c.good+c.bad)
	}
	if c.kept < done/10 && !c.sound {
		t.Errorf("%d pages kept their last good bytes: the test hardly looked at that", c.kept)
	}
}

// An answer is what an address gives.
type answer struct {
	data   []byte
	found  bool
	wrong  string // what else is wrong with it
	failed error
}

func fromLive(ctx context.Context, l *preview.States, p string) answer {
	f, ok, err := l.Get(ctx, p)
	return answer{data: f.Data, found: ok, failed: err}
}

func fromHTTP(t *testing.T, s *httptest.Server, p string) answer {
	res, err := s.Client().Get(s.URL + (&url.URL{Path: fileset.Address(p)}).String())
	if err != nil {
		return answer{failed: err}
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		return answer{failed: err}
	}
	a := answer{data: serve.Tag.ReplaceAll(b.Bytes(), nil), found: res.StatusCode == http.StatusOK}
	switch {
	case a.found && res.Header.Get("Content-Type") != fileset.TypeOf(p):
		a.wrong = fmt.Sprintf("Content-Type %q, want %q", res.Header.Get("Content-Type"), fileset.TypeOf(p))
	case !a.found && res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusServiceUnavailable:
		a.wrong = "status " + res.Status
	case strings.HasSuffix(p, ".html") && a.found && len(a.data) == b.Len():
		a.wrong = "no reload script"
	}
	return a
}

func readAll(ctx context.Context, l *preview.States, r *rand.Rand) {
	for ctx.Err() == nil {
		v, err := l.View(ctx)
		if err != nil {
			return
		}
		if v.State.Set == nil || len(v.State.Set.Files()) == 0 {
			time.Sleep(time.Millisecond)
			continue
		}
		files := v.State.Set.Files()
		l.Get(ctx, files[r.IntN(len(files))].Path)
		time.Sleep(time.Duration(r.IntN(1000)) * time.Microsecond)
	}
}

// A comparison compares what is shown with what a clean build gives.
type comparison struct {
	*world
	live    *preview.States
	get     func(path string) answer
	changed <-chan struct{}
	sound   bool // compare sites without mistakes only

	last map[string]seen // what addresses of pages gave when there were no mistakes in them
	good int
	bad  int
	kept int
}

type seen struct {
	data   []byte
	source string
}

// patience is how long the loop may take to come to rest. It is long for the
// sake of a busy machine; a test that passes does not use it.
const patience = 20 * time.Second

// compare waits until what is shown is what a clean build gives, and says what
// differs when that takes too long.
func (c *comparison) compare() string {
	ctx := c.t.(*testing.T).Context()
	clean, err := state.Load(ctx, os.DirFS(c.dir), state.Options{}, nil)
	if err != nil {
		return "clean build: " + err.Error()
	}
	made := map[string][]byte{}
	var mu sync.Mutex
	if clean.Set != nil {
		if err := clean.Set.Each(ctx, func(f *fileset.File, data []byte) error {
			mu.Lock()
			made[f.Path] = bytes.Clone(data)
			mu.Unlock()
			return nil
		}); err != nil {
			return "clean build: " + err.Error()
		}
	}
	want := clean.Findings()
	errs := diag.Errors(want)
	if errs == 0 {
		c.world.bad = 0
		c.good++
	} else {
		c.world.bad++
		c.bad++
	}
	if errs > 0 && c.sound {
		return ""
	}
	deadline := time.After(patience)
	for {
		diff := c.findings(want)
		if diff == "" {
			if errs == 0 {
				diff = c.same(clean, made)
			} else {
				diff = c.lastGood(clean, made)
			}
		}
		if diff == "" {
			return ""
		}
		select {
		case <-c.changed:
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			return diff
		}
	}
}

// findings says how what is reported differs from what a clean build reports.
func (c *comparison) findings(want []diag.Diagnostic) string {
	v, err := c.live.View(c.t.(*testing.T).Context())
	switch {
	case err != nil:
		return err.Error()
	case !v.Checked:
		return fmt.Sprintf("view %d is not checked", v.ID)
	case !slices.Equal(v.Findings, want):
		return fmt.Sprintf("findings of view %d:\ngot  %v\nwant %v", v.ID, without(v.Findings, want), without(want, v.Findings))
	}
	return ""
}

func without(a, b []diag.Diagnostic) []diag.Diagnostic {
	return slices.DeleteFunc(slices.Clone(a), func(d diag.Diagnostic) bool { return slices.Contains(b, d) })
}

// same says how a site without mistakes differs from its clean build.
func (c *comparison) same(clean *state.State, made map[string][]byte) string {
	v, err := c.live.View(c.t.(*testing.T).Context())
	switch {
	case err != nil:
		return err.Error()
	case v.State.Set == nil:
		return "there is no site"
	case len(v.State.Set.Files()) != len(made):
		return fmt.Sprintf("%d files, want %d", len(v.State.Set.Files()), len(made))
	}
	last := map[string]seen{}
	for _, f := range clean.Set.Files() {
		if diff := c.is(f.Path, made[f.Path]); diff != "" {
			return diff
		}
		if _, ok := f.Key.(site.Ref); ok {
			last[f.Path] = seen{made[f.Path], f.Source}
		}
	}
	n := 0
	for _, p := range slices.Sorted(maps.Keys(c.last)) { // what is gone is gone
		if _, there := made[p]; !there && n < 5 {
			n++
			if a := c.get(p); a.found {
				return p + ": is there, want not found"
			}
		}
	}
	c.last = last
	return ""
}

func (c *comparison) is(path string, want []byte) string {
	a := c.get(path)
	switch {
	case a.failed != nil:
		return fmt.Sprintf("%s: %v", path, a.failed)
	case !a.found:
		return path + ": not there"
	case !bytes.Equal(a.data, want):
		return fmt.Sprintf("%s differs:\ngot  %s\nwant %s", path, around(a.data, want), around(want, a.data))
	case a.wrong != "":
		return path + ": " + a.wrong
	}
	return ""
}

// lastGood says where a site with mistakes does not keep what it should keep,
// or does not show what it should show.
func (c *comparison) lastGood(clean *state.State, made map[string][]byte) string {
	kept := 0
	for _, path := range slices.Sorted(maps.Keys(c.last)) {
		was := c.last[path]
		want, mine := was.data, true // the last good bytes
		if clean.Sound() {
			f, ok := clean.Set.File(path)
			key, isPage := f.Key.(site.Ref)
			if ok && !isPage {
				continue
			}
			switch {
			case (!ok || f.Source != was.source) && mistaken(was.source, clean):
			case !ok:
				if a := c.get(path); a.found {
					return path + ": is there, want not found: no mistake took " + was.source + " away"
				}
				delete(c.last, path)
				continue
			default:
				if ds, _ := clean.Mistakes(clean.Site.At(key)); diag.Errors(ds) == 0 {
					want, mine = made[path], false
					c.last[path] = seen{want, f.Source}
				}
			}
		} else if _, there := clean.Tree.Get(was.source); !there {
			continue // gone while nothing can be shown: either is right
		}
		if diff := c.is(path, want); diff != "" {
			if mine {
				return "last good bytes of " + diff
			}
			return diff
		}
		if mine && !bytes.Equal(want, made[path]) {
			kept++
		}
	}
	c.kept += kept
	return ""
}

// mistaken reports whether a clean build has a mistake in a page's file, in an
// index.md of a section that it is in, or in reading any of these.
func mistaken(file string, clean *state.State) bool {
	lang, rest, _ := strings.Cut(strings.TrimPrefix(file, "content/"), "/")
	of := map[string]bool{file: true}
	for dir := path.Dir(rest); dir != "."; dir = path.Dir(dir) {
		for _, l := range []string{"nl", "en", "ar"} {
			of["content/"+l+"/"+dir] = true
			of["content/"+l+"/"+dir+"/index.md"] = true
		}
	}
	of["content/"+lang], of["content"] = true, true
	return slices.ContainsFunc(clean.Static(), func(d diag.Diagnostic) bool { return d.Severity == diag.Error && of[d.Pos.File] })
}

// around returns the part of a that differs from b.
func around(a, b []byte) []byte {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return a[max(0, i-60):min(len(a), i+60)]
}
