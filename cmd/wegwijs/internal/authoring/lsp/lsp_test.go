package lsp

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// An editor is the other side of a conversation.
type editor struct {
	t   testing.TB
	dir string
	*jrpc2.Client
	told map[string]publishParams
	mu   sync.Mutex
	news *sync.Cond
	end  func()
}

// edits opens the small site, with files laid over it, in an editor.
func edits(t testing.TB, encoding, lang string, overlays ...string) *editor {
	dir := testenv.RAM(t)
	for name, text := range testenv.SmallSite(t, overlays...) {
		testenv.Write(t, filepath.Join(dir, name), text)
	}
	return open(t, dir, encoding, lang)
}

func open(t testing.TB, dir, encoding, lang string) *editor {
	e := &editor{t: t, dir: dir, told: map[string]publishParams{}}
	e.news = sync.NewCond(&e.mu)
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- Serve(context.WithoutCancel(t.Context()), in, out, Options{Poll: true}) }()
	e.Client = jrpc2.NewClient(channel.LSP(fromServer, toServer), &jrpc2.ClientOptions{OnNotify: func(r *jrpc2.Request) {
		var p publishParams
		if r.Method() != "textDocument/publishDiagnostics" || r.UnmarshalParams(&p) != nil {
			return
		}
		e.mu.Lock()
		e.told[p.URI] = p
		e.mu.Unlock()
		e.news.Broadcast()
	}})
	e.end = sync.OnceFunc(func() {
		e.call("shutdown", nil, nil)
		e.Notify(context.WithoutCancel(t.Context()), "exit", nil)
		if err := <-served; err != nil {
			t.Errorf("the server ends with %v", err)
		}
		e.Client.Close()
	})
	t.Cleanup(e.end)
	var r initializeResult
	e.call("initialize", map[string]any{
		"rootUri": "file://" + dir, "locale": lang,
		"capabilities": map[string]any{
			"general":   map[string]any{"positionEncodings": []string{encoding}},
			"workspace": map[string]any{"workspaceEdit": map[string]any{"documentChanges": true, "resourceOperations": []string{"rename"}}},
		},
	}, &r)
	e.Notify(t.Context(), "initialized", struct{}{})
	return e
}

func (e *editor) call(method string, params, result any) {
	e.t.Helper()
	r, err := e.Call(context.WithoutCancel(e.t.Context()), method, params)
	if err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
	if result != nil {
		if err := r.UnmarshalResult(result); err != nil {
			e.t.Fatalf("%s: %v", method, err)
		}
	}
}

func (e *editor) uri(name string) string { return "file://" + e.dir + "/" + name }

// write puts a text into a buffer that is never saved, and returns it without
// the mark ‸, where the cursor stands.
func (e *editor) write(name, text string) (string, position) {
	e.t.Helper()
	before, after, _ := strings.Cut(text, "‸")
	text = before + after
	e.Notify(e.t.Context(), "textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": e.uri(name), "languageId": "markdown", "version": 1, "text": text}})
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return text, utf16Units.position([]byte(before), len(before)-len(line)+len(line))
}

// change puts another text in the place of a buffer's.
func (e *editor) change(name string, version int, at span, text string) {
	e.t.Helper()
	e.Notify(e.t.Context(), "textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": e.uri(name), "version": version}, "contentChanges": []any{map[string]any{"range": at, "text": text}}})
}

// told waits until the editor was told what right takes of a file.
func (e *editor) wait(name string, right func(p publishParams) bool) publishParams {
	e.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		if p, ok := e.told[e.uri(name)]; ok && right(p) {
			return p
		}
		e.news.Wait()
	}
}

func (e *editor) place(name string, at position) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": e.uri(name)}, "position": at}
}

const imap = "content/nl/e-mail/imap.md"

const front = "+++\ntitle = \"IMAP\"\n+++\n"

