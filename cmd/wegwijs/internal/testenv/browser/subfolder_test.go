//go:build unix

package browser

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestSubfolder makes a help centre as a new provider does, in a folder of the
// provider's own site, with a section, a film and an ejected page of its own; nginx
// serves it by the rules of the build. Readers follow its links, play the film,
// search, and read on without a network.
func TestSubfolder(t *testing.T) {
	if testing.Short() {
		t.Skip("a site is built, served and read")
	}
	chrome.Need(t)
	dir := t.TempDir()
	site, www := filepath.Join(dir, "site"), filepath.Join(dir, "www")
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
			t.Fatalf("wegwijs %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run("new", site, "--name", "Noord Hosting", "--domain", "noord.example", "--url", "https://www.noord.example/hulp/", "--languages", "nl,en", "--offline")
	run("-C", site, "eject", "content/nl/over.md")
	ejected := filepath.Join(site, "content/nl/over.md")
	text, err := os.ReadFile(ejected)
	if err != nil {
		t.Fatal(err)
	}
	testenv.Write(t, ejected, string(text)+"\nNoord Hosting staat in Groningen.\n")
	testenv.Write(t, filepath.Join(site, "content/nl/telefoon/index.md"), "+++\ntitle = \"Telefoon\"\ndescription = \"Bellen met Noord Hosting.\"\n+++\nHier lees je hoe je belt.\n")
	testenv.Write(t, filepath.Join(site, "content/nl/telefoon/kijken.md"), "+++\ntitle = \"Zo werkt je toestel\"\ndescription = \"Een film over je toestel.\"\n+++\n![Je zet het toestel aan](film.webm)\n\nLees ook [de instellingen](/e-mail/imap-instellingen.md).\n")
	testenv.Write(t, filepath.Join(site, "content/nl/telefoon/film.webm"), string(recorded(t)))
	testenv.Write(t, filepath.Join(site, "content/nl/telefoon/film.poster.png"), string(posterOf(t)))
	testenv.Write(t, filepath.Join(site, "content/nl/telefoon/film.vtt"), "WEBVTT\n\n00:00.000 --> 00:09.000\nZet het toestel aan.\n")
	run("-C", site, "build", "-o", filepath.Join(www, "hulp"))
	testenv.Write(t, filepath.Join(www, "index.html"), "<p>the provider's own site</p>")

	web, err := url.Parse(testenv.StartWeb(t, "nginx", www, fmt.Sprintf("root %[1]s;\ninclude %[1]s/hulp/rules/nginx.conf;\ninclude %[1]s/hulp/mail/nginx.conf;", www)))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewUnstartedServer(forward(web))
	front.Config.ErrorLog = log.New(io.Discard, "", 0) // browsers drop connections as they please
	front.StartTLS()
	defer front.Close()
	base := front.URL + "/hulp"

	t.Run("links", func(t *testing.T) { follow(t, front.Client(), front.URL, "/hulp/") })
	t.Run("forms", func(t *testing.T) {
		for address, want := range map[string]string{"/.well-known/autoconfig/mail/config-v1.1.xml": "imap.noord.example", "/hulp/sitemap.xml": "https://www.noord.example/hulp/telefoon/", "/hulp/e-mail/imap-instellingen/index.md": "https://www.noord.example/hulp/"} {
			if status, body := fetch(t, front.Client(), front.URL+address); status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s: status %d, %.80q", address, status, body)
			}
		}
		profiles, err := filepath.Glob(filepath.Join(www, "hulp/mail/*.mobileconfig"))
		if err != nil || len(profiles) == 0 {
			t.Fatalf("profiles: %q, %v", profiles, err)
		}
		for _, p := range profiles {
			if status, body := fetch(t, front.Client(), base+"/mail/"+filepath.Base(p)); status != http.StatusOK || !strings.Contains(body, "smtp.noord.example") {
				t.Errorf("%s: status %d, %.80q", filepath.Base(p), status, body)
			}
		}
	})
	b := newTab(t)
	if b.base, err = url.Parse(base); err != nil {
		t.Fatal(err)
	}
	b.languages("nl")
	b.Size(1280, 800)
	t.Run("film", func(t *testing.T) {
		b.open("/telefoon/kijken/")
		b.film(t)
		b.quiet("/telefoon/kijken/")
	})
	t.Run("offline", func(t *testing.T) {
		b.open("/over/")
		b.Until(`navigator.serviceWorker.ready.then(Boolean)`)
		if got := eval[string](b, `navigator.serviceWorker.ready.then((r) => r.scope)`); got != base+"/" {
			t.Errorf("the service worker is there for %s, want %s/", got, base)
		}
		b.Until(`caches.open("wegwijs").then((c) => c.keys()).then((all) => all.some((r) => r.url.endsWith("/hulp/over/")) && all.some((r) => r.url.endsWith("/hulp/")))`)
		if other := eval[[]string](b, `caches.open("wegwijs").then((c) => c.keys()).then((all) => all.map((r) => new URL(r.url).pathname).filter((p) => !p.startsWith("/hulp/")))`); slices.ContainsFunc(other, func(p string) bool { return p != "/release" }) {
			t.Errorf("it keeps what is not ours: %q", other)
		}
		front.CloseClientConnections()
		front.Close()
		b.open("/over/")
		if got := eval[string](b, `document.body.innerText`); !strings.Contains(got, "Noord Hosting staat in Groningen.") {
			t.Errorf("without a network: %.200q", got)
		}
	})
}

