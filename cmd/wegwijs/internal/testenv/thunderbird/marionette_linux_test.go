package thunderbird

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/testenv"
	"wegwijs/cmd/wegwijs/internal/testenv/webdriver"
)

// A Thunderbird is one running program with a profile of its own, driven over
// Marionette. What fails in it ends the test.
type Thunderbird struct {
	t    testing.TB
	lang string
	link *webdriver.Marionette
}

// patience bounds each thing that is awaited. It is only met when something
// is broken, however busy the machine is.
const patience = 10 * time.Minute

//go:embed testdata/drive.js
var driveJS string

// locales are the names by which Debian's language packs go; English is built in.
var locales = map[string]string{"en": "en-US"}

// startThunderbird starts the program in a language. All names that it may
// know lead to this machine.
func startThunderbird(t testing.TB, lang string, hosts []string, prefs map[string]any) *Thunderbird {
	t.Helper()
	bin := testenv.Program(t, "Thunderbird (apt install thunderbird)", "thunderbird")
	if lang != "en" {
		pack := "/usr/lib/thunderbird/extensions/langpack-" + lang + "@thunderbird.mozilla.org.xpi"
		if _, err := os.Stat(pack); err != nil {
			testenv.Missing(t, "the "+lang+" language pack of Thunderbird (apt install thunderbird-l10n-"+lang+")")
		}
	}
	home := testenv.RAM(t)
	port := testenv.FreePorts(1)[0]
	locale := lang
	if l := locales[lang]; l != "" {
		locale = l
	}
	all := map[string]any{
		"marionette.port":                                             port,
		"intl.locale.requested":                                       locale,
		"extensions.autoDisableScopes":                                0, // else the language pack stays off
		"extensions.enabledScopes":                                    15,
		"network.dns.localDomains":                                    strings.Join(hosts, ","),
		"network.dns.disableIPv6":                                     true,
		"network.trr.mode":                                            5,
		"network.manage-offline-status":                               false, // a network without a way out is no reason to go offline
		"mailnews.auto_config_url":                                    "",
		"mailnews.auto_config.guess.timeout":                          240, // seconds; a busy machine is no reason to give up
		"mailnews.tcptimeout":                                         540, // seconds
		"mail.spotlight.firstRunDone":                                 true,
		"mailnews.start_page.enabled":                                 false,
		"mail.provider.suppress_dialog_on_startup":                    true,
		"mail.rights.version":                                         1,
		"app.update.enabled":                                          false,
		"app.donation.eoy.version.viewed":                             999,
		"datareporting.policy.dataSubmissionEnabled":                  false,
		"datareporting.policy.dataSubmissionPolicyBypassNotification": true,
		"ui.prefersReducedMotion":                                     1,
		"layout.css.devPixelsPerPx":                                   "1.0",
	}
	for name, value := range prefs {
		all[name] = value
	}
	var user strings.Builder
	for name, value := range all {
		v, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&user, "user_pref(%q, %s);\n", name, v)
	}
	profile := filepath.Join(home, "profile")
	testenv.Write(t, profile+"/user.js", user.String())

	cmd := exec.Command(bin, "--headless", "--marionette", "-remote-allow-system-access", "--profile", profile, "--no-remote")
	cmd.Env = append(os.Environ(), "HOME="+home, "MOZ_HEADLESS_WIDTH=1280", "MOZ_HEADLESS_HEIGHT=1000", "TZ=UTC")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a group, so that its children end with it
	log, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		cmd.Wait()
		log.Close()
		close(done)
	}()
	b := &Thunderbird{t: t, lang: lang}
	t.Cleanup(func() {
		if b.link != nil {
			b.link.Quit()
		}
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-done
		}
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			for line := range strings.Lines(string(said)) {
				if line != "\n" && !strings.Contains(line, "gtk_icon_theme") { // which it says of each icon
					t.Logf("Thunderbird said: %.300s", line)
				}
			}
		}
	})
	for deadline := time.Now().Add(patience); b.link == nil; {
		b.link, _ = webdriver.DialMarionette(port) // nil until it listens
		select {
		case <-done:
			t.Fatal("Thunderbird ended at once")
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("Thunderbird does not listen")
		}
	}
	b.command("NewSession", nil)
	b.command("Marionette:SetContext", map[string]any{"value": "chrome"})
	b.command("SetTimeouts", map[string]any{"script": patience.Milliseconds()})
	return b
}

// command runs a command and returns its value.
func (b *Thunderbird) command(name string, params map[string]any) json.RawMessage {
	b.t.Helper()
	value, err := b.link.DoWithin(patience, name, params)
	if err != nil {
		b.t.Fatalf("%s: %.1000s", name, err)
	}
	return value
}

// js runs the body of an async function in the program itself, after drive.js,
// and decodes what it returns into v. The error is what the function threw.
func (b *Thunderbird) js(v any, body string, args ...any) error {
	b.t.Helper()
	script := "const done = arguments[arguments.length - 1], args = [...arguments];\n" + driveJS +
		"\n(async () => {\n" + body + "\n})().then(v => done({v: v ?? null}), e => done({e: `${e}\\n${e.stack}`}));"
	if args == nil {
		args = []any{}
	}
	result := b.command("ExecuteAsyncScript", map[string]any{"script": script, "args": args, "newSandbox": false})
	var r struct {
		V json.RawMessage
		E string
	}
	if err := json.Unmarshal(result, &r); err != nil {
		return fmt.Errorf("%w: %.500s", err, result)
	}
	if r.E != "" {
		return fmt.Errorf("in Thunderbird: %s", r.E)
	}
	if v == nil {
		return nil
	}
	return json.Unmarshal(r.V, v)
}

// must is js that ends the test with an error.
func (b *Thunderbird) must(v any, body string, args ...any) {
	b.t.Helper()
	if err := b.js(v, body, args...); err != nil {
		b.t.Fatal(err)
	}
}