// Findings are those of check, while nothing is saved, at the place where the
// editor's own units have it.
func TestFindingsWhileTyping(t *testing.T) {
	for _, c := range []struct {
		encoding string
		col      int
	}{{"utf-8", 25}, {"utf-16", 17}, {"utf-32", 16}} {
		t.Run(c.encoding, func(t *testing.T) {
			e := edits(t, c.encoding, "nl-NL")
			e.write(imap, front+"écafé “x” 😀 zie [x](nergens.md)\n\n## Versturen {#versturen}\n")
			p := e.wait(imap, func(p publishParams) bool { return len(p.Diagnostics) > 0 })
			d := p.Diagnostics[0]
			if want := (position{3, c.col}); d.Range.Start != want || d.Code != "link-page" || d.Severity != 1 || !strings.HasPrefix(d.Message, "er is geen pagina ") {
				t.Errorf("got %+v, want link-page at %v", d, want)
			}
			// Mended in the buffer: gone, though the file was never written.
			from, to := d.Range.Start, d.Range.End
			e.change(imap, 2, span{from, to}, "POP")
			if p := e.wait(imap, func(p publishParams) bool { return p.Version == 2 }); len(p.Diagnostics) > 0 {
				t.Errorf("left: %+v", p.Diagnostics)
			}
			// The front matter is broken: said at once.
			e.change(imap, 3, span{position{1, 0}, position{1, 5}}, "titel")
			if p := e.wait(imap, func(p publishParams) bool { return len(p.Diagnostics) > 0 }); p.Diagnostics[0].Code != "toml-key" {
				t.Errorf("got %+v", p.Diagnostics)
			}
			// A buffer that is thrown away leaves what is on disk.
			e.Notify(t.Context(), "textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": e.uri(imap)}})
			e.wait(imap, func(p publishParams) bool { return len(p.Diagnostics) == 0 })
		})
	}
}

// A page that was never saved is a page, and an edit of one page is told of
// others.
func TestFindingsOfOthers(t *testing.T) {
	e := edits(t, "utf-16", "en")
	e.write("content/nl/e-mail/nieuw.md", front+"[x](imap.md#nergens)\n")
	e.wait("content/nl/e-mail/nieuw.md", func(p publishParams) bool {
		return len(p.Diagnostics) == 1 && p.Diagnostics[0].Code == "link-anchor"
	})
	e.write(imap, front+"## Iets anders\n") // e-mail/index.md links to #versturen
	e.wait("content/nl/e-mail/index.md", func(p publishParams) bool {
		return len(p.Diagnostics) == 1 && p.Diagnostics[0].Code == "link-anchor"
	})
}

