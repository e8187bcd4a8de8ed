package lsp

import (
	"bytes"
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/creachadair/jrpc2"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/site"
)

// refused is the error of what cannot be done; the editor shows it.
func (s *server) refused(format string, args ...any) error {
	return jrpc2.Errorf(-32803, "%s", diag.In(s.Lang, diag.Say(format, args...))) // RequestFailed
}

// subject returns the page that a place names: the one that a link leads to, or
// in the front matter the page itself.
func (h *here) subject() (p *site.Page, from, to int) {
	if h.inFront() {
		if p, from, to := h.related(); p != nil {
			return p, from, to
		}
		p = h.page()
		return p, h.line, h.at + len(h.after)
	}
	if r, ok := h.ref(); ok {
		p, _ = h.target(h.file, string(h.src[r.from:r.to]))
		return p, r.from, r.to
	}
	return nil, 0, 0
}

func (s *server) prepareRename(ctx context.Context, p placeParams) (*placeholder, error) {
	h := s.here(ctx, p)
	if h == nil {
		return nil, nil
	}
	page, from, to := h.subject()
	if page == nil {
		return nil, nil
	}
	if err := s.renames(page); err != nil {
		return nil, err
	}
	return &placeholder{s.enc.span(h.src, from, to), page.ID}, nil
}

// renames says why a page cannot be renamed.
func (s *server) renames(p *site.Page) error {
	switch {
	case p.Index:
		return s.refused("a section takes the name of its folder; rename its pages one by one")
	case !s.rename:
		return s.refused("the editor cannot rename files")
	}
	return nil
}

// renamePage returns a page another path: its files in all languages, the links to
// it, and an alias for each address that it had.
func (s *server) renamePage(ctx context.Context, p renameParams) (*workspaceEdit, error) {
	h := s.here(ctx, p.placeParams)
	if h == nil {
		return nil, nil
	}
	page, _, _ := h.subject()
	if page == nil {
		return nil, s.refused("here stands no page")
	}
	if err := s.renames(page); err != nil {
		return nil, err
	}
	return h.move(page.ID, p.NewName, "")
}

// willRename is [server.renamePage] for a file that the editor renames itself.
func (s *server) willRename(ctx context.Context, p renameFilesParams) (*workspaceEdit, error) {
	if len(p.Files) != 1 {
		return nil, nil
	}
	from, ok1 := s.name(p.Files[0].OldURI)
	to, ok2 := s.name(p.Files[0].NewURI)
	h := s.here(ctx, placeParams{TextDocument: textDocument{URI: p.Files[0].OldURI}})
	if !ok1 || !ok2 || h == nil {
		return nil, nil
	}
	page := h.page()
	was, _ := content.Split(from)
	is, rest := content.Split(to)
	if page == nil || page.Index || was != is || !strings.HasPrefix(to, content.Root+"/") || !strings.HasSuffix(rest, ".md") {
		return nil, nil
	}
	id, _ := content.ID(rest)
	return h.move(page.ID, id, from)
}

// move makes the edits that give the page with an id another one. by is the file
// that is renamed by somebody else.
func (h *here) move(old, name, by string) (*workspaceEdit, error) {
	id, index := content.ID(strings.Trim(strings.TrimSpace(name), "/"))
	switch {
	case id == old:
		return nil, nil
	case id == "" || index || path.Clean("/"+id) != "/"+id || strings.ContainsAny(id, "\\\"#?%:<>|* "):
		return nil, h.refused("%q cannot be the path of a page", name)
	case h.state.Site.Reference(id) != nil:
		return nil, h.refused("there is a page %q already", id)
	}
	m := &mover{here: h, old: old, id: id, edits: map[string][]textEdit{}}
	seen := map[string]bool{}
	for _, l := range h.state.Site.Locales {
		for _, p := range l.All {
			if p.Fallback || seen[p.File] {
				continue
			}
			seen[p.File] = true
			if f, _ := h.state.Tree.Get(p.File); f.Embedded {
				if p.ID == old {
					return nil, h.refused("the page %s is in the program; take a copy first: wegwijs eject %s", p.File, p.File)
				}
				continue
			}
			m.page(p)
		}
	}
	w := &workspaceEdit{DocumentChanges: []any{}}
	for _, file := range slices.Sorted(maps.Keys(m.edits)) {
		w.DocumentChanges = append(w.DocumentChanges, h.server.edits(file, m.edits[file]))
	}
	for _, p := range h.state.Site.Translations(old) {
		if p != nil && p.File != by {
			w.DocumentChanges = append(w.DocumentChanges, renameFile{"rename", h.uri(p.File), h.uri(content.Root + "/" + p.Lang + "/" + id + ".md")})
		}
	}
	return w, nil
}

