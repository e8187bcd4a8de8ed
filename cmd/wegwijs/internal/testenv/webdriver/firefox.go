package webdriver

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// firefoxPrefs make Firefox keep to what the tests ask of it.
var firefoxPrefs = map[string]any{
	"marionette.port":                                             0, // a free one, which it writes down
	"intl.accept_languages":                                       "nl",
	"app.update.enabled":                                          false,
	"app.normandy.enabled":                                        false,
	"browser.shell.checkDefaultBrowser":                           false,
	"browser.startup.page":                                        0,
	"datareporting.policy.dataSubmissionEnabled":                  false,
	"datareporting.policy.dataSubmissionPolicyBypassNotification": true,
	"network.captive-portal-service.enabled":                      false,
	"network.connectivity-service.enabled":                        false,
	"network.manage-offline-status":                               false, // a network without a way out is no reason to go offline
	"network.proxy.type":                                          0,
	"services.settings.server":                                    "data:,", // where it would ask for news
	"ui.prefersReducedMotion":                                     1,
}

// Firefox returns Mozilla's browser.
func Firefox() *Browser {
	return &Browser{Name: "Firefox", start: startFirefox, need: func(t testing.TB) {
		t.Helper()
		testenv.Program(t, "Firefox (apt install firefox-esr)", firefoxNames...)
	}}
}

var firefoxNames = []string{"firefox-esr", "firefox"}

func startFirefox(dir string) (*engine, error) {
	profile := filepath.Join(dir, "profile")
	if err := os.Mkdir(profile, 0o700); err != nil {
		return nil, err
	}
	var prefs strings.Builder
	for name, value := range firefoxPrefs {
		v, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&prefs, "user_pref(%q, %s);\n", name, v)
	}
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(prefs.String()), 0o600); err != nil {
		return nil, err
	}
	// Access to the program itself is for what the standard has no command for:
	// a window as narrow as a phone, and the languages of the reader.
	cmd := exec.Command(firstOf(firefoxNames), "--headless", "--marionette", "-remote-allow-system-access", "--no-remote", "--profile", profile)
	cmd.Env = append(os.Environ(), "HOME="+dir, "MOZ_HEADLESS_WIDTH=1400", "MOZ_HEADLESS_HEIGHT=1000")
	p, err := start(cmd)
	if err != nil {
		return nil, err
	}
	e := &engine{size: sizeFirefox, speak: speakFirefox, paper: paperFirefox, stop: []func(){p.end}}
	var m *Marionette
	err = p.until(func() bool {
		port, err := os.ReadFile(filepath.Join(profile, "MarionetteActivePort"))
		if err != nil {
			return false
		}
		n, err := strconv.Atoi(strings.TrimSpace(string(port)))
		if err != nil {
			return false // it is being written
		}
		m, err = DialMarionette(n)
		return err == nil
	})
	if err == nil {
		e.remote, e.stop = m, append(e.stop, m.Quit)
		_, err = m.Do("NewSession", map[string]any{"acceptInsecureCerts": true})
	}
	if err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// inFirefox runs JavaScript in the program itself.
func (p *Page) inFirefox(script string, args ...any) {
	p.t.Helper()
	p.must("Marionette:SetContext", map[string]any{"value": "chrome"}, nil)
	p.must("ExecuteScript", map[string]any{"script": script, "args": args}, nil)
	p.must("Marionette:SetContext", map[string]any{"value": "content"}, nil)
}

// sizeFirefox sizes the page in its window: a window itself is never narrower
// than 500 pixels.
func sizeFirefox(p *Page, width, height int) {
	p.t.Helper()
	p.inFirefox("for (const [k, v] of [['width', arguments[0]], ['height', arguments[1]]]) { const s = gBrowser.selectedBrowser.style; s.setProperty(k, `${v}px`); s.setProperty(`min-${k}`, `${v}px`); s.setProperty(`max-${k}`, `${v}px`); }", width, height)
}

func paperFirefox(p *Page) {
	p.t.Helper()
	const medium = "gBrowser.selectedBrowser.browsingContext.mediumOverride = arguments[0]"
	p.inFirefox(medium, "print")
	p.t.Cleanup(func() { p.inFirefox(medium, "") })
}

func speakFirefox(p *Page, languages string) {
	p.t.Helper()
	p.inFirefox("Services.prefs.setStringPref('intl.accept_languages', arguments[0])", languages)
}
