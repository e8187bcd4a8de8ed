package release

import (
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
	Gate    Gate        `json:"gate"`
	Msg     diag.Said   `json:"message"`
	Items   []diag.Said `json:"items,omitempty"` // what the gate found, all of it
	Hint    diag.Said   `json:"hint,omitempty"`
	Allowed bool        `json:"allowed,omitempty"` // someone lets it pass
}

// Text returns the refusal for people who read lang, in lines that end in \n.
func (r Refusal) Text(lang diag.Lang) string {
	var b strings.Builder
	say := diag.Sayer(&b, lang)
	if r.Allowed {
		say("let pass: %s [%s]\n", r.Msg, r.Gate)
	} else {
		say("refused: %s [%s]\n", r.Msg, r.Gate)
	}
	items := r.Items
	if r.Allowed && r.Gate == Findings {
		items = nil // the build has just told them, with their places
	}
	for i, it := range items {
		if i == planLines {
			say("    … and %d more\n", len(items)-i)
			break
		}
		b.WriteString("    " + it.In(lang) + "\n")
	}
	if !r.Allowed {
		if r.Hint != "" {
			say("    hint: %s\n", r.Hint)
		}
		say("    to publish all the same: --allow %s\n", r.Gate)
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
	Damaged  diag.Said         // see State.Damaged; Old is then nil
	Shrink   int               // percent of its pages that a language may lose
	Allow    []Gate            // gates that someone lets pass
}

// Check returns the gates that do not hold, in the order of [Gates]; those in
// c.Allow are marked. The release may pass when every one is marked.
func Check(c Checks) []Refusal {
	refused := []Refusal{}
	add := func(g Gate, hint string, items []diag.Said, msg string) {
		refused = append(refused, Refusal{Gate: g, Msg: diag.Said(msg), Items: items, Hint: diag.Said(hint), Allowed: slices.Contains(c.Allow, g)})
	}
	var wrong []diag.Said
	for _, d := range c.Findings {
		if d.Severity == diag.Error {
			wrong = append(wrong, diag.Said(d.Pos.String())+": "+d.Said()+diag.Said(" ["+d.Code+"]"))
		}
	}
	switch len(wrong) {
	case 0:
	case 1:
		add(Findings, "mend it; `wegwijs check` shows it with its place", wrong, "the site has 1 error")
	default:
		add(Findings, "mend them; `wegwijs check` shows each with its place", wrong, diag.Say("the site has %d errors", len(wrong)))
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
		add(Sample, "put your own company and servers into site.toml; names below .example are nobody's", said(c.Sample), "the site is still that of the example provider")
	}
	if items := shrunk(Pages(c.Old), pages, c.Shrink); len(items) > 0 && total > 0 {
		add(Shrink, "is a folder missing, or did pages become drafts?", items, diag.Say("languages that lost more than %d%% of their pages: %d", c.Shrink, len(items)))
	}
	if items := vanished(c.Old, c.New); len(items) > 0 && total > 0 {
		msg := "1 address would be gone without a redirect"
		if len(items) > 1 {
			msg = diag.Say("%d addresses would be gone without a redirect", len(items))
		}
		add(Vanished, "add the old address to aliases of the page that takes its place", items, msg)
	}
	if c.Damaged != "" {
		add(Vanished, "publish again what readers had, or go back with `wegwijs publish rollback`; then this", []diag.Said{c.Damaged}, "which addresses readers had cannot be told")
	}
	if len(c.Foreign) > 0 {
		add(Foreign, "is this the right place? choose an empty one, or move these away", said(c.Foreign), "the target holds what no release of ours wrote")
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
			o := Override{Gate: r.Gate, Msg: r.Msg.String(), Reason: reason}
			for _, it := range r.Items[:min(len(r.Items), planLines)] {
				o.Items = append(o.Items, it.String())
			}
			os = append(os, o)
		}
	}
	return os
}

func said(texts []string) []diag.Said {
	var all []diag.Said
	for _, t := range texts {
		all = append(all, diag.Said(t))
	}
	return all
}

func shrunk(old, now map[string]int, percent int) []diag.Said {
	var items []diag.Said
	for _, lang := range slices.Sorted(maps.Keys(old)) {
		had, has := old[lang], now[lang]
		if has == 0 || (had-has)*100 > had*percent {
			items = append(items, diag.Said(diag.Say("%s: %d, was %d", lang, has, had)))
		}
	}
	return items
}

// vanished returns the addresses of old that m does not answer: pages, redirects
// and what programs ask for by a fixed name.
func vanished(old, m *fileset.Manifest) []diag.Said {
	if old == nil {
		return nil
	}
	answers := make(map[string]bool, len(m.Files))
	for _, e := range m.Files {
		if e.Kind != fileset.NotFound {
			answers[e.Path] = true
		}
	}
	var items []diag.Said
	for _, e := range old.Files {
		if answers[e.Path] || e.Coding != "" {
			continue
		}
		switch {
		case e.Kind == fileset.Real, e.Kind == fileset.Fallback, e.Kind == fileset.Redirect:
			item := diag.Said(fileset.Address(e.Path))
			if e.Source != "" {
				item = diag.Said(diag.Say("%s  was %s", fileset.Address(e.Path), e.Source))
			}
			items = append(items, item)
		case fixed(e.Path):
			items = append(items, diag.Said(fileset.Address(e.Path)))
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
