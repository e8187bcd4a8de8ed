package webdriver

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// WebKit returns the small browser that comes with WebKitGTK. It asks for pages
// in English.
func WebKit() *Browser {
	return &Browser{Name: "WebKit", start: startWebKit, need: func(t testing.TB) {
		t.Helper()
		testenv.Program(t, "WebKitGTK's driver (apt install webkit2gtk-driver)", "WebKitWebDriver")
		testenv.Program(t, "Xvfb, a screen for WebKit (apt install xvfb)", "Xvfb")
	}}
}

// narrow takes the room from the browser's own buttons, which would keep a
// window wider than a phone.
const narrow = "* { min-width: 0; min-height: 0; padding: 0; margin: 0; border-width: 0; font-size: 1px; -gtk-icon-size: 1px; }\n"

func startWebKit(dir string) (*engine, error) {
	e := &engine{size: sizeWebKit, paper: paperWebKit}
	err := e.startWebKit(dir)
	if err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *engine) startWebKit(dir string) error {
	style := filepath.Join(dir, "gtk-3.0", "gtk.css")
	if err := os.Mkdir(filepath.Dir(style), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(style, []byte(narrow), 0o600); err != nil {
		return err
	}
	display, err := e.startScreen()
	if err != nil {
		return err
	}
	port := testenv.FreePorts(1)[0]
	cmd := exec.Command("WebKitWebDriver", fmt.Sprintf("--port=%d", port))
	cmd.Env = append(os.Environ(),
		"DISPLAY="+display, "GDK_BACKEND=x11",
		"HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_RUNTIME_DIR="+dir,
		"LANGUAGE=en_US", "LANG=en_US.UTF-8", "LC_ALL=", // not the C of a container, which is no language
		"LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1", // a container has no graphics card
		"DBUS_SESSION_BUS_ADDRESS=disabled:", "NO_AT_BRIDGE=1", "GSETTINGS_BACKEND=memory", // nor a desktop, for which GTK would wait
	)
	driver, err := start(cmd)
	if err != nil {
		return err
	}
	e.stop = append(e.stop, driver.end)
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	if err := driver.until(func() bool {
		answer, err := http.Get(base + "/status")
		if err == nil {
			answer.Body.Close()
		}
		return err == nil
	}); err != nil {
		return err
	}
	w, err := newWire(base, map[string]any{"acceptInsecureCerts": true})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, driver.said())
	}
	e.remote = w
	e.stop = append(e.stop, func() { w.Do("DeleteSession", nil) }) // ends the browser
	return nil
}

// startScreen starts a screen in memory on a display that is free.
func (e *engine) startScreen() (display string, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer r.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{w}
	screen, err := start(cmd)
	w.Close()
	if err != nil {
		return "", err
	}
	e.stop = append(e.stop, screen.end)
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("start Xvfb: %w\n%s", err, screen.said())
	}
	return ":" + strings.TrimSpace(number), nil
}

// sizeWebKit sizes the window, which is higher than the page by what is left of
// the browser's own buttons.
func sizeWebKit(p *Page, width, height int) {
	p.t.Helper()
	var extra int
	p.Eval(`outerHeight - innerHeight`, &extra)
	p.must("SetWindowRect", map[string]any{"width": width, "height": height + extra}, nil)
}

// paperWebKit lets the rules for paper hold, for which the driver has no switch.
func paperWebKit(p *Page) {
	p.t.Helper()
	p.Eval(`(() => {
		const hold = (x) => { if (x.media?.mediaText === "print") x.media.mediaText = "all"; };
		for (const sheet of document.styleSheets) {
			hold(sheet);
			for (const rule of sheet.cssRules) hold(rule);
		}
	})()`, nil)
}
