package render

import (
	"sync"

	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// since is what was found out about a kept text beside what it is now, once for
// all languages that were translated from it.
type since struct {
	mu       sync.Mutex
	harmless bool               // no reader is misled by what changed; false too where nobody looked
	headings []markdown.Heading // of the kept text
	known    bool               // the headings are
}

// since returns what is known of the text in file, from which a translation of ref
// was made, for its caller to lock.
func (r *Renderer) since(file string, ref *content.Page) *since {
	h, was := r.entry(ref), r.Hash(file)
	// Not that of h: who asks may hold it, where ref is a translation without a text.
	r.texts.mu.Lock()
	defer r.texts.mu.Unlock()
	s := h.since[was]
	if s == nil {
		if h.since == nil {
			h.since = map[scan.Hash]*since{}
		}
		s = new(since)
		h.since[was] = s
	}
	return s
}

// keptHeadings returns the headings of the text in file, from which a translation
// of ref was made.
func (r *Renderer) keptHeadings(file string, ref *content.Page) ([]markdown.Heading, error) {
	s := r.since(file, ref)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.known {
		src, err := r.Read(file)
		if err != nil {
			return nil, err
		}
		s.headings = r.engines[r.Site.Locales[0].Lang].Headings(&markdown.Input{File: file, Src: src, Body: content.Body(src), Taken: r.Layouts.IDs(), Gone: r.gone(ref), Needs: r.Site.Needs(ref.ID), Site: &resolver{r: r}})
		s.known = true
	}
	return s.headings, nil
}

// edits returns what changed since the text in file in what readers act by; nil
// where nothing did, or where ref was itself translated from another text.
func (r *Renderer) edits(file string, ref *content.Page) (*freshness.Edits, error) {
	s := r.since(file, ref)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.harmless {
		return nil, nil
	}
	was, err := r.Read(file)
	if err != nil {
		return nil, err
	}
	is, err := r.Read(ref.File)
	if err != nil {
		return nil, err
	}
	e := freshness.NewEdits(freshness.Parse(file, was), freshness.Parse(ref.File, is))
	s.harmless = !e.MayMislead() || ref.Source != "" && !e.Akin()
	if s.harmless {
		return nil, nil
	}
	return e, nil
}
