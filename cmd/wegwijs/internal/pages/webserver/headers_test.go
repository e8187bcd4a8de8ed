package webserver

import (
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// The policies allow nothing from elsewhere and nothing inline, and the pages
// may connect to nothing at all: that is how a reader can see that what they
// type stays in the page.
func TestPolicies(t *testing.T) {
	for name, p := range map[string]string{"pages": policy, "service worker": workerPolicy} {
		directives := map[string][]string{}
		for d := range strings.SplitSeq(p, ";") {
			f := strings.Fields(d)
			if _, twice := directives[f[0]]; twice {
				t.Errorf("%s: %s stands twice", name, f[0])
			}
			directives[f[0]] = f[1:]
			for _, source := range f[1:] {
				if source != "'none'" && source != "'self'" && !(f[0] == "img-src" && source == "data:") {
					t.Errorf("%s: %s allows %s", name, f[0], source)
				}
			}
		}
		if len(directives["default-src"]) != 1 || directives["default-src"][0] != "'none'" {
			t.Errorf("%s: what is not named is allowed", name)
		}
		if name == "pages" {
			for _, d := range []string{"connect-src", "base-uri", "frame-ancestors"} {
				if len(directives[d]) != 1 || directives[d][0] != "'none'" {
					t.Errorf("%s: %s is %q, want 'none'", name, d, directives[d])
				}
			}
		}
	}
}

func TestHeaders(t *testing.T) {
	get := func(path string, immutable bool, name string) string {
		for _, h := range Headers(path, immutable) {
			if h.Name == name {
				return h.Value
			}
		}
		return ""
	}
	if got := get("index.html", false, "Cache-Control"); got != "no-cache" {
		t.Errorf("a page: got %q", got)
	}
	if got := get("assets/x.css", true, "Cache-Control"); !strings.Contains(got, "immutable") || !strings.Contains(got, "max-age=31536000") {
		t.Errorf("an asset: got %q", got)
	}
	if got := get("sw.js", false, "Content-Security-Policy"); got != workerPolicy {
		t.Errorf("the service worker: got %q", got)
	}
	if got := get("en/sw.js", false, "Content-Security-Policy"); got != policy {
		t.Errorf("another script of that name: got %q", got)
	}
	if get("x", false, "X-Content-Type-Options") != "nosniff" {
		t.Error("browsers may guess types")
	}
}

func TestQuoting(t *testing.T) {
	for in, want := range map[string]string{"/a/": "/a/", "/a b/": `"/a b/"`, `/a"b/`: `"/a\"b/"`, `/a\b/`: `"/a\\b/"`, "/a;b/": `"/a;b/"`, "/a{b}/": `"/a{b}/"`, "/a\nb": `"/a\nb"`, "/a#b/": `"/a#b/"`} {
		if got := quoteNginx(in); got != want {
			t.Errorf("nginx: %s: got %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"https://e.example/a%0Ab": "https://e.example/a%0Ab", "/a\nb": "/a%0Ab", "/${x}": "/%24%7Bx%7D", "/a[b]": "/a%5Bb%5D", "/100%": "/100%25", "/é": "/%C3%A9", `/%5C%22x`: `/%5C%22x`, "/a'b": "/a%27b"} {
		if got := Encode(in); got != want {
			t.Errorf("Encode(%q): got %q, want %q", in, got, want)
		}
		if got := Encode(Encode(in)); got != want {
			t.Errorf("Encode(%q) twice: got %q, want %q", in, got, want)
		}
	}
	if got := bytePattern([]byte("/a.b[é$")); got != `/a\x2Eb\x5B\xC3\xA9\x24` {
		t.Errorf("got %s", got)
	}
	if got := runePattern([]byte("/a.b{é\u0085")); got != `/a\x2eb\x7bé\x85` {
		t.Errorf("got %s", got)
	}
	if got := quoteRewrite("/a%0Ab"); got != `/a\%0Ab` {
		t.Errorf("got %s", got)
	}
}

// TestMoves: the query of a request comes behind that of the address it is led to,
// and before its fragment; an address has one question mark.
func TestMoves(t *testing.T) {
	for to, want := range map[string][2]string{ // without a query, and with x=1
		"/b/":                        {"/b/", "/b/?x=1"},
		"/b/#c":                      {"/b/#c", "/b/?x=1#c"},
		"/b/?":                       {"/b/", "/b/?x=1"},
		"/b/?a=b":                    {"/b/?a=b", "/b/?a=b&x=1"},
		"https://e.example/?a=b?c#d": {"https://e.example/?a=b%3Fc#d", "https://e.example/?a=b%3Fc&x=1#d"},
	} {
		m := (&Site{Redirects: []Redirect{{"/a/", to}}}).moves()[0]
		if got := [2]string{m.to, m.before + "x=1" + m.after}; got != want {
			t.Errorf("%s: got %q, want %q", to, got, want)
		}
	}
}

// TestVaryOnce: nginx says once that an answer depends on Accept-Encoding, in its own
// way where it compresses with gzip.
func TestVaryOnce(t *testing.T) {
	for _, codings := range [][]fileset.Coding{nil, {fileset.Gzip}, {fileset.Brotli}, {fileset.Brotli, fileset.Gzip}} {
		rules := (&Site{Codings: codings}).nginx()
		own, added := strings.Contains(rules, "gzip_vary on;"), strings.Contains(rules, "add_header Vary")
		if own && added || (own || added) != (len(codings) > 0) {
			t.Errorf("%v: gzip_vary %t, a header %t", codings, own, added)
		}
	}
}

// TestHosted: hosts without a configuration of their own read _headers and
// _redirects. A header that has another value somewhere is taken back there
// first, and an old address stands for itself alone.
func TestHosted(t *testing.T) {
	s := &Site{Base: "/help", Redirects: []Redirect{{"/a*b/:c/", "/help/x/"}, {"/d#e/", "https://elsewhere.example/"}, {"/f g/", "/help/h/"}}}
	headers := s.hostedHeaders()
	for path, name := range map[string]string{"/help/assets/*": "Cache-Control", "/help/sw.js": "Content-Security-Policy"} {
		if !strings.Contains(headers, path+"\n  ! "+name+"\n  "+name+": ") {
			t.Errorf("%s does not take %s back:\n%s", path, name, headers)
		}
	}
	want := "/a%2Ab/%3Ac/ /help/x/ 301\n/d%23e/ https://elsewhere.example/ 301\n/f%20g/ /help/h/ 301\n"
	if got := s.hostedRedirects(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestBraces: whatever a site has, every brace that its rules open is closed.
func TestBraces(t *testing.T) {
	for n := range 16 {
		has := func(bit int) bool { return n>>bit&1 == 1 }
		s := &Site{NotFound: has(0), Mail: has(1), Redirects: []Redirect{{"/a/", "/b/"}, {"/c{d}/", "https://e.example/?x=1#y"}}}
		if has(2) {
			s.Base, s.Prefixes = "/help", []string{"/en"}
		}
		if has(3) {
			s.Codings = fileset.Codings()
		}
		for name, rules := range map[string]string{"nginx": s.nginx(), "caddy": s.caddy()} {
			if open, closed := strings.Count(rules, "{"), strings.Count(rules, "}"); open != closed {
				t.Errorf("%s, %+v: %d braces are opened, %d closed:\n%s", name, s, open, closed, rules)
			}
		}
	}
}
