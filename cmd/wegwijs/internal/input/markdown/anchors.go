package markdown

import (
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Anchors are the headings of a text to which links lead. However many links and
// headings there are, the next link costs about the same. They are for use by one
// goroutine.
type Anchors struct {
	list []Heading
	ids  map[string]bool // that answer; made when it is asked for
	like [3]map[string]int
	name *diag.Names
}

// few is how many headings are looked through one by one.
const few = 32

// NewAnchors returns the anchors of a text with these headings.
func NewAnchors(hs []Heading) *Anchors { return &Anchors{list: hs} }

// Len returns how many headings there are, with those that are left out.
func (a *Anchors) Len() int { return len(a.list) }

// IDs returns the ids of all headings, in their order.
func (a *Anchors) IDs() []string {
	ids := make([]string, len(a.list))
	for i, h := range a.list {
		ids[i] = h.ID
	}
	return ids
}

// Has reports whether a link to an id leads to one of the headings.
func (a *Anchors) Has(id string) bool {
	if len(a.list) <= few {
		return slices.ContainsFunc(a.list, func(h Heading) bool { return h.Answers(id) })
	}
	if a.ids == nil {
		a.ids = make(map[string]bool, len(a.list))
		for _, h := range a.list {
			for _, id := range append([]string{h.ID}, h.Old...) {
				a.ids[id] = a.ids[id] || h.Answers(id)
			}
		}
	}
	return a.ids[id]
}

// Meant returns the heading that a link to an id which no heading has was most
// likely meant for: one whose text in the source of the page has the id, one whose
// id or text looks the same, or one that differs by a slip.
func (a *Anchors) Meant(id string) (h Heading, ok bool) {
	a.index()
	slug := Slug(id)
	for i, like := range a.like {
		if slug == "" && i == 0 {
			continue
		}
		if at, ok := like[slug]; ok {
			return a.list[at], true
		}
	}
	if near := a.name.Nearest(id); near != "" {
		return a.list[slices.IndexFunc(a.list, func(h Heading) bool { return !h.Absent && h.ID == near })], true
	}
	if slug == "" {
		return Heading{}, false
	}
	// The words of one are among those of the other.
	for _, h := range a.list[:min(len(a.list), wordy)] {
		if a, b := "-"+h.ID+"-", "-"+slug+"-"; !h.Absent && (strings.Contains(a, b) || strings.Contains(b, a)) {
			return h, true
		}
	}
	return Heading{}, false
}

// wordy is among how many headings the words of an id are looked for.
const wordy = 256

// index makes what [Anchors.Meant] looks in.
func (a *Anchors) index() {
	if a.name != nil {
		return
	}
	var ids []string
	for i := range a.like {
		a.like[i] = map[string]int{}
	}
	note := func(i int, slug string, at int) {
		if _, taken := a.like[i][slug]; !taken {
			a.like[i][slug] = at
		}
	}
	for at, h := range a.list {
		if h.Absent {
			continue
		}
		ids = append(ids, h.ID)
		if h.inherited {
			note(0, Slug(h.Text), at)
		}
		note(1, Slug(h.ID), at)
		note(2, Slug(h.Text), at)
	}
	a.name = diag.NewNames(ids)
}
