// Package serve shows a site while it is being written: every address as the
// build would write it, with a script that brings changes into the page and
// lays mistakes over it. It is for one machine: it listens where it is told,
// answers only to the names it knows, and lets no other site read anything.
package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // the reload script
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/pages/webserver"
	"wegwijs/cmd/wegwijs/internal/site"
)

// Own is where the preview's own addresses are; no page can have one.
const Own = "/_wegwijs/"

// Tag matches what the preview puts before </body> of every page. Less this
// tag, a page is byte for byte what the build writes.
var Tag = regexp.MustCompile(`<script type="module" src="/_wegwijs/reload\.js" data-view="[^"]*" data-page="[^"]*"(?: data-draft="")?></script>`)

//go:embed reload.js
var script []byte

// Options say how to serve. The zero value is the usual way.
type Options struct {
	// Hosts are further names under which the preview may be asked for; one
	// that begins with "*." stands for all names below it.
	Hosts  []string
	Follow bool // browsers go to the page that was edited
	// Read returns an author's file for the excerpt of a finding.
	Read   func(file string) ([]byte, error)
	Lang   diag.Lang // of the findings
	Dir    string    // the site's folder, for links that open an editor; "" for none
	Editor string    // the link that opens a file, see [Editor]; "" for none
	Manual Manual    // shown at [Help]; nil for none
	// Beat is how often an idle connection of events shows that it lives; 0
	// means every 15 seconds.
	Beat time.Duration
	// Patience is how long a browser may take to read an event before it is
	// let go; 0 means 5 seconds.
	Patience time.Duration
}

// Handler answers the preview's requests.
func Handler(l *preview.States, opt Options) http.Handler {
	if opt.Beat == 0 {
		opt.Beat = 15 * time.Second
	}
	if opt.Patience == 0 {
		opt.Patience = 5 * time.Second
	}
	h := &handler{live: l, opt: opt, boot: strconv.FormatInt(time.Now().UnixNano(), 36)}
	h.script = speaking(h.lang(), opt.Manual != nil)
	return http.HandlerFunc(h.serve)
}

type handler struct {
	live   *preview.States
	opt    Options
	boot   string // tells this run's views from those of an earlier run
	script []byte // the reload script, with its words
}

func (h *handler) id(v uint64) string { return fmt.Sprintf("%s-%d", h.boot, v) }

func (h *handler) serve(w http.ResponseWriter, r *http.Request) {
	if !h.known(r.Host) {
		http.Error(w, diag.Sayf(h.lang(), "This preview does not answer to the name %q. Start it with --allow-host %s if it should.", r.Host, hostName(r.Host)), http.StatusForbidden)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	// Another site's page may lead here, but is told nothing: not even that a
	// script loads. Other ports of this machine are other sites.
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		if r.Header.Get("Sec-Fetch-Mode") != "navigate" {
			http.Error(w, "not for other sites", http.StatusForbidden)
			return
		}
	}
	if r.URL.Path != Own+"events" { // which sets its own limits
		http.NewResponseController(w).SetWriteDeadline(time.Now().Add(slowest))
	}
	switch r.URL.Path {
	case Own + "events":
		h.events(w, r)
	case Own + "findings":
		h.findings(w, r)
	case Own + "preview.css":
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		io.WriteString(w, pageStyle)
	case Own + "look": // a window that comes to the front looks for itself
		h.live.Fresh(r.Context())
		w.WriteHeader(http.StatusNoContent)
	case Own + "translation":
		h.translation(w, r)
	case Own + "reload.js":
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Write(h.script)
	default:
		if r.URL.Path+"/" == Help || strings.HasPrefix(r.URL.Path, Help) {
			h.manual(w, r)
			return
		}
		h.file(w, r)
	}
}

// slowest is how long a browser may take to read an answer.
const slowest = 30 * time.Second

// hostName returns the name in a Host header, without its port.
func hostName(host string) string {
	if n, _, err := net.SplitHostPort(host); err == nil {
		host = n
	}
	return strings.ToLower(strings.Trim(strings.TrimSuffix(host, "."), "[]"))
}

// known keeps out pages of other sites that made their own name lead to this
// machine (DNS rebinding).
func (h *handler) known(host string) bool {
	name := hostName(host)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	for _, o := range h.opt.Hosts {
		below, all := strings.CutPrefix(strings.ToLower(o), "*.")
		if strings.EqualFold(name, o) || all && strings.HasSuffix(name, "."+below) {
			return true
		}
	}
	a, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	if a.IsLoopback() {
		return true
	}
	for _, o := range h.opt.Hosts { // listening everywhere: any address of this machine
		if x, err := netip.ParseAddr(o); err == nil && x.IsUnspecified() {
			return true
		}
	}
	return false
}

