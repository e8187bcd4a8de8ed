package serve

import (
	"bytes"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/diag"
)

// editors are the programs that open a file at a line when a browser follows a
// link: their names, and the links.
var editors = map[string]string{
	"vscode":   "vscode://file{path}:{line}:{col}",
	"vscodium": "vscodium://file{path}:{line}:{col}",
	"cursor":   "cursor://file{path}:{line}:{col}",
	"windsurf": "windsurf://file{path}:{line}:{col}",
	"zed":      "zed://file{path}:{line}:{col}",
	"idea":     "idea://open?file={path}&line={line}&column={col}",
	"sublime":  "subl://open?url=file://{path}&line={line}&column={col}",
	"textmate": "txmt://open?url=file://{path}&line={line}&column={col}",
	"emacs":    "emacs://open?url=file://{path}&line={line}&column={col}",
}

// Editors returns the names of the editors that are known, in order.
func Editors() []string {
	var names []string
	for n := range editors {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Editor returns the link by which an editor opens a file: that of a name in
// [Editors], or one that has {path}, {line} and {col} itself. ok is false for
// anything else.
func Editor(name string) (link string, ok bool) {
	if link, ok := editors[name]; ok {
		return link, true
	}
	u, err := url.Parse(strings.NewReplacer("{path}", "/p", "{line}", "1", "{col}", "1").Replace(name))
	if err != nil || u.Scheme == "" || !strings.Contains(name, "{path}") || slices.Contains([]string{"javascript", "data", "vbscript"}, strings.ToLower(u.Scheme)) {
		return "", false
	}
	return name, true
}

// open returns the link that opens the place of a finding in the writer's
// editor; "" where there is none. Only this machine is told where the files
// are.
func (h *handler) open(pos diag.Pos, r *http.Request) string {
	if h.opt.Editor == "" || h.opt.Dir == "" || pos.File == "" || strings.Contains(pos.File, ":") || !local(r) {
		return ""
	}
	p := filepath.ToSlash(filepath.Join(h.opt.Dir, filepath.FromSlash(pos.File)))
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // C:/…
	}
	at := (&url.URL{Path: p}).EscapedPath()
	return strings.NewReplacer("{path}", at, "{line}", strconv.Itoa(max(pos.Line, 1)), "{col}", strconv.Itoa(max(pos.Col, 1))).Replace(h.opt.Editor)
}

func local(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// sorted returns the findings of a view: first what concerns every page, then
// what was edited, then the rest; of each, mistakes before warnings.
func sorted(v *preview.View) []diag.Diagnostic {
	ds := slices.Clone(v.Findings)
	slices.SortStableFunc(ds, func(a, b diag.Diagnostic) int {
		if a.Severity != b.Severity {
			if a.Severity == diag.Error {
				return -1
			}
			if b.Severity == diag.Error {
				return 1
			}
		}
		return weight(v, a) - weight(v, b)
	})
	return ds
}

// finding says a finding as browsers get it.
func (h *handler) finding(d diag.Diagnostic, r *http.Request, sources *diag.Sources) finding {
	d = d.In(h.opt.Lang)
	f := finding{Where: d.Pos.String(), Open: h.open(d.Pos, r), Severity: d.Severity.String(), Code: d.Code, About: h.explained(d.Code), Message: d.Msg, Hint: d.Hint}
	f.Excerpt, f.Caret = sources.Excerpt(d.Pos)
	return f
}

// pageStyle is the style of the preview's own pages.
const pageStyle = `body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#1b1b1f;background:#fff}
article{border-inline-start:4px solid #b3261e;padding:.25rem 1rem;margin:1rem 0}
article.warning{border-color:#8a6d00}
.where{font-weight:600;overflow-wrap:anywhere}
pre{background:#f1f1f4;padding:.5rem .75rem;overflow:auto;font:14px/1.4 ui-monospace,monospace;border-radius:4px}
.hint{color:#0b5d45;white-space:pre-wrap}
article p{margin:.2rem 0}
nav ul,.contents{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem}
nav a[aria-current]{font-weight:600}
:target{background:#fff3c4}
table{border-collapse:collapse}
td,th{border:1px solid #8a8a93;padding:.25rem .5rem;text-align:start}
@media (prefers-color-scheme:dark){body{color:#f4f4f5;background:#1b1b1f}pre{background:#0e0e11}.hint{color:#9fe0c8}a{color:#8ab4ff}:target{background:#4a3c00}}
`

// findings answers with a page of everything that is wrong, with links that
// open the editor. It follows the edits as every page does.
func (h *handler) findings(w http.ResponseWriter, r *http.Request) {
	h.live.Fresh(r.Context())
	v, err := h.live.View(r.Context())
	if err != nil {
		return
	}
	ds := sorted(v)
	var b bytes.Buffer
	lang := h.lang()
	title := diag.Count(ds, lang)
	if len(ds) == 0 {
		title = diag.In(lang, "Nothing is wrong")
	}
	fmt.Fprintf(&b, "<h1>%s</h1>\n", html.EscapeString(title))
	if h.opt.Manual != nil {
		fmt.Fprintf(&b, "<p><a href=\"%s%s/\">%s</a></p>\n", Help, lang, html.EscapeString(diag.In(lang, "The manual")))
	}
	sources := diag.Sources{Read: h.opt.Read}
	for _, d := range ds {
		h.finding(d, r, &sources).html(&b)
	}
	h.page(w, lang, title, b.String(), v.ID)
}

// html writes the finding as an article.
func (f finding) html(b *bytes.Buffer) {
	where, code := html.EscapeString(f.Where), html.EscapeString(string(f.Code))
	if f.Open != "" {
		where = fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(f.Open), where)
	}
	if f.About != "" {
		code = fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(f.About), code)
	}
	fmt.Fprintf(b, "<article class=\"%s\"><p><span class=\"where\">%s</span> %s [%s]</p>\n", html.EscapeString(f.Severity), where, html.EscapeString(f.Message), code)
	if f.Excerpt != "" {
		fmt.Fprintf(b, "<pre>%s\n%s</pre>\n", html.EscapeString(f.Excerpt), html.EscapeString(f.Caret))
	}
	if f.Hint != "" {
		fmt.Fprintf(b, "<p class=\"hint\">%s</p>\n", html.EscapeString(f.Hint))
	}
	b.WriteString("</article>\n")
}
