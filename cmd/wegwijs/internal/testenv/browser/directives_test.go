package browser

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestDirectives looks at a page with every directive of the built-in layouts: on
// a phone in both directions, with the colours of the system, without scripts and
// on paper all that readers see of each is there, and readable.
func TestDirectives(t *testing.T) {
	chrome.Need(t)
	dir := copySite(t)
	var text strings.Builder
	for _, u := range testenv.DirectiveUses {
		text.WriteString(u.Text + "\n\n")
	}
	testenv.Write(t, filepath.Join(dir, "content/nl/e-mail/proef.md"), "+++\ntitle = \"Proefpagina\"\ndescription = \"Alles wat een schrijver kan gebruiken.\"\n+++\n"+text.String())
	site, err := buildSite(dir, filepath.Join(dir, "public"))
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	address := site.server.URL + "/e-mail/proef/"
	b := reader(t)
	all := func(where string) {
		t.Helper()
		for _, u := range testenv.DirectiveUses {
			if u.Shown == "" || u.Name == "br" {
				continue
			}
			// What stands in a part that the reader did not open is not to be seen.
			wrong := eval[string](b, fmt.Sprintf(`((all) => {
				if (all.length === 0) return "is not there";
				const seen = all.filter((e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true }));
				const open = all.some((e) => !e.closest("details:not([open]), [role=tabpanel][hidden]"));
				if (seen.length === 0) return open || matchMedia("print").matches ? "is not to be seen" : "";
				const wide = seen.filter((e) => { const r = e.getBoundingClientRect(); return r.height < 5 || r.left < -1 || r.right > document.documentElement.clientWidth + 1; });
				return wide.length > 0 && !wide.every((e) => e.closest("[tabindex='0']")) ? "is cut off: " + wide[0].outerHTML.slice(0, 100) : "";
			})([...document.querySelectorAll("main %s")])`, u.Shown))
			if wrong != "" {
				t.Errorf("%s: %s %s", where, u.Name, wrong)
			}
		}
		if wide := eval[[]string](b, overflow); len(wide) > 0 {
			t.Errorf("%s: the page scrolls sideways: %q", where, wide)
		}
	}
	b.Size(320, 640)
	for _, way := range []string{"ltr", "rtl"} {
		b.openAt(address)
		b.Run(fmt.Sprintf(`document.documentElement.dir = %q`, way))
		all(way)
	}
	b.media("forced-colors", "active")
	b.openAt(address)
	all("with the colours of the system")
	b.contrast("every directive with the colours of the system")
	b.Size(700, 900)
	testenv.Call(b.Tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	all("on paper")
	testenv.Call(b.Tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	b.noScripts()
	b.Do(chromedp.Navigate(address))
	all("without scripts")
}
