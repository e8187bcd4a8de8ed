package browser

import (
	"context"
	"encoding/json"
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

// TestLighthouse has the main pages judged by Lighthouse, as on a phone: 100 in
// each category that does not depend on the machine's speed. One audit is left
// out: Lighthouse reads robots.txt through the page, which the page's connect-src
// 'none' refuses; TestRobots looks at that file instead.
func TestLighthouse(t *testing.T) {
	if os.Getenv("WEGWIJS_LIGHTHOUSE") == "" {
		t.Skip("skipped: takes long; set WEGWIJS_LIGHTHOUSE=1, as .ci/run does in a step of its own")
	}
	for _, p := range mainPages {
		t.Run(p, func(t *testing.T) {
			scores, wrong := lighthouse(t, theSite.address(p), "accessibility", "best-practices", "seo")
			if len(scores) != 3 || len(wrong) > 0 {
				t.Errorf("scores %v, not 100:\n\t%s", scores, strings.Join(wrong, "\n\t"))
			}
		})
	}
}

// BenchmarkLighthouse reports the score for performance of each main page, on a
// phone with a slow connection. It is for a machine that does nothing else.
func BenchmarkLighthouse(b *testing.B) {
	for _, p := range mainPages {
		b.Run(p, func(b *testing.B) {
			for b.Loop() {
				scores, _ := lighthouse(b, theSite.address(p), "performance")
				b.ReportMetric(100*scores["performance"], "score")
			}
		})
	}
}

// lighthouse returns the score of a page in each category, from 0 to 1, and what
// stands between it and 1.
func lighthouse(t testing.TB, address string, categories ...string) (scores map[string]float64, wrong []string) {
	t.Helper()
	path := chrome.Need(t)
	node := testenv.Program(t, "Node 18 or later (apt install nodejs)", "node")
	flags := strings.Join([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--ignore-certificate-errors", "--host-resolver-rules=\"" + theSite.resolverRules() + "\"",
	}, " ")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, npmFile(t, "lighthouse/cli/index.js"), address, "--output=json", "--quiet", "--skip-audits=robots-txt", "--only-categories="+strings.Join(categories, ","), "--chrome-flags="+flags)
	cmd.Env = append(os.Environ(), "CHROME_PATH="+path)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("lighthouse: %v\n%s", err, stderr.String())
	}
	var report struct {
		Categories map[string]struct {
			Title     string
			Score     *float64 // null where it could not be told
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
	scores = map[string]float64{}
	for _, name := range categories {
		c, ok := report.Categories[name]
		if !ok {
			t.Fatalf("lighthouse judged no %s", name)
		}
		if c.Score == nil || *c.Score < 1 {
			wrong = append(wrong, c.Title+" as a whole")
		}
		if c.Score != nil {
			scores[name] = *c.Score
		}
		for _, ref := range c.AuditRefs {
			if a := report.Audits[ref.ID]; ref.Weight > 0 && a.Score != nil && *a.Score < 1 {
				wrong = append(wrong, c.Title+": "+a.Title+" "+a.DisplayValue)
			}
		}
	}
	return scores, wrong
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
