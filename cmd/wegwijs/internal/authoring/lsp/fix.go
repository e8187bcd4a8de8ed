package lsp

import (
	"context"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// fixes offers the way out that a finding's hint names, where that is one text in
// the place of another.
func (s *server) fixes(ctx context.Context, p codeActionParams) ([]codeAction, error) {
	list := []codeAction{}
	name, ok := s.name(p.TextDocument.URI)
	if !ok {
		return list, nil
	}
	v, err := s.states.View(ctx)
	if err != nil {
		return nil, err
	}
	src, err := s.files.ReadFile(name)
	if err != nil {
		return list, nil
	}
	from, to := s.enc.offset(src, p.Range.Start), s.enc.offset(src, p.Range.End)
	for _, d := range v.Findings {
		start, end := place(src, d.Pos)
		if d.Pos.File != name || end < from || start > to {
			continue
		}
		at, until, text := fix(src, d)
		if until <= at {
			continue
		}
		edit := &workspaceEdit{DocumentChanges: []any{s.edits(name, []textEdit{{s.enc.span(src, at, until), text}})}}
		if !s.versions {
			edit = &workspaceEdit{Changes: map[string][]textEdit{p.TextDocument.URI: {{s.enc.span(src, at, until), text}}}}
		}
		list = append(list, codeAction{
			Title: diag.Sayf(s.Lang, "write %s", text), Kind: "quickfix", Diagnostics: []diagnostic{s.diagnostic(src, d)},
			Edit: edit,
		})
	}
	return list, nil
}

var (
	meantRE  = lazyregexp.New(`^did you mean (?:"((?:[^"\\]|\\.)+)"|#([^\s,?]+)|([^\s,?]+))`)
	writeRE  = lazyregexp.New(`^write ([^\s:]+\.md)(?::|$)`)
	quotedRE = lazyregexp.New(`"((?:[^"\\]|\\.)+)"`)
)

// fix returns what stands in the place of what, so that a finding goes: the text
// for src[from:to]. Where the hint does not say, to is not after from.
func fix(src []byte, d diag.Diagnostic) (from, to int, text string) {
	at, end := place(src, d.Pos)
	if d.Pos.Line == 0 {
		return 0, 0, ""
	}
	_, lineEnd := lineAt(src, d.Pos.Line-1)
	if m := meantRE().FindStringSubmatch(d.Hint); m != nil {
		text = m[1] + m[2] + m[3]
	} else if m := writeRE().FindStringSubmatch(d.Hint); m != nil {
		text = m[1]
	}
	if text == "" {
		return 0, 0, ""
	}
	switch d.Code {
	case diag.LinkPage, diag.LinkFile, diag.LinkAnchor, diag.Link:
		// The destination of the link that begins here: its path, or what
		// stands behind #.
		if list := refs(src[:lineEnd], at); len(list) > 0 {
			r := list[0]
			dest := string(src[r.from:r.to])
			hash := strings.IndexByte(dest, '#')
			switch {
			case d.Code == diag.LinkAnchor && hash >= 0:
				return r.from + hash + 1, r.to, text
			case d.Code != diag.LinkAnchor && hash >= 0:
				return r.from, r.from + hash, text
			case d.Code != diag.LinkAnchor:
				return r.from, r.to, text
			}
		}
	}
	// The first name in quotes that the message says and the line has.
	for _, m := range quotedRE().FindAllStringSubmatch(d.Msg, -1) {
		name := m[1]
		if i := strings.LastIndexByte(name, '.'); i >= 0 && !strings.Contains(string(src[at:lineEnd]), name) {
			name = name[i+1:] // mail.servr in [mail]
			text = text[strings.LastIndexByte(text, '.')+1:]
		}
		if i := strings.Index(string(src[at:max(end, lineEnd)]), name); i >= 0 {
			return at + i, at + i + len(name), text
		}
	}
	return 0, 0, ""
}

// edits returns edits of one file.
func (s *server) edits(name string, list []textEdit) documentEdit {
	e := documentEdit{TextDocument: versioned{URI: s.uri(name)}, Edits: list}
	if d := s.docs.get(name); d != nil {
		e.TextDocument.Version = &d.version
	}
	return e
}
