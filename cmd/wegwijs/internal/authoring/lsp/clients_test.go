package lsp

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// built builds the command, once.
var built = sync.OnceValues(func() (exe string, err error) {
	dir, err := os.MkdirTemp("", "wegwijs-lsp-")
	if err != nil {
		return "", err
	}
	folder = dir
	exe = filepath.Join(dir, "wegwijs")
	if out, err := exec.Command("go", "build", "-o", exe, "wegwijs/cmd/wegwijs").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %s", err, out)
	}
	return exe, nil
})

// folder is where the command was built; "" where it was not.
var folder string

func TestMain(m *testing.M) {
	code := m.Run()
	if folder != "" {
		os.RemoveAll(folder)
	}
	os.Exit(code)
}

// program returns the command, and a site to try it on.
func program(t *testing.T) (exe, dir string) {
	t.Helper()
	dir = testenv.RAM(t)
	exe, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range testenv.SmallSite(t) {
		testenv.Write(t, filepath.Join(dir, name), text)
	}
	return exe, dir
}

// The protocol library of Visual Studio Code, which checks what it is told by
// itself, has a conversation with the program.
func TestCodeClient(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	node := testenv.Program(t, "Node.js (nodejs)", "node", "nodejs")
	modules, err := filepath.Abs("testdata/npm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "node_modules")); err != nil {
		testenv.Missing(t, "npm ci in "+modules)
	}
	exe, dir := program(t)
	c := exec.CommandContext(t.Context(), node, "testdata/client.js", exe, dir, modules)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got struct {
		Encoding, Code, Fix, Hover string
		At                         position
		Labels                     []string
		Status                     int
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got.Encoding != "utf-16" || got.Code != "link-page" || got.At != (position{3, 3}) || got.Fix != "pop.md" || got.Hover != "markdown" || got.Status != 0 || !slices.Contains(got.Labels, "pop.md") {
		t.Errorf("got %s", out)
	}
}

// Neovim finds a mistake while it is typed, mends it and renames the page.
func TestNeovim(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	nvim := testenv.Program(t, "Neovim (neovim)", "nvim")
	exe, dir := program(t)
	c := exec.CommandContext(t.Context(), nvim, "--headless", "--clean", "-c", "luafile testdata/nvim.lua")
	home := t.TempDir()
	c.Env = append(os.Environ(), "PROGRAM="+exe, "SITE="+dir, "HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_RUNTIME_DIR="+home)
	out, err := c.CombinedOutput()
	at := strings.IndexByte(string(out), '{')
	if err != nil || at < 0 {
		t.Fatalf("%v: %s", err, out)
	}
	var got struct {
		Code, Line, Leads string
		Col               int
	}
	if err := json.NewDecoder(strings.NewReader(string(out[at:]))).Decode(&got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got.Code != "link-page" || got.Col != 5 || got.Line != "😀 [x](pop.md)" || got.Leads != "pop.md" {
		t.Errorf("got %+v", got)
	}
	text, err := os.ReadFile(filepath.Join(dir, "content/nl/e-mail/ontvangen.md"))
	if err != nil || !strings.Contains(string(text), `aliases = ["/e-mail/imap/", "/oud/imap/"]`) {
		t.Errorf("%v: %s", err, text)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "content/nl/e-mail/index.md")); !strings.Contains(string(text), "(ontvangen.md#versturen)") {
		t.Errorf("the link is %s", text)
	}
}
