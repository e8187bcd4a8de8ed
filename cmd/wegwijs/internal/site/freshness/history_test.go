package freshness

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestHistory measures on the history of others: WEGWIJS_HISTORY is the git folder
// of a documentation whose English pages are called *.en.md and whose German ones
// *.de.md, such as github.com/mailcow/mailcow-dockerized-docs. Each commit of an
// English page is compared with the one before it; what is right comes from the
// words alone: a block is rightly said to have changed where it has words that the
// text before did not have in that order.
func TestHistory(t *testing.T) {
	dir := os.Getenv("WEGWIJS_HISTORY")
	if dir == "" {
		t.Skip("WEGWIJS_HISTORY names no git folder")
	}
	git := func(args ...string) string {
		out, err := exec.Command("git", append([]string{"--git-dir", dir}, args...)...).Output()
		if err != nil {
			t.Fatalf("git %s: %v", args, err)
		}
		return string(out)
	}
	show := func(commit, file string) *Text {
		out, err := exec.Command("git", "--git-dir", dir, "show", commit+":"+file).Output()
		if err != nil {
			return nil
		}
		return Parse(file, []byte("+++\ntitle = \"x\"\n+++\n"+strings.TrimPrefix(string(out), "\ufeff")))
	}
	flat := func(x *Text) string {
		var all []string
		for i := range x.Units {
			all = append(all, strings.Join(strings.Fields(x.Units[i].Source), " "))
		}
		return "\n" + strings.Join(all, "\n") + "\n"
	}
	steps, said, right, missed, truth := 0, 0, 0, 0, 0
	for _, file := range strings.Fields(git("ls-tree", "-r", "--name-only", "HEAD")) {
		if !strings.HasSuffix(file, ".en.md") {
			continue
		}
		commits := strings.Fields(git("log", "--format=%H", "--reverse", "--", file))
		var was *Text
		for _, c := range commits {
			now := show(c, file)
			if was != nil && now != nil {
				steps++
				before := flat(was)
				for _, ch := range Compare(was, now) {
					if ch.New < 0 {
						continue
					}
					u := "\n" + strings.Join(strings.Fields(now.Units[ch.New].Source), " ") + "\n"
					isNew := !strings.Contains(before, u)
					if isNew {
						truth++
					}
					if ch.Changed() {
						said++
						if isNew {
							right++
						}
					} else if isNew {
						missed++
					}
				}
			}
			was = now
		}
	}
	t.Logf("%d edits: %d blocks changed, %d said to have changed, %d of them rightly, %d missed", steps, truth, said, right, missed)
	pages, whole, gaps := 0, 0, 0
	for _, file := range strings.Fields(git("ls-tree", "-r", "--name-only", "HEAD")) {
		base, ok := strings.CutSuffix(file, ".en.md")
		if !ok {
			continue
		}
		en, de := show("HEAD", file), show("HEAD", base+".de.md")
		if de == nil {
			continue
		}
		pages++
		n := len(Gaps(en, de, Align(en, de)))
		gaps += n
		if n == 0 {
			whole++
		}
	}
	t.Logf("%d German pages at the end: %d have all that the English has, %d gaps in the others", pages, whole, gaps)
}
