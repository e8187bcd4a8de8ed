package release

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// A Gate is a condition that a release must meet. Its value is the name by
// which someone lets a release pass that does not meet it.
type Gate string

const (
	Findings Gate = "findings" // no errors were found in the site
	Empty    Gate = "empty"    // it has pages at all
	Sample   Gate = "sample"   // it names no provider that does not exist
	Shrink   Gate = "shrink"   // no language lost more than a set share of its pages
	Vanished Gate = "vanished" // each address of the last release still answers
	Foreign  Gate = "foreign"  // nothing stands on the target that no release wrote
)

// Gates returns all gates, in the order in which they are checked.
func Gates() []Gate { return []Gate{Findings, Empty, Sample, Shrink, Vanished, Foreign} }

// A Refusal is a gate that a release does not pass.
type Refusal struct {
	Gate    Gate     `json:"gate"`
	Msg     string   `json:"message"`
	Items   []string `json:"items,omitempty"` // what the gate found, all of it
	Hint    string   `json:"hint,omitempty"`
	Allowed bool     `json:"allowed,omitempty"` // someone lets it pass
}

// String returns the refusal for people, in lines that end in \n.
func (r Refusal) String() string {
	var b strings.Builder
	kind := "refused"
	if r.Allowed {
		kind = "let pass"
	}
	fmt.Fprintf(&b, "%s: %s [%s]\n", kind, r.Msg, r.Gate)
	items := r.Items
	if r.Allowed && r.Gate == Findings {
		items = nil // the build has just told them, with their places
	}
	for i, it := range items {
		if i == planLines {
			fmt.Fprintf(&b, "    … and %d more\n", len(items)-i)
			break
		}
		fmt.Fprintf(&b, "    %s\n", it)
	}
	if !r.Allowed {
		if r.Hint != "" {
			fmt.Fprintf(&b, "    hint: %s\n", r.Hint)
		}
		fmt.Fprintf(&b, "    to publish all the same: --allow %s\n", r.Gate)
	}
	return b.String()
}

// Checks are what the gates look at.
type Checks struct {
	Old      *fileset.Manifest // what readers have; nil when nothing
	New      *fileset.Manifest
	Findings []diag.Diagnostic // of the build and of check
	Sample   []string          // what in the site is still the example that the program brings
	Foreign  []string          // see State.Foreign
	Damaged  string            // see State.Damaged; Old is then nil
	Shrink   int               // percent of its pages that a language may lose
	Allow    []Gate            // gates that someone lets pass
}

// Check returns the gates that do not hold, in the order of [Gates]; those in
// c.Allow are marked. The release may pass when every one is marked.
func Check(c Checks) []Refusal {
	refused := []Refusal{}
	add := func(g Gate, hint string, items []string, format string, args ...any) {
		refused = append(refused, Refusal{Gate: g, Msg: fmt.Sprintf(format, args...), Items: items, Hint: hint, Allowed: slices.Contains(c.Allow, g)})
	}
	if n := diag.Errors(c.Findings); n > 0 {
		var items []string
		for _, d := range c.Findings {
			if d.Severity == diag.Error {
				items = append(items, fmt.Sprintf("%s: %s [%s]", d.Pos, d.Msg, d.Code))
			}
		}
		add(Findings, "mend them; `wegwijs check` shows each with its place", items, "the site has %s", count(n, "error", "errors"))
	}
	pages := Pages(c.New)
	total := 0
	for _, n := range pages {
		total += n
	}
	if total == 0 {
		add(Empty, "look at content/: is it there, and are its pages no drafts?", nil, "the release has no pages")
	}
	if len(c.Sample) > 0 {
		add(Sample, "put your own company and servers into site.toml; names below .example are nobody's", c.Sample, "the site is still that of the example provider")
	}
	if items := shrunk(Pages(c.Old), pages, c.Shrink); len(items) > 0 && total > 0 {
		add(Shrink, "is a folder missing, or did pages become drafts?", items, "%s lost more than %d%% of the pages", count(len(items), "language has", "languages have"), c.Shrink)
	}
	if items := vanished(c.Old, c.New); len(items) > 0 && total > 0 {
		add(Vanished, "add the old address to aliases of the page that takes its place", items, "%s would be gone without a redirect", count(len(items), "address", "addresses"))
	}
	if c.Damaged != "" {
		add(Vanished, "publish again what readers had, or go back with `wegwijs publish rollback`; then this", []string{c.Damaged}, "which addresses readers had cannot be told")
	}
	if len(c.Foreign) > 0 {
		add(Foreign, "is this the right place? choose an empty one, or move these away", c.Foreign, "the target holds what no release of ours wrote")
	}
	return refused
}

// Refused counts the gates that nobody lets pass.
func Refused(rs []Refusal) int {
	n := 0
	for _, r := range rs {
		if !r.Allowed {
			n++
		}
	}
	return n
}

// Overrides returns what a release's record says about the gates it passed only
// because someone said so.
func Overrides(rs []Refusal, reason string) []Override {
	var os []Override
	for _, r := range rs {
		if r.Allowed {
			os = append(os, Override{Gate: r.Gate, Msg: r.Msg, Items: r.Items[:min(len(r.Items), planLines)], Reason: reason})
		}
	}
	return os
}

func shrunk(old, now map[string]int, percent int) []string {
	var items []string
	for _, lang := range slices.Sorted(maps.Keys(old)) {
		had, has := old[lang], now[lang]
		if has == 0 || (had-has)*100 > had*percent {
			items = append(items, fmt.Sprintf("%s: %d, was %d", lang, has, had))
		}
	}
	return items
}

// vanished returns the addresses of old that m does not answer: pages, redirects
// and what programs ask for by a fixed name.
func vanished(old, m *fileset.Manifest) []string {
	if old == nil {
		return nil
	}
	answers := make(map[string]bool, len(m.Files))
	for _, e := range m.Files {
		if e.Kind != fileset.NotFound {
			answers[e.Path] = true
		}
	}
	var items []string
	for _, e := range old.Files {
		if answers[e.Path] || e.Coding != "" {
			continue
		}
		switch {
		case e.Kind == fileset.Real, e.Kind == fileset.Fallback, e.Kind == fileset.Redirect:
			item := fileset.Address(e.Path)
			if e.Source != "" {
				item += "  was " + e.Source
			}
			items = append(items, item)
		case fixed(e.Path):
			items = append(items, fileset.Address(e.Path))
		}
	}
	return items
}

// fixed reports whether programs, mail clients above all, or people from a
// bookmark ask for a file by its name, so that its absence breaks something
// that no page of the site shows.
func fixed(p string) bool {
	switch path.Ext(p) {
	case ".mobileconfig", ".pdf":
		return true
	}
	return strings.HasPrefix(p, ".well-known/") || strings.HasPrefix(p, "mail/config-") || strings.HasPrefix(strings.ToLower(p), "autodiscover/")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
