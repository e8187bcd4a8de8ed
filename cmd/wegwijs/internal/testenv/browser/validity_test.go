package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestValid has every HTML file checked by the Nu checker of the W3C: no
// errors and no warnings.
func TestValid(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: takes long")
	}
	java := testenv.Program(t, "Java 11 or later (apt install default-jre-headless)", "java")
	jar := npmFile(t, "vnu-jar/build/dist/vnu.jar")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	args := []string{"-Xss1m", "-jar", jar, "--format", "json", "--exit-zero-always", "--stdout"}
	for _, p := range theSite.pages {
		args = append(args, filepath.Join(theSite.dir, filepath.FromSlash(p.file)))
	}
	out, err := exec.CommandContext(ctx, java, args...).Output()
	if err != nil {
		t.Fatalf("vnu: %v\n%s", err, out)
	}
	var report struct {
		Messages []struct {
			Type, SubType, URL, Message, Extract string
			LastLine                             int
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("vnu: %v\n%s", err, out)
	}
	for _, m := range report.Messages {
		name := strings.TrimPrefix(m.URL, "file:"+theSite.dir+"/")
		t.Errorf("%s:%d: %s %s: %s\n\t%s", name, m.LastLine, m.Type, m.SubType, m.Message, m.Extract)
	}
}

// TestLighthouse has the main pages judged by Lighthouse, as on a phone with a
// slow connection: 100 in every category. One audit is left out: Lighthouse
// reads robots.txt through the page, which the page's connect-src 'none'
// refuses; TestRobots looks at that file instead.
func TestLighthouse(t *testing.T) {
	if testing.Short() || !testenv.CI() && os.Getenv("WEGWIJS_LIGHTHOUSE") == "" {
		t.Skip("skipped: takes long, and runs outside CI only with WEGWIJS_LIGHTHOUSE=1")
	}
	path := chrome.Need(t)
	node := testenv.Program(t, "Node 18 or later (apt install nodejs)", "node")
	cli := npmFile(t, "lighthouse/cli/index.js")
	flags := strings.Join([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--ignore-certificate-errors", "--host-resolver-rules=\"" + theSite.resolverRules() + "\"",
	}, " ")
	for _, p := range mainPages {
		t.Run(p, func(t *testing.T) {
			var wrong []string
			slowdown := phoneSlowdown
			for try := range 5 { // other tests and programs take the processor away meanwhile
				time.Sleep(time.Duration(try) * 10 * time.Second)
				var speed float64
				wrong, speed = lighthouse(t, node, cli, path, flags, theSite.address(p), slowdown)
				if len(wrong) == 0 {
					return
				}
				if speed > 0 {
					slowdown = min(phoneSlowdown, max(1, phoneSlowdown*speed/desktopSpeed))
				}
			}
			t.Errorf("not 100:\n\t%s", strings.Join(wrong, "\n\t"))
		})
	}
}

// Lighthouse takes a fast desktop, of which it measures the speed, for a phone by
// making it phoneSlowdown times as slow. A machine that is no fast desktop needs
// less of that (its docs/throttling.md).
const (
	phoneSlowdown = 4.0
	desktopSpeed  = 1750 // the middle of what it calls a fast desktop
)

// lighthouse gives what stands between a page and four times 100, and the speed
// of this machine, 0 when it came to nothing.
func lighthouse(t *testing.T, node, cli, chromium, flags, address string, slowdown float64) ([]string, float64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, cli, address, "--output=json", "--quiet", "--skip-audits=robots-txt", fmt.Sprintf("--throttling.cpuSlowdownMultiplier=%.2f", slowdown), "--chrome-flags="+flags)
	cmd.Env = append(os.Environ(), "CHROME_PATH="+chromium)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return []string{"lighthouse: " + err.Error(), stderr.String()}, 0
	}
	var report struct {
		Environment struct{ BenchmarkIndex float64 }
		Categories  map[string]struct {
			Title     string
			Score     float64
			AuditRefs []struct {
				ID     string
				Weight float64
			}
		}
		Audits map[string]struct {
			Title, DisplayValue string
			Score               *float64
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	var wrong []string
	for _, name := range []string{"performance", "accessibility", "best-practices", "seo"} {
		c, ok := report.Categories[name]
		if !ok {
			t.Fatalf("lighthouse judged no %s", name)
		}
		if c.Score == 1 {
			continue
		}
		for _, ref := range c.AuditRefs {
			if a := report.Audits[ref.ID]; ref.Weight > 0 && a.Score != nil && *a.Score < 1 {
				wrong = append(wrong, c.Title+": "+a.Title+" "+a.DisplayValue)
			}
		}
	}
	return wrong, report.Environment.BenchmarkIndex
}

// TestRobots checks every line of robots.txt: it lets all in and names the
// sitemap, which is there.
func TestRobots(t *testing.T) {
	data, err := theSite.read("robots.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "", "User-agent", "Allow":
		case "Sitemap":
			if _, err := theSite.read(strings.TrimPrefix(value, theSite.address("/"))); err != nil {
				t.Errorf("the sitemap %s is not there: %v", value, err)
			}
		default:
			t.Errorf("robots.txt: %q", line)
		}
	}
}
