package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestCheckLooksInPublic: check finds what lies between the files of the site and
// nobody should get, and leaves a file of the name public to build.
func TestCheckLooksInPublic(t *testing.T) {
	t.Setenv(hunspellEnv, "off")
	dir := t.TempDir()
	testenv.Write(t, filepath.Join(dir, "site.toml"), tenLines)
	program(t, done, "-C", dir, "build")
	if _, stderr := program(t, done, "-C", dir, "check", "--strict"); stderr != "" {
		t.Errorf("a build's own files: %s", stderr)
	}
	testenv.Write(t, filepath.Join(dir, "public", "en", ".env"), "DB_PASSWORD=geheim")
	testenv.Write(t, filepath.Join(dir, "public", "index.html~"), "x")
	_, stderr := program(t, failed, "-C", dir, "check")
	for _, want := range []string{"public/en/.env: no build wrote this, and whoever asks for it gets it [secret]", "public/index.html~: warning: a program left this behind, and whoever asks for it gets it [file-unused]", "1 error, 1 warning"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("lacks %q: %s", want, stderr)
		}
	}
	other := t.TempDir()
	testenv.Write(t, filepath.Join(other, "site.toml"), tenLines)
	testenv.Write(t, filepath.Join(other, "public"), "x")
	program(t, done, "-C", other, "check")
}

// TestCheckExternal asks a site that answers in every other way than well: what is
// broken, refused and not reached is told apart, at its place, and none of it is a
// reason to fail unless asked. What was answered is not asked again.
func TestCheckExternal(t *testing.T) {
	t.Setenv(hunspellEnv, "off")
	t.Setenv("WEGWIJS_CACHE", t.TempDir())
	asked := make(chan string, 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		switch r.URL.Path {
		case "/good":
		case "/forbidden":
			w.WriteHeader(http.StatusForbidden)
		case "/moved":
			http.Redirect(w, r, "/good", http.StatusMovedPermanently)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/trouble":
			w.WriteHeader(http.StatusInternalServerError)
		case "/reset":
			panic(http.ErrAbortHandler)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0") // where nobody listens
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String() + "/x"
	closed.Close()
	dir := t.TempDir()
	testenv.Write(t, filepath.Join(dir, "site.toml"), tenLines)
	body := "+++\ntitle = \"Elders\"\ndescription = \"Waar je nog meer kunt kijken.\"\n+++\n"
	for _, p := range []string{"good", "gone", "forbidden", "moved", "round", "trouble", "reset"} {
		body += fmt.Sprintf("\n- [de site van %s](%s/%[1]s)\n", p, server.URL)
	}
	testenv.Write(t, filepath.Join(dir, "content/nl/elders.md"), body+"\n- [niemand]("+nobody+")\n")
	said := func(want int, args ...string) (list []string) {
		t.Helper()
		_, stderr := program(t, want, append([]string{"-C", dir, "check", "--external"}, args...)...)
		for line := range strings.Lines(stderr) {
			if place, rest, ok := strings.Cut(strings.TrimSpace(line), " warning: "); ok && strings.HasPrefix(place, "content/") {
				list = append(list, strings.TrimSuffix(strings.TrimPrefix(place, "content/nl/elders.md:"), ":")+" "+strings.NewReplacer(server.URL, "S", nobody, "N").Replace(rest))
			}
		}
		return list
	}
	want := []string{
		"8:3 S/gone is not there: the site answers 404 [link-broken]",
		"10:3 S/forbidden could not be checked: the site answers 403 [link-refused]",
		"12:3 S/moved has moved for good [link-moved]",
		"14:3 S/round is broken: its redirects go round [link-broken]",
		"16:3 S/trouble gives an error of its server: 500 [link-unreachable]",
		"18:3 S/reset does not answer: the connection was broken off [link-unreachable]",
		"20:3 N does not answer: it takes no connections [link-unreachable]",
	}
	if got := said(done); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for len(asked) > 0 {
		<-asked
	}
	if got := said(failed, "--strict"); !slices.Equal(got, want) {
		t.Errorf("the second time: got\n%s", strings.Join(got, "\n"))
	}
	for len(asked) > 0 {
		if p := <-asked; p != "/trouble" && p != "/reset" {
			t.Errorf("%s is asked for again", p)
		}
	}
}