func (h *handler) file(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	base := h.base(ctx)
	address, within := strings.CutPrefix(r.URL.Path, base)
	if base != "" && (address == "" || r.URL.Path == "/") { // for those who type the name of the host alone
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, base+"/", http.StatusTemporaryRedirect)
		return
	}
	p := fileset.PathOf(address)
	if !within || !strings.HasPrefix(address, "/") {
		p = "" // outside the folder of the site, which has no such file
	}
	status := http.StatusOK
	// A reload looks for itself; so does whoever does not say that it is none.
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode == "navigate" || mode == "" && strings.HasSuffix(p, ".html") {
		h.live.Fresh(ctx)
	}
	f, ok, err := h.live.Get(ctx, p)
	if err == nil && !ok {
		h.live.Fresh(ctx)
		f, ok, err = h.live.Get(ctx, p)
	}
	if err == nil && !ok {
		if h.folder(ctx, p) {
			u := url.URL{Path: base + "/" + p + "/", RawQuery: r.URL.RawQuery}
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, u.String(), http.StatusTemporaryRedirect)
			return
		}
		status = http.StatusNotFound
		f, ok, err = h.live.Get(ctx, h.notFound(ctx, p))
	}
	switch {
	case errors.Is(err, context.Canceled):
		return
	case err != nil:
		h.plain(w, http.StatusInternalServerError, err.Error())
		return
	case !ok && h.empty(ctx):
		h.plain(w, http.StatusServiceUnavailable, diag.Say("There is nothing to show yet."))
		return
	case !ok:
		h.plain(w, http.StatusNotFound, noPage)
		return
	}
	kind := f.Type()
	if f.Coding != "" {
		kind = "application/octet-stream" // asked for by its own name
	}
	h.headers(w, f.Path)
	w.Header().Set("Content-Type", kind)
	data := f.Data
	if strings.HasPrefix(kind, "text/html") {
		data = h.inject(data, f.View, h.draft(ctx, f))
	}
	if strings.HasPrefix(kind, "video/") { // browsers ask for parts of it
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if r.Method == http.MethodGet {
		w.Write(data)
	}
}

// headers sets what a web server would set for a file of the site, as far as
// it serves a preview.
func (h *handler) headers(w http.ResponseWriter, file string) {
	for _, x := range webserver.Headers(file, false) {
		switch x.Name {
		case "Strict-Transport-Security": // the preview has no TLS
			continue
		case "Cache-Control": // nothing may be kept
			x.Value = "no-store"
		case "Content-Security-Policy": // for the events
			x.Value = webserver.Films(strings.Replace(x.Value, "connect-src 'none'", "connect-src 'self'", 1))
		}
		w.Header().Set(x.Name, x.Value)
	}
}

// base returns the folder of the host in which the site stands: /help, or "".
func (h *handler) base(ctx context.Context) string {
	v, err := h.live.View(ctx)
	if err != nil || v.State.Config == nil {
		return ""
	}
	return v.State.Config.BasePath
}

// folder reports whether p is the address of a page without its final slash.
func (h *handler) folder(ctx context.Context, p string) bool {
	if p == "" || path.Clean("/"+p) != "/"+p {
		return false
	}
	_, ok, _ := h.live.Get(ctx, p+"/index.html")
	return ok
}

// empty reports whether there is no site yet that could have pages.
func (h *handler) empty(ctx context.Context) bool {
	v, err := h.live.View(ctx)
	return err != nil || v.State.Set == nil
}

// draft reports whether a file is a page that the build leaves out.
func (h *handler) draft(ctx context.Context, f preview.File) bool {
	ref, ok := f.Key.(site.Ref)
	v, err := h.live.View(ctx)
	return ok && err == nil && v.ID == f.View && v.State.Site != nil && v.State.Site.At(ref).Draft
}

// inject puts the reload script at the end of a page, and says whether that is
// a draft.
func (h *handler) inject(page []byte, view uint64, draft bool) []byte {
	sum := sha256.Sum256(page)
	mark := ""
	if draft {
		mark = ` data-draft=""`
	}
	tag := fmt.Sprintf(`<script type="module" src="/_wegwijs/reload.js" data-view="%s" data-page="%x"%s></script>`, h.id(view), sum[:8], mark)
	i := bytes.LastIndex(page, []byte("</body>"))
	if i < 0 {
		i = len(page)
	}
	out := make([]byte, 0, len(page)+len(tag))
	out = append(append(out, page[:i]...), tag...)
	return append(out, page[i:]...)
}