func TestComplete(t *testing.T) {
	e := edits(t, "utf-16", "nl")
	page := "+++\ntitle = \"IMAP\"\n+++\n"
	for name, c := range map[string]struct {
		file, text string
		want       []string // among the labels
		not        string   // not among them
	}{
		"a page":              {imap, page + "Zie [x](‸)\n", []string{"pop.md", "/index.md"}, "scherm.svg"},
		"letters of its name": {imap, page + "Zie [x](po‸)\n", []string{"pop.md"}, "/index.md"},
		"letters of a title":  {imap, page + "Zie [x](welk‸)\n", []string{"/index.md"}, "pop.md"},
		"by reference":        {imap, page + "Zie [x].\n\n[x]: ‸\n", []string{"pop.md"}, ""},
		"an image":            {imap, page + "![Scherm](‸)\n", []string{"scherm.svg"}, "pop.md"},
		"a heading":           {"content/nl/e-mail/pop.md", page + "[x](imap.md#‸)\n", []string{"versturen", "ontvangen"}, ""},
		"its own heading":     {imap, page + "[x](#‸)\n\n## Eerste\n", []string{"eerste"}, "versturen"},
		"a container":         {imap, page + ":::‸\n", []string{"note", "when"}, "key"},
		"an inline one":       {imap, page + "Druk op :k‸\n", []string{"key"}, "note"},
		"an attribute":        {imap, page + ":::when{‸}\n", []string{"has", "lacks"}, ""},
		"a fact":              {imap, page + ":::when{has=‸}\n", []string{"pop", "webmail"}, ""},
		"a setting":           {imap, page + "De server is :setting[‸]\n", []string{"imap.host", "provider"}, ""},
		"a box":               {imap, page + "> [!‸\n", []string{"TIP", "WARNING"}, ""},
		"a key of a page":     {imap, "+++\ntitle = \"IMAP\"\n‸\n+++\n", []string{"description", "related", "draft"}, "title"},
		"a related page":      {imap, "+++\ntitle = \"IMAP\"\nrelated = [\"‸\"]\n+++\n", []string{"e-mail/pop"}, "e-mail/imap"},
		"in a list of lines":  {imap, "+++\ntitle = \"IMAP\"\nrelated = [\n  \"e-mail/pop\",\n  \"‸\"\n]\n+++\n", []string{"e-mail/pop"}, ""},
		"draft":               {imap, "+++\ntitle = \"IMAP\"\ndraft = ‸\n+++\n", []string{"true", "false"}, ""},
		"a key of the site":   {"site.toml", "title = \"Hulp\"\nbase_url = \"https://hulp.example\"\n[[mail]]\n‸\n", []string{"name", "domains"}, "protocol"},
		"a value of the site": {"site.toml", "title = \"Hulp\"\nbase_url = \"https://hulp.example\"\n[[mail.server]]\nsecurity = \"‸\"\n", []string{"tls", "starttls"}, ""},
		"a theme":             {"site.toml", "title = \"Hulp\"\nbase_url = \"https://hulp.example\"\n[theme]\n‸\n", []string{"accent"}, ""},
		"nothing in a word":   {imap, page + "Gewone tekst‸\n", nil, "pop.md"},
	} {
		t.Run(name, func(t *testing.T) {
			_, at := e.write(c.file, c.text)
			var list completionList
			e.call("textDocument/completion", e.place(c.file, at), &list)
			var labels []string
			for _, i := range list.Items {
				labels = append(labels, i.Label)
			}
			for _, w := range c.want {
				if !slices.Contains(labels, w) {
					t.Errorf("%q is not among %q", w, labels)
				}
			}
			if c.not != "" && slices.Contains(labels, c.not) {
				t.Errorf("%q is among %q", c.not, labels)
			}
			e.Notify(t.Context(), "textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": e.uri(c.file)}})
		})
	}
}

const record = `-- site.toml --
title = "Hulp"
base_url = "https://hulp.example"
default_language = "nl"
[provider]
name = "Voorbeeld"
[languages.nl]
name = "Nederlands"
[languages.en]
name = "English"
[[mail]]
id = "hosting"
name = "E-mail"
domains = ["voorbeeld.example"]
[[mail.server]]
protocol = "imap"
host = "imap.voorbeeld.example"
port = 993
security = "tls"
[[mail.server]]
protocol = "smtp"
host = "smtp.voorbeeld.example"
port = 465
security = "tls"
`

