package lsp

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"
	"github.com/creachadair/jrpc2/handler"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/notify"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/state"
)

// Options say how a server works.
type Options struct {
	// Dir is the folder of the site; "" for the one that the editor has open.
	Dir string
	// Lang is the language of findings; "" for that of the editor.
	Lang diag.Lang
	// State returns how the site in a folder is read. Nil: the usual way.
	State func(dir string) state.Options
	// Poll looks at all files now and then, instead of waiting for events.
	Poll bool
}

// Serve speaks with one editor until it ends the conversation, its stream ends,
// or ctx does. It closes out.
func Serve(ctx context.Context, in io.Reader, out io.WriteCloser, opt Options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := &server{Options: opt, ctx: ctx, stop: stop, enc: utf16Units, docs: &overlay{docs: map[string]*document{}}, shown: map[string]told{}}
	s.rpc = jrpc2.NewServer(s.methods(), &jrpc2.ServerOptions{AllowPush: true})
	// Reading the standard input cannot be broken off: what copies it is left
	// behind when the conversation ends by other means than its end.
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	s.rpc.Start(channel.LSP(r, out))
	context.AfterFunc(ctx, func() { w.Close() }) // Stop panics when a message comes at that moment (jrpc2 1.3.6)
	err := s.rpc.Wait()
	ended := ctx.Err() != nil
	stop()
	s.wg.Wait()
	if errors.Is(err, io.EOF) || ended {
		err = nil
	}
	return err
}

// A server is one conversation.
type server struct {
	Options
	ctx  context.Context // of the conversation
	stop context.CancelFunc
	rpc  *jrpc2.Server
	docs *overlay
	wg   sync.WaitGroup

	// Set by initialize, and not changed afterwards.
	enc      encoding
	root     string // the folder of the site
	versions bool   // edits say of which version of a text they are
	rename   bool   // the editor can rename files
	files    *builtin.FS
	states   *preview.States

	mu    sync.Mutex      // held while a text changes
	shown map[string]told // by file, what the editor was told last
}

// told is what the editor was told of a file, and what that was made of.
type told struct {
	hash     scan.Hash // of the text
	findings []diag.Diagnostic
	list     []diagnostic
}

func (s *server) methods() handler.Map {
	nothing := handler.New(func(context.Context) (any, error) { return nil, nil })
	m := handler.Map{
		"initialize":  handler.New(s.initialize),
		"initialized": nothing,
		"shutdown":    nothing,
		"exit": handler.New(func(context.Context) error {
			s.stop()
			return nil
		}),
		"$/setTrace": nothing,
		"$/cancelRequest": handler.New(func(_ context.Context, p struct {
			ID any `json:"id"`
		}) error {
			return nil // an answer takes a few milliseconds
		}),
		"textDocument/didOpen":   handler.New(s.didOpen),
		"textDocument/didChange": handler.New(s.didChange),
		"textDocument/didClose":  handler.New(s.didClose),
		"textDocument/didSave":   nothing,
	}
	for name, h := range map[string]jrpc2.Handler{
		"textDocument/completion":    handler.New(s.complete),
		"textDocument/hover":         handler.New(s.hover),
		"textDocument/definition":    handler.New(s.definition),
		"textDocument/codeAction":    handler.New(s.fixes),
		"textDocument/prepareRename": handler.New(s.prepareRename),
		"textDocument/rename":        handler.New(s.renamePage),
		"workspace/willRenameFiles":  handler.New(s.willRename),
	} {
		m[name] = func(ctx context.Context, r *jrpc2.Request) (any, error) {
			if s.states == nil {
				return nil, &jrpc2.Error{Code: -32002, Message: "not initialized"} // ServerNotInitialized
			}
			return h(ctx, r)
		}
	}
	return m
}

func (s *server) initialize(_ context.Context, p initializeParams) (*initializeResult, error) {
	if s.states != nil {
		return nil, &jrpc2.Error{Code: jrpc2.InvalidRequest, Message: "initialized already"}
	}
	for _, e := range p.Capabilities.General.PositionEncodings {
		if e == utf8Units || e == utf16Units || e == utf32Units {
			s.enc = e
			break
		}
	}
	if s.Lang == "" {
		s.Lang = diag.LangOf(p.Locale)
	}
	edit := p.Capabilities.Workspace.WorkspaceEdit
	s.versions = edit.DocumentChanges
	s.rename = slices.Contains(edit.ResourceOperations, "rename")
	s.root = s.folder(p)
	s.docs.disk = os.DirFS(s.root)
	s.files = builtin.Over(s.docs)
	var opt state.Options
	if s.State != nil {
		opt = s.State(s.root)
	}
	s.states = preview.New(s.files, opt, nil)
	s.states.Whole = true
	s.wg.Go(s.run)
	s.wg.Go(s.follow)

	r := &initializeResult{ServerInfo: serverInfo{Name: "wegwijs"}}
	c := &r.Capabilities
	c.PositionEncoding = s.enc
	c.TextDocumentSync = syncOptions{OpenClose: true, Change: 2}
	c.CompletionProvider.TriggerCharacters = []string{":", "[", "(", "#", "/", "{", "=", `"`, "!"}
	c.HoverProvider, c.DefinitionProvider = true, true
	c.CodeActionProvider.CodeActionKinds = []string{"quickfix"}
	c.RenameProvider.PrepareProvider = true
	var pages fileFilter
	pages.Pattern.Glob = "**/content/**/*.md"
	c.Workspace.FileOperations.WillRename.Filters = []fileFilter{pages}
	return r, nil
}

