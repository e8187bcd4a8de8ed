// Package links asks other sites whether the pages are there to which a site
// links. It asks politely: one question at a time of each host, with a pause
// between two, and not again while the answer is young.
package links

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A Link is an address of another site and where it stands.
type Link struct {
	URL string
	Pos diag.Pos
}

// Options say how sites are asked. Each has a default.
type Options struct {
	Transport http.RoundTripper // nil: the usual one
	Now       func() time.Time
	Wait      func(ctx context.Context, d time.Duration) error // waits, unless ctx ends before
	Timeout   time.Duration                                    // for one question; 20 s
	Pause     time.Duration                                    // between two questions to one host; 300 ms
	Hosts     int                                              // asked at the same time; 8
	Cache     string                                           // file with earlier answers; "": none are kept
}

// maxBody is how much of a page is read to find a place in it.
const maxBody = 2 << 20

// maxWait is the longest wait that a site may ask for.
const maxWait = time.Minute

// maxHops is how many redirects are followed.
const maxHops = 10

// Check asks for every link once and returns what is wrong with them, in order.
// All are warnings: what is true of another site is so today. The error is that of
// ctx, or of writing the cache.
func Check(ctx context.Context, links []Link, o Options) ([]diag.Diagnostic, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	o.Timeout, o.Pause, o.Hosts = cmp.Or(o.Timeout, 20*time.Second), cmp.Or(o.Pause, 300*time.Millisecond), cmp.Or(o.Hosts, 8)
	known := readCache(o.Cache)
	hosts := map[string][]string{} // addresses to ask for, by host
	answers := map[string]answer{}
	for _, l := range links {
		u, err := url.Parse(l.URL)
		if err != nil || !asked(u) {
			continue
		}
		if _, ok := answers[l.URL]; ok {
			continue
		}
		a, ok := known[l.URL]
		if ok = ok && a.young(o.Now()); !ok {
			a = answer{}
			host := strings.ToLower(u.Host)
			hosts[host] = append(hosts[host], l.URL)
		}
		answers[l.URL] = a
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	free := make(chan struct{}, o.Hosts)
	for _, urls := range hosts {
		slices.Sort(urls)
		wg.Go(func() {
			select {
			case free <- struct{}{}:
				defer func() { <-free }()
			case <-ctx.Done():
				return
			}
			for i, address := range urls {
				if i > 0 && o.Wait(ctx, o.Pause) != nil || ctx.Err() != nil {
					return
				}
				a := o.ask(ctx, address)
				a.When = o.Now()
				mu.Lock()
				answers[address] = a
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := new(diag.List)
	for _, l := range links {
		if a, ok := answers[l.URL]; ok {
			a.report(l, out)
		}
	}
	return out.Sorted(), writeCache(o.Cache, known, answers, o.Now())
}

// asked reports whether an address can be asked for: not one that was made up to
// be an example (RFC 2606 and RFC 6761).
func asked(u *url.URL) bool {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if u.Scheme != "http" && u.Scheme != "https" || host == "" || host == "localhost" {
		return false
	}
	for _, end := range []string{"example", "test", "invalid", "localhost", "local", "example.com", "example.net", "example.org"} {
		if host == end || strings.HasSuffix(host, "."+end) {
			return false
		}
	}
	return true
}

// Kinds of answers.
const (
	good        = "good"
	moved       = "moved"       // for good
	broken      = "broken"      // the page is not there
	refused     = "refused"     // the site does not answer programs, or not so many questions
	unreachable = "unreachable" // no answer, or one of a site in trouble
)

// An answer is what a site said of an address.
type answer struct {
	When   time.Time   `json:"when"`
	Kind   string      `json:"kind"`
	Status int         `json:"status,omitempty"`
	To     string      `json:"to,omitempty"`  // where it moved to
	Why    diag.Phrase `json:"why,omitempty"` // why there is no answer
}

// young reports whether an answer can be given again. Trouble passes sooner than
// what is well.
func (a answer) young(now time.Time) bool {
	age := now.Sub(a.When)
	switch a.Kind {
	case good, moved:
		return age >= 0 && age < 7*24*time.Hour
	case broken, refused:
		return age >= 0 && age < 24*time.Hour
	}
	return false
}

// report says what is wrong with a link.
func (a answer) report(l Link, out *diag.List) {
	switch {
	case a.Kind == moved:
		out.Warnf(l.Pos, diag.LinkMoved, diag.Say("write %s", a.To), "%s has moved for good", l.URL)
	case a.Kind == broken && a.Why != "":
		out.Warnf(l.Pos, diag.LinkBroken, "link to where it is now, or take the link away", "%s is broken: %s", l.URL, a.Why)
	case a.Kind == broken:
		out.Warnf(l.Pos, diag.LinkBroken, "link to where it is now, or take the link away", "%s is not there: the site answers %d", l.URL, a.Status)
	case a.Kind == refused:
		out.Warnf(l.Pos, diag.LinkRefused, "open it yourself; the site does not answer programs, or not so many questions", "%s could not be checked: the site answers %d", l.URL, a.Status)
	case a.Kind == unreachable && a.Status > 0:
		out.Warnf(l.Pos, diag.LinkUnreachable, "check it again later", "%s gives an error of its server: %d", l.URL, a.Status)
	case a.Kind == unreachable:
		out.Warnf(l.Pos, diag.LinkUnreachable, "check it again later", "%s does not answer: %s", l.URL, a.Why)
	}
}

// errCircle says that redirects lead back to where they were.
var errCircle = diag.Errorf("redirects go round")

// A way is the redirects that were followed.
type way struct {
	seen      map[string]bool
	permanent bool // every one of them is for good
	hops      int
}

// ask asks for one address: with HEAD, which costs a site least, and with GET
// where that says nothing good, since many sites do not answer HEAD as they
// should.
func (o *Options) ask(ctx context.Context, address string) answer {
	u, err := url.Parse(address)
	if err != nil {
		return answer{Kind: broken, Why: "it is no address"}
	}
	method := http.MethodHead
	if checkable(u.Fragment) {
		method = http.MethodGet // the place is in the page
	}
	a, again := o.once(ctx, method, u)
	if a.Kind != good && a.Kind != moved && method == http.MethodHead && ctx.Err() == nil {
		if again > 0 && o.Wait(ctx, again) != nil {
			return a
		}
		a, again = o.once(ctx, http.MethodGet, u)
	}
	if again > 0 && o.Wait(ctx, again) == nil {
		a, _ = o.once(ctx, http.MethodGet, u)
	}
	return a
}

// once asks one question. again is how long the site asks to wait before the
// next; 0 where it does not.
func (o *Options) once(ctx context.Context, method string, u *url.URL) (a answer, again time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	w := way{seen: map[string]bool{}, permanent: true}
	plain := *u
	plain.Fragment, plain.RawFragment = "", ""
	w.seen[plain.String()] = true
	c := http.Client{Transport: o.Transport, CheckRedirect: w.follow}
	r, err := http.NewRequestWithContext(ctx, method, plain.String(), nil)
	if err != nil {
		return answer{Kind: broken, Why: "it is no address"}, 0
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (compatible; Wegwijs; checks links)")
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	res, err := c.Do(r)
	if err != nil {
		return failure(err), 0
	}
	defer res.Body.Close()
	switch s := res.StatusCode; {
	case s >= 200 && s < 300:
		if checkable(u.Fragment) && method == http.MethodGet && lacks(res, u.Fragment) {
			return answer{Kind: broken, Why: "the page has no such place"}, 0
		}
		if to := res.Request.URL; w.hops > 0 && w.permanent && elsewhere(&plain, to) {
			dest := *to
			dest.Fragment = u.Fragment
			return answer{Kind: moved, To: dest.String()}, 0
		}
		return answer{Kind: good}, 0
	case s == http.StatusNotFound || s == http.StatusGone:
		return answer{Kind: broken, Status: s}, 0
	case s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable:
		kind := refused
		if s == http.StatusServiceUnavailable {
			kind = unreachable
		}
		return answer{Kind: kind, Status: s}, o.after(res.Header.Get("Retry-After"))
	case s >= 500 && s < 600:
		return answer{Kind: unreachable, Status: s}, 0
	default: // 401, 403, 999 and the like
		return answer{Kind: refused, Status: s}, 0
	}
}

// follow decides on a redirect.
func (w *way) follow(r *http.Request, via []*http.Request) error {
	w.hops++
	if r.Response != nil && r.Response.StatusCode != http.StatusMovedPermanently && r.Response.StatusCode != http.StatusPermanentRedirect {
		w.permanent = false
	}
	to := *r.URL
	to.Fragment = ""
	if w.seen[to.String()] || len(via) >= maxHops {
		return errCircle
	}
	w.seen[to.String()] = true
	return nil
}

// elsewhere reports whether a page moved to an address that a writer should
// write: not only to https, or with a slash behind it.
func elsewhere(from, to *url.URL) bool {
	same := func(u *url.URL) string {
		return strings.TrimPrefix(strings.ToLower(u.Host), "www.") + strings.TrimSuffix(u.EscapedPath(), "/") + "?" + u.RawQuery
	}
	return same(from) != same(to)
}

// after reads a Retry-After header: seconds or a date (RFC 9110, section 10.2.3).
// It is 0 where there is none, or one beyond patience.
func (o *Options) after(value string) time.Duration {
	d := time.Duration(0)
	if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
		d = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		d = at.Sub(o.Now())
	}
	if d < 0 || d > maxWait {
		return 0
	}
	return d
}

// failure says why there was no answer.
func failure(err error) answer {
	a := answer{Kind: unreachable, Why: "the connection was broken off"}
	dns, isDNS := errors.AsType[*net.DNSError](err)
	_, badCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errCircle):
		return answer{Kind: broken, Why: "its redirects go round"}
	case isDNS && dns.IsNotFound:
		a.Why = "there is no site with this name"
	case isDNS:
		a.Why = "its name could not be looked up"
	case badCertificate:
		a.Why = "its certificate is not right"
	case noTLS, alert, errors.Is(err, http.ErrSchemeMismatch):
		a.Why = "it has no encrypted connection"
	case errors.Is(err, context.DeadlineExceeded), isNet && timeout.Timeout():
		a.Why = "it takes too long"
	case errors.Is(err, syscall.ECONNREFUSED):
		a.Why = "it takes no connections"
	}
	return a
}

// scriptedRE finds a fragment that is no place in the page as it is sent: a text
// to be marked, a state of a program, a line of code.
var scriptedRE = regexp.MustCompile(`^(?::~:|!|/|L\d+|\?)|=`)

func checkable(fragment string) bool {
	return fragment != "" && fragment != "top" && !scriptedRE.MatchString(fragment)
}

// lacks reports whether a page certainly has no place with a name: it is whole,
// HTML, and has no script that could make one.
func lacks(res *http.Response, fragment string) bool {
	if kind := res.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
		return false
	}
	page, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil || len(page) > maxBody {
		return false
	}
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return true
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			if string(name) == "script" {
				return false
			}
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				if k := string(key); (k == "id" || k == "name") && (string(value) == fragment || string(value) == "user-content-"+fragment) {
					return false
				}
			}
		}
	}
}

// wait waits for a while, unless ctx ends before.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