// A mover gathers the edits of a rename.
type mover struct {
	*here
	old, id string
	edits   map[string][]textEdit
}

func (m *mover) edit(file string, src []byte, from, to int, text string) {
	if string(src[from:to]) != text {
		m.edits[file] = append(m.edits[file], textEdit{m.enc.span(src, from, to), text})
	}
}

// page edits one page: its links to the one that moves, and all its links where
// it is that one.
func (m *mover) page(p *site.Page) {
	moved := p.ID == m.old
	base := path.Base(m.old)
	src := m.read(p.File)
	if !moved && !bytes.Contains(src, []byte(base)) {
		return
	}
	file := p.File // from where links are read once it has moved
	if moved {
		file = content.Root + "/" + p.Lang + "/" + m.id + ".md"
	}
	for _, r := range refs(src, content.Body(src)) {
		dest := string(src[r.from:r.to])
		rest, suffix, ok := below(p.File, dest)
		if !ok {
			continue
		}
		if id, _ := content.ID(rest); strings.HasSuffix(rest, ".md") && id == m.old {
			rest = m.id + ".md"
		} else if !moved || path.Dir(m.old) == path.Dir(m.id) {
			continue
		}
		name := typed(file, rest)
		if strings.HasPrefix(dest, "/") {
			name = "/" + rest
		}
		m.edit(p.File, src, r.from, r.to, strings.ReplaceAll(name, " ", "%20")+suffix)
	}
	for i, id := range p.Related {
		if id == m.old {
			m.value(p.File, src, p.Pos("related", i), m.id)
		}
	}
	for _, g := range p.Groups {
		for i, name := range g.Pages {
			if path.Join(p.ID, name) == m.old && path.Dir(m.id) == path.Dir(m.old) {
				m.value(p.File, src, p.Pos("groups."+g.ID+".pages", i), path.Base(m.id))
			}
		}
	}
	if moved {
		m.alias(p, src)
	}
}

// value changes a text in quotes.
func (m *mover) value(file string, src []byte, pos diag.Pos, text string) {
	if from, to := place(src, pos); to > from+1 {
		m.edit(file, src, from+1, to-1, text)
	}
}

// alias keeps the address that a page has, where it gets another one.
func (m *mover) alias(p *site.Page, src []byte) {
	if p.Slug != path.Base(p.ID) && path.Dir(m.old) == path.Dir(m.id) {
		return // it keeps its slug
	}
	start, end, ok := content.FrontMatterRange(src)
	if !ok {
		return
	}
	address := strings.TrimPrefix(p.URL, m.state.Config.BasePath)
	for at := start; at < end; {
		next := end
		if i := bytes.IndexByte(src[at:end], '\n'); i >= 0 {
			next = at + i + 1
		}
		line := bytes.TrimLeft(src[at:next], " \t")
		if bytes.HasPrefix(line, []byte("aliases")) {
			if i := bytes.IndexByte(src[at:next], '['); i >= 0 {
				text := `"` + address + `", `
				if len(p.Aliases) == 0 {
					text = `"` + address + `"`
				}
				m.edit(p.File, src, at+i+1, at+i+1, text)
				return
			}
		}
		if bytes.HasPrefix(line, []byte("[")) && m.table(line) { // keys of the page stand before its tables
			end = at
			break
		}
		at = next
	}
	m.edit(p.File, src, end, end, `aliases = ["`+address+"\"]\n")
}

// table reports whether a line begins a table.
func (m *mover) table(line []byte) bool { return tableRE().Match(line) }
