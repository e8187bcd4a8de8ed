package site

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/config"
)

// leads returns the redirects of a site: from, the file that answers there or
// "rule", and where they lead.
func leads(s *Site) []string {
	list := []string{}
	for _, r := range s.Redirects {
		file := r.Path
		if file == "" {
			file = "rule"
		}
		list = append(list, r.From+" ["+file+"] "+r.Target())
	}
	return list
}

func redirectTables(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "[[redirect]]\nfrom = %q\nto = %q\n", pairs[i], pairs[i+1])
	}
	return b.String()
}

// An old address of a file does not take the place of one that is there: of a
// picture that had capitals, or that stood in a folder which had some.
func TestOldAddressesOfFiles(t *testing.T) {
	for from, want := range map[string]string{
		"/img/Rood.PNG":        "/img/Rood.PNG/ [rule] /img/rood.png",
		"/IMG/rood.png":        "/IMG/rood.png/ [rule] /img/rood.png",
		"/img/ROOD.png/a":      "/img/ROOD.png/a/ [rule] /img/rood.png",
		"/img/Handleiding.PHP": "/img/Handleiding.PHP/ [img/Handleiding.PHP/index.html] /img/rood.png",
		"/oud/Rood.PNG":        "/oud/Rood.PNG/ [oud/Rood.PNG/index.html] /img/rood.png",
		"/img/caf%C3%A9.pdf":   "/img/caf%C3%A9.pdf/ [img/café.pdf/index.html] /img/rood.png",
	} {
		s, ds := newSite(t, redirectTables(from, "/img/rood.png"), map[string]string{"nl/index.md": `title = "Begin"`}, "content/nl/img/rood.png")
		if got := leads(s); len(ds) > 0 || !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q and %q, want %s", from, got, says(ds), want)
		}
	}
	_, ds := newSite(t, redirectTables("/img/rood.png", "/"), map[string]string{"nl/index.md": `title = "Begin"`}, "content/nl/img/rood.png")
	if got, want := says(ds), []string{`site.toml: "/img/rood.png" is the address of a file`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An address is not a file: what a folder cannot hold beside the rest is a rule
// for web servers, and nothing is refused for it.
func TestAddressesAreNotFiles(t *testing.T) {
	for _, c := range []struct{ alias, want string }{
		{"/Dovecot/", "/Dovecot/ [rule] /dovecot/"},
		{"/Dovecot/oud/", "/Dovecot/oud/ [rule] /dovecot/"}, // the folder of a page in other capitals
		{"/DOVECOT/a/b.html", "/DOVECOT/a/b.html [rule] /dovecot/"},
		{"/DOVECOT", "/DOVECOT/ [rule] /dovecot/"},
		{"/Dovecot/index.html", "/Dovecot/index.html [rule] /dovecot/"},
		{"/IMAP.html", "/IMAP.html [IMAP.html] /dovecot/"},
		{"/con/", "/con/ [rule] /dovecot/"},
		{"/v1./", "/v1./ [rule] /dovecot/"},
		{"/a:b/", "/a:b/ [rule] /dovecot/"},
		{"/wat%3F/", "/wat%3F/ [rule] /dovecot/"},
		{"/versie-1..2/", "/versie-1..2/ [versie-1..2/index.html] /dovecot/"},
		{"/...", "/.../ [rule] /dovecot/"},
		{"/a/./b/", "/a/b/ [a/b/index.html] /dovecot/"},
		{"/a//b", "/a/b/ [a/b/index.html] /dovecot/"},
		{"/caf%C3%A9/", "/caf%C3%A9/ [café/index.html] /dovecot/"},
	} {
		s, ds := newSite(t, "", map[string]string{"nl/index.md": `title = "Begin"`, "nl/dovecot.md": fmt.Sprintf("title = \"D\"\naliases = [%q]", c.alias)})
		if len(ds) > 0 {
			t.Errorf("%s: %q", c.alias, says(ds))
		}
		if got := leads(s); !slices.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q among them", c.alias, got, c.want)
		}
	}
	// Two old addresses that only capitals tell apart are two.
	s, ds := newSite(t, redirectTables("/Oud/", "dovecot.md", "/oud/", "index.md"), map[string]string{"nl/index.md": `title = "Begin"`, "nl/dovecot.md": `title = "D"`})
	if got, want := leads(s), []string{"/Oud/ [Oud/index.html] /dovecot/", "/oud/ [rule] /"}; len(ds) > 0 || !slices.Equal(got, want) {
		t.Errorf("got %q and %q, want %q", got, says(ds), want)
	}
	// Without rules there is nothing that could answer.
	_, ds = newSite(t, "[outputs]\nrules = []\n", map[string]string{"nl/index.md": `title = "Begin"`, "nl/dovecot.md": "title = \"D\"\naliases = [\"/Dovecot/\"]"})
	if got, want := says(ds), []string{`content/nl/dovecot.md: "/Dovecot/" can only be a rule for web servers, and the site writes none`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The old address of a file in the folder for assets is a rule for web servers.
func TestOldAssets(t *testing.T) {
	pages := map[string]string{"nl/index.md": "title = \"Begin\"\naliases = [\"/assets/img/Plaat%20a.png\", \"/assets/gids.pdf\"]"}
	s, ds := newSite(t, "", pages)
	if len(ds) > 0 || len(s.Redirects) != 2 || s.Redirects[0].Path != "" || s.Redirects[1].Path != "" || !strings.HasPrefix(s.Redirects[1].From, "/assets/img/Plaat%20a.png") {
		t.Errorf("got %+v and %q", s.Redirects, says(ds))
	}
	if _, ds = newSite(t, "[outputs]\nrules = []\n", pages); len(ds) != 2 {
		t.Errorf("without rules: %q", says(ds))
	}
}

// What cannot be an old address is refused, with the reason.
func TestAddressesThatCannotBeKept(t *testing.T) {
	for alias, want := range map[string]string{
		"/assets/":            `"/assets/" is in a folder that belongs to the program`,
		"/assets/gids/":       `"/assets/gids/" is in a folder that belongs to the program`,
		"/rules/nginx.conf":   `"/rules/nginx.conf" is in a folder that belongs to the program`,
		"/rules/":             `"/rules/" is in a folder that belongs to the program`,
		"/mail/config.xml":    `"/mail/config.xml" is in a folder that belongs to the program`,
		"/.wegwijs-stage/x/":  `"/.wegwijs-stage/x/" is in a folder that belongs to the program`,
		"/a/../b/":            `"/a/../b/" leads out of the site`,
		"/%2e%2e/b/":          `"/%2e%2e/b/" leads out of the site`,
		"/a%2Fb/":             `"/a%2Fb/" does not work: an element of it holds a slash`,
		"/a%5Cb/":             `"/a%5Cb/" does not work: an element of it holds a slash`,
		"/caf%E9/":            `"/caf%E9/" does not work: it is not UTF-8 text`,
		"/a%0Ab/":             `"/a%0Ab/" does not work: it holds a control character`,
		"/a/?b=c":             `"/a/?b=c" is not an address on this site`,
		"/a/#b":               `"/a/#b" is not an address on this site`,
		"oud/":                `"oud/" is not an address on this site`,
		"//x/y/":              `"//x/y/" is not an address on this site`,
		"https://x.example/y": `"https://x.example/y" is not an address on this site`,
		"/dovecot":            `"/dovecot" is the address of a page: content/nl/dovecot.md`,
		"/dovecot/index.html": `"/dovecot/index.html" is the address of a page: content/nl/dovecot.md`,
	} {
		s, ds := newSite(t, "", map[string]string{"nl/index.md": `title = "Begin"`, "nl/dovecot.md": fmt.Sprintf("title = \"D\"\naliases = [%q]", alias)})
		if got := says(ds); !slices.Equal(got, []string{"content/nl/dovecot.md: " + want}) || len(s.Redirects) > 0 {
			t.Errorf("%s: got %q, want %q", alias, got, want)
		}
		for _, d := range ds {
			if d.Hint == "" {
				t.Errorf("%s: no way out", alias)
			}
		}
	}
}

// Where an old address leads is parsed as an address, and a page is one only
// where it is named as a file of the site.
func TestRedirectTargets(t *testing.T) {
	for to, want := range map[string]string{
		"https://example.org/readme.md":                 "https://example.org/readme.md",
		"https://github.com/x/y/compare/v1...v2":        "https://github.com/x/y/compare/v1...v2",
		"https://example.org/a/../b":                    "https://example.org/a/../b",
		"http://example.org/lees.md#a":                  "http://example.org/lees.md#a",
		"a.md#kop":                                      "/a/#kop",
		"/a.md?x=1#kop":                                 "/a/?x=1#kop",
		"en/a.md":                                       "/en/a/",
		"/versie-1..2/":                                 "/versie-1..2/",
		"https://t.example/a/?x=y":                      "/a/?x=y",
		"https://t.example/en/a.md":                     "/en/a/",
		"https://elders.example/t.example/../readme.md": "https://elders.example/t.example/../readme.md",
	} {
		s, ds := newSite(t, redirectTables("/oud/", to), map[string]string{"nl/index.md": `title = "Begin"`, "nl/a.md": `title = "A"`, "en/index.md": `title = "Home"`, "en/a.md": `title = "A"`})
		if len(ds) > 0 || len(s.Redirects) != 1 || s.Redirects[0].Target() != want {
			t.Errorf("%s: got %q, %q; want %q", to, leads(s), says(ds), want)
		}
	}
	for to, want := range map[string]string{
		"readme.md":    `no page "readme.md"`,
		"/../x/":       `"/../x/" is not an address`,
		"/a/%2e%2e/x/": `"/a/%2e%2e/x/" is not an address`,
		"ftp://x/":     `"ftp://x/" is not an address`,
		"//x.example/": `"//x.example/" is not an address`,
		"a/":           `"a/" is not an address`,
		"https:x":      `"https:x" is not an address`,
	} {
		_, ds := newSite(t, redirectTables("/oud/", to), map[string]string{"nl/index.md": `title = "Begin"`, "nl/a.md": `title = "A"`})
		if got := says(ds); !slices.Equal(got, []string{"site.toml: " + want}) {
			t.Errorf("%s: got %q, want %q", to, got, want)
		}
	}
}

// A circle is one mistake, however many redirects it has; and a redirect to
// another one names where it ends.
func TestRedirectCircles(t *testing.T) {
	home := map[string]string{"nl/index.md": `title = "Begin"`}
	for _, c := range []struct {
		pairs []string
		want  int
		more  []string // about redirects that lead to others
	}{
		{[]string{"/a/", "/a/"}, 1, nil},
		{[]string{"/a/", "/b/", "/b/", "/c", "/c/", "/a/?x=y"}, 1, nil},
		{[]string{"/in/", "/a/", "/a/", "/b/", "/b/", "https://t.example/a/#x"}, 1, nil},
		{[]string{"/a/", "/b/", "/b/", "/a/", "/c/", "/d/", "/d/", "/c/"}, 2, nil},
		{[]string{"/a/", "/b/", "/b/", "/c/", "/c/", "index.md"}, 0, []string{`/a/ leads to another old address, /b/ | name where it ends: to = "index.md"`, `/b/ leads to another old address, /c/ | name where it ends: to = "index.md"`}},
		{[]string{"/a/", "/b/", "/b/", "https://elders.example/a/"}, 0, []string{`/a/ leads to another old address, /b/ | name where it ends: to = "https://elders.example/a/"`}},
		{[]string{"/a/", "/b/?x=y#z", "/b/", "/c/?d=e", "/z/", "https://elders.example/"}, 0, []string{`/a/ leads to another old address, /b/ | name where it ends: to = "/c/?d=e"`}},
	} {
		_, ds := newSite(t, redirectTables(c.pairs...), home)
		var more []string
		for _, d := range ds {
			if d.Code == diag.RedirectChain {
				more = append(more, strings.TrimPrefix(d.Msg, "the redirect from ")+" | "+d.Hint)
			}
		}
		if len(ds)-len(more) != c.want || !slices.Equal(more, c.more) {
			t.Errorf("%q: got %q and %q, want %d and %q", c.pairs, says(ds), more, c.want, c.more)
		}
	}
}

// An alias holds in every language that showed the page, and leads its readers
// to the page in their own language.
func TestAliasesHoldInEveryLanguage(t *testing.T) {
	for _, c := range []struct {
		what  string
		pages map[string]string
		want  []string
	}{
		{"a page in Dutch alone", map[string]string{"nl/e-mail/nieuw.md": "title = \"N\"\naliases = [\"/e-mail/oud/\"]"},
			[]string{"/e-mail/oud/ [e-mail/oud/index.html] /e-mail/nieuw/", "/en/email/oud/ [en/email/oud/index.html] /en/email/nieuw/"}},
		{"one that was translated since", map[string]string{"nl/e-mail/nieuw.md": "title = \"N\"\naliases = [\"/e-mail/oud/\"]", "en/e-mail/nieuw.md": "title = \"N\"\nslug = \"new\""},
			[]string{"/e-mail/oud/ [e-mail/oud/index.html] /e-mail/nieuw/", "/en/email/oud/ [en/email/oud/index.html] /en/email/new/"}},
		{"one that came from another section", map[string]string{"nl/e-mail/nieuw.md": "title = \"N\"\naliases = [\"/hulp/diep/oud/\"]", "nl/hulp/index.md": `title = "H"`},
			[]string{"/en/hulp/diep/oud/ [en/hulp/diep/oud/index.html] /en/email/nieuw/", "/hulp/diep/oud/ [hulp/diep/oud/index.html] /e-mail/nieuw/"}},
		{"an English page", map[string]string{"en/e-mail/only.md": "title = \"O\"\naliases = [\"/en/email/was/\"]"},
			[]string{"/e-mail/was/ [e-mail/was/index.html] /e-mail/only/", "/en/email/was/ [en/email/was/index.html] /en/email/only/"}},
		{"the English alias is written", map[string]string{"nl/e-mail/nieuw.md": "title = \"N\"\naliases = [\"/e-mail/oud/\"]", "en/e-mail/nieuw.md": "title = \"N\"", "en/e-mail/ander.md": "title = \"A\"\naliases = [\"/en/email/oud/\"]", "nl/e-mail/ander.md": `title = "A"`},
			[]string{"/e-mail/oud/ [e-mail/oud/index.html] /e-mail/nieuw/", "/en/email/oud/ [en/email/oud/index.html] /en/email/ander/"}},
		{"the address of an English page", map[string]string{"nl/e-mail/nieuw.md": "title = \"N\"\naliases = [\"/e-mail/oud/\"]", "en/e-mail/x.md": "title = \"X\"\nslug = \"oud\"", "nl/e-mail/x.md": `title = "X"`},
			[]string{"/e-mail/oud/ [e-mail/oud/index.html] /e-mail/nieuw/"}},
		{"an address of another site", map[string]string{"nl/e-mail/nieuw.md": "title = \"N\"\naliases = [\"/kb/artikel/12/\", \"/oud.php\"]", "en/e-mail/nieuw.md": "title = \"N\""},
			[]string{"/kb/artikel/12/ [kb/artikel/12/index.html] /e-mail/nieuw/", "/oud.php [oud.php] /e-mail/nieuw/"}},
	} {
		for f, front := range map[string]string{"nl/index.md": `title = "Begin"`, "en/index.md": `title = "Home"`, "nl/e-mail/index.md": `title = "E-mail"`, "en/e-mail/index.md": "title = \"Email\"\nslug = \"email\""} {
			c.pages[f] = front
		}
		s, ds := newSite(t, "", c.pages)
		if len(ds) > 0 {
			t.Errorf("%s: %q", c.what, says(ds))
		}
		if got := leads(s); !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.what, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// A name that the program needs itself cannot be a part of an address.
func TestSlugsOfThePrograms(t *testing.T) {
	for slug, want := range map[string]string{
		"index.md": "that name is taken by the program", "index.html": "that name is taken by the program", "index.md.br": "that name is taken by the program",
		"index.html.gz": "that name is taken by the program", "index": "that name is taken by the program", "404.html": "that name is taken by the program",
		"indexen": "", "index-2": "", "x.md": "", "1.0": "",
	} {
		_, ds := newSite(t, "", map[string]string{"nl/index.md": `title = "Begin"`, "nl/a.md": fmt.Sprintf("title = \"A\"\nslug = %q", slug)})
		if got := strings.Join(says(ds), "\n"); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", slug, got, want)
		}
	}
}

// Redirects cost the same each, also where they are wrong or lead on and on.
func BenchmarkRedirects(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		for _, kind := range []string{"chain", "wrong"} {
			var pairs []string
			for i := range n {
				to := fmt.Sprintf("/p%d/", i+1)
				if kind == "wrong" {
					to = fmt.Sprintf("p%d.md", i+1)
				}
				pairs = append(pairs, fmt.Sprintf("/p%d/", i), to)
			}
			toml := "title = \"T\"\nbase_url = \"https://t.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"N\"\n" + redirectTables(pairs...)
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				for b.Loop() {
					out := new(diag.List)
					New(Input{Config: config.Parse([]byte(toml), out), Out: out})
				}
			})
		}
	}
}
