package serve_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestAllowedHosts answers to names that have nothing to do with the address on
// which it listens.
func TestAllowedHosts(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{Hosts: []string{"Docs.Test", "*.app.github.dev"}})
	for host, want := range map[string]bool{
		"docs.test": true, "DOCS.test.:7070": true, "name-7070.app.github.dev": true, "a.b.app.github.dev": true,
		"app.github.dev": false, "kwaadapp.github.dev": false, "docs.test.kwaad.example": false, "name.github.dev": false,
	} {
		if got := p.get("/", "Host", host).Code == http.StatusOK; got != want {
			t.Errorf("%s: answered %t", host, got)
		}
	}
}

// TestEditor knows the links of editors, and takes no address that runs.
func TestEditor(t *testing.T) {
	for name, want := range map[string]bool{
		"vscode": true, "idea": true, "mijn-editor://open?f={path}&l={line}": true, "https://ide.example/{path}#L{line}": true,
		"notepad": false, "": false, "javascript:alert({path})": false, "JavaScript:{path}": false, "data:{path}": false, "x://geen": false, "{path}": false,
	} {
		if link, ok := serve.Editor(name); ok != want || ok && !strings.Contains(link, "{path}") {
			t.Errorf("%q: %q %t", name, link, ok)
		}
	}
	for _, n := range serve.Editors() {
		if link, ok := serve.Editor(n); !ok || !strings.Contains(link, "{path}") || !strings.Contains(link, "{line}") {
			t.Errorf("%s: %q %t", n, link, ok)
		}
	}
}

// TestAllFindings shows every finding on one page, warnings too, each with a
// link that opens the editor at its place; only to this machine.
func TestAllFindings(t *testing.T) {
	link, _ := serve.Editor("vscode")
	opt := serve.Options{Editor: link}
	files := testenv.SmallSite(t)
	p := show(t, files, opt)
	s := p.listen("")
	s.checked()
	text := p.read("content/nl/e-mail/pop.md")
	for n := range 9 {
		text += "\n[x<](niets" + string(rune('a'+n)) + ".md)\n"
	}
	p.write("content/nl/e-mail/pop.md", text)
	p.edit("content/nl/e-mail/imap.md", "![Het scherm]", "![]")
	s.until("mistakes and a warning", func(m message) bool { return m.Checked && m.Errors == 9 && m.Warnings > 0 })

	h := serve.Handler(p.live, serve.Options{Dir: p.dir, Editor: link, Read: p.opt.Read})
	get := func(from, path string) string {
		r := httptest.NewRequest("GET", "http://127.0.0.1"+path, nil)
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
		return w.Body.String()
	}
	page := get("127.0.0.1:5", serve.Own+"findings")
	if n := strings.Count(page, "<article"); n < 10 {
		t.Errorf("%d findings", n)
	}
	for _, want := range []string{"nietsi.md", `class="warning"`, `href="vscode://file` + filepath.ToSlash(p.dir) + "/content/nl/e-mail/pop.md:", "[x&lt;]", "data-page="} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	if strings.Contains(page, "<x") || strings.Index(page, `class="error"`) > strings.Index(page, `class="warning"`) {
		t.Error("not escaped, or warnings come first")
	}
	if far := get("192.168.1.9:5", serve.Own+"findings"); strings.Contains(far, "vscode:") || strings.Contains(far, p.dir) {
		t.Error("another machine is told where the files are")
	}
	if css := get("127.0.0.1:5", serve.Own+"preview.css"); !strings.Contains(css, "article") {
		t.Error("no style")
	}
}

// TestDraftIsMarked tells a draft from a page that the build writes, in a way
// that Tag takes out.
func TestDraftIsMarked(t *testing.T) {
	p := show(t, testenv.SmallSite(t), serve.Options{})
	if body := p.get("/e-mail/imap/").Body.String(); strings.Contains(body, "data-draft") {
		t.Error("a page that is none is marked")
	}
	tag := `<script type="module" src="/_wegwijs/reload.js" data-view="a-1" data-page="00" data-draft=""></script>`
	if got := tagless("<p>x</p>" + tag); got != "<p>x</p>" {
		t.Errorf("left: %q", got)
	}
}
