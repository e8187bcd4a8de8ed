package publish

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// A Status says what a target holds.
type Status struct {
	Target     string           `json:"target"`
	Type       string           `json:"type"`
	Current    string           `json:"current,omitempty"`
	Releases   []release.Record `json:"releases"` // current first, then by when readers last had them
	Lock       *release.Lock    `json:"lock,omitempty"`
	Left       bool             `json:"lock_left,omitempty"`  // the lock's holder is gone: the next publish takes its place
	Unfinished string           `json:"unfinished,omitempty"` // a release that an interrupted publish was bringing
	Foreign    []string         `json:"foreign,omitempty"`
	Damaged    diag.Said        `json:"damaged,omitempty"` // see release.State.Damaged
	Broken     []diag.Said      `json:"broken,omitempty"`  // see release.State.Broken
	History    []release.Event  `json:"history"`           // oldest first
	URL        string           `json:"url,omitempty"`
	Seen       string           `json:"seen,omitempty"` // the release that readers get at URL
	Trouble    diag.Said        `json:"trouble,omitempty"`
}

// Status looks at the target, and at what readers get where it has a URL.
func (p *Place) Status(ctx context.Context) (*Status, error) {
	s, err := p.at.Look(ctx, nil)
	if err != nil {
		return nil, p.wrap(err)
	}
	st := &Status{
		Target: p.target.Name, Type: p.target.Type, Current: s.Current, Releases: s.Releases, Lock: s.Lock,
		Unfinished: s.Unfinished, Foreign: s.Foreign, Damaged: s.Damaged, Broken: s.Broken, History: s.History, URL: p.target.URL,
	}
	st.Left = s.Lock != nil && p.holder(s) == nil
	if st.Releases == nil {
		st.Releases = []release.Record{}
	}
	if st.History == nil {
		st.History = []release.Event{}
	}
	if p.target.URL != "" && s.Current != "" {
		st.Seen, st.Trouble = p.seen(ctx)
	}
	return st, nil
}

func (p *Place) seen(ctx context.Context) (id string, trouble diag.Said) {
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	resp, err := p.fetch(ctx, p.target.URL+fileset.ManifestPath)
	if err != nil {
		return "", diag.SaidError(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", diag.Said(diag.Say("%s answers %s", p.target.URL+fileset.ManifestPath, resp.Status))
	}
	m, err := fileset.DecodeManifest(resp.Body)
	if err != nil {
		return "", diag.Said(diag.Say("%s is not a manifest", p.target.URL+fileset.ManifestPath))
	}
	return m.Release, ""
}

// OK reports whether readers get what the target says, as far as is known.
func (s *Status) OK() bool { return s.Trouble == "" && (s.Seen == "" || s.Seen == s.Current) }

// Text writes the status for people who read lang.
func (s *Status) Text(w io.Writer, lang diag.Lang) error {
	var b strings.Builder
	say := diag.Sayer(&b, lang)
	if s.Current == "" {
		say("%s (%s): nothing was published yet\n", s.Target, s.Type)
	} else {
		say("%s (%s): release %s\n", s.Target, s.Type, s.Current)
	}
	switch {
	case s.Trouble != "":
		say("  readers: %s\n", s.Trouble)
	case s.Seen != "" && s.Seen != s.Current:
		say("  readers at %s still get release %s\n", s.URL, s.Seen)
	case s.Seen != "":
		say("  readers at %s get it\n", s.URL)
	}
	for _, r := range s.Releases {
		mark := " "
		if r.Release == s.Current {
			mark = "*"
		}
		say("  %s %s  %s  by %s  %s\n", mark, r.Release, r.At.Format(time.RFC3339), cmp.Or(diag.Said(r.By), diag.Said(diag.Say("someone"))), pagesText(r.Pages))
		for _, o := range r.Overrides {
			say("      let pass: %s [%s]", o.Msg, o.Gate)
			if o.Reason != "" {
				fmt.Fprintf(&b, ": %s", o.Reason)
			}
			b.WriteByte('\n')
		}
	}
	busy := s.Lock != nil && !s.Left
	switch {
	case busy:
		say("  busy: %s\n", s.Lock.Said())
	case s.Left:
		say("  left behind: %s; the next publish takes its place\n", s.Lock.Said())
	}
	if s.Unfinished != "" && !busy {
		say("  unfinished: release %s; publish again to go on, or something else to drop it\n", s.Unfinished)
	}
	if s.Damaged != "" {
		say("  damaged: %s; publish the same again to mend it\n", s.Damaged)
	}
	for _, f := range s.Broken {
		say("  broken: %s\n", f)
	}
	for _, f := range s.Foreign {
		say("  not ours: %s\n", f)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func pagesText(pages map[string]int) string {
	var parts []string
	for _, lang := range slices.Sorted(maps.Keys(pages)) {
		parts = append(parts, fmt.Sprintf("%s %d", lang, pages[lang]))
	}
	return strings.Join(parts, ", ")
}

// JSON writes the status for programs, as one document.
func (s *Status) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(s)
}
