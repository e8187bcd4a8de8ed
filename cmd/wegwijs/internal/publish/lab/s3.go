package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// An S3 is an S3-compatible object store on this machine: Versity's gateway
// over a folder.
type S3 struct {
	Endpoint string // host:port, plain HTTP
	ID       string
	Secret   string
	Bucket   string
	Dir      string // the objects of the bucket, as files
}

// module is where go.mod of the store's own module lies, seen from the folder
// that holds package publish. It is apart so that the program's module does
// not take on a server's requirements.
const module = "testdata/s3server"

// StartS3 starts a store with one empty bucket. Its program is built from the
// module cache; CI may download it.
func StartS3(t testing.TB) *S3 {
	t.Helper()
	dir := module
	for range 3 {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Join("..", dir)
	}
	find := exec.Command("go", "-C", dir, "tool", "-n", "versitygw")
	find.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	if os.Getenv("CI") != "true" {
		find.Env = append(find.Env, "GOPROXY=off")
	}
	var why strings.Builder
	find.Stderr = &why
	out, err := find.Output()
	if err != nil {
		Skip(t, fmt.Sprintf("the object store for tests is not here (get it with: go -C cmd/wegwijs/internal/publish/%s mod download): %s", module, why.String()))
	}
	s := &S3{ID: "AKIAWEGWIJSTEST", Secret: "zeer-geheim/5up3r+s3cr3t", Bucket: "help"}
	data := t.TempDir() // not in memory: it keeps headers in extended attributes
	s.Dir = filepath.Join(data, s.Bucket)
	if err := os.Mkdir(s.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	s.Endpoint = fmt.Sprintf("127.0.0.1:%d", port)
	c := exec.Command(strings.TrimSpace(string(out)), "--quiet", "--port", s.Endpoint, "posix", data)
	c.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID="+s.ID, "ROOT_SECRET_ACCESS_KEY="+s.Secret)
	start(t, c, port)
	return s
}
