package freshness

import (
	"regexp"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/input/markdown"
)

// Edits are what changed in a text since it was translated.
type Edits struct {
	base, now *Text
	changes   []Change
}

// NewEdits compares the text that translations were made from with what it is now.
func NewEdits(base, now *Text) *Edits { return &Edits{base, now, Compare(base, now)} }

// Akin reports whether so much of the text still stands there that this is what
// became of it, and no text in another language.
func (e *Edits) Akin() bool { return overlap(e.base, e.now) >= originEnough }

// MayMislead reports whether anything changed that readers act by, so that it is
// worth while to look at translations.
func (e *Edits) MayMislead() bool {
	return slices.ContainsFunc(e.changes, func(c Change) bool {
		old, new := e.units(c)
		switch c.Kind {
		case Added:
			return matters(new)
		case Removed:
			return matters(old)
		case Moved:
			return new.Step
		}
		return c.Kind == Edited && told(old, new, nil)
	})
}

// units returns the unit of a change before and after it; nil where there is none.
func (e *Edits) units(c Change) (old, new *Unit) {
	if c.Old >= 0 {
		old = &e.base.Units[c.Old]
	}
	if c.New >= 0 {
		new = &e.now.Units[c.New]
	}
	return old, new
}

// Misleading returns the units of a translation at which readers would do or type
// what is no longer right: those of a step, a number, the name of a host or a
// setting that changed. What is new stands at the unit before it.
func (e *Edits) Misleading(translation *Text) []*Unit {
	base := e.base
	partner := map[int]*Unit{} // by unit of base; of a when directive what stands in it
	for _, p := range Align(base, translation) {
		if p.Source < 0 || p.Target < 0 {
			continue
		}
		at := p.Target
		for at < len(translation.Units)-1 && translation.Units[at].Condition != "" {
			at++
		}
		partner[p.Source] = &translation.Units[at]
	}
	var found []*Unit
	add := func(u *Unit) {
		if u != nil && !u.Front() && !slices.Contains(found, u) {
			found = append(found, u)
		}
	}
	var before *Unit                        // the translation of the last unit that has one
	waiting := false                        // for one, of what is new at the beginning
	replaces := func(i int, u *Unit) bool { // what is new stands for what is told already
		for _, j := range []int{i - 1, i + 1} {
			if j >= 0 && j < len(e.changes) && e.changes[j].Kind == Removed {
				if gone := &base.Units[e.changes[j].Old]; gone.Kind == u.Kind && matters(gone) && partner[e.changes[j].Old] != nil {
					return true
				}
			}
		}
		return false
	}
	for i, c := range e.changes {
		old, new := e.units(c)
		there := partner[c.Old]
		switch {
		case c.Kind == Added && (!matters(new) || replaces(i, new)), c.Kind == Removed && !matters(old), c.Kind == Moved && !new.Step:
		case c.Kind == Added && before == nil:
			waiting = true
		case c.Kind == Added:
			add(before)
		case c.Kind == Removed, c.Kind == Moved, c.Kind == Edited && told(old, new, there):
			add(there)
		}
		if there != nil && !there.Front() {
			if before = there; waiting {
				add(there)
				waiting = false
			}
		}
	}
	return found
}

// matters reports whether a unit is of those that readers act by.
func matters(u *Unit) bool { return !u.Front() && (u.Step || len(exact(u)) > 0) }

// told reports whether an edit changed what readers act by, and there, which may
// be nil, does not say it already.
func told(old, new, there *Unit) bool {
	if old.Step || new.Step {
		return true
	}
	was, is := exact(old), exact(new)
	gone, come := without(was, is), without(is, was)
	if len(gone)+len(come) == 0 {
		return false
	}
	if there == nil {
		return true
	}
	has := exact(there)
	return len(without(come, has)) > 0 || len(without(gone, has)) < len(gone)
}

var (
	digitsRE   = regexp.MustCompile(`[0-9]+`)
	settingsRE = regexp.MustCompile(`^:{2,}(?:settings|setting|alternative)\b`)
)

// exact returns the numbers, names of hosts and settings of a unit, sorted, each
// once.
func exact(u *Unit) []string {
	if u.Front() {
		return nil
	}
	text := u.Source
	if u.Kind == string(markdown.BlockDirective) {
		if settingsRE.MatchString(text) {
			return []string{text}
		}
		return nil
	}
	var all []string
	take := func(re *regexp.Regexp, keep func(m []string) string) {
		text = re.ReplaceAllStringFunc(text, func(s string) string {
			m := re.FindStringSubmatch(s)
			if k := keep(m); k != "" {
				all = append(all, k)
			}
			return " "
		})
	}
	take(linkRE, func([]string) string { return "" })
	take(urlRE, func([]string) string { return "" })
	text = settingRE.ReplaceAllStringFunc(text, func(s string) string {
		m := settingRE.FindStringSubmatch(s)
		switch m[1] {
		case "setting", "alternative":
			all = append(all, s)
			return " "
		case "message":
			return " "
		}
		return " " + m[2] + " "
	})
	take(hostRE, func(m []string) string { return strings.ToLower(m[0]) })
	take(digitsRE, func(m []string) string { return m[0] })
	slices.Sort(all)
	return slices.Compact(all)
}
