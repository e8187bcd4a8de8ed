package serve

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/site"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// A translated says what changed in the text of a page since that was translated.
type translated struct {
	State  freshness.State `json:"state,omitempty"` // "" for a page that is no translation
	Blocks []staleBlock    `json:"blocks"`
}

// A staleBlock is one block that changed, with the words that differ between [-…-]
// and {+…+}.
type staleBlock struct {
	Kind        freshness.Kind `json:"kind"`
	Old         string         `json:"old,omitempty"`
	New         string         `json:"new,omitempty"`
	Source      string         `json:"source"` // where the text stands
	OpenSource  string         `json:"openSource,omitempty"`
	Translation string         `json:"translation,omitempty"`
	Where       string         `json:"where,omitempty"` // where the translation stands
	Open        string         `json:"open,omitempty"`
	Seen        string         `json:"seen,omitempty"` // what readers see of it, by which the page's own block is found
}

// authors are the files of the site, as they are now.
type authors func(file string) ([]byte, error)

func (a authors) ReadFile(name string) ([]byte, error) {
	if a == nil {
		return nil, fs.ErrNotExist
	}
	return a(name)
}

func (a authors) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// translation answers what changed in the text of the page at an address.
func (h *handler) translation(w http.ResponseWriter, r *http.Request) {
	answer := translated{Blocks: []staleBlock{}}
	v, err := h.live.View(r.Context())
	if err == nil {
		if p := h.pageAt(v, r); p != nil && !p.Fallback && p.Locale.N > 0 {
			reader := freshness.NewReader(v.State.Site, authors(h.opt.Read))
			var page *freshness.Page
			if page, err = reader.Page(p.ID, p.Locale.Lang); page != nil && err == nil {
				answer.State = page.State
				answer.Blocks, err = h.stale(v.State.Place, reader, page, r)
			}
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(answer)
}

// pageAt returns the page of a view at the address that a request asks about; nil
// for none.
func (h *handler) pageAt(v *preview.View, r *http.Request) *site.Page {
	if v.State.Set == nil {
		return nil
	}
	address, _ := strings.CutPrefix(r.URL.Query().Get("page"), h.base(r.Context()))
	f, ok := v.State.Set.File(fileset.PathOf(address))
	if !ok {
		return nil
	}
	ref, ok := f.Key.(site.Ref)
	if !ok {
		return nil
	}
	return v.State.Site.At(ref)
}

// stale returns what changed in the text of a page since it was translated. place
// returns positions as people read them.
func (h *handler) stale(place func(diag.Pos) diag.Pos, reader *freshness.Reader, page *freshness.Page, r *http.Request) ([]staleBlock, error) {
	list := []staleBlock{}
	if page.State != freshness.Stale {
		return list, nil
	}
	if err := reader.Translate(page); err != nil {
		return nil, err
	}
	for _, d := range page.Diffs() {
		if !d.Change.Changed() {
			continue
		}
		b := staleBlock{Kind: d.Change.Kind}
		if d.Old != nil {
			b.Source = place(d.Old.Pos).String()
		}
		if d.New != nil {
			at := place(d.New.Pos)
			b.Source, b.OpenSource = at.String(), h.open(at, r)
		}
		old, now := d.Texts()
		b.Old, b.New = freshness.Words(old, now, false)
		if d.Translation != nil {
			at := place(d.Translation.Pos)
			b.Translation, b.Where, b.Open, b.Seen = d.Translation.Source, at.String(), h.open(at, r), d.Translation.Text
		}
		list = append(list, b)
	}
	return list, nil
}