// folder returns the folder of the site: the one that was asked for, or that of
// the editor, or one above it that has a site.toml.
func (s *server) folder(p initializeParams) string {
	dir := s.Dir
	if dir == "" {
		dir = p.RootPath
		if at, ok := pathOf(p.RootURI); ok {
			dir = at
		}
		for _, f := range p.WorkspaceFolders {
			at, ok := pathOf(f.URI)
			if !ok {
				continue
			}
			if _, err := os.Stat(filepath.Join(at, "site.toml")); err == nil || dir == "" {
				dir = at
				break
			}
		}
		for up := dir; up != ""; up = filepath.Dir(up) {
			if _, err := os.Stat(filepath.Join(up, "site.toml")); err == nil {
				dir = up
				break
			}
			if up == filepath.Dir(up) {
				break
			}
		}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	return abs
}

// run keeps the site's state up to date.
func (s *server) run() {
	hints := notify.Start(s.ctx, s.root, notify.Options{Poll: s.Poll, Cost: s.states.Cost, Busy: s.states.Busy, Hot: s.states.Hot, Say: func(diag.Said) {}})
	if err := s.states.Run(s.ctx, hints.Hints); err != nil {
		s.rpc.Notify(s.ctx, "window/showMessage", showMessage{1, diag.Sayf(s.Lang, "the site cannot be read: %v", err)})
	}
	hints.Wait()
}

// follow tells the editor what is wrong whenever that changes.
func (s *server) follow() {
	views, end := s.states.Subscribe()
	defer end()
	if _, err := s.states.View(s.ctx); err != nil {
		return
	}
	for {
		s.mu.Lock()
		if v, err := s.states.View(s.ctx); err == nil {
			s.publish(v)
		}
		s.mu.Unlock()
		select {
		case <-s.ctx.Done():
			return
		case <-views:
		}
	}
}

// publish tells the editor what is wrong, of the files for which that is another
// thing than it was told. s.mu is held.
func (s *server) publish(v *preview.View) {
	byFile := map[string][]diag.Diagnostic{}
	for _, d := range v.Findings {
		byFile[d.Pos.File] = append(byFile[d.Pos.File], d)
	}
	for file := range s.shown {
		if _, still := byFile[file]; !still {
			byFile[file] = nil
		}
	}
	for _, file := range s.docs.open() { // an editor may wait for the first answer
		if _, ok := byFile[file]; !ok {
			byFile[file] = nil
		}
	}
	for file, ds := range byFile {
		if strings.HasPrefix(file, builtin.Prefix) {
			continue // no file of the editor
		}
		var text scan.File
		if v.State.Tree != nil {
			text, _ = v.State.Tree.Get(file)
		}
		was, ok := s.shown[file]
		if ok && was.hash == text.Hash && slices.EqualFunc(was.findings, ds, alike) {
			continue // neither read nor measured again
		}
		list := make([]diagnostic, 0, len(ds))
		if len(ds) > 0 {
			src, _ := fs.ReadFile(s.docs, file)
			for _, d := range ds {
				list = append(list, s.diagnostic(src, d))
			}
		}
		if s.shown[file] = (told{text.Hash, ds, list}); len(list) == 0 && s.docs.get(file) == nil {
			delete(s.shown, file)
		}
		if ok && slices.Equal(was.list, list) {
			continue
		}
		p := publishParams{URI: s.uri(file), Diagnostics: list}
		if d := s.docs.get(file); d != nil {
			p.Version = d.version
		}
		s.rpc.Notify(s.ctx, "textDocument/publishDiagnostics", p)
	}
}

// alike reports whether two findings of a text say the same.
func alike(a, b diag.Diagnostic) bool {
	return a.Pos == b.Pos && a.Severity == b.Severity && a.Code == b.Code && a.Msg == b.Msg && a.Hint == b.Hint
}

// diagnostic returns a finding as editors take it.
func (s *server) diagnostic(src []byte, d diag.Diagnostic) diagnostic {
	said := d.In(s.Lang)
	from, to := place(src, d.Pos)
	e := diagnostic{Range: s.enc.span(src, from, to), Severity: 1, Code: string(d.Code), Source: "wegwijs", Message: said.Msg}
	if d.Severity == diag.Warning {
		e.Severity = 2
	}
	if said.Hint != "" {
		e.Message += "\n" + said.Hint
	}
	return e
}

// place returns the offsets in src between which a finding stands.
func place(src []byte, p diag.Pos) (from, to int) {
	if p.Line == 0 {
		from, to = lineAt(src, 0)
		return from, to
	}
	from, to = lineAt(src, p.Line-1)
	if p.Col > 0 {
		start := from
		if p.Line == 1 {
			start = 0 // byte columns count the mark
		}
		from = min(start+p.ByteCol()-1, to)
		to = max(min(extent(src, from), to), from)
	}
	return from, to
}

func (s *server) didOpen(ctx context.Context, p struct {
	TextDocument textDocument `json:"textDocument"`
}) error {
	name, ok := s.name(p.TextDocument.URI)
	if !ok {
		return nil
	}
	s.look(ctx, name, &document{name: name, data: []byte(p.TextDocument.Text), version: p.TextDocument.Version, at: time.Now()})
	return nil
}

func (s *server) didChange(ctx context.Context, p didChangeParams) error {
	name, ok := s.name(p.TextDocument.URI)
	d := s.docs.get(name)
	if !ok || d == nil {
		return nil
	}
	data := d.data
	for _, c := range p.ContentChanges {
		if c.Range == nil {
			data = []byte(c.Text)
			continue
		}
		from, to := s.enc.offset(data, c.Range.Start), s.enc.offset(data, c.Range.End)
		data = slices.Concat(data[:from], []byte(c.Text), data[max(from, to):])
	}
	s.look(ctx, name, &document{name: name, data: data, version: p.TextDocument.Version, at: time.Now()})
	return nil
}

func (s *server) didClose(ctx context.Context, p struct {
	TextDocument textDocument `json:"textDocument"`
}) error {
	if name, ok := s.name(p.TextDocument.URI); ok {
		s.look(ctx, name, nil)
	}
	return nil
}

// look puts a text over a file, brings the present state up to date, and tells
// the editor what is wrong with it.
func (s *server) look(ctx context.Context, name string, d *document) {
	s.mu.Lock() // nothing is said of a text that was not looked at
	defer s.mu.Unlock()
	s.docs.set(name, d)
	if _, err := s.states.View(ctx); err != nil {
		return
	}
	s.states.Look(ctx, name)
	s.states.First(ctx, name)
	if v, err := s.states.View(ctx); err == nil {
		s.publish(v)
	}
}

// name returns the path of a file from the site's folder.
func (s *server) name(uri string) (string, bool) {
	p, ok := pathOf(uri)
	if !ok || s.states == nil {
		return "", false
	}
	for _, p := range []string{p, resolved(p)} {
		for _, root := range []string{s.root, resolved(s.root)} {
			if rel, err := filepath.Rel(root, p); err == nil && filepath.IsLocal(rel) {
				return filepath.ToSlash(rel), true
			}
		}
	}
	return "", false
}

// resolved returns a path without symbolic links; its last elements may not be
// there.
func resolved(p string) string {
	for up := p; ; up = filepath.Dir(up) {
		if r, err := filepath.EvalSymlinks(up); err == nil {
			return filepath.Join(r, p[len(up):])
		}
		if up == filepath.Dir(up) {
			return p
		}
	}
}

// pathOf returns the path that a file: URI names (RFC 8089).
func pathOf(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return "", false
	}
	p := u.Path
	if runtime.GOOS == "windows" {
		p = strings.TrimPrefix(p, "/") // before the letter of the drive
	}
	return filepath.FromSlash(p), true
}

// uri returns the URI of a file of the site.
func (s *server) uri(name string) string {
	p := filepath.ToSlash(filepath.Join(s.root, filepath.FromSlash(name)))
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}

// here is a place in a text, as it is now.
type here struct {
	*server
	state  *state.State
	file   string
	src    []byte
	at     int // offset of the place
	line   int // where its line begins
	before string
	after  string // the rest of its line
}

// here returns the place that an editor asks about; nil where it is none of the
// site's.
func (s *server) here(ctx context.Context, p placeParams) *here {
	name, ok := s.name(p.TextDocument.URI)
	if !ok {
		return nil
	}
	v, err := s.states.View(ctx)
	if err != nil || v.State.Site == nil {
		return nil
	}
	src, err := fs.ReadFile(s.files, name)
	if err != nil {
		return nil
	}
	h := &here{server: s, state: v.State, file: name, src: src, at: s.enc.offset(src, p.Position)}
	var end int
	h.line, end = lineAt(src, p.Position.Line)
	h.before, h.after = string(src[h.line:h.at]), string(src[h.at:max(end, h.at)])
	return h
}
