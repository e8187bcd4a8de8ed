package render

import (
	"strings"
	"testing"
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
	for in, want := range map[string]string{"/a/": "/a/", "/a b/": `"/a b/"`, `/a"b/`: `"/a\"b/"`, `/a\b/`: `"/a\\b/"`, "/a;b/": `"/a;b/"`, "/a{b}/": `"/a{b}/"`, "/a$b/": "/a$b/", "/a#b/": `"/a#b/"`, "/a'b/": `"/a'b/"`} {
		if got := quoteNginx(in); got != want {
			t.Errorf("nginx: %s: got %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"/a/": "/a/", "/caf%C3%A9/": "/café/", "/a%7Bb%7D/": "/a%7Bb%7D/", "/100%25/": "/100%25/"} {
		if got := caddyPath(in); got != want {
			t.Errorf("Caddy: %s: got %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"/a/": "/a/", "/caf%C3%A9/": "/café/", "/a/?x=%20&y": "/a/?x=%20&y", "/a%24b/": `/a\$b/`, "/a/?": "/a/?"} {
		if got := apacheTarget(in); got != want {
			t.Errorf("Apache: %s: got %s, want %s", in, got, want)
		}
	}
	if got := quoteApache(`^/a"b\.c$`); got != `"^/a\"b\.c$"` {
		t.Errorf("Apache: got %s", got)
	}
}
