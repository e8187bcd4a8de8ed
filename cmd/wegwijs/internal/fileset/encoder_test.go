package fileset

import (
	"os"
	"strings"
	"testing"
)

// TestEncoderVersions: the names of the encoders have the versions of go.mod.
func TestEncoderVersions(t *testing.T) {
	mod, err := os.ReadFile("../../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for module, version := range map[string]string{"github.com/andybalholm/brotli": brotliVersion, "github.com/klauspost/compress": gzipVersion} {
		if !strings.Contains(string(mod), module+" v"+version+"\n") {
			t.Errorf("go.mod has another version of %s than %s: set it in coding.go", module, version)
		}
	}
	for _, c := range Codings() {
		if !strings.Contains(c.Encoder(), " 1.") {
			t.Errorf("%s: got the encoder %q", c, c.Encoder())
		}
	}
	if got := Coding("").Encoder(); got != "" {
		t.Errorf("no coding has the encoder %q", got)
	}
}