// film plays the film of the page, and reports what is missing of it.
func (b *tab) film(t *testing.T) {
	t.Helper()
	b.Until(`document.querySelector("video")`)
	b.Until(`new Promise((done) => { const i = new Image(); i.onload = () => done(i.naturalWidth === 160); i.onerror = () => done(false); i.src = document.querySelector("video").poster; })`)
	if early := eval[int](b, `performance.getEntriesByType("resource").filter((e) => e.name.endsWith(".webm")).length`); early > 0 {
		t.Error("the film is loaded before anybody plays it")
	}
	b.Run(`(() => { const v = document.querySelector("video"); v.muted = true; v.textTracks[0].mode = "showing"; v.play(); })()`)
	b.Until(`document.querySelector("video").error || document.querySelector("video").currentTime > 0`)
	if got := eval[string](b, `document.querySelector("video").error?.message ?? ""`); got != "" {
		t.Errorf("the film does not play: %s", got)
	}
	b.Until(`document.querySelector("video").textTracks[0].cues?.length`)
	if got := eval[string](b, `document.querySelector("video").textTracks[0].cues[0].text`); got != "Zet het toestel aan." {
		t.Errorf("the captions say %q", got)
	}
}

// recorded returns a film that Chromium made: a few coloured pictures.
func recorded(t *testing.T) []byte {
	t.Helper()
	b := newTab(t, noWorker)
	b.open("/")
	film, err := base64.StdEncoding.DecodeString(eval[string](b, `(async () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [160, 90];
  const paint = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: "video/webm;codecs=vp8" });
  const parts = [];
  recorder.ondataavailable = (e) => parts.push(e.data);
  const stopped = new Promise((done) => (recorder.onstop = done));
  recorder.start();
  for (let i = 0; i < 12; i++) {
    paint.fillStyle = "hsl(" + i * 30 + " 80% 50%)";
    paint.fillRect(0, 0, 160, 90);
    await new Promise((done) => setTimeout(done, 50));
  }
  recorder.stop();
  await stopped;
  return btoa(String.fromCharCode(...new Uint8Array(await new Blob(parts).arrayBuffer())));
})()`))
	if err != nil || len(film) < 500 {
		t.Fatalf("a film of %d bytes, %v", len(film), err)
	}
	return film
}

func posterOf(t *testing.T) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, 160, 90))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(color.NRGBA{10, 110, 90, 255}), image.Point{}, draw.Src)
	var poster bytes.Buffer
	if err := png.Encode(&poster, picture); err != nil {
		t.Fatal(err)
	}
	return poster.Bytes()
}

// fetch returns the status and the body of an answer.
func fetch(t *testing.T, client *http.Client, address string) (int, string) {
	t.Helper()
	r, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// follow opens every page and file that links lead to from an address: all are
// there, and below it.
func follow(t *testing.T, client *http.Client, host, from string) {
	t.Helper()
	seen, todo := map[string]bool{from: true}, []string{from}
	pages := 0
	for ; len(todo) > 0; todo = todo[1:] {
		status, body := fetch(t, client, host+todo[0])
		if status != http.StatusOK {
			t.Errorf("%s: status %d", todo[0], status)
			continue
		}
		if !strings.HasSuffix(todo[0], "/") {
			continue
		}
		pages++
		for _, link := range links(body) {
			to, err := url.Parse(host + todo[0])
			if err == nil {
				to, err = to.Parse(link)
			}
			if err != nil {
				t.Errorf("%s: the link %q: %v", todo[0], link, err)
				continue
			}
			if to.Scheme+"://"+to.Host != host || seen[to.Path] {
				continue
			}
			if !strings.HasPrefix(to.Path, from) {
				t.Errorf("%s: the link %q leads out of %s", todo[0], link, from)
				continue
			}
			seen[to.Path] = true
			todo = append(todo, to.Path)
		}
	}
	if pages < 60 || !seen[from+"telefoon/film.webm"] && !seen[from+"telefoon/kijken/film.webm"] {
		t.Errorf("%d pages and %d files, without the film", pages, len(seen)-pages)
	}
}

// links returns what a page links to and loads.
func links(page string) (list []string) {
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return list
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, a := range z.Token().Attr {
				if a.Key == "href" || a.Key == "src" || a.Key == "poster" {
					list = append(list, a.Val)
				}
			}
		}
	}
}