func TestHoverAndDefinition(t *testing.T) {
	e := edits(t, "utf-16", "nl", record)
	for name, c := range map[string]struct {
		text, says, leads string
		line              int
	}{
		"a link":             {front + "Zie [POP](po‸p.md).\n", "POP instellen", "content/nl/e-mail/pop.md", 0},
		"the text of a link": {front + "Zie [PO‸P](pop.md).\n", "POP instellen", "content/nl/e-mail/pop.md", 0},
		"a heading":          {front + "[x](#ko‸p)\n\n## Kop\n", "# Kop", imap, 5},
		"a setting":          {front + "Server: :setting[imap.h‸ost]\n", "imap.voorbeeld.example", "site.toml", 13},
		"a port":             {front + "Poort: :setting[smtp.port‸]\n", "465", "site.toml", 18},
		"a directive":        {front + ":::no‸te\nx\n:::\n", ":::note", "layouts/directives/note.html", 0},
		"an image":           {front + "![Scherm](sche‸rm.svg)\n", "", "content/nl/e-mail/scherm.svg", 0},
		"a related page":     {"+++\ntitle = \"IMAP\"\nrelated = [\"e-mail/p‸op\"]\n+++\n", "POP instellen", "content/nl/e-mail/pop.md", 0},
		"a key":              {"+++\ntit‸le = \"IMAP\"\n+++\n", "naam van de pagina", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, at := e.write(imap, c.text)
			var h *hover
			e.call("textDocument/hover", e.place(imap, at), &h)
			if got := ""; c.says != "" {
				if h != nil {
					got = h.Contents.Value
				}
				if !strings.Contains(got, c.says) {
					t.Errorf("says %q, want %q", got, c.says)
				}
			}
			var to []location
			e.call("textDocument/definition", e.place(imap, at), &to)
			switch {
			case c.leads == "" && len(to) > 0:
				t.Errorf("leads to %v", to)
			case c.leads != "" && (len(to) != 1 || to[0].URI != e.uri(c.leads) || to[0].Range.Start.Line != c.line):
				t.Errorf("leads to %v, want %s, line %d", to, c.leads, c.line)
			}
		})
	}
}

// apply does what an edit says, in the folder.
func (e *editor) apply(w *workspaceEdit) {
	e.t.Helper()
	for _, c := range w.DocumentChanges {
		data, _ := json.Marshal(c)
		var edit documentEdit
		var move renameFile
		json.Unmarshal(data, &edit)
		json.Unmarshal(data, &move)
		if move.Kind == "rename" {
			from, _ := pathOf(move.OldURI)
			to, _ := pathOf(move.NewURI)
			os.MkdirAll(filepath.Dir(to), 0o755)
			if err := os.Rename(from, to); err != nil {
				e.t.Fatal(err)
			}
			continue
		}
		name, _ := pathOf(edit.TextDocument.URI)
		src, err := os.ReadFile(name)
		if err != nil {
			e.t.Fatal(err)
		}
		slices.SortStableFunc(edit.Edits, func(a, b textEdit) int {
			return utf16Units.offset(src, b.Range.Start) - utf16Units.offset(src, a.Range.Start)
		})
		for _, x := range edit.Edits {
			from, to := utf16Units.offset(src, x.Range.Start), utf16Units.offset(src, x.Range.End)
			src = slices.Concat(src[:from], []byte(x.NewText), src[to:])
		}
		if err := os.WriteFile(name, src, 0o644); err != nil {
			e.t.Fatal(err)
		}
	}
}

// wrong returns what is wrong with the site in the folder.
func (e *editor) wrong() []diag.Diagnostic {
	e.t.Helper()
	s, err := state.Load(e.t.Context(), builtin.Over(os.DirFS(e.dir)), state.Options{}, nil)
	if err != nil {
		e.t.Fatal(err)
	}
	if err := s.MakeAll(e.t.Context()); err != nil {
		e.t.Fatal(err)
	}
	return s.Findings()
}

