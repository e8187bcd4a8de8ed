package browser

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

const (
	root = "../../../../.." // of the repository
	npm  = "testdata/npm"   // package.json of what the tests need from npm
)

// What all tests share; TestMain sets it and nothing changes it later.
var (
	program string     // the program, built from this source
	theSite *builtSite // this repository's help centre
	chrome  *testenv.Chromium
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "wegwijs-browser-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "wegwijs")
	if out, err := exec.Command("go", "build", "-o", program, root+"/cmd/wegwijs").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the program: %w\n%s", err, out)
	}
	if theSite, err = buildSite(cmp.Or(os.Getenv("WEGWIJS_SITE"), root), filepath.Join(dir, "public")); err != nil {
		return 1, err
	}
	defer theSite.Close()
	chrome = &testenv.Chromium{Flags: map[string]any{
		"hide-scrollbars":           true,
		"ignore-certificate-errors": true,
		"host-resolver-rules":       theSite.resolverRules(), // every name but the site's own leads nowhere
	}}
	defer chrome.Close()
	defer firefox.Close()
	defer webkit.Close()
	return m.Run(), nil
}

// npmFile returns the path of a file of an npm package.
func npmFile(t testing.TB, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(npm, "node_modules", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = os.Stat(path); err != nil {
		testenv.Missing(t, "the npm packages (npm ci in cmd/wegwijs/internal/testenv/browser/testdata/npm)")
	}
	return path
}

// tabs is how many pages are looked at side by side.
func tabs() int { return max(1, min(4, runtime.NumCPU())) }
