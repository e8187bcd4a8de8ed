package browser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv"
)

// TestQRWriter compares the codes that the site draws, module for module, with
// those of a writer that knows nothing of ours: every version that the site
// has, lengths at both sides of each border, text of several bytes a letter,
// and the texts of the vectors that stand for real accounts.
func TestQRWriter(t *testing.T) {
	node := testenv.Program(t, "Node.js (apt install nodejs)", "node")
	other := npmFile(t, "qrcode/lib/core/qrcode.js")
	texts := []string{"", "a", "https://help.voorbeeld.example/", "é€😀", strings.Repeat("0", 40)}
	var vectors []struct{ Payload string }
	data, err := os.ReadFile(root + "/cmd/wegwijs/internal/pages/forms/testdata/qr-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		if v.Payload != "" {
			texts = append(texts, v.Payload)
		}
	}
	// The capacity of each version at level M (ISO/IEC 18004 table 7).
	capacity := []int{14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666}
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range capacity {
		for _, length := range []int{n - 1, n, n + 1} {
			if length > capacity[len(capacity)-1] {
				continue
			}
			b := make([]byte, length)
			for i := range b {
				b[i] = byte(' ' + r.IntN(95))
			}
			texts = append(texts, string(b))
		}
	}
	site, err := filepath.Abs(root + "/layouts/assets/qr.js")
	if err != nil {
		t.Fatal(err)
	}
	// Node takes a file as a module by its name.
	module := filepath.Join(t.TempDir(), "qr.mjs")
	source, err := os.ReadFile(site)
	if err != nil {
		t.Fatal(err)
	}
	testenv.Write(t, module, string(source))
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "testdata/qr.mjs", module, other)
	cmd.Stdin = bytes.NewReader(input)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	var codes []struct {
		Version, Mask int
		Ours, Theirs  []string
	}
	if err := json.Unmarshal(out, &codes); err != nil || len(codes) != len(texts) {
		t.Fatalf("%v: %d codes of %d texts", err, len(codes), len(texts))
	}
	versions, masks := map[int]bool{}, map[int]bool{}
	for i, c := range codes {
		versions[c.Version], masks[c.Mask] = true, true
		if !slices.Equal(c.Ours, c.Theirs) {
			t.Errorf("%q (version %d, mask %d): %s", texts[i], c.Version, c.Mask, firstDifference(c.Ours, c.Theirs))
		}
	}
	if len(versions) != len(capacity) || len(masks) < 6 {
		t.Errorf("versions %v, masks %v", versions, masks)
	}
}

func firstDifference(ours, theirs []string) string {
	if len(ours) != len(theirs) {
		return fmt.Sprintf("%d rows, not %d", len(ours), len(theirs))
	}
	for y := range ours {
		for x := range ours[y] {
			if ours[y][x] != theirs[y][x] {
				return fmt.Sprintf("row %d, column %d is %c, not %c", y, x, ours[y][x], theirs[y][x])
			}
		}
	}
	return "no difference"
}