// What a quick fix writes takes the finding away.
func TestFixes(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string // the line that results
	}{
		"a page":          {front + "écafé 😀 [x](popp.md#a)\n", "écafé 😀 [x](pop.md#a)"},
		"the extension":   {front + "[x](pop)\n", "[x](pop.md)"},
		"a heading":       {front + "[x](#kopp)\n\n## Kop\n", "[x](#kop)"},
		"a key":           {"+++\ntitle = \"IMAP\"\nordr = 2\n+++\n", "order = 2"},
		"a related page":  {"+++\ntitle = \"IMAP\"\nrelated = [\"e-mail/popp\"]\n+++\n", "related = [\"e-mail/pop\"]"},
		"a directive":     {front + "Met :kye[Enter].\n", "Met :key[Enter]."},
		"an address":      {front + "[x](www.voorbeeld.nl)\n", "[x](https://www.voorbeeld.nl)"},
		"a mail address":  {front + "[x](ik@voorbeeld.nl)\n", "[x](mailto:ik@voorbeeld.nl)"},
		"the second link": {front + "[a](pop.md) en [x](ppo.md)\n", "[a](pop.md) en [x](pop.md)"},
	} {
		t.Run(name, func(t *testing.T) {
			e := edits(t, "utf-16", "nl")
			text, _ := e.write(imap, c.text)
			p := e.wait(imap, func(p publishParams) bool { return len(p.Diagnostics) > 0 })
			var list []codeAction
			for _, d := range p.Diagnostics {
				var some []codeAction
				e.call("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": e.uri(imap)}, "range": d.Range, "context": map[string]any{"diagnostics": []any{d}}}, &some)
				list = append(list, some...)
			}
			if len(list) != 1 {
				t.Fatalf("offers %+v for %+v", list, p.Diagnostics)
			}
			// An editor refuses an edit of a text that has changed since.
			if edit, err := json.Marshal(list[0].Edit); err != nil || !strings.Contains(string(edit), `"version":1`) {
				t.Errorf("the edit is of no version: %s", edit)
			}
			testenv.Write(t, filepath.Join(e.dir, imap), text)
			e.apply(list[0].Edit)
			got, _ := os.ReadFile(filepath.Join(e.dir, imap))
			if !strings.Contains(string(got), c.want+"\n") {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestAbout: editors say of each key of the front matter what it is for.
func TestAbout(t *testing.T) {
	h := &here{server: &server{Options: Options{Lang: diag.Dutch}}}
	for _, k := range content.Schema().Below {
		if k.Kind != tomlfile.OneTable && k.Kind != tomlfile.ManyTables && h.about(k.Name) == "" {
			t.Errorf("nothing is said of %s", k.Name)
		}
	}
}

// A page that is renamed leaves nothing wrong behind, and its addresses go on
// working.
func TestRename(t *testing.T) {
	const more = `-- content/nl/e-mail/index.md --
+++
title = "E-mail"
slug = "e-mail"
[groups.a]
title = "A"
pages = ["imap", "pop"]
+++
Kies [IMAP](imap.md#versturen), [ook][i] of ![x](scherm.svg). Niet ` + "`[x](imap.md)`" + `.

[i]: /e-mail/imap.md
`
	for name, c := range map[string]struct {
		file, at string // a text with the cursor behind it
		to       string
		files    []string // that are there then
		aliases  map[string]string
	}{
		"in its folder":               {imap, "title = ", "e-mail/ontvangen", []string{"content/nl/e-mail/ontvangen.md", "content/en/e-mail/ontvangen.md"}, map[string]string{"content/nl/e-mail/ontvangen.md": `aliases = ["/e-mail/imap/", "/oud/imap/"]`}},
		"to another folder":           {imap, "title = ", "los/imap", []string{"content/nl/los/imap.md", "content/en/los/imap.md"}, map[string]string{"content/nl/los/imap.md": `"/e-mail/imap/"`, "content/en/los/imap.md": `aliases = ["/en/email/imap-settings/"]`}},
		"by a link to it, to the top": {"content/nl/e-mail/pop.md", "[IMAP](imap", "/ontvangen.md", []string{"content/nl/ontvangen.md", "content/en/ontvangen.md"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			overlay := more
			if strings.HasPrefix(c.to, "los/") || strings.HasPrefix(c.to, "/") {
				overlay = strings.Replace(more, `pages = ["imap", "pop"]`, `pages = ["pop"]`, 1)
			}
			if strings.HasPrefix(c.to, "los/") {
				overlay += "-- content/nl/los/index.md --\n+++\ntitle = \"Los\"\n+++\n-- content/en/los/index.md --\n+++\ntitle = \"Loose\"\n+++\n"
			}
			e := edits(t, "utf-16", "en", overlay)
			before := e.wrong()
			src, err := os.ReadFile(filepath.Join(e.dir, c.file))
			if err != nil {
				t.Fatal(err)
			}
			i := strings.Index(string(src), c.at) + len(c.at)
			p := e.place(c.file, utf16Units.position(src, i))
			var ready *placeholder
			e.call("textDocument/prepareRename", p, &ready)
			if ready == nil || ready.Placeholder != "e-mail/imap" {
				t.Errorf("ready with %+v", ready)
			}
			p["newName"] = c.to
			var w workspaceEdit
			e.call("textDocument/rename", p, &w)
			e.apply(&w)
			for _, f := range c.files {
				if _, err := os.Stat(filepath.Join(e.dir, f)); err != nil {
					t.Error(err)
				}
			}
			for f, want := range c.aliases {
				if got, _ := os.ReadFile(filepath.Join(e.dir, f)); !strings.Contains(string(got), want) {
					t.Errorf("%s lacks %s: %s", f, want, got)
				}
			}
			if after := e.wrong(); len(before) > 0 || len(after) > 0 {
				t.Errorf("wrong before %v, after %v", before, after)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		e := edits(t, "utf-16", "en")
		for _, to := range []string{"e-mail/pop", "", "e-mail/index", "nieuw/index", "nieuw/index.md", "../x", "e mail"} {
			p := e.place(imap, position{1, 3})
			p["newName"] = to
			if _, err := e.Call(t.Context(), "textDocument/rename", p); err == nil {
				t.Errorf("%q is taken", to)
			}
		}
		src, _ := os.ReadFile(filepath.Join(e.dir, "content/nl/index.md"))
		p := e.place("content/nl/index.md", utf16Units.position(src, strings.Index(string(src), "e-mail/index.md")))
		for _, method := range []string{"textDocument/prepareRename", "textDocument/rename"} {
			p["newName"] = "post"
			if _, err := e.Call(t.Context(), method, p); err == nil || !strings.Contains(err.Error(), "section") {
				t.Errorf("%s of a section: %v", method, err)
			}
		}
	})
}

// The editor renames the file itself: links follow, and the other languages.
func TestWillRename(t *testing.T) {
	e := edits(t, "utf-16", "en")
	var w workspaceEdit
	e.call("workspace/willRenameFiles", map[string]any{"files": []any{map[string]any{"oldUri": e.uri(imap), "newUri": e.uri("content/nl/e-mail/nieuw.md")}}}, &w)
	e.apply(&w)
	if err := os.Rename(filepath.Join(e.dir, imap), filepath.Join(e.dir, "content/nl/e-mail/nieuw.md")); err != nil {
		t.Fatal(err)
	}
	if ds := e.wrong(); len(ds) > 0 {
		t.Errorf("wrong: %v", ds)
	}
	for file, want := range map[string]string{
		"content/nl/e-mail/nieuw.md": `aliases = ["/e-mail/imap/", "/oud/imap/"]`,
		"content/en/e-mail/nieuw.md": `slug = "imap-settings"`,
		"content/nl/e-mail/index.md": "(nieuw.md#versturen)",
	} {
		if got, _ := os.ReadFile(filepath.Join(e.dir, file)); !strings.Contains(string(got), want) {
			t.Errorf("%s lacks %s: %s", file, want, got)
		}
	}
}

// An edit costs what changed: files of which nothing changed are not read.
func TestPublishReadsWhatChanged(t *testing.T) {
	dir := testenv.RAM(t)
	broken := "-- content/nl/a.md --\n+++\ntitle = \"A\"\n+++\n[x](weg.md)\n-- content/nl/b.md --\n+++\ntitle = \"B\"\n+++\n[x](weg.md)\n"
	for name, text := range testenv.SmallSite(t, broken) {
		testenv.Write(t, filepath.Join(dir, name), text)
	}
	disk := &counting{FS: os.DirFS(dir)}
	s := &server{enc: utf16Units, root: dir, docs: &overlay{disk: disk, docs: map[string]*document{}}, shown: map[string]told{}}
	s.rpc = jrpc2.NewServer(s.methods(), nil) // tells nobody
	publish := func() []string {
		st, err := state.Load(t.Context(), builtin.Over(s.docs), state.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := st.MakeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		disk.taken()
		s.publish(&preview.View{State: st, Findings: st.Findings()})
		return disk.taken()
	}
	a, b := "content/nl/a.md", "content/nl/b.md"
	if got := publish(); !slices.Contains(got, a) || !slices.Contains(got, b) {
		t.Errorf("at first it reads %q", got)
	}
	if got := publish(); len(got) > 0 {
		t.Errorf("when nothing changed it reads %q", got)
	}
	// The finding is the same, and its place is longer.
	testenv.Write(t, filepath.Join(dir, b), "+++\ntitle = \"B\"\n+++\n[x en meer](weg.md)\n")
	was := s.findings(b)[0].Range.End
	if got := publish(); !slices.Equal(got, []string{b}) {
		t.Errorf("when one changed it reads %q", got)
	}
	if now := s.findings(b)[0].Range.End; now == was {
		t.Errorf("ends at %v", now)
	}
	// The finding is another, and its text is the same.
	if err := os.Remove(filepath.Join(dir, a)); err != nil {
		t.Fatal(err)
	}
	if got := publish(); len(got) > 0 || len(s.findings(a)) > 0 {
		t.Errorf("when a file went it reads %q and shows %v", got, s.findings(a))
	}
}

// counting is a file system that keeps what is read of it.
// A counting folder keeps the names of the files that are read. Stages read at
// the same time.
type counting struct {
	fs.FS
	mu   sync.Mutex
	read []string
}

func (c *counting) ReadFile(name string) ([]byte, error) {
	c.mu.Lock()
	c.read = append(c.read, name)
	c.mu.Unlock()
	return fs.ReadFile(c.FS, name)
}

// taken returns the names since the last call.
func (c *counting) taken() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := c.read
	c.read = nil
	return names
}

func TestPositions(t *testing.T) {
	src := []byte("\ufeffé😀a\r\nb\n")
	for _, c := range []struct {
		enc    encoding
		offset int
		want   position
	}{
		{utf8Units, 3, position{0, 0}}, {utf16Units, 3, position{0, 0}}, {utf32Units, 3, position{0, 0}},
		{utf8Units, 9, position{0, 6}}, {utf16Units, 9, position{0, 3}}, {utf32Units, 9, position{0, 2}},
		{utf16Units, 12, position{1, 0}}, {utf16Units, 13, position{1, 1}}, {utf16Units, 14, position{2, 0}},
	} {
		if got := c.enc.position(src, c.offset); got != c.want {
			t.Errorf("%s: offset %d is %v, want %v", c.enc, c.offset, got, c.want)
		}
		if got := c.enc.offset(src, c.want); got != c.offset {
			t.Errorf("%s: %v is offset %d, want %d", c.enc, c.want, got, c.offset)
		}
	}
	if got := utf16Units.offset(src, position{0, 99}); got != 10 {
		t.Errorf("beyond the line: %d", got)
	}
	if got := utf16Units.offset(src, position{99, 0}); got != len(src) {
		t.Errorf("beyond the text: %d", got)
	}
}

func TestRefs(t *testing.T) {
	src := "[a](b.md) `[c](d.md)` ![e](f(1).png \"t\") [g](<h i.md>)\n\n```md\n[j](k.md)\n```\n~~~\n[l](m.md)\n~~~\n> [n](o.md)\n\\[p](q.md)\n[r]: s.md\n[![t](u.png)](v.md)\n"
	var got []string
	for _, r := range refs([]byte(src), 0) {
		s := src[r.from:r.to]
		if r.image {
			s = "!" + s
		}
		got = append(got, s)
	}
	if want := []string{"b.md", "!f(1).png", "h i.md", "o.md", "q.md", "s.md", "!u.png", "v.md"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