// notFound returns the error page for a path, in the language it lies in.
func (h *handler) notFound(ctx context.Context, p string) string {
	v, err := h.live.View(ctx)
	if err != nil || v.State.Config == nil {
		return "404.html"
	}
	for _, l := range v.State.Config.Languages {
		if l.Prefix != "" && strings.HasPrefix("/"+p+"/", l.Prefix+"/") {
			return strings.TrimPrefix(l.Prefix, "/") + "/404.html"
		}
	}
	return "404.html"
}

// noPage is what is said where there is nothing at an address.
var noPage = diag.Say("There is no such page.")

// plain answers where there is no page to show: with the script, so that the
// page comes by itself and the mistakes can be read meanwhile. The text may be made
// by [diag.Say].
func (h *handler) plain(w http.ResponseWriter, status int, text string) {
	h.headers(w, "")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	page := fmt.Sprintf("<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>Wegwijs</title></head>\n<body><p>%s</p>\n</body></html>\n", h.lang(), html.EscapeString(diag.In(h.lang(), text)))
	w.Write(h.inject([]byte(page), 0, false))
}

// A message is what browsers are told of a view.
type message struct {
	ID       string    `json:"id"`
	Checked  bool      `json:"checked"` // the findings are of this view
	Errors   int       `json:"errors"`
	Warnings int       `json:"warnings"`
	Findings []finding `json:"findings"`         // the first ones
	Files    bool      `json:"files,omitempty"`  // a file beside the pages changed
	Follow   string    `json:"follow,omitempty"` // the page that was edited
}

type finding struct {
	Where    string    `json:"where"`          // file:line:col
	Open     string    `json:"open,omitempty"` // a link that opens it in the writer's editor
	Severity string    `json:"severity"`
	Code     diag.Code `json:"code"`
	About    string    `json:"about,omitempty"` // the address of what the manual says of the code
	Message  string    `json:"message"`
	Hint     string    `json:"hint,omitempty"`
	Excerpt  string    `json:"excerpt,omitempty"`
	Caret    string    `json:"caret,omitempty"`
}

func weight(v *preview.View, d diag.Diagnostic) int {
	switch {
	case !strings.HasPrefix(d.Pos.File, content.Root+"/"):
		return 0
	case slices.Contains(v.Files, d.Pos.File):
		return 1
	}
	return 2
}

// shown is how many findings the overlay shows; it says how many more there are.
const shown = 5

func (h *handler) message(v *preview.View, r *http.Request) message {
	ds := sorted(v)
	m := message{ID: h.id(v.ID), Checked: v.Checked, Errors: diag.Errors(ds), Findings: []finding{}}
	m.Warnings = len(ds) - m.Errors
	sources := diag.Sources{Read: h.opt.Read}
	for _, d := range ds[:min(m.Errors, shown)] {
		m.Findings = append(m.Findings, h.finding(d, r, &sources))
	}
	for _, file := range v.Files {
		if strings.HasPrefix(file, content.Root+"/") && !strings.HasSuffix(file, ".md") {
			m.Files = true
		}
		if h.opt.Follow && m.Follow == "" {
			m.Follow, _ = v.PageOf(file)
		}
	}
	return m
}

// events tells a browser of each new view, by server-sent events (HTML
// standard, section 9.2). A browser that was away gets the present view at
// once; one that does not read is let go and holds up nobody.
func (h *handler) events(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return
	}
	changed, end := h.live.Subscribe()
	defer end()
	send := func(text string) bool {
		rc.SetWriteDeadline(time.Now().Add(h.opt.Patience))
		if _, err := w.Write([]byte(text)); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	if !send("retry: 500\n\n") {
		return
	}
	beat := time.NewTicker(h.opt.Beat)
	defer beat.Stop()
	seen := r.URL.Query().Get("seen") // the view that the browser shows
	if !strings.HasPrefix(seen, h.boot+"-") {
		seen = "" // of another run: what was edited since is not known
	}
	for first := true; ; first = false {
		v, err := h.live.View(r.Context())
		if err != nil {
			return
		}
		m := h.message(v, r)
		if m.ID == seen || first && seen == "" {
			m.Follow = "" // it was there already, or that edit was before it came
		}
		seen = m.ID
		data, err := json.Marshal(m)
		if err != nil || !send(fmt.Sprintf("event: view\ndata: %s\n\n", data)) {
			return
		}
		for wait := true; wait; {
			select {
			case <-r.Context().Done():
				return
			case <-changed:
				wait = false
			case <-beat.C:
				if !send("event: beat\ndata: 1\n\n") {
					return
				}
			}
		}
	}
}
